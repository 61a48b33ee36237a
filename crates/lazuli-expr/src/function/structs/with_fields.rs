//! `struct.with_fields`.

use lazuli_array::{Array, Column, DataType, Field, Scalar, StructArray};
use lazuli_kernels::{Constant, KernelError};

use super::{StructNamespace, expected, fields_of, name_of};
use crate::evaluate::Value;
use crate::function::{Argument, ScalarFunction, Signature, SignatureError};
use crate::{Expr, IntoExprs, lit};

/// A struct with values under names: in place of the fields of these names, or behind the others. Null structs stay null.
#[derive(Debug)]
pub struct WithFields;

const EXPECTED: &str = "a struct, then names and values in turn";

impl ScalarFunction for WithFields {
    fn name(&self) -> &str {
        "struct.with_fields"
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        let Some((from, rest)) = arguments.split_first() else { return Err(expected(EXPECTED)) };
        let mut fields = fields_of(from, EXPECTED)?.to_vec();
        for pair in rest.chunks(2) {
            let [name, value] = pair else { return Err(expected(EXPECTED)) };
            let name = name_of(name).ok_or_else(|| expected(EXPECTED))?;
            let made = Field::new(name.clone(), value.data_type.clone());
            match fields.iter_mut().find(|field| field.name() == name) {
                Some(field) => *field = made,
                None => fields.push(made),
            }
        }
        Ok(Signature::unchanged(arguments, DataType::Struct(fields.into())))
    }

    fn evaluate(&self, inputs: &[Value], num_rows: usize) -> Result<Value, KernelError> {
        let is_constant = inputs.iter().all(Value::is_constant);
        let rows = if is_constant { 1 } else { num_rows };
        let from = inputs[0].clone().into_column(rows);
        let (Array::Struct(array), DataType::Struct(fields)) = (from.array(), from.data_type()) else {
            unreachable!("the signature asks for a struct")
        };
        let mut columns: Vec<(Field, Array)> =
            fields.iter().cloned().zip(array.fields().iter().cloned()).collect();
        for pair in inputs[1..].chunks(2) {
            let Scalar::String(name) = pair[0].as_datum().get(0) else {
                unreachable!("the signature asks for names")
            };
            let value = pair[1].clone().into_column(rows);
            let made = (Field::new(name.clone(), value.data_type().clone()), value.into_array());
            match columns.iter_mut().find(|(field, _)| *field.name() == name) {
                Some(column) => *column = made,
                None => columns.push(made),
            }
        }
        let (fields, arrays): (Vec<Field>, Vec<Array>) = columns.into_iter().unzip();
        let array = StructArray::new(rows, arrays, array.validity().cloned());
        let column = Column::new(DataType::Struct(fields.into()), array);
        Ok(if is_constant { Constant::from_column(column).into() } else { column.into() })
    }

    fn adapts_constants(&self) -> bool {
        false
    }
}

/// The expression with [`field`](crate::field) in it as a field of a struct.
fn over_fields(expr: &Expr, of: &Expr) -> Expr {
    expr.rewrite(&mut |part| match part {
        Expr::Function { function, inputs } if function == super::FIELD_OF_STRUCT => Expr::Function {
            function: super::FIELD,
            inputs: std::iter::once(of.clone()).chain(inputs).collect(),
        },
        other => other,
    })
}

impl StructNamespace {
    /// An expression over the fields of the struct, each of which is [`field`](crate::field) in it.
    ///
    /// ```
    /// use lazuli_expr::{col, field};
    ///
    /// let area = col("box").struct_().eval(field("width") * field("height"));
    /// assert_eq!(area.to_string(), "struct.field(box, 'width') * struct.field(box, 'height')");
    /// ```
    pub fn eval(self, expr: impl Into<Expr>) -> Expr {
        over_fields(&expr.into(), &self.0)
    }

    /// The struct with these values in place of the fields of their names, or behind the others. Among them
    /// [`field`](crate::field) is a field of this struct.
    ///
    /// ```
    /// use lazuli_expr::{col, field};
    ///
    /// let s = col("s").struct_().with_fields([field("a").alias("b")]);
    /// assert_eq!(s.to_string(), "struct.with_fields(s, 'b', struct.field(s, 'a'))");
    /// ```
    pub fn with_fields(self, values: impl IntoExprs) -> Expr {
        let rest = values.into_exprs().into_iter().flat_map(|value| {
            let name = lit(value.output_name());
            [name, over_fields(&value, &self.0).without_alias().clone()]
        });
        let rest: Vec<Expr> = rest.collect();
        self.0.call_with(super::WITH_FIELDS, rest)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::show;
    use crate::{col, field, lit};

    #[test]
    fn fields_are_put_in() {
        assert_eq!(
            show(col("s").struct_().with_fields([field("a") + 1, lit(5).alias("z")])),
            r#"s: {a: 2, b: "x", z: 5} null {a: null, b: "y", z: 5}"#
        );
        assert_eq!(
            show(col("s").struct_().with_fields([col("n").alias("b")])),
            "s: {a: 1, b: 10} null {a: null, b: 30}"
        );
        assert_eq!(show(col("s").struct_().eval(field("a") + col("n")).alias("t")), "t: 11 null null");
        assert!(show(col("n").struct_().with_fields([lit(1)])).contains("takes a struct, then names"));
    }
}
