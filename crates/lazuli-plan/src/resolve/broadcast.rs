//! Aggregates beside row by row values: the aggregates are computed over all rows and put beside each of them.
//!
//! ```text
//! Project [a - mean(a) as d]      =>      Project [a - _agg1 as d]
//!   input                                   Join cross
//!                                             input
//!                                             Aggregate -> [mean(a) as _agg1]
//!                                               input
//! ```
//!
//! The one row on the right leaves the rows on the left as they are, in number and order.

use lazuli_array::SchemaRef;
use lazuli_expr::Expr;

use super::lift::Lifted;
use super::{Verb, names, window};
use crate::{Aggregate, Join, JoinColumn, JoinSide, JoinType, LogicalPlan, Node};

/// The rows beside the aggregates over `input`, and the expressions over that with the aggregates replaced by columns.
/// `rows` are those of `input`, maybe with windows beside them, which no aggregate reads.
pub(super) fn beside(
    verb: &Verb<'_>,
    rows: LogicalPlan,
    input: &LogicalPlan,
    exprs: &[Expr],
) -> (LogicalPlan, Vec<Expr>) {
    if !exprs.iter().any(Expr::has_aggregate) {
        return (rows, exprs.to_vec());
    }
    let schema: SchemaRef = rows.schema().clone();
    let mut lifted = Lifted::new();
    let exprs = exprs.iter().map(|expr| lifted.lift(expr, &|name| schema.contains(name))).collect();
    let from_left =
        schema.names().map(|name| JoinColumn { source: JoinSide::Left(name.clone()), name: name.clone() });
    let from_right =
        lifted.names().map(|name| JoinColumn { source: JoinSide::Right(name.clone()), name: name.clone() });
    let output = from_left.chain(from_right).collect();
    let (input, aggregates) = window::of_groups(verb, input.clone(), &lifted.into_exprs(), &[]);
    let right = verb.node(Node::Aggregate(Aggregate { input, keys: Vec::new(), aggregates }));
    let joined = verb.node(Node::Join(Join {
        left: rows,
        right,
        left_keys: Vec::new(),
        right_keys: Vec::new(),
        join_type: JoinType::Cross,
        suffix: names::DEFAULT_SUFFIX.into(),
        coalesce: false,
        nulls_equal: false,
        output,
    }));
    (joined, exprs)
}
