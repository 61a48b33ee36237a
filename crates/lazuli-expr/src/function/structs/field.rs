//! `struct.field`, and `field` inside `struct.with_fields`.

use lazuli_array::{Array, DataType, Name, Scalar};
use lazuli_kernels::{KernelError, fields};

use super::{StructNamespace, expected, fields_of, name_of, position};
use crate::evaluate::Value;
use crate::function::constants::map_rows;
use crate::function::{Argument, ScalarFunction, Signature, SignatureError};
use crate::{Expr, Literal, lit};

/// One field of a struct, null where the struct is. Named as the field.
///
/// The name `*` stands for all fields: there is a call for each, as for the columns of `all()`.
#[derive(Debug)]
pub struct StructField;

const EXPECTED: &str = "a struct and the name of a field";

/// The text of an argument that is one.
fn text_of(input: &Expr) -> Option<Name> {
    match input {
        Expr::Literal(Literal { value: Scalar::String(name), .. }) => Some(name.clone()),
        _ => None,
    }
}

impl ScalarFunction for StructField {
    fn name(&self) -> &str {
        "struct.field"
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        let [from, name] = arguments else { return Err(expected(EXPECTED)) };
        let fields = fields_of(from, EXPECTED)?;
        let name = name_of(name).ok_or_else(|| expected(EXPECTED))?;
        let output = fields[position(fields, name)?].data_type().clone();
        Ok(Signature { inputs: vec![from.data_type.clone(), DataType::String], output })
    }

    fn evaluate(&self, inputs: &[Value], _: usize) -> Result<Value, KernelError> {
        let DataType::Struct(types) = inputs[0].data_type() else {
            unreachable!("the signature asks for a struct")
        };
        let name = inputs[1].as_datum().get(0);
        let place = match &name {
            Scalar::String(name) => types.iter().position(|field| field.name() == name),
            _ => None,
        };
        let place = place.expect("the signature found the field");
        map_rows(&inputs[0], |column| match column.array() {
            Array::Struct(_) => fields::field(column, place),
            other => unreachable!("a struct does not lie as {}", other.physical_name()),
        })
    }

    fn output_name(&self, inputs: &[Expr]) -> Option<Name> {
        inputs.get(1).and_then(text_of)
    }
}

/// A field of the struct that [`StructNamespace::with_fields`] is about; nowhere else.
#[derive(Debug)]
pub struct FieldOfStruct;

impl ScalarFunction for FieldOfStruct {
    fn name(&self) -> &str {
        "field"
    }

    fn signature(&self, _: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        let reason = "field() stands inside struct.with_fields; elsewhere it is struct.field(column, name)";
        Err(SignatureError::InvalidArgument(reason.into()))
    }

    fn evaluate(&self, _: &[Value], _: usize) -> Result<Value, KernelError> {
        unreachable!("the signature accepts nothing")
    }

    fn output_name(&self, inputs: &[Expr]) -> Option<Name> {
        inputs.first().and_then(text_of)
    }
}

/// A field of the struct that `with_fields` is about.
///
/// ```
/// use lazuli_expr::{col, field};
///
/// let doubled = col("s").struct_().with_fields([field("a") * 2]);
/// assert_eq!(doubled.to_string(), "struct.with_fields(s, 'a', struct.field(s, 'a') * 2)");
/// ```
pub fn field(name: impl Into<Name>) -> Expr {
    lit(name.into()).call(super::FIELD_OF_STRUCT)
}

impl StructNamespace {
    /// The field of this name, null where the struct is; `*` for all fields, each for itself.
    ///
    /// ```
    /// use lazuli_expr::col;
    ///
    /// let street = col("address").struct_().field("street");
    /// assert_eq!(street.to_string(), "struct.field(address, 'street')");
    /// assert_eq!(street.output_name(), "street");
    /// ```
    pub fn field(self, name: impl Into<Name>) -> Expr {
        self.0.call_with(super::FIELD, [lit(name.into())])
    }

    /// Every field as a column of its own.
    pub fn unnest(self) -> Expr {
        self.field("*")
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::show;
    use super::*;
    use crate::{as_struct, col};

    #[test]
    fn fields_by_name() {
        assert_eq!(show(col("s").struct_().field("a")), "a: 1 null null");
        assert_eq!(show(col("s").struct_().unnest()), "a: 1 null null; b: x null y");
        let suffixed = col("s").struct_().unnest().name().suffix("_x");
        assert_eq!(show(suffixed), "a_x: 1 null null; b_x: x null y");
        assert_eq!(show(as_struct(["n"]).struct_().unnest() + 1), "n: 11 21 31");
        assert_eq!(show(col("s").struct_().field("a") + col("n")), "a: 11 null null");
        let error = show(col("s").struct_().field("aa"));
        assert!(error.contains("the struct has no field aa; did you mean a?; its fields: a, b"), "{error}");
        assert!(show(col("n").struct_().field("a")).contains("struct.field takes a struct"));
        assert!(show(field("a")).contains("field() stands inside struct.with_fields"));
    }
}
