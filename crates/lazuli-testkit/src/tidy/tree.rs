//! The files of the repository: paths of all, text of those that people write.
//!
//! Read from the folder, not from git, so that it works in an unpacked archive too. Build output and hidden folders are
//! skipped (`.ci` is ours and is read).

use std::fs;
use std::io;
use std::path::Path;
use std::sync::OnceLock;

use super::RustSource;

/// A text file.
#[derive(Clone, Debug)]
pub struct TextFile {
    /// Path from the root, with `/`.
    pub path: String,
    /// Its whole text.
    pub text: String,
    /// The text scanned as Rust, at first need: every rule over Rust files asks for it.
    source: OnceLock<RustSource>,
}

/// Every file below a root.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    /// Paths of all files, text or not, sorted.
    pub paths: Vec<String>,
    /// The files with text that rules read, in the order of `paths`.
    pub files: Vec<TextFile>,
}

/// Extensions whose files are read; data files are only listed.
const TEXT_EXTENSIONS: [&str; 10] = ["rs", "toml", "md", "json", "lock", "sh", "py", "sql", "yml", "txt"];

impl Tree {
    /// Reads the tree below `root`.
    ///
    /// # Errors
    /// A folder or file that cannot be read, or a text file that is not UTF-8.
    pub fn read(root: &Path) -> io::Result<Tree> {
        let mut tree = Tree::default();
        tree.read_folder(root, "")?;
        Ok(tree)
    }

    /// A tree of the given (path, text) pairs, for the rules' own tests.
    pub fn of(files: &[(&str, &str)]) -> Tree {
        let mut tree = Tree::default();
        for (path, text) in files {
            tree.paths.push((*path).to_string());
            tree.files.push(TextFile::new(path, (*text).to_string()));
        }
        tree
    }

    fn read_folder(&mut self, folder: &Path, prefix: &str) -> io::Result<()> {
        let mut entries = fs::read_dir(folder)?.collect::<io::Result<Vec<_>>>()?;
        entries.sort_by_key(|entry| entry.file_name());
        for entry in entries {
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = format!("{prefix}{name}");
            let kind = entry.file_type()?;
            if kind.is_dir() {
                let skipped =
                    (name.starts_with('.') && name != ".ci") || name == "target" || name == "node_modules";
                if !skipped {
                    self.read_folder(&entry.path(), &format!("{path}/"))?;
                }
            } else if kind.is_file() {
                let extension = Path::new(&name).extension().and_then(|extension| extension.to_str());
                let is_text = match extension {
                    Some(extension) => TEXT_EXTENSIONS.contains(&extension),
                    None => !name.starts_with('.') && !path.starts_with("testdata/"), // LICENSE-MIT, .ci/run
                };
                self.paths.push(path.clone());
                // Broken JSON and NDJSON are test input, not text of ours.
                let is_ours =
                    !path.starts_with("testdata/") || name.ends_with(".md") || name.ends_with(".py");
                if is_text && is_ours {
                    let text = fs::read_to_string(entry.path())
                        .map_err(|error| io::Error::new(error.kind(), format!("{path}: {error}")))?;
                    self.files.push(TextFile::new(&path, text));
                }
            }
        }
        Ok(())
    }

    /// Whether `path` is a file or a folder of the tree.
    pub fn has(&self, path: &str) -> bool {
        let path = path.trim_end_matches('/');
        let as_folder = format!("{path}/");
        self.paths.iter().any(|known| known == path || known.starts_with(&as_folder))
    }

    /// The text files whose path ends with `ending`.
    pub fn ending_with<'a>(&'a self, ending: &'a str) -> impl Iterator<Item = &'a TextFile> {
        self.files.iter().filter(move |file| file.path.ends_with(ending))
    }
}

impl TextFile {
    /// A file at `path` with `text`.
    pub fn new(path: &str, text: String) -> TextFile {
        TextFile { path: path.to_string(), text, source: OnceLock::new() }
    }

    /// The text scanned as Rust.
    pub fn source(&self) -> &RustSource {
        self.source.get_or_init(|| RustSource::new(&self.text))
    }

    /// The crate's folder name: `lazuli-array` for `crates/lazuli-array/src/lib.rs`, `benches` for the bench crate.
    pub fn crate_name(&self) -> Option<&str> {
        let mut parts = self.path.split('/');
        match parts.next()? {
            "crates" => parts.next(),
            "benches" => Some("benches"),
            _ => None,
        }
    }

    /// Whether the file is in a crate's `src` folder.
    pub fn is_in_src(&self) -> bool {
        self.path.starts_with("benches/src/")
            || (self.path.starts_with("crates/") && self.path.split('/').nth(2) == Some("src"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn has_knows_files_and_folders() {
        let tree = Tree::of(&[("docs/recipes/add.md", "")]);
        assert!(tree.has("docs/recipes/add.md") && tree.has("docs/recipes/") && tree.has("docs"));
        assert!(!tree.has("docs/recipe") && !tree.has("add.md"));
    }

    #[test]
    fn crate_names_come_from_the_path() {
        let file = |path: &str| TextFile::new(path, String::new());
        assert_eq!(file("crates/lazuli-io/src/csv/mod.rs").crate_name(), Some("lazuli-io"));
        assert!(file("crates/lazuli-io/src/csv/mod.rs").is_in_src());
        assert!(!file("crates/lazuli-io/tests/csv.rs").is_in_src());
        assert_eq!(file("README.md").crate_name(), None);
    }
}
