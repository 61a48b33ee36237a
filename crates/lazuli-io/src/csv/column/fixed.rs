//! Numbers, dates and times: values of fixed width, by any parser of `lazuli-kernels`.

use super::super::OnMisfit;
use super::super::field::unquote;
use super::super::records::Fields;
use super::{FieldMisfit, FieldRules, Rows};
use lazuli_array::{Array, BitmapBuilder, Native, PrimitiveArray};
use lazuli_kernels::parse::{Misfit, parse_i64_at};

/// A parser of `buffer[start..end]` for an integer narrower than 64 bits.
#[inline(always)]
pub(super) fn narrow<T: TryFrom<i64>>(buffer: &[u8], start: usize, end: usize) -> Result<T, Misfit> {
    T::try_from(parse_i64_at(buffer, start, end)?).map_err(|_| Misfit::OutOfRange)
}

/// Values and which rows have one; the map of the latter is only made at the first null.
struct Builder<T> {
    values: Vec<T>,
    validity: Option<BitmapBuilder>,
}

impl<T: Native> Builder<T> {
    #[inline(always)]
    fn push(&mut self, value: T) {
        self.values.push(value);
        if let Some(validity) = &mut self.validity {
            validity.push(true);
        }
    }

    #[inline(always)]
    fn push_null(&mut self) {
        let (before, capacity) = (self.values.len(), self.values.capacity());
        self.validity
            .get_or_insert_with(|| {
                let mut validity = BitmapBuilder::with_capacity(capacity);
                validity.push_many(true, before);
                validity
            })
            .push(false);
        self.values.push(T::default());
    }
}

/// One loop per type: the field as it stands, else the slow way.
#[inline(always)]
pub(super) fn parse_fixed<T: Native>(
    fields: Fields<'_>,
    rows: Rows<'_>,
    rules: FieldRules<'_>,
    parse: impl Fn(&[u8], usize, usize) -> Result<T, Misfit> + Copy,
) -> Result<Array, FieldMisfit> {
    let mut builder = Builder { values: Vec::with_capacity(rows.len()), validity: None };
    let has_null_texts = !rules.null_texts.is_empty();
    rows.try_each(|row| {
        let (start, end) = fields.span(row);
        if start >= end {
            builder.push_null();
            return Ok(());
        }
        // A null text may look like a value (-999), so it goes first where there are any.
        if !has_null_texts && let Ok(value) = parse(fields.bytes, start, end) {
            builder.push(value);
            return Ok(());
        }
        match parse_slowly(&fields.bytes[start..end], rules, parse) {
            Ok(Some(value)) => builder.push(value),
            Ok(None) => builder.push_null(),
            Err(_) if rules.on_misfit == OnMisfit::Null => builder.push_null(),
            Err(reason) => return Err(FieldMisfit { row, reason }),
        }
        Ok(())
    })?;
    let validity = builder.validity.map(BitmapBuilder::finish);
    Ok(PrimitiveArray::new(builder.values.into(), validity).into())
}

/// Quotes off, null texts, then the parser. A quoted empty field is null: these types have no empty value.
#[inline(never)]
fn parse_slowly<T>(
    raw: &[u8],
    rules: FieldRules<'_>,
    parse: impl Fn(&[u8], usize, usize) -> Result<T, Misfit>,
) -> Result<Option<T>, Misfit> {
    let mut scratch = Vec::new();
    let text = if rules.quote == Some(raw[0]) { unquote(raw, raw[0], &mut scratch) } else { raw };
    if text.is_empty() || rules.null_texts.contains(text) {
        return Ok(None);
    }
    parse(text, 0, text.len()).map(Some)
}
