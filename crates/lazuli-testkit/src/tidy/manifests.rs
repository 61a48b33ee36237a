//! Rules over `Cargo.toml` files: crate arrows point down, sealed packages have one home, versions have one place.

use super::{Finding, TextFile, Tree};

/// What each crate of the workspace may depend on; `docs/architecture.md` draws it. A crate that is not here is refused,
/// so that a new one is given its place first.
const ARROWS: [(&str, &[&str]); 13] = [
    ("lazuli-array", &[]),
    ("lazuli-matrix", &["lazuli-array"]),
    ("lazuli-kernels", &["lazuli-array"]),
    ("lazuli-expr", &["lazuli-array", "lazuli-kernels"]),
    ("lazuli-io", &["lazuli-array", "lazuli-kernels"]),
    ("lazuli-plan", &["lazuli-array", "lazuli-kernels", "lazuli-expr"]),
    ("lazuli-exec", &["lazuli-array", "lazuli-kernels", "lazuli-expr", "lazuli-io", "lazuli-plan"]),
    ("lazuli-derive", &[]),
    (
        "lazuli",
        &[
            "lazuli-array",
            "lazuli-kernels",
            "lazuli-expr",
            "lazuli-io",
            "lazuli-plan",
            "lazuli-exec",
            "lazuli-derive",
            "lazuli-matrix",
        ],
    ),
    ("lazuli-sql", &["lazuli-array", "lazuli-expr", "lazuli-plan"]),
    ("lazuli-cli", &["lazuli", "lazuli-plan", "lazuli-sql"]),
    ("lazuli-testkit", &["lazuli-array", "lazuli-kernels", "lazuli-expr", "lazuli-plan", "lazuli-sql"]),
    ("lazuli-bench", &["lazuli", "lazuli-array", "lazuli-kernels"]),
];

/// The crate every other one may use in its tests, and none otherwise. Its own tests may use any crate.
const TESTKIT: &str = "lazuli-testkit";

/// What the tests of a crate may use beyond that: the facade's read expressions as texts.
const TEST_ARROWS: [(&str, &str); 1] = [("lazuli", "lazuli-sql")];

/// Packages that one crate wraps, and that crate.
const SEALED_PACKAGES: [(&str, &str); 3] =
    [("arrow2", "lazuli-array"), ("parquet2", "lazuli-io"), ("parquet-format-safe", "lazuli-io")];

/// Crate arrows point down only: no crate depends on one beside or above it.
pub fn crate_arrows(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for manifest in crate_manifests(tree) {
        let Some((_, allowed)) = ARROWS.iter().find(|(name, _)| *name == manifest.name) else {
            findings.push(Finding::new(
                manifest.path,
                0,
                format!("{} has no place in ARROWS yet", manifest.name),
            ));
            continue;
        };
        for dependency in &manifest.dependencies {
            let name = dependency.package.as_str();
            if !ARROWS.iter().any(|(known, _)| *known == name) {
                continue;
            }
            let in_tests = dependency.kind == Kind::Dev;
            let fits = allowed.contains(&name)
                || (in_tests
                    && (name == TESTKIT
                        || manifest.name == TESTKIT
                        || TEST_ARROWS.contains(&(manifest.name.as_str(), name))));
            if !fits {
                let message = format!("{} must not depend on {name}: arrows point down only", manifest.name);
                findings.push(Finding::new(manifest.path, dependency.line, message));
            }
        }
    }
    findings
}

/// A sealed package is a dependency of its one crate only.
pub fn sealed_packages(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for manifest in crate_manifests(tree) {
        for dependency in &manifest.dependencies {
            for (package, home) in SEALED_PACKAGES {
                if dependency.package == package && manifest.name != home {
                    let message = format!("{package} is sealed inside {home}");
                    findings.push(Finding::new(manifest.path, dependency.line, message));
                }
            }
        }
    }
    findings
}

/// Every dependency is taken from the workspace's table, so that a version is written once.
pub fn versions_in_one_place(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for manifest in crate_manifests(tree) {
        for dependency in manifest.dependencies.iter().filter(|dependency| !dependency.from_workspace) {
            let message =
                format!("write `{}.workspace = true`; versions are in the root manifest", dependency.package);
            findings.push(Finding::new(manifest.path, dependency.line, message));
        }
    }
    findings
}

/// Every crate inherits the workspace's lints.
pub fn lints_inherited(tree: &Tree) -> Vec<Finding> {
    crate_manifests(tree)
        .filter(|manifest| !manifest.inherits_lints)
        .map(|manifest| Finding::new(manifest.path, 0, "write `[lints]` and `workspace = true`"))
        .collect()
}

/// The packages of the root manifest's `[workspace.dependencies]` that are not ours, with their lines.
pub(super) fn workspace_packages(tree: &Tree) -> Vec<(String, usize)> {
    let Some(root) = tree.files.iter().find(|file| file.path == "Cargo.toml") else { return Vec::new() };
    entries(&root.text)
        .into_iter()
        .filter(|entry| entry.section == "workspace.dependencies" && !entry.value.contains("path ="))
        .map(|entry| (entry.key, entry.line))
        .collect()
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Normal,
    Dev,
    Build,
}

struct Dependency {
    kind: Kind,
    package: String,
    from_workspace: bool,
    line: usize,
}

struct Manifest<'a> {
    path: &'a str,
    name: String,
    dependencies: Vec<Dependency>,
    inherits_lints: bool,
}

/// `key = value` of a TOML file, with the table it stands in.
struct Entry {
    section: String,
    key: String,
    value: String,
    line: usize,
}

fn crate_manifests(tree: &Tree) -> impl Iterator<Item = Manifest<'_>> {
    tree.ending_with("Cargo.toml").filter(|file| file.path != "Cargo.toml").map(read_manifest)
}

fn read_manifest(file: &TextFile) -> Manifest<'_> {
    let mut manifest =
        Manifest { path: &file.path, name: String::new(), dependencies: Vec::new(), inherits_lints: false };
    for entry in entries(&file.text) {
        if entry.section == "package" && entry.key == "name" {
            manifest.name = entry.value.trim_matches('"').to_string();
        }
        if entry.section == "lints" && entry.key == "workspace" && entry.value == "true" {
            manifest.inherits_lints = true;
        }
        // [dependencies], [target.'cfg(..)'.dependencies]: `name = ..` and `name.workspace = ..`;
        // [dependencies.name]: one entry per line of the table.
        let sections = [
            ("dev-dependencies", Kind::Dev),
            ("build-dependencies", Kind::Build),
            ("dependencies", Kind::Normal),
        ];
        let Some((section, kind)) = sections.into_iter().find(|(section, _)| entry.section.contains(section))
        else {
            continue;
        };
        let table_name =
            entry.section.split_once(&format!("{section}.")).map(|(_, name)| name.trim_matches('"'));
        let (name, field) = match (table_name, entry.key.split_once('.')) {
            (Some(name), _) => (name, entry.key.as_str()),
            (None, Some((name, field))) => (name, field),
            (None, None) => (entry.key.as_str(), ""),
        };
        let renamed = entry.value.split_once("package").and_then(|(_, rest)| rest.split('"').nth(1));
        let package = match field {
            "package" => entry.value.trim_matches('"'),
            _ => renamed.unwrap_or(name),
        };
        let from_workspace = field == "workspace" || entry.value.contains("workspace = true");
        let known =
            manifest.dependencies.iter_mut().find(|known| known.kind == kind && known.package == package);
        match known {
            Some(known) => known.from_workspace |= from_workspace,
            None => manifest.dependencies.push(Dependency {
                kind,
                package: package.to_string(),
                from_workspace,
                line: entry.line,
            }),
        }
    }
    manifest
}

/// The entries of the subset of TOML that manifests use: tables, and values that may run over several lines.
fn entries(text: &str) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    let mut section = String::new();
    let mut open_brackets = 0_i64;
    for (index, line) in text.lines().enumerate() {
        let line = line.split(" #").next().unwrap_or(line).trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let depth = |text: &str| {
            let count = |set: &[char]| text.matches(set).count() as i64;
            count(&['[', '{']) - count(&[']', '}'])
        };
        if open_brackets > 0 {
            let last = entries.last_mut().expect("a value is open");
            last.value.push_str(line);
            open_brackets += depth(line);
        } else if let Some(name) = line.strip_prefix('[') {
            section = name.trim_end_matches(']').trim_start_matches('[').to_string();
        } else if let Some((key, value)) = line.split_once('=') {
            open_brackets = depth(value);
            let (key, value) = (key.trim().trim_matches('"').to_string(), value.trim().to_string());
            entries.push(Entry { section: section.clone(), key, value, line: index + 1 });
        }
    }
    entries
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(rule: fn(&Tree) -> Vec<Finding>, manifest: &str, expect: &[usize]) {
        let tree = Tree::of(&[("Cargo.toml", "[workspace]\n"), ("crates/x/Cargo.toml", manifest)]);
        let lines: Vec<usize> = rule(&tree).iter().map(|finding| finding.line).collect();
        assert_eq!(lines, expect, "{manifest}");
    }

    #[test]
    fn an_arrow_that_points_up_or_sideways_is_found() {
        check(
            crate_arrows,
            "[package]\nname = \"lazuli-io\"\n[dependencies]\nlazuli-array.workspace = true\n",
            &[],
        );
        check(
            crate_arrows,
            "[package]\nname = \"lazuli-io\"\n[dependencies]\nlazuli-plan.workspace = true\n",
            &[4],
        );
        check(
            crate_arrows,
            "[package]\nname = \"lazuli-plan\"\n[dependencies]\nlazuli-io = { path = \"../lazuli-io\" }\n",
            &[4],
        );
        check(
            crate_arrows,
            "[package]\nname = \"lazuli-plan\"\n[dependencies.lazuli-exec]\nworkspace = true\n",
            &[4],
        );
        check(
            crate_arrows,
            "[package]\nname = \"lazuli-array\"\n[target.'cfg(unix)'.dependencies]\nx = { package = \"lazuli-io\" }\n",
            &[4],
        );
        check(crate_arrows, "[package]\nname = \"lazuli-new\"\n", &[0]);
    }

    #[test]
    fn the_testkit_is_for_tests_only() {
        check(
            crate_arrows,
            "[package]\nname = \"lazuli-exec\"\n[dev-dependencies]\nlazuli-testkit.workspace = true\n",
            &[],
        );
        check(
            crate_arrows,
            "[package]\nname = \"lazuli-exec\"\n[dependencies]\nlazuli-testkit.workspace = true\n",
            &[4],
        );
        check(
            crate_arrows,
            "[package]\nname = \"lazuli-testkit\"\n[dev-dependencies]\nlazuli.workspace = true\n",
            &[],
        );
        check(
            crate_arrows,
            "[package]\nname = \"lazuli-testkit\"\n[dependencies]\nlazuli.workspace = true\n",
            &[4],
        );
    }

    #[test]
    fn sealed_packages_have_one_home() {
        check(
            sealed_packages,
            "[package]\nname = \"lazuli-array\"\n[dependencies]\narrow2.workspace = true\n",
            &[],
        );
        check(
            sealed_packages,
            "[package]\nname = \"lazuli-exec\"\n[dev-dependencies]\narrow2.workspace = true\n",
            &[4],
        );
    }

    #[test]
    fn versions_and_lints_come_from_the_workspace() {
        let good = "[dependencies]\ncsv.workspace = true\nserde = { workspace = true, features = [\n  \"derive\",\n] }\n";
        check(versions_in_one_place, good, &[]);
        check(
            versions_in_one_place,
            "[dependencies]\ncsv = \"1\"\n[dependencies.memchr]\nversion = \"2\"\n",
            &[2, 4],
        );
        check(lints_inherited, "[lints]\nworkspace = true\n", &[]);
        check(lints_inherited, "[dependencies]\n", &[0]);
    }

    #[test]
    fn workspace_packages_are_those_of_others() {
        let root = "[workspace.dependencies]\nlazuli = { path = \"crates/lazuli\" }\n# why\ncsv = \"1\"\n[profile.dev]\ndebug = 1\n";
        assert_eq!(workspace_packages(&Tree::of(&[("Cargo.toml", root)])), [("csv".to_string(), 4)]);
    }
}
