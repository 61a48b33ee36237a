//! Frames after one another, or side by side.

use lazuli_plan::{Caller, HorizontalConcat, LogicalPlan, Node, Union, UnionMode};

use crate::LazyFrame;

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
