//! Where spill files are, how much they may take, and that none stays.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

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
        remove_stale_once(&self.0.path);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let path = self.0.path.join(format!("{PREFIX}{}-{number}", std::process::id()));
        let file = OpenOptions::new().read(true).write(true).create_new(true).open(&path)?;
        // Whoever looks for stale files finds that this one is not; where files can't be locked, nobody looks for them.
        let _ = file.try_lock();
        // An open file without a name is a file all the same, and nothing to clean up. Some systems refuse.
        let name = if cfg!(unix) && fs::remove_file(&path).is_ok() { None } else { Some(path) };
        Ok((file, name))
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

/// Removes what processes that ended without warning have left in a folder; once a process and folder.
fn remove_stale_once(folder: &Path) {
    static SEEN: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());
    if SEEN.lock().unwrap_or_else(PoisonError::into_inner).insert(folder.to_owned()) {
        remove_stale(folder);
    }
}

/// A spill file that nobody has locked belongs to nobody. What can't be looked at or removed is left.
fn remove_stale(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let is_ours = entry.file_name().to_string_lossy().starts_with(PREFIX);
        if !is_ours || !entry.file_type().is_ok_and(|kind| kind.is_file()) {
            continue;
        }
        let path = entry.path();
        let is_free = OpenOptions::new().write(true).open(&path).is_ok_and(|file| file.try_lock().is_ok());
        if is_free {
            let _ = fs::remove_file(path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stale_files_go_and_those_in_use_stay() {
        let path = std::env::temp_dir().join(format!("lazuli-spill-folder-{}", std::process::id()));
        fs::create_dir_all(&path).expect("a temporary folder");
        let (stale, used, other) =
            (path.join("lazuli-spill-1-0"), path.join("lazuli-spill-1-1"), path.join("mine"));
        for path in [&stale, &used, &other] {
            fs::write(path, "something").expect("written");
        }
        let lock = File::open(&used).expect("it is there");
        lock.lock().expect("nobody else has it");
        let (_file, name) = SpillFolder::new(Some(path.clone()), None).create().expect("created");
        assert!(!stale.exists() && used.exists() && other.exists());
        assert_eq!(name.is_none(), cfg!(unix));
        drop(lock);
        fs::remove_dir_all(path).expect("removed");
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
