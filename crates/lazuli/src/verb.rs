//! Verbs made up of others, written out when the columns of their inputs are known.

use std::sync::Arc;

use lazuli_array::{DataFrame, Name, Schema};
use lazuli_plan::{Caller, Derived, DerivedVerb, LogicalPlan, Node, PlanMistake};

use crate::LazyFrame;

/// A query, or a mistake in the call of a verb.
pub(crate) type Written = std::result::Result<LazyFrame, PlanMistake>;

type First = dyn Fn(&[LazyFrame]) -> std::result::Result<Vec<LazyFrame>, PlanMistake> + Send + Sync;
type Write = dyn Fn(&[LazyFrame], &[DataFrame]) -> Written + Send + Sync;

struct Verb {
    name: &'static str,
    first: Option<Box<First>>,
    write: Box<Write>,
}

fn over(inputs: &[LogicalPlan]) -> Vec<LazyFrame> {
    inputs.iter().cloned().map(LazyFrame::from_plan).collect()
}

impl DerivedVerb for Verb {
    fn name(&self) -> &'static str {
        self.name
    }

    fn first_pass(&self, inputs: &[LogicalPlan]) -> std::result::Result<Vec<LogicalPlan>, PlanMistake> {
        let Some(first) = &self.first else { return Ok(Vec::new()) };
        Ok(first(&over(inputs))?.iter().map(|query| query.plan().clone()).collect())
    }

    fn has_first_pass(&self) -> bool {
        self.first.is_some()
    }

    fn write_out(
        &self,
        inputs: &[LogicalPlan],
        answers: &[DataFrame],
    ) -> std::result::Result<LogicalPlan, PlanMistake> {
        Ok((self.write)(&over(inputs), answers)?.plan().clone())
    }
}

#[track_caller]
fn derived(inputs: Vec<LazyFrame>, verb: Verb) -> LazyFrame {
    derived_at(inputs, verb, Caller::here())
}

fn derived_at(inputs: Vec<LazyFrame>, verb: Verb, caller: Caller) -> LazyFrame {
    let options = inputs.first().map(|frame| frame.options().clone()).unwrap_or_default();
    let inputs = inputs.iter().map(|frame| frame.plan().clone()).collect();
    let node = Node::Derived(Derived::new(inputs, Arc::new(verb)));
    LazyFrame::from_plan(LogicalPlan::new(node, caller)).with_options(options)
}

/// What `write` makes of these frames when their columns are known: see [`LazyFrame::known`].
#[track_caller]
pub(crate) fn written_all(
    name: &'static str,
    inputs: Vec<LazyFrame>,
    write: impl Fn(&[LazyFrame]) -> Written + Send + Sync + 'static,
) -> LazyFrame {
    let write = Box::new(move |frames: &[LazyFrame], _: &[DataFrame]| write(frames));
    derived(inputs, Verb { name, first: None, write })
}

impl LazyFrame {
    /// What `write` makes of this frame when its columns are known.
    #[track_caller]
    pub(crate) fn written(
        self,
        name: &'static str,
        write: impl Fn(LazyFrame, &Schema) -> Written + Send + Sync + 'static,
    ) -> Self {
        written_all(name, vec![self], move |frames| write(frames[0].clone(), frames[0].known()))
    }

    /// As [`LazyFrame::written`], called from `caller`.
    pub(crate) fn written_at(
        self,
        name: &'static str,
        caller: Caller,
        write: impl Fn(LazyFrame, &Schema) -> Written + Send + Sync + 'static,
    ) -> Self {
        let write = move |frames: &[LazyFrame], _: &[DataFrame]| write(frames[0].clone(), frames[0].known());
        derived_at(vec![self], Verb { name, first: None, write: Box::new(write) }, caller)
    }

    /// What `write` makes of this frame when its columns, and the answers of the queries `first`, are known.
    #[track_caller]
    pub(crate) fn written_after(
        self,
        name: &'static str,
        first: impl Fn(LazyFrame, &Schema) -> std::result::Result<Vec<LazyFrame>, PlanMistake>
        + Send
        + Sync
        + 'static,
        write: impl Fn(LazyFrame, &Schema, &[DataFrame]) -> Written + Send + Sync + 'static,
    ) -> Self {
        let first = Box::new(move |frames: &[LazyFrame]| first(frames[0].clone(), frames[0].known()));
        let write = Box::new(move |frames: &[LazyFrame], answers: &[DataFrame]| {
            write(frames[0].clone(), frames[0].known(), answers)
        });
        derived(vec![self], Verb { name, first: Some(first), write })
    }

    /// The columns of a frame that a verb is written out over.
    pub(crate) fn known(&self) -> &Schema {
        self.plan().schema()
    }
}

/// A mistake in the options of a verb.
pub(crate) fn invalid(reason: impl Into<String>) -> PlanMistake {
    PlanMistake::InvalidOption { reason: reason.into() }
}

/// A name that the schemas do not have.
pub(crate) fn fresh(word: &str, schemas: &[&Schema]) -> Name {
    let is_taken = |name: &str| schemas.iter().any(|schema| schema.contains(name));
    let mut name = format!("_{word}");
    while is_taken(&name) {
        name.insert(0, '_');
    }
    name.into()
}

/// The names that are missing in the schema are mistakes.
pub(crate) fn require(schema: &Schema, names: &[Name]) -> std::result::Result<(), PlanMistake> {
    match names.iter().find(|name| !schema.contains(name)) {
        None => Ok(()),
        Some(name) => {
            let available: Vec<Name> = schema.names().cloned().collect();
            Err(PlanMistake::Type(lazuli_expr::TypeError::ColumnNotFound {
                name: name.clone(),
                nearest: lazuli_expr::typing::nearest_name(name, &available),
                available,
            }))
        }
    }
}
