//! New names for columns that a rewrite needs and no user sees.

use lazuli_array::Name;

/// A name `_{word}{number}` that `is_taken` says no to; `number` is where to start counting and is moved on.
///
/// ```text
/// fresh("agg", &mut 1, ..) = _agg1, then _agg2, ...
/// ```
pub(crate) fn fresh(word: &str, number: &mut usize, is_taken: impl Fn(&str) -> bool) -> Name {
    loop {
        let name = format!("_{word}{number}");
        *number += 1;
        if !is_taken(&name) {
            return name.into();
        }
    }
}

/// What is put behind a right column's name in a join, unless the user says otherwise.
pub(crate) const DEFAULT_SUFFIX: &str = "_right";
