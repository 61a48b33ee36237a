//! Functions of one number whose result is a float: roots, powers of e, logarithms, angles.
//!
//! All are alike but for what is computed, so they share this file: a line of the table at its end is a function, its
//! constant, its method on [`Expr`] and its documentation.

use lazuli_array::{Column, DataType};
use lazuli_kernels::{KernelError, map_floats, sqrt};

use crate::Expr;
use crate::evaluate::Value;
use crate::function::constants::map_rows;
use crate::function::{Argument, FunctionRef, ScalarFunction, Signature, SignatureError};

/// How a float function is computed.
#[derive(Debug)]
enum Compute {
    /// Value by value.
    Each(fn(f64) -> f64),
    /// By a kernel of its own.
    Rows(fn(&Column) -> Result<Column, KernelError>),
}

/// A function of one number, computed as a float: Float32 stays, other numbers become Float64. Null stays null; outside of
/// what the function is defined for it is NaN or infinite, never an error.
#[derive(Debug)]
pub struct OfFloat {
    name: &'static str,
    compute: Compute,
}

impl ScalarFunction for OfFloat {
    fn name(&self) -> &str {
        self.name
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        match arguments {
            [argument] if argument.data_type.is_numeric() || *argument.data_type == DataType::Null => {
                let float = float_type(argument.data_type);
                Ok(Signature { inputs: vec![float.clone()], output: float })
            }
            _ => Err(SignatureError::Expected("one number".into())),
        }
    }

    fn evaluate(&self, inputs: &[Value], _: usize) -> Result<Value, KernelError> {
        map_rows(&inputs[0], |column| match self.compute {
            Compute::Each(function) => map_floats(self.name, column, function),
            Compute::Rows(kernel) => kernel(column),
        })
    }
}

/// The float that a number is computed as.
pub(super) fn float_type(number: &DataType) -> DataType {
    if *number == DataType::Float32 { DataType::Float32 } else { DataType::Float64 }
}

macro_rules! of_floats {
    ($($(#[$doc:meta])+ $constant:ident, $method:ident, $compute:expr;)+) => {
        $($(#[$doc])+ pub const $constant: FunctionRef =
            FunctionRef::Builtin(&OfFloat { name: stringify!($method), compute: $compute });)+

        impl Expr {
            $($(#[$doc])+ pub fn $method(self) -> Self {
                self.call($constant)
            })+
        }

        /// The functions of this file.
        pub(in crate::function) static FUNCTIONS: &[FunctionRef] = &[$($constant),+];
    };
}

of_floats! {
    /// The angle whose cosine this is, in radians; NaN outside of -1 to 1.
    ARCCOS, arccos, Compute::Each(f64::acos);
    /// The number of at least 0 whose hyperbolic cosine this is; NaN below 1.
    ARCCOSH, arccosh, Compute::Each(f64::acosh);
    /// The angle whose sine this is, in radians; NaN outside of -1 to 1.
    ARCSIN, arcsin, Compute::Each(f64::asin);
    /// The number whose hyperbolic sine this is.
    ARCSINH, arcsinh, Compute::Each(f64::asinh);
    /// The angle whose tangent this is, in radians.
    ARCTAN, arctan, Compute::Each(f64::atan);
    /// The number whose hyperbolic tangent this is; NaN outside of -1 to 1.
    ARCTANH, arctanh, Compute::Each(f64::atanh);
    /// The cube root, of negative numbers too.
    CBRT, cbrt, Compute::Each(f64::cbrt);
    /// The cosine of an angle in radians.
    COS, cos, Compute::Each(f64::cos);
    /// The hyperbolic cosine.
    COSH, cosh, Compute::Each(f64::cosh);
    /// The cotangent of an angle in radians.
    COT, cot, Compute::Each(|angle| 1.0 / angle.tan());
    /// An angle in radians as degrees.
    DEGREES, degrees, Compute::Each(f64::to_degrees);
    /// e to the power of this.
    EXP, exp, Compute::Each(f64::exp);
    /// e to the power of this, less 1, exact near 0.
    EXPM1, expm1, Compute::Each(f64::exp_m1);
    /// The natural logarithm; NaN for negative numbers, -inf for 0.
    LN, ln, Compute::Each(f64::ln);
    /// The logarithm of base 10.
    LOG10, log10, Compute::Each(f64::log10);
    /// The natural logarithm of this and 1, exact near 0.
    LOG1P, log1p, Compute::Each(f64::ln_1p);
    /// The logarithm of base 2.
    LOG2, log2, Compute::Each(f64::log2);
    /// An angle in degrees as radians.
    RADIANS, radians, Compute::Each(f64::to_radians);
    /// The sine of an angle in radians.
    SIN, sin, Compute::Each(f64::sin);
    /// The hyperbolic sine.
    SINH, sinh, Compute::Each(f64::sinh);
    /// The square root; NaN for negative numbers.
    ///
    /// ```
    /// use lazuli_expr::col;
    ///
    /// assert_eq!(col("area").sqrt().to_string(), "sqrt(area)");
    /// ```
    SQRT, sqrt, Compute::Rows(sqrt);
    /// The tangent of an angle in radians.
    TAN, tan, Compute::Each(f64::tan);
    /// The hyperbolic tangent.
    TANH, tanh, Compute::Each(f64::tanh);
}

#[cfg(test)]
mod tests {
    use lazuli_array::{FromValues, Scalar};
    use lazuli_kernels::Constant;

    use super::*;

    #[test]
    fn values_of_each_function() {
        let inf = f64::INFINITY;
        let nan = f64::NAN;
        for (function, input, expected) in [
            (ARCCOS, 1.0, 0.0),
            (ARCCOS, 2.0, nan),
            (ARCCOSH, 1.0, 0.0),
            (ARCSIN, 0.0, 0.0),
            (ARCSINH, 0.0, 0.0),
            (ARCTAN, inf, std::f64::consts::FRAC_PI_2),
            (ARCTANH, 1.0, inf),
            (CBRT, -8.0, -2.0),
            (COS, 0.0, 1.0),
            (COSH, 0.0, 1.0),
            (COT, 0.0, inf),
            (DEGREES, std::f64::consts::PI, 180.0),
            (EXP, -inf, 0.0),
            (EXPM1, 1e-20, 1e-20),
            (LN, 0.0, -inf),
            (LN, -1.0, nan),
            (LOG10, 1000.0, 3.0),
            (LOG1P, 1e-20, 1e-20),
            (LOG2, 8.0, 3.0),
            (RADIANS, 180.0, std::f64::consts::PI),
            (SIN, 0.0, 0.0),
            (SINH, 0.0, 0.0),
            (SQRT, 2.25, 1.5),
            (SQRT, -1.0, nan),
            (TAN, 0.0, 0.0),
            (TANH, inf, 1.0),
        ] {
            let column = Column::from_values([Some(input), None].into_iter());
            let found = function.evaluate(&[column.into()], 2).unwrap();
            let expected = Column::from_values([Some(expected), None].into_iter());
            assert_eq!(found, Value::Column(expected), "{function:?}({input})");
        }
    }

    #[test]
    fn types_become_floats() {
        let output = |data_type: &DataType| {
            EXP.signature(&[Argument { data_type, literal: None }]).map(|types| types.output)
        };
        assert_eq!(output(&DataType::Int8), Ok(DataType::Float64));
        assert_eq!(output(&DataType::Float32), Ok(DataType::Float32));
        assert_eq!(output(&DataType::Decimal { precision: 5, scale: 2 }), Ok(DataType::Float64));
        assert!(output(&DataType::String).is_err() && output(&DataType::Boolean).is_err());
        let constant = Constant::from_scalar(&Scalar::Float32(9.0));
        let three = Constant::from_scalar(&Scalar::Float32(3.0));
        assert_eq!(SQRT.evaluate(&[constant.into()], 5), Ok(three.into()));
    }
}
