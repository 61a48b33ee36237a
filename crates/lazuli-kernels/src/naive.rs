//! The slow, obvious twins of the kernels, row by row over scalars: what the property tests compare to.

use std::cmp::Ordering;

use lazuli_array::{Bitmap, BooleanArray, Column, DataType, Scalar};

use crate::CompareOp;
use crate::take::NO_ROW;

fn column(data_type: &DataType, values: impl IntoIterator<Item = Scalar>) -> Column {
    Column::from_scalars(data_type, values).expect("values of the column's type")
}

pub(crate) fn filter(input: &Column, mask: &Bitmap) -> Column {
    column(input.data_type(), (0..input.len()).filter(|&row| mask.get(row)).map(|row| input.get(row)))
}

pub(crate) fn take(input: &Column, rows: &[u32]) -> Column {
    column(
        input.data_type(),
        rows.iter().map(|&row| if row == NO_ROW { Scalar::Null } else { input.get(row as usize) }),
    )
}

pub(crate) fn concat(data_type: &DataType, inputs: &[&Column]) -> Column {
    column(data_type, inputs.iter().flat_map(|input| (0..input.len()).map(|row| input.get(row))))
}

/// The order of two values that are not null, by what they are worth; `None` for types that do not compare.
pub(crate) fn order(left: &Scalar, right: &Scalar) -> Option<Ordering> {
    use Scalar as S;
    if let (Some(left), Some(right)) = (worth(left), worth(right)) {
        return Some(left.order(&right));
    }
    Some(match (left, right) {
        (S::Boolean(left), S::Boolean(right)) => left.cmp(right),
        (S::String(left), S::String(right)) => left.as_bytes().cmp(right.as_bytes()),
        (S::Binary(left), S::Binary(right)) => left.cmp(right),
        (S::Date(left), S::Date(right)) => left.cmp(right),
        (S::Datetime(left, ..), S::Datetime(right, ..)) => left.cmp(right),
        (S::Duration(left, _), S::Duration(right, _)) => left.cmp(right),
        (S::Time(left), S::Time(right)) => left.cmp(right),
        _ => return None,
    })
}

/// A number as what it is worth.
enum Worth {
    /// `digits * 10^-scale`
    Exact(i128, u8),
    Float(f64),
}

impl Worth {
    fn order(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Exact(left, left_scale), Self::Exact(right, right_scale)) => {
                decimal_text(*left, *left_scale).cmp(&decimal_text(*right, *right_scale))
            }
            (Self::Float(left), Self::Float(right)) => {
                left.partial_cmp(right).unwrap_or_else(|| left.is_nan().cmp(&right.is_nan()))
            }
            (Self::Float(_), Self::Exact(..)) => other.order(self).reverse(),
            (Self::Exact(integer, _), Self::Float(float)) => {
                // Integers of 64 bits only: floats from 2^64 on are above or below all of them.
                if float.is_nan() || *float >= 2f64.powi(64) {
                    return Ordering::Less;
                }
                if *float <= -(2f64.powi(64)) {
                    return Ordering::Greater;
                }
                let whole = float.floor();
                let fraction = u8::from(*float != whole);
                (*integer, 0).cmp(&(whole as i128, fraction))
            }
        }
    }
}

/// A decimal as its sign and 40 digits on either side of the point, each with the sign: compares as the number does.
fn decimal_text(value: i128, scale: u8) -> (bool, Vec<i8>) {
    let scale = usize::from(scale);
    let digits = format!("{:0>width$}", value.unsigned_abs(), width = scale + 1);
    let (whole, fraction) = digits.split_at(digits.len() - scale);
    let sign = if value < 0 { -1 } else { 1 };
    let aligned = format!("{whole:0>40}{fraction:0<40}");
    (value >= 0, aligned.bytes().map(|digit| sign * (digit - b'0') as i8).collect())
}

fn worth(value: &Scalar) -> Option<Worth> {
    use Scalar as S;
    Some(match value {
        S::Int8(value) => Worth::Exact((*value).into(), 0),
        S::Int16(value) => Worth::Exact((*value).into(), 0),
        S::Int32(value) => Worth::Exact((*value).into(), 0),
        S::Int64(value) => Worth::Exact((*value).into(), 0),
        S::UInt8(value) => Worth::Exact((*value).into(), 0),
        S::UInt16(value) => Worth::Exact((*value).into(), 0),
        S::UInt32(value) => Worth::Exact((*value).into(), 0),
        S::UInt64(value) => Worth::Exact((*value).into(), 0),
        S::Decimal { value, scale, .. } => Worth::Exact(*value, *scale),
        S::Float32(value) => Worth::Float((*value).into()),
        S::Float64(value) => Worth::Float(*value),
        _ => return None,
    })
}

pub(crate) fn compare(op: CompareOp, left: &Column, right: &Column) -> BooleanArray {
    (0..left.len()).map(|row| compare_one(op, left, right, row)).collect()
}

fn compare_one(op: CompareOp, left: &Column, right: &Column, row: usize) -> Option<bool> {
    let (l, r) = (left.get(row), right.get(row));
    let same = || match order(&l, &r) {
        Some(order) => order.is_eq(),
        None => l == r,
    };
    match op {
        CompareOp::EqMissing if l.is_null() || r.is_null() => return Some(l.is_null() && r.is_null()),
        CompareOp::NotEqMissing if l.is_null() || r.is_null() => return Some(l.is_null() != r.is_null()),
        _ if l.is_null() || r.is_null() => return None,
        CompareOp::Eq | CompareOp::EqMissing => return Some(same()),
        CompareOp::NotEq | CompareOp::NotEqMissing => return Some(!same()),
        _ => {}
    }
    let order = match (left.data_type(), right.data_type(), &l, &r) {
        (DataType::Enum(list), DataType::Enum(_), Scalar::String(l), Scalar::String(r)) => {
            list.position(l).cmp(&list.position(r))
        }
        _ => order(&l, &r).expect("ordered types only"),
    };
    Some(match op {
        CompareOp::Lt => order.is_lt(),
        CompareOp::LtEq => order.is_le(),
        CompareOp::Gt => order.is_gt(),
        _ => order.is_ge(),
    })
}

pub(crate) fn and_one(left: Option<bool>, right: Option<bool>) -> Option<bool> {
    match (left, right) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        _ => None,
    }
}

pub(crate) fn or_one(left: Option<bool>, right: Option<bool>) -> Option<bool> {
    match (left, right) {
        (Some(true), _) | (_, Some(true)) => Some(true),
        (Some(false), Some(false)) => Some(false),
        _ => None,
    }
}

pub(crate) fn and(left: &BooleanArray, right: &BooleanArray) -> BooleanArray {
    left.iter().zip(right.iter()).map(|(left, right)| and_one(left, right)).collect()
}

pub(crate) fn or(left: &BooleanArray, right: &BooleanArray) -> BooleanArray {
    left.iter().zip(right.iter()).map(|(left, right)| or_one(left, right)).collect()
}

pub(crate) fn xor(left: &BooleanArray, right: &BooleanArray) -> BooleanArray {
    left.iter().zip(right.iter()).map(|(left, right)| Some(left? != right?)).collect()
}

pub(crate) fn if_else(mask: &BooleanArray, then: &Column, otherwise: &Column) -> Column {
    let rows = mask.iter().enumerate();
    column(
        then.data_type(),
        rows.map(|(row, mask)| if mask == Some(true) { then.get(row) } else { otherwise.get(row) }),
    )
}
