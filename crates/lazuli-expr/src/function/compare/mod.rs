//! Functions of membership and comparison beyond the operators.

mod check;
mod is_between; // ranges with open ends
mod is_close;
pub(super) mod is_finite; // and is_infinite
mod is_in;

use super::FunctionRef;
use is_finite::FloatTest;

/// A condition that has to be true in every row.
pub const CHECK: FunctionRef = FunctionRef::Builtin(&check::Check);
/// Whether two numbers are near each other.
pub const IS_CLOSE: FunctionRef = FunctionRef::Builtin(&is_close::IsClose);
/// Whether a number is neither infinite nor NaN.
pub const IS_FINITE: FunctionRef =
    FunctionRef::Builtin(&FloatTest { name: "is_finite", test: lazuli_kernels::is_finite });
/// Whether the first argument is one of the others.
pub const IS_IN: FunctionRef = FunctionRef::Builtin(&is_in::IsIn { null_is_a_value: false });
/// Whether the first argument is one of the others, where null equals null.
pub const IS_IN_MISSING: FunctionRef = FunctionRef::Builtin(&is_in::IsIn { null_is_a_value: true });
/// Whether a number is infinite.
pub const IS_INFINITE: FunctionRef =
    FunctionRef::Builtin(&FloatTest { name: "is_infinite", test: lazuli_kernels::is_infinite });

/// The functions of this family.
pub(super) static FUNCTIONS: &[FunctionRef] =
    &[CHECK, IS_CLOSE, IS_FINITE, IS_IN, IS_IN_MISSING, IS_INFINITE];
