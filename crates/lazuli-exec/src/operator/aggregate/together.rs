//! Few groups: all that workers have, merged into the share of the one that has most, a task an aggregate.

use std::sync::{Arc, Mutex, PoisonError};

use lazuli_array::{Batch, Column};
use lazuli_expr::{Accumulator, Groups};
use lazuli_kernels::{KernelError, take_column};

use super::groups::GroupStates;
use super::order::order_unless_sorted;
use super::{AggregateSpec, Call};
use crate::context::QueryContext;
use crate::memory::{Footprint, Reservation};
use crate::{ExecError, Result};

/// Up to so many groups in all shares, waking other threads takes longer than merging.
const ALONE_GROUPS: usize = 4096;

/// The result, and the reservation that covers it.
pub(super) fn finish(
    spec: &Arc<AggregateSpec>,
    mut shares: Vec<GroupStates>,
    context: &QueryContext,
) -> Result<(Vec<Batch>, Reservation)> {
    // The most groups last. Of two alike, which one is taken changes numbers of groups, not their order in the end.
    shares.sort_by_key(GroupStates::num_groups);
    let GroupStates { mut table, mut first_rows, accumulators, mut reservation, .. } =
        shares.pop().unwrap_or_else(|| GroupStates::new(spec, context));
    let num_all = shares.iter().map(GroupStates::num_groups).sum::<usize>() + first_rows.len();

    // The group here of each group of the others.
    let mut ids_of = Vec::with_capacity(shares.len());
    for share in &shares {
        context.check_cancelled()?;
        let mut ids = vec![0; share.num_groups()];
        if !spec.keys.is_empty() {
            let inserted = table.insert_table(&share.table, &mut ids);
            inserted.map_err(ExecError::kernel(spec.operator))?;
            for (&id, &first_row) in ids.iter().zip(&share.first_rows) {
                match first_rows.get_mut(id as usize) {
                    Some(known) => *known = first_row.min(*known),
                    None => first_rows.push(first_row),
                }
            }
        }
        ids_of.push(ids);
    }
    let num_groups = first_rows.len();
    // The states of others as columns take about what they take as they are; so does what is added here, and the result.
    let others: usize = shares.iter().map(|share| share.reservation.bytes()).sum();
    let mine = reservation.bytes();
    reservation.grow_to(mine.saturating_add(others.saturating_mul(2)))?;
    let order = if spec.keys.is_empty() { None } else { order_unless_sorted(&first_rows) };

    let mut parts: Vec<Mutex<Vec<Box<dyn Accumulator>>>> =
        accumulators.into_iter().map(|accumulator| Mutex::new(vec![accumulator])).collect();
    for share in &mut shares {
        for (part, accumulator) in parts.iter_mut().zip(share.accumulators.drain(..)) {
            part.get_mut().unwrap_or_else(PoisonError::into_inner).push(accumulator);
        }
    }
    let merge_call = |index: usize| -> Result<Column> {
        // Locked for the compiler's sake: each call has one task.
        let mut part = parts[index].lock().unwrap_or_else(PoisonError::into_inner);
        let call = &spec.calls[index];
        let (merged, others) = part.split_first_mut().expect("the accumulator of the first share");
        merged.resize(num_groups);
        for (other, ids) in others.iter().zip(&ids_of) {
            context.check_cancelled()?;
            let state = other.state(0..ids.len()).map_err(call.failed())?;
            let groups = match spec.keys.is_empty() {
                true => Groups::One { num_rows: ids.len() },
                false => Groups::Ids(ids),
            };
            merged.merge(&state, groups).map_err(call.failed())?;
        }
        let result = results(call, &**merged, num_groups, order.as_deref())?;
        part.clear();
        Ok(result)
    };
    let num_keys = spec.keys.len().min(1);
    let task = |index: usize| -> Result<Vec<Column>> {
        if index < spec.calls.len() {
            return Ok(vec![merge_call(index)?]);
        }
        let keys = table.keys().map_err(ExecError::kernel(spec.operator))?;
        Ok(match &order {
            None => keys,
            Some(order) => keys.iter().map(|key| take_column(key, order)).collect(),
        })
    };
    let num_tasks = spec.calls.len() + num_keys;
    let mut columns = match num_all <= ALONE_GROUPS {
        true => (0..num_tasks).map(task).collect::<Result<Vec<_>>>()?,
        false => context.run_tasks(num_tasks, task)?,
    };
    let keys = if num_keys > 0 { columns.pop().unwrap_or_default() } else { Vec::new() };
    let columns = keys.into_iter().chain(columns.into_iter().flatten()).collect();
    let rows = Batch::new(spec.schema.clone(), columns, num_groups);
    drop((shares, table));
    let footprint: Footprint = std::iter::once(&rows).collect();
    reservation.grow_to(footprint.bytes())?;
    reservation.shrink_to(footprint.bytes());
    Ok((vec![rows], reservation))
}

/// The results of a call for all groups, in order.
fn results(
    call: &Call,
    accumulator: &dyn Accumulator,
    num_groups: usize,
    order: Option<&[u32]>,
) -> Result<Column> {
    let Some(order) = order else { return accumulator.finish(0..num_groups).map_err(call.failed()) };
    match accumulator.finish(0..num_groups) {
        Ok(column) => Ok(take_column(&column, order)),
        // Which group is named must not depend on how workers numbered them: in order, the first that fails.
        Err(error) => {
            let (row, error) = first_failure(accumulator, order.iter().copied()).unwrap_or((0, error));
            Err(call.failed()(error.with_row(|_| row)))
        }
    }
}

/// The first of some groups that has no result, by its position among them.
pub(super) fn first_failure(
    accumulator: &dyn Accumulator,
    groups: impl Iterator<Item = u32>,
) -> Option<(usize, KernelError)> {
    let mut results = groups.map(|group| accumulator.finish(group as usize..group as usize + 1));
    results.by_ref().enumerate().find_map(|(position, result)| Some((position, result.err()?)))
}
