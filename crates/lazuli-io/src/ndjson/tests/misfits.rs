//! What does not fit: told by place, widened, set aside, or null.

use super::*;

fn ints(on_misfit: OnMisfit) -> NdjsonOptions {
    NdjsonOptions {
        schema_overrides: vec![("a".into(), DataType::Int64), ("b".into(), DataType::Boolean)],
        on_misfit,
        ..options()
    }
}

const TEXT: &str =
    "{\"a\":1,\"b\":true}\n{\"a\":2.5,\"b\":true}\n{\"a\":3,\"b\":1}\n{\"a\":\"x\",\"b\":\"y\"}\n{\"a\":5}\n";

#[test]
fn misfits_in_every_mode() {
    assert_eq!(
        show(TEXT, &ints(OnMisfit::Fail)),
        "line 2: column \"a\": 2.5 is no Int64: not an integer (byte 22)"
    );
    assert_eq!(show(TEXT, &ints(OnMisfit::Null)), "a: Int64, b: Boolean\n1 true\n- true\n3 -\n- -\n5 -");
    assert_eq!(
        show(TEXT, &ints(OnMisfit::Widen)),
        "a: String, b: String\n\"1\" \"true\"\n\"2.5\" \"true\"\n\"3\" \"1\"\n\"x\" \"y\"\n\"5\" -"
    );
    assert_eq!(
        show(TEXT, &ints(OnMisfit::Reject)),
        "a: Int64, b: Boolean\n1 true\n5 -\n\
         ! line 2 record 2 byte 17 a {\"a\":2.5,\"b\":true}: 2.5 is no Int64: not an integer\n\
         ! line 3 record 3 byte 36 b {\"a\":3,\"b\":1}: 1 is no Boolean: neither true nor false\n\
         ! line 4 record 4 byte 50 a {\"a\":\"x\",\"b\":\"y\"}: \"x\" is no Int64: not an integer"
    );
}

#[test]
fn malformed_records() {
    let text = b"{\"a\":1}\n\n{\"a\":2\n[1]\n{\"a\":3} x\n{\"a\":\"\xff\"}\n{\"a\":4}";
    let fail = show(text, &ints(OnMisfit::Fail));
    assert_eq!(fail, "line 3: malformed JSON: the record ends too early (byte 15)");
    for mode in [OnMisfit::Null, OnMisfit::Widen] {
        assert_eq!(show(text, &ints(mode)), fail);
    }
    assert_eq!(
        show(text, &ints(OnMisfit::Reject)),
        "a: Int64, b: Boolean\n1 -\n4 -\n\
         ! line 3 record 2 byte 9 - {\"a\":2: malformed JSON: the record ends too early\n\
         ! line 4 record 3 byte 16 - [1]: malformed JSON: the record is no object\n\
         ! line 5 record 4 byte 20 - {\"a\":3} x: malformed JSON: something stands behind the record\n\
         ! line 6 record 5 byte 30 - {\"a\":\"\\xFF\"}: invalid UTF-8"
    );
    assert_eq!(
        show(&text[30..], &ints(OnMisfit::Fail)),
        "line 1: invalid UTF-8: \"{\\\"a\\\":\\\"\u{fffd}\\\"}\" (byte 6)"
    );
    assert_eq!(
        show("{\"a\":1}\n{\"a\":2,\"c\":{\"x\":[1,}}", &ints(OnMisfit::Fail)),
        "line 2: malformed JSON: a value is expected here: \"}}\" (byte 27)",
        "what nobody reads is checked too"
    );
}

#[test]
fn misfits_within_values() {
    let item = DataType::Struct([lazuli_array::Field::new("x", DataType::Int8)].into());
    let nested = |on_misfit| NdjsonOptions {
        schema_overrides: vec![("l".into(), DataType::List(Box::new(item.clone())))],
        on_misfit,
        ..options()
    };
    let text = "{\"l\":[]}\n{\"l\":[{\"x\":1},{\"x\":300}]}\n{\"l\":[null,7]}\n{\"l\":{}}";
    assert_eq!(
        show(text, &nested(OnMisfit::Fail)),
        "line 2: column \"l\": 300 is no Int8: out of the type's range (byte 28)"
    );
    assert_eq!(show(text, &nested(OnMisfit::Null)), "l: List(Struct(x: Int8))\n[]\n[(x=1) (x=-)]\n[- -]\n-");
    assert_eq!(
        show(text, &nested(OnMisfit::Reject)),
        "l: List(Struct(x: Int8))\n[]\n\
         ! line 2 record 2 byte 9 l {\"l\":[{\"x\":1},{\"x\":300}]}: 300 is no Int8: out of the type's range\n\
         ! line 3 record 3 byte 35 l {\"l\":[null,7]}: 7 is no Struct(x: Int8): not an object\n\
         ! line 4 record 4 byte 50 l {\"l\":{}}: {} is no List(Struct(x: Int8)): not an array"
    );
}

#[test]
fn unknown_keys() {
    let strict = |on_misfit| NdjsonOptions { on_unknown_key: Some(OnUnknownKey::Fail), ..ints(on_misfit) };
    let schema = Schema::try_new(vec![lazuli_array::Field::new("a", DataType::Int64)]).expect("one name");
    let strict = |on_misfit| NdjsonOptions {
        schema: Some(Arc::new(schema.clone())),
        schema_overrides: Vec::new(),
        ..strict(on_misfit)
    };
    let text = "{\"a\":1}\n{\"a\":2,\"z\":1}\n{\"a\":3}";
    assert_eq!(
        show(text, &strict(OnMisfit::Fail)),
        "line 2: malformed JSON: no column has this key (infer from all records, or have such keys left out): \"\\\"z\\\":1}\" (byte 15)"
    );
    assert_eq!(
        show(text, &strict(OnMisfit::Reject)),
        "a: Int64\n1\n3\n! line 2 record 2 byte 8 - {\"a\":2,\"z\":1}: malformed JSON: no column has this key (infer from all records, or have such keys left out)"
    );
}

#[test]
fn a_key_that_no_sample_has_is_not_lost_silently() {
    let sampled = |on_misfit| NdjsonOptions { infer_schema_length: Some(1), on_misfit, ..options() };
    let text = "{\"a\":1,\"s\":{\"x\":1}}\n{\"a\":2,\"z\":1}\n{\"s\":{\"y\":1}}";
    assert_eq!(
        show(text, &sampled(OnMisfit::Fail)),
        "line 2: malformed JSON: no column has this key (infer from all records, or have such keys left out): \
         \"\\\"z\\\":1}\" (byte 27)"
    );
    assert_eq!(
        show(text, &sampled(OnMisfit::Reject)),
        "a: Int64, s: Struct(x: Int64)\n1 (x=1)\n\
         ! line 2 record 2 byte 20 - {\"a\":2,\"z\":1}: malformed JSON: no column has this key (infer from all \
         records, or have such keys left out)\n\
         ! line 3 record 3 byte 34 s {\"s\":{\"y\":1}}: {\"y\":1} is no Struct(x: Int64): an object with a key \
         that the type does not have"
    );
    let left_out = "a: Int64, s: Struct(x: Int64)\n1 (x=1)\n2 -\n- (x=-)";
    assert_eq!(show(text, &sampled(OnMisfit::Null)), left_out);
    let asked = NdjsonOptions { on_unknown_key: Some(OnUnknownKey::Ignore), ..sampled(OnMisfit::Fail) };
    assert_eq!(show(text, &asked), left_out);
    let all = "a: Int64, s: Struct(x: Int64, y: Int64), z: Int64\n1 (x=1 y=-) -\n2 - 1\n- (x=- y=1) -";
    assert_eq!(show(text, &options()), all);
    assert_eq!(show(text, &sampled(OnMisfit::Widen)), all);
}

#[test]
fn a_struct_with_an_unknown_key_is_widened() {
    let item = DataType::Struct([lazuli_array::Field::new("x", DataType::Int64)].into());
    let widen = NdjsonOptions {
        schema_overrides: vec![("a".into(), item)],
        on_misfit: OnMisfit::Widen,
        on_unknown_key: Some(OnUnknownKey::Fail),
        ..options()
    };
    assert_eq!(show("{\"a\":{\"y\":1}}", &widen), "a: Struct(y: Int64)\n(y=1)");
}

#[test]
fn depth_has_a_limit() {
    let nested = |depth: usize| format!("{{\"a\":{}{}}}", "[".repeat(depth - 1), "]".repeat(depth - 1));
    let as_text = NdjsonOptions { infer: InferMode::Never, ..options() };
    assert!(answer(nested(127), &as_text).is_ok());
    assert!(answer(nested(127), &options()).is_ok());
    let error = answer(nested(128), &as_text).expect_err("too deep");
    assert!(error.contains("nested more than 127 deep"), "{error}");
}

#[test]
fn numbers_out_of_range() {
    for (value, data_type, reason) in [
        ("1e400", DataType::Float64, "out of the type's range"),
        ("1e39", DataType::Float32, "out of the type's range"),
        ("128", DataType::Int8, "out of the type's range"),
        ("-1", DataType::UInt64, "out of the type's range"),
        ("1.0", DataType::Int64, "not an integer"),
        ("\"1\"", DataType::Int64, "not an integer"),
        ("\"1\"", DataType::Float64, "not a number"),
        ("true", DataType::Int64, "not an integer"),
        ("1", DataType::Date, "not a text in quotes"),
        ("\"2021-02-29\"", DataType::Date, "the calendar has no such day"),
        ("\"a\"", DataType::Binary, "not a text in base64"),
    ] {
        let options = NdjsonOptions { schema_overrides: vec![("a".into(), data_type.clone())], ..options() };
        let found = show(format!("{{\"a\":{value}}}"), &options);
        assert_eq!(found, format!("line 1: column \"a\": {value} is no {data_type}: {reason} (byte 5)"));
    }
}
