//! Texts that are not what most files are: encodings, compression, escapes, headers of their own.

use super::*;

#[test]
fn encodings() {
    let text = "name,n\nGöteborg,1\n\"a\r\nb €\",2\n";
    let expected = "name: String, n: Int64\n\"Göteborg\" 1\n\"a\\r\\nb €\" 2";
    let wide = |unit: fn(u16) -> [u8; 2], mark: &str| -> Vec<u8> {
        format!("{mark}{text}").encode_utf16().flat_map(unit).collect()
    };
    let windows: Vec<u8> = text
        .chars()
        .map(|letter| if letter == '€' { 0x80 } else { u8::try_from(u32::from(letter)).expect("Latin-1") })
        .collect();
    for (bytes, encoding) in [
        (text.as_bytes().to_vec(), Encoding::Detect),
        (format!("\u{FEFF}{text}").into_bytes(), Encoding::Detect),
        (format!("\u{FEFF}{text}").into_bytes(), Encoding::Utf8Lossy),
        (wide(u16::to_le_bytes, "\u{FEFF}"), Encoding::Detect),
        (wide(u16::to_be_bytes, "\u{FEFF}"), Encoding::Detect),
        (wide(u16::to_le_bytes, ""), Encoding::Utf16Le),
        (wide(u16::to_be_bytes, ""), Encoding::Utf16Be),
        (windows, Encoding::Latin1),
    ] {
        assert_eq!(answer(bytes, &CsvOptions { encoding, ..options() }), expected, "{encoding:?}");
    }
    let lossy = CsvOptions { encoding: Encoding::Utf8Lossy, ..options() };
    assert_eq!(answer(b"a\nx\xffy\n", &lossy), "a: String\n\"x\u{fffd}y\"");
}

#[test]
fn a_wrong_encoding_is_an_error_with_its_byte() {
    let half: Vec<u8> = "a\n1\n".encode_utf16().chain([0xD800]).flat_map(u16::to_le_bytes).collect();
    let options = CsvOptions { encoding: Encoding::Utf16Le, ..options() };
    assert_eq!(answer(half, &options), "FILE0: byte 8 is no utf16-le: the file ends within a character");
}

#[test]
fn escapes() {
    let options = CsvOptions {
        dialect: Dialect { escape: Some(b'\\'), null_values: vec!["\\N".into()], ..Dialect::default() },
        ..options()
    };
    assert_eq!(
        answer("a,b\n\"x \\\"y\\\" z\",1\nu\\,v,\\N\n\"q\"\"r\",3\nline\\\nend,4\n\\N,5\nN,\\6\n", &options),
        "a: String, b: Int64\n\"x \\\"y\\\" z\" 1\n\"u,v\" -\n\"q\\\"r\" 3\n\"line\\nend\" 4\n- 5\n\"N\" 6"
    );
    assert_eq!(
        answer("a,b\n1,2\\", &options),
        "FILE0, line 2: the file ends with an escape that nothing follows (byte 7)"
    );
    assert_eq!(
        answer("a,b\n1,\"2\\\"\n", &options),
        "FILE0, line 2: a quote opens here and the file ends before it closes (byte 6)"
    );
}

#[test]
fn headers() {
    let rows =
        |header_rows| CsvOptions { dialect: Dialect { header_rows, ..Dialect::default() }, ..options() };
    assert_eq!(answer("x,,y\nmin,\"max\",\n1,2,3\n", &rows(2)), "x_min: Int64, max: Int64, y: Int64\n1 2 3");
    assert_eq!(answer("x,y\n", &rows(2)), "x: String, y: String\n");
    let named = CsvOptions { column_names: Some(vec!["p".into(), "q".into()]), ..options() };
    assert_eq!(answer("a,b\n1,2\n", &named), "p: Int64, q: Int64\n1 2");
    assert_eq!(answer("a\n1\n", &named), "FILE0: 2 names given where the header has 1 field");
    let headless = CsvOptions { dialect: Dialect { has_header: false, ..Dialect::default() }, ..named };
    assert_eq!(answer("1,2\n3,4\n", &headless), "p: Int64, q: Int64\n1 2\n3 4");
    assert_eq!(
        answer("1,2,3\n", &headless),
        "FILE0, line 1: 3 fields where the file has 2 columns: \"1,2,3\" (byte 0)"
    );
}

#[cfg(feature = "compression")]
mod compressed {
    use super::*;
    use std::io::Write;

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(text).and_then(|()| encoder.finish()).expect("memory does not fail")
    }

    fn zstd(text: &[u8]) -> Vec<u8> {
        ruzstd::encoding::compress_to_vec(text, ruzstd::encoding::CompressionLevel::Fastest)
    }

    #[test]
    fn one_piece_or_several() {
        let expected = "a: Int64, b: String\n1 \"x\"\n2 \"y\"";
        for compress in [gzip as fn(&[u8]) -> Vec<u8>, zstd] {
            assert_eq!(answer(compress(b"a,b\n1,x\n2,y\n"), &options()), expected);
            assert_eq!(answer([compress(b"a,b\n1,"), compress(b"x\n2,y")].concat(), &options()), expected);
        }
        let wide: Vec<u8> = "\u{FEFF}a,b\n1,x\n2,y\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(answer(gzip(&wide), &options()), expected);
    }

    #[test]
    fn cut_and_damaged() {
        let text: String =
            (0..5_000_u64).map(|row| format!("{},{row}\n", row * row * 7919 % 10_007)).collect();
        let text = format!("a,b\n{text}");
        for (compress, name) in [(gzip as fn(&[u8]) -> Vec<u8>, "gzip"), (zstd, "zstd")] {
            let mut whole = compress(text.as_bytes());
            let cut = answer(&whole[..whole.len() / 2], &options());
            assert!(cut.starts_with("FILE0"), "{name}: {cut}");
            let end = whole.len() - 6;
            whole[end] ^= 1;
            let damaged = answer(&whole, &options());
            assert!(damaged.starts_with("FILE0"), "{name}: {}", &damaged[..60]);
        }
    }

    #[test]
    fn types_come_from_the_head_of_a_large_text() {
        let mut text = String::from("a\n");
        (0..200_000).for_each(|_| text.push_str("12345\n"));
        text.push_str("x\n");
        let file = TempFile::new(gzip(text.as_bytes()));
        let error = read_path(&file.0, &options()).expect_err("the head does not show it");
        assert!(error.to_string().contains("inferred from samples"), "{error}");
        assert_eq!(error.place().map(|place| place.line), Some(200_002));
        let full = CsvOptions { infer: InferMode::Full, ..options() };
        assert_eq!(read_path(&file.0, &full).expect("fine").0.to_string(), "a: String");
    }
}
