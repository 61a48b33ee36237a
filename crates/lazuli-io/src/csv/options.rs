//! What to make of a delimited text.

use super::{Dialect, DictionaryStrings, Encoding, InferMode, OnMisfit};
use lazuli_array::{DataType, Name, SchemaRef};

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
    /// The record is set aside, with its reason: see [`CsvScan::rejects`](super::CsvScan::rejects).
    Reject,
}

/// Which columns a table of several files has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum FileColumns {
    /// Those of the first file; a file that lacks one or has one more is an error.
    #[default]
    Same,
    /// Those of all files, in the order in which they appear; null where a file lacks one.
    Union,
}

/// How to read a delimited text.
#[derive(Clone, Debug)]
pub struct CsvOptions {
    /// How the text is built.
    pub dialect: Dialect,
    /// How characters are written as bytes.
    pub encoding: Encoding,
    /// Names of all columns, in place of those of the header, or where there is none.
    pub column_names: Option<Vec<Name>>,
    /// Names and types of all columns: nothing is inferred. A header must have these names in this order.
    pub schema: Option<SchemaRef>,
    /// Types of some columns by name; the others are inferred.
    pub schema_overrides: Vec<(Name, DataType)>,
    /// The form of dates, datetimes and times of some columns, as `strptime` has it: `%d/%m/%Y`. A column without a given
    /// type gets Date, Time or Datetime, as the form says; see [`TimePattern`](lazuli_kernels::parse::TimePattern).
    pub formats: Vec<(Name, String)>,
    /// Texts that mean null in one column, besides [`Dialect::null_values`].
    pub null_values_of: Vec<(Name, Vec<String>)>,
    /// Which columns a table of several files has.
    pub file_columns: FileColumns,
    /// A column of this name, behind the others, says in which file a row is.
    pub include_file_paths: Option<Name>,
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

    /// Threads that may look at all of a file.
    pub(super) fn infer_threads(&self) -> usize {
        match self.infer_threads {
            0 => std::thread::available_parallelism().map_or(1, usize::from),
            threads => threads,
        }
    }

    /// Whether records can be set aside.
    pub fn sets_aside(&self) -> bool {
        self.on_misfit == OnMisfit::Reject || self.on_ragged == OnRagged::Reject
    }
}

impl Default for CsvOptions {
    fn default() -> Self {
        Self {
            dialect: Dialect::default(),
            encoding: Encoding::default(),
            column_names: None,
            schema: None,
            schema_overrides: Vec::new(),
            formats: Vec::new(),
            null_values_of: Vec::new(),
            file_columns: FileColumns::default(),
            include_file_paths: None,
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
