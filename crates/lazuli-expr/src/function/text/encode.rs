//! `str.encode`, `str.decode`, `str.escape_regex`.

use lazuli_array::{DataType, Name, StringArray};
use lazuli_kernels::KernelError;
use lazuli_kernels::strings::{self, Encoding};

use super::StringNamespace;
use super::text_function::{TextFunction, gives_text, infallible};
use crate::function::arguments::{Constants, Parameter};
use crate::function::{Argument, SignatureError};
use crate::{Expr, FunctionRef};

/// The encoding.
pub(super) static ENCODE: TextFunction = TextFunction {
    name: "str.encode",
    parameters: &[Parameter::one_text("encoding")],
    required: 1,
    output: |arguments| {
        check_encoding(arguments)?;
        Ok(DataType::String)
    },
    kernel: |call| {
        let Some(encoding) = call.text(1).and_then(|name| Encoding::named(&name)) else { return Ok(None) };
        infallible(move |texts| strings::encode(texts.into(), encoding))
    },
    is_fallible: false,
    by_row: None,
};

/// The encoding, and whether a text that is not in it is an error, else it is null.
pub(super) static DECODE: TextFunction = TextFunction {
    name: "str.decode",
    parameters: &[Parameter::one_text("encoding"), Parameter::flag("strict")],
    required: 1,
    output: |arguments| {
        check_encoding(arguments)?;
        Ok(DataType::Binary)
    },
    kernel: |call| {
        let Some(encoding) = call.text(1).and_then(|name| Encoding::named(&name)) else { return Ok(None) };
        let strict = call.flag(2, true);
        Ok(Some(Box::new(move |texts| {
            let decoded = strings::decode(texts.into(), encoding, strict);
            Ok(decoded.map_err(|row| not_encoded(texts, row, encoding))?.into())
        })))
    },
    is_fallible: true,
    by_row: None,
};

fn not_encoded(texts: &StringArray, row: usize, encoding: Encoding) -> KernelError {
    let value = lazuli_array::Scalar::String(Name::from(texts.value(row)));
    KernelError::InvalidOperand { operation: "str.decode", row, value, expected: encoding.in_words() }
}

/// The second argument names an encoding.
pub(in crate::function) fn check_encoding(arguments: &[Argument<'_>]) -> Result<(), SignatureError> {
    match arguments.text(1) {
        Some(name) if Encoding::named(&name).is_some() => Ok(()),
        _ => Err(SignatureError::InvalidArgument("the encoding is 'hex' or 'base64'".into())),
    }
}

pub(super) static ESCAPE_REGEX: TextFunction = TextFunction::of_text("str.escape_regex", gives_text, |_| {
    infallible(|texts| texts.iter().map(|text| text.map(strings::escape_regex)).collect::<StringArray>())
});

impl StringNamespace {
    /// The bytes of the text as text: in `hex` digits or in `base64`.
    ///
    /// ```
    /// use lazuli_expr::col;
    ///
    /// assert_eq!(col("name").str().encode("hex").to_string(), "str.encode(name, 'hex')");
    /// ```
    pub fn encode(self, encoding: &str) -> Expr {
        self.0.call_with(FunctionRef::Builtin(&ENCODE), [encoding.into()])
    }

    /// The bytes that the text stands for in `hex` or in `base64`, as Binary. With `strict` a text that is in no such form
    /// is an error, else it is null.
    pub fn decode(self, encoding: &str, strict: bool) -> Expr {
        self.0.call_with(FunctionRef::Builtin(&DECODE), [encoding.into(), strict.into()])
    }

    /// A regular expression for this very text.
    pub fn escape_regex(self) -> Expr {
        self.0.call(FunctionRef::Builtin(&ESCAPE_REGEX))
    }
}

#[cfg(test)]
mod tests {
    use lazuli_array::{Column, FromValues};

    use crate::col;
    use crate::function::text::check::{check, check_texts, error_of, error_over};

    #[test]
    fn there_and_back() {
        let texts = [Some("ab"), Some("é"), None, Some(""), Some("abcd")];
        check_texts(
            col("a").str().encode("hex"),
            &texts,
            &[Some("6162"), Some("c3a9"), None, Some(""), Some("61626364")],
        );
        check_texts(
            col("a").str().encode("base64"),
            &texts,
            &[Some("YWI="), Some("w6k="), None, Some(""), Some("YWJjZA==")],
        );
        let bytes = Column::from_values(texts.iter().map(|text| text.map(str::as_bytes)));
        check(
            col("a").str().decode("hex", true),
            &[Some("6162"), Some("C3a9"), None, Some(""), Some("61626364")],
            &bytes,
        );
        check(
            col("a").str().decode("base64", true),
            &[Some("YWI="), Some("w6k="), None, Some(""), Some("YWJjZA==")],
            &bytes,
        );
        check_texts(
            col("a").str().escape_regex(),
            &[Some("a.b-c"), None, Some("é#")],
            &[Some(r"a\.b\-c"), None, Some(r"é\#")],
        );
    }

    #[test]
    fn what_is_not_encoded_is_null_or_an_error() {
        let texts = [Some("6"), Some("zz"), Some("YWI"), Some("YWJ="), Some("YW=I"), Some("====")];
        let nulls = Column::from_values([None::<&[u8]>; 6].into_iter());
        check(col("a").str().decode("hex", false), &texts, &nulls);
        check(col("a").str().decode("base64", false), &texts, &nulls);
        let error = error_over(col("a").str().decode("hex", true), &[Some("61"), None, Some("x")]);
        assert!(error.contains("invalid operand of str.decode at row 2: \"x\"; expected hex"), "{error}");
        assert!(error_of(col("a").str().encode("hax")).contains("'hex' or 'base64'"));
    }
}
