//! Verbs that other verbs make up once it is known which columns their inputs have: `cast` of all numbers, the summary
//! of a frame, dummies for the values of a column.
//!
//! A user's plan holds such a verb as it was called; resolving writes it out. Some have to see data first, as a pivot
//! does: whoever runs the plan asks for those queries ([`FirstPass`]) and runs them before the plan is resolved.

use std::fmt;
use std::sync::Arc;

use lazuli_array::DataFrame;

use crate::{LogicalPlan, Node, PlanErrors, PlanMistake, resolve};

/// A verb that is written out when the columns of its inputs are known.
pub trait DerivedVerb: Send + Sync {
    /// What users call it.
    fn name(&self) -> &'static str;

    /// Queries over the inputs, which are resolved, whose answers the verb has to know; none if the columns suffice.
    ///
    /// # Errors
    /// A mistake in the call.
    fn first_pass(&self, inputs: &[LogicalPlan]) -> Result<Vec<LogicalPlan>, PlanMistake> {
        let _ = inputs;
        Ok(Vec::new())
    }

    /// Whether there is a first pass.
    fn has_first_pass(&self) -> bool {
        false
    }

    /// The verb in terms of others, over its resolved inputs. `answers` are those of the first pass.
    ///
    /// # Errors
    /// A mistake in the call.
    fn write_out(&self, inputs: &[LogicalPlan], answers: &[DataFrame]) -> Result<LogicalPlan, PlanMistake>;
}

/// A verb that is not written out yet. Resolved: there are none.
#[derive(Clone)]
pub struct Derived {
    /// What it reads.
    pub inputs: Vec<LogicalPlan>,
    /// What it does with them.
    pub verb: Arc<dyn DerivedVerb>,
    /// The answers of its first pass, if it has one and they are known.
    pub answers: Option<Vec<DataFrame>>,
}

impl Derived {
    /// A verb over these inputs.
    pub fn new(inputs: Vec<LogicalPlan>, verb: Arc<dyn DerivedVerb>) -> Self {
        Self { inputs, verb, answers: None }
    }

    /// Whether its first pass has still to run.
    pub(crate) fn waits(&self) -> bool {
        self.answers.is_none() && self.verb.has_first_pass()
    }
}

impl fmt::Debug for Derived {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Derived")
            .field("inputs", &self.inputs)
            .field("verb", &self.verb.name())
            .finish_non_exhaustive()
    }
}

/// A verb whose first pass has still to run.
#[derive(Debug, Clone)]
pub struct FirstPass {
    verb: LogicalPlan,
}

impl FirstPass {
    pub(crate) fn of(plan: &LogicalPlan) -> Option<Self> {
        match plan.node() {
            Node::Derived(derived) if derived.waits() => Some(Self { verb: plan.clone() }),
            _ => None,
        }
    }

    fn node(&self) -> &Derived {
        match self.verb.node() {
            Node::Derived(derived) => derived,
            other => unreachable!("a first pass is that of a derived verb, not of {other:?}"),
        }
    }

    /// The queries, not resolved yet.
    ///
    /// # Errors
    /// Mistakes in the verb or below it.
    pub fn queries(&self) -> Result<Vec<LogicalPlan>, PlanErrors> {
        let inputs = self.node().inputs.iter().map(resolve).collect::<Result<Vec<_>, _>>()?;
        self.node().verb.first_pass(&inputs).map_err(|mistake| {
            let caller = self.verb.caller().clone();
            PlanErrors(vec![crate::PlanError { verb: self.node().verb.name(), caller, mistake }])
        })
    }

    /// The plan with the answers of [`FirstPass::queries`] written into it.
    pub fn fill_in(&self, plan: &LogicalPlan, answers: Vec<DataFrame>) -> LogicalPlan {
        let filled = Node::Derived(Derived { answers: Some(answers), ..self.node().clone() });
        let filled = self.verb.with_node(filled);
        plan.rewrite(&mut |plan| plan.ptr_eq(&self.verb).then(|| filled.clone()))
    }
}
