//! All expressions of a node, asked or rewritten in one go.

use lazuli_array::Schema;
use lazuli_expr::{Expr, SortKey};

use crate::{
    Aggregate, AsofJoin, Distinct, Filter, Join, JoinWhere, LogicalPlan, Node, Project, Scan, Sort, Window,
};

/// The plan with its top node's expressions replaced, or `None` if all stayed as they were. `replace` is given the schema
/// that the expression reads; where an expression names a column of the result, that name is kept.
pub(super) fn map_expressions(
    plan: &LogicalPlan,
    replace: &impl Fn(&Expr, &Schema) -> Expr,
) -> Option<LogicalPlan> {
    let values = |exprs: &[Expr], schema: &Schema| -> Vec<Expr> {
        exprs.iter().map(|expr| replace(expr, schema)).collect()
    };
    let columns = |exprs: &[Expr], schema: &Schema| -> Vec<Expr> {
        exprs
            .iter()
            .map(|expr| {
                let new = replace(expr, schema);
                if new == *expr { new } else { new.named(&expr.output_name()) }
            })
            .collect()
    };
    let node = match plan.node() {
        Node::Scan(scan) => {
            let predicates = values(&scan.predicates, scan.source_schema());
            if predicates == scan.predicates {
                return None;
            }
            Node::Scan(Scan { predicates, ..scan.clone() })
        }
        Node::Filter(filter) => {
            let predicates = values(&filter.predicates, filter.input.schema());
            if predicates == filter.predicates {
                return None;
            }
            Node::Filter(Filter { predicates, ..filter.clone() })
        }
        Node::Project(project) => {
            let exprs = columns(&project.exprs, project.input.schema());
            if exprs == project.exprs {
                return None;
            }
            Node::Project(Project { exprs, ..project.clone() })
        }
        Node::Aggregate(aggregate) => {
            let schema = aggregate.input.schema();
            let (keys, aggregates) =
                (columns(&aggregate.keys, schema), columns(&aggregate.aggregates, schema));
            if keys == aggregate.keys && aggregates == aggregate.aggregates {
                return None;
            }
            Node::Aggregate(Aggregate { keys, aggregates, ..aggregate.clone() })
        }
        Node::Join(join) => {
            let left_keys = values(&join.left_keys, join.left.schema());
            let right_keys = values(&join.right_keys, join.right.schema());
            if left_keys == join.left_keys && right_keys == join.right_keys {
                return None;
            }
            Node::Join(Join { left_keys, right_keys, ..join.clone() })
        }
        Node::AsofJoin(join) => {
            let (left, right) = (join.left.schema(), join.right.schema());
            let (left_on, right_on) = (replace(&join.left_on, left), replace(&join.right_on, right));
            let (left_by, right_by) = (values(&join.left_by, left), values(&join.right_by, right));
            let same = left_on == join.left_on && right_on == join.right_on;
            if same && left_by == join.left_by && right_by == join.right_by {
                return None;
            }
            Node::AsofJoin(AsofJoin { left_on, right_on, left_by, right_by, ..join.clone() })
        }
        Node::JoinWhere(join) => {
            let predicates = values(&join.predicates, &join.pair_schema());
            if predicates == join.predicates {
                return None;
            }
            Node::JoinWhere(JoinWhere { predicates, ..join.clone() })
        }
        Node::Sort(sort) => {
            let schema = sort.input.schema();
            let keys: Vec<SortKey> = sort
                .keys
                .iter()
                .map(|key| SortKey { expr: replace(&key.expr, schema), ..key.clone() })
                .collect();
            if keys == sort.keys {
                return None;
            }
            Node::Sort(Sort { keys, ..sort.clone() })
        }
        Node::Distinct(distinct) => {
            let subset = distinct.subset.as_ref().map(|subset| values(subset, distinct.input.schema()));
            if subset == distinct.subset {
                return None;
            }
            Node::Distinct(Distinct { subset, ..distinct.clone() })
        }
        Node::Window(window) => {
            let windows = columns(&window.windows, window.input.schema());
            if windows == window.windows {
                return None;
            }
            Node::Window(Window { windows, ..window.clone() })
        }
        Node::Slice(_)
        | Node::Union(_)
        | Node::HorizontalConcat(_)
        | Node::Pivot(_)
        | Node::Unpivot(_)
        | Node::Explode(_)
        | Node::RowIndex(_)
        | Node::Derived(_)
        | Node::Sink(_) => return None,
    };
    Some(plan.with_node(node))
}

/// Whether an expression of the plan's top node has a property.
pub(super) fn any_expression(plan: &LogicalPlan, property: &impl Fn(&Expr) -> bool) -> bool {
    match plan.node() {
        Node::Scan(scan) => scan.predicates.iter().any(property),
        Node::Filter(filter) => filter.predicates.iter().any(property),
        Node::Project(project) => project.exprs.iter().any(property),
        Node::Aggregate(aggregate) => aggregate.keys.iter().chain(&aggregate.aggregates).any(property),
        Node::Join(join) => join.left_keys.iter().chain(&join.right_keys).any(property),
        Node::AsofJoin(join) => [&join.left_on, &join.right_on]
            .into_iter()
            .chain(&join.left_by)
            .chain(&join.right_by)
            .any(property),
        Node::JoinWhere(join) => join.predicates.iter().any(property),
        Node::Sort(sort) => sort.keys.iter().any(|key| property(&key.expr)),
        Node::Distinct(distinct) => distinct.subset.iter().flatten().any(property),
        Node::Window(window) => window.windows.iter().any(property),
        Node::Slice(_)
        | Node::Union(_)
        | Node::HorizontalConcat(_)
        | Node::Pivot(_)
        | Node::Unpivot(_)
        | Node::Explode(_)
        | Node::RowIndex(_)
        | Node::Derived(_)
        | Node::Sink(_) => false,
    }
}
