//! Thrift's compact protocol over bytes in memory: how footers and page headers are written.
//!
//! The structs are those of `parquet-format-safe`, the layer that parquet2 stands on. Its own reader takes any
//! `std::io::Read` and copies; this one knows how many bytes are left, so that no length in them makes it reserve more
//! than they could hold, and it reads a footer whose unions have members that the structs do not know: a logical type of
//! a later version of the format would otherwise refuse the whole file.

use super::{ParquetError, Result};
use parquet_format_safe::thrift::protocol::{
    TCompactOutputProtocol, TFieldIdentifier, TInputProtocol, TListIdentifier, TMapIdentifier,
    TMessageIdentifier, TSetIdentifier, TStructIdentifier, TType,
};
use parquet_format_safe::thrift::{Error, ProtocolError, ProtocolErrorKind, Result as ThriftResult};
use parquet_format_safe::{BloomFilterHeader, ColumnIndex, FileMetaData, OffsetIndex, PageHeader};

/// Fewest bytes of a struct in any list of the format: one field and the end.
const LEAST_STRUCT_BYTES: usize = 3;

/// Members of `LogicalType` that the structs know.
const KNOWN_LOGICAL_TYPES: std::ops::RangeInclusive<i16> = 1..=14;
/// `LogicalType::FLOAT16`, which the structs do not know.
const FLOAT16: i16 = 15;
/// What it is read as: `ENUM`, which else stands on byte arrays only.
const FLOAT16_READS_AS: i16 = 4;
/// What other unknown members are read as: `BSON`, which means bytes as they are.
const UNKNOWN_READS_AS: i16 = 13;
/// A field that no struct has, and that is skipped.
const NO_FIELD: i16 = i16::MAX;

/// Reads the metadata of a file.
pub(super) fn read_file_metadata(bytes: &[u8]) -> Result<FileMetaData> {
    let mut protocol = CompactBytes::new(bytes, true);
    FileMetaData::read_from_in_protocol(&mut protocol)
        .map_err(|error| ParquetError::corrupt(format!("its footer: {error}")))
}

/// Reads the header of a page at the beginning of `bytes`; also how many bytes it takes.
pub(super) fn read_page_header(bytes: &[u8]) -> Result<(PageHeader, usize)> {
    let mut protocol = CompactBytes::new(bytes, false);
    let header = PageHeader::read_from_in_protocol(&mut protocol)
        .map_err(|error| ParquetError::corrupt(format!("the header of a page: {error}")))?;
    Ok((header, bytes.len() - protocol.bytes.len()))
}

/// Reads where the pages of a chunk are.
pub(super) fn read_offset_index(bytes: &[u8]) -> Result<OffsetIndex> {
    OffsetIndex::read_from_in_protocol(&mut CompactBytes::new(bytes, false))
        .map_err(|error| ParquetError::corrupt(format!("where its pages are: {error}")))
}

/// Reads what is in the pages of a chunk.
pub(super) fn read_column_index(bytes: &[u8]) -> Result<ColumnIndex> {
    ColumnIndex::read_from_in_protocol(&mut CompactBytes::new(bytes, false))
        .map_err(|error| ParquetError::corrupt(format!("what its pages hold: {error}")))
}

/// Reads the header of a Bloom filter at the beginning of `bytes`; also how many bytes it takes.
pub(super) fn read_bloom_filter_header(bytes: &[u8]) -> Result<(BloomFilterHeader, usize)> {
    let mut protocol = CompactBytes::new(bytes, false);
    let header = BloomFilterHeader::read_from_in_protocol(&mut protocol)
        .map_err(|error| ParquetError::corrupt(format!("the header of a Bloom filter: {error}")))?;
    Ok((header, bytes.len() - protocol.bytes.len()))
}

/// Appends the header of a Bloom filter.
pub(super) fn write_bloom_filter_header(header: &BloomFilterHeader, out: &mut Vec<u8>) -> Result<()> {
    header.write_to_out_protocol(&mut TCompactOutputProtocol::new(out)).map_err(unwritable)?;
    Ok(())
}

/// Appends the metadata of a file.
pub(super) fn write_file_metadata(metadata: &FileMetaData, out: &mut Vec<u8>) -> Result<()> {
    metadata.write_to_out_protocol(&mut TCompactOutputProtocol::new(out)).map_err(unwritable)?;
    Ok(())
}

/// Appends where the pages of a chunk are.
pub(super) fn write_offset_index(index: &OffsetIndex, out: &mut Vec<u8>) -> Result<()> {
    index.write_to_out_protocol(&mut TCompactOutputProtocol::new(out)).map_err(unwritable)?;
    Ok(())
}

/// Appends what is in the pages of a chunk.
pub(super) fn write_column_index(index: &ColumnIndex, out: &mut Vec<u8>) -> Result<()> {
    index.write_to_out_protocol(&mut TCompactOutputProtocol::new(out)).map_err(unwritable)?;
    Ok(())
}

/// Appends the header of a page.
pub(super) fn write_page_header(header: &PageHeader, out: &mut Vec<u8>) -> Result<()> {
    let mut protocol = TCompactOutputProtocol::new(out);
    header.write_to_out_protocol(&mut protocol).map_err(unwritable)?;
    Ok(())
}

fn unwritable(error: Error) -> ParquetError {
    std::io::Error::other(error.to_string()).into()
}

/// The compact protocol over what is left of some bytes.
struct CompactBytes<'a> {
    bytes: &'a [u8],
    /// The last field of each open struct; of those, the innermost last.
    fields: Vec<i16>,
    /// The value of a boolean field, which is part of its header.
    boolean: Option<bool>,
    /// A `FileMetaData` is read, so that places in it are known.
    is_footer: bool,
}

impl<'a> CompactBytes<'a> {
    fn new(bytes: &'a [u8], is_footer: bool) -> Self {
        Self { bytes, fields: Vec::new(), boolean: None, is_footer }
    }

    fn take(&mut self, length: usize) -> ThriftResult<&'a [u8]> {
        let (taken, rest) = self.bytes.split_at_checked(length).ok_or_else(ended)?;
        self.bytes = rest;
        Ok(taken)
    }

    /// A number of at most `bits` bits, seven a byte, the lowest first.
    fn varint(&mut self, bits: u32) -> ThriftResult<u64> {
        let mut value = 0u64;
        for shift in (0..bits).step_by(7) {
            let byte = self.read_byte()?;
            value |= u64::from(byte & 0x7F) << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(invalid("a number of too many bytes"))
    }

    fn zigzag(&mut self, bits: u32) -> ThriftResult<i64> {
        let value = self.varint(bits)?;
        Ok((value >> 1) as i64 ^ -((value & 1) as i64))
    }

    fn list(&mut self) -> ThriftResult<(TType, u32)> {
        let header = self.read_byte()?;
        let element = element_type(header & 0x0F)?;
        let size = match header >> 4 {
            15 => u32::try_from(self.varint(35)?).map_err(|_| ended())?,
            size => u32::from(size),
        };
        let least = if element == TType::Struct { LEAST_STRUCT_BYTES } else { 1 };
        if (size as usize).saturating_mul(least) > self.bytes.len() {
            return Err(ended());
        }
        Ok((element, size))
    }

    /// The id of a field as the structs are to see it.
    fn seen_as(&self, id: i16) -> i16 {
        if !self.is_footer {
            return id;
        }
        match self.fields.as_slice() {
            // `FileMetaData::column_orders`, a list of unions of which nothing is used.
            [_] if id == 7 => NO_FIELD,
            // `FileMetaData::schema`, in it `SchemaElement::logical_type`, in it the union.
            [2, 10, _] if !KNOWN_LOGICAL_TYPES.contains(&id) || id == 9 => {
                if id == FLOAT16 {
                    FLOAT16_READS_AS
                } else {
                    UNKNOWN_READS_AS
                }
            }
            _ => id,
        }
    }
}

fn invalid(message: &str) -> Error {
    Error::Protocol(ProtocolError { kind: ProtocolErrorKind::InvalidData, message: message.into() })
}

fn ended() -> Error {
    invalid("it ends too early")
}

/// The type of a list's elements: booleans are one byte each there.
fn element_type(code: u8) -> ThriftResult<TType> {
    if code == 1 { Ok(TType::Bool) } else { field_type(code) }
}

fn field_type(code: u8) -> ThriftResult<TType> {
    Ok(match code {
        0 => TType::Stop,
        1 | 2 => TType::Bool,
        3 => TType::I08,
        4 => TType::I16,
        5 => TType::I32,
        6 => TType::I64,
        7 => TType::Double,
        8 => TType::String,
        9 => TType::List,
        10 => TType::Set,
        11 => TType::Map,
        12 => TType::Struct,
        _ => return Err(invalid("an unknown type")),
    })
}

impl TInputProtocol for CompactBytes<'_> {
    fn read_message_begin(&mut self) -> ThriftResult<TMessageIdentifier> {
        Err(invalid("a message"))
    }

    fn read_message_end(&mut self) -> ThriftResult<()> {
        Ok(())
    }

    fn read_struct_begin(&mut self) -> ThriftResult<Option<TStructIdentifier>> {
        self.fields.push(0);
        Ok(None)
    }

    fn read_struct_end(&mut self) -> ThriftResult<()> {
        self.fields.pop();
        Ok(())
    }

    fn read_field_begin(&mut self) -> ThriftResult<TFieldIdentifier> {
        let header = self.read_byte()?;
        let field_type = field_type(header & 0x0F)?;
        let identifier = |id| TFieldIdentifier { name: None, field_type, id };
        if field_type == TType::Stop {
            return Ok(identifier(None));
        }
        if field_type == TType::Bool {
            self.boolean = Some(header & 0x0F == 1);
        }
        let last = self.fields.last().copied().unwrap_or(0);
        let id = match header >> 4 {
            0 => self.read_i16()?,
            step => {
                last.checked_add(i16::from(step)).ok_or_else(|| invalid("a field of too high a number"))?
            }
        };
        if let Some(last) = self.fields.last_mut() {
            *last = id;
        }
        let seen = self.seen_as(id);
        Ok(identifier(Some(seen)))
    }

    fn read_field_end(&mut self) -> ThriftResult<()> {
        Ok(())
    }

    fn read_bool(&mut self) -> ThriftResult<bool> {
        match self.boolean.take() {
            Some(value) => Ok(value),
            None => Ok(self.read_byte()? == 1),
        }
    }

    fn read_bytes(&mut self) -> ThriftResult<Vec<u8>> {
        let length = self.varint(35)? as usize;
        Ok(self.take(length)?.to_vec())
    }

    fn read_i8(&mut self) -> ThriftResult<i8> {
        Ok(self.read_byte()? as i8)
    }

    fn read_i16(&mut self) -> ThriftResult<i16> {
        i16::try_from(self.zigzag(21)?).map_err(|_| invalid("a number out of its range"))
    }

    fn read_i32(&mut self) -> ThriftResult<i32> {
        i32::try_from(self.zigzag(35)?).map_err(|_| invalid("a number out of its range"))
    }

    fn read_i64(&mut self) -> ThriftResult<i64> {
        self.zigzag(64)
    }

    fn read_double(&mut self) -> ThriftResult<f64> {
        let bytes = self.take(8)?;
        Ok(f64::from_le_bytes(bytes.try_into().map_err(|_| ended())?))
    }

    fn read_string(&mut self) -> ThriftResult<String> {
        String::from_utf8(self.read_bytes()?).map_err(|_| invalid("a text that is no UTF-8"))
    }

    fn read_list_begin(&mut self) -> ThriftResult<TListIdentifier> {
        let (element, size) = self.list()?;
        Ok(TListIdentifier::new(element, size))
    }

    fn read_list_end(&mut self) -> ThriftResult<()> {
        Ok(())
    }

    fn read_set_begin(&mut self) -> ThriftResult<TSetIdentifier> {
        let (element, size) = self.list()?;
        Ok(TSetIdentifier::new(element, size))
    }

    fn read_set_end(&mut self) -> ThriftResult<()> {
        Ok(())
    }

    fn read_map_begin(&mut self) -> ThriftResult<TMapIdentifier> {
        let size = u32::try_from(self.varint(35)?).map_err(|_| ended())?;
        if size == 0 {
            return Ok(TMapIdentifier::new(None, None, 0));
        }
        let types = self.read_byte()?;
        if size as usize > self.bytes.len() {
            return Err(ended());
        }
        Ok(TMapIdentifier::new(element_type(types >> 4)?, element_type(types & 0x0F)?, size))
    }

    fn read_map_end(&mut self) -> ThriftResult<()> {
        Ok(())
    }

    fn read_byte(&mut self) -> ThriftResult<u8> {
        Ok(self.take(1)?[0])
    }
}
