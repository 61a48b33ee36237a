//! Functions of `bin.`: bytes.

mod affix; // contains, starts with, ends with
mod encode; // hexadecimal, base64
mod get; // one byte
mod reinterpret; // bytes as numbers
mod size; // how many bytes
mod slice; // parts

use lazuli_array::{Array, BinaryArray, Column, DataType};
use lazuli_kernels::{Constant, KernelError};

use super::FunctionRef::Builtin;
use super::arguments::{self, Call, Parameter};
use super::constants::map_rows;
use super::differing::with_constants;
use super::{Argument, FunctionRef, ScalarFunction, Signature, SignatureError};
use crate::Expr;
use crate::evaluate::Value;

/// The functions of bytes: [`Expr::bin`].
#[derive(Debug, Clone)]
pub struct BinaryNamespace(pub(crate) Expr);

impl Expr {
    /// The functions of bytes.
    pub fn bin(self) -> BinaryNamespace {
        BinaryNamespace(self)
    }
}

/// The functions of this family.
pub(super) static FUNCTIONS: &[FunctionRef] = &[
    Builtin(&affix::CONTAINS),
    Builtin(&affix::ENDS_WITH),
    Builtin(&affix::STARTS_WITH),
    Builtin(&encode::DECODE),
    Builtin(&encode::ENCODE),
    Builtin(&get::GET),
    Builtin(&reinterpret::REINTERPRET),
    Builtin(&size::SIZE),
    Builtin(&slice::HEAD),
    Builtin(&slice::SLICE),
    Builtin(&slice::TAIL),
];

/// What a function does with bytes, its other arguments being known: one row for each, null for null.
type Kernel = Box<dyn Fn(&BinaryArray) -> Result<Array, KernelError>>;

/// A function of the bytes in each row and further arguments, as `TextFunction` is of text.
struct BytesFunction {
    /// Its name, `bin.` and a word.
    name: &'static str,
    /// What it takes behind the bytes.
    parameters: &'static [Parameter],
    /// How many of these it needs.
    required: usize,
    /// The type of the result, and what else may be wrong with the arguments.
    output: fn(&[Argument<'_>]) -> Result<DataType, SignatureError>,
    /// The kernel for these constants; `None` if every row is null.
    kernel: fn(&Call<'_>) -> Result<Option<Kernel>, KernelError>,
    /// Whether some row may be an error.
    is_fallible: bool,
}

impl ScalarFunction for BytesFunction {
    fn name(&self) -> &str {
        self.name
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        let first = (DataType::Binary, "Binary");
        let inputs = arguments::inputs(arguments, first, self.parameters, self.required)?;
        Ok(Signature { inputs, output: (self.output)(arguments)? })
    }

    fn evaluate(&self, inputs: &[Value], num_rows: usize) -> Result<Value, KernelError> {
        let output = arguments::output_of(self.output, inputs);
        with_constants(inputs, num_rows, &output, &|inputs, _| {
            let Some(kernel) = (self.kernel)(&Call { inputs, output: &output })? else {
                return Ok(Constant::null(output.clone()).into());
            };
            map_rows(&inputs[0], |column| match column.array() {
                Array::Binary(rows) => Ok(Column::try_new(output.clone(), kernel(rows)?)?),
                _ => Err(KernelError::unsupported("bin", [column.data_type()])),
            })
        })
    }

    fn is_fallible(&self) -> bool {
        self.is_fallible
    }
}

/// A kernel that cannot fail.
fn infallible<A: Into<Array>>(
    kernel: impl Fn(&BinaryArray) -> A + 'static,
) -> Result<Option<Kernel>, KernelError> {
    Ok(Some(Box::new(move |rows| Ok(kernel(rows).into()))))
}

#[cfg(test)]
mod tests;
