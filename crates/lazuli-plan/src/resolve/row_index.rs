//! `with_row_index`: the name is a new one.

use lazuli_array::DataType;

use super::scope::{KnownColumn, Scope};
use super::{Resolved, Verb};
use crate::{Node, PlanMistake, RowIndex};

pub(super) fn resolve(node: &RowIndex, input: Resolved, verb: &mut Verb<'_>) -> Resolved {
    let scope = input.scope();
    if scope.schema().contains(&node.name) {
        let reason = "the input has a column of this name; give the index another".into();
        verb.report(PlanMistake::DuplicateName { name: node.name.clone(), reason });
    }
    let index: KnownColumn = (node.name.clone(), Some(DataType::Int64));
    let known = Scope::of(std::iter::once(index).chain(scope.columns()), scope.is_open());
    verb.finish(input, known, |verb, input| verb.node(Node::RowIndex(RowIndex { input, ..node.clone() })))
}
