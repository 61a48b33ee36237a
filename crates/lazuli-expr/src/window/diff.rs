//! `diff` and `pct_change`: a value beside the one some rows before.

use std::ops::Range;

use lazuli_array::{Column, DataType};
use lazuli_kernels::{ArithmeticOp, Constant, KernelError, arithmetic, concat_columns, take_column_optional};

use super::shift::{shifted_range, sources};
use super::{Partitions, WindowFunction};
use crate::BinaryOperator;
use crate::aggregate::SUM;
use crate::function::{Argument, Signature, SignatureError};
use crate::options::{Options, unchecked, with_columns};
use crate::typing::operator_of;

const EXPECTED: &str = "one column of numbers, dates or times, and maybe a number of rows";

fn distance(arguments: &[Argument<'_>]) -> Result<i64, SignatureError> {
    let mut options = Options::behind(1, arguments, EXPECTED)?;
    let distance = options.integer()?.unwrap_or(1);
    options.end()?;
    Ok(distance)
}

/// The values of the rows that are `distance` before.
fn earlier(column: &Column, distance: i64, partitions: &Partitions<'_>) -> Column {
    take_column_optional(column, &sources(column.len(), distance, partitions))
}

fn difference(column: &Column, before: &Column) -> Result<Column, KernelError> {
    arithmetic(ArithmeticOp::Sub, column.into(), before.into())
}

fn change(column: &Column, before: &Column) -> Result<Column, KernelError> {
    let ratio = arithmetic(ArithmeticOp::Div, column.into(), before.into())?;
    let one = Constant::from_scalar(&lazuli_array::Scalar::Float64(1.0));
    arithmetic(ArithmeticOp::Sub, (&ratio).into(), (&one).into())
}

/// What `compare` makes of rows and those `distance` before them; null where there are none.
fn by_range(
    column: &Column,
    distance: i64,
    range: Range<usize>,
    compare: fn(&Column, &Column) -> Result<Column, KernelError>,
) -> Result<Column, KernelError> {
    let num_rows = range.len();
    let start = range.start;
    let (there, before) = shifted_range(column.len(), distance, range);
    let own = column.sliced(start + before, there.len());
    let compared = compare(&own, &column.sliced(there.start, there.len()))
        .map_err(|error| error.with_row_offset(start + before))?;
    if there.len() == num_rows {
        return Ok(compared);
    }
    let nulls = |rows: usize| Column::new_null(compared.data_type().clone(), rows);
    let (first, last) = (nulls(before), nulls(num_rows - before - there.len()));
    Ok(concat_columns(compared.data_type(), &[&first, &compared, &last]))
}

/// The value less the one `n` rows before, 1 by default; null where either is missing.
///
/// Unsigned integers become signed ones that hold the difference; UInt64 becomes Int64, and one that is greater is an
/// error. Dates and times give durations.
#[derive(Debug)]
pub struct Diff;

impl WindowFunction for Diff {
    fn name(&self) -> &'static str {
        "diff"
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        distance(arguments)?;
        let input = match arguments[0].data_type {
            DataType::UInt8 => DataType::Int16,
            DataType::UInt16 => DataType::Int32,
            DataType::UInt32 | DataType::UInt64 | DataType::Null => DataType::Int64,
            other => other.clone(),
        };
        let (input, output) = operator_of(BinaryOperator::Subtract, &input)
            .ok_or_else(|| SignatureError::Expected(EXPECTED.into()))?;
        Ok(with_columns(arguments, &[input], output))
    }

    fn evaluate(
        &self,
        inputs: &[Column],
        arguments: &[Argument<'_>],
        partitions: &Partitions<'_>,
    ) -> Result<Column, KernelError> {
        let distance = distance(arguments).map_err(|_| unchecked(self.name(), arguments))?;
        let before = earlier(&inputs[0], distance, partitions);
        difference(&inputs[0], &before)
    }

    fn is_by_range(&self, _: &[Argument<'_>]) -> bool {
        true
    }

    fn evaluate_range(
        &self,
        inputs: &[Column],
        arguments: &[Argument<'_>],
        range: Range<usize>,
    ) -> Result<Column, KernelError> {
        let distance = distance(arguments).map_err(|_| unchecked(self.name(), arguments))?;
        by_range(&inputs[0], distance, range, difference)
    }
}

/// The change since `n` rows before, 1 by default, as a share of the value then: a Float64. Null where either is missing.
#[derive(Debug)]
pub struct PctChange;

impl WindowFunction for PctChange {
    fn name(&self) -> &'static str {
        "pct_change"
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        distance(arguments)?;
        // What has a sum that is no span of time is a number.
        match SUM.signature(&arguments[..1])?.output {
            DataType::Duration(_) => Err(SignatureError::Expected(EXPECTED.into())),
            _ => Ok(with_columns(arguments, &[DataType::Float64], DataType::Float64)),
        }
    }

    fn evaluate(
        &self,
        inputs: &[Column],
        arguments: &[Argument<'_>],
        partitions: &Partitions<'_>,
    ) -> Result<Column, KernelError> {
        let distance = distance(arguments).map_err(|_| unchecked(self.name(), arguments))?;
        let before = earlier(&inputs[0], distance, partitions);
        change(&inputs[0], &before)
    }

    fn is_by_range(&self, _: &[Argument<'_>]) -> bool {
        true
    }

    fn evaluate_range(
        &self,
        inputs: &[Column],
        arguments: &[Argument<'_>],
        range: Range<usize>,
    ) -> Result<Column, KernelError> {
        let distance = distance(arguments).map_err(|_| unchecked(self.name(), arguments))?;
        by_range(&inputs[0], distance, range, change)
    }
}
