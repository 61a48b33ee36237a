//! The built side of a join: its rows, and which of them have which key.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use lazuli_array::{Batch, Bitmap, Column, DataType};
use lazuli_kernels::KernelError;
use lazuli_kernels::keys::GroupTable;

use super::OPERATOR;
use crate::context::QueryContext;
use crate::memory::Reservation;
use crate::morsel::{Flow, Morsel};
use crate::operator::collect::{Share, Shares};
use crate::operator::project::Choose;
use crate::operator::sort::concat_in_parallel;
use crate::pipeline::{Sink, SinkWorker, Task};
use crate::{ExecError, Result};

/// What is kept of the built side.
pub(crate) struct BuildSide {
    /// Positions of the keys among the columns that come in; none for a cross join.
    pub(crate) keys: Vec<usize>,
    pub(crate) key_types: Vec<DataType>,
    /// The columns that the result needs, none for semi and anti joins.
    pub(crate) payload: Choose,
    /// Whether rows that found a match are noted.
    pub(crate) tracks_matches: bool,
}

/// The rows of the built side by key, once its pipeline has run.
#[derive(Default)]
pub(crate) struct JoinTable(OnceLock<BuiltTable>);

impl JoinTable {
    /// The table. An error if the pipeline that builds it has not run: a mistake of ours.
    pub(super) fn built(&self) -> Result<&BuiltTable> {
        self.0.get().ok_or_else(|| ExecError::Internal {
            place: "a join".into(),
            message: "it was probed before it was built".into(),
        })
    }
}

/// ```text
/// key ─table─▶ group g ─▶ rows[starts[g]..starts[g + 1]], ascending
/// ```
pub(crate) struct BuiltTable {
    table: GroupTable,
    starts: Vec<u32>,
    rows: Vec<u32>,
    /// Whether no key has two rows.
    pub(super) is_unique: bool,
    pub(super) payload: Batch,
    /// A bit a row: whether it found a match.
    matched: Option<Vec<AtomicU64>>,
    /// Held as long as the table is.
    _reservation: Reservation,
}

impl BuiltTable {
    /// Writes the group of each probing row's key to `ids`; [`GroupTable::NO_GROUP`] where there is none.
    pub(super) fn lookup(&self, keys: &[Column], num_rows: usize, ids: &mut Vec<u32>) {
        self.table.lookup(keys, num_rows, false, ids);
    }

    /// The rows of a group, ascending; none of no group.
    #[inline]
    pub(super) fn rows_of(&self, id: u32) -> &[u32] {
        if id == GroupTable::NO_GROUP {
            return &[];
        }
        let id = id as usize;
        &self.rows[self.starts[id] as usize..self.starts[id + 1] as usize]
    }

    /// Notes that the rows of these groups found a match.
    pub(super) fn note_matches(&self, ids: &[u32]) {
        let Some(matched) = &self.matched else { return };
        for &id in ids {
            for &row in self.rows_of(id) {
                let (word, bit) = (&matched[row as usize / 64], 1 << (row % 64));
                // Most rows are matched more than once: looking is cheaper than writing.
                if word.load(Ordering::Relaxed) & bit == 0 {
                    word.fetch_or(bit, Ordering::Relaxed);
                }
            }
        }
    }

    /// The rows that found no match, ascending.
    pub(super) fn unmatched_rows(&self) -> Vec<u32> {
        let num_rows = self.payload.num_rows();
        let words = self.matched.iter().flatten().map(|word| word.load(Ordering::Relaxed)).collect();
        Bitmap::from_words(words, num_rows).not().ones().map(|row| row as u32).collect()
    }
}

/// Builds a table.
pub(crate) struct JoinBuild {
    side: BuildSide,
    shares: Shares,
    table: Arc<JoinTable>,
}

impl JoinBuild {
    pub(crate) fn new(side: BuildSide, table: Arc<JoinTable>) -> Self {
        Self { side, shares: Shares::default(), table }
    }
}

impl Sink for JoinBuild {
    fn worker<'a>(&'a self, context: &'a QueryContext) -> Box<dyn SinkWorker + 'a> {
        Box::new(BuildWorker { sink: self, share: Share::new(OPERATOR, context) })
    }

    fn finish(&self, context: &QueryContext) -> Result<()> {
        let (morsels, mut reservation) = self.shares.take_in_order(OPERATOR, context);
        let batches: Vec<Batch> = morsels.into_iter().map(|(_, batch)| batch).collect();
        let num_rows: usize = batches.iter().map(Batch::num_rows).sum();
        if num_rows > u32::MAX as usize {
            let error = KernelError::TooLong { operation: "the built side of a join", rows: num_rows };
            return Err(ExecError::Kernel { operator: OPERATOR, error });
        }
        // The rows in one piece; group and row numbers.
        const BYTES_A_ROW: usize = 12;
        let rows_bytes = reservation.bytes();
        let needed_bytes = rows_bytes.saturating_mul(2).saturating_add(num_rows * BYTES_A_ROW);
        reservation.grow_to(needed_bytes)?;

        let mut table = GroupTable::new(&self.side.key_types);
        let mut ids = Vec::with_capacity(num_rows);
        let mut batch_ids = Vec::new();
        for batch in &batches {
            context.check_cancelled()?;
            let keys: Vec<Column> = self.side.keys.iter().map(|&key| batch.column(key).clone()).collect();
            table.insert(&keys, batch.num_rows(), &mut batch_ids).map_err(ExecError::kernel(OPERATOR))?;
            ids.extend_from_slice(&batch_ids);
            reservation.grow_to(needed_bytes.saturating_add(table.memory_bytes()))?;
        }
        let (starts, rows) = rows_by_group(&ids, table.len());
        drop(ids);
        let payloads = batches.iter().map(|batch| self.side.payload.choose(batch)).collect();
        drop(batches);
        let payload = concat_in_parallel(self.side.payload.schema(), payloads, context)?;
        reservation.shrink_to(rows_bytes + table.memory_bytes() + num_rows * BYTES_A_ROW);
        let built = BuiltTable {
            is_unique: table.len() == num_rows,
            table,
            starts,
            rows,
            payload,
            matched: self
                .side
                .tracks_matches
                .then(|| (0..num_rows.div_ceil(64)).map(|_| AtomicU64::new(0)).collect()),
            _reservation: reservation,
        };
        let first = self.table.0.set(built).is_ok();
        debug_assert!(first, "a table is built once");
        Ok(())
    }
}

/// Row numbers sorted by group (counting sort, so ascending within a group), and where each group starts.
fn rows_by_group(ids: &[u32], num_groups: usize) -> (Vec<u32>, Vec<u32>) {
    let mut starts = vec![0u32; num_groups + 1];
    for &id in ids {
        starts[id as usize + 1] += 1;
    }
    for group in 0..num_groups {
        starts[group + 1] += starts[group];
    }
    let mut next = starts.clone();
    let mut rows = vec![0u32; ids.len()];
    for (row, &id) in ids.iter().enumerate() {
        let place = &mut next[id as usize];
        rows[*place as usize] = row as u32;
        *place += 1;
    }
    (starts, rows)
}

struct BuildWorker<'a> {
    sink: &'a JoinBuild,
    share: Share,
}

impl SinkWorker for BuildWorker<'_> {
    fn consume(&mut self, input: Morsel, _: &Task<'_>) -> Result<Flow> {
        self.share.keep(input.index, input.batch)?;
        Ok(Flow::More)
    }

    fn combine(self: Box<Self>) -> Result<()> {
        self.sink.shares.add(self.share);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_listed_by_group_in_order() {
        let (starts, rows) = rows_by_group(&[1, 0, 1, 2, 1], 3);
        assert_eq!((starts, rows), (vec![0, 1, 4, 5], vec![1, 0, 2, 4, 3]));
        assert_eq!(rows_by_group(&[], 0), (vec![0], vec![]));
    }
}
