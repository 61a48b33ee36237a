//! Functions of numbers: roots, logarithms, rounding, angles.

mod abs;

use super::FunctionRef;

/// The distance from 0.
pub const ABS: FunctionRef = FunctionRef::Builtin(&abs::Abs);

/// The functions of this family.
pub(super) static FUNCTIONS: &[FunctionRef] = &[ABS];
