//! Codes into a dictionary while they are read, of the least width that its size allows: a column of few distinct texts
//! takes a byte a row.

use super::values::spread;
use super::{ParquetError, Result};
use lazuli_array::{Bitmap, memory};

/// Codes; those of nulls are 0.
pub(super) enum Codes {
    Narrow(Vec<u8>),
    Short(Vec<u16>),
    Wide(Vec<u32>),
}

impl Codes {
    /// None for now, but for a dictionary of so many entries, and about so many rows.
    pub(super) fn new(entries: usize, rows: usize) -> Self {
        match entries {
            0..=0x100 => Self::Narrow(memory::with_capacity(rows)),
            0x101..=0x1_0000 => Self::Short(memory::with_capacity(rows)),
            _ => Self::Wide(memory::with_capacity(rows)),
        }
    }

    pub(super) fn len(&self) -> usize {
        match self {
            Self::Narrow(codes) => codes.len(),
            Self::Short(codes) => codes.len(),
            Self::Wide(codes) => codes.len(),
        }
    }

    /// Appends codes of entries of its dictionary.
    pub(super) fn extend(&mut self, codes: &[u32]) {
        match self {
            Self::Narrow(out) => out.extend(codes.iter().map(|&code| code as u8)),
            Self::Short(out) => out.extend(codes.iter().map(|&code| code as u16)),
            Self::Wide(out) => out.extend_from_slice(codes),
        }
    }

    /// The codes from `start` on get the rows whose bit is set.
    pub(super) fn spread(&mut self, start: usize, valid: &Bitmap) {
        match self {
            Self::Narrow(codes) => spread(codes, start, valid),
            Self::Short(codes) => spread(codes, start, valid),
            Self::Wide(codes) => spread(codes, start, valid),
        }
    }

    pub(super) fn to_wide(&self) -> Vec<u32> {
        match self {
            Self::Narrow(codes) => codes.iter().map(|&code| code.into()).collect(),
            Self::Short(codes) => codes.iter().map(|&code| code.into()).collect(),
            Self::Wide(codes) => codes.clone(),
        }
    }

    /// The code in `names` for each; those of nulls may have none.
    pub(super) fn renamed(&self, names: &[u32]) -> Self {
        let mut out = Self::new(names.len(), self.len());
        let renamed = |code: u32| names.get(code as usize).copied().unwrap_or(0);
        out.extend(&self.to_wide().into_iter().map(renamed).collect::<Vec<u32>>());
        out
    }
}

/// Checks that a dictionary of so many entries has all codes.
pub(super) fn check(codes: &[u32], entries: usize) -> Result<()> {
    let last = (entries as u32).wrapping_sub(1) as i32;
    // Without an early end and without comparisons, so that it is vector code on any machine: the sign says whether one is
    // above the last, or so great that it counts as below zero.
    let signs = codes.iter().fold(0, |signs, &code| signs | last.wrapping_sub(code as i32) | code as i32);
    if signs >= 0 && entries <= i32::MAX as usize {
        return Ok(());
    }
    match codes.iter().max() {
        Some(&highest) if highest as usize >= entries => {
            Err(ParquetError::corrupt(format!("code {highest} for a dictionary of {entries} values")))
        }
        _ => Ok(()),
    }
}

/// Moves those whose bit is set to the front and gives them.
pub(super) fn kept<'a>(codes: &'a mut [u32], wanted: &Bitmap) -> &'a [u32] {
    let mut next = 0;
    for row in wanted.ones() {
        codes[next] = codes[row];
        next += 1;
    }
    &codes[..next]
}

#[cfg(test)]
mod tests {
    use super::super::values::pick;
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn codes_without_an_entry_are_found(
            codes in prop::collection::vec(prop_oneof![0u32..12, any::<u32>()], 0..40),
            entries in 0usize..14,
        ) {
            prop_assert_eq!(check(&codes, entries).is_ok(), codes.iter().all(|&code| (code as usize) < entries));
        }

        #[test]
        fn codes_are_the_same_in_every_width(
            codes in prop::collection::vec(0u32..200, 0..200),
            entries in prop_oneof![Just(200usize), Just(300), Just(70_000)],
            seed in any::<u64>(),
        ) {
            let valid = Bitmap::from_fn(codes.len() + 5, |row| row < codes.len() || row % 2 == 0);
            let wanted = Bitmap::from_fn(codes.len(), |row| seed >> (row % 64) & 1 == 1);
            let mut all = codes.clone();
            let expected: Vec<u32> = wanted.ones().map(|row| codes[row]).collect();
            prop_assert_eq!(kept(&mut all, &wanted), expected.as_slice());
            let mut picked = Vec::new();
            pick(&codes, &wanted, &mut picked);
            prop_assert_eq!(picked, expected);
            let dense: Vec<u32> = codes.iter().copied().chain([1, 2, 3]).collect();
            let mut plain = dense[..valid.count_ones()].to_vec();
            let mut out = Codes::new(entries, 0);
            out.extend(&plain);
            out.spread(0, &valid);
            spread(&mut plain, 0, &valid);
            prop_assert_eq!(out.to_wide(), plain);
        }
    }
}
