//! Compressed pages to their bytes and back. What a page claims to become is believed only as far as its own bytes can
//! bear it out.

use super::{ParquetError, Result};
use lazuli_kernels::snappy;
use parquet_format_safe::CompressionCodec;
use std::io::Read;

/// A longer output than this many times the input is taken in as it comes, instead of being made room for at once.
const USUAL_RATIO: usize = 64;

/// Bytes of its input that the reader of Brotli takes at a time.
#[cfg(feature = "brotli")]
const BROTLI_BUFFER: usize = 4096;

/// How the pages of a file are compressed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ParquetCompression {
    /// Not at all.
    Uncompressed,
    /// Snappy: fast, and known to every reader.
    #[default]
    Snappy,
    /// LZ4 blocks: about as Snappy, faster to read.
    Lz4Raw,
    /// gzip at its usual level: small and slow, for old readers.
    Gzip,
    /// Zstandard at its fastest level: smaller than Snappy, slower to read.
    Zstd,
}

impl ParquetCompression {
    pub(super) fn codec(self) -> CompressionCodec {
        match self {
            Self::Uncompressed => CompressionCodec::UNCOMPRESSED,
            Self::Snappy => CompressionCodec::SNAPPY,
            Self::Lz4Raw => CompressionCodec::LZ4_RAW,
            Self::Gzip => CompressionCodec::GZIP,
            Self::Zstd => CompressionCodec::ZSTD,
        }
    }

    /// Appends `bytes`, compressed.
    pub(super) fn compress(self, bytes: &[u8], out: &mut Vec<u8>) -> Result<()> {
        match self {
            Self::Uncompressed => out.extend_from_slice(bytes),
            Self::Snappy => {
                let start = out.len();
                out.resize(start + snap::raw::max_compress_len(bytes.len()), 0);
                let written = snap::raw::Encoder::new()
                    .compress(bytes, &mut out[start..])
                    .map_err(|error| std::io::Error::other(error.to_string()))?;
                out.truncate(start + written);
            }
            Self::Lz4Raw => out.extend_from_slice(&lz4_flex::block::compress(bytes)),
            Self::Gzip => {
                let level = flate2::Compression::default();
                flate2::read::GzEncoder::new(bytes, level).read_to_end(out)?;
            }
            Self::Zstd => {
                ruzstd::encoding::compress(bytes, out, ruzstd::encoding::CompressionLevel::Fastest);
            }
        }
        Ok(())
    }
}

/// Gives the `length` bytes that `input` stands for, in `out`.
///
/// # Errors
/// Codecs that are not read; bytes that are none of their codec, or other than `length` of them.
pub(super) fn decompress<'a>(
    codec: CompressionCodec,
    input: &[u8],
    length: usize,
    out: &'a mut Vec<u8>,
) -> Result<&'a [u8]> {
    if length == 0 {
        // Writers leave out what stands for nothing.
        return Ok(&[]);
    }
    match codec {
        CompressionCodec::UNCOMPRESSED => {
            out.clear();
            out.extend_from_slice(input);
        }
        CompressionCodec::SNAPPY => {
            let (claimed, elements) =
                snappy::announced_length(input).map_err(|error| damaged("snappy", error))?;
            // Three bytes of snappy are at most 64 bytes.
            if claimed as usize != length || length / 22 > input.len() {
                return Err(wrong_length(length, claimed as usize));
            }
            let out = room(out, length);
            snappy::decompress(elements, out).map_err(|error| damaged("snappy", error))?;
            return Ok(out);
        }
        CompressionCodec::LZ4_RAW => return lz4_block(input, length, out),
        CompressionCodec::LZ4 => {
            // What old writers call LZ4 is blocks of Hadoop, or one block as it is.
            out.clear();
            if lz4_hadoop(input, length, out).is_err() {
                return lz4_block(input, length, out);
            }
        }
        CompressionCodec::GZIP => {
            out.clear();
            let mut source = flate2::read::MultiGzDecoder::new(input).take(length as u64 + 1);
            out.reserve(length.min(input.len().saturating_mul(USUAL_RATIO)));
            source.read_to_end(out).map_err(|error| damaged("gzip", error))?;
        }
        CompressionCodec::ZSTD => zstd(input, length, out)?,
        #[cfg(feature = "brotli")]
        CompressionCodec::BROTLI => {
            out.clear();
            let mut source =
                brotli_decompressor::Decompressor::new(input, BROTLI_BUFFER).take(length as u64 + 1);
            out.reserve(length.min(input.len().saturating_mul(USUAL_RATIO)));
            source.read_to_end(out).map_err(|error| damaged("Brotli", error))?;
        }
        #[cfg(not(feature = "brotli"))]
        CompressionCodec::BROTLI => {
            return Err(ParquetError::unsupported("Brotli compression, without the feature `brotli`"));
        }
        CompressionCodec::LZO => return Err(ParquetError::unsupported("LZO compression")),
        other => return Err(ParquetError::unsupported(format!("compression {}", other.0))),
    }
    if out.len() == length { Ok(out) } else { Err(wrong_length(length, out.len())) }
}

/// The first `length` bytes of a buffer, to be written over. It only grows: what is cut off would be filled with zeros before
/// it can be used again, which the pages of a chunk took a fortieth of their time for.
pub(super) fn room(buffer: &mut Vec<u8>, length: usize) -> &mut [u8] {
    if buffer.len() < length {
        buffer.resize(length, 0);
    }
    &mut buffer[..length]
}

fn damaged(codec: &str, error: impl std::fmt::Display) -> ParquetError {
    ParquetError::corrupt(format!("a page is no {codec}: {error}"))
}

fn wrong_length(announced: usize, found: usize) -> ParquetError {
    ParquetError::corrupt(format!("a page of {announced} bytes has {found}"))
}

fn lz4_block<'a>(input: &[u8], length: usize, out: &'a mut Vec<u8>) -> Result<&'a [u8]> {
    // A byte of LZ4 is at most 255 bytes.
    if length / 255 > input.len() {
        return Err(wrong_length(length, input.len().saturating_mul(255)));
    }
    let out = room(out, length);
    let written = lz4_flex::block::decompress_into(input, out).map_err(|error| damaged("LZ4", error))?;
    if written == length { Ok(out) } else { Err(wrong_length(length, written)) }
}

/// Blocks with their lengths before them: of the output, of the input, highest byte first.
fn lz4_hadoop(mut input: &[u8], length: usize, out: &mut Vec<u8>) -> Result<()> {
    let mut block = Vec::new();
    while let Some((head, rest)) = input.split_at_checked(8) {
        let number =
            |at: usize| u32::from_be_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]) as usize;
        let (output_bytes, input_bytes) = (number(0), number(4));
        let Some((compressed, rest)) = rest.split_at_checked(input_bytes) else { break };
        if output_bytes > length - out.len() {
            break;
        }
        out.extend_from_slice(lz4_block(compressed, output_bytes, &mut block)?);
        input = rest;
    }
    if input.is_empty() && out.len() == length { Ok(()) } else { Err(wrong_length(length, out.len())) }
}

fn zstd(input: &[u8], length: usize, out: &mut Vec<u8>) -> Result<()> {
    let mut decoder = ruzstd::decoding::FrameDecoder::new();
    if length / USUAL_RATIO <= input.len() {
        out.resize(length, 0);
        let written = decoder.decode_all(input, out).map_err(|error| damaged("zstd", error))?;
        out.truncate(written);
        return Ok(());
    }
    out.clear();
    let mut input = input;
    let source =
        ruzstd::decoding::StreamingDecoder::new(&mut input).map_err(|error| damaged("zstd", error))?;
    source.take(length as u64 + 1).read_to_end(out).map_err(|error| damaged("zstd", error))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ALL: [ParquetCompression; 5] = [
        ParquetCompression::Uncompressed,
        ParquetCompression::Snappy,
        ParquetCompression::Lz4Raw,
        ParquetCompression::Gzip,
        ParquetCompression::Zstd,
    ];

    #[test]
    fn what_a_buffer_had_before_does_not_count() {
        // Both ways of each codec: room made at once, and taken in as it comes.
        for bytes in [
            vec![7u8; 100_000],
            (0..100_000u32).map(|place| (place.wrapping_mul(place) >> 7) as u8).collect(),
        ] {
            for compression in ALL {
                let mut compressed = Vec::new();
                compression.compress(&bytes, &mut compressed).expect("any bytes can be");
                let mut out = b"from the page before".to_vec();
                let whole = decompress(compression.codec(), &compressed, bytes.len(), &mut out);
                assert_eq!(whole.expect("what was compressed"), bytes, "{compression:?}");
            }
        }
    }

    proptest! {
        #[test]
        fn what_was_compressed_comes_back(bytes in prop::collection::vec(0u8..5, 1..3000)) {
            for compression in ALL {
                let mut compressed = Vec::new();
                compression.compress(&bytes, &mut compressed).expect("memory takes it");
                let mut out = vec![7; 3];
                let whole = decompress(compression.codec(), &compressed, bytes.len(), &mut out);
                prop_assert_eq!(whole.expect("it is whole"), &bytes);
                prop_assert!(decompress(compression.codec(), &compressed, bytes.len() + 1, &mut out).is_err());
            }
        }

        #[test]
        fn any_bytes_are_taken(bytes in prop::collection::vec(any::<u8>(), 0..300), length in 0usize..1_000_000) {
            for codec in 0..9 {
                let mut out = Vec::new();
                if let Ok(whole) = decompress(CompressionCodec(codec), &bytes, length, &mut out) {
                    prop_assert_eq!(whole.len(), length);
                }
            }
        }
    }

    #[test]
    fn blocks_of_hadoop_are_read() {
        let (first, second) = (b"aaaaaaaaaaaaaaaaaaaaaaaa", b"bcbcbcbcbcbcbcbcbc");
        let mut input = Vec::new();
        for part in [first.as_slice(), second] {
            let block = lz4_flex::block::compress(part);
            input.extend_from_slice(&(part.len() as u32).to_be_bytes());
            input.extend_from_slice(&(block.len() as u32).to_be_bytes());
            input.extend_from_slice(&block);
        }
        let mut out = Vec::new();
        let whole = decompress(CompressionCodec::LZ4, &input, first.len() + second.len(), &mut out);
        assert_eq!(whole.expect("two blocks"), [first.as_slice(), second].concat());
    }
}
