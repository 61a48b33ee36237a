//! Predicates over pairs of rows that a sorted side answers by searching.
//!
//! `left_value < right_value` holds for a run of the right rows once those are sorted by `right_value`, and where the run
//! begins is a search. Several comparisons with one right value bound one run from both ends; a comparison with a second
//! right value is asked within the run, by a tree of the least values. All else is asked pair by pair.
//!
//! Values of both sides are computed for all rows before pairs are known, so more of them than the predicates ask for:
//! whoever runs the join and meets an error there asks all predicates pair by pair instead. That gives the same answer for
//! all splits of the rows only if no predicate before a bound can fail, so bounds end at the first other one that can.

use lazuli_array::{DataType, Schema};
use lazuli_expr::{BinaryOperator, Expr, typing};

use crate::JoinWhere;
use crate::optimizer::facts::{can_fail, is_deterministic};

/// A comparison of a value of the left row with a value of the right row: `left operator right`.
#[derive(Debug, Clone, PartialEq)]
pub struct JoinBound {
    /// Over the left columns.
    pub left: Expr,
    /// `==`, `<`, `<=`, `>` or `>=`.
    pub operator: BinaryOperator,
    /// Over the right columns; of the same type.
    pub right: Expr,
}

/// The predicates of a join by what can be done with them.
#[derive(Debug, Clone, PartialEq)]
pub struct JoinBounds {
    /// Comparisons with one right value, which bound a run of the rows sorted by it; may be none.
    pub run: Vec<JoinBound>,
    /// An inequality with another right value; only if there is a run.
    pub within: Option<JoinBound>,
    /// All other predicates, in order.
    pub rest: Vec<Expr>,
}

impl JoinBounds {
    /// The bounds among the predicates of a resolved join.
    ///
    /// The run is of the right value that an equality compares, else of one that is bounded from both sides, else of the
    /// first one; the second value is the first of the others.
    pub fn of(join: &JoinWhere) -> Self {
        let (left, right) = (join.left.schema(), join.right.schema());
        let pair_schema = join.pair_schema();
        let mut bounds: Vec<(usize, JoinBound)> = Vec::new();
        for (place, predicate) in join.predicates.iter().enumerate() {
            match bound(predicate, left, right) {
                Some(bound) => bounds.push((place, bound)),
                None if !is_deterministic(predicate) || can_fail(predicate, &pair_schema) => break,
                None => {}
            }
        }
        let run_value = bounds
            .iter()
            .max_by_key(|(place, bound)| {
                let same =
                    || bounds.iter().map(|(_, other)| other).filter(|other| other.right == bound.right);
                let narrows = |is_of_kind: fn(BinaryOperator) -> bool| {
                    same().any(|other| is_of_kind(other.operator) || other.operator == BinaryOperator::Equal)
                };
                let ends = usize::from(narrows(is_less)) + usize::from(narrows(is_greater));
                let is_equality = same().any(|other| other.operator == BinaryOperator::Equal);
                (is_equality, ends, std::cmp::Reverse(*place))
            })
            .map(|(_, bound)| bound.right.clone());
        let is_of_run = |bound: &JoinBound| Some(&bound.right) == run_value.as_ref();
        let within = bounds
            .iter()
            .find(|(_, bound)| !is_of_run(bound) && bound.operator != BinaryOperator::Equal)
            .map(|(place, _)| *place);
        let is_taken = |place: usize| {
            Some(place) == within || bounds.iter().any(|(own, bound)| *own == place && is_of_run(bound))
        };
        let rest = (0..join.predicates.len()).filter(|&place| !is_taken(place));
        Self {
            rest: rest.map(|place| join.predicates[place].clone()).collect(),
            run: bounds.iter().map(|(_, bound)| bound).filter(|bound| is_of_run(bound)).cloned().collect(),
            within: bounds.iter().find(|(place, _)| Some(*place) == within).map(|(_, bound)| bound.clone()),
        }
    }
}

fn is_less(operator: BinaryOperator) -> bool {
    matches!(operator, BinaryOperator::Less | BinaryOperator::LessEqual)
}

fn is_greater(operator: BinaryOperator) -> bool {
    matches!(operator, BinaryOperator::Greater | BinaryOperator::GreaterEqual)
}

/// The predicate as a comparison of values of one type, one of each side.
fn bound(predicate: &Expr, left_schema: &Schema, right_schema: &Schema) -> Option<JoinBound> {
    let Expr::Binary { left, operator, right } = predicate.without_alias() else { return None };
    let (left, operator, right) = match (side(left, left_schema), side(right, left_schema)) {
        (Side::Left, Side::Right) => (left, *operator, right),
        (Side::Right, Side::Left) => (right, operator.swapped()?, left),
        _ => return None,
    };
    let is_bound = operator == BinaryOperator::Equal || is_less(operator) || is_greater(operator);
    let data_type = typing::data_type(right, right_schema);
    // Integers compare with floats exactly, but there is no type to meet in.
    let is_same_type = typing::data_type(left, left_schema) == data_type;
    let has_order = !data_type.is_nested() && data_type != DataType::Null;
    let is_fixed = is_deterministic(left) && is_deterministic(right);
    (is_bound && is_same_type && has_order && is_fixed).then(|| JoinBound {
        left: (**left).clone(),
        operator,
        right: (**right).clone(),
    })
}

/// Whose columns an expression reads.
#[derive(PartialEq)]
enum Side {
    Left,
    Right,
    /// Of both, or of none.
    Neither,
}

fn side(expr: &Expr, left_schema: &Schema) -> Side {
    let names = expr.columns();
    let num_left = names.iter().filter(|name| left_schema.contains(name)).count();
    match num_left {
        _ if names.is_empty() => Side::Neither,
        0 => Side::Right,
        all if all == names.len() => Side::Left,
        _ => Side::Neither,
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;
    use lazuli_expr::col;

    use super::*;
    use crate::test_plan::table;
    use crate::{Node, resolve};

    /// The bounds of a join of `k i64, a i64, f f64` with `l i64, x i64, y i64`, as text.
    fn bounds(predicates: Vec<Expr>) -> String {
        let (left, right) = (table("l", "k i64, a i64, f f64"), table("r", "l i64, x i64, y i64"));
        let plan = resolve(&left.join_where(&right, predicates)).expect("no mistakes");
        let Node::JoinWhere(join) = plan.node() else { panic!("a join by predicates") };
        let JoinBounds { run, within, rest } = JoinBounds::of(join);
        let text = |bound: &JoinBound| {
            let (left, right) = (bound.left.clone().into(), bound.right.clone().into());
            Expr::Binary { left, operator: bound.operator, right }.to_string()
        };
        let list = |texts: Vec<String>| texts.join(", ");
        format!(
            "run: {}; within: {}; rest: {}",
            list(run.iter().map(text).collect()),
            list(within.iter().map(text).collect()),
            list(rest.iter().map(ToString::to_string).collect())
        )
    }

    #[test]
    fn comparisons_of_a_value_of_each_side() {
        assert_snapshot!(bounds(vec![col("x").gt(col("a"))]), @"run: a < x; within: ; rest: ");
        assert_snapshot!(bounds(vec![col("a").lt(col("x")), col("k").gt(col("y"))]), @"run: a < x; within: k > y; rest: ");
        assert_snapshot!(bounds(vec![col("a").neq(col("x")), (col("a") + col("x")).gt(col("k"))]), @"run: ; within: ; rest: a != x, a + x > k");
        // Integers and floats have no type to meet in.
        assert_snapshot!(bounds(vec![col("f").lt(col("x")), col("a").lt(3)]), @"run: ; within: ; rest: f < x, a < 3");
    }

    #[test]
    fn the_run_is_of_the_value_that_is_bounded_most() {
        let both_ends = vec![col("a").lt(col("x")), col("k").lt(col("y")), col("k").gt_eq(col("x"))];
        assert_snapshot!(bounds(both_ends), @"run: a < x, k >= x; within: k < y; rest: ");
        let equal =
            vec![col("a").lt(col("x")), col("k").gt(col("x")), col("k").eq(col("l")), col("k").lt(col("y"))];
        assert_snapshot!(bounds(equal), @"run: k == l; within: a < x; rest: k > x, k < y");
    }

    #[test]
    fn none_behind_a_predicate_that_can_fail() {
        let failing = (col("a") + col("x")).gt(0);
        assert_snapshot!(bounds(vec![failing.clone(), col("a").lt(col("x"))]), @"run: ; within: ; rest: a + x > 0, a < x");
        assert_snapshot!(bounds(vec![(col("a") + 1).lt(col("x")), failing, col("k").lt(col("y"))]), @"run: a + 1 < x; within: ; rest: a + x > 0, k < y");
    }
}
