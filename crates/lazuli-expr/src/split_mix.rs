//! SplitMix64 (Steele, Lea, Flood 2014), which jumps to the number at a place as fast as it walks there.
//!
//! All that is random comes from here, by a seed: the same numbers on every machine and in every version.

/// What the state grows by from one number to the next: the golden ratio as 64 bits.
pub(crate) const STEP: u64 = 0x9E37_79B9_7F4A_7C15;

/// A number made of another: different ones of different ones, and unlike them.
pub(crate) fn mixed(state: u64) -> u64 {
    let mixed = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}

/// The number at a place, from 0, of the sequence that begins at `start`.
pub(crate) fn number(start: u64, place: u64) -> u64 {
    mixed(start.wrapping_add(place.wrapping_add(1).wrapping_mul(STEP)))
}
