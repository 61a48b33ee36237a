//! Once for each distinct text: a kernel over the entries of a dictionary, its results put back by codes.

use foldhash::fast::RandomState;
use hashbrown::HashMap;
use lazuli_array::{
    Array, BooleanArray, Code, Column, DataType, Dictionary, DictionaryArray, PrimitiveArray, StringArray,
    StringBuilder, dispatch_codes,
};

use crate::arity::predicate_of;
use crate::{KernelError, NO_ROW, Result, take, take_optional};

/// What `compute` makes of the rows of a text column, as a column of type `output`. `compute` gives one row for each of its
/// texts, null for null (a struct may have null fields instead), and its results depend on nothing else.
///
/// Texts that lie as codes are computed once for each entry of the dictionary, if that has no more entries than the column
/// has rows; texts that come out of it are codes again.
///
/// # Errors
/// Those of `compute`, for rows that there are: that an entry fails which no row has does not matter.
/// [`KernelError::Unsupported`] for a column that is not text.
///
/// ```
/// use lazuli_array::{Array, Column, DataType, DictionaryArray, FromValues};
/// use lazuli_kernels::strings::{len_bytes, map_text};
///
/// let coded = DictionaryArray::from_iter([Some("abc"), None, Some("d"), Some("abc")]);
/// let lengths = map_text(&Column::new(DataType::String, coded), &DataType::Int64, &mut |texts| {
///     assert_eq!(texts.len(), 2); // the distinct ones
///     Ok(Array::from(len_bytes(texts)))
/// })?;
/// assert_eq!(lengths, Column::from_values([Some(3i64), None, Some(1), Some(3)].into_iter()));
/// # Ok::<(), lazuli_kernels::KernelError>(())
/// ```
pub fn map_text(
    column: &Column,
    output: &DataType,
    compute: &mut dyn FnMut(&StringArray) -> Result<Array>,
) -> Result<Column> {
    let array = match column.array() {
        Array::String(texts) => compute(texts)?,
        Array::Dictionary(codes) if codes.dictionary().len() > codes.len() => compute(&codes.to_plain())?,
        // No entry is null, so what a struct has in such a row does not show.
        Array::Dictionary(codes) if matches!(output, DataType::Struct(_)) && codes.validity().is_some() => {
            compute(&codes.to_plain())?
        }
        Array::Dictionary(codes) => match compute(&codes.dictionary().values().to_array()) {
            Ok(results) => by_codes(codes, results),
            // Perhaps no row has the entry that failed; and if one has, the error tells its row.
            Err(_) => compute(&codes.to_plain())?,
        },
        Array::Null(nulls) => Array::new_null(output, nulls.len()),
        _ => return Err(KernelError::unsupported("text", [column.data_type()])),
    };
    Ok(Column::try_new(output.clone(), array)?)
}

/// The result of each row's code, and for null rows the result behind those of the entries.
///
/// Panics if there is not one result for each entry and one more.
///
/// ```
/// use lazuli_array::{Array, DictionaryArray, PrimitiveArray};
/// use lazuli_kernels::strings::of_entries;
///
/// let coded = DictionaryArray::from_iter([Some("abc"), None, Some("d"), Some("abc")]);
/// let results = Array::from(PrimitiveArray::from_iter([Some(3i64), Some(1), Some(-1)]));
/// let rows = Array::from(PrimitiveArray::from_iter([Some(3i64), Some(-1), Some(1), Some(3)]));
/// assert_eq!(of_entries(&coded, &results), rows);
/// ```
pub fn of_entries(codes: &DictionaryArray, results: &Array) -> Array {
    let num_entries = codes.dictionary().len();
    assert_eq!(results.len(), num_entries + 1, "a result for each entry and one for null");
    match (codes.validity(), results) {
        (None, Array::Boolean(flags)) if flags.validity().is_none() => {
            let flags: Vec<bool> = flags.values().iter().collect();
            let bits = dispatch_codes!(codes.stored_codes(), |codes| {
                predicate_of(codes.values(), |code| flags[code.index()])
            });
            BooleanArray::new(bits, None).into()
        }
        (None, _) => take(results, codes.codes().values()),
        (Some(_), _) => {
            let rows: Vec<u32> =
                codes.codes().iter().map(|code| code.unwrap_or(num_entries as u32)).collect();
            take(results, &rows)
        }
    }
}

/// The result of each row's code.
fn by_codes(codes: &DictionaryArray, results: Array) -> Array {
    match results {
        Array::String(texts) => recoded(codes, &texts).into(),
        Array::Boolean(flags) if flags.validity().is_none() => {
            // A null row of an empty dictionary has a code without an entry.
            let flags: Vec<bool> = flags.values().iter().chain([false]).collect();
            let bits = dispatch_codes!(codes.stored_codes(), |codes| {
                predicate_of(codes.values(), |code| flags[code.index()])
            });
            BooleanArray::new(bits, codes.validity().cloned()).into()
        }
        results => {
            let rows: Vec<u32> = codes.codes().iter().map(|code| code.unwrap_or(NO_ROW)).collect();
            take_optional(&results, &rows)
        }
    }
}

/// Codes of the texts that became of a dictionary's entries, of which several may have become the same, or null.
fn recoded(codes: &DictionaryArray, texts: &StringArray) -> DictionaryArray {
    let mut known: HashMap<&str, u32, RandomState> = HashMap::default();
    let mut distinct = StringBuilder::with_capacity(texts.len(), 0);
    let table: Vec<Option<u32>> = texts
        .iter()
        .map(|text| {
            let text = text?;
            Some(*known.entry(text).or_insert_with(|| {
                distinct.push(Some(text));
                (distinct.len() - 1) as u32
            }))
        })
        .collect();
    let dictionary = std::sync::Arc::new(Dictionary::new(distinct.finish()));
    let unchanged = table.iter().enumerate().all(|(old, new)| *new == Some(old as u32));
    if unchanged {
        return DictionaryArray::new(codes.stored_codes().clone(), dictionary);
    }
    let recoded: PrimitiveArray<u32> =
        codes.codes().iter().map(|code| code.and_then(|code| table[code as usize])).collect();
    DictionaryArray::new(recoded, dictionary).narrowed()
}
