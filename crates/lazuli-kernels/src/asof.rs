//! As-of matching: for each row the row of a table whose key is nearest, from one side or both, group by group.
//!
//! The table keeps its keys sorted within each group; a lookup is a search from where the one before it ended, so rows
//! that come in order of time cost a few steps each, and rows in any order a binary search.
//!
//! Order is that of frames: NaN equals NaN and is above all numbers, -0.0 equals 0.0. A null key matches nothing.
//! Not here: which rows belong to one group (see `keys`), the rows themselves.

use lazuli_array::{Array, Bitmap, Column, PrimitiveArray, dispatch_integer};

use crate::sort::{SortKey, sort_indices};
use crate::{NO_ROW, Result};

/// On which side of a key its match may lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// The last of the keys that are not greater.
    Backward,
    /// The first of the keys that are not less.
    Forward,
    /// Of the next key on either side the one at the least distance; the greater if both are equally far.
    Nearest,
}

/// How far a match may be from the key.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Tolerance {
    /// For integers, decimals and times: in units of the column's integers.
    Ticks(u128),
    /// For floats.
    Distance(f64),
}

/// What counts as a match.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Matching {
    /// On which side it may lie.
    pub direction: Direction,
    /// Whether an equal key is a match.
    pub allow_exact: bool,
    /// How far it may be; any distance if `None`.
    pub tolerance: Option<Tolerance>,
}

/// Keys of a table by group, in order.
///
/// ```
/// use lazuli_array::{Column, FromValues};
/// use lazuli_kernels::NO_ROW;
/// use lazuli_kernels::asof::{AsofTable, Direction, Matching};
///
/// let quotes = Column::from_values([10i64, 20, 30].into_iter());
/// let table = AsofTable::new(&quotes, &[0, 0, 0], 1)?;
/// let trades = Column::from_values([25i64, 5].into_iter());
/// let matching = Matching { direction: Direction::Backward, allow_exact: true, tolerance: None };
/// assert_eq!(table.find(&trades, &[0, 0], &matching), [1, NO_ROW]);
/// # Ok::<(), lazuli_kernels::KernelError>(())
/// ```
#[derive(Debug)]
pub struct AsofTable {
    /// Group `g` lies at `starts[g]..starts[g + 1]`.
    starts: Vec<u32>,
    /// Row numbers by group, then by key, then ascending.
    rows: Vec<u32>,
    keys: Keys,
}

/// Keys in the order of `rows`.
#[derive(Debug)]
enum Keys {
    Narrow(Vec<i64>),
    /// Decimals, and UInt64, whose upper half no `i64` holds.
    Wide(Vec<i128>),
    Floats(Vec<f64>),
}

impl AsofTable {
    /// A table of these keys: numbers, dates or times. Row `i` belongs to group `groups[i]`, to none if that is not
    /// below `num_groups`.
    ///
    /// Panics if the column is of another type, or `groups` of another length.
    ///
    /// # Errors
    /// [`crate::KernelError::TooLong`] beyond 2^32 rows.
    pub fn new(on: &Column, groups: &[u32], num_groups: usize) -> Result<Self> {
        assert_eq!(on.len(), groups.len(), "a group for each row");
        let order = sort_indices(&[SortKey { column: on, descending: false, nulls_first: false }], on.len())?;
        let validity = on.validity();
        let counts = |row: u32| {
            (groups[row as usize] as usize) < num_groups
                && validity.as_ref().is_none_or(|validity| validity.get(row as usize))
        };
        let mut starts = vec![0u32; num_groups + 1];
        for &row in order.iter().filter(|&&row| counts(row)) {
            starts[groups[row as usize] as usize + 1] += 1;
        }
        for group in 0..num_groups {
            starts[group + 1] += starts[group];
        }
        // Counting sort: rows come by key, so they stay by key within their group.
        let mut next = starts.clone();
        let mut rows = vec![0u32; starts[num_groups] as usize];
        for &row in order.iter().filter(|&&row| counts(row)) {
            let place = &mut next[groups[row as usize] as usize];
            rows[*place as usize] = row;
            *place += 1;
        }
        let keys = match keys_of(on.array()) {
            Keys::Narrow(values) => Keys::Narrow(picked(&values, &rows)),
            Keys::Wide(values) => Keys::Wide(picked(&values, &rows)),
            Keys::Floats(values) => Keys::Floats(picked(&values, &rows)),
        };
        Ok(Self { starts, rows, keys })
    }

    /// The row that each of these keys matches, [`NO_ROW`] where none does. Of several rows with the same key the last,
    /// but looking forward the first.
    ///
    /// Panics if the keys are not of the table's physical type, or `groups` of another length.
    pub fn find(&self, on: &Column, groups: &[u32], matching: &Matching) -> Vec<u32> {
        assert_eq!(on.len(), groups.len(), "a group for each row");
        let validity = on.validity();
        match (&self.keys, keys_of(on.array())) {
            (Keys::Narrow(keys), Keys::Narrow(wanted)) => {
                self.find_keys(keys, &wanted, validity.as_ref(), groups, matching)
            }
            (Keys::Wide(keys), Keys::Wide(wanted)) => {
                self.find_keys(keys, &wanted, validity.as_ref(), groups, matching)
            }
            (Keys::Floats(keys), Keys::Floats(wanted)) => {
                self.find_keys(keys, &wanted, validity.as_ref(), groups, matching)
            }
            _ => panic!("keys of one type on both sides"),
        }
    }

    fn find_keys<K: Key>(
        &self,
        keys: &[K],
        wanted: &[K],
        validity: Option<&Bitmap>,
        groups: &[u32],
        matching: &Matching,
    ) -> Vec<u32> {
        let mut hint = 0;
        let mut last_group = u32::MAX;
        let mut found = Vec::with_capacity(wanted.len());
        for (row, (&key, &group)) in wanted.iter().zip(groups).enumerate() {
            let is_valid = validity.is_none_or(|validity| validity.get(row));
            let (Some(&start), Some(&end), true) =
                (self.starts.get(group as usize), self.starts.get(group as usize + 1), is_valid)
            else {
                found.push(NO_ROW);
                continue;
            };
            let own = &keys[start as usize..end as usize];
            let from = if group == last_group { hint } else { own.len() / 2 };
            last_group = group;
            let (place, position) = search(own, key, from, matching);
            hint = position;
            let within = |place: &usize| match matching.tolerance {
                None => true,
                Some(tolerance) => K::is_within(key.distance(own[*place]), tolerance),
            };
            found.push(place.filter(within).map_or(NO_ROW, |place| self.rows[start as usize + place]));
        }
        found
    }

    /// Bytes of memory that the table holds.
    pub fn memory_bytes(&self) -> usize {
        let keys = match &self.keys {
            Keys::Narrow(keys) => keys.capacity() * 8,
            Keys::Wide(keys) => keys.capacity() * 16,
            Keys::Floats(keys) => keys.capacity() * 8,
        };
        keys + (self.rows.capacity() + self.starts.capacity()) * 4
    }
}

fn picked<T: Copy>(values: &[T], rows: &[u32]) -> Vec<T> {
    rows.iter().map(|&row| values[row as usize]).collect()
}

fn keys_of(array: &Array) -> Keys {
    fn wide<T: lazuli_array::Native + Into<i128>>(array: &PrimitiveArray<T>) -> Keys {
        Keys::Wide(array.values().iter().map(|&value| value.into()).collect())
    }
    fn floats<T: lazuli_array::Native + Into<f64>>(array: &PrimitiveArray<T>) -> Keys {
        Keys::Floats(array.values().iter().map(|&value| value.into()).collect())
    }
    #[allow(clippy::unnecessary_cast, reason = "one body for all widths: for one of them it does nothing")]
    match array {
        Array::UInt64(array) => wide(array),
        Array::Int128(array) => wide(array),
        Array::Float32(array) => floats(array),
        Array::Float64(array) => floats(array),
        other => dispatch_integer!(
            other,
            |array| Keys::Narrow(array.values().iter().map(|&value| value as i64).collect()),
            else panic!("an as-of key is a number or a time, not {}", other.physical_name())
        ),
    }
}

/// A key with an order and a distance.
trait Key: Copy {
    type Distance: PartialOrd;

    /// Whether it is strictly less.
    fn is_below(self, other: Self) -> bool;

    fn distance(self, other: Self) -> Self::Distance;

    fn is_within(distance: Self::Distance, tolerance: Tolerance) -> bool;
}

impl Key for i64 {
    type Distance = u64;

    fn is_below(self, other: Self) -> bool {
        self < other
    }

    fn distance(self, other: Self) -> u64 {
        self.abs_diff(other)
    }

    fn is_within(distance: u64, tolerance: Tolerance) -> bool {
        i128::is_within(distance.into(), tolerance)
    }
}

impl Key for i128 {
    type Distance = u128;

    fn is_below(self, other: Self) -> bool {
        self < other
    }

    fn distance(self, other: Self) -> u128 {
        self.abs_diff(other)
    }

    fn is_within(distance: u128, tolerance: Tolerance) -> bool {
        match tolerance {
            Tolerance::Ticks(ticks) => distance <= ticks,
            Tolerance::Distance(limit) => distance as f64 <= limit,
        }
    }
}

impl Key for f64 {
    type Distance = f64;

    fn is_below(self, other: Self) -> bool {
        self < other || (!self.is_nan() && other.is_nan())
    }

    /// Infinitely far from everything is NaN, but for NaN.
    fn distance(self, other: Self) -> f64 {
        match (self.is_nan(), other.is_nan()) {
            _ if self == other => 0.0,
            (true, true) => 0.0,
            (false, false) => (self - other).abs(),
            _ => f64::INFINITY,
        }
    }

    fn is_within(distance: f64, tolerance: Tolerance) -> bool {
        match tolerance {
            Tolerance::Ticks(ticks) => distance <= ticks as f64,
            Tolerance::Distance(limit) => distance <= limit,
        }
    }
}

/// Where the match of a key is, if there is one, and where the key would be.
fn search<K: Key>(keys: &[K], key: K, from: usize, matching: &Matching) -> (Option<usize>, usize) {
    let first_not_below = partition_point(keys, from, |other| other.is_below(key));
    let first_above = || partition_point(keys, first_not_below, |other| !key.is_below(other));
    let before = || match matching.allow_exact {
        true => first_above().checked_sub(1),
        false => first_not_below.checked_sub(1),
    };
    let after = || {
        let place = if matching.allow_exact { first_not_below } else { first_above() };
        (place < keys.len()).then_some(place)
    };
    let place = match matching.direction {
        Direction::Backward => before(),
        Direction::Forward => after(),
        Direction::Nearest => match (before(), after()) {
            (Some(before), Some(after)) if key.distance(keys[before]) < key.distance(keys[after]) => {
                Some(before)
            }
            // The last of the rows with this key.
            (_, Some(after)) => Some(partition_point(keys, after, |other| !keys[after].is_below(other)) - 1),
            (before, None) => before,
        },
    };
    (place, first_not_below)
}

/// How many of the keys come `before`, which holds for the first ones only; looked for from `from` on, in steps that
/// double (Bentley & Yao 1976).
fn partition_point<K: Copy>(keys: &[K], from: usize, before: impl Fn(K) -> bool) -> usize {
    let from = from.min(keys.len());
    let (mut low, mut high) = (0, keys.len());
    let mut step = 1;
    if from < keys.len() && before(keys[from]) {
        low = from + 1;
        while low + step <= keys.len() && before(keys[low + step - 1]) {
            low += step;
            step *= 2;
        }
        high = high.min(low + step);
    } else {
        high = from;
        while high >= step && !before(keys[high - step]) {
            high -= step;
            step *= 2;
        }
        low = low.max(high.saturating_sub(step));
    }
    low + keys[low..high].partition_point(|&key| before(key))
}

#[cfg(test)]
mod tests {
    use std::cmp::Ordering;

    use lazuli_array::{DataType, FromValues, Scalar};
    use proptest::prelude::*;

    use super::*;

    /// The twin: every row is looked at.
    fn naive(
        table: &[Option<f64>],
        table_groups: &[u32],
        num_groups: u32,
        wanted: Option<f64>,
        group: u32,
        matching: &Matching,
    ) -> u32 {
        let Some(wanted) = wanted.filter(|_| group < num_groups) else { return NO_ROW };
        let mut best: Option<(f64, usize)> = None;
        let less = |left: f64, right: f64| match (left.is_nan(), right.is_nan()) {
            (false, true) => true,
            (true, _) => false,
            _ => left < right,
        };
        let distance = |left: f64, right: f64| match (left.is_nan(), right.is_nan()) {
            (true, true) => 0.0,
            (false, false) if left == right => 0.0,
            (false, false) => (left - right).abs(),
            _ => f64::INFINITY,
        };
        for (row, key) in table.iter().enumerate() {
            let Some(key) = *key else { continue };
            if table_groups[row] != group {
                continue;
            }
            let side = match (less(key, wanted), less(wanted, key)) {
                (true, _) => Ordering::Less,
                (_, true) => Ordering::Greater,
                _ => Ordering::Equal,
            };
            let may = match (side, matching.direction) {
                (Ordering::Equal, _) => matching.allow_exact,
                (Ordering::Less, Direction::Forward) | (Ordering::Greater, Direction::Backward) => false,
                _ => true,
            };
            if !may {
                continue;
            }
            let better = match best {
                None => true,
                Some((known, _)) => match matching.direction {
                    Direction::Backward => !less(key, known),
                    Direction::Forward => less(key, known),
                    // On one side the order decides: distances of floats are rounded.
                    Direction::Nearest if less(wanted, key) && less(wanted, known) => !less(known, key),
                    Direction::Nearest if less(key, wanted) && less(known, wanted) => !less(key, known),
                    Direction::Nearest => {
                        let (new, old) = (distance(key, wanted), distance(known, wanted));
                        new < old || (new == old && !less(key, known))
                    }
                },
            };
            if better {
                best = Some((key, row));
            }
        }
        best.filter(|(key, _)| match matching.tolerance {
            Some(Tolerance::Ticks(ticks)) => distance(*key, wanted) <= ticks as f64,
            Some(Tolerance::Distance(limit)) => distance(*key, wanted) <= limit,
            None => true,
        })
        .map_or(NO_ROW, |(_, row)| row as u32)
    }

    fn column(values: &[Option<f64>], data_type: &DataType) -> Column {
        let scalar = |value: &Option<f64>| match (value, data_type) {
            (None, _) => Scalar::Null,
            (Some(value), DataType::Int32) => Scalar::Int32(*value as i32),
            (Some(value), DataType::UInt64) => Scalar::UInt64(*value as u64),
            (Some(value), DataType::Date) => Scalar::Date(*value as i32),
            (Some(value), DataType::Decimal { precision, scale }) => {
                Scalar::Decimal { value: *value as i128, precision: *precision, scale: *scale }
            }
            (Some(value), DataType::Float32) => Scalar::Float32(*value as f32),
            (Some(value), _) => Scalar::Float64(*value),
        };
        Column::from_scalars(data_type, values.iter().map(scalar)).expect("scalars of the type")
    }

    fn keys(of_floats: bool) -> BoxedStrategy<Vec<Option<f64>>> {
        let number = (0i32..12).prop_map(f64::from);
        let key = match of_floats {
            false => number.boxed(),
            true => prop_oneof![
                6 => number,
                1 => Just(f64::NAN),
                1 => Just(-0.0),
                1 => Just(f64::INFINITY),
                1 => Just(f64::NEG_INFINITY),
            ]
            .boxed(),
        };
        proptest::collection::vec(prop_oneof![9 => key.prop_map(Some), 1 => Just(None)], 0..40).boxed()
    }

    fn any_case() -> impl Strategy<Value = (DataType, Vec<Option<f64>>, Vec<Option<f64>>)> {
        let data_type = prop_oneof![
            Just(DataType::Int32),
            Just(DataType::UInt64),
            Just(DataType::Date),
            Just(DataType::Decimal { precision: 12, scale: 2 }),
            Just(DataType::Float32),
            Just(DataType::Float64),
        ];
        data_type.prop_flat_map(|data_type| {
            let of_floats = data_type.is_float();
            (Just(data_type), keys(of_floats), keys(of_floats))
        })
    }

    proptest! {
        #[test]
        fn finds_what_a_look_at_every_row_finds(
            (data_type, table, wanted) in any_case(),
            seed in any::<u64>(),
            direction in prop_oneof![
                Just(Direction::Backward), Just(Direction::Forward), Just(Direction::Nearest),
            ],
            allow_exact in any::<bool>(),
            limit in proptest::option::of(0u8..4),
        ) {
            let groups = |rows: usize, salt: u64| -> Vec<u32> {
                (0..rows as u64).map(|row| ((seed ^ salt).rotate_left(row as u32 % 64) % 4) as u32).collect()
            };
            let (table_groups, wanted_groups) = (groups(table.len(), 1), groups(wanted.len(), 2));
            let tolerance = limit.map(|limit| match data_type.is_float() {
                true => Tolerance::Distance(limit.into()),
                false => Tolerance::Ticks(limit.into()),
            });
            let matching = Matching { direction, allow_exact, tolerance };
            // Group 3 is none of the table's.
            let built = AsofTable::new(&column(&table, &data_type), &table_groups, 3).unwrap();
            let found = built.find(&column(&wanted, &data_type), &wanted_groups, &matching);
            for (row, (&key, &group)) in wanted.iter().zip(&wanted_groups).enumerate() {
                let expected = naive(&table, &table_groups, 3, key, group, &matching);
                prop_assert_eq!(found[row], expected, "row {}: {:?} in group {}", row, key, group);
            }
        }

        #[test]
        fn partition_points_are_found_from_anywhere(length in 0usize..50, point in 0usize..50, from in 0usize..60) {
            let keys: Vec<usize> = (0..length).collect();
            prop_assert_eq!(partition_point(&keys, from, |key| key < point), point.min(length));
        }
    }

    #[test]
    fn the_ends_of_the_integers_are_as_far_apart_as_they_are() {
        let table =
            AsofTable::new(&Column::from_values([i64::MIN, i64::MAX].into_iter()), &[0, 0], 1).unwrap();
        let nearest = |tolerance| {
            let matching = Matching { direction: Direction::Nearest, allow_exact: false, tolerance };
            table.find(&Column::from_values([i64::MIN, 0].into_iter()), &[0, 0], &matching)
        };
        assert_eq!(nearest(None), [1, 1]);
        assert_eq!(nearest(Some(Tolerance::Ticks(u64::MAX.into()))), [1, 1]);
        assert_eq!(nearest(Some(Tolerance::Ticks(u128::from(u64::MAX) - 1))), [NO_ROW, 1]);
    }
}
