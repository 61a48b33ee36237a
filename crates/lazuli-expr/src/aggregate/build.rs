//! Methods of [`Expr`] that call aggregates of several rows, places and shapes.

use lazuli_array::{DataType, Scalar};

use crate::aggregate::{self, AggregateRef};
use crate::{Expr, IntoExpr, Literal, corr, when};

/// A constant `n` times, as rows; the name is `repeat`. Reads no column. For a list in each row see
/// [`Expr::repeat_by`].
///
/// ```
/// use lazuli_expr::repeat;
///
/// assert_eq!(repeat("x", 3).to_string(), "repeat('x', 3) as repeat");
/// ```
pub fn repeat(value: impl Into<Expr>, n: u32) -> Expr {
    named_repeat("repeat", value.into(), n, None)
}

/// As [`repeat`], as values of a type; the plan is refused if the constant is none of that type.
///
/// ```
/// use lazuli_array::DataType;
/// use lazuli_expr::repeat_as;
///
/// assert_eq!(repeat_as(0, 3, DataType::Int8).to_string(), "repeat(0, 3, null) as repeat");
/// ```
pub fn repeat_as(value: impl Into<Expr>, n: u32, data_type: DataType) -> Expr {
    named_repeat("repeat", value.into(), n, Some(data_type))
}

/// `n` rows of 0, as values of a type; the name is `zeros`.
///
/// ```
/// use lazuli_array::DataType;
/// use lazuli_expr::zeros;
///
/// assert_eq!(zeros(2, DataType::Float64).to_string(), "repeat(0, 2, null) as zeros");
/// ```
pub fn zeros(n: u32, data_type: DataType) -> Expr {
    named_repeat("zeros", 0.into(), n, Some(data_type))
}

/// `n` rows of 1, as values of a type; the name is `ones`.
pub fn ones(n: u32, data_type: DataType) -> Expr {
    named_repeat("ones", 1.into(), n, Some(data_type))
}

fn named_repeat(name: &'static str, value: Expr, n: u32, data_type: Option<DataType>) -> Expr {
    let of_type =
        data_type.map(|data_type| Expr::Literal(Literal { value: Scalar::Null, data_type, flexible: false }));
    let inputs = [value, n.into()].into_iter().chain(of_type).collect();
    Expr::Aggregate { aggregate: aggregate::REPEAT, inputs }.alias(name)
}

/// The places of the rows for which a condition is true, from 0; see [`Expr::arg_true`]. Gives rows.
///
/// ```
/// use lazuli_expr::{arg_where, col};
///
/// assert_eq!(arg_where(col("a").gt(1)).to_string(), "arg_true(a > 1)");
/// ```
pub fn arg_where(condition: impl IntoExpr) -> Expr {
    condition.into_expr().arg_true()
}

/// Spearman's correlation of two columns of any types with an order: Pearson's of the ranks of their values, over the rows
/// where neither is null. Equal values have the mean of their ranks, NaN is the greatest value. NaN where it is not
/// defined: fewer than two rows, or one value throughout.
///
/// ```
/// use lazuli_expr::spearman_rank_corr;
///
/// let ranks = spearman_rank_corr("height", "weight").to_string();
/// assert!(ranks.starts_with("corr(rank(when(is_not_null(weight)).then(height), 'average'"), "{ranks}");
/// ```
pub fn spearman_rank_corr(left: impl IntoExpr, right: impl IntoExpr) -> Expr {
    let (left, right) = (left.into_expr(), right.into_expr());
    let rank_beside = |value: &Expr, other: &Expr| {
        when(other.clone().is_not_null()).then(value.clone()).end().rank("average")
    };
    corr(rank_beside(&left, &right), rank_beside(&right, &left))
}

impl Expr {
    fn aggregate_with(self, aggregate: AggregateRef, constants: impl IntoIterator<Item = Scalar>) -> Self {
        // A loop: compiled for each number of constants.
        let mut inputs = vec![self];
        for value in constants {
            inputs.push(Self::Literal(Literal::typed(value)));
        }
        Self::Aggregate { aggregate, inputs }
    }

    fn aggregate_by(self, aggregate: AggregateRef, by: impl IntoExpr, k: Option<u32>) -> Self {
        let k = k.map(|k| Self::Literal(Literal::typed(Scalar::UInt32(k))));
        let inputs = [self, by.into_expr()].into_iter().chain(k).collect();
        Self::Aggregate { aggregate, inputs }
    }

    /// The product; 1 of nothing. Integers exact or an error.
    pub fn product(self) -> Self {
        self.aggregate(aggregate::PRODUCT)
    }

    /// Whether a value is true; nulls are passed over, so false of nothing.
    pub fn any(self) -> Self {
        self.aggregate(aggregate::ANY)
    }

    /// Whether no value is false; nulls are passed over, so true of nothing.
    pub fn all(self) -> Self {
        self.aggregate(aggregate::ALL)
    }

    /// Whether a row is null.
    pub fn has_nulls(self) -> Self {
        self.aggregate(aggregate::HAS_NULLS)
    }

    /// The least value, or NaN if there is one; null of nothing.
    pub fn nan_min(self) -> Self {
        self.aggregate(aggregate::NAN_MIN)
    }

    /// The greatest value, or NaN if there is one; null of nothing.
    pub fn nan_max(self) -> Self {
        self.aggregate(aggregate::NAN_MAX)
    }

    /// Where the least value is, from 0; the first of equal ones. Null and NaN as for [`Expr::min`].
    pub fn arg_min(self) -> Self {
        self.aggregate(aggregate::ARG_MIN)
    }

    /// Where the greatest value is, from 0; the first of equal ones. Null and NaN as for [`Expr::max`].
    pub fn arg_max(self) -> Self {
        self.aggregate(aggregate::ARG_MAX)
    }

    /// The value of the row where `by` is least, of the first of equal ones.
    ///
    /// ```
    /// use lazuli_expr::col;
    ///
    /// assert_eq!(col("name").min_by("price").to_string(), "min_by(name, price)");
    /// ```
    pub fn min_by(self, by: impl IntoExpr) -> Self {
        self.aggregate_by(aggregate::MIN_BY, by, None)
    }

    /// The value of the row where `by` is greatest, of the first of equal ones.
    pub fn max_by(self, by: impl IntoExpr) -> Self {
        self.aggregate_by(aggregate::MAX_BY, by, None)
    }

    /// The first value that is not null; null if there is none.
    ///
    /// ```
    /// use lazuli_expr::col;
    ///
    /// assert_eq!(col("a").first_non_null().to_string(), "first(a, true)");
    /// ```
    pub fn first_non_null(self) -> Self {
        self.aggregate_with(aggregate::FIRST, [Scalar::Boolean(true)])
    }

    /// The last value that is not null; null if there is none.
    pub fn last_non_null(self) -> Self {
        self.aggregate_with(aggregate::LAST, [Scalar::Boolean(true)])
    }

    /// The value of the row at a place, from 0, or from the last row for negative ones; an error if there is no such row.
    ///
    /// ```
    /// use lazuli_expr::col;
    ///
    /// assert_eq!(col("a").get(-1).to_string(), "get(a, -1)");
    /// ```
    pub fn get(self, place: i64) -> Self {
        self.aggregate_with(aggregate::GET, [Scalar::Int64(place)])
    }

    /// As [`Expr::get`]; null if there is no such row.
    pub fn get_or_null(self, place: i64) -> Self {
        self.aggregate_with(aggregate::GET, [Scalar::Int64(place), Scalar::Boolean(true)])
    }

    /// The only value; an error if there are more or fewer than one.
    pub fn item(self) -> Self {
        self.aggregate(aggregate::ITEM)
    }

    /// The skewness, with its bias; NaN if all values are equal.
    pub fn skew(self) -> Self {
        self.aggregate(aggregate::SKEW)
    }

    /// The excess kurtosis, with its bias; NaN if all values are equal.
    pub fn kurtosis(self) -> Self {
        self.aggregate(aggregate::KURTOSIS)
    }

    /// The entropy of the values as shares of their sum, natural logarithm.
    pub fn entropy(self) -> Self {
        self.aggregate(aggregate::ENTROPY)
    }

    /// The standard deviation, dividing by the number of values less `ddof`; null for no more than that.
    ///
    /// ```
    /// use lazuli_expr::col;
    ///
    /// assert_eq!(col("a").std_with(0).to_string(), "std(a, 0)");
    /// ```
    pub fn std_with(self, ddof: u8) -> Self {
        self.aggregate_with(aggregate::STD, [Scalar::UInt8(ddof)])
    }

    /// The variance, dividing by the number of values less `ddof`; null for no more than that.
    pub fn var_with(self, ddof: u8) -> Self {
        self.aggregate_with(aggregate::VAR, [Scalar::UInt8(ddof)])
    }

    /// As [`Expr::quantile`]; between two values `linear`, `nearest`, `lower`, `higher`, `midpoint` or `equiprobable`.
    ///
    /// ```
    /// use lazuli_expr::col;
    ///
    /// assert_eq!(col("a").quantile_with(0.9, "lower").to_string(), "quantile(a, 0.9, 'lower')");
    /// ```
    pub fn quantile_with(self, q: f64, method: &str) -> Self {
        self.aggregate_with(aggregate::QUANTILE, [Scalar::Float64(q), Scalar::from(method)])
    }

    /// About the number of distinct values, null among them, in little memory: exact for few, else within some percent.
    pub fn approx_n_unique(self) -> Self {
        self.aggregate(aggregate::APPROX_N_UNIQUE)
    }

    /// About the value below which the share `q` of the values lies, in little memory: that of
    /// `quantile_with(q, "nearest")`, but for 0.1 % of it. The same on any number of threads.
    ///
    /// ```
    /// use lazuli_expr::col;
    ///
    /// assert_eq!(col("latency").approx_quantile(0.99).to_string(), "approx_quantile(latency, 0.99)");
    /// ```
    pub fn approx_quantile(self, q: f64) -> Self {
        self.aggregate_with(aggregate::APPROX_QUANTILE, [Scalar::Float64(q)])
    }

    /// The place of the first row that equals a constant, from 0; null if there is none.
    ///
    /// ```
    /// use lazuli_expr::col;
    ///
    /// assert_eq!(col("a").index_of(7).to_string(), "index_of(a, 7)");
    /// ```
    pub fn index_of(self, value: impl Into<Expr>) -> Self {
        Self::Aggregate { aggregate: aggregate::INDEX_OF, inputs: vec![self, value.into()] }
    }

    /// Where a constant would be put among values that are in order, before its equals.
    pub fn search_sorted(self, value: impl Into<Expr>) -> Self {
        Self::Aggregate { aggregate: aggregate::SEARCH_SORTED, inputs: vec![self, value.into()] }
    }

    /// Whether the values are in ascending order, nulls last.
    pub fn is_sorted(self) -> Self {
        self.aggregate(aggregate::IS_SORTED)
    }

    /// Each value once, in the order of first appearance. Gives rows, or a list for each group.
    ///
    /// ```
    /// use lazuli_expr::col;
    ///
    /// assert_eq!(col("a").unique().sort(false).to_string(), "sort(unique(a), false)");
    /// ```
    pub fn unique(self) -> Self {
        self.aggregate(aggregate::UNIQUE)
    }

    /// The places of the first row of each value, from 0. Gives rows.
    pub fn arg_unique(self) -> Self {
        self.aggregate(aggregate::ARG_UNIQUE)
    }

    /// The places of the rows that are true, from 0. Gives rows.
    pub fn arg_true(self) -> Self {
        self.aggregate(aggregate::ARG_TRUE)
    }

    /// The first `n` rows. Gives rows.
    pub fn head(self, n: u32) -> Self {
        self.aggregate_with(aggregate::HEAD, [Scalar::UInt32(n)])
    }

    /// The last `n` rows. Gives rows.
    pub fn tail(self, n: u32) -> Self {
        self.aggregate_with(aggregate::TAIL, [Scalar::UInt32(n)])
    }

    /// As [`Expr::head`].
    pub fn limit(self, n: u32) -> Self {
        self.head(n)
    }

    /// `length` rows from the place `offset` on, which counts from the end if it is negative. Gives rows.
    pub fn slice(self, offset: i64, length: u32) -> Self {
        self.aggregate_with(aggregate::SLICE, [Scalar::Int64(offset), Scalar::UInt32(length)])
    }

    /// The values that are not null. Gives rows.
    pub fn drop_nulls(self) -> Self {
        self.aggregate(aggregate::DROP_NULLS)
    }

    /// The values that are not NaN. Gives rows.
    pub fn drop_nans(self) -> Self {
        self.aggregate(aggregate::DROP_NANS)
    }

    /// The values of the rows for which the predicate is true. Gives rows; inside of an aggregate, the rows that it sees.
    ///
    /// ```
    /// use lazuli_expr::col;
    ///
    /// assert_eq!(col("a").filter(col("b").gt(1)).sum().to_string(), "sum(filter(a, b > 1))");
    /// ```
    pub fn filter(self, predicate: impl Into<Expr>) -> Self {
        Self::Aggregate { aggregate: aggregate::FILTER, inputs: vec![self, predicate.into()] }
    }

    /// The most frequent values, in the order of first appearance; nulls are none. Gives rows.
    pub fn mode(self) -> Self {
        self.aggregate(aggregate::MODE)
    }

    /// As [`Expr::mode`]; null counts as a value. Gives rows.
    pub fn mode_with_nulls(self) -> Self {
        self.aggregate(aggregate::MODE_WITH_NULLS)
    }

    /// Each value and how often it occurs, as structs of `value` and `count`. Gives rows.
    pub fn value_counts(self) -> Self {
        self.aggregate(aggregate::VALUE_COUNTS)
    }

    /// How often each value occurs, in the order of first appearance. Gives rows.
    pub fn unique_counts(self) -> Self {
        self.aggregate(aggregate::UNIQUE_COUNTS)
    }

    /// The values of the `k` rows where `by` is greatest, greatest first. Gives rows.
    pub fn top_k_by(self, by: impl IntoExpr, k: u32) -> Self {
        self.aggregate_by(aggregate::TOP_K_BY, by, Some(k))
    }

    /// The values of the `k` rows where `by` is least, least first. Gives rows.
    pub fn bottom_k_by(self, by: impl IntoExpr, k: u32) -> Self {
        self.aggregate_by(aggregate::BOTTOM_K_BY, by, Some(k))
    }

    /// The rows at these places, from 0, negative ones from the end. Gives rows.
    ///
    /// ```
    /// use lazuli_expr::col;
    ///
    /// assert_eq!(col("a").gather([0, -1]).to_string(), "gather(a, 0, -1)");
    /// ```
    pub fn gather(self, places: impl IntoIterator<Item = i64>) -> Self {
        self.aggregate_with(aggregate::GATHER, places.into_iter().map(Scalar::Int64))
    }

    /// Every `n`-th row from the place `offset` on. Gives rows.
    pub fn gather_every(self, n: u32, offset: u32) -> Self {
        self.aggregate_with(aggregate::GATHER_EVERY, [Scalar::UInt32(n), Scalar::UInt32(offset)])
    }

    /// The items of lists; null for a list that is null or empty. Gives rows.
    pub fn explode(self) -> Self {
        self.aggregate(aggregate::EXPLODE)
    }

    /// The values and then those of another column, as the type that holds both. Gives rows.
    ///
    /// ```
    /// use lazuli_expr::col;
    ///
    /// assert_eq!(col("home").append("away").unique().to_string(), "unique(append(home, away))");
    /// ```
    pub fn append(self, other: impl IntoExpr) -> Self {
        Self::Aggregate { aggregate: aggregate::APPEND, inputs: vec![self, other.into_expr()] }
    }

    /// The values and then a constant `n` times, as the type that holds both. Gives rows.
    ///
    /// ```
    /// use lazuli_expr::col;
    ///
    /// assert_eq!(col("a").extend_constant(0, 2).to_string(), "extend_constant(a, 0, 2)");
    /// ```
    pub fn extend_constant(self, value: impl Into<Expr>, n: u32) -> Self {
        Self::Aggregate { aggregate: aggregate::EXTEND_CONSTANT, inputs: vec![self, value.into(), n.into()] }
    }

    /// Whether there is no row, null or not; for no row but null ones see `count().eq(0)`.
    ///
    /// ```
    /// use lazuli_expr::col;
    ///
    /// assert_eq!(col("a").drop_nulls().is_empty().to_string(), "len(drop_nulls(a)) == 0");
    /// ```
    pub fn is_empty(self) -> Self {
        self.len().eq(0)
    }

    /// Runs of equal values, as structs of `len` and `value`. Gives rows.
    pub fn rle(self) -> Self {
        self.aggregate(aggregate::RLE)
    }
}
