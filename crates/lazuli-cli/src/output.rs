//! Frames to standard output.

use std::io::{self, BufWriter, Write};

use lazuli::{Batch, DataFrame, LazyFrame, Scalar, Schema, Series};
use lazuli::{CsvWriteOptions, CsvWriter};
use serde_json::{Map, Number, Value};

use crate::arguments::Format;
use crate::failure::Failure;

/// Rows formatted at a time when a result is streamed.
const STREAM_ROWS: usize = 65_536;

/// Runs a query and writes its rows. CSV and JSON are streamed in bounded memory; a table needs the whole result.
pub fn write(query: LazyFrame, format: Format) -> Result<(), Failure> {
    match format {
        Format::Table => write_frame(&query.collect()?, format),
        Format::Csv => {
            let schema = query.collect_schema()?;
            let mut writer = CsvLines::new(&schema)?;
            for batch in query.collect_batches(STREAM_ROWS)? {
                writer.batch(&batch?)?;
            }
            writer.finish()
        }
        Format::Json => {
            let mut writer = JsonObjects::new();
            for batch in query.collect_batches(STREAM_ROWS)? {
                writer.batch(&batch?)?;
            }
            writer.finish()
        }
    }
}

/// Writes a frame.
pub fn write_frame(frame: &DataFrame, format: Format) -> Result<(), Failure> {
    match format {
        Format::Table => writeln!(io::stdout().lock(), "{frame}").map_err(Failure::output),
        Format::Csv => {
            let mut writer = CsvLines::new(frame.schema())?;
            frame.batches().iter().try_for_each(|batch| writer.batch(batch))?;
            writer.finish()
        }
        Format::Json => {
            let mut writer = JsonObjects::new();
            frame.batches().iter().try_for_each(|batch| writer.batch(batch))?;
            writer.finish()
        }
    }
}

/// Writes names and types.
pub fn write_schema(schema: &Schema, format: Format) -> Result<(), Failure> {
    let names = Series::from_iter("column", schema.names().cloned());
    let types = Series::from_iter("type", schema.fields().iter().map(|field| field.data_type().to_string()));
    let frame =
        DataFrame::try_new(vec![names, types]).map_err(|error| Failure::message(error.to_string()))?;
    if format == Format::Table {
        // A schema is never shortened: the one column that is asked for would be in the middle.
        let width = schema.names().map(|name| name.chars().count()).max().unwrap_or(0);
        let mut out = BufWriter::new(io::stdout().lock());
        for field in schema.fields() {
            writeln!(out, "{:width$}  {}", field.name(), field.data_type()).map_err(Failure::output)?;
        }
        return out.flush().map_err(Failure::output);
    }
    write_frame(&frame, format)
}

struct CsvLines {
    writer: CsvWriter,
    out: io::Stdout,
    buffer: Vec<u8>,
}

impl CsvLines {
    fn new(schema: &Schema) -> Result<Self, Failure> {
        let writer = CsvWriter::try_new(schema, CsvWriteOptions::default())
            .map_err(|error| Failure::message(error.to_string()))?;
        let mut buffer = Vec::new();
        writer.format_header(&mut buffer);
        Ok(Self { writer, out: io::stdout(), buffer })
    }

    fn batch(&mut self, batch: &Batch) -> Result<(), Failure> {
        self.writer.format_batch(batch, &mut self.buffer);
        self.flush()
    }

    fn flush(&mut self) -> Result<(), Failure> {
        self.out.lock().write_all(&self.buffer).map_err(Failure::output)?;
        self.buffer.clear();
        Ok(())
    }

    fn finish(mut self) -> Result<(), Failure> {
        self.flush()?;
        self.out.lock().flush().map_err(Failure::output)
    }
}

/// One JSON array, an object a line.
struct JsonObjects {
    out: BufWriter<io::Stdout>,
    is_first: bool,
}

impl JsonObjects {
    fn new() -> Self {
        Self { out: BufWriter::new(io::stdout()), is_first: true }
    }

    fn batch(&mut self, batch: &Batch) -> Result<(), Failure> {
        for row in 0..batch.num_rows() {
            let object: Map<String, Value> = batch
                .schema()
                .names()
                .zip(batch.columns())
                .map(|(name, column)| (name.to_string(), json(&column.get(row))))
                .collect();
            let opening = if self.is_first { "[\n" } else { ",\n" };
            self.is_first = false;
            write!(self.out, "{opening}{}", Value::Object(object)).map_err(Failure::output)?;
        }
        Ok(())
    }

    fn finish(mut self) -> Result<(), Failure> {
        let closing = if self.is_first { "[]\n" } else { "\n]\n" };
        self.out.write_all(closing.as_bytes()).and_then(|()| self.out.flush()).map_err(Failure::output)
    }
}

/// A value as JSON. Numbers stay numbers; NaN and infinities, which JSON lacks, become text, as do decimals (whose
/// digits a JSON reader would round), dates and times.
fn json(value: &Scalar) -> Value {
    let float =
        |value: f64| Number::from_f64(value).map_or_else(|| Value::from(value.to_string()), Value::Number);
    match value {
        Scalar::Null => Value::Null,
        Scalar::Boolean(value) => Value::Bool(*value),
        Scalar::Int8(value) => Value::from(*value),
        Scalar::Int16(value) => Value::from(*value),
        Scalar::Int32(value) => Value::from(*value),
        Scalar::Int64(value) => Value::from(*value),
        Scalar::UInt8(value) => Value::from(*value),
        Scalar::UInt16(value) => Value::from(*value),
        Scalar::UInt32(value) => Value::from(*value),
        Scalar::UInt64(value) => Value::from(*value),
        // The shortest text of the f32 itself: through f64, 0.1 would become 0.10000000149011612.
        Scalar::Float32(value) => value.to_string().parse().map_or(Value::Null, float),
        Scalar::Float64(value) => float(*value),
        Scalar::String(text) => Value::from(text.as_str()),
        Scalar::List(values) => (0..values.len()).map(|row| json(&values.get(row))).collect(),
        Scalar::Struct(fields) => {
            Value::Object(fields.iter().map(|(name, value)| (name.to_string(), json(value))).collect())
        }
        other => Value::from(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_keep_their_digits_in_json() {
        assert_eq!(json(&Scalar::Int64(i64::MAX)).to_string(), "9223372036854775807");
        assert_eq!(json(&Scalar::Float32(0.1)).to_string(), "0.1");
        assert_eq!(json(&Scalar::Float64(f64::NAN)).to_string(), "\"NaN\"");
        assert_eq!(
            json(&Scalar::Decimal { value: 12_345, precision: 38, scale: 2 }).to_string(),
            "\"123.45\""
        );
        assert_eq!(json(&Scalar::Date(0)).to_string(), "\"1970-01-01\"");
    }
}
