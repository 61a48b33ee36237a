//! Batches to JSON that reads back as the same values.
//!
//! A record has all columns in order, null where there is no value. Floats are the shortest text that reads back equal; NaN
//! and the infinities, which JSON does not have, are null. Decimals, dates, times and spans of time are strings (ISO 8601), as
//! are bytes (base64): read back with their types given, they are the same values.
//!
//! Texts of a dictionary are quoted once, and the text between two values is made once.

use crate::decimal::write_decimal;
use crate::temporal::{write_date, write_datetime, write_duration, write_time};
use lazuli_array::{
    Array, Batch, Bitmap, DataType, Dictionary, DictionaryArray, Schema, StringArray, TimeUnit,
};
use lazuli_kernels::strings::{Encoding, encode};

/// Formats batches of one schema. Stateless: any number of threads may format batches, as long as the pieces are put
/// together in order.
///
/// ```
/// use lazuli_array::{Array, Batch, Column, DataType, PrimitiveArray, StringArray};
/// use lazuli_io::ndjson::NdjsonWriter;
/// let text: Array = StringArray::from_iter([Some("a\"b"), None]).into();
/// let number: Array = PrimitiveArray::from_iter([Some(f64::NAN), Some(0.1)]).into();
/// let batch = Batch::from_columns(vec![
///     ("text".into(), Column::new(DataType::String, text)),
///     ("number".into(), Column::new(DataType::Float64, number)),
/// ])?;
/// let mut out = Vec::new();
/// NdjsonWriter::new(batch.schema()).format_batch(&batch, &mut out);
/// assert_eq!(out, b"{\"text\":\"a\\\"b\",\"number\":null}\n{\"text\":null,\"number\":0.1}\n");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct NdjsonWriter {
    /// What stands before each value of a record.
    before: Vec<Vec<u8>>,
}

impl NdjsonWriter {
    /// A writer for batches of this schema. JSON holds every type that there is.
    pub fn new(schema: &Schema) -> Self {
        Self { before: schema.names().enumerate().map(|(place, name)| before_value(place, name)).collect() }
    }

    /// Appends the rows of a batch, a line each.
    ///
    /// # Panics
    /// If the batch is of another schema than the writer.
    pub fn format_batch(&self, batch: &Batch, out: &mut Vec<u8>) {
        self.format_rows(batch, b"", b"\n", out);
    }

    /// Appends the rows of a batch as items of an array, a comma and a line end before each.
    ///
    /// # Panics
    /// If the batch is of another schema than the writer.
    pub fn format_items(&self, batch: &Batch, out: &mut Vec<u8>) {
        self.format_rows(batch, b",\n", b"", out);
    }

    fn format_rows(&self, batch: &Batch, before: &[u8], behind: &[u8], out: &mut Vec<u8>) {
        assert_eq!(batch.num_columns(), self.before.len(), "a batch of another schema");
        let columns: Vec<Cells<'_>> = batch
            .columns()
            .iter()
            .map(|column| Cells::new(column.data_type(), column.array(), batch.num_rows()))
            .collect();
        for row in 0..batch.num_rows() {
            out.extend_from_slice(before);
            if columns.is_empty() {
                out.push(b'{');
            }
            for (name, column) in self.before.iter().zip(&columns) {
                out.extend_from_slice(name);
                column.write(row, out);
            }
            out.push(b'}');
            out.extend_from_slice(behind);
        }
    }
}

/// `{"name":` or `,"name":`.
fn before_value(place: usize, name: &str) -> Vec<u8> {
    let mut text = vec![if place == 0 { b'{' } else { b',' }];
    write_string(name.as_bytes(), &mut text);
    text.push(b':');
    text
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
    Dictionary(&'a DictionaryArray, Quoted),
    /// In base64, which needs no escapes.
    Binary(StringArray),
    List(&'a [i64], Box<Cells<'a>>),
    Struct(Vec<(Vec<u8>, Cells<'a>)>),
}

/// The texts of a dictionary in quotes, or nothing where rows are fewer than they.
struct Quoted {
    ends: Vec<usize>,
    bytes: Vec<u8>,
}

impl Quoted {
    fn new(dictionary: &Dictionary, rows: usize) -> Self {
        let mut this = Self { ends: Vec::new(), bytes: Vec::new() };
        if dictionary.len() <= rows {
            this.ends.push(0);
            for code in 0..dictionary.len() as u32 {
                write_string(dictionary.value(code).as_bytes(), &mut this.bytes);
                this.ends.push(this.bytes.len());
            }
        }
        this
    }

    fn get(&self, code: usize) -> Option<&[u8]> {
        self.bytes.get(*self.ends.get(code)?..*self.ends.get(code + 1)?)
    }
}

impl<'a> Cells<'a> {
    fn new(data_type: &DataType, array: &'a Array, rows: usize) -> Self {
        let (values, validity) = match (array, data_type) {
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
            (Array::Dictionary(array), _) => {
                let quoted = Quoted::new(array.dictionary(), rows);
                (Values::Dictionary(array, quoted), array.validity())
            }
            (Array::Binary(array), _) => {
                (Values::Binary(encode(array.into(), Encoding::Base64)), array.validity())
            }
            (Array::List(array), data_type) => {
                let item = if let DataType::List(item) = data_type { item } else { &DataType::Null };
                let items = Box::new(Cells::new(item, array.values(), array.values().len()));
                (Values::List(array.offsets(), items), array.validity())
            }
            (Array::Struct(array), data_type) => {
                let fields = if let DataType::Struct(fields) = data_type { &fields[..] } else { &[] };
                let cells = fields.iter().zip(array.fields()).enumerate().map(|(place, (field, values))| {
                    (before_value(place, field.name()), Cells::new(field.data_type(), values, rows))
                });
                (Values::Struct(cells.collect()), array.validity())
            }
        };
        Self { validity, values }
    }

    /// Appends the value of a row. Recurses as deep as the type is nested.
    #[inline]
    fn write(&self, row: usize, out: &mut Vec<u8>) {
        if self.validity.is_some_and(|validity| !validity.get(row)) {
            out.extend_from_slice(b"null");
            return;
        }
        match &self.values {
            Values::Null => out.extend_from_slice(b"null"),
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
            Values::Decimal(values, scale) => quoted(out, |out| write_decimal(values[row], *scale, out)),
            Values::Date(values) => quoted(out, |out| write_date(values[row], out)),
            Values::Datetime(values, unit, zoned) => quoted(out, |out| {
                write_datetime(values[row], *unit, out);
                if *zoned {
                    out.push(b'Z');
                }
            }),
            Values::Duration(values, unit) => quoted(out, |out| write_duration(values[row], *unit, out)),
            Values::Time(values) => quoted(out, |out| write_time(values[row], 9, out)),
            Values::String(values) => write_string(values.value_bytes(row), out),
            Values::Dictionary(values, texts) => {
                let code = values.stored_codes().value(row);
                match texts.get(code as usize) {
                    Some(text) => out.extend_from_slice(text),
                    None => write_string(values.dictionary().value(code).as_bytes(), out),
                }
            }
            Values::Binary(texts) => quoted(out, |out| out.extend_from_slice(texts.value_bytes(row))),
            Values::List(offsets, items) => {
                out.push(b'[');
                let (start, end) = (offsets[row] as usize, offsets[row + 1] as usize);
                for item in start..end {
                    if item > start {
                        out.push(b',');
                    }
                    items.write(item, out);
                }
                out.push(b']');
            }
            Values::Struct(fields) => {
                if fields.is_empty() {
                    out.push(b'{');
                }
                for (before, values) in fields {
                    out.extend_from_slice(before);
                    values.write(row, out);
                }
                out.push(b'}');
            }
        }
    }
}

#[inline]
fn write_integer(value: impl itoa::Integer, out: &mut Vec<u8>) {
    out.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
}

#[inline]
fn write_float<F: zmij::Float + Copy + Into<f64>>(value: F, out: &mut Vec<u8>) {
    let wide: f64 = value.into();
    if wide.is_finite() {
        out.extend_from_slice(zmij::Buffer::new().format_finite(value).as_bytes());
    } else {
        out.extend_from_slice(b"null");
    }
}

#[inline]
fn quoted(out: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) {
    out.push(b'"');
    write(out);
    out.push(b'"');
}

/// Appends a text in quotes, with escapes for quotes, backslashes and control characters.
#[inline]
fn write_string(text: &[u8], out: &mut Vec<u8>) {
    out.push(b'"');
    let mut rest = text;
    loop {
        let plain = super::syntax::plain_bytes(rest);
        out.extend_from_slice(&rest[..plain]);
        let Some(&special) = rest.get(plain) else { break };
        write_escape(special, out);
        rest = &rest[plain + 1..];
    }
    out.push(b'"');
}

#[inline(never)]
fn write_escape(byte: u8, out: &mut Vec<u8>) {
    let letter = match byte {
        b'"' | b'\\' => byte,
        8 => b'b',
        12 => b'f',
        b'\n' => b'n',
        b'\r' => b'r',
        b'\t' => b't',
        _ => {
            let digit = |nibble: u8| b"0123456789abcdef"[usize::from(nibble & 15)];
            out.extend_from_slice(&[b'\\', b'u', b'0', b'0', digit(byte >> 4), digit(byte)]);
            return;
        }
    };
    out.extend_from_slice(&[b'\\', letter]);
}
