//! One node as one line.

use std::fmt::{Display, Write};

use lazuli_array::Name;

use super::node_name;
use crate::{
    AsofJoin, AsofStrategy, Distinct, Join, JoinType, Keep, Node, Pivot, Scan, Slice, Sort, UnionMode,
    Unpivot,
};

/// How many columns of a scan are listed by name.
const MAX_LISTED_COLUMNS: usize = 16;

/// The node without its inputs.
pub(super) fn of(node: &Node) -> String {
    let name = node_name(node);
    match node {
        Node::Scan(scan) => of_scan(scan),
        Node::Filter(filter) => format!("{name} {}", list(&filter.predicates)),
        Node::Project(project) => format!("{name} {}", list(&project.exprs)),
        Node::Aggregate(aggregate) if aggregate.keys.is_empty() => {
            format!("{name} -> {}", list(&aggregate.aggregates))
        }
        Node::Aggregate(aggregate) => {
            format!("{name} {} -> {}", list(&aggregate.keys), list(&aggregate.aggregates))
        }
        Node::Join(join) => of_join(join),
        Node::AsofJoin(join) => of_asof_join(join),
        Node::JoinWhere(join) => {
            let mut text = format!("{name} {}", list(&join.predicates));
            if !join.output.is_empty() {
                text.push_str(&format!(" -> {}", list(join.output.iter().map(|column| &column.name))));
            }
            text
        }
        Node::Sort(sort) => of_sort(sort),
        Node::Slice(slice) => of_slice(slice),
        Node::Distinct(distinct) => of_distinct(distinct),
        Node::Union(union) => match union.mode {
            UnionMode::Vertical => name.into(),
            UnionMode::VerticalRelaxed => format!("{name} relaxed"),
            UnionMode::Diagonal => format!("{name} diagonal"),
            UnionMode::DiagonalRelaxed => format!("{name} diagonal relaxed"),
        },
        Node::HorizontalConcat(_) => name.into(),
        Node::Pivot(pivot) => of_pivot(pivot),
        Node::Unpivot(unpivot) => of_unpivot(unpivot),
        Node::Explode(explode) => {
            let empty = if explode.drop_empty { "  drop empty" } else { "" };
            format!("{name} {}{empty}", list(&explode.columns))
        }
        Node::Window(window) => format!("{name} -> {}", list(&window.windows)),
        Node::RowIndex(node) => match node.offset {
            0 => format!("{name} {}", node.name),
            offset => format!("{name} {}  from: {offset}", node.name),
        },
        Node::Derived(derived) => format!("{name} {}", derived.verb.name()),
        Node::Sink(sink) => format!("{name} {}", sink.sink.name()),
    }
}

fn joined(items: impl IntoIterator<Item = impl Display>, separator: &str) -> String {
    let mut text = String::new();
    for (index, item) in items.into_iter().enumerate() {
        let separator = if index == 0 { "" } else { separator };
        write!(text, "{separator}{item}").expect("writing to a string does not fail");
    }
    text
}

fn list(items: impl IntoIterator<Item = impl Display>) -> String {
    format!("[{}]", joined(items, ", "))
}

fn of_scan(scan: &Scan) -> String {
    let mut text = format!("Scan {}", scan.source.name());
    if let (Some(projection), Some(schema)) = (&scan.projection, &scan.schema) {
        if projection.iter().eq(schema.names()) {
            text.push_str(&format!("  columns: all {}", schema.len()));
        } else {
            let listed: Vec<&str> = projection.iter().take(MAX_LISTED_COLUMNS).map(Name::as_str).collect();
            let more = if projection.len() > MAX_LISTED_COLUMNS { ", ..." } else { "" };
            let listed = if listed.is_empty() { "none".to_string() } else { listed.join(", ") };
            text.push_str(&format!("  columns: {listed}{more} ({} of {})", projection.len(), schema.len()));
        }
    }
    if !scan.predicates.is_empty() {
        text.push_str(&format!("  where: {}", list(&scan.predicates)));
    }
    if let Some(limit) = scan.limit {
        text.push_str(&format!("  limit: {limit}"));
    }
    text
}

fn of_join(join: &Join) -> String {
    let join_type = match join.join_type {
        JoinType::Inner => "inner",
        JoinType::Left => "left",
        JoinType::Right => "right",
        JoinType::Full => "full",
        JoinType::Semi => "semi",
        JoinType::Anti => "anti",
        JoinType::Cross => "cross",
    };
    let mut text = format!("Join {join_type}");
    if !join.left_keys.is_empty() || !join.right_keys.is_empty() {
        if join.left_keys.len() == join.right_keys.len() {
            let pairs = join.left_keys.iter().zip(&join.right_keys);
            text.push_str(&format!(" on {}", list(pairs.map(|(left, right)| format!("{left} == {right}")))));
        } else {
            text.push_str(&format!(" on {} == {}", list(&join.left_keys), list(&join.right_keys)));
        }
    }
    if !join.output.is_empty() {
        text.push_str(&format!(" -> {}", list(join.output.iter().map(|column| &column.name))));
    }
    text
}

fn of_asof_join(join: &AsofJoin) -> String {
    let strategy = match join.strategy {
        AsofStrategy::Backward => "backward",
        AsofStrategy::Forward => "forward",
        AsofStrategy::Nearest => "nearest",
    };
    let mut text = format!("AsofJoin {strategy} on {} ~ {}", join.left_on, join.right_on);
    if join.left_by.len() != join.right_by.len() {
        text.push_str(&format!("  by: {} == {}", list(&join.left_by), list(&join.right_by)));
    } else if !join.left_by.is_empty() {
        let pairs = join.left_by.iter().zip(&join.right_by);
        text.push_str(&format!("  by: {}", list(pairs.map(|(left, right)| format!("{left} == {right}")))));
    }
    if let Some(tolerance) = &join.tolerance {
        text.push_str(&format!("  within: {tolerance}"));
    }
    if !join.allow_exact_matches {
        text.push_str("  no exact matches");
    }
    if !join.output.is_empty() {
        text.push_str(&format!(" -> {}", list(join.output.iter().map(|column| &column.name))));
    }
    text
}

fn of_sort(sort: &Sort) -> String {
    let limit = sort.limit.map_or_else(String::new, |limit| format!("  limit: {limit}"));
    format!("Sort {}{limit}", list(&sort.keys))
}

fn of_slice(slice: &Slice) -> String {
    match (slice.offset, slice.length) {
        (0, Some(length)) => format!("Slice first {length}"),
        (0, None) => "Slice all".into(),
        (offset, length)
            if offset < 0 && length.is_none_or(|length| length as u64 >= offset.unsigned_abs()) =>
        {
            format!("Slice last {}", offset.unsigned_abs())
        }
        (offset, Some(length)) => format!("Slice {length} from {offset}"),
        (offset, None) => format!("Slice all from {offset}"),
    }
}

fn of_distinct(distinct: &Distinct) -> String {
    let keep = match distinct.keep {
        Keep::First => "first",
        Keep::Last => "last",
        Keep::Any => "any",
        Keep::None => "none",
    };
    let subset = distinct.subset.as_ref().map_or_else(|| "all columns".into(), list);
    format!("Distinct {subset}  keep: {keep}")
}

fn of_pivot(pivot: &Pivot) -> String {
    let mut text = format!("Pivot {} -> {}", list(&pivot.on), list(&pivot.values));
    text.push_str(&format!("  index: {}", list(&pivot.index)));
    if let Some(aggregate) = &pivot.aggregate {
        text.push_str(&format!("  aggregate: {aggregate}"));
    }
    if pivot.columns.is_some() {
        text.push_str(&format!("  columns: {}", list(pivot.outputs().iter().map(|output| &output.name))));
    }
    if let Some(fill) = &pivot.fill {
        text.push_str(&format!("  fill: {fill}"));
    }
    text
}

fn of_unpivot(unpivot: &Unpivot) -> String {
    format!(
        "Unpivot {} -> [{}, {}]  index: {}",
        list(&unpivot.on),
        unpivot.variable_name,
        unpivot.value_name,
        list(&unpivot.index)
    )
}
