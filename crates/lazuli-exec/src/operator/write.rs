//! Write: rows into a data sink, encoded by many workers, written in order.

use std::sync::{PoisonError, RwLock};

use lazuli_plan::{DataSink, SinkWriter, SourceError};

use crate::context::QueryContext;
use crate::morsel::{Flow, Morsel};
use crate::pipeline::{Sink, SinkWorker, Task, Turn};
use crate::profile::{Description, Leaves};
use crate::{ExecError, Result};

/// Gives rows to a writer. In flight is one encoded morsel a worker, and what the writer keeps: who is early waits for its
/// turn.
pub(crate) struct Write {
    name: String,
    /// Taken by the finish.
    writer: RwLock<Option<Box<dyn SinkWriter>>>,
}

impl Write {
    pub(crate) fn new(sink: &dyn DataSink, writer: Box<dyn SinkWriter>) -> Self {
        Self { name: sink.name(), writer: RwLock::new(Some(writer)) }
    }

    fn failed(&self, error: SourceError) -> ExecError {
        ExecError::Sink { name: self.name.clone(), error }
    }
}

impl Sink for Write {
    fn describe(&self) -> Description {
        Description::new("sink", self.name.clone())
    }

    fn leaves(&self) -> Leaves<'_> {
        Leaves::Nothing
    }

    fn worker<'a>(&'a self, _: &'a QueryContext) -> Box<dyn SinkWorker + 'a> {
        Box::new(WriteWorker { sink: self })
    }

    fn finish(&self, _: &QueryContext) -> Result<()> {
        let writer = self.writer.write().unwrap_or_else(PoisonError::into_inner).take();
        writer.map_or(Ok(()), |writer| writer.finish().map_err(|error| self.failed(error)))
    }
}

struct WriteWorker<'a> {
    sink: &'a Write,
}

impl SinkWorker for WriteWorker<'_> {
    fn consume(&mut self, input: Morsel, task: &Task<'_>) -> Result<Flow> {
        let writer = self.sink.writer.read().unwrap_or_else(PoisonError::into_inner);
        let Some(writer) = &*writer else { return Ok(Flow::Stop) };
        let encoded = writer.encode(&input.batch).map_err(|error| self.sink.failed(error))?;
        if task.wait_for_turn() == Turn::Never {
            return Ok(Flow::Stop);
        }
        writer.write(encoded).map_err(|error| self.sink.failed(error))?;
        Ok(Flow::More)
    }

    fn combine(self: Box<Self>) -> Result<()> {
        Ok(())
    }
}
