//! A frame as the text that is kept: a header of `name:type`, then one line a row, separated by tabs. Null is `\N`.
//! Within lists and structs null is `null`, and strings stand in quotes.

use lazuli::prelude::*;

/// The text of a frame.
pub fn to_text(frame: &DataFrame) -> String {
    let header: Vec<String> = frame
        .schema()
        .fields()
        .iter()
        .map(|field| format!("{}:{}", field.name(), field.data_type()))
        .collect();
    let mut text = header.join("\t") + "\n";
    for row in frame.rows() {
        let cells: Vec<String> = row.iter().map(cell).collect();
        text += &(cells.join("\t") + "\n");
    }
    text
}

fn cell(value: &Scalar) -> String {
    match value {
        Scalar::Null => "\\N".into(),
        Scalar::String(text) => escaped(text),
        other => nested(other),
    }
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('\t', "\\t").replace('\n', "\\n").replace('\r', "\\r")
}

/// As `Display` writes it, but for strings: which letters `Debug` escapes depends on the version of Unicode.
fn nested(value: &Scalar) -> String {
    match value {
        Scalar::String(text) => format!("\"{}\"", escaped(text).replace('"', "\\\"")),
        Scalar::List(items) => {
            let items: Vec<String> = (0..items.len()).map(|row| nested(&items.get(row))).collect();
            format!("[{}]", items.join(", "))
        }
        Scalar::Struct(fields) => {
            let fields: Vec<String> =
                fields.iter().map(|(name, value)| format!("{name}: {}", nested(value))).collect();
            format!("{{{}}}", fields.join(", "))
        }
        other => other.to_string(),
    }
}

/// The lines that differ, place by place, up to twelve of them.
pub fn difference(expected: &str, found: &str) -> String {
    let (expected, found): (Vec<&str>, Vec<&str>) = (expected.lines().collect(), found.lines().collect());
    let mut text = String::new();
    let mut left = 12;
    for line in 0..expected.len().max(found.len()) {
        let pair = (expected.get(line), found.get(line));
        if pair.0 == pair.1 {
            continue;
        }
        if left == 0 {
            text += "  ...\n";
            break;
        }
        left -= 1;
        for (sign, side) in [('-', pair.0), ('+', pair.1)] {
            if let Some(side) = side {
                text += &format!("  {:>4} {sign} {side}\n", line + 1);
            }
        }
    }
    text
}

#[test]
fn texts_keep_types_nulls_and_odd_strings_apart() {
    let frame =
        df! { "a" => [Some("null"), None, Some("\\N"), Some("x\ty\n")], "b" => [1.0, -0.0, f64::NAN, 1e16] };
    assert_eq!(
        to_text(&frame.expect("four rows")),
        "a:String\tb:Float64\nnull\t1.0\n\\N\t-0.0\n\\\\N\tNaN\nx\\ty\\n\t1e16\n"
    );
}

#[test]
fn differences_name_the_line() {
    assert_eq!(difference("h\na\nb\n", "h\na\nc\nd\n"), "     3 - b\n     3 + c\n     4 + d\n");
}
