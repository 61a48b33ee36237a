//! What the workers of one query share: threads, budget, options, the wish to stop.

use std::any::Any;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use lazuli_kernels::{KernelError, Tasks};

use crate::pipeline::is_in_loop;
use crate::pool::Pool;
use crate::profile::{self, Joint};
use crate::progress::ProgressMeter;
use crate::spill::SpillFolder;
use crate::{CancelFlag, ExecError, ExecOptions, MemoryBudget, Profiler, ReadCounters, Rejects, Result};

/// One running query.
#[derive(Debug)]
pub(crate) struct QueryContext {
    pub(crate) memory: MemoryBudget,
    pub(crate) spill_folder: SpillFolder,
    /// Rows of a morsel, at least 1.
    pub(crate) morsel_rows: usize,
    single_thread_rows: usize,
    pub(crate) counters: ReadCounters,
    pub(crate) progress: ProgressMeter,
    /// Set if operators are measured.
    pub(crate) profiler: Option<Profiler>,
    pub(crate) rejects: Option<Rejects>,
    cancel: CancelFlag,
    deadline: Option<Instant>,
    /// Set when nobody wants the answer any more.
    abandoned: CancelFlag,
    /// Where the workers run; on the calling thread if `None`.
    pool: Option<Arc<Pool>>,
}

impl QueryContext {
    pub(crate) fn new(
        options: &ExecOptions,
        memory: MemoryBudget,
        pool: Option<Arc<Pool>>,
        abandoned: CancelFlag,
    ) -> Self {
        Self {
            memory,
            spill_folder: SpillFolder::new(options.temp_dir.clone(), options.max_temp_bytes),
            morsel_rows: options.morsel_rows.max(1),
            single_thread_rows: options.single_thread_rows,
            counters: options.counters.clone(),
            progress: ProgressMeter::new(options.on_progress.clone()),
            profiler: options.profiler.clone(),
            rejects: options.rejects.clone(),
            cancel: options.cancel.clone(),
            deadline: options.deadline,
            abandoned,
            pool,
        }
    }

    /// Whether somebody wants the query to end.
    pub(crate) fn is_cancelled(&self) -> bool {
        self.cancel.is_cancelled() || self.abandoned.is_cancelled() || self.is_late()
    }

    fn is_late(&self) -> bool {
        self.deadline.is_some_and(|deadline| Instant::now() >= deadline)
    }

    /// What a query that was stopped says. Operators tell of all stops as [`ExecError::Cancelled`].
    pub(crate) fn why_stopped(&self, error: ExecError) -> ExecError {
        let is_cancelled = self.cancel.is_cancelled() || self.abandoned.is_cancelled();
        match error {
            ExecError::Cancelled if !is_cancelled && self.is_late() => ExecError::Deadline,
            error => error,
        }
    }

    /// To be asked once a morsel, and in long loops of finish phases.
    pub(crate) fn check_cancelled(&self) -> Result<()> {
        if self.is_cancelled() { Err(ExecError::Cancelled) } else { Ok(()) }
    }

    /// Waits, so that a profile does not take it for work.
    pub(crate) fn wait<T>(&self, wait: impl FnOnce() -> T) -> T {
        if self.profiler.is_some() { profile::wait(wait) } else { wait() }
    }

    /// Number of threads.
    pub(crate) fn threads(&self) -> usize {
        self.pool.as_ref().map_or(1, |pool| pool.num_threads())
    }

    /// How many workers pay for a source of so many rows, in so many morsels, and where they run.
    pub(crate) fn workers(&self, size: SourceSize) -> Workers<'_> {
        let Some(pool) = &self.pool else { return Workers::Calling };
        let count = size.morsels.unwrap_or(usize::MAX).min(pool.num_threads());
        let is_small = size.rows.is_some_and(|rows| rows <= self.single_thread_rows);
        if count <= 1 || is_small { Workers::Calling } else { Workers::Pool { pool, count } }
    }

    /// Runs the pieces of a kernel; `operator` is named by its errors.
    pub(crate) fn tasks(&self, operator: &'static str) -> KernelTasks<'_> {
        KernelTasks { context: self, operator }
    }

    /// Runs independent tasks, for the finish of a sink; the calling thread takes its share of them. Of several errors
    /// the one of the first task is given.
    pub(crate) fn run_tasks<T: Send>(
        &self,
        num_tasks: usize,
        task: impl Fn(usize) -> Result<T> + Send + Sync,
    ) -> Result<Vec<T>> {
        let results: Vec<Mutex<Option<T>>> = (0..num_tasks).map(|_| Mutex::new(None)).collect();
        self.run_each(num_tasks, &|index| {
            let result = task(index)?;
            *results[index].lock().unwrap_or_else(PoisonError::into_inner) = Some(result);
            Ok(())
        })?;
        let results =
            results.into_iter().map(|slot| slot.into_inner().unwrap_or_else(PoisonError::into_inner));
        Ok(results.map(|result| result.expect("each task ran")).collect())
    }

    /// [`QueryContext::run_tasks`] without results: what is the same for all kinds of them is compiled once.
    fn run_each(&self, num_tasks: usize, task: &(dyn Fn(usize) -> Result<()> + Sync)) -> Result<()> {
        let checked = |index| {
            self.check_cancelled()?;
            task(index)
        };
        let Some(pool) = self.pool_for(num_tasks) else { return (0..num_tasks).try_for_each(checked) };
        let first_error: Mutex<Option<(usize, ExecError)>> = Mutex::new(None);
        let joint = self.profiler.as_ref().and_then(|_| profile::here()).map(Joint::begin);
        pool.share(num_tasks, &|worker, index| {
            let outcome = match &joint {
                Some(joint) => joint.task(worker, || checked(index)),
                None => checked(index),
            };
            let Err(error) = outcome else { return };
            let mut first = first_error.lock().unwrap_or_else(PoisonError::into_inner);
            if first.as_ref().is_none_or(|(before, _)| index < *before) {
                *first = Some((index, error));
            }
        });
        if let Some(joint) = joint {
            joint.end();
        }
        match first_error.into_inner().unwrap_or_else(PoisonError::into_inner) {
            Some((_, error)) => Err(error),
            None => Ok(()),
        }
    }

    /// Where so many tasks run; on the calling thread if `None`.
    fn pool_for(&self, num_tasks: usize) -> Option<&Pool> {
        match &self.pool {
            // In a worker loop on a thread that is not the pool's: what it would wait for might wait for the loop.
            Some(pool) if is_in_loop() && !pool.has_this_thread() => None,
            Some(pool) if num_tasks > 1 => Some(pool),
            _ => None,
        }
    }
}

/// A query's threads, for kernels that come in pieces.
pub(crate) struct KernelTasks<'a> {
    context: &'a QueryContext,
    operator: &'static str,
}

impl Tasks for KernelTasks<'_> {
    type Error = ExecError;

    fn width(&self) -> usize {
        self.context.threads()
    }

    fn run<T: Send>(&self, num_tasks: usize, task: impl Fn(usize) -> T + Send + Sync) -> Result<Vec<T>> {
        self.context.run_tasks(num_tasks, |index| Ok(task(index)))
    }

    fn fail(&self, error: KernelError) -> ExecError {
        ExecError::kernel(self.operator)(error)
    }
}

/// How much there is to read, as far as it is known beforehand.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SourceSize {
    /// About how many rows.
    pub(crate) rows: Option<usize>,
    /// How many morsels.
    pub(crate) morsels: Option<usize>,
}

/// Where the workers of a lane run.
pub(crate) enum Workers<'a> {
    /// One worker, on the calling thread.
    Calling,
    /// One worker on the calling thread, the others on the pool: the first need not be woken, and has done a good part
    /// of a short query before the others are.
    Pool {
        /// The pool.
        pool: &'a Pool,
        /// Number of workers, at least 2.
        count: usize,
    },
}

thread_local! {
    static IS_ENGINE_THREAD: Cell<bool> = const { Cell::new(false) };
}

/// While it lives, this thread is one that works for an engine. A query that such a thread starts, from within a
/// function or a source of the user's own, runs on that thread alone: it must not wait for threads that wait for it.
pub(crate) struct EngineThread {
    was: bool,
}

impl EngineThread {
    pub(crate) fn begin() -> Self {
        Self { was: IS_ENGINE_THREAD.replace(true) }
    }

    /// For as long as the thread lives.
    pub(crate) fn stay(self) {
        std::mem::forget(self);
    }

    pub(crate) fn is_here() -> bool {
        IS_ENGINE_THREAD.get()
    }
}

impl Drop for EngineThread {
    fn drop(&mut self) {
        IS_ENGINE_THREAD.set(self.was);
    }
}

/// Turns a panic into an error, so that a mistake ends a query and not the process. `place` says where it happened.
pub(crate) fn catch_panic<T>(place: impl FnOnce() -> String, run: impl FnOnce() -> Result<T>) -> Result<T> {
    // What the closure leaves half done is dropped with the query: nobody looks at it again.
    catch_unwind(AssertUnwindSafe(run))
        .unwrap_or_else(|panic| Err(ExecError::Internal { place: place(), message: message_of(&*panic) }))
}

fn message_of(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("a panic without a message").into()
}
