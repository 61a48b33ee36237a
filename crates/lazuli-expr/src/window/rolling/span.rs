//! Lengths of time as texts: `3d`, `1h30m`, `500ms`.

/// Units of fixed length and their nanoseconds.
const UNITS: [(&str, i128); 8] = [
    ("ns", 1),
    ("us", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60_000_000_000),
    ("h", 3_600_000_000_000),
    ("d", 86_400_000_000_000),
    ("w", 604_800_000_000_000),
];

/// The nanoseconds of a length such as `1d12h`; `None` if it is none.
pub(super) fn nanoseconds(text: &str) -> Option<i128> {
    let mut rest = text;
    let mut total: i128 = 0;
    while !rest.is_empty() {
        let (number, behind) = number_and_rest(rest)?;
        let unit_len = behind.find(|c: char| c.is_ascii_digit()).unwrap_or(behind.len());
        let (unit, behind) = behind.split_at(unit_len);
        let (_, length) = UNITS.iter().find(|(name, _)| *name == unit)?;
        total = total.checked_add(number.checked_mul(*length)?)?;
        rest = behind;
    }
    (total > 0).then_some(total)
}

/// A number of steps of a whole-number key: `3i`.
pub(super) fn steps(text: &str) -> Option<i128> {
    let (number, rest) = number_and_rest(text)?;
    (rest == "i" && number > 0).then_some(number)
}

fn number_and_rest(text: &str) -> Option<(i128, &str)> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, rest) = text.split_at(digits);
    Some((i128::from(number.parse::<i64>().ok()?), rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths() {
        for (text, expected) in [
            ("2d", Some(172_800_000_000_000)),
            ("1h30m", Some(5_400_000_000_000)),
            ("500ms", Some(500_000_000)),
            ("1w", Some(604_800_000_000_000)),
            ("0d", None),
            ("", None),
            ("d", None),
            ("3", None),
            ("1mo", None),
            ("-1d", None),
            ("99999999999999999999d", None),
        ] {
            assert_eq!(nanoseconds(text), expected, "{text}");
        }
        assert_eq!((steps("3i"), steps("0i"), steps("3")), (Some(3), None, None));
    }
}
