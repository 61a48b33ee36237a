//! Functions of values to bins and to other values: cut, replace.

use super::FunctionRef;

/// The functions of this family.
pub(super) static FUNCTIONS: &[FunctionRef] = &[];
