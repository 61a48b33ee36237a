//! Rules over Rust files: module docs, unsafe, leftovers, unwraps, names, length.

use std::collections::BTreeSet;

use super::{Finding, RustSource, TextFile, Tree};

/// Crates that hold unsafe code; every other one forbids it.
const UNSAFE_ROOMS: [&str; 2] = ["lazuli-array", "lazuli-kernels"];

/// Crates that are never shipped: an `unwrap` there stops a test, not a user.
const DEVELOPMENT_ONLY: [&str; 2] = ["lazuli-testkit", "benches"];

/// How far above an unsafe block its argument may begin.
const SAFETY_COMMENT_LINES: usize = 6;

/// Lines, tests apart, after which a file has to be split at a noun, or be listed below with the reason.
const LONG_FILE_LINES: usize = 800;

/// Files that may be longer than [`LONG_FILE_LINES`], each with its reason.
const LONG_FILES: &[(&str, &str)] = &[];

/// Names that say nothing about what is in the file.
const DRAWER_NAMES: [&str; 7] = ["util", "utils", "helper", "helpers", "common", "misc", "stuff"];

/// Package names that only one crate may write, and that crate.
const SEALED_NAMES: [(&str, &str); 3] =
    [("arrow2", "lazuli-array"), ("parquet2", "lazuli-io"), ("parquet_format_safe", "lazuli-io")];

/// Every Rust file opens with `//!`: what the room is for.
pub fn missing_module_docs(tree: &Tree) -> Vec<Finding> {
    tree.ending_with(".rs")
        .filter(|file| !file.text.trim_start().starts_with("//!"))
        .map(|file| {
            Finding::new(&file.path, 1, "open the file with `//!`: what it is for, and what it is not for")
        })
        .collect()
}

/// No file or folder is a drawer (`utils`, `helpers`, ...): the concept has a name.
pub fn drawer_names(tree: &Tree) -> Vec<Finding> {
    let is_drawer = |part: &str| DRAWER_NAMES.contains(&part.split('.').next().unwrap_or(part));
    tree.paths
        .iter()
        .filter(|path| path.split('/').any(is_drawer))
        .map(|path| Finding::new(path, 0, "a drawer name; name the concept that is in the file"))
        .collect()
}

/// `unsafe` appears in `lazuli-array` and `lazuli-kernels` only.
pub fn unsafe_outside_its_rooms(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (file, source) in rust_files(tree) {
        if file.crate_name().is_some_and(|name| UNSAFE_ROOMS.contains(&name)) {
            continue;
        }
        let message = format!("unsafe code lives in {} only", UNSAFE_ROOMS.join(" and "));
        findings
            .extend(source.find_word("unsafe").map(|at| Finding::new(&file.path, source.line(at), &message)));
    }
    findings
}

/// Every crate but those two forbids unsafe code, so that the compiler says so too.
pub fn unsafe_not_forbidden(tree: &Tree) -> Vec<Finding> {
    rust_files(tree)
        .filter(|(file, _)| {
            file.is_in_src() && ["src/lib.rs", "src/main.rs"].iter().any(|root| file.path.ends_with(root))
        })
        .filter(|(file, _)| !file.crate_name().is_some_and(|name| UNSAFE_ROOMS.contains(&name)))
        .filter(|(_, source)| !source.code.contains("#![forbid(unsafe_code)]"))
        .map(|(file, _)| Finding::new(&file.path, 0, "write `#![forbid(unsafe_code)]`"))
        .collect()
}

/// No library reads settings from the environment: what a query does is a function of its options.
pub fn ambient_settings(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (file, source) in rust_files(tree).filter(|(file, _)| file.is_in_src()) {
        if file.crate_name().is_some_and(|name| DEVELOPMENT_ONLY.contains(&name) || name == "lazuli-cli") {
            continue;
        }
        for call in ["env::var", "env::var_os", "env::vars"] {
            for at in source.find_word(call).filter(|&at| !source.is_test(at)) {
                let message = "a setting from the environment: make it an option that the caller passes";
                findings.push(Finding::new(&file.path, source.line(at), message));
            }
        }
    }
    findings
}

/// Each unsafe block and impl has a `// SAFETY:` comment within six lines above; each `unsafe fn` says its duty under
/// `# Safety`.
pub fn unargued_unsafe(tree: &Tree) -> Vec<Finding> {
    let test_files = test_files(tree);
    let mut findings = Vec::new();
    for (file, source) in rust_files(tree) {
        let lines: Vec<&str> = file.text.lines().collect();
        for at in source.find_word("unsafe") {
            let line = source.line(at);
            let after = source.code[at + "unsafe".len()..].trim_start();
            let is_function =
                after.starts_with("fn ") || after.starts_with("trait ") || after.starts_with("extern ");
            if is_function {
                // Docs and attributes, which may run over several lines, up to the item before.
                let docs = lines[..line - 1].iter().rev().take_while(|text| {
                    let text = text.trim();
                    !text.is_empty() && !text.ends_with('}') && !text.ends_with(';')
                });
                let is_test = source.is_test(at) || is_test_file(&file.path, &test_files);
                let is_test_or_type = is_test || !lines[line - 1].contains("fn ");
                if !is_test_or_type && !docs.into_iter().any(|text| text.contains("# Safety")) {
                    findings.push(Finding::new(
                        &file.path,
                        line,
                        "say under `# Safety` what the caller must see to",
                    ));
                }
            } else if after.starts_with('{') || after.starts_with("impl") {
                let first = line.saturating_sub(SAFETY_COMMENT_LINES + 1);
                if !lines[first..line].iter().any(|text| text.contains("// SAFETY: ")) {
                    let message = format!(
                        "argue it: `// SAFETY: ...` within {SAFETY_COMMENT_LINES} lines above, naming where the fact was checked"
                    );
                    findings.push(Finding::new(&file.path, line, message));
                }
            }
        }
    }
    findings
}

/// No `todo!`, `unimplemented!` or `dbg!` is left in code.
pub fn leftovers(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (file, source) in rust_files(tree) {
        for leftover in ["todo!", "unimplemented!", "dbg!"] {
            for at in source.find_word(leftover) {
                findings.push(Finding::new(&file.path, source.line(at), format!("`{leftover}` was left in")));
            }
        }
    }
    findings
}

/// No `.unwrap()` in product code: `?`, or `expect` with the promise that makes it impossible.
pub fn unwraps(tree: &Tree) -> Vec<Finding> {
    let test_files = test_files(tree);
    let mut findings = Vec::new();
    for (file, source) in rust_files(tree) {
        let is_development = file.crate_name().is_none_or(|name| DEVELOPMENT_ONLY.contains(&name));
        if is_development || !file.is_in_src() || is_test_file(&file.path, &test_files) {
            continue;
        }
        for at in source.find_word(".unwrap()").filter(|&at| !source.is_test(at)) {
            let message =
                "`unwrap` says nothing: use `?`, or `expect(\"the promise that makes it impossible\")`";
            findings.push(Finding::new(&file.path, source.line(at), message));
        }
    }
    findings
}

/// No test is switched off: one that cannot pass yet asserts today's wrong answer and says why.
pub fn ignored_tests(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (file, source) in rust_files(tree) {
        for (at, _) in source.code.match_indices("#[ignore") {
            findings.push(Finding::new(&file.path, source.line(at), "an ignored test protects nothing"));
        }
    }
    findings
}

/// No file of product code has more than 800 lines, tests apart, without a listed reason.
pub fn long_files(tree: &Tree) -> Vec<Finding> {
    let test_files = test_files(tree);
    let mut findings = Vec::new();
    for (file, source) in rust_files(tree).filter(|(file, _)| file.is_in_src()) {
        let num_lines = source.num_lines_outside_tests();
        let is_long = num_lines > LONG_FILE_LINES && !is_test_file(&file.path, &test_files);
        let listed = LONG_FILES.iter().any(|(path, _)| *path == file.path);
        if is_long && !listed {
            let message =
                format!("{num_lines} lines outside tests: split it at a noun, or list it with a reason");
            findings.push(Finding::new(&file.path, 0, message));
        } else if listed && !is_long {
            findings.push(Finding::new(&file.path, 0, "no longer long: take it off the list of long files"));
        }
    }
    findings
}

/// A sealed package is named in code by its one crate only, and none of its types shows in that crate's public signatures
/// or trait impls.
pub fn sealed_names(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (file, source) in rust_files(tree) {
        for (package, home) in SEALED_NAMES {
            if file.crate_name() != Some(home) {
                let message = format!("only {home} names {package}");
                findings.extend(
                    source.find_word(package).map(|at| Finding::new(&file.path, source.line(at), &message)),
                );
                continue;
            }
            let mut names = imported_names(source, package);
            names.insert(package.to_string());
            let message = format!("{package} is sealed: none of its types may be public");
            for name in &names {
                let public = source
                    .find_word(name)
                    .filter(|&at| !source.is_test(at) && shows_outside(&source.code, at));
                findings.extend(public.map(|at| Finding::new(&file.path, source.line(at), &message)));
            }
        }
    }
    findings.dedup();
    findings
}

/// The names that `use package::...;` brings into a file.
fn imported_names(source: &RustSource, package: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for at in source.find_word(package).filter(|&at| source.code[..at].ends_with("use ")) {
        let import = source.code[at..].split(';').next().unwrap_or("");
        for leaf in import
            .split(['{', '}', ','])
            .filter(|leaf| !leaf.trim().is_empty() && !leaf.trim().ends_with("::"))
        {
            let name = leaf.rsplit([':', ' ']).find(|part| !part.is_empty()).unwrap_or("").trim();
            names.insert(name.to_string());
        }
    }
    names.remove("self");
    names.remove("*");
    names
}

/// Whether the name at `at` stands in a public function's signature, a public field, a `pub use`, or the head of an impl.
fn shows_outside(code: &str, at: usize) -> bool {
    let start = code[..at].rfind(['{', '}', ';']).map_or(0, |end| end + 1);
    let head = code[start..at].trim_start();
    let head = head.rfind("pub ").map_or(head, |begin| &head[begin..]);
    if head.starts_with("impl") {
        if implements_for_private(code, at) {
            return false;
        }
        // Only the head of a block: `impl From<Foreign> for Ours {`. A bound, `impl<T: Foreign> Ours for T`, shows nothing:
        // whoever cannot name it cannot use the trait either.
        let closed = |head: &str| head.matches('<').count() == head.replace("->", "").matches('>').count();
        return !head.starts_with("impl<") || head.match_indices('>').any(|(end, _)| closed(&head[..=end]));
    }
    let Some(item) = head.strip_prefix("pub ") else { return false };
    // A tuple struct's field is private unless it has its own `pub`, which then is the last one before the name.
    !item.starts_with("struct ") && !item.starts_with("mod ")
}

/// Whether `at` stands in `impl Trait for Type` of a type that this file declares without `pub`, or for its crate alone.
fn implements_for_private(code: &str, at: usize) -> bool {
    let head = code[at..].split('{').next().unwrap_or_default();
    let Some((_, target)) = head.split_once(" for ") else { return false };
    let ends_name = |letter: char| !letter.is_alphanumeric() && letter != '_';
    let name = target.trim_start().split(ends_name).next().unwrap_or_default();
    let declaration = format!("struct {name}");
    code.match_indices(&declaration).any(|(start, _)| {
        let is_whole = code[start + declaration.len()..].starts_with(ends_name);
        is_whole && !code[..start].ends_with("pub ")
    })
}

fn rust_files(tree: &Tree) -> impl Iterator<Item = (&TextFile, &RustSource)> {
    tree.ending_with(".rs").map(|file| (file, file.source()))
}

/// Files and folders (with a last `/`) that are modules under `#[cfg(test)]`.
fn test_files(tree: &Tree) -> BTreeSet<String> {
    let mut test_files = BTreeSet::new();
    for (file, source) in rust_files(tree) {
        let (folder, name) = file.path.rsplit_once('/').unwrap_or(("", &file.path));
        let folder = match name {
            "lib.rs" | "main.rs" | "mod.rs" => folder.to_string(),
            _ => format!("{folder}/{}", name.trim_end_matches(".rs")),
        };
        for module in source.test_modules() {
            test_files.insert(format!("{folder}/{module}.rs"));
            test_files.insert(format!("{folder}/{module}/"));
        }
    }
    test_files
}

fn is_test_file(path: &str, test_files: &BTreeSet<String>) -> bool {
    test_files.iter().any(|test| path == test || (test.ends_with('/') && path.starts_with(test.as_str())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(rule: fn(&Tree) -> Vec<Finding>, files: &[(&str, &str)], expect: &[&str]) {
        let places: Vec<String> = rule(&Tree::of(files))
            .iter()
            .map(|finding| format!("{}:{}", finding.path, finding.line))
            .collect();
        assert_eq!(places, expect);
    }

    #[test]
    fn a_file_without_module_docs_is_found() {
        let files = [("crates/a/src/lib.rs", "//! a\n"), ("crates/a/src/b.rs", "/// b\nfn b() {}\n")];
        check(missing_module_docs, &files, &["crates/a/src/b.rs:1"]);
    }

    #[test]
    fn drawers_are_found_as_files_and_folders() {
        let files = [
            ("crates/a/src/utils.rs", ""),
            ("crates/a/src/common/b.rs", ""),
            ("crates/a/src/commonly.rs", ""),
        ];
        check(drawer_names, &files, &["crates/a/src/utils.rs:0", "crates/a/src/common/b.rs:0"]);
    }

    #[test]
    fn unsafe_is_found_outside_its_rooms_but_not_in_comments() {
        let files = [
            (
                "crates/lazuli-exec/src/a.rs",
                "#![forbid(unsafe_code)]\n// unsafe\nfn a() {\n    unsafe { b() }\n}\n",
            ),
            ("crates/lazuli-array/src/a.rs", "fn a() { unsafe { b() } }\n"),
        ];
        check(unsafe_outside_its_rooms, &files, &["crates/lazuli-exec/src/a.rs:4"]);
    }

    #[test]
    fn crate_roots_forbid_unsafe() {
        let files = [
            ("crates/lazuli-exec/src/lib.rs", "#![forbid(unsafe_code)]\n"),
            ("crates/lazuli-plan/src/lib.rs", "// #![forbid(unsafe_code)]\n"),
            ("crates/lazuli-array/src/lib.rs", "//! a\n"),
        ];
        check(unsafe_not_forbidden, &files, &["crates/lazuli-plan/src/lib.rs:0"]);
    }

    #[test]
    fn settings_from_the_environment_are_found() {
        let text = "fn a() { std::env::var(\"X\"); }\n#[cfg(test)]\nmod tests {\n fn b() { std::env::var(\"X\"); }\n}\n";
        let files = [("crates/lazuli-exec/src/a.rs", text), ("crates/lazuli-cli/src/main.rs", text)];
        check(ambient_settings, &files, &["crates/lazuli-exec/src/a.rs:1"]);
    }

    #[test]
    fn unsafe_needs_its_argument() {
        let text = "// SAFETY: checked above.\nlet a = unsafe { b() };\n\n\n\n\n\n\nlet c = unsafe { d() };\n\
                    unsafe impl Send for X {}\n/// Reads.\npub unsafe fn read() {}\n/// Reads.\n///\n/// # Safety\n/// In bounds.\n\
                    #[inline]\npub unsafe fn get() {}\n";
        let path = "crates/lazuli-array/src/a.rs";
        let expect = [
            "crates/lazuli-array/src/a.rs:9",
            "crates/lazuli-array/src/a.rs:10",
            "crates/lazuli-array/src/a.rs:12",
        ];
        check(unargued_unsafe, &[(path, text)], &expect);
    }

    #[test]
    fn leftovers_are_found_even_in_tests() {
        let text = "//! todo!()\nfn a() { todo!() }\n#[cfg(test)]\nmod tests {\n fn b() { dbg!(1); unimplemented!(\"\") }\n}\n";
        let expect = ["crates/a/src/a.rs:2", "crates/a/src/a.rs:5", "crates/a/src/a.rs:5"];
        check(leftovers, &[("crates/a/src/a.rs", text)], &expect);
    }

    #[test]
    fn unwraps_are_found_outside_tests() {
        let text = "fn a() { b.unwrap(); c.unwrap_or(0); }\n/// x.unwrap()\n#[cfg(test)]\nmod tests {\n fn b() { c.unwrap(); }\n}\n";
        let files = [
            ("crates/a/src/a.rs", text),
            ("crates/a/src/lib.rs", "#[cfg(test)]\nmod naive;\nmod a;\n"),
            ("crates/a/src/naive.rs", "fn n() { c.unwrap(); }\n"),
            ("crates/a/tests/t.rs", "fn t() { c.unwrap(); }\n"),
            ("benches/src/main.rs", "fn t() { c.unwrap(); }\n"),
        ];
        check(unwraps, &files, &["crates/a/src/a.rs:1"]);
    }

    #[test]
    fn ignored_tests_are_found() {
        let text = "// #[ignore]\n#[test]\n#[ignore = \"slow\"]\nfn a() {}\n";
        check(ignored_tests, &[("crates/a/tests/a.rs", text)], &["crates/a/tests/a.rs:3"]);
    }

    #[test]
    fn long_files_are_counted_without_tests() {
        let code = "fn a() {}\n".repeat(790);
        let tests = format!("#[cfg(test)]\nmod tests {{\n{}}}\n", "fn b() {}\n".repeat(50));
        check(long_files, &[("crates/a/src/a.rs", &format!("{code}{tests}"))], &[]);
        check(long_files, &[("crates/a/src/a.rs", &format!("{code}{code}"))], &["crates/a/src/a.rs:0"]);
    }

    #[test]
    fn sealed_packages_stay_in_their_crate() {
        let files = [
            (
                "crates/lazuli-io/src/a.rs",
                "// arrow2 here is fine\nuse arrow2::array::Array;\nuse parquet2::read;\n",
            ),
            (
                "crates/lazuli-array/src/a.rs",
                "use arrow2::bitmap::Bitmap;\npub use arrow2::buffer::Buffer;\n",
            ),
        ];
        check(sealed_names, &files, &["crates/lazuli-io/src/a.rs:2", "crates/lazuli-array/src/a.rs:2"]);
    }

    #[test]
    fn sealed_types_do_not_show() {
        let path = "crates/lazuli-array/src/a.rs";
        for hidden in [
            "pub struct Bitmap(arrow2::bitmap::Bitmap);",
            "impl Bitmap { pub(crate) fn from_arrow2(bitmap: arrow2::bitmap::Bitmap) -> Self { Self(bitmap) } }",
            "pub fn len(&self) -> usize { arrow2::bitmap::count(self) }",
            "impl<T: Native + arrow2::types::NativeType> Adoptable for T {}",
            "use arrow2::ffi::{ArrowArray as Foreign}; fn import(array: Foreign) {}",
        ] {
            check(sealed_names, &[(path, hidden)], &[]);
        }
        for shown in [
            "pub struct Bitmap(pub arrow2::bitmap::Bitmap);",
            "impl Bitmap { pub fn inner(self) -> arrow2::bitmap::Bitmap { self.0 } }",
            "impl From<arrow2::bitmap::Bitmap> for Bitmap {}",
            "impl<T: Native> From<arrow2::buffer::Buffer<T>> for Buffer<T> {}",
            "use arrow2::{ffi::ArrowArray as Foreign}; pub fn import(array: Foreign) {}",
            "pub type Raw = arrow2::buffer::Buffer<u8>;",
        ] {
            check(sealed_names, &[(path, shown)], &["crates/lazuli-array/src/a.rs:1"]);
        }
    }
}
