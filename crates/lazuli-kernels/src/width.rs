//! Values as the bits they are, for loops that only move them about: a float moves as an integer of its size.
//!
//! A loop over [`Native::Bits`] is compiled for five types instead of eleven and does the same.
#![allow(unsafe_code, reason = "one type read as another of its size; every block is argued")]

use std::mem::ManuallyDrop;

use lazuli_array::Native;

use crate::datum::Side;

/// The values as bits.
pub(crate) fn bits_of<T: Native>(values: &[T]) -> &[T::Bits] {
    const { assert!(size_of::<T>() == size_of::<T::Bits>() && align_of::<T>() == align_of::<T::Bits>()) }
    // SAFETY: integers and floats have no padding, an integer may have any bits, and size and alignment are the same.
    unsafe { std::slice::from_raw_parts(values.as_ptr().cast(), values.len()) }
}

/// An operand as bits.
pub(crate) fn side_bits<T: Native>(side: Side<'_, T>) -> Side<'_, T::Bits> {
    match side {
        Side::Rows(values) => Side::Rows(bits_of(values)),
        Side::Constant(value) => Side::Constant(bits_of(&[value])[0]),
    }
}

/// The values that have these bits: some that [`bits_of`] gave, or zeros, in any order.
pub(crate) fn of_bits<T: Native>(bits: Vec<T::Bits>) -> Vec<T> {
    const { assert!(size_of::<T>() == size_of::<T::Bits>() && align_of::<T>() == align_of::<T::Bits>()) }
    let mut bits = ManuallyDrop::new(bits);
    let (values, length, capacity) = (bits.as_mut_ptr().cast(), bits.len(), bits.capacity());
    // SAFETY: the memory came from a vector of values of the same size and alignment, which is not dropped, and any bits are
    // an integer or float.
    unsafe { Vec::from_raw_parts(values, length, capacity) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_are_those_of_values() {
        let floats = [1.5f64, -0.0, f64::NAN];
        assert_eq!(bits_of(&floats), floats.map(f64::to_bits));
        assert_eq!(bits_of(&of_bits::<f64>(bits_of(&floats).to_vec())), floats.map(f64::to_bits));
        assert_eq!(bits_of(&[-1i8, 5]), [255u8, 5]);
        assert_eq!(of_bits::<i8>(vec![255, 5]), [-1, 5]);
        assert_eq!(of_bits::<f32>(Vec::new()), []);
        let Side::Constant(bits) = side_bits(Side::Constant(-2i128)) else { panic!("a constant stays one") };
        assert_eq!(bits, -2);
    }
}
