//! Shared, immutable values: a reference-counted slice that can be narrowed without copying.

use std::mem::ManuallyDrop;
use std::ops::Deref;

use crate::memory::{RECYCLED_FROM_BYTES, give_back};

/// An immutable run of values, shared by reference count. Cloning and slicing are O(1). Large memory that nobody shares any
/// longer is kept for the next vector, see [`memory`](crate::memory).
#[derive(Clone)]
pub struct Buffer<T: Copy>(ManuallyDrop<arrow2::buffer::Buffer<T>>);

impl<T: Copy> Buffer<T> {
    /// The values.
    #[inline]
    pub fn as_slice(&self) -> &[T] {
        self.0.as_slice()
    }

    /// The `length` values from `offset` on, sharing memory.
    ///
    /// Panics if they are out of bounds.
    pub fn sliced(&self, offset: usize, length: usize) -> Self {
        assert_slice(offset, length, self.len());
        Self::from_arrow2((*self.0).clone().sliced(offset, length))
    }

    /// The values as a vector of their own: without copying when nobody else shares them.
    pub fn into_vec(self) -> Vec<T> {
        // arrow2 hands out the whole vector, also of a buffer that shows only a part of it.
        if self.0.is_sliced() {
            return self.as_slice().to_vec();
        }
        match self.into_arrow2().into_mut() {
            arrow2::Either::Left(shared) => shared.as_slice().to_vec(),
            arrow2::Either::Right(owned) => owned,
        }
    }

    pub(crate) fn from_arrow2(buffer: arrow2::buffer::Buffer<T>) -> Self {
        Self(ManuallyDrop::new(buffer))
    }

    #[allow(unsafe_code, reason = "a field is moved out of a type that is dropped by hand")]
    fn into_arrow2(self) -> arrow2::buffer::Buffer<T> {
        let mut this = ManuallyDrop::new(self);
        // SAFETY: `this` is not used again, and its own drop, the only other one to take the field, will not run.
        unsafe { ManuallyDrop::take(&mut this.0) }
    }
}

impl<T: Copy> Drop for Buffer<T> {
    #[inline]
    #[allow(unsafe_code, reason = "the memory is moved out instead of being freed")]
    fn drop(&mut self) {
        // SAFETY: this is the drop, so nobody uses the field afterwards.
        let buffer = unsafe { ManuallyDrop::take(&mut self.0) };
        // The last owner hands the memory on, also when it sees a part of it only. Two that drop at once may both see the
        // other: then the memory is freed.
        if buffer.shared_count_strong() == 1
            && let arrow2::Either::Right(values) = buffer.into_mut()
            && values.capacity() >= RECYCLED_FROM_BYTES / size_of::<T>().max(1)
        {
            give_back(values);
        }
    }
}

/// Panics unless `offset + length <= total`, also where the sum overflows: arrow2 adds without looking, and in release
/// builds a wrapped sum would let a slice reach anywhere.
pub(crate) fn assert_slice(offset: usize, length: usize, total: usize) {
    assert!(
        offset.checked_add(length).is_some_and(|end| end <= total),
        "slice of {length} from {offset} on, but there are {total}"
    );
}

impl<T: Copy> From<Vec<T>> for Buffer<T> {
    fn from(values: Vec<T>) -> Self {
        Self::from_arrow2(values.into())
    }
}

impl<T: Copy> FromIterator<T> for Buffer<T> {
    fn from_iter<I: IntoIterator<Item = T>>(iter: I) -> Self {
        Self::from(iter.into_iter().collect::<Vec<T>>())
    }
}

impl<T: Copy> Deref for Buffer<T> {
    type Target = [T];

    #[inline]
    fn deref(&self) -> &[T] {
        self.as_slice()
    }
}

impl<T: Copy> Default for Buffer<T> {
    fn default() -> Self {
        Self::from(Vec::new())
    }
}

impl<T: Copy + PartialEq> PartialEq for Buffer<T> {
    fn eq(&self, other: &Self) -> bool {
        self.as_slice() == other.as_slice()
    }
}

impl<T: Copy + std::fmt::Debug> std::fmt::Debug for Buffer<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.as_slice().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vector_is_taken_back_when_nobody_shares_it() {
        let values = vec![1, 2, 3];
        let pointer = values.as_ptr();
        let taken = Buffer::from(values).into_vec();
        assert_eq!((taken.as_ptr(), taken.as_slice()), (pointer, [1, 2, 3].as_slice()));

        let buffer = Buffer::from(taken);
        let shared = buffer.clone().into_vec();
        assert_ne!(shared.as_ptr(), pointer);
        assert_eq!((shared.as_slice(), buffer.as_slice()), ([1, 2, 3].as_slice(), [1, 2, 3].as_slice()));
    }

    #[test]
    fn a_part_gives_its_own_values_only() {
        for (offset, length) in [(0, 2), (1, 1), (1, 2), (3, 0)] {
            let part = Buffer::from(vec![1, 2, 3]).sliced(offset, length);
            assert_eq!(part.into_vec(), [1, 2, 3][offset..offset + length]);
        }
    }
}
