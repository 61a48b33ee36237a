//! `list.to_struct`.

use lazuli_array::{Column, DataType, Field, Name, Scalar, StructArray};
use lazuli_kernels::{Constant, Datum, KernelError, list};

use super::ListNamespace;
use super::arguments::{expected, item_type, list_of, over_lists};
use crate::evaluate::Value;
use crate::function::{Argument, ScalarFunction, Signature, SignatureError};
use crate::{Expr, lit};

/// The first items of each list as fields of a struct, one for each name; null where a list is too short.
#[derive(Debug)]
pub struct ToStruct;

const EXPECTED: &str = "a list and the names of the fields, each once";

impl ScalarFunction for ToStruct {
    fn name(&self) -> &str {
        "list.to_struct"
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        let Some((list, names)) = arguments.split_first() else { return Err(expected(EXPECTED)) };
        let Some(item) = item_type(list) else { return Err(expected(EXPECTED)) };
        let mut fields: Vec<Field> = Vec::new();
        for name in names {
            match name.literal.map(|literal| &literal.value) {
                Some(Scalar::String(name)) if fields.iter().all(|field| field.name() != name) => {
                    fields.push(Field::new(name.clone(), item.clone()));
                }
                _ => return Err(expected(EXPECTED)),
            }
        }
        if fields.is_empty() {
            return Err(expected(EXPECTED));
        }
        let names = names.iter().map(|_| DataType::String);
        let inputs = std::iter::once(list_of(item)).chain(names).collect();
        Ok(Signature { inputs, output: DataType::Struct(fields.into()) })
    }

    fn evaluate(&self, inputs: &[Value], num_rows: usize) -> Result<Value, KernelError> {
        over_lists("list.to_struct", inputs, num_rows, &|lists, names| {
            let mut fields = Vec::with_capacity(names.len());
            let mut arrays = Vec::with_capacity(names.len());
            for (place, name) in names.iter().enumerate() {
                let Scalar::String(name) = name.get(0) else { unreachable!("the signature asks for names") };
                let place = Constant::from_scalar(&Scalar::Int64(place as i64));
                let column = list::get(lists, Datum::Constant(&place), true)?;
                fields.push(Field::new(name, column.data_type().clone()));
                arrays.push(column.into_array());
            }
            let array = StructArray::new(lists.len(), arrays, lists.validity().cloned());
            Ok(Column::new(DataType::Struct(fields.into()), array))
        })
    }
}

impl ListNamespace {
    /// The first items of each list as the fields `names` of a struct; null where a list is too short.
    ///
    /// ```
    /// use lazuli_expr::col;
    ///
    /// let point = col("xy").list().to_struct(["x", "y"]);
    /// assert_eq!(point.to_string(), "list.to_struct(xy, 'x', 'y')");
    /// ```
    pub fn to_struct<N: Into<Name>>(self, names: impl IntoIterator<Item = N>) -> Expr {
        self.0.call_with(super::TO_STRUCT, names.into_iter().map(|name| lit(name.into())))
    }
}

#[cfg(test)]
mod tests {
    use super::super::arguments::testing::{a, show};

    #[test]
    fn items_become_fields() {
        let fields = a().to_struct(["x", "y"]);
        let text = show(fields);
        assert!(text.ends_with(" - {x: 3, y: 1}") && text.starts_with("{x: 1, y: 2} "), "{text}");
        assert!(show(a().to_struct(["x", "x"])).contains("list.to_struct takes a list and the names"));
    }
}
