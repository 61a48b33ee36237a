//! Functions of values to bins and to other values: cut, replace.

mod bin_by; // edges that the data says: qcut, bin_quantiles, bins of equal width
mod bin_intervals;
mod cut;
mod labels; // names of intervals
mod replace; // and replace_strict

pub use bin_by::{QcutOptions, even_quantiles};
pub use cut::CutOptions;

use lazuli_array::Scalar;

use super::FunctionRef;
use crate::{Expr, Literal};
use replace::Replace;

/// Which of the intervals between edges that are computed from the data a value lies in.
pub const BIN_BY: FunctionRef = FunctionRef::Builtin(&bin_by::BinBy);
/// Which of the intervals between breaks a value lies in.
pub const BIN_INTERVALS: FunctionRef = FunctionRef::Builtin(&bin_intervals::BinIntervals);
/// The name of the interval between breaks that a number lies in.
pub const CUT: FunctionRef = FunctionRef::Builtin(&cut::Cut);
/// Some values replaced by others.
pub const REPLACE: FunctionRef = FunctionRef::Builtin(&Replace { is_strict: false });
/// All values replaced by others.
pub const REPLACE_STRICT: FunctionRef = FunctionRef::Builtin(&Replace { is_strict: true });

/// The functions of this family.
pub(super) static FUNCTIONS: &[FunctionRef] = &[BIN_BY, BIN_INTERVALS, CUT, REPLACE, REPLACE_STRICT];

/// A constant list; of constants that no type holds a null, which no function takes for a list.
fn list<T: Into<Scalar>>(values: impl IntoIterator<Item = T>) -> Expr {
    let list = Literal::list(values.into_iter().map(Into::into));
    Expr::Literal(list.unwrap_or_else(|| Literal::typed(Scalar::Null)))
}

/// Labels as a constant list; null for none.
fn labels_or_null<T: AsRef<str>>(labels: &[T]) -> Expr {
    match labels {
        [] => Expr::Literal(Literal::typed(Scalar::Null)),
        labels => list(labels.iter().map(|label| Scalar::from(label.as_ref()))),
    }
}
