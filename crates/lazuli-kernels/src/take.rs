//! Take: gathers rows by index, `out[i] = array[indices[i]]`.
//!
//! Rows may repeat and come in any order. An index out of bounds is the caller's bug and panics. Dictionaries are kept as
//! they are; strings are copied into buffers of exactly their size.
//! Not here: choosing rows (see `filter`).

use lazuli_array::{
    Array, Batch, BinaryArray, Bitmap, BooleanArray, Codes, Column, DictionaryArray, ListArray, Native,
    NullArray, PrimitiveArray, StringArray, StructArray, dispatch_codes,
};

use crate::gather::{ByteRows, binary_of_whole_rows, gather_ranges, string_of_whole_rows};

/// The index that [`take_optional`] reads as "no row": the result is null there.
pub const NO_ROW: u32 = u32::MAX;

/// The rows at `indices`, in that order. Panics if one is out of bounds.
///
/// ```
/// use lazuli_array::{Array, PrimitiveArray};
/// use lazuli_kernels::take;
///
/// let array = Array::from(PrimitiveArray::from_iter([Some(1i64), None, Some(3)]));
/// assert_eq!(take(&array, &[2, 2, 1]), Array::from(PrimitiveArray::from_iter([Some(3i64), Some(3), None])));
/// ```
pub fn take(array: &Array, indices: &[u32]) -> Array {
    gather::<false>(array, indices)
}

/// As [`take`], with null rows where the index is [`NO_ROW`]: what an outer join has beside rows without a match.
pub fn take_optional(array: &Array, indices: &[u32]) -> Array {
    gather::<true>(array, indices)
}

/// [`take`] of a column.
pub fn take_column(column: &Column, indices: &[u32]) -> Column {
    Column::new(column.data_type().clone(), take(column.array(), indices))
}

/// [`take_optional`] of a column.
pub fn take_column_optional(column: &Column, indices: &[u32]) -> Column {
    Column::new(column.data_type().clone(), take_optional(column.array(), indices))
}

/// [`take`] of all columns of a batch.
pub fn take_batch(batch: &Batch, indices: &[u32]) -> Batch {
    let columns = batch.columns().iter().map(|column| take_column(column, indices)).collect();
    Batch::new(batch.schema().clone(), columns, indices.len())
}

/// [`take_optional`] of all columns of a batch.
pub fn take_batch_optional(batch: &Batch, indices: &[u32]) -> Batch {
    let columns = batch.columns().iter().map(|column| take_column_optional(column, indices)).collect();
    Batch::new(batch.schema().clone(), columns, indices.len())
}

/// The common code of both forms; `OPTIONAL` says whether [`NO_ROW`] is a null or out of bounds.
fn gather<const OPTIONAL: bool>(array: &Array, indices: &[u32]) -> Array {
    match array {
        Array::Null(array) => {
            let in_bounds = |&index: &u32| (OPTIONAL && index == NO_ROW) || (index as usize) < array.len();
            assert!(indices.iter().all(in_bounds), "row index out of bounds");
            NullArray::new(indices.len()).into()
        }
        Array::Boolean(array) => {
            let values = gather_bits::<OPTIONAL>(array.values(), indices);
            BooleanArray::new(values, gather_validity::<OPTIONAL>(array.validity(), indices)).into()
        }
        Array::Int8(array) => gather_primitive::<_, OPTIONAL>(array, indices).into(),
        Array::Int16(array) => gather_primitive::<_, OPTIONAL>(array, indices).into(),
        Array::Int32(array) => gather_primitive::<_, OPTIONAL>(array, indices).into(),
        Array::Int64(array) => gather_primitive::<_, OPTIONAL>(array, indices).into(),
        Array::UInt8(array) => gather_primitive::<_, OPTIONAL>(array, indices).into(),
        Array::UInt16(array) => gather_primitive::<_, OPTIONAL>(array, indices).into(),
        Array::UInt32(array) => gather_primitive::<_, OPTIONAL>(array, indices).into(),
        Array::UInt64(array) => gather_primitive::<_, OPTIONAL>(array, indices).into(),
        Array::Float32(array) => gather_primitive::<_, OPTIONAL>(array, indices).into(),
        Array::Float64(array) => gather_primitive::<_, OPTIONAL>(array, indices).into(),
        Array::Int128(array) => gather_primitive::<_, OPTIONAL>(array, indices).into(),
        Array::String(array) => gather_string::<OPTIONAL>(array, indices).into(),
        Array::Dictionary(array) => {
            let codes: Codes = dispatch_codes!(array.stored_codes(), |codes| {
                gather_primitive::<_, OPTIONAL>(codes, indices).into()
            });
            DictionaryArray::new(codes, array.dictionary().clone()).into()
        }
        Array::Binary(array) => gather_binary::<OPTIONAL>(array, indices).into(),
        Array::List(array) => gather_list::<OPTIONAL>(array, indices).into(),
        Array::Struct(array) => {
            let fields = array.fields().iter().map(|field| gather::<OPTIONAL>(field, indices)).collect();
            let validity = match array.validity() {
                Some(validity) => gather_validity::<OPTIONAL>(Some(validity), indices),
                None => {
                    let in_bounds =
                        |&index: &u32| (OPTIONAL && index == NO_ROW) || (index as usize) < array.len();
                    assert!(indices.iter().all(in_bounds), "row index out of bounds");
                    gather_validity::<OPTIONAL>(None, indices)
                }
            };
            StructArray::new(indices.len(), fields, validity).into()
        }
    }
}

fn gather_primitive<T: Native, const OPTIONAL: bool>(
    array: &PrimitiveArray<T>,
    indices: &[u32],
) -> PrimitiveArray<T> {
    let values = array.values();
    let taken: Vec<T> = indices
        .iter()
        .map(|&index| if OPTIONAL && index == NO_ROW { T::default() } else { values[index as usize] })
        .collect();
    PrimitiveArray::new(taken.into(), gather_validity::<OPTIONAL>(array.validity(), indices))
}

fn gather_bits<const OPTIONAL: bool>(bits: &Bitmap, indices: &[u32]) -> Bitmap {
    Bitmap::from_fn(indices.len(), |row| {
        let index = indices[row];
        !(OPTIONAL && index == NO_ROW) && bits.get(index as usize)
    })
}

fn gather_validity<const OPTIONAL: bool>(validity: Option<&Bitmap>, indices: &[u32]) -> Option<Bitmap> {
    match validity {
        Some(validity) => Some(gather_bits::<OPTIONAL>(validity, indices)),
        None if OPTIONAL => Some(crate::arity::predicate_of(indices, |index| index != NO_ROW)),
        None => None,
    }
}

fn gather_string<const OPTIONAL: bool>(array: &StringArray, indices: &[u32]) -> StringArray {
    let rows = gather_byte_rows::<OPTIONAL>(array.offsets(), array.bytes(), indices);
    string_of_whole_rows(rows, gather_validity::<OPTIONAL>(array.validity(), indices))
}

fn gather_binary<const OPTIONAL: bool>(array: &BinaryArray, indices: &[u32]) -> BinaryArray {
    let rows = gather_byte_rows::<OPTIONAL>(array.offsets(), array.bytes(), indices);
    binary_of_whole_rows(rows, gather_validity::<OPTIONAL>(array.validity(), indices))
}

fn gather_byte_rows<const OPTIONAL: bool>(offsets: &[i64], bytes: &[u8], indices: &[u32]) -> ByteRows {
    let range = |index: u32| {
        if OPTIONAL && index == NO_ROW {
            return 0..0;
        }
        offsets[index as usize] as usize..offsets[index as usize + 1] as usize
    };
    let total = indices.iter().map(|&index| range(index).len()).sum();
    ByteRows::written(indices.len(), total, |rows| {
        for &index in indices {
            let range = range(index);
            rows.push(bytes, range.start as i64, range.end as i64);
        }
    })
}

fn gather_list<const OPTIONAL: bool>(array: &ListArray, indices: &[u32]) -> ListArray {
    let offsets = array.offsets();
    let mut ranges = Vec::with_capacity(indices.len());
    let mut out = Vec::with_capacity(indices.len() + 1);
    let mut end = 0;
    out.push(0);
    for &index in indices {
        if !(OPTIONAL && index == NO_ROW) {
            let (first, last) = (offsets[index as usize], offsets[index as usize + 1]);
            ranges.push((first as usize, (last - first) as usize));
            end += last - first;
        }
        out.push(end);
    }
    let values = gather_ranges(array.values(), &ranges);
    ListArray::new(out.into(), values, gather_validity::<OPTIONAL>(array.validity(), indices))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{naive, strategies};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn take_matches_naive((column, rows) in strategies::any_column_with_indices(1..200)) {
            prop_assert_eq!(take_column(&column, &rows), naive::take(&column, &rows));
        }

        #[test]
        fn take_optional_matches_naive(
            (column, rows) in strategies::any_column_with_indices(1..200),
            missing in prop::collection::vec(any::<bool>(), 300),
        ) {
            let rows: Vec<u32> =
                rows.iter().zip(&missing).map(|(&row, &missing)| if missing { NO_ROW } else { row }).collect();
            prop_assert_eq!(take_column_optional(&column, &rows), naive::take(&column, &rows));
        }

        #[test]
        fn no_rows_of_an_empty_column_are_nulls(column in strategies::any_column(0..1), rows in 0usize..100) {
            let taken = take_column_optional(&column, &vec![NO_ROW; rows]);
            prop_assert_eq!(taken, Column::new_null(column.data_type().clone(), rows));
        }
    }

    #[test]
    fn out_of_bounds_panics_for_every_form() {
        for data_type in strategies::all_types() {
            let column = Column::new_null(data_type.clone(), 3);
            for indices in [vec![3], vec![0, NO_ROW]] {
                let taken = std::panic::catch_unwind(|| take_column(&column, &indices));
                assert!(taken.is_err(), "{data_type}: {indices:?}");
            }
            assert!(std::panic::catch_unwind(|| take_column_optional(&column, &[3])).is_err(), "{data_type}");
        }
    }
}
