//! Decisions about rows by the entries of their dictionary: each entry is decided about once, and a row by its code.

use super::chunk::{
    Buffers, LeafValues, Piece, dictionary_of, for_codes, for_pages, read_validity, split_levels,
};
use super::convert::into_array;
use super::metadata::Chunk;
use super::page::Kind;
use super::schema::Leaf;
use super::{ParquetError, Result};
use lazuli_array::{Bitmap, BitmapBuilder, Column};
use lazuli_kernels::spread_mask;
use parquet_format_safe::Encoding;

/// A dictionary is asked when it has at most one entry for so many rows.
const ROWS_PER_ENTRY: usize = 4;

/// A bit for each row of a chunk of a leaf that is in nothing, as `decide` says of its value; `None` where not all values
/// are codes of few entries. Rows that are no `candidates` may get any.
#[allow(clippy::too_many_arguments, reason = "a chunk, and all that is known of it")]
pub(super) fn decide_by_entries(
    leaf: &Leaf,
    chunk: &Chunk,
    bytes: &[u8],
    pieces: Option<&[Piece]>,
    candidates: Option<&Bitmap>,
    buffers: &mut Buffers,
    decide: &mut dyn FnMut(Column) -> Result<Bitmap>,
) -> Result<Option<Bitmap>> {
    let (mut entries, mut all_are_codes) = (None, true);
    for_pages(chunk, bytes, pieces, chunk.num_values, &mut |_, kind, _| {
        match kind {
            Kind::Dictionary { num_values } => entries = Some(num_values),
            Kind::Data(page) => {
                all_are_codes &=
                    matches!(page.encoding, Encoding::PLAIN_DICTIONARY | Encoding::RLE_DICTIONARY);
            }
            Kind::Other => {}
        }
        Ok(())
    })?;
    let rows = candidates.map_or(chunk.num_values, Bitmap::count_ones);
    let is_worth_it = |entries: usize| entries.saturating_mul(ROWS_PER_ENTRY) <= rows;
    if !all_are_codes || !entries.is_some_and(is_worth_it) {
        return Ok(None);
    }
    // 1 for those that are kept.
    let mut verdicts: Option<Vec<u8>> = None;
    let keeps_null = match leaf.max_definition {
        0 => false,
        _ => decide(Column::new_null(leaf.data_type.clone(), 1))?.get(0),
    };
    let mut kept = BitmapBuilder::with_capacity(chunk.num_values);
    for_pages(chunk, bytes, pieces, chunk.num_values, &mut |page, kind, first| {
        let data = match kind {
            Kind::Dictionary { num_values } => {
                if verdicts.is_some() || first > 0 {
                    return Err(ParquetError::corrupt("a second dictionary"));
                }
                let (_, values) = page.contents(None, &mut buffers.page)?;
                let entries = LeafValues::Plain(dictionary_of(leaf, values, num_values)?);
                let entries = Column::new(leaf.data_type.clone(), into_array(leaf, entries, None)?);
                verdicts = Some(decide(entries)?.iter().map(u8::from).collect());
                return Ok(());
            }
            Kind::Data(data) => data,
            Kind::Other => return Ok(()),
        };
        // What is not read is not kept.
        kept.push_many(false, first - kept.len());
        let Some(verdicts) = &verdicts else {
            return Err(ParquetError::corrupt("codes without a dictionary"));
        };
        let is_needed = |candidates: &Bitmap| {
            let end = (first + data.num_values).min(candidates.len());
            first < end && candidates.sliced(first, end - first).count_ones() > 0
        };
        if !candidates.is_none_or(is_needed) {
            kept.push_many(false, data.num_values);
            return Ok(());
        }
        let Buffers { page: buffer, codes, levels, .. } = &mut *buffers;
        let (before, mut values) = page.contents(Some(data.levels), buffer)?;
        let (_, definitions) = split_levels(leaf, data, before, &mut values)?;
        let valid = match leaf.max_definition {
            0 => None,
            max => Some(read_validity(max, &definitions, data.num_values, levels)?),
        };
        let count = valid.as_ref().map_or(data.num_values, Bitmap::count_ones);
        let mut bits = BitmapBuilder::with_capacity(count);
        if count > 0 {
            for_codes(values, count, verdicts.len(), codes, |_, codes| {
                for codes in codes.chunks(64) {
                    let mut bytes = [0; 64];
                    for (byte, &code) in bytes.iter_mut().zip(codes.iter()) {
                        *byte = verdicts[code as usize];
                    }
                    bits.push_word(bits_of(&bytes), codes.len());
                }
                Ok(())
            })?;
        }
        let bits = bits.finish();
        match valid.filter(|valid| valid.count_zeros() > 0) {
            Some(valid) if keeps_null => kept.extend_from(&spread_mask(&bits, &valid).or(&valid.not())),
            Some(valid) => kept.extend_from(&spread_mask(&bits, &valid)),
            None => kept.extend_from(&bits),
        }
        Ok(())
    })?;
    kept.push_many(false, chunk.num_values - kept.len());
    Ok(Some(kept.finish()))
}

/// A bit for each byte, which is 0 or 1. By eights, since a word that gets a bit at a time waits for each of them.
fn bits_of(bytes: &[u8; 64]) -> u64 {
    // Byte by byte, the product's highest one has the eight bits side by side, the first lowest.
    const GATHER: u64 = 0x0102_0408_1020_4080;
    let eights = bytes.as_chunks::<8>().0.iter().rev();
    eights.fold(0, |word, eight| word << 8 | u64::from_le_bytes(*eight).wrapping_mul(GATHER) >> 56)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn bytes_are_bits(bits in any::<u64>()) {
            let bytes = std::array::from_fn(|index| (bits >> index & 1) as u8);
            prop_assert_eq!(bits_of(&bytes), bits);
        }
    }
}
