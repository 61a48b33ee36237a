//! `bin.contains`, `bin.starts_with`, `bin.ends_with`.

use lazuli_array::{Bitmap, BooleanArray, DataType};
use lazuli_kernels::KernelError;
use lazuli_kernels::strings;

use super::{BinaryNamespace, BytesFunction, Kernel, infallible};
use crate::function::arguments::{Call, Parameter};
use crate::{Expr, FunctionRef};

pub(super) static CONTAINS: BytesFunction =
    test("bin.contains", |call| kernel(call, strings::contains_bytes));

pub(super) static STARTS_WITH: BytesFunction =
    test("bin.starts_with", |call| kernel(call, strings::starts_with_bytes));

pub(super) static ENDS_WITH: BytesFunction =
    test("bin.ends_with", |call| kernel(call, strings::ends_with_bytes));

const BYTES: &[Parameter] = &[Parameter::bytes("bytes")];

const fn test(
    name: &'static str,
    kernel: fn(&Call<'_>) -> Result<Option<Kernel>, KernelError>,
) -> BytesFunction {
    BytesFunction {
        name,
        parameters: BYTES,
        required: 1,
        output: |_| Ok(DataType::Boolean),
        kernel,
        is_fallible: false,
    }
}

/// A test of offsets and bytes against the bytes that are looked for.
type Search = fn(&[i64], &[u8], &[u8]) -> Bitmap;

fn kernel(call: &Call<'_>, search: Search) -> Result<Option<Kernel>, KernelError> {
    let Some(wanted) = call.bytes(1) else { return Ok(None) };
    infallible(move |rows| {
        let found = search(rows.offsets(), rows.bytes(), &wanted);
        BooleanArray::new(found, rows.validity().cloned())
    })
}

impl BinaryNamespace {
    /// Whether these bytes stand among the row's; null if either is. Text stands for its bytes.
    ///
    /// ```
    /// use lazuli_expr::col;
    ///
    /// assert_eq!(col("image").bin().contains("PNG").to_string(), "bin.contains(image, 'PNG')");
    /// ```
    pub fn contains(self, bytes: impl Into<Expr>) -> Expr {
        self.0.call_with(FunctionRef::Builtin(&CONTAINS), [bytes.into()])
    }

    /// Whether the row begins with these bytes; null if either is. Text stands for its bytes.
    pub fn starts_with(self, bytes: impl Into<Expr>) -> Expr {
        self.0.call_with(FunctionRef::Builtin(&STARTS_WITH), [bytes.into()])
    }

    /// Whether the row ends with these bytes; null if either is. Text stands for its bytes.
    pub fn ends_with(self, bytes: impl Into<Expr>) -> Expr {
        self.0.call_with(FunctionRef::Builtin(&ENDS_WITH), [bytes.into()])
    }
}
