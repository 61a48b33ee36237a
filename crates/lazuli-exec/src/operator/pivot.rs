//! Pivot: values of the `on` columns become columns.
//!
//! One row a cell comes in, from a group-by if there was anything to aggregate. Each row is put into its cell of a
//! matrix of row numbers, rows of the result by columns of the result; then there is one gather for each column. So it
//! takes time for the rows and for the cells, however many columns there are.

use std::sync::Arc;

use lazuli_array::{Batch, Column, DataType, Name, Scalar, SchemaRef};
use lazuli_kernels::keys::GroupTable;
use lazuli_kernels::{KernelError, NO_ROW, concat_columns, take_column, take_column_optional};
use lazuli_plan::PivotColumn;

use crate::context::QueryContext;
use crate::memory::{Footprint, Reservation};
use crate::profile::Link;
use crate::source::{BatchesSource, Stored};
use crate::{ExecError, Result};

const OPERATOR: &str = "pivot";

/// How rows become cells. Positions are those of the columns that come in.
pub(crate) struct PivotSpec {
    pub(crate) index: Vec<usize>,
    pub(crate) on: Vec<usize>,
    pub(crate) values: Vec<usize>,
    /// The combinations of `on` values that become columns.
    pub(crate) columns: Vec<PivotColumn>,
    /// For each value, what cells without a row hold: one row, or nothing for null.
    pub(crate) fills: Vec<Option<Column>>,
    /// The columns that come in.
    pub(crate) input: SchemaRef,
    /// The index, then for each value a column for each of `columns`.
    pub(crate) schema: SchemaRef,
}

/// A source of the pivoted rows of what a sink leaves.
pub(crate) fn pivoted(spec: PivotSpec, rows: Arc<Stored>) -> BatchesSource {
    let reads = vec![Link::to(&rows)];
    BatchesSource::computed(OPERATOR, move |context| spec.pivot(rows.batches()?, context)).reading(reads)
}

impl PivotSpec {
    fn pivot(&self, batches: &[Batch], context: &QueryContext) -> Result<(Vec<Batch>, Reservation)> {
        let num_rows: usize = batches.iter().map(Batch::num_rows).sum();
        if num_rows == 0 {
            return Ok((Vec::new(), context.memory.reservation(OPERATOR)));
        }
        if num_rows >= NO_ROW as usize {
            let error = KernelError::TooLong { operation: OPERATOR, rows: num_rows };
            return Err(ExecError::kernel(OPERATOR)(error));
        }
        // The row and the column of the result for each row.
        let mut reservation =
            context.memory.reserve(OPERATOR, num_rows.saturating_mul(2 * size_of::<u32>()))?;
        let mut index_table = GroupTable::new(&self.types_of(&self.index));
        let row_of = ids_of(batches, &self.index, |keys, rows, ids| index_table.insert(keys, rows, ids))?;
        let column_of = self.columns_of(batches)?;
        let height = index_table.len();
        let num_cells = height.saturating_mul(self.columns.len());
        let scratch = reservation
            .bytes()
            .saturating_add(index_table.memory_bytes())
            .saturating_add(num_cells.saturating_mul(size_of::<u32>()));
        reservation.grow_to(scratch)?;

        let mut cells = vec![NO_ROW; num_cells];
        for (row, (&cell_row, &cell_column)) in row_of.iter().zip(&column_of).enumerate() {
            if cell_column == GroupTable::NO_GROUP {
                continue;
            }
            let cell = &mut cells[cell_column as usize * height + cell_row as usize];
            if *cell != NO_ROW {
                return Err(self.duplicate(batches, &row_of, &column_of, height));
            }
            *cell = row as u32;
        }
        drop((row_of, column_of));

        let mut columns = index_table.keys().map_err(ExecError::kernel(OPERATOR))?;
        let mut footprint = Footprint::default();
        columns.iter().for_each(|column| footprint.add_column(column));
        for (&position, fill) in self.values.iter().zip(&self.fills) {
            let value = whole_column(batches, position, fill.as_ref());
            let parts: Vec<&[u32]> = cells.chunks_exact(height).collect();
            // So many at once, so that their bytes are reserved before there are many more.
            for parts in parts.chunks(4 * context.threads()) {
                let made = context.run_tasks(parts.len(), |part| {
                    Ok(match fill {
                        None => take_column_optional(&value, parts[part]),
                        Some(_) => {
                            let rows: Vec<u32> =
                                parts[part].iter().map(|&row| row.min(num_rows as u32)).collect();
                            take_column(&value, &rows)
                        }
                    })
                })?;
                made.iter().for_each(|column| footprint.add_column(column));
                reservation.grow_to(scratch.saturating_add(footprint.bytes()))?;
                columns.extend(made);
            }
        }
        reservation.shrink_to(footprint.bytes());
        Ok((vec![Batch::new(self.schema.clone(), columns, height)], reservation))
    }

    fn types_of(&self, positions: &[usize]) -> Vec<DataType> {
        positions.iter().map(|&position| self.input.field(position).data_type().clone()).collect()
    }

    /// Which of the columns each row belongs to; [`GroupTable::NO_GROUP`] for none.
    fn columns_of(&self, batches: &[Batch]) -> Result<Vec<u32>> {
        let types = self.types_of(&self.on);
        let mut wanted = Vec::with_capacity(types.len());
        for (position, data_type) in types.iter().enumerate() {
            let values = self.columns.iter().map(|column| column.values[position].clone());
            let column = Column::from_scalars(data_type, values);
            wanted.push(column.map_err(|error| ExecError::kernel(OPERATOR)(error.into()))?);
        }
        let mut table = GroupTable::new(&types);
        let mut ids = Vec::new();
        table.insert(&wanted, self.columns.len(), &mut ids).map_err(ExecError::kernel(OPERATOR))?;
        // Where a combination is given twice, the first column gets the values.
        let mut column_of_id = vec![GroupTable::NO_GROUP; table.len()];
        for (column, &id) in ids.iter().enumerate().rev() {
            column_of_id[id as usize] = column as u32;
        }
        let mut column_of = ids_of(batches, &self.on, |keys, rows, ids| {
            table.lookup(keys, rows, true, ids);
            Ok(())
        })?;
        for id in &mut column_of {
            if *id != GroupTable::NO_GROUP {
                *id = column_of_id[*id as usize];
            }
        }
        Ok(column_of)
    }

    /// The error of the first row, in order, whose cell has several rows.
    fn duplicate(&self, batches: &[Batch], row_of: &[u32], column_of: &[u32], height: usize) -> ExecError {
        let cell = |row: usize| column_of[row] as usize * height + row_of[row] as usize;
        let rows = || (0..row_of.len()).filter(|&row| column_of[row] != GroupTable::NO_GROUP);
        let mut counts = vec![0i64; height * self.columns.len()];
        rows().for_each(|row| counts[cell(row)] += 1);
        let Some(row) = rows().find(|&row| counts[cell(row)] > 1) else {
            let message = "a cell was taken, but no cell has two rows".into();
            return ExecError::Internal { place: OPERATOR.into(), message };
        };
        let value_of = |position: usize| {
            let mut row = row;
            for batch in batches {
                if row < batch.num_rows() {
                    return batch.column(position).get(row);
                }
                row -= batch.num_rows();
            }
            Scalar::Null
        };
        let named = |positions: &[usize]| -> Vec<(Name, Scalar)> {
            let named = |&position: &usize| (self.input.field(position).name().clone(), value_of(position));
            positions.iter().map(named).collect()
        };
        ExecError::PivotDuplicate {
            index: named(&self.index),
            on: named(&self.on),
            values: counts[cell(row)],
        }
    }
}

/// One number for each row of all batches.
fn ids_of(
    batches: &[Batch],
    positions: &[usize],
    mut number: impl FnMut(&[Column], usize, &mut Vec<u32>) -> lazuli_kernels::Result<()>,
) -> Result<Vec<u32>> {
    let mut all = Vec::new();
    let mut ids = Vec::new();
    for batch in batches {
        let keys: Vec<Column> = positions.iter().map(|&position| batch.column(position).clone()).collect();
        number(&keys, batch.num_rows(), &mut ids).map_err(ExecError::kernel(OPERATOR))?;
        match batches.len() {
            1 => std::mem::swap(&mut all, &mut ids),
            _ => all.extend_from_slice(&ids),
        }
    }
    Ok(all)
}

/// A column of all batches as one, and `last` behind it.
fn whole_column(batches: &[Batch], position: usize, last: Option<&Column>) -> Column {
    let parts: Vec<&Column> = batches.iter().map(|batch| batch.column(position)).chain(last).collect();
    match parts.as_slice() {
        [only] => (*only).clone(),
        parts => concat_columns(parts[0].data_type(), parts),
    }
}
