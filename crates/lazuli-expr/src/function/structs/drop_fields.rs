//! `struct.drop`.

use lazuli_array::{Array, Column, DataType, Field, Name, Scalar, StructArray};
use lazuli_kernels::KernelError;

use super::{StructNamespace, expected, fields_of, name_of, position};
use crate::evaluate::Value;
use crate::function::constants::map_rows;
use crate::function::{Argument, ScalarFunction, Signature, SignatureError};
use crate::{Expr, lit};

/// A struct without the fields of these names.
#[derive(Debug)]
pub struct DropFields;

const EXPECTED: &str = "a struct and names of its fields, but not of all";

impl ScalarFunction for DropFields {
    fn name(&self) -> &str {
        "struct.drop"
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        let Some((from, names)) = arguments.split_first() else { return Err(expected(EXPECTED)) };
        let fields = fields_of(from, EXPECTED)?;
        let mut dropped = Vec::new();
        for name in names {
            dropped.push(position(fields, name_of(name).ok_or_else(|| expected(EXPECTED))?)?);
        }
        let kept: Vec<Field> = (0..fields.len())
            .filter(|place| !dropped.contains(place))
            .map(|place| fields[place].clone())
            .collect();
        if kept.is_empty() {
            return Err(expected(EXPECTED));
        }
        let inputs = std::iter::once(from.data_type.clone()).chain(names.iter().map(|_| DataType::String));
        Ok(Signature { inputs: inputs.collect(), output: DataType::Struct(kept.into()) })
    }

    fn evaluate(&self, inputs: &[Value], _: usize) -> Result<Value, KernelError> {
        let names: Vec<Scalar> = inputs[1..].iter().map(|name| name.as_datum().get(0)).collect();
        map_rows(&inputs[0], |column| {
            let (Array::Struct(array), DataType::Struct(fields)) = (column.array(), column.data_type())
            else {
                unreachable!("the signature asks for a struct")
            };
            let is_kept = |field: &Field| !names.contains(&Scalar::String(field.name().clone()));
            let kept = || fields.iter().zip(array.fields()).filter(|(field, _)| is_kept(field));
            let arrays = kept().map(|(_, array)| array.clone()).collect();
            let array = StructArray::new(array.len(), arrays, array.validity().cloned());
            Ok(Column::new(DataType::Struct(kept().map(|(field, _)| field.clone()).collect()), array))
        })
    }
}

impl StructNamespace {
    /// The struct without the fields of these names.
    ///
    /// ```
    /// use lazuli_expr::col;
    ///
    /// assert_eq!(col("s").struct_().drop(["a"]).to_string(), "struct.drop(s, 'a')");
    /// ```
    pub fn drop<N: Into<Name>>(self, names: impl IntoIterator<Item = N>) -> Expr {
        self.0.call_with(super::DROP_FIELDS, names.into_iter().map(|name| lit(name.into())))
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::show;
    use crate::col;

    #[test]
    fn fields_are_dropped() {
        assert_eq!(show(col("s").struct_().drop(["a"])), r#"s: {b: "x"} null {b: "y"}"#);
        assert!(show(col("s").struct_().drop(["a", "b"])).contains("but not of all"));
        assert!(show(col("s").struct_().drop(["c"])).contains("the struct has no field c"));
    }
}
