//! Spans of time as they are written: `1d 2h 3m 4.5s`.

use lazuli_array::TimeUnit;

use super::Misfit;

/// Seconds of the letters before the seconds themselves, in the order in which they stand.
const PARTS: [(u8, i128); 3] = [(b'd', 86_400), (b'h', 3_600), (b'm', 60)];

/// Nanoseconds of a second.
const NANOS: i128 = 1_000_000_000;

/// The ticks of a span of time: days, hours, minutes and seconds, each at most once and in this order, with spaces between
/// them or not; seconds with a fraction of at most nine digits. A minus stands before all of it.
///
/// # Errors
/// [`Misfit::NotDuration`], [`Misfit::TooPrecise`] for digits that the unit does not keep, [`Misfit::OutOfRange`].
///
/// ```
/// use lazuli_array::TimeUnit;
/// use lazuli_kernels::parse::parse_duration;
///
/// assert_eq!(parse_duration(b"-1h 30m", TimeUnit::Milliseconds), Ok(-5_400_000));
/// assert_eq!(parse_duration(b"0.25s", TimeUnit::Milliseconds), Ok(250));
/// ```
pub fn parse_duration(text: &[u8], unit: TimeUnit) -> Result<i64, Misfit> {
    let (is_negative, mut rest) = match text {
        [b'-', rest @ ..] => (true, rest),
        rest => (false, rest),
    };
    if rest.is_empty() {
        return Err(Misfit::NotDuration);
    }
    let mut parts = PARTS.iter();
    let mut nanos = 0i128;
    while !rest.is_empty() {
        let (whole, after) = digits(rest)?;
        match after {
            [b'.', after @ ..] => {
                let length = after.iter().take_while(|byte| byte.is_ascii_digit()).count();
                let (fraction, end) = after.split_at(length);
                if end != b"s" || !(1..=9).contains(&length) {
                    return Err(Misfit::NotDuration);
                }
                let (fraction, _) = digits(fraction)?;
                nanos += whole * NANOS + fraction * 10i128.pow(9 - length as u32);
                rest = &[];
            }
            b"s" => {
                nanos += whole * NANOS;
                rest = &[];
            }
            [letter, after @ ..] => {
                let (_, seconds) = parts.find(|(own, _)| own == letter).ok_or(Misfit::NotDuration)?;
                nanos += whole * seconds * NANOS;
                rest = after.strip_prefix(b" ").filter(|rest| !rest.is_empty()).unwrap_or(after);
            }
            [] => return Err(Misfit::NotDuration),
        }
    }
    let per_tick = NANOS / i128::from(unit.per_second());
    if nanos % per_tick != 0 {
        return Err(Misfit::TooPrecise);
    }
    let ticks = nanos / per_tick;
    i64::try_from(if is_negative { -ticks } else { ticks }).map_err(|_| Misfit::OutOfRange)
}

/// The number at the beginning of a text, and what comes behind it.
fn digits(text: &[u8]) -> Result<(i128, &[u8]), Misfit> {
    let length = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (digits, rest) = text.split_at(length);
    match length {
        0 => Err(Misfit::NotDuration),
        1..=20 => Ok((digits.iter().fold(0, |number, digit| number * 10 + i128::from(digit - b'0')), rest)),
        _ => Err(Misfit::OutOfRange),
    }
}

#[cfg(test)]
mod tests {
    use lazuli_array::calendar::write_duration;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_written_reads_back(ticks in any::<i64>(), small in -100_000i64..100_000) {
            for unit in [TimeUnit::Milliseconds, TimeUnit::Microseconds, TimeUnit::Nanoseconds] {
                for ticks in [ticks, small] {
                    let mut text = String::new();
                    write_duration(&mut text, ticks, unit).expect("a string takes any text");
                    prop_assert_eq!(parse_duration(text.as_bytes(), unit), Ok(ticks), "{}", text);
                }
            }
        }

        #[test]
        fn nothing_panics(text in "[-0-9dhms. ]{0,30}") {
            let _ = parse_duration(text.as_bytes(), TimeUnit::Nanoseconds);
        }
    }

    #[test]
    fn other_forms_do_not_fit() {
        for text in ["", "-", "1", "1x", "1m 2h", "1.5h", "1s 2s", "1 s", " 1s", "1.s", "1h "] {
            assert_eq!(
                parse_duration(text.as_bytes(), TimeUnit::Nanoseconds),
                Err(Misfit::NotDuration),
                "{text}"
            );
        }
        assert_eq!(parse_duration(b"0.0001s", TimeUnit::Milliseconds), Err(Misfit::TooPrecise));
        assert_eq!(parse_duration(b"99999999999999999999d", TimeUnit::Milliseconds), Err(Misfit::OutOfRange));
        assert_eq!(parse_duration(b"1d2h", TimeUnit::Milliseconds), Ok(93_600_000));
    }
}
