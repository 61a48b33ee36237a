//! Filters on group keys below the grouping.
//!
//! ```text
//! Filter [k == 'x']                  Aggregate [k] -> [sum(a)]
//!   Aggregate [k] -> [sum(a)]   =>     Filter [k == 'x']
//! ```
//!
//! Valid: all rows of a group have the same key, so the group goes if and only if all its rows go; groups keep the order
//! of their first rows. Not for predicates that tell 0.0 from -0.0, which are one key. Not without keys: then there is a
//! row even if no rows are left.

use lazuli_array::Schema;
use lazuli_expr::Expr;

use super::super::facts::{is_deterministic, respects_equality, weight};
use super::{Split, sift};
use crate::Aggregate;

/// Work on a key that may be done twice.
const CHEAP_WEIGHT: usize = 2;

pub(super) fn split(aggregate: &Aggregate, schema: &Schema, predicates: Vec<Expr>) -> Split {
    if aggregate.keys.is_empty() {
        return Split::stay(predicates, 1);
    }
    let key =
        |name: &str| aggregate.keys.iter().find(|key| key.output_name() == *name).map(Expr::without_alias);
    let mut below = Vec::new();
    let above = sift(predicates, schema, |predicate, _| {
        let names = predicate.columns();
        let keys: Vec<&Expr> = names.iter().filter_map(|name| key(name)).collect();
        let reads_keys_only = !names.is_empty() && keys.len() == names.len();
        let is_cheap = keys.iter().map(|key| weight(key)).sum::<usize>() <= CHEAP_WEIGHT;
        let goes = reads_keys_only
            && is_cheap
            && keys.iter().all(|key| is_deterministic(key))
            && respects_equality(predicate, schema);
        if goes {
            below.push(predicate.replace_columns(&|name| key(name).cloned()));
        }
        goes
    });
    Split::single(below, above)
}
