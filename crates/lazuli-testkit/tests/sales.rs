//! `testdata/sales.csv` is what the generator in this crate writes, byte for byte.

use std::path::Path;

use lazuli_testkit::sales::{DEFAULT_ROWS, DEFAULT_SEED, Extent, write_sales};

#[test]
fn the_kept_file_is_what_the_generator_writes() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/sales.csv");
    let kept = std::fs::read(&path).expect("testdata/sales.csv is in the tree");
    let mut made = Vec::with_capacity(kept.len());
    write_sales(&mut made, Extent::Rows(DEFAULT_ROWS), DEFAULT_SEED).expect("writing to memory");
    if let Some(at) = made.iter().zip(&kept).position(|(made, kept)| made != kept) {
        let around = at.saturating_sub(40)..(at + 40).min(made.len()).min(kept.len());
        panic!(
            "byte {at} differs:\n  made {:?}\n  kept {:?}",
            String::from_utf8_lossy(&made[around.clone()]),
            String::from_utf8_lossy(&kept[around])
        );
    }
    assert_eq!(made.len(), kept.len(), "one file is a prefix of the other");
}
