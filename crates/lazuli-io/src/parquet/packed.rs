//! Numbers of a few bits, one after the other, lowest bits first.

/// The most bits of a number.
pub(super) const MAX_WIDTH: u32 = 64;

/// Bytes that `count` numbers take.
pub(super) fn packed_bytes(width: u32, count: usize) -> usize {
    count.saturating_mul(width as usize).div_ceil(8)
}

/// The numbers from `first` on. Bits behind the end of `bytes` are zeros. `width` is at most 32.
pub(super) fn unpack32(bytes: &[u8], width: u32, first: usize, out: &mut [u32]) {
    if width == 0 {
        return out.fill(0);
    }
    // Eight numbers begin at a byte and are `width` bytes: from the eight that `first` is in, blocks are taken.
    let at = |first: usize| bytes.get(first / 8 * width as usize..).unwrap_or(&[]);
    let block_bytes = BLOCK / 8 * width as usize;
    let head = (first.wrapping_neg() % 8).min(out.len());
    let (head, rest) = out.split_at_mut(head);
    unpack_part(at(first), width, first % 8, head);
    let first = first + head.len();
    let available = at(first).len() / block_bytes;
    let (blocks, tail) = rest.split_at_mut((rest.len() / BLOCK).min(available) * BLOCK);
    unpack_blocks(at(first), width, blocks.as_chunks_mut().0);
    let first = first + blocks.len();
    for (index, part) in tail.chunks_mut(BLOCK).enumerate() {
        unpack_part(at(first + index * BLOCK), width, 0, part);
    }
}

/// Numbers of a block, those from the one at `skipped` on: from a copy, filled up with zeros at the end of the bytes.
fn unpack_part(bytes: &[u8], width: u32, skipped: usize, out: &mut [u32]) {
    if out.is_empty() {
        return;
    }
    let block_bytes = BLOCK / 8 * width as usize;
    let mut numbers = [[0; BLOCK]];
    match bytes.get(..block_bytes) {
        Some(bytes) => unpack_blocks(bytes, width, &mut numbers),
        None => {
            let mut filled = [0; BLOCK * 4];
            filled[..bytes.len()].copy_from_slice(bytes);
            unpack_blocks(&filled[..block_bytes], width, &mut numbers);
        }
    }
    out.copy_from_slice(&numbers[0][skipped..skipped + out.len()]);
}

/// Numbers that are unpacked in one go: whatever their width, they are so many words of 32 bits.
const BLOCK: usize = 32;

/// A loop for each width, so that shifts are known when it is compiled (docs/bench/parquet.md).
fn unpack_blocks(bytes: &[u8], width: u32, out: &mut [[u32; BLOCK]]) {
    macro_rules! by_width {
        ($($width:literal)+) => {
            match width {
                $($width => blocks_of::<$width, { $width * 4 }>(bytes, out),)+
                _ => debug_assert!(false, "numbers of 1 to 32 bits"),
            }
        };
    }
    by_width!(1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32);
}

fn blocks_of<const WIDTH: usize, const BYTES: usize>(bytes: &[u8], out: &mut [[u32; BLOCK]]) {
    for (bytes, out) in bytes.as_chunks::<BYTES>().0.iter().zip(out) {
        unpack_block::<WIDTH, BYTES>(bytes, out);
    }
}

#[inline(always)]
fn unpack_block<const WIDTH: usize, const BYTES: usize>(bytes: &[u8; BYTES], out: &mut [u32; BLOCK]) {
    let mask = u32::MAX >> (32 - WIDTH);
    let word = |at: usize| u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
    // Written out, since the compiler does not unroll so long a loop, and then computes each shift.
    macro_rules! numbers {
        ($($index:literal)+) => {$({
            let (at, shift) = ($index * WIDTH / 32 * 4, $index * WIDTH % 32);
            let low = word(at) >> shift;
            let straddles = shift + WIDTH > 32;
            let value = if straddles { low | word(at + 4) << (32 - shift) } else { low };
            out[$index] = value & mask;
        })+};
    }
    numbers!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31);
}

/// One number of at most 32 bits. Bits behind the end of `bytes` are zeros.
#[inline]
pub(super) fn number32(bytes: &[u8], width: u32, index: usize) -> u32 {
    let bit = index.saturating_mul(width as usize);
    match bytes.get(bit / 8..).and_then(|rest| rest.first_chunk()) {
        // From any bit of the first byte on, 32 bits are within eight bytes.
        Some(eight) => (u64::from_le_bytes(*eight) >> (bit % 8) & ((1 << width) - 1)) as u32,
        None if width == 0 => 0,
        None => number(bytes, width, index) as u32,
    }
}

/// The numbers from the first on, each given to `take`. Bits behind the end of `bytes` are zeros.
pub(super) fn for_each64(bytes: &[u8], width: u32, count: usize, mut take: impl FnMut(u64)) {
    if width == 0 {
        return (0..count).for_each(|_| take(0));
    }
    let step = width as usize;
    let mask = u64::MAX >> (MAX_WIDTH - width);
    // Numbers of up to 57 bits lie within eight bytes, from whichever bit on.
    let fast = if width <= 57 { count } else { 0 };
    for index in 0..fast {
        let bit = index * step;
        match bytes.get(bit / 8..bit / 8 + 8) {
            Some(window) => take(word(window, 0) >> (bit % 8) & mask),
            None => take(number(bytes, width, index)),
        }
    }
    for index in fast..count {
        take(number(bytes, width, index));
    }
}

/// Eight bytes as a number.
#[inline(always)]
fn word(bytes: &[u8], at: usize) -> u64 {
    match bytes[at..].first_chunk::<8>() {
        Some(eight) => u64::from_le_bytes(*eight),
        None => 0,
    }
}

/// One number, wherever it lies.
fn number(bytes: &[u8], width: u32, index: usize) -> u64 {
    let bit = index.saturating_mul(width as usize);
    let first = bit / 8;
    let mut window = [0u8; 16];
    if let Some(rest) = bytes.get(first..) {
        let length = rest.len().min(16);
        window[..length].copy_from_slice(&rest[..length]);
    }
    (u128::from_le_bytes(window) >> (bit % 8)) as u64 & (u64::MAX >> (MAX_WIDTH - width))
}

/// Appends numbers of `width` bits, the last byte filled with zeros. Numbers have no higher bits set.
pub(super) fn pack(values: &[u64], width: u32, out: &mut Vec<u8>) {
    let (mut pending, mut bits) = (0u128, 0);
    for &value in values {
        pending |= u128::from(value) << bits;
        bits += width;
        while bits >= 8 {
            out.push(pending as u8);
            pending >>= 8;
            bits -= 8;
        }
    }
    if bits > 0 {
        out.push(pending as u8);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Bit by bit.
    fn naive(bytes: &[u8], width: u32, index: usize) -> u64 {
        (0..width as usize)
            .map(|bit| {
                let place = index * width as usize + bit;
                let byte = bytes.get(place / 8).copied().unwrap_or(0);
                u64::from(byte >> (place % 8) & 1) << bit
            })
            .sum()
    }

    proptest! {
        #[test]
        fn unpacked_numbers_are_those_of_their_bits(
            bytes in prop::collection::vec(any::<u8>(), 0..200),
            width in 0u32..=32,
            first in 0usize..40,
            count in 0usize..300,
        ) {
            let mut out = vec![7; count];
            unpack32(&bytes, width, first, &mut out);
            let expected: Vec<u32> = (0..count).map(|index| naive(&bytes, width, first + index) as u32).collect();
            prop_assert_eq!(&out, &expected);
            let single: Vec<u32> = (0..count).map(|index| number32(&bytes, width, first + index)).collect();
            prop_assert_eq!(single, expected);
        }

        #[test]
        fn wide_numbers_are_those_of_their_bits(
            bytes in prop::collection::vec(any::<u8>(), 0..200),
            width in 0u32..=64,
            count in 0usize..40,
        ) {
            let mut out = Vec::new();
            for_each64(&bytes, width, count, |value| out.push(value));
            let expected: Vec<u64> = (0..count).map(|index| naive(&bytes, width, index)).collect();
            prop_assert_eq!(out, expected);
        }

        #[test]
        fn packed_numbers_come_back(values in prop::collection::vec(any::<u64>(), 0..100), width in 1u32..=64) {
            let values: Vec<u64> = values.iter().map(|value| value & (u64::MAX >> (64 - width))).collect();
            let mut bytes = Vec::new();
            pack(&values, width, &mut bytes);
            prop_assert_eq!(bytes.len(), packed_bytes(width, values.len()));
            let mut out = Vec::new();
            for_each64(&bytes, width, values.len(), |value| out.push(value));
            prop_assert_eq!(out, values);
        }
    }
}
