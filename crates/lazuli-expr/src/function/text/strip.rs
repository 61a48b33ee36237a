//! `str.strip_chars`, `str.strip_chars_start`, `str.strip_chars_end`, `str.strip_prefix`, `str.strip_suffix`.

use lazuli_kernels::KernelError;
use lazuli_kernels::strings::{self, Ends};

use super::StringNamespace;
use super::text_function::{Call, Kernel, TextFunction, gives_text, infallible};
use crate::function::arguments::Parameter;
use crate::{Expr, FunctionRef};

pub(super) static STRIP_CHARS: TextFunction =
    strip_characters("str.strip_chars", |call| strip(call, Ends::Both));

pub(super) static STRIP_CHARS_START: TextFunction =
    strip_characters("str.strip_chars_start", |call| strip(call, Ends::Start));

pub(super) static STRIP_CHARS_END: TextFunction =
    strip_characters("str.strip_chars_end", |call| strip(call, Ends::End));

const CHARACTERS: &[Parameter] = &[Parameter::text("characters")];

const fn strip_characters(
    name: &'static str,
    kernel: fn(&Call<'_>) -> Result<Option<Kernel>, KernelError>,
) -> TextFunction {
    TextFunction {
        name,
        parameters: CHARACTERS,
        required: 0,
        output: gives_text,
        kernel,
        is_fallible: false,
        by_row: None,
    }
}

/// Without characters, or with null for them, whitespace is meant.
fn strip(call: &Call<'_>, ends: Ends) -> Result<Option<Kernel>, KernelError> {
    let set = call.text(1);
    infallible(move |texts| strings::strip_characters(texts, set.as_deref(), ends))
}

pub(super) static STRIP_PREFIX: TextFunction = TextFunction {
    name: "str.strip_prefix",
    parameters: &[Parameter::text("prefix")],
    required: 1,
    output: gives_text,
    kernel: |call| {
        let Some(prefix) = call.text(1) else { return Ok(None) };
        infallible(move |texts| strings::strip_prefix(texts, &prefix))
    },
    is_fallible: false,
    by_row: Some(|inputs, num_rows| {
        let (text, prefix) = (inputs[0].as_datum(), inputs[1].as_datum());
        Some(strings::parts_by_text(text, prefix, num_rows, without_prefix).into())
    }),
};

pub(super) static STRIP_SUFFIX: TextFunction = TextFunction {
    name: "str.strip_suffix",
    parameters: &[Parameter::text("suffix")],
    required: 1,
    output: gives_text,
    kernel: |call| {
        let Some(suffix) = call.text(1) else { return Ok(None) };
        infallible(move |texts| strings::strip_suffix(texts, &suffix))
    },
    is_fallible: false,
    by_row: Some(|inputs, num_rows| {
        let (text, suffix) = (inputs[0].as_datum(), inputs[1].as_datum());
        Some(strings::parts_by_text(text, suffix, num_rows, without_suffix).into())
    }),
};

fn without_prefix<'a>(text: &'a str, prefix: &str) -> &'a str {
    text.strip_prefix(prefix).unwrap_or(text)
}

fn without_suffix<'a>(text: &'a str, suffix: &str) -> &'a str {
    text.strip_suffix(suffix).unwrap_or(text)
}

impl StringNamespace {
    /// The text without any of the `characters` at its ends; `None` stands for whitespace.
    ///
    /// ```
    /// use lazuli_expr::col;
    ///
    /// assert_eq!(col("name").str().strip_chars("-_").to_string(), "str.strip_chars(name, '-_')");
    /// ```
    pub fn strip_chars(self, characters: impl Into<Expr>) -> Expr {
        self.0.call_with(FunctionRef::Builtin(&STRIP_CHARS), [characters.into()])
    }

    /// The text without any of the `characters` at its beginning; `None` stands for whitespace.
    pub fn strip_chars_start(self, characters: impl Into<Expr>) -> Expr {
        self.0.call_with(FunctionRef::Builtin(&STRIP_CHARS_START), [characters.into()])
    }

    /// The text without any of the `characters` at its end; `None` stands for whitespace.
    pub fn strip_chars_end(self, characters: impl Into<Expr>) -> Expr {
        self.0.call_with(FunctionRef::Builtin(&STRIP_CHARS_END), [characters.into()])
    }

    /// The text without whitespace at its ends.
    pub fn trim(self) -> Expr {
        self.0.call(FunctionRef::Builtin(&STRIP_CHARS))
    }

    /// The text without `prefix`, once, where it begins with it; null if either is.
    pub fn strip_prefix(self, prefix: impl Into<Expr>) -> Expr {
        self.0.call_with(FunctionRef::Builtin(&STRIP_PREFIX), [prefix.into()])
    }

    /// The text without `suffix`, once, where it ends with it; null if either is.
    pub fn strip_suffix(self, suffix: impl Into<Expr>) -> Expr {
        self.0.call_with(FunctionRef::Builtin(&STRIP_SUFFIX), [suffix.into()])
    }
}

#[cfg(test)]
mod tests {
    use crate::col;
    use crate::function::text::check::check_texts;

    #[test]
    fn ends_are_stripped() {
        let texts = [Some(" \tab a\u{a0}"), Some("aaba"), None, Some(""), Some("é!é")];
        let text = || col("a").str();
        check_texts(text().trim(), &texts, &[Some("ab a"), Some("aaba"), None, Some(""), Some("é!é")]);
        check_texts(
            text().strip_chars(None::<&str>),
            &texts,
            &[Some("ab a"), Some("aaba"), None, Some(""), Some("é!é")],
        );
        check_texts(
            text().strip_chars("aé"),
            &texts,
            &[Some(" \tab a\u{a0}"), Some("b"), None, Some(""), Some("!")],
        );
        check_texts(
            text().strip_chars_start("a\t "),
            &texts,
            &[Some("b a\u{a0}"), Some("ba"), None, Some(""), Some("é!é")],
        );
        check_texts(
            text().strip_chars_end("é\u{a0}a"),
            &texts,
            &[Some(" \tab "), Some("aab"), None, Some(""), Some("é!")],
        );
        check_texts(
            text().strip_prefix("a"),
            &texts,
            &[Some(" \tab a\u{a0}"), Some("aba"), None, Some(""), Some("é!é")],
        );
        check_texts(
            text().strip_suffix("ba"),
            &texts,
            &[Some(" \tab a\u{a0}"), Some("aa"), None, Some(""), Some("é!é")],
        );
        check_texts(text().strip_suffix(col("a")), &texts, &[Some(""), Some(""), None, Some(""), Some("")]);
    }
}
