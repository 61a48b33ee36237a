//! A summary of every column: how many values, where they lie.

use std::sync::Arc;

use lazuli_array::{Column, DataFrame, DataType, Field, Scalar, Schema, Series};
use lazuli_expr::{Expr, col};

use crate::{LazyFrame, Result};

/// The rows of the summary, and how each is computed for a column of a type that has it.
const STATISTICS: [(&str, fn(&DataType, Expr) -> Option<Expr>); 9] = [
    ("count", |_, column| Some(column.count())),
    ("null_count", |_, column| Some(column.null_count())),
    ("mean", |data_type, column| has_mean(data_type).then(|| column.mean())),
    ("std", |data_type, column| data_type.is_numeric().then(|| column.std())),
    ("min", |data_type, column| is_ordered(data_type).then(|| column.min())),
    ("25%", |data_type, column| has_quantile(data_type).then(|| column.quantile(0.25))),
    ("50%", |data_type, column| has_quantile(data_type).then(|| column.quantile(0.5))),
    ("75%", |data_type, column| has_quantile(data_type).then(|| column.quantile(0.75))),
    ("max", |data_type, column| is_ordered(data_type).then(|| column.max())),
];

fn has_mean(data_type: &DataType) -> bool {
    data_type.is_numeric() || matches!(data_type, DataType::Boolean)
}

fn has_quantile(data_type: &DataType) -> bool {
    data_type.is_numeric()
}

fn is_ordered(data_type: &DataType) -> bool {
    !data_type.is_nested() && !matches!(data_type, DataType::Null | DataType::Binary)
}

/// One pass over the data for all statistics of all columns; numbers and booleans come out as Float64, other types as
/// text.
pub(crate) fn describe(frame: LazyFrame) -> Result<DataFrame> {
    let schema = frame.collect_schema()?;
    let mut exprs = Vec::new();
    for (position, field) in schema.fields().iter().enumerate() {
        for (index, (_, make)) in STATISTICS.iter().enumerate() {
            if let Some(expr) = make(field.data_type(), col(field.name().clone())) {
                exprs.push(expr.alias(cell_name(position, index)));
            }
        }
    }
    let mut columns = vec![Series::from_iter("statistic", STATISTICS.iter().map(|(name, _)| *name))];
    let cells = if exprs.is_empty() {
        DataFrame::empty(Arc::new(Schema::empty()))
    } else {
        frame.select(exprs).collect()?
    };
    for (position, field) in schema.fields().iter().enumerate() {
        let values = (0..STATISTICS.len()).map(|index| {
            cells
                .schema()
                .position(&cell_name(position, index))
                .map_or(Scalar::Null, |column| cells.get(0, column))
        });
        let as_number = field.data_type().is_numeric() || *field.data_type() == DataType::Boolean;
        let (data_type, values): (DataType, Vec<Scalar>) = if as_number {
            (DataType::Float64, values.map(number).collect())
        } else {
            (DataType::String, values.map(text).collect())
        };
        let name = if field.name() == "statistic" { "statistic_column".into() } else { field.name().clone() };
        columns.push(Series::new(
            Field::new(name, data_type.clone()).name().clone(),
            Column::from_scalars(&data_type, values)?,
        ));
    }
    Ok(DataFrame::try_new(columns)?)
}

fn cell_name(position: usize, index: usize) -> String {
    format!("{position}:{index}")
}

/// A statistic as a Float64; counts up to 2^53 are exact.
fn number(value: Scalar) -> Scalar {
    match value {
        Scalar::Null => Scalar::Null,
        Scalar::Boolean(value) => Scalar::Float64(f64::from(u8::from(value))),
        other => other.to_string().parse().map_or(Scalar::Null, Scalar::Float64),
    }
}

fn text(value: Scalar) -> Scalar {
    match value {
        Scalar::Null => Scalar::Null,
        other => Scalar::String(other.to_string().into()),
    }
}
