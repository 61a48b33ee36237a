//! What users build windows with.

use std::sync::Arc;

use lazuli_array::{Column, FromValues, Name, Scalar};

use super::{
    ARG_SORT, ARG_SORT_BY, BACKWARD_FILL, CUM_COUNT, CUM_MAX, CUM_MIN, CUM_PROD, CUM_SUM, DIFF, Decay,
    EWM_MEAN, EWM_MEAN_BY, EWM_STD, EWM_SUM, EWM_SUM_BY, EWM_VAR, FORWARD_FILL, INTERPOLATE, INTERPOLATE_BY,
    IS_DUPLICATED, IS_FIRST_DISTINCT, IS_LAST_DISTINCT, IS_UNIQUE, PCT_CHANGE, PEAK_MAX, PEAK_MIN,
    RANDOM_INT, RANDOM_NORMAL, RANDOM_SAMPLE, RANDOM_UNIFORM, RANK, REVERSE, RLE_ID, ROW_INDEX, ROW_NUMBER,
    SHIFT, SHUFFLE, SORT, SORT_BY, Window, WindowFunctionRef, WindowMapping,
};
use crate::{Expr, IntoExprs, IntoSortKeys, Literal, as_struct};

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

/// The place of each row in the frame, or in its partition, from 0.
pub fn row_index() -> Expr {
    Expr::WindowFunction { function: ROW_INDEX, inputs: Vec::new() }
}

/// Where the rows come from in the order of several keys, as places from 0; rows with equal keys keep their order. The name
/// is that of the first key.
///
/// ```
/// use lazuli_expr::{arg_sort_by, col};
///
/// let places = arg_sort_by([col("shop").asc(), col("amount").desc()]);
/// assert_eq!(places.to_string(), "arg_sort_by(as_struct(shop, amount), [false, true], [false, false]) as shop");
/// ```
pub fn arg_sort_by(keys: impl IntoSortKeys) -> Expr {
    let keys = keys.into_sort_keys();
    let names: Vec<Name> = keys.iter().map(|key| key.expr.output_name()).collect();
    let are_distinct = (1..names.len()).all(|place| !names[..place].contains(&names[place]));
    let fields = keys.iter().enumerate().map(|(place, key)| match are_distinct {
        true => key.expr.clone(),
        false => key.expr.clone().alias(place.to_string()),
    });
    let flags = |flag: fn(&crate::SortKey) -> bool| {
        constant(Scalar::List(Box::new(Column::from_values(keys.iter().map(flag)))))
    };
    let inputs = vec![
        as_struct(fields.collect::<Vec<_>>()),
        flags(|key| key.descending),
        flags(|key| key.nulls_first),
    ];
    let places = Expr::WindowFunction { function: ARG_SORT_BY, inputs };
    names.first().map_or(places.clone(), |name| places.alias(name.clone()))
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

/// Whether a row is one of a random sample of `num_rows` rows of the frame, or of its partition, without repetition; see
/// [`random_uniform`] for what a seed promises.
///
/// ```
/// use lazuli_expr::random_sample;
///
/// // In a filter: ten rows of each shop.
/// let ten_of_each = random_sample(10, 42).over("shop");
/// assert_eq!(ten_of_each.to_string(), "random_sample(10, 42) over (partition by shop)");
/// ```
pub fn random_sample(num_rows: u32, seed: i64) -> Expr {
    let inputs = [Scalar::UInt32(num_rows), Scalar::Int64(seed)].map(constant).into();
    Expr::WindowFunction { function: RANDOM_SAMPLE, inputs }
}

/// As [`random_sample`], for a share of the rows, from 0.0 to 1.0, to the nearest row.
pub fn random_share(share: f64, seed: i64) -> Expr {
    let inputs = [Scalar::Float64(share), Scalar::Int64(seed)].map(constant).into();
    Expr::WindowFunction { function: RANDOM_SAMPLE, inputs }
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
        self.over_window(Window { partition_by: partition_by.into_exprs(), ..Window::default() })
    }

    /// As [`Expr::over`]; first, last, ranks, sums so far and neighbours go by the order of `order_by`, ties by the order
    /// of the rows. The rows of the result keep their order.
    pub fn over_sorted(self, partition_by: impl IntoExprs, order_by: impl IntoSortKeys) -> Self {
        let (partition_by, order_by) = (partition_by.into_exprs(), order_by.into_sort_keys());
        self.over_window(Window { partition_by, order_by, ..Window::default() })
    }

    /// As [`Expr::over`], with a say in where the results go: to their rows, to each row as a list, or one after the other.
    ///
    /// ```
    /// use lazuli_expr::{WindowMapping, col};
    ///
    /// let best = col("price").top_k(2).over_mapped("shop", WindowMapping::Explode);
    /// assert_eq!(best.to_string(), "top_k(price, 2) over (partition by shop explode)");
    /// ```
    pub fn over_mapped(self, partition_by: impl IntoExprs, mapping: WindowMapping) -> Self {
        self.over_window(Window { partition_by: partition_by.into_exprs(), mapping, ..Window::default() })
    }

    /// As [`Expr::over_sorted`] and [`Expr::over_mapped`] at once.
    pub fn over_sorted_mapped(
        self,
        partition_by: impl IntoExprs,
        order_by: impl IntoSortKeys,
        mapping: WindowMapping,
    ) -> Self {
        let (partition_by, order_by) = (partition_by.into_exprs(), order_by.into_sort_keys());
        self.over_window(Window { partition_by, order_by, mapping })
    }

    fn over_window(self, window: Window) -> Self {
        Self::Over { input: Arc::new(self), window: Arc::new(window) }
    }

    pub(super) fn window_call(
        self,
        function: WindowFunctionRef,
        constants: impl IntoIterator<Item = Scalar>,
    ) -> Self {
        // A loop: compiled for each number of constants.
        let mut inputs = vec![self];
        for value in constants {
            inputs.push(constant(value));
        }
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

    /// The value less the one `n` rows before; null where either is missing. Exact or an error; unsigned integers give
    /// signed ones, dates and times durations.
    ///
    /// ```
    /// use lazuli_expr::col;
    ///
    /// assert_eq!(col("a").diff(1).to_string(), "diff(a, 1)");
    /// ```
    pub fn diff(self, n: i64) -> Self {
        self.window_call(DIFF, [Scalar::Int64(n)])
    }

    /// The change since `n` rows before, as a share of the value then.
    pub fn pct_change(self, n: i64) -> Self {
        self.window_call(PCT_CHANGE, [Scalar::Int64(n)])
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

    /// The product of the values so far; null where the value is null. Types are those of [`Expr::product`].
    pub fn cum_prod(self) -> Self {
        self.window_call(CUM_PROD, [])
    }

    /// A function of all rows so far (`cum_*`) from the last row on.
    ///
    /// ```
    /// use lazuli_expr::col;
    ///
    /// assert_eq!(col("a").cum_sum().from_last().to_string(), "cum_sum(a, true)");
    /// ```
    #[must_use]
    pub fn from_last(self) -> Self {
        match self {
            Self::WindowFunction { function, mut inputs } => {
                inputs.push(constant(Scalar::Boolean(true)));
                Self::WindowFunction { function, inputs }
            }
            other => other,
        }
    }

    /// Nulls replaced by the last value before them; of more than `limit` nulls on end only the first ones.
    ///
    /// ```
    /// use lazuli_expr::col;
    ///
    /// assert_eq!(col("a").forward_fill(None).to_string(), "forward_fill(a)");
    /// assert_eq!(col("a").forward_fill(Some(2)).to_string(), "forward_fill(a, 2)");
    /// ```
    pub fn forward_fill(self, limit: Option<u32>) -> Self {
        self.window_call(FORWARD_FILL, limit.map(|limit| Scalar::Int64(limit.into())))
    }

    /// Nulls replaced by the next value after them; of more than `limit` nulls on end only the last ones.
    pub fn backward_fill(self, limit: Option<u32>) -> Self {
        self.window_call(BACKWARD_FILL, limit.map(|limit| Scalar::Int64(limit.into())))
    }

    /// Nulls between two values replaced by what lies between those: `linear`, a Float64, or `nearest`, one of the two.
    pub fn interpolate(self, method: &str) -> Self {
        self.window_call(INTERPOLATE, [Scalar::from(method)])
    }

    /// The mean of the values so far, in which older ones weigh less; see [`Decay`].
    pub fn ewm_mean(self, decay: Decay) -> Self {
        self.window_call(EWM_MEAN, decay.constants())
    }

    /// The mean of the values so far, in the order of `by`, in which each weighs half as much after each half-life: a time
    /// such as `2d` or `1h30m`, or steps of a whole-number key, `3i`. Null where the value or the key is.
    ///
    /// ```
    /// use lazuli_expr::col;
    ///
    /// assert_eq!(col("a").ewm_mean_by("at", "1d").to_string(), "ewm_mean_by(a, at, '1d')");
    /// ```
    pub fn ewm_mean_by(self, by: impl crate::IntoExpr, half_life: &str) -> Self {
        let inputs = vec![self, by.into_expr(), constant(Scalar::from(half_life))];
        Self::WindowFunction { function: EWM_MEAN_BY, inputs }
    }

    /// The sum of the values so far, as [`Expr::ewm_mean_by`].
    pub fn ewm_sum_by(self, by: impl crate::IntoExpr, half_life: &str) -> Self {
        let inputs = vec![self, by.into_expr(), constant(Scalar::from(half_life))];
        Self::WindowFunction { function: EWM_SUM_BY, inputs }
    }

    /// Nulls between two values replaced by what lies on the line between those, by numbers or times in `by`, as Float64; in
    /// the order of `by`. Nulls at the ends stay, and so do rows where `by` is null.
    ///
    /// ```
    /// use lazuli_expr::col;
    ///
    /// assert_eq!(col("level").interpolate_by("at").to_string(), "interpolate_by(level, at)");
    /// ```
    pub fn interpolate_by(self, by: impl crate::IntoExpr) -> Self {
        Self::WindowFunction { function: INTERPOLATE_BY, inputs: vec![self, by.into_expr()] }
    }

    /// The sum of the values so far, in which older ones weigh less.
    pub fn ewm_sum(self, decay: Decay) -> Self {
        self.window_call(EWM_SUM, decay.constants())
    }

    /// The deviation of the values so far, in which older ones weigh less.
    pub fn ewm_std(self, decay: Decay) -> Self {
        self.window_call(EWM_STD, decay.constants())
    }

    /// The variance of the values so far, in which older ones weigh less.
    pub fn ewm_var(self, decay: Decay) -> Self {
        self.window_call(EWM_VAR, decay.constants())
    }

    /// Whether the value is the first of its equals; null and NaN are values too.
    pub fn is_first_distinct(self) -> Self {
        self.window_call(IS_FIRST_DISTINCT, [])
    }

    /// Whether the value is the last of its equals.
    pub fn is_last_distinct(self) -> Self {
        self.window_call(IS_LAST_DISTINCT, [])
    }

    /// Whether there is another row with an equal value.
    pub fn is_duplicated(self) -> Self {
        self.window_call(IS_DUPLICATED, [])
    }

    /// Whether there is no other row with an equal value.
    pub fn is_unique(self) -> Self {
        self.window_call(IS_UNIQUE, [])
    }

    /// The number of the run of equal neighbours that the row is in, from 0.
    pub fn rle_id(self) -> Self {
        self.window_call(RLE_ID, [])
    }

    /// Whether the value is greater than both neighbours.
    pub fn peak_max(self) -> Self {
        self.window_call(PEAK_MAX, [])
    }

    /// Whether the value is less than both neighbours.
    pub fn peak_min(self) -> Self {
        self.window_call(PEAK_MIN, [])
    }

    /// The values from the last to the first.
    pub fn reverse(self) -> Self {
        self.window_call(REVERSE, [])
    }

    /// The values in order, nulls last; the greatest first if `descending`.
    ///
    /// ```
    /// use lazuli_expr::col;
    ///
    /// assert_eq!(col("a").sort(true).over("k").to_string(), "sort(a, true) over (partition by k)");
    /// ```
    pub fn sort(self, descending: bool) -> Self {
        self.window_call(SORT, [Scalar::Boolean(descending)])
    }

    /// The values in the order of `by`, nulls last; rows with equal `by` keep their order.
    pub fn sort_by(self, by: impl crate::IntoExpr, descending: bool) -> Self {
        let inputs = vec![self, by.into_expr(), constant(Scalar::Boolean(descending))];
        Self::WindowFunction { function: SORT_BY, inputs }
    }

    /// Where the values come from in order, as places from 0; nulls last.
    pub fn arg_sort(self, descending: bool) -> Self {
        self.window_call(ARG_SORT, [Scalar::Boolean(descending)])
    }
}
