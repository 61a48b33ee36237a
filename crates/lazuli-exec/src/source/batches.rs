//! Batches in memory as a source: cut into morsels, sharing memory.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread::ThreadId;

use lazuli_array::Batch;

use crate::context::{QueryContext, SourceSize};
use crate::memory::Reservation;
use crate::pipeline::{Source, SourceFailure, SourceMorsel};
use crate::profile::{Description, Link};
use crate::{ExecError, Result};

/// The rows that a finished sink leaves behind.
#[derive(Default)]
pub(crate) struct Stored(OnceLock<Rows>);

enum Rows {
    /// In memory.
    Held {
        batches: Vec<Batch>,
        /// Covers them.
        _reservation: Reservation,
    },
    /// In files.
    Waiting(Box<dyn Pieces>),
}

/// Rows that wait in files, in pieces that are read one by one.
pub(crate) trait Pieces: Send + Sync {
    /// The number of rows of each piece.
    fn num_rows(&self) -> &[usize];

    /// What a piece weighs in memory, about.
    fn memory_bytes(&self, piece: usize) -> usize;

    /// The rows of a piece, and the reservation that covers them.
    fn load(&self, piece: usize, context: &QueryContext) -> Result<(Batch, Reservation)>;
}

impl Stored {
    /// Leaves the rows. Called once, by the sink's finish.
    pub(crate) fn set(&self, batches: Vec<Batch>, reservation: Reservation) {
        self.set_rows(Rows::Held { batches, _reservation: reservation });
    }

    /// Leaves rows in files. Called once, by the sink's finish.
    pub(crate) fn set_waiting(&self, pieces: impl Pieces + 'static) {
        self.set_rows(Rows::Waiting(Box::new(pieces)));
    }

    fn set_rows(&self, rows: Rows) {
        let first = self.0.set(rows).is_ok();
        debug_assert!(first, "a sink finishes once");
    }

    /// The rows, in order.
    pub(crate) fn batches(&self) -> Result<&[Batch]> {
        match self.0.get() {
            Some(Rows::Held { batches, .. }) => Ok(batches),
            Some(Rows::Waiting(_)) => Err(internal("it wants rows in memory, and they wait in files")),
            None => Err(internal("it reads a sink that has not finished")),
        }
    }

    /// The rows, if they wait in files.
    pub(crate) fn waiting(&self) -> Option<&dyn Pieces> {
        match self.0.get()? {
            Rows::Held { .. } => None,
            Rows::Waiting(pieces) => Some(&**pieces),
        }
    }

    /// The rows in order, owned where nobody else holds them; nothing if the sink never ran.
    pub(crate) fn into_batches(self) -> Vec<Batch> {
        match self.0.into_inner() {
            Some(Rows::Held { batches, .. }) => batches,
            _ => Vec::new(),
        }
    }
}

fn internal(message: &str) -> ExecError {
    ExecError::Internal { place: "a pipeline".into(), message: message.into() }
}

/// Where the batches come from.
enum Origin {
    /// They are there.
    Given(Vec<Batch>),
    /// A sink of an earlier pipeline leaves them.
    Stored(Arc<Stored>),
    /// They are made when the lane starts.
    Computed(Compute, Stored),
}

/// Leaves rows that are made from what earlier pipelines, or lanes, have left.
type Compute = Box<dyn Fn(&QueryContext, &Stored) -> Result<()> + Send + Sync>;

/// Whether there are no rows to make.
type IsIdle = Box<dyn Fn() -> bool + Send + Sync>;

/// Batches in memory.
pub(crate) struct BatchesSource {
    name: String,
    origin: Origin,
    /// What a computed source reads of earlier pipelines.
    reads: Vec<Link>,
    is_idle: Option<IsIdle>,
    /// Whether the numbers of rows mean anything to who reads them in a message.
    counts_rows: bool,
    cut: OnceLock<Cut>,
    next: AtomicUsize,
    /// What covers the piece that a thread has in its hands.
    in_hand: Mutex<HashMap<ThreadId, Reservation>>,
}

/// Where each morsel lies.
struct Cut {
    slices: Vec<Slice>,
    num_rows: usize,
}

struct Slice {
    batch: usize,
    offset: usize,
    length: usize,
    first_row: u64,
}

impl BatchesSource {
    /// These batches in order.
    pub(crate) fn new(name: String, batches: Vec<Batch>) -> Self {
        Self::of(name, Origin::Given(batches))
    }

    /// What a sink will leave.
    pub(crate) fn stored(name: &'static str, stored: Arc<Stored>) -> Self {
        Self::of(name.into(), Origin::Stored(stored))
    }

    /// What is made from the rows of earlier pipelines when the lane starts.
    pub(crate) fn computed(
        name: &'static str,
        compute: impl Fn(&QueryContext) -> Result<(Vec<Batch>, Reservation)> + Send + Sync + 'static,
    ) -> Self {
        Self::left(name, move |context, stored| {
            let (batches, reservation) = compute(context)?;
            stored.set(batches, reservation);
            Ok(())
        })
    }

    /// As [`BatchesSource::computed`], in memory or in files.
    pub(crate) fn left(
        name: &'static str,
        compute: impl Fn(&QueryContext, &Stored) -> Result<()> + Send + Sync + 'static,
    ) -> Self {
        Self::of(name.into(), Origin::Computed(Box::new(compute), Stored::default()))
    }

    /// What operators of earlier lanes have kept back: made when the lane starts, and left by `compute` in memory or in files.
    /// `is_idle`: whether there is nothing to make, known when the pipeline starts.
    pub(crate) fn late(
        name: &'static str,
        compute: impl Fn(&QueryContext, &Stored) -> Result<()> + Send + Sync + 'static,
        is_idle: impl Fn() -> bool + Send + Sync + 'static,
    ) -> Self {
        let source = Self::of(name.into(), Origin::Computed(Box::new(compute), Stored::default()));
        Self { is_idle: Some(Box::new(is_idle)), counts_rows: false, ..source }
    }

    fn of(name: String, origin: Origin) -> Self {
        let (cut, next) = (OnceLock::new(), AtomicUsize::new(0));
        Self {
            name,
            origin,
            reads: Vec::new(),
            is_idle: None,
            counts_rows: true,
            cut,
            next,
            in_hand: Mutex::default(),
        }
    }

    /// The rows, if they wait in files.
    fn waiting(&self) -> Option<&dyn Pieces> {
        match &self.origin {
            Origin::Stored(stored) => stored.waiting(),
            Origin::Computed(_, stored) => stored.waiting(),
            Origin::Given(_) => None,
        }
    }

    /// Reads a piece; until its thread asks for another, or the lane ends, its bytes are reserved.
    fn piece(&self, slice: &Slice, pieces: &dyn Pieces, context: &QueryContext) -> Result<Batch> {
        let in_hand = || self.in_hand.lock().unwrap_or_else(PoisonError::into_inner);
        let thread = std::thread::current().id();
        drop(in_hand().remove(&thread));
        let (batch, reservation) = pieces.load(slice.batch, context)?;
        in_hand().insert(thread, reservation);
        Ok(batch)
    }

    /// Tells a profile whose rows it is computed from.
    pub(crate) fn reading(self, reads: Vec<Link>) -> Self {
        Self { reads, ..self }
    }

    fn batches(&self) -> Result<&[Batch]> {
        match &self.origin {
            Origin::Given(batches) => Ok(batches),
            Origin::Stored(stored) => stored.batches(),
            Origin::Computed(_, stored) => stored.batches(),
        }
    }
}

impl Source for BatchesSource {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn describe(&self) -> Description {
        match &self.origin {
            Origin::Given(_) => Description::new("scan", self.name.clone()),
            Origin::Stored(stored) => Description::new("read", self.name.clone()).reading(Link::to(stored)),
            Origin::Computed(..) => {
                Description { reads: self.reads.clone(), ..Description::new(self.name.clone(), "") }
            }
        }
    }

    fn is_idle(&self) -> bool {
        self.is_idle.as_ref().is_some_and(|is_idle| is_idle())
    }

    fn open(&self, context: &QueryContext) -> Result<()> {
        if let Origin::Computed(compute, stored) = &self.origin {
            compute(context, stored)?;
        }
        if let Some(pieces) = self.waiting() {
            self.cut.get_or_init(|| cut(pieces.num_rows().iter().copied(), usize::MAX));
        } else {
            let batches = self.batches()?;
            self.cut.get_or_init(|| cut(batches.iter().map(Batch::num_rows), context.morsel_rows));
        }
        Ok(())
    }

    fn close(&self, _: &QueryContext) -> Result<()> {
        self.in_hand.lock().unwrap_or_else(PoisonError::into_inner).clear();
        Ok(())
    }

    fn next(&self, context: &QueryContext) -> std::result::Result<Option<SourceMorsel>, SourceFailure> {
        let index = self.next.fetch_add(1, Ordering::Relaxed);
        let Some(slice) = self.cut.get().and_then(|cut| cut.slices.get(index)) else { return Ok(None) };
        let number = index as u64;
        let failed = |error| SourceFailure { number, error };
        let batch = match self.waiting() {
            Some(pieces) => self.piece(slice, pieces, context).map_err(failed)?,
            None => self.batches().map_err(failed)?[slice.batch].sliced(slice.offset, slice.length),
        };
        let first_row = self.counts_rows.then_some(slice.first_row);
        Ok(Some(SourceMorsel { number, batch, first_row }))
    }

    fn size(&self) -> SourceSize {
        let cut = self.cut.get();
        SourceSize { rows: cut.map(|cut| cut.num_rows), morsels: cut.map(|cut| cut.slices.len()) }
    }
}

/// Slices of at most `morsel_rows` rows that cover all batches.
fn cut(num_rows_of: impl Iterator<Item = usize>, morsel_rows: usize) -> Cut {
    let mut slices = Vec::new();
    let mut num_rows = 0;
    for (batch, rows) in num_rows_of.enumerate() {
        for offset in (0..rows).step_by(morsel_rows) {
            let first_row = (num_rows + offset) as u64;
            slices.push(Slice { batch, offset, length: morsel_rows.min(rows - offset), first_row });
        }
        num_rows += rows;
    }
    Cut { slices, num_rows }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slices_cover_all_rows_in_order() {
        let cut = cut([7, 0, 3, 4].into_iter(), 3);
        let slices: Vec<_> = cut
            .slices
            .iter()
            .map(|slice| (slice.batch, slice.offset, slice.length, slice.first_row))
            .collect();
        assert_eq!(
            slices,
            [(0, 0, 3, 0), (0, 3, 3, 3), (0, 6, 1, 6), (2, 0, 3, 7), (3, 0, 3, 10), (3, 3, 1, 13)]
        );
        assert_eq!(cut.num_rows, 14);
    }
}
