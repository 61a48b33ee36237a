//! Functions of `str.`: strings.

mod affix; // starts with, ends with
mod case; // upper, lower, title
#[cfg(test)]
mod check; // how these functions are tested
mod concat_str; // several values as one text
mod contains; // whether a pattern matches
mod encode; // hexadecimal, base64, escapes
mod extract; // what a pattern matches
mod find; // where and how often a pattern matches
mod json; // values in JSON
mod length; // bytes and characters
mod many; // several texts at once
mod number; // integers and decimals
mod pad; // texts of a least length
mod pattern; // patterns among arguments
mod replace; // other text for what a pattern matches
mod slice; // parts by characters
mod split; // one text to several
mod strip; // ends without some characters
#[cfg(test)]
mod tests;
mod text_function; // what most of these have in common
mod unicode; // normal forms, order of characters

use super::FunctionRef;
use super::FunctionRef::Builtin;
use crate::Expr;

pub use concat_str::{concat_str, format_str};
pub(in crate::function) use encode::check_encoding;
pub use lazuli_kernels::strings::ManyOptions;
pub(in crate::function) use slice::check_length;

/// The functions of strings: [`Expr::str`].
#[derive(Debug, Clone)]
pub struct StringNamespace(pub(crate) Expr);

impl Expr {
    /// The functions of strings.
    pub fn str(self) -> StringNamespace {
        StringNamespace(self)
    }
}

/// The functions of this family.
pub(super) static FUNCTIONS: &[FunctionRef] = &[
    concat_str::CONCAT_STR,
    concat_str::FORMAT,
    Builtin(&affix::ENDS_WITH),
    Builtin(&affix::STARTS_WITH),
    Builtin(&case::TO_LOWERCASE),
    Builtin(&case::TO_TITLECASE),
    Builtin(&case::TO_UPPERCASE),
    Builtin(&contains::CONTAINS),
    Builtin(&encode::DECODE),
    Builtin(&encode::ENCODE),
    Builtin(&encode::ESCAPE_REGEX),
    Builtin(&extract::EXTRACT),
    Builtin(&extract::EXTRACT_ALL),
    Builtin(&extract::EXTRACT_GROUPS),
    Builtin(&find::COUNT_MATCHES),
    Builtin(&find::FIND),
    Builtin(&json::JSON_DECODE),
    Builtin(&json::JSON_PATH_MATCH),
    Builtin(&length::LEN_BYTES),
    Builtin(&length::LEN_CHARS),
    Builtin(&many::CONTAINS_ANY),
    Builtin(&many::EXTRACT_MANY),
    Builtin(&many::FIND_MANY),
    Builtin(&many::REPLACE_MANY),
    Builtin(&number::TO_DECIMAL),
    Builtin(&number::TO_INTEGER),
    Builtin(&pad::PAD_END),
    Builtin(&pad::PAD_START),
    Builtin(&pad::ZFILL),
    Builtin(&replace::REPLACE),
    Builtin(&replace::REPLACE_ALL),
    Builtin(&slice::HEAD),
    Builtin(&slice::SLICE),
    Builtin(&slice::TAIL),
    Builtin(&split::SPLIT),
    Builtin(&split::SPLITN),
    Builtin(&split::SPLIT_EXACT),
    Builtin(&strip::STRIP_CHARS),
    Builtin(&strip::STRIP_CHARS_END),
    Builtin(&strip::STRIP_CHARS_START),
    Builtin(&strip::STRIP_PREFIX),
    Builtin(&strip::STRIP_SUFFIX),
    Builtin(&unicode::NORMALIZE),
    Builtin(&unicode::REVERSE),
];
