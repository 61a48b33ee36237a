//! Digits, eight at a time, inside one 64-bit word (SWAR).
//!
//! The word holds text in memory order, first character in the lowest byte. Idea and constants: Mula and Langdale's
//! "parse eight digits", as used by fast_float; the range test is the one of Lemire's `is_made_of_eight_digits_fast`.

/// Eight `'0'` characters.
const ZEROS: u64 = 0x3030_3030_3030_3030;

/// True if all eight bytes of `word` are ASCII digits.
#[inline]
pub(super) fn all_digits(word: u64) -> bool {
    const HIGH: u64 = 0xF0F0_F0F0_F0F0_F0F0;
    // A byte is a digit iff its high nibble is 3 and stays 3 after adding 6. A carry out of a byte can only come from
    // a byte >= 0xFA, whose own high nibble already fails.
    (word & HIGH) | ((word.wrapping_add(0x0606_0606_0606_0606) & HIGH) >> 4) == 0x3333_3333_3333_3333
}

/// The number that eight digit characters write.
#[inline]
pub(super) fn eight_digits(word: u64) -> u64 {
    let pairs = digit_pairs(word);
    const MASK: u64 = 0x0000_00FF_0000_00FF;
    const HUNDRED_MILLION: u64 = 100 + (1_000_000 << 32);
    const ONE_TEN_THOUSAND: u64 = 1 + (10_000 << 32);
    let low = (pairs & MASK).wrapping_mul(HUNDRED_MILLION);
    let high = ((pairs >> 16) & MASK).wrapping_mul(ONE_TEN_THOUSAND);
    low.wrapping_add(high) >> 32
}

/// The four two-digit numbers of eight digit characters, each in the low byte of its 16-bit lane; high bytes are
/// rubbish.
#[inline]
pub(super) fn digit_pairs(word: u64) -> u64 {
    let values = word.wrapping_sub(ZEROS);
    values.wrapping_mul(10).wrapping_add(values >> 8)
}

/// The two-digit number in lane `lane` of [`digit_pairs`].
#[inline]
pub(super) fn pair(pairs: u64, lane: u32) -> u32 {
    ((pairs >> (16 * lane)) & 0xFF) as u32
}

/// The last `len` (1..=8) bytes before `end`, right-aligned: earlier bytes of the word read as `'0'`.
#[inline(always)]
pub(super) fn load_right(buffer: &[u8], end: usize, len: usize) -> u64 {
    debug_assert!((1..=8).contains(&len) && len <= end);
    let keep = u64::MAX << (8 * (8 - len));
    let word = match end.checked_sub(8).and_then(|from| buffer.get(from..end)) {
        Some(bytes) => u64::from_le_bytes(bytes.try_into().expect("the range is eight bytes long")),
        None => load_near_start(&buffer[end - len..end]),
    };
    (word & keep) | (ZEROS & !keep)
}

/// As [`load_right`] where fewer than eight bytes lie before the end.
#[cold]
fn load_near_start(text: &[u8]) -> u64 {
    let mut bytes = [b'0'; 8];
    bytes[8 - text.len()..].copy_from_slice(text);
    u64::from_le_bytes(bytes)
}

/// The number written by the `len` (1..=19) digits before `end`; `None` if one of them is no digit.
///
/// 19 digits always fit: 10^19 - 1 < 2^64.
#[inline(always)]
pub(super) fn up_to_19_digits(buffer: &[u8], end: usize, len: usize) -> Option<u64> {
    if len <= 8 {
        let word = load_right(buffer, end, len);
        return all_digits(word).then(|| eight_digits(word));
    }
    let low = load_right(buffer, end, 8);
    if len <= 16 {
        let high = load_right(buffer, end - 8, len - 8);
        return (all_digits(low) & all_digits(high))
            .then(|| eight_digits(high) * 100_000_000 + eight_digits(low));
    }
    let middle = load_right(buffer, end - 8, 8);
    let high = load_right(buffer, end - 16, len - 16);
    (all_digits(low) & all_digits(middle) & all_digits(high)).then(|| {
        eight_digits(high) * 10_000_000_000_000_000 + eight_digits(middle) * 100_000_000 + eight_digits(low)
    })
}
