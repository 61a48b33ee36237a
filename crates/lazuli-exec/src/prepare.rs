//! From the user's plan to the plan that is run: pivots get their columns, names and types are resolved, the optimizer
//! does its work.

use lazuli_plan::optimizer::optimize;
use lazuli_plan::{LogicalPlan, PivotSearch, check, resolve};

use crate::{Engine, ExecOptions, Result};

/// The resolved and optimized plan.
pub(crate) fn prepare(plan: &LogicalPlan, engine: &Engine, options: &ExecOptions) -> Result<LogicalPlan> {
    Ok(optimize(&resolved(plan, engine, options)?, &options.optimizer))
}

/// The resolved plan.
///
/// Queries run only for pivots whose columns are not given: their values have to be known before there is a schema.
/// Before that, all mistakes that can be found without them are.
pub(crate) fn resolved(plan: &LogicalPlan, engine: &Engine, options: &ExecOptions) -> Result<LogicalPlan> {
    let mut plan = plan.clone();
    while let Some(search) = PivotSearch::next(&plan) {
        check(&plan)?;
        let values = engine.execute(&search.query(), options)?;
        plan = search.fill_in(&plan, values.rows());
    }
    Ok(resolve(&plan)?)
}
