//! A file that appears under its name when it is whole, and otherwise leaves nothing behind.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::stale::{self, Folders};

/// What the names of temporary files end with.
const SUFFIX: &str = ".part";

/// Written under a temporary name beside the target, renamed at the end, removed when dropped before that.
///
/// What a process that was killed has left, the next one removes that writes to the same folder.
///
/// What is there and is no regular file (a pipe, a terminal) is written to directly: it can't be replaced.
pub(super) struct NewFile {
    target: PathBuf,
    /// `None` when written directly, or renamed.
    temporary: Option<PathBuf>,
    file: Mutex<BufWriter<File>>,
}

/// The temporary files that are being written.
static UNFINISHED: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

fn unfinished() -> MutexGuard<'static, BTreeSet<PathBuf>> {
    UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Removes the temporary files of all sinks that this process writes: for a program that is about to exit without waiting for
/// its queries. What they still write goes nowhere.
pub fn discard_unfinished_files() {
    for path in std::mem::take(&mut *unfinished()) {
        // Nobody is left to hear that it could not be removed.
        let _ = fs::remove_file(path);
    }
}

impl NewFile {
    pub(super) fn create(path: &Path) -> io::Result<Self> {
        // Through links, so that a link stays one.
        let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let is_special = match fs::metadata(&target) {
            Ok(metadata) if metadata.is_dir() => return Err(io::Error::from(io::ErrorKind::IsADirectory)),
            Ok(metadata) => !metadata.is_file(),
            Err(_) => false,
        };
        let (file, temporary) = if is_special {
            (OpenOptions::new().write(true).open(&target)?, None)
        } else {
            let (file, temporary) = create_beside(&target)?;
            (file, Some(temporary))
        };
        Ok(Self { target, temporary, file: Mutex::new(BufWriter::new(file)) })
    }

    pub(super) fn write(&self, bytes: &[u8]) -> io::Result<()> {
        self.file.lock().unwrap_or_else(PoisonError::into_inner).write_all(bytes)
    }

    /// Gives the file its name.
    pub(super) fn finish(mut self) -> io::Result<()> {
        self.file.get_mut().unwrap_or_else(PoisonError::into_inner).flush()?;
        if let Some(temporary) = &self.temporary {
            let mut unfinished = unfinished();
            fs::rename(temporary, &self.target)?;
            unfinished.remove(temporary);
            self.temporary = None;
        }
        Ok(())
    }
}

impl Drop for NewFile {
    fn drop(&mut self) {
        if let Some(temporary) = &self.temporary {
            // Nobody is left to hear that it could not be removed.
            let _ = fs::remove_file(temporary);
            unfinished().remove(temporary);
        }
    }
}

/// A temporary file in the target's folder, which no other process or writer of this one uses.
fn create_beside(target: &Path) -> io::Result<(File, PathBuf)> {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    static SEEN: Folders = Folders::new();
    SEEN.remove_stale_once(folder_of(target), is_temporary);
    loop {
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let mut name = OsString::from(".");
        name.push(target.file_name().unwrap_or_default());
        name.push(format!(".{}-{number}{SUFFIX}", std::process::id()));
        let temporary = target.with_file_name(name);
        // Known before it is there, so that at no moment it is there and not known.
        unfinished().insert(temporary.clone());
        let file = OpenOptions::new().write(true).create_new(true).open(&temporary);
        let is_claimed = file.as_ref().is_ok_and(|file| stale::claim(file, &temporary));
        if !is_claimed {
            unfinished().remove(&temporary);
        }
        match file {
            Ok(file) if is_claimed => return Ok((file, temporary)),
            // Somebody has removed it, or a process of the same number in another container has one of the same name.
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
}

fn folder_of(target: &Path) -> &Path {
    match target.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// Whether [`create_beside`] gives such names.
fn is_temporary(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    let middle = name.strip_prefix('.').and_then(|name| name.strip_suffix(SUFFIX));
    let numbers = middle.and_then(|middle| middle.rsplit_once('.')).and_then(|(_, end)| end.split_once('-'));
    numbers.is_some_and(|(process, number)| process.parse::<u32>().is_ok() && number.parse::<u64>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An empty folder of its own for each test.
    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("lazuli-new-file-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).expect("a temporary folder");
        folder
    }

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).expect("the folder is there");
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect()
    }

    #[test]
    fn a_file_appears_when_it_is_whole() {
        let folder = folder("whole");
        let path = folder.join("out.csv");
        fs::write(&path, "old").expect("written");
        let file = NewFile::create(&path).expect("created");
        file.write(b"new").expect("written");
        assert_eq!(fs::read_to_string(&path).expect("still there"), "old");
        file.finish().expect("renamed");
        assert_eq!(fs::read_to_string(&path).expect("replaced"), "new");
        assert_eq!(names(&folder), ["out.csv"]);
        fs::remove_dir_all(&folder).expect("removed");
    }

    #[test]
    fn a_file_that_was_given_up_leaves_nothing() {
        let folder = folder("given-up");
        let file = NewFile::create(&folder.join("out.csv")).expect("created");
        file.write(b"new").expect("written");
        assert_eq!(names(&folder).len(), 1);
        drop(file);
        assert_eq!(names(&folder), [""; 0]);
        let error = NewFile::create(&folder).err().expect("a folder can't be written");
        assert_eq!(error.kind(), io::ErrorKind::IsADirectory);
        fs::remove_dir_all(&folder).expect("removed");
    }

    #[test]
    fn what_a_killed_process_left_goes() {
        let folder = folder("killed");
        for name in [".out.csv.12-0.part", ".out.csv.part", "out.csv.12-0.part", ".out.csv.12-x.part"] {
            fs::write(folder.join(name), "half").expect("written");
        }
        let first = NewFile::create(&folder.join("out.csv")).expect("created");
        let mut left = names(&folder);
        left.retain(|name| !name.contains(&std::process::id().to_string()));
        left.sort();
        assert_eq!(left, [".out.csv.12-x.part", ".out.csv.part", "out.csv.12-0.part"]);
        super::stale::Folders::new().remove_stale_once(&folder, is_temporary);
        first.finish().expect("nobody has taken it");
        assert!(folder.join("out.csv").exists());
        fs::remove_dir_all(&folder).expect("removed");
    }
}
