//! `bin_intervals`.

use std::sync::Arc;

use lazuli_array::{Column, DataType, Dictionary, DictionaryArray, PrimitiveArray, Scalar};
use lazuli_kernels::sort::{SortKey, sort_indices};
use lazuli_kernels::{KernelError, Value, bins, eq};

use super::cut::compared_as;
use super::labels::{enum_of, labels};
use super::{labels_or_null, list};
use crate::Expr;
use crate::function::constants::map_rows;
use crate::function::options::{constant, flag, items_as, list as constant_list, literal};
use crate::function::{Argument, ScalarFunction, Signature, SignatureError};

/// The number of the interval between ascending breaks that a value lies in, from 0, an Int64; null for null, the last one
/// for NaN. Numbers, dates and times.
///
/// Arguments: the value; the breaks, a constant list; maybe labels, a constant list of one more than there are breaks, which
/// then come out as an `Enum`, or null; whether intervals hold their upper end, not the lower one.
#[derive(Debug)]
pub struct BinIntervals;

/// What the constants say.
struct Plan {
    breaks: Column,
    labels: Option<Arc<Dictionary>>,
    right_closed: bool,
}

impl Plan {
    fn of<'a>(
        compared: &DataType,
        constant: impl Fn(usize) -> Option<&'a Scalar>,
    ) -> Result<Self, SignatureError> {
        let invalid = |reason: &str| SignatureError::InvalidArgument(reason.into());
        let items = constant_list(constant(1)).ok_or_else(|| invalid("breaks are a list of constants"))?;
        let to = if compared.is_numeric() { &DataType::Float64 } else { compared };
        let breaks = items_as(items, to)?;
        let is_nan = |row: usize| matches!(breaks.get(row), Scalar::Float64(value) if value.is_nan());
        if breaks.null_count() > 0 || (0..breaks.len()).any(is_nan) {
            return Err(invalid("breaks can't be null or NaN"));
        }
        let key = SortKey { column: &breaks, descending: false, nulls_first: false };
        let sorted = sort_indices(&[key], breaks.len()).map_err(|_| invalid("breaks that have no order"))?;
        let equal_neighbours = (1..breaks.len()).any(|row| {
            let (before, after) = (breaks.sliced(row - 1, 1), breaks.sliced(row, 1));
            eq((&before).into(), (&after).into()).is_ok_and(|equal| equal.get(0) == Some(true))
        });
        if equal_neighbours || !sorted.iter().zip(0..).all(|(&found, row)| found == row) {
            return Err(invalid("breaks must ascend"));
        }
        let labels = labels(constant(2), breaks.len() + 1)?.map(|labels| enum_of(&labels));
        let right_closed = flag(constant(3), false)
            .ok_or_else(|| invalid("whether intervals are closed on the right is true or false"))?;
        Ok(Self { breaks, labels, right_closed })
    }
}

/// The numbers of bins as what comes out.
pub(super) fn numbered(numbers: Vec<u32>, of: &Column, labels: Option<&Arc<Dictionary>>) -> Column {
    match labels {
        Some(labels) => {
            let codes = PrimitiveArray::new(numbers.into(), of.validity());
            Column::new(DataType::Enum(labels.clone()), DictionaryArray::new(codes, labels.clone()))
        }
        None => {
            let numbers: Vec<i64> = numbers.into_iter().map(i64::from).collect();
            Column::new(DataType::Int64, PrimitiveArray::new(numbers.into(), of.validity()))
        }
    }
}

impl ScalarFunction for BinIntervals {
    fn name(&self) -> &str {
        "bin_intervals"
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        let expected = || {
            let text = "a number, a date or a time and constants: breaks, and maybe labels, and whether intervals are \
                        closed on the right";
            SignatureError::Expected(text.into())
        };
        if !(2..=4).contains(&arguments.len())
            || arguments[1..].iter().any(|argument| argument.literal.is_none())
        {
            return Err(expected());
        }
        let input = arguments[0].data_type;
        let temporal = input.is_temporal().then(|| input.clone());
        let compared = compared_as(input).or(temporal).ok_or_else(expected)?;
        let plan = Plan::of(&compared, |index| literal(arguments, index))?;
        let output = plan.labels.map_or(DataType::Int64, DataType::Enum);
        let mut signature = Signature::unchanged(arguments, output);
        signature.inputs[0] = compared;
        Ok(signature)
    }

    fn evaluate(&self, inputs: &[Value], _: usize) -> Result<Value, KernelError> {
        let constants: Vec<Option<Scalar>> = (0..inputs.len()).map(|index| constant(inputs, index)).collect();
        let plan = Plan::of(inputs[0].data_type(), |index| constants.get(index)?.as_ref())
            .map_err(|_| KernelError::unsupported("bin_intervals", inputs.iter().map(Value::data_type)))?;
        map_rows(&inputs[0], |column| {
            let numbers = bins(column, &plan.breaks, plan.right_closed)?;
            Ok(numbered(numbers, column, plan.labels.as_ref()))
        })
    }
}

impl Expr {
    /// The number, from 0, of the interval between ascending `breaks` that a value lies in; an interval holds its lower end,
    /// or its upper one if `right_closed`. Null for null, the last one for NaN.
    ///
    /// ```
    /// use lazuli_expr::col;
    ///
    /// let decade = col("age").bin_intervals([10, 20, 30], false);
    /// assert!(decade.to_string().starts_with("bin_intervals(age, "));
    /// ```
    pub fn bin_intervals<T: Into<Scalar>>(
        self,
        breaks: impl IntoIterator<Item = T>,
        right_closed: bool,
    ) -> Self {
        let constants = [list(breaks), labels_or_null::<&str>(&[]), Expr::from(right_closed)];
        self.call_with(super::BIN_INTERVALS, constants)
    }

    /// As [`Expr::bin_intervals`], with a name for each interval, one more than there are breaks.
    pub fn bin_intervals_labelled<T: Into<Scalar>>(
        self,
        breaks: impl IntoIterator<Item = T>,
        labels: &[&str],
        right_closed: bool,
    ) -> Self {
        let constants = [list(breaks), labels_or_null(labels), Expr::from(right_closed)];
        self.call_with(super::BIN_INTERVALS, constants)
    }
}

#[cfg(test)]
mod tests {
    use lazuli_array::FromValues;

    use super::*;
    use crate::Literal;

    fn run(column: &Column, constants: &[Scalar]) -> Result<Column, SignatureError> {
        let literals: Vec<Literal> = constants.iter().cloned().map(Literal::typed).collect();
        let first = Argument { data_type: column.data_type(), literal: None };
        let arguments: Vec<Argument<'_>> = std::iter::once(first)
            .chain(
                literals
                    .iter()
                    .map(|literal| Argument { data_type: &literal.data_type, literal: Some(literal) }),
            )
            .collect();
        BinIntervals.signature(&arguments)?;
        let constants = constants.iter().map(|value| lazuli_kernels::Constant::from_scalar(value).into());
        let inputs: Vec<Value> = std::iter::once(column.clone().into()).chain(constants).collect();
        Ok(BinIntervals.evaluate(&inputs, column.len()).unwrap().into_column(column.len()))
    }

    fn items<T>(values: impl Iterator<Item = T>) -> Scalar
    where
        Column: FromValues<T>,
    {
        Scalar::List(Box::new(Column::from_values(values)))
    }

    #[test]
    fn numbers_dates_and_labels() {
        let floats =
            Column::from_values([Some(-1.0), Some(0.0), Some(1.0), Some(f64::NAN), None].into_iter());
        let breaks = items([0i32, 1].into_iter());
        let numbers = |values: [Option<i64>; 5]| Ok(Column::from_values(values.into_iter()));
        let left = run(&floats, std::slice::from_ref(&breaks));
        assert_eq!(left, numbers([Some(0), Some(1), Some(2), Some(2), None]));
        let right = run(&floats, &[breaks.clone(), Scalar::Null, Scalar::Boolean(true)]);
        assert_eq!(right, numbers([Some(0), Some(0), Some(1), Some(2), None]));
        let labelled = run(&floats, &[breaks, items(["a", "b", "c"].into_iter())]).unwrap();
        assert_eq!(labelled.get(1), Scalar::from("b"));
        assert_eq!(labelled.get(4), Scalar::Null);
        let dates = Column::new(DataType::Date, PrimitiveArray::from_vec(vec![1i32, 2]));
        let breaks = items(["1970-01-03"].into_iter());
        assert_eq!(run(&dates, &[breaks]), Ok(Column::from_values([0i64, 1].into_iter())));
    }

    #[test]
    fn breaks_must_ascend() {
        let column = Column::from_values([1i64].into_iter());
        for breaks in [
            items([2i32, 1].into_iter()),
            items([1i32, 1].into_iter()),
            items([f64::NAN].into_iter()),
            items([None::<i32>].into_iter()),
            items(["x"].into_iter()),
            Scalar::Int32(1),
        ] {
            let found = run(&column, std::slice::from_ref(&breaks));
            assert!(matches!(found, Err(SignatureError::InvalidArgument(_))), "{breaks:?}");
        }
    }
}
