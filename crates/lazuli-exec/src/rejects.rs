//! Records that the sources of queries have set aside.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use lazuli_array::{Batch, Column, DataFrame, FromValues};
use lazuli_plan::RejectedRecord;

/// Takes the records that sources set aside, with their place and the reason. Clones are the same list; queries that
/// share it add to it.
///
/// Records come source by source, in the order of their files; a file that a query reads twice tells of each record
/// once. They are held in memory and reserved from the query's budget while its source is read.
///
/// ```
/// use lazuli_exec::Rejects;
/// let rejects = Rejects::default();
/// assert_eq!(rejects.len(), 0);
/// assert_eq!(
///     rejects.frame().schema().to_string(),
///     "file: String, line: Int64, record: Int64, byte_offset: Int64, column: String, raw_text: String, reason: String"
/// );
/// ```
#[derive(Debug, Clone, Default)]
pub struct Rejects(Arc<Mutex<List>>);

#[derive(Debug, Default)]
struct List {
    records: Vec<RejectedRecord>,
    /// File and number of each.
    known: HashSet<(String, u64)>,
}

impl Rejects {
    /// Number of records.
    pub fn len(&self) -> usize {
        self.with(|list| list.records.len())
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// One row a record: `file`, `line`, `record` (its number in the file, from 1), `byte_offset`, `column` (null if the
    /// record as a whole misfits), `raw_text` and `reason`.
    pub fn frame(&self) -> DataFrame {
        self.with(|list| {
            let records = &list.records;
            let texts = |text: fn(&RejectedRecord) -> Option<&str>| {
                Column::from_values(records.iter().map(move |record| text(record)))
            };
            let numbers = |number: fn(&RejectedRecord) -> u64| {
                Column::from_values(records.iter().map(move |record| number(record) as i64))
            };
            let columns = vec![
                ("file".into(), texts(|record| Some(&record.file))),
                ("line".into(), numbers(|record| record.line)),
                ("record".into(), numbers(|record| record.record)),
                ("byte_offset".into(), numbers(|record| record.byte_offset)),
                ("column".into(), texts(|record| record.column.as_deref())),
                ("raw_text".into(), texts(|record| Some(&record.raw_text))),
                ("reason".into(), texts(|record| Some(&record.reason))),
            ];
            let batch = Batch::from_columns(columns).expect("all columns have one row a record");
            let schema = batch.schema().clone();
            DataFrame::from_batches(schema, vec![batch]).expect("the schema is the batch's own")
        })
    }

    pub(crate) fn add(&self, records: Vec<RejectedRecord>) {
        self.with(|list| {
            for record in records {
                if list.known.insert((record.file.clone(), record.record)) {
                    list.records.push(record);
                }
            }
        });
    }

    fn with<T>(&self, run: impl FnOnce(&mut List) -> T) -> T {
        run(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
