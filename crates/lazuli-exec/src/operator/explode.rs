//! Explode: items of lists become rows.

use lazuli_array::{Batch, SchemaRef};

use crate::morsel::{Flow, Morsel};
use crate::pipeline::{Operator, Task};
use crate::profile::Description;
use crate::{ExecError, Result};

/// One row for each item of the lists at these positions, at most a morsel of them at a time, however long a list is.
pub(crate) struct Explode {
    pub(crate) lists: Vec<usize>,
    pub(crate) drop_empty: bool,
    pub(crate) schema: SchemaRef,
}

impl Operator for Explode {
    fn describe(&self) -> Description {
        Description::of_columns("explode", &self.lists, &self.schema)
    }

    fn execute(
        &self,
        input: Morsel,
        task: &Task<'_>,
        emit: &mut dyn FnMut(Morsel) -> Result<Flow>,
    ) -> Result<Flow> {
        let columns = input.batch.columns();
        let mut exploded = lazuli_kernels::Explode::new(columns, &self.lists, self.drop_empty)
            .map_err(ExecError::kernel("explode"))?;
        while let Some(columns) = exploded.next_rows(task.context.morsel_rows) {
            let num_rows = columns[self.lists[0]].len();
            let rows = input.with_rows(Batch::new(self.schema.clone(), columns, num_rows));
            if emit(rows)? == Flow::Stop {
                return Ok(Flow::Stop);
            }
        }
        Ok(Flow::More)
    }
}
