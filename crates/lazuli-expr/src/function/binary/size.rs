//! `bin.size`.

use lazuli_array::{DataType, PrimitiveArray};

use super::{BinaryNamespace, BytesFunction, infallible};
use crate::function::SignatureError;
use crate::function::arguments::{Constants, Parameter};
use crate::{Expr, FunctionRef};

/// The unit, single bytes if it is missing.
pub(super) static SIZE: BytesFunction = BytesFunction {
    name: "bin.size",
    parameters: &[Parameter::one_text("unit")],
    required: 0,
    output: |arguments| match arguments.text(1).as_deref() {
        None | Some("b") => Ok(DataType::Int64),
        Some(unit) if bytes_in(unit).is_some() => Ok(DataType::Float64),
        Some(_) => Err(SignatureError::InvalidArgument("the unit is 'b', 'kb', 'mb', 'gb' or 'tb'".into())),
    },
    kernel: |call| match call.text(1).and_then(|unit| bytes_in(&unit)) {
        None | Some(1.0) => infallible(|rows| {
            let sizes = rows.offsets().windows(2).map(|pair| pair[1] - pair[0]).collect();
            PrimitiveArray::<i64>::new(sizes, rows.validity().cloned())
        }),
        Some(unit) => infallible(move |rows| {
            let sizes = rows.offsets().windows(2).map(|pair| (pair[1] - pair[0]) as f64 / unit).collect();
            PrimitiveArray::<f64>::new(sizes, rows.validity().cloned())
        }),
    },
    is_fallible: false,
};

fn bytes_in(unit: &str) -> Option<f64> {
    let power = ["b", "kb", "mb", "gb", "tb"].iter().position(|known| *known == unit)?;
    Some(1024f64.powi(power as i32))
}

impl BinaryNamespace {
    /// The number of bytes; null for null.
    ///
    /// ```
    /// use lazuli_expr::col;
    ///
    /// assert_eq!(col("image").bin().size().to_string(), "bin.size(image)");
    /// ```
    pub fn size(self) -> Expr {
        self.0.call(FunctionRef::Builtin(&SIZE))
    }

    /// The size as a float in a unit: `kb` are 1024 bytes, and then `mb`, `gb`, `tb`.
    pub fn size_in(self, unit: &str) -> Expr {
        self.0.call_with(FunctionRef::Builtin(&SIZE), [unit.into()])
    }
}
