//! Fields to types: which types hold every text of a column.
//!
//! A column starts with all types open; each text closes those that do not hold it, asked of the very routines that
//! parse later. So the answer does not depend on order, and samples can be put together.
//!
//! The first open type wins: Boolean, Int64, Float64, Date, Datetime (us, ns, then the same in UTC), Time, else String.
//! What follows from "exact or refused":
//! * An integer past 64 bits closes Int64 and Float64: such a column is String.
//! * So does an integer that Float64 would round, once the column has a text that is no integer.
//! * A date is a datetime at midnight; `2020-01-01T00:00:00Z` and zero offsets are UTC; another offset is String (the
//!   offset would be lost), but a column declared as Datetime with zone reads it.
//! * A column of nothing but nulls, or of quoted empty fields, is String.

use super::field::{ColumnNulls, field_text};
use super::records::Records;
use lazuli_array::{DataType, TimeUnit};
use lazuli_kernels::parse::{
    Misfit, parse_bool, parse_date, parse_datetime, parse_f64, parse_i64, parse_time,
};
use lazuli_kernels::text::Marks;

const BOOLEAN: u16 = 1;
const INT64: u16 = 1 << 1;
const FLOAT64: u16 = 1 << 2;
const DATE: u16 = 1 << 3;
const DATETIME_US: u16 = 1 << 4;
const DATETIME_NS: u16 = 1 << 5;
const UTC_US: u16 = 1 << 6;
const UTC_NS: u16 = 1 << 7;
const TIME: u16 = 1 << 8;
const ALL: u16 = (1 << 9) - 1;

/// The types still open for one column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Candidates {
    open: u16,
    seen: bool,
}

impl Candidates {
    pub(super) const NEW: Self = Self { open: ALL, seen: false };

    /// Closes the types that do not hold `text`, which is not empty.
    #[inline]
    pub(super) fn observe(&mut self, text: &[u8]) {
        self.seen = true;
        if self.open != 0 {
            self.open &= holders(text, self.open);
        }
    }

    pub(super) fn is_settled(self) -> bool {
        self.seen && self.open == 0
    }

    /// What both have seen.
    pub(super) fn and(self, other: Self) -> Self {
        Self { open: self.open & other.open, seen: self.seen | other.seen }
    }

    pub(super) fn data_type(self) -> DataType {
        let is_open = |bit| self.seen && self.open & bit != 0;
        let utc = || Some("UTC".into());
        match () {
            () if is_open(BOOLEAN) => DataType::Boolean,
            () if is_open(INT64) => DataType::Int64,
            () if is_open(FLOAT64) => DataType::Float64,
            () if is_open(DATE) => DataType::Date,
            () if is_open(DATETIME_US) => DataType::Datetime(TimeUnit::Microseconds, None),
            () if is_open(DATETIME_NS) => DataType::Datetime(TimeUnit::Nanoseconds, None),
            () if is_open(UTC_US) => DataType::Datetime(TimeUnit::Microseconds, utc()),
            () if is_open(UTC_NS) => DataType::Datetime(TimeUnit::Nanoseconds, utc()),
            () if is_open(TIME) => DataType::Time,
            () => DataType::String,
        }
    }
}

/// Which of the `open` types hold `text`. No text is held by two families, so the first that fits is the answer.
fn holders(text: &[u8], open: u16) -> u16 {
    if open & (INT64 | FLOAT64) != 0 {
        match parse_i64(text) {
            // The cast to i128 sees i64::MAX, which rounds up to 2^63, as the difference it is.
            Ok(value) if value as f64 as i128 == i128::from(value) => return INT64 | FLOAT64,
            Ok(_) => return INT64,
            Err(Misfit::OutOfRange) => return 0,
            Err(_) if parse_f64(text).is_ok() => return FLOAT64,
            Err(_) => {}
        }
    }
    if open & BOOLEAN != 0 && parse_bool(text).is_ok() {
        return BOOLEAN;
    }
    if open & DATE != 0 && parse_date(text).is_ok() {
        return DATE | datetimes(text);
    }
    if open & (DATETIME_US | DATETIME_NS | UTC_US | UTC_NS) != 0 {
        let datetimes = datetimes(text);
        if datetimes != 0 {
            return datetimes;
        }
    }
    if open & TIME != 0 && parse_time(text).is_ok() { TIME } else { 0 }
}

fn datetimes(text: &[u8]) -> u16 {
    let Ok(datetime) = parse_datetime(text) else { return 0 };
    let (zoned, us, ns) = match datetime.offset_seconds {
        None => (false, DATETIME_US, DATETIME_NS),
        Some(0) => (true, UTC_US, UTC_NS),
        Some(_) => return 0,
    };
    let holds = |unit: TimeUnit, bit| if datetime.ticks(unit, zoned).is_ok() { bit } else { 0 };
    holds(TimeUnit::Microseconds, us) | holds(TimeUnit::Nanoseconds, ns)
}

/// What has been seen of a table.
#[derive(Clone, Debug)]
pub(super) struct Inference {
    columns: Vec<Candidates>,
    rows: u64,
    bytes: u64,
}

impl Inference {
    pub(super) fn new(columns: usize) -> Self {
        Self { columns: vec![Candidates::NEW; columns], rows: 0, bytes: 0 }
    }

    /// Looks at all fields of the columns that are `wanted`.
    pub(super) fn observe(
        &mut self,
        records: &Records<'_>,
        wanted: &[bool],
        marks: Marks,
        nulls: &ColumnNulls,
    ) {
        let mut scratch = Vec::new();
        for (column, candidates) in self.columns.iter_mut().enumerate().filter(|(column, _)| wanted[*column])
        {
            let fields = records.column(column);
            let null_texts = nulls.of(column);
            for row in 0..records.rows() {
                if candidates.is_settled() {
                    break;
                }
                let raw = fields.raw(row);
                if marks.escape.is_some() && null_texts.contains(raw) {
                    continue;
                }
                let text = field_text(raw, marks.quote, marks.escape, &mut scratch);
                if !text.is_empty() && !null_texts.contains(text) {
                    candidates.observe(text);
                }
            }
        }
        self.rows += records.rows() as u64;
        self.bytes += records.bytes.len() as u64;
    }

    /// Adds what another has seen.
    pub(super) fn merge(&mut self, other: &Self) {
        for (mine, other) in self.columns.iter_mut().zip(&other.columns) {
            *mine = mine.and(*other);
        }
        self.rows += other.rows;
        self.bytes += other.bytes;
    }

    /// Adds to one column what another has seen of its column at `position`.
    pub(super) fn merge_column(&mut self, column: usize, other: &Self, position: usize) {
        self.columns[column] = self.columns[column].and(other.columns[position]);
    }

    pub(super) fn data_type(&self, column: usize) -> DataType {
        self.columns[column].data_type()
    }

    /// Mean bytes of a row; `None` before the first.
    pub(super) fn bytes_per_row(&self) -> Option<f64> {
        (self.rows > 0).then(|| self.bytes as f64 / self.rows as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn infer(texts: &[&str]) -> String {
        let mut candidates = Candidates::NEW;
        texts.iter().for_each(|text| candidates.observe(text.as_bytes()));
        candidates.data_type().to_string()
    }

    #[test]
    fn types_of_columns() {
        for (texts, data_type) in [
            (&["1", "-2", "+3", "007"][..], "Int64"),
            (&["1", "2.5"], "Float64"),
            (&["nan", "-inf", "1e3"], "Float64"),
            (&["9223372036854775807"], "Int64"),
            (&["9223372036854775808"], "String"),
            (&["9007199254740993"], "Int64"),
            (&["9007199254740993", "0.5"], "String"),
            (&["0.5", "9007199254740993"], "String"),
            (&["9007199254740992", "0.5"], "Float64"),
            (&["true", "FALSE"], "Boolean"),
            (&["true", "1"], "String"),
            (&["2020-01-01"], "Date"),
            (&["2020-01-01", "2020-01-01 10:00:00"], "Datetime(us)"),
            (&["2020-01-01T10:00:00.123456789", "2020-01-01"], "Datetime(ns)"),
            (&["2020-01-01T10:00:00.123456789", "3000-01-01"], "String"),
            (&["2020-01-01T10:00:00Z", "2020-01-01T10:00:00+00:00"], "Datetime(us, UTC)"),
            (&["2020-01-01T10:00:00Z", "2020-01-01T10:00:00"], "String"),
            (&["2020-01-01T10:00:00+02:00"], "String"),
            (&["2020-02-30"], "String"),
            (&["01/02/2020"], "String"),
            (&["10:00:00", "23:59"], "Time"),
            (&["10:00:00", "2020-01-01"], "String"),
            (&["2020-01-01", "1"], "String"),
            (&[" 1"], "String"),
            (&[], "String"),
        ] {
            assert_eq!(infer(texts), data_type, "{texts:?}");
        }
    }

    proptest! {
        #[test]
        fn order_and_partition_do_not_matter(
            texts in prop::collection::vec(prop::sample::select(vec!["1", "2.5", "true", "2020-01-01", "2020-01-01 10:00", "10:00",
                "x", "9007199254740993", "99999999999999999999"]), 0..6),
            cut in 0_usize..6,
        ) {
            let whole = infer(&texts);
            let mut backwards = texts.clone();
            backwards.reverse();
            prop_assert_eq!(infer(&backwards), whole.clone());
            let (mut left, mut right) = (Candidates::NEW, Candidates::NEW);
            let (head, tail) = texts.split_at(cut.min(texts.len()));
            head.iter().for_each(|text| left.observe(text.as_bytes()));
            tail.iter().for_each(|text| right.observe(text.as_bytes()));
            prop_assert_eq!(left.and(right).data_type().to_string(), whole);
        }
    }
}
