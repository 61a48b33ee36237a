//! What a file says of the pages of a chunk: where they are, which rows they have, bounds of their values. A filter asks
//! for it before anything else of a row group is read.
//!
//! It is a help and nothing more: where it is missing or contradicts itself, all pages are read.

use super::chunk::Piece;
use super::metadata::{Chunk, ParquetFile};
use super::schema::Leaf;
use super::{statistics, thrift};
use crate::filter::{ColumnFacts, GroupFacts, RowFilter};
use lazuli_array::{Bitmap, BitmapBuilder, Scalar};
use std::ops::Range;

/// Where the pages of a chunk without lists are.
#[derive(Debug)]
pub(super) struct PageLocations {
    /// The first row of each page, and behind the last how many rows there are.
    starts: Vec<usize>,
    /// The bytes of each page, counted from the beginning of the chunk.
    bytes: Vec<Range<usize>>,
}

impl PageLocations {
    /// `None` where a file does not say, or nothing that could be.
    pub(super) fn read(file: &ParquetFile, chunk: &Chunk, leaf: &Leaf) -> Option<Self> {
        let (offset, length) = chunk.offset_index.filter(|_| leaf.max_repetition == 0)?;
        let mut bytes = Vec::new();
        file.bytes.read(offset, length, &mut bytes).ok()?;
        let pages = thrift::read_offset_index(&bytes).ok()?.page_locations;
        let (mut starts, mut places) = (Vec::with_capacity(pages.len() + 1), Vec::with_capacity(pages.len()));
        let mut end = 0;
        for page in &pages {
            let first = usize::try_from(page.first_row_index).ok()?;
            let start = usize::try_from(u64::try_from(page.offset).ok()?.checked_sub(chunk.offset)?).ok()?;
            let follows = starts.last().map_or(first == 0, |&before| first > before);
            if !follows || start < end || first >= chunk.num_values {
                return None;
            }
            end = start.checked_add(usize::try_from(page.compressed_page_size).ok()?)?;
            starts.push(first);
            places.push(start..end);
        }
        starts.push(chunk.num_values);
        (end <= chunk.length && !pages.is_empty()).then_some(Self { starts, bytes: places })
    }

    fn len(&self) -> usize {
        self.bytes.len()
    }

    fn rows(&self, page: usize) -> Range<usize> {
        self.starts[page]..self.starts[page + 1]
    }

    /// Where in the chunk what is needed for these rows is; `None` if that is all of it.
    pub(super) fn pieces(&self, mask: &Bitmap) -> Option<Vec<Piece>> {
        let has_rows = |page: &usize| {
            let rows = self.rows(*page);
            let end = rows.end.min(mask.len());
            rows.start < end && mask.sliced(rows.start, end - rows.start).count_ones() > 0
        };
        let wanted: Vec<usize> = (0..self.len()).filter(has_rows).collect();
        if wanted.len() == self.len() {
            return None;
        }
        // Before the first page is the dictionary.
        let mut pieces = vec![Piece { bytes: 0..self.bytes[0].start, rows: 0..0 }];
        for page in wanted {
            let (bytes, rows) = (self.bytes[page].clone(), self.rows(page));
            match pieces.last_mut() {
                Some(last) if last.rows.end == rows.start && last.bytes.end == bytes.start => {
                    last.bytes.end = bytes.end;
                    last.rows.end = rows.end;
                }
                _ => pieces.push(Piece { bytes, rows }),
            }
        }
        Some(pieces)
    }
}

/// The pages of a column that a filter looks at.
struct KnownPages {
    /// The column, by its position in the table.
    position: usize,
    locations: PageLocations,
    /// One a page.
    facts: Vec<PageFacts>,
}

struct PageFacts {
    bounds: ColumnFacts,
    is_null: bool,
}

impl KnownPages {
    fn read(file: &ParquetFile, chunk: &Chunk, leaf: &Leaf, position: usize) -> Option<Self> {
        let (offset, length) = chunk.column_index?;
        let locations = PageLocations::read(file, chunk, leaf).filter(|locations| locations.len() > 1)?;
        let mut bytes = Vec::new();
        file.bytes.read(offset, length, &mut bytes).ok()?;
        let index = thrift::read_column_index(&bytes).ok()?;
        let pages = locations.len();
        let nulls = index.null_counts.as_ref();
        if [index.null_pages.len(), index.min_values.len(), index.max_values.len()] != [pages; 3]
            || nulls.is_some_and(|nulls| nulls.len() != pages)
        {
            return None;
        }
        let facts = (0..pages).map(|page| {
            let is_null = index.null_pages[page];
            let bound = |values: &[Vec<u8>]| (!is_null).then(|| values[page].clone());
            let null_count = nulls.map(|nulls| nulls[page]);
            let bounds =
                statistics::facts_of(leaf, bound(&index.min_values), bound(&index.max_values), null_count);
            PageFacts { bounds, is_null }
        });
        Some(Self { position, facts: facts.collect(), locations })
    }

    /// What is known of the column in a part of the page that has this row.
    fn facts_at(&self, rows: &Range<usize>) -> ColumnFacts {
        let page = self.locations.starts.partition_point(|&start| start <= rows.start) - 1;
        let PageFacts { bounds, is_null } = &self.facts[page];
        let null_count = match bounds.null_count {
            _ if *is_null => Some(rows.len()),
            Some(0) => Some(0),
            _ => None,
        };
        ColumnFacts { null_count, ..bounds.clone() }
    }
}

/// Rows of a row group that lie within one page of each column that a filter looks at.
struct Segment<'a> {
    rows: Range<usize>,
    columns: &'a [KnownPages],
    group: &'a dyn GroupFacts,
}

impl GroupFacts for Segment<'_> {
    fn num_rows(&self) -> usize {
        self.rows.len()
    }

    fn column(&self, position: usize) -> ColumnFacts {
        if let Some(pages) = self.columns.iter().find(|pages| pages.position == position) {
            return pages.facts_at(&self.rows);
        }
        let facts = self.group.column(position);
        let null_count = match facts.null_count {
            Some(0) => Some(0),
            Some(all) if all == self.group.num_rows() => Some(self.rows.len()),
            _ => None,
        };
        ColumnFacts { null_count, ..facts }
    }

    fn may_have(&self, position: usize, value: &Scalar) -> bool {
        self.group.may_have(position, value)
    }
}

/// Rows of a row group that a filter may keep.
///
/// Asks the filter about the pages of its columns; `None` if it may keep a row of each, or nothing is known of them. One bit
/// a row. `chunk_of` gives the chunk of a column of the table, if it is one without others inside.
pub(super) fn candidates<'a>(
    file: &ParquetFile,
    filter: &dyn RowFilter,
    group: &dyn GroupFacts,
    chunk_of: impl Fn(usize) -> Option<(&'a Chunk, &'a Leaf)>,
) -> Option<Bitmap> {
    let known = |&position: &usize| {
        let (chunk, leaf) = chunk_of(position)?;
        KnownPages::read(file, chunk, leaf, position)
    };
    let columns: Vec<KnownPages> = filter.columns().iter().filter_map(known).collect();
    if columns.is_empty() {
        return None;
    }
    let num_rows = group.num_rows();
    let mut starts: Vec<usize> =
        columns.iter().flat_map(|pages| pages.locations.starts.iter().copied()).collect();
    starts.retain(|&start| start < num_rows);
    starts.push(num_rows);
    starts.sort_unstable();
    starts.dedup();
    let mut mask = BitmapBuilder::with_capacity(num_rows);
    for pair in starts.windows(2) {
        let segment = Segment { rows: pair[0]..pair[1], columns: &columns, group };
        mask.push_many(filter.may_keep(&segment), segment.rows.len());
    }
    let mask = mask.finish();
    (mask.len() == num_rows && mask.count_zeros() > 0).then_some(mask)
}
