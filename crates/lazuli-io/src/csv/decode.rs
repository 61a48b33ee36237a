//! A chunk to a batch: columns of the filter first, then the others for the rows that are kept; of all that is wrong in
//! the chunk, the first by place.

use super::chunk::Chunk;
use super::column::{FieldMisfit, FieldRules, Rows, parse_column};
use super::field::{ColumnNulls, field_text};
use super::records::{Layout, Positions, Ragged, Records};
use super::set_aside::set_aside;
use super::{CsvError, CsvErrorKind, DictionaryStrings, FilterError, OnMisfit, RowFilter};
use crate::files::{Origin, SetAside};
use crate::place::{excerpt, first_bad_byte};
use lazuli_array::{Array, Batch, Column, Name, SchemaRef, StringArray};
use lazuli_kernels::parse::TimePattern;
use std::path::PathBuf;
use std::sync::Arc;

/// How chunks of one file become batches. Shared by all workers.
pub(super) struct Decoder {
    pub layout: Layout,
    /// The file, as it was named.
    pub path: PathBuf,
    /// Columns of the file.
    pub names: Vec<Name>,
    /// All columns of the table.
    pub schema: SchemaRef,
    /// Where each of them comes from.
    pub origins: Vec<Origin>,
    /// The form of its dates and times, by column of the table.
    pub patterns: Vec<Option<Arc<TimePattern>>>,
    /// The type of the column comes from samples.
    pub sampled: Vec<bool>,
    pub null_texts: ColumnNulls,
    pub on_misfit: OnMisfit,
    pub dictionary_strings: DictionaryStrings,
    /// Columns of the result by position in the table.
    pub projection: Vec<usize>,
    /// The result's schema.
    pub output: SchemaRef,
    pub filter: Option<Filter>,
}

/// A filter and the schema it sees.
pub(super) struct Filter {
    pub filter: Arc<dyn RowFilter>,
    pub schema: SchemaRef,
}

/// A chunk's rows up to the first thing that is wrong, and that.
pub(super) struct Decoded {
    pub batch: Batch,
    /// Records that were parsed, those that the filter removed included, those set aside not.
    pub records: usize,
    pub rejects: Vec<SetAside>,
    pub error: Option<CsvError>,
}

/// Why some first rows of a chunk could not be made a batch.
enum Failure {
    Misfit { column: usize, misfit: FieldMisfit },
    Filter(FilterError),
}

/// What is left of some first rows of a chunk by the filter.
enum Kept {
    /// All of them, and the columns that were parsed for the filter.
    All(Vec<(usize, Array)>),
    These(Vec<u32>),
}

impl Decoder {
    pub(super) fn decode(&self, chunk: &Chunk, positions: &mut Positions) -> Decoded {
        let records = Records::cut(&chunk.bytes, &self.layout, Some(chunk.lawful), positions);
        if self.on_misfit == OnMisfit::Reject {
            return self.decode_setting_aside(chunk, &records);
        }
        let mut rows = records.rows();
        let mut error = records.ragged.map(|ragged| (self.ragged(&records, ragged), ragged.start));
        if let Some(at) = first_bad_byte(&chunk.bytes)
            && records.ragged.is_none_or(|ragged| at < ragged.end)
            && let Some(at) = first_bad_byte_kept(&records, at)
        {
            let row = row_of(&records, at);
            error = Some((self.invalid_utf8(&records, row, at), at));
            rows = row;
        }
        // What is wrong further up the chunk comes to light when only the rows before are parsed again.
        loop {
            match self.decode_rows(&records, rows) {
                Ok(batch) => {
                    let newline = self.layout.marks.newline;
                    let error = error.map(|(kind, at)| CsvError::new(kind).at(chunk.place_of(at, newline)));
                    let rejects = match records.set_aside.is_empty() {
                        true => Vec::new(),
                        false => set_aside(chunk, &records, Default::default(), self),
                    };
                    return Decoded { batch, records: rows, rejects, error };
                }
                Err(Failure::Misfit { column, misfit }) => {
                    let at = self.span(&records, column, misfit.row).0;
                    error = Some((self.misfit(&records, column, misfit), at));
                    rows = misfit.row;
                }
                Err(Failure::Filter(failure)) => {
                    let (row, failure) = self.first_filter_failure(&records, rows, failure);
                    let at = if row < records.rows() { records.start_of(row) } else { 0 };
                    error = Some((CsvErrorKind::Filter(failure), at));
                    rows = row;
                }
            }
        }
    }

    fn decode_rows(&self, records: &Records<'_>, num_rows: usize) -> std::result::Result<Batch, Failure> {
        let (rows, ready) = match self.filter_rows(records, num_rows)? {
            Kept::All(ready) => (Rows::First(num_rows), ready),
            Kept::These(kept) => {
                return self.parse(records, Rows::These(&kept), &self.projection, &self.output, &[]);
            }
        };
        self.parse(records, rows, &self.projection, &self.output, &ready)
    }

    fn filter_rows(&self, records: &Records<'_>, num_rows: usize) -> std::result::Result<Kept, Failure> {
        let Some(Filter { filter, schema }) = &self.filter else { return Ok(Kept::All(Vec::new())) };
        let tested = filter.columns();
        let batch = self.parse(records, Rows::First(num_rows), tested, schema, &[])?;
        let mask = filter.keep(&batch).map_err(Failure::Filter)?;
        assert_eq!(mask.len(), num_rows, "a filter says of each row whether to keep it");
        if mask.count_ones() < num_rows {
            return Ok(Kept::These(mask.ones().map(|row| row as u32).collect()));
        }
        let arrays = batch.into_columns().into_iter().map(Column::into_array);
        Ok(Kept::All(tested.iter().copied().zip(arrays).collect()))
    }

    /// The row at which the filter fails, found by halving: a filter fails on some first rows when it fails on one of
    /// them. `failure` is what it said of the first `num_rows`.
    fn first_filter_failure(
        &self,
        records: &Records<'_>,
        num_rows: usize,
        mut failure: FilterError,
    ) -> (usize, FilterError) {
        let (mut fine, mut failing) = (0, num_rows);
        while fine + 1 < failing {
            let middle = fine + (failing - fine) / 2;
            match self.filter_rows(records, middle) {
                Err(Failure::Filter(earlier)) => (failing, failure) = (middle, earlier),
                _ => fine = middle,
            }
        }
        (failing.saturating_sub(1), failure)
    }

    /// Parses `columns` (positions in the table), but those that are `ready`. Of several misfits the one in the first
    /// row, and there in the first column of the file.
    fn parse(
        &self,
        records: &Records<'_>,
        rows: Rows<'_>,
        columns: &[usize],
        output: &SchemaRef,
        ready: &[(usize, Array)],
    ) -> std::result::Result<Batch, Failure> {
        let mut parsed = Vec::with_capacity(columns.len());
        let mut first: Option<(FieldMisfit, usize)> = None;
        for &column in columns {
            let data_type = self.schema.field(column).data_type();
            let array = match ready.iter().find(|(known, _)| *known == column) {
                Some((_, array)) => Ok(array.clone()),
                None => self.parse_one(records, rows, column),
            };
            match array {
                Ok(array) => parsed.push(Column::new(data_type.clone(), array)),
                Err(misfit) => {
                    if first.is_none_or(|(known, at)| (misfit.row, column) < (known.row, at)) {
                        first = Some((misfit, column));
                    }
                }
            }
        }
        match first {
            Some((misfit, column)) => Err(Failure::Misfit { column, misfit }),
            None => Ok(Batch::new(output.clone(), parsed, rows.len())),
        }
    }

    /// One column of the table.
    pub(super) fn parse_one(
        &self,
        records: &Records<'_>,
        rows: Rows<'_>,
        column: usize,
    ) -> std::result::Result<Array, FieldMisfit> {
        let data_type = self.schema.field(column).data_type();
        match &self.origins[column] {
            Origin::Column(position) => {
                parse_column(records.column(*position), rows, data_type, self.rules(column))
            }
            Origin::Path if self.dictionary_strings == DictionaryStrings::Never => {
                let path = self.path.display().to_string();
                Ok(StringArray::from_iter(std::iter::repeat_n(Some(path.as_str()), rows.len())).into())
            }
            made => Ok(made.made_array(data_type, &self.path, rows.len())),
        }
    }

    /// The bytes of a field, quotes and all; nothing of a column that is not in the file.
    fn span(&self, records: &Records<'_>, column: usize, row: usize) -> (usize, usize) {
        match self.origins[column] {
            Origin::Column(position) => records.column(position).span(row),
            Origin::Missing | Origin::Key(_) | Origin::Path => (0, 0),
        }
    }

    /// What the loops need to know of a column besides its type.
    pub(super) fn rules(&self, column: usize) -> FieldRules<'_> {
        FieldRules {
            quote: self.layout.marks.quote,
            escape: self.layout.marks.escape,
            null_texts: self.null_texts.of(column),
            on_misfit: self.on_misfit,
            dictionary_strings: self.dictionary_strings,
            pattern: self.patterns[column].as_deref(),
        }
    }

    pub(super) fn ragged(&self, records: &Records<'_>, ragged: Ragged) -> CsvErrorKind {
        CsvErrorKind::Ragged {
            found: ragged.fields,
            expected: self.layout.columns,
            text: excerpt(&records.bytes[ragged.start..ragged.end]),
        }
    }

    /// The text of a field, as a message has it.
    pub(super) fn field_text(&self, records: &Records<'_>, column: usize, row: usize) -> String {
        let (start, end) = self.span(records, column, row);
        let raw = records.bytes.get(start..end).unwrap_or(&[]);
        let marks = records.marks;
        excerpt(field_text(raw, marks.quote, marks.escape, &mut Vec::new()))
    }

    fn misfit(&self, records: &Records<'_>, column: usize, misfit: FieldMisfit) -> CsvErrorKind {
        CsvErrorKind::Misfit {
            column: self.schema.field(column).name().clone(),
            data_type: self.schema.field(column).data_type().clone(),
            text: self.field_text(records, column, misfit.row),
            reason: misfit.reason,
            sampled: self.sampled[column],
        }
    }

    fn invalid_utf8(&self, records: &Records<'_>, row: usize, at: usize) -> CsvErrorKind {
        let is_in_record = row < records.rows() && records.start_of(row) <= at;
        let column = if is_in_record { self.column_at(records, row, at) } else { None };
        let text = column.map_or(&records.bytes[at..at + 1], |column| records.column(column).raw(row));
        let column = column.map(|column| self.names[column].clone());
        CsvErrorKind::InvalidUtf8 { column, text: excerpt(text) }
    }

    /// The column of the file that has a byte of a record; `None` behind the last.
    pub(super) fn column_at(&self, records: &Records<'_>, row: usize, at: usize) -> Option<usize> {
        (0..records.columns()).find(|&column| at < records.column(column).span(row).1)
    }
}

/// The first byte at or after `at`, where the chunk stops to be UTF-8, that is in no record set aside.
fn first_bad_byte_kept(records: &Records<'_>, at: usize) -> Option<usize> {
    let mut at = at;
    for aside in &records.set_aside {
        if (aside.start..aside.end).contains(&at) {
            at = aside.end + first_bad_byte(&records.bytes[aside.end..])?;
        }
    }
    Some(at)
}

/// The record that holds a byte: the last one that starts at or before it. Bytes between records (blank lines,
/// comments) count to the record before, those behind the last record to no record.
fn row_of(records: &Records<'_>, at: usize) -> usize {
    let (mut low, mut high) = (0, records.rows());
    while low < high {
        let middle = (low + high) / 2;
        if records.start_of(middle) <= at { low = middle + 1 } else { high = middle }
    }
    match low.checked_sub(1) {
        Some(row) if at < records.end_of(row) => row,
        _ => low,
    }
}
