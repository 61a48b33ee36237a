//! The built side of a join: its rows, and which of them have which key.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use lazuli_array::{Batch, Bitmap, Column, SchemaRef};
use lazuli_kernels::join::{BuildError, JoinIndex, JoinPlan, PackPlan, PackedRows, RunTasks, Stopped};
use lazuli_kernels::{coded_column, take_column, take_column_optional};

use super::OPERATOR;
use crate::context::QueryContext;
use crate::memory::{Footprint, Reservation};
use crate::operator::collect::Shares;
use crate::operator::collect::in_one_piece;
use crate::operator::project::Choose;
use crate::pipeline::{Sink, SinkWorker};
use crate::profile::{Description, Leaves, Link};
use crate::{ExecError, Result};

/// What is kept of the built side.
pub(crate) struct BuildSide {
    /// Positions of the keys among the columns that come in; none for a cross join.
    pub(crate) keys: Vec<usize>,
    /// The columns that come in.
    pub(crate) schema: SchemaRef,
    /// The columns that the result needs, none for semi and anti joins.
    pub(crate) payload: Choose,
    /// Whether rows that found a match are noted.
    pub(crate) tracks_matches: bool,
    /// About how many rows will probe, if anybody knows.
    pub(crate) probing_rows: Option<usize>,
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

/// The rows of the built side, by key.
pub(crate) struct BuiltTable {
    pub(super) index: JoinIndex,
    pub(super) payload: Batch,
    /// Columns of the payload once more, by row.
    packed: Option<PackedRows>,
    /// A bit a row: whether it found a match. Of rows with the same key only the first one's bit is kept.
    matched: Option<Vec<AtomicU64>>,
    /// Held as long as the table is.
    _reservation: Reservation,
}

impl BuiltTable {
    /// The columns of the payload at these rows, null where there is none; only those that are `wanted`.
    pub(super) fn take(&self, wanted: &[bool], rows: &[u32], has_missing: bool) -> Vec<Option<Column>> {
        let mut taken: Vec<Option<Column>> = vec![None; self.payload.num_columns()];
        if let Some(packed) = &self.packed {
            for (position, column) in packed.take(rows) {
                taken[position] = Some(column);
            }
        }
        for (position, taken) in taken.iter_mut().enumerate() {
            if wanted[position] && taken.is_none() {
                let column = self.payload.column(position);
                *taken = Some(match has_missing {
                    true => take_column_optional(column, rows),
                    false => take_column(column, rows),
                });
            }
        }
        taken
    }

    /// Notes that the rows of these places found a match.
    pub(super) fn note_matches(&self, places: &[u32]) {
        let Some(matched) = &self.matched else { return };
        for place in places {
            if let Some(&row) = self.index.rows_of(place).first() {
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
        let words = self.matched.iter().flatten().map(|word| word.load(Ordering::Relaxed));
        let mut words: Vec<u64> = words.collect();
        for rows in self.index.repeated() {
            let bit = |row: u32| (row as usize / 64, 1u64 << (row % 64));
            let (word, first) = bit(rows[0]);
            if words[word] & first != 0 {
                for (word, bit) in rows.iter().map(|&row| bit(row)) {
                    words[word] |= bit;
                }
            }
        }
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
    fn describe(&self) -> Description {
        Description::of_columns("join build", &self.side.keys, &self.side.schema)
    }

    fn leaves(&self) -> Leaves<'_> {
        Leaves::Table(Link::to(&self.table))
    }

    fn worker<'a>(&'a self, context: &'a QueryContext) -> Box<dyn SinkWorker + 'a> {
        self.shares.worker(OPERATOR, context)
    }

    fn finish(&self, context: &QueryContext) -> Result<()> {
        let (morsels, mut reservation) = self.shares.take_in_order(OPERATOR, context);
        let batches: Vec<Batch> = morsels.into_iter().map(|(_, batch)| batch).collect();
        let num_rows: usize = batches.iter().map(Batch::num_rows).sum();
        let rows_bytes = reservation.bytes();
        let whole = in_one_piece(&self.side.schema, batches, &mut reservation, context)?;
        let keys: Vec<Column> = self.side.keys.iter().map(|&key| whole.column(key).clone()).collect();
        let run: RunTasks<'_> = &|num_tasks, task| {
            let ran = context.run_tasks(num_tasks, |index| {
                task(index);
                Ok(())
            });
            ran.map(drop).map_err(|_| Stopped)
        };
        let mut plan = JoinPlan::new(keys, num_rows, run).map_err(failed)?;
        if !reservation.try_grow_to(rows_bytes.saturating_add(plan.needed_bytes())) {
            plan.smaller();
            reservation.grow_to(rows_bytes.saturating_add(plan.needed_bytes()))?;
        }
        let index = plan.build(run).map_err(failed)?;
        let mut bytes = rows_bytes.saturating_add(index.memory_bytes());
        reservation.grow_to(bytes)?;
        let mut payload = self.side.payload.choose(&whole);
        if num_rows <= CODED_ROWS && self.side.probing_rows.is_some_and(|rows| rows / CODED_TIMES >= num_rows)
        {
            // Codes and a dictionary take no more than plain texts: four bytes for an entry's end and four for a code where
            // those have eight for an offset.
            let needed = std::iter::once(&payload).collect::<Footprint>().bytes();
            if reservation.try_grow_to(bytes.saturating_add(needed)) {
                let columns: Vec<Column> = payload.columns().iter().map(coded_column).collect();
                payload = Batch::new(payload.schema().clone(), columns, num_rows);
                bytes = bytes.saturating_add(needed);
            }
        }
        let mut packed = None;
        if self.side.probing_rows.is_some_and(|rows| rows >= num_rows / PACK_FROM)
            && let Some(plan) = PackPlan::new(payload.columns(), num_rows, run).map_err(stopped)?
            && leaves_half_free(context, plan.needed_bytes())
            && reservation.try_grow_to(bytes.saturating_add(plan.needed_bytes()))
        {
            bytes += plan.needed_bytes();
            packed = Some(plan.build(run).map_err(stopped)?);
        }
        reservation.shrink_to(bytes);
        let built = BuiltTable {
            index,
            payload,
            packed,
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

/// Texts of at most so many built rows become codes of a dictionary if there are so many times as many probing rows: a
/// match then copies a byte or two.
const CODED_ROWS: usize = 1 << 16;
const CODED_TIMES: usize = 8;

/// Columns are packed if there are at least this fraction of probing rows: packing a row costs about as much as it saves
/// two matches.
const PACK_FROM: usize = 2;

/// Whether what only saves time leaves half of the budget to those who can't do without.
fn leaves_half_free(context: &QueryContext, bytes: usize) -> bool {
    context.memory.used_bytes().saturating_add(bytes) <= context.memory.limit_bytes() / 2
}

fn stopped(_: Stopped) -> ExecError {
    ExecError::Cancelled
}

fn failed(error: BuildError) -> ExecError {
    match error {
        BuildError::Stopped => stopped(Stopped),
        BuildError::Kernel(error) => ExecError::Kernel { operator: OPERATOR, error },
    }
}
