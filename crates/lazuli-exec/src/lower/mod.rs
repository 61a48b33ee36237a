//! Lowering: a resolved plan to pipelines.
//!
//! A node that works row by row is one more operator behind the lanes of its input; a node
//! that needs all rows ends a pipeline with its sink and starts lanes that read what the sink leaves. Pipelines are
//! listed inputs first, so they can run in the order of the list.
//!
//! Sinks know columns by position: expressions they need are computed in front of them ([`columns`]).

mod aggregate; // groups
mod asof_join; // the nearest row
mod columns; // expressions as columns
mod join; // build side, probe side
mod join_where; // pairs by predicates
mod pivot; // cells, and columns as rows
mod scan; // sources
mod semi_join_filter; // rows that a join further up will not keep
mod window; // values made of the rows of a partition

use std::sync::Arc;

use lazuli_array::{Name, Schema, SchemaRef};
use lazuli_expr::Expr;
use lazuli_expr::evaluate::{Evaluator, Predicates};
use lazuli_plan::{Distinct, LogicalPlan, Node, Slice, Sort};

use self::columns::Columns;
use crate::operator::collect::Collect;
use crate::operator::distinct;
use crate::operator::explode::Explode;
use crate::operator::filter::Filter;
use crate::operator::horizontal_concat::side_by_side;
use crate::operator::limit::Limit;
use crate::operator::project::{Choose, Project};
use crate::operator::row_index::RowIndex;
use crate::operator::sort::{self, Order};
use crate::operator::tail::Tail;
use crate::operator::top_k::TopK;
use crate::pipeline::{Lane, Pipeline, Sink, push_operator};
use crate::source::{BatchesSource, Stored};
use crate::{ExecError, Result};

/// A sort with a limit of at most so many rows keeps candidates instead of all rows. Beyond, keeping and cutting back
/// costs as much as sorting.
const TOP_K_MAX_ROWS: usize = 64 * 1024;

/// A lane of more operators than this is cut in two, since a morsel goes through it by recursion.
const LONGEST_CHAIN: usize = 100;

/// Pipelines to run in order, and lanes that give the rows of the plan when they have run.
pub(crate) struct Lowered {
    pub(crate) pipelines: Vec<Pipeline>,
    pub(crate) lanes: Vec<Lane>,
}

/// The pipelines of a resolved plan.
///
/// Does not recurse, since plans can be deep: an explicit stack of plans to do, and one of the lanes of inputs that are
/// done.
pub(crate) fn lower(plan: &LogicalPlan) -> Result<Lowered> {
    let mut lowering = Lowering { pipelines: Vec::new(), shared: Vec::new() };
    let mut open = vec![(plan, false)];
    let mut done: Vec<Vec<Lane>> = Vec::new();
    while let Some((plan, inputs_done)) = open.pop() {
        if inputs_done {
            let inputs = done.split_off(done.len() - plan.inputs().len());
            let lanes = lowering.node(plan, inputs)?;
            done.push(lowering.cut(lanes));
        } else if let Some(lanes) = lowering.shared(plan) {
            done.push(lanes);
        } else {
            open.push((plan, true));
            open.extend(plan.inputs().into_iter().rev().map(|input| (input, false)));
        }
    }
    let lanes = done.pop().expect("the plan itself comes last");
    Ok(Lowered { pipelines: lowering.pipelines, lanes })
}

struct Lowering {
    pipelines: Vec<Pipeline>,
    /// Plans whose rows a sink leaves: who reads the same plan a second time reads the same rows.
    shared: Vec<(LogicalPlan, &'static str, Arc<Stored>)>,
}

impl Lowering {
    /// Lanes that give the rows of a plan, from the lanes of its inputs.
    fn node(&mut self, plan: &LogicalPlan, inputs: Vec<Vec<Lane>>) -> Result<Vec<Lane>> {
        let schema = plan.schema();
        let mut inputs = inputs.into_iter();
        let mut next = || inputs.next().expect("lanes for each of the node's inputs");
        match plan.node() {
            Node::Scan(scan) => scan::lanes(plan, scan),
            Node::Filter(filter) => {
                let mut lanes = next();
                let predicates = Predicates::new(&filter.predicates, filter.input.schema());
                push_operator(&mut lanes, Arc::new(Filter { predicates }));
                Ok(lanes)
            }
            Node::Project(node) => {
                let mut lanes = next();
                project(&mut lanes, "select", &node.exprs, node.input.schema(), schema);
                Ok(lanes)
            }
            Node::Aggregate(node) => self.aggregate(plan, node, next()),
            Node::Join(node) => {
                let left = next();
                self.join(node, left, next(), schema)
            }
            Node::AsofJoin(node) => {
                let left = next();
                self.asof_join(node, left, next(), schema)
            }
            Node::JoinWhere(node) => {
                let left = next();
                self.join_where(node, left, next(), schema)
            }
            Node::Sort(node) => Ok(self.sort(plan, node, next())),
            Node::Slice(node) => Ok(self.slice(plan, node, next())),
            Node::Distinct(node) => Ok(self.distinct(plan, node, next())),
            Node::Union(_) => Ok(inputs.flatten().collect()),
            Node::HorizontalConcat(_) => {
                let inputs = inputs.map(|lanes| self.collect("horizontal concat", lanes)).collect();
                Ok(vec![Lane::new(side_by_side(inputs, schema.clone()))])
            }
            Node::Pivot(node) => self.pivot(node, next(), schema),
            Node::Unpivot(node) => self.unpivot(node, next(), schema),
            Node::Explode(node) => {
                let mut lanes = next();
                let input = node.input.schema();
                let position = |name| input.position(name).expect("resolving found the column");
                let lists = node.columns.iter().map(|name| position(name)).collect();
                let explode = Explode { lists, drop_empty: node.drop_empty, schema: schema.clone() };
                push_operator(&mut lanes, Arc::new(explode));
                Ok(lanes)
            }
            Node::Window(node) => self.window(plan, node, next()),
            Node::RowIndex(node) => {
                let mut lanes = next();
                push_operator(&mut lanes, Arc::new(RowIndex::new(node.offset, schema.clone())));
                Ok(lanes)
            }
            Node::Derived(derived) => Err(ExecError::Internal {
                place: derived.verb.name().into(),
                message: "resolving writes derived verbs out".into(),
            }),
            Node::Sink(sink) => {
                let reason = format!("the sink {} stands in the middle of a plan", sink.sink.name());
                Err(ExecError::Unsupported { reason })
            }
        }
    }

    /// Lanes over rows that have been left for another reader of the same plan.
    fn shared(&self, plan: &LogicalPlan) -> Option<Vec<Lane>> {
        let (_, name, stored) = self.shared.iter().find(|(known, ..)| known.ptr_eq(plan))?;
        Some(vec![Lane::new(BatchesSource::stored(name, stored.clone()))])
    }

    /// The same rows by lanes of bearable length.
    fn cut(&mut self, lanes: Vec<Lane>) -> Vec<Lane> {
        if lanes.iter().all(|lane| lane.operators.len() <= LONGEST_CHAIN) {
            return lanes;
        }
        let stored = self.collect("a long chain of steps", lanes);
        vec![Lane::new(BatchesSource::stored("a long chain of steps", stored))]
    }

    /// Ends a pipeline.
    fn end(&mut self, lanes: Vec<Lane>, sink: impl Sink + 'static) {
        self.pipelines.push(Pipeline { lanes, sink: Arc::new(sink) });
    }

    /// Ends a pipeline with a sink that leaves the rows of `plan`, and reads them.
    fn through<S: Sink + 'static>(
        &mut self,
        plan: &LogicalPlan,
        name: &'static str,
        lanes: Vec<Lane>,
        sink: impl FnOnce(Arc<Stored>) -> S,
    ) -> Vec<Lane> {
        let stored = Arc::new(Stored::default());
        self.end(lanes, sink(stored.clone()));
        self.shared.push((plan.clone(), name, stored.clone()));
        vec![Lane::new(BatchesSource::stored(name, stored))]
    }

    /// Keeps all rows of lanes.
    fn collect(&mut self, operator: &'static str, lanes: Vec<Lane>) -> Arc<Stored> {
        let stored = Arc::new(Stored::default());
        self.end(lanes, Collect::new(operator, stored.clone()));
        stored
    }

    fn sort(&mut self, plan: &LogicalPlan, node: &Sort, mut lanes: Vec<Lane>) -> Vec<Lane> {
        let exprs: Vec<Expr> = node.keys.iter().map(|key| key.expr.clone()).collect();
        let input = node.input.schema();
        let columns = Columns::beside(&mut lanes, "sort", &exprs, input);
        let key = |(key, &position): (&lazuli_expr::SortKey, &usize)| sort::Key {
            position,
            descending: key.descending,
            nulls_first: key.nulls_first,
        };
        let order = Order {
            keys: node.keys.iter().zip(&columns.positions).map(key).collect(),
            output: Choose::with_schema((0..input.len()).collect(), input.clone()),
            schema: columns.schema,
        };
        match node.limit {
            Some(limit) if limit <= TOP_K_MAX_ROWS => {
                self.through(plan, "sorted rows", lanes, |stored| TopK::new(order, limit, stored))
            }
            limit => {
                let all = Sort { limit: None, ..node.clone() };
                let all = if limit.is_some() { plan.with_node(Node::Sort(all)) } else { plan.clone() };
                let mut lanes =
                    self.through(&all, "sorted rows", lanes, |stored| sort::Sort::new(order, stored));
                if limit.is_some() {
                    push_operator(&mut lanes, Arc::new(Limit::new(0, limit)));
                }
                lanes
            }
        }
    }

    fn slice(&mut self, plan: &LogicalPlan, node: &Slice, mut lanes: Vec<Lane>) -> Vec<Lane> {
        let magnitude = usize::try_from(node.offset.unsigned_abs()).unwrap_or(usize::MAX);
        if node.offset < 0 {
            return self
                .through(plan, "the last rows", lanes, |stored| Tail::new(magnitude, node.length, stored));
        }
        if magnitude > 0 || node.length.is_some() {
            push_operator(&mut lanes, Arc::new(Limit::new(magnitude, node.length)));
        }
        lanes
    }

    fn distinct(&mut self, plan: &LogicalPlan, node: &Distinct, mut lanes: Vec<Lane>) -> Vec<Lane> {
        let input = node.input.schema();
        let columns = match &node.subset {
            Some(subset) => Columns::beside(&mut lanes, "unique", subset, input),
            None => Columns { positions: (0..input.len()).collect(), schema: input.clone() },
        };
        let output = Choose::with_schema((0..input.len()).collect(), input.clone());
        self.through(plan, "distinct rows", lanes, |stored| {
            distinct::Distinct::new(node.keep, columns.positions, columns.schema, output, stored)
        })
    }
}

/// Columns computed from those of the lanes.
fn project(
    lanes: &mut [Lane],
    operator: &'static str,
    exprs: &[Expr],
    input: &SchemaRef,
    schema: &SchemaRef,
) {
    let exprs = exprs.iter().map(|expr| Evaluator::new(expr, input)).collect();
    push_operator(lanes, Arc::new(Project { operator, exprs, schema: schema.clone() }));
}

/// Where a column is that resolving has found.
fn position_of(name: &Name, schema: &Schema) -> Result<usize> {
    schema
        .position(name)
        .ok_or_else(|| internal(&format!("resolving left a column that is not there: {name}")))
}

/// A mistake of ours: resolving let something through.
fn internal(message: &str) -> ExecError {
    ExecError::Internal { place: "lowering".into(), message: message.into() }
}
