//! A file of batches, written and read by several threads.

use std::fs::File;
use std::io;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use lazuli_array::{Batch, SchemaRef};

use super::checksum::checksum;
use super::encode::{Dictionaries, decode, encode};
use super::folder::SpillFolder;
use crate::context::QueryContext;
use crate::{ExecError, Result};

/// Batches of one schema that wait in a file. It is gone when this is dropped.
#[derive(Debug)]
pub(crate) struct SpillFile {
    operator: &'static str,
    schema: SchemaRef,
    folder: SpillFolder,
    file: File,
    /// `None` if the file has lost its name already.
    name: Option<PathBuf>,
    /// Where the next batch begins.
    end: Mutex<u64>,
    dictionaries: Dictionaries,
}

/// Where a batch is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Spilled {
    offset: u64,
    length: usize,
    checksum: u64,
    num_rows: usize,
    memory_bytes: usize,
}

impl Spilled {
    /// What the batch takes in the file.
    pub(crate) fn file_bytes(&self) -> u64 {
        self.length as u64
    }

    pub(crate) fn num_rows(&self) -> usize {
        self.num_rows
    }

    /// What the batch weighs in memory, about.
    pub(crate) fn memory_bytes(&self) -> usize {
        self.memory_bytes
    }
}

impl SpillFile {
    /// A new file; `operator` is named by its errors.
    ///
    /// # Errors
    /// [`ExecError::Spill`] if the folder does not take it.
    pub(crate) fn create(operator: &'static str, schema: SchemaRef, context: &QueryContext) -> Result<Self> {
        let folder = context.spill_folder.clone();
        let (file, name) = folder.create().map_err(|error| failed(operator, &folder, error))?;
        let dictionaries = Dictionaries::new(operator, &context.memory);
        Ok(Self { operator, schema, folder, file, name, end: Mutex::new(0), dictionaries })
    }

    /// Writes a batch of the file's columns.
    ///
    /// # Errors
    /// [`ExecError::Spill`] if the disk or the limit of it is full.
    pub(crate) fn write(&self, batch: &Batch) -> Result<Spilled> {
        let bytes = encode(batch, &self.dictionaries);
        let length = bytes.len();
        self.folder.take(length as u64).map_err(|error| self.failed(error))?;
        // Taken first, then written: writers do not wait for each other.
        let offset = {
            let mut end = self.end.lock().unwrap_or_else(PoisonError::into_inner);
            let offset = *end;
            *end += length as u64;
            offset
        };
        write_at(&self.file, offset, &bytes).map_err(|error| self.failed(error))?;
        let (num_rows, memory_bytes) = (batch.num_rows(), batch.memory_bytes());
        Ok(Spilled { offset, length, checksum: checksum(&bytes), num_rows, memory_bytes })
    }

    /// Reads a batch.
    ///
    /// # Errors
    /// [`ExecError::Spill`] if the file can't be read, or does not hold what was written.
    pub(crate) fn read(&self, place: Spilled) -> Result<Batch> {
        let mut bytes = vec![0; place.length];
        read_at(&self.file, place.offset, &mut bytes).map_err(|error| self.failed(error))?;
        let batch = match checksum(&bytes) == place.checksum {
            true => decode(&bytes, &self.schema, place.num_rows, &self.dictionaries),
            false => None,
        };
        batch.ok_or_else(|| {
            let message = format!("what was written at byte {} is not there any more", place.offset);
            self.failed(io::Error::new(io::ErrorKind::InvalidData, message))
        })
    }

    fn failed(&self, error: io::Error) -> ExecError {
        failed(self.operator, &self.folder, error)
    }
}

impl Drop for SpillFile {
    fn drop(&mut self) {
        self.folder.give_back(*self.end.get_mut().unwrap_or_else(PoisonError::into_inner));
        if let Some(name) = &self.name {
            // Nobody is left to hear that it could not be removed; the next process tries again.
            let _ = std::fs::remove_file(name);
        }
    }
}

fn failed(operator: &'static str, folder: &SpillFolder, error: io::Error) -> ExecError {
    ExecError::Spill { operator, folder: folder.path().to_owned(), error }
}

#[cfg(unix)]
fn write_at(file: &File, offset: u64, bytes: &[u8]) -> io::Result<()> {
    std::os::unix::fs::FileExt::write_all_at(file, bytes, offset)
}

#[cfg(unix)]
fn read_at(file: &File, offset: u64, out: &mut [u8]) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, out, offset)
}

/// Where a file has one place for all, threads take turns.
#[cfg(not(unix))]
static TURN: Mutex<()> = Mutex::new(());

#[cfg(not(unix))]
fn write_at(mut file: &File, offset: u64, bytes: &[u8]) -> io::Result<()> {
    use std::io::{Seek, SeekFrom, Write};
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    file.seek(SeekFrom::Start(offset))?;
    file.write_all(bytes)
}

#[cfg(not(unix))]
fn read_at(mut file: &File, offset: u64, out: &mut [u8]) -> io::Result<()> {
    use std::io::{Read, Seek, SeekFrom};
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    file.seek(SeekFrom::Start(offset))?;
    file.read_exact(out)
}
