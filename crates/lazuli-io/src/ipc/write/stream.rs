//! A stream: batches as they come.

use super::IpcWriteOptions;
use super::encode::{END, Kind, framed, message};
use super::file::schema_message;
use super::recode::recoded;
use super::schema::{check, num_dictionaries};
use crate::ipc::{IpcError, Result};
use lazuli_array::{Array, Batch, Dictionary, DictionaryArray, Schema, SchemaRef};
use std::io::Write;
use std::sync::Arc;

/// Writes batches as an Arrow IPC stream. See [`IpcStreamReader`](crate::ipc::IpcStreamReader) for an example.
pub struct IpcStreamWriter<W> {
    target: W,
    schema: SchemaRef,
    options: IpcWriteOptions,
    /// By number: the dictionary that was written last.
    written: Vec<Option<Arc<Dictionary>>>,
}

impl<W: Write> IpcStreamWriter<W> {
    /// Writes the schema.
    ///
    /// # Errors
    /// Types nested too deep; whatever the target says.
    pub fn try_new(mut target: W, schema: &Schema, options: IpcWriteOptions) -> Result<Self> {
        check(schema)?;
        target.write_all(&framed(&schema_message(schema), 0)?)?;
        let count = schema.fields().iter().map(|field| num_dictionaries(field.data_type())).sum();
        Ok(Self { target, schema: Arc::new(schema.clone()), options, written: vec![None; count] })
    }

    /// Writes a batch, and before it those of its dictionaries that are others than those before.
    ///
    /// # Errors
    /// A batch of other columns; whatever the target says.
    pub fn write(&mut self, batch: &Batch) -> Result<()> {
        if **batch.schema() != *self.schema {
            let reason = format!("a batch of {} in a stream of {}", batch.schema(), self.schema);
            return Err(IpcError::corrupt(reason));
        }
        let mut slot = 0;
        let mut changed: Vec<(usize, Arc<Dictionary>)> = Vec::new();
        let written = &self.written;
        let mut codes = |slot: usize, array: &DictionaryArray| {
            let dictionary = array.dictionary();
            let is_same = |known: &Arc<Dictionary>| Arc::ptr_eq(known, dictionary) || **known == **dictionary;
            if !written[slot].as_ref().is_some_and(is_same) {
                changed.push((slot, dictionary.clone()));
            }
            array.codes().clone()
        };
        let columns = self.schema.fields().iter().zip(batch.columns());
        let arrays: Vec<Array> = columns
            .map(|(field, column)| recoded(field.data_type(), column.array(), &mut slot, &mut codes))
            .collect();
        for (slot, dictionary) in changed {
            let texts = dictionary.values().to_array();
            let num_rows = texts.len();
            let kind = Kind::Dictionary(slot as i64);
            let encoded = message(&kind, &[texts.into()], num_rows, self.options.compression)?;
            self.target.write_all(&encoded.bytes)?;
            self.written[slot] = Some(dictionary);
        }
        let encoded = message(&Kind::Batch, &arrays, batch.num_rows(), self.options.compression)?;
        Ok(self.target.write_all(&encoded.bytes)?)
    }

    /// Ends the stream and gives the target back.
    ///
    /// # Errors
    /// Whatever the target says.
    pub fn finish(mut self) -> Result<W> {
        self.target.write_all(&END)?;
        self.target.flush()?;
        Ok(self.target)
    }
}
