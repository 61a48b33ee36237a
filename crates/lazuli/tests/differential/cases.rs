//! Files of cases: for each a heading, and three answers, line by line behind a space.

use std::fs;
use std::path::Path;

/// Which rows of an input a case is recorded for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    All,
    None,
    First,
}

impl Part {
    pub const ALL: [Self; 3] = [Self::All, Self::None, Self::First];

    fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|part| format!("{part:?}").eq_ignore_ascii_case(name))
    }
}

/// One expression in one context.
pub struct Case {
    /// File and line.
    pub place: String,
    /// The keys of `by a, b`; none for `select`.
    pub keys: Vec<String>,
    /// The name of the input.
    pub input: String,
    /// The expression.
    pub text: String,
    /// Whether the last digits of floats may differ.
    pub near: bool,
    /// The text of the frame for each part in turn; `None` where the answer is an error.
    pub answers: [Option<String>; 3],
}

/// The cases of a file.
pub fn read(path: &Path) -> Vec<Case> {
    let text = fs::read_to_string(path).expect("a file of cases");
    let file = path.file_name().expect("a file").to_string_lossy();
    let mut cases: Vec<Case> = Vec::new();
    let mut part = None;
    for (line, number) in text.lines().zip(1..) {
        let place = format!("{file}:{number}");
        if let Some(heading) = line.strip_prefix("=== ") {
            cases.push(case(heading, place));
            part = None;
        } else if let Some(name) = line.strip_prefix("--- ") {
            let named =
                Part::named(name).unwrap_or_else(|| panic!("{place}: all, none or first, not {name}"));
            part = Some(named as usize);
        } else {
            let (Some(case), Some(part)) = (cases.last_mut(), part) else {
                panic!("{place}: a line of no answer")
            };
            let row = line.strip_prefix(' ').unwrap_or_else(|| panic!("{place}: no space before a row"));
            if row != "error" || case.answers[part].is_some() {
                let answer = case.answers[part].get_or_insert_default();
                *answer += row;
                answer.push('\n');
            }
        }
    }
    cases
}

/// `by a, b; groups near: sum(x)` as a case without answers.
fn case(heading: &str, place: String) -> Case {
    let wrong = || -> ! { panic!("{place}: can't read {heading}") };
    let Some((before, text)) = heading.split_once(": ") else { wrong() };
    let Some((context, input)) = before.rsplit_once(", ") else { wrong() };
    let (input, near) = match input.strip_suffix(" near") {
        Some(input) => (input, true),
        None => (input, false),
    };
    let keys = match context.strip_prefix("by ") {
        Some(keys) => keys.split(',').map(|key| key.trim().to_string()).collect(),
        None if context == "select" => Vec::new(),
        None => wrong(),
    };
    Case { keys, input: input.into(), text: unescaped(text), near, answers: Default::default(), place }
}

fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        out.push(match letter {
            '\\' => match letters.next() {
                Some('t') => '\t',
                Some('n') => '\n',
                Some('r') => '\r',
                other => other.expect("a backslash comes with a letter"),
            },
            other => other,
        });
    }
    out
}

/// Whether two texts differ in nothing but the last digits of floats: by one part in 10^12.
pub fn nearly_equal(left: &str, right: &str) -> bool {
    let (mut left, mut right) = (pieces(left), pieces(right));
    loop {
        match (left.next(), right.next()) {
            (None, None) => return true,
            (Some(left), Some(right)) if left == right => {}
            (Some(left), Some(right)) => {
                // Only floats have a point or an exponent.
                let float = |text: &str| text.contains(['.', 'e']).then(|| text.parse::<f64>().ok())?;
                let (Some(left), Some(right)) = (float(left), float(right)) else { return false };
                if (left - right).abs() > 1e-12 * left.abs().max(right.abs()) {
                    return false;
                }
            }
            _ => return false,
        }
    }
}

/// Values, separators and brackets.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    text.split_inclusive(['\t', '\n', ',', ' ', '[', ']', '{', '}']).flat_map(|piece| {
        let end = piece.char_indices().next_back().map_or(0, |(index, _)| index);
        let (value, separator) = piece.split_at(end);
        [value, separator]
    })
}

#[test]
fn near_is_near() {
    for (left, right, expected) in [
        ("a\n1.0\t[2.0, 3.0]\n", "a\n1.0000000000000002\t[2.0, 2.9999999999999996]\n", true),
        ("1.0\n", "1.0001\n", false),
        ("1\n", "1.0000000000000002\n", false),
        ("1.0\tx\n", "1.0\ty\n", false),
        ("1.0\n", "1.0\n2.0\n", false),
        ("0.0\n", "1e-300\n", false),
    ] {
        assert_eq!(nearly_equal(left, right), expected, "{left} {right}");
    }
}
