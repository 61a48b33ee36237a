//! Windows: one value a row, made of all rows of its partition.
//!
//! [`Expr::Over`] says which rows: those with equal `partition_by`, in the order of `order_by`. Inside stands an
//! aggregate, whose result every row of the partition gets, or a [`WindowFunction`], which gives each row its own. One
//! function is one file and one line in the list.
//!
//! A function gets whole columns and the [`Partitions`] of their rows; who makes them is no matter of this crate.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use lazuli_array::Column;
use lazuli_kernels::KernelError;

use crate::function::{Argument, Signature, SignatureError};
use crate::{Expr, SortKey};

mod build; // the methods that users call
mod cum_count;
mod cum_max;
mod cum_min;
mod cum_sum;
mod partitions; // rows by partition
mod random; // random numbers and orders
mod rank;
mod row_number;
mod running_extreme; // least and greatest so far
mod shift;
#[cfg(test)]
mod tests;

pub use build::{random_int, random_normal, random_uniform, row_number};
pub use partitions::Partitions;

/// The number of values so far that are not null.
pub const CUM_COUNT: WindowFunctionRef = WindowFunctionRef(&cum_count::CumCount);
/// The greatest value so far.
pub const CUM_MAX: WindowFunctionRef = WindowFunctionRef(&cum_max::CumMax);
/// The least value so far.
pub const CUM_MIN: WindowFunctionRef = WindowFunctionRef(&cum_min::CumMin);
/// The sum so far.
pub const CUM_SUM: WindowFunctionRef = WindowFunctionRef(&cum_sum::CumSum);
/// A random whole number.
pub const RANDOM_INT: WindowFunctionRef = WindowFunctionRef(&random::Random(random::Spread::Integer));
/// A random number of a bell curve.
pub const RANDOM_NORMAL: WindowFunctionRef = WindowFunctionRef(&random::Random(random::Spread::Normal));
/// A random number between two others.
pub const RANDOM_UNIFORM: WindowFunctionRef = WindowFunctionRef(&random::Random(random::Spread::Uniform));
/// The place of a value among the values.
pub const RANK: WindowFunctionRef = WindowFunctionRef(&rank::Rank);
/// The place of a row, from 1.
pub const ROW_NUMBER: WindowFunctionRef = WindowFunctionRef(&row_number::RowNumber);
/// The value of an earlier or later row.
pub const SHIFT: WindowFunctionRef = WindowFunctionRef(&shift::Shift);
/// The values in a random order.
pub const SHUFFLE: WindowFunctionRef = WindowFunctionRef(&random::Shuffle);

/// Every window function.
pub static WINDOW_FUNCTIONS: &[WindowFunctionRef] = &[
    CUM_COUNT,
    CUM_MAX,
    CUM_MIN,
    CUM_SUM,
    RANDOM_INT,
    RANDOM_NORMAL,
    RANDOM_UNIFORM,
    RANK,
    ROW_NUMBER,
    SHIFT,
    SHUFFLE,
];

/// The window function of this name.
pub fn window_function_named(name: &str) -> Option<WindowFunctionRef> {
    WINDOW_FUNCTIONS.iter().find(|function| function.name() == name).cloned()
}

/// Which rows a window looks at, and in which order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Window {
    /// Rows with equal values are one partition, null a value like any other; none: all rows are one.
    pub partition_by: Vec<Expr>,
    /// The order of rows within a partition, ties in the order of the frame; none: the order of the frame.
    pub order_by: Vec<SortKey>,
}

/// A function of the rows of a partition: as many values out as rows in.
pub trait WindowFunction: Send + Sync {
    /// The name that texts and messages use.
    fn name(&self) -> &'static str;

    /// What the function takes and gives.
    ///
    /// # Errors
    /// [`SignatureError`] if it has no meaning for these arguments.
    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError>;

    /// How many of the arguments, from the first, are columns. The others are constants.
    fn num_columns(&self) -> usize {
        1
    }

    /// The result for all rows of all partitions, in the order of the columns. `arguments` are those that
    /// [`WindowFunction::signature`] accepted, after its casts, `inputs` those that are columns.
    ///
    /// # Errors
    /// [`KernelError`] for a row whose result does not fit.
    fn evaluate(
        &self,
        inputs: &[Column],
        arguments: &[Argument<'_>],
        partitions: &Partitions<'_>,
    ) -> Result<Column, KernelError>;
}

/// One of [`WINDOW_FUNCTIONS`]. Equal if they are the same function.
#[derive(Clone)]
pub struct WindowFunctionRef(&'static dyn WindowFunction);

impl Deref for WindowFunctionRef {
    type Target = dyn WindowFunction;

    fn deref(&self) -> &Self::Target {
        self.0
    }
}

impl PartialEq for WindowFunctionRef {
    fn eq(&self, other: &Self) -> bool {
        self.name() == other.name()
    }
}

impl fmt::Debug for WindowFunctionRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Expr {
    /// Whether there is a window in this expression.
    pub fn has_window(&self) -> bool {
        self.any(|part| matches!(part, Self::Over { .. } | Self::WindowFunction { .. }))
    }

    /// The expression with each aggregate and window function in it over `window`; the rest is row by row as it is.
    ///
    /// ```text
    /// (a - mean(a)) over (partition by k)   =>   a - mean(a) over (partition by k)
    /// ```
    pub(crate) fn pushed_over(&self, window: &Arc<Window>) -> Self {
        match self {
            Self::Aggregate { .. } | Self::WindowFunction { .. } => {
                Self::Over { input: Arc::new(self.clone()), window: window.clone() }
            }
            other => other.map_children(&mut |child| child.pushed_over(window)),
        }
    }
}
