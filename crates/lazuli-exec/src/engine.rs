//! Threads, and the way from plan to answer.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::mpsc::sync_channel;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Instant;

use lazuli_array::{Batch, Column, DataFrame, SchemaRef};
use lazuli_kernels::compact_columns;
use lazuli_plan::{LogicalPlan, Node};

use crate::batches::{Batches, Send};
use crate::context::{EngineThread, QueryContext, catch_panic};
use crate::lower::{Lowered, lower};
use crate::operator::collect::Collect;
use crate::pipeline::{Pipeline, Sink, run};
use crate::pool::Pool;
use crate::prepare::{Purpose, prepare, resolved};
use crate::source::Stored;
use crate::verify::execute_verified;
use crate::{CancelFlag, ExecError, ExecOptions, MemoryBudget, Profile, QueryHandle, Result};

/// Batches that a query may be ahead of whoever takes them one by one.
const BATCHES_AHEAD: usize = 2;

/// Runs plans on threads that it keeps. Clones share them.
///
/// ```
/// use lazuli_array::{Column, DataFrame, FromValues, Scalar};
/// use lazuli_exec::{Engine, ExecOptions, FrameSource};
/// use lazuli_expr::col;
/// use lazuli_plan::{Caller, Filter, LogicalPlan, Node, Scan};
/// use std::sync::Arc;
///
/// let frame = DataFrame::from_columns(vec![("a".into(), Column::from_values([1i64, 5, 3].into_iter()))])?;
/// let source = Arc::new(FrameSource::new(frame));
/// let input = LogicalPlan::new(Node::Scan(Scan::new(source)), Caller::Engine);
/// let plan = input.with_node(Node::Filter(Filter { input: input.clone(), predicates: vec![col("a").gt(2)] }));
/// let answer = Engine::global().execute(&plan, &ExecOptions::default())?;
/// assert_eq!(answer.rows().flatten().collect::<Vec<_>>(), [Scalar::Int64(5), Scalar::Int64(3)]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Engine {
    /// By number of threads. A pool whose threads have nothing to do costs next to nothing.
    pools: Arc<Mutex<HashMap<usize, Arc<Pool>>>>,
    /// What all queries may hold together, each within its own budget.
    memory: Option<MemoryBudget>,
}

impl Engine {
    /// An engine with threads of its own, started when first needed.
    pub fn new() -> Self {
        Self::default()
    }

    /// An engine whose queries, all that run at a time, may hold so much memory together.
    ///
    /// ```
    /// use lazuli_exec::Engine;
    ///
    /// let engine = Engine::with_memory(2 << 30);
    /// assert_eq!(engine.memory_used(), Some(0));
    /// ```
    pub fn with_memory(bytes: usize) -> Self {
        Self { memory: Some(MemoryBudget::new(bytes)), ..Self::default() }
    }

    /// What all running queries hold together; `None` unless the engine has a limit for it.
    pub fn memory_used(&self) -> Option<usize> {
        self.memory.as_ref().map(MemoryBudget::used_bytes)
    }

    /// The engine that all share who do not need their own.
    pub fn global() -> &'static Self {
        static GLOBAL: OnceLock<Engine> = OnceLock::new();
        GLOBAL.get_or_init(Self::new)
    }

    /// Names and types of the columns of a plan's answer.
    ///
    /// # Errors
    /// [`ExecError::Plan`] with all mistakes of the plan.
    pub fn schema(&self, plan: &LogicalPlan, options: &ExecOptions) -> Result<SchemaRef> {
        catch_panic(
            || "resolving a plan".into(),
            || Ok(resolved(plan, Purpose::Show, self, options)?.schema().clone()),
        )
    }

    /// The plan that [`Engine::execute`] runs: resolved and optimized. What stands below a pivot that has to find its
    /// columns is shown as it is; when such a plan runs, it is read once for both.
    ///
    /// # Errors
    /// [`ExecError::Plan`] with all mistakes of the plan.
    pub fn optimized(&self, plan: &LogicalPlan, options: &ExecOptions) -> Result<LogicalPlan> {
        catch_panic(|| "optimizing a plan".into(), || prepare(plan, Purpose::Show, self, options))
    }

    /// The plan that [`Engine::execute`] runs, as text: one line a node, inputs indented below.
    ///
    /// # Errors
    /// [`ExecError::Plan`] with all mistakes of the plan.
    pub fn explain(&self, plan: &LogicalPlan, options: &ExecOptions) -> Result<String> {
        Ok(lazuli_plan::explain(&self.optimized(plan, options)?))
    }

    /// The answer of a plan.
    ///
    /// # Errors
    /// [`ExecError`]: mistakes in the plan, before anything is read; else the first failure by place.
    pub fn execute(&self, plan: &LogicalPlan, options: &ExecOptions) -> Result<DataFrame> {
        let options = &*of_all(options);
        self.execute_prepared(&self.prepared(plan, options)?, options)
    }

    /// The answer of a plan, if the plan as it is written has the same: both are run, and compared to the last bit. For tests,
    /// and for whoever has doubts about an answer. The first answer is held, outside of the budget, while the second plan runs.
    ///
    /// Counters, progress and profiles are those of the optimized plan. With the optimizer switched off the same plan runs twice.
    ///
    /// ```
    /// use lazuli_array::df;
    /// use lazuli_exec::{Engine, ExecOptions, FrameSource};
    /// use lazuli_expr::col;
    /// use lazuli_plan::{Caller, Filter, LogicalPlan, Node, Scan};
    /// use std::sync::Arc;
    ///
    /// let source = Arc::new(FrameSource::new(df! { "a" => [1i64, 5, 3] }?));
    /// let input = LogicalPlan::new(Node::Scan(Scan::new(source)), Caller::Engine);
    /// let plan = input.with_node(Node::Filter(Filter { input: input.clone(), predicates: vec![col("a").gt(2)] }));
    /// let answer = Engine::global().execute_verified(&plan, &ExecOptions::default())?;
    /// assert_eq!(answer, df! { "a" => [5i64, 3] }?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`Engine::execute`]. [`ExecError::PlansDiffer`] if the answers differ, or one plan fails where the other does not and
    /// no rule may make that so; [`ExecError::NotVerified`] if the plan as written could not be run to its end;
    /// [`ExecError::Unsupported`] for sources that set records aside, since which ones depends on the plan.
    pub fn execute_verified(&self, plan: &LogicalPlan, options: &ExecOptions) -> Result<DataFrame> {
        execute_verified(self, plan, &of_all(options))
    }

    /// The plan that is run.
    pub(crate) fn prepared(&self, plan: &LogicalPlan, options: &ExecOptions) -> Result<LogicalPlan> {
        catch_panic(|| "a query".into(), || prepare(plan, Purpose::Run, self, options))
    }

    /// The answer of a plan that [`Engine::prepared`] gave.
    pub(crate) fn execute_prepared(&self, plan: &LogicalPlan, options: &ExecOptions) -> Result<DataFrame> {
        catch_panic(
            || "a query".into(),
            || {
                reject_sink(plan)?;
                let context = self.context(options)?;
                let schema = plan.schema().clone();
                let stored = Arc::new(Stored::default());
                let sink = Collect::new("collect", stored.clone()).compacting(schema.clone());
                run_all(lower(plan)?, Arc::new(sink), &context)?;
                let batches = Arc::into_inner(stored).map_or_else(Vec::new, Stored::into_batches);
                let batches = batches.into_iter().map(|batch| batch.with_schema(schema.clone())).collect();
                DataFrame::from_batches(schema, batches).map_err(|error| ExecError::Internal {
                    place: "collect".into(),
                    message: error.to_string(),
                })
            },
        )
    }

    /// The answer of a plan, and what each operator did for it; also for [`ExecOptions::profiler`], if there is one.
    ///
    /// # Errors
    /// As [`Engine::execute`].
    pub fn execute_profiled(
        &self,
        plan: &LogicalPlan,
        options: &ExecOptions,
    ) -> Result<(DataFrame, Profile)> {
        let profiler = options.profiler.clone().unwrap_or_default();
        let options = ExecOptions { profiler: Some(profiler.clone()), ..options.clone() };
        let answer = self.execute(plan, &options)?;
        Ok((answer, profiler.profile()))
    }

    /// Runs a plan on threads of its own, and the engine's; its answer and how far it is come by the handle.
    ///
    /// # Errors
    /// [`ExecError::Threads`] if the system gives no thread; all else comes by the handle.
    pub fn start<E: From<ExecError> + std::marker::Send + 'static>(
        &self,
        plan: &LogicalPlan,
        options: &ExecOptions,
    ) -> Result<QueryHandle<DataFrame, E>> {
        let (engine, plan) = (self.clone(), plan.clone());
        QueryHandle::start(options, move |options| engine.execute(&plan, options))
    }

    /// As [`Engine::start`], of [`Engine::execute_profiled`].
    ///
    /// # Errors
    /// As [`Engine::start`].
    pub fn start_profiled<E: From<ExecError> + std::marker::Send + 'static>(
        &self,
        plan: &LogicalPlan,
        options: &ExecOptions,
    ) -> Result<QueryHandle<(DataFrame, Profile), E>> {
        let (engine, plan) = (self.clone(), plan.clone());
        QueryHandle::start(options, move |options| engine.execute_profiled(&plan, options))
    }

    /// As [`Engine::start`], of a plan that ends in a sink.
    ///
    /// # Errors
    /// As [`Engine::start`].
    pub fn start_sink<E: From<ExecError> + std::marker::Send + 'static>(
        &self,
        plan: &LogicalPlan,
        options: &ExecOptions,
    ) -> Result<QueryHandle<(), E>> {
        let (engine, plan) = (self.clone(), plan.clone());
        QueryHandle::start(options, move |options| engine.execute_sink(&plan, options))
    }

    /// The answer of a plan, batch by batch, in order. `batch_rows`: rows of each batch but the last; as they come if
    /// `None`.
    ///
    /// # Errors
    /// [`ExecError::Plan`] with all mistakes of the plan; failures of the running query come with the batches.
    pub fn execute_batches(
        &self,
        plan: &LogicalPlan,
        options: &ExecOptions,
        batch_rows: Option<usize>,
    ) -> Result<Batches> {
        let options = &*of_all(options);
        let plan = self.prepared(plan, options)?;
        reject_sink(&plan)?;
        let schema = plan.schema().clone();
        let abandoned = CancelFlag::default();
        // Threads of its own: workers wait for whoever takes the batches, who may run other queries meanwhile.
        let pool = match threads(options) {
            1 => None,
            threads => Some(Arc::new(Pool::start(threads)?)),
        };
        let context = QueryContext::new(options, self.budget(options), pool, abandoned.clone());
        let (sender, receiver) = sync_channel(BATCHES_AHEAD);
        let run = move || {
            let _this = EngineThread::begin();
            let sink = Arc::new(Send::new(sender.clone()));
            let ended = catch_panic(|| "a query".into(), || run_all(lower(&plan)?, sink, &context));
            if let Err(error) = ended {
                // If nobody listens any more, nobody needs the error.
                let _ = sender.send(Err(error));
            }
        };
        let thread = std::thread::Builder::new().name("lazuli-batches".into()).spawn(run);
        let thread = thread.map_err(|error| ExecError::Threads { reason: error.to_string() })?;
        Ok(Batches::new(schema, batch_rows, receiver, abandoned, thread))
    }

    /// Runs a plan that ends in a sink.
    ///
    /// # Errors
    /// [`ExecError`] as [`Engine::execute`]; the sink is then as it was before.
    pub fn execute_sink(&self, plan: &LogicalPlan, options: &ExecOptions) -> Result<()> {
        let options = &*of_all(options);
        catch_panic(
            || "a query".into(),
            || {
                let plan = prepare(plan, Purpose::Run, self, options)?;
                let Node::Sink(sink) = plan.node() else {
                    let reason = "the plan does not end in a sink: its rows would go nowhere".into();
                    return Err(ExecError::Unsupported { reason });
                };
                let failed = |error| ExecError::Sink { name: sink.sink.name(), error };
                let lowered = lower(&sink.input)?;
                let writer = sink.sink.open(sink.input.schema()).map_err(failed)?;
                let write = crate::operator::write::Write::new(&*sink.sink, writer);
                run_all(lowered, Arc::new(write), &self.context(options)?)
            },
        )
    }

    /// The same rows with each column in one piece of memory, in one batch, strings in the smaller of their two forms.
    /// Columns are worked on side by side by as many threads as the machine has.
    pub fn rechunk(&self, frame: &DataFrame) -> DataFrame {
        let schema = frame.schema();
        let compact = |position: usize| {
            let columns: Vec<&Column> = frame.batches().iter().map(|batch| batch.column(position)).collect();
            compact_columns(schema.field(position).data_type(), &columns)
        };
        // Without threads of their own, which the machine may refuse, columns are done one after the other.
        let pool = self.pool(threads(&ExecOptions::default())).unwrap_or_default();
        let columns: Vec<Column> = match pool {
            Some(pool) => {
                let columns: Vec<OnceLock<Column>> = (0..frame.width()).map(|_| OnceLock::new()).collect();
                pool.share(columns.len(), &|_, position| {
                    columns[position].get_or_init(|| compact(position));
                });
                columns.into_iter().map(|column| column.into_inner().expect("each task ran")).collect()
            }
            None => (0..frame.width()).map(compact).collect(),
        };
        let batch = Batch::new(schema.clone(), columns, frame.height());
        DataFrame::from_batches(schema.clone(), vec![batch]).expect("the schema is the frame's own")
    }

    fn context(&self, options: &ExecOptions) -> Result<QueryContext> {
        let pool = self.pool(threads(options))?;
        Ok(QueryContext::new(options, self.budget(options), pool, CancelFlag::default()))
    }

    /// What a query may hold.
    fn budget(&self, options: &ExecOptions) -> MemoryBudget {
        let budget = match (&self.memory, options.memory_bytes) {
            (Some(shared), limit) => shared.part(limit.unwrap_or(usize::MAX)),
            (None, Some(limit)) => MemoryBudget::new(limit),
            (None, None) => MemoryBudget::of_machine(),
        };
        match options.spill_bytes {
            Some(bytes) => budget.with_spill_bytes(bytes),
            None => budget,
        }
    }

    /// The threads of a query; none of them if the calling one is to do.
    fn pool(&self, threads: usize) -> Result<Option<Arc<Pool>>> {
        if threads == 1 {
            return Ok(None);
        }
        let mut pools = self.pools.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(pool) = pools.get(&threads) {
            return Ok(Some(pool.clone()));
        }
        let pool = Arc::new(Pool::start(threads)?);
        pools.insert(threads, pool.clone());
        Ok(Some(pool))
    }
}

/// The options of a query and of those that are run to prepare it, which make progress together.
fn of_all(options: &ExecOptions) -> Cow<'_, ExecOptions> {
    match &options.on_progress {
        Some(listener) => Cow::Owned(ExecOptions { on_progress: Some(listener.of_all()), ..options.clone() }),
        None => Cow::Borrowed(options),
    }
}

/// How many threads a query gets.
fn threads(options: &ExecOptions) -> usize {
    if EngineThread::is_here() {
        return 1;
    }
    let machine = || std::thread::available_parallelism().map_or(1, usize::from);
    options.threads.unwrap_or_else(machine).max(1)
}

fn reject_sink(plan: &LogicalPlan) -> Result<()> {
    match plan.node() {
        Node::Sink(sink) => Err(ExecError::Unsupported {
            reason: format!("the plan writes to {} and has no rows to give: run the sink", sink.sink.name()),
        }),
        _ => Ok(()),
    }
}

/// Runs pipelines in order, each as soon as those it reads from are done, and lets go of each before the next: what a
/// pipeline has read is free when it ends.
fn run_all(lowered: Lowered, sink: Arc<dyn Sink>, context: &QueryContext) -> Result<()> {
    let start = Instant::now();
    let Lowered { pipelines, lanes } = lowered;
    let all_lanes = pipelines.iter().flat_map(|pipeline| &pipeline.lanes).chain(&lanes);
    context.progress.add_total(all_lanes.map(|lane| lane.source.total_bytes()).sum(), pipelines.len() + 1);
    for pipeline in pipelines.into_iter().chain([Pipeline { lanes, sink }]) {
        run(&pipeline, context).map_err(|error| context.why_stopped(error))?;
        context.progress.end_pipeline();
    }
    if let Some(profiler) = &context.profiler {
        profiler.end_query(start.elapsed(), context.threads(), context.memory.peak_bytes());
    }
    Ok(())
}
