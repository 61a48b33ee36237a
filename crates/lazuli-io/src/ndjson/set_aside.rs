//! The way through a chunk when misfits are set aside: which records go, the rows of the others.
//!
//! First everything is parsed as if nothing were wrong, so a chunk without a misfit costs what it always does (but that
//! a filter saves no parsing: whether a record is set aside must not depend on whether a filter lies in the scan). Only
//! when something misfits are all misfits of all columns looked for.

use super::chunk::Chunk;
use super::column::{Rows, ValueMisfit, all_misfits};
use super::decode::{Decoded, Decoder};
use super::records::{Flaw, Malformed, Records};
use super::{NdjsonError, NdjsonErrorKind};
use crate::files::{SetAside, raw_text};
use crate::place::excerpt;
use lazuli_array::{Array, Batch, Column, Name};
use lazuli_kernels::filter_batch;
use std::collections::BTreeMap;

/// Why a row goes: the first column of the table that misfits, and the reason.
type Faults = BTreeMap<usize, (Name, String)>;

impl Decoder {
    /// As [`Decoder::decode`], where misfits are set aside.
    pub(super) fn decode_setting_aside(&self, chunk: &Chunk, records: &Records<'_>) -> Decoded {
        let num_rows = records.rows();
        let mut faults = Faults::new();
        let mut kept: Vec<u32> = (0..num_rows as u32).collect();
        let mut error = None;
        let mut parsed = self.parse_all(records, &kept, num_rows);
        if parsed.is_err() {
            self.find_misfits(records, &kept, &mut faults);
            kept.retain(|&row| !faults.contains_key(&(row as usize)));
            parsed = self.parse_all(records, &kept, num_rows);
        }
        let parsed = match parsed {
            Ok(parsed) => parsed,
            Err((column, misfit)) => {
                // What no single row is to blame for: objects that together have too few of their fields.
                error = Some(self.misfit_error(chunk, column, misfit));
                kept.clear();
                self.parse_all(records, &kept, num_rows).unwrap_or_default()
            }
        };
        let rejects = set_aside(chunk, records, faults);
        let column = |&column: &usize| {
            let data_type = self.schema.field(column).data_type();
            let array = match self.wanted.binary_search(&column) {
                Ok(slot) if slot < parsed.len() => parsed[slot].clone(),
                Ok(_) => Array::new_null(data_type, kept.len()),
                Err(_) => self
                    .parse_one(records, Rows::First(kept.len()), column)
                    .unwrap_or_else(|_| Array::new_null(data_type, kept.len())),
            };
            Column::new(data_type.clone(), array)
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
                    let at =
                        kept.get(failing.saturating_sub(1)).map_or(0, |&row| records.start_of(row as usize));
                    error = Some(NdjsonError::new(NdjsonErrorKind::Filter(failure)).at(chunk.place_of(at)));
                    batch = batch.sliced(0, 0);
                }
            }
        }
        Decoded { batch, records: kept.len(), rejects, error }
    }

    /// The wanted columns for the rows that are kept, or the first of them with a misfit.
    fn parse_all(
        &self,
        records: &Records<'_>,
        kept: &[u32],
        num_rows: usize,
    ) -> Result<Vec<Array>, (usize, ValueMisfit)> {
        let rows = if kept.len() == num_rows { Rows::First(num_rows) } else { Rows::These(kept) };
        let parse =
            |&column: &usize| self.parse_one(records, rows, column).map_err(|misfit| (column, misfit));
        self.wanted.iter().map(parse).collect()
    }

    fn find_misfits(&self, records: &Records<'_>, kept: &[u32], faults: &mut Faults) {
        for (slot, &column) in self.wanted.iter().enumerate() {
            let field = self.schema.field(column);
            all_misfits(records.column(slot), kept, field.data_type(), self.rules, |misfit| {
                faults.entry(misfit.row).or_insert_with(|| {
                    let text = excerpt(misfit.span.of(records.bytes));
                    let reason = format!("{text} is no {}: {}", misfit.data_type, misfit.reason);
                    (field.name().clone(), reason)
                });
            });
        }
    }
}

/// The records that go, in their order.
fn set_aside(chunk: &Chunk, records: &Records<'_>, faults: Faults) -> Vec<SetAside> {
    let mut rejects = Vec::with_capacity(faults.len() + records.malformed.len());
    // Places are counted on from the one before: from the chunk's start each time, many rejects would take long.
    let mut counted = (0, chunk.start);
    let mut add = |start: usize, record: usize, column, text: &[u8], reason| {
        let place = counted.1.behind(&chunk.bytes[counted.0..start], b'\n');
        counted = (start, place);
        rejects.push(SetAside { place, record: record as u64, column, raw_text: raw_text(text), reason });
    };
    let mut malformed = records.malformed.iter().enumerate().peekable();
    let mut passed = 0;
    let mut faults = faults.into_iter().peekable();
    loop {
        let next_fault = faults.peek().map(|(row, _)| *row);
        match malformed.next_if(|(_, malformed)| next_fault.is_none_or(|row| malformed.row <= row)) {
            Some((index, &Malformed { start, end, row, flaw, .. })) => {
                let reason = match flaw {
                    Flaw::InvalidUtf8 => "invalid UTF-8".to_owned(),
                    Flaw::Syntax(fault) => format!("malformed JSON: {fault}"),
                };
                add(start, row + index, None, &chunk.bytes[start..end], reason);
                passed = index + 1;
            }
            None => match faults.next() {
                Some((row, (column, reason))) => {
                    add(records.start_of(row), row + passed, Some(column), records.text_of(row), reason);
                }
                None => return rejects,
            },
        }
    }
}
