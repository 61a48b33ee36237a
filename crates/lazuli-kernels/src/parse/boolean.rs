//! Text to boolean: `true` and `false` in any case, nothing else (no `1`, `t`, `yes`).

use super::Misfit;

/// Reads a boolean.
///
/// # Errors
/// [`Misfit::NotBoolean`].
///
/// ```
/// use lazuli_kernels::parse::parse_bool;
/// assert_eq!(parse_bool(b"TRUE"), Ok(true));
/// assert_eq!(parse_bool(b"False"), Ok(false));
/// assert!(parse_bool(b"t").is_err());
/// ```
#[inline]
pub fn parse_bool(text: &[u8]) -> Result<bool, Misfit> {
    if text.eq_ignore_ascii_case(b"true") {
        Ok(true)
    } else if text.eq_ignore_ascii_case(b"false") {
        Ok(false)
    } else {
        Err(Misfit::NotBoolean)
    }
}

/// [`parse_bool`] of `buffer[start..end]`.
///
/// # Errors
/// As [`parse_bool`].
#[inline]
pub fn parse_bool_at(buffer: &[u8], start: usize, end: usize) -> Result<bool, Misfit> {
    parse_bool(&buffer[start..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_in_any_case_and_nothing_else() {
        for (text, value) in
            [("true", true), ("True", true), ("tRuE", true), ("false", false), ("FALSE", false)]
        {
            assert_eq!(parse_bool(text.as_bytes()), Ok(value));
        }
        for text in ["", "t", "1", "0", "yes", "true ", " true", "truee", "fals", "TRU\u{c9}", "\u{14}rue"] {
            assert_eq!(parse_bool(text.as_bytes()), Err(Misfit::NotBoolean), "{text:?}");
        }
    }
}
