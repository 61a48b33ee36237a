//! Concat: the rows of several arrays one after the other.
//!
//! Arrays must hold one type; strings may be plain in some and dictionary-encoded in others. Dictionaries are made one
//! (shared when they are the same one); plain and dictionary together become plain, since whoever made the plain part
//! found that its values do not repeat.

use std::sync::Arc;

use lazuli_array::memory;
use lazuli_array::{
    Array, Batch, Bitmap, BitmapBuilder, BooleanArray, Code, Codes, Column, DataType, Dictionary,
    DictionaryArray, ListArray, Native, NullArray, PrimitiveArray, SchemaRef, StringArray, StructArray,
    dispatch_codes,
};

use crate::arity::each;
use crate::dictionary::{Merged, merge};
use crate::gather::{ByteRows, binary_of_whole_rows, string_of_whole_rows};
use crate::width::{bits_of, of_bits};

/// The rows of all arrays in order. A single array comes back as it is, sharing memory.
///
/// Panics if there are no arrays or they are of different physical types (plain and dictionary strings are one).
///
/// ```
/// use lazuli_array::{Array, PrimitiveArray};
/// use lazuli_kernels::concat;
///
/// let array = Array::from(PrimitiveArray::from_iter([Some(1i64), None]));
/// assert_eq!(concat(&[&array, &array]).len(), 4);
/// ```
pub fn concat(arrays: &[&Array]) -> Array {
    if let [array] = arrays {
        return (*array).clone();
    }
    let first = arrays.first().expect("concat needs at least one array");
    let rows = arrays.iter().map(|array| array.len()).sum();
    match first {
        Array::Null(_) => {
            cast_all(arrays, |array| matches!(array, Array::Null(_)).then_some(()));
            NullArray::new(rows).into()
        }
        Array::Boolean(_) => {
            let parts = cast_all(arrays, |array| match array {
                Array::Boolean(array) => Some(array),
                _ => None,
            });
            let mut values = BitmapBuilder::with_capacity(rows);
            parts.iter().for_each(|part| values.extend_from(part.values()));
            BooleanArray::new(values.finish(), concat_validity(arrays, rows)).into()
        }
        Array::Int8(_) => concat_primitive::<i8>(arrays, rows).into(),
        Array::Int16(_) => concat_primitive::<i16>(arrays, rows).into(),
        Array::Int32(_) => concat_primitive::<i32>(arrays, rows).into(),
        Array::Int64(_) => concat_primitive::<i64>(arrays, rows).into(),
        Array::UInt8(_) => concat_primitive::<u8>(arrays, rows).into(),
        Array::UInt16(_) => concat_primitive::<u16>(arrays, rows).into(),
        Array::UInt32(_) => concat_primitive::<u32>(arrays, rows).into(),
        Array::UInt64(_) => concat_primitive::<u64>(arrays, rows).into(),
        Array::Float32(_) => concat_primitive::<f32>(arrays, rows).into(),
        Array::Float64(_) => concat_primitive::<f64>(arrays, rows).into(),
        Array::Int128(_) => concat_primitive::<i128>(arrays, rows).into(),
        Array::String(_) | Array::Dictionary(_) => concat_text(arrays, rows),
        Array::Binary(_) => {
            let parts = cast_all(arrays, |array| match array {
                Array::Binary(array) => Some((array.offsets(), array.bytes())),
                _ => None,
            });
            binary_of_whole_rows(concat_byte_rows(&parts, rows), concat_validity(arrays, rows)).into()
        }
        Array::List(_) => concat_list(arrays, rows).into(),
        Array::Struct(first) => {
            let parts = cast_all(arrays, |array| match array {
                Array::Struct(array) => Some(array),
                _ => None,
            });
            let fields = (0..first.fields().len())
                .map(|field| {
                    let arrays: Vec<&Array> = parts.iter().map(|part| &part.fields()[field]).collect();
                    concat(&arrays)
                })
                .collect();
            StructArray::new(rows, fields, concat_validity(arrays, rows)).into()
        }
    }
}

/// [`concat()`] of columns of type `data_type`; no columns give no rows. Texts of dictionaries with more entries than there are
/// rows come out plain. Neighbouring slices of one column share its
/// memory. Panics if one has another type.
pub fn concat_columns(data_type: &DataType, columns: &[&Column]) -> Column {
    for column in columns {
        assert_eq!(column.data_type(), data_type, "columns of different types");
    }
    match columns {
        [] => Column::new_null(data_type.clone(), 0),
        [column] => (*column).clone(),
        columns => Column::rejoined(columns).unwrap_or_else(|| {
            let arrays: Vec<&Array> = columns.iter().map(|column| column.array()).collect();
            let rows = arrays.iter().map(|array| array.len()).sum();
            let text = (*data_type == DataType::String).then(|| plain_if_cheaper(&arrays, rows)).flatten();
            Column::new(data_type.clone(), text.unwrap_or_else(|| concat(&arrays)))
        }),
    }
}

/// The rows of all batches in order, as one batch. Panics if one has other columns than `schema`.
pub fn concat_batches(schema: &SchemaRef, batches: &[Batch]) -> Batch {
    if let [batch] = batches {
        return batch.clone();
    }
    let columns = schema
        .fields()
        .iter()
        .enumerate()
        .map(|(index, field)| {
            let columns: Vec<&Column> = batches.iter().map(|batch| batch.column(index)).collect();
            concat_columns(field.data_type(), &columns)
        })
        .collect();
    Batch::new(schema.clone(), columns, batches.iter().map(Batch::num_rows).sum())
}

/// The typed form of all arrays. Panics if one of them is of another type.
fn cast_all<'a, T>(arrays: &[&'a Array], cast: impl Fn(&'a Array) -> Option<T>) -> Vec<T> {
    let mut parts = Vec::with_capacity(arrays.len());
    for array in arrays {
        parts.push(cast(array).expect("resolving made sure that all arrays hold one type"));
    }
    parts
}

fn concat_validity(arrays: &[&Array], rows: usize) -> Option<Bitmap> {
    if arrays.iter().all(|array| array.null_count() == 0) {
        return None;
    }
    let mut validity = BitmapBuilder::with_capacity(rows);
    for array in arrays {
        match array.validity() {
            Some(part) => validity.extend_from(&part),
            None => validity.push_many(true, array.len()),
        }
    }
    Some(validity.finish())
}

fn concat_primitive<T: Native>(arrays: &[&Array], rows: usize) -> PrimitiveArray<T> {
    let parts = cast_all(arrays, |array| T::unwrap(array).map(|array| bits_of(array.values())));
    PrimitiveArray::new(of_bits::<T>(joined(&parts, rows)).into(), concat_validity(arrays, rows))
}

/// The values of all parts in order; their number is known.
fn joined<T: Copy>(parts: &[&[T]], rows: usize) -> Vec<T> {
    let mut values = memory::with_capacity(rows);
    parts.iter().for_each(|part| values.extend_from_slice(part));
    values
}

fn concat_byte_rows(parts: &[(&[i64], &[u8])], rows: usize) -> ByteRows {
    let total: i64 = parts.iter().map(|(offsets, _)| offsets[offsets.len() - 1] - offsets[0]).sum();
    let mut out = ByteRows::with_capacity(rows, total as usize);
    for (offsets, bytes) in parts {
        out.push_run(offsets, bytes);
    }
    out
}

fn concat_text(arrays: &[&Array], rows: usize) -> Array {
    // Parts without rows have no say in the form.
    let filled: Vec<&Array> = arrays.iter().copied().filter(|array| !array.is_empty()).collect();
    let dictionaries: Option<Vec<&DictionaryArray>> = filled
        .iter()
        .map(|array| match array {
            Array::Dictionary(array) => Some(array),
            _ => None,
        })
        .collect();
    match dictionaries {
        None => concat_plain(&filled, rows).into(),
        Some(_) if filled.is_empty() => {
            // Categories of an Enum live in the dictionary: keep one if there is one.
            let dictionary = arrays.iter().find(|array| matches!(array, Array::Dictionary(_)));
            (*dictionary.unwrap_or(&arrays[0])).clone()
        }
        Some(parts) => concat_dictionary(&parts, &filled, rows),
    }
}

fn concat_plain(arrays: &[&Array], rows: usize) -> StringArray {
    let plain: Vec<StringArray> = cast_all(arrays, |array| match array {
        Array::String(array) => Some(array.clone()),
        Array::Dictionary(array) => Some(array.to_plain()),
        _ => None,
    });
    let parts: Vec<(&[i64], &[u8])> = plain.iter().map(|part| (part.offsets(), part.bytes())).collect();
    string_of_whole_rows(concat_byte_rows(&parts, rows), concat_validity(arrays, rows))
}

/// Texts of different dictionaries, written out if these have more entries than there are rows: making them one would cost more
/// than the rows do. Parts of batches of a file, whose row groups have dictionaries of their own, are like that.
fn plain_if_cheaper(arrays: &[&Array], rows: usize) -> Option<Array> {
    let mut known: Vec<&Arc<Dictionary>> = Vec::new();
    for array in arrays {
        match array {
            Array::Dictionary(array) if !known.iter().any(|known| Arc::ptr_eq(known, array.dictionary())) => {
                known.push(array.dictionary());
            }
            Array::Dictionary(_) => {}
            _ => return None,
        }
    }
    let entries: usize = known.iter().map(|dictionary| dictionary.len()).sum();
    (known.len() > 1 && entries > rows).then(|| concat_plain(arrays, rows).into())
}

fn concat_dictionary(parts: &[&DictionaryArray], arrays: &[&Array], rows: usize) -> Array {
    let dictionaries: Vec<_> = parts.iter().map(|part| part.dictionary()).collect();
    // More distinct strings than codes: only plain strings are left.
    let Ok(merged) = merge(&dictionaries) else { return concat_plain(arrays, rows).into() };
    let validity = concat_validity(arrays, rows);
    let codes = match widest(parts, merged.dictionary.len()) {
        1 => concat_codes::<u8>(parts, &merged, rows, validity),
        2 => concat_codes::<u16>(parts, &merged, rows, validity),
        _ => concat_codes::<u32>(parts, &merged, rows, validity),
    };
    DictionaryArray::new(codes, merged.dictionary).into()
}

/// Bytes of the widest codes of the parts, or as many as a dictionary of so many entries needs.
fn widest(parts: &[&DictionaryArray], entries: usize) -> usize {
    let width = |part: &&DictionaryArray| match part.stored_codes() {
        Codes::UInt8(_) if entries <= 1 << 8 => 1,
        Codes::UInt8(_) | Codes::UInt16(_) if entries <= 1 << 16 => 2,
        _ => 4,
    };
    parts.iter().map(width).max().unwrap_or(4)
}

/// The codes of all parts in terms of one dictionary, in a width that holds all of its codes.
#[allow(clippy::useless_conversion, reason = "one body for all widths: for one of them it does nothing")]
fn concat_codes<T: Code>(
    parts: &[&DictionaryArray],
    merged: &Merged,
    rows: usize,
    validity: Option<Bitmap>,
) -> Codes
where
    Codes: From<PrimitiveArray<T>>,
{
    let mut codes: Vec<T> = memory::with_capacity(rows);
    for (part, new_codes) in parts.iter().zip(&merged.codes) {
        match (new_codes, T::stored(part.stored_codes())) {
            (None, Some(same)) => codes.extend_from_slice(same.values()),
            (None, None) => dispatch_codes!(part.stored_codes(), |old| {
                for &code in old.values() {
                    codes.push(T::of(code.into()));
                }
            }),
            (Some(new), _) => {
                // The code of a null row may lack an entry when the dictionary is empty.
                let mut new = each(new, T::of);
                new.push(T::default());
                dispatch_codes!(part.stored_codes(), |old| {
                    for &code in old.values() {
                        codes.push(new[code.index()]);
                    }
                });
            }
        }
    }
    PrimitiveArray::new(codes.into(), validity).into()
}

fn concat_list(arrays: &[&Array], rows: usize) -> ListArray {
    let parts = cast_all(arrays, |array| match array {
        Array::List(array) => Some(array),
        _ => None,
    });
    let mut offsets = Vec::with_capacity(rows + 1);
    let mut values = Vec::with_capacity(parts.len());
    let mut end = 0;
    offsets.push(0);
    for part in &parts {
        let (first, last) = (part.offsets()[0], part.offsets()[part.len()]);
        offsets.extend(part.offsets()[1..].iter().map(|offset| end + offset - first));
        values.push(part.values().sliced(first as usize, (last - first) as usize));
        end += last - first;
    }
    let values = concat(&values.iter().collect::<Vec<_>>());
    ListArray::new(offsets.into(), values, concat_validity(arrays, rows))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{naive, strategies};
    use proptest::prelude::*;
    use std::sync::Arc;

    proptest! {
        #[test]
        fn concat_matches_naive((data_type, columns) in strategies::columns_of_one_type(0..5, 0..90)) {
            let columns: Vec<&Column> = columns.iter().collect();
            prop_assert_eq!(concat_columns(&data_type, &columns), naive::concat(&data_type, &columns));
        }

        #[test]
        fn slices_put_together_are_the_whole(column in strategies::any_column(0..200), cuts in prop::collection::vec(0usize..200, 0..4)) {
            let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut % (column.len() + 1)).collect();
            cuts.extend([0, column.len()]);
            cuts.sort_unstable();
            let parts: Vec<Column> = cuts.windows(2).map(|cut| column.sliced(cut[0], cut[1] - cut[0])).collect();
            let arrays: Vec<&Array> = parts.iter().map(Column::array).collect();
            prop_assert_eq!(&concat(&arrays), column.array());
            prop_assert_eq!(concat_columns(column.data_type(), &parts.iter().collect::<Vec<_>>()), column);
        }
    }

    #[test]
    fn parts_of_one_dictionary_share_it() {
        let array: DictionaryArray = [Some("a"), Some("b"), None].into_iter().collect();
        let (one, two) = (Array::from(array.sliced(0, 1)), Array::from(array.sliced(1, 2)));
        let Array::Dictionary(both) = concat(&[&two, &one]) else { panic!("dictionaries stay dictionaries") };
        assert!(Arc::ptr_eq(both.dictionary(), array.dictionary()));
        assert_eq!(both.iter().collect::<Vec<_>>(), [Some("b"), None, Some("a")]);
    }

    #[test]
    fn large_dictionaries_are_not_made_one_for_a_few_rows() {
        let texts = |prefix: &str| -> DictionaryArray {
            let texts: Vec<String> = (0..10).map(|number| format!("{prefix}{number}")).collect();
            texts.iter().map(|text| Some(text.as_str())).collect()
        };
        let columns = ["a", "b"].map(|prefix| Column::new(DataType::String, texts(prefix)));
        let few = columns.each_ref().map(|column| column.sliced(3, 2));
        let is_plain = |columns: &[Column; 2]| {
            let concat = concat_columns(&DataType::String, &columns.each_ref());
            assert_eq!(concat, naive::concat(&DataType::String, &columns.each_ref()));
            matches!(concat.array(), Array::String(_))
        };
        assert!(is_plain(&few));
        assert!(!is_plain(&columns));
        // Categories are what they are.
        let categories = few.map(|column| Column::new(DataType::Categorical, column.array().clone()));
        let concat = concat_columns(&DataType::Categorical, &categories.each_ref());
        assert!(matches!(concat.array(), Array::Dictionary(_)));
    }

    #[test]
    fn batches_keep_schema_and_rows() {
        let batch = Batch::from_columns(vec![("a".into(), strategies::ints(&[Some(1), None]))]).unwrap();
        let both = concat_batches(batch.schema(), &[batch.clone(), batch.sliced(0, 0), batch.clone()]);
        assert_eq!(both.column(0), &strategies::ints(&[Some(1), None, Some(1), None]));
        assert_eq!(concat_batches(batch.schema(), &[]).num_rows(), 0);
    }
}
