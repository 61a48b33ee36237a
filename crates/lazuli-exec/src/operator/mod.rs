//! What happens to rows: one operator a file, its operator and sink halves together.
//!
//! An operator's parameters are in its struct, given by [`crate::lower`]; types were checked when the plan was resolved
//! and are not checked again.

pub(crate) mod aggregate; // one row a group
pub(crate) mod asof_join; // the nearest row
pub(crate) mod collect; // all rows, in order
pub(crate) mod distinct; // one row of each kind
pub(crate) mod explode; // items of lists become rows
pub(crate) mod external; // rows that meet by key, in files
pub(crate) mod filter; // rows for which predicates are true
pub(crate) mod horizontal_concat; // columns of several inputs side by side
pub(crate) mod join; // pairs of rows
pub(crate) mod join_where; // pairs of rows for which predicates are true
pub(crate) mod limit; // a run of rows
pub(crate) mod pivot; // values become columns
pub(crate) mod project; // columns computed row by row
pub(crate) mod row_index; // the number of each row
pub(crate) mod sort; // rows in order of keys
pub(crate) mod tail; // the last rows
pub(crate) mod top_k; // the first rows in order of keys
pub(crate) mod unpivot; // columns become rows
pub(crate) mod window; // values made of the rows of a partition
pub(crate) mod write; // rows into a data sink

use lazuli_array::{Name, Schema};
use lazuli_expr::EvaluateError;

use crate::ExecError;
use crate::morsel::Morsel;

/// The error of an expression that failed over a morsel: its row counts from the source's first row while that is known.
fn evaluation_failed(operator: &'static str, input: &Morsel) -> impl Fn(EvaluateError) -> ExecError {
    let first_row = input.first_row;
    move |EvaluateError { expr, source }| {
        let source = source.with_row_offset(first_row.unwrap_or(0) as usize);
        ExecError::Evaluate {
            operator,
            error: EvaluateError { expr, source },
            row_is_absolute: first_row.is_some(),
        }
    }
}

/// A name like `name` that no column has.
pub(crate) fn free_name(schema: &Schema, name: &str) -> Name {
    let mut free = Name::from(name);
    while schema.contains(&free) {
        free.push('\'');
    }
    free
}
