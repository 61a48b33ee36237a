//! Compact: the rows of several columns as one column, strings in the smaller of their two forms.
//!
//! Where [`concat_columns`] keeps the form that its parts have, this looks for the one that takes the least memory for
//! the rows as a whole: one dictionary for all parts, in order of first appearance and without entries that no row
//! uses, or plain strings. Whether plain strings repeat enough is judged on a sample first, so that a column of unique
//! strings is not hashed in vain; if the sample was wrong, the work stops when the dictionary has grown too large.
//!
//! Not here: which columns, and on which threads.

use std::collections::HashSet;
use std::sync::Arc;

use hashbrown::HashTable;
use lazuli_array::memory;
use lazuli_array::{
    Array, BitmapBuilder, Code, Column, DataType, Dictionary, DictionaryArray, PrimitiveArray, StringBuilder,
    dispatch_codes,
};

use crate::concat::{concat, concat_columns};
use crate::hash::hash_bytes;

/// The sample is so many runs of neighbouring rows, spread evenly ...
const SAMPLE_RUNS: usize = 64;
/// ... of so many rows each. Runs show values that repeat close by, their distance those that repeat anywhere. In 16384
/// rows about ten values repeat by chance when a column has ten million distinct ones.
const SAMPLE_RUN_ROWS: usize = 256;

/// A code that was not given out yet, and one that never is.
const UNKNOWN: u32 = u32::MAX;

/// Bytes of an offset of plain strings, of an offset of a dictionary's, and of a code.
const OFFSET_BYTES: usize = 8;
const ENTRY_OFFSET_BYTES: usize = 4;
const CODE_BYTES: usize = 4;

/// The rows of columns of type `data_type` in order, in memory of their own and about as few bytes as the forms of strings
/// allow; no columns give no rows. Panics if one has another type.
///
/// A column that is compact already comes back as it is, sharing memory.
///
/// ```
/// use lazuli_array::{Array, Column, DataType, FromValues};
/// use lazuli_kernels::{compact_columns, concat_columns};
///
/// let part = Column::from_values(["a long text", "another one", "a long text"].into_iter());
/// let whole = compact_columns(&DataType::String, &[&part, &part]);
/// assert_eq!(whole, concat_columns(&DataType::String, &[&part, &part]));
/// assert!(matches!(whole.array(), Array::Dictionary(codes) if codes.dictionary().len() == 2));
/// ```
pub fn compact_columns(data_type: &DataType, columns: &[&Column]) -> Column {
    let is_free_text = matches!(data_type, DataType::String);
    let is_coded_text = is_free_text || matches!(data_type, DataType::Categorical);
    let arrays: Vec<&Array> =
        columns.iter().map(|column| column.array()).filter(|array| !array.is_empty()).collect();
    if !is_coded_text || arrays.is_empty() {
        return narrowed(concat_columns(data_type, columns));
    }
    assert!(columns.iter().all(|column| column.data_type() == data_type), "columns of different types");
    let parts: Vec<Part<'_>> = arrays.iter().map(|array| Part::of(array)).collect();
    if let Some(dictionary) = shared_dictionary(&parts) {
        let rows: usize = parts.iter().map(Part::len).sum();
        // Codes take half of what offsets do, so this is less than plain strings, whatever those say.
        if dictionary.memory_bytes() <= (OFFSET_BYTES - CODE_BYTES) * rows {
            return narrowed(concat_columns(data_type, columns));
        }
    }
    if let [column] = columns
        && let [Part::Plain(_)] = parts[..]
        && !is_promising(&parts)
    {
        return (*column).clone();
    }
    let limit = if is_free_text { worth_coding(plain_bytes(&parts)) } else { usize::MAX };
    let encoded = if !is_free_text || is_promising(&parts) { encode(&parts, limit) } else { None };
    match encoded {
        Some(array) => Column::new(data_type.clone(), array),
        None => Column::new(data_type.clone(), concat_as_plain(&arrays)),
    }
}

/// The same rows, strings as codes of the least width, whether that is smaller or not: for few rows that will be taken many
/// times each, so that what is copied is a code and not a string. Other types come back as they are.
///
/// ```
/// use lazuli_array::{Array, Column, FromValues};
/// use lazuli_kernels::coded_column;
///
/// let coded = coded_column(&Column::from_values(["a", "b"].into_iter()));
/// assert!(matches!(coded.array(), Array::Dictionary(codes) if codes.dictionary().len() == 2));
/// ```
pub fn coded_column(column: &Column) -> Column {
    let part = match (column.data_type(), column.array()) {
        (DataType::String, Array::String(_)) => Part::of(column.array()),
        _ => return column.clone(),
    };
    match encode(&[part], usize::MAX) {
        Some(array) => narrowed(Column::new(DataType::String, array)),
        None => column.clone(),
    }
}

/// The same rows with codes as narrow as they can be.
fn narrowed(column: Column) -> Column {
    let Array::Dictionary(array) = column.array() else { return column };
    let narrow = array.narrowed();
    // The same codes: the column keeps what is known of it.
    if narrow.stored_codes().address() == array.stored_codes().address() {
        return column;
    }
    Column::new(column.data_type().clone(), narrow)
}

/// Some of the rows, in either form.
enum Part<'a> {
    Plain(&'a lazuli_array::StringArray),
    Coded(&'a DictionaryArray),
}

impl<'a> Part<'a> {
    fn of(array: &'a Array) -> Self {
        match array {
            Array::String(array) => Self::Plain(array),
            Array::Dictionary(array) => Self::Coded(array),
            other => unreachable!("a column of text over a {} array", other.physical_name()),
        }
    }

    fn len(&self) -> usize {
        match self {
            Self::Plain(array) => array.len(),
            Self::Coded(array) => array.len(),
        }
    }

    fn get(&self, row: usize) -> Option<&'a str> {
        match self {
            Self::Plain(array) => array.get(row),
            Self::Coded(array) => array.get(row),
        }
    }
}

/// The dictionary of all parts, if it is one.
fn shared_dictionary<'a>(parts: &[Part<'a>]) -> Option<&'a Arc<Dictionary>> {
    let mut shared = None;
    for part in parts {
        let Part::Coded(array) = part else { return None };
        if shared.is_some_and(|known| !Arc::ptr_eq(known, array.dictionary())) {
            return None;
        }
        shared = Some(array.dictionary());
    }
    shared
}

/// Bytes that all rows take as plain strings.
fn plain_bytes(parts: &[Part<'_>]) -> usize {
    let text: usize = parts
        .iter()
        .map(|part| match part {
            Part::Plain(array) => {
                let offsets = array.offsets();
                (offsets[offsets.len() - 1] - offsets[0]) as usize
            }
            Part::Coded(array) => {
                let lengths: Vec<usize> = array.dictionary().values().iter().map(str::len).collect();
                dispatch_codes!(array.stored_codes(), |codes| match codes.validity() {
                    None => codes.values().iter().map(|code| lengths[code.index()]).sum(),
                    Some(_) => codes.iter().flatten().map(|code| lengths[code.index()]).sum::<usize>(),
                })
            }
        })
        .sum();
    text + OFFSET_BYTES * parts.iter().map(Part::len).sum::<usize>()
}

/// The most bytes that codes and a dictionary may take where plain strings take so many: a detour to each string must
/// save an eighth.
fn worth_coding(plain_bytes: usize) -> usize {
    plain_bytes - plain_bytes.div_ceil(8)
}

/// Whether a sample of the rows lets expect that codes and a dictionary are smaller than plain strings.
fn is_promising(parts: &[Part<'_>]) -> bool {
    let rows: usize = parts.iter().map(Part::len).sum();
    let step = rows.div_ceil(SAMPLE_RUNS).max(SAMPLE_RUN_ROWS);
    let (mut texts, mut sampled, mut bytes) = (HashSet::new(), 0usize, 0usize);
    let (mut first_row, mut next_run) = (0, 0);
    for part in parts {
        let end_row = first_row + part.len();
        while next_run < end_row {
            let from = next_run.max(first_row) - first_row;
            let to = (next_run + SAMPLE_RUN_ROWS).min(end_row) - first_row;
            for text in (from..to).filter_map(|row| part.get(row)) {
                sampled += 1;
                bytes += text.len();
                texts.insert(text);
            }
            if next_run + SAMPLE_RUN_ROWS > end_row {
                break; // the run goes on in the next part
            }
            next_run += step;
        }
        first_row = end_row;
    }
    if sampled == 0 {
        return true;
    }
    let distinct = expected_distinct(texts.len(), sampled, rows);
    let mean_bytes = bytes as f64 / sampled as f64;
    let coded = (CODE_BYTES * rows) as f64 + distinct * (mean_bytes + ENTRY_OFFSET_BYTES as f64);
    let plain = rows as f64 * (mean_bytes + OFFSET_BYTES as f64);
    coded <= worth_coding(plain as usize) as f64
}

/// How many distinct values `rows` rows hold if `sampled` of them hold `distinct`, and each of a number of values is
/// as likely in each row: of `values` such values, a sample of `n` rows shows `values * (1 - exp(-n / values))`.
fn expected_distinct(distinct: usize, sampled: usize, rows: usize) -> f64 {
    if distinct >= sampled {
        return rows as f64;
    }
    let shown = |values: f64, rows: usize| -values * (-(rows as f64) / values).exp_m1();
    // What is shown grows with the number of values: halve the (logarithmic) range where it crosses `distinct`.
    let (mut low, mut high) = (1.0f64, 1e15f64);
    for _ in 0..60 {
        let middle = (low * high).sqrt();
        if shown(middle, sampled) < distinct as f64 { low = middle } else { high = middle }
    }
    shown(high, rows)
}

/// All rows as codes into one new dictionary; `None` if that would take more than `limit` bytes or codes.
#[allow(clippy::useless_conversion, reason = "one body for all widths: for one of them it does nothing")]
fn encode(parts: &[Part<'_>], limit: usize) -> Option<Array> {
    let rows: usize = parts.iter().map(Part::len).sum();
    let room = limit.checked_sub(rows.checked_mul(CODE_BYTES)?)?;
    let mut texts = Texts { table: HashTable::new(), builder: StringBuilder::default(), room };
    let mut codes: Vec<u32> = memory::with_capacity(rows);
    // Chunks of one file tend to share dictionaries, and neighbours more than others: look from the last on.
    let mut known: Vec<(&Arc<Dictionary>, Vec<u32>)> = Vec::new();
    for part in parts {
        match part {
            Part::Plain(array) => {
                for row in 0..array.len() {
                    codes.push(match array.get(row) {
                        Some(text) => texts.code(text)?,
                        None => 0,
                    });
                }
            }
            Part::Coded(array) => {
                let dictionary = array.dictionary();
                let place = known.iter().rposition(|(other, _)| Arc::ptr_eq(other, dictionary));
                let place = place.unwrap_or_else(|| {
                    known.push((dictionary, vec![UNKNOWN; dictionary.len()]));
                    known.len() - 1
                });
                let new_codes = &mut known[place].1;
                let validity = array.validity();
                dispatch_codes!(array.stored_codes(), |old_codes| {
                    for (row, &old) in old_codes.values().iter().enumerate() {
                        if validity.is_some_and(|validity| !validity.get(row)) {
                            codes.push(0);
                            continue;
                        }
                        let new = &mut new_codes[old.index()];
                        if *new == UNKNOWN {
                            *new = texts.code(dictionary.value(old.into()))?;
                        }
                        codes.push(*new);
                    }
                });
            }
        }
    }
    let dictionary = texts.into_dictionary();
    // One that says the same already is shared with whoever has it.
    let same = |(other, codes): &&(&Arc<Dictionary>, Vec<u32>)| {
        other.len() == dictionary.len() && codes.iter().enumerate().all(|(old, &new)| old == new as usize)
    };
    let dictionary =
        known.iter().find(same).map_or_else(|| Arc::new(dictionary), |(other, _)| (*other).clone());
    let validity = if parts.iter().any(|part| has_nulls(part)) {
        let mut validity = BitmapBuilder::with_capacity(rows);
        for part in parts {
            let valid = match part {
                Part::Plain(array) => array.validity(),
                Part::Coded(array) => array.validity(),
            };
            match valid {
                Some(valid) => validity.extend_from(valid),
                None => validity.push_many(true, part.len()),
            }
        }
        Some(validity.finish())
    } else {
        None
    };
    let array = DictionaryArray::new(PrimitiveArray::new(codes.into(), validity), dictionary);
    Some(array.narrowed().into())
}

fn has_nulls(part: &Part<'_>) -> bool {
    match part {
        Part::Plain(array) => array.validity().is_some(),
        Part::Coded(array) => array.validity().is_some(),
    }
}

/// Distinct strings in order of first appearance, and where each is.
struct Texts {
    /// The upper half of a string's hash, and its code.
    table: HashTable<(u32, u32)>,
    builder: StringBuilder,
    /// Bytes that strings and their offsets may take.
    room: usize,
}

impl Texts {
    /// The code of a string; `None` if there is no room for it.
    #[inline]
    fn code(&mut self, text: &str) -> Option<u32> {
        let hash = hash_bytes(text.as_bytes());
        let upper = (hash >> 32) as u32;
        let spread = |upper: u32| u64::from(upper) << 32 | u64::from(upper);
        let is_it = |&(other, code): &(u32, u32)| other == upper && self.builder.value(code as usize) == text;
        if let Some(&(_, code)) = self.table.find(spread(upper), is_it) {
            return Some(code);
        }
        let code = u32::try_from(self.builder.len()).ok().filter(|&code| code != UNKNOWN)?;
        self.builder.push(Some(text));
        if self.builder.text_bytes() + self.builder.len() * ENTRY_OFFSET_BYTES > self.room {
            return None;
        }
        self.table.insert_unique(spread(upper), (upper, code), |&(upper, _)| spread(upper));
        Some(code)
    }

    fn into_dictionary(mut self) -> Dictionary {
        self.builder.shrink_to_fit();
        Dictionary::new(self.builder.finish())
    }
}

/// The rows of all arrays as plain strings.
fn concat_as_plain(arrays: &[&Array]) -> Array {
    let plain: Vec<Array> = arrays
        .iter()
        .map(|array| match array {
            Array::Dictionary(array) => array.to_plain().into(),
            other => (*other).clone(),
        })
        .collect();
    concat(&plain.iter().collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{naive, strategies};
    use lazuli_array::{FromValues, StringArray};
    use proptest::prelude::*;

    fn plain(texts: impl IntoIterator<Item = String>) -> Column {
        Column::new(DataType::String, texts.into_iter().map(Some).collect::<StringArray>())
    }

    fn coded(texts: &[&str]) -> Column {
        let array: DictionaryArray = texts.iter().map(|text| Some(*text)).collect();
        Column::new(DataType::String, array)
    }

    fn dictionary(column: &Column) -> Option<Vec<&str>> {
        match column.array() {
            Array::Dictionary(array) => Some(array.dictionary().values().iter().collect()),
            _ => None,
        }
    }

    proptest! {
        #[test]
        fn codes_are_the_same_rows((data_type, columns) in strategies::columns_of_one_type(1..2, 0..90)) {
            let coded = coded_column(&columns[0]);
            prop_assert_eq!(&coded, &columns[0]);
            prop_assert_eq!(matches!(coded.array(), Array::String(_)), false, "{:?}", data_type);
        }

        #[test]
        fn the_rows_are_those_of_concat((data_type, columns) in strategies::columns_of_one_type(0..5, 0..90)) {
            let columns: Vec<&Column> = columns.iter().collect();
            let compact = compact_columns(&data_type, &columns);
            prop_assert_eq!(&compact, &naive::concat(&data_type, &columns));
            if data_type == DataType::String && columns.len() > 1 {
                prop_assert!(compact.memory_bytes() <= concat_columns(&data_type, &columns).memory_bytes() + 16);
            }
        }
    }

    #[test]
    fn parts_get_one_dictionary_in_order_of_first_appearance() {
        let parts =
            [coded(&["b", "a", "b"]), plain(["c", "a", "c", "c"].map(String::from)), coded(&["d", "b"])];
        let refs: Vec<&Column> = parts.iter().collect();
        let repeated: Vec<&Column> = std::iter::repeat_n(refs, 20).flatten().collect();
        let whole = compact_columns(&DataType::String, &repeated);
        assert_eq!(dictionary(&whole), Some(vec!["b", "a", "c", "d"]));
        assert_eq!(whole, naive::concat(&DataType::String, &repeated));
    }

    #[test]
    fn entries_without_rows_are_left_out() {
        let texts: Vec<String> = (0..1000).map(|number| format!("number {}", number % 500)).collect();
        let all = coded(&texts.iter().map(String::as_str).collect::<Vec<_>>());
        let few = all.sliced(100, 40);
        let whole = compact_columns(&DataType::String, &[&few, &few, &few]);
        assert_eq!(dictionary(&whole).map(|texts| (texts.len(), texts[0])), Some((40, "number 100")));
        // Without repetition, codes are a detour.
        let once = compact_columns(&DataType::String, &[&few]);
        assert_eq!((dictionary(&once), &once), (None, &few));
    }

    #[test]
    fn what_is_compact_stays_and_shares() {
        let column = coded(&["x", "y", "x", "y", "x", "y", "x", "y"]);
        let Array::Dictionary(before) = column.array() else { panic!("coded") };
        for parts in [vec![&column], vec![&column, &column]] {
            let whole = compact_columns(&DataType::String, &parts);
            let Array::Dictionary(after) = whole.array() else { panic!("still coded") };
            assert!(Arc::ptr_eq(before.dictionary(), after.dictionary()));
        }
        let unique = plain((0..1000).map(|number| number.to_string()));
        let Array::String(before) = unique.array() else { panic!("plain") };
        let whole = compact_columns(&DataType::String, &[&unique]);
        let Array::String(after) = whole.array() else { panic!("still plain") };
        assert!(std::ptr::eq(before.bytes(), after.bytes()));
    }

    #[test]
    fn the_smaller_form_is_taken() {
        // Distinct ones in a hundred rows. Texts have 12 bytes, so codes take 4 + d * 16 bytes against 20 * 7 / 8.
        for (distinct, is_coded) in [(1, true), (50, true), (80, true), (88, false), (100, false)] {
            let rows = (0..20_000).map(|row: usize| {
                let value = if row % 100 < distinct { row % 100 } else { 0 };
                format!("{:08}{value:04}", if value == 0 { 0 } else { row / 100 })
            });
            let column = plain(rows);
            let whole = compact_columns(
                &DataType::String,
                &[&column.sliced(0, 7_000), &column.sliced(7_000, 13_000)],
            );
            assert_eq!(dictionary(&whole).is_some(), is_coded, "{distinct} of 100");
            assert_eq!(whole, column);
            assert!(whole.memory_bytes() <= column.memory_bytes());
        }
    }

    #[test]
    fn a_sample_that_errs_costs_no_memory() {
        // The sampled runs repeat, everything else does not.
        let rows = 64 * 1024;
        let column = plain((0..rows).map(|row| format!("{:08}", if row % 1024 < 256 { 0 } else { row })));
        let parts = [Part::of(column.array())];
        assert!(is_promising(&parts));
        let whole = compact_columns(&DataType::String, &[&column, &Column::from_values(["x"].into_iter())]);
        assert!(whole.memory_bytes() <= column.memory_bytes() + 16);
    }

    #[test]
    fn the_estimate_is_near_the_truth() {
        for (values, rows) in
            [(10usize, 1_000_000usize), (1000, 1_000_000), (100_000, 1_000_000), (1_000_000, 1_000_000)]
        {
            let mut state = 7u64;
            let mut draw = || {
                state = crate::hash::hash_u64(state);
                state % values as u64
            };
            let sampled = 16_384;
            let distinct = (0..sampled).map(|_| draw()).collect::<HashSet<_>>().len();
            let truth = (0..rows).map(|_| draw()).collect::<HashSet<_>>().len() as f64;
            let expected = expected_distinct(distinct, sampled, rows);
            assert!(
                (expected / truth - 1.0).abs() < 0.25,
                "{values} values: {truth} in truth, {expected} expected"
            );
        }
    }
}
