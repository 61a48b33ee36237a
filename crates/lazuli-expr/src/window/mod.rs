//! Windows: one value a row, made of all rows of its partition.
//!
//! [`Expr::Over`] says which rows: those with equal `partition_by`, in the order of `order_by`. Inside stands an
//! aggregate, whose result every row of the partition gets, or a [`WindowFunction`], which gives each row its own. One
//! function is one file and one line in the list.
//!
//! A function gets whole columns and the [`Partitions`] of their rows; who makes them is no matter of this crate.

use std::fmt;
use std::ops::{Deref, Range};
use std::sync::Arc;

use lazuli_array::Column;
use lazuli_kernels::KernelError;

use crate::function::{Argument, Signature, SignatureError};
use crate::options::unchecked;
use crate::{Expr, SortKey};

mod arrange; // values in another order
mod build; // the methods that users call
mod by_key; // values between values by a key
mod cum_count;
mod cum_max;
mod cum_min;
mod cum_prod;
mod cum_sum;
mod cumulative; // from the first row or from the last
mod diff;
mod equal_values; // which values are equal
mod ewm; // weights that fade
mod fill; // nulls replaced by neighbours
mod interpolate;
mod order_keys; // values as integers in order
mod partitions; // rows by partition
mod peak;
mod random; // random numbers and orders
mod rank;
mod rolling; // the rows around each row
mod row_number;
mod running_extreme; // least and greatest so far
mod shift;
#[cfg(test)]
mod tests;

pub use build::{
    arg_sort_by, random_int, random_normal, random_sample, random_share, random_uniform, row_index,
    row_number,
};
pub(crate) use equal_values::value_ids;
pub use ewm::Decay;
pub(crate) use order_keys::order_keys;
pub use partitions::Partitions;
pub use rolling::{Rolling, RollingBy};

/// Where in the partition the values come from in order.
pub const ARG_SORT: WindowFunctionRef =
    WindowFunctionRef(&arrange::Arrange { name: "arg_sort", by: arrange::By::Place });
/// Where in the partition the rows come from in the order of several columns.
pub const ARG_SORT_BY: WindowFunctionRef =
    WindowFunctionRef(&arrange::Arrange { name: "arg_sort_by", by: arrange::By::Fields });
/// Nulls replaced by the next value.
pub const BACKWARD_FILL: WindowFunctionRef =
    WindowFunctionRef(&fill::Fill { name: "backward_fill", backward: true });
/// The number of values so far that are not null.
pub const CUM_COUNT: WindowFunctionRef = WindowFunctionRef(&cum_count::CumCount);
/// The greatest value so far.
pub const CUM_MAX: WindowFunctionRef = WindowFunctionRef(&cum_max::CumMax);
/// The least value so far.
pub const CUM_MIN: WindowFunctionRef = WindowFunctionRef(&cum_min::CumMin);
/// The product so far.
pub const CUM_PROD: WindowFunctionRef = WindowFunctionRef(&cum_prod::CumProd);
/// The sum so far.
pub const CUM_SUM: WindowFunctionRef = WindowFunctionRef(&cum_sum::CumSum);
/// The value less an earlier one.
pub const DIFF: WindowFunctionRef = WindowFunctionRef(&diff::Diff);
/// The mean in which older values weigh less.
pub const EWM_MEAN: WindowFunctionRef =
    WindowFunctionRef(&ewm::Ewm { name: "ewm_mean", what: ewm::What::Mean });
/// The sum in which older values weigh less.
pub const EWM_SUM: WindowFunctionRef = WindowFunctionRef(&ewm::Ewm { name: "ewm_sum", what: ewm::What::Sum });
/// The mean in which values weigh less the older they are by a key.
pub const EWM_MEAN_BY: WindowFunctionRef =
    WindowFunctionRef(&by_key::ByKey { name: "ewm_mean_by", what: by_key::What::EwmMean });
/// The sum in which values weigh less the older they are by a key.
pub const EWM_SUM_BY: WindowFunctionRef =
    WindowFunctionRef(&by_key::ByKey { name: "ewm_sum_by", what: by_key::What::EwmSum });
/// The deviation in which older values weigh less.
pub const EWM_STD: WindowFunctionRef = WindowFunctionRef(&ewm::Ewm { name: "ewm_std", what: ewm::What::Std });
/// The variance in which older values weigh less.
pub const EWM_VAR: WindowFunctionRef = WindowFunctionRef(&ewm::Ewm { name: "ewm_var", what: ewm::What::Var });
/// Nulls replaced by the last value.
pub const FORWARD_FILL: WindowFunctionRef =
    WindowFunctionRef(&fill::Fill { name: "forward_fill", backward: false });
/// Nulls replaced by what lies between their neighbours.
pub const INTERPOLATE: WindowFunctionRef = WindowFunctionRef(&interpolate::Interpolate);
/// Nulls replaced by what lies between their neighbours by a key.
pub const INTERPOLATE_BY: WindowFunctionRef =
    WindowFunctionRef(&by_key::ByKey { name: "interpolate_by", what: by_key::What::Interpolate });
/// Whether a value has equals.
pub const IS_DUPLICATED: WindowFunctionRef = WindowFunctionRef(&equal_values::EqualValues {
    name: "is_duplicated",
    asked: equal_values::Asked::Duplicated,
});
/// Whether a value is the first of its equals.
pub const IS_FIRST_DISTINCT: WindowFunctionRef = WindowFunctionRef(&equal_values::EqualValues {
    name: "is_first_distinct",
    asked: equal_values::Asked::First,
});
/// Whether a value is the last of its equals.
pub const IS_LAST_DISTINCT: WindowFunctionRef = WindowFunctionRef(&equal_values::EqualValues {
    name: "is_last_distinct",
    asked: equal_values::Asked::Last,
});
/// Whether a value has no equals.
pub const IS_UNIQUE: WindowFunctionRef =
    WindowFunctionRef(&equal_values::EqualValues { name: "is_unique", asked: equal_values::Asked::Unique });
/// The change since an earlier row, as a share.
pub const PCT_CHANGE: WindowFunctionRef = WindowFunctionRef(&diff::PctChange);
/// Whether a value is greater than its neighbours.
pub const PEAK_MAX: WindowFunctionRef = WindowFunctionRef(&peak::Peak { name: "peak_max", greatest: true });
/// Whether a value is less than its neighbours.
pub const PEAK_MIN: WindowFunctionRef = WindowFunctionRef(&peak::Peak { name: "peak_min", greatest: false });
/// A random whole number.
pub const RANDOM_INT: WindowFunctionRef = WindowFunctionRef(&random::Random(random::Spread::Integer));
/// A random number of a bell curve.
pub const RANDOM_NORMAL: WindowFunctionRef = WindowFunctionRef(&random::Random(random::Spread::Normal));
/// Whether a row is in a random sample.
pub const RANDOM_SAMPLE: WindowFunctionRef = WindowFunctionRef(&random::Sample);
/// A random number between two others.
pub const RANDOM_UNIFORM: WindowFunctionRef = WindowFunctionRef(&random::Random(random::Spread::Uniform));
/// The place of a value among the values.
pub const RANK: WindowFunctionRef = WindowFunctionRef(&rank::Rank);
/// The values from the last to the first.
pub const REVERSE: WindowFunctionRef =
    WindowFunctionRef(&arrange::Arrange { name: "reverse", by: arrange::By::Reverse });
/// The number of a run of equal values.
pub const RLE_ID: WindowFunctionRef =
    WindowFunctionRef(&equal_values::EqualValues { name: "rle_id", asked: equal_values::Asked::Run });
/// The max of the rows before.
pub const ROLLING_MAX: WindowFunctionRef =
    WindowFunctionRef(&rolling::RollingFunction { name: "rolling_max", what: rolling::What::Max, by: false });
/// The max of the rows with keys not far before.
pub const ROLLING_MAX_BY: WindowFunctionRef = WindowFunctionRef(&rolling::RollingFunction {
    name: "rolling_max_by",
    what: rolling::What::Max,
    by: true,
});
/// The mean of the rows before.
pub const ROLLING_MEAN: WindowFunctionRef = WindowFunctionRef(&rolling::RollingFunction {
    name: "rolling_mean",
    what: rolling::What::Mean,
    by: false,
});
/// The mean of the rows with keys not far before.
pub const ROLLING_MEAN_BY: WindowFunctionRef = WindowFunctionRef(&rolling::RollingFunction {
    name: "rolling_mean_by",
    what: rolling::What::Mean,
    by: true,
});
/// The median of the rows before.
pub const ROLLING_MEDIAN: WindowFunctionRef = WindowFunctionRef(&rolling::RollingFunction {
    name: "rolling_median",
    what: rolling::What::Median,
    by: false,
});
/// The median of the rows with keys not far before.
pub const ROLLING_MEDIAN_BY: WindowFunctionRef = WindowFunctionRef(&rolling::RollingFunction {
    name: "rolling_median_by",
    what: rolling::What::Median,
    by: true,
});
/// The min of the rows before.
pub const ROLLING_MIN: WindowFunctionRef =
    WindowFunctionRef(&rolling::RollingFunction { name: "rolling_min", what: rolling::What::Min, by: false });
/// The min of the rows with keys not far before.
pub const ROLLING_MIN_BY: WindowFunctionRef = WindowFunctionRef(&rolling::RollingFunction {
    name: "rolling_min_by",
    what: rolling::What::Min,
    by: true,
});
/// The quantile of the rows before.
pub const ROLLING_QUANTILE: WindowFunctionRef = WindowFunctionRef(&rolling::RollingFunction {
    name: "rolling_quantile",
    what: rolling::What::Quantile,
    by: false,
});
/// The quantile of the rows with keys not far before.
pub const ROLLING_QUANTILE_BY: WindowFunctionRef = WindowFunctionRef(&rolling::RollingFunction {
    name: "rolling_quantile_by",
    what: rolling::What::Quantile,
    by: true,
});
/// The skew of the rows before.
pub const ROLLING_SKEW: WindowFunctionRef = WindowFunctionRef(&rolling::RollingFunction {
    name: "rolling_skew",
    what: rolling::What::Skew,
    by: false,
});
/// The kurtosis of the rows before.
pub const ROLLING_KURTOSIS: WindowFunctionRef = WindowFunctionRef(&rolling::RollingFunction {
    name: "rolling_kurtosis",
    what: rolling::What::Kurtosis,
    by: false,
});
/// The std of the rows before.
pub const ROLLING_STD: WindowFunctionRef =
    WindowFunctionRef(&rolling::RollingFunction { name: "rolling_std", what: rolling::What::Std, by: false });
/// The std of the rows with keys not far before.
pub const ROLLING_STD_BY: WindowFunctionRef = WindowFunctionRef(&rolling::RollingFunction {
    name: "rolling_std_by",
    what: rolling::What::Std,
    by: true,
});
/// The sum of the rows before.
pub const ROLLING_SUM: WindowFunctionRef =
    WindowFunctionRef(&rolling::RollingFunction { name: "rolling_sum", what: rolling::What::Sum, by: false });
/// The sum of the rows with keys not far before.
pub const ROLLING_SUM_BY: WindowFunctionRef = WindowFunctionRef(&rolling::RollingFunction {
    name: "rolling_sum_by",
    what: rolling::What::Sum,
    by: true,
});
/// The var of the rows before.
pub const ROLLING_VAR: WindowFunctionRef =
    WindowFunctionRef(&rolling::RollingFunction { name: "rolling_var", what: rolling::What::Var, by: false });
/// The var of the rows with keys not far before.
pub const ROLLING_VAR_BY: WindowFunctionRef = WindowFunctionRef(&rolling::RollingFunction {
    name: "rolling_var_by",
    what: rolling::What::Var,
    by: true,
});
/// The place of a row, from 0.
pub const ROW_INDEX: WindowFunctionRef =
    WindowFunctionRef(&row_number::RowNumber { name: "row_index", first: 0 });
/// The place of a row, from 1.
pub const ROW_NUMBER: WindowFunctionRef =
    WindowFunctionRef(&row_number::RowNumber { name: "row_number", first: 1 });
/// The value of an earlier or later row.
pub const SHIFT: WindowFunctionRef = WindowFunctionRef(&shift::Shift);
/// The values in order.
pub const SORT: WindowFunctionRef =
    WindowFunctionRef(&arrange::Arrange { name: "sort", by: arrange::By::Value });
/// The values in the order of another column.
pub const SORT_BY: WindowFunctionRef =
    WindowFunctionRef(&arrange::Arrange { name: "sort_by", by: arrange::By::Other });

/// The values in a random order.
pub const SHUFFLE: WindowFunctionRef = WindowFunctionRef(&random::Shuffle);

/// Every window function.
pub static WINDOW_FUNCTIONS: &[WindowFunctionRef] = &[
    ARG_SORT,
    ARG_SORT_BY,
    BACKWARD_FILL,
    CUM_COUNT,
    CUM_MAX,
    CUM_MIN,
    CUM_PROD,
    CUM_SUM,
    DIFF,
    EWM_MEAN,
    EWM_MEAN_BY,
    EWM_STD,
    EWM_SUM,
    EWM_SUM_BY,
    EWM_VAR,
    FORWARD_FILL,
    INTERPOLATE,
    INTERPOLATE_BY,
    IS_DUPLICATED,
    IS_FIRST_DISTINCT,
    IS_LAST_DISTINCT,
    IS_UNIQUE,
    PCT_CHANGE,
    PEAK_MAX,
    PEAK_MIN,
    RANDOM_INT,
    RANDOM_NORMAL,
    RANDOM_SAMPLE,
    RANDOM_UNIFORM,
    RANK,
    REVERSE,
    RLE_ID,
    ROLLING_MAX,
    ROLLING_MAX_BY,
    ROLLING_MEAN,
    ROLLING_MEAN_BY,
    ROLLING_MEDIAN,
    ROLLING_MEDIAN_BY,
    ROLLING_MIN,
    ROLLING_MIN_BY,
    ROLLING_QUANTILE,
    ROLLING_QUANTILE_BY,
    ROLLING_KURTOSIS,
    ROLLING_SKEW,
    ROLLING_STD,
    ROLLING_STD_BY,
    ROLLING_SUM,
    ROLLING_SUM_BY,
    ROLLING_VAR,
    ROLLING_VAR_BY,
    ROW_INDEX,
    ROW_NUMBER,
    SHIFT,
    SHUFFLE,
    SORT,
    SORT_BY,
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
    /// Where the results of a partition go.
    pub mapping: WindowMapping,
}

/// Where the results of a partition go.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum WindowMapping {
    /// To the rows of the partition: values row by row to their own, the one value of an aggregate to each. An aggregate
    /// that gives rows is a list in each.
    #[default]
    GroupToRows,
    /// To each row of the partition all of them, as a list; the one value of an aggregate as it is.
    Join,
    /// One after the other, the partition that came first before the others, in `select` and `with_columns` only. A
    /// partition with nothing to give has a null.
    Explode,
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

    /// Whether results depend on the numbers of the partitions ([`Partitions::number`]), and not on the rows of each alone.
    fn counts_partitions(&self) -> bool {
        false
    }

    /// Whether [`WindowFunction::evaluate_range`] gives the results of some rows without going through the others.
    fn is_by_range(&self, arguments: &[Argument<'_>]) -> bool {
        let _ = arguments;
        false
    }

    /// The results of the rows of `range`, where all rows are one partition in their own order: a value of these depends on
    /// few others, so parts of the rows are computed side by side. Only if [`WindowFunction::is_by_range`].
    ///
    /// # Errors
    /// As [`WindowFunction::evaluate`]; rows are counted from the first of all.
    fn evaluate_range(
        &self,
        inputs: &[Column],
        arguments: &[Argument<'_>],
        range: Range<usize>,
    ) -> Result<Column, KernelError> {
        let _ = (inputs, range);
        Err(unchecked(self.name(), arguments))
    }
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
        self.has_part(|part| matches!(part, Self::Over { .. } | Self::WindowFunction { .. }))
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
