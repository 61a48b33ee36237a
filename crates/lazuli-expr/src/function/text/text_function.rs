//! The one type behind most functions of strings: what is the same in all of them.
//!
//! A function says what it takes, what comes out, and which kernel its constants make; that a column may be coded, that
//! arguments may differ by row, and that a constant stays one is known here.

use lazuli_array::{Array, Column, DataType, StringArray};
use lazuli_kernels::strings::map_text;
use lazuli_kernels::{Constant, KernelError};

use crate::evaluate::Value;
pub(super) use crate::function::arguments::Call;
use crate::function::arguments::{self, Parameter};
use crate::function::constants::map_rows;
use crate::function::differing::with_constants;
use crate::function::{Argument, ScalarFunction, Signature, SignatureError};

/// What a function does with texts, its other arguments being known: one row for each, null for null.
pub(super) type Kernel = Box<dyn Fn(&StringArray) -> Result<Array, KernelError>>;

/// A function of one text in each row and further arguments.
pub(super) struct TextFunction {
    /// Its name, `str.` and a word.
    pub name: &'static str,
    /// What it takes behind the text.
    pub parameters: &'static [Parameter],
    /// How many of these it needs.
    pub required: usize,
    /// The type of the result, and what else may be wrong with the arguments.
    pub output: fn(&[Argument<'_>]) -> Result<DataType, SignatureError>,
    /// The kernel for these constants, the first being the text, which is none; `None` if every row is null.
    pub kernel: fn(&Call<'_>) -> Result<Option<Kernel>, KernelError>,
    /// Whether some row may be an error.
    pub is_fallible: bool,
    /// The rows of a call whose arguments differ by row, where that is worth a loop of its own.
    pub by_row: Option<ByRow>,
}

/// All rows of a call with as many rows; `None` where its arguments are no case of it.
pub(super) type ByRow = fn(&[Value], usize) -> Option<Array>;

/// A kernel that cannot fail.
pub(super) fn infallible<A: Into<Array>>(
    kernel: impl Fn(&StringArray) -> A + 'static,
) -> Result<Option<Kernel>, KernelError> {
    Ok(Some(Box::new(move |texts| Ok(kernel(texts).into()))))
}

impl TextFunction {
    /// A function of the text alone that cannot fail.
    pub(super) const fn of_text(
        name: &'static str,
        output: fn(&[Argument<'_>]) -> Result<DataType, SignatureError>,
        kernel: fn(&Call<'_>) -> Result<Option<Kernel>, KernelError>,
    ) -> Self {
        Self { name, parameters: &[], required: 0, output, kernel, is_fallible: false, by_row: None }
    }
}

impl ScalarFunction for TextFunction {
    fn name(&self) -> &str {
        self.name
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        let first = (DataType::String, "a String");
        let inputs = arguments::inputs(arguments, first, self.parameters, self.required)?;
        Ok(Signature { inputs, output: (self.output)(arguments)? })
    }

    fn evaluate(&self, inputs: &[Value], num_rows: usize) -> Result<Value, KernelError> {
        let output = arguments::output_of(self.output, inputs);
        let differs = inputs.iter().skip(1).any(|input| !input.is_constant());
        if differs
            && let Some(by_row) = self.by_row
            && let Some(array) = by_row(inputs, num_rows)
        {
            return Ok(Column::new(output, array).into());
        }
        with_constants(inputs, num_rows, &output, &|inputs, _| match (self.kernel)(&Call {
            inputs,
            output: &output,
        })? {
            Some(kernel) => {
                map_rows(&inputs[0], |column| map_text(column, &output, &mut |texts| kernel(texts)))
            }
            None => Ok(Constant::null(output.clone()).into()),
        })
    }

    fn is_fallible(&self) -> bool {
        self.is_fallible
    }
}

/// The output of a function that gives text.
pub(super) fn gives_text(_: &[Argument<'_>]) -> Result<DataType, SignatureError> {
    Ok(DataType::String)
}

/// The output of a function that gives a number of things, or a place.
pub(super) fn gives_integer(_: &[Argument<'_>]) -> Result<DataType, SignatureError> {
    Ok(DataType::Int64)
}

/// The output of a test.
pub(super) fn gives_boolean(_: &[Argument<'_>]) -> Result<DataType, SignatureError> {
    Ok(DataType::Boolean)
}

#[cfg(test)]
mod tests {
    use lazuli_array::Scalar;
    use lazuli_kernels::Constant;

    use super::*;
    use crate::function::text::{case, contains, slice};

    fn constant(value: impl Into<Scalar>) -> Value {
        Constant::from_scalar(&value.into()).into()
    }

    #[test]
    fn a_constant_of_constants_stays_one() {
        let upper = case::TO_UPPERCASE.evaluate(&[constant("é")], 7).unwrap();
        assert_eq!(upper, constant("É"));
        let found = contains::CONTAINS.evaluate(&[constant("abc"), constant("b+")], 7).unwrap();
        assert_eq!(found, constant(true));
        let null = Value::Constant(Constant::null(DataType::String));
        assert_eq!(case::TO_UPPERCASE.evaluate(std::slice::from_ref(&null), 7), Ok(null));
    }

    #[test]
    fn a_constant_text_meets_arguments_that_differ() {
        let numbers = Column::from_scalars(&DataType::Int64, [1i64, 0, 2].map(Scalar::Int64)).unwrap();
        let heads = slice::HEAD.evaluate(&[constant("éa"), numbers.clone().into()], 3).unwrap();
        let texts: Vec<Scalar> = (0..3).map(|row| heads.as_datum().get(row)).collect();
        assert_eq!(texts, ["é", "", "éa"].map(Scalar::from));
        // Of two arguments, which has no loop of its own.
        let parts = slice::SLICE.evaluate(&[constant("éa"), numbers.into(), constant(1i64)], 3).unwrap();
        let texts: Vec<Scalar> = (0..3).map(|row| parts.as_datum().get(row)).collect();
        assert_eq!(texts, ["a", "é", ""].map(Scalar::from));
    }
}
