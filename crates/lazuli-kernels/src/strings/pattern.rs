//! What is looked for in a text: the text of a pattern as it is, or a regular expression.
//!
//! A regular expression without a character that means something is looked for as the text it is, which is faster and needs
//! no feature. Which of the two a pattern is shows in nothing else.

use std::fmt;

use memchr::memmem::Finder;

use super::expression::Expression;

/// Something to look for in texts.
///
/// ```
/// use lazuli_kernels::strings::Pattern;
///
/// assert!(Pattern::literal("a.c").is_match("xa.c"));
/// assert!(!Pattern::literal("a.c").is_match("abc"));
/// assert!(Pattern::regular("abc")?.is_match("xabc"));
/// # Ok::<(), lazuli_kernels::strings::PatternError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Pattern {
    pub(super) form: Form,
}

#[derive(Debug, Clone)]
pub(super) enum Form {
    Literal(Box<Finder<'static>>),
    Expression(Expression),
}

/// Why a text is no pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatternError {
    /// The text.
    pub pattern: String,
    /// What is wrong, in words.
    pub reason: String,
}

impl fmt::Display for PatternError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} is no pattern: {}", self.pattern, self.reason)
    }
}

impl std::error::Error for PatternError {}

impl Pattern {
    /// This very text.
    pub fn literal(text: &str) -> Self {
        Self { form: Form::Literal(Box::new(Finder::new(text).into_owned())) }
    }

    /// A regular expression in the syntax of the `regex` package: no look-around, no references back, linear time.
    ///
    /// # Errors
    /// [`PatternError`] for a text that is none, and for any that needs an engine where this library was built without the
    /// feature `regex`.
    pub fn regular(text: &str) -> Result<Self, PatternError> {
        if is_plain(text) {
            return Ok(Self::literal(text));
        }
        let expression = Expression::new(text).map_err(|reason| PatternError {
            pattern: text.to_string(),
            reason: reason.trim().to_string(),
        })?;
        Ok(Self { form: Form::Expression(expression) })
    }

    /// The text itself, if it is looked for as it is.
    pub fn as_literal(&self) -> Option<&[u8]> {
        match &self.form {
            Form::Literal(finder) => Some(finder.needle()),
            Form::Expression(_) => None,
        }
    }

    /// The names of the groups, `None` for one without a name. The first is the whole match.
    pub fn group_names(&self) -> Vec<Option<String>> {
        match &self.form {
            Form::Literal(_) => vec![None],
            Form::Expression(expression) => expression.group_names(),
        }
    }

    /// Whether the text contains it.
    pub fn is_match(&self, text: &str) -> bool {
        match &self.form {
            Form::Literal(finder) => finder.find(text.as_bytes()).is_some(),
            Form::Expression(expression) => expression.is_match(text),
        }
    }

    /// The bytes of the first match.
    pub fn find(&self, text: &str) -> Option<(usize, usize)> {
        match &self.form {
            Form::Literal(finder) => {
                finder.find(text.as_bytes()).map(|start| (start, start + finder.needle().len()))
            }
            Form::Expression(expression) => expression.find(text),
        }
    }

    /// The bytes of each match from the left, none overlapping the one before, until `each` says that it has enough. An
    /// empty pattern matches before each character and at the end.
    pub(super) fn for_each_match(&self, text: &str, mut each: impl FnMut(usize, usize) -> bool) {
        match &self.form {
            Form::Literal(finder) if finder.needle().is_empty() => {
                let places = text.char_indices().map(|(place, _)| place).chain([text.len()]);
                for place in places {
                    if !each(place, place) {
                        break;
                    }
                }
            }
            Form::Literal(finder) => {
                let length = finder.needle().len();
                for start in finder.find_iter(text.as_bytes()) {
                    if !each(start, start + length) {
                        break;
                    }
                }
            }
            Form::Expression(expression) => expression.for_each_match(text, &mut each),
        }
    }
}

/// Characters with a meaning in regular expressions.
const META_CHARACTERS: &str = r"\.+*?()|[]{}^$";

/// Whether a regular expression means the very text that it is.
pub fn is_plain(text: &str) -> bool {
    !text.contains(|letter| META_CHARACTERS.contains(letter))
}

/// A regular expression for this very text.
///
/// ```
/// assert_eq!(lazuli_kernels::strings::escape_regex("a.b(c)"), r"a\.b\(c\)");
/// ```
pub fn escape_regex(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        // The last three mean something inside of brackets.
        if META_CHARACTERS.contains(letter) || matches!(letter, '#' | '&' | '-' | '~') {
            escaped.push('\\');
        }
        escaped.push(letter);
    }
    escaped
}
