//! Expressions that a sink needs, as columns in front of it.

use std::sync::Arc;

use lazuli_array::{Field, Schema, SchemaRef};
use lazuli_expr::Expr;
use lazuli_expr::evaluate::Evaluator;

use crate::operator::free_name;
use crate::operator::project::Project;
use crate::pipeline::{Lane, push_operator};

/// The columns that reach a sink, and where each of the wanted expressions is among them.
pub(crate) struct Columns {
    pub(crate) positions: Vec<usize>,
    pub(crate) schema: SchemaRef,
}

impl Columns {
    /// All columns of the lanes, and behind them what has to be computed.
    pub(crate) fn beside(
        lanes: &mut [Lane],
        operator: &'static str,
        exprs: &[Expr],
        input: &SchemaRef,
    ) -> Self {
        let kept = input.names().cloned().map(Expr::Column).collect();
        Self::computed(lanes, operator, kept, exprs, input)
    }

    /// Only the expressions, equal ones once.
    pub(crate) fn only(
        lanes: &mut [Lane],
        operator: &'static str,
        exprs: &[Expr],
        input: &SchemaRef,
    ) -> Self {
        if let Some(positions) = positions_of(exprs, input) {
            return Self { positions, schema: input.clone() };
        }
        Self::computed(lanes, operator, Vec::new(), exprs, input)
    }

    /// The columns `kept`, and behind them what of `exprs` is not among them.
    fn computed(
        lanes: &mut [Lane],
        operator: &'static str,
        mut kept: Vec<Expr>,
        exprs: &[Expr],
        input: &SchemaRef,
    ) -> Self {
        let num_kept = kept.len();
        let mut positions = Vec::with_capacity(exprs.len());
        for expr in exprs.iter().map(unaliased) {
            let position = kept.iter().position(|known| known == expr).unwrap_or_else(|| {
                kept.push(expr.clone());
                kept.len() - 1
            });
            positions.push(position);
        }
        if kept.len() == num_kept && num_kept == input.len() {
            return Self { positions, schema: input.clone() };
        }
        let evaluators: Vec<Evaluator> = kept.iter().map(|expr| Evaluator::new(expr, input)).collect();
        let mut fields = Vec::with_capacity(kept.len());
        for (position, (expr, evaluator)) in kept.iter().zip(&evaluators).enumerate() {
            let name = match expr {
                Expr::Column(name) => name.clone(),
                _ => free_name(input, &format!("computed {position}")),
            };
            fields.push(Field::new(name, evaluator.data_type().clone()));
        }
        let schema = Arc::new(Schema::try_new(fields).expect("names of columns, and free ones"));
        push_operator(lanes, Arc::new(Project { operator, exprs: evaluators, schema: schema.clone() }));
        Self { positions, schema }
    }
}

/// Where the expressions are in a schema, if all of them are columns.
fn positions_of(exprs: &[Expr], schema: &Schema) -> Option<Vec<usize>> {
    let position = |expr: &Expr| match unaliased(expr) {
        Expr::Column(name) => schema.position(name),
        _ => None,
    };
    exprs.iter().map(position).collect()
}

/// What an expression computes, whatever it is called.
pub(crate) fn unaliased(mut expr: &Expr) -> &Expr {
    while let Expr::Alias { input, .. } = expr {
        expr = input;
    }
    expr
}
