//! A chunk to a batch: columns of the filter first, then the others for the rows that are kept; of all that is wrong in
//! the chunk, the first by place.

use super::chunk::Chunk;
use super::column::{FieldMisfit, FieldRules, Rows, parse_column};
use super::error::excerpt;
use super::field::{NullTexts, unquote};
use super::records::{Layout, Positions, Records};
use super::{CsvError, CsvErrorKind, DictionaryStrings, FilterError, OnMisfit, Result, RowFilter};
use lazuli_array::{Array, Batch, Column, SchemaRef};
use std::sync::Arc;

/// How chunks of one scan become batches. Shared by all workers.
pub(super) struct Decoder {
    pub layout: Layout,
    /// All columns of the file.
    pub schema: SchemaRef,
    /// The type of the column comes from samples.
    pub sampled: Vec<bool>,
    pub null_texts: NullTexts,
    pub on_misfit: OnMisfit,
    pub dictionary_strings: DictionaryStrings,
    /// Columns of the result by position in the file.
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

/// Why some first rows of a chunk could not be made a batch.
enum Failure {
    Misfit { column: usize, misfit: FieldMisfit },
    Filter(FilterError),
}

impl Decoder {
    /// The chunk's rows, or the first thing that is wrong with them.
    pub(super) fn decode(&self, chunk: &Chunk, positions: &mut Positions) -> Result<Batch> {
        let records = Records::cut(&chunk.bytes, &self.layout, Some(chunk.lawful), positions);
        let mut rows = records.rows();
        let mut error = records.ragged.map(|ragged| {
            let kind = CsvErrorKind::Ragged {
                found: ragged.fields,
                expected: self.layout.columns,
                text: excerpt(&chunk.bytes[ragged.start..ragged.end]),
            };
            (kind, ragged.start)
        });
        if let Some(at) = first_bad_byte(&chunk.bytes)
            && error.as_ref().is_none_or(|_| records.ragged.is_some_and(|ragged| at < ragged.end))
        {
            let row = row_of(&records, at);
            error = Some((self.invalid_utf8(&records, row, at), at));
            rows = row;
        }
        // What is wrong further up the chunk comes to light when only the rows before are parsed again.
        loop {
            match (self.decode_rows(&records, rows), error) {
                (Ok(batch), None) => return Ok(batch),
                (Ok(_), Some((kind, at))) => {
                    return Err(CsvError::new(kind).at(chunk.place_of(at, self.layout.marks.newline)));
                }
                (Err(Failure::Filter(failure)), _) => {
                    let place = chunk.place_of(0, self.layout.marks.newline);
                    return Err(CsvError::new(CsvErrorKind::Filter(failure)).at(place));
                }
                (Err(Failure::Misfit { column, misfit }), _) => {
                    let at = records.column(column).span(misfit.row).0;
                    error = Some((self.misfit(&records, column, misfit), at));
                    rows = misfit.row;
                }
            }
        }
    }

    fn decode_rows(&self, records: &Records<'_>, num_rows: usize) -> std::result::Result<Batch, Failure> {
        let Some(Filter { filter, schema }) = &self.filter else {
            return self.parse(records, Rows::First(num_rows), &self.projection, &self.output, &[]);
        };
        let tested = filter.columns();
        let batch = self.parse(records, Rows::First(num_rows), tested, schema, &[])?;
        let mask = filter.keep(&batch).map_err(Failure::Filter)?;
        let kept = mask.count_ones();
        if kept == num_rows {
            let ready: Vec<(usize, &Array)> =
                tested.iter().copied().zip(batch.columns().iter().map(Column::array)).collect();
            return self.parse(records, Rows::First(num_rows), &self.projection, &self.output, &ready);
        }
        let kept: Vec<u32> = mask.ones().map(|row| row as u32).collect();
        self.parse(records, Rows::These(&kept), &self.projection, &self.output, &[])
    }

    /// Parses `columns` (positions in the file), but those that are `ready`. Of several misfits the one in the first
    /// row, and there in the first column of the file.
    fn parse(
        &self,
        records: &Records<'_>,
        rows: Rows<'_>,
        columns: &[usize],
        output: &SchemaRef,
        ready: &[(usize, &Array)],
    ) -> std::result::Result<Batch, Failure> {
        let mut parsed = Vec::with_capacity(columns.len());
        let mut first: Option<(FieldMisfit, usize)> = None;
        for &column in columns {
            let data_type = self.schema.field(column).data_type();
            let array = match ready.iter().find(|(known, _)| *known == column) {
                Some((_, array)) => Ok((*array).clone()),
                None => parse_column(records.column(column), rows, data_type, self.rules()),
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

    fn rules(&self) -> FieldRules<'_> {
        FieldRules {
            quote: self.layout.marks.quote,
            null_texts: &self.null_texts,
            on_misfit: self.on_misfit,
            dictionary_strings: self.dictionary_strings,
        }
    }

    fn misfit(&self, records: &Records<'_>, column: usize, misfit: FieldMisfit) -> CsvErrorKind {
        let raw = records.column(column).raw(misfit.row);
        let mut scratch = Vec::new();
        let text = match raw.first() {
            Some(&first) if Some(first) == records.quote => unquote(raw, first, &mut scratch),
            _ => raw,
        };
        CsvErrorKind::Misfit {
            column: self.schema.field(column).name().clone(),
            data_type: self.schema.field(column).data_type().clone(),
            text: excerpt(text),
            reason: misfit.reason,
            sampled: self.sampled[column],
        }
    }

    fn invalid_utf8(&self, records: &Records<'_>, row: usize, at: usize) -> CsvErrorKind {
        let is_in_record = row < records.rows() && records.start_of(row) <= at;
        let column =
            (0..records.columns()).find(|&column| is_in_record && at < records.column(column).span(row).1);
        let text = column.map_or(&records.bytes[at..at + 1], |column| records.column(column).raw(row));
        let column = column.map(|column| self.schema.field(column).name().clone());
        CsvErrorKind::InvalidUtf8 { column, text: excerpt(text) }
    }
}

/// Where the bytes stop to be UTF-8. One fast pass; the place is only looked for when there is one.
fn first_bad_byte(bytes: &[u8]) -> Option<usize> {
    match simdutf8::basic::from_utf8(bytes) {
        Ok(_) => None,
        Err(_) => simdutf8::compat::from_utf8(bytes).err().map(|error| error.valid_up_to()),
    }
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
