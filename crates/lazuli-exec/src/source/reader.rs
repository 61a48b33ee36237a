//! Any data source, through the reader that it opens.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use lazuli_array::SchemaRef;
use lazuli_expr::Expr;
use lazuli_plan::{BatchReader, DataSource, KeyFilter, ScanMemory, ScanRequest};

use crate::context::{QueryContext, SourceSize};
use crate::memory::Reservation;
use crate::operator::join::{BuiltKeys, JoinTable};
use crate::pipeline::{Source, SourceFailure, SourceMorsel};
use crate::profile::{Description, Scanned};
use crate::{ExecError, ReadCounters, Result};

/// A data source; opened when its lane starts, so that a union of many files has one of them open.
pub(crate) struct ReaderSource {
    pub(crate) source: Arc<dyn DataSource>,
    /// Positions of the wanted columns in the source's schema.
    pub(crate) projection: Vec<usize>,
    /// What the source filters by itself.
    pub(crate) predicates: Vec<Expr>,
    /// Keys of joins further up: others need not come out.
    key_filters: Vec<Arc<dyn KeyFilter>>,
    /// How many rows are enough.
    pub(crate) limit: Option<usize>,
    /// What batches must look like.
    pub(crate) schema: SchemaRef,
    reader: OnceLock<Box<dyn BatchReader>>,
    /// Where to count what was read when the lane ends, and the rows that came out, for readers that don't count.
    counters: OnceLock<ReadCounters>,
    rows_out: AtomicU64,
    /// Bytes and rows that progress has been told of.
    told: Mutex<(u64, u64)>,
    /// Covers the records that were set aside.
    set_aside: Mutex<Option<Reservation>>,
}

impl ReaderSource {
    pub(crate) fn new(source: Arc<dyn DataSource>, projection: Vec<usize>, schema: SchemaRef) -> Self {
        Self {
            source,
            projection,
            predicates: Vec::new(),
            key_filters: Vec::new(),
            limit: None,
            schema,
            reader: OnceLock::new(),
            counters: OnceLock::new(),
            rows_out: AtomicU64::new(0),
            told: Mutex::default(),
            set_aside: Mutex::default(),
        }
    }

    fn rows_read(&self, reader: &dyn BatchReader) -> u64 {
        reader.rows_read().unwrap_or_else(|| self.rows_out.load(Ordering::Relaxed))
    }

    /// Tells how far the reader has come; at the end, that all bytes are done, headers and all.
    fn tell(&self, reader: &dyn BatchReader, context: &QueryContext, is_last: bool) {
        let mut bytes = reader.bytes_read().unwrap_or(0);
        if is_last {
            bytes = bytes.max(self.total_bytes());
        }
        let rows = self.rows_read(reader);
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let more = (bytes.saturating_sub(told.0), rows.saturating_sub(told.1));
        *told = (told.0 + more.0, told.1 + more.1);
        drop(told);
        context.progress.add(more.0, more.1, is_last);
    }

    /// Reserves what the records that were set aside take.
    fn reserve_rejects(&self, reader: &dyn BatchReader, context: &QueryContext) -> Result<()> {
        let bytes = reader.rejected_bytes();
        if bytes == 0 {
            return Ok(());
        }
        let mut reservation = self.set_aside.lock().unwrap_or_else(PoisonError::into_inner);
        let reservation = reservation.get_or_insert_with(|| context.memory.reservation("records set aside"));
        if bytes > reservation.bytes() { reservation.grow_to(bytes) } else { Ok(()) }
    }

    fn failed(&self, error: impl Into<lazuli_plan::SourceError>) -> ExecError {
        ExecError::Source { name: self.source.name(), error: error.into() }
    }
}

impl Source for ReaderSource {
    fn name(&self) -> String {
        self.source.name()
    }

    fn describe(&self) -> Description {
        let names: Vec<&str> = self.schema.names().map(|name| name.as_str()).collect();
        let mut detail = format!("{}; columns: {}", self.source.name(), names.join(", "));
        if !self.predicates.is_empty() {
            let predicates: Vec<String> = self.predicates.iter().map(Expr::to_string).collect();
            detail.push_str(&format!("; filter: {}", predicates.join(", ")));
        }
        if !self.key_filters.is_empty() {
            detail.push_str("; filter: keys of a join");
        }
        if let Some(limit) = self.limit {
            detail.push_str(&format!("; limit: {limit}"));
        }
        Description::new("scan", detail)
    }

    fn scanned(&self) -> Option<Scanned> {
        let reader = self.reader.get()?;
        Some(Scanned {
            rows: self.rows_read(&**reader).saturating_add(reader.rows_skipped()),
            filters: !self.predicates.is_empty() || !self.key_filters.is_empty(),
            row_groups_pruned: reader.row_groups_skipped(),
        })
    }

    fn filter_by_keys(&mut self, keys: &[usize], table: &Arc<JoinTable>) -> bool {
        // With a limit, others would take the place of the rows that leave.
        if !self.source.applies_key_filters() || self.limit.is_some() {
            return false;
        }
        let columns = keys.iter().map(|&key| self.projection[key]).collect();
        self.key_filters.push(Arc::new(BuiltKeys { columns, table: table.clone() }));
        true
    }

    fn open(&self, context: &QueryContext) -> Result<()> {
        let request = ScanRequest {
            projection: self.projection.clone(),
            predicates: self.predicates.clone(),
            key_filters: self.key_filters.clone(),
            limit: self.limit,
            batch_rows: context.morsel_rows,
            threads: context.threads(),
            memory: Some(Arc::new(SourceMemory(Mutex::new(context.memory.reservation("scan"))))),
        };
        let reader = self.source.open(request).map_err(|error| self.failed(error))?;
        let opened = self.reader.set(reader).is_ok();
        debug_assert!(opened, "a lane runs once");
        self.counters.get_or_init(|| context.counters.clone());
        Ok(())
    }

    fn next(&self, context: &QueryContext) -> std::result::Result<Option<SourceMorsel>, SourceFailure> {
        let Some(reader) = self.reader.get() else { return Ok(None) };
        let next = reader
            .next()
            .map_err(|error| SourceFailure { number: error.batch, error: self.failed(error.source) })?;
        let Some((number, batch)) = next else { return Ok(None) };
        if **batch.schema() != *self.schema {
            let message = format!("it gave columns {}, not {}", batch.schema(), self.schema);
            return Err(SourceFailure { number, error: self.failed(message) });
        }
        self.rows_out.fetch_add(batch.num_rows() as u64, Ordering::Relaxed);
        self.tell(&**reader, context, false);
        self.reserve_rejects(&**reader, context).map_err(|error| SourceFailure { number, error })?;
        Ok(Some(SourceMorsel { number, batch, first_row: None }))
    }

    fn size(&self) -> SourceSize {
        SourceSize { rows: self.source.estimated_rows(), morsels: None }
    }

    fn total_bytes(&self) -> u64 {
        self.source.total_bytes().unwrap_or(0)
    }

    fn close(&self, context: &QueryContext) -> Result<()> {
        let Some(reader) = self.reader.get() else { return Ok(()) };
        if let Some(rejects) = context.rejects.as_ref().filter(|_| self.source.sets_aside()) {
            // Operators may have had enough: what is set aside is that of the whole source all the same.
            while reader.next().map_err(|error| self.failed(error.source))?.is_some() {
                context.check_cancelled()?;
                self.reserve_rejects(&**reader, context)?;
            }
            rejects.add(reader.take_rejected());
        }
        self.tell(&**reader, context, true);
        Ok(())
    }
}

/// What a reader holds, out of the query's budget.
#[derive(Debug)]
struct SourceMemory(Mutex<Reservation>);

impl ScanMemory for SourceMemory {
    fn hold(&self, bytes: usize) -> bool {
        let mut reservation = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        reservation.shrink_to(bytes);
        // A reader that is refused reads less at a time.
        reservation.try_grow_with_room(bytes)
    }
}

/// However the lane ends, what it has read is counted.
impl Drop for ReaderSource {
    fn drop(&mut self) {
        if let (Some(reader), Some(counters)) = (self.reader.get(), self.counters.get()) {
            let rows = self.rows_read(&**reader);
            counters.add(rows, reader.bytes_read().unwrap_or(0));
        }
    }
}
