//! Files of our own as parquet2 reads them: schema, row groups, bounds, pages, and each value that lies in them. It has its
//! own reader of every one of these, so what both agree on is what the format says and not what we believe of it.

use super::round_trip::{compose, types, values};
use crate::parquet::{ParquetCompression, ParquetWriteOptions};
use lazuli_array::{Batch, Column, DataType, Scalar};
use parquet2::encoding::{Encoding, delta_bitpacked, hybrid_rle::HybridRleDecoder};
use parquet2::metadata::ColumnChunkMetaData;
use parquet2::page::{DataPage, Page, split_buffer};
use parquet2::read::{decompress, get_page_iterator, levels::get_bit_width, read_metadata};
use parquet2::schema::types::PhysicalType;
use parquet2::statistics::{
    BinaryStatistics, BooleanStatistics, FixedLenStatistics, PrimitiveStatistics, Statistics,
};
use proptest::prelude::*;
use std::io::Cursor;

/// A value as the bytes that stand for it in a page of plain values; of a text without its length.
type Bytes = Vec<u8>;

/// Adds the values of each leaf, without nulls.
fn leaves(value: &Scalar, data_type: &DataType, mut out: &mut [Vec<Bytes>]) {
    match (data_type, value) {
        (_, Scalar::Null) => {}
        (DataType::Struct(fields), Scalar::Struct(values)) => {
            for (field, (_, value)) in fields.iter().zip(values.iter()) {
                let (own, others) = out.split_at_mut(num_leaves(field.data_type()));
                leaves(value, field.data_type(), own);
                out = others;
            }
        }
        (DataType::List(item), Scalar::List(items)) => {
            (0..items.len()).for_each(|row| leaves(&items.get(row), item, out));
        }
        _ => out[0].push(plain(value, data_type)),
    }
}

fn num_leaves(data_type: &DataType) -> usize {
    match data_type {
        DataType::Struct(fields) => fields.iter().map(|field| num_leaves(field.data_type())).sum(),
        DataType::List(item) => num_leaves(item),
        _ => 1,
    }
}

/// The value as it lies in a file.
fn plain(value: &Scalar, data_type: &DataType) -> Bytes {
    match value {
        Scalar::Boolean(value) => vec![u8::from(*value)],
        Scalar::Int8(value) => i32::from(*value).to_le_bytes().to_vec(),
        Scalar::Int16(value) => i32::from(*value).to_le_bytes().to_vec(),
        Scalar::Int32(value) | Scalar::Date(value) => value.to_le_bytes().to_vec(),
        Scalar::UInt8(value) => i32::from(*value).to_le_bytes().to_vec(),
        Scalar::UInt16(value) => i32::from(*value).to_le_bytes().to_vec(),
        Scalar::UInt32(value) => value.to_le_bytes().to_vec(),
        Scalar::UInt64(value) => value.to_le_bytes().to_vec(),
        Scalar::Int64(value)
        | Scalar::Time(value)
        | Scalar::Duration(value, _)
        | Scalar::Datetime(value, ..) => value.to_le_bytes().to_vec(),
        Scalar::Float32(value) => value.to_le_bytes().to_vec(),
        Scalar::Float64(value) => value.to_le_bytes().to_vec(),
        Scalar::String(text) => text.as_bytes().to_vec(),
        Scalar::Binary(bytes) => bytes.to_vec(),
        Scalar::Decimal { value, precision, .. } => match precision {
            ..=9 => (*value as i32).to_le_bytes().to_vec(),
            10..=18 => (*value as i64).to_le_bytes().to_vec(),
            // The width is that of the file; leading bytes of a sign are left out when values are compared.
            _ => value.to_be_bytes().to_vec(),
        },
        other => panic!("{other} of {data_type} is not among the types"),
    }
}

/// The bytes of a decimal without those before the last that only repeat its sign.
fn shortest(bytes: &[u8]) -> &[u8] {
    let mut rest = bytes;
    while let [first, second, ..] = rest
        && ((*first == 0 && *second < 0x80) || (*first == 0xFF && *second >= 0x80))
    {
        rest = &rest[1..];
    }
    rest
}

fn fixed_width(physical: PhysicalType) -> Option<usize> {
    Some(match physical {
        PhysicalType::Int32 | PhysicalType::Float => 4,
        PhysicalType::Int64 | PhysicalType::Double => 8,
        PhysicalType::Int96 => 12,
        PhysicalType::FixedLenByteArray(width) => width,
        PhysicalType::Boolean | PhysicalType::ByteArray => return None,
    })
}

fn plain_values(bytes: &[u8], physical: PhysicalType, count: usize) -> Vec<Bytes> {
    match (physical, fixed_width(physical)) {
        (_, Some(width)) => bytes.chunks_exact(width).take(count).map(<[u8]>::to_vec).collect(),
        (PhysicalType::Boolean, _) => (0..count).map(|row| vec![bytes[row / 8] >> (row % 8) & 1]).collect(),
        _ => {
            let mut rest = bytes;
            let mut next = || {
                let (length, behind) = rest.split_first_chunk::<4>().expect("a length");
                let (text, behind) = behind.split_at(u32::from_le_bytes(*length) as usize);
                rest = behind;
                text.to_vec()
            };
            (0..count).map(|_| next()).collect()
        }
    }
}

/// The values of a page.
fn page_values(page: &DataPage, dictionary: &[Bytes]) -> Vec<Bytes> {
    let descriptor = &page.descriptor;
    let (_, definitions, bytes) = split_buffer(page).expect("levels and values");
    let entries = page.num_values();
    let width = get_bit_width(descriptor.max_def_level);
    let levels = HybridRleDecoder::try_new(definitions, width, entries).expect("levels");
    let there = |level: &u32| *level == descriptor.max_def_level as u32;
    let count = levels.map(|level| level.expect("a level")).filter(there).count();
    let physical = descriptor.primitive_type.physical_type;
    match page.encoding() {
        _ if count == 0 => Vec::new(),
        Encoding::Plain => plain_values(bytes, physical, count),
        Encoding::RleDictionary => match bytes.split_first() {
            // Its decoder divides by the width.
            Some((0, _)) => vec![dictionary[0].clone(); count],
            Some((&width, codes)) => HybridRleDecoder::try_new(codes, u32::from(width), count)
                .expect("codes")
                .map(|code| dictionary[code.expect("a code") as usize].clone())
                .collect(),
            None => Vec::new(),
        },
        Encoding::DeltaBinaryPacked => delta_bitpacked::Decoder::try_new(bytes)
            .expect("differences")
            .map(|value| {
                let value = value.expect("a value");
                if physical == PhysicalType::Int32 {
                    (value as i32).to_le_bytes().to_vec()
                } else {
                    value.to_le_bytes().to_vec()
                }
            })
            .collect(),
        other => panic!("we do not write {other:?}"),
    }
}

/// The values of a chunk, and its encodings.
fn chunk_values(column: &ColumnChunkMetaData, file: &[u8]) -> Vec<Bytes> {
    let pages = get_page_iterator(column, Cursor::new(file), None, Vec::new(), usize::MAX).expect("pages");
    let (mut out, mut dictionary, mut entries) = (Vec::new(), Vec::new(), 0);
    for page in pages {
        match decompress(page.expect("a page"), &mut Vec::new()).expect("its bytes") {
            Page::Dict(page) => {
                dictionary = plain_values(&page.buffer, column.physical_type(), page.num_values);
                assert_eq!(dictionary.len(), page.num_values);
            }
            Page::Data(page) => {
                entries += page.num_values() as i64;
                out.extend(page_values(&page, &dictionary));
            }
        }
    }
    assert_eq!(entries, column.num_values());
    out
}

/// The bounds in statistics, as bytes.
fn bounds(statistics: &dyn Statistics) -> (Option<Bytes>, Option<Bytes>) {
    let any = statistics.as_any();
    macro_rules! number {
        ($type:ty) => {{
            let known = any.downcast_ref::<PrimitiveStatistics<$type>>().expect("of its own type");
            let bytes = |bound: Option<$type>| bound.map(|bound| bound.to_le_bytes().to_vec());
            (bytes(known.min_value), bytes(known.max_value))
        }};
    }
    match statistics.physical_type() {
        PhysicalType::Int32 => number!(i32),
        PhysicalType::Int64 => number!(i64),
        PhysicalType::Float => number!(f32),
        PhysicalType::Double => number!(f64),
        PhysicalType::Boolean => {
            let known = any.downcast_ref::<BooleanStatistics>().expect("of its own type");
            let bytes = |bound: Option<bool>| bound.map(|bound| vec![u8::from(bound)]);
            (bytes(known.min_value), bytes(known.max_value))
        }
        PhysicalType::ByteArray => {
            let known = any.downcast_ref::<BinaryStatistics>().expect("of its own type");
            (known.min_value.clone(), known.max_value.clone())
        }
        PhysicalType::FixedLenByteArray(_) => {
            let known = any.downcast_ref::<FixedLenStatistics>().expect("of its own type");
            (known.min_value.clone(), known.max_value.clone())
        }
        PhysicalType::Int96 => panic!("we do not write it"),
    }
}

/// A value as something that is in the order of its type; `None` for NaN.
fn in_order(bytes: &[u8], data_type: &DataType) -> Option<(i128, Bytes)> {
    let number = |value: i128| Some((value, Vec::new()));
    let four = || bytes.try_into().map(i32::from_le_bytes).expect("four bytes");
    let eight = || bytes.try_into().map(i64::from_le_bytes).expect("eight bytes");
    match data_type {
        DataType::UInt8 | DataType::UInt16 | DataType::UInt32 => number(i128::from(four() as u32)),
        DataType::UInt64 => number(i128::from(eight() as u64)),
        DataType::Float32 => {
            let value = f32::from_bits(four() as u32);
            // Zeros are one value.
            let bits = (value + 0.0).to_bits() as i32;
            let ordered = if bits < 0 { i32::MIN ^ !bits } else { bits };
            (!value.is_nan()).then(|| (if value == 0.0 { 0 } else { i128::from(ordered) }, Vec::new()))
        }
        DataType::Float64 => {
            let value = f64::from_bits(eight() as u64);
            let bits = (value + 0.0).to_bits() as i64;
            let ordered = if bits < 0 { i64::MIN ^ !bits } else { bits };
            (!value.is_nan()).then(|| (if value == 0.0 { 0 } else { i128::from(ordered) }, Vec::new()))
        }
        DataType::String | DataType::Categorical | DataType::Binary => Some((0, bytes.to_vec())),
        DataType::Decimal { precision: 19.., .. } => {
            let filler = if bytes[0] >= 0x80 { 0xFF } else { 0 };
            let mut all = [filler; 16];
            all[16 - bytes.len()..].copy_from_slice(bytes);
            number(i128::from_be_bytes(all))
        }
        _ if bytes.len() == 1 => number(i128::from(bytes[0])),
        _ if bytes.len() == 4 => number(i128::from(four())),
        _ => number(i128::from(eight())),
    }
}

fn leaf_types(data_type: &DataType, out: &mut Vec<DataType>) {
    match data_type {
        DataType::Struct(fields) => fields.iter().for_each(|field| leaf_types(field.data_type(), out)),
        DataType::List(item) => leaf_types(item, out),
        leaf => out.push(leaf.clone()),
    }
}

fn agree(data_type: &DataType, rows: &[Scalar], cut: usize, compression: ParquetCompression) {
    let column = Column::from_scalars(data_type, rows.iter().cloned()).expect("values of the type");
    let batch = Batch::from_columns(vec![("c".into(), column)]).expect("one column");
    let groups: Vec<Vec<Batch>> = (0..rows.len())
        .step_by(cut)
        .map(|start| vec![batch.sliced(start, cut.min(rows.len() - start))])
        .collect();
    let options = ParquetWriteOptions { compression, ..ParquetWriteOptions::default() };
    let file = compose(batch.schema(), &groups, options);
    let metadata = read_metadata(&mut Cursor::new(&file)).expect("a footer");
    assert_eq!(metadata.num_rows, rows.len());
    assert_eq!(metadata.row_groups.len(), groups.len());
    let mut types = Vec::new();
    leaf_types(data_type, &mut types);
    assert_eq!(metadata.schema().columns().len(), types.len());
    for (group, rows) in metadata.row_groups.iter().zip(rows.chunks(cut)) {
        assert_eq!(group.num_rows(), rows.len());
        let mut expected: Vec<Vec<Bytes>> = types.iter().map(|_| Vec::new()).collect();
        for row in rows {
            leaves(row, data_type, &mut expected);
        }
        for ((column, expected), data_type) in group.columns().iter().zip(&expected).zip(&types) {
            let found = chunk_values(column, &file);
            let is_wide = matches!(data_type, DataType::Decimal { precision: 19.., .. });
            let seen = |bytes: &Bytes| if is_wide { shortest(bytes).to_vec() } else { bytes.clone() };
            assert_eq!(
                found.iter().map(seen).collect::<Vec<_>>(),
                expected.iter().map(seen).collect::<Vec<_>>()
            );
            let statistics = column.statistics().expect("we write them").expect("they are sound");
            let nulls = column.num_values() - found.len() as i64;
            assert_eq!(statistics.null_count(), Some(nulls));
            let (min, max) = bounds(&*statistics);
            let ordered: Vec<_> = found.iter().filter_map(|bytes| in_order(bytes, data_type)).collect();
            let bound = |bytes: Option<Bytes>| bytes.and_then(|bytes| in_order(&bytes, data_type));
            assert_eq!(
                (bound(min), bound(max)),
                (ordered.iter().min().cloned(), ordered.iter().max().cloned())
            );
        }
    }
}

fn compressions() -> impl Strategy<Value = ParquetCompression> {
    // Of the codecs that parquet2 can be built with here: its others are C libraries, or old.
    prop_oneof![Just(ParquetCompression::Uncompressed), Just(ParquetCompression::Snappy)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn parquet2_reads_what_we_write(
        (data_type, rows) in types().prop_flat_map(|data_type| {
            let rows = prop::collection::vec(values(&data_type), 1..60);
            (Just(data_type), rows)
        }),
        cut in 1usize..80,
        compression in compressions(),
    ) {
        let mut leaves = Vec::new();
        leaf_types(&data_type, &mut leaves);
        // The format allows it, parquet2 does not.
        let is_all_fraction =
            |leaf: &DataType| matches!(leaf, DataType::Decimal { precision, scale } if precision == scale);
        prop_assume!(!leaves.iter().any(is_all_fraction));
        agree(&data_type, &rows, cut, compression);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// Several pages of each encoding.
    #[test]
    fn parquet2_reads_all_our_encodings(shape in 0u8..4, rows in 20_000usize..50_000, compression in compressions()) {
        let number = |row: usize| match shape {
            0 => row as i64 % 100,
            1 => 3 * row as i64 - 50,
            2 => (row as i64).wrapping_mul(0x9E37_79B9_7F4A_7C15_u64 as i64),
            _ => 7,
        };
        let or_null = |row: usize, value: Scalar| if row % 7 < 2 { Scalar::Null } else { value };
        for (data_type, make) in [
            (DataType::Int64, Scalar::Int64 as fn(i64) -> Scalar),
            (DataType::Int32, |value| Scalar::Int32(value as i32)),
            (DataType::String, |value| Scalar::from(value.to_string())),
        ] {
            let values: Vec<Scalar> = (0..rows).map(|row| or_null(row, make(number(row)))).collect();
            agree(&data_type, &values, rows, compression);
        }
    }
}
