//! Vectors that are too small for huge pages of their own, from a heap that lies on huge pages.
//!
//! A morsel's columns are some hundred KiB each. When the answer of a large query is made of tens of thousands of them, the
//! recycling lists run empty and every one of its pages is faulted in by itself. The C library's heap grows by as little as
//! 128 KiB, so it never covers a whole huge page at the time when its pages are first touched.
//!
//! Here it is made to grow by [`STEP_BYTES`]: a vector that would lie outside of what this thread grew last is given back,
//! so much is allocated at once, marked for huge pages, and given back untouched; the heap keeps it and serves the vector,
//! and those that come after it, out of it. Nothing but the placement of memory depends on it: an allocator that gives
//! such room back to the system makes the same vectors on small pages.

use std::cell::Cell;
use std::ops::Range;

/// What the heap grows by. glibc maps an allocation by itself, instead of growing its heap, from a threshold on that starts
/// at 128 KiB and follows the largest mapping that was given back: from the first growth on, this one.
const STEP_BYTES: usize = 8 << 20;

thread_local! {
    /// Addresses that this thread has marked last. Threads have heaps of their own.
    static MARKED: Cell<Range<usize>> = const { Cell::new(0..0) };
}

/// Whether the allocator is one whose heap keeps what is given back to it.
const GROWS: bool = cfg!(all(target_os = "linux", target_env = "gnu"));

/// An empty vector with room for at least `capacity` values, on huge pages where the heap has them.
pub(super) fn with_capacity<T>(capacity: usize) -> Vec<T> {
    let values: Vec<T> = Vec::with_capacity(capacity);
    if !GROWS || is_marked(&values) {
        return values;
    }
    drop(values);
    grow();
    Vec::with_capacity(capacity)
}

/// Whether all of a vector's room is in what was marked last.
fn is_marked<T>(values: &Vec<T>) -> bool {
    let start = values.as_ptr().addr();
    let marked = MARKED.take();
    let inside = marked.start <= start && start + values.capacity() * size_of::<T>() <= marked.end;
    MARKED.set(marked);
    inside
}

#[cold]
fn grow() {
    let mut step: Vec<u8> = Vec::with_capacity(STEP_BYTES);
    // An allocation that is not used may be left out by the compiler; one whose address went elsewhere may not.
    let start = step.as_mut_ptr();
    super::advise(start, STEP_BYTES);
    MARKED.set(start.addr()..start.addr() + STEP_BYTES);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vectors_come_out_of_what_was_marked() {
        let mut grown = 0;
        let mut held: Vec<Vec<u64>> = Vec::new();
        for _ in 0..200 {
            let before = MARKED.take();
            MARKED.set(before.clone());
            held.push(with_capacity(16 << 10));
            let marked = MARKED.take();
            grown += usize::from(marked != before);
            MARKED.set(marked);
        }
        for (index, values) in held.iter_mut().enumerate() {
            assert!(values.is_empty() && values.capacity() >= 16 << 10);
            values.extend(std::iter::repeat_n(index as u64, 16 << 10));
        }
        for (index, values) in held.iter().enumerate() {
            assert!(values.iter().all(|value| *value == index as u64));
        }
        // 25 MiB in steps of 8 MiB, and one step more that only moves the allocator's threshold.
        if GROWS {
            assert!((1..=8).contains(&grown), "{grown} steps for 200 vectors");
        }
    }
}
