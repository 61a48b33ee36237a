//! What a delimited file seems to be: encoding, dialect, header, types, and why.
//!
//! Looks at the head of the text. Every way to cut it that its bytes suggest is tried; that one wins whose records agree
//! most on their number of fields and whose fields are most often numbers, dates or the like (after van den Burg, Nazábal
//! and Sutton 2019, "Wrangling messy CSV files by detecting row and type patterns", in short). What is found are options
//! that the caller may change; nothing that reads files depends on it.

mod cut; // one way to cut a text, and how well it fits

use super::Encoding;
use super::{CsvError, CsvErrorKind, CsvOptions, CsvTable, Dialect, LineEnd, Result};
use crate::input::{Decoding, Input};
use cut::{Cut, best_cut};
use lazuli_array::SchemaRef;
use std::io::Read;
use std::path::Path;

/// Bytes of the head that are looked at.
const HEAD_BYTES: usize = 256 << 10;

/// What a file seems to be.
#[derive(Clone, Debug)]
pub struct Sniffed {
    /// Options that read the file: encoding and dialect.
    pub options: CsvOptions,
    /// Names and types of the columns under these options.
    pub schema: SchemaRef,
    /// What was found and why, one line an aspect.
    pub findings: Vec<Finding>,
}

/// One thing that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What it is about: `encoding`, `separator`, ...
    pub aspect: &'static str,
    /// What was found.
    pub value: String,
    /// Why.
    pub reason: String,
}

/// Finds out what a file seems to be. Reads its head, and what [`CsvTable::open`] reads.
///
/// # Errors
/// As [`CsvTable::open`]: no such file, a directory, an empty file, another format.
///
/// ```
/// # let path = std::env::temp_dir().join(format!("lazuli-doc-sniff-{}.csv", std::process::id()));
/// std::fs::write(&path, "day;amount\n2020-01-01;1,5\n2020-01-02;2,5\n")?;
/// let sniffed = lazuli_io::csv::sniff(&path)?;
/// assert_eq!(sniffed.options.dialect.separator, b';');
/// assert_eq!(sniffed.schema.to_string(), "day: Date, amount: String");
/// # std::fs::remove_file(&path)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn sniff(path: impl AsRef<Path>) -> Result<Sniffed> {
    let path = path.as_ref();
    sniff_file(path).map_err(|error| error.in_file_if_none(path))
}

fn sniff_file(path: &Path) -> Result<Sniffed> {
    // Read as bytes first, whatever they are: UTF-8 is not decoded by reading it.
    let input = Input::find(path, Encoding::Utf8)?;
    if !input.is_repeatable() {
        return Err(CsvError::new(CsvErrorKind::ReadTwice));
    }
    let mut head = Vec::new();
    input.open_at(0, None)?.take(HEAD_BYTES as u64).read_to_end(&mut head)?;
    let is_whole = head.len() < HEAD_BYTES;
    let mut findings = Vec::new();
    if let Some(compression) = input.compression {
        findings.push(Finding {
            aspect: "compression",
            value: compression.name().trim_start_matches("a ").trim_end_matches(" file").into(),
            reason: "the first bytes of the file say so".into(),
        });
    }
    let (encoding, reason) = encoding_of(&head, is_whole);
    findings.push(Finding { aspect: "encoding", value: encoding.name().into(), reason });
    let text = decoded(&head, encoding);
    let newline = Dialect::default().marks(&text).newline;
    if newline == b'\r' {
        let reason = "there are carriage returns and no line feeds".into();
        findings.push(Finding { aspect: "line end", value: "CR".into(), reason });
    }
    let cut = best_cut(&text, newline, is_whole).ok_or_else(|| CsvError::new(CsvErrorKind::Empty))?;
    findings.extend(cut.findings());
    let options = CsvOptions { dialect: dialect(&cut, newline), encoding, ..CsvOptions::default() };
    let table = CsvTable::open(path, &options)?;
    Ok(Sniffed { options, schema: table.schema().clone(), findings })
}

fn dialect(cut: &Cut, newline: u8) -> Dialect {
    Dialect {
        separator: cut.marks.separator,
        quote: cut.marks.quote,
        escape: cut.marks.escape,
        has_header: cut.header.0,
        line_end: if newline == b'\r' { LineEnd::Cr } else { LineEnd::Detect },
        comment: cut.comment.map(Into::into),
        skip_lines: cut.skip_lines,
        ..Dialect::default()
    }
}

fn encoding_of(head: &[u8], is_whole: bool) -> (Encoding, String) {
    let mark = match head {
        [0xFF, 0xFE, ..] => Some((Encoding::Utf16Le, "little")),
        [0xFE, 0xFF, ..] => Some((Encoding::Utf16Be, "big")),
        _ => None,
    };
    if let Some((encoding, _)) = mark {
        return (encoding, "the file begins with its byte order mark".into());
    }
    // In UTF-16, letters of ASCII have a zero for one of their bytes.
    let zeros = |first: usize| head.iter().skip(first).step_by(2).filter(|&&byte| byte == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    let many = head.len() / 2 * 7 / 10;
    if odd > many && even * 20 < odd {
        return (Encoding::Utf16Le, "every second byte is zero".into());
    }
    if even > many && odd * 20 < even {
        return (Encoding::Utf16Be, "every second byte is zero".into());
    }
    match std::str::from_utf8(head) {
        Ok(_) if head.is_ascii() => (Encoding::Utf8, "all bytes are ASCII".into()),
        Ok(_) => (Encoding::Utf8, "all bytes are valid UTF-8".into()),
        // The head may end within a character.
        Err(error) if !is_whole && error.error_len().is_none() => {
            (Encoding::Utf8, "all bytes are valid UTF-8".into())
        }
        Err(error) => {
            let at = error.valid_up_to();
            let reason =
                format!("byte {at} (0x{:02X}) is no UTF-8; a guess, for any bytes are Latin-1", head[at]);
            (Encoding::Latin1, reason)
        }
    }
}

/// The head as UTF-8. What a cut character would leave at its end is dropped.
fn decoded(head: &[u8], encoding: Encoding) -> Vec<u8> {
    let mut text = Vec::new();
    match encoding {
        Encoding::Utf8 => text.extend_from_slice(head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head)),
        // An error ends the text where it is: reading the file will tell of it.
        _ => drop(Decoding::new(head, encoding).read_to_end(&mut text)),
    }
    text
}
