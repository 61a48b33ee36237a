//! Compressed files, told by their first bytes and read as what they hold.

use std::io::Read;

/// How a file is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Compression {
    /// gzip (RFC 1952), one member or several.
    Gzip,
    /// Zstandard (RFC 8878), one frame or several.
    Zstd,
}

impl Compression {
    /// The compression of a file that begins with `head`.
    pub(super) fn of(head: &[u8]) -> Option<Self> {
        match head {
            [0x1F, 0x8B, ..] => Some(Self::Gzip),
            [0x28, 0xB5, 0x2F, 0xFD, ..] => Some(Self::Zstd),
            _ => None,
        }
    }

    /// What a message calls such a file.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Gzip => "a gzip file",
            Self::Zstd => "a zstd file",
        }
    }

    /// What `source` holds; `None` if this build cannot decompress.
    #[cfg(feature = "compression")]
    pub(super) fn reader(self, source: Box<dyn Read + Send>) -> Option<Box<dyn Read + Send>> {
        Some(match self {
            Self::Gzip => Box::new(flate2::read::MultiGzDecoder::new(source)),
            Self::Zstd => Box::new(super::zstd::ZstdFrames::new(source)),
        })
    }

    /// What `source` holds; `None` if this build cannot decompress.
    #[cfg(not(feature = "compression"))]
    pub(super) fn reader(self, _: Box<dyn Read + Send>) -> Option<Box<dyn Read + Send>> {
        None
    }
}
