//! `as_struct`, and `named_struct` which it becomes once names are known.

use lazuli_array::{Column, DataType, Field, Scalar, StructArray};
use lazuli_kernels::{Constant, KernelError};

use super::{expected, name_of, struct_type};
use crate::evaluate::Value;
use crate::function::{Argument, ScalarFunction, Signature, SignatureError};
use crate::{Expr, IntoExprs, lit};

/// Columns as the fields of a struct, under their names. Becomes [`NamedStruct`] when the columns are known.
#[derive(Debug)]
pub struct AsStruct;

impl ScalarFunction for AsStruct {
    fn name(&self) -> &str {
        "as_struct"
    }

    fn signature(&self, _: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        Err(expected("at least one column"))
    }

    fn evaluate(&self, _: &[Value], _: usize) -> Result<Value, KernelError> {
        unreachable!("the signature accepts nothing")
    }

    fn expanded(&self, inputs: &[Expr]) -> Option<Expr> {
        if inputs.is_empty() {
            return None;
        }
        let named = inputs.iter().flat_map(|input| [lit(input.output_name()), input.without_alias().clone()]);
        let call = Expr::Function { function: super::NAMED_STRUCT, inputs: named.collect() };
        // The struct is named as its first field, by a name that does not depend on how the call is written.
        Some(call.alias(inputs[0].output_name()))
    }

    fn spreads_selectors(&self) -> bool {
        true
    }
}

/// Names and values in turn, as the fields of a struct that is never null itself.
#[derive(Debug)]
pub struct NamedStruct;

const EXPECTED: &str = "names and values in turn: 'a', x, 'b', y";

impl ScalarFunction for NamedStruct {
    fn name(&self) -> &str {
        "named_struct"
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        let mut fields = Vec::with_capacity(arguments.len() / 2);
        let mut inputs = Vec::with_capacity(arguments.len());
        for pair in arguments.chunks(2) {
            let [name, value] = pair else { return Err(expected(EXPECTED)) };
            let name = name_of(name).ok_or_else(|| expected(EXPECTED))?;
            fields.push(Field::new(name.clone(), value.data_type.clone()));
            inputs.extend([DataType::String, value.data_type.clone()]);
        }
        if fields.is_empty() {
            return Err(expected(EXPECTED));
        }
        Ok(Signature { inputs, output: struct_type(fields)? })
    }

    fn evaluate(&self, inputs: &[Value], num_rows: usize) -> Result<Value, KernelError> {
        let is_constant = inputs.iter().all(Value::is_constant);
        let rows = if is_constant { 1 } else { num_rows };
        let (mut fields, mut arrays) = (Vec::new(), Vec::new());
        for pair in inputs.chunks(2) {
            let Scalar::String(name) = pair[0].as_datum().get(0) else {
                unreachable!("the signature asks for names")
            };
            fields.push(Field::new(name, pair[1].data_type().clone()));
            arrays.push(pair[1].clone().into_column(rows).into_array());
        }
        let column = Column::new(DataType::Struct(fields.into()), StructArray::new(rows, arrays, None));
        Ok(if is_constant { Constant::from_column(column).into() } else { column.into() })
    }

    fn adapts_constants(&self) -> bool {
        false
    }
}

/// Columns as the fields of a struct, under their names.
///
/// ```
/// use lazuli_expr::{as_struct, col};
///
/// let point = as_struct([col("x"), col("y") * 2]);
/// assert_eq!(point.to_string(), "as_struct(x, y * 2)");
/// ```
pub fn as_struct(exprs: impl IntoExprs) -> Expr {
    Expr::Function { function: super::AS_STRUCT, inputs: exprs.into_exprs() }
}

#[cfg(test)]
mod tests {
    use super::super::testing::show;
    use super::*;
    use crate::{all, col};

    #[test]
    fn columns_become_fields() {
        assert_eq!(
            show(as_struct([col("n"), col("n").alias("m") + 1])),
            "n: {n: 10, m: 11} {n: 20, m: 21} {n: 30, m: 31}"
        );
        assert_eq!(
            show(as_struct([all()]).alias("t")),
            r#"t: {s: {a: 1, b: "x"}, n: 10} {s: null, n: 20} {s: {a: null, b: "y"}, n: 30}"#
        );
        assert_eq!(show(as_struct([lit(1).alias("x")])), "x: {x: 1} {x: 1} {x: 1}");
        // Fields do not give way to one another.
        let day = lit("2024-01-01").cast(DataType::Date).alias("2024-01-01");
        assert!(show(as_struct([day, lit("2024-01-02").alias("t")])).contains(r#"t: "2024-01-02""#));
        assert!(show(as_struct([col("n"), col("n")])).contains("the struct would have two fields n"));
        assert!(show(as_struct(())).contains("as_struct takes at least one column"));
    }
}
