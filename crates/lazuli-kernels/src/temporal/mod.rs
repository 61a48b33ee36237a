//! Dates, times and durations: parts of them, grids over them, steps along them, their zones and texts.
//!
//! What the calendar itself is, is in [`lazuli_array::calendar`]. Datetimes with a zone are instants; operations on the
//! calendar go by the wall clock of their zone: to the clock first, back to an instant at the end, and between those two
//! there are no zones.

mod build; // from numbers
mod business; // days that count
mod convert; // dates of datetimes, counts, other zones
#[cfg(any(test, feature = "timezones"))]
mod database; // zones by name
mod format; // forms of texts, written
mod interval; // 1mo, 2w, 1h30m
#[cfg(not(any(test, feature = "timezones")))]
mod no_database; // zones by name, of which there are none
mod part; // year, hour, week
mod range; // lists from one value to another
mod step; // starts of windows, intervals further
mod text; // columns of texts
mod values; // ticks of columns
mod zone; // time zones

pub use build::{
    dates_from_parts, datetimes_from_parts, durations_from_parts, replace_parts, times_from_parts,
};
pub use business::{BusinessDays, Roll, add_business_days, business_day_count, is_business_day};
pub use convert::{
    EpochUnit, UtcOffset, combine, date_of, epoch_days, epoch_seconds, from_epoch, replace_time_zone,
    time_of, timestamp, total, total_fractional, utc_offset,
};
pub use format::{FormatFault, Moment, TimeFormat};
pub use interval::{Grid, Interval, IntervalFault};
pub use part::{Part, part};
pub use range::{int_ranges, linear_spaces, temporal_ranges};
pub use step::{Steps, grid_of, month_end, month_start, offset_by, round, truncate};
pub use text::{DurationForm, format, format_duration, parse_column};
pub use zone::{Ambiguous, Local, NonExistent, Walk, Zone, ZoneFault};
