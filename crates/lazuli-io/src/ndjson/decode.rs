//! A chunk to a batch: columns of the filter first, then the others for the rows that are kept; of all that is wrong in
//! the chunk, the first by place.

use super::chunk::Chunk;
use super::column::{Rows, ValueMisfit, ValueRules, parse_values};
use super::keys::Keys;
use super::records::{Flaw, Malformed, Positions, Records};
use super::{NdjsonError, NdjsonErrorKind};
use crate::files::SetAside;
use crate::filter::{FilterError, RowFilter};
use crate::place::excerpt;
use crate::policy::{DictionaryStrings, OnMisfit};
use lazuli_array::{
    Array, Batch, Column, Dictionary, DictionaryArray, PrimitiveArray, SchemaRef, StringArray,
};
use std::sync::Arc;

/// How chunks of one file become batches. Shared by all workers.
pub(super) struct Decoder {
    /// The file, as it was named.
    pub path: String,
    /// All columns of the table.
    pub schema: SchemaRef,
    /// The column that has the path of the file.
    pub path_column: Option<usize>,
    /// The type of the column comes from samples.
    pub sampled: Vec<bool>,
    pub rules: ValueRules,
    /// Columns of the result by position in the table.
    pub projection: Vec<usize>,
    /// The columns whose values are wanted, ascending: those of the projection and the filter.
    pub wanted: Vec<usize>,
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
    pub error: Option<NdjsonError>,
}

/// Why some first rows of a chunk could not be made a batch.
enum Failure {
    Misfit { column: usize, misfit: ValueMisfit },
    Filter(FilterError),
}

/// What is left of some first rows of a chunk by the filter.
enum Kept {
    /// All of them, and the columns that were parsed for the filter.
    All(Vec<(usize, Array)>),
    These(Vec<u32>),
}

impl Decoder {
    /// The keys of a record: all that the table knows, values of those that are wanted.
    pub(super) fn keys(&self) -> Keys {
        let names = self.schema.names().enumerate().filter(|(column, _)| Some(*column) != self.path_column);
        Keys::new(
            names.map(|(column, name)| (name.as_str(), self.wanted.binary_search(&column).ok())),
            self.rules.on_unknown_key,
        )
    }

    pub(super) fn decode(&self, chunk: &Chunk, keys: &mut Keys, positions: &mut Positions) -> Decoded {
        let sets_aside = self.rules.on_misfit == OnMisfit::Reject;
        let records = Records::cut(chunk, keys, self.wanted.len(), sets_aside, positions);
        if sets_aside {
            return self.decode_setting_aside(chunk, &records);
        }
        let mut rows = records.rows();
        let mut error = records.malformed.first().map(|malformed| malformed_error(chunk, malformed));
        // What is wrong further up the chunk comes to light when only the rows before are parsed again.
        loop {
            match self.decode_rows(&records, rows) {
                Ok(batch) => return Decoded { batch, records: rows, rejects: Vec::new(), error },
                Err(Failure::Misfit { column, misfit }) => {
                    rows = misfit.row;
                    error = Some(self.misfit_error(chunk, column, misfit));
                }
                Err(Failure::Filter(failure)) => {
                    let (row, failure) = self.first_filter_failure(&records, rows, failure);
                    let at = if row < records.rows() { records.start_of(row) } else { 0 };
                    error = Some(NdjsonError::new(NdjsonErrorKind::Filter(failure)).at(chunk.place_of(at)));
                    rows = row;
                }
            }
        }
    }

    fn decode_rows(&self, records: &Records<'_>, num_rows: usize) -> Result<Batch, Failure> {
        match self.filter_rows(records, num_rows)? {
            Kept::All(ready) => {
                self.parse(records, Rows::First(num_rows), &self.projection, &self.output, &ready)
            }
            Kept::These(kept) => self.parse(records, Rows::These(&kept), &self.projection, &self.output, &[]),
        }
    }

    fn filter_rows(&self, records: &Records<'_>, num_rows: usize) -> Result<Kept, Failure> {
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
    /// row, and there in the first column of the table.
    fn parse(
        &self,
        records: &Records<'_>,
        rows: Rows<'_>,
        columns: &[usize],
        output: &SchemaRef,
        ready: &[(usize, Array)],
    ) -> Result<Batch, Failure> {
        let mut parsed = Vec::with_capacity(columns.len());
        let mut first: Option<(ValueMisfit, usize)> = None;
        for &column in columns {
            let data_type = self.schema.field(column).data_type();
            let array = match ready.iter().find(|(known, _)| *known == column) {
                Some((_, array)) => Ok(array.clone()),
                None => self.parse_one(records, rows, column),
            };
            match array {
                Ok(array) => parsed.push(Column::new(data_type.clone(), array)),
                Err(misfit) => {
                    let is_first =
                        first.as_ref().is_none_or(|(known, at)| (misfit.row, column) < (known.row, *at));
                    if is_first {
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
    ) -> Result<Array, ValueMisfit> {
        if Some(column) == self.path_column {
            return Ok(self.path_values(rows.len()));
        }
        let slot = self.wanted.binary_search(&column).expect("every column that is parsed is wanted");
        parse_values(records.column(slot), rows, self.schema.field(column).data_type(), self.rules)
    }

    /// The path of the file, in every row.
    fn path_values(&self, rows: usize) -> Array {
        if self.rules.dictionary_strings == DictionaryStrings::Never {
            return StringArray::from_iter(std::iter::repeat_n(Some(self.path.as_str()), rows)).into();
        }
        let entries = StringArray::from_iter([Some(self.path.as_str())]);
        let codes = PrimitiveArray::new(vec![0_u32; rows].into(), None);
        let dictionary = Arc::new(Dictionary::new(entries));
        DictionaryArray::try_new(codes, dictionary).expect("the dictionary has the one code").into()
    }

    pub(super) fn misfit_error(&self, chunk: &Chunk, column: usize, misfit: ValueMisfit) -> NdjsonError {
        let kind = NdjsonErrorKind::Misfit {
            column: self.schema.field(column).name().clone(),
            text: excerpt(misfit.span.of(&chunk.bytes)),
            data_type: misfit.data_type,
            reason: misfit.reason,
            sampled: self.sampled[column],
        };
        NdjsonError::new(kind).at(chunk.place_of(misfit.span.start()))
    }
}

/// A record that is none, as an error.
fn malformed_error(chunk: &Chunk, malformed: &Malformed) -> NdjsonError {
    let Malformed { start, end, at, flaw, .. } = *malformed;
    let error = match flaw {
        Flaw::InvalidUtf8 => {
            NdjsonError::new(NdjsonErrorKind::InvalidUtf8 { text: excerpt(&chunk.bytes[start..end]) })
        }
        Flaw::Syntax(fault) => NdjsonError::malformed(fault, &chunk.bytes[at..end]),
    };
    error.at(chunk.place_of(at))
}

impl ValueRules {
    pub(super) fn new(options: &super::NdjsonOptions) -> Self {
        Self {
            on_misfit: options.on_misfit,
            on_unknown_key: options.unknown_keys(),
            dictionary_strings: options.dictionary_strings,
        }
    }

    /// To find out whether values fit a type.
    pub(super) fn strict(options: &super::NdjsonOptions) -> Self {
        Self {
            on_misfit: OnMisfit::Fail,
            on_unknown_key: options.unknown_keys(),
            dictionary_strings: DictionaryStrings::Never,
        }
    }
}
