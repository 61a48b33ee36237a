//! What stands in front of a batch: its rows, where its buffers are.

use super::flat::{Table, pairs};
use super::{IpcError, Result};

/// What a message is.
pub(super) enum Head<'a> {
    Schema(Table<'a>),
    Dictionary { id: i64, is_delta: bool, batch: BatchHead },
    Batch(BatchHead),
}

/// A message: what it is, and how long its body is.
pub(super) struct Message<'a> {
    pub head: Head<'a>,
    pub body_bytes: u64,
}

/// How the buffers of a batch are compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Codec {
    Lz4,
    Zstd,
}

/// Where the parts of a batch are in its body.
#[derive(Debug)]
pub(super) struct BatchHead {
    pub num_rows: usize,
    /// Length and nulls of each array.
    pub nodes: Vec<(usize, usize)>,
    /// Offset and length of each buffer.
    pub buffers: Vec<(u64, u64)>,
    /// For each array of views, how many buffers it has.
    pub view_buffers: Vec<usize>,
    pub codec: Option<Codec>,
    pub body_bytes: u64,
}

/// A batch of rows that take no bytes may not have more of them than this.
const MAX_FREE_ROWS: u64 = 1 << 27;

/// Reads the metadata of a message. Its body has at most `body_limit` bytes.
pub(super) fn read(metadata: &[u8], body_limit: u64) -> Result<Message<'_>> {
    let message = Table::root(metadata)?;
    if message.i16(0, 0)? < 3 {
        return Err(IpcError::unsupported("messages of before version 0.8 of Arrow"));
    }
    let body_bytes = u64::try_from(message.i64(3)?)
        .ok()
        .filter(|&length| length <= body_limit)
        .ok_or_else(|| IpcError::corrupt("a batch that reaches beyond its end"))?;
    let content = || message.needed(2, "a message's content");
    let head = match message.u8(1)? {
        1 => Head::Schema(content()?),
        2 => {
            let dictionary = content()?;
            let batch = batch(&dictionary.needed(1, "a dictionary's values")?, body_bytes)?;
            Head::Dictionary { id: dictionary.i64(0)?, is_delta: dictionary.bool(2)?, batch }
        }
        3 => Head::Batch(batch(&content()?, body_bytes)?),
        4 | 5 => return Err(IpcError::unsupported("tensors")),
        other => return Err(IpcError::corrupt(format!("a message of kind {other}"))),
    };
    Ok(Message { head, body_bytes })
}

fn batch(batch: &Table<'_>, body_bytes: u64) -> Result<BatchHead> {
    let negative = || IpcError::corrupt("a batch of negative length");
    let num_rows = usize::try_from(batch.i64(0)?).map_err(|_| negative())?;
    let whole = |number: i64| usize::try_from(number).map_err(|_| negative());
    let nodes = pairs(batch.elements(1, 16)?)
        .map(|(length, nulls)| Ok((whole(length)?, whole(nulls)?)))
        .collect::<Result<Vec<_>>>()?;
    let mut left = body_bytes;
    let buffers = pairs(batch.elements(2, 16)?)
        .map(|(offset, length)| {
            let outside = || IpcError::corrupt("a buffer outside of its batch");
            let (offset, length) =
                u64::try_from(offset).ok().zip(u64::try_from(length).ok()).ok_or_else(outside)?;
            if offset.checked_add(length).is_none_or(|end| end > body_bytes) {
                return Err(outside());
            }
            // Or a small batch could be read as any number of large ones.
            left = left.checked_sub(length).ok_or_else(|| IpcError::corrupt("buffers that overlap"))?;
            Ok((offset, length))
        })
        .collect::<Result<Vec<_>>>()?;
    let codec = match batch.table(3)? {
        None => None,
        Some(compression) => {
            if compression.u8(1)? != 0 {
                return Err(IpcError::unsupported("batches that are compressed as a whole"));
            }
            Some(match compression.u8(0)? {
                0 => Codec::Lz4,
                1 => Codec::Zstd,
                other => return Err(IpcError::unsupported(format!("compression {other}"))),
            })
        }
    };
    let view_buffers = batch
        .elements(4, 8)?
        .as_chunks::<8>()
        .0
        .iter()
        .map(|bytes| whole(i64::from_le_bytes(*bytes)))
        .collect::<Result<Vec<_>>>()?;
    // A bit a row is the least that a value takes, and what is compressed may be 255 times as long.
    if num_rows as u64 > MAX_FREE_ROWS.max(body_bytes.saturating_mul(8 * 255)) {
        return Err(IpcError::corrupt("more rows than a batch of its length can have"));
    }
    Ok(BatchHead { num_rows, nodes, buffers, view_buffers, codec, body_bytes })
}
