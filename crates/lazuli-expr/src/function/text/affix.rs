//! `str.starts_with`, `str.ends_with`.

use lazuli_array::BooleanArray;
use lazuli_kernels::strings;

use super::StringNamespace;
use super::text_function::{TextFunction, gives_boolean, infallible};
use crate::function::arguments::Parameter;
use crate::{Expr, FunctionRef};

pub(super) static STARTS_WITH: TextFunction = TextFunction {
    name: "str.starts_with",
    parameters: &[Parameter::text("prefix")],
    required: 1,
    output: gives_boolean,
    kernel: |call| {
        let Some(prefix) = call.text(1) else { return Ok(None) };
        infallible(move |texts| {
            let found = strings::starts_with_bytes(texts.offsets(), texts.bytes(), prefix.as_bytes());
            BooleanArray::new(found, texts.validity().cloned())
        })
    },
    is_fallible: false,
    by_row: Some(|inputs, num_rows| {
        let (text, prefix) = (inputs[0].as_datum(), inputs[1].as_datum());
        Some(strings::test_pairs(text, prefix, num_rows, |text, prefix| text.starts_with(prefix)).into())
    }),
};

pub(super) static ENDS_WITH: TextFunction = TextFunction {
    name: "str.ends_with",
    parameters: &[Parameter::text("suffix")],
    required: 1,
    output: gives_boolean,
    kernel: |call| {
        let Some(suffix) = call.text(1) else { return Ok(None) };
        infallible(move |texts| {
            let found = strings::ends_with_bytes(texts.offsets(), texts.bytes(), suffix.as_bytes());
            BooleanArray::new(found, texts.validity().cloned())
        })
    },
    is_fallible: false,
    by_row: Some(|inputs, num_rows| {
        let (text, suffix) = (inputs[0].as_datum(), inputs[1].as_datum());
        Some(strings::test_pairs(text, suffix, num_rows, |text, suffix| text.ends_with(suffix)).into())
    }),
};

impl StringNamespace {
    /// Whether the text begins with `prefix`, which is no pattern; null if either is.
    ///
    /// ```
    /// use lazuli_expr::col;
    ///
    /// assert_eq!(col("name").str().starts_with("A").to_string(), "str.starts_with(name, 'A')");
    /// ```
    pub fn starts_with(self, prefix: impl Into<Expr>) -> Expr {
        self.0.call_with(FunctionRef::Builtin(&STARTS_WITH), [prefix.into()])
    }

    /// Whether the text ends with `suffix`, which is no pattern; null if either is.
    pub fn ends_with(self, suffix: impl Into<Expr>) -> Expr {
        self.0.call_with(FunctionRef::Builtin(&ENDS_WITH), [suffix.into()])
    }
}

#[cfg(test)]
mod tests {
    use lazuli_array::{Column, DataType, FromValues};

    use crate::function::text::check::check;
    use crate::{Expr, col};

    #[test]
    fn ends_are_compared() {
        let texts = [Some("abcabc"), Some("ab"), None, Some(""), Some("xabcdefghi")];
        let of = |values: [bool; 5]| {
            let values = values.into_iter().zip(&texts).map(|(value, text)| text.map(|_| value));
            Column::from_values(values)
        };
        let starts = |prefix: &str| col("a").str().starts_with(prefix);
        let ends = |suffix: &str| col("a").str().ends_with(suffix);
        check(starts("ab"), &texts, &of([true, true, false, false, false]));
        check(starts(""), &texts, &of([true, true, false, true, true]));
        check(starts("xabcdefg"), &texts, &of([false, false, false, false, true]));
        check(starts("xabcdefgh"), &texts, &of([false, false, false, false, true]));
        check(ends("bc"), &texts, &of([true, false, false, false, false]));
        check(ends(""), &texts, &of([true, true, false, true, true]));
        check(ends("bcdefghi"), &texts, &of([false, false, false, false, true]));
        check(ends("abcdefghi"), &texts, &of([false, false, false, false, true]));
        check(starts("abcabcx"), &texts, &of([false; 5]));
        let null = Expr::from(None::<&str>).cast(DataType::String);
        check(col("a").str().starts_with(null), &texts, &Column::new_null(DataType::Boolean, 5));
        check(col("a").str().ends_with(col("a")), &texts, &of([true; 5]));
    }
}
