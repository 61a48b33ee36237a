//! Scans: the source is asked for its schema, once.

use lazuli_array::Name;
use lazuli_expr::typing::Context;

use super::scope::Scope;
use super::{Resolved, Verb};
use crate::{Node, PlanMistake, Scan};

pub(super) fn resolve(scan: &Scan, verb: &mut Verb<'_>) -> Resolved {
    let schema = match &scan.schema {
        Some(schema) => schema.clone(),
        None => match scan.source.schema() {
            Ok(schema) => schema,
            Err(error) => {
                verb.report(PlanMistake::Source { name: scan.source.name(), reason: error.to_string() });
                return Resolved::Broken(Scope::anything());
            }
        },
    };
    let scope = Scope::known(schema.clone());
    let projection: Vec<Name> = match &scan.projection {
        Some(names) => names.iter().filter(|name| verb.require_column(name, &scope)).cloned().collect(),
        None => schema.names().cloned().collect(),
    };
    let mut predicates = Vec::new();
    for predicate in &scan.predicates {
        if let Some(predicate) =
            verb.condition(predicate, &scope, Context::RowByRow("the predicate of a scan"))
        {
            predicates.extend(predicate.conjuncts());
        }
    }
    if !verb.is_clean {
        return Resolved::Broken(scope);
    }
    verb.plan_of(Node::Scan(Scan {
        schema: Some(schema),
        projection: Some(projection),
        predicates,
        ..scan.clone()
    }))
}
