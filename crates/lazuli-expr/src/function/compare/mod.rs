//! Functions of membership and comparison beyond the operators.

mod is_in;

use super::FunctionRef;

/// Whether the first argument is one of the others.
pub const IS_IN: FunctionRef = FunctionRef::Builtin(&is_in::IsIn);

/// The functions of this family.
pub(super) static FUNCTIONS: &[FunctionRef] = &[IS_IN];
