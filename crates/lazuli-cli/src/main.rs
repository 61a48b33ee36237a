//! lz
fn main() {}
