//! One query, run optimized and as it was written: the same answer, or what differs.
//!
//! A rule of the optimizer changes time, never the answer; tests hold them to it. This is the same check for the query at
//! hand, over the data at hand. It compares two runs of one engine: an operator that is wrong in both plans is wrong
//! unseen.
//!
//! **What failures say.** A rule may make a failure go away with values that nobody asked for, and a limit decides by the
//! morsel which rows behind it are looked at. So an answer stands if the plan as written failed on some value, and a failure
//! on some value stands if there is a limit and the plan as written got by without it. A failure that is not of values,
//! such as too little memory, says nothing about the answer either way ([`Cause`]).

use std::error::Error;
use std::fmt;

use lazuli_array::{DataFrame, Name, Scalar, SchemaRef};
use lazuli_plan::{LogicalPlan, Node, OptimizerOptions, explain};

use crate::{Engine, ExecError, ExecOptions, ReadCounters, Result};

/// The optimized plan of a query and the plan as written do not agree: a mistake of ours, or a source, function or closure
/// that does not give the same rows twice.
#[derive(Debug)]
#[non_exhaustive]
pub struct PlansDiffer {
    /// What differs first.
    pub difference: Difference,
    /// The optimized plan as text.
    pub optimized: String,
    /// The plan as written, types resolved, as text.
    pub as_written: String,
}

/// What differs between the answers of two plans.
#[derive(Debug)]
#[non_exhaustive]
pub enum Difference {
    /// Names, types or order of columns.
    Schema {
        /// Of the optimized plan.
        optimized: SchemaRef,
        /// Of the plan as written.
        as_written: SchemaRef,
    },
    /// A value; the numbers of rows are the same.
    Value(ValueDifference),
    /// The number of rows.
    Height {
        /// Of the optimized plan.
        optimized: usize,
        /// Of the plan as written.
        as_written: usize,
        /// The first value that differs in rows that both have.
        value: Option<ValueDifference>,
    },
    /// The plan as written gives an answer and the optimized one fails, where no rule may make it.
    OptimizedFails(Box<ExecError>),
    /// The optimized plan gives an answer and the plan as written meets a mistake of ours.
    AsWrittenFails(Box<ExecError>),
}

/// A value that differs, in the first row that does.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ValueDifference {
    /// The column.
    pub column: Name,
    /// The row, from 0.
    pub row: usize,
    /// The value of the optimized plan.
    pub optimized: Scalar,
    /// The value of the plan as written.
    pub as_written: Scalar,
}

impl fmt::Display for PlansDiffer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the optimized plan and the plan as written differ: {}\noptimized\n{}as written\n{}",
            self.difference, self.optimized, self.as_written
        )
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Schema { optimized, as_written } => {
                write!(f, "columns {optimized} optimized, {as_written} as written")
            }
            Self::Value(value) => value.fmt(f),
            Self::Height { optimized, as_written, value } => {
                write!(f, "{optimized} rows optimized, {as_written} as written")?;
                value.as_ref().map_or(Ok(()), |value| write!(f, "; {value}"))
            }
            Self::OptimizedFails(error) => write!(f, "only the optimized plan fails: {error}"),
            Self::AsWrittenFails(error) => write!(f, "only the plan as written fails: {error}"),
        }
    }
}

/// Values as programs write them: -0.0 is not 0.0, a text is not a number.
impl fmt::Display for ValueDifference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { column, row, optimized, as_written } = self;
        write!(f, "column {column}, row {row}: {optimized:?} optimized, {as_written:?} as written")
    }
}

impl Error for PlansDiffer {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.difference {
            Difference::OptimizedFails(error) | Difference::AsWrittenFails(error) => Some(error),
            Difference::Schema { .. } | Difference::Value(_) | Difference::Height { .. } => None,
        }
    }
}

/// What a failure is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cause {
    /// The query: it is wrong, or can't be run as asked, whatever the plan.
    Query,
    /// Values that were computed or put together: a rule may make these go away.
    Values,
    /// What was read. A source that gives other rows the second time, or none, is also among these.
    Source,
    /// What the query was given: memory, time, threads.
    Resources,
    /// A mistake of ours.
    Ours,
}

fn cause(error: &ExecError) -> Cause {
    match error {
        ExecError::Plan(_)
        | ExecError::Unsupported { .. }
        | ExecError::RejectsUntaken { .. }
        | ExecError::Sink { .. } => Cause::Query,
        ExecError::Evaluate { .. }
        | ExecError::Aggregate { .. }
        | ExecError::Kernel { .. }
        | ExecError::PivotDuplicate { .. }
        | ExecError::HeightMismatch { .. } => Cause::Values,
        ExecError::Source { .. } => Cause::Source,
        ExecError::MemoryBudget { .. }
        | ExecError::Spill { .. }
        | ExecError::Cancelled
        | ExecError::Deadline
        | ExecError::Threads { .. } => Cause::Resources,
        ExecError::PlansDiffer(_) | ExecError::NotVerified { .. } | ExecError::Internal { .. } => Cause::Ours,
    }
}

/// The answer of a plan, as [`Engine::execute`] gives it, if the plan as written has the same.
pub(crate) fn execute_verified(
    engine: &Engine,
    plan: &LogicalPlan,
    options: &ExecOptions,
) -> Result<DataFrame> {
    let optimized = Run::of(engine, plan, options);
    if let Some(optimized) = &optimized.plan {
        expect_same_records(optimized)?;
    }
    let optimized_answer = match optimized.answer {
        Err(error) if matches!(cause(&error), Cause::Query | Cause::Resources) => return Err(error),
        answer => answer,
    };
    // Whoever watches the query is told of the run that the answer comes from.
    let watched_by_nobody = ExecOptions {
        optimizer: OptimizerOptions::none(),
        counters: ReadCounters::default(),
        on_progress: None,
        profiler: None,
        ..options.clone()
    };
    let as_written = Run::of(engine, plan, &watched_by_nobody);
    let has_limit = as_written.plan.as_ref().is_some_and(has_limit);
    let difference = match (optimized_answer, as_written.answer) {
        (Ok(optimized), Ok(as_written)) => match difference(&optimized, &as_written) {
            None => return Ok(optimized),
            Some(difference) => difference,
        },
        (Ok(optimized), Err(error)) => match cause(&error) {
            Cause::Values => return Ok(optimized),
            Cause::Ours => Difference::AsWrittenFails(Box::new(error)),
            Cause::Query | Cause::Source | Cause::Resources => {
                return Err(ExecError::NotVerified { error: Box::new(error) });
            }
        },
        (Err(error), Ok(_)) if cause(&error) == Cause::Values && has_limit => return Err(error),
        (Err(error), Ok(_)) => Difference::OptimizedFails(Box::new(error)),
        (Err(error), Err(_)) => return Err(error),
    };
    let text = |plan: Option<LogicalPlan>| plan.as_ref().map_or_else(String::new, explain);
    Err(ExecError::PlansDiffer(Box::new(PlansDiffer {
        difference,
        optimized: text(optimized.plan),
        as_written: text(as_written.plan),
    })))
}

/// One run of a query.
struct Run {
    /// The plan that was run; `None` if there was a failure before.
    plan: Option<LogicalPlan>,
    answer: Result<DataFrame>,
}

impl Run {
    fn of(engine: &Engine, plan: &LogicalPlan, options: &ExecOptions) -> Self {
        match engine.prepared(plan, options) {
            Ok(plan) => Self { answer: engine.execute_prepared(&plan, options), plan: Some(plan) },
            Err(error) => Self { answer: Err(error), plan: None },
        }
    }
}

/// Which records a source sets aside depends on the columns that are read of it, and so on the plan: answers may rightly
/// differ.
fn expect_same_records(plan: &LogicalPlan) -> Result<()> {
    let sets_aside = |node: &Node| match node {
        Node::Scan(scan) if scan.source.sets_aside() => Some(scan.source.name()),
        _ => None,
    };
    find(plan, sets_aside).map_or(Ok(()), |name| {
        let reason = format!(
            "{name} sets aside the records that misfit in columns that are read, so plans that read other columns can't be \
             compared: let it fail, widen or give null"
        );
        Err(ExecError::Unsupported { reason })
    })
}

fn has_limit(plan: &LogicalPlan) -> bool {
    let is_limit = |node: &Node| matches!(node, Node::Slice(slice) if slice.length.is_some()).then_some(());
    find(plan, is_limit).is_some()
}

/// What `look` finds at some node of the plan. Does not recurse, since plans can be deep.
fn find<T>(plan: &LogicalPlan, look: impl Fn(&Node) -> Option<T>) -> Option<T> {
    let mut open = vec![plan];
    while let Some(plan) = open.pop() {
        if let Some(found) = look(plan.node()) {
            return Some(found);
        }
        open.extend(plan.inputs());
    }
    None
}

/// What differs first.
fn difference(optimized: &DataFrame, as_written: &DataFrame) -> Option<Difference> {
    if optimized.schema() != as_written.schema() {
        let (optimized, as_written) = (optimized.schema().clone(), as_written.schema().clone());
        return Some(Difference::Schema { optimized, as_written });
    }
    let value = optimized.first_difference(as_written).map(|(row, column)| ValueDifference {
        column: optimized.schema().field(column).name().clone(),
        row,
        optimized: optimized.get(row, column),
        as_written: as_written.get(row, column),
    });
    let (optimized, as_written) = (optimized.height(), as_written.height());
    match value {
        value if optimized != as_written => Some(Difference::Height { optimized, as_written, value }),
        value => value.map(Difference::Value),
    }
}
