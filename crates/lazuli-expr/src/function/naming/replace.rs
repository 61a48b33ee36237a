//! `name.replace`.

use lazuli_array::{DataType, Name, Scalar, StringArray};
use lazuli_kernels::KernelError;
use lazuli_kernels::strings::{Pattern, PatternError, Replacement, replace};

use super::NameNamespace;
use crate::evaluate::Value;
use crate::function::{Argument, ScalarFunction, Signature, SignatureError};
use crate::{Expr, Literal, lit};

/// The values under their name with every match of a pattern in it replaced; `$1` puts in a group. The pattern is plain
/// text if a fourth argument is true.
#[derive(Debug)]
pub struct Replace;

const EXPECTED: &str =
    "a column, a constant pattern, a constant text, and maybe whether the pattern is plain text";

/// Pattern, text to put in, whether the pattern is plain text.
fn options<'a>(values: &[&'a Scalar]) -> Option<(&'a str, &'a str, bool)> {
    match values {
        [Scalar::String(pattern), Scalar::String(text)] => Some((pattern, text, false)),
        [Scalar::String(pattern), Scalar::String(text), Scalar::Boolean(literal)] => {
            Some((pattern, text, *literal))
        }
        _ => None,
    }
}

fn replaced(name: &str, (pattern, text, literal): (&str, &str, bool)) -> Result<Name, PatternError> {
    let (pattern, text) = if literal {
        (Pattern::literal(pattern), Replacement::literal(text))
    } else {
        let pattern = Pattern::regular(pattern)?;
        let text = Replacement::expanding(text, &pattern)?;
        (pattern, text)
    };
    let name: StringArray = std::iter::once(Some(name)).collect();
    Ok(replace(&name, &pattern, &text, None).value(0).into())
}

impl ScalarFunction for Replace {
    fn name(&self) -> &str {
        "name.replace"
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        let wrong = || SignatureError::Expected(EXPECTED.into());
        let (input, rest) = arguments.split_first().ok_or_else(wrong)?;
        let values: Option<Vec<&Scalar>> =
            rest.iter().map(|argument| argument.literal.map(|literal| &literal.value)).collect();
        let options = values.as_deref().and_then(options).ok_or_else(wrong)?;
        replaced("", options).map_err(|error| SignatureError::InvalidArgument(error.to_string()))?;
        let types = [DataType::String, DataType::String, DataType::Boolean];
        let inputs = std::iter::once(input.data_type.clone()).chain(types.into_iter().take(rest.len()));
        Ok(Signature { inputs: inputs.collect(), output: input.data_type.clone() })
    }

    fn evaluate(&self, inputs: &[Value], _: usize) -> Result<Value, KernelError> {
        Ok(inputs[0].clone())
    }

    fn adapts_constants(&self) -> bool {
        false
    }

    fn output_name(&self, inputs: &[Expr]) -> Option<Name> {
        let (input, rest) = inputs.split_first()?;
        let values: Option<Vec<&Scalar>> = rest
            .iter()
            .map(|input| match input {
                Expr::Literal(Literal { value, .. }) => Some(value),
                _ => None,
            })
            .collect();
        replaced(&input.output_name(), options(&values?)?).ok()
    }

    fn expanded(&self, inputs: &[Expr]) -> Option<Expr> {
        Some(inputs.first()?.without_alias().clone().alias(self.output_name(inputs)?))
    }
}

impl NameNamespace {
    /// The name with every match of a regular expression in it as `to`, in which `$1` is a group. Anything but plain text
    /// needs the feature `regex`.
    ///
    /// ```
    /// use lazuli_expr::col;
    ///
    /// assert_eq!(col("old_price").name().replace("old", "new").output_name(), "new_price");
    /// ```
    pub fn replace(self, pattern: impl Into<Name>, to: impl Into<Name>) -> Expr {
        self.0.call_with(super::REPLACE, [lit(pattern.into()), lit(to.into())])
    }

    /// The name with every `from` in it as `to`, both plain text.
    pub fn replace_literal(self, from: impl Into<Name>, to: impl Into<Name>) -> Expr {
        self.0.call_with(super::REPLACE, [lit(from.into()), lit(to.into()), lit(true)])
    }
}
