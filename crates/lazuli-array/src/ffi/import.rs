//! C structs as our columns: checked, shared where possible, converted where our form is another one.

use std::collections::HashMap;
use std::sync::Arc;

use super::foreign::{Adoptable, ForeignArray, foreign};
use super::format::Format;
use super::schema::{ForeignDictionary, ForeignField, invalid};
use super::structs::{ArrowArray, ArrowSchema};
use crate::array::check_offsets;
use crate::{
    Array, ArrayError, Batch, BinaryArray, Bitmap, BooleanArray, Buffer, Column, DataType, Dictionary,
    DictionaryArray, Field, ListArray, NullArray, PhysicalType, PrimitiveArray, Result, Schema, StringArray,
    StringBuilder, StructArray, dispatch_integer, dispatch_physical_primitive,
};

/// A column from C structs. The array is released when nothing points into it any more, or before this returns.
///
/// # Errors
/// [`ArrayError::ForeignData`] if the structs break the rules of the interface, [`ArrayError::Unsupported`] if they hold a
/// type that Lazuli doesn't.
///
/// # Safety
/// Both structs must come from a producer that follows the specification as far as pointers go: each pointer is null, or
/// points to what the specification says for this format, length and offset (strings end in NUL, lists have as many
/// entries as the counts say, buffers as many bytes as the rows need, text as many as the last offset says), nobody writes
/// to any of it, and it stays until the release callback is called, which may be on any thread. All else is checked.
pub unsafe fn import_column(array: ArrowArray, schema: &ArrowSchema) -> Result<(Field, Column)> {
    // SAFETY: passed on to the caller.
    let field = unsafe { ForeignField::read(schema)? };
    let owner = Arc::new(array);
    // SAFETY: passed on to the caller.
    let root = unsafe { ForeignArray::root(&owner)? };
    let column = column_of(root, &field, 0, root.len(), "")?;
    Ok((Field::new(field.name, column.data_type().clone()), column))
}

/// A batch from C structs: a struct array without nulls, one field a column. The array is released when nothing points
/// into it any more, or before this returns.
///
/// # Errors
/// As [`import_column`]; also if two columns share a name, or a row of the struct is null.
///
/// # Safety
/// As [`import_column`].
pub unsafe fn import_batch(array: ArrowArray, schema: &ArrowSchema) -> Result<Batch> {
    // SAFETY: passed on to the caller.
    let field = unsafe { ForeignField::read(schema)? };
    if field.format != Format::Struct {
        return Err(invalid("a batch is a struct array, this is another one"));
    }
    let owner = Arc::new(array);
    // SAFETY: passed on to the caller.
    let root = unsafe { ForeignArray::root(&owner)? };
    root.expect(1, field.children.len(), false)?;
    if root.validity(0, root.len())?.is_some_and(|validity| validity.count_zeros() > 0) {
        return Err(invalid("a batch with null rows"));
    }
    let columns = children_of(root, &field, 0, root.len(), "")?;
    let fields = field.children.iter().zip(&columns);
    let fields =
        fields.map(|(field, column)| Field::new(field.name.clone(), column.data_type().clone())).collect();
    let schema = Arc::new(Schema::try_new(fields).map_err(foreign)?);
    Batch::try_new(schema, columns, root.len()).map_err(foreign)
}

/// The names and types that a batch of this schema has, as far as they are known without one: categories whose order means
/// something are not, so such columns are `Categorical` here.
///
/// # Errors
/// As [`import_batch`].
///
/// # Safety
/// As [`import_column`].
pub(super) unsafe fn schema_of(schema: &ArrowSchema) -> Result<Schema> {
    // SAFETY: passed on to the caller.
    let field = unsafe { ForeignField::read(schema)? };
    if field.format != Format::Struct {
        return Err(invalid("a batch is a struct array, this is another one"));
    }
    let fields = field.children.iter().map(|child| Field::new(child.name.clone(), type_of(child)));
    Schema::try_new(fields.collect()).map_err(foreign)
}

fn type_of(field: &ForeignField) -> DataType {
    match (&field.dictionary, &field.format) {
        (Some(_), _) => DataType::Categorical,
        (None, Format::Null) => DataType::Null,
        (None, Format::Boolean) => DataType::Boolean,
        (
            None,
            Format::Fixed(data_type) | Format::Scaled32(data_type, _) | Format::Scaled64(data_type, _),
        ) => data_type.clone(),
        (None, Format::Text { .. } | Format::TextView) => DataType::String,
        (None, Format::Bytes { .. } | Format::BytesView) => DataType::Binary,
        (None, Format::List { .. }) => {
            DataType::List(Box::new(field.children.first().map_or(DataType::Null, type_of)))
        }
        (None, Format::Struct) => {
            let children = field.children.iter();
            DataType::Struct(children.map(|child| Field::new(child.name.clone(), type_of(child))).collect())
        }
    }
}

/// The `length` rows from `start` on. `parent` is the path of names above, for messages.
fn column_of(
    array: ForeignArray<'_>,
    field: &ForeignField,
    start: usize,
    length: usize,
    parent: &str,
) -> Result<Column> {
    let path = field.path(parent);
    let (data_type, array) =
        array_of(array, field, start, length, &path).map_err(|error| match foreign(error) {
            // Each level adds its name once: a child's message has one already.
            ArrayError::ForeignData { reason } if !reason.starts_with("column `") => {
                invalid(format!("column `{path}`: {reason}"))
            }
            other => other,
        })?;
    Column::try_new(data_type, array).map_err(foreign)
}

/// The columns of a struct's fields.
fn children_of(
    array: ForeignArray<'_>,
    field: &ForeignField,
    start: usize,
    length: usize,
    path: &str,
) -> Result<Vec<Column>> {
    let children = field.children.iter().enumerate();
    // A struct's offset counts for its children too; they may have another one of their own.
    children.map(|(index, child)| child_of(array, index, child, array.slot(start), length, path)).collect()
}

/// The `length` rows from `start` on of a child, which has to be long enough.
fn child_of(
    array: ForeignArray<'_>,
    index: usize,
    field: &ForeignField,
    start: usize,
    length: usize,
    path: &str,
) -> Result<Column> {
    let child = array.child(index)?;
    if start + length > child.len() {
        return Err(invalid(format!(
            "child `{}` has {} rows, {} are needed",
            field.name,
            child.len(),
            start + length
        )));
    }
    column_of(child, field, start, length, path)
}

fn array_of(
    array: ForeignArray<'_>,
    field: &ForeignField,
    start: usize,
    length: usize,
    path: &str,
) -> Result<(DataType, Array)> {
    if let Some(dictionary) = &field.dictionary {
        return dictionary_of(array, dictionary, start, length);
    }
    let num_buffers = match &field.format {
        Format::Null => 0,
        Format::Struct => 1,
        Format::Text { .. } | Format::Bytes { .. } => 3,
        Format::TextView | Format::BytesView => array.num_buffers().max(3),
        _ => 2,
    };
    array.expect(num_buffers, field.children.len(), false)?;
    if field.format == Format::Null {
        return Ok((DataType::Null, NullArray::new(length).into()));
    }
    let validity = array.validity(start, length)?;
    Ok(match &field.format {
        Format::Null => unreachable!("returned above"),
        Format::Boolean => {
            let values = array.bits(1, start, length)?;
            (DataType::Boolean, BooleanArray::new(values, validity).into())
        }
        Format::Fixed(data_type) => {
            let values = dispatch_physical_primitive!(
                data_type.physical(),
                |T| PrimitiveArray::new(array.values::<T>(1, start, length)?, validity).into(),
                else unreachable!("formats of fixed width have primitive types")
            );
            if let DataType::Decimal { precision, .. } = data_type {
                check_digits(&values, *precision)?;
            }
            (data_type.clone(), values)
        }
        Format::Scaled32(data_type, factor) => {
            (data_type.clone(), scaled::<i32>(array, start, length, validity, *factor)?)
        }
        Format::Scaled64(data_type, factor) => {
            (data_type.clone(), scaled::<i64>(array, start, length, validity, *factor)?)
        }
        Format::Text { wide } => (DataType::String, text_of(array, *wide, start, length, validity)?.into()),
        Format::Bytes { wide } => {
            let offsets = offsets_of(array, *wide, start, length)?;
            let bytes = array.all_values(2, last(&offsets))?;
            (DataType::Binary, BinaryArray::try_new(offsets, bytes, validity)?.into())
        }
        Format::TextView => {
            let (offsets, bytes) = views_of(array, start, length, validity.as_ref())?;
            (DataType::String, StringArray::try_new(offsets, bytes, validity)?.into())
        }
        Format::BytesView => {
            let (offsets, bytes) = views_of(array, start, length, validity.as_ref())?;
            (DataType::Binary, BinaryArray::try_new(offsets, bytes, validity)?.into())
        }
        Format::List { wide } => {
            let offsets = offsets_of(array, *wide, start, length)?;
            let items = child_of(array, 0, &field.children[0], 0, last(&offsets), path)?;
            let data_type = DataType::List(Box::new(items.data_type().clone()));
            (data_type, ListArray::try_new(offsets, items.into_array(), validity)?.into())
        }
        Format::Struct => {
            let columns = children_of(array, field, start, length, path)?;
            let fields = field.children.iter().zip(&columns);
            let fields =
                fields.map(|(field, column)| Field::new(field.name.clone(), column.data_type().clone()));
            let data_type = DataType::Struct(fields.collect());
            let arrays = columns.into_iter().map(Column::into_array).collect();
            (data_type, StructArray::new(length, arrays, validity).into())
        }
    })
}

/// Values of a coarser unit than ours, multiplied; null rows are not looked at.
fn scaled<T: Adoptable + Into<i64>>(
    array: ForeignArray<'_>,
    start: usize,
    length: usize,
    validity: Option<Bitmap>,
    factor: i64,
) -> Result<Array> {
    let values = PrimitiveArray::new(array.values::<T>(1, start, length)?, validity.clone());
    let scaled = values.iter().enumerate().map(|(row, value)| {
        let value: i64 = value.map_or(0, Into::into);
        value
            .checked_mul(factor)
            .ok_or_else(|| invalid(format!("{value} in row {row}, times {factor}, is beyond 64 bits")))
    });
    Ok(PrimitiveArray::new(scaled.collect::<Result<Vec<i64>>>()?.into(), validity).into())
}

/// Whether decimals have no more digits than their type says.
fn check_digits(values: &Array, precision: u8) -> Result<()> {
    let limit = 10u128.pow(u32::from(precision)); // at most 10^38, which is below 2^128
    let Array::Int128(values) = values else { unreachable!("decimals are 128 bits wide") };
    match values.iter().position(|value| value.is_some_and(|value| value.unsigned_abs() >= limit)) {
        None => Ok(()),
        Some(row) => Err(invalid(format!("row {row} has more than {precision} digits"))),
    }
}

/// The offsets of some rows, one more than rows, as 64 bits: ascending and not negative.
fn offsets_of(array: ForeignArray<'_>, wide: bool, start: usize, length: usize) -> Result<Buffer<i64>> {
    if length == 0 {
        return Ok(vec![0].into()); // an array without rows may come without offsets
    }
    let offsets = if wide {
        array.values::<i64>(1, start, length + 1)?
    } else {
        array.values::<i32>(1, start, length + 1)?.iter().map(|&offset| i64::from(offset)).collect()
    };
    check_offsets(&offsets, usize::MAX)?; // how long the values are is what the last offset says
    Ok(offsets)
}

/// How many values offsets reach over. They are not negative.
fn last(offsets: &[i64]) -> usize {
    offsets.last().map_or(0, |&last| usize::try_from(last).unwrap_or(usize::MAX))
}

fn text_of(
    array: ForeignArray<'_>,
    wide: bool,
    start: usize,
    length: usize,
    validity: Option<Bitmap>,
) -> Result<StringArray> {
    let offsets = offsets_of(array, wide, start, length)?;
    let bytes = array.all_values(2, last(&offsets))?;
    match StringArray::try_new(offsets.clone(), bytes.clone(), validity.clone()) {
        // Null rows may hold anything; ours hold text. So they are emptied, which needs a copy.
        Err(ArrayError::InvalidUtf8 { .. }) if validity.is_some() => {
            let rows = BinaryArray::try_new(offsets, bytes, validity)?;
            let mut builder = StringBuilder::with_capacity(length, 0);
            for (row, bytes) in rows.iter().enumerate() {
                let text = bytes.map(std::str::from_utf8).transpose();
                builder.push(text.map_err(|_| ArrayError::InvalidUtf8 { row })?);
            }
            Ok(builder.finish())
        }
        result => result,
    }
}

/// Views put together as offsets and bytes; nothing for null rows. A view is 16 bytes: the length, then up to 12 bytes of
/// value, or four of it, the number of a buffer and the place in it.
fn views_of(
    array: ForeignArray<'_>,
    start: usize,
    length: usize,
    validity: Option<&Bitmap>,
) -> Result<(Buffer<i64>, Buffer<u8>)> {
    // Behind the views come any number of buffers, and one with their sizes.
    let count = array.num_buffers() as usize - 3;
    let sizes = array.all_values::<i64>(2 + count, count)?;
    let buffers = sizes.iter().enumerate().map(|(index, &size)| {
        let size = usize::try_from(size).map_err(|_| invalid(format!("a buffer of {size} bytes")))?;
        array.all_values::<u8>(2 + index, size)
    });
    let buffers = buffers.collect::<Result<Vec<_>>>()?;
    let views = array.values::<i128>(1, start, length)?;
    let mut offsets: Vec<i64> = Vec::with_capacity(length + 1);
    offsets.push(0);
    let mut bytes: Vec<u8> = Vec::new();
    for (row, view) in views.iter().enumerate() {
        if validity.is_none_or(|validity| validity.get(row)) {
            let view = view.to_ne_bytes();
            let number = |at: usize| i32::from_ne_bytes([view[at], view[at + 1], view[at + 2], view[at + 3]]);
            let place = |at: usize| usize::try_from(number(at)).ok();
            let value = match place(0) {
                Some(length @ 0..=12) => Some(&view[4..4 + length]),
                Some(length) => place(8).and_then(|buffer| buffers.get(buffer)).and_then(|buffer| {
                    let start = place(12)?;
                    buffer.get(start..start.checked_add(length)?)
                }),
                None => None,
            };
            let value = value.ok_or_else(|| invalid(format!("row {row} is outside of its buffers")))?;
            bytes.extend_from_slice(value);
        }
        offsets.push(bytes.len() as i64);
    }
    Ok((offsets.into(), bytes.into()))
}

fn dictionary_of(
    array: ForeignArray<'_>,
    dictionary: &ForeignDictionary,
    start: usize,
    length: usize,
) -> Result<(DataType, Array)> {
    array.expect(2, 0, true)?;
    let validity = array.validity(start, length)?;
    let entries = array.dictionary()?;
    let values =
        array_of(entries, &dictionary.values, 0, entries.len(), "").map_err(|error| {
            match foreign(error) {
                ArrayError::ForeignData { reason } => invalid(format!("dictionary: {reason}")),
                other => other,
            }
        })?;
    let (_, Array::String(values)) = values else { unreachable!("the schema says text") };
    let num_entries = values.len();
    let (values, codes) = match distinct(&values)? {
        // What is as ours is shared; `DictionaryArray` checks the codes.
        None if dictionary.code == PhysicalType::UInt32 => {
            (values, PrimitiveArray::new(array.values::<u32>(1, start, length)?, validity))
        }
        None => (values, codes_of(array, dictionary, start, length, validity, num_entries, Some)?),
        Some((distinct, new_codes)) => {
            let new_code = |code: u32| new_codes[code as usize];
            (distinct, codes_of(array, dictionary, start, length, validity, num_entries, new_code)?)
        }
    };
    let values = Arc::new(Dictionary::new(values));
    let data_type = if dictionary.ordered { DataType::Enum(values.clone()) } else { DataType::Categorical };
    Ok((data_type, DictionaryArray::try_new(codes, values)?.into()))
}

/// The entries without nulls and repetitions, and for each old code the new one; `None` if they are fine as they are.
#[allow(clippy::type_complexity, reason = "the two parts have no meaning apart from each other")]
fn distinct(values: &StringArray) -> Result<Option<(StringArray, Vec<Option<u32>>)>> {
    let too_many = || ArrayError::Unsupported { what: "an Arrow dictionary of 2^32 entries or more".into() };
    u32::try_from(values.len()).map_err(|_| too_many())?;
    let (mut codes, mut kept) = (HashMap::new(), Vec::new());
    let new_codes: Vec<Option<u32>> = values
        .iter()
        .map(|value| {
            value.map(|text| {
                *codes.entry(text).or_insert_with(|| {
                    kept.push(Some(text));
                    kept.len() as u32 - 1
                })
            })
        })
        .collect();
    let fine = kept.len() == values.len();
    Ok((!fine).then(|| (kept.into_iter().collect(), new_codes)))
}

/// Codes of any width as `u32`, checked against the number of entries and then renumbered; codes of null rows may be
/// anything.
fn codes_of(
    array: ForeignArray<'_>,
    dictionary: &ForeignDictionary,
    start: usize,
    length: usize,
    validity: Option<Bitmap>,
    entries: usize,
    new_code: impl Fn(u32) -> Option<u32>,
) -> Result<PrimitiveArray<u32>> {
    let codes: Array = dispatch_physical_primitive!(
        dictionary.code,
        |T| PrimitiveArray::new(array.values::<T>(1, start, length)?, validity).into(),
        else unreachable!("the schema says integers")
    );
    dispatch_integer!(
        &codes,
        |codes| {
            let renumbered = codes.iter().enumerate().map(|(row, code)| {
                let Some(code) = code else { return Ok(None) };
                let known = u32::try_from(i128::from(code)).ok().filter(|&code| (code as usize) < entries);
                known.map(&new_code).ok_or_else(|| {
                    invalid(format!("code {code} in row {row}, but the dictionary has {entries} entries"))
                })
            });
            renumbered.collect()
        },
        else unreachable!("the schema says integers")
    )
}
