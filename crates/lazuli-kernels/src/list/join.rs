//! Lists after lists, and the texts of a list as one text.

use lazuli_array::{Array, Bitmap, Column, DataType, ListArray, StringBuilder};

use super::Lists;
use crate::cast::to_plain;
use crate::datum::Datum;
use crate::{KernelError, Result, concat_columns, take_column};

/// The items of the first list of each row, then those of the second, and so on; null where one of the lists is.
///
/// Panics if there are no lists, or lists of other numbers of rows or other types.
///
/// # Errors
/// [`KernelError::TooLong`] for more items than 32 bits can number.
pub fn concat_lists(lists: &[&Lists]) -> Result<Column> {
    let first = lists.first().expect("at least one list");
    let rows = first.len();
    assert!(lists.iter().all(|list| list.len() == rows), "lists of {rows} rows");
    let data_type = first.items.data_type();
    let columns: Vec<&Column> = lists.iter().map(|list| &list.items).collect();
    let total: usize = columns.iter().map(|column| column.len()).sum();
    if total >= u32::MAX as usize {
        return Err(KernelError::TooLong { operation: "list.concat", rows: total });
    }
    let items = concat_columns(data_type, &columns);
    let bases: Vec<usize> = columns
        .iter()
        .scan(0, |end, column| {
            let base = *end;
            *end += column.len();
            Some(base)
        })
        .collect();
    let validity = lists.iter().filter_map(|list| list.validity.as_ref()).fold(None, |all, part| {
        Some(match all {
            None => part.clone(),
            Some(all) => Bitmap::and(&all, part),
        })
    });
    let mut picks: Vec<u32> = Vec::with_capacity(total);
    let mut offsets = Vec::with_capacity(rows + 1);
    offsets.push(0);
    for row in 0..rows {
        if validity.as_ref().is_none_or(|validity| validity.get(row)) {
            for (list, base) in lists.iter().zip(&bases) {
                let range = list.range(row);
                picks.extend((base + range.start) as u32..(base + range.end) as u32);
            }
        }
        offsets.push(picks.len() as i64);
    }
    let items = take_column(&items, &picks).into_array();
    let array = ListArray::new(offsets.into(), items, validity);
    Ok(Column::new(DataType::List(Box::new(data_type.clone())), array))
}

/// The texts of each list as one, with the separator between them: empty for an empty list, null where the separator is
/// null. A null text is left out, or makes the row null if not `ignore_nulls`. Panics for items that are no text.
pub fn join_texts(lists: &Lists, separator: Datum<'_>, ignore_nulls: bool) -> Column {
    let Array::String(separators) = to_plain(separator.array()) else { panic!("a separator is text") };
    let separator = |row: usize| separators.get(if separator.is_constant() { 0 } else { row });
    match lists.items.array() {
        Array::String(items) => joined(lists, |item| items.get(item), separator, ignore_nulls),
        Array::Dictionary(items) => joined(lists, |item| items.get(item), separator, ignore_nulls),
        other => panic!("text does not lie as {}", other.physical_name()),
    }
}

fn joined<'a>(
    lists: &Lists,
    text: impl Fn(usize) -> Option<&'a str>,
    separator: impl Fn(usize) -> Option<&'a str>,
    ignore_nulls: bool,
) -> Column {
    let mut builder = StringBuilder::with_capacity(lists.len(), lists.items.len() * 4);
    let mut joined = String::new();
    for row in 0..lists.len() {
        joined.clear();
        let separator = separator(row);
        let mut is_valid = lists.is_valid(row) && separator.is_some();
        let separator = separator.unwrap_or_default();
        let mut is_first = true;
        for item in lists.range(row) {
            let Some(text) = text(item) else {
                is_valid &= ignore_nulls;
                continue;
            };
            if !is_first {
                joined.push_str(separator);
            }
            joined.push_str(text);
            is_first = false;
        }
        builder.push(is_valid.then_some(joined.as_str()));
    }
    Column::new(DataType::String, builder.finish())
}
