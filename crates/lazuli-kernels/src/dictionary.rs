//! Dictionaries of several arrays as one, so that equal strings have equal codes.

use std::sync::Arc;

use foldhash::fast::RandomState;
use hashbrown::HashMap;
use lazuli_array::{Dictionary, StringBuilder};

use crate::{KernelError, Result};

/// Several dictionaries as one.
pub(crate) struct Merged {
    /// The strings of all: first those of the first dictionary with their codes, then new ones in order of appearance.
    pub dictionary: Arc<Dictionary>,
    /// For each of the old dictionaries the new code of each of its codes; `None` when codes stay what they are.
    pub codes: Vec<Option<Vec<u32>>>,
}

/// One dictionary for all. If the first holds all strings of the others, it is that one, shared.
///
/// # Errors
/// [`KernelError::TooLong`] for more distinct strings than codes can name.
pub(crate) fn merge(dictionaries: &[&Arc<Dictionary>]) -> Result<Merged> {
    let Some((&first, others)) = dictionaries.split_first() else {
        return Ok(Merged { dictionary: Arc::default(), codes: Vec::new() });
    };
    if others.iter().all(|other| Arc::ptr_eq(first, other)) {
        return Ok(Merged { dictionary: first.clone(), codes: vec![None; dictionaries.len()] });
    }
    let mut known = position_map(first);
    let mut added: Vec<&str> = Vec::new();
    let mut codes: Vec<Option<Vec<u32>>> = vec![None];
    for (index, &other) in others.iter().enumerate() {
        // Chunks of one file tend to share dictionaries: each is mapped once.
        if let Some(seen) = dictionaries[..=index].iter().position(|earlier| Arc::ptr_eq(earlier, other)) {
            codes.push(codes[seen].clone());
            continue;
        }
        let mut mapped = Vec::with_capacity(other.len());
        for code in 0..other.len() {
            let text = other.values().value(code);
            let next = first.len() + added.len();
            let code = *known.entry(text).or_insert_with(|| {
                added.push(text);
                next as u32
            });
            mapped.push(code);
        }
        if first.len() + added.len() > u32::MAX as usize {
            return Err(KernelError::TooLong { operation: "dictionary", rows: first.len() + added.len() });
        }
        let same = mapped.iter().enumerate().all(|(old, &new)| old == new as usize);
        codes.push((!same).then_some(mapped));
    }
    if added.is_empty() {
        return Ok(Merged { dictionary: first.clone(), codes });
    }
    let bytes = first.values().text_bytes() + added.iter().map(|text| text.len()).sum::<usize>();
    let mut values = StringBuilder::with_capacity(first.len() + added.len(), bytes);
    first.values().iter().for_each(|text| values.push(Some(text)));
    added.iter().for_each(|text| values.push(Some(text)));
    Ok(Merged { dictionary: Arc::new(Dictionary::new(values.finish())), codes })
}

/// The code of each string of a dictionary.
pub(crate) fn position_map(dictionary: &Dictionary) -> HashMap<&str, u32, RandomState> {
    (0..dictionary.len()).map(|code| (dictionary.values().value(code), code as u32)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use lazuli_array::DictionaryArray;
    use proptest::prelude::*;

    fn dictionary(texts: &[&str]) -> Arc<Dictionary> {
        texts.iter().map(|text| Some(*text)).collect::<DictionaryArray>().dictionary().clone()
    }

    #[test]
    fn a_dictionary_that_holds_all_is_shared() {
        let (large, small) = (dictionary(&["a", "b", "c"]), dictionary(&["c", "a"]));
        let merged = merge(&[&large, &small, &large]).unwrap();
        assert!(Arc::ptr_eq(&merged.dictionary, &large));
        assert_eq!(merged.codes, [None, Some(vec![2, 0]), None]);
    }

    proptest! {
        #[test]
        fn codes_keep_their_strings(parts in prop::collection::vec(prop::collection::vec("[a-e]{0,2}", 0..8), 0..5)) {
            let parts: Vec<Arc<Dictionary>> = parts
                .iter()
                .map(|part| dictionary(&part.iter().map(String::as_str).collect::<Vec<_>>()))
                .collect();
            let merged = merge(&parts.iter().collect::<Vec<_>>()).unwrap();
            for (part, codes) in parts.iter().zip(&merged.codes) {
                for code in 0..part.len() as u32 {
                    let new = codes.as_ref().map_or(code, |codes| codes[code as usize]);
                    prop_assert_eq!(merged.dictionary.value(new), part.value(code));
                }
            }
        }
    }
}
