//! Batches in memory as a source: cut into morsels, sharing memory.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use lazuli_array::Batch;

use crate::context::{QueryContext, SourceSize};
use crate::memory::Reservation;
use crate::pipeline::{Source, SourceFailure, SourceMorsel};
use crate::profile::{Description, Link};
use crate::{ExecError, Result};

/// The rows that a finished sink leaves behind, with the reservation that covers them.
#[derive(Debug, Default)]
pub(crate) struct Stored(OnceLock<(Vec<Batch>, Reservation)>);

impl Stored {
    /// Leaves the rows. Called once, by the sink's finish.
    pub(crate) fn set(&self, batches: Vec<Batch>, reservation: Reservation) {
        let first = self.0.set((batches, reservation)).is_ok();
        debug_assert!(first, "a sink finishes once");
    }

    /// The rows, in order.
    pub(crate) fn batches(&self) -> Result<&[Batch]> {
        self.0.get().map(|(batches, _)| batches.as_slice()).ok_or_else(|| ExecError::Internal {
            place: "a pipeline".into(),
            message: "it reads a sink that has not finished".into(),
        })
    }

    /// The rows in order, owned where nobody else holds them; nothing if the sink never ran.
    pub(crate) fn into_batches(self) -> Vec<Batch> {
        self.0.into_inner().map_or_else(Vec::new, |(batches, _)| batches)
    }
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

/// Makes rows from what earlier pipelines have left, and the reservation that covers them.
type Compute = Box<dyn Fn(&QueryContext) -> Result<(Vec<Batch>, Reservation)> + Send + Sync>;

/// Batches in memory.
pub(crate) struct BatchesSource {
    name: String,
    origin: Origin,
    /// What a computed source reads of earlier pipelines.
    reads: Vec<Link>,
    cut: OnceLock<Cut>,
    next: AtomicUsize,
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
        Self::of(name.into(), Origin::Computed(Box::new(compute), Stored::default()))
    }

    fn of(name: String, origin: Origin) -> Self {
        Self { name, origin, reads: Vec::new(), cut: OnceLock::new(), next: AtomicUsize::new(0) }
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

    fn open(&self, context: &QueryContext) -> Result<()> {
        if let Origin::Computed(compute, stored) = &self.origin {
            let (batches, reservation) = compute(context)?;
            stored.set(batches, reservation);
        }
        let batches = self.batches()?;
        self.cut.get_or_init(|| cut(batches, context.morsel_rows));
        Ok(())
    }

    fn next(&self, _: &QueryContext) -> std::result::Result<Option<SourceMorsel>, SourceFailure> {
        let index = self.next.fetch_add(1, Ordering::Relaxed);
        let Some(slice) = self.cut.get().and_then(|cut| cut.slices.get(index)) else { return Ok(None) };
        let number = index as u64;
        let batches = self.batches().map_err(|error| SourceFailure { number, error })?;
        let batch = batches[slice.batch].sliced(slice.offset, slice.length);
        Ok(Some(SourceMorsel { number, batch, first_row: Some(slice.first_row) }))
    }

    fn size(&self) -> SourceSize {
        let cut = self.cut.get();
        SourceSize { rows: cut.map(|cut| cut.num_rows), morsels: cut.map(|cut| cut.slices.len()) }
    }
}

/// Slices of at most `morsel_rows` rows that cover all batches.
fn cut(batches: &[Batch], morsel_rows: usize) -> Cut {
    let mut slices = Vec::new();
    let mut num_rows = 0;
    for (batch, rows) in batches.iter().map(Batch::num_rows).enumerate() {
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
    use lazuli_array::{Column, FromValues};

    #[test]
    fn slices_cover_all_rows_in_order() {
        let batch = |rows: i64| {
            Batch::from_columns(vec![("a".into(), Column::from_values(0..rows))]).expect("one column")
        };
        let cut = cut(&[batch(7), batch(0), batch(3), batch(4)], 3);
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
