//! Filter: keeps the rows where a mask is set, in order.
//!
//! Works 64 rows at a time by the words of the mask: words of zeros are skipped, words of ones are copied whole, others
//! bit by bit when few are set and without branches when many are. Dictionaries are kept as they are.
//! Not here: making masks (see `compare`); a mask with nulls is a `BooleanArray`, see `BooleanArray::true_mask`.

use lazuli_array::{
    Array, Batch, BinaryArray, Bitmap, BitmapBuilder, BooleanArray, Codes, Column, DictionaryArray,
    ListArray, Native, NullArray, PrimitiveArray, StringArray, StructArray, dispatch_codes,
};

use crate::gather::{ByteRows, binary_of_whole_rows, gather_ranges, string_of_whole_rows};
use crate::take::take_batch;

/// Words with at least this many bits set are compacted without branches, others by a walk over their bits. A walk costs
/// about 0.9 ns a set bit, the compaction 0.65 ns a row whether set or not (`i64`, cache-resident, SSE2 code), so they
/// meet near three rows in four.
const DENSE_WORD_BITS: u32 = 48;

/// A batch of several columns is filtered by row numbers, found once, when at most one row in this many is kept;
/// otherwise the words of the mask are walked once a column.
const SPARSE_ROWS: usize = 16;

/// The rows whose bit in `mask` is set, in order.
///
/// When all are set this is the array itself, sharing memory; when none is, an empty array. Panics if the lengths differ.
///
/// ```
/// use lazuli_array::{Array, Bitmap, PrimitiveArray};
/// use lazuli_kernels::filter;
///
/// let array = Array::from(PrimitiveArray::from_iter([Some(1i64), None, Some(3)]));
/// let kept = filter(&array, &Bitmap::from_iter([false, true, true]));
/// assert_eq!(kept, Array::from(PrimitiveArray::from_iter([None, Some(3i64)])));
/// ```
pub fn filter(array: &Array, mask: &Bitmap) -> Array {
    assert_eq!(array.len(), mask.len(), "a mask has one bit for each row");
    match mask.count_ones() {
        0 => array.sliced(0, 0),
        kept if kept == mask.len() => array.clone(),
        _ => filter_some(array, mask),
    }
}

/// [`filter`] of a column.
pub fn filter_column(column: &Column, mask: &Bitmap) -> Column {
    if mask.count_zeros() == 0 && mask.len() == column.len() {
        return column.clone(); // keeps cached statistics
    }
    Column::new(column.data_type().clone(), filter(column.array(), mask))
}

/// [`filter`] of all columns of a batch. Panics if the lengths differ.
pub fn filter_batch(batch: &Batch, mask: &Bitmap) -> Batch {
    assert_eq!(batch.num_rows(), mask.len(), "a mask has one bit for each row");
    let kept = mask.count_ones();
    if kept == batch.num_rows() {
        return batch.clone();
    }
    if kept == 0 {
        return batch.sliced(0, 0);
    }
    let fits_row_numbers = u32::try_from(batch.num_rows()).is_ok();
    if batch.num_columns() > 1 && fits_row_numbers && kept <= batch.num_rows() / SPARSE_ROWS {
        let rows: Vec<u32> = mask.ones().map(|row| row as u32).collect();
        return take_batch(batch, &rows);
    }
    let columns = batch.columns().iter().map(|column| filter_column(column, mask)).collect();
    Batch::new(batch.schema().clone(), columns, kept)
}

fn filter_some(array: &Array, mask: &Bitmap) -> Array {
    match array {
        Array::Null(_) => NullArray::new(mask.count_ones()).into(),
        Array::Boolean(array) => {
            BooleanArray::new(filter_bits(array.values(), mask), filter_validity(array.validity(), mask))
                .into()
        }
        Array::Int8(array) => filter_primitive(array, mask).into(),
        Array::Int16(array) => filter_primitive(array, mask).into(),
        Array::Int32(array) => filter_primitive(array, mask).into(),
        Array::Int64(array) => filter_primitive(array, mask).into(),
        Array::UInt8(array) => filter_primitive(array, mask).into(),
        Array::UInt16(array) => filter_primitive(array, mask).into(),
        Array::UInt32(array) => filter_primitive(array, mask).into(),
        Array::UInt64(array) => filter_primitive(array, mask).into(),
        Array::Float32(array) => filter_primitive(array, mask).into(),
        Array::Float64(array) => filter_primitive(array, mask).into(),
        Array::Int128(array) => filter_primitive(array, mask).into(),
        Array::String(array) => filter_string(array, mask).into(),
        Array::Dictionary(array) => {
            let codes: Codes =
                dispatch_codes!(array.stored_codes(), |codes| filter_primitive(codes, mask).into());
            DictionaryArray::new(codes, array.dictionary().clone()).into()
        }
        Array::Binary(array) => filter_binary(array, mask).into(),
        Array::List(array) => filter_list(array, mask).into(),
        Array::Struct(array) => {
            let fields = array.fields().iter().map(|field| filter_some(field, mask)).collect();
            StructArray::new(mask.count_ones(), fields, filter_validity(array.validity(), mask)).into()
        }
    }
}

fn filter_primitive<T: Native>(array: &PrimitiveArray<T>, mask: &Bitmap) -> PrimitiveArray<T> {
    let values = filter_values(array.values(), mask);
    PrimitiveArray::new(values.into(), filter_validity(array.validity(), mask))
}

fn filter_values<T: Copy + Default>(values: &[T], mask: &Bitmap) -> Vec<T> {
    let kept = mask.count_ones();
    // Room for one word beyond the end, so that the branch-free compaction may write all its 64 slots.
    let mut out = vec![T::default(); kept + 64];
    let mut end = 0;
    for (block, mut word) in values.chunks(64).zip(mask.words()) {
        let set = word.count_ones();
        if word == 0 {
            continue;
        } else if set as usize == block.len() {
            out[end..end + block.len()].copy_from_slice(block);
        } else if set < DENSE_WORD_BITS || block.len() < 64 {
            let mut next = end;
            while word != 0 {
                out[next] = block[word.trailing_zeros() as usize];
                word &= word - 1;
                next += 1;
            }
        } else {
            let slots = out[end..].first_chunk_mut::<64>().expect("room for a word beyond the end");
            let mut next = 0usize;
            for (bit, &value) in block.iter().enumerate() {
                slots[next & 63] = value;
                next += (word >> bit) as usize & 1;
            }
        }
        end += set as usize;
    }
    out.truncate(kept);
    out
}

fn filter_validity(validity: Option<&Bitmap>, mask: &Bitmap) -> Option<Bitmap> {
    validity.map(|validity| filter_bits(validity, mask))
}

fn filter_bits(bits: &Bitmap, mask: &Bitmap) -> Bitmap {
    let mut out = BitmapBuilder::with_capacity(mask.count_ones());
    for (bits, mut word) in bits.words().zip(mask.words()) {
        let set = word.count_ones() as usize;
        if set == 64 {
            out.push_word(bits, 64);
            continue;
        }
        let (mut packed, mut next) = (0u64, 0);
        while word != 0 {
            packed |= (bits >> word.trailing_zeros() & 1) << next;
            word &= word - 1;
            next += 1;
        }
        out.push_word(packed, set);
    }
    out.finish()
}

/// Runs of set bits as `(first row, number of rows)`: neighbours are copied together.
fn runs(mask: &Bitmap) -> Vec<(usize, usize)> {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for (index, mut word) in mask.words().enumerate() {
        while word != 0 {
            let first = word.trailing_zeros();
            let length = (word >> first).trailing_ones();
            let start = index * 64 + first as usize;
            match runs.last_mut() {
                Some((last, rows)) if *last + *rows == start => *rows += length as usize,
                _ => runs.push((start, length as usize)),
            }
            if first + length == 64 {
                break;
            }
            word &= u64::MAX << (first + length);
        }
    }
    runs
}

fn filter_string(array: &StringArray, mask: &Bitmap) -> StringArray {
    let rows = filter_byte_rows(array.offsets(), array.bytes(), mask);
    string_of_whole_rows(rows, filter_validity(array.validity(), mask))
}

fn filter_binary(array: &BinaryArray, mask: &Bitmap) -> BinaryArray {
    let rows = filter_byte_rows(array.offsets(), array.bytes(), mask);
    binary_of_whole_rows(rows, filter_validity(array.validity(), mask))
}

fn filter_byte_rows(offsets: &[i64], bytes: &[u8], mask: &Bitmap) -> ByteRows {
    let runs = runs(mask);
    let total: i64 = runs.iter().map(|&(start, rows)| offsets[start + rows] - offsets[start]).sum();
    let mut out = ByteRows::with_capacity(mask.count_ones(), total as usize);
    for (start, rows) in runs {
        out.push_run(&offsets[start..=start + rows], bytes);
    }
    out
}

fn filter_list(array: &ListArray, mask: &Bitmap) -> ListArray {
    let (offsets, mut ranges) = (array.offsets(), Vec::new());
    let mut out = Vec::with_capacity(mask.count_ones() + 1);
    let mut end = 0;
    out.push(0);
    for (start, rows) in runs(mask) {
        let (first, last) = (offsets[start], offsets[start + rows]);
        out.extend(offsets[start + 1..=start + rows].iter().map(|offset| end + offset - first));
        end += last - first;
        ranges.push((first as usize, (last - first) as usize));
    }
    let values = gather_ranges(array.values(), &ranges);
    ListArray::new(out.into(), values, filter_validity(array.validity(), mask))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{naive, strategies};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn filter_matches_naive((column, mask) in strategies::any_column_with_mask(0..300)) {
            prop_assert_eq!(filter_column(&column, &mask), naive::filter(&column, &mask));
        }

        #[test]
        fn batches_filter_column_by_column(
            (columns, mask) in strategies::columns_with_mask(3, 0..200),
        ) {
            let named = columns.iter().enumerate().map(|(i, column)| (i.to_string().into(), column.clone()));
            let batch = Batch::from_columns(named.collect()).unwrap();
            let kept = filter_batch(&batch, &mask);
            prop_assert_eq!(kept.num_rows(), mask.count_ones());
            for (column, kept) in columns.iter().zip(kept.columns()) {
                prop_assert_eq!(kept, &naive::filter(column, &mask));
            }
        }
    }

    #[test]
    fn nothing_removed_shares_memory() {
        let array = Array::from(PrimitiveArray::from_vec(vec![1i32, 2, 3]));
        let kept = filter(&array, &Bitmap::filled(true, 3));
        let (Array::Int32(before), Array::Int32(after)) = (&array, &kept) else { panic!("i32 stays i32") };
        assert_eq!(before.values().as_ptr(), after.values().as_ptr());
    }

    #[test]
    fn dictionaries_are_kept() {
        let array: DictionaryArray = [Some("a"), Some("b"), None].into_iter().collect();
        let kept = filter(&array.clone().into(), &Bitmap::from_iter([false, true, true]));
        let Array::Dictionary(kept) = kept else { panic!("a dictionary stays one") };
        assert!(std::sync::Arc::ptr_eq(kept.dictionary(), array.dictionary()));
        assert_eq!(kept.iter().collect::<Vec<_>>(), [Some("b"), None]);
    }

    #[test]
    fn runs_join_over_words() {
        let mask = Bitmap::from_fn(200, |row| (60..130).contains(&row) || row == 199);
        assert_eq!(runs(&mask), [(60, 70), (199, 1)]);
    }
}
