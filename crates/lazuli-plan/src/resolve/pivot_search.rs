//! The columns of a pivot, found by a first pass over its input.
//!
//! A plan's columns have to be known before it runs, but those of a pivot are values of its input. So a query with such
//! a pivot runs twice: first for the values, then, with the values written into the plan, for the answer.

use lazuli_array::Scalar;
use lazuli_expr::{Expr, SortKey};

use crate::{Distinct, Keep, LogicalPlan, Node, Pivot, PivotColumn, Project, Sort};

/// A pivot whose columns are not known yet.
#[derive(Debug, Clone)]
pub struct PivotSearch {
    pivot: LogicalPlan,
}

impl PivotSearch {
    /// A pivot of this plan whose columns have to be found, one that has no other such below it. Once its columns are
    /// written into the plan the next one can be asked for.
    pub fn next(plan: &LogicalPlan) -> Option<Self> {
        plan.inputs_first()
            .into_iter()
            .find(|plan| matches!(plan.node(), Node::Pivot(pivot) if pivot.columns.is_none()))
            .map(|pivot| Self { pivot: pivot.clone() })
    }

    fn node(&self) -> &Pivot {
        match self.pivot.node() {
            Node::Pivot(pivot) => pivot,
            other => unreachable!("a search is made for a pivot, not for {other:?}"),
        }
    }

    /// The query, not resolved yet, whose rows are the combinations of `on` values, in the order that the columns will
    /// have: by value, null last.
    pub fn query(&self) -> LogicalPlan {
        let pivot = self.node();
        let on = || pivot.on.iter().cloned().map(Expr::Column);
        let exprs = on().collect();
        let project = Project { input: pivot.input.clone(), exprs, keep_input: false };
        let project = self.pivot.with_node(Node::Project(project));
        let distinct = Distinct { input: project, subset: None, keep: Keep::First };
        let distinct = self.pivot.with_node(Node::Distinct(distinct));
        let keys: Vec<SortKey> = on().map(Expr::asc).collect();
        self.pivot.with_node(Node::Sort(Sort { input: distinct, keys, limit: None }))
    }

    /// The plan with the rows of [`PivotSearch::query`] as the pivot's columns.
    pub fn fill_in(&self, plan: &LogicalPlan, rows: impl IntoIterator<Item = Vec<Scalar>>) -> LogicalPlan {
        let columns: Vec<PivotColumn> = rows.into_iter().map(|values| PivotColumn { values }).collect();
        let filled = Node::Pivot(Pivot { columns: Some(columns), ..self.node().clone() });
        let filled = self.pivot.with_node(filled);
        plan.rewrite(&mut |plan| plan.ptr_eq(&self.pivot).then(|| filled.clone()))
    }
}
