//! Which rows are in the window of a row.

use lazuli_array::{Array, Column, DataType, Scalar, TimeUnit};
use lazuli_kernels::KernelError;
use lazuli_kernels::sort::SortKey;

use super::span;
use crate::Literal;
use crate::function::SignatureError;
use crate::function::options::whole;
use crate::options::Options;
use crate::window::Partitions;
use crate::window::rank::sorted;

/// A window of so many rows that ends with each row.
///
/// ```
/// use lazuli_expr::window::Rolling;
/// use lazuli_expr::col;
///
/// let week = Rolling::rows(7).min_samples(1);
/// assert_eq!(col("sales").rolling_mean(week).to_string(), "rolling_mean(sales, 7, 1, false)");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rolling {
    size: usize,
    min_samples: Option<usize>,
    center: bool,
}

impl Rolling {
    /// This many rows, the row itself and those before.
    pub fn rows(size: usize) -> Self {
        Self { size, min_samples: None, center: false }
    }

    /// A window with fewer values gives null; without this, every window with fewer values than rows.
    #[must_use]
    pub fn min_samples(self, min_samples: usize) -> Self {
        Self { min_samples: Some(min_samples), ..self }
    }

    /// The row is in the middle; of an even number of rows, the later of the two.
    #[must_use]
    pub fn center(self) -> Self {
        Self { center: true, ..self }
    }

    /// The constants of a call.
    pub(in crate::window) fn constants(self) -> [Scalar; 3] {
        let count = |count: usize| Scalar::Int64(i64::try_from(count).unwrap_or(i64::MAX));
        let min_samples = self.min_samples.map_or(Scalar::Null, count);
        [count(self.size), min_samples, Scalar::Boolean(self.center)]
    }
}

impl From<usize> for Rolling {
    fn from(size: usize) -> Self {
        Self::rows(size)
    }
}

/// A window of the rows whose key is at most so far before the row's own.
#[derive(Debug, Clone, PartialEq)]
pub struct RollingBy {
    length: Literal,
    min_samples: usize,
    closed: String,
}

impl RollingBy {
    /// A length of time such as `2d` or `1h30m`, or a number of steps of a whole-number key, `3i`.
    pub fn length(length: &str) -> Self {
        Self { length: Literal::typed(Scalar::from(length)), min_samples: 1, closed: "right".into() }
    }

    /// A window with fewer values gives null; 1 without this.
    #[must_use]
    pub fn min_samples(self, min_samples: usize) -> Self {
        Self { min_samples, ..self }
    }

    /// Which of the two ends belong to the window: `right` (without this), `left`, `both`, `none`.
    #[must_use]
    pub fn closed(self, closed: &str) -> Self {
        Self { closed: closed.into(), ..self }
    }

    /// The constants of a call.
    pub(in crate::window) fn constants(self) -> [Scalar; 3] {
        let min_samples = i64::try_from(self.min_samples).unwrap_or(i64::MAX);
        [self.length.value, Scalar::Int64(min_samples), Scalar::from(self.closed)]
    }
}

impl From<&str> for RollingBy {
    fn from(length: &str) -> Self {
        Self::length(length)
    }
}

/// What keys are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::window) enum Key {
    /// Whole numbers.
    Steps,
    /// Times, in ticks of so many nanoseconds.
    Ticks(i128),
}

impl Key {
    /// `None` for types that are no key.
    pub(in crate::window) fn of(data_type: &DataType) -> Option<Self> {
        let ticks = |unit: &TimeUnit| match unit {
            TimeUnit::Milliseconds => 1_000_000,
            TimeUnit::Microseconds => 1_000,
            TimeUnit::Nanoseconds => 1,
        };
        match data_type {
            DataType::Date => Some(Self::Ticks(1_000)),
            DataType::Datetime(unit, _) | DataType::Duration(unit) => Some(Self::Ticks(ticks(unit))),
            DataType::Time => Some(Self::Ticks(1)),
            integer if integer.is_integer() && *integer != DataType::UInt64 => Some(Self::Steps),
            DataType::Null => Some(Self::Steps),
            _ => None,
        }
    }

    /// How much of a length is one tick of the key.
    pub(in crate::window) fn tick(self) -> i128 {
        match self {
            Self::Steps => 1,
            Self::Ticks(nanoseconds) => nanoseconds,
        }
    }

    /// The length that the next constant says, above 0: nanoseconds for times, steps for whole numbers.
    pub(in crate::window) fn length(self, options: &mut Options<'_>) -> Result<i128, SignatureError> {
        let length = match (self, options.peek()) {
            (Self::Ticks(_), Some(Scalar::String(text))) => span::nanoseconds(text),
            (Self::Steps, Some(Scalar::String(text))) => span::steps(text),
            (Self::Ticks(_), Some(Scalar::Duration(ticks, unit))) => Self::of(&DataType::Duration(*unit))
                .filter(|_| *ticks > 0)
                .map(|unit| i128::from(*ticks) * unit.tick()),
            (Self::Steps, Some(value)) => whole(value).filter(|steps| *steps > 0).map(i128::from),
            _ => return Err(options.wrong()),
        };
        options.value()?;
        length.ok_or_else(|| {
            let reason =
                "a length is a time such as '2d' or '1h30m' for times, a number above 0 for whole numbers";
            SignatureError::InvalidArgument(reason.into())
        })
    }
}

/// How large a window is.
#[derive(Debug, Clone, Copy)]
pub(super) enum Size {
    Rows { size: usize, center: bool },
    Length { length: i128, tick: i128, left: bool, right: bool },
}

impl Size {
    /// The size and the least number of values, of the constants of a call.
    pub(super) fn read(options: &mut Options<'_>, key: Option<Key>) -> Result<(Self, usize), SignatureError> {
        let Some(key) = key else {
            let size = options.count()?.ok_or_else(|| options.wrong())?;
            let min_samples = options.count()?;
            let center = options.boolean(false)?;
            if size == 0 {
                return Err(SignatureError::InvalidArgument("a window needs at least one row".into()));
            }
            if let Some(min_samples) = min_samples.filter(|min_samples| *min_samples > size) {
                let reason = format!("a window of {size} rows never has {min_samples} values");
                return Err(SignatureError::InvalidArgument(reason));
            }
            return Ok((Self::Rows { size, center }, min_samples.unwrap_or(size)));
        };
        let (length, tick) = (key.length(options)?, key.tick());
        let min_samples = options.count()?.unwrap_or(1);
        let words = [
            ("right", (false, true)),
            ("left", (true, false)),
            ("both", (true, true)),
            ("none", (false, false)),
        ];
        let (left, right) = options.word(&words, "choice of ends")?;
        Ok((Self::Length { length, tick, left, right }, min_samples))
    }
}

/// The rows of each partition in the order in which windows move, and the window of each: a range of these rows.
pub(super) struct Ranges {
    rows: Vec<u32>,
    /// Where partitions end in `rows`.
    ends: Vec<usize>,
    /// Ranges within the partition, none of which starts or ends before the one before it.
    windows: Vec<(u32, u32)>,
}

impl Ranges {
    pub(super) fn new(
        size: &Size,
        key: Option<&Column>,
        partitions: &Partitions<'_>,
    ) -> Result<Self, KernelError> {
        let num_rows = partitions.num_rows();
        let mut ranges = Self {
            rows: Vec::with_capacity(num_rows),
            ends: Vec::with_capacity(partitions.num_partitions()),
            windows: Vec::with_capacity(num_rows),
        };
        match (size, key) {
            (Size::Length { length, tick, left, right }, Some(key)) => {
                let sort_key = SortKey { column: key, descending: false, nulls_first: false };
                let by_key = sorted(&[sort_key], partitions)?;
                let arranged = partitions.reordered(&by_key);
                let Array::Int64(keys) = key.array() else {
                    return Err(KernelError::unsupported("rolling", [key.data_type()]));
                };
                let validity = keys.validity();
                let keys = keys.values();
                for rows in arranged.iter() {
                    let is_valid = |row: u32| validity.is_none_or(|validity| validity.get(row as usize));
                    let rows = &rows[..rows.partition_point(|&row| is_valid(row))];
                    let (mut start, mut end) = (0, 0);
                    for &row in rows {
                        let own = i128::from(keys[row as usize]);
                        let is_before = |other: u32| {
                            let distance = (own - i128::from(keys[other as usize])) * tick;
                            if *left { distance > *length } else { distance >= *length }
                        };
                        while start < rows.len() && is_before(rows[start]) {
                            start += 1;
                        }
                        let is_in = |other: u32| {
                            let other = i128::from(keys[other as usize]);
                            if *right { other <= own } else { other < own }
                        };
                        while end < rows.len() && is_in(rows[end]) {
                            end += 1;
                        }
                        ranges.windows.push((start as u32, end.max(start) as u32));
                    }
                    ranges.rows.extend_from_slice(rows);
                    ranges.ends.push(ranges.rows.len());
                }
            }
            (Size::Rows { size, center }, _) => {
                let behind = behind(*size, *center);
                for rows in partitions.iter() {
                    ranges.rows.extend_from_slice(rows);
                    ranges.ends.push(ranges.rows.len());
                    ranges.windows.extend((0..rows.len()).map(|row| {
                        let end = (row + behind).min(rows.len());
                        (((row + behind).saturating_sub(*size)) as u32, end as u32)
                    }));
                }
            }
            (Size::Length { .. }, None) => unreachable!("windows of a length have a key"),
        }
        Ok(ranges)
    }

    /// Calls `visit` with the rows of each partition and their windows.
    pub(super) fn visit(&self, mut visit: impl FnMut(&[u32], &[(u32, u32)])) {
        let mut start = 0;
        for &end in &self.ends {
            visit(&self.rows[start..end], &self.windows[start..end]);
            start = end;
        }
    }
}

/// Where a window ends: so many rows after the rows before its own.
pub(super) fn behind(size: usize, center: bool) -> usize {
    if center { size.div_ceil(2) } else { 1 }
}
