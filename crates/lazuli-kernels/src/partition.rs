//! Radix partitions: rows in order of some bits of their hashes, stable within a partition.
//!
//! A counting sort: a histogram, then each row goes to its place. Meant for a morsel at a time, whose rows are in the near
//! cache, so places need not be written in bursts.

use std::ops::Range;

/// Which rows are in which partition.
#[derive(Debug, Clone)]
pub struct Partitions {
    /// Row numbers, partition by partition, ascending within each.
    rows: Vec<u32>,
    /// Where each partition starts, and the end.
    starts: Vec<u32>,
}

impl Partitions {
    /// Partitions by the low `bits` bits of hashes: tables place keys by the high ones.
    ///
    /// Panics from 2^32 rows or 2^16 partitions on.
    ///
    /// ```
    /// use lazuli_kernels::partition::Partitions;
    ///
    /// let partitions = Partitions::new(&[5, 2, 7, 4], 1);
    /// assert_eq!(partitions.rows(), [1, 3, 0, 2]);
    /// assert_eq!(partitions.range(1), 2..4);
    /// ```
    pub fn new(hashes: &[u64], bits: u32) -> Self {
        assert!(bits <= 16 && u32::try_from(hashes.len()).is_ok(), "{bits} bits of {} rows", hashes.len());
        let count = 1usize << bits;
        let mask = count as u64 - 1;
        let mut starts = vec![0u32; count + 1];
        for hash in hashes {
            starts[(hash & mask) as usize + 1] += 1;
        }
        for partition in 0..count {
            starts[partition + 1] += starts[partition];
        }
        let mut next = starts.clone();
        let mut rows = vec![0u32; hashes.len()];
        for (row, hash) in hashes.iter().enumerate() {
            let place = &mut next[(hash & mask) as usize];
            rows[*place as usize] = row as u32;
            *place += 1;
        }
        Self { rows, starts }
    }

    /// The rows in order of partitions.
    pub fn rows(&self) -> &[u32] {
        &self.rows
    }

    /// The rows in order of partitions; where each partition starts, and the end.
    pub fn into_parts(self) -> (Vec<u32>, Vec<u32>) {
        (self.rows, self.starts)
    }

    /// Which of [`Partitions::rows`] are in a partition.
    pub fn range(&self, partition: usize) -> Range<usize> {
        self.starts[partition] as usize..self.starts[partition + 1] as usize
    }

    /// Rows of `width` words each, in order of partitions.
    pub fn gather_words(&self, words: &[u64], width: usize) -> Vec<u64> {
        if width == 1 {
            return self.rows.iter().map(|&row| words[row as usize]).collect();
        }
        let mut gathered = Vec::with_capacity(words.len());
        for &row in &self.rows {
            gathered.extend_from_slice(&words[row as usize * width..][..width]);
        }
        gathered
    }

    /// Bytes of memory that the row numbers occupy.
    pub fn memory_bytes(&self) -> usize {
        (self.rows.capacity() + self.starts.capacity()) * 4
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn rows_are_sorted_by_partition_and_stable(
            hashes in prop::collection::vec(any::<u64>(), 0..300),
            bits in 0u32..6,
        ) {
            let partitions = Partitions::new(&hashes, bits);
            let of = |row: u32| hashes[row as usize] & ((1 << bits) - 1);
            let mut expected: Vec<u32> = (0..hashes.len() as u32).collect();
            expected.sort_by_key(|&row| of(row));
            prop_assert_eq!(partitions.rows(), &expected);
            for partition in 0..1 << bits {
                let rows = &partitions.rows()[partitions.range(partition)];
                prop_assert!(rows.iter().all(|&row| of(row) == partition as u64));
            }
            let words: Vec<u64> = hashes.iter().flat_map(|&hash| [hash, !hash]).collect();
            let gathered: Vec<u64> =
                expected.iter().flat_map(|&row| [hashes[row as usize], !hashes[row as usize]]).collect();
            prop_assert_eq!(partitions.gather_words(&words, 2), gathered);
            let single: Vec<u64> = expected.iter().map(|&row| hashes[row as usize]).collect();
            prop_assert_eq!(partitions.gather_words(&hashes, 1), single);
        }
    }
}
