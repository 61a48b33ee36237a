//! Functions of membership and comparison beyond the operators.

mod check;
mod is_in;

use super::FunctionRef;

/// A condition that has to be true in every row.
pub const CHECK: FunctionRef = FunctionRef::Builtin(&check::Check);
/// Whether the first argument is one of the others.
pub const IS_IN: FunctionRef = FunctionRef::Builtin(&is_in::IsIn);

/// The functions of this family.
pub(super) static FUNCTIONS: &[FunctionRef] = &[CHECK, IS_IN];
