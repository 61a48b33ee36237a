//! From the user's plan to the plan that is run: pivots get their columns, names and types are resolved, the optimizer
//! does its work.

use std::sync::Arc;

use lazuli_plan::optimizer::optimize;
use lazuli_plan::{LogicalPlan, Node, PivotSearch, Search, check, resolve};

use crate::{Engine, ExecError, ExecOptions, FrameSource, Result};

/// What a plan is prepared for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// To say something about it.
    Show,
    /// To be run once, so that what was read on the way need not be read again.
    Run,
}

/// The resolved and optimized plan.
pub(crate) fn prepare(
    plan: &LogicalPlan,
    purpose: Purpose,
    engine: &Engine,
    options: &ExecOptions,
) -> Result<LogicalPlan> {
    let plan = optimize(&resolved(plan, purpose, engine, options)?, &options.optimizer);
    if purpose == Purpose::Run && options.rejects.is_none() {
        expect_no_rejects(&plan)?;
    }
    Ok(plan)
}

/// No source of the plan sets records aside.
fn expect_no_rejects(plan: &LogicalPlan) -> Result<()> {
    if let Node::Scan(scan) = plan.node()
        && scan.source.sets_aside()
    {
        return Err(ExecError::RejectsUntaken { name: scan.source.name() });
    }
    plan.inputs().into_iter().try_for_each(expect_no_rejects)
}

/// The resolved plan.
///
/// Queries run only for pivots whose columns are not given, and for derived verbs with a first pass: what they ask for has
/// to be known before there is a schema. Before that, all mistakes that can be found without it are.
pub(crate) fn resolved(
    plan: &LogicalPlan,
    purpose: Purpose,
    engine: &Engine,
    options: &ExecOptions,
) -> Result<LogicalPlan> {
    let mut plan = plan.clone();
    while let Some(search) = Search::next(&plan) {
        check(&plan)?;
        plan = match search {
            Search::Pivot(search) => searched(&plan, &search, purpose, engine, options)?,
            Search::FirstPass(search) => {
                let queries = search.queries()?;
                let answers = queries.iter().map(|query| engine.execute(query, options));
                search.fill_in(&plan, answers.collect::<Result<Vec<_>>>()?)
            }
        };
    }
    Ok(resolve(&plan)?)
}

/// The plan with the columns of a pivot. A plan that is to be run gets the cells of the pivot in place of what they were
/// made of, unless they are in memory as they are.
fn searched(
    plan: &LogicalPlan,
    search: &PivotSearch,
    purpose: Purpose,
    engine: &Engine,
    options: &ExecOptions,
) -> Result<LogicalPlan> {
    let in_memory = search.scanned().is_some_and(|source| source.as_any().is::<FrameSource>());
    let cells = if purpose == Purpose::Run && !in_memory { search.cells() } else { None };
    Ok(match cells {
        Some(cells) => {
            let rows = engine.execute(cells.query(), options)?;
            cells.fill_in(plan, Arc::new(FrameSource::new(rows)))
        }
        None => {
            let values = engine.execute(&search.query(), options)?;
            search.fill_in(plan, values.rows())
        }
    })
}
