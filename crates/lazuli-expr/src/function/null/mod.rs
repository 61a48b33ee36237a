//! Functions of null and NaN.

mod coalesce;
mod fill_nan; // and is_not_nan, nan_to_null
mod fill_null; // by the values of the column itself
mod is_nan;
mod is_not_null;
mod is_null;

pub(super) use coalesce::common_type;
pub use fill_null::FillStrategy;

use super::FunctionRef;
use super::compare::is_finite::FloatTest;

/// The first argument that is not null.
pub const COALESCE: FunctionRef = FunctionRef::Builtin(&coalesce::Coalesce { spreads: true });
/// The same for one column and what its nulls become: each of several columns gets a call.
pub const FILL_NULL: FunctionRef = FunctionRef::Builtin(&coalesce::Coalesce { spreads: false });
/// NaN replaced by another value.
pub const FILL_NAN: FunctionRef = FunctionRef::Builtin(&fill_nan::FillNan);
/// Whether a row is NaN.
pub const IS_NAN: FunctionRef = FunctionRef::Builtin(&is_nan::IsNan);
/// Whether a row is not NaN.
pub const IS_NOT_NAN: FunctionRef =
    FunctionRef::Builtin(&FloatTest { name: "is_not_nan", test: fill_nan::is_not_nan });
/// Whether a row is not null.
pub const IS_NOT_NULL: FunctionRef = FunctionRef::Builtin(&is_not_null::IsNotNull);
/// Whether a row is null.
pub const IS_NULL: FunctionRef = FunctionRef::Builtin(&is_null::IsNull);

/// The functions of this family.
pub(super) static FUNCTIONS: &[FunctionRef] = &[COALESCE, FILL_NAN, IS_NAN, IS_NOT_NAN, IS_NOT_NULL, IS_NULL];
