//! Column and alias names: short strings without a heap allocation up to 23 bytes.

/// The name of a column, field or alias.
pub type Name = smartstring::alias::String;
