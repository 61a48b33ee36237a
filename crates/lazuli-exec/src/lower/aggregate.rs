//! Groups: keys and arguments as columns, then the sink.

use lazuli_array::{DataType, SchemaRef};
use lazuli_expr::evaluate::Evaluator;
use lazuli_expr::{AggregateRef, Expr, Literal};
use lazuli_plan::{Aggregate, LogicalPlan};

use super::Lowering;
use super::columns::{Columns, unaliased};
use crate::operator::aggregate::{self, AggregateSpec, Call};
use crate::pipeline::Lane;
use crate::{ExecError, Result};

impl Lowering {
    pub(super) fn aggregate(
        &mut self,
        plan: &LogicalPlan,
        node: &Aggregate,
        lanes: Vec<Lane>,
    ) -> Result<Vec<Lane>> {
        let calls = node.aggregates.iter().map(aggregate_of).collect::<Result<Vec<_>>>()?;
        // Aggregates without keys come from several verbs, such as `select`.
        let operator = if node.keys.is_empty() { "aggregate" } else { "group_by" };
        let (spec, lanes) = spec(lanes, operator, &node.keys, &calls, node.input.schema(), plan.schema());
        Ok(self.through(plan, "groups", lanes, |stored| aggregate::Aggregate::new(spec, stored)))
    }
}

/// The aggregate that a resolved expression is, and its arguments.
fn aggregate_of(expr: &Expr) -> Result<(AggregateRef, Vec<Expr>)> {
    match unaliased(expr) {
        Expr::Aggregate { aggregate, inputs } => Ok((aggregate.clone(), inputs.clone())),
        other => Err(ExecError::Internal {
            place: "lowering".into(),
            message: format!("resolving left an aggregate that is none: {other}"),
        }),
    }
}

fn spec(
    mut lanes: Vec<Lane>,
    operator: &'static str,
    keys: &[Expr],
    calls: &[(AggregateRef, Vec<Expr>)],
    input: &SchemaRef,
    schema: &SchemaRef,
) -> (AggregateSpec, Vec<Lane>) {
    let num_columns =
        |(aggregate, inputs): &(AggregateRef, Vec<Expr>)| aggregate.num_columns().min(inputs.len());
    let mut exprs = keys.to_vec();
    for call in calls {
        exprs.extend_from_slice(&call.1[..num_columns(call)]);
    }
    let columns = Columns::only(&mut lanes, operator, &exprs, input);
    let (key_positions, mut rest) = columns.positions.split_at(keys.len());
    let mut specified = Vec::with_capacity(calls.len());
    for call in calls {
        let (positions, later) = rest.split_at(num_columns(call));
        rest = later;
        let (aggregate, inputs) = call;
        specified.push(Call {
            text: Expr::Aggregate { aggregate: aggregate.clone(), inputs: inputs.clone() }.to_string(),
            aggregate: aggregate.clone(),
            arguments: inputs.iter().map(|argument| argument_of(argument, input)).collect(),
            columns: positions.to_vec(),
        });
    }
    let key_types = key_positions.iter().map(|&key| columns.schema.field(key).data_type().clone()).collect();
    let (keys, schema) = (key_positions.to_vec(), schema.clone());
    let spec = AggregateSpec::new(operator, keys, key_types, specified, schema);
    (spec, lanes)
}

/// The type of an argument, and its value if it is a constant.
fn argument_of(argument: &Expr, input: &SchemaRef) -> (DataType, Option<Literal>) {
    let literal = match unaliased(argument) {
        Expr::Literal(literal) => Some(literal.clone()),
        _ => None,
    };
    (Evaluator::new(argument, input).data_type().clone(), literal)
}
