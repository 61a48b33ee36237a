//! Calls whose arguments differ by row: once for each distinct combination of them, as if they were constants.

use lazuli_array::{Column, DataType};
use lazuli_kernels::keys::GroupTable;
use lazuli_kernels::{Constant, KernelError, concat_columns, take_column};

use crate::evaluate::Value;

/// What `evaluate` makes of the rows, which gets the first argument for some rows, the others as constants, and how many
/// rows they are.
///
/// # Errors
/// That of the first row for which `evaluate` fails.
pub(super) fn with_constants(
    inputs: &[Value],
    num_rows: usize,
    output: &DataType,
    evaluate: &dyn Fn(&[Value], usize) -> Result<Value, KernelError>,
) -> Result<Value, KernelError> {
    let differing: Vec<usize> = (1..inputs.len()).filter(|&index| !inputs[index].is_constant()).collect();
    if differing.is_empty() {
        return evaluate(inputs, num_rows);
    }
    let columns: Vec<Column> =
        differing.iter().map(|&index| inputs[index].clone().into_column(num_rows)).collect();
    let types: Vec<DataType> = columns.iter().map(|column| column.data_type().clone()).collect();
    let mut table = GroupTable::new(&types);
    let mut groups = Vec::new();
    table.insert(&columns, num_rows, &mut groups)?;
    let keys = table.keys()?;
    let rows = rows_by_group(&groups, table.len());

    let mut failure: Option<KernelError> = None;
    let mut results = Vec::with_capacity(rows.len());
    for (group, rows) in rows.iter().enumerate() {
        let mut inputs: Vec<Value> = inputs.to_vec();
        if let Value::Column(column) = &inputs[0] {
            inputs[0] = take_column(column, rows).into();
        }
        for (&index, key) in differing.iter().zip(&keys) {
            inputs[index] = Constant::from_column(key.sliced(group, 1)).into();
        }
        match evaluate(&inputs, rows.len()) {
            Ok(value) => results.push(value.into_column(rows.len())),
            Err(error) => {
                let error = error.with_row(|row| rows[row] as usize);
                let is_earlier = failure.as_ref().is_none_or(|known| error.row() < known.row());
                if is_earlier {
                    failure = Some(error);
                }
            }
        }
    }
    if let Some(error) = failure {
        return Err(error);
    }
    let results = concat_columns(output, &results.iter().collect::<Vec<_>>());
    let mut places = vec![0u32; num_rows];
    rows.iter().flatten().enumerate().for_each(|(place, &row)| places[row as usize] = place as u32);
    Ok(take_column(&results, &places).into())
}

fn rows_by_group(groups: &[u32], num_groups: usize) -> Vec<Vec<u32>> {
    let mut rows = vec![Vec::new(); num_groups];
    groups.iter().enumerate().for_each(|(row, &group)| rows[group as usize].push(row as u32));
    rows
}
