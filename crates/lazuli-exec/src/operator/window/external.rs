//! Windows over more rows than fit in memory: by the keys that all windows have into partitions, and each of these as it is in
//! memory.
//!
//! A partition in files has all rows of those partitions of a window that are in it, in the order of the frame: results are the same
//! to the last bit. What of them depends on other partitions is looked up in all of them first: the numbers of partitions that random
//! streams begin with, and in a failure the number of the partition that it is about.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use lazuli_kernels::KernelError;

use super::compute::{Failure, Memory, Numbered, Place, Rows};
use super::{OPERATOR, Step, WindowSpec};
use crate::context::QueryContext;
use crate::memory::{Reservation, bytes_with};
use crate::operator::external::{External, Output, Written};
use crate::spill::{Ordered, Partition};
use crate::{ExecError, Result};

/// Partitions of a list of keys, of all rows: the numbers of their first rows, in order.
struct Firsts {
    keys: Vec<usize>,
    rows: Vec<u64>,
    _reservation: Reservation,
}

/// A call that has failed somewhere.
struct Failed {
    call: usize,
    /// The number of the row, or of the partition's first row.
    row: u64,
    is_partition: bool,
    error: KernelError,
}

impl WindowSpec {
    /// All rows that went to partitions, with the results of all calls, in order.
    pub(super) fn finish_external(&self, external: &External, context: &QueryContext) -> Result<Ordered> {
        let written = external.written();
        let counted = self.counted_keys();
        let firsts = counted.into_iter().map(|keys| self.firsts(keys, &written, context));
        let firsts = firsts.collect::<Result<Vec<Firsts>>>()?;
        let failures = Mutex::new(Vec::new());
        let ordered = written.finish(self.schema.clone(), context, |partition, output| {
            output.split_if_refused(partition, &|partition, output| {
                let failed = self.finish_partition(partition, &firsts, output)?;
                failures.lock().unwrap_or_else(PoisonError::into_inner).extend(failed);
                Ok(())
            })
        })?;
        let failures = failures.into_inner().unwrap_or_else(PoisonError::into_inner);
        // The one that is met first in memory.
        match failures.into_iter().min_by_key(|failed| (self.turn_of(failed.call), failed.row)) {
            None => Ok(ordered),
            Some(failed) => Err(self.named(failed, &written, context)?),
        }
    }

    /// Leaves the results for a partition, or how a call has failed.
    fn finish_partition(
        &self,
        partition: &Partition,
        firsts: &[Firsts],
        output: &mut Output<'_>,
    ) -> Result<Option<Failed>> {
        let context = output.context;
        let read = output.partitions.read_in_order(partition, output.numbers, context)?;
        let (batch, row_numbers, _reservation) = read;
        let rows = Rows::new(vec![batch])?;
        let partition_numbers = |keys: &[usize], numbered: &Numbered| {
            let Some(firsts) = firsts.iter().find(|firsts| firsts.keys == keys) else { return Ok(None) };
            let number = |first: u64| {
                let number = firsts.rows.partition_point(|&row| row < first);
                let error = KernelError::TooLong { operation: OPERATOR, rows: number };
                u32::try_from(number).map_err(|_| ExecError::kernel(OPERATOR)(error))
            };
            numbered.first_rows().map(|row| number(row_numbers[row])).collect::<Result<_>>().map(Some)
        };
        let memory = Memory { context, can_spill: false };
        match self.results(&rows, &partition_numbers, &memory) {
            Ok((results, _reservation)) => {
                output.put(&self.output(0, &rows, &results), row_numbers)?;
                Ok(None)
            }
            Err(Failure::Other(error)) => Err(error),
            Err(Failure::Call { call, place, error }) => {
                let (row, is_partition) = match place {
                    Place::Row(row) => (row_numbers[row], false),
                    Place::Unknown => (0, false),
                    Place::Partition(partition) => {
                        let keys = &self.layouts[self.calls[call].layout].keys;
                        let numbered = self.number(keys, &rows, &memory)?;
                        let first = numbered.first_rows().nth(partition).map_or(0, |row| row_numbers[row]);
                        (first, true)
                    }
                };
                Ok(Some(Failed { call, row, is_partition, error }))
            }
        }
    }

    /// The keys of windows whose results depend on the numbers of their partitions.
    fn counted_keys(&self) -> Vec<&Vec<usize>> {
        let mut counted = Vec::new();
        for call in &self.calls {
            let keys = &self.layouts[call.layout].keys;
            let counts = matches!(&call.step, Step::Function(function) if function.counts_partitions());
            if counts && !counted.contains(&keys) {
                counted.push(keys);
            }
        }
        counted
    }

    fn firsts(&self, keys: &[usize], written: &Written<'_>, context: &QueryContext) -> Result<Firsts> {
        let found = Mutex::new((Vec::new(), context.memory.reservation(OPERATOR)));
        self.each_first_rows(keys, written, context, &|first_rows| {
            let mut found = found.lock().unwrap_or_else(PoisonError::into_inner);
            let (rows, reservation) = &mut *found;
            // Twice while the list grows.
            reservation.grow_to((rows.len() + first_rows.len()).saturating_mul(3 * size_of::<u64>()))?;
            rows.extend_from_slice(first_rows);
            Ok(())
        })?;
        let (mut rows, mut reservation) = found.into_inner().unwrap_or_else(PoisonError::into_inner);
        rows.sort_unstable();
        rows.shrink_to_fit();
        reservation.shrink_to(rows.len() * size_of::<u64>());
        Ok(Firsts { keys: keys.to_vec(), rows, _reservation: reservation })
    }

    /// The error of a call, with the place that it has among all rows or partitions.
    fn named(&self, failed: Failed, written: &Written<'_>, context: &QueryContext) -> Result<ExecError> {
        let Failed { call, row, is_partition, error } = failed;
        let mut number = row as usize;
        if is_partition && error.row().is_some() {
            let before = AtomicUsize::new(0);
            let keys = &self.layouts[self.calls[call].layout].keys;
            self.each_first_rows(keys, written, context, &|first_rows| {
                let count = first_rows.iter().filter(|&&first| first < row).count();
                before.fetch_add(count, Ordering::Relaxed);
                Ok(())
            })?;
            number = before.into_inner();
        }
        Ok(self.calls[call].failed(error.with_row(|_| number)))
    }

    /// Hands out the numbers of the first rows of all partitions of these keys, in parts.
    fn each_first_rows(
        &self,
        keys: &[usize],
        written: &Written<'_>,
        context: &QueryContext,
        take: &(dyn Fn(&[u64]) -> Result<()> + Sync),
    ) -> Result<()> {
        written.look(context, |partition, output| {
            output.split_if_refused(partition, &|partition, output| {
                let (first_rows, _reservation) = self.first_rows(keys, partition, output)?;
                take(&first_rows)
            })
        })
    }

    /// By partition of these keys the number of its first row.
    fn first_rows(
        &self,
        keys: &[usize],
        partition: &Partition,
        output: &Output<'_>,
    ) -> Result<(Vec<u64>, Reservation)> {
        let mut table = self.table(keys);
        let mut reservation = output.context.memory.reservation(OPERATOR);
        let mut first_rows: Vec<u64> = Vec::new();
        let mut ids = Vec::new();
        for &block in &partition.blocks {
            output.context.check_cancelled()?;
            // The block itself, and twice what is known of partitions while that grows.
            let known_bytes = (first_rows.len() + block.num_rows()).saturating_mul(3 * size_of::<u64>());
            let held_bytes = known_bytes.saturating_add(block.memory_bytes());
            reservation.grow_to(held_bytes)?;
            let (batch, mut row_numbers) = output.partitions.read(block)?;
            output.numbers.replace(&mut row_numbers);
            let keys = batch.project(keys).into_columns();
            let table_bytes = bytes_with(&table, &keys, batch.num_rows());
            reservation.grow_to(held_bytes.saturating_add(table_bytes))?;
            table.insert(&keys, batch.num_rows(), &mut ids).map_err(ExecError::kernel(OPERATOR))?;
            first_rows.resize(table.len(), u64::MAX);
            for (&id, &row) in ids.iter().zip(&row_numbers) {
                let first = &mut first_rows[id as usize];
                *first = row.min(*first);
            }
        }
        Ok((first_rows, reservation))
    }
}
