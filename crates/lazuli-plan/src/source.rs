//! What plans know of sources and sinks. A source of the user's own is one `impl` of [`DataSource`].

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use lazuli_array::{Batch, Bitmap, Name, SchemaRef};
use lazuli_expr::Expr;

/// What went wrong in a source or a sink; its text says where.
pub type SourceError = Box<dyn std::error::Error + Send + Sync>;

/// Where rows come from: a file, a frame in memory, anything that gives batches.
pub trait DataSource: fmt::Debug + Send + Sync {
    /// What `explain` and errors call it, such as `csv sales.csv`.
    fn name(&self) -> String;

    /// Names and types of the columns. Asked several times: costly answers are to be cached.
    ///
    /// # Errors
    /// Whatever keeps the source from knowing, such as a missing file.
    fn schema(&self) -> Result<SchemaRef, SourceError>;

    /// Whether [`ScanRequest::predicates`] are applied; if not, the engine filters what comes out.
    fn applies_predicates(&self) -> bool {
        false
    }

    /// Whether [`ScanRequest::key_filters`] are applied; if not, nobody asks for it.
    fn applies_key_filters(&self) -> bool {
        false
    }

    /// About how many rows there are, if that is known without reading them.
    fn estimated_rows(&self) -> Option<usize> {
        None
    }

    /// Whether records can be set aside: then a query needs somebody who takes them.
    fn sets_aside(&self) -> bool {
        false
    }

    /// Bytes that reading all of it takes, if that is known without reading it.
    fn total_bytes(&self) -> Option<u64> {
        None
    }

    /// Starts reading.
    ///
    /// # Errors
    /// Whatever keeps the source from being read.
    fn open(&self, request: ScanRequest) -> Result<Box<dyn BatchReader>, SourceError>;

    /// The source itself, for those who know its type.
    fn as_any(&self) -> &dyn Any;
}

/// What a reader is to give.
#[derive(Debug, Clone)]
pub struct ScanRequest {
    /// Positions of the wanted columns in the source's schema, in the order wanted.
    pub projection: Vec<usize>,
    /// Only rows for which all of these are true, in this order; resolved against the source's schema. Empty unless
    /// [`DataSource::applies_predicates`].
    pub predicates: Vec<Expr>,
    /// Only rows that all of these keep, behind the predicates. Empty unless [`DataSource::applies_key_filters`].
    pub key_filters: Vec<Arc<dyn KeyFilter>>,
    /// At most this many rows are needed; a hint: more may come.
    pub limit: Option<usize>,
    /// About how many rows a batch should have.
    pub batch_rows: usize,
    /// How many threads will call [`BatchReader::next`] at once.
    pub threads: usize,
    /// Where to ask before much is held at once; `None` if that is not asked for.
    pub memory: Option<Arc<dyn ScanMemory>>,
}

/// The keys of rows that are wanted, known only when the scan begins: those of the other side of a join.
pub trait KeyFilter: fmt::Debug + Send + Sync {
    /// Positions of the keys in the source's schema.
    fn columns(&self) -> &[usize];

    /// One bit a row of a batch of these columns: is it wanted? Looks at each row by itself, so it may be asked about values
    /// that no row has.
    ///
    /// # Errors
    /// None that comes from the rows.
    fn keep(&self, keys: &Batch) -> Result<Bitmap, SourceError>;
}

/// The memory of a query, for readers that hold more than the batch at hand. When it is refused, a reader holds less at once;
/// what it needs to go on at all it may take without.
pub trait ScanMemory: fmt::Debug + Send + Sync {
    /// From now on the reader holds so many bytes in all. False if there is no room for them: then nothing changes.
    fn hold(&self, bytes: usize) -> bool;
}

/// Batches of a source, taken by several threads.
pub trait BatchReader: Send + Sync {
    /// The next batch and its number. Numbers have no gaps, start at 0, and follow the source's order; a batch may have
    /// no rows. `None` when there are no more.
    ///
    /// # Errors
    /// Whatever is wrong with the bytes of this batch, with its place in the source.
    fn next(&self) -> Result<Option<(u64, Batch)>, BatchError>;

    /// Rows that were looked at so far, those that predicates removed included; if known.
    fn rows_read(&self) -> Option<u64> {
        None
    }

    /// Rows that were not looked at and are not among [`BatchReader::rows_read`], since statistics say that predicates keep
    /// none of them.
    fn rows_skipped(&self) -> u64 {
        0
    }

    /// How many groups of rows [`BatchReader::rows_skipped`] are, in sources that have such groups.
    fn row_groups_skipped(&self) -> u64 {
        0
    }

    /// Bytes that were read so far; if there are any.
    fn bytes_read(&self) -> Option<u64> {
        None
    }

    /// Bytes of memory that the records set aside so far take.
    fn rejected_bytes(&self) -> usize {
        0
    }

    /// Takes the records that were set aside, in the source's order; asked when [`BatchReader::next`] has given `None`.
    fn take_rejected(&self) -> Vec<RejectedRecord> {
        Vec::new()
    }
}

/// A record that a source has set aside, since it is no row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RejectedRecord {
    /// The file, as it was named.
    pub file: String,
    /// Line where the record begins, from 1.
    pub line: u64,
    /// Number of the record among those of the file, from 1.
    pub record: u64,
    /// Byte where the record begins, from 0.
    pub byte_offset: u64,
    /// The column that misfits; `None` if the record as a whole does.
    pub column: Option<Name>,
    /// The whole record as it stands in the file.
    pub raw_text: String,
    /// What is wrong.
    pub reason: String,
}

/// A failure to read a batch, and which batch it was, so that the first one by place can be told.
#[derive(Debug)]
pub struct BatchError {
    /// Number of the batch.
    pub batch: u64,
    /// What is wrong.
    pub source: SourceError,
}

/// Where rows go: a file, or anything that takes batches.
pub trait DataSink: fmt::Debug + Send + Sync {
    /// What `explain` and errors call it, such as `csv out.csv`.
    fn name(&self) -> String;

    /// Starts writing rows of this schema.
    ///
    /// # Errors
    /// Whatever keeps the sink from being written, or a type that it can't hold.
    fn open(&self, schema: &SchemaRef) -> Result<Box<dyn SinkWriter>, SourceError>;
}

/// Takes batches: encodes them on many threads, writes them in order.
///
/// A writer that is dropped before [`SinkWriter::finish`] leaves nothing half-written behind.
pub trait SinkWriter: Send + Sync {
    /// What a batch is written as; called by several threads at once, in no order. A writer that puts several batches
    /// together has no bytes for one: it gives the rows back, and may use the call for work that earlier ones have left.
    ///
    /// # Errors
    /// A value that the format can't hold, or whatever the disk says of what earlier batches have left.
    fn encode(&self, batch: &Batch) -> Result<Encoded, SourceError>;

    /// Writes what was encoded; called in the order of the rows.
    ///
    /// # Errors
    /// Whatever the disk says.
    fn write(&self, encoded: Encoded) -> Result<(), SourceError>;

    /// Ends writing; the output is whole only now.
    ///
    /// # Errors
    /// Whatever the disk says.
    fn finish(self: Box<Self>) -> Result<(), SourceError>;
}

/// A batch on its way into a sink.
#[derive(Debug, Clone)]
pub enum Encoded {
    /// What is to be written of it.
    Bytes(Vec<u8>),
    /// Its rows, to be written together with others.
    Rows(Batch),
}
