//! `#[derive(Row)]`: structs as rows of frames. What it implements is `lazuli::Row`; the facade's feature `derive` re-exports
//! it.
//!
//! Reads the struct's tokens by hand: a struct of named fields is little, and the usual parser would be the largest package of
//! a build.

#![forbid(unsafe_code)]

mod parse; // the struct, from its tokens
mod write; // the implementation, as text

use proc_macro::TokenStream;

/// Implements `lazuli::Row` for a struct of named fields, each of a number type, `bool`, `String`, or an `Option` of one.
///
/// A column is called as its field; `#[row(rename = "unit price")]` gives it another name.
#[proc_macro_derive(Row, attributes(row))]
pub fn derive_row(item: TokenStream) -> TokenStream {
    let text = match parse::read(item) {
        Ok(row) => write::implementation(&row),
        Err(message) => format!("::core::compile_error!({message:?});"),
    };
    text.parse().unwrap_or_default()
}
