//! Accumulators whose groups have states of one fixed size: all but those that must keep many values a group.

use std::any::Any;
use std::ops::Range;

use lazuli_array::{Array, Column};
use lazuli_kernels::KernelError;

use crate::{Accumulator, Groups, RowOrder};

/// The state of one group. The default has met no rows; however rows are split and merged, the same comes out.
pub(super) trait GroupState: Copy + Default + Send + 'static {
    /// Takes in rows: row `i` belongs to group `groups.id(i)`.
    fn update(states: &mut [Self], input: &Array, groups: Groups<'_>);

    /// Takes in what another state has met.
    fn merge(&mut self, other: Self);

    /// The states as columns, one row a state.
    fn to_columns(states: &[Self]) -> Vec<Column>;

    /// The states of columns that [`GroupState::to_columns`] made.
    fn from_columns(columns: &[Column]) -> Vec<Self>;
}

/// What makes results of states.
type Finish<S> = Box<dyn Fn(&[S]) -> Result<Column, KernelError> + Send>;

/// One state a group, side by side.
pub(super) struct FixedStates<S> {
    states: Vec<S>,
    finish: Finish<S>,
}

impl<S: GroupState> FixedStates<S> {
    /// No groups yet; `finish` gives the results of states in their order, with errors at rows of that slice.
    pub(super) fn boxed(
        finish: impl Fn(&[S]) -> Result<Column, KernelError> + Send + 'static,
    ) -> Box<dyn Accumulator> {
        Box::new(Self { states: Vec::new(), finish: Box::new(finish) })
    }
}

impl<S: GroupState> Accumulator for FixedStates<S> {
    fn resize(&mut self, num_groups: usize) {
        if num_groups > self.states.len() {
            self.states.resize(num_groups, S::default());
        }
    }

    fn update(&mut self, inputs: &[Column], groups: Groups<'_>, _: RowOrder) -> Result<(), KernelError> {
        S::update(&mut self.states, inputs[0].array(), groups);
        Ok(())
    }

    fn state(&self, groups: Range<usize>) -> Result<Vec<Column>, KernelError> {
        Ok(S::to_columns(&self.states[groups]))
    }

    fn merge(&mut self, state: &[Column], groups: Groups<'_>) -> Result<(), KernelError> {
        for (row, other) in S::from_columns(state).into_iter().enumerate() {
            self.states[groups.id(row)].merge(other);
        }
        Ok(())
    }

    fn finish(&self, groups: Range<usize>) -> Result<Column, KernelError> {
        self.finish_of(self, groups)
    }

    fn memory_bytes(&self) -> usize {
        self.states.capacity() * size_of::<S>()
    }

    fn shares_states_with(&self, other: &dyn Accumulator) -> bool {
        (other as &dyn Any).is::<Self>()
    }

    fn finish_of(&self, owner: &dyn Accumulator, groups: Range<usize>) -> Result<Column, KernelError> {
        let owner = (owner as &dyn Any)
            .downcast_ref::<Self>()
            .expect("only accumulators that share states are asked");
        let start = groups.start;
        (self.finish)(&owner.states[groups]).map_err(|error| error.with_row_offset(start))
    }
}
