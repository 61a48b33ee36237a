//! Filters below `unique`.
//!
//! ```text
//! Filter [k > 1]         Distinct [k]
//!   Distinct [k]    =>     Filter [k > 1]
//! ```
//!
//! Valid if the predicate reads nothing but what makes rows equal: then it gives the same answer for all rows of a kind,
//! and which of them stays does not change. Other columns are those of the row that stays, which would be another one.
//! Not for predicates that tell 0.0 from -0.0. With `keep none`, rows that are not alone were never asked before, so
//! what can fail stays.

use lazuli_array::{Name, Schema};
use lazuli_expr::Expr;

use super::super::facts::respects_equality;
use super::{Split, sift};
use crate::{Distinct, Keep};

pub(super) fn split(distinct: &Distinct, schema: &Schema, predicates: Vec<Expr>) -> Split {
    let makes_equal = |name: &Name| {
        distinct.subset.as_ref().is_none_or(|subset| {
            subset.iter().any(|expr| matches!(expr.without_alias(), Expr::Column(column) if column == name))
        })
    };
    let mut below = Vec::new();
    let above = sift(predicates, schema, |predicate, fails| {
        let goes = predicate.columns().iter().all(makes_equal)
            && respects_equality(predicate, schema)
            && !(fails && distinct.keep == Keep::None);
        if goes {
            below.push(predicate.clone());
        }
        goes
    });
    Split::single(below, above)
}
