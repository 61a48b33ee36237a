//! Functions of strings: text in; text, numbers, booleans, lists or structs out.
//!
//! Kernels here take plain strings and constants. A column goes through [`map_text`], which computes once for each distinct
//! text where the column has codes, and puts the results back; a kernel need not know. Positions are in bytes where they
//! are found, and in characters (code points) where they are asked for.
//!
//! Not here: dates out of texts (see `parse`), casts, the structure of delimited text (see `text`).

mod case; // lower, upper, title
mod coded; // once for each distinct text
mod cut; // parts of texts by characters, stripped ends
mod encode; // bytes as hexadecimal and base64 text
mod expression; // regular expressions, a feature
mod join; // several texts as one
mod length; // bytes and characters
mod many; // several patterns at once, a feature
mod matches; // what a pattern matches
mod number; // integers and decimals in texts
mod pad; // texts of a least length
mod pairs; // arguments that differ by row
mod pattern; // what is looked for
mod replace; // other text for what a pattern matches
mod search; // literal text in all rows by one pass
mod split; // one text to several
#[cfg(test)]
mod tests;
mod unicode; // what needs Unicode's tables, a feature
mod writer; // outputs that grow

pub use case::{to_lowercase, to_titlecase, to_uppercase};
pub use coded::{map_text, of_entries};
pub use cut::{Ends, Part, slice_bytes, slice_text, strip_characters, strip_prefix, strip_suffix};
pub use encode::{ByteRows, Encoding, decode, encode};
pub use join::{join_lists, join_rows};
pub use length::{len_bytes, len_chars};
pub use many::{ManyOptions, ManyPatterns};
pub use matches::{contains, count_matches, extract, extract_all, extract_groups, find};
pub use number::{IntegerBase, to_decimal, to_integer};
pub use pad::{Side, pad, zfill};
pub use pairs::{parts_by_number, parts_by_text, test_pairs};
pub use pattern::{Pattern, PatternError, escape_regex, is_plain};
pub use replace::{Replacement, replace};
pub use search::{contains_bytes, ends_with_bytes, starts_with_bytes};
pub use split::{split, split_fields};
pub use unicode::{NormalForm, Unicode};
pub use writer::TextWriter;
