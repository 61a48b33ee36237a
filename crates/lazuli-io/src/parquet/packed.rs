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
    // Eight numbers begin at a byte and are `width` bytes: up to `first` being a multiple of 8, one by one.
    let head = first.wrapping_neg() % 8;
    let (head, rest) = out.split_at_mut(head.min(out.len()));
    for (index, slot) in head.iter_mut().enumerate() {
        *slot = number(bytes, width, first + index) as u32;
    }
    let first = first + head.len();
    let (eights, tail) = rest.as_chunks_mut::<8>();
    let mut done = 0;
    let step = width as usize;
    // What is read for the eight reaches up to this many bytes behind the first of them.
    let reach = if width <= 8 { 8 } else { 7 * step / 8 + 8 };
    let mut at = first / 8 * step;
    let mask = (1u64 << width) - 1;
    for eight in eights.iter_mut() {
        let Some(window) = bytes.get(at..at + reach) else { break };
        match width {
            1..=8 => {
                let word = word(window, 0);
                for (index, slot) in eight.iter_mut().enumerate() {
                    *slot = (word >> (index as u32 * width) & mask) as u32;
                }
            }
            _ => {
                for (index, slot) in eight.iter_mut().enumerate() {
                    let bit = index * step;
                    *slot = (word(window, bit / 8) >> (bit % 8) & mask) as u32;
                }
            }
        }
        at += step;
        done += 8;
    }
    let undone = eights.as_flattened_mut()[done..].iter_mut().chain(tail);
    for (index, slot) in undone.enumerate() {
        *slot = number(bytes, width, first + done + index) as u32;
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
            prop_assert_eq!(out, expected);
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
