//! What of the features that users expect is here: `docs/features.md`, written from the code's own lists.
//!
//! `docs/features/inventory.txt` says for each feature which names must exist for it. Functions are looked up in their
//! lists, methods in the sources, expressions and types are read as users would write them; so a row turns to *yes* by
//! itself when its last name is there, and no row can claim what does not exist.

mod inventory; // the rows and what each needs
mod names; // public names in the sources
mod page; // the page

pub use inventory::{Group, Inventory, Need, Priority, Row};
pub use names::PublicNames;
pub use page::{State, page};

use lazuli_expr::aggregate::{AGGREGATES, aggregate_named};
use lazuli_expr::function::{function_named, functions};
use lazuli_expr::window::{WINDOW_FUNCTIONS, window_function_named};
use lazuli_plan::optimizer::RuleId;
use lazuli_sql::{parse_data_type, parse_expr};

use crate::tidy::Tree;

/// Where the rows are kept.
pub const INVENTORY: &str = "docs/features/inventory.txt";

/// The page that is made of them.
pub const PAGE: &str = "docs/features.md";

/// What exists: the files of the repository, and the names in them.
#[derive(Debug)]
pub struct Existing<'a> {
    tree: &'a Tree,
    names: PublicNames,
}

impl<'a> Existing<'a> {
    /// What exists in a source tree, and in the crates this one is built with.
    pub fn new(tree: &'a Tree) -> Self {
        Self { tree, names: PublicNames::of(tree) }
    }

    /// Whether something that a feature needs is there.
    pub fn has(&self, need: &Need) -> bool {
        match need {
            Need::Expression(word) => match word.split_once('.') {
                None => {
                    is_registered(word)
                        || self.names.has_member("Expr", word)
                        || self.names.has_item("lazuli", word)
                }
                Some((namespace, method)) => {
                    is_registered(word) || self.names.namespace_has(namespace, method)
                }
            },
            Need::Registered(word) => is_registered(word),
            Need::FrameMethod(word) => ["LazyFrame", "EagerFrame", "DataFrame", "IntoLazy"]
                .iter()
                .any(|frame| self.names.has_member(frame, word)),
            Need::Member(of, word) => self.names.has_member(of, word),
            Need::Item(of, word) => self.names.has_item(of, word),
            Need::Text(text) => parse_expr(text).is_ok(),
            Need::Type(name) => parse_data_type(name).is_ok(),
            Need::Rule(name) => RuleId::ALL.iter().any(|rule| format!("{rule:?}") == *name),
            Need::File(path) => self.tree.has(path),
        }
    }
}

fn is_registered(name: &str) -> bool {
    function_named(name).is_some() || aggregate_named(name).is_some() || window_function_named(name).is_some()
}

/// Names of functions, aggregates and window functions that no row of the inventory needs: features nobody is told of.
pub fn unlisted_functions(inventory: &Inventory) -> Vec<String> {
    let is_listed = |name: &str| {
        inventory.rows().flat_map(|row| &row.needs).any(|need| match need {
            Need::Expression(word) | Need::Registered(word) => word == name,
            _ => false,
        })
    };
    functions()
        .map(|function| function.name().to_string())
        .chain(AGGREGATES.iter().map(|aggregate| aggregate.name().to_string()))
        .chain(WINDOW_FUNCTIONS.iter().map(|function| function.name().to_string()))
        .filter(|name| !is_listed(name))
        .collect()
}
