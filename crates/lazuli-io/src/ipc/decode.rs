//! The columns of a batch: its arrays in the order of the schema, each a node and some buffers, read for a range of rows.
//!
//! Nothing of a batch is believed: a buffer must have the bytes that its rows need, offsets ascend within their values, texts
//! are UTF-8, codes have an entry, decimals no more digits than their type, times lie within the day. What nulls stand on
//! is not looked at.

use super::body::{Body, Plain};
use super::dictionary::Values;
use super::schema::{IpcField, Layout};
use super::views;
use super::{IpcError, IpcErrorKind, Result};
use crate::half::float_of_half;
use lazuli_array::{
    Array, ArrayError, BinaryArray, Bitmap, BooleanArray, DataType, ListArray, NullArray, PhysicalType,
    PrimitiveArray, StringArray, StringBuilder, StructArray, dispatch_physical_primitive,
};
use std::sync::Arc;

const NANOS_PER_DAY: i64 = 86_400_000_000_000;

/// Finds a dictionary by its number.
pub(super) type Lookup<'a> = &'a dyn Fn(i64) -> Result<Arc<Values>>;

/// Where the parts of the next array are.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Cursor {
    node: usize,
    buffer: usize,
    views: usize,
}

fn too_few() -> IpcError {
    IpcError::corrupt("fewer arrays than its columns need")
}

impl Cursor {
    /// Moves over a column.
    pub(super) fn skip(&mut self, field: &IpcField, body: &Body<'_>) -> Result<()> {
        self.node += 1;
        self.buffer = self
            .buffer
            .checked_add(match (&field.coded, &field.layout) {
                (Some(_), _) => 2,
                (None, Layout::Null) => 0,
                (None, Layout::Struct | Layout::FixedList(_)) => 1,
                (None, Layout::Text { .. } | Layout::Bytes { .. }) => 3,
                (None, Layout::TextView | Layout::BytesView) => {
                    self.views += 1;
                    let count = body.head.view_buffers.get(self.views - 1).ok_or_else(too_few)?;
                    count.checked_add(2).ok_or_else(too_few)?
                }
                _ => 2,
            })
            .ok_or_else(too_few)?;
        if field.coded.is_none() {
            for child in &field.children {
                self.skip(child, body)?;
            }
        }
        Ok(())
    }
}

/// Rows of an array.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rows {
    pub start: usize,
    pub length: usize,
}

/// The rows of the array at the cursor, which moves on.
pub(super) fn array(
    body: &Body<'_>,
    cursor: &mut Cursor,
    field: &IpcField,
    rows: Rows,
    lookup: Lookup<'_>,
) -> Result<Array> {
    let Rows { start, length } = rows;
    let &(node_length, null_count) = body.head.nodes.get(cursor.node).ok_or_else(too_few)?;
    if start.checked_add(length).is_none_or(|end| end > node_length) {
        return Err(IpcError::corrupt("an array that is shorter than its rows"));
    }
    let mut next = *cursor;
    next.skip(field, body)?;
    let own = std::mem::replace(cursor, next);
    if field.coded.is_none() && field.layout == Layout::Null {
        return Ok(NullArray::new(length).into());
    }
    let validity = match null_count {
        0 => None,
        _ => Some(body.bits(own.buffer, start, length)?),
    };
    let buffer = own.buffer + 1;
    if let Some(coded) = &field.coded {
        let values = lookup(coded.id)?;
        return codes(body, buffer, coded.code, rows, validity, &values);
    }
    let data_type = field.value_type();
    Ok(match &field.layout {
        Layout::Null => NullArray::new(length).into(),
        Layout::Boolean => BooleanArray::new(body.bits(buffer, start, length)?, validity).into(),
        Layout::Fixed(physical) => {
            let values: Array = dispatch_physical_primitive!(
                *physical,
                |T| PrimitiveArray::new(body.values::<T>(buffer, start, length)?.into(), validity).into(),
                else return Err(IpcError::unsupported("values of no fixed width"))
            );
            match &values {
                Array::Int64(ticks) if *data_type == DataType::Time => check_times(ticks)?,
                _ => {}
            }
            values
        }
        Layout::Half => {
            let halves = body.values::<u16>(buffer, start, length)?;
            PrimitiveArray::new(halves.into_iter().map(float_of_half).collect(), validity).into()
        }
        Layout::Scaled32(factor) => {
            scaled(body.values::<i32>(buffer, start, length)?, *factor, validity, data_type)?
        }
        Layout::Scaled64(factor) => {
            scaled(body.values::<i64>(buffer, start, length)?, *factor, validity, data_type)?
        }
        Layout::Decimal(width) => decimals(body, buffer, *width, rows, validity, data_type)?,
        Layout::Text { wide } => {
            let (offsets, bytes) = texts(body, buffer, *wide, rows)?;
            text(offsets, bytes, validity)?.into()
        }
        Layout::Bytes { wide } => {
            let (offsets, bytes) = texts(body, buffer, *wide, rows)?;
            BinaryArray::try_new(offsets.into(), bytes.into(), validity)?.into()
        }
        Layout::TextView | Layout::BytesView => {
            let count = body.head.view_buffers.get(own.views).copied().ok_or_else(too_few)?;
            let is_text = field.layout == Layout::TextView;
            views::array(body, buffer, count, rows, validity, is_text)?
        }
        Layout::FixedBytes(width) => {
            let too_long = || IpcError::corrupt("more bytes than memory has room for");
            let (first, bytes) =
                start.checked_mul(*width).zip(length.checked_mul(*width)).ok_or_else(too_long)?;
            body.allow(8 * (length as u64 + 1))?;
            let bytes = body.bytes(buffer, first, bytes)?;
            let offsets: Vec<i64> = (0..=length).map(|row| (row * width) as i64).collect();
            BinaryArray::try_new(offsets.into(), bytes.into(), validity)?.into()
        }
        Layout::List { wide } => {
            let offsets = offsets(body, buffer, *wide, rows)?;
            let (first, items) = reach(&offsets)?;
            let [item] = field.children.as_slice() else { return Err(too_few()) };
            let mut inner = Cursor { node: own.node + 1, buffer: own.buffer + 2, ..own };
            let items = array(body, &mut inner, item, Rows { start: first, length: items }, lookup)?;
            let offsets: Vec<i64> = offsets.into_iter().map(|offset| offset - first as i64).collect();
            ListArray::try_new(offsets.into(), items, validity)?.into()
        }
        Layout::FixedList(size) => {
            let too_long = || IpcError::corrupt("more items than memory has room for");
            let (first, items) =
                start.checked_mul(*size).zip(length.checked_mul(*size)).ok_or_else(too_long)?;
            i64::try_from(items).map_err(|_| too_long())?;
            body.allow(8 * (length as u64 + 1))?;
            let [item] = field.children.as_slice() else { return Err(too_few()) };
            let mut inner = Cursor { node: own.node + 1, buffer: own.buffer + 1, ..own };
            let items = array(body, &mut inner, item, Rows { start: first, length: items }, lookup)?;
            let offsets: Vec<i64> = (0..=length).map(|row| (row * size) as i64).collect();
            ListArray::try_new(offsets.into(), items, validity)?.into()
        }
        Layout::Struct => {
            let mut inner = Cursor { node: own.node + 1, buffer: own.buffer + 1, ..own };
            let fields = field.children.iter();
            let fields = fields
                .map(|child| array(body, &mut inner, child, rows, lookup))
                .collect::<Result<Vec<_>>>()?;
            StructArray::new(length, fields, validity).into()
        }
    })
}

/// Offsets of rows, one more than rows: not negative, in the order in which they are.
pub(super) fn offsets(body: &Body<'_>, buffer: usize, wide: bool, rows: Rows) -> Result<Vec<i64>> {
    if rows.length == 0 {
        // An array without rows may come without offsets.
        return Ok(vec![0]);
    }
    let (start, length) = (rows.start, rows.length + 1);
    let offsets: Vec<i64> = match wide {
        true => body.values::<i64>(buffer, start, length)?,
        false => body.values::<i32>(buffer, start, length)?.into_iter().map(i64::from).collect(),
    };
    match offsets.first().is_some_and(|&first| first >= 0) && offsets.is_sorted() {
        true => Ok(offsets),
        false => Err(IpcError::corrupt("offsets that do not ascend")),
    }
}

/// Where ascending offsets begin, and how far they reach.
fn reach(offsets: &[i64]) -> Result<(usize, usize)> {
    let (first, last) = (offsets.first().copied().unwrap_or(0), offsets.last().copied().unwrap_or(0));
    let out = || IpcError::corrupt("offsets beyond memory");
    let (first, last) = usize::try_from(first).ok().zip(usize::try_from(last).ok()).ok_or_else(out)?;
    Ok((first, last - first))
}

/// The offsets of texts, from 0 on, and their bytes.
fn texts(body: &Body<'_>, buffer: usize, wide: bool, rows: Rows) -> Result<(Vec<i64>, Vec<u8>)> {
    let mut offsets = offsets(body, buffer, wide, rows)?;
    let (first, length) = reach(&offsets)?;
    let bytes = body.bytes(buffer + 1, first, length)?;
    if first > 0 {
        offsets.iter_mut().for_each(|offset| *offset -= first as i64);
    }
    Ok((offsets, bytes))
}

/// Texts, whose null rows may stand on anything.
pub(super) fn text(offsets: Vec<i64>, bytes: Vec<u8>, validity: Option<Bitmap>) -> Result<StringArray> {
    let (offsets, bytes) = (offsets.into(), bytes.into());
    let Some(validity) = validity else { return Ok(StringArray::try_new(offsets, bytes, None)?) };
    let rows = BinaryArray::try_new(offsets, bytes, Some(validity))?;
    let (offsets, bytes, validity) = rows.clone().into_parts();
    match StringArray::try_new(offsets, bytes, validity) {
        Err(ArrayError::InvalidUtf8 { .. }) => {
            let mut builder = StringBuilder::with_capacity(rows.len(), 0);
            for (row, bytes) in rows.iter().enumerate() {
                let text = bytes.map(std::str::from_utf8).transpose();
                builder.push(text.map_err(|_| ArrayError::InvalidUtf8 { row })?);
            }
            Ok(builder.finish())
        }
        other => Ok(other?),
    }
}

fn out_of_range(data_type: &DataType, value: impl ToString) -> IpcError {
    IpcError::new(IpcErrorKind::OutOfRange { data_type: data_type.clone(), value: value.to_string() })
}

fn check_times(ticks: &PrimitiveArray<i64>) -> Result<()> {
    match ticks.iter().flatten().find(|tick| !(0..NANOS_PER_DAY).contains(tick)) {
        None => Ok(()),
        Some(tick) => Err(out_of_range(&DataType::Time, tick)),
    }
}

/// Values of a coarser unit than ours, multiplied.
fn scaled<T: Plain + Into<i64>>(
    values: Vec<T>,
    factor: i64,
    validity: Option<Bitmap>,
    data_type: &DataType,
) -> Result<Array> {
    let values = PrimitiveArray::new(values.into(), validity);
    let scaled = values.iter().map(|value| {
        let value: i64 = value.map_or(0, Into::into);
        value.checked_mul(factor).ok_or_else(|| out_of_range(data_type, value))
    });
    let scaled = scaled.collect::<Result<Vec<i64>>>()?;
    let scaled = PrimitiveArray::new(scaled.into(), values.validity().cloned());
    if *data_type == DataType::Time {
        check_times(&scaled)?;
    }
    Ok(scaled.into())
}

/// Decimals of `width` bytes.
fn decimals(
    body: &Body<'_>,
    buffer: usize,
    width: usize,
    rows: Rows,
    validity: Option<Bitmap>,
    data_type: &DataType,
) -> Result<Array> {
    let Rows { start, length } = rows;
    if width < 16 {
        body.allow_wider(16 * length as u64)?;
    }
    let values: Vec<i128> = match width {
        4 => body.values::<i32>(buffer, start, length)?.into_iter().map(i128::from).collect(),
        8 => body.values::<i64>(buffer, start, length)?.into_iter().map(i128::from).collect(),
        16 => body.values::<i128>(buffer, start, length)?,
        _ => {
            let too_long = || IpcError::corrupt("more values than memory has room for");
            let halves = start.checked_mul(2).zip(length.checked_mul(2));
            let (first, count) = halves.ok_or_else(too_long)?;
            let halves = body.values::<i128>(buffer, first, count)?;
            let (pairs, _) = halves.as_chunks::<2>();
            let fits = |&[low, high]: &[i128; 2]| (low >> 127 == high).then_some(low);
            let is_valid = |row: usize| validity.as_ref().is_none_or(|validity| validity.get(row));
            let value = |(row, pair)| match fits(pair) {
                Some(value) => Ok(value),
                None if is_valid(row) => Err(out_of_range(data_type, "a number of more than 128 bits")),
                None => Ok(0),
            };
            pairs.iter().enumerate().map(value).collect::<Result<_>>()?
        }
    };
    let values = PrimitiveArray::new(values.into(), validity);
    let DataType::Decimal { precision, .. } = data_type else { return Ok(values.into()) };
    // At most 10^38, which is below 2^128.
    let limit = 10u128.pow(u32::from(*precision).min(38));
    let misfit = values.iter().flatten().find(|value| value.unsigned_abs() >= limit);
    match misfit {
        None => Ok(values.into()),
        Some(value) => Err(out_of_range(data_type, format!("{value} without its point"))),
    }
}

/// Codes and the values that they stand for.
fn codes(
    body: &Body<'_>,
    buffer: usize,
    code: PhysicalType,
    rows: Rows,
    validity: Option<Bitmap>,
    values: &Values,
) -> Result<Array> {
    let Rows { start, length } = rows;
    let entries = values.num_codes();
    body.allow_wider(4 * length as u64)?;
    let codes: PrimitiveArray<u32> = dispatch_physical_primitive!(
        code,
        |T| {
            let codes = PrimitiveArray::new(body.values::<T>(buffer, start, length)?.into(), validity);
            let known = codes.iter().map(|code| code.map_or(Ok(0), |code| known_code(code, entries)));
            PrimitiveArray::new(known.collect::<Result<Vec<u32>>>()?.into(), codes.validity().cloned())
        },
        else return Err(IpcError::corrupt("codes that are no whole numbers"))
    );
    values.array(codes, |bytes| body.allow(bytes))
}

/// A code that has an entry.
fn known_code<T: Plain>(code: T, entries: usize) -> Result<u32> {
    let outside = || IpcError::corrupt(format!("code {code:?}, but the dictionary has {entries} entries"));
    code.index().filter(|&code| (code as usize) < entries).ok_or_else(outside)
}
