//! What batches weigh when dictionaries are shared among them.

use std::collections::HashMap;
use std::sync::Arc;

use lazuli_array::{Array, Batch, Column, Dictionary};

/// Counts the bytes of batches that are kept together: a dictionary counts once, however many columns point into it.
#[derive(Debug, Default)]
pub(crate) struct Footprint {
    /// Kept alive, so that an address stays the dictionary's own.
    dictionaries: HashMap<usize, Arc<Dictionary>>,
    bytes: usize,
}

impl Footprint {
    /// The bytes of all that was added.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Adds a batch.
    pub(crate) fn add(&mut self, batch: &Batch) -> usize {
        batch.columns().iter().for_each(|column| self.add_column(column));
        self.bytes
    }

    /// Adds a column.
    pub(crate) fn add_column(&mut self, column: &Column) {
        let Array::Dictionary(array) = column.array() else {
            self.bytes += column.memory_bytes();
            return;
        };
        self.bytes += array.code_bytes();
        let dictionary = array.dictionary();
        let address = Arc::as_ptr(dictionary).addr();
        self.dictionaries.entry(address).or_insert_with(|| {
            self.bytes += dictionary.memory_bytes();
            dictionary.clone()
        });
    }
}

/// The bytes of batches that are kept together.
impl<'a> FromIterator<&'a Batch> for Footprint {
    fn from_iter<I: IntoIterator<Item = &'a Batch>>(batches: I) -> Self {
        let mut footprint = Self::default();
        for batch in batches {
            footprint.add(batch);
        }
        footprint
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lazuli_array::{DataType, DictionaryArray, FromValues, PrimitiveArray};

    #[test]
    fn a_shared_dictionary_counts_once() {
        let texts = ["a long text that is in the dictionary", "another"].into_iter().map(Some).collect();
        let dictionary = Arc::new(Dictionary::new(texts));
        let codes = PrimitiveArray::from_vec(vec![0u32, 1, 0, 1]);
        let array = DictionaryArray::try_new(codes, dictionary.clone()).expect("codes below 2");
        let column = Column::new(DataType::String, array);
        let numbers = Column::from_values([1i64, 2, 3, 4].into_iter());
        let batch = Batch::from_columns(vec![
            ("a".into(), column.clone()),
            ("b".into(), column),
            ("c".into(), numbers),
        ])
        .expect("equal lengths");
        let footprint: Footprint = [&batch.sliced(0, 2), &batch.sliced(2, 2)].into_iter().collect();
        assert_eq!(footprint.bytes(), dictionary.memory_bytes() + 2 * 4 * 4 + 4 * 8);
    }
}
