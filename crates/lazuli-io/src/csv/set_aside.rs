//! The way through a chunk when misfits are set aside: which records go, the rows of the others.
//!
//! First everything is parsed as if nothing were wrong, so a chunk without a misfit costs what it always does (but that
//! a filter saves no parsing: whether a record is set aside must not depend on whether a filter lies in the scan). Only
//! when something misfits are all misfits of all columns looked for.

use super::chunk::Chunk;
use super::column::{Rows, all_misfits};
use super::decode::{Decoded, Decoder};
use super::records::{Ragged, Records};
use super::{CsvError, CsvErrorKind};
use crate::files::{Origin, SetAside, raw_text};
use crate::place::first_bad_byte;
use lazuli_array::{Array, Batch, Column, Name};
use lazuli_kernels::filter_batch;
use std::collections::BTreeMap;

/// Why a row goes: the first column of the file that misfits, and the reason.
type Faults = BTreeMap<usize, (Option<Name>, String)>;

impl Decoder {
    /// As [`Decoder::decode`], where [`OnMisfit::Reject`] holds.
    pub(super) fn decode_setting_aside(&self, chunk: &Chunk, records: &Records<'_>) -> Decoded {
        let newline = self.layout.marks.newline;
        let mut error = records.ragged.map(|ragged| {
            CsvError::new(self.ragged(records, ragged)).at(chunk.place_of(ragged.start, newline))
        });
        let num_rows = records.rows();
        let mut faults = Faults::new();
        if first_bad_byte(&chunk.bytes).is_some() {
            self.find_bad_texts(records, &mut faults);
        }
        let mut looked_at = self.projection.clone();
        looked_at.extend(self.filter.iter().flat_map(|filter| filter.filter.columns()));
        looked_at.sort_unstable();
        looked_at.dedup();
        let mut kept: Vec<u32> =
            (0..num_rows as u32).filter(|&row| !faults.contains_key(&(row as usize))).collect();
        let parsed = match self.parse_all(records, &kept, num_rows, &looked_at) {
            Some(parsed) => parsed,
            None => {
                self.find_misfits(records, &kept, &looked_at, &mut faults);
                kept.retain(|&row| !faults.contains_key(&(row as usize)));
                self.parse_all(records, &kept, num_rows, &looked_at).expect("what misfits was taken out")
            }
        };
        let rejects = set_aside(chunk, records, faults, self);
        let column = |&column: &usize| {
            let at =
                looked_at.binary_search(&column).expect("the columns of projection and filter were parsed");
            Column::new(self.schema.field(column).data_type().clone(), parsed[at].clone())
        };
        let columns = |wanted: &[usize]| wanted.iter().map(column).collect();
        let mut batch = Batch::new(self.output.clone(), columns(&self.projection), kept.len());
        if let Some(filter) = &self.filter {
            let tested = Batch::new(filter.schema.clone(), columns(filter.filter.columns()), kept.len());
            match filter.filter.keep(&tested) {
                Ok(mask) => batch = filter_batch(&batch, &mask),
                Err(failure) => {
                    // Found by halving: a filter fails on some first rows when it fails on one of them.
                    let (mut fine, mut failing, mut failure) = (0, kept.len(), failure);
                    while fine + 1 < failing {
                        let middle = fine + (failing - fine) / 2;
                        match filter.filter.keep(&tested.sliced(0, middle)) {
                            Err(earlier) => (failing, failure) = (middle, earlier),
                            Ok(_) => fine = middle,
                        }
                    }
                    let row = kept.get(failing.saturating_sub(1)).map_or(0, |&row| row as usize);
                    let at = if row < num_rows { records.start_of(row) } else { 0 };
                    let place = chunk.place_of(at, newline);
                    error = Some(CsvError::new(CsvErrorKind::Filter(failure)).at(place));
                    batch = batch.sliced(0, 0);
                }
            }
        }
        Decoded { batch, records: kept.len(), rejects, error }
    }

    /// The columns at `looked_at` for the rows that are kept, unless something misfits.
    fn parse_all(
        &self,
        records: &Records<'_>,
        kept: &[u32],
        num_rows: usize,
        looked_at: &[usize],
    ) -> Option<Vec<Array>> {
        let rows = if kept.len() == num_rows { Rows::First(num_rows) } else { Rows::These(kept) };
        looked_at.iter().map(|&column| self.parse_one(records, rows, column).ok()).collect()
    }

    fn find_misfits(&self, records: &Records<'_>, kept: &[u32], looked_at: &[usize], faults: &mut Faults) {
        for &column in looked_at {
            let field = self.schema.field(column);
            let Origin::Column(position) = self.origins[column] else { continue };
            all_misfits(records.column(position), kept, field.data_type(), self.rules(column), |misfit| {
                faults.entry(misfit.row).or_insert_with(|| {
                    let text = self.field_text(records, column, misfit.row);
                    let reason = format!("{text:?} is no {}: {}", field.data_type(), misfit.reason);
                    (Some(field.name().clone()), reason)
                });
            });
        }
    }

    /// Records whose bytes are no text.
    fn find_bad_texts(&self, records: &Records<'_>, faults: &mut Faults) {
        for row in 0..records.rows() {
            if let Some(at) = first_bad_byte(records.text_of(row)) {
                let column = self.column_at(records, row, records.start_of(row) + at);
                let name = column.map(|column| self.names[column].clone());
                faults.insert(row, (name, "invalid UTF-8".into()));
            }
        }
    }
}

/// The records that go, in their order.
pub(super) fn set_aside(
    chunk: &Chunk,
    records: &Records<'_>,
    faults: BTreeMap<usize, (Option<Name>, String)>,
    decoder: &Decoder,
) -> Vec<SetAside> {
    let mut rejects = Vec::with_capacity(faults.len() + records.set_aside.len());
    let newline = decoder.layout.marks.newline;
    // Places are counted on from the one before: from the chunk's start each time, many rejects would take long.
    let mut counted = (0, chunk.start);
    let mut add = |start: usize, record: usize, column, text: &[u8], reason| {
        let place = counted.1.behind(&chunk.bytes[counted.0..start], newline);
        counted = (start, place);
        rejects.push(SetAside { place, record: record as u64, column, raw_text: raw_text(text), reason });
    };
    let mut ragged = records.set_aside.iter().enumerate().peekable();
    let mut add_ragged = |add: &mut dyn FnMut(usize, usize, Option<Name>, &[u8], String), before: usize| {
        let mut passed = 0;
        while let Some((index, Ragged { start, end, row, fields })) =
            ragged.next_if(|(_, ragged)| ragged.row <= before)
        {
            let reason = CsvErrorKind::ragged_reason(*fields, decoder.layout.columns);
            add(*start, row + index, None, &chunk.bytes[*start..*end], reason);
            passed = index + 1;
        }
        passed
    };
    let mut passed = 0;
    for (row, (column, reason)) in faults {
        passed = add_ragged(&mut add, row).max(passed);
        add(records.start_of(row), row + passed, column, records.text_of(row), reason);
    }
    add_ragged(&mut add, usize::MAX);
    rejects
}
