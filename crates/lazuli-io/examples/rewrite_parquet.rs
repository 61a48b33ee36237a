//! Writes the tables of `testdata/parquet/` again, in every compression and several shapes of row groups and pages, for
//! other programs to read: `testdata/make/parquet_readback.py` compares what they see with the texts beside those files.
//!
//! `cargo run -p lazuli-io --features parquet --example rewrite_parquet -- FOLDER`

use std::path::Path;
use std::sync::Arc;

use lazuli_array::{Batch, Name};
use lazuli_io::parquet::{
    ParquetCompression, ParquetFooter, ParquetOptions, ParquetScan, ParquetScanOptions, ParquetTable,
    ParquetWriteOptions, ParquetWriter,
};

const TABLES: [&str; 7] = [
    "types.v1-plain",
    "narrow.none-v1",
    "nested.v1",
    "decimals.integers",
    "int96",
    "legacy.version-1",
    "empty",
];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let out = std::env::args().nth(1).ok_or("the folder to write to")?;
    std::fs::create_dir_all(&out)?;
    let compressions = [
        ("none", ParquetCompression::Uncompressed),
        ("snappy", ParquetCompression::Snappy),
        ("lz4", ParquetCompression::Lz4Raw),
        ("gzip", ParquetCompression::Gzip),
        ("zstd", ParquetCompression::Zstd),
    ];
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/parquet");
    for table in TABLES {
        let source = Arc::new(ParquetTable::open(
            folder.join(format!("{table}.parquet")),
            &ParquetOptions::default(),
        )?);
        let names: Vec<Name> = source.schema().names().cloned().collect();
        let name = table.split('.').next().unwrap_or(table);
        for (codec, compression) in compressions {
            for (shape, row_group_size, page_rows) in [("whole", 1 << 18, 20_000), ("cut", 40, 7)] {
                let options = ParquetWriteOptions {
                    compression,
                    row_group_size,
                    page_rows,
                    bloom_filter_columns: if shape == "cut" { names.clone() } else { Vec::new() },
                    ..ParquetWriteOptions::default()
                };
                let file = rewritten(&source, options)?;
                std::fs::write(Path::new(&out).join(format!("{name}.{codec}-{shape}.parquet")), file)?;
            }
        }
    }
    Ok(())
}

fn rewritten(
    table: &Arc<ParquetTable>,
    options: ParquetWriteOptions,
) -> Result<Vec<u8>, Box<dyn std::error::Error>> {
    let group_rows = options.row_group_size;
    let scan = ParquetScan::open(
        table.clone(),
        ParquetScanOptions { batch_rows: group_rows, ..ParquetScanOptions::default() },
    );
    let writer = ParquetWriter::try_new(table.schema(), options)?;
    let mut file = ParquetWriter::HEAD.to_vec();
    let mut footer = ParquetFooter::default();
    while let Some((_, batch)) = scan.next().map_err(|(_, error)| error)? {
        let pieces: Vec<Batch> = vec![batch];
        let group = writer.encode_row_group(&pieces)?;
        file.extend_from_slice(group.bytes());
        footer.push(group);
    }
    file.extend(writer.encode_footer(footer)?);
    Ok(file)
}
