//! The driver of casts that may fail: calls an operation on every row that holds a value and deals with what fails.
//!
//! Casts go block by block, 64 rows and their validity at a time. What deals with nulls and failures is compiled once for
//! each type that comes out and calls the loop over a block's rows, of which there is one for each cast, by `dyn`.

use lazuli_array::{Array, Bitmap, BooleanArray, Native, PhysicalType, PrimitiveArray};

use super::{Cast, CastMode};
use crate::Result;

/// Casts the rows of the block from a row on that hold a value, as the bits of the word say, and says which of them failed.
type BlockCast<'a, O> = &'a mut dyn FnMut(usize, u64, &mut [O]) -> u64;

impl Cast<'_> {
    /// `op` of each row that holds a value; where it is `None` the row fails.
    pub(super) fn rows<O: Copy + Default>(
        &self,
        op: impl Fn(usize) -> Option<O>,
    ) -> Result<(Vec<O>, Option<Bitmap>)> {
        self.blocks(&mut |start, valid, out| each_row(start, valid, out, &op))
    }

    fn blocks<O: Copy + Default>(&self, cast: BlockCast<'_, O>) -> Result<(Vec<O>, Option<Bitmap>)> {
        let rows = self.array.len();
        let validity = self.array.validity();
        let mut values = vec![O::default(); rows];
        let mut failures: Vec<(usize, u64)> = Vec::new();
        let mut start = 0;
        while start < rows {
            let block = &mut values[start..rows.min(start + 64)];
            let index = start / 64;
            let valid = validity.as_ref().map_or(u64::MAX >> (64 - block.len()), |bits| bits.word(index));
            let failed = cast(start, valid, block);
            if failed != 0 {
                if self.mode == CastMode::Strict {
                    return Err(self.failed(start + failed.trailing_zeros() as usize));
                }
                failures.push((index, failed));
            }
            start += 64;
        }
        Ok((values, without(failures, validity, rows)))
    }

    /// As [`Cast::rows`], to fixed-width values.
    pub(super) fn primitive<O: Native>(&self, op: impl Fn(usize) -> Option<O>) -> Result<Array> {
        self.primitive_blocks(&mut |start, valid, out| each_row(start, valid, out, &op))
    }

    fn primitive_blocks<O: Native>(&self, cast: BlockCast<'_, O>) -> Result<Array> {
        let (values, validity) = self.blocks(cast)?;
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
        let (least, greatest) = range(physical);
        self.narrowed(physical, &mut |start, valid, out| {
            each_row(start, valid, out, &|row| {
                let value = op(row)?;
                (least <= value && value <= greatest).then_some(value as i64)
            })
        })
    }

    /// As [`Cast::integer`], of values that fit 64 bits with a sign.
    pub(super) fn integer_of_i64(
        &self,
        physical: PhysicalType,
        op: impl Fn(usize) -> Option<i64>,
    ) -> Result<Array> {
        let (least, greatest) = range(physical);
        // The range of UInt64 begins within that of `i64` and ends beyond it.
        let (least, greatest) = (least as i64, i64::try_from(greatest).unwrap_or(i64::MAX));
        self.narrowed(physical, &mut |start, valid, out| {
            each_row(start, valid, out, &|row| op(row).filter(|&value| least <= value && value <= greatest))
        })
    }

    /// `cast` gives the lowest 64 bits of values that are in the range of the type.
    fn narrowed(&self, physical: PhysicalType, cast: BlockCast<'_, i64>) -> Result<Array> {
        macro_rules! to {
            ($type:ty) => {
                self.primitive_blocks::<$type>(&mut |start, valid, out| {
                    let mut wide = [0; 64];
                    let wide = &mut wide[..out.len()];
                    let failed = cast(start, valid, wide);
                    out.iter_mut().zip(wide).for_each(|(out, wide)| *out = *wide as $type);
                    failed
                })
            };
        }
        match physical {
            PhysicalType::Int8 => to!(i8),
            PhysicalType::Int16 => to!(i16),
            PhysicalType::Int32 => to!(i32),
            PhysicalType::Int64 => self.primitive_blocks::<i64>(cast),
            PhysicalType::UInt8 => to!(u8),
            PhysicalType::UInt16 => to!(u16),
            PhysicalType::UInt32 => to!(u32),
            PhysicalType::UInt64 => to!(u64),
            other => unreachable!("{other:?} is no integer of at most 64 bits"),
        }
    }
}

/// `op` of the rows whose bit is set, the lowest bit being the row `start`; the bits of those that failed.
#[inline(always)]
fn each_row<O>(start: usize, mut valid: u64, out: &mut [O], op: &impl Fn(usize) -> Option<O>) -> u64 {
    let mut failed = 0u64;
    while valid != 0 {
        let bit = valid.trailing_zeros();
        match op(start + bit as usize) {
            Some(value) => out[bit as usize] = value,
            None => failed |= 1 << bit,
        }
        valid &= valid - 1;
    }
    failed
}

/// A validity without the rows that failed, which come as words of 64 bits by their index.
fn without(failures: Vec<(usize, u64)>, validity: Option<Bitmap>, rows: usize) -> Option<Bitmap> {
    if failures.is_empty() {
        return validity;
    }
    let mut words: Vec<u64> = match validity {
        Some(validity) => validity.words().collect(),
        None => vec![u64::MAX; rows.div_ceil(64)],
    };
    for (index, failed) in failures {
        words[index] &= !failed;
    }
    Some(Bitmap::from_words(words, rows))
}

/// The least and the greatest value of an integer type.
fn range(physical: PhysicalType) -> (i128, i128) {
    match physical {
        PhysicalType::Int8 => (i8::MIN.into(), i8::MAX.into()),
        PhysicalType::Int16 => (i16::MIN.into(), i16::MAX.into()),
        PhysicalType::Int32 => (i32::MIN.into(), i32::MAX.into()),
        PhysicalType::Int64 => (i64::MIN.into(), i64::MAX.into()),
        PhysicalType::UInt8 => (0, u8::MAX.into()),
        PhysicalType::UInt16 => (0, u16::MAX.into()),
        PhysicalType::UInt32 => (0, u32::MAX.into()),
        PhysicalType::UInt64 => (0, u64::MAX.into()),
        other => unreachable!("{other:?} is no integer of at most 64 bits"),
    }
}
