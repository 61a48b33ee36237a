//! Public names in the sources, found by their looks: `cargo fmt` puts items at the start of a line, members four spaces in.
//!
//! A macro's call within an `impl` or a trait counts as methods by the names that begin its lines.

use std::collections::{HashMap, HashSet};

use crate::tidy::{TextFile, Tree};

/// Public methods, fields and items, by the type or crate they belong to.
#[derive(Debug, Default)]
pub struct PublicNames {
    members: HashMap<String, HashSet<String>>,
    /// What methods of `Expr` return, if it is one type: `str` returns `StringNamespace`.
    returned: HashMap<String, String>,
    items: HashMap<String, HashSet<String>>,
}

impl PublicNames {
    /// The names in the `src` folders of all crates.
    pub fn of(tree: &Tree) -> Self {
        let mut names = Self::default();
        for file in tree.ending_with(".rs").filter(|file| file.is_in_src()) {
            names.read(file);
        }
        names
    }

    /// Whether a type has a public method or field of this name.
    pub fn has_member(&self, of: &str, name: &str) -> bool {
        let has = |of: &str| self.members.get(of).is_some_and(|members| members.contains(name));
        // The facade's traits hold the verbs of types that are not its own.
        has(of)
            || match of {
                "DataFrame" => has("EagerFrame"),
                "Series" => has("EagerSeries"),
                _ => false,
            }
    }

    /// Whether any type has a public method of this name.
    pub fn has_method(&self, name: &str) -> bool {
        self.members.values().any(|members| members.contains(name))
    }

    /// Whether what `Expr`'s method `namespace` (or `namespace_`, where that is a word of Rust) gives has this method.
    pub fn namespace_has(&self, namespace: &str, method: &str) -> bool {
        [namespace.to_string(), format!("{namespace}_")]
            .iter()
            .filter_map(|accessor| self.returned.get(accessor))
            .any(|namespace| self.has_member(namespace, method))
    }

    /// Whether a crate has a public item of this name, of its own or from another one; `selectors` means choices of
    /// columns.
    pub fn has_item(&self, of: &str, name: &str) -> bool {
        self.items.get(&of.replace('_', "-")).is_some_and(|items| items.contains(name))
    }

    fn read(&mut self, file: &TextFile) {
        let source = file.source();
        let of_crate = file.crate_name().unwrap_or_default().to_string();
        let is_of_selectors = file.path.contains("/selector");
        let (mut block, mut in_macro) = (Block::None, false);
        let mut offset = 0;
        for line in source.code.split_inclusive('\n') {
            let is_test = source.is_test(offset);
            offset += line.len();
            if is_test {
                continue;
            }
            let line = line.trim_end();
            if line.starts_with('}') {
                block = Block::None;
            } else if let Some(header) = line.strip_prefix("impl") {
                block = Block::Impl(implemented(header));
            } else if let Some(rest) = line.strip_prefix("pub trait ") {
                block = Block::Trait(first_name(rest).into());
                self.item(&of_crate, first_name(rest), is_of_selectors);
            } else if let Some(rest) = line.strip_prefix("pub use ") {
                if !rest.ends_with(';') {
                    block = Block::Use;
                }
                self.used(&of_crate, rest);
            } else if let Some(rest) = line.strip_prefix("pub ") {
                let kinds = ["fn ", "const fn ", "struct ", "enum ", "type ", "mod ", "const ", "static "];
                if let Some(rest) = kinds.iter().find_map(|kind| rest.strip_prefix(kind)) {
                    self.item(&of_crate, first_name(rest), is_of_selectors);
                }
                if let Some(name) = rest.strip_prefix("struct ") {
                    block = Block::Struct(first_name(name).into());
                }
            } else if let Some(member) = line.strip_prefix("    ").filter(|member| !member.starts_with(' ')) {
                in_macro = member.ends_with("! {");
                self.member(&block, &of_crate, member);
            } else if let Some(made) = line.strip_prefix("        ").filter(|_| in_macro)
                && let Block::Impl(of) | Block::Trait(of) = &block
            {
                self.members.entry(of.clone()).or_default().insert(first_name(made).into());
            }
        }
    }

    fn member(&mut self, block: &Block, of_crate: &str, line: &str) {
        let method = |line: &str| {
            let rest = line.strip_prefix("const ").unwrap_or(line);
            rest.strip_prefix("fn ").map(|rest| first_name(rest).to_string())
        };
        let (of, name) = match block {
            Block::None => return,
            Block::Use => return self.used(of_crate, line),
            Block::Impl(of) => (of, line.strip_prefix("pub ").and_then(method)),
            Block::Trait(of) => (of, method(line)),
            Block::Struct(of) => (of, line.strip_prefix("pub ").map(|rest| first_name(rest).to_string())),
        };
        let Some(name) = name else { return };
        if of == "Expr"
            && let Some((_, returned)) = line.rsplit_once("-> ")
        {
            self.returned.insert(name.clone(), first_name(returned).into());
        }
        self.members.entry(of.clone()).or_default().insert(name);
    }

    fn item(&mut self, of_crate: &str, name: &str, is_of_selectors: bool) {
        self.items.entry(of_crate.into()).or_default().insert(name.into());
        if is_of_selectors {
            self.items.entry("selectors".into()).or_default().insert(name.into());
        }
    }

    /// Every word of a `pub use`: more than the names it gives, but nothing that one would ask for.
    fn used(&mut self, of_crate: &str, line: &str) {
        let words = line.split(|letter: char| !(letter.is_alphanumeric() || letter == '_'));
        self.items
            .entry(of_crate.into())
            .or_default()
            .extend(words.filter(|word| !word.is_empty()).map(ToString::to_string));
    }
}

/// What the lines at hand stand in.
enum Block {
    None,
    Impl(String),
    Trait(String),
    Struct(String),
    Use,
}

fn first_name(text: &str) -> &str {
    let end = text.find(|letter: char| !(letter.is_alphanumeric() || letter == '_')).unwrap_or(text.len());
    &text[..end]
}

/// The type of an `impl`, given what stands behind that word.
fn implemented(header: &str) -> String {
    let mut rest = header;
    if rest.starts_with('<') {
        let mut depth = 0;
        let end = rest.char_indices().find_map(|(index, letter)| {
            depth += match letter {
                '<' => 1,
                '>' => -1,
                _ => 0,
            };
            (depth == 0).then_some(index + 1)
        });
        rest = &rest[end.unwrap_or(rest.len())..];
    }
    let of = rest.split_once(" for ").map_or(rest, |(_, of)| of).trim();
    let path = &of[..of.find(['<', ' ', '{']).unwrap_or(of.len())];
    path.rsplit("::").next().unwrap_or(path).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_and_items_are_found() {
        let text = "\
pub use lazuli_expr::{
    col, lit,
};
pub use lazuli_array::Series;
impl<T: Into<U>> Frame<T> {
    pub fn select(self) -> Self {
        pub fn inner() {}
    }
    fn hidden(&self) {}
    pub(crate) fn half(&self) {}
}
impl Rows {
    of_each! {
        sum(has_sum);
        mean;
    }
}
impl Expr {
    pub fn str(self) -> StringNamespace {
}
impl StringNamespace {
    pub fn contains(self) -> Expr {
}
pub trait Eager: Sized {
    fn filter(&self);
}
pub struct Options {
    pub separator: u8,
    private: u8,
}
pub fn concat() {}
#[cfg(test)]
mod tests {
    pub fn not_this() {}
}
";
        let names = PublicNames::of(&Tree::of(&[("crates/lazuli/src/lib.rs", text)]));
        for (of, name) in [
            ("Frame", "select"),
            ("Rows", "mean"),
            ("Rows", "sum"),
            ("StringNamespace", "contains"),
            ("Eager", "filter"),
            ("Options", "separator"),
        ] {
            assert!(names.has_member(of, name), "{of}.{name}");
        }
        for (of, name) in [("Frame", "hidden"), ("Frame", "half"), ("Frame", "inner"), ("Options", "private")]
        {
            assert!(!names.has_member(of, name), "{of}.{name}");
        }
        for name in ["col", "lit", "Series", "concat", "Options", "Eager"] {
            assert!(names.has_item("lazuli", name), "{name}");
        }
        assert!(!names.has_item("lazuli", "not_this") && !names.has_item("lazuli", "select"));
        assert!(names.namespace_has("str", "contains") && !names.namespace_has("str", "find"));
    }
}
