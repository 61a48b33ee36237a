//! Batches to delimited text that reads back as the same values.
//!
//! Quotes only where needed; null is nothing, the empty string is `""`; floats are the shortest text that reads back
//! equal and always look like floats; temporal values are ISO 8601.

use super::{CsvError, CsvErrorKind, Result};
use crate::decimal::write_decimal;
use crate::temporal::{write_date, write_datetime, write_duration, write_time};
use lazuli_array::{Array, Batch, Bitmap, Column, DataType, DictionaryArray, Schema, StringArray, TimeUnit};

/// How to write delimited text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CsvWriteOptions {
    /// Between fields.
    pub separator: u8,
    /// Around fields that need it.
    pub quote: u8,
    /// Write the names of the columns first.
    pub header: bool,
}

impl Default for CsvWriteOptions {
    fn default() -> Self {
        Self { separator: b',', quote: b'"', header: true }
    }
}

/// Formats batches of one schema. Stateless: any number of threads may format batches, as long as the pieces are put
/// together in order.
///
/// ```
/// use lazuli_array::{Array, Batch, Column, DataType, PrimitiveArray, StringArray};
/// use lazuli_io::csv::{CsvWriteOptions, CsvWriter};
/// let text: Array = StringArray::from_iter([Some("a,b"), Some(""), None]).into();
/// let number: Array = PrimitiveArray::from_iter([Some(1.0), None, Some(0.1)]).into();
/// let batch = Batch::from_columns(vec![
///     ("text".into(), Column::new(DataType::String, text)),
///     ("number".into(), Column::new(DataType::Float64, number)),
/// ])?;
/// let writer = CsvWriter::try_new(batch.schema(), CsvWriteOptions::default())?;
/// let mut out = Vec::new();
/// writer.format_header(&mut out);
/// writer.format_batch(&batch, &mut out);
/// assert_eq!(out, b"text,number\n\"a,b\",1.0\n\"\",\n,0.1\n");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct CsvWriter {
    options: CsvWriteOptions,
    names: Vec<String>,
}

impl CsvWriter {
    /// A writer for batches of this schema.
    ///
    /// # Errors
    /// [`CsvErrorKind::Unsupported`] for lists, structs and binary columns; [`CsvErrorKind::Dialect`] for a separator or
    /// quote that can't be.
    pub fn try_new(schema: &Schema, options: CsvWriteOptions) -> Result<Self> {
        let dialect = super::Dialect {
            separator: options.separator,
            quote: Some(options.quote),
            ..super::Dialect::default()
        };
        if let Some(reason) = dialect.fault() {
            return Err(CsvError::new(CsvErrorKind::Dialect { reason }));
        }
        for field in schema.fields() {
            if matches!(field.data_type(), DataType::List(_) | DataType::Struct(_) | DataType::Binary) {
                let (column, data_type) = (field.name().clone(), field.data_type().clone());
                return Err(CsvError::new(CsvErrorKind::Unsupported { column, data_type }));
            }
        }
        Ok(Self { options, names: schema.names().map(|name| name.to_string()).collect() })
    }

    /// Appends the header line, if one is wanted.
    pub fn format_header(&self, out: &mut Vec<u8>) {
        if !self.options.header {
            return;
        }
        for (column, name) in self.names.iter().enumerate() {
            if column > 0 {
                out.push(self.options.separator);
            }
            // A lone empty name would be a blank line.
            if !name.is_empty() || self.names.len() == 1 {
                self.write_text(name.as_bytes(), out);
            }
        }
        out.push(b'\n');
    }

    /// Appends the rows of a batch, a line each (more where a text has line ends).
    ///
    /// # Panics
    /// If the batch is of another schema than the writer.
    pub fn format_batch(&self, batch: &Batch, out: &mut Vec<u8>) {
        assert_eq!(batch.num_columns(), self.names.len(), "a batch of another schema");
        let columns: Vec<Cells<'_>> = batch.columns().iter().map(Cells::new).collect();
        for row in 0..batch.num_rows() {
            for (index, column) in columns.iter().enumerate() {
                if index > 0 {
                    out.push(self.options.separator);
                }
                if column.validity.is_none_or(|validity| validity.get(row)) {
                    self.write_value(&column.values, row, out);
                }
            }
            out.push(b'\n');
        }
    }

    #[inline]
    fn write_value(&self, values: &Values<'_>, row: usize, out: &mut Vec<u8>) {
        match values {
            Values::Null => {}
            Values::Boolean(values) => {
                out.extend_from_slice(if values.get(row) { b"true" } else { b"false" })
            }
            Values::Int8(values) => write_integer(values[row], out),
            Values::Int16(values) => write_integer(values[row], out),
            Values::Int32(values) => write_integer(values[row], out),
            Values::Int64(values) => write_integer(values[row], out),
            Values::UInt8(values) => write_integer(values[row], out),
            Values::UInt16(values) => write_integer(values[row], out),
            Values::UInt32(values) => write_integer(values[row], out),
            Values::UInt64(values) => write_integer(values[row], out),
            Values::Float32(values) => write_float(values[row], out),
            Values::Float64(values) => write_float(values[row], out),
            Values::Decimal(values, scale) => write_decimal(values[row], *scale, out),
            Values::Date(values) => write_date(values[row], out),
            Values::Datetime(values, unit, zoned) => {
                write_datetime(values[row], *unit, out);
                if *zoned {
                    out.push(b'Z');
                }
            }
            Values::Duration(values, unit) => write_duration(values[row], *unit, out),
            Values::Time(values) => write_time(values[row], 9, out),
            Values::String(values) => self.write_text(values.value_bytes(row), out),
            Values::Dictionary(values) => {
                let code = values.stored_codes().value(row);
                self.write_text(values.dictionary().value(code).as_bytes(), out);
            }
        }
    }

    /// Appends a text, quoted if it would read back as anything else.
    #[inline]
    fn write_text(&self, text: &[u8], out: &mut Vec<u8>) {
        let CsvWriteOptions { separator, quote, .. } = self.options;
        let is_special = |&byte: &u8| byte == separator || byte == quote || byte == b'\n' || byte == b'\r';
        // 0xEF may begin a byte order mark, which a reader takes off the head of a file.
        let plain = text.first().is_some_and(|&first| first != 0xEF) && !text.iter().any(is_special);
        if plain {
            out.extend_from_slice(text);
            return;
        }
        out.push(quote);
        let mut rest = text;
        while let Some(at) = memchr::memchr(quote, rest) {
            out.extend_from_slice(&rest[..=at]);
            out.push(quote);
            rest = &rest[at + 1..];
        }
        out.extend_from_slice(rest);
        out.push(quote);
    }
}

/// A column with its type looked at once.
struct Cells<'a> {
    validity: Option<&'a Bitmap>,
    values: Values<'a>,
}

enum Values<'a> {
    Null,
    Boolean(&'a Bitmap),
    Int8(&'a [i8]),
    Int16(&'a [i16]),
    Int32(&'a [i32]),
    Int64(&'a [i64]),
    UInt8(&'a [u8]),
    UInt16(&'a [u16]),
    UInt32(&'a [u32]),
    UInt64(&'a [u64]),
    Float32(&'a [f32]),
    Float64(&'a [f64]),
    Decimal(&'a [i128], u8),
    Date(&'a [i32]),
    Datetime(&'a [i64], TimeUnit, bool),
    Duration(&'a [i64], TimeUnit),
    Time(&'a [i64]),
    String(&'a StringArray),
    Dictionary(&'a DictionaryArray),
}

impl<'a> Cells<'a> {
    fn new(column: &'a Column) -> Self {
        let (values, validity) = match (column.array(), column.data_type()) {
            (Array::Null(_), _) => (Values::Null, None),
            (Array::Boolean(array), _) => (Values::Boolean(array.values()), array.validity()),
            (Array::Int8(array), _) => (Values::Int8(array.values()), array.validity()),
            (Array::Int16(array), _) => (Values::Int16(array.values()), array.validity()),
            (Array::Int32(array), DataType::Date) => (Values::Date(array.values()), array.validity()),
            (Array::Int32(array), _) => (Values::Int32(array.values()), array.validity()),
            (Array::Int64(array), DataType::Datetime(unit, zone)) => {
                (Values::Datetime(array.values(), *unit, zone.is_some()), array.validity())
            }
            (Array::Int64(array), DataType::Duration(unit)) => {
                (Values::Duration(array.values(), *unit), array.validity())
            }
            (Array::Int64(array), DataType::Time) => (Values::Time(array.values()), array.validity()),
            (Array::Int64(array), _) => (Values::Int64(array.values()), array.validity()),
            (Array::UInt8(array), _) => (Values::UInt8(array.values()), array.validity()),
            (Array::UInt16(array), _) => (Values::UInt16(array.values()), array.validity()),
            (Array::UInt32(array), _) => (Values::UInt32(array.values()), array.validity()),
            (Array::UInt64(array), _) => (Values::UInt64(array.values()), array.validity()),
            (Array::Float32(array), _) => (Values::Float32(array.values()), array.validity()),
            (Array::Float64(array), _) => (Values::Float64(array.values()), array.validity()),
            (Array::Int128(array), data_type) => {
                let scale = if let DataType::Decimal { scale, .. } = data_type { *scale } else { 0 };
                (Values::Decimal(array.values(), scale), array.validity())
            }
            (Array::String(array), _) => (Values::String(array), array.validity()),
            (Array::Dictionary(array), _) => (Values::Dictionary(array), array.validity()),
            (Array::Binary(_) | Array::List(_) | Array::Struct(_), data_type) => {
                unreachable!("making the writer checked that it can write {data_type}")
            }
        };
        Self { validity, values }
    }
}

#[inline]
fn write_integer(value: impl itoa::Integer, out: &mut Vec<u8>) {
    out.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
}

/// `NaN`, `inf`, `-inf`, or digits with a dot or an exponent.
#[inline]
fn write_float<F: zmij::Float + Copy + Into<f64>>(value: F, out: &mut Vec<u8>) {
    let wide: f64 = value.into();
    if wide.is_finite() {
        out.extend_from_slice(zmij::Buffer::new().format_finite(value).as_bytes());
    } else if wide.is_nan() {
        out.extend_from_slice(b"NaN");
    } else {
        out.extend_from_slice(if wide > 0.0 { b"inf" } else { b"-inf" });
    }
}
