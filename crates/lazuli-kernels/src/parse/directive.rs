//! The directives of date and time forms as they are written: `%Y`, `%-d`, `%.3f`, `%:z`.
//!
//! Reading texts ([`super::TimePattern`]) and writing them (`temporal::TimeFormat`) share this, so that a form means the
//! same in both directions. The letters are those of `strftime` (POSIX.1-2017) and of the Rust package chrono, whose forms
//! Polars takes.

/// A piece of a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Token {
    /// A character that stands for itself.
    Text(char),
    /// A directive.
    Directive(Directive),
}

/// A directive: a percent sign, perhaps some marks, a letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Directive {
    /// What fills up numbers, if the form says so.
    pub(crate) pad: Option<Pad>,
    /// Whether a point comes first, as in `%.f`.
    pub(crate) point: bool,
    /// The number of digits, as in `%3f`.
    pub(crate) digits: Option<u8>,
    /// The number of colons, as in `%:z`.
    pub(crate) colons: u8,
    /// The letter.
    pub(crate) letter: char,
}

/// What fills numbers up to their width.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pad {
    /// Nothing: `%-d`.
    Nothing,
    /// Spaces: `%_d`.
    Space,
    /// Zeros: `%0d`.
    Zero,
}

/// Directives that stand for several.
const TOGETHER: [(char, &str); 11] = [
    ('F', "%Y-%m-%d"),
    ('T', "%H:%M:%S"),
    ('X', "%H:%M:%S"),
    ('R', "%H:%M"),
    ('D', "%m/%d/%y"),
    ('x', "%m/%d/%y"),
    ('r', "%I:%M:%S %p"),
    ('v', "%e-%b-%Y"),
    ('c', "%a %b %e %H:%M:%S %Y"),
    ('+', "%Y-%m-%dT%H:%M:%S%.f%:z"),
    ('h', "%b"),
];

/// The pieces of a form, with directives that stand for several taken apart.
///
/// # Errors
/// What begins with a percent sign and is no directive.
pub(crate) fn tokens(form: &str) -> Result<Vec<Token>, String> {
    let mut tokens = Vec::new();
    push_tokens(form, &mut tokens)?;
    Ok(tokens)
}

fn push_tokens(form: &str, tokens: &mut Vec<Token>) -> Result<(), String> {
    let mut rest = form;
    while let Some(letter) = rest.chars().next() {
        if letter != '%' {
            tokens.push(Token::Text(letter));
            rest = &rest[letter.len_utf8()..];
            continue;
        }
        let (directive, length) = directive(&rest[1..]);
        let whole = &rest[..1 + length];
        rest = &rest[1 + length..];
        let Some(directive) = directive else { return Err(whole.to_string()) };
        let is_plain = directive.pad.is_none();
        match (directive.letter, TOGETHER.iter().find(|(letter, _)| *letter == directive.letter)) {
            ('%', _) if is_plain => tokens.push(Token::Text('%')),
            ('n', _) if is_plain => tokens.push(Token::Text('\n')),
            ('t', _) if is_plain => tokens.push(Token::Text('\t')),
            (_, Some((_, several))) if is_plain => push_tokens(several, tokens)?,
            (_, Some(_)) | ('%' | 'n' | 't', _) => return Err(whole.to_string()),
            _ => tokens.push(Token::Directive(directive)),
        }
    }
    Ok(())
}

/// The directive behind a percent sign, and how many bytes it takes.
fn directive(text: &str) -> (Option<Directive>, usize) {
    let mut letters = text.char_indices().peekable();
    let mut directive = Directive { pad: None, point: false, digits: None, colons: 0, letter: '%' };
    while let Some((at, letter)) = letters.next() {
        let next = letters.peek().map(|(_, next)| *next);
        match letter {
            '-' if at == 0 => directive.pad = Some(Pad::Nothing),
            '_' if at == 0 => directive.pad = Some(Pad::Space),
            '0' if at == 0 => directive.pad = Some(Pad::Zero),
            '.' if at == 0 => directive.point = true,
            '3' | '6' | '9' if directive.digits.is_none() && next == Some('f') => {
                directive.digits = Some(letter as u8 - b'0');
            }
            ':' if directive.colons < 3 && matches!(next, Some(':' | 'z')) => directive.colons += 1,
            letter => {
                directive.letter = letter;
                let is_fraction = directive.point || directive.digits.is_some();
                let fits = (letter.is_ascii_alphabetic() || matches!(letter, '%' | '+'))
                    && (!is_fraction || letter == 'f')
                    && (directive.colons == 0 || letter == 'z')
                    && (directive.pad.is_none()
                        || (letter.is_ascii_alphabetic() && letter != 'f' && letter != 'z'));
                return (fits.then_some(directive), at + letter.len_utf8());
            }
        }
    }
    (None, text.len())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn forms() {
        let plain = Directive { pad: None, point: false, digits: None, colons: 0, letter: 'f' };
        for (form, expected) in [
            ("%f", plain),
            ("%.f", Directive { point: true, ..plain }),
            ("%.3f", Directive { point: true, digits: Some(3), ..plain }),
            ("%9f", Directive { digits: Some(9), ..plain }),
            ("%::z", Directive { colons: 2, letter: 'z', ..plain }),
            ("%-d", Directive { pad: Some(Pad::Nothing), letter: 'd', ..plain }),
            ("%_H", Directive { pad: Some(Pad::Space), letter: 'H', ..plain }),
            ("%0e", Directive { pad: Some(Pad::Zero), letter: 'e', ..plain }),
        ] {
            assert_eq!(tokens(form), Ok(vec![Token::Directive(expected)]), "{form}");
        }
        assert_eq!(tokens("%%é"), Ok(vec![Token::Text('%'), Token::Text('é')]));
        assert_eq!(tokens("%F").map(|tokens| tokens.len()), Ok(5));
        for form in ["%", "%.", "%.d", "%3d", "%:H", "%-F", "%-%", "%4f", "%--d", "%é", "%3", "% "] {
            assert!(tokens(form).is_err(), "{form}");
        }
    }

    proptest! {
        #[test]
        fn nothing_panics(form in "[%a-zA-Z0-9.:_é-]{0,12}") {
            let _ = tokens(&form);
        }
    }
}
