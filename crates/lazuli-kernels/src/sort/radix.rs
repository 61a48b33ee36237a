//! Integers with their row numbers in order, stable.
//!
//! Least significant digit first, 8 bits at a time, for digits that differ at all; row numbers ride in the low bits of
//! the integers when there is room, which halves the traffic. Small inputs are compared instead: so few rows fit the
//! nearest cache, and counting 256 buckets costs more than their comparisons.

/// Rows below which comparing wins over counting digits.
const RADIX_ROWS: usize = 1024;

/// The row numbers of values of `bits` bits in ascending order of the values.
pub(super) fn sort_narrow(values: &[u64], bits: u32) -> Vec<u32> {
    if let Some(order) = trivial(values) {
        return order;
    }
    let row_bits = u64::BITS - (values.len() as u64 - 1).leading_zeros();
    if bits + row_bits <= 64 {
        let mut rows: Vec<u64> =
            values.iter().zip(0u64..).map(|(&value, row)| value << row_bits | row).collect();
        if values.len() < RADIX_ROWS {
            rows.sort_unstable();
        } else {
            sort_digits(&mut rows, row_bits, bits, |&row| row);
        }
        let mask = (1 << row_bits) - 1;
        return rows.into_iter().map(|row| (row & mask) as u32).collect();
    }
    let mut rows: Vec<(u64, u32)> = values.iter().copied().zip(0u32..).collect();
    if values.len() < RADIX_ROWS {
        rows.sort_unstable();
    } else {
        sort_digits(&mut rows, 0, bits, |&(value, _)| value);
    }
    rows.into_iter().map(|(_, row)| row).collect()
}

/// As [`sort_narrow`], for values of up to 128 bits.
pub(super) fn sort_wide(values: &[u128]) -> Vec<u32> {
    if let Some(order) = trivial(values) {
        return order;
    }
    let mut rows: Vec<(u128, u32)> = values.iter().copied().zip(0u32..).collect();
    rows.sort_unstable();
    rows.into_iter().map(|(_, row)| row).collect()
}

/// The order of rows that are sorted, or strictly the other way round, already.
fn trivial<T: Ord>(values: &[T]) -> Option<Vec<u32>> {
    let rows = values.len() as u32;
    if values.is_sorted() {
        return Some((0..rows).collect());
    }
    values.is_sorted_by(|left, right| left > right).then(|| (0..rows).rev().collect())
}

const DIGIT_BITS: u32 = 8;
const BUCKETS: usize = 1 << DIGIT_BITS;

/// Sorts by the `bits` bits from `shift` on of what `key` gives.
fn sort_digits<T: Copy + Default>(rows: &mut Vec<T>, shift: u32, bits: u32, key: impl Fn(&T) -> u64) {
    let num_digits = bits.div_ceil(DIGIT_BITS) as usize;
    let digit = |row: &T, index: usize| (key(row) >> (shift + index as u32 * DIGIT_BITS)) as usize % BUCKETS;
    let mut counts = vec![[0u32; BUCKETS]; num_digits];
    for row in rows.iter() {
        for (index, counts) in counts.iter_mut().enumerate() {
            counts[digit(row, index)] += 1;
        }
    }
    let mut target = vec![T::default(); rows.len()];
    for (index, counts) in counts.iter_mut().enumerate() {
        if counts[digit(&rows[0], index)] as usize == rows.len() {
            continue; // One digit for all.
        }
        let mut start = 0;
        for count in counts.iter_mut() {
            start += std::mem::replace(count, start);
        }
        for row in rows.iter() {
            let place = &mut counts[digit(row, index)];
            target[*place as usize] = *row;
            *place += 1;
        }
        std::mem::swap(rows, &mut target);
    }
}
