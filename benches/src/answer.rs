//! A frame as an Arrow file, so that other programs can compare answers. Written after the clock has stopped: simple
//! rather than quick, and no part of the library.

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;
use std::sync::Arc;

use arrow_array::types::{
    ArrowPrimitiveType, Date32Type, Decimal128Type, DurationMicrosecondType, DurationMillisecondType,
    DurationNanosecondType, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
    Time64NanosecondType, TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType,
    UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{
    ArrayRef, BooleanArray, LargeStringArray, NullArray, PrimitiveArray, RecordBatch, RecordBatchOptions,
};
use arrow_buffer::{BooleanBuffer, Buffer, NullBuffer, OffsetBuffer, ScalarBuffer};
use arrow_ipc::writer::FileWriter;
use arrow_schema::{Field, Schema, SchemaRef};
use lazuli::{Column, DataFrame, DataType, TimeUnit};
use lazuli_array::{Array, Bitmap, Native, StringArray};

use crate::cases::Failure;

/// Rows copied at a time, so that a large answer needs little more memory than it has.
const PIECE_ROWS: usize = 1 << 20;

/// Writes the frame as an Arrow IPC file. Strings are written plain, whatever form they have here.
pub fn write(frame: &DataFrame, path: &Path) -> Result<(), Failure> {
    let schema = schema_of(frame)?;
    let mut writer = FileWriter::try_new(BufWriter::new(File::create(path)?), &schema)?;
    for batch in frame.batches() {
        for start in (0..batch.num_rows()).step_by(PIECE_ROWS) {
            let rows = PIECE_ROWS.min(batch.num_rows() - start);
            let piece = batch.sliced(start, rows);
            let columns = piece.columns().iter().map(column).collect::<Result<_, _>>()?;
            let options = RecordBatchOptions::new().with_row_count(Some(rows));
            writer.write(&RecordBatch::try_new_with_options(schema.clone(), columns, &options)?)?;
        }
    }
    writer.finish()?;
    Ok(())
}

fn schema_of(frame: &DataFrame) -> Result<SchemaRef, Failure> {
    let fields = frame.schema().fields().iter().map(|field| {
        let empty = column(&Column::new_null(field.data_type().clone(), 0))?;
        Ok(Field::new(field.name().as_str(), empty.data_type().clone(), true))
    });
    Ok(Arc::new(Schema::new(fields.collect::<Result<Vec<_>, Failure>>()?)))
}

fn column(column: &Column) -> Result<ArrayRef, Failure> {
    let nulls = column.validity().map(|bits| NullBuffer::new(booleans(&bits)));
    Ok(match (column.data_type(), column.array()) {
        (_, Array::Null(array)) => Arc::new(NullArray::new(array.len())),
        (_, Array::Boolean(array)) => Arc::new(BooleanArray::new(booleans(array.values()), nulls)),
        (DataType::Int8, Array::Int8(array)) => numbers::<Int8Type>(array.values(), nulls),
        (DataType::Int16, Array::Int16(array)) => numbers::<Int16Type>(array.values(), nulls),
        (DataType::Int32, Array::Int32(array)) => numbers::<Int32Type>(array.values(), nulls),
        (DataType::Date, Array::Int32(array)) => numbers::<Date32Type>(array.values(), nulls),
        (DataType::Int64, Array::Int64(array)) => numbers::<Int64Type>(array.values(), nulls),
        (DataType::Time, Array::Int64(array)) => numbers::<Time64NanosecondType>(array.values(), nulls),
        (DataType::Datetime(unit, None), Array::Int64(array)) => match unit {
            TimeUnit::Milliseconds => numbers::<TimestampMillisecondType>(array.values(), nulls),
            TimeUnit::Microseconds => numbers::<TimestampMicrosecondType>(array.values(), nulls),
            TimeUnit::Nanoseconds => numbers::<TimestampNanosecondType>(array.values(), nulls),
        },
        (DataType::Duration(unit), Array::Int64(array)) => match unit {
            TimeUnit::Milliseconds => numbers::<DurationMillisecondType>(array.values(), nulls),
            TimeUnit::Microseconds => numbers::<DurationMicrosecondType>(array.values(), nulls),
            TimeUnit::Nanoseconds => numbers::<DurationNanosecondType>(array.values(), nulls),
        },
        (DataType::UInt8, Array::UInt8(array)) => numbers::<UInt8Type>(array.values(), nulls),
        (DataType::UInt16, Array::UInt16(array)) => numbers::<UInt16Type>(array.values(), nulls),
        (DataType::UInt32, Array::UInt32(array)) => numbers::<UInt32Type>(array.values(), nulls),
        (DataType::UInt64, Array::UInt64(array)) => numbers::<UInt64Type>(array.values(), nulls),
        (DataType::Float32, Array::Float32(array)) => numbers::<Float32Type>(array.values(), nulls),
        (DataType::Float64, Array::Float64(array)) => numbers::<Float64Type>(array.values(), nulls),
        (DataType::Decimal { precision, scale }, Array::Int128(array)) => {
            let values = ScalarBuffer::from(array.values().to_vec());
            let array = PrimitiveArray::<Decimal128Type>::new(values, nulls);
            Arc::new(array.with_precision_and_scale(*precision, i8::try_from(*scale)?)?)
        }
        (_, Array::String(array)) => text(array, nulls)?,
        (_, Array::Dictionary(array)) => text(&array.to_plain(), nulls)?,
        (data_type, _) => return Err(format!("no answer has columns of type {data_type} yet").into()),
    })
}

fn numbers<T: ArrowPrimitiveType>(values: &[T::Native], nulls: Option<NullBuffer>) -> ArrayRef
where
    T::Native: Native,
{
    Arc::new(PrimitiveArray::<T>::new(ScalarBuffer::from(values.to_vec()), nulls))
}

fn booleans(bits: &Bitmap) -> BooleanBuffer {
    BooleanBuffer::new(Buffer::from_vec(bits.words().collect::<Vec<u64>>()), 0, bits.len())
}

fn text(array: &StringArray, nulls: Option<NullBuffer>) -> Result<ArrayRef, Failure> {
    let offsets = array.offsets();
    let (first, last) = (offsets[0], offsets[array.len()]);
    let bytes = array.bytes()[usize::try_from(first)?..usize::try_from(last)?].to_vec();
    let offsets: Vec<i64> = offsets.iter().map(|offset| offset - first).collect();
    let offsets = OffsetBuffer::new(ScalarBuffer::from(offsets));
    Ok(Arc::new(LargeStringArray::try_new(offsets, Buffer::from_vec(bytes), nulls)?))
}
