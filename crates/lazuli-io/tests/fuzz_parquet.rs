//! Parquet files with bytes changed at random: read or refused, never a panic, never much memory, and the same by any number
//! of threads; every file that ever failed, again.
//!
//! A run is a function of its seed. `LAZULI_FUZZ_SECONDS=600 LAZULI_FUZZ_SEED=7 cargo test --release -p lazuli-io --features
//! parquet --test fuzz_parquet` runs longer, from another seed; the seconds are of the process's processor time where `/proc`
//! tells it. A file that fails is written to `testdata/fuzz/parquet/` and read by the first test ever after.
#![cfg(feature = "parquet")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use lazuli_array::{Batch, Bitmap, Scalar};
use lazuli_io::parquet::{ParquetOptions, ParquetScan, ParquetScanOptions, ParquetTable};
use lazuli_io::{FilterError, GroupFacts, RowFilter};

/// Files tried when nothing else is said.
const USUAL_FILES: usize = 600;

/// What reading a file may take beyond what the process has. Inputs are far below a megabyte.
const MAX_MEGABYTES: u64 = 300;

/// Looking at the memory costs as much as reading a small file.
const FILES_OF_A_LOOK: usize = 16;

fn testdata(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata").join(folder)
}

/// The Parquet files of a folder, by name.
fn paths_of(folder: &str) -> BTreeSet<PathBuf> {
    let Ok(entries) = std::fs::read_dir(testdata(folder)) else { return BTreeSet::new() };
    let paths = entries.map(|entry| entry.expect("it can be read").path());
    paths.filter(|path| path.extension().is_some_and(|extension| extension == "parquet")).collect()
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

/// Where the footer of a file begins; its whole length if it has none.
fn footer_of(file: &[u8]) -> usize {
    let Some((before, _)) = file.split_last_chunk::<4>() else { return file.len() };
    let Some((before, length)) = before.split_last_chunk::<4>() else { return file.len() };
    before.len().saturating_sub(u32::from_le_bytes(*length) as usize)
}

/// A file made from another by some changes, most of them where headers are.
fn mutated(random: &mut Random, seeds: &[Vec<u8>]) -> Vec<u8> {
    let mut file = seeds[random.below(seeds.len())].clone();
    let footer = footer_of(&file);
    for _ in 0..1 + random.below(6) {
        let (start, end) = match random.below(4) {
            // Footer and tail, pages, the beginning of the first, anything.
            0 | 1 => (footer.min(file.len()), file.len()),
            2 => (0, footer.min(file.len())),
            _ => (0, file.len()),
        };
        let at = start + random.below(end - start);
        if at >= file.len() {
            continue;
        }
        match random.below(12) {
            0..=3 => file[at] = random.next() as u8,
            4..=6 => file[at] ^= 1 << random.below(8),
            7 => file[at] = [0x00, 0x7F, 0x80, 0xFF, 0xFE, 0x01][random.below(6)],
            // Numbers of many bytes, which headers are made of.
            8 => {
                let end = (at + 1 + random.below(9)).min(file.len());
                file[at..end].fill(0xFF);
            }
            9 => {
                let end = (at + 1 + random.below(40)).min(file.len());
                let piece = file[at..end].to_vec();
                let to = random.below(file.len() - piece.len() + 1);
                file[to..to + piece.len()].copy_from_slice(&piece);
            }
            10 => {
                let end = (at + random.below(200)).min(file.len());
                file.drain(at..end);
            }
            _ => {
                let other = &seeds[random.below(seeds.len())];
                let from = random.below(other.len());
                let piece = other[from..(from + random.below(200)).min(other.len())].to_vec();
                file.splice(at..at, piece);
            }
        }
    }
    // What is cut or put in moves the footer: most readers look no further where its length is wrong.
    if random.below(4) > 0 && file.len() > 12 {
        let length = random_length(random, &file, footer);
        let tail = file.len() - 8;
        file[tail..tail + 4].copy_from_slice(&length.to_le_bytes());
        file[tail + 4..].copy_from_slice(b"PAR1");
    }
    file
}

fn random_length(random: &mut Random, file: &[u8], footer: usize) -> u32 {
    let usual = file.len().saturating_sub(8 + footer) as u32;
    if random.below(16) == 0 { random.below(file.len()) as u32 } else { usual }
}

/// Rows by their number in what is asked about, and whatever the file says of them.
struct SomeRows {
    columns: Vec<usize>,
    seed: u64,
    is_infallible: bool,
}

impl RowFilter for SomeRows {
    fn columns(&self) -> &[usize] {
        &self.columns
    }

    fn keep(&self, batch: &Batch) -> Result<Bitmap, FilterError> {
        Ok(Bitmap::from_fn(batch.num_rows(), |row| self.seed >> (row % 64) & 1 == 1))
    }

    fn is_infallible(&self) -> bool {
        self.is_infallible
    }

    fn may_keep(&self, group: &dyn GroupFacts) -> bool {
        // What is said is looked at, so that it is made.
        self.columns.iter().all(|&column| {
            let facts = group.column(column);
            facts.null_count != Some(1)
                && format!("{} {}", facts.min, facts.max).len() % 5 > 0
                && (facts.min.is_null() || group.may_have(column, &facts.min))
        })
    }
}

/// What comes of a file: rows and nulls of each batch, and why it ends early.
fn read(path: &Path, threads: usize, seed: Option<u64>) -> Result<Vec<Vec<usize>>, String> {
    let table = ParquetTable::open(path, &ParquetOptions::default()).map_err(|error| error.to_string())?;
    let width = table.schema().len();
    let filter = seed.filter(|_| width > 0).map(|seed| -> Arc<dyn RowFilter> {
        let columns = vec![seed as usize % width];
        Arc::new(SomeRows { columns, seed: seed | seed >> 7, is_infallible: seed & 64 > 0 })
    });
    let options = ParquetScanOptions { threads, filter, batch_rows: 1000, ..ParquetScanOptions::default() };
    let scan = ParquetScan::open(Arc::new(table), options);
    let results = Mutex::new(Vec::new());
    let work = || {
        loop {
            let found = match scan.next() {
                Ok(None) => break,
                Ok(Some((number, batch))) => (number, Ok(summary(&batch))),
                Err((number, error)) => (number, Err(error.to_string())),
            };
            results.lock().expect("nobody panics").push(found);
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..threads {
            scope.spawn(work);
        }
        work();
    });
    let mut results = results.into_inner().expect("nobody panics");
    results.sort_by_key(|(number, _)| *number);
    results.into_iter().map(|(_, result)| result).collect()
}

fn summary(batch: &Batch) -> Vec<usize> {
    let of = |column: &lazuli_array::Column| {
        let last = if column.is_empty() { Scalar::Null } else { column.get(column.len() - 1) };
        [column.null_count(), last.to_string().len()]
    };
    std::iter::once(batch.num_rows()).chain(batch.columns().iter().flat_map(of)).collect()
}

fn check(path: &Path, seed: u64) {
    let alone = read(path, 1, None);
    assert_eq!(alone, read(path, 3, None), "three threads");
    let filtered = read(path, 1, Some(seed));
    assert_eq!(filtered, read(path, 2, Some(seed)), "two threads and a filter");
}

/// A number of kilobytes that Linux tells of this process.
fn kilobytes(key: &str) -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(':'))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}

/// Begins to look at memory: what there is now, if that can be known.
fn begin_look() -> Option<u64> {
    std::fs::write("/proc/self/clear_refs", "5").ok()?;
    kilobytes("VmRSS")
}

#[test]
fn files_that_failed_once() {
    for path in paths_of("fuzz/parquet") {
        for seed in 0..200 {
            check(&path, seed * 0x9E37_79B9);
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
fn files_at_random() {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let budget = number("LAZULI_FUZZ_SECONDS").map(Duration::from_secs);
    let mut random = Random(number("LAZULI_FUZZ_SEED").unwrap_or(20_260_101));
    let paths = paths_of("parquet").into_iter().chain(paths_of("fuzz/parquet"));
    let seeds: Vec<Vec<u8>> = paths.map(|path| std::fs::read(path).expect("it can be read")).collect();
    let path = std::env::temp_dir().join(format!("lazuli-fuzz-{}.parquet", std::process::id()));
    let start = Instant::now();
    let (mut count, mut readable, mut most, mut told) = (0usize, 0usize, 0u64, Duration::ZERO);
    let mut before = None;
    while budget.map_or(count < USUAL_FILES, |budget| time_taken(start) < budget) {
        let file = mutated(&mut random, &seeds);
        let seed = random.next();
        std::fs::write(&path, &file).expect("the temporary folder can be written");
        if count.is_multiple_of(FILES_OF_A_LOOK) {
            before = begin_look();
        }
        let checked = std::panic::catch_unwind(|| {
            check(&path, seed);
            read(&path, 1, None).is_ok()
        });
        let keep = |why: &str| {
            let folder = testdata("fuzz/parquet");
            std::fs::create_dir_all(&folder).expect("the tree can be written");
            let path = folder.join(format!("{seed:016x}.parquet"));
            std::fs::write(&path, &file).expect("the tree can be written");
            eprintln!("{why}: seed {seed}, file kept as {}", path.display());
        };
        match checked {
            Ok(is_read) => readable += usize::from(is_read),
            Err(panic) => {
                keep("panic");
                std::panic::resume_unwind(panic);
            }
        }
        count += 1;
        if count.is_multiple_of(FILES_OF_A_LOOK)
            && let (Some(before), Some(peak)) = (before, kilobytes("VmHWM"))
        {
            let grown = peak.saturating_sub(before) >> 10;
            most = most.max(grown);
            if grown > MAX_MEGABYTES {
                keep("memory, of this file or one just before");
                panic!("{grown} MB");
            }
        }
        if time_taken(start) > told + Duration::from_secs(60) {
            told = time_taken(start);
            eprintln!("{count} files, {readable} of them read, {} s, at most {most} MB", told.as_secs());
        }
    }
    let _ = std::fs::remove_file(&path);
    let seconds = time_taken(start).as_secs_f64();
    eprintln!(
        "{count} files, {readable} of them read, in {seconds:.1} s of processor time; at most {most} MB more"
    );
}
