//! `cat.get_categories`.

use std::sync::Arc;

use lazuli_array::{Array, Column, DataType, Dictionary, ListArray};
use lazuli_kernels::list::{self, Lists};
use lazuli_kernels::{Constant, KernelError, cast};

use super::CategoryNamespace;
use crate::Expr;
use crate::evaluate::Value;
use crate::function::constants::map_rows;
use crate::function::{Argument, ScalarFunction, Signature, SignatureError};

/// The categories of a list of values, as strings: of an enum its list, of others those that are there, in the order of
/// their first appearance.
#[derive(Debug)]
pub struct GetCategories;

/// The list of an enum, or of a list of such.
fn declared(data_type: &DataType) -> Option<&Arc<Dictionary>> {
    match data_type {
        DataType::Enum(categories) => Some(categories),
        DataType::List(item) => declared(item),
        _ => None,
    }
}

impl ScalarFunction for GetCategories {
    fn name(&self) -> &str {
        "cat.get_categories"
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        let output = DataType::List(Box::new(DataType::String));
        match arguments {
            [input] if declared(input.data_type).is_some() => Ok(Signature::unchanged(arguments, output)),
            [input] if matches!(input.data_type, DataType::List(item) if item.is_text()) => {
                Ok(Signature { inputs: vec![output.clone()], output })
            }
            _ => {
                let words = "an Enum, or a list of categories, as implode() makes it of a column";
                Err(SignatureError::Expected(words.into()))
            }
        }
    }

    fn evaluate(&self, inputs: &[Value], _: usize) -> Result<Value, KernelError> {
        let input = &inputs[0];
        let Some(categories) = declared(input.data_type()) else {
            return map_rows(input, |column| {
                let distinct = list::unique(&Lists::new("cat.get_categories", column)?)?;
                list::drop_nulls(&Lists::new("cat.get_categories", &distinct)?)
            });
        };
        let texts = Array::String(categories.values().to_array());
        let offsets = vec![0, texts.len() as i64];
        let array = ListArray::new(offsets.into(), cast::to_plain(&texts), None);
        let column = Column::new(DataType::List(Box::new(DataType::String)), array);
        Ok(Value::Constant(Constant::from_column(column)))
    }
}

impl CategoryNamespace {
    /// The categories of the column as one list: of an enum all that it declares, of a Categorical those that are there, in
    /// the order of their first appearance.
    ///
    /// ```
    /// use lazuli_expr::col;
    ///
    /// let sizes = col("size").cat().get_categories();
    /// assert_eq!(sizes.to_string(), "cat.get_categories(implode(size))");
    /// ```
    pub fn get_categories(self) -> Expr {
        self.0.implode().call(super::GET_CATEGORIES)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{GET_CATEGORIES, testing::show};
    use crate::{col, concat_list};

    #[test]
    fn lists_of_categories() {
        let of_enum = show(col("e").call(GET_CATEGORIES));
        assert!(of_enum.starts_with(r#"["low", "mid", "high"] ["low""#), "{of_enum}");
        let of_lists = concat_list([col("c"), col("c")]).call(GET_CATEGORIES);
        assert_eq!(show(of_lists), r#"["né"] ["b"] [] ["né"]"#);
        assert!(show(col("c").call(GET_CATEGORIES)).contains("takes an Enum, or a list of categories"));
    }
}
