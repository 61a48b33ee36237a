//! Decimal numbers as text: exact, never through a float.

use std::fmt::{self, Write};

/// Writes `value` times 10^-`scale` with all its digits: 12345 at scale 2 is `123.45`, 0 at scale 2 is `0.00`.
///
/// # Errors
/// Those of `out`.
///
/// ```
/// let mut text = String::new();
/// lazuli_array::decimal::write_decimal(&mut text, -5, 2)?;
/// assert_eq!(text, "-0.05");
/// # Ok::<(), std::fmt::Error>(())
/// ```
pub fn write_decimal(out: &mut impl Write, value: i128, scale: u8) -> fmt::Result {
    let scale = usize::from(scale);
    if scale == 0 {
        return write!(out, "{value}");
    }
    // One digit more than the scale, so that there is one before the point.
    let digits = format!("{:0width$}", value.unsigned_abs(), width = scale + 1);
    let (whole, fraction) = digits.split_at(digits.len() - scale);
    write!(out, "{}{whole}.{fraction}", if value < 0 { "-" } else { "" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_digits_are_written() {
        for (value, scale, expected) in [
            (0, 0, "0"),
            (0, 2, "0.00"),
            (5, 2, "0.05"),
            (-5, 2, "-0.05"),
            (12_345, 2, "123.45"),
            (-12_345, 5, "-0.12345"),
            (7, 0, "7"),
            (i128::MIN, 38, "-1.70141183460469231731687303715884105728"),
            (1, 40, "0.0000000000000000000000000000000000000001"),
        ] {
            let mut text = String::new();
            write_decimal(&mut text, value, scale).expect("a string takes any text");
            assert_eq!(text, expected);
        }
    }
}
