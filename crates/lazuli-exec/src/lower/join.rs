//! Joins: which side is built, and which of its columns are kept.

use std::sync::Arc;

use lazuli_array::{Name, Schema, SchemaRef};
use lazuli_expr::Expr;
use lazuli_plan::{Join, JoinSide, JoinType, LogicalPlan, estimate_rows};

use super::columns::Columns;
use super::{Lowering, internal, position_of, semi_join_filter};
use crate::Result;
use crate::operator::join::{
    BuildSide, JoinBuild, JoinOutput, JoinProbe, JoinTable, Matching, OutputColumn, late_rows,
};
use crate::operator::project::Choose;
use crate::pipeline::{Lane, push_operator};
use crate::source::BatchesSource;

/// The built side's columns, as the table keeps them.
struct Built {
    table: Arc<JoinTable>,
    /// Positions in the payload of the columns of the built plan; `None` for those that are not kept.
    payload_positions: Vec<Option<usize>>,
}

impl Lowering {
    /// The right side is built and the left side probes, so that the left order stays; a right join the other way
    /// around.
    pub(super) fn join(
        &mut self,
        node: &Join,
        left: Vec<Lane>,
        right: Vec<Lane>,
        schema: &SchemaRef,
    ) -> Result<Vec<Lane>> {
        let swapped = node.join_type == JoinType::Right;
        let (left, right) = self.built_for_few(node, left, right)?;
        let left = (&node.left, &node.left_keys, left);
        let right = (&node.right, &node.right_keys, right);
        let ((build, build_keys, build_lanes), (probe, probe_keys, mut lanes)) =
            if swapped { (left, right) } else { (right, left) };
        let sources =
            node.output.iter().map(|column| Sources::of(&column.source, swapped)).collect::<Vec<_>>();
        let probing_rows = unfiltered_rows(probe);
        let built = self.build(build, build_lanes, build_keys, &sources, node.join_type, probing_rows)?;

        semi_join_filter::push_to_probing(node, &mut lanes, &built.table);
        let columns = Columns::beside(&mut lanes, "join", probe_keys, probe.schema());
        let matching = match node.join_type {
            JoinType::Semi | JoinType::Anti => {
                let positions = sources.iter().map(|source| source.probe_position(probe.schema()));
                let output = Choose::with_schema(positions.collect::<Result<_>>()?, schema.clone());
                Matching::Exists { anti: node.join_type == JoinType::Anti, output }
            }
            join_type => Matching::Pairs {
                keep_unmatched: matches!(join_type, JoinType::Left | JoinType::Right | JoinType::Full),
                output: output(&sources, probe.schema(), build.schema(), &built, schema)?,
            },
        };
        let unmatched = match node.join_type {
            JoinType::Full => Some(output(&sources, probe.schema(), build.schema(), &built, schema)?),
            _ => None,
        };
        let operator = Arc::new(JoinProbe::new(columns.positions, matching, built.table));
        push_operator(&mut lanes, operator.clone());
        if node.join_type != JoinType::Cross {
            lanes.push(Lane::new(late_rows(operator, unmatched)));
        }
        Ok(lanes)
    }

    /// The lanes of both sides as they are; but where the left side, which gives the order, is much the smaller one, of the
    /// right rows only those that have its keys: then the table that is built is no larger than it need be.
    fn built_for_few(
        &mut self,
        node: &Join,
        left: Vec<Lane>,
        mut right: Vec<Lane>,
    ) -> Result<(Vec<Lane>, Vec<Lane>)> {
        let keeps_right_rows = matches!(node.join_type, JoinType::Right | JoinType::Full | JoinType::Cross);
        // Collecting the left side must be cheap, so there has to be a bound: a join below could make any number of rows of
        // few.
        let is_small = estimate_rows(&node.left)
            .and_then(|estimate| estimate.most)
            .zip(unfiltered_rows(&node.right))
            .is_some_and(|(most, right)| {
                right >= FILTER_FROM_ROWS && most <= (right / FILTER_FROM_TIMES) as f64
            });
        let keys = semi_join_filter::columns(&node.right_keys);
        let Some(keys) = keys.filter(|_| is_small && !keeps_right_rows) else { return Ok((left, right)) };
        let stored = self.collect("join", left);
        let left = || vec![Lane::new(BatchesSource::stored("the left side of a join", stored.clone()))];
        let table = self.build(&node.left, left(), &node.left_keys, &[], JoinType::Semi, None)?.table;
        semi_join_filter::push_to_built(&node.right, keys, &mut right, &table);
        Ok((left(), right))
    }

    /// Ends a pipeline with the table of the built side: its keys, and the columns that the result needs.
    fn build(
        &mut self,
        plan: &LogicalPlan,
        mut lanes: Vec<Lane>,
        keys: &[Expr],
        sources: &[Sources<'_>],
        join_type: JoinType,
        probing_rows: Option<usize>,
    ) -> Result<Built> {
        let columns = Columns::beside(&mut lanes, "join", keys, plan.schema());
        let mut kept: Vec<usize> = Vec::new();
        let mut keep = |position: usize| {
            kept.iter().position(|&known| known == position).unwrap_or_else(|| {
                kept.push(position);
                kept.len() - 1
            })
        };
        let keys: Vec<usize> = columns.positions.iter().map(|&position| keep(position)).collect();
        let mut payload = Vec::new();
        let mut payload_positions = vec![None; plan.schema().len()];
        for name in sources.iter().filter_map(|source| source.build) {
            let position = position_of(name, plan.schema())?;
            if payload_positions[position].is_none() {
                payload_positions[position] = Some(payload.len());
                payload.push(keep(position));
            }
        }
        let choose = Choose::new(kept, &columns.schema);
        let schema = choose.schema().clone();
        push_operator(&mut lanes, Arc::new(choose));
        let side = BuildSide {
            keys,
            payload: Choose::new(payload, &schema),
            schema,
            tracks_matches: join_type == JoinType::Full,
            probing_rows,
        };
        let table = Arc::new(JoinTable::default());
        self.end(lanes, JoinBuild::new(side, table.clone()));
        Ok(Built { table, payload_positions })
    }
}

/// About how many rows a plan has, filters not counted: nobody knows what a guess about those is worth, and a table that
/// turns out smaller does no harm.
pub(super) fn unfiltered_rows(plan: &LogicalPlan) -> Option<usize> {
    estimate_rows(plan).map(|estimate| estimate.most.unwrap_or(estimate.unfiltered) as usize)
}

/// The right side is filtered by the left one's keys if it has so many rows, and so many times the left one's. A lookup in a
/// small table costs a few nanoseconds a row, building a large one some tens.
const FILTER_FROM_ROWS: usize = 1 << 17;
const FILTER_FROM_TIMES: usize = 8;

/// Where a column of the result comes from, by side.
#[derive(Clone, Copy)]
struct Sources<'a> {
    probe: Option<&'a Name>,
    build: Option<&'a Name>,
}

impl<'a> Sources<'a> {
    fn of(source: &'a JoinSide, swapped: bool) -> Self {
        let (left, right) = match source {
            JoinSide::Left(name) => (Some(name), None),
            JoinSide::Right(name) => (None, Some(name)),
            JoinSide::Coalesced(left, right) => (Some(left), Some(right)),
        };
        match swapped {
            false => Self { probe: left, build: right },
            true => Self { probe: right, build: left },
        }
    }

    fn probe_position(&self, schema: &Schema) -> Result<usize> {
        match self.probe {
            Some(name) => position_of(name, schema),
            None => Err(internal("a semi or anti join with a column of its right side")),
        }
    }
}

fn output(
    sources: &[Sources<'_>],
    probe: &Schema,
    build: &Schema,
    built: &Built,
    schema: &SchemaRef,
) -> Result<JoinOutput> {
    let mut columns = Vec::with_capacity(sources.len());
    for source in sources {
        let probe = source.probe.map(|name| position_of(name, probe)).transpose()?;
        let build = source.build.map(|name| position_of(name, build)).transpose()?;
        let build = build.and_then(|position| built.payload_positions[position]);
        columns.push(match (probe, build) {
            (Some(probe), None) => OutputColumn::Probe(probe),
            (None, Some(build)) => OutputColumn::Build(build),
            (Some(probe), Some(build)) => OutputColumn::Either { probe, build },
            (None, None) => return Err(internal("a join's column from neither side")),
        });
    }
    Ok(JoinOutput { columns, schema: schema.clone() })
}
