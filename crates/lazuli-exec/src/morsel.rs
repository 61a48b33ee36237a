//! A batch and its place among all batches that reach a sink.

use lazuli_array::Batch;
use lazuli_expr::RowOrder;

/// The place of a morsel among all that reach a sink of one pipeline. Order by place is the order of the rows.
///
/// ```text
/// lane    which input of a union, say: lanes run one after the other
/// morsel  the number that the lane's source gave, without gaps
/// part    which of the batches that operators made of one source morsel; a worker works depth first, so the order in
///         which they arrive is the order of their rows
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub(crate) struct MorselIndex {
    pub(crate) lane: u32,
    pub(crate) morsel: u64,
    pub(crate) part: u32,
}

impl MorselIndex {
    /// The place of the morsel's first row among all rows of the pipeline:
    ///
    /// ```text
    /// bit 127 | 0 | lane: 23 | morsel: 40 | part: 32 | row: 32 | bit 0
    /// ```
    pub(crate) fn row_order(self) -> RowOrder {
        debug_assert!(self.lane < 1 << 23 && self.morsel < 1 << 40, "a place that does not fit: {self:?}");
        RowOrder(
            (u128::from(self.lane) << 104) | (u128::from(self.morsel) << 64) | (u128::from(self.part) << 32),
        )
    }
}

/// A batch and its place.
#[derive(Debug, Clone)]
pub(crate) struct Morsel {
    /// Where it stands.
    pub(crate) index: MorselIndex,
    /// The rows; at least one.
    pub(crate) batch: Batch,
    /// The number of the first row in the source, while rows are still those of the source; for messages.
    pub(crate) first_row: Option<u64>,
}

impl Morsel {
    /// Other rows, as many and from the same rows.
    pub(crate) fn with_columns(&self, batch: Batch) -> Self {
        debug_assert_eq!(batch.num_rows(), self.batch.num_rows(), "a row for each row");
        Self { index: self.index, batch, first_row: self.first_row }
    }

    /// Other rows in the same place.
    pub(crate) fn with_rows(&self, batch: Batch) -> Self {
        Self { index: self.index, batch, first_row: None }
    }

    /// Number of rows.
    pub(crate) fn num_rows(&self) -> usize {
        self.batch.num_rows()
    }
}

/// Whether to go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flow {
    /// Rows are welcome.
    More,
    /// Later rows change nothing.
    Stop,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn row_order_is_the_order_of_places() {
        let mut places = Vec::new();
        for lane in [0, 1, 700] {
            for morsel in [0, 1, (1 << 40) - 1] {
                for part in [0, 1, u32::MAX] {
                    places.push(MorselIndex { lane, morsel, part });
                }
            }
        }
        for pair in places.windows(2) {
            assert!(pair[0] < pair[1]);
            assert!(pair[0].row_order().row(u32::MAX as usize) < pair[1].row_order().row(0));
        }
    }
}
