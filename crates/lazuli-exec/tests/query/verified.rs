//! The optimized plan against the plan as written: the answer, or what differs.

use std::any::Any;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use lazuli_array::{DataFrame, DataType, Scalar, SchemaRef, df};
use lazuli_exec::{
    Difference, Engine, ExecError, ExecOptions, FrameSource, OnceSource, PlansDiffer, Profiler, ReadCounters,
};
use lazuli_expr::evaluate::Value;
use lazuli_expr::function::{Argument, FunctionRef, Signature, SignatureError};
use lazuli_expr::{Expr, ScalarFunction, col, lit};
use lazuli_kernels::KernelError;
use lazuli_plan::optimizer::OptimizerOptions;
use lazuli_plan::{BatchReader, DataSource, JoinType, ScanRequest, SourceError};

use crate::builder::{Query, query, scan};
use crate::configurations::{all, answer};

fn verified(query: &Query) -> Result<DataFrame, ExecError> {
    Engine::global().execute_verified(&query.0, &ExecOptions::default())
}

fn difference(query: &Query) -> PlansDiffer {
    match verified(query) {
        Err(ExecError::PlansDiffer(difference)) => *difference,
        other => panic!("no difference: {other:?}"),
    }
}

/// Another frame each time it is read.
#[derive(Debug)]
struct Changing {
    frames: Vec<DataFrame>,
    times_read: AtomicUsize,
}

fn changing(frames: impl IntoIterator<Item = DataFrame>) -> Query {
    scan(Arc::new(Changing { frames: frames.into_iter().collect(), times_read: AtomicUsize::new(0) }))
}

impl DataSource for Changing {
    fn name(&self) -> String {
        "something that changes".into()
    }

    fn schema(&self) -> Result<SchemaRef, SourceError> {
        Ok(self.frames[0].schema().clone())
    }

    fn open(&self, request: ScanRequest) -> Result<Box<dyn BatchReader>, SourceError> {
        let time = self.times_read.fetch_add(1, Ordering::Relaxed);
        FrameSource::new(self.frames[time].clone()).open(request)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// Fails on every row, when called for the time of this number.
struct FailsOnce {
    at_call: usize,
    calls: AtomicUsize,
    panics: bool,
}

impl ScalarFunction for FailsOnce {
    fn name(&self) -> &str {
        "fails_once"
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        Ok(Signature::unchanged(arguments, DataType::Int64))
    }

    fn evaluate(&self, inputs: &[Value], _: usize) -> Result<Value, KernelError> {
        match self.calls.fetch_add(1, Ordering::Relaxed) == self.at_call {
            true if self.panics => panic!("a mistake"),
            true => Err(KernelError::InvalidOperand {
                operation: "fails_once",
                row: 0,
                value: Scalar::Null,
                expected: "another call",
            }),
            false => Ok(inputs[0].clone()),
        }
    }
}

fn fails_once(at_call: usize, panics: bool) -> Expr {
    let function = Arc::new(FailsOnce { at_call, calls: AtomicUsize::new(0), panics });
    Expr::Function { function: FunctionRef::Custom(function), inputs: vec![col("a")] }
}

fn numbers() -> DataFrame {
    df! { "a" => 0..100i64, "b" => (0..100i64).map(|row| row % 7) }.expect("a frame")
}

#[test]
fn the_answer_is_that_of_the_query() {
    let groups = query(&numbers()).group_by([col("b")], [col("a").sum().alias("s"), col("a").mean()]);
    let plan = query(&numbers())
        .join(groups, [col("b")], JoinType::Left)
        .filter(col("a").gt(10))
        .sort([col("s").desc()])
        .slice(3, Some(20))
        .select([col("a"), col("s") / 3]);
    let expected = answer(&plan);
    for options in all() {
        let found = Engine::global().execute_verified(&plan.0, &options).expect("the plans agree");
        assert_eq!(found.first_difference(&expected), None, "{options:?}");
        assert_eq!(found.shape(), expected.shape());
    }
}

#[test]
fn the_first_value_that_differs_is_told_with_both_plans() {
    let other = df! { "a" => (0..100i64).map(|row| if row < 60 { row } else { 0 }), "b" => 0..100i64 };
    let plan = changing([numbers(), other.expect("a frame")]).filter(col("a").lt(90)).select([col("a")]);
    let found = difference(&plan);
    let Difference::Height { optimized: 90, as_written: 100, value: Some(value) } = &found.difference else {
        panic!("{found}");
    };
    assert_eq!((value.column.as_str(), value.row), ("a", 60));
    assert_eq!((&value.optimized, &value.as_written), (&Scalar::Int64(60), &Scalar::Int64(0)));
    assert_ne!(found.optimized, found.as_written, "the filter and the choice of columns are in the scan");
    let text = found.to_string();
    let first_line = "the optimized plan and the plan as written differ: 90 rows optimized, 100 as written; column a, row 60: Int64(60) \
         optimized, Int64(0) as written";
    assert_eq!(text.lines().next(), Some(first_line));
    assert!(text.contains(&found.optimized) && text.contains(&found.as_written), "{text}");
}

#[test]
fn floats_are_compared_by_their_bits() {
    let frames = [0.0, -0.0].map(|zero| df! { "a" => [1.5, zero] }.expect("a frame"));
    assert_eq!(frames[0], frames[1]);
    let Difference::Value(value) = difference(&changing(frames)).difference else { panic!("not a value") };
    assert_eq!((value.column.as_str(), value.row), ("a", 1));
    assert_eq!(format!("{:?} {:?}", value.optimized, value.as_written), "Float64(0.0) Float64(-0.0)");
}

#[test]
fn rows_in_another_order_are_a_difference() {
    let frames = [df! { "a" => [1, 2, 3] }, df! { "a" => [1, 3, 2] }].map(|frame| frame.expect("a frame"));
    let Difference::Value(value) = difference(&changing(frames)).difference else { panic!("not a value") };
    assert_eq!((value.row, value.optimized, value.as_written), (1, Scalar::Int32(2), Scalar::Int32(3)));
}

#[test]
fn what_the_optimizer_may_leave_out_may_fail_as_written() {
    // The column that overflows is not asked for.
    let plan = query(&numbers()).with_columns([(col("a") * i64::MAX).alias("c")]).select([col("b")]);
    let as_written = ExecOptions { optimizer: OptimizerOptions::none(), ..ExecOptions::default() };
    assert!(matches!(Engine::global().execute(&plan.0, &as_written), Err(ExecError::Evaluate { .. })));
    assert_eq!(verified(&plan).expect("the answer does not need it").height(), 100);
    // Both ask for it.
    let plan = query(&numbers()).with_columns([(col("a") * i64::MAX).alias("c")]);
    assert!(matches!(verified(&plan), Err(ExecError::Evaluate { .. })));
}

#[test]
fn a_failure_of_one_plan_is_a_difference() {
    // The optimized plan runs first.
    let plan = |limit| query(&numbers()).select([fails_once(0, false)]).slice(0, limit);
    let Difference::OptimizedFails(error) = difference(&plan(None)).difference else { panic!("it fails") };
    assert!(matches!(*error, ExecError::Evaluate { .. }));
    // Unless there is a limit, which may be what kept the plan as written from failing.
    assert!(matches!(verified(&plan(Some(5))), Err(ExecError::Evaluate { .. })));
    // Ours in either plan, with a limit or without.
    for (limit, at_call) in [(None, 0), (Some(5), 0), (None, 1)] {
        let found = difference(&query(&numbers()).select([fails_once(at_call, true)]).slice(0, limit));
        let (Difference::OptimizedFails(error) | Difference::AsWrittenFails(error)) = &found.difference
        else {
            panic!("{found}");
        };
        assert!(matches!(**error, ExecError::Internal { .. }));
        assert_eq!(matches!(found.difference, Difference::OptimizedFails(_)), at_call == 0);
    }
}

#[test]
fn what_is_not_about_the_answer_is_told_as_it_is() {
    // Mistakes.
    assert!(matches!(verified(&query(&numbers()).select([col("x")])), Err(ExecError::Plan(_))));
    // Too little memory for both.
    let options = ExecOptions { memory_bytes: Some(100), ..ExecOptions::default() };
    let too_little = Engine::global().execute_verified(&query(&numbers()).0, &options);
    assert!(matches!(too_little, Err(ExecError::MemoryBudget { .. })));
    // Too little for the plan as written: it sums what the optimized one never makes.
    let wide: Vec<Expr> = (0..50).map(|number| (col("a") + number).alias(format!("c{number}"))).collect();
    let plan = query(&numbers()).with_columns(wide).sort([col("b").asc()]).select([col("a")]);
    let options = ExecOptions { memory_bytes: Some(20_000), ..ExecOptions::default() };
    let options = ExecOptions { temp_dir: Some("/no/such/folder".into()), ..options };
    match Engine::global().execute_verified(&plan.0, &options) {
        Err(ExecError::NotVerified { error }) => {
            assert!(matches!(*error, ExecError::MemoryBudget { .. } | ExecError::Spill { .. }), "{error}");
        }
        other => panic!("{other:?}"),
    }
    // Batches that come once.
    let once = OnceSource::new(
        "a stream",
        numbers().schema().clone(),
        numbers().batches().to_vec().into_iter().map(Ok),
    );
    assert!(matches!(verified(&scan(Arc::new(once))), Err(ExecError::NotVerified { .. })));
}

#[test]
fn the_run_that_gives_the_answer_is_the_one_that_is_told_of() {
    let (counters, profiler) = (ReadCounters::default(), Profiler::default());
    let options = ExecOptions {
        counters: counters.clone(),
        profiler: Some(profiler.clone()),
        ..ExecOptions::default()
    };
    let plan = changing([numbers(), numbers()]).filter(col("a").gt(lit(50i64)));
    Engine::global().execute_verified(&plan.0, &options).expect("the plans agree");
    assert_eq!(counters.rows_read(), 100);
    let profile = profiler.profile();
    assert_eq!(profile.operators.iter().filter(|row| row.operator == "scan").count(), 1);
}
