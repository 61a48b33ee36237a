//! Filter: keeps the rows where a mask is set, in order.
//!
//! Works 64 rows at a time by the words of the mask, which are made once for all columns of a batch: words of zeros are
//! skipped, others compacted by vectors where the machine has them. Dictionaries are kept as they are.
//! Not here: making masks (see `compare`); a mask with nulls is a `BooleanArray`, see `BooleanArray::true_mask`.

mod bits; // booleans and validity
mod bytes; // strings
mod selection; // the rows that stay
mod spread; // a mask of the rows that stayed as one of all
mod values; // fixed width
#[cfg(target_arch = "x86_64")]
mod x86; // fixed width, by vectors

use lazuli_array::{
    Array, Batch, BinaryArray, Bitmap, BooleanArray, Codes, Column, DictionaryArray, ListArray, Native,
    NullArray, PrimitiveArray, StringArray, StructArray, dispatch_codes,
};

use crate::gather::{binary_of_whole_rows, gather_ranges, string_of_whole_rows};
use crate::level::Level;
use crate::take::take_batch;
use bits::filter_bits;
use bytes::filter_byte_rows;
use selection::Selection;
pub use spread::spread_mask;
use values::filter_values;

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
        _ => filter_some(array, &Selection::new(mask, Level::best())),
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
    let selection = Selection::new(mask, Level::best());
    let filter_one =
        |column: &Column| Column::new(column.data_type().clone(), filter_some(column.array(), &selection));
    let columns = batch.columns().iter().map(filter_one).collect();
    Batch::new(batch.schema().clone(), columns, kept)
}

fn filter_some(array: &Array, selection: &Selection<'_>) -> Array {
    match array {
        Array::Null(_) => NullArray::new(selection.kept()).into(),
        Array::Boolean(array) => BooleanArray::new(
            filter_bits(array.values(), selection),
            filter_validity(array.validity(), selection),
        )
        .into(),
        Array::Int8(array) => filter_primitive(array, selection).into(),
        Array::Int16(array) => filter_primitive(array, selection).into(),
        Array::Int32(array) => filter_primitive(array, selection).into(),
        Array::Int64(array) => filter_primitive(array, selection).into(),
        Array::UInt8(array) => filter_primitive(array, selection).into(),
        Array::UInt16(array) => filter_primitive(array, selection).into(),
        Array::UInt32(array) => filter_primitive(array, selection).into(),
        Array::UInt64(array) => filter_primitive(array, selection).into(),
        Array::Float32(array) => filter_primitive(array, selection).into(),
        Array::Float64(array) => filter_primitive(array, selection).into(),
        Array::Int128(array) => filter_primitive(array, selection).into(),
        Array::String(array) => filter_string(array, selection).into(),
        Array::Dictionary(array) => {
            let codes: Codes =
                dispatch_codes!(array.stored_codes(), |codes| filter_primitive(codes, selection).into());
            DictionaryArray::new(codes, array.dictionary().clone()).into()
        }
        Array::Binary(array) => filter_binary(array, selection).into(),
        Array::List(array) => filter_list(array, selection).into(),
        Array::Struct(array) => {
            let fields = array.fields().iter().map(|field| filter_some(field, selection)).collect();
            StructArray::new(selection.kept(), fields, filter_validity(array.validity(), selection)).into()
        }
    }
}

fn filter_primitive<T: Native>(array: &PrimitiveArray<T>, selection: &Selection<'_>) -> PrimitiveArray<T> {
    let values = filter_values(array.values(), selection);
    PrimitiveArray::new(values.into(), filter_validity(array.validity(), selection))
}

fn filter_validity(validity: Option<&Bitmap>, selection: &Selection<'_>) -> Option<Bitmap> {
    validity.map(|validity| filter_bits(validity, selection))
}

fn filter_string(array: &StringArray, selection: &Selection<'_>) -> StringArray {
    let rows = filter_byte_rows(array.offsets(), array.bytes(), selection);
    string_of_whole_rows(rows, filter_validity(array.validity(), selection))
}

fn filter_binary(array: &BinaryArray, selection: &Selection<'_>) -> BinaryArray {
    let rows = filter_byte_rows(array.offsets(), array.bytes(), selection);
    binary_of_whole_rows(rows, filter_validity(array.validity(), selection))
}

fn filter_list(array: &ListArray, selection: &Selection<'_>) -> ListArray {
    let (offsets, mut ranges) = (array.offsets(), Vec::new());
    let mut out = Vec::with_capacity(selection.kept() + 1);
    let mut end = 0;
    out.push(0);
    for (start, rows) in selection.runs() {
        let (first, last) = (offsets[start], offsets[start + rows]);
        out.extend(offsets[start + 1..=start + rows].iter().map(|offset| end + offset - first));
        end += last - first;
        ranges.push((first as usize, (last - first) as usize));
    }
    let values = gather_ranges(array.values(), &ranges);
    ListArray::new(out.into(), values, filter_validity(array.validity(), selection))
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
        fn every_level_is_the_portable_one(
            (column, mask) in strategies::any_column_with_mask(0..700), start in 0usize..70,
        ) {
            let start = start.min(column.len());
            let rows = column.len() - start;
            let (column, mask) = (column.sliced(start, rows), mask.sliced(start, rows));
            for level in Level::available() {
                let kept = filter_some(column.array(), &Selection::new(&mask, level));
                prop_assert_eq!(Column::new(column.data_type().clone(), kept), naive::filter(&column, &mask), "{:?}", level);
            }
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
}
