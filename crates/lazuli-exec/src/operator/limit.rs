//! Limit: a run of rows, as they come by.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::Result;
use crate::morsel::{Flow, Morsel};
use crate::pipeline::{Operator, Task, Turn};
use crate::profile::Description;

/// Leaves out the first `offset` rows, then passes on at most `length`, and stops the source as soon as that is done.
///
/// Takes rows in order, so workers wait for their turn. One limit may stand in several lanes, which run one after the
/// other.
pub(crate) struct Limit {
    offset: usize,
    length: Option<usize>,
    /// Rows that have come by. Written only by the worker whose turn it is, so relaxed order will do: taking turns goes
    /// through a lock.
    seen: AtomicUsize,
}

impl Limit {
    pub(crate) fn new(offset: usize, length: Option<usize>) -> Self {
        Self { offset, length, seen: AtomicUsize::new(0) }
    }

    /// The row behind the last one that passes.
    fn end(&self) -> usize {
        self.length.map_or(usize::MAX, |length| self.offset.saturating_add(length))
    }
}

impl Operator for Limit {
    fn describe(&self) -> Description {
        let offset = self.offset;
        let detail = match self.length {
            Some(length) => format!("offset {offset}, length {length}"),
            None => format!("offset {offset}"),
        };
        Description::new("slice", detail)
    }

    fn execute(
        &self,
        input: Morsel,
        task: &Task<'_>,
        emit: &mut dyn FnMut(Morsel) -> Result<Flow>,
    ) -> Result<Flow> {
        if task.wait_for_turn() == Turn::Never {
            return Ok(Flow::Stop);
        }
        let first = self.seen.load(Ordering::Relaxed);
        let past = first.saturating_add(input.num_rows());
        self.seen.store(past, Ordering::Relaxed);
        let (start, end) = (self.offset.clamp(first, past), self.end().clamp(first, past));
        let flow = match end.saturating_sub(start) {
            0 => Flow::More,
            kept if kept == input.num_rows() => emit(input)?,
            kept => emit(input.with_rows(input.batch.sliced(start - first, kept)))?,
        };
        Ok(if self.is_satisfied() { Flow::Stop } else { flow })
    }

    fn is_satisfied(&self) -> bool {
        self.seen.load(Ordering::Relaxed) >= self.end()
    }
}
