//! Inequality tables against a naive twin: every row of one side compared with every row of the other.

use lazuli_array::{Column, DataType, FromValues};
use proptest::prelude::*;

use super::*;
use crate::tasks::{OneByOne, Threads};
use crate::{compare, strategies, take_column};

const INEQUALITIES: [CompareOp; 4] = [CompareOp::Lt, CompareOp::LtEq, CompareOp::Gt, CompareOp::GtEq];

/// Values of the other side and of the table, and how they have to compare.
type Comparison = (Column, Column, CompareOp);

/// The twin: pairs in order for which all comparisons are true.
fn naive(comparisons: &[Comparison]) -> Vec<(u32, u32)> {
    let (others, rows) = (comparisons[0].0.len() as u32, comparisons[0].1.len() as u32);
    let mut pairs: Vec<(u32, u32)> =
        (0..others).flat_map(|other| (0..rows).map(move |row| (other, row))).collect();
    for (other, own, op) in comparisons {
        let (others, owns): (Vec<u32>, Vec<u32>) = pairs.iter().copied().unzip();
        let (other, own) = (take_column(other, &others), take_column(own, &owns));
        let is_true = compare(*op, (&other).into(), (&own).into()).expect("columns of one type").true_mask();
        pairs = is_true.ones().map(|place| pairs[place]).collect();
    }
    pairs
}

fn listed(table: &InequalityTable, found: &Found, capacity: usize) -> Vec<(u32, u32)> {
    let (mut others, mut owns, mut pairs) = (vec![5], vec![5], Pairs::default());
    let mut all = Vec::new();
    while table.pairs(found, capacity, &mut pairs, &mut others, &mut owns) {
        assert!(others.len() <= capacity && others.len() == owns.len());
        all.extend(others.iter().copied().zip(owns.iter().copied()));
    }
    all
}

/// Compares with the twin: comparisons with the first value of the table, and one with a second value.
fn check(first: &[Comparison], second: Option<&Comparison>) {
    let wanted = second.map(|(_, own, op)| (own, *op));
    let (_, own, _) = &first[0];
    let Ok(table) = InequalityTable::new(own, wanted, &OneByOne);
    let needed = InequalityTable::needed_bytes(own, wanted.map(|(own, _)| own));
    assert!(table.memory_bytes() <= needed + 256, "{} of {needed} bytes", table.memory_bytes());
    let bounds: Vec<Bound<'_>> = first.iter().map(|(column, _, op)| Bound { column, op: *op }).collect();
    let found = table.find(&bounds, second.map(|(column, ..)| column));
    let comparisons: Vec<Comparison> = first.iter().chain(second).cloned().collect();
    let expected = naive(&comparisons);
    for capacity in [1, 7, 100_000] {
        assert_eq!(listed(&table, &found, capacity), expected, "{comparisons:?}");
    }
    let in_threads = InequalityTable::new(own, wanted, &Threads(3)).expect("few rows");
    assert_eq!(listed(&in_threads, &found, 1000), expected);
}

/// Types whose values have an order that comparisons know.
fn ordered_types() -> Vec<DataType> {
    strategies::flat_types().into_iter().filter(|data_type| *data_type != DataType::Null).collect()
}

fn comparison(
    other: std::ops::Range<usize>,
    own: std::ops::Range<usize>,
    ops: &'static [CompareOp],
) -> impl Strategy<Value = Comparison> {
    strategies::one_of(ordered_types()).prop_flat_map(move |data_type| {
        let columns =
            (strategies::column(&data_type, other.clone()), strategies::column(&data_type, own.clone()));
        (columns, prop::sample::select(ops)).prop_map(|((other, own), op)| (other, own, op))
    })
}

const WITH_EQUAL: &[CompareOp] =
    &[CompareOp::Lt, CompareOp::LtEq, CompareOp::Gt, CompareOp::GtEq, CompareOp::Eq];

proptest! {
    #[test]
    fn one_comparison_matches_naive(comparison in comparison(0..40, 0..60, WITH_EQUAL)) {
        check(&[comparison], None);
    }

    #[test]
    fn both_ends_of_a_run_match_naive(
        (low, high, own) in strategies::one_of(ordered_types()).prop_flat_map(|data_type| {
            let column = |rows: usize| strategies::column(&data_type, rows..rows + 1);
            (column(30), column(30), column(50))
        }),
        ops in (prop::sample::select(WITH_EQUAL), prop::sample::select(WITH_EQUAL)),
    ) {
        check(&[(low, own.clone(), ops.0), (high, own, ops.1)], None);
    }

    #[test]
    fn two_values_match_naive(
        first in comparison(30..31, 50..51, WITH_EQUAL), second in comparison(30..31, 50..51, &INEQUALITIES),
    ) {
        check(&[first], Some(&second));
    }
}

#[test]
fn many_rows_with_many_matches() {
    let column = |rows: i64, step: i64, modulus: i64| {
        Column::from_values((0..rows).map(|row| (row % 11 != 3).then_some(row * step % modulus)))
    };
    for (left_op, right_op) in INEQUALITIES.into_iter().zip(INEQUALITIES.into_iter().rev()) {
        let first = (column(40, 977, 5000), column(6000, 7919, 5000), left_op);
        let second = (column(40, 31, 997), column(6000, 613, 997), right_op);
        check(std::slice::from_ref(&first), None);
        check(&[first], Some(&second));
    }
    // Rows in order need no sorting.
    let ascending = (column(40, 977, 5000), column(6000, 1, 10_000), CompareOp::Gt);
    check(&[ascending], None);
}
