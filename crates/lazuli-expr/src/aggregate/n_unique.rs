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
            value_type: arguments[0].data_type.clone(),
            table: Table::OneGroup(GroupTable::new(&[arguments[0].data_type.clone()])),
            counts: Vec::new(),
            ids: Vec::new(),
        })
    }
}

/// The distinct values of all groups in one table.
struct DistinctValues {
    value_type: DataType,
    table: Table,
    /// Distinct values of each group.
    counts: Vec<i64>,
    /// Scratch: the id of each row's key.
    ids: Vec<u32>,
}

/// What the keys of the table are.
enum Table {
    /// Values of group 0: all there are, as long as rows come without group ids.
    OneGroup(GroupTable),
    /// Pairs of a group and a value.
    Pairs(GroupTable),
}

impl DistinctValues {
    /// Takes in values of group 0.
    fn insert(&mut self, values: &Column) -> Result<(), KernelError> {
        let Table::OneGroup(table) = &mut self.table else {
            return self.insert_pairs(vec![0; values.len()], values);
        };
        table.insert(std::slice::from_ref(values), values.len(), &mut self.ids)?;
        if !values.is_empty() {
            self.counts[0] = table.len() as i64;
        }
        Ok(())
    }

    /// Takes in values and the group of each.
    fn insert_pairs(&mut self, groups: Vec<u32>, values: &Column) -> Result<(), KernelError> {
        let groups = PrimitiveArray::from_vec(groups);
        let keys = [Column::new(DataType::UInt32, groups.clone()), values.clone()];
        let mut ids = std::mem::take(&mut self.ids);
        let pairs = self.pairs()?;
        // Ids are numbered in order of first appearance.
        let mut next = pairs.len();
        pairs.insert(&keys, values.len(), &mut ids)?;
        for (&id, &group) in ids.iter().zip(groups.values()) {
            if id as usize == next {
                self.counts[group as usize] += 1;
                next += 1;
            }
        }
        self.ids = ids;
        Ok(())
    }

    /// The table of pairs, made of the values of group 0 if there was none.
    fn pairs(&mut self) -> Result<&mut GroupTable, KernelError> {
        if let Table::OneGroup(values) = &self.table {
            let mut pairs = GroupTable::new(&[DataType::UInt32, self.value_type.clone()]);
            let num_values = values.len();
            let groups = Column::new(DataType::UInt32, PrimitiveArray::from_vec(vec![0u32; num_values]));
            let keys: Vec<Column> = std::iter::once(groups).chain(values.keys()?).collect();
            pairs.insert(&keys, num_values, &mut self.ids)?;
            self.table = Table::Pairs(pairs);
        }
        match &mut self.table {
            Table::Pairs(pairs) => Ok(pairs),
            Table::OneGroup(_) => unreachable!("replaced above"),
        }
    }
}

impl Accumulator for DistinctValues {
    fn resize(&mut self, num_groups: usize) {
        if num_groups > self.counts.len() {
            self.counts.resize(num_groups, 0);
        }
    }

    fn update(&mut self, inputs: &[Column], groups: Groups<'_>, _: RowOrder) -> Result<(), KernelError> {
        match groups {
            Groups::One { .. } => self.insert(&inputs[0]),
            Groups::Ids(ids) => self.insert_pairs(ids.to_vec(), &inputs[0]),
        }
    }

    fn state(&self, groups: Range<usize>) -> Result<Vec<Column>, KernelError> {
        let (group_ids, all_values) = match &self.table {
            Table::OneGroup(values) => (None, values.keys()?.remove(0)),
            Table::Pairs(pairs) => {
                let mut keys = pairs.keys()?;
                (Some(keys.remove(0)), keys.remove(0))
            }
        };
        let group_of = |row: usize| group_ids.as_ref().map_or(0, |ids| values_of::<u32>(ids)[row] as usize);
        // The offsets are known from the counts, so each pair has its place.
        let mut next = Vec::with_capacity(groups.len());
        let mut offsets = vec![0];
        for &count in &self.counts[groups.clone()] {
            let start = offsets[offsets.len() - 1];
            next.push(start as usize);
            offsets.push(start + count);
        }
        let mut rows = vec![0; offsets[groups.len()] as usize];
        for row in 0..all_values.len() {
            let group = group_of(row);
            if groups.contains(&group) {
                let place = &mut next[group - groups.start];
                rows[*place] = row as u32;
                *place += 1;
            }
        }
        let values = take_column(&all_values, &rows);
        let lists = ListArray::new(offsets.into(), values.into_array(), None);
        Ok(vec![Column::new(DataType::List(Box::new(self.value_type.clone())), lists)])
    }

    fn merge(&mut self, state: &[Column], groups: Groups<'_>) -> Result<(), KernelError> {
        let Array::List(lists) = state[0].array() else {
            unreachable!("state columns have the types that state() gave them")
        };
        let offsets = lists.offsets();
        let (start, end) = (offsets[0] as usize, offsets[lists.len()] as usize);
        let values = Column::new(self.value_type.clone(), lists.values().sliced(start, end - start));
        let Groups::Ids(ids) = groups else { return self.insert(&values) };
        let mut groups = Vec::with_capacity(end - start);
        for (&id, pair) in ids.iter().zip(offsets.windows(2)) {
            groups.extend(std::iter::repeat_n(id, (pair[1] - pair[0]) as usize));
        }
        self.insert_pairs(groups, &values)
    }

    fn finish(&self, groups: Range<usize>) -> Result<Column, KernelError> {
        Ok(int64_column(self.counts[groups].iter().copied()))
    }

    fn memory_bytes(&self) -> usize {
        let (Table::OneGroup(table) | Table::Pairs(table)) = &self.table;
        table.memory_bytes()
            + self.counts.capacity() * size_of::<i64>()
            + self.ids.capacity() * size_of::<u32>()
    }
}

#[cfg(test)]
mod tests {
    use lazuli_array::{Column, DataType, FromValues, Scalar};

    use crate::aggregate::N_UNIQUE;
    use crate::aggregate::tests::check;

    #[test]
    fn distinct_values() {
        let list = |values: &[i64]| Scalar::List(Box::new(Column::from_values(values.iter().copied())));
        let lists = [list(&[1]), Scalar::Null, list(&[]), list(&[1])];
        check(
            &N_UNIQUE,
            &[],
            &[
                (Column::new_null(DataType::Null, 3), Scalar::Int64(1)),
                (Column::new_null(DataType::Int8, 0), Scalar::Int64(0)),
                (
                    Column::from_values([Some(1i64), None, Some(1), None, Some(2)].into_iter()),
                    Scalar::Int64(3),
                ),
                (Column::from_values([f64::NAN, -f64::NAN, 0.0, -0.0, 1.0].into_iter()), Scalar::Int64(3)),
                (Column::from_values(["", "a", ""].into_iter()), Scalar::Int64(2)),
                (Column::from_values([true, false, true].into_iter()), Scalar::Int64(2)),
                (
                    Column::from_scalars(&DataType::List(Box::new(DataType::Int64)), lists).unwrap(),
                    Scalar::Int64(3),
                ),
            ],
        );
    }
}
