//! Functions of `bin.`: bytes.

use super::FunctionRef;
use crate::Expr;

/// The functions of bytes: [`Expr::bin`].
#[derive(Debug, Clone)]
pub struct BinaryNamespace(pub(crate) Expr);

impl Expr {
    /// The functions of bytes.
    pub fn bin(self) -> BinaryNamespace {
        BinaryNamespace(self)
    }
}

/// The functions of this family.
pub(super) static FUNCTIONS: &[FunctionRef] = &[];
