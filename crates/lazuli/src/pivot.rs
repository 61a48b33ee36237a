//! `pivot(on).index(..).values(..).agg(..)`: values become columns.

use lazuli_array::{Name, Scalar};
use lazuli_expr::Expr;
use lazuli_plan::{Caller, LogicalPlan, Node, Pivot, PivotColumn};

use crate::LazyFrame;

/// A pivot that waits for its aggregate.
///
/// ```
/// use lazuli::prelude::*;
///
/// let sales = df! {
///     "shop" => ["a", "a", "b", "a"], "quarter" => ["q2", "q1", "q1", "q1"], "amount" => [1, 2, 3, 4],
/// }?;
/// let wide = sales.lazy().pivot(["quarter"]).index(["shop"]).values(["amount"]).agg(element().sum()).collect()?;
/// assert_eq!(wide, df! { "shop" => ["a", "b"], "q1" => [6i64, 3], "q2" => [Some(1i64), None] }?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
#[must_use = "a pivot does nothing until it is aggregated"]
pub struct LazyPivot {
    frame: LazyFrame,
    on: Vec<Name>,
    index: Vec<Name>,
    values: Vec<Name>,
    columns: Option<Vec<PivotColumn>>,
    fill: Option<Scalar>,
    caller: Caller,
}

impl LazyPivot {
    pub(crate) fn new(frame: LazyFrame, on: Vec<Name>, caller: Caller) -> Self {
        Self { frame, on, index: Vec::new(), values: Vec::new(), columns: None, fill: None, caller }
    }

    /// The columns that stay, one row for each combination of their values; all others if not said.
    pub fn index<N: Into<Name>>(self, names: impl IntoIterator<Item = N>) -> Self {
        Self { index: names.into_iter().map(Into::into).collect(), ..self }
    }

    /// The columns whose values fill the cells; all others if not said.
    pub fn values<N: Into<Name>>(self, names: impl IntoIterator<Item = N>) -> Self {
        Self { values: names.into_iter().map(Into::into).collect(), ..self }
    }

    /// The values of the one `on` column that become columns, in this order. Without this, a first pass over the data
    /// finds them, and they come in order of value.
    pub fn columns<V: Into<Scalar>>(self, values: impl IntoIterator<Item = V>) -> Self {
        let columns = values.into_iter().map(|value| PivotColumn { values: vec![value.into()] }).collect();
        Self { columns: Some(columns), ..self }
    }

    /// What cells without a value hold, instead of null (or 0 for counts).
    pub fn fill(self, value: impl Into<Scalar>) -> Self {
        Self { fill: Some(value.into()), ..self }
    }

    /// Several values for one cell become one, by an aggregate of [`crate::element`].
    pub fn agg(self, aggregate: Expr) -> LazyFrame {
        self.finish(Some(aggregate))
    }

    /// There may be at most one value for each cell; two are an error that names the cell.
    pub fn single(self) -> LazyFrame {
        self.finish(None)
    }

    fn finish(self, aggregate: Option<Expr>) -> LazyFrame {
        let Self { frame, on, index, values, columns, fill, caller } = self;
        let node =
            Node::Pivot(Pivot { input: frame.plan().clone(), on, index, values, aggregate, columns, fill });
        LazyFrame::from_plan(LogicalPlan::new(node, caller)).with_options(frame.options().clone())
    }
}
