//! Drivers of row-by-row kernels: loops over plain slices, with nulls and constants handled once.
//!
//! An operation also sees the slots of null rows, whose values mean nothing, so it must not panic; what it makes of them
//! is never seen. Loops have no branch but the operation's own, so that the compiler can turn them into vector code.
//!
//! A driver is compiled once for each operation and type, some hundreds of times, so its loops count rows by hand: the
//! adapters of iterators run as fast, but each is a dozen functions more for the compiler (docs/bench/build-time.md). What
//! is done seldom, finding the row that failed, is compiled once for all.
#![allow(unsafe_code, reason = "outputs whose every slot was written; each block is argued")]

use lazuli_array::memory::{Written, written};
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
    PrimitiveArray::new(each(array.values(), op).into(), array.validity().cloned())
}

/// `op` of each pair of rows; null where `validity` says.
pub(crate) fn binary<L: Native, R: Native, O: Native>(
    left: Side<'_, L>,
    right: Side<'_, R>,
    validity: Option<Bitmap>,
    op: impl Fn(L, R) -> O,
) -> PrimitiveArray<O> {
    PrimitiveArray::new(pairwise(left, right, op).into(), validity)
}

/// `op` of each pair of rows, for operations that give for all of them, null or not.
pub(crate) fn pairwise<L: Native, R: Native, O: Native>(
    left: Side<'_, L>,
    right: Side<'_, R>,
    op: impl Fn(L, R) -> O,
) -> Vec<O> {
    match (left, right) {
        (Side::Rows(left), Side::Rows(right)) => each_pair(left, right, op),
        (Side::Rows(left), Side::Constant(right)) => each(left, |left| op(left, right)),
        (Side::Constant(left), Side::Rows(right)) => each(right, |right| op(left, right)),
        (Side::Constant(left), Side::Constant(right)) => each_pair(&[left], &[right], op),
    }
}

/// As [`pairwise`], for an operation whose sides may be swapped: a loop less.
pub(crate) fn pairwise_commutative<T: Native, O: Native>(
    left: Side<'_, T>,
    right: Side<'_, T>,
    op: impl Fn(T, T) -> O,
) -> Vec<O> {
    match (left, right) {
        (Side::Rows(left), Side::Rows(right)) => each_pair(left, right, op),
        (Side::Rows(rows), Side::Constant(value)) | (Side::Constant(value), Side::Rows(rows)) => {
            each(rows, |row| op(row, value))
        }
        (Side::Constant(left), Side::Constant(right)) => each_pair(&[left], &[right], op),
    }
}

/// As [`binary`], for operations that take long and make no vector code, as divisions: one loop for columns and constants.
pub(crate) fn binary_slow<L: Native, R: Native, O: Native>(
    left: Side<'_, L>,
    right: Side<'_, R>,
    validity: Option<Bitmap>,
    op: impl Fn(L, R) -> O,
) -> PrimitiveArray<O> {
    let pairs = Pairs::new(&left, &right);
    let rows = pairs.rows;
    let values = written(rows, 0, |slots| {
        let mut row = 0;
        while row < rows {
            let (left, right) = pairs.get(row);
            slots[row].write(op(left, right));
            row += 1;
        }
        // SAFETY: the loop wrote one slot after the other up to this one.
        unsafe { Written::first(rows) }
    });
    PrimitiveArray::new(values.into(), validity)
}

/// `op` of each value: as `map` and `collect`, which are a dozen functions for the compiler.
pub(crate) fn each<T: Copy, O: Copy>(input: &[T], op: impl Fn(T) -> O) -> Vec<O> {
    written(input.len(), 0, |slots| {
        let slots = &mut slots[..input.len()];
        let mut row = 0;
        while row < input.len() {
            slots[row].write(op(input[row]));
            row += 1;
        }
        // SAFETY: the loop wrote one slot for each value of the input.
        unsafe { Written::first(input.len()) }
    })
}

fn each_pair<L: Native, R: Native, O: Native>(left: &[L], right: &[R], op: impl Fn(L, R) -> O) -> Vec<O> {
    assert_eq!(left.len(), right.len(), "operands are paired");
    written(left.len(), 0, |slots| {
        let (slots, right) = (&mut slots[..left.len()], &right[..left.len()]);
        let mut row = 0;
        while row < left.len() {
            slots[row].write(op(left[row], right[row]));
            row += 1;
        }
        // SAFETY: the loop wrote one slot for each pair of values.
        unsafe { Written::first(left.len()) }
    })
}

/// Two operands as rows, a constant as a row that is read again and again.
struct Pairs<'a, L, R> {
    left: &'a [L],
    right: &'a [R],
    /// All ones for rows, zero for a constant.
    left_mask: usize,
    right_mask: usize,
    rows: usize,
}

impl<'a, L: Copy, R: Copy> Pairs<'a, L, R> {
    fn new(left: &'a Side<'_, L>, right: &'a Side<'_, R>) -> Self {
        let (left, left_mask) = left.rows_and_mask();
        let (right, right_mask) = right.rows_and_mask();
        let rows = if left_mask == 0 { right.len() } else { left.len() };
        assert!(right_mask == 0 || right.len() == rows, "operands are paired");
        Self { left, right, left_mask, right_mask, rows }
    }

    #[inline(always)]
    fn get(&self, row: usize) -> (L, R) {
        (self.left[row & self.left_mask], self.right[row & self.right_mask])
    }
}

/// As [`unary`], with an operation that says whether it failed.
///
/// # Errors
/// The first row that holds a value and failed.
pub(crate) fn try_unary<T: Native, O: Native>(
    array: &PrimitiveArray<T>,
    op: impl Fn(T) -> (O, bool),
) -> Result<PrimitiveArray<O>, usize> {
    try_each(array.values(), array.validity().cloned(), op)
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
    match (left, right) {
        (Side::Rows(left), Side::Rows(right)) => try_each_pair(left, right, validity, op),
        (Side::Rows(left), Side::Constant(right)) => try_each(left, validity, |left| op(left, right)),
        (Side::Constant(left), Side::Rows(right)) => try_each(right, validity, |right| op(left, right)),
        (Side::Constant(left), Side::Constant(right)) => try_each_pair(&[left], &[right], validity, op),
    }
}

/// As [`try_binary`], for an operation whose sides may be swapped: a loop less.
///
/// # Errors
/// The first row that is valid and failed.
pub(crate) fn try_commutative<T: Native, O: Native>(
    left: Side<'_, T>,
    right: Side<'_, T>,
    validity: Option<Bitmap>,
    op: impl Fn(T, T) -> (O, bool),
) -> Result<PrimitiveArray<O>, usize> {
    match (left, right) {
        (Side::Rows(left), Side::Rows(right)) => try_each_pair(left, right, validity, op),
        (Side::Rows(rows), Side::Constant(value)) | (Side::Constant(value), Side::Rows(rows)) => {
            try_each(rows, validity, |row| op(row, value))
        }
        (Side::Constant(left), Side::Constant(right)) => try_each_pair(&[left], &[right], validity, op),
    }
}

/// As [`try_binary`], for operations that take long and make no vector code: one loop for columns and constants.
///
/// # Errors
/// The first row that is valid and failed.
pub(crate) fn try_binary_slow<L: Native, R: Native, O: Native>(
    left: Side<'_, L>,
    right: Side<'_, R>,
    validity: Option<Bitmap>,
    op: impl Fn(L, R) -> (O, bool),
) -> Result<PrimitiveArray<O>, usize> {
    let pairs = Pairs::new(&left, &right);
    let mut blocks = Blocks::new(pairs.rows, validity);
    let values = written(pairs.rows, 0, |slots| {
        while let Some((start, end)) = blocks.next() {
            let mut failed = false;
            let mut row = start;
            while row < end {
                let (left, right) = pairs.get(row);
                let (result, fails) = op(left, right);
                slots[row].write(result);
                failed |= fails;
                row += 1;
            }
            if failed {
                blocks.look_for_failure(start, end, &|row| {
                    let (left, right) = pairs.get(row);
                    op(left, right).1
                });
            }
        }
        // SAFETY: each block wrote all of its slots, one after the other from the first.
        unsafe { Written::first(blocks.done) }
    });
    blocks.finish(values)
}

fn try_each<T: Native, O: Native>(
    input: &[T],
    validity: Option<Bitmap>,
    op: impl Fn(T) -> (O, bool),
) -> Result<PrimitiveArray<O>, usize> {
    let mut blocks = Blocks::new(input.len(), validity);
    let values = written(input.len(), 0, |slots| {
        while let Some((start, end)) = blocks.next() {
            let (slots, input) = (&mut slots[start..end], &input[start..end]);
            let mut failed = false;
            let mut row = 0;
            while row < input.len() {
                let (result, fails) = op(input[row]);
                slots[row].write(result);
                failed |= fails;
                row += 1;
            }
            if failed {
                blocks.look_for_failure(start, end, &|row| op(input[row - start]).1);
            }
        }
        // SAFETY: each block wrote all of its slots, one after the other from the first.
        unsafe { Written::first(blocks.done) }
    });
    blocks.finish(values)
}

fn try_each_pair<L: Native, R: Native, O: Native>(
    left: &[L],
    right: &[R],
    validity: Option<Bitmap>,
    op: impl Fn(L, R) -> (O, bool),
) -> Result<PrimitiveArray<O>, usize> {
    assert_eq!(left.len(), right.len(), "operands are paired");
    let mut blocks = Blocks::new(left.len(), validity);
    let values = written(left.len(), 0, |slots| {
        while let Some((start, end)) = blocks.next() {
            let (slots, left, right) = (&mut slots[start..end], &left[start..end], &right[start..end]);
            let mut failed = false;
            let mut row = 0;
            while row < left.len() {
                let (result, fails) = op(left[row], right[row]);
                slots[row].write(result);
                failed |= fails;
                row += 1;
            }
            if failed {
                blocks.look_for_failure(start, end, &|row| op(left[row - start], right[row - start]).1);
            }
        }
        // SAFETY: each block wrote all of its slots, one after the other from the first.
        unsafe { Written::first(blocks.done) }
    });
    blocks.finish(values)
}

/// The rows of an output block by block, up to the first row that is valid and failed.
struct Blocks {
    rows: usize,
    done: usize,
    validity: Option<Bitmap>,
    failed: Option<usize>,
}

impl Blocks {
    fn new(rows: usize, validity: Option<Bitmap>) -> Self {
        Self { rows, done: 0, validity, failed: None }
    }

    /// The next block's rows, which the caller computes all of.
    #[inline]
    fn next(&mut self) -> Option<(usize, usize)> {
        if self.done == self.rows || self.failed.is_some() {
            return None;
        }
        let start = self.done;
        self.done = self.rows.min(start + BLOCK_ROWS);
        Some((start, self.done))
    }

    /// Finds the first row of a block that is valid and fails; slots of null rows may fail as they like.
    #[cold]
    fn look_for_failure(&mut self, start: usize, end: usize, fails: &dyn Fn(usize) -> bool) {
        let valid = |row: usize| self.validity.as_ref().is_none_or(|validity| validity.get(row));
        self.failed = (start..end).find(|&row| valid(row) && fails(row));
    }

    fn finish<O: Native>(self, values: Vec<O>) -> Result<PrimitiveArray<O>, usize> {
        match self.failed {
            Some(row) => Err(row),
            None => Ok(PrimitiveArray::new(values.into(), self.validity)),
        }
    }
}

/// One bit for each pair of rows, 64 of them a word.
pub(crate) fn predicate<L: Copy + Default, R: Copy + Default>(
    left: Side<'_, L>,
    right: Side<'_, R>,
    op: impl Fn(L, R) -> bool,
) -> Bitmap {
    match (left, right) {
        (Side::Rows(left), Side::Rows(right)) => predicate_of_pairs(left, right, op),
        (Side::Rows(left), Side::Constant(right)) => predicate_of(left, |left| op(left, right)),
        (Side::Constant(left), Side::Rows(right)) => predicate_of(right, |right| op(left, right)),
        (Side::Constant(left), Side::Constant(right)) => predicate_of_pairs(&[left], &[right], op),
    }
}

/// As [`predicate`], for an operation whose sides may be swapped: a loop less.
pub(crate) fn predicate_commutative<T: Copy + Default>(
    left: Side<'_, T>,
    right: Side<'_, T>,
    op: impl Fn(T, T) -> bool,
) -> Bitmap {
    match (left, right) {
        (Side::Rows(left), Side::Rows(right)) => predicate_of_pairs(left, right, op),
        (Side::Rows(rows), Side::Constant(value)) | (Side::Constant(value), Side::Rows(rows)) => {
            predicate_of(rows, |row| op(row, value))
        }
        (Side::Constant(left), Side::Constant(right)) => predicate_of_pairs(&[left], &[right], op),
    }
}

/// As [`predicate`], for operations that take long and make no vector code: one loop for columns and constants.
pub(crate) fn predicate_slow<L: Copy, R: Copy>(
    left: Side<'_, L>,
    right: Side<'_, R>,
    op: impl Fn(L, R) -> bool,
) -> Bitmap {
    let pairs = Pairs::new(&left, &right);
    Bitmap::from_fn(pairs.rows, |row| {
        let (left, right) = pairs.get(row);
        op(left, right)
    })
}

fn predicate_of_pairs<L: Copy + Default, R: Copy + Default>(
    left: &[L],
    right: &[R],
    op: impl Fn(L, R) -> bool,
) -> Bitmap {
    assert_eq!(left.len(), right.len(), "operands are paired");
    let ((left_blocks, left_rest), (right_blocks, right_rest)) = (left.as_chunks(), right.as_chunks());
    let (left_rest, right_rest) = (padded(left_rest), padded(right_rest));
    let num_words = left.len().div_ceil(64);
    let mut words = Vec::with_capacity(num_words);
    while words.len() < num_words {
        let left = left_blocks.get(words.len()).unwrap_or(&left_rest);
        let right = right_blocks.get(words.len()).unwrap_or(&right_rest);
        words.push(word_of(|bit| op(left[bit], right[bit])));
    }
    Bitmap::from_words(words, left.len())
}

/// One bit for each row, 64 of them a word.
pub(crate) fn predicate_of<T: Copy + Default>(values: &[T], op: impl Fn(T) -> bool) -> Bitmap {
    let (blocks, rest) = values.as_chunks();
    let rest = padded(rest);
    let num_words = values.len().div_ceil(64);
    let mut words = Vec::with_capacity(num_words);
    while words.len() < num_words {
        let block = blocks.get(words.len()).unwrap_or(&rest);
        words.push(word_of(|bit| op(block[bit])));
    }
    Bitmap::from_words(words, values.len())
}

/// The values of a last, short block, the first of them again in slots that no row has: operations know only values that
/// are there, codes of a dictionary for example.
fn padded<T: Copy + Default>(rest: &[T]) -> [T; 64] {
    let mut block = [rest.first().copied().unwrap_or_default(); 64];
    block[..rest.len()].copy_from_slice(rest);
    block
}

/// 64 answers as one word: first as bytes, which compilers vectorise at any width, then eight bytes at a time to bits.
#[inline(always)]
fn word_of(op: impl Fn(usize) -> bool) -> u64 {
    let mut flags = [0u8; 64];
    let mut bit = 0;
    while bit < flags.len() {
        flags[bit] = u8::from(op(bit));
        bit += 1;
    }
    bits_of(&flags)
}

/// One bit for each byte, which is 0 or 1.
#[inline]
fn bits_of(flags: &[u8; 64]) -> u64 {
    /// Moves the lowest bit of byte `i` to bit `56 + i`: bit `56 - 7 i` is set, so that byte `i` at bit `8 i` lands there,
    /// and no two products meet.
    const GATHER_BITS: u64 = 0x0102_0408_1020_4080;
    let (bytes, _) = flags.as_chunks::<8>();
    bytes.iter().enumerate().fold(0, |word, (index, eight)| {
        word | ((u64::from_le_bytes(*eight).wrapping_mul(GATHER_BITS) >> 56) << (8 * index))
    })
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
            prop_assert_eq!(
                predicate_slow(Side::Rows(&left), Side::Rows(&right), |l, r| l < r),
                expect(&|l, r| l < r)
            );
            prop_assert_eq!(
                predicate_slow(Side::Constant(constant), Side::Rows(&right), |l, r| l < r),
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
            let both = try_binary(Side::Rows(&values), Side::Rows(&values), Some(validity.clone()), |l, _| fails_on_seven(l));
            prop_assert_eq!(both.as_ref().err().copied(), expect);
            for (left, right) in [
                (Side::Rows(values.as_slice()), Side::Rows(values.as_slice())),
                (Side::Rows(values.as_slice()), Side::Constant(0)),
            ] {
                let slow =
                    try_binary_slow(left, right, Some(validity.clone()), |l, _| fails_on_seven(l));
                prop_assert_eq!(slow.err(), expect);
            }
            let validity = array.validity().cloned();
            prop_assert_eq!(
                binary_slow(Side::Constant(3), Side::Rows(&values), validity.clone(), i32::wrapping_sub),
                binary(Side::Constant(3), Side::Rows(&values), validity.clone(), i32::wrapping_sub)
            );
            prop_assert_eq!(
                binary_slow(Side::Rows(&values), Side::Constant(3), validity.clone(), i32::wrapping_sub),
                binary(Side::Rows(&values), Side::Constant(3), validity, i32::wrapping_sub)
            );
            if let Ok(both) = both {
                prop_assert_eq!(both, unary(&array, |value| value * 2));
            }
        }
    }
}
