//! What `std` and `var` share: types, and results of moments.

use lazuli_array::{Column, DataType};
use lazuli_kernels::aggregate::FloatMoments;

use crate::Accumulator;
use crate::aggregate::decimal_moments::DecimalMoments;
use crate::aggregate::fixed_states::FixedStates;
use crate::aggregate::moment_state::{IntegerMoments, Moments};
use crate::aggregate::state_column::result_column;

/// States of numbers or booleans of this type; `result` makes Float64 of variances. Null below two values.
pub(super) fn variance_accumulator(data_type: &DataType, result: fn(f64) -> f64) -> Box<dyn Accumulator> {
    match data_type {
        DataType::Decimal { scale, .. } => {
            let unit = 10f64.powi(i32::from(*scale) * 2);
            FixedStates::boxed(move |states: &[DecimalMoments]| {
                Ok(float_column(states, |variance| result(variance / unit)))
            })
        }
        float if float.is_float() => {
            FixedStates::boxed(move |states: &[FloatMoments]| Ok(float_column(states, result)))
        }
        _ => FixedStates::boxed(move |states: &[IntegerMoments]| Ok(float_column(states, result))),
    }
}

fn float_column<M: Moments>(states: &[M], result: impl Fn(f64) -> f64) -> Column {
    result_column(
        DataType::Float64,
        states.len(),
        |group| states[group].count() > 1,
        |group| result(states[group].variance()),
    )
}

/// The sample variances; `None` below two values.
pub(super) fn variances<M: Moments>(states: &[M]) -> impl Iterator<Item = Option<f64>> {
    states.iter().map(|state| (state.count() > 1).then(|| state.variance()))
}
