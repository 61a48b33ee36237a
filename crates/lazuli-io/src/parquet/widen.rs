//! Types that hold all values of two others, for columns that differ from file to file of one table.

use lazuli_array::DataType;

/// The least type that has every value of both exactly; `None` where there is none, and for types of other kinds: a text and
/// a number under one name are more likely a mistake than a wish.
pub(super) fn widened(left: &DataType, right: &DataType) -> Option<DataType> {
    use DataType::{Decimal, Float32, Float64, Null};
    match (left, right) {
        _ if left == right => Some(left.clone()),
        (Null, other) | (other, Null) => Some(other.clone()),
        (Float32, Float64) | (Float64, Float32) => Some(Float64),
        (
            Decimal { precision: left, scale: left_scale },
            Decimal { precision: right, scale: right_scale },
        ) if left_scale == right_scale => Some(Decimal { precision: *left.max(right), scale: *left_scale }),
        // Floats of 64 bits have all integers of 53.
        (Float32 | Float64, integer) | (integer, Float32 | Float64) => {
            let (bits, _) = integer_bits(integer)?;
            (bits <= 32).then_some(Float64)
        }
        _ => integers(integer_bits(left)?, integer_bits(right)?),
    }
}

/// Bits, and whether there is a sign.
fn integer_bits(data_type: &DataType) -> Option<(u32, bool)> {
    Some(match data_type {
        DataType::Int8 => (8, true),
        DataType::Int16 => (16, true),
        DataType::Int32 => (32, true),
        DataType::Int64 => (64, true),
        DataType::UInt8 => (8, false),
        DataType::UInt16 => (16, false),
        DataType::UInt32 => (32, false),
        DataType::UInt64 => (64, false),
        _ => return None,
    })
}

fn integers(left: (u32, bool), right: (u32, bool)) -> Option<DataType> {
    let is_signed = left.1 || right.1;
    // With a sign, an integer without one needs a bit more.
    let needed = |(bits, has_sign): (u32, bool)| if is_signed && !has_sign { bits * 2 } else { bits };
    Some(match (needed(left).max(needed(right)), is_signed) {
        (8, true) => DataType::Int8,
        (16, true) => DataType::Int16,
        (32, true) => DataType::Int32,
        (64, true) => DataType::Int64,
        (8, false) => DataType::UInt8,
        (16, false) => DataType::UInt16,
        (32, false) => DataType::UInt32,
        (64, false) => DataType::UInt64,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use DataType::*;

    #[test]
    fn every_value_has_a_place() {
        let decimal = |precision, scale| Decimal { precision, scale };
        for (left, right, expected) in [
            (Int32, Int64, Some(Int64)),
            (Int8, UInt8, Some(Int16)),
            (UInt32, Int8, Some(Int64)),
            (UInt16, UInt64, Some(UInt64)),
            (UInt64, Int8, None),
            (Float32, Float64, Some(Float64)),
            (Int32, Float32, Some(Float64)),
            (Int64, Float64, None),
            (Null, Date, Some(Date)),
            (String, Int64, None),
            (Date, Int32, None),
            (decimal(9, 2), decimal(15, 2), Some(decimal(15, 2))),
            (decimal(9, 2), decimal(9, 3), None),
        ] {
            assert_eq!(widened(&left, &right), expected, "{left} {right}");
            assert_eq!(widened(&right, &left), expected, "{right} {left}");
        }
    }
}
