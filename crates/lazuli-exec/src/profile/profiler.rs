//! What the queries of one user did.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::{Description, Leaves, Link, OperatorKind, OperatorMeter, Profile};
use crate::pipeline::Pipeline;

/// Measures queries, if it is among their options. Clones are the same; queries that share one are one profile, in the order
/// in which they ran.
///
/// For queries that are not collected, such as those that end in a sink; see `LazyFrame::collect_profiled` for others.
///
/// ```
/// use lazuli_exec::{ExecOptions, Profiler};
///
/// let profiler = Profiler::default();
/// let options = ExecOptions { profiler: Some(profiler.clone()), ..ExecOptions::default() };
/// // ... any query with these options ...
/// println!("{}", profiler.profile());
/// # drop(options);
/// ```
#[derive(Clone, Default)]
pub struct Profiler(Arc<Mutex<Recorded>>);

#[derive(Default)]
struct Recorded {
    operators: Vec<Arc<OperatorMeter>>,
    num_pipelines: usize,
    /// Who left what others read.
    left: HashMap<Link, usize>,
    time: Duration,
    threads: usize,
    peak_memory_bytes: usize,
}

impl Profiler {
    /// What was measured by now.
    pub fn profile(&self) -> Profile {
        let recorded = self.recorded();
        Profile {
            operators: recorded.operators.iter().map(|operator| operator.profile()).collect(),
            time: recorded.time,
            threads: recorded.threads,
            peak_memory_bytes: recorded.peak_memory_bytes,
        }
    }

    /// No code that can panic runs under this lock.
    fn recorded(&self) -> MutexGuard<'_, Recorded> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A query has run its pipelines.
    pub(crate) fn end_query(&self, time: Duration, threads: usize, peak_memory_bytes: usize) {
        let mut recorded = self.recorded();
        recorded.time += time;
        recorded.threads = recorded.threads.max(threads);
        recorded.peak_memory_bytes = recorded.peak_memory_bytes.max(peak_memory_bytes);
    }
}

impl fmt::Debug for Profiler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Profiler")
    }
}

/// The meters of a pipeline.
pub(crate) struct PipelineMeters {
    pub(crate) sink: Arc<OperatorMeter>,
    /// By lane: the source, the operators, the sink.
    pub(crate) lanes: Vec<Vec<Arc<OperatorMeter>>>,
}

impl PipelineMeters {
    pub(crate) fn new(profiler: &Profiler, pipeline: &Pipeline) -> Self {
        // Asked for before the lock is taken: a source's name may be a user's own code.
        let sink = pipeline.sink.describe();
        let sources: Vec<Description> = pipeline.lanes.iter().map(|lane| lane.source.describe()).collect();
        let operators: Vec<Vec<Description>> = pipeline
            .lanes
            .iter()
            .map(|lane| lane.operators.iter().map(|operator| operator.describe()).collect())
            .collect();
        let mut recorded = profiler.recorded();
        let mut chains = Vec::with_capacity(pipeline.lanes.len());
        // An operator behind several lanes is one.
        let mut known: HashMap<Link, Arc<OperatorMeter>> = HashMap::new();
        for ((lane, source), descriptions) in pipeline.lanes.iter().zip(sources).zip(operators) {
            if lane.source.is_idle() {
                chains.push(Vec::new());
                continue;
            }
            let mut chain = vec![recorded.add(OperatorKind::Source, source)];
            for (operator, description) in lane.operators.iter().zip(descriptions) {
                let meter = known
                    .entry(Link::to(operator))
                    .or_insert_with(|| recorded.add(OperatorKind::Operator, description));
                chain.push(meter.clone());
            }
            chains.push(chain);
        }
        let sink = recorded.add(OperatorKind::Sink, sink);
        match pipeline.sink.leaves() {
            Leaves::Rows(stored) => recorded.left.insert(Link::to(stored), sink.id()),
            Leaves::Table(table) => recorded.left.insert(table, sink.id()),
            Leaves::Nothing => None,
        };
        recorded.num_pipelines += 1;
        drop(recorded);
        for chain in chains.iter_mut().filter(|chain| !chain.is_empty()) {
            chain.push(sink.clone());
            for pair in chain.windows(2) {
                pair[1].add_input(pair[0].id());
            }
        }
        Self { sink, lanes: chains }
    }
}

impl Recorded {
    fn add(&mut self, kind: OperatorKind, mut description: Description) -> Arc<OperatorMeter> {
        let reads = std::mem::take(&mut description.reads);
        let meter = OperatorMeter::new(self.operators.len(), self.num_pipelines, kind, description);
        reads.iter().filter_map(|link| self.left.get(link)).for_each(|&id| meter.add_input(id));
        let meter = Arc::new(meter);
        self.operators.push(meter.clone());
        meter
    }
}
