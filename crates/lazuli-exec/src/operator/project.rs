//! Project: computes columns row by row.

use std::sync::Arc;

use lazuli_array::{Batch, Schema, SchemaRef};
use lazuli_expr::evaluate::Evaluator;

use super::evaluation_failed;
use crate::Result;
use crate::morsel::{Flow, Morsel};
use crate::pipeline::{Operator, Task};
use crate::profile::Description;

/// One column for each expression.
pub(crate) struct Project {
    /// What needs the columns, for messages.
    pub(crate) operator: &'static str,
    pub(crate) exprs: Vec<Evaluator>,
    pub(crate) schema: SchemaRef,
}

impl Operator for Project {
    fn describe(&self) -> Description {
        let exprs: Vec<String> = self.exprs.iter().map(|expr| expr.expr().to_string()).collect();
        let exprs = exprs.join(", ");
        match self.operator {
            "select" => Description::new("select", exprs),
            operator => Description::new("select", format!("for {operator}: {exprs}")),
        }
    }

    fn is_fallible(&self) -> bool {
        self.exprs.iter().any(Evaluator::is_fallible)
    }

    fn execute(
        &self,
        input: Morsel,
        _: &Task<'_>,
        emit: &mut dyn FnMut(Morsel) -> Result<Flow>,
    ) -> Result<Flow> {
        let num_rows = input.num_rows();
        let mut columns = Vec::with_capacity(self.exprs.len());
        for expr in &self.exprs {
            let value = expr.evaluate(&input.batch).map_err(evaluation_failed(self.operator, &input))?;
            columns.push(value.into_column(num_rows));
        }
        emit(input.with_columns(Batch::new(self.schema.clone(), columns, num_rows)))
    }
}

/// Columns of the input by position: nothing is computed.
#[derive(Clone)]
pub(crate) struct Choose {
    positions: Vec<usize>,
    schema: SchemaRef,
}

impl Choose {
    /// The columns at these positions of `input`.
    pub(crate) fn new(positions: Vec<usize>, input: &Schema) -> Self {
        let schema = Arc::new(input.project(&positions));
        Self { positions, schema }
    }

    /// As [`Choose::new`], with the names of `schema`.
    pub(crate) fn with_schema(positions: Vec<usize>, schema: SchemaRef) -> Self {
        Self { positions, schema }
    }

    /// The columns that come out.
    pub(crate) fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    pub(crate) fn choose(&self, batch: &Batch) -> Batch {
        let columns = self.positions.iter().map(|&position| batch.column(position).clone()).collect();
        Batch::new(self.schema.clone(), columns, batch.num_rows())
    }
}

impl Operator for Choose {
    fn describe(&self) -> Description {
        let names: Vec<&str> = self.schema.names().map(|name| name.as_str()).collect();
        Description::new("select", names.join(", "))
    }

    fn is_fallible(&self) -> bool {
        false
    }

    fn execute(
        &self,
        input: Morsel,
        _: &Task<'_>,
        emit: &mut dyn FnMut(Morsel) -> Result<Flow>,
    ) -> Result<Flow> {
        emit(input.with_columns(self.choose(&input.batch)))
    }
}
