//! Room that comes back: memory of dropped buffers, kept for the next vector of its size.
//!
//! A query's answer and its intermediate columns are freed and asked for again, query after query and morsel after morsel,
//! in sizes that an allocator hands back to the system: then every page is faulted in again. Here room is kept by size
//! class (eight to a power of two, so that at most an eighth is wasted) and alignment, up to [`set_recycling_limit`] bytes in
//! all; what does not fit is freed. It does not matter where room was allocated: a `Vec` of a type with the same size
//! takes it over with the layout that it was allocated with.

use std::mem::ManuallyDrop;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::fresh;

/// Vectors of at least this many bytes are recycled. Smaller ones stay in the allocator's own lists.
pub const RECYCLED_FROM_BYTES: usize = 32 << 10;

/// Largest room that is recycled: one huge vector must not push all others out.
const RECYCLED_TO_BYTES: usize = 128 << 20;

/// Room kept at most, unless [`set_recycling_limit`] says otherwise.
const DEFAULT_LIMIT_BYTES: usize = 256 << 20;

/// Sizes from one power of two to the next, as a power of two.
const CLASSES_PER_OCTAVE_BITS: u32 = 3;
const CLASSES_PER_OCTAVE: usize = 1 << CLASSES_PER_OCTAVE_BITS;
const OCTAVES: usize = (RECYCLED_TO_BYTES / RECYCLED_FROM_BYTES).ilog2() as usize;
const CLASSES: usize = OCTAVES * CLASSES_PER_OCTAVE + 1;

/// How many classes, from the smallest that fits, may serve a vector: up to a half more than it needs.
const FITTING_CLASSES: usize = CLASSES_PER_OCTAVE / 2 + 1;

/// Alignments of 1, 2, 4, 8 and 16 bytes.
const ALIGNMENTS: usize = 5;

/// One list for each class and alignment, with its own lock: threads that allocate different sizes don't meet.
static FREE: [[Mutex<List>; CLASSES]; ALIGNMENTS] =
    [const { [const { Mutex::new(List { rooms: Vec::new(), made: 0 }) }; CLASSES] }; ALIGNMENTS];

/// Bytes in all lists, and the most that may be.
static KEPT_BYTES: AtomicUsize = AtomicUsize::new(0);
static LIMIT_BYTES: AtomicUsize = AtomicUsize::new(DEFAULT_LIMIT_BYTES);

/// Rooms of one class.
struct List {
    rooms: Vec<Room>,
    /// How many were allocated here because there was none. No more are kept: who makes vectors elsewhere and drops them as
    /// buffers would else fill the lists with rooms that nobody asks for.
    made: usize,
}

/// Owned memory without values, of a list's alignment and at least its class' size.
struct Room {
    start: NonNull<u8>,
    bytes: usize,
}

// SAFETY: a `Room` is the only owner of its memory, which holds no values of any type; any thread may write or free it.
unsafe impl Send for Room {}

/// Keeps at most this many bytes of dropped buffers, for the whole process; frees what is beyond. 0 turns recycling off.
pub fn set_recycling_limit(bytes: usize) {
    LIMIT_BYTES.store(bytes, Ordering::Relaxed);
    for (alignment, lists) in FREE.iter().enumerate() {
        for list in lists {
            while KEPT_BYTES.load(Ordering::Relaxed) > bytes {
                let Some(room) = lock(list).rooms.pop() else { break };
                KEPT_BYTES.fetch_sub(room.bytes, Ordering::Relaxed);
                let layout = std::alloc::Layout::from_size_align(room.bytes, 1 << alignment)
                    .expect("the layout that the room was allocated with");
                // SAFETY: the room was a vector's, which allocates by the global allocator with this layout (see
                // `give_back`), and has just left the list, so nobody else knows it.
                unsafe { std::alloc::dealloc(room.start.as_ptr(), layout) };
            }
        }
    }
}

/// Bytes of dropped buffers that are kept for reuse.
pub fn recycled_bytes() -> usize {
    KEPT_BYTES.load(Ordering::Relaxed)
}

/// The largest class that is not larger than this many bytes, if they are in the range of classes.
fn class_within(bytes: usize) -> Option<usize> {
    if !(RECYCLED_FROM_BYTES..=RECYCLED_TO_BYTES).contains(&bytes) {
        return None;
    }
    let octave = bytes.ilog2() - RECYCLED_FROM_BYTES.ilog2();
    let step = RECYCLED_FROM_BYTES << octave >> CLASSES_PER_OCTAVE_BITS;
    Some(octave as usize * CLASSES_PER_OCTAVE + (bytes - (RECYCLED_FROM_BYTES << octave)) / step)
}

/// The smallest class that holds this many bytes, if they are in the range of classes.
fn class_for(bytes: usize) -> Option<usize> {
    let class = class_within(bytes)?;
    Some(if class_bytes(class) < bytes { class + 1 } else { class })
}

/// The size of a class.
fn class_bytes(class: usize) -> usize {
    let (octave, within) = (class / CLASSES_PER_OCTAVE, class % CLASSES_PER_OCTAVE);
    let base = RECYCLED_FROM_BYTES << octave;
    base + within * (base >> CLASSES_PER_OCTAVE_BITS)
}

/// The lists for vectors of this type; `None` if its alignment is not its size, as that of all numbers is.
fn lists_of<T>() -> Option<&'static [Mutex<List>; CLASSES]> {
    if size_of::<T>() != align_of::<T>() {
        return None;
    }
    FREE.get(align_of::<T>().trailing_zeros() as usize)
}

/// As [`super::with_capacity`], for room of [`RECYCLED_FROM_BYTES`] and more.
#[inline(never)]
pub(super) fn with_capacity<T>(capacity: usize) -> Vec<T> {
    let class = capacity.checked_mul(size_of::<T>()).and_then(class_for);
    let (Some(class), Some(lists)) = (class, lists_of::<T>()) else { return fresh(capacity) };
    // Sizes vary from morsel to morsel. Were only the exact class asked, each class would come to keep as much as is ever
    // used of it at once, though all together are never used at once.
    let fitting = &lists[class..CLASSES.min(class + FITTING_CLASSES)];
    let room = fitting.iter().find_map(|list| lock(list).rooms.pop());
    if let Some(Room { start, bytes }) = room {
        KEPT_BYTES.fetch_sub(bytes, Ordering::Relaxed);
        // SAFETY: `give_back` put the room here: allocated by the global allocator through a `Vec` of a type with this
        // alignment and so this size, `bytes` in all, which is a multiple of the size: the layout of so many `T`. It has left
        // the list, so this vector is its only owner; it holds no values, as length 0 says.
        return unsafe { Vec::from_raw_parts(start.as_ptr().cast::<T>(), 0, bytes / size_of::<T>()) };
    }
    lock(&lists[class]).made += 1;
    fresh(class_bytes(class) / size_of::<T>())
}

fn lock(list: &Mutex<List>) -> MutexGuard<'_, List> {
    // Each change of a list is one push, pop or count, so a poisoned one is whole.
    list.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Keeps the memory of a vector for the next one of its size, if there is room below the limit; frees it otherwise.
pub(crate) fn give_back<T: Copy>(values: Vec<T>) {
    let bytes = values.capacity().saturating_mul(size_of::<T>());
    let (Some(class), Some(lists)) = (class_within(bytes), lists_of::<T>()) else { return };
    let mut list = lock(&lists[class]);
    if list.rooms.len() >= list.made {
        return;
    }
    if KEPT_BYTES.fetch_add(bytes, Ordering::Relaxed) + bytes > LIMIT_BYTES.load(Ordering::Relaxed) {
        KEPT_BYTES.fetch_sub(bytes, Ordering::Relaxed);
        return;
    }
    // The values are `Copy`, so forgetting them leaks nothing but the memory, which is now the room's.
    let mut values = ManuallyDrop::new(values);
    let start = NonNull::new(values.as_mut_ptr().cast::<u8>()).expect("vectors don't start at null");
    list.rooms.push(Room { start, bytes });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_waste_at_most_an_eighth() {
        for bytes in (RECYCLED_FROM_BYTES..4 * RECYCLED_FROM_BYTES)
            .chain((1 << 26) - 9..(1 << 26) + 9)
            .chain(RECYCLED_TO_BYTES - 9..=RECYCLED_TO_BYTES)
        {
            let class = class_for(bytes).expect("in range");
            let size = class_bytes(class);
            assert!(size >= bytes && size - bytes <= bytes / 8 + 1, "{bytes} in {size}");
            assert!(size.is_multiple_of(16) && class < CLASSES);
            assert_eq!((class_for(size), class_within(size)), (Some(class), Some(class)));
            assert!(
                class_bytes(class_within(bytes).expect("in range")) <= bytes,
                "room is not less than its class"
            );
        }
        for bytes in [RECYCLED_FROM_BYTES - 1, RECYCLED_TO_BYTES + 1] {
            assert_eq!((class_for(bytes), class_within(bytes)), (None, None));
        }
    }

    // One test, since the lists are one for all threads.
    #[test]
    fn room_comes_back_for_types_of_its_alignment() {
        let first: Vec<u64> = with_capacity(100_003);
        let (start, capacity) = (first.as_ptr() as usize, first.capacity());
        assert!(capacity > 100_003);
        give_back(first);
        assert!(recycled_bytes() >= capacity * 8);
        let other: Vec<u32> = with_capacity(2 * capacity);
        assert_ne!(other.as_ptr() as usize, start, "another alignment");
        let again: Vec<f64> = with_capacity(100_001);
        assert_eq!((again.as_ptr() as usize, again.len(), again.capacity()), (start, 0, capacity));

        let kept =
            || lists_of::<u64>().unwrap()[class_within(capacity * 8).unwrap()].lock().unwrap().rooms.len();
        give_back(again);
        assert_eq!(kept(), 1);
        set_recycling_limit(0);
        assert_eq!(kept(), 0, "what is beyond a new limit is freed");
        give_back(Vec::<u64>::with_capacity(capacity));
        assert_eq!(kept(), 0, "nothing is kept beyond the limit");
        set_recycling_limit(DEFAULT_LIMIT_BYTES);

        // Nobody asked for this class here.
        give_back(Vec::<u64>::with_capacity(3 * capacity));
        let list = &lists_of::<u64>().unwrap()[class_within(3 * capacity * 8).unwrap()];
        assert_eq!(list.lock().unwrap().rooms.len(), 0, "nothing is kept that is not asked for");

        // Made elsewhere, with another size: it is room for what fits the class below.
        let elsewhere = Vec::<u64>::with_capacity(capacity + 1);
        let start = elsewhere.as_ptr() as usize;
        give_back(elsewhere);
        let again: Vec<u64> = with_capacity(100_001);
        assert_eq!((again.as_ptr() as usize, again.capacity()), (start, capacity + 1));
    }
}
