//! Arrays of every type against the plainest model of a column: a vector of scalars.

use std::sync::Arc;

use lazuli_array::{
    Array, ArrayError, Batch, Bitmap, BooleanArray, Column, DataType, Dictionary, DictionaryArray, Field,
    FromValues, ListArray, PrimitiveArray, Scalar, Schema, Sortedness, Statistics, StringArray, StructArray,
    TimeUnit,
};
use proptest::prelude::*;
use proptest::strategy::Union;

/// Any type that holds something, lists and structs two levels deep.
fn data_types() -> impl Strategy<Value = DataType> {
    let categories = Dictionary::new([Some("low"), Some("mid"), Some("high")].into_iter().collect());
    let leaves = [
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
        DataType::Decimal { precision: 20, scale: 3 },
        DataType::String,
        DataType::Binary,
        DataType::Date,
        DataType::Datetime(TimeUnit::Microseconds, None),
        DataType::Datetime(TimeUnit::Milliseconds, Some("Europe/Paris".into())),
        DataType::Duration(TimeUnit::Nanoseconds),
        DataType::Time,
        DataType::Categorical,
        DataType::Enum(Arc::new(categories)),
    ];
    proptest::sample::select(leaves.to_vec()).prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(|item| DataType::List(Box::new(item))),
            proptest::collection::vec(inner, 0..3).prop_map(|types| {
                let fields = types.into_iter().enumerate();
                DataType::Struct(fields.map(|(index, item)| Field::new(format!("f{index}"), item)).collect())
            }),
        ]
    })
}

/// Any value of a type, null one time in five.
fn scalars(data_type: &DataType) -> BoxedStrategy<Scalar> {
    fn of<T: Arbitrary + 'static>(wrap: impl Fn(T) -> Scalar + 'static) -> BoxedStrategy<Scalar> {
        any::<T>().prop_map(wrap).boxed()
    }
    let text = || proptest::sample::select(vec!["low", "mid", "high"]).prop_map(Scalar::from).boxed();
    let value = match data_type.clone() {
        DataType::Null => return Just(Scalar::Null).boxed(),
        DataType::Boolean => of::<bool>(Scalar::from),
        DataType::Int8 => of::<i8>(Scalar::from),
        DataType::Int16 => of::<i16>(Scalar::from),
        DataType::Int32 => of::<i32>(Scalar::from),
        DataType::Int64 => of::<i64>(Scalar::from),
        DataType::UInt8 => of::<u8>(Scalar::from),
        DataType::UInt16 => of::<u16>(Scalar::from),
        DataType::UInt32 => of::<u32>(Scalar::from),
        DataType::UInt64 => of::<u64>(Scalar::from),
        DataType::Float32 => {
            Union::new([any::<f32>().boxed(), Just(f32::NAN).boxed()]).prop_map(Scalar::from).boxed()
        }
        DataType::Float64 => {
            Union::new([any::<f64>().boxed(), Just(f64::NAN).boxed()]).prop_map(Scalar::from).boxed()
        }
        DataType::Decimal { precision, scale } => {
            of::<i64>(move |value| Scalar::Decimal { value: value.into(), precision, scale })
        }
        DataType::String => of::<String>(Scalar::from),
        DataType::Binary => of::<Vec<u8>>(|bytes| Scalar::Binary(bytes.into())),
        DataType::Date => of::<i32>(Scalar::Date),
        DataType::Datetime(unit, zone) => of::<i64>(move |ticks| Scalar::Datetime(ticks, unit, zone.clone())),
        DataType::Duration(unit) => of::<i64>(move |ticks| Scalar::Duration(ticks, unit)),
        DataType::Time => (0..86_400_000_000_000i64).prop_map(Scalar::Time).boxed(),
        DataType::Categorical | DataType::Enum(_) => text(),
        DataType::List(item) => proptest::collection::vec(scalars(&item), 0..4)
            .prop_map(move |values| {
                Scalar::List(Box::new(Column::from_scalars(&item, values).expect("values of the type")))
            })
            .boxed(),
        DataType::Struct(fields) => {
            let values: Vec<_> = fields.iter().map(|field| scalars(field.data_type())).collect();
            values
                .prop_map(move |values| {
                    Scalar::Struct(fields.iter().map(|field| field.name().clone()).zip(values).collect())
                })
                .boxed()
        }
    };
    prop_oneof![4 => value, 1 => Just(Scalar::Null)].boxed()
}

/// A type and some values of it, sometimes without nulls.
fn columns() -> impl Strategy<Value = (DataType, Vec<Scalar>)> {
    (data_types(), any::<bool>()).prop_flat_map(|(data_type, with_nulls)| {
        let values = proptest::collection::vec(scalars(&data_type), 0..80);
        values.prop_map(move |mut values| {
            if !with_nulls {
                values.retain(|value| !value.is_null());
            }
            (data_type.clone(), values)
        })
    })
}

#[test]
fn batches_are_joined_again_if_all_their_columns_are() {
    let batch = Batch::from_columns(vec![
        ("a".into(), Column::from_values(0..10i64)),
        ("b".into(), Column::from_values((0..10i64).map(Some))),
    ])
    .expect("equal lengths");
    let parts = [batch.sliced(0, 3), batch.sliced(3, 3), batch.sliced(6, 4)];
    assert_eq!(Batch::rejoined(&parts), Some(batch.clone()));
    assert_eq!(Batch::rejoined(&parts[1..]), Some(batch.sliced(3, 7)));
    let column = Column::from_values(3..6i64);
    let computed = Batch::new(batch.schema().clone(), vec![parts[1].column(0).clone(), column], 3);
    assert_eq!(Batch::rejoined(&[parts[0].clone(), computed]), None);
    assert_eq!(Batch::rejoined(&[]), None);
}

#[test]
fn a_column_in_one_piece_again_has_its_statistics() {
    let column = Column::from_values(0..10i64);
    let statistics = || Statistics {
        min: Scalar::Int64(0),
        max: Scalar::Int64(9),
        null_count: 0,
        sortedness: Sortedness::Ascending,
        distinct_estimate: 10,
    };
    let parts = [column.sliced(0, 5), column.sliced(5, 5)];
    column.statistics_or_init(|_| statistics());
    let joined = Column::rejoined(&[&parts[0], &parts[1]]).expect("neighbours");
    assert_eq!(joined.cached_statistics(), Some(&statistics()));
    assert_eq!(Column::rejoined(&[&parts[0]]).expect("one").cached_statistics(), None);
}

/// Compares everything that a column says of its rows with the model.
fn check(column: &Column, model: &[Scalar]) -> Result<(), TestCaseError> {
    let is_valid: Vec<bool> = model.iter().map(|value| !value.is_null()).collect();
    let null_count = is_valid.iter().filter(|valid| !**valid).count();
    prop_assert_eq!(column.len(), model.len());
    prop_assert_eq!(column.null_count(), null_count);
    prop_assert_eq!(
        column.validity().map(|bits| bits.iter().collect()),
        (null_count > 0).then_some(is_valid.clone())
    );
    for (row, value) in model.iter().enumerate() {
        prop_assert_eq!(&column.get(row), value);
        prop_assert_eq!(column.array().is_valid(row), is_valid[row]);
    }
    prop_assert!(column.data_type().accepts(column.array()));
    Ok(())
}

proptest! {
    #[test]
    fn neighbouring_slices_are_joined_again(
        (data_type, model) in columns(),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 1..5),
        missing in any::<prop::sample::Index>(),
    ) {
        let whole = Column::from_scalars(&data_type, model.clone()).expect("values of the type");
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(model.len() + 1)).collect();
        cuts.sort_unstable();
        let slice = |cut: &[usize]| whole.sliced(cut[0], cut[1] - cut[0]);
        let slices: Vec<Column> = cuts.windows(2).map(slice).collect();
        let (first, last) = (cuts[0], cuts[cuts.len() - 1]);
        // A slice of a slice knows where it lies, too.
        let halves: Vec<Column> = slices
            .iter()
            .flat_map(|slice| {
                let half = slice.len() / 2;
                [slice.sliced(0, half), slice.sliced(half, slice.len() - half)]
            })
            .collect();
        for parts in [&slices, &halves] {
            let parts: Vec<&Column> = parts.iter().collect();
            match Column::rejoined(&parts) {
                Some(joined) => check(&joined, &model[first..last])?,
                // The whole is no slice, so that empty neighbours have nothing to be joined to.
                None => prop_assert!(parts.is_empty() || parts.iter().any(|part| part.len() == model.len())),
            }
            if parts.len() > 2 {
                let mut parts = parts.clone();
                let missing = 1 + missing.index(parts.len() - 2);
                let is_gap = !parts.remove(missing).is_empty();
                prop_assert!(!(is_gap && Column::rejoined(&parts).is_some()));
            }
        }
        let other = Column::from_scalars(&data_type, model.clone()).expect("values of the type");
        let half = model.len() / 2;
        prop_assert!(model.is_empty() || Column::rejoined(&[&whole.sliced(0, half), &other.sliced(half, model.len() - half)]).is_none());
    }

    #[test]
    fn slices_of_slices_hold_the_rows_of_the_model(
        (data_type, model) in columns(),
        first in any::<(prop::sample::Index, prop::sample::Index)>(),
        second in any::<(prop::sample::Index, prop::sample::Index)>(),
    ) {
        let range = |(one, other): (prop::sample::Index, prop::sample::Index), length: usize| {
            let (one, other) = (one.index(length + 1), other.index(length + 1));
            (one.min(other), one.max(other) - one.min(other))
        };
        let whole = Column::from_scalars(&data_type, model.clone()).expect("values of the type");
        check(&whole, &model)?;
        let (start, length) = range(first, model.len());
        let (outer, outer_model) = (whole.sliced(start, length), &model[start..start + length]);
        check(&outer, outer_model)?;
        let (start, length) = range(second, length);
        let (inner, inner_model) = (outer.sliced(start, length), &outer_model[start..start + length]);
        check(&inner, inner_model)?;
        prop_assert!(inner.memory_bytes() <= whole.memory_bytes());
        // A slice equals a column made of the same values, and no other.
        let made = Column::from_scalars(&data_type, inner_model.to_vec()).expect("values of the type");
        prop_assert_eq!(&inner, &made);
        prop_assert_eq!(inner == whole, *inner_model == model[..]);
    }

    #[test]
    fn one_other_value_makes_another_column((data_type, model) in columns(), at in any::<prop::sample::Index>()) {
        prop_assume!(!model.is_empty());
        let column = Column::from_scalars(&data_type, model.clone()).expect("values of the type");
        let mut other = model.clone();
        let row = at.index(model.len());
        other[row] = if model[row].is_null() { return Ok(()) } else { Scalar::Null };
        prop_assert_ne!(&column, &Column::from_scalars(&data_type, other).expect("values of the type"));
    }

    #[test]
    fn plain_and_coded_text_are_equal_when_their_rows_are(
        left in proptest::collection::vec(proptest::option::of("[ab]{0,2}"), 0..20),
        right in proptest::collection::vec(proptest::option::of("[ab]{0,2}"), 0..20),
    ) {
        let plain = |rows: &[Option<String>]| Array::from(rows.iter().map(Option::as_ref).collect::<StringArray>());
        let coded = |rows: &[Option<String>]| {
            Array::from(rows.iter().map(Option::as_deref).collect::<DictionaryArray>())
        };
        for (other, same) in [(&left, true), (&right, left == right)] {
            prop_assert_eq!(plain(&left) == plain(other), same);
            prop_assert_eq!(plain(&left) == coded(other), same);
            prop_assert_eq!(coded(&left) == plain(other), same);
            prop_assert_eq!(coded(&left) == coded(other), same);
        }
    }
}

#[test]
fn a_validity_without_nulls_is_dropped_by_every_array() {
    let full = || Some(Bitmap::filled(true, 3));
    let numbers = || Array::from(PrimitiveArray::from_vec(vec![1i64, 2, 3]));
    let text: StringArray = ["a", "b", "c"].into_iter().map(Some).collect();
    let (offsets, bytes, _) = text.clone().into_parts();
    let arrays: Vec<Array> = vec![
        BooleanArray::new(Bitmap::filled(false, 3), full()).into(),
        PrimitiveArray::new(vec![1i128, 2, 3].into(), full()).into(),
        text.with_validity(full()).into(),
        lazuli_array::BinaryArray::try_new(offsets.clone(), bytes, full()).expect("offsets of text").into(),
        ListArray::new(offsets, numbers(), full()).into(),
        StructArray::new(3, vec![numbers()], full()).into(),
    ];
    for array in arrays {
        assert_eq!((array.validity(), array.null_count()), (None, 0), "{}", array.physical_name());
    }
    // Nulls outside of a slice leave none inside.
    let some: PrimitiveArray<i64> = [None, Some(1), Some(2)].into_iter().collect();
    assert!(some.validity().is_some() && some.sliced(1, 2).validity().is_none());
}

#[test]
fn parts_that_do_not_fit_are_errors() {
    let text = |offsets: Vec<i64>, bytes: &[u8], valid: Option<usize>| {
        let validity = valid.map(|length| Bitmap::filled(false, length));
        StringArray::try_new(offsets.into(), bytes.to_vec().into(), validity).map(|array| array.len())
    };
    assert_eq!(text(vec![1, 2, 3], b"abc", None), Ok(2));
    assert_eq!(text(vec![], b"", None), Err(ArrayError::InvalidOffsets { index: 0 }));
    assert_eq!(text(vec![-1, 2], b"abc", None), Err(ArrayError::InvalidOffsets { index: 0 }));
    assert_eq!(text(vec![0, 2, 1], b"abc", None), Err(ArrayError::InvalidOffsets { index: 2 }));
    assert_eq!(text(vec![0, 4], b"abc", None), Err(ArrayError::InvalidOffsets { index: 1 }));
    assert_eq!(text(vec![0, 1, 3], b"a\xC3\xA9", None), Ok(2));
    assert_eq!(text(vec![0, 2, 3], b"a\xC3\xA9", None), Err(ArrayError::InvalidUtf8 { row: 0 }));
    assert_eq!(text(vec![0, 1, 2], b"a\xFF", None), Err(ArrayError::InvalidUtf8 { row: 1 }));
    assert!(matches!(text(vec![0, 1], b"a", Some(2)), Err(ArrayError::LengthMismatch { .. })));

    let dictionary = Arc::new(Dictionary::new([Some("a")].into_iter().collect()));
    let codes =
        |codes: Vec<Option<u32>>| DictionaryArray::try_new(codes.into_iter().collect(), dictionary.clone());
    assert!(codes(vec![Some(0), None]).is_ok());
    let error = codes(vec![Some(0), Some(1)]).expect_err("one entry");
    assert_eq!(error, ArrayError::CodeOutOfBounds { row: 1, code: 1, entries: 1 });
    // What lies under a null row is made harmless.
    let hidden = PrimitiveArray::new(vec![7u32, 0].into(), Some([false, true].into_iter().collect()));
    let array = DictionaryArray::try_new(hidden, dictionary).expect("the bad code is null");
    assert_eq!(array.codes().values(), [0, 0]);

    let column = Column::try_new(DataType::Int32, PrimitiveArray::from_vec(vec![1i64]).into());
    assert_eq!(column, Err(ArrayError::PhysicalMismatch { data_type: DataType::Int32, found: "i64" }));
}

#[test]
fn slices_past_the_end_panic_even_where_the_sum_wraps() {
    let columns = [
        Scalar::Null.to_column(3),
        Scalar::from(true).to_column(3),
        Scalar::from(1i64).to_column(3),
        Scalar::from("a").to_column(3),
        Column::from_scalars(&DataType::String, ["a".into(), "b".into(), Scalar::Null]).expect("text"),
        Scalar::Binary([1u8].as_slice().into()).to_column(3),
        Scalar::List(Box::new(Scalar::from(1i64).to_column(2))).to_column(3),
        Scalar::Struct(vec![("a".into(), Scalar::from(1i64))]).to_column(3),
    ];
    for column in columns {
        for (offset, length) in
            [(0, 4), (4, 0), (3, 1), (usize::MAX, 1), (usize::MAX, 2), (1, usize::MAX), (0, usize::MAX)]
        {
            let sliced = std::panic::catch_unwind(|| column.sliced(offset, length).len());
            assert!(sliced.is_err(), "{} {offset} {length}", column.data_type());
        }
        let batch = Batch::from_columns(vec![("a".into(), column)]).expect("a column");
        assert!(std::panic::catch_unwind(|| batch.sliced(usize::MAX, 1)).is_err());
    }
}

#[test]
fn a_schema_of_thousands_of_columns_finds_each_by_name() {
    let fields: Vec<Field> =
        (0..5_000).map(|index| Field::new(format!("column {index}"), DataType::Int8)).collect();
    let schema = Schema::try_new(fields.clone()).expect("distinct names");
    let reversed: Vec<usize> = (0..5_000).rev().collect();
    let turned = schema.project(&reversed);
    for index in 0..5_000 {
        let name = format!("column {index}");
        assert_eq!(schema.position(&name), Some(index));
        assert_eq!(turned.position(&name), Some(4_999 - index));
    }
    assert_eq!(schema.position("column 5000"), None);
    assert!(!schema.contains("column"));
    let error = schema.require("colum 7").expect_err("a typing error");
    assert!(matches!(error, ArrayError::ColumnNotFound { available, .. } if available.len() == 5_000));
    let twice = [fields, vec![Field::new("column 7", DataType::String)]].concat();
    assert!(matches!(Schema::try_new(twice), Err(ArrayError::DuplicateName { name }) if name == "column 7"));
}

#[test]
fn codes_are_as_narrow_as_the_dictionary_allows_and_read_the_same() {
    for (entries, width) in [(1, 1), (256, 1), (257, 2), (65_536, 2), (65_537, 4)] {
        let texts: Vec<String> = (0..entries).map(|entry| format!("text {entry}")).collect();
        let texts = || (0..entries + 2).map(|row| (row != 1).then(|| texts[row % entries].as_str()));
        let wide: DictionaryArray = texts().collect();
        let narrow = wide.narrowed();
        assert!(narrow.iter().eq(texts()));
        assert_eq!(narrow.codes(), wide.codes());
        assert_eq!(Array::from(narrow.clone()), Array::from(wide.clone()));
        let slice = narrow.clone().sliced(entries / 2, entries / 2 + 1);
        assert_eq!(slice.codes(), &wide.codes().sliced(entries / 2, entries / 2 + 1));
        // What was widened is counted where it is kept, and not kept by clones.
        let validity_bytes = (entries + 2).div_ceil(8);
        assert_eq!(narrow.clone().code_bytes(), width * (entries + 2) + validity_bytes);
        let kept = if width < 4 { 4 * (entries + 2) } else { 0 };
        assert_eq!(narrow.code_bytes(), width * (entries + 2) + validity_bytes + kept);
        assert_eq!(narrow.widened().code_bytes(), 4 * (entries + 2) + validity_bytes);
        assert_eq!(narrow.narrowed().stored_codes().address(), narrow.stored_codes().address());
        let none = narrow.with_validity(Some((0..entries + 2).map(|_| false).collect()));
        assert!(none.iter().all(|text| text.is_none()));
    }
}

#[test]
fn a_dictionary_keeps_the_strings_of_a_slice() {
    let texts: StringArray = [Some("zero"), Some("é"), Some(""), Some("three")].into_iter().collect();
    let dictionary = Dictionary::new(texts.sliced(1, 3));
    let entries = dictionary.values();
    assert_eq!(entries.iter().collect::<Vec<_>>(), ["é", "", "three"]);
    assert_eq!((entries.text_bytes(), entries.memory_bytes()), (7, 7 + 4 * 4));
    assert_eq!(entries.to_array().iter().collect::<Vec<_>>(), [Some("é"), Some(""), Some("three")]);
    assert_eq!((dictionary.position("three"), dictionary.position("zero")), (Some(2), None));
    assert_eq!(Dictionary::default().values().to_array().len(), 0);
}
