//! Regular expressions: the `regex` package behind the feature of that name, and what stands in its place without it.

#[cfg(feature = "regex")]
pub(super) use engine::{Expression, Groups};
#[cfg(not(feature = "regex"))]
pub(super) use none::{Expression, Groups};

#[cfg(feature = "regex")]
mod engine {
    //! The package.

    use std::cell::RefCell;
    use std::sync::Arc;

    use regex::{CaptureLocations, Regex};

    /// Expressions that a thread keeps: a query asks for the same few once for each morsel.
    const KEPT: usize = 8;

    thread_local! {
        static RECENT: RefCell<Vec<Arc<Regex>>> = const { RefCell::new(Vec::new()) };
    }

    /// A compiled expression. Shared, not cloned: a clone would have to build its automaton again.
    #[derive(Debug, Clone)]
    pub(in crate::strings) struct Expression(Arc<Regex>);

    /// Where the groups of a match lie.
    #[derive(Debug)]
    pub(in crate::strings) struct Groups(CaptureLocations);

    impl Groups {
        /// The bytes of a group; `None` if it had no part in the match, or does not exist.
        pub(in crate::strings) fn get(&self, group: usize) -> Option<(usize, usize)> {
            self.0.get(group)
        }
    }

    impl Expression {
        pub(in crate::strings) fn new(text: &str) -> Result<Self, String> {
            RECENT.with_borrow_mut(|recent| {
                if let Some(known) = recent.iter().find(|known| known.as_str() == text) {
                    return Ok(Self(known.clone()));
                }
                let regex = Arc::new(Regex::new(text).map_err(|error| error.to_string())?);
                if recent.len() == KEPT {
                    recent.remove(0);
                }
                recent.push(regex.clone());
                Ok(Self(regex))
            })
        }

        pub(in crate::strings) fn group_names(&self) -> Vec<Option<String>> {
            self.0.capture_names().map(|name| name.map(str::to_string)).collect()
        }

        pub(in crate::strings) fn is_match(&self, text: &str) -> bool {
            self.0.is_match(text)
        }

        pub(in crate::strings) fn find(&self, text: &str) -> Option<(usize, usize)> {
            self.0.find(text).map(|found| (found.start(), found.end()))
        }

        pub(in crate::strings) fn for_each_match(
            &self,
            text: &str,
            each: &mut dyn FnMut(usize, usize) -> bool,
        ) {
            for found in self.0.find_iter(text) {
                if !each(found.start(), found.end()) {
                    break;
                }
            }
        }

        /// Room for the groups of a match.
        pub(in crate::strings) fn groups(&self) -> Groups {
            Groups(self.0.capture_locations())
        }

        /// The groups of the first match that begins at `at` or later; whether there is one.
        pub(in crate::strings) fn find_groups(&self, text: &str, at: usize, groups: &mut Groups) -> bool {
            self.0.captures_read_at(&mut groups.0, text, at).is_some()
        }
    }
}

#[cfg(not(feature = "regex"))]
mod none {
    //! No engine: no expression can be made, so nothing else is ever called.

    /// There is none.
    #[derive(Debug, Clone)]
    pub(in crate::strings) enum Expression {}

    /// There are none.
    #[derive(Debug)]
    pub(in crate::strings) struct Groups;

    impl Groups {
        pub(in crate::strings) fn get(&self, _: usize) -> Option<(usize, usize)> {
            None
        }
    }

    impl Expression {
        pub(in crate::strings) fn new(_: &str) -> Result<Self, String> {
            Err("it is a regular expression, and this library was built without the feature `regex`".into())
        }

        pub(in crate::strings) fn group_names(&self) -> Vec<Option<String>> {
            match *self {}
        }

        pub(in crate::strings) fn is_match(&self, _: &str) -> bool {
            match *self {}
        }

        pub(in crate::strings) fn find(&self, _: &str) -> Option<(usize, usize)> {
            match *self {}
        }

        pub(in crate::strings) fn for_each_match(&self, _: &str, _: &mut dyn FnMut(usize, usize) -> bool) {
            match *self {}
        }

        pub(in crate::strings) fn groups(&self) -> Groups {
            match *self {}
        }

        pub(in crate::strings) fn find_groups(&self, _: &str, _: usize, _: &mut Groups) -> bool {
            match *self {}
        }
    }
}
