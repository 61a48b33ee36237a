//! What was written is read again: every type, nulls, nested columns, however batches are cut, as a file and as a stream.

use super::{lines, read, temporary};
use crate::files::ScanOptions;
use crate::ipc::{
    IpcCompression, IpcErrorKind, IpcStreamReader, IpcStreamWriter, IpcWriteOptions, IpcWriter,
};
use crate::strategies::{types, values};
use lazuli_array::{Batch, Column, DataFrame, DataType, Field, Scalar, Schema, SchemaRef};
use proptest::prelude::*;
use std::sync::Arc;

/// Writes a file, each list of batches as one, and reads it.
fn as_file(
    schema: &SchemaRef,
    groups: &[Vec<Batch>],
    options: IpcWriteOptions,
    batch_rows: usize,
) -> DataFrame {
    let writer = IpcWriter::try_new(schema, options).expect("types that can be written");
    let mut dictionaries = writer.dictionaries();
    let (mut file, mut footer) = writer.head().expect("a short schema");
    for batches in groups {
        let batch = writer.encode_batch(&dictionaries.recode(batches)).expect("memory takes it");
        file.extend_from_slice(batch.bytes());
        footer.push(&batch);
    }
    file.extend(writer.encode_end(footer, dictionaries).expect("a short index"));
    let path = temporary("round-trip");
    std::fs::write(&path, file).expect("the temporary folder can be written");
    let frame =
        read(&path, ScanOptions { batch_rows, ..ScanOptions::default() }).expect("what we write we read");
    std::fs::remove_file(&path).expect("it is ours");
    frame
}

/// Writes a stream, and reads it as it comes and as a file.
fn as_stream(schema: &SchemaRef, batches: &[Batch], options: IpcWriteOptions) -> [DataFrame; 2] {
    let mut writer =
        IpcStreamWriter::try_new(Vec::new(), schema, options).expect("types that can be written");
    batches.iter().for_each(|batch| writer.write(batch).expect("memory takes it"));
    let bytes = writer.finish().expect("memory takes it");
    let reader = IpcStreamReader::try_new(bytes.as_slice()).expect("what we write we read");
    assert_eq!(reader.schema(), schema);
    let read_batches = reader.collect::<Result<Vec<_>, _>>().expect("what we write we read");
    let come = DataFrame::from_batches(schema.clone(), read_batches).expect("of the schema");
    let path = temporary("round-trip-stream");
    std::fs::write(&path, bytes).expect("the temporary folder can be written");
    let file = read(&path, ScanOptions::default()).expect("what we write we read");
    std::fs::remove_file(&path).expect("it is ours");
    [come, file]
}

fn compressions() -> impl Strategy<Value = IpcCompression> {
    prop::sample::select(vec![IpcCompression::Uncompressed, IpcCompression::Lz4, IpcCompression::Zstd])
}

/// Columns of some types, and rows of them.
fn frames() -> impl Strategy<Value = (SchemaRef, Batch)> {
    (prop::collection::vec(types(), 1..4), 0usize..60).prop_flat_map(|(types, rows)| {
        let columns: Vec<_> =
            types.iter().map(|data_type| prop::collection::vec(values(data_type), rows)).collect();
        columns.prop_map(move |columns| {
            let fields = types.iter().enumerate();
            let fields = fields.map(|(index, data_type)| Field::new(format!("c{index}"), data_type.clone()));
            let schema = Arc::new(Schema::try_new(fields.collect()).expect("names differ"));
            let columns = columns.into_iter().zip(&types);
            let columns = columns
                .map(|(values, data_type)| {
                    Column::from_scalars(data_type, values).expect("values of the type")
                })
                .collect();
            (schema.clone(), Batch::new(schema, columns, rows))
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn what_is_written_is_read(
        (schema, batch) in frames(),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..4),
        compression in compressions(),
        batch_rows in 1usize..40,
    ) {
        // Slices, so that arrays begin in the middle of their buffers.
        let mut places: Vec<usize> = cuts.iter().map(|cut| cut.index(batch.num_rows() + 1)).collect();
        places.extend([0, batch.num_rows()]);
        places.sort_unstable();
        let batches: Vec<Batch> =
            places.windows(2).map(|pair| batch.sliced(pair[0], pair[1] - pair[0])).collect();
        let options = IpcWriteOptions { compression, ..IpcWriteOptions::default() };
        let expected = lines(&DataFrame::from_batches(schema.clone(), batches.clone()).expect("of the schema"));
        let groups: Vec<Vec<Batch>> = batches.chunks(2).map(<[Batch]>::to_vec).collect();
        prop_assert_eq!(&lines(&as_file(&schema, &groups, options.clone(), batch_rows)), &expected);
        for frame in as_stream(&schema, &batches, options) {
            prop_assert_eq!(&lines(&frame), &expected);
        }
    }
}

#[test]
fn dictionaries_of_batches_become_one() {
    let column = |texts: &[&str]| {
        let values = texts.iter().map(|text| Scalar::from(*text));
        let column = Column::from_scalars(&DataType::Categorical, values).expect("texts");
        Batch::from_columns(vec![("c".into(), column)]).expect("one column")
    };
    let batches = vec![column(&["a", "b"]), column(&["c", "b"]), column(&["d"])];
    let schema = batches[0].schema().clone();
    let groups: Vec<Vec<Batch>> = batches.iter().map(|batch| vec![batch.clone()]).collect();
    let frame = as_file(&schema, &groups, IpcWriteOptions::default(), 100);
    assert_eq!(lines(&frame)[2..], ["a", "b", "c", "b", "d"]);
    for frame in as_stream(&schema, &batches, IpcWriteOptions::default()) {
        assert_eq!(lines(&frame)[2..], ["a", "b", "c", "b", "d"]);
    }
}

#[test]
fn a_type_nested_too_deep_is_refused() {
    let deep = (0..70).fold(DataType::Int64, |item, _| DataType::List(Box::new(item)));
    let schema = Schema::try_new(vec![Field::new("deep", deep)]).expect("one name");
    let error = IpcWriter::try_new(&schema, IpcWriteOptions::default()).expect_err("too deep");
    assert!(matches!(error.kind(), IpcErrorKind::Unwritable { .. }), "{error}");
}
