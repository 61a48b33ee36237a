//! What files mean, case by case.

use super::*;

fn check(text: impl AsRef<[u8]>, options: &NdjsonOptions, expected: &str) {
    let text = text.as_ref();
    assert_eq!(show(text, options), expected, "{}", String::from_utf8_lossy(text));
}

#[test]
fn lines_are_records() {
    let expected = "a: Int64, b: String\n1 \"x\"\n2 \"y\"";
    for text in [
        "{\"a\":1,\"b\":\"x\"}\n{\"a\":2,\"b\":\"y\"}\n",
        "{\"a\":1,\"b\":\"x\"}\n{\"a\":2,\"b\":\"y\"}",
        "{\"a\":1,\"b\":\"x\"}\r\n{\"a\":2,\"b\":\"y\"}\r\n",
        "\u{feff}\n\n  {\"a\" : 1 , \"b\" : \"x\" }\n \t\r\n{ \"a\":2,\"b\":\"y\"} ",
    ] {
        check(text, &options(), expected);
    }
    check("", &options(), "");
    check(" \n\n", &options(), "");
    check("{}\n{}\n", &options(), "\n\n");
}

#[test]
fn keys_come_in_any_order_or_not_at_all() {
    check(
        "{\"a\":1,\"b\":2,\"c\":3}\n{\"c\":4,\"a\":5}\n{\"b\":6}\n{}\n{\"a\":7,\"b\":8,\"c\":9,\"a\":10}\n{\"a\":1,\"a\":null}",
        &options(),
        "a: Int64, b: Int64, c: Int64\n1 2 3\n5 - 4\n- 6 -\n- - -\n10 8 9\n- - -",
    );
    check("{\"a\\u0062\":1}\n{\"ab\":2}\n{\"\\u0061b\":3}", &options(), "ab: Int64\n1\n2\n3");
    check("{\"\":1}\n{\"é\":true}", &options(), ": Int64, é: Boolean\n1 -\n- true");
}

#[test]
fn keys_that_repeat_and_are_foreseen() {
    check(
        "{\"c\":1, \"a\":[], \"a\":[1]}\n{\"a\": [], \"d\":  {}}\n{\"a\":[[1]],\"c\":{}}",
        &options(),
        "c: String, a: List(String), d: Struct()\n\"1\" [\"1\"] -\n- [] ()\n\"{}\" [\"[1]\"] -",
    );
}

#[test]
fn values_are_what_they_are() {
    check(
        r#"{"i":-9223372036854775808,"u":18446744073709551615,"f":1e-7,"b":true,"s":"a\"\\\/\b\f\n\r\té😀\u00e9\ud83d\ude00","n":null}
{"i":9223372036854775807,"u":0,"f":-0.0,"b":false,"s":"","n":null}"#,
        &options(),
        "i: Int64, u: UInt64, f: Float64, b: Boolean, s: String, n: String\n-9223372036854775808 18446744073709551615 1e-7 true \
         \"a\\\"\\\\/\\u{8}\\u{c}\\n\\r\\té😀é😀\" -\n9223372036854775807 0 -0.0 false \"\" -",
    );
}

#[test]
fn nested_values() {
    check(
        r#"{"p":{"x":1,"y":[1,2.5,null]},"l":[]}
{"p":null,"l":[{"k":"v"},null,{}]}
{"p":{"y":[],"z":{"w":true}}}"#,
        &options(),
        "p: Struct(x: Int64, y: List(Float64), z: Struct(w: Boolean)), l: List(Struct(k: String))\n\
         (x=1 y=[1.0 2.5 -] z=-) []\n- [(k=\"v\") - (k=-)]\n(x=- y=[] z=(w=true)) -",
    );
}

#[test]
fn mixed_values_are_texts() {
    check(
        r#"{"a":1,"b":[1]}
{"a":"x","b":{"c": 2}}
{"a":[1, 2],"b":"\"q\""}
{"a":null}"#,
        &options(),
        "a: String, b: String\n\"1\" \"[1]\"\n\"x\" \"{\\\"c\\\": 2}\"\n\"[1, 2]\" \"\\\"q\\\"\"\n- -",
    );
    check("{\"a\":9007199254740993}\n{\"a\":0.5}", &options(), "a: String\n\"9007199254740993\"\n\"0.5\"");
}

#[test]
fn given_types() {
    let with = |types: &[(&str, DataType)]| NdjsonOptions {
        schema_overrides: types.iter().map(|(name, data_type)| ((*name).into(), data_type.clone())).collect(),
        ..options()
    };
    let decimal = DataType::Decimal { precision: 10, scale: 2 };
    check(
        "{\"d\":\"2020-02-29\",\"m\":\"1.50\"}\n{\"m\":-2,\"d\":null}",
        &with(&[("d", DataType::Date), ("m", decimal)]),
        "d: Date, m: Decimal(10, 2)\n2020-02-29 1.50\n- -2.00",
    );
    check("{\"a\":1}", &with(&[("b", DataType::Boolean), ("a", DataType::Int8)]), "a: Int8, b: Boolean\n1 -");
    let schema = Schema::try_new(vec![lazuli_array::Field::new("b", DataType::Int64)]).expect("one name");
    let only_b = NdjsonOptions { schema: Some(Arc::new(schema)), ..options() };
    check("{\"a\":[{}],\"b\":1}\n{\"a\":{\"x\":[]}}", &only_b, "b: Int64\n1\n-");
    check(
        "{\"a\":1,\"b\":[true]}",
        &NdjsonOptions { infer: InferMode::Never, ..options() },
        "a: String, b: String\n\"1\" \"[true]\"",
    );
}

#[test]
fn arrays_are_records_too() {
    let array = NdjsonOptions { layout: JsonLayout::Array, ..options() };
    let detect = NdjsonOptions { layout: JsonLayout::Detect, ..options() };
    let expected = "a: Int64\n1\n2";
    for text in ["[{\"a\":1},{\"a\":2}]", "\u{feff} [\n {\"a\":\n1}\n,\r\n {\"a\":2} ]\n"] {
        check(text, &array, expected);
        check(text, &detect, expected);
    }
    check("{\"a\":1}\n{\"a\":2}", &detect, expected);
    check("{\"a\":\n1} {\"a\":2}{\"a\":3}", &array, "a: Int64\n1\n2\n3");
    check("[]", &array, "");
    check("", &array, "");
    for (text, expected) in [
        ("[{\"a\":1}", "line 1: malformed JSON: the array does not end (byte 8)"),
        ("[{\"a\":1},]", "line 1: malformed JSON: a value is expected here: \"]\" (byte 9)"),
        (
            "[{\"a\":1}\n{\"a\":2}]",
            "line 2: malformed JSON: a comma or a closing bracket is expected here: \"{\" (byte 9)",
        ),
        ("[{\"a\":1}] x", "line 1: malformed JSON: something stands behind the array: \"x\" (byte 10)"),
        ("[{\"a\":1},{\"a\"", "line 1: malformed JSON: the record ends too early: \"{\\\"a\\\"\" (byte 9)"),
        ("[1]", "line 1: malformed JSON: the record is no object: \"1\" (byte 1)"),
    ] {
        check(text, &array, expected);
    }
}

#[test]
fn several_files_are_one_table() -> Result<()> {
    let files = [TempFile::new("{\"a\":1}\n{\"a\":2}"), TempFile::new("[{\"b\":\"x\",\"a\":0.5}]")];
    let paths: Vec<&Path> = files.iter().map(|file| file.0.as_path()).collect();
    let options = NdjsonOptions {
        layout: JsonLayout::Detect,
        include_file_paths: Some("file".into()),
        dictionary_strings: DictionaryStrings::Never,
        ..options()
    };
    let table = Arc::new(NdjsonTable::open_all(&paths, &options)?);
    assert_eq!(table.schema().to_string(), "a: Float64, b: String, file: String");
    let scan = NdjsonScan::open(table.clone(), None, None, None)?;
    let found = rows(&run(&scan, 1)?);
    let names: Vec<Scalar> =
        paths.iter().map(|path| Scalar::String(path.display().to_string().as_str().into())).collect();
    assert_eq!(found[1], [Scalar::Float64(2.0), Scalar::Null, names[0].clone()]);
    assert_eq!(found[2], [Scalar::Float64(0.5), Scalar::String("x".into()), names[1].clone()]);
    let only_path = NdjsonScan::open(table, Some(vec![2]), None, None)?;
    assert_eq!(rows(&run(&only_path, 2)?).len(), 3);
    Ok(())
}

#[test]
fn samples_and_lengths() {
    let mut text = String::new();
    for row in 0..40_000 {
        text.push_str(&format!("{{\"a\":{row},\"b\":\"{row:030}\"}}\n"));
    }
    text.push_str("{\"a\":0.5}\n");
    let file = TempFile::new(&text);
    let sampled = NdjsonOptions { infer: InferMode::Sample, ..options() };
    let table = NdjsonTable::open(&file.0, &sampled).expect("opens");
    assert_eq!(table.schema().to_string(), "a: Int64, b: String");
    let estimate = table.estimated_rows().expect("a plain file");
    assert!((39_000..41_000).contains(&estimate), "{estimate}");
    let short = NdjsonOptions { infer_schema_length: Some(10), ..options() };
    let error = read_path(&file.0, &short, 2).expect_err("a float in a column of integers").to_string();
    assert!(error.contains("line 40001") && error.contains("inferred from samples"), "{error}");
}

#[test]
fn limits_hide_what_lies_behind_them() {
    let text = "{\"a\":1}\n{\"a\":2}\n{\"a\":\"x\"}\n{oops\n";
    let file = TempFile::new(text);
    for (chunk_bytes, threads) in [(1 << 20, 1), (1, 1), (1, 3)] {
        let options =
            NdjsonOptions { chunk_bytes, schema_overrides: vec![("a".into(), DataType::Int64)], ..options() };
        let table = Arc::new(NdjsonTable::open(&file.0, &options).expect("opens"));
        for (limit, is_fine) in [(2, true), (3, false)] {
            let scan = NdjsonScan::open(table.clone(), None, None, Some(limit)).expect("opens");
            assert_eq!(run(&scan, threads).is_ok(), is_fine, "{limit} {chunk_bytes} {threads}");
        }
    }
}
