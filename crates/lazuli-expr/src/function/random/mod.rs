//! Functions of random numbers, always from a seed.

mod split_mix;

use super::FunctionRef;

/// The random number at a place.
pub const SPLIT_MIX: FunctionRef = FunctionRef::Builtin(&split_mix::SplitMix);

/// The functions of this family.
pub(super) static FUNCTIONS: &[FunctionRef] = &[SPLIT_MIX];
