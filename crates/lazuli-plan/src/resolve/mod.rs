//! From the plan that a user built to one that can run: all mistakes at once, or types, casts and names spelled out.
//!
//! Nodes are resolved inputs first. One with a mistake still says as much as is known of its columns (its [`Scope`]), so
//! that the verbs above it are checked too; what can't be known is not held against them.
//!
//! After resolving, every expression is typed and cast, every name is spelled out, and the comments "Resolved" at the
//! fields of [`crate::Node`] hold.

mod aggregate; // groups
mod asof_join; // the nearest row
mod broadcast; // aggregates beside row by row values
mod concat; // one input after the other, side by side
mod derived; // verbs written out
mod distinct; // one row of each kind
mod explode; // items of lists
mod expression; // expressions of one verb
mod filter; // rows kept
mod join; // pairs of rows
mod join_where; // pairs of rows for which predicates are true
mod lift; // aggregates taken out of expressions
mod names; // new names that clash with none
mod pivot; // values to columns
mod pivot_search; // the columns of a pivot, found by a first pass
mod project; // columns computed
mod row_index; // the number of each row
mod rows; // aggregates that give rows
mod scan; // sources
mod scope; // what is known of columns
mod search; // what has to be known of the data
mod sort; // order
#[cfg(test)]
mod tests;
mod unpivot; // columns to values
mod window; // values made of the rows of a partition

use std::collections::HashMap;

use lazuli_expr::TypeError;

pub(crate) use names::fresh as fresh_name;
pub use pivot_search::{PivotCells, PivotSearch};
pub use search::Search;

use crate::{Caller, LogicalPlan, Node, PlanError, PlanErrors, PlanMistake};
use scope::Scope;

/// Plans may have this many steps one over the other. What works on plans recurses, and a stack is not endless.
const MAX_DEPTH: usize = 2_000;

/// Checks a plan and makes it ready to run.
///
/// Pivots must have their columns, and derived verbs the answers of their first pass: see [`Search`]. Resolving a resolved plan changes nothing.
///
/// # Errors
/// All mistakes, in the order of the plan's verbs.
pub fn resolve(plan: &LogicalPlan) -> Result<LogicalPlan, PlanErrors> {
    let (resolved, errors) = resolve_all(plan, false);
    match resolved {
        Some(Resolved::Plan(plan)) if errors.is_empty() => Ok(plan),
        _ => Err(PlanErrors(errors)),
    }
}

/// Checks a plan as far as it can be checked before what [`Search`] looks for is known, that is, before any data is read.
///
/// # Errors
/// All mistakes that can be found, in the order of the plan's verbs.
pub fn check(plan: &LogicalPlan) -> Result<(), PlanErrors> {
    let (_, errors) = resolve_all(plan, true);
    if errors.is_empty() { Ok(()) } else { Err(PlanErrors(errors)) }
}

fn resolve_all(plan: &LogicalPlan, may_search_pivots: bool) -> (Option<Resolved>, Vec<PlanError>) {
    let mut errors = Vec::new();
    let depth = plan.depth();
    if depth > MAX_DEPTH {
        let reason =
            format!("a plan of {depth} steps one over the other, more than {MAX_DEPTH}; collect in between");
        errors.push(PlanError {
            verb: verb_name(plan.node()),
            caller: plan.caller().clone(),
            mistake: PlanMistake::InvalidOption { reason },
        });
        return (None, errors);
    }
    (resolve_steps(plan, HashMap::new(), None, may_search_pivots, &mut errors), errors)
}

/// Resolves a plan in which some steps were resolved before. `called`: the verb that all other steps were written for, and
/// where it was called; each step's own if `None`.
fn resolve_steps(
    plan: &LogicalPlan,
    mut done: HashMap<usize, Resolved>,
    called: Option<(&'static str, &Caller)>,
    may_search_pivots: bool,
    errors: &mut Vec<PlanError>,
) -> Option<Resolved> {
    for step in plan.inputs_first_above(done.keys().copied().collect()) {
        let inputs = step.inputs().iter().map(|input| done[&input.address()].clone()).collect();
        let (name, caller) = called.unwrap_or_else(|| (verb_name(step.node()), step.caller()));
        let mut verb = Verb { name, caller, plan: step, errors, is_clean: true, may_search_pivots };
        let resolved = resolve_node(&mut verb, inputs);
        done.insert(step.address(), resolved);
    }
    done.remove(&plan.address())
}

fn resolve_node(verb: &mut Verb<'_>, inputs: Vec<Resolved>) -> Resolved {
    let mut inputs_left = inputs.into_iter();
    let mut next = || inputs_left.next().expect("an input for each of the node's");
    match verb.plan.node() {
        Node::Scan(scan) => scan::resolve(scan, verb),
        Node::Filter(filter) => filter::resolve(filter, next(), verb),
        Node::Project(project) => project::resolve(project, next(), verb),
        Node::Aggregate(aggregate) => aggregate::resolve(aggregate, next(), verb),
        Node::Join(join) => {
            let left = next();
            join::resolve(join, left, next(), verb)
        }
        Node::AsofJoin(join) => {
            let left = next();
            asof_join::resolve(join, left, next(), verb)
        }
        Node::JoinWhere(join) => {
            let left = next();
            join_where::resolve(join, left, next(), verb)
        }
        Node::Sort(sort) => sort::resolve(sort, next(), verb),
        Node::Slice(slice) => {
            let input = next();
            match input {
                Resolved::Plan(input) => verb.plan_of(Node::Slice(crate::Slice { input, ..slice.clone() })),
                broken => broken,
            }
        }
        Node::Distinct(distinct) => distinct::resolve(distinct, next(), verb),
        Node::Union(union) => concat::resolve_union(union, inputs_left.collect(), verb),
        Node::HorizontalConcat(_) => concat::resolve_horizontal(inputs_left.collect(), verb),
        Node::Pivot(pivot) => pivot::resolve(pivot, next(), verb),
        Node::Unpivot(unpivot) => unpivot::resolve(unpivot, next(), verb),
        Node::Explode(explode) => explode::resolve(explode, next(), verb),
        Node::Window(window) => window::resolve(window, next(), verb),
        Node::RowIndex(node) => row_index::resolve(node, next(), verb),
        Node::Derived(derived) => derived::resolve(derived, inputs_left.collect(), verb),
        Node::Sink(sink) => match next() {
            Resolved::Plan(input) => verb.plan_of(Node::Sink(crate::Sink { input, ..sink.clone() })),
            Resolved::Broken(_) => Resolved::Broken(Scope::default()),
        },
    }
}

/// What a user calls the verb that makes a node.
fn verb_name(node: &Node) -> &'static str {
    match node {
        Node::Scan(_) => "scan",
        Node::Filter(_) => "filter",
        Node::Project(project) if project.keep_input => "with_columns",
        Node::Project(_) => "select",
        Node::Aggregate(_) => "group_by",
        Node::Join(_) => "join",
        Node::AsofJoin(_) => "join_asof",
        Node::JoinWhere(_) => "join_where",
        Node::Sort(_) => "sort",
        Node::Slice(_) => "slice",
        Node::Distinct(_) => "unique",
        Node::Union(_) | Node::HorizontalConcat(_) => "concat",
        Node::Pivot(_) => "pivot",
        Node::Unpivot(_) => "unpivot",
        Node::Explode(_) => "explode",
        Node::Window(_) => "window",
        Node::RowIndex(_) => "with_row_index",
        Node::Derived(derived) => derived.verb.name(),
        Node::Sink(_) => "sink",
    }
}

/// A node that was looked at.
#[derive(Debug, Clone)]
enum Resolved {
    /// It and all below it are right.
    Plan(LogicalPlan),
    /// It or something below it is wrong; what is known of its columns all the same.
    Broken(Scope),
}

impl Resolved {
    fn scope(&self) -> Scope {
        match self {
            Self::Plan(plan) => Scope::known(plan.schema().clone()),
            Self::Broken(scope) => scope.clone(),
        }
    }

    /// The plan, if all is right.
    fn plan(self) -> Option<LogicalPlan> {
        match self {
            Self::Plan(plan) => Some(plan),
            Self::Broken(_) => None,
        }
    }
}

/// The verb that is being resolved, and the list that its mistakes go to.
struct Verb<'a> {
    name: &'static str,
    caller: &'a Caller,
    plan: &'a LogicalPlan,
    errors: &'a mut Vec<PlanError>,
    /// Whether it has no mistakes so far.
    is_clean: bool,
    /// Whether pivots and first passes may still be open.
    may_search_pivots: bool,
}

impl Verb<'_> {
    fn report(&mut self, mistake: PlanMistake) {
        self.is_clean = false;
        self.errors.push(PlanError { verb: self.name, caller: self.caller.clone(), mistake });
    }

    fn type_error(&mut self, error: TypeError) {
        self.report(PlanMistake::Type(error));
    }

    fn invalid(&mut self, reason: impl Into<String>) {
        self.report(PlanMistake::InvalidOption { reason: reason.into() });
    }

    /// A node of this verb's.
    fn node(&self, node: Node) -> LogicalPlan {
        LogicalPlan::new(node, self.caller.clone())
    }

    fn plan_of(&self, node: Node) -> Resolved {
        Resolved::Plan(self.node(node))
    }

    /// What `make` gives if this verb has no mistakes and its input has none, else `scope`.
    fn finish(
        &mut self,
        input: Resolved,
        scope: Scope,
        make: impl FnOnce(&Self, LogicalPlan) -> LogicalPlan,
    ) -> Resolved {
        match input {
            Resolved::Plan(input) if self.is_clean => Resolved::Plan(make(self, input)),
            _ => Resolved::Broken(scope),
        }
    }
}
