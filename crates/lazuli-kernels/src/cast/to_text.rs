//! Values as text: for numbers the shortest that reads back, for temporal values ISO 8601.
//!
//! Floats as `zmij` writes them and as CSV files have them: `1.0`, `0.1`, `1e+20`, `-0.0`; `NaN`, `inf`, `-inf`.
//! Datetimes with a space between date and time, instants with a `Z` at the end; fractions of a second with 3, 6 or 9
//! digits where there are any. [`crate::parse`] reads all of it back, but datetimes in years beyond those
//! of dates.

use lazuli_array::calendar::{write_date, write_datetime, write_duration, write_time};
use lazuli_array::decimal::write_decimal;
use lazuli_array::{Array, DataType, StringArray, dispatch_float, dispatch_wide_integer};

use crate::text_rows::TextRows;
use crate::wide::widened;

/// The text of each row of an array of type `from`; nulls stay null.
pub(super) fn write(array: &Array, from: &DataType) -> StringArray {
    let mut out = TextRows::new(array.len(), array.validity().clone(), 8);
    match (from, array) {
        (_, Array::Boolean(array)) => {
            out.each(|row, text| text.push_str(if array.values().get(row) { "true" } else { "false" }));
        }
        (DataType::Date, Array::Int32(array)) => {
            out.each(|row, text| written(write_date(text, array.values()[row])));
        }
        (DataType::Datetime(unit, zone), Array::Int64(array)) => out.each(|row, text| {
            written(write_datetime(text, array.values()[row], *unit, ' '));
            text.push_str(if zone.is_some() { "Z" } else { "" });
        }),
        (DataType::Duration(unit), Array::Int64(array)) => {
            out.each(|row, text| written(write_duration(text, array.values()[row], *unit)));
        }
        (DataType::Time, Array::Int64(array)) => {
            out.each(|row, text| written(write_time(text, array.values()[row])));
        }
        (DataType::Decimal { scale, .. }, Array::Int128(array)) => {
            out.each(|row, text| written(write_decimal(text, array.values()[row], *scale)));
        }
        (_, array @ (Array::Float32(_) | Array::Float64(_))) => dispatch_float!(
            array,
            |array| {
                let mut buffer = zmij::Buffer::new();
                out.each(|row, text| {
                    let value = array.values()[row];
                    text.push_str(if value.is_finite() {
                        buffer.format_finite(value)
                    } else if value.is_nan() {
                        "NaN"
                    } else if value > 0.0 {
                        "inf"
                    } else {
                        "-inf"
                    });
                });
            },
            else unreachable!("matched as floats")
        ),
        (_, array) => dispatch_wide_integer!(
            &*widened(array),
            |array| {
                let mut buffer = itoa::Buffer::new();
                out.each(|row, text| text.push_str(buffer.format(array.values()[row])));
            },
            else unreachable!("can_cast said no to {from} as text")
        ),
    }
    out.finish()
}

fn written(result: std::fmt::Result) {
    result.expect("a string takes any text");
}
