//! Values between values by a key such as a time: `interpolate_by`, `ewm_mean_by`, `ewm_sum_by`.
//!
//! The rows of a partition are looked at in the order of their keys, whatever order they are in; those with equal keys in
//! the window's order. A row without a key keeps out of it.

use lazuli_array::{Array, Column, DataType, PrimitiveArray};
use lazuli_kernels::KernelError;
use lazuli_kernels::sort::SortKey;

use super::rank::sorted;
use super::rolling::{Key, key_type};
use super::{Partitions, WindowFunction};
use crate::aggregate::SUM;
use crate::function::{Argument, Signature, SignatureError};
use crate::options::{Options, unchecked, with_columns};

/// A Float64 made of the values on one side or both, and how far away they are by the key.
#[derive(Debug)]
pub struct ByKey {
    pub(super) name: &'static str,
    pub(super) what: What,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    /// Nulls between two values replaced by what lies on the line between those, by the key. A row without a key keeps its
    /// value.
    Interpolate,
    /// The mean in which a value weighs half as much after each half-life; null where the value or the key is.
    EwmMean,
    /// The sum of the same.
    EwmSum,
}

impl ByKey {
    fn expected(&self) -> &'static str {
        match self.what {
            What::Interpolate => "a column of numbers and a key (numbers or times)",
            _ => "a column of numbers, a key (times or whole numbers), and a half-life such as '2d' or 3",
        }
    }

    /// The half-life in ticks of the key, if there is one.
    fn half_life(&self, arguments: &[Argument<'_>]) -> Result<Option<f64>, SignatureError> {
        let mut options = Options::behind(2, arguments, self.expected())?;
        let own = arguments[1].data_type;
        let half_life = match (self.what, Key::of(own)) {
            (What::Interpolate, Some(_)) => None,
            (What::Interpolate, None) if own.is_numeric() => None,
            (_, Some(key)) => Some(key.length(&mut options)? as f64 / key.tick() as f64),
            (_, None) => return Err(options.wrong()),
        };
        options.end()?;
        Ok(half_life)
    }
}

impl WindowFunction for ByKey {
    fn name(&self) -> &'static str {
        self.name
    }

    fn num_columns(&self) -> usize {
        2
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        self.half_life(arguments)?;
        match SUM.signature(&arguments[..1]).map(|signature| signature.output) {
            Ok(DataType::Duration(_)) | Err(_) => {
                return Err(SignatureError::Expected(self.expected().into()));
            }
            Ok(_) => {}
        }
        let key = match Key::of(arguments[1].data_type) {
            Some(_) => key_type(arguments[1].data_type),
            None => DataType::Float64,
        };
        Ok(with_columns(arguments, &[DataType::Float64, key], DataType::Float64))
    }

    fn evaluate(
        &self,
        inputs: &[Column],
        arguments: &[Argument<'_>],
        partitions: &Partitions<'_>,
    ) -> Result<Column, KernelError> {
        let half_life = self.half_life(arguments).map_err(|_| unchecked(self.name, arguments))?;
        let [column, by] = inputs else { return Err(unchecked(self.name, arguments)) };
        let Array::Float64(array) = column.array() else { return Err(unchecked(self.name, arguments)) };
        let distance: &dyn Fn(u32, u32) -> f64 = match by.array() {
            Array::Int64(keys) => {
                let keys = keys.values();
                // In 128 bits, for the ends of 64 are further apart than 64 bits say.
                &move |from, to| (i128::from(keys[to as usize]) - i128::from(keys[from as usize])) as f64
            }
            Array::Float64(keys) => {
                let keys = keys.values();
                &move |from, to| keys[to as usize] - keys[from as usize]
            }
            _ => return Err(unchecked(self.name, arguments)),
        };
        let by_key = sorted(&[SortKey { column: by, descending: false, nulls_first: false }], partitions)?;
        let has_key = by.validity();
        let mut results: Vec<Option<f64>> = match self.what {
            What::Interpolate => array.iter().collect(),
            _ => vec![None; array.len()],
        };
        for rows in partitions.reordered(&by_key).iter() {
            let is_keyed = |row: u32| has_key.as_ref().is_none_or(|valid| valid.get(row as usize));
            let rows = &rows[..rows.partition_point(|&row| is_keyed(row))];
            let values =
                rows.iter().enumerate().filter_map(|(place, &row)| Some((place, array.get(row as usize)?)));
            match half_life {
                None => interpolate(rows, values, distance, &mut results),
                Some(half_life) => {
                    let fade = |from, to| (-std::f64::consts::LN_2 * distance(from, to) / half_life).exp();
                    self.fade(rows, values, &fade, &mut results);
                }
            }
        }
        Ok(Column::new(DataType::Float64, results.into_iter().collect::<PrimitiveArray<f64>>()))
    }
}

impl ByKey {
    /// Each value with what is left of those before it.
    fn fade(
        &self,
        rows: &[u32],
        values: impl Iterator<Item = (usize, f64)>,
        fade: &dyn Fn(u32, u32) -> f64,
        results: &mut [Option<f64>],
    ) {
        let mut last: Option<(u32, f64)> = None;
        for (place, value) in values {
            let row = rows[place];
            let made = match last {
                None => value,
                Some((from, old)) if self.what == What::EwmSum => value + fade(from, row) * old,
                // A mean of equal values is that value, whatever roundings say.
                Some((_, old)) if old == value => value,
                Some((from, old)) => {
                    let left = fade(from, row);
                    (1.0 - left) * value + left * old
                }
            };
            results[row as usize] = Some(made);
            last = Some((row, made));
        }
    }
}

/// Fills what lies between each value and the next.
fn interpolate(
    rows: &[u32],
    values: impl Iterator<Item = (usize, f64)>,
    distance: &dyn Fn(u32, u32) -> f64,
    results: &mut [Option<f64>],
) {
    let mut last: Option<(usize, f64)> = None;
    for (place, high) in values {
        if let Some((start, low)) = last {
            let width = distance(rows[start], rows[place]);
            for &row in &rows[start + 1..place] {
                let share = if width == 0.0 { 0.0 } else { distance(rows[start], row) / width };
                results[row as usize] = Some(low + (high - low) * share);
            }
        }
        last = Some((place, high));
    }
}

#[cfg(test)]
mod tests {
    use lazuli_array::{FromValues, Scalar, TimeUnit};
    use proptest::prelude::*;

    use super::super::{EWM_MEAN_BY, EWM_SUM_BY, INTERPOLATE_BY, WindowFunctionRef};
    use super::*;
    use crate::Literal;

    fn run(
        function: &WindowFunctionRef,
        columns: [Column; 2],
        constants: &[Scalar],
        ids: &[u32],
    ) -> Vec<Option<f64>> {
        let literals: Vec<Literal> = constants.iter().cloned().map(Literal::typed).collect();
        let columns_of =
            columns.iter().map(|column| Argument { data_type: column.data_type(), literal: None });
        let constants =
            literals.iter().map(|literal| Argument { data_type: &literal.data_type, literal: Some(literal) });
        let arguments: Vec<Argument<'_>> = columns_of.chain(constants).collect();
        assert_eq!(function.signature(&arguments).unwrap().output, DataType::Float64);
        let result = function.evaluate(&columns, &arguments, &Partitions::new(ids, 3, None)).unwrap();
        (0..ids.len())
            .map(|row| match result.get(row) {
                Scalar::Float64(value) => Some(value),
                _ => None,
            })
            .collect()
    }

    proptest! {
        #[test]
        fn as_looked_up_row_by_row(
            rows in proptest::collection::vec(
                (0u32..3, prop::option::weighted(0.6, -4i32..5), prop::option::weighted(0.9, 0i64..9)), 0..30),
        ) {
            let ids: Vec<u32> = rows.iter().map(|row| row.0).collect();
            let values = Column::from_values(rows.iter().map(|row| row.1.map(f64::from)));
            let keys = Column::from_values(rows.iter().map(|row| row.2));
            let found = run(&INTERPOLATE_BY, [values.clone(), keys.clone()], &[], &ids);
            let means = run(&EWM_MEAN_BY, [values.clone(), keys.clone()], &[Scalar::Int64(2)], &ids);
            let sums = run(&EWM_SUM_BY, [values, keys], &[Scalar::from("2i")], &ids);
            for (row, (id, value, key)) in rows.iter().enumerate() {
                let place = |row: usize| (rows[row].2, row);
                let known = |other: &usize| rows[*other].0 == *id && rows[*other].1.is_some() && rows[*other].2.is_some();
                let before = (0..rows.len()).filter(known).filter(|&other| place(other) < place(row)).max_by_key(|&other| place(other));
                let after = (0..rows.len()).filter(known).filter(|&other| place(other) > place(row)).min_by_key(|&other| place(other));
                let of = |row: usize| (rows[row].1.map_or(0.0, f64::from), rows[row].2.map_or(0.0, |key| key as f64));
                let expected = match (value, key, before, after) {
                    (None, Some(key), Some(before), Some(after)) => {
                        let ((low, start), (high, end)) = (of(before), of(after));
                        let share = if start == end { 0.0 } else { (*key as f64 - start) / (end - start) };
                        Some(low + (high - low) * share)
                    }
                    (value, ..) => value.map(f64::from),
                };
                prop_assert_eq!(found[row], expected, "interpolated at {}", row);
                let (mut mean, mut sum) = (None, None);
                if let (Some(value), Some(key)) = (value, key) {
                    let left = |before: usize| 0.5f64.powf((*key as f64 - of(before).1) / 2.0);
                    mean = Some(before.map_or(f64::from(*value), |before| {
                        let old = means[before].unwrap();
                        f64::from(*value) * (1.0 - left(before)) + old * left(before)
                    }));
                    sum = Some(f64::from(*value) + before.map_or(0.0, |before| sums[before].unwrap() * left(before)));
                }
                let near = |found: Option<f64>, expected: Option<f64>| match (found, expected) {
                    (Some(found), Some(expected)) => (found - expected).abs() < 1e-9,
                    (found, expected) => found == expected,
                };
                prop_assert!(near(means[row], mean), "{:?} {:?}", means[row], mean);
                prop_assert!(near(sums[row], sum), "{:?} {:?}", sums[row], sum);
            }
        }
    }

    #[test]
    fn keys_and_half_lives_are_checked_with_the_plan() {
        let argument = |data_type| Argument { data_type, literal: None };
        let takes = |function: &WindowFunctionRef, value, key, half_life: Option<Scalar>| {
            let literal = half_life.map(Literal::typed);
            let constant = literal
                .iter()
                .map(|literal| Argument { data_type: &literal.data_type, literal: Some(literal) });
            let arguments: Vec<Argument<'_>> =
                [argument(value), argument(key)].into_iter().chain(constant).collect();
            function.signature(&arguments).is_ok()
        };
        let (int, float, text) = (&DataType::Int64, &DataType::Float64, &DataType::String);
        let at = &DataType::Datetime(TimeUnit::Milliseconds, None);
        assert!(takes(&INTERPOLATE_BY, int, float, None) && takes(&INTERPOLATE_BY, float, at, None));
        assert!(!takes(&INTERPOLATE_BY, text, int, None) && !takes(&INTERPOLATE_BY, int, text, None));
        assert!(
            takes(&EWM_MEAN_BY, int, at, Some("1h".into()))
                && takes(&EWM_SUM_BY, int, int, Some(2i64.into()))
        );
        for (key, half_life) in
            [(at, None), (at, Some("1mo".into())), (int, Some(0i64.into())), (float, Some(1i64.into()))]
        {
            assert!(!takes(&EWM_MEAN_BY, int, key, half_life.clone()), "{key} {half_life:?}");
        }
    }
}
