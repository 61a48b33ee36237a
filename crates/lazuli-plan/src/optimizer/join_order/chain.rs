//! A chain of joins as a list of steps over a first plan, whose columns are known by where they come from.

use std::collections::{HashMap, HashSet};

use lazuli_array::Name;
use lazuli_expr::Expr;

use super::super::facts::{can_fail, is_deterministic};
use crate::estimate::{Estimates, RowEstimate, matches_a_row};
use crate::resolve::fresh_name;
use crate::unique::is_unique_by;
use crate::{Join, JoinColumn, JoinSide, JoinType, LogicalPlan, Node};

/// How many steps are looked at together. Longer chains are put in order piece by piece.
const MAX_STEPS: usize = 16;

/// The better of two estimates must be below the other by this factor.
const CLEARLY: f64 = 0.8;

/// A column by its origin: the first plan (0) or the right side of a step (from 1, as the steps were written), and its
/// name there.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Origin {
    plan: usize,
    name: Name,
}

/// One join of the chain.
struct Step {
    /// The plan whose top node the join is.
    plan: LogicalPlan,
    join: Join,
    /// Number of the step as written, from 1: what [`Origin::plan`] says of its right columns.
    number: usize,
    /// The columns that the left keys read, under the names by which the keys read them.
    reads: HashMap<Name, Origin>,
    /// Whether a row of the rows so far becomes one row at most.
    gives_one: bool,
    /// How many rows a row becomes: the least and the most, by the kind of join alone.
    bounds: (f64, f64),
    /// How many rows a row becomes, as far as sources know.
    factor: Option<f64>,
}

/// Joins over one another, from the lowest.
pub(super) struct Chain {
    first: LogicalPlan,
    steps: Vec<Step>,
    /// The columns of the result.
    output: Vec<(Origin, Name)>,
}

impl Chain {
    /// The chain whose last join is the top of `plan`; `None` if that is no join that may move.
    pub(super) fn of(plan: &LogicalPlan, estimates: &mut Estimates) -> Option<Self> {
        let mut plans = Vec::new();
        let mut first = plan;
        while let Node::Join(join) = first.node() {
            if plans.len() == MAX_STEPS || !may_move(join) {
                break;
            }
            plans.push(first);
            first = &join.left;
        }
        if plans.len() < 2 {
            return None;
        }
        let origin = |plan, name: &Name| Origin { plan, name: name.clone() };
        // The columns of the rows so far, by the names that they have there.
        let mut columns: HashMap<Name, Origin> =
            first.schema().names().map(|name| (name.clone(), origin(0, name))).collect();
        let mut estimated = vec![estimates.of(first)];
        let mut steps = Vec::with_capacity(plans.len());
        let mut output = Vec::new();
        for (index, plan) in plans.into_iter().rev().enumerate() {
            let Node::Join(join) = plan.node() else { unreachable!("joins were taken") };
            let number = index + 1;
            let reads: HashMap<Name, Origin> = join
                .left_keys
                .iter()
                .flat_map(Expr::columns)
                .map(|name| columns.get(&name).cloned().map(|origin| (name, origin)))
                .collect::<Option<_>>()?;
            output = join
                .output
                .iter()
                .map(|column| {
                    let origin = match &column.source {
                        JoinSide::Left(name) => columns.get(name)?.clone(),
                        JoinSide::Right(name) => origin(number, name),
                        JoinSide::Coalesced(..) => return None,
                    };
                    Some((origin, column.name.clone()))
                })
                .collect::<Option<Vec<_>>>()?;
            // A column that the result has twice would need a name for each.
            if output.iter().map(|(origin, _)| origin).collect::<HashSet<_>>().len() < output.len() {
                return None;
            }
            columns = output.iter().map(|(origin, name)| (name.clone(), origin.clone())).collect();
            estimated.push(estimates.of(&join.right));
            // What the keys are compared with: the rows of the plan that they come from.
            let compared = reads.values().map(|origin| origin.plan).max().unwrap_or(0);
            let known = estimated[compared].zip(estimated[number]);
            steps.push(Step::new(plan, join, number, reads, known));
        }
        Some(Self { first: first.clone(), steps, output })
    }

    pub(super) fn len(&self) -> usize {
        self.steps.len()
    }

    /// Whether the `upper` of two neighbours should come before the `lower` one, and may as far as its keys go.
    pub(super) fn comes_first(&self, upper: usize, lower: usize) -> bool {
        let (upper, lower) = (&self.steps[upper], &self.steps[lower]);
        if upper.reads.values().any(|origin| origin.plan == lower.number) {
            return false;
        }
        let is_sure = upper.bounds.1 <= lower.bounds.0 && upper.bounds != lower.bounds;
        let factors = upper.factor.zip(lower.factor);
        is_sure || factors.is_some_and(|(upper, lower)| upper < lower * CLEARLY)
    }

    /// Whether two neighbours give the same rows in the same order either way.
    pub(super) fn may_change_order(&self, upper: usize, lower: usize) -> bool {
        self.steps[upper].gives_one || self.steps[lower].gives_one
    }

    pub(super) fn exchange(&mut self, lower: usize, upper: usize) {
        self.steps.swap(lower, upper);
    }

    /// The joins in their new order, with the columns of `plan`. `None` if a column can't be had, which does not happen.
    pub(super) fn into_plan(self, plan: &LogicalPlan) -> Option<LogicalPlan> {
        let names = self.names();
        let Self { first, steps, output } = self;
        let mut columns: Vec<(Origin, Name)> = first
            .schema()
            .names()
            .map(|name| (Origin { plan: 0, name: name.clone() }, name.clone()))
            .collect();
        let mut current = first;
        for (index, step) in steps.iter().enumerate() {
            let name_of = |origin: &Origin| {
                columns.iter().find(|(known, _)| known == origin).map(|(_, name)| name.clone())
            };
            if !step.reads.values().all(|origin| name_of(origin).is_some()) {
                return None;
            }
            let renamed = |name: &Name| step.reads.get(name).and_then(name_of).map(Expr::Column);
            let left_keys = step.join.left_keys.iter().map(|key| key.replace_columns(&renamed)).collect();
            let is_last = index + 1 == steps.len();
            let kept: Vec<(Origin, Name)> = if is_last {
                output.clone()
            } else {
                let later = &steps[index + 1..];
                let is_needed = |origin: &Origin| {
                    output.iter().any(|(needed, _)| needed == origin)
                        || later.iter().any(|step| step.reads.values().any(|read| read == origin))
                };
                let left = columns.iter().map(|(origin, _)| origin.clone());
                let right = step.right_columns();
                let needed = left.chain(right).filter(is_needed);
                needed
                    .map(|origin| Some((origin.clone(), names.get(&origin)?.clone())))
                    .collect::<Option<_>>()?
            };
            let join_columns = kept
                .iter()
                .map(|(origin, name)| {
                    let source = match origin.plan == step.number {
                        true => JoinSide::Right(origin.name.clone()),
                        false => JoinSide::Left(name_of(origin)?),
                    };
                    Some(JoinColumn { source, name: name.clone() })
                })
                .collect::<Option<Vec<_>>>()?;
            let join = Join { left: current, left_keys, output: join_columns, ..step.join.clone() };
            // The last one gives what the whole chain gives.
            current = if is_last { plan } else { &step.plan }.with_node(Node::Join(join));
            columns = kept;
        }
        Some(current)
    }

    /// A name for each column that the result has or a key reads, no two alike: that of the result, else the one by which
    /// the key reads it if nothing else is called so.
    fn names(&self) -> HashMap<Origin, Name> {
        let mut names: HashMap<Origin, Name> = self.output.iter().cloned().collect();
        let mut taken: HashSet<Name> = names.values().cloned().collect();
        let mut number = 1;
        for step in &self.steps {
            // In the order of the keys, so that the same plan always gets the same names.
            for name in step.join.left_keys.iter().flat_map(Expr::columns) {
                let origin = &step.reads[&name];
                if names.contains_key(origin) {
                    continue;
                }
                let new = match taken.contains(&name) {
                    true => fresh_name("key", &mut number, |name| taken.contains(name)),
                    false => name,
                };
                taken.insert(new.clone());
                names.insert(origin.clone(), new);
            }
        }
        names
    }
}

impl Step {
    fn new(
        plan: &LogicalPlan,
        join: &Join,
        number: usize,
        reads: HashMap<Name, Origin>,
        known: Option<(RowEstimate, RowEstimate)>,
    ) -> Self {
        let filters = matches!(join.join_type, JoinType::Semi | JoinType::Anti);
        let gives_one = filters || is_unique_by(&join.right, &join.right_keys);
        let keeps_all = join.join_type == JoinType::Left;
        let least = if keeps_all { 1.0 } else { 0.0 };
        let most = if gives_one { 1.0 } else { f64::INFINITY };
        let factor = known.map(|(left, right)| {
            let matches = match join.join_type {
                JoinType::Anti => 0.5,
                _ => matches_a_row(join, left, right),
            };
            matches.clamp(least, most)
        });
        Self {
            plan: plan.clone(),
            join: join.clone(),
            number,
            reads,
            gives_one,
            bounds: (least, most),
            factor,
        }
    }

    fn right_columns(&self) -> impl Iterator<Item = Origin> {
        let gives_right = !matches!(self.join.join_type, JoinType::Semi | JoinType::Anti);
        let names: Vec<Name> =
            if gives_right { self.join.right.schema().names().cloned().collect() } else { Vec::new() };
        names.into_iter().map(|name| Origin { plan: self.number, name })
    }
}

/// Whether a join goes row by row of its left side, and its keys may be asked for other rows.
fn may_move(join: &Join) -> bool {
    let goes_by_row = match join.join_type {
        JoinType::Inner | JoinType::Left | JoinType::Semi | JoinType::Anti | JoinType::Cross => true,
        JoinType::Right | JoinType::Full => false,
    };
    let schema = join.left.schema();
    goes_by_row && join.left_keys.iter().all(|key| !can_fail(key, schema) && is_deterministic(key))
}
