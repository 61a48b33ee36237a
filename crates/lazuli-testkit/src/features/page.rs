//! The page: every feature with its state.

use std::fmt::Write;

use super::{Existing, INVENTORY, Inventory, Need, Priority, Row};

/// How much of a feature there is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// All that it needs.
    Yes,
    /// Something, and these lack.
    Partly(Vec<String>),
    /// Nothing.
    No,
}

impl State {
    /// The state of a row.
    pub fn of(row: &Row, existing: &Existing<'_>) -> Self {
        let lacking: Vec<&Need> = row.needs.iter().filter(|need| !existing.has(need)).collect();
        if lacking.len() == row.needs.len() {
            Self::No
        } else if lacking.is_empty() && !row.remark.starts_with("lacks ") {
            Self::Yes
        } else {
            Self::Partly(lacking.iter().map(|need| need.name()).collect())
        }
    }

    fn word(&self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::Partly(_) => "partly",
            Self::No => "no",
        }
    }
}

const HEAD: &str = "\
# Features

What users of a Polars-style engine expect, and what of it is here. This page is written by

    cargo run -p lazuli-testkit --bin make_features

from `INVENTORY` and from the code's own lists of functions, its methods, and what its parsers read: a feature
is *yes* when every name it needs exists, *partly* when some do. A test compares the page with what it would write. What
operations mean, and where that differs from Polars, is in [semantics.md](semantics.md).

**A** comes first, **B** is everyday use, **C** the rest; **skip** is not for this engine.
";

/// The text of the page.
pub fn page(inventory: &Inventory, existing: &Existing<'_>) -> String {
    let mut page = HEAD.replace("INVENTORY", INVENTORY);
    let mut counts =
        String::from("\n| group | rows | yes | partly | no | skip |\n|---|--:|--:|--:|--:|--:|\n");
    let mut tables = String::new();
    let mut by_priority = [[0; 3]; 3];
    let mut totals = [0; 4];
    for group in &inventory.groups {
        write(
            &mut tables,
            format_args!("\n## {}\n\n| | feature | here | |\n|---|---|---|---|\n", group.title),
        );
        let mut tally = [0; 4];
        for row in &group.rows {
            let state = State::of(row, existing);
            let place = match (row.priority, &state) {
                (Priority::Skip, _) => 3,
                (_, State::Yes) => 0,
                (_, State::Partly(_)) => 1,
                (_, State::No) => 2,
            };
            tally[place] += 1;
            if place < 3 {
                by_priority[row.priority as usize][place] += 1;
            }
            let cells = [row.priority.name(), &row.feature, state.word(), &explanation(row, &state)];
            let cells: Vec<String> = cells.iter().map(|cell| cell.replace('|', "\\|")).collect();
            write(&mut tables, format_args!("| {} |\n", cells.join(" | ")));
        }
        let cells: Vec<String> = tally.iter().map(ToString::to_string).collect();
        write(
            &mut counts,
            format_args!("| {} | {} | {} |\n", group.title, group.rows.len(), cells.join(" | ")),
        );
        totals.iter_mut().zip(tally).for_each(|(total, count)| *total += count);
    }
    let cells: Vec<String> = totals.iter().map(|count| format!("**{count}**")).collect();
    write(
        &mut counts,
        format_args!("| **all** | **{}** | {} |\n", totals.iter().sum::<i32>(), cells.join(" | ")),
    );
    counts += "\n| priority | yes | partly | no |\n|---|--:|--:|--:|\n";
    for (priority, tally) in Priority::ALL.iter().zip(by_priority) {
        write(
            &mut counts,
            format_args!("| {} | {} | {} | {} |\n", priority.name(), tally[0], tally[1], tally[2]),
        );
    }
    page += &counts;
    page += &tables;
    page
}

/// What lacks, or why there is nothing, and the remark.
fn explanation(row: &Row, state: &State) -> String {
    let lacking = match state {
        State::Partly(lacking) if !lacking.is_empty() => {
            let names: Vec<String> = lacking.iter().map(|name| format!("`{name}`")).collect();
            format!("lacks {}", names.join(", "))
        }
        State::No if row.remark.is_empty() => "not built yet".into(),
        _ => String::new(),
    };
    let parts = [lacking.as_str(), row.remark.as_str()];
    parts.iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join("; ")
}

fn write(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    text.write_fmt(arguments).expect("a string takes it");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::Tree;

    #[test]
    fn states_come_from_what_exists() {
        let tree = Tree::of(&[("docs/csv.md", "")]);
        let existing = Existing::new(&tree);
        let text = "\
## 1. Some
A | all of it | fn:sum file:docs/csv.md \"a + b\" type:Int8
B | some | fn:sum fn:no_such_thing
B | all but | fn:sum | lacks a corner
C | nothing | fn:no_such_thing
skip | remote | | a cloud
";
        let inventory = Inventory::parse(text).expect("five rows");
        let states: Vec<State> = inventory.rows().map(|row| State::of(row, &existing)).collect();
        let partly = |names: &[&str]| State::Partly(names.iter().map(ToString::to_string).collect());
        assert_eq!(states, [State::Yes, partly(&["no_such_thing"]), partly(&[]), State::No, State::No]);
        let page = page(&inventory, &existing);
        for line in [
            "| 1. Some | 5 | 1 | 2 | 1 | 1 |",
            "| **all** | **5** | **1** | **2** | **1** | **1** |",
            "| A | all of it | yes |  |",
            "| B | some | partly | lacks `no_such_thing` |",
            "| B | all but | partly | lacks a corner |",
            "| C | nothing | no | not built yet |",
            "| skip | remote | no | a cloud |",
        ] {
            assert!(page.lines().any(|found| found == line), "{line}\n{page}");
        }
    }
}
