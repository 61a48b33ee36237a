//! Names and types of columns, in order.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, OnceLock};

use crate::{ArrayError, DataType, Name, Result};

/// A schema shared by batches and plans.
pub type SchemaRef = Arc<Schema>;

/// The name and the type of one column. Every column may hold nulls.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    name: Name,
    data_type: DataType,
}

impl Field {
    /// A field of this name and type.
    pub fn new(name: impl Into<Name>, data_type: DataType) -> Self {
        Self { name: name.into(), data_type }
    }

    /// The name.
    pub fn name(&self) -> &Name {
        &self.name
    }

    /// The type.
    pub fn data_type(&self) -> &DataType {
        &self.data_type
    }

    /// The same type under another name.
    pub fn with_name(&self, name: impl Into<Name>) -> Self {
        Self { name: name.into(), data_type: self.data_type.clone() }
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name, self.data_type)
    }
}

/// The fields of a frame: names are unique, order matters.
#[derive(Clone, Default)]
pub struct Schema {
    fields: Vec<Field>,
    positions: OnceLock<HashMap<Name, usize>>,
}

impl Schema {
    /// A schema of these fields.
    ///
    /// # Errors
    /// [`ArrayError::DuplicateName`] if two fields share a name.
    pub fn try_new(fields: Vec<Field>) -> Result<Self> {
        let mut positions = HashMap::with_capacity(fields.len());
        for (index, field) in fields.iter().enumerate() {
            if positions.insert(field.name.clone(), index).is_some() {
                return Err(ArrayError::DuplicateName { name: field.name.clone() });
            }
        }
        Ok(Self { fields, positions: OnceLock::from(positions) })
    }

    /// A schema without columns.
    pub fn empty() -> Self {
        Self::default()
    }

    /// The fields in order.
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// The field at a position. Panics out of bounds.
    pub fn field(&self, index: usize) -> &Field {
        &self.fields[index]
    }

    /// The names in order.
    pub fn names(&self) -> impl ExactSizeIterator<Item = &Name> + '_ {
        self.fields.iter().map(|field| &field.name)
    }

    /// Number of columns.
    pub fn len(&self) -> usize {
        self.fields.len()
    }

    /// Whether there are no columns.
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// The position of a column by name.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.positions
            .get_or_init(|| {
                self.fields.iter().enumerate().map(|(index, field)| (field.name.clone(), index)).collect()
            })
            .get(name)
            .copied()
    }

    /// The field of a column by name.
    pub fn get(&self, name: &str) -> Option<&Field> {
        self.position(name).map(|index| &self.fields[index])
    }

    /// Whether there is a column of this name.
    pub fn contains(&self, name: &str) -> bool {
        self.position(name).is_some()
    }

    /// The position of a column by name.
    ///
    /// # Errors
    /// [`ArrayError::ColumnNotFound`] with the names there are.
    pub fn require(&self, name: &str) -> Result<usize> {
        self.position(name).ok_or_else(|| ArrayError::ColumnNotFound {
            name: name.into(),
            available: self.names().cloned().collect(),
        })
    }

    /// The fields at these positions, in this order. Panics out of bounds.
    pub fn project(&self, positions: &[usize]) -> Self {
        Self {
            fields: positions.iter().map(|&position| self.fields[position].clone()).collect(),
            positions: OnceLock::new(),
        }
    }
}

impl PartialEq for Schema {
    fn eq(&self, other: &Self) -> bool {
        self.fields == other.fields
    }
}

impl fmt::Debug for Schema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.fields.iter().map(|field| (&field.name, &field.data_type))).finish()
    }
}

impl fmt::Display for Schema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, field) in self.fields.iter().enumerate() {
            write!(f, "{}{field}", if index == 0 { "" } else { ", " })?;
        }
        Ok(())
    }
}
