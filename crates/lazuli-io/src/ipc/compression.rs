//! Compressed buffers to their bytes and back. Each has its length in front, or -1 if it is stored as it is.

use super::message::Codec;
use super::{IpcError, Result};
use std::io::{Read, Write};

/// How the buffers of batches are compressed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum IpcCompression {
    /// Not at all: fastest to read, and parts of a batch can be read by themselves.
    #[default]
    Uncompressed,
    /// LZ4 frames.
    Lz4,
    /// Zstandard at its fastest level: smaller than LZ4, slower to read.
    Zstd,
}

impl IpcCompression {
    pub(super) fn codec(self) -> Option<Codec> {
        match self {
            Self::Uncompressed => None,
            Self::Lz4 => Some(Codec::Lz4),
            Self::Zstd => Some(Codec::Zstd),
        }
    }
}

fn damaged(codec: &str, error: impl std::fmt::Display) -> IpcError {
    IpcError::corrupt(format!("a buffer is no {codec}: {error}"))
}

/// The bytes that a buffer stands for. `allow` is asked before room is made for them.
pub(super) fn decompress(
    codec: Codec,
    input: Vec<u8>,
    allow: impl FnOnce(u64) -> Result<()>,
) -> Result<Vec<u8>> {
    let Some((length, content)) = input.split_first_chunk::<8>() else {
        return match input.is_empty() {
            true => Ok(input),
            false => Err(IpcError::corrupt("a compressed buffer without its length")),
        };
    };
    let length = match i64::from_le_bytes(*length) {
        -1 => return Ok(content.to_vec()),
        length => usize::try_from(length)
            .map_err(|_| IpcError::corrupt("a compressed buffer of negative length"))?,
    };
    allow(length as u64)?;
    let mut out = Vec::with_capacity(length);
    match codec {
        Codec::Lz4 => {
            let decoder = lz4_flex::frame::FrameDecoder::new(content);
            decoder.take(length as u64 + 1).read_to_end(&mut out).map_err(|error| damaged("LZ4", error))?;
        }
        Codec::Zstd if length > 0 => {
            let mut content = content;
            let decoder = ruzstd::decoding::StreamingDecoder::new(&mut content)
                .map_err(|error| damaged("zstd", error))?;
            decoder.take(length as u64 + 1).read_to_end(&mut out).map_err(|error| damaged("zstd", error))?;
        }
        Codec::Zstd => {}
    }
    match out.len() == length {
        true => Ok(out),
        false => Err(IpcError::corrupt(format!("a buffer of {length} bytes has {}", out.len()))),
    }
}

/// Appends a buffer, compressed where that makes it shorter.
pub(super) fn compress(codec: Codec, bytes: &[u8], out: &mut Vec<u8>) -> Result<()> {
    if bytes.is_empty() {
        return Ok(());
    }
    let start = out.len();
    out.extend_from_slice(&(bytes.len() as i64).to_le_bytes());
    match codec {
        Codec::Lz4 => {
            let mut encoder = lz4_flex::frame::FrameEncoder::new(&mut *out);
            encoder.write_all(bytes)?;
            encoder.finish().map_err(std::io::Error::other)?;
        }
        Codec::Zstd => {
            ruzstd::encoding::compress(bytes, &mut *out, ruzstd::encoding::CompressionLevel::Fastest);
        }
    }
    if out.len() - start > 8 + bytes.len() {
        out.truncate(start);
        out.extend_from_slice(&(-1i64).to_le_bytes());
        out.extend_from_slice(bytes);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_was_compressed_comes_back(bytes in prop::collection::vec(0u8..5, 0..3000), noise in any::<bool>()) {
            let bytes: Vec<u8> = match noise {
                true => bytes.iter().enumerate().map(|(at, byte)| (at as u8).wrapping_mul(167) ^ byte << 3).collect(),
                false => bytes,
            };
            for codec in [Codec::Lz4, Codec::Zstd] {
                let mut compressed = Vec::new();
                compress(codec, &bytes, &mut compressed).expect("memory takes it");
                prop_assert!(compressed.len() <= bytes.len() + 8);
                let out = decompress(codec, compressed, |_| Ok(())).expect("it is whole");
                prop_assert_eq!(&out, &bytes);
            }
        }

        #[test]
        fn any_bytes_are_taken(mut bytes in prop::collection::vec(any::<u8>(), 0..300), length in 0i64..100_000) {
            if let Some(head) = bytes.first_chunk_mut::<8>() {
                *head = length.to_le_bytes();
            }
            for codec in [Codec::Lz4, Codec::Zstd] {
                if let Ok(out) = decompress(codec, bytes.clone(), |_| Ok(())) {
                    prop_assert_eq!(out.len() as i64, if bytes.is_empty() { 0 } else { length });
                }
            }
        }
    }
}
