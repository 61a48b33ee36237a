//! Random values: few different ones, so that groups and joins meet, and the awkward ones of each type.

use std::sync::{Arc, LazyLock};

use lazuli_array::{Column, DataType, Dictionary, Scalar, TimeUnit};

use crate::split_mix::SplitMix64;

/// Texts: empty, longer than what is kept inline, beyond ASCII, some of them numbers, dates, booleans.
pub(super) const TEXTS: &[&str] = &[
    "",
    "a",
    "b",
    "ab",
    "a ",
    "A",
    "é",
    "日本語",
    "a text of more than twelve bytes",
    "a text of more than twelve bites",
    "12",
    "-7",
    "+3",
    "300",
    "99999999999999999999",
    "1.5",
    "true",
    "False",
    "2024-02-29",
    "2023-02-29",
    "\u{0}",
];

/// Both zeros often: they are equal, and yet not the same.
const FLOATS: &[f64] = &[
    0.0, -0.0, 0.0, -0.0, 1.0, -1.0, 0.5, 1.5, 2.0, 3.0, -2.25, 0.1, 0.2, 0.3, 1e9, -1e9, 12345.678, 1e-3,
    7.0,
];
const STRANGE_FLOATS: &[f64] = &[f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -0.0];

static ENUM: LazyLock<Arc<Dictionary>> =
    LazyLock::new(|| Arc::new(Dictionary::new(["low", "mid", "high"].into_iter().map(Some).collect())));

/// Every type a column may have, the common ones more than once.
pub(super) fn any_type(random: &mut SplitMix64) -> DataType {
    use DataType::*;
    let zone = || Some("UTC".into());
    match random.below(50) {
        0..=8 => Int64,
        9..=13 => Float64,
        14..=19 => String,
        20..=22 => Boolean,
        23..=24 => Int32,
        25 => Int8,
        26 => Int16,
        27 => UInt8,
        28 => UInt16,
        29 => UInt32,
        30 => UInt64,
        31 => Float32,
        32..=33 => Decimal { precision: 9, scale: 2 },
        34 => Binary,
        35..=37 => Date,
        38 => Datetime(TimeUnit::Microseconds, None),
        39 => Datetime(TimeUnit::Milliseconds, None),
        40 => Datetime(TimeUnit::Nanoseconds, zone()),
        41 => Duration(*random.pick(&[TimeUnit::Milliseconds, TimeUnit::Microseconds])),
        42 => Time,
        43 => Categorical,
        44 => Enum(ENUM.clone()),
        45 => Date,
        46 => Datetime(TimeUnit::Milliseconds, None),
        47..=48 => Duration(TimeUnit::Milliseconds),
        _ => random.pick(&[Null, List(Box::new(Int64))]).clone(),
    }
}

/// A value of a type, not null. `is_extreme`: now and then one at the end of the type's range.
pub(super) fn value_of(data_type: &DataType, is_extreme: bool, random: &mut SplitMix64) -> Scalar {
    let extreme = is_extreme && random.one_in(5);
    let small = random.below(9) as i64 - 3;
    let natural = small.unsigned_abs();
    let least = random.one_in(2);
    match data_type {
        DataType::Null => Scalar::Null,
        DataType::Boolean => Scalar::Boolean(random.one_in(2)),
        DataType::Int8 if extreme => Scalar::Int8(if least { i8::MIN } else { i8::MAX }),
        DataType::Int16 if extreme => Scalar::Int16(if least { i16::MIN } else { i16::MAX }),
        DataType::Int32 if extreme => Scalar::Int32(if least { i32::MIN } else { i32::MAX }),
        DataType::Int64 if extreme => {
            let beyond_floats = (1i64 << 53) + 1;
            Scalar::Int64(*random.pick(&[
                i64::MIN,
                i64::MAX,
                i64::MAX - 1,
                beyond_floats,
                beyond_floats - 1,
                -beyond_floats,
            ]))
        }
        DataType::UInt8 if extreme => Scalar::UInt8(u8::MAX),
        DataType::UInt16 if extreme => Scalar::UInt16(u16::MAX),
        DataType::UInt32 if extreme => Scalar::UInt32(u32::MAX),
        DataType::UInt64 if extreme => Scalar::UInt64(u64::MAX - u64::from(least)),
        DataType::Int8 => Scalar::Int8(small as i8),
        DataType::Int16 => Scalar::Int16(small as i16),
        DataType::Int32 => Scalar::Int32(small as i32),
        DataType::Int64 => Scalar::Int64(small),
        DataType::UInt8 => Scalar::UInt8(natural as u8),
        DataType::UInt16 => Scalar::UInt16(natural as u16),
        DataType::UInt32 => Scalar::UInt32(natural as u32),
        DataType::UInt64 => Scalar::UInt64(natural),
        DataType::Float32 => Scalar::Float32(float(extreme, random) as f32),
        DataType::Float64 => Scalar::Float64(float(extreme, random)),
        DataType::Decimal { precision, scale } => {
            let value = if extreme { 10i128.pow((*precision).into()) - 1 } else { i128::from(small) * 125 };
            Scalar::Decimal { value, precision: *precision, scale: *scale }
        }
        DataType::String | DataType::Categorical => {
            // A few texts more often than the others.
            let length = if random.one_in(2) { 4 } else { TEXTS.len() };
            Scalar::from(TEXTS[random.index(length)])
        }
        DataType::Enum(categories) => {
            Scalar::from(categories.value(random.below(categories.len() as u64) as u32))
        }
        DataType::Binary => Scalar::Binary((*random.pick(&[&b""[..], b"a", b"\xff\x00", b"ab"])).into()),
        DataType::Date => Scalar::Date(if extreme { -25_000 } else { 19_000 + small as i32 * 40 }),
        DataType::Datetime(unit, zone) => {
            let seconds = if extreme { -86_400 * 3 - 1 } else { small * 40_000 };
            let ticks = seconds * unit.per_second() + small * 7;
            Scalar::Datetime(ticks, *unit, zone.clone())
        }
        DataType::Duration(unit) => Scalar::Duration(
            if extreme { i64::MAX - 1 } else { small * 1_800 * unit.per_second() + small },
            *unit,
        ),
        DataType::Time => {
            Scalar::Time(if extreme { 86_399_999_999_999 } else { small.abs() * 3_600_000_000_001 })
        }
        DataType::List(item) => {
            let values: Vec<Scalar> =
                (0..random.below(3)).map(|_| value_of(item, is_extreme, random)).collect();
            Scalar::List(Box::new(Column::from_scalars(item, values).expect("values of the item's type")))
        }
        other => panic!("no values of {other} are made"),
    }
}

fn float(extreme: bool, random: &mut SplitMix64) -> f64 {
    if extreme { *random.pick(STRANGE_FLOATS) } else { *random.pick(FLOATS) }
}
