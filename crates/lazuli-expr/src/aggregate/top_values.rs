//! The greatest or least few values of each group, as lists: what `top_k` and `bottom_k` share.
//!
//! Values of fixed width are ranked by keys, as many as fit in place beside one another; for more of them, and for texts,
//! a group has a list of its own that is cut back as it grows. Which of equal values is kept can't be told.

use std::cmp::Ordering;
use std::ops::Range;

use lazuli_array::{
    Array, BinaryArray, Bitmap, BitmapBuilder, BooleanArray, Column, DataType, DictionaryArray, ListArray,
    NullArray, PhysicalType, PrimitiveArray, Scalar, StringArray, dispatch_physical_primitive,
};
use lazuli_kernels::KernelError;
use lazuli_kernels::aggregate::{
    TopKey, TopSlots, float_key, float_of_key, signed_key, signed_of_key, signed_wide_key, signed_wide_of_key,
};
use lazuli_kernels::wide::widened;

use crate::aggregate::state_column::{int64_column, values_of};
use crate::function::{Argument, Signature, SignatureError};
use crate::{Accumulator, Groups, RowOrder};

const EXPECTED: &str = "one column of a type with an order, and a constant number of values";

/// A column of any type with an order and a number of values give a list of the type.
pub(super) fn top_signature(arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
    let expected = || SignatureError::Expected(EXPECTED.into());
    let [input, number] = arguments else { return Err(expected()) };
    if input.data_type.is_nested() {
        return Err(expected());
    }
    let Some(k) = constant(number) else { return Err(expected()) };
    if usize::try_from(k).is_err() {
        return Err(SignatureError::InvalidArgument(format!("{k} values can't be kept")));
    }
    let inputs = vec![input.data_type.clone(), number.data_type.clone()];
    Ok(Signature { inputs, output: DataType::List(Box::new(input.data_type.clone())) })
}

/// The number of values that the signature found.
pub(super) fn num_values(argument: &Argument<'_>) -> usize {
    let k = constant(argument).expect("the signature found a constant");
    usize::try_from(k).expect("the signature found a number of values")
}

fn constant(argument: &Argument<'_>) -> Option<i128> {
    Some(match argument.literal?.value {
        Scalar::Int8(value) => value.into(),
        Scalar::Int16(value) => value.into(),
        Scalar::Int32(value) => value.into(),
        Scalar::Int64(value) => value.into(),
        Scalar::UInt8(value) => value.into(),
        Scalar::UInt16(value) => value.into(),
        Scalar::UInt32(value) => value.into(),
        Scalar::UInt64(value) => value.into(),
        _ => return None,
    })
}

/// States of values of this type, for the least or the greatest of them.
pub(super) fn top_accumulator(data_type: &DataType, k: usize, least: bool) -> Box<dyn Accumulator> {
    let data_type = data_type.clone();
    let is_inline = k <= TopSlots::<u64>::MAX_K;
    match &data_type {
        DataType::Decimal { .. } if is_inline => {
            FixedTop::<u128>::boxed(data_type, least, Box::new(TopSlots::new(k)))
        }
        DataType::Decimal { .. } => FixedTop::<u128>::boxed(data_type, least, Box::new(GrowingTop::new(k))),
        DataType::String | DataType::Categorical | DataType::Binary => {
            Box::new(ByteTop { data_type, least, top: GrowingTop::new(k) })
        }
        _ if is_inline => FixedTop::<u64>::boxed(data_type, least, Box::new(TopSlots::new(k))),
        _ => FixedTop::<u64>::boxed(data_type, least, Box::new(GrowingTop::new(k))),
    }
}

/// The best keys of each group.
trait BestKeys<K>: Send {
    /// How many keys a group keeps at most.
    fn limit(&self) -> usize;

    fn resize(&mut self, num_groups: usize);

    /// Takes in the keys of rows that count, and counts the others.
    fn insert_rows(&mut self, keys: &[K], validity: Option<&Bitmap>, groups: Groups<'_>);

    fn insert_one(&mut self, group: usize, key: K);

    fn add_nulls(&mut self, group: usize, num_nulls: usize);

    /// Calls `each` with the keys of a group in order, and the number of its nulls, both at most `k`.
    fn visit(&self, group: usize, each: &mut dyn FnMut(&[K], usize));

    fn memory_bytes(&self) -> usize;
}

impl<K: TopKey + Send> BestKeys<K> for TopSlots<K> {
    fn limit(&self) -> usize {
        self.k()
    }

    fn resize(&mut self, num_groups: usize) {
        self.resize(num_groups);
    }

    fn insert_rows(&mut self, keys: &[K], validity: Option<&Bitmap>, groups: Groups<'_>) {
        let ids = match groups {
            Groups::One { .. } => None,
            Groups::Ids(ids) => Some(ids),
        };
        self.insert(keys, validity, ids, |key| key);
    }

    fn insert_one(&mut self, group: usize, key: K) {
        self.insert_key(group, key);
    }

    fn add_nulls(&mut self, group: usize, num_nulls: usize) {
        self.add_nulls_to(group, num_nulls);
    }

    fn visit(&self, group: usize, each: &mut dyn FnMut(&[K], usize)) {
        let (keys, num_nulls) = self.group(group);
        each(keys, num_nulls);
    }

    fn memory_bytes(&self) -> usize {
        self.memory_bytes()
    }
}

/// A list a group: the first `k` are the best so far, the worst of them in the last place, once there are so many; those
/// behind came later and beat it.
struct GrowingTop<K> {
    k: usize,
    lists: Vec<Vec<K>>,
    nulls: Vec<usize>,
    /// Bytes that the lists hold beyond themselves.
    held_bytes: usize,
}

/// Bytes that a key holds beyond itself.
trait HeapBytes {
    fn heap_bytes(&self) -> usize {
        0
    }
}

impl HeapBytes for u64 {}
impl HeapBytes for u128 {}

impl<K: Ord + Clone + HeapBytes> GrowingTop<K> {
    fn new(k: usize) -> Self {
        Self { k, lists: Vec::new(), nulls: Vec::new(), held_bytes: 0 }
    }

    /// Takes in the key that `make` gives if it may be among the best: `beats` says whether it is better than another.
    #[inline]
    fn offer(&mut self, group: usize, beats: impl Fn(&K) -> bool, make: impl FnOnce() -> K) {
        let list = &mut self.lists[group];
        if self.k == 0 || (list.len() >= self.k && !beats(&list[self.k - 1])) {
            return;
        }
        let old_capacity = list.capacity();
        let key = make();
        self.held_bytes += key.heap_bytes();
        list.push(key);
        if list.len() == self.k {
            let worst = (0..list.len()).min_by_key(|&place| &list[place]).expect("k is above 0");
            list.swap(worst, self.k - 1);
        } else if list.len() == self.k.saturating_mul(2) {
            list.select_nth_unstable_by(self.k - 1, |left, right| right.cmp(left));
            self.held_bytes -= list[self.k..].iter().map(HeapBytes::heap_bytes).sum::<usize>();
            list.truncate(self.k);
        }
        self.held_bytes += (list.capacity() - old_capacity) * size_of::<K>();
    }

    /// The best keys of a group in order.
    fn sorted(&self, group: usize) -> Vec<K> {
        let mut keys = self.lists[group].clone();
        keys.sort_unstable_by(|left, right| right.cmp(left));
        keys.truncate(self.k);
        keys
    }

    fn resize(&mut self, num_groups: usize) {
        if num_groups > self.lists.len() {
            self.lists.resize(num_groups, Vec::new());
            self.nulls.resize(num_groups, 0);
        }
    }

    fn add_nulls(&mut self, group: usize, num_nulls: usize) {
        self.nulls[group] = self.nulls[group].saturating_add(num_nulls).min(self.k);
    }

    fn memory_bytes(&self) -> usize {
        self.held_bytes
            + self.lists.capacity() * size_of::<Vec<K>>()
            + self.nulls.capacity() * size_of::<usize>()
    }
}

impl<K: TopKey + HeapBytes + Send> BestKeys<K> for GrowingTop<K> {
    fn limit(&self) -> usize {
        self.k
    }

    fn resize(&mut self, num_groups: usize) {
        self.resize(num_groups);
    }

    fn insert_rows(&mut self, keys: &[K], validity: Option<&Bitmap>, groups: Groups<'_>) {
        for (row, &key) in keys.iter().enumerate() {
            match validity.is_none_or(|validity| validity.get(row)) {
                true => self.insert_one(groups.id(row), key),
                false => self.add_nulls(groups.id(row), 1),
            }
        }
    }

    fn insert_one(&mut self, group: usize, key: K) {
        self.offer(group, |other| key > *other, || key);
    }

    fn add_nulls(&mut self, group: usize, num_nulls: usize) {
        self.add_nulls(group, num_nulls);
    }

    fn visit(&self, group: usize, each: &mut dyn FnMut(&[K], usize)) {
        each(&self.sorted(group), self.nulls[group]);
    }

    fn memory_bytes(&self) -> usize {
        self.memory_bytes()
    }
}

/// Where lists begin and which of their items count, as they are built: keys, then nulls as far as there is room.
struct Lists {
    k: usize,
    offsets: Vec<i64>,
    validity: BitmapBuilder,
    num_items: usize,
}

impl Lists {
    fn new(k: usize, num_groups: usize) -> Self {
        let mut offsets = Vec::with_capacity(num_groups + 1);
        offsets.push(0);
        Self { k, offsets, validity: BitmapBuilder::default(), num_items: 0 }
    }

    /// Adds a list; gives the number of nulls in it.
    fn push(&mut self, num_keys: usize, num_nulls: usize) -> usize {
        let num_nulls = num_nulls.min(self.k - num_keys);
        self.validity.push_many(true, num_keys);
        self.validity.push_many(false, num_nulls);
        self.num_items += num_keys + num_nulls;
        self.offsets.push(self.num_items as i64);
        num_nulls
    }

    fn finish(self, item_type: &DataType, items: impl FnOnce(Option<Bitmap>) -> Array) -> Column {
        let items = items(self.validity.finish_validity());
        let lists = ListArray::new(self.offsets.into(), items, None);
        Column::new(DataType::List(Box::new(item_type.clone())), lists)
    }
}

/// Values of fixed width, by key. The best keys are behind a pointer: who keeps them is asked once a batch.
struct FixedTop<K> {
    data_type: DataType,
    k: usize,
    /// Whether keys are turned, so that the least values have the greatest.
    least: bool,
    best: Box<dyn BestKeys<K>>,
    /// Scratch: the key of each row.
    keys: Vec<K>,
}

/// A key, and how it is found and read.
trait ValueKey: TopKey + Send + 'static {
    /// The keys of all rows, those of nulls unspecified; `None` if the rows are nulls of no type.
    fn write_keys(array: &Array, keys: &mut Vec<Self>) -> bool;

    /// The key that sorts the other way.
    fn complement(self) -> Self;

    /// The values of keys.
    fn values(keys: &[Self], validity: Option<Bitmap>, data_type: &DataType) -> Array;

    /// Keys as a column, and back.
    fn to_items(keys: Vec<Self>) -> Array;

    fn of_items(items: &Array) -> Vec<Self>;

    const ITEM_TYPE: DataType;
}

impl ValueKey for u64 {
    #[allow(clippy::useless_conversion, clippy::unnecessary_cast, reason = "some types need no widening")]
    fn write_keys(array: &Array, keys: &mut Vec<Self>) -> bool {
        keys.clear();
        match &*widened(array) {
            Array::Null(_) => return false,
            Array::Boolean(array) => keys.extend(array.values().iter().map(u64::from)),
            Array::Int32(array) => keys.extend(array.values().iter().map(|&value| signed_key(value.into()))),
            Array::Int64(array) => keys.extend(array.values().iter().map(|&value| signed_key(value))),
            Array::UInt64(array) => keys.extend_from_slice(array.values()),
            Array::Float64(array) => keys.extend(array.values().iter().map(|&value| float_key(value))),
            // The codes of an enum are its order.
            Array::Dictionary(array) => {
                keys.extend(array.codes().values().iter().map(|&code| u64::from(code)))
            }
            _ => unreachable!("other types have states of their own"),
        }
        true
    }

    fn complement(self) -> Self {
        !self
    }

    fn values(keys: &[Self], validity: Option<Bitmap>, data_type: &DataType) -> Array {
        match data_type {
            DataType::Null => NullArray::new(keys.len()).into(),
            DataType::Boolean => {
                BooleanArray::new(Bitmap::from_fn(keys.len(), |row| keys[row] == 1), validity).into()
            }
            DataType::Enum(categories) => {
                let codes: Vec<u32> = keys.iter().map(|&key| key as u32).collect();
                let codes = PrimitiveArray::new(codes.into(), validity);
                let array = DictionaryArray::try_new(codes, categories.clone());
                array.expect("the codes come from columns of the same enum").into()
            }
            _ => dispatch_physical_primitive!(
                data_type.physical(),
                |T| {
                    let value: fn(u64) -> T = match data_type.physical() {
                        PhysicalType::Float32 | PhysicalType::Float64 => |key| float_of_key(key) as T,
                        PhysicalType::UInt64 => |key| key as T,
                        _ => |key| signed_of_key(key) as T,
                    };
                    let values: Vec<T> = keys.iter().map(|&key| value(key)).collect();
                    PrimitiveArray::new(values.into(), validity).into()
                },
                else unreachable!("other types have states of their own")
            ),
        }
    }

    fn to_items(keys: Vec<Self>) -> Array {
        PrimitiveArray::from_vec(keys).into()
    }

    fn of_items(items: &Array) -> Vec<Self> {
        let Array::UInt64(items) = items else { unreachable!("keys are written as UInt64") };
        items.values().to_vec()
    }

    const ITEM_TYPE: DataType = DataType::UInt64;
}

impl ValueKey for u128 {
    fn write_keys(array: &Array, keys: &mut Vec<Self>) -> bool {
        keys.clear();
        let Array::Int128(array) = array else { unreachable!("narrower values have keys of their own") };
        keys.extend(array.values().iter().map(|&value| signed_wide_key(value)));
        true
    }

    fn complement(self) -> Self {
        !self
    }

    fn values(keys: &[Self], validity: Option<Bitmap>, _: &DataType) -> Array {
        let values: Vec<i128> = keys.iter().map(|&key| signed_wide_of_key(key)).collect();
        PrimitiveArray::new(values.into(), validity).into()
    }

    fn to_items(keys: Vec<Self>) -> Array {
        PrimitiveArray::from_vec(keys.into_iter().map(u128::cast_signed).collect()).into()
    }

    fn of_items(items: &Array) -> Vec<Self> {
        let Array::Int128(items) = items else { unreachable!("keys are written as Int128") };
        items.values().iter().map(|key| key.cast_unsigned()).collect()
    }

    const ITEM_TYPE: DataType = DataType::Decimal { precision: 38, scale: 0 };
}

impl<K: ValueKey> FixedTop<K> {
    fn boxed(data_type: DataType, least: bool, best: Box<dyn BestKeys<K>>) -> Box<dyn Accumulator> {
        Box::new(Self { data_type, k: best.limit(), least, best, keys: Vec::new() })
    }
}

impl<K: ValueKey> Accumulator for FixedTop<K> {
    fn resize(&mut self, num_groups: usize) {
        self.best.resize(num_groups);
    }

    fn update(&mut self, inputs: &[Column], groups: Groups<'_>, _: RowOrder) -> Result<(), KernelError> {
        if !K::write_keys(inputs[0].array(), &mut self.keys) {
            (0..groups.num_rows()).for_each(|row| self.best.add_nulls(groups.id(row), 1));
            return Ok(());
        }
        if self.least {
            self.keys.iter_mut().for_each(|key| *key = key.complement());
        }
        self.best.insert_rows(&self.keys, inputs[0].validity().as_ref(), groups);
        Ok(())
    }

    fn state(&self, groups: Range<usize>) -> Result<Vec<Column>, KernelError> {
        let mut lists = Lists::new(self.k, groups.len());
        let (mut all, mut nulls) = (Vec::new(), Vec::with_capacity(groups.len()));
        for group in groups {
            self.best.visit(group, &mut |keys, num_nulls| {
                lists.push(keys.len(), 0);
                all.extend_from_slice(keys);
                nulls.push(num_nulls as i64);
            });
        }
        Ok(vec![lists.finish(&K::ITEM_TYPE, |_| K::to_items(all)), int64_column(nulls.into_iter())])
    }

    fn merge(&mut self, state: &[Column], groups: Groups<'_>) -> Result<(), KernelError> {
        let (lists, nulls) = (lists_of(&state[0]), values_of::<i64>(&state[1]));
        let (start, end) = (lists.offsets()[0], lists.offsets()[lists.len()]);
        let keys = K::of_items(&lists.values().sliced(start as usize, (end - start) as usize));
        for (row, (&num_nulls, pair)) in nulls.iter().zip(lists.offsets().windows(2)).enumerate() {
            let group = groups.id(row);
            self.best.add_nulls(group, num_nulls as usize);
            for &key in &keys[(pair[0] - start) as usize..(pair[1] - start) as usize] {
                self.best.insert_one(group, key);
            }
        }
        Ok(())
    }

    fn finish(&self, groups: Range<usize>) -> Result<Column, KernelError> {
        let mut lists = Lists::new(self.k, groups.len());
        let mut all: Vec<K> = Vec::with_capacity(groups.len());
        for group in groups {
            self.best.visit(group, &mut |keys, num_nulls| {
                let num_nulls = lists.push(keys.len(), num_nulls);
                all.extend(keys.iter().map(|&key| if self.least { key.complement() } else { key }));
                all.resize(all.len() + num_nulls, K::default());
            });
        }
        Ok(lists.finish(&self.data_type, |validity| K::values(&all, validity, &self.data_type)))
    }

    fn memory_bytes(&self) -> usize {
        self.best.memory_bytes() + self.keys.capacity() * size_of::<K>()
    }
}

/// Bytes in their order, or the other way round.
#[derive(Clone, PartialEq, Eq)]
struct RankedBytes {
    bytes: Box<[u8]>,
    least: bool,
}

fn rank(left: &[u8], right: &[u8], least: bool) -> Ordering {
    if least { right.cmp(left) } else { left.cmp(right) }
}

impl HeapBytes for RankedBytes {
    fn heap_bytes(&self) -> usize {
        self.bytes.len()
    }
}

impl Ord for RankedBytes {
    fn cmp(&self, other: &Self) -> Ordering {
        // All keys of one accumulator are turned alike.
        rank(&self.bytes, &other.bytes, self.least)
    }
}

impl PartialOrd for RankedBytes {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Texts or byte strings.
struct ByteTop {
    data_type: DataType,
    least: bool,
    top: GrowingTop<RankedBytes>,
}

impl ByteTop {
    fn insert(&mut self, values: &mut dyn Iterator<Item = Option<&[u8]>>, groups: Groups<'_>) {
        let least = self.least;
        for (row, value) in values.enumerate() {
            let group = groups.id(row);
            let Some(value) = value else {
                self.top.add_nulls(group, 1);
                continue;
            };
            let beats = |other: &RankedBytes| rank(value, &other.bytes, least).is_gt();
            self.top.offer(group, beats, || RankedBytes { bytes: value.into(), least });
        }
    }
}

impl Accumulator for ByteTop {
    fn resize(&mut self, num_groups: usize) {
        self.top.resize(num_groups);
    }

    fn update(&mut self, inputs: &[Column], groups: Groups<'_>, _: RowOrder) -> Result<(), KernelError> {
        match inputs[0].array() {
            Array::String(array) => {
                self.insert(&mut array.iter().map(|text| text.map(str::as_bytes)), groups)
            }
            Array::Dictionary(array) => {
                self.insert(&mut array.iter().map(|text| text.map(str::as_bytes)), groups);
            }
            Array::Binary(array) => self.insert(&mut array.iter(), groups),
            _ => unreachable!("other types have states of their own"),
        }
        Ok(())
    }

    fn state(&self, groups: Range<usize>) -> Result<Vec<Column>, KernelError> {
        let mut lists = Lists::new(self.top.k, groups.len());
        let mut all: Vec<Box<[u8]>> = Vec::new();
        let nulls = int64_column(self.top.nulls[groups.clone()].iter().map(|&nulls| nulls as i64));
        for group in groups {
            let keys = self.top.sorted(group);
            lists.push(keys.len(), 0);
            all.extend(keys.into_iter().map(|key| key.bytes));
        }
        let items = || all.iter().map(|bytes| Some(&**bytes)).collect::<BinaryArray>().into();
        Ok(vec![lists.finish(&DataType::Binary, |_| items()), nulls])
    }

    fn merge(&mut self, state: &[Column], groups: Groups<'_>) -> Result<(), KernelError> {
        let (lists, nulls) = (lists_of(&state[0]), values_of::<i64>(&state[1]));
        let Array::Binary(items) = lists.values() else { unreachable!("texts are written as bytes") };
        for (row, &num_nulls) in nulls.iter().enumerate() {
            let group = groups.id(row);
            self.top.add_nulls(group, num_nulls as usize);
            let (start, end) = (lists.offsets()[row] as usize, lists.offsets()[row + 1] as usize);
            let group = [group as u32];
            for item in start..end {
                self.insert(&mut std::iter::once(items.get(item)), Groups::Ids(&group));
            }
        }
        Ok(())
    }

    fn finish(&self, groups: Range<usize>) -> Result<Column, KernelError> {
        let mut lists = Lists::new(self.top.k, groups.len());
        let mut all: Vec<Option<Box<[u8]>>> = Vec::new();
        for group in groups {
            let keys = self.top.sorted(group);
            let num_nulls = lists.push(keys.len(), self.top.nulls[group]);
            all.extend(keys.into_iter().map(|key| Some(key.bytes)));
            all.resize(all.len() + num_nulls, None);
        }
        let bytes = all.iter().map(Option::as_deref);
        let text = |bytes: &[u8]| -> String {
            String::from_utf8(bytes.to_vec()).expect("every value came from a column of texts")
        };
        Ok(lists.finish(&self.data_type, |_| match self.data_type {
            DataType::Binary => bytes.collect::<BinaryArray>().into(),
            DataType::Categorical => {
                let texts: Vec<Option<String>> = bytes.map(|bytes| bytes.map(text)).collect();
                texts.iter().map(Option::as_deref).collect::<DictionaryArray>().into()
            }
            _ => {
                let texts: Vec<Option<String>> = bytes.map(|bytes| bytes.map(text)).collect();
                texts.iter().map(Option::as_deref).collect::<StringArray>().into()
            }
        }))
    }

    fn memory_bytes(&self) -> usize {
        self.top.memory_bytes()
    }
}

fn lists_of(column: &Column) -> &ListArray {
    let Array::List(lists) = column.array() else {
        unreachable!("state columns have the types that state() gave them")
    };
    lists
}
