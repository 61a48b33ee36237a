//! The built side of a join: its rows, and which of them have which key.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use lazuli_array::{Batch, Bitmap, Column, SchemaRef};
use lazuli_kernels::join::{BuildError, JoinIndex, JoinPlan, PackPlan, PackedRows, RunTasks, Stopped};
use lazuli_kernels::{coded_column, take_column, take_column_optional};

use super::OPERATOR;
use super::waiting::{WaitingRows, WaitingSide};
use crate::context::QueryContext;
use crate::memory::{Footprint, Reservation};
use crate::morsel::{Flow, Morsel, MorselIndex};
use crate::operator::collect::{Kept, Share, Shares, in_morsels};
use crate::operator::project::Choose;
use crate::operator::sort::concat_in_parallel;
use crate::pipeline::{Sink, SinkWorker, Task};
use crate::profile::{Description, Leaves, Link};
use crate::spill::Begun;
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
pub(crate) struct JoinTable(OnceLock<Built>);

/// What the built side has become.
#[allow(clippy::large_enum_variant, reason = "there is one a join: its size costs nothing")]
pub(super) enum Built {
    /// It fits in memory.
    Table(Box<BuiltTable>),
    /// It waits in files: whoever probes puts its rows beside them.
    Waiting(WaitingSide),
}

impl JoinTable {
    /// What there is. An error if the pipeline that builds it has not run: a mistake of ours.
    pub(super) fn built(&self) -> Result<&Built> {
        self.0.get().ok_or_else(|| ExecError::Internal {
            place: "a join".into(),
            message: "it was probed before it was built".into(),
        })
    }

    /// Whether the built side is in files; false before it is built.
    pub(super) fn is_waiting(&self) -> bool {
        matches!(self.0.get(), Some(Built::Waiting(_)))
    }

    fn set(&self, built: Built) {
        let first = self.0.set(built).is_ok();
        debug_assert!(first, "a table is built once");
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
    reservation: Reservation,
}

impl BuiltTable {
    /// A table over rows of the built side, which `reservation` covers; the reservation
    /// of the rows again if there is no room for it, unless it `must` be.
    pub(super) fn new(
        side: &BuildSide,
        rows: &Batch,
        mut reservation: Reservation,
        must: bool,
        run: RunTasks<'_>,
    ) -> Result<std::result::Result<Self, Reservation>> {
        let num_rows = rows.num_rows();
        let keys: Vec<Column> = side.keys.iter().map(|&key| rows.column(key).clone()).collect();
        let rows_bytes = reservation.bytes();
        let mut plan = JoinPlan::new(keys, num_rows, run).map_err(failed)?;
        if !reservation.try_grow_with_room(rows_bytes.saturating_add(plan.needed_bytes())) {
            plan.smaller();
            if !has_room(&mut reservation, rows_bytes.saturating_add(plan.needed_bytes()), must)? {
                reservation.shrink_to(rows_bytes);
                return Ok(Err(reservation));
            }
        }
        let index = plan.build(run).map_err(failed)?;
        let bytes = rows_bytes.saturating_add(index.memory_bytes());
        if !has_room(&mut reservation, bytes, must)? {
            reservation.shrink_to(rows_bytes);
            return Ok(Err(reservation));
        }
        reservation.shrink_to(bytes);
        let bits = || (0..num_rows.div_ceil(64)).map(|_| AtomicU64::new(0)).collect();
        let matched = side.tracks_matches.then(bits);
        let payload = side.payload.choose(rows);
        Ok(Ok(Self { index, payload, packed: None, matched, reservation }))
    }

    /// Gives the payload the forms in which the rows of many matches are taken fastest.
    fn prepare(&mut self, probing_rows: usize, context: &QueryContext, run: RunTasks<'_>) -> Result<()> {
        let num_rows = self.payload.num_rows();
        let mut bytes = self.reservation.bytes();
        if num_rows <= CODED_ROWS && probing_rows / CODED_TIMES >= num_rows {
            // Codes and a dictionary take no more than plain texts: four bytes for an entry's end and four for a code where
            // those have eight for an offset.
            let needed = std::iter::once(&self.payload).collect::<Footprint>().bytes();
            if self.reservation.try_grow_with_room(bytes.saturating_add(needed)) {
                let columns: Vec<Column> = self.payload.columns().iter().map(coded_column).collect();
                self.payload = Batch::new(self.payload.schema().clone(), columns, num_rows);
                bytes = bytes.saturating_add(needed);
            }
        }
        if probing_rows >= num_rows / PACK_FROM
            && let Some(plan) = PackPlan::new(self.payload.columns(), num_rows, run).map_err(stopped)?
            && leaves_half_free(context, plan.needed_bytes())
            && self.reservation.try_grow_with_room(bytes.saturating_add(plan.needed_bytes()))
        {
            bytes += plan.needed_bytes();
            self.packed = Some(plan.build(run).map_err(stopped)?);
        }
        self.reservation.shrink_to(bytes);
        Ok(())
    }

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

/// Builds a table, or leaves the rows in files if there is no room for it.
pub(crate) struct JoinBuild {
    side: Arc<BuildSide>,
    shares: Shares,
    /// Where rows go since they are too many for the budget.
    waiting: Begun<WaitingRows>,
    table: Arc<JoinTable>,
}

impl JoinBuild {
    pub(crate) fn new(side: BuildSide, table: Arc<JoinTable>) -> Self {
        let (shares, waiting) = (Shares::default(), Begun::default());
        Self { side: Arc::new(side), shares, waiting, table }
    }

    /// Rows of a cross join have no keys that they could be parted by.
    fn can_wait(&self) -> bool {
        !self.side.keys.is_empty()
    }

    /// Where rows go since they are too many, if they are.
    fn waiting(&self) -> Option<Arc<WaitingRows>> {
        self.waiting.get()
    }

    /// As [`JoinBuild::waiting`]; from now on, if they were not before.
    fn begin_waiting(&self, context: &QueryContext) -> Result<Arc<WaitingRows>> {
        let BuildSide { keys, schema, tracks_matches, .. } = &*self.side;
        self.waiting.get_or_begin(|| WaitingRows::new(schema.clone(), keys.clone(), *tracks_matches, context))
    }

    /// Leaves rows in files; `morsels`, which `reservation` covers, are not there yet.
    fn finish_waiting(
        &self,
        morsels: Vec<(MorselIndex, Batch)>,
        reservation: Reservation,
        context: &QueryContext,
    ) -> Result<()> {
        let waiting = self.begin_waiting(context)?;
        waiting.add_all(&Kept::new(morsels, reservation), context)?;
        self.table.set(Built::Waiting(WaitingSide::new(self.side.clone(), waiting, context)?));
        Ok(())
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
        match self.can_wait() {
            true => Box::new(BuildWorker { sink: self, context, share: Share::new(OPERATOR, context) }),
            false => self.shares.worker(OPERATOR, context),
        }
    }

    fn finish(&self, context: &QueryContext) -> Result<()> {
        let (morsels, mut reservation) = self.shares.take_in_order(OPERATOR, context);
        if self.waiting().is_some() {
            return self.finish_waiting(morsels, reservation, context);
        }
        let must = !self.can_wait();
        let rows_bytes = reservation.bytes();
        let batches: Vec<Batch> = morsels.iter().map(|(_, batch)| batch.clone()).collect();
        let whole = match Batch::rejoined(&batches) {
            Some(whole) => whole,
            None => {
                if !has_room(&mut reservation, rows_bytes.saturating_mul(2), must)? {
                    drop(batches);
                    return self.finish_waiting(morsels, reservation, context);
                }
                drop(morsels);
                let whole = concat_in_parallel(&self.side.schema, batches, context)?;
                reservation.shrink_to(rows_bytes);
                whole
            }
        };
        let run: RunTasks<'_> = &|num_tasks, task| {
            let ran = context.run_tasks(num_tasks, |index| {
                task(index);
                Ok(())
            });
            ran.map(drop).map_err(|_| Stopped)
        };
        match BuiltTable::new(&self.side, &whole, reservation, must, run)? {
            Ok(mut table) => {
                if let Some(probing_rows) = self.side.probing_rows {
                    table.prepare(probing_rows, context, run)?;
                }
                self.table.set(Built::Table(Box::new(table)));
                Ok(())
            }
            Err(reservation) => {
                let morsels = in_morsels(&whole, context);
                drop(whole);
                self.finish_waiting(morsels, reservation, context)
            }
        }
    }
}

struct BuildWorker<'a> {
    sink: &'a JoinBuild,
    context: &'a QueryContext,
    share: Share,
}

impl SinkWorker for BuildWorker<'_> {
    fn consume(&mut self, input: Morsel, _: &Task<'_>) -> Result<Flow> {
        let Self { sink, context, share } = self;
        let Morsel { index, batch, .. } = input;
        // When one worker has no room, the others give back what they have.
        let waiting = sink.waiting();
        if waiting.is_none() && share.has_room(&batch) {
            share.morsels.push((index, batch));
            return Ok(Flow::More);
        }
        let waiting = waiting.map_or_else(|| sink.begin_waiting(context), Ok)?;
        if !share.morsels.is_empty() {
            let share = std::mem::replace(share, Share::new(OPERATOR, context));
            let kept = Kept::new(share.morsels, share.reservation);
            while let Some((index, batch)) = kept.next() {
                context.check_cancelled()?;
                waiting.add(index, &batch, context)?;
            }
        }
        waiting.add(index, &batch, context)?;
        Ok(Flow::More)
    }

    fn combine(self: Box<Self>) -> Result<()> {
        self.sink.shares.add(self.share);
        Ok(())
    }
}

/// Makes a reservation at least this large: if it `must` be, else if that leaves room for others.
fn has_room(reservation: &mut Reservation, bytes: usize, must: bool) -> Result<bool> {
    match must {
        true => reservation.grow_to(bytes).map(|()| true),
        false => Ok(reservation.try_grow_with_room(bytes)),
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
