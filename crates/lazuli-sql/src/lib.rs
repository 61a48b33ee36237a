//! Text to plans: expressions such as `"amount > 1000 and status == 'paid'"`, and pipelines in JSON.
//!
//! The words are SQL's, and Lazuli's own names for functions, aggregates and types; what an expression means is decided
//! by `lazuli-expr` alone. Strings stand in single quotes, names that are no plain words in double quotes.
//!
//! Not here: running anything, and (for now) SQL statements.

#![forbid(unsafe_code)]

mod call; // functions and aggregates by name
mod dialect; // the grammar
mod error; // what can be wrong with a text
mod expression; // the walk over the parsed text
mod own_type; // types that SQL has no words for
pub mod pipeline; // whole queries in JSON
mod selector; // several columns at once
mod type_name; // types by name

pub use error::TextError;
pub use expression::{parse_data_type, parse_expr, parse_sort_key};
