//! Delimited text at random, against the `csv` crate's reader and against itself; every text that ever failed, again.
//!
//! A run is a function of its seed. `LAZULI_FUZZ_SECONDS=600 LAZULI_FUZZ_SEED=7 cargo test --release -p lazuli-io --test
//! fuzz_csv` runs longer, from another seed; the seconds are of the process's processor time where `/proc` tells it.
//! `LAZULI_FUZZ_TARGET` as `records` or `values` runs one of the two. A text that fails is written to `testdata/fuzz/csv/`
//! and read by the first test ever after.
//!
//! Where the readers differ on purpose, and what the comparison does about it:
//! * In a table of one column a blank line is a null row; the `csv` crate knows none. Empty fields of such tables are
//!   left out on both sides.
//! * A quote that never closes is an error; the `csv` crate ends the record with the text. Such texts are skipped.
//! * The `csv` crate ends a record at a CR alone too, unless it is told one byte that does. It is told LF or CR, and for
//!   CR LF the text has each CR before an LF.
//! * Its comments end at LF only: there is no comparison with comments in texts whose lines end with CR.
//! * A comment that ends with the text is an empty record to it: texts with comments get a line end.
//! * It knows escapes inside quotes only: there is no comparison with escapes.
//! * Bytes that are no UTF-8, and records of another length than the first, are set aside; the rows and those must be
//!   its records, in order.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use lazuli_array::{Batch, DataType, Scalar, Schema};
use lazuli_io::csv::{
    CsvErrorKind, CsvOptions, CsvReject, CsvScan, CsvTable, Dialect, DictionaryStrings, Encoding, InferMode,
    LineEnd, OnMisfit, OnRagged, sniff,
};

/// Texts tried when nothing else is said.
const USUAL_TEXTS: usize = 400;

fn testdata(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata").join(folder)
}

/// The files of a folder, by name.
fn paths_of(folder: &str) -> BTreeSet<PathBuf> {
    let entries = std::fs::read_dir(testdata(folder)).expect("the folder is in the tree");
    entries.map(|entry| entry.expect("it can be read").path()).filter(|path| path.is_file()).collect()
}

fn files_of(folder: &str) -> Vec<Vec<u8>> {
    paths_of(folder).iter().map(|path| std::fs::read(path).expect("it can be read")).collect()
}

/// SplitMix64 (Steele, Lea, Flood 2014).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit.max(1) as u64) as usize
    }

    fn pick<T: Clone>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())].clone()
    }
}

/// Pieces that structure hangs on, and values at the edges of types.
const PIECES: &[&[u8]] = &[
    b",",
    b";",
    b"\"",
    b"\"\"",
    b"'",
    b"\n",
    b"\r\n",
    b"\n\n",
    b"#",
    b"\\",
    b"\0",
    b"\xff",
    b"\xc3",
    "é".as_bytes(),
    b"\xef\xbb\xbf",
    b"1",
    b"-0",
    b"+7",
    b"007",
    b"9223372036854775807",
    b"9223372036854775808",
    b"9007199254740993",
    b"1e308",
    b"1e400",
    b".5",
    b"nan",
    b"-inf",
    b"true",
    b"FALSE",
    b"2020-02-29",
    b"2021-02-29",
    b"12:34:56.789",
    b"2020-01-01T00:00:00Z",
    b"2020-01-01 00:00:00.123456789",
    b"a",
    b" ",
    b"NA",
    b"\t",
    b"|",
];

/// A text made from another by some changes.
fn mutated(random: &mut Random, seeds: &[Vec<u8>]) -> Vec<u8> {
    let mut text = if random.below(3) == 0 {
        Vec::new()
    } else {
        let seed = &seeds[random.below(seeds.len())];
        let start = random.below(seed.len());
        seed[start..(start + random.below(600)).min(seed.len())].to_vec()
    };
    for _ in 0..random.below(40) {
        let at = random.below(text.len() + 1);
        match random.below(6) {
            0..=3 => {
                let piece = random.pick(PIECES);
                text.splice(at..at, piece.iter().copied());
            }
            4 => {
                let end = (at + random.below(20)).min(text.len());
                text.drain(at..end);
            }
            _ => {
                let end = (at + random.below(60)).min(text.len());
                let piece = text[at..end].to_vec();
                let to = random.below(text.len() + 1);
                text.splice(to..to, piece);
            }
        }
    }
    text
}

struct TempFile(PathBuf);

impl TempFile {
    fn new(bytes: &[u8]) -> Self {
        let thread = format!("{:?}", std::thread::current().id()).replace(['(', ')'], "-");
        let path = std::env::temp_dir().join(format!("lazuli-fuzz-{}-{thread}.csv", std::process::id()));
        std::fs::write(&path, bytes).expect("the temporary folder can be written");
        Self(path)
    }
}

impl Drop for TempFile {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

#[derive(Debug, PartialEq)]
struct Answer {
    schema: String,
    rows: Vec<Vec<Scalar>>,
    rejects: Vec<CsvReject>,
}

fn read(path: &Path, options: &CsvOptions, threads: usize) -> Result<Answer, lazuli_io::csv::CsvError> {
    let table = Arc::new(CsvTable::open(path, options)?);
    let scan = CsvScan::open(table, None, None, None)?;
    let results = Mutex::new(Vec::new());
    let work = || {
        loop {
            let (sequence, result) = match scan.next() {
                Ok(None) => break,
                Ok(Some((sequence, batch))) => (sequence, Ok(batch)),
                Err(error) => (error.sequence().expect("errors of a scan have one"), Err(error)),
            };
            results.lock().expect("nobody panics").push((sequence, result));
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..threads {
            scope.spawn(work);
        }
        work();
    });
    let mut results = results.into_inner().expect("nobody panics");
    results.sort_by_key(|(sequence, _)| *sequence);
    let batches = results.into_iter().map(|(_, result)| result).collect::<Result<Vec<Batch>, _>>()?;
    let row = |batch: &Batch, row| batch.columns().iter().map(|column| column.get(row)).collect();
    let rows = batches.iter().flat_map(|batch| (0..batch.num_rows()).map(move |at| row(batch, at))).collect();
    let schema: &Schema = scan.schema();
    Ok(Answer { schema: schema.to_string(), rows, rejects: scan.rejects() })
}

/// The same for several chunk sizes and numbers of threads, which may not matter. Errors as text.
fn answer(path: &Path, options: &CsvOptions, random: &mut Random) -> Result<Answer, String> {
    let mut one: Option<Result<Answer, String>> = None;
    for (chunk_bytes, threads) in [(1 << 20, 1), (1 + random.below(100), 3)] {
        let options = CsvOptions { chunk_bytes, ..options.clone() };
        let found = read(path, &options, threads).map_err(|error| {
            let is_misfit = matches!(error.kind(), CsvErrorKind::Misfit { .. });
            let guessed = options.on_misfit == OnMisfit::Widen || options.infer == InferMode::Full;
            assert!(!(is_misfit && guessed), "a type was inferred that the parser refuses: {error}");
            error.to_string()
        });
        match &one {
            None => one = Some(found),
            Some(one) => assert_eq!(&found, one, "{chunk_bytes} bytes, {threads} threads"),
        }
    }
    one.expect("two rounds")
}

/// The records of the `csv` crate.
fn twin(text: &[u8], dialect: &Dialect) -> Vec<Vec<Vec<u8>>> {
    let terminator = match dialect.line_end {
        LineEnd::Cr => csv::Terminator::Any(b'\r'),
        _ if text.contains(&b'\r') => csv::Terminator::CRLF,
        _ => csv::Terminator::Any(b'\n'),
    };
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(dialect.separator)
        .quoting(dialect.quote.is_some())
        .quote(dialect.quote.unwrap_or(b'"'))
        .comment(dialect.comment.as_ref().map(|comment| comment.as_bytes()[0]))
        .terminator(terminator)
        .from_reader(text);
    let records = reader.byte_records().map(|record| record.expect("reading memory does not fail"));
    records.map(|record| record.iter().map(<[u8]>::to_vec).collect()).collect()
}

/// Rows and records set aside are the records of the twin.
fn check_records(text: &[u8], random: &mut Random) {
    let newline = random.pick(&["\n", "\r\n", "\r"]);
    let mut text: Vec<u8> = text
        .iter()
        .filter(|&&byte| byte != b'\r')
        .flat_map(|byte| if *byte == b'\n' { newline.as_bytes().to_vec() } else { vec![*byte] })
        .collect();
    let separator = random.pick(b",;\t|");
    let quote = random.pick(&[Some(b'"'), Some(b'\''), None]);
    let dialect = Dialect {
        separator,
        quote,
        has_header: false,
        line_end: if newline == "\r" { LineEnd::Cr } else { LineEnd::Lf },
        comment: random.pick(&[None, Some("#")]).filter(|_| newline != "\r").map(Into::into),
        ..Dialect::default()
    };
    if dialect.comment.is_some() {
        text.extend_from_slice(newline.as_bytes());
    }
    let records = twin(&text, &dialect);
    let options = CsvOptions {
        dialect,
        encoding: Encoding::Utf8,
        infer: InferMode::Never,
        on_misfit: OnMisfit::Reject,
        on_ragged: OnRagged::Reject,
        dictionary_strings: random.pick(&[
            DictionaryStrings::Auto,
            DictionaryStrings::Always,
            DictionaryStrings::Never,
        ]),
        ..CsvOptions::default()
    };
    let file = TempFile::new(&text);
    let Answer { rows, rejects, .. } = match answer(&file.0, &options, random) {
        Ok(answer) => answer,
        Err(error) => {
            let expected = if records.is_empty() {
                error.contains("no header and no record") || error.contains("looks like")
            } else {
                error.contains("ends before it closes") || error.contains("looks like")
            };
            assert!(expected, "{error}");
            return;
        }
    };
    let columns = records.first().map_or(0, Vec::len);
    let is_empty = |row: &[Vec<u8>]| columns == 1 && row[0].is_empty();
    let text_of = |value: &Scalar| match value {
        Scalar::Null => Vec::new(),
        Scalar::String(text) => text.as_bytes().to_vec(),
        other => panic!("not a string: {other:?}"),
    };
    // Numbers of records tell which of them are rows: two records may have one text once quotes are off, and only one of
    // them be UTF-8 as it stands.
    let mut rows = rows.iter().map(|row| row.iter().map(text_of).collect::<Vec<_>>());
    let mut rejects = rejects.iter().peekable();
    let mut ours = (1..).map_while(|number| match rejects.next_if(|reject| reject.record == number) {
        Some(reject) => Some(Err(reject)),
        None => rows.next().map(Ok),
    });
    for record in records.iter().filter(|record| record.len() != columns || !is_empty(record)) {
        let reject = match ours.find(|ours| !ours.as_ref().is_ok_and(|row| is_empty(row))) {
            Some(Ok(row)) => {
                assert_eq!(&row, record);
                continue;
            }
            Some(Err(reject)) => reject,
            None => panic!("neither a row nor set aside: {record:?}"),
        };
        let is_text = record.iter().all(|field| std::str::from_utf8(field).is_ok());
        // Where quotes stand within a character, its bytes are text once the quotes are off: as it stands it is none.
        let is_split = reject.reason == "invalid UTF-8" && reject.raw_text.contains("\\x");
        assert!(
            record.len() != columns || !is_text || is_split,
            "set aside without need, for {record:?}: {reject:?}"
        );
    }
    let more = ours.find(|ours| !ours.as_ref().is_ok_and(|row| is_empty(row)));
    assert_eq!((more, rejects.next()), (None, None), "more than there is");
}

/// Types that are inferred hold every text, and nulls are where nothing was written, under every policy.
fn check_values(text: &[u8], random: &mut Random) {
    let file = TempFile::new(text);
    let _ = sniff(&file.0);
    let dialect = Dialect {
        separator: random.pick(b",;\t|"),
        escape: random.pick(&[None, Some(b'\\')]),
        comment: random.pick(&[None, Some("#")]).map(Into::into),
        null_values: random.pick(&[&[][..], &["NA"]]).iter().map(|&text| text.into()).collect(),
        header_rows: random.pick(&[1, 1, 2]),
        skip_lines: random.pick(&[0, 0, 1]),
        ..Dialect::default()
    };
    let options = CsvOptions {
        dialect,
        encoding: random.pick(&[Encoding::Detect, Encoding::Utf8Lossy, Encoding::Latin1, Encoding::Utf16Le]),
        infer: InferMode::Full,
        on_ragged: random.pick(&[OnRagged::Fail, OnRagged::Pad, OnRagged::Truncate, OnRagged::Reject]),
        infer_threads: 1,
        ..CsvOptions::default()
    };
    let typed = answer(&file.0, &options, random);
    let as_text = CsvOptions { infer: InferMode::Never, ..options.clone() };
    let texts = answer(&file.0, &as_text, random);
    match (&typed, &texts) {
        (Ok(typed), Ok(texts)) => {
            assert_eq!((typed.rows.len(), &typed.rejects), (texts.rows.len(), &texts.rejects));
            for (values, texts) in typed.rows.iter().zip(&texts.rows) {
                for (value, text) in values.iter().zip(texts) {
                    let is_nothing =
                        *text == Scalar::Null || matches!(text, Scalar::String(text) if text.is_empty());
                    match value {
                        Scalar::Null => assert!(is_nothing, "{text:?} became null"),
                        Scalar::String(_) => assert_eq!(value, text),
                        _ => assert!(!is_nothing, "nothing became {value:?}"),
                    }
                }
            }
        }
        (typed, texts) => {
            assert_eq!(typed.as_ref().err(), texts.as_ref().err(), "one fails where the other does not")
        }
    }
    let given = random.pick(&[DataType::Int64, DataType::Float64, DataType::Date, DataType::Boolean]);
    let names: Vec<_> = match CsvTable::open(&file.0, &as_text) {
        Ok(table) => table.schema().names().cloned().collect(),
        Err(_) => return,
    };
    for on_misfit in [OnMisfit::Fail, OnMisfit::Null, OnMisfit::Reject, OnMisfit::Widen] {
        let schema_overrides = names.iter().map(|name| (name.clone(), given.clone())).collect();
        let options = CsvOptions { on_misfit, schema_overrides, infer: InferMode::Never, ..options.clone() };
        let found = answer(&file.0, &options, random);
        if let (OnMisfit::Reject, Ok(found), Ok(texts)) = (on_misfit, &found, &texts) {
            let all = texts.rows.len() + texts.rejects.len();
            assert_eq!(found.rows.len() + found.rejects.len(), all, "records are lost");
        }
    }
}

/// What is compared: records with those of the `csv` crate, values with their texts.
#[derive(Clone, Copy)]
struct Targets {
    records: bool,
    values: bool,
}

fn check(text: &[u8], seed: u64, targets: Targets) {
    if targets.records {
        check_records(text, &mut Random(seed));
    }
    if targets.values {
        check_values(text, &mut Random(!seed));
    }
}

#[test]
fn texts_that_failed_once() {
    for path in paths_of("fuzz/csv") {
        let text = std::fs::read(&path).expect("it can be read");
        // A text that was found is named by the seed that it failed with.
        let name = path.file_stem().and_then(|name| name.to_str()).unwrap_or_default();
        let own = u64::from_str_radix(name, 16).ok().filter(|_| name.len() == 16);
        for seed in own.into_iter().chain(0..200) {
            check(&text, seed, Targets { records: true, values: true });
        }
    }
}

/// Processor time that this process took, or what passed since `start` where no `/proc` tells it.
fn time_taken(start: Instant) -> Duration {
    // User and system time, fields 14 and 15 of the line, in hundredths of a second; the name before them may hold anything.
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    let ticks: Vec<u64> = fields.skip(11).take(2).filter_map(|field| field.parse().ok()).collect();
    match ticks[..] {
        [user, system] => Duration::from_millis(10 * (user + system)),
        _ => start.elapsed(),
    }
}

#[test]
fn texts_at_random() {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let budget = number("LAZULI_FUZZ_SECONDS").map(Duration::from_secs);
    let target = std::env::var("LAZULI_FUZZ_TARGET").unwrap_or_default();
    let targets = Targets { records: target != "values", values: target != "records" };
    let mut random = Random(number("LAZULI_FUZZ_SEED").unwrap_or(20_260_101));
    let mut seeds = files_of("messy");
    seeds.extend(files_of("fuzz/csv"));
    let start = Instant::now();
    let mut count = 0;
    while budget.map_or(count < USUAL_TEXTS, |budget| time_taken(start) < budget) {
        let text = mutated(&mut random, &seeds);
        let seed = random.next();
        if let Err(panic) = std::panic::catch_unwind(|| check(&text, seed, targets)) {
            let path = testdata("fuzz/csv").join(format!("{seed:016x}.txt"));
            std::fs::write(&path, &text).expect("the tree can be written");
            eprintln!("seed {seed}, text kept as {}", path.display());
            std::panic::resume_unwind(panic);
        }
        count += 1;
    }
    eprintln!("{count} texts in {:.1} s of processor time", time_taken(start).as_secs_f64());
}
