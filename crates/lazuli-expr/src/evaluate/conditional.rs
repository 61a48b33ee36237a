//! `when(..).then(..).otherwise(..)`: each value is computed for the rows that take it, and only for those if it may be
//! an error.

use lazuli_array::{Bitmap, BooleanArray, Column, DataType};
use lazuli_kernels::{Constant, KernelError, NO_ROW, Value, concat, if_else, take_optional};

use super::evaluator::Evaluator;
use super::predicates::true_mask;
use super::rows::Rows;
use crate::EvaluateError;

#[derive(Debug, Clone)]
pub(super) struct Conditional {
    branches: Vec<(Evaluator, Evaluator)>,
    otherwise: Option<Box<Evaluator>>,
    data_type: DataType,
}

impl Conditional {
    pub(super) fn new(branches: Vec<(Evaluator, Evaluator)>, otherwise: Option<Evaluator>) -> Self {
        let data_type = branches
            .first()
            .map(|(_, value)| value)
            .or(otherwise.as_ref())
            .map_or(DataType::Null, |value| value.data_type().clone());
        Self { branches, otherwise: otherwise.map(Box::new), data_type }
    }

    pub(super) fn data_type(&self) -> &DataType {
        &self.data_type
    }

    pub(super) fn parts(&self) -> Vec<&Evaluator> {
        self.branches
            .iter()
            .flat_map(|(condition, value)| [condition, value])
            .chain(self.otherwise.as_deref())
            .collect()
    }

    pub(super) fn parts_mut(&mut self) -> Vec<&mut Evaluator> {
        self.branches
            .iter_mut()
            .flat_map(|(condition, value)| [condition, value])
            .chain(self.otherwise.as_deref_mut())
            .collect()
    }

    pub(super) fn run(
        &self,
        rows: &Rows<'_>,
        failed: impl Fn(KernelError) -> EvaluateError,
    ) -> Result<Value, EvaluateError> {
        if self.parts().iter().any(|part| part.is_fallible()) {
            self.row_by_row(rows)
        } else {
            self.all_at_once(rows, failed)
        }
    }

    /// Every value for every row, chosen from the last branch to the first.
    fn all_at_once(
        &self,
        rows: &Rows<'_>,
        failed: impl Fn(KernelError) -> EvaluateError,
    ) -> Result<Value, EvaluateError> {
        let mut result = match &self.otherwise {
            Some(otherwise) => otherwise.run(rows)?,
            None => Value::Constant(Constant::null(self.data_type.clone())),
        };
        for (condition, value) in self.branches.iter().rev() {
            let mask = BooleanArray::new(condition.mask(rows)?, None);
            let value = value.run(rows)?;
            result =
                if_else(&mask, value.as_datum(), result.as_datum()).map(Value::Column).map_err(&failed)?;
        }
        Ok(result)
    }

    /// Conditions only for the rows that no branch has taken, values only for the rows that take them.
    fn row_by_row(&self, rows: &Rows<'_>) -> Result<Value, EvaluateError> {
        let mut open = Bitmap::filled(true, rows.num_rows);
        let mut parts: Vec<Column> = Vec::new();
        let mut indices = vec![NO_ROW; rows.num_rows];
        let mut place =
            |value: &Evaluator, taken: &Bitmap, parts: &mut Vec<Column>| -> Result<(), EvaluateError> {
                if taken.count_ones() == 0 {
                    return Ok(());
                }
                let values = value.run_where(rows, taken)?.into_column(taken.count_ones());
                let base: usize = parts.iter().map(Column::len).sum();
                for (offset, row) in taken.ones().enumerate() {
                    indices[row] = (base + offset) as u32;
                }
                parts.push(values);
                Ok(())
            };
        for (condition, value) in &self.branches {
            if open.count_ones() == 0 {
                break;
            }
            let is_true = true_mask(&condition.run_where(rows, &open)?, open.count_ones());
            let mut bits = is_true.iter();
            let taken = Bitmap::from_fn(rows.num_rows, |row| open.get(row) && bits.next().unwrap_or(false));
            place(value, &taken, &mut parts)?;
            open = open.combine(&taken, |open, taken| open & !taken);
        }
        if let Some(otherwise) = &self.otherwise {
            place(otherwise, &open, &mut parts)?;
        }
        if parts.is_empty() {
            return Ok(Value::Column(Column::new_null(self.data_type.clone(), rows.num_rows)));
        }
        let arrays: Vec<_> = parts.iter().map(Column::array).collect();
        let all = concat(&arrays);
        Ok(Value::Column(Column::new(self.data_type.clone(), take_optional(&all, &indices))))
    }
}
