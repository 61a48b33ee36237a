//! What each node does to its inputs' tables.

use std::cmp::Ordering;

use lazuli_array::{Scalar, Schema};
use lazuli_expr::{Expr, SortKey};
use lazuli_plan::{
    Aggregate, Distinct, Filter, HorizontalConcat, Keep, LogicalPlan, Node, Project, Scan, ScanRequest,
    Slice, Sort, Union,
};

use super::aggregate::Call;
use super::expression::Bound;
use super::value::compare;
use super::{Asking, Cell, Failure, asof_join, join, join_where, reshape, window};

/// Rows, some of whose values may have failed.
#[derive(Debug, Clone, Default)]
pub(super) struct Part {
    pub(super) rows: Vec<Vec<Cell>>,
    /// What keeps the rows after these from being known; `None` if there are no more.
    pub(super) rest: Option<Failure>,
}

impl Part {
    /// All rows there are.
    pub(super) fn whole(rows: Vec<Vec<Cell>>) -> Self {
        Self { rows, rest: None }
    }

    /// The rows, if all are known.
    pub(super) fn known(self) -> Result<Vec<Vec<Cell>>, Failure> {
        self.rest.map_or(Ok(self.rows), Err)
    }

    /// The rows that `make` gives for each row in turn, up to the first that it fails for.
    pub(super) fn each(self, mut make: impl FnMut(Vec<Cell>) -> Result<Vec<Vec<Cell>>, Failure>) -> Self {
        let mut rows = Vec::new();
        for row in self.rows {
            match make(row) {
                Ok(made) => rows.extend(made),
                Err(failure) => return Self { rows, rest: Some(failure) },
            }
        }
        Self { rows, rest: self.rest }
    }
}

/// The rows of a plan.
///
/// If only what is needed is asked for, a node that fails has no rows, and nobody knows what would follow; a limit of 0
/// does not want to know.
pub(super) fn run(plan: &LogicalPlan, asking: Asking) -> Result<Part, Failure> {
    match (rows_of(plan, asking), asking) {
        (Err(failure), Asking::Needed) => Ok(Part { rows: Vec::new(), rest: Some(failure) }),
        (result, _) => result,
    }
}

fn rows_of(plan: &LogicalPlan, asking: Asking) -> Result<Part, Failure> {
    let part = match plan.node() {
        Node::Scan(node) => scan(node),
        Node::Filter(node) => filter(node, run(&node.input, asking)?),
        Node::Project(node) => project(node, run(&node.input, asking)?),
        Node::Aggregate(node) => Part::whole(aggregate(node, run(&node.input, asking)?.known()?)?),
        Node::Join(node) => {
            let left = run(&node.left, asking)?;
            join::join(node, left, run(&node.right, asking)?)?
        }
        Node::AsofJoin(node) => {
            let left = run(&node.left, asking)?;
            asof_join::asof_join(node, left, run(&node.right, asking)?)?
        }
        Node::JoinWhere(node) => {
            let left = run(&node.left, asking)?;
            join_where::join_where(node, left, run(&node.right, asking)?)?
        }
        Node::Sort(node) => Part::whole(sort(node, run(&node.input, asking)?.known()?)?),
        Node::Slice(node) => slice(node, run(&node.input, asking)?)?,
        Node::Distinct(node) => distinct(node, run(&node.input, asking)?)?,
        Node::Union(node) => union(node, asking)?,
        Node::HorizontalConcat(node) => Part::whole(side_by_side(node, asking)?),
        Node::Pivot(node) => Part::whole(reshape::pivot(node, run(&node.input, asking)?.known()?)?),
        Node::Window(node) => Part::whole(window::window(node, run(&node.input, asking)?.known()?)?),
        Node::Unpivot(node) => Part::whole(reshape::unpivot(node, &run(&node.input, asking)?.known()?)),
        Node::Explode(node) => reshape::explode(node, run(&node.input, asking)?),
        Node::RowIndex(node) => {
            let mut next = node.offset;
            run(&node.input, asking)?.each(|row| {
                let index = Ok(Scalar::Int64(next));
                next += 1;
                Ok(vec![std::iter::once(index).chain(row).collect()])
            })
        }
        Node::Derived(_) => panic!("resolving writes derived verbs out"),
        Node::Sink(_) => panic!("a sink has no rows"),
    };
    if asking == Asking::All {
        let failed = part.rows.iter().flatten().find_map(|cell| cell.as_ref().err());
        if let Some(failure) = failed.copied().or(part.rest) {
            return Err(failure);
        }
    }
    Ok(part)
}

/// Expressions bound to the columns of a plan's rows.
pub(super) fn bind(exprs: &[Expr], schema: &Schema) -> Vec<Bound> {
    exprs.iter().map(|expr| Bound::new(expr, schema)).collect()
}

/// The values of all expressions for a row; an error if one of them failed.
pub(super) fn values(exprs: &[Bound], row: &[Cell]) -> Result<Vec<Scalar>, Failure> {
    exprs.iter().map(|expr| expr.evaluate(row)).collect()
}

fn scan(node: &Scan) -> Part {
    let schema = node.source_schema();
    let request = ScanRequest {
        projection: (0..schema.len()).collect(),
        predicates: Vec::new(),
        key_filters: Vec::new(),
        limit: None,
        batch_rows: 1024,
        threads: 1,
        memory: None,
    };
    let reader = node.source.open(request).expect("frames can be read");
    let mut rows = Vec::new();
    while let Some((_, batch)) = reader.next().expect("frames can be read") {
        rows.extend(
            (0..batch.num_rows())
                .map(|row| batch.columns().iter().map(|column| Ok(column.get(row))).collect::<Vec<Cell>>()),
        );
    }
    let kept = keep_true(&bind(&node.predicates, schema), Part::whole(rows));
    let Some(names) = &node.projection else { return kept };
    let positions: Vec<usize> =
        names.iter().map(|name| schema.position(name).expect("resolving found the column")).collect();
    kept.each(|row| Ok(vec![positions.iter().map(|&position| row[position].clone()).collect()]))
}

/// The rows for which all predicates are true; a predicate is not asked for rows that one before it removed.
pub(super) fn keep_true(predicates: &[Bound], input: Part) -> Part {
    input.each(|row| {
        for predicate in predicates {
            if !predicate.is_true(&row)? {
                return Ok(Vec::new());
            }
        }
        Ok(vec![row])
    })
}

fn filter(node: &Filter, input: Part) -> Part {
    keep_true(&bind(&node.predicates, node.input.schema()), input)
}

fn project(node: &Project, input: Part) -> Part {
    let exprs = bind(&node.exprs, node.input.schema());
    input.each(|row| Ok(vec![exprs.iter().map(|expr| expr.evaluate(&row)).collect()]))
}

fn aggregate(node: &Aggregate, rows: Vec<Vec<Cell>>) -> Result<Vec<Vec<Cell>>, Failure> {
    let schema = node.input.schema();
    let keys = bind(&node.keys, schema);
    let calls: Vec<Call> = node.aggregates.iter().map(|expr| Call::new(expr, schema)).collect();
    let mut groups: Vec<(Vec<Scalar>, Vec<&Vec<Cell>>)> = Vec::new();
    if keys.is_empty() {
        groups.push((Vec::new(), Vec::new()));
    }
    for row in &rows {
        let key: Vec<Scalar> = values(&keys, row)?.into_iter().map(one_zero).collect();
        match groups.iter_mut().find(|(other, _)| *other == key) {
            Some((_, members)) => members.push(row),
            None => groups.push((key, vec![row])),
        }
    }
    let row = |(key, members): (Vec<Scalar>, Vec<&Vec<Cell>>)| -> Vec<Cell> {
        key.into_iter().map(Ok).chain(calls.iter().map(|call| call.over(&members))).collect()
    };
    Ok(groups.into_iter().map(row).collect())
}

/// Group keys are the values themselves, but -0.0 and 0.0 are one value, and that is 0.0.
pub(super) fn one_zero(key: Scalar) -> Scalar {
    match key {
        Scalar::Float32(value) => Scalar::Float32(value + 0.0),
        Scalar::Float64(value) => Scalar::Float64(value + 0.0),
        other => other,
    }
}

fn sort(node: &Sort, rows: Vec<Vec<Cell>>) -> Result<Vec<Vec<Cell>>, Failure> {
    let exprs: Vec<Expr> = node.keys.iter().map(|key| key.expr.clone()).collect();
    let keys = bind(&exprs, node.input.schema());
    let keyed = rows.into_iter().map(|row| Ok((values(&keys, &row)?, row)));
    let mut keyed = keyed.collect::<Result<Vec<_>, Failure>>()?;
    keyed.sort_by(|(left, _), (right, _)| compare_keys(left, right, &keys, &node.keys));
    let limit = node.limit.unwrap_or(usize::MAX);
    Ok(keyed.into_iter().map(|(_, row)| row).take(limit).collect())
}

/// The order of two rows with these values of sort keys.
pub(super) fn compare_keys(
    left: &[Scalar],
    right: &[Scalar],
    bounds: &[Bound],
    keys: &[SortKey],
) -> Ordering {
    let orders = left.iter().zip(right).zip(bounds).zip(keys);
    orders
        .map(|(((left, right), bound), key)| match (left.is_null(), right.is_null()) {
            (true, true) => Ordering::Equal,
            (true, false) if key.nulls_first => Ordering::Less,
            (true, false) => Ordering::Greater,
            (false, true) if key.nulls_first => Ordering::Greater,
            (false, true) => Ordering::Less,
            (false, false) if key.descending => compare(right, left, &bound.data_type),
            (false, false) => compare(left, right, &bound.data_type),
        })
        .fold(Ordering::Equal, Ordering::then)
}

/// From the `offset`-th row on; counted from the end, the run may begin before the first row.
fn slice(node: &Slice, input: Part) -> Result<Part, Failure> {
    let length = node.length.map_or(i128::MAX >> 1, |length| length as i128);
    if node.offset < 0 && length > 0 {
        let rows = input.known()?;
        let start = rows.len() as i128 + i128::from(node.offset);
        let place = |row: i128| row.clamp(0, rows.len() as i128) as usize;
        return Ok(Part::whole(rows[place(start)..place(start + length)].to_vec()));
    }
    let start = i128::from(node.offset.max(0));
    let wanted = start..start + length;
    let rest = input.rest.filter(|_| wanted.end > input.rows.len() as i128);
    let rows = input.rows.into_iter().zip(0i128..).filter(|(_, place)| wanted.contains(place));
    Ok(Part { rows: rows.map(|(row, _)| row).collect(), rest })
}

fn distinct(node: &Distinct, input: Part) -> Result<Part, Failure> {
    let schema = node.input.schema();
    let columns: Vec<Expr> = schema.names().cloned().map(Expr::Column).collect();
    let keys = bind(node.subset.as_ref().unwrap_or(&columns), schema);
    if matches!(node.keep, Keep::First | Keep::Any) {
        let mut met: Vec<Vec<Scalar>> = Vec::new();
        return Ok(input.each(|row| {
            let key = values(&keys, &row)?;
            let is_new = !met.contains(&key);
            if is_new {
                met.push(key);
            }
            Ok(if is_new { vec![row] } else { Vec::new() })
        }));
    }
    let rows = input.known()?;
    let all = rows.iter().map(|row| values(&keys, row)).collect::<Result<Vec<_>, _>>()?;
    let stays = |(index, _): &(usize, Vec<Cell>)| {
        let is_equal = |other: &Vec<Scalar>| *other == all[*index];
        match node.keep {
            Keep::Last => !all[index + 1..].iter().any(is_equal),
            _ => all.iter().filter(|other| is_equal(other)).count() == 1,
        }
    };
    Ok(Part::whole(rows.into_iter().enumerate().filter(stays).map(|(_, row)| row).collect()))
}

fn union(node: &Union, asking: Asking) -> Result<Part, Failure> {
    let mut all = Part::default();
    for input in &node.inputs {
        let part = run(input, asking)?;
        all.rows.extend(part.rows);
        all.rest = part.rest;
        if all.rest.is_some() {
            break;
        }
    }
    Ok(all)
}

fn side_by_side(node: &HorizontalConcat, asking: Asking) -> Result<Vec<Vec<Cell>>, Failure> {
    let mut all: Option<Vec<Vec<Cell>>> = None;
    for input in &node.inputs {
        let rows = run(input, asking)?.known()?;
        all = Some(match all {
            None => rows,
            Some(all) if all.len() != rows.len() => return Err(Failure::HeightMismatch),
            Some(all) => all.into_iter().zip(rows).map(|(left, right)| [left, right].concat()).collect(),
        });
    }
    Ok(all.unwrap_or_default())
}
