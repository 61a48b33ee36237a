//! Tasks: independent pieces of one kernel call, which may run side by side.
//!
//! A kernel has no threads. One whose work is worth several of them says what the pieces are and in which order phases
//! follow; who calls it runs the pieces, on threads of its own or one after the other.

use std::convert::Infallible;
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use crate::KernelError;
use crate::join::{self, RunTasks, Stopped, map, take_item, to_take};

/// Who runs the pieces of a kernel.
pub trait Tasks: Sync {
    /// What ends the kernel before its time: the caller wants no answer any more, say.
    type Error: Send;

    /// How many pieces may run at once, at least 1.
    fn width(&self) -> usize;

    /// Runs tasks `0..num_tasks` and gives their results in this order.
    ///
    /// # Errors
    /// The caller's own.
    fn run<T: Send>(
        &self,
        num_tasks: usize,
        task: impl Fn(usize) -> T + Send + Sync,
    ) -> Result<Vec<T>, Self::Error>;

    /// An error of the kernel as the caller's.
    fn fail(&self, error: KernelError) -> Self::Error;

    /// Runs a task for each item, which it owns: parts of a vector to write, say.
    ///
    /// # Errors
    /// The caller's own.
    fn run_on<I: Send, T: Send>(
        &self,
        items: Vec<I>,
        task: impl Fn(I) -> T + Send + Sync,
    ) -> Result<Vec<T>, Self::Error> {
        let items = to_take(items);
        self.run(items.len(), |index| task(take_item(&items[index])))
    }

    /// `rows` rows in contiguous ranges, some for each of those that run at once, none much shorter than `least`.
    fn ranges(&self, rows: usize, least: usize) -> Vec<Range<usize>> {
        /// More than one for each, so that one that is held up does not hold up all.
        const A_HEAD: usize = 4;
        let wanted = if self.width() == 1 { 1 } else { self.width() * A_HEAD };
        let count = wanted.min(rows / least.max(1)).max(1);
        // Whole words of bitmaps.
        let length = rows.div_ceil(count).next_multiple_of(64).max(1);
        (0..rows).step_by(length).map(|start| start..(start + length).min(rows)).collect()
    }
}

/// The tasks of any caller as one type, so that a large kernel is compiled once and not in each crate that calls it.
pub(crate) struct AnyTasks<'a> {
    width: usize,
    /// On the calling thread, one after the other, if `None`.
    run: Option<RunTasks<'a>>,
}

impl Tasks for AnyTasks<'_> {
    /// The caller keeps its error.
    type Error = Stopped;

    fn width(&self) -> usize {
        self.width
    }

    fn run<T: Send>(
        &self,
        num_tasks: usize,
        task: impl Fn(usize) -> T + Send + Sync,
    ) -> Result<Vec<T>, Stopped> {
        map(self.run.unwrap_or(&join::one_by_one), num_tasks, task)
    }

    fn fail(&self, error: KernelError) -> Stopped {
        unreachable!("asked for before the tasks start: {error}")
    }
}

/// Runs a kernel with the tasks of a caller.
///
/// # Errors
/// What the caller stopped the kernel with.
pub(crate) fn in_any_tasks<C: Tasks, T>(
    tasks: &C,
    kernel: impl FnOnce(&AnyTasks<'_>) -> Result<T, Stopped>,
) -> Result<T, C::Error> {
    let error = Mutex::new(None);
    let run = |num_tasks: usize, task: &(dyn Fn(usize) + Sync)| {
        tasks.run(num_tasks, task).map(|_| ()).map_err(|stopped| {
            *error.lock().unwrap_or_else(PoisonError::into_inner) = Some(stopped);
            Stopped
        })
    };
    let result = kernel(&AnyTasks { width: tasks.width(), run: Some(&run) });
    let error = error.into_inner().unwrap_or_else(PoisonError::into_inner);
    result.map_err(|Stopped| error.expect("who stops a kernel says why"))
}

/// Runs a kernel whose pieces come one after the other, which nobody stops.
pub(crate) fn one_by_one<T>(kernel: impl FnOnce(&AnyTasks<'_>) -> Result<T, Stopped>) -> T {
    let result = kernel(&AnyTasks { width: 1, run: None });
    result.unwrap_or_else(|Stopped| unreachable!("nobody stops what runs one by one"))
}

/// One piece after the other, on the calling thread.
#[derive(Debug, Clone, Copy, Default)]
pub struct OneByOne;

impl Tasks for OneByOne {
    type Error = Infallible;

    fn width(&self) -> usize {
        1
    }

    fn run<T: Send>(
        &self,
        num_tasks: usize,
        task: impl Fn(usize) -> T + Send + Sync,
    ) -> Result<Vec<T>, Infallible> {
        Ok((0..num_tasks).map(task).collect())
    }

    fn fail(&self, error: KernelError) -> Infallible {
        unreachable!("asked for before the tasks start: {error}")
    }
}

/// Pieces on threads of their own, for tests.
#[cfg(test)]
pub(crate) struct Threads(pub usize);

#[cfg(test)]
impl Tasks for Threads {
    type Error = KernelError;

    fn width(&self) -> usize {
        self.0
    }

    fn run<T: Send>(
        &self,
        num_tasks: usize,
        task: impl Fn(usize) -> T + Send + Sync,
    ) -> Result<Vec<T>, KernelError> {
        let task = &task;
        Ok(std::thread::scope(|scope| {
            let threads: Vec<_> = (0..num_tasks).map(|index| scope.spawn(move || task(index))).collect();
            threads.into_iter().map(|thread| thread.join().expect("a task")).collect()
        }))
    }

    fn fail(&self, error: KernelError) -> KernelError {
        error
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_cover_all_rows() {
        for width in [1, 2, 7] {
            for rows in [0, 1, 63, 64, 1000, 1 << 20] {
                let ranges = Threads(width).ranges(rows, 100);
                assert_eq!(ranges.iter().flat_map(Clone::clone).count(), rows);
                assert!(ranges.windows(2).all(|pair| pair[0].end == pair[1].start && pair[0].end % 64 == 0));
                assert!(ranges.len() <= if width == 1 { 1 } else { 4 * width });
            }
        }
    }

    #[test]
    fn each_task_owns_its_item() {
        let mut values = vec![1, 2, 3, 4];
        let parts: Vec<&mut [i32]> = values.chunks_mut(3).collect();
        let lengths = Threads(2).run_on(parts, |part| {
            part.iter_mut().for_each(|value| *value *= 10);
            part.len()
        });
        assert_eq!((lengths.expect("no errors"), values), (vec![3, 1], vec![10, 20, 30, 40]));
    }
}
