//! Numbers, dates and times: values of fixed width, by any parser of `lazuli-kernels`.

use super::super::OnMisfit;
use super::super::records::Fields;
use super::{FieldMisfit, FieldRules, Rows};
use crate::validity::Validity;
use lazuli_array::{Array, Native, PrimitiveArray, memory};
use lazuli_kernels::parse::{Misfit, parse_i64_at};

/// A parser of `buffer[start..end]` for an integer narrower than 64 bits.
#[inline(always)]
pub(super) fn narrow<T: TryFrom<i64>>(buffer: &[u8], start: usize, end: usize) -> Result<T, Misfit> {
    T::try_from(parse_i64_at(buffer, start, end)?).map_err(|_| Misfit::OutOfRange)
}

/// Values and which rows have one.
struct Builder<T> {
    values: Vec<T>,
    validity: Validity,
}

impl<T: Native> Builder<T> {
    #[inline(always)]
    fn push(&mut self, value: T) {
        self.values.push(value);
        self.validity.push_valid();
    }

    #[inline(always)]
    fn push_null(&mut self) {
        self.validity.push_null(self.values.len());
        self.values.push(T::default());
    }
}

/// One loop per type and kind of rows: the field as it stands, else the slow way.
#[inline(always)]
pub(super) fn parse_fixed<T: Native>(
    fields: Fields<'_>,
    rows: Rows<'_>,
    rules: FieldRules<'_>,
    parse: impl Fn(&[u8], usize, usize) -> Result<T, Misfit> + Copy,
) -> Result<Array, FieldMisfit> {
    match rows {
        Rows::First(count) => parse_rows(fields, 0..count, rules, parse),
        Rows::These(rows) => parse_rows(fields, rows.iter().map(|&row| row as usize), rules, parse),
    }
}

#[inline(never)]
fn parse_rows<T: Native>(
    fields: Fields<'_>,
    rows: impl ExactSizeIterator<Item = usize>,
    rules: FieldRules<'_>,
    parse: impl Fn(&[u8], usize, usize) -> Result<T, Misfit> + Copy,
) -> Result<Array, FieldMisfit> {
    let mut builder =
        Builder { values: memory::with_capacity(rows.len()), validity: Validity::with_capacity(rows.len()) };
    let is_slow = rules.is_slow();
    for row in rows {
        let (start, end) = fields.span(row);
        if start >= end {
            builder.push_null();
            continue;
        }
        // A null text may look like a value (-999), so it goes first where there are any.
        if !is_slow && let Ok(value) = parse(fields.bytes, start, end) {
            builder.push(value);
            continue;
        }
        match parse_slowly(&fields.bytes[start..end], rules, parse) {
            Ok(Some(value)) => builder.push(value),
            Ok(None) => builder.push_null(),
            Err(_) if rules.on_misfit == OnMisfit::Null => builder.push_null(),
            Err(reason) => return Err(FieldMisfit { row, reason }),
        }
    }
    Ok(PrimitiveArray::new(builder.values.into(), builder.validity.finish()).into())
}

/// Quotes off, null texts, then the parser. A quoted empty field is null: these types have no empty value.
#[inline(never)]
fn parse_slowly<T>(
    raw: &[u8],
    rules: FieldRules<'_>,
    parse: impl Fn(&[u8], usize, usize) -> Result<T, Misfit>,
) -> Result<Option<T>, Misfit> {
    let mut scratch = Vec::new();
    match rules.text(raw, &mut scratch) {
        None | Some([]) => Ok(None),
        Some(text) => parse(text, 0, text.len()).map(Some),
    }
}
