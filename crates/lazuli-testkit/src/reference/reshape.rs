//! Pivot, unpivot and explode.

use lazuli_array::{Name, Scalar};
use lazuli_plan::{Explode, LogicalPlan, Pivot, Unpivot};

use super::operator::{Part, one_zero};
use super::{Cell, Failure};

fn positions(names: &[Name], input: &LogicalPlan) -> Vec<usize> {
    names.iter().map(|name| input.schema().position(name).expect("resolving found the column")).collect()
}

fn picked(row: &[Cell], positions: &[usize]) -> Result<Vec<Scalar>, Failure> {
    positions.iter().map(|&position| row[position].clone()).collect()
}

/// One row for each combination of index values in order of first appearance; each cell holds the value of the one row
/// that belongs there.
pub(super) fn pivot(node: &Pivot, rows: Vec<Vec<Cell>>) -> Result<Vec<Vec<Cell>>, Failure> {
    let columns = node.columns.as_ref().expect("resolved pivots have columns");
    let (index, on) = (positions(&node.index, &node.input), positions(&node.on, &node.input));
    let values = positions(&node.values, &node.input);
    let fill = node.fill.clone().unwrap_or(Scalar::Null);
    // For each index row, the input's row that fills each of the columns.
    let mut made: Vec<(Vec<Scalar>, Vec<Option<usize>>)> = Vec::new();
    for (number, row) in rows.iter().enumerate() {
        let key: Vec<Scalar> = picked(row, &index)?.into_iter().map(one_zero).collect();
        let place = made.iter().position(|(other, _)| *other == key).unwrap_or_else(|| {
            made.push((key, vec![None; columns.len()]));
            made.len() - 1
        });
        let combination = picked(row, &on)?;
        if let Some(column) = columns.iter().position(|column| column.values == combination)
            && made[place].1[column].replace(number).is_some()
        {
            return Err(Failure::PivotDuplicate);
        }
    }
    let row = |(key, cells): (Vec<Scalar>, Vec<Option<usize>>)| -> Vec<Cell> {
        let cells = values.iter().flat_map(|&value| {
            let cell = |row: &Option<usize>| row.map_or(Ok(fill.clone()), |row| rows[row][value].clone());
            cells.iter().map(cell).collect::<Vec<_>>()
        });
        key.into_iter().map(Ok).chain(cells).collect()
    };
    Ok(made.into_iter().map(row).collect())
}

/// For each of the columns in turn, all rows with its name and its value.
pub(super) fn unpivot(node: &Unpivot, rows: &[Vec<Cell>]) -> Vec<Vec<Cell>> {
    let index = positions(&node.index, &node.input);
    let mut made = Vec::new();
    for (name, at) in node.on.iter().zip(positions(&node.on, &node.input)) {
        for row in rows {
            let mut cells: Vec<Cell> = index.iter().map(|&position| row[position].clone()).collect();
            cells.push(Ok(Scalar::String(name.clone())));
            cells.push(row[at].clone());
            made.push(cells);
        }
    }
    made
}

/// One row for each item of the lists, one with null for a null or empty list.
pub(super) fn explode(node: &Explode, input: Part) -> Part {
    let lists = positions(&node.columns, &node.input);
    input.each(|row| {
        let values = picked(&row, &lists)?;
        let length = |list: &Scalar| if let Scalar::List(items) = list { items.len() } else { 0 };
        let num_items = length(&values[0]);
        if values.iter().any(|list| length(list) != num_items) {
            return Err(Failure::LengthMismatch);
        }
        let stays = !node.drop_empty || values.contains(&Scalar::Null);
        let made = (0..num_items.max(usize::from(stays))).map(|item| {
            let mut made = row.clone();
            for (&position, list) in lists.iter().zip(&values) {
                made[position] = Ok(match list {
                    Scalar::List(items) if item < num_items => items.get(item),
                    _ => Scalar::Null,
                });
            }
            made
        });
        Ok(made.collect())
    })
}
