//! What users build windows with.

use std::sync::Arc;

use lazuli_array::Scalar;

use super::{
    CUM_COUNT, CUM_MAX, CUM_MIN, CUM_SUM, RANDOM_INT, RANDOM_NORMAL, RANDOM_UNIFORM, RANK, ROW_NUMBER, SHIFT,
    SHUFFLE, Window, WindowFunctionRef,
};
use crate::{Expr, IntoExprs, IntoSortKeys, Literal};

/// The place of each row in the frame, or in its partition, from 1.
///
/// ```
/// use lazuli_expr::{col, row_number};
///
/// let place = row_number().over_sorted("shop", col("amount").desc());
/// assert_eq!(place.to_string(), "row_number() over (partition by shop order by amount desc)");
/// ```
pub fn row_number() -> Expr {
    Expr::WindowFunction { function: ROW_NUMBER, inputs: Vec::new() }
}

/// A random number for each row, at least `low` and below `high`, evenly spread. A seed gives each place of the frame the
/// same number in every run, in every version, on any number of threads; each partition has numbers of its own.
///
/// ```
/// use lazuli_expr::{lit, random_uniform};
///
/// // Four of five rows, roughly, to train with; the others to test with.
/// let is_train = random_uniform(0.0, 1.0, 42).lt(0.8);
/// assert_eq!(is_train.to_string(), "random_uniform(0.0, 1.0, 42) < 0.8");
/// ```
pub fn random_uniform(low: f64, high: f64, seed: i64) -> Expr {
    let inputs = [Scalar::Float64(low), Scalar::Float64(high), Scalar::Int64(seed)].map(constant).into();
    Expr::WindowFunction { function: RANDOM_UNIFORM, inputs }
}

/// A random number for each row, of the bell curve with this mean and standard deviation; see [`random_uniform`].
pub fn random_normal(mean: f64, deviation: f64, seed: i64) -> Expr {
    let inputs =
        [Scalar::Float64(mean), Scalar::Float64(deviation), Scalar::Int64(seed)].map(constant).into();
    Expr::WindowFunction { function: RANDOM_NORMAL, inputs }
}

/// A random whole number for each row, at least `low` and below `high`, evenly spread; see [`random_uniform`].
pub fn random_int(low: i64, high: i64, seed: i64) -> Expr {
    let inputs = [low, high, seed].map(|value| constant(Scalar::Int64(value))).into();
    Expr::WindowFunction { function: RANDOM_INT, inputs }
}

fn constant(value: Scalar) -> Expr {
    Expr::Literal(Literal::typed(value))
}

impl Expr {
    /// Computed for each partition of rows with equal `partition_by`, and put back to the partition's rows: the result of
    /// an aggregate to each of them. Null is a partition. Rows keep their order.
    ///
    /// `()` for no keys: all rows are one partition.
    ///
    /// ```
    /// use lazuli_expr::col;
    ///
    /// let share = col("amount") / col("amount").sum().over("shop");
    /// assert_eq!(share.to_string(), "amount / sum(amount) over (partition by shop)");
    /// ```
    pub fn over(self, partition_by: impl IntoExprs) -> Self {
        self.over_window(Window { partition_by: partition_by.into_exprs(), order_by: Vec::new() })
    }

    /// As [`Expr::over`]; first, last, ranks, sums so far and neighbours go by the order of `order_by`, ties by the order
    /// of the rows. The rows of the result keep their order.
    pub fn over_sorted(self, partition_by: impl IntoExprs, order_by: impl IntoSortKeys) -> Self {
        let (partition_by, order_by) = (partition_by.into_exprs(), order_by.into_sort_keys());
        self.over_window(Window { partition_by, order_by })
    }

    fn over_window(self, window: Window) -> Self {
        Self::Over { input: Arc::new(self), window: Arc::new(window) }
    }

    fn window_call(self, function: WindowFunctionRef, constants: impl IntoIterator<Item = Scalar>) -> Self {
        let inputs = std::iter::once(self).chain(constants.into_iter().map(constant)).collect();
        Self::WindowFunction { function, inputs }
    }

    /// The sum of the values so far; null where the value is null. Types are those of [`Expr::sum`].
    pub fn cum_sum(self) -> Self {
        self.window_call(CUM_SUM, [])
    }

    /// The number of values so far that are not null, at null rows too.
    pub fn cum_count(self) -> Self {
        self.window_call(CUM_COUNT, [])
    }

    /// The least value so far, NaN ignored; null where the value is null.
    pub fn cum_min(self) -> Self {
        self.window_call(CUM_MIN, [])
    }

    /// The greatest value so far, NaN ignored; null where the value is null.
    pub fn cum_max(self) -> Self {
        self.window_call(CUM_MAX, [])
    }

    /// The value `n` rows before; `n` rows after if it is negative; null where there is no such row.
    pub fn shift(self, n: i64) -> Self {
        self.window_call(SHIFT, [Scalar::Int64(n)])
    }

    /// As [`Expr::shift`], with `fill`, a constant, where there is no such row. The type widens to hold it.
    pub fn shift_and_fill(self, n: i64, fill: impl Into<Expr>) -> Self {
        let inputs = vec![self, constant(Scalar::Int64(n)), fill.into()];
        Self::WindowFunction { function: SHIFT, inputs }
    }

    /// The value less the one `n` rows before. As any difference: exact, or an error where an unsigned one would be
    /// negative.
    pub fn diff(self, n: i64) -> Self {
        self.clone() - self.shift(n)
    }

    /// The change since `n` rows before, as a share of the value then.
    pub fn pct_change(self, n: i64) -> Self {
        self.clone() / self.shift(n) - 1.0
    }

    /// The values in a random order, that of the seed; those of each partition among themselves, each partition in an order
    /// of its own. For the rows of a frame as a whole, shuffle its row numbers and take rows by them.
    pub fn shuffle(self, seed: i64) -> Self {
        self.window_call(SHUFFLE, [Scalar::Int64(seed)])
    }

    /// The place of each value among the values, from 1; null where it is null. NaN is the largest.
    ///
    /// `method` says what equal values get: `average` (a Float64), `min`, `max`, `dense` (the next value gets the next
    /// number), `ordinal` (in the order of the rows).
    pub fn rank(self, method: &str) -> Self {
        self.window_call(RANK, [Scalar::from(method), Scalar::Boolean(false)])
    }

    /// As [`Expr::rank`], the greatest value first.
    pub fn rank_descending(self, method: &str) -> Self {
        self.window_call(RANK, [Scalar::from(method), Scalar::Boolean(true)])
    }
}
