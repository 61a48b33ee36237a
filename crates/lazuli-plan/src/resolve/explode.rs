//! `explode`: the columns spelled out and checked to be lists.

use lazuli_array::DataType;
use lazuli_expr::TypeError;

use super::scope::{KnownColumn, Scope};
use super::{Resolved, Verb};
use crate::{Explode, Node};

pub(super) fn resolve(explode: &Explode, input: Resolved, verb: &mut Verb<'_>) -> Resolved {
    let scope = input.scope();
    let columns = verb.known_names(&explode.columns, &scope);
    if explode.columns.is_empty() {
        verb.invalid("explode needs at least one column");
    }
    for name in &columns {
        match scope.data_type(name) {
            None | Some(DataType::List(_)) => {}
            Some(other) => verb.type_error(TypeError::UnsupportedInput {
                expr: name.to_string(),
                function: "explode".into(),
                expected: "lists".into(),
                found: vec![other.clone()],
            }),
        }
    }
    let item = |(name, data_type): KnownColumn| match (columns.contains(&name), data_type) {
        (true, Some(DataType::List(item))) => (name, Some(*item)),
        (true, _) => (name, None),
        (false, data_type) => (name, data_type),
    };
    let known = Scope::of(scope.columns().map(item).collect::<Vec<_>>(), scope.is_open());
    verb.finish(input, known, |verb, input| {
        verb.node(Node::Explode(Explode { input, columns, drop_empty: explode.drop_empty }))
    })
}
