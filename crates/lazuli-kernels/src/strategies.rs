//! Arbitrary columns for property tests: every type, edge values, nulls over any slot, slices at odd offsets, strings
//! plain and dictionary-encoded.

use std::ops::Range;
use std::sync::Arc;

use lazuli_array::{
    Array, Bitmap, BooleanArray, Column, DataType, Dictionary, DictionaryArray, Field, ListArray, Scalar,
    StructArray, TimeUnit, dispatch_primitive,
};
use proptest::prelude::*;

/// Types without nesting, one of each parameter.
pub(crate) fn flat_types() -> Vec<DataType> {
    let mut types = numeric_types();
    types.extend([
        DataType::Null,
        DataType::Boolean,
        DataType::Decimal { precision: 38, scale: 3 },
        DataType::String,
        DataType::Binary,
        DataType::Date,
        DataType::Datetime(TimeUnit::Microseconds, None),
        DataType::Datetime(TimeUnit::Nanoseconds, Some("Europe/Paris".into())),
        DataType::Duration(TimeUnit::Milliseconds),
        DataType::Time,
        DataType::Categorical,
        enum_type(),
    ]);
    types
}

/// Integers and floats.
pub(crate) fn numeric_types() -> Vec<DataType> {
    let mut types = integer_types();
    types.extend([DataType::Float32, DataType::Float64]);
    types
}

/// Integers.
pub(crate) fn integer_types() -> Vec<DataType> {
    vec![
        DataType::Int8,
        DataType::Int16,
        DataType::Int32,
        DataType::Int64,
        DataType::UInt8,
        DataType::UInt16,
        DataType::UInt32,
        DataType::UInt64,
    ]
}

/// All types, with some nesting.
pub(crate) fn all_types() -> Vec<DataType> {
    let mut types = flat_types();
    let fields = [Field::new("a", DataType::Int64), Field::new("b", DataType::String)];
    let fields = DataType::Struct(fields.into());
    types.extend([
        DataType::List(Box::new(DataType::Float64)),
        DataType::List(Box::new(DataType::String)),
        DataType::List(Box::new(fields.clone())),
        fields,
        DataType::Struct([Field::new("l", DataType::List(Box::new(DataType::Int8)))].into()),
    ]);
    types
}

/// An `Enum` whose order is not that of its texts.
pub(crate) fn enum_type() -> DataType {
    DataType::Enum(Arc::new(Dictionary::new(["low", "", "high"].into_iter().map(Some).collect())))
}

/// One of these types.
pub(crate) fn one_of(types: Vec<DataType>) -> impl Strategy<Value = DataType> {
    prop::sample::select(types)
}

/// A value of a type, never null at the top; small and extreme values are likely.
pub(crate) fn scalar(data_type: &DataType) -> BoxedStrategy<Scalar> {
    fn integer<T>(wrap: fn(T) -> Scalar, min: T, max: T) -> BoxedStrategy<Scalar>
    where
        T: Arbitrary + Clone + TryFrom<i8> + 'static,
        <T as TryFrom<i8>>::Error: std::fmt::Debug,
    {
        let small = (0i8..8).prop_map(|value| T::try_from(value).expect("small and not negative"));
        prop_oneof![6 => small, 2 => any::<T>(), 1 => Just(min), 1 => Just(max)].prop_map(wrap).boxed()
    }
    let float = || {
        prop_oneof![
            6 => (-8i8..8).prop_map(|value| f64::from(value) / 2.0),
            2 => any::<f64>(),
            1 => prop::sample::select(vec![
                f64::NAN, -f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -0.0, 9_007_199_254_740_993.0, 9.3e18, -9.3e18,
            ]),
        ]
    };
    match data_type {
        DataType::Null => Just(Scalar::Null).boxed(),
        DataType::Boolean => any::<bool>().prop_map(Scalar::Boolean).boxed(),
        DataType::Int8 => prop_oneof![(-8i8..8).prop_map(Scalar::Int8), any::<i8>().prop_map(Scalar::Int8)].boxed(),
        DataType::Int16 => integer(Scalar::Int16, i16::MIN, i16::MAX),
        DataType::Int32 => integer(Scalar::Int32, i32::MIN, i32::MAX),
        DataType::Int64 => prop_oneof![
            4 => integer(Scalar::Int64, i64::MIN, i64::MAX),
            1 => prop::sample::select(vec![9_007_199_254_740_993i64, 9_007_199_254_740_992, -1]).prop_map(Scalar::Int64),
        ]
        .boxed(),
        DataType::UInt8 => prop_oneof![(0u8..8).prop_map(Scalar::UInt8), any::<u8>().prop_map(Scalar::UInt8)].boxed(),
        DataType::UInt16 => integer(Scalar::UInt16, u16::MIN, u16::MAX),
        DataType::UInt32 => integer(Scalar::UInt32, u32::MIN, u32::MAX),
        DataType::UInt64 => integer(Scalar::UInt64, u64::MIN, u64::MAX),
        DataType::Float32 => float().prop_map(|value| Scalar::Float32(value as f32)).boxed(),
        DataType::Float64 => float().prop_map(Scalar::Float64).boxed(),
        DataType::Decimal { precision, scale } => {
            let (precision, scale) = (*precision, *scale);
            let limit = 10i128.pow(u32::from(precision));
            let digits = prop_oneof![
                6 => -3000i128..3000,
                2 => any::<i128>().prop_map(move |value| value % limit),
                1 => Just(limit - 1),
            ];
            digits.prop_map(move |value| Scalar::Decimal { value, precision, scale }).boxed()
        }
        DataType::String | DataType::Categorical => {
            prop_oneof![3 => "[a-c]{0,2}", 1 => "[a-zäß€😀]{0,12}"].prop_map(Scalar::from).boxed()
        }
        DataType::Enum(categories) => {
            let texts: Vec<Scalar> = categories.values().iter().map(|text| Scalar::from(Some(text))).collect();
            prop::sample::select(texts).boxed()
        }
        DataType::Binary => {
            prop::collection::vec(0u8..3, 0..4).prop_map(|bytes| Scalar::Binary(bytes.into())).boxed()
        }
        DataType::Date => (-40_000i32..40_000).prop_map(Scalar::Date).boxed(),
        DataType::Datetime(unit, zone) => {
            let (unit, zone) = (*unit, zone.clone());
            prop_oneof![4 => -9i64..9, 1 => any::<i64>()]
                .prop_map(move |ticks| Scalar::Datetime(ticks, unit, zone.clone()))
                .boxed()
        }
        DataType::Duration(unit) => {
            let unit = *unit;
            prop_oneof![4 => -9i64..9, 1 => any::<i64>()]
                .prop_map(move |ticks| Scalar::Duration(ticks, unit))
                .boxed()
        }
        DataType::Time => (0i64..86_400_000_000_000).prop_map(Scalar::Time).boxed(),
        DataType::List(item) => {
            let item_type = (**item).clone();
            prop::collection::vec(nullable(item), 0..4)
                .prop_map(move |values| {
                    let values = Column::from_scalars(&item_type, values).expect("values of the item's type");
                    Scalar::List(Box::new(values))
                })
                .boxed()
        }
        DataType::Struct(fields) => {
            let names: Vec<_> = fields.iter().map(|field| field.name().clone()).collect();
            let values: Vec<_> = fields.iter().map(|field| nullable(field.data_type())).collect();
            values
                .prop_map(move |values| Scalar::Struct(names.iter().cloned().zip(values).collect()))
                .boxed()
        }
    }
}

fn nullable(data_type: &DataType) -> BoxedStrategy<Scalar> {
    prop_oneof![3 => scalar(data_type), 1 => Just(Scalar::Null)].boxed()
}

/// A column of a type: cut out of a longer one at any offset, with nulls laid over arbitrary values, or without nulls;
/// `String` columns are plain or dictionary-encoded, codes narrow or wide.
pub(crate) fn column(data_type: &DataType, rows: Range<usize>) -> BoxedStrategy<Column> {
    let data_type = data_type.clone();
    (rows, 0usize..70, 0usize..5)
        .prop_flat_map(move |(rows, before, after)| {
            let total = before + rows + after;
            let values = prop::collection::vec(scalar(&data_type), total);
            let validity = prop_oneof![
                3 => prop::collection::vec(prop::bool::weighted(0.7), total),
                1 => Just(vec![true; total]),
            ];
            let forms = (any::<bool>(), any::<bool>());
            (Just(data_type.clone()), values, validity, forms).prop_map(
                move |(data_type, values, validity, (encode, narrow))| {
                    let whole =
                        Column::from_scalars(&data_type, values).expect("values of the column's type");
                    let array = with_validity(whole.array(), &validity.into_iter().collect());
                    let array = match array {
                        Array::String(text) if encode => text.iter().collect::<DictionaryArray>().into(),
                        other => other,
                    };
                    let array = match array {
                        Array::Dictionary(codes) if narrow => codes.narrowed().into(),
                        other => other,
                    };
                    Column::new(data_type, array).sliced(before, rows)
                },
            )
        })
        .boxed()
}

/// Lays nulls over an array; what the slots held stays there, as kernels must not care.
fn with_validity(array: &Array, validity: &Bitmap) -> Array {
    let some = Some(validity.clone());
    dispatch_primitive!(
        array,
        |array| array.with_validity(some).into(),
        else match array {
            Array::Boolean(array) => BooleanArray::new(array.values().clone(), some).into(),
            Array::String(array) => array.with_validity(some).into(),
            Array::Dictionary(array) => array.with_validity(some).into(),
            Array::List(array) => {
                ListArray::new(array.offsets().to_vec().into(), array.values().clone(), some).into()
            }
            Array::Struct(array) => StructArray::new(array.len(), array.fields().to_vec(), some).into(),
            Array::Binary(array) => {
                let (offsets, bytes, _) = array.clone().into_parts();
                lazuli_array::BinaryArray::try_new(offsets, bytes, some).expect("parts of an array").into()
            }
            other => other.clone(),
        }
    )
}

/// A column of any type.
pub(crate) fn any_column(rows: Range<usize>) -> BoxedStrategy<Column> {
    one_of(all_types()).prop_flat_map(move |data_type| column(&data_type, rows.clone())).boxed()
}

/// A mask of some density, at any offset within its bytes.
pub(crate) fn mask(rows: usize) -> BoxedStrategy<Bitmap> {
    (prop::sample::select(vec![0.0, 0.03, 0.5, 0.97, 1.0]), 0usize..9)
        .prop_flat_map(move |(density, offset)| {
            prop::collection::vec(prop::bool::weighted(density), rows + offset)
                .prop_map(move |bits| Bitmap::from_iter(bits).sliced(offset, rows))
        })
        .boxed()
}

/// A column of any type and a mask as long.
pub(crate) fn any_column_with_mask(rows: Range<usize>) -> BoxedStrategy<(Column, Bitmap)> {
    columns_with_mask(1, rows).prop_map(|(mut columns, mask)| (columns.remove(0), mask)).boxed()
}

/// Columns of any types and a mask, all of one length.
pub(crate) fn columns_with_mask(count: usize, rows: Range<usize>) -> BoxedStrategy<(Vec<Column>, Bitmap)> {
    rows.prop_flat_map(move |rows| (prop::collection::vec(any_column(rows..rows + 1), count), mask(rows)))
        .boxed()
}

/// A column of any type and row numbers within it.
pub(crate) fn any_column_with_indices(rows: Range<usize>) -> BoxedStrategy<(Column, Vec<u32>)> {
    any_column(rows)
        .prop_flat_map(|column| {
            let indices = prop::collection::vec(0..column.len() as u32, 0..300);
            (Just(column), indices)
        })
        .boxed()
}

/// A type and columns of it, of any lengths.
pub(crate) fn columns_of_one_type(
    count: Range<usize>,
    rows: Range<usize>,
) -> BoxedStrategy<(DataType, Vec<Column>)> {
    one_of(all_types())
        .prop_flat_map(move |data_type| {
            let columns = prop::collection::vec(column(&data_type, rows.clone()), count.clone());
            (Just(data_type), columns)
        })
        .boxed()
}

/// Columns of one length, of these types in this order.
pub(crate) fn columns_of(types: &[DataType], rows: Range<usize>) -> BoxedStrategy<Vec<Column>> {
    let types = types.to_vec();
    rows.prop_flat_map(move |rows| {
        types.iter().map(|data_type| column(data_type, rows..rows + 1)).collect::<Vec<_>>()
    })
    .boxed()
}

/// An `Int64` column.
pub(crate) fn ints(values: &[Option<i64>]) -> Column {
    Column::new(DataType::Int64, values.iter().copied().collect::<lazuli_array::PrimitiveArray<i64>>())
}
