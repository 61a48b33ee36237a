//! The budget of a query, and what operators have reserved from it.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use super::machine::free_bytes;
use crate::profile::{self, OperatorMeter};
use crate::{ExecError, Result};

/// Reservations grow in steps where the budget allows, so that the shared counter is rarely touched: of about a quarter of
/// what they are, within these bounds. Many small ones, as of partitions, would hold much that they do not use otherwise.
const STEP_BYTES: std::ops::RangeInclusive<usize> = 1 << 12..=1 << 20;

/// A budget that goes by the machine grants this much without asking how much the machine has: the question takes longer
/// than many a query.
const UNASKED_BYTES: usize = 16 << 20;

/// The part of a budget that is left to those who can't do with less than they ask for.
const ROOM_PART: usize = 4;

/// How much of a budget somebody may use up.
#[derive(Debug, Clone, Copy)]
enum Claim {
    All,
    /// What is left to those who can write rows to files instead.
    Most,
}

/// How much the operators of a query may hold in memory. Clones are the same budget.
///
/// ```
/// use lazuli_exec::MemoryBudget;
///
/// let budget = MemoryBudget::new(1000);
/// let mut reservation = budget.reserve("sort", 600)?;
/// let refused = reservation.grow_to(1001).unwrap_err();
/// assert_eq!(
///     refused.to_string(),
///     "memory budget exceeded: sort needs 401 bytes more, 600 bytes of 1000 bytes are in use"
/// );
/// drop(reservation);
/// assert_eq!(budget.used_bytes(), 0);
/// # Ok::<(), lazuli_exec::ExecError>(())
/// ```
#[derive(Debug, Clone)]
pub struct MemoryBudget(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    /// Set at first need if it goes by the machine.
    limit_bytes: OnceLock<usize>,
    /// What those may reserve in all who can write rows to files instead; all but one part in [`ROOM_PART`] if `None`.
    spill_bytes: Option<usize>,
    used_bytes: AtomicUsize,
    peak_bytes: AtomicUsize,
    /// The budget that this one is a part of.
    whole: Option<MemoryBudget>,
}

impl MemoryBudget {
    /// A budget of so many bytes.
    pub fn new(limit_bytes: usize) -> Self {
        Self::with_limit(OnceLock::from(limit_bytes), None)
    }

    /// A budget of so many bytes, which are also bytes of this one.
    ///
    /// ```
    /// use lazuli_exec::MemoryBudget;
    ///
    /// let whole = MemoryBudget::new(1000);
    /// let (one, other) = (whole.part(600), whole.part(600));
    /// let _held = one.reserve("sort", 600)?;
    /// assert!(other.reserve("sort", 500).is_err());
    /// # Ok::<(), lazuli_exec::ExecError>(())
    /// ```
    pub fn part(&self, limit_bytes: usize) -> Self {
        Self::with_limit(OnceLock::from(limit_bytes), Some(self.clone()))
    }

    /// A budget of most of what the machine has to give when it is first asked.
    pub fn of_machine() -> Self {
        Self::with_limit(OnceLock::new(), None)
    }

    fn with_limit(limit_bytes: OnceLock<usize>, whole: Option<Self>) -> Self {
        Self(Arc::new(Inner {
            limit_bytes,
            spill_bytes: None,
            used_bytes: AtomicUsize::new(0),
            peak_bytes: AtomicUsize::new(0),
            whole,
        }))
    }

    /// The same budget, not in use yet, with another bound for operators that can write rows to files: so many bytes instead of
    /// three quarters of all.
    #[must_use]
    pub fn with_spill_bytes(self, bytes: usize) -> Self {
        let Inner { limit_bytes, whole, .. } = &*self.0;
        Self(Arc::new(Inner {
            limit_bytes: limit_bytes.clone(),
            spill_bytes: Some(bytes),
            used_bytes: AtomicUsize::new(0),
            peak_bytes: AtomicUsize::new(0),
            whole: whole.clone(),
        }))
    }

    /// A budget that refuses nothing.
    pub fn unlimited() -> Self {
        Self::new(usize::MAX)
    }

    /// What may be reserved in all.
    pub fn limit_bytes(&self) -> usize {
        let whole = self.0.whole.as_ref().map_or(usize::MAX, Self::limit_bytes);
        self.own_limit_bytes().min(whole)
    }

    fn own_limit_bytes(&self) -> usize {
        // What this query has taken by now is not free any more, and yet its own.
        *self.0.limit_bytes.get_or_init(|| free_bytes().saturating_add(self.used_bytes()))
    }

    /// Whether the budget allows so much to be in use.
    fn allows(&self, bytes: usize, claim: Claim) -> bool {
        if let (Claim::Most, Some(limit)) = (claim, self.0.spill_bytes)
            && bytes > limit
        {
            return false;
        }
        let is_unasked = self.0.limit_bytes.get().is_none();
        (is_unasked && bytes <= UNASKED_BYTES) || {
            let limit = self.own_limit_bytes();
            match claim {
                Claim::All => bytes <= limit,
                Claim::Most => bytes <= limit - limit / ROOM_PART,
            }
        }
    }

    /// The budget that has less left: this one, or the one that it is a part of.
    fn scarce(&self) -> &Self {
        let left = |budget: &Self| budget.own_limit_bytes().saturating_sub(budget.used_bytes());
        match &self.0.whole {
            Some(whole) if left(whole.scarce()) < left(self) => whole.scarce(),
            _ => self,
        }
    }

    /// What is reserved now.
    pub fn used_bytes(&self) -> usize {
        self.0.used_bytes.load(Ordering::Relaxed)
    }

    /// The most that was reserved at any time.
    pub fn peak_bytes(&self) -> usize {
        self.0.peak_bytes.load(Ordering::Relaxed)
    }

    /// An operator's reservation of nothing yet.
    pub fn reservation(&self, operator: &'static str) -> Reservation {
        Reservation { budget: self.clone(), operator, bytes: 0, meter: profile::here() }
    }

    /// An operator's reservation of so many bytes.
    ///
    /// # Errors
    /// [`ExecError::MemoryBudget`] if the budget has less left.
    pub fn reserve(&self, operator: &'static str, bytes: usize) -> Result<Reservation> {
        let mut reservation = self.reservation(operator);
        reservation.grow_to(bytes)?;
        Ok(reservation)
    }

    /// Takes bytes if the budget has them.
    fn take(&self, bytes: usize, claim: Claim) -> bool {
        if !self.take_own(bytes, claim) {
            return false;
        }
        let is_taken = self.0.whole.as_ref().is_none_or(|whole| whole.take(bytes, claim));
        if !is_taken {
            self.0.used_bytes.fetch_sub(bytes, Ordering::Relaxed);
        }
        is_taken
    }

    fn take_own(&self, bytes: usize, claim: Claim) -> bool {
        let taken = self.0.used_bytes.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |used| {
            used.checked_add(bytes).filter(|&used| self.allows(used, claim))
        });
        if let Ok(before) = taken {
            self.0.peak_bytes.fetch_max(before + bytes, Ordering::Relaxed);
        }
        taken.is_ok()
    }

    fn give_back(&self, bytes: usize) {
        self.0.used_bytes.fetch_sub(bytes, Ordering::Relaxed);
        if let Some(whole) = &self.0.whole {
            whole.give_back(bytes);
        }
    }
}

/// Memory that an operator may use; given back when dropped.
#[derive(Debug)]
pub struct Reservation {
    budget: MemoryBudget,
    operator: &'static str,
    bytes: usize,
    /// Counts what the operator holds, if its query is measured.
    meter: Option<Arc<OperatorMeter>>,
}

impl Reservation {
    /// What is reserved; at least what was asked for.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Makes the reservation at least this large.
    ///
    /// # Errors
    /// [`ExecError::MemoryBudget`] if the budget has less left; the reservation stays as it is.
    pub fn grow_to(&mut self, bytes: usize) -> Result<()> {
        if self.try_grow_to(bytes) { Ok(()) } else { Err(self.refused(bytes)) }
    }

    /// As [`Reservation::try_grow_with_room`], where the error is what those go by who can do with less.
    pub(crate) fn grow_with_room(&mut self, bytes: usize) -> Result<()> {
        if self.try_grow_with_room(bytes) { Ok(()) } else { Err(self.refused(bytes)) }
    }

    fn refused(&self, bytes: usize) -> ExecError {
        ExecError::MemoryBudget {
            operator: self.operator,
            requested_bytes: bytes - self.bytes,
            used_bytes: self.budget.scarce().used_bytes(),
            budget_bytes: self.budget.scarce().limit_bytes(),
        }
    }

    /// Makes the reservation at least this large if the budget allows.
    pub fn try_grow_to(&mut self, bytes: usize) -> bool {
        self.try_claim(bytes, Claim::All)
    }

    /// As [`Reservation::try_grow_to`], for those who can do with less, by writing rows to files: leaves a part of the budget to
    /// those who can't, such as who reads these files.
    pub fn try_grow_with_room(&mut self, bytes: usize) -> bool {
        self.try_claim(bytes, Claim::Most)
    }

    fn try_claim(&mut self, bytes: usize, claim: Claim) -> bool {
        if bytes <= self.bytes {
            return true;
        }
        let step = (bytes / 4).clamp(*STEP_BYTES.start(), *STEP_BYTES.end());
        let coarse = bytes.div_ceil(step).saturating_mul(step);
        for target in [coarse, bytes] {
            if self.budget.take(target - self.bytes, claim) {
                if let Some(meter) = &self.meter {
                    meter.take_memory(target - self.bytes);
                }
                self.bytes = target;
                return true;
            }
        }
        false
    }

    /// Gives back what is above this many bytes.
    pub fn shrink_to(&mut self, bytes: usize) {
        if bytes < self.bytes {
            self.give_back(self.bytes - bytes);
            self.bytes = bytes;
        }
    }

    /// Takes over another operator's reservation.
    pub fn absorb(&mut self, mut other: Self) {
        debug_assert!(Arc::ptr_eq(&self.budget.0, &other.budget.0), "reservations of one budget");
        let bytes = std::mem::take(&mut other.bytes);
        self.bytes += bytes;
        if let Some(meter) = &other.meter {
            meter.give_memory_back(bytes);
        }
        if let Some(meter) = &self.meter {
            meter.take_memory(bytes);
        }
    }

    /// Tells a profile, if there is one, of parts that the operator has written to disk for want of memory.
    pub fn note_spilled(&self, bytes: u64, partitions: u64) {
        if let Some(meter) = &self.meter {
            meter.add_spilled(bytes, partitions);
        }
    }

    fn give_back(&self, bytes: usize) {
        self.budget.give_back(bytes);
        if let Some(meter) = &self.meter {
            meter.give_memory_back(bytes);
        }
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        self.give_back(self.bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_coarse_until_the_budget_gets_tight() {
        let (small, large) = (*STEP_BYTES.start(), *STEP_BYTES.end());
        let budget = MemoryBudget::new(9 * large + 10);
        let mut first = budget.reserve("collect", 1).expect("room for a step");
        assert_eq!((first.bytes(), budget.used_bytes()), (small, small));
        first.grow_to(small).expect("has it already");
        assert_eq!(budget.used_bytes(), small);
        first.grow_to(4 * large + 1).expect("room for a large step");
        assert_eq!(first.bytes(), 5 * large);
        let second = budget.reserve("sort", 4 * large + 10).expect("exactly the rest");
        assert_eq!(budget.used_bytes(), budget.limit_bytes());
        assert!(!first.try_grow_to(5 * large + 1));
        drop(second);
        first.absorb(budget.reserve("sort", 5).expect("room again"));
        first.shrink_to(7);
        assert_eq!((budget.used_bytes(), budget.peak_bytes()), (7, 9 * large + 10));
    }

    #[test]
    fn the_machine_is_asked_when_it_matters() {
        let budget = MemoryBudget::of_machine();
        let mut reservation = budget.reserve("sort", UNASKED_BYTES).expect("so much there is");
        assert!(budget.0.limit_bytes.get().is_none());
        let free = free_bytes();
        if free < usize::MAX / 4 {
            assert!(!reservation.try_grow_to(free * 2));
            assert!(budget.limit_bytes() >= UNASKED_BYTES);
        }
    }

    #[test]
    fn sums_that_do_not_fit_a_word_are_refused() {
        let budget = MemoryBudget::unlimited();
        let _first = budget.reserve("sort", 100).expect("unlimited");
        assert!(budget.reserve("sort", usize::MAX).is_err());
    }
}
