//! Lists and structs: the values within become columns of their own.

use super::super::keys::Keys;
use super::super::records::Values;
use super::super::syntax::{Fault, MAX_DEPTH, Span, array_items};
use super::{Rows, ValueMisfit, ValueRules, parse_values};
use crate::policy::OnMisfit;
use crate::validity::Validity;
use lazuli_array::{Array, DataType, Field, ListArray, StructArray};
use lazuli_kernels::parse::Misfit;

/// Values that structs within lists may have for each byte of the text. `[{},{}]` has three bytes for each struct, and a
/// value for each of its fields: without a bound, a small file with one wide struct and many empty ones would take all
/// memory. Real structs have a key for most fields, and 16 fields a byte are far from it.
const CELLS_PER_BYTE: usize = 16;

pub(super) fn parse_list(
    values: Values<'_>,
    rows: Rows<'_>,
    item: &DataType,
    rules: ValueRules,
) -> Result<Array, ValueMisfit> {
    let mut offsets: Vec<i64> = Vec::with_capacity(rows.len() + 1);
    offsets.push(0);
    let mut items = Vec::new();
    let mut validity = Validity::with_capacity(rows.len());
    // The first list that is none; an item of one before it may misfit all the same.
    let mut failed = None;
    for row in rows.iter() {
        let span = values.span(row);
        let before = items.len();
        let is_list = !span.is_null()
            && values.text[span.start()] == b'['
            && array_items(values.text, span.start(), &mut items).is_ok();
        if is_list {
            validity.push_valid();
        } else {
            items.truncate(before);
            if !span.is_null() && rules.on_misfit != OnMisfit::Null {
                let data_type = DataType::List(Box::new(item.clone()));
                failed = Some(ValueMisfit { row, span, data_type, reason: Misfit::NotList });
                break;
            }
            validity.push_null(offsets.len() - 1);
        }
        offsets.push(items.len() as i64);
    }
    let inner = Values { text: values.text, spans: &items, width: 1, slot: 0 };
    let array = parse_values(inner, Rows::First(items.len()), item, rules).map_err(|misfit| {
        // The list that has the item: the last that begins at or before it.
        let place = offsets.partition_point(|&offset| offset <= misfit.row as i64) - 1;
        ValueMisfit { row: rows.at(place), ..misfit }
    })?;
    if let Some(misfit) = failed {
        return Err(misfit);
    }
    Ok(ListArray::new(offsets.into(), array, validity.finish()).into())
}

pub(super) fn parse_struct(
    values: Values<'_>,
    rows: Rows<'_>,
    data_type: &DataType,
    fields: &[Field],
    rules: ValueRules,
) -> Result<Array, ValueMisfit> {
    let width = fields.len();
    let misfit = |row: usize, reason| ValueMisfit {
        row,
        span: values.span(row),
        data_type: data_type.clone(),
        reason,
    };
    let mut num_rows = rows.len();
    if num_rows.saturating_mul(width) > CELLS_PER_BYTE * values.text.len().max(1 << 16) {
        return Err(misfit(rows.at(0), Misfit::TooSparse));
    }
    let names = fields.iter().enumerate().map(|(slot, field)| (field.name().as_str(), Some(slot)));
    let mut keys = Keys::new(names, rules.on_unknown_key);
    let mut spans = vec![Span::NULL; num_rows * width];
    let mut validity = Validity::with_capacity(num_rows);
    // The first struct that is none; a field of one before it may misfit all the same.
    let mut failed = None;
    for (place, row) in rows.iter().enumerate() {
        let span = values.span(row);
        let own = &mut spans[place * width..(place + 1) * width];
        let fault = if span.is_null() {
            None
        } else if values.text[span.start()] != b'{' {
            Some(Misfit::NotObject)
        } else {
            match keys.walk::<false>(values.text, span.start(), MAX_DEPTH, own) {
                Ok(_) => {
                    validity.push_valid();
                    continue;
                }
                Err(error) if error.fault == Fault::UnknownKey => Some(Misfit::UnknownField),
                Err(_) => Some(Misfit::NotObject),
            }
        };
        if let Some(reason) = fault
            && rules.on_misfit != OnMisfit::Null
        {
            failed = Some(misfit(row, reason));
            num_rows = place;
            break;
        }
        own.fill(Span::NULL);
        validity.push_null(place);
    }
    let mut arrays = Vec::with_capacity(width);
    let mut first: Option<ValueMisfit> = None;
    for (slot, field) in fields.iter().enumerate() {
        let inner = Values { text: values.text, spans: &spans, width, slot };
        match parse_values(inner, Rows::First(num_rows), field.data_type(), rules) {
            Ok(array) => arrays.push(array),
            Err(misfit) if first.as_ref().is_none_or(|first| misfit.row < first.row) => first = Some(misfit),
            Err(_) => {}
        }
    }
    match (first, failed) {
        (Some(misfit), _) => Err(ValueMisfit { row: rows.at(misfit.row), ..misfit }),
        (None, Some(misfit)) => Err(misfit),
        (None, None) => Ok(StructArray::new(num_rows, arrays, validity.finish()).into()),
    }
}
