//! `struct.json_encode`.

use lazuli_array::DataType;
use lazuli_kernels::{KernelError, fields};

use super::{StructNamespace, expected};
use crate::Expr;
use crate::evaluate::Value;
use crate::function::constants::map_rows;
use crate::function::{Argument, ScalarFunction, Signature, SignatureError};

/// A struct, or any other value, as JSON text; `null` for null. NaN and infinite numbers, which JSON does not have, are
/// null.
#[derive(Debug)]
pub struct JsonEncode;

impl ScalarFunction for JsonEncode {
    fn name(&self) -> &str {
        "struct.json_encode"
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        match arguments {
            [_] => Ok(Signature::unchanged(arguments, DataType::String)),
            _ => Err(expected("one struct")),
        }
    }

    fn evaluate(&self, inputs: &[Value], _: usize) -> Result<Value, KernelError> {
        map_rows(&inputs[0], |column| Ok(fields::to_json(column)))
    }
}

impl StructNamespace {
    /// The struct as JSON text.
    ///
    /// ```
    /// use lazuli_expr::col;
    ///
    /// assert_eq!(col("s").struct_().json_encode().to_string(), "struct.json_encode(s)");
    /// ```
    pub fn json_encode(self) -> Expr {
        self.0.call(super::JSON_ENCODE)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::show;
    use crate::{as_struct, col, lit};

    #[test]
    fn objects() {
        assert_eq!(show(col("s").struct_().json_encode()), r#"s: {"a":1,"b":"x"} null {"a":null,"b":"y"}"#);
        let nan = as_struct([lit(f64::NAN).alias("x"), lit(0.5).alias("y")]);
        assert!(show(nan.struct_().json_encode()).ends_with(r#"{"x":null,"y":0.5}"#));
    }
}
