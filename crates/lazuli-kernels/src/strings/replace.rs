//! Other text for what a pattern matches, which may name the groups of the match.

use lazuli_array::StringArray;

use super::expression::{Expression, Groups};
use super::matches::searched_at_once;
use super::pattern::{Form, Pattern, PatternError};
use super::search::for_each_hit;
use super::writer::{TextWriter, rewrite, used_bytes};

/// What stands in place of a match: text, and groups of the match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replacement {
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    /// 0 is the whole match.
    Group(usize),
}

impl Replacement {
    /// This very text.
    pub fn literal(text: &str) -> Self {
        Self { parts: vec![Part::Text(text.to_string())] }
    }

    /// Text in which `$1` and `${1}` stand for a group of the pattern by number, `$name` and `${name}` by name, `$0` for
    /// the whole match, and `$$` for a dollar. Without braces a name is as long as letters, digits and `_` go on.
    ///
    /// # Errors
    /// [`PatternError`] for a group that the pattern does not have.
    ///
    /// ```
    /// use lazuli_kernels::strings::{Pattern, Replacement};
    ///
    /// let pattern = Pattern::literal("o");
    /// assert!(Replacement::expanding("<$0>", &pattern).is_ok());
    /// assert_eq!(
    ///     Replacement::expanding("$1", &pattern).unwrap_err().to_string(),
    ///     "\"$1\" is no pattern: there is no group 1 to put in; groups are 0 to 0",
    /// );
    /// ```
    pub fn expanding(text: &str, pattern: &Pattern) -> Result<Self, PatternError> {
        let names = pattern.group_names();
        let (mut parts, mut literal) = (Vec::new(), String::new());
        let mut rest = text;
        while let Some(dollar) = rest.find('$') {
            literal.push_str(&rest[..dollar]);
            rest = &rest[dollar + 1..];
            if let Some(after) = rest.strip_prefix('$') {
                literal.push('$');
                rest = after;
                continue;
            }
            let Some((name, after)) = group_name(rest) else {
                literal.push('$');
                continue;
            };
            rest = after;
            let group = match name.parse::<usize>() {
                Ok(number) => (number < names.len()).then_some(number),
                Err(_) => names.iter().position(|known| known.as_deref() == Some(name)),
            };
            let Some(group) = group else {
                let last = names.len() - 1;
                let reason = format!("there is no group {name} to put in; groups are 0 to {last}");
                return Err(PatternError { pattern: text.to_string(), reason });
            };
            if !literal.is_empty() {
                parts.push(Part::Text(std::mem::take(&mut literal)));
            }
            parts.push(Part::Group(group));
        }
        literal.push_str(rest);
        parts.push(Part::Text(literal));
        Ok(Self { parts })
    }

    /// Whether groups are needed that a search for the match alone does not give.
    fn needs_groups(&self) -> bool {
        self.parts.iter().any(|part| matches!(part, Part::Group(1..)))
    }

    fn write(&self, text: &str, group: impl Fn(usize) -> Option<(usize, usize)>, out: &mut String) {
        for part in &self.parts {
            match part {
                Part::Text(literal) => out.push_str(literal),
                Part::Group(index) => {
                    if let Some((start, end)) = group(*index) {
                        out.push_str(&text[start..end]);
                    }
                }
            }
        }
    }
}

/// The name behind a dollar, and what is behind the name.
fn group_name(rest: &str) -> Option<(&str, &str)> {
    if let Some(braced) = rest.strip_prefix('{') {
        return braced.split_once('}').filter(|(name, _)| !name.is_empty());
    }
    let end =
        rest.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_').unwrap_or(rest.len());
    (end > 0).then(|| rest.split_at(end))
}

/// Each text with the first `limit` matches, or all, replaced; null for null.
pub fn replace(
    texts: &StringArray,
    pattern: &Pattern,
    replacement: &Replacement,
    limit: Option<usize>,
) -> StringArray {
    let limit = limit.unwrap_or(usize::MAX);
    if limit == 0 {
        return texts.clone();
    }
    if let Some(needle) = searched_at_once(pattern)
        && (limit == 1 || limit == usize::MAX)
    {
        return replace_at_once(texts, needle, replacement, limit == 1);
    }
    if let Form::Expression(expression) = &pattern.form
        && replacement.needs_groups()
    {
        let mut groups = expression.groups();
        return rewrite(texts, |text, out| {
            replace_groups(text, expression, &mut groups, replacement, limit, out);
        });
    }
    rewrite(texts, |text, out| {
        let (mut done, mut count) = (0, 0);
        pattern.for_each_match(text, |start, end| {
            out.push_str(&text[done..start]);
            replacement.write(text, |_| Some((start, end)), out);
            done = end;
            count += 1;
            count < limit
        });
        out.push_str(&text[done..]);
    })
}

/// All rows by one pass: what lies between two hits is copied at once, whatever rows end in it.
#[allow(unsafe_code, reason = "rows of text side by side are text; the block is argued")]
fn replace_at_once(
    texts: &StringArray,
    needle: &[u8],
    replacement: &Replacement,
    first_only: bool,
) -> StringArray {
    let offsets = texts.offsets();
    let first = offsets[0] as usize;
    // SAFETY: the bytes of each row are UTF-8, the invariant of `StringArray`, and so are those of all of them in order.
    let text = unsafe { std::str::from_utf8_unchecked(used_bytes(texts)) };
    let mut value = String::new();
    // The whole match is the text that was looked for: the only group there is.
    replacement.write(&String::from_utf8_lossy(needle), |_| Some((0, needle.len())), &mut value);
    let mut copy =
        Copy { text, ends: &offsets[1..], first, done: 0, out: String::new(), out_offsets: vec![0] };
    copy.out.reserve(text.len());
    copy.out_offsets.reserve(texts.len());
    for_each_hit(offsets, texts.bytes(), needle, first_only, |row, start| {
        copy.up_to(start - first, row);
        copy.out.push_str(&value);
        copy.done = start - first + needle.len();
    });
    copy.up_to(text.len(), texts.len());
    TextWriter::of_parts(copy.out, copy.out_offsets).finish(texts.validity().cloned())
}

/// A copy of rows in which some text is other text.
struct Copy<'a> {
    text: &'a str,
    /// Where rows end, counted from `first` less than the text begins.
    ends: &'a [i64],
    first: usize,
    /// Bytes of the text that are dealt with.
    done: usize,
    out: String,
    out_offsets: Vec<i64>,
}

impl Copy<'_> {
    /// Copies the text up to `end`, which lies in `row`, and ends the rows before it.
    fn up_to(&mut self, end: usize, row: usize) {
        let shift = self.out.len() as i64 - (self.done + self.first) as i64;
        let ended = self.out_offsets.len() - 1;
        self.out_offsets.extend(self.ends[ended..row].iter().map(|end| end + shift));
        self.out.push_str(&self.text[self.done..end]);
        self.done = end;
    }
}

fn replace_groups(
    text: &str,
    expression: &Expression,
    groups: &mut Groups,
    replacement: &Replacement,
    limit: usize,
    out: &mut String,
) {
    let (mut at, mut done, mut count) = (0, 0, 0);
    let mut last_end = None;
    while count < limit && at <= text.len() && expression.find_groups(text, at, groups) {
        let Some((start, end)) = groups.get(0) else { break };
        if start == end && last_end == Some(end) {
            // Nothing right behind a match is no match of its own: look behind the next character.
            at = end + text[end..].chars().next().map_or(1, char::len_utf8);
            continue;
        }
        out.push_str(&text[done..start]);
        replacement.write(text, |group| groups.get(group), out);
        (at, done, last_end) = (end, end, Some(end));
        count += 1;
    }
    out.push_str(&text[done..]);
}
