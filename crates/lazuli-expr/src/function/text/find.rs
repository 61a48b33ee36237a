//! `str.find`, `str.count_matches`.

use lazuli_array::DataType;
use lazuli_kernels::strings;

use super::StringNamespace;
use super::pattern::{check_pattern, pattern};
use super::text_function::{TextFunction, infallible};
use crate::function::arguments::{Constants, Parameter};
use crate::{Expr, FunctionRef};

/// The pattern, whether it is literal, and whether one that is no regular expression is an error, else every row is null.
pub(super) static FIND: TextFunction = TextFunction {
    name: "str.find",
    parameters: &[Parameter::text("pattern"), Parameter::flag("literal"), Parameter::flag("strict")],
    required: 1,
    output: |arguments| {
        if arguments.flag(3, true) {
            check_pattern(arguments, 1, 2)?;
        }
        Ok(DataType::Int64)
    },
    kernel: |call| {
        let Some(pattern) = pattern(call, 1, 2) else { return Ok(None) };
        infallible(move |texts| strings::find(texts, &pattern))
    },
    is_fallible: false,
    by_row: None,
};

pub(super) static COUNT_MATCHES: TextFunction = TextFunction {
    name: "str.count_matches",
    parameters: &[Parameter::text("pattern"), Parameter::flag("literal")],
    required: 1,
    output: |arguments| {
        check_pattern(arguments, 1, 2)?;
        Ok(DataType::Int64)
    },
    kernel: |call| {
        let Some(pattern) = pattern(call, 1, 2) else { return Ok(None) };
        infallible(move |texts| strings::count_matches(texts, &pattern))
    },
    is_fallible: false,
    by_row: None,
};

impl StringNamespace {
    /// The byte at which the first match of a regular expression begins, from 0; null if there is none, or either is null.
    ///
    /// ```
    /// use lazuli_expr::col;
    ///
    /// assert_eq!(col("name").str().find("[0-9]").to_string(), "str.find(name, '[0-9]')");
    /// ```
    pub fn find(self, pattern: impl Into<Expr>) -> Expr {
        self.0.call_with(FunctionRef::Builtin(&FIND), [pattern.into()])
    }

    /// The byte at which this very text first stands, from 0; null if it does not, or either is null.
    pub fn find_literal(self, text: impl Into<Expr>) -> Expr {
        self.0.call_with(FunctionRef::Builtin(&FIND), [text.into(), true.into()])
    }

    /// How many matches of a regular expression there are, none overlapping the one before; null if either is null.
    pub fn count_matches(self, pattern: impl Into<Expr>) -> Expr {
        self.0.call_with(FunctionRef::Builtin(&COUNT_MATCHES), [pattern.into()])
    }

    /// How often this very text stands there, not overlapping itself; null if either is null.
    pub fn count_matches_literal(self, text: impl Into<Expr>) -> Expr {
        self.0.call_with(FunctionRef::Builtin(&COUNT_MATCHES), [text.into(), true.into()])
    }
}

#[cfg(test)]
mod tests {
    use lazuli_array::{Column, FromValues};

    use crate::col;
    use crate::function::text::check::check;

    #[test]
    fn places_and_counts() {
        let texts = [Some("né.nn"), Some("n"), None, Some("")];
        let of = |values: [Option<i64>; 4]| Column::from_values(values.into_iter());
        let text = || col("a").str();
        check(text().find("n+$"), &texts, &of([Some(4), Some(0), None, None]));
        check(text().find_literal("."), &texts, &of([Some(3), None, None, None]));
        check(text().find(""), &texts, &of([Some(0), Some(0), None, Some(0)]));
        check(text().find_literal(col("a")), &texts, &of([Some(0), Some(0), None, Some(0)]));
        check(text().count_matches("n"), &texts, &of([Some(3), Some(1), None, Some(0)]));
        check(text().count_matches("n|$"), &texts, &of([Some(3), Some(1), None, Some(1)]));
        check(text().count_matches(""), &texts, &of([Some(6), Some(2), None, Some(1)]));
        check(text().count_matches_literal("nn"), &texts, &of([Some(1), Some(0), None, Some(0)]));
    }
}
