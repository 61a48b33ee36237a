//! Counts of rows: what `count`, `len` and `null_count` share.

use std::ops::Range;

use lazuli_array::Column;
use lazuli_kernels::KernelError;

use crate::aggregate::state_column::{int64_column, values_of};
use crate::aggregate::valid_rows::for_each_valid;
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
    pub(super) fn boxed(counted: Counted) -> Box<dyn Accumulator> {
        Box::new(Self { counted, counts: Vec::new() })
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
            (Groups::Ids(ids), Counted::Nulls) => {
                let missing = inputs[0].validity().map(|validity| validity.not());
                if let Some(missing) = missing {
                    for_each_valid(Some(&missing), num_rows, |row| self.counts[ids[row] as usize] += 1);
                }
            }
            (Groups::Ids(ids), _) if num_nulls == 0 => {
                for &id in ids {
                    self.counts[id as usize] += 1;
                }
            }
            (Groups::Ids(ids), _) => {
                let validity = inputs[0].validity();
                for_each_valid(validity.as_ref(), num_rows, |row| self.counts[ids[row] as usize] += 1);
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
