//! Where each key column lies in a packed key: bits of 64-bit words.
//!
//! Widths follow from the types alone, so a layout holds for every batch of a stream. The parts are placed largest
//! first, each in the first word with room for it.
//!
//! ```text
//! (Int32, Boolean, String)   word 0 | String id + 1: 32 | Int32: 32 |   word 1 | Boolean: 2 | null of Int32: 1 |
//! ```
//! Null has no bits of its own where a type leaves room: booleans count from 1, ids and Enum codes too, floats have NaNs
//! to spare. Integers need a bit. When it would cost a word, it is left out until the first null comes; the table is
//! then built anew, which is once in its life.

use lazuli_array::{DataType, PhysicalType};

/// Some bits of a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) word: usize,
    pub(crate) shift: u32,
    pub(crate) bits: u32,
}

impl Place {
    #[inline]
    pub(crate) fn mask(self) -> u64 {
        if self.bits == 64 { u64::MAX } else { (1 << self.bits) - 1 }
    }

    /// The bits of this place in a row.
    #[inline]
    pub(crate) fn get(self, row: &[u64]) -> u64 {
        row[self.word] >> self.shift & self.mask()
    }
}

/// How the values of a column become bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Codec {
    /// Nothing but nulls.
    Null,
    /// 0 null, 1 false, 2 true.
    Boolean,
    /// The value, cut to its width; null is 0 with the null bit set.
    Integer,
    /// The bits of the canonical value; null is [`super::encode::NULL_FLOAT`].
    Float32,
    /// As `Float32`, in 64 bits.
    Float64,
    /// Low and high half of an `i128`; null is 0 with the null bit set.
    Int128 { high: Place },
    /// The code plus one; null is 0.
    Code,
    /// The id plus one of the interned value; null is 0.
    Interned { interner: usize },
}

#[derive(Debug, Clone)]
pub(crate) struct KeyColumn {
    pub(crate) data_type: DataType,
    pub(crate) codec: Codec,
    pub(crate) value: Place,
    pub(crate) null: Option<Place>,
}

impl KeyColumn {
    /// Whether a null can be told from every value.
    pub(crate) fn holds_null(&self) -> bool {
        self.null.is_some() || !matches!(self.codec, Codec::Integer | Codec::Int128 { .. })
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Layout {
    pub(crate) columns: Vec<KeyColumn>,
    /// Words in a key, at least 1.
    pub(crate) num_words: usize,
    pub(crate) num_interners: usize,
    /// Whether all keys are small numbers: few bits in all, or the ids of one column.
    pub(crate) dense: bool,
}

/// Bits up to which keys index an array rather than a hash table: 256 KiB of it.
const DENSE_BITS: u32 = 16;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Value,
    High,
    Null,
}

impl Layout {
    /// A layout for keys of these types. `nullable`: which columns are known to hold nulls.
    pub(crate) fn new(types: &[DataType], nullable: &[bool]) -> Self {
        let lean = Self::with_null_bits(types, nullable);
        let roomy = Self::with_null_bits(types, &vec![true; types.len()]);
        if roomy.num_words == lean.num_words && (roomy.dense || !lean.dense) { roomy } else { lean }
    }

    fn with_null_bits(types: &[DataType], null_bits: &[bool]) -> Self {
        let nowhere = Place { word: 0, shift: 0, bits: 0 };
        let mut num_interners = 0;
        let mut columns = Vec::with_capacity(types.len());
        let mut parts = Vec::new();
        for (index, (data_type, &null_bit)) in types.iter().zip(null_bits).enumerate() {
            let (codec, bits) = match data_type.physical() {
                PhysicalType::Null => (Codec::Null, 0),
                PhysicalType::Boolean => (Codec::Boolean, 2),
                PhysicalType::Int8 | PhysicalType::UInt8 => (Codec::Integer, 8),
                PhysicalType::Int16 | PhysicalType::UInt16 => (Codec::Integer, 16),
                PhysicalType::Int32 | PhysicalType::UInt32 => (Codec::Integer, 32),
                PhysicalType::Int64 | PhysicalType::UInt64 => (Codec::Integer, 64),
                PhysicalType::Float32 => (Codec::Float32, 32),
                PhysicalType::Float64 => (Codec::Float64, 64),
                PhysicalType::Int128 => {
                    parts.push((index, Part::High, 64));
                    (Codec::Int128 { high: nowhere }, 64)
                }
                PhysicalType::Dictionary if matches!(data_type, DataType::Enum(_)) => {
                    let DataType::Enum(categories) = data_type else { unreachable!("matched above") };
                    (Codec::Code, usize::BITS - categories.len().leading_zeros())
                }
                PhysicalType::String
                | PhysicalType::Dictionary
                | PhysicalType::Binary
                | PhysicalType::List
                | PhysicalType::Struct => {
                    num_interners += 1;
                    (Codec::Interned { interner: num_interners - 1 }, 32)
                }
            };
            parts.push((index, Part::Value, bits));
            if null_bit && matches!(codec, Codec::Integer | Codec::Int128 { .. }) {
                parts.push((index, Part::Null, 1));
            }
            columns.push(KeyColumn { data_type: data_type.clone(), codec, value: nowhere, null: None });
        }

        let total_bits: u32 = parts.iter().map(|&(_, _, bits)| bits).sum();
        parts.sort_by_key(|&(_, _, bits)| std::cmp::Reverse(bits));
        let mut used = vec![0u32];
        for (index, part, bits) in parts {
            let word = used.iter().position(|&taken| taken + bits <= 64).unwrap_or_else(|| {
                used.push(0);
                used.len() - 1
            });
            // A place without bits lies at 0, since a shift by 64 is no shift.
            let place = Place { word, shift: if bits == 0 { 0 } else { used[word] }, bits };
            used[word] += bits;
            match part {
                Part::Value => columns[index].value = place,
                Part::High => columns[index].codec = Codec::Int128 { high: place },
                Part::Null => columns[index].null = Some(place),
            }
        }
        let one_interned = num_interners == 1 && total_bits == 32;
        Self {
            columns,
            num_words: used.len(),
            num_interners,
            dense: one_interned || total_bits <= DENSE_BITS,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Words, and whether the layout is dense, before any null was seen.
    fn shape(types: &[DataType]) -> (usize, bool) {
        let layout = Layout::new(types, &vec![false; types.len()]);
        (layout.num_words, layout.dense)
    }

    #[test]
    fn keys_take_as_few_words_as_their_types_need() {
        use DataType::{Boolean, Date, Float64, Int8, Int16, Int32, Int64, Null, String};
        let decimal = DataType::Decimal { precision: 9, scale: 2 };
        let cases: [(&[DataType], (usize, bool)); 13] = [
            (&[], (1, true)),
            (&[Null], (1, true)),
            (&[Boolean], (1, true)),
            (&[Int8, Boolean], (1, true)),
            (&[Int16], (1, true)),
            (&[String], (1, true)),
            (&[String, Boolean], (1, false)),
            (&[String, String], (1, false)),
            (&[Int64], (1, false)),
            (&[Int32, Date], (1, false)),
            (&[Float64, String, Int32], (2, false)),
            (&[decimal], (2, false)),
            (&[Int64, Int64, String, Boolean], (3, false)),
        ];
        for (types, expected) in cases {
            assert_eq!(shape(types), expected, "{types:?}");
        }
    }

    #[test]
    fn a_null_bit_is_left_out_only_when_it_costs_a_word_or_density() {
        use DataType::{Int16, Int32, Int64};
        let holds = |types: &[DataType], nullable: bool| {
            let layout = Layout::new(types, &vec![nullable; types.len()]);
            layout.columns.iter().all(KeyColumn::holds_null)
        };
        assert!(holds(&[Int32], false));
        assert!(!holds(&[Int64], false));
        assert!(!holds(&[Int32, Int32], false));
        assert!(!holds(&[Int16], false));
        assert!(holds(&[Int64], true) && holds(&[Int32, Int32], true) && holds(&[Int16], true));
    }

    #[test]
    fn places_do_not_overlap() {
        use DataType::{Boolean, Decimal, Float32, Int8, Int16, Int32, Int64, String, UInt64};
        let types = [
            Int8,
            Int64,
            Boolean,
            String,
            Int16,
            Float32,
            Decimal { precision: 38, scale: 0 },
            Int32,
            UInt64,
            Int8,
        ];
        let layout = Layout::new(&types, &vec![true; types.len()]);
        let mut taken = vec![0u64; layout.num_words];
        for column in &layout.columns {
            let high = match column.codec {
                Codec::Int128 { high } => Some(high),
                _ => None,
            };
            for place in [Some(column.value), column.null, high].into_iter().flatten() {
                let bits = place.mask() << place.shift;
                assert_eq!(bits.count_ones(), place.bits, "{place:?} reaches out of its word");
                assert_eq!(taken[place.word] & bits, 0, "{place:?} overlaps");
                taken[place.word] |= bits;
            }
        }
    }
}
