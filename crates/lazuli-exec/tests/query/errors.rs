//! Mistakes, failures, panics: the first by place, with its place.

use std::any::Any;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use lazuli_array::{Batch, DataType, SchemaRef};
use lazuli_exec::{CancelFlag, Engine, ExecError, ExecOptions};
use lazuli_expr::evaluate::Value;
use lazuli_expr::function::{Argument, FunctionRef, Signature, SignatureError};
use lazuli_expr::{Expr, ScalarFunction, col, lit};
use lazuli_kernels::KernelError;
use lazuli_plan::optimizer::OptimizerOptions;
use lazuli_plan::{BatchError, BatchReader, DataSource, ScanRequest, SourceError};

use crate::builder::{column, frame, query, scan, side_by_side, texts, union};
use crate::configurations::{all, answer, error};

/// Runs a closure for each batch.
struct Call<F>(F);

impl<F: Fn(&[Value], usize) -> Value + Send + Sync> ScalarFunction for Call<F> {
    fn name(&self) -> &str {
        "call"
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        Ok(Signature::unchanged(arguments, DataType::Int64))
    }

    fn evaluate(&self, inputs: &[Value], num_rows: usize) -> Result<Value, KernelError> {
        Ok((self.0)(inputs, num_rows))
    }
}

pub fn call(input: Expr, run: impl Fn(&[Value], usize) -> Value + Send + Sync + 'static) -> Expr {
    Expr::Function { function: FunctionRef::Custom(Arc::new(Call(run))), inputs: vec![input] }
}

#[test]
fn the_first_failing_row_wins() {
    let mut values = vec![1i64; 1000];
    for row in [321, 777, 990] {
        values[row] = i64::MAX - row as i64;
    }
    let input = frame(vec![("a", column(values))]);
    let plan = query(&input).select([(col("a") + 10_000).alias("b")]);
    let ExecError::Evaluate { error: cause, row_is_absolute: true, .. } = error(&plan) else {
        panic!("not evaluated")
    };
    assert_eq!(cause.source.row(), Some(321));
    let message = error(&plan).to_string();
    assert!(message.contains("overflow in + at row 321") && message.contains("in select"), "{message}");
}

#[test]
fn rows_that_a_limit_leaves_out_do_not_fail() {
    let mut values = vec![1i64; 1000];
    values[700] = i64::MAX;
    let input = frame(vec![("a", column(values))]);
    let plan = query(&input).select([(col("a") + 1).alias("b")]).slice(0, Some(50));
    for options in all().into_iter().filter(|options| options.morsel_rows <= 100) {
        let answer = Engine::global().execute(&plan.0, &options).expect("row 700 is not needed");
        assert_eq!(answer.height(), 50);
    }
}

#[test]
fn an_overflow_of_a_group_names_the_group() {
    let keys = (0..40i64).map(|row| row % 20);
    let values = (0..40i64).map(|row| if row % 20 == 13 { i64::MAX } else { 1 });
    let input = frame(vec![("key", column(keys)), ("value", column(values))]);
    let plan = query(&input).group_by([col("key")], [col("value").sum().alias("sum")]);
    let message = error(&plan).to_string();
    assert!(message.contains("row 13") && message.contains("sum(value)"), "{message}");
}

#[test]
fn all_mistakes_of_a_plan_come_at_once() {
    let input = frame(vec![("price", column([1i64]))]);
    let plan = query(&input).filter(col("pricee").gt(lit(1))).select([col("quantity")]);
    let ExecError::Plan(errors) = error(&plan) else { panic!("not a mistake of the plan") };
    assert!(errors.0.len() == 2 && errors.to_string().contains("price"), "{errors}");
}

#[test]
fn heights_that_differ_are_an_error() {
    let part = |name: &'static str, rows| query(&frame(vec![(name, column(0..rows))]));
    let error = error(&side_by_side(vec![part("a", 5i64), part("b", 6)]));
    assert_eq!(error.to_string(), "input 1 of a horizontal concat has 6 rows, input 0 has 5");
}

#[test]
fn a_panic_is_an_error() {
    let input = frame(vec![("a", column(0..500i64))]);
    let plan = query(&input).select([call(col("a"), |_, _| panic!("a mistake in a function")).alias("b")]);
    let error = error(&plan);
    assert!(
        matches!(&error, ExecError::Internal { message, .. } if message == "a mistake in a function"),
        "{error}"
    );
    // The engine is as good as new.
    assert_eq!(answer(&query(&input)).height(), 500);
}

#[test]
fn a_query_inside_of_a_query_stays_on_its_thread() {
    let input = frame(vec![("a", column(0..300i64))]);
    let inner_input = input.clone();
    let nested = move |inputs: &[Value], num_rows: usize| {
        let outer = std::thread::current().id();
        // Threads that wait for one another would hang sooner or later; that it is the same one can be seen at once.
        let same = move |inputs: &[Value], num_rows: usize| {
            assert_eq!(std::thread::current().id(), outer);
            Value::Column(inputs[0].clone().into_column(num_rows))
        };
        let inner = query(&inner_input).select([call(col("a"), same).alias("a")]).sort([col("a").desc()]);
        let options =
            ExecOptions { threads: Some(4), morsel_rows: 10, single_thread_rows: 0, ..Default::default() };
        let answer = Engine::global().execute(&inner.0, &options).expect("runs on this thread");
        assert_eq!(texts(&answer)[0], "299");
        Value::Column(inputs[0].clone().into_column(num_rows))
    };
    let plan = query(&input).select([call(col("a"), nested).alias("b")]);
    let options =
        ExecOptions { threads: Some(2), morsel_rows: 100, single_thread_rows: 0, ..Default::default() };
    assert_eq!(Engine::global().execute(&plan.0, &options).expect("runs").height(), 300);
    let batches = Engine::global().execute_batches(&plan.0, &options, None).expect("starts");
    assert_eq!(batches.map(|batch| batch.expect("runs").num_rows()).sum::<usize>(), 300);
}

#[test]
fn functions_may_use_the_threads_they_run_on() {
    let parallel = |inputs: &[Value], num_rows: usize| {
        // What a thread does while it waits for parts of its work: whatever there is, another worker loop too.
        (0..8).for_each(|_| {
            rayon::yield_now();
        });
        Value::Column(inputs[0].clone().into_column(num_rows))
    };
    let input = frame(vec![("a", column(0..1000i64))]);
    let plan = query(&input).select([call(col("a"), parallel).alias("b")]).slice(5, Some(990));
    for threads in [2, 4] {
        let options = ExecOptions {
            threads: Some(threads),
            morsel_rows: 5,
            single_thread_rows: 0,
            ..Default::default()
        };
        for _ in 0..50 {
            assert_eq!(Engine::global().execute(&plan.0, &options).expect("runs").height(), 990);
        }
    }
}

#[test]
fn what_a_plan_reads_twice_is_computed_once() {
    let rows = Arc::new(AtomicU64::new(0));
    let counter = rows.clone();
    let count = move |inputs: &[Value], num_rows: usize| {
        counter.fetch_add(num_rows as u64, Ordering::Relaxed);
        Value::Column(inputs[0].clone().into_column(num_rows))
    };
    let input = frame(vec![("a", column(0..100i64))]);
    let sorted = query(&input).select([call(col("a"), count).alias("a")]).sort([col("a").desc()]);
    let other = query(&input).sort([col("a").asc()]).slice(0, Some(1));
    let plan = union(vec![sorted.clone(), other, sorted.filter(col("a").lt(lit(2)))]);
    let options = ExecOptions { optimizer: OptimizerOptions::none(), ..Default::default() };
    let answer = Engine::global().execute(&plan.0, &options).expect("runs");
    assert_eq!(rows.load(Ordering::Relaxed), 100);
    let expected: Vec<String> = (0..100).rev().chain([0, 1, 0]).map(|a: i64| a.to_string()).collect();
    assert_eq!(texts(&answer), expected);
}

#[test]
fn cancelling_ends_a_query() {
    let flag = CancelFlag::default();
    let from_within = flag.clone();
    let input = frame(vec![("a", column(0..10_000i64))]);
    let seen = Arc::new(AtomicU64::new(0));
    let counter = seen.clone();
    let cancel = move |inputs: &[Value], num_rows: usize| {
        if counter.fetch_add(1, Ordering::Relaxed) == 20 {
            from_within.cancel();
        }
        Value::Column(inputs[0].clone().into_column(num_rows))
    };
    let plan = query(&input).select([call(col("a"), cancel).alias("b")]).sort([col("b").asc()]);
    for threads in [1, 2, 4] {
        let options = ExecOptions {
            threads: Some(threads),
            morsel_rows: 10,
            single_thread_rows: 0,
            cancel: flag.clone(),
            ..Default::default()
        };
        let error = Engine::global().execute(&plan.0, &options).expect_err("cancelled");
        assert!(matches!(error, ExecError::Cancelled), "{error}");
        assert!(seen.load(Ordering::Relaxed) < 100, "it went on");
    }
}

/// A source of numbered batches, some of which fail, given out slowly and out of step.
#[derive(Debug)]
struct Failing {
    batch: Batch,
    batches: u64,
    failing: Vec<u64>,
    /// A number that is never given out.
    skipped: Option<u64>,
    /// Whether nothing is given that was not asked for.
    keeps_to_limit: bool,
}

impl DataSource for Failing {
    fn name(&self) -> String {
        "failing".into()
    }

    fn schema(&self) -> Result<SchemaRef, SourceError> {
        Ok(self.batch.schema().clone())
    }

    fn open(&self, request: ScanRequest) -> Result<Box<dyn BatchReader>, SourceError> {
        let batch = self.batch.project(&request.projection);
        let mut source = Self { batch, failing: self.failing.clone(), ..*self };
        if let Some(limit) = request.limit.filter(|_| self.keeps_to_limit) {
            source.batches = source.batches.min(limit.div_ceil(10) as u64);
        }
        let reader = FailingReader { source, next: AtomicU64::new(0) };
        Ok(Box::new(reader))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

struct FailingReader {
    source: Failing,
    next: AtomicU64,
}

impl BatchReader for FailingReader {
    fn next(&self) -> Result<Option<(u64, Batch)>, BatchError> {
        let mut number = self.next.fetch_add(1, Ordering::Relaxed);
        if self.source.skipped == Some(number) {
            number = self.next.fetch_add(1, Ordering::Relaxed);
        }
        // Later numbers are ready sooner.
        std::thread::sleep(Duration::from_micros(200 * (7 - number % 8)));
        if self.source.failing.contains(&number) {
            return Err(BatchError { batch: number, source: format!("batch {number} is broken").into() });
        }
        Ok((number < self.source.batches).then(|| (number, self.source.batch.clone())))
    }
}

fn failing(failing: &[u64], skipped: Option<u64>) -> Arc<Failing> {
    let batch = Batch::from_columns(vec![("a".into(), column(0..10i64))]).expect("one column");
    Arc::new(Failing { batch, batches: 40, failing: failing.to_vec(), skipped, keeps_to_limit: true })
}

#[test]
fn the_first_broken_batch_wins() {
    let error = error(&scan(failing(&[17, 13, 30], None)));
    assert_eq!(error.to_string(), "can't read failing: batch 13 is broken");
}

#[test]
fn a_limit_that_is_reached_before_a_broken_batch() {
    let plan = scan(failing(&[17, 30], None)).slice(0, Some(155));
    assert_eq!(answer(&plan).height(), 155);
    let error = error(&scan(failing(&[17, 30], None)).slice(0, Some(175)));
    assert_eq!(error.to_string(), "can't read failing: batch 17 is broken");
}

#[test]
fn what_a_limit_does_not_need_is_not_even_opened() {
    let broken = failing(&[0], None);
    let plan = union(vec![scan(failing(&[], None)), scan(broken)]).slice(0, Some(400));
    assert_eq!(answer(&plan).height(), 400);
}

#[test]
fn a_source_that_skips_a_number_does_not_hang_the_query() {
    let plan = scan(failing(&[], Some(5))).slice(300, Some(10));
    let options = ExecOptions { threads: Some(2), single_thread_rows: 0, ..Default::default() };
    let error = Engine::global().execute(&plan.0, &options).expect_err("number 5 never comes");
    assert!(matches!(error, ExecError::Internal { .. }), "{error}");
}

#[test]
fn sources_of_the_users_own_are_filtered_by_the_engine() {
    let plan = scan(failing(&[], None)).filter(col("a").gt(lit(7))).select([(col("a") * 2).alias("b")]);
    assert_eq!(texts(&answer(&plan)), ["16", "18"].repeat(40));
    // Two rows of each batch pass: a limit on what is read would be reached too soon.
    assert_eq!(answer(&plan.slice(0, Some(5))).height(), 5);
}
