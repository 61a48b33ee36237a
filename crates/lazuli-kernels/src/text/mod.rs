//! Structure of delimited text: where the separators and line ends are that no quotes hide.
//!
//! Works on 64-byte blocks turned into bit masks, one per interesting byte. Whether a position is inside quotes is the
//! parity of the quotes up to it, a prefix XOR of the quote mask (Langdale and Lemire 2019, simdjson; Ge et al. 2019 for
//! CSV). Parity is the truth only while quotes stand where the grammar wants them: every opening quote right after a
//! separator, a line end, the start of the text or another quote. [`index`] and [`scan_records`] check that on the way
//! and report `lawful: false` when it fails; the caller then asks [`index_by_byte`] and [`scan_records_by_byte`], the
//! byte-at-a-time twins that follow the full grammar (a quote inside an unquoted field is an ordinary character).
//!
//! Runs at every [`Level`](crate::Level): AVX-512, AVX2, portable 64-bit words.
//!
//! Not here: what a field means, records of the wrong length, reading files (see `lazuli-io`).

mod block; // 64 bytes to masks, portable
mod by_byte; // the full grammar, slowly
mod flatten; // mask to positions
mod structure; // the two passes over masks
#[cfg(target_arch = "x86_64")]
mod x86; // 64 bytes to masks, AVX2 and AVX-512

pub use by_byte::{index_by_byte, open_quote, scan_records_by_byte};
pub use structure::{index, index_with, scan_records, scan_records_with};

/// The bytes that give a text its structure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Marks {
    /// Between fields.
    pub separator: u8,
    /// Around fields that contain marks; doubled inside them. `None`: there is no quoting.
    pub quote: Option<u8>,
    /// After records: `\n`, or `\r` in old Macintosh files. A `\r` before `\n` is left to the caller.
    pub newline: u8,
    /// Takes the meaning from the byte behind it, in quotes or not. Only the byte-at-a-time twins know it: callers whose
    /// text has one ask those.
    pub escape: Option<u8>,
}

/// What [`index`] saw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IndexSummary {
    /// Line ends outside quotes, that is, records ended.
    pub records: usize,
    /// False if a quote opened where the grammar has none: the positions are then worthless.
    pub lawful: bool,
    /// The text ended inside quotes.
    pub open: bool,
}

/// What [`scan_records`] saw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordScan {
    /// Bytes up to and including the last line end outside quotes; 0 if there is none.
    pub complete_bytes: usize,
    /// Line ends, in quotes or not, within `complete_bytes`.
    pub lines: u64,
    /// Some byte is a quote.
    pub quotes: bool,
    /// False if a quote opened where the grammar has none: `complete_bytes` and `lines` are then worthless.
    pub lawful: bool,
    /// The text ends inside quotes.
    pub open: bool,
}
