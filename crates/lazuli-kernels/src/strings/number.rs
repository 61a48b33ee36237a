//! Numbers that texts are: integers of any base, decimals of a scale.

use lazuli_array::{BitmapBuilder, Native, PrimitiveArray, StringArray, memory};

use super::writer::is_valid;

/// An integer that a text is written as in some base. `i64` and `u64`.
pub trait IntegerBase: Native {
    /// The number, if the whole text is one: digits with perhaps a sign before them. The base is one of 2 to 36.
    fn of_text(text: &str, base: u32) -> Option<Self>;
}

impl IntegerBase for i64 {
    fn of_text(text: &str, base: u32) -> Option<Self> {
        Self::from_str_radix(text, base).ok()
    }
}

impl IntegerBase for u64 {
    fn of_text(text: &str, base: u32) -> Option<Self> {
        Self::from_str_radix(text, base).ok()
    }
}

/// The integers that texts are in a base of 2 to 36; null for null. With `strict` one that is none fails, else it is null.
///
/// # Errors
/// The first row that fails.
pub fn to_integer<T: IntegerBase>(
    texts: &StringArray,
    base: u32,
    strict: bool,
) -> Result<PrimitiveArray<T>, usize> {
    let mut values = memory::with_capacity(texts.len());
    let mut validity = BitmapBuilder::with_capacity(texts.len());
    for row in 0..texts.len() {
        let is_text = is_valid(texts.validity(), row);
        let number = if is_text { T::of_text(texts.value(row), base) } else { None };
        if strict && is_text && number.is_none() {
            return Err(row);
        }
        validity.push(number.is_some());
        values.push(number.unwrap_or_default());
    }
    Ok(PrimitiveArray::new(values.into(), validity.finish_validity()))
}

/// Texts as decimals of 38 digits, `scale` of them behind the point: further digits are rounded, a tie to the even one.
/// Null for what is no number, or has too many digits.
///
/// ```
/// use lazuli_array::StringArray;
/// use lazuli_kernels::strings::to_decimal;
///
/// let texts = StringArray::from_iter([Some("1.235"), Some("-2e1"), Some("x")]);
/// assert_eq!(to_decimal(&texts, 2).iter().collect::<Vec<_>>(), [Some(124), Some(-2000), None]);
/// ```
pub fn to_decimal(texts: &StringArray, scale: u8) -> PrimitiveArray<i128> {
    texts.iter().map(|text| decimal(text?.as_bytes(), scale)).collect()
}

fn decimal(text: &[u8], scale: u8) -> Option<i128> {
    let (negative, text) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    };
    let exponent_at = text.iter().position(|byte| matches!(byte, b'e' | b'E'));
    let (mantissa, exponent) = match exponent_at {
        Some(at) => (&text[..at], std::str::from_utf8(&text[at + 1..]).ok()?.parse::<i32>().ok()?),
        None => (text, 0),
    };
    let dot = mantissa.iter().position(|&byte| byte == b'.').unwrap_or(mantissa.len());
    let fraction = mantissa.get(dot + 1..).unwrap_or_default();
    let digits = || mantissa[..dot].iter().chain(fraction).map(|&byte| byte.wrapping_sub(b'0'));
    if mantissa.len() == usize::from(dot < mantissa.len()) || digits().any(|digit| digit > 9) {
        return None;
    }
    // So many digits count; those behind them are rounded away.
    let kept = dot as i64 + i64::from(exponent) + i64::from(scale);
    let mut value: i128 = 0;
    let mut place = 0;
    let mut beyond = std::cmp::Ordering::Less; // what is rounded away, against a half
    for digit in digits() {
        if place < kept {
            value = value.checked_mul(10)?.checked_add(i128::from(digit))?;
        } else if place == kept {
            beyond = digit.cmp(&5);
        } else if beyond.is_eq() && digit > 0 {
            beyond = std::cmp::Ordering::Greater;
        }
        place += 1;
    }
    for _ in place..kept {
        if value == 0 {
            break;
        }
        value = value.checked_mul(10)?;
    }
    if beyond.is_gt() || beyond.is_eq() && value % 2 == 1 {
        value += 1;
    }
    (value < 10_i128.pow(38)).then_some(if negative { -value } else { value })
}
