//! Logical plans: what to compute from which sources, before anybody decides how.
//!
//! A user's verbs build a [`LogicalPlan`] that may be wrong; [`resolve`] finds every mistake at once and gives a typed
//! plan; [`optimizer`] changes the time it takes, never the answer; [`explain`] shows it.
//!
//! Not here: reading bytes, threads, memory. A plan knows a [`DataSource`] by its schema and hands it columns,
//! predicates and a limit; `lazuli-exec` opens it.

#![forbid(unsafe_code)]

mod asof_tolerance; // how far as-of partners may be
mod caller; // where in the user's code a verb was called
mod constant; // values of expressions without columns
mod derived; // verbs made up of others
mod error; // the user's mistakes
mod estimate; // about how many rows there are
mod explain; // plans as text and JSON
mod identical; // the same to the last bit
mod join_bounds; // predicates that a sorted side answers by searching
mod lossless; // conversions that keep every value
mod node; // the closed enum of nodes
pub mod optimizer; // the same answer in less time
mod plan; // the shared handle
mod resolve; // from what the user wrote to what can run
mod schema; // names and types of what a node gives
mod source; // what plans know of sources and sinks
#[cfg(test)]
mod test_plan; // plans for tests
#[cfg(test)]
mod test_run; // plans run the slow, obvious way
mod unique; // columns that no two rows agree in

pub use asof_tolerance::{AsofTolerance, asof_tolerance};
pub use caller::Caller;
pub use derived::{Derived, DerivedVerb, FirstPass};
pub use error::{PlanError, PlanErrors, PlanMistake};
pub use estimate::{RowEstimate, estimate_rows};
pub use explain::{explain, node_name, to_json};
pub use join_bounds::{JoinBound, JoinBounds};
pub use node::{
    Aggregate, AsofJoin, AsofStrategy, Distinct, Explode, Filter, HorizontalConcat, Join, JoinColumn,
    JoinSide, JoinType, JoinWhere, Keep, Node, Pivot, PivotColumn, PivotOutput, Project, RowIndex, Scan,
    Sink, Slice, Sort, Union, UnionMode, Unpivot, Window,
};
pub use optimizer::{OptimizerOptions, RuleId, optimize};
pub use plan::LogicalPlan;
pub use resolve::{PivotCells, PivotSearch, Search, check, resolve};
pub use source::{
    BatchError, BatchReader, DataSink, DataSource, Encoded, KeyFilter, RejectedRecord, ScanMemory,
    ScanRequest, SinkWriter, SourceError,
};
