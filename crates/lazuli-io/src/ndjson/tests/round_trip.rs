//! Written and read back, every type.

use super::*;
use lazuli_array::{Column, Field, Schema, TimeUnit};
use proptest::prelude::*;

/// A value of a type, as the writer makes it and the reader must give it back.
fn value(data_type: &DataType) -> BoxedStrategy<Scalar> {
    let text = "[a-z\"\\\\\n\u{1}é😀]{0,9}";
    let some = match data_type {
        DataType::Null => Just(Scalar::Null).boxed(),
        DataType::Boolean => any::<bool>().prop_map(Scalar::Boolean).boxed(),
        DataType::Int8 => any::<i8>().prop_map(Scalar::Int8).boxed(),
        DataType::Int16 => any::<i16>().prop_map(Scalar::Int16).boxed(),
        DataType::Int32 => any::<i32>().prop_map(Scalar::Int32).boxed(),
        DataType::Int64 => any::<i64>().prop_map(Scalar::Int64).boxed(),
        DataType::UInt8 => any::<u8>().prop_map(Scalar::UInt8).boxed(),
        DataType::UInt16 => any::<u16>().prop_map(Scalar::UInt16).boxed(),
        DataType::UInt32 => any::<u32>().prop_map(Scalar::UInt32).boxed(),
        DataType::UInt64 => any::<u64>().prop_map(Scalar::UInt64).boxed(),
        DataType::Float32 => any::<f32>().prop_map(Scalar::Float32).boxed(),
        DataType::Float64 => any::<f64>().prop_map(Scalar::Float64).boxed(),
        &DataType::Decimal { precision, scale } => {
            (-99_999_i128..99_999).prop_map(move |value| Scalar::Decimal { value, precision, scale }).boxed()
        }
        DataType::String => text.prop_map(|text| Scalar::String(text.as_str().into())).boxed(),
        DataType::Binary => {
            prop::collection::vec(any::<u8>(), 0..9).prop_map(|bytes| Scalar::Binary(bytes.into())).boxed()
        }
        DataType::Date => (-999_999_i32..999_999).prop_map(Scalar::Date).boxed(),
        DataType::Datetime(unit, zone) => {
            let (unit, zone) = (*unit, zone.clone());
            any::<i64>().prop_map(move |ticks| Scalar::Datetime(ticks >> 8, unit, zone.clone())).boxed()
        }
        &DataType::Duration(unit) => {
            any::<i64>().prop_map(move |ticks| Scalar::Duration(ticks, unit)).boxed()
        }
        DataType::Time => (0..86_400_000_000_000_i64).prop_map(Scalar::Time).boxed(),
        DataType::List(item) => {
            let item_type = (**item).clone();
            prop::collection::vec(value(item), 0..4)
                .prop_map(move |items| Scalar::List(Box::new(column(&item_type, &items))))
                .boxed()
        }
        DataType::Struct(fields) => {
            let names: Vec<_> = fields.iter().map(|field| field.name().clone()).collect();
            let values: Vec<_> = fields.iter().map(|field| value(field.data_type())).collect();
            values.prop_map(move |values| Scalar::Struct(names.iter().cloned().zip(values).collect())).boxed()
        }
        other => panic!("no values of {other}"),
    };
    prop_oneof![4 => some, 1 => Just(Scalar::Null)].boxed()
}

fn column(data_type: &DataType, values: &[Scalar]) -> Column {
    Column::from_scalars(data_type, values.iter().cloned()).expect("values of the type")
}

fn all_types() -> Vec<DataType> {
    let zone = Some("UTC".into());
    let point = DataType::Struct(
        [Field::new("x", DataType::Int8), Field::new("y\"", DataType::List(Box::new(DataType::String)))]
            .into(),
    );
    vec![
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
        DataType::Decimal { precision: 20, scale: 3 },
        DataType::String,
        DataType::Binary,
        DataType::Date,
        DataType::Datetime(TimeUnit::Milliseconds, None),
        DataType::Datetime(TimeUnit::Microseconds, zone),
        DataType::Datetime(TimeUnit::Nanoseconds, None),
        DataType::Duration(TimeUnit::Milliseconds),
        DataType::Duration(TimeUnit::Nanoseconds),
        DataType::Time,
        DataType::Null,
        point.clone(),
        DataType::List(Box::new(point)),
        DataType::List(Box::new(DataType::List(Box::new(DataType::Float64)))),
    ]
}

/// NaN and the infinities are written as null.
fn as_written(value: &Scalar) -> Scalar {
    match value {
        Scalar::Float32(value) if !value.is_finite() => Scalar::Null,
        Scalar::Float64(value) if !value.is_finite() => Scalar::Null,
        Scalar::List(items) => {
            let values: Vec<Scalar> = (0..items.len()).map(|row| as_written(&items.get(row))).collect();
            Scalar::List(Box::new(column(items.data_type(), &values)))
        }
        Scalar::Struct(fields) => {
            Scalar::Struct(fields.iter().map(|(name, value)| (name.clone(), as_written(value))).collect())
        }
        other => other.clone(),
    }
}

fn round_trip(data_type: &DataType, values: &[Scalar], layout: JsonLayout) {
    let batch = Batch::from_columns(vec![("a\n".into(), column(data_type, values))]).expect("one column");
    let writer = NdjsonWriter::new(batch.schema());
    let mut text = Vec::new();
    match layout {
        JsonLayout::Lines => writer.format_batch(&batch, &mut text),
        _ => {
            writer.format_items(&batch, &mut text);
            match text.first_mut() {
                Some(comma) => *comma = b'[',
                None => text.push(b'['),
            }
            text.extend_from_slice(b"]\n");
        }
    }
    if layout == JsonLayout::Lines {
        for line in text.split(|&byte| byte == b'\n').filter(|line| !line.is_empty()) {
            serde_json::from_slice::<serde_json::Value>(line).expect("the writer writes JSON");
        }
    }
    let schema: Schema = batch.schema().as_ref().clone();
    let given = NdjsonOptions { schema: Some(Arc::new(schema)), layout, ..options() };
    let found =
        answer(&text, &given).unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&text)));
    let expected: Vec<Vec<Scalar>> = values.iter().map(|value| vec![as_written(value)]).collect();
    assert_eq!(found.rows, expected, "{}", String::from_utf8_lossy(&text));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn every_type_comes_back(
        (data_type, values) in prop::sample::select(all_types())
            .prop_flat_map(|data_type| (Just(data_type.clone()), prop::collection::vec(value(&data_type), 0..12))),
        layout in prop::sample::select(vec![JsonLayout::Lines, JsonLayout::Array]),
    ) {
        round_trip(&data_type, &values, layout);
    }
}

#[test]
fn dictionaries_come_back() {
    let texts = ["a", "b\"", "", "b\"", "a"].map(Some);
    for data_type in [DataType::Categorical, DataType::String] {
        let values: Vec<Scalar> =
            texts.iter().map(|text| Scalar::String(text.unwrap_or_default().into())).collect();
        let column = Column::from_scalars(&data_type, values).expect("texts");
        let batch = Batch::from_columns(vec![("a".into(), column)]).expect("one column");
        let mut text = Vec::new();
        NdjsonWriter::new(batch.schema()).format_batch(&batch, &mut text);
        let given = NdjsonOptions { schema: Some(batch.schema().clone()), ..options() };
        let found = answer(&text, &given).expect("reads");
        assert_eq!(found.rows.len(), texts.len());
        assert_eq!(found.rows[1][0].to_string(), "b\"");
    }
}
