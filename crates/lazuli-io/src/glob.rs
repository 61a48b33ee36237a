//! Paths with wildcards to the files there are.
//!
//! `*` is any run of characters of one name, `?` one character, `[a-c]` and `[!a-c]` one of a set, `**` any number of
//! folders. A name that begins with a dot is only found by a pattern that does too, as in a shell. Files come sorted by
//! path, folder by folder, in the order of their bytes, so that the same folder gives the same rows.

use std::io;
use std::path::{Component, Path, PathBuf};

/// Whether a path has wildcards.
pub fn is_pattern(path: &Path) -> bool {
    path.to_str().is_some_and(|text| text.contains(['*', '?', '[']))
}

/// The files that a pattern stands for; the path itself if it has no wildcards, or if there is a file of that name.
/// Nothing found is an empty list.
///
/// # Errors
/// What the system says of a folder that is there and can't be read.
///
/// ```
/// use std::path::Path;
/// assert_eq!(lazuli_io::glob::expand(Path::new("plain.csv"))?, [Path::new("plain.csv")]);
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn expand(path: &Path) -> io::Result<Vec<PathBuf>> {
    if !is_pattern(path) || path.exists() {
        return Ok(vec![path.to_owned()]);
    }
    let components: Vec<Component<'_>> = path.components().collect();
    let mut found = Vec::new();
    walk(PathBuf::new(), &components, &mut found)?;
    found.sort();
    // `**` may lead to a file by more than one way.
    found.dedup();
    Ok(found)
}

fn walk(base: PathBuf, rest: &[Component<'_>], found: &mut Vec<PathBuf>) -> io::Result<()> {
    let Some((first, behind)) = rest.split_first() else {
        if base.is_file() {
            found.push(base);
        }
        return Ok(());
    };
    let pattern = match first {
        Component::Normal(name) => name.to_str().filter(|name| is_pattern(Path::new(name))),
        _ => None,
    };
    let Some(pattern) = pattern else { return walk(base.join(first), behind, found) };
    if pattern == "**" {
        walk(base.clone(), behind, found)?;
    }
    let folder = if base.as_os_str().is_empty() { Path::new(".") } else { &base };
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            return Ok(());
        }
        Err(error) => return Err(error),
    };
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name();
        let Some(name) = name.to_str() else { continue };
        let is_hidden = name.starts_with('.') && !pattern.starts_with('.');
        if pattern == "**" {
            // The type of the entry itself: a link to a folder above would lead round in circles.
            if !is_hidden && entry.file_type()?.is_dir() {
                walk(base.join(name), rest, found)?;
            }
        } else if !is_hidden && matches(pattern, name) {
            walk(base.join(name), behind, found)?;
        }
    }
    Ok(())
}

/// Whether a name is of a pattern.
fn matches(pattern: &str, name: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let name: Vec<char> = name.chars().collect();
    // Where to go on when what follows the last star does not fit: one character later.
    let (mut at, mut read) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while read < name.len() {
        let length = match pattern.get(at) {
            Some('*') => {
                star = Some((at, read));
                at += 1;
                continue;
            }
            Some('?') => Some(1),
            Some('[') => match set(&pattern[at..], name[read]) {
                Some((fits, length)) => fits.then_some(length),
                None => (name[read] == '[').then_some(1),
            },
            Some(&letter) => (letter == name[read]).then_some(1),
            None => None,
        };
        if let Some(length) = length {
            (at, read) = (at + length, read + 1);
            continue;
        }
        let Some((star_at, star_read)) = star else { return false };
        star = Some((star_at, star_read + 1));
        (at, read) = (star_at + 1, star_read + 1);
    }
    pattern[at..].iter().all(|&letter| letter == '*')
}

/// Whether a set at the head of `pattern` has a letter, and how long the set is; `None` if it never closes.
fn set(pattern: &[char], letter: char) -> Option<(bool, usize)> {
    let negated = pattern.get(1) == Some(&'!');
    let start = if negated { 2 } else { 1 };
    // A closing bracket that comes first is one of the set.
    let close = (start + 1..pattern.len()).find(|&at| pattern[at] == ']')?;
    let members = &pattern[start..close];
    let mut at = 0;
    let mut has = false;
    while at < members.len() {
        match members[at..] {
            [low, '-', high, ..] => {
                has |= (low..=high).contains(&letter);
                at += 3;
            }
            [member, ..] => {
                has |= member == letter;
                at += 1;
            }
            [] => break,
        }
    }
    Some((has != negated, close + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_patterns() {
        for (pattern, name, expected) in [
            ("*.csv", "a.csv", true),
            ("*.csv", "a.csv.gz", false),
            ("a*b*c", "axxbyybzc", true),
            ("a*b*c", "axxbyyb", false),
            ("?", "é", true),
            ("[a-c]1", "b1", true),
            ("[!a-c]1", "b1", false),
            ("[]x]", "]", true),
            ("[ab", "[ab", true),
            ("*", "", true),
        ] {
            assert_eq!(matches(pattern, name), expected, "{pattern} {name}");
        }
    }

    #[test]
    fn files_come_sorted() {
        let folder = std::env::temp_dir().join(format!("lazuli-glob-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(folder.join("x/y")).expect("the temporary folder can be written");
        for name in ["b.csv", "a.csv", ".c.csv", "x/d.csv", "x/y/e.csv", "x/f.txt"] {
            std::fs::write(folder.join(name), "").expect("the temporary folder can be written");
        }
        let found = |pattern: &str| -> Vec<String> {
            let paths = expand(&folder.join(pattern)).expect("the folder can be read");
            let name = |path: &PathBuf| path.strip_prefix(&folder).expect("below it").display().to_string();
            paths.iter().map(name).collect()
        };
        assert_eq!(found("*.csv"), ["a.csv", "b.csv"]);
        assert_eq!(found(".*.csv"), [".c.csv"]);
        assert_eq!(found("**/*.csv"), ["a.csv", "b.csv", "x/d.csv", "x/y/e.csv"]);
        assert_eq!(found("*/?.csv"), ["x/d.csv"]);
        assert_eq!(found("nothing*"), [""; 0]);
        assert_eq!(found("b.csv"), ["b.csv"]);
        std::fs::remove_dir_all(&folder).expect("it is ours");
    }
}
