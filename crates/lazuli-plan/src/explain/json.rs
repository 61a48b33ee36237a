//! Plans as JSON, for programs: a tree of objects.

use serde_json::{Map, Value, json};

use super::{line, node_name};
use crate::LogicalPlan;

/// The plan as JSON: `{"node": "Sort", "text": "Sort [total desc]", "columns": {"total": "Int64"}, "inputs": [...]}`.
///
/// `text` is the node's line in [`super::explain`]; `columns` says names and types, and is there for resolved plans only
/// (`is_resolved`).
pub fn to_json(plan: &LogicalPlan, is_resolved: bool) -> Value {
    let mut object = Map::new();
    object.insert("node".into(), json!(node_name(plan.node())));
    object.insert("text".into(), json!(line::of(plan.node())));
    if is_resolved {
        let columns: Map<String, Value> = plan
            .schema()
            .fields()
            .iter()
            .map(|field| (field.name().to_string(), json!(field.data_type().to_string())))
            .collect();
        object.insert("columns".into(), Value::Object(columns));
    }
    object.insert(
        "inputs".into(),
        plan.inputs().into_iter().map(|input| to_json(input, is_resolved)).collect(),
    );
    Value::Object(object)
}
