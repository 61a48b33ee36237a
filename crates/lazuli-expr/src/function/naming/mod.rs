//! Functions of `name.`: the names of columns, not their values.
//!
//! A call stands for an alias, and becomes one once the columns it reads are known: `all().name().suffix("_x")` gives every
//! column its own.

mod rename;
mod replace;

use super::FunctionRef;
use crate::Expr;

/// The names of columns: [`Expr::name`].
#[derive(Debug, Clone)]
pub struct NameNamespace(pub(crate) Expr);

impl Expr {
    /// The name of the resulting column.
    pub fn name(self) -> NameNamespace {
        NameNamespace(self)
    }
}

/// The name of the first column that is read.
pub const KEEP: FunctionRef = FunctionRef::Builtin(&rename::KEEP);
/// A word before the name.
pub const PREFIX: FunctionRef = FunctionRef::Builtin(&rename::PREFIX);
/// One part of the name by another.
pub const REPLACE: FunctionRef = FunctionRef::Builtin(&replace::Replace);
/// The name without a word before it.
pub const STRIP_PREFIX: FunctionRef = FunctionRef::Builtin(&rename::STRIP_PREFIX);
/// The name without a word behind it.
pub const STRIP_SUFFIX: FunctionRef = FunctionRef::Builtin(&rename::STRIP_SUFFIX);
/// A word behind the name.
pub const SUFFIX: FunctionRef = FunctionRef::Builtin(&rename::SUFFIX);
/// The name in small letters.
pub const TO_LOWERCASE: FunctionRef = FunctionRef::Builtin(&rename::TO_LOWERCASE);
/// The name in capitals.
pub const TO_UPPERCASE: FunctionRef = FunctionRef::Builtin(&rename::TO_UPPERCASE);

/// The functions of this family.
pub(super) static FUNCTIONS: &[FunctionRef] =
    &[KEEP, PREFIX, REPLACE, STRIP_PREFIX, STRIP_SUFFIX, SUFFIX, TO_LOWERCASE, TO_UPPERCASE];
