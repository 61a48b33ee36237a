//! Frames in one piece: the same rows, in one batch, in no more memory.

use std::sync::Arc;

use lazuli::prelude::*;
use lazuli_array::Array;
use lazuli_testkit::generate::frame;

#[test]
fn random_frames_stay_what_they_are() {
    for seed in 0..300 {
        let frame = frame(seed);
        let whole = frame.rechunk();
        assert_eq!(whole.batches().len(), usize::from(frame.height() > 0), "seed {seed}");
        assert_eq!(whole, frame, "seed {seed}");
        assert_eq!(whole.rechunk(), frame, "seed {seed}");
    }
}

#[test]
fn repeated_texts_share_one_dictionary() {
    let part = |from: usize| {
        let names = (from..from + 5_000).map(|row| format!("customer {}", row * 7 % 900));
        let unique = (from..from + 5_000).map(|row| format!("order {row}"));
        df! { "name" => names, "unique" => unique }.expect("equal lengths").lazy()
    };
    let parts: Vec<_> = (0..8).map(|part_number| part(part_number * 5_000)).collect();
    let frame = concat(parts).collect().expect("one schema");
    assert!(frame.batches().len() > 1);
    let whole = frame.rechunk();
    assert_eq!(whole, frame);
    let [batch] = whole.batches() else { panic!("one batch") };
    let Array::Dictionary(names) = batch.column(0).array() else { panic!("names repeat") };
    assert_eq!(names.dictionary().len(), 900);
    assert_eq!(names.dictionary().value(1), "customer 7");
    assert!(matches!(batch.column(1).array(), Array::String(_)));
    assert!(whole.memory_bytes() < frame.memory_bytes());
    // Again it is what it was, sharing memory.
    let again = whole.rechunk();
    let Array::Dictionary(shared) = again.batches()[0].column(0).array() else { panic!("still codes") };
    assert!(Arc::ptr_eq(names.dictionary(), shared.dictionary()));
}
