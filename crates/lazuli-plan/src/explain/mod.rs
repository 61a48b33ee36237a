//! Plans as text, for people: one line a node, inputs indented below.
//!
//! ```text
//! Sort [total desc]
//!   Aggregate [category] -> [sum(amount) as total, mean(amount) as avg]
//!     Scan csv sales.csv  columns: category, amount (2 of 9)  where: amount > 1000
//! ```
//!
//! Behind a node stands about how many rows it gives, such as `~1200 rows`, to two digits, if all of its sources say how
//! many they have ([`crate::estimate_rows`]); not in plans that are not resolved.
//!
//! The text is stable: tests compare it. For programs there is [`to_json`].

mod json; // the same as JSON
mod line; // one node as one line

use std::fmt::Write;

pub use json::to_json;

use crate::estimate::Estimates;
use crate::{LogicalPlan, Node};

/// The plan as text; each line ends with a newline.
///
/// Plans before and after resolving can be shown; before, there are no types, selectors stand as they were written.
pub fn explain(plan: &LogicalPlan) -> String {
    let mut text = String::new();
    let mut open = vec![(plan, 0)];
    let mut estimates = Estimates::default();
    while let Some((plan, depth)) = open.pop() {
        let rows = estimates.counted(plan).filter(|_| !matches!(plan.node(), Node::Sink(_)));
        let rows = rows.map_or_else(String::new, |rows| format!("  ~{} rows", two_digits(rows.rows)));
        writeln!(text, "{:indent$}{}{rows}", "", line::of(plan.node()), indent = 2 * depth)
            .expect("writing to a string does not fail");
        open.extend(plan.inputs().into_iter().rev().map(|input| (input, depth + 1)));
    }
    text
}

/// A count of which only the first two digits are worth something.
fn two_digits(count: f64) -> u64 {
    let unit = 10f64.powf((count.max(1.0).log10().floor() - 1.0).max(0.0));
    ((count / unit).round() * unit).round() as u64
}

/// One word for what a node does, such as `Filter`.
pub fn node_name(node: &Node) -> &'static str {
    match node {
        Node::Scan(_) => "Scan",
        Node::Filter(_) => "Filter",
        Node::Project(project) if project.keep_input => "WithColumns",
        Node::Project(_) => "Project",
        Node::Aggregate(_) => "Aggregate",
        Node::Join(_) => "Join",
        Node::AsofJoin(_) => "AsofJoin",
        Node::JoinWhere(_) => "JoinWhere",
        Node::Sort(_) => "Sort",
        Node::Slice(_) => "Slice",
        Node::Distinct(_) => "Distinct",
        Node::Union(_) => "Union",
        Node::HorizontalConcat(_) => "HorizontalConcat",
        Node::Pivot(_) => "Pivot",
        Node::Unpivot(_) => "Unpivot",
        Node::Explode(_) => "Explode",
        Node::Window(_) => "Window",
        Node::RowIndex(_) => "RowIndex",
        Node::Derived(_) => "Derived",
        Node::Sink(_) => "Sink",
    }
}
