//! A column chunk to the values of a leaf: page by page, levels first.

use super::hybrid::Hybrid;
use super::metadata::Chunk;
use super::page::{self, DataPage, Kind, Levels, Pages};
use super::schema::{Leaf, Physical};
use super::values::{self, Values, ended};
use super::{ParquetError, Result};
use lazuli_array::{Bitmap, BitmapBuilder, DataType};
use parquet_format_safe::Encoding;

/// Codes that are looked up at a time: they stay in the first cache.
const CODES_AT_ONCE: usize = 4096;

/// Which rows of a chunk are wanted. Pages without any are not looked into.
#[derive(Clone, Copy)]
pub(super) struct Selection<'a> {
    /// The first so many.
    pub first_rows: usize,
    /// Of these, the rows whose bit is set.
    pub mask: Option<&'a Bitmap>,
}

/// Memory that one chunk needs and the next can use again.
#[derive(Default)]
pub(super) struct Buffers {
    /// The bytes of a chunk.
    pub chunk: Vec<u8>,
    /// Those of a page, without compression.
    page: Vec<u8>,
    codes: Vec<u32>,
    levels: Vec<u32>,
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
    /// The bits of the mask for the rows that were read; `None` where there is no mask.
    pub kept: Option<Bitmap>,
}

/// Values, or codes into a dictionary of texts.
pub(super) enum LeafValues {
    Plain(Values),
    Coded { codes: Vec<u32>, dictionary: Values },
}

/// Reads the values of a leaf. `bytes` are those of the chunk. `item_definition`: the definition level from which there
/// is an item in the innermost list around the leaf, 0 if there is none; entries below it are no values, not even null.
/// `is_inside`: the leaf is inside of a column, so that its levels are wanted, and all rows are read.
pub(super) fn read_chunk(
    leaf: &Leaf,
    chunk: &Chunk,
    bytes: &[u8],
    item_definition: u8,
    is_inside: bool,
    selection: Selection<'_>,
    buffers: &mut Buffers,
) -> Result<ReadLeaf> {
    let is_text = leaf.data_type == DataType::String && leaf.physical == Physical::Bytes;
    // Room for as many values as the bytes usually hold; more comes as they come.
    let room = chunk.num_values.min(selection.first_rows).min(bytes.len().saturating_mul(8));
    let mut reader = Reader {
        leaf,
        item_definition,
        is_inside,
        dictionary: None,
        store: if is_text && !is_inside {
            Store::Codes(Vec::new())
        } else {
            Store::Values(Values::new(leaf.physical, room))
        },
        num_slots: 0,
        validity: None,
        definitions: Vec::new(),
        repetitions: Vec::new(),
    };
    let mut kept = selection.mask.map(|_| BitmapBuilder::default());
    let mut seen = 0;
    let mut pages = Pages::new(bytes, chunk.codec);
    while seen < chunk.num_values && (is_inside || seen < selection.first_rows) {
        let Some(page) = pages.next()? else { return Err(ended()) };
        match page.kind()? {
            Kind::Dictionary { num_values } => {
                if reader.dictionary.is_some() || seen > 0 {
                    return Err(ParquetError::corrupt("a second dictionary"));
                }
                let (_, values) = page.contents(None, &mut buffers.page)?;
                reader.read_dictionary(values, num_values)?;
            }
            Kind::Data(data) => {
                let end = seen + data.num_values;
                if end > chunk.num_values {
                    return Err(ParquetError::corrupt("more values in pages than in their column"));
                }
                if let (Some(mask), Some(kept)) = (selection.mask.filter(|_| !is_inside), &mut kept) {
                    let bits = mask.sliced(seen, data.num_values.min(mask.len().saturating_sub(seen)));
                    if bits.count_ones() == 0 {
                        seen = end;
                        continue;
                    }
                    kept.extend_from(&bits);
                }
                let Buffers { page: buffer, codes, levels, .. } = buffers;
                let (before, values) = page.contents(Some(data.levels), buffer)?;
                reader.read_page(data, before, values, codes, levels)?;
                seen = end;
            }
            Kind::Other => {}
        }
    }
    let kept = match (kept, selection.mask) {
        (Some(_), Some(mask)) if is_inside => Some(mask.clone()),
        (kept, _) => kept.map(BitmapBuilder::finish),
    };
    Ok(reader.finish(kept))
}

enum Store {
    /// Codes into the dictionary as the file has it; those of nulls are 0.
    Codes(Vec<u32>),
    Values(Values),
}

struct Reader<'a> {
    leaf: &'a Leaf,
    item_definition: u8,
    is_inside: bool,
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
        let room = num_values.min(bytes.len());
        let mut values = Values::new(self.leaf.physical, room);
        values.read_plain(bytes, num_values)?;
        self.dictionary = Some(values);
        Ok(())
    }

    fn read_page(
        &mut self,
        page: DataPage,
        before: &[u8],
        mut values: &[u8],
        codes: &mut Vec<u32>,
        levels: &mut Vec<u32>,
    ) -> Result<()> {
        let count = page.num_values;
        let (max_repetition, max_definition) = (self.leaf.max_repetition, self.leaf.max_definition);
        let (repetitions, definitions) = match page.levels {
            Levels::Before { definition: _, repetition } => {
                let (repetitions, definitions) = before.split_at_checked(repetition).ok_or_else(ended)?;
                (LevelBytes::Runs(repetitions), LevelBytes::Runs(definitions))
            }
            Levels::Inside { definition, repetition } => (
                LevelBytes::take(&mut values, repetition, max_repetition, count)?,
                LevelBytes::take(&mut values, definition, max_definition, count)?,
            ),
        };
        if max_repetition > 0 {
            repetitions.read(max_repetition, count, levels)?;
            self.repetitions.extend(levels.iter().map(|&level| level as u8));
        }
        let valid = self.read_definitions(&definitions, count, levels)?;
        let num_valid = valid.as_ref().map_or(count, Bitmap::count_ones);
        let start = self.num_slots;
        self.read_values(page.encoding, values, num_valid, codes)?;
        self.num_slots += valid.as_ref().map_or(count, Bitmap::len);
        match valid {
            Some(valid) if valid.count_zeros() > 0 => {
                match &mut self.store {
                    Store::Codes(codes) => values::spread(codes, start, &valid),
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
        if let (1, false, LevelBytes::Runs(runs)) = (max, self.is_inside, definitions) {
            let mut valid = BitmapBuilder::with_capacity(count.min(runs.len().saturating_mul(8)));
            Hybrid::new(runs, 1)?.bits(count, &mut valid)?;
            return Ok(Some(valid.finish()));
        }
        definitions.read(max, count, levels)?;
        if self.is_inside {
            self.definitions.extend(levels.iter().map(|&level| level as u8));
        }
        let mut valid = BitmapBuilder::default();
        for &level in levels.iter() {
            if level >= u32::from(self.item_definition) {
                valid.push(level == u32::from(max));
            }
        }
        Ok(Some(valid.finish()))
    }

    fn read_values(
        &mut self,
        encoding: Encoding,
        bytes: &[u8],
        count: usize,
        scratch: &mut Vec<u32>,
    ) -> Result<()> {
        if matches!(encoding, Encoding::PLAIN_DICTIONARY | Encoding::RLE_DICTIONARY) {
            return self.read_codes(bytes, count, scratch);
        }
        self.give_up_codes()?;
        let Store::Values(values) = &mut self.store else { return Ok(()) };
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

    fn read_codes(&mut self, bytes: &[u8], count: usize, scratch: &mut Vec<u32>) -> Result<()> {
        if count == 0 {
            return Ok(());
        }
        let Some(dictionary) = &self.dictionary else {
            return Err(ParquetError::corrupt("codes without a dictionary"));
        };
        let (&width, runs) = bytes.split_first().ok_or_else(ended)?;
        let mut hybrid = Hybrid::new(runs, u32::from(width))?;
        let check = |codes: &[u32]| match codes.iter().max() {
            Some(&highest) if highest as usize >= dictionary.len() => {
                let entries = dictionary.len();
                Err(ParquetError::corrupt(format!("code {highest} for a dictionary of {entries} values")))
            }
            _ => Ok(()),
        };
        match &mut self.store {
            Store::Codes(codes) => {
                let start = codes.len();
                codes.resize(start + count, 0);
                for part in codes[start..].chunks_mut(CODES_AT_ONCE) {
                    hybrid.fill(part)?;
                    check(part)?;
                }
            }
            Store::Values(values) => {
                let mut left = count;
                while left > 0 {
                    let taken = left.min(CODES_AT_ONCE);
                    scratch.resize(taken, 0);
                    hybrid.fill(scratch)?;
                    check(scratch)?;
                    values.gather(dictionary, scratch)?;
                    left -= taken;
                }
            }
        }
        Ok(())
    }

    /// Codes to their texts: writers give up a dictionary that grows too large in the middle of a chunk.
    fn give_up_codes(&mut self) -> Result<()> {
        let Store::Codes(codes) = &self.store else { return Ok(()) };
        let values = match &self.dictionary {
            Some(dictionary) => {
                texts_of(codes, dictionary, self.validity.clone().map(BitmapBuilder::finish).as_ref())?
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
enum LevelBytes<'a> {
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
