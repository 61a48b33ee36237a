//! The plan of a sort: which words rows are sorted by, one after the other.
//!
//! Each key gives pieces (see [`super::piece`]), packed side by side into words of 64 bits: a value less the smallest (the
//! largest less the value when descending), or only those of its bits in which values differ, four for a byte that is
//! always a digit; and one code more for null at the end that the key says. A piece that does not fit is cut: its upper bits fill one word, the rest starts the next,
//! which is looked at only for rows that are equal in the first.
//!
//! Texts give the eight bytes after what all of them have in common (seven and their length, if that says all), then
//! some more eight bytes, each a word of its own; dictionaries whose strings are not many more than the rows give ranks.
//! What is left, long texts and nested values, is compared row by row. (Compressed keys: DuckDB's compressed
//! materialisation; key prefixes: Graefe 2006, "Implementing Sorting in Database Systems".)

use std::sync::Arc;

use lazuli_array::{Array, Bitmap, DataType, Dictionary, DictionaryArray};

use super::piece::{CHUNK_ROWS, Piece, Rows, Source, Span, Texts, Transform, Word, bit_runs, span};
use super::{RowComparator, SortKey, ranks_in_tasks};
use crate::join::Stopped;
use crate::level::Level;
use crate::tasks::{AnyTasks, Tasks};

/// Rows of a task that looks at values.
const TASK_ROWS: usize = 32 * 1024;

/// Words of eight bytes that a text gives before texts are compared.
const TEXT_WORDS: usize = 5;

/// What rows are sorted by.
pub(super) struct Plan<'a> {
    pub steps: Vec<Step<'a>>,
    pub keys: Vec<SortKey<'a>>,
}

/// What rows that are equal by the steps before are told apart by.
pub(super) enum Step<'a> {
    /// The integers of this word, ascending.
    Word(Word<'a>),
    /// The order of rows; nothing comes after it.
    Compare(RowComparator<'a>),
}

/// A dictionary's ranks, for keys that share it.
type Ranks<'a> = Vec<(&'a Arc<Dictionary>, Arc<Vec<u32>>)>;

impl<'a> Plan<'a> {
    /// Looks at all values once to see what they span.
    pub fn new(keys: &[SortKey<'a>], tasks: &AnyTasks<'_>) -> Result<Self, Stopped> {
        let mut planning = Planning { steps: Vec::new(), word: Word::default(), ranks: Vec::new(), tasks };
        for (position, key) in keys.iter().enumerate() {
            if !planning.key(key)? {
                planning.end_word();
                planning.steps.push(Step::Compare(RowComparator::new(&keys[position..])));
                break;
            }
        }
        planning.end_word();
        Ok(Self { steps: planning.steps, keys: keys.to_vec() })
    }
}

struct Planning<'a, 't> {
    steps: Vec<Step<'a>>,
    /// The word that is being filled.
    word: Word<'a>,
    ranks: Ranks<'a>,
    tasks: &'t AnyTasks<'t>,
}

impl<'a> Planning<'a, '_> {
    /// Adds the pieces of a key; `false` if they do not say all of it.
    fn key(&mut self, key: &SortKey<'a>) -> Result<bool, Stopped> {
        let array = key.column.array();
        let validity = array.validity();
        match array {
            Array::Null(_) => {}
            Array::Boolean(_)
            | Array::Int8(_)
            | Array::Int16(_)
            | Array::Int32(_)
            | Array::Int64(_)
            | Array::UInt8(_)
            | Array::UInt16(_)
            | Array::UInt32(_)
            | Array::UInt64(_)
            | Array::Float32(_)
            | Array::Float64(_) => self.surveyed(key, Source::Numbers(array), validity)?,
            Array::Int128(values) => self.wide(key, values.values(), validity)?,
            Array::Dictionary(values) => return self.dictionary(key, values, validity),
            Array::String(values) => return self.texts(key, Texts::strings(values), validity),
            Array::Binary(values) => return self.texts(key, Texts::binary(values), validity),
            Array::List(_) | Array::Struct(_) => {
                if let Some(validity) = validity {
                    self.null_flag(key, validity);
                }
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Adds what tells null rows from others.
    fn null_flag(&mut self, key: &SortKey<'a>, validity: Bitmap) {
        let (first, null) = if key.nulls_first { (1, 0) } else { (0, 1) };
        let transform = Transform { first, ..Transform::plain(false, 1) };
        self.add(Piece { source: Source::Nothing, validity: Some(validity), transform, null });
    }

    /// Adds values of which nothing is known.
    fn surveyed(
        &mut self,
        key: &SortKey<'a>,
        source: Source<'a>,
        validity: Option<Bitmap>,
    ) -> Result<(), Stopped> {
        if let Some(span) = survey(&source, key.column.len(), validity.as_ref(), self.tasks)? {
            self.spanning(key, source, validity, span);
        } else if let Some(validity) = validity {
            self.null_flag(key, validity);
        }
        Ok(())
    }

    /// Adds values whose span is known, as codes from 0: what they are above the least one, or the bits that they differ
    /// in, whichever is shorter.
    fn spanning(&mut self, key: &SortKey<'a>, source: Source<'a>, validity: Option<Bitmap>, span: Span) {
        if span.min == span.max {
            if let Some(validity) = validity {
                self.null_flag(key, validity);
            }
            return;
        }
        let shift = span.differing.trailing_zeros();
        let mut largest = (span.max - span.min) >> shift;
        let base = if key.descending { span.max } else { span.min };
        let bits = u64::BITS - largest.leading_zeros();
        let mut transform = Transform { base, shift, ..Transform::plain(key.descending, bits) };
        let (runs, run_bits) = bit_runs(span.differing);
        if run_bits < bits {
            transform = Transform { runs, ..Transform::plain(key.descending, run_bits) };
            largest = u64::MAX >> (64 - run_bits);
        }
        let mut null = 0;
        match &validity {
            // No code is left for null.
            Some(validity) if largest == u64::MAX => self.null_flag(key, validity.clone()),
            Some(_) => {
                largest += 1;
                (transform.first, null) = if key.nulls_first { (1, 0) } else { (0, largest) };
                transform.bits = u64::BITS - largest.leading_zeros();
            }
            None => {}
        }
        self.add(Piece { source, validity, transform, null });
    }

    /// Adds further integers of a key whose null rows have been told from others.
    fn continuing(&mut self, source: Source<'a>, validity: Option<Bitmap>, descending: bool, differing: u64) {
        let (runs, bits) = bit_runs(differing);
        if bits > 0 {
            let transform = Transform { runs, ..Transform::plain(descending, bits) };
            self.add(Piece { source, validity, transform, null: 0 });
        }
    }

    /// Adds decimals: as numbers of 64 bits if their span allows, else in halves.
    fn wide(
        &mut self,
        key: &SortKey<'a>,
        values: &'a [i128],
        validity: Option<Bitmap>,
    ) -> Result<(), Stopped> {
        let ranges = self.tasks.ranges(values.len(), TASK_ROWS);
        let found = self.tasks.run(ranges.len(), |range| {
            let rows = ranges[range].clone();
            let valid = rows.filter(|&row| validity.as_ref().is_none_or(|validity| validity.get(row)));
            valid.map(|row| values[row]).fold(None, |range: Option<(i128, i128)>, value| {
                Some(range.map_or((value, value), |(min, max)| (min.min(value), max.max(value))))
            })
        })?;
        let found = found.into_iter().flatten();
        let Some((min, max)) = found.reduce(|left, right| (left.0.min(right.0), left.1.max(right.1))) else {
            if let Some(validity) = validity {
                self.null_flag(key, validity);
            }
            return Ok(());
        };
        let base = if key.descending { max } else { min };
        let half = |is_high| Source::Half { values, base, descending: key.descending, is_high };
        // Halves count from the end that comes first, so that they ascend in both directions.
        let ascending = SortKey { descending: false, ..*key };
        let span = max.wrapping_sub(min) as u128;
        let (high, low) = ((span >> 64) as u64, span as u64);
        if high == 0 {
            let span = Span { min: 0, max: low, differing: u64::MAX };
            self.spanning(&ascending, half(false), validity, span);
        } else {
            self.spanning(
                &ascending,
                half(true),
                validity.clone(),
                Span { min: 0, max: high, differing: u64::MAX },
            );
            self.continuing(half(false), validity, false, u64::MAX);
        }
        Ok(())
    }

    fn dictionary(
        &mut self,
        key: &SortKey<'a>,
        array: &'a DictionaryArray,
        validity: Option<Bitmap>,
    ) -> Result<bool, Stopped> {
        let (codes, dictionary) = (array.stored_codes(), array.dictionary());
        let span = Span { min: 0, max: dictionary.len().saturating_sub(1) as u64, differing: u64::MAX };
        if matches!(key.column.data_type(), DataType::Enum(_)) {
            self.spanning(key, Source::Codes(codes), validity, span);
        } else if dictionary.len() <= codes.len().max(64) {
            let ranks = self.ranks(dictionary)?;
            self.spanning(key, Source::Ranks { codes, ranks }, validity, span);
        } else {
            return self.texts(key, Texts::Coded { codes, entries: dictionary.values() }, validity);
        }
        Ok(true)
    }

    fn ranks(&mut self, dictionary: &'a Arc<Dictionary>) -> Result<Arc<Vec<u32>>, Stopped> {
        if let Some((_, ranks)) = self.ranks.iter().find(|(known, _)| Arc::ptr_eq(known, dictionary)) {
            return Ok(ranks.clone());
        }
        let ranks = Arc::new(ranks_in_tasks(dictionary, self.tasks)?);
        self.ranks.push((dictionary, ranks.clone()));
        Ok(ranks)
    }

    /// Adds texts; `false` if they are too long to be said whole.
    fn texts(
        &mut self,
        key: &SortKey<'a>,
        texts: Texts<'a>,
        validity: Option<Bitmap>,
    ) -> Result<bool, Stopped> {
        let rows = key.column.len();
        let Some(found) = shared(texts, rows, validity.as_ref(), self.tasks)? else {
            if let Some(validity) = validity {
                self.null_flag(key, validity);
            }
            return Ok(true);
        };
        let (common, longest) = (found.common.len(), found.longest);
        if longest - common < 8 {
            self.surveyed(key, Source::Seven { texts, from: common }, validity)?;
            return Ok(true);
        }
        let mut words = (0..TEXT_WORDS).map(|word| common + 8 * word).take_while(|&from| from < longest);
        if let Some(from) = words.next() {
            self.surveyed(key, Source::Eight { texts, from }, validity.clone())?;
        }
        let mut continued = |source: Source<'a>| -> Result<(), Stopped> {
            if let Some(span) = survey(&source, rows, validity.as_ref(), self.tasks)? {
                self.continuing(source, validity.clone(), key.descending, span.differing);
            }
            Ok(())
        };
        words.try_for_each(|from| continued(Source::Eight { texts, from }))?;
        if longest - common > 8 * TEXT_WORDS {
            return Ok(false);
        }
        if found.shortest < longest {
            // Texts that are equal but for zeros at the end.
            continued(Source::Length { texts })?;
        }
        Ok(true)
    }

    /// Adds a piece to the word, cutting it if need be.
    fn add(&mut self, piece: Piece<'a>) {
        let room = u64::BITS - self.word.bits;
        let bits = piece.transform.bits;
        if room == 0 {
            self.end_word();
            return self.add(piece);
        }
        if bits <= room {
            self.word.bits += bits;
            self.word.pieces.push(piece);
            return;
        }
        let (upper, lower) = piece.cut(bits - room);
        self.word.bits += room;
        self.word.pieces.push(upper);
        self.add(lower);
    }

    fn end_word(&mut self) {
        if self.word.bits > 0 {
            self.steps.push(Step::Word(std::mem::take(&mut self.word)));
        }
    }
}

/// What the integers of the valid rows span; `None` if there are no such rows.
fn survey(
    source: &Source<'_>,
    rows: usize,
    validity: Option<&Bitmap>,
    tasks: &AnyTasks<'_>,
) -> Result<Option<Span>, Stopped> {
    let ranges = tasks.ranges(rows, TASK_ROWS);
    let spans = tasks.run(ranges.len(), |range| {
        let mut values = [0; CHUNK_ROWS];
        let mut found: Option<Span> = None;
        for start in ranges[range].clone().step_by(CHUNK_ROWS) {
            let values = &mut values[..CHUNK_ROWS.min(ranges[range].end - start)];
            source.read(Rows::From(start), values);
            if let Some(validity) = validity {
                // Null rows count as some row that is not null.
                let Some(valid) = (0..values.len()).find(|slot| validity.get(start + slot)) else { continue };
                let value = values[valid];
                let rows = start..start + values.len();
                crate::keys::for_each_null(validity, rows, |slot| values[slot] = value);
            }
            let span = span(Level::best(), values);
            found = Some(found.map_or(span, |found| found.with(span)));
        }
        found
    })?;
    Ok(spans.into_iter().flatten().reduce(Span::with))
}

/// What texts have in common.
#[derive(Clone, Copy)]
struct Shared<'a> {
    /// The first bytes of all.
    common: &'a [u8],
    shortest: usize,
    longest: usize,
}

impl<'a> Shared<'a> {
    fn of(value: &'a [u8]) -> Self {
        Self { common: value, shortest: value.len(), longest: value.len() }
    }

    #[inline]
    fn with(self, other: Self) -> Self {
        let mut common = self.common;
        if !common.is_empty() && !other.common.starts_with(common) {
            let equal = common.iter().zip(other.common).take_while(|(left, right)| left == right).count();
            common = &common[..equal];
        }
        let (shortest, longest) = (self.shortest.min(other.shortest), self.longest.max(other.longest));
        Self { common, shortest, longest }
    }
}

/// What the valid rows have in common; `None` if there are no such rows.
fn shared<'a>(
    texts: Texts<'a>,
    rows: usize,
    validity: Option<&Bitmap>,
    tasks: &AnyTasks<'_>,
) -> Result<Option<Shared<'a>>, Stopped> {
    let ranges = tasks.ranges(rows, TASK_ROWS);
    let found = tasks.run(ranges.len(), |range| {
        let valid = ranges[range].clone().filter(|&row| validity.is_none_or(|validity| validity.get(row)));
        valid.map(|row| Shared::of(texts.value(row))).reduce(Shared::with)
    })?;
    Ok(found.into_iter().flatten().reduce(Shared::with))
}
