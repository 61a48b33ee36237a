//! Aggregates: the values of one group to one.

use std::cmp::Ordering;

use lazuli_array::{Column, DataType, Scalar, Schema};
use lazuli_expr::{Expr, typing};
use num_bigint::{BigInt, BigUint};

use super::arithmetic::{decimal_of, half_even_quotient, integer_of};
use super::exact::{covariance, nearest, sum_over, variance, variance_of_floats};
use super::expression::Bound;
use super::operator::one_zero;
use super::value::{Number, compare, compare_floats, integer, number, ticks};
use super::{Cell, Failure};

/// One aggregate of a resolved plan.
#[derive(Debug)]
pub(super) struct Call {
    name: &'static str,
    /// The argument, if there is one that is read.
    input: Option<Bound>,
    /// The other column of a pair.
    other: Option<Bound>,
    /// What the constant behind the columns is, if there is one.
    constant: Option<i128>,
    /// The share of a quantile.
    share: f64,
    output: DataType,
}

impl Call {
    pub(super) fn new(expr: &Expr, schema: &Schema) -> Self {
        let Expr::Aggregate { aggregate, inputs } = expr.without_alias() else {
            panic!("resolving leaves nothing but aggregates: {expr}")
        };
        let input = if aggregate.name() == "len" { None } else { inputs.first() };
        let is_pair = matches!(aggregate.name(), "corr" | "cov");
        let literal = match inputs.get(if is_pair { 2 } else { 1 }) {
            Some(Expr::Literal(literal)) => number(&literal.value),
            _ => None,
        };
        let (share, constant) = match literal {
            Some(Number::Float(share)) => (share, None),
            Some(Number::Integer(value)) => (value as f64, Some(value)),
            _ => (0.5, None),
        };
        let other = if is_pair { inputs.get(1) } else { None };
        Self {
            name: aggregate.name(),
            input: input.map(|input| Bound::new(input, schema)),
            other: other.map(|other| Bound::new(other, schema)),
            constant,
            share,
            output: typing::data_type(expr, schema),
        }
    }

    /// The result for the rows of one group, in order.
    pub(super) fn over(&self, rows: &[&Vec<Cell>]) -> Cell {
        let Some(input) = &self.input else { return Ok(Scalar::Int64(rows.len() as i64)) };
        let all = rows.iter().map(|row| input.evaluate(row)).collect::<Result<Vec<_>, _>>()?;
        let values: Vec<&Scalar> = all.iter().filter(|value| !value.is_null()).collect();
        let count = |count: usize| Ok(Scalar::Int64(count as i64));
        if let Some(other) = &self.other {
            let others = rows.iter().map(|row| other.evaluate(row)).collect::<Result<Vec<_>, _>>()?;
            return Ok(self.of_pairs(&all, &others));
        }
        match self.name {
            "count" => count(values.len()),
            "null_count" => count(all.len() - values.len()),
            "first" => Ok(all.first().cloned().unwrap_or(Scalar::Null)),
            "last" => Ok(all.last().cloned().unwrap_or(Scalar::Null)),
            "n_unique" => {
                let mut distinct: Vec<&Scalar> = Vec::new();
                all.iter().for_each(|value| {
                    if !distinct.contains(&value) {
                        distinct.push(value);
                    }
                });
                count(distinct.len())
            }
            "implode" => Ok(self.list(all)),
            "top_k" | "bottom_k" => {
                let mut sorted: Vec<Scalar> = values.iter().map(|value| one_zero((*value).clone())).collect();
                sorted.sort_by(|left, right| compare(left, right, &input.data_type));
                if self.name == "top_k" {
                    sorted.reverse();
                }
                let nulls = all.iter().filter(|value| value.is_null()).cloned();
                let k = self.constant.expect("a number of values") as usize;
                Ok(self.list(sorted.into_iter().chain(nulls).take(k).collect()))
            }
            "min" => Ok(extreme(&values, Ordering::Less, &input.data_type)),
            "max" => Ok(extreme(&values, Ordering::Greater, &input.data_type)),
            "sum" => self.sum(&values),
            "std" | "var" if values.len() < 2 => Ok(Scalar::Null),
            "std" | "var" => Ok(Scalar::Float64(self.deviation(&values))),
            _ if values.is_empty() => Ok(Scalar::Null),
            "mean" => self.mean(&values),
            "median" | "quantile" => Ok(self.quantile(&values, input)),
            other => panic!("the reference does not know the aggregate {other}"),
        }
    }

    /// A list of the output's items.
    fn list(&self, items: Vec<Scalar>) -> Scalar {
        let DataType::List(item) = &self.output else { panic!("{} gives lists", self.name) };
        Scalar::List(Box::new(Column::from_scalars(item, items).expect("items of the type")))
    }

    /// Correlation or covariance of the rows where both are there.
    fn of_pairs(&self, left: &[Scalar], right: &[Scalar]) -> Scalar {
        let pairs: Vec<(f64, f64)> = left
            .iter()
            .zip(right)
            .filter(|(left, right)| !left.is_null() && !right.is_null())
            .map(|(left, right)| (floats(&[left])[0], floats(&[right])[0]))
            .collect();
        let (left, right): (Vec<f64>, Vec<f64>) = pairs.iter().copied().unzip();
        let ddof = self.constant.unwrap_or(1);
        if self.name == "cov" {
            let divisor = pairs.len() as i128 - ddof;
            return if divisor <= 0 {
                Scalar::Null
            } else {
                Scalar::Float64(covariance(&left, &right, divisor))
            };
        }
        if pairs.len() < 2 {
            return Scalar::Float64(f64::NAN);
        }
        let spread = |left: &[f64], right: &[f64]| covariance(left, right, 1);
        let squares = [spread(&left, &left), spread(&right, &right)];
        let is_defined = squares.iter().all(|square| *square > 0.0);
        let correlation = spread(&left, &right) / squares[0].sqrt() / squares[1].sqrt();
        Scalar::Float64(if is_defined { correlation } else { f64::NAN })
    }

    fn sum(&self, values: &[&Scalar]) -> Cell {
        running_sum(values, &self.output)
    }

    fn mean(&self, values: &[&Scalar]) -> Cell {
        if values.iter().any(|value| matches!(value, Scalar::Float32(_) | Scalar::Float64(_))) {
            return sum_over(&floats(values), values.len() as u64).map(Scalar::Float64);
        }
        let sum: BigInt = values.iter().map(|value| whole(value)).sum();
        match &self.output {
            DataType::Float64 => {
                let divisor = BigUint::from(values.len()) * BigUint::from(10u8).pow(scale(values[0]).into());
                Ok(Scalar::Float64(nearest(&sum, &divisor, 0)))
            }
            times => integer_of(small(half_even_quotient(&sum, &values.len().into())), times),
        }
    }

    /// Sample variance or deviation of numbers and booleans.
    fn deviation(&self, values: &[&Scalar]) -> f64 {
        let variance = match values[0] {
            Scalar::Float32(_) | Scalar::Float64(_) => variance_of_floats(&floats(values)),
            first => {
                let unit = BigUint::from(100u8).pow(scale(first).into());
                let values: Vec<BigInt> = values.iter().map(|value| whole(value)).collect();
                variance(&values, 0, &unit)
            }
        };
        if self.name == "std" { variance.sqrt() } else { variance }
    }

    /// Linear between the neighbours of the place at the share: halves exactly, other shares in double arithmetic.
    fn quantile(&self, values: &[&Scalar], input: &Bound) -> Scalar {
        let mut sorted = values.to_vec();
        sorted.sort_by(|left, right| compare(left, right, &input.data_type));
        let place = self.share * (sorted.len() - 1) as f64;
        let (index, fraction) = (place.floor() as usize, place.fract());
        let lower = sorted[index];
        let upper = if fraction > 0.0 { sorted[index + 1] } else { lower };
        match &self.output {
            DataType::Float64 => Scalar::Float64(match (floats(&[lower])[0], floats(&[upper])[0]) {
                (lower, upper) if compare_floats(lower, upper).is_eq() && is_float(values[0]) => lower + 0.0,
                (lower, upper) if is_float(values[0]) => between(lower + 0.0, upper + 0.0, fraction),
                (single, _) if fraction == 0.0 => single,
                _ if fraction == 0.5 => {
                    let divisor = BigUint::from(2u8) * BigUint::from(10u8).pow(scale(lower).into());
                    nearest(&(whole(lower) + whole(upper)), &divisor, 0)
                }
                (low, high) if scale(lower) > 0 => between(low, high, fraction),
                (low, _) => low + fraction * small(whole(upper) - whole(lower)) as f64,
            }),
            times => {
                let (lower, upper) = (small(whole(lower)), small(whole(upper)));
                let ticks = if fraction == 0.5 {
                    small(half_even_quotient(&BigInt::from(lower + upper), &2.into()))
                } else {
                    lower + (fraction * (upper - lower) as f64).round_ties_even() as i128
                };
                integer_of(ticks.clamp(lower, upper), times).expect("it lies between two values")
            }
        }
    }
}

/// The sum of values that are not null, as this type.
pub(super) fn running_sum(values: &[&Scalar], output: &DataType) -> Cell {
    match output {
        DataType::Float64 => sum_over(&floats(values), 1).map(Scalar::Float64),
        decimal @ DataType::Decimal { .. } => {
            decimal_of(&values.iter().map(|value| whole(value)).sum(), decimal)
        }
        integer => {
            let sum: BigInt = values.iter().map(|value| whole(value)).sum();
            integer_of(i128::try_from(sum).map_err(|_| Failure::Overflow)?, integer)
        }
    }
}

fn between(lower: f64, upper: f64, fraction: f64) -> f64 {
    if lower == upper || fraction == 0.0 {
        lower
    } else if (upper - lower).is_finite() {
        lower + fraction * (upper - lower)
    } else {
        lower * (1.0 - fraction) + upper * fraction
    }
}

/// The least or greatest value; NaN only if there is nothing else, and never -0.0.
fn extreme(values: &[&Scalar], wanted: Ordering, data_type: &DataType) -> Scalar {
    let best = values
        .iter()
        .filter(|value| !is_nan(value))
        .copied()
        .reduce(|best, value| if compare(value, best, data_type) == wanted { value } else { best });
    match best.or(values.first().copied()) {
        Some(Scalar::Float32(value)) => Scalar::Float32(value + 0.0),
        Some(Scalar::Float64(value)) => Scalar::Float64(value + 0.0),
        Some(value) => value.clone(),
        None => Scalar::Null,
    }
}

/// Whether a value is NaN.
pub(super) fn is_nan(value: &Scalar) -> bool {
    matches!(value, Scalar::Float32(value) if value.is_nan())
        || matches!(value, Scalar::Float64(value) if value.is_nan())
}

/// The digits of a whole number, decimal or boolean, or the ticks of a time; days count as microseconds.
fn whole(value: &Scalar) -> BigInt {
    match value {
        Scalar::Boolean(value) => BigInt::from(u8::from(*value)),
        Scalar::Decimal { value, .. } => BigInt::from(*value),
        Scalar::Date(days) => BigInt::from(*days) * 86_400_000_000i64,
        value => integer(value).or_else(|| ticks(value)).expect("a number or a time").into(),
    }
}

/// Digits after the point.
fn scale(value: &Scalar) -> u8 {
    if let Scalar::Decimal { scale, .. } = value { *scale } else { 0 }
}

fn small(value: BigInt) -> i128 {
    i128::try_from(value).expect("ticks and numbers of 64 bits stay within 128")
}

fn is_float(value: &Scalar) -> bool {
    matches!(value, Scalar::Float32(_) | Scalar::Float64(_))
}

/// The nearest float of each number or boolean; of times, nothing that is looked at.
fn floats(values: &[&Scalar]) -> Vec<f64> {
    let float = |value: &&Scalar| match value {
        Scalar::Float32(value) => (*value).into(),
        Scalar::Float64(value) => *value,
        value => nearest(&whole(value), &BigUint::from(10u8).pow(scale(value).into()), 0),
    };
    values.iter().map(float).collect()
}
