//! Checked reading of a foreign schema.

use std::ffi::{CStr, c_char};

use super::export::MAX_DEPTH;
use super::format::Format;
use super::structs::{ArrowSchema, FLAG_DICTIONARY_ORDERED};
use crate::{ArrayError, Name, PhysicalType, Result};

/// What a foreign schema says, all of it checked and copied.
#[derive(Debug)]
pub(super) struct ForeignField {
    pub(super) name: Name,
    pub(super) format: Format,
    pub(super) children: Vec<ForeignField>,
    pub(super) dictionary: Option<ForeignDictionary>,
}

/// What a foreign schema says about a dictionary: its codes are the field's own values.
#[derive(Debug)]
pub(super) struct ForeignDictionary {
    pub(super) code: PhysicalType,
    pub(super) ordered: bool,
    pub(super) values: Box<ForeignField>,
}

/// Fields of one schema, all levels together. A frame of a million columns can't be told from a hostile graph in which every
/// struct has the same two children, so a line has to be drawn.
const MAX_FIELDS: usize = 1 << 20;

impl ForeignField {
    /// Reads a schema.
    ///
    /// # Safety
    /// The pointers in `schema`, and in what they point to, must be null or point to what the specification says.
    pub(super) unsafe fn read(schema: &ArrowSchema) -> Result<Self> {
        let mut fields_left = MAX_FIELDS;
        // SAFETY: passed on to the caller.
        unsafe { read_level(schema, MAX_DEPTH, &mut fields_left) }
    }

    /// The name as messages show it.
    pub(super) fn path(&self, parent: &str) -> String {
        match parent {
            "" => self.name.to_string(),
            parent => format!("{parent}.{}", self.name),
        }
    }
}

/// # Safety
/// As [`ForeignField::read`].
unsafe fn read_level(
    schema: &ArrowSchema,
    depth_left: usize,
    fields_left: &mut usize,
) -> Result<ForeignField> {
    if schema.is_released() {
        return Err(invalid("a schema that has been released"));
    }
    if depth_left == 0 {
        return Err(ArrayError::Unsupported { what: format!("types nested deeper than {MAX_DEPTH} levels") });
    }
    *fields_left = fields_left.checked_sub(1).ok_or_else(|| ArrayError::Unsupported {
        what: format!("more than {MAX_FIELDS} fields in a schema"),
    })?;
    // SAFETY: the caller vouches for what the two pointers point at; null is let through.
    let (name, format) = unsafe { (c_text(schema.name)?, c_text(schema.format)?) };
    let name: Name = name.unwrap_or("").into();
    let format = format.ok_or_else(|| invalid(format!("field `{name}` without a format")))?;
    let format = Format::parse(format).map_err(|error| match error {
        ArrayError::Unsupported { what } => {
            ArrayError::Unsupported { what: format!("field `{name}`: {what}") }
        }
        other => other,
    })?;
    let wanted = match &format {
        Format::Struct => None,
        Format::List { .. } => Some(1),
        _ => Some(0),
    };
    let count = usize::try_from(schema.n_children).ok();
    let Some(count) = count.filter(|&count| wanted.is_none_or(|wanted| count == wanted)) else {
        return Err(invalid(format!("field `{name}` has {} children", schema.n_children)));
    };
    if count > *fields_left {
        return Err(ArrayError::Unsupported { what: format!("more than {MAX_FIELDS} fields in a schema") });
    }
    if count > 0 && (schema.children.is_null() || !schema.children.is_aligned()) {
        return Err(invalid(format!("field `{name}` has no list of children")));
    }
    let mut children = Vec::new();
    for index in 0..count {
        // SAFETY: `children` is not null and aligned (checked above); the caller vouches that it has `n_children` entries.
        let child = unsafe { *schema.children.add(index) };
        if child.is_null() || !child.is_aligned() {
            return Err(invalid(format!("child {index} of field `{name}` is no struct")));
        }
        // SAFETY: the pointer is not null and aligned; the caller vouches that it points to a schema.
        children.push(unsafe { read_level(&*child, depth_left - 1, fields_left)? });
    }
    let dictionary = if schema.dictionary.is_null() {
        None
    } else {
        if !schema.dictionary.is_aligned() {
            return Err(invalid(format!("the dictionary of field `{name}` is no struct")));
        }
        let code = format.code_type().ok_or_else(|| invalid(format!("codes of `{name}` are no integers")))?;
        // SAFETY: the pointer is not null and aligned; the caller vouches that it points to a schema.
        let values = unsafe { read_level(&*schema.dictionary, depth_left - 1, fields_left)? };
        if !matches!(values.format, Format::Text { .. } | Format::TextView) || values.dictionary.is_some() {
            return Err(ArrayError::Unsupported {
                what: format!("field `{name}`: an Arrow dictionary of other values than text"),
            });
        }
        let ordered = schema.flags & FLAG_DICTIONARY_ORDERED != 0;
        Some(ForeignDictionary { code, ordered, values: Box::new(values) })
    };
    Ok(ForeignField { name, format, children, dictionary })
}

/// The text behind a C string; `None` if the pointer is null.
///
/// # Safety
/// `text` must be null, or point to bytes that end in a NUL and do not change during `'a`.
unsafe fn c_text<'a>(text: *const c_char) -> Result<Option<&'a str>> {
    if text.is_null() {
        return Ok(None);
    }
    // SAFETY: not null; the caller vouches for the NUL at the end.
    let text = unsafe { CStr::from_ptr(text) };
    text.to_str().map(Some).map_err(|_| invalid("a name or a format that is not UTF-8"))
}

pub(super) fn invalid(reason: impl Into<String>) -> ArrayError {
    ArrayError::ForeignData { reason: reason.into() }
}
