//! The naive twin: results from scalars, one group at a time.

use std::cmp::Ordering;

use lazuli_array::{Column, DataType, Scalar};

use super::Call;
use crate::aggregate::quotient;

/// The twin: the result for the rows of one group, in order. `Err` for a sum that does not fit.
pub(super) fn naive(call: &Call, rows: &[Scalar]) -> Result<Scalar, ()> {
    let values: Vec<&Scalar> = rows.iter().filter(|row| !row.is_null()).collect();
    let numbers: Vec<&Scalar> = values.iter().copied().filter(|value| !is_nan(value)).collect();
    let extreme = |wanted: Ordering| {
        let best = numbers
            .iter()
            .copied()
            .reduce(|best, value| if compare(value, best, &call.input) == wanted { value } else { best });
        best.or(values.first().copied()).cloned().unwrap_or(Scalar::Null)
    };
    let unless_empty = |result: f64| if values.is_empty() { Scalar::Null } else { Scalar::Float64(result) };
    let variance = || {
        let mean = values.iter().map(|value| float(value)).sum::<f64>() / values.len() as f64;
        let squares: f64 = values.iter().map(|value| (float(value) - mean).powi(2)).sum();
        squares / (values.len() as f64 - 1.0)
    };
    Ok(match call.aggregate.name() {
        "len" => Scalar::Int64(rows.len() as i64),
        "count" => Scalar::Int64(values.len() as i64),
        "null_count" => Scalar::Int64((rows.len() - values.len()) as i64),
        "first" if call.constants.is_empty() => rows.first().cloned().unwrap_or(Scalar::Null),
        "last" if call.constants.is_empty() => rows.last().cloned().unwrap_or(Scalar::Null),
        "first" => values.first().map_or(Scalar::Null, |&value| value.clone()),
        "last" => values.last().map_or(Scalar::Null, |&value| value.clone()),
        "has_nulls" => Scalar::Boolean(values.len() < rows.len()),
        "nan_min" if numbers.len() < values.len() => {
            values.into_iter().find(|value| is_nan(value)).cloned().unwrap()
        }
        "nan_max" if numbers.len() < values.len() => {
            values.into_iter().find(|value| is_nan(value)).cloned().unwrap()
        }
        "nan_min" => extreme(Ordering::Less),
        "nan_max" => extreme(Ordering::Greater),
        "arg_min" | "arg_max" => {
            let wanted = if call.aggregate.name() == "arg_min" { Ordering::Less } else { Ordering::Greater };
            let best = extreme(wanted);
            let place = rows.iter().position(|row| *row == best);
            if best.is_null() { Scalar::Null } else { Scalar::Int64(place.unwrap() as i64) }
        }
        "unique" => list(call, firsts(rows).into_iter().map(|row| rows[row].clone()).collect()),
        "arg_unique" => numbers_list(firsts(rows).into_iter().map(|row| row as i64)),
        "unique_counts" => {
            let count = |row: usize| rows.iter().filter(|other| **other == rows[row]).count() as i64;
            numbers_list(firsts(rows).into_iter().map(count))
        }
        "mode" => {
            let count = |row: usize| rows.iter().filter(|other| **other == rows[row]).count();
            let valid: Vec<usize> = firsts(rows).into_iter().filter(|&row| !rows[row].is_null()).collect();
            let most = valid.iter().map(|&row| count(row)).max();
            let modes = valid.into_iter().filter(|&row| Some(count(row)) == most);
            list(call, modes.map(|row| rows[row].clone()).collect())
        }
        "drop_nulls" => list(call, values.into_iter().cloned().collect()),
        "head" => list(call, rows.iter().take(limit(call)).cloned().collect()),
        "tail" => list(call, rows.iter().skip(rows.len().saturating_sub(limit(call))).cloned().collect()),
        "min" => extreme(Ordering::Less),
        "max" => extreme(Ordering::Greater),
        name @ ("bitwise_and" | "bitwise_or" | "bitwise_xor") => {
            let bits = |value: &Scalar| match value {
                Scalar::Boolean(value) => i128::from(*value),
                value => integer(value).unwrap(),
            };
            let combined = values.iter().map(|value| bits(value)).reduce(|left, right| match name {
                "bitwise_and" => left & right,
                "bitwise_or" => left | right,
                _ => left ^ right,
            });
            combined.map_or(Scalar::Null, |combined| of_integer(combined, &call.output))
        }
        "implode" => list(call, rows.to_vec()),
        "top_k" | "bottom_k" => {
            let k = integer(&call.constants[0].value).unwrap() as usize;
            let mut sorted: Vec<Scalar> = values.iter().map(|&value| one_zero(value)).collect();
            sorted.sort_by(|left, right| {
                let order = match (is_nan(left), is_nan(right)) {
                    (false, false) => compare(left, right, &call.input),
                    (left, right) => left.cmp(&right),
                };
                if call.aggregate.name() == "top_k" { order.reverse() } else { order }
            });
            let nulls = rows.iter().filter(|row| row.is_null()).cloned();
            list(call, sorted.into_iter().chain(nulls).take(k).collect())
        }
        "str.join" => {
            let constant = |index: usize| call.constants.get(index).map(|literal| literal.value.clone());
            let separator = match constant(0) {
                Some(Scalar::String(text)) => text.to_string(),
                _ => String::new(),
            };
            if constant(1) == Some(Scalar::Boolean(false)) && values.len() < rows.len() {
                return Ok(Scalar::Null);
            }
            let texts: Vec<String> = values
                .iter()
                .map(|value| match value {
                    Scalar::String(text) => text.to_string(),
                    other => panic!("{other:?} is no text"),
                })
                .collect();
            Scalar::from(texts.join(&separator).as_str())
        }
        "n_unique" | "approx_n_unique" => {
            let mut distinct: Vec<&Scalar> = Vec::new();
            rows.iter().for_each(|row| {
                if !distinct.contains(&row) {
                    distinct.push(row);
                }
            });
            Scalar::Int64(distinct.len() as i64)
        }
        "sum" if call.input.is_float() => {
            Scalar::Float64(values.iter().map(|value| float(value)).sum::<f64>() + 0.0)
        }
        "sum" => {
            let sum =
                values.iter().map(|value| Wide::from(integer(value).unwrap())).fold(Wide::ZERO, Wide::plus);
            let value = sum.to_i128().ok_or(())?;
            match &call.output {
                DataType::Int64 => Scalar::Int64(value.try_into().map_err(|_| ())?),
                DataType::UInt64 => Scalar::UInt64(value.try_into().map_err(|_| ())?),
                DataType::Duration(unit) => Scalar::Duration(value.try_into().map_err(|_| ())?, *unit),
                DataType::Decimal { scale, .. } if value.abs() < 10i128.pow(38) => {
                    Scalar::Decimal { value, precision: 38, scale: *scale }
                }
                _ => return Err(()),
            }
        }
        "mean" if call.input.is_temporal() => {
            let sum: i128 = values.iter().map(|value| ticks(value)).sum();
            of_ticks(&call.output, values.is_empty(), || {
                quotient::rounded_quotient(sum, values.len() as i128)
            })
        }
        "mean" if call.input.is_float() => {
            unless_empty(values.iter().map(|value| float(value)).sum::<f64>() / values.len() as f64)
        }
        "mean" => {
            let sum = wide_sum(&values);
            let unit =
                if let DataType::Decimal { scale, .. } = call.input { 10f64.powi(scale.into()) } else { 1.0 };
            unless_empty(sum.to_f64() / values.len() as f64 / unit)
        }
        "median" | "quantile" => {
            let q = call.constants.first().map_or(0.5, |literal| float(&literal.value));
            let place = q * (values.len() as f64 - 1.0);
            let (index, fraction) = (place.floor() as usize, place.fract());
            let between = |lower: f64, upper: f64| {
                if fraction == 0.0 || lower == upper { lower } else { lower + fraction * (upper - lower) }
            };
            if call.input.is_temporal() {
                let mut sorted: Vec<i128> = values.iter().map(|value| ticks(value)).collect();
                sorted.sort();
                of_ticks(&call.output, values.is_empty(), || {
                    let (lower, upper) = (sorted[index], sorted[(index + 1).min(sorted.len() - 1)]);
                    let between = if fraction == 0.5 {
                        quotient::rounded_quotient(lower + upper, 2)
                    } else {
                        lower + (fraction * (upper - lower) as f64).round_ties_even() as i128
                    };
                    between.clamp(lower, upper)
                })
            } else if fraction == 0.5
                && !call.input.is_float()
                && !matches!(call.input, DataType::Decimal { .. })
            {
                let mut sorted: Vec<i128> = values.iter().map(|value| integer(value).unwrap()).collect();
                sorted.sort();
                Scalar::Float64((sorted[index] + sorted[index + 1]) as f64 / 2.0)
            } else {
                let mut sorted: Vec<f64> = values.iter().map(|value| float(value)).collect();
                sorted.sort_by(f64::total_cmp);
                let upper = sorted.get((index + 1).min(sorted.len().max(1) - 1)).copied();
                unless_empty(sorted.get(index).map_or(0.0, |&lower| between(lower, upper.unwrap_or(lower))))
            }
        }
        "var" | "std" if values.len() < 2 => Scalar::Null,
        "var" => Scalar::Float64(variance()),
        "std" => match &call.output {
            DataType::Duration(unit) if variance().sqrt() < 2f64.powi(63) => {
                Scalar::Duration(variance().sqrt().round_ties_even() as i64, *unit)
            }
            DataType::Duration(_) => return Err(()),
            _ => Scalar::Float64(variance().sqrt()),
        },
        other => panic!("no twin of {other}"),
    })
}

/// Whether there is a twin of this aggregate here; the others have tables of their own.
pub(super) fn knows(name: &str) -> bool {
    let unknown = [
        "all",
        "any",
        "approx_quantile",
        "arg_true",
        "drop_nans",
        "entropy",
        "explode",
        "gather",
        "gather_every",
        "get",
        "index_of",
        "is_sorted",
        "item",
        "kurtosis",
        "mode_with_nulls",
        "product",
        "rle",
        "search_sorted",
        "skew",
        "slice",
        "value_counts",
    ];
    !unknown.contains(&name)
}

/// The first row of each value.
fn firsts(rows: &[Scalar]) -> Vec<usize> {
    (0..rows.len()).filter(|&row| !rows[..row].contains(&rows[row])).collect()
}

fn numbers_list(numbers: impl Iterator<Item = i64>) -> Scalar {
    let numbers = numbers.map(Scalar::Int64);
    Scalar::List(Box::new(Column::from_scalars(&DataType::Int64, numbers).unwrap()))
}

fn limit(call: &Call) -> usize {
    call.constants.first().map_or(10, |literal| integer(&literal.value).unwrap() as usize)
}

/// A list of values of the input's type.
fn list(call: &Call, items: Vec<Scalar>) -> Scalar {
    Scalar::List(Box::new(Column::from_scalars(&call.input, items).unwrap()))
}

fn one_zero(value: &Scalar) -> Scalar {
    match value {
        Scalar::Float32(value) => Scalar::Float32(value + 0.0),
        Scalar::Float64(value) => Scalar::Float64(value + 0.0),
        other => other.clone(),
    }
}

/// Order of values of one type, NaN and null apart.
fn compare(left: &Scalar, right: &Scalar, data_type: &DataType) -> Ordering {
    match (left, right) {
        (Scalar::String(left), Scalar::String(right)) => match data_type {
            DataType::Enum(categories) => categories.position(left).cmp(&categories.position(right)),
            _ => left.as_bytes().cmp(right.as_bytes()),
        },
        (Scalar::Binary(left), Scalar::Binary(right)) => left.cmp(right),
        (Scalar::Boolean(left), Scalar::Boolean(right)) => left.cmp(right),
        (left, right) => match (integer(left), integer(right)) {
            (Some(left), Some(right)) => left.cmp(&right),
            _ => float(left).partial_cmp(&float(right)).unwrap(),
        },
    }
}

fn integer(value: &Scalar) -> Option<i128> {
    Some(match value {
        Scalar::Boolean(value) => (*value).into(),
        Scalar::Int8(value) => (*value).into(),
        Scalar::Int16(value) => (*value).into(),
        Scalar::Int32(value) | Scalar::Date(value) => (*value).into(),
        Scalar::Int64(value)
        | Scalar::Datetime(value, ..)
        | Scalar::Duration(value, _)
        | Scalar::Time(value) => (*value).into(),
        Scalar::UInt8(value) => (*value).into(),
        Scalar::UInt16(value) => (*value).into(),
        Scalar::UInt32(value) => (*value).into(),
        Scalar::UInt64(value) => (*value).into(),
        Scalar::Decimal { value, .. } => *value,
        _ => return None,
    })
}

fn float(value: &Scalar) -> f64 {
    match value {
        Scalar::Float32(value) => (*value).into(),
        Scalar::Float64(value) => *value,
        Scalar::Decimal { value, scale, .. } => *value as f64 / 10f64.powi((*scale).into()),
        other => integer(other).unwrap() as f64,
    }
}

fn is_nan(value: &Scalar) -> bool {
    matches!(value, Scalar::Float32(value) if value.is_nan())
        || matches!(value, Scalar::Float64(value) if value.is_nan())
}

/// An integer beyond 128 bits: halves of it, for sums of not many.
#[derive(Clone, Copy)]
struct Wide {
    high: i128,
    low: i128,
}

impl Wide {
    const ZERO: Self = Self { high: 0, low: 0 };

    fn from(value: i128) -> Self {
        Self { high: value >> 64, low: value & u64::MAX as i128 }
    }

    fn plus(self, other: Self) -> Self {
        Self { high: self.high + other.high, low: self.low + other.low }
    }

    fn to_f64(self) -> f64 {
        self.to_i128().map_or_else(|| self.high as f64 * 2f64.powi(64), |value| value as f64)
    }

    fn to_i128(self) -> Option<i128> {
        (self.high + (self.low >> 64)).checked_mul(1 << 64)?.checked_add(self.low & u64::MAX as i128)
    }
}

fn wide_sum(values: &[&Scalar]) -> Wide {
    values.iter().map(|value| Wide::from(integer(value).unwrap())).fold(Wide::ZERO, Wide::plus)
}

fn ticks(value: &Scalar) -> i128 {
    let per_unit = if matches!(value, Scalar::Date(_)) { 86_400_000_000 } else { 1 };
    integer(value).unwrap() * per_unit
}

fn of_ticks(output: &DataType, is_empty: bool, ticks: impl Fn() -> i128) -> Scalar {
    if is_empty {
        return Scalar::Null;
    }
    let ticks = ticks() as i64;
    match output {
        DataType::Datetime(unit, zone) => Scalar::Datetime(ticks, *unit, zone.clone()),
        DataType::Duration(unit) => Scalar::Duration(ticks, *unit),
        _ => Scalar::Time(ticks),
    }
}

fn of_integer(value: i128, data_type: &DataType) -> Scalar {
    match data_type {
        DataType::Boolean => Scalar::Boolean(value == 1),
        DataType::Int8 => Scalar::Int8(value as i8),
        DataType::Int16 => Scalar::Int16(value as i16),
        DataType::Int32 => Scalar::Int32(value as i32),
        DataType::Int64 => Scalar::Int64(value as i64),
        DataType::UInt8 => Scalar::UInt8(value as u8),
        DataType::UInt16 => Scalar::UInt16(value as u16),
        DataType::UInt32 => Scalar::UInt32(value as u32),
        _ => Scalar::UInt64(value as u64),
    }
}
