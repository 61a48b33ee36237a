//! Through windows: a predicate that is the same for all rows of a partition keeps or drops partitions whole.
//!
//! Only if it reads keys of every window, and nothing but: then what is left of each partition is all of it.

use lazuli_array::Schema;
use lazuli_expr::Expr;

use super::super::facts::respects_equality;
use super::{Split, sift};
use crate::Window;

pub(super) fn split(window: &Window, schema: &Schema, predicates: Vec<Expr>) -> Split {
    let is_key_of_all = |column: &Expr| {
        window.windows.iter().all(|expr| match expr.without_alias() {
            Expr::Over { window, .. } => window.partition_by.contains(column),
            _ => false,
        })
    };
    let mut below = Vec::new();
    let above = sift(predicates, schema, |predicate, _| {
        let columns = predicate.columns();
        let goes = !columns.is_empty()
            && columns.into_iter().map(Expr::Column).all(|column| is_key_of_all(&column))
            && respects_equality(predicate, schema);
        if goes {
            below.push(predicate.clone());
        }
        goes
    });
    Split::single(below, above)
}
