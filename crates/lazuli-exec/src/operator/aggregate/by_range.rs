//! Few groups with large states, such as all values of each group: merged by all threads, a range of groups a task.
//!
//! First each worker's states become columns, a task a worker; then each range takes its rows of them into an accumulator
//! of its own, which is small enough for the cache, and gives the results of its groups.

use std::sync::{Mutex, PoisonError};

use lazuli_array::Column;
use lazuli_expr::{Accumulator, Groups};
use lazuli_kernels::{KernelError, concat_columns, take_column};

use super::Call;
use super::groups::Results;
use crate::Result;
use crate::context::QueryContext;

/// From so many bytes on, a call's states are worth more than one thread.
const LARGE_BYTES: usize = 4 << 20;

/// Bytes of states that a range has about: they are put in order of groups within the cache.
const RANGE_BYTES: usize = 1 << 20;

/// Ranges at most: each looks at the states of all workers.
const MAX_RANGES: usize = 64;

/// Whether the states of a call, as all workers have them, should be merged this way.
pub(super) fn is_worth_it(
    states: &[Box<dyn Accumulator>],
    num_groups: usize,
    context: &QueryContext,
) -> bool {
    context.threads() > 1 && num_groups > 1 && bytes_of(states) >= LARGE_BYTES
}

/// Bytes of the states of all workers.
pub(super) fn bytes_of(states: &[Box<dyn Accumulator>]) -> usize {
    states.iter().map(|states| states.memory_bytes()).sum()
}

/// The results of a call for groups `0..num_groups`, put in `order`. `ids_of`: for the states of each worker the groups
/// that theirs are.
pub(super) fn results(
    call: &Call,
    states: Vec<Box<dyn Accumulator>>,
    ids_of: &[&[u32]],
    num_groups: usize,
    order: Option<&[u32]>,
    context: &QueryContext,
) -> Result<Column> {
    let wanted = (bytes_of(&states) / RANGE_BYTES).clamp(2 * context.threads(), MAX_RANGES);
    let range_groups = num_groups.div_ceil(wanted);
    let num_ranges = num_groups.div_ceil(range_groups);

    let states: Vec<Mutex<Option<Box<dyn Accumulator>>>> =
        states.into_iter().map(|states| Mutex::new(Some(states))).collect();
    let columns = context.run_tasks(states.len(), |worker| {
        // Locked for the compiler's sake: each worker's states have one task.
        let states = states[worker].lock().unwrap_or_else(PoisonError::into_inner).take();
        let states = states.expect("one task a worker");
        let split = Split::new(ids_of[worker], range_groups, num_ranges);
        Ok((states.state(0..ids_of[worker].len()).map_err(call.failed())?, split))
    })?;

    let ranges = context.run_tasks(num_ranges, |range| {
        let start = range * range_groups;
        let num_groups = range_groups.min(num_groups - start);
        let mut merged = call.accumulator();
        merged.resize(num_groups);
        for ((states, split), ids) in columns.iter().zip(ids_of) {
            let rows = split.rows_of(range);
            let states: Vec<Column> = states.iter().map(|column| take_column(column, rows)).collect();
            let ids: Vec<u32> = rows.iter().map(|&row| ids[row as usize] - start as u32).collect();
            merged.merge(&states, Groups::Ids(&ids)).map_err(call.failed())?;
        }
        let result = merged.finish(0..num_groups);
        Ok(result.map_err(|error| first_failure(&*merged, start, num_groups, order).unwrap_or((0, error))))
    })?;

    let mut results = Vec::with_capacity(num_ranges);
    let mut failure: Option<(usize, KernelError)> = None;
    for range in ranges {
        match range {
            Ok(column) => results.push(column),
            Err(other) if failure.as_ref().is_none_or(|known| other.0 < known.0) => failure = Some(other),
            Err(_) => {}
        }
    }
    if let Some((row, error)) = failure {
        return Err(call.failed()(error.with_row(|_| row)));
    }
    let all = concat_columns(results[0].data_type(), &results.iter().collect::<Vec<_>>());
    Ok(match order {
        None => all,
        Some(order) => take_column(&all, order),
    })
}

/// Of the groups of a range without a result the one that comes first in the order of all, and its place there.
fn first_failure(
    merged: &dyn Accumulator,
    start: usize,
    num_groups: usize,
    order: Option<&[u32]>,
) -> Option<(usize, KernelError)> {
    let of_range = Results { call: merged, owner: merged };
    let Some(order) = order else {
        let failure = of_range.first_failure(0..num_groups as u32);
        return failure.map(|(place, error)| (start + place, error));
    };
    let range = start as u32..(start + num_groups) as u32;
    let places: Vec<usize> = (0..order.len()).filter(|&place| range.contains(&order[place])).collect();
    let (place, error) = of_range.first_failure(places.iter().map(|&place| order[place] - range.start))?;
    Some((places[place], error))
}

/// A worker's groups by range.
struct Split {
    rows: Vec<u32>,
    /// The rows of range `i` lie at `starts[i]..starts[i + 1]`.
    starts: Vec<usize>,
}

impl Split {
    fn new(ids: &[u32], range_groups: usize, num_ranges: usize) -> Self {
        let range_of = |id: u32| id as usize / range_groups;
        let mut starts = vec![0; num_ranges + 1];
        ids.iter().for_each(|&id| starts[range_of(id) + 1] += 1);
        for range in 0..num_ranges {
            starts[range + 1] += starts[range];
        }
        let mut next = starts.clone();
        let mut rows = vec![0; ids.len()];
        for (row, &id) in ids.iter().enumerate() {
            rows[next[range_of(id)]] = row as u32;
            next[range_of(id)] += 1;
        }
        Self { rows, starts }
    }

    fn rows_of(&self, range: usize) -> &[u32] {
        &self.rows[self.starts[range]..self.starts[range + 1]]
    }
}
