//! The optimizer: changes the time a plan takes, never its answer.
//!
//! One rule is one file that says before, after, why valid, when not. A rule sees a whole resolved plan and gives an
//! equal one, the same in memory where nothing changed. The driver here runs the rules of a pass in turn, pass after
//! pass, until a pass changes nothing; in debug builds it checks after each rule that names, types and order of the
//! result's columns are what they were.
//!
//! **What a rule may do to errors.** A query may fail on some row (an overflow, a strict cast). A rule may make such an
//! error go away with values that nobody asked for; it may never make one that the plan as written would not have met.

#[cfg(test)]
mod asof_tests;
mod common_subexpressions; // what is computed twice, computed once
mod common_subplans; // what was written twice is one plan
mod constant_folding; // expressions without columns to constants
mod expressions; // all expressions of a node
pub(crate) mod facts; // what rules ask about expressions
mod held; // plans that run once for several readers
mod join_narrowing; // outer joins whose extra rows are filtered out
mod join_order; // joins that leave rows out first
mod join_predicates; // predicates over pairs of rows into the join
mod limit_pushdown; // fewer rows asked for
mod options; // which rules run
mod order_observance; // sorts whose order nobody sees
mod predicate_pushdown; // filters as near to the sources as they may
mod projection_merge; // projections over one another in one
mod projection_pruning; // columns that nobody reads
#[cfg(test)]
mod random_plans; // with rules and without, the same answer
mod simplification; // the same value for less work
mod sort_collapse; // a sort of sorted rows is one sort
#[cfg(test)]
mod tests;

pub use options::{OptimizerOptions, RuleId};

use crate::LogicalPlan;

/// A change to plans that keeps the answer.
trait Rule: Sync {
    fn id(&self) -> RuleId;

    /// The plan, changed or the same in memory.
    fn apply(&self, plan: &LogicalPlan) -> LogicalPlan;
}

/// The rules of one pass, in order; the pass is repeated until nothing changes.
///
/// * Folding before simplification: that looks for constants.
/// * Both before pushdown: a predicate that is simply true need not move, a conjunction that appears can be split.
/// * Narrowing after pushdown: filters have come down onto joins, and the next pass moves them on through the narrower
///   join.
/// * Join predicates after pushdown: what is of one side has gone there, what is left is of both.
/// * Order observance before sort collapse: what goes need not be put into another sort.
/// * Join order after narrowing and join predicates: those say which joins there are. Before pruning, which then takes the
///   columns out that a join in its new place passes on for nothing.
/// * Pruning after pushdown: what only a predicate reads isn't needed above the place where it ended.
/// * Merging after pruning: what nobody reads doesn't count as a use.
/// * Limits last: they stop at filters, so those should be where they stay.
const PASS: &[&dyn Rule] = &[
    &constant_folding::ConstantFolding,
    &simplification::Simplification,
    &predicate_pushdown::PredicatePushdown,
    &join_narrowing::JoinNarrowing,
    &join_predicates::JoinPredicates,
    &order_observance::OrderObservance,
    &sort_collapse::SortCollapse,
    &join_order::JoinOrder,
    &projection_pruning::ProjectionPruning,
    &projection_merge::ProjectionMerge,
    &limit_pushdown::LimitPushdown,
];

/// Rules that run once, before the passes: those would make equal plans differ.
const FIRST: &[&dyn Rule] = &[&common_subplans::CommonSubplans];

/// Rules that run once, after the passes: merging would undo them.
const LAST: &[&dyn Rule] = &[&common_subexpressions::CommonSubexpressions];

/// How often the pass is repeated at most. Most plans need two or three; the rest is a guard against rules that would
/// undo one another.
const MAX_PASSES: usize = 16;

/// Plans deeper than this are optimized on a thread with a stack of their own size.
const SHALLOW_DEPTH: usize = 64;

/// Stack for each step of a plan's depth: several times what an unoptimized build uses.
const STACK_BYTES_PER_STEP: usize = 64 * 1024;

/// The plan as it will run: equal answers, less work. The plan must be resolved.
pub fn optimize(plan: &LogicalPlan, options: &OptimizerOptions) -> LogicalPlan {
    let depth = plan.depth();
    if depth <= SHALLOW_DEPTH {
        return run_passes(plan, options);
    }
    std::thread::scope(|scope| {
        let stack_bytes = depth * STACK_BYTES_PER_STEP;
        let thread = std::thread::Builder::new()
            .name("lazuli-optimizer".into())
            .stack_size(stack_bytes)
            .spawn_scoped(scope, || run_passes(plan, options));
        match thread.map(|thread| thread.join()) {
            Ok(Ok(optimized)) => optimized,
            Ok(Err(panic)) => std::panic::resume_unwind(panic),
            // No thread to be had: the plan as written gives the same answer.
            Err(_) => plan.clone(),
        }
    })
}

fn run_passes(plan: &LogicalPlan, options: &OptimizerOptions) -> LogicalPlan {
    let mut plan = run_rules(FIRST, plan.clone(), options);
    for _ in 0..MAX_PASSES {
        let before = plan.clone();
        plan = run_rules(PASS, plan, options);
        if plan.ptr_eq(&before) {
            break;
        }
    }
    run_rules(LAST, plan, options)
}

fn run_rules(rules: &[&dyn Rule], mut plan: LogicalPlan, options: &OptimizerOptions) -> LogicalPlan {
    for rule in rules.iter().filter(|rule| options.is_enabled(rule.id())) {
        let changed = rule.apply(&plan);
        debug_assert_eq!(changed.schema(), plan.schema(), "rule {} changed the result's columns", rule.id());
        plan = changed;
    }
    plan
}
