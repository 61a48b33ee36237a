//! Filters below projections: what the predicate reads is written in its place.
//!
//! ```text
//! Filter [t > 1000]               Project [p * q as t]
//!   Project [p * q as t]    =>      Filter [p * q > 1000]
//! ```
//!
//! Valid: a projection gives one row for each row, from that row alone. Not where the column is random; and not where
//! it is a lot of work, which would then be done twice for the rows that pass.

use lazuli_array::Schema;
use lazuli_expr::Expr;

use super::super::facts::{is_deterministic, weight};
use super::{Split, sift};
use crate::Project;

/// Work that may be done twice: a filter saves that and more if it drops some of the rows.
const CHEAP_WEIGHT: usize = 2;

pub(super) fn split(project: &Project, schema: &Schema, predicates: Vec<Expr>) -> Split {
    let definition =
        |name: &str| project.exprs.iter().find(|expr| expr.output_name() == *name).map(Expr::without_alias);
    let mut below = Vec::new();
    let above = sift(predicates, schema, |predicate, _| {
        let read: Vec<&Expr> = predicate.columns().iter().filter_map(|name| definition(name)).collect();
        let is_cheap = read.iter().map(|expr| weight(expr)).sum::<usize>() <= CHEAP_WEIGHT;
        if !is_cheap || !read.iter().all(|expr| is_deterministic(expr)) {
            return false;
        }
        below.push(predicate.replace_columns(&|name| definition(name).cloned()));
        true
    });
    Split::single(below, above)
}
