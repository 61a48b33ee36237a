//! Where each key column lies in a packed key: bits of 64-bit words.
//!
//! A column is as wide as the range of its values: a place of `n` bits holds `2^n` codes, counted from the least value.
//! Ranges follow what was seen, so keys are narrow: six columns of a thousand values each are one word. When a value
//! comes from outside, [`Shape::admit`] makes a wider layout and keys are recoded (`recode`). The parts are placed
//! largest first, each in the first word with room for it.
//!
//! ```text
//! (Int32 of 1 to 100, Boolean, String of 1000 texts)   word 0 | Boolean: 2 | Int32: 7 | String id + 1: 10 |
//! ```
//! Null is one more code, 0, and has no bits of its own: booleans count from 1, ids and Enum codes too, floats have NaNs
//! to spare. Integers make room for it when the first null comes, or at once where that costs nothing. Only 64-bit
//! integers whose values fill all codes, and wide decimals, have a bit for null.
//!
//! (Ranges instead of types: DuckDB's compressed materialisation.)

use lazuli_array::{Column, DataType, PhysicalType};

use super::range::{range_of_type, range_of_values};

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
    /// The value less `base`; code 0 is null if `nulls`.
    Integer { base: i128, nulls: bool },
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

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct KeyColumn {
    pub(crate) data_type: DataType,
    pub(crate) codec: Codec,
    pub(crate) value: Place,
    pub(crate) null: Option<Place>,
    /// Whether every value of the type has a code, so that nobody needs to look.
    pub(crate) holds_all: bool,
}

impl KeyColumn {
    /// Whether a null can be told from every value.
    pub(crate) fn holds_null(&self) -> bool {
        match self.codec {
            Codec::Integer { nulls, .. } => nulls || self.null.is_some(),
            Codec::Int128 { .. } => self.null.is_some(),
            _ => true,
        }
    }

    /// The least and greatest integer that has a code.
    pub(crate) fn range(&self) -> (i128, i128) {
        match self.codec {
            Codec::Integer { base, nulls } => {
                (base + i128::from(nulls), base.saturating_add(self.value.mask().into()))
            }
            _ => (i128::MIN, i128::MAX),
        }
    }

    /// Whether integers of this range have codes.
    fn holds(&self, (min, max): (i128, i128)) -> bool {
        let (least, greatest) = self.range();
        min >= least && max <= greatest
    }

    /// How many ids have a code.
    fn num_ids(&self) -> usize {
        usize::try_from(self.value.mask()).unwrap_or(usize::MAX)
    }
}

/// Where all columns lie.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Layout {
    pub(crate) columns: Vec<KeyColumn>,
    /// Words in a key, at least 1.
    pub(crate) num_words: usize,
    /// Bits of all parts.
    pub(crate) num_bits: u32,
}

/// Which values a column has had, as far as that makes keys narrower than the type says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Domain {
    /// The type says it all.
    Typed,
    /// Integers, none so far.
    Empty,
    /// Integers between these, both included.
    Integers { min: i128, max: i128 },
    /// Ids below.
    Ids { count: usize },
}

impl Domain {
    /// The domain of no values.
    fn of_type(data_type: &DataType) -> Self {
        match data_type.physical() {
            PhysicalType::Null | PhysicalType::Boolean | PhysicalType::Float32 | PhysicalType::Float64 => {
                Self::Typed
            }
            PhysicalType::Dictionary if matches!(data_type, DataType::Enum(_)) => Self::Typed,
            PhysicalType::Int8
            | PhysicalType::Int16
            | PhysicalType::Int32
            | PhysicalType::Int64
            | PhysicalType::UInt8
            | PhysicalType::UInt16
            | PhysicalType::UInt32
            | PhysicalType::UInt64
            | PhysicalType::Int128 => Self::Empty,
            PhysicalType::String
            | PhysicalType::Dictionary
            | PhysicalType::Binary
            | PhysicalType::List
            | PhysicalType::Struct => Self::Ids { count: 0 },
        }
    }

    /// This domain and these integers.
    fn with_integers(self, (min, max): (i128, i128)) -> Self {
        match self {
            Self::Integers { min: old_min, max: old_max } => {
                Self::Integers { min: min.min(old_min), max: max.max(old_max) }
            }
            _ => Self::Integers { min, max },
        }
    }

    /// This domain, grown from another one by as much again on the sides where it grew, so that values that keep climbing
    /// do not make a new layout with each batch.
    fn with_slack(self, old: Self, physical: PhysicalType) -> Self {
        let (Self::Integers { mut min, mut max }, Self::Integers { min: old_min, max: old_max }) =
            (self, old)
        else {
            return self;
        };
        let (least, greatest) = range_of_type(physical);
        let slack = max.saturating_sub(min);
        if min < old_min {
            min = min.saturating_sub(slack).max(least);
        }
        if max > old_max {
            max = max.saturating_add(slack).min(greatest);
        }
        Self::Integers { min, max }
    }
}

/// What some rows of a column hold.
struct Seen {
    has_nulls: bool,
    /// Of integers; `None` if there are none, or if it does not matter.
    range: Option<(i128, i128)>,
}

impl Seen {
    fn of(column: &Column, key: &KeyColumn) -> Self {
        let range = if key.holds_all { None } else { range_of_values(column.array()) };
        Self { has_nulls: column.null_count() > 0, range }
    }
}

/// What is known of key columns, and the layout that follows from it.
#[derive(Debug, Clone)]
pub(crate) struct Shape {
    pub(crate) types: Vec<DataType>,
    domains: Vec<Domain>,
    /// Which columns have had a null so far.
    nullable: Vec<bool>,
    pub(crate) layout: Layout,
}

impl Shape {
    /// The shape of no rows.
    pub(crate) fn new(types: &[DataType]) -> Self {
        let domains = types.iter().map(Domain::of_type).collect();
        Self::of(types.to_vec(), domains, vec![false; types.len()])
    }

    fn of(types: Vec<DataType>, mut domains: Vec<Domain>, nullable: Vec<bool>) -> Self {
        let layout = Layout::new(&types, &domains, &nullable);
        for (key, domain) in layout.columns.iter().zip(&mut domains) {
            if key.holds_all && matches!(domain, Domain::Integers { .. }) {
                // From now on nobody looks which values come.
                let (min, max) = range_of_type(key.data_type.physical());
                *domain = Domain::Integers { min, max };
            }
        }
        Self { types, domains, nullable, layout }
    }

    /// The number of columns whose values are interned.
    pub(crate) fn num_interners(&self) -> usize {
        self.domains.iter().filter(|domain| matches!(domain, Domain::Ids { .. })).count()
    }

    /// Notes what these rows hold. Gives a shape that holds them too, if this one does not. `num_ids`: ids that each
    /// interner has given out.
    pub(crate) fn admit(&mut self, keys: &[Column], num_ids: &[usize]) -> Option<Self> {
        self.admit_seen(num_ids, |index, key| Seen::of(&keys[index], key))
    }

    /// As [`Shape::admit`], of the keys of another shape.
    pub(crate) fn admit_shape(&mut self, other: &Self, num_ids: &[usize]) -> Option<Self> {
        self.admit_seen(num_ids, |index, _| {
            let range = match other.domains[index] {
                Domain::Integers { min, max } => Some((min, max)),
                _ => None,
            };
            Seen { has_nulls: other.nullable[index], range }
        })
    }

    /// Whether this shape holds these rows, as far as integers and nulls go.
    pub(crate) fn holds(&self, keys: &[Column]) -> bool {
        self.layout.columns.iter().zip(keys).all(|(key, column)| {
            let Seen { has_nulls, range } = Seen::of(column, key);
            (!has_nulls || key.holds_null()) && range.is_none_or(|range| key.holds(range))
        })
    }

    fn admit_seen(&mut self, num_ids: &[usize], seen: impl Fn(usize, &KeyColumn) -> Seen) -> Option<Self> {
        let Self { types, domains, nullable, layout } = self;
        let mut grown: Option<Vec<Domain>> = None;
        let mut is_new = false;
        for (index, key) in layout.columns.iter().enumerate() {
            let Seen { has_nulls, range } = seen(index, key);
            is_new |= has_nulls && !key.holds_null();
            nullable[index] |= has_nulls;
            if let Codec::Interned { interner } = key.codec {
                let count = num_ids[interner];
                if count > key.num_ids() {
                    // The first time it may be a whole dictionary; what grows later, grows on.
                    let slack = if domains[index] == (Domain::Ids { count: 0 }) { 0 } else { count };
                    grown.get_or_insert_with(|| domains.clone())[index] =
                        Domain::Ids { count: count + slack };
                }
            } else if let Some(range) = range {
                let old = domains[index];
                domains[index] = old.with_integers(range);
                if !key.holds(range) {
                    let grown = grown.get_or_insert_with(|| domains.clone());
                    grown[index] = domains[index].with_slack(old, types[index].physical());
                }
            }
        }
        if grown.is_none() && !is_new {
            return None;
        }
        let mut next = domains.clone();
        for (next, grown) in next.iter_mut().zip(grown.unwrap_or_default()) {
            // What was noted after the copy was made is in `domains`.
            *next = match (*next, grown) {
                (Domain::Integers { min, max }, Domain::Integers { .. }) => grown.with_integers((min, max)),
                (Domain::Ids { count }, Domain::Ids { count: larger }) => {
                    Domain::Ids { count: count.max(larger) }
                }
                (next, _) => next,
            };
        }
        Some(Self::of(types.clone(), next, nullable.clone()))
    }

    /// A shape of as many words that holds nulls in all columns, and as many integers beyond those seen as there is room
    /// for.
    pub(crate) fn roomy(&self) -> Self {
        let mut best = self.clone();
        let with_nulls = Self::of(self.types.clone(), self.domains.clone(), vec![true; self.types.len()]);
        if with_nulls.layout.num_words == self.layout.num_words {
            best = with_nulls;
        }
        for index in 0..self.types.len() {
            let Domain::Integers { min, max } = best.domains[index] else { continue };
            let (least, greatest) = range_of_type(self.types[index].physical());
            let width = max.saturating_sub(min);
            // From the whole type down to twice the range seen.
            let mut slack = greatest.saturating_sub(least);
            while slack > width / 2 {
                let (low, high) =
                    (min.saturating_sub(slack).max(least), max.saturating_add(slack).min(greatest));
                let mut domains = best.domains.clone();
                domains[index] = Domain::Integers { min: low, max: high };
                let wide = Self::of(best.types.clone(), domains, best.nullable.clone());
                if wide.layout.num_words == best.layout.num_words {
                    best = wide;
                    break;
                }
                slack /= 4;
            }
        }
        // Whoever uses the room does not note it: all of it counts as used.
        for (key, domain) in best.layout.columns.iter().zip(&mut best.domains) {
            if let Domain::Integers { .. } = domain {
                let (least, greatest) = range_of_type(key.data_type.physical());
                let (min, max) = key.range();
                *domain = Domain::Integers { min: min.max(least), max: max.min(greatest) };
            }
        }
        best.nullable = best.layout.columns.iter().map(KeyColumn::holds_null).collect();
        best
    }
}

/// Bits of so many codes.
fn bits_of(codes: u128) -> u32 {
    u128::BITS - codes.saturating_sub(1).leading_zeros()
}

/// Up to so many bits a layout without room for nulls is worth having, since each bit doubles an array.
pub(crate) const DENSE_BITS: u32 = 24;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Value,
    High,
    Null,
}

impl Layout {
    fn new(types: &[DataType], domains: &[Domain], nullable: &[bool]) -> Self {
        let lean = Self::with_nulls(types, domains, nullable);
        let roomy = Self::with_nulls(types, domains, &vec![true; types.len()]);
        let fits = roomy.num_words == lean.num_words
            && (roomy.num_bits == lean.num_bits || lean.num_bits > DENSE_BITS);
        if fits { roomy } else { lean }
    }

    fn with_nulls(types: &[DataType], domains: &[Domain], nulls: &[bool]) -> Self {
        let nowhere = Place { word: 0, shift: 0, bits: 0 };
        let mut num_interners = 0;
        let mut columns = Vec::with_capacity(types.len());
        let mut parts = Vec::new();
        for (index, data_type) in types.iter().enumerate() {
            let (codec, bits) = match (domains[index], data_type.physical()) {
                (Domain::Ids { count }, _) => {
                    num_interners += 1;
                    (Codec::Interned { interner: num_interners - 1 }, bits_of(count as u128 + 1))
                }
                (Domain::Empty, _) => (Codec::Integer { base: 0, nulls: true }, 0),
                (Domain::Integers { min, max }, physical) => {
                    let (codec, bits, null_bit) = integer_codec(min, max, physical, nulls[index]);
                    if let Codec::Int128 { .. } = codec {
                        parts.push((index, Part::High, 64));
                    }
                    if null_bit {
                        parts.push((index, Part::Null, 1));
                    }
                    (codec, bits)
                }
                (Domain::Typed, PhysicalType::Null) => (Codec::Null, 0),
                (Domain::Typed, PhysicalType::Boolean) => (Codec::Boolean, 2),
                (Domain::Typed, PhysicalType::Float32) => (Codec::Float32, 32),
                (Domain::Typed, PhysicalType::Float64) => (Codec::Float64, 64),
                (Domain::Typed, _) => {
                    let DataType::Enum(categories) = data_type else {
                        unreachable!("other types have domains of values")
                    };
                    (Codec::Code, bits_of(categories.len() as u128 + 1))
                }
            };
            parts.push((index, Part::Value, bits));
            columns.push(KeyColumn {
                data_type: data_type.clone(),
                codec,
                value: nowhere,
                null: None,
                holds_all: false,
            });
        }

        parts.sort_by_key(|&(_, _, bits)| std::cmp::Reverse(bits));
        let mut used = vec![0u32];
        for &(index, part, bits) in &parts {
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
        for (key, domain) in columns.iter_mut().zip(domains) {
            key.holds_all = match domain {
                Domain::Integers { .. } => {
                    let (least, greatest) = range_of_type(key.data_type.physical());
                    key.range().0 <= least && key.range().1 >= greatest
                }
                Domain::Typed | Domain::Ids { .. } => true,
                Domain::Empty => false,
            };
        }
        Self { columns, num_words: used.len(), num_bits: parts.iter().map(|&(_, _, bits)| bits).sum() }
    }

    /// Whether keys of the other layout are keys of this one as they are.
    pub(crate) fn reads(&self, other: &Self) -> bool {
        self.num_words == other.num_words
            && self.columns.iter().zip(&other.columns).all(|(to, from)| {
                to.codec == from.codec
                    && to.null == from.null
                    && (to.value.word, to.value.shift) == (from.value.word, from.value.shift)
            })
    }
}

/// Codec and bits of integers of this range, and whether null needs a bit of its own.
fn integer_codec(min: i128, max: i128, physical: PhysicalType, nulls: bool) -> (Codec, u32, bool) {
    let nowhere = Place { word: 0, shift: 0, bits: 0 };
    let codes = max.checked_sub(min).and_then(|width| width.checked_add(1 + i128::from(nulls)));
    match codes.map(|codes| bits_of(codes as u128)) {
        Some(bits) if bits <= 64 && min > i128::MIN => {
            (Codec::Integer { base: min - i128::from(nulls), nulls }, bits, false)
        }
        _ if physical != PhysicalType::Int128 => (Codec::Integer { base: min, nulls: false }, 64, nulls),
        _ => (Codec::Int128 { high: nowhere }, 64, nulls),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lazuli_array::FromValues;

    /// The shape after these values.
    fn shape_of(columns: &[Column]) -> Shape {
        let types: Vec<DataType> = columns.iter().map(|column| column.data_type().clone()).collect();
        let mut shape = Shape::new(&types);
        let num_ids = vec![0; shape.num_interners()];
        shape.admit(columns, &num_ids).unwrap_or(shape)
    }

    fn ints<T: Copy>(values: impl IntoIterator<Item = T>) -> Column
    where
        Column: FromValues<T>,
    {
        Column::from_values(values.into_iter())
    }

    #[test]
    fn keys_take_as_few_bits_as_their_values_need() {
        let cases: [(&[Column], (usize, u32)); 8] = [
            (&[], (1, 0)),
            (&[ints([5i64])], (1, 0)),
            (&[ints([-3i32, 3])], (1, 3)),
            (&[ints([1i32, 100]), ints([1i64, 100])], (1, 14)),
            (&[ints([i64::MIN, i64::MAX])], (1, 64)),
            (&[ints([i64::MIN, i64::MAX]), ints([0i8, 1])], (2, 67)),
            (&[ints([0.5f64]), ints([Some(0u64), Some(u64::MAX), None])], (3, 129)),
            (&[ints([true, false]), ints([Some(7u8), Some(9), None])], (1, 4)),
        ];
        for (columns, expected) in cases {
            let layout = shape_of(columns).layout;
            assert_eq!((layout.num_words, layout.num_bits), expected, "{columns:?}");
        }
        let decimal = DataType::Decimal { precision: 38, scale: 0 };
        let column = |values: [i128; 2]| {
            Column::new(decimal.clone(), lazuli_array::PrimitiveArray::from_vec(values.to_vec()))
        };
        assert_eq!(shape_of(&[column([-100, 100])]).layout.num_bits, 8);
        assert_eq!(shape_of(&[column([i128::MIN, 100])]).layout.num_bits, 128);
    }

    #[test]
    fn room_for_null_is_left_out_only_when_it_costs() {
        let holds = |columns: &[Column]| {
            let layout = shape_of(columns).layout;
            layout.columns.iter().all(KeyColumn::holds_null)
        };
        assert!(holds(&[ints([1i32, 100])]));
        assert!(!holds(&[ints([1i32, 128])]));
        assert!(holds(&[ints([Some(1i32), Some(128), None])]));
        assert!(holds(&[ints([i32::MIN, i32::MAX])]));
        assert!(!holds(&[ints([i64::MIN, i64::MAX])]));
        assert!(!holds(&[ints([i32::MIN, i32::MAX]), ints([i32::MIN, i32::MAX])]));
    }

    #[test]
    fn climbing_values_make_few_layouts() {
        let mut shape = Shape::new(&[DataType::Int64]);
        let mut layouts = 0;
        for start in (0..10_000_000i64).step_by(1000) {
            let column = ints(start..start + 1000);
            if let Some(wider) = shape.admit(&[column], &[]) {
                shape = wider;
                layouts += 1;
            }
        }
        assert!(layouts < 20, "{layouts} layouts");
        assert!(shape.layout.num_bits <= 26, "{} bits", shape.layout.num_bits);
    }

    #[test]
    fn room_is_given_away_as_long_as_words_stay() {
        let narrow = shape_of(&[ints([1i32, 100]), ints([1i64, 100])]);
        let roomy = narrow.roomy();
        assert_eq!(roomy.layout.num_words, 1);
        assert!(roomy.layout.columns[0].holds_all && roomy.layout.columns.iter().all(KeyColumn::holds_null));
        assert!(roomy.layout.columns[1].range().1 > 1 << 28);
    }

    #[test]
    fn places_do_not_overlap() {
        let decimal = DataType::Decimal { precision: 38, scale: 0 };
        let wide = lazuli_array::PrimitiveArray::from_vec(vec![i128::MIN, i128::MAX]);
        let columns = [
            ints([Some(i8::MIN), Some(i8::MAX), None]).sliced(0, 2),
            ints([i64::MIN, i64::MAX]),
            ints([true, false]),
            ints(["a", "b"]),
            ints([i16::MIN, 5]),
            ints([0.5f32, 1.0]),
            Column::new(decimal, wide),
            ints([0i32, 3]),
            ints([0u64, 1 << 40]),
            ints([7u8, 7]),
        ];
        let types: Vec<DataType> = columns.iter().map(|column| column.data_type().clone()).collect();
        let shape = Shape::new(&types).admit(&columns, &[1000]).expect("values are new");
        let layout = shape.roomy().layout;
        let mut taken = vec![0u64; layout.num_words];
        for column in &layout.columns {
            let high = match column.codec {
                Codec::Int128 { high } => Some(high),
                _ => None,
            };
            for place in [Some(column.value), column.null, high].into_iter().flatten() {
                let bits = if place.bits == 0 { 0 } else { place.mask() << place.shift };
                assert_eq!(bits.count_ones(), place.bits, "{place:?} reaches out of its word");
                assert_eq!(taken[place.word] & bits, 0, "{place:?} overlaps");
                taken[place.word] |= bits;
            }
        }
    }
}
