//! Buckets: rows of a large sort, moved together with their values.
//!
//! Sorting row numbers and gathering values by them costs one cache miss a value and twenty bytes of fresh memory a row.
//! Beyond the third-level cache it is cheaper to move every column once, to buckets of neighbouring keys, each a vector of its own:
//! a bucket is then sorted and gathered in cache, and its memory serves the next one's outcome.
//!
//! Moved are columns whose values have a fixed width, dictionary codes among them. Others are gathered by row number, which
//! is moved with the rows for them.
#![allow(unsafe_code, reason = "vectors whose every slot was written; each block is argued")]

use std::mem::MaybeUninit;
use std::ops::Range;
use std::slice::IterMut;

use lazuli_array::memory::with_capacity;
use lazuli_array::{
    Array, Bitmap, BooleanArray, Codes, Column, DictionaryArray, Native, NullArray, PrimitiveArray,
    dispatch_codes,
};

use super::order::{Input, Words};
use super::piece::CHUNK_ROWS;
use super::plan::{Plan, Step};
use super::split::{Feed, Layout, MAX_BUCKETS, WordRange};
use crate::join::Stopped;
use crate::tasks::{AnyTasks, Tasks, in_any_tasks};
use crate::width::{bits_of, of_bits};

/// Which bucket each row of a large sort belongs to.
#[derive(Debug)]
pub struct Buckets {
    /// By row.
    bucket_of: Vec<u8>,
    /// Rows of a task each.
    ranges: Vec<Range<usize>>,
    /// Rows by range, then bucket.
    counts: Vec<Vec<u32>>,
    /// Rows by bucket.
    rows: Vec<usize>,
}

impl Buckets {
    /// `None` where moving the values does not pay, or some bucket would keep one thread busy when the others are done.
    pub(super) fn new(plan: &Plan<'_>, rows: usize, tasks: &AnyTasks<'_>) -> Result<Option<Self>, Stopped> {
        // The keys of a bucket are looked at again, which dictionaries would have to be ranked for.
        let is_moved = |array: &Array| has_fixed_width(array) && !matches!(array, Array::Dictionary(_));
        let Some(Step::Word(word)) = plan.steps.first() else { return Ok(None) };
        if !plan.keys.iter().all(|key| is_moved(key.column.array())) {
            return Ok(None);
        }
        let feed = Words { word, input: Input::All(rows) };
        let layout = Layout::new(&feed, WordRange { base: 0, bits: word.bits }, tasks)?;
        let rows_of: Vec<usize> = layout.buckets.iter().map(|bucket| bucket.rows.len()).collect();
        if rows_of.iter().any(|&rows_of| rows_of > rows / (2 * tasks.width())) {
            return Ok(None);
        }
        let mut bucket_of = with_capacity::<u8>(rows);
        bucket_of.resize(rows, 0);
        let mut rest = bucket_of.as_mut_slice();
        let mut items = Vec::with_capacity(layout.ranges.len());
        for range in &layout.ranges {
            let (part, others) = std::mem::take(&mut rest).split_at_mut(range.len());
            rest = others;
            items.push((range.start, part));
        }
        tasks.run_on(items, |(start, part): (usize, &mut [u8])| {
            let mut words = [0; CHUNK_ROWS];
            for (chunk, start) in part.chunks_mut(CHUNK_ROWS).zip((start..).step_by(CHUNK_ROWS)) {
                feed.words(start, &mut words[..chunk.len()]);
                chunk.iter_mut().zip(&words).for_each(|(slot, &word)| *slot = layout.bucket(word));
            }
        })?;
        Ok(Some(Self { bucket_of, ranges: layout.ranges, counts: layout.counts, rows: rows_of }))
    }

    /// Number of rows of each bucket, in order.
    pub fn rows(&self) -> &[usize] {
        &self.rows
    }

    /// A column's rows by bucket, in their order; `None` if its values have no fixed width.
    ///
    /// Panics if it has not as many rows as the keys had.
    ///
    /// # Errors
    /// Those of the tasks.
    pub fn scatter<T: Tasks>(&self, column: &Column, tasks: &T) -> Result<Option<Vec<Column>>, T::Error> {
        in_any_tasks(tasks, |tasks| self.scattered(column, tasks))
    }

    fn scattered(&self, column: &Column, tasks: &AnyTasks<'_>) -> Result<Option<Vec<Column>>, Stopped> {
        let arrays = match column.array() {
            Array::Null(_) => self.rows.iter().map(|&rows| NullArray::new(rows).into()).collect(),
            Array::Boolean(array) => {
                let values = self.bits(array.values(), tasks)?;
                let validity = self.validity(array.validity(), tasks)?;
                let arrays = values.into_iter().zip(validity);
                arrays.map(|(values, validity)| BooleanArray::new(values, validity).into()).collect()
            }
            Array::Int8(array) => self.primitive(array, tasks)?,
            Array::Int16(array) => self.primitive(array, tasks)?,
            Array::Int32(array) => self.primitive(array, tasks)?,
            Array::Int64(array) => self.primitive(array, tasks)?,
            Array::UInt8(array) => self.primitive(array, tasks)?,
            Array::UInt16(array) => self.primitive(array, tasks)?,
            Array::UInt32(array) => self.primitive(array, tasks)?,
            Array::UInt64(array) => self.primitive(array, tasks)?,
            Array::Float32(array) => self.primitive(array, tasks)?,
            Array::Float64(array) => self.primitive(array, tasks)?,
            Array::Int128(array) => self.primitive(array, tasks)?,
            Array::Dictionary(array) => {
                let codes: Vec<Codes> =
                    dispatch_codes!(array.stored_codes(), |codes| self.primitive(codes, tasks)?);
                let with = |codes| DictionaryArray::new(codes, array.dictionary().clone()).into();
                codes.into_iter().map(with).collect()
            }
            Array::String(_) | Array::Binary(_) | Array::List(_) | Array::Struct(_) => return Ok(None),
        };
        let column_of = |array: Array| Column::new(column.data_type().clone(), array);
        Ok(Some(arrays.into_iter().map(column_of).collect()))
    }

    /// Row numbers by bucket, ascending: for what [`Buckets::scatter`] does not move.
    ///
    /// # Errors
    /// Those of the tasks.
    pub fn row_numbers<T: Tasks>(&self, tasks: &T) -> Result<Vec<Vec<u32>>, T::Error> {
        in_any_tasks(tasks, |tasks| self.moved(|range| range.start as u32..range.end as u32, tasks))
    }

    fn primitive<V: Native, A: From<PrimitiveArray<V>>>(
        &self,
        array: &PrimitiveArray<V>,
        tasks: &AnyTasks<'_>,
    ) -> Result<Vec<A>, Stopped> {
        let bits = bits_of(array.values());
        assert_eq!(bits.len(), self.bucket_of.len(), "rows of a column and of its sort");
        let moved = self.moved_values(bits, tasks)?;
        let mut validities = self.validity(array.validity(), tasks)?.into_iter();
        let mut arrays = Vec::with_capacity(moved.len());
        for bits in moved {
            let validity = validities.next().flatten();
            arrays.push(PrimitiveArray::new(of_bits::<V>(bits).into(), validity).into());
        }
        Ok(arrays)
    }

    /// Validity by bucket.
    fn validity(
        &self,
        validity: Option<&Bitmap>,
        tasks: &AnyTasks<'_>,
    ) -> Result<Vec<Option<Bitmap>>, Stopped> {
        match validity {
            None => Ok(vec![None; self.rows.len()]),
            Some(bits) => Ok(self.bits(bits, tasks)?.into_iter().map(Some).collect()),
        }
    }

    /// Bits by bucket, moved as bytes.
    fn bits(&self, bits: &Bitmap, tasks: &AnyTasks<'_>) -> Result<Vec<Bitmap>, Stopped> {
        assert_eq!(bits.len(), self.bucket_of.len(), "rows of a column and of its sort");
        let moved = self.moved(|range| range.map(|row| u8::from(bits.get(row))), tasks)?;
        Ok(moved.into_iter().map(|bytes| Bitmap::from_fn(bytes.len(), |row| bytes[row] != 0)).collect())
    }

    /// Values by bucket, compiled once a width: without the attribute the loop of a width is inlined for each of its types.
    #[inline(never)]
    fn moved_values<V: Copy + Send + Sync>(
        &self,
        values: &[V],
        tasks: &AnyTasks<'_>,
    ) -> Result<Vec<Vec<V>>, Stopped> {
        self.moved(|range| values[range].iter().copied(), tasks)
    }

    /// Values by bucket. `source` gives those of a range of rows.
    fn moved<V: Copy + Send, I: Iterator<Item = V>>(
        &self,
        source: impl Fn(Range<usize>) -> I + Send + Sync,
        tasks: &AnyTasks<'_>,
    ) -> Result<Vec<Vec<V>>, Stopped> {
        // Loops instead of adapters: compiled for each width.
        let mut vectors: Vec<Vec<V>> = Vec::with_capacity(self.rows.len());
        for &rows in &self.rows {
            vectors.push(with_capacity(rows));
        }
        // The part of each bucket that each range fills; without bounds to check, as many as a byte can name.
        let mut parts: Vec<[IterMut<'_, MaybeUninit<V>>; MAX_BUCKETS]> =
            Vec::with_capacity(self.ranges.len());
        for _ in &self.ranges {
            parts.push(std::array::from_fn(|_| Default::default()));
        }
        for (bucket, vector) in vectors.iter_mut().enumerate() {
            let mut rest = &mut vector.spare_capacity_mut()[..self.rows[bucket]];
            for (counts, parts) in self.counts.iter().zip(&mut parts) {
                let (part, others) = rest.split_at_mut(counts[bucket] as usize);
                rest = others;
                parts[bucket] = part.iter_mut();
            }
            assert!(rest.is_empty(), "a bucket's rows are those of all ranges");
        }
        let mut items = Vec::with_capacity(parts.len());
        for (range, parts) in self.ranges.iter().zip(parts) {
            items.push((range.clone(), parts));
        }
        let is_full =
            tasks.run_on(items, |(range, mut parts): (Range<usize>, [IterMut<'_, _>; MAX_BUCKETS])| {
                for (&bucket, value) in self.bucket_of[range.clone()].iter().zip(source(range)) {
                    if let Some(slot) = parts[usize::from(bucket)].next() {
                        slot.write(value);
                    }
                }
                parts.iter().all(|part| part.len() == 0)
            })?;
        assert!(
            is_full.iter().all(|&is_full| is_full),
            "each range has as many rows of a bucket as were counted"
        );
        for (vector, &rows) in vectors.iter_mut().zip(&self.rows) {
            // SAFETY: the first `rows` slots were cut into one part for each range, without a rest, and every part was written
            // to its end: its iterator, which gives each slot once, was exhausted and each slot that it gave was written.
            unsafe { vector.set_len(rows) };
        }
        Ok(vectors)
    }
}

/// Whether a column can be moved value by value.
fn has_fixed_width(array: &Array) -> bool {
    !matches!(array, Array::String(_) | Array::Binary(_) | Array::List(_) | Array::Struct(_))
}
