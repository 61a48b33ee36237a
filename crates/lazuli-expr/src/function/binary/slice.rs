//! `bin.slice`, `bin.head`, `bin.tail`.

use lazuli_array::DataType;
use lazuli_kernels::strings::{self, Part};

use super::{BinaryNamespace, BytesFunction, infallible};
use crate::function::arguments::Parameter;
use crate::function::text::check_length;
use crate::{Expr, FunctionRef};

pub(super) static SLICE: BytesFunction = BytesFunction {
    name: "bin.slice",
    parameters: &[Parameter::integer("offset"), Parameter::integer("length")],
    required: 1,
    output: |arguments| {
        check_length(arguments, 2)?;
        Ok(DataType::Binary)
    },
    kernel: |call| {
        let Some(offset) = call.integer(1) else { return Ok(None) };
        // One that is negative in some row takes nothing, and null means to the end.
        let length = call.integer(2).map(|length| u64::try_from(length).unwrap_or(0));
        infallible(move |rows| strings::slice_bytes(rows, Part::Slice { offset, length }))
    },
    is_fallible: false,
};

/// How many, 5 if it is missing.
pub(super) static HEAD: BytesFunction = BytesFunction {
    name: "bin.head",
    parameters: &[Parameter::integer("n")],
    required: 0,
    output: |_| Ok(DataType::Binary),
    kernel: |call| {
        let n = if call.inputs.len() > 1 { call.integer(1) } else { Some(5) };
        let Some(n) = n else { return Ok(None) };
        infallible(move |rows| strings::slice_bytes(rows, Part::Head(n)))
    },
    is_fallible: false,
};

/// How many, 5 if it is missing.
pub(super) static TAIL: BytesFunction = BytesFunction {
    name: "bin.tail",
    parameters: &[Parameter::integer("n")],
    required: 0,
    output: |_| Ok(DataType::Binary),
    kernel: |call| {
        let n = if call.inputs.len() > 1 { call.integer(1) } else { Some(5) };
        let Some(n) = n else { return Ok(None) };
        infallible(move |rows| strings::slice_bytes(rows, Part::Tail(n)))
    },
    is_fallible: false,
};

impl BinaryNamespace {
    /// At most `length` bytes from `offset` on, or all with a length of `None`; a negative offset counts from the end.
    ///
    /// ```
    /// use lazuli_expr::col;
    ///
    /// assert_eq!(col("image").bin().slice(0, 4).to_string(), "bin.slice(image, 0, 4)");
    /// ```
    pub fn slice(self, offset: impl Into<Expr>, length: impl Into<Expr>) -> Expr {
        self.0.call_with(FunctionRef::Builtin(&SLICE), [offset.into(), length.into()])
    }

    /// The first `n` bytes; all but the last `-n` for a negative one.
    pub fn head(self, n: impl Into<Expr>) -> Expr {
        self.0.call_with(FunctionRef::Builtin(&HEAD), [n.into()])
    }

    /// The last `n` bytes; all but the first `-n` for a negative one.
    pub fn tail(self, n: impl Into<Expr>) -> Expr {
        self.0.call_with(FunctionRef::Builtin(&TAIL), [n.into()])
    }
}
