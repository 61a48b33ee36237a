//! The type that holds the values of two types.

use std::sync::Arc;

use lazuli_array::{DataType, Field, TimeUnit};

/// The most digits of a decimal.
const MAX_PRECISION: u8 = 38;

/// The narrowest type that holds the values of both types without loss; `None` if there is none, such as for numbers and
/// texts. Which is left and which is right does not matter.
///
/// Integers and floats meet in a float: Float32 for integers of at most 16 bits and Float32, else Float64; that is the
/// one case where digits may be lost, above 2^53, as in arithmetic. UInt64 and signed integers meet in Decimal(38, 0).
/// Decimals that would need more than 38 digits get 38; a value that doesn't fit then is an error when it is cast.
///
/// ```
/// use lazuli_array::DataType;
/// use lazuli_expr::supertype;
///
/// assert_eq!(supertype(&DataType::UInt8, &DataType::Int8), Some(DataType::Int16));
/// assert_eq!(supertype(&DataType::Int64, &DataType::String), None);
/// ```
pub fn supertype(left: &DataType, right: &DataType) -> Option<DataType> {
    use DataType::{Categorical, Date, Datetime, Duration, Enum, List, Null, String, Struct};

    if left == right {
        return Some(left.clone());
    }
    Some(match (left, right) {
        (Null, other) | (other, Null) => other.clone(),
        (left, right) if left.is_numeric() && right.is_numeric() => number(left, right),
        (String | Categorical | Enum(_), String | Categorical | Enum(_)) => String,
        // A date is midnight of no zone, so a datetime with one does not hold it.
        (Date, Datetime(unit, None)) | (Datetime(unit, None), Date) => Datetime(*unit, None),
        (Datetime(left, left_zone), Datetime(right, right_zone)) if left_zone == right_zone => {
            Datetime(finer(*left, *right), left_zone.clone())
        }
        (Duration(left), Duration(right)) => Duration(finer(*left, *right)),
        (List(left), List(right)) => List(Box::new(supertype(left, right)?)),
        (Struct(left), Struct(right)) => Struct(fields(left, right)?),
        _ => return None,
    })
}

fn finer(left: TimeUnit, right: TimeUnit) -> TimeUnit {
    // Units are ordered from coarse to fine.
    left.max(right)
}

/// Fields of the same names in the same order.
fn fields(left: &[Field], right: &[Field]) -> Option<Arc<[Field]>> {
    if left.len() != right.len() {
        return None;
    }
    let pairs = left.iter().zip(right);
    pairs
        .map(|(left, right)| {
            let same_name = left.name() == right.name();
            let data_type = same_name.then(|| supertype(left.data_type(), right.data_type()))??;
            Some(Field::new(left.name().clone(), data_type))
        })
        .collect()
}

/// What a numeric type holds.
enum Number {
    Integer { signed: bool, bits: u8 },
    Float { bits: u8 },
    Decimal { precision: u8, scale: u8 },
}

impl Number {
    fn of(data_type: &DataType) -> Self {
        let integer = |signed, bits| Self::Integer { signed, bits };
        match data_type {
            DataType::Int8 => integer(true, 8),
            DataType::Int16 => integer(true, 16),
            DataType::Int32 => integer(true, 32),
            DataType::Int64 => integer(true, 64),
            DataType::UInt8 => integer(false, 8),
            DataType::UInt16 => integer(false, 16),
            DataType::UInt32 => integer(false, 32),
            DataType::UInt64 => integer(false, 64),
            DataType::Float32 => Self::Float { bits: 32 },
            DataType::Float64 => Self::Float { bits: 64 },
            DataType::Decimal { precision, scale } => Self::Decimal { precision: *precision, scale: *scale },
            other => unreachable!("{other} is not a number"),
        }
    }

    /// Digits before and after the point of a number that is not a float.
    fn digits(&self) -> (u8, u8) {
        match self {
            Self::Decimal { precision, scale } => (precision.saturating_sub(*scale), *scale),
            Self::Integer { bits: 8, .. } => (3, 0),
            Self::Integer { bits: 16, .. } => (5, 0),
            Self::Integer { bits: 32, .. } => (10, 0),
            Self::Integer { signed: true, .. } => (19, 0),
            Self::Integer { signed: false, .. } => (20, 0),
            Self::Float { .. } => unreachable!("floats have no digits before the point"),
        }
    }
}

fn number(left: &DataType, right: &DataType) -> DataType {
    use Number::{Decimal, Float, Integer};

    match (Number::of(left), Number::of(right)) {
        (Integer { signed: true, bits: left }, Integer { signed: true, bits: right }) => {
            signed(left.max(right))
        }
        (Integer { signed: false, bits: left }, Integer { signed: false, bits: right }) => {
            unsigned(left.max(right))
        }
        (Integer { signed: true, bits }, Integer { bits: unsigned_bits, .. })
        | (Integer { bits: unsigned_bits, .. }, Integer { signed: true, bits }) => {
            signed(bits.max(unsigned_bits * 2))
        }
        (Float { bits: left }, Float { bits: right }) => float(left.max(right)),
        // 24 bits of digits hold integers of 16.
        (Float { bits: 32 }, Integer { bits: 8 | 16, .. })
        | (Integer { bits: 8 | 16, .. }, Float { bits: 32 }) => float(32),
        (Float { .. }, _) | (_, Float { .. }) => float(64),
        (left @ Decimal { .. }, right) | (left, right @ Decimal { .. }) => {
            let ((left_whole, left_scale), (right_whole, right_scale)) = (left.digits(), right.digits());
            let scale = left_scale.max(right_scale);
            let precision = (left_whole.max(right_whole) + scale).min(MAX_PRECISION);
            DataType::Decimal { precision, scale }
        }
    }
}

/// The signed integer of this many bits; beyond 64, a decimal of all digits.
fn signed(bits: u8) -> DataType {
    match bits {
        8 => DataType::Int8,
        16 => DataType::Int16,
        32 => DataType::Int32,
        64 => DataType::Int64,
        _ => DataType::Decimal { precision: MAX_PRECISION, scale: 0 },
    }
}

fn unsigned(bits: u8) -> DataType {
    match bits {
        8 => DataType::UInt8,
        16 => DataType::UInt16,
        32 => DataType::UInt32,
        _ => DataType::UInt64,
    }
}

fn float(bits: u8) -> DataType {
    if bits == 32 { DataType::Float32 } else { DataType::Float64 }
}

#[cfg(test)]
mod tests {
    use lazuli_array::TimeZone;

    use super::*;

    fn decimal(precision: u8, scale: u8) -> DataType {
        DataType::Decimal { precision, scale }
    }

    fn list(item: DataType) -> DataType {
        DataType::List(Box::new(item))
    }

    fn record(name: &str, data_type: DataType) -> DataType {
        DataType::Struct([Field::new(name, data_type)].into())
    }

    #[test]
    fn two_types_have_one_supertype_from_both_sides() {
        use DataType::*;
        use TimeUnit::{Milliseconds as Ms, Nanoseconds as Ns};
        let zone = Some(TimeZone::from("Europe/Paris"));
        let cases = [
            (Null, Int8, Some(Int8)),
            (Int8, Int64, Some(Int64)),
            (UInt8, UInt32, Some(UInt32)),
            (UInt8, Int8, Some(Int16)),
            (UInt8, Int64, Some(Int64)),
            (UInt32, Int16, Some(Int64)),
            (UInt64, Int8, Some(decimal(38, 0))),
            (UInt64, Int64, Some(decimal(38, 0))),
            (Int16, Float32, Some(Float32)),
            (UInt32, Float32, Some(Float64)),
            (Int64, Float64, Some(Float64)),
            (Float32, Float64, Some(Float64)),
            (decimal(5, 2), decimal(10, 0), Some(decimal(12, 2))),
            (decimal(38, 0), decimal(10, 2), Some(decimal(38, 2))),
            (decimal(5, 2), Int64, Some(decimal(21, 2))),
            (decimal(5, 2), Float32, Some(Float64)),
            (Boolean, Int8, None),
            (Boolean, String, None),
            (Int64, String, None),
            (String, Categorical, Some(String)),
            (String, Enum(std::sync::Arc::default()), Some(String)),
            (Date, Datetime(Ms, None), Some(Datetime(Ms, None))),
            (Date, Datetime(Ms, zone.clone()), None),
            (Datetime(Ms, zone.clone()), Datetime(Ns, zone.clone()), Some(Datetime(Ns, zone.clone()))),
            (Datetime(Ms, zone.clone()), Datetime(Ms, None), None),
            (Duration(Ms), Duration(Ns), Some(Duration(Ns))),
            (Duration(Ms), Time, None),
            (Date, Int32, None),
            (list(Int8), list(UInt8), Some(list(Int16))),
            (list(Int8), list(String), None),
            (list(Int8), Int8, None),
            (record("a", Int8), record("a", Null), Some(record("a", Int8))),
            (record("a", Int8), record("b", Int8), None),
            (Binary, String, None),
        ];
        for (left, right, expected) in cases {
            assert_eq!(supertype(&left, &right), expected, "{left} {right}");
            assert_eq!(supertype(&right, &left), expected, "{right} {left}");
            assert_eq!(supertype(&left, &left), Some(left));
        }
    }

    /// The types that `docs/types.md` shows, one of each parameter.
    fn shown() -> Vec<DataType> {
        use DataType::*;
        let unit = TimeUnit::Microseconds;
        let low = lazuli_array::Dictionary::new([Some("low")].into_iter().collect());
        vec![
            Boolean,
            Int8,
            Int16,
            Int32,
            Int64,
            UInt8,
            UInt16,
            UInt32,
            UInt64,
            Float32,
            Float64,
            decimal(9, 2),
            String,
            Categorical,
            Enum(Arc::new(low)),
            Binary,
            Date,
            Datetime(unit, None),
            Datetime(unit, Some("Europe/Paris".into())),
            Duration(unit),
            Time,
        ]
    }

    fn heading(data_type: &DataType) -> std::string::String {
        match data_type {
            DataType::Enum(_) => "Enum".into(),
            other => other.to_string(),
        }
    }

    /// A table with a cell for each pair of types; rows are the first.
    fn table(cell: impl Fn(&DataType, &DataType) -> std::string::String) -> std::string::String {
        let types = shown();
        let line =
            |first: &str, cells: Vec<std::string::String>| format!("| {first} | {} |\n", cells.join(" | "));
        let mut text = line("", types.iter().map(heading).collect());
        text += &line("---", types.iter().map(|_| "---".into()).collect());
        for left in &types {
            text += &line(&heading(left), types.iter().map(|right| cell(left, right)).collect());
        }
        text
    }

    #[test]
    fn the_tables_of_the_documentation_are_what_the_code_says() {
        let documentation = include_str!("../../../docs/types.md");
        let meets = table(|left, right| match supertype(left, right) {
            Some(DataType::Enum(_)) => "Enum".into(),
            Some(common) => common.to_string(),
            None => "".into(),
        });
        let casts = table(|from, to| {
            let is_there = lazuli_kernels::cast::can_cast(from, to);
            if from == to {
                "="
            } else if is_there {
                "x"
            } else {
                ""
            }
            .into()
        });
        let is_shown = [&meets, &casts].map(|table| documentation.contains(table.as_str()));
        assert_eq!(is_shown, [true; 2], "docs/types.md has other tables:\n{meets}\n{casts}");
    }
}
