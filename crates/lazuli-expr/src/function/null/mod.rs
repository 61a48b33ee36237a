//! Functions of null and NaN.

mod coalesce;
mod is_nan;
mod is_not_null;
mod is_null;

pub(super) use coalesce::common_type;

use super::FunctionRef;

/// The first argument that is not null.
pub const COALESCE: FunctionRef = FunctionRef::Builtin(&coalesce::Coalesce);
/// Whether a row is NaN.
pub const IS_NAN: FunctionRef = FunctionRef::Builtin(&is_nan::IsNan);
/// Whether a row is not null.
pub const IS_NOT_NULL: FunctionRef = FunctionRef::Builtin(&is_not_null::IsNotNull);
/// Whether a row is null.
pub const IS_NULL: FunctionRef = FunctionRef::Builtin(&is_null::IsNull);

/// The functions of this family.
pub(super) static FUNCTIONS: &[FunctionRef] = &[COALESCE, IS_NAN, IS_NOT_NULL, IS_NULL];
