//! What queries without an answer say, word for word: the same under every configuration.

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use insta::assert_snapshot;
use lazuli::prelude::*;
use lazuli::{OnMisfit, OnRagged};

use crate::configuration::Configuration;
use crate::inputs::Inputs;

/// The message of a query, if it is the same under all configurations; all messages with their first configuration if
/// it is not. Lines of code are left out.
fn message(query: fn(&Inputs) -> LazyFrame) -> String {
    let mut messages: Vec<(String, String)> = Vec::new();
    for configuration in Configuration::all() {
        let inputs = Inputs::new(&configuration);
        let text = match configuration.collect(query(&inputs)) {
            Ok(frame) => format!("no error, but {frame}"),
            Err(error) => without_places(&error.to_string()),
        };
        if messages.iter().all(|(known, _)| *known != text) {
            messages.push((text, configuration.to_string()));
        }
    }
    match &messages[..] {
        [(text, _)] => text.clone(),
        several => several.iter().map(|(text, first)| format!("{first}:\n{text}\n")).collect(),
    }
}

/// Places in this file without their line and column.
fn without_places(text: &str) -> String {
    let mut parts = text.split(concat!("crates/lazuli/tests/golden/", "failures.rs:"));
    let mut out = parts.next().unwrap_or_default().to_string();
    for part in parts {
        out += "HERE";
        out += part.trim_start_matches(|c: char| c.is_ascii_digit() || c == ':');
    }
    out
}

#[test]
fn a_wrong_column_gets_the_nearest_name() {
    let query = |inputs: &Inputs| inputs.sales().select(["shop", "amuont"]);
    assert_snapshot!(message(query), @"column not found: amuont; did you mean amount? The input has: shop, quarter, item, amount, price (in select at HERE)");
}

#[test]
fn a_wrong_type_names_the_operator_and_both_sides() {
    let query = |inputs: &Inputs| inputs.sales().filter((col("shop") + 1).gt(col("amount")));
    assert_snapshot!(message(query), @"type mismatch: `+` has no meaning for String and Int32, in: shop + 1 (in filter at HERE)");
}

#[test]
fn a_sum_of_texts_is_refused() {
    let query = |inputs: &Inputs| inputs.sales().group_by("shop").agg([col("item").sum()]);
    assert_snapshot!(message(query), @"type mismatch: sum takes one column of numbers, booleans or durations, found String, in: sum(item) (in group_by at HERE)");
}

#[test]
fn a_condition_is_a_boolean() {
    let query = |inputs: &Inputs| inputs.sales().filter(col("amount"));
    assert_snapshot!(message(query), @"type mismatch: a condition must be Boolean, found Int64, in: amount (in filter at HERE)");
}

#[test]
fn several_mistakes_come_at_once() {
    let query = |inputs: &Inputs| {
        let sales = inputs.sales().filter(col("quater").gt(1)).with_columns([col("shop") * 2]);
        sales.group_by("itme").agg([col("price").sum()]).sort(col("amount").desc())
    };
    assert_snapshot!(message(query), @"
    4 mistakes in the query:
      1. column not found: quater; did you mean quarter? The input has: shop, quarter, item, amount, price (in filter at HERE)
      2. type mismatch: `*` has no meaning for String and Int32, in: shop * 2 (in with_columns at HERE)
      3. column not found: itme; did you mean item? The input has: shop, quarter, item, amount, price (in group_by at HERE)
      4. column not found: amount; the input has: item, price (in sort at HERE)
    ");
}

#[test]
fn two_columns_of_one_name() {
    let query = |inputs: &Inputs| inputs.sales().select([col("amount"), col("price").alias("amount")]);
    assert_snapshot!(message(query), @"duplicate column name: amount is made a second time by: price as amount; use alias() to rename one (in select at HERE)");
}

#[test]
fn join_keys_without_a_common_type() {
    let query = |inputs: &Inputs| inputs.sales().join(inputs.rows(), "shop", "id", JoinType::Inner);
    assert_snapshot!(message(query), @"type mismatch: join keys shop (String) and id (Int64) can't be compared without loss; cast one (in join at HERE)");
}

#[test]
fn unpivot_and_concat_lose_nothing() {
    let query = |inputs: &Inputs| inputs.sales().unpivot(["amount", "price"], ["shop"]);
    assert_snapshot!(message(query), @"invalid option: the values of column price (Float64) and of column amount (Int64) fit into no common type without loss; cast one, or name the columns to unpivot (in unpivot at HERE)");
    let query =
        |inputs: &Inputs| concat([inputs.rows().select("day"), inputs.rows().select(col("n").alias("day"))]);
    assert_snapshot!(message(query), @"input 1 of concat does not fit: column day is Int64 here and Date before; cast one, or use the relaxed form (in concat at HERE)");
}

#[test]
fn sides_of_a_horizontal_concat_are_of_one_height() {
    let query =
        |inputs: &Inputs| concat_horizontal([inputs.rows().select("id"), inputs.lookup().select("label")]);
    assert_snapshot!(message(query), @"input 1 of a horizontal concat has 7 rows, input 0 has 12");
}

#[test]
fn an_overflow_names_expression_and_row() {
    let query = |inputs: &Inputs| inputs.small().select((col("i8") * 2i8).alias("twice"));
    assert_snapshot!(message(query), @"overflow in * at row 0: the result does not fit Int8: 127 * 2, in: i8 * 2, in select");
    let query = |inputs: &Inputs| inputs.rows().with_columns((col("n") + i64::MAX - 6).alias("far"));
    assert_snapshot!(message(query), @"overflow in + at row 0: the result does not fit Int64: 7 + 9223372036854775807, in: n + 9223372036854775807, in select");
}

#[test]
fn an_overflow_of_a_sum_names_the_aggregate() {
    let query = |inputs: &Inputs| {
        let large = inputs.rows().with_columns((col("d") * (1i64 << 60)).alias("large"));
        large.group_by("k").agg([col("large").sum()])
    };
    assert_snapshot!(message(query), @"
    optimizer on, 1 threads, morsels of 3, Plain strings, CSV chunks of 20:
    overflow in sum at row 0: the result does not fit Int64: sum of 10376293541461622784, in: sum(d * 1152921504606846976)
    optimizer off, 1 threads, morsels of 3, Plain strings, CSV chunks of 20:
    overflow in sum at row 0: the result does not fit Int64: sum of 10376293541461622784, in: sum(large)
    ");
}

#[test]
fn a_strict_cast_names_row_and_value() {
    let query = |inputs: &Inputs| inputs.texts().select(col("t").cast(DataType::Int64));
    assert_snapshot!(message(query), @r#"cast from String to Int64 failed at row 2: "3.5", in: cast(t as Int64), in select"#);
    let query = |inputs: &Inputs| inputs.rows().select(col("id").cast(DataType::Int8) + 120i8);
    assert_snapshot!(message(query), @"overflow in + at row 7: the result does not fit Int8: 8 + 120, in: cast(id as Int8) + 120, in select");
    let query = |inputs: &Inputs| inputs.rows().select(col("x").cast(DataType::Int64));
    assert_snapshot!(message(query), @r#"cast from Float64 to Int64 failed at row 1: "NaN", in: cast(x as Int64), in select"#);
    let query = |inputs: &Inputs| inputs.texts().select(col("whole").cast(DataType::UInt8));
    assert_snapshot!(message(query), @r#"cast from String to UInt8 failed at row 1: "-20", in: cast(whole as UInt8), in select"#);
}

#[test]
fn a_failure_below_other_verbs() {
    let query = |inputs: &Inputs| {
        let casts = inputs.texts().with_columns(col("t").cast(DataType::Float64).alias("number"));
        casts.filter(col("number").gt(2)).sort("number").select(["number", "whole"])
    };
    assert_snapshot!(message(query), @r#"
    optimizer on, 1 threads, morsels of 3, Plain strings, CSV chunks of 20:
    cast from String to Float64 failed at row 3: "x", in: cast(t as Float64), in filter
    optimizer off, 1 threads, morsels of 3, Plain strings, CSV chunks of 20:
    cast from String to Float64 failed at row 3: "x", in: cast(t as Float64), in select
    "#);
}

#[test]
fn a_pivot_without_an_aggregate_names_the_cell() {
    let query = |inputs: &Inputs| inputs.sales().pivot(["item"]).index(["shop"]).values(["amount"]).single();
    assert_snapshot!(message(query), @"pivot found 2 values for one cell, of shop = s1 and item = pen; give an aggregate that makes one of them, such as sum or first");
}

/// A file that is removed at the end.
struct CsvFile(PathBuf);

impl CsvFile {
    fn new(text: &str) -> Self {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("lazuli-golden-{}-{number}.csv", std::process::id()));
        std::fs::write(&path, text).expect("the folder for temporary files can be written");
        Self(path)
    }

    /// As [`message`], with this file as `FILE`.
    fn message(
        &self,
        adjust: impl Fn(CsvOptions) -> CsvOptions,
        query: fn(LazyFrame) -> LazyFrame,
    ) -> String {
        let mut messages = Vec::new();
        for configuration in Configuration::all() {
            let csv = adjust(configuration.csv_options());
            let file = scan_csv_with(&self.0, csv).with_options(configuration.exec_options());
            let text = match configuration.collect(query(file)) {
                Ok(frame) => format!("no error, but {frame}"),
                Err(error) => without_places(&error.to_string()),
            };
            messages.push(text.replace(&self.0.display().to_string(), "FILE"));
        }
        messages.dedup();
        messages.join("\n")
    }
}

impl Drop for CsvFile {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

#[test]
fn a_ragged_record_names_its_line() {
    let file = CsvFile::new("a,b\n1,\"two\nlines\"\n\n3\n5,6\n");
    assert_snapshot!(file.message(|options| options, |file| file), @r#"can't read csv FILE: line 5: 1 field where the file has 2 columns: "3" (byte 19)"#);
    let file = CsvFile::new("a,b\n1,2\n3,4,5\n");
    let pad = |options| CsvOptions { on_ragged: OnRagged::Pad, ..options };
    assert_snapshot!(file.message(pad, |file| file.group_by("a").len()), @r#"can't read csv FILE: line 3: 3 fields where the file has 2 columns: "3,4,5" (byte 8)"#);
}

#[test]
fn a_misfit_deep_in_a_file_names_line_column_and_text() {
    // Far from the places that types are taken from: between the first 64 KiB and the second sample.
    let mut text = String::from("id,value\n");
    for row in 0..200_000 {
        let value = if row == 7_777 { "7_777".to_string() } else { (row * 3).to_string() };
        text += &format!("{row},{value}\n");
    }
    let file = CsvFile::new(&text);
    let large = |options| CsvOptions { chunk_bytes: 1 << 17, ..options };
    let largest = |file: LazyFrame| file.select([col("value").max()]);
    let messages: Vec<String> = [1, 4]
        .map(|threads| {
            let options =
                ExecOptions { threads: Some(threads), single_thread_rows: 0, ..ExecOptions::default() };
            let query = scan_csv_with(&file.0, large(CsvOptions::default())).with_options(options);
            let error = largest(query).collect().expect_err("one value is no number");
            error.to_string().replace(&file.0.display().to_string(), "FILE")
        })
        .into();
    assert_eq!(messages[0], messages[1]);
    assert_snapshot!(messages[0], @r#"can't read csv FILE: line 7779: column "value": "7_777" is no Int64: not an integer; the type was inferred from samples of the file: give the column's type, or infer from the whole file (byte 80745)"#);
    let null = CsvOptions { on_misfit: OnMisfit::Null, ..CsvOptions::default() };
    let row = largest(scan_csv_with(&file.0, null)).collect().expect("a misfit is null now");
    assert_eq!(row.get(0, 0), Scalar::Int64(599_997));
}

#[test]
fn a_file_that_is_not_there() {
    let error = scan_csv("no/such/file.csv").collect().expect_err("there is no such file").to_string();
    assert!(error.starts_with("can't read csv no/such/file.csv: "), "{error}");
    assert!(without_places(&error).ends_with(" (in scan at HERE)"), "{error}");
}

/// The message of a query that may use 64 KiB, on one thread; with more threads only the amounts differ.
fn over_budget(query: impl Fn(LazyFrame) -> LazyFrame) -> String {
    let rows: Vec<i64> = (0..100_000).collect();
    let frame = df! { "n" => rows.clone(), "text" => rows.iter().map(|row| format!("text {row}")) };
    let frame = frame.expect("two columns");
    let message = |threads, optimizer| {
        let options = ExecOptions {
            threads: Some(threads),
            memory_bytes: Some(1 << 16),
            single_thread_rows: 0,
            optimizer,
            ..ExecOptions::default()
        };
        let query = query(frame.lazy().with_options(options));
        query.collect().expect_err("64 KiB do not hold this").to_string()
    };
    let one = message(1, lazuli::OptimizerOptions::default());
    let start = one.split(" needs ").next().expect("a first part").to_string();
    for (threads, optimizer) in [
        (1, lazuli::OptimizerOptions::none()),
        (2, lazuli::OptimizerOptions::default()),
        (4, lazuli::OptimizerOptions::none()),
    ] {
        let other = message(threads, optimizer);
        assert!(other.starts_with(&start), "{other}\n{one}");
    }
    start
}

#[test]
fn a_memory_budget_names_the_operator() {
    assert_snapshot!(over_budget(|frame| frame), @"memory budget exceeded: collect");
    assert_snapshot!(over_budget(|frame| frame.group_by("text").len()), @"memory budget exceeded: group_by");
    assert_snapshot!(over_budget(|frame| frame.select([col("n").median()])), @"memory budget exceeded: aggregate");
    assert_snapshot!(over_budget(|frame| frame.unique()), @"memory budget exceeded: unique");
    assert_snapshot!(over_budget(|frame| {
        frame.clone().cross_join(frame).select([col("text").max()])
    }), @"memory budget exceeded: join");
    assert_snapshot!(over_budget(|frame| frame.select([col("n").cum_sum().max()])), @"memory budget exceeded: window");
    assert_snapshot!(over_budget(|frame| {
        let frame = frame.with_columns((col("n") + 1).alias("m"));
        frame.pivot(["text"]).index(["n"]).values(["m"]).columns(["text 1"]).agg(element().sum())
    }), @"memory budget exceeded: group_by");
}
