//! The reference: a row-at-a-time interpreter of resolved plans, the shortest code that is right.
//!
//! It shares nothing with the engine that computes a value: no kernels, no evaluator, no hash tables, no threads. What it
//! takes from the crates below is the plan itself, types of expressions, and what a [`Scalar`] is. Joins are nested
//! loops, groups are found by linear search, sums of floats are exact fractions.
//!
//! **Errors.** An answer is a table or the [`Failure`] that keeps it from being one; only *that* a query fails is
//! compared, not for which row: several rows may fail, and any of them is right.
//!
//! How much is asked for is a choice ([`Asking`]): [`Asking::All`] evaluates every expression of every node over every
//! row, as the engine does with a plan that no rule has touched. [`Asking::Needed`] lets a failed value travel as a value
//! until something has to look at it, so that it fails only where no engine could do without.
//!
//! Not here: what the resolver does (it is handed resolved plans), sources other than those that give batches.

mod aggregate; // many values to one
mod arithmetic; // operators on numbers and times
mod asof_join; // nearest rows
mod calendar; // dates, by counting days
mod cast; // one type as another
mod exact; // sums without rounding
mod expression; // one row to one value
mod join; // nested loops
mod join_where; // pairs by predicates
mod operator; // what happens to tables
mod reshape; // pivot and unpivot
#[cfg(test)]
mod tests;
mod value; // order and equality
mod window; // values made of the rows of a partition

use std::fmt;

use lazuli_array::{Scalar, SchemaRef};
use lazuli_plan::LogicalPlan;

/// Why a value, or a table, is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// A result does not fit its type.
    Overflow,
    /// A decimal divided by 0.
    DivisionByZero,
    /// A value that the other type can't hold.
    Cast,
    /// An integer to a negative power.
    NegativePower,
    /// Two values for one cell of a pivot without an aggregate.
    PivotDuplicate,
    /// Sides of a horizontal concat of different heights.
    HeightMismatch,
    /// Lists of one row that are exploded side by side and differ in length.
    LengthMismatch,
    /// Not an error of the query: a float sum beyond what the engine promises (see `double-double-sums.md`), so that the
    /// last bit is open. Such a query has no reference.
    BeyondPromise,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

/// A value, or why there is none.
pub(crate) type Cell = Result<Scalar, Failure>;

/// Which values are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asking {
    /// All of every node.
    All,
    /// Those that the answer depends on, and no rows behind a limit.
    Needed,
}

/// An answer.
#[derive(Debug, Clone)]
pub struct Table {
    /// Names and types.
    pub schema: SchemaRef,
    /// The rows in order.
    pub rows: Vec<Vec<Scalar>>,
}

/// The answer of a resolved plan, optimized or not.
///
/// # Errors
/// A [`Failure`] of some row.
///
/// # Panics
/// For what the reference has no meaning for (few types of casts, functions of the user's own): generators leave that
/// out.
pub fn run(plan: &LogicalPlan, asking: Asking) -> Result<Table, Failure> {
    let part = operator::run(plan, asking)?;
    let rows = part.rows.into_iter().map(|row| row.into_iter().collect()).collect::<Result<_, _>>()?;
    match part.rest {
        Some(failure) => Err(failure),
        None => Ok(Table { schema: plan.schema().clone(), rows }),
    }
}
