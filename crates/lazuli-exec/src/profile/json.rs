//! Profiles as JSON. Written by hand: numbers and texts in one fixed form are all there is.

use std::fmt::Write;

use lazuli_array::Scalar;

use super::{Profile, milliseconds};

impl Profile {
    /// An object with `time_ms`, `threads`, `peak_memory_bytes` and `operators`: an array of objects with the fields of
    /// [`Profile::to_frame`].
    pub fn to_json(&self) -> String {
        let mut out = String::new();
        let (time, threads, peak) = (milliseconds(self.time), self.threads, self.peak_memory_bytes);
        let head = write!(
            out,
            "{{\n  \"time_ms\": {time},\n  \"threads\": {threads},\n  \"peak_memory_bytes\": {peak},\n"
        );
        head.expect("a string takes anything");
        out.push_str("  \"operators\": [");
        let frame = self.to_frame();
        for (position, row) in frame.rows().enumerate() {
            out.push_str(if position > 0 { ",\n    {" } else { "\n    {" });
            let fields = frame.schema().names().zip(&row);
            let fields: Vec<String> =
                fields.map(|(name, value)| format!("\"{name}\": {}", json(value))).collect();
            out.push_str(&fields.join(", "));
            out.push('}');
        }
        out.push_str("\n  ]\n}");
        out
    }
}

/// A value of a profile's frame: a number, a text, or a list of numbers.
fn json(value: &Scalar) -> String {
    match value {
        Scalar::String(text) => quoted(text),
        Scalar::List(items) => {
            let items: Vec<String> = (0..items.len()).map(|item| items.get(item).to_string()).collect();
            format!("[{}]", items.join(", "))
        }
        number => number.to_string(),
    }
}

/// A text as JSON (RFC 8259, section 7).
fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            control if control < ' ' => {
                write!(out, "\\u{:04x}", u32::from(control)).expect("a string takes anything");
            }
            other => out.push(other),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_escaped() {
        assert_eq!(quoted("a\"b\\c\n\u{1}é"), "\"a\\\"b\\\\c\\n\\u0001é\"");
    }
}
