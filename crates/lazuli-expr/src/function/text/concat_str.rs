//! `concat_str` and `format`: the values of a row as one text.

use lazuli_array::{DataType, Scalar};
use lazuli_kernels::cast::can_cast;
use lazuli_kernels::{Constant, Datum, KernelError, strings};

use crate::evaluate::Value;
use crate::function::arguments::Constants;
use crate::function::{Argument, ScalarFunction, Signature, SignatureError};
use crate::{Expr, FunctionRef, IntoExprs};

/// The values of a row as one text: the separator, whether nulls are left out, and then what is put together. Without
/// `ignore_nulls` a null makes the row null.
#[derive(Debug)]
pub struct ConcatStr;

impl ScalarFunction for ConcatStr {
    fn name(&self) -> &str {
        "concat_str"
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        let expected = || {
            SignatureError::Expected(
                "a constant separator, whether nulls are left out, and values that can be text".into(),
            )
        };
        let (Some(Scalar::String(_)), Some(Scalar::Boolean(_))) =
            (arguments.constant(0), arguments.constant(1))
        else {
            return Err(expected());
        };
        if arguments.len() < 3 || !arguments[2..].iter().all(is_printable) {
            return Err(expected());
        }
        let options = [DataType::String, DataType::Boolean];
        let inputs = options.into_iter().chain(arguments[2..].iter().map(|_| DataType::String)).collect();
        Ok(Signature { inputs, output: DataType::String })
    }

    fn evaluate(&self, inputs: &[Value], num_rows: usize) -> Result<Value, KernelError> {
        let separator = inputs.text(0).unwrap_or_default();
        let operands: Vec<Datum<'_>> = inputs[2..].iter().map(Value::as_datum).collect();
        joined(&operands, &separator, inputs.flag(1, false), num_rows)
    }
}

/// Whether the argument can be text.
fn is_printable(argument: &Argument<'_>) -> bool {
    can_cast(argument.data_type, &DataType::String)
}

fn joined(
    operands: &[Datum<'_>],
    separator: &str,
    ignore_nulls: bool,
    num_rows: usize,
) -> Result<Value, KernelError> {
    let rows = if operands.iter().all(|operand| operand.is_constant()) { 1 } else { num_rows };
    let texts = strings::join_rows(operands, separator, ignore_nulls, rows)?;
    Ok(Value::from_result(lazuli_array::Column::new(DataType::String, texts), operands))
}

/// Text with values put in, one for each `{}`; `{{` and `}}` stand for braces. A null makes the row null.
#[derive(Debug)]
pub struct Format;

impl ScalarFunction for Format {
    fn name(&self) -> &str {
        "format"
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        let Some(template) = arguments.text(0) else {
            return Err(SignatureError::Expected("a constant text, and a value for each {} in it".into()));
        };
        let pieces = pieces(&template).map_err(SignatureError::InvalidArgument)?;
        let (places, values) = (pieces.len() - 1, arguments.len() - 1);
        if places != values {
            return Err(SignatureError::InvalidArgument(format!(
                "{places} places {{}} in the text for {values} values"
            )));
        }
        if !arguments[1..].iter().all(is_printable) {
            return Err(SignatureError::Expected("values that can be text".into()));
        }
        Ok(Signature { inputs: vec![DataType::String; arguments.len()], output: DataType::String })
    }

    fn evaluate(&self, inputs: &[Value], num_rows: usize) -> Result<Value, KernelError> {
        let template = inputs.text(0).unwrap_or_default();
        let pieces = pieces(&template).expect("the signature read the same text");
        let pieces: Vec<Constant> =
            pieces.into_iter().map(|piece| Constant::from_scalar(&Scalar::String(piece.into()))).collect();
        let mut operands = Vec::with_capacity(2 * inputs.len());
        for (index, piece) in pieces.iter().enumerate() {
            operands.push(Datum::Constant(piece));
            operands.extend(inputs.get(index + 1).map(Value::as_datum));
        }
        joined(&operands, "", false, num_rows)
    }
}

/// The text before, between and behind the places.
fn pieces(template: &str) -> Result<Vec<String>, String> {
    let mut pieces = vec![String::new()];
    let mut letters = template.chars().peekable();
    while let Some(letter) = letters.next() {
        match (letter, letters.peek()) {
            ('{', Some('}')) => {
                letters.next();
                pieces.push(String::new());
                continue;
            }
            ('{', Some('{')) | ('}', Some('}')) => {
                letters.next();
            }
            ('{' | '}', _) => {
                return Err(format!(
                    "a single {letter} in the text: places are {{}}, and {letter}{letter} is a brace"
                ));
            }
            _ => {}
        }
        if let Some(piece) = pieces.last_mut() {
            piece.push(letter);
        }
    }
    Ok(pieces)
}

/// The values of each row as one text, `separator` between them. A null makes the row null, or, with `ignore_nulls`, is
/// left out with its separator.
///
/// ```
/// use lazuli_expr::concat_str;
///
/// assert_eq!(concat_str(["a", "b"], "-", false).to_string(), "concat_str('-', false, a, b)");
/// ```
pub fn concat_str(exprs: impl IntoExprs, separator: &str, ignore_nulls: bool) -> Expr {
    let options = [Expr::from(separator), Expr::from(ignore_nulls)];
    let inputs = options.into_iter().chain(exprs.into_exprs()).collect();
    Expr::Function { function: CONCAT_STR, inputs }
}

/// Text with the values of each row put in, one for each `{}`; `{{` and `}}` stand for braces. A null makes the row null.
///
/// ```
/// use lazuli_expr::format_str;
///
/// assert_eq!(format_str("{} of {}", ["a", "b"]).to_string(), "format('{} of {}', a, b)");
/// ```
pub fn format_str(template: &str, exprs: impl IntoExprs) -> Expr {
    let inputs = std::iter::once(Expr::from(template)).chain(exprs.into_exprs()).collect();
    Expr::Function { function: FORMAT, inputs }
}

pub(super) const CONCAT_STR: FunctionRef = FunctionRef::Builtin(&ConcatStr);
pub(super) const FORMAT: FunctionRef = FunctionRef::Builtin(&Format);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::function::text::check::{check_texts, error_of};
    use crate::{IntoExpr, col, lit};

    #[test]
    fn rows_become_texts() {
        let texts = [Some("x"), None, Some("")];
        let joined = |ignore_nulls| concat_str([col("a"), col("n"), lit("é")], "-", ignore_nulls);
        check_texts(joined(false), &texts, &[Some("x-1-é"), None, Some("-3-é")]);
        check_texts(joined(true), &texts, &[Some("x-1-é"), Some("2-é"), Some("-3-é")]);
        check_texts(concat_str([col("a")], "-", true), &texts, &[Some("x"), Some(""), Some("")]);
        check_texts(format_str("{}: {{{}}}", ["n", "a"]), &texts, &[Some("1: {x}"), None, Some("3: {}")]);
        check_texts(format_str("all", Vec::<Expr>::new()), &texts, &[Some("all"); 3]);
    }

    #[test]
    fn mistakes_are_found_when_the_expression_is_typed() {
        assert!(error_of(format_str("{} {}", ["a"])).contains("2 places {} in the text for 1 values"));
        assert!(error_of(format_str("{", ["a"])).contains("a single {"));
        let lists = concat_str(["a".into_expr().str().split("-")], "", false);
        assert!(error_of(lists).contains("values that can be text"));
    }
}
