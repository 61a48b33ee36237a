//! Pivots: groups by index and `on` values, then cells.

use std::sync::Arc;

use lazuli_array::{Column, DataType, Field, Schema, SchemaRef};
use lazuli_expr::Expr;
use lazuli_expr::aggregate::{FIRST, LEN};
use lazuli_plan::Pivot;

use super::Lowering;
use crate::operator::free_name;
use crate::operator::pivot::{PivotSpec, pivoted};
use crate::pipeline::Lane;
use crate::{ExecError, Result};

impl Lowering {
    /// Each group's first value is the cell's; its number of rows tells whether it was the only one. Where the user gave
    /// an aggregate, resolving has put it below, and it is.
    pub(super) fn pivot(&mut self, node: &Pivot, lanes: Vec<Lane>, schema: &SchemaRef) -> Result<Vec<Lane>> {
        let input = node.input.schema();
        let column = |name: &lazuli_array::Name| Expr::Column(name.clone());
        let keys: Vec<Expr> = node.index.iter().chain(&node.on).map(column).collect();
        let mut calls: Vec<_> = node.values.iter().map(|name| (FIRST, vec![column(name)])).collect();
        calls.push((LEN, Vec::new()));

        let position =
            |name: &lazuli_array::Name| input.require(name).map_err(|error| internal(&error.to_string()));
        let keys_at = node.index.iter().chain(&node.on).map(position).collect::<Result<Vec<_>>>()?;
        let values_at = node.values.iter().map(position).collect::<Result<Vec<_>>>()?;
        let mut fields: Vec<Field> = keys_at.iter().map(|&at| input.field(at).clone()).collect();
        let types = values_at.iter().map(|&at| input.field(at).data_type().clone());
        for (number, data_type) in types.chain([DataType::Int64]).enumerate() {
            fields.push(Field::new(free_name(input, &format!("computed {number}")), data_type));
        }
        let groups_schema = Arc::new(Schema::try_new(fields).map_err(|error| internal(&error.to_string()))?);

        let fill = |at: &usize| match &node.fill {
            None => Ok(None),
            Some(fill) => Column::from_scalars(input.field(*at).data_type(), [fill.clone()])
                .map(Some)
                .map_err(|error| internal(&error.to_string())),
        };
        let spec = PivotSpec {
            num_index: node.index.len(),
            num_on: node.on.len(),
            columns: node.columns.clone().unwrap_or_default(),
            fills: values_at.iter().map(fill).collect::<Result<_>>()?,
            groups_schema: groups_schema.clone(),
            schema: schema.clone(),
        };
        let groups = self.groups(lanes, "pivot", &keys, &calls, input, &groups_schema);
        Ok(vec![Lane::new(pivoted(spec, groups))])
    }
}

fn internal(message: &str) -> ExecError {
    ExecError::Internal { place: "lowering a pivot".into(), message: message.into() }
}
