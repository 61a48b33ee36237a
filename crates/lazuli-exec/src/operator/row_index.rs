//! Row index: the number of each row, as rows come by.

use std::sync::atomic::{AtomicI64, Ordering};

use lazuli_array::{Batch, Column, DataType, PrimitiveArray, Scalar, SchemaRef};
use lazuli_kernels::KernelError;

use crate::morsel::{Flow, Morsel};
use crate::pipeline::{Operator, Task, Turn};
use crate::profile::Description;
use crate::{ExecError, Result};

/// Puts the numbers of rows in front of their columns.
///
/// Takes rows in order, so workers wait for their turn. One of these may stand in several lanes, which run one after the
/// other.
pub(crate) struct RowIndex {
    schema: SchemaRef,
    /// The number of the next row. Written only by the worker whose turn it is, so relaxed order will do: taking turns
    /// goes through a lock.
    next: AtomicI64,
}

impl RowIndex {
    /// Numbers from `first` on; `schema` is that of the result, its first column the index.
    pub(crate) fn new(first: i64, schema: SchemaRef) -> Self {
        Self { schema, next: AtomicI64::new(first) }
    }
}

impl Operator for RowIndex {
    fn describe(&self) -> Description {
        Description::of_columns("with_row_index", &[0], &self.schema)
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
        let first = self.next.load(Ordering::Relaxed);
        let Some(past) = i64::try_from(input.num_rows()).ok().and_then(|rows| first.checked_add(rows)) else {
            return Err(ExecError::kernel("with_row_index")(KernelError::Overflow {
                operation: "row index",
                row: 0,
                left: Scalar::Int64(first),
                right: Scalar::Null,
                data_type: DataType::Int64,
            }));
        };
        self.next.store(past, Ordering::Relaxed);
        let index = Column::new(DataType::Int64, PrimitiveArray::from_vec((first..past).collect()));
        let columns = std::iter::once(index).chain(input.batch.columns().iter().cloned()).collect();
        emit(input.with_columns(Batch::new(self.schema.clone(), columns, input.num_rows())))
    }
}
