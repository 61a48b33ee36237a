//! `bin.get`.

use lazuli_array::{DataType, PrimitiveArray, Scalar};
use lazuli_kernels::KernelError;

use super::{BinaryNamespace, BytesFunction};
use crate::function::arguments::Parameter;
use crate::{Expr, FunctionRef};

/// The place, and whether one that is outside is null, else it is an error.
pub(super) static GET: BytesFunction = BytesFunction {
    name: "bin.get",
    parameters: &[Parameter::integer("index"), Parameter::flag("null_on_oob")],
    required: 1,
    output: |_| Ok(DataType::UInt8),
    kernel: |call| {
        let Some(index) = call.integer(1) else { return Ok(None) };
        let null_outside = call.flag(2, false);
        Ok(Some(Box::new(move |rows| {
            let byte = |(row, bytes): (usize, Option<&[u8]>)| {
                let Some(bytes) = bytes else { return Ok(None) };
                let place = if index < 0 { index + bytes.len() as i64 } else { index };
                let found = usize::try_from(place).ok().and_then(|place| bytes.get(place)).copied();
                if found.is_none() && !null_outside {
                    let (value, expected) = (Scalar::Int64(index), "a place among the row's bytes");
                    return Err(KernelError::InvalidOperand { operation: "bin.get", row, value, expected });
                }
                Ok(found)
            };
            let bytes: PrimitiveArray<u8> = rows.iter().enumerate().map(byte).collect::<Result<_, _>>()?;
            Ok(bytes.into())
        })))
    },
    is_fallible: true,
};

impl BinaryNamespace {
    /// The byte at `index`, from 0 on, or from the end for a negative one, as UInt8. Outside it is null with
    /// `null_outside`, else an error.
    ///
    /// ```
    /// use lazuli_expr::col;
    ///
    /// assert_eq!(col("image").bin().get(-1, true).to_string(), "bin.get(image, -1, true)");
    /// ```
    pub fn get(self, index: impl Into<Expr>, null_outside: bool) -> Expr {
        self.0.call_with(FunctionRef::Builtin(&GET), [index.into(), null_outside.into()])
    }
}
