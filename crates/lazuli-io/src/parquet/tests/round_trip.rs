//! What was written is read again: every type, nulls, nested columns, however batches and row groups are cut.

use super::{lines, read};
use crate::files::FilesError;
use crate::parquet::{
    ParquetCompression, ParquetErrorKind, ParquetFooter, ParquetOptions, ParquetScan, ParquetScanOptions,
    ParquetTable, ParquetWriteOptions, ParquetWriter,
};
use crate::strategies::types_where;
pub(super) use crate::strategies::values;
use lazuli_array::{Batch, Column, DataFrame, DataType, Field, Scalar, Schema};
use proptest::prelude::*;
use std::path::PathBuf;
use std::sync::Arc;

/// A file of these batches, so many to a row group.
pub(super) fn compose(schema: &Arc<Schema>, groups: &[Vec<Batch>], options: ParquetWriteOptions) -> Vec<u8> {
    let writer = ParquetWriter::try_new(schema, options).expect("types that can be written");
    let mut file = ParquetWriter::HEAD.to_vec();
    let mut footer = ParquetFooter::default();
    for batches in groups {
        let group = writer.encode_row_group(batches).expect("memory takes it");
        file.extend_from_slice(group.bytes());
        footer.push(group);
    }
    file.extend(writer.encode_footer(footer).expect("memory takes it"));
    file
}

/// Writes batches, so many to a row group, and reads the file.
fn there_and_back(schema: &Arc<Schema>, groups: &[Vec<Batch>], options: ParquetWriteOptions) -> DataFrame {
    let file = compose(schema, groups, options);
    let path: PathBuf = std::env::temp_dir().join(format!(
        "lazuli-round-trip-{}-{:?}.parquet",
        std::process::id(),
        std::thread::current().id()
    ));
    std::fs::write(&path, file).expect("the temporary folder can be written");
    let frame = read(&path, ParquetScanOptions::default()).expect("what we write we read");
    std::fs::remove_file(&path).expect("it is ours");
    frame
}

/// The types that the format holds. What it knows by a hint alone is kept for whole columns only.
pub(super) fn types() -> impl Strategy<Value = DataType> {
    types_where(
        |data_type| !matches!(data_type, DataType::Enum(_)),
        |data_type| {
            !matches!(data_type, DataType::Duration(_) | DataType::Categorical)
                && !matches!(data_type, DataType::Datetime(_, Some(zone)) if &**zone != "UTC")
        },
    )
}

fn compressions() -> impl Strategy<Value = ParquetCompression> {
    prop::sample::select(vec![
        ParquetCompression::Uncompressed,
        ParquetCompression::Snappy,
        ParquetCompression::Lz4Raw,
        ParquetCompression::Gzip,
        ParquetCompression::Zstd,
    ])
}

/// A batch of one column of any type, and where to cut it.
fn columns() -> impl Strategy<Value = (DataType, Vec<Scalar>)> {
    types().prop_flat_map(|data_type| {
        let rows = prop::collection::vec(values(&data_type), 0..60);
        (Just(data_type), rows)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn every_type_comes_back((data_type, rows) in columns(), cut in 1usize..40, compression in compressions(), statistics in any::<bool>()) {
        let column = Column::from_scalars(&data_type, rows).expect("values of the type");
        let batch = Batch::from_columns(vec![("c".into(), column)]).expect("one column");
        let batches: Vec<Batch> = (0..batch.num_rows())
            .step_by(cut)
            .map(|start| batch.sliced(start, cut.min(batch.num_rows() - start)))
            .collect();
        let groups: Vec<Vec<Batch>> = batches.chunks(2).map(<[Batch]>::to_vec).collect();
        let options = ParquetWriteOptions { compression, statistics, ..ParquetWriteOptions::default() };
        let frame = there_and_back(batch.schema(), &groups, options);
        let expected = DataFrame::from_batches(batch.schema().clone(), vec![batch]).expect("one batch");
        prop_assert_eq!(lines(&frame), lines(&expected));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    /// Values that repeat, ascend, or do neither, over more than a page: dictionaries, differences, plain ones.
    #[test]
    fn every_encoding_comes_back(shape in 0u8..4, rows in 1usize..60_000, nulls in any::<bool>(), compression in compressions()) {
        let number = |row: usize| match shape {
            0 => row as i64 % 100,
            1 => 3 * row as i64 - 50,
            2 => (row as i64).wrapping_mul(0x9E37_79B9_7F4A_7C15_u64 as i64),
            _ => 7,
        };
        let is_null = |row: usize| nulls && row % 7 < 2;
        let or_null = |row: usize, value: Scalar| if is_null(row) { Scalar::Null } else { value };
        let integers = (0..rows).map(|row| or_null(row, Scalar::Int64(number(row))));
        let texts = (0..rows).map(|row| or_null(row, Scalar::from(number(row).to_string())));
        let small = (0..rows).map(|row| or_null(row, Scalar::Int32(number(row) as i32)));
        let batch = Batch::from_columns(vec![
            ("integers".into(), Column::from_scalars(&DataType::Int64, integers).expect("integers")),
            ("texts".into(), Column::from_scalars(&DataType::String, texts).expect("texts")),
            ("small".into(), Column::from_scalars(&DataType::Int32, small).expect("integers")),
        ])
        .expect("columns of one length");
        let options = ParquetWriteOptions { compression, ..ParquetWriteOptions::default() };
        let frame = there_and_back(batch.schema(), &[vec![batch.clone()]], options);
        let expected = DataFrame::from_batches(batch.schema().clone(), vec![batch]).expect("one batch");
        prop_assert!(frame == expected);
    }
}

#[test]
fn a_struct_without_fields_has_no_place() {
    let schema = Schema::try_new(vec![Field::new("nothing", DataType::Struct([].into()))]).expect("one name");
    let error = ParquetWriter::try_new(&Arc::new(schema), ParquetWriteOptions::default())
        .expect_err("it holds nothing");
    assert!(matches!(error.kind(), ParquetErrorKind::Unwritable { .. }), "{error}");
}

/// Lists three deep whose first row has no innermost list, in several entries.
#[test]
fn a_row_group_may_begin_with_empty_lists() {
    let list = |item: &DataType, values: Vec<Scalar>| {
        Scalar::List(Box::new(Column::from_scalars(item, values).expect("values of the type")))
    };
    let one = DataType::List(Box::new(DataType::Int64));
    let two = DataType::List(Box::new(one.clone()));
    let empty = || list(&one, vec![]);
    let full = || list(&one, vec![list(&DataType::Int64, vec![Scalar::Int64(1), Scalar::Null])]);
    let rows = vec![
        list(&two, vec![empty(), Scalar::Null, empty()]),
        list(&two, vec![empty(), full(), full()]),
        Scalar::Null,
    ];
    let column = Column::from_scalars(&DataType::List(Box::new(two)), rows).expect("values of the type");
    let batch = Batch::from_columns(vec![("c".into(), column)]).expect("one column");
    let frame = there_and_back(batch.schema(), &[vec![batch.clone()]], ParquetWriteOptions::default());
    let expected = DataFrame::from_batches(batch.schema().clone(), vec![batch]).expect("one batch");
    assert_eq!(lines(&frame), lines(&expected));
}

#[test]
fn no_rows_have_a_schema() {
    let schema = Arc::new(Schema::try_new(vec![Field::new("n", DataType::Int64)]).expect("one name"));
    let frame = there_and_back(&schema, &[], ParquetWriteOptions::default());
    assert_eq!((frame.height(), frame.schema()), (0, &schema));
}

/// Files whose columns differ in width are one table of the wider type; a text is no number.
#[test]
fn types_of_several_files_are_widened() {
    let file = |name: &str, data_type: &DataType, values: Vec<Scalar>| {
        let column = Column::from_scalars(data_type, values).expect("values of the type");
        let batch = Batch::from_columns(vec![("n".into(), column)]).expect("one column");
        let bytes = compose(batch.schema(), &[vec![batch.clone()]], ParquetWriteOptions::default());
        let path = std::env::temp_dir().join(format!("lazuli-widened-{}-{name}.parquet", std::process::id()));
        std::fs::write(&path, bytes).expect("the temporary folder can be written");
        path
    };
    let narrow = file("narrow", &DataType::Int32, vec![Scalar::Int32(1), Scalar::Null]);
    let wide = file("wide", &DataType::Int64, vec![Scalar::Int64(1 << 40)]);
    let text = file("text", &DataType::String, vec![Scalar::from("a")]);
    for paths in [[&narrow, &wide], [&wide, &narrow]] {
        let table = ParquetTable::open_all(&paths, &ParquetOptions::default()).expect("one type holds both");
        assert_eq!(*table.schema().field(0).data_type(), DataType::Int64);
        let scan = ParquetScan::open(Arc::new(table), ParquetScanOptions::default());
        let mut rows = Vec::new();
        while let Some((_, batch)) = scan.next().map_err(|(_, error)| error).expect("it can be read") {
            rows.extend((0..batch.num_rows()).map(|row| batch.column(0).get(row).to_string()));
        }
        rows.sort();
        assert_eq!(rows, ["1", "1099511627776", "null"]);
    }
    let error =
        ParquetTable::open_all(&[&narrow, &text], &ParquetOptions::default()).expect_err("no type does");
    assert!(matches!(error.kind(), ParquetErrorKind::Files(FilesError::TypeDiffers { .. })), "{error}");
    for path in [narrow, wide, text] {
        std::fs::remove_file(path).expect("it is ours");
    }
}
