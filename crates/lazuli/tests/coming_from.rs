//! The pages for people who come from elsewhere: every snippet in their tables is read or looked up.

use std::path::Path;

use lazuli_expr::function::functions;
use lazuli_sql::parse_expr;
use lazuli_testkit::features::PublicNames;
use lazuli_testkit::tidy::Tree;

/// The code between backticks of a cell of a table.
fn snippets(cell: &str) -> impl Iterator<Item = &str> {
    cell.split('`').skip(1).step_by(2)
}

/// The cells of every row of every table, with the heads of their columns.
fn rows(page: &str) -> Vec<(Vec<&str>, Vec<&str>)> {
    let mut rows = Vec::new();
    let mut head: Option<Vec<&str>> = None;
    for line in page.lines() {
        if !line.starts_with('|') {
            head = None;
            continue;
        }
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        match &head {
            None => head = Some(cells),
            Some(_) if cells[0].starts_with("---") => {}
            Some(head) => rows.push((head.clone(), cells)),
        }
    }
    rows
}

/// The names that a snippet calls: behind a point those of methods, else those of functions.
fn calls(snippet: &str) -> Vec<(bool, &str)> {
    let is_name = |letter: char| letter.is_alphanumeric() || letter == '_';
    let mut calls = Vec::new();
    for (end, _) in snippet.match_indices('(') {
        let before = &snippet[..end];
        let start = before.rfind(|letter| !is_name(letter)).map_or(0, |index| index + 1);
        if start < end {
            calls.push((before[..start].ends_with('.'), &before[start..]));
        }
    }
    calls
}

/// Whether a function is called so, with or without its namespace: macros make the methods of some.
fn is_function(name: &str) -> bool {
    functions().any(|function| function.name().rsplit('.').next() == Some(name))
}

#[test]
fn every_snippet_of_the_tables_is_true() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let names = PublicNames::of(&Tree::read(&root).expect("the source tree can be read"));
    let mut wrong = Vec::new();
    let mut num_snippets = 0;
    for (page, text) in [
        ("coming-from-polars.md", include_str!("../../../docs/coming-from-polars.md")),
        ("coming-from-pandas.md", include_str!("../../../docs/coming-from-pandas.md")),
    ] {
        for (head, cells) in rows(text) {
            assert_eq!(head.len(), cells.len(), "{page}: {cells:?}");
            for snippet in snippets(cells[1]) {
                num_snippets += 1;
                for (is_method, name) in calls(snippet) {
                    // `JoinArgs::new(..)` and `DataType::List(..)` are seen as their last words.
                    let exists = ["new", "List", "Some", "Span", "rows", "default"].contains(&name)
                        || if is_method {
                            names.has_method(name) || is_function(name)
                        } else {
                            names.has_item("lazuli", name)
                        };
                    if !exists {
                        wrong.push(format!("{page}: there is no {name}, in {snippet}"));
                    }
                }
            }
            if head[2] == "as text" {
                for snippet in snippets(cells[2]) {
                    num_snippets += 1;
                    if let Err(error) = parse_expr(snippet) {
                        wrong.push(format!("{page}: {error}"));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(num_snippets > 150, "only {num_snippets} snippets were found");
}
