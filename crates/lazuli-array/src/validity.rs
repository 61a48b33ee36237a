//! The rule for validity maps: as long as the values, and absent when there are no nulls.

use crate::Bitmap;

/// `validity` if it has unset bits, else `None`, so that "no nulls" has one form and kernels one fast path.
///
/// Panics if the lengths differ.
pub(crate) fn buffer_validity(validity: Option<Bitmap>, length: usize) -> Option<Bitmap> {
    let validity = validity?;
    assert_eq!(validity.len(), length, "validity and values of different length");
    (validity.count_zeros() > 0).then_some(validity)
}
