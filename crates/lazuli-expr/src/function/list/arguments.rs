//! What functions of lists take: the list first, then columns or constants.

use lazuli_array::{Column, DataType, Scalar};
use lazuli_kernels::list::Lists;
use lazuli_kernels::{Constant, Datum, KernelError};

use crate::evaluate::Value;
use crate::function::{Argument, Signature, SignatureError};
use crate::supertype;
use crate::typing::beside;

pub(super) fn expected(words: &str) -> SignatureError {
    SignatureError::Expected(words.into())
}

pub(super) fn list_of(item: DataType) -> DataType {
    DataType::List(Box::new(item))
}

/// A list and one or two whole numbers; the result is such a list.
pub(super) fn list_and_numbers(
    arguments: &[Argument<'_>],
    words: &'static str,
) -> Result<Signature, SignatureError> {
    let Some((list, numbers)) = arguments.split_first() else { return Err(expected(words)) };
    if !matches!(numbers.len(), 1 | 2) || !numbers.iter().all(is_integer) {
        return Err(expected(words));
    }
    let list = list_of(item_type(list).ok_or_else(|| expected(words))?);
    let numbers = numbers.iter().map(|_| DataType::Int64);
    Ok(Signature { inputs: std::iter::once(list.clone()).chain(numbers).collect(), output: list })
}

/// The type of the items of a list; an untyped null is a list of such.
pub(super) fn item_type(argument: &Argument<'_>) -> Option<DataType> {
    match argument.data_type {
        DataType::List(item) => Some((**item).clone()),
        DataType::Null => Some(DataType::Null),
        _ => None,
    }
}

/// Whether an argument is a whole number, or no number at all.
pub(super) fn is_integer(argument: &Argument<'_>) -> bool {
    argument.data_type.is_integer() || is_null(argument)
}

/// Whether an argument is the constant null, of whatever type.
pub(super) fn is_null(argument: &Argument<'_>) -> bool {
    *argument.data_type == DataType::Null || argument.literal.is_some_and(|literal| literal.value.is_null())
}

/// Whether an argument is one of the constants true and false.
pub(super) fn is_flag(argument: &Argument<'_>) -> bool {
    matches!(argument.literal.map(|literal| &literal.value), Some(Scalar::Boolean(_)))
}

/// The type that holds both the items of a list and a value; a constant gives way to the items.
pub(super) fn common_item(item: &DataType, value: &Argument<'_>) -> Option<DataType> {
    if is_null(value) {
        return Some(item.clone());
    }
    let value_type = match value.literal {
        Some(literal) => beside(literal, item),
        None => value.data_type.clone(),
    };
    supertype(item, &value_type)
}

/// The constant true or false at a place; `default` if the call has no argument there.
pub(super) fn flag(inputs: &[Value], place: usize, default: bool) -> bool {
    match inputs.get(place) {
        Some(Value::Constant(constant)) => match constant.value() {
            Scalar::Boolean(value) => value,
            _ => default,
        },
        _ => default,
    }
}

/// What `function` makes of lists and the arguments behind them; one row that stands for all if all are constants.
pub(super) fn over_lists(
    operation: &'static str,
    inputs: &[Value],
    num_rows: usize,
    function: &dyn Fn(&Lists, &[Datum<'_>]) -> Result<Column, KernelError>,
) -> Result<Value, KernelError> {
    let (list, rest) = inputs.split_first().expect("the signature asks for a list");
    let rest: Vec<Datum<'_>> = rest.iter().map(Value::as_datum).collect();
    if let Value::Constant(list) = list
        && rest.iter().all(|argument| argument.is_constant())
    {
        let result = function(&Lists::new(operation, list.as_column())?, &rest)?;
        return Ok(Value::Constant(Constant::from_column(result)));
    }
    let lists = Lists::new(operation, &list.clone().into_column(num_rows))?;
    function(&lists, &rest).map(Value::Column)
}

/// As [`over_lists`], for several arguments that all are lists.
pub(super) fn over_all_lists(
    operation: &'static str,
    inputs: &[Value],
    num_rows: usize,
    function: &dyn Fn(&[Lists]) -> Result<Column, KernelError>,
) -> Result<Value, KernelError> {
    let is_constant = inputs.iter().all(Value::is_constant);
    let rows = if is_constant { 1 } else { num_rows };
    let lists: Vec<Lists> = inputs
        .iter()
        .map(|input| Lists::new(operation, &input.clone().into_column(rows)))
        .collect::<Result<_, _>>()?;
    let result = function(&lists)?;
    Ok(if is_constant { Value::Constant(Constant::from_column(result)) } else { Value::Column(result) })
}

#[cfg(test)]
pub(super) mod testing {
    //! Functions by name over small columns, their results as text.

    use lazuli_array::{FromValues, Scalar};

    use super::*;
    use crate::evaluate::Evaluator;
    use crate::typing::{Context, resolve};
    use crate::{Expr, col};

    /// A frame of `a`: `[1, 2, 2, null]`, `[]`, null, `[3, 1]`; `b`: `[2, 5]`, `[1]`, `[1]`, `[1, 3, 4]`; `s`: texts; `n`:
    /// `0, 1, null, -1`; `f`: `[true, null]`, `[]`, null, `[false]`.
    pub(in crate::function) fn batch() -> lazuli_array::Batch {
        let ints = |items: &[Option<i64>]| Scalar::List(Box::new(Column::from_values(items.iter().copied())));
        let texts =
            |items: &[Option<&str>]| Scalar::List(Box::new(Column::from_values(items.iter().copied())));
        let flags =
            |items: &[Option<bool>]| Scalar::List(Box::new(Column::from_values(items.iter().copied())));
        let of = |item, rows: [Scalar; 4]| Column::from_scalars(&list_of(item), rows).unwrap();
        lazuli_array::Batch::from_columns(vec![
            (
                "a".into(),
                of(
                    DataType::Int64,
                    [
                        ints(&[Some(1), Some(2), Some(2), None]),
                        ints(&[]),
                        Scalar::Null,
                        ints(&[Some(3), Some(1)]),
                    ],
                ),
            ),
            (
                "b".into(),
                of(
                    DataType::Int64,
                    [
                        ints(&[Some(2), Some(5)]),
                        ints(&[Some(1)]),
                        ints(&[Some(1)]),
                        ints(&[Some(1), Some(3), Some(4)]),
                    ],
                ),
            ),
            (
                "s".into(),
                of(
                    DataType::String,
                    [texts(&[Some("x"), None, Some("y")]), texts(&[]), Scalar::Null, texts(&[Some("z")])],
                ),
            ),
            ("n".into(), Column::from_values([Some(0i64), Some(1), None, Some(-1)].into_iter())),
            (
                "f".into(),
                of(
                    DataType::Boolean,
                    [flags(&[Some(true), None]), flags(&[]), Scalar::Null, flags(&[Some(false)])],
                ),
            ),
        ])
        .unwrap()
    }

    /// What an expression gives for each row, as one text; an error as its text.
    pub(in crate::function) fn show(expr: Expr) -> String {
        let batch = batch();
        let typed = match resolve(&expr, batch.schema(), Context::RowByRow("a test")) {
            Ok(typed) => typed,
            Err(errors) => return errors[0].to_string(),
        };
        let evaluator = Evaluator::new(&typed.expr, batch.schema());
        match evaluator.evaluate(&batch) {
            Ok(value) => {
                assert_eq!(value.data_type(), &typed.data_type, "{expr}");
                let column = value.into_column(batch.num_rows());
                // A slice gives the same rows.
                let cut = evaluator.evaluate(&batch.sliced(1, 3)).unwrap().into_column(3);
                for row in 0..3 {
                    assert_eq!(cut.get(row), column.get(row + 1), "{expr}");
                }
                let none = evaluator.evaluate(&batch.sliced(0, 0)).unwrap().into_column(0);
                assert_eq!((none.len(), none.data_type()), (0, &typed.data_type), "{expr}");
                let rows: Vec<String> = (0..column.len()).map(|row| text(&column.get(row))).collect();
                rows.join(" ")
            }
            Err(error) => error.source.to_string(),
        }
    }

    fn text(value: &Scalar) -> String {
        match value {
            Scalar::List(items) => {
                let items: Vec<String> = (0..items.len()).map(|row| text(&items.get(row))).collect();
                format!("[{}]", items.join(","))
            }
            Scalar::Null => "-".into(),
            other => other.to_string(),
        }
    }

    pub(in crate::function) fn a() -> crate::function::list::ListNamespace {
        col("a").list()
    }
}
