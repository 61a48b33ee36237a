//! What a pattern matches: whether, where, how often, and the matched text with its groups.

use lazuli_array::{
    Array, Bitmap, BitmapBuilder, BooleanArray, ListArray, PrimitiveArray, StringArray, StructArray,
};

use super::pattern::{Form, Pattern};
use super::search::{contains_bytes, for_each_hit};
use super::writer::{TextWriter, is_valid, lists_of_texts, number_of, number_or_null, parts_of};

/// Whether each text contains the pattern; null for null.
pub fn contains(texts: &StringArray, pattern: &Pattern) -> BooleanArray {
    let found = match pattern.as_literal() {
        Some(needle) => contains_bytes(texts.offsets(), texts.bytes(), needle),
        None => Bitmap::from_fn(texts.len(), |row| pattern.is_match(texts.value(row))),
    };
    BooleanArray::new(found, texts.validity().cloned())
}

/// The text of a pattern that is looked for in all rows by one pass.
pub(super) fn searched_at_once(pattern: &Pattern) -> Option<&[u8]> {
    pattern.as_literal().filter(|needle| !needle.is_empty())
}

/// The byte where the first match begins; null if there is none.
pub fn find(texts: &StringArray, pattern: &Pattern) -> PrimitiveArray<i64> {
    if let Some(needle) = searched_at_once(pattern) {
        let mut words = vec![0u64; texts.len().div_ceil(64)];
        let mut places = vec![0i64; texts.len()];
        for_each_hit(texts.offsets(), texts.bytes(), needle, true, |row, start| {
            words[row / 64] |= 1 << (row % 64);
            places[row] = start as i64 - texts.offsets()[row];
        });
        let found = Bitmap::from_words(words, texts.len());
        let validity = texts.validity().map_or(found.clone(), |validity| validity.and(&found));
        return PrimitiveArray::new(places.into(), Some(validity));
    }
    number_or_null(texts, |text| pattern.find(text).map(|(start, _)| start as i64))
}

/// How many matches there are, none overlapping the one before.
pub fn count_matches(texts: &StringArray, pattern: &Pattern) -> PrimitiveArray<i64> {
    if let Some(needle) = searched_at_once(pattern) {
        let mut counts = vec![0i64; texts.len()];
        for_each_hit(texts.offsets(), texts.bytes(), needle, false, |row, _| counts[row] += 1);
        return PrimitiveArray::new(counts.into(), texts.validity().cloned());
    }
    number_of(texts, |text| {
        let mut count = 0;
        pattern.for_each_match(text, |_, _| {
            count += 1;
            true
        });
        count
    })
}

/// The text of a group of the first match, 0 being the whole of it; null if there is no match, or the group has no part in
/// it.
pub fn extract(texts: &StringArray, pattern: &Pattern, group: usize) -> StringArray {
    match &pattern.form {
        Form::Expression(expression) if group > 0 => {
            let mut groups = expression.groups();
            parts_of(texts, |text| {
                let (start, end) =
                    if expression.find_groups(text, 0, &mut groups) { groups.get(group) } else { None }?;
                Some(&text[start..end])
            })
        }
        Form::Literal(_) if group > 0 => StringArray::new_null(texts.len()),
        _ => parts_of(texts, |text| pattern.find(text).map(|(start, end)| &text[start..end])),
    }
}

/// The text of each match, as a list.
pub fn extract_all(texts: &StringArray, pattern: &Pattern) -> ListArray {
    lists_of_texts(texts, |text, items| {
        pattern.for_each_match(text, |start, end| {
            items.push(&text[start..end]);
            true
        });
    })
}

/// The text of each group of the first match but the whole of it, side by side: null fields where there is no match, null
/// for null.
pub fn extract_groups(texts: &StringArray, pattern: &Pattern) -> StructArray {
    let num_groups = pattern.group_names().len() - 1;
    let mut fields: Vec<(TextWriter, BitmapBuilder)> = (0..num_groups)
        .map(|_| (TextWriter::with_capacity(texts.len(), 0), BitmapBuilder::with_capacity(texts.len())))
        .collect();
    if let Form::Expression(expression) = &pattern.form {
        let mut groups = expression.groups();
        for row in 0..texts.len() {
            let text = texts.value(row);
            let found = is_valid(texts.validity(), row) && expression.find_groups(text, 0, &mut groups);
            for (index, (writer, validity)) in fields.iter_mut().enumerate() {
                let group = if found { groups.get(index + 1) } else { None };
                writer.push(group.map_or("", |(start, end)| &text[start..end]));
                validity.push(group.is_some());
            }
        }
    }
    let fields: Vec<Array> = fields
        .into_iter()
        .map(|(writer, validity)| writer.finish(validity.finish_validity()).into())
        .collect();
    StructArray::new(texts.len(), fields, texts.validity().cloned())
}
