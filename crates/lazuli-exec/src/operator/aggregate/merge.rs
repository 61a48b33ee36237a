//! What all workers have met, as one batch in order of the groups' first rows.
//!
//! Few groups are merged into the largest share. Many are split by the hash of their keys into partitions that are
//! merged side by side: two groups with equal keys are in the same partition.

use std::sync::{Arc, Mutex, PoisonError};

use lazuli_array::{Batch, Column};
use lazuli_kernels::hash::hash_rows;
use lazuli_kernels::take_column;

use super::AggregateSpec;
use super::groups::GroupStates;
use crate::context::QueryContext;
use crate::memory::{Footprint, Reservation};
use crate::operator::sort::{concat_in_parallel, take_in_parallel};
use crate::{ExecError, Result};

/// From so many groups on, all shares together, merging side by side pays for splitting.
const PARTITION_GROUPS: usize = 32 * 1024;

/// Partitions a thread, so that a large one does not hold up the others for long.
const PARTITIONS_PER_THREAD: usize = 4;

/// The result, and the reservation that covers it.
pub(super) fn finish(
    spec: &Arc<AggregateSpec>,
    mut shares: Vec<GroupStates>,
    context: &QueryContext,
) -> Result<(Batch, Reservation)> {
    let num_groups: usize = shares.iter().map(GroupStates::num_groups).sum();
    if shares.len() > 1 && num_groups >= PARTITION_GROUPS && !spec.keys.is_empty() {
        let locked: Vec<Mutex<GroupStates>> = shares.into_iter().map(Mutex::new).collect();
        match merge_partitions(spec, &locked, context) {
            // The first failing group in the order of the result can be told only when all groups are together.
            Err(ExecError::Aggregate { .. }) => {}
            result => return result,
        }
        shares = locked
            .into_iter()
            .map(|share| share.into_inner().unwrap_or_else(PoisonError::into_inner))
            .collect();
    }
    if shares.is_empty() {
        shares.push(GroupStates::new(spec, context));
    }
    let merged = merge_all(shares, context)?;
    let order = order_of(&merged.first_rows);
    let result = match rows(&merged) {
        // Which group is named must not depend on how workers numbered them: in order, the first that fails.
        Err(ExecError::Aggregate { .. }) if order.is_some() => {
            rows(&in_order(&merged, order.as_deref().unwrap_or_default(), context)?)
        }
        result => result,
    };
    let rows = result?;
    let mut reservation = reserve_rows(&rows, spec.operator, context)?;
    let rows = match order {
        None => rows,
        Some(order) => {
            let bytes = reservation.bytes();
            reservation.grow_to(bytes.saturating_mul(2))?;
            let ordered = take_in_parallel(&rows, &order, context)?;
            drop(rows);
            reservation.shrink_to(bytes);
            ordered
        }
    };
    Ok((rows, reservation))
}

/// All groups in one share: that of the worker which has most.
fn merge_all(mut shares: Vec<GroupStates>, context: &QueryContext) -> Result<GroupStates> {
    shares.sort_by_key(GroupStates::num_groups);
    let mut merged = shares.pop().expect("at least one share");
    for share in shares {
        context.check_cancelled()?;
        let (keys, states) = share.parts()?;
        merged.merge(&keys, &share.first_rows, &states)?;
    }
    Ok(merged)
}

/// Rows of groups, and where their first rows were.
type Partition = (Batch, Vec<i128>, Reservation);

fn merge_partitions(
    spec: &Arc<AggregateSpec>,
    shares: &[Mutex<GroupStates>],
    context: &QueryContext,
) -> Result<(Batch, Reservation)> {
    let num_partitions = (context.threads() * PARTITIONS_PER_THREAD).next_power_of_two();
    let split = context.run_tasks(shares.len(), |share| {
        // Locked for the compiler's sake: each share has one task.
        split(&shares[share].lock().unwrap_or_else(PoisonError::into_inner), num_partitions, context)
    })?;
    let partitions: Vec<Partition> = context.run_tasks(num_partitions, |partition| {
        let mut merged = GroupStates::new(spec, context);
        for parts in &split {
            context.check_cancelled()?;
            let groups = &parts.groups[partition];
            let take = |columns: &Vec<Column>| -> Vec<Column> {
                columns.iter().map(|column| take_column(column, groups)).collect()
            };
            let first_rows: Vec<i128> =
                groups.iter().map(|&group| parts.first_rows[group as usize]).collect();
            let states: Vec<Vec<Column>> = parts.states.iter().map(take).collect();
            merged.merge(&take(&parts.keys), &first_rows, &states)?;
        }
        let rows = rows(&merged)?;
        let reservation = reserve_rows(&rows, spec.operator, context)?;
        Ok((rows, merged.first_rows, reservation))
    })?;
    drop(split);
    let mut reservation = context.memory.reservation(spec.operator);
    let mut first_rows = Vec::new();
    let mut batches = Vec::with_capacity(partitions.len());
    for (batch, partition_first_rows, partition_reservation) in partitions {
        batches.push(batch);
        first_rows.extend(partition_first_rows);
        reservation.absorb(partition_reservation);
    }
    let bytes = reservation.bytes();
    reservation.grow_to(bytes.saturating_mul(2))?;
    let whole = concat_in_parallel(&spec.schema, batches, context)?;
    let rows = match order_of(&first_rows) {
        Some(order) => take_in_parallel(&whole, &order, context)?,
        None => whole,
    };
    reservation.shrink_to(bytes);
    Ok((rows, reservation))
}

/// A share as columns, and which of its groups are in which partition.
struct Split {
    keys: Vec<Column>,
    states: Vec<Vec<Column>>,
    first_rows: Vec<i128>,
    groups: Vec<Vec<u32>>,
    /// Held as long as the columns are.
    _reservation: Reservation,
}

fn split(share: &GroupStates, num_partitions: usize, context: &QueryContext) -> Result<Split> {
    // Columns of keys and states take about what the share takes; row numbers, hashes and places come on top.
    const BYTES_A_GROUP: usize = 28;
    let bytes = share.reservation.bytes() + share.num_groups() * BYTES_A_GROUP;
    let reservation = context.memory.reserve(share.spec.operator, bytes)?;
    let (keys, states) = share.parts()?;
    let mut hashes = Vec::new();
    hash_rows(&keys, share.num_groups(), &mut hashes);
    let mut groups = vec![Vec::with_capacity(hashes.len() / num_partitions); num_partitions];
    for (group, hash) in hashes.iter().enumerate() {
        // The low bits: tables place keys by the high ones.
        groups[*hash as usize & (num_partitions - 1)].push(group as u32);
    }
    Ok(Split { keys, states, first_rows: share.first_rows.clone(), groups, _reservation: reservation })
}

/// Keys and results of all groups, in the order of their numbers.
fn rows(groups: &GroupStates) -> Result<Batch> {
    let num_groups = groups.num_groups();
    let mut columns = match groups.spec.keys.is_empty() {
        true => Vec::new(),
        false => groups.table.keys().map_err(ExecError::kernel(groups.spec.operator))?,
    };
    for (accumulator, call) in groups.accumulators.iter().zip(&groups.spec.calls) {
        let result = accumulator.finish(0..num_groups);
        columns.push(result.map_err(|error| ExecError::Aggregate { expr: call.text.clone(), error })?);
    }
    Ok(Batch::new(groups.spec.schema.clone(), columns, num_groups))
}

/// The same groups, numbered in the order of the result.
fn in_order(groups: &GroupStates, order: &[u32], context: &QueryContext) -> Result<GroupStates> {
    let take = |columns: &Vec<Column>| -> Vec<Column> {
        columns.iter().map(|column| take_column(column, order)).collect()
    };
    let (keys, states) = groups.parts()?;
    let first_rows: Vec<i128> = order.iter().map(|&group| groups.first_rows[group as usize]).collect();
    let mut ordered = GroupStates::new(&groups.spec, context);
    ordered.merge(&take(&keys), &first_rows, &states.iter().map(take).collect::<Vec<_>>())?;
    Ok(ordered)
}

/// Numbers of the groups in the order of their first rows; `None` if they are in order.
fn order_of(first_rows: &[i128]) -> Option<Vec<u32>> {
    if first_rows.is_sorted() {
        return None;
    }
    let mut order: Vec<u32> = (0..first_rows.len() as u32).collect();
    order.sort_unstable_by_key(|&group| first_rows[group as usize]);
    Some(order)
}

fn reserve_rows(rows: &Batch, operator: &'static str, context: &QueryContext) -> Result<Reservation> {
    let footprint: Footprint = std::iter::once(rows).collect();
    context.memory.reserve(operator, footprint.bytes())
}
