//! Types that hold every text: what inference from samples missed, and given types that are too narrow.

use super::*;
use lazuli_array::{DataType, TimeUnit};

fn widening(types: &[(&str, DataType)]) -> CsvOptions {
    CsvOptions { on_misfit: OnMisfit::Widen, ..typed(types) }
}

#[test]
fn a_given_type_is_kept_if_it_holds_every_text() {
    for (texts, given, expected) in [
        (&["1", "2"][..], DataType::Int8, "Int8"),
        (&["1", "300"], DataType::Int8, "Int64"),
        (&["1", "2.5"], DataType::Int32, "Float64"),
        (&["1", "x"], DataType::Int64, "String"),
        (&["2020-01-01", "2020-01-01 10:00"], DataType::Date, "Datetime(us)"),
        (&["2020-01-01 10:00:00.1234567"], DataType::Datetime(TimeUnit::Milliseconds, None), "Datetime(ns)"),
        (&["true", "yes"], DataType::Boolean, "String"),
        (&["18446744073709551615"], DataType::UInt64, "UInt64"),
        (&["18446744073709551615", "-1"], DataType::UInt64, "String"),
        // A float would hold it, but not exactly.
        (&["1.25", "0.125"], DataType::Decimal { precision: 10, scale: 2 }, "String"),
        (&["1.25"], DataType::Decimal { precision: 10, scale: 2 }, "Decimal(10, 2)"),
        (&["9007199254740993", "0.5"], DataType::Int64, "String"),
    ] {
        let text = format!("a\n{}\n", texts.join("\n"));
        let answer = answer(&text, &widening(&[("a", given.clone())]));
        assert_eq!(answer.lines().next(), Some(format!("a: {expected}").as_str()), "{texts:?} {given}");
    }
}

#[test]
fn what_samples_do_not_see_is_seen() {
    // Some 1.5 MB, so that samples leave gaps; the one odd text lies in one of them.
    let mut text = String::from("a,b\n");
    for row in 0..100_000 {
        text.push_str(if row == 9_000 { "1.5,x\n" } else { "1234567,2020-01-01\n" });
    }
    let file = TempFile::new(&text);
    let failing = read_path(&file.0, &options()).expect_err("the samples do not see it");
    assert!(failing.to_string().contains("inferred from samples"), "{failing}");
    let (schema, rows) = read_path(&file.0, &widening(&[])).expect("every text is held");
    assert_eq!(schema.to_string(), "a: Float64, b: String");
    assert_eq!((rows.len(), show_rows(&rows[9_000..9_001])), (100_000, "1.5 \"x\"".into()));
}

#[test]
fn ragged_records_and_bad_bytes_stay_what_they_are() {
    let options = widening(&[("a", DataType::Int8)]);
    assert_eq!(
        answer("a,b\n300\n", &options),
        "FILE0, line 2: 1 field where the file has 2 columns: \"300\" (byte 4)"
    );
    assert_eq!(
        answer(b"a,b\n300,\xff\n", &options),
        "FILE0, line 2: column \"b\": invalid UTF-8: \"\u{fffd}\" (byte 8)"
    );
}
