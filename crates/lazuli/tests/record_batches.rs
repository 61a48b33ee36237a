//! Frames as record batches of another library, and back.
#![cfg(feature = "arrow-array")]

use lazuli::arrow::{from_record_batches, to_record_batches};
use lazuli::prelude::*;

#[test]
fn a_query_goes_there_and_back() {
    let frame = df! { "city" => ["Oslo", "Rome", "Oslo"], "n" => [1, 2, 3] }.expect("columns of one length");
    let sums = frame.lazy().group_by("city").agg([col("n").sum()]).collect().expect("it runs");
    let batches = to_record_batches(&sums).expect("types that both sides hold");
    assert_eq!(batches.iter().map(|batch| batch.num_rows()).sum::<usize>(), 2);
    let back = from_record_batches(&batches).expect("they came from here");
    let rome = back.lazy().filter(col("city").eq(lit("Rome"))).collect().expect("it runs");
    assert_eq!(rome, df! { "city" => ["Rome"], "n" => [2i64] }.expect("columns of one length"));
}
