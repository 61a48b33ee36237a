//! Frames after one another, or side by side.

use lazuli_array::Name;
use lazuli_expr::{Expr, col};
use lazuli_plan::{Caller, HorizontalConcat, JoinType, LogicalPlan, Node, PlanMistake, Union, UnionMode};

use crate::verb::{fresh, invalid, written_all};
use crate::{JoinArgs, LazyFrame};

/// The rows of all frames, one frame after the other. Names, order and types must be the same.
///
/// ```
/// use lazuli::prelude::*;
///
/// let (first, second) = (df! { "a" => [1, 2] }?, df! { "a" => [3] }?);
/// assert_eq!(concat([first.lazy(), second.lazy()]).collect()?, df! { "a" => [1, 2, 3] }?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[track_caller]
pub fn concat(frames: impl IntoIterator<Item = LazyFrame>) -> LazyFrame {
    concat_with(frames, UnionMode::Vertical)
}

/// The rows of all frames, columns matched by name; columns that a frame lacks are null there.
#[track_caller]
pub fn concat_diagonal(frames: impl IntoIterator<Item = LazyFrame>) -> LazyFrame {
    concat_with(frames, UnionMode::Diagonal)
}

/// The rows of all frames, one frame after the other, matched as `mode` says. No frames at all are a mistake that
/// `collect` reports.
#[track_caller]
pub fn concat_with(frames: impl IntoIterator<Item = LazyFrame>, mode: UnionMode) -> LazyFrame {
    let caller = Caller::here();
    combine(frames, |inputs| Node::Union(Union { inputs, mode }), caller)
}

/// The columns of all frames, side by side. Heights must be the same, names must differ.
#[track_caller]
pub fn concat_horizontal(frames: impl IntoIterator<Item = LazyFrame>) -> LazyFrame {
    let caller = Caller::here();
    combine(frames, |inputs| Node::HorizontalConcat(HorizontalConcat { inputs }), caller)
}

/// Another name for [`concat()`], for who asks for no order; rows come in order all the same.
#[track_caller]
pub fn union(frames: impl IntoIterator<Item = LazyFrame>) -> LazyFrame {
    concat(frames)
}

/// As [`concat()`]; where types differ, they become a common one, as text if there is no other.
#[track_caller]
pub fn concat_relaxed(frames: impl IntoIterator<Item = LazyFrame>) -> LazyFrame {
    concat_with(frames, UnionMode::VerticalRelaxed)
}

/// As [`concat_diagonal`]; where types differ, they become a common one, as text if there is no other.
#[track_caller]
pub fn concat_diagonal_relaxed(frames: impl IntoIterator<Item = LazyFrame>) -> LazyFrame {
    concat_with(frames, UnionMode::DiagonalRelaxed)
}

/// As [`concat_horizontal`], but heights may differ: shorter frames are null in the rows that they lack.
///
/// ```
/// use lazuli::prelude::*;
///
/// let (first, second) = (df! { "a" => [1, 2] }?, df! { "b" => [3] }?);
/// let out = concat_horizontal_extend([first.lazy(), second.lazy()]).collect()?;
/// assert_eq!(out, df! { "a" => [1, 2], "b" => [Some(3), None] }?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[track_caller]
pub fn concat_horizontal_extend(frames: impl IntoIterator<Item = LazyFrame>) -> LazyFrame {
    written_all("concat", frames.into_iter().collect(), |frames| {
        let schemas: Vec<_> = frames.iter().map(LazyFrame::known).collect();
        let row = fresh("row", &schemas);
        let mut names: Vec<Name> = Vec::new();
        for (input, name) in schemas
            .iter()
            .enumerate()
            .flat_map(|(input, schema)| schema.names().map(move |name| (input, name)))
        {
            if names.contains(name) {
                let reason = format!("input {input} of concat has it, and one before it; rename one");
                return Err(PlanMistake::DuplicateName { name: name.clone(), reason });
            }
            names.push(name.clone());
        }
        let numbered = frames.iter().map(|frame| frame.clone().with_row_index(row.clone(), 0));
        let args = || JoinArgs::new(JoinType::Full).coalesce();
        let joined = numbered.reduce(|left, right| left.join(right, row.clone(), row.clone(), args()));
        Ok(joined.ok_or_else(|| invalid("concat needs at least one input"))?.sort(row.clone()).select(names))
    })
}

/// The columns of all frames side by side, rows matched by the columns that all of them have, and sorted by those. `how`
/// says which rows there are: those of any frame ([`JoinType::Full`]), of all ([`JoinType::Inner`]), of the first
/// ([`JoinType::Left`]) or of the last ([`JoinType::Right`]). A null key equals nothing. Other columns of one name: the first
/// frame's value that is not null.
///
/// ```
/// use lazuli::prelude::*;
///
/// let first = df! { "id" => [2, 1], "a" => ["x", "y"] }?;
/// let second = df! { "id" => [3, 2], "b" => [5, 6] }?;
/// let out = concat_align([first.lazy(), second.lazy()], JoinType::Full).collect()?;
/// assert_eq!(out, df! {
///     "id" => [1, 2, 3], "a" => [Some("y"), Some("x"), None], "b" => [None, Some(6), Some(5)],
/// }?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[track_caller]
pub fn concat_align(frames: impl IntoIterator<Item = LazyFrame>, how: JoinType) -> LazyFrame {
    written_all("concat_align", frames.into_iter().collect(), move |frames| {
        let Some((first, rest)) = frames.split_first() else {
            return Err(invalid("concat needs at least one input"));
        };
        if !matches!(how, JoinType::Full | JoinType::Inner | JoinType::Left | JoinType::Right) {
            return Err(invalid("frames are aligned by full, inner, left or right joins"));
        }
        let shared = |name: &&Name| rest.iter().all(|frame| frame.known().contains(name));
        let keys: Vec<Name> = first.known().names().filter(shared).cloned().collect();
        if keys.is_empty() {
            return Err(invalid("there is no column that all frames have"));
        }
        let schemas: Vec<_> = frames.iter().map(LazyFrame::known).collect();
        let mut names: Vec<Name> = Vec::new();
        for name in schemas.iter().flat_map(|schema| schema.names()) {
            if !names.contains(name) {
                names.push(name.clone());
            }
        }
        let suffix = fresh("more", &schemas);
        let mut known: Vec<Name> = first.known().names().cloned().collect();
        let mut aligned = first.clone();
        for frame in rest {
            let args = JoinArgs::new(how).coalesce().suffix(suffix.clone());
            aligned = aligned.join(frame.clone(), keys.clone(), keys.clone(), args);
            let (again, new): (Vec<Name>, Vec<Name>) = frame
                .known()
                .names()
                .filter(|name| !keys.contains(name))
                .cloned()
                .partition(|name| known.contains(name));
            let merged = known.iter().chain(&new).map(|name| match again.contains(name) {
                true => lazuli_expr::coalesce([col(name.clone()), col(format!("{name}{suffix}"))])
                    .alias(name.clone()),
                false => col(name.clone()),
            });
            aligned = aligned.select(merged.collect::<Vec<Expr>>());
            known.extend(new);
        }
        Ok(aligned.sort(keys).select(names))
    })
}

fn combine(
    frames: impl IntoIterator<Item = LazyFrame>,
    node: impl FnOnce(Vec<LogicalPlan>) -> Node,
    caller: Caller,
) -> LazyFrame {
    let frames: Vec<LazyFrame> = frames.into_iter().collect();
    let options = frames.first().map(|frame| frame.options().clone()).unwrap_or_default();
    let inputs = frames.iter().map(|frame| frame.plan().clone()).collect();
    LazyFrame::from_plan(LogicalPlan::new(node(inputs), caller)).with_options(options)
}
