//! Functions of `cat.`: categories and enums.

mod get_categories;
mod physical; // places in the list of an enum, and back
mod text; // what is computed once for each category

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

/// Whether the category ends with a text.
pub const ENDS_WITH: FunctionRef = FunctionRef::Builtin(&text::ENDS_WITH);
/// The list of categories.
pub const GET_CATEGORIES: FunctionRef = FunctionRef::Builtin(&get_categories::GetCategories);
/// The bytes of the category.
pub const LEN_BYTES: FunctionRef = FunctionRef::Builtin(&text::LEN_BYTES);
/// The letters of the category.
pub const LEN_CHARS: FunctionRef = FunctionRef::Builtin(&text::LEN_CHARS);
/// The place in the list of an enum.
pub const PHYSICAL: FunctionRef = FunctionRef::Builtin(&physical::Physical);
/// Some letters of the category.
pub const SLICE: FunctionRef = FunctionRef::Builtin(&text::SLICE);
/// Whether the category begins with a text.
pub const STARTS_WITH: FunctionRef = FunctionRef::Builtin(&text::STARTS_WITH);
/// The category at a place of a list.
pub const TO: FunctionRef = FunctionRef::Builtin(&physical::ToEnum);

/// The functions of this family.
pub(super) static FUNCTIONS: &[FunctionRef] =
    &[ENDS_WITH, GET_CATEGORIES, LEN_BYTES, LEN_CHARS, PHYSICAL, SLICE, STARTS_WITH, TO];

#[cfg(test)]
mod testing {
    //! A frame with an enum `e` of low, mid, high and a categorical `c`.

    use std::sync::Arc;

    use lazuli_array::{Batch, Column, DataType, Dictionary, FromValues, Scalar};

    use crate::Expr;
    use crate::evaluate::Evaluator;
    use crate::typing::{Context, resolve};

    pub(super) fn show(expr: Expr) -> String {
        let names: lazuli_array::StringArray = ["low", "mid", "high"].into_iter().map(Some).collect();
        let e = DataType::Enum(Arc::new(Dictionary::new(names)));
        let rows = |texts: [Option<&str>; 4]| texts.map(|text| text.map_or(Scalar::Null, Scalar::from));
        let e = Column::from_scalars(&e, rows([Some("mid"), None, Some("low"), Some("high")])).unwrap();
        let c = rows([Some("né"), Some("b"), None, Some("né")]);
        let c = Column::from_scalars(&DataType::Categorical, c).unwrap();
        let n = Column::from_values([Some(0i64), Some(2), None, Some(1)].into_iter());
        let batch = Batch::from_columns(vec![("e".into(), e), ("c".into(), c), ("n".into(), n)]).unwrap();
        let typed = match resolve(&expr, batch.schema(), Context::RowByRow("a test")) {
            Ok(typed) => typed,
            Err(errors) => return errors[0].to_string(),
        };
        let evaluator = Evaluator::new(&typed.expr, batch.schema());
        match evaluator.evaluate(&batch) {
            Ok(value) => {
                let column = value.into_column(4);
                assert_eq!(column.data_type(), &typed.data_type);
                let cut = evaluator.evaluate(&batch.sliced(3, 1)).unwrap().into_column(1);
                assert_eq!(cut.get(0), column.get(3));
                (0..4).map(|row| column.get(row).to_string()).collect::<Vec<_>>().join(" ")
            }
            Err(error) => error.source.to_string(),
        }
    }
}
