//! Functions of random numbers, always from a seed.

use super::FunctionRef;

/// The functions of this family.
pub(super) static FUNCTIONS: &[FunctionRef] = &[];
