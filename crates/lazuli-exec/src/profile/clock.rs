//! Time at work and time that was waited, on one thread.

use std::cell::Cell;
use std::time::{Duration, Instant};

thread_local! {
    /// How long this thread has waited in all. Who measures a stretch of time looks before and after.
    static WAITED: Cell<Duration> = const { Cell::new(Duration::ZERO) };
}

/// A stretch of time on this thread.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lap {
    start: Instant,
    waited: Duration,
}

/// What a stretch of time was spent on.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Spent {
    pub(super) busy: Duration,
    pub(super) waited: Duration,
}

impl Lap {
    pub(super) fn begin() -> Self {
        Self { start: Instant::now(), waited: WAITED.get() }
    }

    /// What the time since the beginning was spent on; another lap begins.
    pub(super) fn end(&mut self) -> Spent {
        let now = Self::begin();
        let waited = now.waited.saturating_sub(self.waited);
        let busy = (now.start - self.start).saturating_sub(waited);
        *self = now;
        Spent { busy, waited }
    }

    /// Of the time since the beginning all was waited that was not at work.
    pub(super) fn end_waiting(self, busy: Duration) {
        WAITED.set(self.waited + self.start.elapsed().saturating_sub(busy));
    }
}

/// Waits, and says so.
pub(crate) fn wait<T>(wait: impl FnOnce() -> T) -> T {
    let lap = Lap::begin();
    let waited = wait();
    lap.end_waiting(Duration::ZERO);
    waited
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_is_not_work() {
        let mut lap = Lap::begin();
        wait(|| wait(|| std::thread::sleep(Duration::from_millis(20))));
        let spent = lap.end();
        assert!(spent.waited >= Duration::from_millis(20));
        assert!(spent.busy < spent.waited);
        assert_eq!(lap.end().waited, Duration::ZERO);
    }
}
