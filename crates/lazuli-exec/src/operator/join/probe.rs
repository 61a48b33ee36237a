//! The probing side of a join: finds each row's matches, in the order of the rows.

use std::sync::Arc;

use lazuli_array::{Batch, Bitmap, Column};
use lazuli_kernels::keys::GroupTable;
use lazuli_kernels::{NO_ROW, filter_batch, take_column, take_column_optional};

use super::build::BuiltTable;
use super::{JoinOutput, JoinTable, OutputColumn};
use crate::Result;
use crate::morsel::{Flow, Morsel};
use crate::operator::project::Choose;
use crate::pipeline::{Operator, Task};

/// What becomes of a probing row.
pub(crate) enum Matching {
    /// A row for each match; `keep_unmatched`: and one for a row without a match.
    Pairs {
        /// Whether rows without a match stay.
        keep_unmatched: bool,
        /// The columns of the result.
        output: JoinOutput,
    },
    /// The row itself if it has a match, or (`anti`) if it has none.
    Exists {
        /// Whether rows without a match stay, rather than those with one.
        anti: bool,
        /// The columns of the result.
        output: Choose,
    },
}

/// Looks rows up in a built table.
pub(crate) struct JoinProbe {
    /// Positions of the keys among the columns that come in.
    pub(crate) keys: Vec<usize>,
    pub(crate) matching: Matching,
    pub(crate) table: Arc<JoinTable>,
}

impl Operator for JoinProbe {
    fn execute(
        &self,
        input: Morsel,
        task: &Task<'_>,
        emit: &mut dyn FnMut(Morsel) -> Result<Flow>,
    ) -> Result<Flow> {
        let table = self.table.built()?;
        let keys: Vec<Column> = self.keys.iter().map(|&key| input.batch.column(key).clone()).collect();
        let mut ids = Vec::new();
        table.lookup(&keys, input.num_rows(), &mut ids);
        match &self.matching {
            Matching::Exists { anti, output } => {
                let kept = Bitmap::from_fn(ids.len(), |row| (ids[row] == GroupTable::NO_GROUP) == *anti);
                match kept.count_ones() {
                    0 => Ok(Flow::More),
                    all if all == input.num_rows() => emit(input.with_columns(output.choose(&input.batch))),
                    _ => emit(input.with_rows(filter_batch(&output.choose(&input.batch), &kept))),
                }
            }
            Matching::Pairs { keep_unmatched, output } => {
                table.note_matches(&ids);
                let unmatched = ids.iter().filter(|&&id| id == GroupTable::NO_GROUP).count();
                if table.is_unique && (*keep_unmatched || unmatched == 0) {
                    // One row for each: the probing columns stay as they are.
                    let rows: Vec<u32> =
                        ids.iter().map(|&id| table.rows_of(id).first().copied().unwrap_or(NO_ROW)).collect();
                    let pairs = Pairs { probe: None, build: &rows, has_unmatched: unmatched > 0 };
                    return emit(input.with_rows(pairs.joined(output, &input.batch, table)));
                }
                let mut pending = Pending::new(&input, table, output, task.context.morsel_rows);
                for (row, &id) in ids.iter().enumerate() {
                    let matches = table.rows_of(id);
                    let flow = match matches {
                        [] if *keep_unmatched => pending.add(row as u32, &[NO_ROW], emit)?,
                        matches => pending.add(row as u32, matches, emit)?,
                    };
                    if flow == Flow::Stop {
                        return Ok(Flow::Stop);
                    }
                }
                pending.flush(emit)
            }
        }
    }
}

/// Pairs that have been found and not yet emitted: at most a morsel of them, however many matches a row has.
struct Pending<'a> {
    input: &'a Morsel,
    table: &'a BuiltTable,
    output: &'a JoinOutput,
    capacity: usize,
    probe: Vec<u32>,
    build: Vec<u32>,
    has_unmatched: bool,
}

impl<'a> Pending<'a> {
    fn new(input: &'a Morsel, table: &'a BuiltTable, output: &'a JoinOutput, capacity: usize) -> Self {
        Self { input, table, output, capacity, probe: Vec::new(), build: Vec::new(), has_unmatched: false }
    }

    fn add(
        &mut self,
        row: u32,
        mut matches: &[u32],
        emit: &mut dyn FnMut(Morsel) -> Result<Flow>,
    ) -> Result<Flow> {
        while !matches.is_empty() {
            let room = self.capacity - self.build.len();
            let (now, later) = matches.split_at(matches.len().min(room));
            self.probe.resize(self.probe.len() + now.len(), row);
            self.build.extend_from_slice(now);
            self.has_unmatched |= now.first() == Some(&NO_ROW);
            matches = later;
            if self.build.len() == self.capacity && self.flush(emit)? == Flow::Stop {
                return Ok(Flow::Stop);
            }
        }
        Ok(Flow::More)
    }

    fn flush(&mut self, emit: &mut dyn FnMut(Morsel) -> Result<Flow>) -> Result<Flow> {
        if self.build.is_empty() {
            return Ok(Flow::More);
        }
        let pairs = Pairs { probe: Some(&self.probe), build: &self.build, has_unmatched: self.has_unmatched };
        let joined = pairs.joined(self.output, &self.input.batch, self.table);
        self.probe.clear();
        self.build.clear();
        self.has_unmatched = false;
        emit(self.input.with_rows(joined))
    }
}

/// Rows of both sides, pair by pair.
struct Pairs<'a> {
    /// Rows of the probing side; `None`: all of them, in order.
    probe: Option<&'a [u32]>,
    /// Rows of the built side; [`NO_ROW`] where there is none.
    build: &'a [u32],
    has_unmatched: bool,
}

impl Pairs<'_> {
    fn joined(&self, output: &JoinOutput, probe: &Batch, table: &BuiltTable) -> Batch {
        let column = |column: &OutputColumn| match *column {
            OutputColumn::Probe(position) | OutputColumn::Either { probe: position, .. } => {
                match self.probe {
                    Some(rows) => take_column(probe.column(position), rows),
                    None => probe.column(position).clone(),
                }
            }
            OutputColumn::Build(position) => {
                let column = table.payload.column(position);
                match self.has_unmatched {
                    true => take_column_optional(column, self.build),
                    false => take_column(column, self.build),
                }
            }
        };
        let columns = output.columns.iter().map(column).collect();
        Batch::new(output.schema.clone(), columns, self.build.len())
    }
}
