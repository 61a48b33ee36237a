//! Threads that queries share, and how they take turns on them.
//!
//! A query works on the thread that runs it, its caller's or one of its own, and has helpers on the pool. A helper stays
//! for as long as there is work, unless other queries wait for a thread: then it leaves after [`SLICE`], and its query, whose
//! own thread goes on, sends for another one behind those that wait. So a short query waits for a slice or two, never for
//! a long one's end, and no query is without a thread.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::context::EngineThread;
use crate::{ExecError, Result};

/// How long a helper stays while others wait: a few morsels, and many times what it takes to wake a thread.
const SLICE: Duration = Duration::from_millis(2);

/// Threads that queries share.
#[derive(Debug)]
pub(crate) struct Pool {
    threads: ThreadPool,
    /// Helpers that wait for a thread.
    queued: AtomicUsize,
}

impl Pool {
    /// Starts so many threads.
    pub(crate) fn start(threads: usize) -> Result<Self> {
        let threads = ThreadPoolBuilder::new()
            .num_threads(threads)
            .thread_name(|index| format!("lazuli-{index}"))
            .start_handler(|_| EngineThread::begin().stay())
            .build()
            .map_err(|error| ExecError::Threads { reason: error.to_string() })?;
        Ok(Self { threads, queued: AtomicUsize::new(0) })
    }

    /// Number of threads.
    pub(crate) fn num_threads(&self) -> usize {
        self.threads.current_num_threads()
    }

    /// Whether this thread is one of the pool's.
    pub(crate) fn has_this_thread(&self) -> bool {
        self.threads.current_thread_index().is_some()
    }

    /// Has `count` workers work side by side, the first on this thread, and waits for all of them. A worker is told its
    /// number and its shift, and says whether it left something undone, which only the end of its shift may make it do.
    pub(crate) fn work(&self, count: usize, worker: &(dyn Fn(usize, &Shift<'_>) -> Undone + Sync)) {
        let absent = Absent::new(1..count);
        self.threads.in_place_scope(|scope| {
            let send_for_helpers = || {
                while self.queued.load(Ordering::Relaxed) < self.num_threads()
                    && let Some(number) = absent.take()
                {
                    self.queued.fetch_add(1, Ordering::Relaxed);
                    let absent = &absent;
                    scope.spawn(move |_| {
                        self.queued.fetch_sub(1, Ordering::Relaxed);
                        let shift = Shift::Helper { pool: self, since: Instant::now() };
                        if worker(number, &shift) == Undone::Yes {
                            absent.add(number);
                        }
                    });
                }
            };
            send_for_helpers();
            let _this = EngineThread::begin();
            worker(0, &Shift::Caller { absent: &absent, send_for_helpers: &send_for_helpers });
        });
    }

    /// Runs each task once; it is told the worker's number, and its own.
    pub(crate) fn share(&self, num_tasks: usize, task: &(dyn Fn(usize, usize) + Sync)) {
        let next = AtomicUsize::new(0);
        self.work(self.num_threads().min(num_tasks), &|worker, shift| {
            loop {
                let index = next.fetch_add(1, Ordering::Relaxed);
                if index >= num_tasks {
                    return Undone::No;
                }
                task(worker, index);
                if shift.is_over() {
                    return Undone::Yes;
                }
            }
        });
    }
}

/// Whether a worker left something undone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Undone {
    /// There may be more to do.
    Yes,
    /// There is nothing left.
    No,
}

/// How long a worker may stay.
pub(crate) enum Shift<'a> {
    /// On the query's own thread: until there is nothing left.
    Caller { absent: &'a Absent, send_for_helpers: &'a dyn Fn() },
    /// As the caller, without helpers.
    Alone,
    /// On a thread of the pool.
    Helper { pool: &'a Pool, since: Instant },
}

impl Shift<'_> {
    /// To be asked between two pieces of work: whether the worker has to leave the thread to others.
    pub(crate) fn is_over(&self) -> bool {
        match self {
            Self::Alone => false,
            Self::Caller { absent, send_for_helpers } => {
                if absent.count.load(Ordering::Relaxed) > 0 {
                    send_for_helpers();
                }
                false
            }
            Self::Helper { pool, since } => {
                pool.queued.load(Ordering::Relaxed) > 0 && since.elapsed() > SLICE
            }
        }
    }
}

/// The numbers of workers that have no thread, and nobody has sent for.
pub(crate) struct Absent {
    count: AtomicUsize,
    numbers: Mutex<Vec<usize>>,
}

impl Absent {
    fn new(numbers: impl Iterator<Item = usize>) -> Self {
        let numbers: Vec<usize> = numbers.collect();
        Self { count: AtomicUsize::new(numbers.len()), numbers: Mutex::new(numbers) }
    }

    fn take(&self) -> Option<usize> {
        let mut numbers = self.numbers.lock().unwrap_or_else(PoisonError::into_inner);
        let number = numbers.pop();
        self.count.store(numbers.len(), Ordering::Relaxed);
        number
    }

    fn add(&self, number: usize) {
        let mut numbers = self.numbers.lock().unwrap_or_else(PoisonError::into_inner);
        numbers.push(number);
        self.count.store(numbers.len(), Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_task_runs_once() {
        let pool = Pool::start(3).expect("threads");
        for num_tasks in [0, 1, 2, 100] {
            let times: Vec<AtomicUsize> = (0..num_tasks).map(|_| AtomicUsize::new(0)).collect();
            pool.share(num_tasks, &|_, index| {
                times[index].fetch_add(1, Ordering::Relaxed);
            });
            assert!(times.iter().all(|times| times.load(Ordering::Relaxed) == 1));
        }
    }

    #[test]
    fn a_short_query_does_not_wait_for_a_long_one() {
        let pool = Pool::start(1).expect("a thread");
        let (is_short_done, is_long_there) = (AtomicUsize::new(0), AtomicUsize::new(0));
        std::thread::scope(|scope| {
            // Two workers that stay until the short query is done, of which one has the only thread.
            scope.spawn(|| {
                pool.work(2, &|number, shift| {
                    is_long_there.fetch_add(number, Ordering::SeqCst);
                    while is_short_done.load(Ordering::SeqCst) == 0 {
                        if shift.is_over() {
                            return Undone::Yes;
                        }
                        std::thread::yield_now();
                    }
                    Undone::No
                });
            });
            while is_long_there.load(Ordering::SeqCst) == 0 {
                std::thread::yield_now();
            }
            // It ends only when its helper has had the thread.
            pool.work(2, &|_, _| Undone::No);
            is_short_done.store(1, Ordering::SeqCst);
        });
        assert!(is_long_there.load(Ordering::SeqCst) >= 1);
    }
}
