//! `str.len_bytes`, `str.len_chars`.

use lazuli_kernels::strings;

use super::StringNamespace;
use super::text_function::{TextFunction, gives_integer, infallible};
use crate::{Expr, FunctionRef};

pub(super) static LEN_BYTES: TextFunction =
    TextFunction::of_text("str.len_bytes", gives_integer, |_| infallible(strings::len_bytes));

pub(super) static LEN_CHARS: TextFunction =
    TextFunction::of_text("str.len_chars", gives_integer, |_| infallible(strings::len_chars));

impl StringNamespace {
    /// The number of bytes (of UTF-8); null for null.
    pub fn len_bytes(self) -> Expr {
        self.0.call(FunctionRef::Builtin(&LEN_BYTES))
    }

    /// The number of characters (code points); null for null.
    ///
    /// ```
    /// use lazuli_expr::col;
    ///
    /// assert_eq!(col("name").str().len_chars().to_string(), "str.len_chars(name)");
    /// ```
    pub fn len_chars(self) -> Expr {
        self.0.call(FunctionRef::Builtin(&LEN_CHARS))
    }
}

#[cfg(test)]
mod tests {
    use lazuli_array::{Column, FromValues};

    use crate::col;
    use crate::function::text::check::check;

    #[test]
    fn bytes_and_characters() {
        let texts = [Some("abc"), Some("né"), None, Some(""), Some("e\u{301}")];
        let of = |values: [Option<i64>; 5]| Column::from_values(values.into_iter());
        check(col("a").str().len_bytes(), &texts, &of([Some(3), Some(3), None, Some(0), Some(3)]));
        check(col("a").str().len_chars(), &texts, &of([Some(3), Some(2), None, Some(0), Some(2)]));
    }
}
