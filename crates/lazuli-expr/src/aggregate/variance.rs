//! What `std` and `var` share: types, and results of moments.

use lazuli_array::{Column, DataType};
use lazuli_kernels::aggregate::FloatMoments;

use crate::Accumulator;
use crate::aggregate::decimal_moments::DecimalMoments;
use crate::aggregate::fixed_states::FixedStates;
use crate::aggregate::moment_state::{IntegerMoments, Moments};
use crate::aggregate::state_column::result_column;
use crate::function::{Argument, SignatureError};
use crate::options::Options;

/// What the divisor is less than the number of values: the constant behind the column, 1 by default.
pub(super) fn ddof(arguments: &[Argument<'_>], expected: &'static str) -> Result<i64, SignatureError> {
    let mut options = Options::behind(1, arguments, expected)?;
    let ddof = options.integer()?.unwrap_or(1);
    options.end()?;
    if ddof < 0 {
        let reason = format!("what the divisor is less must not be negative, as {ddof} is");
        return Err(SignatureError::InvalidArgument(reason));
    }
    Ok(ddof)
}

/// States of numbers or booleans of this type; `result` makes Float64 of variances. Null for `ddof` values or fewer.
pub(super) fn variance_accumulator(
    data_type: &DataType,
    ddof: i64,
    result: fn(f64) -> f64,
) -> Box<dyn Accumulator> {
    match data_type {
        DataType::Decimal { scale, .. } => {
            let unit = 10f64.powi(i32::from(*scale) * 2);
            FixedStates::boxed(move |states: &[DecimalMoments]| {
                Ok(float_column(states, ddof, |variance| result(variance / unit)))
            })
        }
        float if float.is_float() => {
            FixedStates::boxed(move |states: &[FloatMoments]| Ok(float_column(states, ddof, result)))
        }
        _ => FixedStates::boxed(move |states: &[IntegerMoments]| Ok(float_column(states, ddof, result))),
    }
}

fn float_column<M: Moments>(states: &[M], ddof: i64, result: impl Fn(f64) -> f64) -> Column {
    result_column(
        DataType::Float64,
        states.len(),
        |group| states[group].count() > ddof,
        |group| result(states[group].variance(ddof)),
    )
}

/// The variances; `None` for `ddof` values or fewer.
pub(super) fn variances<M: Moments>(states: &[M], ddof: i64) -> impl Iterator<Item = Option<f64>> {
    states.iter().map(move |state| (state.count() > ddof).then(|| state.variance(ddof)))
}
