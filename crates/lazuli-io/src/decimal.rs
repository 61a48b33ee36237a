//! Decimal numbers as files of text have them: all digits of the scale.

/// `-12.50`; a zero before the point of a fraction.
pub(crate) fn write_decimal(value: i128, scale: u8, out: &mut Vec<u8>) {
    if value < 0 {
        out.push(b'-');
    }
    let mut buffer = itoa::Buffer::new();
    let digits = buffer.format(value.unsigned_abs()).as_bytes();
    let scale = usize::from(scale);
    match digits.len().checked_sub(scale) {
        Some(whole) if whole > 0 => out.extend_from_slice(&digits[..whole]),
        _ => out.push(b'0'),
    }
    if scale > 0 {
        out.push(b'.');
        out.extend(std::iter::repeat_n(b'0', scale.saturating_sub(digits.len())));
        out.extend_from_slice(&digits[digits.len().saturating_sub(scale)..]);
    }
}
