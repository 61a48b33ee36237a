//! `str.extract`, `str.extract_all`, `str.extract_groups`.

use lazuli_array::{DataType, Field};
use lazuli_kernels::strings::{self, Pattern};

use super::StringNamespace;
use super::pattern::{NEVER, check_pattern, pattern};
use super::text_function::{TextFunction, infallible};
use crate::function::SignatureError;
use crate::function::arguments::{Constants, Parameter};
use crate::{Expr, FunctionRef};

/// The pattern, and the group, 1 if it is missing.
pub(super) static EXTRACT: TextFunction = TextFunction {
    name: "str.extract",
    parameters: &[Parameter::text("pattern"), Parameter::one_integer("group")],
    required: 1,
    output: |arguments| {
        if let Some(pattern) = check_pattern(arguments, 1, NEVER)? {
            let group = arguments.integer(2).unwrap_or(1);
            let groups = pattern.group_names().len() as i64;
            if !(0..groups).contains(&group) {
                return Err(SignatureError::InvalidArgument(format!(
                    "the pattern has no group {group}; its groups are 0 (the whole match) to {}",
                    groups - 1
                )));
            }
        }
        Ok(DataType::String)
    },
    kernel: |call| {
        let Some(pattern) = pattern(call, 1, NEVER) else { return Ok(None) };
        let group = call.integer(2).unwrap_or(1) as usize;
        infallible(move |texts| strings::extract(texts, &pattern, group))
    },
    is_fallible: false,
    by_row: None,
};

/// The pattern.
pub(super) static EXTRACT_ALL: TextFunction = TextFunction {
    name: "str.extract_all",
    parameters: &[Parameter::text("pattern")],
    required: 1,
    output: |arguments| {
        check_pattern(arguments, 1, NEVER)?;
        Ok(DataType::List(Box::new(DataType::String)))
    },
    kernel: |call| {
        let Some(pattern) = pattern(call, 1, NEVER) else { return Ok(None) };
        infallible(move |texts| strings::extract_all(texts, &pattern))
    },
    is_fallible: false,
    by_row: None,
};

/// The pattern.
pub(super) static EXTRACT_GROUPS: TextFunction = TextFunction {
    name: "str.extract_groups",
    parameters: &[Parameter::one_text("pattern")],
    required: 1,
    output: |arguments| {
        let invalid = |reason: &str| SignatureError::InvalidArgument(reason.into());
        let pattern =
            check_pattern(arguments, 1, NEVER)?.ok_or_else(|| invalid("the pattern is not null"))?;
        let fields = group_fields(&pattern);
        if fields.is_empty() {
            return Err(invalid("the pattern has no groups to make fields of"));
        }
        Ok(DataType::Struct(fields.into()))
    },
    kernel: |call| {
        let Some(pattern) = pattern(call, 1, NEVER) else { return Ok(None) };
        infallible(move |texts| strings::extract_groups(texts, &pattern))
    },
    is_fallible: false,
    by_row: None,
};

/// One field a group: its name, or its number.
fn group_fields(pattern: &Pattern) -> Vec<Field> {
    let names = pattern.group_names().into_iter().enumerate().skip(1);
    let named = names.map(|(number, name)| name.unwrap_or_else(|| number.to_string()));
    named.map(|name| Field::new(name, DataType::String)).collect()
}

impl StringNamespace {
    /// The text of a group of the first match of a regular expression, 0 being the whole match; null where there is no
    /// match, the group has no part in it, or the text is null. A group that the pattern does not have is an error.
    ///
    /// ```
    /// use lazuli_expr::col;
    ///
    /// let number = col("name").str().extract("([0-9]+)", 1);
    /// assert_eq!(number.to_string(), "str.extract(name, '([0-9]+)', 1)");
    /// ```
    pub fn extract(self, pattern: impl Into<Expr>, group: u32) -> Expr {
        self.0.call_with(FunctionRef::Builtin(&EXTRACT), [pattern.into(), i64::from(group).into()])
    }

    /// The text of each match of a regular expression, as a list, which may be empty; null if either is null.
    pub fn extract_all(self, pattern: impl Into<Expr>) -> Expr {
        self.0.call_with(FunctionRef::Builtin(&EXTRACT_ALL), [pattern.into()])
    }

    /// The text of each group of the first match of a regular expression, as the fields of a struct, which have the names
    /// of the groups, or their numbers; fields are null where there is no match, and the struct where the text is null.
    pub fn extract_groups(self, pattern: impl Into<Expr>) -> Expr {
        self.0.call_with(FunctionRef::Builtin(&EXTRACT_GROUPS), [pattern.into()])
    }
}

#[cfg(test)]
mod tests {
    use lazuli_array::{Column, DataType, Field, FromValues, Scalar};

    use crate::col;
    use crate::function::text::check::{check, check_texts, error_of};

    const TEXTS: [Option<&str>; 4] = [Some("x1-22 3-4"), Some("é5"), None, Some("")];

    #[test]
    fn groups_of_the_first_match() {
        let text = || col("a").str();
        let cases = [
            (text().extract(r"(\d+)-(\d+)", 2), [Some("22"), None, None]),
            (text().extract(r"\d+", 0), [Some("1"), Some("5"), None]),
            (text().extract(r"(-)?\d$", 1), [Some("-"), None, None]),
            (text().extract("x", 0), [Some("x"), None, None]),
        ];
        for (expr, [first, second, empty]) in cases {
            check_texts(expr, &TEXTS, &[first, second, None, empty]);
        }
        assert!(error_of(text().extract("x", 1)).contains("the pattern has no group 1"));
        assert!(error_of(text().extract_groups("x")).contains("no groups to make fields of"));
    }

    #[test]
    fn all_matches_and_all_groups() {
        let list = |items: &[&str]| Scalar::List(Box::new(Column::from_values(items.iter().copied())));
        let lists = [list(&["1", "22", "3", "4"]), list(&["5"]), Scalar::Null, list(&[])];
        let lists = Column::from_scalars(&DataType::List(Box::new(DataType::String)), lists).unwrap();
        check(col("a").str().extract_all(r"\d+"), &TEXTS, &lists);

        let fields = [Field::new("first", DataType::String), Field::new("2", DataType::String)];
        let of = |first: Option<&str>, second: Option<&str>| {
            let value = |text: Option<&str>| text.map_or(Scalar::Null, Scalar::from);
            Scalar::Struct(vec![("first".into(), value(first)), ("2".into(), value(second))])
        };
        let rows = [of(Some("1"), Some("22")), of(Some("5"), None), Scalar::Null, of(None, None)];
        let structs = Column::from_scalars(&DataType::Struct(fields.into()), rows).unwrap();
        check(col("a").str().extract_groups(r"(?<first>\d)(?:-(\d+))?"), &TEXTS, &structs);
    }
}
