//! Joins by predicates: every pair of rows is asked every predicate.

use lazuli_plan::JoinWhere;

use super::Failure;
use super::join::Output;
use super::operator::{Part, bind, keep_true};

/// The pairs for which all predicates are true; one is not asked for pairs that one before it removed.
pub(super) fn join_where(node: &JoinWhere, left: Part, right: Part) -> Result<Part, Failure> {
    let output = Output::new(&node.left, &node.right, &node.output);
    let others = right.known()?;
    let pairs =
        left.each(|row| Ok(others.iter().map(|other| row.iter().chain(other).cloned().collect()).collect()));
    let kept = keep_true(&bind(&node.predicates, &node.pair_schema()), pairs);
    let num_left = node.left.schema().len();
    Ok(kept.each(|mut pair| {
        let other = pair.split_off(num_left);
        Ok(vec![output.row(Some(&pair), Some(&other))])
    }))
}
