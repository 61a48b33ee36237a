//! Counts of rows: what `count`, `len` and `null_count` share.

use std::ops::Range;

use lazuli_array::Column;
use lazuli_kernels::KernelError;
use lazuli_kernels::aggregate::{grouped_count, grouped_count_rows};

use crate::aggregate::state_column::{int64_column, values_of};
use crate::{Accumulator, Groups, RowOrder};

/// Which rows are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Counted {
    /// All.
    Rows,
    /// Those with a value.
    Values,
    /// Those without.
    Nulls,
}

/// One count a group.
pub(super) struct Counter {
    counted: Counted,
    counts: Vec<i64>,
}

impl Counter {
    /// No groups yet.
    pub(super) fn new(counted: Counted) -> Self {
        Self { counted, counts: Vec::new() }
    }

    /// The counts of all groups.
    pub(super) fn counts(&self) -> &[i64] {
        &self.counts
    }
}

impl Accumulator for Counter {
    fn resize(&mut self, num_groups: usize) {
        if num_groups > self.counts.len() {
            self.counts.resize(num_groups, 0);
        }
    }

    fn update(&mut self, inputs: &[Column], groups: Groups<'_>, _: RowOrder) -> Result<(), KernelError> {
        let num_rows = groups.num_rows();
        let num_nulls = match self.counted {
            Counted::Rows => 0,
            Counted::Values | Counted::Nulls => inputs[0].null_count(),
        };
        match (groups, self.counted) {
            (Groups::One { .. }, Counted::Nulls) => self.add_to_first(num_nulls),
            (Groups::One { .. }, _) => self.add_to_first(num_rows - num_nulls),
            (Groups::Ids(ids), Counted::Rows) => grouped_count_rows(ids, &mut self.counts),
            (Groups::Ids(ids), Counted::Values) => {
                grouped_count(inputs[0].validity().as_ref(), ids, &mut self.counts);
            }
            (Groups::Ids(ids), Counted::Nulls) => {
                if let Some(validity) = inputs[0].validity() {
                    grouped_count(Some(&validity.not()), ids, &mut self.counts);
                }
            }
        }
        Ok(())
    }

    fn state(&self, groups: Range<usize>) -> Result<Vec<Column>, KernelError> {
        Ok(vec![self.finish(groups)?])
    }

    fn merge(&mut self, state: &[Column], groups: Groups<'_>) -> Result<(), KernelError> {
        for (row, &count) in values_of::<i64>(&state[0]).iter().enumerate() {
            self.counts[groups.id(row)] += count;
        }
        Ok(())
    }

    fn finish(&self, groups: Range<usize>) -> Result<Column, KernelError> {
        Ok(int64_column(self.counts[groups].iter().copied()))
    }

    fn memory_bytes(&self) -> usize {
        self.counts.capacity() * size_of::<i64>()
    }
}

impl Counter {
    fn add_to_first(&mut self, rows: usize) {
        if rows > 0 {
            self.counts[0] += rows as i64;
        }
    }
}

#[cfg(test)]
mod tests {
    use lazuli_array::{Column, DataType, FromValues, Scalar};

    use crate::aggregate::tests::check;
    use crate::aggregate::{COUNT, LEN, NULL_COUNT};

    #[test]
    fn counts() {
        let none = Column::new_null(DataType::Int64, 0);
        let nulls = Column::new_null(DataType::Null, 3);
        let some = Column::from_values([Some(f64::NAN), None, Some(1.0), Some(2.0), None].into_iter());
        let full = Column::from_values(["", "a"].into_iter());
        let columns = [none, nulls, some, full];
        for (aggregate, counts) in [(&COUNT, [0, 0, 3, 2]), (&NULL_COUNT, [0, 3, 2, 0]), (&LEN, [0, 3, 5, 2])]
        {
            let expected = counts.map(Scalar::Int64);
            check(aggregate, &[], &columns.iter().cloned().zip(expected).collect::<Vec<_>>());
        }
    }
}
