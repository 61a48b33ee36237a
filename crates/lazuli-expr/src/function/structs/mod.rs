//! Functions of `struct.`: structs.

use super::FunctionRef;
use crate::Expr;

/// The functions of structs: [`Expr::struct_`].
#[derive(Debug, Clone)]
pub struct StructNamespace(pub(crate) Expr);

impl Expr {
    /// The functions of structs.
    pub fn struct_(self) -> StructNamespace {
        StructNamespace(self)
    }
}

/// The functions of this family.
pub(super) static FUNCTIONS: &[FunctionRef] = &[];
