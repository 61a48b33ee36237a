//! Several conditions, one after the other: a later one is not asked for rows that an earlier one removed.

use std::fmt;

use lazuli_array::{Array, Batch, Bitmap, Schema};
use lazuli_kernels::{Value, spread_mask};

use super::Evaluator;
use super::rows::Rows;
use crate::{EvaluateError, Expr};

/// When fewer than one in so many rows are left, later conditions are computed for those only.
const SPARSE: usize = 4;

/// Conditions that all have to be true.
#[derive(Debug, Clone)]
pub struct Predicates(Vec<Evaluator>);

impl Predicates {
    /// Binds resolved, boolean expressions to a schema, as [`Evaluator::new`] does.
    pub fn new(predicates: &[Expr], schema: &Schema) -> Self {
        Self(predicates.iter().map(|predicate| Evaluator::new(predicate, schema)).collect())
    }

    /// Whether there are none, so that every row stays.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether some row may be an error.
    pub fn is_fallible(&self) -> bool {
        self.0.iter().any(Evaluator::is_fallible)
    }

    /// Positions of the columns that are read, ascending.
    pub fn columns(&self) -> Vec<usize> {
        let mut columns: Vec<usize> =
            self.0.iter().flat_map(|predicate| predicate.columns().iter().copied()).collect();
        columns.sort_unstable();
        columns.dedup();
        columns
    }

    /// The rows that all conditions keep; `None` when that is every row.
    ///
    /// # Errors
    /// [`EvaluateError`] of the first condition that fails for a row that it is asked for.
    pub fn select(&self, batch: &Batch) -> Result<Option<Bitmap>, EvaluateError> {
        let rows = Rows { columns: batch.columns().into(), num_rows: batch.num_rows() };
        let mut kept: Option<Bitmap> = None;
        for predicate in &self.0 {
            let next = match &kept {
                Some(kept) if kept.count_ones() == 0 => break,
                Some(kept) if predicate.is_fallible() || kept.count_ones() * SPARSE < rows.num_rows => {
                    let is_true = true_mask(&predicate.run_where(&rows, kept)?, kept.count_ones());
                    spread_mask(&is_true, kept)
                }
                Some(kept) => kept.and(&predicate.mask(&rows)?),
                None => predicate.mask(&rows)?,
            };
            kept = (next.count_zeros() > 0).then_some(next);
        }
        Ok(kept)
    }
}

/// The conditions, separated by commas.
impl fmt::Display for Predicates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, predicate) in self.0.iter().enumerate() {
            let separator = if position > 0 { ", " } else { "" };
            write!(f, "{separator}{}", predicate.expr())?;
        }
        Ok(())
    }
}

/// The rows for which a boolean value is true.
pub(super) fn true_mask(value: &Value, num_rows: usize) -> Bitmap {
    let array = match value {
        Value::Column(column) => column.array(),
        Value::Constant(constant) => constant.as_column().array(),
    };
    let Array::Boolean(array) = array else { panic!("resolving checked that conditions are Boolean") };
    match value {
        Value::Column(_) => array.true_mask(),
        Value::Constant(_) => Bitmap::filled(array.get(0) == Some(true), num_rows),
    }
}
