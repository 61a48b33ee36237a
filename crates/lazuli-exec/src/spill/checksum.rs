//! Whether bytes are those that were written: against disks and caches that lose them, not against people.

/// An odd number with bits all over.
const FACTOR: u64 = 0x9E37_79B9_7F4A_7C15;

/// 64 bits made of all bytes and their places. Four sums side by side, since one would wait for its own multiplication.
pub(super) fn checksum(bytes: &[u8]) -> u64 {
    let mut sums = [1u64, 2, 3, 4];
    let (blocks, rest) = bytes.as_chunks::<32>();
    for block in blocks {
        let (words, _) = block.as_chunks::<8>();
        for (sum, word) in sums.iter_mut().zip(words) {
            *sum = mixed(*sum, u64::from_le_bytes(*word));
        }
    }
    let mut last = [0u8; 32];
    last[..rest.len()].copy_from_slice(rest);
    let (words, _) = last.as_chunks::<8>();
    let all = words.iter().map(|word| u64::from_le_bytes(*word)).chain(sums);
    all.fold(bytes.len() as u64, mixed)
}

fn mixed(sum: u64, word: u64) -> u64 {
    (sum ^ word).wrapping_mul(FACTOR).rotate_left(29)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bit_and_every_place_counts() {
        let bytes: Vec<u8> = (0..77).map(|byte| byte * 3).collect();
        let sum = checksum(&bytes);
        for place in 0..bytes.len() {
            for bit in 0..8 {
                let mut other = bytes.clone();
                other[place] ^= 1 << bit;
                assert_ne!(checksum(&other), sum, "byte {place}, bit {bit}");
            }
            assert_ne!(checksum(&bytes[..place]), sum);
        }
        assert_ne!(checksum(&[0; 31]), checksum(&[0; 32]));
    }
}
