//! Text to value: the one set of routines that turns the bytes of a field into a number, date, time or boolean.
//!
//! CSV inference, CSV parsing and the String casts all call these, so that a text has one meaning by every route. Each
//! routine reads the whole text (no trimming, no trailing rest), is exact or refuses, and allocates nothing. A refusal
//! is a [`Misfit`]: the reason only; the caller knows the place and the text.
//!
//! | type | accepted |
//! |---|---|
//! | integers | optional `+` or `-` (`-` not for unsigned), ASCII digits, within range |
//! | floats | what Rust's `f64::from_str` accepts: digits, `.5`, `5.`, `1e3`, `inf`, `infinity`, `nan` in any case |
//! | decimals | sign, digits, dot, digits; rejected when a digit would be lost |
//! | boolean | `true`, `false` in any case |
//! | date | `YYYY-MM-DD`, years outside 0..=9999 with a sign and up to 7 digits |
//! | time | `HH:MM`, `HH:MM:SS`, fraction of 1 to 9 digits |
//! | datetime | date, `T` or space, time, then nothing, `Z` or an offset; a date alone is its midnight |
//! | duration | `1d 2h 3m 4.5s`: parts in this order, any of them missing, a minus before all of it |
//!
//! Dates and times of any other form are read by a [`TimePattern`], which is given, never guessed.
//!
//! The `_at` forms take a range of a larger buffer: they may load whole words that begin before the range, which is
//! what makes short fields cheap.
//!
//! Not here: quotes, separators, null texts (see `lazuli-io`), null rows.

mod boolean; // true, false
mod date; // YYYY-MM-DD
mod datetime; // date and time of day, zone
mod decimal; // scaled i128
mod digits; // eight digits at a time
pub(crate) mod directive; // what forms are made of
mod duration; // 1d 2h 3m 4.5s
mod float; // f64, f32
mod integer; // i64, u64
mod pattern; // dates and times of a given form
mod time; // time of day

pub use boolean::{parse_bool, parse_bool_at};
pub use date::{parse_date, parse_date_at};
pub use datetime::{DatetimeText, parse_datetime, parse_datetime_ticks, parse_datetime_ticks_at};
pub use decimal::parse_decimal;
pub use duration::parse_duration;
pub use float::{parse_f32, parse_f64, parse_f64_at};
pub use integer::{parse_i64, parse_i64_at, parse_u64, parse_u64_at};
pub use pattern::{PatternFault, TimePattern};
pub use time::{parse_time, parse_time_at};

use std::fmt;

/// Why a text is not a value of the wanted type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Misfit {
    /// Not an optional sign followed by digits.
    NotInteger,
    /// Not a floating point number.
    NotNumber,
    /// Not a decimal number.
    NotDecimal,
    /// Neither `true` nor `false`.
    NotBoolean,
    /// Not of the form `YYYY-MM-DD`.
    NotDate,
    /// Of the right form, but the calendar has no such day.
    NoSuchDate,
    /// Not of the form `HH:MM:SS`.
    NotTime,
    /// Of the right form, but the clock has no such time.
    NoSuchTime,
    /// Not of the form `YYYY-MM-DD HH:MM:SS`.
    NotDatetime,
    /// Not of the form `1d 2h 3m 4.5s`.
    NotDuration,
    /// The type has no room for a value of this size.
    OutOfRange,
    /// The type would drop digits that are not zero.
    TooPrecise,
    /// The type is an instant and the text names no zone.
    ZoneMissing,
    /// The type has no zone and the text names one.
    ZoneUnexpected,
    /// The type is an Enum and its list has no such text.
    NotInEnum,
    /// The type holds nothing but nulls.
    NotNull,
    /// Not of the form that was given.
    NotOfPattern,
    /// Not a text, where the type is written as one.
    NotString,
    /// Not a list of values.
    NotList,
    /// Not an object of named fields.
    NotObject,
    /// Not bytes in base64.
    NotBase64,
    /// An object with a field that the type does not have.
    UnknownField,
    /// Objects with so few of their fields that the others would take more memory than a text may ask for.
    TooSparse,
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Misfit::NotInteger => "not an integer",
            Misfit::NotNumber => "not a number",
            Misfit::NotDecimal => "not a decimal number",
            Misfit::NotBoolean => "neither true nor false",
            Misfit::NotDate => "not a date of the form YYYY-MM-DD",
            Misfit::NoSuchDate => "the calendar has no such day",
            Misfit::NotTime => "not a time of the form HH:MM:SS",
            Misfit::NoSuchTime => "the clock has no such time",
            Misfit::NotDatetime => "not a datetime of the form YYYY-MM-DD HH:MM:SS",
            Misfit::NotDuration => "not a duration of the form 1d 2h 3m 4.5s",
            Misfit::OutOfRange => "out of the type's range",
            Misfit::TooPrecise => "more digits than the type keeps",
            Misfit::ZoneMissing => "names no time zone or offset",
            Misfit::ZoneUnexpected => "names a time zone or offset and the type has none",
            Misfit::NotInEnum => "not in the list of the Enum",
            Misfit::NotNull => "the type holds nothing but nulls",
            Misfit::NotOfPattern => "not of the form that was given",
            Misfit::NotString => "not a text in quotes",
            Misfit::NotList => "not an array",
            Misfit::NotObject => "not an object",
            Misfit::NotBase64 => "not a text in base64",
            Misfit::UnknownField => "an object with a key that the type does not have",
            Misfit::TooSparse => "objects that have too few of their fields",
        })
    }
}

impl std::error::Error for Misfit {}
