//! What an expression sees: the columns of a batch, or of some of its rows.

use std::borrow::Cow;

use lazuli_array::{Bitmap, Column, DataType};
use lazuli_kernels::{NO_ROW, filter_column, take_column_optional};

/// Columns of equal length. Those that nobody will read may be empty.
#[derive(Clone)]
pub(super) struct Rows<'a> {
    pub(super) columns: Cow<'a, [Column]>,
    pub(super) num_rows: usize,
}

impl Rows<'_> {
    /// The rows where `mask` is set, of the columns at the positions `needed` only.
    pub(super) fn filtered(&self, mask: &Bitmap, needed: &[usize]) -> Self {
        let mut columns = vec![Column::new_null(DataType::Null, 0); self.columns.len()];
        for &position in needed {
            columns[position] = filter_column(&self.columns[position], mask);
        }
        Self { columns: columns.into(), num_rows: mask.count_ones() }
    }
}

/// Values computed for the rows where `mask` is set, put back in their places; null elsewhere.
pub(super) fn scattered(values: &Column, mask: &Bitmap) -> Column {
    let mut indices = vec![NO_ROW; mask.len()];
    for (index, row) in mask.ones().enumerate() {
        indices[row] = index as u32;
    }
    take_column_optional(values, &indices)
}
