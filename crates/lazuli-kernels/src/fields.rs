//! Fields of structs, and structs as JSON.

use std::fmt::Write;

use lazuli_array::calendar::{write_date, write_datetime, write_duration, write_time};
use lazuli_array::decimal::write_decimal;
use lazuli_array::{
    Array, BooleanArray, Column, DataType, StringBuilder, StructArray, dispatch_float, dispatch_integer,
};

use crate::datum::Datum;
use crate::{Constant, Result, if_else};

/// One field of a struct column, null where the struct is. Panics for another type, or a field that there is not.
///
/// # Errors
/// None for columns of any type that there is.
pub fn field(column: &Column, index: usize) -> Result<Column> {
    let (array, fields) = struct_of(column);
    let column = Column::new(fields[index].data_type().clone(), array.fields()[index].clone());
    match array.validity() {
        None => Ok(column),
        Some(validity) => {
            let mask = BooleanArray::new(validity.clone(), None);
            let null = Constant::null(column.data_type().clone());
            if_else(&mask, Datum::Column(&column), Datum::Constant(&null))
        }
    }
}

fn struct_of(column: &Column) -> (&StructArray, &[lazuli_array::Field]) {
    match (column.array(), column.data_type()) {
        (Array::Struct(array), DataType::Struct(fields)) => (array, fields),
        (_, other) => panic!("a struct over a column of {other}"),
    }
}

/// Each row as JSON text: structs as objects, lists as arrays, temporal values and decimals as strings, NaN and infinite
/// numbers as null. A null row is the text `null`.
pub fn to_json(column: &Column) -> Column {
    let mut builder = StringBuilder::with_capacity(column.len(), column.len() * 16);
    let mut text = String::new();
    for row in 0..column.len() {
        text.clear();
        write_json(&mut text, column.data_type(), column.array(), row);
        builder.push(Some(&text));
    }
    Column::new(DataType::String, builder.finish())
}

fn write_json(text: &mut String, data_type: &DataType, array: &Array, row: usize) {
    if !array.is_valid(row) {
        text.push_str("null");
        return;
    }
    match (array, data_type) {
        (Array::Boolean(array), _) => text.push_str(if array.values().get(row) { "true" } else { "false" }),
        (Array::Int32(array), DataType::Date) => quoted(text, |text| write_date(text, array.values()[row])),
        (Array::Int64(array), DataType::Datetime(unit, zone)) => quoted(text, |text| {
            write_datetime(text, array.values()[row], *unit, 'T')?;
            text.write_str(if zone.is_some() { "Z" } else { "" })
        }),
        (Array::Int64(array), DataType::Duration(unit)) => {
            quoted(text, |text| write_duration(text, array.values()[row], *unit));
        }
        (Array::Int64(array), DataType::Time) => quoted(text, |text| write_time(text, array.values()[row])),
        (Array::Int128(array), DataType::Decimal { scale, .. }) => {
            quoted(text, |text| write_decimal(text, array.values()[row], *scale));
        }
        (Array::String(array), _) => write_string(text, array.value(row)),
        (Array::Dictionary(array), _) => write_string(text, array.get(row).unwrap_or_default()),
        (Array::Binary(array), _) => {
            text.push('[');
            for (place, byte) in array.value(row).iter().enumerate() {
                let _ = write!(text, "{}{byte}", if place == 0 { "" } else { "," });
            }
            text.push(']');
        }
        (Array::List(array), DataType::List(item)) => {
            text.push('[');
            let (start, end) = (array.offsets()[row] as usize, array.offsets()[row + 1] as usize);
            for place in start..end {
                if place > start {
                    text.push(',');
                }
                write_json(text, item, array.values(), place);
            }
            text.push(']');
        }
        (Array::Struct(array), DataType::Struct(fields)) => {
            text.push('{');
            for (place, (field, values)) in fields.iter().zip(array.fields()).enumerate() {
                if place > 0 {
                    text.push(',');
                }
                write_string(text, field.name());
                text.push(':');
                write_json(text, field.data_type(), values, row);
            }
            text.push('}');
        }
        (array, _) => dispatch_integer!(
            array,
            |array| text.push_str(itoa::Buffer::new().format(array.values()[row])),
            else dispatch_float!(
                array,
                |array| {
                    let value = array.values()[row];
                    if value.is_finite() {
                        text.push_str(zmij::Buffer::new().format_finite(value));
                    } else {
                        text.push_str("null");
                    }
                },
                else unreachable!("a {data_type} over a {} array", array.physical_name())
            )
        ),
    }
}

fn quoted(text: &mut String, write: impl FnOnce(&mut String) -> std::fmt::Result) {
    text.push('"');
    write(text).expect("a string takes any text");
    text.push('"');
}

fn write_string(text: &mut String, value: &str) {
    text.push('"');
    for letter in value.chars() {
        match letter {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\t' => text.push_str("\\t"),
            '\u{8}' => text.push_str("\\b"),
            '\u{c}' => text.push_str("\\f"),
            control if u32::from(control) < 0x20 => {
                let _ = write!(text, "\\u{:04x}", u32::from(control));
            }
            other => text.push(other),
        }
    }
    text.push('"');
}

#[cfg(test)]
mod tests {
    use lazuli_array::Scalar;
    use proptest::prelude::*;

    use super::*;
    use crate::strategies;

    proptest! {
        #[test]
        fn fields_match_scalars(
            column in strategies::one_of(
                strategies::all_types().into_iter().filter(|kind| matches!(kind, DataType::Struct(_))).collect(),
            )
            .prop_flat_map(|kind| strategies::column(&kind, 0..40)),
        ) {
            let DataType::Struct(fields) = column.data_type().clone() else { unreachable!("structs only") };
            for (index, wanted) in fields.iter().enumerate() {
                let found = field(&column, index).unwrap();
                prop_assert_eq!(found.data_type(), wanted.data_type());
                for row in 0..column.len() {
                    let expected = match column.get(row) {
                        Scalar::Struct(values) => values[index].1.clone(),
                        _ => Scalar::Null,
                    };
                    prop_assert_eq!(found.get(row), expected);
                }
            }
        }

        #[test]
        fn any_value_has_a_text(column in strategies::any_column(0..20)) {
            let texts = to_json(&column);
            prop_assert_eq!((texts.len(), texts.null_count()), (column.len(), 0));
        }
    }

    #[test]
    fn json_escapes() {
        let mut text = String::new();
        write_string(&mut text, "a\"\\\n\u{1}é");
        assert_eq!(text, "\"a\\\"\\\\\\n\\u0001é\"");
    }
}
