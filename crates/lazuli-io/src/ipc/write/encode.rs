//! Arrays to the buffers of a message.

use super::flat::{Builder, Fields, Place};
use super::schema::VERSION;
use crate::ipc::body::Plain;
use crate::ipc::compression::{IpcCompression, compress};
use crate::ipc::file::CONTINUATION;
use crate::ipc::message::Codec;
use crate::ipc::{IpcError, Result};
use lazuli_array::{Array, Bitmap, dispatch_primitive};

/// Buffers begin at multiples of this, so that readers may use them where they lie.
const ALIGNMENT: usize = 64;

/// What a message is about.
pub(super) enum Kind {
    Batch,
    /// The values of the dictionary of this number.
    Dictionary(i64),
}

/// A message with its body, as it stands in files and streams.
#[derive(Debug)]
pub(super) struct Encoded {
    pub bytes: Vec<u8>,
    /// With the prefix.
    pub metadata_bytes: usize,
}

struct Parts {
    codec: Option<Codec>,
    nodes: Vec<(i64, i64)>,
    buffers: Vec<(i64, i64)>,
    body: Vec<u8>,
    scratch: Vec<u8>,
}

/// A batch of arrays as a message.
pub(super) fn message(
    kind: &Kind,
    arrays: &[Array],
    num_rows: usize,
    compression: IpcCompression,
) -> Result<Encoded> {
    let codec = compression.codec();
    let mut parts =
        Parts { codec, nodes: Vec::new(), buffers: Vec::new(), body: Vec::new(), scratch: Vec::new() };
    arrays.iter().try_for_each(|array| parts.array(array))?;
    let mut builder = Builder::default();
    let compression = codec.map(|codec| {
        let mut fields = Fields::default();
        fields.u8(
            0,
            match codec {
                Codec::Lz4 => 0,
                Codec::Zstd => 1,
            },
        );
        fields.u8(1, 0);
        builder.table(fields)
    });
    let (nodes, buffers) = (builder.pairs(&parts.nodes), builder.pairs(&parts.buffers));
    let mut fields = Fields::default();
    fields.i64(0, num_rows as i64);
    fields.offset(1, nodes);
    fields.offset(2, buffers);
    if let Some(compression) = compression {
        fields.offset(3, compression);
    }
    let batch = builder.table(fields);
    let (number, content) = match kind {
        Kind::Batch => (3, batch),
        Kind::Dictionary(id) => {
            let mut fields = Fields::default();
            fields.i64(0, *id);
            fields.offset(1, batch);
            fields.bool(2, false);
            (2, builder.table(fields))
        }
    };
    let metadata = finish(builder, number, content, parts.body.len());
    let mut bytes = framed(&metadata, 0)?;
    let metadata_bytes = bytes.len();
    bytes.extend_from_slice(&parts.body);
    Ok(Encoded { bytes, metadata_bytes })
}

/// The metadata of a message.
pub(super) fn finish(mut builder: Builder, kind: u8, content: Place, body_bytes: usize) -> Vec<u8> {
    let mut fields = Fields::default();
    fields.i16(0, VERSION);
    fields.u8(1, kind);
    fields.offset(2, content);
    fields.i64(3, body_bytes as i64);
    let message = builder.table(fields);
    builder.finish(message)
}

/// Metadata with its length in front, filled up so that what follows is aligned; it will stand at `at`.
pub(super) fn framed(metadata: &[u8], at: usize) -> Result<Vec<u8>> {
    let end = (at + 8 + metadata.len()).next_multiple_of(ALIGNMENT) - at;
    let length =
        i32::try_from(end - 8).map_err(|_| IpcError::unsupported("a schema of 2^31 bytes or more"))?;
    let mut bytes = Vec::with_capacity(end);
    bytes.extend_from_slice(&CONTINUATION);
    bytes.extend_from_slice(&length.to_le_bytes());
    bytes.extend_from_slice(metadata);
    bytes.resize(end, 0);
    Ok(bytes)
}

/// What ends a stream.
pub(super) const END: [u8; 8] = [0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0];

impl Parts {
    fn buffer(&mut self, put: impl FnOnce(&mut Vec<u8>)) -> Result<()> {
        let start = self.body.len();
        match self.codec {
            None => put(&mut self.body),
            Some(codec) => {
                self.scratch.clear();
                put(&mut self.scratch);
                compress(codec, &self.scratch, &mut self.body)?;
            }
        }
        self.buffers.push((start as i64, (self.body.len() - start) as i64));
        self.body.resize(self.body.len().next_multiple_of(ALIGNMENT), 0);
        Ok(())
    }

    fn values<T: Plain>(&mut self, values: &[T]) -> Result<()> {
        self.buffer(|out| T::put(values, out))
    }

    fn bits(&mut self, bits: &Bitmap) -> Result<()> {
        self.buffer(|out| {
            let end = out.len() + bits.len().div_ceil(8);
            bits.words().for_each(|word| out.extend_from_slice(&word.to_le_bytes()));
            out.truncate(end);
        })
    }

    /// Offsets from 0 on; where they began, and how far they reach.
    fn offsets(&mut self, offsets: &[i64]) -> Result<(usize, usize)> {
        let (first, last) = (offsets[0], offsets[offsets.len() - 1]);
        match first {
            0 => self.values(offsets)?,
            _ => self.values(&offsets.iter().map(|offset| offset - first).collect::<Vec<i64>>())?,
        }
        Ok((first as usize, (last - first) as usize))
    }

    fn array(&mut self, array: &Array) -> Result<()> {
        self.nodes.push((array.len() as i64, array.null_count() as i64));
        if let Array::Null(_) = array {
            return Ok(());
        }
        match array.validity() {
            Some(validity) => self.bits(&validity)?,
            None => self.buffer(|_| ())?,
        }
        match array {
            Array::Null(_) => Ok(()),
            Array::Boolean(array) => self.bits(array.values()),
            Array::String(array) => {
                let (first, length) = self.offsets(array.offsets())?;
                self.values(&array.bytes()[first..first + length])
            }
            Array::Binary(array) => {
                let (first, length) = self.offsets(array.offsets())?;
                self.values(&array.bytes()[first..first + length])
            }
            // Codes were made numbers before.
            Array::Dictionary(array) => self.values(array.codes().values()),
            Array::List(array) => {
                let (first, length) = self.offsets(array.offsets())?;
                self.array(&array.values().sliced(first, length))
            }
            Array::Struct(array) => array.fields().iter().try_for_each(|field| self.array(field)),
            other => dispatch_primitive!(
                other,
                |array| self.values(array.values()),
                else unreachable!("all other arrays are matched above")
            ),
        }
    }
}
