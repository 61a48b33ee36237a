//! A file, open: its schema, where its batches and dictionaries are. Files and streams that lie in a file are read alike: a
//! file has an index at its end, of a stream one is made by going over the heads of its messages.

use super::body::{Body, Source, read};
use super::dictionary::{self, Values};
use super::flat::Table;
use super::message::{self, BatchHead, Head};
use super::schema::{self, IpcField};
use super::{IpcError, IpcErrorKind, Result};
use crate::files::{FileBytes, TypedFile};
use lazuli_array::{Array, Dictionary, Field};
use std::collections::{BTreeMap, HashMap};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// What a file begins and ends with.
pub(super) const MAGIC: &[u8; 6] = b"ARROW1";
/// What stands before a message since version 0.15 of Arrow.
pub(super) const CONTINUATION: [u8; 4] = [0xFF; 4];

/// Dictionaries of one number that are kept; a scan goes forward.
const KEPT_DICTIONARIES: usize = 8;

/// Where a message is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    metadata: u64,
    metadata_bytes: usize,
    body: u64,
    body_bytes: u64,
}

/// A batch of rows.
#[derive(Debug)]
pub(super) struct BatchPlace {
    place: Place,
    pub num_rows: usize,
    pub is_compressed: bool,
    /// Number of the dictionaries' messages that hold for it: the first ones.
    dictionaries: usize,
}

/// An open file.
#[derive(Debug)]
pub(super) struct IpcFile {
    pub path: PathBuf,
    pub bytes: FileBytes,
    pub fields: Vec<IpcField>,
    /// Names and types as we have them.
    columns: Vec<Field>,
    pub batches: Vec<BatchPlace>,
    dictionaries: Dictionaries,
}

impl TypedFile for IpcFile {
    fn path(&self) -> &Path {
        &self.path
    }

    fn fields(&self) -> &[Field] {
        &self.columns
    }
}

#[derive(Debug, Default)]
struct Dictionaries {
    /// By number: the values' field.
    fields: HashMap<i64, IpcField>,
    /// In the order of the file: the number, whether it adds to what was there, where it is.
    messages: Vec<(i64, bool, Place)>,
    /// By number: the positions of its messages.
    positions: HashMap<i64, Vec<usize>>,
    /// Those whose order means something.
    categories: HashMap<i64, Arc<Dictionary>>,
    /// By number and the position of the last message.
    known: Mutex<BTreeMap<(i64, usize), Arc<Values>>>,
    bytes_made: AtomicU64,
}

/// What an index is made of.
#[derive(Default)]
struct Index {
    fields: Vec<IpcField>,
    batches: Vec<BatchPlace>,
    dictionaries: Vec<(i64, bool, Place)>,
}

impl IpcFile {
    pub(super) fn open(path: &Path) -> Result<Self> {
        Self::open_here(path).map_err(|error| error.in_file(path))
    }

    fn open_here(path: &Path) -> Result<Self> {
        let bytes = FileBytes::open(path).map_err(|error| match error.kind() {
            io::ErrorKind::IsADirectory => IpcError::new(IpcErrorKind::IsDirectory),
            _ => error.into(),
        })?;
        let head = read(&bytes, 0, bytes.len().min(8) as usize)?;
        let index = if head.starts_with(MAGIC) {
            index_of_file(&bytes)?
        } else if head.starts_with(b"FEA1") {
            return Err(IpcError::unsupported("Feather files of version 1"));
        } else if head.starts_with(&CONTINUATION) || starts_as_old_stream(&head, bytes.len()) {
            index_of_stream(&bytes)?
        } else {
            let reason = if bytes.len() == 0 { "it is empty" } else { "it begins otherwise" };
            return Err(IpcError::new(IpcErrorKind::NotIpc { reason }));
        };
        let mut dictionaries = Dictionaries {
            fields: dictionary::coded_fields(&index.fields)?,
            messages: index.dictionaries,
            ..Dictionaries::default()
        };
        for (position, (id, ..)) in dictionaries.messages.iter().enumerate() {
            dictionaries.positions.entry(*id).or_default().push(position);
        }
        let mut file = Self {
            path: path.to_owned(),
            bytes,
            fields: index.fields,
            columns: Vec::new(),
            batches: index.batches,
            dictionaries,
        };
        file.find_categories()?;
        let categories = &file.dictionaries.categories;
        let columns =
            file.fields.iter().map(|field| Field::new(field.name.clone(), field.data_type(categories)));
        file.columns = columns.collect();
        Ok(file)
    }

    /// Reads the dictionaries whose order means something: they are part of the types.
    fn find_categories(&mut self) -> Result<()> {
        let mut ordered: Vec<(i64, String)> = Vec::new();
        for field in &self.fields {
            field.for_each(&mut |inner| {
                if let Some(coded) = inner.coded.as_ref().filter(|coded| coded.is_ordered) {
                    ordered.push((coded.id, field.name.to_string()));
                }
            });
        }
        let seen = self.batches.first().map_or(self.dictionaries.messages.len(), |batch| batch.dictionaries);
        for (id, column) in ordered {
            // A file without rows may come without.
            let dictionary = match self.dictionaries.positions.contains_key(&id) {
                true => self.values(id, seen).map_err(|error| error.in_column(&column))?.texts().cloned(),
                false => Some(Arc::default()),
            };
            if let Some(dictionary) = dictionary {
                self.dictionaries.categories.insert(id, dictionary);
            }
        }
        Ok(())
    }

    /// Rows of all batches.
    pub(super) fn num_rows(&self) -> usize {
        self.batches.iter().fold(0, |sum, batch| sum.saturating_add(batch.num_rows))
    }

    /// Reads the head of a batch.
    pub(super) fn head(&self, batch: &BatchPlace) -> Result<BatchHead> {
        match self.message(&batch.place, |head| match head {
            Head::Batch(head) => Some(head),
            _ => None,
        })? {
            Some(head) => Ok(head),
            None => Err(IpcError::corrupt("a batch that is another message")),
        }
    }

    fn message<T>(&self, place: &Place, take: impl FnOnce(Head<'_>) -> T) -> Result<T> {
        let metadata = read(&self.bytes, place.metadata, place.metadata_bytes)?;
        let message = message::read(&metadata, place.body_bytes)?;
        Ok(take(message.head))
    }

    /// Where the buffers of a batch are.
    pub(super) fn source(&self, batch: &BatchPlace) -> Source<'_> {
        Source::File { bytes: &self.bytes, start: batch.place.body }
    }

    /// A dictionary as it is for a batch.
    pub(super) fn dictionary(&self, id: i64, batch: &BatchPlace) -> Result<Arc<Values>> {
        let values = self.values(id, batch.dictionaries)?;
        dictionary::check_categories(&values, self.dictionaries.categories.get(&id))?;
        Ok(values)
    }

    /// A dictionary after the first `seen` messages.
    fn values(&self, id: i64, seen: usize) -> Result<Arc<Values>> {
        let all = &self.dictionaries;
        let (Some(positions), Some(field)) = (all.positions.get(&id), all.fields.get(&id)) else {
            return Err(dictionary::missing(id));
        };
        let positions = &positions[..positions.partition_point(|&position| position < seen)];
        let Some(&last) = positions.last() else { return Err(dictionary::missing(id)) };
        // Held while a dictionary is read, so that two who ask at once do not both read.
        let mut known = all.known.lock().unwrap_or_else(PoisonError::into_inner);
        let mut earlier: Option<Arc<Values>> = None;
        let mut first = 0;
        for (index, &position) in positions.iter().enumerate().rev() {
            first = index;
            if let Some(values) = known.get(&(id, position)) {
                (earlier, first) = (Some(values.clone()), index + 1);
                break;
            }
            if !all.messages[position].1 {
                break;
            }
        }
        for &position in &positions[first..] {
            let (_, is_delta, place) = &all.messages[position];
            let added = self.decode_dictionary(field, place)?;
            let values = Values::with(earlier.as_deref().filter(|_| *is_delta), field, added)?;
            earlier = Some(Arc::new(values));
        }
        let values = earlier.ok_or_else(|| dictionary::missing(id))?;
        known.insert((id, last), values.clone());
        while known.range((id, 0)..=(id, usize::MAX)).count() > KEPT_DICTIONARIES {
            let Some(oldest) = known.range((id, 0)..).next().map(|(key, _)| *key) else { break };
            known.remove(&oldest);
        }
        Ok(values)
    }

    fn decode_dictionary(&self, field: &IpcField, place: &Place) -> Result<Array> {
        let head = self.message(place, |head| match head {
            Head::Dictionary { batch, .. } => Some(batch),
            _ => None,
        })?;
        let head = head.ok_or_else(|| IpcError::corrupt("a dictionary that is another message"))?;
        let limit = dictionary::limit(self.bytes.len());
        let made = &self.dictionaries.bytes_made;
        let left = limit.saturating_sub(made.load(Ordering::Relaxed));
        let source = Source::File { bytes: &self.bytes, start: place.body };
        let body = Body::limited(&head, source, left);
        let values = dictionary::decode(field, &head, &body);
        made.fetch_add(body.bytes_made(), Ordering::Relaxed);
        values
    }
}

/// A stream of before version 0.15 begins with the length of its schema, of which flatbuffers can't be shorter.
fn starts_as_old_stream(head: &[u8], file_bytes: u64) -> bool {
    let Some(length) = head.first_chunk::<4>() else { return false };
    let length = i32::from_le_bytes(*length);
    length >= 16 && length % 8 == 4 && (length as u64) < file_bytes
}

/// A block of the index of a file.
fn blocks(bytes: &[u8], end: u64) -> Result<Vec<Place>> {
    let (blocks, _) = bytes.as_chunks::<24>();
    let number = |block: &[u8; 24], at: usize| block[at..at + 8].try_into().map_or(-1, i64::from_le_bytes);
    let outside = || IpcError::corrupt("a message outside of its file");
    blocks
        .iter()
        .map(|block| {
            let metadata = u64::try_from(number(block, 0)).map_err(|_| outside())?;
            // The length has 32 bits, and as many that mean nothing.
            let metadata_bytes = u64::try_from(number(block, 8) as i32).map_err(|_| outside())?;
            let body_bytes = u64::try_from(number(block, 16)).map_err(|_| outside())?;
            let body = metadata.checked_add(metadata_bytes).ok_or_else(outside)?;
            if metadata_bytes < 8 || body.checked_add(body_bytes).is_none_or(|there| there > end) {
                return Err(outside());
            }
            Ok(Place { metadata, metadata_bytes: metadata_bytes as usize, body, body_bytes })
        })
        .collect()
}

/// Takes away what stands before the metadata of a message.
fn without_prefix(file: &FileBytes, place: &mut Place) -> Result<()> {
    let prefix = if read(file, place.metadata, 4)? == CONTINUATION { 8 } else { 4 };
    place.metadata += prefix;
    place.metadata_bytes = place.metadata_bytes.saturating_sub(prefix as usize);
    Ok(())
}

fn index_of_file(bytes: &FileBytes) -> Result<Index> {
    let broken_off = || IpcError::corrupt("it does not end as a file does: it was not written to its end");
    // The first magic is filled up to eight bytes; the footer's length and the magic stand last.
    let end = bytes.len().checked_sub(10).filter(|&end| end >= 8).ok_or_else(broken_off)?;
    let tail = read(bytes, end, 10)?;
    let (length, magic) = tail.split_at(4);
    if magic != MAGIC {
        return Err(broken_off());
    }
    let length = length.try_into().map_or(-1, i32::from_le_bytes);
    let length = u64::try_from(length).ok().filter(|&length| length <= end - 8);
    let length = length.ok_or_else(|| IpcError::corrupt("a footer that is longer than the file"))?;
    let footer = read(bytes, end - length, length as usize)?;
    let footer = Table::root(&footer)?;
    let fields = schema::read(footer.needed(1, "a schema")?, length as usize)?;
    let mut dictionary_places = blocks(footer.elements(2, 24)?, end - length)?;
    let mut batch_places = blocks(footer.elements(3, 24)?, end - length)?;
    let mut all: Vec<&Place> = dictionary_places.iter().chain(&batch_places).collect();
    all.sort_by_key(|place| place.metadata);
    if all.windows(2).any(|pair| pair[0].body + pair[0].body_bytes > pair[1].metadata) {
        return Err(IpcError::corrupt("messages that overlap"));
    }
    let mut index = Index { fields, ..Index::default() };
    for place in &mut dictionary_places {
        without_prefix(bytes, place)?;
        let metadata = read(bytes, place.metadata, place.metadata_bytes)?;
        match message::read(&metadata, place.body_bytes)?.head {
            Head::Dictionary { id, is_delta, .. } => index.dictionaries.push((id, is_delta, *place)),
            _ => return Err(IpcError::corrupt("a dictionary that is another message")),
        }
    }
    for (number, place) in batch_places.iter_mut().enumerate() {
        without_prefix(bytes, place)?;
        let metadata = read(bytes, place.metadata, place.metadata_bytes)?;
        let head = message::read(&metadata, place.body_bytes).map_err(|error| error.in_batch(number))?.head;
        index.push_batch(head, *place, index.dictionaries.len())?;
    }
    Ok(index)
}

impl Index {
    fn push_batch(&mut self, head: Head<'_>, place: Place, dictionaries: usize) -> Result<()> {
        let Head::Batch(head) = head else {
            return Err(IpcError::corrupt("a batch that is another message"));
        };
        let (num_rows, is_compressed) = (head.num_rows, head.codec.is_some());
        self.batches.push(BatchPlace { place, num_rows, is_compressed, dictionaries });
        Ok(())
    }
}

fn index_of_stream(bytes: &FileBytes) -> Result<Index> {
    let end = bytes.len();
    let broken_off = || IpcError::corrupt("it breaks off within a message");
    let mut at = 0;
    let mut index = Index::default();
    let mut has_schema = false;
    // A stream may end without saying so.
    while end - at >= 4 {
        let mut prefix = read(bytes, at, 4)?;
        at += 4;
        if prefix == CONTINUATION {
            if end - at < 4 {
                return Err(broken_off());
            }
            prefix = read(bytes, at, 4)?;
            at += 4;
        }
        let length = prefix.try_into().map_or(-1, i32::from_le_bytes);
        if length == 0 {
            break;
        }
        let length =
            u64::try_from(length).ok().filter(|&length| length <= end - at).ok_or_else(broken_off)?;
        let metadata = read(bytes, at, length as usize)?;
        let body = at + length;
        let message = message::read(&metadata, end - body)?;
        let place =
            Place { metadata: at, metadata_bytes: length as usize, body, body_bytes: message.body_bytes };
        match message.head {
            Head::Schema(_) if has_schema => return Err(IpcError::corrupt("a second schema")),
            Head::Schema(schema) => {
                index.fields = schema::read(schema, metadata.len())?;
                has_schema = true;
            }
            _ if !has_schema => return Err(IpcError::corrupt("a batch before the schema")),
            Head::Dictionary { id, is_delta, .. } => index.dictionaries.push((id, is_delta, place)),
            head @ Head::Batch(_) => index.push_batch(head, place, index.dictionaries.len())?,
        }
        at = body + message.body_bytes;
    }
    match has_schema {
        true => Ok(index),
        false => Err(IpcError::new(IpcErrorKind::NotIpc { reason: "it has no schema" })),
    }
}
