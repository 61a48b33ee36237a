//! Join by predicates: pairs of rows for which all of them are true.
//!
//! The right side is built: its rows in one piece, and if there are bounds among the predicates ([`JoinBounds`]) a table
//! of them by the values that those compare. The left side passes by morsel by morsel and gives the order of the result.
//! Candidates, the pairs that are within the bounds or all pairs, are made so many at a time, asked the other predicates,
//! and only those that are left get the columns of the result.
//!
//! The values that bounds compare are computed for all rows. Where that fails, nobody knows yet whether any pair asks for
//! the row: all pairs are asked all predicates then, which fails if one does.
//!
//! [`JoinBounds`]: lazuli_plan::JoinBounds

use std::sync::{Arc, OnceLock};

use lazuli_array::{Batch, Column, SchemaRef};
use lazuli_expr::evaluate::{Evaluator, Predicates};
use lazuli_kernels::inequality::{Bound, InequalityTable, Pairs};
use lazuli_kernels::{CompareOp, take_column};

use super::collect::{Shares, in_one_piece};
use super::evaluation_failed;
use super::join::OutputColumn;
use crate::context::QueryContext;
use crate::memory::Reservation;
use crate::morsel::{Flow, Morsel};
use crate::pipeline::{Operator, Sink, SinkWorker, Task};
use crate::profile::{Description, Leaves, Link};
use crate::{ExecError, Result};

const OPERATOR: &str = "join_where";

/// The right side, once its pipeline has run.
#[derive(Default)]
pub(crate) struct PairSlot(OnceLock<Built>);

struct Built {
    rows: Batch,
    /// By the values that bounds compare; `None` without bounds, or if computing those values fails.
    table: Option<InequalityTable>,
    /// Held as long as the rows are.
    _reservation: Reservation,
}

/// Builds the right side.
pub(crate) struct PairBuild {
    /// The value that bounds a run of the rows, and another one with the comparison that is asked about it.
    pub(crate) values: Option<(Evaluator, Option<(Evaluator, CompareOp)>)>,
    pub(crate) schema: SchemaRef,
    pub(crate) shares: Shares,
    pub(crate) slot: Arc<PairSlot>,
}

impl Sink for PairBuild {
    fn describe(&self) -> Description {
        Description::new("join_where build", "")
    }

    fn leaves(&self) -> Leaves<'_> {
        Leaves::Table(Link::to(&self.slot))
    }

    fn worker<'a>(&'a self, context: &'a QueryContext) -> Box<dyn SinkWorker + 'a> {
        self.shares.worker(OPERATOR, context)
    }

    fn finish(&self, context: &QueryContext) -> Result<()> {
        let (morsels, mut reservation) = self.shares.take_in_order(OPERATOR, context);
        let batches: Vec<Batch> = morsels.into_iter().map(|(_, batch)| batch).collect();
        let rows = in_one_piece(&self.schema, batches, &mut reservation, context)?;
        if rows.num_rows() > u32::MAX as usize {
            let error = lazuli_kernels::KernelError::TooLong { operation: OPERATOR, rows: rows.num_rows() };
            return Err(ExecError::kernel(OPERATOR)(error));
        }
        let table = self.table(&rows, &mut reservation, context)?;
        let built = Built { rows, table, _reservation: reservation };
        let first = self.slot.0.set(built).is_ok();
        debug_assert!(first, "a table is built once");
        Ok(())
    }
}

impl PairBuild {
    fn table(
        &self,
        rows: &Batch,
        reservation: &mut Reservation,
        context: &QueryContext,
    ) -> Result<Option<InequalityTable>> {
        let Some((run, within)) = &self.values else { return Ok(None) };
        let value = |evaluator: &Evaluator| -> Option<Column> {
            Some(evaluator.evaluate(rows).ok()?.into_column(rows.num_rows()))
        };
        let Some(run) = value(run) else { return Ok(None) };
        let within = match within {
            None => None,
            Some((evaluator, op)) => match value(evaluator) {
                None => return Ok(None),
                Some(column) => Some((column, *op)),
            },
        };
        let within = within.as_ref().map(|(column, op)| (column, *op));
        let rows_bytes = reservation.bytes();
        let needed = InequalityTable::needed_bytes(&run, within.map(|(column, _)| column));
        reservation.grow_to(rows_bytes.saturating_add(needed))?;
        let table = InequalityTable::new(&run, within, &context.tasks(OPERATOR))?;
        // Each worker lists the matches of one row at a time.
        let listing = table.listing_bytes().saturating_mul(context.threads());
        let bytes = rows_bytes.saturating_add(table.memory_bytes()).saturating_add(listing);
        reservation.grow_to(bytes)?;
        reservation.shrink_to(bytes);
        Ok(Some(table))
    }
}

/// Looks for the partners of left rows.
pub(crate) struct PairProbe {
    /// The left values that bound a run, with their comparisons, and the one that is compared with the second value.
    pub(crate) values: Option<(Vec<(Evaluator, CompareOp)>, Option<Evaluator>)>,
    /// What else is asked of pairs within the bounds.
    pub(crate) rest: PairPredicates,
    /// What is asked of all pairs, if there are no bounds.
    pub(crate) all: PairPredicates,
    /// Where each column of the result comes from.
    pub(crate) columns: Vec<OutputColumn>,
    pub(crate) schema: SchemaRef,
    pub(crate) slot: Arc<PairSlot>,
}

/// Predicates over pairs of rows, and the columns that they read.
pub(crate) struct PairPredicates {
    pub(crate) predicates: Predicates,
    pub(crate) columns: Vec<OutputColumn>,
    pub(crate) schema: SchemaRef,
}

/// Rows of both sides, pair by pair.
#[derive(Default)]
struct Rows {
    left: Vec<u32>,
    right: Vec<u32>,
}

impl Rows {
    fn len(&self) -> usize {
        self.left.len()
    }

    /// The columns of these pairs.
    fn batch(&self, columns: &[OutputColumn], schema: &SchemaRef, left: &Batch, right: &Batch) -> Batch {
        let column = |column: &OutputColumn| match *column {
            OutputColumn::Probe(position) | OutputColumn::Either { probe: position, .. } => {
                take_column(left.column(position), &self.left)
            }
            OutputColumn::Build(position) => take_column(right.column(position), &self.right),
        };
        Batch::new(schema.clone(), columns.iter().map(column).collect(), self.len())
    }
}

impl Operator for PairProbe {
    fn describe(&self) -> Description {
        Description::new(OPERATOR, self.all.predicates.to_string()).reading(Link::to(&self.slot))
    }

    fn execute(
        &self,
        input: Morsel,
        task: &Task<'_>,
        emit: &mut dyn FnMut(Morsel) -> Result<Flow>,
    ) -> Result<Flow> {
        let built = self.slot.0.get().ok_or_else(|| ExecError::Internal {
            place: "a join by predicates".into(),
            message: "it was probed before it was built".into(),
        })?;
        let capacity = task.context.morsel_rows;
        let mut matching = Matching { probe: self, built, input: &input, kept: Rows::default(), emit };
        let mut candidates = Rows::default();
        if let Some(table) = &built.table
            && let Some(found) = self.find(table, &input)
        {
            let mut pairs = Pairs::default();
            while table.pairs(&found, capacity, &mut pairs, &mut candidates.left, &mut candidates.right) {
                task.context.check_cancelled()?;
                if matching.take(&self.rest, &mut candidates, capacity)? == Flow::Stop {
                    return Ok(Flow::Stop);
                }
            }
            return matching.finish();
        }
        let mut next = EveryPair { left: input.num_rows(), right: built.rows.num_rows(), at: (0, 0) };
        while next.fill(capacity, &mut candidates) {
            task.context.check_cancelled()?;
            if matching.take(&self.all, &mut candidates, capacity)? == Flow::Stop {
                return Ok(Flow::Stop);
            }
        }
        matching.finish()
    }
}

impl PairProbe {
    /// What the left rows match by the bounds; `None` if computing a value of theirs fails.
    fn find(&self, table: &InequalityTable, input: &Morsel) -> Option<lazuli_kernels::inequality::Found> {
        let (run, within) = self.values.as_ref()?;
        let value = |evaluator: &Evaluator| -> Option<Column> {
            Some(evaluator.evaluate(&input.batch).ok()?.into_column(input.num_rows()))
        };
        let run: Vec<(Column, CompareOp)> =
            run.iter().map(|(evaluator, op)| Some((value(evaluator)?, *op))).collect::<Option<_>>()?;
        let within = match within {
            None => None,
            Some(evaluator) => Some(value(evaluator)?),
        };
        let bounds: Vec<Bound<'_>> = run.iter().map(|(column, op)| Bound { column, op: *op }).collect();
        Some(table.find(&bounds, within.as_ref()))
    }
}

/// The pairs of one morsel, as they pass the predicates.
struct Matching<'a> {
    probe: &'a PairProbe,
    built: &'a Built,
    input: &'a Morsel,
    /// Pairs that passed and have not been emitted.
    kept: Rows,
    emit: &'a mut dyn FnMut(Morsel) -> Result<Flow>,
}

impl Matching<'_> {
    /// Keeps the candidates for which the predicates are true, and emits once there is a morsel of them.
    fn take(&mut self, asked: &PairPredicates, candidates: &mut Rows, capacity: usize) -> Result<Flow> {
        if asked.predicates.is_empty() {
            // As many as were asked for, but for the last ones.
            std::mem::swap(&mut self.kept, candidates);
            return self.emit();
        }
        let batch = candidates.batch(&asked.columns, &asked.schema, &self.input.batch, &self.built.rows);
        // The numbers of pairs say nothing to whoever reads the message.
        let pairs = self.input.with_rows(batch);
        let selected = asked.predicates.select(&pairs.batch).map_err(evaluation_failed(OPERATOR, &pairs))?;
        match selected {
            None => {
                self.kept.left.extend_from_slice(&candidates.left);
                self.kept.right.extend_from_slice(&candidates.right);
            }
            Some(mask) => {
                self.kept.left.extend(mask.ones().map(|pair| candidates.left[pair]));
                self.kept.right.extend(mask.ones().map(|pair| candidates.right[pair]));
            }
        }
        if self.kept.len() < capacity { Ok(Flow::More) } else { self.emit() }
    }

    fn emit(&mut self) -> Result<Flow> {
        if self.kept.len() == 0 {
            return Ok(Flow::More);
        }
        let PairProbe { columns, schema, .. } = self.probe;
        let batch = self.kept.batch(columns, schema, &self.input.batch, &self.built.rows);
        self.kept.left.clear();
        self.kept.right.clear();
        (self.emit)(self.input.with_rows(batch))
    }

    fn finish(mut self) -> Result<Flow> {
        self.emit()
    }
}

/// Every left row with every right row.
struct EveryPair {
    left: usize,
    right: usize,
    /// The next pair.
    at: (usize, usize),
}

impl EveryPair {
    /// The next pairs, at most `capacity` of them; false if there are no more.
    fn fill(&mut self, capacity: usize, rows: &mut Rows) -> bool {
        rows.left.clear();
        rows.right.clear();
        while self.right > 0 && self.at.0 < self.left && rows.len() < capacity {
            let (left, right) = self.at;
            let end = self.right.min(right + capacity - rows.len());
            rows.right.extend(right as u32..end as u32);
            rows.left.resize(rows.right.len(), left as u32);
            self.at = if end == self.right { (left + 1, 0) } else { (left, end) };
        }
        rows.len() > 0
    }
}
