//! Functions of which values are equal: `is_first_distinct`, `is_last_distinct`, `is_duplicated`, `is_unique`, `rle_id`.

use lazuli_array::{Array, BooleanArray, Column, DataType, PrimitiveArray};
use lazuli_kernels::KernelError;
use lazuli_kernels::keys::GroupTable;

use super::{Partitions, WindowFunction};
use crate::function::{Argument, Signature, SignatureError};

/// Something about each value and its equals in the partition, of any type. Null and NaN are values like others.
#[derive(Debug)]
pub struct EqualValues {
    pub(super) name: &'static str,
    pub(super) asked: Asked,
}

/// What is asked of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    /// Whether it is the first of its equals.
    First,
    /// Whether it is the last of them.
    Last,
    /// Whether it has others.
    Duplicated,
    /// Whether it has none.
    Unique,
    /// The number of its run of equal neighbours, from 0.
    Run,
}

impl WindowFunction for EqualValues {
    fn name(&self) -> &'static str {
        self.name
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        let output = if self.asked == Asked::Run { DataType::Int64 } else { DataType::Boolean };
        match arguments {
            [_] => Ok(Signature::unchanged(arguments, output)),
            _ => Err(SignatureError::Expected("one column".into())),
        }
    }

    fn evaluate(
        &self,
        inputs: &[Column],
        _: &[Argument<'_>],
        partitions: &Partitions<'_>,
    ) -> Result<Column, KernelError> {
        if let (Asked::Run, [], None) = (self.asked, partitions.ids(), partitions.order())
            && let Some(runs) = integer_runs(&inputs[0])
        {
            return Ok(Column::new(DataType::Int64, PrimitiveArray::from_vec(runs)));
        }
        let (ids, num_values) = value_ids(&inputs[0], partitions)?;
        let num_rows = ids.len();
        let array: Array = match self.asked {
            Asked::First | Asked::Last => {
                let mut seen = vec![false; num_values];
                let mut first = vec![false; num_rows];
                partitions.directed(self.asked == Asked::Last, |partitions| {
                    partitions.visit((), |(), row| {
                        let seen = &mut seen[ids[row] as usize];
                        first[row] = !*seen;
                        *seen = true;
                    });
                });
                BooleanArray::new(first.into_iter().collect(), None).into()
            }
            Asked::Duplicated | Asked::Unique => {
                let mut counts = vec![0u32; num_values];
                ids.iter().for_each(|&id| counts[id as usize] += 1);
                let unique = self.asked == Asked::Unique;
                let bits = ids.iter().map(|&id| (counts[id as usize] == 1) == unique).collect();
                BooleanArray::new(bits, None).into()
            }
            Asked::Run => {
                let mut runs = vec![0i64; num_rows];
                partitions.visit((u32::MAX, -1i64), |(before, run), row| {
                    *run += i64::from(ids[row] != *before);
                    *before = ids[row];
                    runs[row] = *run;
                });
                PrimitiveArray::from_vec(runs).into()
            }
        };
        Ok(Column::new(self.signature_output(), array))
    }
}

/// The number of each row's run, for whole numbers without nulls, which need no number of their own to be compared.
fn integer_runs(column: &Column) -> Option<Vec<i64>> {
    fn runs<T: PartialEq>(values: &[T]) -> Vec<i64> {
        let mut runs = vec![0; values.len()];
        let mut run = 0;
        for (place, pair) in values.windows(2).enumerate() {
            run += i64::from(pair[0] != pair[1]);
            runs[place + 1] = run;
        }
        runs
    }
    match (column.validity(), column.array()) {
        (None, Array::Int32(array)) => Some(runs(array.values())),
        (None, Array::Int64(array)) => Some(runs(array.values())),
        _ => None,
    }
}

impl EqualValues {
    fn signature_output(&self) -> DataType {
        if self.asked == Asked::Run { DataType::Int64 } else { DataType::Boolean }
    }
}

/// A number for each value, equal for equal values of one partition, and how many numbers there are.
pub(crate) fn value_ids(
    column: &Column,
    partitions: &Partitions<'_>,
) -> Result<(Vec<u32>, usize), KernelError> {
    let value = column.data_type().clone();
    let mut ids = Vec::new();
    let num_values = match partitions.ids() {
        [] => {
            let mut table = GroupTable::new(&[value]);
            table.insert(std::slice::from_ref(column), column.len(), &mut ids)?;
            table.len()
        }
        partition => {
            let mut table = GroupTable::new(&[DataType::UInt32, value]);
            let partition = Column::new(DataType::UInt32, PrimitiveArray::from_vec(partition.to_vec()));
            table.insert(&[partition, column.clone()], column.len(), &mut ids)?;
            table.len()
        }
    };
    Ok((ids, num_values))
}
