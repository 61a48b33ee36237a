//! Integers with their row numbers in order, stable.
//!
//! Row numbers ride in the low bits of the integers when there is room, so that equal values differ by their rows and any
//! sort is stable. Few digits are counted and scattered, least significant first; else the comparison sort of the
//! standard library is faster (numbers below). A first scatter by the top digit, so that the rest happens in cache, is
//! the next step for many rows (engine-notes section 5, S1).

use super::RowComparator;

/// The row numbers of values of `bits` bits in ascending order of the values, then of `ties`, then of the rows.
pub(super) fn sort_narrow(mut values: Vec<u64>, bits: u32, ties: Option<&RowComparator<'_>>) -> Vec<u32> {
    if ties.is_none()
        && let Some(order) = trivial(&values)
    {
        return order;
    }
    let row_bits = u64::BITS - (values.len() as u64).leading_zeros();
    if bits + row_bits > 64 {
        let mut rows: Vec<(u64, u32)> = values.into_iter().zip(0..).collect();
        rows.sort_unstable();
        return order_of(&rows, |row| row.0, |row| row.1, ties);
    }
    for (value, row) in values.iter_mut().zip(0..) {
        *value = *value << row_bits | row;
    }
    if counting_wins(values.len(), bits) {
        sort_digits(&mut values, row_bits, bits);
    } else {
        values.sort_unstable();
    }
    let mask = (1 << row_bits) - 1;
    order_of(&values, |row| row >> row_bits, |row| (row & mask) as u32, ties)
}

/// As [`sort_narrow`], for values of up to 128 bits.
pub(super) fn sort_wide(values: Vec<u128>, ties: Option<&RowComparator<'_>>) -> Vec<u32> {
    if ties.is_none()
        && let Some(order) = trivial(&values)
    {
        return order;
    }
    let mut rows: Vec<(u128, u32)> = values.into_iter().zip(0..).collect();
    rows.sort_unstable();
    order_of(&rows, |row| row.0, |row| row.1, ties)
}

/// The order of rows that are sorted, or strictly the other way round, already.
fn trivial<T: Ord>(values: &[T]) -> Option<Vec<u32>> {
    let rows = values.len() as u32;
    if values.is_sorted() {
        return Some((0..rows).collect());
    }
    values.is_sorted_by(|left, right| left > right).then(|| (0..rows).rev().collect())
}

/// The row numbers of sorted rows; runs of one value are put in the order of `ties`.
fn order_of<T: Copy, K: PartialEq>(
    rows: &[T],
    key: impl Fn(T) -> K,
    number: impl Fn(T) -> u32,
    ties: Option<&RowComparator<'_>>,
) -> Vec<u32> {
    let mut order: Vec<u32> = rows.iter().map(|&row| number(row)).collect();
    let Some(ties) = ties else { return order };
    let mut start = 0;
    for run in rows.chunk_by(|&left, &right| key(left) == key(right)) {
        if run.len() > 1 {
            order[start..start + run.len()]
                .sort_by(|&left, &right| ties.compare(left as usize, right as usize));
        }
        start += run.len();
    }
    order
}

const DIGIT_BITS: u32 = 8;
const BUCKETS: usize = 1 << DIGIT_BITS;

/// Whether counting digits is faster than comparing. Measured on 64-bit words, ns a row, comparing against counting:
///
/// | rows | comparing | 1 digit | 2 | 3 | 4 | 5 |
/// |--:|--:|--:|--:|--:|--:|--:|
/// | 256 | 5 | 2 | 4 | 5 | 7 | 8 |
/// | 4,096 | 8 | 2 | 4 | 5 | 6 | 8 |
/// | 262,144 | 14 | 7 | 9 | 11 | 13 | 15 |
/// | 1,000,000 | 18 | 17 | 16 | 20 | 28 | 30 |
fn counting_wins(rows: usize, bits: u32) -> bool {
    let digits = bits.div_ceil(DIGIT_BITS);
    rows >= BUCKETS && digits <= if rows <= 1 << 18 { 3 } else { 2 }
}

/// Sorts by the `bits` bits from `shift` on, keeping the order of rows that are equal in them.
fn sort_digits(rows: &mut Vec<u64>, shift: u32, bits: u32) {
    let num_digits = bits.div_ceil(DIGIT_BITS) as usize;
    let digit = |row: u64, index: usize| (row >> (shift + index as u32 * DIGIT_BITS)) as usize % BUCKETS;
    let mut counts = vec![[0u32; BUCKETS]; num_digits];
    for &row in rows.iter() {
        for (index, counts) in counts.iter_mut().enumerate() {
            counts[digit(row, index)] += 1;
        }
    }
    let mut target = vec![0; rows.len()];
    for (index, counts) in counts.iter_mut().enumerate() {
        if counts[digit(rows[0], index)] as usize == rows.len() {
            continue; // One digit for all.
        }
        let mut start = 0;
        for count in counts.iter_mut() {
            start += std::mem::replace(count, start);
        }
        for &row in rows.iter() {
            let place = &mut counts[digit(row, index)];
            target[*place as usize] = row;
            *place += 1;
        }
        std::mem::swap(rows, &mut target);
    }
}
