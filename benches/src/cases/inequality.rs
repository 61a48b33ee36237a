//! Joins by inequalities of BENCH_ROWS rows with as many, about one pair a row: the answer is counted another way first.

use lazuli::prelude::*;
use lazuli::{Column, FromValues};

use super::{Case, Failure, Work};
use crate::input::generated::{Random, rows};

pub static CASES: &[Case] = &[
    Case {
        name: "rows_join_below",
        title: "BENCH_ROWS rows with as many, by one inequality: few are below",
        prepare: |_| below(),
    },
    Case {
        name: "rows_join_overlap",
        title: "BENCH_ROWS spans of time with as many that overlap: two inequalities",
        prepare: |_| overlap(),
    },
];

/// Times lie between 0 and this.
const HORIZON: u64 = 1_000_000_000;

/// Row numbers, starts and ends of spans.
struct Spans {
    starts: Vec<i64>,
    ends: Vec<i64>,
}

impl Spans {
    fn new(rows: usize, horizon: u64, longest: u64, seed: u64) -> Self {
        let mut random = Random::new(seed);
        let starts: Vec<i64> = (0..rows).map(|_| random.below(horizon) as i64).collect();
        let ends = starts.iter().map(|start| start + 1 + random.below(longest) as i64).collect();
        Self { starts, ends }
    }

    fn frame(&self) -> Result<DataFrame, Failure> {
        Ok(DataFrame::from_columns(vec![
            ("id".into(), Column::from_values(0..self.starts.len() as i64)),
            ("start".into(), Column::from_values(self.starts.iter().copied())),
            ("end".into(), Column::from_values(self.ends.iter().copied())),
        ])?)
    }
}

/// How many pairs there are of a left value below a right one.
fn pairs_below(left: &[i64], right: &[i64]) -> usize {
    let mut right = right.to_vec();
    right.sort_unstable();
    left.iter().map(|value| right.len() - right.partition_point(|other| other <= value)).sum()
}

fn checked(left: &Spans, right: &Spans, predicate: Expr, expected: usize) -> Result<Work, Failure> {
    let (left, right) = (left.frame()?, right.frame()?);
    Ok(Work::Checked {
        query: Box::new(move || left.clone().lazy().join_where(right.clone().lazy(), predicate.clone())),
        check: Box::new(move |answer| match answer.height() {
            height if height == expected => Ok(()),
            height => Err(format!("{height} pairs, not {expected}").into()),
        }),
    })
}

fn below() -> Result<Work, Failure> {
    let rows = rows()?;
    let few = (2 * HORIZON / rows as u64).max(1);
    let (left, right) = (Spans::new(rows, HORIZON, 10_000, 1), Spans::new(rows, few, 10_000, 2));
    let expected = pairs_below(&left.starts, &right.starts);
    checked(&left, &right, col("start").lt(col("start_right")), expected)
}

fn overlap() -> Result<Work, Failure> {
    let rows = rows()?;
    let longest = (HORIZON / rows as u64).max(1);
    let (left, right) = (Spans::new(rows, HORIZON, longest, 1), Spans::new(rows, HORIZON, longest, 2));
    // A span is before another one, behind it, or overlaps it.
    let before = |one: &Spans, other: &Spans| {
        let ends: Vec<i64> = one.ends.iter().map(|end| end - 1).collect();
        pairs_below(&ends, &other.starts)
    };
    let expected = rows * rows - before(&left, &right) - before(&right, &left);
    let predicate = col("start").lt(col("end_right")) & col("end").gt(col("start_right"));
    checked(&left, &right, predicate, expected)
}
