//! Compare: two operands row by row, to booleans.
//!
//! Null on either side gives null; [`eq_missing`] and [`ne_missing`] take null for a value instead. NaN equals NaN and is
//! above all else, -0.0 equals 0.0: one total order, so `>=` is exactly not `<`, and all six comparisons come down to two
//! loops, *equal* and *less*, with sides swapped and bits flipped.
//!
//! Numbers of different types are compared by what they are worth: no side is cast to a type that would round it.
//! Text is compared by bytes, `Enum` by the order of its categories. Nested values have equality only; nulls within them
//! are values.

#[cfg(target_arch = "x86_64")]
mod lanes; // numbers by vectors, for machines that have them
mod nested; // equality of lists and structs
mod numeric; // numbers, equal or different in type
mod text; // strings in all their forms, bytes

use std::cmp::Ordering;

use lazuli_array::{Array, Bitmap, BooleanArray, DataType, Native};

use crate::datum::{Datum, Side, both_valid, paired};
#[cfg(target_arch = "x86_64")]
use crate::level::Level;
use crate::{KernelError, Result, arity};

/// What is asked of two values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CompareOp {
    /// `==`
    Eq,
    /// `!=`
    NotEq,
    /// `<`
    Lt,
    /// `<=`
    LtEq,
    /// `>`
    Gt,
    /// `>=`
    GtEq,
    /// `==`, where null equals null and nothing else: never null.
    EqMissing,
    /// `!=`, where null differs from every value: never null.
    NotEqMissing,
}

impl CompareOp {
    /// The sign as in expressions.
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Eq => "==",
            Self::NotEq => "!=",
            Self::Lt => "<",
            Self::LtEq => "<=",
            Self::Gt => ">",
            Self::GtEq => ">=",
            Self::EqMissing => "eq_missing",
            Self::NotEqMissing => "ne_missing",
        }
    }

    /// The operation that says the same with sides swapped: `a < b` is `b > a`.
    #[must_use]
    pub fn swapped(self) -> Self {
        match self {
            Self::Lt => Self::Gt,
            Self::LtEq => Self::GtEq,
            Self::Gt => Self::Lt,
            Self::GtEq => Self::LtEq,
            Self::Eq | Self::NotEq | Self::EqMissing | Self::NotEqMissing => self,
        }
    }

    /// The operation that says the opposite: `a < b` is not `a >= b`. Null stays null.
    #[must_use]
    pub fn negated(self) -> Self {
        match self {
            Self::Eq => Self::NotEq,
            Self::NotEq => Self::Eq,
            Self::Lt => Self::GtEq,
            Self::LtEq => Self::Gt,
            Self::Gt => Self::LtEq,
            Self::GtEq => Self::Lt,
            Self::EqMissing => Self::NotEqMissing,
            Self::NotEqMissing => Self::EqMissing,
        }
    }

    /// Whether values of these types can be compared so. Numbers can with numbers (decimals not with floats), text with
    /// text (an `Enum` by order only with itself), all else with its own type; nested values have equality only; null
    /// goes with everything.
    pub fn accepts(self, left: &DataType, right: &DataType) -> bool {
        use DataType::{Date, Datetime, Decimal, Enum, List, Null, Struct};
        let ordered = matches!(self, Self::Lt | Self::LtEq | Self::Gt | Self::GtEq);
        match (left, right) {
            (Null, _) | (_, Null) => true,
            (Decimal { .. }, other) | (other, Decimal { .. }) if other.is_numeric() => !other.is_float(),
            (left, right) if left.is_numeric() && right.is_numeric() => true,
            (Enum(left), Enum(right)) => !ordered || **left == **right,
            (Enum(_), right) if right.is_text() => !ordered,
            (left, Enum(_)) if left.is_text() => !ordered,
            (left, right) if left.is_text() && right.is_text() => true,
            (Datetime(left_unit, left_zone), Datetime(right_unit, right_zone)) => {
                left_unit == right_unit && left_zone.is_some() == right_zone.is_some()
            }
            (List(left), List(right)) => !ordered && self.accepts(left, right),
            (Struct(left), Struct(right)) => {
                let mut pairs = left.iter().zip(right.iter());
                !ordered
                    && left.len() == right.len()
                    && pairs.all(|(left, right)| {
                        left.name() == right.name() && self.accepts(left.data_type(), right.data_type())
                    })
            }
            (Date, Date) => true,
            (left, right) => left == right,
        }
    }
}

/// Compares row by row. Two constants give one row.
///
/// O(n), one pass; a constant is never expanded, and text in a dictionary is compared once for each distinct value.
///
/// # Errors
/// [`KernelError::LengthMismatch`]; [`KernelError::Unsupported`] for types that [`CompareOp::accepts`] refuses.
///
/// ```
/// use lazuli_array::{Column, DataType, PrimitiveArray, Scalar};
/// use lazuli_kernels::{CompareOp, Constant, compare};
///
/// let column = Column::new(DataType::Int64, PrimitiveArray::from_iter([Some(1i64), None, Some(3)]));
/// let two = Constant::from_scalar(&Scalar::Float64(2.5));
/// let above = compare(CompareOp::Gt, (&column).into(), (&two).into())?;
/// assert_eq!(above.iter().collect::<Vec<_>>(), [Some(false), None, Some(true)]);
/// # Ok::<(), lazuli_kernels::KernelError>(())
/// ```
pub fn compare(op: CompareOp, left: Datum<'_>, right: Datum<'_>) -> Result<BooleanArray> {
    if !op.accepts(left.data_type(), right.data_type()) {
        return Err(KernelError::unsupported(op.symbol(), [left.data_type(), right.data_type()]));
    }
    let (left, right, rows) = paired(op.symbol(), left, right)?;
    let missing = matches!(op, CompareOp::EqMissing | CompareOp::NotEqMissing);
    if left.is_all_null() || right.is_all_null() {
        return Ok(if missing {
            both_null(left, right, rows, op)
        } else {
            BooleanArray::new(Bitmap::filled(false, rows), Some(Bitmap::filled(false, rows)))
        });
    }
    let (relation, swap, negate) = match op {
        CompareOp::Eq | CompareOp::EqMissing => (Relation::Equal, false, false),
        CompareOp::NotEq | CompareOp::NotEqMissing => (Relation::Equal, false, true),
        CompareOp::Lt => (Relation::Less, false, false),
        CompareOp::GtEq => (Relation::Less, false, true),
        CompareOp::Gt => (Relation::Less, true, false),
        CompareOp::LtEq => (Relation::Less, true, true),
    };
    let bits = if swap { relate(relation, right, left)? } else { relate(relation, left, right)? };
    debug_assert_eq!(bits.len(), rows);
    if missing {
        let bits = match (left.validity(), right.validity()) {
            (None, None) => bits,
            (Some(valid), None) | (None, Some(valid)) => bits.and(&valid),
            (Some(left), Some(right)) => {
                let values = bits.and(&left.and(&right));
                values.or(&left.combine(&right, |left, right| !left & !right))
            }
        };
        return Ok(BooleanArray::new(if negate { bits.not() } else { bits }, None));
    }
    Ok(BooleanArray::new(if negate { bits.not() } else { bits }, both_valid(left, right)))
}

/// `left == right`; see [`compare()`].
///
/// # Errors
/// As [`compare()`].
pub fn eq(left: Datum<'_>, right: Datum<'_>) -> Result<BooleanArray> {
    compare(CompareOp::Eq, left, right)
}

/// `left != right`; see [`compare()`].
///
/// # Errors
/// As [`compare()`].
pub fn ne(left: Datum<'_>, right: Datum<'_>) -> Result<BooleanArray> {
    compare(CompareOp::NotEq, left, right)
}

/// `left < right`; see [`compare()`].
///
/// # Errors
/// As [`compare()`].
pub fn lt(left: Datum<'_>, right: Datum<'_>) -> Result<BooleanArray> {
    compare(CompareOp::Lt, left, right)
}

/// `left <= right`; see [`compare()`].
///
/// # Errors
/// As [`compare()`].
pub fn lt_eq(left: Datum<'_>, right: Datum<'_>) -> Result<BooleanArray> {
    compare(CompareOp::LtEq, left, right)
}

/// `left > right`; see [`compare()`].
///
/// # Errors
/// As [`compare()`].
pub fn gt(left: Datum<'_>, right: Datum<'_>) -> Result<BooleanArray> {
    compare(CompareOp::Gt, left, right)
}

/// `left >= right`; see [`compare()`].
///
/// # Errors
/// As [`compare()`].
pub fn gt_eq(left: Datum<'_>, right: Datum<'_>) -> Result<BooleanArray> {
    compare(CompareOp::GtEq, left, right)
}

/// `left == right`, where null equals null and nothing else; never null.
///
/// # Errors
/// As [`compare()`].
pub fn eq_missing(left: Datum<'_>, right: Datum<'_>) -> Result<BooleanArray> {
    compare(CompareOp::EqMissing, left, right)
}

/// `left != right`, where null differs from every value; never null.
///
/// # Errors
/// As [`compare()`].
pub fn ne_missing(left: Datum<'_>, right: Datum<'_>) -> Result<BooleanArray> {
    compare(CompareOp::NotEqMissing, left, right)
}

/// Which ends of an interval belong to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Closed {
    /// `low <= value <= high`
    #[default]
    Both,
    /// `low <= value < high`
    Left,
    /// `low < value <= high`
    Right,
    /// `low < value < high`
    Neither,
}

impl Closed {
    /// The kind of range of this name: `both`, `left`, `right`, `none`.
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "both" => Self::Both,
            "left" => Self::Left,
            "right" => Self::Right,
            "none" => Self::Neither,
            _ => return None,
        })
    }
}

/// Whether each value lies between `low` and `high`: both comparisons, joined by Kleene's and.
///
/// # Errors
/// As [`compare()`].
pub fn is_between(value: Datum<'_>, low: Datum<'_>, high: Datum<'_>, closed: Closed) -> Result<BooleanArray> {
    let (above, below) = match closed {
        Closed::Both => (CompareOp::GtEq, CompareOp::LtEq),
        Closed::Left => (CompareOp::GtEq, CompareOp::Lt),
        Closed::Right => (CompareOp::Gt, CompareOp::LtEq),
        Closed::Neither => (CompareOp::Gt, CompareOp::Lt),
    };
    let (above, below) = (compare(above, value, low)?, compare(below, value, high)?);
    // A constant value against a column and a constant: one of the answers is one row.
    match (above.len(), below.len()) {
        (one, rows) if one == 1 && rows != 1 => crate::boolean::and_constant(&below, above.get(0)),
        (rows, one) if one == 1 && rows != 1 => crate::boolean::and_constant(&above, below.get(0)),
        _ => crate::boolean::and(&above, &below),
    }
}

/// The two relations that everything else is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Relation {
    Equal,
    Less,
}

impl Relation {
    /// How the left value stands to the right one where the relation holds.
    fn order(self) -> Ordering {
        match self {
            Self::Equal => Ordering::Equal,
            Self::Less => Ordering::Less,
        }
    }
}

/// One bit a row: whether the relation holds. Bits of null rows mean nothing. Types were accepted, lengths paired, and
/// no constant is null.
fn relate(relation: Relation, left: Datum<'_>, right: Datum<'_>) -> Result<Bitmap> {
    let (left_type, right_type) = (left.data_type(), right.data_type());
    if left_type.is_numeric() && right_type.is_numeric() {
        return numeric::relate(relation, left, right);
    }
    match (left.array(), right.array()) {
        (Array::Boolean(_), Array::Boolean(_)) => Ok(relate_booleans(relation, left, right)),
        (Array::Int32(_), Array::Int32(_)) => numeric::relate_same::<i32>(relation, left, right),
        (Array::Int64(_), Array::Int64(_)) => numeric::relate_same::<i64>(relation, left, right),
        (Array::String(_) | Array::Dictionary(_), Array::String(_) | Array::Dictionary(_)) => {
            text::relate_text(relation, left, right)
        }
        (Array::Binary(_), Array::Binary(_)) => Ok(text::relate_binary(relation, left, right)),
        (Array::List(_) | Array::Struct(_), Array::List(_) | Array::Struct(_)) => nested::equal(left, right),
        _ => Err(KernelError::unsupported("comparison", [left_type, right_type])),
    }
}

/// The loops over values of one type.
fn relate_sides<T: Native>(relation: Relation, left: Side<'_, T>, right: Side<'_, T>) -> Bitmap {
    #[cfg(target_arch = "x86_64")]
    if let Some(bits) = lanes::relate(Level::best(), relation, left, right) {
        return bits;
    }
    match relation {
        Relation::Equal => arity::predicate_commutative(left, right, equal::<T>),
        Relation::Less => arity::predicate(left, right, less::<T>),
    }
}

/// Whether two values are equal, NaN and NaN included. Without branches; for integers one comparison is left.
#[inline(always)]
#[allow(clippy::eq_op, reason = "only NaN differs from itself")]
fn equal<T: Native>(left: T, right: T) -> bool {
    (left == right) | ((left != left) & (right != right))
}

/// Whether a value is below another, NaN being above all else.
#[inline(always)]
#[allow(clippy::eq_op, reason = "only NaN differs from itself")]
fn less<T: Native>(left: T, right: T) -> bool {
    (left < right) | ((left == left) & (right != right))
}

fn relate_booleans(relation: Relation, left: Datum<'_>, right: Datum<'_>) -> Bitmap {
    let op = |left: u64, right: u64| match relation {
        Relation::Equal => !(left ^ right),
        Relation::Less => !left & right,
    };
    match (boolean_side(left), boolean_side(right)) {
        (Ok(left), Ok(right)) => left.combine(right, op),
        (Ok(left), Err(right)) => left.map_words(|left| op(left, right)),
        (Err(left), Ok(right)) => right.map_words(|right| op(left, right)),
        (Err(_), Err(_)) => unreachable!("two constants are paired as columns of one row"),
    }
}

/// The bits of a column, or a constant as a word of equal bits.
fn boolean_side(datum: Datum<'_>) -> std::result::Result<&Bitmap, u64> {
    let Array::Boolean(array) = datum.array() else { unreachable!("both sides were matched as Boolean") };
    match datum {
        Datum::Column(_) => Ok(array.values()),
        Datum::Constant(_) => Err(if array.values().get(0) { u64::MAX } else { 0 }),
    }
}

/// [`eq_missing`] and its opposite when one side is nothing but nulls: equal where the other is null too.
fn both_null(left: Datum<'_>, right: Datum<'_>, rows: usize, op: CompareOp) -> BooleanArray {
    let null = |datum: Datum<'_>| match datum {
        datum if datum.is_all_null() => Bitmap::filled(true, rows),
        Datum::Column(column) => {
            column.validity().map_or_else(|| Bitmap::filled(false, rows), |validity| validity.not())
        }
        Datum::Constant(_) => Bitmap::filled(false, rows),
    };
    let equal = null(left).and(&null(right));
    BooleanArray::new(if op == CompareOp::EqMissing { equal } else { equal.not() }, None)
}

#[cfg(test)]
mod tests;
