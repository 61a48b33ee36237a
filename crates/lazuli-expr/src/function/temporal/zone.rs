//! `dt.convert_time_zone` and `dt.replace_time_zone`.

use lazuli_array::{Column, DataType};
use lazuli_kernels::KernelError;
use lazuli_kernels::temporal::{self, Ambiguous, NonExistent};

use super::TemporalNamespace;
use super::arguments::{
    MICROSECONDS, Options, checked, expected, input_type, inputs_as, is_datetime, text, text_or_null,
};
use crate::Expr;
use crate::evaluate::Value;
use crate::function::constants::map_rows;
use crate::function::{Argument, ScalarFunction, Signature, SignatureError};

/// The same instants, shown by the clock of another zone. Datetimes without a zone are taken as UTC.
#[derive(Debug)]
pub struct ConvertTimeZone;

impl ScalarFunction for ConvertTimeZone {
    fn name(&self) -> &str {
        "dt.convert_time_zone"
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        const EXPECTED: &str = "a datetime, and a time zone such as 'Europe/Paris'";
        let [value, _] = arguments else { return expected(EXPECTED) };
        let input = input_type(value, is_datetime, MICROSECONDS, EXPECTED)?;
        let options = Options::of_arguments(arguments);
        let (DataType::Datetime(unit, _), Some(zone)) = (&input, options.zone(1)?) else {
            return expected(EXPECTED);
        };
        let output = DataType::Datetime(*unit, Some(zone.into()));
        Ok(Signature { inputs: inputs_as(arguments, &[input]), output })
    }

    fn evaluate(&self, inputs: &[Value], _: usize) -> Result<Value, KernelError> {
        let options = Options::of_values(inputs);
        let zone = checked("dt.convert_time_zone", options.text(1))?;
        map_rows(&inputs[0], |column| match column.data_type() {
            DataType::Datetime(unit, _) => {
                Ok(Column::new(DataType::Datetime(*unit, zone.map(Into::into)), column.array().clone()))
            }
            other => Err(KernelError::unsupported("dt.convert_time_zone", [other])),
        })
    }
}

/// What the clock shows, as the time of another zone, or of none where the zone is null.
///
/// A third argument says what becomes of a time that the zone's clock shows twice: `'raise'` (an error, if there is none),
/// `'earliest'`, `'latest'`, `'null'`; a fourth the same for one that it never shows: `'raise'` or `'null'`.
#[derive(Debug)]
pub struct ReplaceTimeZone;

impl ScalarFunction for ReplaceTimeZone {
    fn name(&self) -> &str {
        "dt.replace_time_zone"
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        const EXPECTED: &str = "a datetime, and a time zone such as 'Europe/Paris' or null";
        let (2..=4, Some(value)) = (arguments.len(), arguments.first()) else { return expected(EXPECTED) };
        let input = input_type(value, is_datetime, MICROSECONDS, EXPECTED)?;
        let DataType::Datetime(unit, _) = &input else { return expected(EXPECTED) };
        let options = Options::of_arguments(arguments);
        options.ambiguous(2)?;
        options.non_existent(3)?;
        let output = DataType::Datetime(*unit, options.zone(1)?.map(Into::into));
        Ok(Signature { inputs: inputs_as(arguments, &[input]), output })
    }

    fn evaluate(&self, inputs: &[Value], _: usize) -> Result<Value, KernelError> {
        const NAME: &str = "dt.replace_time_zone";
        let options = Options::of_values(inputs);
        let zone = checked(NAME, options.text(1))?;
        let ambiguous = checked(NAME, options.ambiguous(2))?;
        let non_existent = checked(NAME, options.non_existent(3))?;
        map_rows(&inputs[0], |column| temporal::replace_time_zone(column, zone, ambiguous, non_existent))
    }

    fn is_fallible(&self) -> bool {
        true
    }
}

impl TemporalNamespace {
    /// The same instants, shown by the clock of another zone, such as `Europe/Paris` or `+01:00`.
    ///
    /// Zones by name need the feature `timezones`.
    ///
    /// ```
    /// use lazuli_expr::col;
    ///
    /// let local = col("at").dt().convert_time_zone("Asia/Tokyo");
    /// assert_eq!(local.to_string(), "dt.convert_time_zone(at, 'Asia/Tokyo')");
    /// ```
    pub fn convert_time_zone(self, zone: &str) -> Expr {
        self.0.call_with(super::CONVERT_TIME_ZONE, [text(zone)])
    }

    /// What the clock shows, as the time of another zone or of none. A time that its clock shows twice or never is an error.
    pub fn replace_time_zone(self, zone: Option<&str>) -> Expr {
        self.0.call_with(super::REPLACE_TIME_ZONE, [text_or_null(zone)])
    }

    /// As [`TemporalNamespace::replace_time_zone`], and what becomes of a time that the clock shows twice or never.
    pub fn replace_time_zone_with(
        self,
        zone: Option<&str>,
        ambiguous: Ambiguous,
        non_existent: NonExistent,
    ) -> Expr {
        let non_existent = match non_existent {
            NonExistent::Raise => "raise",
            NonExistent::Null => "null",
        };
        let options = [text_or_null(zone), text(ambiguous_word(ambiguous)), text(non_existent)];
        self.0.call_with(super::REPLACE_TIME_ZONE, options)
    }
}

pub(super) fn ambiguous_word(ambiguous: Ambiguous) -> &'static str {
    match ambiguous {
        Ambiguous::Raise => "raise",
        Ambiguous::Earliest => "earliest",
        Ambiguous::Latest => "latest",
        Ambiguous::Null => "null",
    }
}

#[cfg(test)]
mod tests {
    use lazuli_array::{PrimitiveArray, Scalar, TimeUnit};
    use lazuli_kernels::Constant;

    use super::*;
    use crate::Literal;

    #[test]
    fn zones_are_checked_with_the_plan() {
        let naive = DataType::Datetime(TimeUnit::Milliseconds, None);
        let value = Argument { data_type: &naive, literal: None };
        for (zone, expected) in [
            (Scalar::from("Europe/Paris"), Some(Some("Europe/Paris"))),
            (Scalar::from("+05:30"), Some(Some("+05:30"))),
            (Scalar::Null, Some(None)),
            (Scalar::from("Europe/Pari"), None),
            (Scalar::Int32(1), None),
        ] {
            let literal = Literal::typed(zone);
            let zone = Argument { data_type: &literal.data_type, literal: Some(&literal) };
            let output = ReplaceTimeZone.signature(&[value, zone]).ok().map(|signature| signature.output);
            let expected = expected
                .map(|zone: Option<&str>| DataType::Datetime(TimeUnit::Milliseconds, zone.map(Into::into)));
            assert_eq!(output, expected);
        }
        assert!(ConvertTimeZone.signature(&[value]).is_err());
    }

    #[test]
    fn the_same_instant_or_the_same_clock() {
        let naive = DataType::Datetime(TimeUnit::Milliseconds, None);
        let column = Column::new(naive, [Some(0), None].into_iter().collect::<PrimitiveArray<i64>>());
        let text = |text: &str| Value::Constant(Constant::from_scalar(&Scalar::from(text)));
        let converted = ConvertTimeZone.evaluate(&[column.clone().into(), text("Europe/Paris")], 2).unwrap();
        let zone: Option<lazuli_array::TimeZone> = Some("Europe/Paris".into());
        let rows = converted.into_column(2);
        assert_eq!(rows.get(0), Scalar::Datetime(0, TimeUnit::Milliseconds, zone.clone()));
        let replaced =
            ReplaceTimeZone.evaluate(&[column.into(), text("Europe/Paris")], 2).unwrap().into_column(2);
        assert_eq!(replaced.get(0), Scalar::Datetime(-3_600_000, TimeUnit::Milliseconds, zone));
        assert_eq!(replaced.get(1), Scalar::Null);
    }
}
