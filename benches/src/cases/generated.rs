//! The verbs over any number of generated rows, for time against rows and time against threads. Each table has only the
//! columns that its query needs, so that 10^8 rows fit a small machine. Answers are checked against plain loops first.

use std::sync::Arc;

use lazuli::prelude::*;
use lazuli::{Column, FromValues};
use lazuli_array::{Dictionary, DictionaryArray, PrimitiveArray};

use super::{Case, Failure, Work};
use crate::input::generated::{Random, amounts, rows, shuffled};

pub static CASES: &[Case] = &[
    Case { name: "rows_sum", title: "sum of one f64 column of BENCH_ROWS rows", prepare: |_| sum() },
    Case { name: "rows_filter", title: "half of BENCH_ROWS rows, two columns", prepare: |_| filter() },
    Case { name: "rows_groupby_100", title: "BENCH_ROWS rows by 100 texts: sum", prepare: |_| few_groups() },
    Case {
        name: "rows_groupby_tenth",
        title: "BENCH_ROWS rows by an integer, a tenth as many groups: sum",
        prepare: |_| many_groups(),
    },
    Case {
        name: "rows_join",
        title: "BENCH_ROWS rows with a tenth as many on an integer",
        prepare: |_| join(),
    },
    Case { name: "rows_sort", title: "BENCH_ROWS rows by an f64 column, two columns", prepare: |_| sort() },
];

fn checked(
    query: impl Fn() -> LazyFrame + 'static,
    check: impl Fn(&DataFrame) -> Result<(), Failure> + 'static,
) -> Result<Work, Failure> {
    Ok(Work::Checked { query: Box::new(query), check: Box::new(check) })
}

fn expect(what: &str, found: impl Into<f64>, expected: f64) -> Result<(), Failure> {
    let found = found.into();
    if found == expected { Ok(()) } else { Err(format!("{what}: found {found}, expected {expected}").into()) }
}

fn number(frame: &DataFrame, row: usize, column: &str) -> Result<f64, Failure> {
    match frame.column(column)?.get(row) {
        Scalar::Float64(value) => Ok(value),
        Scalar::Int64(value) => Ok(value as f64),
        other => Err(format!("{column}, row {row}: {other:?} is no number").into()),
    }
}

/// Whole cents of a sum of amounts.
fn cents(frame: &DataFrame, row: usize, column: &str) -> Result<f64, Failure> {
    Ok((number(frame, row, column)? * 100.0).round())
}

fn total(cents: &[u32]) -> f64 {
    cents.iter().map(|cents| u64::from(*cents)).sum::<u64>() as f64
}

fn sum() -> Result<Work, Failure> {
    let (amount, in_cents) = amounts(rows()?, &mut Random::new(42));
    let expected = total(&in_cents);
    let frame = DataFrame::from_columns(vec![("amount".into(), Column::from_values(amount.into_iter()))])?;
    checked(
        move || frame.clone().lazy().select(col("amount").sum()),
        move |answer| expect("cents", cents(answer, 0, "amount")?, expected),
    )
}

fn filter() -> Result<Work, Failure> {
    let rows = rows()?;
    let (amount, in_cents) = amounts(rows, &mut Random::new(42));
    let kept = in_cents.iter().filter(|cents| **cents > 50_000).count();
    let frame = DataFrame::from_columns(vec![
        ("id".into(), Column::from_values(0..rows as i64)),
        ("amount".into(), Column::from_values(amount.into_iter())),
    ])?;
    checked(
        move || frame.clone().lazy().filter(col("amount").gt(500)),
        move |answer| expect("rows kept", answer.height() as f64, kept as f64),
    )
}

fn few_groups() -> Result<Work, Failure> {
    let rows = rows()?;
    let mut random = Random::new(42);
    let (amount, in_cents) = amounts(rows, &mut random);
    let codes: Vec<u32> = (0..rows).map(|_| random.below(100) as u32).collect();
    let mut sums = [0_u64; 100];
    for (code, cents) in codes.iter().zip(&in_cents) {
        sums[*code as usize] += u64::from(*cents);
    }
    let first = sums[codes[0] as usize] as f64;
    let groups = sums.iter().filter(|sum| **sum > 0).count();
    let names = (0..100).map(|code| Some(format!("category {code:02}")));
    let dictionary = Arc::new(Dictionary::new(names.collect()));
    let category = DictionaryArray::try_new(PrimitiveArray::from_vec(codes), dictionary)?;
    let frame = DataFrame::from_columns(vec![
        ("category".into(), Column::new(DataType::String, category)),
        ("amount".into(), Column::from_values(amount.into_iter())),
    ])?
    .rechunk();
    checked(
        move || frame.clone().lazy().group_by("category").agg(col("amount").sum()),
        move |answer| {
            expect("groups", answer.height() as f64, groups as f64)?;
            expect("cents of the first group", cents(answer, 0, "amount")?, first)
        },
    )
}

fn many_groups() -> Result<Work, Failure> {
    let rows = rows()?;
    let mut random = Random::new(42);
    let (amount, in_cents) = amounts(rows, &mut random);
    let limit = (rows / 10).max(1);
    let keys: Vec<i64> = (0..rows).map(|_| random.below(limit as u64) as i64).collect();
    let mut sums = vec![0_u64; limit];
    let mut seen = vec![false; limit];
    for (key, cents) in keys.iter().zip(&in_cents) {
        sums[*key as usize] += u64::from(*cents);
        seen[*key as usize] = true;
    }
    let first = sums[keys[0] as usize] as f64;
    let groups = seen.iter().filter(|seen| **seen).count();
    drop((sums, seen, in_cents));
    let frame = DataFrame::from_columns(vec![
        ("key".into(), Column::from_values(keys.into_iter())),
        ("amount".into(), Column::from_values(amount.into_iter())),
    ])?;
    checked(
        move || frame.clone().lazy().group_by("key").agg(col("amount").sum()),
        move |answer| {
            expect("groups", answer.height() as f64, groups as f64)?;
            expect("cents of the first group", cents(answer, 0, "amount")?, first)
        },
    )
}

fn join() -> Result<Work, Failure> {
    let rows = rows()?;
    let mut random = Random::new(42);
    let left = DataFrame::from_columns(vec![(
        "id".into(),
        Column::from_values(shuffled(rows, 1, &mut random).into_iter()),
    )])?;
    let ids = shuffled(rows, 10, &mut random);
    let matches = ids.len();
    let weights: Vec<f64> = ids.iter().map(|id| *id as f64 / 2.0).collect();
    let right = DataFrame::from_columns(vec![
        ("id".into(), Column::from_values(ids.into_iter())),
        ("weight".into(), Column::from_values(weights.into_iter())),
    ])?;
    checked(
        move || left.clone().lazy().join(right.clone().lazy(), "id", "id", JoinType::Inner),
        move |answer| {
            expect("matches", answer.height() as f64, matches as f64)?;
            let last = answer.height() - 1;
            expect(
                "weight of the last match",
                number(answer, last, "weight")?,
                number(answer, last, "id")? / 2.0,
            )
        },
    )
}

fn sort() -> Result<Work, Failure> {
    let rows = rows()?;
    let mut random = Random::new(42);
    let amount: Vec<f64> = (0..rows).map(|_| (random.next() >> 11) as f64 / (1_u64 << 43) as f64).collect();
    let least = amount.iter().copied().fold(f64::INFINITY, f64::min);
    let greatest = amount.iter().copied().fold(0.0, f64::max);
    let frame = DataFrame::from_columns(vec![
        ("id".into(), Column::from_values(0..rows as i64)),
        ("amount".into(), Column::from_values(amount.into_iter())),
    ])?;
    checked(
        move || frame.clone().lazy().sort("amount"),
        move |answer| {
            expect("the first amount", number(answer, 0, "amount")?, least)?;
            expect("the last amount", number(answer, answer.height() - 1, "amount")?, greatest)
        },
    )
}
