//! Rust text prepared for searching: comments and literals blanked out, test code marked.
//!
//! Not a parser: a scanner for comments, strings, characters and lifetimes, and a brace matcher for `#[cfg(test)]`. That
//! is enough for every rule here, and it never has to follow the language's grammar.

use std::ops::Range;

/// A Rust file, searchable.
#[derive(Clone, Debug)]
pub struct RustSource {
    /// The text with every comment and the inside of every literal replaced by spaces; line breaks are kept, so that
    /// lines are those of the text. Characters outside ASCII become spaces of the same length.
    pub code: String,
    /// Byte ranges of items under `#[cfg(test)]`.
    test_ranges: Vec<Range<usize>>,
    /// `mod name;` under `#[cfg(test)]`: modules whose files are test code.
    test_modules: Vec<String>,
}

impl RustSource {
    /// Scans `text`.
    pub fn new(text: &str) -> Self {
        let code = blank_comments_and_literals(text);
        let (test_ranges, test_modules) = find_test_items(&code);
        RustSource { code, test_ranges, test_modules }
    }

    /// The names in `#[cfg(test)] mod name;`.
    pub fn test_modules(&self) -> &[String] {
        &self.test_modules
    }

    /// Whether the byte at `offset` belongs to an item under `#[cfg(test)]`.
    pub fn is_test(&self, offset: usize) -> bool {
        self.test_ranges.iter().any(|range| range.contains(&offset))
    }

    /// The line, from 1, of the byte at `offset`.
    pub fn line(&self, offset: usize) -> usize {
        1 + self.code.as_bytes()[..offset].iter().filter(|&&byte| byte == b'\n').count()
    }

    /// Number of lines that are not in an item under `#[cfg(test)]`.
    pub fn num_lines_outside_tests(&self) -> usize {
        let mut offset = 0;
        let mut num_lines = 0;
        for line in self.code.split_inclusive('\n') {
            num_lines += usize::from(!self.is_test(offset));
            offset += line.len();
        }
        num_lines
    }

    /// Offsets where `pattern` occurs in code and is not part of a longer name.
    pub fn find_word<'a>(&'a self, pattern: &'a str) -> impl Iterator<Item = usize> + 'a {
        let bytes = self.code.as_bytes();
        self.code.match_indices(pattern).map(|(offset, _)| offset).filter(move |&offset| {
            let end = offset + pattern.len();
            let starts = !is_name(bytes[offset]) || offset == 0 || !is_name(bytes[offset - 1]);
            let ends = !is_name(bytes[end - 1]) || end == bytes.len() || !is_name(bytes[end]);
            starts && ends
        })
    }
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn blank_comments_and_literals(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut code = bytes.to_vec();
    let blank = |code: &mut Vec<u8>, range: Range<usize>| {
        for byte in &mut code[range] {
            if *byte != b'\n' {
                *byte = b' ';
            }
        }
    };
    let mut at = 0;
    while at < bytes.len() {
        let rest = &bytes[at..];
        let end = if rest.starts_with(b"//") {
            at + rest.iter().position(|&byte| byte == b'\n').unwrap_or(rest.len())
        } else if rest.starts_with(b"/*") {
            at + block_comment_len(rest)
        } else if rest[0] == b'"' {
            at + string_len(rest)
        } else if rest[0] == b'\'' {
            match char_len(rest) {
                Some(len) => at + len,
                None => {
                    at += 1; // A lifetime: the name after it is code.
                    continue;
                }
            }
        } else if matches!(rest[0], b'r' | b'b' | b'c') && (at == 0 || !is_name(bytes[at - 1])) {
            match prefixed_literal_len(rest) {
                Some(len) => at + len,
                None => {
                    at += 1;
                    continue;
                }
            }
        } else if rest[0] < 0x80 {
            at += 1;
            continue;
        } else {
            at + 1 // A byte of a name outside ASCII.
        };
        let end = end.min(bytes.len());
        blank(&mut code, at..end);
        at = end;
    }
    String::from_utf8(code).expect("all bytes outside ASCII were blanked")
}

/// Length of a comment that starts with `/*`, nested ones included.
fn block_comment_len(rest: &[u8]) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < rest.len() {
        if rest[at..].starts_with(b"/*") {
            depth += 1;
            at += 2;
        } else if rest[at..].starts_with(b"*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    rest.len()
}

/// Length of a string that starts with a quote.
fn string_len(rest: &[u8]) -> usize {
    let mut at = 1;
    while at < rest.len() {
        match rest[at] {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    rest.len()
}

/// Length of a character literal that starts with `'`, or `None` for a lifetime.
fn char_len(rest: &[u8]) -> Option<usize> {
    if rest.get(1) == Some(&b'\\') {
        // The escaped character may itself be a quote: look for the closing one after it.
        return rest.get(3..)?.iter().position(|&byte| byte == b'\'').map(|at| at + 4);
    }
    let next = &rest[1..rest.len().min(5)];
    let valid = std::str::from_utf8(next).map_or_else(|error| error.valid_up_to(), str::len);
    let first = std::str::from_utf8(&next[..valid]).ok()?;
    let len = 1 + first.chars().next()?.len_utf8();
    (rest.get(len) == Some(&b'\'')).then_some(len + 1)
}

/// Length of `r"..."`, `r#"..."#`, `b"..."`, `br"..."`, `b'x'`, `c"..."`; `None` for a name.
fn prefixed_literal_len(rest: &[u8]) -> Option<usize> {
    let mut at = usize::from(rest[0] != b'r');
    if at == 1 {
        match rest.get(1)? {
            b'"' => return Some(1 + string_len(&rest[1..])),
            b'\'' if rest[0] == b'b' => return char_len(&rest[1..]).map(|len| len + 1),
            b'r' => {}
            _ => return None,
        }
    }
    at += 1;
    let num_hashes = rest[at..].iter().take_while(|&&byte| byte == b'#').count();
    at += num_hashes;
    if rest.get(at) != Some(&b'"') {
        return None; // r#name
    }
    at += 1;
    let mut close = vec![b'"'];
    close.resize(1 + num_hashes, b'#');
    let found = rest[at..].windows(close.len()).position(|window| window == close);
    Some(found.map_or(rest.len(), |position| at + position + close.len()))
}

/// The ranges of items under `#[cfg(test)]`, and the names of such items that are `mod name;`.
fn find_test_items(code: &str) -> (Vec<Range<usize>>, Vec<String>) {
    let bytes = code.as_bytes();
    let (mut ranges, mut modules) = (Vec::new(), Vec::new());
    for marker in ["#[cfg(test)]", "#[cfg(all(test"] {
        for (start, _) in code.match_indices(marker) {
            let mut end = start;
            let mut depth = 0_usize;
            // The item ends at a `;` outside brackets, or at the brace that closes its first block.
            while end < bytes.len() {
                match bytes[end] {
                    b'(' | b'[' | b'{' => depth += 1,
                    b')' | b']' => depth = depth.saturating_sub(1),
                    b'}' => {
                        depth = depth.saturating_sub(1);
                        if depth == 0 {
                            break;
                        }
                    }
                    b';' if depth == 0 => break,
                    _ => {}
                }
                end += 1;
            }
            let end = (end + 1).min(bytes.len());
            let words: Vec<&str> =
                code[start..end].trim_end_matches(';').split_whitespace().rev().take(2).collect();
            if let [name, "mod"] = words[..] {
                modules.push(name.to_string());
            }
            ranges.push(start..end);
        }
    }
    (ranges, modules)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_literals_are_blanked_and_lines_stay() {
        for (text, code) in [
            ("a // unsafe\nb", "a          \nb"),
            ("a /* x /* y */ z */ b", "a                   b"),
            (r#"f("a\"b") + g"#, r#"f(      ) + g"#),
            ("r#\"x\"y\"# z", "         z"),
            ("r#type + b'\\'' + 'x'", "r#type +       +    "),
            ("fn f<'a>(x: &'a str)", "fn f<'a>(x: &'a str)"),
            ("'\\u{e9}' 'é' é", "          "),
            ("for '\"' x", "for     x"),
            ("br#\"a\"# bar", "        bar"),
        ] {
            let found = RustSource::new(text).code;
            assert_eq!(
                found.split_whitespace().collect::<Vec<_>>(),
                code.split_whitespace().collect::<Vec<_>>(),
                "{text}"
            );
            assert_eq!(found.len(), text.len());
            assert_eq!(found.matches('\n').count(), text.matches('\n').count());
        }
    }

    #[test]
    fn words_are_whole() {
        let source = RustSource::new("unsafe_code unsafe { my_unsafe } todo!() my_todo!()");
        assert_eq!(source.find_word("unsafe").count(), 1);
        assert_eq!(source.find_word("todo!").count(), 1);
    }

    #[test]
    fn test_items_are_found() {
        let text = "fn a() { x }\n#[cfg(test)]\nmod naive;\nfn b() {}\n#[cfg(test)]\n#[allow(x)]\nmod tests {\n fn c() { y }\n}\nfn d() {}\n";
        let source = RustSource::new(text);
        let is_test = |word: &str| source.is_test(text.find(word).expect("in the text"));
        assert_eq!(
            [is_test("fn a"), is_test("fn b"), is_test("y }"), is_test("fn d")],
            [false, false, true, false]
        );
        assert_eq!(source.test_modules(), ["naive"]);
        assert_eq!(source.num_lines_outside_tests(), 3);
    }
}
