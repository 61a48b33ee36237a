//! What a file says of each page of a chunk: where it lies and which row it begins with (the offset index), bounds and
//! nulls of its values (the column index). Readers leave out pages by it without looking at them.

use super::schema::Kind;
use parquet_format_safe::{BoundaryOrder, ColumnIndex, OffsetIndex, PageLocation};

/// Bounds of texts are cut to so many bytes: enough to tell most pages apart, and small beside a page.
const MAX_BOUND_BYTES: usize = 64;

/// The least and the greatest value, as statistics have them.
pub(super) type Bounds = (Vec<u8>, Vec<u8>);

/// The pages of a chunk, as they were written.
#[derive(Debug)]
pub(super) struct PageNotes {
    /// Offsets count from the beginning of the row group.
    locations: Vec<PageLocation>,
    /// `None` as soon as a page has values and no bounds: an index has those of all pages, or there is none.
    bounds: Option<Vec<Option<Bounds>>>,
    null_counts: Vec<i64>,
}

/// A page that was written.
pub(super) struct PageNote {
    /// From the beginning of the row group.
    pub offset: usize,
    /// Header and contents.
    pub length: usize,
    pub first_row: usize,
    pub num_values: usize,
    pub num_nulls: usize,
    pub bounds: Option<Bounds>,
}

impl PageNotes {
    /// No pages; whether bounds are to be kept.
    pub(super) fn new(with_bounds: bool) -> Self {
        Self { locations: Vec::new(), bounds: with_bounds.then(Vec::new), null_counts: Vec::new() }
    }

    pub(super) fn push(&mut self, page: PageNote, kind: Kind) {
        self.locations.push(PageLocation {
            offset: page.offset as i64,
            compressed_page_size: page.length as i32,
            first_row_index: page.first_row as i64,
        });
        self.null_counts.push(page.num_nulls as i64);
        let bounds = page.bounds.and_then(|bounds| shortened(bounds, kind));
        match &mut self.bounds {
            Some(all) if page.num_values == 0 || bounds.is_some() => all.push(bounds),
            _ => self.bounds = None,
        }
    }

    /// Where the pages are, in a file in which the row group begins at `start`.
    pub(super) fn offset_index(&self, start: i64) -> OffsetIndex {
        let located = |page: &PageLocation| PageLocation { offset: page.offset + start, ..page.clone() };
        OffsetIndex { page_locations: self.locations.iter().map(located).collect() }
    }

    /// What is in them; `None` if that is not known of all.
    pub(super) fn column_index(&self) -> Option<ColumnIndex> {
        let bounds = self.bounds.as_ref()?;
        let (min_values, max_values) = bounds.iter().cloned().map(Option::unwrap_or_default).unzip();
        Some(ColumnIndex {
            null_pages: bounds.iter().map(Option::is_none).collect(),
            min_values,
            max_values,
            boundary_order: BoundaryOrder::UNORDERED,
            null_counts: Some(self.null_counts.clone()),
        })
    }
}

/// Bounds of at most [`MAX_BOUND_BYTES`]; `None` where no greater value is so short.
fn shortened((mut min, max): Bounds, kind: Kind) -> Option<Bounds> {
    if !matches!(kind, Kind::Text | Kind::Bytes) {
        return Some((min, max));
    }
    let is_text = kind == Kind::Text;
    min.truncate(cut(&min, is_text));
    if max.len() <= MAX_BOUND_BYTES {
        return Some((min, max));
    }
    let beginning = &max[..cut(&max, is_text)];
    let above = match is_text {
        true => next_text(std::str::from_utf8(beginning).ok()?)?.into_bytes(),
        false => next_bytes(beginning)?,
    };
    Some((min, above))
}

/// How many of the bytes are kept: whole characters of a text.
fn cut(bytes: &[u8], is_text: bool) -> usize {
    let mut end = bytes.len().min(MAX_BOUND_BYTES);
    let is_inside = |end: usize| bytes.get(end).is_some_and(|byte| byte & 0xC0 == 0x80);
    while is_text && end > 0 && is_inside(end) {
        end -= 1;
    }
    end
}

/// A text of no more characters that is above all that begin with this one.
fn next_text(text: &str) -> Option<String> {
    let mut chars: Vec<char> = text.chars().collect();
    while let Some(last) = chars.pop() {
        // There are no characters where UTF-16 has its surrogates.
        let next = if last == '\u{D7FF}' { Some('\u{E000}') } else { char::from_u32(last as u32 + 1) };
        if let Some(next) = next {
            chars.push(next);
            return Some(chars.into_iter().collect());
        }
    }
    None
}

fn next_bytes(bytes: &[u8]) -> Option<Vec<u8>> {
    let end = bytes.iter().rposition(|&byte| byte < 0xFF)?;
    let mut next = bytes[..=end].to_vec();
    next[end] += 1;
    Some(next)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn short_bounds_hold(
            text in "[a\u{D7FF}Ω\u{10FFFF}]{0,40}",
            other in "[a\u{D7FF}Ω\u{10FFFF}]{0,40}",
            bytes in prop::collection::vec(prop_oneof![Just(0xFFu8), any::<u8>()], 0..100),
        ) {
            let (min, max) = if text < other { (text, other) } else { (other, text) };
            let bounds = (min.clone().into_bytes(), max.clone().into_bytes());
            if let Some((low, high)) = shortened(bounds, Kind::Text) {
                prop_assert!(low.len() <= MAX_BOUND_BYTES && high.len() <= MAX_BOUND_BYTES);
                prop_assert!(low.as_slice() <= min.as_bytes() && max.as_bytes() <= high.as_slice());
                prop_assert!(std::str::from_utf8(&low).is_ok() && std::str::from_utf8(&high).is_ok());
            } else {
                prop_assert!(max.starts_with(char::MAX));
            }
            match shortened((bytes.clone(), bytes.clone()), Kind::Bytes) {
                Some((low, high)) => prop_assert!(low <= bytes && bytes <= high && high.len() <= MAX_BOUND_BYTES),
                None => prop_assert!(bytes[..MAX_BOUND_BYTES].iter().all(|&byte| byte == 0xFF)),
            }
        }
    }
}
