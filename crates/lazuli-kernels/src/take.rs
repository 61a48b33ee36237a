//! Take: gathers rows by index, `out[i] = array[indices[i]]`.
//!
//! Rows may repeat and come in any order. An index out of bounds is the caller's bug and panics. Dictionaries are kept as
//! they are; strings are copied into buffers of exactly their size.
//! Not here: choosing rows (see `filter`).

use lazuli_array::{
    Array, Batch, Bitmap, BooleanArray, Codes, Column, DictionaryArray, ListArray, Native, NullArray,
    PrimitiveArray, StructArray, dispatch_codes,
};

use crate::gather::{binary_of_whole_rows, gather_ranges, string_of_whole_rows};
use crate::level::Level;
use crate::picks::Picks;
use crate::width::{bits_of, of_bits};

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
    gather_batch::<false>(batch, indices)
}

/// [`take_optional`] of all columns of a batch.
pub fn take_batch_optional(batch: &Batch, indices: &[u32]) -> Batch {
    gather_batch::<true>(batch, indices)
}

/// The common code of both forms; `OPTIONAL` says whether [`NO_ROW`] is a null or out of bounds.
fn gather<const OPTIONAL: bool>(array: &Array, indices: &[u32]) -> Array {
    gather_picks(array, &Picks::<OPTIONAL>::new(indices, array.len(), Level::best()))
}

fn gather_batch<const OPTIONAL: bool>(batch: &Batch, indices: &[u32]) -> Batch {
    let picks = Picks::<OPTIONAL>::new(indices, batch.num_rows(), Level::best());
    let take =
        |column: &Column| Column::new(column.data_type().clone(), gather_picks(column.array(), &picks));
    let columns = batch.columns().iter().map(take).collect();
    Batch::new(batch.schema().clone(), columns, indices.len())
}

fn gather_picks<const OPTIONAL: bool>(array: &Array, picks: &Picks<'_, OPTIONAL>) -> Array {
    match array {
        Array::Null(_) => NullArray::new(picks.len()).into(),
        Array::Boolean(array) => {
            BooleanArray::new(picks.bits(array.values()), gather_validity(array.validity(), picks)).into()
        }
        Array::Int8(array) => gather_primitive(array, picks).into(),
        Array::Int16(array) => gather_primitive(array, picks).into(),
        Array::Int32(array) => gather_primitive(array, picks).into(),
        Array::Int64(array) => gather_primitive(array, picks).into(),
        Array::UInt8(array) => gather_primitive(array, picks).into(),
        Array::UInt16(array) => gather_primitive(array, picks).into(),
        Array::UInt32(array) => gather_primitive(array, picks).into(),
        Array::UInt64(array) => gather_primitive(array, picks).into(),
        Array::Float32(array) => gather_primitive(array, picks).into(),
        Array::Float64(array) => gather_primitive(array, picks).into(),
        Array::Int128(array) => gather_primitive(array, picks).into(),
        Array::String(array) => {
            let rows = picks.byte_rows(array.offsets(), array.bytes());
            string_of_whole_rows(rows, gather_validity(array.validity(), picks)).into()
        }
        Array::Dictionary(array) => {
            let codes: Codes =
                dispatch_codes!(array.stored_codes(), |codes| gather_primitive(codes, picks).into());
            DictionaryArray::new(codes, array.dictionary().clone()).into()
        }
        Array::Binary(array) => {
            let rows = picks.byte_rows(array.offsets(), array.bytes());
            binary_of_whole_rows(rows, gather_validity(array.validity(), picks)).into()
        }
        Array::List(array) => gather_list(array, picks).into(),
        Array::Struct(array) => {
            let fields = array.fields().iter().map(|field| gather_picks(field, picks)).collect();
            StructArray::new(picks.len(), fields, gather_validity(array.validity(), picks)).into()
        }
    }
}

fn gather_primitive<T: Native, const OPTIONAL: bool>(
    array: &PrimitiveArray<T>,
    picks: &Picks<'_, OPTIONAL>,
) -> PrimitiveArray<T> {
    let values = of_bits::<T>(picks.values(bits_of(array.values())));
    PrimitiveArray::new(values.into(), gather_validity(array.validity(), picks))
}

fn gather_validity<const OPTIONAL: bool>(
    validity: Option<&Bitmap>,
    picks: &Picks<'_, OPTIONAL>,
) -> Option<Bitmap> {
    match validity {
        Some(validity) => Some(picks.bits(validity)),
        None => picks.present(),
    }
}

fn gather_list<const OPTIONAL: bool>(array: &ListArray, picks: &Picks<'_, OPTIONAL>) -> ListArray {
    let indices = picks.indices();
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
    ListArray::new(out.into(), values, gather_validity(array.validity(), picks))
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
