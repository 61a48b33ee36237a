//! Functions of `dt.`: dates, times, durations, time zones; and what makes them, of texts and of numbers.

mod arguments; // what constants say
mod build; // date, datetime, time, duration
mod business; // days that count
mod combine; // a date at a time
mod epoch; // numbers since 1970
mod offset_by; // an interval further
mod part; // year, month, hour
mod plain; // one column, no options
mod range; // lists from one value to another
mod replace; // other parts
mod strftime; // as text
mod strptime; // from text
mod total; // durations as numbers
mod truncate; // starts of windows
mod zone; // time zones

use super::FunctionRef;
use crate::Expr;

pub use build::{
    DATE, DATETIME, DURATION, DatetimeParts, DurationParts, TIME, date, datetime, duration, time,
};
pub use business::{
    ADD_BUSINESS_DAYS, BUSINESS_DAY_COUNT, BusinessWeek, IS_BUSINESS_DAY, business_day_count,
};
pub use epoch::{CAST_TIME_UNIT, EPOCH, FROM_EPOCH, TIMESTAMP, from_epoch};
pub use part::{
    CENTURY, DAY, DAYS_IN_MONTH, HOUR, IS_LEAP_YEAR, ISO_YEAR, MICROSECOND, MILLENNIUM, MILLISECOND, MINUTE,
    MONTH, NANOSECOND, ORDINAL_DAY, QUARTER, SECOND, WEEK, WEEKDAY, YEAR,
};
pub use plain::{BASE_UTC_OFFSET, DATE_OF, DST_OFFSET, MONTH_END, MONTH_START, TIME_OF};
pub use range::{
    DATE_RANGES, DATETIME_RANGES, INT_RANGES, LINEAR_SPACES, TIME_RANGES, date_ranges, datetime_ranges,
    int_ranges, linear_spaces, time_ranges,
};
pub use replace::NewParts;
pub use strftime::{STRFTIME, TO_STRING};
pub use strptime::{DatetimeForm, STRPTIME, TO_DATE, TO_DATETIME, TO_TIME};
pub use total::{
    TOTAL_DAYS, TOTAL_HOURS, TOTAL_MICROSECONDS, TOTAL_MILLISECONDS, TOTAL_MINUTES, TOTAL_NANOSECONDS,
    TOTAL_SECONDS,
};
pub use truncate::{ROUND, TRUNCATE};

/// A date at a time of day.
pub const COMBINE: FunctionRef = FunctionRef::Builtin(&combine::Combine);
/// Moved by an interval.
pub const OFFSET_BY: FunctionRef = FunctionRef::Builtin(&offset_by::OffsetBy);
/// The same instant in another zone.
pub const CONVERT_TIME_ZONE: FunctionRef = FunctionRef::Builtin(&zone::ConvertTimeZone);
/// The same clock in another zone.
pub const REPLACE_TIME_ZONE: FunctionRef = FunctionRef::Builtin(&zone::ReplaceTimeZone);
/// With other parts.
pub const REPLACE: FunctionRef = FunctionRef::Builtin(&replace::Replace);

/// The functions of dates, times and durations: [`Expr::dt`].
#[derive(Debug, Clone)]
pub struct TemporalNamespace(pub(crate) Expr);

impl Expr {
    /// The functions of dates, times and durations.
    pub fn dt(self) -> TemporalNamespace {
        TemporalNamespace(self)
    }
}

/// The functions of this family.
pub(super) static FUNCTIONS: &[FunctionRef] = &[
    YEAR,
    ISO_YEAR,
    CENTURY,
    MILLENNIUM,
    QUARTER,
    MONTH,
    WEEK,
    WEEKDAY,
    DAY,
    ORDINAL_DAY,
    DAYS_IN_MONTH,
    IS_LEAP_YEAR,
    HOUR,
    MINUTE,
    SECOND,
    MILLISECOND,
    MICROSECOND,
    NANOSECOND,
    DATE_OF,
    TIME_OF,
    COMBINE,
    REPLACE,
    TRUNCATE,
    ROUND,
    OFFSET_BY,
    MONTH_START,
    MONTH_END,
    STRFTIME,
    TO_STRING,
    TOTAL_DAYS,
    TOTAL_HOURS,
    TOTAL_MINUTES,
    TOTAL_SECONDS,
    TOTAL_MILLISECONDS,
    TOTAL_MICROSECONDS,
    TOTAL_NANOSECONDS,
    EPOCH,
    TIMESTAMP,
    CAST_TIME_UNIT,
    CONVERT_TIME_ZONE,
    REPLACE_TIME_ZONE,
    BASE_UTC_OFFSET,
    DST_OFFSET,
    IS_BUSINESS_DAY,
    ADD_BUSINESS_DAYS,
    BUSINESS_DAY_COUNT,
    FROM_EPOCH,
    DATE,
    DATETIME,
    TIME,
    DURATION,
    DATE_RANGES,
    DATETIME_RANGES,
    TIME_RANGES,
    INT_RANGES,
    LINEAR_SPACES,
    TO_DATE,
    TO_DATETIME,
    TO_TIME,
    STRPTIME,
];
