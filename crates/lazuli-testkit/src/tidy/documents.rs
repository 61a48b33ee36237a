//! Rules over the Markdown files and over all text: nothing points at what is not there.

use super::manifests::workspace_packages;
use super::{Finding, Tree};

/// Where the reason for each package is written.
const PACKAGE_DECISIONS: &str = "docs/decisions/dependencies.md";

/// Folders that a path in backticks may begin with; such a path has to exist.
const PATH_ROOTS: [&str; 5] = ["crates/", "docs/", "testdata/", "benches/", ".ci/"];

/// Every relative link in a Markdown file leads to a file or folder.
pub fn dangling_links(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.ending_with(".md") {
        let folder = file.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        for (index, line) in prose(&file.text) {
            for (_, rest) in line.match_indices("](").map(|(at, _)| line.split_at(at + 2)) {
                let target = rest.split([')', ' ', '#']).next().unwrap_or("");
                if target.is_empty() || target.contains("://") || target.starts_with("mailto:") {
                    continue;
                }
                if !resolve(folder, target).is_some_and(|path| tree.has(&path)) {
                    findings.push(Finding::new(
                        &file.path,
                        index,
                        format!("the link leads nowhere: {target}"),
                    ));
                }
            }
        }
    }
    findings
}

/// Every path of this repository in backticks in a Markdown file exists. Patterns and placeholders are left alone.
pub fn dangling_paths(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.ending_with(".md").filter(|file| file.path != "CHANGELOG.md") {
        for (index, line) in prose(&file.text) {
            for quoted in line.split('`').skip(1).step_by(2) {
                let path = quoted.split("::").next().unwrap_or(quoted).trim_end_matches(':');
                let is_path = PATH_ROOTS.iter().any(|root| path.starts_with(root))
                    && !path.contains(['<', '*', '{', ' ', '$', '…'])
                    && !path.contains("...");
                if is_path && !tree.has(path) {
                    findings.push(Finding::new(&file.path, index, format!("there is no {path}")));
                }
            }
        }
    }
    findings
}

/// No text names a folder of somebody's machine.
pub fn machine_paths(tree: &Tree) -> Vec<Finding> {
    // In pieces, so that this file does not break its own rule.
    let folders = ["work", "root", "home", "tmp", "Users"].map(|name| format!("/{name}/"));
    let mut findings = Vec::new();
    for file in &tree.files {
        for (index, line) in file.text.lines().enumerate() {
            for folder in &folders {
                for (at, _) in line.match_indices(folder.as_str()) {
                    // `target/tmp/`, `std::env::home/`: only a path that begins there is one of a machine.
                    let before = line[..at].chars().next_back();
                    if !before
                        .is_some_and(|character| character.is_alphanumeric() || "._-/}".contains(character))
                    {
                        let message = format!("a path of somebody's machine: {folder}");
                        findings.push(Finding::new(&file.path, index + 1, message));
                    }
                }
            }
        }
    }
    findings
}

/// Every package in the root manifest has its reason in `docs/decisions/dependencies.md`.
pub fn undecided_packages(tree: &Tree) -> Vec<Finding> {
    let reasons = tree.ending_with(PACKAGE_DECISIONS).next().map_or("", |file| file.text.as_str());
    workspace_packages(tree)
        .into_iter()
        .filter(|(package, _)| !reasons.contains(&format!("| `{package}`")))
        .map(|(package, line)| {
            Finding::new(
                "Cargo.toml",
                line,
                format!("{package} has no line in {PACKAGE_DECISIONS}: what is it for?"),
            )
        })
        .collect()
}

/// Lines outside fenced code blocks, numbered from 1.
fn prose(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut in_code = false;
    text.lines().enumerate().filter_map(move |(index, line)| {
        if line.trim_start().starts_with("```") {
            in_code = !in_code;
            return None;
        }
        (!in_code).then_some((index + 1, line))
    })
}

/// `target` seen from `folder`, without `.` and `..`; `None` when it leaves the tree.
fn resolve(folder: &str, target: &str) -> Option<String> {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            name => parts.push(name),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(rule: fn(&Tree) -> Vec<Finding>, files: &[(&str, &str)], expect: &[(&str, usize)]) {
        let found = rule(&Tree::of(files));
        let places: Vec<(&str, usize)> =
            found.iter().map(|finding| (finding.path.as_str(), finding.line)).collect();
        assert_eq!(places, expect);
    }

    #[test]
    fn links_that_lead_nowhere_are_found() {
        let text = "[a](glossary.md) [b](../README.md#x) [c](https://x.y/z)\n[d](gone.md)\n```\n[e](gone.md)\n```\n[f](../../x)\n";
        let files = [("docs/a.md", text), ("docs/glossary.md", ""), ("README.md", "")];
        check(dangling_links, &files, &[("docs/a.md", 2), ("docs/a.md", 6)]);
    }

    #[test]
    fn paths_in_backticks_exist() {
        let text = "`crates/a/src/lib.rs` `crates/a/` `crates/<name>/x` `docs/*.md`\n`crates/b/src/lib.rs`\n";
        check(dangling_paths, &[("docs/a.md", text), ("crates/a/src/lib.rs", "")], &[("docs/a.md", 2)]);
    }

    #[test]
    fn paths_of_a_machine_are_found() {
        let text = ["see /ro", "ot/x\n", "target/tm", "p/x\n", "(/ho", "me/me)\n"].concat();
        check(machine_paths, &[("docs/a.md", &text)], &[("docs/a.md", 1), ("docs/a.md", 3)]);
    }

    #[test]
    fn a_package_without_a_reason_is_found() {
        let root = "[workspace.dependencies]\ncsv = \"1\"\nrayon = \"1\"\n";
        let files = [("Cargo.toml", root), (PACKAGE_DECISIONS, "| `csv` | 1 | dialects |\n")];
        check(undecided_packages, &files, &[("Cargo.toml", 3)]);
    }
}
