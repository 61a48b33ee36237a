//! One value in a table: a text of one line, of at most so many characters.

use std::fmt::{self, Display, Formatter, Write};

use super::format::{FloatFormat, TableFormat};
use super::scalar::write_nested;
use crate::Scalar;

/// Digits after the point of an `f64` of which none is zero from there on; more would be refused by the standard library.
const MAX_DIGITS: usize = 1100;

/// The text of a value in one line of at most `max_cell_chars` characters.
pub(super) fn shortened_value(format: &TableFormat, value: &Scalar) -> String {
    shortened(format, &Formatted { format, value, is_nested: false })
}

/// As [`shortened_value`], of anything that has a text.
pub(super) fn shortened(format: &TableFormat, value: &impl Display) -> String {
    let mut cell = CellText { text: String::new(), chars: 0, max_chars: format.max_cell_chars.max(1) };
    // The cell stops the value's `Display` when it is full, so a list of a million items costs no more than a short one.
    if write!(cell, "{value}").is_err() {
        let ellipsis = format.style.ellipsis();
        let keep = cell.max_chars.saturating_sub(ellipsis.chars().count());
        if let Some((end, _)) = cell.text.char_indices().nth(keep) {
            cell.text.truncate(end);
        }
        cell.text.push_str(ellipsis);
    }
    cell.text
}

/// A value as a format wants it.
struct Formatted<'a> {
    format: &'a TableFormat,
    value: &'a Scalar,
    /// Whether it lies in a list or a struct.
    is_nested: bool,
}

impl Display for Formatted<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.value {
            Scalar::List(values) => {
                let most = self.format.max_list_items;
                let (head, tail) = match values.len() <= most {
                    true => (values.len(), 0),
                    false => (most.div_ceil(2), most / 2),
                };
                f.write_str("[")?;
                let gap = (head + tail < values.len()).then_some(None);
                let places =
                    (0..head).map(Some).chain(gap).chain((values.len() - tail..values.len()).map(Some));
                for (index, place) in places.enumerate() {
                    f.write_str(if index == 0 { "" } else { ", " })?;
                    match place {
                        Some(place) => self.inner(&values.get(place)).fmt(f)?,
                        None => f.write_str(self.format.style.ellipsis())?,
                    }
                }
                f.write_str("]")
            }
            Scalar::Struct(fields) => {
                f.write_str("{")?;
                for (index, (name, value)) in fields.iter().enumerate() {
                    write!(f, "{}{name}: ", if index == 0 { "" } else { ", " })?;
                    self.inner(value).fmt(f)?;
                }
                f.write_str("}")
            }
            Scalar::Float32(value) => self.float(f, f64::from(*value), format!("{value:?}")),
            Scalar::Float64(value) => self.float(f, *value, format!("{value:?}")),
            Scalar::Decimal { .. } => self.number(f, &self.value.to_string(), true),
            value if is_integer(value) => self.number(f, &value.to_string(), false),
            value if self.is_nested => write_nested(f, value),
            value => value.fmt(f),
        }
    }
}

impl Formatted<'_> {
    /// A value of this list or struct.
    fn inner<'b>(&'b self, value: &'b Scalar) -> Formatted<'b> {
        Formatted { format: self.format, value, is_nested: true }
    }

    fn float(&self, f: &mut Formatter<'_>, value: f64, shortest: String) -> fmt::Result {
        let text = match self.format.float_format {
            FloatFormat::Shortest => shortest,
            FloatFormat::Fixed(digits) => format!("{value:.*}", digits.min(MAX_DIGITS)),
            FloatFormat::Scientific(digits) => format!("{value:.*e}", digits.min(MAX_DIGITS)),
        };
        match value.is_finite() {
            true => self.number(f, &text, true),
            false => f.write_str(&text),
        }
    }

    /// Digits with separators.
    fn number(&self, f: &mut Formatter<'_>, text: &str, has_fraction: bool) -> fmt::Result {
        let (text, exponent) = text.find('e').map_or((text, ""), |place| text.split_at(place));
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let trims = has_fraction && self.format.trim_decimal_zeros;
        let fraction = if trims { fraction.trim_end_matches('0') } else { fraction };
        let (sign, digits) = whole.strip_prefix('-').map_or(("", whole), |digits| ("-", digits));
        f.write_str(sign)?;
        match self.format.thousands_separator {
            Some(separator) => write_grouped(f, digits, separator)?,
            None => f.write_str(digits)?,
        }
        if !fraction.is_empty() {
            f.write_char(self.format.decimal_separator)?;
            f.write_str(fraction)?;
        }
        f.write_str(exponent)
    }
}

/// Digits in groups of three.
fn write_grouped(out: &mut impl fmt::Write, digits: &str, separator: char) -> fmt::Result {
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.write_char(separator)?;
        }
        out.write_char(digit)?;
    }
    Ok(())
}

/// A number for people: its digits in groups of three.
///
/// ```
/// assert_eq!(lazuli_array::grouped(12_345_678), "12,345,678");
/// ```
pub fn grouped(number: u64) -> String {
    let mut out = String::new();
    write_grouped(&mut out, &number.to_string(), ',').expect("a string takes anything");
    out
}

fn is_integer(value: &Scalar) -> bool {
    let is_signed = matches!(value, Scalar::Int8(_) | Scalar::Int16(_) | Scalar::Int32(_) | Scalar::Int64(_));
    is_signed || matches!(value, Scalar::UInt8(_) | Scalar::UInt16(_) | Scalar::UInt32(_) | Scalar::UInt64(_))
}

/// Text up to a number of characters, control characters escaped; more is an error.
struct CellText {
    text: String,
    chars: usize,
    max_chars: usize,
}

impl CellText {
    fn push(&mut self, char: char) -> fmt::Result {
        if self.chars == self.max_chars {
            return Err(fmt::Error);
        }
        self.chars += 1;
        self.text.push(char);
        Ok(())
    }
}

impl Write for CellText {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        text.chars().try_for_each(|char| match char.is_control() {
            true => char.escape_default().try_for_each(|char| self.push(char)),
            false => self.push(char),
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{Column, FromValues};

    fn cell(format: TableFormat, value: impl Into<Scalar>) -> String {
        shortened_value(&format, &value.into())
    }

    #[test]
    fn digits_are_grouped() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(1_000), "1,000");
        assert_eq!(grouped(12_345_678), "12,345,678");
    }

    #[test]
    fn a_long_list_is_cut_not_walked() {
        let list = Scalar::List(Box::new(Scalar::Int64(7).to_column(1_000_000)));
        assert_eq!(cell(TableFormat::default(), list), "[7, 7, 7, 7, 7, 7, 7, 7, 7, 7…");
    }

    #[test]
    fn items_of_lists_are_left_out() {
        let list = |length: i64| Scalar::List(Box::new(Column::from_values(0..length)));
        let format = |max_list_items| TableFormat { max_list_items, ..TableFormat::default() };
        assert_eq!(cell(format(3), list(9)), "[0, 1, …, 8]");
        assert_eq!(cell(format(3), list(3)), "[0, 1, 2]");
        assert_eq!(cell(format(0), list(2)), "[…]");
        assert_eq!(cell(format(0), list(0)), "[]");
        let texts = Scalar::List(Box::new(Column::from_values(["a", "b"].into_iter())));
        assert_eq!(cell(format(1), texts), "[\"a\", …]");
    }

    #[test]
    fn digits_and_separators() {
        let format =
            TableFormat { thousands_separator: Some('.'), decimal_separator: ',', ..TableFormat::default() };
        for (value, text) in
            [(0i64, "0"), (999, "999"), (-1_000, "-1.000"), (i64::MIN, "-9.223.372.036.854.775.808")]
        {
            assert_eq!(cell(format.clone(), value), text);
        }
        let floats = [
            (FloatFormat::Shortest, 1234.5, "1.234,5"),
            (FloatFormat::Shortest, 1e300, "1e300"),
            (FloatFormat::Fixed(2), 1234.5, "1.234,50"),
            (FloatFormat::Fixed(0), 0.5, "0"),
            (FloatFormat::Fixed(0), -1.5, "-2"),
            (FloatFormat::Scientific(1), 12_345.0, "1,2e4"),
            (FloatFormat::Fixed(1), f64::NEG_INFINITY, "-inf"),
            (FloatFormat::Fixed(1), f64::NAN, "NaN"),
        ];
        for (float_format, value, text) in floats {
            assert_eq!(cell(TableFormat { float_format, ..format.clone() }, value), text);
        }
        let trimmed = |value: Scalar| {
            let format = TableFormat {
                trim_decimal_zeros: true,
                float_format: FloatFormat::Fixed(3),
                ..TableFormat::default()
            };
            cell(format, value)
        };
        assert_eq!(trimmed(Scalar::Float64(2.5)), "2.5");
        assert_eq!(trimmed(Scalar::Float64(100.0)), "100");
        assert_eq!(trimmed(Scalar::Decimal { value: 12_300, precision: 9, scale: 2 }), "123");
        assert_eq!(trimmed(Scalar::Int64(100)), "100");
        let list = Scalar::List(Box::new(Column::from_values([1000.25, 2.0].into_iter())));
        let format = TableFormat { float_format: FloatFormat::Fixed(1), ..format };
        assert_eq!(cell(format, list), "[1.000,2, 2,0]");
        // More digits than any float has are not asked for.
        let many = TableFormat { float_format: FloatFormat::Fixed(usize::MAX), ..TableFormat::default() };
        assert_eq!(cell(many, 0.5).chars().count(), 30);
    }

    proptest! {
        #[test]
        fn the_default_is_the_text_of_the_value(float: f64, small: f32, integer: i64, decimal in -10i128.pow(18)..10i128.pow(18)) {
            let decimal = Scalar::Decimal { value: decimal, precision: 38, scale: 3 };
            for value in [Scalar::Float64(float), Scalar::Float32(small), Scalar::Int64(integer), decimal] {
                let format = TableFormat { max_cell_chars: usize::MAX, ..TableFormat::default() };
                prop_assert_eq!(cell(format.clone(), value.clone()), value.to_string());
                // Separators only stand between digits.
                let grouped = TableFormat { thousands_separator: Some('_'), ..format };
                prop_assert_eq!(cell(grouped, value.clone()).replace('_', ""), value.to_string());
            }
        }
    }
}
