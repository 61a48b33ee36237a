//! Windows: keys, orders and arguments as columns, then the sink.

use lazuli_array::{DataType, SchemaRef};
use lazuli_expr::evaluate::Evaluator;
use lazuli_expr::{Expr, Literal};
use lazuli_plan::{LogicalPlan, Window};

use super::Lowering;
use super::columns::{Columns, unaliased};
use crate::operator::sort::Key;
use crate::operator::window::{self, Call, Layout, Step, WindowSpec};
use crate::pipeline::Lane;
use crate::{ExecError, Result};

impl Lowering {
    pub(super) fn window(
        &mut self,
        plan: &LogicalPlan,
        node: &Window,
        mut lanes: Vec<Lane>,
    ) -> Result<Vec<Lane>> {
        let input = node.input.schema();
        let mut parts: Vec<Part<'_>> = Vec::with_capacity(node.windows.len());
        let mut exprs: Vec<Expr> = Vec::new();
        for expr in &node.windows {
            let part = part_of(expr)?;
            exprs.extend_from_slice(&part.inputs[..part.num_columns]);
            exprs.extend_from_slice(&part.window.partition_by);
            exprs.extend(part.window.order_by.iter().map(|key| key.expr.clone()));
            parts.push(part);
        }
        let columns = Columns::beside(&mut lanes, window::OPERATOR, &exprs, input);
        let mut positions = columns.positions.iter().copied();
        let mut layouts: Vec<Layout> = Vec::new();
        let mut calls = Vec::with_capacity(parts.len());
        for part in parts {
            let mut next = |count: usize| -> Vec<usize> { positions.by_ref().take(count).collect() };
            let inputs = next(part.num_columns);
            let keys = next(part.window.partition_by.len());
            let order = next(part.window.order_by.len())
                .into_iter()
                .zip(&part.window.order_by)
                .map(|(position, key)| Key {
                    position,
                    descending: key.descending,
                    nulls_first: key.nulls_first,
                })
                .collect();
            let layout = Layout { keys, order };
            let known = layouts.iter().position(|known| *known == layout);
            let layout = known.unwrap_or_else(|| {
                layouts.push(layout);
                layouts.len() - 1
            });
            calls.push(Call {
                step: part.step,
                arguments: part.inputs.iter().map(|argument| argument_of(argument, input)).collect(),
                columns: inputs,
                layout,
                text: part.text,
            });
        }
        let spec = WindowSpec {
            layouts,
            calls,
            num_kept: input.len(),
            input: columns.schema,
            schema: plan.schema().clone(),
        };
        Ok(self.through(plan, "windows", lanes, |stored| window::Window::new(spec, stored)))
    }
}

/// One window of the node.
struct Part<'a> {
    step: Step,
    inputs: &'a [Expr],
    num_columns: usize,
    window: &'a lazuli_expr::Window,
    text: String,
}

fn part_of(expr: &Expr) -> Result<Part<'_>> {
    if let Expr::Over { input, window } = unaliased(expr) {
        let (step, inputs, num_columns) = match &**input {
            Expr::Aggregate { aggregate, inputs } => {
                (Step::Aggregate(aggregate.clone()), inputs, aggregate.num_columns())
            }
            Expr::WindowFunction { function, inputs } => {
                (Step::Function(function.clone()), inputs, function.num_columns())
            }
            _ => return Err(internal(expr)),
        };
        let num_columns = num_columns.min(inputs.len());
        return Ok(Part { step, inputs, num_columns, window, text: unaliased(expr).to_string() });
    }
    Err(internal(expr))
}

fn internal(expr: &Expr) -> ExecError {
    let message = format!("resolving left a window that is none: {expr}");
    ExecError::Internal { place: "lowering".into(), message }
}

/// The type of an argument, and its value if it is a constant.
fn argument_of(argument: &Expr, input: &SchemaRef) -> (DataType, Option<Literal>) {
    let literal = match unaliased(argument) {
        Expr::Literal(literal) => Some(literal.clone()),
        _ => None,
    };
    (Evaluator::new(argument, input).data_type().clone(), literal)
}
