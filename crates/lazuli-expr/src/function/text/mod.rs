//! Functions of `str.`: strings.

use super::FunctionRef;
use crate::Expr;

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
pub(super) static FUNCTIONS: &[FunctionRef] = &[];
