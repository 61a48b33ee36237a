//! Patterns among the arguments: checked when an expression is typed, made again when it runs.

use lazuli_array::Scalar;
use lazuli_kernels::strings::Pattern;

use super::text_function::Call;
use crate::function::arguments::Constants;
use crate::function::{Argument, SignatureError};

/// The pattern at `index`, a regular expression unless the flag at `literal` is set; `None` for null, and for literal text
/// that differs by row.
///
/// # Errors
/// [`SignatureError::InvalidArgument`] for a text that is no regular expression, and for one that differs by row: whether
/// it is one would only show as it runs.
pub(super) fn check_pattern(
    arguments: &[Argument<'_>],
    index: usize,
    literal: usize,
) -> Result<Option<Pattern>, SignatureError> {
    let invalid = |reason: String| Err(SignatureError::InvalidArgument(reason));
    match arguments.constant(index) {
        Some(Scalar::String(text)) if arguments.flag(literal, false) => Ok(Some(Pattern::literal(&text))),
        Some(Scalar::String(text)) => match Pattern::regular(&text) {
            Ok(pattern) => Ok(Some(pattern)),
            Err(error) => invalid(error.to_string()),
        },
        Some(_) => Ok(None),
        None if arguments.flag(literal, false) => Ok(None),
        None => invalid("a pattern that differs by row must be literal text".into()),
    }
}

/// The pattern of a call; `None` for null, and for a text that is none.
pub(super) fn pattern(call: &Call<'_>, index: usize, literal: usize) -> Option<Pattern> {
    let text = call.text(index)?;
    if call.flag(literal, false) { Some(Pattern::literal(&text)) } else { Pattern::regular(&text).ok() }
}

/// The index of a flag that a function does not have.
pub(super) const NEVER: usize = usize::MAX;
