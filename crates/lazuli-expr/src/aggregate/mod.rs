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

mod bitwise; // bits of all values
mod bottom_k;
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
mod implode;
mod join;
mod last;
mod len;
mod max;
mod mean;
mod median;
mod min;
mod moment_state; // sums of values and squares
mod n_unique;
mod null_count;
mod positioned_values; // first and last
mod quantile;
mod quantile_state; // median and quantile
mod quotient; // quotients of integers, rounded once
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
mod variance; // std and var

/// Bits that are set in all values.
pub const BITWISE_AND: AggregateRef = AggregateRef(&bitwise::Bitwise(BitwiseOp::And));
/// Bits that are set in any value.
pub const BITWISE_OR: AggregateRef = AggregateRef(&bitwise::Bitwise(BitwiseOp::Or));
/// Bits that are set in an odd number of values.
pub const BITWISE_XOR: AggregateRef = AggregateRef(&bitwise::Bitwise(BitwiseOp::Xor));
/// The least few values.
pub const BOTTOM_K: AggregateRef = AggregateRef(&bottom_k::BottomK);
/// Pearson's correlation.
pub const CORR: AggregateRef = AggregateRef(&corr::Corr);
/// The covariance.
pub const COV: AggregateRef = AggregateRef(&cov::Cov);
/// The number of rows that are not null.
pub const COUNT: AggregateRef = AggregateRef(&count::Count);
/// The sum of the products of two columns.
pub const DOT: AggregateRef = AggregateRef(&dot::Dot);
/// The first row's value.
pub const FIRST: AggregateRef = AggregateRef(&first::First);
/// Counts of numbers in bins.
pub const HIST: AggregateRef = AggregateRef(&hist::Hist);
/// All values as a list.
pub const IMPLODE: AggregateRef = AggregateRef(&implode::Implode);
/// The last row's value.
pub const LAST: AggregateRef = AggregateRef(&last::Last);
/// The number of rows.
pub const LEN: AggregateRef = AggregateRef(&len::Len);
/// The greatest value.
pub const MAX: AggregateRef = AggregateRef(&max::Max);
/// The arithmetic mean.
pub const MEAN: AggregateRef = AggregateRef(&mean::Mean);
/// The middle value.
pub const MEDIAN: AggregateRef = AggregateRef(&median::Median);
/// The least value.
pub const MIN: AggregateRef = AggregateRef(&min::Min);
/// The number of distinct values.
pub const N_UNIQUE: AggregateRef = AggregateRef(&n_unique::NUnique);
/// The number of null rows.
pub const NULL_COUNT: AggregateRef = AggregateRef(&null_count::NullCount);
/// The value below which a share of the values lies.
pub const QUANTILE: AggregateRef = AggregateRef(&quantile::Quantile);
/// The sample standard deviation.
pub const STD: AggregateRef = AggregateRef(&std::Std);
/// All texts as one.
pub const STR_JOIN: AggregateRef = AggregateRef(&join::Join);
/// The sum.
pub const SUM: AggregateRef = AggregateRef(&sum::Sum);
/// The greatest few values.
pub const TOP_K: AggregateRef = AggregateRef(&top_k::TopK);
/// The sample variance.
pub const VAR: AggregateRef = AggregateRef(&var::Var);

/// Every aggregate.
pub static AGGREGATES: &[AggregateRef] = &[
    BITWISE_AND,
    BITWISE_OR,
    BITWISE_XOR,
    BOTTOM_K,
    CORR,
    COUNT,
    COV,
    DOT,
    FIRST,
    HIST,
    IMPLODE,
    LAST,
    LEN,
    MAX,
    MEAN,
    MEDIAN,
    MIN,
    N_UNIQUE,
    NULL_COUNT,
    QUANTILE,
    STD,
    STR_JOIN,
    SUM,
    TOP_K,
    VAR,
];

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
