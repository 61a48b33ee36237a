//! Records that are set aside: which, where, why; and that nothing is lost.

use super::*;
use lazuli_array::{Bitmap, DataType};
use proptest::prelude::*;

fn rejecting(types: &[(&str, DataType)]) -> CsvOptions {
    CsvOptions { on_misfit: OnMisfit::Reject, on_ragged: OnRagged::Reject, ..typed(types) }
}

#[test]
fn each_reason() {
    let options = rejecting(&[("a", DataType::Int64), ("b", DataType::Date)]);
    let text = b"a,b,c\n1,2020-01-01,x\n\n\"y\n\",2020-01-01,x\n2\r\n3,2020-02-30,\xe9\r\n4,2020-02-29,\"q,r\"\n5,2020-01-01,x,7\n6,-,x";
    assert_eq!(
        answer(text, &options),
        "a: Int64, b: Date, c: String\n\
         1 2020-01-01 \"x\"\n\
         4 2020-02-29 \"q,r\"\n\
         set aside:\n\
         4 2 22 a \"\\\"y\\n\\\",2020-01-01,x\" \"y\\n\" is no Int64: not an integer\n\
         6 3 40 - \"2\" 1 field where the file has 3 columns\n\
         7 4 43 c \"3,2020-02-30,\\\\xE9\" invalid UTF-8\n\
         9 6 78 - \"5,2020-01-01,x,7\" 4 fields where the file has 3 columns\n\
         10 7 95 b \"6,-,x\" \"-\" is no Date: not a date of the form YYYY-MM-DD"
    );
}

#[test]
fn one_policy_does_not_stand_for_the_other() {
    let types = [("a", DataType::Int64)];
    let misfits = CsvOptions { on_ragged: OnRagged::Fail, ..rejecting(&types) };
    assert_eq!(
        answer("a,b\nx,1\n2\n", &misfits),
        "FILE0, line 3: 1 field where the file has 2 columns: \"2\" (byte 8)"
    );
    let ragged = CsvOptions { on_misfit: OnMisfit::Fail, ..rejecting(&types) };
    assert_eq!(
        answer("a,b\n1\nx,1\n", &ragged),
        "FILE0, line 3: column \"a\": \"x\" is no Int64: not an integer (byte 6)"
    );
    assert_eq!(
        answer(b"a,b\n\xff\n1,2\n", &ragged),
        "a: Int64, b: Int64\n1 2\nset aside:\n2 1 4 - \"\\\\xFF\" 1 field where the file has 2 columns"
    );
    assert_eq!(
        answer(b"a,b\n1\n2,\xff\n", &ragged),
        "FILE0, line 3: column \"b\": invalid UTF-8: \"\u{fffd}\" (byte 8)"
    );
    let padded = CsvOptions { on_ragged: OnRagged::Pad, ..rejecting(&types) };
    assert_eq!(
        answer("a,b\n1\nx\n", &padded),
        "a: Int64, b: String\n1 -\nset aside:\n3 2 6 a \"x\" \"x\" is no Int64: not an integer"
    );
}

#[test]
fn ragged_records_say_nothing_of_types() {
    let options = CsvOptions { on_ragged: OnRagged::Reject, ..options() };
    assert_eq!(
        answer("a,b\n1,2\ntotal\n", &options),
        "a: Int64, b: Int64\n1 2\nset aside:\n3 2 8 - \"total\" 1 field where the file has 2 columns"
    );
}

/// Keeps rows whose first tested column is even.
struct Even(Vec<usize>);

impl RowFilter for Even {
    fn columns(&self) -> &[usize] {
        &self.0
    }

    fn keep(&self, batch: &Batch) -> std::result::Result<Bitmap, FilterError> {
        let is_even = |row| matches!(batch.column(0).get(row), Scalar::Int64(value) if value % 2 == 0);
        Ok((0..batch.num_rows()).map(is_even).collect())
    }
}

#[test]
fn only_columns_that_are_read_are_looked_at() {
    let text = "a,b,c\n1,x,1\n2,2,y\n3,3,3\n4,4,4\n";
    let file = TempFile::new(text);
    let types = [("a", DataType::Int64), ("b", DataType::Int64), ("c", DataType::Int64)];
    let table = Arc::new(CsvTable::open(&file.0, &rejecting(&types)).expect("fine"));
    let filter = || -> Option<Arc<dyn RowFilter>> { Some(Arc::new(Even(vec![0]))) };
    for (projection, filter, rows, rejected) in [
        (vec![0], None, "1\n2\n3\n4", vec![]),
        (vec![1], None, "2\n3\n4", vec![1]),
        (vec![2, 0], None, "1 1\n3 3\n4 4", vec![2]),
        // The filter would remove record 1; it is set aside all the same.
        (vec![1], filter(), "2\n4", vec![1]),
        (vec![2], filter(), "4", vec![2]),
        (vec![], filter(), "\n", vec![]),
    ] {
        let scan = CsvScan::open(table.clone(), Some(projection.clone()), filter, Some(1)).expect("fine");
        let batches = run(&scan, 2).expect("fine");
        assert_eq!(show_rows(&super::rows(&batches)), rows, "{projection:?}");
        let found: Vec<u64> = scan.rejects().iter().map(|reject| reject.record).collect();
        assert_eq!(found, rejected, "{projection:?}");
        assert_eq!(scan.rows_done() + found.len() as u64, 4);
    }
}

proptest! {
    #[test]
    fn rows_and_rejects_are_all_records(
        fields in prop::collection::vec(prop::sample::select(vec!["1", "x", "\"2\"", "", "\"\n\"", "3,4", "5\r", "é"]), 0..40),
        chunk_bytes in 1_usize..60,
        threads in 1_usize..4,
    ) {
        let lines: Vec<String> = fields.chunks(2).map(|pair| pair.join(",")).collect();
        let text = format!("a,b\n{}", lines.join("\n"));
        let file = TempFile::new(&text);
        let options = CsvOptions { chunk_bytes, ..rejecting(&[("a", DataType::Int64), ("b", DataType::Int64)]) };
        let table = Arc::new(CsvTable::open(&file.0, &options).expect("fine"));
        let scan = CsvScan::open(table, None, None, None).expect("fine");
        let rows = rows(&run(&scan, threads).expect("nothing is an error"));
        let rejects = scan.rejects();
        let mut reader = csv::ReaderBuilder::new().flexible(true).terminator(csv::Terminator::Any(b'\n'))
            .from_reader(text.as_bytes());
        let records: Vec<_> = reader.byte_records().map(|record| record.expect("memory does not fail")).collect();
        // A line with nothing but CR is blank here; the twin has a field there.
        let records = records.iter().filter(|record| record.len() != 1 || (&record[0] != b"\r" && !record[0].is_empty())).count();
        prop_assert_eq!(rows.len() + rejects.len(), records);
        prop_assert_eq!(rows.len() as u64, scan.rows_done());
        for reject in &rejects {
            // The place and the text are those of the file.
            let at = reject.byte_offset as usize;
            prop_assert_eq!(text.get(at..at + reject.raw_text.len()), Some(reject.raw_text.as_str()));
            let line = text[..at].matches('\n').count() as u64 + 1;
            prop_assert_eq!(line, reject.line);
        }
        prop_assert!(rejects.windows(2).all(|pair| pair[0].record < pair[1].record));
    }
}
