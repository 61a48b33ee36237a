//! Sizes such as `200MB` or `1.5GiB`.

/// The number of bytes that a size stands for: a number and B, KB, MB, GB, TB (powers of 1000) or KiB, MiB, GiB, TiB
/// (powers of 1024).
pub fn parse(text: &str) -> Result<usize, String> {
    let text = text.trim();
    let digits = text.find(|letter: char| !letter.is_ascii_digit() && letter != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let factor: f64 = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" => 1.0,
        "k" | "kb" => 1e3,
        "m" | "mb" => 1e6,
        "g" | "gb" => 1e9,
        "t" | "tb" => 1e12,
        "kib" => 1024.0,
        "mib" => 1024.0 * 1024.0,
        "gib" => 1024.0 * 1024.0 * 1024.0,
        "tib" => 1024.0 * 1024.0 * 1024.0 * 1024.0,
        _ => return Err(format!("{text} is not a size: write it as 200MB or 1.5GiB")),
    };
    match number.parse::<f64>() {
        Ok(value) if (value * factor) < usize::MAX as f64 => Ok((value * factor) as usize),
        _ => Err(format!("{text} is not a size: write it as 200MB or 1.5GiB")),
    }
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn sizes_have_units() {
        assert_eq!(parse("200MB"), Ok(200_000_000));
        assert_eq!(parse("1.5 GiB"), Ok(1_610_612_736));
        assert_eq!(parse("17"), Ok(17));
        assert_eq!(parse("4k"), Ok(4_000));
        for wrong in ["", "MB", "1.2.3", "5 apples", "-1", "1e99"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
