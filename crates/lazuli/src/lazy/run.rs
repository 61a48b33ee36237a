//! From query to answer.

use std::sync::Arc;

use lazuli_array::{Batch, DataFrame, Schema, SchemaRef};
use lazuli_exec::Engine;
use lazuli_plan::{DataSink, Node, OptimizerOptions, Sink, explain};

use super::LazyFrame;
use crate::verb::invalid;
use crate::{IntoLazy, Profile, QueryHandle, Result};

impl LazyFrame {
    pub(crate) fn engine(&self) -> &Engine {
        self.options.engine.as_ref().unwrap_or_else(|| Engine::global())
    }

    /// Runs the query.
    ///
    /// # Errors
    /// Mistakes in the query, all at once, before anything runs; then the first failure by place in the data.
    pub fn collect(self) -> Result<DataFrame> {
        Ok(self.engine().execute(&self.plan, &self.options)?)
    }

    /// Runs the query optimized and as its verbs were written, and gives the answer if both have the same: schema, rows, order,
    /// floats to the last bit (all NaN are one). For tests, and for whoever has doubts about an answer. It is run with the
    /// options of the query; both answers are held at a time.
    ///
    /// ```
    /// use lazuli::prelude::*;
    ///
    /// let frame = df! { "shop" => ["a", "b", "a"], "n" => [1, 2, 3] }?;
    /// let query = frame.lazy().group_by([col("shop")]).agg([col("n").sum()]).filter(col("shop").eq(lit("a")));
    /// assert_eq!(query.clone().collect_verified()?, df! { "shop" => ["a"], "n" => [4i64] }?);
    ///
    /// // On other threads, with less memory: the same.
    /// let options = ExecOptions { threads: Some(4), memory_bytes: Some(64 << 20), ..ExecOptions::default() };
    /// assert_eq!(query.clone().with_options(options).collect_verified()?, query.collect()?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`LazyFrame::collect`]; if both plans fail, the failure of the optimized one. [`ExecError::PlansDiffer`] with the
    /// first difference and both plans: of schemas, of numbers of rows, of a value, or that only one of the plans fails.
    ///
    /// No difference is what the optimizer may do to failures (`docs/semantics.md`): if the plan as written fails on values that
    /// the optimized one does not ask for, that one's answer is given; if the optimized one fails on rows behind a limit that
    /// the plan as written did not get to, its error is. Float sums whose terms cancel by more than some 2^50 may differ in
    /// their last bits, which is told as any other difference.
    ///
    /// [`ExecError::NotVerified`] if the plan as written needs more memory or time than there is, or a source can't be read a
    /// second time; [`ExecError::Unsupported`] if a source sets records aside, since which ones depends on the columns that a
    /// plan reads.
    ///
    /// [`ExecError::PlansDiffer`]: crate::ExecError::PlansDiffer
    /// [`ExecError::NotVerified`]: crate::ExecError::NotVerified
    /// [`ExecError::Unsupported`]: crate::ExecError::Unsupported
    pub fn collect_verified(self) -> Result<DataFrame> {
        Ok(self.engine().execute_verified(&self.plan, &self.options)?)
    }

    /// Runs the query and tells what each operator did for it: rows, batches and bytes, time by thread and waiting, memory, and
    /// rows that filters removed within the scans. Queries that run otherwise, into a sink say, are measured with
    /// [`Profiler`](crate::Profiler) among their options.
    ///
    /// ```
    /// use lazuli::prelude::*;
    ///
    /// let frame = df! { "shop" => ["a", "b", "a", "c"], "n" => [1, 2, 3, 0] }?;
    /// let query = frame.lazy().filter(col("n").gt(0)).group_by([col("shop")]).agg([col("n").sum()]);
    /// let (answer, profile) = query.collect_profiled()?;
    /// assert_eq!(answer.height(), 2);
    ///
    /// let groups = profile.operators.iter().find(|row| row.operator == "group_by").expect("there is one");
    /// assert_eq!((groups.rows_in, groups.rows_out), (3, 2));
    ///
    /// println!("{profile}"); // or profile.to_json(), or profile.to_html() for a picture of the plan
    /// let slowest = profile.to_frame().lazy().sort(col("time_ms").desc()).head(3);
    /// # slowest.collect()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`LazyFrame::collect`].
    pub fn collect_profiled(self) -> Result<(DataFrame, Profile)> {
        Ok(self.engine().execute_profiled(&self.plan, &self.options)?)
    }

    /// Runs the query on threads of its own. The handle says how far it is, stops it, and has the answer; it can be awaited.
    /// Dropping it cancels the query. [`LazyFrame::collect`] is the same as to start and to wait.
    ///
    /// ```
    /// use lazuli::prelude::*;
    ///
    /// let frame = df! { "n" => (0..1000i64).collect::<Vec<_>>() }?;
    /// let query = frame.lazy().filter(col("n").gt_eq(10)).start()?;
    /// println!("{:?} of {:?}", query.progress().rows_done, query.time_left());
    /// assert_eq!(query.wait()?.height(), 990);
    ///
    /// let query = frame.lazy().sort("n").start()?;
    /// query.cancel();
    /// # drop(query);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// If the system gives no thread; mistakes in the query and failures come by the handle.
    pub fn start(self) -> Result<QueryHandle<DataFrame>> {
        Ok(self.engine().start(&self.plan, &self.options)?)
    }

    /// As [`LazyFrame::start`], of [`LazyFrame::collect_profiled`].
    ///
    /// # Errors
    /// As [`LazyFrame::start`].
    pub fn start_profiled(self) -> Result<QueryHandle<(DataFrame, Profile)>> {
        Ok(self.engine().start_profiled(&self.plan, &self.options)?)
    }

    /// As [`LazyFrame::start`], of [`LazyFrame::sink`].
    ///
    /// # Errors
    /// As [`LazyFrame::start`].
    #[track_caller]
    pub fn start_sink(self, sink: Arc<dyn DataSink>) -> Result<QueryHandle<()>> {
        let query = self.then(|input| Node::Sink(Sink { input, sink }));
        Ok(query.engine().start_sink(&query.plan, &query.options)?)
    }

    /// Runs the query and gives its rows bit by bit, `rows` at a time, in order, in bounded memory. Dropping the
    /// iterator stops the query.
    ///
    /// ```
    /// use lazuli::prelude::*;
    ///
    /// let frame = df! { "n" => (0..10i64).collect::<Vec<_>>() }?;
    /// let mut sizes = Vec::new();
    /// for batch in frame.lazy().filter(col("n").gt_eq(3)).collect_batches(4)? {
    ///     sizes.push(batch?.num_rows());
    /// }
    /// assert_eq!(sizes, [4, 3]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Mistakes in the query; failures while it runs come out of the iterator.
    pub fn collect_batches(self, rows: usize) -> Result<impl Iterator<Item = Result<Batch>>> {
        let batches = self.engine().execute_batches(&self.plan, &self.options, Some(rows))?;
        Ok(batches.map(|batch| Ok(batch?)))
    }

    /// Runs the query and writes its rows to a sink of your own, in order, in bounded memory.
    ///
    /// # Errors
    /// As [`LazyFrame::collect`], and whatever the sink says.
    #[track_caller]
    pub fn sink(self, sink: Arc<dyn DataSink>) -> Result<()> {
        let query = self.then(|input| Node::Sink(Sink { input, sink }));
        Ok(query.engine().execute_sink(&query.plan, &query.options)?)
    }

    /// Names and types of the result, without running the query. A pivot whose columns were not named needs its first
    /// pass.
    ///
    /// # Errors
    /// Mistakes in the query, all at once.
    pub fn collect_schema(&self) -> Result<SchemaRef> {
        Ok(self.engine().schema(&self.plan, &self.options)?)
    }

    /// The plan as text: as it runs if `optimized`, as the verbs built it (types checked) if not. Behind a step stands about
    /// how many rows it gives (`~1200 rows`), if its sources say how many they have.
    ///
    /// # Errors
    /// Mistakes in the query, all at once.
    pub fn explain(&self, optimized: bool) -> Result<String> {
        let mut options = self.options.clone();
        if !optimized {
            options.optimizer = OptimizerOptions::none();
        }
        Ok(explain(&self.engine().optimized(&self.plan, &options)?))
    }

    /// The same rows, computed once for all readers of this point of the query and kept in memory for them.
    ///
    /// What is above sees a frame: filters and choices of columns are not moved below, and what is below runs whenever the
    /// schema is asked for.
    #[track_caller]
    pub fn cache(self) -> Self {
        self.written_after("cache", |frame, _| Ok(vec![frame]), |_, _, answers| Ok(answers[0].lazy()))
    }

    /// The same rows, shown to `look` when the query runs: to print them, say. Keeps them in memory, as
    /// [`LazyFrame::cache`] does.
    ///
    /// ```
    /// use lazuli::prelude::*;
    ///
    /// let frame = df! { "a" => [1, 2] }?;
    /// let out = frame.lazy().inspect(|rows| println!("{rows}")).filter(col("a").gt(1)).collect()?;
    /// assert_eq!(out.height(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[track_caller]
    pub fn inspect(self, look: impl Fn(&DataFrame) + Send + Sync + 'static) -> Self {
        let write = move |_, _: &Schema, answers: &[DataFrame]| {
            look(&answers[0]);
            Ok(answers[0].lazy())
        };
        self.written_after("inspect", |frame, _| Ok(vec![frame]), write)
    }

    /// What `make` makes of all rows, for what verbs can't say. The rows below are kept in memory, and computed whenever the
    /// schema is asked for, since only `make` knows it.
    ///
    /// ```
    /// use lazuli::prelude::*;
    ///
    /// let frame = df! { "a" => [1, 2, 3] }?;
    /// let out = frame.lazy().map_batches(|rows| Ok(rows.sliced(1, 1))).collect()?;
    /// assert_eq!(out, df! { "a" => [2] }?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[track_caller]
    pub fn map_batches(self, make: impl Fn(DataFrame) -> Result<DataFrame> + Send + Sync + 'static) -> Self {
        let write = move |_, _: &Schema, answers: &[DataFrame]| {
            Ok(make(answers[0].clone()).map_err(|error| invalid(error.to_string()))?.lazy())
        };
        self.written_after("map_batches", |frame, _| Ok(vec![frame]), write)
    }
}

/// The plans of several queries as text; see [`LazyFrame::explain`].
///
/// # Errors
/// The first mistake.
pub fn explain_all(queries: impl IntoIterator<Item = LazyFrame>, optimized: bool) -> Result<Vec<String>> {
    queries.into_iter().map(|query| query.explain(optimized)).collect()
}

/// The answers of several queries, in their order. They run one after the other, each on all threads.
///
/// # Errors
/// The first failure.
pub fn collect_all(queries: impl IntoIterator<Item = LazyFrame>) -> Result<Vec<DataFrame>> {
    queries.into_iter().map(LazyFrame::collect).collect()
}
