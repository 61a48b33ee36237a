//! Where spill files are, how much they may take, and that none stays.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::stale::{self, Folders};

/// What the names of spill files begin with.
const PREFIX: &str = "lazuli-spill-";

/// The folder of a query's spill files, and what they take there. Clones are the same.
#[derive(Debug, Clone)]
pub(crate) struct SpillFolder(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    path: PathBuf,
    limit_bytes: u64,
    used_bytes: AtomicU64,
    /// What was written in all.
    written_bytes: AtomicU64,
}

impl SpillFolder {
    /// Files in `path`, the system's folder for temporary ones if `None`, of at most `limit_bytes` together.
    pub(crate) fn new(path: Option<PathBuf>, limit_bytes: Option<u64>) -> Self {
        let path = path.unwrap_or_else(std::env::temp_dir);
        let limit_bytes = limit_bytes.unwrap_or(u64::MAX);
        let (used_bytes, written_bytes) = (AtomicU64::new(0), AtomicU64::new(0));
        Self(Arc::new(Inner { path, limit_bytes, used_bytes, written_bytes }))
    }

    pub(super) fn path(&self) -> &Path {
        &self.0.path
    }

    /// A new file that nobody else has; and its name, if it still has one.
    pub(super) fn create(&self) -> io::Result<(File, Option<PathBuf>)> {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        static SEEN: Folders = Folders::new();
        SEEN.remove_stale_once(&self.0.path, |name| name.to_string_lossy().starts_with(PREFIX));
        loop {
            let number = NUMBER.fetch_add(1, Ordering::Relaxed);
            let path = self.0.path.join(format!("{PREFIX}{}-{number}", std::process::id()));
            let file = match OpenOptions::new().read(true).write(true).create_new(true).open(&path) {
                // Of a process of the same number in another container.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
                file => file?,
            };
            // An open file without a name is a file all the same, and nothing to clean up. Some systems refuse.
            if cfg!(unix) && fs::remove_file(&path).is_ok() {
                return Ok((file, None));
            }
            if stale::claim(&file, &path) {
                return Ok((file, Some(path)));
            }
        }
    }

    /// Takes room for so many bytes.
    pub(super) fn take(&self, bytes: u64) -> io::Result<()> {
        let limit = self.0.limit_bytes;
        let taken = self.0.used_bytes.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |used| {
            used.checked_add(bytes).filter(|used| *used <= limit)
        });
        match taken {
            Ok(_) => {
                self.0.written_bytes.fetch_add(bytes, Ordering::Relaxed);
                Ok(())
            }
            Err(used) => Err(io::Error::new(
                io::ErrorKind::QuotaExceeded,
                format!("{bytes} bytes more than the {used} in use are beyond the limit of {limit} bytes"),
            )),
        }
    }

    pub(super) fn give_back(&self, bytes: u64) {
        self.0.used_bytes.fetch_sub(bytes, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_no_name_where_that_is_possible() {
        let (_file, name) = SpillFolder::new(None, None).create().expect("created");
        assert_eq!(name.is_none(), cfg!(unix));
    }

    #[test]
    fn no_more_than_the_limit() {
        let folder = SpillFolder::new(None, Some(100));
        folder.take(60).expect("within the limit");
        let error = folder.take(50).expect_err("beyond it");
        assert_eq!(error.to_string(), "50 bytes more than the 60 in use are beyond the limit of 100 bytes");
        folder.give_back(60);
        folder.take(100).expect("within the limit again");
    }
}
