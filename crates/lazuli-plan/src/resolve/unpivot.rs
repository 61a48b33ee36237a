//! `unpivot`: the columns spelled out, and brought to one type.

use lazuli_array::{DataType, Name};
use lazuli_expr::{Expr, typing};

use super::concat::common_type;
use super::scope::{KnownColumn, Scope};
use super::{Resolved, Verb};
use crate::{LogicalPlan, Node, PlanMistake, Project, Unpivot};

pub(super) fn resolve(unpivot: &Unpivot, input: Resolved, verb: &mut Verb<'_>) -> Resolved {
    let scope = input.scope();
    let index = verb.known_names(&unpivot.index, &scope);
    let on: Vec<Name> = if unpivot.on.is_empty() {
        scope.schema().names().filter(|name| !index.contains(name)).cloned().collect()
    } else {
        verb.known_names(&unpivot.on, &scope)
    };
    let value_type = value_type(&on, &scope, verb);
    let mut columns: Vec<KnownColumn> =
        index.iter().map(|name| (name.clone(), scope.data_type(name).cloned())).collect();
    for (name, data_type) in
        [(&unpivot.variable_name, Some(DataType::String)), (&unpivot.value_name, value_type.clone())]
    {
        if columns.iter().any(|(other, _)| other == name) {
            let reason = "unpivot makes it a second time; choose another variable_name or value_name".into();
            verb.report(PlanMistake::DuplicateName { name: name.clone(), reason });
        }
        columns.push((name.clone(), data_type));
    }
    let known = Scope::of(columns, scope.is_open() && unpivot.index.len() != index.len());
    verb.finish(input, known, |verb, input| {
        let value_type = value_type.expect("an unpivot without mistakes knows its type");
        let input = as_one_type(verb, input, &on, &value_type);
        verb.node(Node::Unpivot(Unpivot {
            input,
            on,
            index,
            value_type: Some(value_type),
            ..unpivot.clone()
        }))
    })
}

/// The type that holds the values of all columns; reports if there is none.
fn value_type(on: &[Name], scope: &Scope, verb: &mut Verb<'_>) -> Option<DataType> {
    let mut common = DataType::Null;
    let mut widened_by = None;
    for name in on {
        let data_type = scope.data_type(name)?;
        match common_type(&common, data_type) {
            // Text takes in everything, but numbers beside text are more often a slip than a wish.
            Some(wider)
                if wider != DataType::String || is_text_or_null(&common) && is_text_or_null(data_type) =>
            {
                if wider != common {
                    widened_by = Some(name);
                }
                common = wider;
            }
            _ => {
                let other =
                    widened_by.map_or_else(|| "the columns before".into(), |name| format!("column {name}"));
                verb.invalid(format!(
                    "the values of column {name} ({data_type}) and of {other} ({common}) fit into no common type \
                     without loss; cast one, or name the columns to unpivot"
                ));
                return None;
            }
        }
    }
    Some(common)
}

fn is_text_or_null(data_type: &DataType) -> bool {
    data_type.is_text() || *data_type == DataType::Null
}

/// The input with these columns cast to a type.
fn as_one_type(verb: &Verb<'_>, input: LogicalPlan, on: &[Name], to: &DataType) -> LogicalPlan {
    let schema = input.schema().clone();
    let exprs: Vec<Expr> = schema
        .fields()
        .iter()
        .map(|field| {
            let column = Expr::Column(field.name().clone());
            if on.contains(field.name()) {
                typing::cast_to(column, field.data_type(), to).named(field.name())
            } else {
                column
            }
        })
        .collect();
    if exprs.iter().all(|expr| matches!(expr, Expr::Column(_))) {
        return input;
    }
    verb.node(Node::Project(Project { input, exprs, keep_input: false }))
}
