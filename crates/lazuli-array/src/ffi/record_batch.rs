//! Record batches of the `arrow-array` crate: what DataFusion and others of that family hold their rows in.
//!
//! They go over the C data interface like anybody's, so values are shared where they lie as they should, not copied.

use arrow_array::ffi::{FFI_ArrowArray, FFI_ArrowSchema, from_ffi, to_ffi};
use arrow_array::{Array, RecordBatch, StructArray};

use super::export::export_batch;
use super::import::import_batch;
use super::structs::{ArrowArray, ArrowSchema};
use crate::{ArrayError, Batch, DataFrame, Result};

/// The rows as a record batch, every column nullable. `String` columns become `LargeUtf8`, `Categorical` and `Enum` columns
/// dictionaries with `UInt32` keys.
///
/// ```
/// use lazuli_array::{df, ffi};
///
/// let frame = df! { "n" => [1, 2, 3], "word" => ["a", "b", "c"] }?;
/// let batches = ffi::to_record_batches(&frame)?;
/// assert_eq!(batches[0].num_rows(), 3);
/// assert_eq!(ffi::from_record_batches(&batches)?, frame);
/// # Ok::<(), lazuli_array::ArrayError>(())
/// ```
///
/// # Errors
/// [`ArrayError::Unsupported`] for a name with a NUL byte, which C can't hold.
pub fn to_record_batch(batch: &Batch) -> Result<RecordBatch> {
    let (mut array, mut schema) = export_batch(batch)?;
    // SAFETY: both structs are laid out as the specification says, so a pointer to ours is one to theirs. They are moved out,
    // and what is left is marked as released. What we export keeps the rules of the interface.
    let data = unsafe {
        let array = FFI_ArrowArray::from_raw((&raw mut array).cast());
        let schema = FFI_ArrowSchema::from_raw((&raw mut schema).cast());
        from_ffi(array, &schema)
    };
    let data = data.map_err(|error| ArrayError::ForeignData { reason: error.to_string() })?;
    Ok(RecordBatch::from(StructArray::from(data)))
}

/// The rows of a record batch. See the table of [`ffi`](super) for what becomes of its types.
///
/// # Errors
/// [`ArrayError::Unsupported`] for types that Lazuli doesn't hold, [`ArrayError::ForeignData`] for values that break the rules
/// of theirs.
pub fn from_record_batch(batch: &RecordBatch) -> Result<Batch> {
    let data = StructArray::from(batch.clone()).into_data();
    let exported = to_ffi(&data).map_err(|error| ArrayError::ForeignData { reason: error.to_string() });
    let (mut array, mut schema) = exported?;
    // SAFETY: both structs are laid out as the specification says, and moved out of here, where nobody else has them. Their
    // producer follows the specification.
    unsafe {
        let schema = ArrowSchema::take((&raw mut schema).cast());
        import_batch(ArrowArray::take((&raw mut array).cast()), &schema)
    }
}

/// The batches of a frame; one without rows if it has none, since a record batch also says names and types.
///
/// # Errors
/// As [`to_record_batch`].
pub fn to_record_batches(frame: &DataFrame) -> Result<Vec<RecordBatch>> {
    if frame.batches().is_empty() {
        return Ok(vec![to_record_batch(&Batch::new_empty(frame.schema().clone()))?]);
    }
    frame.batches().iter().map(to_record_batch).collect()
}

/// Record batches of the same names and types, as a frame; one without columns if there are none.
///
/// # Errors
/// As [`from_record_batch`]; [`ArrayError::SchemaMismatch`] if their names or types differ.
pub fn from_record_batches(batches: &[RecordBatch]) -> Result<DataFrame> {
    let batches = batches.iter().map(from_record_batch).collect::<Result<Vec<_>>>()?;
    let Some(first) = batches.first() else { return DataFrame::from_columns(Vec::new()) };
    DataFrame::from_batches(first.schema().clone(), batches)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::{ArrayRef, BinaryViewArray, Float16Array, Int64Array, StringViewArray};

    use super::*;
    use crate::{Scalar, df};

    #[test]
    fn rows_go_and_come_back() {
        let frame = df! {
            "n" => [Some(1), None, Some(3)], "word" => ["a", "Ω", ""], "part" => [0.5, -0.0, f64::NAN],
        }
        .expect("columns of one length");
        let sliced = frame.sliced(1, 2);
        for frame in [frame.clone(), sliced, frame.sliced(0, 0)] {
            let batches = to_record_batches(&frame).expect("types that both sides hold");
            assert_eq!(batches.iter().map(RecordBatch::num_rows).sum::<usize>(), frame.height());
            assert_eq!(from_record_batches(&batches).expect("they came from here"), frame);
        }
    }

    #[test]
    fn rows_without_columns_are_counted() {
        let batch = df! { "n" => [1, 2, 3] }.expect("one column").batches()[0].project(&[]);
        let theirs = to_record_batch(&batch).expect("no columns");
        assert_eq!((theirs.num_rows(), theirs.num_columns()), (3, 0));
        assert_eq!(from_record_batch(&theirs).expect("no columns").num_rows(), 3);
        assert_eq!(from_record_batches(&[]).expect("no batches").width(), 0);
    }

    #[test]
    fn values_are_shared() {
        let theirs: ArrayRef = Arc::new(Int64Array::from((0..1000).collect::<Vec<_>>()));
        let batch = RecordBatch::try_from_iter([("n", theirs)]).expect("one column");
        let back = to_record_batch(&from_record_batch(&batch).expect("integers")).expect("integers");
        let address = |batch: &RecordBatch| batch.column(0).to_data().buffers()[0].as_ptr();
        assert_eq!(address(&back), address(&batch));
    }

    #[test]
    fn views_are_put_together() {
        let values =
            [Some("short"), None, Some("longer than twelve bytes"), Some(""), Some("Ωmega and more of it")];
        let texts: ArrayRef = Arc::new(StringViewArray::from(values.to_vec()));
        let bytes = values.map(|value| value.map(str::as_bytes)).to_vec();
        let bytes: ArrayRef = Arc::new(BinaryViewArray::from(bytes));
        let batch = RecordBatch::try_from_iter([("text", texts), ("bytes", bytes)]).expect("two columns");
        for (start, length) in [(0, 5), (2, 3), (1, 1), (3, 0)] {
            let rows = from_record_batch(&batch.slice(start, length)).expect("views are read");
            for row in 0..length {
                let expected = values[start + row];
                assert_eq!(rows.column(0).get(row), expected.map_or(Scalar::Null, Scalar::from));
                let expected = expected.map_or(Scalar::Null, |text| Scalar::Binary(text.as_bytes().into()));
                assert_eq!(rows.column(1).get(row), expected);
            }
        }
    }

    #[test]
    fn what_is_not_held_is_named() {
        let floats: ArrayRef = Arc::new(Float16Array::from(Vec::<Option<_>>::new()));
        let batch = RecordBatch::try_from_iter([("half", floats)]).expect("one column");
        let error = from_record_batch(&batch).expect_err("half floats are not held").to_string();
        assert!(error.contains("half"), "{error}");
    }
}
