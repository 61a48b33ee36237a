//! `n_unique`.

use std::ops::Range;

use lazuli_array::{Array, Column, DataType, ListArray, PrimitiveArray};
use lazuli_kernels::keys::GroupTable;
use lazuli_kernels::{KernelError, take_column};

use crate::aggregate::signature::{one_to_one, only};
use crate::aggregate::state_column::{int64_column, values_of};
use crate::function::{Argument, Signature, SignatureError};
use crate::{Accumulator, Aggregate, Groups, RowOrder};

/// The number of distinct values, of any type, as Int64; 0 of nothing. Null counts as one value, and so does NaN; 0.0 and
/// -0.0 are one value.
#[derive(Debug)]
pub struct NUnique;

impl Aggregate for NUnique {
    fn name(&self) -> &'static str {
        "n_unique"
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        Ok(one_to_one(only(arguments, "one column")?, DataType::Int64))
    }

    fn accumulator(&self, arguments: &[Argument<'_>]) -> Box<dyn Accumulator> {
        Box::new(DistinctValues {
            pairs: GroupTable::new(&[DataType::UInt32, arguments[0].data_type.clone()]),
            counts: Vec::new(),
            ids: Vec::new(),
        })
    }
}

/// The distinct pairs of group and value, in one table for all groups.
struct DistinctValues {
    pairs: GroupTable,
    /// Pairs of each group.
    counts: Vec<i64>,
    /// Scratch: the pair of each row.
    ids: Vec<u32>,
}

impl DistinctValues {
    fn insert(&mut self, groups: Vec<u32>, values: &Column) -> Result<(), KernelError> {
        let mut num_pairs = self.pairs.len();
        let groups = PrimitiveArray::from_vec(groups);
        let keys = [Column::new(DataType::UInt32, groups.clone()), values.clone()];
        self.pairs.insert(&keys, values.len(), &mut self.ids)?;
        for (&id, &group) in self.ids.iter().zip(groups.values()) {
            if id as usize == num_pairs {
                self.counts[group as usize] += 1;
                num_pairs += 1;
            }
        }
        Ok(())
    }

    fn value_type(&self) -> &DataType {
        &self.pairs.key_types()[1]
    }
}

impl Accumulator for DistinctValues {
    fn resize(&mut self, num_groups: usize) {
        if num_groups > self.counts.len() {
            self.counts.resize(num_groups, 0);
        }
    }

    fn update(&mut self, inputs: &[Column], groups: Groups<'_>, _: RowOrder) -> Result<(), KernelError> {
        let groups = match groups {
            Groups::One { num_rows } => vec![0; num_rows],
            Groups::Ids(ids) => ids.to_vec(),
        };
        self.insert(groups, &inputs[0])
    }

    fn state(&self, groups: Range<usize>) -> Result<Vec<Column>, KernelError> {
        let keys = self.pairs.keys()?;
        // The offsets are known from the counts, so each pair has its place.
        let mut next = Vec::with_capacity(groups.len());
        let mut offsets = vec![0];
        for &count in &self.counts[groups.clone()] {
            let start = offsets[offsets.len() - 1];
            next.push(start as usize);
            offsets.push(start + count);
        }
        let mut rows = vec![0; offsets[groups.len()] as usize];
        for (row, &group) in values_of::<u32>(&keys[0]).iter().enumerate() {
            if groups.contains(&(group as usize)) {
                let place = &mut next[group as usize - groups.start];
                rows[*place] = row as u32;
                *place += 1;
            }
        }
        let values = take_column(&keys[1], &rows);
        let lists = ListArray::new(offsets.into(), values.into_array(), None);
        Ok(vec![Column::new(DataType::List(Box::new(self.value_type().clone())), lists)])
    }

    fn merge(&mut self, state: &[Column], groups: Groups<'_>) -> Result<(), KernelError> {
        let Array::List(lists) = state[0].array() else {
            unreachable!("state columns have the types that state() gave them")
        };
        let offsets = lists.offsets();
        let (start, end) = (offsets[0] as usize, offsets[lists.len()] as usize);
        let mut ids = Vec::with_capacity(end - start);
        for (row, pair) in offsets.windows(2).enumerate() {
            ids.extend(std::iter::repeat_n(groups.id(row) as u32, (pair[1] - pair[0]) as usize));
        }
        let values = Column::new(self.value_type().clone(), lists.values().sliced(start, end - start));
        self.insert(ids, &values)
    }

    fn finish(&self, groups: Range<usize>) -> Result<Column, KernelError> {
        Ok(int64_column(self.counts[groups].iter().copied()))
    }

    fn memory_bytes(&self) -> usize {
        self.pairs.memory_bytes()
            + self.counts.capacity() * size_of::<i64>()
            + self.ids.capacity() * size_of::<u32>()
    }
}
