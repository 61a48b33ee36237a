//! Horizontal concat: the columns of several inputs side by side.

use std::sync::Arc;

use lazuli_array::{Batch, SchemaRef};

use crate::context::QueryContext;
use crate::profile::Link;
use crate::source::{BatchesSource, Stored};
use crate::{ExecError, Result};

/// A source of the columns of all inputs, cut where any of them is cut, so that nothing is copied.
pub(crate) fn side_by_side(inputs: Vec<Arc<Stored>>, schema: SchemaRef) -> BatchesSource {
    let reads = inputs.iter().map(Link::to).collect();
    let compute = move |context: &QueryContext| {
        let inputs = inputs.iter().map(|input| input.batches()).collect::<Result<Vec<_>>>()?;
        // The rows are those of the inputs, which hold their reservations.
        Ok((aligned(&inputs, &schema)?, context.memory.reservation("horizontal concat")))
    };
    BatchesSource::computed("horizontal concat", compute).reading(reads)
}

fn aligned(inputs: &[&[Batch]], schema: &SchemaRef) -> Result<Vec<Batch>> {
    let heights: Vec<usize> =
        inputs.iter().map(|batches| batches.iter().map(Batch::num_rows).sum()).collect();
    let expected = heights.first().copied().unwrap_or(0);
    if let Some(input) = heights.iter().position(|&height| height != expected) {
        return Err(ExecError::HeightMismatch { input, found: heights[input], expected });
    }
    let mut cursors: Vec<Cursor<'_>> = inputs.iter().map(|&batches| Cursor { batches, offset: 0 }).collect();
    let mut aligned = Vec::new();
    let mut left = expected;
    while left > 0 {
        let length = cursors.iter_mut().map(Cursor::rows_at_hand).min().unwrap_or(left).min(left);
        let columns = cursors.iter_mut().flat_map(|cursor| cursor.take(length).into_columns()).collect();
        aligned.push(Batch::new(schema.clone(), columns, length));
        left -= length;
    }
    Ok(aligned)
}

/// Where one input has been read up to.
struct Cursor<'a> {
    batches: &'a [Batch],
    /// Rows of the first batch that have been taken.
    offset: usize,
}

impl Cursor<'_> {
    /// Rows up to the end of the batch at hand; more than any input has when there are no batches left.
    fn rows_at_hand(&mut self) -> usize {
        while let [first, rest @ ..] = self.batches {
            if self.offset < first.num_rows() {
                return first.num_rows() - self.offset;
            }
            self.batches = rest;
            self.offset = 0;
        }
        usize::MAX
    }

    /// The next rows, at most those at hand.
    fn take(&mut self, length: usize) -> Batch {
        let rows = self.batches[0].sliced(self.offset, length);
        self.offset += length;
        rows
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lazuli_array::{Column, DataFrame, FromValues, Schema};

    fn batches(name: &str, lengths: &[i64]) -> Vec<Batch> {
        let mut start = 0;
        let batch = |&length: &i64| {
            let values = Column::from_values(start..start + length);
            start += length;
            Batch::from_columns(vec![(name.into(), values)]).expect("one column")
        };
        lengths.iter().map(batch).collect()
    }

    fn schema(inputs: &[&[Batch]]) -> SchemaRef {
        let fields = inputs.iter().flat_map(|batches| batches[0].schema().fields().to_vec()).collect();
        Arc::new(Schema::try_new(fields).expect("names differ"))
    }

    #[test]
    fn rows_stand_beside_rows_of_the_same_number() {
        let (left, right) = (batches("a", &[3, 0, 4, 1]), batches("b", &[1, 5, 2]));
        let inputs = [left.as_slice(), right.as_slice()];
        let schema = schema(&inputs);
        let frame =
            DataFrame::from_batches(schema.clone(), aligned(&inputs, &schema).expect("equal heights"))
                .expect("one schema");
        assert_eq!(frame.height(), 8);
        for row in 0..8 {
            assert_eq!(frame.get(row, 0), frame.get(row, 1));
        }
    }

    #[test]
    fn different_heights_are_an_error() {
        let (left, right) = (batches("a", &[3]), batches("b", &[1, 1]));
        let inputs = [left.as_slice(), right.as_slice()];
        let error = aligned(&inputs, &schema(&inputs)).expect_err("3 rows against 2");
        assert!(matches!(error, ExecError::HeightMismatch { input: 1, found: 2, expected: 3 }));
    }
}
