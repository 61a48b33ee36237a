//! Upper and lower case by Unicode's full mapping: a letter may become several.
#![allow(unsafe_code, reason = "ASCII in another case is ASCII; the block is argued")]

use lazuli_array::{StringArray, memory};

use super::writer::{rewrite, used_bytes};

/// Letters in lower case: `É` is `é`; a capital sigma at the end of a word is `ς`.
pub fn to_lowercase(texts: &StringArray) -> StringArray {
    convert(texts, <[u8]>::make_ascii_lowercase, str::to_lowercase)
}

/// Letters in upper case: `ß` is `SS`.
pub fn to_uppercase(texts: &StringArray) -> StringArray {
    convert(texts, <[u8]>::make_ascii_uppercase, str::to_uppercase)
}

/// Each letter behind what is no letter as a capital, the others in lower case.
pub fn to_titlecase(texts: &StringArray) -> StringArray {
    rewrite(texts, |text, out| {
        let mut inside_word = false;
        let mut letters = text.chars().peekable();
        while let Some(letter) = letters.next() {
            match letter {
                _ if !letter.is_alphabetic() => out.push(letter),
                _ if !inside_word => push_title(letter, out),
                // The one letter whose lower case depends on its place.
                'Σ' if !letters.peek().is_some_and(|next| next.is_alphabetic()) => out.push('ς'),
                _ => out.extend(letter.to_lowercase()),
            }
            inside_word = letter.is_alphabetic();
        }
    })
}

/// A letter as it begins a word.
fn push_title(letter: char, out: &mut String) {
    let digraph = match letter {
        'Ǆ'..='ǆ' => Some('ǅ'),
        'Ǉ'..='ǉ' => Some('ǈ'),
        'Ǌ'..='ǌ' => Some('ǋ'),
        'Ǳ'..='ǳ' => Some('ǲ'),
        // Greek letters with an iota below keep it there.
        '\u{1f80}'..='\u{1faf}' => char::from_u32(letter as u32 | 8),
        'ᾳ' => Some('ᾼ'),
        'ῃ' => Some('ῌ'),
        'ῳ' => Some('ῼ'),
        _ => None,
    };
    if let Some(digraph) = digraph {
        return out.push(digraph);
    }
    let mut upper = letter.to_uppercase();
    out.extend(upper.next());
    upper.for_each(|rest| out.extend(rest.to_lowercase()));
}

fn convert(texts: &StringArray, ascii: fn(&mut [u8]), any: fn(&str) -> String) -> StringArray {
    let used = used_bytes(texts);
    if !used.is_ascii() {
        return rewrite(texts, |text, out| out.push_str(&any(text)));
    }
    let mut bytes = memory::with_capacity(used.len());
    bytes.extend_from_slice(used);
    ascii(&mut bytes);
    let first = texts.offsets()[0];
    let mut offsets = memory::with_capacity(texts.offsets().len());
    offsets.extend(texts.offsets().iter().map(|offset| offset - first));
    // SAFETY: offsets are those of the input less the first, so they ascend from 0 to the length of `bytes`, which are
    // ASCII as checked above, and so UTF-8 wherever they are cut.
    unsafe { StringArray::new_unchecked(offsets.into(), bytes.into(), texts.validity().cloned()) }
}
