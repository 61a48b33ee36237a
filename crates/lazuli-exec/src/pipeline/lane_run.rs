//! One run of a lane: whose turn it is, which morsels still count.
//!
//! Morsels are taken from the source in the order of their numbers, by workers that run. So the worker with the lowest
//! number that is not done never waits, and:
//! * *turns*: a worker may wait until all lower morsels are done, without a deadlock;
//! * *errors*: when morsel `k` fails, all lower ones have been taken; they are finished, higher ones are abandoned, and
//!   the error with the lowest number is the lane's. It does not depend on who was faster;
//! * *stops*: when an operator says at morsel `k` that it has had enough, the same holds: an error of a higher morsel
//!   does not count, an error of a lower one does.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::{ExecError, Result};

/// About as long as it takes to wake a thread that sleeps.
const LINGER: Duration = Duration::from_micros(50);

/// Turns of a spinning thread between two looks, so that it does not keep others from the lock.
const SPINS: usize = 32;

/// The place of an error that belongs to no morsel, behind all that do.
pub(crate) const NOWHERE: u64 = u64::MAX - 1;

/// Whether a worker that waited for its turn has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Turn {
    /// All lower morsels are done.
    Now,
    /// The morsel does not count any more.
    Never,
}

pub(super) struct LaneRun {
    /// Morsels with higher numbers do not count.
    last_wanted: AtomicU64,
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    /// All morsels below are done.
    first_undone: u64,
    /// Done, but not all below are.
    done: BTreeSet<u64>,
    failure: Option<(u64, ExecError)>,
    stop: Option<u64>,
    /// Workers in their loops.
    running: usize,
    /// The morsels of those that wait for their turn, or have it and do not know yet.
    waiting: BTreeSet<u64>,
}

impl LaneRun {
    pub(super) fn new() -> Self {
        let state = State {
            first_undone: 0,
            done: BTreeSet::new(),
            failure: None,
            stop: None,
            running: 0,
            waiting: BTreeSet::new(),
        };
        Self { last_wanted: AtomicU64::new(u64::MAX), state: Mutex::new(state), changed: Condvar::new() }
    }

    /// No code that can panic runs under this lock, so a poisoned state is whole.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the source need not be asked for more.
    pub(super) fn is_over(&self) -> bool {
        self.last_wanted.load(Ordering::Acquire) != u64::MAX
    }

    /// Whether a morsel still counts.
    pub(super) fn is_wanted(&self, morsel: u64) -> bool {
        morsel <= self.last_wanted.load(Ordering::Acquire)
    }

    pub(super) fn enter(&self) {
        self.state().running += 1;
    }

    pub(super) fn leave(&self) {
        self.state().running -= 1;
        self.changed.notify_all(); // Who waits may now be the last to run.
    }

    /// Spins for a short while until no worker is in its loop.
    pub(super) fn linger(&self) {
        let start = Instant::now();
        while start.elapsed() < LINGER {
            if self.state().running == 0 {
                return;
            }
            (0..SPINS).for_each(|_| std::hint::spin_loop());
        }
    }

    /// Waits until all lower morsels are done.
    pub(super) fn wait_for_turn(&self, morsel: u64) -> Turn {
        let mut state = self.state();
        loop {
            if !self.is_wanted(morsel) {
                return Turn::Never;
            }
            if state.first_undone >= morsel {
                return Turn::Now;
            }
            let all_wait = state.waiting.len() + 1 == state.running;
            if all_wait && !state.waiting.contains(&state.first_undone) {
                // Nobody has the morsel that everybody waits for.
                let missing = state.first_undone;
                let message = format!("the source gave morsel {morsel} but not morsel {missing}");
                self.set_failure(&mut state, 0, ExecError::Internal { place: "a source".into(), message });
                return Turn::Never;
            }
            state.waiting.insert(morsel);
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
            state.waiting.remove(&morsel);
        }
    }

    /// A morsel and all that became of it has reached the sink.
    pub(super) fn set_done(&self, morsel: u64) {
        let mut state = self.state();
        if state.first_undone == morsel {
            state.first_undone += 1;
            while let Some(next) = state.done.first().copied().filter(|&next| next == state.first_undone) {
                state.done.remove(&next);
                state.first_undone += 1;
            }
        } else {
            state.done.insert(morsel);
        }
        if !state.waiting.is_empty() {
            self.changed.notify_all();
        }
    }

    /// A morsel has failed.
    pub(super) fn fail(&self, morsel: u64, error: ExecError) {
        self.set_failure(&mut self.state(), morsel, error);
    }

    fn set_failure(&self, state: &mut State, morsel: u64, error: ExecError) {
        if state.failure.as_ref().is_none_or(|&(known, _)| morsel < known) {
            state.failure = Some((morsel, error));
            self.end_at(morsel);
        }
    }

    /// Something in the lane has had enough at this morsel.
    pub(super) fn stop(&self, morsel: u64) {
        let mut state = self.state();
        if state.stop.is_none_or(|known| morsel < known) {
            state.stop = Some(morsel);
            self.end_at(morsel);
        }
    }

    fn end_at(&self, morsel: u64) {
        self.last_wanted.fetch_min(morsel, Ordering::AcqRel);
        self.changed.notify_all();
    }

    /// How the lane ended, once all workers have left.
    pub(super) fn into_result(self) -> Result<()> {
        let state = self.state.into_inner().unwrap_or_else(PoisonError::into_inner);
        match (state.failure, state.stop) {
            (Some((morsel, error)), stop) if stop.is_none_or(|stop| morsel <= stop) => Err(error),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(name: &str) -> ExecError {
        ExecError::Internal { place: name.into(), message: String::new() }
    }

    #[test]
    fn the_lowest_failure_counts_unless_a_lower_stop_does() {
        let cases: [(&[u64], &[u64], Option<&str>); 6] = [
            (&[], &[], None),
            (&[5, 3, 9], &[], Some("3")),
            (&[3], &[3], Some("3")),
            (&[4], &[3], None),
            (&[4, 2], &[7, 3], Some("2")),
            (&[NOWHERE], &[0], None),
        ];
        for (failures, stops, expected) in cases {
            let lane = LaneRun::new();
            failures.iter().for_each(|&morsel| lane.fail(morsel, failure(&morsel.to_string())));
            stops.iter().for_each(|&morsel| lane.stop(morsel));
            let lowest = failures.iter().chain(stops).min();
            assert_eq!(lane.is_over(), lowest.is_some());
            if let Some(&lowest) = lowest {
                assert!(lane.is_wanted(lowest) && !lane.is_wanted(lowest + 1));
            }
            let place = match lane.into_result() {
                Err(ExecError::Internal { place, .. }) => Some(place),
                _ => None,
            };
            assert_eq!(place.as_deref(), expected, "{failures:?} {stops:?}");
        }
    }

    #[test]
    fn turns_come_in_order() {
        let lane = LaneRun::new();
        let order = Mutex::new(Vec::new());
        std::thread::scope(|scope| {
            (0..4).for_each(|_| lane.enter());
            for morsel in [2, 0, 3, 1] {
                let (lane, order) = (&lane, &order);
                scope.spawn(move || {
                    assert_eq!(lane.wait_for_turn(morsel), Turn::Now);
                    order.lock().expect("no panics").push(morsel);
                    lane.set_done(morsel);
                    lane.leave();
                });
            }
        });
        assert_eq!(order.into_inner().expect("no panics"), [0, 1, 2, 3]);
    }

    #[test]
    fn a_source_that_skips_a_number_is_found_out() {
        let lane = LaneRun::new();
        std::thread::scope(|scope| {
            (0..2).for_each(|_| lane.enter());
            for morsel in [1, 2] {
                let lane = &lane;
                scope.spawn(move || {
                    assert_eq!(lane.wait_for_turn(morsel), Turn::Never);
                    lane.leave();
                });
            }
        });
        let error = lane.into_result().expect_err("morsel 0 never came");
        assert!(error.to_string().ends_with("but not morsel 0"), "{error}");
    }
}
