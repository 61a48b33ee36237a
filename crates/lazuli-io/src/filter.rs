//! Rows to keep, decided while reading: what a scan knows of a predicate.

use std::sync::Arc;

use lazuli_array::{Batch, Bitmap, Scalar};

/// Why a filter failed, in the words of whoever made it.
pub type FilterError = Box<dyn std::error::Error + Send + Sync>;

/// A decision about rows from some of their columns. The scan reads these columns first, and the others only for rows
/// that are kept.
pub trait RowFilter: Send + Sync {
    /// Positions, in the file, of the columns that the decision needs. May be empty.
    fn columns(&self) -> &[usize];

    /// One bit a row: keep it? `batch` has the columns of [`RowFilter::columns`], in that order.
    ///
    /// # Errors
    /// Whatever the predicate runs into; it ends the scan.
    fn keep(&self, batch: &Batch) -> Result<Bitmap, FilterError>;

    /// Whether [`RowFilter::keep`] looks at each row by itself and never fails: then it may be asked about values that no row
    /// has, such as the entries of a dictionary.
    fn is_infallible(&self) -> bool {
        false
    }

    /// The decision in steps, if it has several: a row is kept if all of them keep it. They are asked in this order, and a
    /// later one only about rows that those before it have kept, so that its columns need not be read for others.
    fn steps(&self) -> &[Arc<dyn RowFilter>] {
        &[]
    }

    /// Whether a group of rows of which only this is known may have a row that is kept. Asked before the group is read;
    /// "no" must be sure, also that [`RowFilter::keep`] would not fail for a row of it.
    fn may_keep(&self, _group: &dyn GroupFacts) -> bool {
        true
    }
}

/// What a file says of a group of rows.
pub trait GroupFacts {
    /// Number of its rows.
    fn num_rows(&self) -> usize;

    /// What is known of a column, by its position in the file.
    fn column(&self, position: usize) -> ColumnFacts;

    /// Whether a column may have this value, which is of its type and not null. In doubt it may.
    fn may_have(&self, _position: usize, _value: &Scalar) -> bool {
        true
    }
}

/// Bounds of the values of a column in a group of rows.
#[derive(Debug, Clone)]
pub struct ColumnFacts {
    /// No value is below this one; [`Scalar::Null`] if that is not known.
    pub min: Scalar,
    /// No value is above this one; [`Scalar::Null`] if that is not known. Of floats it never is: what files call their
    /// greatest value leaves out NaN, which is above all else.
    pub max: Scalar,
    /// Number of nulls, if known.
    pub null_count: Option<usize>,
}

impl ColumnFacts {
    /// Nothing is known.
    pub const UNKNOWN: Self = Self { min: Scalar::Null, max: Scalar::Null, null_count: None };
}
