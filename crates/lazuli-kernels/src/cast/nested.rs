//! Lists and structs: their items cast, with null rows' items left alone.

use lazuli_array::{
    Array, BinaryArray, Bitmap, BooleanArray, DataType, Field, ListArray, StructArray, dispatch_primitive,
};

use super::{Cast, cast_array};
use crate::{KernelError, Result};

pub(super) fn lists(cast: &Cast<'_>, from: &DataType, to: &DataType) -> Result<Array> {
    let Array::List(array) = cast.array else { unreachable!("lists lie as lists") };
    let offsets = array.offsets();
    let (start, end) = (offsets[0] as usize, offsets[array.len()] as usize);
    let mut items = array.values().sliced(start, end - start);
    let offsets: Vec<i64> = offsets.iter().map(|offset| offset - start as i64).collect();
    if let Some(validity) = array.validity() {
        // What lies under a null list may be anything and must not fail.
        let mut keep = lazuli_array::BitmapBuilder::with_capacity(items.len());
        for (row, pair) in offsets.windows(2).enumerate() {
            keep.push_many(validity.get(row), (pair[1] - pair[0]) as usize);
        }
        items = null_where_unset(&items, &keep.finish());
    }
    let items = cast_array(&items, from, to, cast.mode).map_err(|error| in_list(error, &offsets))?;
    Ok(ListArray::try_new(offsets.into(), items, array.validity().cloned())?.into())
}

/// The error of an item as that of the list it is in.
fn in_list(error: KernelError, offsets: &[i64]) -> KernelError {
    match error {
        KernelError::CastFailed { row: item, value, from, to } => {
            // Empty lists start where the next one does; the last list that starts at or before the item has it.
            let row = offsets.partition_point(|&offset| offset <= item as i64) - 1;
            KernelError::CastFailed { row, value, from, to }
        }
        other => other,
    }
}

pub(super) fn structs(cast: &Cast<'_>, from: &[Field], to: &[Field]) -> Result<Array> {
    let Array::Struct(array) = cast.array else { unreachable!("structs lie as structs") };
    let fields = to
        .iter()
        .map(|to| {
            let position =
                from.iter().position(|from| from.name() == to.name()).expect("can_cast found all fields");
            let values = match array.validity() {
                None => array.fields()[position].clone(),
                Some(validity) => null_where_unset(&array.fields()[position], validity),
            };
            cast_array(&values, from[position].data_type(), to.data_type(), cast.mode)
        })
        .collect::<Result<Vec<Array>>>()?;
    Ok(StructArray::new(array.len(), fields, array.validity().cloned()).into())
}

/// The rows of an array, null where the bit is unset.
fn null_where_unset(array: &Array, keep: &Bitmap) -> Array {
    let validity = Some(match array.validity() {
        Some(validity) => validity.and(keep),
        None => keep.clone(),
    });
    dispatch_primitive!(
        array,
        |array| array.with_validity(validity).into(),
        else match array {
            Array::Null(_) => array.clone(),
            Array::Boolean(array) => BooleanArray::new(array.values().clone(), validity).into(),
            Array::String(array) => array.with_validity(validity).into(),
            Array::Dictionary(array) => array.with_validity(validity).into(),
            Array::Binary(array) => {
                let (offsets, bytes, _) = array.clone().into_parts();
                BinaryArray::try_new(offsets, bytes, validity).expect("offsets of a binary array").into()
            }
            Array::List(array) => {
                ListArray::new(array.offsets().to_vec().into(), array.values().clone(), validity).into()
            }
            Array::Struct(array) => StructArray::new(array.len(), array.fields().to_vec(), validity).into(),
            _ => unreachable!("primitives are dispatched above"),
        }
    )
}
