//! `unique`: the columns that make rows equal.

use super::{Resolved, Verb};
use crate::{Distinct, Node};

pub(super) fn resolve(distinct: &Distinct, input: Resolved, verb: &mut Verb<'_>) -> Resolved {
    let scope = input.scope();
    let subset = distinct.subset.as_ref().map(|exprs| {
        let typed = verb.row_values(exprs, &scope, "the columns of unique");
        if typed.is_empty() && verb.is_clean && !scope.is_open() {
            verb.invalid(
                "unique needs at least one column to tell rows apart; leave the list out to use all",
            );
        }
        typed.into_iter().flatten().map(|typed| typed.expr.without_alias().clone()).collect()
    });
    let keep = distinct.keep;
    verb.finish(input, scope, |verb, input| verb.node(Node::Distinct(Distinct { input, subset, keep })))
}
