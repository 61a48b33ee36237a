//! Runs resolved plans the slow, obvious way, for tests of rules: all rows in one batch, scalars in nested loops.
//!
//! Not here: anything clever. What comes out is what the docs of [`Node`] say, and nothing else is looked at.

use std::cmp::Ordering;
use std::sync::Arc;

use lazuli_array::{Batch, Column, DataType, Name, Native, Scalar, SchemaRef};
use lazuli_expr::evaluate::Evaluator;
use lazuli_expr::function::Argument;
use lazuli_expr::window::Partitions;
use lazuli_expr::{Expr, Groups, Literal, RowOrder, SortKey, WindowFunctionRef, typing};

use crate::test_plan::rows_of;
use crate::{
    Aggregate, Distinct, Explode, Join, JoinSide, JoinType, JoinWhere, Keep, LogicalPlan, Node, Pivot, Scan,
    Unpivot, Window,
};

/// How hints are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hints {
    /// Exactly: a scan or a sort with a limit gives no more rows.
    Strict,
    /// Not at all: they give all rows.
    Ignored,
}

/// The failure of some row. Which one is not looked at.
#[derive(Debug, PartialEq)]
pub(crate) struct Failed;

type Rows = Vec<Vec<Scalar>>;

/// The rows of a resolved plan.
pub(crate) fn run(plan: &LogicalPlan, hints: Hints) -> Result<Rows, Failed> {
    let run = |input: &LogicalPlan| run(input, hints);
    let rows = match plan.node() {
        Node::Scan(scan) => run_scan(scan, hints)?,
        Node::Filter(filter) => keep(run(&filter.input)?, filter.input.schema(), &filter.predicates)?,
        Node::Project(project) => {
            let rows = run(&project.input)?;
            let columns = project.exprs.iter().map(|expr| values(expr, &rows, project.input.schema()));
            transposed(&columns.collect::<Result<Vec<_>, _>>()?, rows.len())
        }
        Node::Aggregate(aggregate) => run_aggregate(aggregate, &run(&aggregate.input)?)?,
        Node::Join(join) => run_join(join, &run(&join.left)?, &run(&join.right)?)?,
        Node::AsofJoin(_) => unreachable!("random plans have no as-of joins"),
        Node::JoinWhere(join) => run_join_where(join, &run(&join.left)?, &run(&join.right)?)?,
        Node::Sort(sort) => {
            let mut rows = sorted(run(&sort.input)?, sort.input.schema(), &sort.keys)?;
            if let (Some(limit), Hints::Strict) = (sort.limit, hints) {
                rows.truncate(limit);
            }
            rows
        }
        Node::Slice(slice) => {
            let rows = run(&slice.input)?;
            let offset = match slice.offset {
                before_end @ ..0 => rows.len() as i64 + before_end,
                offset => offset,
            };
            let end = slice.length.map_or(i64::MAX, |length| offset.saturating_add(length as i64));
            let is_in = |index: usize| (offset..end).contains(&(index as i64));
            rows.into_iter().enumerate().filter(|(index, _)| is_in(*index)).map(|(_, row)| row).collect()
        }
        Node::Distinct(distinct) => run_distinct(distinct, run(&distinct.input)?)?,
        Node::Union(union) => {
            let inputs: Vec<Rows> = union.inputs.iter().map(run).collect::<Result<_, _>>()?;
            inputs.concat()
        }
        Node::Unpivot(unpivot) => run_unpivot(unpivot, &run(&unpivot.input)?),
        Node::Explode(explode) => run_explode(explode, &run(&explode.input)?)?,
        Node::Window(window) => run_window(window, run(&window.input)?)?,
        Node::Pivot(pivot) => run_pivot(pivot, &run(&pivot.input)?)?,
        Node::HorizontalConcat(concat) => {
            let inputs: Vec<Rows> = concat.inputs.iter().map(run).collect::<Result<_, _>>()?;
            if inputs.iter().any(|rows| rows.len() != inputs[0].len()) {
                return Err(Failed);
            }
            (0..inputs[0].len())
                .map(|row| inputs.iter().flat_map(|rows| rows[row].clone()).collect())
                .collect()
        }
        Node::RowIndex(_) => unreachable!("random plans have no row index"),
        Node::Derived(_) => unreachable!("resolving writes derived verbs out"),
        Node::Sink(_) => unreachable!("random plans have no sinks"),
    };
    assert!(rows.iter().all(|row| row.len() == plan.schema().len()), "a row as wide as the schema");
    Ok(rows)
}

fn run_scan(scan: &Scan, hints: Hints) -> Result<Rows, Failed> {
    let batch = rows_of(scan);
    let all = (0..batch.num_rows())
        .map(|row| batch.columns().iter().map(|column| column.get(row)).collect())
        .collect();
    let mut rows = keep(all, batch.schema(), &scan.predicates)?;
    if let (Some(limit), Hints::Strict) = (scan.limit, hints) {
        rows.truncate(limit);
    }
    let names = scan.projection.as_ref().expect("resolved");
    Ok(picked(&rows, names.iter().map(|name| batch.schema().position(name).expect("resolved"))))
}

fn picked(rows: &Rows, positions: impl Iterator<Item = usize>) -> Rows {
    let positions: Vec<usize> = positions.collect();
    rows.iter().map(|row| positions.iter().map(|&position| row[position].clone()).collect()).collect()
}

fn transposed(columns: &[Vec<Scalar>], num_rows: usize) -> Rows {
    (0..num_rows).map(|row| columns.iter().map(|column| column[row].clone()).collect()).collect()
}

fn batch_of(rows: &Rows, schema: &SchemaRef) -> Batch {
    let column = |index: usize| {
        let values = rows.iter().map(|row| row[index].clone());
        Column::from_scalars(schema.field(index).data_type(), values).expect("values of the column's type")
    };
    Batch::new(schema.clone(), (0..schema.len()).map(column).collect(), rows.len())
}

fn values(expr: &Expr, rows: &Rows, schema: &SchemaRef) -> Result<Vec<Scalar>, Failed> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let value = Evaluator::new(expr, schema).evaluate(&batch_of(rows, schema)).map_err(|_| Failed)?;
    let column = value.into_column(rows.len());
    assert_eq!(*column.data_type(), typing::data_type(expr, schema), "{expr}");
    Ok((0..rows.len()).map(|row| column.get(row)).collect())
}

/// The rows that pass all predicates, one predicate after the other.
fn keep(mut rows: Rows, schema: &SchemaRef, predicates: &[Expr]) -> Result<Rows, Failed> {
    for predicate in predicates {
        let mask = values(predicate, &rows, schema)?;
        let mut mask = mask.iter();
        rows.retain(|_| mask.next() == Some(&Scalar::Boolean(true)));
    }
    Ok(rows)
}

/// The values of several expressions, row by row.
fn keys(exprs: &[Expr], rows: &Rows, schema: &SchemaRef) -> Result<Rows, Failed> {
    let columns: Vec<Vec<Scalar>> =
        exprs.iter().map(|expr| values(expr, rows, schema)).collect::<Result<_, _>>()?;
    Ok(transposed(&columns, rows.len()))
}

fn run_aggregate(aggregate: &Aggregate, rows: &Rows) -> Result<Rows, Failed> {
    let schema = aggregate.input.schema();
    let keys = keys(&aggregate.keys, rows, schema)?;
    let mut groups: Vec<(Vec<Scalar>, Rows)> = Vec::new();
    if aggregate.keys.is_empty() {
        groups.push((Vec::new(), Vec::new()));
    }
    for (key, row) in keys.into_iter().zip(rows) {
        match groups.iter_mut().find(|(other, _)| *other == key) {
            Some((_, rows)) => rows.push(row.clone()),
            None => groups.push((key, vec![row.clone()])),
        }
    }
    let mut results = Vec::new();
    for (mut row, rows) in groups {
        for expr in &aggregate.aggregates {
            row.push(aggregated(expr.without_alias(), &rows, schema)?);
        }
        results.push(row);
    }
    Ok(results)
}

fn aggregated(expr: &Expr, rows: &Rows, schema: &SchemaRef) -> Result<Scalar, Failed> {
    let Expr::Aggregate { aggregate, inputs } = expr else { panic!("not resolved: {expr}") };
    let types: Vec<DataType> = inputs.iter().map(|input| typing::data_type(input, schema)).collect();
    let arguments: Vec<Argument<'_>> = inputs
        .iter()
        .zip(&types)
        .map(|(input, data_type)| {
            let literal: Option<&Literal> = match input {
                Expr::Literal(literal) => Some(literal),
                _ => None,
            };
            Argument { data_type, literal }
        })
        .collect();
    let mut accumulator = aggregate.accumulator(&arguments);
    accumulator.resize(1);
    let columns = inputs[..aggregate.num_columns().min(inputs.len())]
        .iter()
        .zip(&types)
        .map(|(input, data_type)| {
            Ok(Column::from_scalars(data_type, values(input, rows, schema)?).expect("values of the type"))
        })
        .collect::<Result<Vec<_>, Failed>>()?;
    accumulator.update(&columns, Groups::One { num_rows: rows.len() }, RowOrder(0)).map_err(|_| Failed)?;
    Ok(accumulator.finish(0..1).map_err(|_| Failed)?.get(0))
}

/// Each row with, for each window, what its partition gives it.
fn run_window(window: &Window, rows: Rows) -> Result<Rows, Failed> {
    let schema = window.input.schema();
    let mut results = rows.clone();
    for expr in &window.windows {
        let Expr::Over { input, window } = expr.without_alias() else { panic!("not resolved: {expr}") };
        let mut partitions: Vec<(Vec<Scalar>, Rows)> = Vec::new();
        for (index, key) in keys(&window.partition_by, &rows, schema)?.into_iter().enumerate() {
            let mut row = rows[index].clone();
            // Behind the columns: where the row stands.
            row.push(Scalar::Int64(index as i64));
            match partitions.iter_mut().find(|(other, _)| *other == key) {
                Some((_, rows)) => rows.push(row),
                None => partitions.push((key, vec![row])),
            }
        }
        for (_, members) in partitions {
            let members = sorted(members, schema, &window.order_by)?;
            let places: Vec<usize> = members
                .iter()
                .map(|row| match row[schema.len()] {
                    Scalar::Int64(index) => index as usize,
                    _ => unreachable!("put there above"),
                })
                .collect();
            let values = match &**input {
                Expr::WindowFunction { function, inputs } => {
                    function_values(function, inputs, &members, schema)?
                }
                aggregate => vec![aggregated(aggregate, &members, schema)?; members.len()],
            };
            for (place, value) in places.into_iter().zip(values) {
                results[place].push(value);
            }
        }
    }
    Ok(results)
}

fn function_values(
    function: &WindowFunctionRef,
    inputs: &[Expr],
    rows: &Rows,
    schema: &SchemaRef,
) -> Result<Vec<Scalar>, Failed> {
    let types: Vec<DataType> = inputs.iter().map(|input| typing::data_type(input, schema)).collect();
    let arguments: Vec<Argument<'_>> = inputs
        .iter()
        .zip(&types)
        .map(|(input, data_type)| match input {
            Expr::Literal(literal) => Argument { data_type, literal: Some(literal) },
            _ => Argument { data_type, literal: None },
        })
        .collect();
    let columns = inputs[..function.num_columns()]
        .iter()
        .zip(&types)
        .map(|(input, data_type)| {
            Ok(Column::from_scalars(data_type, values(input, rows, schema)?).expect("values of the type"))
        })
        .collect::<Result<Vec<_>, Failed>>()?;
    let partition = Partitions::one(rows.len(), None);
    let result = function.evaluate(&columns, &arguments, &partition).map_err(|_| Failed)?;
    Ok((0..rows.len()).map(|row| result.get(row)).collect())
}

fn run_join(join: &Join, left: &Rows, right: &Rows) -> Result<Rows, Failed> {
    let left_keys = keys(&join.left_keys, left, join.left.schema())?;
    let right_keys = keys(&join.right_keys, right, join.right.schema())?;
    let is_pair = |left: usize, right: usize| {
        left_keys[left].iter().zip(&right_keys[right]).all(|(left, right)| !left.is_null() && left == right)
    };
    let all: Vec<(Option<usize>, Option<usize>)> = (0..left.len())
        .flat_map(|left| (0..right.len()).map(move |right| (left, right)))
        .filter(|&(left, right)| is_pair(left, right))
        .map(|(left, right)| (Some(left), Some(right)))
        .collect();
    let matches_left = |left: usize| all.iter().any(|pair| pair.0 == Some(left));
    let lonely_right = (0..right.len()).filter(|&right| all.iter().all(|pair| pair.1 != Some(right)));
    let left_first = || {
        (0..left.len()).flat_map(|left| {
            let mut pairs: Vec<_> = all.iter().filter(|pair| pair.0 == Some(left)).copied().collect();
            if pairs.is_empty() {
                pairs.push((Some(left), None));
            }
            pairs
        })
    };
    let pairs: Vec<(Option<usize>, Option<usize>)> = match join.join_type {
        JoinType::Inner | JoinType::Cross => all.clone(),
        JoinType::Left => left_first().collect(),
        JoinType::Full => left_first().chain(lonely_right.map(|right| (None, Some(right)))).collect(),
        JoinType::Right => (0..right.len())
            .flat_map(|right| {
                let mut pairs: Vec<_> = all.iter().filter(|pair| pair.1 == Some(right)).copied().collect();
                if pairs.is_empty() {
                    pairs.push((None, Some(right)));
                }
                pairs
            })
            .collect(),
        JoinType::Semi => {
            (0..left.len()).filter(|&left| matches_left(left)).map(|left| (Some(left), None)).collect()
        }
        JoinType::Anti => {
            (0..left.len()).filter(|&left| !matches_left(left)).map(|left| (Some(left), None)).collect()
        }
    };
    let left_value = |row: Option<usize>, name: &str| {
        row.map(|row| left[row][join.left.schema().position(name).expect("resolved")].clone())
    };
    let right_value = |row: Option<usize>, name: &str| {
        row.map(|row| right[row][join.right.schema().position(name).expect("resolved")].clone())
    };
    let row = |(left, right): (Option<usize>, Option<usize>)| {
        let value = |source: &JoinSide| match source {
            JoinSide::Left(name) => left_value(left, name),
            JoinSide::Right(name) => right_value(right, name),
            JoinSide::Coalesced(left_name, right_name) => {
                left_value(left, left_name).or_else(|| right_value(right, right_name))
            }
        };
        join.output.iter().map(|column| value(&column.source).unwrap_or(Scalar::Null)).collect()
    };
    Ok(pairs.into_iter().map(row).collect())
}

fn run_join_where(join: &JoinWhere, left: &Rows, right: &Rows) -> Result<Rows, Failed> {
    let all = left.iter().flat_map(|left| right.iter().map(|right| [left.clone(), right.clone()].concat()));
    let schema = Arc::new(join.pair_schema());
    let pairs = keep(all.collect(), &schema, &join.predicates)?;
    let position = |source: &JoinSide| match source {
        JoinSide::Left(name) | JoinSide::Right(name) => schema.position(name).expect("resolved"),
        JoinSide::Coalesced(..) => unreachable!("a pair has two columns"),
    };
    Ok(picked(&pairs, join.output.iter().map(|column| position(&column.source))))
}

fn sorted(rows: Rows, schema: &SchemaRef, sort_keys: &[SortKey]) -> Result<Rows, Failed> {
    let exprs: Vec<Expr> = sort_keys.iter().map(|key| key.expr.clone()).collect();
    let keys = keys(&exprs, &rows, schema)?;
    let mut keyed: Vec<(Vec<Scalar>, Vec<Scalar>)> = keys.into_iter().zip(rows).collect();
    keyed.sort_by(|(left, _), (right, _)| {
        sort_keys
            .iter()
            .zip(left.iter().zip(right))
            .map(|(key, (left, right))| compare(key, left, right))
            .find(|order| order.is_ne())
            .unwrap_or(Ordering::Equal)
    });
    Ok(keyed.into_iter().map(|(_, row)| row).collect())
}

fn compare(key: &SortKey, left: &Scalar, right: &Scalar) -> Ordering {
    match (left.is_null(), right.is_null()) {
        (true, true) => return Ordering::Equal,
        (true, false) => return if key.nulls_first { Ordering::Less } else { Ordering::Greater },
        (false, true) => return if key.nulls_first { Ordering::Greater } else { Ordering::Less },
        (false, false) => {}
    }
    let order = match (left, right) {
        (Scalar::Int8(left), Scalar::Int8(right)) => left.cmp(right),
        (Scalar::Int32(left), Scalar::Int32(right)) => left.cmp(right),
        (Scalar::Int64(left), Scalar::Int64(right)) => left.cmp(right),
        (Scalar::Float64(left), Scalar::Float64(right)) => Native::total_cmp(*left, *right),
        (Scalar::String(left), Scalar::String(right)) => left.cmp(right),
        (Scalar::Boolean(left), Scalar::Boolean(right)) => left.cmp(right),
        other => unreachable!("random plans don't sort by {other:?}"),
    };
    if key.descending { order.reverse() } else { order }
}

fn run_distinct(distinct: &Distinct, rows: Rows) -> Result<Rows, Failed> {
    let keys = match &distinct.subset {
        Some(subset) => keys(subset, &rows, distinct.input.schema())?,
        None => rows.clone(),
    };
    let stays = |row: usize| {
        let before = keys[..row].contains(&keys[row]);
        let after = keys[row + 1..].contains(&keys[row]);
        match distinct.keep {
            Keep::First | Keep::Any => !before,
            Keep::Last => !after,
            Keep::None => !before && !after,
        }
    };
    Ok(rows.iter().enumerate().filter(|(row, _)| stays(*row)).map(|(_, row)| row.clone()).collect())
}

fn run_unpivot(unpivot: &Unpivot, rows: &Rows) -> Rows {
    let schema = unpivot.input.schema();
    let position = |name: &Name| schema.position(name).expect("resolved");
    let index = picked(rows, unpivot.index.iter().map(position));
    let mut long = Vec::new();
    for name in &unpivot.on {
        for (index, row) in index.iter().zip(rows) {
            let mut row_of = index.clone();
            row_of.push(Scalar::String(name.clone()));
            row_of.push(row[position(name)].clone());
            long.push(row_of);
        }
    }
    long
}

fn run_explode(explode: &Explode, rows: &Rows) -> Result<Rows, Failed> {
    let schema = explode.input.schema();
    let lists: Vec<usize> =
        explode.columns.iter().map(|name| schema.position(name).expect("resolved")).collect();
    let mut long = Vec::new();
    for row in rows {
        let num_items = |list: &usize| match &row[*list] {
            Scalar::List(items) => items.len(),
            _ => 0,
        };
        let items = num_items(&lists[0]);
        if lists.iter().any(|list| num_items(list) != items) {
            return Err(Failed);
        }
        let is_dropped = explode.drop_empty && lists.iter().all(|&list| row[list] != Scalar::Null);
        for item in 0..items.max(usize::from(!is_dropped)) {
            let mut made = row.clone();
            for &list in &lists {
                made[list] = match &row[list] {
                    Scalar::List(items) if item < items.len() => items.get(item),
                    _ => Scalar::Null,
                };
            }
            long.push(made);
        }
    }
    Ok(long)
}

fn run_pivot(pivot: &Pivot, rows: &Rows) -> Result<Rows, Failed> {
    let schema = pivot.input.schema();
    let picked_by =
        |names: &[Name]| picked(rows, names.iter().map(|name| schema.position(name).expect("resolved")));
    let (index, on, values) = (picked_by(&pivot.index), picked_by(&pivot.on), picked_by(&pivot.values));
    let mut wide: Rows = Vec::new();
    for (row, stays) in index.iter().enumerate() {
        if index[..row].contains(stays) {
            continue;
        }
        let mut made = stays.clone();
        for output in pivot.outputs() {
            let wanted = &pivot.columns.as_ref().expect("resolved")[output.column_index].values;
            let mut cells = (0..rows.len()).filter(|&row| index[row] == *stays && on[row] == *wanted);
            made.push(match (cells.next(), cells.next()) {
                (Some(row), None) => values[row][output.value_index].clone(),
                (Some(_), Some(_)) => return Err(Failed),
                (None, _) => pivot.fill.clone().unwrap_or(Scalar::Null),
            });
        }
        wide.push(made);
    }
    Ok(wide)
}

/// A batch of rows of these columns.
pub(crate) fn batch(columns: &[(&str, DataType)], rows: Rows) -> Batch {
    let fields = columns.iter().map(|(name, data_type)| lazuli_array::Field::new(*name, data_type.clone()));
    let schema = lazuli_array::Schema::try_new(fields.collect()).expect("distinct names");
    batch_of(&rows, &Arc::new(schema))
}
