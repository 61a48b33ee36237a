//! Records that are set aside: what is told of each, and the list that a scan keeps of them.

use lazuli_array::Name;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A place in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Line of the file, from 1; line ends inside quotes count.
    pub line: u64,
    /// Byte of the file, from 0.
    pub byte: u64,
}

/// A record that was set aside, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reject {
    /// The file, as it was named.
    pub file: String,
    /// Line where the record begins, from 1.
    pub line: u64,
    /// Number of the record among those of the file, from 1; the header is none.
    pub record: u64,
    /// Byte where the record begins, from 0.
    pub byte_offset: u64,
    /// The first column of the file that misfits; `None` if the record as a whole does.
    pub column: Option<Name>,
    /// The whole record as it stands in the file, without its line end. Bytes that are no UTF-8 are written `\xE9`.
    pub raw_text: String,
    /// What is wrong.
    pub reason: String,
}

impl Reject {
    /// About how many bytes of memory it takes.
    pub fn memory_bytes(&self) -> usize {
        size_of::<Self>() + self.file.len() + self.raw_text.len() + self.reason.len()
    }
}

/// A record set aside, as its chunk knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SetAside {
    pub place: Place,
    /// Number among the records of the chunk, from 0.
    pub record: u64,
    pub column: Option<Name>,
    pub raw_text: String,
    pub reason: String,
}

/// What the chunks of a scan have set aside, put in order when it is asked for.
#[derive(Debug, Default)]
pub(crate) struct RejectLog(Mutex<Contents>);

#[derive(Debug, Default)]
struct Contents {
    /// Of every chunk, by sequence: its file, its records, and those set aside.
    chunks: Vec<Option<Entry>>,
    count: u64,
    bytes: usize,
}

#[derive(Debug)]
struct Entry {
    file: usize,
    records: u64,
    rejects: Vec<SetAside>,
}

impl RejectLog {
    /// Takes what a chunk of `records` records has set aside.
    pub(crate) fn add(&self, sequence: u64, file: usize, records: u64, rejects: Vec<SetAside>) {
        let mut contents = self.lock();
        let at = sequence as usize;
        if contents.chunks.len() <= at {
            contents.chunks.resize_with(at + 1, || None);
        }
        contents.count += rejects.len() as u64;
        contents.bytes += size_of::<Option<Entry>>()
            + rejects
                .iter()
                .map(|reject| size_of::<Reject>() + reject.raw_text.len() + reject.reason.len())
                .sum::<usize>();
        contents.chunks[at] = Some(Entry { file, records, rejects });
    }

    /// Records set aside so far.
    pub(crate) fn count(&self) -> u64 {
        self.lock().count
    }

    /// Bytes of memory they take.
    pub(crate) fn memory_bytes(&self) -> usize {
        self.lock().bytes
    }

    /// Takes all that were set aside, in the order of the files. `name` gives the name of a file.
    pub(crate) fn take(&self, name: impl Fn(usize) -> String) -> Vec<Reject> {
        let Contents { chunks, .. } = std::mem::take(&mut *self.lock());
        let mut rejects = Vec::new();
        let mut current = usize::MAX;
        let mut records_before = 0;
        for Entry { file, records, rejects: aside } in chunks.into_iter().flatten() {
            if file != current {
                (current, records_before) = (file, 0);
            }
            rejects.extend(aside.into_iter().map(|reject| Reject {
                file: name(file),
                line: reject.place.line,
                record: records_before + reject.record + 1,
                byte_offset: reject.place.byte,
                column: reject.column,
                raw_text: reject.raw_text,
                reason: reject.reason,
            }));
            records_before += records;
        }
        rejects
    }

    /// No code that can panic runs under this lock.
    fn lock(&self) -> MutexGuard<'_, Contents> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The text of a record; bytes that are no UTF-8 are written `\xE9`.
pub(crate) fn raw_text(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        for byte in chunk.invalid() {
            text.push_str(&format!("\\x{byte:02X}"));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_come_in_order_and_records_count_by_file() {
        let aside = |record| SetAside {
            place: Place { line: record + 2, byte: 0 },
            record,
            column: None,
            raw_text: String::new(),
            reason: String::new(),
        };
        let log = RejectLog::default();
        log.add(2, 1, 5, vec![aside(3)]);
        log.add(0, 0, 4, vec![aside(0), aside(3)]);
        log.add(1, 0, 2, vec![aside(1)]);
        assert_eq!(log.count(), 4);
        let found: Vec<_> = log
            .take(|file| file.to_string())
            .into_iter()
            .map(|reject| (reject.file, reject.record))
            .collect();
        let expected = [("0", 1), ("0", 4), ("0", 6), ("1", 4)];
        assert_eq!(found, expected.map(|(file, record)| (file.to_string(), record)));
    }

    #[test]
    fn bad_bytes_can_be_told_apart() {
        assert_eq!(raw_text(b"caf\xe9,\xc3\xa9"), "caf\\xE9,é");
    }
}
