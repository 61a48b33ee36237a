//! Drivers of row-by-row kernels: loops over plain slices, with nulls and constants handled once.
//!
//! An operation also sees the slots of null rows, whose values mean nothing, so it must not panic; what it makes of them
//! is never seen. Loops have no branch but the operation's own, so that the compiler can turn them into vector code.

use lazuli_array::memory::with_capacity;
use lazuli_array::{Bitmap, Native, PrimitiveArray};

use crate::datum::Side;

/// Rows that [`try_binary`] computes before it looks whether one of them failed. Long enough that the look is free,
/// short enough that finding the row again costs nothing.
const BLOCK_ROWS: usize = 512;

/// `op` of each row; null where the input is.
pub(crate) fn unary<T: Native, O: Native>(
    array: &PrimitiveArray<T>,
    op: impl Fn(T) -> O,
) -> PrimitiveArray<O> {
    let values = collected(array.values().iter().map(|&value| op(value)));
    PrimitiveArray::new(values.into(), array.validity().cloned())
}

/// `op` of each pair of rows; null where `validity` says.
pub(crate) fn binary<L: Native, R: Native, O: Native>(
    left: Side<'_, L>,
    right: Side<'_, R>,
    validity: Option<Bitmap>,
    op: impl Fn(L, R) -> O,
) -> PrimitiveArray<O> {
    let values: Vec<O> = match (left, right) {
        (Side::Rows(left), Side::Rows(right)) => {
            assert_eq!(left.len(), right.len(), "operands are paired");
            collected(left.iter().zip(right).map(|(&left, &right)| op(left, right)))
        }
        (Side::Rows(left), Side::Constant(right)) => collected(left.iter().map(|&left| op(left, right))),
        (Side::Constant(left), Side::Rows(right)) => collected(right.iter().map(|&right| op(left, right))),
        (Side::Constant(left), Side::Constant(right)) => vec![op(left, right)],
    };
    PrimitiveArray::new(values.into(), validity)
}

/// The values in memory that may have been another column's before.
fn collected<O>(values: impl ExactSizeIterator<Item = O>) -> Vec<O> {
    let mut out = with_capacity(values.len());
    out.extend(values);
    out
}

fn defaults<O: Native>(rows: usize) -> Vec<O> {
    let mut out = with_capacity(rows);
    out.resize(rows, O::default());
    out
}

/// As [`unary`], with an operation that says whether it failed.
///
/// # Errors
/// The first row that holds a value and failed.
pub(crate) fn try_unary<T: Native, O: Native>(
    array: &PrimitiveArray<T>,
    op: impl Fn(T) -> (O, bool),
) -> Result<PrimitiveArray<O>, usize> {
    try_rows(array.values(), array.validity().cloned(), op)
}

/// As [`binary`], with an operation that says whether it failed.
///
/// # Errors
/// The first row that is valid and failed.
pub(crate) fn try_binary<L: Native, R: Native, O: Native>(
    left: Side<'_, L>,
    right: Side<'_, R>,
    validity: Option<Bitmap>,
    op: impl Fn(L, R) -> (O, bool),
) -> Result<PrimitiveArray<O>, usize> {
    let values = match (left, right) {
        (Side::Rows(left), Side::Rows(right)) => {
            assert_eq!(left.len(), right.len(), "operands are paired");
            let mut values = defaults(left.len());
            let blocks =
                values.chunks_mut(BLOCK_ROWS).zip(left.chunks(BLOCK_ROWS)).zip(right.chunks(BLOCK_ROWS));
            for (index, ((out, left), right)) in blocks.enumerate() {
                let mut failed = false;
                for ((out, &left), &right) in out.iter_mut().zip(left).zip(right) {
                    let (result, fails) = op(left, right);
                    *out = result;
                    failed |= fails;
                }
                if failed {
                    let start = index * BLOCK_ROWS;
                    find_failed(validity.as_ref(), start, left.len(), |row| op(left[row], right[row]).1)?;
                }
            }
            values
        }
        (Side::Rows(left), Side::Constant(right)) => {
            return try_rows(left, validity, |left| op(left, right));
        }
        (Side::Constant(left), Side::Rows(right)) => {
            return try_rows(right, validity, |right| op(left, right));
        }
        (Side::Constant(left), Side::Constant(right)) => {
            return try_rows(&[left], validity, |left| op(left, right));
        }
    };
    Ok(PrimitiveArray::new(values.into(), validity))
}

fn try_rows<T: Native, O: Native>(
    input: &[T],
    validity: Option<Bitmap>,
    op: impl Fn(T) -> (O, bool),
) -> Result<PrimitiveArray<O>, usize> {
    let mut values = defaults(input.len());
    for (index, (out, input)) in values.chunks_mut(BLOCK_ROWS).zip(input.chunks(BLOCK_ROWS)).enumerate() {
        let mut failed = false;
        for (out, &value) in out.iter_mut().zip(input) {
            let (result, fails) = op(value);
            *out = result;
            failed |= fails;
        }
        if failed {
            find_failed(validity.as_ref(), index * BLOCK_ROWS, input.len(), |row| op(input[row]).1)?;
        }
    }
    Ok(PrimitiveArray::new(values.into(), validity))
}

/// The first row of a block that is valid and fails, as an error; slots of null rows may fail as they like.
#[cold]
fn find_failed(
    validity: Option<&Bitmap>,
    start: usize,
    rows: usize,
    fails: impl Fn(usize) -> bool,
) -> Result<(), usize> {
    let valid = |row: usize| validity.is_none_or(|validity| validity.get(start + row));
    match (0..rows).find(|&row| valid(row) && fails(row)) {
        Some(row) => Err(start + row),
        None => Ok(()),
    }
}

/// One bit for each pair of rows, 64 of them a word.
pub(crate) fn predicate<L: Copy, R: Copy>(
    left: Side<'_, L>,
    right: Side<'_, R>,
    op: impl Fn(L, R) -> bool,
) -> Bitmap {
    match (left, right) {
        (Side::Rows(left), Side::Rows(right)) => {
            assert_eq!(left.len(), right.len(), "operands are paired");
            let (left_blocks, left_rest) = left.as_chunks::<64>();
            let (right_blocks, right_rest) = right.as_chunks::<64>();
            let mut words = Vec::with_capacity(left.len().div_ceil(64));
            for (left, right) in left_blocks.iter().zip(right_blocks) {
                words.push(word_of(|bit| op(left[bit], right[bit])));
            }
            push_rest(&mut words, left_rest.len(), |bit| op(left_rest[bit], right_rest[bit]));
            Bitmap::from_words(words, left.len())
        }
        (Side::Rows(left), Side::Constant(right)) => predicate_of(left, |left| op(left, right)),
        (Side::Constant(left), Side::Rows(right)) => predicate_of(right, |right| op(left, right)),
        (Side::Constant(left), Side::Constant(right)) => predicate_of(&[left], |left| op(left, right)),
    }
}

/// One bit for each row, 64 of them a word.
pub(crate) fn predicate_of<T: Copy>(values: &[T], op: impl Fn(T) -> bool) -> Bitmap {
    let (blocks, rest) = values.as_chunks::<64>();
    let mut words = Vec::with_capacity(values.len().div_ceil(64));
    for block in blocks {
        words.push(word_of(|bit| op(block[bit])));
    }
    push_rest(&mut words, rest.len(), |bit| op(rest[bit]));
    Bitmap::from_words(words, values.len())
}

/// 64 answers as one word: first as bytes, which compilers vectorise at any width, then eight bytes at a time to bits.
#[inline(always)]
fn word_of(op: impl Fn(usize) -> bool) -> u64 {
    /// Moves the lowest bit of byte `i` to bit `56 + i`: bit `56 - 7 i` is set, so that byte `i` at bit `8 i` lands there,
    /// and no two products meet.
    const GATHER_BITS: u64 = 0x0102_0408_1020_4080;
    let mut flags = [0u8; 64];
    for (bit, flag) in flags.iter_mut().enumerate() {
        *flag = u8::from(op(bit));
    }
    let (bytes, _) = flags.as_chunks::<8>();
    bytes.iter().enumerate().fold(0, |word, (index, eight)| {
        word | ((u64::from_le_bytes(*eight).wrapping_mul(GATHER_BITS) >> 56) << (8 * index))
    })
}

fn push_rest(words: &mut Vec<u64>, bits: usize, op: impl Fn(usize) -> bool) {
    if bits > 0 {
        words.push((0..bits).fold(0, |word, bit| word | (u64::from(op(bit)) << bit)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn fails_on_seven(value: i32) -> (i32, bool) {
        (value.wrapping_mul(2), value == 7)
    }

    proptest! {
        #[test]
        fn predicate_matches_naive(
            pairs in prop::collection::vec((0i16..4, 0i16..4), 0..300),
            constant in 0i16..4,
        ) {
            let (left, right): (Vec<i16>, Vec<i16>) = pairs.iter().copied().unzip();
            let expect = |op: &dyn Fn(i16, i16) -> bool| -> Bitmap { pairs.iter().map(|&(l, r)| op(l, r)).collect() };
            prop_assert_eq!(
                predicate(Side::Rows(&left), Side::Rows(&right), |l, r| l < r),
                expect(&|l, r| l < r)
            );
            prop_assert_eq!(
                predicate(Side::Rows(&left), Side::Constant(constant), |l, r| l < r),
                expect(&|l, _| l < constant)
            );
            prop_assert_eq!(
                predicate(Side::Constant(constant), Side::Rows(&right), |l, r| l < r),
                expect(&|_, r| constant < r)
            );
        }

        #[test]
        fn the_first_valid_failure_is_found(
            rows in prop::collection::vec((0i32..9, any::<bool>()), 0..1200),
            only_late in any::<bool>(),
        ) {
            let values: Vec<i32> = rows
                .iter()
                .enumerate()
                .map(|(row, &(value, _))| if only_late && row < 900 { 0 } else { value })
                .collect();
            let validity: Bitmap = rows.iter().map(|&(_, valid)| valid).collect();
            let array = PrimitiveArray::new(values.clone().into(), Some(validity.clone()));
            let expect = (0..values.len()).find(|&row| validity.get(row) && values[row] == 7);
            prop_assert_eq!(try_unary(&array, fails_on_seven).err(), expect);
            let constant = Side::Constant(0i32);
            let left = try_binary(Side::Rows(&values), constant, Some(validity.clone()), |l, _| fails_on_seven(l));
            prop_assert_eq!(left.as_ref().err().copied(), expect);
            let both = try_binary(Side::Rows(&values), Side::Rows(&values), Some(validity), |l, _| fails_on_seven(l));
            prop_assert_eq!(both.as_ref().err().copied(), expect);
            if let Ok(both) = both {
                prop_assert_eq!(both, unary(&array, |value| value * 2));
            }
        }
    }
}
