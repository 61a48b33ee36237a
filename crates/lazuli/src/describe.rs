//! A summary of every column: how many values, where they lie.

use lazuli_array::{DataType, Schema};
use lazuli_expr::{Expr, col, lit};

use crate::lazy::null_of;
use crate::{LazyFrame, concat};

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

/// One pass over the data for all statistics of all columns, then one row for each statistic.
pub(crate) fn describe(frame: LazyFrame, schema: &Schema) -> LazyFrame {
    let mut exprs = Vec::new();
    for (position, field) in schema.fields().iter().enumerate() {
        for (index, (_, make)) in STATISTICS.iter().enumerate() {
            if let Some(expr) = make(field.data_type(), col(field.name().clone())) {
                exprs.push(expr.alias(cell_name(position, index)));
            }
        }
    }
    let cells = frame.select(exprs);
    let row = |(index, (statistic, make)): (usize, &(&str, fn(&DataType, Expr) -> Option<Expr>))| {
        let label = std::iter::once(lit(*statistic).alias("statistic"));
        let values = schema.fields().iter().enumerate().map(|(position, field)| {
            let name = if field.name() == "statistic" { "statistic_column" } else { field.name().as_str() };
            let as_number = field.data_type().is_numeric() || *field.data_type() == DataType::Boolean;
            let to = if as_number { DataType::Float64 } else { DataType::String };
            let value = match make(field.data_type(), col(field.name().clone())) {
                Some(_) => col(cell_name(position, index)).cast(to),
                None => null_of(&to),
            };
            value.alias(name)
        });
        cells.clone().select(label.chain(values).collect::<Vec<_>>())
    };
    concat(STATISTICS.iter().enumerate().map(row))
}

fn cell_name(position: usize, index: usize) -> String {
    format!("{position}:{index}")
}
