//! A leaf of a row group as a column chunk: dictionary, pages, what the footer says of it.

use super::super::bloom::Bloom;
use super::super::compression::ParquetCompression;
use super::super::hybrid::{write_hybrid, write_varint};
use super::super::{Result, chunk, delta, thrift};
use super::ParquetWriteOptions;
use super::dense::{Coded, Dense, recoded};
use super::page_index::{Bounds, PageNote, PageNotes};
use super::schema::{Kind, LeafPlan};
use super::shred::{LeafLevels, Shredded};
use lazuli_array::Array;
use parquet_format_safe::{
    ColumnMetaData, DataPageHeader, DictionaryPageHeader, Encoding, PageHeader, PageType, Statistics,
};

/// About the most bytes of a page, before compression.
const PAGE_BYTES: usize = 1 << 20;
/// The most bytes of a bound in the footer.
const MAX_BOUND_BYTES: usize = 256;

/// A chunk that was written. Offsets are counted from the beginning of the row group.
#[derive(Debug)]
pub(super) struct EncodedChunk {
    pub(crate) metadata: ColumnMetaData,
    pub pages: PageNotes,
    pub bloom: Option<Bloom>,
}

/// Appends the chunk of a leaf to the bytes of a row group.
pub(super) fn write_chunk(
    plan: &LeafPlan,
    leaf: &Shredded,
    options: &ParquetWriteOptions,
    has_bloom: bool,
    out: &mut Vec<u8>,
) -> Result<EncodedChunk> {
    let coded = match &leaf.values {
        Array::Dictionary(array) => recoded(array),
        _ => None,
    };
    // What has no dictionary after all is looked at value by value.
    let dense = match &coded {
        Some(_) => None,
        None => Some(Dense::new(plan.kind, &leaf.values)),
    };
    let coded = match (coded, &dense, &leaf.values) {
        (None, Some(dense), array) if !matches!(array, Array::Dictionary(_)) => dense.coded(),
        (coded, ..) => coded,
    };
    let mut writer = PageWriter { compression: options.compression, raw: Vec::new(), uncompressed: 0, out };
    let start = writer.out.len();
    let mut encodings = vec![Encoding::RLE];
    let dictionary_page_offset = match &coded {
        Some(coded) => {
            encodings.extend([Encoding::PLAIN, Encoding::RLE_DICTIONARY]);
            writer.dictionary(&coded.entries)?;
            Some(start as i64)
        }
        None => None,
    };
    let values = match (&coded, &dense) {
        (Some(coded), _) => PageValues::Codes(coded),
        (None, Some(dense)) if dense.ascends() => PageValues::Differences(dense),
        (None, Some(dense)) => PageValues::Plain(dense),
        (None, None) => panic!("values are dense unless they are coded"),
    };
    match values {
        PageValues::Plain(_) => encodings.push(Encoding::PLAIN),
        PageValues::Differences(_) => encodings.push(Encoding::DELTA_BINARY_PACKED),
        PageValues::Codes(_) => {}
    }
    let data_page_offset = writer.out.len() as i64;
    let page_entries = (PAGE_BYTES / values.bytes_each()).min(options.page_rows).max(1);
    let mut pages = PageNotes::new(options.statistics);
    let (mut entry, mut value, mut row) = (0, 0, 0);
    while entry < leaf.num_entries {
        let end = leaf.levels.row_end((entry + page_entries).min(leaf.num_entries));
        let num_values = leaf.levels.num_values(entry, end, plan.max_definition);
        let offset = writer.out.len();
        writer.data(plan, &leaf.levels, entry..end, &values, value..value + num_values)?;
        let bounds = if options.statistics { values.bounds(value, num_values, plan.kind) } else { None };
        let page = PageNote {
            offset,
            length: writer.out.len() - offset,
            first_row: row,
            num_values,
            num_nulls: end - entry - num_values,
            bounds,
        };
        pages.push(page, plan.kind);
        row += leaf.levels.num_rows(entry, end);
        value += num_values;
        entry = end;
    }
    let bounds = match (&coded, &dense) {
        _ if !options.statistics => None,
        (Some(coded), _) => coded.entries.bounds(0, coded.entries.len(), plan.kind),
        (None, Some(dense)) => dense.bounds(0, dense.len(), plan.kind),
        (None, None) => None,
    };
    // Longer ones are left out: they would make footers large, and cut off they would be taken for values.
    let bounds = bounds.filter(|(min, max)| min.len().max(max.len()) <= MAX_BOUND_BYTES);
    let (min_value, max_value) = bounds.unzip();
    let num_nulls = leaf.num_entries - value;
    let metadata = ColumnMetaData {
        type_: plan.kind.physical(),
        encodings,
        path_in_schema: plan.path.clone(),
        codec: options.compression.codec(),
        num_values: leaf.num_entries as i64,
        total_uncompressed_size: writer.uncompressed as i64,
        total_compressed_size: (writer.out.len() - start) as i64,
        key_value_metadata: None,
        data_page_offset,
        index_page_offset: None,
        dictionary_page_offset,
        statistics: options.statistics.then_some(Statistics {
            max: None,
            min: None,
            // Of what is inside of lists nobody asks for the nulls.
            null_count: Some(num_nulls as i64),
            distinct_count: None,
            max_value,
            min_value,
        }),
        encoding_stats: None,
        bloom_filter_offset: None,
    };
    let bloom = match (&coded, &dense) {
        _ if !has_bloom => None,
        (Some(coded), _) => coded.entries.bloom(),
        (None, Some(dense)) => dense.bloom(),
        (None, None) => None,
    };
    Ok(EncodedChunk { metadata, pages, bloom })
}

enum PageValues<'a> {
    Plain(&'a Dense),
    Differences(&'a Dense),
    Codes(&'a Coded),
}

impl PageValues<'_> {
    fn bytes_each(&self) -> usize {
        match self {
            Self::Plain(dense) | Self::Differences(dense) => dense.bytes_each().max(1),
            Self::Codes(_) => 4,
        }
    }

    /// The bounds of the `count` values from `start` on.
    fn bounds(&self, start: usize, count: usize, kind: Kind) -> Option<Bounds> {
        match self {
            Self::Plain(dense) | Self::Differences(dense) => dense.bounds(start, count, kind),
            Self::Codes(coded) => {
                let used = coded.used(start, count);
                used.bounds(0, used.len(), kind)
            }
        }
    }
}

impl LeafLevels {
    /// The end of the row that the entry before `end` belongs to.
    fn row_end(&self, mut end: usize) -> usize {
        if let Self::Entries { repetitions, .. } = self {
            while end < repetitions.len() && repetitions[end] > 0 {
                end += 1;
            }
        }
        end
    }

    /// How many rows begin among these entries.
    fn num_rows(&self, start: usize, end: usize) -> usize {
        match self {
            Self::Full(_) | Self::Validity(_) => end - start,
            Self::Entries { repetitions, .. } => {
                repetitions[start..end].iter().filter(|&&level| level == 0).count()
            }
        }
    }

    /// How many of the entries have a value.
    fn num_values(&self, start: usize, end: usize, max_definition: u8) -> usize {
        match self {
            Self::Full(_) => end - start,
            Self::Validity(validity) => validity.sliced(start, end - start).count_ones(),
            Self::Entries { definitions, .. } => {
                definitions[start..end].iter().filter(|&&level| level == max_definition).count()
            }
        }
    }

    /// Appends the definition levels of entries, with their length before them.
    fn write_definitions(&self, start: usize, end: usize, width: u32, out: &mut Vec<u8>) {
        with_length(out, |out| match self {
            Self::Full(level) => {
                if end > start {
                    write_varint(((end - start) as u64) << 1, out);
                    out.push(*level);
                }
            }
            Self::Validity(validity) => {
                let levels: Vec<u32> = validity.sliced(start, end - start).iter().map(u32::from).collect();
                write_hybrid(&levels, width, out);
            }
            Self::Entries { definitions, .. } => write_levels(&definitions[start..end], width, out),
        });
    }
}

fn write_levels(levels: &[u8], width: u32, out: &mut Vec<u8>) {
    let levels: Vec<u32> = levels.iter().map(|&level| u32::from(level)).collect();
    write_hybrid(&levels, width, out);
}

fn with_length(out: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) {
    let start = out.len();
    out.extend_from_slice(&[0; 4]);
    write(out);
    let length = (out.len() - start - 4) as u32;
    out[start..start + 4].copy_from_slice(&length.to_le_bytes());
}

struct PageWriter<'a> {
    compression: ParquetCompression,
    /// A page before compression.
    raw: Vec<u8>,
    /// Bytes of all pages without compression, headers included.
    uncompressed: usize,
    out: &'a mut Vec<u8>,
}

impl PageWriter<'_> {
    fn dictionary(&mut self, entries: &Dense) -> Result<()> {
        self.raw.clear();
        entries.write_plain(0, entries.len(), &mut self.raw);
        self.page(|header| {
            header.type_ = PageType::DICTIONARY_PAGE;
            header.dictionary_page_header = Some(DictionaryPageHeader {
                num_values: entries.len() as i32,
                encoding: Encoding::PLAIN,
                is_sorted: None,
            });
        })
    }

    fn data(
        &mut self,
        plan: &LeafPlan,
        levels: &LeafLevels,
        entries: std::ops::Range<usize>,
        values: &PageValues<'_>,
        range: std::ops::Range<usize>,
    ) -> Result<()> {
        self.raw.clear();
        if let LeafLevels::Entries { repetitions, .. } = levels
            && plan.max_repetition > 0
        {
            let width = chunk::width_of(plan.max_repetition);
            with_length(&mut self.raw, |out| write_levels(&repetitions[entries.clone()], width, out));
        }
        levels.write_definitions(
            entries.start,
            entries.end,
            chunk::width_of(plan.max_definition),
            &mut self.raw,
        );
        let count = range.len();
        let encoding = match values {
            PageValues::Plain(dense) => {
                dense.write_plain(range.start, count, &mut self.raw);
                Encoding::PLAIN
            }
            PageValues::Differences(dense) => {
                let integers = dense.integers(range.start, count).unwrap_or_default();
                delta::write_integers(&integers, &mut self.raw);
                Encoding::DELTA_BINARY_PACKED
            }
            PageValues::Codes(coded) => {
                let width = 32 - (coded.entries.len().max(1) as u32 - 1).leading_zeros();
                self.raw.push(width as u8);
                write_hybrid(&coded.codes[range], width, &mut self.raw);
                Encoding::RLE_DICTIONARY
            }
        };
        self.page(|header| {
            header.type_ = PageType::DATA_PAGE;
            header.data_page_header = Some(DataPageHeader {
                num_values: entries.len() as i32,
                encoding,
                definition_level_encoding: Encoding::RLE,
                repetition_level_encoding: Encoding::RLE,
                statistics: None,
            });
        })
    }

    /// Writes what is in `raw` as a page.
    fn page(&mut self, describe: impl FnOnce(&mut PageHeader)) -> Result<()> {
        let mut body = Vec::new();
        self.compression.compress(&self.raw, &mut body)?;
        let mut header = PageHeader {
            type_: PageType::DATA_PAGE,
            uncompressed_page_size: self.raw.len() as i32,
            compressed_page_size: body.len() as i32,
            crc: None,
            data_page_header: None,
            index_page_header: None,
            dictionary_page_header: None,
            data_page_header_v2: None,
        };
        describe(&mut header);
        let start = self.out.len();
        thrift::write_page_header(&header, self.out)?;
        self.uncompressed += self.out.len() - start + self.raw.len();
        self.out.extend_from_slice(&body);
        Ok(())
    }
}
