//! `str.replace`, `str.replace_all`.

use lazuli_array::DataType;
use lazuli_kernels::KernelError;
use lazuli_kernels::strings::{self, Pattern, Replacement};

use super::StringNamespace;
use super::pattern::{check_pattern, pattern};
use super::text_function::{Call, Kernel, TextFunction, infallible};
use crate::function::arguments::{Constants, Parameter};
use crate::function::{Argument, SignatureError};
use crate::{Expr, FunctionRef};

/// The pattern, the value, whether both are literal, and how many matches are replaced, all for a negative number.
pub(super) static REPLACE: TextFunction = TextFunction {
    name: "str.replace",
    parameters: &[
        Parameter::text("pattern"),
        Parameter::text("value"),
        Parameter::flag("literal"),
        Parameter::one_integer("n"),
    ],
    required: 2,
    output: check,
    kernel: |call| {
        let limit = match call.inputs.len() {
            5.. => call.integer(4).and_then(|n| usize::try_from(n).ok()),
            _ => Some(1),
        };
        kernel(call, limit)
    },
    is_fallible: false,
    by_row: None,
};

/// The pattern, the value, and whether both are literal.
pub(super) static REPLACE_ALL: TextFunction = TextFunction {
    name: "str.replace_all",
    parameters: &[Parameter::text("pattern"), Parameter::text("value"), Parameter::flag("literal")],
    required: 2,
    output: check,
    kernel: |call| kernel(call, None),
    is_fallible: false,
    by_row: None,
};

fn check(arguments: &[Argument<'_>]) -> Result<DataType, SignatureError> {
    if let Some(pattern) = check_pattern(arguments, 1, 3)?
        && let Some(value) = arguments.text(2)
        && !arguments.flag(3, false)
    {
        Replacement::expanding(&value, &pattern)
            .map_err(|error| SignatureError::InvalidArgument(error.to_string()))?;
    }
    Ok(DataType::String)
}

fn kernel(call: &Call<'_>, limit: Option<usize>) -> Result<Option<Kernel>, KernelError> {
    let (Some(pattern), Some(value)) = (pattern(call, 1, 3), call.text(2)) else { return Ok(None) };
    let replacement = replacement(call, &pattern, &value);
    infallible(move |texts| strings::replace(texts, &pattern, &replacement, limit))
}

/// A value that differs by row may name groups that there are not: it is then the text that it is.
fn replacement(call: &Call<'_>, pattern: &Pattern, value: &str) -> Replacement {
    let literal = || Replacement::literal(value);
    if call.flag(3, false) {
        return literal();
    }
    Replacement::expanding(value, pattern).unwrap_or_else(|_| literal())
}

impl StringNamespace {
    /// The first match of a regular expression replaced by `value`, in which `$1` and `${name}` stand for groups, `$0` for
    /// the match and `$$` for a dollar; null if any is null. A group that the pattern does not have is an error.
    ///
    /// ```
    /// use lazuli_expr::col;
    ///
    /// let swapped = col("name").str().replace("(.*), (.*)", "$2 $1");
    /// assert_eq!(swapped.to_string(), "str.replace(name, '(.*), (.*)', '$2 $1')");
    /// ```
    pub fn replace(self, pattern: impl Into<Expr>, value: impl Into<Expr>) -> Expr {
        self.0.call_with(FunctionRef::Builtin(&REPLACE), [pattern.into(), value.into()])
    }

    /// As [`StringNamespace::replace`], for the first `n` matches.
    pub fn replace_n(self, pattern: impl Into<Expr>, value: impl Into<Expr>, n: u32) -> Expr {
        let inputs = [pattern.into(), value.into(), false.into(), i64::from(n).into()];
        self.0.call_with(FunctionRef::Builtin(&REPLACE), inputs)
    }

    /// The first place of this very text replaced by this very `value`; null if any is null.
    pub fn replace_literal(self, text: impl Into<Expr>, value: impl Into<Expr>) -> Expr {
        self.0.call_with(FunctionRef::Builtin(&REPLACE), [text.into(), value.into(), true.into()])
    }

    /// As [`StringNamespace::replace`], for all matches, none overlapping the one before.
    pub fn replace_all(self, pattern: impl Into<Expr>, value: impl Into<Expr>) -> Expr {
        self.0.call_with(FunctionRef::Builtin(&REPLACE_ALL), [pattern.into(), value.into()])
    }

    /// As [`StringNamespace::replace_literal`], for all places.
    pub fn replace_all_literal(self, text: impl Into<Expr>, value: impl Into<Expr>) -> Expr {
        self.0.call_with(FunctionRef::Builtin(&REPLACE_ALL), [text.into(), value.into(), true.into()])
    }
}

#[cfg(test)]
mod tests {
    use crate::function::text::check::{check_texts, error_of};
    use crate::{Expr, col};

    #[test]
    fn matches_give_way() {
        let texts = [Some("abcab"), Some("1-22"), None, Some(""), Some("é")];
        let text = || col("a").str();
        let cases = [
            (text().replace("b", "<$0>"), ["a<b>cab", "1-22", "", "é"]),
            (text().replace_n("[ab]", "x", 3), ["xxcxb", "1-22", "", "é"]),
            (text().replace_n("a", "x", 0), ["abcab", "1-22", "", "é"]),
            (text().replace_all("a(b)?", "[${1}$$]"), ["[b$]c[b$]", "1-22", "", "é"]),
            (text().replace_all(r"(?<x>\d)-(\d+)", "$2/$x"), ["abcab", "22/1", "", "é"]),
            (text().replace_all("", "-"), ["-a-b-c-a-b-", "-1---2-2-", "-", "-é-"]),
            (text().replace_all("(x*)", "-$1"), ["-a-b-c-a-b-", "-1---2-2-", "-", "-é-"]),
            (text().replace_all_literal("", "-"), ["-a-b-c-a-b-", "-1---2-2-", "-", "-é-"]),
            (text().replace_literal("a", "$0"), ["$0bcab", "1-22", "", "é"]),
            (text().replace_all_literal("a", "$0"), ["$0bc$0b", "1-22", "", "é"]),
            (text().replace("c", col("a")), ["ababcabab", "1-22", "", "é"]),
            (text().replace("$", "$ "), ["abcab$ ", "1-22$ ", "$ ", "é$ "]),
        ];
        for (expr, [first, second, empty, wide]) in cases {
            check_texts(expr, &texts, &[Some(first), Some(second), None, Some(empty), Some(wide)]);
        }
        check_texts(text().replace("a", Expr::from(None::<&str>)), &texts, &[None; 5]);
    }

    #[test]
    fn unknown_groups_are_mistakes() {
        let error = error_of(col("a").str().replace("(a)", "$2"));
        assert!(error.contains("there is no group 2 to put in; groups are 0 to 1"), "{error}");
        let error = error_of(col("a").str().replace("a", "$1x"));
        assert!(error.contains("there is no group 1x"), "{error}");
    }
}
