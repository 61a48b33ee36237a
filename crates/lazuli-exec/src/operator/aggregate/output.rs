//! Partitions as batches, in order of the groups' first rows.
//!
//! The groups of each partition are in that order already, so the rows of a batch are a run of each partition: they are put
//! in order among themselves while they are in the cache, a task a batch. Keys stay words until then.

use std::ops::Range;
use std::sync::Arc;

use lazuli_array::{Batch, Column};
use lazuli_kernels::keys::KeyPlan;
use lazuli_kernels::{concat_columns, take_column};

use super::AggregateSpec;
use super::order::order_of;
use super::scatter::KeyRows;
use crate::context::QueryContext;
use crate::memory::{Footprint, Reservation};
use crate::{ExecError, Result};

/// Groups of a batch, about: a column of them fits in the near cache.
const BATCH_GROUPS: usize = 64 * 1024;

/// First rows that are looked at to cut groups into batches of about the same size, for each batch.
const SAMPLES_A_BATCH: usize = 64;

/// Groups of a partition, in order of their first rows.
pub(super) struct Partition {
    pub(super) keys: KeyRows,
    pub(super) first_rows: Vec<u64>,
    pub(super) results: Vec<Column>,
    /// Held as long as the groups are.
    pub(super) _reservation: Reservation,
}

/// The groups of all partitions in order, and the reservation that covers them.
pub(super) fn finish(
    spec: &Arc<AggregateSpec>,
    plan: Option<&KeyPlan>,
    partitions: Vec<Partition>,
    context: &QueryContext,
) -> Result<(Vec<Batch>, Reservation)> {
    let num_groups: usize = partitions.iter().map(|partition| partition.first_rows.len()).sum();
    let cuts = cuts(&partitions, num_groups);
    let output = Output { spec, plan, partitions, num_groups };
    let batches = context.run_tasks(cuts.len() + 1, |index| {
        let start = if index == 0 { 0 } else { cuts[index - 1] };
        output.batch(start..cuts.get(index).copied().unwrap_or(u64::MAX), context)
    })?;
    let mut reservation = context.memory.reservation(spec.operator);
    let mut whole = Vec::with_capacity(batches.len());
    for (batch, batch_reservation) in batches {
        reservation.absorb(batch_reservation);
        if batch.num_rows() > 0 {
            whole.push(batch);
        }
    }
    Ok((whole, reservation))
}

/// Row numbers that cut the groups into parts of about [`BATCH_GROUPS`].
fn cuts(partitions: &[Partition], num_groups: usize) -> Vec<u64> {
    let num_batches = num_groups.div_ceil(BATCH_GROUPS);
    let step = (num_groups / (num_batches.max(1) * SAMPLES_A_BATCH)).max(1);
    let mut samples: Vec<u64> = partitions
        .iter()
        .flat_map(|partition| partition.first_rows.iter().skip(step / 2).step_by(step))
        .copied()
        .collect();
    samples.sort_unstable();
    (1..num_batches).map(|batch| samples[batch * samples.len() / num_batches]).collect()
}

struct Output<'a> {
    spec: &'a AggregateSpec,
    plan: Option<&'a KeyPlan>,
    partitions: Vec<Partition>,
    num_groups: usize,
}

impl Output<'_> {
    /// The groups whose first rows are these.
    fn batch(&self, rows: Range<u64>, context: &QueryContext) -> Result<(Batch, Reservation)> {
        let mut runs = Vec::with_capacity(self.partitions.len());
        let mut first_rows = Vec::new();
        for partition in &self.partitions {
            let place = |row: u64| partition.first_rows.partition_point(|&first_row| first_row < row);
            let run = place(rows.start)..place(rows.end);
            if !run.is_empty() {
                first_rows.extend_from_slice(&partition.first_rows[run.clone()]);
                runs.push((partition, run));
            }
        }
        let num_groups = first_rows.len();
        if num_groups == 0 {
            let nothing = Batch::new(self.spec.schema.clone(), self.no_columns(), 0);
            return Ok((nothing, context.memory.reservation(self.spec.operator)));
        }
        let order = order_of(&first_rows);
        let mut columns = match self.plan {
            Some(plan) => {
                let width = plan.num_words();
                let mut words = Vec::with_capacity(num_groups * width);
                for (partition, run) in &runs {
                    if let KeyRows::Words(keys) = &partition.keys {
                        words.extend_from_slice(&keys[run.start * width..run.end * width]);
                    }
                }
                let words = gather_words(&words, width, &order);
                plan.decode(&words, self.num_groups).map_err(ExecError::kernel(self.spec.operator))?
            }
            None => (0..self.spec.keys.len())
                .map(|key| {
                    in_order(&runs, &order, |partition| match &partition.keys {
                        KeyRows::Columns(keys) => &keys[key],
                        KeyRows::Words(_) => unreachable!("all partitions have one form"),
                    })
                })
                .collect(),
        };
        columns.extend(
            (0..self.spec.calls.len())
                .map(|call| in_order(&runs, &order, |partition| &partition.results[call])),
        );
        let batch = Batch::new(self.spec.schema.clone(), columns, num_groups);
        let footprint: Footprint = std::iter::once(&batch).collect();
        let reservation = context.memory.reserve(self.spec.operator, footprint.bytes())?;
        Ok((batch, reservation))
    }

    fn no_columns(&self) -> Vec<Column> {
        let fields = self.spec.schema.fields().iter();
        fields.map(|field| Column::new_null(field.data_type().clone(), 0)).collect()
    }
}

/// The rows of a column of all runs, in order.
fn in_order<'a>(
    runs: &[(&'a Partition, Range<usize>)],
    order: &[u32],
    column: impl Fn(&'a Partition) -> &'a Column,
) -> Column {
    let pieces: Vec<Column> =
        runs.iter().map(|(partition, run)| column(partition).sliced(run.start, run.len())).collect();
    let joined = concat_columns(pieces[0].data_type(), &pieces.iter().collect::<Vec<_>>());
    take_column(&joined, order)
}

/// Rows of `width` words, by number.
pub(super) fn gather_words(words: &[u64], width: usize, rows: &[u32]) -> Vec<u64> {
    if width == 1 {
        return rows.iter().map(|&row| words[row as usize]).collect();
    }
    let mut gathered = Vec::with_capacity(rows.len() * width);
    for &row in rows {
        gathered.extend_from_slice(&words[row as usize * width..][..width]);
    }
    gathered
}
