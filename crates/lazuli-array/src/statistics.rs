//! Facts about the values of a column, computed at first need and cached with it.
//!
//! This file holds the facts; `lazuli-kernels` computes them.

use crate::Scalar;

/// Whether and how the rows of a column are ordered, nulls apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sortedness {
    /// Each value is at least the one before it.
    Ascending,
    /// Each value is at most the one before it.
    Descending,
    /// Neither.
    Unsorted,
}

/// Facts about the values of a column.
#[derive(Debug, Clone, PartialEq)]
pub struct Statistics {
    /// The least value; [`Scalar::Null`] when there is none, or the type has no order.
    pub min: Scalar,
    /// The greatest value; NaN is above all else.
    pub max: Scalar,
    /// Number of null rows.
    pub null_count: usize,
    /// How the rows are ordered.
    pub sortedness: Sortedness,
    /// About how many distinct values there are, nulls apart.
    pub distinct_estimate: usize,
}
