//! CSV files through whole queries: records set aside, wider types, several files, progress; the same under every
//! configuration.

mod configurations; // ways to run a query that must not matter

use configurations::configurations;
use lazuli::prelude::*;
use lazuli::{ErrorKind, FileColumns, OnMisfit, OnProgress, OnRagged, Progress, Rejects, Scalar};
use lazuli_testkit::folder::Folder;
use std::sync::{Arc, Mutex};

/// 1000 records; every 7th has no number, every 50th one field too many.
fn untidy() -> String {
    let mut text = String::from("id,amount,note\n");
    for id in 1..=1000 {
        match id {
            _ if id % 50 == 0 => text.push_str(&format!("{id},{id},x,y\n")),
            _ if id % 7 == 0 => text.push_str(&format!("{id},none,x\n")),
            _ => text.push_str(&format!("{id},{id},x\n")),
        }
    }
    text
}

fn rejecting(chunk_bytes: usize) -> CsvOptions {
    CsvOptions {
        schema_overrides: vec![("amount".into(), DataType::Int64)],
        on_misfit: OnMisfit::Reject,
        on_ragged: OnRagged::Reject,
        chunk_bytes,
        ..CsvOptions::default()
    }
}

#[test]
fn rejects_do_not_depend_on_how_a_query_runs() {
    let folder = Folder::with(&[("a.csv", &untidy())]);
    let path = folder.path("a.csv");
    let queries: [(&str, fn(LazyFrame) -> LazyFrame); 5] = [
        ("all", |rows| rows),
        ("filter", |rows| rows.filter(col("amount").gt(500))),
        ("sum", |rows| rows.select([col("amount").sum()])),
        ("limit", |rows| rows.head(3)),
        ("filtered limit", |rows| rows.filter(col("amount").gt(10)).head(2).select([col("amount")])),
    ];
    for (name, query) in queries {
        let mut answers = Vec::new();
        for chunk_bytes in [20, 1 << 20] {
            for options in configurations() {
                let rows = scan_csv_with(&path, rejecting(chunk_bytes)).with_options(options);
                let (rows, rejects) = query(rows).collect_with_rejects().expect("nothing is an error");
                assert_eq!(rejects.height(), 20 + 142 - 2, "{name}");
                answers.push((rows, rejects));
            }
        }
        answers.dedup();
        assert_eq!(answers.len(), 1, "{name}: the answer depends on the configuration");
    }
}

#[test]
fn rows_read_and_rejects_are_all_records() {
    let folder = Folder::with(&[("a.csv", &untidy())]);
    for options in configurations() {
        let rejects = Rejects::default();
        let options = ExecOptions { rejects: Some(rejects.clone()), ..options };
        let counters = options.counters.clone();
        let query = scan_csv_with(folder.path("a.csv"), rejecting(50)).with_options(options);
        query.filter(col("amount").eq(1)).collect().expect("nothing is an error");
        assert_eq!(counters.rows_read() + rejects.len() as u64, 1000);
    }
}

#[test]
fn a_column_that_is_not_read_is_not_looked_at() {
    let folder = Folder::with(&[("a.csv", &untidy())]);
    let (rows, rejects) = scan_csv_with(folder.path("a.csv"), rejecting(1 << 20))
        .select([col("id").count()])
        .collect_with_rejects()
        .expect("nothing is an error");
    assert_eq!(rows.rows().collect::<Vec<_>>(), [[Scalar::Int64(980)]]);
    assert_eq!(rejects.height(), 20);
}

#[test]
fn a_file_read_twice_tells_of_a_record_once() {
    let folder = Folder::with(&[("a.csv", &untidy())]);
    let rows = || scan_csv_with(folder.path("a.csv"), rejecting(1 << 20));
    let (_, rejects) = rows()
        .join(rows(), ["id"], ["id"], JoinArgs::new(JoinType::Inner))
        .collect_with_rejects()
        .expect("nothing is an error");
    assert_eq!(rejects.height(), 160);
}

#[test]
fn nobody_loses_records_unseen() {
    let folder = Folder::with(&[("a.csv", &untidy())]);
    let error =
        scan_csv_with(folder.path("a.csv"), rejecting(1 << 20)).collect().expect_err("nobody takes them");
    assert!(
        error.to_string().contains("sets aside the records that misfit, and nobody takes them"),
        "{error}"
    );
    let ErrorKind::Exec(error) = error.kind() else { panic!("{error}") };
    assert!(format!("{error:?}").starts_with("RejectsUntaken"), "{error:?}");
}

#[test]
fn rejects_are_held_within_the_budget() {
    let text: String = (0..20_000).map(|row| format!("{row},no number at all\n")).collect();
    let folder = Folder::with(&[("a.csv", &format!("id,amount\n{text}"))]);
    let options = ExecOptions { memory_bytes: Some(1 << 20), ..ExecOptions::default() };
    let query = scan_csv_with(folder.path("a.csv"), rejecting(1 << 16)).with_options(options);
    let error = query.select([col("amount").sum()]).collect_with_rejects().expect_err("too many");
    assert!(error.to_string().contains("memory budget exceeded: records set aside needs"), "{error}");
}

#[test]
fn a_plan_is_typed_with_the_wider_types() {
    let mut text = String::from("id,amount\n");
    (0..100_000).for_each(|row| text.push_str(if row == 9_000 { "9,0.5\n" } else { "1234567,1\n" }));
    let folder = Folder::with(&[("a.csv", &text)]);
    let widening = CsvOptions { on_misfit: OnMisfit::Widen, ..CsvOptions::default() };
    let mut answers = Vec::new();
    for options in configurations() {
        let rows = scan_csv_with(folder.path("a.csv"), widening.clone()).with_options(options);
        assert_eq!(rows.collect_schema().expect("fine").to_string(), "id: Int64, amount: Float64");
        answers.push(rows.select([col("amount").sum()]).collect().expect("every text is held"));
    }
    answers.dedup();
    assert_eq!(answers, [df! { "amount" => [99_999.5] }.expect("one column")]);
    // A mistake of the query is found with the final type.
    let text = CsvOptions { schema_overrides: vec![("amount".into(), DataType::Boolean)], ..widening };
    let query = scan_csv_with(folder.path("a.csv"), text).filter(col("amount"));
    let error = query.collect().expect_err("a float is no condition");
    assert!(error.to_string().contains("Float64"), "{error}");
}

#[test]
fn wildcards_and_lists_of_files() {
    let files =
        [("b.csv", "x,y\n3,c\n"), ("a.csv", "x,y\n1,a\n2,b\n"), ("c.csv", "y,x,z\nd,4,!\n"), ("d.txt", "no")];
    let folder = Folder::with(&files);
    let two = df! { "x" => [1i64, 2, 3], "y" => ["a", "b", "c"] }.expect("two columns");
    for options in configurations() {
        let found = scan_csv(folder.path("[ab].csv")).with_options(options.clone()).collect().expect("fine");
        assert_eq!(found, two);
        let union = CsvOptions {
            file_columns: FileColumns::Union,
            include_file_paths: Some("file".into()),
            ..CsvOptions::default()
        };
        let query = scan_csv_files([folder.path("*.csv")], union.clone()).with_options(options.clone());
        let files =
            query.clone().group_by("file").agg([col("x").sum(), col("z").count()]).collect().expect("fine");
        let name = |name: &str| folder.path(name).display().to_string();
        let expected = df! {
            "file" => [name("a.csv"), name("b.csv"), name("c.csv")], "x" => [3i64, 3, 4], "z" => [0i64, 0, 1],
        };
        assert_eq!(files, expected.expect("three columns"));
        let one =
            query.filter(col("file").eq(lit(name("b.csv")))).select([col("x")]).collect().expect("fine");
        assert_eq!(one, df! { "x" => [3i64] }.expect("one column"));
    }
    let error = scan_csv(folder.path("*.csv")).collect().expect_err("c.csv has one more").to_string();
    assert!(error.contains("c.csv: there is a column \"z\", which"), "{error}");
    let error = scan_csv(folder.path("*.parquet")).collect().expect_err("no such files").to_string();
    assert!(error.contains("*.parquet: there are no files to read"), "{error}");
}

#[test]
fn progress_rises_to_the_end() {
    let text: String = (0..50_000).map(|row| format!("{row},{}\n", row * 7)).collect();
    let text = format!("a,b\n{text}");
    let folder = Folder::with(&[("a.csv", &text), ("b.csv", "a,b\n1,2\n")]);
    for threads in [1, 3] {
        let told: Arc<Mutex<Vec<Progress>>> = Arc::default();
        let listener = {
            let told = told.clone();
            OnProgress::new(move |progress| told.lock().expect("nobody panics").push(progress))
        };
        let options = ExecOptions {
            on_progress: Some(listener),
            threads: Some(threads),
            single_thread_rows: 0,
            ..ExecOptions::default()
        };
        let csv = CsvOptions { chunk_bytes: 10_000, ..CsvOptions::default() };
        let right = scan_csv(folder.path("b.csv"));
        let query = scan_csv_with(folder.path("a.csv"), csv).join(
            right,
            ["a"],
            ["a"],
            JoinArgs::new(JoinType::Inner),
        );
        query.with_options(options).collect().expect("fine");
        let told = told.lock().expect("nobody panics");
        let total = (text.len() + 8) as u64;
        assert!(told.len() > 10, "{}", told.len());
        assert!(told.iter().all(|progress| progress.bytes_total == total));
        let pairs = told.windows(2);
        assert!(pairs.into_iter().all(|pair| {
            pair[0].bytes_done <= pair[1].bytes_done && pair[0].rows_done <= pair[1].rows_done
        }));
        let last = Progress {
            bytes_done: total,
            bytes_total: total,
            rows_done: 50_001,
            pipelines_done: 2,
            pipelines_total: 2,
        };
        assert_eq!(told.last(), Some(&last));
    }
}
