//! Filters below nodes that change the shape of rows.
//!
//! * Union: into each input; each row comes from one input as it is.
//! * Unpivot: predicates on columns that stay; a row becomes several with the same values there. Not if no columns
//!   become rows and the predicate can fail: then no row was ever asked.
//! * Pivot: predicates on columns that stay; they are the same for all rows that end in one. Not for predicates that
//!   tell 0.0 from -0.0, and not without such columns: then there is one row, whatever the input.
//! * Explode: predicates on columns that are not exploded; a row becomes several with the same values there. Not if
//!   exploding can fail, since lists may differ in length: the failing row would be gone. Not if the predicate can fail
//!   and rows of empty lists are dropped: of those it was never asked.

use lazuli_array::{Name, Schema};
use lazuli_expr::Expr;

use super::super::facts::respects_equality;
use super::{Split, sift};
use crate::{Explode, Pivot, Union, Unpivot};

pub(super) fn split_union(union: &Union, schema: &Schema, predicates: Vec<Expr>) -> Split {
    let mut below = Vec::new();
    let above = sift(predicates, schema, |predicate, _| {
        below.push(predicate.clone());
        true
    });
    Split { node: None, below: vec![below; union.inputs.len()], above }
}

pub(super) fn split_unpivot(unpivot: &Unpivot, schema: &Schema, predicates: Vec<Expr>) -> Split {
    let mut below = Vec::new();
    let above = sift(predicates, schema, |predicate, fails| {
        let goes = reads_only(predicate, &unpivot.index) && !(fails && unpivot.on.is_empty());
        if goes {
            below.push(predicate.clone());
        }
        goes
    });
    Split::single(below, above)
}

pub(super) fn split_pivot(pivot: &Pivot, schema: &Schema, predicates: Vec<Expr>) -> Split {
    let mut below = Vec::new();
    let above = sift(predicates, schema, |predicate, _| {
        let goes = reads_only(predicate, &pivot.index) && respects_equality(predicate, schema);
        if goes {
            below.push(predicate.clone());
        }
        goes
    });
    Split::single(below, above)
}

pub(super) fn split_explode(explode: &Explode, schema: &Schema, predicates: Vec<Expr>) -> Split {
    if explode.columns.len() > 1 {
        return Split::stay(predicates, 1);
    }
    let mut below = Vec::new();
    let above = sift(predicates, schema, |predicate, fails| {
        let columns = predicate.columns();
        let reads_items = columns.iter().any(|name| explode.columns.contains(name));
        let stays = columns.is_empty() || reads_items || (fails && explode.drop_empty);
        let goes = !stays;
        if goes {
            below.push(predicate.clone());
        }
        goes
    });
    Split::single(below, above)
}

/// Whether a predicate reads some of these columns and no others.
fn reads_only(predicate: &Expr, names: &[Name]) -> bool {
    let columns = predicate.columns();
    !columns.is_empty() && columns.iter().all(|name| names.contains(name))
}
