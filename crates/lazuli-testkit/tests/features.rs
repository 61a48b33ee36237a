//! The list of features is what the code says it is.

use std::fs;
use std::path::Path;

use lazuli_testkit::features::{Existing, INVENTORY, Inventory, PAGE, page, unlisted_functions};
use lazuli_testkit::tidy::Tree;

fn root() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn inventory() -> Inventory {
    Inventory::parse(&fs::read_to_string(root().join(INVENTORY)).expect("the inventory")).expect("its rows")
}

#[test]
fn the_page_is_what_the_generator_writes() {
    let tree = Tree::read(&root()).expect("the source tree can be read");
    let written = page(&inventory(), &Existing::new(&tree));
    let kept = fs::read_to_string(root().join(PAGE)).expect("the page");
    let differing: Vec<String> = written
        .lines()
        .filter(|line| !kept.lines().any(|known| known == *line))
        .map(|line| format!("  {line}"))
        .collect();
    assert!(
        written == kept,
        "{PAGE} is out of date: run `cargo run -p lazuli-testkit --bin make_features`. New lines:\n{}",
        differing.join("\n")
    );
}

#[test]
fn every_function_is_a_feature() {
    let unlisted = unlisted_functions(&inventory());
    assert!(
        unlisted.is_empty(),
        "no row of {INVENTORY} needs {}: add the names to the rows they belong to, or rows of their own",
        unlisted.join(", ")
    );
}

#[test]
fn the_inventory_is_whole() {
    let inventory = inventory();
    assert_eq!(inventory.groups.len(), 30);
    assert!(inventory.rows().count() >= 542);
}
