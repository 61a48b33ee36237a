//! `row_number` and `row_index`.

use lazuli_array::{Column, DataType, PrimitiveArray};
use lazuli_kernels::KernelError;

use super::{Partitions, WindowFunction};
use crate::function::{Argument, Signature, SignatureError};

/// The place of the row in its partition, an Int64, counted from some number.
#[derive(Debug)]
pub struct RowNumber {
    pub(super) name: &'static str,
    pub(super) first: i64,
}

impl WindowFunction for RowNumber {
    fn name(&self) -> &'static str {
        self.name
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        if arguments.is_empty() {
            Ok(Signature { inputs: Vec::new(), output: DataType::Int64 })
        } else {
            Err(SignatureError::Expected("no arguments".into()))
        }
    }

    fn num_columns(&self) -> usize {
        0
    }

    fn evaluate(
        &self,
        _: &[Column],
        _: &[Argument<'_>],
        partitions: &Partitions<'_>,
    ) -> Result<Column, KernelError> {
        let mut numbers = vec![0i64; partitions.num_rows()];
        partitions.visit(self.first, |next, row| {
            numbers[row] = *next;
            *next += 1;
        });
        Ok(Column::new(DataType::Int64, PrimitiveArray::from_vec(numbers)))
    }
}
