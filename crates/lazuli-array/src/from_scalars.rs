//! Columns from scalars: slow, one value at a time, for small data, tests and edges.

use crate::{
    Array, ArrayError, BinaryArray, BooleanArray, Column, DataType, DictionaryArray, ListArray, Native,
    NullArray, PhysicalType, PrimitiveArray, Result, Scalar, StringArray, StructArray,
    dispatch_physical_primitive,
};

impl Column {
    /// A column of type `data_type` with these values. Nulls fit every type, text fits every text type. Slow: meant
    /// for small data, tests and edges.
    ///
    /// # Errors
    /// [`ArrayError::ValueType`] with the row if a value has another type.
    pub fn from_scalars(data_type: &DataType, values: impl IntoIterator<Item = Scalar>) -> Result<Self> {
        column_from_scalars(data_type, values.into_iter().collect())
    }
}

/// A column of type `data_type` with these values; nulls fit every type, text fits every text type.
///
/// # Errors
/// [`ArrayError::ValueType`] with the row if a value has another type.
fn column_from_scalars(data_type: &DataType, values: Vec<Scalar>) -> Result<Column> {
    let mismatch = |row: usize| ArrayError::ValueType {
        row,
        expected: data_type.clone(),
        found: values[row].data_type(),
    };
    for (row, value) in values.iter().enumerate() {
        let fits = match value {
            Scalar::Null => true,
            Scalar::String(_) => data_type.is_text(),
            // Nested values are checked when their own columns are built.
            Scalar::List(_) => matches!(data_type, DataType::List(_)),
            Scalar::Struct(items) => match data_type {
                DataType::Struct(fields) => {
                    items.iter().map(|(name, _)| name).eq(fields.iter().map(crate::Field::name))
                }
                _ => false,
            },
            other => other.data_type() == *data_type,
        };
        if !fits {
            return Err(mismatch(row));
        }
    }
    let validity = || values.iter().map(|value| !value.is_null()).collect::<crate::Bitmap>();
    let array: Array = match data_type.physical() {
        PhysicalType::Null => NullArray::new(values.len()).into(),
        PhysicalType::Boolean => values
            .iter()
            .map(|value| match value {
                Scalar::Boolean(value) => Some(*value),
                _ => None,
            })
            .collect::<BooleanArray>()
            .into(),
        PhysicalType::String => values.iter().map(text_of).collect::<StringArray>().into(),
        PhysicalType::Dictionary => match data_type {
            DataType::Enum(categories) => {
                let mut codes = Vec::with_capacity(values.len());
                for (row, value) in values.iter().enumerate() {
                    codes.push(match text_of(value) {
                        None => None,
                        Some(text) => Some(categories.position(text).ok_or_else(|| mismatch(row))?),
                    });
                }
                DictionaryArray::try_new(codes.into_iter().collect(), categories.clone())?.into()
            }
            _ => values.iter().map(text_of).collect::<DictionaryArray>().into(),
        },
        PhysicalType::Binary => values
            .iter()
            .map(|value| match value {
                Scalar::Binary(bytes) => Some(bytes),
                _ => None,
            })
            .collect::<BinaryArray>()
            .into(),
        PhysicalType::List => {
            let DataType::List(item) = data_type else { unreachable!("only List lies as a list") };
            let (mut offsets, mut items) = (vec![0i64], Vec::new());
            for value in &values {
                if let Scalar::List(list) = value {
                    items.extend((0..list.len()).map(|row| list.get(row)));
                }
                offsets.push(items.len() as i64);
            }
            let items = column_from_scalars(item, items)?;
            ListArray::new(offsets.into(), items.into_array(), Some(validity())).into()
        }
        PhysicalType::Struct => {
            let DataType::Struct(fields) = data_type else { unreachable!("only Struct lies as a struct") };
            let mut arrays = Vec::with_capacity(fields.len());
            for (index, field) in fields.iter().enumerate() {
                let items = values.iter().map(|value| match value {
                    Scalar::Struct(items) => items.get(index).map_or(Scalar::Null, |(_, item)| item.clone()),
                    _ => Scalar::Null,
                });
                arrays.push(column_from_scalars(field.data_type(), items.collect())?.into_array());
            }
            StructArray::new(values.len(), arrays, Some(validity())).into()
        }
        physical => dispatch_physical_primitive!(
            physical,
            |T| values.iter().map(T::of_scalar).collect::<PrimitiveArray<T>>().into(),
            else unreachable!("all other physical types are matched above")
        ),
    };
    Column::try_new(data_type.clone(), array)
}

fn text_of(value: &Scalar) -> Option<&str> {
    match value {
        Scalar::String(text) => Some(text),
        _ => None,
    }
}

/// The physical value of a scalar, whatever it means.
trait OfScalar: Native {
    /// `None` for null, and for scalars of other physical types: whoever calls has checked the type.
    fn of_scalar(value: &Scalar) -> Option<Self>;
}

macro_rules! of_scalar {
    ($($type:ty => $value:ident in $pattern:pat),* $(,)?) => {$(
        impl OfScalar for $type {
            fn of_scalar(value: &Scalar) -> Option<Self> {
                match value {
                    $pattern => Some(*$value),
                    _ => None,
                }
            }
        }
    )*};
}

of_scalar!(
    i8 => value in Scalar::Int8(value),
    i16 => value in Scalar::Int16(value),
    i32 => value in Scalar::Int32(value) | Scalar::Date(value),
    i64 => value in Scalar::Int64(value) | Scalar::Datetime(value, ..) | Scalar::Duration(value, _) | Scalar::Time(value),
    u8 => value in Scalar::UInt8(value),
    u16 => value in Scalar::UInt16(value),
    u32 => value in Scalar::UInt32(value),
    u64 => value in Scalar::UInt64(value),
    f32 => value in Scalar::Float32(value),
    f64 => value in Scalar::Float64(value),
    i128 => value in Scalar::Decimal { value, .. },
);

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{Dictionary, Field, TimeUnit};

    /// Every type with some values of it, nested ones too.
    fn samples() -> Vec<(DataType, Vec<Scalar>)> {
        let ints = |values: Vec<Scalar>| {
            Scalar::List(Box::new(Column::from_scalars(&DataType::Int32, values).expect("integers")))
        };
        let fields: Arc<[Field]> =
            Arc::new([Field::new("x", DataType::Int8), Field::new("y", DataType::String)]);
        let point = |x: Option<i8>, y: Option<&str>| {
            Scalar::Struct(vec![("x".into(), x.into()), ("y".into(), y.into())])
        };
        let categories = Dictionary::new([Some("low"), Some("high")].into_iter().collect());
        vec![
            (DataType::Null, vec![]),
            (DataType::Boolean, vec![true.into(), false.into()]),
            (DataType::Int8, vec![i8::MIN.into(), 1i8.into()]),
            (DataType::Int16, vec![i16::MIN.into(), 1i16.into()]),
            (DataType::Int32, vec![i32::MIN.into(), 1i32.into()]),
            (DataType::Int64, vec![i64::MIN.into(), 1i64.into()]),
            (DataType::UInt8, vec![u8::MAX.into(), 1u8.into()]),
            (DataType::UInt16, vec![u16::MAX.into(), 1u16.into()]),
            (DataType::UInt32, vec![u32::MAX.into(), 1u32.into()]),
            (DataType::UInt64, vec![u64::MAX.into(), 1u64.into()]),
            (DataType::Float32, vec![f32::NAN.into(), 0.5f32.into()]),
            (DataType::Float64, vec![f64::NAN.into(), f64::NEG_INFINITY.into()]),
            (
                DataType::Decimal { precision: 10, scale: 2 },
                vec![Scalar::Decimal { value: -12_345, precision: 10, scale: 2 }],
            ),
            (DataType::String, vec!["".into(), "é".into()]),
            (DataType::Binary, vec![Scalar::Binary([0, 255].as_slice().into())]),
            (DataType::Date, vec![Scalar::Date(-1)]),
            (
                DataType::Datetime(TimeUnit::Microseconds, None),
                vec![Scalar::Datetime(5, TimeUnit::Microseconds, None)],
            ),
            (
                DataType::Datetime(TimeUnit::Nanoseconds, Some("Asia/Tokyo".into())),
                vec![Scalar::Datetime(5, TimeUnit::Nanoseconds, Some("Asia/Tokyo".into()))],
            ),
            (DataType::Duration(TimeUnit::Milliseconds), vec![Scalar::Duration(-5, TimeUnit::Milliseconds)]),
            (DataType::Time, vec![Scalar::Time(1)]),
            (DataType::Categorical, vec!["a".into(), "b".into(), "a".into()]),
            (DataType::Enum(Arc::new(categories)), vec!["high".into(), "low".into()]),
            (
                DataType::List(Box::new(DataType::Int32)),
                vec![ints(vec![]), ints(vec![7.into(), Scalar::Null])],
            ),
            (DataType::Struct(fields), vec![point(Some(1), Some("a")), point(None, None)]),
        ]
    }

    #[test]
    fn scalars_of_every_type_come_back() {
        for (data_type, mut values) in samples() {
            for (position, value) in [(0, Scalar::Null), (values.len(), Scalar::Null)] {
                values.insert(position, value);
                let column = Column::from_scalars(&data_type, values.clone()).expect("values of the type");
                assert_eq!(column.data_type(), &data_type);
                assert_eq!(column.null_count(), values.iter().filter(|value| value.is_null()).count());
                let back: Vec<Scalar> = (0..column.len()).map(|row| column.get(row)).collect();
                assert_eq!(back, values, "{data_type}");
            }
            let typed = values.iter().find(|value| !value.is_null()).cloned().unwrap_or(Scalar::Null);
            let repeated = typed.to_column(3);
            assert_eq!((0..3).map(|row| repeated.get(row)).collect::<Vec<_>>(), vec![typed; 3]);
        }
    }

    #[test]
    fn a_value_of_another_type_is_an_error_with_its_row() {
        for (data_type, values) in samples() {
            for (other, other_values) in samples() {
                let Some(value) = other_values.last() else { continue };
                let fits = data_type == other || (data_type == DataType::String && other.is_text());
                if data_type.is_text() && other.is_text() && !fits {
                    continue; // text fits categories, and an enum when it is in its list
                }
                let result = Column::from_scalars(&data_type, [values.clone(), vec![value.clone()]].concat());
                match result {
                    Ok(_) => assert!(fits, "{other} in {data_type}"),
                    Err(ArrayError::ValueType { row, .. }) => {
                        assert!(!fits, "{other} in {data_type}");
                        assert_eq!(row, values.len());
                    }
                    Err(error) => panic!("{error}"),
                }
            }
        }
        let categories = Arc::new(Dictionary::new([Some("low")].into_iter().collect()));
        let unknown = Column::from_scalars(&DataType::Enum(categories), ["low".into(), "high".into()]);
        assert!(matches!(unknown, Err(ArrayError::ValueType { row: 1, .. })));
    }

    #[test]
    fn a_struct_with_other_fields_does_not_fit() {
        let data_type = DataType::Struct([Field::new("x", DataType::Int8)].into());
        for fields in [vec![], vec![("y".into(), 1i8.into())], vec![("x".into(), "text".into())]] {
            let result = Column::from_scalars(&data_type, [Scalar::Null, Scalar::Struct(fields)]);
            assert!(matches!(result, Err(ArrayError::ValueType { row: 1, .. })), "{result:?}");
        }
    }
}
