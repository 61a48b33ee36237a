//! Files of processes that ended without warning: known by their names, and by that nobody has locked them.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// Says that a file just made is in use, for as long as it is open. False if somebody took it for a stale one meanwhile.
///
/// Where files can't be locked, nobody can tell which are stale, and none is removed.
pub(crate) fn claim(file: &File, path: &Path) -> bool {
    let is_locked = file.lock().is_ok();
    !is_locked || path.exists()
}

/// Folders that were looked at, of one kind of files.
pub(crate) struct Folders(Mutex<BTreeSet<PathBuf>>);

impl Folders {
    pub(crate) const fn new() -> Self {
        Self(Mutex::new(BTreeSet::new()))
    }

    /// Removes from a folder the files with names of ours that nobody uses; once a process.
    pub(crate) fn remove_stale_once(&self, folder: &Path, is_ours: fn(&OsStr) -> bool) {
        if self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(folder.to_owned()) {
            remove_stale(folder, is_ours);
        }
    }
}

/// What can't be looked at or removed is left.
fn remove_stale(folder: &Path, is_ours: fn(&OsStr) -> bool) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        if !is_ours(&entry.file_name()) || !entry.file_type().is_ok_and(|kind| kind.is_file()) {
            continue;
        }
        let path = entry.path();
        if let Ok(file) = OpenOptions::new().write(true).open(&path)
            && file.try_lock().is_ok()
        {
            // While it is locked, so that who has just made it sees it go.
            let _ = fs::remove_file(path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stale_files_go_and_those_in_use_stay() {
        let folder = std::env::temp_dir().join(format!("lazuli-stale-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a temporary folder");
        let paths = ["ours-1", "ours-2", "theirs"].map(|name| folder.join(name));
        for path in &paths {
            fs::write(path, "something").expect("written");
        }
        let [stale, used, other] = &paths;
        let file = File::open(used).expect("it is there");
        assert!(claim(&file, used));
        let is_ours = |name: &OsStr| name.to_string_lossy().starts_with("ours-");
        let folders = Folders::new();
        folders.remove_stale_once(&folder, is_ours);
        assert!(!stale.exists() && used.exists() && other.exists());
        drop(file);
        folders.remove_stale_once(&folder, is_ours);
        assert!(used.exists(), "looked at once");
        Folders::new().remove_stale_once(&folder, is_ours);
        assert!(!used.exists() && other.exists());
        let gone = File::open(other).expect("it is there");
        fs::remove_file(other).expect("removed");
        assert!(!claim(&gone, other) || !cfg!(unix));
        fs::remove_dir_all(folder).expect("removed");
    }
}
