//! What a function takes behind its first argument, said once: names, kinds, which may be left out.
//!
//! Not here: what the first argument is, and what the values mean.

use lazuli_array::{DataType, Name, Scalar};

use super::{Argument, SignatureError};
use crate::Literal;
use crate::evaluate::Value;

/// One argument behind the first.
#[derive(Debug, Clone, Copy)]
pub(super) struct Parameter {
    name: &'static str,
    takes: Takes,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Takes {
    /// Text, which may differ by row.
    Text,
    /// Bytes, which may differ by row.
    Bytes,
    /// A whole number, which may differ by row.
    Integer,
    /// The same text in every row.
    OneText,
    /// The same whole number in every row.
    OneInteger,
    /// True or false, the same in every row.
    Flag,
    /// A value that is not looked at, but for its type.
    Type,
}

impl Parameter {
    /// Text, which may differ by row.
    pub(super) const fn text(name: &'static str) -> Self {
        Self { name, takes: Takes::Text }
    }

    /// Bytes, which may differ by row.
    pub(super) const fn bytes(name: &'static str) -> Self {
        Self { name, takes: Takes::Bytes }
    }

    /// A whole number, which may differ by row.
    pub(super) const fn integer(name: &'static str) -> Self {
        Self { name, takes: Takes::Integer }
    }

    /// A constant text.
    pub(super) const fn one_text(name: &'static str) -> Self {
        Self { name, takes: Takes::OneText }
    }

    /// A constant whole number.
    pub(super) const fn one_integer(name: &'static str) -> Self {
        Self { name, takes: Takes::OneInteger }
    }

    /// A constant true or false.
    pub(super) const fn flag(name: &'static str) -> Self {
        Self { name, takes: Takes::Flag }
    }

    /// Any value of the type that is meant.
    pub(super) const fn of_type(name: &'static str) -> Self {
        Self { name, takes: Takes::Type }
    }

    fn in_words(self) -> String {
        let kind = match self.takes {
            Takes::Text => "text",
            Takes::Bytes => "bytes",
            Takes::Integer => "whole number",
            Takes::OneText => "constant text",
            Takes::OneInteger => "constant whole number",
            Takes::Flag => "true or false",
            Takes::Type => "value of the type",
        };
        format!("{} ({kind})", self.name)
    }

    /// The type that an argument is cast to, if it is one for this.
    fn input(self, argument: &Argument<'_>) -> Option<DataType> {
        let given = argument.data_type;
        let is_constant = argument.literal.is_some();
        // A bare null has taken the type of what stands before it.
        let is_null = argument.literal.is_some_and(|literal| literal.value.is_null());
        match self.takes {
            Takes::Type => Some(given.clone()),
            Takes::Text if is_null || given.is_text() || *given == DataType::Null => Some(DataType::String),
            Takes::Bytes
                if is_null || given.is_text() || matches!(given, DataType::Null | DataType::Binary) =>
            {
                Some(DataType::Binary)
            }
            Takes::Integer if is_null || given.is_integer() || *given == DataType::Null => {
                Some(DataType::Int64)
            }
            Takes::OneText if is_constant && given.is_text() => Some(DataType::String),
            Takes::OneInteger if is_constant && given.is_integer() => Some(DataType::Int64),
            Takes::Flag if is_constant && *given == DataType::Boolean => Some(DataType::Boolean),
            _ => None,
        }
    }
}

/// The types that arguments are cast to. The first becomes `first`, which its words name; of the parameters for the rest,
/// so many are `required` and those behind them may be missing.
///
/// # Errors
/// [`SignatureError::Expected`] with what the function takes.
pub(super) fn inputs(
    arguments: &[Argument<'_>],
    (first, words): (DataType, &str),
    parameters: &[Parameter],
    required: usize,
) -> Result<Vec<DataType>, SignatureError> {
    let expected = || {
        let mut text = words.to_string();
        for (index, parameter) in parameters.iter().enumerate() {
            let join = if index == required { ", and perhaps " } else { ", " };
            text.push_str(join);
            text.push_str(&parameter.in_words());
        }
        SignatureError::Expected(text)
    };
    let Some((input, rest)) = arguments.split_first() else { return Err(expected()) };
    let fits = match first {
        DataType::Binary => matches!(input.data_type, DataType::Binary | DataType::Null),
        _ => input.data_type.is_text() || *input.data_type == DataType::Null,
    };
    if !fits || rest.len() < required || rest.len() > parameters.len() {
        return Err(expected());
    }
    let rest = rest.iter().zip(parameters).map(|(argument, parameter)| parameter.input(argument));
    std::iter::once(Some(first)).chain(rest).collect::<Option<_>>().ok_or_else(expected)
}

/// Arguments that are the same in every row, when an expression is typed and when it runs.
pub(super) trait Constants {
    /// The argument, if there is one and it is a constant.
    fn constant(&self, index: usize) -> Option<Scalar>;

    /// Text; `None` for null too.
    fn text(&self, index: usize) -> Option<Name> {
        match self.constant(index)? {
            Scalar::String(text) => Some(text),
            _ => None,
        }
    }

    /// A whole number; `None` for null too, and beyond 64 bits.
    fn integer(&self, index: usize) -> Option<i64> {
        Some(match self.constant(index)? {
            Scalar::Int8(value) => value.into(),
            Scalar::Int16(value) => value.into(),
            Scalar::Int32(value) => value.into(),
            Scalar::Int64(value) => value,
            Scalar::UInt8(value) => value.into(),
            Scalar::UInt16(value) => value.into(),
            Scalar::UInt32(value) => value.into(),
            Scalar::UInt64(value) => value.try_into().ok()?,
            _ => return None,
        })
    }

    /// True or false, `default` if it is missing.
    fn flag(&self, index: usize, default: bool) -> bool {
        match self.constant(index) {
            Some(Scalar::Boolean(value)) => value,
            _ => default,
        }
    }
}

impl Constants for [Argument<'_>] {
    fn constant(&self, index: usize) -> Option<Scalar> {
        Some(self.get(index)?.literal?.value.clone())
    }
}

impl Constants for [Value] {
    fn constant(&self, index: usize) -> Option<Scalar> {
        match self.get(index)? {
            Value::Constant(constant) => Some(constant.value()),
            Value::Column(_) => None,
        }
    }
}

/// A call whose arguments are known, but for the first.
pub(super) struct Call<'a> {
    /// The arguments, the first being rows.
    pub inputs: &'a [Value],
    /// The type of the result.
    pub output: &'a DataType,
}

impl Call<'_> {
    /// A constant argument; `None` for null too.
    pub(super) fn text(&self, index: usize) -> Option<Name> {
        self.inputs.text(index)
    }

    /// A constant argument; `None` for null too.
    pub(super) fn bytes(&self, index: usize) -> Option<std::sync::Arc<[u8]>> {
        match self.inputs.constant(index)? {
            Scalar::Binary(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// A constant argument; `None` for null too.
    pub(super) fn integer(&self, index: usize) -> Option<i64> {
        self.inputs.integer(index)
    }

    /// A constant argument, `default` if it is missing.
    pub(super) fn flag(&self, index: usize, default: bool) -> bool {
        self.inputs.flag(index, default)
    }
}

/// The type of the result of a call that was typed before, on which constants may decide.
pub(super) fn output_of(
    output: fn(&[Argument<'_>]) -> Result<DataType, SignatureError>,
    inputs: &[Value],
) -> DataType {
    let literals: Vec<Option<Literal>> = inputs
        .iter()
        .map(|input| match input {
            Value::Constant(constant) => Some(Literal {
                value: constant.value(),
                data_type: constant.data_type().clone(),
                flexible: false,
            }),
            Value::Column(_) => None,
        })
        .collect();
    let arguments: Vec<Argument<'_>> = inputs
        .iter()
        .zip(&literals)
        .map(|(input, literal)| Argument { data_type: input.data_type(), literal: literal.as_ref() })
        .collect();
    output(&arguments).expect("the same arguments were typed before")
}
