//! `replace` and `replace_strict`.

use lazuli_array::{Column, DataType, Scalar};
use lazuli_kernels::cast::{CastMode, cast};
use lazuli_kernels::{
    KernelError, NO_ROW, Value, concat_columns, positions_in, take_column, take_column_optional,
};

use super::list as constant_list;
use crate::function::constants::map_rows;
use crate::function::options::{constant, items_as, list, literal};
use crate::function::{Argument, ScalarFunction, Signature, SignatureError};
use crate::{Expr, supertype};

/// Some values replaced by others: `replace` keeps what it is not told about, `replace_strict` is told about every value, or
/// what to put in place of all others. Null is a value that can be replaced, and NaN equals NaN.
///
/// Arguments: the value; a constant list of old values; a constant list of as many new ones, or of one for all of them; for
/// `replace_strict` maybe what all other values become. The type is the one that holds all results; bare new numbers become
/// the value's own type if it has them.
#[derive(Debug)]
pub struct Replace {
    pub(super) is_strict: bool,
}

impl Replace {
    fn expected(&self) -> SignatureError {
        let default = if self.is_strict { ", and maybe what all others become" } else { "" };
        SignatureError::Expected(format!(
            "a column, a constant list of old values and one of new ones{default}"
        ))
    }

    /// The old and the new values, as many of these as of those, as they are given.
    fn lists<'a>(
        &self,
        constant: impl Fn(usize) -> Option<&'a Scalar>,
    ) -> Result<(Column, Column), SignatureError> {
        let old = list(constant(1)).ok_or_else(|| self.expected())?;
        let new = list(constant(2)).ok_or_else(|| self.expected())?;
        match (old.len(), new.len()) {
            (old_values, new_values) if old_values == new_values => Ok((old.clone(), new.clone())),
            (old_values, 1) => Ok((old.clone(), take_column(new, &vec![0; old_values]))),
            (old_values, new_values) => Err(SignatureError::InvalidArgument(format!(
                "{old_values} old values need as many new ones, or one for all of them, not {new_values}"
            ))),
        }
    }

    fn output(&self, input: &DataType, new: &Column, default: Option<&DataType>) -> Option<DataType> {
        match (self.is_strict, default) {
            (true, None) => Some(new.data_type().clone()),
            (true, Some(default)) => supertype(new.data_type(), default),
            (false, _) if items_as(new, input).is_ok() => Some(input.clone()),
            (false, _) => supertype(new.data_type(), input),
        }
    }
}

impl ScalarFunction for Replace {
    fn name(&self) -> &str {
        if self.is_strict { "replace_strict" } else { "replace" }
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        let most = if self.is_strict { 4 } else { 3 };
        if arguments.len() < 3 || arguments.len() > most || arguments[0].data_type.is_nested() {
            return Err(self.expected());
        }
        let (old, new) = self.lists(|index| literal(arguments, index))?;
        let input = arguments[0].data_type;
        let compared = match input {
            DataType::Categorical | DataType::Enum(_) => &DataType::String,
            other => other,
        };
        let old = items_as(&old, compared)?;
        let positions =
            positions_in(&old, &old).map_err(|error| SignatureError::InvalidArgument(error.to_string()))?;
        if let Some(row) = positions.iter().zip(0..).position(|(&position, row)| position != row) {
            let value = old.get(row);
            return Err(SignatureError::InvalidArgument(format!("the old values have {value} twice")));
        }
        // A bare null has become one of the values' own type, which is not asked for.
        let default = arguments.get(3).map(|argument| match argument.literal {
            Some(literal) if literal.value.is_null() => &DataType::Null,
            _ => argument.data_type,
        });
        let output = self.output(input, &new, default).ok_or_else(|| {
            SignatureError::InvalidArgument(
                "no type holds all results; replace_strict replaces all values, so that they may get another type"
                    .into(),
            )
        })?;
        let mut signature = Signature::unchanged(arguments, output.clone());
        if !self.is_strict {
            // The new values may be of a wider type than the old ones, and what is kept goes with them.
            signature.inputs[0] = input.clone();
        } else if arguments.len() > 3 {
            signature.inputs[3] = output;
        }
        Ok(signature)
    }

    fn evaluate(&self, inputs: &[Value], num_rows: usize) -> Result<Value, KernelError> {
        let unsupported = || KernelError::unsupported("replace", inputs.iter().map(Value::data_type));
        let constants = [None, constant(inputs, 1), constant(inputs, 2)];
        let (old, new) = self.lists(|index| constants.get(index)?.as_ref()).map_err(|_| unsupported())?;
        let default = inputs.get(3);
        let input = inputs[0].data_type().clone();
        let output = self.output(&input, &new, default.map(Value::data_type)).ok_or_else(unsupported)?;
        let compared = match &input {
            DataType::Categorical | DataType::Enum(_) => DataType::String,
            other => other.clone(),
        };
        let old = cast(&old, &compared, CastMode::Strict)?;
        let new = cast(&new, &output, CastMode::Strict)?;
        match (self.is_strict, default) {
            (true, None) => map_rows(&inputs[0], |column| replaced_all(column, &old, &new)),
            (true, Some(default)) => {
                let operands = [inputs[0].as_datum(), default.as_datum()];
                let rows = if operands.iter().all(|operand| operand.is_constant()) { 1 } else { num_rows };
                let column = inputs[0].clone().into_column(rows);
                let others = default.clone().into_column(rows);
                Ok(Value::from_result(replaced(&column, &old, &new, &others)?, &operands))
            }
            (false, _) => map_rows(&inputs[0], |column| {
                replaced(column, &old, &new, &cast(column, &output, CastMode::Strict)?)
            }),
        }
    }

    fn is_fallible(&self) -> bool {
        true
    }

    fn is_fallible_for(&self, arguments: &[Argument<'_>]) -> bool {
        self.is_strict && arguments.len() < 4 // a value that it is not told about
    }
}

/// New values for old ones, those of `others` for the rest.
fn replaced(column: &Column, old: &Column, new: &Column, others: &Column) -> Result<Column, KernelError> {
    let mut rows = positions_in(column, old)?;
    if rows.iter().all(|&row| row == NO_ROW) {
        return Ok(others.clone());
    }
    // The new values stand behind the others.
    let start = others.len() as u32;
    for (row, source) in rows.iter_mut().zip(0..) {
        *row = if *row == NO_ROW { source } else { start + *row };
    }
    Ok(take_column(&concat_columns(others.data_type(), &[others, new]), &rows))
}

/// New values for old ones; null stays null, and any other value is an error.
fn replaced_all(column: &Column, old: &Column, new: &Column) -> Result<Column, KernelError> {
    let rows = positions_in(column, old)?;
    let validity = column.validity();
    let is_null = |row: usize| validity.as_ref().is_some_and(|validity| !validity.get(row));
    if let Some(row) = rows.iter().enumerate().position(|(row, &found)| found == NO_ROW && !is_null(row)) {
        return Err(KernelError::InvalidOperand {
            operation: "replace_strict",
            row,
            value: column.get(row),
            expected: "one of the old values, or a default for all others",
        });
    }
    Ok(take_column_optional(new, &rows))
}

impl Expr {
    /// The values with `new` in place of `old`, the others kept. The type widens to hold all of them.
    ///
    /// ```
    /// use lazuli_expr::col;
    ///
    /// let grade = col("grade").replace(["A", "B"], ["excellent", "good"]);
    /// assert!(grade.to_string().starts_with("replace(grade, "));
    /// ```
    pub fn replace<O: Into<Scalar>, N: Into<Scalar>>(
        self,
        old: impl IntoIterator<Item = O>,
        new: impl IntoIterator<Item = N>,
    ) -> Self {
        self.call_with(super::REPLACE, [constant_list(old), constant_list(new)])
    }

    /// `new` in place of `old`, of the type of `new`; null stays null, and any other value is an error.
    pub fn replace_strict<O: Into<Scalar>, N: Into<Scalar>>(
        self,
        old: impl IntoIterator<Item = O>,
        new: impl IntoIterator<Item = N>,
    ) -> Self {
        self.call_with(super::REPLACE_STRICT, [constant_list(old), constant_list(new)])
    }

    /// `new` in place of `old`, and `default` in place of all others, null too.
    pub fn replace_strict_or<O: Into<Scalar>, N: Into<Scalar>>(
        self,
        old: impl IntoIterator<Item = O>,
        new: impl IntoIterator<Item = N>,
        default: impl Into<Expr>,
    ) -> Self {
        self.call_with(super::REPLACE_STRICT, [constant_list(old), constant_list(new), default.into()])
    }
}

#[cfg(test)]
mod tests {
    use lazuli_array::FromValues;

    use super::super::{REPLACE, REPLACE_STRICT};
    use super::*;
    use crate::{FunctionRef, Literal};

    fn run(
        function: &FunctionRef,
        column: &Column,
        old: Column,
        new: Column,
        default: Option<Value>,
    ) -> Result<Column, String> {
        let lists = [old, new].map(|items| Literal::typed(Scalar::List(Box::new(items))));
        let first = Argument { data_type: column.data_type(), literal: None };
        let mut arguments = vec![first];
        arguments
            .extend(lists.iter().map(|list| Argument { data_type: &list.data_type, literal: Some(list) }));
        if let Some(default) = &default {
            arguments.push(Argument { data_type: default.data_type(), literal: None });
        }
        let signature = function.signature(&arguments).map_err(|error| format!("{error:?}"))?;
        let lists =
            lists.iter().map(|list| Value::Constant(lazuli_kernels::Constant::from_scalar(&list.value)));
        let mut inputs: Vec<Value> = std::iter::once(column.clone().into()).chain(lists).collect();
        if let Some(default) = default {
            let column = cast(&default.into_column(column.len()), &signature.inputs[3], CastMode::Strict);
            inputs.push(column.unwrap().into());
        }
        let found = function.evaluate(&inputs, column.len()).map_err(|error| error.to_string())?;
        let found = found.into_column(column.len());
        assert_eq!(*found.data_type(), signature.output);
        Ok(found)
    }

    fn of<T>(values: impl IntoIterator<Item = T>) -> Column
    where
        Column: FromValues<T>,
    {
        Column::from_values(values.into_iter())
    }

    #[test]
    fn some_values() {
        let numbers = of([Some(1i64), Some(2), None]);
        let found = run(&REPLACE, &numbers, of([1i32, 7]), of([10i32, 70]), None);
        assert_eq!(found, Ok(of([Some(10i64), Some(2), None])));
        let wider = run(&REPLACE, &numbers, of([1i32]), of([10.5]), None);
        assert_eq!(wider, Ok(of([Some(10.5), Some(2.0), None])));
        let words = of([Some("a"), Some("b"), None]);
        let one = run(&REPLACE, &words, of([Some("a"), None]), of(["z"]), None);
        assert_eq!(one, Ok(of([Some("z"), Some("b"), Some("z")])));
        let nan = of([f64::NAN, 1.0]);
        assert_eq!(run(&REPLACE, &nan, of([f64::NAN]), of([0.0]), None), Ok(of([0.0, 1.0])));
        let nothing = run(&REPLACE, &words, of([Some("q")]), of(["z"]), None);
        assert_eq!(nothing, Ok(words));
    }

    #[test]
    fn all_values() {
        let numbers = of([Some(1i64), Some(2), None]);
        let names = run(&REPLACE_STRICT, &numbers, of([1i32, 2]), of(["one", "two"]), None);
        assert_eq!(names, Ok(of([Some("one"), Some("two"), None])));
        let error = run(&REPLACE_STRICT, &numbers, of([1i32]), of(["one"]), None).unwrap_err();
        assert!(error.contains("replace_strict at row 1: 2"), "{error}");
        let other = Value::Column(of(["x", "y", "z"]));
        let default = run(&REPLACE_STRICT, &numbers, of([1i32]), of(["one"]), Some(other));
        assert_eq!(default, Ok(of(["one", "y", "z"])));
        let wide = Value::Column(of([0.5, 1.5, 2.5]));
        let default = run(&REPLACE_STRICT, &numbers, of([1i32]), of([7i32]), Some(wide));
        assert_eq!(default, Ok(of([7.0, 1.5, 2.5])));
    }

    #[test]
    fn mistakes_are_found_in_the_plan() {
        let numbers = of([1i8]);
        for (old, new, part) in [
            (of([300i32]), of([1i32]), "300"),
            (of([1i32, 1]), of([1i32, 2]), "twice"),
            (of([1i32, 2]), of([1i32, 2, 3]), "as many"),
            (of([1i32]), of(["x"]), "replace_strict"),
        ] {
            let error = run(&REPLACE, &numbers, old, new, None).unwrap_err();
            assert!(error.contains(part), "{error}");
        }
    }
}
