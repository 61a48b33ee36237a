//! Filter: keeps the rows for which all predicates are true.

use lazuli_expr::evaluate::Predicates;
use lazuli_kernels::filter_batch;

use super::evaluation_failed;
use crate::Result;
use crate::morsel::{Flow, Morsel};
use crate::pipeline::{Operator, Task};
use crate::profile::Description;

/// Keeps the rows for which all predicates are true; a later predicate is not asked for rows that an earlier one
/// removed.
pub(crate) struct Filter {
    pub(crate) predicates: Predicates,
}

impl Operator for Filter {
    fn describe(&self) -> Description {
        Description::new("filter", self.predicates.to_string())
    }

    fn is_fallible(&self) -> bool {
        self.predicates.is_fallible()
    }

    fn execute(
        &self,
        input: Morsel,
        _: &Task<'_>,
        emit: &mut dyn FnMut(Morsel) -> Result<Flow>,
    ) -> Result<Flow> {
        let selected = self.predicates.select(&input.batch).map_err(evaluation_failed("filter", &input))?;
        let Some(mask) = selected else { return emit(input) };
        match mask.count_ones() {
            0 => Ok(Flow::More),
            kept if kept == input.num_rows() => emit(input), // Nothing removed: passed on without a copy.
            _ => emit(input.with_rows(filter_batch(&input.batch, &mask))),
        }
    }
}
