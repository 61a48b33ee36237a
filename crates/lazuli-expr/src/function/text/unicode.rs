//! `str.reverse`, `str.normalize`.

use lazuli_array::DataType;
use lazuli_kernels::strings::{NormalForm, Unicode};

use super::StringNamespace;
use super::text_function::{TextFunction, infallible};
use crate::function::SignatureError;
use crate::function::arguments::{Constants, Parameter};
use crate::{Expr, FunctionRef};

pub(super) static REVERSE: TextFunction = TextFunction {
    name: "str.reverse",
    parameters: &[],
    required: 0,
    output: |_| check_tables(),
    kernel: |_| {
        let Ok(unicode) = Unicode::tables() else { return Ok(None) };
        infallible(move |texts| unicode.reverse(texts))
    },
    is_fallible: false,
    by_row: None,
};

/// The form, `NFC` if it is missing.
pub(super) static NORMALIZE: TextFunction = TextFunction {
    name: "str.normalize",
    parameters: &[Parameter::one_text("form")],
    required: 0,
    output: |arguments| match arguments.text(1) {
        Some(name) if NormalForm::named(&name).is_none() => {
            Err(SignatureError::InvalidArgument("the form is 'NFC', 'NFD', 'NFKC' or 'NFKD'".into()))
        }
        _ => check_tables(),
    },
    kernel: |call| {
        let Ok(unicode) = Unicode::tables() else { return Ok(None) };
        let form = call.text(1).and_then(|name| NormalForm::named(&name)).unwrap_or(NormalForm::Nfc);
        infallible(move |texts| unicode.normalize(texts, form))
    },
    is_fallible: false,
    by_row: None,
};

fn check_tables() -> Result<DataType, SignatureError> {
    match Unicode::tables() {
        Ok(_) => Ok(DataType::String),
        Err(reason) => Err(SignatureError::InvalidArgument(reason.into())),
    }
}

impl StringNamespace {
    /// The text from its last character to its first; accents and joined pictures stay together. Needs the feature
    /// `unicode`.
    ///
    /// ```
    /// use lazuli_expr::col;
    ///
    /// assert_eq!(col("name").str().reverse().to_string(), "str.reverse(name)");
    /// ```
    pub fn reverse(self) -> Expr {
        self.0.call(FunctionRef::Builtin(&REVERSE))
    }

    /// The text in a normal form of Unicode: `NFC`, `NFD`, `NFKC` or `NFKD`. Needs the feature `unicode`.
    pub fn normalize(self, form: &str) -> Expr {
        self.0.call_with(FunctionRef::Builtin(&NORMALIZE), [form.into()])
    }
}

#[cfg(test)]
mod tests {
    use crate::col;
    use crate::function::text::check::{check_texts, error_of};

    #[test]
    fn characters_as_people_count_them() {
        let texts = [Some("abc"), Some("e\u{301}a"), None, Some(""), Some("x👍🏽\r\nﬁ")];
        check_texts(
            col("a").str().reverse(),
            &texts,
            &[Some("cba"), Some("ae\u{301}"), None, Some(""), Some("ﬁ\r\n👍🏽x")],
        );
        check_texts(
            col("a").str().normalize("NFC"),
            &texts,
            &[Some("abc"), Some("éa"), None, Some(""), Some("x👍🏽\r\nﬁ")],
        );
        check_texts(
            col("a").str().normalize("NFKD"),
            &texts,
            &[Some("abc"), Some("e\u{301}a"), None, Some(""), Some("x👍🏽\r\nfi")],
        );
        check_texts(col("a").str().normalize("NFD"), &[Some("é"), None], &[Some("e\u{301}"), None]);
        assert!(error_of(col("a").str().normalize("NFX")).contains("'NFKC' or 'NFKD'"));
    }
}
