//! Rolling functions against an obvious twin: for each row, the aggregate of the rows of its window.

use lazuli_array::{Column, DataType, Scalar};
use proptest::prelude::*;

use super::super::*;
use crate::function::Argument;
use crate::{Groups, Literal, RowOrder, aggregate};

/// One row: its partition, its key, its value.
type Row = (u32, Option<i64>, Option<i64>);

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let key = prop::option::weighted(0.9, 0i64..12);
    let value = prop::option::weighted(0.8, -4i64..5);
    prop::collection::vec((0u32..3, key, value), 0..40)
}

/// Values as they are, or as floats with NaN and infinities among them.
fn values(rows: &[Row], data_type: &DataType) -> Column {
    let value = |value: Option<i64>| match (value, data_type) {
        (None, _) => Scalar::Null,
        (Some(value), DataType::Int64) => Scalar::Int64(value),
        (Some(4), _) => Scalar::Float64(f64::NAN),
        (Some(-4), _) => Scalar::Float64(f64::INFINITY),
        // Halves, so that sums are exact; a large one, which a running sum would lose digits to.
        (Some(3), _) => Scalar::Float64(2f64.powi(300)),
        (Some(value), _) => Scalar::Float64(value as f64 / 2.0),
    };
    Column::from_scalars(data_type, rows.iter().map(|row| value(row.2))).expect("values of the type")
}

fn evaluate(
    function: &WindowFunctionRef,
    columns: &[Column],
    constants: &[Scalar],
    ids: &[u32],
) -> Vec<Scalar> {
    let literals: Vec<Literal> = constants.iter().cloned().map(Literal::typed).collect();
    let mut arguments: Vec<Argument<'_>> =
        columns.iter().map(|column| Argument { data_type: column.data_type(), literal: None }).collect();
    arguments.extend(
        literals.iter().map(|literal| Argument { data_type: &literal.data_type, literal: Some(literal) }),
    );
    let signature = function.signature(&arguments).expect("it takes such arguments");
    let cast = |(column, to): (&Column, &DataType)| {
        lazuli_kernels::cast::cast(column, to, lazuli_kernels::cast::CastMode::Strict).expect("numbers")
    };
    let columns: Vec<Column> = columns.iter().zip(&signature.inputs).map(cast).collect();
    let result =
        function.evaluate(&columns, &arguments, &Partitions::new(ids, 3, None)).expect("small numbers");
    assert_eq!((result.data_type(), result.len()), (&signature.output, ids.len()));
    (0..ids.len()).map(|row| result.get(row)).collect()
}

/// What an aggregate makes of some rows; null if fewer than `min_samples` have a value.
fn aggregate_of(
    aggregate: &aggregate::AggregateRef,
    constants: &[Scalar],
    column: &Column,
    rows: &[usize],
    min_samples: usize,
) -> Scalar {
    let scalars: Vec<Scalar> = rows.iter().map(|&row| column.get(row)).collect();
    if scalars.iter().filter(|value| !value.is_null()).count() < min_samples {
        return Scalar::Null;
    }
    let literals: Vec<Literal> = constants.iter().cloned().map(Literal::typed).collect();
    let mut arguments = vec![Argument { data_type: column.data_type(), literal: None }];
    arguments.extend(
        literals.iter().map(|literal| Argument { data_type: &literal.data_type, literal: Some(literal) }),
    );
    let values = Column::from_scalars(column.data_type(), scalars).expect("values of the type");
    let mut accumulator = aggregate.accumulator(&arguments);
    accumulator.resize(1);
    accumulator
        .update(std::slice::from_ref(&values), Groups::One { num_rows: values.len() }, RowOrder(0))
        .expect("small numbers");
    accumulator.finish(0..1).expect("small numbers").get(0)
}

fn same(found: &Scalar, expected: &Scalar) -> bool {
    match (found, expected) {
        (Scalar::Float64(found), Scalar::Float64(expected)) if found.is_finite() && expected.is_finite() => {
            (found - expected).abs() <= 1e-12 * found.abs().max(expected.abs())
        }
        (found, expected) => found == expected,
    }
}

/// Rolling functions, those of a key, the aggregates of the same names, and what constants those take.
fn functions() -> Vec<(WindowFunctionRef, WindowFunctionRef, aggregate::AggregateRef, Vec<Scalar>)> {
    let quantile = vec![Scalar::Float64(0.3)];
    vec![
        (ROLLING_SUM, ROLLING_SUM_BY, aggregate::SUM, vec![]),
        (ROLLING_MEAN, ROLLING_MEAN_BY, aggregate::MEAN, vec![]),
        (ROLLING_MIN, ROLLING_MIN_BY, aggregate::MIN, vec![]),
        (ROLLING_MAX, ROLLING_MAX_BY, aggregate::MAX, vec![]),
        (ROLLING_MEDIAN, ROLLING_MEDIAN_BY, aggregate::MEDIAN, vec![]),
        (ROLLING_STD, ROLLING_STD_BY, aggregate::STD, vec![]),
        (ROLLING_VAR, ROLLING_VAR_BY, aggregate::VAR, vec![]),
        (ROLLING_QUANTILE, ROLLING_QUANTILE_BY, aggregate::QUANTILE, quantile),
    ]
}

proptest! {
    #[test]
    fn windows_of_rows(rows in rows(), size in 1i64..6, least in 0i64..4, center in any::<bool>()) {
        let ids: Vec<u32> = rows.iter().map(|row| row.0).collect();
        let least = least.min(size);
        for data_type in [DataType::Int64, DataType::Float64] {
            let column = values(&rows, &data_type);
            for (function, _, aggregate, constants) in functions() {
                let options = [Scalar::Int64(size), Scalar::Int64(least), Scalar::Boolean(center)];
                let options: Vec<Scalar> = constants.iter().cloned().chain(options).collect();
                let found = evaluate(&function, std::slice::from_ref(&column), &options, &ids);
                for (row, found) in found.iter().enumerate() {
                    let members: Vec<usize> = (0..rows.len()).filter(|&other| ids[other] == ids[row]).collect();
                    let place = members.iter().position(|&member| member == row).expect("it is one") as i64;
                    let last = if center { place + (size + 1) / 2 - 1 } else { place };
                    let window: Vec<usize> = (last - size + 1..=last)
                        .filter_map(|place| members.get(usize::try_from(place).ok()?).copied())
                        .collect();
                    let expected = aggregate_of(&aggregate, &constants, &column, &window, least as usize);
                    prop_assert!(
                        same(found, &expected),
                        "{:?} {} row {}: {:?}, not {:?}, of {:?}", function, data_type, row, found, expected, rows
                    );
                }
            }
        }
    }

    #[test]
    fn windows_by_a_key(rows in rows(), length in 1i64..6, least in 0i64..3, closed in 0usize..4) {
        let ids: Vec<u32> = rows.iter().map(|row| row.0).collect();
        let keys = Column::from_scalars(&DataType::Int64, rows.iter().map(|row| Scalar::from(row.1))).expect("keys");
        let (word, left, right) =
            [("right", false, true), ("left", true, false), ("both", true, true), ("none", false, false)][closed];
        for data_type in [DataType::Int64, DataType::Float64] {
            let column = values(&rows, &data_type);
            for (_, function, aggregate, constants) in functions() {
                let options = [Scalar::Int64(length), Scalar::Int64(least), Scalar::from(word)];
                let options: Vec<Scalar> = constants.iter().cloned().chain(options).collect();
                let found = evaluate(&function, &[column.clone(), keys.clone()], &options, &ids);
                for (row, found) in found.iter().enumerate() {
                    let Some(own) = rows[row].1 else {
                        prop_assert!(found.is_null());
                        continue;
                    };
                    let is_in = |other: i64| {
                        (if left { other >= own - length } else { other > own - length })
                            && (if right { other <= own } else { other < own })
                    };
                    let window: Vec<usize> = (0..rows.len())
                        .filter(|&other| ids[other] == ids[row] && rows[other].1.is_some_and(is_in))
                        .collect();
                    let expected = aggregate_of(&aggregate, &constants, &column, &window, least as usize);
                    prop_assert!(
                        same(found, &expected),
                        "{:?} {} row {}: {:?}, not {:?}, of {:?}", function, data_type, row, found, expected, rows
                    );
                }
            }
        }
    }
}

#[test]
fn nothing_leaks_out_of_a_window() {
    let values = [1e300, 1.0, f64::NAN, 2.0, f64::INFINITY, 3.0, 4.0].map(Scalar::Float64);
    let column = Column::from_scalars(&DataType::Float64, values).expect("floats");
    let sums = evaluate(&ROLLING_SUM, &[column], &[Scalar::Int64(2)], &[0; 7]);
    assert_eq!(sums[0], Scalar::Null);
    assert_eq!(sums[6], Scalar::Float64(7.0));
    assert_eq!(sums[5], Scalar::Float64(f64::INFINITY));
}

#[test]
fn lengths_of_time_count_in_units_of_the_key() {
    let days = Column::from_scalars(&DataType::Date, [0, 1, 3, 4].map(Scalar::Date)).expect("dates");
    let ones = Column::from_scalars(&DataType::Int64, [1; 4].map(Scalar::Int64)).expect("integers");
    for (length, expected) in [("1d", [1, 1, 1, 1]), ("25h", [1, 2, 1, 2]), ("1w", [1, 2, 3, 4])] {
        let sums = evaluate(&ROLLING_SUM_BY, &[ones.clone(), days.clone()], &[Scalar::from(length)], &[0; 4]);
        assert_eq!(sums, expected.map(Scalar::Int64), "{length}");
    }
}
