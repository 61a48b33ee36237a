//! Codes of one dictionary instead of many, and texts instead of codes where columns are plain.

use super::schema::num_dictionaries;
use crate::text_table::TextTable;
use lazuli_array::{
    Array, Batch, DataType, Dictionary, DictionaryArray, Field, ListArray, PrimitiveArray, Schema,
    StringArray, StructArray,
};
use lazuli_kernels::concat;
use std::sync::Arc;

/// Rows that are ready to be encoded: codes as numbers.
#[derive(Clone, Debug)]
pub struct RecodedBatch {
    pub(super) arrays: Vec<Array>,
    pub(super) num_rows: usize,
}

/// The dictionaries of a file, as they grow. Batches are recoded in their order; encoding them may take any.
pub struct IpcDictionaries {
    data_types: Vec<DataType>,
    slots: Vec<Slot>,
}

/// The dictionary of a column.
struct Slot {
    table: TextTable,
    /// The dictionary that was met last, and its codes in ours.
    last: Option<(Arc<Dictionary>, Vec<u32>)>,
}

impl Slot {
    fn codes(&mut self, array: &DictionaryArray) -> PrimitiveArray<u32> {
        let dictionary = array.dictionary();
        let is_known = self.last.as_ref().is_some_and(|(last, _)| Arc::ptr_eq(last, dictionary));
        if !is_known {
            let codes = enter(&mut self.table, dictionary);
            self.last = Some((dictionary.clone(), codes));
        }
        let codes = self.last.as_ref().map_or(&[][..], |(_, codes)| codes.as_slice());
        let wide = array.codes();
        // The codes of null rows may have no entry.
        let recoded = wide.values().iter().map(|&code| codes.get(code as usize).copied().unwrap_or(0));
        PrimitiveArray::new(recoded.collect(), wide.validity().cloned())
    }
}

fn enter(table: &mut TextTable, dictionary: &Dictionary) -> Vec<u32> {
    let values = dictionary.values();
    let code = |text: &str| table.code(text.as_bytes(), 0, text.len());
    values.iter().map(code).collect()
}

impl IpcDictionaries {
    pub(super) fn new(schema: &Schema) -> Self {
        let mut slots = Vec::new();
        schema.fields().iter().for_each(|field| add_slots(field.data_type(), &mut slots));
        let data_types = schema.fields().iter().map(|field| field.data_type().clone()).collect();
        Self { data_types, slots }
    }

    /// The rows of all batches as one, their codes those of the file. Batches must have the columns of the file, in its
    /// order.
    pub fn recode(&mut self, batches: &[Batch]) -> RecodedBatch {
        let mut parts: Vec<Vec<Array>> = vec![Vec::with_capacity(batches.len()); self.data_types.len()];
        for batch in batches {
            let mut slot = 0;
            for ((data_type, column), parts) in self.data_types.iter().zip(batch.columns()).zip(&mut parts) {
                parts.push(recoded(data_type, column.array(), &mut slot, &mut |slot, array| {
                    self.slots[slot].codes(array)
                }));
            }
        }
        let whole = |(data_type, parts): (&DataType, Vec<Array>)| match parts.is_empty() {
            true => recoded(data_type, &Array::new_null(data_type, 0), &mut 0, &mut |_, array| {
                array.codes().clone()
            }),
            false => concat(&parts.iter().collect::<Vec<_>>()),
        };
        RecodedBatch {
            arrays: self.data_types.iter().zip(parts).map(whole).collect(),
            num_rows: batches.iter().map(Batch::num_rows).sum(),
        }
    }

    /// The entries of each, in the order of their columns.
    pub(super) fn into_texts(self) -> Vec<StringArray> {
        let texts = |slot: Slot| slot.table.into_strings().expect("they were texts when they were put in");
        self.slots.into_iter().map(texts).collect()
    }
}

fn add_slots(data_type: &DataType, slots: &mut Vec<Slot>) {
    match data_type {
        DataType::Categorical => slots.push(Slot { table: TextTable::new(), last: None }),
        DataType::Enum(categories) => {
            // All of them, in their order, whether or not they occur.
            let mut table = TextTable::new();
            let codes = enter(&mut table, categories);
            slots.push(Slot { table, last: Some((categories.clone(), codes)) });
        }
        DataType::List(item) => add_slots(item, slots),
        DataType::Struct(fields) => fields.iter().for_each(|field| add_slots(field.data_type(), slots)),
        _ => {}
    }
}

/// An array with its codes renumbered. `slot` is the number of its first dictionary, and moves on.
pub(super) fn recoded(
    data_type: &DataType,
    array: &Array,
    slot: &mut usize,
    codes: &mut dyn FnMut(usize, &DictionaryArray) -> PrimitiveArray<u32>,
) -> Array {
    let changes = num_dictionaries(data_type) > 0;
    match (data_type, array) {
        (DataType::Categorical | DataType::Enum(_), Array::Dictionary(array)) => {
            let codes = codes(*slot, array);
            *slot += 1;
            codes.into()
        }
        (DataType::String, Array::Dictionary(array)) => array.to_plain().into(),
        (DataType::List(item), Array::List(list)) if changes || has_codes(list.values()) => {
            // Only what the rows show: slices see the values of others too.
            let offsets = list.offsets();
            let (first, last) = (offsets[0], offsets[offsets.len() - 1]);
            let values = list.values().sliced(first as usize, (last - first) as usize);
            let values = recoded(item, &values, slot, codes);
            let offsets = offsets.iter().map(|offset| offset - first).collect();
            ListArray::new(offsets, values, list.validity().cloned()).into()
        }
        (DataType::Struct(fields), Array::Struct(array))
            if changes || array.fields().iter().any(has_codes) =>
        {
            let fields = fields.iter().zip(array.fields());
            let fields =
                fields.map(|(field, array): (&Field, &Array)| recoded(field.data_type(), array, slot, codes));
            StructArray::new(array.len(), fields.collect(), array.validity().cloned()).into()
        }
        _ => {
            *slot += num_dictionaries(data_type);
            array.clone()
        }
    }
}

fn has_codes(array: &Array) -> bool {
    match array {
        Array::Dictionary(_) => true,
        Array::List(list) => has_codes(list.values()),
        Array::Struct(array) => array.fields().iter().any(has_codes),
        _ => false,
    }
}
