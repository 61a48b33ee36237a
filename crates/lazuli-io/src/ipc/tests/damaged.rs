//! Files with bytes changed, cut off or made up: read or refused, never a panic, never more memory than they can ask for.

use super::{folder, read, temporary};
use crate::files::ScanOptions;
use crate::ipc::IpcStreamReader;
use proptest::prelude::*;

const FILES: [&str; 12] = [
    "types.arrow",
    "types.lz4.arrow",
    "types.zstd.arrow",
    "types.stream.arrows",
    "types.old-format.arrows",
    "nested.pieces.arrow",
    "nested.stream.arrows",
    "coded.arrow",
    "coded.stream.arrows",
    "replaced.stream.arrows",
    "growing.file.arrow",
    "unread.union.arrow",
];

fn bytes_of(file: usize) -> Vec<u8> {
    std::fs::read(folder().join(FILES[file])).expect("it is there")
}

/// These bytes as a file and as a stream, read as far as they go.
fn try_bytes(bytes: &[u8]) -> bool {
    let path = temporary("damaged");
    std::fs::write(&path, bytes).expect("the temporary folder can be written");
    let is_read = read(&path, ScanOptions { batch_rows: 11, ..ScanOptions::default() }).is_ok();
    std::fs::remove_file(&path).expect("it is ours");
    let stream = IpcStreamReader::try_new(bytes);
    let is_stream = stream.is_ok_and(|mut reader| reader.all(|batch| batch.is_ok()));
    is_read | is_stream
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

    /// The index of a file is a small part of it, and the part that says where all others are; so is the head of a stream.
    #[test]
    fn changed_ends(file in 0..FILES.len(), at_start in any::<bool>(), changes in prop::collection::vec((0usize..1500, any::<u8>()), 1..4)) {
        let mut bytes = bytes_of(file);
        for (place, byte) in changes {
            let place = place.min(bytes.len() - 1);
            let place = if at_start { place } else { bytes.len() - 1 - place };
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
    fn made_up(content in prop::collection::vec(prop_oneof![0u8..9, any::<u8>()], 0..200)) {
        let mut stream = vec![0xFF; 4];
        stream.extend_from_slice(&(content.len() as u32).to_le_bytes());
        stream.extend_from_slice(&content);
        prop_assert!(!try_bytes(&stream) || content.is_empty());
        let mut file = b"ARROW1\0\0".to_vec();
        file.extend_from_slice(&content);
        file.extend_from_slice(&(content.len() as u32).to_le_bytes());
        file.extend_from_slice(b"ARROW1");
        prop_assert!(!try_bytes(&file));
    }
}
