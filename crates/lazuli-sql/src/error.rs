//! What can be wrong with an expression's text.

use std::fmt;

/// A text that is no expression, with the text and the reason.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum TextError {
    /// The text can't be read; the reason says at which line and column.
    Syntax {
        /// The text.
        text: String,
        /// What is wrong.
        reason: String,
    },
    /// No function or aggregate has this name.
    UnknownFunction {
        /// The text.
        text: String,
        /// The name.
        name: String,
        /// The valid name that is most like it.
        nearest: Option<String>,
    },
    /// A function with the wrong number of arguments.
    ArgumentCount {
        /// The text.
        text: String,
        /// The function.
        name: String,
        /// How many it takes, in words.
        expected: &'static str,
        /// How many there are.
        found: usize,
    },
    /// No type has this name.
    UnknownType {
        /// The text.
        text: String,
        /// The name.
        name: String,
    },
    /// Something that SQL has and expressions do not.
    Unsupported {
        /// The text.
        text: String,
        /// What was met.
        construct: String,
    },
}

impl fmt::Display for TextError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax { text, reason } => write!(f, "can't read expression `{text}`: {reason}"),
            Self::UnknownFunction { text, name, nearest } => {
                write!(f, "no function is called {name}")?;
                if let Some(nearest) = nearest {
                    write!(f, "; did you mean {nearest}?")?;
                }
                write!(f, " In expression `{text}`")
            }
            Self::ArgumentCount { text, name, expected, found } => {
                write!(f, "{name} takes {expected}, found {found}, in expression `{text}`")
            }
            Self::UnknownType { text, name } => write!(f, "no type is called {name}, in expression `{text}`"),
            Self::Unsupported { text, construct } => {
                write!(f, "expressions can't hold {construct}, in expression `{text}`")
            }
        }
    }
}

impl std::error::Error for TextError {}
