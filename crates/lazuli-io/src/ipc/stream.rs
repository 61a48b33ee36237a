//! A stream as it comes: batch by batch, out of anything that gives bytes.

use super::body::{Body, Source};
use super::decode::{Cursor, Rows, array};
use super::dictionary::{self, Values};
use super::file::CONTINUATION;
use super::message::{self, BatchHead, Head};
use super::schema::{self, IpcField};
use super::{IpcError, IpcErrorKind, Result};
use lazuli_array::{Batch, Column, Dictionary, Field, Schema, SchemaRef};
use std::collections::{HashMap, VecDeque};
use std::io::{ErrorKind, Read};
use std::sync::Arc;

/// Bytes that are made room for on a length's word alone.
const TRUSTED_BYTES: u64 = 1 << 20;

/// Batches of an Arrow IPC stream, in order.
///
/// ```
/// use lazuli_array::df;
/// use lazuli_io::ipc::{IpcStreamReader, IpcStreamWriter, IpcWriteOptions};
///
/// let frame = df! { "n" => [1, 2, 3] }?;
/// let mut writer = IpcStreamWriter::try_new(Vec::new(), frame.schema(), IpcWriteOptions::default())?;
/// for batch in frame.batches() {
///     writer.write(batch)?;
/// }
/// let bytes = writer.finish()?;
/// let mut reader = IpcStreamReader::try_new(bytes.as_slice())?;
/// assert_eq!(reader.schema(), frame.schema());
/// assert_eq!(reader.next().expect("one batch")?.num_rows(), 3);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct IpcStreamReader<R> {
    source: R,
    fields: Vec<IpcField>,
    schema: SchemaRef,
    coded: HashMap<i64, IpcField>,
    dictionaries: HashMap<i64, Arc<Values>>,
    /// Those whose order means something.
    categories: HashMap<i64, Arc<Dictionary>>,
    /// A batch that was read while the schema was looked for.
    waiting: VecDeque<(BatchHead, Vec<u8>)>,
    num_batches: usize,
    is_over: bool,
    /// Bytes that came, and bytes that dictionaries were made of fewer.
    bytes_read: u64,
    bytes_made: u64,
}

enum Next {
    Batch(BatchHead, Vec<u8>),
    /// A dictionary, which is known now.
    Dictionary,
    End,
}

impl<R: Read> IpcStreamReader<R> {
    /// Reads the schema; the first dictionaries too, if the order of one means something.
    ///
    /// # Errors
    /// What the source says; bytes that are no stream, or of a kind that is not read.
    pub fn try_new(mut source: R) -> Result<Self> {
        let no_schema = || IpcError::new(IpcErrorKind::NotIpc { reason: "it has no schema" });
        let metadata = metadata(&mut source)?.ok_or_else(no_schema)?;
        let fields = match message::read(&metadata, 0)?.head {
            Head::Schema(schema) => schema::read(schema, metadata.len())?,
            _ => return Err(no_schema()),
        };
        let mut reader = Self {
            source,
            coded: dictionary::coded_fields(&fields)?,
            fields,
            schema: Arc::default(),
            dictionaries: HashMap::new(),
            categories: HashMap::new(),
            waiting: VecDeque::new(),
            num_batches: 0,
            is_over: false,
            bytes_read: metadata.len() as u64,
            bytes_made: 0,
        };
        reader.find_categories()?;
        let fields = reader.fields.iter();
        let fields = fields.map(|field| Field::new(field.name.clone(), field.data_type(&reader.categories)));
        reader.schema = Arc::new(Schema::try_new(fields.collect())?);
        Ok(reader)
    }

    fn find_categories(&mut self) -> Result<()> {
        let mut ordered: Vec<i64> = Vec::new();
        for field in &self.fields {
            field.for_each(&mut |field| {
                ordered.extend(field.coded.as_ref().filter(|coded| coded.is_ordered).map(|coded| coded.id));
            });
        }
        while ordered.iter().any(|id| !self.dictionaries.contains_key(id)) {
            match self.next_message()? {
                Next::Dictionary => {}
                Next::Batch(head, body) => {
                    self.waiting.push_back((head, body));
                    break;
                }
                Next::End => {
                    self.is_over = true;
                    break;
                }
            }
        }
        for id in ordered {
            let known = self.dictionaries.get(&id).map(|values| values.texts().cloned());
            if let Some(dictionary) = known.unwrap_or_else(|| Some(Arc::default())) {
                self.categories.insert(id, dictionary);
            }
        }
        Ok(())
    }

    /// Names and types of the columns.
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn next_message(&mut self) -> Result<Next> {
        let Some(metadata) = metadata(&mut self.source)? else { return Ok(Next::End) };
        let message = message::read(&metadata, i64::MAX as u64)?;
        match message.head {
            Head::Schema(_) => Err(IpcError::corrupt("a second schema")),
            Head::Batch(head) => {
                let body = bytes(&mut self.source, message.body_bytes)?;
                self.bytes_read += (metadata.len() + body.len()) as u64;
                Ok(Next::Batch(head, body))
            }
            Head::Dictionary { id, is_delta, batch } => {
                let body = bytes(&mut self.source, message.body_bytes)?;
                let field =
                    self.coded.get(&id).ok_or_else(|| IpcError::corrupt("a dictionary of no column"))?;
                self.bytes_read += (metadata.len() + body.len()) as u64;
                let left = dictionary::limit(self.bytes_read).saturating_sub(self.bytes_made);
                let body = Body::limited(&batch, Source::Memory(&body), left);
                let values = dictionary::decode(field, &batch, &body)?;
                self.bytes_made += body.bytes_made();
                let earlier = self.dictionaries.get(&id).filter(|_| is_delta);
                let values = Values::with(earlier.map(|values| &**values), field, values)?;
                self.dictionaries.insert(id, Arc::new(values));
                Ok(Next::Dictionary)
            }
        }
    }

    fn next_batch(&mut self) -> Result<Option<Batch>> {
        loop {
            let (head, body) = match self.waiting.pop_front() {
                Some(waiting) => waiting,
                None if self.is_over => return Ok(None),
                None => match self.next_message()? {
                    Next::Dictionary => continue,
                    Next::End => return Ok(None),
                    Next::Batch(head, body) => (head, body),
                },
            };
            let body = Body::new(&head, Source::Memory(&body));
            let rows = Rows { start: 0, length: head.num_rows };
            let lookup = |id: i64| {
                let values = self.dictionaries.get(&id).ok_or_else(|| dictionary::missing(id))?;
                dictionary::check_categories(values, self.categories.get(&id))?;
                Ok(values.clone())
            };
            let mut cursor = Cursor::default();
            let mut columns = Vec::with_capacity(self.fields.len());
            for (field, column) in self.fields.iter().zip(self.schema.fields()) {
                let array = array(&body, &mut cursor, field, rows, &lookup)
                    .and_then(|array| Ok(Column::try_new(column.data_type().clone(), array)?))
                    .map_err(|error| error.in_column(&field.name))?;
                columns.push(array);
            }
            return Ok(Some(Batch::new(self.schema.clone(), columns, head.num_rows)));
        }
    }
}

/// After an error there are no more batches.
impl<R: Read> Iterator for IpcStreamReader<R> {
    type Item = Result<Batch>;

    fn next(&mut self) -> Option<Result<Batch>> {
        if self.is_over && self.waiting.is_empty() {
            return None;
        }
        let next = self.next_batch().map_err(|error| error.in_batch(self.num_batches)).transpose();
        self.num_batches += 1;
        self.is_over |= !matches!(next, Some(Ok(_)));
        next
    }
}

/// The metadata of the next message; `None` at the end, whether the stream says so or not.
fn metadata(source: &mut impl Read) -> Result<Option<Vec<u8>>> {
    let Some(mut prefix) = four(source)? else { return Ok(None) };
    if prefix == CONTINUATION {
        let Some(length) = four(source)? else { return Err(broken_off()) };
        prefix = length;
    }
    match i32::from_le_bytes(prefix) {
        0 => Ok(None),
        length => {
            let length = u64::try_from(length).map_err(|_| {
                IpcError::new(IpcErrorKind::NotIpc { reason: "a message begins with no length" })
            })?;
            bytes(source, length).map(Some)
        }
    }
}

fn broken_off() -> IpcError {
    IpcError::corrupt("it breaks off within a message")
}

/// The next four bytes; `None` if there are none at all.
fn four(source: &mut impl Read) -> Result<Option<[u8; 4]>> {
    let mut four = [0; 4];
    let mut read = 0;
    while read < 4 {
        match source.read(&mut four[read..]) {
            Ok(0) if read == 0 => return Ok(None),
            Ok(0) => return Err(broken_off()),
            Ok(more) => read += more,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(Some(four))
}

/// The next `length` bytes. Room is made as they come.
fn bytes(source: &mut impl Read, length: u64) -> Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(length.min(TRUSTED_BYTES) as usize);
    source.take(length).read_to_end(&mut bytes)?;
    if bytes.len() as u64 == length { Ok(bytes) } else { Err(broken_off()) }
}
