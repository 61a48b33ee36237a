//! Texts at random against the JSON reader.
//!
//! Usually some hundred texts, as every test run should see; `LAZULI_FUZZ_SECONDS=3600` makes it an hour of processor time,
//! `LAZULI_FUZZ_SEED` picks another run. A text that fails is kept under `testdata/fuzz/ndjson`, and all that are there are
//! tried at each run. What is compared: which records there are and what their values are, with `serde_json`; any answer with
//! itself under other chunk sizes and numbers of threads; rows and records set aside with all records, under every policy.

#![cfg(feature = "ndjson")]

use lazuli_array::{Batch, DataType, Scalar, Schema};
use lazuli_io::ndjson::{
    JsonLayout, NdjsonError, NdjsonErrorKind, NdjsonOptions, NdjsonScan, NdjsonTable, OnUnknownKey,
};
use lazuli_io::{DictionaryStrings, InferMode, OnMisfit, Reject};
use serde_json::{Map, Value};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// Texts of a run without a time budget.
const USUAL_TEXTS: usize = 300;

/// Steele, Lea and Flood's SplitMix64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }

    fn pick<T: Clone>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())].clone()
    }
}

fn testdata(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata").join(name)
}

fn paths_of(folder: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(testdata(folder)).expect("the folder is there");
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    paths
}

fn files_of(folder: &str) -> Vec<Vec<u8>> {
    paths_of(folder).iter().map(|path| std::fs::read(path).expect("it can be read")).collect()
}

/// Bytes that structure hangs on, and values at the edges of types.
const PIECES: &[&[u8]] = &[
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b":",
    b"\"",
    b"\\",
    b"\n",
    b"\r\n",
    b" ",
    b"\t",
    b"\0",
    b"\x1f",
    b"\x7f",
    b"\xff",
    b"\xc3",
    b"\xef\xbb\xbf",
    "é".as_bytes(),
    b"\\u00e9",
    b"\\ud83d\\ude00",
    b"\\ud83d",
    b"\\n",
    b"\\x",
    b"{\"a\":1}",
    b"\"a\":",
    b"\"b\":",
    b"\"\\u0061\":",
    b"{\"a\":",
    b"[1,",
    b"{}",
    b"[]",
    b"1",
    b"-0",
    b"007",
    b"9223372036854775807",
    b"9223372036854775808",
    b"-9223372036854775809",
    b"18446744073709551616",
    b"9007199254740993",
    b"1e308",
    b"1e400",
    b"0.1",
    b".5",
    b"5.",
    b"1e",
    b"true",
    b"null",
    b"nul",
    b"NaN",
    b"\"2020-02-29\"",
    b"\"2021-02-29\"",
    b"\"12:34:56\"",
    b"\"YQ==\"",
    b"\"PT1.5S\"",
    b"\"x\"",
    b"a_text_of_more_than_sixteen_bytes_and_of_thirty_two",
    b"[[[[[[[[[[[[[[[[",
    b"]]]]]]]]]]]]]]]]",
];

/// A text made from another by some changes.
fn mutated(random: &mut Random, seeds: &[Vec<u8>]) -> Vec<u8> {
    let mut text = match random.below(5) {
        0 => Vec::new(),
        1 => written(random),
        _ => {
            let seed = &seeds[random.below(seeds.len())];
            let start = random.below(seed.len());
            seed[start..(start + random.below(600)).min(seed.len())].to_vec()
        }
    };
    for _ in 0..random.below(30) {
        let at = random.below(text.len() + 1);
        match random.below(7) {
            0..=3 => {
                let piece = random.pick(PIECES);
                text.splice(at..at, piece.iter().copied());
            }
            4 => {
                let end = (at + random.below(20)).min(text.len());
                text.drain(at..end);
            }
            5 => {
                let end = (at + random.below(60)).min(text.len());
                let piece = text[at..end].to_vec();
                let to = random.below(text.len() + 1);
                text.splice(to..to, piece);
            }
            _ => {
                if let Some(byte) = text.get_mut(at) {
                    *byte = random.next() as u8;
                }
            }
        }
    }
    text
}

/// Some records that are well-formed.
fn written(random: &mut Random) -> Vec<u8> {
    let mut text = String::new();
    for _ in 0..random.below(8) {
        text.push('{');
        for member in 0..random.below(6) {
            if member > 0 {
                text.push_str(random.pick(&[",", ", "]));
            }
            text.push_str(random.pick(&[
                "\"a\":",
                "\"b\": ",
                "\"c\":",
                "\"long_key_of_more_than_sixteen\":",
            ]));
            write_value(random, &mut text, 3);
        }
        text.push_str(random.pick(&["}\n", "}\r\n", "} \n"]));
    }
    text.into_bytes()
}

fn write_value(random: &mut Random, text: &mut String, depth: usize) {
    match random.below(if depth == 0 { 7 } else { 9 }) {
        0 => text.push_str("null"),
        1 => text.push_str(random.pick(&["true", "false"])),
        2 => text.push_str(&(random.next() as i64 >> random.below(64)).to_string()),
        3 => text.push_str(&(random.next() >> random.below(64)).to_string()),
        4 => {
            let float = f64::from_bits(random.next());
            text.push_str(&format!("{:?}", if float.is_finite() { float } else { 0.5 }));
        }
        5 => text.push_str(&format!("{}.{}", random.next() as i32, random.next())),
        6 => text.push_str(random.pick(&[
            "\"\"",
            "\"x\"",
            "\"12345678\"",
            "\"\\u00e9\\n\"",
            "\"2020-01-01\"",
            "\"é\\\"\"",
        ])),
        7 => {
            text.push('[');
            for item in 0..random.below(4) {
                if item > 0 {
                    text.push(',');
                }
                write_value(random, text, depth - 1);
            }
            text.push(']');
        }
        _ => {
            text.push('{');
            for member in 0..random.below(4) {
                if member > 0 {
                    text.push(',');
                }
                text.push_str(random.pick(&["\"x\":", "\"y\":"]));
                write_value(random, text, depth - 1);
            }
            text.push('}');
        }
    }
}

struct TempFile(PathBuf);

impl TempFile {
    fn new(bytes: &[u8]) -> Self {
        let thread = format!("{:?}", std::thread::current().id()).replace(['(', ')'], "-");
        let path = std::env::temp_dir().join(format!("lazuli-fuzz-{}-{thread}.ndjson", std::process::id()));
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
    schema: Schema,
    rows: Vec<Vec<Scalar>>,
    rejects: Vec<Reject>,
}

fn read(path: &Path, options: &NdjsonOptions, threads: usize) -> Result<Answer, NdjsonError> {
    let table = Arc::new(NdjsonTable::open(path, options)?);
    let scan = NdjsonScan::open(table, None, None, None)?;
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
    Ok(Answer { schema: scan.schema().as_ref().clone(), rows, rejects: scan.rejects() })
}

/// The same for several chunk sizes and numbers of threads, which may not matter. Errors as text.
fn answer(path: &Path, options: &NdjsonOptions, random: &mut Random) -> Result<Answer, String> {
    let mut one: Option<Result<Answer, String>> = None;
    for (chunk_bytes, threads) in [(1 << 20, 1), (1 + random.below(100), 3)] {
        let options = NdjsonOptions { chunk_bytes, ..options.clone() };
        let found = read(path, &options, threads).map_err(|error| {
            let is_misfit = matches!(error.kind(), NdjsonErrorKind::Misfit { .. });
            let guessed = options.on_misfit == OnMisfit::Widen
                || options.infer == InferMode::Full && options.schema_overrides.is_empty();
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

/// The records of `serde_json`, `Err` for those that are none; `None` where a number is past all floats, which it refuses.
fn twin(text: &[u8]) -> Option<Vec<Result<Map<String, Value>, ()>>> {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let mut records = Vec::new();
    for line in text.split(|&byte| byte == b'\n') {
        if line.iter().all(|byte| matches!(byte, b' ' | b'\t' | b'\r')) {
            continue;
        }
        records.push(match serde_json::from_slice::<Value>(line) {
            Ok(Value::Object(object)) => Ok(object),
            Err(error) if error.to_string().contains("number out of range") => return None,
            _ => Err(()),
        });
    }
    Some(records)
}

fn check_value(ours: &Scalar, theirs: Option<&Value>) {
    match (ours, theirs) {
        (Scalar::Null, None | Some(Value::Null)) => {}
        (Scalar::Boolean(ours), Some(Value::Bool(theirs))) => assert_eq!(ours, theirs),
        // Minus zero is a float for the twin.
        (Scalar::Int64(0) | Scalar::UInt64(0), Some(Value::Number(theirs))) => {
            assert_eq!(theirs.as_f64(), Some(0.0))
        }
        (Scalar::Int64(ours), Some(Value::Number(theirs))) => assert_eq!(Some(*ours), theirs.as_i64()),
        (Scalar::UInt64(ours), Some(Value::Number(theirs))) => assert_eq!(Some(*ours), theirs.as_u64()),
        (Scalar::Float64(ours), Some(Value::Number(theirs))) => {
            assert_eq!(Some(ours.to_bits()), theirs.as_f64().map(f64::to_bits), "{theirs}");
        }
        (Scalar::String(ours), Some(Value::String(theirs))) => assert_eq!(ours.as_str(), theirs),
        // As it is written.
        (Scalar::String(ours), Some(theirs)) => {
            let again: Value = serde_json::from_str(ours).expect("a value as it is written is JSON");
            assert_eq!(&again, theirs);
        }
        (Scalar::List(ours), Some(Value::Array(theirs))) => {
            assert_eq!(ours.len(), theirs.len());
            (0..ours.len()).for_each(|row| check_value(&ours.get(row), theirs.get(row)));
        }
        (Scalar::Struct(ours), Some(Value::Object(theirs))) => {
            ours.iter().for_each(|(name, value)| check_value(value, theirs.get(name.as_str())));
            assert!(theirs.keys().all(|key| ours.iter().any(|(name, _)| name.as_str() == key)));
        }
        (ours, theirs) => panic!("{ours:?} is not {theirs:?}"),
    }
}

/// UTF-16 and compressed files are told apart by their first bytes.
fn is_told_apart(text: &[u8]) -> bool {
    const STARTS: [&[u8]; 4] = [b"\xff\xfe", b"\xfe\xff", b"\x1f\x8b", b"\x28\xb5\x2f\xfd"];
    STARTS.iter().any(|start| text.starts_with(start))
}

/// Rows and records set aside are the records of the twin, and have its values.
fn check_records(text: &[u8], random: &mut Random) {
    let Some(records) = twin(text) else { return };
    let file = TempFile::new(text);
    let options = NdjsonOptions {
        infer: InferMode::Full,
        infer_threads: 1,
        on_misfit: OnMisfit::Reject,
        dictionary_strings: random.pick(&[
            DictionaryStrings::Auto,
            DictionaryStrings::Always,
            DictionaryStrings::Never,
        ]),
        ..NdjsonOptions::default()
    };
    let Answer { schema, rows, rejects } = match answer(&file.0, &options, random) {
        Ok(answer) => answer,
        Err(error) => {
            assert!(error.contains("looks like") || is_told_apart(text), "{error}");
            return;
        }
    };
    if is_told_apart(text) {
        return;
    }
    let (mut rows, mut rejects) = (rows.iter(), rejects.iter());
    for (number, record) in records.iter().enumerate() {
        match record {
            Ok(object) => {
                let row = rows.next().unwrap_or_else(|| panic!("record {number} is no row"));
                for (name, value) in schema.names().zip(row) {
                    check_value(value, object.get(name.as_str()));
                }
                assert!(object.keys().all(|key| schema.names().any(|name| name.as_str() == key)));
            }
            Err(()) => {
                let reject = rejects.next().unwrap_or_else(|| panic!("record {number} is a row"));
                assert_eq!((reject.record, &reject.column), (number as u64 + 1, &None));
            }
        }
    }
    assert_eq!((rows.next(), rejects.next()), (None, None), "more than there is");
}

/// Given types under every policy, arrays, and whether anything is lost.
fn check_policies(text: &[u8], random: &mut Random) {
    let file = TempFile::new(text);
    let layout = random.pick(&[JsonLayout::Lines, JsonLayout::Array, JsonLayout::Detect]);
    let item = random.pick(&[DataType::Int64, DataType::String, DataType::Boolean]);
    let types = [
        DataType::Int64,
        DataType::UInt8,
        DataType::Float64,
        DataType::Float32,
        DataType::Boolean,
        DataType::Date,
        DataType::Time,
        DataType::Binary,
        DataType::Null,
        DataType::Categorical,
        DataType::Decimal { precision: 10, scale: 2 },
        DataType::List(Box::new(item.clone())),
        DataType::Struct([lazuli_array::Field::new("x", item)].into()),
    ];
    let base = NdjsonOptions { layout, infer: InferMode::Full, infer_threads: 1, ..NdjsonOptions::default() };
    let inferred = answer(&file.0, &NdjsonOptions { on_misfit: OnMisfit::Reject, ..base.clone() }, random);
    let on_unknown_key = random.pick(&[Some(OnUnknownKey::Ignore), None, Some(OnUnknownKey::Fail)]);
    let overrides = ["a", "b", "c"].map(|name| (name.into(), random.pick(&types)));
    for on_misfit in [OnMisfit::Fail, OnMisfit::Null, OnMisfit::Reject, OnMisfit::Widen] {
        let infer = random.pick(&[InferMode::Full, InferMode::Sample, InferMode::Never]);
        let options = NdjsonOptions {
            on_misfit,
            on_unknown_key,
            infer,
            schema_overrides: overrides.to_vec(),
            ..base.clone()
        };
        let found = answer(&file.0, &options, random);
        match (&found, &inferred) {
            (Ok(found), Ok(inferred)) => {
                let records = inferred.rows.len() + inferred.rejects.len();
                assert_eq!(
                    found.rows.len() + found.rejects.len(),
                    records,
                    "records are lost: {on_misfit:?}"
                );
            }
            (found, Err(_)) => assert!(found.is_err(), "what is no text is no text under {on_misfit:?}"),
            (Err(_), Ok(_)) => assert_ne!(on_misfit, OnMisfit::Reject),
        }
    }
    if layout == JsonLayout::Array
        && let Ok(Value::Array(items)) = serde_json::from_slice::<Value>(text)
    {
        let Answer { rows, rejects, .. } = inferred.expect("the twin reads it");
        assert_eq!(rows.len() + rejects.len(), items.len());
        assert_eq!(rows.len(), items.iter().filter(|item| item.is_object()).count());
    }
}

fn check(text: &[u8], seed: u64) {
    check_records(text, &mut Random(seed));
    check_policies(text, &mut Random(!seed));
}

#[test]
fn texts_that_failed_once() {
    for path in paths_of("fuzz/ndjson") {
        let text = std::fs::read(&path).expect("it can be read");
        // A text that was found is named by the seed that it failed with.
        let name = path.file_stem().and_then(|name| name.to_str()).unwrap_or_default();
        let own = u64::from_str_radix(name, 16).ok().filter(|_| name.len() == 16);
        for seed in own.into_iter().chain(0..50) {
            check(&text, seed);
        }
    }
}

/// A text of a mebibyte that asks for much, read for a while; batches are dropped as they come.
fn read_through(text: &[u8], options: &NdjsonOptions) {
    let file = TempFile::new(text);
    let Ok(table) = NdjsonTable::open(&file.0, options) else { return };
    let scan = NdjsonScan::open(Arc::new(table), None, None, None).expect("opens");
    let start = Instant::now();
    while let Ok(Some(_)) = scan.next() {
        if start.elapsed() > Duration::from_secs(1) {
            break;
        }
    }
}

#[test]
fn a_mebibyte_takes_little_memory() {
    const BYTES: usize = 1 << 20;
    let keys = |bytes: usize, prefix: &str| {
        let mut text = String::new();
        for key in 0.. {
            if text.len() > bytes {
                break;
            }
            text.push_str(&format!("{}\"{prefix}{key}\":1", if key == 0 { "" } else { "," }));
        }
        text
    };
    let texts = [
        "[".repeat(BYTES),
        format!("{{\"a\":{}", "[".repeat(BYTES)),
        format!("{{\"a\":{}}}", "[],".repeat(BYTES / 3)),
        format!("{{\"a\":[{}0]}}\n", "0,".repeat(BYTES / 2)),
        format!("{{\"a\":[{}[]]}}\n", "[],".repeat(BYTES / 3)),
        format!("{{\"a\":\"{}\"}}\n", "\\n".repeat(BYTES / 2)),
        "{}\n".repeat(BYTES / 3),
        "\n".repeat(BYTES),
        "x\n".repeat(BYTES / 2),
        format!("{{{}}}\n{}", keys(BYTES / 16, "k"), "{}\n".repeat(BYTES / 4)),
        format!("{{{}}}\n", keys(BYTES, "")),
        format!("{{\"a\":[{{{}}},{}{{}}]}}\n", keys(BYTES / 2, "k"), "{},".repeat(BYTES / 6)),
        format!("[{}{{}}]", "{},".repeat(BYTES / 3)),
    ];
    for text in &texts {
        for (layout, on_misfit) in
            [(JsonLayout::Lines, OnMisfit::Fail), (JsonLayout::Detect, OnMisfit::Reject)]
        {
            let options =
                NdjsonOptions { layout, on_misfit, infer: InferMode::Full, ..NdjsonOptions::default() };
            read_through(text.as_bytes(), &options);
            let peak = peak_mb();
            let head: String = text.chars().take(40).collect();
            assert!(peak < 300.0, "{peak:.0} MB for {head}");
        }
    }
}

/// The most memory this process has had, as Linux tells it; elsewhere 0.
fn peak_mb() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.trim().strip_suffix("kB")?.trim().parse::<f64>().ok());
    kilobytes.unwrap_or(0.0) / 1024.0
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
    let mut random = Random(number("LAZULI_FUZZ_SEED").unwrap_or(20_260_101));
    let mut seeds = files_of("ndjson");
    seeds.extend(files_of("fuzz/ndjson"));
    let start = Instant::now();
    let mut count = 0;
    while budget.map_or(count < USUAL_TEXTS, |budget| time_taken(start) < budget) {
        let text = mutated(&mut random, &seeds);
        let seed = random.next();
        if let Err(panic) = std::panic::catch_unwind(|| check(&text, seed)) {
            let path = testdata("fuzz/ndjson").join(format!("{seed:016x}.txt"));
            std::fs::write(&path, &text).expect("the tree can be written");
            eprintln!("seed {seed}, text kept as {}", path.display());
            std::panic::resume_unwind(panic);
        }
        count += 1;
    }
    eprintln!("{count} texts in {:.1} s of processor time", time_taken(start).as_secs_f64());
}
