//! Several files as one table.

use super::*;

#[test]
fn columns_are_found_by_name() {
    let files: [&[u8]; 3] = [b"a,b\n1,x\n", b"b,a\n\ny,2\n", b"a,b\n"];
    assert_eq!(answer_of_files(&files, &options()), "a: Int64, b: String\n1 \"x\"\n2 \"y\"");
}

#[test]
fn types_hold_for_all_files() {
    let files: [&[u8]; 2] = [b"a,b\n1,2020-01-01\n", b"a,b\n2.5,x"];
    assert_eq!(answer_of_files(&files, &options()), "a: Float64, b: String\n1.0 \"2020-01-01\"\n2.5 \"x\"");
}

#[test]
fn columns_that_differ() {
    let files: [&[u8]; 2] = [b"a,b\n1,2\n", b"a,c\n3,4\n"];
    assert_eq!(
        answer_of_files(&files, &options()),
        "FILE1: there is a column \"c\", which FILE0 has not; ask for the union of columns to have it in all"
    );
    let shorter: [&[u8]; 2] = [b"a,b\n1,2\n", b"a\n3\n"];
    assert_eq!(
        answer_of_files(&shorter, &options()),
        "FILE1: there is no column \"b\", which FILE0 has; ask for the union of columns to read it as nulls"
    );
    let union = CsvOptions { file_columns: FileColumns::Union, ..options() };
    assert_eq!(answer_of_files(&files, &union), "a: Int64, b: Int64, c: Int64\n1 2 -\n3 - 4");
}

#[test]
fn a_column_says_which_file() {
    let named = CsvOptions { include_file_paths: Some("file".into()), ..options() };
    let files: [&[u8]; 2] = [b"a\n1\n2\n", b"a\n3\n"];
    assert_eq!(
        answer_of_files(&files, &named),
        "a: Int64, file: String\n1 \"FILE0\"\n2 \"FILE0\"\n3 \"FILE1\""
    );
    let plain = CsvOptions { dictionary_strings: DictionaryStrings::Never, ..named.clone() };
    assert_eq!(answer_of_files(&files, &plain), answer_of_files(&files, &named));
    let taken = CsvOptions { include_file_paths: Some("a".into()), ..options() };
    assert_eq!(
        answer_of_files(&files, &taken),
        "FILE0: a column made of the file's path can't be named \"a\": the file has a column of that name"
    );
}

#[test]
fn errors_and_rejects_name_their_file() {
    let types = typed(&[("a", lazuli_array::DataType::Int64)]);
    let files: [&[u8]; 3] = [b"a\n1\n", b"a\n2\nx\n", b"a\ny\n"];
    assert_eq!(
        answer_of_files(&files, &types),
        "FILE1, line 3: column \"a\": \"x\" is no Int64: not an integer (byte 4)"
    );
    let aside = CsvOptions { on_misfit: OnMisfit::Reject, ..types };
    assert_eq!(
        answer_of_files(&files, &aside),
        "a: Int64\n1\n2\nset aside:\n3 2 4 a \"x\" \"x\" is no Int64: not an integer\n\
         2 1 2 a \"y\" \"y\" is no Int64: not an integer"
    );
    let files: [&[u8]; 2] = [b"a\n1\n", b""];
    assert_eq!(answer_of_files(&files, &options()), "FILE1: the file has no header and no record");
    assert_eq!(answer_of_files(&[], &options()), "there are no files to read");
}

#[test]
fn limits_reach_over_files() {
    let files = ["a\n1\n2\n", "a\n3\nx\n"].map(TempFile::new);
    let paths: Vec<_> = files.iter().map(|file| &file.0).collect();
    let options = CsvOptions { chunk_bytes: 1, ..typed(&[("a", lazuli_array::DataType::Int64)]) };
    let table = Arc::new(CsvTable::open_all(&paths, &options).expect("fine"));
    let scan = CsvScan::open(table, None, None, Some(3)).expect("fine");
    assert_eq!(show_rows(&rows(&run(&scan, 1).expect("the mistake lies behind"))), "1\n2\n3");
}
