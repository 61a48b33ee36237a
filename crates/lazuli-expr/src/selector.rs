//! Several columns at once, chosen when the schema is known: by name, by type, and what sets can be made of those.

use std::fmt;
use std::ops::{BitAnd, BitOr, BitXor, Not, Sub};

use lazuli_array::{DataType, Field, Name, Schema};
use lazuli_kernels::strings::Pattern;

use crate::Expr;

/// A choice of columns. Made by the functions of [`crate::selectors`], and of one another by `|`, `&`, `-`, `^` and `!`.
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
    /// Every column, in order, with the fields of these structs in their place.
    Unnested(Vec<Name>),
    /// The columns at these places, from the end if negative, in this order.
    Places(Vec<i64>),
    /// The columns whose type is of one of these kinds.
    OfType(Vec<TypeKind>),
    /// The columns whose name has a part like one of these.
    Named(NamePart, Vec<Name>),
    /// The columns whose name has letters of this kind only.
    Lettered(Letters),
    /// The columns whose name a regular expression matches, somewhere unless it says where.
    Matches(Name),
    /// The columns of one or the other.
    Union(Box<Selector>, Box<Selector>),
    /// The columns of both.
    Intersection(Box<Selector>, Box<Selector>),
    /// The columns of the first that are not of the second.
    Difference(Box<Selector>, Box<Selector>),
    /// The columns of one of both only.
    SymmetricDifference(Box<Selector>, Box<Selector>),
    /// Every other column.
    Complement(Box<Selector>),
}

/// Why a choice can't be made.
#[derive(Debug, Clone, PartialEq)]
pub enum SelectorError {
    /// The schema does not have a column of this name, or at this place.
    NotFound(Name),
    /// A text that is no pattern: the reason.
    NoPattern(String),
}

/// Where a part of a name is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NamePart {
    /// At the beginning.
    Start,
    /// At the end.
    End,
    /// Anywhere.
    Anywhere,
}

/// A kind of letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Letters {
    /// Letters of any alphabet.
    Alpha,
    /// Letters and digits of any alphabet.
    Alphanumeric,
    /// Digits of any alphabet.
    Digit,
}

impl Letters {
    fn contains(self, letter: char) -> bool {
        match self {
            Self::Alpha => letter.is_alphabetic(),
            Self::Alphanumeric => letter.is_alphanumeric(),
            Self::Digit => letter.is_numeric() && !letter.is_alphabetic(),
        }
    }
}

/// The words of texts for kinds of letters.
const LETTERS: [(&str, Letters); 3] =
    [("alpha", Letters::Alpha), ("alphanumeric", Letters::Alphanumeric), ("digit", Letters::Digit)];

/// A kind of types.
#[derive(Debug, Clone, PartialEq)]
pub enum TypeKind {
    /// Integers, floats and decimals.
    Numeric,
    /// Integers with and without sign.
    Integer,
    /// Integers with a sign.
    SignedInteger,
    /// Integers without a sign.
    UnsignedInteger,
    /// Float32 and Float64.
    Float,
    /// Decimals of any precision.
    Decimal,
    /// Dates, datetimes, durations and times.
    Temporal,
    /// Datetimes of any unit, with a zone or without.
    Datetime,
    /// Durations of any unit.
    Duration,
    /// Enums of any categories.
    Enum,
    /// Lists of anything.
    List,
    /// Structs of any fields.
    Struct,
    /// Lists and structs.
    Nested,
    /// Exactly this type.
    Exactly(DataType),
}

impl TypeKind {
    fn contains(&self, data_type: &DataType) -> bool {
        match self {
            Self::Numeric => data_type.is_numeric(),
            Self::Integer => data_type.is_integer(),
            Self::SignedInteger => data_type.is_signed_integer(),
            Self::UnsignedInteger => data_type.is_unsigned_integer(),
            Self::Float => data_type.is_float(),
            Self::Decimal => matches!(data_type, DataType::Decimal { .. }),
            Self::Temporal => data_type.is_temporal(),
            Self::Datetime => matches!(data_type, DataType::Datetime(..)),
            Self::Duration => matches!(data_type, DataType::Duration(_)),
            Self::Enum => matches!(data_type, DataType::Enum(_)),
            Self::List => matches!(data_type, DataType::List(_)),
            Self::Struct => matches!(data_type, DataType::Struct(_)),
            Self::Nested => data_type.is_nested(),
            Self::Exactly(other) => data_type == other,
        }
    }

    /// The word of texts for it; `None` for exactly one type that has no word of its own.
    fn word(&self) -> Option<&'static str> {
        KINDS.iter().find(|(_, kind)| kind == self).map(|(word, _)| *word)
    }
}

/// The words of texts for kinds of types.
const KINDS: [(&str, TypeKind); 19] = [
    ("numeric", TypeKind::Numeric),
    ("integer", TypeKind::Integer),
    ("signed_integer", TypeKind::SignedInteger),
    ("unsigned_integer", TypeKind::UnsignedInteger),
    ("float", TypeKind::Float),
    ("decimal", TypeKind::Decimal),
    ("temporal", TypeKind::Temporal),
    ("datetime", TypeKind::Datetime),
    ("duration", TypeKind::Duration),
    ("enum", TypeKind::Enum),
    ("list", TypeKind::List),
    ("struct", TypeKind::Struct),
    ("nested", TypeKind::Nested),
    ("boolean", TypeKind::Exactly(DataType::Boolean)),
    ("string", TypeKind::Exactly(DataType::String)),
    ("categorical", TypeKind::Exactly(DataType::Categorical)),
    ("binary", TypeKind::Exactly(DataType::Binary)),
    ("date", TypeKind::Exactly(DataType::Date)),
    ("time", TypeKind::Exactly(DataType::Time)),
];

/// The words of texts for parts of names.
const PARTS: [(&str, NamePart); 3] =
    [("starts_with", NamePart::Start), ("ends_with", NamePart::End), ("contains", NamePart::Anywhere)];

impl Selector {
    /// The kind of types, or of letters in names, that texts call by this word, as `numeric`.
    pub fn of_word(word: &str) -> Option<Self> {
        if let Some((_, letters)) = LETTERS.iter().find(|(own, _)| *own == word) {
            return Some(Self::Lettered(*letters));
        }
        let (_, kind) = KINDS.iter().find(|(own, _)| *own == word)?;
        Some(Self::OfType(vec![kind.clone()]))
    }

    /// The part of names that texts call by this word, as `starts_with`.
    pub fn of_name_word(word: &str, parts: Vec<Name>) -> Option<Self> {
        let (_, part) = PARTS.iter().find(|(own, _)| *own == word)?;
        Some(Self::Named(*part, parts))
    }

    /// The names chosen and what each is called in the result. Columns come in the order of the schema, but those that are
    /// listed by name or place in that of the list.
    ///
    /// # Errors
    /// [`SelectorError`], the first.
    pub fn expand(&self, schema: &Schema) -> Result<Vec<(Name, Name)>, SelectorError> {
        let same = |names: Vec<Name>| names.into_iter().map(|name| (name.clone(), name)).collect();
        self.check(schema)?;
        match self {
            Self::Names(names) => Ok(same(names.clone())),
            Self::Renamed(pairs) => {
                let renamed = |name: &Name| {
                    pairs.iter().find(|(old, _)| old == name).map_or(name, |(_, new)| new).clone()
                };
                Ok(schema.names().map(|name| (name.clone(), renamed(name))).collect())
            }
            Self::Places(places) => {
                let indices = places.iter().filter_map(|&place| place_in(schema, place));
                Ok(same(indices.map(|index| schema.field(index).name().clone()).collect()))
            }
            set => {
                let fields = schema.fields().iter().enumerate();
                let chosen = fields.filter(|(index, field)| set.chooses(schema, *index, field));
                Ok(same(chosen.map(|(_, field)| field.name().clone()).collect()))
            }
        }
    }

    /// Whether a column is chosen.
    fn chooses(&self, schema: &Schema, index: usize, field: &Field) -> bool {
        let name = field.name();
        let chooses = |selector: &Self| selector.chooses(schema, index, field);
        match self {
            Self::All | Self::Renamed(_) | Self::Unnested(_) => true,
            Self::Names(names) => names.contains(name),
            Self::Except(names) => !names.contains(name),
            Self::Places(places) => places.iter().any(|&place| place_in(schema, place) == Some(index)),
            Self::OfType(kinds) => kinds.iter().any(|kind| kind.contains(field.data_type())),
            Self::Named(part, words) => words.iter().any(|word| match part {
                NamePart::Start => name.starts_with(word.as_str()),
                NamePart::End => name.ends_with(word.as_str()),
                NamePart::Anywhere => name.contains(word.as_str()),
            }),
            Self::Lettered(letters) => {
                !name.is_empty() && name.chars().all(|letter| letters.contains(letter))
            }
            // Compiled once for many names: the last few patterns are kept.
            Self::Matches(pattern) => Pattern::regular(pattern).is_ok_and(|pattern| pattern.is_match(name)),
            Self::Union(left, right) => chooses(left) || chooses(right),
            Self::Intersection(left, right) => chooses(left) && chooses(right),
            Self::Difference(left, right) => chooses(left) && !chooses(right),
            Self::SymmetricDifference(left, right) => chooses(left) != chooses(right),
            Self::Complement(input) => !chooses(input),
        }
    }

    /// The first name or place that the schema does not have, or what is no pattern.
    fn check(&self, schema: &Schema) -> Result<(), SelectorError> {
        let known = |name: &Name| {
            if schema.contains(name) { Ok(()) } else { Err(SelectorError::NotFound(name.clone())) }
        };
        match self {
            Self::Names(names) | Self::Except(names) | Self::Unnested(names) => {
                names.iter().try_for_each(known)
            }
            Self::Renamed(pairs) => pairs.iter().try_for_each(|(old, _)| known(old)),
            Self::Places(places) => match places.iter().find(|&&place| place_in(schema, place).is_none()) {
                Some(place) => Err(SelectorError::NotFound(place.to_string().into())),
                None => Ok(()),
            },
            Self::Matches(pattern) => match Pattern::regular(pattern) {
                Ok(_) => Ok(()),
                Err(error) => Err(SelectorError::NoPattern(error.to_string())),
            },
            Self::All | Self::OfType(_) | Self::Named(..) | Self::Lettered(_) => Ok(()),
            Self::Union(left, right)
            | Self::Intersection(left, right)
            | Self::Difference(left, right)
            | Self::SymmetricDifference(left, right) => left.check(schema).and_then(|()| right.check(schema)),
            Self::Complement(input) => input.check(schema),
        }
    }

    /// The columns chosen as an expression, one for each of them.
    ///
    /// ```
    /// use lazuli_expr::selectors;
    ///
    /// let means = selectors::numeric().expr().mean();
    /// assert_eq!(means.to_string(), "mean(cs.numeric())");
    /// ```
    pub fn expr(self) -> Expr {
        Expr::Selector(self)
    }
}

fn place_in(schema: &Schema, place: i64) -> Option<usize> {
    let count = schema.len() as i64;
    let place = if place < 0 { place.checked_add(count)? } else { place };
    usize::try_from(place).ok().filter(|&place| place < schema.len())
}

impl From<Selector> for Expr {
    fn from(selector: Selector) -> Self {
        Self::Selector(selector)
    }
}

impl BitOr for Selector {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self::Union(Box::new(self), Box::new(other))
    }
}

impl BitAnd for Selector {
    type Output = Self;

    fn bitand(self, other: Self) -> Self {
        Self::Intersection(Box::new(self), Box::new(other))
    }
}

impl Sub for Selector {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self::Difference(Box::new(self), Box::new(other))
    }
}

impl BitXor for Selector {
    type Output = Self;

    fn bitxor(self, other: Self) -> Self {
        Self::SymmetricDifference(Box::new(self), Box::new(other))
    }
}

impl Not for Selector {
    type Output = Self;

    fn not(self) -> Self {
        Self::Complement(Box::new(self))
    }
}

impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let quoted = |words: &[Name]| {
            let words: Vec<String> =
                words.iter().map(|word| format!("'{}'", word.replace('\'', "''"))).collect();
            words.join(", ")
        };
        match self {
            Self::All => f.write_str("cs.all()"),
            Self::Names(names) => write!(f, "cols({})", names.join(", ")),
            Self::Except(names) => write!(f, "all_except({})", names.join(", ")),
            Self::Renamed(pairs) => {
                let pairs: Vec<String> = pairs.iter().map(|(old, new)| format!("{old} as {new}")).collect();
                write!(f, "all_renamed({})", pairs.join(", "))
            }
            Self::Unnested(names) => write!(f, "all_unnested({})", names.join(", ")),
            Self::Places(places) => {
                let places: Vec<String> = places.iter().map(ToString::to_string).collect();
                write!(f, "cs.by_index({})", places.join(", "))
            }
            Self::OfType(kinds) => match kinds.as_slice() {
                [kind] if kind.word().is_some() => write!(f, "cs.{}()", kind.word().unwrap_or_default()),
                kinds => {
                    let kinds: Vec<String> = kinds
                        .iter()
                        .map(|kind| match kind {
                            TypeKind::Exactly(data_type) => format!("'{data_type}'"),
                            kind => format!("'{}'", kind.word().unwrap_or_default()),
                        })
                        .collect();
                    write!(f, "cs.by_dtype({})", kinds.join(", "))
                }
            },
            Self::Named(part, words) => {
                let word = PARTS.iter().find(|(_, own)| own == part).map_or("", |(word, _)| word);
                write!(f, "cs.{word}({})", quoted(words))
            }
            Self::Lettered(letters) => {
                let word = LETTERS.iter().find(|(_, own)| own == letters).map_or("", |(word, _)| word);
                write!(f, "cs.{word}()")
            }
            Self::Matches(pattern) => write!(f, "cs.matches({})", quoted(std::slice::from_ref(pattern))),
            Self::Union(left, right) => write!(f, "({left} | {right})"),
            Self::Intersection(left, right) => write!(f, "({left} & {right})"),
            Self::Difference(left, right) => write!(f, "({left} - {right})"),
            Self::SymmetricDifference(left, right) => write!(f, "({left} ^ {right})"),
            Self::Complement(input) => write!(f, "~{input}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use lazuli_array::TimeUnit;

    use super::*;
    use crate::selectors as cs;

    fn schema() -> Schema {
        let list = DataType::List(Box::new(DataType::Int64));
        let fields = [
            ("id", DataType::Int64),
            ("age", DataType::UInt8),
            ("price", DataType::Float64),
            ("cost", DataType::Decimal { precision: 9, scale: 2 }),
            ("name", DataType::String),
            ("day", DataType::Date),
            ("at", DataType::Datetime(TimeUnit::Microseconds, None)),
            ("tags", list),
            ("ok", DataType::Boolean),
        ];
        Schema::try_new(fields.map(|(name, data_type)| Field::new(name, data_type)).to_vec())
            .expect("distinct names")
    }

    fn names(selector: &Selector) -> String {
        match selector.expand(&schema()) {
            Ok(pairs) => pairs.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(" "),
            Err(SelectorError::NotFound(missing)) => format!("no {missing}"),
            Err(SelectorError::NoPattern(reason)) => reason,
        }
    }

    #[test]
    fn columns_by_type_and_name() {
        let cases = [
            (cs::numeric(), "id age price cost"),
            (cs::integer(), "id age"),
            (cs::signed_integer(), "id"),
            (cs::unsigned_integer(), "age"),
            (cs::float(), "price"),
            (cs::decimal(), "cost"),
            (cs::string(), "name"),
            (cs::boolean(), "ok"),
            (cs::temporal(), "day at"),
            (cs::date(), "day"),
            (cs::datetime(), "at"),
            (cs::duration(), ""),
            (cs::list(), "tags"),
            (cs::nested(), "tags"),
            (cs::by_dtype([DataType::String, DataType::Int64]), "id name"),
            (cs::starts_with(["a", "p"]), "age price at"),
            (cs::ends_with(["e"]), "age price name"),
            (cs::contains(["a"]), "age name day at tags"),
            (cs::first(), "id"),
            (cs::last(), "ok"),
            (cs::by_index([1, -1]), "age ok"),
            (cs::by_index([9]), "no 9"),
            (cs::by_name(["ok", "id"]), "ok id"),
            (cs::by_name(["oh"]), "no oh"),
            (cs::exclude(["id", "ok"]), "age price cost name day at tags"),
            (cs::numeric() | cs::string(), "id age price cost name"),
            (cs::numeric() & cs::contains(["i"]), "id price"),
            (cs::numeric() - cs::float(), "id age cost"),
            (cs::numeric() ^ cs::by_name(["id", "ok"]), "age price cost ok"),
            (!cs::numeric(), "name day at tags ok"),
            (cs::all() - cs::by_name(["zz"]), "no zz"),
            (cs::alpha() - cs::nested(), "id age price cost name day at ok"),
            (cs::digit(), ""),
            (cs::matches("ag"), "age tags"),
            (cs::alphanumeric() & cs::float(), "price"),
        ];
        for (selector, expected) in cases {
            assert_eq!(names(&selector), expected, "{selector}");
        }
    }
}
