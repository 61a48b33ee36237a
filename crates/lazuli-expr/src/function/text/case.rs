//! `str.to_lowercase`, `str.to_uppercase`, `str.to_titlecase`.

use lazuli_kernels::strings;

use super::StringNamespace;
use super::text_function::{TextFunction, gives_text, infallible};
use crate::{Expr, FunctionRef};

pub(super) static TO_LOWERCASE: TextFunction =
    TextFunction::of_text("str.to_lowercase", gives_text, |_| infallible(strings::to_lowercase));

pub(super) static TO_UPPERCASE: TextFunction =
    TextFunction::of_text("str.to_uppercase", gives_text, |_| infallible(strings::to_uppercase));

pub(super) static TO_TITLECASE: TextFunction =
    TextFunction::of_text("str.to_titlecase", gives_text, |_| infallible(strings::to_titlecase));

impl StringNamespace {
    /// Letters in lower case, in any script.
    ///
    /// ```
    /// use lazuli_expr::col;
    ///
    /// assert_eq!(col("name").str().to_lowercase().to_string(), "str.to_lowercase(name)");
    /// ```
    pub fn to_lowercase(self) -> Expr {
        self.0.call(FunctionRef::Builtin(&TO_LOWERCASE))
    }

    /// Letters in upper case, in any script: one may become several, as `ß` becomes `SS`.
    pub fn to_uppercase(self) -> Expr {
        self.0.call(FunctionRef::Builtin(&TO_UPPERCASE))
    }

    /// Each letter behind what is no letter as a capital, the others in lower case: `It'S`.
    pub fn to_titlecase(self) -> Expr {
        self.0.call(FunctionRef::Builtin(&TO_TITLECASE))
    }
}

#[cfg(test)]
mod tests {
    use crate::col;
    use crate::function::text::check::check_texts;

    #[test]
    fn letters_change_case() {
        let texts =
            [Some("Ünï CODE"), Some("ΑΣ ΌΣΟΣ"), Some("straße"), Some(""), None, Some("it's 3pm_x ǆ ﬁ")];
        let text = || col("a").str();
        check_texts(
            text().to_lowercase(),
            &texts,
            &[Some("ünï code"), Some("ας όσος"), Some("straße"), Some(""), None, Some("it's 3pm_x ǆ ﬁ")],
        );
        check_texts(
            text().to_uppercase(),
            &texts,
            &[Some("ÜNÏ CODE"), Some("ΑΣ ΌΣΟΣ"), Some("STRASSE"), Some(""), None, Some("IT'S 3PM_X Ǆ FI")],
        );
        check_texts(
            text().to_titlecase(),
            &texts,
            &[Some("Ünï Code"), Some("Ας Όσος"), Some("Straße"), Some(""), None, Some("It'S 3Pm_X ǅ Fi")],
        );
        check_texts(text().to_uppercase(), &[Some("a-b"), None, Some("Z")], &[Some("A-B"), None, Some("Z")]);
    }
}
