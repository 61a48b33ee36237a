//! `interpolate`.

use lazuli_array::{Array, Bitmap, Column, DataType, PrimitiveArray};
use lazuli_kernels::{KernelError, NO_ROW, take_column_optional};

use super::{Partitions, WindowFunction};
use crate::function::{Argument, Signature, SignatureError};
use crate::options::{Options, unchecked, with_columns};

/// Nulls between two values replaced by what lies between those; nulls at the ends stay.
///
/// | method | gives |
/// |---|---|
/// | `linear` (the default) | a Float64 on the line between the two, rows evenly apart; dates and times keep their type, rounded down |
/// | `nearest` | the value of the nearer row, of the later one if both are as near; any type |
#[derive(Debug)]
pub struct Interpolate;

const EXPECTED: &str = "one column of numbers, dates or times, and maybe the name of a method";

/// Whether it is linear.
fn is_linear(arguments: &[Argument<'_>]) -> Result<bool, SignatureError> {
    let mut options = Options::behind(1, arguments, EXPECTED)?;
    let linear = options.word(&[("linear", true), ("nearest", false)], "method of interpolate")?;
    options.end()?;
    Ok(linear)
}

impl WindowFunction for Interpolate {
    fn name(&self) -> &'static str {
        "interpolate"
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        let input = arguments.first().map(|argument| argument.data_type);
        match (is_linear(arguments)?, input) {
            (false, Some(input)) => Ok(Signature::unchanged(arguments, input.clone())),
            (true, Some(input)) if input.is_numeric() || *input == DataType::Null => {
                Ok(with_columns(arguments, &[DataType::Float64], DataType::Float64))
            }
            (true, Some(input)) if input.is_temporal() => Ok(Signature::unchanged(arguments, input.clone())),
            _ => Err(SignatureError::Expected(EXPECTED.into())),
        }
    }

    fn evaluate(
        &self,
        inputs: &[Column],
        arguments: &[Argument<'_>],
        partitions: &Partitions<'_>,
    ) -> Result<Column, KernelError> {
        let linear = is_linear(arguments).map_err(|_| unchecked(self.name(), arguments))?;
        let column = &inputs[0];
        let Some(validity) = column.validity() else { return Ok(column.clone()) };
        let data_type = column.data_type().clone();
        if !linear {
            let mut sources: Vec<u32> =
                (0..).zip(validity.iter()).map(|(row, valid)| if valid { row } else { NO_ROW }).collect();
            for_each_gap(&validity, partitions, |row, before, after, step, width| {
                sources[row] = if 2 * step < width { before } else { after } as u32;
            });
            return Ok(take_column_optional(column, &sources));
        }
        let mut filled: Vec<usize> = Vec::new();
        let array = match column.array() {
            Array::Float64(array) => {
                let mut values = array.values().to_vec();
                for_each_gap(&validity, partitions, |row, before, after, step, width| {
                    let (low, high) = (values[before], values[after]);
                    values[row] = low + (high - low) * (step as f64 / width as f64);
                    filled.push(row);
                });
                PrimitiveArray::new(values.into(), Some(with(&validity, &filled))).into()
            }
            Array::Int32(array) => {
                let mut values = array.values().to_vec();
                for_each_gap(&validity, partitions, |row, before, after, step, width| {
                    values[row] = between(values[before].into(), values[after].into(), step, width) as i32;
                    filled.push(row);
                });
                PrimitiveArray::new(values.into(), Some(with(&validity, &filled))).into()
            }
            Array::Int64(array) => {
                let mut values = array.values().to_vec();
                for_each_gap(&validity, partitions, |row, before, after, step, width| {
                    values[row] = between(values[before].into(), values[after].into(), step, width) as i64;
                    filled.push(row);
                });
                Array::from(PrimitiveArray::new(values.into(), Some(with(&validity, &filled))))
            }
            _ => return Err(unchecked(self.name(), arguments)),
        };
        Ok(Column::new(data_type, array))
    }
}

/// The point `step` of `width` steps from one tick to another, rounded down.
fn between(low: i128, high: i128, step: usize, width: usize) -> i128 {
    low + ((high - low) * step as i128).div_euclid(width as i128)
}

/// The rows that are valid, or in `filled`.
fn with(validity: &Bitmap, filled: &[usize]) -> Bitmap {
    let mut all: Vec<bool> = validity.iter().collect();
    filled.iter().for_each(|&row| all[row] = true);
    all.into_iter().collect()
}

/// Calls `fill` with each null row between two values: the row, the rows of the two, how many rows it is from the first,
/// and how many the second is.
fn for_each_gap(
    validity: &Bitmap,
    partitions: &Partitions<'_>,
    mut fill: impl FnMut(usize, usize, usize, usize, usize),
) {
    for rows in partitions.iter() {
        let mut last: Option<usize> = None;
        for place in 0..rows.len() {
            if !validity.get(rows[place] as usize) {
                continue;
            }
            if let Some(last) = last {
                let (before, after) = (rows[last] as usize, rows[place] as usize);
                for (step, &row) in (1..).zip(&rows[last + 1..place]) {
                    fill(row as usize, before, after, step, place - last);
                }
            }
            last = Some(place);
        }
    }
}
