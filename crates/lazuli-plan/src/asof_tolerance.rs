//! How far the partner of an as-of join may be, in the steps of its key.

use lazuli_array::{DataType, Scalar, TimeUnit};

/// The greatest distance of two keys.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum AsofTolerance {
    /// In steps of the key: integers, the last digit of a decimal, days of a date, ticks of a time.
    Ticks(u128),
    /// Between floats.
    Distance(f64),
}

/// The tolerance of an as-of join over keys of this type. What is finer than the key's steps is dropped: no two keys are
/// a part of a step apart.
///
/// # Errors
/// Why the tolerance does not fit the key, as a sentence for the user.
pub fn asof_tolerance(key: &DataType, tolerance: &Scalar) -> Result<AsofTolerance, String> {
    let steps = match (key, tolerance) {
        (DataType::Date, Scalar::Duration(ticks, unit)) => {
            Some(i128::from(*ticks).div_euclid(i128::from(unit.per_second()) * 86_400))
        }
        (DataType::Datetime(to, _) | DataType::Duration(to), Scalar::Duration(ticks, unit)) => {
            Some(rescaled(*ticks, *unit, *to))
        }
        (DataType::Time, Scalar::Duration(ticks, unit)) => {
            Some(rescaled(*ticks, *unit, TimeUnit::Nanoseconds))
        }
        (DataType::Decimal { scale, .. }, number) => decimal_steps(number, *scale)?,
        (key, number) if key.is_integer() => decimal_steps(number, 0)?,
        (key, number) if key.is_float() => {
            let distance = float(number).filter(|distance| *distance >= 0.0);
            return distance.map(AsofTolerance::Distance).ok_or_else(|| not_a_distance(key, tolerance));
        }
        _ => None,
    };
    steps
        .and_then(|steps| u128::try_from(steps).ok())
        .map(AsofTolerance::Ticks)
        .ok_or_else(|| not_a_distance(key, tolerance))
}

fn not_a_distance(key: &DataType, tolerance: &Scalar) -> String {
    let kind = if key.is_temporal() { "a duration" } else { "a number" };
    format!(
        "the tolerance of an as-of join on {key} is {kind}, not negative and not null, but this is {tolerance} ({})",
        tolerance.data_type()
    )
}

fn rescaled(ticks: i64, from: TimeUnit, to: TimeUnit) -> i128 {
    (i128::from(ticks) * i128::from(to.per_second())).div_euclid(i128::from(from.per_second()))
}

/// A number in steps of `10^-scale`; `None` if it is no number.
fn decimal_steps(number: &Scalar, scale: u8) -> Result<Option<i128>, String> {
    let power = 10i128.pow(scale.into());
    let whole = integer(number).map(|value| value.checked_mul(power));
    let steps = match (whole, number) {
        (Some(steps), _) => steps,
        (None, Scalar::Decimal { value, scale: from, .. }) if *from >= scale => {
            Some(value.div_euclid(10i128.pow((from - scale).into())))
        }
        (None, Scalar::Decimal { value, scale: from, .. }) => {
            value.checked_mul(10i128.pow((scale - from).into()))
        }
        // A float beyond all integers is cut to the largest, which no two keys exceed.
        (None, number) => match float(number) {
            Some(value) if !value.is_nan() => Some((value * power as f64).floor() as i128),
            _ => return Ok(None),
        },
    };
    steps.map(Some).ok_or_else(|| format!("a tolerance of {number} is larger than any distance of keys"))
}

fn integer(number: &Scalar) -> Option<i128> {
    Some(match number {
        Scalar::Int8(value) => (*value).into(),
        Scalar::Int16(value) => (*value).into(),
        Scalar::Int32(value) => (*value).into(),
        Scalar::Int64(value) => (*value).into(),
        Scalar::UInt8(value) => (*value).into(),
        Scalar::UInt16(value) => (*value).into(),
        Scalar::UInt32(value) => (*value).into(),
        Scalar::UInt64(value) => (*value).into(),
        _ => return None,
    })
}

fn float(number: &Scalar) -> Option<f64> {
    match number {
        Scalar::Float32(value) => Some((*value).into()),
        Scalar::Float64(value) => Some(*value),
        other => integer(other).map(|value| value as f64),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tolerances_are_in_steps_of_the_key() {
        let hours = |hours: i64| Scalar::Duration(hours * 3_600_000, TimeUnit::Milliseconds);
        let cents = DataType::Decimal { precision: 9, scale: 2 };
        let cases = [
            (DataType::Int32, Scalar::from(3i64), AsofTolerance::Ticks(3)),
            (DataType::UInt64, Scalar::from(2.9), AsofTolerance::Ticks(2)),
            (DataType::Float32, Scalar::from(3i64), AsofTolerance::Distance(3.0)),
            (DataType::Float64, Scalar::from(f64::INFINITY), AsofTolerance::Distance(f64::INFINITY)),
            (DataType::Date, hours(47), AsofTolerance::Ticks(1)),
            (DataType::Datetime(TimeUnit::Microseconds, None), hours(1), AsofTolerance::Ticks(3_600_000_000)),
            (DataType::Time, hours(1), AsofTolerance::Ticks(3_600_000_000_000)),
            (DataType::Duration(TimeUnit::Milliseconds), hours(2), AsofTolerance::Ticks(7_200_000)),
            (cents.clone(), Scalar::from(2i64), AsofTolerance::Ticks(200)),
            (cents.clone(), Scalar::from(0.5), AsofTolerance::Ticks(50)),
            (
                cents.clone(),
                Scalar::Decimal { value: 1_239, precision: 9, scale: 3 },
                AsofTolerance::Ticks(123),
            ),
            (cents, Scalar::Decimal { value: 12, precision: 9, scale: 1 }, AsofTolerance::Ticks(120)),
        ];
        for (key, tolerance, expected) in cases {
            assert_eq!(asof_tolerance(&key, &tolerance), Ok(expected), "{key} {tolerance}");
        }
    }

    #[test]
    fn what_is_no_distance_is_refused() {
        let cases = [
            (DataType::Int64, Scalar::from(-1i64)),
            (DataType::Int64, Scalar::from(f64::NAN)),
            (DataType::Float64, Scalar::from(-0.5)),
            (DataType::Float64, Scalar::from(f64::NAN)),
            (DataType::Date, Scalar::from(1i64)),
            (DataType::Int64, Scalar::Duration(1, TimeUnit::Milliseconds)),
            (DataType::Date, Scalar::Duration(-1, TimeUnit::Milliseconds)),
            (DataType::Int64, Scalar::Null),
        ];
        for (key, tolerance) in cases {
            let error = asof_tolerance(&key, &tolerance).expect_err("no distance");
            assert!(error.contains("tolerance"), "{error}");
        }
        assert_eq!(
            asof_tolerance(&DataType::Date, &Scalar::from(1i64)).expect_err("a number"),
            "the tolerance of an as-of join on Date is a duration, not negative and not null, but this is 1 (Int64)"
        );
    }
}
