//! What is known of a node's columns: all, or, after a mistake, some.

use std::sync::Arc;

use lazuli_array::{DataType, Field, Name, Schema, SchemaRef};
use lazuli_expr::Expr;

/// Columns as far as they are known.
#[derive(Debug, Clone, Default)]
pub(super) struct Scope {
    /// The columns; those of unknown type stand as `Null`.
    schema: SchemaRef,
    /// Columns whose type is not known.
    unknown: Vec<Name>,
    /// Whether there may be more columns.
    is_open: bool,
}

/// A column and its type, if known.
pub(super) type KnownColumn = (Name, Option<DataType>);

impl Scope {
    /// All is known.
    pub fn known(schema: SchemaRef) -> Self {
        Self { schema, unknown: Vec::new(), is_open: false }
    }

    /// Nothing is known: any column may be there.
    pub fn anything() -> Self {
        Self { is_open: true, ..Self::default() }
    }

    /// These columns, the first of each name; more if `is_open`.
    pub fn of(columns: impl IntoIterator<Item = KnownColumn>, is_open: bool) -> Self {
        let mut fields: Vec<Field> = Vec::new();
        let mut unknown = Vec::new();
        for (name, data_type) in columns {
            if fields.iter().any(|field| *field.name() == name) {
                continue;
            }
            if data_type.is_none() {
                unknown.push(name.clone());
            }
            fields.push(Field::new(name, data_type.unwrap_or(DataType::Null)));
        }
        let schema = Schema::try_new(fields).expect("names that came up before were left out");
        Self { schema: Arc::new(schema), unknown, is_open }
    }

    /// The columns; those of unknown type stand as `Null`.
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// Whether there may be more columns than these.
    pub fn is_open(&self) -> bool {
        self.is_open
    }

    /// The type of a column, if the column and its type are known.
    pub fn data_type(&self, name: &str) -> Option<&DataType> {
        let field = self.schema.get(name)?;
        (!self.unknown.contains(field.name())).then(|| field.data_type())
    }

    /// Whether nobody can say if a column is there, or of what type it is.
    pub fn is_unknown(&self, name: &Name) -> bool {
        self.unknown.contains(name) || (self.is_open && !self.schema.contains(name))
    }

    /// Whether an expression reads a column that is not known.
    pub fn is_unknown_to(&self, expr: &Expr) -> bool {
        expr.has_part(|part| matches!(part, Expr::Column(name) if self.is_unknown(name)))
    }

    /// The columns in order.
    pub fn columns(&self) -> impl Iterator<Item = KnownColumn> + '_ {
        self.schema.names().map(|name| (name.clone(), self.data_type(name).cloned()))
    }
}
