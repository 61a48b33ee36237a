//! Equal and less on columns of numbers, 64 rows to a word of bits, with AVX2 or AVX-512.
//!
//! AVX-512 compares give bits at once; AVX2 gives lanes of ones and zeros, whose top bits are collected. Floats follow the
//! order of frames (NaN equals NaN and is above all else), which takes two or three machine comparisons for two columns
//! and one against a constant that is not NaN. The portable twin is `arity::predicate`.
#![allow(unsafe_code, reason = "machine instructions; every block is argued")]

use std::any::TypeId;
use std::arch::x86_64::*;

use lazuli_array::{Bitmap, Native};

use super::Relation;
use crate::datum::Side;
use crate::level::Level;

/// Compares two columns, or a column and a constant, of numbers of 32 or 64 bits; `None` when that is not what the
/// operands are or the level is portable.
pub(super) fn relate<T: Native>(
    level: Level,
    relation: Relation,
    left: Side<'_, T>,
    right: Side<'_, T>,
) -> Option<Bitmap> {
    macro_rules! each_type {
        ($($type:ty),+) => {$(
            if let (Some(left), Some(right)) = (side_of::<T, $type>(left), side_of::<T, $type>(right)) {
                return relate_lanes::<$type>(level, relation, left, right);
            }
        )+};
    }
    each_type!(i32, i64, u32, u64, f32, f64);
    None
}

/// The same operand, if its type is `U`.
fn side_of<T: Native, U: Native>(side: Side<'_, T>) -> Option<Side<'_, U>> {
    if TypeId::of::<T>() != TypeId::of::<U>() {
        return None;
    }
    Some(match side {
        // SAFETY: `T` and `U` are one type.
        Side::Rows(rows) => {
            Side::Rows(unsafe { std::slice::from_raw_parts(rows.as_ptr().cast(), rows.len()) })
        }
        // SAFETY: as above.
        Side::Constant(value) => Side::Constant(unsafe { std::mem::transmute_copy(&value) }),
    })
}

fn relate_lanes<T: Lanes>(
    level: Level,
    relation: Relation,
    left: Side<'_, T>,
    right: Side<'_, T>,
) -> Option<Bitmap> {
    let rows = match (left, right) {
        (Side::Rows(left), Side::Rows(right)) => {
            assert_eq!(left.len(), right.len(), "operands are paired");
            left.len()
        }
        (Side::Rows(rows), Side::Constant(constant)) | (Side::Constant(constant), Side::Rows(rows)) => {
            if constant.is_not_a_number() {
                return None; // asks nothing of lanes: all or none, or which rows are NaN
            }
            rows.len()
        }
        (Side::Constant(_), Side::Constant(_)) => return None,
    };
    let words = match (level.here(), relation) {
        // SAFETY: `here` names only what this machine has.
        (Level::Avx512, Relation::Equal) => unsafe { words_512::<T, EQUAL>(left, right, rows) },
        // SAFETY: as above.
        (Level::Avx512, Relation::Less) => unsafe { words_512::<T, LESS>(left, right, rows) },
        // SAFETY: as above.
        (Level::Avx2, Relation::Equal) => unsafe { words_256::<T, EQUAL>(left, right, rows) },
        // SAFETY: as above.
        (Level::Avx2, Relation::Less) => unsafe { words_256::<T, LESS>(left, right, rows) },
        (Level::Portable, _) => return None,
    };
    Some(Bitmap::from_words(words, rows))
}

/// What is asked of two vectors.
const EQUAL: u8 = 0;
const LESS: u8 = 1;

/// Which side is a constant, and so known not to be NaN.
const NEITHER: u8 = 0;
const LEFT: u8 = 1;
const RIGHT: u8 = 2;

/// One level's loop over all operands. A macro, since closures get the instructions of the function that they are in;
/// plain loops, since the adapters of iterators don't.
macro_rules! words {
    ($name:ident, $feature:literal, $word:ident, $load:ident, $splat:ident) => {
        #[target_feature(enable = $feature)]
        fn $name<T: Lanes, const OP: u8>(left: Side<'_, T>, right: Side<'_, T>, rows: usize) -> Vec<u64> {
            let mut words = Vec::with_capacity(rows.div_ceil(64));
            match (left, right) {
                (Side::Rows(left), Side::Rows(right)) => {
                    let ((left, left_rest), (right, right_rest)) = (left.as_chunks(), right.as_chunks());
                    let one = |left: &[T; 64], right: &[T; 64]| {
                        $word::<T, OP, NEITHER>(|part| ($load(left, part), $load(right, part)))
                    };
                    for (left, right) in left.iter().zip(right) {
                        words.push(one(left, right));
                    }
                    if !left_rest.is_empty() {
                        words.push(one(&padded(left_rest), &padded(right_rest)));
                    }
                }
                (Side::Rows(left), Side::Constant(right)) => {
                    let (left, rest) = left.as_chunks();
                    // SAFETY: this function enables what the vector needs.
                    let right = unsafe { right.$splat() };
                    let one = |left: &[T; 64]| $word::<T, OP, RIGHT>(|part| ($load(left, part), right));
                    for left in left {
                        words.push(one(left));
                    }
                    if !rest.is_empty() {
                        words.push(one(&padded(rest)));
                    }
                }
                (Side::Constant(left), Side::Rows(right)) => {
                    let (right, rest) = right.as_chunks();
                    // SAFETY: as above.
                    let left = unsafe { left.$splat() };
                    let one = |right: &[T; 64]| $word::<T, OP, LEFT>(|part| (left, $load(right, part)));
                    for right in right {
                        words.push(one(right));
                    }
                    if !rest.is_empty() {
                        words.push(one(&padded(rest)));
                    }
                }
                (Side::Constant(_), Side::Constant(_)) => {
                    unreachable!("the caller has turned constants away")
                }
            }
            words
        }
    };
}
words!(words_512, "avx512f,avx512bw,avx512dq,avx512vl", word_512, load_512, splat_512);
words!(words_256, "avx2,bmi1,bmi2,popcnt", word_256, load_256, splat_256);

fn padded<T: Lanes>(rest: &[T]) -> [T; 64] {
    let mut block = [T::default(); 64];
    block[..rest.len()].copy_from_slice(rest);
    block
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl")]
fn load_512<T: Lanes>(block: &[T; 64], part: usize) -> __m512i {
    debug_assert!(part < size_of::<T>());
    // SAFETY: 64 values are as many vectors of 64 bytes as a value has bytes; loads need no alignment.
    unsafe { _mm512_loadu_si512(block.as_ptr().cast::<__m512i>().add(part)) }
}

#[inline]
#[target_feature(enable = "avx2")]
fn load_256<T: Lanes>(block: &[T; 64], part: usize) -> __m256i {
    debug_assert!(part < 2 * size_of::<T>());
    // SAFETY: 64 values are twice as many vectors of 32 bytes as a value has bytes; loads need no alignment.
    unsafe { _mm256_loadu_si256(block.as_ptr().cast::<__m256i>().add(part)) }
}

/// 64 rows: as many vectors as a value has bytes.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl")]
fn word_512<T: Lanes, const OP: u8, const CONSTANT: u8>(
    vectors: impl Fn(usize) -> (__m512i, __m512i),
) -> u64 {
    let mut word = 0;
    for part in 0..size_of::<T>() {
        let (left, right) = vectors(part);
        // SAFETY: this function enables what the vectors need.
        let bits = unsafe { T::mask_512::<OP, CONSTANT>(left, right) };
        word |= bits << (part * (64 / size_of::<T>()));
    }
    word
}

/// 64 rows: twice as many vectors as a value has bytes.
#[inline]
#[target_feature(enable = "avx2,bmi1,bmi2,popcnt")]
fn word_256<T: Lanes, const OP: u8, const CONSTANT: u8>(
    vectors: impl Fn(usize) -> (__m256i, __m256i),
) -> u64 {
    let lanes = |part: usize| {
        let (left, right) = vectors(part);
        // SAFETY: this function enables what the vectors need.
        unsafe { T::lanes_256::<OP, CONSTANT>(left, right) }
    };
    let mut word = 0;
    match size_of::<T>() {
        8 => {
            for part in 0..16 {
                let bits = _mm256_movemask_pd(_mm256_castsi256_pd(lanes(part)));
                word |= u64::from(bits as u32) << (4 * part);
            }
        }
        _ => {
            for part in 0..8 {
                let bits = _mm256_movemask_ps(_mm256_castsi256_ps(lanes(part)));
                word |= u64::from(bits as u32) << (8 * part);
            }
        }
    }
    word
}

/// A type of 32 or 64 bits, whose values fill the lanes of vectors.
///
/// # Safety
/// The unsafe methods may only be called inside functions that enable AVX-512 F, BW, DQ and VL, or AVX2, as their names
/// say.
trait Lanes: Native {
    /// Whether this is NaN.
    fn is_not_a_number(self) -> bool;
    /// The value in every lane.
    ///
    /// # Safety
    /// As [`Lanes`] says.
    unsafe fn splat_512(self) -> __m512i;
    /// One bit for each lane.
    ///
    /// # Safety
    /// As [`Lanes`] says.
    unsafe fn mask_512<const OP: u8, const CONSTANT: u8>(left: __m512i, right: __m512i) -> u64;
    /// The value in every lane.
    ///
    /// # Safety
    /// As [`Lanes`] says.
    unsafe fn splat_256(self) -> __m256i;
    /// Ones in each lane for which it holds, zeros in others.
    ///
    /// # Safety
    /// As [`Lanes`] says.
    unsafe fn lanes_256<const OP: u8, const CONSTANT: u8>(left: __m256i, right: __m256i) -> __m256i;
}

macro_rules! integer_lanes {
    ($($type:ty, $signed:ty, $splat_512:ident, $equal_512:ident, $less_512:ident,
       $splat_256:ident, $equal_256:ident, $greater_256:ident;)+) => {$(
        impl Lanes for $type {
            #[inline(always)]
            fn is_not_a_number(self) -> bool {
                false
            }

            /// # Safety
            /// As [`Lanes`] says.
            #[inline(always)]
            unsafe fn splat_512(self) -> __m512i {
                // SAFETY: the promise of the trait's methods.
                unsafe { $splat_512(self as $signed) }
            }

            /// # Safety
            /// As [`Lanes`] says.
            #[inline(always)]
            unsafe fn mask_512<const OP: u8, const CONSTANT: u8>(left: __m512i, right: __m512i) -> u64 {
                // SAFETY: as above.
                unsafe {
                    match OP {
                        EQUAL => u64::from($equal_512(left, right)),
                        _ => u64::from($less_512(left, right)),
                    }
                }
            }

            /// # Safety
            /// As [`Lanes`] says.
            #[inline(always)]
            unsafe fn splat_256(self) -> __m256i {
                // SAFETY: as above.
                unsafe { $splat_256(self as $signed) }
            }

            /// # Safety
            /// As [`Lanes`] says.
            #[inline(always)]
            unsafe fn lanes_256<const OP: u8, const CONSTANT: u8>(left: __m256i, right: __m256i) -> __m256i {
                // SAFETY: as above.
                unsafe {
                    if OP == EQUAL {
                        return $equal_256(left, right);
                    }
                    // AVX2 orders signed lanes only: unsigned ones are moved down by half their range first.
                    const UNSIGNED: bool = <$type>::MIN == 0;
                    if UNSIGNED {
                        let top = $splat_256(<$signed>::MIN);
                        $greater_256(_mm256_xor_si256(right, top), _mm256_xor_si256(left, top))
                    } else {
                        $greater_256(right, left)
                    }
                }
            }
        }
    )+};
}
integer_lanes! {
    i32, i32, _mm512_set1_epi32, _mm512_cmpeq_epi32_mask, _mm512_cmplt_epi32_mask,
        _mm256_set1_epi32, _mm256_cmpeq_epi32, _mm256_cmpgt_epi32;
    u32, i32, _mm512_set1_epi32, _mm512_cmpeq_epu32_mask, _mm512_cmplt_epu32_mask,
        _mm256_set1_epi32, _mm256_cmpeq_epi32, _mm256_cmpgt_epi32;
    i64, i64, _mm512_set1_epi64, _mm512_cmpeq_epi64_mask, _mm512_cmplt_epi64_mask,
        _mm256_set1_epi64x, _mm256_cmpeq_epi64, _mm256_cmpgt_epi64;
    u64, i64, _mm512_set1_epi64, _mm512_cmpeq_epu64_mask, _mm512_cmplt_epu64_mask,
        _mm256_set1_epi64x, _mm256_cmpeq_epi64, _mm256_cmpgt_epi64;
}

macro_rules! float_lanes {
    ($($type:ty, $splat_512:ident, $cast_512:ident, $from_512:ident, $compare_512:ident, $where_512:ident,
       $splat_256:ident, $cast_256:ident, $from_256:ident, $compare_256:ident, $and:ident, $or:ident;)+) => {$(
        impl Lanes for $type {
            #[inline(always)]
            fn is_not_a_number(self) -> bool {
                self.is_nan()
            }

            /// # Safety
            /// As [`Lanes`] says.
            #[inline(always)]
            unsafe fn splat_512(self) -> __m512i {
                // SAFETY: the promise of the trait's methods.
                unsafe { $from_512($splat_512(self)) }
            }

            /// # Safety
            /// As [`Lanes`] says.
            #[inline(always)]
            unsafe fn mask_512<const OP: u8, const CONSTANT: u8>(left: __m512i, right: __m512i) -> u64 {
                // SAFETY: as above.
                unsafe {
                    let (left, right) = ($cast_512(left), $cast_512(right));
                    u64::from(match (OP, CONSTANT) {
                        // Equal, or both NaN.
                        (EQUAL, NEITHER) => {
                            let left_nan = $compare_512::<_CMP_UNORD_Q>(left, left);
                            let both_nan = $where_512::<_CMP_UNORD_Q>(left_nan, right, right);
                            $compare_512::<_CMP_EQ_OQ>(left, right) | both_nan
                        }
                        (EQUAL, _) => $compare_512::<_CMP_EQ_OQ>(left, right),
                        // Below or unordered, that is, not above or equal; and where unordered, only the right may be NaN.
                        (_, NEITHER) => {
                            let left_is_number = $compare_512::<_CMP_ORD_Q>(left, left);
                            $where_512::<_CMP_NGE_UQ>(left_is_number, left, right)
                        }
                        (_, LEFT) => $compare_512::<_CMP_NGE_UQ>(left, right),
                        (_, _) => $compare_512::<_CMP_LT_OQ>(left, right),
                    })
                }
            }

            /// # Safety
            /// As [`Lanes`] says.
            #[inline(always)]
            unsafe fn splat_256(self) -> __m256i {
                // SAFETY: as above.
                unsafe { $from_256($splat_256(self)) }
            }

            /// # Safety
            /// As [`Lanes`] says.
            #[inline(always)]
            unsafe fn lanes_256<const OP: u8, const CONSTANT: u8>(left: __m256i, right: __m256i) -> __m256i {
                // SAFETY: as above.
                unsafe {
                    let (left, right) = ($cast_256(left), $cast_256(right));
                    $from_256(match (OP, CONSTANT) {
                        (EQUAL, NEITHER) => {
                            let left_nan = $compare_256::<_CMP_UNORD_Q>(left, left);
                            let right_nan = $compare_256::<_CMP_UNORD_Q>(right, right);
                            $or($compare_256::<_CMP_EQ_OQ>(left, right), $and(left_nan, right_nan))
                        }
                        (EQUAL, _) => $compare_256::<_CMP_EQ_OQ>(left, right),
                        (_, NEITHER) => {
                            let left_is_number = $compare_256::<_CMP_ORD_Q>(left, left);
                            $and(left_is_number, $compare_256::<_CMP_NGE_UQ>(left, right))
                        }
                        (_, LEFT) => $compare_256::<_CMP_NGE_UQ>(left, right),
                        (_, _) => $compare_256::<_CMP_LT_OQ>(left, right),
                    })
                }
            }
        }
    )+};
}
float_lanes! {
    f32, _mm512_set1_ps, _mm512_castsi512_ps, _mm512_castps_si512, _mm512_cmp_ps_mask, _mm512_mask_cmp_ps_mask,
        _mm256_set1_ps, _mm256_castsi256_ps, _mm256_castps_si256, _mm256_cmp_ps, _mm256_and_ps, _mm256_or_ps;
    f64, _mm512_set1_pd, _mm512_castsi512_pd, _mm512_castpd_si512, _mm512_cmp_pd_mask, _mm512_mask_cmp_pd_mask,
        _mm256_set1_pd, _mm256_castsi256_pd, _mm256_castpd_si256, _mm256_cmp_pd, _mm256_and_pd, _mm256_or_pd;
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::arity;

    /// Every level against the portable loop, both relations, all three shapes.
    fn check<T: Native>(left: &[T], right: &[T], constant: T) -> std::result::Result<(), TestCaseError> {
        let sides = [
            (Side::Rows(left), Side::Rows(right)),
            (Side::Rows(left), Side::Constant(constant)),
            (Side::Constant(constant), Side::Rows(right)),
        ];
        for level in Level::available() {
            for (left, right) in sides {
                for relation in [Relation::Equal, Relation::Less] {
                    let expected = match relation {
                        Relation::Equal => arity::predicate(left, right, super::super::equal::<T>),
                        Relation::Less => arity::predicate(left, right, super::super::less::<T>),
                    };
                    let found = relate(level, relation, left, right);
                    let runs = level > Level::Portable && constant.same(constant) && !is_nan(constant);
                    prop_assert!(found.is_some() || !runs || T::PHYSICAL == i128::PHYSICAL);
                    if let Some(found) = found {
                        prop_assert_eq!(found, expected, "{:?} {:?}", level, relation);
                    }
                }
            }
        }
        Ok(())
    }

    #[allow(clippy::eq_op, reason = "only NaN differs from itself")]
    fn is_nan<T: Native>(value: T) -> bool {
        value != value
    }

    fn float() -> impl Strategy<Value = f64> {
        prop_oneof![
            prop::sample::select(vec![f64::NAN, -f64::NAN, 0.0, -0.0, 1.0, f64::INFINITY, f64::NEG_INFINITY]),
            -2.0f64..2.0,
        ]
    }

    proptest! {
        #[test]
        fn floats_match_the_portable_loop(
            pairs in prop::collection::vec((float(), float()), 0..300), constant in float(), skip in 0usize..3,
        ) {
            let (left, right): (Vec<f64>, Vec<f64>) = pairs.into_iter().skip(skip).unzip();
            check(&left, &right, constant)?;
            let narrow = |values: &[f64]| values.iter().map(|value| *value as f32).collect::<Vec<_>>();
            check(&narrow(&left), &narrow(&right), constant as f32)?;
        }

        #[test]
        fn integers_match_the_portable_loop(
            pairs in prop::collection::vec((any::<i64>(), any::<i64>(), any::<bool>()), 0..300), constant in any::<i64>(),
        ) {
            let left: Vec<i64> = pairs.iter().map(|pair| pair.0).collect();
            let right: Vec<i64> = pairs.iter().map(|pair| if pair.2 { pair.0 } else { pair.1 }).collect();
            macro_rules! each {
                ($($type:ty),+) => {$(
                    let cast = |values: &[i64]| values.iter().map(|value| *value as $type).collect::<Vec<_>>();
                    check(&cast(&left), &cast(&right), constant as $type)?;
                )+};
            }
            each!(i32, i64, u32, u64, i128);
        }
    }
}
