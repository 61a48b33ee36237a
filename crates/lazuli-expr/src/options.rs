//! Options of a call: constants behind its columns, which may be missing from the end.

use lazuli_array::{DataType, Scalar};
use lazuli_kernels::KernelError;

use crate::function::options::whole;
use crate::function::{Argument, Signature, SignatureError};

/// The constants of a call, read one after the other. A null stands for the default.
pub(crate) struct Options<'a> {
    rest: &'a [Argument<'a>],
    expected: &'static str,
}

impl<'a> Options<'a> {
    /// Those behind the first `num_columns` arguments; `expected` says in words what the call takes.
    pub(crate) fn behind(
        num_columns: usize,
        arguments: &'a [Argument<'a>],
        expected: &'static str,
    ) -> Result<Self, SignatureError> {
        match arguments.get(num_columns..) {
            Some(rest) => Ok(Self { rest, expected }),
            None => Err(SignatureError::Expected(expected.into())),
        }
    }

    /// What the call takes, as an error.
    pub(crate) fn wrong(&self) -> SignatureError {
        SignatureError::Expected(self.expected.into())
    }

    /// The next constant, without taking it.
    pub(crate) fn peek(&self) -> Option<&'a Scalar> {
        self.rest.first()?.literal.map(|literal| &literal.value)
    }

    /// The next constant; `None` for the default.
    pub(crate) fn value(&mut self) -> Result<Option<&'a Scalar>, SignatureError> {
        let Some((first, rest)) = self.rest.split_first() else { return Ok(None) };
        self.rest = rest;
        let value = &first.literal.ok_or_else(|| self.wrong())?.value;
        Ok((!value.is_null()).then_some(value))
    }

    /// A whole number.
    pub(crate) fn integer(&mut self) -> Result<Option<i64>, SignatureError> {
        let Some(value) = self.value()? else { return Ok(None) };
        whole(value).map(Some).ok_or_else(|| self.wrong())
    }

    /// A number of rows or values, from 0.
    pub(crate) fn count(&mut self) -> Result<Option<usize>, SignatureError> {
        match self.integer()? {
            None => Ok(None),
            Some(value) => usize::try_from(value).map(Some).map_err(|_| self.wrong()),
        }
    }

    /// A number.
    pub(crate) fn number(&mut self) -> Result<Option<f64>, SignatureError> {
        match self.peek() {
            Some(Scalar::Float64(value)) => self.value().map(|_| Some(*value)),
            Some(Scalar::Float32(value)) => self.value().map(|_| Some((*value).into())),
            _ => Ok(self.integer()?.map(|value| value as f64)),
        }
    }

    /// Yes or no.
    pub(crate) fn boolean(&mut self, default: bool) -> Result<bool, SignatureError> {
        match self.value()? {
            None => Ok(default),
            Some(Scalar::Boolean(value)) => Ok(*value),
            Some(_) => Err(self.wrong()),
        }
    }

    /// A text.
    pub(crate) fn text(&mut self) -> Result<Option<&'a str>, SignatureError> {
        match self.value()? {
            None => Ok(None),
            Some(Scalar::String(value)) => Ok(Some(value.as_str())),
            Some(_) => Err(self.wrong()),
        }
    }

    /// One of these words; the first is the default. `what` says what they name.
    pub(crate) fn word<T: Copy>(
        &mut self,
        words: &[(&'static str, T)],
        what: &str,
    ) -> Result<T, SignatureError> {
        let Some(word) = self.text()? else { return Ok(words[0].1) };
        if let Some((_, value)) = words.iter().find(|(known, _)| *known == word) {
            return Ok(*value);
        }
        let known: Vec<&str> = words.iter().map(|(known, _)| *known).collect();
        let reason = format!("no {what} is called {word}; there are {}", known.join(", "));
        Err(SignatureError::InvalidArgument(reason))
    }

    /// That was all.
    pub(crate) fn end(self) -> Result<(), SignatureError> {
        if self.rest.is_empty() { Ok(()) } else { Err(self.wrong()) }
    }
}

/// The first arguments cast to `columns`, the others as they are.
pub(crate) fn with_columns(arguments: &[Argument<'_>], columns: &[DataType], output: DataType) -> Signature {
    let rest = arguments.iter().skip(columns.len()).map(|argument| argument.data_type.clone());
    Signature { inputs: columns.iter().cloned().chain(rest).collect(), output }
}

/// Options are checked before anything runs; this is for a caller who did not.
pub(crate) fn unchecked(operation: &'static str, arguments: &[Argument<'_>]) -> KernelError {
    KernelError::unsupported(operation, arguments.iter().map(|argument| argument.data_type))
}
