//! Aggregates: many rows to one, group by group. One aggregate is one file and one line in the list.
//!
//! An [`Accumulator`] holds the states of all groups of one worker, side by side. Workers' states are merged through
//! [`Accumulator::state`] columns, so what can be merged can be spilled.

use ::std::any::Any;
use ::std::fmt;
use ::std::ops::{Deref, Range};

use lazuli_array::Column;
use lazuli_kernels::{BitwiseOp, KernelError};

use crate::function::{Argument, Signature, SignatureError};

mod approx_n_unique;
mod approx_quantile;
mod bitwise; // bits of all values
mod bottom_k;
mod build; // methods that call aggregates
mod byte_slots; // one byte string a group
mod co_moments; // sums of pairs and products
mod corr;
mod count;
mod counted_states; // states beside counts of values
mod counter; // counts of rows
mod cov;
mod decimal_moments; // sums of decimals and squares
mod dot;
mod extreme; // least and greatest
mod extreme_state; // least and greatest of fixed width
mod first;
mod fixed_states; // one state of fixed size a group
mod hist;
mod join;
mod last;
mod len;
mod max;
mod mean;
mod median;
mod min;
mod moment_state; // sums of values and squares
mod n_unique;
mod nan_extreme; // nan_min and nan_max
mod null_count;
mod positioned_values; // first and last
mod product;
mod quantile;
mod quantile_state; // median and quantile
mod quotient; // quotients of integers, rounded once
mod repeat; // a constant as rows
mod rows; // all rows of a group at once
mod seen; // any, all and has_nulls
mod shape; // skew, kurtosis and entropy
mod signature; // what most aggregates take
mod state_column; // states as columns
mod std;
mod sum;
mod sum_state; // sums that do not depend on order
#[cfg(test)]
mod tests;
mod top_k;
mod top_values; // the greatest few
mod valid_rows; // loops over rows that count
mod value_lists; // all values of each group
mod var;
mod variance;
mod word_lists; // words of each group as a list // std and var

pub use build::{arg_where, ones, repeat, repeat_as, spearman_rank_corr, zeros};

/// Whether no value is false.
pub const ALL: AggregateRef = AggregateRef(&seen::Seen { name: "all", asked: seen::Asked::All });
/// About the number of distinct values.
pub const APPROX_N_UNIQUE: AggregateRef = AggregateRef(&approx_n_unique::ApproxNUnique);
/// About the value below which a share of the values lies.
pub const APPROX_QUANTILE: AggregateRef = AggregateRef(&approx_quantile::ApproxQuantile);
/// Whether a value is true.
pub const ANY: AggregateRef = AggregateRef(&seen::Seen { name: "any", asked: seen::Asked::Any });
/// The values of one column and then those of another.
pub const APPEND: AggregateRef = AggregateRef(&rows::APPEND);
/// Where the greatest value is.
pub const ARG_MAX: AggregateRef = AggregateRef(&rows::ARG_MAX);
/// Where the least value is.
pub const ARG_MIN: AggregateRef = AggregateRef(&rows::ARG_MIN);
/// Where rows are true.
pub const ARG_TRUE: AggregateRef = AggregateRef(&rows::ARG_TRUE);
/// Where each value is first.
pub const ARG_UNIQUE: AggregateRef = AggregateRef(&rows::ARG_UNIQUE);
/// Bits that are set in all values.
pub const BITWISE_AND: AggregateRef = AggregateRef(&bitwise::Bitwise(BitwiseOp::And));
/// Bits that are set in any value.
pub const BITWISE_OR: AggregateRef = AggregateRef(&bitwise::Bitwise(BitwiseOp::Or));
/// Bits that are set in an odd number of values.
pub const BITWISE_XOR: AggregateRef = AggregateRef(&bitwise::Bitwise(BitwiseOp::Xor));
/// The least few values.
pub const BOTTOM_K: AggregateRef = AggregateRef(&bottom_k::BottomK);
/// The values of the rows with the least keys.
pub const BOTTOM_K_BY: AggregateRef = AggregateRef(&rows::BOTTOM_K_BY);
/// Pearson's correlation.
pub const CORR: AggregateRef = AggregateRef(&corr::Corr);
/// The number of rows that are not null.
pub const COUNT: AggregateRef = AggregateRef(&count::Count);
/// The covariance.
pub const COV: AggregateRef = AggregateRef(&cov::Cov);
/// The values that are not NaN.
pub const DROP_NANS: AggregateRef = AggregateRef(&rows::DROP_NANS);
/// The values that are not null.
pub const DROP_NULLS: AggregateRef = AggregateRef(&rows::DROP_NULLS);
/// How evenly shares are spread.
pub const ENTROPY: AggregateRef = AggregateRef(&shape::Shape { name: "entropy", what: shape::What::Entropy });
/// The items of lists.
pub const EXPLODE: AggregateRef = AggregateRef(&rows::EXPLODE);
/// The values and then a constant.
pub const EXTEND_CONSTANT: AggregateRef = AggregateRef(&rows::EXTEND_CONSTANT);
/// The rows that a predicate keeps.
pub const FILTER: AggregateRef = AggregateRef(&rows::FILTER);
/// Rows by their places.
pub const GATHER: AggregateRef = AggregateRef(&rows::GATHER);
/// Every n-th row.
pub const GATHER_EVERY: AggregateRef = AggregateRef(&rows::GATHER_EVERY);
/// The value of one row by its place.
pub const GET: AggregateRef = AggregateRef(&rows::GET);
/// Whether a row is null.
pub const HAS_NULLS: AggregateRef =
    AggregateRef(&seen::Seen { name: "has_nulls", asked: seen::Asked::HasNulls });
/// The first rows.
pub const HEAD: AggregateRef = AggregateRef(&rows::HEAD);
/// The sum of the products of two columns.
pub const DOT: AggregateRef = AggregateRef(&dot::Dot);
/// The first row's value.
pub const FIRST: AggregateRef = AggregateRef(&first::First);
/// Counts of numbers in bins.
pub const HIST: AggregateRef = AggregateRef(&hist::Hist);
/// All values as a list.
pub const IMPLODE: AggregateRef = AggregateRef(&rows::IMPLODE);
/// Where a value is.
pub const INDEX_OF: AggregateRef = AggregateRef(&rows::INDEX_OF);
/// Whether values are in order.
pub const IS_SORTED: AggregateRef = AggregateRef(&rows::IS_SORTED);
/// The only value.
pub const ITEM: AggregateRef = AggregateRef(&rows::ITEM);
/// How heavy the tails of values are.
pub const KURTOSIS: AggregateRef =
    AggregateRef(&shape::Shape { name: "kurtosis", what: shape::What::Kurtosis });
/// The last row's value.
pub const LAST: AggregateRef = AggregateRef(&last::Last);
/// The number of rows.
pub const LEN: AggregateRef = AggregateRef(&len::Len);
/// The greatest value.
pub const MAX: AggregateRef = AggregateRef(&max::Max);
/// The value of the row with the greatest key.
pub const MAX_BY: AggregateRef = AggregateRef(&rows::MAX_BY);
/// The arithmetic mean.
pub const MEAN: AggregateRef = AggregateRef(&mean::Mean);
/// The middle value.
pub const MEDIAN: AggregateRef = AggregateRef(&median::Median);
/// The least value.
pub const MIN: AggregateRef = AggregateRef(&min::Min);
/// The value of the row with the least key.
pub const MIN_BY: AggregateRef = AggregateRef(&rows::MIN_BY);
/// The most frequent values.
pub const MODE: AggregateRef = AggregateRef(&rows::MODE);
/// The most frequent values, null among them.
pub const MODE_WITH_NULLS: AggregateRef = AggregateRef(&rows::MODE_WITH_NULLS);
/// The greatest value, or NaN.
pub const NAN_MAX: AggregateRef = AggregateRef(&nan_extreme::NanExtreme::<true>);
/// The least value, or NaN.
pub const NAN_MIN: AggregateRef = AggregateRef(&nan_extreme::NanExtreme::<false>);
/// The number of null rows.
pub const NULL_COUNT: AggregateRef = AggregateRef(&null_count::NullCount);
/// The number of distinct values.
pub const N_UNIQUE: AggregateRef = AggregateRef(&n_unique::NUnique);
/// The product.
pub const PRODUCT: AggregateRef = AggregateRef(&product::Product);
/// The value below which a share of the values lies.
pub const QUANTILE: AggregateRef = AggregateRef(&quantile::Quantile);
/// A constant as rows.
pub const REPEAT: AggregateRef = AggregateRef(&repeat::Repeat);
/// Runs of equal values.
pub const RLE: AggregateRef = AggregateRef(&rows::RLE);
/// Where a value would be put.
pub const SEARCH_SORTED: AggregateRef = AggregateRef(&rows::SEARCH_SORTED);
/// How lopsided values lie.
pub const SKEW: AggregateRef = AggregateRef(&shape::Shape { name: "skew", what: shape::What::Skew });
/// Rows from a place on.
pub const SLICE: AggregateRef = AggregateRef(&rows::SLICE);
/// The standard deviation.
pub const STD: AggregateRef = AggregateRef(&std::Std);
/// All texts as one.
pub const STR_JOIN: AggregateRef = AggregateRef(&join::Join);
/// The sum.
pub const SUM: AggregateRef = AggregateRef(&sum::Sum);
/// The last rows.
pub const TAIL: AggregateRef = AggregateRef(&rows::TAIL);
/// The greatest few values.
pub const TOP_K: AggregateRef = AggregateRef(&top_k::TopK);
/// The values of the rows with the greatest keys.
pub const TOP_K_BY: AggregateRef = AggregateRef(&rows::TOP_K_BY);
/// Each value once.
pub const UNIQUE: AggregateRef = AggregateRef(&rows::UNIQUE);
/// How often values occur.
pub const UNIQUE_COUNTS: AggregateRef = AggregateRef(&rows::UNIQUE_COUNTS);
/// Values and how often they occur.
pub const VALUE_COUNTS: AggregateRef = AggregateRef(&rows::VALUE_COUNTS);
/// The variance.
pub const VAR: AggregateRef = AggregateRef(&var::Var);

/// Every aggregate.
pub static AGGREGATES: &[AggregateRef] = &[
    ALL,
    ANY,
    APPEND,
    APPROX_N_UNIQUE,
    APPROX_QUANTILE,
    ARG_MAX,
    ARG_MIN,
    ARG_TRUE,
    ARG_UNIQUE,
    BITWISE_AND,
    BITWISE_OR,
    BITWISE_XOR,
    BOTTOM_K,
    BOTTOM_K_BY,
    CORR,
    COUNT,
    COV,
    DOT,
    DROP_NANS,
    DROP_NULLS,
    ENTROPY,
    EXPLODE,
    EXTEND_CONSTANT,
    FILTER,
    FIRST,
    GATHER,
    GATHER_EVERY,
    GET,
    HAS_NULLS,
    HEAD,
    HIST,
    IMPLODE,
    INDEX_OF,
    IS_SORTED,
    ITEM,
    KURTOSIS,
    LAST,
    LEN,
    MAX,
    MAX_BY,
    MEAN,
    MEDIAN,
    MIN,
    MIN_BY,
    MODE,
    MODE_WITH_NULLS,
    N_UNIQUE,
    NAN_MAX,
    NAN_MIN,
    NULL_COUNT,
    PRODUCT,
    QUANTILE,
    REPEAT,
    RLE,
    SEARCH_SORTED,
    SKEW,
    SLICE,
    STD,
    STR_JOIN,
    SUM,
    TAIL,
    TOP_K,
    TOP_K_BY,
    UNIQUE,
    UNIQUE_COUNTS,
    VALUE_COUNTS,
    VAR,
];

pub(crate) use moment_state::variance_of;
pub(crate) use product::FloatProduct;
pub(crate) use quantile_state::{QuantileMethod, interpolate};
pub(crate) use shape::{kurtosis, skew};

/// The aggregate of this name.
pub fn aggregate_named(name: &str) -> Option<AggregateRef> {
    AGGREGATES.iter().find(|aggregate| aggregate.name() == name).cloned()
}

/// A function of many rows.
pub trait Aggregate: Send + Sync {
    /// The name that texts and messages use.
    fn name(&self) -> &'static str;

    /// What the aggregate takes and gives.
    ///
    /// # Errors
    /// [`SignatureError`] if it has no meaning for these arguments.
    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError>;

    /// How many of the arguments, from the first, are columns that [`Accumulator::update`] gets. The others are
    /// constants that [`Aggregate::accumulator`] gets.
    fn num_columns(&self) -> usize {
        1
    }

    /// States for no groups yet. The arguments are those that [`Aggregate::signature`] accepted, after its casts.
    fn accumulator(&self, arguments: &[Argument<'_>]) -> Box<dyn Accumulator>;

    /// Whether the result depends on the order of rows.
    fn is_ordered(&self) -> bool {
        false
    }

    /// Whether rows whose value is null change nothing.
    fn skips_nulls(&self) -> bool {
        false
    }

    /// Whether the result, a list, stands for rows: `select` spreads it out to them.
    fn gives_rows(&self) -> bool {
        false
    }
}

/// The states of all groups that one worker has met.
///
/// Results must not depend on how rows were split among calls and workers: sums are exact or double-double, `first` and
/// `last` go by [`RowOrder`].
pub trait Accumulator: Any + Send {
    /// Makes room for groups `0..num_groups`; new ones have met no rows. Never shrinks.
    fn resize(&mut self, num_groups: usize);

    /// Takes in rows: row `i` of `inputs` belongs to group `groups[i]`, which is below the last `resize`.
    ///
    /// # Errors
    /// [`KernelError`] if a state can't hold the result.
    fn update(&mut self, inputs: &[Column], groups: Groups<'_>, order: RowOrder) -> Result<(), KernelError>;

    /// The states of these groups as columns, one row a group, as [`Accumulator::merge`] takes them.
    ///
    /// # Errors
    /// [`KernelError`] if there is too much of it.
    fn state(&self, groups: Range<usize>) -> Result<Vec<Column>, KernelError>;

    /// Takes in states that another accumulator of the same kind gave: row `i` belongs to group `groups[i]`.
    ///
    /// # Errors
    /// [`KernelError`] if a state can't hold the result.
    fn merge(&mut self, state: &[Column], groups: Groups<'_>) -> Result<(), KernelError>;

    /// Takes in all that another accumulator of the same kind has met, whose groups have the same numbers, without making
    /// columns of it; `false` if it can't, and nothing has changed.
    ///
    /// # Errors
    /// As [`Accumulator::merge`].
    fn absorb(&mut self, other: &mut dyn Accumulator) -> Result<bool, KernelError> {
        let _ = other;
        Ok(false)
    }

    /// The results of groups `groups`, one row a group, of the type that the signature gives.
    ///
    /// # Errors
    /// [`KernelError::Overflow`] and its like if a result doesn't fit.
    fn finish(&self, groups: Range<usize>) -> Result<Column, KernelError>;

    /// Bytes of memory that the states occupy.
    fn memory_bytes(&self) -> usize;

    /// Whether this and another accumulator, given the same columns, keep the same states, as `sum` and `mean` of floats
    /// do: then only one of them need take in rows, and [`Accumulator::finish_of`] gives the results of the other.
    fn shares_states_with(&self, other: &dyn Accumulator) -> bool {
        let _ = other;
        false
    }

    /// The results that this accumulator would give had it met what `owner` met. Panics if they do not share states.
    ///
    /// # Errors
    /// As [`Accumulator::finish`].
    fn finish_of(&self, owner: &dyn Accumulator, groups: Range<usize>) -> Result<Column, KernelError> {
        let _ = (owner, groups);
        unreachable!("only accumulators that share states are asked")
    }
}

/// Which group each row belongs to.
#[derive(Debug, Clone, Copy)]
pub enum Groups<'a> {
    /// All rows belong to group 0.
    One {
        /// Number of rows.
        num_rows: usize,
    },
    /// Row `i` belongs to group `ids[i]`.
    Ids(&'a [u32]),
}

impl Groups<'_> {
    /// Number of rows.
    pub fn num_rows(&self) -> usize {
        match self {
            Self::One { num_rows } => *num_rows,
            Self::Ids(ids) => ids.len(),
        }
    }

    /// The group of a row. Panics out of bounds of `Ids`.
    #[inline]
    pub fn id(&self, row: usize) -> usize {
        match self {
            Self::One { .. } => 0,
            Self::Ids(ids) => ids[row] as usize,
        }
    }
}

/// The place of a batch's first row among all rows of the query; row `i` has place `first + i`.
///
/// The high 96 bits tell batches apart in order, the low 32 bits rows of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct RowOrder(pub u128);

impl RowOrder {
    /// The place of row `row` of the batch.
    #[inline]
    pub fn row(self, row: usize) -> i128 {
        (self.0 + row as u128) as i128
    }
}

/// One of [`AGGREGATES`]. Equal if they are the same aggregate.
#[derive(Clone)]
pub struct AggregateRef(&'static dyn Aggregate);

impl Deref for AggregateRef {
    type Target = dyn Aggregate;

    fn deref(&self) -> &Self::Target {
        self.0
    }
}

impl PartialEq for AggregateRef {
    fn eq(&self, other: &Self) -> bool {
        self.name() == other.name()
    }
}

impl fmt::Debug for AggregateRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
