//! Several columns at once, chosen when the schema is known.

use std::fmt;

use lazuli_array::{Name, Schema};

/// A choice of columns.
#[derive(Debug, Clone, PartialEq)]
pub enum Selector {
    /// Every column, in order.
    All,
    /// These columns, in this order.
    Names(Vec<Name>),
    /// Every column but these, in order.
    Except(Vec<Name>),
    /// Every column, in order, some of them under another name: pairs of old and new.
    Renamed(Vec<(Name, Name)>),
}

impl Selector {
    /// The names chosen and what each is called in the result, or the first name that the schema does not have.
    pub fn expand(&self, schema: &Schema) -> Result<Vec<(Name, Name)>, Name> {
        let same = |names: Vec<Name>| names.into_iter().map(|name| (name.clone(), name)).collect();
        let known = |names: &[Name]| match names.iter().find(|name| !schema.contains(name)) {
            Some(missing) => Err(missing.clone()),
            None => Ok(()),
        };
        match self {
            Self::All => Ok(same(schema.names().cloned().collect())),
            Self::Names(names) => known(names).map(|()| same(names.clone())),
            Self::Except(names) => {
                known(names)?;
                Ok(same(schema.names().filter(|name| !names.contains(name)).cloned().collect()))
            }
            Self::Renamed(pairs) => {
                known(&pairs.iter().map(|(old, _)| old.clone()).collect::<Vec<_>>())?;
                let renamed = |name: &Name| {
                    pairs.iter().find(|(old, _)| old == name).map_or(name, |(_, new)| new).clone()
                };
                Ok(schema.names().map(|name| (name.clone(), renamed(name))).collect())
            }
        }
    }
}

impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("all()"),
            Self::Names(names) => write!(f, "cols({})", names.join(", ")),
            Self::Except(names) => write!(f, "all_except({})", names.join(", ")),
            Self::Renamed(pairs) => {
                let pairs: Vec<String> = pairs.iter().map(|(old, new)| format!("{old} as {new}")).collect();
                write!(f, "all_renamed({})", pairs.join(", "))
            }
        }
    }
}
