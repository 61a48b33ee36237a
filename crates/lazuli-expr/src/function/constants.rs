//! Functions over rows and over constants alike: a constant is computed as one row.

use lazuli_array::Column;
use lazuli_kernels::{Constant, KernelError};

use crate::evaluate::Value;

/// What `function` makes of the rows, or of the one row that stands for all.
pub(super) fn map_rows(
    value: &Value,
    function: impl FnOnce(&Column) -> Result<Column, KernelError>,
) -> Result<Value, KernelError> {
    match value {
        Value::Column(column) => function(column).map(Value::Column),
        Value::Constant(constant) => {
            function(constant.as_column()).map(Constant::from_column).map(Value::Constant)
        }
    }
}
