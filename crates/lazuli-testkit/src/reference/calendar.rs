//! Dates as texts, by counting days year by year.

/// Days in a year and in its months.
fn month_days(year: i64) -> [i64; 12] {
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    [31, if is_leap { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
}

/// Year, month and day of a number of days since 1970-01-01.
fn civil(mut days: i64) -> (i64, usize, i64) {
    let mut year = 1970;
    loop {
        let length: i64 = month_days(year).iter().sum();
        if days < 0 {
            year -= 1;
            days += month_days(year).iter().sum::<i64>();
        } else if days >= length {
            days -= length;
            year += 1;
        } else {
            break;
        }
    }
    let mut month = 0;
    while days >= month_days(year)[month] {
        days -= month_days(year)[month];
        month += 1;
    }
    (year, month + 1, days + 1)
}

/// `YYYY-MM-DD`. Panics for years of other than four digits.
pub(super) fn date_text(days: i32) -> String {
    let (year, month, day) = civil(days.into());
    assert!((0..=9999).contains(&year), "a generator makes dates of four digits only");
    format!("{year:04}-{month:02}-{day:02}")
}

/// The days of a text `YYYY-MM-DD`, years 1900 to 2100.
pub(super) fn parse_date(text: &str) -> Option<i32> {
    (-25_567..=47_847).find(|&days| date_text(days) == text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_have_dates() {
        let cases = [
            (0, "1970-01-01"),
            (-1, "1969-12-31"),
            (11_016, "2000-02-29"),
            (11_017, "2000-03-01"),
            (-25_509, "1900-02-28"),
            (-25_508, "1900-03-01"),
            (19_723, "2024-01-01"),
        ];
        for (days, text) in cases {
            assert_eq!(date_text(days), text);
            assert_eq!(parse_date(text), Some(days));
        }
        assert_eq!(parse_date("2023-02-29"), None);
        assert_eq!(parse_date("2023-2-2"), None);
    }
}
