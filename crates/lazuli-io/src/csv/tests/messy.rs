//! Real files that are not tidy: what each gives, value for value or as an error with a place.

use super::*;

fn found(name: &str, options: &CsvOptions) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/messy").join(format!("{name}.csv"));
    let mut answers: Vec<String> = [1, 50, ONE_CHUNK]
        .into_iter()
        .map(|chunk_bytes| match read_path(&path, &CsvOptions { chunk_bytes, ..options.clone() }) {
            Ok((schema, rows)) => {
                let schema = schema.to_string();
                let schema = if schema.len() > 400 {
                    format!("{} columns", schema.matches(": ").count())
                } else {
                    schema
                };
                let first =
                    rows.first().map(|row| row.iter().take(6).map(show).collect::<Vec<_>>().join(" "));
                format!("{schema}; {} rows: {}", rows.len(), first.unwrap_or_default())
            }
            Err(error) => {
                let message = error.to_string();
                message.split_once(".csv").map_or(message.clone(), |(_, message)| {
                    message.trim_start_matches([',', ':', ' ']).into()
                })
            }
        })
        .collect();
    answers.dedup();
    assert_eq!(answers.len(), 1, "{name}: the answer depends on chunks: {answers:#?}");
    answers.remove(0)
}

fn check(options: &CsvOptions, table: &[(&str, &str)]) {
    for (name, expected) in table {
        assert_eq!(found(name, options), *expected, "{name}");
    }
}

fn with(dialect: Dialect) -> CsvOptions {
    CsvOptions { dialect, ..options() }
}

#[test]
fn as_they_are() {
    check(
        &options(),
        &[
            (
                "FY09_EDU_Recipients_by_State",
                "State Name: String, State Abbreviate: String, Code: Int64, Montgomery GI Bill-Active Duty: String, Montgomery GI Bill- Selective Reserve: String, Dependents' Educational Assistance: String, Reserve Educational Assistance Program: String, Post-Vietnam Era Veteran's Educational Assistance Program: Int64, TOTAL: String, : String; 53 rows: \"ALABAMA\" \"AL\" 1 \"6,718\" \"1,728\" \"2,703\"",
            ),
            (
                "acs2012_5yr_population",
                "fips: Int64, name: String, total_population: Int64, margin_of_error: Int64; 93 rows: 31001 \"Adams County, NE\" 31299 0",
            ),
            (
                "bad",
                "line 2: 4 fields where the file has 3 columns: \"1,27,,\\\"I'm too long!\\\"\" (byte 27)",
            ),
            ("big_number", "bignumber: Float64; 1 rows: 8.25440000000007e16"),
            (
                "blanks",
                "a: String, b: String, c: String, d: String, e: String, f: String; 1 rows: - \"NA\" \"N/A\" \"NONE\" \"NULL\" \".\"",
            ),
            (
                "duplicate_header_columns",
                "a: Int64, a_duplicated_0: String, a_duplicated_1: String, a_duplicated_2: String, a_duplicated_3: String, a_duplicated_4: String, a_duplicated_5: String, a_duplicated_6: String, a_duplicated_7: String, a_duplicated_8: String, a_duplicated_9: String, a_duplicated_10: String, : String; 2 rows: 123 \"TEST2\" \"text1\" - - -",
            ),
            ("invalid_utf8", "bla: String; 2 rows: \"bla\""),
            ("mac_newlines", "a: String, b: Int64, c: Int64; 2 rows: \"1\" 2 3"),
            ("missing_column", "line 7: 1 field where the file has 2 columns: \"65\" (byte 51)"),
            ("missing_header_col", "a: Int64, : String, c: String; 2 rows: 123 \"TEST1\" \"text1\""),
            ("mixed_dates", "A: Int64, B: String; 5 rows: 1 \"2024-03-08\""),
            ("mixed_timestamps", "A: Int64, B: String; 5 rows: 1 \"2024-03-08 01:25:58\""),
            (
                "multiple_nulls",
                "name: String, age: String, height: String; 3 rows: \"Pedro\" \"31\" \"1.73\"",
            ),
            (
                "multiple_quoted_nulls",
                "name: String, age: String, height: String; 3 rows: \"Pedro\" \"31\" \"1.73\"",
            ),
            ("null_byte", "a: String, b: Int64, c: Int64; 1 rows: \"\\0\" 2 3"),
            ("nullpadding", "line 2: 4 fields where the file has 3 columns: \"10,100,1000,10000\" (byte 12)"),
            ("ontime_sample", "110 columns; 9 rows: 1988 1 1 1 5 1988-01-01"),
            ("quoted_newline", "col1: String; 1 rows: \"cell with\\nnewline\""),
            ("skip_row", "line 2: 3 fields where the file has 1 column: \"number,text,date\" (byte 14)"),
            ("sort_ints_nulls", "a: Int64, b: Int64, c: Int64; 3 rows: 1 2 3"),
            ("test_empty_columns", "line 3: 4 fields where the file has 5 columns: \",,c,\" (byte 14)"),
            (
                "test_geo",
                "slug: String, title: String, artist: String, description: String, install_date: String, address: String, type: String, photo_url: String, photo_credit: String, last_seen_date: String, latitude: Float64, longitude: Float64; 17 rows: \"dcl\" \"Downtown Coffee Lounge\" - \"In addition to being the only coffee shop in downtown Tyler, DCL also features regular exhibitions of work by local artists.\" - \"200 West Erwin Street\"",
            ),
            (
                "test_header_newline",
                "\t\n\u{b}\u{c}\r start \t\n\u{b}\u{c}\r end \t\n\u{b}\u{c}\r: String, b: String, c: String; 1 rows: \"d\" \"e\" \"f\"",
            ),
            ("test_latin1", "line 3: column \"c\": invalid UTF-8: \"�\" (byte 16)"),
            ("test_locale", "a: String, b: String, c: String; 1 rows: \"1,7\" \"200.000.000\" -"),
            ("test_skip_lines", "a: Int64, b: Int64, c: Int64; 1 rows: 1 2 3"),
            ("test_utf16_little", "a: Int64, b: Int64, c: String; 2 rows: 1 2 \"3\""),
            ("test_utf8_bom", "foo: Int64, bar: Int64, baz: String; 2 rows: 1 2 \"3\""),
            (
                "time_date_timestamp",
                "a: Int64, b: String, t: Time, d: Date, ts: Datetime(us); 3 rows: 123 \"TEST2\" Time(43932000000000) 2000-01-01 Datetime(946728720000000, Microseconds, None)",
            ),
            ("uspop-latin1", "line 4: column \"City\": invalid UTF-8: \"�akman\" (byte 125)"),
            (
                "uspop-null",
                "City: String, State: String, Population: String, Latitude: Float64, Longitude: Float64; 100 rows: \"Davidsons Landing\" \"AK\" - 65.2419444 -165.2716667",
            ),
            ("utf8bom", "id: Int64, name: String; 2 rows: 1 \"Mark\""),
        ],
    );
}

#[test]
fn with_another_dialect() {
    let plain = Dialect::default;
    check(
        &with(Dialect { separator: b';', comment: Some("#".into()), ..plain() }),
        &[("comments", "a: Int64, b: Int64; 2 rows: 1 3")],
    );
    check(
        &with(Dialect { separator: b':', ..plain() }),
        &[(
            "smallpop-colon",
            "city: String, region: String, country: String, population: Int64; 10 rows: \"Southborough\" \"MA\" \"United States\" 9686",
        )],
    );
    let pipes = Dialect { separator: b'|', has_header: false, ..plain() };
    check(
        &with(pipes.clone()),
        &[
            (
                "quote_escape",
                "column_0: Int64, column_1: String, column_2: String; 3 rows: 123 \"TEST6\" \"text1\"",
            ),
            (
                "web_page",
                "column_0: Int64, column_1: String, column_2: Date, column_3: Date, column_4: Int64, column_5: Int64, column_6: String, column_7: Int64, column_8: String, column_9: String, column_10: Int64, column_11: Int64, column_12: Int64, column_13: Int64; 60 rows: 1 \"AAAAAAAABAAAAAAA\" 1997-09-03 - 2450810 2452620",
            ),
            (
                "greek_utf8",
                "column_0: Int64, column_1: String, column_2: Int64; 8 rows: 1689 \"00i\\\\047m\" 2",
            ),
        ],
    );
    check(
        &with(Dialect { quote: Some(b'\''), ..pipes }),
        &[(
            "single_quote_backslash",
            "column_0: Int64, column_1: String, column_2: String; 3 rows: 123 \"TEST8\" \"text1\"",
        )],
    );
    check(
        &with(Dialect { has_header: false, ..plain() }),
        &[(
            "varchar_multi_line",
            "column_0: String, column_1: String, column_2: String; 2 rows: \"Alice\" \"StreetA\" \"TEST5\"",
        )],
    );
    check(
        &with(Dialect { skip_lines: 1, ..plain() }),
        &[("skip_row", "number: Float64, text: String, date: Date; 1 rows: 345.0 \"TEST3\" 2000-12-13")],
    );
    let semicolon = Dialect { separator: b';', comment: Some("#".into()), has_header: false, ..plain() };
    check(
        &with(semicolon.clone()),
        &[("strange", "line 4: 1 field where the file has 2 columns: \"Rafael Halperin\" (byte 115)")],
    );
    let escaped = Dialect { escape: Some(b'\\'), ..semicolon };
    check(
        &CsvOptions { on_ragged: OnRagged::Pad, ..with(escaped) },
        &[("strange", "column_0: String, column_1: Int64; 6 rows: \"\\\"Hacksaw\\\" Jim Duggan\" 1987")],
    );
}

#[test]
fn with_null_texts() {
    let nulls = |texts: &[&str]| {
        with(Dialect { null_values: texts.iter().map(|&text| text.into()).collect(), ..Dialect::default() })
    };
    check(
        &nulls(&["null", "none"]),
        &[
            ("multiple_nulls", "name: String, age: Int64, height: Float64; 3 rows: \"Pedro\" 31 1.73"),
            ("multiple_quoted_nulls", "name: String, age: Int64, height: Float64; 3 rows: \"Pedro\" 31 1.73"),
        ],
    );
    check(
        &nulls(&["NULL"]),
        &[(
            "uspop-null",
            "City: String, State: String, Population: Int64, Latitude: Float64, Longitude: Float64; 100 rows: \"Davidsons Landing\" \"AK\" - 65.2419444 -165.2716667",
        )],
    );
    check(
        &nulls(&["NA", "N/A", "NONE", "NULL", "."]),
        &[(
            "blanks",
            "a: String, b: String, c: String, d: String, e: String, f: String; 1 rows: - - - - - -",
        )],
    );
}

#[test]
fn with_ragged_records() {
    let ragged = |on_ragged| CsvOptions { on_ragged, ..options() };
    check(
        &ragged(OnRagged::Pad),
        &[
            ("missing_column", "h1: Int64, h2: String; 22 rows: 60 \"world\""),
            (
                "test_empty_columns",
                "a: String, b: String, c: String, : String, _duplicated_0: String; 3 rows: \"a\" - - - -",
            ),
            (
                "bad",
                "line 2: 4 fields where the file has 3 columns: \"1,27,,\\\"I'm too long!\\\"\" (byte 27)",
            ),
            ("nullpadding", "line 2: 4 fields where the file has 3 columns: \"10,100,1000,10000\" (byte 12)"),
        ],
    );
    check(
        &ragged(OnRagged::Truncate),
        &[
            ("bad", "column_a: Int64, column_b: String, column_c: Int64; 3 rows: 1 \"27\" -"),
            ("nullpadding", "10: Int64, 100: Int64, 1000: Int64; 4 rows: 10 100 1000"),
        ],
    );
}
