//! A file: magic, schema, batches, dictionaries, index, magic.

use super::IpcWriteOptions;
use super::encode::{END, Encoded, Kind, finish, framed, message};
use super::flat::{Builder, Fields, Place};
use super::recode::{IpcDictionaries, RecodedBatch};
use super::schema::{self, VERSION, check};
use crate::ipc::file::MAGIC;
use crate::ipc::{IpcError, Result};
use lazuli_array::{Schema, SchemaRef};
use std::sync::Arc;

/// How a file of some columns is written. Knows no disk: it gives bytes, and who writes them tells [`IpcFooter`].
#[derive(Clone, Debug)]
pub struct IpcWriter {
    schema: SchemaRef,
    options: IpcWriteOptions,
}

/// A batch as it stands in the file.
#[derive(Debug)]
pub struct EncodedBatch(Encoded);

impl EncodedBatch {
    /// The bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.0.bytes
    }
}

/// What of a file is written.
#[derive(Debug)]
pub struct IpcFooter {
    batches: Vec<Block>,
    written: usize,
}

/// Where a message is, how long its metadata and its body are.
#[derive(Debug)]
struct Block(usize, usize, usize);

impl IpcFooter {
    fn block(&mut self, encoded: &Encoded) -> Block {
        let (length, metadata) = (encoded.bytes.len(), encoded.metadata_bytes);
        self.written += length;
        Block(self.written - length, metadata, length - metadata)
    }

    /// A batch was written.
    pub fn push(&mut self, batch: &EncodedBatch) {
        let block = self.block(&batch.0);
        self.batches.push(block);
    }
}

impl IpcWriter {
    /// A writer of these columns.
    ///
    /// # Errors
    /// [`IpcErrorKind::Unwritable`](crate::ipc::IpcErrorKind::Unwritable) for types nested too deep.
    pub fn try_new(schema: &Schema, options: IpcWriteOptions) -> Result<Self> {
        check(schema)?;
        Ok(Self { schema: Arc::new(schema.clone()), options })
    }

    /// The options.
    pub fn options(&self) -> &IpcWriteOptions {
        &self.options
    }

    /// No dictionary has an entry yet.
    pub fn dictionaries(&self) -> IpcDictionaries {
        IpcDictionaries::new(&self.schema)
    }

    /// What the file begins with, and the footer that follows it.
    ///
    /// # Errors
    /// A schema of 2^31 bytes or more.
    pub fn head(&self) -> Result<(Vec<u8>, IpcFooter)> {
        let mut bytes = MAGIC.to_vec();
        bytes.resize(8, 0);
        let schema = framed(&schema_message(&self.schema), bytes.len())?;
        bytes.extend_from_slice(&schema);
        let written = bytes.len();
        Ok((bytes, IpcFooter { batches: Vec::new(), written }))
    }

    /// A batch as bytes.
    ///
    /// # Errors
    /// What the codec says.
    pub fn encode_batch(&self, batch: &RecodedBatch) -> Result<EncodedBatch> {
        message(&Kind::Batch, &batch.arrays, batch.num_rows, self.options.compression).map(EncodedBatch)
    }

    /// Dictionaries and index: what the file ends with.
    ///
    /// # Errors
    /// What the codec says; an index of 2^31 bytes or more.
    pub fn encode_end(&self, mut footer: IpcFooter, dictionaries: IpcDictionaries) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let mut blocks = Vec::new();
        for (id, texts) in dictionaries.into_texts().into_iter().enumerate() {
            let num_rows = texts.len();
            let kind = Kind::Dictionary(id as i64);
            let encoded = message(&kind, &[texts.into()], num_rows, self.options.compression)?;
            blocks.push(footer.block(&encoded));
            bytes.extend_from_slice(&encoded.bytes);
        }
        bytes.extend_from_slice(&END);
        let mut builder = Builder::default();
        let schema = schema::schema(&mut builder, self.schema.fields());
        let dictionaries = place_blocks(&mut builder, &blocks);
        let batches = place_blocks(&mut builder, &footer.batches);
        let mut fields = Fields::default();
        fields.i16(0, VERSION);
        fields.offset(1, schema);
        fields.offset(2, dictionaries);
        fields.offset(3, batches);
        let root = builder.table(fields);
        let index = builder.finish(root);
        let length = i32::try_from(index.len())
            .map_err(|_| IpcError::unsupported("an index of 2^31 bytes or more"))?;
        bytes.extend_from_slice(&index);
        bytes.extend_from_slice(&length.to_le_bytes());
        bytes.extend_from_slice(MAGIC);
        Ok(bytes)
    }
}

/// The metadata of a schema's message.
pub(super) fn schema_message(schema: &Schema) -> Vec<u8> {
    let mut builder = Builder::default();
    let place = schema::schema(&mut builder, schema.fields());
    finish(builder, 1, place, 0)
}

fn place_blocks(builder: &mut Builder, blocks: &[Block]) -> Place {
    let bytes: Vec<u8> = blocks
        .iter()
        .flat_map(|Block(at, metadata, body)| {
            [at, metadata, body].map(|number| (*number as i64).to_le_bytes())
        })
        .flatten()
        .collect();
    builder.structs(&bytes, blocks.len())
}
