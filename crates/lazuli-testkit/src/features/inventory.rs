//! The rows of the inventory, read from its file; the file's head says how they are written.

/// How much a feature matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Priority {
    /// First.
    A,
    /// Everyday.
    B,
    /// The rest worth having.
    C,
    /// Not for this engine.
    Skip,
}

impl Priority {
    /// All of them, the most important first.
    pub const ALL: [Self; 4] = [Self::A, Self::B, Self::C, Self::Skip];

    /// As in the file and on the page.
    pub fn name(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::B => "B",
            Self::C => "C",
            Self::Skip => "skip",
        }
    }
}

/// Something that must exist for a feature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Need {
    /// An expression by name.
    Expression(String),
    /// A function, an aggregate or a window function by name.
    Registered(String),
    /// A method of a frame, lazy or in memory.
    FrameMethod(String),
    /// A method or a field of a type.
    Member(String, String),
    /// A public item of a crate.
    Item(String, String),
    /// An expression that can be read.
    Text(String),
    /// A type that can be read.
    Type(String),
    /// A rule of the optimizer.
    Rule(String),
    /// A file.
    File(String),
}

impl Need {
    fn parse(word: &str) -> Self {
        if let Some(text) = word.strip_prefix('"') {
            return Self::Text(text.trim_end_matches('"').into());
        }
        if let Some((kind, name)) = word.split_once(':').filter(|(_, name)| !name.starts_with(':')) {
            match kind {
                "fn" => return Self::Registered(name.into()),
                "type" => return Self::Type(name.into()),
                "rule" => return Self::Rule(name.into()),
                "file" => return Self::File(name.into()),
                _ => {}
            }
        }
        if let Some((of, name)) = word.split_once("::") {
            return Self::Item(of.into(), name.into());
        }
        match word.split_once('.') {
            Some(("", name)) => Self::FrameMethod(name.into()),
            Some((of, name)) if of.starts_with(char::is_uppercase) => Self::Member(of.into(), name.into()),
            _ => Self::Expression(word.into()),
        }
    }

    /// How the page names it when it lacks.
    pub fn name(&self) -> String {
        match self {
            Self::Expression(name) | Self::Registered(name) | Self::Type(name) | Self::Rule(name) => {
                name.clone()
            }
            Self::FrameMethod(name) => format!(".{name}"),
            Self::Member(of, name) => format!("{of}.{name}"),
            Self::Item(of, name) => format!("{of}::{name}"),
            Self::Text(text) => text.clone(),
            Self::File(path) => path.rsplit('/').next().unwrap_or(path).to_string(),
        }
    }
}

/// One feature.
#[derive(Debug, Clone)]
pub struct Row {
    /// How much it matters.
    pub priority: Priority,
    /// Its names in Polars.
    pub feature: String,
    /// What must exist for it.
    pub needs: Vec<Need>,
    /// What there is to say.
    pub remark: String,
}

/// Features that belong together.
#[derive(Debug, Clone)]
pub struct Group {
    /// Number and title.
    pub title: String,
    /// The features.
    pub rows: Vec<Row>,
}

/// All features.
#[derive(Debug, Clone)]
pub struct Inventory {
    /// The groups in order.
    pub groups: Vec<Group>,
}

impl Inventory {
    /// Reads the file.
    ///
    /// # Errors
    /// The line that can't be read, from 1, and why.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut groups: Vec<Group> = Vec::new();
        for (number, line) in (1..).zip(text.lines()) {
            if let Some(title) = line.strip_prefix("## ") {
                groups.push(Group { title: title.into(), rows: Vec::new() });
            } else if !line.trim().is_empty() && !line.starts_with('#') {
                let group =
                    groups.last_mut().ok_or(format!("line {number}: a row before the first group"))?;
                group.rows.push(row(line).map_err(|reason| format!("line {number}: {reason}"))?);
            }
        }
        Ok(Self { groups })
    }

    /// All rows in order.
    pub fn rows(&self) -> impl Iterator<Item = &Row> {
        self.groups.iter().flat_map(|group| &group.rows)
    }
}

fn row(line: &str) -> Result<Row, String> {
    let mut cells = cells(line).into_iter();
    let priority = cells.next().unwrap_or_default();
    let priority = Priority::ALL
        .into_iter()
        .find(|known| known.name() == priority)
        .ok_or(format!("no priority is called {priority}"))?;
    let feature = cells.next().filter(|name| !name.is_empty()).ok_or("there is no feature")?.to_string();
    let needs = words(cells.next().unwrap_or_default()).iter().map(|word| Need::parse(word)).collect();
    let remark = cells.next().unwrap_or_default().to_string();
    match cells.next() {
        None => Ok(Row { priority, feature, needs, remark }),
        Some(more) => Err(format!("a cell too many: {more}")),
    }
}

/// Cells between bars that stand alone: `a || b` is no end of a cell.
fn cells(line: &str) -> Vec<&str> {
    let (mut cells, mut start) = (Vec::new(), 0);
    for (at, _) in line.match_indices(" |") {
        if line[at + 2..].starts_with(' ') || at + 2 == line.len() {
            cells.push(line[start..at].trim());
            start = at + 2;
        }
    }
    let last = line[start..].trim();
    if !last.is_empty() {
        cells.push(last);
    }
    cells
}

/// Words between spaces; those in quotes may hold spaces.
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let end = match rest.strip_prefix('"') {
            Some(quoted) => quoted.find('"').map_or(rest.len(), |end| end + 2),
            None => rest.find(' ').unwrap_or(rest.len()),
        };
        words.push(rest[..end].to_string());
        rest = rest[end..].trim_start();
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_say_what_they_need() {
        let text = "# head\n\n## 1. Math\nA | sqrt | sqrt fn:exp .select | \nskip | remote | | a cloud\n";
        let inventory = Inventory::parse(text).expect("two rows");
        assert_eq!(inventory.groups[0].title, "1. Math");
        let [first, second] = inventory.groups[0].rows.as_slice() else { panic!("two rows") };
        let names = |row: &Row| row.needs.iter().map(Need::name).collect::<Vec<_>>();
        assert_eq!(names(first), ["sqrt", "exp", ".select"]);
        assert_eq!((second.priority, second.remark.as_str()), (Priority::Skip, "a cloud"));
        assert!(second.needs.is_empty());
    }

    #[test]
    fn needs_have_kinds() {
        let cases = [
            ("abs", Need::Expression("abs".into())),
            ("str.contains", Need::Expression("str.contains".into())),
            ("fn:all", Need::Registered("all".into())),
            (".filter", Need::FrameMethod("filter".into())),
            ("JoinArgs.suffix", Need::Member("JoinArgs".into(), "suffix".into())),
            ("lazuli::concat", Need::Item("lazuli".into(), "concat".into())),
            ("type:Int8", Need::Type("Int8".into())),
            ("rule:Simplification", Need::Rule("Simplification".into())),
            ("file:docs/csv.md", Need::File("docs/csv.md".into())),
        ];
        for (word, expected) in cases {
            assert_eq!(Need::parse(word), expected);
        }
        assert_eq!(cells("A | a || b |  | d"), ["A", "a || b", "", "d"]);
        assert_eq!(cells("A | | b |"), ["A", "", "b"]);
        assert_eq!(words("a \"b c\" d"), ["a", "\"b c\"", "d"]);
        assert_eq!(Need::parse("\"b: c\""), Need::Text("b: c".into()));
    }

    #[test]
    fn mistakes_name_their_line() {
        for (text, part) in [
            ("A | x", "line 1: a row before"),
            ("## 1\nD | x", "line 2: no priority"),
            ("## 1\nA |", "there is no feature"),
            ("## 1\nA | x | y | z | w", "a cell too many"),
        ] {
            let error = Inventory::parse(text).expect_err(text);
            assert!(error.contains(part), "{error}");
        }
    }
}
