//! Durations as texts: `1h30m`, `2d`, `250ms`.

const UNITS: [(&str, i64); 8] = [
    ("ns", 1),
    ("us", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60 * 1_000_000_000),
    ("h", 3_600 * 1_000_000_000),
    ("d", 86_400 * 1_000_000_000),
    ("w", 7 * 86_400 * 1_000_000_000),
];

/// Nanoseconds of a text of whole numbers with units, one after the other: `1h30m`.
///
/// # Errors
/// What is wrong with it, for the user.
pub fn parse_duration(text: &str) -> Result<i64, String> {
    let wrong = |why: &str| {
        format!("{text:?} is no duration: {why}; write 1h30m, with the units w, d, h, m, s, ms, us, ns")
    };
    let mut rest = text.trim();
    if rest.is_empty() {
        return Err(wrong("it is empty"));
    }
    let mut total = 0i64;
    while !rest.is_empty() {
        let end = rest.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(rest.len());
        let (digits, after) = rest.split_at(end);
        let end = after.find(|letter: char| !letter.is_ascii_alphabetic()).unwrap_or(after.len());
        let (unit, after) = after.split_at(end);
        let number: i64 = digits.parse().map_err(|_| wrong("a whole number is missing, or too large"))?;
        let (_, nanoseconds) = UNITS
            .iter()
            .find(|(name, _)| *name == unit)
            .ok_or_else(|| wrong(&format!("{unit:?} is no unit")))?;
        total = number
            .checked_mul(*nanoseconds)
            .and_then(|part| total.checked_add(part))
            .ok_or_else(|| wrong("it is longer than 292 years"))?;
        rest = after.trim_start();
    }
    Ok(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_sums_of_parts() {
        assert_eq!(parse_duration("1h30m"), Ok(5_400_000_000_000));
        assert_eq!(parse_duration(" 2d 250ms "), Ok(172_800_250_000_000));
        assert_eq!(parse_duration("1w1ns"), Ok(604_800_000_000_001));
        for wrong in ["", "1", "h", "1x", "1.5h", "-1h", "1h-", "99999999999d", "999999999999999999999s"] {
            let error = parse_duration(wrong).expect_err(wrong);
            assert!(error.contains("is no duration"), "{error}");
        }
    }
}
