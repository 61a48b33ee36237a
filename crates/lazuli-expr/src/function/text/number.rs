//! `str.to_integer`, `str.to_decimal`.

use lazuli_array::{Array, Column, DataType, Scalar};
use lazuli_kernels::cast::{CastMode, cast};
use lazuli_kernels::{KernelError, strings};

use super::StringNamespace;
use super::text_function::{Kernel, TextFunction, infallible};
use crate::function::SignatureError;
use crate::function::arguments::{Constants, Parameter};
use crate::{Expr, FunctionRef, Literal};

/// The base, 10 if it is missing; whether a text that is no number is an error, else it is null; and a value of the type.
pub(super) static TO_INTEGER: TextFunction = TextFunction {
    name: "str.to_integer",
    parameters: &[Parameter::integer("base"), Parameter::flag("strict"), Parameter::of_type("data_type")],
    required: 0,
    output: |arguments| {
        if arguments.integer(1).is_some_and(|base| !BASES.contains(&base)) {
            return Err(SignatureError::InvalidArgument(format!("expected {BASE}")));
        }
        match arguments.get(3) {
            None => Ok(DataType::Int64),
            Some(argument) if argument.data_type.is_integer() => Ok(argument.data_type.clone()),
            Some(_) => Err(SignatureError::InvalidArgument("the type is an integer".into())),
        }
    },
    kernel: |call| {
        let base = if call.inputs.len() > 1 { call.integer(1) } else { Some(10) };
        let Some(base) = base else { return Ok(None) };
        if !BASES.contains(&base) {
            let value = Scalar::Int64(base);
            return Err(KernelError::InvalidOperand {
                operation: "str.to_integer",
                row: 0,
                value,
                expected: BASE,
            });
        }
        Ok(Some(integers(base as u32, call.flag(2, true), call.output.clone())))
    },
    is_fallible: true,
    by_row: None,
};

const BASES: std::ops::RangeInclusive<i64> = 2..=36;
const BASE: &str = "a base of 2 to 36";

fn integers(base: u32, strict: bool, output: DataType) -> Kernel {
    Box::new(move |texts| {
        let failed = |row: usize| KernelError::CastFailed {
            row,
            value: texts.value(row).to_string(),
            from: DataType::String,
            to: output.clone(),
        };
        if output == DataType::UInt64 {
            return Ok(strings::to_integer::<u64>(texts, base, strict).map_err(failed)?.into());
        }
        let wide: Array = strings::to_integer::<i64>(texts, base, strict).map_err(failed)?.into();
        let mode = if strict { CastMode::Strict } else { CastMode::Lenient };
        let narrow = cast(&Column::new(DataType::Int64, wide), &output, mode)
            .map_err(|error| error.row().map_or(error.clone(), failed))?;
        Ok(narrow.into_array())
    })
}

/// Digits behind the point.
pub(super) static TO_DECIMAL: TextFunction = TextFunction {
    name: "str.to_decimal",
    parameters: &[Parameter::one_integer("scale")],
    required: 1,
    output: |arguments| match arguments.integer(1).and_then(|scale| u8::try_from(scale).ok()) {
        Some(scale @ 0..=38) => Ok(DataType::Decimal { precision: 38, scale }),
        _ => Err(SignatureError::InvalidArgument("expected a scale of 0 to 38".into())),
    },
    kernel: |call| {
        let scale = call.integer(1).unwrap_or_default() as u8;
        infallible(move |texts| strings::to_decimal(texts, scale))
    },
    is_fallible: false,
    by_row: None,
};

impl StringNamespace {
    /// The whole number that the text is in a base of 2 to 36, as Int64; anything else is an error.
    ///
    /// ```
    /// use lazuli_expr::col;
    ///
    /// assert_eq!(col("code").str().to_integer(16).to_string(), "str.to_integer(code, 16)");
    /// ```
    pub fn to_integer(self, base: impl Into<Expr>) -> Expr {
        self.0.call_with(FunctionRef::Builtin(&TO_INTEGER), [base.into()])
    }

    /// As [`StringNamespace::to_integer`], of an integer type; with `strict` false what is no number of it is null.
    pub fn to_integer_of(self, base: impl Into<Expr>, strict: bool, data_type: DataType) -> Expr {
        let of_type = Expr::Literal(Literal { value: Scalar::Null, data_type, flexible: false });
        self.0.call_with(FunctionRef::Builtin(&TO_INTEGER), [base.into(), strict.into(), of_type])
    }

    /// The number that the text is, as a decimal of 38 digits of which `scale` stand behind the point: further ones are
    /// rounded, a tie to the even one. Null for what is no number, or too large.
    pub fn to_decimal(self, scale: u8) -> Expr {
        self.0.call_with(FunctionRef::Builtin(&TO_DECIMAL), [i64::from(scale).into()])
    }
}

#[cfg(test)]
mod tests {
    use lazuli_array::{Column, DataType, FromValues, Scalar};

    use crate::col;
    use crate::function::text::check::{check, error_of, error_over};

    #[test]
    fn integers_of_any_base() {
        let of = |values: [Option<i64>; 4]| Column::from_values(values.into_iter());
        let texts = [Some("10"), Some("-7"), None, Some("+5")];
        let text = || col("a").str();
        check(text().to_integer(10), &texts, &of([Some(10), Some(-7), None, Some(5)]));
        check(text().to_integer(8), &texts, &of([Some(8), Some(-7), None, Some(5)]));
        check(text().to_integer(col("n") + 7), &texts, &of([Some(8), Some(-7), None, Some(5)]));
        let texts = [Some("ff"), Some(""), None, Some("300"), Some("ffffffffffffffff")];
        check(
            text().to_integer_of(16, false, DataType::Int64),
            &texts,
            &Column::from_values([Some(255i64), None, None, Some(768), None].into_iter()),
        );
        check(
            text().to_integer_of(16, false, DataType::UInt64),
            &texts,
            &Column::from_values([Some(255u64), None, None, Some(768), Some(u64::MAX)].into_iter()),
        );
        check(
            text().to_integer_of(16, false, DataType::UInt8),
            &texts,
            &Column::from_values([Some(255u8), None, None, None, None].into_iter()),
        );
    }

    #[test]
    fn what_is_no_number_fails_with_its_row() {
        let error = error_over(col("a").str().to_integer(10), &[Some("1"), None, Some("x")]);
        assert!(error.contains("cast from String to Int64 failed at row 2: \"x\""), "{error}");
        let int8 = col("a").str().to_integer_of(10, true, DataType::Int8);
        let error = error_over(int8, &[None, Some("128")]);
        assert!(error.contains("cast from String to Int8 failed at row 1: \"128\""), "{error}");
        assert!(error_of(col("a").str().to_integer(37)).contains("a base of 2 to 36"));
        assert!(error_of(col("a").str().to_integer_of(10, true, DataType::Date)).contains("is an integer"));
    }

    #[test]
    fn decimals_are_rounded() {
        let texts = [
            Some("1.235"),
            Some("-.5"),
            None,
            Some("1e3"),
            Some("x"),
            Some("."),
            Some("2.5e-2"),
            Some("1.2451"),
        ];
        let scaled = [Some(124), Some(-50), None, Some(100_000), None, None, Some(2), Some(125)];
        let decimal = |value: Option<i128>| {
            value.map_or(Scalar::Null, |value| Scalar::Decimal { value, precision: 38, scale: 2 })
        };
        let expected = Column::from_scalars(
            &DataType::Decimal { precision: 38, scale: 2 },
            scaled.into_iter().map(decimal),
        );
        check(col("a").str().to_decimal(2), &texts, &expected.unwrap());
        assert!(error_of(col("a").str().to_decimal(39)).contains("a scale of 0 to 38"));
    }
}
