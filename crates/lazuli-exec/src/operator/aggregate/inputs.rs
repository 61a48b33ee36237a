//! The columns that aggregates read, each once however many calls read it.

use lazuli_array::{Batch, Column};

use super::AggregateSpec;

/// Which columns of the input the calls need, and where each call finds its own among them.
pub(super) struct Inputs {
    /// Positions among the columns that come in.
    columns: Vec<usize>,
    /// For each call the positions of its arguments among `columns`.
    calls: Vec<Vec<usize>>,
}

impl Inputs {
    pub(super) fn of(spec: &AggregateSpec) -> Self {
        let mut columns: Vec<usize> = Vec::new();
        let calls = spec.calls.iter().map(|call| {
            let place = |&column: &usize| {
                columns.iter().position(|&known| known == column).unwrap_or_else(|| {
                    columns.push(column);
                    columns.len() - 1
                })
            };
            call.columns.iter().map(place).collect()
        });
        let calls = calls.collect();
        Self { columns, calls }
    }

    /// Number of columns.
    pub(super) fn len(&self) -> usize {
        self.columns.len()
    }

    /// The columns, of a batch that comes in.
    pub(super) fn of_batch<'a>(&self, batch: &'a Batch) -> impl Iterator<Item = &'a Column> {
        self.columns.iter().map(|&column| batch.column(column))
    }

    /// The arguments of a call.
    pub(super) fn of_call(&self, call: usize, columns: &[Column]) -> Vec<Column> {
        self.calls[call].iter().map(|&column| columns[column].clone()).collect()
    }
}
