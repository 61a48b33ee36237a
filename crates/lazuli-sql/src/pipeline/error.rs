//! What can be wrong with a pipeline, before its plan is resolved.

use std::fmt;

/// A pipeline that is no plan.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum PipelineError {
    /// The text is not JSON of the pipeline format; the reason names line and column.
    Format {
        /// The file.
        file: String,
        /// What is wrong.
        reason: String,
    },
    /// A step holds a text that is no expression, or options that contradict each other.
    Step {
        /// Which step of which file, such as `step 2 (filter) of sales.json`.
        place: String,
        /// What is wrong.
        reason: String,
    },
}

impl fmt::Display for PipelineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Format { file, reason } => write!(f, "{file} is not a pipeline: {reason}"),
            Self::Step { place, reason } => write!(f, "{reason}\n  at {place}"),
        }
    }
}

impl std::error::Error for PipelineError {}
