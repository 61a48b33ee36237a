//! One text to several: between the matches of a pattern.

use lazuli_array::{Array, BitmapBuilder, ListArray, StringArray, StructArray};

use super::pattern::Pattern;
use super::writer::{TextWriter, is_valid, lists_of_texts};

/// The pieces of each text between the matches of `by`, as a list; null for null. With `inclusive` a match ends the piece
/// before it, and nothing behind the last one is no piece. An empty literal splits into characters.
pub fn split(texts: &StringArray, by: &Pattern, inclusive: bool) -> ListArray {
    lists_of_texts(texts, |text, items| {
        for_each_piece(text, by, inclusive, |start, end| {
            items.push(&text[start..end]);
            true
        });
    })
}

/// The first `num_fields` pieces side by side, null where there are fewer, also for null. With `keep_rest` the last field
/// is all that is left, unsplit; without, what is left is dropped.
pub fn split_fields(
    texts: &StringArray,
    by: &Pattern,
    num_fields: usize,
    inclusive: bool,
    keep_rest: bool,
) -> StructArray {
    let mut fields: Vec<(TextWriter, BitmapBuilder)> = (0..num_fields)
        .map(|_| {
            let bytes = super::writer::used_bytes(texts).len() / num_fields;
            (TextWriter::with_capacity(texts.len(), bytes), BitmapBuilder::with_capacity(texts.len()))
        })
        .collect();
    for row in 0..texts.len() {
        let text = texts.value(row);
        let mut count = 0;
        if is_valid(texts.validity(), row) && num_fields > 0 {
            for_each_piece(text, by, inclusive, |start, end| {
                let is_last = count + 1 == num_fields;
                let end = if is_last && keep_rest { text.len() } else { end };
                fields[count].0.push(&text[start..end]);
                fields[count].1.push(true);
                count += 1;
                !is_last
            });
        }
        for (writer, validity) in &mut fields[count..] {
            writer.push("");
            validity.push(false);
        }
    }
    let fields: Vec<Array> = fields
        .into_iter()
        .map(|(writer, validity)| writer.finish(validity.finish_validity()).into())
        .collect();
    StructArray::new(texts.len(), fields, None)
}

/// The bytes of each piece, until `each` says that it has enough.
fn for_each_piece(text: &str, by: &Pattern, inclusive: bool, mut each: impl FnMut(usize, usize) -> bool) {
    if by.as_literal().is_some_and(<[u8]>::is_empty) {
        for (start, letter) in text.char_indices() {
            if !each(start, start + letter.len_utf8()) {
                return;
            }
        }
        return;
    }
    let (mut done, mut wants_more) = (0, true);
    by.for_each_match(text, |start, end| {
        wants_more = each(done, if inclusive { end } else { start });
        done = end;
        wants_more
    });
    if wants_more && !(inclusive && done == text.len()) {
        each(done, text.len());
    }
}
