//! Files with bytes changed, cut off or made up: read or refused, never a panic, never more memory than they can ask
//! for.

use super::{folder, read};
use crate::parquet::ParquetScanOptions;
use proptest::prelude::*;
use std::path::PathBuf;

const FILES: [&str; 10] = [
    "types.parquet",
    "types.v1-fallback.parquet",
    "types.v2-dictionary.parquet",
    "types.v1-delta.parquet",
    "types.v2-prefix.parquet",
    "nested.v1.parquet",
    "nested.two-levels.parquet",
    "narrow.gzip-v1.parquet",
    "narrow.lz4-v2.parquet",
    "int96.parquet",
];

fn bytes_of(file: usize) -> Vec<u8> {
    std::fs::read(folder().join(FILES[file])).expect("it is there")
}

/// A file of these bytes, read as far as it goes.
fn try_bytes(bytes: &[u8]) -> bool {
    let path: PathBuf = std::env::temp_dir().join(format!(
        "lazuli-damaged-{}-{:?}.parquet",
        std::process::id(),
        std::thread::current().id()
    ));
    std::fs::write(&path, bytes).expect("the temporary folder can be written");
    let is_read = read(&path, ParquetScanOptions::default()).is_ok();
    std::fs::remove_file(&path).expect("it is ours");
    is_read
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn changed_bytes(file in 0..FILES.len(), changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6)) {
        let mut bytes = bytes_of(file);
        for (place, byte) in changes {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        try_bytes(&bytes);
    }

    /// The footer is a small part of a file, and the part that says where all others are.
    #[test]
    fn changed_footers(file in 0..FILES.len(), changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4)) {
        let mut bytes = bytes_of(file);
        let tail = bytes.len() - 8;
        let length = u32::from_le_bytes(bytes[tail..tail + 4].try_into().expect("four bytes")) as usize;
        for (place, byte) in changes {
            let place = tail - length + place.index(length);
            bytes[place] = byte;
        }
        try_bytes(&bytes);
    }

    #[test]
    fn cut_off(file in 0..FILES.len(), place in any::<prop::sample::Index>(), length in 1usize..400) {
        let mut bytes = bytes_of(file);
        let start = place.index(bytes.len());
        let end = (start + length).min(bytes.len());
        bytes.drain(start..end);
        try_bytes(&bytes);
    }

    #[test]
    fn made_up(mut bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let length = bytes.len() as u32;
        bytes.splice(0..0, *b"PAR1");
        bytes.extend_from_slice(&length.to_le_bytes());
        bytes.extend_from_slice(b"PAR1");
        prop_assert!(!try_bytes(&bytes));
    }
}

#[test]
fn what_is_no_parquet_file_is_said_so() {
    for (bytes, reason) in [
        (b"".as_slice(), "this is no Parquet file: it is too short"),
        (b"id,name\n1,a\n2,b\n", "this is no Parquet file: it does not end with PAR1"),
        (b"PAR1....\x00\x00\x00\x00PARE", "encryption: not supported"),
        (b"PAR1....\xFF\xFF\xFF\x00PAR1", "the file is damaged: its footer is longer than the file"),
    ] {
        let path = std::env::temp_dir().join(format!("lazuli-no-parquet-{}", std::process::id()));
        std::fs::write(&path, bytes).expect("the temporary folder can be written");
        let error = read(&path, ParquetScanOptions::default()).expect_err("it is none");
        assert_eq!(error.without_path().to_string(), reason);
        std::fs::remove_file(&path).expect("it is ours");
    }
    let error = read(&std::env::temp_dir(), ParquetScanOptions::default()).expect_err("a folder");
    assert_eq!(error.without_path().to_string(), "is a directory, not a file");
}
