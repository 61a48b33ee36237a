//! Random plans over random frames: optimized = unoptimized = a row-at-a-time reference, on any number of threads and
//! for morsels of any size.
//!
//! Frames are compared exactly: names, types, order, the bits of floats (all NaN are one). Deviations and variances are
//! compared to the last digits with the reference, and exactly between configurations.
//!
//! **When a query may fail.** The reference says two things: whether the query fails when everything is evaluated, and
//! whether it fails when only what the answer depends on is.
//! * Nothing fails: every configuration gives the reference's table.
//! * Something fails that the answer depends on: the query fails unoptimized. Optimized it may give a table if a rule
//!   took the failing part out; then it is the table of the optimized plan by the reference.
//! * Something fails that the answer does not depend on, an unused expression or a row behind a limit: unoptimized the
//!   query fails, unless the plan has a limit; then, and optimized, it fails or gives the table.
//!
//! The same plans are then checked without the reference, over frames that are too large for it: [`verified`].
//!
//! `LAZULI_PLAN_SEED` and `LAZULI_PLAN_COUNT` choose other seeds, for this test and the other; a failure prints its seed,
//! and the query made as small as it gets.

mod verified; // optimized against as written, over many rows

use std::cell::Cell;
use std::collections::BTreeMap;
use std::iter::StepBy;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Once};

use lazuli::{DataFrame, ErrorKind, ExecOptions, FrameSource, LazyFrame, LogicalPlan};
use lazuli_exec::ExecError;
use lazuli_plan::optimizer::{OptimizerOptions, RuleId, optimize};
use lazuli_plan::{Node, explain, node_name, resolve};
use lazuli_testkit::difference::{Closeness, difference};
use lazuli_testkit::generate::{APPROXIMATE, Query, frames_of, query, smaller, with_sources};
use lazuli_testkit::reference::{Asking, Failure, Table, run};

const FIRST_SEED: u64 = 1;
const NUM_PLANS: u64 = 2_000;

/// How a query is run.
#[derive(Debug, Clone)]
struct Configuration {
    optimizer: OptimizerOptions,
    threads: usize,
    morsel_rows: usize,
}

impl Configuration {
    fn is_optimized(&self) -> bool {
        self.optimizer != OptimizerOptions::none()
    }

    fn options(&self) -> ExecOptions {
        ExecOptions {
            threads: Some(self.threads),
            morsel_rows: self.morsel_rows,
            single_thread_rows: 0,
            optimizer: self.optimizer,
            ..ExecOptions::default()
        }
    }
}

/// Both ends of every scale, and the optimizer without one of its rules.
fn configurations(seed: u64) -> Vec<Configuration> {
    let rule = RuleId::ALL[(seed % RuleId::ALL.len() as u64) as usize];
    let mut all = Vec::new();
    for optimizer in [OptimizerOptions::none(), OptimizerOptions::all()] {
        for threads in [1, 2] {
            for morsel_rows in [3, ExecOptions::DEFAULT_MORSEL_ROWS] {
                all.push(Configuration { optimizer, threads, morsel_rows });
            }
        }
    }
    for optimizer in [OptimizerOptions::all().without(rule), OptimizerOptions::none().with(rule)] {
        all.push(Configuration { optimizer, threads: 1, morsel_rows: 3 });
    }
    all
}

/// What came of one plan.
enum Verdict {
    /// All agree on a table of so many rows.
    Table { num_rows: usize },
    /// All agree that the query fails.
    Failure,
    /// The reference can't say.
    NoReference,
    /// Something is wrong.
    Wrong(String),
}

fn judge(plan: &LogicalPlan, seed: u64) -> Verdict {
    without_panic(|| compare(plan, seed)).unwrap_or_else(Verdict::Wrong)
}

/// What is wrong, if that is a panic.
fn without_panic<T>(check: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(check)).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str);
        let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
        Err(format!("a panic: {}", text.unwrap_or("without text")))
    })
}

fn compare(plan: &LogicalPlan, seed: u64) -> Result<Verdict, String> {
    let resolved = resolve(plan).map_err(|errors| errors.to_string())?;
    let strict = run(&resolved, Asking::All);
    let needed = match &strict {
        Ok(table) => Ok(table.clone()),
        Err(_) => run(&resolved, Asking::Needed),
    };
    if [&strict, &needed].iter().any(|table| matches!(table, Err(Failure::BeyondPromise))) {
        return Ok(Verdict::NoReference);
    }
    // Frames as the facade scans them, or as any source of the user's own.
    let query = match seed.is_multiple_of(4) {
        true => plan.clone(),
        false => with_sources(plan, &mut |frame| Arc::new(FrameSource::new(frame))),
    };
    let mut first: Option<DataFrame> = None;
    for configuration in configurations(seed) {
        let answer = LazyFrame::from_plan(query.clone()).with_options(configuration.options()).collect();
        let wrong = |what: String| Err(format!("{what}\nwith {configuration:?}"));
        let frame = match answer {
            Ok(frame) => frame,
            Err(error) if is_ours(&error) => return wrong(format!("a mistake of the engine's: {error}")),
            Err(error) => match &strict {
                Ok(_) => return wrong(format!("expected a table, found: {error}")),
                Err(_) => continue,
            },
        };
        let may_do_without = configuration.is_optimized() || has_limit(&resolved);
        let expected = match (&strict, &needed) {
            (Ok(table), _) => table.clone(),
            (Err(failure), _) if !may_do_without => {
                return wrong(format!("expected {failure:?}, found a table\n{frame}"));
            }
            (Err(_), Ok(table)) => table.clone(),
            (Err(failure), Err(_)) => {
                // Of the plan that ran: whether sources are the same one decides about shared sub-plans.
                let resolved = resolve(&query).map_err(|errors| errors.to_string())?;
                let optimized = optimize(&resolved, &configuration.optimizer);
                match run(&optimized, Asking::Needed) {
                    Ok(table) if configuration.is_optimized() => table,
                    _ => return wrong(format!("expected {failure:?}, found a table\n{frame}")),
                }
            }
        };
        if let Some(text) = differs(&expected, &frame, true) {
            return wrong(format!("{text}\nexpected {:?}\nfound\n{frame}", expected.rows));
        }
        if let Some(first) = &first {
            let first = Table { schema: first.schema().clone(), rows: first.rows().collect() };
            if let Some(text) = differs(&first, &frame, false) {
                return wrong(format!("configurations differ: {text}"));
            }
        }
        first.get_or_insert(frame);
    }
    Ok(strict.map_or(Verdict::Failure, |table| Verdict::Table { num_rows: table.rows.len() }))
}

fn differs(expected: &Table, found: &DataFrame, is_reference: bool) -> Option<String> {
    difference(&expected.schema, &expected.rows, found, |name| {
        if is_reference && name.starts_with(APPROXIMATE) { Closeness::Digits } else { Closeness::Bits }
    })
}

/// Whether an error is never the user's or the data's.
fn is_ours(error: &lazuli::Error) -> bool {
    match error.kind() {
        ErrorKind::Exec(error) => !matches!(
            error,
            ExecError::Evaluate { .. }
                | ExecError::Aggregate { .. }
                | ExecError::PivotDuplicate { .. }
                | ExecError::HeightMismatch { .. }
                | ExecError::Kernel { operator: "explode", .. }
        ),
        _ => true,
    }
}

fn has_limit(plan: &LogicalPlan) -> bool {
    matches!(plan.node(), Node::Slice(_)) || plan.inputs().into_iter().any(has_limit)
}

fn count_nodes(plan: &LogicalPlan, counts: &mut BTreeMap<&'static str, usize>) {
    *counts.entry(node_name(plan.node())).or_default() += 1;
    plan.inputs().into_iter().for_each(|input| count_nodes(input, counts));
}

/// A query that shows a mistake, made small, with all that is needed to look into it.
///
/// `wrong`: what is wrong with a plan.
fn report(seed: u64, plan: &LogicalPlan, wrong: &dyn Fn(&LogicalPlan) -> Option<String>) -> String {
    let small = smaller(plan, &mut |plan| wrong(plan).is_some());
    let what = wrong(&small).unwrap_or_else(|| "wrong only now and then".into());
    let mut text = format!("seed {seed}: {what}\nplan\n{}", explain(&small));
    if let Ok(resolved) = resolve(&small) {
        let optimized = optimize(&resolved, &OptimizerOptions::all());
        text += &format!("resolved\n{}optimized\n{}", explain(&resolved), explain(&optimized));
    }
    for frame in frames_of(&small) {
        let heights: Vec<usize> = frame.batches().iter().map(|batch| batch.num_rows()).collect();
        text += &format!("a frame of batches {heights:?}\n{frame}\n{:?}\n", frame.rows().collect::<Vec<_>>());
    }
    text
}

#[derive(Default)]
struct Tally {
    tables: usize,
    empty_tables: usize,
    failures: usize,
    without_reference: usize,
    drawn: usize,
    rejected: usize,
    nodes: BTreeMap<&'static str, usize>,
    wrong: Vec<String>,
}

/// Reports of so many mistakes are enough for one run.
const MAX_REPORTS: usize = 5;

fn tally(seeds: impl Iterator<Item = u64>) -> Tally {
    let mut tally = Tally::default();
    for seed in seeds {
        let Query { plan, rejected, drawn } = query(seed);
        tally.drawn += drawn;
        tally.rejected += rejected;
        count_nodes(&plan, &mut tally.nodes);
        match judge(&plan, seed) {
            Verdict::Table { num_rows: 0 } => tally.empty_tables += 1,
            Verdict::Table { .. } => tally.tables += 1,
            Verdict::Failure => tally.failures += 1,
            Verdict::NoReference => tally.without_reference += 1,
            Verdict::Wrong(_) => {
                let wrong = |plan: &LogicalPlan| match judge(plan, seed) {
                    Verdict::Wrong(what) => Some(what),
                    _ => None,
                };
                tally.wrong.push(report(seed, &plan, &wrong));
                if tally.wrong.len() >= MAX_REPORTS {
                    break;
                }
            }
        }
    }
    tally
}

/// How many plans to look at.
fn count_of(usual: u64) -> u64 {
    from_environment("LAZULI_PLAN_COUNT").unwrap_or(usual)
}

fn from_environment(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{name}={text} is no number")))
}

/// Looks at so many plans on two threads.
fn by_halves<T: Send>(count: u64, look: impl Fn(StepBy<Range<u64>>) -> T + Sync) -> Vec<T> {
    let first = from_environment("LAZULI_PLAN_SEED").unwrap_or(FIRST_SEED);
    // Panics are caught, told and made smaller many times over; their own words would drown the report.
    static QUIET: Once = Once::new();
    QUIET.call_once(|| {
        let hook = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if !IS_QUIET.get() {
                hook(panic);
            }
        }));
    });
    let look = &look;
    std::thread::scope(|scope| {
        let worker = |half| {
            move || {
                IS_QUIET.set(true);
                look((first + half..first + count).step_by(2))
            }
        };
        let workers = [0, 1].map(|half| scope.spawn(worker(half)));
        workers.into_iter().map(|worker| worker.join().expect("panics are caught plan by plan")).collect()
    })
}

thread_local! {
    /// Whether panics of this thread say nothing.
    static IS_QUIET: Cell<bool> = const { Cell::new(false) };
}

fn expect_none<'a>(wrong: impl Iterator<Item = &'a String>) {
    let wrong: Vec<&str> = wrong.map(String::as_str).collect();
    assert!(wrong.is_empty(), "{} plans went wrong:\n\n{}", wrong.len(), wrong.join("\n\n"));
}

#[test]
fn every_way_to_run_a_plan_gives_the_answer_of_the_reference() {
    let count = count_of(NUM_PLANS);
    let tallies = by_halves(count, tally);
    expect_none(tallies.iter().flat_map(|tally| &tally.wrong));

    let sum = |part: fn(&Tally) -> usize| tallies.iter().map(part).sum::<usize>();
    let (tables, empty_tables) = (sum(|tally| tally.tables), sum(|tally| tally.empty_tables));
    let failures = sum(|tally| tally.failures);
    let (drawn, rejected) = (sum(|tally| tally.drawn), sum(|tally| tally.rejected));
    let without_reference = sum(|tally| tally.without_reference);
    println!(
        "{count} plans: {tables} tables, {empty_tables} without rows, {failures} failures, {without_reference} without \
         reference; {rejected} of {drawn} verbs rejected"
    );
    if count >= NUM_PLANS {
        // The generator is worth something only as long as most of what it makes is an answer with rows.
        let told = tables + empty_tables + failures;
        assert!(told >= NUM_PLANS as usize * 9 / 10, "{told} answers");
        assert!(
            tables >= told / 2 && failures >= told / 30,
            "{tables} tables with rows, {failures} failures"
        );
        assert!(rejected * 2 < drawn, "{rejected} of {drawn} verbs rejected");
        let mut nodes: BTreeMap<&str, usize> = BTreeMap::new();
        for (name, count) in tallies.iter().flat_map(|tally| &tally.nodes) {
            *nodes.entry(name).or_default() += count;
        }
        println!("{nodes:?}");
        for name in [
            "Aggregate",
            "Distinct",
            "Explode",
            "Filter",
            "HorizontalConcat",
            "Join",
            "Pivot",
            "Project",
            "Slice",
            "Sort",
            "Union",
            "Unpivot",
            "WithColumns",
        ] {
            assert!(nodes.get(name).is_some_and(|count| *count >= 25), "too few of {name}: {nodes:?}");
        }
    }
}
