//! The rows of a full join's built side that found no match: known when all probing lanes have run.

use std::sync::Arc;

use lazuli_array::{Batch, Column};
use lazuli_kernels::take_column;

use super::{JoinOutput, JoinTable, OPERATOR, OutputColumn};
use crate::Result;
use crate::context::QueryContext;
use crate::memory::{Footprint, Reservation};
use crate::profile::Link;
use crate::source::BatchesSource;

/// Rows that one task takes.
const BATCH_ROWS: usize = 1 << 17;

/// A source of the built side's rows without a match, in their order, null where the probing side would be.
pub(crate) fn unmatched_rows(table: Arc<JoinTable>, output: JoinOutput) -> BatchesSource {
    let reads = vec![Link::to(&table)];
    let compute = move |context: &QueryContext| compute(&table, &output, context);
    BatchesSource::computed("the rows of a full join without a match", compute).reading(reads)
}

fn compute(
    table: &JoinTable,
    output: &JoinOutput,
    context: &QueryContext,
) -> Result<(Vec<Batch>, Reservation)> {
    let table = table.built()?;
    let rows = table.unmatched_rows();
    // At most what the whole side takes.
    let side: Footprint = std::iter::once(&table.payload).collect();
    let mut reservation = context.memory.reserve(OPERATOR, side.bytes())?;
    let batches = context.run_tasks(rows.len().div_ceil(BATCH_ROWS), |task| {
        let rows = &rows[task * BATCH_ROWS..rows.len().min((task + 1) * BATCH_ROWS)];
        let column = |(position, column): (usize, &OutputColumn)| match *column {
            OutputColumn::Probe(_) => {
                Column::new_null(output.schema.field(position).data_type().clone(), rows.len())
            }
            OutputColumn::Build(build) | OutputColumn::Either { build, .. } => {
                take_column(table.payload.column(build), rows)
            }
        };
        let columns = output.columns.iter().enumerate().map(column).collect();
        Ok(Batch::new(output.schema.clone(), columns, rows.len()))
    })?;
    let footprint: Footprint = batches.iter().collect();
    reservation.shrink_to(footprint.bytes());
    Ok((batches, reservation))
}
