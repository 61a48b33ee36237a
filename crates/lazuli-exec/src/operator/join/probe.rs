//! The probing side of a join: finds each row's matches, in the order of the rows.

use std::sync::Arc;

use lazuli_array::{Array, Batch, Bitmap, Column, PrimitiveArray};
use lazuli_kernels::join::{PairCursor, matched};
use lazuli_kernels::{NO_ROW, filter, filter_batch, filter_column, take_column};

use super::build::{Built, BuiltTable};
use super::waiting::WaitingRows;
use super::{JoinOutput, JoinTable, OutputColumn};
use crate::Result;
use crate::context::QueryContext;
use crate::morsel::{Flow, Morsel};
use crate::operator::project::Choose;
use crate::pipeline::{Operator, Task};
use crate::profile::{Description, Link};
use crate::spill::Begun;

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

impl Matching {
    /// Whether a row that has no match may be in the result.
    pub(super) fn keeps_unmatched(&self) -> bool {
        match self {
            Self::Pairs { keep_unmatched, .. } => *keep_unmatched,
            Self::Exists { anti, .. } => *anti,
        }
    }
}

/// Looks rows up in a built table. If the built side is in files, rows are put beside it, and what becomes of them comes later:
/// see [`late_rows`](super::late_rows).
pub(crate) struct JoinProbe {
    /// Positions of the keys among the columns that come in.
    pub(super) keys: Vec<usize>,
    pub(super) matching: Matching,
    pub(super) table: Arc<JoinTable>,
    part: Part,
    /// The rows, if the built side is in files.
    waiting: Begun<WaitingRows>,
}

/// What depends on a lookup.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// The rows of a join.
    Join,
    /// Time: a join further up looks again, so if the built side is in files all rows may stay.
    Hint,
    /// Nothing while the built side is in memory: the scan has looked up all rows.
    BehindScan,
}

impl JoinProbe {
    pub(crate) fn new(keys: Vec<usize>, matching: Matching, table: Arc<JoinTable>) -> Self {
        Self { keys, matching, table, part: Part::Join, waiting: Begun::default() }
    }

    /// Leaves out rows that a join further up would leave out, if that is no trouble.
    pub(crate) fn hint(self) -> Self {
        Self { part: Part::Hint, ..self }
    }

    /// Leaves out rows that a scan has left out already, unless the built side is in files.
    pub(crate) fn behind_scan(self) -> Self {
        Self { part: Part::BehindScan, ..self }
    }

    /// The rows that are in files, if there are any; from now on they are the caller's.
    pub(super) fn take_waiting(&self) -> Option<Arc<WaitingRows>> {
        self.waiting.take()
    }

    /// Puts rows into files.
    fn put(&self, input: &Morsel, context: &QueryContext) -> Result<()> {
        let rows = self.waiting.get_or_begin(|| {
            let schema = input.batch.schema().clone();
            WaitingRows::new(schema, self.keys.clone(), self.matching.keeps_unmatched(), context)
        })?;
        rows.add(input.index, &input.batch, context)
    }
}

impl Operator for JoinProbe {
    fn describe(&self) -> Description {
        let (operator, detail) = match &self.matching {
            Matching::Pairs { keep_unmatched: false, .. } => ("join", "inner"),
            Matching::Pairs { keep_unmatched: true, .. } => ("join", "outer"),
            Matching::Exists { anti: false, .. } => ("join", "semi"),
            Matching::Exists { anti: true, .. } => ("join", "anti"),
        };
        Description::new(operator, detail).reading(Link::to(&self.table))
    }

    fn is_fallible(&self) -> bool {
        false
    }

    fn execute(
        &self,
        input: Morsel,
        task: &Task<'_>,
        emit: &mut dyn FnMut(Morsel) -> Result<Flow>,
    ) -> Result<Flow> {
        let table = match (self.table.built()?, &self.matching) {
            (Built::Table(_), Matching::Exists { output, .. }) if self.part == Part::BehindScan => {
                return emit(input.with_columns(output.choose(&input.batch)));
            }
            (Built::Table(table), _) => table,
            (Built::Waiting(_), Matching::Exists { output, .. }) if self.part == Part::Hint => {
                return emit(input.with_columns(output.choose(&input.batch)));
            }
            (Built::Waiting(_), _) => {
                self.put(&input, task.context)?;
                return Ok(Flow::More);
            }
        };
        let keys: Vec<Column> = self.keys.iter().map(|&key| input.batch.column(key).clone()).collect();
        let mut places = Vec::new();
        table.index.lookup(&keys, input.num_rows(), &mut places);
        match &self.matching {
            Matching::Exists { anti, output } => {
                let matched = matched(&places);
                let kept = if *anti { matched.not() } else { matched };
                match kept.count_ones() {
                    0 => Ok(Flow::More),
                    all if all == input.num_rows() => emit(input.with_columns(output.choose(&input.batch))),
                    _ => emit(input.with_rows(filter_batch(&output.choose(&input.batch), &kept))),
                }
            }
            Matching::Pairs { keep_unmatched, output } => {
                table.note_matches(&places);
                if table.index.are_single(&places) {
                    return single_matches(&input, places, *keep_unmatched, output, table, emit);
                }
                let capacity = task.context.morsel_rows.max(input.num_rows());
                let (mut probe, mut build, mut cursor) = (Vec::new(), Vec::new(), PairCursor::default());
                while table.index.pairs(
                    &places,
                    *keep_unmatched,
                    capacity,
                    &mut cursor,
                    &mut probe,
                    &mut build,
                ) {
                    let has_unmatched = *keep_unmatched && build.contains(&NO_ROW);
                    let pairs = Pairs { probe: ProbeRows::Some(&probe), build: &build, has_unmatched };
                    let joined = pairs.joined(output, &input.batch, table);
                    if emit(input.with_rows(joined))? == Flow::Stop {
                        return Ok(Flow::Stop);
                    }
                }
                Ok(Flow::More)
            }
        }
    }
}

/// The pairs of rows that have one match at most: the probing columns stay as they are, or are filtered, which is much
/// cheaper than taking them row by row.
fn single_matches(
    input: &Morsel,
    rows: Vec<u32>,
    keep_unmatched: bool,
    output: &JoinOutput,
    table: &BuiltTable,
    emit: &mut dyn FnMut(Morsel) -> Result<Flow>,
) -> Result<Flow> {
    let matched = matched(&rows);
    let unmatched = matched.count_zeros();
    if keep_unmatched || unmatched == 0 {
        let pairs = Pairs { probe: ProbeRows::All, build: &rows, has_unmatched: unmatched > 0 };
        return emit(input.with_rows(pairs.joined(output, &input.batch, table)));
    }
    if unmatched == rows.len() {
        return Ok(Flow::More);
    }
    let rows = filter(&PrimitiveArray::from_vec(rows).into(), &matched);
    let Array::UInt32(rows) = rows else { unreachable!("a filtered array keeps its type") };
    if rows.len() <= matched.len() / FEW_MATCHES {
        // So few that their numbers, found once, serve all columns.
        let probe: Vec<u32> = matched.ones().map(|row| row as u32).collect();
        let pairs = Pairs { probe: ProbeRows::Some(&probe), build: rows.values(), has_unmatched: false };
        return emit(input.with_rows(pairs.joined(output, &input.batch, table)));
    }
    let pairs = Pairs { probe: ProbeRows::Where(&matched), build: rows.values(), has_unmatched: false };
    emit(input.with_rows(pairs.joined(output, &input.batch, table)))
}

/// Where at most one row in so many has a match, probing rows are taken by number.
const FEW_MATCHES: usize = 8;

/// Which rows of the probing side.
pub(super) enum ProbeRows<'a> {
    /// All, in order.
    All,
    /// Those whose bit is set, in order.
    Where(&'a Bitmap),
    /// These, in this order.
    Some(&'a [u32]),
}

/// Rows of both sides, pair by pair.
pub(super) struct Pairs<'a> {
    pub(super) probe: ProbeRows<'a>,
    /// Rows of the built side; [`NO_ROW`] where there is none.
    pub(super) build: &'a [u32],
    pub(super) has_unmatched: bool,
}

impl Pairs<'_> {
    pub(super) fn joined(&self, output: &JoinOutput, probe: &Batch, table: &BuiltTable) -> Batch {
        let mut wanted = vec![false; table.payload.num_columns()];
        for column in &output.columns {
            if let OutputColumn::Build(position) = *column {
                wanted[position] = true;
            }
        }
        let taken = table.take(&wanted, self.build, self.has_unmatched);
        let column = |column: &OutputColumn| match *column {
            OutputColumn::Probe(position) | OutputColumn::Either { probe: position, .. } => {
                let column = probe.column(position);
                match self.probe {
                    ProbeRows::All => column.clone(),
                    ProbeRows::Where(mask) => filter_column(column, mask),
                    ProbeRows::Some(rows) => take_column(column, rows),
                }
            }
            OutputColumn::Build(position) => {
                taken[position].clone().expect("all columns of the result are taken")
            }
        };
        let columns = output.columns.iter().map(column).collect();
        Batch::new(output.schema.clone(), columns, self.build.len())
    }
}
