//! What is counted while a query runs.
//!
//! Workers count into a [`WorkerMeter`] of their own and hand over to the [`OperatorMeter`]s when they leave. Which operator a
//! thread works for is known to the thread ([`here`]): reservations that are made meanwhile are that operator's.

use std::cell::RefCell;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use lazuli_array::{Array, Batch};

use super::clock::{Lap, Spent};
use super::description::{Description, Leaves, Scanned};
use super::{OperatorKind, OperatorProfile};
use crate::Result;

/// What is known of an operator while its query runs.
#[derive(Debug)]
pub(crate) struct OperatorMeter {
    id: usize,
    pipeline: usize,
    kind: OperatorKind,
    operator: String,
    detail: String,
    counts: Mutex<Counts>,
    memory_bytes: AtomicUsize,
    peak_memory_bytes: AtomicUsize,
    spilled_bytes: AtomicU64,
    spilled_partitions: AtomicU64,
}

#[derive(Debug, Default)]
struct Counts {
    inputs: Vec<usize>,
    flow: Rows,
    time_per_thread: Vec<Duration>,
    wait: Duration,
    finish_time: Duration,
    rows_pruned: u64,
    row_groups_pruned: u64,
}

/// Rows that came by.
#[derive(Debug, Clone, Copy, Default)]
struct Rows {
    rows_in: u64,
    batches_in: u64,
    bytes_in: u64,
    rows_out: u64,
    batches_out: u64,
    bytes_out: u64,
}

impl Rows {
    fn give(&mut self, rows: usize, bytes: usize) {
        self.rows_out += rows as u64;
        self.batches_out += 1;
        self.bytes_out += bytes as u64;
    }

    fn add(&mut self, other: Self) {
        self.rows_in += other.rows_in;
        self.batches_in += other.batches_in;
        self.bytes_in += other.bytes_in;
        self.rows_out += other.rows_out;
        self.batches_out += other.batches_out;
        self.bytes_out += other.bytes_out;
    }
}

/// Bytes of a batch's values, without dictionaries: their bytes would count for each of the batches that share them.
fn bytes_of(batch: &Batch) -> usize {
    let bytes = |column: &lazuli_array::Column| match column.array() {
        Array::Dictionary(array) => array.code_bytes(),
        array => array.memory_bytes(),
    };
    batch.columns().iter().map(bytes).sum()
}

impl OperatorMeter {
    pub(super) fn new(id: usize, pipeline: usize, kind: OperatorKind, description: Description) -> Self {
        Self {
            id,
            pipeline,
            kind,
            operator: description.operator,
            detail: description.detail,
            counts: Mutex::default(),
            memory_bytes: AtomicUsize::new(0),
            peak_memory_bytes: AtomicUsize::new(0),
            spilled_bytes: AtomicU64::new(0),
            spilled_partitions: AtomicU64::new(0),
        }
    }

    pub(super) fn id(&self) -> usize {
        self.id
    }

    /// No code that can panic runs under this lock.
    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn add_input(&self, id: usize) {
        let mut counts = self.counts();
        if !counts.inputs.contains(&id) {
            counts.inputs.push(id);
        }
    }

    /// Runs a part of the operator's work that comes once, on the thread that the query runs on.
    pub(crate) fn run<T>(self: &Arc<Self>, work: impl FnOnce() -> T) -> T {
        let _here = Here::begin(self.clone());
        let mut lap = Lap::begin();
        let done = work();
        self.add_time(0, lap.end());
        done
    }

    /// Runs the finish of a sink.
    pub(crate) fn finish(self: &Arc<Self>, work: impl FnOnce() -> Result<()>) -> Result<()> {
        let start = std::time::Instant::now();
        self.run(work)?;
        self.counts().finish_time += start.elapsed();
        Ok(())
    }

    /// Notes what a finished sink leaves.
    pub(crate) fn leave(&self, leaves: &Leaves<'_>) -> Result<()> {
        let mut counts = self.counts();
        match leaves {
            Leaves::Rows(stored) => match stored.waiting() {
                Some(pieces) => {
                    for (piece, rows) in pieces.num_rows().iter().enumerate() {
                        counts.flow.give(*rows, pieces.memory_bytes(piece));
                    }
                }
                None => {
                    for batch in stored.batches()? {
                        counts.flow.give(batch.num_rows(), bytes_of(batch));
                    }
                }
            },
            // It passes on what it got.
            Leaves::Table(_) | Leaves::Nothing => {
                let flow = &mut counts.flow;
                (flow.rows_out, flow.batches_out) = (flow.rows_in, flow.batches_in);
                flow.bytes_out = flow.bytes_in;
            }
        }
        Ok(())
    }

    /// Notes what a scan has gone through, by its own account if it has one.
    pub(crate) fn scan(&self, scanned: Option<Scanned>) {
        let mut counts = self.counts();
        let rows_out = counts.flow.rows_out;
        counts.flow.rows_in = rows_out;
        if let Some(scanned) = scanned {
            counts.flow.rows_in = scanned.rows.max(rows_out);
            counts.row_groups_pruned = scanned.row_groups_pruned;
            if scanned.filters {
                counts.rows_pruned = counts.flow.rows_in - rows_out;
            }
        }
    }

    fn add_time(&self, thread: usize, spent: Spent) {
        let mut counts = self.counts();
        if counts.time_per_thread.len() <= thread {
            counts.time_per_thread.resize(thread + 1, Duration::ZERO);
        }
        counts.time_per_thread[thread] += spent.busy;
        counts.wait += spent.waited;
    }

    /// Memory that a reservation of the operator took.
    pub(crate) fn take_memory(&self, bytes: usize) {
        let before = self.memory_bytes.fetch_add(bytes, Ordering::Relaxed);
        self.peak_memory_bytes.fetch_max(before + bytes, Ordering::Relaxed);
    }

    /// Memory that a reservation of the operator gave back.
    pub(crate) fn give_memory_back(&self, bytes: usize) {
        self.memory_bytes.fetch_sub(bytes, Ordering::Relaxed);
    }

    /// Parts that the operator wrote to disk.
    pub(crate) fn add_spilled(&self, bytes: u64, partitions: u64) {
        self.spilled_bytes.fetch_add(bytes, Ordering::Relaxed);
        self.spilled_partitions.fetch_add(partitions, Ordering::Relaxed);
    }

    /// What is known by now.
    pub(super) fn profile(&self) -> OperatorProfile {
        let counts = self.counts();
        OperatorProfile {
            id: self.id,
            pipeline: self.pipeline,
            kind: self.kind,
            operator: self.operator.clone(),
            detail: self.detail.clone(),
            inputs: counts.inputs.clone(),
            rows_in: counts.flow.rows_in,
            rows_out: counts.flow.rows_out,
            batches: counts.flow.batches_out,
            bytes_out: counts.flow.bytes_out,
            time: counts.time_per_thread.iter().sum(),
            time_per_thread: counts.time_per_thread.clone(),
            wait: counts.wait,
            finish_time: counts.finish_time,
            peak_memory_bytes: self.peak_memory_bytes.load(Ordering::Relaxed),
            spilled_bytes: self.spilled_bytes.load(Ordering::Relaxed),
            spilled_partitions: self.spilled_partitions.load(Ordering::Relaxed),
            rows_pruned: counts.rows_pruned,
            row_groups_pruned: counts.row_groups_pruned,
        }
    }
}

thread_local! {
    static HERE: RefCell<Option<Arc<OperatorMeter>>> = const { RefCell::new(None) };
}

/// The operator that this thread works for, if its query is measured.
pub(crate) fn here() -> Option<Arc<OperatorMeter>> {
    HERE.with_borrow(Clone::clone)
}

/// While it lives, this thread works for an operator.
struct Here {
    before: Option<Arc<OperatorMeter>>,
}

impl Here {
    fn begin(operator: Arc<OperatorMeter>) -> Self {
        Self { before: HERE.replace(Some(operator)) }
    }
}

impl Drop for Here {
    fn drop(&mut self) {
        HERE.set(self.before.take());
    }
}

/// What one worker counts on a lane: its source, its operators, the sink.
pub(crate) struct WorkerMeter<'a> {
    stations: &'a [Arc<OperatorMeter>],
    thread: usize,
    /// One for each station, and a last one for the time between them.
    flows: Vec<Rows>,
    spent: Vec<Spent>,
    station: usize,
    lap: Lap,
    /// Whom the thread worked for before.
    before: Option<Arc<OperatorMeter>>,
}

impl<'a> WorkerMeter<'a> {
    pub(crate) fn new(stations: &'a [Arc<OperatorMeter>], thread: usize) -> Self {
        let num_stations = stations.len();
        Self {
            stations,
            thread,
            flows: vec![Rows::default(); num_stations],
            spent: vec![Spent::default(); num_stations + 1],
            station: num_stations,
            lap: Lap::begin(),
            before: HERE.take(),
        }
    }

    /// The worker goes on at another station; where it was.
    pub(crate) fn go_to(&mut self, station: usize) -> usize {
        let spent = self.lap.end();
        let sum = &mut self.spent[self.station];
        sum.busy += spent.busy;
        sum.waited += spent.waited;
        HERE.set(self.stations.get(station).cloned());
        std::mem::replace(&mut self.station, station)
    }

    /// The source is asked for rows.
    pub(crate) fn enter_source(&mut self) {
        self.go_to(0);
    }

    /// The source has given these, or none.
    pub(crate) fn leave_source(&mut self, given: Option<&Batch>) {
        if let Some(batch) = given {
            self.flows[0].give(batch.num_rows(), bytes_of(batch));
        }
        self.go_to(self.stations.len());
    }

    /// Rows arrive at the station that so many others stand behind; where the worker was.
    pub(crate) fn arrive(&mut self, behind: usize, batch: &Batch) -> usize {
        let station = self.stations.len() - 1 - behind;
        let (rows, bytes) = (batch.num_rows(), bytes_of(batch));
        let flow = &mut self.flows[station];
        flow.rows_in += rows as u64;
        flow.batches_in += 1;
        flow.bytes_in += bytes as u64;
        if station > 1 {
            self.flows[station - 1].give(rows, bytes);
        }
        self.go_to(station)
    }
}

/// Hands over what was counted, however the worker ends.
impl Drop for WorkerMeter<'_> {
    fn drop(&mut self) {
        self.go_to(self.stations.len());
        for ((station, flow), spent) in self.stations.iter().zip(&self.flows).zip(&self.spent) {
            station.counts().flow.add(*flow);
            station.add_time(self.thread, *spent);
        }
        HERE.set(self.before.take());
    }
}

/// Work that an operator shares among threads, and waits for.
pub(crate) struct Joint {
    operator: Arc<OperatorMeter>,
    lap: Lap,
    /// What the waiting thread did itself, in nanoseconds.
    own_ns: AtomicU64,
}

impl Joint {
    pub(crate) fn begin(operator: Arc<OperatorMeter>) -> Self {
        Self { operator, lap: Lap::begin(), own_ns: AtomicU64::new(0) }
    }

    /// One task, by the worker of this number; the first is the one that waits for the others.
    pub(crate) fn task<T>(&self, worker: usize, task: impl FnOnce() -> T) -> T {
        let _here = Here::begin(self.operator.clone());
        let mut lap = Lap::begin();
        let done = task();
        let spent = lap.end();
        match worker {
            // Whoever measures the waiting thread counts it.
            0 => {
                let busy = u64::try_from(spent.busy.as_nanos()).unwrap_or(u64::MAX);
                self.own_ns.fetch_add(busy, Ordering::Relaxed);
            }
            helper => self.operator.add_time(helper, spent),
        }
        done
    }

    /// All tasks are done.
    pub(crate) fn end(self) {
        self.lap.end_waiting(Duration::from_nanos(self.own_ns.into_inner()));
    }
}
