//! `cut`.

use std::sync::Arc;

use lazuli_array::{
    Array, Column, DataType, Dictionary, DictionaryArray, Field, PrimitiveArray, Scalar, StructArray,
};
use lazuli_kernels::{KernelError, bins, is_nan, not};

use super::labels::{breaks, column_of, enum_of, interval, labels};
use super::{labels_or_null, list};
use crate::Expr;
use crate::evaluate::Value;
use crate::function::constants::map_rows;
use crate::function::options::{constant, flag, literal};
use crate::function::{Argument, ScalarFunction, Signature, SignatureError};

/// The name of the interval between breaks that a number lies in, as an `Enum` of all of them in order; null for null and
/// NaN. The first and the last interval are open to infinity, so that every number lies in one.
///
/// Arguments: a number; the breaks, a constant list, which may come in any order; maybe labels, a constant list of one more
/// than there are breaks, or null for names such as `(0, 1]`; whether intervals hold their lower end, not the upper one;
/// whether a struct of the upper break and the name comes out.
#[derive(Debug)]
pub struct Cut;

/// What the constants say.
struct Plan {
    breaks: Vec<f64>,
    labels: Arc<Dictionary>,
    left_closed: bool,
    include_breaks: bool,
}

impl Plan {
    fn of<'a>(constant: impl Fn(usize) -> Option<&'a Scalar>) -> Result<Self, SignatureError> {
        let invalid = |reason: &str| SignatureError::InvalidArgument(reason.into());
        let mut breaks = breaks(constant(1))?;
        breaks.sort_by(f64::total_cmp);
        if breaks.windows(2).any(|pair| pair[0] == pair[1]) {
            return Err(invalid("breaks must differ from one another"));
        }
        let flag = |index: usize| {
            flag(constant(index), false).ok_or_else(|| invalid("the last arguments are true or false"))
        };
        let (left_closed, include_breaks) = (flag(3)?, flag(4)?);
        let labels = labels(constant(2), breaks.len() + 1)?.unwrap_or_else(|| {
            let ends = std::iter::once(f64::NEG_INFINITY).chain(breaks.iter().copied());
            let others = breaks.iter().copied().chain([f64::INFINITY]);
            ends.zip(others).map(|(low, high)| interval(low, high, left_closed)).collect()
        });
        Ok(Self { labels: enum_of(&labels), breaks, left_closed, include_breaks })
    }

    fn category(&self) -> DataType {
        DataType::Enum(self.labels.clone())
    }

    fn output(&self) -> DataType {
        if !self.include_breaks {
            return self.category();
        }
        let fields = [Field::new("breakpoint", DataType::Float64), Field::new("category", self.category())];
        DataType::Struct(fields.into())
    }

    fn rows(&self, column: &Column) -> Result<Column, KernelError> {
        let numbers = bins(column, &column_of(&self.breaks), !self.left_closed)?;
        let is_number = not(&is_nan(column)?).true_mask();
        let upper = |number: &u32| self.breaks.get(*number as usize).copied().unwrap_or(f64::INFINITY);
        let breakpoints: Option<Vec<f64>> = self.include_breaks.then(|| numbers.iter().map(upper).collect());
        let codes = PrimitiveArray::new(numbers.into(), Some(is_number.clone()));
        let names = DictionaryArray::new(codes, self.labels.clone());
        let Some(breakpoints) = breakpoints else { return Ok(Column::new(self.category(), names)) };
        let breakpoints = PrimitiveArray::new(breakpoints.into(), Some(is_number));
        let fields: Vec<Array> = vec![breakpoints.into(), names.into()];
        Ok(Column::new(self.output(), StructArray::new(column.len(), fields, None)))
    }
}

/// The type that a number is compared in; `None` for what is no number.
pub(super) fn compared_as(number: &DataType) -> Option<DataType> {
    match number {
        DataType::Decimal { .. } | DataType::Null => Some(DataType::Float64),
        number => number.is_numeric().then(|| number.clone()),
    }
}

impl ScalarFunction for Cut {
    fn name(&self) -> &str {
        "cut"
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        let expected = || {
            let text = "one number and constants: breaks, and maybe labels, whether intervals are closed on the left, \
                        and whether breaks are included";
            SignatureError::Expected(text.into())
        };
        if !(2..=5).contains(&arguments.len())
            || arguments[1..].iter().any(|argument| argument.literal.is_none())
        {
            return Err(expected());
        }
        let number = compared_as(arguments[0].data_type).ok_or_else(expected)?;
        let plan = Plan::of(|index| literal(arguments, index))?;
        let mut signature = Signature::unchanged(arguments, plan.output());
        signature.inputs[0] = number;
        Ok(signature)
    }

    fn evaluate(&self, inputs: &[Value], _: usize) -> Result<Value, KernelError> {
        let constants: Vec<Option<Scalar>> = (0..inputs.len()).map(|index| constant(inputs, index)).collect();
        let plan = Plan::of(|index| constants.get(index)?.as_ref())
            .map_err(|_| KernelError::unsupported("cut", inputs.iter().map(Value::data_type)))?;
        map_rows(&inputs[0], |column| plan.rows(column))
    }
}

/// How [`Expr::cut`] names its intervals.
#[derive(Debug, Clone, Default)]
pub struct CutOptions {
    /// Names for the intervals, one more than there are breaks; none for names such as `(0, 1]`.
    pub labels: Vec<String>,
    /// Intervals hold their lower end and not the upper one.
    pub left_closed: bool,
    /// A struct of the upper break and the name comes out.
    pub include_breaks: bool,
}

impl Expr {
    /// The name of the interval between `breaks` that a number lies in; null for null and NaN.
    ///
    /// ```
    /// use lazuli_expr::{col, function::CutOptions};
    ///
    /// let stage = CutOptions { labels: ["child", "adult"].map(String::from).into(), ..Default::default() };
    /// let stage = col("age").cut([17.0], stage);
    /// assert!(stage.to_string().starts_with("cut(age, "));
    /// ```
    pub fn cut(self, breaks: impl IntoIterator<Item = f64>, options: CutOptions) -> Self {
        let CutOptions { labels, left_closed, include_breaks } = options;
        let flag = |value: bool| Expr::from(value);
        let constants = [list(breaks), labels_or_null(&labels), flag(left_closed), flag(include_breaks)];
        self.call_with(super::CUT, constants)
    }
}

#[cfg(test)]
mod tests {
    use lazuli_array::FromValues;

    use super::*;
    use crate::{Literal, col};

    /// The rows as texts.
    fn run(expr: Expr, column: Column) -> Result<Vec<String>, SignatureError> {
        let Expr::Function { function, inputs } = expr else { panic!("a call") };
        let literals: Vec<&Literal> = inputs[1..]
            .iter()
            .map(|input| match input {
                Expr::Literal(literal) => literal,
                other => panic!("{other} is constant"),
            })
            .collect();
        let first = Argument { data_type: column.data_type(), literal: None };
        let arguments: Vec<Argument<'_>> = std::iter::once(first)
            .chain(
                literals
                    .iter()
                    .map(|literal| Argument { data_type: &literal.data_type, literal: Some(literal) }),
            )
            .collect();
        let output = function.signature(&arguments)?.output;
        let constants = literals.iter().map(|literal| {
            Value::Constant(
                lazuli_kernels::Constant::try_new(&literal.data_type, literal.value.clone()).unwrap(),
            )
        });
        let rows = column.len();
        let inputs: Vec<Value> = std::iter::once(column.clone().into()).chain(constants).collect();
        let found = function.evaluate(&inputs, rows).unwrap().into_column(rows);
        assert_eq!(*found.data_type(), output);
        Ok((0..rows).map(|row| format!("{}", found.get(row))).collect())
    }

    fn floats() -> Column {
        Column::from_values([Some(-1.0), Some(0.0), Some(0.5), Some(2.0), Some(f64::NAN), None].into_iter())
    }

    #[test]
    fn intervals_and_their_names() {
        let plain = CutOptions::default;
        let cases = [
            (plain(), ["(-inf, 0]", "(-inf, 0]", "(0, 1]", "(1, inf]", "null", "null"]),
            (
                CutOptions { left_closed: true, ..plain() },
                ["[-inf, 0)", "[0, 1)", "[0, 1)", "[1, inf)", "null", "null"],
            ),
            (
                CutOptions { labels: ["lo", "mid", "hi"].map(String::from).into(), ..plain() },
                ["lo", "lo", "mid", "hi", "null", "null"],
            ),
        ];
        for (options, expected) in cases {
            assert_eq!(
                run(col("x").cut([1.0, 0.0], options.clone()), floats()).unwrap(),
                expected,
                "{options:?}"
            );
        }
        let options = CutOptions { include_breaks: true, ..plain() };
        let found = run(col("x").cut([0.0], options), floats()).unwrap();
        assert!(found[3].contains("inf") && found[3].contains("(0, inf]"), "{found:?}");
        let integers = Column::from_values([1u8, 3].into_iter());
        assert_eq!(run(col("x").cut([2.5], plain()), integers).unwrap(), ["(-inf, 2.5]", "(2.5, inf]"]);
    }

    #[test]
    fn breaks_and_labels_are_checked() {
        let plain = CutOptions::default;
        let labels = |labels: &[&str]| CutOptions {
            labels: labels.iter().map(|label| (*label).into()).collect(),
            ..plain()
        };
        for (breaks, options) in [
            (vec![1.0, 1.0], plain()),
            (vec![f64::NAN], plain()),
            (vec![1.0], labels(&["one"])),
            (vec![1.0], labels(&["one", "one"])),
        ] {
            let found = run(col("x").cut(breaks, options), floats());
            assert!(matches!(found, Err(SignatureError::InvalidArgument(_))), "{found:?}");
        }
        let text = Column::from_values(["1"].into_iter());
        assert!(matches!(run(col("x").cut([1.0], plain()), text), Err(SignatureError::Expected(_))));
        assert_eq!(run(col("x").cut([], plain()), floats()).unwrap()[0], "(-inf, inf]");
    }
}
