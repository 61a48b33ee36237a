//! Pipelines: a plan written as JSON, whose expressions are short texts.
//!
//! ```json
//! {
//!   "source": { "csv": "sales.csv" },
//!   "steps": [
//!     { "filter": "amount > 1000" },
//!     { "group_by": { "keys": "category", "agg": ["sum(amount) as total", "mean(amount) as avg"] } },
//!     { "sort": "total desc" }
//!   ]
//! }
//! ```
//!
//! The steps are the verbs of a lazy frame under the same names and build the same plan; `docs/pipeline.md` lists them
//! and `docs/pipeline.schema.json` describes them for editors. This room knows no files: a [`PipelineFiles`] brings them.

mod build; // steps to plan
mod duration; // lengths of time as texts
mod error; // what can be wrong with a pipeline
mod format; // the JSON, as types

pub use build::{PipelineFiles, PipelinePlan};
pub use duration::parse_duration;
pub use error::PipelineError;
pub use format::{
    CsvSinkSpec, CsvSourceSpec, IpcSinkSpec, IpcSourceSpec, NdjsonSinkSpec, NdjsonSourceSpec, NullValues,
    OneOrMany, ParquetSinkSpec, ParquetSourceSpec, Pipeline, SinkSpec, SourceSpec, Step, Tolerance,
};
