//! Checked reading of a foreign array's memory: every pointer that is followed is followed here.

use std::ffi::c_void;
use std::sync::Arc;

use super::schema::invalid;
use super::structs::ArrowArray;
use crate::{ArrayError, Bitmap, Buffer, Native, Result};

/// Rows of one array, at most. No memory holds more, and sums of what is below it can't overflow.
const MAX_ROWS: i64 = 1 << 40;

/// One level of a foreign array.
#[derive(Clone, Copy)]
pub(super) struct ForeignArray<'a> {
    array: &'a ArrowArray,
    /// The struct that was handed over; it frees everything when the last buffer that points into it is dropped.
    owner: &'a Arc<ArrowArray>,
}

impl<'a> ForeignArray<'a> {
    /// The whole of what was handed over.
    ///
    /// # Safety
    /// The pointers in the struct, and in its children and its dictionary, must be null or point to what the specification
    /// says for the schema that goes with it, unchanged until the struct is released.
    pub(super) unsafe fn root(owner: &'a Arc<ArrowArray>) -> Result<Self> {
        Self { array: owner, owner }.checked()
    }

    fn checked(self) -> Result<Self> {
        let array = self.array;
        if array.is_released() {
            return Err(invalid("an array that has been released"));
        }
        for (what, number) in [("length", array.length), ("offset", array.offset)] {
            if !(0..=MAX_ROWS).contains(&number) {
                return Err(invalid(format!("{what} {number}")));
            }
        }
        if !(-1..=array.length).contains(&array.null_count) {
            return Err(invalid(format!("{} nulls in {} rows", array.null_count, array.length)));
        }
        Ok(self)
    }

    /// Number of rows.
    pub(super) fn len(self) -> usize {
        self.array.length as usize
    }

    /// Number of buffers, as the array says.
    pub(super) fn num_buffers(self) -> i64 {
        self.array.n_buffers
    }

    /// The position of a row in the buffers.
    pub(super) fn slot(self, row: usize) -> usize {
        self.array.offset as usize + row
    }

    /// Checks how many buffers and children there are, and whether there is a dictionary.
    pub(super) fn expect(self, buffers: i64, children: usize, dictionary: bool) -> Result<()> {
        let array = self.array;
        // Some producers give a null array the validity buffer that it should not have.
        if array.n_buffers != buffers && !(buffers == 0 && array.n_buffers == 1) {
            return Err(invalid(format!("{} buffers, expected {buffers}", array.n_buffers)));
        }
        if array.n_children != children as i64 {
            return Err(invalid(format!("{} children, expected {children}", array.n_children)));
        }
        if array.dictionary.is_null() == dictionary {
            return Err(invalid(if dictionary {
                "no dictionary"
            } else {
                "a dictionary that the schema lacks"
            }));
        }
        if array.n_buffers > 0 && (array.buffers.is_null() || !array.buffers.is_aligned()) {
            return Err(invalid("no list of buffers"));
        }
        if children > 0 && (array.children.is_null() || !array.children.is_aligned()) {
            return Err(invalid("no list of children"));
        }
        Ok(())
    }

    /// A child. [`ForeignArray::expect`] must have found it.
    pub(super) fn child(self, index: usize) -> Result<Self> {
        assert!(index < self.array.n_children as usize && !self.array.children.is_null());
        // SAFETY: there are more than `index` children (asserted above); whoever made `self` vouches for the list, and
        // `expect` has seen that it is aligned.
        let child = unsafe { *self.array.children.add(index) };
        self.level(child)
    }

    /// The dictionary. [`ForeignArray::expect`] must have found it.
    pub(super) fn dictionary(self) -> Result<Self> {
        self.level(self.array.dictionary)
    }

    fn level(self, array: *mut ArrowArray) -> Result<Self> {
        if array.is_null() || !array.is_aligned() {
            return Err(invalid("a child that is no struct"));
        }
        // SAFETY: not null and aligned; whoever made `self` vouches that it points to an array, which its parent keeps alive
        // for as long as `owner` lives.
        Self { array: unsafe { &*array }, owner: self.owner }.checked()
    }

    /// The pointer of a buffer. [`ForeignArray::expect`] must have found it.
    fn pointer(self, index: usize) -> *const c_void {
        assert!(index < self.array.n_buffers as usize && !self.array.buffers.is_null());
        // SAFETY: there are more than `index` buffers (asserted above); whoever made `self` vouches for the list, and
        // `expect` has seen that it is aligned.
        unsafe { *self.array.buffers.add(index) }
    }

    /// The validity of some rows; `None` when all are valid.
    pub(super) fn validity(self, start: usize, length: usize) -> Result<Option<Bitmap>> {
        if self.pointer(0).is_null() {
            return match self.array.null_count {
                ..=0 => Ok(None),
                nulls => Err(invalid(format!("{nulls} nulls, but no validity buffer"))),
            };
        }
        // The count is not believed: bits are counted when the bitmap is made.
        self.bits(0, start, length).map(Some)
    }

    /// The bits of some rows of a buffer, copied.
    pub(super) fn bits(self, index: usize, start: usize, length: usize) -> Result<Bitmap> {
        if length == 0 {
            return Ok(Bitmap::filled(false, 0));
        }
        let first = self.slot(start);
        let num_bytes = (first % 8 + length).div_ceil(8);
        let bytes = self.bytes_at(index, first / 8, num_bytes)?;
        // SAFETY: `bytes_at` has checked the pointer and the length; whoever made `self` vouches for what is there.
        let bytes = unsafe { std::slice::from_raw_parts(bytes, num_bytes) };
        Ok(Bitmap::from_bytes(bytes, first % 8, length))
    }

    /// The fixed-width values of some rows of a buffer: shared if they are aligned, else copied.
    pub(super) fn values<T: Adoptable>(self, index: usize, start: usize, length: usize) -> Result<Buffer<T>> {
        self.slots(index, self.slot(start), length)
    }

    /// The values of a buffer from its start, whatever the array's offset: bytes of text.
    pub(super) fn all_values<T: Adoptable>(self, index: usize, length: usize) -> Result<Buffer<T>> {
        self.slots(index, 0, length)
    }

    fn slots<T: Adoptable>(self, index: usize, first: usize, length: usize) -> Result<Buffer<T>> {
        if length == 0 {
            return Ok(Buffer::default());
        }
        let width = size_of::<T>();
        let too_long = || invalid(format!("buffer {index} of {length} values from {first} on"));
        let num_bytes = length.checked_mul(width).ok_or_else(too_long)?;
        let first_byte = first.checked_mul(width).ok_or_else(too_long)?;
        let bytes = self.bytes_at(index, first_byte, num_bytes)?;
        let values = bytes.cast::<T>();
        if values.is_aligned() {
            // SAFETY: aligned; `bytes_at` has checked pointer and length; whoever made `self` vouches that so many values are
            // there, unchanged until `owner` is dropped. Any bits are a value of a `Native` type.
            return Ok(unsafe { adopt(values, length, self.owner) });
        }
        let copied = (0..length).map(|slot| {
            // SAFETY: `slot < length`, so the read stays within what `bytes_at` has checked; it needs no alignment.
            unsafe { values.add(slot).read_unaligned() }
        });
        Ok(copied.collect())
    }

    /// A pointer to `num_bytes` bytes of a buffer; at least one.
    fn bytes_at(self, index: usize, first_byte: usize, num_bytes: usize) -> Result<*const u8> {
        let start = self.pointer(index).cast::<u8>();
        if start.is_null() {
            return Err(invalid(format!("buffer {index} is null, but {num_bytes} bytes of it are needed")));
        }
        let end = first_byte.checked_add(num_bytes);
        if end.is_none_or(|end| isize::try_from(end).is_err() || start.addr().checked_add(end).is_none()) {
            return Err(invalid(format!("buffer {index} would reach past the end of memory")));
        }
        // SAFETY: the offset fits `isize` and the address does not wrap (checked above); whoever made `self` vouches that the
        // buffer is that long.
        Ok(unsafe { start.add(first_byte) })
    }
}

/// Values that can be shared with a foreign owner.
pub(super) trait Adoptable: Native + arrow2::types::NativeType {}

impl<T: Native + arrow2::types::NativeType> Adoptable for T {}

/// What keeps an adopted buffer's memory alive.
struct Adopted {
    _owner: Arc<ArrowArray>,
    buffers: [*const c_void; 2],
}

/// A buffer over foreign memory, which lives as long as `owner`.
///
/// arrow2 gives shared buffers over foreign memory only out of its own import. So a struct for one plain array without nulls
/// is made for it here: everything that arrow2 reads of it is our own, and the memory was checked before.
///
/// # Safety
/// `values` must not be null, be aligned, and point to `length` values that nobody changes or frees while `owner` lives.
unsafe fn adopt<T: Adoptable>(values: *const T, length: usize, owner: &Arc<ArrowArray>) -> Buffer<T> {
    let buffers = [std::ptr::null(), values.cast::<c_void>()];
    let adopted = Box::into_raw(Box::new(Adopted { _owner: owner.clone(), buffers }));
    let array = ArrowArray {
        length: length as i64,
        n_buffers: 2,
        // SAFETY: the pointer comes from a box, so the field may be pointed at; nothing is read.
        buffers: unsafe { &raw mut (*adopted).buffers }.cast(),
        release: Some(release_adopted),
        private_data: adopted.cast(),
        ..ArrowArray::empty()
    };
    // SAFETY: both are `repr(C)` with the fields of the specification in its order, so their layouts are equal. Ownership
    // moves: arrow2's struct calls the release callback when it is dropped, ours is gone.
    let array = unsafe { std::mem::transmute::<ArrowArray, arrow2::ffi::ArrowArray>(array) };
    // SAFETY: the struct was made above for this type: no nulls, offset 0, two buffers, the second one with `length` values.
    let imported = unsafe { arrow2::ffi::import_array_from_c(array, T::PRIMITIVE.into()) };
    let imported = imported.expect("a plain array without nulls, made above");
    let array = imported.as_any().downcast_ref::<arrow2::array::PrimitiveArray<T>>();
    Buffer::from_arrow2(array.expect("the type that was asked for").values().clone())
}

/// The release callback of adopted buffers.
///
/// # Safety
/// `array` must point to a struct made by [`adopt`] that has not been released.
unsafe extern "C" fn release_adopted(array: *mut ArrowArray) {
    // SAFETY: the caller vouches for the pointer.
    let array = unsafe { &mut *array };
    if array.release.take().is_some() {
        let adopted = std::mem::replace(&mut array.private_data, std::ptr::null_mut());
        // SAFETY: `adopt` put a box of this type there, and `release` was still set, so it has not been freed.
        drop(unsafe { Box::from_raw(adopted.cast::<Adopted>()) });
    }
}

/// An error of what was built from foreign parts, as one about foreign data.
pub(super) fn foreign(error: ArrayError) -> ArrayError {
    match error {
        ArrayError::ForeignData { .. } | ArrayError::Unsupported { .. } => error,
        other => invalid(other.to_string()),
    }
}
