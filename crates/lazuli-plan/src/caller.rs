//! Where in the user's code a verb was called, so that a mistake found later can say so.

use std::fmt;
use std::panic::Location;

/// The source line of a verb, or the place in a pipeline file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Caller {
    /// A line of Rust code.
    Code(&'static Location<'static>),
    /// A place in a text, such as `step 3 of pipeline.json`.
    Text(String),
    /// Made by the engine itself.
    Engine,
}

impl Caller {
    /// The line that called the function which calls this one; both must be `#[track_caller]`.
    #[track_caller]
    pub fn here() -> Self {
        Self::Code(Location::caller())
    }
}

impl fmt::Display for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code(location) => {
                write!(f, "{}:{}:{}", location.file(), location.line(), location.column())
            }
            Self::Text(place) => f.write_str(place),
            Self::Engine => f.write_str("the engine"),
        }
    }
}
