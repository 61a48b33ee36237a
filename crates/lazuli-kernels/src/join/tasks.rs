//! Work in independent parts, which the caller may do side by side: kernels have no threads of their own.

use std::ops::Range;
use std::sync::{Mutex, PoisonError};

/// Runs a number of tasks, each once, in any order or side by side. `Err` if it gave up before all of them had run.
pub type RunTasks<'a> = &'a (dyn Fn(usize, &(dyn Fn(usize) + Sync)) -> Result<(), Stopped> + Sync);

/// The caller did not want the rest of the tasks to be run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stopped;

/// Runs tasks in order, on the calling thread.
///
/// # Errors
/// None.
pub fn one_by_one(num_tasks: usize, task: &(dyn Fn(usize) + Sync)) -> Result<(), Stopped> {
    (0..num_tasks).for_each(task);
    Ok(())
}

/// At least so many rows are worth a task.
const TASK_ROWS: usize = 1 << 16;
/// No more tasks than this for one pass over all rows.
const MAX_TASKS: usize = 256;

/// What each task gives, in the order of the tasks.
pub(crate) fn map<T: Send>(
    run: RunTasks<'_>,
    num_tasks: usize,
    task: impl Fn(usize) -> T + Sync,
) -> Result<Vec<T>, Stopped> {
    // Loops instead of adapters: compiled for each task of each kernel.
    let mut results: Vec<Mutex<Option<T>>> = Vec::with_capacity(num_tasks);
    for _ in 0..num_tasks {
        results.push(Mutex::new(None));
    }
    run(num_tasks, &|index| *lock(&results[index]) = Some(task(index)))?;
    let mut values = Vec::with_capacity(num_tasks);
    for result in results {
        let result = result.into_inner().unwrap_or_else(PoisonError::into_inner);
        values.push(result.expect("every task was run"));
    }
    Ok(values)
}

/// Gives each item to a task of its own.
pub(super) fn each<T: Send>(
    run: RunTasks<'_>,
    items: Vec<T>,
    task: impl Fn(usize, T) + Sync,
) -> Result<(), Stopped> {
    let items = to_take(items);
    run(items.len(), &|index| task(index, take_item(&items[index])))
}

/// Items that tasks will own.
pub(crate) fn to_take<T>(items: Vec<T>) -> Vec<Mutex<Option<T>>> {
    let mut places = Vec::with_capacity(items.len());
    for item in items {
        places.push(Mutex::new(Some(item)));
    }
    places
}

/// The item of a task.
pub(crate) fn take_item<T>(item: &Mutex<Option<T>>) -> T {
    lock(item).take().expect("each task runs once")
}

fn lock<T>(value: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    value.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Neighbouring ranges that cover `0..rows`, a task each.
pub(super) fn row_ranges(rows: usize) -> Vec<Range<usize>> {
    let length = TASK_ROWS.max(rows.div_ceil(MAX_TASKS));
    (0..rows).step_by(length).map(|start| start..(start + length).min(rows)).collect()
}

/// Parts of a slice, one after the other, of these lengths. Panics if there are too few values.
pub(super) fn split<T>(mut values: &mut [T], lengths: impl Iterator<Item = usize>) -> Vec<&mut [T]> {
    let part = |length| {
        let (part, rest) = std::mem::take(&mut values).split_at_mut(length);
        values = rest;
        part
    };
    lengths.map(part).collect()
}
