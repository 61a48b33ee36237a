//! Windows: for each row, the rows of its partition.

use std::cmp::Ordering;

use lazuli_array::{DataType, Scalar};
use lazuli_expr::{Expr, typing};
use lazuli_plan::Window;

use super::aggregate::{Call, is_nan, running_sum};
use super::expression::Bound;
use super::operator::{bind, compare_keys, one_zero, values};
use super::value::compare;
use super::{Cell, Failure};

/// The rows, each with a value for each window behind it.
pub(super) fn window(node: &Window, rows: Vec<Vec<Cell>>) -> Result<Vec<Vec<Cell>>, Failure> {
    let schema = node.input.schema();
    let mut results = rows.clone();
    for expr in &node.windows {
        let Expr::Over { input, window } = expr.without_alias() else {
            panic!("resolving leaves nothing but windows: {expr}")
        };
        let keys = bind(&window.partition_by, schema);
        let order: Vec<Expr> = window.order_by.iter().map(|key| key.expr.clone()).collect();
        let order = bind(&order, schema);
        let mut placed: Vec<(Vec<Scalar>, Vec<Scalar>)> = Vec::new();
        for row in &rows {
            let key = values(&keys, row)?.into_iter().map(one_zero).collect();
            placed.push((key, values(&order, row)?));
        }
        for (index, (key, _)) in placed.iter().enumerate() {
            let mut members: Vec<usize> = (0..rows.len()).filter(|&other| placed[other].0 == *key).collect();
            members.sort_by(|&left, &right| {
                compare_keys(&placed[left].1, &placed[right].1, &order, &window.order_by)
            });
            let place = members.iter().position(|&member| member == index).expect("it is one of them");
            let members: Vec<&Vec<Cell>> = members.into_iter().map(|member| &rows[member]).collect();
            let value = match &**input {
                Expr::WindowFunction { function, inputs } => {
                    let inputs = bind(inputs, schema);
                    let output = typing::data_type(expr, schema);
                    function_value(function.name(), &inputs, &output, &members, place)
                }
                aggregate => Call::new(aggregate, schema).over(&members),
            };
            results[index].push(value);
        }
    }
    Ok(results)
}

/// The value for the row at `place` among those of its partition.
fn function_value(
    name: &str,
    inputs: &[Bound],
    output: &DataType,
    rows: &[&Vec<Cell>],
    place: usize,
) -> Cell {
    if name == "row_number" {
        return Ok(Scalar::Int64(place as i64 + 1));
    }
    let constant = |index: usize| inputs.get(index).map_or(Ok(Scalar::Null), |input| input.evaluate(&[]));
    if name == "shift" {
        let Scalar::Int64(n) = constant(1)? else { panic!("the distance of a shift is a constant") };
        let source = i128::try_from(place).expect("few rows") - i128::from(n);
        let source = usize::try_from(source).ok().and_then(|source| rows.get(source));
        return source.map_or_else(|| constant(2), |row| inputs[0].evaluate(row));
    }
    let all = rows.iter().map(|row| inputs[0].evaluate(row)).collect::<Result<Vec<_>, _>>()?;
    let so_far: Vec<&Scalar> = all[..=place].iter().filter(|value| !value.is_null()).collect();
    let own = &all[place];
    let data_type = &inputs[0].data_type;
    match name {
        "cum_count" => Ok(Scalar::Int64(so_far.len() as i64)),
        _ if own.is_null() => Ok(Scalar::Null),
        "cum_sum" => running_sum(&so_far, output),
        "cum_min" => Ok(running_extreme(&so_far, Ordering::Less, data_type)),
        "cum_max" => Ok(running_extreme(&so_far, Ordering::Greater, data_type)),
        "rank" => {
            let (Scalar::String(method), Scalar::Boolean(descending)) = (constant(1)?, constant(2)?) else {
                panic!("the method and order of a rank are constants")
            };
            Ok(rank(&all, place, data_type, &method, descending))
        }
        other => panic!("the reference does not know the window function {other}"),
    }
}

/// The first of the best values; NaN only if there is nothing else.
fn running_extreme(values: &[&Scalar], wanted: Ordering, data_type: &DataType) -> Scalar {
    let numbers = values.iter().filter(|value| !is_nan(value)).copied();
    let best =
        numbers.reduce(|best, value| if compare(value, best, data_type) == wanted { value } else { best });
    best.unwrap_or(values[0]).clone()
}

fn rank(all: &[Scalar], place: usize, data_type: &DataType, method: &str, descending: bool) -> Scalar {
    let order = |value: &Scalar| match compare(value, &all[place], data_type) {
        order if descending => order.reverse(),
        order => order,
    };
    let counted = |rows: &[Scalar], wanted: Ordering| {
        rows.iter().filter(|value| !value.is_null() && order(value) == wanted).count() as i64
    };
    let (before, equal) = (counted(all, Ordering::Less), counted(all, Ordering::Equal));
    Scalar::Int64(match method {
        "average" => return Scalar::Float64(before as f64 + (1 + equal) as f64 / 2.0),
        "min" => before + 1,
        "max" => before + equal,
        "ordinal" => before + 1 + counted(&all[..place], Ordering::Equal),
        _ => {
            let mut smaller: Vec<&Scalar> =
                all.iter().filter(|value| !value.is_null() && order(value) == Ordering::Less).collect();
            smaller.sort_by(|left, right| compare(left, right, data_type));
            smaller.dedup_by(|left, right| compare(left, right, data_type).is_eq());
            smaller.len() as i64 + 1
        }
    })
}
