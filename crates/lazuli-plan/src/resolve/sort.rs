//! Sorts: keys that are several columns become several keys.

use lazuli_expr::SortKey;

use super::{Resolved, Verb};
use crate::{Node, Slice, Sort};

pub(super) fn resolve(sort: &Sort, input: Resolved, verb: &mut Verb<'_>) -> Resolved {
    let scope = input.scope();
    let mut keys = Vec::new();
    for key in &sort.keys {
        for typed in
            verb.row_values(std::slice::from_ref(&key.expr), &scope, "a sort key").into_iter().flatten()
        {
            keys.push(SortKey { expr: typed.expr.without_alias().clone(), ..key.clone() });
        }
    }
    let limit = sort.limit;
    verb.finish(input, scope, |verb, input| match (keys.is_empty(), limit) {
        (false, limit) => verb.node(Node::Sort(Sort { input, keys, limit })),
        (true, Some(limit)) => verb.node(Node::Slice(Slice { input, offset: 0, length: Some(limit) })),
        (true, None) => input,
    })
}
