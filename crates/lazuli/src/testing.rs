//! Frames and columns compared in tests: what differs, in words.

use std::fmt::Write;

use lazuli_array::{DataFrame, Scalar, Schema, Series};

use crate::IntoLazy;

/// What counts as a difference.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tolerance {
    /// Whether rows have to be in the same order; else both sides are sorted by all columns first.
    pub row_order: bool,
    /// Whether columns have to be in the same order.
    pub column_order: bool,
    /// Whether types have to be the same; else numbers are compared as Float64.
    pub types: bool,
    /// How far apart floats may be, as a share of the right one.
    pub relative: f64,
    /// How far apart floats may be besides.
    pub absolute: f64,
}

impl Tolerance {
    /// Everything, to the last bit; as `==`.
    pub const EXACT: Self =
        Self { row_order: true, column_order: true, types: true, relative: 0.0, absolute: 0.0 };
}

impl Default for Tolerance {
    /// Order and types have to be the same, floats to about five digits.
    fn default() -> Self {
        Self { relative: 1e-5, absolute: 1e-8, ..Self::EXACT }
    }
}

/// What differs first between two frames; `None` if nothing does. Null equals null, NaN equals NaN.
///
/// ```
/// use lazuli::prelude::*;
/// use lazuli::testing::{Tolerance, difference};
///
/// let (left, right) = (df! { "a" => [0.1 + 0.2] }?, df! { "a" => [0.3] }?);
/// assert_eq!(difference(&left, &right, Tolerance::default()), None);
/// assert!(difference(&left, &right, Tolerance::EXACT).is_some());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn difference(left: &DataFrame, right: &DataFrame, tolerance: Tolerance) -> Option<String> {
    if left.height() != right.height() {
        return Some(format!("{} rows against {}", left.height(), right.height()));
    }
    if let Some(difference) = schema_difference(left.schema(), right.schema(), tolerance) {
        return Some(difference);
    }
    let names = left.column_names();
    let (left, right) = if tolerance.row_order {
        (left.clone(), right.clone())
    } else {
        let sorted = |frame: &DataFrame| {
            frame
                .lazy()
                .select(names.clone())
                .sort(names.iter().map(|name| crate::col(name.clone()).asc()).collect::<Vec<_>>())
                .collect()
        };
        match (sorted(left), sorted(right)) {
            (Ok(left), Ok(right)) => (left, right),
            (Err(error), _) | (_, Err(error)) => return Some(format!("rows can't be sorted: {error}")),
        }
    };
    names.iter().find_map(|name| match (left.column(name), right.column(name)) {
        (Ok(left), Ok(right)) => series_difference(&left, &right, tolerance),
        _ => Some(format!("column {name} is missing")),
    })
}

/// What differs first between two columns of the same length, whatever their names.
pub fn series_difference(left: &Series, right: &Series, tolerance: Tolerance) -> Option<String> {
    if tolerance.types && left.data_type() != right.data_type() {
        return Some(format!("column {}: {} against {}", left.name(), left.data_type(), right.data_type()));
    }
    if left.len() != right.len() {
        return Some(format!("column {}: {} rows against {}", left.name(), left.len(), right.len()));
    }
    let differs = |(left, right): &(Scalar, Scalar)| !are_close(left, right, tolerance);
    let row = left.iter().zip(right.iter()).position(|pair| differs(&pair))?;
    Some(format!("column {}, row {row}: {} against {}", left.name(), left.get(row), right.get(row)))
}

/// What differs first between two schemas.
pub fn schema_difference(left: &Schema, right: &Schema, tolerance: Tolerance) -> Option<String> {
    if left.len() != right.len() || left.names().any(|name| !right.contains(name)) {
        return Some(format!("columns {left} against {right}"));
    }
    if tolerance.column_order && !left.names().eq(right.names()) {
        return Some(format!("order of columns: {left} against {right}"));
    }
    let differs = |name: &&lazuli_array::Name| left.get(name) != right.get(name);
    match left.names().find(differs) {
        Some(name) if tolerance.types => {
            let of = |schema: &Schema| schema.get(name).map(|field| field.data_type().to_string());
            Some(format!(
                "column {name}: {} against {}",
                of(left).unwrap_or_default(),
                of(right).unwrap_or_default()
            ))
        }
        _ => None,
    }
}

fn are_close(left: &Scalar, right: &Scalar, tolerance: Tolerance) -> bool {
    if left == right {
        return true;
    }
    match (left, right) {
        (Scalar::List(left), Scalar::List(right)) if left.len() == right.len() => {
            (0..left.len()).all(|row| are_close(&left.get(row), &right.get(row), tolerance))
        }
        (Scalar::Struct(left), Scalar::Struct(right)) if left.len() == right.len() => left
            .iter()
            .zip(right)
            .all(|(left, right)| left.0 == right.0 && are_close(&left.1, &right.1, tolerance)),
        _ => match (as_float(left, tolerance), as_float(right, tolerance)) {
            (Some(left), Some(right)) => {
                left == right
                    || (left.is_nan() && right.is_nan())
                    || (left - right).abs() <= tolerance.absolute + tolerance.relative * right.abs()
            }
            _ => false,
        },
    }
}

/// A float, or any number if types do not matter.
fn as_float(value: &Scalar, tolerance: Tolerance) -> Option<f64> {
    match value {
        Scalar::Float64(value) => Some(*value),
        Scalar::Float32(value) => Some(f64::from(*value)),
        other if !tolerance.types && other.data_type().is_numeric() => other.to_string().parse().ok(),
        _ => None,
    }
}

/// Panics with the first difference and both frames, if there is one.
///
/// # Panics
/// If the frames differ.
#[track_caller]
pub fn assert_frame_equal(left: &DataFrame, right: &DataFrame, tolerance: Tolerance) {
    if let Some(difference) = difference(left, right, tolerance) {
        let mut text = format!("frames differ: {difference}");
        let _ = write!(text, "\n{left}\n{right}");
        panic!("{text}");
    }
}

/// Panics if the frames do not differ.
///
/// # Panics
/// If the frames are the same.
#[track_caller]
pub fn assert_frame_not_equal(left: &DataFrame, right: &DataFrame, tolerance: Tolerance) {
    assert!(difference(left, right, tolerance).is_some(), "frames do not differ\n{left}");
}

/// Panics with the first difference, if there is one; names count too.
///
/// # Panics
/// If the series differ.
#[track_caller]
pub fn assert_series_equal(left: &Series, right: &Series, tolerance: Tolerance) {
    assert_eq!(left.name(), right.name(), "names of series differ");
    if let Some(difference) = series_difference(left, right, tolerance) {
        panic!("series differ: {difference}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Result, df};

    #[test]
    fn what_differs_is_named() -> Result<()> {
        let frame = df! { "a" => [1, 2], "b" => [Some(0.5), None] }?;
        let loose = Tolerance { row_order: false, column_order: false, types: false, ..Tolerance::default() };
        let same = |other: &DataFrame, tolerance| difference(&frame, other, tolerance);
        assert_eq!(same(&frame, Tolerance::EXACT), None);
        assert_eq!(same(&df! { "b" => [None, Some(0.5)], "a" => [2i64, 1] }?, loose), None);
        let wider = df! { "a" => [1i64, 2], "b" => [Some(0.5), None] }?;
        assert_eq!(same(&wider, Tolerance::default()).as_deref(), Some("column a: Int32 against Int64"));
        let other = df! { "a" => [1, 2], "b" => [Some(0.5), Some(1.0)] }?;
        assert_eq!(same(&other, loose).as_deref(), Some("column b, row 1: null against 1.0"));
        let near = df! { "a" => [1, 2], "b" => [Some(0.500001), None] }?;
        assert_eq!(same(&near, Tolerance::default()), None);
        assert!(same(&near, Tolerance { relative: 0.0, ..Tolerance::default() }).is_some());
        assert!(same(&frame.sliced(0, 1), loose).is_some());
        assert!(same(&df! { "b" => [1, 2], "c" => [1, 2] }?, loose).is_some());
        assert_frame_not_equal(&frame, &wider, Tolerance::EXACT);
        assert_series_equal(&frame.column_at(0), &frame.column_at(0), Tolerance::EXACT);
        Ok(())
    }
}
