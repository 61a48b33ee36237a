//! Columns of the built side as rows of bytes, so that a match costs one cache line and not one a column.
//!
//! ```text
//! record   | Float64 | Int32 | Int32 | code | length, bytes of a short text | padding |      16, 32, 48 or 64 bytes
//! ```
//! Matches come in the order of the probing side, so the built side's rows are read at random. Once it is larger than the
//! caches near a processor, taking seven columns is seven misses a row; from records it is one, and they are asked for a
//! block ahead. Packing is a pass over the columns in order, which pays when about half the rows are taken.
//!
//! Taken along are numbers, codes of dictionaries, and texts that are all short; none with nulls. What does not fit 64
//! bytes stays a column.
#![allow(unsafe_code, reason = "records are read and written at byte offsets; each block is argued")]

use std::mem::MaybeUninit;
use std::ops::Range;

use lazuli_array::memory::{Written, filled_with_zeros, with_capacity, written};
use lazuli_array::{
    Array, Bitmap, Codes, Column, DictionaryArray, Native, PrimitiveArray, StringArray, dispatch_codes,
    dispatch_primitive,
};

use super::NO_ROWS;
use super::tasks::{self, RunTasks, Stopped};
use crate::arity::predicate_of;

/// Records are kept in units of this many bytes.
const UNIT_BYTES: usize = size_of::<u128>();
/// Records are at most a cache line.
const MAX_RECORD_BYTES: usize = 64;
/// Texts of at most so many bytes are packed.
const MAX_TEXT_BYTES: usize = 31;
/// Rows whose records are asked for before any of them is read.
const BLOCK_ROWS: usize = 256;
/// Columns of fewer bytes than this are near enough.
const MIN_BYTES: usize = 4 << 20;

/// Which columns would be packed, and where.
#[derive(Debug)]
pub struct PackPlan {
    columns: Vec<(usize, Column, Part)>,
    num_rows: usize,
    record_bytes: usize,
}

/// Where a column's values are in a record.
#[derive(Debug, Clone, Copy)]
struct Part {
    offset: usize,
    /// Of a text: its length in one byte, then room for the longest.
    bytes: usize,
}

impl PackPlan {
    /// Looks at columns of `num_rows` rows. `None` if there is little to gain: fewer than two columns to pack, or all of
    /// them near at hand.
    ///
    /// # Errors
    /// [`Stopped`] if the tasks were.
    pub fn new(columns: &[Column], num_rows: usize, run: RunTasks<'_>) -> Result<Option<Self>, Stopped> {
        let mut sized: Vec<(usize, usize)> = Vec::new();
        for (position, column) in columns.iter().enumerate() {
            if column.null_count() > 0 {
                continue;
            }
            let bytes = match column.array() {
                Array::Dictionary(array) => Some(code_bytes(array.stored_codes())),
                Array::String(array) => match longest_text(array, run)? {
                    longest if longest <= MAX_TEXT_BYTES => Some(longest + 1),
                    _ => None,
                },
                array => dispatch_primitive!(array, |array| Some(value_bytes(array)), else None),
            };
            sized.extend(bytes.map(|bytes| (position, bytes)));
        }
        // Texts last, since they need no alignment; wide values first, which keeps all others aligned.
        sized.sort_by_key(|&(position, bytes)| (is_text(&columns[position]), std::cmp::Reverse(bytes)));
        let (mut parts, mut end) = (Vec::new(), 0);
        for (position, bytes) in sized {
            if end + bytes <= MAX_RECORD_BYTES {
                parts.push((position, columns[position].clone(), Part { offset: end, bytes }));
                end += bytes;
            }
        }
        if parts.len() < 2 || end * num_rows < MIN_BYTES {
            return Ok(None);
        }
        Ok(Some(Self { columns: parts, num_rows, record_bytes: end.next_multiple_of(16) }))
    }

    /// Bytes that the records will take.
    pub fn needed_bytes(&self) -> usize {
        self.record_bytes * self.num_rows + 2 * MAX_RECORD_BYTES
    }

    /// Packs the columns.
    ///
    /// # Errors
    /// [`Stopped`] if the tasks were.
    pub fn build(self, run: RunTasks<'_>) -> Result<PackedRows, Stopped> {
        let Self { columns, num_rows, record_bytes } = self;
        // Room to start at a cache line, and to read a text's bytes by sixteens beyond the last record.
        let num_units = (record_bytes * num_rows + 2 * MAX_RECORD_BYTES) / UNIT_BYTES;
        let mut units = filled_with_zeros::<u128>(num_units);
        let start = units.as_ptr().addr().next_multiple_of(MAX_RECORD_BYTES) - units.as_ptr().addr();
        let start = start / UNIT_BYTES;
        let ranges = tasks::row_ranges(num_rows);
        let record_units = record_bytes / UNIT_BYTES;
        let pieces = tasks::split(&mut units[start..], ranges.iter().map(|rows| rows.len() * record_units));
        tasks::each(run, pieces, |task, records| {
            let rows = ranges[task].clone();
            for block in rows.clone().step_by(BLOCK_ROWS) {
                let end = (block + BLOCK_ROWS).min(rows.end);
                let records =
                    &mut records[(block - rows.start) * record_units..(end - rows.start) * record_units];
                for (_, column, part) in &columns {
                    pack(column, block..end, records, record_bytes, *part);
                }
            }
        })?;
        let columns = columns.into_iter().map(|(position, column, part)| {
            let like = Column::new(column.data_type().clone(), column.array().sliced(0, 0));
            PackedColumn { position, like, part }
        });
        Ok(PackedRows { units, start, num_rows, record_bytes, columns: columns.collect() })
    }
}

/// Writes some rows of a column into their records.
fn pack(column: &Column, rows: Range<usize>, records: &mut [u128], record_bytes: usize, part: Part) {
    match column.array() {
        Array::Dictionary(array) => dispatch_codes!(array.stored_codes(), |codes| {
            pack_values(&codes.values()[rows], records, record_bytes, part.offset);
        }),
        Array::String(array) => {
            let offsets = &array.offsets()[rows.start..=rows.end];
            let bytes = size_of_val(records);
            let records = records.as_mut_ptr().cast::<u8>();
            for (row, pair) in offsets.windows(2).enumerate() {
                let text = &array.bytes()[pair[0] as usize..pair[1] as usize];
                let at = row * record_bytes + part.offset;
                assert!(
                    text.len() < part.bytes && at + part.bytes <= bytes,
                    "a text longer than the longest"
                );
                // SAFETY: the length and the text lie inside the records by the assertion, which are borrowed mutably.
                unsafe {
                    records.add(at).write(text.len() as u8);
                    records.add(at + 1).copy_from_nonoverlapping(text.as_ptr(), text.len());
                }
            }
        }
        array => dispatch_primitive!(
            array,
            |array| pack_values(&array.values()[rows], records, record_bytes, part.offset),
            else unreachable!("{} is not packed", array.physical_name())
        ),
    }
}

fn pack_values<T: Native>(values: &[T], records: &mut [u128], record_bytes: usize, offset: usize) {
    assert!(
        offset + size_of::<T>() <= record_bytes && values.len() * record_bytes <= size_of_val(records),
        "room for each value"
    );
    let records = records.as_mut_ptr().cast::<u8>();
    for (row, &value) in values.iter().enumerate() {
        // SAFETY: inside the records by the assertion, which are borrowed mutably.
        unsafe { records.add(row * record_bytes + offset).cast::<T>().write_unaligned(value) };
    }
}

/// Rows of several columns, one after the other.
#[derive(Debug)]
pub struct PackedRows {
    units: Vec<u128>,
    /// Where the first record starts, in units.
    start: usize,
    num_rows: usize,
    record_bytes: usize,
    columns: Vec<PackedColumn>,
}

#[derive(Debug)]
struct PackedColumn {
    position: usize,
    /// No rows, of the column's type and physical form.
    like: Column,
    part: Part,
}

impl PackedRows {
    /// Positions of the columns that are packed.
    pub fn positions(&self) -> impl Iterator<Item = usize> + '_ {
        self.columns.iter().map(|column| column.position)
    }

    /// The packed columns' rows, in this order, each with the position of its column. [`NO_ROWS`] gives a null row.
    ///
    /// Panics if a row is out of bounds.
    pub fn take(&self, rows: &[u32]) -> Vec<(usize, Column)> {
        let missing = rows.contains(&NO_ROWS);
        let largest = rows.iter().filter(|&&row| row != NO_ROWS).max();
        assert!(largest.is_none_or(|&row| (row as usize) < self.num_rows), "row index out of bounds");
        let mut columns: Vec<Box<dyn Taking>> =
            self.columns.iter().map(|column| taking(column, rows.len())).collect();
        let mut blocks = rows.chunks(BLOCK_ROWS).peekable();
        self.ask_for(blocks.peek().copied().unwrap_or(&[]));
        while let Some(block) = blocks.next() {
            self.ask_for(blocks.peek().copied().unwrap_or(&[]));
            columns.iter_mut().for_each(|column| column.extend(self, block));
        }
        let validity = missing.then(|| predicate_of(rows, |row| row != NO_ROWS));
        let finish = |(taken, column): (Box<dyn Taking>, &PackedColumn)| {
            let array = taken.finish(self, rows, validity.clone());
            (column.position, Column::new(column.like.data_type().clone(), array))
        };
        columns.into_iter().zip(&self.columns).map(finish).collect()
    }

    fn ask_for(&self, rows: &[u32]) {
        for &row in rows {
            if row != NO_ROWS {
                super::hashed::prefetch(
                    &self.units[self.start + row as usize * (self.record_bytes / UNIT_BYTES)],
                );
            }
        }
    }

    /// The bytes of a record from `offset` on; of the first record for [`NO_ROWS`].
    #[inline(always)]
    fn at(&self, row: u32, offset: usize) -> *const u8 {
        let row = if row == NO_ROWS { 0 } else { row as usize };
        self.units
            .as_ptr()
            .cast::<u8>()
            .wrapping_add(self.start * UNIT_BYTES + row * self.record_bytes + offset)
    }

    /// Bytes of memory that the records take.
    pub fn memory_bytes(&self) -> usize {
        self.units.len() * size_of::<u128>()
    }
}

/// A column that is being taken from records. Rows were checked to be below their number, or [`NO_ROWS`].
trait Taking {
    fn extend(&mut self, from: &PackedRows, rows: &[u32]);

    /// The array; `rows`: all of them again.
    fn finish(self: Box<Self>, from: &PackedRows, rows: &[u32], validity: Option<Bitmap>) -> Array;
}

fn taking(column: &PackedColumn, rows: usize) -> Box<dyn Taking> {
    let part = column.part;
    match column.like.array() {
        Array::String(_) => Box::new(Texts::with_room(part, rows)),
        Array::Dictionary(array) => {
            let dictionary = array.dictionary().clone();
            dispatch_codes!(array.stored_codes(), |codes| numbers(codes, part, rows, move |codes| {
                DictionaryArray::new(codes, dictionary).into()
            }))
        }
        array => dispatch_primitive!(
            array,
            |array| numbers(array, part, rows, Array::from),
            else unreachable!("{} is not packed", array.physical_name())
        ),
    }
}

fn numbers<T: Native>(
    _like: &PrimitiveArray<T>,
    part: Part,
    rows: usize,
    wrap: impl FnOnce(PrimitiveArray<T>) -> Array + 'static,
) -> Box<dyn Taking> {
    assert_eq!(part.bytes, size_of::<T>(), "the width that was packed");
    Box::new(Numbers { part, values: with_capacity::<T>(rows), wrap })
}

struct Numbers<T, W> {
    part: Part,
    values: Vec<T>,
    wrap: W,
}

impl<T: Native, W: FnOnce(PrimitiveArray<T>) -> Array> Taking for Numbers<T, W> {
    fn extend(&mut self, from: &PackedRows, rows: &[u32]) {
        let offset = self.part.offset;
        // SAFETY: `take` checked the rows, so the address is inside a record, where `pack_values` wrote a `T`.
        let value = |&row: &u32| unsafe { from.at(row, offset).cast::<T>().read_unaligned() };
        self.values.extend(rows.iter().map(value));
    }

    fn finish(self: Box<Self>, _: &PackedRows, _: &[u32], validity: Option<Bitmap>) -> Array {
        (self.wrap)(PrimitiveArray::new(self.values.into(), validity))
    }
}

struct Texts {
    part: Part,
    /// Where each text will start, and where the last ends.
    offsets: Vec<i64>,
}

impl Texts {
    fn with_room(part: Part, rows: usize) -> Self {
        let mut offsets = with_capacity(rows + 1);
        offsets.push(0);
        Self { part, offsets }
    }
}

impl Taking for Texts {
    fn extend(&mut self, from: &PackedRows, rows: &[u32]) {
        let mut end = self.offsets.last().copied().unwrap_or(0);
        self.offsets.extend(rows.iter().map(|&row| {
            // SAFETY: `take` checked the rows, so the address is inside a record, where `pack` wrote the length.
            let length = unsafe { from.at(row, self.part.offset).read() };
            end += if row == NO_ROWS { 0 } else { i64::from(length) };
            end
        }));
    }

    fn finish(self: Box<Self>, from: &PackedRows, rows: &[u32], validity: Option<Bitmap>) -> Array {
        /// Texts are copied by sixteen bytes, and the next overwrites what is too much.
        const STEP: usize = 16;
        let total = self.offsets.last().copied().unwrap_or(0) as usize;
        let bytes = written(total, 2 * STEP, |slots: &mut [MaybeUninit<u8>]| {
            let start = slots.as_mut_ptr().cast::<u8>();
            for (&row, &at) in rows.iter().zip(&self.offsets) {
                // SAFETY: `at` is the end of the texts before, at most `total`, behind which there is room for two steps; so
                // is there behind the last record.
                unsafe {
                    let (text, out) = (from.at(row, self.part.offset + 1), start.add(at as usize));
                    out.copy_from_nonoverlapping(text, STEP);
                    if self.part.bytes > STEP + 1 {
                        out.add(STEP).copy_from_nonoverlapping(text.add(STEP), STEP);
                    }
                }
            }
            // SAFETY: each text's bytes were written from its offset on, and the offsets leave no gaps.
            unsafe { Written::first(total) }
        });
        // SAFETY: offsets ascend from 0 to the number of bytes, and between two of them are the bytes of a text that was
        // one of a `StringArray`, or none.
        unsafe { StringArray::new_unchecked(self.offsets.into(), bytes.into(), validity) }.into()
    }
}

fn code_bytes(codes: &Codes) -> usize {
    dispatch_codes!(codes, |codes| value_bytes(codes))
}

fn value_bytes<T: Native>(_: &PrimitiveArray<T>) -> usize {
    size_of::<T>()
}

fn is_text(column: &Column) -> bool {
    matches!(column.array(), Array::String(_))
}

fn longest_text(array: &StringArray, run: RunTasks<'_>) -> Result<usize, Stopped> {
    let ranges = tasks::row_ranges(array.len());
    let longest = tasks::map(run, ranges.len(), |task| {
        let offsets = &array.offsets()[ranges[task].start..=ranges[task].end];
        offsets.windows(2).fold(0, |longest, pair| longest.max(pair[1] - pair[0]))
    })?;
    Ok(longest.into_iter().max().unwrap_or(0) as usize)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{strategies, take_column_optional};
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(30))]

        #[test]
        fn packed_columns_are_taken_as_columns_are(
            columns in prop::collection::vec(strategies::one_of(strategies::flat_types()), 2..9)
                .prop_flat_map(|types| strategies::columns_of(&types, 1..200)),
            picks in prop::collection::vec(prop::option::weighted(0.95, any::<prop::sample::Index>()), 0..700),
        ) {
            // As many rows as packing asks for, and no nulls, so that most columns are packed.
            let repeats = MIN_BYTES / 2 / columns[0].len() + 1;
            let indices: Vec<u32> = (0..columns[0].len() as u32).collect::<Vec<_>>().repeat(repeats);
            let valid: Vec<Column> = columns.iter().map(|column| {
                let rows: Vec<u32> = (0..column.len() as u32).filter(|&row| !column.get(row as usize).is_null()).collect();
                let rows: Vec<u32> = if rows.is_empty() { indices.clone() } else {
                    indices.iter().map(|&row| rows[row as usize % rows.len()]).collect()
                };
                crate::take_column(column, &rows)
            }).collect();
            let num_rows = indices.len();
            let Some(plan) = PackPlan::new(&valid, num_rows, &tasks::one_by_one).unwrap() else { return Ok(()) };
            let needed = plan.needed_bytes();
            let packed = plan.build(&tasks::one_by_one).unwrap();
            prop_assert!(packed.memory_bytes() <= needed);
            let rows: Vec<u32> =
                picks.iter().map(|pick| pick.map_or(NO_ROWS, |pick| pick.index(num_rows) as u32)).collect();
            let present: Vec<u32> = rows.iter().copied().filter(|&row| row != NO_ROWS).collect();
            for rows in [rows, present] {
                let taken = packed.take(&rows);
                prop_assert_eq!(taken.len(), packed.positions().count());
                for (position, column) in taken {
                    prop_assert_eq!(&column, &take_column_optional(&valid[position], &rows));
                }
            }
        }
    }

    #[test]
    fn little_is_not_packed() {
        let column = Column::new(lazuli_array::DataType::Int64, PrimitiveArray::from_vec(vec![1i64; 100]));
        let plan = |columns: &[Column]| PackPlan::new(columns, 100, &tasks::one_by_one).unwrap();
        assert!(plan(&[column.clone(), column.clone()]).is_none());
        assert!(plan(&[]).is_none());
    }
}
