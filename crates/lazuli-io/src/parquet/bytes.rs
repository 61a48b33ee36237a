//! A file that is read by place, by many threads at once.

use super::compression::room;
use super::{ParquetError, ParquetErrorKind, Result};
use std::fs::File;
use std::io;
use std::path::Path;

/// An open file and its length.
#[derive(Debug)]
pub(super) struct FileBytes {
    file: File,
    length: u64,
}

impl FileBytes {
    pub(super) fn open(path: &Path) -> Result<Self> {
        let file = File::open(path)?;
        let metadata = file.metadata()?;
        if metadata.is_dir() {
            return Err(ParquetError::new(ParquetErrorKind::IsDirectory));
        }
        Ok(Self { file, length: metadata.len() })
    }

    /// Bytes of the file when it was opened.
    pub(super) fn len(&self) -> u64 {
        self.length
    }

    /// Puts `length` bytes from `offset` on in `out`. The caller has checked that the file has them.
    pub(super) fn read(&self, offset: u64, length: usize, out: &mut Vec<u8>) -> Result<()> {
        out.resize(length, 0);
        self.fill(offset, out)
    }

    /// The same for a buffer that is used again and again, which has more than these bytes when it had more before.
    pub(super) fn read_over<'a>(
        &self,
        offset: u64,
        length: usize,
        buffer: &'a mut Vec<u8>,
    ) -> Result<&'a [u8]> {
        let out = room(buffer, length);
        self.fill(offset, out)?;
        Ok(out)
    }

    fn fill(&self, offset: u64, out: &mut [u8]) -> Result<()> {
        read_at(&self.file, offset, out).map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => ParquetError::corrupt("it has shrunk while it was read"),
            _ => error.into(),
        })
    }
}

#[cfg(unix)]
fn read_at(file: &File, offset: u64, out: &mut [u8]) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, out, offset)
}

#[cfg(windows)]
fn read_at(file: &File, mut offset: u64, mut out: &mut [u8]) -> io::Result<()> {
    while !out.is_empty() {
        match std::os::windows::fs::FileExt::seek_read(file, out, offset)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            read => {
                out = &mut out[read..];
                offset += read as u64;
            }
        }
    }
    Ok(())
}
