//! `str.split`, `str.split_exact`, `str.splitn`.

use lazuli_array::{DataType, Field};
use lazuli_kernels::strings::{self, Pattern};

use super::StringNamespace;
use super::pattern::check_pattern;
use super::text_function::{TextFunction, infallible};
use crate::function::arguments::{Constants, Parameter};
use crate::function::{Argument, SignatureError};
use crate::{Expr, FunctionRef};

/// What stands between the pieces, whether it stays at their ends, and whether it is literal.
pub(super) static SPLIT: TextFunction = TextFunction {
    name: "str.split",
    parameters: &[Parameter::text("by"), Parameter::flag("inclusive"), Parameter::flag("literal")],
    required: 1,
    output: |arguments| {
        if !arguments.flag(3, true) {
            check_pattern(arguments, 1, 3)?;
        }
        Ok(DataType::List(Box::new(DataType::String)))
    },
    kernel: |call| {
        let Some(by) = call.text(1) else { return Ok(None) };
        let inclusive = call.flag(2, false);
        let by = if call.flag(3, true) { Some(Pattern::literal(&by)) } else { Pattern::regular(&by).ok() };
        let Some(by) = by else { return Ok(None) };
        infallible(move |texts| strings::split(texts, &by, inclusive))
    },
    is_fallible: false,
    by_row: None,
};

/// What stands between the pieces, how many there are less one, and whether it stays at their ends.
pub(super) static SPLIT_EXACT: TextFunction = TextFunction {
    name: "str.split_exact",
    parameters: &[Parameter::one_text("by"), Parameter::one_integer("n"), Parameter::flag("inclusive")],
    required: 2,
    output: |arguments| fields(arguments, 1),
    kernel: |call| {
        let (Some(by), Some(n)) = (call.text(1), call.integer(2)) else { return Ok(None) };
        let (by, inclusive) = (Pattern::literal(&by), call.flag(3, false));
        infallible(move |texts| strings::split_fields(texts, &by, n as usize + 1, inclusive, false))
    },
    is_fallible: false,
    by_row: None,
};

/// What stands between the pieces, and how many there are.
pub(super) static SPLITN: TextFunction = TextFunction {
    name: "str.splitn",
    parameters: &[Parameter::one_text("by"), Parameter::one_integer("n")],
    required: 2,
    output: |arguments| fields(arguments, 0),
    kernel: |call| {
        let (Some(by), Some(n)) = (call.text(1), call.integer(2)) else { return Ok(None) };
        let by = Pattern::literal(&by);
        infallible(move |texts| strings::split_fields(texts, &by, n as usize, false, true))
    },
    is_fallible: false,
    by_row: None,
};

/// Fields that a text may be split into: beyond this a list is meant.
const MOST_FIELDS: i64 = 10_000;

fn fields(arguments: &[Argument<'_>], more: i64) -> Result<DataType, SignatureError> {
    let invalid = |reason: String| Err(SignatureError::InvalidArgument(reason));
    if arguments.text(1).is_none() {
        return invalid("what to split by is not null".into());
    }
    match arguments.integer(2) {
        Some(n) if (1..=MOST_FIELDS).contains(&n.saturating_add(more)) => {
            let fields = (0..n + more).map(|index| Field::new(format!("field_{index}"), DataType::String));
            Ok(DataType::Struct(fields.collect()))
        }
        Some(n) => invalid(format!(
            "a struct has 1 to {MOST_FIELDS} fields, not {}",
            i128::from(n) + i128::from(more)
        )),
        None => invalid("the number of pieces is not null".into()),
    }
}

impl StringNamespace {
    /// The pieces between the places of this very text, as a list; an empty text splits into characters. Null if either is
    /// null.
    ///
    /// ```
    /// use lazuli_expr::col;
    ///
    /// assert_eq!(col("tags").str().split(";").to_string(), "str.split(tags, ';')");
    /// ```
    pub fn split(self, by: impl Into<Expr>) -> Expr {
        self.0.call_with(FunctionRef::Builtin(&SPLIT), [by.into()])
    }

    /// As [`StringNamespace::split`], each piece with the text that ends it; nothing behind the last one is no piece.
    pub fn split_inclusive(self, by: impl Into<Expr>) -> Expr {
        self.0.call_with(FunctionRef::Builtin(&SPLIT), [by.into(), true.into()])
    }

    /// The pieces between the matches of a regular expression, as a list; null if either is null.
    pub fn split_regex(self, by: impl Into<Expr>) -> Expr {
        self.0.call_with(FunctionRef::Builtin(&SPLIT), [by.into(), false.into(), false.into()])
    }

    /// The first `n + 1` pieces as the fields `field_0` to `field_n` of a struct, null where there are fewer; the rest is
    /// dropped.
    pub fn split_exact(self, by: impl Into<Expr>, n: u32) -> Expr {
        self.0.call_with(FunctionRef::Builtin(&SPLIT_EXACT), [by.into(), i64::from(n).into()])
    }

    /// As [`StringNamespace::split_exact`], each piece with the text that ends it.
    pub fn split_exact_inclusive(self, by: impl Into<Expr>, n: u32) -> Expr {
        let inputs = [by.into(), i64::from(n).into(), true.into()];
        self.0.call_with(FunctionRef::Builtin(&SPLIT_EXACT), inputs)
    }

    /// `n` pieces as the fields `field_0` on of a struct, null where there are fewer; the last is all that is left.
    pub fn splitn(self, by: impl Into<Expr>, n: u32) -> Expr {
        self.0.call_with(FunctionRef::Builtin(&SPLITN), [by.into(), i64::from(n).into()])
    }
}

#[cfg(test)]
mod tests {
    use lazuli_array::{Column, DataType, Field, FromValues, Scalar};

    use crate::col;
    use crate::function::text::check::{check, error_of};

    const TEXTS: [Option<&str>; 4] = [Some("a;bé;;c"), Some(";"), None, Some("")];

    #[test]
    fn lists_of_pieces() {
        let of = |rows: [&[&str]; 3]| {
            let list = |items: &[&str]| Scalar::List(Box::new(Column::from_values(items.iter().copied())));
            let rows = [list(rows[0]), list(rows[1]), Scalar::Null, list(rows[2])];
            Column::from_scalars(&DataType::List(Box::new(DataType::String)), rows).unwrap()
        };
        let text = || col("a").str();
        check(text().split(";"), &TEXTS, &of([&["a", "bé", "", "c"], &["", ""], &[""]]));
        check(text().split(";;"), &TEXTS, &of([&["a;bé", "c"], &[";"], &[""]]));
        check(text().split_inclusive(";"), &TEXTS, &of([&["a;", "bé;", ";", "c"], &[";"], &[]]));
        check(text().split(""), &TEXTS, &of([&["a", ";", "b", "é", ";", ";", "c"], &[";"], &[]]));
        check(text().split_regex(";+"), &TEXTS, &of([&["a", "bé", "c"], &["", ""], &[""]]));
        check(text().split(col("a")), &TEXTS, &of([&["", ""], &["", ""], &[]]));
    }

    #[test]
    fn structs_of_pieces() {
        let of = |rows: [&[Option<&str>]; 4]| {
            let fields: Vec<Field> = (0..rows[0].len())
                .map(|index| Field::new(format!("field_{index}"), DataType::String))
                .collect();
            let rows = rows.map(|row| {
                let values = row.iter().map(|value| value.map_or(Scalar::Null, Scalar::from));
                Scalar::Struct(fields.iter().map(|field| field.name().clone()).zip(values).collect())
            });
            Column::from_scalars(&DataType::Struct(fields.clone().into()), rows).unwrap()
        };
        let text = || col("a").str();
        check(
            text().split_exact(";", 1),
            &TEXTS,
            &of([&[Some("a"), Some("bé")], &[Some(""), Some("")], &[None, None], &[Some(""), None]]),
        );
        check(
            text().split_exact_inclusive(";", 1),
            &TEXTS,
            &of([&[Some("a;"), Some("bé;")], &[Some(";"), None], &[None, None], &[None, None]]),
        );
        check(
            text().splitn(";", 2),
            &TEXTS,
            &of([&[Some("a"), Some("bé;;c")], &[Some(""), Some("")], &[None, None], &[Some(""), None]]),
        );
        check(
            text().splitn("", 2),
            &TEXTS,
            &of([&[Some("a"), Some(";bé;;c")], &[Some(";"), None], &[None, None], &[None, None]]),
        );
        assert!(error_of(text().splitn(";", 0)).contains("a struct has 1 to 10000 fields, not 0"));
        assert!(error_of(text().splitn(col("a"), 2)).contains("by (constant text)"));
    }
}
