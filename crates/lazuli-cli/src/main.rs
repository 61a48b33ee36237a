//! lz
fn main(){}
