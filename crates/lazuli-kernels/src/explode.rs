//! Explode: one row for each item of a list, beside the other values of the list's row.
//!
//! A null list gives one row with null; so does an empty list, unless those are dropped. Several lists are exploded side
//! by side; in each row they have the same number of items. Row order is kept.
//! Not here: which columns are lists (plans), threads.

use lazuli_array::{Array, Column, DataType, ListArray};

use crate::{KernelError, NO_ROW, Result, take_column, take_column_optional};

/// Columns that are being exploded, a run of rows at a time.
///
/// ```
/// use lazuli_array::{Column, DataType, FromValues, Scalar};
/// use lazuli_kernels::Explode;
///
/// let list = |items: &[i64]| Scalar::List(Box::new(Column::from_values(items.iter().copied())));
/// let lists = [list(&[5, 6]), list(&[]), list(&[7])];
/// let lists = Column::from_scalars(&DataType::List(Box::new(DataType::Int64)), lists).unwrap();
/// let ids = Column::from_values([1i64, 2, 3].into_iter());
///
/// let columns = [ids, lists];
/// let mut exploded = Explode::new(&columns, &[1], false)?;
/// let rows = exploded.next_rows(100).expect("three rows give four");
/// assert_eq!(rows[0], Column::from_values([1i64, 1, 2, 3].into_iter()));
/// assert_eq!(rows[1], Column::from_values([Some(5i64), Some(6), None, Some(7)].into_iter()));
/// assert!(exploded.next_rows(100).is_none());
/// # Ok::<(), lazuli_kernels::KernelError>(())
/// ```
#[derive(Debug)]
pub struct Explode<'a> {
    columns: &'a [Column],
    lists: Vec<(usize, &'a ListArray, &'a DataType)>,
    drop_empty: bool,
    num_rows: usize,
    /// The row to go on with, and how many of its items are done.
    row: usize,
    item: usize,
}

impl<'a> Explode<'a> {
    /// Explodes the columns at positions `lists`, of which there is at least one. `drop_empty`: rows whose lists are empty
    /// give no row. Panics for columns that are no lists, or columns of different lengths.
    ///
    /// # Errors
    /// [`KernelError::LengthMismatch`] for the first row whose lists have different numbers of items.
    pub fn new(columns: &'a [Column], lists: &[usize], drop_empty: bool) -> Result<Self> {
        let lists: Vec<_> = lists
            .iter()
            .map(|&position| match (columns[position].array(), columns[position].data_type()) {
                (Array::List(array), DataType::List(item)) => (position, array, &**item),
                (_, other) => panic!("explode over a column of {other}"),
            })
            .collect();
        let first = lists.first().expect("at least one list").1;
        for (_, other, _) in &lists[1..] {
            assert_eq!(first.len(), other.len(), "columns of one length");
            let differs = |&row: &usize| num_items(first, row) != num_items(other, row);
            if let Some(row) = (0..first.len()).find(differs) {
                let (left, right) = (num_items(first, row), num_items(other, row));
                return Err(KernelError::LengthMismatch { operation: "explode", left, right });
            }
        }
        let num_rows = first.len();
        Ok(Self { columns, lists, drop_empty, num_rows, row: 0, item: 0 })
    }

    /// All columns of the next rows, at most `max_rows` (which is above 0); `None` if there are no more.
    pub fn next_rows(&mut self, max_rows: usize) -> Option<Vec<Column>> {
        let first = self.lists[0].1;
        let max_rows = max_rows.min(i32::MAX as usize);
        // Items count from where the next one lies, so that 32 bits are enough.
        let base = |list: &ListArray, row: usize, item: usize| list.offsets()[row] as usize + item;
        let (first_row, first_item) = (self.row, self.item);
        let mut rows: Vec<u32> = Vec::new();
        let mut items: Vec<Vec<u32>> = vec![Vec::new(); self.lists.len()];
        let mut ends = vec![0; self.lists.len()];
        let mut has_missing = false;
        while self.row < self.num_rows && rows.len() < max_rows {
            let count = num_items(first, self.row);
            if count == 0 {
                let is_null = |(_, list, _): &(usize, &ListArray, &DataType)| is_null(list, self.row);
                if !self.drop_empty || self.lists.iter().any(is_null) {
                    rows.push(self.row as u32);
                    items.iter_mut().for_each(|items| items.push(NO_ROW));
                    has_missing = true;
                }
                self.row += 1;
                continue;
            }
            let taken = (count - self.item).min(max_rows - rows.len());
            let starts: Vec<usize> = self
                .lists
                .iter()
                .map(|(_, list, _)| base(list, self.row, self.item) - base(list, first_row, first_item))
                .collect();
            if starts.iter().any(|start| start + taken >= NO_ROW as usize) {
                if !rows.is_empty() {
                    break;
                }
                // Null lists over billions of items were skipped: the run starts here.
                return self.next_rows(max_rows);
            }
            rows.resize(rows.len() + taken, self.row as u32);
            for ((items, end), start) in items.iter_mut().zip(&mut ends).zip(starts) {
                items.extend(start as u32..(start + taken) as u32);
                *end = start + taken;
            }
            self.item += taken;
            if self.item == count {
                (self.row, self.item) = (self.row + 1, 0);
            }
        }
        if rows.is_empty() {
            return None;
        }
        let is_identity = rows.len() == rows[rows.len() - 1] as usize - rows[0] as usize + 1
            && rows.windows(2).all(|pair| pair[0] < pair[1]);
        let beside = |column: &Column| match is_identity {
            true => column.sliced(rows[0] as usize, rows.len()),
            false => take_column(column, &rows),
        };
        let exploded = |number: usize| {
            let (_, list, item_type) = self.lists[number];
            let (items, end) = (&items[number], ends[number]);
            let run = list.values().sliced(base(list, first_row, first_item), end);
            let run = Column::new(item_type.clone(), run);
            // Without gaps the items are the run itself.
            match has_missing {
                true => take_column_optional(&run, items),
                false if items.len() == end => run,
                false => take_column(&run, items),
            }
        };
        let column = |(position, column): (usize, &Column)| match self
            .lists
            .iter()
            .position(|(list, ..)| *list == position)
        {
            Some(number) => exploded(number),
            None => beside(column),
        };
        Some(self.columns.iter().enumerate().map(column).collect())
    }
}

/// Items of a list; none of a null one, whatever lies under it.
#[inline]
fn num_items(list: &ListArray, row: usize) -> usize {
    if is_null(list, row) { 0 } else { (list.offsets()[row + 1] - list.offsets()[row]) as usize }
}

#[inline]
fn is_null(list: &ListArray, row: usize) -> bool {
    list.validity().is_some_and(|validity| !validity.get(row))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::concat_columns;
    use crate::strategies;
    use lazuli_array::Scalar;
    use proptest::prelude::*;

    /// The twin: row by row, item by item. `None` if lists differ in length.
    fn naive(columns: &[Column], lists: &[usize], drop_empty: bool) -> Option<Vec<Vec<Scalar>>> {
        let mut rows = Vec::new();
        for row in 0..columns[0].len() {
            let values: Vec<Scalar> = columns.iter().map(|column| column.get(row)).collect();
            let items = |position: usize| match &values[position] {
                Scalar::List(items) => (0..items.len()).map(|item| items.get(item)).collect(),
                _ => Vec::new(),
            };
            let exploded: Vec<Vec<Scalar>> = lists.iter().map(|&list| items(list)).collect();
            if exploded.iter().any(|items| items.len() != exploded[0].len()) {
                return None;
            }
            let is_null = lists.iter().any(|&list| values[list] == Scalar::Null);
            let count = exploded[0].len().max(usize::from(is_null || !drop_empty));
            for item in 0..count {
                let mut made = values.clone();
                for (&list, items) in lists.iter().zip(&exploded) {
                    made[list] = items.get(item).cloned().unwrap_or(Scalar::Null);
                }
                rows.push(made);
            }
        }
        Some(rows)
    }

    /// All rows, taken a few at a time, as scalars.
    fn exploded(columns: &[Column], lists: &[usize], drop_empty: bool, step: usize) -> Vec<Vec<Scalar>> {
        let mut explode = Explode::new(columns, lists, drop_empty).unwrap();
        let mut rows = Vec::new();
        while let Some(part) = explode.next_rows(step) {
            let num_rows = part[0].len();
            assert!(num_rows > 0 && num_rows <= step && part.iter().all(|column| column.len() == num_rows));
            rows.extend((0..num_rows).map(|row| part.iter().map(|column| column.get(row)).collect()));
        }
        rows
    }

    fn list_types() -> Vec<DataType> {
        strategies::all_types()
            .into_iter()
            .filter(|data_type| matches!(data_type, DataType::List(_)))
            .collect()
    }

    proptest! {
        #[test]
        fn explode_matches_naive(
            column in strategies::one_of(list_types()).prop_flat_map(|kind| strategies::column(&kind, 0..60)),
            step in 1usize..70,
            drop_empty in any::<bool>(),
        ) {
            let ids = Column::from_scalars(
                &DataType::Int64, (0..column.len()).map(|row| Scalar::Int64(row as i64)),
            ).unwrap();
            let columns = [ids, column.clone(), column];
            for lists in [&[1][..], &[2, 1]] {
                let expected = naive(&columns, lists, drop_empty).expect("equal lists");
                prop_assert_eq!(exploded(&columns, lists, drop_empty, step), expected);
            }
        }

        #[test]
        fn lists_must_have_as_many_items(
            (left, right) in (0usize..20).prop_flat_map(|rows| {
                let kind = DataType::List(Box::new(DataType::Float64));
                (strategies::column(&kind, rows..rows + 1), strategies::column(&kind, rows..rows + 1))
            }),
        ) {
            let columns = [left, right];
            let expected = naive(&columns, &[0, 1], false);
            prop_assert_eq!(Explode::new(&columns, &[0, 1], false).is_ok(), expected.is_some());
        }
    }

    #[test]
    fn runs_without_gaps_are_not_copied() {
        let list = |items: &[i64]| {
            Scalar::List(Box::new(
                Column::from_scalars(&DataType::Int64, items.iter().map(|&item| Scalar::Int64(item)))
                    .unwrap(),
            ))
        };
        let kind = DataType::List(Box::new(DataType::Int64));
        let column = Column::from_scalars(&kind, [list(&[1, 2]), list(&[3]), list(&[4])]).unwrap();
        let whole = concat_columns(&kind, &[&column]);
        let columns = [whole.sliced(1, 2)];
        let rows = Explode::new(&columns, &[0], false).unwrap().next_rows(10).unwrap();
        let (Array::List(lists), Array::Int64(items)) = (whole.array(), rows[0].array()) else {
            panic!("lists of integers")
        };
        let Array::Int64(all) = lists.values() else { panic!("integers") };
        assert_eq!(items.values().as_ptr(), all.values()[2..].as_ptr());
    }
}
