//! What differs between two tables, to the last bit.

use lazuli_array::{DataFrame, Scalar, SchemaRef};

/// How two values are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closeness {
    /// The same bits; all NaN are one.
    Bits,
    /// Floats may differ in the last three bits.
    Digits,
}

/// The first difference between rows that were expected and those of a frame, as text; `None` if they are the same.
///
/// `closeness` says for each column's name how its values are compared.
pub fn difference(
    schema: &SchemaRef,
    rows: &[Vec<Scalar>],
    found: &DataFrame,
    closeness: impl Fn(&str) -> Closeness,
) -> Option<String> {
    if schema != found.schema() {
        return Some(format!("expected columns {schema}, found {}", found.schema()));
    }
    if rows.len() != found.height() {
        return Some(format!("expected {} rows, found {}", rows.len(), found.height()));
    }
    let names: Vec<_> = schema.names().collect();
    for (number, (row, found)) in rows.iter().zip(found.rows()).enumerate() {
        for ((expected, found), name) in row.iter().zip(&found).zip(&names) {
            if !is_same(expected, found, closeness(name)) {
                return Some(format!("row {number}, column {name}: expected {expected:?}, found {found:?}"));
            }
        }
    }
    None
}

fn is_same(left: &Scalar, right: &Scalar, closeness: Closeness) -> bool {
    match (left, right) {
        (Scalar::Float32(left), Scalar::Float32(right)) => {
            (left.is_nan() && right.is_nan()) || left.to_bits() == right.to_bits()
        }
        (Scalar::Float64(left), Scalar::Float64(right)) => {
            let is_close = || (left - right).abs() <= 4.0 * f64::EPSILON * left.abs();
            (left.is_nan() && right.is_nan())
                || left.to_bits() == right.to_bits()
                || (closeness == Closeness::Digits && is_close())
        }
        _ => left == right,
    }
}

#[cfg(test)]
mod tests {
    use lazuli_array::df;

    use super::*;

    #[test]
    fn differences_are_found() {
        let frame = df! { "a" => [0.0, f64::NAN, 1.0] }.expect("a frame");
        let rows = |values: [f64; 3]| values.map(|value| vec![Scalar::Float64(value)]).to_vec();
        let bits = |values| difference(frame.schema(), &rows(values), &frame, |_| Closeness::Bits);
        assert_eq!(bits([0.0, -f64::NAN, 1.0]), None);
        assert!(bits([-0.0, f64::NAN, 1.0]).is_some_and(|text| text.contains("row 0, column a")));
        let next = [0.0, f64::NAN, 1.0f64.next_up()];
        assert!(bits(next).is_some());
        assert_eq!(difference(frame.schema(), &rows(next), &frame, |_| Closeness::Digits), None);
        assert!(difference(frame.schema(), &rows(next)[1..], &frame, |_| Closeness::Digits).is_some());
        let other = df! { "b" => [1] }.expect("a frame");
        assert!(difference(other.schema(), &rows(next), &frame, |_| Closeness::Bits).is_some());
    }
}
