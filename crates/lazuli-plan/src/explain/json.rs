//! Plans as JSON, for programs: a tree of objects.

use serde_json::{Map, Value, json};

use super::{line, node_name};
use crate::LogicalPlan;
use crate::estimate::Estimates;

/// The plan as JSON: `{"node": "Sort", "text": "Sort [total desc]", "columns": {"total": "Int64"}, "inputs": [...]}`.
///
/// `text` is the node's line in [`super::explain`] without the number of rows; `columns` says names and types, and is
/// there for resolved plans only (`is_resolved`); so is `estimated_rows`, the nearest whole number to
/// [`crate::RowEstimate::rows`], if that is known.
pub fn to_json(plan: &LogicalPlan, is_resolved: bool) -> Value {
    to_object(plan, is_resolved, &mut Estimates::default())
}

fn to_object(plan: &LogicalPlan, is_resolved: bool, estimates: &mut Estimates) -> Value {
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
        if let Some(estimate) = estimates.counted(plan) {
            object.insert("estimated_rows".into(), json!(estimate.rows.round() as u64));
        }
    }
    let inputs = plan.inputs().into_iter().map(|input| to_object(input, is_resolved, estimates));
    object.insert("inputs".into(), inputs.collect());
    Value::Object(object)
}
