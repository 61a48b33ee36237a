//! Coarse order: one integer a row that never contradicts the order of a key, whatever other rows there are.
//!
//! Where words (see [`super::plan`]) are as narrow as the values at hand span, these integers can be compared from batch to
//! batch: a row whose integer is above a bound comes after every row whose integer is not.

use lazuli_array::{Array, DataType};

use super::SortKey;
use super::piece::{CHUNK_ROWS, Piece, Rows, Source, Texts, Transform, Word};
use crate::level::{Level, by_level};

/// One key's coarse order: rows in the order of the key have ascending integers. Rows of one integer may be in any order.
///
/// ```
/// use lazuli_array::{Column, FromValues};
/// use lazuli_kernels::sort::{CoarseOrder, SortKey};
///
/// let column = Column::from_values([Some(3i64), None, Some(1), Some(2)].into_iter());
/// let order = CoarseOrder::new(&SortKey { column: &column, descending: true, nulls_first: false })
///     .expect("integers have one");
/// assert_eq!(order.rows_up_to(order.at(3)), [0, 3]);
/// ```
#[derive(Debug)]
pub struct CoarseOrder<'a> {
    word: Word<'a>,
    rows: usize,
}

impl<'a> CoarseOrder<'a> {
    /// The coarse order of a key; `None` for lists and structs.
    pub fn new(key: &SortKey<'a>) -> Option<Self> {
        let array = key.column.array();
        let is_half_turned = key.descending && matches!(array, Array::Int128(_));
        let source = match array {
            Array::List(_) | Array::Struct(_) => return None,
            Array::Null(_) => Source::Nothing,
            Array::Int128(array) => Source::Half {
                values: array.values(),
                base: if is_half_turned { i128::MAX } else { i128::MIN },
                descending: is_half_turned,
                is_high: true,
            },
            Array::Dictionary(array) => {
                let (codes, entries) = (array.stored_codes(), array.dictionary().values());
                match key.column.data_type() {
                    DataType::Enum(_) => Source::Codes(codes),
                    _ => Source::Eight { texts: Texts::Coded { codes, entries }, from: 0 },
                }
            }
            Array::String(array) => Source::Eight { texts: Texts::strings(array), from: 0 },
            Array::Binary(array) => Source::Eight { texts: Texts::binary(array), from: 0 },
            _ => Source::Numbers(array),
        };
        let descending = key.descending && !is_half_turned;
        let transform = Transform::plain(descending, u64::BITS);
        let null = if key.nulls_first { 0 } else { u64::MAX };
        let piece = Piece { source, validity: array.validity(), transform, null };
        Some(Self { word: Word { pieces: vec![piece], bits: u64::BITS }, rows: array.len() })
    }

    /// The integer of a row. Panics out of bounds.
    pub fn at(&self, row: usize) -> u64 {
        let mut word = [0];
        self.word.read(Rows::From(row), &mut word);
        word[0]
    }

    /// The rows whose integers are at most `bound`, ascending.
    pub fn rows_up_to(&self, bound: u64) -> Vec<u32> {
        let mut chosen = Vec::new();
        let mut words = [0; CHUNK_ROWS];
        for start in (0..self.rows).step_by(CHUNK_ROWS) {
            let words = &mut words[..CHUNK_ROWS.min(self.rows - start)];
            self.word.read(Rows::From(start), words);
            let count = count_up_to(Level::best(), words, bound);
            if count > 0 {
                chosen.reserve(count);
                let within = words.iter().zip(start as u32..).filter(|(word, _)| **word <= bound);
                chosen.extend(within.map(|(_, row)| row));
            }
        }
        chosen
    }
}

by_level! {
    /// How many words are at most `bound`.
    fn count_up_to(words: &[u64], bound: u64) -> usize = count_up_to_body;
}

#[inline(always)]
fn count_up_to_body(words: &[u64], bound: u64) -> usize {
    words.iter().map(|&word| usize::from(word <= bound)).sum()
}
