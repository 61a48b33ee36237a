//! Names of intervals, and the `Enum` that they make.

use std::collections::HashSet;
use std::sync::Arc;

use lazuli_array::{Column, DataType, Dictionary, Scalar, StringArray};

use crate::function::SignatureError;
use crate::function::options::{items_as, list, texts};

/// The name of the interval between two edges, which closed on one side: `(0, 1]` or `[0, 1)`.
pub(super) fn interval(low: f64, high: f64, left_closed: bool) -> String {
    if left_closed { format!("[{low}, {high})") } else { format!("({low}, {high}]") }
}

/// The breaks in a constant list, as ascending floats; and whether they were given so.
pub(super) fn breaks(value: Option<&Scalar>) -> Result<Vec<f64>, SignatureError> {
    let invalid = |reason: &str| SignatureError::InvalidArgument(reason.into());
    let items = list(value).ok_or_else(|| invalid("breaks are a list of constants"))?;
    let floats = items_as(items, &DataType::Float64)?;
    let values: Option<Vec<f64>> = (0..floats.len())
        .map(|row| match floats.get(row) {
            Scalar::Float64(value) if !value.is_nan() => Some(value),
            _ => None,
        })
        .collect();
    values.ok_or_else(|| invalid("breaks can't be null or NaN"))
}

/// The constant labels for so many bins; `None` if there are none.
pub(super) fn labels(value: Option<&Scalar>, num_bins: usize) -> Result<Option<Vec<String>>, SignatureError> {
    let invalid = |reason: String| SignatureError::InvalidArgument(reason);
    if value.is_none_or(|value| value.is_null() || *value == Scalar::Boolean(false)) {
        return Ok(None);
    }
    let labels = texts(value).ok_or_else(|| invalid("labels are a list of constant texts".into()))?;
    if labels.len() != num_bins {
        return Err(invalid(format!("{num_bins} bins need as many labels, not {}", labels.len())));
    }
    let distinct: HashSet<&String> = labels.iter().collect();
    if distinct.len() < labels.len() {
        return Err(invalid("labels must differ from one another".into()));
    }
    Ok(Some(labels))
}

/// The `Enum` of these labels, in this order.
pub(super) fn enum_of(labels: &[String]) -> Arc<Dictionary> {
    let texts: StringArray = labels.iter().map(|label| Some(label.as_str())).collect();
    Arc::new(Dictionary::new(texts))
}

/// Breaks as a column.
pub(super) fn column_of(breaks: &[f64]) -> Column {
    Column::new(DataType::Float64, lazuli_array::PrimitiveArray::from_vec(breaks.to_vec()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_bare() {
        assert_eq!(interval(f64::NEG_INFINITY, 0.0, false), "(-inf, 0]");
        assert_eq!(interval(0.5, 1e10, true), "[0.5, 10000000000)");
        assert_eq!(interval(1e20, f64::INFINITY, false), "(100000000000000000000, inf]");
    }
}
