//! The pages of a column chunk: headers, and where their parts lie.

use super::{ParquetError, Result, compression, thrift};
use parquet_format_safe::{CompressionCodec, Encoding, PageHeader, PageType};

/// Walks over the pages of a chunk.
pub(super) struct Pages<'a> {
    rest: &'a [u8],
    codec: CompressionCodec,
}

/// A page as it lies in the file.
pub(super) struct Page<'a> {
    header: PageHeader,
    body: &'a [u8],
    codec: CompressionCodec,
}

/// What a page is.
pub(super) enum Kind {
    /// Values of a dictionary, one after the other.
    Dictionary {
        num_values: usize,
    },
    Data(DataPage),
    /// Nothing that is read.
    Other,
}

/// A page of data.
#[derive(Clone, Copy)]
pub(super) struct DataPage {
    /// Values, nulls and empty lists included.
    pub(crate) num_values: usize,
    pub(crate) encoding: Encoding,
    pub(crate) levels: Levels,
}

/// How the levels of a page lie before its values.
#[derive(Clone, Copy)]
pub(super) enum Levels {
    /// Inside of what is compressed, each with its length or as packed numbers.
    Inside { definition: Encoding, repetition: Encoding },
    /// Before it, so many bytes.
    Before { definition: usize, repetition: usize },
}

impl<'a> Pages<'a> {
    pub(super) fn new(chunk: &'a [u8], codec: CompressionCodec) -> Self {
        Self { rest: chunk, codec }
    }

    /// Whether there are no more.
    pub(super) fn is_at_end(&self) -> bool {
        self.rest.is_empty()
    }

    /// The next page; `None` at the end of the chunk.
    pub(super) fn next(&mut self) -> Result<Option<Page<'a>>> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let (header, length) = thrift::read_page_header(self.rest)?;
        let behind = &self.rest[length..];
        let size = usize::try_from(header.compressed_page_size)
            .map_err(|_| ParquetError::corrupt("a page of fewer than no bytes"))?;
        let (body, rest) = behind
            .split_at_checked(size)
            .ok_or_else(|| ParquetError::corrupt("a page is longer than what is left of its column"))?;
        self.rest = rest;
        Ok(Some(Page { header, body, codec: self.codec }))
    }
}

/// A number of a header that counts something.
fn count(number: i32) -> Result<usize> {
    usize::try_from(number).map_err(|_| ParquetError::corrupt(format!("a page announces {number} values")))
}

impl<'a> Page<'a> {
    pub(super) fn kind(&self) -> Result<Kind> {
        let missing = || ParquetError::corrupt("the header of a page is of another kind of page");
        Ok(match self.header.type_ {
            PageType::DICTIONARY_PAGE => {
                let header = self.header.dictionary_page_header.as_ref().ok_or_else(missing)?;
                if !matches!(header.encoding, Encoding::PLAIN | Encoding::PLAIN_DICTIONARY) {
                    return Err(ParquetError::unsupported(format!(
                        "a dictionary in {}",
                        name(header.encoding)
                    )));
                }
                Kind::Dictionary { num_values: count(header.num_values)? }
            }
            PageType::DATA_PAGE => {
                let header = self.header.data_page_header.as_ref().ok_or_else(missing)?;
                Kind::Data(DataPage {
                    num_values: count(header.num_values)?,
                    encoding: header.encoding,
                    levels: Levels::Inside {
                        definition: header.definition_level_encoding,
                        repetition: header.repetition_level_encoding,
                    },
                })
            }
            PageType::DATA_PAGE_V2 => {
                let header = self.header.data_page_header_v2.as_ref().ok_or_else(missing)?;
                Kind::Data(DataPage {
                    num_values: count(header.num_values)?,
                    encoding: header.encoding,
                    levels: Levels::Before {
                        definition: count(header.definition_levels_byte_length)?,
                        repetition: count(header.repetition_levels_byte_length)?,
                    },
                })
            }
            _ => Kind::Other,
        })
    }

    /// The bytes before what is compressed, and the rest without compression, in `buffer` if there is any.
    pub(super) fn contents<'b>(
        &self,
        levels: Option<Levels>,
        buffer: &'b mut Vec<u8>,
    ) -> Result<(&'a [u8], &'b [u8])>
    where
        'a: 'b,
    {
        let before = match levels {
            Some(Levels::Before { definition, repetition }) => definition.saturating_add(repetition),
            Some(Levels::Inside { .. }) | None => 0,
        };
        let size = count(self.header.uncompressed_page_size)?;
        let too_long = || ParquetError::corrupt("levels are longer than their page");
        let (levels, body) = self.body.split_at_checked(before).ok_or_else(too_long)?;
        let size = size.checked_sub(before).ok_or_else(too_long)?;
        let is_compressed =
            self.header.data_page_header_v2.as_ref().is_none_or(|v2| v2.is_compressed != Some(false));
        if self.codec == CompressionCodec::UNCOMPRESSED || !is_compressed {
            return Ok((levels, body));
        }
        Ok((levels, compression::decompress(self.codec, body, size, buffer)?))
    }
}

/// What an encoding is called.
pub(super) fn name(encoding: Encoding) -> String {
    match encoding {
        Encoding::PLAIN => "PLAIN".into(),
        Encoding::PLAIN_DICTIONARY => "PLAIN_DICTIONARY".into(),
        Encoding::RLE => "RLE".into(),
        Encoding::BIT_PACKED => "BIT_PACKED".into(),
        Encoding::DELTA_BINARY_PACKED => "DELTA_BINARY_PACKED".into(),
        Encoding::DELTA_LENGTH_BYTE_ARRAY => "DELTA_LENGTH_BYTE_ARRAY".into(),
        Encoding::DELTA_BYTE_ARRAY => "DELTA_BYTE_ARRAY".into(),
        Encoding::RLE_DICTIONARY => "RLE_DICTIONARY".into(),
        Encoding::BYTE_STREAM_SPLIT => "BYTE_STREAM_SPLIT".into(),
        Encoding(other) => format!("encoding {other}"),
    }
}
