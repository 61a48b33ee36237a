//! Written and read back: the same values.

use super::*;
use lazuli_array::{
    Array, BooleanArray, Column, DataType, DictionaryArray, Field, Name, PrimitiveArray, StringArray,
    TimeUnit,
};
use proptest::prelude::*;

fn written(batch: &Batch, options: CsvWriteOptions) -> Vec<u8> {
    let writer = CsvWriter::try_new(batch.schema(), options).expect("plain columns");
    let mut out = Vec::new();
    writer.format_header(&mut out);
    writer.format_batch(batch, &mut out);
    out
}

fn batch(columns: Vec<(&str, DataType, Array)>) -> Batch {
    let columns =
        columns.into_iter().map(|(name, data_type, array)| (name.into(), Column::new(data_type, array)));
    Batch::from_columns(columns.collect()).expect("columns of one length")
}

#[test]
fn texts_of_values() {
    let us = DataType::Datetime(TimeUnit::Microseconds, None);
    let utc = DataType::Datetime(TimeUnit::Milliseconds, Some("UTC".into()));
    let duration = DataType::Duration(TimeUnit::Milliseconds);
    let decimal = DataType::Decimal { precision: 5, scale: 3 };
    let ints = |values: &[i64]| -> Array { PrimitiveArray::from_vec(values.to_vec()).into() };
    let strings =
        |values: &[&str]| -> Array { values.iter().map(|text| Some(*text)).collect::<StringArray>().into() };
    for (data_type, array, expected) in [
        (DataType::Int64, ints(&[i64::MIN, 7]), "-9223372036854775808\n7\n"),
        (
            DataType::Float64,
            PrimitiveArray::from_vec(vec![1.0, 0.1, 1e300, -0.0]).into(),
            "1.0\n0.1\n1e+300\n-0.0\n",
        ),
        (
            DataType::Float64,
            PrimitiveArray::from_vec(vec![f64::NAN, f64::NEG_INFINITY]).into(),
            "NaN\n-inf\n",
        ),
        (DataType::Float32, PrimitiveArray::from_vec(vec![0.1_f32]).into(), "0.1\n"),
        (DataType::Date, PrimitiveArray::from_vec(vec![18_262]).into(), "2020-01-01\n"),
        (us, ints(&[1_577_840_523_000_000]), "2020-01-01T01:02:03.000000\n"),
        (utc, ints(&[1]), "1970-01-01T00:00:00.001Z\n"),
        (DataType::Time, ints(&[1]), "00:00:00.000000001\n"),
        (duration, ints(&[90_500, -1, 0]), "PT90.5S\n-PT0.001S\nPT0S\n"),
        (decimal, PrimitiveArray::from_vec(vec![-5_i128, 12_345, 1_000]).into(), "-0.005\n12.345\n1.000\n"),
        (
            DataType::String,
            strings(&["a,b", "", "\"", "x\ny", "\r", " "]),
            "\"a,b\"\n\"\"\n\"\"\"\"\n\"x\ny\"\n\"\r\"\n \n",
        ),
        (
            DataType::Boolean,
            BooleanArray::from_iter([Some(true), None, Some(false)]).into(),
            "true\n\nfalse\n",
        ),
    ] {
        let text = written(
            &batch(vec![("x", data_type, array)]),
            CsvWriteOptions { header: false, ..Default::default() },
        );
        assert_eq!(String::from_utf8(text).expect("UTF-8"), expected);
    }
}

#[test]
fn nested_columns_are_refused() {
    let fields = vec![Field::new("l", DataType::List(Box::new(DataType::Int64)))];
    let schema = Schema::try_new(fields).expect("one name");
    let error = CsvWriter::try_new(&schema, CsvWriteOptions::default()).expect_err("a list");
    assert!(matches!(error.kind(), CsvErrorKind::Unsupported { .. }), "{error}");
}

fn text() -> impl Strategy<Value = Option<String>> {
    prop::option::of(prop_oneof![Just(String::new()), "[a-c,;\"'\n\r #é\u{feff}]{0,8}", ".{0,5}"])
}

proptest! {
    #[test]
    fn values_read_back(
        rows in prop::collection::vec(
            (any::<Option<i64>>(), any::<Option<f64>>(), any::<Option<bool>>(), text(), any::<Option<i32>>(), any::<Option<i64>>(), any::<Option<u32>>()),
            0..20),
        names in prop::collection::hash_set("[ab,\"\n é]{0,3}", 8),
        chunk_bytes in prop::sample::select(vec![1_usize, 30, ONE_CHUNK]),
        semicolon: bool,
    ) {
        let names: Vec<Name> = names.into_iter().map(Into::into).collect();
        let texts: Vec<Option<&str>> = rows.iter().map(|row| row.3.as_deref()).collect();
        let arrays: Vec<(DataType, Array)> = vec![
            (DataType::Int64, rows.iter().map(|row| row.0).collect::<PrimitiveArray<_>>().into()),
            (DataType::Float64, rows.iter().map(|row| row.1).collect::<PrimitiveArray<_>>().into()),
            (DataType::Boolean, rows.iter().map(|row| row.2).collect::<BooleanArray>().into()),
            (DataType::String, texts.iter().copied().collect::<StringArray>().into()),
            (DataType::String, texts.iter().copied().collect::<DictionaryArray>().into()),
            (DataType::Date, rows.iter().map(|row| row.4).collect::<PrimitiveArray<_>>().into()),
            (DataType::Datetime(TimeUnit::Microseconds, None), rows.iter().map(|row| row.5).collect::<PrimitiveArray<_>>().into()),
            (DataType::Time, rows.iter().map(|row| row.6.map(i64::from)).collect::<PrimitiveArray<_>>().into()),
        ];
        let columns: Vec<(Name, Column)> =
            names.iter().cloned().zip(arrays).map(|(name, (data_type, array))| (name, Column::new(data_type, array))).collect();
        let batch = Batch::from_columns(columns).expect("columns of one length");
        let separator = if semicolon { b';' } else { b',' };
        let out = written(&batch, CsvWriteOptions { separator, ..Default::default() });
        let dialect = Dialect { separator, line_end: LineEnd::Lf, ..Dialect::default() };
        let options = CsvOptions { schema: Some(batch.schema().clone()), dialect, chunk_bytes, ..options() };
        let (schema, found) = read(&out, &options).expect("what was written can be read");
        prop_assert_eq!(&schema, batch.schema().as_ref());
        prop_assert_eq!(found, super::rows(&[batch]));
    }

    #[test]
    fn one_column_of_texts_reads_back(texts in prop::collection::vec(text(), 0..20)) {
        let array: StringArray = texts.iter().map(|text| text.as_deref()).collect();
        let batch = batch(vec![("", DataType::String, array.into())]);
        let out = written(&batch, CsvWriteOptions::default());
        let dialect = Dialect { line_end: LineEnd::Lf, ..Dialect::default() };
        let options = CsvOptions { schema: Some(batch.schema().clone()), dialect, ..options() };
        let (_, found) = read(&out, &options).expect("what was written can be read");
        prop_assert_eq!(found, super::rows(&[batch]));
    }

    #[test]
    fn floats_read_back_as_floats(values in prop::collection::vec(any::<f64>(), 1..20)) {
        let batch = batch(vec![("x", DataType::Float64, PrimitiveArray::from_vec(values).into())]);
        let (schema, found) = read(written(&batch, CsvWriteOptions::default()), &options()).expect("fine");
        prop_assert_eq!(schema.to_string(), "x: Float64");
        prop_assert_eq!(found, super::rows(&[batch]));
    }
}
