//! Rows to keep, decided while parsing: what a scan knows of a predicate.

use lazuli_array::{Batch, Bitmap};

/// Why a filter failed, in the words of whoever made it.
pub type FilterError = Box<dyn std::error::Error + Send + Sync>;

/// A decision about rows from some of their columns. The scan parses these columns first, and the others only for rows
/// that are kept.
pub trait RowFilter: Send + Sync {
    /// Positions, in the file, of the columns that the decision needs. May be empty.
    fn columns(&self) -> &[usize];

    /// One bit a row: keep it? `batch` has the columns of [`RowFilter::columns`], in that order.
    ///
    /// # Errors
    /// Whatever the predicate runs into; it ends the scan.
    fn keep(&self, batch: &Batch) -> Result<Bitmap, FilterError>;
}
