//! Rolling functions: an aggregate of the rows around each row.
//!
//! A window is a fixed number of rows, or, in the `_by` forms, the rows whose key (a time or a whole number) is not too
//! far before the row's own. Either way windows only move forward, so each function is one pass: see [`forward`].
//!
//! Nulls are no values; a window with fewer than `min_samples` values gives null. NaN counts as it does in the aggregate
//! of the same name, in the windows that it is in and in no other.

mod build; // the methods that users call
mod forward; // aggregates over windows that only move forward
mod ranges; // which rows are in a window
mod span; // lengths of time
#[cfg(test)]
mod tests;

pub(super) use ranges::Key;
pub use ranges::{Rolling, RollingBy};

use std::ops::Range;

use lazuli_array::{Array, Bitmap, Column, DataType, PrimitiveArray, Scalar, TimeUnit};
use lazuli_kernels::aggregate::float_of_key;
use lazuli_kernels::{KernelError, NO_ROW, RollingSum, RollingWindow, rolling_sums, take_column_optional};

use super::order_keys::order_keys;
use super::{Partitions, WindowFunction};
use crate::aggregate::{MAX, QuantileMethod, SUM, kurtosis, skew};
use crate::function::{Argument, Signature, SignatureError};
use crate::options::{Options, unchecked};
use forward::{Extremes, Moments, Ordered, Sums, Values, WholeSums, quantile};
use ranges::{Ranges, Size, behind};

/// Windows of more rows are not worth being begun again for each batch.
const MOST_ROWS_BY_RANGE: usize = 4096;

/// One rolling function.
#[derive(Debug)]
pub struct RollingFunction {
    pub(super) name: &'static str,
    pub(super) what: What,
    /// Whether windows go by a key.
    pub(super) by: bool,
}

/// What is made of a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    Sum,
    Mean,
    Min,
    Max,
    Median,
    Std,
    Var,
    Quantile,
    Skew,
    Kurtosis,
}

/// The constants of a call.
struct Settings {
    share: f64,
    size: Size,
    min_samples: usize,
    ddof: i64,
    method: QuantileMethod,
    fisher: bool,
    bias: bool,
}

impl RollingFunction {
    fn expected(&self) -> &'static str {
        if self.by {
            "a column of numbers, a key (times or whole numbers), a length such as '2d' or 3, and maybe the least number \
             of values and which ends belong to a window (right, left, both, none)"
        } else {
            "a column of numbers, a number of rows, and maybe the least number of values and whether the row is in the \
             middle"
        }
    }

    fn settings(&self, arguments: &[Argument<'_>]) -> Result<Settings, SignatureError> {
        let mut options = Options::behind(self.num_columns(), arguments, self.expected())?;
        let share = match self.what {
            What::Quantile => options.number()?.ok_or_else(|| options.wrong())?,
            _ => 0.5,
        };
        if !(0.0..=1.0).contains(&share) {
            let reason = format!("the quantile must lie from 0 to 1, not at {share}");
            return Err(SignatureError::InvalidArgument(reason));
        }
        let key = if self.by {
            Some(Key::of(arguments[1].data_type).ok_or_else(|| options.wrong())?)
        } else {
            None
        };
        let (size, min_samples) = Size::read(&mut options, key)?;
        let ddof = match self.what {
            What::Std | What::Var => options.integer()?.unwrap_or(1),
            _ => 1,
        };
        let method = match self.what {
            What::Quantile => options.word(&QuantileMethod::WORDS, "method of quantile")?,
            _ => QuantileMethod::Linear,
        };
        let fisher = self.what != What::Kurtosis || options.boolean(true)?;
        let bias = !matches!(self.what, What::Skew | What::Kurtosis) || options.boolean(true)?;
        options.end()?;
        if ddof < 0 {
            let reason = format!("what the divisor is less must not be negative, as {ddof} is");
            return Err(SignatureError::InvalidArgument(reason));
        }
        Ok(Settings { share, size, min_samples, ddof, method, fisher, bias })
    }

    /// What the values are cast to, and what comes out.
    fn types(&self, arguments: &[Argument<'_>]) -> Result<(DataType, DataType), SignatureError> {
        let input = &arguments[..1];
        Ok(match self.what {
            What::Sum => {
                let sum = SUM.signature(input)?.output;
                (sum.clone(), sum)
            }
            What::Min | What::Max => {
                let best = MAX.signature(input)?.output;
                (best.clone(), best)
            }
            _ => match SUM.signature(input)?.output {
                DataType::Duration(_) => return Err(SignatureError::Expected(self.expected().into())),
                _ => (DataType::Float64, DataType::Float64),
            },
        })
    }
}

impl RollingFunction {
    /// The sums and variances of windows of floats, for those of which there is a loop of its own: no nulls, nothing
    /// infinite.
    fn float_sums(
        &self,
        settings: &Settings,
        column: &Column,
        origin: usize,
        window: RollingWindow,
        rows: Range<usize>,
    ) -> Option<Column> {
        let (Array::Float64(array), None) = (column.array(), column.validity()) else { return None };
        let what = match self.what {
            What::Sum | What::Mean => RollingSum::Sum,
            What::Std | What::Var => RollingSum::Variance { ddof: settings.ddof },
            _ => return None,
        };
        let num_rows = column.len();
        let mut results = rolling_sums(array.values(), origin, window, rows.clone(), what)?;
        let count = |row: usize| {
            (row + window.behind).min(num_rows) - (row + window.behind).saturating_sub(window.size)
        };
        let least = match self.what {
            What::Std | What::Var => settings.min_samples.max(usize::try_from(settings.ddof).ok()? + 1),
            What::Mean => settings.min_samples.max(1),
            _ => settings.min_samples,
        };
        match self.what {
            What::Mean => {
                results.iter_mut().zip(rows.clone()).for_each(|(sum, row)| *sum /= count(row) as f64);
            }
            What::Std => results.iter_mut().for_each(|variance| *variance = variance.sqrt()),
            _ => {}
        }
        // Only windows that reach beyond the rows that there are have fewer values than rows.
        let is_given = |row: usize| count(row) >= least;
        let validity = (!rows.clone().all(is_given))
            .then(|| Bitmap::from_fn(rows.len(), |place| is_given(rows.start + place)));
        Some(Column::new(DataType::Float64, PrimitiveArray::new(results.into(), validity)))
    }
}

impl WindowFunction for RollingFunction {
    fn name(&self) -> &'static str {
        self.name
    }

    fn num_columns(&self) -> usize {
        if self.by { 2 } else { 1 }
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        self.settings(arguments)?;
        let (input, output) = self.types(arguments)?;
        let mut inputs: Vec<DataType> = arguments.iter().map(|argument| argument.data_type.clone()).collect();
        inputs[0] = input;
        if self.by {
            inputs[1] = key_type(arguments[1].data_type);
        }
        Ok(Signature { inputs, output })
    }

    fn evaluate(
        &self,
        inputs: &[Column],
        arguments: &[Argument<'_>],
        partitions: &Partitions<'_>,
    ) -> Result<Column, KernelError> {
        let settings = self.settings(arguments).map_err(|_| unchecked(self.name, arguments))?;
        let column = &inputs[0];
        let data_type = column.data_type();
        let ranges = Ranges::new(&settings.size, inputs.get(1), partitions)?;
        let validity = column.validity();
        let rolled =
            Rolled { ranges: &ranges, validity: validity.as_ref(), min_samples: settings.min_samples };
        let num_rows = column.len();
        let array: Array = match (self.what, column.array()) {
            (What::Min | What::Max, _) => {
                let keys = order_keys(column, self.what == What::Max)?;
                let best = rolled.run(num_rows, NO_ROW, &mut Extremes::new(&keys))?;
                return Ok(take_column_optional(column, &best.0));
            }
            (What::Sum, Array::Float64(array)) => {
                let finish = |_: i64, sum: f64| Some(sum);
                rolled.column(&mut Sums::new(array.values(), finish), num_rows)?
            }
            (What::Mean, Array::Float64(array)) => {
                let finish = |count: i64, sum: f64| (count > 0).then(|| sum / count as f64);
                rolled.column(&mut Sums::new(array.values(), finish), num_rows)?
            }
            (What::Std | What::Var, Array::Float64(array)) => {
                let root = self.what == What::Std;
                rolled.column(&mut Moments::new(array.values(), settings.ddof, root), num_rows)?
            }
            (What::Median | What::Quantile, Array::Float64(array)) => {
                let finish = |keys: &[u64]| Some(quantile(keys, settings.share, settings.method));
                rolled.column(&mut Ordered::new(array.values(), finish), num_rows)?
            }
            (What::Skew | What::Kurtosis, Array::Float64(array)) => {
                let finish = |keys: &[u64]| {
                    let values: Vec<f64> = keys.iter().map(|&key| float_of_key(key)).collect();
                    match self.what {
                        What::Skew => skew(&[&values], settings.bias),
                        _ => kurtosis(&[&values], settings.fisher, settings.bias),
                    }
                };
                rolled.column(&mut Ordered::new(array.values(), finish), num_rows)?
            }
            (What::Sum, Array::Int64(array)) => {
                let values: Vec<i128> = array.values().iter().map(|&value| value.into()).collect();
                let (sums, validity) = rolled.run(num_rows, 0, &mut WholeSums::new(&values))?;
                let narrow = narrowed(&sums, |sum| i64::try_from(sum).ok(), data_type)?;
                PrimitiveArray::new(narrow.into(), validity).into()
            }
            (What::Sum, Array::UInt64(array)) => {
                let values: Vec<i128> = array.values().iter().map(|&value| value.into()).collect();
                let (sums, validity) = rolled.run(num_rows, 0, &mut WholeSums::new(&values))?;
                let narrow = narrowed(&sums, |sum| u64::try_from(sum).ok(), data_type)?;
                PrimitiveArray::new(narrow.into(), validity).into()
            }
            (What::Sum, Array::Int128(array)) => {
                const LIMIT: u128 = 10u128.pow(38);
                let (sums, validity) = rolled.run(num_rows, 0, &mut WholeSums::new(array.values()))?;
                let fits = |sum: i128| (sum.unsigned_abs() < LIMIT).then_some(sum);
                PrimitiveArray::new(narrowed(&sums, fits, data_type)?.into(), validity).into()
            }
            _ => return Err(unchecked(self.name, arguments)),
        };
        Ok(Column::new(data_type.clone(), array))
    }

    fn is_by_range(&self, arguments: &[Argument<'_>]) -> bool {
        let size = self.settings(arguments).map(|settings| settings.size);
        matches!(size, Ok(Size::Rows { size, .. }) if size <= MOST_ROWS_BY_RANGE)
    }

    fn evaluate_range(
        &self,
        inputs: &[Column],
        arguments: &[Argument<'_>],
        range: Range<usize>,
    ) -> Result<Column, KernelError> {
        let settings = self.settings(arguments).map_err(|_| unchecked(self.name, arguments))?;
        let Size::Rows { size, center } = settings.size else { return Err(unchecked(self.name, arguments)) };
        let window = RollingWindow { size, behind: behind(size, center) };
        // The rows that the windows reach.
        let from = (range.start + window.behind).saturating_sub(size);
        let to = (range.end + window.behind - 1).min(inputs[0].len());
        let reached = inputs[0].sliced(from, to - from);
        let own = range.start - from..range.end - from;
        if let Some(column) = self.float_sums(&settings, &reached, from, window, own.clone()) {
            return Ok(column);
        }
        let partitions = Partitions::one(reached.len(), None);
        let results =
            self.evaluate(&[reached], arguments, &partitions).map_err(|error| error.with_row_offset(from))?;
        Ok(results.sliced(own.start, own.len()))
    }
}

/// What a key is cast to, so that it lies as whole numbers of 64 bits.
pub(super) fn key_type(data_type: &DataType) -> DataType {
    match data_type {
        DataType::Date => DataType::Datetime(TimeUnit::Microseconds, None),
        integer if integer.is_integer() || *integer == DataType::Null => DataType::Int64,
        time => time.clone(),
    }
}

fn narrowed<T>(
    sums: &[i128],
    narrow: impl Fn(i128) -> Option<T>,
    data_type: &DataType,
) -> Result<Vec<T>, KernelError> {
    let overflow = |row: usize, sum: i128| {
        let scale = if let DataType::Decimal { scale, .. } = data_type { *scale } else { 0 };
        let left = Scalar::Decimal { value: sum, precision: 38, scale };
        let (operation, data_type) = ("rolling_sum", data_type.clone());
        KernelError::Overflow { operation, row, left, right: Scalar::Null, data_type }
    };
    sums.iter().enumerate().map(|(row, &sum)| narrow(sum).ok_or_else(|| overflow(row, sum))).collect()
}

/// Windows over one column.
struct Rolled<'a> {
    ranges: &'a Ranges,
    validity: Option<&'a Bitmap>,
    min_samples: usize,
}

impl Rolled<'_> {
    /// What `values` gives for the window of each row, and where it gives something; `none` elsewhere.
    fn run<T: Copy, V: Values<T>>(
        &self,
        num_rows: usize,
        none: T,
        values: &mut V,
    ) -> Result<(Vec<T>, Option<Bitmap>), KernelError> {
        let mut results = vec![none; num_rows];
        let mut given = vec![false; num_rows];
        self.ranges.visit(|rows, windows| {
            values.clear();
            // The rows of the window are `start..end`, of which `count` have a value.
            let (mut start, mut end, mut count) = (0, 0, 0);
            let is_valid =
                |place: usize| self.validity.is_none_or(|validity| validity.get(rows[place] as usize));
            for (&row, &(first, last)) in rows.iter().zip(windows) {
                let (first, last) = (first as usize, last as usize);
                if first >= end {
                    values.clear();
                    (start, end, count) = (first, first, 0);
                }
                while end < last {
                    if is_valid(end) {
                        values.push(rows[end]);
                        count += 1;
                    }
                    end += 1;
                }
                while start < first {
                    if is_valid(start) {
                        values.pop(rows[start]);
                        count -= 1;
                    }
                    start += 1;
                }
                if count >= self.min_samples
                    && let Some(result) = values.result()
                {
                    results[row as usize] = result;
                    given[row as usize] = true;
                }
            }
        });
        let validity = given.contains(&false).then(|| given.into_iter().collect());
        Ok((results, validity))
    }

    fn column<V: Values<f64>>(&self, values: &mut V, num_rows: usize) -> Result<Array, KernelError> {
        let (results, validity) = self.run(num_rows, 0.0, values)?;
        Ok(PrimitiveArray::new(results.into(), validity).into())
    }
}
