//! `str.contains`.

use lazuli_array::DataType;
use lazuli_kernels::strings;

use super::StringNamespace;
use super::pattern::{check_pattern, pattern};
use super::text_function::{TextFunction, infallible};
use crate::function::arguments::{Constants, Parameter};
use crate::{Expr, FunctionRef};

/// The pattern, whether it is literal, and whether one that is no regular expression is an error, else every row is null.
pub(super) static CONTAINS: TextFunction = TextFunction {
    name: "str.contains",
    parameters: &[Parameter::text("pattern"), Parameter::flag("literal"), Parameter::flag("strict")],
    required: 1,
    output: |arguments| {
        if arguments.flag(3, true) {
            check_pattern(arguments, 1, 2)?;
        }
        Ok(DataType::Boolean)
    },
    kernel: |call| {
        let Some(pattern) = pattern(call, 1, 2) else { return Ok(None) };
        infallible(move |texts| strings::contains(texts, &pattern))
    },
    is_fallible: false,
    by_row: Some(|inputs, num_rows| {
        // Only literal texts differ by row.
        let (text, wanted) = (inputs[0].as_datum(), inputs[1].as_datum());
        Some(strings::test_pairs(text, wanted, num_rows, |text, wanted| text.contains(wanted)).into())
    }),
};

impl StringNamespace {
    /// Whether the text contains a match of a regular expression; null if either is null.
    ///
    /// The syntax is that of the `regex` package: `(?i)` for either case, no look-around, no references back. Needs the
    /// feature `regex`, unless no character of the pattern has a meaning of its own. The pattern is one for all rows.
    ///
    /// ```
    /// use lazuli_expr::col;
    ///
    /// assert_eq!(col("name").str().contains("^A.*z$").to_string(), "str.contains(name, '^A.*z$')");
    /// ```
    pub fn contains(self, pattern: impl Into<Expr>) -> Expr {
        self.0.call_with(FunctionRef::Builtin(&CONTAINS), [pattern.into()])
    }

    /// Whether the text contains this very text; null if either is null.
    pub fn contains_literal(self, text: impl Into<Expr>) -> Expr {
        self.0.call_with(FunctionRef::Builtin(&CONTAINS), [text.into(), true.into()])
    }
}

#[cfg(test)]
mod tests {
    use lazuli_array::{Column, DataType, FromValues};

    use crate::function::function_named;
    use crate::function::text::check::{check, error_of};
    use crate::{Expr, col, lit};

    #[test]
    fn patterns_and_texts_are_found() {
        let texts = [Some("hello"), Some("a.c"), None, Some(""), Some("lo")];
        let of = |values: [bool; 5]| {
            Column::from_values(values.into_iter().zip(&texts).map(|(value, text)| text.map(|_| value)))
        };
        check(col("a").str().contains("l+o$"), &texts, &of([true, false, false, false, true]));
        check(col("a").str().contains("lo"), &texts, &of([true, false, false, false, true]));
        check(col("a").str().contains("(?i)HEL|^$"), &texts, &of([true, false, false, true, false]));
        check(col("a").str().contains_literal("."), &texts, &of([false, true, false, false, false]));
        check(col("a").str().contains_literal(""), &texts, &of([true, true, false, true, true]));
        check(col("a").str().contains_literal(col("a")), &texts, &of([true; 5]));
        let null = Expr::from(None::<&str>);
        check(col("a").str().contains(null), &texts, &Column::new_null(DataType::Boolean, 5));
        let lenient = Expr::Function {
            function: function_named("str.contains").expect("it is listed"),
            inputs: vec![col("a"), lit("("), lit(false), lit(false)],
        };
        check(lenient, &texts, &Column::new_null(DataType::Boolean, 5));
    }

    #[test]
    fn mistakes_are_found_when_the_expression_is_typed() {
        let error = error_of(col("a").str().contains("(x"));
        assert!(error.contains("\"(x\" is no pattern") && error.contains("unclosed group"), "{error}");
        let error = error_of(col("a").str().contains(col("a")));
        assert!(error.contains("must be literal text"), "{error}");
        let error = error_of(col("n").str().contains("x"));
        assert!(error.contains("str.contains takes a String, pattern (text)"), "{error}");
        let error = error_of(col("a").str().contains(1));
        assert!(error.contains("and perhaps literal (true or false), strict (true or false)"), "{error}");
    }
}
