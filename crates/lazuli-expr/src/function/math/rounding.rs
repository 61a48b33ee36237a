//! Rounding: `floor`, `ceil`, `truncate`, `round`, `round_sig_figs`, and `sign`. The type stays; only a decimal may get a
//! digit more.

use lazuli_array::{DataType, Scalar};
use lazuli_kernels::{KernelError, Rounding, round, round_significant, sign};

use crate::evaluate::Value;
use crate::function::constants::map_rows;
use crate::function::options::{constant, literal, whole};
use crate::function::{Argument, ScalarFunction, Signature, SignatureError};
use crate::{Expr, Literal};

/// The type of a number that was rounded: 9.99 may become 10.00, which has a digit more.
fn rounded_type(number: &DataType) -> Option<DataType> {
    match number {
        DataType::Decimal { precision, scale } => {
            Some(DataType::Decimal { precision: (precision + 1).min(38), scale: *scale })
        }
        DataType::Null => Some(DataType::Null),
        number => number.is_numeric().then(|| number.clone()),
    }
}

/// Whether the number is a decimal that has no room for one more digit, which rounding up may ask for.
fn is_full_decimal(arguments: &[Argument<'_>]) -> bool {
    matches!(arguments, [Argument { data_type: DataType::Decimal { precision: 38.., .. }, .. }, ..])
}

/// The number of digits that an argument says, within what rounding can tell apart.
fn digits(value: &Scalar) -> Option<i32> {
    whole(value).map(|digits| digits.clamp(-1000, 1000) as i32)
}

/// A number made whole: `floor`, `ceil`.
#[derive(Debug)]
pub struct Whole {
    pub(super) name: &'static str,
    pub(super) rounding: Rounding,
}

impl ScalarFunction for Whole {
    fn name(&self) -> &str {
        self.name
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        let output = match arguments {
            [argument] => rounded_type(argument.data_type),
            _ => None,
        };
        let output = output.ok_or_else(|| SignatureError::Expected("one number".into()))?;
        Ok(Signature::unchanged(arguments, output))
    }

    fn evaluate(&self, inputs: &[Value], _: usize) -> Result<Value, KernelError> {
        map_rows(&inputs[0], |column| {
            let to = rounded_type(column.data_type()).unwrap_or_default();
            round(self.name, column, 0, self.rounding, &to)
        })
    }

    fn is_fallible(&self) -> bool {
        true
    }

    fn is_fallible_for(&self, arguments: &[Argument<'_>]) -> bool {
        is_full_decimal(arguments)
    }
}

/// A number with fewer digits after the point, before it if their number is negative: `round` and `truncate`.
#[derive(Debug)]
pub struct Digits {
    pub(super) name: &'static str,
    pub(super) rounding: Rounding,
    /// Whether a third argument may name another way of rounding.
    pub(super) has_modes: bool,
}

/// The ways to round, by name.
const MODES: [(&str, Rounding); 3] = [
    ("half_to_even", Rounding::HalfToEven),
    ("half_away_from_zero", Rounding::HalfAwayFromZero),
    ("to_zero", Rounding::ToZero),
];

impl Digits {
    fn mode(&self, name: Option<&Scalar>) -> Option<Rounding> {
        match name {
            None => Some(self.rounding),
            Some(Scalar::String(name)) => {
                MODES.iter().find(|(known, _)| *known == name.as_str()).map(|(_, rounding)| *rounding)
            }
            Some(_) => None,
        }
    }
}

impl ScalarFunction for Digits {
    fn name(&self) -> &str {
        self.name
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        let expected = || {
            let mode = if self.has_modes { ", and maybe the name of a mode" } else { "" };
            SignatureError::Expected(format!("one number, maybe a constant number of digits{mode}"))
        };
        let most = if self.has_modes { 3 } else { 2 };
        if arguments.is_empty() || arguments.len() > most {
            return Err(expected());
        }
        let output = rounded_type(arguments[0].data_type).ok_or_else(expected)?;
        if arguments.len() > 1 {
            literal(arguments, 1).and_then(digits).ok_or_else(expected)?;
        }
        if arguments.len() > 2 {
            let mode = literal(arguments, 2).ok_or_else(expected)?;
            self.mode(Some(mode)).ok_or_else(|| {
                let known: Vec<&str> = MODES.iter().map(|(name, _)| *name).collect();
                SignatureError::InvalidArgument(format!(
                    "no such mode of rounding; there are {}",
                    known.join(", ")
                ))
            })?;
        }
        Ok(Signature::unchanged(arguments, output))
    }

    fn evaluate(&self, inputs: &[Value], _: usize) -> Result<Value, KernelError> {
        let digits = constant(inputs, 1).as_ref().and_then(digits).unwrap_or(0);
        let mode = self.mode(constant(inputs, 2).as_ref()).unwrap_or(self.rounding);
        map_rows(&inputs[0], |column| {
            let to = rounded_type(column.data_type()).unwrap_or_default();
            round(self.name, column, digits, mode, &to)
        })
    }

    fn is_fallible(&self) -> bool {
        true
    }

    fn is_fallible_for(&self, arguments: &[Argument<'_>]) -> bool {
        let before_the_point = literal(arguments, 1).and_then(digits).is_some_and(|digits| digits < 0);
        is_full_decimal(arguments)
            || (before_the_point && arguments.iter().take(1).any(|number| number.data_type.is_integer()))
    }
}

/// A number with as many significant digits as are asked for, halves away from 0.
#[derive(Debug)]
pub struct RoundSigFigs;

impl ScalarFunction for RoundSigFigs {
    fn name(&self) -> &str {
        "round_sig_figs"
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        let expected = || SignatureError::Expected("one number and a constant number of digits".into());
        let [number, _] = arguments else { return Err(expected()) };
        let output = rounded_type(number.data_type).ok_or_else(expected)?;
        match literal(arguments, 1).and_then(whole) {
            Some(1..) => Ok(Signature::unchanged(arguments, output)),
            Some(_) => Err(SignatureError::InvalidArgument("at least one digit is significant".into())),
            None => Err(expected()),
        }
    }

    fn evaluate(&self, inputs: &[Value], _: usize) -> Result<Value, KernelError> {
        let digits = constant(inputs, 1).as_ref().and_then(whole).unwrap_or(1);
        map_rows(&inputs[0], |column| {
            let to = rounded_type(column.data_type()).unwrap_or_default();
            round_significant(column, u32::try_from(digits).unwrap_or(u32::MAX), &to)
        })
    }

    fn is_fallible(&self) -> bool {
        true
    }

    fn is_fallible_for(&self, arguments: &[Argument<'_>]) -> bool {
        is_full_decimal(arguments) || arguments.iter().take(1).any(|number| number.data_type.is_integer())
    }
}

/// 1 for numbers above 0, -1 for those below, 0 for 0, of the number's type; NaN for NaN.
#[derive(Debug)]
pub struct Sign;

/// A decimal type of the same scale that holds 1.
fn sign_type(number: &DataType) -> Option<DataType> {
    match number {
        DataType::Decimal { precision, scale } => {
            (*scale < 38).then(|| DataType::Decimal { precision: (*precision).max(scale + 1), scale: *scale })
        }
        DataType::Null => Some(DataType::Null),
        number => number.is_numeric().then(|| number.clone()),
    }
}

impl ScalarFunction for Sign {
    fn name(&self) -> &str {
        "sign"
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        let output = match arguments {
            [argument] => sign_type(argument.data_type),
            _ => None,
        };
        let output = output.ok_or_else(|| SignatureError::Expected("one number".into()))?;
        Ok(Signature::unchanged(arguments, output))
    }

    fn evaluate(&self, inputs: &[Value], _: usize) -> Result<Value, KernelError> {
        map_rows(&inputs[0], |column| sign(column, &sign_type(column.data_type()).unwrap_or_default()))
    }
}

impl Expr {
    /// The nearest whole number below or at this, of the same type.
    pub fn floor(self) -> Self {
        self.call(super::FLOOR)
    }

    /// The nearest whole number above or at this, of the same type.
    pub fn ceil(self) -> Self {
        self.call(super::CEIL)
    }

    /// Rounded to `digits` digits after the point, before it if negative; of two equally near numbers the one whose last
    /// digit is even. Floats are scaled by a power of ten and back, so that 1.005, which is a little less, becomes 1.0.
    ///
    /// ```
    /// use lazuli_expr::col;
    ///
    /// assert_eq!(col("price").round(2).to_string(), "round(price, 2)");
    /// ```
    pub fn round(self, digits: i32) -> Self {
        self.call_with(super::ROUND, [typed(digits)])
    }

    /// As [`Expr::round`], in another way: `half_to_even`, `half_away_from_zero`, or `to_zero`.
    pub fn round_with_mode(self, digits: i32, mode: &str) -> Self {
        self.call_with(super::ROUND, [typed(digits), typed(mode)])
    }

    /// Digits after the first `digits` behind the point are cut off.
    pub fn truncate(self, digits: i32) -> Self {
        self.call_with(super::TRUNCATE, [typed(digits)])
    }

    /// Rounded to this many significant digits, halves away from 0.
    pub fn round_sig_figs(self, digits: u32) -> Self {
        self.call_with(super::ROUND_SIG_FIGS, [typed(digits)])
    }

    /// 1, 0 or -1, of the same type; NaN for NaN.
    pub fn sign(self) -> Self {
        self.call(super::SIGN)
    }
}

fn typed(value: impl Into<Scalar>) -> Expr {
    Expr::Literal(Literal::typed(value.into()))
}

#[cfg(test)]
mod tests {
    use lazuli_array::{Column, FromValues};
    use lazuli_kernels::Constant;

    use super::super::{CEIL, FLOOR, ROUND, ROUND_SIG_FIGS, SIGN, TRUNCATE};
    use super::*;
    use crate::FunctionRef;

    fn run(function: &FunctionRef, column: &Column, options: &[Scalar]) -> Result<Column, KernelError> {
        let options = options.iter().map(|value| Value::Constant(Constant::from_scalar(value)));
        let inputs: Vec<Value> = std::iter::once(column.clone().into()).chain(options).collect();
        Ok(function.evaluate(&inputs, column.len())?.into_column(column.len()))
    }

    fn decimals(precision: u8, values: &[i128]) -> Column {
        let data_type = DataType::Decimal { precision, scale: 2 };
        let scalars = values.iter().map(|&value| Scalar::Decimal { value, precision, scale: 2 });
        Column::from_scalars(&data_type, scalars).unwrap()
    }

    #[test]
    fn floats_integers_and_decimals() {
        let floats = Column::from_values([Some(2.5), Some(-0.25), None, Some(f64::NAN)].into_iter());
        let integers = Column::from_values([Some(25i8), Some(-14), None, Some(0)].into_iter());
        let money = decimals(4, &[250, -25, 1005, 999]);
        let of_floats =
            |values: [Option<f64>; 3]| Column::from_values(values.into_iter().chain([Some(f64::NAN)]));
        let cases = [
            (FLOOR, &floats, vec![], of_floats([Some(2.0), Some(-1.0), None])),
            (CEIL, &floats, vec![], of_floats([Some(3.0), Some(0.0), None])),
            (ROUND, &floats, vec![], of_floats([Some(2.0), Some(0.0), None])),
            (ROUND, &floats, vec![Scalar::Float64(1.0)], of_floats([Some(2.5), Some(-0.2), None])),
            (TRUNCATE, &floats, vec![Scalar::Int32(1)], of_floats([Some(2.5), Some(-0.2), None])),
            (
                ROUND,
                &floats,
                vec![Scalar::Int32(1), Scalar::from("half_away_from_zero")],
                of_floats([Some(2.5), Some(-0.3), None]),
            ),
            (SIGN, &floats, vec![], of_floats([Some(1.0), Some(-1.0), None])),
            (FLOOR, &integers, vec![], integers.clone()),
            (
                ROUND,
                &integers,
                vec![Scalar::Int32(-1)],
                Column::from_values([Some(20i8), Some(-10), None, Some(0)].into_iter()),
            ),
            (
                ROUND_SIG_FIGS,
                &integers,
                vec![Scalar::Int32(1)],
                Column::from_values([Some(30i8), Some(-10), None, Some(0)].into_iter()),
            ),
            (FLOOR, &money, vec![], decimals(5, &[200, -100, 1000, 900])),
            (CEIL, &money, vec![], decimals(5, &[300, 0, 1100, 1000])),
            (ROUND, &money, vec![Scalar::Int32(1)], decimals(5, &[250, -20, 1000, 1000])),
            (SIGN, &money, vec![], decimals(4, &[100, -100, 100, 100])),
        ];
        for (function, column, options, expected) in cases {
            assert_eq!(run(&function, column, &options), Ok(expected), "{function:?} {options:?}");
        }
    }

    #[test]
    fn what_does_not_fit_is_an_error() {
        let error = run(&ROUND, &Column::from_values([127i8].into_iter()), &[Scalar::Int32(-1)]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "overflow in round at row 0: the result does not fit Int8: round of 127"
        );
        let most = 10i128.pow(38) - 1;
        assert_eq!(run(&CEIL, &decimals(38, &[0, most]), &[]).unwrap_err().row(), Some(1));
    }

    #[test]
    fn floats_never_fail() {
        let fails = |function: &FunctionRef, data_type: &DataType, digits: i32| {
            let digits = Literal::typed(Scalar::Int32(digits));
            let number = Argument { data_type, literal: None };
            let options = Argument { data_type: &digits.data_type, literal: Some(&digits) };
            function.is_fallible_for(&[number, options])
        };
        assert!(!fails(&ROUND, &DataType::Float64, -1) && !fails(&ROUND, &DataType::Int64, 1));
        assert!(fails(&ROUND, &DataType::Int64, -1) && fails(&ROUND_SIG_FIGS, &DataType::Int64, 1));
        let full = DataType::Decimal { precision: 38, scale: 2 };
        assert!(fails(&FLOOR, &full, 0) && !fails(&FLOOR, &DataType::Int64, 0));
    }

    #[test]
    fn options_are_checked_when_the_plan_is() {
        let number = Argument { data_type: &DataType::Float64, literal: None };
        let with = |function: &FunctionRef, options: &[Literal]| {
            let options =
                options.iter().map(|value| Argument { data_type: &value.data_type, literal: Some(value) });
            let arguments: Vec<Argument<'_>> = std::iter::once(number).chain(options).collect();
            function.signature(&arguments).is_ok()
        };
        let digits = Literal::typed(Scalar::Float64(2.0));
        assert!(with(&ROUND, &[]) && with(&ROUND, std::slice::from_ref(&digits)));
        assert!(!with(&ROUND, &[Literal::typed(Scalar::Float64(0.5))]));
        assert!(with(&ROUND, &[digits.clone(), Literal::typed(Scalar::from("to_zero"))]));
        assert!(!with(&ROUND, &[digits.clone(), Literal::typed(Scalar::from("sideways"))]));
        assert!(!with(&TRUNCATE, &[digits.clone(), Literal::typed(Scalar::from("to_zero"))]));
        assert!(with(&ROUND_SIG_FIGS, &[digits]) && !with(&ROUND_SIG_FIGS, &[]));
        assert!(!with(&ROUND_SIG_FIGS, &[Literal::typed(Scalar::Int32(0))]));
        assert!(ROUND.signature(&[Argument { data_type: &DataType::String, literal: None }]).is_err());
    }
}
