//! Sixty-four bytes to bit masks: the trait that the levels implement, and the portable implementation.

/// Where the marks are in one block of 64 bytes: bit i is byte i.
#[derive(Clone, Copy)]
pub(super) struct Masks {
    pub separator: u64,
    pub newline: u64,
    pub quote: u64,
}

/// One level's way to look at 64 bytes. Implementations are zero-sized or hold splatted needles.
pub(super) trait Blocks: Copy {
    /// Bit i is set iff `block[i]` is the needle.
    fn masks(&self, block: &[u8; 64]) -> Masks;

    /// Bit i is the XOR of bits 0..=i.
    fn prefix_xor(&self, mask: u64) -> u64;

    /// Writes `base + i` for every set bit i of `mask`, ascending, at the head of `out`. Up to 64 slots of `out` may be
    /// overwritten, whatever the number of bits.
    fn flatten(&self, mask: u64, base: u32, out: &mut [std::mem::MaybeUninit<u32>; 64]);
}

/// Any machine: eight words of eight bytes.
#[derive(Clone, Copy)]
pub(super) struct Portable {
    separator: u64,
    newline: u64,
    quote: u64,
    has_quote: bool,
}

const ONES: u64 = 0x0101_0101_0101_0101;

impl Portable {
    pub(super) fn new(marks: super::Marks) -> Self {
        Self {
            separator: ONES * u64::from(marks.separator),
            newline: ONES * u64::from(marks.newline),
            quote: ONES * u64::from(marks.quote.unwrap_or(0)),
            has_quote: marks.quote.is_some(),
        }
    }
}

/// One bit per byte of `word` that equals the splatted needle.
#[inline(always)]
fn equal_bytes(word: u64, needle: u64) -> u64 {
    const LOW: u64 = 0x7F7F_7F7F_7F7F_7F7F;
    let difference = word ^ needle;
    // Exact per byte (no borrow between bytes): the top bit is set iff the byte is zero.
    let zero = !(((difference & LOW) + LOW) | difference | LOW);
    // Gather the eight top bits into the top byte.
    (zero >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56
}

impl Blocks for Portable {
    #[inline(always)]
    fn masks(&self, block: &[u8; 64]) -> Masks {
        let mut masks = Masks { separator: 0, newline: 0, quote: 0 };
        for (i, bytes) in block.chunks_exact(8).enumerate() {
            let word = u64::from_le_bytes(bytes.try_into().expect("chunks of eight"));
            masks.separator |= equal_bytes(word, self.separator) << (8 * i);
            masks.newline |= equal_bytes(word, self.newline) << (8 * i);
            masks.quote |= equal_bytes(word, self.quote) << (8 * i);
        }
        if !self.has_quote {
            masks.quote = 0;
        }
        masks
    }

    #[inline(always)]
    fn prefix_xor(&self, mut mask: u64) -> u64 {
        for shift in [1, 2, 4, 8, 16, 32] {
            mask ^= mask << shift;
        }
        mask
    }

    #[inline(always)]
    fn flatten(&self, mask: u64, base: u32, out: &mut [std::mem::MaybeUninit<u32>; 64]) {
        super::flatten::flatten(mask, base, out);
    }
}
