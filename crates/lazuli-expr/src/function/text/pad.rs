//! `str.pad_start`, `str.pad_end`, `str.zfill`.

use lazuli_array::{DataType, Scalar};
use lazuli_kernels::KernelError;
use lazuli_kernels::strings::{self, Side};

use super::StringNamespace;
use super::text_function::{Call, Kernel, TextFunction, infallible};
use crate::function::arguments::{Constants, Parameter};
use crate::function::{Argument, SignatureError};
use crate::{Expr, FunctionRef};

/// The least length in characters, and what fills, a space if it is missing.
pub(super) static PAD_START: TextFunction = TextFunction {
    name: "str.pad_start",
    parameters: &[Parameter::integer("length"), Parameter::one_text("fill")],
    required: 1,
    output: check,
    kernel: |call| pad(call, "str.pad_start", Side::Start),
    is_fallible: true,
    by_row: None,
};

/// As [`PAD_START`].
pub(super) static PAD_END: TextFunction = TextFunction {
    name: "str.pad_end",
    parameters: &[Parameter::integer("length"), Parameter::one_text("fill")],
    required: 1,
    output: check,
    kernel: |call| pad(call, "str.pad_end", Side::End),
    is_fallible: true,
    by_row: None,
};

/// The least length in characters.
pub(super) static ZFILL: TextFunction = TextFunction {
    name: "str.zfill",
    parameters: &[Parameter::integer("length")],
    required: 1,
    output: check,
    kernel: |call| match length(call, "str.zfill")? {
        Some(length) => infallible(move |texts| strings::zfill(texts, length)),
        None => Ok(None),
    },
    is_fallible: true,
    by_row: None,
};

/// Characters that a text may be filled up to: a length beyond this is a mistake, and would take all memory there is.
const MOST_CHARACTERS: i64 = 1 << 24;

const LENGTH: &str = "a length of 0 to 16777216";

fn check(arguments: &[Argument<'_>]) -> Result<DataType, SignatureError> {
    let invalid = |expected: &str| Err(SignatureError::InvalidArgument(format!("expected {expected}")));
    if arguments.integer(1).is_some_and(|length| !(0..=MOST_CHARACTERS).contains(&length)) {
        return invalid(LENGTH);
    }
    match arguments.constant(2) {
        Some(Scalar::String(fill)) if fill.chars().count() != 1 => invalid("one character to fill with"),
        Some(Scalar::Null) => invalid("one character to fill with"),
        _ => Ok(DataType::String),
    }
}

fn length(call: &Call<'_>, operation: &'static str) -> Result<Option<usize>, KernelError> {
    match call.integer(1) {
        Some(length) if (0..=MOST_CHARACTERS).contains(&length) => Ok(Some(length as usize)),
        Some(length) => {
            let value = Scalar::Int64(length);
            Err(KernelError::InvalidOperand { operation, row: 0, value, expected: LENGTH })
        }
        None => Ok(None),
    }
}

fn pad(call: &Call<'_>, operation: &'static str, side: Side) -> Result<Option<Kernel>, KernelError> {
    let Some(length) = length(call, operation)? else { return Ok(None) };
    let fill = call.text(2).and_then(|fill| fill.chars().next()).unwrap_or(' ');
    infallible(move |texts| strings::pad(texts, length, fill, side))
}

impl StringNamespace {
    /// The text with as many `fill` before it as it needs to have `length` characters; longer texts stay as they are.
    ///
    /// ```
    /// use lazuli_expr::col;
    ///
    /// assert_eq!(col("id").str().pad_start(8, ' ').to_string(), "str.pad_start(id, 8, ' ')");
    /// ```
    pub fn pad_start(self, length: impl Into<Expr>, fill: char) -> Expr {
        let inputs = [length.into(), fill.to_string().into()];
        self.0.call_with(FunctionRef::Builtin(&PAD_START), inputs)
    }

    /// The text with as many `fill` behind it as it needs to have `length` characters; longer texts stay as they are.
    pub fn pad_end(self, length: impl Into<Expr>, fill: char) -> Expr {
        let inputs = [length.into(), fill.to_string().into()];
        self.0.call_with(FunctionRef::Builtin(&PAD_END), inputs)
    }

    /// The text with as many zeros as it needs to have `length` characters, before it or behind its sign.
    pub fn zfill(self, length: impl Into<Expr>) -> Expr {
        self.0.call_with(FunctionRef::Builtin(&ZFILL), [length.into()])
    }
}

#[cfg(test)]
mod tests {
    use crate::function::text::check::{check_texts, error_of, error_over};
    use crate::{Expr, col};

    #[test]
    fn short_texts_are_filled_up() {
        let texts = [Some("ab"), Some("-é"), None, Some(""), Some("abcdef")];
        let text = || col("a").str();
        let cases = [
            (text().pad_start(4, 'é'), ["ééab", "éé-é", "éééé", "abcdef"]),
            (text().pad_end(4, '.'), ["ab..", "-é..", "....", "abcdef"]),
            (text().pad_end(0, '.'), ["ab", "-é", "", "abcdef"]),
            (text().zfill(4), ["00ab", "-00é", "0000", "abcdef"]),
            (text().pad_start(col("n"), '.'), ["ab", "-é", "....", "abcdef"]),
        ];
        for (expr, [first, second, empty, long]) in cases {
            check_texts(expr, &texts, &[Some(first), Some(second), None, Some(empty), Some(long)]);
        }
        check_texts(text().zfill(Expr::from(None::<i64>)), &texts, &[None; 5]);
    }

    #[test]
    fn lengths_are_in_range() {
        assert!(error_of(col("a").str().zfill(-1)).contains("a length of 0 to 16777216"));
        let error = error_over(col("a").str().zfill(col("n") - 2), &[None, Some("b"), Some("c")]);
        assert!(error.contains("invalid operand of str.zfill at row 0: -1"), "{error}");
    }
}
