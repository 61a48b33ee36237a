//! The buffers of a batch, read one by one or in part, and what of their memory is allowed.

use super::compression::decompress;
use super::message::BatchHead;
use super::{IpcError, IpcErrorKind, Result};
use crate::files::FileBytes;
use lazuli_array::{Bitmap, Native};
use std::cell::Cell;
use std::io;

/// A batch may stand for so many bytes in any case, and for so many times its own.
const FREE_BYTES: u64 = 64 << 20;
const MAX_RATIO: u64 = 64;

/// Where a body is.
#[derive(Clone, Copy)]
pub(super) enum Source<'a> {
    File { bytes: &'a FileBytes, start: u64 },
    Memory(&'a [u8]),
}

impl Source<'_> {
    fn read(&self, offset: u64, length: usize) -> Result<Vec<u8>> {
        match self {
            Self::File { bytes, start } => read(bytes, start.saturating_add(offset), length),
            Self::Memory(bytes) => {
                let all = usize::try_from(offset).ok().and_then(|offset| bytes.get(offset..));
                let part = all.and_then(|rest| rest.get(..length));
                part.map(<[u8]>::to_vec).ok_or_else(|| IpcError::corrupt("a batch that breaks off"))
            }
        }
    }
}

/// Bytes of a file.
pub(super) fn read(file: &FileBytes, offset: u64, length: usize) -> Result<Vec<u8>> {
    file.read(offset, length).map_err(|error| match error.kind() {
        io::ErrorKind::UnexpectedEof => IpcError::corrupt("it has shrunk while it was read"),
        _ => error.into(),
    })
}

/// The body of a batch.
pub(super) struct Body<'a> {
    pub head: &'a BatchHead,
    source: Source<'a>,
    /// Bytes that may still be made out of fewer.
    left: Cell<u64>,
    limit: u64,
    /// Bytes read.
    count: Cell<u64>,
}

impl<'a> Body<'a> {
    pub(super) fn new(head: &'a BatchHead, source: Source<'a>) -> Self {
        let limit = FREE_BYTES.max(head.body_bytes.saturating_mul(MAX_RATIO));
        Self::limited(head, source, limit)
    }

    /// A body that may stand for so many bytes.
    pub(super) fn limited(head: &'a BatchHead, source: Source<'a>, limit: u64) -> Self {
        Self { head, source, left: Cell::new(limit), limit, count: Cell::new(0) }
    }

    /// Bytes read so far.
    pub(super) fn bytes_read(&self) -> u64 {
        self.count.get()
    }

    /// Bytes made out of fewer so far.
    pub(super) fn bytes_made(&self) -> u64 {
        self.limit - self.left.get()
    }

    /// Asks for memory that the bytes of the batch do not vouch for.
    pub(super) fn allow(&self, bytes: u64) -> Result<()> {
        let left = self.left.get().checked_sub(bytes);
        self.left.set(left.ok_or_else(|| IpcError::new(IpcErrorKind::TooLarge { limit: self.limit }))?);
        Ok(())
    }

    /// Asks for memory of values that take more than those of the batch do. What is not compressed vouches for it.
    pub(super) fn allow_wider(&self, bytes: u64) -> Result<()> {
        if self.head.codec.is_some() { self.allow(bytes) } else { Ok(()) }
    }

    /// `length` bytes of a buffer, from `start` on.
    pub(super) fn bytes(&self, buffer: usize, start: usize, length: usize) -> Result<Vec<u8>> {
        let Some(&(offset, available)) = self.head.buffers.get(buffer) else {
            return Err(IpcError::corrupt("fewer buffers than its columns need"));
        };
        if length == 0 {
            return Ok(Vec::new());
        }
        let too_short = || IpcError::corrupt("a buffer that is shorter than its rows need");
        let end = start.checked_add(length).ok_or_else(too_short)?;
        match self.head.codec {
            None if end as u64 > available => Err(too_short()),
            None => {
                self.count.set(self.count.get() + length as u64);
                self.source.read(offset + start as u64, length)
            }
            Some(codec) => {
                self.count.set(self.count.get() + available);
                let input = self.source.read(offset, usize::try_from(available).map_err(|_| too_short())?)?;
                let mut bytes = decompress(codec, input, |length| self.allow(length))?;
                if end > bytes.len() {
                    return Err(too_short());
                }
                bytes.truncate(end);
                bytes.drain(..start);
                Ok(bytes)
            }
        }
    }

    /// `length` values of a buffer.
    pub(super) fn values<T: Plain>(&self, buffer: usize, start: usize, length: usize) -> Result<Vec<T>> {
        let width = size_of::<T>();
        let too_long = || IpcError::corrupt("more values than memory has room for");
        let (start, length) = start.checked_mul(width).zip(length.checked_mul(width)).ok_or_else(too_long)?;
        let bytes = self.bytes(buffer, start, length)?;
        Ok(bytes.chunks_exact(width).map(T::of).collect())
    }

    /// `length` bits of a buffer.
    pub(super) fn bits(&self, buffer: usize, start: usize, length: usize) -> Result<Bitmap> {
        let first = start / 8;
        let end = start.checked_add(length).map(|end| end.div_ceil(8));
        let end = end.ok_or_else(|| IpcError::corrupt("more bits than memory has room for"))?;
        let bytes = self.bytes(buffer, first, end - first)?;
        let (eights, rest) = bytes.as_chunks::<8>();
        let mut words: Vec<u64> = eights.iter().map(|eight| u64::from_le_bytes(*eight)).collect();
        if !rest.is_empty() {
            let mut last = [0; 8];
            last[..rest.len()].copy_from_slice(rest);
            words.push(u64::from_le_bytes(last));
        }
        let all = words.len() * 64;
        Ok(Bitmap::from_words(words, all).sliced(start % 8, length))
    }
}

/// Values that lie in bytes as they are, the lowest byte first.
pub(super) trait Plain: Native {
    /// The value of `size_of::<Self>()` bytes.
    fn of(bytes: &[u8]) -> Self;

    /// The value as a code of a dictionary, if it can be one.
    fn index(self) -> Option<u32>;

    /// Appends values.
    fn put(values: &[Self], out: &mut Vec<u8>);
}

macro_rules! plain {
    ($($type:ty: $index:expr),+ $(,)?) => {$(impl Plain for $type {
        #[inline(always)]
        fn of(bytes: &[u8]) -> Self {
            // Callers hand over chunks of that size.
            bytes.try_into().map_or_else(|_| Self::default(), Self::from_le_bytes)
        }

        #[inline(always)]
        fn index(self) -> Option<u32> {
            let index: fn($type) -> Option<u32> = $index;
            index(self)
        }

        fn put(values: &[Self], out: &mut Vec<u8>) {
            let start = out.len();
            out.resize(start + size_of_val(values), 0);
            // Slots of known size, which the compiler copies many at a time.
            let slots = out[start..].chunks_exact_mut(size_of::<$type>());
            slots.zip(values).for_each(|(slot, value)| slot.copy_from_slice(&value.to_le_bytes()));
        }
    })+};
}
plain!(
    i8: |code| u32::try_from(code).ok(),
    i16: |code| u32::try_from(code).ok(),
    i32: |code| u32::try_from(code).ok(),
    i64: |code| u32::try_from(code).ok(),
    i128: |code| u32::try_from(code).ok(),
    u8: |code| Some(u32::from(code)),
    u16: |code| Some(u32::from(code)),
    u32: |code| Some(code),
    u64: |code| u32::try_from(code).ok(),
    f32: |_| None,
    f64: |_| None,
);
