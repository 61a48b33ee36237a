//! Facts about the values of a column, computed at first need and kept with it.
//!
//! One pass for range and order, one over hashes for the number of distinct values: exact for dictionaries, booleans and
//! few rows, else an estimate by HyperLogLog (Flajolet, Fusy, Gandouet and Meunier 2007) with linear counting below its
//! range. The estimate depends on nothing but the set of values.

use std::cmp::Ordering;

use lazuli_array::{
    Array, Bitmap, Code, Column, DataType, Native, PrimitiveArray, Scalar, Sortedness, Statistics,
    dispatch_codes, dispatch_wide,
};

use crate::aggregate::{arg_max, arg_min};
use crate::filter::{filter, filter_column};
use crate::hash::hash_column;
use crate::level::{Level, by_level};
use crate::sort::{RowComparator, SortKey};
use crate::wide::{narrow_column, wide_type, widened};

/// The statistics of a column; computed by the first call on it or a clone of it.
///
/// Lists and structs have no least and greatest value here, and count as unsorted.
///
/// ```
/// use lazuli_array::{Column, FromValues, Scalar, Sortedness};
/// use lazuli_kernels::statistics::statistics;
///
/// let column = Column::from_values([Some(1i64), None, Some(3), Some(3)].into_iter());
/// let statistics = statistics(&column);
/// assert_eq!((&statistics.min, &statistics.max), (&Scalar::Int64(1), &Scalar::Int64(3)));
/// assert_eq!(statistics.sortedness, Sortedness::Ascending);
/// assert_eq!((statistics.null_count, statistics.distinct_estimate), (1, 2));
/// ```
pub fn statistics(column: &Column) -> &Statistics {
    column.statistics_or_init(compute)
}

fn compute(column: &Column) -> Statistics {
    let (min, max, sortedness) = dispatch_wide!(
        &*widened(column.array()),
        |array| values_facts(array, column.data_type()),
        else {
            let (min, max) = range(column);
            (min, max, sortedness(column))
        }
    );
    Statistics { min, max, null_count: column.null_count(), sortedness, distinct_estimate: distinct(column) }
}

/// Range and order of fixed-width values of this type, given in its wide type.
fn values_facts<T: Native>(array: &PrimitiveArray<T>, data_type: &DataType) -> (Scalar, Scalar, Sortedness) {
    let valid;
    let values = match array.validity() {
        None => array.values(),
        // Nulls apart: only values are left, in order.
        Some(validity) => {
            valid = filter_array(array, validity);
            valid.values()
        }
    };
    if values.is_empty() {
        return (Scalar::Null, Scalar::Null, Sortedness::Ascending);
    }
    let scalar = |value: T| {
        let wide = wide_type(data_type).unwrap_or_else(|| data_type.clone());
        let one = Column::new(wide, PrimitiveArray::from_vec(vec![value]));
        narrow_column(&one, data_type).map_or(Scalar::Null, |one| one.get(0))
    };
    let level = Level::best();
    let (min, max) = extremes(level, values);
    // Equal values may differ in their bits (zeros of both signs, NaN): the first of them is reported.
    let first = |value: T| values.iter().copied().find(|other| other.same(value)).unwrap_or(value);
    let sortedness = if ascends(level, values) {
        Sortedness::Ascending
    } else if descends(values) {
        Sortedness::Descending
    } else {
        Sortedness::Unsorted
    };
    (scalar(first(min)), scalar(first(max)), sortedness)
}

fn filter_array<T: Native>(array: &PrimitiveArray<T>, mask: &Bitmap) -> PrimitiveArray<T> {
    let kept = filter(&T::wrap(array.with_validity(None)), mask);
    T::unwrap(&kept).expect("a filter keeps the type").clone()
}

by_level! {
    /// The least and the greatest value, NaN above all else. There is at least one value.
    fn extremes<T: Native>(values: &[T]) -> (T, T) = extremes_body;
    /// Whether no value is below the one before it.
    fn ascends<T: Native>(values: &[T]) -> bool = ascends_body;
}

#[inline(always)]
#[allow(clippy::eq_op, reason = "only NaN differs from itself")]
fn extremes_body<T: Native>(values: &[T]) -> (T, T) {
    // NaN is below and above nothing, so it never enters; it is counted instead. Values before the first number are NaN.
    let Some(start) = values.iter().position(|value| value == value) else { return (values[0], values[0]) };
    let mut least = [values[start]; LANES];
    let mut greatest = [values[start]; LANES];
    let mut not_numbers = [false; LANES];
    let (blocks, rest) = values[start..].as_chunks::<LANES>();
    for block in blocks {
        for lane in 0..LANES {
            let value = block[lane];
            least[lane] = if value < least[lane] { value } else { least[lane] };
            greatest[lane] = if value > greatest[lane] { value } else { greatest[lane] };
            not_numbers[lane] |= value != value;
        }
    }
    let (mut min, mut max) = (least[0], greatest[0]);
    for &value in least.iter().chain(&greatest).chain(rest) {
        min = if value < min { value } else { min };
        max = if value > max { value } else { max };
    }
    let not_a_number = start > 0 || not_numbers.contains(&true) || rest.iter().any(|value| value != value);
    match values.iter().find(|value| *value != *value) {
        Some(&value) if not_a_number => (min, value),
        _ => (min, max),
    }
}

/// Values that are looked at side by side.
const LANES: usize = 32;

/// Pairs of neighbours that are looked at before the answer is.
const PAIRS: usize = 256;

#[inline(always)]
fn ascends_body<T: Native>(values: &[T]) -> bool {
    none_of_neighbours(values, |before, after| below(after, before))
}

/// Whether no value is above the one before it: at no level of its own, for it is asked only where values do not ascend,
/// and seldom looks at more than the first of them.
fn descends<T: Native>(values: &[T]) -> bool {
    none_of_neighbours(values, |before, after| below(before, after))
}

#[inline(always)]
fn none_of_neighbours<T: Native>(values: &[T], holds: impl Fn(T, T) -> bool) -> bool {
    let Some((_, after)) = values.split_first() else { return true };
    values.chunks(PAIRS).zip(after.chunks(PAIRS)).all(|(before, after)| {
        !before.iter().zip(after).fold(false, |any, (&before, &after)| any | holds(before, after))
    })
}

/// Whether a value is below another, NaN being above all else.
#[inline(always)]
#[allow(clippy::eq_op, reason = "only NaN differs from itself")]
fn below<T: Native>(left: T, right: T) -> bool {
    (left < right) | ((left == left) & (right != right))
}

/// The least and the greatest value in the order of sorting, of a column without fixed width.
fn range(column: &Column) -> (Scalar, Scalar) {
    if column.data_type().is_nested() {
        return (Scalar::Null, Scalar::Null);
    }
    let rows = arg_min(column).zip(arg_max(column));
    rows.map_or((Scalar::Null, Scalar::Null), |(min, max)| (column.get(min), column.get(max)))
}

fn sortedness(column: &Column) -> Sortedness {
    if column.data_type().is_nested() {
        return Sortedness::Unsorted;
    }
    let validity = column.validity();
    let rows = RowComparator::new(&[SortKey { column, descending: false, nulls_first: false }]);
    order(column.len(), validity.as_ref(), |left, right| rows.compare(left, right))
}

fn order(
    num_rows: usize,
    validity: Option<&Bitmap>,
    compare: impl Fn(usize, usize) -> Ordering,
) -> Sortedness {
    fn holds(mut rows: impl Iterator<Item = usize>, in_order: impl Fn(usize, usize) -> bool) -> bool {
        let Some(mut last) = rows.next() else { return true };
        rows.all(|row| in_order(std::mem::replace(&mut last, row), row))
    }
    let check = |in_order: &dyn Fn(usize, usize) -> bool| match validity {
        None => holds(0..num_rows, in_order),
        Some(validity) => holds(validity.ones(), in_order),
    };
    if check(&|left, right| compare(left, right).is_le()) {
        Sortedness::Ascending
    } else if check(&|left, right| compare(left, right).is_ge()) {
        Sortedness::Descending
    } else {
        Sortedness::Unsorted
    }
}

/// Rows up to which distinct values are counted by sorting their hashes.
const EXACT_ROWS: usize = 4096;

/// Rows that are hashed at once beyond that.
const HASHED_ROWS: usize = 8192;

fn distinct(column: &Column) -> usize {
    match column.array() {
        Array::Null(_) => return 0,
        Array::Boolean(array) => {
            let trues = array.true_mask().count_ones();
            let valid = array.len() - column.null_count();
            return usize::from(trues > 0) + usize::from(valid > trues);
        }
        Array::Dictionary(array) => {
            let mut seen = vec![false; array.dictionary().len()];
            dispatch_codes!(array.stored_codes(), |codes| {
                codes.iter().flatten().for_each(|code| seen[code.index()] = true);
            });
            return seen.into_iter().filter(|&seen| seen).count();
        }
        _ => {}
    }
    let valid = match column.validity() {
        None => column.clone(),
        Some(validity) => filter_column(column, &validity),
    };
    if valid.len() <= EXACT_ROWS {
        let mut hashes = hash_column(&valid);
        hashes.sort_unstable();
        hashes.dedup();
        return hashes.len();
    }
    // By parts, so that the hashes of one are still in the cache when they are counted.
    let mut sketch = HyperLogLog::new();
    for start in (0..valid.len()).step_by(HASHED_ROWS) {
        let part = valid.sliced(start, HASHED_ROWS.min(valid.len() - start));
        hash_column(&part).into_iter().for_each(|hash| sketch.add(hash));
    }
    sketch.estimate().min(valid.len())
}

/// 4,096 registers: a standard error of 1.04 / 64, or 1.6 %.
const REGISTER_BITS: u32 = 12;

/// The largest number of leading zeros among the hashes of each of 4,096 parts.
struct HyperLogLog {
    registers: Vec<u8>,
}

impl HyperLogLog {
    fn new() -> Self {
        Self { registers: vec![0; 1 << REGISTER_BITS] }
    }

    fn add(&mut self, hash: u64) {
        let register = &mut self.registers[(hash >> (64 - REGISTER_BITS)) as usize];
        // A set bit below keeps the count within the bits that are left.
        let zeros = (hash << REGISTER_BITS | 1 << (REGISTER_BITS - 1)).leading_zeros() as u8 + 1;
        *register = (*register).max(zeros);
    }

    fn estimate(&self) -> usize {
        let count = self.registers.len() as f64;
        let bias = 0.7213 / (1.0 + 1.079 / count);
        let sum: f64 = self.registers.iter().map(|&zeros| 2f64.powi(-i32::from(zeros))).sum();
        let raw = bias * count * count / sum;
        let empty = self.registers.iter().filter(|&&zeros| zeros == 0).count();
        if raw <= 2.5 * count && empty > 0 {
            return (count * (count / empty as f64).ln()).round() as usize;
        }
        raw.round() as usize
    }
}

#[cfg(test)]
mod tests {
    use lazuli_array::{DataType, PrimitiveArray};
    use proptest::prelude::*;

    use super::*;
    use crate::sort::sort_indices;
    use crate::strategies::any_column;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(500))]

        #[test]
        fn facts_match_naive(column in any_column(0..60)) {
            let statistics = statistics(&column);
            prop_assert_eq!(statistics.null_count, (0..column.len()).filter(|&row| column.get(row).is_null()).count());
            let mut distinct: Vec<Scalar> = Vec::new();
            for value in (0..column.len()).map(|row| column.get(row)).filter(|value| !value.is_null()) {
                if !distinct.contains(&value) {
                    distinct.push(value);
                }
            }
            prop_assert_eq!(statistics.distinct_estimate, distinct.len());
            if column.data_type().is_nested() {
                prop_assert_eq!(statistics.sortedness, Sortedness::Unsorted);
                prop_assert!(statistics.min.is_null() && statistics.max.is_null());
                return Ok(());
            }
            let key = |descending| SortKey { column: &column, descending, nulls_first: false };
            let sorted = |descending| {
                let order = sort_indices(&[key(descending)], column.len()).expect("few rows");
                order.into_iter().map(|row| row as usize).filter(|&row| column.array().is_valid(row)).collect::<Vec<_>>()
            };
            let (up, down) = (sorted(false), sorted(true));
            let value = |row: Option<&usize>| row.map_or(Scalar::Null, |&row| column.get(row));
            prop_assert_eq!(&statistics.min, &value(up.first()));
            prop_assert_eq!(&statistics.max, &value(up.last()));
            let expected = if up.is_sorted() {
                Sortedness::Ascending
            } else if down.is_sorted() {
                Sortedness::Descending
            } else {
                Sortedness::Unsorted
            };
            prop_assert_eq!(statistics.sortedness, expected);
        }
    }

    #[test]
    fn estimates_are_within_four_standard_errors() {
        for distinct in [100u64, 5_000, 9_000, 20_000, 100_000, 1_000_000] {
            let values: Vec<u64> = (0..distinct.max(6_000)).map(|row| row % distinct * 7).collect();
            let column = Column::new(DataType::UInt64, PrimitiveArray::from_vec(values));
            let estimate = statistics(&column).distinct_estimate as f64;
            let error = (estimate - distinct as f64).abs() / distinct as f64;
            assert!(error < 0.065, "{distinct} estimated as {estimate}");
        }
    }

    #[test]
    fn slices_have_statistics_of_their_own() {
        let column = Column::new(DataType::Int32, PrimitiveArray::from_vec(vec![3, 1, 2]));
        assert_eq!(statistics(&column).max, Scalar::Int32(3));
        assert_eq!(statistics(&column.sliced(1, 2)).max, Scalar::Int32(2));
        assert_eq!(column.clone().cached_statistics(), Some(statistics(&column)));
    }
}
