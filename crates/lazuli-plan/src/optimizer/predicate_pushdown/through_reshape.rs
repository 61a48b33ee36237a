//! Filters below nodes that change the shape of rows.
//!
//! * Union: into each input; each row comes from one input as it is.
//! * Unpivot: predicates on columns that stay; a row becomes several with the same values there. Not if no columns
//!   become rows and the predicate can fail: then no row was ever asked.
//! * Pivot: predicates on columns that stay; they are the same for all rows that end in one. Not for predicates that
//!   tell 0.0 from -0.0, and not without such columns: then there is one row, whatever the input.

use lazuli_array::{Name, Schema};
use lazuli_expr::Expr;

use super::super::facts::respects_equality;
use super::{Split, sift};
use crate::{Pivot, Union, Unpivot};

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

/// Whether a predicate reads some of these columns and no others.
fn reads_only(predicate: &Expr, names: &[Name]) -> bool {
    let columns = predicate.columns();
    !columns.is_empty() && columns.iter().all(|name| names.contains(name))
}
