//! The slow, obvious twins of the kernels, row by row over scalars: what the property tests compare to.

use std::cmp::Ordering;

use lazuli_array::{Bitmap, BooleanArray, Column, DataType, Scalar};

use crate::take::NO_ROW;
use crate::{ArithmeticOp, CompareOp};

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

/// Row by row, or the first row that fails.
pub(crate) fn arithmetic(op: ArithmeticOp, left: &Column, right: &Column) -> Result<Column, usize> {
    let data_type = op.result_type(left.data_type(), right.data_type()).expect("accepted types");
    let values: Result<Vec<Scalar>, usize> = (0..left.len())
        .map(|row| {
            let (left, right) = (left.get(row), right.get(row));
            if left.is_null() || right.is_null() {
                return Ok(Scalar::Null);
            }
            arithmetic_one(op, &left, &right, &data_type).ok_or(row)
        })
        .collect();
    Ok(column(&data_type, values?))
}

/// `None` for a result that does not fit or does not exist.
fn arithmetic_one(op: ArithmeticOp, left: &Scalar, right: &Scalar, data_type: &DataType) -> Option<Scalar> {
    use Scalar as S;
    match (left, right) {
        (S::Float64(left), S::Float64(right)) => return Some(S::Float64(float_one(op, *left, *right))),
        (S::Float32(left), S::Float32(right)) => {
            // 32-bit operations are 64-bit ones rounded once more, but for powers.
            return Some(S::Float32(match op {
                ArithmeticOp::Pow => left.powf(*right),
                ArithmeticOp::FloorDiv => return float32_floor(*left, *right).map(S::Float32),
                ArithmeticOp::Rem => {
                    let rest = left % right;
                    match rest {
                        _ if rest == 0.0 => 0f32.copysign(*right),
                        _ if (rest < 0.0) != (*right < 0.0) => rest + right,
                        _ => rest,
                    }
                }
                op => float_one(op, (*left).into(), (*right).into()) as f32,
            }));
        }
        (
            S::Decimal { value: left, scale: left_scale, .. },
            S::Decimal { value: right, scale: right_scale, .. },
        ) => return decimal_one(op, *left, *left_scale, *right, *right_scale, data_type),
        _ => {}
    }
    let (l, r) = (ticks(left, right, data_type), ticks(right, left, data_type));
    if op == ArithmeticOp::Div {
        return Some(S::Float64(l as f64 / r as f64));
    }
    if r == 0 && matches!(op, ArithmeticOp::FloorDiv | ArithmeticOp::Rem) {
        return Some(S::Null);
    }
    let result = match op {
        ArithmeticOp::Add | ArithmeticOp::WrappingAdd => l + r,
        ArithmeticOp::Sub | ArithmeticOp::WrappingSub => l - r,
        // A product of two 64-bit values fits i128 but for unsigned ones.
        ArithmeticOp::Mul => l.checked_mul(r)?,
        ArithmeticOp::WrappingMul => l.wrapping_mul(r),
        ArithmeticOp::FloorDiv => l.div_euclid(r) - i128::from(r < 0 && l.rem_euclid(r) != 0),
        ArithmeticOp::Rem => l.rem_euclid(r) + if r < 0 && l.rem_euclid(r) != 0 { r } else { 0 },
        ArithmeticOp::Pow => integer_power(l, r)?,
        ArithmeticOp::Div => unreachable!("done above"),
    };
    let wraps =
        matches!(op, ArithmeticOp::WrappingAdd | ArithmeticOp::WrappingSub | ArithmeticOp::WrappingMul);
    from_integer(result, data_type, wraps)
}

fn integer_power(base: i128, exponent: i128) -> Option<i128> {
    if exponent < 0 {
        return None;
    }
    match base {
        0 => Some(i128::from(exponent == 0)),
        1 => Some(1),
        -1 => Some(if exponent % 2 == 0 { 1 } else { -1 }),
        _ => (0..exponent)
            .try_fold(1i128, |power, _| power.checked_mul(base).filter(|power| power.abs() < 1 << 70)),
    }
}

fn float_one(op: ArithmeticOp, left: f64, right: f64) -> f64 {
    match op {
        ArithmeticOp::Add => left + right,
        ArithmeticOp::Sub => left - right,
        ArithmeticOp::Mul => left * right,
        ArithmeticOp::Div => left / right,
        ArithmeticOp::Pow => left.powf(right),
        ArithmeticOp::Rem => {
            let rest = left % right;
            match rest {
                _ if rest == 0.0 => 0f64.copysign(right),
                _ if (rest < 0.0) != (right < 0.0) => rest + right,
                _ => rest,
            }
        }
        ArithmeticOp::FloorDiv if right == 0.0 || left.is_infinite() => (left / right).floor(),
        // As Python's floatobject.c has it.
        ArithmeticOp::FloorDiv => {
            let rest = left % right;
            let mut quotient = (left - rest) / right;
            if rest != 0.0 && (rest < 0.0) != (right < 0.0) {
                quotient -= 1.0;
            }
            if quotient == 0.0 {
                return 0f64.copysign(left / right);
            }
            let floor = quotient.floor();
            if quotient - floor > 0.5 { floor + 1.0 } else { floor }
        }
        _ => unreachable!("floats do not wrap"),
    }
}

fn float32_floor(left: f32, right: f32) -> Option<f32> {
    if right == 0.0 || left.is_infinite() {
        return Some((left / right).floor());
    }
    let rest = left % right;
    let mut quotient = (left - rest) / right;
    if rest != 0.0 && (rest < 0.0) != (right < 0.0) {
        quotient -= 1.0;
    }
    if quotient == 0.0 {
        return Some(0f32.copysign(left / right));
    }
    let floor = quotient.floor();
    Some(if quotient - floor > 0.5 { floor + 1.0 } else { floor })
}

/// A value as ticks or as an integer; days become ticks of the unit that the result or the other side is in.
fn ticks(value: &Scalar, other: &Scalar, result: &DataType) -> i128 {
    use Scalar as S;
    match value {
        S::Int8(value) => (*value).into(),
        S::Int16(value) => (*value).into(),
        S::Int32(value) => (*value).into(),
        S::Int64(value) => (*value).into(),
        S::UInt8(value) => (*value).into(),
        S::UInt16(value) => (*value).into(),
        S::UInt32(value) => (*value).into(),
        S::UInt64(value) => (*value).into(),
        S::Datetime(ticks, ..) | S::Duration(ticks, _) | S::Time(ticks) => (*ticks).into(),
        S::Date(days) => {
            let unit = match (other, result) {
                (S::Duration(_, unit), _) | (_, DataType::Duration(unit)) => *unit,
                _ => unreachable!("dates go with durations and dates"),
            };
            let midnight = i128::from(*days) * 86_400 * i128::from(unit.per_second());
            // The kernel has 64 bits for midnight; what is beyond is its overflow.
            if i64::try_from(midnight).is_err() { i128::from(i64::MAX) * 4 } else { midnight }
        }
        other => unreachable!("no ticks in {other:?}"),
    }
}

fn from_integer(value: i128, data_type: &DataType, wraps: bool) -> Option<Scalar> {
    use Scalar as S;
    macro_rules! fit {
        ($type:ty, $wrap:expr) => {{
            let wrap = $wrap;
            if wraps { Some(wrap(value as $type)) } else { <$type>::try_from(value).ok().map(wrap) }
        }};
    }
    match data_type {
        DataType::Int8 => fit!(i8, S::Int8),
        DataType::Int16 => fit!(i16, S::Int16),
        DataType::Int32 => fit!(i32, S::Int32),
        DataType::Int64 => fit!(i64, S::Int64),
        DataType::UInt8 => fit!(u8, S::UInt8),
        DataType::UInt16 => fit!(u16, S::UInt16),
        DataType::UInt32 => fit!(u32, S::UInt32),
        DataType::UInt64 => fit!(u64, S::UInt64),
        DataType::Datetime(unit, zone) => fit!(i64, |ticks| S::Datetime(ticks, *unit, zone.clone())),
        DataType::Duration(unit) => fit!(i64, |ticks| S::Duration(ticks, *unit)),
        other => unreachable!("no result of type {other}"),
    }
}

fn decimal_one(
    op: ArithmeticOp,
    left: i128,
    left_scale: u8,
    right: i128,
    right_scale: u8,
    data_type: &DataType,
) -> Option<Scalar> {
    let DataType::Decimal { precision, scale } = *data_type else { unreachable!("decimals stay decimals") };
    let common = left_scale.max(right_scale);
    let align = |value: i128, scale: u8| value.checked_mul(10i128.pow((common - scale).into()));
    let value = match op {
        ArithmeticOp::Mul => left.checked_mul(right)?,
        ArithmeticOp::Div | ArithmeticOp::FloorDiv => {
            if right == 0 {
                return None;
            }
            quotient_by_hand(op, left, left_scale, right, right_scale, scale)?
        }
        _ => {
            let (left, right) = (align(left, left_scale)?, align(right, right_scale)?);
            match op {
                ArithmeticOp::Add => left.checked_add(right)?,
                ArithmeticOp::Sub => left.checked_sub(right)?,
                ArithmeticOp::Rem if right == 0 => return None,
                ArithmeticOp::Rem => {
                    let rest = left.rem_euclid(right);
                    if right < 0 && rest != 0 { rest + right } else { rest }
                }
                _ => unreachable!("not defined for decimals"),
            }
        }
    };
    let fits = value.unsigned_abs() < 10u128.pow(precision.into());
    fits.then_some(Scalar::Decimal { value, precision, scale })
}

/// Long division in decimal text; `None` beyond 38 digits.
fn quotient_by_hand(
    op: ArithmeticOp,
    left: i128,
    left_scale: u8,
    right: i128,
    right_scale: u8,
    scale: u8,
) -> Option<i128> {
    // left / right * 10^(scale + right_scale - left_scale); zeros at the end of either make the power whole.
    let shift = i32::from(scale) + i32::from(right_scale) - i32::from(left_scale);
    let digits = format!("{}{}", left.unsigned_abs(), "0".repeat(shift.max(0) as usize));
    let divisor = right.unsigned_abs();
    let (mut rest, mut whole) = (0u128, String::new());
    // For a negative shift the last digits come after the point of the result.
    let cut = digits.len().saturating_sub((-shift).max(0) as usize);
    let digits = format!("{}{digits}", "0".repeat(((-shift).max(0) as usize).saturating_sub(digits.len())));
    let mut after = String::new();
    for (index, digit) in digits.bytes().enumerate() {
        // The rest is below the divisor, of at most 38 digits: ten times it fits 128 bits only below 3.4 * 10^37, so it is
        // split into the divisions of its ten parts.
        let mut next = u128::from(digit - b'0');
        let mut quotient = 0;
        for _ in 0..10 {
            next += rest;
            while next >= divisor {
                next -= divisor;
                quotient += 1;
            }
        }
        rest = next;
        let to = if index < cut { &mut whole } else { &mut after };
        to.push(char::from(b'0' + quotient));
    }
    let whole = whole.trim_start_matches('0');
    if whole.len() > 38 {
        return None;
    }
    let whole: i128 = if whole.is_empty() { 0 } else { whole.parse().expect("digits") };
    let exact = rest == 0 && after.bytes().all(|digit| digit == b'0');
    let negative = (left < 0) != (right < 0);
    if op == ArithmeticOp::FloorDiv {
        let magnitude = whole + i128::from(negative && !exact);
        return Some(if negative { -magnitude } else { magnitude });
    }
    assert!(after.is_empty(), "quotients have at least the scale of the dividend");
    let up = match rest.cmp(&(divisor - rest)) {
        Ordering::Less => false,
        Ordering::Equal => whole % 2 == 1,
        Ordering::Greater => true,
    };
    let magnitude = whole + i128::from(up);
    Some(if negative { -magnitude } else { magnitude })
}

/// The opposite of each value, or the first row that has none.
pub(crate) fn neg(input: &Column) -> Result<Column, usize> {
    signs(input, |value| -value, |value| -value)
}

/// Each value without its sign, or the first row that has none.
pub(crate) fn abs(input: &Column) -> Result<Column, usize> {
    signs(input, i128::abs, f64::abs)
}

fn signs(input: &Column, integer: fn(i128) -> i128, float: fn(f64) -> f64) -> Result<Column, usize> {
    let data_type = input.data_type();
    let values: Result<Vec<Scalar>, usize> = (0..input.len())
        .map(|row| match input.get(row) {
            Scalar::Null => Ok(Scalar::Null),
            Scalar::Float32(value) => Ok(Scalar::Float32(float(value.into()) as f32)),
            Scalar::Float64(value) => Ok(Scalar::Float64(float(value))),
            Scalar::Decimal { value, precision, scale } => {
                Ok(Scalar::Decimal { value: integer(value), precision, scale })
            }
            value => from_integer(integer(ticks(&value, &value, data_type)), data_type, false).ok_or(row),
        })
        .collect();
    Ok(column(data_type, values?))
}
