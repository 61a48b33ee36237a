//! Profiles for a terminal, and as a frame.

use std::fmt;
use std::time::Duration;

use lazuli_array::{Column, DataFrame, DataType, FromValues, Name, Scalar, grouped};

use super::{OperatorProfile, Profile, milliseconds};

/// Of longer details the first so many characters are shown in a table.
const DETAIL_CHARS: usize = 60;

impl Profile {
    /// One row for each operator: `id`, `pipeline`, `kind`, `operator`, `detail`, `inputs` (a list of ids), `rows_in`,
    /// `rows_out`, `batches`, `bytes_out`, `time_ms`, `time_ms_max_thread`, `time_ms_per_thread` (a list), `wait_ms`,
    /// `finish_ms`, `peak_memory_bytes`, `spilled_bytes`, `spilled_partitions`, `rows_pruned`, `row_groups_pruned`; see
    /// [`OperatorProfile`] for what they are.
    pub fn to_frame(&self) -> DataFrame {
        let rows = &self.operators;
        let numbers = |number: fn(&OperatorProfile) -> u64| {
            // What does not fit is more than any machine counts to.
            Column::from_values(rows.iter().map(|row| i64::try_from(number(row)).unwrap_or(i64::MAX)))
        };
        let times = |time: fn(&OperatorProfile) -> Duration| {
            Column::from_values(rows.iter().map(|row| milliseconds(time(row))))
        };
        let texts = |text: fn(&OperatorProfile) -> &str| Column::from_values(rows.iter().map(text));
        let inputs = rows.iter().map(|row| Column::from_values(row.inputs.iter().map(|&input| input as i64)));
        let per_thread = rows
            .iter()
            .map(|row| Column::from_values(row.time_per_thread.iter().map(|&time| milliseconds(time))));
        let columns: [(&str, Column); 20] = [
            ("id", numbers(|row| row.id as u64)),
            ("pipeline", numbers(|row| row.pipeline as u64)),
            ("kind", texts(|row| row.kind.name())),
            ("operator", texts(|row| &row.operator)),
            ("detail", texts(|row| &row.detail)),
            ("inputs", lists(DataType::Int64, inputs)),
            ("rows_in", numbers(|row| row.rows_in)),
            ("rows_out", numbers(|row| row.rows_out)),
            ("batches", numbers(|row| row.batches)),
            ("bytes_out", numbers(|row| row.bytes_out)),
            ("time_ms", times(|row| row.time)),
            ("time_ms_max_thread", times(OperatorProfile::time_max_thread)),
            ("time_ms_per_thread", lists(DataType::Float64, per_thread)),
            ("wait_ms", times(|row| row.wait)),
            ("finish_ms", times(|row| row.finish_time)),
            ("peak_memory_bytes", numbers(|row| row.peak_memory_bytes as u64)),
            ("spilled_bytes", numbers(|row| row.spilled_bytes)),
            ("spilled_partitions", numbers(|row| row.spilled_partitions)),
            ("rows_pruned", numbers(|row| row.rows_pruned)),
            ("row_groups_pruned", numbers(|row| row.row_groups_pruned)),
        ];
        let columns = columns.map(|(name, column)| (Name::from(name), column));
        DataFrame::from_columns(columns.into()).expect("columns of one length, each name once")
    }

    /// A line on the query as a whole.
    pub(super) fn summary(&self) -> String {
        let threads = if self.threads == 1 { "thread" } else { "threads" };
        let time = format!("{} on {} {threads}", time(self.time), self.threads);
        format!("{time}, peak memory {}", bytes(self.peak_memory_bytes as u64))
    }
}

fn lists(item: DataType, lists: impl Iterator<Item = Column>) -> Column {
    let lists = lists.map(|list| Scalar::List(Box::new(list)));
    Column::from_scalars(&DataType::List(Box::new(item)), lists).expect("lists of that type")
}

/// The columns of a table and their titles, without the last one, `detail`; all but the first two are numbers.
pub(super) const TITLES: [&str; 13] = [
    "pipeline",
    "operator",
    "rows in",
    "rows out",
    "batches",
    "bytes out",
    "time",
    "max thread",
    "wait",
    "peak memory",
    "spilled",
    "rows pruned",
    "groups pruned",
];

/// The cells of an operator's row, in the order of [`TITLES`].
pub(super) fn cells(row: &OperatorProfile) -> [String; TITLES.len()] {
    let spilled = match row.spilled_partitions {
        0 => bytes(row.spilled_bytes),
        partitions => format!("{} in {partitions}", bytes(row.spilled_bytes)),
    };
    [
        row.pipeline.to_string(),
        row.operator.clone(),
        grouped(row.rows_in),
        grouped(row.rows_out),
        grouped(row.batches),
        bytes(row.bytes_out),
        time(row.time),
        time(row.time_max_thread()),
        time(row.wait),
        bytes(row.peak_memory_bytes as u64),
        spilled,
        grouped(row.rows_pruned),
        grouped(row.row_groups_pruned),
    ]
}

/// A table, one line an operator, and a line on the whole.
impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows: Vec<[String; TITLES.len()]> = self.operators.iter().map(cells).collect();
        let titles = TITLES.map(String::from);
        let all = || std::iter::once(&titles).chain(&rows);
        let width = |column: usize| all().map(|row| row[column].chars().count()).max().unwrap_or(0);
        let widths: Vec<usize> = (0..TITLES.len()).map(width).collect();
        let details = std::iter::once("detail".to_string())
            .chain(self.operators.iter().map(|row| shortened(&row.detail, DETAIL_CHARS)));
        for (row, detail) in all().zip(details) {
            for (column, (cell, &width)) in row.iter().zip(&widths).enumerate() {
                match column {
                    1 => write!(f, "{cell:<width$}  ")?,
                    _ => write!(f, "{cell:>width$}  ")?,
                }
            }
            writeln!(f, "{detail}")?;
        }
        write!(f, "{}", self.summary())
    }
}

/// The first characters of a text, on one line.
pub(super) fn shortened(text: &str, chars: usize) -> String {
    let mut short: String = text.chars().take(chars).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().nth(chars).is_some() {
        short.pop();
        short.push('…');
    }
    short
}

/// Three digits and a unit.
pub(super) fn bytes(number: u64) -> String {
    const UNITS: [&str; 5] = ["kB", "MB", "GB", "TB", "PB"];
    if number < 1000 {
        return format!("{number} B");
    }
    let mut value = number as f64;
    let mut unit = "B";
    for next in UNITS {
        // Where rounding would make a thousand of it, the next unit begins.
        if value < 999.5 {
            break;
        }
        (value, unit) = (value / 1e3, next);
    }
    format!("{} {unit}", three_digits(value))
}

/// Three digits and a unit.
pub(super) fn time(time: Duration) -> String {
    match time.as_secs_f64() {
        0.0 => "0".into(),
        seconds if seconds < 0.999_5e-3 => format!("{} us", three_digits(seconds * 1e6)),
        seconds if seconds < 0.999_5 => format!("{} ms", three_digits(seconds * 1e3)),
        seconds => format!("{} s", three_digits(seconds)),
    }
}

fn three_digits(value: f64) -> String {
    match value {
        value if value < 9.995 => format!("{value:.2}"),
        value if value < 99.95 => format!("{value:.1}"),
        value => format!("{value:.0}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_three_digits_and_a_unit() {
        let of_bytes = [0, 999, 1000, 1234, 999_499, 999_500, 12_345_678].map(bytes);
        assert_eq!(of_bytes, ["0 B", "999 B", "1.00 kB", "1.23 kB", "999 kB", "1.00 MB", "12.3 MB"]);
        let of_time = [0, 1, 999, 1_234_567, 999_499_999, 999_600_000, 123_000_000_000];
        let of_time = of_time.map(|nanoseconds| time(Duration::from_nanos(nanoseconds)));
        assert_eq!(of_time, ["0", "0.00 us", "1.00 us", "1.23 ms", "999 ms", "1.00 s", "123 s"]);
        assert_eq!(shortened("a\nbcd", 4), "a b…");
    }
}
