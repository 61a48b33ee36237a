//! As-of joins: every right row is looked at for every left row.

use std::cmp::Ordering;

use lazuli_array::Scalar;
use lazuli_plan::{AsofJoin, AsofStrategy, AsofTolerance, asof_tolerance};

use super::Failure;
use super::expression::Bound;
use super::join::Output;
use super::operator::{Part, bind, values};
use super::value::compare;

/// Each left row with the right row that is nearest; both keys are of one type.
pub(super) fn asof_join(node: &AsofJoin, left: Part, right: Part) -> Result<Part, Failure> {
    let output = Output::new(&node.left, &node.right, &node.output);
    let left_on = Bound::new(&node.left_on, node.left.schema());
    let right_on = Bound::new(&node.right_on, node.right.schema());
    let left_by = bind(&node.left_by, node.left.schema());
    let right_by = bind(&node.right_by, node.right.schema());
    let others = right.known()?;
    let keys = others
        .iter()
        .map(|row| Ok((right_on.evaluate(row)?, values(&right_by, row)?)))
        .collect::<Result<Vec<_>, Failure>>()?;
    Ok(left.each(|row| {
        let wanted = (left_on.evaluate(&row)?, values(&left_by, &row)?);
        let has_null = wanted.0.is_null() || wanted.1.iter().any(Scalar::is_null);
        let mut best: Option<usize> = None;
        for (other, (on, by)) in keys.iter().enumerate() {
            if !has_null && !on.is_null() && *by == wanted.1 && is_partner(node, &wanted.0, on) {
                let known = best.map(|best| &keys[best].0);
                if known.is_none_or(|known| is_better(node.strategy, &wanted.0, on, known)) {
                    best = Some(other);
                }
            }
        }
        let near = best.filter(|&best| is_near(node, &wanted.0, &keys[best].0));
        Ok(vec![output.row(Some(&row), near.map(|near| &others[near]))])
    }))
}

fn is_partner(node: &AsofJoin, wanted: &Scalar, other: &Scalar) -> bool {
    match (order(other, wanted), node.strategy) {
        (Ordering::Equal, _) => node.allow_exact_matches,
        (Ordering::Less, strategy) => strategy != AsofStrategy::Forward,
        (Ordering::Greater, strategy) => strategy != AsofStrategy::Backward,
    }
}

/// Whether a row that comes later is nearer than one that is known.
fn is_better(strategy: AsofStrategy, wanted: &Scalar, new: &Scalar, known: &Scalar) -> bool {
    let is_less = order(new, known) == Ordering::Less;
    match strategy {
        AsofStrategy::Backward => !is_less,
        AsofStrategy::Forward => is_less,
        AsofStrategy::Nearest => match (order(new, wanted), order(known, wanted)) {
            (Ordering::Greater, Ordering::Greater) => order(new, known) != Ordering::Greater,
            (Ordering::Less, Ordering::Less) => !is_less,
            _ => match Distance::of(new, wanted).partial_cmp(&Distance::of(known, wanted)) {
                Some(Ordering::Equal) => !is_less,
                nearer => nearer == Some(Ordering::Less),
            },
        },
    }
}

fn is_near(node: &AsofJoin, wanted: &Scalar, other: &Scalar) -> bool {
    let Some(tolerance) = &node.tolerance else { return true };
    let limit = asof_tolerance(&wanted.data_type(), tolerance).expect("resolving checked the tolerance");
    let limit = match limit {
        AsofTolerance::Ticks(ticks) => Distance::Ticks(ticks),
        AsofTolerance::Distance(distance) => Distance::Float(distance),
    };
    Distance::of(wanted, other) <= limit
}

#[derive(PartialEq, PartialOrd)]
enum Distance {
    Ticks(u128),
    Float(f64),
}

impl Distance {
    fn of(left: &Scalar, right: &Scalar) -> Self {
        match (ticks(left), ticks(right)) {
            (Some(left), Some(right)) => Self::Ticks(left.abs_diff(right)),
            _ if order(left, right) == Ordering::Equal => Self::Float(0.0),
            _ => {
                let distance = (float(left) - float(right)).abs();
                Self::Float(if distance.is_nan() { f64::INFINITY } else { distance })
            }
        }
    }
}

fn ticks(value: &Scalar) -> Option<i128> {
    Some(match value {
        Scalar::Int8(value) => (*value).into(),
        Scalar::Int16(value) => (*value).into(),
        Scalar::Int32(value) | Scalar::Date(value) => (*value).into(),
        Scalar::Int64(value) | Scalar::Time(value) => (*value).into(),
        Scalar::UInt8(value) => (*value).into(),
        Scalar::UInt16(value) => (*value).into(),
        Scalar::UInt32(value) => (*value).into(),
        Scalar::UInt64(value) => (*value).into(),
        Scalar::Datetime(value, ..) | Scalar::Duration(value, _) => (*value).into(),
        Scalar::Decimal { value, .. } => *value,
        _ => return None,
    })
}

fn float(value: &Scalar) -> f64 {
    match value {
        Scalar::Float32(value) => (*value).into(),
        Scalar::Float64(value) => *value,
        other => panic!("a key without an order: {other}"),
    }
}

/// The order of two keys of one type.
fn order(left: &Scalar, right: &Scalar) -> Ordering {
    compare(left, right, &left.data_type())
}
