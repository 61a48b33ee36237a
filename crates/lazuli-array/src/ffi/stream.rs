//! The Arrow C stream interface: batches one after the other, asked for by whoever receives them.

use std::collections::BTreeSet;
use std::ffi::{CStr, CString, c_char, c_int};
use std::fmt::Display;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::export::{export_batch, export_schema};
use super::import::{import_batch, schema_of};
use super::structs::{ArrowArray, ArrowArrayStream, ArrowSchema};
use crate::{ArrayError, Batch, Result, SchemaRef};

/// `EIO` and `EINVAL` of `errno.h`, the same on all systems that Rust's `std` knows.
const EIO: c_int = 5;
const EINVAL: c_int = 22;

/// What an exported stream owns.
struct StreamOwner {
    schema: SchemaRef,
    next: Box<dyn FnMut() -> Option<std::result::Result<Batch, String>> + Send>,
    /// The text of the last error, until the next call.
    last_error: CString,
}

/// Where the data of our streams lies that have not been released. What a struct's callbacks are does not tell whose it is:
/// one function may have several addresses.
static EXPORTED: Mutex<BTreeSet<usize>> = Mutex::new(BTreeSet::new());

fn exported() -> MutexGuard<'static, BTreeSet<usize>> {
    EXPORTED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Batches as a C stream: each is made when the receiver asks for it, on the receiver's thread. What `batches` gives an
/// error for, or panics at, the receiver gets as an error with its text; it may ask again, which ends the stream.
///
/// ```
/// use lazuli_array::{df, ffi};
///
/// let frame = df! { "n" => [1, 2, 3] }?;
/// let batches = frame.batches().to_vec().into_iter().map(Ok::<_, std::io::Error>);
/// let stream = ffi::export_stream(frame.schema().clone(), batches);
/// // SAFETY: the stream comes from `export_stream` and has not been released.
/// let mut reader = unsafe { ffi::ArrowStreamReader::import(stream) }?;
/// assert_eq!(reader.schema(), frame.schema());
/// assert_eq!(reader.next().transpose()?.map(|batch| batch.num_rows()), Some(3));
/// assert!(reader.next().is_none());
/// # Ok::<(), lazuli_array::ArrayError>(())
/// ```
pub fn export_stream<E: Display>(
    schema: SchemaRef,
    batches: impl Iterator<Item = std::result::Result<Batch, E>> + Send + 'static,
) -> ArrowArrayStream {
    let mut batches = Some(batches);
    let next = move || {
        // Put back only if all went well: after an error, or a panic, there is no more.
        let mut taken = batches.take()?;
        let next = taken.next()?;
        if next.is_ok() {
            batches = Some(taken);
        }
        Some(next.map_err(|error| error.to_string()))
    };
    let owner =
        Box::into_raw(Box::new(StreamOwner { schema, next: Box::new(next), last_error: CString::default() }));
    exported().insert(owner.addr());
    ArrowArrayStream {
        get_schema: Some(get_schema),
        get_next: Some(get_next),
        get_last_error: Some(get_last_error),
        release: Some(release_stream),
        private_data: owner.cast(),
    }
}

/// Runs a callback's work; what goes wrong becomes the stream's last error.
///
/// # Safety
/// `stream` must be null, or point to a struct made by [`export_stream`] that nobody else uses until the call returns.
unsafe fn run<T>(
    stream: *mut ArrowArrayStream,
    work: impl FnOnce(&mut StreamOwner) -> std::result::Result<T, String>,
) -> std::result::Result<T, c_int> {
    // SAFETY: the caller vouches for the pointer; null is let through.
    let Some(stream) = (unsafe { stream.as_mut() }).filter(|stream| !stream.is_released()) else {
        return Err(EINVAL);
    };
    // SAFETY: `export_stream` put a box of this type there, the stream has not been released, and nobody else uses it.
    let owner = unsafe { &mut *stream.private_data.cast::<StreamOwner>() };
    // No panic may cross into C.
    let result = catch_unwind(AssertUnwindSafe(|| work(owner)));
    let failed = |owner: &mut StreamOwner, text: &str| {
        owner.last_error = CString::new(text.replace('\0', "\u{FFFD}")).unwrap_or_default();
        Err(EIO)
    };
    match result {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(text)) => failed(owner, &text),
        Err(_) => failed(owner, "internal error: a panic while a batch was made"),
    }
}

/// # Safety
/// As the specification says: `stream` is one of ours and in nobody else's hands; `out` can be written.
unsafe extern "C" fn get_schema(stream: *mut ArrowArrayStream, out: *mut ArrowSchema) -> c_int {
    // SAFETY: passed on to the caller.
    let schema =
        unsafe { run(stream, |owner| export_schema(&owner.schema).map_err(|error| error.to_string())) };
    match schema {
        // SAFETY: the caller vouches for `out`.
        Ok(schema) => unsafe { schema.give(out) },
        Err(code) => return code,
    }
    0
}

/// # Safety
/// As [`get_schema`].
unsafe extern "C" fn get_next(stream: *mut ArrowArrayStream, out: *mut ArrowArray) -> c_int {
    let next = |owner: &mut StreamOwner| match (owner.next)() {
        // The end is a released array.
        None => Ok(ArrowArray::empty()),
        Some(Ok(batch)) => export_batch(&batch).map(|(array, _)| array).map_err(|error| error.to_string()),
        Some(Err(text)) => Err(text),
    };
    // SAFETY: passed on to the caller.
    match unsafe { run(stream, next) } {
        // SAFETY: the caller vouches for `out`.
        Ok(array) => unsafe { array.give(out) },
        Err(code) => return code,
    }
    0
}

/// # Safety
/// As [`get_schema`].
unsafe extern "C" fn get_last_error(stream: *mut ArrowArrayStream) -> *const c_char {
    // SAFETY: the caller vouches for the pointer; null is let through.
    let Some(stream) = (unsafe { stream.as_ref() }).filter(|stream| !stream.is_released()) else {
        return std::ptr::null();
    };
    // SAFETY: `export_stream` put a box of this type there, and the stream has not been released.
    let owner = unsafe { &*stream.private_data.cast::<StreamOwner>() };
    match owner.last_error.is_empty() {
        true => std::ptr::null(),
        false => owner.last_error.as_ptr(),
    }
}

/// The release callback of exported streams.
///
/// # Safety
/// `stream` must be null, or point to a struct made by [`export_stream`].
unsafe extern "C" fn release_stream(stream: *mut ArrowArrayStream) {
    // SAFETY: the caller vouches for the pointer; null is let through.
    let Some(stream) = (unsafe { stream.as_mut() }) else { return };
    if stream.release.take().is_some() {
        let owner = std::mem::replace(&mut stream.private_data, std::ptr::null_mut());
        exported().remove(&owner.addr());
        // SAFETY: `export_stream` put a box of this type there, and `release` was still set, so it has not been freed.
        let owner = unsafe { Box::from_raw(owner.cast::<StreamOwner>()) };
        // Dropping a query may run code of the user's own, and no panic may cross into C.
        let _ = catch_unwind(AssertUnwindSafe(|| drop(owner)));
    }
}

/// Batches of somebody else's C stream, in order.
///
/// Their schema is that of the first batch, which is read at once: the values of an `Enum` are part of its type. A stream
/// without batches has the types that its schema says. See [`export_stream`] for an example.
#[derive(Debug)]
pub struct ArrowStreamReader {
    stream: ArrowArrayStream,
    foreign_schema: ArrowSchema,
    schema: SchemaRef,
    /// The first batch, until it is taken.
    first: Option<Batch>,
    is_over: bool,
}

impl ArrowStreamReader {
    /// Takes over a stream; it is released when the reader is dropped.
    ///
    /// # Errors
    /// [`ArrayError::ForeignData`] with the text of the producer's error, if it has one, or if what it gives breaks the rules
    /// of the interface; [`ArrayError::Unsupported`] for types that Lazuli doesn't hold.
    ///
    /// # Safety
    /// The stream must come from a producer that follows the specification: its callbacks may be called from any thread, one
    /// at a time, until it is released, and what they fill in is as [`import_batch`](super::import_batch) asks of both of its
    /// structs.
    pub unsafe fn import(mut stream: ArrowArrayStream) -> Result<Self> {
        let (Some(get_schema), false) = (stream.get_schema, stream.is_released()) else {
            return Err(ArrayError::ForeignData { reason: "a stream that has been released".into() });
        };
        let mut foreign_schema = ArrowSchema::empty();
        // SAFETY: the stream has not been released, `foreign_schema` can be written; the caller vouches for the callback.
        let code = unsafe { get_schema(&raw mut stream, &raw mut foreign_schema) };
        if code != 0 {
            return Err(last_error(&mut stream, code));
        }
        // SAFETY: passed on to the caller.
        let schema = unsafe { schema_of(&foreign_schema)? };
        let mut reader =
            Self { stream, foreign_schema, schema: Arc::new(schema), first: None, is_over: false };
        reader.first = reader.take_next()?;
        if let Some(first) = &reader.first {
            reader.schema = first.schema().clone();
        }
        Ok(reader)
    }

    /// As [`ArrowStreamReader::import`], of a stream that [`export_stream`] made: which follows the specification, so nobody has
    /// to promise it. For parts of one program that hand queries to each other as they would to others.
    ///
    /// # Errors
    /// As [`ArrowStreamReader::import`]; [`ArrayError::ForeignData`] for a stream of somebody else.
    pub fn import_own(stream: ArrowArrayStream) -> Result<Self> {
        if !exported().contains(&stream.private_data.addr()) {
            return Err(ArrayError::ForeignData { reason: "a stream that was not exported here".into() });
        }
        // SAFETY: what its private data points at was made by `export_stream` and has not been released, so nobody else can have
        // data there; the struct's fields are set by `export_stream`, and other code can't change them.
        unsafe { Self::import(stream) }
    }

    /// Names and types of the columns.
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn take_next(&mut self) -> Result<Option<Batch>> {
        let Some(get_next) = self.stream.get_next else {
            return Err(ArrayError::ForeignData { reason: "a stream without its callbacks".into() });
        };
        let mut array = ArrowArray::empty();
        // SAFETY: the stream has not been released, `array` can be written; whoever called `import` vouches for the callback.
        let code = unsafe { get_next(&raw mut self.stream, &raw mut array) };
        if code != 0 {
            return Err(last_error(&mut self.stream, code));
        }
        if array.is_released() {
            return Ok(None);
        }
        // SAFETY: whoever called `import` vouches for what the producer fills in.
        let batch = unsafe { import_batch(array, &self.foreign_schema)? };
        Ok(Some(batch))
    }

    fn checked_next(&mut self) -> Result<Option<Batch>> {
        let batch = match self.first.take() {
            Some(first) => return Ok(Some(first)),
            None => self.take_next()?,
        };
        if let Some(batch) = &batch
            && batch.schema() != &self.schema
        {
            return Err(ArrayError::SchemaMismatch {
                what: "a batch of a stream".into(),
                expected: self.schema.to_string(),
                found: batch.schema().to_string(),
            });
        }
        Ok(batch)
    }
}

/// After an error there are no more batches.
impl Iterator for ArrowStreamReader {
    type Item = Result<Batch>;

    fn next(&mut self) -> Option<Result<Batch>> {
        if self.is_over {
            return None;
        }
        let next = self.checked_next().transpose();
        self.is_over = !matches!(next, Some(Ok(_)));
        next
    }
}

/// What a producer says of its failure.
fn last_error(stream: &mut ArrowArrayStream, code: c_int) -> ArrayError {
    let text = stream.get_last_error.map(|get_last_error| {
        // SAFETY: the stream has not been released, and whoever called `import` vouches for the callback.
        unsafe { get_last_error(&raw mut *stream) }
    });
    let text = text.filter(|text| !text.is_null()).map(|text| {
        // SAFETY: not null; the specification has it end in NUL and stay until the next call, which comes after the copy.
        unsafe { CStr::from_ptr(text) }.to_string_lossy().into_owned()
    });
    ArrayError::ForeignData { reason: text.unwrap_or_else(|| format!("the stream gave error {code}")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Column, DataFrame, DataType, Dictionary, FromValues, Scalar, Schema, df};

    fn reader(stream: ArrowArrayStream) -> Result<ArrowStreamReader> {
        ArrowStreamReader::import_own(stream)
    }

    fn batch(values: [i64; 2]) -> Batch {
        Batch::from_columns(vec![("n".into(), Column::from_values(values.into_iter()))]).expect("one column")
    }

    #[test]
    fn batches_come_in_order_and_then_no_more() {
        let batches = vec![batch([1, 2]), batch([3, 4])];
        let stream =
            export_stream(batches[0].schema().clone(), batches.clone().into_iter().map(Ok::<_, ArrayError>));
        let read = reader(stream).expect("ours").collect::<Result<Vec<_>>>().expect("ours");
        assert_eq!(read, batches);
    }

    #[test]
    fn a_stream_without_batches_has_its_types() {
        let frame = df! { "n" => [1u8], "text" => ["a"], "part" => [1.5f32] }.expect("columns");
        let stream = export_stream(frame.schema().clone(), std::iter::empty::<Result<Batch>>());
        let mut reader = reader(stream).expect("ours");
        assert_eq!(reader.schema(), frame.schema());
        assert!(reader.next().is_none());
    }

    #[test]
    fn categories_are_part_of_the_type() {
        let categories = Arc::new(Dictionary::new(["low", "high"].into_iter().map(Some).collect()));
        let data_type = DataType::Enum(categories);
        let column = Column::from_scalars(&data_type, ["high", "low"].map(Scalar::from)).expect("texts");
        let batch = Batch::from_columns(vec![("level".into(), column)]).expect("one column");
        let stream = export_stream(batch.schema().clone(), [Ok::<_, ArrayError>(batch.clone())].into_iter());
        let reader = reader(stream).expect("ours");
        assert_eq!(reader.schema(), batch.schema());
    }

    #[test]
    fn errors_and_panics_are_told_and_end_the_stream() {
        let schema = batch([1, 2]).schema().clone();
        let failing = [Ok(batch([1, 2])), Err("disk on fire"), Ok(batch([3, 4]))];
        let mut failed =
            reader(export_stream(schema.clone(), failing.into_iter())).expect("the first is fine");
        assert!(failed.next().expect("the first").is_ok());
        let error = failed.next().expect("the second").expect_err("it fails");
        assert_eq!(error.to_string(), "invalid Arrow C data: disk on fire");
        assert!(failed.next().is_none());

        let panicking = (0..).map(|number| match number {
            0 => Ok::<_, ArrayError>(batch([1, 2])),
            _ => panic!("a bug"),
        });
        let mut broken = reader(export_stream(schema, panicking)).expect("the first is fine");
        assert!(broken.next().expect("the first").is_ok());
        let error = broken.next().expect("the second").expect_err("it panics");
        assert!(error.to_string().contains("internal error"), "{error}");
    }

    #[test]
    fn released_streams_are_refused() {
        assert!(reader(ArrowArrayStream::empty()).is_err());
        let mut stream = export_stream(Arc::new(Schema::empty()), std::iter::empty::<Result<Batch>>());
        // SAFETY: the struct is ours; a moved one is marked as released.
        let moved = unsafe { ArrowArrayStream::take(&raw mut stream) };
        assert!(reader(stream).is_err());
        let frame = DataFrame::from_batches(Arc::new(Schema::empty()), vec![]).expect("no columns");
        assert_eq!(reader(moved).expect("ours").schema(), frame.schema());
    }

    #[test]
    fn dropping_a_stream_drops_what_it_reads() {
        let token = Arc::new(());
        let held = token.clone();
        let batches = std::iter::from_fn(move || {
            let _ = &held;
            Some(Ok::<_, ArrayError>(batch([1, 2])))
        });
        let stream = export_stream(batch([1, 2]).schema().clone(), batches);
        assert_eq!(Arc::strong_count(&token), 2);
        drop(reader(stream).expect("ours"));
        assert_eq!(Arc::strong_count(&token), 1);
    }
}
