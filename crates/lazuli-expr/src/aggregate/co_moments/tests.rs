//! Correlations and covariances against exact ones of integers, and any split and order of rows.

use lazuli_array::{FromValues, Scalar};
use proptest::prelude::*;

use super::*;
use crate::aggregate::{AggregateRef, CORR, COV};
use crate::{Accumulator, Literal};

/// One argument.
fn of(data_type: &DataType) -> Argument<'_> {
    Argument { data_type, literal: None }
}

fn accumulator(aggregate: &AggregateRef, data_type: &DataType, ddof: u8) -> Box<dyn Accumulator> {
    let ddof = Literal::typed(Scalar::UInt8(ddof));
    let mut arguments = vec![of(data_type), of(data_type)];
    if *aggregate == COV {
        arguments.push(Argument { data_type: &ddof.data_type, literal: Some(&ddof) });
    }
    aggregate.signature(&arguments).expect("numbers");
    aggregate.accumulator(&arguments)
}

type Rows<T> = Vec<(u32, Option<T>, Option<T>)>;

fn columns<T>(rows: &Rows<T>) -> [Column; 2]
where
    T: Copy,
    Column: FromValues<Option<T>>,
{
    [Column::from_values(rows.iter().map(|row| row.1)), Column::from_values(rows.iter().map(|row| row.2))]
}

/// Groups in a test.
const GROUPS: usize = 3;

/// The results of all groups: at once, and of two workers that number groups the other way round, merged backwards.
fn results<T>(aggregate: &AggregateRef, ddof: u8, rows: &Rows<T>, split: usize) -> [Vec<Scalar>; 2]
where
    T: Copy,
    Column: FromValues<Option<T>>,
{
    let inputs = columns(rows);
    let data_type = inputs[0].data_type().clone();
    let ids: Vec<u32> = rows.iter().map(|row| row.0).collect();
    let start = || {
        let mut states = accumulator(aggregate, &data_type, ddof);
        states.resize(GROUPS);
        states
    };
    let all = |column: Column| (0..GROUPS).map(|group| column.get(group)).collect::<Vec<_>>();
    let mut whole = start();
    whole.update(&inputs, Groups::Ids(&ids), RowOrder(0)).unwrap();
    let split = split.min(rows.len());
    let mut merged = start();
    let reversed: Vec<u32> = (0..GROUPS as u32).rev().collect();
    for (from, to) in [(split, rows.len()), (0, split)] {
        let mut part = start();
        let other_ids: Vec<u32> = ids[from..to].iter().map(|&id| reversed[id as usize]).collect();
        let inputs = [inputs[0].sliced(from, to - from), inputs[1].sliced(from, to - from)];
        part.update(&inputs, Groups::Ids(&other_ids), RowOrder(0)).unwrap();
        merged.merge(&part.state(0..GROUPS).unwrap(), Groups::Ids(&reversed)).unwrap();
    }
    [all(whole.finish(0..GROUPS).unwrap()), all(merged.finish(0..GROUPS).unwrap())]
}

fn bits(values: &[Scalar]) -> Vec<Option<u64>> {
    let bits = |value: &Scalar| match value {
        Scalar::Float64(value) if value.is_nan() => Some(f64::NAN.to_bits()),
        Scalar::Float64(value) => Some(value.to_bits()),
        Scalar::Null => None,
        other => panic!("{other:?}"),
    };
    values.iter().map(bits).collect()
}

/// The twin: count, n sum x x - (sum x)^2 and so on, of a group's pairs.
fn exact<T: Copy + Into<i128>>(rows: &Rows<T>, group: u32) -> (i128, [i128; 3]) {
    let pairs: Vec<(i128, i128)> = rows
        .iter()
        .filter(|row| row.0 == group)
        .filter_map(|row| Some((row.1?.into(), row.2?.into())))
        .collect();
    let count = pairs.len() as i128;
    let sum = |value: fn(&(i128, i128)) -> i128| pairs.iter().map(value).sum::<i128>();
    let (left, right) = (sum(|pair| pair.0), sum(|pair| pair.1));
    let spreads = [
        count * sum(|pair| pair.0 * pair.0) - left * left,
        count * sum(|pair| pair.1 * pair.1) - right * right,
        count * sum(|pair| pair.0 * pair.1) - left * right,
    ];
    (count, spreads)
}

fn rows(values: impl Strategy<Value = i64> + Clone) -> impl Strategy<Value = Rows<i64>> {
    let value = prop_oneof![1 => Just(None), 8 => values.prop_map(Some)];
    prop::collection::vec((0..GROUPS as u32, value.clone(), value), 0..60)
}

proptest! {
    #[test]
    fn integers_are_exact(rows in rows(-1000i64..1000), split in 0usize..60, ddof in 0u8..3) {
        let [cov, merged] = results(&COV, ddof, &rows, split);
        prop_assert_eq!(bits(&cov), bits(&merged));
        let [corr, merged] = results(&CORR, 0, &rows, split);
        prop_assert_eq!(bits(&corr), bits(&merged));
        // The same numbers as floats give the same bits: all sums are exact.
        let as_float = |value: Option<i64>| value.map(|value| value as f64);
        let floats: Rows<f64> = rows.iter().map(|row| (row.0, as_float(row.1), as_float(row.2))).collect();
        let [float_corr, merged] = results(&CORR, 0, &floats, split);
        prop_assert_eq!(bits(&float_corr), bits(&merged));
        for group in 0..GROUPS {
            let (count, [left, right, both]) = exact(&rows, group as u32);
            let expected = match count - i128::from(ddof) {
                ..=0 => Scalar::Null,
                rest => Scalar::Float64(both as f64 / (count * rest) as f64),
            };
            prop_assert_eq!(&cov[group], &expected);
            let expected = both as f64 / (left as f64 * right as f64).sqrt();
            for found in [&corr[group], &float_corr[group]] {
                let Scalar::Float64(found) = found else { panic!("never null") };
                prop_assert!(
                    (left * right == 0 && found.is_nan()) || (found - expected).abs() < 1e-15,
                    "{} {}", found, expected
                );
            }
        }
    }

    #[test]
    fn large_integers_do_not_overflow(
        rows in rows(prop_oneof![any::<i64>(), Just(i64::MIN), Just(i64::MAX), -9i64..9]), split in 0usize..60,
    ) {
        let [cov, merged] = results(&COV, 1, &rows, split);
        prop_assert_eq!(bits(&cov), bits(&merged));
        let [corr, merged] = results(&CORR, 1, &rows, split);
        prop_assert_eq!(bits(&corr), bits(&merged));
        for group in 0..GROUPS {
            let pairs: Vec<(f64, f64)> = rows
                .iter()
                .filter(|row| row.0 == group as u32)
                .filter_map(|row| Some((row.1? as f64, row.2? as f64)))
                .collect();
            let count = pairs.len() as f64;
            let mean = |value: fn(&(f64, f64)) -> f64| pairs.iter().map(value).sum::<f64>() / count;
            let (left, right) = (mean(|pair| pair.0), mean(|pair| pair.1));
            let both: f64 = pairs.iter().map(|pair| (pair.0 - left) * (pair.1 - right)).sum();
            let size: f64 = pairs.iter().map(|pair| ((pair.0 - left) * (pair.1 - right)).abs()).sum();
            match &cov[group] {
                Scalar::Float64(found) => prop_assert!((found * (count - 1.0) - both).abs() <= size * 1e-9),
                other => prop_assert!(*other == Scalar::Null && pairs.len() < 2),
            }
            let Scalar::Float64(corr) = &corr[group] else { panic!("never null") };
            prop_assert!(corr.is_nan() || corr.abs() <= 1.0);
        }
    }

    #[test]
    fn columns_correlate_with_themselves_by_1(values in prop::collection::vec(-1e9f64..1e9, 2..40)) {
        let rows: Rows<f64> = values.iter().map(|&value| (0, Some(value), Some(value))).collect();
        let [corr, merged] = results(&CORR, 0, &rows, values.len() / 2);
        prop_assert_eq!(bits(&corr), bits(&merged));
        if values.iter().any(|value| *value != values[0]) {
            prop_assert_eq!(&corr[0], &Scalar::Float64(1.0));
        }
    }
}

#[test]
fn what_has_no_correlation() {
    let (nan, large) = (f64::NAN, 2f64.powi(420));
    let corr = |pairs: &[(f64, f64)]| {
        let rows: Rows<f64> = pairs.iter().map(|pair| (0, Some(pair.0), Some(pair.1))).collect();
        (results(&CORR, 0, &rows, 1)[0][0].clone(), results(&COV, 1, &rows, 1)[0][0].clone())
    };
    let float = Scalar::Float64;
    let cases: &[(&[(f64, f64)], Scalar, Scalar)] = &[
        (&[], float(nan), Scalar::Null),
        (&[(1.0, 2.0)], float(nan), Scalar::Null),
        (&[(0.1, 1.0), (0.1, 2.0), (0.1, 3.0)], float(nan), float(0.0)),
        (&[(nan, 1.0), (1.0, 2.0), (2.0, 3.0)], float(nan), float(nan)),
        (&[(f64::INFINITY, 1.0), (1.0, 2.0), (2.0, 3.0)], float(nan), float(nan)),
        (&[(1e200, 1.0), (2e200, 2.0), (3e200, 3.0)], float(nan), float(nan)),
        (&[(large, 1.0), (2.0 * large, 2.0), (3.0 * large, 3.0)], float(1.0), float(large)),
        (&[(1.0, 6.0), (2.0, 4.0), (3.0, 2.0)], float(-1.0), float(-2.0)),
    ];
    for (pairs, expected_corr, expected_cov) in cases {
        assert_eq!(corr(pairs), (expected_corr.clone(), expected_cov.clone()), "{pairs:?}");
    }
}

#[test]
fn types_become_integers_or_floats() {
    let inputs = |left: &DataType, right: &DataType| {
        CORR.signature(&[of(left), of(right)]).ok().map(|signature| signature.inputs[0].clone())
    };
    let (int, float) = (Some(DataType::Int64), Some(DataType::Float64));
    assert_eq!(inputs(&DataType::Int8, &DataType::Boolean), int);
    assert_eq!(inputs(&DataType::UInt32, &DataType::Int64), int);
    assert_eq!(inputs(&DataType::UInt64, &DataType::Int64), float);
    assert_eq!(inputs(&DataType::Float32, &DataType::Int64), float);
    assert_eq!(inputs(&DataType::Null, &DataType::Int64), float);
    assert_eq!(inputs(&DataType::Date, &DataType::Int64), None);
    assert!(COV.signature(&[of(&DataType::Int8)]).is_err());
    assert!(COV.signature(&[of(&DataType::Int8), of(&DataType::Int8), of(&DataType::Int8)]).is_err());
}
