//! As-of joins: the right side built, the left side looked up.

use std::sync::Arc;

use lazuli_array::SchemaRef;
use lazuli_expr::Expr;
use lazuli_kernels::asof::{Direction, Matching, Tolerance};
use lazuli_plan::{AsofJoin, AsofStrategy, AsofTolerance, JoinSide, asof_tolerance};

use super::columns::Columns;
use super::{Lowering, internal, position_of};
use crate::Result;
use crate::operator::asof_join::{
    AsofBuild, AsofBuilding, AsofProbe, AsofProbing, AsofSlot, matched_in_files,
};
use crate::operator::join::OutputColumn;
use crate::operator::project::Choose;
use crate::pipeline::{Lane, push_operator};

impl Lowering {
    pub(super) fn asof_join(
        &mut self,
        node: &AsofJoin,
        mut left: Vec<Lane>,
        mut right: Vec<Lane>,
        schema: &SchemaRef,
    ) -> Result<Vec<Lane>> {
        let (left_schema, right_schema) = (node.left.schema(), node.right.schema());
        let mut columns = Vec::with_capacity(node.output.len());
        let mut payload = Vec::new();
        for column in &node.output {
            columns.push(match &column.source {
                JoinSide::Left(name) => OutputColumn::Probe(position_of(name, left_schema)?),
                JoinSide::Right(name) => {
                    payload.push(position_of(name, right_schema)?);
                    OutputColumn::Build(payload.len() - 1)
                }
                JoinSide::Coalesced(..) => return Err(internal("an as-of join with a column of both sides")),
            });
        }
        let slot = Arc::new(AsofSlot::default());
        let keys = |on: &Expr, by: &[Expr]| -> Vec<Expr> { std::iter::once(on).chain(by).cloned().collect() };

        let built =
            Columns::beside(&mut right, "join_asof", &keys(&node.right_on, &node.right_by), right_schema);
        let (on, by) = split(&built.positions)?;
        let by_types = by.iter().map(|&position| built.schema.field(position).data_type().clone()).collect();
        let payload = Choose::new(payload, &built.schema);
        let building = AsofBuilding { on, by, by_types, schema: built.schema, payload };

        let probed =
            Columns::beside(&mut left, "join_asof", &keys(&node.left_on, &node.left_by), left_schema);
        let (on, by) = split(&probed.positions)?;
        let matching = matching(node, probed.schema.field(on).data_type())?;
        let has_keys = !by.is_empty();
        let input = probed.schema;
        let probing = AsofProbing { on, by, matching, input, columns, schema: schema.clone() };
        self.end(right, AsofBuild::new(building, probing.clone(), slot.clone()));
        push_operator(&mut left, Arc::new(AsofProbe { probing, slot: slot.clone() }));
        if has_keys {
            left.push(Lane::new(matched_in_files(slot)));
        }
        Ok(left)
    }
}

fn matching(node: &AsofJoin, key: &lazuli_array::DataType) -> Result<Matching> {
    let tolerance = match &node.tolerance {
        None => None,
        Some(tolerance) => {
            Some(match asof_tolerance(key, tolerance).map_err(|reason| internal(&reason))? {
                AsofTolerance::Ticks(ticks) => Tolerance::Ticks(ticks),
                AsofTolerance::Distance(distance) => Tolerance::Distance(distance),
            })
        }
    };
    let direction = match node.strategy {
        AsofStrategy::Backward => Direction::Backward,
        AsofStrategy::Forward => Direction::Forward,
        AsofStrategy::Nearest => Direction::Nearest,
    };
    Ok(Matching { direction, allow_exact: node.allow_exact_matches, tolerance })
}

fn split(positions: &[usize]) -> Result<(usize, Vec<usize>)> {
    match positions {
        [on, by @ ..] => Ok((*on, by.to_vec())),
        [] => Err(internal("an as-of join without a key")),
    }
}
