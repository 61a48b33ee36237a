//! `str.slice`, `str.head`, `str.tail`.

use lazuli_kernels::strings::{self, Part};

use super::StringNamespace;
use super::text_function::{TextFunction, gives_text, infallible};
use crate::function::arguments::{Constants, Parameter};
use crate::function::{Argument, SignatureError};
use crate::{Expr, FunctionRef};

pub(super) static SLICE: TextFunction = TextFunction {
    name: "str.slice",
    parameters: &[Parameter::integer("offset"), Parameter::integer("length")],
    required: 1,
    output: |arguments| {
        check_length(arguments, 2)?;
        gives_text(arguments)
    },
    kernel: |call| {
        let Some(offset) = call.integer(1) else { return Ok(None) };
        // One that is negative in some row takes nothing, and null means to the end.
        let length = call.integer(2).map(|length| u64::try_from(length).unwrap_or(0));
        infallible(move |texts| strings::slice_text(texts, Part::Slice { offset, length }))
    },
    is_fallible: false,
    by_row: None,
};

/// A constant length is not negative.
pub(in crate::function) fn check_length(
    arguments: &[Argument<'_>],
    index: usize,
) -> Result<(), SignatureError> {
    match arguments.integer(index) {
        Some(..0) => Err(SignatureError::InvalidArgument("a length is not negative".into())),
        _ => Ok(()),
    }
}

pub(super) static HEAD: TextFunction = TextFunction {
    name: "str.head",
    parameters: &[Parameter::integer("n")],
    required: 1,
    output: gives_text,
    kernel: |call| {
        let Some(n) = call.integer(1) else { return Ok(None) };
        infallible(move |texts| strings::slice_text(texts, Part::Head(n)))
    },
    is_fallible: false,
    by_row: Some(|inputs, num_rows| {
        let (text, n) = (inputs[0].as_datum(), inputs[1].as_datum());
        Some(strings::parts_by_number(text, n, num_rows, |text, n| Part::Head(n).of(text)).into())
    }),
};

pub(super) static TAIL: TextFunction = TextFunction {
    name: "str.tail",
    parameters: &[Parameter::integer("n")],
    required: 1,
    output: gives_text,
    kernel: |call| {
        let Some(n) = call.integer(1) else { return Ok(None) };
        infallible(move |texts| strings::slice_text(texts, Part::Tail(n)))
    },
    is_fallible: false,
    by_row: Some(|inputs, num_rows| {
        let (text, n) = (inputs[0].as_datum(), inputs[1].as_datum());
        Some(strings::parts_by_number(text, n, num_rows, |text, n| Part::Tail(n).of(text)).into())
    }),
};

impl StringNamespace {
    /// At most `length` characters from `offset` on, or all with a length of `None`; a negative offset counts from the end.
    ///
    /// ```
    /// use lazuli_expr::col;
    ///
    /// assert_eq!(col("name").str().slice(-3, 2).to_string(), "str.slice(name, -3, 2)");
    /// ```
    pub fn slice(self, offset: impl Into<Expr>, length: impl Into<Expr>) -> Expr {
        self.0.call_with(FunctionRef::Builtin(&SLICE), [offset.into(), length.into()])
    }

    /// The first `n` characters; all but the last `-n` for a negative one.
    pub fn head(self, n: impl Into<Expr>) -> Expr {
        self.0.call_with(FunctionRef::Builtin(&HEAD), [n.into()])
    }

    /// The last `n` characters; all but the first `-n` for a negative one.
    pub fn tail(self, n: impl Into<Expr>) -> Expr {
        self.0.call_with(FunctionRef::Builtin(&TAIL), [n.into()])
    }
}

#[cfg(test)]
mod tests {
    use lazuli_array::DataType;

    use crate::function::text::check::{check_texts, error_of};
    use crate::{Expr, col};

    #[test]
    fn parts_are_counted_in_characters() {
        let texts = [Some("abcdef"), Some("ab"), None, Some(""), Some("éàüöä")];
        let text = || col("a").str();
        let to_end = || Expr::from(None::<i64>);
        let cases = [
            (text().slice(1, 2), ["bc", "b", "", "àü"]),
            (text().slice(1, to_end()), ["bcdef", "b", "", "àüöä"]),
            (text().slice(-4, 2), ["cd", "", "", "àü"]),
            (text().slice(-3, to_end()), ["def", "ab", "", "üöä"]),
            (text().slice(9, 9), ["", "", "", ""]),
            (text().slice(i64::MIN, i64::MAX), ["abcde", "a", "", "éàüö"]),
            (text().head(2), ["ab", "ab", "", "éà"]),
            (text().head(-2), ["abcd", "", "", "éàü"]),
            (text().tail(2), ["ef", "ab", "", "öä"]),
            (text().tail(-2), ["cdef", "", "", "üöä"]),
            (text().tail(-9), ["", "", "", ""]),
            (text().head(i64::MIN), ["", "", "", ""]),
            (text().tail(i64::MIN), ["", "", "", ""]),
            (text().tail(col("n")), ["f", "ab", "", "éàüöä"]),
        ];
        for (expr, [first, second, empty, wide]) in cases {
            check_texts(expr, &texts, &[Some(first), Some(second), None, Some(empty), Some(wide)]);
        }
        let null = Expr::from(None::<i64>).cast(DataType::Int64);
        check_texts(text().head(null), &texts, &[None; 5]);
        assert!(error_of(text().slice(0, -1)).contains("a length is not negative"));
    }
}
