//! Bytes to positions: where each field of each record starts and ends.
//!
//! Pure, no allocation per field: one vector of positions per chunk, reused. Two layouts, one formula: the field at
//! `(row, column)` lies between `ends[row * stride + column]` and `ends[row * stride + column + 1]`.
//! * Regular chunk (every record has the right number of fields, no line is blank or a comment): the positions as the
//!   structure kernel gives them, one entry in front, `stride = columns`; a record's last end is the next one's
//!   beginning.
//! * Any other chunk is copied record by record, `stride = columns + 1`: each record has its own beginning.

use super::{Dialect, OnRagged};
use lazuli_kernels::text::{self, Marks};

/// What a chunk's bytes are to be cut by.
#[derive(Clone, Debug)]
pub(super) struct Layout {
    pub marks: Marks,
    pub comment: Option<Vec<u8>>,
    pub columns: usize,
    pub on_ragged: OnRagged,
}

impl Layout {
    pub(super) fn new(dialect: &Dialect, marks: Marks, columns: usize, on_ragged: OnRagged) -> Self {
        Self {
            marks,
            comment: dialect.comment.as_ref().map(|text| text.clone().into_bytes()),
            columns,
            on_ragged,
        }
    }
}

/// Positions of one chunk's fields. Reused from chunk to chunk.
#[derive(Debug, Default)]
pub(super) struct Positions {
    /// As the kernel finds them; in front, one before the chunk's first byte.
    found: Vec<u32>,
    /// Record by record, for irregular chunks.
    copied: Vec<u32>,
}

impl Positions {
    pub(super) fn capacity_bytes(&self) -> usize {
        (self.found.capacity() + self.copied.capacity()) * size_of::<u32>()
    }
}

/// A record of a wrong number of fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ragged {
    pub start: usize,
    pub end: usize,
    pub fields: usize,
    /// Rows before it.
    pub row: usize,
}

/// A chunk's records, up to the first that is not allowed.
#[derive(Debug)]
pub(super) struct Records<'a> {
    pub bytes: &'a [u8],
    ends: &'a [u32],
    stride: usize,
    columns: usize,
    rows: usize,
    /// Some record ends with CR LF and the positions do not know it yet.
    trim_cr: bool,
    pub marks: Marks,
    /// The first record that the ragged policy does not allow.
    pub ragged: Option<Ragged>,
    /// Records that it sets aside.
    pub set_aside: Vec<Ragged>,
}

impl<'a> Records<'a> {
    /// Cuts `bytes`, which start at a record's start and end with a line end outside quotes. `lawful`: what is known
    /// about its quotes from an earlier pass over the same bytes (`None`: nothing).
    pub(super) fn cut(
        bytes: &'a [u8],
        layout: &Layout,
        lawful: Option<bool>,
        positions: &'a mut Positions,
    ) -> Self {
        let Positions { found, copied } = positions;
        found.clear();
        found.push(u32::MAX); // One before byte 0.
        let mut lawful = lawful != Some(false);
        let mut num_records = 0;
        let by_byte = layout.comment.is_some() || layout.marks.escape.is_some();
        if lawful && !by_byte {
            let summary = text::index(bytes, layout.marks, found);
            (lawful, num_records) = (summary.lawful, summary.records);
        }
        if !lawful || by_byte {
            found.truncate(1);
            num_records = text::index_by_byte(bytes, layout.marks, layout.comment.as_deref(), found).records;
        }
        let mut records = Self {
            bytes,
            ends: &[],
            stride: layout.columns,
            columns: layout.columns,
            rows: 0,
            trim_cr: false,
            marks: layout.marks,
            ragged: None,
            set_aside: Vec::new(),
        };
        if layout.comment.is_none() && records.is_regular(found, num_records, layout.marks.newline) {
            records.rows = num_records;
            records.ends = found;
        } else {
            copied.clear();
            records.stride = layout.columns + 1;
            records.copy_records(found, layout, copied);
            records.rows = copied.len() / records.stride;
            records.ends = copied;
        }
        records
    }

    /// Every `columns`-th position is a line end, and no other. Also finds out about CR LF.
    ///
    /// A blank line has one position, so it fails the test unless there is one column, where it is a row.
    fn is_regular(&mut self, found: &[u32], num_records: usize, newline: u8) -> bool {
        let columns = self.columns;
        if found.len() - 1 != num_records * columns {
            return false;
        }
        let mut any_cr = false;
        for record in found[1..].chunks_exact(columns) {
            let end = record[columns - 1];
            if self.bytes[end as usize] != newline {
                return false;
            }
            let before = self.bytes.get((end as usize).wrapping_sub(1)).copied();
            any_cr |= before == Some(b'\r') && newline == b'\n';
        }
        self.trim_cr = any_cr;
        true
    }

    /// Copies record by record; leaves out blank lines and comments, sees to records of the wrong length.
    fn copy_records(&mut self, found: &[u32], layout: &Layout, copied: &mut Vec<u32>) {
        let newline = layout.marks.newline;
        let mut beginning = found[0];
        let mut first = 1;
        for (i, &end) in found.iter().enumerate().skip(1) {
            if self.bytes[end as usize] != newline {
                continue;
            }
            let ends = &found[first..=i];
            let start = beginning.wrapping_add(1);
            // Line ends are only in the positions when outside quotes, so a position at a newline ends a record.
            let last = self.before_cr(start, end, newline);
            let is_blank = ends.len() == 1 && start == last && layout.columns > 1;
            let is_comment = layout
                .comment
                .as_ref()
                .is_some_and(|prefix| self.bytes[start as usize..].starts_with(prefix));
            if !is_blank && !is_comment {
                let allowed = match layout.on_ragged {
                    OnRagged::Fail | OnRagged::Reject => ends.len() == layout.columns,
                    OnRagged::Pad => ends.len() <= layout.columns,
                    OnRagged::Truncate => true,
                };
                if allowed {
                    copied.push(beginning);
                    copied.extend(ends[..ends.len() - 1].iter().take(layout.columns));
                    if ends.len() <= layout.columns {
                        copied.push(last);
                        // A missing field ends before it starts.
                        copied.extend(std::iter::repeat_n(last, layout.columns - ends.len()));
                    }
                } else {
                    let (start, end, fields) = (start as usize, last as usize, ends.len());
                    let ragged = Ragged { start, end, fields, row: copied.len() / self.stride };
                    if layout.on_ragged != OnRagged::Reject {
                        self.ragged = Some(ragged);
                        return;
                    }
                    self.set_aside.push(ragged);
                }
            }
            beginning = end;
            first = i + 1;
        }
    }

    /// The end of a record without the CR before LF.
    fn before_cr(&self, start: u32, end: u32, newline: u8) -> u32 {
        let has_cr = newline == b'\n' && end > start && self.bytes[end as usize - 1] == b'\r';
        end - u32::from(has_cr)
    }

    /// Number of records.
    #[inline]
    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    #[inline]
    pub(super) fn columns(&self) -> usize {
        self.columns
    }

    /// The fields of one column, for a loop over rows.
    #[inline]
    pub(super) fn column(&self, column: usize) -> Fields<'a> {
        debug_assert!(column < self.columns);
        Fields {
            bytes: self.bytes,
            ends: self.ends,
            column,
            stride: self.stride,
            trim_cr: self.trim_cr && column + 1 == self.columns,
        }
    }

    /// Where a record starts.
    pub(super) fn start_of(&self, row: usize) -> usize {
        self.ends[row * self.stride].wrapping_add(1) as usize
    }

    /// Where a record ends: its line end.
    pub(super) fn end_of(&self, row: usize) -> usize {
        self.ends[row * self.stride + self.columns] as usize
    }

    /// All of a record, without its line end.
    pub(super) fn text_of(&self, row: usize) -> &'a [u8] {
        let text = &self.bytes[self.start_of(row)..self.end_of(row)];
        if self.trim_cr { text.strip_suffix(b"\r").unwrap_or(text) } else { text }
    }
}

/// The fields of one column.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fields<'a> {
    pub bytes: &'a [u8],
    ends: &'a [u32],
    column: usize,
    stride: usize,
    trim_cr: bool,
}

impl<'a> Fields<'a> {
    /// Start and end of the field; start >= end when it is empty or missing.
    #[inline(always)]
    pub(super) fn span(&self, row: usize) -> (usize, usize) {
        let at = row * self.stride + self.column;
        let (start, mut end) = match self.ends.get(at..at + 2) {
            Some(&[before, end]) => (before.wrapping_add(1) as usize, end as usize),
            _ => (0, 0),
        };
        if self.trim_cr && end > start && self.bytes[end - 1] == b'\r' {
            end -= 1;
        }
        (start, end)
    }

    /// The field's bytes, quotes and all.
    pub(super) fn raw(&self, row: usize) -> &'a [u8] {
        let (start, end) = self.span(row);
        self.bytes.get(start..end).unwrap_or(&[])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(
        text: &str,
        columns: usize,
        on_ragged: OnRagged,
        comment: Option<&str>,
    ) -> (Vec<Vec<String>>, Option<Ragged>) {
        let dialect = Dialect { comment: comment.map(Into::into), ..Dialect::default() };
        let layout = Layout::new(&dialect, dialect.marks(text.as_bytes()), columns, on_ragged);
        let mut positions = Positions::default();
        let records = Records::cut(text.as_bytes(), &layout, None, &mut positions);
        let rows = (0..records.rows())
            .map(|row| {
                (0..columns)
                    .map(|column| match records.column(column).span(row) {
                        (start, end) if start > end => "-".into(),
                        (start, end) => text[start..end].into(),
                    })
                    .collect()
            })
            .collect();
        (rows, records.ragged)
    }

    #[test]
    fn regular_and_irregular() {
        let rows =
            |text, columns, on_ragged| cut(text, columns, on_ragged, None).0.join(&"|".to_string()).concat();
        for (text, columns, on_ragged, expected) in [
            ("a,b\nc,d\n", 2, OnRagged::Fail, "ab|cd"),
            ("a,b\r\nc,\r\n,d\n", 2, OnRagged::Fail, "ab|c|d"),
            ("\na,b\n\r\n\nc,d\n\n", 2, OnRagged::Fail, "ab|cd"),
            ("a\n\nb\n", 1, OnRagged::Fail, "a||b"),
            ("a\r\n\r\nb\r\n", 1, OnRagged::Fail, "a||b"),
            ("a\nb,c\n", 2, OnRagged::Pad, "a-|bc"),
            ("a\r\nb,c,d\r\ne,f\r\n", 2, OnRagged::Truncate, "a-|bc|ef"),
            ("a,b\r,c\n", 2, OnRagged::Truncate, "ab\r"),
            ("\"a\n\",b\n", 2, OnRagged::Fail, "\"a\n\"b"),
            ("", 3, OnRagged::Fail, ""),
        ] {
            assert_eq!(rows(text, columns, on_ragged), expected, "{text:?}");
        }
    }

    #[test]
    fn the_first_ragged_record_ends_the_chunk() {
        let (rows, ragged) = cut("a,b\n\nc\r\nd,e\n", 2, OnRagged::Fail, None);
        assert_eq!((rows.len(), ragged), (1, Some(Ragged { start: 5, end: 6, fields: 1, row: 1 })));
        let (rows, ragged) = cut("a\nb,c,d\n", 2, OnRagged::Pad, None);
        assert_eq!((rows.len(), ragged.map(|ragged| ragged.fields)), (1, Some(3)));
    }

    #[test]
    fn ragged_records_are_set_aside() {
        let text = "a\n\nb,c\r\nd,e,f\r\ng,h\n";
        let dialect = Dialect::default();
        let layout = Layout::new(&dialect, dialect.marks(text.as_bytes()), 2, OnRagged::Reject);
        let mut positions = Positions::default();
        let records = Records::cut(text.as_bytes(), &layout, None, &mut positions);
        let aside: Vec<_> = records
            .set_aside
            .iter()
            .map(|ragged| (&text[ragged.start..ragged.end], ragged.fields, ragged.row))
            .collect();
        assert_eq!(aside, [("a", 1, 0), ("d,e,f", 3, 1)]);
        assert_eq!((records.rows(), records.ragged), (2, None));
        assert_eq!(records.text_of(0), b"b,c");
    }

    #[test]
    fn comments_are_no_records() {
        let (rows, ragged) = cut("#x,\"y,z\na,b\n#\n#,\nc,#d\n", 2, OnRagged::Fail, Some("#"));
        assert_eq!(rows, [["a", "b"], ["c", "#d"]]);
        assert_eq!(ragged, None);
    }
}
