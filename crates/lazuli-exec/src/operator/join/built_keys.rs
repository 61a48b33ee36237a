//! The keys of a built table, for scans that leave other rows out before they read the rest of them.

use std::fmt;
use std::sync::Arc;

use lazuli_array::{Batch, Bitmap, Column};
use lazuli_kernels::join::matched;
use lazuli_plan::{KeyFilter, SourceError};

use super::JoinTable;
use super::build::Built;

/// Rows whose keys a table has, which is built by the time that anybody asks.
pub(crate) struct BuiltKeys {
    /// Positions of the keys in the source's schema.
    pub(crate) columns: Vec<usize>,
    pub(crate) table: Arc<JoinTable>,
}

impl fmt::Debug for BuiltKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BuiltKeys").field("columns", &self.columns).finish_non_exhaustive()
    }
}

impl KeyFilter for BuiltKeys {
    fn columns(&self) -> &[usize] {
        &self.columns
    }

    fn keep(&self, keys: &Batch) -> Result<Bitmap, SourceError> {
        let Built::Table(table) = self.table.built()? else {
            // Nobody can tell before all rows are there: the join will.
            return Ok(Bitmap::filled(true, keys.num_rows()));
        };
        let columns: Vec<Column> = keys.columns().to_vec();
        let mut places = Vec::new();
        table.index.lookup(&columns, keys.num_rows(), &mut places);
        Ok(matched(&places))
    }
}
