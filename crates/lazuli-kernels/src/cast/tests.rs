//! Casts against rules by example, wide arithmetic and the texts that values read back from.

use lazuli_array::calendar::split_ticks;
use lazuli_array::{Column, DataType, DictionaryArray, Field, FromValues, Scalar, TimeUnit};
use proptest::prelude::*;

use super::*;
use crate::strategies::{all_types, column, enum_type, one_of};

fn types() -> Vec<DataType> {
    let mut types = all_types();
    types.extend([
        DataType::Decimal { precision: 5, scale: 0 },
        DataType::Decimal { precision: 12, scale: 9 },
        DataType::Datetime(TimeUnit::Milliseconds, None),
        DataType::Datetime(TimeUnit::Milliseconds, Some("UTC".into())),
        DataType::Duration(TimeUnit::Nanoseconds),
        DataType::List(Box::new(DataType::Int8)),
        DataType::Struct([Field::new("b", DataType::Categorical), Field::new("a", DataType::UInt8)].into()),
    ]);
    types
}

fn strict(column: &Column, to: &DataType) -> Result<Column> {
    cast(column, to, CastMode::Strict)
}

fn lenient(column: &Column, to: &DataType) -> Column {
    cast(column, to, CastMode::Lenient).expect("a lenient cast between types that cast")
}

/// Whether some value became null on the way, at any depth.
fn lost(before: &Scalar, after: &Scalar) -> bool {
    match (before, after) {
        (Scalar::Null, _) => false,
        (_, Scalar::Null) => true,
        (Scalar::List(before), Scalar::List(after)) => {
            (0..before.len()).any(|item| lost(&before.get(item), &after.get(item)))
        }
        (Scalar::Struct(before), Scalar::Struct(after)) => before
            .iter()
            .any(|(name, before)| after.iter().any(|(other, after)| name == other && lost(before, after))),
        _ => false,
    }
}

fn column_and_type() -> impl Strategy<Value = (Column, DataType)> {
    (one_of(types()).prop_flat_map(|data_type| column(&data_type, 0..80)), one_of(types()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn strict_fails_at_the_first_row_that_lenient_makes_null((column, to) in column_and_type()) {
        if !can_cast(column.data_type(), &to) {
            let unsupported = KernelError::unsupported("cast", [column.data_type(), &to]);
            prop_assert_eq!(strict(&column, &to), Err(unsupported.clone()));
            prop_assert_eq!(cast(&column, &to, CastMode::Lenient), Err(unsupported));
            return Ok(());
        }
        let found = lenient(&column, &to);
        prop_assert_eq!(found.data_type(), &to);
        prop_assert_eq!(found.len(), column.len());
        let first = (0..column.len()).find(|&row| lost(&column.get(row), &found.get(row)));
        match (strict(&column, &to), first) {
            (Ok(strict), None) => prop_assert_eq!(strict, found.clone()),
            (Err(error), Some(row)) if column.data_type().is_nested() => {
                // Fields are cast one after the other, so the first row of the first field that fails is told.
                let failed = error.row().expect("an error of a row");
                prop_assert!(lost(&column.get(failed), &found.get(failed)), "{} is not {}", failed, row);
            }
            (Err(error), Some(row)) => {
                let expected = KernelError::CastFailed {
                    row,
                    value: column.get(row).to_string(),
                    from: column.data_type().clone(),
                    to: to.clone(),
                };
                prop_assert_eq!(error, expected);
            }
            (strict, first) => prop_assert!(false, "{:?} although the first lost row is {:?}", strict, first),
        }
        for row in 0..column.len() {
            let before = column.get(row);
            prop_assert!(!before.is_null() || found.get(row).is_null());
            // A row does not depend on its neighbours, nor on the form of the column.
            let alone = Column::from_scalars(column.data_type(), [before]).expect("a value of the column");
            prop_assert_eq!(lenient(&alone, &to), found.sliced(row, 1));
        }
    }

    #[test]
    fn text_reads_back(column in one_of(types()).prop_flat_map(|data_type| column(&data_type, 0..50))) {
        let data_type = column.data_type();
        let there = can_cast(data_type, &DataType::String) && can_cast(&DataType::String, data_type);
        prop_assume!(there && *data_type != DataType::Null);
        let text = strict(&column, &DataType::String);
        if *data_type == DataType::Binary {
            let back = text.and_then(|text| strict(&text, data_type));
            prop_assert!(back.is_err() || back == Ok(column));
            return Ok(());
        }
        let back = lenient(&text.expect("everything else has a text"), data_type);
        for row in 0..column.len() {
            // Texts hold years of datetimes as far as those of dates go.
            let expected = match column.get(row) {
                Scalar::Datetime(ticks, unit, _) if i32::try_from(split_ticks(ticks, unit).0).is_err() => Scalar::Null,
                value => value,
            };
            prop_assert_eq!(back.get(row), expected);
        }
    }

    #[test]
    fn numbers_match_wide_arithmetic(
        column in one_of(crate::strategies::numeric_types()).prop_flat_map(|data_type| column(&data_type, 0..80)),
        to in one_of(crate::strategies::integer_types()),
    ) {
        let found = lenient(&column, &to);
        let (low, high) = match to {
            DataType::Int8 => (i8::MIN.into(), i8::MAX.into()),
            DataType::Int16 => (i16::MIN.into(), i16::MAX.into()),
            DataType::Int32 => (i32::MIN.into(), i32::MAX.into()),
            DataType::Int64 => (i64::MIN.into(), i64::MAX.into()),
            DataType::UInt8 => (0, u8::MAX.into()),
            DataType::UInt16 => (0, u16::MAX.into()),
            DataType::UInt32 => (0, u32::MAX.into()),
            _ => (0, i128::from(u64::MAX)),
        };
        for row in 0..column.len() {
            let whole = match column.get(row) {
                Scalar::Float32(value) if value.is_finite() => format!("{:.0}", value.trunc()).parse::<i128>().ok(),
                Scalar::Float64(value) if value.is_finite() => format!("{:.0}", value.trunc()).parse::<i128>().ok(),
                other => other.to_string().parse::<i128>().ok(),
            };
            let expected = whole.filter(|value| (low..=high).contains(value)).map(|value| value.to_string());
            let found = found.get(row);
            prop_assert_eq!((!found.is_null()).then(|| found.to_string()), expected);
        }
    }

    #[test]
    fn floats_to_decimals_round_the_exact_value(
        value in prop_oneof![
            any::<f64>(),
            -1e12..1e12f64,
            (any::<i32>(), 0..12i32).prop_map(|(value, exponent)| f64::from(value) / 2f64.powi(exponent)),
        ],
        scale in 0..30u8,
    ) {
        let to = DataType::Decimal { precision: 38, scale };
        let found = lenient(&Column::from_values([value].into_iter()), &to).get(0);
        // The standard library writes the exact value to so many digits, ties to even.
        let text = format!("{value:.*}", usize::from(scale));
        let expected = text.replace('.', "").parse::<i128>().ok().filter(|digits| digits.unsigned_abs() < 10u128.pow(38));
        let expected = expected.map_or(Scalar::Null, |value| Scalar::Decimal { value, precision: 38, scale });
        prop_assert_eq!(&found, &expected);
        if let Scalar::Decimal { .. } = found {
            let back = Column::from_scalars(&to, [found.clone()]).expect("a decimal");
            let nearest: f64 = found.to_string().parse().expect("a number");
            prop_assert_eq!(lenient(&back, &DataType::Float64).get(0), Scalar::Float64(nearest));
            let narrow: f32 = found.to_string().parse().expect("a number");
            prop_assert_eq!(lenient(&back, &DataType::Float32).get(0), Scalar::Float32(narrow));
        }
    }

    #[test]
    fn forms_of_text_hold_the_same_text(column in column(&DataType::String, 0..100)) {
        let plain = Column::new(DataType::String, to_plain(column.array()));
        let coded = Column::new(DataType::String, to_dictionary(column.array()).expect("few texts"));
        prop_assert!(matches!(plain.array(), Array::String(_)) && matches!(coded.array(), Array::Dictionary(_)));
        prop_assert_eq!(&plain, &column);
        prop_assert_eq!(&coded, &column);
    }
}

#[test]
fn each_rule_by_example() {
    use Scalar::{
        Binary, Boolean, Date, Datetime, Duration, Float32, Float64, Int8, Int32, Int64, Time, UInt8,
    };
    use TimeUnit::{Microseconds, Milliseconds, Nanoseconds};
    let decimal = |value, precision, scale| Scalar::Decimal { value, precision, scale };
    let text = Scalar::from;
    let utc = || Some("UTC".into());
    let day = 86_400_000;
    let cases = [
        (Float64(-1.9), Int8(-1)),
        (Float64(127.99), Int8(127)),
        (Float64(-0.9), UInt8(0)),
        (Int64((1 << 53) + 1), Float64(9_007_199_254_740_992.0)),
        (Int64(16_777_217), Float32(16_777_216.0)),
        (Float64(0.1), Float32(0.1)),
        (Float64(f64::INFINITY), Float32(f32::INFINITY)),
        (Float64(1e39), Scalar::Null),
        (Float64(f64::NAN), Boolean(true)),
        (Int32(-2), Boolean(true)),
        (Boolean(true), Float64(1.0)),
        (Boolean(true), decimal(100, 3, 2)),
        (decimal(-199, 3, 2), Int8(-1)),
        (decimal(25, 3, 1), decimal(2, 3, 0)),
        (decimal(35, 3, 1), decimal(4, 3, 0)),
        (decimal(-25, 3, 1), decimal(-2, 3, 0)),
        (decimal(-26, 3, 1), decimal(-3, 3, 0)),
        (decimal(5, 3, 1), decimal(500, 5, 3)),
        (Float64(2.5), decimal(2, 3, 0)),
        (Float64(0.125), decimal(12, 3, 2)),
        (Float64(0.375), decimal(38, 3, 2)),
        (Float64(1e20), text("1e+20")),
        (Float64(1.0), text("1.0")),
        (Float32(0.1), text("0.1")),
        (Float64(f64::NAN), text("NaN")),
        (Float64(f64::NEG_INFINITY), text("-inf")),
        (text(" 1"), Scalar::Null),
        (text("+7"), Int64(7)),
        (text("1.0"), Scalar::Null),
        (text("1e3"), Float64(1000.0)),
        (text("TRUE"), Boolean(true)),
        (text("12.50"), decimal(1250, 5, 2)),
        (text("12.505"), Scalar::Null),
        (text("2020-02-30"), Scalar::Null),
        (text("1970-01-02"), Date(1)),
        (text("1970-01-02"), Datetime(day, Milliseconds, None)),
        (text("1970-01-01T01:00:00+01:00"), Datetime(0, Milliseconds, utc())),
        (text("12:00"), Time(43_200_000_000_000)),
        (text("ü"), Binary("ü".as_bytes().into())),
        (Binary([0xFF].as_slice().into()), Scalar::Null),
        (Binary([b'a'].as_slice().into()), text("a")),
        (Date(-1), Datetime(-day, Milliseconds, None)),
        (Date(i32::MAX), Scalar::Null),
        (Datetime(-1, Milliseconds, None), Date(-1)),
        (Datetime(-1, Milliseconds, None), Time(86_399_999_000_000)),
        (Datetime(-1, Milliseconds, Some("Europe/Paris".into())), Date(0)),
        (Datetime(-1, Milliseconds, Some("+01:00".into())), Time(3_599_999_000_000)),
        (Datetime(-1, Nanoseconds, None), Datetime(-1, Microseconds, None)),
        (Datetime(i64::MAX, Milliseconds, None), Scalar::Null),
        (Datetime(5, Milliseconds, utc()), Datetime(5, Milliseconds, None)),
        (Datetime(0, Microseconds, None), text("1970-01-01 00:00:00")),
        (Datetime(0, Microseconds, utc()), text("1970-01-01 00:00:00Z")),
        (Duration(-1_500, Microseconds), Duration(-1, Milliseconds)),
        (Duration(90_000, Milliseconds), text("1m 30s")),
        (text("-1m 30.5s"), Duration(-90_500, Milliseconds)),
        (Time(1_500_000_000), Duration(1_500, Milliseconds)),
        (Duration(1_500, Milliseconds), Time(1_500_000_000)),
        (Time(86_400_000_000_000 - 1), Int64(86_400_000_000_000 - 1)),
        (Int64(86_400_000_000_000), Scalar::Null),
        (Int64(1), Date(1)),
    ];
    // What a null stands for in the list above.
    let targets = [
        ("1e39", DataType::Float32),
        (" 1", DataType::Int64),
        ("1.0", DataType::Int64),
        ("12.505", DataType::Decimal { precision: 5, scale: 2 }),
        ("2020-02-30", DataType::Date),
        ("b\"\\xff\"", DataType::String),
        ("+5881580-07-11", DataType::Datetime(Nanoseconds, None)),
        ("+292278994-08-17 07:12:55.807", DataType::Datetime(Microseconds, None)),
        ("86400000000000", DataType::Time),
    ];
    for (value, expected) in cases {
        let to = match &expected {
            Scalar::Null => {
                let text = value.to_string();
                targets.iter().find(|(other, _)| *other == text).map(|(_, to)| to.clone()).expect(&text)
            }
            expected => expected.data_type(),
        };
        let column = Column::from_scalars(&value.data_type(), [value.clone()]).expect("one value");
        assert_eq!(lenient(&column, &to).get(0), expected, "{value} as {to}");
    }
}

#[test]
fn texts_become_enums_by_their_list() {
    let column = Column::from_values(["low", "high", "none"].into_iter());
    let coded =
        Column::new(DataType::String, ["low", "none"].map(Some).into_iter().collect::<DictionaryArray>());
    let error = strict(&column, &enum_type()).expect_err("no such category");
    assert_eq!(error.to_string(), "cast from String to Enum(3 categories) failed at row 2: \"none\"");
    assert_eq!(strict(&coded, &enum_type()).expect_err("no such category").row(), Some(1));
    // A text that no row has does not matter.
    let kept = coded.sliced(0, 1);
    assert_eq!(strict(&kept, &enum_type()).expect("a category").get(0), Scalar::from("low"));
    assert_eq!(strict(&kept, &DataType::Categorical).expect("text").data_type(), &DataType::Categorical);
}

#[test]
fn what_lies_under_a_null_list_does_not_fail() {
    use lazuli_array::{Bitmap, ListArray, PrimitiveArray};
    let items: Array = PrimitiveArray::from_vec(vec![1i64, 1000, 2, 3000]).into();
    let lists = |validity| {
        let array = ListArray::new(vec![0i64, 1, 2, 2, 4].into(), items.clone(), validity);
        Column::new(DataType::List(Box::new(DataType::Int64)), array)
    };
    let to = DataType::List(Box::new(DataType::Int8));
    let error = strict(&lists(Some(Bitmap::from_iter([true, false, true, true]))), &to).expect_err("3000");
    assert_eq!(error.to_string(), "cast from Int64 to Int8 failed at row 3: \"3000\"");
    assert_eq!(strict(&lists(None), &to).expect_err("1000").row(), Some(1));
    let kept = strict(&lists(Some(Bitmap::from_iter([true, false, true, false]))), &to).expect("1 only");
    assert_eq!(kept.get(0), Scalar::List(Box::new(Column::from_values([1i8].into_iter()))));
    assert_eq!(strict(&lists(None).sliced(1, 2), &to).expect_err("1000").row(), Some(0));
}

#[test]
fn struct_fields_go_by_name() {
    let fields = |fields: [(&str, DataType); 2]| {
        DataType::Struct(fields.into_iter().map(|(name, data_type)| Field::new(name, data_type)).collect())
    };
    let from = fields([("a", DataType::Int64), ("b", DataType::String)]);
    let to = fields([("b", DataType::Int8), ("a", DataType::String)]);
    let value = Scalar::Struct(vec![("a".into(), 1i64.into()), ("b".into(), "2".into())]);
    let column = Column::from_scalars(&from, [value, Scalar::Null]).expect("a struct");
    let expected = Scalar::Struct(vec![("b".into(), 2i8.into()), ("a".into(), "1".into())]);
    let found = strict(&column, &to).expect("both cast");
    assert_eq!((found.get(0), found.get(1)), (expected, Scalar::Null));
    assert!(!can_cast(&from, &fields([("a", DataType::Int64), ("c", DataType::String)])));
}
