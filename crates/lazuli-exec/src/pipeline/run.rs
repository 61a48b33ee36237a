//! Worker loops.

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::lane_run::{LaneRun, NOWHERE};
use super::{Lane, Operator, Pipeline, Sink, SinkWorker, SourceFailure, SourceMorsel};
use crate::context::{QueryContext, Workers, catch_panic};
use crate::morsel::{Flow, Morsel, MorselIndex};
use crate::pool::{Shift, Undone};
use crate::profile::{OperatorMeter, PipelineMeters, WorkerMeter};
use crate::{ExecError, Result};

pub(crate) use super::lane_run::Turn;

/// A source's batch of more than this many morsels is cut up on its way, so that what operators make of it stays small.
const UNCUT_MORSELS: usize = 2;

/// Runs the lanes one after the other, then finishes the sink.
pub(crate) fn run(pipeline: &Pipeline, context: &QueryContext) -> Result<()> {
    let meters = context.profiler.as_ref().map(|profiler| PipelineMeters::new(profiler, pipeline));
    let workers = SinkWorkers::new(&*pipeline.sink, context);
    for (number, lane) in pipeline.lanes.iter().enumerate() {
        if !lane.source.is_idle() && !lane.operators.iter().any(|operator| operator.is_satisfied()) {
            let stations = meters.as_ref().map(|meters| meters.lanes[number].as_slice());
            run_lane(number, lane, &workers, stations, context)?;
        }
    }
    context.check_cancelled()?;
    let Some(meters) = meters else {
        workers.combine()?;
        return pipeline.sink.finish(context);
    };
    meters.sink.finish(|| {
        workers.combine()?;
        pipeline.sink.finish(context)
    })?;
    meters.sink.leave(&pipeline.sink.leaves())
}

/// `stations`: the meters of the source, the operators and the sink, if they are measured.
fn run_lane(
    number: usize,
    lane: &Lane,
    sink: &SinkWorkers<'_>,
    stations: Option<&[Arc<OperatorMeter>]>,
    context: &QueryContext,
) -> Result<()> {
    context.check_cancelled()?;
    on_source(stations, || lane.source.open(context))?;
    let number = u32::try_from(number).expect("a plan with billions of inputs does not fit in memory");
    let work = LaneWork { number, lane, run: LaneRun::new(), stations, context };
    let any_kept_out = AtomicBool::new(false);
    let worker = |slot: usize, shift: &Shift<'_>| {
        let Some(_alone) = OnlyLoop::begin() else {
            any_kept_out.store(true, Ordering::Relaxed);
            return Undone::No;
        };
        sink.with(slot, |sink| work.take_part(slot, sink, shift))
    };
    match context.workers(lane.source.size()) {
        Workers::Calling => {
            worker(0, &Shift::Alone);
        }
        Workers::Pool { pool, count } => pool.work(count, &|slot, shift| {
            let undone = worker(slot, shift);
            if slot == 0 {
                // Others are about to end too; to sleep until they have would take longer.
                work.run.linger();
            }
            undone
        }),
    }
    if any_kept_out.into_inner() {
        // It may have been all of them: what is left, if anything, is done here.
        let _only = OnlyLoop::begin();
        sink.with(0, |sink| work.take_part(0, sink, &Shift::Alone));
    }
    work.run.into_result()?;
    on_source(stations, || lane.source.close(context))?;
    if let Some([source, ..]) = stations {
        source.scan(lane.source.scanned());
    }
    Ok(())
}

/// Does what a source does once.
fn on_source<T>(stations: Option<&[Arc<OperatorMeter>]>, work: impl FnOnce() -> T) -> T {
    match stations {
        Some([source, ..]) => source.run(work),
        _ => work(),
    }
}

thread_local! {
    static HAS_LOOP: Cell<bool> = const { Cell::new(false) };
}

/// Whether a worker loop runs on this thread.
pub(crate) fn is_in_loop() -> bool {
    HAS_LOOP.get()
}

/// Keeps a second worker loop off a thread. A function of the user's own that splits its work among the pool's threads
/// waits for the parts, and a thread that waits takes up any work there is. A loop that it takes up would stand on top
/// of the one that waits, and could wait for a morsel that lies below it.
struct OnlyLoop(());

impl OnlyLoop {
    fn begin() -> Option<Self> {
        (!HAS_LOOP.replace(true)).then(|| Self(()))
    }
}

impl Drop for OnlyLoop {
    fn drop(&mut self) {
        HAS_LOOP.set(false);
    }
}

/// A lane that workers work on.
struct LaneWork<'a> {
    number: u32,
    lane: &'a Lane,
    run: LaneRun,
    stations: Option<&'a [Arc<OperatorMeter>]>,
    context: &'a QueryContext,
}

impl LaneWork<'_> {
    /// A worker takes morsels until there are no more, or its shift is over.
    fn take_part(&self, slot: usize, sink: &mut Share<'_>, shift: &Shift<'_>) -> Undone {
        self.run.enter();
        let mut meter = self.stations.map(|stations| WorkerMeter::new(stations, slot));
        let undone = loop {
            if !self.do_one(sink, &mut meter) {
                break Undone::No;
            }
            if shift.is_over() {
                break Undone::Yes;
            }
        };
        drop(meter);
        self.run.leave();
        undone
    }

    /// Takes a morsel and does all that becomes of it. Whether there was one.
    fn do_one(&self, sink: &mut Share<'_>, meter: &mut Option<WorkerMeter<'_>>) -> bool {
        let Self { number: lane_number, lane, run, context, .. } = self;
        if run.is_over() {
            return false;
        }
        if context.is_cancelled() {
            run.fail(NOWHERE, ExecError::Cancelled);
            return false;
        }
        if let Some(meter) = meter {
            meter.enter_source();
        }
        let next = catch_panic(|| lane.source.name(), || Ok(lane.source.next(context)));
        if let Some(meter) = meter {
            meter.leave_source(match &next {
                Ok(Ok(Some(morsel))) => Some(&morsel.batch),
                _ => None,
            });
        }
        let failure = match next {
            Ok(Ok(Some(morsel))) if !run.is_wanted(morsel.number) => return false,
            Ok(Ok(Some(morsel))) => {
                let number = morsel.number;
                let task = Task { run, context, morsel: number };
                let outcome = catch_panic(
                    || format!("a step after {}", lane.source.name()),
                    || push_all(*lane_number, lane, morsel, &task, sink, meter),
                );
                match outcome {
                    Ok(Flow::More) => {}
                    Ok(Flow::Stop) => run.stop(number),
                    Err(error) => run.fail(number, error),
                }
                run.set_done(number);
                return true;
            }
            Ok(Ok(None)) => return false,
            Ok(Err(failure)) => failure,
            // Nobody knows which morsel is lost; others may wait for it.
            Err(error) => SourceFailure { number: 0, error },
        };
        run.fail(failure.number, failure.error);
        false
    }
}

/// Pushes the rows of a source morsel through the lane.
fn push_all(
    lane_number: u32,
    lane: &Lane,
    morsel: SourceMorsel,
    task: &Task<'_>,
    sink: &mut Share<'_>,
    meter: &mut Option<WorkerMeter<'_>>,
) -> Result<Flow> {
    let mut target = Target { sink, parts: 0, meter };
    let SourceMorsel { number, batch, first_row } = morsel;
    let index = MorselIndex { lane: lane_number, morsel: number, part: 0 };
    let piece_rows = match batch.num_rows() {
        rows if rows <= UNCUT_MORSELS * task.context.morsel_rows => rows.max(1),
        _ => task.context.morsel_rows,
    };
    for start in (0..batch.num_rows()).step_by(piece_rows) {
        let length = piece_rows.min(batch.num_rows() - start);
        let first_row = first_row.map(|row| row + start as u64);
        let piece = Morsel { index, batch: batch.sliced(start, length), first_row };
        if push(&lane.operators, piece, task, &mut target)? == Flow::Stop {
            return Ok(Flow::Stop);
        }
    }
    Ok(Flow::More)
}

/// The end of a lane, and how much has arrived there for the source morsel at hand.
struct Target<'a, 'b, 'c> {
    sink: &'a mut Share<'b>,
    parts: u32,
    meter: &'a mut Option<WorkerMeter<'c>>,
}

/// Depth first: all that becomes of a morsel is in the sink before the next one is looked at.
fn push(
    operators: &[Arc<dyn Operator>],
    mut morsel: Morsel,
    task: &Task<'_>,
    target: &mut Target<'_, '_, '_>,
) -> Result<Flow> {
    if morsel.num_rows() == 0 {
        return Ok(Flow::More);
    }
    let before = target.meter.as_mut().map(|meter| meter.arrive(operators.len(), &morsel.batch));
    let flow = match operators.split_first() {
        Some((first, rest)) => first.execute(morsel, task, &mut |morsel| push(rest, morsel, task, target)),
        None => {
            morsel.index.part = target.parts;
            let parts = target.parts.checked_add(1);
            target.parts = parts.expect("four billion batches of one source morsel do not fit in memory");
            target.sink.worker().consume(morsel, task)
        }
    };
    if let Some((meter, before)) = target.meter.as_mut().zip(before) {
        meter.go_to(before);
    }
    flow
}

/// What an operator may know of the run that it is part of.
pub(crate) struct Task<'a> {
    run: &'a LaneRun,
    pub(crate) context: &'a QueryContext,
    morsel: u64,
}

impl Task<'_> {
    /// Waits until all that became of earlier source morsels of the lane has reached the sink. What the caller does
    /// until it has done its own morsel happens in the order of the rows, one worker at a time.
    pub(crate) fn wait_for_turn(&self) -> Turn {
        self.context.wait(|| self.run.wait_for_turn(self.morsel))
    }
}

/// The workers' shares of a sink. They live as long as the pipeline, so that many lanes do not make many shares.
struct SinkWorkers<'a> {
    slots: Vec<Mutex<Share<'a>>>,
}

/// One worker's share of a sink, made when its first morsel comes: who comes too late for one has none.
struct Share<'a> {
    sink: &'a dyn Sink,
    context: &'a QueryContext,
    worker: Option<Box<dyn SinkWorker + 'a>>,
}

impl<'a> Share<'a> {
    fn worker(&mut self) -> &mut (dyn SinkWorker + 'a) {
        &mut **self.worker.get_or_insert_with(|| self.sink.worker(self.context))
    }
}

impl<'a> SinkWorkers<'a> {
    fn new(sink: &'a dyn Sink, context: &'a QueryContext) -> Self {
        let share = |_| Mutex::new(Share { sink, context, worker: None });
        Self { slots: (0..context.threads()).map(share).collect() }
    }

    /// Calls `work` with the share of a worker. Each slot has one worker at a time, so the lock is free.
    fn with<T>(&self, slot: usize, work: impl FnOnce(&mut Share<'a>) -> T) -> T {
        work(&mut self.slots[slot].lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn combine(self) -> Result<()> {
        for (slot, share) in self.slots.into_iter().enumerate() {
            let mut share = share.into_inner().unwrap_or_else(PoisonError::into_inner);
            if slot == 0 {
                share.worker(); // A sink may count on one share, though no rows came.
            }
            if let Some(worker) = share.worker {
                worker.combine()?;
            }
        }
        Ok(())
    }
}
