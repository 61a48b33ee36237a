//! Derived verbs: written out over their resolved inputs, and what that gives resolved in their place, as if the user had
//! written it in the line of the verb.

use std::collections::HashMap;

use super::scope::Scope;
use super::{MAX_DEPTH, Resolved, Verb, resolve_steps};
use crate::{Derived, LogicalPlan};

pub(super) fn resolve(derived: &Derived, inputs: Vec<Resolved>, verb: &mut Verb<'_>) -> Resolved {
    let broken = Resolved::Broken(Scope::anything());
    let Some(inputs) = inputs.into_iter().map(Resolved::plan).collect::<Option<Vec<LogicalPlan>>>() else {
        return broken;
    };
    if derived.waits() {
        if !verb.may_search_pivots {
            verb.invalid("the columns that this verb makes depend on the data; collect the frame");
        }
        return broken;
    }
    let written = match derived.verb.write_out(&inputs, derived.answers.as_deref().unwrap_or_default()) {
        Ok(written) => written,
        Err(mistake) => {
            verb.report(mistake);
            return broken;
        }
    };
    if written.depth() > MAX_DEPTH {
        verb.invalid(format!("a plan of more than {MAX_DEPTH} steps one over the other; collect in between"));
        return broken;
    }
    let known =
        inputs.into_iter().map(|input| (input.address(), Resolved::Plan(input))).collect::<HashMap<_, _>>();
    let called = Some((verb.name, verb.caller));
    let resolved = resolve_steps(&written, known, called, verb.may_search_pivots, verb.errors);
    match resolved {
        Some(Resolved::Plan(plan)) => Resolved::Plan(plan),
        _ => broken,
    }
}
