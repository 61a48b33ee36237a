//! Predicate pushdown: filters as near to the sources as they may go, so that fewer rows are worked on.
//!
//! ```text
//! Filter [c > 1, t < 9]         Project [b as c, t]
//!   Project [b as c, t]    =>     Sort [b]
//!     Sort [b]                      Scan t  where: b > 1 and t < 9
//!       Scan t
//! ```
//!
//! This file walks; what may pass a node is said in the file of its family. Three things hold for all:
//!
//! * **Order.** Predicates are asked one after the other, and a later one only for rows that the earlier ones kept. So
//!   one that can fail may only move if all before it moved too, and below a node that drops rows it may not move.
//!   One that can't fail may always be asked earlier.
//! * **Chance.** A predicate with random numbers stays, and everything behind it stays.
//! * **Limits.** Nothing passes a limit: it would count other rows.
//!
//! And what runs once for several readers ([`Held`]) is not filtered for one of them.

#[cfg(test)]
mod tests;
mod through_aggregate; // group keys
mod through_distinct; // what makes rows equal
mod through_join; // sides, keys made of predicates
mod through_join_where; // into the join, and to its sides
mod through_project; // computed columns
mod through_reshape; // pivot, unpivot, union, explode
mod through_window; // partition keys

use lazuli_array::Schema;
use lazuli_expr::Expr;

pub(super) use through_join::key_pair;

use super::facts::{can_fail, is_deterministic};
use super::held::Held;
use super::{Rule, RuleId};
use crate::plan::Memo;
use crate::{Filter, LogicalPlan, Node, Scan};

pub(super) struct PredicatePushdown;

impl Rule for PredicatePushdown {
    fn id(&self) -> RuleId {
        RuleId::PredicatePushdown
    }

    fn apply(&self, plan: &LogicalPlan) -> LogicalPlan {
        Walk { held: Held::of(plan), done: Memo::default() }.push(plan, Vec::new())
    }
}

/// Where predicates over a node go.
struct Split {
    /// The node, if predicates changed it; its inputs are the old ones.
    node: Option<Node>,
    /// Those for each input, written over the input's columns.
    below: Vec<Vec<Expr>>,
    /// Those that stay.
    above: Vec<Expr>,
}

impl Split {
    /// All stay above a node with so many inputs.
    fn stay(predicates: Vec<Expr>, num_inputs: usize) -> Self {
        Self { node: None, below: vec![Vec::new(); num_inputs], above: predicates }
    }

    /// These go below a node with one input.
    fn single(below: Vec<Expr>, above: Vec<Expr>) -> Self {
        Self { node: None, below: vec![below], above }
    }
}

/// Offers the predicates in order to `take`, which takes what goes below; gives those that stay. `take` is told whether
/// the predicate can fail. `schema` is that of the node's result.
fn sift(predicates: Vec<Expr>, schema: &Schema, mut take: impl FnMut(&Expr, bool) -> bool) -> Vec<Expr> {
    let mut above: Vec<Expr> = Vec::new();
    let mut is_blocked = false;
    for predicate in predicates {
        is_blocked |= !is_deterministic(&predicate);
        let fails = can_fail(&predicate, schema);
        let goes = !is_blocked && (!fails || above.is_empty()) && take(&predicate, fails);
        if !goes {
            above.push(predicate);
        }
    }
    above
}

struct Walk {
    /// Plans that take no predicates, since others read them without.
    held: Held,
    /// Plans that got no predicates from above.
    done: Memo<usize>,
}

impl Walk {
    /// A plan equal to a filter with these predicates over `plan`, with all predicates as far down as they go.
    fn push(&mut self, plan: &LogicalPlan, predicates: Vec<Expr>) -> LogicalPlan {
        if !predicates.is_empty() {
            if self.held.contains(plan) {
                return filtered(self.push(plan, Vec::new()), predicates);
            }
            return self.push_into(plan, predicates);
        }
        if let Some(done) = self.done.get(&plan.address()) {
            return done;
        }
        let pushed = self.push_into(plan, predicates);
        self.done.insert(plan.address(), plan, &pushed);
        pushed
    }

    fn push_into(&mut self, plan: &LogicalPlan, predicates: Vec<Expr>) -> LogicalPlan {
        let split = match plan.node() {
            Node::Filter(filter) => return self.push_filter(plan, filter, predicates),
            Node::Scan(scan) => return push_scan(plan, scan, predicates),
            Node::Project(project) => through_project::split(project, plan.schema(), predicates),
            Node::Aggregate(aggregate) => through_aggregate::split(aggregate, plan.schema(), predicates),
            Node::Join(join) => through_join::split(join, plan.schema(), predicates),
            Node::AsofJoin(join) => through_join::split_asof(join, plan.schema(), predicates),
            Node::JoinWhere(join) => through_join_where::split(join, predicates),
            Node::Distinct(distinct) => through_distinct::split(distinct, plan.schema(), predicates),
            Node::Union(union) => through_reshape::split_union(union, plan.schema(), predicates),
            Node::Pivot(pivot) => through_reshape::split_pivot(pivot, plan.schema(), predicates),
            Node::Unpivot(unpivot) => through_reshape::split_unpivot(unpivot, plan.schema(), predicates),
            Node::Explode(explode) => through_reshape::split_explode(explode, plan.schema(), predicates),
            Node::Window(window) => through_window::split(window, plan.schema(), predicates),
            // A sort neither drops nor changes rows, unless it is limited.
            Node::Sort(sort) if sort.limit.is_none() => {
                let mut below = Vec::new();
                let above = sift(predicates, plan.schema(), |predicate, _| {
                    below.push(predicate.clone());
                    true
                });
                Split::single(below, above)
            }
            Node::Sort(_)
            | Node::Slice(_)
            | Node::HorizontalConcat(_)
            | Node::RowIndex(_)
            | Node::Derived(_)
            | Node::Sink(_) => Split::stay(predicates, plan.inputs().len()),
        };
        let inputs = plan
            .inputs()
            .into_iter()
            .zip(split.below)
            .map(|(input, predicates)| self.push(input, predicates))
            .collect();
        let below = match split.node {
            Some(node) => plan.with_node(node).with_inputs(inputs),
            None => plan.over(inputs),
        };
        filtered(below, split.above)
    }

    fn push_filter(&mut self, plan: &LogicalPlan, filter: &Filter, predicates: Vec<Expr>) -> LogicalPlan {
        let is_alone = predicates.is_empty();
        let all = filter.predicates.iter().cloned().chain(predicates).collect();
        let pushed = self.push(&filter.input, all);
        match pushed.node() {
            // It ended where it was.
            Node::Filter(new)
                if is_alone && new.input.ptr_eq(&filter.input) && new.predicates == filter.predicates =>
            {
                plan.clone()
            }
            // The filter keeps its own caller.
            Node::Filter(new) => plan.with_node(Node::Filter(new.clone())),
            _ => pushed,
        }
    }
}

/// Sources that filter take predicates over their own columns, unless they stop after a number of rows.
fn push_scan(plan: &LogicalPlan, scan: &Scan, predicates: Vec<Expr>) -> LogicalPlan {
    if predicates.is_empty() {
        return plan.clone();
    }
    if !scan.source.applies_predicates() || scan.limit.is_some() {
        return filtered(plan.clone(), predicates);
    }
    let mut below = scan.predicates.clone();
    let above = sift(predicates, plan.schema(), |predicate, _| {
        below.push(predicate.clone());
        true
    });
    if below.len() == scan.predicates.len() {
        return filtered(plan.clone(), above);
    }
    filtered(plan.with_node(Node::Scan(Scan { predicates: below, ..scan.clone() })), above)
}

fn filtered(input: LogicalPlan, predicates: Vec<Expr>) -> LogicalPlan {
    if predicates.is_empty() {
        return input;
    }
    input.with_node(Node::Filter(Filter { input: input.clone(), predicates }))
}
