//! Expressions over one batch.
//!
//! [`Evaluator`] is an expression bound to the positions of a schema. Constants are never spread out before they must
//! be, and rows that a condition left out are never asked for a value that might be an error: in
//! `when(b != 0).then(a / b)` and in `b != 0 and a / b > 1` nothing is computed for the rows where `b` is 0.

mod by_entry; // once for each distinct text
mod conditional; // when, then, otherwise
mod evaluator; // the bound tree
mod operator; // signs to kernels
mod predicates; // several conditions, one after the other
mod rows; // columns of a batch, or of some of its rows
#[cfg(test)]
mod tests;

pub use evaluator::Evaluator;
pub use lazuli_kernels::{Constant, Datum, Value};
pub use predicates::Predicates;
