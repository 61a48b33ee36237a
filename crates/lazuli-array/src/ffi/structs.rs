//! The two structs of the Arrow C data interface, and how they are moved and released.

use std::ffi::{c_char, c_int, c_void};

/// What the values of an [`ArrowArray`] are: the C struct of the same name.
///
/// Dropping it calls its release callback, once.
#[repr(C)]
#[derive(Debug)]
pub struct ArrowSchema {
    pub(super) format: *const c_char,
    pub(super) name: *const c_char,
    pub(super) metadata: *const c_char,
    pub(super) flags: i64,
    pub(super) n_children: i64,
    pub(super) children: *mut *mut ArrowSchema,
    pub(super) dictionary: *mut ArrowSchema,
    pub(super) release: Option<unsafe extern "C" fn(*mut ArrowSchema)>,
    pub(super) private_data: *mut c_void,
}

/// Where values lie and how to free them: the C struct of the same name.
///
/// Dropping it calls its release callback, once.
#[repr(C)]
#[derive(Debug)]
pub struct ArrowArray {
    pub(super) length: i64,
    pub(super) null_count: i64,
    pub(super) offset: i64,
    pub(super) n_buffers: i64,
    pub(super) n_children: i64,
    pub(super) buffers: *mut *const c_void,
    pub(super) children: *mut *mut ArrowArray,
    pub(super) dictionary: *mut ArrowArray,
    pub(super) release: Option<unsafe extern "C" fn(*mut ArrowArray)>,
    pub(super) private_data: *mut c_void,
}

/// Batches that come one after the other: the C struct of the same name, of the Arrow C stream interface.
///
/// Dropping it calls its release callback, once.
#[repr(C)]
#[derive(Debug)]
pub struct ArrowArrayStream {
    pub(super) get_schema: Option<unsafe extern "C" fn(*mut Self, *mut ArrowSchema) -> c_int>,
    pub(super) get_next: Option<unsafe extern "C" fn(*mut Self, *mut ArrowArray) -> c_int>,
    pub(super) get_last_error: Option<unsafe extern "C" fn(*mut Self) -> *const c_char>,
    pub(super) release: Option<unsafe extern "C" fn(*mut Self)>,
    pub(super) private_data: *mut c_void,
}

/// Bit of [`ArrowSchema`]'s flags: the order of a dictionary's entries means something.
pub(super) const FLAG_DICTIONARY_ORDERED: i64 = 1;
/// Bit of [`ArrowSchema`]'s flags: there may be nulls.
pub(super) const FLAG_NULLABLE: i64 = 2;

macro_rules! movable {
    ($name:ident) => {
        impl $name {
            /// Moves a struct out of memory that somebody else allocated, and leaves a released one there, as the
            /// specification has it.
            ///
            /// # Safety
            /// `source` must point to a struct that is valid for reads and writes and is either released or complete.
            /// Nobody else may use that struct until the call returns.
            pub unsafe fn take(source: *mut Self) -> Self {
                // SAFETY: the caller vouches for `source`; what is written there is a released struct.
                unsafe { std::ptr::replace(source, Self::empty()) }
            }

            /// Moves the struct into memory that somebody else allocated, which then has to release it.
            ///
            /// # Safety
            /// `target` must be valid for writes and aligned. What is there is overwritten without being released.
            pub unsafe fn give(self, target: *mut Self) {
                // SAFETY: the caller vouches for `target`.
                unsafe { std::ptr::write(target, self) }
            }

            /// Whether the struct has been released, or moved elsewhere: nothing but this may be asked of it.
            pub fn is_released(&self) -> bool {
                self.release.is_none()
            }
        }

        impl Drop for $name {
            fn drop(&mut self) {
                if let Some(release) = self.release {
                    // SAFETY: the struct has not been released, or `release` would be null; it is not used after.
                    unsafe { release(self) }
                }
            }
        }
    };
}

movable!(ArrowSchema);
movable!(ArrowArray);
movable!(ArrowArrayStream);

impl ArrowSchema {
    /// A released struct, to be filled by somebody else.
    pub fn empty() -> Self {
        Self {
            format: std::ptr::null(),
            name: std::ptr::null(),
            metadata: std::ptr::null(),
            flags: 0,
            n_children: 0,
            children: std::ptr::null_mut(),
            dictionary: std::ptr::null_mut(),
            release: None,
            private_data: std::ptr::null_mut(),
        }
    }
}

impl ArrowArray {
    /// A released struct, to be filled by somebody else.
    pub fn empty() -> Self {
        Self {
            length: 0,
            null_count: 0,
            offset: 0,
            n_buffers: 0,
            n_children: 0,
            buffers: std::ptr::null_mut(),
            children: std::ptr::null_mut(),
            dictionary: std::ptr::null_mut(),
            release: None,
            private_data: std::ptr::null_mut(),
        }
    }
}

impl ArrowArrayStream {
    /// A released struct, to be filled by somebody else.
    pub fn empty() -> Self {
        Self {
            get_schema: None,
            get_next: None,
            get_last_error: None,
            release: None,
            private_data: std::ptr::null_mut(),
        }
    }
}

// SAFETY: the specification lets a stream be used by any thread, one at a time, and `import_stream` asks it of its caller; ours
// hold only what is `Send`.
unsafe impl Send for ArrowArrayStream {}

// SAFETY: nobody writes to what a schema points at but its release callback, which may be called from any thread: the
// specification has it so, and whoever imports asks it of the caller.
unsafe impl Send for ArrowSchema {}

// SAFETY: after export nobody writes to what the struct points at, and a release callback may be called from any thread:
// all producers we know of see to both, and `import_column` and `import_batch` ask it of their callers.
unsafe impl Send for ArrowArray {}
// SAFETY: as above; shared references only read.
unsafe impl Sync for ArrowArray {}
