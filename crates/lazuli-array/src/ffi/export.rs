//! Our columns as C structs: values are shared, and live until the receiver releases them.

use std::ffi::{CString, c_void};

use super::format::format_of;
use super::structs::{ArrowArray, ArrowSchema, FLAG_DICTIONARY_ORDERED, FLAG_NULLABLE};
use crate::{Array, ArrayError, Batch, Bitmap, Column, DataType, Field, Result, Schema, dispatch_primitive};

/// A column as C structs. Its memory is shared and lives until the receiver releases the array.
///
/// # Errors
/// [`ArrayError::ForeignData`] if a name or a time zone holds a NUL character, which C can't spell.
///
/// ```
/// use lazuli_array::{Series, ffi};
///
/// let series = Series::from_iter("price", [Some(1.5), None]);
/// let (array, schema) = ffi::export_column("price", &series.chunks()[0])?;
/// // SAFETY: both structs come from `export_column` and have not been released.
/// let (field, column) = unsafe { ffi::import_column(array, &schema) }?;
/// assert_eq!((field.name().as_str(), &column), ("price", &series.chunks()[0]));
/// # Ok::<(), lazuli_array::ArrayError>(())
/// ```
pub fn export_column(name: &str, column: &Column) -> Result<(ArrowArray, ArrowSchema)> {
    let schema = schema_of(name, column.data_type(), 0)?;
    Ok((array_of(column.data_type(), column.array()), schema))
}

/// A batch as C structs: a struct array without nulls, one field a column.
///
/// # Errors
/// [`ArrayError::ForeignData`] if a name or a time zone holds a NUL character, which C can't spell.
pub fn export_batch(batch: &Batch) -> Result<(ArrowArray, ArrowSchema)> {
    let schema = export_schema(batch.schema())?;
    let children =
        batch.columns().iter().map(|column| array_of(column.data_type(), column.array())).collect();
    let parts = Parts { validity: Some(None), children, ..Parts::default() };
    Ok((parts.into_array(batch.num_rows(), 0), schema))
}

/// The schema that all batches of these columns are exported with: a struct, one field a column.
///
/// # Errors
/// [`ArrayError::ForeignData`] if a name or a time zone holds a NUL character, which C can't spell.
pub fn export_schema(schema: &Schema) -> Result<ArrowSchema> {
    struct_schema("", schema.fields(), 0, 0)
}

/// Types nest no deeper than this on the way in; a deeper one is refused on the way out too.
pub(super) const MAX_DEPTH: usize = 64;

fn schema_of(name: &str, data_type: &DataType, depth: usize) -> Result<ArrowSchema> {
    if depth > MAX_DEPTH {
        return Err(ArrayError::Unsupported { what: format!("types nested deeper than {MAX_DEPTH} levels") });
    }
    let format = format_of(data_type);
    match data_type {
        DataType::Struct(fields) => struct_schema(name, fields, FLAG_NULLABLE, depth),
        DataType::List(item) => {
            let item = schema_of("item", item, depth + 1)?;
            schema_struct(format, name, FLAG_NULLABLE, vec![item], None)
        }
        DataType::Categorical | DataType::Enum(_) => {
            let ordered = matches!(data_type, DataType::Enum(_));
            let flags = FLAG_NULLABLE | if ordered { FLAG_DICTIONARY_ORDERED } else { 0 };
            let values = schema_of("", &DataType::String, depth + 1)?;
            schema_struct(format, name, flags, vec![], Some(values))
        }
        _ => schema_struct(format, name, FLAG_NULLABLE, vec![], None),
    }
}

fn struct_schema(name: &str, fields: &[Field], flags: i64, depth: usize) -> Result<ArrowSchema> {
    let children = fields
        .iter()
        .map(|field| schema_of(field.name(), field.data_type(), depth + 1))
        .collect::<Result<Vec<_>>>()?;
    schema_struct("+s".into(), name, flags, children, None)
}

/// What an exported schema owns.
struct SchemaOwner {
    format: CString,
    name: CString,
    children: Vec<*mut ArrowSchema>,
    dictionary: *mut ArrowSchema,
}

impl Drop for SchemaOwner {
    fn drop(&mut self) {
        for &child in self.children.iter().chain(Some(&self.dictionary)).filter(|child| !child.is_null()) {
            // SAFETY: `schema_struct` made the pointer with `Box::into_raw`, and this is the only place that takes it back.
            // A child that the receiver moved elsewhere is marked as released, so only its box is freed here.
            drop(unsafe { Box::from_raw(child) });
        }
    }
}

fn schema_struct(
    format: String,
    name: &str,
    flags: i64,
    children: Vec<ArrowSchema>,
    dictionary: Option<ArrowSchema>,
) -> Result<ArrowSchema> {
    let c_string = |text: &str| {
        CString::new(text)
            .map_err(|_| ArrayError::ForeignData { reason: format!("C can't spell the NUL in {text:?}") })
    };
    let (format, name) = (c_string(&format)?, c_string(name)?);
    let mut owner = Box::new(SchemaOwner {
        format,
        name,
        children: children.into_iter().map(|child| Box::into_raw(Box::new(child))).collect(),
        dictionary: dictionary.map_or(std::ptr::null_mut(), |values| Box::into_raw(Box::new(values))),
    });
    Ok(ArrowSchema {
        format: owner.format.as_ptr(),
        name: owner.name.as_ptr(),
        metadata: std::ptr::null(),
        flags,
        n_children: owner.children.len() as i64,
        children: owner.children.as_mut_ptr(),
        dictionary: owner.dictionary,
        release: Some(release_schema),
        private_data: Box::into_raw(owner).cast(),
    })
}

/// The release callback of exported schemas.
///
/// # Safety
/// `schema` must be null, or point to a struct made by [`schema_struct`].
unsafe extern "C" fn release_schema(schema: *mut ArrowSchema) {
    // SAFETY: the caller vouches for the pointer; null is let through.
    let Some(schema) = (unsafe { schema.as_mut() }) else { return };
    if schema.release.take().is_some() {
        let owner = std::mem::replace(&mut schema.private_data, std::ptr::null_mut());
        // SAFETY: `schema_struct` put a box of this type there, and `release` was still set, so it has not been freed.
        drop(unsafe { Box::from_raw(owner.cast::<SchemaOwner>()) });
    }
}

fn array_of(data_type: &DataType, array: &Array) -> ArrowArray {
    // A slice without rows may have an offset far into its values; receivers look for no values then, and refuse it.
    let empty;
    let array = if array.is_empty() {
        empty = Array::new_null(data_type, 0);
        &empty
    } else {
        array
    };
    let mut parts = Parts { validity: Some(array.validity()), ..Parts::default() };
    match array {
        Array::Null(_) => parts.validity = None, // the one type without a validity buffer
        Array::Boolean(array) => parts.values = Some(array.values().clone()),
        Array::String(array) => {
            parts.buffers = vec![array.offsets().as_ptr().cast(), array.bytes().as_ptr().cast()];
        }
        Array::Binary(array) => {
            parts.buffers = vec![array.offsets().as_ptr().cast(), array.bytes().as_ptr().cast()];
        }
        Array::Dictionary(array) if *data_type == DataType::String => {
            return array_of(data_type, &array.to_plain().into());
        }
        Array::Dictionary(array) => {
            let wide = array.widened();
            parts.buffers = vec![wide.codes().values().as_ptr().cast()];
            let values = array.dictionary().values().to_array();
            parts.dictionary = Some(array_of(&DataType::String, &values.into()));
            // The owner must hold the very codes that the buffer points at.
            parts.owner = Some(wide.into());
            return parts.into_array(array.len(), array.validity().map_or(0, crate::Bitmap::count_zeros));
        }
        Array::List(array) => {
            let DataType::List(item) = data_type else { unreachable!("columns check that types fit") };
            parts.buffers = vec![array.offsets().as_ptr().cast()];
            parts.children = vec![array_of(item, array.values())];
        }
        Array::Struct(array) => {
            let DataType::Struct(fields) = data_type else { unreachable!("columns check that types fit") };
            let arrays = fields.iter().zip(array.fields());
            parts.children = arrays.map(|(field, array)| array_of(field.data_type(), array)).collect();
        }
        other => dispatch_primitive!(
            other,
            |array| parts.buffers = vec![array.values().as_ptr().cast()],
            else unreachable!("all other arrays are matched above")
        ),
    }
    parts.owner = Some(array.clone());
    parts.into_array(array.len(), array.null_count())
}

/// What an array is exported from.
#[derive(Default)]
struct Parts {
    /// `None` for a type without a validity buffer, `Some(None)` when all rows are valid.
    validity: Option<Option<Bitmap>>,
    /// The bits of booleans.
    values: Option<Bitmap>,
    /// All other buffers; they point into `owner`.
    buffers: Vec<*const c_void>,
    children: Vec<ArrowArray>,
    dictionary: Option<ArrowArray>,
    /// Keeps alive what the buffers point at.
    owner: Option<Array>,
}

/// What an exported array owns.
struct ArrayOwner {
    buffers: Vec<*const c_void>,
    children: Vec<*mut ArrowArray>,
    dictionary: *mut ArrowArray,
    /// Keep alive what the buffers point at.
    _owner: (Option<Array>, Vec<Bitmap>),
}

impl Drop for ArrayOwner {
    fn drop(&mut self) {
        for &child in self.children.iter().chain(Some(&self.dictionary)).filter(|child| !child.is_null()) {
            // SAFETY: `Parts::into_array` made the pointer with `Box::into_raw`, and this is the only place that takes it
            // back. A child that the receiver moved elsewhere is marked as released, so only its box is freed here.
            drop(unsafe { Box::from_raw(child) });
        }
    }
}

impl Parts {
    fn into_array(self, length: usize, null_count: usize) -> ArrowArray {
        // One offset has to hold for all buffers, so each buffer starts at its first row: bitmaps that start in the middle
        // of a byte are shifted into new ones.
        let mut bitmaps = Vec::new();
        let mut bits = |bitmap: Bitmap| {
            let bitmap = bitmap.to_byte_aligned();
            let pointer: *const c_void = bitmap.bytes().as_ptr().cast();
            bitmaps.push(bitmap);
            pointer
        };
        let mut buffers = Vec::new();
        if let Some(validity) = self.validity {
            buffers.push(validity.map_or(std::ptr::null(), &mut bits));
        }
        buffers.extend(self.values.map(&mut bits));
        buffers.extend(self.buffers);
        let mut owner = Box::new(ArrayOwner {
            buffers,
            children: self.children.into_iter().map(|child| Box::into_raw(Box::new(child))).collect(),
            dictionary: self
                .dictionary
                .map_or(std::ptr::null_mut(), |values| Box::into_raw(Box::new(values))),
            _owner: (self.owner, bitmaps),
        });
        ArrowArray {
            length: length as i64,
            null_count: null_count as i64,
            offset: 0,
            n_buffers: owner.buffers.len() as i64,
            n_children: owner.children.len() as i64,
            buffers: owner.buffers.as_mut_ptr(),
            children: owner.children.as_mut_ptr(),
            dictionary: owner.dictionary,
            release: Some(release_array),
            private_data: Box::into_raw(owner).cast(),
        }
    }
}

/// The release callback of exported arrays.
///
/// # Safety
/// `array` must be null, or point to a struct made by [`Parts::into_array`].
unsafe extern "C" fn release_array(array: *mut ArrowArray) {
    // SAFETY: the caller vouches for the pointer; null is let through.
    let Some(array) = (unsafe { array.as_mut() }) else { return };
    if array.release.take().is_some() {
        let owner = std::mem::replace(&mut array.private_data, std::ptr::null_mut());
        // SAFETY: `into_array` put a box of this type there, and `release` was still set, so it has not been freed.
        drop(unsafe { Box::from_raw(owner.cast::<ArrayOwner>()) });
    }
}
