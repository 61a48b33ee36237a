//! Filters below joins, and equalities that become join keys.
//!
//! ```text
//! Filter [a > 1, x > 2, a == x]        Join inner on [a == x]
//!   Join cross                    =>     Filter [a > 1]
//!     left                                 left
//!     right                              Filter [x > 2]
//!                                          right
//! ```
//!
//! Which side's predicates may go below:
//!
//! | join         | left | right | why                                                        |
//! |--------------|------|-------|------------------------------------------------------------|
//! | inner, cross | yes  | yes   | a pair goes if either half goes                            |
//! | left         | yes  | no    | a dropped right row would come back as nulls               |
//! | right        | no   | yes   | the same, mirrored                                         |
//! | full         | no   | no    | both; but predicates on keys that became one go to both    |
//! | semi, anti   | yes  | -     | the result has left columns only                           |
//!
//! A predicate on plain keys of the left side of an inner, left or semi join holds for all right rows that could match,
//! so it goes to the right side too (and from right to left for inner and right joins).
//!
//! In an inner or cross join `left column == right column` becomes a pair of keys: both mean that neither is null and
//! that they are equal, NaN included; the order of pairs is that of the left rows either way.
//!
//! What can fail may not be asked for rows that find no partner. Only left joins keep every left row (right joins every
//! right row), so there it may go.

use lazuli_array::{Name, Schema};
use lazuli_expr::{BinaryOperator, Expr, typing};

use super::super::facts::{can_fail, is_deterministic, respects_equality};
use super::{Split, sift};
use crate::{AsofJoin, Join, JoinColumn, JoinSide, JoinType, Node};

/// A predicate over a join's result, and the sides whose columns it reads.
enum Reads {
    Left(Expr),
    Right(Expr),
    /// Only keys that became one column: over the left side, over the right side.
    Keys(Expr, Expr),
    Both,
}

pub(super) fn split(join: &Join, schema: &Schema, predicates: Vec<Expr>) -> Split {
    let mut left = Vec::new();
    let mut right = Vec::new();
    let mut new_keys: Vec<(Expr, Expr)> = Vec::new();
    let above = sift(predicates, schema, |predicate, fails| {
        let may_left = match join.join_type {
            JoinType::Left => true,
            JoinType::Inner | JoinType::Cross | JoinType::Semi | JoinType::Anti => !fails,
            JoinType::Right | JoinType::Full => false,
        };
        let may_right = match join.join_type {
            JoinType::Right => true,
            JoinType::Inner | JoinType::Cross => !fails,
            JoinType::Left | JoinType::Full | JoinType::Semi | JoinType::Anti => false,
        };
        match reads(&join.output, predicate) {
            Reads::Left(over_left) if may_left => {
                let reaches_right =
                    matches!(join.join_type, JoinType::Inner | JoinType::Left | JoinType::Semi);
                if reaches_right && !fails {
                    right.extend(over_other_keys(
                        &over_left,
                        &join.left_keys,
                        &join.right_keys,
                        join.left.schema(),
                    ));
                }
                left.push(over_left);
                true
            }
            Reads::Right(over_right) if may_right => {
                let reaches_left = matches!(join.join_type, JoinType::Inner | JoinType::Right);
                if reaches_left && !fails {
                    left.extend(over_other_keys(
                        &over_right,
                        &join.right_keys,
                        &join.left_keys,
                        join.right.schema(),
                    ));
                }
                right.push(over_right);
                true
            }
            Reads::Keys(over_left, over_right) if !fails && respects_equality(predicate, schema) => {
                left.push(over_left);
                right.push(over_right);
                true
            }
            Reads::Both if matches!(join.join_type, JoinType::Inner | JoinType::Cross) => {
                let pair = key_pair(join, predicate);
                new_keys.extend(pair.clone());
                pair.is_some()
            }
            Reads::Left(_) | Reads::Right(_) | Reads::Keys(..) | Reads::Both => false,
        }
    });
    let node = (!new_keys.is_empty()).then(|| {
        let mut with_keys = Join { join_type: JoinType::Inner, ..join.clone() };
        for (left, right) in new_keys {
            with_keys.left_keys.push(left);
            with_keys.right_keys.push(right);
        }
        Node::Join(with_keys)
    });
    Split { node, below: vec![left, right], above }
}

/// An as-of join keeps every left row as a left join does: predicates on the left side go there, those on the right stay,
/// since a row without its nearest partner would find another.
pub(super) fn split_asof(join: &AsofJoin, schema: &Schema, predicates: Vec<Expr>) -> Split {
    let mut left = Vec::new();
    let above = sift(predicates, schema, |predicate, _| match reads(&join.output, predicate) {
        Reads::Left(over_left) => {
            left.push(over_left);
            true
        }
        Reads::Right(_) | Reads::Keys(..) | Reads::Both => false,
    });
    Split { node: None, below: vec![left, Vec::new()], above }
}

/// The predicate over the input columns of the sides that it reads.
fn reads(output: &[JoinColumn], predicate: &Expr) -> Reads {
    let names = predicate.columns();
    if names.is_empty() {
        return Reads::Both;
    }
    let source = |name: &Name| output.iter().find(|column| column.name == *name).map(|column| &column.source);
    let over = |pick: fn(&JoinSide) -> Option<&Name>| -> Option<Expr> {
        names.iter().all(|name| source(name).is_some_and(|side| pick(side).is_some())).then(|| {
            predicate.replace_columns(&|name| source(name).and_then(pick).cloned().map(Expr::Column))
        })
    };
    let left = over(|side| match side {
        JoinSide::Left(name) => Some(name),
        JoinSide::Right(_) | JoinSide::Coalesced(..) => None,
    });
    if let Some(left) = left {
        return Reads::Left(left);
    }
    let right = over(|side| match side {
        JoinSide::Right(name) => Some(name),
        JoinSide::Left(_) | JoinSide::Coalesced(..) => None,
    });
    if let Some(right) = right {
        return Reads::Right(right);
    }
    let left_half = over(|side| match side {
        JoinSide::Coalesced(name, _) => Some(name),
        JoinSide::Left(_) | JoinSide::Right(_) => None,
    });
    let right_half = over(|side| match side {
        JoinSide::Coalesced(_, name) => Some(name),
        JoinSide::Left(_) | JoinSide::Right(_) => None,
    });
    match (left_half, right_half) {
        (Some(left), Some(right)) => Reads::Keys(left, right),
        _ => Reads::Both,
    }
}

/// The predicate over the other side's keys, if it reads nothing but keys that are plain columns on both sides, of one
/// type.
fn over_other_keys(predicate: &Expr, own: &[Expr], other: &[Expr], schema: &Schema) -> Option<Expr> {
    let partner = |name: &Name| {
        own.iter().zip(other).find_map(|pair| match pair {
            (Expr::Column(column), Expr::Column(partner)) if column == name => {
                Some(Expr::Column(partner.clone()))
            }
            _ => None,
        })
    };
    let moves = predicate.columns().iter().all(|name| partner(name).is_some())
        && respects_equality(predicate, schema);
    moves.then(|| predicate.replace_columns(&partner))
}

/// The two sides of an equality between the sides of a join, as a left key and a right key.
pub(in super::super) fn key_pair(join: &Join, predicate: &Expr) -> Option<(Expr, Expr)> {
    let Expr::Binary { left, operator: BinaryOperator::Equal, right } = predicate else { return None };
    let (left_key, right_key) = match (reads(&join.output, left), reads(&join.output, right)) {
        (Reads::Left(left), Reads::Right(right)) | (Reads::Right(right), Reads::Left(left)) => (left, right),
        _ => return None,
    };
    let (left_schema, right_schema) = (join.left.schema(), join.right.schema());
    // Integers compare with floats exactly, but there is no type to meet in.
    let is_same_type =
        typing::data_type(&left_key, left_schema) == typing::data_type(&right_key, right_schema);
    let is_safe = !can_fail(&left_key, left_schema) && !can_fail(&right_key, right_schema);
    let is_fixed = is_deterministic(&left_key) && is_deterministic(&right_key);
    (is_same_type && is_safe && is_fixed).then_some((left_key, right_key))
}
