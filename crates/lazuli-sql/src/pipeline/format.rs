//! The JSON, as types. A key that is not known is an error, so that a slip of the pen is not a silent no-op.

use std::collections::BTreeMap;

use serde::de::Error;
use serde::{Deserialize, Deserializer};

use super::PipelineError;

/// A whole pipeline.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pipeline {
    /// What the pipeline is for; not used.
    #[serde(default)]
    pub description: Option<String>,
    /// Points editors to the schema; not used.
    #[serde(default, rename = "$schema")]
    pub schema: Option<String>,
    /// Where rows come from.
    pub source: SourceSpec,
    /// What happens to them, in order.
    #[serde(default)]
    pub steps: Vec<Step>,
    /// Where they go; to the terminal if absent.
    #[serde(default)]
    pub sink: Option<SinkSpec>,
}

/// Where rows come from: an object with `csv`, `ipc`, `parquet`, `ndjson` or `json`, or a pipeline of its own with `source`.
#[derive(Debug, Clone)]
pub enum SourceSpec {
    /// A CSV file.
    Csv(Box<CsvSourceSpec>),
    /// An Arrow IPC file.
    Ipc(IpcSourceSpec),
    /// A Parquet file.
    Parquet(ParquetSourceSpec),
    /// A JSON file.
    Ndjson(Box<NdjsonSourceSpec>),
    /// The rows that another pipeline gives.
    Pipeline(Box<Pipeline>),
}

impl<'de> Deserialize<'de> for SourceSpec {
    /// Decides by the key, not by trial: a trial would hide which key is wrong.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = serde_json::Value::deserialize(deserializer)?;
        if value.get("csv").is_some() {
            CsvSourceSpec::deserialize(value).map(|spec| Self::Csv(Box::new(spec))).map_err(D::Error::custom)
        } else if value.get("ipc").is_some() {
            IpcSourceSpec::deserialize(value).map(Self::Ipc).map_err(D::Error::custom)
        } else if value.get("parquet").is_some() {
            ParquetSourceSpec::deserialize(value).map(Self::Parquet).map_err(D::Error::custom)
        } else if value.get("ndjson").or(value.get("json")).is_some() {
            NdjsonSourceSpec::deserialize(value)
                .map(|spec| Self::Ndjson(Box::new(spec)))
                .map_err(D::Error::custom)
        } else if value.get("source").is_some() {
            Pipeline::deserialize(value)
                .map(|pipeline| Self::Pipeline(Box::new(pipeline)))
                .map_err(D::Error::custom)
        } else {
            Err(D::Error::custom(
                "a source is an object with `csv`, `ipc`, `parquet`, `ndjson` or `json` (a path) or `source` (another pipeline)",
            ))
        }
    }
}

/// CSV files and how to read them.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CsvSourceSpec {
    /// A path, which may have wildcards, or several; `-` is standard input.
    pub csv: OneOrMany,
    /// One character; `,` if absent.
    #[serde(default)]
    pub separator: Option<char>,
    /// One character, or an empty text for none; `"` if absent.
    #[serde(default)]
    pub quote: Option<String>,
    /// One character that takes the meaning from the one behind it; none if absent.
    #[serde(default)]
    pub escape: Option<char>,
    /// How characters are written as bytes: `detect` (if absent), `utf8`, `utf8-lossy`, `utf16-le`, `utf16-be`, `latin1`.
    #[serde(default)]
    pub encoding: Option<String>,
    /// Whether the first record holds the names; true if absent.
    #[serde(default)]
    pub has_header: Option<bool>,
    /// Records of the header; 1 if absent.
    #[serde(default)]
    pub header_rows: Option<usize>,
    /// Names in place of those of the header.
    #[serde(default)]
    pub column_names: Option<Vec<String>>,
    /// Lines to leave out before the header.
    #[serde(default)]
    pub skip_rows: Option<usize>,
    /// Lines that start with this are left out.
    #[serde(default)]
    pub comment_prefix: Option<String>,
    /// Texts that mean null, in all columns or by column.
    #[serde(default)]
    pub null_values: Option<NullValues>,
    /// Types of columns by name; the others are inferred.
    #[serde(default)]
    pub types: BTreeMap<String, String>,
    /// The form of dates and times by column name, such as `%d/%m/%Y`.
    #[serde(default)]
    pub formats: BTreeMap<String, String>,
    /// How much of the file decides about types: `sample`, `full` or `never`.
    #[serde(default)]
    pub infer: Option<String>,
    /// What to do with a text that is no value of its column's type: `fail` (if absent), `widen`, `reject` or `null`.
    #[serde(default)]
    pub on_misfit: Option<String>,
    /// What to do with a record of a wrong number of fields: `fail` (if absent), `pad`, `truncate` or `reject`.
    #[serde(default)]
    pub on_ragged: Option<String>,
    /// Which columns several files give: `same` (if absent) or `union`.
    #[serde(default)]
    pub file_columns: Option<String>,
    /// Name of a column that says in which file a row is.
    #[serde(default)]
    pub include_file_paths: Option<String>,
}

/// Texts that mean null.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged, expecting = "expected a list of texts, or an object from column names to lists of texts")]
pub enum NullValues {
    /// In every column.
    Everywhere(Vec<String>),
    /// By column.
    ByColumn(BTreeMap<String, Vec<String>>),
}

/// Arrow IPC files and how to read them.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IpcSourceSpec {
    /// A path, which may have wildcards, or several.
    pub ipc: OneOrMany,
    /// What happens when a later file lacks a column of the first: `raise` (if absent) or `insert` nulls.
    #[serde(default)]
    pub missing_columns: Option<String>,
    /// What happens when a later file has a column that the first has not: `raise` (if absent) or `ignore`.
    #[serde(default)]
    pub extra_columns: Option<String>,
    /// Whether folders named `key=value` give columns; false if absent.
    #[serde(default)]
    pub hive_partitioning: bool,
    /// Name of a column that says in which file a row is.
    #[serde(default)]
    pub include_file_paths: Option<String>,
}

/// Parquet files and how to read them.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ParquetSourceSpec {
    /// A path, which may have wildcards, or several.
    pub parquet: OneOrMany,
    /// What happens when a later file lacks a column of the first: `raise` (if absent) or `insert` nulls.
    #[serde(default)]
    pub missing_columns: Option<String>,
    /// What happens when a later file has a column that the first has not: `raise` (if absent) or `ignore`.
    #[serde(default)]
    pub extra_columns: Option<String>,
    /// Whether folders named `key=value` give columns; false if absent.
    #[serde(default)]
    pub hive_partitioning: bool,
    /// Name of a column that says in which file a row is.
    #[serde(default)]
    pub include_file_paths: Option<String>,
}

/// JSON files and how to read them; one of `ndjson` and `json`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NdjsonSourceSpec {
    /// Files with a record a line: a path, which may have wildcards, or several; `-` is standard input.
    #[serde(default)]
    pub ndjson: Option<OneOrMany>,
    /// The same of files that are an array of records.
    #[serde(default)]
    pub json: Option<OneOrMany>,
    /// Types of columns by name; the others are inferred.
    #[serde(default)]
    pub types: BTreeMap<String, String>,
    /// How much of the file decides about types: `sample`, `full` or `never`.
    #[serde(default)]
    pub infer: Option<String>,
    /// The first so many records decide about types.
    #[serde(default)]
    pub infer_schema_length: Option<usize>,
    /// What to do with a value that is none of its column's type: `fail` (if absent), `widen`, `reject` or `null`.
    #[serde(default)]
    pub on_misfit: Option<String>,
    /// What to do with a key that is in no column: `fail` (if absent, unless misfits become nulls) or `ignore`.
    #[serde(default)]
    pub on_unknown_key: Option<String>,
    /// Name of a column that says in which file a row is.
    #[serde(default)]
    pub include_file_paths: Option<String>,
}

/// Where rows go: an object with `csv`, `ipc`, `parquet`, `ndjson` or `json`.
#[derive(Debug, Clone)]
pub enum SinkSpec {
    /// A CSV file.
    Csv(CsvSinkSpec),
    /// An Arrow IPC file.
    Ipc(IpcSinkSpec),
    /// A Parquet file.
    Parquet(ParquetSinkSpec),
    /// A JSON file.
    Ndjson(NdjsonSinkSpec),
}

impl<'de> Deserialize<'de> for SinkSpec {
    /// Decides by the key, as for sources.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = serde_json::Value::deserialize(deserializer)?;
        if value.get("ipc").is_some() {
            IpcSinkSpec::deserialize(value).map(Self::Ipc).map_err(D::Error::custom)
        } else if value.get("parquet").is_some() {
            ParquetSinkSpec::deserialize(value).map(Self::Parquet).map_err(D::Error::custom)
        } else if value.get("ndjson").or(value.get("json")).is_some() {
            NdjsonSinkSpec::deserialize(value).map(Self::Ndjson).map_err(D::Error::custom)
        } else {
            CsvSinkSpec::deserialize(value).map(Self::Csv).map_err(D::Error::custom)
        }
    }
}

/// A CSV file to be written.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CsvSinkSpec {
    /// The path of a CSV file.
    pub csv: String,
    /// One character; `,` if absent.
    #[serde(default)]
    pub separator: Option<char>,
    /// Whether names come first; true if absent.
    #[serde(default)]
    pub header: Option<bool>,
}

/// An Arrow IPC file to be written.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IpcSinkSpec {
    /// The path of an Arrow IPC file.
    pub ipc: String,
    /// `uncompressed` (if absent), `lz4` or `zstd`.
    #[serde(default)]
    pub compression: Option<String>,
    /// Rows of a record batch.
    #[serde(default)]
    pub record_batch_size: Option<usize>,
}

/// A Parquet file to be written.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ParquetSinkSpec {
    /// The path of a Parquet file.
    pub parquet: String,
    /// `uncompressed`, `snappy` (if absent), `lz4`, `gzip` or `zstd`.
    #[serde(default)]
    pub compression: Option<String>,
    /// Rows of a row group.
    #[serde(default)]
    pub row_group_size: Option<usize>,
}

/// A JSON file to be written; one of `ndjson` and `json`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NdjsonSinkSpec {
    /// The path of a file with a record a line.
    #[serde(default)]
    pub ndjson: Option<String>,
    /// The path of a file that is an array of records.
    #[serde(default)]
    pub json: Option<String>,
}

/// One text or several.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged, expecting = "expected a text or a list of texts")]
pub enum OneOrMany {
    /// One.
    One(String),
    /// Several.
    Many(Vec<String>),
}

impl Default for OneOrMany {
    /// None.
    fn default() -> Self {
        Self::Many(Vec::new())
    }
}

impl OneOrMany {
    /// The texts in order.
    pub fn texts(&self) -> &[String] {
        match self {
            Self::One(text) => std::slice::from_ref(text),
            Self::Many(texts) => texts,
        }
    }
}

/// How far keys may be apart.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged, expecting = "expected a number, or a duration like \"1h30m\"")]
pub enum Tolerance {
    /// Between integers.
    Integer(i64),
    /// Between numbers.
    Number(f64),
    /// Between dates and times.
    Duration(String),
}

/// One verb and its arguments.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Step {
    /// Columns that expressions make.
    Select(OneOrMany),
    /// Columns added or replaced.
    WithColumns(OneOrMany),
    /// Rows for which all conditions are true.
    Filter(OneOrMany),
    /// Groups and their aggregates.
    #[serde(alias = "groupby")]
    GroupBy {
        /// What makes rows one group.
        keys: OneOrMany,
        /// One column each.
        agg: OneOrMany,
    },
    /// Pairs of rows with those of another pipeline or file.
    Join {
        /// The right side.
        with: SourceSpec,
        /// Keys of both sides.
        #[serde(default)]
        on: Option<OneOrMany>,
        /// Keys of the left side, when they differ.
        #[serde(default)]
        left_on: Option<OneOrMany>,
        /// Keys of the right side, when they differ.
        #[serde(default)]
        right_on: Option<OneOrMany>,
        /// `inner` (if absent), `left`, `right`, `full`, `semi`, `anti` or `cross`.
        #[serde(default)]
        how: Option<String>,
        /// What is put behind repeated names of the right side; `_right` if absent.
        #[serde(default)]
        suffix: Option<String>,
        /// For a full join: the keys of both sides become one column.
        #[serde(default)]
        coalesce: bool,
    },
    /// Rows beside the row of another pipeline or file whose key is nearest.
    JoinAsof {
        /// The right side.
        with: SourceSpec,
        /// The key of both sides: a number, a date or a time.
        #[serde(default)]
        on: Option<String>,
        /// The key of the left side, when they differ.
        #[serde(default)]
        left_on: Option<String>,
        /// The key of the right side, when they differ.
        #[serde(default)]
        right_on: Option<String>,
        /// What must be equal besides.
        #[serde(default)]
        by: Option<OneOrMany>,
        /// The left side's, when they differ.
        #[serde(default)]
        left_by: Option<OneOrMany>,
        /// The right side's, when they differ.
        #[serde(default)]
        right_by: Option<OneOrMany>,
        /// `backward` (if absent), `forward` or `nearest`.
        #[serde(default)]
        strategy: Option<String>,
        /// How far the key may be: a number, or a text like `1h30m` for dates and times.
        #[serde(default)]
        tolerance: Option<Tolerance>,
        /// Whether an equal key counts; true if absent.
        #[serde(default)]
        exact: Option<bool>,
        /// What is put behind repeated names of the right side; `_right` if absent.
        #[serde(default)]
        suffix: Option<String>,
    },
    /// Pairs of rows with those of another pipeline or file for which conditions are true.
    JoinWhere {
        /// The right side.
        with: SourceSpec,
        /// Conditions over the columns of both sides; repeated names of the right side have the suffix.
        predicates: OneOrMany,
        /// What is put behind repeated names of the right side; `_right` if absent.
        #[serde(default)]
        suffix: Option<String>,
    },
    /// Rows in the order of keys: `"total desc"`, `"name nulls first"`.
    Sort(OneOrMany),
    /// The first rows.
    #[serde(alias = "head")]
    Limit(usize),
    /// The last rows.
    Tail(usize),
    /// A run of rows.
    Slice {
        /// Rows to leave out first; negative counts from the end.
        offset: i64,
        /// At most so many rows.
        #[serde(default)]
        length: Option<usize>,
    },
    /// One row of each kind.
    Unique {
        /// What makes rows equal; all columns if absent.
        #[serde(default)]
        by: Option<OneOrMany>,
        /// `first` (if absent), `last`, `any` or `none`.
        #[serde(default)]
        keep: Option<String>,
    },
    /// Old names to new names.
    Rename(BTreeMap<String, String>),
    /// Columns to leave out.
    Drop(OneOrMany),
    /// Rows of other pipelines or files behind those so far.
    Concat {
        /// The others.
        with: Vec<SourceSpec>,
        /// `vertical` (if absent), `vertical_relaxed`, `diagonal`, `diagonal_relaxed` or `horizontal`.
        #[serde(default)]
        how: Option<String>,
    },
    /// Values become columns.
    Pivot {
        /// The columns whose values become columns.
        on: OneOrMany,
        /// The columns that stay.
        #[serde(default)]
        index: Option<OneOrMany>,
        /// The columns that fill the cells.
        #[serde(default)]
        values: Option<OneOrMany>,
        /// An aggregate over `element`, such as `sum(element)`; at most one value a cell if absent.
        #[serde(default)]
        agg: Option<String>,
    },
    /// Columns become rows.
    #[serde(alias = "melt")]
    Unpivot {
        /// The columns that become rows; all that are not `index` if absent.
        #[serde(default)]
        on: Option<OneOrMany>,
        /// The columns that stay.
        #[serde(default)]
        index: Option<OneOrMany>,
        /// Name of the column of names; `variable` if absent.
        #[serde(default)]
        variable: Option<String>,
        /// Name of the column of values; `value` if absent.
        #[serde(default)]
        value: Option<String>,
    },
    /// Items of the lists in these columns become rows.
    Explode(OneOrMany),
    /// Fields of the structs in these columns become columns.
    Unnest(OneOrMany),
}

impl Step {
    /// The verb.
    pub fn verb(&self) -> &'static str {
        match self {
            Self::Select(_) => "select",
            Self::WithColumns(_) => "with_columns",
            Self::Filter(_) => "filter",
            Self::GroupBy { .. } => "group_by",
            Self::Join { .. } => "join",
            Self::JoinAsof { .. } => "join_asof",
            Self::JoinWhere { .. } => "join_where",
            Self::Sort(_) => "sort",
            Self::Limit(_) => "limit",
            Self::Tail(_) => "tail",
            Self::Slice { .. } => "slice",
            Self::Unique { .. } => "unique",
            Self::Rename(_) => "rename",
            Self::Drop(_) => "drop",
            Self::Concat { .. } => "concat",
            Self::Pivot { .. } => "pivot",
            Self::Unpivot { .. } => "unpivot",
            Self::Explode(_) => "explode",
            Self::Unnest(_) => "unnest",
        }
    }
}

impl Pipeline {
    /// The pipeline of a JSON text; `file` is what errors call it.
    ///
    /// # Errors
    /// [`PipelineError::Format`] with line and column.
    pub fn from_json(text: &str, file: &str) -> Result<Self, PipelineError> {
        serde_json::from_str(text)
            .map_err(|error| PipelineError::Format { file: file.into(), reason: error.to_string() })
    }
}
