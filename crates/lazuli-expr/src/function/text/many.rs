//! `str.contains_any`, `str.find_many`, `str.extract_many`, `str.replace_many`: several texts looked for at once.
//!
//! In texts of expressions they are a list, or stand one after the other, and options behind them:
//! `str.contains_any(a, ['x', 'y'], true)`, `str.contains_any(a, 'x', 'y', true)`; for `str.replace_many` what they become
//! is another list or one text, or each is followed by what it becomes.

use lazuli_array::{Array, Column, DataType, Scalar, StringArray};
use lazuli_kernels::KernelError;
use lazuli_kernels::strings::{ManyOptions, ManyPatterns, map_text};

use super::StringNamespace;
use crate::evaluate::Value;
use crate::function::arguments::Constants;
use crate::function::constants::map_rows;
use crate::function::{Argument, ScalarFunction, Signature, SignatureError};
use crate::{Expr, FunctionRef};

/// A function of several texts.
pub(super) struct ManyFunction {
    name: &'static str,
    /// Whether each text is followed by another, which it becomes.
    in_pairs: bool,
    /// The options it has, in this order.
    options: &'static [Flag],
    output: fn() -> DataType,
    compute: fn(&ManyPatterns, &[String], &StringArray) -> Array,
}

/// One of the flags behind the texts.
#[derive(Debug, Clone, Copy)]
enum Flag {
    AsciiCaseInsensitive,
    Overlapping,
    Leftmost,
}

fn list_of(item: DataType) -> DataType {
    DataType::List(Box::new(item))
}

pub(super) static CONTAINS_ANY: ManyFunction = ManyFunction {
    name: "str.contains_any",
    in_pairs: false,
    options: &[Flag::AsciiCaseInsensitive],
    output: || DataType::Boolean,
    compute: |patterns, _, texts| patterns.contains_any(texts).into(),
};

pub(super) static FIND_MANY: ManyFunction = ManyFunction {
    name: "str.find_many",
    in_pairs: false,
    options: &[Flag::AsciiCaseInsensitive, Flag::Overlapping, Flag::Leftmost],
    output: || list_of(DataType::Int64),
    compute: |patterns, _, texts| patterns.find_many(texts).into(),
};

pub(super) static EXTRACT_MANY: ManyFunction = ManyFunction {
    name: "str.extract_many",
    in_pairs: false,
    options: &[Flag::AsciiCaseInsensitive, Flag::Overlapping, Flag::Leftmost],
    output: || list_of(DataType::String),
    compute: |patterns, _, texts| patterns.extract_many(texts).into(),
};

pub(super) static REPLACE_MANY: ManyFunction = ManyFunction {
    name: "str.replace_many",
    in_pairs: true,
    options: &[Flag::AsciiCaseInsensitive, Flag::Leftmost],
    output: || DataType::String,
    compute: |patterns, replacements, texts| patterns.replace_many(texts, replacements).into(),
};

/// What the constants of a call say.
struct Many {
    patterns: Vec<String>,
    replacements: Vec<String>,
    options: ManyOptions,
}

impl ManyFunction {
    fn expected(&self) -> SignatureError {
        let texts = if self.in_pairs {
            "pairs of constant texts, or two lists of them"
        } else {
            "constant texts, or a list of them"
        };
        SignatureError::Expected(format!(
            "a String, {texts}, and perhaps {} constants true or false",
            self.options.len()
        ))
    }

    /// The constants behind the first of `count` arguments; `None` if they are not what they have to be.
    fn read<C: Constants + ?Sized>(&self, constants: &C, count: usize) -> Option<Many> {
        let (mut texts, mut lists, mut flags) = (Vec::new(), Vec::new(), Vec::new());
        for index in 1..count {
            match constants.constant(index)? {
                Scalar::String(text) if flags.is_empty() => texts.push(text.to_string()),
                // Without its null a list would not fit the other one.
                Scalar::List(items) if self.in_pairs && items.null_count() > 0 => return None,
                Scalar::List(items) if flags.is_empty() && texts.is_empty() => lists.push(items_of(&items)?),
                Scalar::Boolean(flag) => flags.push(flag),
                _ => return None,
            }
        }
        if flags.len() > self.options.len() {
            return None;
        }
        let mut options = ManyOptions::default();
        for (option, flag) in self.options.iter().zip(flags) {
            match option {
                Flag::AsciiCaseInsensitive => options.ascii_case_insensitive = flag,
                Flag::Overlapping => options.overlapping = flag,
                Flag::Leftmost => options.leftmost = flag,
            }
        }
        let (patterns, replacements) = if self.in_pairs {
            pairs(texts, lists)?
        } else {
            (lists.into_iter().flatten().chain(texts).collect(), vec![])
        };
        Some(Many { patterns, replacements, options })
    }

    fn call(&'static self, input: Expr, texts: Vec<String>, flags: &[bool]) -> Expr {
        let texts = texts.into_iter().map(Expr::from);
        let flags = flags.iter().map(|&flag| Expr::from(flag));
        input.call_with(FunctionRef::Builtin(self), texts.chain(flags))
    }
}

/// The texts of a list; a null among them is none.
fn items_of(items: &Column) -> Option<Vec<String>> {
    let text = |row: usize| match items.get(row) {
        Scalar::String(text) => Some(Some(text.to_string())),
        Scalar::Null => Some(None),
        _ => None,
    };
    (0..items.len()).map(text).collect::<Option<Vec<_>>>().map(|texts| texts.into_iter().flatten().collect())
}

/// What is looked for and what it becomes: two lists, a list and one text for all of it, or texts by turns.
fn pairs(texts: Vec<String>, lists: Vec<Vec<String>>) -> Option<(Vec<String>, Vec<String>)> {
    let mut lists = lists.into_iter();
    match (lists.next(), lists.next(), lists.next()) {
        (None, ..) if texts.len().is_multiple_of(2) => {
            let (mut patterns, mut replacements) = (Vec::new(), Vec::new());
            for (index, text) in texts.into_iter().enumerate() {
                if index % 2 == 0 { patterns.push(text) } else { replacements.push(text) }
            }
            Some((patterns, replacements))
        }
        (Some(patterns), None, _) if texts.len() == 1 => Some((patterns, texts)),
        (Some(patterns), Some(replacements), None)
            if texts.is_empty() && patterns.len() == replacements.len() =>
        {
            Some((patterns, replacements))
        }
        _ => None,
    }
}

impl ScalarFunction for ManyFunction {
    fn name(&self) -> &str {
        self.name
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        let Some(first) = arguments.first() else { return Err(self.expected()) };
        if !first.data_type.is_text() && *first.data_type != DataType::Null {
            return Err(self.expected());
        }
        let many = self.read(arguments, arguments.len()).ok_or_else(|| self.expected())?;
        ManyPatterns::new(&many.patterns, many.options)
            .map_err(|error| SignatureError::InvalidArgument(error.to_string()))?;
        let rest = arguments[1..].iter().map(|argument| argument.data_type.clone());
        let inputs = std::iter::once(DataType::String).chain(rest).collect();
        Ok(Signature { inputs, output: (self.output)() })
    }

    fn evaluate(&self, inputs: &[Value], _: usize) -> Result<Value, KernelError> {
        let many = self.read(inputs, inputs.len()).expect("the signature read the same constants");
        let patterns =
            ManyPatterns::new(&many.patterns, many.options).expect("the signature made the same patterns");
        map_rows(&inputs[0], |column| {
            map_text(column, &(self.output)(), &mut |texts| {
                Ok((self.compute)(&patterns, &many.replacements, texts))
            })
        })
    }
}

fn owned<T: Into<String>>(texts: impl IntoIterator<Item = T>) -> Vec<String> {
    texts.into_iter().map(Into::into).collect()
}

impl StringNamespace {
    /// Whether the text contains one of these texts; null for null. Needs the feature `regex`, as all that look for
    /// several.
    ///
    /// ```
    /// use lazuli_expr::col;
    ///
    /// let found = col("name").str().contains_any(["x", "y"], false);
    /// assert_eq!(found.to_string(), "str.contains_any(name, 'x', 'y', false)");
    /// ```
    pub fn contains_any<T: Into<String>>(
        self,
        texts: impl IntoIterator<Item = T>,
        ascii_case_insensitive: bool,
    ) -> Expr {
        CONTAINS_ANY.call(self.0, owned(texts), &[ascii_case_insensitive])
    }

    /// The byte at which each of these texts begins where it stands, as a list; null for null.
    pub fn find_many<T: Into<String>>(
        self,
        texts: impl IntoIterator<Item = T>,
        options: ManyOptions,
    ) -> Expr {
        let flags = [options.ascii_case_insensitive, options.overlapping, options.leftmost];
        FIND_MANY.call(self.0, owned(texts), &flags)
    }

    /// Each place of these texts as it is written there, as a list; null for null.
    pub fn extract_many<T: Into<String>>(
        self,
        texts: impl IntoIterator<Item = T>,
        options: ManyOptions,
    ) -> Expr {
        let flags = [options.ascii_case_insensitive, options.overlapping, options.leftmost];
        EXTRACT_MANY.call(self.0, owned(texts), &flags)
    }

    /// Each of these texts replaced by its other; what was put in is not looked at again. Null for null.
    pub fn replace_many<T: Into<String>, U: Into<String>>(
        self,
        pairs: impl IntoIterator<Item = (T, U)>,
        ascii_case_insensitive: bool,
        leftmost: bool,
    ) -> Expr {
        let texts = pairs.into_iter().flat_map(|(text, value)| [text.into(), value.into()]).collect();
        REPLACE_MANY.call(self.0, texts, &[ascii_case_insensitive, leftmost])
    }
}

#[cfg(test)]
mod tests {
    use lazuli_array::FromValues;

    use super::*;
    use crate::col;
    use crate::function::text::check::{check, check_texts, error_of};

    const TEXTS: [Option<&str>; 4] = [Some("éabcd"), Some("BC"), None, Some("")];

    fn lists<T>(rows: [&[T]; 3], item: DataType) -> Column
    where
        T: Copy,
        Column: FromValues<T>,
    {
        let list = |row: &[T]| Scalar::List(Box::new(Column::from_values(row.iter().copied())));
        let rows = [list(rows[0]), list(rows[1]), Scalar::Null, list(rows[2])];
        Column::from_scalars(&list_of(item), rows).unwrap()
    }

    #[test]
    fn several_at_once() {
        let text = || col("a").str();
        let flags = |values: [Option<bool>; 4]| Column::from_values(values.into_iter());
        check(
            text().contains_any(["x", "bc"], false),
            &TEXTS,
            &flags([Some(true), Some(false), None, Some(false)]),
        );
        check(
            text().contains_any(["x", "bc"], true),
            &TEXTS,
            &flags([Some(true), Some(true), None, Some(false)]),
        );
        check(
            text().contains_any(Vec::<String>::new(), false),
            &TEXTS,
            &flags([Some(false), Some(false), None, Some(false)]),
        );
        let standard = ManyOptions::default();
        let overlapping = ManyOptions { overlapping: true, ..standard };
        let leftmost = ManyOptions { leftmost: true, ascii_case_insensitive: true, ..standard };
        let integers = |rows| lists::<i64>(rows, DataType::Int64);
        check(text().find_many(["b", "abc", "bc"], standard), &TEXTS, &integers([&[3], &[], &[]]));
        check(text().find_many(["b", "abc", "bc"], overlapping), &TEXTS, &integers([&[3, 2, 3], &[], &[]]));
        let texts = |rows| lists::<&str>(rows, DataType::String);
        check(text().extract_many(["bc", "abc"], leftmost), &TEXTS, &texts([&["abc"], &["BC"], &[]]));
        // The empty text stands between characters, not within them.
        check(text().find_many([""], standard), &TEXTS, &integers([&[0, 2, 3, 4, 5, 6], &[0, 1, 2], &[0]]));
        check_texts(
            text().replace_many([("", "-")], false, false),
            &TEXTS,
            &[Some("-é-a-b-c-d-"), Some("-B-C-"), None, Some("-")],
        );
        check_texts(
            text().replace_many([("b", "c"), ("c", "é")], false, false),
            &TEXTS,
            &[Some("éacéd"), Some("BC"), None, Some("")],
        );
    }

    #[test]
    fn contradictions_are_refused() {
        let both = ManyOptions { overlapping: true, leftmost: true, ..ManyOptions::default() };
        assert!(error_of(col("a").str().find_many(["a"], both)).contains("not the leftmost alone"));
        let odd = REPLACE_MANY.call(col("a"), owned(["a"]), &[]);
        assert!(error_of(odd).contains("pairs of constant texts"));
    }
}
