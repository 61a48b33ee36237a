//! `serde_json` as the slow, obvious reader: which records there are, and what their values are.

use super::*;
use proptest::prelude::*;
use serde_json::Value;

/// The lines that are objects, and those that are not; `None` where a number is past all floats, which `serde_json`
/// refuses and a String column does not.
fn twin(text: &[u8]) -> Option<Vec<std::result::Result<serde_json::Map<String, Value>, ()>>> {
    let mut records = Vec::new();
    for line in text.split(|&byte| byte == b'\n') {
        let is_blank = line.iter().all(|byte| matches!(byte, b' ' | b'\t' | b'\r'));
        if is_blank {
            continue;
        }
        records.push(match serde_json::from_slice::<Value>(line) {
            Ok(Value::Object(object)) => Ok(object),
            Err(error) if error.to_string().contains("number out of range") => return None,
            _ => Err(()),
        });
    }
    Some(records)
}

/// A value of ours is the twin's.
fn check_value(ours: &Scalar, theirs: Option<&Value>, raw: &str) {
    match (ours, theirs) {
        (Scalar::Null, None | Some(Value::Null)) => {}
        (Scalar::Boolean(ours), Some(Value::Bool(theirs))) => assert_eq!(ours, theirs),
        // Minus zero is a float for the twin.
        (Scalar::Int64(ours), Some(Value::Number(theirs))) => {
            assert!(theirs.as_i64() == Some(*ours) || *ours == 0 && theirs.as_f64() == Some(0.0), "{raw}")
        }
        (Scalar::UInt64(ours), Some(Value::Number(theirs))) => {
            assert!(theirs.as_u64() == Some(*ours) || *ours == 0 && theirs.as_f64() == Some(0.0), "{raw}")
        }
        (Scalar::Float64(ours), Some(Value::Number(theirs))) => {
            let text = theirs.to_string();
            let theirs: f64 = text.parse().expect("a number");
            assert_eq!(ours.to_bits(), theirs.to_bits(), "{text} in {raw}");
        }
        (Scalar::String(ours), Some(Value::String(theirs))) => assert_eq!(ours.as_str(), theirs),
        // As it is written: numbers with all their digits, keys with their repetitions.
        (Scalar::String(ours), Some(_)) => {
            assert!(raw.contains(ours.as_str()), "{ours:?} is nowhere in {raw:?}");
        }
        (Scalar::List(ours), Some(Value::Array(theirs))) => {
            assert_eq!(ours.len(), theirs.len());
            (0..ours.len()).for_each(|row| check_value(&ours.get(row), theirs.get(row), raw));
        }
        (Scalar::Struct(ours), Some(Value::Object(theirs))) => {
            for (name, value) in ours.iter() {
                check_value(value, theirs.get(name.as_str()), raw);
            }
            assert!(theirs.keys().all(|key| ours.iter().any(|(name, _)| name.as_str() == key)));
        }
        (ours, theirs) => panic!("{ours:?} is not {theirs:?}, of {raw:?}"),
    }
}

fn check(text: &[u8]) {
    let Some(records) = twin(text) else { return };
    let rejecting = NdjsonOptions { on_misfit: OnMisfit::Reject, ..options() };
    let Answer { schema, rows, rejects } = answer(text, &rejecting).expect("misfits are set aside");
    let raw = String::from_utf8_lossy(text);
    let mut rows = rows.iter();
    let mut rejects = rejects.iter();
    for (number, record) in records.iter().enumerate() {
        match record {
            Ok(object) => {
                let row = rows.next().unwrap_or_else(|| panic!("record {number} of {raw:?} is no row"));
                for (name, value) in schema.names().zip(row) {
                    check_value(value, object.get(name.as_str()), &raw);
                }
                assert!(object.keys().all(|key| schema.names().any(|name| name.as_str() == key)));
            }
            Err(()) => {
                let reject = rejects.next().unwrap_or_else(|| panic!("record {number} of {raw:?} is a row"));
                assert_eq!((reject.record, &reject.column), (number as u64 + 1, &None), "{raw:?}");
            }
        }
    }
    assert_eq!((rows.next(), rejects.next()), (None, None), "more than there is in {raw:?}");
    // Without rejects the first that is malformed is the error, whatever is read.
    let failed = answer(text, &options()).is_err();
    assert_eq!(failed, records.contains(&Err(())), "{raw:?}");
    let names = Schema::try_new(Vec::new()).expect("no names");
    let nothing = NdjsonOptions { schema: Some(Arc::new(names)), ..options() };
    assert_eq!(answer(text, &nothing).is_err(), failed, "{raw:?} is another without its columns");
}

/// JSON values as text, nested a few times.
fn value() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        any::<bool>().prop_map(|value| value.to_string()),
        any::<i64>().prop_map(|value| value.to_string()),
        any::<u64>().prop_map(|value| value.to_string()),
        (-50i64..50).prop_map(|value| value.to_string()),
        any::<f64>()
            .prop_filter("JSON has no others", |value| value.is_finite())
            .prop_map(|value| format!("{value:?}")),
        "-?(0|[1-9][0-9]{0,20})(\\.[0-9]{1,18})?([eE][-+]?[0-9]{1,2})?",
        "([a-z é😀]{0,12}|\\\\n|\\\\u00e9|\\\\ud83d\\\\ude00|\\\\\\\\|\\\\\"){0,5}"
            .prop_map(|text| format!("\"{text}\"")),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(|items| format!("[{}]", items.join(", "))),
            prop::collection::vec(("[a-c]", inner), 0..4).prop_map(|members| {
                let members: Vec<String> =
                    members.iter().map(|(key, value)| format!("\"{key}\":{value}")).collect();
                format!("{{{}}}", members.join(","))
            }),
        ]
    })
}

fn record() -> impl Strategy<Value = String> {
    let key = prop::sample::select(vec![
        "a",
        "b",
        "c",
        "long_key_number_one",
        "\\u0061",
        "d e",
        "é",
        "k17_of_more_than_thirty_two_bytes_here",
    ]);
    let colon = prop::sample::select(vec![":", ": ", " : "]);
    let comma = prop::sample::select(vec![",", ", ", " ,"]);
    (prop::collection::vec((key, value()), 0..6), colon, comma).prop_map(|(members, colon, comma)| {
        let members: Vec<String> =
            members.iter().map(|(key, value)| format!("\"{key}\"{colon}{value}")).collect();
        format!("{{{}}}", members.join(comma))
    })
}

proptest! {
    #[test]
    fn documents_are_read_as_the_twin_does(
        records in prop::collection::vec(record(), 0..12),
        end in prop::sample::select(vec!["\n", "\r\n", "\n\n"]),
    ) {
        check(records.join(end).as_bytes());
    }

    #[test]
    fn damaged_documents_are_read_as_the_twin_does(
        records in prop::collection::vec(record(), 1..8),
        places in prop::collection::vec((any::<prop::sample::Index>(), prop::sample::select(b"{}[],:\"\\ 0e-tn\n\xff\x01a".to_vec())), 1..4),
    ) {
        let mut text = records.join("\n").into_bytes();
        for (place, byte) in places {
            let at = place.index(text.len());
            text[at] = byte;
        }
        check(&text);
    }

    #[test]
    fn soup_is_read_as_the_twin_does(text in r#"([{}\[\],:"\\0-9e.\-tn a\n]|\{"a":|"b"|true|\}\n){0,40}"#) {
        check(text.as_bytes());
    }
}
