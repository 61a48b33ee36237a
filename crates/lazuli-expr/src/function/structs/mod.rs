//! Functions of `struct.`: structs.

mod drop_fields;
mod field;
mod json_encode;
mod named_struct; // as_struct and what it becomes
mod rename_fields; // by list, by prefix and suffix
mod with_fields;

pub use field::field;
pub use named_struct::as_struct;

use lazuli_array::{DataType, Field, Name, Scalar};

use super::{Argument, FunctionRef, SignatureError};
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

/// Columns as the fields of a struct, before their names are known.
pub const AS_STRUCT: FunctionRef = FunctionRef::Builtin(&named_struct::AsStruct);
/// A struct without some of its fields.
pub const DROP_FIELDS: FunctionRef = FunctionRef::Builtin(&drop_fields::DropFields);
/// One field of a struct.
pub const FIELD: FunctionRef = FunctionRef::Builtin(&field::StructField);
/// A field of the struct that `with_fields` is about.
pub const FIELD_OF_STRUCT: FunctionRef = FunctionRef::Builtin(&field::FieldOfStruct);
/// A struct as JSON text.
pub const JSON_ENCODE: FunctionRef = FunctionRef::Builtin(&json_encode::JsonEncode);
/// Names and values as the fields of a struct.
pub const NAMED_STRUCT: FunctionRef = FunctionRef::Builtin(&named_struct::NamedStruct);
/// Fields under names with a word before them.
pub const PREFIX_FIELDS: FunctionRef = FunctionRef::Builtin(&rename_fields::PREFIX_FIELDS);
/// Fields under other names.
pub const RENAME_FIELDS: FunctionRef = FunctionRef::Builtin(&rename_fields::RENAME_FIELDS);
/// Fields under names with a word behind them.
pub const SUFFIX_FIELDS: FunctionRef = FunctionRef::Builtin(&rename_fields::SUFFIX_FIELDS);
/// A struct with some fields more, or others.
pub const WITH_FIELDS: FunctionRef = FunctionRef::Builtin(&with_fields::WithFields);

/// The functions of this family.
pub(super) static FUNCTIONS: &[FunctionRef] = &[
    AS_STRUCT,
    DROP_FIELDS,
    FIELD,
    FIELD_OF_STRUCT,
    JSON_ENCODE,
    NAMED_STRUCT,
    PREFIX_FIELDS,
    RENAME_FIELDS,
    SUFFIX_FIELDS,
    WITH_FIELDS,
];

fn expected(words: &str) -> SignatureError {
    SignatureError::Expected(words.into())
}

/// The fields of a struct argument.
fn fields_of<'a>(argument: &Argument<'a>, words: &str) -> Result<&'a [Field], SignatureError> {
    match argument.data_type {
        DataType::Struct(fields) => Ok(fields),
        _ => Err(expected(words)),
    }
}

/// The name that a constant argument says.
fn name_of<'a>(argument: &Argument<'a>) -> Option<&'a Name> {
    match argument.literal.map(|literal| &literal.value) {
        Some(Scalar::String(name)) => Some(name),
        _ => None,
    }
}

/// The place of a field, or what is wrong with its name.
fn position(fields: &[Field], name: &str) -> Result<usize, SignatureError> {
    fields.iter().position(|field| field.name() == name).ok_or_else(|| {
        let names: Vec<Name> = fields.iter().map(|field| field.name().clone()).collect();
        let nearest = crate::typing::nearest_name(name, &names);
        let hint = nearest.map_or(String::new(), |nearest| format!("; did you mean {nearest}?"));
        let reason = format!("the struct has no field {name}{hint}; its fields: {}", names.join(", "));
        SignatureError::InvalidArgument(reason)
    })
}

/// A struct type of these fields, each name once.
fn struct_type(fields: Vec<Field>) -> Result<DataType, SignatureError> {
    for (place, field) in fields.iter().enumerate() {
        if fields[..place].iter().any(|other| other.name() == field.name()) {
            let reason = format!("the struct would have two fields {}", field.name());
            return Err(SignatureError::InvalidArgument(reason));
        }
    }
    Ok(DataType::Struct(fields.into()))
}

#[cfg(test)]
mod testing {
    //! A frame with a struct `s` of `a` (1, null struct, null) and `b` (x, -, y), and `n`.

    use lazuli_array::{Batch, Column, FromValues};

    use super::*;
    use crate::evaluate::Evaluator;
    use crate::typing::{Context, expand, resolve};

    pub(super) fn show(expr: Expr) -> String {
        let fields: Vec<Field> = vec![Field::new("a", DataType::Int64), Field::new("b", DataType::String)];
        let row =
            |a: Option<i64>, b: &str| Scalar::Struct(vec![("a".into(), a.into()), ("b".into(), b.into())]);
        let s = Column::from_scalars(
            &DataType::Struct(fields.into()),
            [row(Some(1), "x"), Scalar::Null, row(None, "y")],
        )
        .unwrap();
        let n = Column::from_values([10i64, 20, 30].into_iter());
        let batch = Batch::from_columns(vec![("s".into(), s), ("n".into(), n)]).unwrap();
        let mut shown = Vec::new();
        let exprs = match expand(&expr, batch.schema()) {
            Ok(exprs) => exprs,
            Err(error) => return error.to_string(),
        };
        for expr in exprs {
            let typed = match resolve(&expr, batch.schema(), Context::RowByRow("a test")) {
                Ok(typed) => typed,
                Err(errors) => return errors[0].to_string(),
            };
            let evaluator = Evaluator::new(&typed.expr, batch.schema());
            let column = match evaluator.evaluate(&batch) {
                Ok(value) => value.into_column(3),
                Err(error) => return error.to_string(),
            };
            assert_eq!(column.data_type(), &typed.data_type);
            let cut = evaluator.evaluate(&batch.sliced(1, 2)).unwrap().into_column(2);
            assert_eq!((cut.get(0), cut.get(1)), (column.get(1), column.get(2)));
            let rows: Vec<String> = (0..3).map(|row| column.get(row).to_string()).collect();
            shown.push(format!("{}: {}", expr.output_name(), rows.join(" ")));
        }
        shown.join("; ")
    }
}
