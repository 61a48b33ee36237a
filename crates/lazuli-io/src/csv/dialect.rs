//! How a delimited text is built.

use lazuli_kernels::text::Marks;

/// What ends a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum LineEnd {
    /// LF, with or without a CR before it; CR alone if the head of the file has CR and no LF.
    #[default]
    Detect,
    /// LF, with or without a CR before it.
    Lf,
    /// CR alone, as on the old Macintosh.
    Cr,
}

/// How a delimited text is built. The default is what most files are: commas, double quotes, a header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dialect {
    /// Between fields. ASCII.
    pub separator: u8,
    /// Around fields that contain separators, quotes or line ends. `None`: no quoting, every byte counts as it stands.
    pub quote: Option<u8>,
    /// Takes the meaning from the byte behind it, in quotes or not: `\"` is a quote, `\,` a comma. A doubled quote stays
    /// a quote. ASCII. Texts that have one are read a byte at a time, which is slower.
    pub escape: Option<u8>,
    /// The first record names the columns.
    pub has_header: bool,
    /// Records that the header has; names of several are joined with `_`. At least 1.
    pub header_rows: usize,
    /// What ends a record.
    pub line_end: LineEnd,
    /// Records that begin with this text are skipped, up to the line's end.
    pub comment: Option<String>,
    /// Lines to skip before the header. Quotes mean nothing in them.
    pub skip_lines: usize,
    /// Texts that mean null, in every column, quoted or not. Unquoted emptiness always does.
    pub null_values: Vec<String>,
}

impl Default for Dialect {
    fn default() -> Self {
        Self {
            separator: b',',
            quote: Some(b'"'),
            escape: None,
            has_header: true,
            header_rows: 1,
            line_end: LineEnd::Detect,
            comment: None,
            skip_lines: 0,
            null_values: Vec::new(),
        }
    }
}

impl Dialect {
    /// Tab-separated values.
    pub fn tsv() -> Self {
        Self { separator: b'\t', ..Self::default() }
    }

    /// The bytes of structure, with line ends looked up in `head`, the first bytes of the text.
    pub(super) fn marks(&self, head: &[u8]) -> Marks {
        let newline = match self.line_end {
            LineEnd::Lf => b'\n',
            LineEnd::Cr => b'\r',
            LineEnd::Detect
                if memchr::memchr(b'\n', head).is_none() && memchr::memchr(b'\r', head).is_some() =>
            {
                b'\r'
            }
            LineEnd::Detect => b'\n',
        };
        // An escape that is the quote says what doubling says anyway.
        let escape = self.escape.filter(|&escape| Some(escape) != self.quote);
        Marks { separator: self.separator, quote: self.quote, newline, escape }
    }

    /// Why this dialect can't be, if it can't.
    pub(super) fn fault(&self) -> Option<&'static str> {
        let is_line_end = |byte: u8| byte == b'\n' || byte == b'\r';
        let quote_is_bad = |quote: u8| !quote.is_ascii() || is_line_end(quote) || quote == self.separator;
        if !self.separator.is_ascii() || is_line_end(self.separator) {
            Some("the separator must be an ASCII character and no line end")
        } else if self.quote.is_some_and(quote_is_bad) {
            Some("the quote must be an ASCII character, no line end and not the separator")
        } else if self
            .escape
            .is_some_and(|escape| !escape.is_ascii() || is_line_end(escape) || escape == self.separator)
        {
            Some("the escape must be an ASCII character, no line end and not the separator")
        } else if self
            .comment
            .as_ref()
            .is_some_and(|comment| comment.is_empty() || comment.contains(['\n', '\r']))
        {
            Some("the comment prefix must be a text without line ends")
        } else {
            None
        }
    }
}
