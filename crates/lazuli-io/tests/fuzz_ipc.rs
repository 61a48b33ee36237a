//! Arrow files and streams with bytes changed at random: read or refused, in bounded memory; every one that ever failed,
//! again.
//!
//! A run is a function of its seed. `LAZULI_FUZZ_SECONDS=600 LAZULI_FUZZ_SEED=7 cargo test --release -p lazuli-io --features
//! ipc --test fuzz_ipc` runs longer, from another seed; the seconds are of the process's processor time where `/proc` tells
//! it. Bytes that fail are written to `testdata/fuzz/ipc/` and read by the first test ever after.
//!
//! What is checked of bytes that are read: the same bytes as a file, in pieces and as a whole, and as a stream as it comes
//! give the same rows where both can be read to the end; every value can be shown, so that offsets, codes and texts are what
//! arrays promise.
#![cfg(feature = "ipc")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use lazuli_array::{Batch, Column, DataFrame, DataType, PrimitiveArray};
use lazuli_io::files::ScanOptions;
use lazuli_io::ipc::{
    IpcCompression, IpcErrorKind, IpcOptions, IpcScan, IpcStreamReader, IpcStreamWriter, IpcTable,
    IpcWriteOptions,
};

/// Inputs tried when nothing else is said.
const USUAL_INPUTS: usize = 400;
/// The most memory that reading a mebibyte may take, in megabytes.
const MOST_MB: f64 = 300.0;

fn testdata(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata").join(folder)
}

/// The files of a folder, by name.
fn paths_of(folder: &str) -> BTreeSet<PathBuf> {
    let entries = std::fs::read_dir(testdata(folder)).expect("the folder is in the tree");
    let paths = entries.map(|entry| entry.expect("it can be read").path());
    paths
        .filter(|path| path.is_file() && path.extension().is_none_or(|extension| extension != "txt"))
        .collect()
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
}

/// A file with some of it changed: bytes, numbers of 16 to 64 bits, runs left out, doubled or put in from another one.
/// Changes come near one another, and most near the ends, where schemas and indexes are.
fn mutated(random: &mut Random, seeds: &[Vec<u8>]) -> Vec<u8> {
    let index = random.below(seeds.len());
    let mut bytes = seeds[index].clone();
    let around = match random.below(3) {
        0 => random.below(2000),
        1 => bytes.len().saturating_sub(random.below(6000)),
        _ => random.below(bytes.len()),
    };
    for _ in 0..1 + random.below(4) {
        if bytes.len() < 16 {
            break;
        }
        let spread = random.below(400);
        let at = (around + spread).min(bytes.len() - 9);
        match random.below(10) {
            0 | 1 => bytes[at] = random.next() as u8,
            2 => bytes[at] ^= 1 << random.below(8),
            3 | 4 => {
                // A number, at the edges of what it may be.
                let edges = [0, 1, 2, 7, 255, 65_535, 1 << 20, i64::from(i32::MAX), i64::MAX, -1, i64::MIN];
                let number = edges[random.below(edges.len())].wrapping_add(random.below(3) as i64 - 1);
                let at = at / 4 * 4;
                let width = [2, 4, 8][random.below(3)];
                bytes[at..at + width].copy_from_slice(&number.to_le_bytes()[..width]);
            }
            5 => {
                // A number a little larger or smaller.
                let old = i32::from_le_bytes(bytes[at..at + 4].try_into().expect("four bytes"));
                let new = old.wrapping_add(random.below(33) as i32 - 16);
                bytes[at..at + 4].copy_from_slice(&new.to_le_bytes());
            }
            6 => {
                let length = random.below(64).min(bytes.len() - at);
                bytes.drain(at..at + length);
            }
            7 => {
                let length = random.below(64).min(bytes.len() - at);
                let run = bytes[at..at + length].to_vec();
                bytes.splice(at..at, run);
            }
            8 => {
                let other = &seeds[random.below(seeds.len())];
                let from = random.below(other.len());
                let length = random.below(256).min(other.len() - from);
                let end = (at + length).min(bytes.len());
                bytes.splice(at..end, other[from..from + length].iter().copied());
            }
            _ => bytes.truncate(at),
        }
    }
    bytes
}

/// The rows of a file, or that it is refused.
fn as_file(path: &Path, batch_rows: usize) -> Option<DataFrame> {
    let table = Arc::new(IpcTable::open(path, &IpcOptions::default()).ok()?);
    let scan = IpcScan::open(table, ScanOptions { batch_rows, ..ScanOptions::default() });
    let mut batches = Vec::new();
    let mut rows = 0;
    while let Some(next) = scan.next().ok()? {
        rows += next.1.num_rows();
        // Rows that take no bytes may be any number; a part is enough.
        if rows > 1 << 20 {
            return None;
        }
        batches.push(next);
    }
    batches.sort_by_key(|(number, _)| *number);
    let batches = batches.into_iter().map(|(_, batch)| batch).collect();
    Some(DataFrame::from_batches(scan.schema().clone(), batches).expect("batches of the scan's schema"))
}

fn as_stream(bytes: &[u8]) -> Option<DataFrame> {
    let reader = IpcStreamReader::try_new(bytes).ok()?;
    let schema = reader.schema().clone();
    let mut batches = Vec::new();
    let mut rows = 0;
    for batch in reader {
        let batch: Batch = batch.ok()?;
        rows += batch.num_rows();
        if rows > 1 << 20 {
            return None;
        }
        batches.push(batch);
    }
    Some(DataFrame::from_batches(schema, batches).expect("batches of the stream's schema"))
}

/// Shows every value, up to some thousands.
fn show(frame: &DataFrame) {
    for row in frame.rows().take(2000) {
        row.iter().for_each(|value| drop(value.to_string()));
    }
}

fn check(bytes: &[u8], path: &Path) {
    std::fs::write(path, bytes).expect("the temporary folder can be written");
    let whole = as_file(path, 1 << 20);
    let pieces = as_file(path, 13);
    if let (Some(whole), Some(pieces)) = (&whole, &pieces) {
        assert_eq!(whole, pieces, "rows depend on the size of pieces");
    }
    let stream = as_stream(bytes);
    if let (Some(whole), Some(stream)) = (&whole, &stream) {
        assert_eq!(whole, stream, "a stream gives other rows as a file");
    }
    [whole, pieces, stream].iter().flatten().for_each(show);
    let peak = peak_mb();
    assert!(peak < MOST_MB, "{peak:.0} MB for {} bytes", bytes.len());
}

fn temporary(name: &str) -> PathBuf {
    std::env::temp_dir().join(format!("lazuli-fuzz-ipc-{name}-{}.arrow", std::process::id()))
}

#[test]
fn inputs_that_failed_once() {
    let path = temporary("kept");
    for kept in paths_of("fuzz/ipc") {
        check(&std::fs::read(&kept).expect("it can be read"), &path);
    }
    let _ = std::fs::remove_file(&path);
}

/// Little that stands for much is refused before room is made for it.
#[test]
fn a_mebibyte_takes_little_memory() {
    let zeros = Column::new(DataType::Int64, PrimitiveArray::from_vec(vec![0i64; 4 << 20]));
    for (columns, is_allowed) in [(1, true), (3, false)] {
        let named = (0..columns).map(|index| (format!("c{index}").into(), zeros.clone())).collect();
        let batch = Batch::from_columns(named).expect("names differ");
        for compression in [IpcCompression::Zstd, IpcCompression::Lz4] {
            let options = IpcWriteOptions { compression, ..IpcWriteOptions::default() };
            let mut writer = IpcStreamWriter::try_new(Vec::new(), batch.schema(), options).expect("numbers");
            writer.write(&batch).expect("memory takes it");
            let bytes = writer.finish().expect("memory takes it");
            if bytes.len() > 1 << 20 {
                continue;
            }
            let mut reader = IpcStreamReader::try_new(bytes.as_slice()).expect("a schema");
            match reader.next().expect("one batch") {
                Ok(_) => assert!(is_allowed, "{columns} columns"),
                Err(error) => assert!(
                    !is_allowed && matches!(error.kind(), IpcErrorKind::TooLarge { .. }),
                    "{columns} columns: {error}"
                ),
            }
        }
    }
    let peak = peak_mb();
    assert!(peak < MOST_MB, "{peak:.0} MB");
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
fn inputs_at_random() {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let budget = number("LAZULI_FUZZ_SECONDS").map(Duration::from_secs);
    let mut random = Random(number("LAZULI_FUZZ_SEED").unwrap_or(20_260_101));
    let mut seeds = files_of("ipc");
    seeds.extend(files_of("fuzz/ipc"));
    let path = temporary("random");
    let start = Instant::now();
    let (mut count, mut read) = (0, 0);
    while budget.map_or(count < USUAL_INPUTS, |budget| time_taken(start) < budget) {
        let bytes = mutated(&mut random, &seeds);
        if let Err(panic) = std::panic::catch_unwind(|| check(&bytes, &path)) {
            let kept = testdata("fuzz/ipc").join(format!("{:016x}.arrow", random.next()));
            std::fs::write(&kept, &bytes).expect("the tree can be written");
            eprintln!("bytes kept as {}", kept.display());
            std::panic::resume_unwind(panic);
        }
        count += 1;
        read += usize::from(as_file(&path, 1 << 20).is_some());
    }
    let _ = std::fs::remove_file(&path);
    let seconds = time_taken(start).as_secs_f64();
    eprintln!(
        "{count} inputs, {read} of them read, in {seconds:.1} s of processor time; peak {:.0} MB",
        peak_mb()
    );
}
