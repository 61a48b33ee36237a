//! Rows by chance, always from a seed: the same rows on every machine, with any number of threads, in every version.
//!
//! Each row gets the number of SplitMix64 at its place ([`Expr::split_mix`]); rows in the order of those numbers are in
//! random order, and the first of them are a sample.

use lazuli_array::{Column, DataFrame, DataType, Name, PrimitiveArray};
use lazuli_expr::{Expr, col, len, lit, row_number};
use lazuli_plan::JoinType;

use super::LazyFrame;
use crate::IntoLazy;
use crate::verb::{Written, fresh, invalid};

/// How rows are drawn in [`LazyFrame::sample_n`] and [`LazyFrame::sample_fraction`]. A seed alone is enough where these are
/// asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SampleArgs {
    seed: u64,
    with_replacement: bool,
    shuffle: bool,
}

impl SampleArgs {
    /// Each row at most once, in the order of the frame.
    pub fn new(seed: u64) -> Self {
        Self { seed, with_replacement: false, shuffle: false }
    }

    /// A row may be drawn several times.
    pub fn with_replacement(self) -> Self {
        Self { with_replacement: true, ..self }
    }

    /// The rows in random order.
    pub fn shuffled(self) -> Self {
        Self { shuffle: true, ..self }
    }
}

impl From<u64> for SampleArgs {
    fn from(seed: u64) -> Self {
        Self::new(seed)
    }
}

impl LazyFrame {
    /// `n` rows drawn by chance. More than there are is an error, unless rows may be drawn several times.
    ///
    /// ```
    /// use lazuli::prelude::*;
    ///
    /// let frame = df! { "a" => (0..100).collect::<Vec<_>>() }?;
    /// let sample = frame.lazy().sample_n(10, 7).collect()?;
    /// assert_eq!(sample.height(), 10);
    /// assert_eq!(sample, frame.lazy().sample_n(10, 7).collect()?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[track_caller]
    pub fn sample_n(self, n: usize, args: impl Into<SampleArgs>) -> Self {
        let args = args.into();
        self.written("sample", move |frame, _| {
            let number = i64::try_from(n).map_err(|_| invalid(format!("a sample of {n} rows")))?;
            if args.with_replacement { drawn(frame, n, args) } else { chosen(frame, lit(number), true, args) }
        })
    }

    /// This share of the rows drawn by chance, rounded down to whole rows: `sample_fraction(0.25, 7)`.
    #[track_caller]
    pub fn sample_fraction(self, fraction: f64, args: impl Into<SampleArgs>) -> Self {
        let args = args.into();
        self.written("sample", move |frame, _| {
            if !(0.0..=1.0).contains(&fraction) || args.with_replacement {
                return Err(invalid(format!(
                    "a fraction of {fraction}: it is from 0 to 1, and drawn without replacement; use sample_n"
                )));
            }
            let number = (len().cast(DataType::Float64) * fraction).floor_div(1.0);
            chosen(frame, number, false, args)
        })
    }

    /// All rows in random order.
    #[track_caller]
    pub fn shuffle(self, seed: u64) -> Self {
        self.written("shuffle", move |frame, schema| {
            let (row, key) = (fresh("row", &[schema]), fresh("key", &[schema]));
            let numbered = frame.with_row_index(row.clone(), 0);
            let keyed = numbered.with_columns(col(row.clone()).split_mix(seed).alias(key.clone()));
            Ok(keyed.sort(col(key.clone())).drop([row, key]))
        })
    }
}

/// The rows in two parts by chance, both in the order of the frame: the first to learn from, the second to test with. The
/// second has the share `test_fraction` of the rows, rounded to whole rows; of each combination of values of the columns
/// `stratify`, if there are any. The same parts on every machine and in every version.
///
/// ```
/// use lazuli::prelude::*;
/// use lazuli::train_test_split;
///
/// let frame = df! { "n" => (0..8).collect::<Vec<_>>(), "k" => ["x", "x", "x", "x", "y", "y", "y", "y"] }?;
/// let (train, test) = train_test_split(frame.lazy(), 0.25, 42, ["k"]);
/// assert_eq!(test.collect()?.column("k")?, Series::from_iter("k", ["x", "y"]));
/// assert_eq!(train.collect()?.height(), 6);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[track_caller]
pub fn train_test_split<N: Into<Name>>(
    frame: LazyFrame,
    test_fraction: f64,
    seed: u64,
    stratify: impl IntoIterator<Item = N>,
) -> (LazyFrame, LazyFrame) {
    let strata: Vec<Name> = stratify.into_iter().map(Into::into).collect();
    let (other, strata_of_test) = (frame.clone(), strata.clone());
    let train =
        frame.written("train_test_split", move |frame, _| part(frame, test_fraction, seed, &strata, false));
    let test = other
        .written("train_test_split", move |frame, _| part(frame, test_fraction, seed, &strata_of_test, true));
    (train, test)
}

/// The rows of the test, or those that are left.
fn part(frame: LazyFrame, fraction: f64, seed: u64, strata: &[Name], is_test: bool) -> Written {
    if !(0.0..=1.0).contains(&fraction) {
        return Err(invalid(format!("a fraction of {fraction}: it is from 0 to 1")));
    }
    let row = fresh("row", &[frame.known()]);
    let names: Vec<Name> = frame.known().names().cloned().collect();
    let rank = row_number().over_sorted(strata.to_vec(), col(row.clone()).split_mix(seed));
    let size = len().over(strata.to_vec()).cast(DataType::Float64);
    let is_in_test = rank.lt_eq((size * fraction + 0.5).floor_div(1.0));
    let wanted = if is_test { is_in_test } else { is_in_test.not() };
    Ok(frame.with_row_index(row, 0).filter(wanted).select(names))
}

/// The rows of the least random numbers, as many as `number` says, an expression over all rows.
fn chosen(frame: LazyFrame, number: Expr, must_be_there: bool, args: SampleArgs) -> Written {
    let schema = &*frame.plan().schema().clone();
    let (row, key, place) = (fresh("row", &[schema]), fresh("key", &[schema]), fresh("place", &[schema]));
    let total = fresh("rows", &[schema]);
    let names: Vec<Name> = schema.names().cloned().collect();
    let sizes = frame.clone().select([len().alias(total.clone()), number.alias(place.clone())]);
    let sizes = if must_be_there {
        let enough = col(total.clone()).gt_eq(col(place.clone()));
        sizes.filter(enough.check("a sample of more rows than there are; draw with replacement, or fewer"))
    } else {
        sizes
    };
    let numbered = frame.with_row_index(row.clone(), 0);
    let keyed = numbered.with_columns(col(row.clone()).split_mix(args.seed).alias(key.clone()));
    let ordered = keyed.sort(col(key)).with_row_index(fresh("rank", &[schema]), 0);
    let rank = fresh("rank", &[schema]);
    let taken = ordered.cross_join(sizes).filter(col(rank).lt(col(place)));
    let taken = if args.shuffle { taken } else { taken.sort(col(row)) };
    Ok(taken.select(names))
}

/// `n` rows, each drawn from all.
fn drawn(frame: LazyFrame, n: usize, args: SampleArgs) -> Written {
    let schema = &*frame.plan().schema().clone();
    let (row, total) = (fresh("row", &[schema]), fresh("rows", &[schema]));
    let names: Vec<Name> = schema.names().cloned().collect();
    let last = i64::try_from(n).map_err(|_| invalid(format!("a sample of {n} rows")))?;
    let places = Column::new(DataType::Int64, PrimitiveArray::from_vec((0..last).collect()));
    let places = DataFrame::from_columns(vec![(row.clone(), places)]);
    let places = places.map_err(|error| invalid(error.to_string()))?.lazy();
    let some = col(total.clone()).gt(0).check("a sample of a frame without rows");
    let sizes = frame.clone().select(len().alias(total.clone())).filter(some);
    // Half of the number is an Int64, whose remainder is a row; the bias is one in 2^63 for each row of the frame.
    let half = col(row.clone()).split_mix(args.seed).floor_div(2u64).cast(DataType::Int64);
    let picked = places.cross_join(sizes).select((half % col(total)).alias(row.clone()));
    let picked = if args.shuffle { picked } else { picked.sort(col(row.clone())) };
    let numbered = frame.with_row_index(row.clone(), 0);
    Ok(picked.join(numbered, col(row.clone()), col(row), JoinType::Inner).select(names))
}
