//! Arithmetic: two operands row by row, to numbers, dates and spans of time.
//!
//! Exact or an error: a result that its type can't hold is [`KernelError::Overflow`] with the row and both operands;
//! wrapping is asked for by name. Null on either side gives null, and what lies in null slots never fails.
//!
//! * Integers: `+ - *` and powers exact; `/` always to Float64; `//` rounds down (`-7 // 2` is -4); `%` has the sign of
//!   the divisor; `//` and `%` by 0 are null.
//! * Floats: IEEE 754. `//` is the floor of the exact quotient and `%` the exact remainder that goes with it.
//! * Decimals: `+ - *` exact, `/` rounded half to even at a scale of at least 6, division by 0 an error.
//! * Dates, times, durations: exact ticks.
//!
//! Both operands are of the types that [`ArithmeticOp::result_type`] accepts: numbers have been cast to a common type
//! before.

mod decimal; // exact digits
mod float; // IEEE 754
mod integer; // exact or wrapping integers
mod narrow; // integers of 8 and 16 bits
mod temporal; // dates, times, durations

use lazuli_array::{Array, Bitmap, Column, DataType, Native, Scalar, dispatch_integer};

use integer::Integer;
pub use temporal::{add_whole_days, sub_whole_days};

use crate::arity::{predicate_of, try_unary, unary};
use crate::datum::{Datum, Side, paired};
use crate::width::bits_of;
use crate::{KernelError, Result};

/// What is computed from two values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ArithmeticOp {
    /// `+`
    Add,
    /// `-`
    Sub,
    /// `*`
    Mul,
    /// `/`: the quotient; of integers as Float64.
    Div,
    /// `//`: the quotient rounded down.
    FloorDiv,
    /// `%`: what is left over by `//`.
    Rem,
    /// `**`
    Pow,
    /// `+` of integers, modulo 2 to the number of their bits.
    WrappingAdd,
    /// `-` of integers, modulo 2 to the number of their bits.
    WrappingSub,
    /// `*` of integers, modulo 2 to the number of their bits.
    WrappingMul,
}

impl ArithmeticOp {
    /// The sign as in expressions.
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Sub => "-",
            Self::Mul => "*",
            Self::Div => "/",
            Self::FloorDiv => "//",
            Self::Rem => "%",
            Self::Pow => "**",
            Self::WrappingAdd => "wrapping_add",
            Self::WrappingSub => "wrapping_sub",
            Self::WrappingMul => "wrapping_mul",
        }
    }

    /// The type of the result for operands of these types, if the operation is defined for them.
    ///
    /// Numbers must be of one type, decimals of any precision and scale; durations and datetimes of one unit. Null goes
    /// with everything.
    pub fn result_type(self, left: &DataType, right: &DataType) -> Option<DataType> {
        use DataType::{Decimal, Float64, Null};
        let wrapping = matches!(self, Self::WrappingAdd | Self::WrappingSub | Self::WrappingMul);
        match (left, right) {
            (Null, Null) => Some(Null),
            (Null, other) => self.result_type(other, other).or_else(|| temporal::type_with_null(self, other)),
            (other, Null) => self.result_type(other, other).or_else(|| temporal::type_with_null(self, other)),
            (left, right) if left == right && left.is_integer() => {
                Some(if self == Self::Div { Float64 } else { left.clone() })
            }
            (left, right) if left == right && left.is_float() => (!wrapping).then(|| left.clone()),
            (
                Decimal { precision: left_precision, scale: left_scale },
                Decimal { precision: right_precision, scale: right_scale },
            ) => decimal::result_type(self, (*left_precision, *left_scale), (*right_precision, *right_scale)),
            (left, right) => temporal::result_type(self, left, right),
        }
    }
}

/// Computes row by row. Two constants give one row.
///
/// O(n), one pass; a constant is never expanded. The result's type is [`ArithmeticOp::result_type`].
///
/// # Errors
/// [`KernelError::Overflow`], [`KernelError::DivisionByZero`] for decimals, [`KernelError::InvalidOperand`] for a
/// negative power of an integer, [`KernelError::LengthMismatch`], [`KernelError::Unsupported`].
///
/// ```
/// use lazuli_array::{Column, DataType, PrimitiveArray, Scalar};
/// use lazuli_kernels::{ArithmeticOp, Constant, KernelError, arithmetic};
///
/// let column = Column::new(DataType::Int64, PrimitiveArray::from_iter([Some(-7i64), None, Some(i64::MAX)]));
/// let two = Constant::from_scalar(&Scalar::Int64(2));
/// let halves = arithmetic(ArithmeticOp::FloorDiv, (&column).into(), (&two).into())?;
/// assert_eq!(halves.get(0), Scalar::Int64(-4));
/// let error = arithmetic(ArithmeticOp::Mul, (&column).into(), (&two).into()).unwrap_err();
/// assert_eq!(error.row(), Some(2));
/// # Ok::<(), KernelError>(())
/// ```
pub fn arithmetic(op: ArithmeticOp, left: Datum<'_>, right: Datum<'_>) -> Result<Column> {
    let Some(data_type) = op.result_type(left.data_type(), right.data_type()) else {
        return Err(KernelError::unsupported(op.symbol(), [left.data_type(), right.data_type()]));
    };
    let (left, right, rows) = paired(op.symbol(), left, right)?;
    if left.is_all_null() || right.is_all_null() {
        return Ok(Column::new_null(data_type, rows));
    }
    let operands = Operands { op, left, right, data_type };
    if left.data_type().is_temporal() || right.data_type().is_temporal() {
        return temporal::compute(operands);
    }
    match left.array() {
        Array::Int8(array) => narrow::compute(array, operands),
        Array::Int16(array) => narrow::compute(array, operands),
        Array::UInt8(array) => narrow::compute(array, operands),
        Array::UInt16(array) => narrow::compute(array, operands),
        Array::Int128(_) => decimal::compute(operands),
        Array::Int32(array) => integer::compute(array, operands),
        Array::Int64(array) => integer::compute(array, operands),
        Array::UInt32(array) => integer::compute(array, operands),
        Array::UInt64(array) => integer::compute(array, operands),
        Array::Float32(array) => float::compute(array, operands),
        Array::Float64(array) => float::compute(array, operands),
        _ => Err(operands.unsupported()),
    }
}

/// An operation with its operands, accepted and paired; no side is nothing but nulls.
#[derive(Debug, Clone)]
struct Operands<'a> {
    op: ArithmeticOp,
    left: Datum<'a>,
    right: Datum<'a>,
    /// The type of the result.
    data_type: DataType,
}

impl Operands<'_> {
    fn overflow(&self, row: usize) -> KernelError {
        KernelError::Overflow {
            operation: self.op.symbol(),
            row,
            left: self.left.get(row),
            right: self.right.get(row),
            data_type: self.data_type.clone(),
        }
    }

    fn unsupported(&self) -> KernelError {
        KernelError::unsupported(self.op.symbol(), [self.left.data_type(), self.right.data_type()])
    }

    /// The result where a constant divisor is 0.
    fn all_null(&self) -> Column {
        Column::new_null(self.data_type.clone(), self.left.array().len())
    }

    fn column(&self, array: impl Into<Array>) -> Column {
        Column::new(self.data_type.clone(), array)
    }
}

/// `left + right`; see [`arithmetic`].
///
/// # Errors
/// As [`arithmetic`].
pub fn add(left: Datum<'_>, right: Datum<'_>) -> Result<Column> {
    arithmetic(ArithmeticOp::Add, left, right)
}

/// `left - right`; see [`arithmetic`].
///
/// # Errors
/// As [`arithmetic`].
pub fn sub(left: Datum<'_>, right: Datum<'_>) -> Result<Column> {
    arithmetic(ArithmeticOp::Sub, left, right)
}

/// `left * right`; see [`arithmetic`].
///
/// # Errors
/// As [`arithmetic`].
pub fn mul(left: Datum<'_>, right: Datum<'_>) -> Result<Column> {
    arithmetic(ArithmeticOp::Mul, left, right)
}

/// `left / right`, of integers as Float64; see [`arithmetic`].
///
/// # Errors
/// As [`arithmetic`].
pub fn div(left: Datum<'_>, right: Datum<'_>) -> Result<Column> {
    arithmetic(ArithmeticOp::Div, left, right)
}

/// `left / right`, rounded down; see [`arithmetic`].
///
/// # Errors
/// As [`arithmetic`].
pub fn floor_div(left: Datum<'_>, right: Datum<'_>) -> Result<Column> {
    arithmetic(ArithmeticOp::FloorDiv, left, right)
}

/// `left % right`, with the sign of `right`; see [`arithmetic`].
///
/// # Errors
/// As [`arithmetic`].
pub fn rem(left: Datum<'_>, right: Datum<'_>) -> Result<Column> {
    arithmetic(ArithmeticOp::Rem, left, right)
}

/// `left` to the power of `right`; see [`arithmetic`].
///
/// # Errors
/// As [`arithmetic`].
pub fn pow(left: Datum<'_>, right: Datum<'_>) -> Result<Column> {
    arithmetic(ArithmeticOp::Pow, left, right)
}

/// `left + right` modulo 2 to the number of bits; see [`arithmetic`].
///
/// # Errors
/// As [`arithmetic`].
pub fn wrapping_add(left: Datum<'_>, right: Datum<'_>) -> Result<Column> {
    arithmetic(ArithmeticOp::WrappingAdd, left, right)
}

/// `left - right` modulo 2 to the number of bits; see [`arithmetic`].
///
/// # Errors
/// As [`arithmetic`].
pub fn wrapping_sub(left: Datum<'_>, right: Datum<'_>) -> Result<Column> {
    arithmetic(ArithmeticOp::WrappingSub, left, right)
}

/// `left * right` modulo 2 to the number of bits; see [`arithmetic`].
///
/// # Errors
/// As [`arithmetic`].
pub fn wrapping_mul(left: Datum<'_>, right: Datum<'_>) -> Result<Column> {
    arithmetic(ArithmeticOp::WrappingMul, left, right)
}

/// The opposite of each value, of the same type: numbers and durations.
///
/// # Errors
/// [`KernelError::Overflow`] for the least signed integer and for unsigned ones but 0; [`KernelError::Unsupported`].
pub fn neg(column: &Column) -> Result<Column> {
    let result = dispatch_integer!(
        column.array(),
        |array| try_unary(array, Integer::negate).map(Array::from),
        else Ok(match column.array() {
            Array::Float32(array) => unary(array, |value| -value).into(),
            Array::Float64(array) => unary(array, |value| -value).into(),
            Array::Int128(array) => unary(array, i128::wrapping_neg).into(), // 38 digits always have an opposite
            other => other.clone(),
        })
    );
    with_sign_changed("-", column, result)
}

/// Each value without its sign, of the same type: numbers and durations.
///
/// # Errors
/// [`KernelError::Overflow`] for the least signed integer; [`KernelError::Unsupported`].
pub fn abs(column: &Column) -> Result<Column> {
    let result = dispatch_integer!(
        column.array(),
        |array| try_unary(array, Integer::absolute).map(Array::from),
        else Ok(match column.array() {
            Array::Float32(array) => unary(array, f32::abs).into(),
            Array::Float64(array) => unary(array, f64::abs).into(),
            Array::Int128(array) => unary(array, i128::wrapping_abs).into(), // 38 digits always have one
            other => other.clone(),
        })
    );
    with_sign_changed("abs", column, result)
}

fn with_sign_changed(
    operation: &'static str,
    column: &Column,
    result: std::result::Result<Array, usize>,
) -> Result<Column> {
    let data_type = column.data_type();
    if !data_type.is_numeric() && !matches!(data_type, DataType::Duration(_) | DataType::Null) {
        return Err(KernelError::unsupported(operation, [data_type]));
    }
    let array = result.map_err(|row| KernelError::Overflow {
        operation,
        row,
        left: column.get(row),
        right: Scalar::Null,
        data_type: data_type.clone(),
    })?;
    Ok(Column::new(data_type.clone(), array))
}

/// The rows that count when a divisor of 0 gives null: those of `valid` whose divisor is not 0.
fn with_divisor<T: Native>(valid: Option<Bitmap>, divisor: Side<'_, T>) -> Option<Bitmap> {
    let Side::Rows(divisors) = divisor else { return valid };
    // An integer is 0 with a sign and without.
    let nonzero = predicate_of(bits_of(divisors), |divisor| divisor != T::Bits::default());
    match valid {
        _ if nonzero.count_zeros() == 0 => valid,
        None => Some(nonzero),
        Some(valid) => Some(valid.and(&nonzero)),
    }
}

#[cfg(test)]
mod tests;
