//! `implode`.

use std::ops::Range;

use lazuli_array::{Array, Column, DataType, ListArray, PrimitiveArray};
use lazuli_kernels::{KernelError, concat_columns, take_column};

use crate::aggregate::signature::only;
use crate::function::{Argument, Signature, SignatureError};
use crate::{Accumulator, Aggregate, Groups, RowOrder};

/// All values as a list, nulls too, in the order of rows.
#[derive(Debug)]
pub struct Implode;

impl Aggregate for Implode {
    fn name(&self) -> &'static str {
        "implode"
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        let input = only(arguments, "one column")?;
        Ok(Signature { inputs: vec![input.clone()], output: DataType::List(Box::new(input.clone())) })
    }

    fn accumulator(&self, arguments: &[Argument<'_>]) -> Box<dyn Accumulator> {
        let data_type = arguments[0].data_type.clone();
        Box::new(RowLists { data_type, num_groups: 0, runs: Vec::new(), num_rows: 0 })
    }

    fn is_ordered(&self) -> bool {
        true
    }
}

/// Rows that came together.
struct Run {
    values: Column,
    groups: RunGroups,
    places: Places,
}

enum RunGroups {
    /// All rows belong to group 0.
    One,
    /// The group of each row.
    Each(Vec<u32>),
}

/// The place of each row among all rows of the query.
enum Places {
    /// Rows follow one another from this one on.
    From(i128),
    Each(Vec<i128>),
}

impl Run {
    fn group(&self, row: usize) -> usize {
        match &self.groups {
            RunGroups::One => 0,
            RunGroups::Each(groups) => groups[row] as usize,
        }
    }

    fn place(&self, row: usize) -> i128 {
        match &self.places {
            Places::From(first) => first + row as i128,
            Places::Each(places) => places[row],
        }
    }

    fn memory_bytes(&self) -> usize {
        let groups = if let RunGroups::Each(groups) = &self.groups { groups.capacity() * 4 } else { 0 };
        let places = if let Places::Each(places) = &self.places { places.capacity() * 16 } else { 0 };
        self.values.memory_bytes() + groups + places
    }
}

/// The rows of all groups, as they came. Values are shared with the batches that they came in until lists are asked for.
struct RowLists {
    data_type: DataType,
    num_groups: usize,
    runs: Vec<Run>,
    num_rows: usize,
}

/// Rows of groups, side by side in order.
struct Arranged {
    offsets: Vec<i64>,
    values: Column,
    places: Vec<i128>,
}

impl RowLists {
    fn push(&mut self, run: Run) -> Result<(), KernelError> {
        self.num_rows += run.values.len();
        if u32::try_from(self.num_rows).is_err() {
            return Err(KernelError::TooLong { operation: "implode", rows: self.num_rows });
        }
        self.runs.push(run);
        Ok(())
    }

    /// The lists of these groups.
    fn arranged(&self, groups: Range<usize>) -> Arranged {
        let mut runs: Vec<&Run> = self.runs.iter().filter(|run| !run.values.is_empty()).collect();
        // Mostly enough to put rows in order, as runs of one worker hardly ever overlap.
        runs.sort_by_key(|run| run.place(0));
        let mut counts = vec![0usize; groups.len()];
        for run in &runs {
            for group in
                (0..run.values.len()).map(|row| run.group(row)).filter(|group| groups.contains(group))
            {
                counts[group - groups.start] += 1;
            }
        }
        let mut offsets = Vec::with_capacity(groups.len() + 1);
        offsets.push(0);
        let mut next = Vec::with_capacity(groups.len());
        let mut total = 0;
        for &count in &counts {
            next.push(total);
            total += count;
            offsets.push(total as i64);
        }
        let (mut rows, mut places) = (vec![0u32; total], vec![0i128; total]);
        let mut first_row = 0;
        for run in &runs {
            for row in 0..run.values.len() {
                let group = run.group(row);
                if groups.contains(&group) {
                    let slot = &mut next[group - groups.start];
                    rows[*slot] = first_row + row as u32;
                    places[*slot] = run.place(row);
                    *slot += 1;
                }
            }
            first_row += run.values.len() as u32;
        }
        for pair in offsets.windows(2) {
            let range = pair[0] as usize..pair[1] as usize;
            if !places[range.clone()].is_sorted() {
                let mut both: Vec<(i128, u32)> =
                    places[range.clone()].iter().copied().zip(rows[range.clone()].iter().copied()).collect();
                both.sort_unstable();
                for (slot, (place, row)) in range.zip(both) {
                    (places[slot], rows[slot]) = (place, row);
                }
            }
        }
        let values: Vec<&Column> = runs.iter().map(|run| &run.values).collect();
        let values = take_column(&concat_columns(&self.data_type, &values), &rows);
        Arranged { offsets, values, places }
    }
}

fn list_column(offsets: Vec<i64>, item_type: &DataType, items: Array) -> Column {
    Column::new(DataType::List(Box::new(item_type.clone())), ListArray::new(offsets.into(), items, None))
}

/// The type that places are written as.
const PLACE: DataType = DataType::Decimal { precision: 38, scale: 0 };

impl Accumulator for RowLists {
    fn resize(&mut self, num_groups: usize) {
        self.num_groups = self.num_groups.max(num_groups);
    }

    fn update(&mut self, inputs: &[Column], groups: Groups<'_>, order: RowOrder) -> Result<(), KernelError> {
        let groups = match groups {
            Groups::One { .. } => RunGroups::One,
            Groups::Ids(ids) => RunGroups::Each(ids.to_vec()),
        };
        self.push(Run { values: inputs[0].clone(), groups, places: Places::From(order.row(0)) })
    }

    fn state(&self, groups: Range<usize>) -> Result<Vec<Column>, KernelError> {
        let arranged = self.arranged(groups);
        let places = PrimitiveArray::from_vec(arranged.places);
        Ok(vec![
            list_column(arranged.offsets.clone(), &PLACE, places.into()),
            list_column(arranged.offsets, &self.data_type, arranged.values.into_array()),
        ])
    }

    fn merge(&mut self, state: &[Column], groups: Groups<'_>) -> Result<(), KernelError> {
        let [Array::List(places), Array::List(values)] = [state[0].array(), state[1].array()] else {
            unreachable!("state columns have the types that state() gave them")
        };
        let items = |lists: &ListArray| {
            let (start, end) = (lists.offsets()[0] as usize, lists.offsets()[lists.len()] as usize);
            lists.values().sliced(start, end - start)
        };
        let Array::Int128(all_places) = items(places) else {
            unreachable!("state columns have the types that state() gave them")
        };
        let groups = match groups {
            Groups::One { .. } => RunGroups::One,
            Groups::Ids(ids) => {
                let mut each = Vec::with_capacity(all_places.len());
                for (&id, pair) in ids.iter().zip(places.offsets().windows(2)) {
                    each.extend(std::iter::repeat_n(id, (pair[1] - pair[0]) as usize));
                }
                RunGroups::Each(each)
            }
        };
        let values = Column::new(self.data_type.clone(), items(values));
        self.push(Run { values, groups, places: Places::Each(all_places.values().to_vec()) })
    }

    fn finish(&self, groups: Range<usize>) -> Result<Column, KernelError> {
        let arranged = self.arranged(groups);
        Ok(list_column(arranged.offsets, &self.data_type, arranged.values.into_array()))
    }

    fn memory_bytes(&self) -> usize {
        self.runs.iter().map(Run::memory_bytes).sum::<usize>() + self.runs.capacity() * size_of::<Run>()
    }
}

#[cfg(test)]
mod tests {
    use lazuli_array::{Column, DataType, FromValues, Scalar};

    use crate::aggregate::IMPLODE;
    use crate::aggregate::tests::check;

    #[test]
    fn all_values_in_order() {
        for column in [
            Column::from_values([Some(3i32), None, Some(1), None, Some(3)].into_iter()),
            Column::from_values(["b", "", "a"].into_iter()),
            Column::new_null(DataType::Null, 2),
            Column::new_null(DataType::Float64, 0),
        ] {
            check(&IMPLODE, &[], &[(column.clone(), Scalar::List(Box::new(column)))]);
        }
    }
}
