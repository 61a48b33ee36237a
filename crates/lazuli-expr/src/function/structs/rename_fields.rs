//! `struct.rename_fields`, and `name.prefix_fields`, `name.suffix_fields`.

use std::sync::Arc;

use lazuli_array::{Column, DataType, Field, Name, Scalar};
use lazuli_kernels::KernelError;

use super::{StructNamespace, expected, fields_of, name_of, struct_type};
use crate::evaluate::Value;
use crate::function::constants::map_rows;
use crate::function::naming::NameNamespace;
use crate::function::{Argument, FunctionRef, ScalarFunction, Signature, SignatureError};
use crate::{Expr, lit};

/// The fields of a struct under other names.
#[derive(Debug)]
pub struct RenameFields {
    name: &'static str,
    expected: &'static str,
    /// The new names, if these constants fit the old ones.
    rename: fn(&[Name], &[Name]) -> Option<Vec<Name>>,
}

pub(super) static RENAME_FIELDS: RenameFields = RenameFields {
    name: "struct.rename_fields",
    expected: "a struct and a name for each of its fields",
    rename: |old, new| (old.len() == new.len()).then(|| new.to_vec()),
};

pub(super) static PREFIX_FIELDS: RenameFields = RenameFields {
    name: "name.prefix_fields",
    expected: "a struct and a word to put before the names of its fields",
    rename: |old, new| match new {
        [prefix] => Some(old.iter().map(|name| format!("{prefix}{name}").into()).collect()),
        _ => None,
    },
};

pub(super) static SUFFIX_FIELDS: RenameFields = RenameFields {
    name: "name.suffix_fields",
    expected: "a struct and a word to put behind the names of its fields",
    rename: |old, new| match new {
        [suffix] => Some(old.iter().map(|name| format!("{name}{suffix}").into()).collect()),
        _ => None,
    },
};

impl RenameFields {
    fn renamed(&self, fields: &[Field], words: &[Name]) -> Option<Vec<Field>> {
        let old: Vec<Name> = fields.iter().map(|field| field.name().clone()).collect();
        let new = (self.rename)(&old, words)?;
        Some(fields.iter().zip(new).map(|(field, name)| field.with_name(name)).collect())
    }
}

impl ScalarFunction for RenameFields {
    fn name(&self) -> &str {
        self.name
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        let wrong = || expected(self.expected);
        let (from, words) = arguments.split_first().ok_or_else(wrong)?;
        let fields = fields_of(from, self.expected)?;
        let names: Option<Vec<Name>> = words.iter().map(|word| name_of(word).cloned()).collect();
        let fields = self.renamed(fields, &names.ok_or_else(wrong)?).ok_or_else(wrong)?;
        let inputs = std::iter::once(from.data_type.clone()).chain(words.iter().map(|_| DataType::String));
        Ok(Signature { inputs: inputs.collect(), output: struct_type(fields)? })
    }

    fn evaluate(&self, inputs: &[Value], _: usize) -> Result<Value, KernelError> {
        let words: Vec<Name> = inputs[1..]
            .iter()
            .filter_map(|word| match word.as_datum().get(0) {
                Scalar::String(word) => Some(word),
                _ => None,
            })
            .collect();
        map_rows(&inputs[0], |column| {
            let DataType::Struct(fields) = column.data_type() else {
                unreachable!("the signature asks for a struct")
            };
            let fields = self.renamed(fields, &words).expect("the signature found the names to fit");
            Ok(Column::new(DataType::Struct(fields.into()), column.array().clone()))
        })
    }
}

/// The fields of a struct under names that a function of the user's makes.
struct MapFields(Arc<dyn Fn(&str) -> String + Send + Sync>);

impl MapFields {
    fn renamed(&self, fields: &[Field]) -> Vec<Field> {
        fields.iter().map(|field| field.with_name((self.0)(field.name()))).collect()
    }
}

impl ScalarFunction for MapFields {
    fn name(&self) -> &str {
        "name.map_fields"
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        let [from] = arguments else { return Err(expected("one struct")) };
        let fields = self.renamed(fields_of(from, "one struct")?);
        Ok(Signature::unchanged(arguments, struct_type(fields)?))
    }

    fn evaluate(&self, inputs: &[Value], _: usize) -> Result<Value, KernelError> {
        map_rows(&inputs[0], |column| {
            let DataType::Struct(fields) = column.data_type() else {
                unreachable!("the signature asks for a struct")
            };
            Ok(Column::new(DataType::Struct(self.renamed(fields).into()), column.array().clone()))
        })
    }
}

impl NameNamespace {
    /// A word before the names of a struct's fields.
    pub fn prefix_fields(self, prefix: impl Into<Name>) -> Expr {
        self.0.call_with(super::PREFIX_FIELDS, [lit(prefix.into())])
    }

    /// A word behind the names of a struct's fields.
    pub fn suffix_fields(self, suffix: impl Into<Name>) -> Expr {
        self.0.call_with(super::SUFFIX_FIELDS, [lit(suffix.into())])
    }

    /// The fields of a struct under the names that `function` makes of theirs.
    ///
    /// ```
    /// use lazuli_expr::col;
    ///
    /// let shouted = col("s").name().map_fields(|name| name.to_uppercase());
    /// assert_eq!(shouted.to_string(), "name.map_fields(s)");
    /// ```
    pub fn map_fields(self, function: impl Fn(&str) -> String + Send + Sync + 'static) -> Expr {
        let function = FunctionRef::Custom(Arc::new(MapFields(Arc::new(function))));
        Expr::Function { function, inputs: vec![self.0] }
    }
}

impl StructNamespace {
    /// The fields under these names, in order.
    ///
    /// ```
    /// use lazuli_expr::col;
    ///
    /// let renamed = col("s").struct_().rename_fields(["x", "y"]);
    /// assert_eq!(renamed.to_string(), "struct.rename_fields(s, 'x', 'y')");
    /// ```
    pub fn rename_fields<N: Into<Name>>(self, names: impl IntoIterator<Item = N>) -> Expr {
        self.0.call_with(super::RENAME_FIELDS, names.into_iter().map(|name| lit(name.into())))
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::show;
    use crate::col;

    #[test]
    fn fields_get_names() {
        let s = || col("s");
        assert_eq!(
            show(s().struct_().rename_fields(["x", "y"])),
            r#"s: {x: 1, y: "x"} null {x: null, y: "y"}"#
        );
        assert_eq!(
            show(s().name().prefix_fields("p_")),
            r#"s: {p_a: 1, p_b: "x"} null {p_a: null, p_b: "y"}"#
        );
        assert_eq!(
            show(s().name().suffix_fields("_s")),
            r#"s: {a_s: 1, b_s: "x"} null {a_s: null, b_s: "y"}"#
        );
        let shouted = s().name().map_fields(|name| name.to_uppercase());
        assert_eq!(show(shouted), r#"s: {A: 1, B: "x"} null {A: null, B: "y"}"#);
        assert!(show(s().name().map_fields(|_| "x".into())).contains("two fields x"));
        assert!(show(s().struct_().rename_fields(["x"])).contains("a name for each of its fields"));
        assert!(show(s().struct_().rename_fields(["x", "x"])).contains("two fields x"));
    }
}
