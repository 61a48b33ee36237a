//! The lazy frame: verbs build a plan, `collect` runs it.

mod columns; // which columns there are
mod fill; // other values for null and NaN
mod groups; // groups of rows
mod joins; // rows of several frames
mod reshape; // values to columns and back
mod rows; // which rows there are
mod run; // from query to answer
mod sample; // rows by chance
mod sorted; // rows in order
mod summary; // columns to single values

use std::sync::Arc;

use lazuli_array::{Batch, DataFrame, Schema, SchemaRef};
use lazuli_exec::{ExecOptions, FrameSource};
use lazuli_expr::IntoExprs;
use lazuli_plan::{Caller, DataSource, LogicalPlan, Node, Scan};

pub(crate) use columns::null_of;
pub use columns::{MatchSchema, SchemaMismatch};
pub use fill::FillNull;
pub use joins::{UpdateArgs, UpdateHow};
pub use reshape::{DummiesArgs, TransposeArgs, UnstackOrder};
pub use run::{collect_all, explain_all};
pub use sample::{SampleArgs, train_test_split};

/// A query that has not run yet. Every verb gives a new one; cloning is cheap.
///
/// Verbs never fail and touch no data: mistakes are found by [`LazyFrame::collect`], [`LazyFrame::collect_schema`] and
/// [`LazyFrame::explain`], all at once.
#[derive(Debug, Clone)]
#[must_use = "a lazy frame does nothing until it is collected"]
pub struct LazyFrame {
    plan: LogicalPlan,
    options: ExecOptions,
}

/// A query over a source of your own.
#[track_caller]
pub fn scan(source: Arc<dyn DataSource>) -> LazyFrame {
    scan_as(source, Caller::here())
}

/// As [`scan`], for a program whose user wrote no code: mistakes name `caller` instead of a line.
pub fn scan_as(source: Arc<dyn DataSource>, caller: Caller) -> LazyFrame {
    LazyFrame::from_plan(LogicalPlan::new(Node::Scan(Scan::new(source)), caller))
}

/// Expressions without a frame: constants, and what is made of them, as a query of one row, or of the rows that they give.
/// There are no columns to read.
///
/// ```
/// use lazuli::prelude::*;
/// use lazuli::{repeat, select};
///
/// let answer = select([lit(1).alias("one"), repeat("x", 2)]).collect()?;
/// assert_eq!(answer, df! { "one" => [1, 1], "repeat" => ["x", "x"] }?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[track_caller]
pub fn select(exprs: impl IntoExprs) -> LazyFrame {
    let schema: SchemaRef = Arc::new(Schema::default());
    let row = Batch::new(schema.clone(), Vec::new(), 1);
    let frame = DataFrame::from_batches(schema, vec![row]).expect("the batch is of the schema that it is of");
    scan(Arc::new(FrameSource::new(frame))).select(exprs)
}

impl LazyFrame {
    /// The query of a plan.
    pub fn from_plan(plan: LogicalPlan) -> Self {
        Self { plan, options: ExecOptions::default() }
    }

    /// The plan so far, as the verbs built it.
    pub fn plan(&self) -> &LogicalPlan {
        &self.plan
    }

    /// How the query is going to run.
    pub fn options(&self) -> &ExecOptions {
        &self.options
    }

    /// The same query, run with these options.
    pub fn with_options(self, options: ExecOptions) -> Self {
        Self { options, ..self }
    }

    #[track_caller]
    pub(crate) fn then(self, node: impl FnOnce(LogicalPlan) -> Node) -> Self {
        let plan = LogicalPlan::new(node(self.plan), Caller::here());
        Self { plan, options: self.options }
    }
}
