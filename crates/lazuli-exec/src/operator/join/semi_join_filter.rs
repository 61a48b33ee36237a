//! Rows that a join further up will find no match for leave early.

use std::sync::Arc;

use lazuli_array::Column;
use lazuli_kernels::filter_batch;
use lazuli_kernels::join::matched;

use super::JoinTable;
use crate::Result;
use crate::morsel::{Flow, Morsel};
use crate::pipeline::{Operator, Task};

/// Keeps the rows whose keys a built table has. The join itself looks again: nothing depends on this filter but time.
pub(crate) struct SemiJoinFilter {
    /// Positions of the keys among the columns that come in.
    pub(crate) keys: Vec<usize>,
    pub(crate) table: Arc<JoinTable>,
}

impl Operator for SemiJoinFilter {
    fn execute(
        &self,
        input: Morsel,
        _: &Task<'_>,
        emit: &mut dyn FnMut(Morsel) -> Result<Flow>,
    ) -> Result<Flow> {
        let table = self.table.built()?;
        let keys: Vec<Column> = self.keys.iter().map(|&key| input.batch.column(key).clone()).collect();
        let mut places = Vec::new();
        table.index.lookup(&keys, input.num_rows(), &mut places);
        let kept = matched(&places);
        match kept.count_ones() {
            0 => Ok(Flow::More),
            all if all == input.num_rows() => emit(input),
            _ => emit(input.with_rows(filter_batch(&input.batch, &kept))),
        }
    }
}
