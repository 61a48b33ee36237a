//! The driver of casts that may fail: calls an operation on every row that holds a value and deals with what fails.

use lazuli_array::{Array, Bitmap, BooleanArray, Native, PhysicalType, PrimitiveArray};

use super::{Cast, CastMode};
use crate::Result;

impl Cast<'_> {
    /// `op` of each row that holds a value; where it is `None` the row fails.
    pub(super) fn rows<O: Copy + Default>(
        &self,
        op: impl Fn(usize) -> Option<O>,
    ) -> Result<(Vec<O>, Option<Bitmap>)> {
        let rows = self.array.len();
        let validity = self.array.validity();
        let mut values = vec![O::default(); rows];
        let mut failures: Vec<(usize, u64)> = Vec::new();
        for (index, block) in values.chunks_mut(64).enumerate() {
            let start = index * 64;
            let mut valid = validity.as_ref().map_or(u64::MAX >> (64 - block.len()), |bits| bits.word(index));
            let mut failed = 0u64;
            while valid != 0 {
                let bit = valid.trailing_zeros();
                match op(start + bit as usize) {
                    Some(value) => block[bit as usize] = value,
                    None => failed |= 1 << bit,
                }
                valid &= valid - 1;
            }
            if failed != 0 {
                if self.mode == CastMode::Strict {
                    return Err(self.failed(start + failed.trailing_zeros() as usize));
                }
                failures.push((index, failed));
            }
        }
        if failures.is_empty() {
            return Ok((values, validity));
        }
        let mut words: Vec<u64> = match validity {
            Some(validity) => validity.words().collect(),
            None => vec![u64::MAX; rows.div_ceil(64)],
        };
        for (index, failed) in failures {
            words[index] &= !failed;
        }
        Ok((values, Some(Bitmap::from_words(words, rows))))
    }

    /// As [`Cast::rows`], to fixed-width values.
    pub(super) fn primitive<O: Native>(&self, op: impl Fn(usize) -> Option<O>) -> Result<Array> {
        let (values, validity) = self.rows(op)?;
        Ok(PrimitiveArray::new(values.into(), validity).into())
    }

    /// As [`Cast::rows`], to booleans.
    pub(super) fn boolean(&self, op: impl Fn(usize) -> Option<bool>) -> Result<Array> {
        let (values, validity) = self.rows(op)?;
        Ok(BooleanArray::new(values.into_iter().collect(), validity).into())
    }

    /// As [`Cast::rows`], to the integers of a physical type; what is out of their range fails.
    pub(super) fn integer(
        &self,
        physical: PhysicalType,
        op: impl Fn(usize) -> Option<i128>,
    ) -> Result<Array> {
        match physical {
            PhysicalType::Int8 => self.primitive(|row| i8::try_from(op(row)?).ok()),
            PhysicalType::Int16 => self.primitive(|row| i16::try_from(op(row)?).ok()),
            PhysicalType::Int32 => self.primitive(|row| i32::try_from(op(row)?).ok()),
            PhysicalType::Int64 => self.primitive(|row| i64::try_from(op(row)?).ok()),
            PhysicalType::UInt8 => self.primitive(|row| u8::try_from(op(row)?).ok()),
            PhysicalType::UInt16 => self.primitive(|row| u16::try_from(op(row)?).ok()),
            PhysicalType::UInt32 => self.primitive(|row| u32::try_from(op(row)?).ok()),
            PhysicalType::UInt64 => self.primitive(|row| u64::try_from(op(row)?).ok()),
            other => unreachable!("{other:?} is no integer of at most 64 bits"),
        }
    }
}
