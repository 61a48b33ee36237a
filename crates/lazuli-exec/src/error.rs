//! What can go wrong in a query, as fields; the sentences are made in one place.

use std::fmt;
use std::io;
use std::path::PathBuf;

use lazuli_array::{Name, Scalar};
use lazuli_expr::EvaluateError;
use lazuli_kernels::KernelError;
use lazuli_plan::{PlanErrors, SourceError};

use crate::PlansDiffer;

/// A query that has no answer, and why.
#[derive(Debug)]
#[non_exhaustive]
pub enum ExecError {
    /// The plan is wrong; nothing was read.
    Plan(PlanErrors),
    /// An expression failed over some row.
    Evaluate {
        /// The operator that evaluated it.
        operator: &'static str,
        /// The failed expression and why.
        error: EvaluateError,
        /// Whether the row in `error` counts from the start of the operator's input; otherwise from the start of a
        /// batch of it.
        row_is_absolute: bool,
    },
    /// An aggregate has no exact result for some group.
    Aggregate {
        /// The aggregate as text.
        expr: String,
        /// Why; its row is the group's place in the result.
        error: KernelError,
    },
    /// An operator can't go on, for example for too many rows.
    Kernel {
        /// The operator.
        operator: &'static str,
        /// Why.
        error: KernelError,
    },
    /// A source can't be read.
    Source {
        /// The source.
        name: String,
        /// What it says, with its place.
        error: SourceError,
    },
    /// A sink can't be written.
    Sink {
        /// The sink.
        name: String,
        /// What it says.
        error: SourceError,
    },
    /// An operator needs more memory than the budget has left.
    MemoryBudget {
        /// The operator.
        operator: &'static str,
        /// What it asked for on top of what it has.
        requested_bytes: usize,
        /// What the query's operators had reserved by then.
        used_bytes: usize,
        /// What they may reserve in all.
        budget_bytes: usize,
    },
    /// Rows that do not fit the memory budget could not wait in a file.
    Spill {
        /// The operator.
        operator: &'static str,
        /// The folder for temporary files.
        folder: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// A pivot without an aggregate met two values for one cell.
    PivotDuplicate {
        /// The index columns and their values.
        index: Vec<(Name, Scalar)>,
        /// The `on` columns and their values.
        on: Vec<(Name, Scalar)>,
        /// Number of values.
        values: i64,
    },
    /// Inputs of a horizontal concat that differ in height.
    HeightMismatch {
        /// Number of the first input that differs from input 0, from 0.
        input: usize,
        /// Its rows.
        found: usize,
        /// The rows of input 0.
        expected: usize,
    },
    /// A source sets records aside and nobody takes them.
    RejectsUntaken {
        /// The source.
        name: String,
    },
    /// A plan that can't be run as asked, such as a sink where rows are wanted.
    Unsupported {
        /// What was asked.
        reason: String,
    },
    /// Somebody set the query's [`crate::CancelFlag`].
    Cancelled,
    /// The query was not done by its deadline.
    Deadline,
    /// The system gave no threads.
    Threads {
        /// What it says.
        reason: String,
    },
    /// The optimized plan and the plan as written do not have the same answer.
    PlansDiffer(Box<PlansDiffer>),
    /// There is an answer, and the plan as written could not be run to its end to compare it.
    NotVerified {
        /// Why the plan as written ended.
        error: Box<ExecError>,
    },
    /// A mistake of ours, or a panic in a function or source of the user's own.
    Internal {
        /// Where.
        place: String,
        /// What was said.
        message: String,
    },
}

impl ExecError {
    /// An aggregate or another operator that a kernel let down.
    pub(crate) fn kernel(operator: &'static str) -> impl Fn(KernelError) -> Self {
        move |error| Self::Kernel { operator, error }
    }
}

impl fmt::Display for ExecError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Plan(errors) => write!(f, "{errors}"),
            Self::Evaluate { operator, error, row_is_absolute } => {
                write!(f, "{error}, in {operator}")?;
                match error.source.row() {
                    Some(_) if !row_is_absolute => f.write_str(" (the row counts from the start of a batch)"),
                    _ => Ok(()),
                }
            }
            Self::Aggregate { expr, error } => write!(f, "{error}, in: {expr}"),
            Self::Kernel { operator, error } => write!(f, "{error}, in {operator}"),
            Self::Source { name, error } => write!(f, "can't read {name}: {error}"),
            Self::Sink { name, error } => write!(f, "can't write {name}: {error}"),
            Self::MemoryBudget { operator, requested_bytes, used_bytes, budget_bytes } => write!(
                f,
                "memory budget exceeded: {operator} needs {} more, {} of {} are in use",
                Bytes(*requested_bytes),
                Bytes(*used_bytes),
                Bytes(*budget_bytes)
            ),
            Self::Spill { operator, folder, error } => {
                write!(
                    f,
                    "{operator} does not fit in memory and can't use files in {}: {error}",
                    folder.display()
                )
            }
            Self::PivotDuplicate { index, on, values } => {
                write!(f, "pivot found {values} values for one cell, of ")?;
                write_values(f, index)?;
                f.write_str(" and ")?;
                write_values(f, on)?;
                f.write_str("; give an aggregate that makes one of them, such as sum or first")
            }
            Self::HeightMismatch { input, found, expected } => {
                write!(f, "input {input} of a horizontal concat has {found} rows, input 0 has {expected}")
            }
            Self::RejectsUntaken { name } => write!(
                f,
                "{name} sets aside the records that misfit, and nobody takes them: collect with rejects, or give the \
                 query's options a list for them"
            ),
            Self::Unsupported { reason } => f.write_str(reason),
            Self::Cancelled => f.write_str("the query was cancelled"),
            Self::Deadline => f.write_str("the query was not done by its deadline"),
            Self::Threads { reason } => write!(f, "no threads to run the query on: {reason}"),
            Self::PlansDiffer(error) => error.fmt(f),
            Self::NotVerified { error } => {
                write!(f, "the answer could not be compared with that of the plan as written: {error}")
            }
            Self::Internal { place, message } => write!(f, "internal error in {place}: {message}"),
        }
    }
}

fn write_values(f: &mut fmt::Formatter<'_>, values: &[(Name, Scalar)]) -> fmt::Result {
    for (position, (name, value)) in values.iter().enumerate() {
        let separator = if position == 0 { "" } else { ", " };
        write!(f, "{separator}{name} = {value}")?;
    }
    Ok(())
}

/// A number of bytes as people read it.
struct Bytes(usize);

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const UNITS: [&str; 4] = ["KiB", "MiB", "GiB", "TiB"];
        if self.0 < 1024 {
            return write!(f, "{} bytes", self.0);
        }
        let mut value = self.0 as f64 / 1024.0;
        let mut unit = 0;
        while value >= 1024.0 && unit + 1 < UNITS.len() {
            value /= 1024.0;
            unit += 1;
        }
        write!(f, "{value:.1} {}", UNITS[unit])
    }
}

impl std::error::Error for ExecError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Plan(errors) => Some(errors),
            Self::Evaluate { error, .. } => Some(error),
            Self::Aggregate { error, .. } | Self::Kernel { error, .. } => Some(error),
            Self::Source { error, .. } | Self::Sink { error, .. } => Some(&**error),
            Self::Spill { error, .. } => Some(error),
            Self::PlansDiffer(error) => Some(error),
            Self::NotVerified { error } => Some(error),
            _ => None,
        }
    }
}

impl From<PlanErrors> for ExecError {
    fn from(errors: PlanErrors) -> Self {
        Self::Plan(errors)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_say_what_and_where() {
        let cases = [
            (
                ExecError::MemoryBudget {
                    operator: "sort",
                    requested_bytes: 3 << 20,
                    used_bytes: 1000,
                    budget_bytes: 1536,
                },
                "memory budget exceeded: sort needs 3.0 MiB more, 1000 bytes of 1.5 KiB are in use",
            ),
            (
                ExecError::PivotDuplicate {
                    index: vec![("city".into(), Scalar::Int64(3))],
                    on: vec![("year".into(), Scalar::Int64(7))],
                    values: 2,
                },
                "pivot found 2 values for one cell, of city = 3 and year = 7; give an aggregate that makes one of \
                 them, such as sum or first",
            ),
            (
                ExecError::Source { name: "csv a.csv".into(), error: "line 3: no".into() },
                "can't read csv a.csv: line 3: no",
            ),
        ];
        for (error, expected) in cases {
            assert_eq!(error.to_string(), expected);
        }
    }
}
