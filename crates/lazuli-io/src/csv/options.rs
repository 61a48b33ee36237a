//! What to make of a delimited text.

use super::Dialect;
use lazuli_array::{DataType, Name, SchemaRef};

/// How much of the file decides about the types.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum InferMode {
    /// 64 KiB at the head and at seven places evenly spread over the file; a file of up to 512 KiB in full.
    #[default]
    Sample,
    /// Every field of the file: one pass more, and no surprise later.
    Full,
    /// Nothing: columns without a given type are String.
    Never,
}

/// What to do with a text that is no value of its column's type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum OnMisfit {
    /// An error with file, line, column and text.
    #[default]
    Fail,
    /// A null, without a word.
    Null,
}

/// What to do with a record of the wrong number of fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum OnRagged {
    /// An error with file, line and both numbers.
    #[default]
    Fail,
    /// Nulls for missing fields; too many fields are an error.
    Pad,
    /// Nulls for missing fields; fields too many are dropped.
    Truncate,
}

/// Whether String columns come as codes into a dictionary. Never changes a value or a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum DictionaryStrings {
    /// Where at most half of a chunk's values are distinct.
    #[default]
    Auto,
    /// Never.
    Never,
    /// Always.
    Always,
}

/// How to read a delimited text.
#[derive(Clone, Debug)]
pub struct CsvOptions {
    /// How the text is built.
    pub dialect: Dialect,
    /// Names and types of all columns: nothing is inferred. A header must have these names in this order.
    pub schema: Option<SchemaRef>,
    /// Types of some columns by name; the others are inferred.
    pub schema_overrides: Vec<(Name, DataType)>,
    /// How much of the file decides about the other types.
    pub infer: InferMode,
    /// What to do with a text that is no value of its column's type.
    pub on_misfit: OnMisfit,
    /// What to do with a record of the wrong number of fields.
    pub on_ragged: OnRagged,
    /// Whether String columns come as codes into a dictionary.
    pub dictionary_strings: DictionaryStrings,
    /// Bytes read at a time; at least 1. A chunk grows until it holds a whole record.
    pub chunk_bytes: usize,
    /// Longest record, in bytes (at most 2 GiB): a longer one is an error. A quote that is never closed makes a record
    /// of the rest of the file, so this is also what such a mistake may cost; positions take up to four bytes more for
    /// each byte.
    pub max_record_bytes: usize,
    /// Threads for [`InferMode::Full`]; 0 is all of the machine's.
    pub infer_threads: usize,
}

impl CsvOptions {
    /// Half of a 2 MiB L2 cache, so that text, positions and values of one chunk stay in it.
    pub const DEFAULT_CHUNK_BYTES: usize = 1 << 20;
    /// See [`CsvOptions::max_record_bytes`].
    pub const DEFAULT_MAX_RECORD_BYTES: usize = 256 << 20;
}

impl Default for CsvOptions {
    fn default() -> Self {
        Self {
            dialect: Dialect::default(),
            schema: None,
            schema_overrides: Vec::new(),
            infer: InferMode::default(),
            on_misfit: OnMisfit::default(),
            on_ragged: OnRagged::default(),
            dictionary_strings: DictionaryStrings::default(),
            chunk_bytes: Self::DEFAULT_CHUNK_BYTES,
            max_record_bytes: Self::DEFAULT_MAX_RECORD_BYTES,
            infer_threads: 0,
        }
    }
}
