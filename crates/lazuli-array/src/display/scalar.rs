//! One value as text.

use std::fmt::{self, Display, Formatter, Write};

use crate::{Scalar, calendar, decimal};

/// Numbers are written with the fewest digits that read back the same, floats with a point (`1.0`, `1e16`, `NaN`,
/// `inf`); text as it is, inside lists and structs in quotes; bytes as `b"..."`; dates and times in ISO 8601 form, those
/// with a zone in UTC and marked so; durations as `1d 2h 3m 4.5s`; lists as `[1, 2]`, structs as `{a: 1}`; null as
/// `null`.
///
/// Datetimes with a zone are shown in UTC because this crate has no zone rules.
///
/// ```
/// use lazuli_array::{Scalar, TimeUnit};
///
/// assert_eq!(Scalar::Float64(1.0).to_string(), "1.0");
/// assert_eq!(Scalar::Date(18_262).to_string(), "2020-01-01");
/// assert_eq!(Scalar::Datetime(500, TimeUnit::Milliseconds, None).to_string(), "1970-01-01 00:00:00.500");
/// ```
impl Display for Scalar {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Boolean(value) => f.write_str(if *value { "true" } else { "false" }),
            Self::Int8(value) => write!(f, "{value}"),
            Self::Int16(value) => write!(f, "{value}"),
            Self::Int32(value) => write!(f, "{value}"),
            Self::Int64(value) => write!(f, "{value}"),
            Self::UInt8(value) => write!(f, "{value}"),
            Self::UInt16(value) => write!(f, "{value}"),
            Self::UInt32(value) => write!(f, "{value}"),
            Self::UInt64(value) => write!(f, "{value}"),
            // `Debug` of a float is the shortest text that reads back, with ".0" or an exponent; `Display` would write
            // 1e300 as 301 digits.
            Self::Float32(value) => write!(f, "{value:?}"),
            Self::Float64(value) => write!(f, "{value:?}"),
            Self::Decimal { value, scale, .. } => decimal::write_decimal(f, *value, *scale),
            Self::String(text) => f.write_str(text),
            Self::Binary(bytes) => write!(f, "b\"{}\"", bytes.escape_ascii()),
            Self::Date(days) => calendar::write_date(f, *days),
            Self::Datetime(ticks, unit, zone) => {
                calendar::write_datetime(f, *ticks, *unit, ' ')?;
                f.write_str(if zone.is_some() { " UTC" } else { "" })
            }
            Self::Duration(ticks, unit) => calendar::write_duration(f, *ticks, *unit),
            Self::Time(nanos) => calendar::write_time(f, *nanos),
            Self::List(values) => {
                f.write_char('[')?;
                for row in 0..values.len() {
                    f.write_str(if row == 0 { "" } else { ", " })?;
                    write_nested(f, &values.get(row))?;
                }
                f.write_char(']')
            }
            Self::Struct(fields) => {
                f.write_char('{')?;
                for (index, (name, value)) in fields.iter().enumerate() {
                    write!(f, "{}{name}: ", if index == 0 { "" } else { ", " })?;
                    write_nested(f, value)?;
                }
                f.write_char('}')
            }
        }
    }
}

/// A value inside another one: text in quotes, so that `["a, b"]` is one item.
pub(super) fn write_nested(f: &mut Formatter<'_>, value: &Scalar) -> fmt::Result {
    match value {
        Scalar::String(text) => write!(f, "{:?}", text.as_str()),
        other => other.fmt(f),
    }
}

#[cfg(test)]
mod tests {
    use crate::{Column, DataType, Scalar, TimeUnit};

    #[test]
    fn each_kind_of_value_has_its_text() {
        let list = |values: &[Option<&str>]| {
            let values = values.iter().map(|text| Scalar::from(*text));
            Scalar::List(Box::new(Column::from_scalars(&DataType::String, values).expect("text")))
        };
        let cases = [
            (Scalar::Null, "null"),
            (Scalar::Boolean(true), "true"),
            (Scalar::Int8(-128), "-128"),
            (Scalar::UInt64(u64::MAX), "18446744073709551615"),
            (Scalar::Float64(1.0), "1.0"),
            (Scalar::Float64(-0.0), "-0.0"),
            (Scalar::Float64(0.1 + 0.2), "0.30000000000000004"),
            (Scalar::Float64(1e300), "1e300"),
            (Scalar::Float64(f64::NAN), "NaN"),
            (Scalar::Float64(f64::NEG_INFINITY), "-inf"),
            (Scalar::Float32(0.1), "0.1"),
            (Scalar::Decimal { value: -1, precision: 5, scale: 3 }, "-0.001"),
            (Scalar::from("a\nb"), "a\nb"),
            (Scalar::Binary([0, b'a', 255].as_slice().into()), "b\"\\x00a\\xff\""),
            (Scalar::Date(-719_528), "0000-01-01"),
            (Scalar::Datetime(1, TimeUnit::Microseconds, None), "1970-01-01 00:00:00.000001"),
            (
                Scalar::Datetime(0, TimeUnit::Nanoseconds, Some("Europe/Paris".into())),
                "1970-01-01 00:00:00 UTC",
            ),
            (Scalar::Duration(93_784_500, TimeUnit::Milliseconds), "1d 2h 3m 4.5s"),
            (Scalar::Time(45_296_000_000_000), "12:34:56"),
            (list(&[]), "[]"),
            (list(&[Some("a, \"b\""), None]), r#"["a, \"b\"", null]"#),
            (Scalar::Struct(vec![("a".into(), 1i64.into()), ("b".into(), Scalar::Null)]), "{a: 1, b: null}"),
        ];
        for (value, expected) in cases {
            assert_eq!(value.to_string(), expected, "{value:?}");
        }
    }
}
