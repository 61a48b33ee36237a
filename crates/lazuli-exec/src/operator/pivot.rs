//! Pivot: values of the `on` columns become columns.
//!
//! The rows are grouped by index and `on` values as a group-by does it. What is left is to put each group's value
//! into its cell: one pass over the groups, and one gather for each column of the result.

use std::sync::Arc;

use lazuli_array::{Batch, Column, Name, Scalar, SchemaRef};
use lazuli_kernels::keys::GroupTable;
use lazuli_kernels::{NO_ROW, concat_batches, concat_columns, take_column, take_column_optional};
use lazuli_plan::PivotColumn;

use crate::context::QueryContext;
use crate::memory::{Footprint, Reservation};
use crate::source::{BatchesSource, Stored};
use crate::{ExecError, Result};

const OPERATOR: &str = "pivot";

/// How groups become cells. The groups' columns are: index, `on`, one value for each of `fills`, and the number of rows.
pub(crate) struct PivotSpec {
    pub(crate) num_index: usize,
    pub(crate) num_on: usize,
    /// The combinations of `on` values that become columns.
    pub(crate) columns: Vec<PivotColumn>,
    /// For each value, what cells without a group hold: one row, or nothing for null.
    pub(crate) fills: Vec<Option<Column>>,
    /// The columns of the groups.
    pub(crate) groups_schema: SchemaRef,
    /// The index, then for each value a column for each of `columns`.
    pub(crate) schema: SchemaRef,
}

/// A source of the pivoted rows of aggregated groups.
pub(crate) fn pivoted(spec: PivotSpec, groups: Arc<Stored>) -> BatchesSource {
    BatchesSource::computed(OPERATOR, move |context| {
        let groups = concat_batches(&spec.groups_schema, groups.batches()?);
        spec.pivot(&groups, context)
    })
}

impl PivotSpec {
    fn pivot(&self, groups: &Batch, context: &QueryContext) -> Result<(Vec<Batch>, Reservation)> {
        let num_groups = groups.num_rows();
        let (index, rest) = groups.columns().split_at(self.num_index);
        let (on, values) = rest.split_at(self.num_on);

        let (row_of, num_rows) = self.row_of(index, num_groups)?;
        let column_of = self.column_of(on, num_groups)?;
        let num_cells = num_rows.saturating_mul(self.columns.len());
        let mut reservation = context.memory.reserve(OPERATOR, num_cells.saturating_mul(size_of::<u32>()))?;
        let mut cells = vec![NO_ROW; num_cells];
        let mut group_of_row = vec![NO_ROW; num_rows];
        for group in 0..num_groups as u32 {
            let (row, column) = (row_of[group as usize], column_of[group as usize]);
            group_of_row[row as usize] = group;
            if column != GroupTable::NO_GROUP {
                cells[column as usize * num_rows + row as usize] = group;
            }
        }
        self.check_single(groups, &column_of)?;

        let mut columns: Vec<Column> =
            index.iter().map(|column| take_column(column, &group_of_row)).collect();
        let mut footprint = Footprint::default();
        columns.iter().for_each(|column| footprint.add_column(column));
        for (value, fill) in values.iter().zip(&self.fills) {
            let filled = fill.as_ref().map(|fill| concat_columns(value.data_type(), &[value, fill]));
            for cells in cells.chunks_exact(num_rows.max(1)) {
                context.check_cancelled()?;
                let column = match &filled {
                    None => take_column_optional(value, cells),
                    Some(filled) => {
                        let cells: Vec<u32> = cells.iter().map(|&cell| cell.min(num_groups as u32)).collect();
                        take_column(filled, &cells)
                    }
                };
                footprint.add_column(&column);
                reservation.grow_to(footprint.bytes() + num_cells * size_of::<u32>())?;
                columns.push(column);
            }
        }
        if num_rows == 0 {
            return Ok((Vec::new(), reservation));
        }
        Ok((vec![Batch::new(self.schema.clone(), columns, num_rows)], reservation))
    }

    /// The row of the result that each group belongs to. Groups are in order of first appearance, so rows are too.
    fn row_of(&self, index: &[Column], num_groups: usize) -> Result<(Vec<u32>, usize)> {
        let types: Vec<_> = index.iter().map(|column| column.data_type().clone()).collect();
        let mut table = GroupTable::new(&types);
        let mut ids = Vec::new();
        table.insert(index, num_groups, &mut ids).map_err(ExecError::kernel(OPERATOR))?;
        let num_rows = table.len();
        Ok((ids, num_rows))
    }

    /// Which of the columns each group belongs to; [`GroupTable::NO_GROUP`] for none.
    fn column_of(&self, on: &[Column], num_groups: usize) -> Result<Vec<u32>> {
        let types: Vec<_> = on.iter().map(|column| column.data_type().clone()).collect();
        let mut columns = Vec::with_capacity(on.len());
        for (position, data_type) in types.iter().enumerate() {
            let values = self.columns.iter().map(|column| column.values[position].clone());
            let column = Column::from_scalars(data_type, values);
            columns.push(column.map_err(|error| ExecError::kernel(OPERATOR)(error.into()))?);
        }
        let mut table = GroupTable::new(&types);
        let mut ids = Vec::new();
        table.insert(&columns, self.columns.len(), &mut ids).map_err(ExecError::kernel(OPERATOR))?;
        // Where a combination is given twice, the first column gets the values.
        let mut column_of_id = vec![GroupTable::NO_GROUP; table.len()];
        for (column, &id) in ids.iter().enumerate().rev() {
            column_of_id[id as usize] = column as u32;
        }
        table.lookup(on, num_groups, true, &mut ids);
        let column = |id: u32| match id {
            GroupTable::NO_GROUP => GroupTable::NO_GROUP,
            id => column_of_id[id as usize],
        };
        Ok(ids.into_iter().map(column).collect())
    }

    /// An error if a cell has several values: the first such cell.
    fn check_single(&self, groups: &Batch, column_of: &[u32]) -> Result<()> {
        let counts = groups.column(groups.num_columns() - 1);
        for (group, &column) in column_of.iter().enumerate() {
            let Scalar::Int64(values) = counts.get(group) else { continue };
            if values > 1 && column != GroupTable::NO_GROUP {
                let named = |positions: std::ops::Range<usize>| -> Vec<(Name, Scalar)> {
                    positions
                        .map(|position| {
                            let name = self.groups_schema.field(position).name().clone();
                            (name, groups.column(position).get(group))
                        })
                        .collect()
                };
                let index = named(0..self.num_index);
                let on = named(self.num_index..self.num_index + self.num_on);
                return Err(ExecError::PivotDuplicate { index, on, values });
            }
        }
        Ok(())
    }
}
