//! The house rules that a program can check, over this repository. What each means is in `lazuli_testkit::tidy`.

use std::path::Path;
use std::sync::LazyLock;

use lazuli_testkit::tidy::{self, Finding, Tree};

static TREE: LazyLock<Tree> = LazyLock::new(|| {
    Tree::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")).expect("the source tree can be read")
});

#[track_caller]
fn check(rule: fn(&Tree) -> Vec<Finding>) {
    let findings = rule(&TREE);
    let list: Vec<String> = findings.iter().map(|finding| format!("  {finding}")).collect();
    assert!(findings.is_empty(), "{} to put right:\n{}", findings.len(), list.join("\n"));
}

#[test]
fn the_whole_tree_is_read() {
    for path in
        ["Cargo.toml", "README.md", ".ci/run", "testdata/sales.csv", "crates/lazuli-testkit/tests/tidy.rs"]
    {
        assert!(TREE.has(path), "{path}");
    }
    let num_crates = TREE.paths.iter().filter(|path| path.ends_with("/src/lib.rs")).count();
    assert!(num_crates >= 9, "only {num_crates} library crates were found");
    assert!(!TREE.paths.iter().any(|path| path.starts_with("target/") || path.starts_with(".git/")));
}

#[test]
fn crate_arrows_point_down() {
    check(tidy::crate_arrows);
}

#[test]
fn sealed_packages_have_one_home() {
    check(tidy::sealed_packages);
    check(tidy::sealed_names);
}

#[test]
fn versions_and_lints_come_from_the_workspace() {
    check(tidy::versions_in_one_place);
    check(tidy::lints_inherited);
}

#[test]
fn every_package_has_a_reason() {
    check(tidy::undecided_packages);
}

#[test]
fn every_file_says_what_it_is_for() {
    check(tidy::missing_module_docs);
}

#[test]
fn no_file_is_a_drawer() {
    check(tidy::drawer_names);
}

#[test]
fn unsafe_code_is_in_its_rooms_and_argued() {
    check(tidy::unsafe_outside_its_rooms);
    check(tidy::unsafe_not_forbidden);
    check(tidy::unargued_unsafe);
}

#[test]
fn libraries_read_no_environment() {
    check(tidy::ambient_settings);
}

#[test]
fn nothing_is_left_over() {
    check(tidy::leftovers);
    check(tidy::ignored_tests);
}

#[test]
fn product_code_does_not_unwrap() {
    check(tidy::unwraps);
}

#[test]
fn files_are_split_before_they_hurt() {
    check(tidy::long_files);
}

#[test]
fn documents_point_at_what_exists() {
    check(tidy::dangling_links);
    check(tidy::dangling_paths);
}

#[test]
fn no_text_names_a_machine() {
    check(tidy::machine_paths);
}
