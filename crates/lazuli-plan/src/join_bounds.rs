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
                let same = || bounds.iter().map(|(_, other)| other).filter(|other| other.right == bound.right);
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
