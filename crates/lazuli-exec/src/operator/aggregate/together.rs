//! Few groups: all that workers have, merged into the share of the one that has most, a task an aggregate.

use std::sync::{Arc, Mutex, PoisonError};

use lazuli_array::{Batch, Column};
use lazuli_expr::{Accumulator, Groups};
use lazuli_kernels::take_column;

use super::by_range;
use super::groups::{GroupStates, Results};
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
    let num_own = first_rows.len();
    let num_all = shares.iter().map(GroupStates::num_groups).sum::<usize>() + num_own;

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

    let mut by_call: Vec<Vec<Box<dyn Accumulator>>> =
        accumulators.into_iter().map(|accumulator| vec![accumulator]).collect();
    for share in &mut shares {
        for (states, accumulator) in by_call.iter_mut().zip(share.accumulators.drain(..)) {
            states.push(accumulator);
        }
    }
    // Groups of the first share keep their numbers.
    let own: Vec<u32> = (0..num_own as u32).collect();
    let all_ids: Vec<&[u32]> = std::iter::once(&*own).chain(ids_of.iter().map(Vec::as_slice)).collect();
    let (mut parts, mut by_range) = (Vec::new(), Vec::new());
    for owner in spec.owners() {
        let states = std::mem::take(&mut by_call[owner]);
        let mut sharers = Vec::new();
        for (call, states) in by_call.iter_mut().enumerate().filter(|(call, _)| spec.owners[*call] == owner) {
            sharers.extend(states.drain(..).next().map(|accumulator| (call, accumulator)));
        }
        if sharers.is_empty() && by_range::is_worth_it(&states, num_groups, context) {
            // All of them once more, as columns.
            let bytes = by_range::bytes_of(&states);
            reservation.grow_to(reservation.bytes().saturating_add(bytes))?;
            let call = &spec.calls[owner];
            let results = by_range::results(call, states, &all_ids, num_groups, order.as_deref(), context);
            by_range.push((owner, results));
        } else {
            parts.push(Mutex::new(Part { owner, states, sharers }));
        }
    }
    let merge_part = |index: usize| -> Result<Vec<(usize, Result<Column>)>> {
        // Locked for the compiler's sake: each part has one task.
        let mut part = parts[index].lock().unwrap_or_else(PoisonError::into_inner);
        let Part { owner, states, sharers } = &mut *part;
        let call = &spec.calls[*owner];
        let (merged, others) = states.split_first_mut().expect("the accumulator of the first share");
        merged.resize(num_groups);
        for (other, ids) in others.iter_mut().zip(&ids_of) {
            context.check_cancelled()?;
            if spec.keys.is_empty() && merged.absorb(&mut **other).map_err(call.failed())? {
                continue;
            }
            let state = other.state(0..ids.len()).map_err(call.failed())?;
            let groups = match spec.keys.is_empty() {
                true => Groups::One { num_rows: ids.len() },
                false => Groups::Ids(ids),
            };
            merged.merge(&state, groups).map_err(call.failed())?;
        }
        let own = (*owner, &**merged);
        let calls = std::iter::once(own).chain(sharers.iter().map(|(call, sharer)| (*call, &**sharer)));
        let results = calls.map(|(call, accumulator)| {
            let of_call = Results { call: accumulator, owner: &**merged };
            (call, results(&spec.calls[call], of_call, num_groups, order.as_deref()))
        });
        let results = results.collect();
        states.clear();
        Ok(results)
    };
    let num_keys = spec.keys.len().min(1);
    let task = |index: usize| -> Result<Merged> {
        if index < parts.len() {
            return Ok(Merged::Results(merge_part(index)?));
        }
        let keys = table.keys().map_err(ExecError::kernel(spec.operator))?;
        Ok(Merged::Keys(match &order {
            None => keys,
            Some(order) => keys.iter().map(|key| take_column(key, order)).collect(),
        }))
    };
    let num_tasks = parts.len() + num_keys;
    let merged = match num_all <= ALONE_GROUPS {
        true => (0..num_tasks).map(task).collect::<Result<Vec<_>>>()?,
        false => context.run_tasks(num_tasks, task)?,
    };
    let (mut columns, mut results) = (Vec::new(), by_range);
    for part in merged {
        match part {
            Merged::Keys(keys) => columns = keys,
            Merged::Results(more) => results.extend(more),
        }
    }
    // In order of the calls, of columns as of failures.
    results.sort_by_key(|&(call, _)| call);
    for (_, column) in results {
        columns.push(column?);
    }
    let rows = Batch::new(spec.schema.clone(), columns, num_groups);
    drop((shares, table));
    let footprint: Footprint = std::iter::once(&rows).collect();
    reservation.grow_to(footprint.bytes())?;
    reservation.shrink_to(footprint.bytes());
    Ok((vec![rows], reservation))
}

/// The states that a call keeps in all shares, those that the others go into first; and the calls that take their results
/// from them.
struct Part {
    owner: usize,
    states: Vec<Box<dyn Accumulator>>,
    sharers: Vec<(usize, Box<dyn Accumulator>)>,
}

/// What a task has made.
enum Merged {
    /// Of calls.
    Results(Vec<(usize, Result<Column>)>),
    Keys(Vec<Column>),
}

/// The results of a call for all groups, in order.
fn results(call: &Call, of_call: Results<'_>, num_groups: usize, order: Option<&[u32]>) -> Result<Column> {
    let Some(order) = order else { return of_call.of(0..num_groups).map_err(call.failed()) };
    match of_call.of(0..num_groups) {
        Ok(column) => Ok(take_column(&column, order)),
        // Which group is named must not depend on how workers numbered them: in order, the first that fails.
        Err(error) => {
            let (row, error) = of_call.first_failure(order.iter().copied()).unwrap_or((0, error));
            Err(call.failed()(error.with_row(|_| row)))
        }
    }
}
