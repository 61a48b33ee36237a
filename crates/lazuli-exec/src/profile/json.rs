//! Profiles as JSON. Written by hand: numbers and texts in one fixed form are all there is.

use std::fmt::Write;
use std::time::Duration;

use super::{OperatorProfile, Profile, milliseconds};

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
        for (position, row) in self.operators.iter().enumerate() {
            out.push_str(if position > 0 { ",\n    {" } else { "\n    {" });
            push_row(&mut out, row);
            out.push('}');
        }
        out.push_str("\n  ]\n}");
        out
    }
}

fn push_row(out: &mut String, row: &OperatorProfile) {
    let list = |items: Vec<String>| format!("[{}]", items.join(", "));
    let time = |time: Duration| milliseconds(time).to_string();
    let fields: [(&str, String); 20] = [
        ("id", row.id.to_string()),
        ("pipeline", row.pipeline.to_string()),
        ("kind", quoted(row.kind.name())),
        ("operator", quoted(&row.operator)),
        ("detail", quoted(&row.detail)),
        ("inputs", list(row.inputs.iter().map(usize::to_string).collect())),
        ("rows_in", row.rows_in.to_string()),
        ("rows_out", row.rows_out.to_string()),
        ("batches", row.batches.to_string()),
        ("bytes_out", row.bytes_out.to_string()),
        ("time_ms", time(row.time)),
        ("time_ms_max_thread", time(row.time_max_thread())),
        ("time_ms_per_thread", list(row.time_per_thread.iter().copied().map(time).collect())),
        ("wait_ms", time(row.wait)),
        ("finish_ms", time(row.finish_time)),
        ("peak_memory_bytes", row.peak_memory_bytes.to_string()),
        ("spilled_bytes", row.spilled_bytes.to_string()),
        ("spilled_partitions", row.spilled_partitions.to_string()),
        ("rows_pruned", row.rows_pruned.to_string()),
        ("row_groups_pruned", row.row_groups_pruned.to_string()),
    ];
    for (position, (name, value)) in fields.iter().enumerate() {
        let separator = if position > 0 { ", " } else { "" };
        write!(out, "{separator}\"{name}\": {value}").expect("a string takes anything");
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
