//! Values at a share of the way through each group: what `median` and `quantile` share.

use std::any::Any;
use std::ops::Range;

use lazuli_array::{Column, DataType, Native, PrimitiveArray};
use lazuli_kernels::KernelError;
use lazuli_kernels::aggregate::{float_key, float_of_key, signed_key, signed_of_key};

use crate::aggregate::quotient::{decimal_quotient, quotient, rounded_quotient};
use crate::aggregate::signature::{between, ticks_per_unit};
use crate::aggregate::valid_rows::as_numbers;
use crate::aggregate::value_lists::ValueLists;
use crate::{Accumulator, Groups, RowOrder};

/// What is taken where a share of the way lies between two values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum QuantileMethod {
    /// The point as far between them.
    Linear,
    /// The nearer one, the greater if both are as near.
    Nearest,
    /// The lesser one.
    Lower,
    /// The greater one.
    Higher,
    /// The point in the middle.
    Midpoint,
    /// The least value that at least this share of the values does not exceed.
    Equiprobable,
}

impl QuantileMethod {
    /// The names in texts; the first is the default.
    pub(crate) const WORDS: [(&'static str, Self); 6] = [
        ("linear", Self::Linear),
        ("nearest", Self::Nearest),
        ("lower", Self::Lower),
        ("higher", Self::Higher),
        ("midpoint", Self::Midpoint),
        ("equiprobable", Self::Equiprobable),
    ];

    /// Which of `len` values, and how far it is from there to the next.
    pub(crate) fn place(self, len: usize, share: f64) -> (usize, f64) {
        let last = len.saturating_sub(1);
        let place = share * last as f64;
        let index = (place as usize).min(last);
        let fraction = place - index as f64;
        match self {
            Self::Linear => (index, fraction),
            Self::Nearest => ((index + usize::from(fraction >= 0.5)).min(last), 0.0),
            Self::Lower => (index, 0.0),
            Self::Higher => ((index + usize::from(fraction > 0.0)).min(last), 0.0),
            Self::Midpoint => (index, if fraction > 0.0 { 0.5 } else { 0.0 }),
            Self::Equiprobable => {
                let reached = (share * len as f64).ceil() as usize;
                (reached.saturating_sub(1).min(last), 0.0)
            }
        }
    }
}

/// States of values of this type, for the value at share `q` (0 to 1) of the way from the least to the greatest.
pub(super) fn quantile_accumulator(
    data_type: &DataType,
    q: f64,
    method: QuantileMethod,
) -> Box<dyn Accumulator> {
    let output = between(data_type).expect("the signature takes nothing else");
    match data_type {
        DataType::Float32 | DataType::Float64 => {
            Quantiles::boxed(output, float_rows, move |keys: &mut [u64]| {
                let (lower, upper, fraction) = neighbours(keys, q, method);
                Some(interpolate(float_of_key(lower), float_of_key(upper), fraction))
            })
        }
        DataType::Decimal { scale, .. } => {
            let scale = *scale;
            Quantiles::boxed(output, wide_rows, move |values: &mut [i128]| {
                let (lower, upper, fraction) = neighbours(values, q, method);
                Some(match lower.checked_add(upper) {
                    Some(sum) if fraction == 0.5 => decimal_quotient(sum, scale, 2),
                    _ => interpolate(
                        decimal_quotient(lower, scale, 1),
                        decimal_quotient(upper, scale, 1),
                        fraction,
                    ),
                })
            })
        }
        DataType::UInt64 => Quantiles::boxed(output, integer_rows, move |values: &mut [u64]| {
            let (lower, upper, fraction) = neighbours(values, q, method);
            Some(interpolate_integers(lower.into(), upper.into(), fraction))
        }),
        temporal if temporal.is_temporal() => {
            let ticks = ticks_per_unit(temporal);
            Quantiles::boxed(output, integer_rows, move |keys: &mut [u64]| {
                let (lower, upper, fraction) = neighbours(keys, q, method);
                let [lower, upper] = [lower, upper].map(|key| i128::from(signed_of_key(key)) * ticks);
                Some(interpolate_ticks(lower, upper, fraction))
            })
        }
        _ => Quantiles::boxed(output, integer_rows, move |keys: &mut [u64]| {
            let (lower, upper, fraction) = neighbours(keys, q, method);
            let [lower, upper] = [lower, upper].map(|key| signed_of_key(key).into());
            Some(interpolate_integers(lower, upper, fraction))
        }),
    }
}

/// The values around the place at share `q`, and how far it is from the first to the second.
fn neighbours<V: Copy + Ord>(values: &mut [V], q: f64, method: QuantileMethod) -> (V, V, f64) {
    let (index, fraction) = method.place(values.len(), q);
    let (_, lower, above) = values.select_nth_unstable(index);
    let upper = if fraction > 0.0 { above.iter().copied().min() } else { None };
    (*lower, upper.unwrap_or(*lower), fraction)
}

pub(crate) fn interpolate(lower: f64, upper: f64, fraction: f64) -> f64 {
    let difference = upper - lower;
    if fraction == 0.0 || lower == upper {
        lower
    } else if difference.is_finite() {
        lower + fraction * difference
    } else {
        // Infinities, or a difference beyond the range of doubles.
        lower * (1.0 - fraction) + upper * fraction
    }
}

fn interpolate_integers(lower: i128, upper: i128, fraction: f64) -> f64 {
    if fraction == 0.5 {
        quotient(lower + upper, 2)
    } else {
        lower as f64 + fraction * (upper - lower) as f64
    }
}

fn interpolate_ticks(lower: i128, upper: i128, fraction: f64) -> i64 {
    let between = if fraction == 0.5 {
        rounded_quotient(lower + upper, 2)
    } else {
        lower + (fraction * (upper - lower) as f64).round_ties_even() as i128
    };
    // Rounding may go beyond by ticks that a double can't tell apart.
    i64::try_from(between.clamp(lower, upper)).expect("the result lies between two values")
}

/// Integers of at most 64 bits by keys that sort as they do; those without a sign are their own.
fn integer_rows(lists: &mut ValueLists<u64>, input: &lazuli_array::Array, groups: Groups<'_>) {
    match &*as_numbers(input) {
        lazuli_array::Array::UInt64(array) => lists.extend(array, groups, |value| value),
        lazuli_array::Array::Int32(array) => lists.extend(array, groups, |value| signed_key(value.into())),
        lazuli_array::Array::Int64(array) => lists.extend(array, groups, signed_key),
        _ => unreachable!("decimals and floats have lists of their own"),
    }
}

fn wide_rows(lists: &mut ValueLists<i128>, input: &lazuli_array::Array, groups: Groups<'_>) {
    let lazuli_array::Array::Int128(array) = input else {
        unreachable!("narrower integers have lists of their own")
    };
    lists.extend(array, groups, |value| value);
}

/// Floats by keys that sort as they do, NaN the greatest, and are compared in one instruction.
fn float_rows(lists: &mut ValueLists<u64>, input: &lazuli_array::Array, groups: Groups<'_>) {
    let wide = as_numbers(input);
    let lazuli_array::Array::Float64(array) = &*wide else {
        unreachable!("integers have lists of their own")
    };
    lists.extend(array, groups, float_key);
}

/// Appends the values of an array.
type AppendRows<V> = fn(&mut ValueLists<V>, &lazuli_array::Array, Groups<'_>);

/// The values of all groups, and what becomes of those of one.
struct Quantiles<V, R> {
    lists: ValueLists<V>,
    append_rows: AppendRows<V>,
    output: DataType,
    result: Box<dyn Fn(&mut [V]) -> Option<R> + Send>,
}

impl<V: Native, R: Native> Quantiles<V, R> {
    fn boxed(
        output: DataType,
        append_rows: AppendRows<V>,
        result: impl Fn(&mut [V]) -> Option<R> + Send + 'static,
    ) -> Box<dyn Accumulator> {
        Box::new(Self { lists: ValueLists::new(), append_rows, output, result: Box::new(result) })
    }
}

impl<V: Native, R: Native> Accumulator for Quantiles<V, R> {
    fn absorb(&mut self, other: &mut dyn Accumulator) -> Result<bool, KernelError> {
        let other: Option<&mut Self> = (other as &mut dyn Any).downcast_mut();
        Ok(other.is_some_and(|other| self.lists.absorb(&mut other.lists)))
    }

    fn resize(&mut self, num_groups: usize) {
        self.lists.resize(num_groups);
    }

    fn update(&mut self, inputs: &[Column], groups: Groups<'_>, _: RowOrder) -> Result<(), KernelError> {
        (self.append_rows)(&mut self.lists, inputs[0].array(), groups);
        Ok(())
    }

    fn state(&self, groups: Range<usize>) -> Result<Vec<Column>, KernelError> {
        Ok(vec![self.lists.to_column(groups)])
    }

    fn merge(&mut self, state: &[Column], groups: Groups<'_>) -> Result<(), KernelError> {
        self.lists.extend_from_column(&state[0], groups);
        Ok(())
    }

    fn finish(&self, groups: Range<usize>) -> Result<Column, KernelError> {
        let results = self.lists.map(groups, &self.result);
        Ok(Column::new(
            self.output.clone(),
            results.into_iter().map(Option::flatten).collect::<PrimitiveArray<R>>(),
        ))
    }

    fn memory_bytes(&self) -> usize {
        self.lists.memory_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_are_interpolated_at_the_edges_too() {
        let infinity = f64::INFINITY;
        let cases = [
            (1.0, 2.0, 0.25, 1.25),
            (infinity, infinity, 0.5, infinity),
            (-infinity, 1.0, 0.5, -infinity),
            (1.0, infinity, 0.5, infinity),
            (-f64::MAX, f64::MAX, 0.5, 0.0),
        ];
        for (lower, upper, fraction, expected) in cases {
            assert_eq!(interpolate(lower, upper, fraction), expected, "{lower} {upper} {fraction}");
        }
        assert!(interpolate(-infinity, infinity, 0.5).is_nan());
        assert!(interpolate(1.0, f64::NAN, 0.5).is_nan());
        assert_eq!(interpolate(1.0, f64::NAN, 0.0), 1.0);
    }

    #[test]
    fn ticks_round_to_even_and_stay_between() {
        let cases = [
            (1, 2, 0.5, 2),
            (2, 3, 0.5, 2),
            (0, 10, 0.25, 2),
            (i128::from(i64::MIN), i128::from(i64::MAX), 0.5, 0),
            (i128::from(i64::MIN), i128::from(i64::MAX), 0.999_999_999_999_999_9, i64::MAX - 2047),
        ];
        for (lower, upper, fraction, expected) in cases {
            assert_eq!(interpolate_ticks(lower, upper, fraction), expected, "{lower} {upper} {fraction}");
        }
    }
}
