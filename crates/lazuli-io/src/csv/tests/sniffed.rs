//! What files seem to be: the untidy ones, and texts made to mislead.

use super::*;
use proptest::prelude::*;

/// The dialect that was found, in short.
fn found(path: &Path) -> String {
    let sniffed = match sniff(path) {
        Ok(sniffed) => sniffed,
        Err(error) => return error.without_path().to_string(),
    };
    let Dialect { separator, quote, escape, has_header, comment, skip_lines, .. } = sniffed.options.dialect;
    let mut out = format!("{} {:?}", sniffed.options.encoding.name(), char::from(separator));
    match quote {
        Some(b'"') => {}
        Some(quote) => out.push_str(&format!(" quote {:?}", char::from(quote))),
        None => out.push_str(" no quote"),
    }
    if let Some(escape) = escape {
        out.push_str(&format!(" escape {:?}", char::from(escape)));
    }
    if let Some(comment) = comment {
        out.push_str(&format!(" comment {comment}"));
    }
    if skip_lines > 0 {
        out.push_str(&format!(" skip {skip_lines}"));
    }
    if !has_header {
        out.push_str(" no header");
    }
    format!("{out}, {} columns", sniffed.schema.len())
}

#[test]
fn untidy_files() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/messy");
    for (name, expected) in [
        ("acs2012_5yr_population", "utf8 ',', 4 columns"),
        ("comments", "utf8 ';' comment #, 2 columns"),
        ("mac_newlines", "utf8 ',', 3 columns"),
        ("greek_utf8", "utf8 '|' no header, 3 columns"),
        ("invalid_utf8", "utf16-le ',' no header, 1 columns"),
        ("missing_column", "utf8 ',', 2 columns"),
        ("ontime_sample", "utf8 ',', 110 columns"),
        ("quote_escape", "utf8 '|' no header, 3 columns"),
        ("single_quote_backslash", "utf8 '|' quote '\\'' escape '\\\\' no header, 3 columns"),
        ("skip_row", "utf8 ',' skip 1, 3 columns"),
        ("smallpop-colon", "utf8 ':', 4 columns"),
        ("strange", "utf8 ';' escape '\\\\' comment # no header, 2 columns"),
        ("test_geo", "utf8 ',', 12 columns"),
        ("test_latin1", "latin1 ',', 3 columns"),
        ("test_utf16_little", "utf16-le ',', 3 columns"),
        ("time_date_timestamp", "utf8 ',', 5 columns"),
        ("uspop-latin1", "latin1 ',', 5 columns"),
        ("web_page", "utf8 '|' no header, 14 columns"),
    ] {
        assert_eq!(found(&folder.join(format!("{name}.csv"))), expected, "{name}");
    }
}

#[test]
fn made_to_mislead() {
    for (text, expected) in [
        ("day;amount\n2020-01-01;1,5\n2020-01-02;2,5\n", "utf8 ';', 2 columns"),
        ("at,what\n10:00:00,x\n11:30:00,y\n", "utf8 ',', 2 columns"),
        ("note\nsome words here\nand more of them\n", "utf8 ',', 1 columns"),
        ("1,2\n3,4\n", "utf8 ',' no header, 2 columns"),
        ("a\tb\n1\t2\n", "utf8 '\\t', 2 columns"),
        ("a,b\nit's,1\nthat's,2\n", "utf8 ',', 2 columns"),
        ("a,b\n5\",1\n\"6,2\n", "utf8 ',' no quote, 2 columns"),
        ("", "the file has no header and no record"),
        ("a,b", "utf8 ',', 2 columns"),
    ] {
        assert_eq!(found(&TempFile::new(text).0), expected, "{text:?}");
    }
}

#[test]
fn each_finding_has_a_reason() {
    let sniffed = sniff(&TempFile::new(b"made on Monday\nn\xe4me;n\nx;1\ny;2\n").0).expect("fine");
    let told: Vec<String> = sniffed
        .findings
        .iter()
        .map(|finding| format!("{}: {} ({})", finding.aspect, finding.value, finding.reason))
        .collect();
    assert_eq!(
        told,
        [
            "encoding: latin1 (byte 16 (0xE4) is no UTF-8; a guess, for any bytes are Latin-1)",
            "separator: ';' (3 of 3 records have 2 fields; 50% of them are values or empty)",
            "quote: '\"' (the usual one; no field has any)",
            "skipped lines: 1 (lines before the first record of 2 fields)",
            "header: yes (\"n\" is no Int64, and the texts below it are)",
        ]
    );
    assert_eq!(sniffed.schema.to_string(), "näme: String, n: Int64");
}

proptest! {
    #[test]
    fn what_is_written_is_found(
        rows in prop::collection::vec((any::<i32>(), "[a-z,;|'\"\n ]{0,9}", 0..9999_i32), 3..30),
        separator in prop::sample::select(vec![b',', b';', b'\t', b'|']),
    ) {
        let mut writer = csv::WriterBuilder::new().delimiter(separator).from_writer(Vec::new());
        writer.write_record(["id", "text", "count"]).expect("memory does not fail");
        for (id, text, count) in &rows {
            writer.write_record([&id.to_string(), text, &count.to_string()]).expect("memory does not fail");
        }
        let bytes = writer.into_inner().expect("memory does not fail");
        let file = TempFile::new(&bytes);
        let sniffed = sniff(&file.0).expect("fine");
        prop_assert_eq!(sniffed.options.dialect.separator, separator);
        prop_assert_eq!(sniffed.schema.len(), 3);
        prop_assert!(sniffed.options.dialect.has_header);
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = sniff(&TempFile::new(bytes).0);
    }
}
