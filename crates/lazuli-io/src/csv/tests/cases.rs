//! What files mean: dialects, types, projections, filters, limits.

use super::*;
use lazuli_array::{Array, Bitmap, DataType, Dictionary, StringArray, TimeUnit};

fn check(text: &str, options: &CsvOptions, schema: &str, expected: &str) {
    for chunk_bytes in [1, 7, 64, ONE_CHUNK] {
        let options = CsvOptions { chunk_bytes, ..options.clone() };
        let (found_schema, rows) = read(text, &options).unwrap_or_else(|error| panic!("{text:?}: {error}"));
        assert_eq!(found_schema.to_string(), schema, "{text:?}");
        assert_eq!(show_rows(&rows), expected, "{text:?} in chunks of {chunk_bytes}");
    }
}

#[test]
fn empty_quoted_and_missing() {
    check(
        "a,b\n1,x\n,\n\"\",\"\"\n2,\"\"\"q\"\"\"",
        &options(),
        "a: Int64, b: String",
        "1 \"x\"\n- -\n- \"\"\n2 \"\\\"q\\\"\"",
    );
    check("a\n1\n\n2\n", &options(), "a: Int64", "1\n-\n2");
    check("a,b\n\n1,2\n\r\n\n", &options(), "a: Int64, b: Int64", "1 2");
    check("a,b\n,\n", &options(), "a: String, b: String", "- -");
    check("a,b\n\"\",1\n", &options(), "a: String, b: Int64", "\"\" 1");
    check("a,b\n", &options(), "a: String, b: String", "");
    check("a,b", &options(), "a: String, b: String", "");
}

#[test]
fn line_ends_and_marks() {
    check(
        "\u{feff}a,b\r\n1,\"x\r\ny\"\r\n2,z\r",
        &options(),
        "a: Int64, b: String",
        "1 \"x\\r\\ny\"\n2 \"z\"",
    );
    check("a,b\r1,2\r\"x\ry\",4\r", &options(), "a: String, b: Int64", "\"1\" 2\n\"x\\ry\" 4");
    check("\n\r\n\na,b\n1,2\n", &options(), "a: Int64, b: Int64", "1 2");
}

#[test]
fn dialects() {
    let dialect = |dialect| CsvOptions { dialect, ..options() };
    let semicolon = Dialect { separator: b';', quote: Some(b'\''), ..Dialect::default() };
    check("a;b\n'1;2';'it''s'\n", &dialect(semicolon), "a: String, b: String", "\"1;2\" \"it's\"");
    check("a\tb\n1\t2\n", &dialect(Dialect::tsv()), "a: Int64, b: Int64", "1 2");
    let comment = Dialect { comment: Some("#".into()), separator: b';', ..Dialect::default() };
    check(
        "# it's \"so\n#;\na;b\n# again\n1;3\n6;#7\n# end",
        &dialect(comment),
        "a: Int64, b: String",
        "1 \"3\"\n6 \"#7\"",
    );
    let bare = Dialect { has_header: false, ..Dialect::default() };
    check("1,x\n2,y\n", &dialect(bare), "column_0: Int64, column_1: String", "1 \"x\"\n2 \"y\"");
    let skip = Dialect { skip_lines: 2, ..Dialect::default() };
    check("it's \"a note\n\na\n1\n", &dialect(skip), "a: Int64", "1");
    let unquoted = Dialect { quote: None, ..Dialect::default() };
    check("a,b\n\"1,2\"\n", &dialect(unquoted), "a: String, b: String", "\"\\\"1\" \"2\\\"\"");
    let nulls = Dialect { null_values: vec!["NA".into(), "-999".into()], ..Dialect::default() };
    check("a,b\n-999,NA\n1,\"NA\"\nNA,\"\"\n", &dialect(nulls), "a: Int64, b: String", "- -\n1 -\n- \"\"");
}

#[test]
fn quotes_in_odd_places() {
    check(
        "a,b\nx\"y,z\"\n\"p\"q\"r,\"s\" \n \"t\",u\n",
        &options(),
        "a: String, b: String",
        "\"x\\\"y\" \"z\\\"\"\n\"pq\\\"r\" \"s \"\n\" \\\"t\\\"\" \"u\"",
    );
}

#[test]
fn names() {
    check(
        "a,a,,\n1,2,3,4\n",
        &options(),
        "a: Int64, a_duplicated_0: Int64, : Int64, _duplicated_0: Int64",
        "1 2 3 4",
    );
    check("\"x\ny\",b\n1,2\n", &options(), "x\ny: Int64, b: Int64", "1 2");
}

#[test]
fn ragged_policies() {
    let with = |on_ragged| CsvOptions { on_ragged, ..options() };
    check("a,b\n1\n2,3\n", &with(OnRagged::Pad), "a: Int64, b: Int64", "1 -\n2 3");
    check(
        "a,b\n1\n2,3,4,\"x\ny\"\n\n5,6\n",
        &with(OnRagged::Truncate),
        "a: Int64, b: Int64",
        "1 -\n2 3\n5 6",
    );
}

#[test]
fn misfits_become_null_on_request() {
    let types =
        vec![("a".into(), DataType::Int64), ("b".into(), DataType::Boolean), ("c".into(), DataType::Null)];
    let lenient = CsvOptions { on_misfit: OnMisfit::Null, schema_overrides: types, ..options() };
    check("a,b,c\n1,true,x\nx,y,\n", &lenient, "a: Int64, b: Boolean, c: Null", "1 true -\n- - -");
}

#[test]
fn declared_types() {
    let list: StringArray = [Some("lo"), Some("hi")].into_iter().collect();
    let levels = DataType::Enum(Arc::new(Dictionary::new(list)));
    let utc = DataType::Datetime(TimeUnit::Milliseconds, Some("UTC".into()));
    for (text, data_type, expected) in [
        ("-128", DataType::Int8, "Int8(-128)"),
        ("255", DataType::UInt8, "UInt8(255)"),
        ("-7", DataType::Int16, "Int16(-7)"),
        ("+7", DataType::Int32, "Int32(7)"),
        ("18446744073709551615", DataType::UInt64, "UInt64(18446744073709551615)"),
        ("0.1", DataType::Float32, "Float32(0.1)"),
        (
            "\"1.50\"",
            DataType::Decimal { precision: 5, scale: 2 },
            "Decimal { value: 150, precision: 5, scale: 2 }",
        ),
        ("12:00", DataType::Time, "Time(43200000000000)"),
        ("2020-01-01", DataType::Date, "2020-01-01"),
        ("1970-01-01T01:00:00.001+01:00", utc, "Datetime(1, Milliseconds, Some(\"UTC\"))"),
        ("1", DataType::String, "\"1\""),
        ("x", DataType::Categorical, "\"x\""),
        ("hi", levels, "\"hi\""),
        ("NaN", DataType::Float64, "NaN"),
    ] {
        let options = CsvOptions { schema_overrides: vec![("a".into(), data_type.clone())], ..options() };
        let (schema, rows) = read(format!("a,b\n{text},1\n\"\",2\n"), &options).expect("it fits");
        assert_eq!(schema.field(0).data_type(), &data_type);
        assert_eq!(show(&rows[0][0]), expected, "{text} as {data_type}");
        let is_text = matches!(data_type, DataType::String | DataType::Categorical);
        assert_eq!(show(&rows[1][0]), if is_text { "\"\"" } else { "-" }, "empty as {data_type}");
    }
}

#[test]
fn a_given_schema_is_taken() {
    let schema =
        Arc::new(Schema::try_new(vec![lazuli_array::Field::new("x", DataType::String)]).expect("one name"));
    let with = |has_header| CsvOptions {
        schema: Some(schema.clone()),
        dialect: Dialect { has_header, ..Dialect::default() },
        ..options()
    };
    check("1\n2\n", &with(false), "x: String", "\"1\"\n\"2\"");
    check("x\n2\n", &with(true), "x: String", "\"2\"");
    let error = read("y\n2\n", &with(true)).expect_err("another name");
    assert!(matches!(error.kind(), CsvErrorKind::Header { index: 0, .. }), "{error}");
}

#[test]
fn strings_come_as_codes_when_they_repeat() {
    let text: String = (0..5000)
        .map(|row| format!("{},{},n\n", ["red", "a colour of some length", "", "\"\""][row % 4], row))
        .collect();
    let text = format!("a,b,c\n{text}");
    let file = TempFile::new(&text);
    let read = |dictionary_strings| {
        let types = vec![("b".into(), DataType::String)];
        let options = CsvOptions { dictionary_strings, schema_overrides: types, ..options() };
        let table = Arc::new(CsvTable::open(&file.0, &options).expect("fine"));
        let batches = run(&CsvScan::open(table, None, None, None).expect("fine"), 1).expect("fine");
        let kinds: Vec<bool> = batches[0]
            .columns()
            .iter()
            .map(|column| matches!(column.array(), Array::Dictionary(_)))
            .collect();
        (kinds, rows(&batches))
    };
    let (auto, never, always) =
        (read(DictionaryStrings::Auto), read(DictionaryStrings::Never), read(DictionaryStrings::Always));
    assert_eq!(auto.0, [true, false, true]);
    assert_eq!(never.0, [false; 3]);
    assert_eq!(always.0, [true; 3]);
    assert!(auto.1 == never.1 && auto.1 == always.1);
}

/// Keeps rows whose first column is above a number; fails at minus thirteen.
struct Above {
    columns: Vec<usize>,
    bound: i64,
}

impl RowFilter for Above {
    fn columns(&self) -> &[usize] {
        &self.columns
    }

    fn keep(&self, batch: &Batch) -> std::result::Result<Bitmap, FilterError> {
        assert_eq!(batch.num_columns(), self.columns.len());
        match batch.column(0).array() {
            Array::Int64(values) if values.iter().flatten().any(|value| value == -13) => {
                Err("thirteen".into())
            }
            Array::Int64(values) => {
                Ok(values.iter().map(|value| value.is_some_and(|value| value > self.bound)).collect())
            }
            other => Err(format!("not Int64: {}", other.physical_name()).into()),
        }
    }
}

fn above(column: usize, bound: i64) -> Option<Arc<dyn RowFilter>> {
    Some(Arc::new(Above { columns: vec![column], bound }))
}

#[test]
fn projection_and_filter() {
    let file = TempFile::new("a,b,c\n1,x,10\n2,\"y\",20\n,z,30\n4,w,oops\n");
    let types = vec![("a".into(), DataType::Int64), ("c".into(), DataType::Int64)];
    for chunk_bytes in [1, 20, ONE_CHUNK] {
        let options = CsvOptions { chunk_bytes, schema_overrides: types.clone(), ..options() };
        let table = Arc::new(CsvTable::open(&file.0, &options).expect("fine"));
        let scan = |projection: &[usize], filter| {
            let scan = CsvScan::open(table.clone(), Some(projection.to_vec()), filter, None).expect("fine");
            run(&scan, 2).map(|batches| {
                (show_rows(&rows(&batches)), batches.iter().map(Batch::num_rows).sum::<usize>())
            })
        };
        assert_eq!(scan(&[1, 0], None).expect("c is not read").0, "\"x\" 1\n\"y\" 2\n\"z\" -\n\"w\" 4");
        assert_eq!(scan(&[1], above(0, 1)).expect("fine").0, "\"y\"\n\"w\"");
        assert_eq!(scan(&[0, 1], above(0, 0)).expect("fine").0, "1 \"x\"\n2 \"y\"\n4 \"w\"");
        assert_eq!(scan(&[], above(0, 1)).expect("fine").1, 2);
        assert_eq!(scan(&[], None).expect("fine").1, 4);
        // The bad row is kept here, and left out there.
        assert!(matches!(scan(&[2], above(0, 1)).expect_err("oops").kind(), CsvErrorKind::Misfit { .. }));
        assert!(matches!(scan(&[1], above(2, 0)).expect_err("oops").kind(), CsvErrorKind::Misfit { .. }));
    }
    let file = TempFile::new("a,b\n1,2\n-13,3\nx,4\n");
    let options = CsvOptions { schema_overrides: vec![("a".into(), DataType::Int64)], ..options() };
    let table = Arc::new(CsvTable::open(&file.0, &options).expect("fine"));
    let error = run(&CsvScan::open(table, None, above(0, 0), None).expect("fine"), 1).expect_err("thirteen");
    assert!(matches!(error.kind(), CsvErrorKind::Filter(_)), "{error}");
}

#[test]
fn a_limit_stops_early_and_exactly_on_one_thread() {
    let text: String = (0..10_000).map(|row| format!("{row},{}\n", row % 10)).collect();
    let file = TempFile::new(format!("a,b\n{text}"));
    let options = CsvOptions { chunk_bytes: 1000, ..options() };
    let table = Arc::new(CsvTable::open(&file.0, &options).expect("fine"));
    for (filter, limit) in [(None, 0), (None, 1), (None, 777), (above(1, 4), 777), (above(0, 9_990), 100)] {
        let filtered = filter.is_some();
        let scan = CsvScan::open(table.clone(), None, filter.clone(), Some(limit)).expect("fine");
        let limited = rows(&run(&scan, 1).expect("fine"));
        let all =
            rows(&run(&CsvScan::open(table.clone(), None, filter, None).expect("fine"), 1).expect("fine"));
        assert_eq!(limited, all[..limit.min(all.len())]);
        assert!(limit == 100 || scan.bytes_done() < table.file_bytes() / 2, "{limit} {filtered}");
    }
}

#[test]
fn what_is_wrong_behind_the_limit_is_not_told() {
    let good: String = (0..500).map(|row| format!("{row},x\n")).collect();
    for (bad, filter) in [
        ("oops,y\n", None),
        ("1\n", None),
        ("1,\"\n", None),
        ("-13,z\n", above(0, -1)),
        ("\"oops\",y\n", above(0, -1)),
    ] {
        let file = TempFile::new(format!("a,b\n{good}{bad}"));
        for (chunk_bytes, threads) in [(1, 1), (1, 4), (100, 3), (ONE_CHUNK, 1)] {
            let types = vec![("a".into(), DataType::Int64)];
            let options = CsvOptions { chunk_bytes, schema_overrides: types, ..options() };
            let table = Arc::new(CsvTable::open(&file.0, &options).expect("fine"));
            let read = |limit| {
                let scan = CsvScan::open(table.clone(), None, filter.clone(), Some(limit)).expect("fine");
                run(&scan, threads).map(|batches| rows(&batches).len())
            };
            assert!(read(500).expect("the mistake is behind it") >= 500, "{bad:?}");
            assert!(read(501).is_err(), "{bad:?} in chunks of {chunk_bytes}");
        }
    }
}

#[test]
fn a_failing_filter_is_told_by_its_row() {
    let file = TempFile::new("a,b\n1,\"x\ny\"\n2,z\n-13,z\n-13,w\n");
    for chunk_bytes in [1, 9, ONE_CHUNK] {
        let table =
            Arc::new(CsvTable::open(&file.0, &CsvOptions { chunk_bytes, ..options() }).expect("fine"));
        let error =
            run(&CsvScan::open(table, None, above(0, 0), None).expect("fine"), 2).expect_err("thirteen");
        assert_eq!(error.place(), Some(Place { line: 5, byte: 16 }), "{error}");
    }
}

#[test]
fn threads_and_chunks_do_not_matter() {
    let text: String = (0..3_000)
        .map(|row| format!("{row},\"line\nof {}\",{:?}\r\n", row % 7, f64::from(row) / 8.0))
        .collect();
    let text = format!("a,b,c\n{text}");
    let expected = read(&text, &options()).expect("fine");
    for chunk_bytes in [1, 100, 4096] {
        let file = TempFile::new(&text);
        let options = CsvOptions { chunk_bytes, ..options() };
        let table = Arc::new(CsvTable::open(&file.0, &options).expect("fine"));
        assert_eq!(**table.schema(), expected.0);
        let scan = CsvScan::open(table, None, None, None).expect("fine");
        assert_eq!(rows(&run(&scan, 4).expect("fine")), expected.1);
        assert_eq!(scan.rows_done(), 3_000);
    }
}

#[test]
fn samples_see_the_whole_file() {
    // The last eighth has fractions and quoted line ends that would mislead a careless start.
    let row = |row: u32| match row {
        60_000.. => format!("{row}.5,\"x, 1\n2, y\n\"\n"),
        _ => format!("{row},\"a \"\"b\"\"\n,\"\n"),
    };
    let text: String = (0..70_000).map(row).collect();
    let file = TempFile::new(format!("n,t\n{text}"));
    for infer in [InferMode::Sample, InferMode::Full] {
        let table = CsvTable::open(&file.0, &CsvOptions { infer, ..options() }).expect("fine");
        assert_eq!(table.schema().to_string(), "n: Float64, t: String", "{infer:?}");
        let rows = table.estimated_rows().expect("samples were read");
        assert!((60_000..80_000).contains(&rows), "{rows}");
    }
}
