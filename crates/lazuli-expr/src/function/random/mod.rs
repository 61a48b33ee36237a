//! Numbers that look random but follow from the value: `hash`. Random numbers by the place of a row are window functions,
//! see [`random_uniform`](crate::random_uniform).

mod hash;

mod split_mix;

use super::FunctionRef;

/// A number for each value.
pub const HASH: FunctionRef = FunctionRef::Builtin(&hash::Hash);

/// The random number at a place.
pub const SPLIT_MIX: FunctionRef = FunctionRef::Builtin(&split_mix::SplitMix);

/// The functions of this family.
pub(super) static FUNCTIONS: &[FunctionRef] = &[HASH, SPLIT_MIX];
