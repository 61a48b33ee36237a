//! Functions of `cat.`: categories and enums.

use super::FunctionRef;
use crate::Expr;

/// The functions of categories and enums: [`Expr::cat`].
#[derive(Debug, Clone)]
pub struct CategoryNamespace(pub(crate) Expr);

impl Expr {
    /// The functions of categories and enums.
    pub fn cat(self) -> CategoryNamespace {
        CategoryNamespace(self)
    }
}

/// The functions of this family.
pub(super) static FUNCTIONS: &[FunctionRef] = &[];
