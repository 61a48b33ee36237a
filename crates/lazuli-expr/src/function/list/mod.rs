//! Functions of `list.`: lists.

use super::FunctionRef;
use crate::Expr;

/// The functions of lists: [`Expr::list`].
#[derive(Debug, Clone)]
pub struct ListNamespace(pub(crate) Expr);

impl Expr {
    /// The functions of lists.
    pub fn list(self) -> ListNamespace {
        ListNamespace(self)
    }
}

/// The functions of this family.
pub(super) static FUNCTIONS: &[FunctionRef] = &[];
