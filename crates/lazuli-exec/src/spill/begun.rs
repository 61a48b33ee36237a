//! What a step does in files, once one of its workers has found that there is no room in memory.

use std::sync::{Arc, Mutex, PoisonError};

use crate::Result;

/// Begun by the worker that finds it needed first, and seen by all others.
pub(crate) struct Begun<T>(Mutex<Option<Arc<T>>>);

impl<T> Default for Begun<T> {
    fn default() -> Self {
        Self(Mutex::new(None))
    }
}

impl<T> Begun<T> {
    /// What was begun, if anything was.
    pub(crate) fn get(&self) -> Option<Arc<T>> {
        // It is put in whole, so what a panic leaves is one.
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// As [`Begun::get`]; begun now if it was not before.
    pub(crate) fn get_or_begin(&self, begin: impl FnOnce() -> Result<T>) -> Result<Arc<T>> {
        let mut begun = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(begun) = &*begun {
            return Ok(begun.clone());
        }
        Ok(begun.insert(Arc::new(begin()?)).clone())
    }

    /// What was begun becomes the caller's.
    pub(crate) fn take(&self) -> Option<Arc<T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ExecError;

    #[test]
    fn it_begins_once_and_a_failure_is_no_beginning() {
        let begun = Begun::default();
        assert!(begun.get_or_begin(|| Err(ExecError::Cancelled)).is_err());
        assert!(begun.get().is_none());
        assert_eq!(*begun.get_or_begin(|| Ok(1)).expect("begins"), 1);
        assert_eq!(*begun.get_or_begin(|| Ok(2)).expect("has begun"), 1);
        assert_eq!(begun.take().as_deref(), Some(&1));
        assert!(begun.get().is_none());
    }
}
