//! Unpivot: one column becomes rows, with its name beside each value.
//!
//! Nothing is copied: values and index columns are those that come in, and the names are codes into one dictionary that
//! all columns of the unpivot share. The codes of one column are all the same, so batches share them too.

use std::sync::{Arc, Mutex, PoisonError};

use lazuli_array::{Batch, Column, DataType, Dictionary, DictionaryArray, PrimitiveArray, SchemaRef};

use crate::Result;
use crate::morsel::{Flow, Morsel};
use crate::pipeline::{Operator, Task};
use crate::profile::Description;

/// Rows of one of the columns that become rows.
pub(crate) struct Unpivot {
    /// Positions of the columns that stay.
    index: Vec<usize>,
    /// Position of the values.
    value: usize,
    /// The code of the column's name.
    code: u32,
    /// The name, as often as the longest batch so far has rows.
    names: Mutex<DictionaryArray>,
    /// The index, the names, the values.
    schema: SchemaRef,
}

impl Unpivot {
    /// `names`: the names of all columns that become rows; `code`: which of them this one has.
    pub(crate) fn new(
        index: Vec<usize>,
        value: usize,
        names: Arc<Dictionary>,
        code: u32,
        schema: SchemaRef,
    ) -> Self {
        let names = DictionaryArray::new(PrimitiveArray::<u32>::from_vec(Vec::new()), names);
        Self { index, value, code, names: Mutex::new(names), schema }
    }

    fn names(&self, num_rows: usize) -> Column {
        let mut names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        if names.len() < num_rows {
            let codes = PrimitiveArray::from_vec(vec![self.code; num_rows]);
            *names = DictionaryArray::new(codes, names.dictionary().clone()).narrowed();
        }
        Column::new(DataType::String, names.sliced(0, num_rows))
    }
}

impl Operator for Unpivot {
    fn describe(&self) -> Description {
        let names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        Description::new("unpivot", names.dictionary().value(self.code))
    }

    fn execute(
        &self,
        input: Morsel,
        _: &Task<'_>,
        emit: &mut dyn FnMut(Morsel) -> Result<Flow>,
    ) -> Result<Flow> {
        let num_rows = input.num_rows();
        let mut columns: Vec<Column> =
            self.index.iter().map(|&position| input.batch.column(position).clone()).collect();
        columns.push(self.names(num_rows));
        columns.push(input.batch.column(self.value).clone());
        emit(input.with_columns(Batch::new(self.schema.clone(), columns, num_rows)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lazuli_array::{Array, Schema};

    #[test]
    fn batches_share_codes_and_dictionary() {
        let names = Arc::new(Dictionary::new([Some("a"), Some("b")].into_iter().collect()));
        let unpivot = Unpivot::new(Vec::new(), 0, names.clone(), 1, Arc::new(Schema::default()));
        let parts = |num_rows: usize| {
            let column = unpivot.names(num_rows);
            let Array::Dictionary(array) = column.array() else { panic!("codes: {column:?}") };
            assert!(array.iter().all(|name| name == Some("b")) && array.len() == num_rows);
            assert!(Arc::ptr_eq(array.dictionary(), &names));
            array.stored_codes().address()
        };
        let first = parts(5);
        assert_eq!(first, parts(3));
        let longer = parts(8);
        assert_eq!(longer, parts(5));
    }
}
