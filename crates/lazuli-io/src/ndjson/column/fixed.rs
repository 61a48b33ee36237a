//! Numbers, dates and times: values of fixed width, by any parser of `lazuli-kernels`.

use super::super::records::Values;
use super::{RowMisfit, Rows, string_of};
use crate::validity::Validity;
use lazuli_array::{Array, Native, PrimitiveArray, TimeUnit, memory};
use lazuli_kernels::parse::{Misfit, parse_decimal, parse_i64_at};

/// A parser of `text[start..end]` for an integer narrower than 64 bits.
#[inline(always)]
pub(super) fn narrow<T: TryFrom<i64>>(text: &[u8], start: usize, end: usize) -> Result<T, Misfit> {
    T::try_from(parse_i64_at(text, start, end)?).map_err(|_| Misfit::OutOfRange)
}

/// Numbers: the value as it stands. A string begins with a quote, which no number does.
#[inline(always)]
pub(super) fn parse_fixed<T: Native>(
    values: Values<'_>,
    rows: Rows<'_>,
    lenient: bool,
    parse: impl Fn(&[u8], usize, usize) -> Result<T, Misfit> + Copy,
) -> Result<Array, RowMisfit> {
    match rows {
        Rows::First(count) => parse_rows(values, 0..count, lenient, parse),
        Rows::These(rows) => parse_rows(values, rows.iter().map(|&row| row as usize), lenient, parse),
    }
}

#[inline(never)]
fn parse_rows<T: Native>(
    values: Values<'_>,
    rows: impl ExactSizeIterator<Item = usize>,
    lenient: bool,
    parse: impl Fn(&[u8], usize, usize) -> Result<T, Misfit> + Copy,
) -> Result<Array, RowMisfit> {
    let mut parsed: Vec<T> = memory::with_capacity(rows.len());
    let mut validity = Validity::with_capacity(rows.len());
    for row in rows {
        let span = values.span(row);
        if !span.is_null() {
            match parse(values.text, span.start(), span.end()) {
                Ok(value) => {
                    parsed.push(value);
                    validity.push_valid();
                    continue;
                }
                Err(reason) if !lenient => return Err(RowMisfit { row, reason }),
                Err(_) => {}
            }
        }
        validity.push_null(parsed.len());
        parsed.push(T::default());
    }
    Ok(PrimitiveArray::new(parsed.into(), validity.finish()).into())
}

/// Values that are written as strings; `or_number`: or as a number.
#[inline(always)]
pub(super) fn parse_quoted<T: Native>(
    values: Values<'_>,
    rows: Rows<'_>,
    lenient: bool,
    or_number: bool,
    parse: impl Fn(&[u8]) -> Result<T, Misfit> + Copy,
) -> Result<Array, RowMisfit> {
    parse_fixed(values, rows, lenient, move |text, start, end| {
        let raw = &text[start..end];
        match raw {
            [b'"', inside @ .., b'"'] if !inside.contains(&b'\\') => parse(inside),
            [b'"', ..] => {
                let mut scratch = Vec::new();
                let span = super::Span::new(start, end, true);
                parse(string_of(text, span, &mut scratch).unwrap_or_default())
            }
            [b'0'..=b'9' | b'-', ..] if or_number => parse(raw),
            _ => Err(Misfit::NotString),
        }
    })
}

/// A span of time as this library writes it: `PT90.5S`, `-PT0.001S`. Other parts of ISO 8601 (days, hours) are not known.
pub(super) fn parse_iso_duration(text: &[u8], unit: TimeUnit) -> Result<i64, Misfit> {
    let (is_negative, text) = match text {
        [b'-', rest @ ..] => (true, rest),
        rest => (false, rest),
    };
    let Some(seconds) = text.strip_prefix(b"PT").and_then(|text| text.strip_suffix(b"S")) else {
        return Err(Misfit::NotDuration);
    };
    if !seconds.first().is_some_and(u8::is_ascii_digit) {
        return Err(Misfit::NotDuration);
    }
    let ticks = parse_decimal(seconds, 38, unit.per_second().ilog10()).map_err(|misfit| match misfit {
        Misfit::NotDecimal => Misfit::NotDuration,
        other => other,
    })?;
    i64::try_from(if is_negative { -ticks } else { ticks }).map_err(|_| Misfit::OutOfRange)
}
