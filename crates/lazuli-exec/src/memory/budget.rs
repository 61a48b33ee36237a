//! The budget of a query, and what operators have reserved from it.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use super::machine::free_bytes;
use crate::{ExecError, Result};

/// Reservations grow in steps of this size where the budget allows, so that the shared counter is rarely touched.
const STEP_BYTES: usize = 1 << 20;

/// A budget that goes by the machine grants this much without asking how much the machine has: the question takes longer
/// than many a query.
const UNASKED_BYTES: usize = 16 << 20;

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
    used_bytes: AtomicUsize,
    peak_bytes: AtomicUsize,
}

impl MemoryBudget {
    /// A budget of so many bytes.
    pub fn new(limit_bytes: usize) -> Self {
        Self::with_limit(OnceLock::from(limit_bytes))
    }

    /// A budget of most of what the machine has to give when it is first asked.
    pub fn of_machine() -> Self {
        Self::with_limit(OnceLock::new())
    }

    fn with_limit(limit_bytes: OnceLock<usize>) -> Self {
        Self(Arc::new(Inner {
            limit_bytes,
            used_bytes: AtomicUsize::new(0),
            peak_bytes: AtomicUsize::new(0),
        }))
    }

    /// A budget that refuses nothing.
    pub fn unlimited() -> Self {
        Self::new(usize::MAX)
    }

    /// What may be reserved in all.
    pub fn limit_bytes(&self) -> usize {
        // What this query has taken by now is not free any more, and yet its own.
        *self.0.limit_bytes.get_or_init(|| free_bytes().saturating_add(self.used_bytes()))
    }

    /// Whether the budget allows so much to be in use.
    fn allows(&self, bytes: usize) -> bool {
        let is_unasked = self.0.limit_bytes.get().is_none();
        (is_unasked && bytes <= UNASKED_BYTES) || bytes <= self.limit_bytes()
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
        Reservation { budget: self.clone(), operator, bytes: 0 }
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
    fn take(&self, bytes: usize) -> bool {
        let taken = self.0.used_bytes.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |used| {
            used.checked_add(bytes).filter(|&used| self.allows(used))
        });
        if let Ok(before) = taken {
            self.0.peak_bytes.fetch_max(before + bytes, Ordering::Relaxed);
        }
        taken.is_ok()
    }

    fn give_back(&self, bytes: usize) {
        self.0.used_bytes.fetch_sub(bytes, Ordering::Relaxed);
    }
}

/// Memory that an operator may use; given back when dropped.
#[derive(Debug)]
pub struct Reservation {
    budget: MemoryBudget,
    operator: &'static str,
    bytes: usize,
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
        if bytes <= self.bytes || self.try_grow_to(bytes) {
            return Ok(());
        }
        Err(ExecError::MemoryBudget {
            operator: self.operator,
            requested_bytes: bytes - self.bytes,
            used_bytes: self.budget.used_bytes(),
            budget_bytes: self.budget.limit_bytes(),
        })
    }

    /// Makes the reservation at least this large if the budget allows.
    pub fn try_grow_to(&mut self, bytes: usize) -> bool {
        if bytes <= self.bytes {
            return true;
        }
        let coarse = bytes.div_ceil(STEP_BYTES).saturating_mul(STEP_BYTES);
        for target in [coarse, bytes] {
            if self.budget.take(target - self.bytes) {
                self.bytes = target;
                return true;
            }
        }
        false
    }

    /// Gives back what is above this many bytes.
    pub fn shrink_to(&mut self, bytes: usize) {
        if bytes < self.bytes {
            self.budget.give_back(self.bytes - bytes);
            self.bytes = bytes;
        }
    }

    /// Takes over another operator's reservation.
    pub fn absorb(&mut self, mut other: Self) {
        debug_assert!(Arc::ptr_eq(&self.budget.0, &other.budget.0), "reservations of one budget");
        self.bytes += std::mem::take(&mut other.bytes);
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        self.budget.give_back(self.bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_coarse_until_the_budget_gets_tight() {
        let budget = MemoryBudget::new(3 * STEP_BYTES + 10);
        let mut first = budget.reserve("collect", 1).expect("room for a step");
        assert_eq!((first.bytes(), budget.used_bytes()), (STEP_BYTES, STEP_BYTES));
        first.grow_to(STEP_BYTES).expect("has it already");
        assert_eq!(budget.used_bytes(), STEP_BYTES);
        let second = budget.reserve("sort", 2 * STEP_BYTES + 10).expect("exactly the rest");
        assert_eq!(budget.used_bytes(), budget.limit_bytes());
        assert!(!first.try_grow_to(STEP_BYTES + 1));
        drop(second);
        first.absorb(budget.reserve("sort", 5).expect("room again"));
        first.shrink_to(7);
        assert_eq!((budget.used_bytes(), budget.peak_bytes()), (7, 3 * STEP_BYTES + 10));
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
