//! A running query from outside: how far it is, a way to stop it, its answer.

use std::pin::Pin;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::context::EngineThread;
use crate::{CancelFlag, ExecError, ExecOptions, OnProgress, Progress};

/// A query that runs on threads of its own.
///
/// Dropping the handle cancels the query and waits until it has ended, which takes a few milliseconds. The handle is a
/// future, too, for whoever runs in an asynchronous program: it needs no particular runtime, and polling it never blocks.
#[derive(Debug)]
pub struct QueryHandle<T, E = ExecError> {
    shared: Arc<Shared<T, E>>,
    cancel: CancelFlag,
    started: Instant,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared<T, E> {
    progress: Mutex<Progress>,
    end: Mutex<End<T, E>>,
    ended: Condvar,
}

/// How a query ended, if it has.
#[derive(Debug)]
struct End<T, E> {
    /// How long it ran.
    after: Option<Duration>,
    answer: Option<Result<T, E>>,
    waker: Option<Waker>,
}

/// Nothing that can panic runs under these locks.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<T: Send + 'static, E: From<ExecError> + Send + 'static> QueryHandle<T, E> {
    /// Runs `query` on a thread of its own, with options whose progress and cancelling are the handle's.
    pub(crate) fn start(
        options: &ExecOptions,
        query: impl FnOnce(&ExecOptions) -> crate::Result<T> + Send + 'static,
    ) -> crate::Result<Self> {
        let shared = Arc::new(Shared {
            progress: Mutex::default(),
            end: Mutex::new(End { after: None, answer: None, waker: None }),
            ended: Condvar::new(),
        });
        let mut options = options.clone();
        // Others may have the same options: they are not to stop when this query does.
        options.cancel = options.cancel.child();
        let cancel = options.cancel.clone();
        let (seen, listener) = (shared.clone(), options.on_progress.take());
        options.on_progress = Some(OnProgress::new(move |progress| {
            *lock(&seen.progress) = progress;
            if let Some(listener) = &listener {
                listener.call(progress);
            }
        }));
        let started = Instant::now();
        let told = shared.clone();
        // A function within a query that starts another one must not wait for threads that wait for it.
        let is_within = EngineThread::is_here();
        let run = move || {
            let _this = is_within.then(EngineThread::begin);
            let answer = query(&options).map_err(E::from);
            let mut end = lock(&told.end);
            end.after = Some(started.elapsed());
            end.answer = Some(answer);
            let waker = end.waker.take();
            drop(end);
            told.ended.notify_all();
            if let Some(waker) = waker {
                waker.wake();
            }
        };
        let thread = std::thread::Builder::new().name("lazuli-query".into()).spawn(run);
        let thread = thread.map_err(|error| ExecError::Threads { reason: error.to_string() })?;
        Ok(Self { shared, cancel, started, thread: Some(thread) })
    }
}

impl<T, E: From<ExecError>> QueryHandle<T, E> {
    /// How far the query is. Numbers never fall.
    pub fn progress(&self) -> Progress {
        *lock(&self.shared.progress)
    }

    /// How long the query has run, or ran.
    pub fn elapsed(&self) -> Duration {
        lock(&self.shared.end).after.unwrap_or_else(|| self.started.elapsed())
    }

    /// About how long the query will go on: as if its sources were read on as fast as so far, and nothing came after. `None`
    /// while nothing can be said.
    pub fn time_left(&self) -> Option<Duration> {
        if self.is_finished() {
            return Some(Duration::ZERO);
        }
        let fraction = self.progress().fraction().filter(|&fraction| fraction > 0.0)?;
        Some(self.elapsed().mul_f64((1.0 - fraction) / fraction))
    }

    /// Stops the query soon, within some 50 ms. Its answer is then [`ExecError::Cancelled`], unless it was there before.
    pub fn cancel(&self) {
        self.cancel.cancel();
    }

    /// Whether the query has ended, well or not.
    pub fn is_finished(&self) -> bool {
        lock(&self.shared.end).after.is_some()
    }

    /// Waits at most so long for the query's end; whether it has ended.
    pub fn wait_timeout(&self, limit: Duration) -> bool {
        let end = lock(&self.shared.end);
        let waited = self.shared.ended.wait_timeout_while(end, limit, |end| end.after.is_none());
        waited.unwrap_or_else(PoisonError::into_inner).0.after.is_some()
    }

    /// Waits for the answer.
    ///
    /// # Errors
    /// As running the query without a handle.
    pub fn wait(self) -> Result<T, E> {
        let end = lock(&self.shared.end);
        let ended = self.shared.ended.wait_while(end, |end| end.after.is_none());
        take_answer(&mut ended.unwrap_or_else(PoisonError::into_inner))
    }
}

fn take_answer<T, E: From<ExecError>>(end: &mut End<T, E>) -> Result<T, E> {
    let taken = || ExecError::Internal { place: "a query".into(), message: "its answer was taken".into() };
    end.answer.take().unwrap_or_else(|| Err(taken().into()))
}

/// The answer, as [`QueryHandle::wait`] gives it; an error if it is asked for once more.
impl<T, E: From<ExecError>> Future for QueryHandle<T, E> {
    type Output = Result<T, E>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let mut end = lock(&self.shared.end);
        if end.after.is_none() {
            end.waker = Some(context.waker().clone());
            return Poll::Pending;
        }
        Poll::Ready(take_answer(&mut end))
    }
}

impl<T, E> Drop for QueryHandle<T, E> {
    fn drop(&mut self) {
        self.cancel.cancel();
        if let Some(thread) = self.thread.take() {
            // Panics of the query were turned into its error.
            let _ = thread.join();
        }
    }
}
