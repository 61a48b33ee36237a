//! A column chunk to the values of a leaf: page by page, levels first.

use super::codes::{self, Codes};
use super::hybrid::Hybrid;
use super::metadata::Chunk;
use super::page::{self, DataPage, Kind, Levels, Page, Pages};
use super::schema::{Leaf, Physical};
use super::values::{Values, ended};
use super::{ParquetError, Result};
use lazuli_array::{Array, Bitmap, BitmapBuilder, BooleanArray, DataType};
use lazuli_kernels::filter;
use parquet_format_safe::Encoding;
use std::ops::Range;

/// Codes that are looked up at a time: they stay in the first cache.
const CODES_AT_ONCE: usize = 4096;

/// When at most one row in so many is wanted, the others are left out value by value; else they are read, and left out of
/// the array by vectors (docs/bench/parquet.md).
const SPARSE_ROWS: usize = 4;

/// When at most one code in so many of a page is wanted, it is taken out of the packed ones by itself; else all are unpacked.
const ROWS_PER_SINGLE_CODE: usize = 12;

/// Which rows of a chunk are wanted. Pages without any are not looked into.
#[derive(Clone, Copy)]
pub(super) struct Selection<'a> {
    /// The first so many.
    pub first_rows: usize,
    /// Of these, the rows whose bit is set.
    pub mask: Option<&'a Bitmap>,
}

/// Pages that lie one after the other, and their rows.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    pub bytes: Range<usize>,
    /// None of them: a dictionary.
    pub rows: Range<usize>,
}

/// Memory that one chunk needs and the next can use again.
#[derive(Default)]
pub(super) struct Buffers {
    /// The bytes of a chunk.
    pub chunk: Vec<u8>,
    /// Those of a page, without compression.
    pub page: Vec<u8>,
    pub codes: Vec<u32>,
    pub levels: Vec<u32>,
}

/// The values of a leaf.
pub(super) struct ReadLeaf {
    pub values: LeafValues,
    /// Which of them are there; `None` is all.
    pub validity: Option<Bitmap>,
    /// For each entry, its definition level; empty unless the leaf is inside of a column.
    pub definitions: Vec<u8>,
    /// For each entry, its repetition level; empty unless lists are around the leaf.
    pub repetitions: Vec<u8>,
    /// The bits of the mask for the rows that were read; `None` where there is no mask, or no row that it leaves out.
    pub kept: Option<Bitmap>,
}

/// Values, or codes into a dictionary of texts.
pub(super) enum LeafValues {
    Plain(Values),
    Coded { codes: Codes, dictionary: Values },
}

/// Reads the values of a leaf. `bytes` are those of the chunk; or, where others are not needed, of the `pieces` of it, each
/// where its range says now. `item_definition`: the definition level from which there is an item in the innermost list around
/// the leaf, 0 if there is none; entries below it are no values, not even null.
/// `is_inside`: the leaf is inside of a column, so that its levels are wanted, and all rows are read.
#[allow(clippy::too_many_arguments, reason = "a chunk, and all that is known of it")]
pub(super) fn read_chunk(
    leaf: &Leaf,
    chunk: &Chunk,
    bytes: &[u8],
    pieces: Option<&[Piece]>,
    item_definition: u8,
    is_inside: bool,
    selection: Selection<'_>,
    buffers: &mut Buffers,
) -> Result<ReadLeaf> {
    let is_text = leaf.data_type == DataType::String && leaf.physical == Physical::Bytes;
    let mask = selection.mask.filter(|_| !is_inside);
    let is_sparse = mask.is_some_and(|mask| mask.count_ones() <= mask.len() / SPARSE_ROWS);
    // Room for as many values as the bytes usually hold; more comes as they come.
    let rows = match mask {
        Some(mask) if is_sparse => mask.count_ones(),
        _ => selection.first_rows,
    };
    let room = chunk.num_values.min(rows).min(bytes.len().saturating_mul(8));
    let mut reader = Reader {
        leaf,
        item_definition,
        is_inside,
        room,
        dictionary: None,
        store: if is_text && !is_inside {
            Store::Codes(Codes::new(0, 0))
        } else {
            Store::Values(Values::of_leaf(leaf, room))
        },
        num_slots: 0,
        validity: None,
        definitions: Vec::new(),
        repetitions: Vec::new(),
    };
    let mut kept = selection.mask.filter(|_| !is_sparse).map(|_| BitmapBuilder::default());
    let end = if is_inside { chunk.num_values } else { chunk.num_values.min(selection.first_rows) };
    for_pages(chunk, bytes, pieces, end, &mut |page, kind, seen| {
        match kind {
            Kind::Dictionary { num_values } => {
                if reader.dictionary.is_some() || seen > 0 {
                    return Err(ParquetError::corrupt("a second dictionary"));
                }
                let (_, values) = page.contents(None, &mut buffers.page)?;
                reader.read_dictionary(values, num_values)?;
            }
            Kind::Data(data) => {
                let mut wanted = None;
                if let Some(mask) = mask {
                    let bits = mask.sliced(seen, data.num_values.min(mask.len().saturating_sub(seen)));
                    if bits.count_ones() == 0 {
                        return Ok(());
                    }
                    match &mut kept {
                        Some(kept) => kept.extend_from(&bits),
                        None => wanted = Some(bits),
                    }
                }
                let Buffers { page: buffer, codes, levels, .. } = &mut *buffers;
                let (before, values) = page.contents(Some(data.levels), buffer)?;
                reader.read_page(data, wanted, before, values, codes, levels)?;
            }
            Kind::Other => {}
        }
        Ok(())
    })?;
    let kept = match (kept, selection.mask) {
        (Some(_), Some(mask)) if is_inside => Some(mask.clone()),
        (kept, _) => kept.map(BitmapBuilder::finish),
    };
    Ok(reader.finish(kept))
}

/// Calls `visit` with each page of the first `end` values, and how many values are before it.
pub(super) fn for_pages(
    chunk: &Chunk,
    bytes: &[u8],
    pieces: Option<&[Piece]>,
    end: usize,
    visit: &mut dyn FnMut(&Page<'_>, Kind, usize) -> Result<()>,
) -> Result<()> {
    let whole = [Piece { bytes: 0..bytes.len(), rows: 0..chunk.num_values }];
    for piece in pieces.unwrap_or(&whole) {
        let mut pages = Pages::new(&bytes[piece.bytes.clone()], chunk.codec);
        let mut seen = piece.rows.start;
        let is_whole = piece.rows.end == chunk.num_values && pieces.is_none();
        // A piece without rows is a dictionary, or nothing.
        while if piece.rows.is_empty() && !is_whole {
            !pages.is_at_end()
        } else {
            seen < piece.rows.end.min(end)
        } {
            let Some(page) = pages.next()? else { return Err(ended()) };
            let kind = page.kind()?;
            let num_values = if let Kind::Data(data) = &kind { data.num_values } else { 0 };
            if num_values > piece.rows.end - seen {
                return Err(ParquetError::corrupt("more values in pages than in their column"));
            }
            visit(&page, kind, seen)?;
            seen += num_values;
        }
    }
    Ok(())
}

enum Store {
    /// Codes into the dictionary as the file has it.
    Codes(Codes),
    Values(Values),
}

struct Reader<'a> {
    leaf: &'a Leaf,
    item_definition: u8,
    is_inside: bool,
    /// About how many values there will be.
    room: usize,
    dictionary: Option<Values>,
    store: Store,
    num_slots: usize,
    /// From the first null on.
    validity: Option<BitmapBuilder>,
    definitions: Vec<u8>,
    repetitions: Vec<u8>,
}

impl Reader<'_> {
    fn read_dictionary(&mut self, bytes: &[u8], num_values: usize) -> Result<()> {
        let values = dictionary_of(self.leaf, bytes, num_values)?;
        if let Store::Codes(codes) = &mut self.store {
            *codes = Codes::new(values.len(), self.room);
        }
        self.dictionary = Some(values);
        Ok(())
    }

    /// `wanted`: a bit for each value of the page, if only those are to be taken whose bit is set.
    fn read_page<'a>(
        &mut self,
        page: DataPage,
        wanted: Option<Bitmap>,
        before: &'a [u8],
        mut values: &'a [u8],
        codes: &mut Vec<u32>,
        levels: &mut Vec<u32>,
    ) -> Result<()> {
        let count = page.num_values;
        let max_repetition = self.leaf.max_repetition;
        let (repetitions, definitions) = split_levels(self.leaf, page, before, &mut values)?;
        if max_repetition > 0 {
            repetitions.read(max_repetition, count, levels)?;
            self.repetitions.extend(levels.iter().map(|&level| level as u8));
        }
        let valid = self.read_definitions(&definitions, count, levels)?;
        let valid = valid.filter(|valid| valid.count_zeros() > 0 || valid.len() != count);
        let num_valid = valid.as_ref().map_or(count, Bitmap::count_ones);
        let start = self.num_slots;
        // A page may end behind the last row that anybody asked about.
        let wanted = wanted.map(|wanted| lengthened(wanted, count));
        let (wanted, valid) = match (wanted, valid) {
            (Some(wanted), Some(valid)) => {
                (Some(bits_where(&wanted, &valid)), Some(bits_where(&valid, &wanted)))
            }
            (wanted, valid) => (wanted, valid),
        };
        self.read_values(page.encoding, values, num_valid, wanted.as_ref(), codes)?;
        self.num_slots += match (&valid, &wanted) {
            (Some(valid), _) => valid.len(),
            (None, Some(wanted)) => wanted.count_ones(),
            (None, None) => count,
        };
        match valid {
            Some(valid) if valid.count_zeros() > 0 => {
                match &mut self.store {
                    Store::Codes(codes) => codes.spread(start, &valid),
                    Store::Values(values) => values.spread(start, &valid),
                }
                let validity = self.validity.get_or_insert_with(|| all_set(start));
                validity.extend_from(&valid);
            }
            _ => {
                if let Some(validity) = &mut self.validity {
                    validity.push_many(true, self.num_slots - start);
                }
            }
        }
        Ok(())
    }

    /// Which of the slots of a page have a value; `None` where each entry is a slot that has one.
    fn read_definitions(
        &mut self,
        definitions: &LevelBytes<'_>,
        count: usize,
        levels: &mut Vec<u32>,
    ) -> Result<Option<Bitmap>> {
        let max = self.leaf.max_definition;
        if max == 0 {
            if self.is_inside {
                self.definitions.resize(self.definitions.len() + count, 0);
            }
            return Ok(None);
        }
        if !self.is_inside {
            return Ok(Some(read_validity(max, definitions, count, levels)?));
        }
        definitions.read(max, count, levels)?;
        self.definitions.extend(levels.iter().map(|&level| level as u8));
        let mut valid = BitmapBuilder::default();
        for &level in levels.iter() {
            if level >= u32::from(self.item_definition) {
                valid.push(level == u32::from(max));
            }
        }
        Ok(Some(valid.finish()))
    }

    /// `count` values, or those of them that are wanted.
    fn read_values(
        &mut self,
        encoding: Encoding,
        bytes: &[u8],
        count: usize,
        wanted: Option<&Bitmap>,
        scratch: &mut Vec<u32>,
    ) -> Result<()> {
        if matches!(encoding, Encoding::PLAIN_DICTIONARY | Encoding::RLE_DICTIONARY) {
            return self.read_codes(bytes, count, wanted, scratch);
        }
        self.give_up_codes()?;
        let Store::Values(values) = &mut self.store else { return Ok(()) };
        match (wanted, encoding) {
            (None, _) => read_encoded(values, encoding, bytes, count),
            (Some(wanted), Encoding::PLAIN) => values.read_plain_where(bytes, count, wanted),
            (Some(wanted), _) => {
                values.read_where(count, wanted, |all| read_encoded(all, encoding, bytes, count))
            }
        }
    }

    fn read_codes(
        &mut self,
        bytes: &[u8],
        count: usize,
        wanted: Option<&Bitmap>,
        scratch: &mut Vec<u32>,
    ) -> Result<()> {
        if count == 0 {
            return Ok(());
        }
        let Some(dictionary) = &self.dictionary else {
            return Err(ParquetError::corrupt("codes without a dictionary"));
        };
        let store = &mut self.store;
        let mut take = |codes: &[u32]| {
            match store {
                Store::Codes(out) => out.extend(codes),
                Store::Values(values) => values.gather(dictionary, codes)?,
            }
            Ok(())
        };
        let is_few = |wanted: &&Bitmap| wanted.count_ones() <= count / ROWS_PER_SINGLE_CODE;
        if let Some(wanted) = wanted.filter(is_few) {
            let (&width, runs) = bytes.split_first().ok_or_else(ended)?;
            scratch.clear();
            Hybrid::new(runs, u32::from(width))?.pick(wanted, scratch)?;
            codes::check(scratch, dictionary.len())?;
            return take(scratch);
        }
        for_codes(bytes, count, dictionary.len(), scratch, |first, codes| {
            let wanted = wanted.map(|wanted| wanted.sliced(first, codes.len()));
            match wanted {
                Some(wanted) => take(codes::kept(codes, &wanted)),
                None => take(codes),
            }
        })
    }

    /// Codes to their texts: writers give up a dictionary that grows too large in the middle of a chunk.
    fn give_up_codes(&mut self) -> Result<()> {
        let Store::Codes(codes) = &self.store else { return Ok(()) };
        let values = match &self.dictionary {
            Some(dictionary) => {
                let validity = self.validity.clone().map(BitmapBuilder::finish);
                texts_of(&codes.to_wide(), dictionary, validity.as_ref())?
            }
            // All of them are null.
            None => {
                let mut values = Values::new(Physical::Bytes, 0);
                values.spread(0, &Bitmap::filled(false, codes.len()));
                values
            }
        };
        self.store = Store::Values(values);
        Ok(())
    }

    fn finish(self, kept: Option<Bitmap>) -> ReadLeaf {
        let values = match self.store {
            Store::Codes(codes) => {
                let dictionary = self.dictionary.unwrap_or_else(|| Values::new(Physical::Bytes, 0));
                LeafValues::Coded { codes, dictionary }
            }
            Store::Values(values) => LeafValues::Plain(values),
        };
        ReadLeaf {
            values,
            validity: self.validity.map(BitmapBuilder::finish),
            definitions: self.definitions,
            repetitions: self.repetitions,
            kept,
        }
    }
}

/// The levels of a page, repetition first; `values` keeps what is behind them.
pub(super) fn split_levels<'a>(
    leaf: &Leaf,
    page: DataPage,
    before: &'a [u8],
    values: &mut &'a [u8],
) -> Result<(LevelBytes<'a>, LevelBytes<'a>)> {
    let count = page.num_values;
    Ok(match page.levels {
        Levels::Before { definition: _, repetition } => {
            let (repetitions, definitions) = before.split_at_checked(repetition).ok_or_else(ended)?;
            (LevelBytes::Runs(repetitions), LevelBytes::Runs(definitions))
        }
        Levels::Inside { definition, repetition } => (
            LevelBytes::take(values, repetition, leaf.max_repetition, count)?,
            LevelBytes::take(values, definition, leaf.max_definition, count)?,
        ),
    })
}

/// Which values of a page are there, of a leaf that is in nothing; `max` is its highest definition level and not 0.
pub(super) fn read_validity(
    max: u8,
    definitions: &LevelBytes<'_>,
    count: usize,
    levels: &mut Vec<u32>,
) -> Result<Bitmap> {
    if let (1, LevelBytes::Runs(runs)) = (max, definitions) {
        let mut valid = BitmapBuilder::with_capacity(count.min(runs.len().saturating_mul(8)));
        Hybrid::new(runs, 1)?.bits(count, &mut valid)?;
        return Ok(valid.finish());
    }
    definitions.read(max, count, levels)?;
    Ok(levels.iter().map(|&level| level == u32::from(max)).collect())
}

/// The entries of a dictionary.
pub(super) fn dictionary_of(leaf: &Leaf, bytes: &[u8], num_values: usize) -> Result<Values> {
    let mut values = Values::of_leaf(leaf, num_values.min(bytes.len()));
    values.read_plain(bytes, num_values)?;
    Ok(values)
}

/// Gives `count` codes of a page, each one of so many entries, piece by piece, each with the place of its first.
pub(super) fn for_codes(
    bytes: &[u8],
    count: usize,
    entries: usize,
    scratch: &mut Vec<u32>,
    mut take: impl FnMut(usize, &mut Vec<u32>) -> Result<()>,
) -> Result<()> {
    let (&width, runs) = bytes.split_first().ok_or_else(ended)?;
    let mut hybrid = Hybrid::new(runs, u32::from(width))?;
    let mut done = 0;
    while done < count {
        let taken = (count - done).min(CODES_AT_ONCE);
        scratch.resize(taken, 0);
        hybrid.fill(scratch)?;
        codes::check(scratch, entries)?;
        take(done, scratch)?;
        done += taken;
    }
    Ok(())
}

fn read_encoded(values: &mut Values, encoding: Encoding, bytes: &[u8], count: usize) -> Result<()> {
    match encoding {
        Encoding::PLAIN => values.read_plain(bytes, count),
        Encoding::RLE => values.read_runs(bytes, count),
        // Writers leave out the header where there are no values.
        _ if count == 0 => Ok(()),
        Encoding::DELTA_BINARY_PACKED => values.read_differences(bytes, count),
        Encoding::DELTA_LENGTH_BYTE_ARRAY => values.read_delta_lengths(bytes, count),
        Encoding::DELTA_BYTE_ARRAY => values.read_prefixed(bytes, count),
        Encoding::BYTE_STREAM_SPLIT => values.read_split(bytes, count),
        other => Err(ParquetError::unsupported(page::name(other))),
    }
}

/// The bits at the places where those of the mask are set.
pub(super) fn bits_where(bits: &Bitmap, mask: &Bitmap) -> Bitmap {
    match filter(&Array::from(BooleanArray::new(bits.clone(), None)), mask) {
        Array::Boolean(kept) => kept.values().clone(),
        _ => panic!("booleans that are filtered are booleans"),
    }
}

/// So many bits: what is not there is not set.
fn lengthened(bits: Bitmap, length: usize) -> Bitmap {
    if bits.len() == length {
        return bits;
    }
    let mut out = BitmapBuilder::with_capacity(length);
    out.extend_from(&bits);
    out.push_many(false, length - bits.len());
    out.finish()
}

/// The texts of codes, those of nulls empty.
pub(super) fn texts_of(codes: &[u32], dictionary: &Values, validity: Option<&Bitmap>) -> Result<Values> {
    let mut values = Values::new(Physical::Bytes, codes.len());
    match validity {
        None => values.gather(dictionary, codes)?,
        Some(validity) => {
            let dense: Vec<u32> = validity.ones().map(|row| codes[row]).collect();
            values.gather(dictionary, &dense)?;
            values.spread(0, validity);
        }
    }
    Ok(values)
}

fn all_set(count: usize) -> BitmapBuilder {
    let mut bits = BitmapBuilder::default();
    bits.push_many(true, count);
    bits
}

/// The levels of a page.
pub(super) enum LevelBytes<'a> {
    /// There are none: all are 0.
    None,
    Runs(&'a [u8]),
    /// Packed numbers, highest bits first, as writers of the first days had them.
    Packed(&'a [u8]),
}

impl<'a> LevelBytes<'a> {
    /// Takes levels off the beginning of the values.
    fn take(values: &mut &'a [u8], encoding: Encoding, max: u8, count: usize) -> Result<Self> {
        if max == 0 {
            return Ok(Self::None);
        }
        let (levels, rest) = match encoding {
            Encoding::RLE => {
                let (length, rest) = values.split_first_chunk::<4>().ok_or_else(ended)?;
                rest.split_at_checked(u32::from_le_bytes(*length) as usize)
            }
            Encoding::BIT_PACKED => {
                let bits = count.saturating_mul(width_of(max) as usize);
                values.split_at_checked(bits.div_ceil(8))
            }
            other => return Err(ParquetError::unsupported(format!("levels in {}", page::name(other)))),
        }
        .ok_or_else(ended)?;
        *values = rest;
        Ok(if encoding == Encoding::RLE { Self::Runs(levels) } else { Self::Packed(levels) })
    }

    /// Puts `count` levels of at most `max` in `out`.
    fn read(&self, max: u8, count: usize, out: &mut Vec<u32>) -> Result<()> {
        let width = width_of(max);
        out.clear();
        out.resize(count, 0);
        match self {
            Self::None => {}
            Self::Runs(runs) => Hybrid::new(runs, width)?.fill(out)?,
            Self::Packed(bytes) => {
                for (index, level) in out.iter_mut().enumerate() {
                    for bit in index * width as usize..(index + 1) * width as usize {
                        *level = *level << 1 | u32::from(bytes[bit / 8] >> (7 - bit % 8) & 1);
                    }
                }
            }
        }
        match out.iter().max() {
            Some(&level) if level > u32::from(max) => {
                Err(ParquetError::corrupt(format!("a level of {level} where {max} is the highest")))
            }
            _ => Ok(()),
        }
    }
}

/// Bits of a level of at most `max`.
pub(super) fn width_of(max: u8) -> u32 {
    8 - max.leading_zeros()
}
