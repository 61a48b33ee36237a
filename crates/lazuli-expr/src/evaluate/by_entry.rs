//! Expressions over one column of coded texts: computed once for each entry of its dictionary, not once for each row.
//!
//! A batch is a small part of its column, so asking in each batch which of the two is less would have a large dictionary
//! computed again and again, or never. Instead rows are counted over all batches: as long as few have come, they are
//! computed as they are; once they are so many that the entries would have cost no more, those are computed, and kept as long
//! as the query runs. That is at most about twice the work of whoever knew beforehand.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use lazuli_array::{Array, Bitmap, Column, DataType, Dictionary, DictionaryArray, PrimitiveArray};
use lazuli_kernels::Value;
use lazuli_kernels::strings::of_entries;

use crate::EvaluateError;

/// Entries are in order and in one piece, rows are not: an entry costs about as much as half a row.
const ENTRIES_PER_ROW: usize = 2;

/// So many dictionaries are remembered. Parts of a file have dictionaries of their own, whose parts come close together.
const REMEMBERED: usize = 8;

/// The results of one expression, shared by all threads of a query.
#[derive(Clone, Default)]
pub(super) struct ByEntry(Arc<Mutex<Vec<Known>>>);

struct Known {
    /// Not kept alive: a file larger than memory has more dictionaries than memory takes.
    dictionary: Weak<Dictionary>,
    /// Rows that have come.
    rows: usize,
    state: State,
}

#[derive(Clone)]
enum State {
    /// Rows are computed as they are.
    Counting,
    /// Some thread computes the entries.
    Computing,
    /// The result of each entry, and behind them that of a null.
    Done(Arc<Results>),
    /// Some entry fails. Perhaps no row has it; and if one has, its number is to be told.
    Failed,
}

enum Results {
    /// One for all.
    Constant(Value),
    /// Other texts with the codes of the old ones, and null for null.
    Renamed(Arc<Dictionary>),
    Each(Array),
}

impl fmt::Debug for ByEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ByEntry")
    }
}

impl ByEntry {
    /// The value for a column of codes, if that of the entries is known or worth computing: `compute` gives it for a column
    /// of type `column`.
    pub(super) fn value(
        &self,
        codes: &DictionaryArray,
        column: &DataType,
        output: &DataType,
        compute: impl FnOnce(Column) -> Result<Value, EvaluateError>,
    ) -> Option<Value> {
        let dictionary = codes.dictionary();
        let results = match self.state(dictionary, codes.len()) {
            State::Done(results) => results,
            State::Counting => {
                let computed = compute(every_entry(dictionary, column));
                let state = computed.map_or(State::Failed, |value| {
                    State::Done(Arc::new(Results::of(value, dictionary.len())))
                });
                self.with(|known| {
                    if let Some(known) = known.iter_mut().find(|known| known.is_of(dictionary)) {
                        known.state = state.clone();
                    }
                });
                let State::Done(results) = state else { return None };
                results
            }
            State::Computing | State::Failed => return None,
        };
        Some(match &*results {
            Results::Constant(value) => value.clone(),
            Results::Renamed(texts) => {
                let renamed = DictionaryArray::new(codes.stored_codes().clone(), texts.clone());
                Value::Column(Column::new(output.clone(), renamed))
            }
            Results::Each(results) => Value::Column(Column::new(output.clone(), of_entries(codes, results))),
        })
    }

    /// What is known of a dictionary of which so many rows come now. `Counting` is the call to compute its entries, which
    /// one thread gets; the others get `Computing`.
    fn state(&self, dictionary: &Arc<Dictionary>, rows: usize) -> State {
        self.with(|all| {
            let place = all.iter().position(|known| known.is_of(dictionary)).unwrap_or_else(|| {
                all.retain(|known| known.dictionary.strong_count() > 0);
                if all.len() == REMEMBERED {
                    all.remove(0);
                }
                all.push(Known { dictionary: Arc::downgrade(dictionary), rows: 0, state: State::Counting });
                all.len() - 1
            });
            let known = &mut all[place];
            known.rows += rows;
            match known.state {
                State::Counting if known.rows.saturating_mul(ENTRIES_PER_ROW) < dictionary.len() => {
                    State::Computing
                }
                State::Counting => {
                    known.state = State::Computing;
                    State::Counting
                }
                ref state => state.clone(),
            }
        })
    }

    fn with<T>(&self, work: impl FnOnce(&mut Vec<Known>) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Known {
    fn is_of(&self, dictionary: &Arc<Dictionary>) -> bool {
        std::ptr::eq(self.dictionary.as_ptr(), Arc::as_ptr(dictionary))
    }
}

impl Results {
    fn of(value: Value, num_entries: usize) -> Self {
        let Value::Column(column) = value else { return Self::Constant(value) };
        let texts: DictionaryArray = match column.array() {
            Array::Dictionary(texts) => texts.clone(),
            Array::String(texts) => texts.iter().collect::<DictionaryArray>().narrowed(),
            others => return Self::Each(others.clone()),
        };
        let is_renamed = texts.codes().get(num_entries).is_none()
            && (0..num_entries).all(|entry| texts.codes().get(entry) == Some(entry as u32));
        if is_renamed { Self::Renamed(texts.dictionary().clone()) } else { Self::Each(texts.into()) }
    }
}

/// A column of all entries in order, and a null behind them.
fn every_entry(dictionary: &Arc<Dictionary>, data_type: &DataType) -> Column {
    let num_entries = dictionary.len();
    let codes: Vec<u32> = (0..num_entries as u32).chain([0]).collect();
    let validity = Bitmap::from_fn(num_entries + 1, |entry| entry < num_entries);
    let codes = PrimitiveArray::new(codes.into(), Some(validity));
    Column::new(data_type.clone(), DictionaryArray::new(codes, dictionary.clone()))
}
