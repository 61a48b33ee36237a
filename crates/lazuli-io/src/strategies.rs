//! Types and values at random, for the tests of formats.

use lazuli_array::{Column, DataType, Dictionary, Field, Scalar, TimeUnit};
use proptest::prelude::*;
use std::sync::Arc;

/// Units of time.
pub(crate) fn units() -> impl Strategy<Value = TimeUnit> {
    prop_oneof![Just(TimeUnit::Milliseconds), Just(TimeUnit::Microseconds), Just(TimeUnit::Nanoseconds)]
}

/// Every type, nested too.
#[cfg(feature = "ipc")]
pub(crate) fn types() -> impl Strategy<Value = DataType> {
    types_where(|_| true, |_| true)
}

/// The types that are in place as whole columns, and nested ones of those that are in place within others.
pub(crate) fn types_where(
    is_column: fn(&DataType) -> bool,
    is_inside: fn(&DataType) -> bool,
) -> impl Strategy<Value = DataType> {
    let zones = prop_oneof![Just(None), Just(Some("UTC".into())), Just(Some("Europe/Paris".into()))];
    let leaf = prop_oneof![
        prop::sample::select(vec![
            DataType::Null,
            DataType::Boolean,
            DataType::Int8,
            DataType::Int16,
            DataType::Int32,
            DataType::Int64,
            DataType::UInt8,
            DataType::UInt16,
            DataType::UInt32,
            DataType::UInt64,
            DataType::Float32,
            DataType::Float64,
            DataType::String,
            DataType::Binary,
            DataType::Date,
            DataType::Time,
            DataType::Categorical,
            DataType::Enum(Arc::new(Dictionary::new(["b", "a", "Ω"].into_iter().map(Some).collect()))),
        ]),
        (1u8..=38, 0u8..38)
            .prop_map(|(precision, scale)| DataType::Decimal { precision, scale: scale.min(precision) }),
        units().prop_map(DataType::Duration),
        (units(), zones).prop_map(|(unit, zone)| DataType::Datetime(unit, zone)),
    ];
    let leaf = leaf.prop_filter("no place as a column", is_column);
    let inside = leaf.clone().prop_filter("no place inside", is_inside);
    let nested = inside.prop_recursive(3, 8, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(|item| DataType::List(Box::new(item))),
            prop::collection::vec(inner, 1..4).prop_map(|fields| {
                DataType::Struct(
                    fields
                        .into_iter()
                        .enumerate()
                        .map(|(index, field)| Field::new(format!("f{index}"), field))
                        .collect(),
                )
            }),
        ]
    });
    prop_oneof![leaf, nested]
}

/// Values of a type, nulls among them, at every level.
pub(crate) fn values(data_type: &DataType) -> BoxedStrategy<Scalar> {
    let value = match data_type {
        DataType::Null => Just(Scalar::Null).boxed(),
        DataType::Boolean => any::<bool>().prop_map(Scalar::Boolean).boxed(),
        DataType::Int8 => any::<i8>().prop_map(Scalar::Int8).boxed(),
        DataType::Int16 => any::<i16>().prop_map(Scalar::Int16).boxed(),
        DataType::Int32 => prop_oneof![any::<i32>(), -3i32..3].prop_map(Scalar::Int32).boxed(),
        DataType::Int64 => prop_oneof![any::<i64>(), -3i64..3].prop_map(Scalar::Int64).boxed(),
        DataType::UInt8 => any::<u8>().prop_map(Scalar::UInt8).boxed(),
        DataType::UInt16 => any::<u16>().prop_map(Scalar::UInt16).boxed(),
        DataType::UInt32 => any::<u32>().prop_map(Scalar::UInt32).boxed(),
        DataType::UInt64 => any::<u64>().prop_map(Scalar::UInt64).boxed(),
        DataType::Float32 => any::<u32>().prop_map(|bits| Scalar::Float32(f32::from_bits(bits))).boxed(),
        DataType::Float64 => any::<u64>().prop_map(|bits| Scalar::Float64(f64::from_bits(bits))).boxed(),
        DataType::String | DataType::Categorical => {
            prop_oneof!["[abΩ]{0,3}", "[a-z]{15,40}"].prop_map(Scalar::from).boxed()
        }
        DataType::Binary => {
            prop::collection::vec(any::<u8>(), 0..20).prop_map(|bytes| Scalar::Binary(bytes.into())).boxed()
        }
        DataType::Date => any::<i32>().prop_map(Scalar::Date).boxed(),
        DataType::Time => (0..86_400_000_000_000i64).prop_map(Scalar::Time).boxed(),
        DataType::Decimal { precision, scale } => {
            let (precision, scale) = (*precision, *scale);
            let limit = 10i128.pow(u32::from(precision));
            (1 - limit..limit).prop_map(move |value| Scalar::Decimal { value, precision, scale }).boxed()
        }
        DataType::Duration(unit) => {
            let unit = *unit;
            any::<i64>().prop_map(move |ticks| Scalar::Duration(ticks, unit)).boxed()
        }
        DataType::Datetime(unit, zone) => {
            let (unit, zone) = (*unit, zone.clone());
            any::<i64>().prop_map(move |ticks| Scalar::Datetime(ticks, unit, zone.clone())).boxed()
        }
        DataType::List(item) => {
            let item = item.clone();
            prop::collection::vec(values(&item), 0..4)
                .prop_map(move |values| {
                    Scalar::List(Box::new(Column::from_scalars(&item, values).expect("values of the type")))
                })
                .boxed()
        }
        DataType::Struct(fields) => {
            let names: Vec<_> = fields.iter().map(|field| field.name().clone()).collect();
            let each: Vec<_> = fields.iter().map(|field| values(field.data_type())).collect();
            each.prop_map(move |values| Scalar::Struct(names.iter().cloned().zip(values).collect())).boxed()
        }
        DataType::Enum(categories) => {
            let texts: Vec<String> = categories.values().iter().map(str::to_owned).collect();
            prop::sample::select(texts).prop_map(Scalar::from).boxed()
        }
    };
    prop_oneof![5 => value, 1 => Just(Scalar::Null)].boxed()
}
