//! Shared, immutable values: a reference-counted slice that can be narrowed without copying.

use std::ops::Deref;

/// An immutable run of values, shared by reference count. Cloning and slicing are O(1).
#[derive(Clone)]
pub struct Buffer<T: Clone>(arrow2::buffer::Buffer<T>);

impl<T: Clone> Buffer<T> {
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
        Self(self.0.clone().sliced(offset, length))
    }

    /// The values as a vector of their own: without copying when nobody else shares them.
    pub fn into_vec(self) -> Vec<T> {
        // arrow2 hands out the whole vector, also of a buffer that shows only a part of it.
        if self.0.is_sliced() {
            return self.as_slice().to_vec();
        }
        match self.0.into_mut() {
            arrow2::Either::Left(shared) => shared.as_slice().to_vec(),
            arrow2::Either::Right(owned) => owned,
        }
    }

    pub(crate) fn from_arrow2(buffer: arrow2::buffer::Buffer<T>) -> Self {
        Self(buffer)
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

impl<T: Clone> From<Vec<T>> for Buffer<T> {
    fn from(values: Vec<T>) -> Self {
        Self(values.into())
    }
}

impl<T: Clone> FromIterator<T> for Buffer<T> {
    fn from_iter<I: IntoIterator<Item = T>>(iter: I) -> Self {
        Self::from(iter.into_iter().collect::<Vec<T>>())
    }
}

impl<T: Clone> Deref for Buffer<T> {
    type Target = [T];

    #[inline]
    fn deref(&self) -> &[T] {
        self.as_slice()
    }
}

impl<T: Clone> Default for Buffer<T> {
    fn default() -> Self {
        Self::from(Vec::new())
    }
}

impl<T: Clone + PartialEq> PartialEq for Buffer<T> {
    fn eq(&self, other: &Self) -> bool {
        self.as_slice() == other.as_slice()
    }
}

impl<T: Clone + std::fmt::Debug> std::fmt::Debug for Buffer<T> {
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
