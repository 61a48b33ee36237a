//! `bin.encode`, `bin.decode`.

use std::sync::Arc;

use lazuli_array::{DataType, Scalar};
use lazuli_kernels::KernelError;
use lazuli_kernels::strings::{self, Encoding};

use super::{BinaryNamespace, BytesFunction, infallible};
use crate::function::arguments::Parameter;
use crate::function::text::check_encoding;
use crate::{Expr, FunctionRef};

/// The encoding.
pub(super) static ENCODE: BytesFunction = BytesFunction {
    name: "bin.encode",
    parameters: &[Parameter::one_text("encoding")],
    required: 1,
    output: |arguments| {
        check_encoding(arguments)?;
        Ok(DataType::String)
    },
    kernel: |call| {
        let Some(encoding) = call.text(1).and_then(|name| Encoding::named(&name)) else { return Ok(None) };
        infallible(move |rows| strings::encode(rows.into(), encoding))
    },
    is_fallible: false,
};

/// The encoding, and whether bytes that are no text in it are an error, else null.
pub(super) static DECODE: BytesFunction = BytesFunction {
    name: "bin.decode",
    parameters: &[Parameter::one_text("encoding"), Parameter::flag("strict")],
    required: 1,
    output: |arguments| {
        check_encoding(arguments)?;
        Ok(DataType::Binary)
    },
    kernel: |call| {
        let Some(encoding) = call.text(1).and_then(|name| Encoding::named(&name)) else { return Ok(None) };
        let strict = call.flag(2, true);
        Ok(Some(Box::new(move |rows| {
            let decoded = strings::decode(rows.into(), encoding, strict).map_err(|row| {
                let value = Scalar::Binary(Arc::from(rows.value(row)));
                KernelError::InvalidOperand {
                    operation: "bin.decode",
                    row,
                    value,
                    expected: encoding.in_words(),
                }
            });
            Ok(decoded?.into())
        })))
    },
    is_fallible: true,
};

impl BinaryNamespace {
    /// The bytes as text: in `hex` digits or in `base64`.
    ///
    /// ```
    /// use lazuli_expr::col;
    ///
    /// assert_eq!(col("hash").bin().encode("hex").to_string(), "bin.encode(hash, 'hex')");
    /// ```
    pub fn encode(self, encoding: &str) -> Expr {
        self.0.call_with(FunctionRef::Builtin(&ENCODE), [encoding.into()])
    }

    /// The bytes that the row stands for, read as text in `hex` or in `base64`. With `strict` a row that is in no such form
    /// is an error, else it is null.
    pub fn decode(self, encoding: &str, strict: bool) -> Expr {
        self.0.call_with(FunctionRef::Builtin(&DECODE), [encoding.into(), strict.into()])
    }
}
