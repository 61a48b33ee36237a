//! Files that are hard to read: very long, very wide, broken off, not what they seem. An answer or an error with its
//! place, in bounded memory.

use super::*;
use std::fs::OpenOptions;

#[test]
fn a_line_of_a_hundred_megabytes() {
    let line = "x\n".repeat(50 << 20);
    let text = format!("a,b\n\"{line}\",1\ny,2\n");
    let file = TempFile::new(&text);
    let options =
        CsvOptions { infer: InferMode::Never, dictionary_strings: DictionaryStrings::Never, ..options() };
    let table = Arc::new(CsvTable::open(&file.0, &options).expect("fine"));
    let scan = CsvScan::open(table, None, None, None).expect("fine");
    let mut lengths = Vec::new();
    while let Some((_, batch)) = scan.next().expect("fine") {
        for row in 0..batch.num_rows() {
            let Scalar::String(text) = batch.column(0).get(row) else { panic!("a text") };
            lengths.push(text.len());
        }
    }
    assert_eq!(lengths, [line.len(), 1]);
    let short = CsvOptions { max_record_bytes: 1 << 20, ..options };
    let error = read_path(&file.0, &short).expect_err("too long");
    assert!(
        matches!(error.kind(), CsvErrorKind::RecordTooLong { limit: 1_048_576, open_quote_line: Some(2) }),
        "{error}"
    );
}

#[test]
fn fifty_thousand_columns_in_every_mode() {
    let header: Vec<String> = (0..50_000).map(|column| format!("c{column}")).collect();
    let text =
        format!("{}\n{}\n{}x\n1,2\n", header.join(","), vec!["1"; 50_000].join(","), "2,".repeat(49_999));
    let types = [("c49999", lazuli_array::DataType::Int64)];
    let options = CsvOptions { infer: InferMode::Never, on_ragged: OnRagged::Reject, ..typed(&types) };
    let file = TempFile::new(&text);
    for (on_misfit, rows, rejects) in
        [(OnMisfit::Reject, 1, 2), (OnMisfit::Null, 2, 1), (OnMisfit::Widen, 2, 1)]
    {
        let table =
            Arc::new(CsvTable::open(&file.0, &CsvOptions { on_misfit, ..options.clone() }).expect("fine"));
        let scan = CsvScan::open(table, None, None, None).expect("fine");
        let found = run(&scan, 1).expect("fine").iter().map(Batch::num_rows).sum::<usize>();
        assert_eq!((found, scan.rejects().len()), (rows, rejects), "{on_misfit:?}");
    }
}

#[test]
fn a_file_cut_while_it_is_read() {
    let text = format!("a\n{}", "1\n".repeat(100_000));
    let file = TempFile::new(&text);
    let options = CsvOptions { chunk_bytes: 1000, ..options() };
    let table = Arc::new(CsvTable::open(&file.0, &options).expect("fine"));
    let scan = CsvScan::open(table, None, None, None).expect("fine");
    scan.next().expect("fine").expect("there are rows");
    let handle = OpenOptions::new().write(true).open(&file.0).expect("it is ours");
    handle.set_len(50_001).expect("it can be cut");
    let error = loop {
        match scan.next() {
            Ok(Some(_)) => {}
            Ok(None) => panic!("half of the rows are gone, unseen"),
            Err(error) => break error,
        }
    };
    assert!(matches!(error.kind(), CsvErrorKind::Shrunk { expected: 200_002, found: 50_001 }), "{error}");
    assert!(scan.next().expect("after an error there is no more").is_none());
}

#[test]
fn a_file_that_is_gone_when_it_is_read() {
    let files = ["a\n1\n", "a\n2\n"].map(TempFile::new);
    let paths = files.each_ref().map(|file| file.0.clone());
    let table = Arc::new(CsvTable::open_all(&paths, &options()).expect("fine"));
    let scan = CsvScan::open(table, None, None, None).expect("fine");
    std::fs::remove_file(&paths[1]).expect("it is ours");
    let error = run(&scan, 1).expect_err("gone");
    assert!(error.to_string().starts_with(&paths[1].display().to_string()), "{error}");
}

#[test]
fn ends_inside_quotes_in_every_mode() {
    for on_misfit in [OnMisfit::Fail, OnMisfit::Widen, OnMisfit::Reject, OnMisfit::Null] {
        for on_ragged in [OnRagged::Fail, OnRagged::Pad, OnRagged::Truncate, OnRagged::Reject] {
            let options = CsvOptions { on_misfit, on_ragged, ..options() };
            assert_eq!(
                answer("a,b\n1,2\n\"3,4\n5,6\n", &options),
                "FILE0, line 3: a quote opens here and the file ends before it closes (byte 8)"
            );
        }
    }
}

#[test]
fn utf16_without_a_mark_is_no_garbage() {
    for (unit, name) in [(u16::to_le_bytes as fn(u16) -> [u8; 2], "little"), (u16::to_be_bytes, "big")] {
        let wide: Vec<u8> = "name,n\nx,1\n".encode_utf16().flat_map(unit).collect();
        let expected = format!(
            "FILE0: not UTF-8 text: this looks like UTF-16 ({name} endian) without a byte order mark: name the encoding"
        );
        assert_eq!(answer(&wide, &options()), expected);
    }
}

#[cfg(unix)]
#[test]
fn what_is_no_file() {
    let error = CsvTable::open("/dev/null", &options()).expect_err("a device");
    assert!(matches!(error.kind(), CsvErrorKind::NotAFile), "{error}");
    let folder = CsvTable::open_all(&[std::env::temp_dir()], &options()).expect_err("a folder");
    assert!(matches!(folder.kind(), CsvErrorKind::IsDirectory), "{folder}");
}

#[cfg(feature = "compression")]
#[test]
fn a_small_file_that_holds_a_large_text() {
    use std::io::Write;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(b"a\n").expect("memory does not fail");
    let zeros = vec![b'0'; 1 << 20];
    (0..64).for_each(|_| encoder.write_all(&zeros).expect("memory does not fail"));
    let file = TempFile::new(encoder.finish().expect("memory does not fail"));
    assert!(std::fs::metadata(&file.0).expect("it is there").len() < 1 << 20);
    let error =
        read_path(&file.0, &CsvOptions { max_record_bytes: 4 << 20, ..options() }).expect_err("too long");
    assert!(matches!(error.kind(), CsvErrorKind::RecordTooLong { .. }), "{error}");
}
