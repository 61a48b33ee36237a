//! Boolean logic by words of 64 rows, after Kleene: null is "not known".
//!
//! `null & false` is false and `null | true` is true, since the answer doesn't depend on what is not known; `xor` and
//! `not` of null are null.

use lazuli_array::{Bitmap, BooleanArray};

use crate::datum::{Datum, paired};
use crate::{KernelError, Result};

/// A word of values and a word of which of them count; values of null rows are 0.
#[derive(Clone, Copy)]
struct Word {
    values: u64,
    valid: u64,
}

impl Word {
    fn constant(value: Option<bool>) -> Self {
        Self {
            values: if value == Some(true) { u64::MAX } else { 0 },
            valid: if value.is_some() { u64::MAX } else { 0 },
        }
    }

    fn and(self, other: Self) -> Self {
        // Known where both are, or where one is known to be false.
        let (left_false, right_false) = (self.valid & !self.values, other.valid & !other.values);
        Self {
            values: self.values & other.values,
            valid: (self.valid & other.valid) | left_false | right_false,
        }
    }

    fn or(self, other: Self) -> Self {
        Self {
            values: self.values | other.values,
            valid: (self.valid & other.valid) | self.values | other.values,
        }
    }

    fn xor(self, other: Self) -> Self {
        let valid = self.valid & other.valid;
        Self { values: (self.values ^ other.values) & valid, valid }
    }
}

fn words(array: &BooleanArray) -> impl Iterator<Item = Word> + '_ {
    (0..array.values().num_words()).map(|index| {
        let valid = array.validity().map_or(u64::MAX, |validity| validity.word(index));
        Word { values: array.values().word(index) & valid, valid }
    })
}

fn collect(rows: usize, words: impl Iterator<Item = Word>) -> BooleanArray {
    let (mut values, mut valid) =
        (Vec::with_capacity(rows.div_ceil(64)), Vec::with_capacity(rows.div_ceil(64)));
    let mut all_valid = true;
    for (index, word) in words.enumerate() {
        let rest = rows - index * 64;
        let counted = if rest < 64 { (1u64 << rest) - 1 } else { u64::MAX };
        all_valid &= word.valid & counted == counted;
        values.push(word.values);
        valid.push(word.valid);
    }
    let validity = (!all_valid).then(|| Bitmap::from_words(valid, rows));
    BooleanArray::new(Bitmap::from_words(values, rows), validity)
}

fn combine(
    operation: &'static str,
    left: &BooleanArray,
    right: &BooleanArray,
    op: impl Fn(Word, Word) -> Word,
) -> Result<BooleanArray> {
    if left.len() != right.len() {
        return Err(KernelError::LengthMismatch { operation, left: left.len(), right: right.len() });
    }
    if left.validity().is_none() && right.validity().is_none() {
        let both = |values| Word { values, valid: u64::MAX };
        let values = left.values().combine(right.values(), |left, right| op(both(left), both(right)).values);
        return Ok(BooleanArray::new(values, None));
    }
    Ok(collect(left.len(), words(left).zip(words(right)).map(|(left, right)| op(left, right))))
}

/// Whether both are true; see the module for null.
///
/// # Errors
/// [`KernelError::LengthMismatch`].
///
/// ```
/// use lazuli_array::BooleanArray;
/// use lazuli_kernels::and;
///
/// let left = BooleanArray::from_iter([Some(true), None, None]);
/// let right = BooleanArray::from_iter([None, Some(false), Some(true)]);
/// assert_eq!(and(&left, &right)?.iter().collect::<Vec<_>>(), [None, Some(false), None]);
/// # Ok::<(), lazuli_kernels::KernelError>(())
/// ```
pub fn and(left: &BooleanArray, right: &BooleanArray) -> Result<BooleanArray> {
    combine("and", left, right, Word::and)
}

/// Whether at least one is true; see the module for null.
///
/// # Errors
/// [`KernelError::LengthMismatch`].
pub fn or(left: &BooleanArray, right: &BooleanArray) -> Result<BooleanArray> {
    combine("or", left, right, Word::or)
}

/// Whether exactly one is true; null where either is.
///
/// # Errors
/// [`KernelError::LengthMismatch`].
pub fn xor(left: &BooleanArray, right: &BooleanArray) -> Result<BooleanArray> {
    combine("xor", left, right, Word::xor)
}

/// The opposite; null stays null.
pub fn not(array: &BooleanArray) -> BooleanArray {
    BooleanArray::new(array.values().not(), array.validity().cloned())
}

pub(crate) fn and_constant(array: &BooleanArray, value: Option<bool>) -> Result<BooleanArray> {
    let constant = Word::constant(value);
    Ok(collect(array.len(), words(array).map(|word| word.and(constant))))
}

/// Which of the logical operations [`logical`] does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LogicalOp {
    /// [`and`]
    And,
    /// [`or`]
    Or,
    /// [`xor`]
    Xor,
}

impl LogicalOp {
    /// The word for it, as in expressions.
    pub fn symbol(self) -> &'static str {
        match self {
            Self::And => "and",
            Self::Or => "or",
            Self::Xor => "xor",
        }
    }
}

/// [`and`], [`or`] or [`xor`] of operands, constants among them. Two constants give one row; a column of type `Null` is
/// Boolean without a known value.
///
/// # Errors
/// [`KernelError::LengthMismatch`]; [`KernelError::Unsupported`] unless both are Boolean or Null.
pub fn logical(op: LogicalOp, left: Datum<'_>, right: Datum<'_>) -> Result<BooleanArray> {
    use lazuli_array::{Array, NullArray};
    fn side<'a>(op: LogicalOp, datum: Datum<'a>) -> Result<std::borrow::Cow<'a, BooleanArray>> {
        match datum.array() {
            Array::Boolean(array) => Ok(std::borrow::Cow::Borrowed(array)),
            Array::Null(array) => Ok(std::borrow::Cow::Owned(unknown(array))),
            _ => Err(KernelError::unsupported(op.symbol(), [datum.data_type()])),
        }
    }
    fn unknown(array: &NullArray) -> BooleanArray {
        let none = Bitmap::filled(false, array.len());
        BooleanArray::new(none.clone(), Some(none))
    }
    let (left, right, rows) = paired(op.symbol(), left, right)?;
    let (left_array, right_array) = (side(op, left)?, side(op, right)?);
    let word_op = match op {
        LogicalOp::And => Word::and,
        LogicalOp::Or => Word::or,
        LogicalOp::Xor => Word::xor,
    };
    let (constant, column) = match (left, right) {
        (Datum::Constant(_), _) => (left_array, right_array),
        (_, Datum::Constant(_)) => (right_array, left_array),
        _ => return combine(op.symbol(), &left_array, &right_array, word_op),
    };
    let constant = Word::constant(constant.get(0));
    Ok(collect(rows, words(&column).map(|word| word_op(word, constant))))
}

/// Whether any row is true, nulls ignored; false when there are no rows.
pub fn any_true(array: &BooleanArray) -> bool {
    words(array).any(|word| word.values != 0)
}

/// Whether all rows are true, nulls ignored; true when there are no rows.
pub fn all_true(array: &BooleanArray) -> bool {
    array.true_mask().count_ones() == array.len() - array.validity().map_or(0, Bitmap::count_zeros)
}

/// Whether any row is true, after Kleene: `None` if no row is, but some are null.
pub fn any_kleene(array: &BooleanArray) -> Option<bool> {
    if any_true(array) { Some(true) } else { array.validity().is_none().then_some(false) }
}

/// Whether all rows are true, after Kleene: `None` if no row is false, but some are null.
pub fn all_kleene(array: &BooleanArray) -> Option<bool> {
    if all_true(array) { array.validity().is_none().then_some(true) } else { Some(false) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::datum::Constant;
    use crate::{naive, strategies};
    use lazuli_array::{Array, Column, DataType};
    use proptest::prelude::*;

    fn booleans(column: &Column) -> &BooleanArray {
        let Array::Boolean(array) = column.array() else { unreachable!("made as Boolean") };
        array
    }

    proptest! {
        #[test]
        fn logic_matches_naive(columns in strategies::columns_of(&[DataType::Boolean, DataType::Boolean], 0..200)) {
            let (left, right) = (booleans(&columns[0]), booleans(&columns[1]));
            prop_assert_eq!(Array::from(and(left, right).unwrap()), Array::from(naive::and(left, right)));
            prop_assert_eq!(Array::from(or(left, right).unwrap()), Array::from(naive::or(left, right)));
            prop_assert_eq!(Array::from(xor(left, right).unwrap()), Array::from(naive::xor(left, right)));
            let opposite: BooleanArray = left.iter().map(|value| value.map(|value| !value)).collect();
            prop_assert_eq!(Array::from(not(left)), Array::from(opposite));
        }

        #[test]
        fn constants_match_columns(columns in strategies::columns_of(&[DataType::Boolean, DataType::Boolean], 1..200)) {
            let constant = Constant::from_column(columns[1].sliced(0, 1));
            let expanded = constant.to_column(columns[0].len());
            for op in [LogicalOp::And, LogicalOp::Or, LogicalOp::Xor] {
                let expected = Array::from(logical(op, (&columns[0]).into(), (&expanded).into()).unwrap());
                let left = logical(op, (&constant).into(), (&columns[0]).into()).unwrap();
                let right = logical(op, (&columns[0]).into(), (&constant).into()).unwrap();
                prop_assert_eq!(Array::from(left), expected.clone());
                prop_assert_eq!(Array::from(right), expected);
                let one = logical(op, (&constant).into(), (&constant).into()).unwrap();
                prop_assert_eq!(one.len(), 1);
                let nothing = Column::new_null(DataType::Null, columns[0].len());
                let unknown = Column::new_null(DataType::Boolean, columns[0].len());
                prop_assert_eq!(
                    Array::from(logical(op, (&columns[0]).into(), (&nothing).into()).unwrap()),
                    Array::from(logical(op, (&columns[0]).into(), (&unknown).into()).unwrap())
                );
            }
        }

        #[test]
        fn any_and_all_match_naive(column in strategies::column(&DataType::Boolean, 0..130)) {
            let array = booleans(&column);
            let known: Vec<bool> = array.iter().flatten().collect();
            prop_assert_eq!(any_true(array), known.iter().any(|&value| value));
            prop_assert_eq!(all_true(array), known.iter().all(|&value| value));
            let (mut or, mut and) = (Some(false), Some(true));
            for value in array.iter() {
                (or, and) = (naive::or_one(or, value), naive::and_one(and, value));
            }
            prop_assert_eq!(any_kleene(array), or);
            prop_assert_eq!(all_kleene(array), and);
        }
    }
}
