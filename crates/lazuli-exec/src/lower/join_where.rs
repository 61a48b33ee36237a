//! Joins by predicates: the right side built, the left side looked up.

use std::sync::Arc;

use lazuli_array::{Field, Schema, SchemaRef};
use lazuli_expr::evaluate::{Evaluator, Predicates};
use lazuli_expr::{BinaryOperator, Expr};
use lazuli_kernels::CompareOp;
use lazuli_plan::{JoinBound, JoinBounds, JoinSide, JoinWhere};

use super::{Lowering, internal, position_of};
use crate::Result;
use crate::operator::collect::Shares;
use crate::operator::join::OutputColumn;
use crate::operator::join_where::{PairBuild, PairPredicates, PairProbe, PairSlot};
use crate::pipeline::{Lane, push_operator};

impl Lowering {
    pub(super) fn join_where(
        &mut self,
        node: &JoinWhere,
        mut left: Vec<Lane>,
        right: Vec<Lane>,
        schema: &SchemaRef,
    ) -> Result<Vec<Lane>> {
        let (left_schema, right_schema) = (node.left.schema(), node.right.schema());
        let column = |source: &JoinSide| match source {
            JoinSide::Left(name) => Ok(OutputColumn::Probe(position_of(name, left_schema)?)),
            JoinSide::Right(name) => Ok(OutputColumn::Build(position_of(name, right_schema)?)),
            JoinSide::Coalesced(..) => Err(internal("a join by predicates with a column of both sides")),
        };
        let columns = node.output.iter().map(|output| column(&output.source)).collect::<Result<_>>()?;
        let bounds = JoinBounds::of(node);
        let slot = Arc::new(PairSlot::default());
        let (mut built, mut probed) = (None, None);
        if let Some(first) = bounds.run.first() {
            let within = match &bounds.within {
                None => (None, None),
                Some(bound) => (
                    Some((Evaluator::new(&bound.right, right_schema), op(bound)?)),
                    Some(Evaluator::new(&bound.left, left_schema)),
                ),
            };
            let run =
                bounds.run.iter().map(|bound| Ok((Evaluator::new(&bound.left, left_schema), op(bound)?)));
            built = Some((Evaluator::new(&first.right, right_schema), within.0));
            probed = Some((run.collect::<Result<_>>()?, within.1));
        }
        self.end(
            right,
            PairBuild {
                values: built,
                schema: right_schema.clone(),
                shares: Shares::default(),
                slot: slot.clone(),
            },
        );
        let probe = PairProbe {
            values: probed,
            rest: pair_predicates(&bounds.rest, left_schema, right_schema)?,
            all: pair_predicates(&node.predicates, left_schema, right_schema)?,
            columns,
            schema: schema.clone(),
            slot,
        };
        push_operator(&mut left, Arc::new(probe));
        Ok(left)
    }
}

fn op(bound: &JoinBound) -> Result<CompareOp> {
    Ok(match bound.operator {
        BinaryOperator::Equal => CompareOp::Eq,
        BinaryOperator::Less => CompareOp::Lt,
        BinaryOperator::LessEqual => CompareOp::LtEq,
        BinaryOperator::Greater => CompareOp::Gt,
        BinaryOperator::GreaterEqual => CompareOp::GtEq,
        _ => return Err(internal("a bound of a join that is no comparison")),
    })
}

/// The predicates over those columns of pairs that they read.
fn pair_predicates(predicates: &[Expr], left: &Schema, right: &Schema) -> Result<PairPredicates> {
    let (mut fields, mut columns): (Vec<Field>, Vec<OutputColumn>) = (Vec::new(), Vec::new());
    for name in predicates.iter().flat_map(Expr::columns) {
        if fields.iter().any(|field| *field.name() == name) {
            continue;
        }
        let (column, field) = match left.position(&name) {
            Some(position) => (OutputColumn::Probe(position), left.field(position)),
            None => {
                let position = position_of(&name, right)?;
                (OutputColumn::Build(position), right.field(position))
            }
        };
        columns.push(column);
        fields.push(field.clone());
    }
    let schema = Schema::try_new(fields).expect("each name was put in once");
    Ok(PairPredicates { predicates: Predicates::new(predicates, &schema), columns, schema: Arc::new(schema) })
}
