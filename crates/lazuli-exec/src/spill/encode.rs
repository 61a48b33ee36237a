//! Batches to bytes and back.
//!
//! ```text
//! array      kind: 1 | validity | values
//! validity   0, or 1 and the bits in words of 8 bytes
//! numbers    each as it lies in memory
//! bytes      length of a bound: 4 or 8 | rows + 1 bounds, from 0 | bytes
//! dictionary number of the dictionary: 4 | codes: 4 each
//! list       rows + 1 bounds | items: array
//! struct     number of fields: 4 | fields: arrays
//! ```

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use lazuli_array::{
    Array, Batch, BinaryArray, Bitmap, BooleanArray, Column, DataType, Dictionary, DictionaryArray,
    ListArray, Native, NullArray, PhysicalType, PrimitiveArray, SchemaRef, StringArray, StructArray,
};

use crate::MemoryBudget;
use crate::memory::Reservation;

/// Dictionaries of a file stay in memory as long as they take at most this part of the budget; texts of further ones are
/// written out.
const DICTIONARIES_PART: usize = 8;

/// The dictionaries that codes in a file point into.
#[derive(Debug)]
pub(super) struct Dictionaries(Mutex<Known>);

#[derive(Debug)]
struct Known {
    list: Vec<Arc<Dictionary>>,
    /// By address, which nobody else can have while they are in the list.
    numbers: HashMap<usize, u32>,
    bytes: usize,
    limit_bytes: usize,
    reservation: Reservation,
}

impl Dictionaries {
    pub(super) fn new(operator: &'static str, memory: &MemoryBudget) -> Self {
        Self(Mutex::new(Known {
            list: Vec::new(),
            numbers: HashMap::new(),
            bytes: 0,
            limit_bytes: memory.limit_bytes() / DICTIONARIES_PART,
            reservation: memory.reservation(operator),
        }))
    }

    /// The number of a dictionary; `None` if there is no room for it. `must`: its texts can't be written out instead.
    fn number(&self, dictionary: &Arc<Dictionary>, must: bool) -> Option<u32> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let address = Arc::as_ptr(dictionary).addr();
        if let Some(number) = known.numbers.get(&address) {
            return Some(*number);
        }
        let bytes = known.bytes + dictionary.memory_bytes();
        let has_room = bytes <= known.limit_bytes && known.reservation.try_grow_to(bytes);
        if !has_room && !must {
            return None;
        }
        let number = u32::try_from(known.list.len()).ok()?;
        known.bytes = bytes;
        known.list.push(dictionary.clone());
        known.numbers.insert(address, number);
        Some(number)
    }

    fn get(&self, number: u32) -> Option<Arc<Dictionary>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).list.get(number as usize).cloned()
    }
}

/// A batch as bytes.
pub(super) fn encode(batch: &Batch, dictionaries: &Dictionaries) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(batch.memory_bytes());
    let mut writer = Writer { bytes: &mut bytes, dictionaries };
    for column in batch.columns() {
        // Texts may be in either form where the type alone says what they are, and there it is at hand.
        writer.array(column.array(), *column.data_type() == DataType::String);
    }
    bytes
}

/// A batch of bytes; `None` if they are not one of these columns.
pub(super) fn decode(
    bytes: &[u8],
    schema: &SchemaRef,
    num_rows: usize,
    dictionaries: &Dictionaries,
) -> Option<Batch> {
    let mut reader = Reader { bytes, dictionaries };
    let column = |field: &lazuli_array::Field| {
        Column::try_new(field.data_type().clone(), reader.array(num_rows)?).ok()
    };
    let columns = schema.fields().iter().map(column).collect::<Option<Vec<_>>>()?;
    reader.bytes.is_empty().then(|| Batch::new(schema.clone(), columns, num_rows))
}

/// Numbers as bytes.
trait Number: Native {
    fn put(values: &[Self], out: &mut Vec<u8>);
    fn get(bytes: &[u8]) -> Vec<Self>;
}

macro_rules! numbers {
    ($($type:ty),*) => { $(
        impl Number for $type {
            fn put(values: &[Self], out: &mut Vec<u8>) {
                let start = out.len();
                out.resize(start + size_of_val(values), 0);
                let (slots, _) = out[start..].as_chunks_mut();
                slots.iter_mut().zip(values).for_each(|(slot, value)| *slot = value.to_ne_bytes());
            }

            fn get(bytes: &[u8]) -> Vec<Self> {
                bytes.as_chunks().0.iter().map(|value| Self::from_ne_bytes(*value)).collect()
            }
        }
    )* };
}

numbers!(i8, i16, i32, i64, u8, u16, u32, u64, f32, f64, i128);

/// Runs `$body` with `$type` as the type of numbers of a physical type, else `$otherwise`.
macro_rules! of_numbers {
    ($physical:expr, $type:ident => $body:expr, else $otherwise:expr) => {
        of_numbers!(@ $physical, $type, $body, $otherwise, Int8 i8, Int16 i16, Int32 i32, Int64 i64, UInt8 u8,
            UInt16 u16, UInt32 u32, UInt64 u64, Float32 f32, Float64 f64, Int128 i128)
    };
    (@ $physical:expr, $type:ident, $body:expr, $otherwise:expr, $($variant:ident $native:ty),*) => {
        match $physical {
            $(PhysicalType::$variant => {
                type $type = $native;
                $body
            })*
            _ => $otherwise,
        }
    };
}

/// All kinds, by their number in files.
const KINDS: [PhysicalType; 18] = [
    PhysicalType::Null,
    PhysicalType::Boolean,
    PhysicalType::Int8,
    PhysicalType::Int16,
    PhysicalType::Int32,
    PhysicalType::Int64,
    PhysicalType::UInt8,
    PhysicalType::UInt16,
    PhysicalType::UInt32,
    PhysicalType::UInt64,
    PhysicalType::Float32,
    PhysicalType::Float64,
    PhysicalType::Int128,
    PhysicalType::String,
    PhysicalType::Dictionary,
    PhysicalType::Binary,
    PhysicalType::List,
    PhysicalType::Struct,
];

struct Writer<'a> {
    bytes: &'a mut Vec<u8>,
    dictionaries: &'a Dictionaries,
}

impl Writer<'_> {
    /// Kind and validity.
    fn head(&mut self, array: &Array) {
        let kind = KINDS.iter().position(|kind| *kind == array.physical());
        self.bytes.push(kind.expect("all kinds are listed") as u8);
        match array.validity() {
            Some(validity) if array.physical() != PhysicalType::Null => {
                self.bytes.push(1);
                self.bits(&validity);
            }
            _ => self.bytes.push(0),
        }
    }

    fn bits(&mut self, bits: &Bitmap) {
        bits.words().for_each(|word| self.bytes.extend_from_slice(&word.to_le_bytes()));
    }

    /// Bounds from 0 on; where they began, and how far they reach.
    fn bounds(&mut self, bounds: &[i64]) -> (usize, usize) {
        let (first, last) = (bounds[0], bounds[bounds.len() - 1]);
        match u32::try_from(last - first) {
            Ok(_) => {
                self.bytes.push(4);
                let narrow: Vec<u32> = bounds.iter().map(|bound| (bound - first) as u32).collect();
                u32::put(&narrow, self.bytes);
            }
            Err(_) => {
                self.bytes.push(8);
                let wide: Vec<i64> = bounds.iter().map(|bound| bound - first).collect();
                i64::put(&wide, self.bytes);
            }
        }
        (first as usize, (last - first) as usize)
    }

    /// `either`: texts of a dictionary that there is no room for may be written out.
    fn array(&mut self, array: &Array, either: bool) {
        if let Array::Dictionary(coded) = array {
            let Some(number) = self.dictionaries.number(coded.dictionary(), !either) else {
                return self.array(&coded.to_plain().into(), either);
            };
            self.head(array);
            u32::put(&[number], self.bytes);
            return u32::put(coded.codes().values(), self.bytes);
        }
        self.head(array);
        match array {
            Array::Null(_) => {}
            Array::Boolean(array) => self.bits(array.values()),
            Array::String(array) => {
                let (first, length) = self.bounds(array.offsets());
                self.bytes.extend_from_slice(&array.bytes()[first..first + length]);
            }
            Array::Binary(array) => {
                let (first, length) = self.bounds(array.offsets());
                self.bytes.extend_from_slice(&array.bytes()[first..first + length]);
            }
            Array::List(array) => {
                let (first, length) = self.bounds(array.offsets());
                self.array(&array.values().sliced(first, length), false);
            }
            Array::Struct(array) => {
                u32::put(&[array.fields().len() as u32], self.bytes);
                array.fields().iter().for_each(|field| self.array(field, false));
            }
            other => lazuli_array::dispatch_primitive!(
                other,
                |array| Number::put(array.values(), self.bytes),
                else unreachable!("all other arrays are matched above")
            ),
        }
    }
}

struct Reader<'a> {
    bytes: &'a [u8],
    dictionaries: &'a Dictionaries,
}

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.bytes.split_at_checked(length)?;
        self.bytes = rest;
        Some(taken)
    }

    fn byte(&mut self) -> Option<u8> {
        self.take(1).map(|bytes| bytes[0])
    }

    fn numbers<T: Number>(&mut self, count: usize) -> Option<Vec<T>> {
        Some(T::get(self.take(count.checked_mul(size_of::<T>())?)?))
    }

    fn bits(&mut self, length: usize) -> Option<Bitmap> {
        Some(Bitmap::from_words(self.numbers::<u64>(length.div_ceil(64))?, length))
    }

    fn bounds(&mut self, rows: usize) -> Option<Vec<i64>> {
        match self.byte()? {
            4 => Some(self.numbers::<u32>(rows + 1)?.into_iter().map(i64::from).collect()),
            8 => self.numbers(rows + 1),
            _ => None,
        }
    }

    /// Bounds, and the bytes within them.
    fn byte_rows(&mut self, rows: usize) -> Option<(Vec<i64>, Vec<u8>)> {
        let bounds = self.bounds(rows)?;
        let bytes = self.take(usize::try_from(*bounds.last()?).ok()?)?.to_vec();
        Some((bounds, bytes))
    }

    fn array(&mut self, rows: usize) -> Option<Array> {
        let kind = *KINDS.get(usize::from(self.byte()?))?;
        let validity = match self.byte()? {
            0 => None,
            _ => Some(self.bits(rows)?),
        };
        Some(match kind {
            PhysicalType::Null => NullArray::new(rows).into(),
            PhysicalType::Boolean => BooleanArray::new(self.bits(rows)?, validity).into(),
            PhysicalType::String => {
                let (bounds, bytes) = self.byte_rows(rows)?;
                StringArray::try_new(bounds.into(), bytes.into(), validity).ok()?.into()
            }
            PhysicalType::Binary => {
                let (bounds, bytes) = self.byte_rows(rows)?;
                BinaryArray::try_new(bounds.into(), bytes.into(), validity).ok()?.into()
            }
            PhysicalType::Dictionary => {
                let dictionary = self.dictionaries.get(*self.numbers::<u32>(1)?.first()?)?;
                let codes = PrimitiveArray::new(self.numbers::<u32>(rows)?.into(), validity);
                DictionaryArray::try_new(codes, dictionary).ok()?.narrowed().into()
            }
            PhysicalType::List => {
                let bounds = self.bounds(rows)?;
                let items = self.array(usize::try_from(*bounds.last()?).ok()?)?;
                ListArray::try_new(bounds.into(), items, validity).ok()?.into()
            }
            PhysicalType::Struct => {
                let count = *self.numbers::<u32>(1)?.first()?;
                let fields = (0..count).map(|_| self.array(rows)).collect::<Option<Vec<_>>>()?;
                StructArray::new(rows, fields, validity).into()
            }
            numbers => of_numbers!(
                numbers,
                T => PrimitiveArray::<T>::new(self.numbers::<T>(rows)?.into(), validity).into(),
                else return None
            ),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lazuli_array::Field;

    fn batch() -> Batch {
        let texts = || ["a", "bcd", "", "\u{e9}"].into_iter().cycle().take(70);
        let some = |row: usize| row % 3 != 1;
        let validity = || Some(Bitmap::from_fn(70, some));
        let strings: StringArray = texts().enumerate().map(|(row, text)| some(row).then_some(text)).collect();
        let codes: DictionaryArray =
            texts().enumerate().map(|(row, text)| some(row).then_some(text)).collect();
        let binary: BinaryArray = texts().map(Some).collect();
        let bounds: Vec<i64> = (0..=70).collect();
        let items = PrimitiveArray::from_vec((0..70i64).collect());
        let list = ListArray::new(bounds.into(), items.clone().into(), validity());
        let inner: Vec<Array> = vec![strings.clone().into(), codes.clone().into()];
        let fields = ["x", "y"].map(|name| Field::new(name, DataType::String)).to_vec();
        let columns = vec![
            Column::new(DataType::Null, NullArray::new(70)),
            Column::new(
                DataType::Boolean,
                BooleanArray::new(Bitmap::from_fn(70, |row| row % 5 == 0), validity()),
            ),
            Column::new(DataType::Int64, items.with_validity(validity())),
            Column::new(DataType::Int8, PrimitiveArray::from_vec((0..70i8).collect())),
            Column::new(
                DataType::Float64,
                PrimitiveArray::from_vec((0..70).map(|row| f64::from(row) / 7.0).collect()),
            ),
            Column::new(DataType::String, strings),
            Column::new(DataType::String, codes.clone()),
            Column::new(DataType::Categorical, codes),
            Column::new(DataType::Binary, binary),
            Column::new(DataType::List(Box::new(DataType::Int64)), list),
            Column::new(DataType::Struct(fields.into()), StructArray::new(70, inner, validity())),
        ];
        let named = columns.into_iter().enumerate().map(|(place, column)| (place.to_string().into(), column));
        Batch::from_columns(named.collect()).expect("equal lengths")
    }

    #[test]
    fn comes_back_as_it_was() {
        // Without room for dictionaries plain strings come back plain, and are equal.
        for memory in [MemoryBudget::unlimited(), MemoryBudget::new(0)] {
            for (offset, length) in [(0, 70), (3, 66), (64, 6), (7, 0)] {
                let batch = batch().sliced(offset, length);
                let dictionaries = Dictionaries::new("sort", &memory);
                let bytes = encode(&batch, &dictionaries);
                let again = decode(&bytes, batch.schema(), length, &dictionaries).expect("what was encoded");
                assert_eq!(again, batch);
                for column in [5, 6] {
                    let is_dictionary = matches!(again.column(column).array(), Array::Dictionary(_));
                    assert_eq!(is_dictionary, column == 6 && memory.limit_bytes() > 0);
                }
            }
        }
    }

    #[test]
    fn other_bytes_are_no_batch() {
        let batch = batch();
        let dictionaries = Dictionaries::new("sort", &MemoryBudget::unlimited());
        let bytes = encode(&batch, &dictionaries);
        for length in 0..bytes.len() {
            assert!(decode(&bytes[..length], batch.schema(), 70, &dictionaries).is_none(), "{length} bytes");
        }
        for place in 0..bytes.len() {
            let mut bytes = bytes.clone();
            bytes[place] ^= 0x55;
            // Another value, or none; no panic.
            let _ = decode(&bytes, batch.schema(), 70, &dictionaries);
        }
    }
}
