//! Queries to and from other libraries in the same process: the Arrow C stream interface.
//!
//! [`LazyFrame::to_arrow_stream`] gives a query that runs while somebody else reads it: pyarrow, Polars, DuckDB, arrow-rs, all
//! that know the struct. [`scan_arrow_stream`] is the other way. Values are shared, not copied, where they lie as they should.
//! With the feature `arrow-array` there are also `to_record_batches` and `from_record_batches`, for what is built on that crate.

use std::sync::Arc;

use lazuli_array::ffi;
use lazuli_exec::OnceSource;
use lazuli_plan::SourceError;

use crate::{LazyFrame, Result, scan};

pub use lazuli_array::ffi::{ArrowArray, ArrowArrayStream, ArrowSchema, ArrowStreamReader};
#[cfg(feature = "arrow-array")]
pub use lazuli_array::ffi::{from_record_batch, from_record_batches, to_record_batch, to_record_batches};

/// A query over the batches of somebody else's stream, which are asked for while it runs. They come once: a second query
/// over them, or one that needs them twice, is an error; collect them first.
///
/// ```
/// use lazuli::arrow::{ArrowStreamReader, scan_arrow_stream};
/// use lazuli::prelude::*;
///
/// let frame = df! { "n" => [1, 2, 3] }?;
/// let stream = frame.lazy().to_arrow_stream()?;
/// // Of another library: `unsafe { ArrowStreamReader::import(stream) }`.
/// let reader = ArrowStreamReader::import_own(stream)?;
/// let out = scan_arrow_stream(reader).filter(col("n").gt(1)).collect()?;
/// assert_eq!(out, df! { "n" => [2, 3] }?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[track_caller]
pub fn scan_arrow_stream(reader: ArrowStreamReader) -> LazyFrame {
    let schema = reader.schema().clone();
    let batches = reader.map(|batch| batch.map_err(SourceError::from));
    scan(Arc::new(OnceSource::new("arrow stream", schema, batches)))
}

impl LazyFrame {
    /// The query as an Arrow C stream: it runs on threads of its own, a few batches ahead of whoever takes them, in order
    /// and in bounded memory. Releasing the stream stops it.
    ///
    /// `String` columns go out as large UTF-8, `Categorical` and `Enum` columns as dictionaries with `u32` codes. To hand the
    /// stream to C, write it where the other side wants it: `ArrowArrayStream::give`.
    ///
    /// # Errors
    /// Mistakes in the query; failures while it runs are told to whoever reads the stream.
    pub fn to_arrow_stream(self) -> Result<ArrowArrayStream> {
        let batches = self.engine().execute_batches(self.plan(), self.options(), None)?;
        Ok(ffi::export_stream(batches.schema().clone(), batches))
    }
}
