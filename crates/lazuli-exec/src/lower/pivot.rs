//! Pivots: rows, then cells. Unpivots: a lane for each column that becomes rows.

use std::sync::Arc;

use lazuli_array::{Column, Dictionary, Name, Schema, SchemaRef};
use lazuli_plan::{Pivot, Unpivot};

use super::{Lowering, internal};
use crate::Result;
use crate::operator::pivot::{PivotSpec, pivoted};
use crate::operator::unpivot;
use crate::pipeline::{Lane, push_operator};
use crate::source::BatchesSource;

impl Lowering {
    /// Where the user gave an aggregate, resolving has put it below, so each row is a cell.
    pub(super) fn pivot(&mut self, node: &Pivot, lanes: Vec<Lane>, schema: &SchemaRef) -> Result<Vec<Lane>> {
        let input = node.input.schema();
        let values = positions_of(&node.values, input)?;
        let fill = |at: &usize| match &node.fill {
            None => Ok(None),
            Some(fill) => Column::from_scalars(input.field(*at).data_type(), [fill.clone()])
                .map(Some)
                .map_err(|error| internal(&error.to_string())),
        };
        let spec = PivotSpec {
            index: positions_of(&node.index, input)?,
            on: positions_of(&node.on, input)?,
            columns: node.columns.clone().unwrap_or_default(),
            fills: values.iter().map(fill).collect::<Result<_>>()?,
            values,
            input: input.clone(),
            schema: schema.clone(),
        };
        let rows = self.collect("pivot", lanes);
        Ok(vec![Lane::new(pivoted(spec, rows))])
    }

    /// One lane for each of the columns that become rows; each reads the same rows, without a copy.
    pub(super) fn unpivot(
        &mut self,
        node: &Unpivot,
        lanes: Vec<Lane>,
        schema: &SchemaRef,
    ) -> Result<Vec<Lane>> {
        let rows = self.collect("unpivot", lanes);
        let input = node.input.schema();
        let index = positions_of(&node.index, input)?;
        let on = positions_of(&node.on, input)?;
        let names = Arc::new(Dictionary::new(node.on.iter().map(|name| Some(name.as_str())).collect()));
        let lane = |(code, &value): (usize, &usize)| {
            let mut lanes = [Lane::new(BatchesSource::stored("rows to unpivot", rows.clone()))];
            let operator =
                unpivot::Unpivot::new(index.clone(), value, names.clone(), code as u32, schema.clone());
            push_operator(&mut lanes, Arc::new(operator));
            lanes
        };
        Ok(on.iter().enumerate().flat_map(lane).collect())
    }
}

fn positions_of(names: &[Name], schema: &Schema) -> Result<Vec<usize>> {
    let position = |name: &Name| schema.require(name).map_err(|error| internal(&error.to_string()));
    names.iter().map(position).collect()
}
