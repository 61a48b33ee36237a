//! Tail: a run of rows that is counted from the end.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::collect::{Share, Shares};
use crate::Result;
use crate::context::QueryContext;
use crate::morsel::{Flow, Morsel};
use crate::pipeline::{Sink, SinkWorker, Task};
use crate::profile::{Description, Leaves};
use crate::source::Stored;

const OPERATOR: &str = "slice from the end";

/// At most `length` rows from the `offset`-th before the end on. When there are fewer than `offset` rows, those that
/// would stand before the first one count as well.
pub(crate) struct Tail {
    offset: usize,
    length: Option<usize>,
    /// Rows that have come by.
    seen: AtomicUsize,
    shares: Shares,
    stored: Arc<Stored>,
}

impl Tail {
    pub(crate) fn new(offset: usize, length: Option<usize>, stored: Arc<Stored>) -> Self {
        Self { offset, length, seen: AtomicUsize::new(0), shares: Shares::default(), stored }
    }
}

impl Sink for Tail {
    fn describe(&self) -> Description {
        let offset = self.offset;
        let detail = match self.length {
            Some(length) => format!("offset -{offset}, length {length}"),
            None => format!("offset -{offset}"),
        };
        Description::new("slice", detail)
    }

    fn leaves(&self) -> Leaves<'_> {
        Leaves::Rows(&self.stored)
    }

    fn worker<'a>(&'a self, context: &'a QueryContext) -> Box<dyn SinkWorker + 'a> {
        Box::new(TailWorker { sink: self, context, share: Share::new(OPERATOR, context), seen: 0, kept: 0 })
    }

    fn finish(&self, context: &QueryContext) -> Result<()> {
        let (morsels, reservation) = self.shares.take_in_order(OPERATOR, context);
        let seen = self.seen.load(Ordering::Relaxed);
        let kept: usize = morsels.iter().map(|(_, batch)| batch.num_rows()).sum();
        // In rows of the whole input, which may start before row 0.
        let start = seen as i128 - self.offset as i128;
        let end = start + self.length.map_or(i128::MAX / 2, |length| length as i128);
        // In rows of what was kept, which are the last ones.
        let dropped = (seen - kept) as i128;
        let position = |row: i128| (row - dropped).clamp(0, kept as i128) as usize;
        let (start, end) = (position(start), position(end));
        let mut batches = Vec::new();
        let mut first = 0;
        for (_, batch) in morsels {
            let past = first + batch.num_rows();
            let (from, to) = (start.clamp(first, past), end.clamp(first, past));
            if from < to {
                batches.push(batch.sliced(from - first, to - from));
            }
            first = past;
        }
        self.stored.set(batches, reservation);
        Ok(())
    }
}

struct TailWorker<'a> {
    sink: &'a Tail,
    context: &'a QueryContext,
    share: Share,
    seen: usize,
    kept: usize,
}

impl SinkWorker for TailWorker<'_> {
    fn consume(&mut self, input: Morsel, _: &Task<'_>) -> Result<Flow> {
        let num_rows = input.num_rows();
        self.share.keep(input.index, input.batch)?;
        self.seen += num_rows;
        self.kept += num_rows;
        // Letting go in large strides keeps the cost of counting bytes anew small.
        if self.kept > self.sink.offset.saturating_mul(2).saturating_add(self.context.morsel_rows) {
            self.let_go()?;
        }
        Ok(Flow::More)
    }

    fn combine(self: Box<Self>) -> Result<()> {
        self.sink.seen.fetch_add(self.seen, Ordering::Relaxed);
        self.sink.shares.add(self.share);
        Ok(())
    }
}

impl TailWorker<'_> {
    /// Forgets the batches that can't be among the last `offset` rows: places of one worker's morsels ascend.
    fn let_go(&mut self) -> Result<()> {
        let old = std::mem::replace(&mut self.share, Share::new(OPERATOR, self.context));
        let mut unneeded = self.kept.saturating_sub(self.sink.offset);
        for (index, batch) in old.morsels {
            if batch.num_rows() <= unneeded {
                unneeded -= batch.num_rows();
                self.kept -= batch.num_rows();
            } else {
                unneeded = 0;
                self.share.keep(index, batch)?;
            }
        }
        Ok(())
    }
}
