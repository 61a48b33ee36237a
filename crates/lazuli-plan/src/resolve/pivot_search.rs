//! The columns of a pivot, found by a first pass over its input.
//!
//! A plan's columns have to be known before it runs, but those of a pivot are values of its input. So a query with such
//! a pivot runs in two parts: first for the values, then, with the values written into the plan, for the answer.
//!
//! Who runs the query need not read the source twice for that: the pivot's cells, which are few beside the rows, can be
//! computed first ([`PivotSearch::cells`]) and the pivot put over them.

use std::sync::Arc;

use lazuli_array::{Name, Scalar};
use lazuli_expr::{Expr, SortKey};

use crate::{
    DataSource, Distinct, Keep, LogicalPlan, Node, Pivot, PivotColumn, Project, Scan, Sort, resolve,
};

/// A pivot whose columns are not known yet.
#[derive(Debug, Clone)]
pub struct PivotSearch {
    pivot: LogicalPlan,
}

impl PivotSearch {
    /// A pivot of this plan whose columns have to be found, one that has no other such below it. Once its columns are
    /// written into the plan the next one can be asked for.
    pub fn next(plan: &LogicalPlan) -> Option<Self> {
        plan.inputs_first().into_iter().find_map(Self::of)
    }

    /// The search for the columns of the pivot at the top, if they are not known.
    pub(super) fn of(plan: &LogicalPlan) -> Option<Self> {
        match plan.node() {
            Node::Pivot(pivot) if pivot.columns.is_none() => Some(Self { pivot: plan.clone() }),
            _ => None,
        }
    }

    fn node(&self) -> &Pivot {
        pivot_of(&self.pivot)
    }

    /// The source that the pivot reads as it is, if it does.
    pub fn scanned(&self) -> Option<&Arc<dyn DataSource>> {
        match (&self.node().aggregate, self.node().input.node()) {
            (None, Node::Scan(scan)) => Some(&scan.source),
            _ => None,
        }
    }

    /// What the pivot puts into its columns, one row a cell, whatever those columns are. `None` if the pivot, or
    /// anything below it, has a mistake.
    pub fn cells(&self) -> Option<PivotCells> {
        let pivot = Pivot { columns: Some(Vec::new()), ..self.node().clone() };
        let pivot = resolve(&self.pivot.with_node(Node::Pivot(pivot))).ok()?;
        let Pivot { input, index, on, values, .. } = pivot_of(&pivot);
        let mut names: Vec<&Name> = index.iter().chain(on).collect();
        // A column that is not aggregated may be in both.
        names.extend(values.iter().filter(|name| !on.contains(name)));
        let exprs = names.into_iter().cloned().map(Expr::Column).collect();
        let project = Project { input: input.clone(), exprs, keep_input: false };
        let query = self.pivot.with_node(Node::Project(project));
        Some(PivotCells { search: self.pivot.clone(), pivot, query })
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

/// The cells of a pivot whose columns are not known yet.
#[derive(Debug, Clone)]
pub struct PivotCells {
    /// The pivot as it stands in the plan.
    search: LogicalPlan,
    /// The same, resolved, without columns.
    pivot: LogicalPlan,
    query: LogicalPlan,
}

impl PivotCells {
    /// The query, resolved, whose rows are the cells.
    pub fn query(&self) -> &LogicalPlan {
        &self.query
    }

    /// The plan with the pivot over the rows of [`PivotCells::query`], its columns still not known.
    pub fn fill_in(&self, plan: &LogicalPlan, rows: Arc<dyn DataSource>) -> LogicalPlan {
        let input = self.search.with_node(Node::Scan(Scan::new(rows)));
        let pivot = Pivot { input, columns: None, ..pivot_of(&self.pivot).clone() };
        let pivot = self.search.with_node(Node::Pivot(pivot));
        plan.rewrite(&mut |plan| plan.ptr_eq(&self.search).then(|| pivot.clone()))
    }
}

fn pivot_of(plan: &LogicalPlan) -> &Pivot {
    match plan.node() {
        Node::Pivot(pivot) => pivot,
        other => unreachable!("a search is made for a pivot, not for {other:?}"),
    }
}
