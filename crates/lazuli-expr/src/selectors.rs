//! Choices of columns by type, by name and by place, and sets of them: `numeric() - starts_with(["id"])`.
//!
//! A [`Selector`] stands wherever a column does; the expression around it becomes one for each of its columns:
//!
//! ```
//! use lazuli_expr::selectors as cs;
//!
//! let totals = (cs::numeric() - cs::by_name(["id"])).expr().sum().name().suffix("_total");
//! assert_eq!(totals.to_string(), "name.suffix(sum((cs.numeric() - cols(id))), '_total')");
//! ```

use lazuli_array::{DataType, Name};

use crate::Selector;
use crate::selector::{Letters, NamePart, TypeKind};

fn of(kind: TypeKind) -> Selector {
    Selector::OfType(vec![kind])
}

/// Every column.
pub fn all() -> Selector {
    Selector::All
}

/// Integers, floats and decimals; booleans are no numbers.
pub fn numeric() -> Selector {
    of(TypeKind::Numeric)
}

/// Integers with and without sign.
pub fn integer() -> Selector {
    of(TypeKind::Integer)
}

/// Integers with a sign.
pub fn signed_integer() -> Selector {
    of(TypeKind::SignedInteger)
}

/// Integers without a sign.
pub fn unsigned_integer() -> Selector {
    of(TypeKind::UnsignedInteger)
}

/// Float32 and Float64.
pub fn float() -> Selector {
    of(TypeKind::Float)
}

/// Decimals of any precision.
pub fn decimal() -> Selector {
    of(TypeKind::Decimal)
}

/// Booleans.
pub fn boolean() -> Selector {
    of(TypeKind::Exactly(DataType::Boolean))
}

/// Strings; not categories and enums.
pub fn string() -> Selector {
    of(TypeKind::Exactly(DataType::String))
}

/// Categories.
pub fn categorical() -> Selector {
    of(TypeKind::Exactly(DataType::Categorical))
}

/// Enums of any categories.
pub fn enumeration() -> Selector {
    of(TypeKind::Enum)
}

/// Bytes.
pub fn binary() -> Selector {
    of(TypeKind::Exactly(DataType::Binary))
}

/// Dates, datetimes, durations and times.
pub fn temporal() -> Selector {
    of(TypeKind::Temporal)
}

/// Dates.
pub fn date() -> Selector {
    of(TypeKind::Exactly(DataType::Date))
}

/// Datetimes of any unit, with a zone or without.
pub fn datetime() -> Selector {
    of(TypeKind::Datetime)
}

/// Durations of any unit.
pub fn duration() -> Selector {
    of(TypeKind::Duration)
}

/// Times of day.
pub fn time() -> Selector {
    of(TypeKind::Exactly(DataType::Time))
}

/// Lists of anything.
pub fn list() -> Selector {
    of(TypeKind::List)
}

/// Structs of any fields.
pub fn structs() -> Selector {
    of(TypeKind::Struct)
}

/// Lists and structs.
pub fn nested() -> Selector {
    of(TypeKind::Nested)
}

/// Columns of exactly these types.
pub fn by_dtype(types: impl IntoIterator<Item = DataType>) -> Selector {
    Selector::OfType(types.into_iter().map(TypeKind::Exactly).collect())
}

/// Columns of these names, in this order; each must be there.
pub fn by_name<N: Into<Name>>(names: impl IntoIterator<Item = N>) -> Selector {
    Selector::Names(names.into_iter().map(Into::into).collect())
}

/// Columns at these places, from the end if negative; each must be there.
pub fn by_index(places: impl IntoIterator<Item = i64>) -> Selector {
    Selector::Places(places.into_iter().collect())
}

/// The first column.
pub fn first() -> Selector {
    by_index([0])
}

/// The last column.
pub fn last() -> Selector {
    by_index([-1])
}

/// Every column but those of these names; each must be there.
pub fn exclude<N: Into<Name>>(names: impl IntoIterator<Item = N>) -> Selector {
    Selector::Except(names.into_iter().map(Into::into).collect())
}

/// Columns whose name a regular expression matches, somewhere unless it says where (`^`, `$`).
///
/// Anything but plain text needs the feature `regex`; a text that is no pattern is an error when the query is checked.
pub fn matches(pattern: impl Into<Name>) -> Selector {
    Selector::Matches(pattern.into())
}

fn named<N: Into<Name>>(part: NamePart, words: impl IntoIterator<Item = N>) -> Selector {
    Selector::Named(part, words.into_iter().map(Into::into).collect())
}

/// Columns whose name has only letters of any alphabet.
pub fn alpha() -> Selector {
    Selector::Lettered(Letters::Alpha)
}

/// Columns whose name has only letters and digits of any alphabet.
pub fn alphanumeric() -> Selector {
    Selector::Lettered(Letters::Alphanumeric)
}

/// Columns whose name has only digits of any alphabet.
pub fn digit() -> Selector {
    Selector::Lettered(Letters::Digit)
}

/// Columns whose name begins with one of these words.
pub fn starts_with<N: Into<Name>>(words: impl IntoIterator<Item = N>) -> Selector {
    named(NamePart::Start, words)
}

/// Columns whose name ends with one of these words.
pub fn ends_with<N: Into<Name>>(words: impl IntoIterator<Item = N>) -> Selector {
    named(NamePart::End, words)
}

/// Columns whose name has one of these words in it.
pub fn contains<N: Into<Name>>(words: impl IntoIterator<Item = N>) -> Selector {
    named(NamePart::Anywhere, words)
}
