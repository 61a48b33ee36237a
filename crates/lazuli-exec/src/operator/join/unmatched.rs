//! The rows of a full join's built side that found no match.

use lazuli_array::{Batch, Column};
use lazuli_kernels::take_column;

use super::build::BuiltTable;
use super::{JoinOutput, OPERATOR, OutputColumn};
use crate::Result;
use crate::context::QueryContext;
use crate::memory::{Footprint, Reservation};

/// Rows that one task takes.
const BATCH_ROWS: usize = 1 << 17;

/// All of a table that found no match, in their order.
pub(super) fn unmatched(
    table: &BuiltTable,
    output: &JoinOutput,
    context: &QueryContext,
) -> Result<(Vec<Batch>, Reservation)> {
    let rows = table.unmatched_rows();
    // At most what the whole side takes.
    let side: Footprint = std::iter::once(&table.payload).collect();
    let mut reservation = context.memory.reserve(OPERATOR, side.bytes())?;
    let batches = context.run_tasks(rows.len().div_ceil(BATCH_ROWS), |task| {
        let rows = &rows[task * BATCH_ROWS..rows.len().min((task + 1) * BATCH_ROWS)];
        Ok(alone(table, output, rows))
    })?;
    let footprint: Footprint = batches.iter().collect();
    reservation.shrink_to(footprint.bytes());
    Ok((batches, reservation))
}

/// Rows of the built side, null where the probing side would be.
pub(super) fn alone(table: &BuiltTable, output: &JoinOutput, rows: &[u32]) -> Batch {
    let column = |(position, column): (usize, &OutputColumn)| match *column {
        OutputColumn::Probe(_) => {
            Column::new_null(output.schema.field(position).data_type().clone(), rows.len())
        }
        OutputColumn::Build(build) | OutputColumn::Either { build, .. } => {
            take_column(table.payload.column(build), rows)
        }
    };
    let columns = output.columns.iter().enumerate().map(column).collect();
    Batch::new(output.schema.clone(), columns, rows.len())
}
