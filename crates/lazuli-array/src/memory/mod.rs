//! Memory of vectors that are about to be written whole: huge pages, recycled room, no zeroing.
//!
//! Fresh memory is the hidden cost of columns. A 4 KiB page costs a fault at its first touch, and under virtualisation a
//! fault costs more than a microsecond: more for each 8-byte value than most kernels. Two things are done about it, for
//! vectors of [`RECYCLED_FROM_BYTES`] and more:
//!
//! * Room comes back: the memory of a [`Buffer`](crate::Buffer) that nobody shares any longer is kept for the next vector
//!   of about its size, up to a limit for the whole process (`recycle.rs`).
//! * From [`HUGE_FROM_BYTES`] on, a new vector asks for 2 MiB pages (`madvise`) right after it is allocated and before
//!   anybody touches it: 512 times fewer faults, and fewer TLB misses at random access later. Smaller ones come out of a
//!   heap that is made to grow by such pages (`heap.rs`).
//!
//! Use [`with_capacity`] for outputs that are pushed or written to the end, [`written`] for those that are written slot by
//! slot, [`filled_with_zeros`] for tables that must start empty, [`reserve`] for vectors that grow, and [`advise_huge`] for room that was made elsewhere.
#![allow(
    unsafe_code,
    reason = "foreign calls and vectors whose every slot was written; each block is argued"
)]

mod heap; // huge pages under small vectors
mod recycle; // room that comes back

use std::mem::MaybeUninit;

pub(crate) use recycle::give_back;
pub use recycle::{RECYCLED_FROM_BYTES, recycled_bytes, set_recycling_limit};

/// Vectors of at least this many bytes ask for huge pages. Two of them, so that at least one whole page of 2 MiB is
/// inside whatever the alignment.
pub const HUGE_FROM_BYTES: usize = 4 << 20;

/// Size of a huge page on x86-64 and most AArch64 systems.
#[cfg(target_os = "linux")]
const HUGE_PAGE_BYTES: usize = 2 << 20;

/// An empty vector with room for at least `capacity` values: recycled room if there is some, huge pages if it is large.
///
/// ```
/// let mut rows: Vec<u64> = lazuli_array::memory::with_capacity(1_000_000);
/// rows.extend(0..1_000_000);
/// ```
#[inline]
pub fn with_capacity<T>(capacity: usize) -> Vec<T> {
    let bytes = capacity.saturating_mul(size_of::<T>());
    if bytes < RECYCLED_FROM_BYTES { Vec::with_capacity(capacity) } else { recycle::with_capacity(capacity) }
}

/// `length` values that are all zero bytes, on huge pages if they are large. Large ones come zeroed from the system and
/// are not touched here: the first to write a page takes its fault.
pub fn filled_with_zeros<T: Zero>(length: usize) -> Vec<T> {
    let mut values = vec![T::ZERO; length];
    advise_huge(&mut values);
    values
}

/// Number types whose zero is all zero bytes, which the allocator can give without writing.
pub trait Zero: Copy {
    /// Zero.
    const ZERO: Self;
}

macro_rules! zero {
    ($($type:ty),+) => {$(impl Zero for $type { const ZERO: Self = 0 as $type; })+};
}
zero!(i8, i16, i32, i64, i128, u8, u16, u32, u64, u128, usize, f32, f64);

/// Asks for huge pages for the whole room of a vector, written or not, if it is large. Best right after allocation:
/// pages that were touched before stay small until the system finds time to join them.
#[inline]
pub fn advise_huge<T>(values: &mut Vec<T>) {
    let bytes = values.capacity().saturating_mul(size_of::<T>());
    if bytes >= HUGE_FROM_BYTES {
        advise(values.as_mut_ptr().cast(), bytes);
    }
}

/// A vector that is not recycled: on huge pages of its own if it is large, else from a heap that lies on some.
fn fresh<T>(capacity: usize) -> Vec<T> {
    if capacity.saturating_mul(size_of::<T>()) < HUGE_FROM_BYTES {
        return heap::with_capacity(capacity);
    }
    let mut values = Vec::with_capacity(capacity);
    advise_huge(&mut values);
    values
}

/// Makes room for `additional` values more at the end of a vector that grows, on huge pages once it is large.
#[inline]
pub fn reserve<T>(values: &mut Vec<T>, additional: usize) {
    if values.capacity() - values.len() < additional {
        values.reserve(additional);
        advise_huge(values);
    }
}

/// A vector of `length` values written by `write`, which gets all slots, unwritten, and says so by returning a
/// [`Written`]; on huge pages if it is large. Slots beyond `length`, `spare` of them, are room that `write` may also use.
///
/// This is the one place where kernels turn slots into values: they write through [`MaybeUninit`] or raw pointers, and
/// argue at their own `unsafe` [`Written::first`] that nothing was left out.
pub fn written<T: Copy>(
    length: usize,
    spare: usize,
    write: impl FnOnce(&mut [MaybeUninit<T>]) -> Written,
) -> Vec<T> {
    // Not behind `dyn`, though there are hundreds of these: inside `write` the compiler must see how many slots there are,
    // or the loops there keep their checks of bounds.
    let mut values: Vec<T> = room(length + spare);
    let Written(count) = write(&mut values.spare_capacity_mut()[..length + spare]);
    if count > length {
        refuse(count, length);
    }
    // SAFETY: the vector has room for `length + spare` values, `count` is at most `length`, and whoever made the
    // `Written` promised that the first `count` slots hold values.
    unsafe { values.set_len(count) };
    values
}

/// [`with_capacity`], compiled once for each type.
fn room<T>(capacity: usize) -> Vec<T> {
    with_capacity(capacity)
}

#[cold]
fn refuse(count: usize, length: usize) -> ! {
    panic!("{count} values written where {length} were announced")
}

/// The promise that the first slots of a run were written.
#[derive(Debug)]
pub struct Written(usize);

impl Written {
    /// The first `count` slots hold values.
    ///
    /// # Safety
    /// All of the first `count` slots that were handed out must have been written.
    #[inline]
    pub unsafe fn first(count: usize) -> Self {
        Self(count)
    }
}

#[cfg(target_os = "linux")]
#[cold]
fn advise(start: *mut u8, bytes: usize) {
    use std::ffi::{c_int, c_void};

    unsafe extern "C" {
        /// Of the C library that `std` links on Linux.
        fn madvise(address: *mut c_void, length: usize, advice: c_int) -> c_int;
    }
    /// From `asm-generic/mman-common.h`; the same on all architectures that Rust's `std` knows but Alpha and PA-RISC.
    const MADV_HUGEPAGE: c_int = 14;

    let first = start.addr().next_multiple_of(HUGE_PAGE_BYTES);
    let end = (start.addr() + bytes) / HUGE_PAGE_BYTES * HUGE_PAGE_BYTES;
    if first < end {
        // SAFETY: whole pages inside the vector's own room. This advice changes how the kernel backs memory, never what is
        // in it; an answer of "no" (no huge pages built in or allowed) changes nothing at all and is no error.
        let _ = unsafe { madvise(start.with_addr(first).cast(), end - first, MADV_HUGEPAGE) };
    }
}

#[cfg(not(target_os = "linux"))]
fn advise(_: *mut u8, _: usize) {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_vectors_have_exactly_their_room_and_hold_what_is_written() {
        for length in
            [0usize, 1, 1000, HUGE_FROM_BYTES / 8 - 1, HUGE_FROM_BYTES / 8, 3 * HUGE_FROM_BYTES / 8 + 5]
        {
            let mut values: Vec<u64> = with_capacity(length);
            assert!(values.is_empty() && values.capacity() >= length);
            values.extend(0..length as u64);
            assert!(values.iter().enumerate().all(|(row, value)| row as u64 == *value));

            let zeros: Vec<u64> = filled_with_zeros(length);
            assert!(zeros.len() == length && zeros.iter().all(|value| *value == 0));
        }
    }

    #[test]
    fn written_values_are_those_announced() {
        let values = written(3, 2, |slots| {
            assert_eq!(slots.len(), 5);
            for (index, slot) in slots.iter_mut().enumerate() {
                slot.write(index as u16);
            }
            // SAFETY: all five slots were written above.
            unsafe { Written::first(3) }
        });
        assert_eq!(values, [0, 1, 2]);
    }

    #[test]
    #[should_panic(expected = "4 values written where 3 were announced")]
    fn more_than_announced_is_refused() {
        written(3, 2, |slots| {
            slots.fill(MaybeUninit::new(0u8));
            // SAFETY: all five slots were written above.
            unsafe { Written::first(4) }
        });
    }
}
