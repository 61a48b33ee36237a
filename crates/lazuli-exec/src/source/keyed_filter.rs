//! Predicates and the keys of joins as one filter of a scan.

use std::sync::Arc;

use lazuli_array::{Batch, Bitmap};
use lazuli_io::{FilterError, GroupFacts, RowFilter};
use lazuli_plan::KeyFilter;

/// Rows that all of several filters keep, asked one after the other.
pub(super) struct AllFilters {
    columns: Vec<usize>,
    parts: Vec<Arc<dyn RowFilter>>,
    steps: Vec<Arc<dyn RowFilter>>,
}

impl AllFilters {
    /// The predicates first: what they say may come from the file's own account of itself, and so costs less than a lookup.
    pub(super) fn new(predicates: Option<Arc<dyn RowFilter>>, keys: Vec<Arc<dyn KeyFilter>>) -> Self {
        let keys = keys.into_iter().map(|keys| -> Arc<dyn RowFilter> { Arc::new(KeyRows(keys)) });
        let parts: Vec<Arc<dyn RowFilter>> = predicates.into_iter().chain(keys).collect();
        let mut columns: Vec<usize> = parts.iter().flat_map(|part| part.columns()).copied().collect();
        columns.sort_unstable();
        columns.dedup();
        let steps = |part: &Arc<dyn RowFilter>| match part.steps() {
            [] => vec![part.clone()],
            steps => steps.to_vec(),
        };
        let steps = parts.iter().flat_map(steps).collect();
        Self { columns, parts, steps }
    }
}

impl RowFilter for AllFilters {
    fn columns(&self) -> &[usize] {
        &self.columns
    }

    fn keep(&self, batch: &Batch) -> Result<Bitmap, FilterError> {
        let mut kept = Bitmap::filled(true, batch.num_rows());
        for part in &self.parts {
            let position = |column: &usize| self.columns.binary_search(column).ok();
            let positions: Vec<usize> = part.columns().iter().filter_map(position).collect();
            kept = kept.and(&part.keep(&batch.project(&positions))?);
        }
        Ok(kept)
    }

    fn is_infallible(&self) -> bool {
        self.parts.iter().all(|part| part.is_infallible())
    }

    fn steps(&self) -> &[Arc<dyn RowFilter>] {
        &self.steps
    }

    fn may_keep(&self, group: &dyn GroupFacts) -> bool {
        self.parts.iter().all(|part| part.may_keep(group))
    }
}

/// Rows whose keys are wanted.
struct KeyRows(Arc<dyn KeyFilter>);

impl RowFilter for KeyRows {
    fn columns(&self) -> &[usize] {
        self.0.columns()
    }

    fn keep(&self, batch: &Batch) -> Result<Bitmap, FilterError> {
        self.0.keep(batch)
    }

    fn is_infallible(&self) -> bool {
        true
    }
}
