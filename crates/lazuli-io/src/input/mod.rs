//! What a path stands for, and its text as UTF-8: the file itself, or through a decompressor and a decoder.
//!
//! Only a plain UTF-8 file can be read from the middle; every other text is read from its head each time it is opened.
//! Standard input can be read once; what is read of it before the scan (header, samples) is kept for the scan.

mod compression; // gzip and zstd
mod encoding; // other encodings to UTF-8
#[cfg(feature = "compression")]
mod zstd; // frames of Zstandard files

pub use compression::Compression;
pub use encoding::Encoding;

pub(crate) use encoding::Decoding;
use encoding::Undecodable;
use std::fmt;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// The result of opening and reading inputs.
pub(crate) type Result<T> = std::result::Result<T, InputError>;

/// Why a path gives no text.
#[derive(Debug)]
#[non_exhaustive]
pub enum InputError {
    /// The system refused to open or read.
    Io(io::Error),
    /// The path is a directory.
    IsDirectory,
    /// The path is neither a file nor a directory.
    NotAFile,
    /// The file had more bytes when it was opened than when it was read.
    Shrunk {
        /// Bytes at opening.
        expected: u64,
        /// Bytes found.
        found: u64,
    },
    /// The bytes are not plain UTF-8 text.
    Encoding {
        /// What they seem to be.
        found: &'static str,
    },
    /// A byte that the named encoding does not have.
    Undecodable {
        /// The encoding.
        encoding: Encoding,
        /// The byte of the file, after decompression.
        byte: u64,
        /// Why.
        reason: &'static str,
    },
    /// Standard input was to be read a second time.
    ReadTwice,
}

impl From<io::Error> for InputError {
    fn from(error: io::Error) -> Self {
        match error.downcast::<Undecodable>() {
            Ok(Undecodable { encoding, byte, reason }) => Self::Undecodable { encoding, byte, reason },
            Err(error) => Self::Io(error),
        }
    }
}

impl fmt::Display for InputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => write!(f, "{error}"),
            Self::IsDirectory => f.write_str("is a directory, not a file"),
            Self::NotAFile => f.write_str("is not a regular file"),
            Self::Shrunk { expected, found } => {
                write!(f, "the file shrank while it was read: {expected} bytes at first, then {found}")
            }
            Self::Encoding { found } => write!(f, "not UTF-8 text: this looks like {found}"),
            Self::Undecodable { encoding, byte, reason } => {
                write!(f, "byte {byte} is no {}: {reason}", encoding.name())
            }
            Self::ReadTwice => f.write_str(
                "standard input can be read only once, and this query needs it twice (as widening and full inference \
                 do): write it to a file first",
            ),
        }
    }
}

impl std::error::Error for InputError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io(error) => Some(error),
            _ => None,
        }
    }
}

/// A text as it comes, in UTF-8 unless it is a plain file.
pub(crate) type Text = Box<dyn Read + Send>;

/// Bytes looked at to tell compression and encoding.
const HEAD_BYTES: usize = 8;

/// A file or standard input, its compression and encoding.
#[derive(Debug)]
pub(crate) struct Input {
    pub path: PathBuf,
    pub compression: Option<Compression>,
    pub encoding: Encoding,
    /// Size of the file; 0 of standard input.
    pub file_bytes: u64,
    standard_input: Option<Arc<Mutex<Tape>>>,
}

impl Input {
    /// Finds out what is at `path`; `-` is standard input.
    ///
    /// # Errors
    /// What the system says; a directory; a compressed file in a build that can't read it; another format.
    pub(crate) fn find(path: &Path, encoding: Encoding) -> Result<Self> {
        let mut input =
            Self { path: path.to_owned(), compression: None, encoding, file_bytes: 0, standard_input: None };
        let raw: Text = if path.as_os_str() == "-" {
            input.standard_input = Some(Arc::new(Mutex::new(Tape::new(Box::new(io::stdin())))));
            input.raw(None)?
        } else {
            let file = open_file(path)?;
            input.file_bytes = file.metadata()?.len();
            Box::new(file)
        };
        let (head, raw) = look_at_head(raw)?;
        input.compression = Compression::of(&head);
        let head = match input.compression {
            Some(compression) => {
                let text =
                    compression.reader(raw).ok_or(InputError::Encoding { found: compression.name() })?;
                look_at_head(text)?.0
            }
            None => head,
        };
        if let Some(found) = other_format(&head) {
            return Err(InputError::Encoding { found });
        }
        if encoding == Encoding::Detect
            && let Some(found) = unmarked_utf16(&head)
        {
            return Err(InputError::Encoding { found });
        }
        input.encoding = encoding.decided_by(&head);
        Ok(input)
    }

    /// The bytes of the text are those of the file.
    pub(crate) fn is_plain(&self) -> bool {
        self.compression.is_none() && self.encoding == Encoding::Utf8 && self.standard_input.is_none()
    }

    /// Whether the text can be read more than once.
    pub(crate) fn is_repeatable(&self) -> bool {
        self.standard_input.is_none()
    }

    /// The file itself, for looks into its middle; it must be plain.
    pub(crate) fn open_plain(&self) -> Result<File> {
        debug_assert!(self.is_plain());
        open_file(&self.path)
    }

    /// The text from a byte on. Bytes of the file that were read are counted in `counter`.
    pub(crate) fn open_at(&self, byte: u64, counter: Option<Arc<AtomicU64>>) -> Result<Text> {
        if self.is_plain() {
            let mut file = self.open_plain()?;
            file.seek(SeekFrom::Start(byte))?;
            return Ok(Box::new(file));
        }
        let mut text = self.raw(counter)?;
        if let Some(compression) = self.compression {
            let found = compression.name();
            text = compression.reader(text).ok_or(InputError::Encoding { found })?;
        }
        if self.encoding != Encoding::Utf8 {
            text = Box::new(Decoding::new(text, self.encoding));
        }
        let skipped = io::copy(&mut (&mut text).take(byte), &mut io::sink())?;
        if skipped < byte {
            return Err(InputError::Shrunk { expected: byte, found: skipped });
        }
        Ok(text)
    }

    /// As [`Input::open_at`], for the last time: standard input is not kept any more.
    pub(crate) fn open_for_good(&self, byte: u64, counter: Arc<AtomicU64>) -> Result<Text> {
        let text = self.open_at(byte, Some(counter))?;
        if let Some(tape) = &self.standard_input {
            let mut tape = lock(tape);
            if std::mem::replace(&mut tape.is_final, true) {
                return Err(InputError::ReadTwice);
            }
        }
        Ok(text)
    }

    fn raw(&self, counter: Option<Arc<AtomicU64>>) -> Result<Text> {
        let raw: Text = match &self.standard_input {
            Some(tape) if lock(tape).is_final => return Err(InputError::ReadTwice),
            Some(tape) => Box::new(TapeReader { tape: tape.clone(), at: 0 }),
            None => Box::new(open_file(&self.path)?),
        };
        Ok(match counter {
            Some(counter) => Box::new(Counting { source: raw, counter }),
            None => raw,
        })
    }
}

/// What the bytes are, if they are plainly no text.
fn other_format(head: &[u8]) -> Option<&'static str> {
    match head {
        [b'P', b'A', b'R', b'1', ..] => Some("a Parquet file"),
        [b'P', b'K', 3, 4, ..] => Some("a zip file (or a spreadsheet)"),
        [b'B', b'Z', b'h', b'1'..=b'9', ..] => Some("a bzip2 file"),
        [0xFD, b'7', b'z', b'X', b'Z', 0, ..] => Some("an xz file"),
        [b'A', b'R', b'R', b'O', b'W', b'1', 0, 0, ..] => Some("an Arrow file"),
        _ => None,
    }
}

/// Letters of ASCII in UTF-16: no text has zeros in such a row, and read as UTF-8 it would be one.
fn unmarked_utf16(head: &[u8]) -> Option<&'static str> {
    let is_zero = |first: usize| head.iter().skip(first).step_by(2).all(|&byte| byte == 0);
    let is_letter = |first: usize| head.iter().skip(first).step_by(2).all(|byte| (1..128).contains(byte));
    if head.len() < HEAD_BYTES {
        None
    } else if is_letter(0) && is_zero(1) {
        Some("UTF-16 (little endian) without a byte order mark: name the encoding")
    } else if is_zero(0) && is_letter(1) {
        Some("UTF-16 (big endian) without a byte order mark: name the encoding")
    } else {
        None
    }
}

/// The first bytes, and a reader that has not read them.
fn look_at_head(mut source: Text) -> Result<(Vec<u8>, Text)> {
    let mut head = Vec::with_capacity(HEAD_BYTES);
    (&mut source).take(HEAD_BYTES as u64).read_to_end(&mut head)?;
    let again: Text = Box::new(io::Cursor::new(head.clone()).chain(source));
    Ok((head, again))
}

/// Opens what must be a regular file.
fn open_file(path: &Path) -> Result<File> {
    // Asked before opening: to open a pipe waits for somebody to write.
    let metadata = std::fs::metadata(path)?;
    if metadata.is_dir() {
        return Err(InputError::IsDirectory);
    }
    if !metadata.is_file() {
        return Err(InputError::NotAFile);
    }
    Ok(File::open(path)?)
}

/// Counts the bytes that go through.
struct Counting {
    source: Text,
    counter: Arc<AtomicU64>,
}

impl Read for Counting {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let read = self.source.read(out)?;
        self.counter.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

/// A source that can be read once; what was read before the last reader is kept.
struct Tape {
    source: Text,
    kept: Vec<u8>,
    is_final: bool,
}

impl Tape {
    fn new(source: Text) -> Self {
        Self { source, kept: Vec::new(), is_final: false }
    }
}

impl std::fmt::Debug for Tape {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Tape({} bytes kept)", self.kept.len())
    }
}

struct TapeReader {
    tape: Arc<Mutex<Tape>>,
    at: usize,
}

impl Read for TapeReader {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let mut tape = lock(&self.tape);
        if let Some(kept) = tape.kept.get(self.at..).filter(|kept| !kept.is_empty()) {
            let length = out.len().min(kept.len());
            out[..length].copy_from_slice(&kept[..length]);
            self.at += length;
            return Ok(length);
        }
        if tape.is_final {
            // The last reader has passed the end of what was kept.
            tape.kept = Vec::new();
            self.at = 0;
            return tape.source.read(out);
        }
        let read = tape.source.read(out)?;
        tape.kept.extend_from_slice(&out[..read]);
        self.at += read;
        Ok(read)
    }
}

/// No code that can panic runs under these locks.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tape_gives_the_same_again_until_the_last_reader() {
        let tape = Arc::new(Mutex::new(Tape::new(Box::new(&b"abcdefgh"[..]))));
        let reader = || TapeReader { tape: tape.clone(), at: 0 };
        let mut head = [0; 3];
        reader().read_exact(&mut head).expect("there are three");
        reader().read_exact(&mut head).expect("there are three");
        assert_eq!(&head, b"abc");
        lock(&tape).is_final = true;
        let mut all = Vec::new();
        reader().read_to_end(&mut all).expect("reads");
        assert_eq!(all, b"abcdefgh");
        assert!(lock(&tape).kept.is_empty());
    }
}
