//! What to make of a JSON text.

use super::OnUnknownKey;
use crate::input::Encoding;
use crate::policy::{DictionaryStrings, InferMode, OnMisfit};
use lazuli_array::{DataType, Name, SchemaRef};

/// How records stand in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum JsonLayout {
    /// A record a line (NDJSON, JSON Lines). Blank lines are skipped.
    #[default]
    Lines,
    /// One array of records, over any number of lines; or records one after the other without an array around them.
    Array,
    /// [`JsonLayout::Array`] if the first character is a bracket, else [`JsonLayout::Lines`].
    Detect,
}

/// How to read JSON.
#[derive(Clone, Debug)]
pub struct NdjsonOptions {
    /// How records stand in the text.
    pub layout: JsonLayout,
    /// Names and types of all columns: nothing is inferred. Keys are found by name.
    pub schema: Option<SchemaRef>,
    /// Types of some columns by name; the others are inferred. A column that no sample has is put behind the others.
    pub schema_overrides: Vec<(Name, DataType)>,
    /// How much of the file decides about the other types, and about which keys there are.
    pub infer: InferMode,
    /// The first so many records decide, in place of [`NdjsonOptions::infer`].
    pub infer_schema_length: Option<usize>,
    /// What to do with a value that is none of its column's type. A record that is no JSON object is set aside by
    /// [`OnMisfit::Reject`] and an error in every other mode.
    pub on_misfit: OnMisfit,
    /// What to do with a key that is in no column. If `None`, a record that has one is malformed, since nobody has said that
    /// its value is not wanted; but left out it is where `schema` names the columns, and by [`OnMisfit::Null`].
    pub on_unknown_key: Option<OnUnknownKey>,
    /// A column of this name, behind the others, says in which file a row is.
    pub include_file_paths: Option<Name>,
    /// Whether String columns come as codes into a dictionary.
    pub dictionary_strings: DictionaryStrings,
    /// Bytes read at a time; at least 1. A chunk grows until it holds a whole record.
    pub chunk_bytes: usize,
    /// Longest record, in bytes (less than 2 GiB): a longer one is an error.
    pub max_record_bytes: usize,
    /// Threads for [`InferMode::Full`]; 0 is all of the machine's.
    pub infer_threads: usize,
}

impl NdjsonOptions {
    /// Half of a 2 MiB L2 cache, so that text, positions and values of one chunk stay in it.
    pub const DEFAULT_CHUNK_BYTES: usize = 1 << 20;
    /// See [`NdjsonOptions::max_record_bytes`].
    pub const DEFAULT_MAX_RECORD_BYTES: usize = 256 << 20;

    /// UTF-8, or UTF-16 with its byte order mark.
    pub(super) const ENCODING: Encoding = Encoding::Detect;

    /// Threads that may look at all of a file.
    pub(super) fn infer_threads(&self) -> usize {
        match self.infer_threads {
            0 => std::thread::available_parallelism().map_or(1, usize::from),
            threads => threads,
        }
    }

    /// Whether records can be set aside.
    pub fn sets_aside(&self) -> bool {
        self.on_misfit == OnMisfit::Reject
    }

    /// What to do with a key that is in no column, by all that the options say.
    pub(super) fn unknown_keys(&self) -> OnUnknownKey {
        let is_loss_said = self.schema.is_some() || self.on_misfit == OnMisfit::Null;
        self.on_unknown_key.unwrap_or(if is_loss_said { OnUnknownKey::Ignore } else { OnUnknownKey::Fail })
    }

    /// Whether the whole text must be read before its schema is known.
    pub(super) fn infers_from_all(&self) -> bool {
        self.on_misfit == OnMisfit::Widen
            || self.infer == InferMode::Full && self.infer_schema_length.is_none()
    }
}

impl Default for NdjsonOptions {
    fn default() -> Self {
        Self {
            layout: JsonLayout::default(),
            schema: None,
            schema_overrides: Vec::new(),
            infer: InferMode::default(),
            infer_schema_length: None,
            on_misfit: OnMisfit::default(),
            on_unknown_key: None,
            include_file_paths: None,
            dictionary_strings: DictionaryStrings::default(),
            chunk_bytes: Self::DEFAULT_CHUNK_BYTES,
            max_record_bytes: Self::DEFAULT_MAX_RECORD_BYTES,
            infer_threads: 0,
        }
    }
}
