//! Several texts looked for at once (Aho and Corasick 1975): the `aho-corasick` package behind the feature `regex`, which it
//! is a part of, and what stands in its place without it.

use lazuli_array::{BooleanArray, ListArray, StringArray};

use super::pattern::PatternError;
use super::writer::{lists_of_numbers, lists_of_texts, rewrite};

/// How several texts are looked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ManyOptions {
    /// ASCII letters match in either case.
    pub ascii_case_insensitive: bool,
    /// Matches may overlap.
    pub overlapping: bool,
    /// Of several matches the one that begins first counts, and of those the text that stands first; else the one that
    /// ends first.
    pub leftmost: bool,
}

/// Texts to look for.
#[derive(Debug)]
pub struct ManyPatterns {
    searcher: engine::Searcher,
    overlapping: bool,
}

impl ManyPatterns {
    /// These texts.
    ///
    /// # Errors
    /// [`PatternError`] for overlapping leftmost matches, which contradict each other, and without the feature `regex`.
    pub fn new(texts: &[String], options: ManyOptions) -> Result<Self, PatternError> {
        let error = |reason: String| PatternError { pattern: texts.join(", "), reason };
        if options.overlapping && options.leftmost {
            return Err(error("matches that overlap are not the leftmost alone".into()));
        }
        let searcher = engine::Searcher::new(texts, options).map_err(error)?;
        Ok(Self { searcher, overlapping: options.overlapping })
    }

    /// Whether each text contains one of them; null for null.
    pub fn contains_any(&self, texts: &StringArray) -> BooleanArray {
        let found =
            lazuli_array::Bitmap::from_fn(texts.len(), |row| self.searcher.is_match(texts.value(row)));
        BooleanArray::new(found, texts.validity().cloned())
    }

    /// The byte where each match begins, as a list.
    pub fn find_many(&self, texts: &StringArray) -> ListArray {
        lists_of_numbers(texts, |text, items| {
            self.searcher.for_each(text, self.overlapping, &mut |_, start, _| items.push(start as i64));
        })
    }

    /// The text of each match, as a list.
    pub fn extract_many(&self, texts: &StringArray) -> ListArray {
        lists_of_texts(texts, |text, items| {
            self.searcher.for_each(text, self.overlapping, &mut |_, start, end| {
                items.push(&text[start..end]);
            });
        })
    }

    /// Each text with each match replaced by the text of the same place in `replacements`, or by the only one; null for
    /// null. What was put in is not looked at again. Panics if there are neither one nor as many as patterns.
    pub fn replace_many(&self, texts: &StringArray, replacements: &[String]) -> StringArray {
        rewrite(texts, |text, out| {
            let mut done = 0;
            self.searcher.for_each(text, false, &mut |pattern, start, end| {
                out.push_str(&text[done..start]);
                out.push_str(if let [one] = replacements { one } else { &replacements[pattern] });
                done = end;
            });
            out.push_str(&text[done..]);
        })
    }
}

#[cfg(feature = "regex")]
mod engine {
    //! The package.

    use std::cell::RefCell;
    use std::sync::Arc;

    use aho_corasick::{AhoCorasick, Match, MatchKind};

    use super::ManyOptions;

    /// What a searcher was made of, and the searcher.
    type Made = (Vec<String>, ManyOptions, Arc<AhoCorasick>);

    thread_local! {
        /// The last one that a thread made: a query asks for the same one for each morsel.
        static LAST: RefCell<Option<Made>> = const { RefCell::new(None) };
    }

    #[derive(Debug)]
    pub(super) struct Searcher(Arc<AhoCorasick>);

    impl Searcher {
        pub(super) fn new(texts: &[String], options: ManyOptions) -> Result<Self, String> {
            let known = LAST.with_borrow(|last| match last {
                Some((known, with, searcher)) if known == texts && *with == options => Some(searcher.clone()),
                _ => None,
            });
            if let Some(searcher) = known {
                return Ok(Self(searcher));
            }
            let kind = if options.leftmost { MatchKind::LeftmostFirst } else { MatchKind::Standard };
            let searcher = AhoCorasick::builder()
                .ascii_case_insensitive(options.ascii_case_insensitive)
                .match_kind(kind)
                .build(texts)
                .map_err(|error| error.to_string())?;
            let searcher = Arc::new(searcher);
            LAST.set(Some((texts.to_vec(), options, searcher.clone())));
            Ok(Self(searcher))
        }

        pub(super) fn is_match(&self, text: &str) -> bool {
            self.0.is_match(text)
        }

        /// Which text, and the bytes where it is.
        pub(super) fn for_each(
            &self,
            text: &str,
            overlapping: bool,
            each: &mut dyn FnMut(usize, usize, usize),
        ) {
            // The package looks at bytes: to it the empty text also stands inside of wide characters.
            let mut each = |found: Match| {
                if text.is_char_boundary(found.start()) {
                    each(found.pattern().as_usize(), found.start(), found.end());
                }
            };
            if overlapping {
                self.0.find_overlapping_iter(text).for_each(&mut each);
            } else {
                self.0.find_iter(text).for_each(&mut each);
            }
        }
    }
}

#[cfg(not(feature = "regex"))]
mod engine {
    //! No engine: no searcher can be made, so nothing else is ever called.

    use super::ManyOptions;

    #[derive(Debug)]
    pub(super) enum Searcher {}

    impl Searcher {
        pub(super) fn new(_: &[String], _: ManyOptions) -> Result<Self, String> {
            Err("several texts at once need the feature `regex`, which this library was built without".into())
        }

        pub(super) fn is_match(&self, _: &str) -> bool {
            match *self {}
        }

        pub(super) fn for_each(&self, _: &str, _: bool, _: &mut dyn FnMut(usize, usize, usize)) {
            match *self {}
        }
    }
}
