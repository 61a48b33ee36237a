//! Queries that run on threads of their own: to watch, to stop, to wait for.

use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;
use std::time::{Duration, Instant};

use lazuli_exec::{CancelFlag, Engine, ExecError, ExecOptions, OnProgress, Progress, QueryHandle};
use lazuli_expr::evaluate::Value;
use lazuli_expr::{col, lit};

use crate::builder::{Query, column, frame, query, scattered};
use crate::configurations::{all, answer};
use crate::errors::call;

fn start(plan: &Query, options: &ExecOptions) -> QueryHandle<lazuli_array::DataFrame> {
    Engine::global().start(&plan.0, options).expect("threads")
}

/// A query that runs until it is stopped, in effect, in small steps; and how many of them it has done.
fn long(step: Duration) -> (Query, Arc<AtomicU64>) {
    let steps = Arc::new(AtomicU64::new(0));
    let counter = steps.clone();
    let slowly = move |inputs: &[Value], num_rows: usize| {
        counter.fetch_add(1, Ordering::Relaxed);
        std::thread::sleep(step);
        Value::Column(inputs[0].clone().into_column(num_rows))
    };
    let input = frame(vec![("a", column(0..1_000_000i64))]);
    (query(&input).select([call(col("a"), slowly).alias("b")]).sort([col("b").asc()]), steps)
}

fn in_steps(threads: usize) -> ExecOptions {
    ExecOptions { threads: Some(threads), morsel_rows: 10, single_thread_rows: 0, ..Default::default() }
}

#[test]
fn the_answer_is_that_of_the_query() {
    let input = frame(vec![("a", column(scattered(10_000, 100)))]);
    let plan = query(&input).group_by([col("a")], [col("a").sum().alias("s")]).sort([col("a").asc()]);
    let expected = answer(&plan);
    for options in all() {
        assert_eq!(start(&plan, &options).wait().expect("runs"), expected);
    }
    let wrong = start(&query(&input).filter(col("b").gt(1)), &ExecOptions::default());
    assert!(matches!(wrong.wait(), Err(ExecError::Plan(_))));
}

#[test]
fn cancelling_and_dropping_end_a_query() {
    for threads in [1, 2, 4] {
        let (plan, steps) = long(Duration::from_millis(1));
        // The user's own flag is not set by a handle, and sets it.
        let flag = CancelFlag::default();
        let options = ExecOptions { cancel: flag.clone(), ..in_steps(threads) };
        let stopped = [start(&plan, &options), start(&plan, &options)];
        while steps.load(Ordering::Relaxed) < 5 {
            std::thread::yield_now();
        }
        let [first, second] = stopped;
        first.cancel();
        let cancelled = Instant::now();
        assert!(matches!(first.wait(), Err(ExecError::Cancelled)));
        assert!(cancelled.elapsed() < Duration::from_secs(5));
        assert!(!flag.is_cancelled() && !second.wait_timeout(Duration::ZERO));
        flag.cancel();
        assert!(matches!(second.wait(), Err(ExecError::Cancelled)));

        let (plan, steps) = long(Duration::from_millis(1));
        let dropped = start(&plan, &in_steps(threads));
        while steps.load(Ordering::Relaxed) < 5 {
            std::thread::yield_now();
        }
        drop(dropped);
        // Nobody works on it any more.
        let done = steps.load(Ordering::Relaxed);
        std::thread::sleep(Duration::from_millis(20));
        assert_eq!(steps.load(Ordering::Relaxed), done);
        assert_eq!(Arc::strong_count(&steps), 2, "the plan here, and this counter");
    }
}

#[test]
fn a_deadline_ends_a_query() {
    for threads in [1, 2, 4] {
        let (plan, _) = long(Duration::from_millis(1));
        let deadline = Some(Instant::now() + Duration::from_millis(30));
        let options = ExecOptions { deadline, ..in_steps(threads) };
        let error = Engine::global().execute(&plan.0, &options).expect_err("too late");
        assert!(matches!(error, ExecError::Deadline), "{error}");
        assert!(deadline.is_some_and(|deadline| Instant::now() >= deadline));
        let input = frame(vec![("a", column(0..100i64))]);
        let late = Engine::global().execute(&query(&input).0, &options).expect_err("it has passed");
        assert!(matches!(late, ExecError::Deadline), "{late}");
        let deadline = Some(Instant::now() + Duration::from_secs(600));
        let in_time = ExecOptions { deadline, ..in_steps(threads) };
        assert_eq!(Engine::global().execute(&query(&input).0, &in_time).expect("runs").height(), 100);
    }
}

#[test]
fn progress_never_falls_and_ends_whole() {
    let input = frame(vec![
        ("a", column(scattered(10_000, 100))),
        ("b", column(scattered(10_000, 3))),
        ("c", column(0..10_000i64)),
    ]);
    // Its columns are found by a query of their own.
    let plan = query(&input).pivot(&["b"], &["a"], &["c"], Some(lazuli_expr::element().sum()));
    let told = Arc::new(Mutex::new(Vec::new()));
    let teller = told.clone();
    let on_progress = OnProgress::new(move |progress: Progress| {
        teller.lock().expect("no test panics here").push(progress);
    });
    let handle = start(&plan, &ExecOptions { on_progress: Some(on_progress), ..Default::default() });
    assert!(handle.wait_timeout(Duration::from_secs(60)));
    assert!(handle.is_finished());
    assert_eq!(handle.time_left(), Some(Duration::ZERO));
    assert_eq!(handle.elapsed(), handle.elapsed(), "it has ended");
    let last = handle.progress();
    assert_eq!(last.fraction(), Some(1.0));
    assert!(last.pipelines_total >= 2 && last.pipelines_done == last.pipelines_total, "{last:?}");
    let told = told.lock().expect("no test panics here");
    assert_eq!(told.last(), Some(&last));
    for pair in told.windows(2) {
        assert!(pair[0].rows_done <= pair[1].rows_done && pair[0].pipelines_done <= pair[1].pipelines_done);
    }
    assert_eq!(handle.wait().expect("runs"), answer(&plan));
}

/// Wakes a thread that waits for a future.
struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

fn block_on<F: Future>(future: F) -> F::Output {
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let (mut future, mut context) = (pin!(future), Context::from_waker(&waker));
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(output) => return output,
            Poll::Pending => std::thread::park(),
        }
    }
}

#[test]
fn a_handle_can_be_awaited() {
    let input = frame(vec![("a", column(0..1000i64))]);
    let plan = query(&input).filter(col("a").lt(lit(10)));
    let rows = block_on(async {
        let first = start(&plan, &ExecOptions::default());
        let second = start(&plan, &ExecOptions::default());
        first.await.expect("runs").height() + second.await.expect("runs").height()
    });
    assert_eq!(rows, 20);
    // The answer is there once.
    let mut handle = start(&plan, &ExecOptions::default());
    block_on(&mut handle).expect("runs");
    assert!(matches!(block_on(&mut handle), Err(ExecError::Internal { .. })));
}

#[test]
fn many_queries_share_threads_and_memory() {
    let engine = Engine::with_memory(2 << 30);
    let input = frame(vec![("a", column(scattered(20_000, 1 << 40)))]);
    let small = frame(vec![("a", column(scattered(4_000, 50)))]);
    let heavy = query(&input).group_by([col("a")], [col("a").sum().alias("s")]).sort([col("a").asc()]);
    let light = query(&small).group_by([col("a")], [col("a").sum().alias("s")]).sort([col("a").asc()]);
    let expected = [answer(&heavy), answer(&light)];
    for threads in [1, 2, 4] {
        let options = ExecOptions {
            threads: Some(threads),
            morsel_rows: 1000,
            single_thread_rows: 0,
            ..Default::default()
        };
        let handles: Vec<QueryHandle<_>> = (0..64)
            .map(|number| engine.start(&[&heavy, &light][number % 2].0, &options).expect("threads"))
            .collect();
        for (number, handle) in handles.into_iter().enumerate() {
            assert_eq!(handle.wait().expect("runs"), expected[number % 2]);
        }
        assert_eq!(engine.memory_used(), Some(0));
    }
    // Together they have no more than the engine has: less than the least that a group-by and a sort can live with.
    let engine = Engine::with_memory(1 << 16);
    let options = ExecOptions { memory_bytes: Some(1 << 30), ..Default::default() };
    let error = engine.execute(&heavy.0, &options).expect_err("too little memory");
    let ExecError::MemoryBudget { budget_bytes, .. } = error else { panic!("{error}") };
    assert_eq!(budget_bytes, 1 << 16);
}

#[test]
fn a_query_within_a_query_is_no_deadlock() {
    let inner = query(&frame(vec![("a", column(0..50_000i64))])).sort([col("a").desc()]);
    let run = move |inputs: &[Value], num_rows: usize| {
        let rows = start(&inner, &in_steps(2)).wait().expect("runs").height();
        assert_eq!(rows, 50_000);
        Value::Column(inputs[0].clone().into_column(num_rows))
    };
    let input = frame(vec![("a", column(0..40i64))]);
    let plan = query(&input).select([call(col("a"), run).alias("b")]);
    for threads in [1, 2] {
        let options = in_steps(threads);
        assert_eq!(Engine::global().execute(&plan.0, &options).expect("runs").height(), 40);
    }
}
