//! An answer batch by batch, in order, while the query runs.

use std::sync::mpsc::{Receiver, SyncSender};
use std::thread::JoinHandle;

use lazuli_array::{Batch, SchemaRef};
use lazuli_kernels::concat_batches;

use crate::context::QueryContext;
use crate::morsel::{Flow, Morsel};
use crate::pipeline::{Sink, SinkWorker, Task, Turn};
use crate::profile::{Description, Leaves};
use crate::{CancelFlag, ExecError, Result};

/// The batches of an answer, in order. Dropping it cancels the query.
///
/// The query runs on threads of its own, a few batches ahead of whoever takes them; it waits when nobody does.
#[derive(Debug)]
pub struct Batches {
    schema: SchemaRef,
    /// Rows of each batch but the last; as they come if `None`.
    batch_rows: Option<usize>,
    /// `None` when the query has ended.
    receiver: Option<Receiver<Result<Batch>>>,
    /// Rows that wait for more to fill a batch.
    waiting: Vec<Batch>,
    abandoned: CancelFlag,
    thread: Option<JoinHandle<()>>,
}

impl Batches {
    pub(crate) fn new(
        schema: SchemaRef,
        batch_rows: Option<usize>,
        receiver: Receiver<Result<Batch>>,
        abandoned: CancelFlag,
        thread: JoinHandle<()>,
    ) -> Self {
        let batch_rows = batch_rows.map(|rows| rows.max(1));
        let thread = Some(thread);
        Self { schema, batch_rows, receiver: Some(receiver), waiting: Vec::new(), abandoned, thread }
    }

    /// Names and types of the columns.
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// The first rows of those that wait, as one batch.
    fn take_waiting(&mut self, num_rows: usize) -> Batch {
        let mut parts = Vec::new();
        let mut missing = num_rows;
        while missing > 0 {
            let first = self.waiting.remove(0);
            if first.num_rows() > missing {
                parts.push(first.sliced(0, missing));
                self.waiting.insert(0, first.sliced(missing, first.num_rows() - missing));
                missing = 0;
            } else {
                missing -= first.num_rows();
                parts.push(first);
            }
        }
        match parts.len() {
            1 => parts.remove(0),
            _ => concat_batches(&self.schema, &parts),
        }
    }
}

impl Iterator for Batches {
    type Item = Result<Batch>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let waiting: usize = self.waiting.iter().map(Batch::num_rows).sum();
            let wanted = self.batch_rows.unwrap_or(1);
            if waiting >= wanted {
                let num_rows = self.batch_rows.unwrap_or(waiting);
                return Some(Ok(self.take_waiting(num_rows)));
            }
            match self.receiver.as_ref().and_then(|receiver| receiver.recv().ok()) {
                Some(Ok(batch)) => self.waiting.push(batch),
                Some(Err(error)) => {
                    self.receiver = None;
                    self.waiting.clear();
                    return Some(Err(error));
                }
                None => {
                    self.receiver = None;
                    return (waiting > 0).then(|| Ok(self.take_waiting(waiting)));
                }
            }
        }
    }
}

impl Drop for Batches {
    fn drop(&mut self) {
        self.abandoned.cancel();
        // A worker that waits for room finds nobody at the other end.
        self.receiver = None;
        if let Some(thread) = self.thread.take() {
            // A panic of that thread was turned into an error for whoever still listened.
            let _ = thread.join();
        }
    }
}

/// Sends rows to a [`Batches`], in order.
pub(crate) struct Send {
    sender: SyncSender<Result<Batch>>,
}

impl Send {
    pub(crate) fn new(sender: SyncSender<Result<Batch>>) -> Self {
        Self { sender }
    }
}

impl Sink for Send {
    fn describe(&self) -> Description {
        Description::new("collect_batches", "")
    }

    fn leaves(&self) -> Leaves<'_> {
        Leaves::Nothing
    }

    fn worker<'a>(&'a self, _: &'a QueryContext) -> Box<dyn SinkWorker + 'a> {
        Box::new(SendWorker { sender: self.sender.clone() })
    }

    fn finish(&self, _: &QueryContext) -> Result<()> {
        Ok(())
    }
}

struct SendWorker {
    sender: SyncSender<Result<Batch>>,
}

impl SinkWorker for SendWorker {
    fn consume(&mut self, input: Morsel, task: &Task<'_>) -> Result<Flow> {
        if task.wait_for_turn() == Turn::Never {
            return Ok(Flow::Stop);
        }
        match task.context.wait(|| self.sender.send(Ok(input.batch))) {
            Ok(()) => Ok(Flow::More),
            Err(_) => Err(ExecError::Cancelled), // Nobody listens any more.
        }
    }

    fn combine(self: Box<Self>) -> Result<()> {
        Ok(())
    }
}
