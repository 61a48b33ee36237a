//! Random plans over frames of many rows, by `collect_verified`: optimized = as written to the last bit, whatever the
//! memory, the threads and the morsels.
//!
//! Frames are those of the plan with all rows many times over, so that operators have to spill and to work by morsels; what
//! is right for a few of the rows, the reference tells in the other test. Runs under other conditions must give the same
//! bits, too. A budget that is too small for an operator that does not spill is no mistake; it is counted.

use std::sync::Arc;

use lazuli::{
    DataFrame, DataSource, Engine, Error, ErrorKind, ExecOptions, FrameSource, LazyFrame, LogicalPlan,
    Profiler,
};
use lazuli_array::Batch;
use lazuli_exec::ExecError;
use lazuli_plan::resolve;
use lazuli_testkit::generate::{Query, largest_step, query, with_sources};
use lazuli_testkit::split_mix::SplitMix64;

use super::{MAX_REPORTS, by_halves, count_of, expect_none, has_limit, is_ours, report, without_panic};

const NUM_PLANS: u64 = 100;

/// Rows that a step of the plan may have, by a bound that does not know how many of them a join matches. Few are of the largest
/// size: they take as long as all others.
const MAX_STEP_ROWS: [usize; 8] = [0, 0, 4_000, 4_000, 4_000, 40_000, 40_000, 300_000];

/// Morsels of a run, so that tiny ones of many rows do not take forever.
const MAX_MORSELS: usize = 4_000;

/// Batches of one frame.
const MAX_BATCHES: usize = 64;

/// The least memory that a query is given.
const LEAST_BYTES: usize = 16 << 20;

/// A plan over more rows, and under which conditions it is run.
struct Case {
    plan: LogicalPlan,
    runs: Vec<Conditions>,
}

#[derive(Debug, Clone, Copy)]
struct Conditions {
    memory_bytes: Option<usize>,
    threads: usize,
    morsel_rows: usize,
    /// Whether all that can be in files is.
    in_files: bool,
}

impl Case {
    fn new(plan: &LogicalPlan, seed: u64) -> Self {
        let mut random = SplitMix64(seed ^ 0x5EED);
        let most = *random.pick(&MAX_STEP_ROWS);
        let times =
            (0..16).map(|power| 1 << power).take_while(|&times| largest_step(plan, times) <= most).last();
        let times = times.unwrap_or(1);
        let least_morsel = largest_step(plan, times) / MAX_MORSELS;
        let mut conditions = |memory_bytes, threads, in_files| {
            let morsel_rows = *random.pick(&[1, 3, 64, 1_000, ExecOptions::DEFAULT_MORSEL_ROWS]);
            Conditions { memory_bytes, threads, morsel_rows: morsel_rows.max(least_morsel), in_files }
        };
        let mut runs = vec![conditions(Some(LEAST_BYTES), 2, false)];
        if times == 1 {
            runs.push(conditions(None, 1, true));
        } else {
            // Not all of the machine: other tests run beside this one.
            runs.push(conditions(Some(4 * LEAST_BYTES), 1, false));
            runs.push(conditions(Some(64 * LEAST_BYTES), 2, true));
        }
        Self { plan: enlarged(plan, times, &mut random), runs }
    }
}

/// The plan over frames whose rows are there so many times. Frames that were the same are one source.
fn enlarged(plan: &LogicalPlan, times: usize, random: &mut SplitMix64) -> LogicalPlan {
    let mut known: Vec<(DataFrame, Arc<dyn DataSource>)> = Vec::new();
    with_sources(plan, &mut |frame| {
        let is_same = |other: &DataFrame| {
            other.schema() == frame.schema()
                && other.height() == frame.height()
                && other.first_difference(&frame).is_none()
        };
        if let Some((_, source)) = known.iter().find(|(other, _)| is_same(other)) {
            return source.clone();
        }
        let source: Arc<dyn DataSource> = Arc::new(FrameSource::new(repeated(&frame, times, random)));
        known.push((frame, source.clone()));
        source
    })
}

fn repeated(frame: &DataFrame, times: usize, random: &mut SplitMix64) -> DataFrame {
    let schema = frame.schema();
    let all: Vec<Batch> = (0..times).flat_map(|_| frame.batches().iter().cloned()).collect();
    let all = DataFrame::from_batches(schema.clone(), all).expect("batches of the schema");
    if all.batches().len() <= MAX_BATCHES {
        return all;
    }
    let whole = Engine::global().rechunk(&all);
    let (mut start, mut batches) = (0, Vec::new());
    while start < whole.height() {
        let length = (1 + random.index(whole.height() / 4 + 1)).min(whole.height() - start);
        batches.push(whole.batches()[0].sliced(start, length));
        start += length;
    }
    DataFrame::from_batches(schema.clone(), batches).expect("batches of the schema")
}

/// What came of the runs of one plan.
#[derive(Default)]
struct Outcomes {
    answers: usize,
    failures: usize,
    too_little_memory: usize,
    spilled: usize,
}

/// The plan under all conditions, or what is wrong.
fn compare(plan: &LogicalPlan, seed: u64) -> Result<Outcomes, String> {
    let case = Case::new(plan, seed);
    let resolved = resolve(&case.plan).map_err(|errors| errors.to_string())?;
    let mut outcomes = Outcomes::default();
    let mut first: Option<(Conditions, Result<DataFrame, Error>)> = None;
    for conditions in case.runs {
        let profiler = Profiler::default();
        let options = ExecOptions {
            memory_bytes: conditions.memory_bytes,
            spill_bytes: conditions.in_files.then_some(0),
            threads: Some(conditions.threads),
            morsel_rows: conditions.morsel_rows,
            single_thread_rows: 0,
            profiler: Some(profiler.clone()),
            ..ExecOptions::default()
        };
        let answer = LazyFrame::from_plan(case.plan.clone()).with_options(options).collect_verified();
        if profiler.profile().operators.iter().any(|operator| operator.spilled_bytes > 0) {
            outcomes.spilled += 1;
        }
        match &answer {
            Ok(_) => outcomes.answers += 1,
            Err(error) if is_too_little_memory(error) => {
                outcomes.too_little_memory += 1;
                continue;
            }
            Err(error) if is_ours(error) => return Err(format!("{error}\nwith {conditions:?}")),
            Err(_) => outcomes.failures += 1,
        }
        let Some((before, expected)) = &first else {
            first = Some((conditions, answer));
            continue;
        };
        let what = match (expected, &answer) {
            (Ok(expected), Ok(found)) => what_differs(expected, found),
            // Which rows behind a limit are looked at goes by the morsel.
            (Ok(_), Err(_)) | (Err(_), Ok(_)) if has_limit(&resolved) => None,
            (Ok(_), Err(error)) | (Err(error), Ok(_)) => Some(format!("only one fails: {error}")),
            (Err(_), Err(_)) => None,
        };
        if let Some(what) = what {
            return Err(format!("runs differ: {what}\nwith {before:?}\nand {conditions:?}"));
        }
    }
    Ok(outcomes)
}

fn is_too_little_memory(error: &Error) -> bool {
    let ErrorKind::Exec(error) = error.kind() else { return false };
    let error = match error {
        ExecError::NotVerified { error } => error,
        error => error,
    };
    matches!(error, ExecError::MemoryBudget { .. })
}

fn what_differs(expected: &DataFrame, found: &DataFrame) -> Option<String> {
    if expected.schema() != found.schema() {
        return Some(format!("{} and {}", expected.schema(), found.schema()));
    }
    if let Some((row, column)) = expected.first_difference(found) {
        let name = expected.schema().field(column).name();
        let (expected, found) = (expected.get(row, column), found.get(row, column));
        return Some(format!("column {name}, row {row}: {expected:?} and {found:?}"));
    }
    let (expected, found) = (expected.height(), found.height());
    (expected != found).then(|| format!("{expected} and {found} rows"))
}

#[derive(Default)]
struct Tally {
    outcomes: Outcomes,
    wrong: Vec<String>,
}

fn tally(seeds: impl Iterator<Item = u64>) -> Tally {
    let mut tally = Tally::default();
    for seed in seeds {
        let Query { plan, .. } = query(seed);
        match without_panic(|| compare(&plan, seed)) {
            Ok(outcomes) => {
                tally.outcomes.answers += outcomes.answers;
                tally.outcomes.failures += outcomes.failures;
                tally.outcomes.too_little_memory += outcomes.too_little_memory;
                tally.outcomes.spilled += outcomes.spilled;
            }
            Err(what) => {
                println!("seed {seed}: {}", what.lines().next().unwrap_or_default());
                let wrong = |plan: &LogicalPlan| without_panic(|| compare(plan, seed)).err();
                tally.wrong.push(report(seed, &plan, &wrong));
                if tally.wrong.len() >= MAX_REPORTS {
                    break;
                }
            }
        }
    }
    tally
}

#[test]
fn plans_over_many_rows_are_the_same_optimized_and_as_written() {
    let count = count_of(NUM_PLANS);
    let tallies = by_halves(count, tally);
    expect_none(tallies.iter().flat_map(|tally| &tally.wrong));
    let sum = |part: fn(&Outcomes) -> usize| tallies.iter().map(|tally| part(&tally.outcomes)).sum::<usize>();
    let (answers, failures) = (sum(|outcomes| outcomes.answers), sum(|outcomes| outcomes.failures));
    let (too_little, spilled) =
        (sum(|outcomes| outcomes.too_little_memory), sum(|outcomes| outcomes.spilled));
    println!(
        "{count} plans: {answers} answers, {failures} failures, {too_little} with too little memory, {spilled} spilled"
    );
    let runs = answers + failures + too_little;
    assert!(count < NUM_PLANS || answers * 2 >= runs, "most plans have an answer");
    assert!(count < NUM_PLANS || too_little * 20 <= runs, "most plans have enough memory");
    assert!(count < NUM_PLANS || spilled * 10 > runs, "many plans have rows in files");
}
