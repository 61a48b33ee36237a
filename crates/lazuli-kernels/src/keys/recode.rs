//! Packed keys of one layout as those of another: the same columns, places and bases differ.

use super::layout::{Codec, KeyColumn, Layout};

/// The same keys in another layout that holds all of them. `ids`: for each interner the new id of each old one, where they
/// differ.
pub(crate) fn recode(from: &Layout, to: &Layout, ids: &[Option<Vec<u32>>], words: &[u64]) -> Vec<u64> {
    let num_keys = words.len() / from.num_words;
    let mut recoded = lazuli_array::memory::filled_with_zeros::<u64>(num_keys * to.num_words);
    for (old, new) in from.columns.iter().zip(&to.columns) {
        let rows = words.chunks_exact(from.num_words).zip(recoded.chunks_exact_mut(to.num_words));
        match (old.codec, new.codec) {
            (Codec::Null, _) => {}
            (Codec::Integer { base, .. }, Codec::Integer { base: new_base, .. }) => {
                let shift = base.wrapping_sub(new_base) as u64;
                for (key, target) in rows {
                    match integer_code(old, key) {
                        Some(code) => target[new.value.word] |= code.wrapping_add(shift) << new.value.shift,
                        None => set_null(new, target),
                    }
                }
            }
            (Codec::Integer { base, .. }, Codec::Int128 { high }) => {
                for (key, target) in rows {
                    match integer_code(old, key) {
                        Some(code) => {
                            let value = base + i128::from(code);
                            target[new.value.word] |= (value as u64) << new.value.shift;
                            target[high.word] |= ((value >> 64) as u64) << high.shift;
                        }
                        None => set_null(new, target),
                    }
                }
            }
            (Codec::Int128 { high }, Codec::Int128 { high: new_high }) => {
                for (key, target) in rows {
                    target[new.value.word] |= old.value.get(key) << new.value.shift;
                    target[new_high.word] |= high.get(key) << new_high.shift;
                    if old.null.is_some_and(|null| null.get(key) == 1) {
                        set_null(new, target);
                    }
                }
            }
            (Codec::Interned { interner }, _) if ids[interner].is_some() => {
                let ids = ids[interner].as_deref().unwrap_or_default();
                for (key, target) in rows {
                    let code = old.value.get(key);
                    let code = if code == 0 { 0 } else { u64::from(ids[code as usize - 1]) + 1 };
                    target[new.value.word] |= code << new.value.shift;
                }
            }
            _ => {
                for (key, target) in rows {
                    target[new.value.word] |= old.value.get(key) << new.value.shift;
                }
            }
        }
    }
    recoded
}

/// The ids of an interned column that keys have.
pub(crate) fn ids_of(layout: &Layout, interner: usize, words: &[u64]) -> impl Iterator<Item = u32> {
    let is_it = |key: &&KeyColumn| key.codec == Codec::Interned { interner };
    let place = layout.columns.iter().find(is_it).expect("each interner has its column").value;
    words.chunks_exact(layout.num_words).filter_map(move |key| (place.get(key) as u32).checked_sub(1))
}

/// The code of an integer; `None` is null.
#[inline]
fn integer_code(column: &KeyColumn, key: &[u64]) -> Option<u64> {
    let code = column.value.get(key);
    let is_null = match (column.codec, column.null) {
        (_, Some(null)) => null.get(key) == 1,
        (Codec::Integer { nulls, .. }, None) => nulls && code == 0,
        _ => false,
    };
    (!is_null).then_some(code)
}

fn set_null(column: &KeyColumn, target: &mut [u64]) {
    debug_assert!(column.holds_null(), "a layout that holds all keys");
    if let Some(null) = column.null {
        target[null.word] |= 1 << null.shift;
    }
}
