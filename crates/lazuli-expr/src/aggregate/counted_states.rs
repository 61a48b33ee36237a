//! States beside the number of values that went into them.

use std::ops::Range;

use lazuli_array::Column;
use lazuli_kernels::KernelError;

use crate::aggregate::counter::{Counted, Counter};
use crate::aggregate::fixed_states::GroupState;
use crate::{Accumulator, Groups, RowOrder};

/// What makes results of states and counts.
type Finish<S> = Box<dyn Fn(&[S], &[i64]) -> Column + Send>;

/// One state and one count of values a group. Apart, so that each is one plain loop.
pub(super) struct CountedStates<S> {
    states: Vec<S>,
    counter: Counter,
    finish: Finish<S>,
}

impl<S: GroupState> CountedStates<S> {
    /// No groups yet; `finish` gives the results of states and counts in their order.
    pub(super) fn boxed(finish: impl Fn(&[S], &[i64]) -> Column + Send + 'static) -> Box<dyn Accumulator> {
        let counter = Counter::new(Counted::Values);
        Box::new(Self { states: Vec::new(), counter, finish: Box::new(finish) })
    }
}

impl<S: GroupState> Accumulator for CountedStates<S> {
    fn resize(&mut self, num_groups: usize) {
        self.counter.resize(num_groups);
        if num_groups > self.states.len() {
            self.states.resize(num_groups, S::default());
        }
    }

    fn update(&mut self, inputs: &[Column], groups: Groups<'_>, order: RowOrder) -> Result<(), KernelError> {
        S::update(&mut self.states, inputs[0].array(), groups);
        self.counter.update(inputs, groups, order)
    }

    fn state(&self, groups: Range<usize>) -> Result<Vec<Column>, KernelError> {
        let mut columns = self.counter.state(groups.clone())?;
        columns.extend(S::to_columns(&self.states[groups]));
        Ok(columns)
    }

    fn merge(&mut self, state: &[Column], groups: Groups<'_>) -> Result<(), KernelError> {
        for (row, other) in S::from_columns(&state[1..]).into_iter().enumerate() {
            self.states[groups.id(row)].merge(other);
        }
        self.counter.merge(&state[..1], groups)
    }

    fn finish(&self, groups: Range<usize>) -> Result<Column, KernelError> {
        Ok((self.finish)(&self.states[groups.clone()], &self.counter.counts()[groups]))
    }

    fn memory_bytes(&self) -> usize {
        self.states.capacity() * size_of::<S>() + self.counter.memory_bytes()
    }
}
