//! Aggregates that give rows, in `select` and `with_columns`: their lists are spread out to rows.
//!
//! ```text
//! Project [unique(a) as u, sum(b) as s]   =>   Project [_rows1 as u, _agg1 as s]
//!   input                                        Join cross
//!                                                  Explode [_rows1]
//!                                                    Aggregate -> [unique(a) as _rows1]
//!                                                      input
//!                                                  Aggregate -> [sum(b) as _agg1]
//!                                                    input
//! ```
//!
//! Beside row by row values the rows stand side by side with those of the input, of which there must be as many.

use lazuli_array::Name;
use lazuli_expr::Expr;

use super::lift::Lifted;
use super::project::{is_row_by_row, one_row};
use super::{Verb, broadcast, window};
use crate::{Explode, HorizontalConcat, LogicalPlan, Node, Project};

/// The projection of `exprs`, in which what gives rows was replaced by the columns of `spread`.
pub(super) fn beside(verb: &Verb<'_>, input: LogicalPlan, spread: Lifted, exprs: &[Expr]) -> LogicalPlan {
    let columns: Vec<Name> = spread.names().cloned().collect();
    let lists = one_row(verb, input.clone(), &spread.into_exprs());
    let is_spread = |expr: &Expr| matches!(expr, Expr::Column(name) if columns.contains(name));
    let reads_rows = exprs.iter().any(|expr| {
        // Columns of what is spread are no columns of the input.
        is_row_by_row(&expr.rewrite(&mut |part| if is_spread(&part) { Expr::from(true) } else { part }))
    });
    let explode = Explode { input: lists, columns, drop_empty: true };
    let spread = verb.node(Node::Explode(explode));
    let (rows, exprs) = if reads_rows {
        let (rows, exprs) = window::beside(verb, input.clone(), exprs);
        (verb.node(Node::HorizontalConcat(HorizontalConcat { inputs: vec![rows, spread] })), exprs)
    } else {
        (spread, exprs.to_vec())
    };
    let (input, exprs) = broadcast::beside(verb, rows, &input, &exprs);
    verb.node(Node::Project(Project { input, exprs, keep_input: false }))
}
