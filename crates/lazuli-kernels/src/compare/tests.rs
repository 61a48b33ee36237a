//! Comparisons against their naive twin, in every mix of types, forms and constants.

use lazuli_array::{Column, DictionaryArray, Scalar, TimeUnit};
use proptest::prelude::*;

use super::*;
use crate::datum::Constant;
use crate::{naive, strategies};

const ALL: [CompareOp; 8] = [
    CompareOp::Eq,
    CompareOp::NotEq,
    CompareOp::Lt,
    CompareOp::LtEq,
    CompareOp::Gt,
    CompareOp::GtEq,
    CompareOp::EqMissing,
    CompareOp::NotEqMissing,
];

/// Column against column, and each against a constant: the first row of the other.
fn check(left: &Column, right: &Column) -> std::result::Result<(), TestCaseError> {
    for op in ALL {
        if !op.accepts(left.data_type(), right.data_type()) {
            prop_assert!(compare(op, left.into(), right.into()).is_err());
            continue;
        }
        prop_assert_eq!(
            Array::from(compare(op, left.into(), right.into()).unwrap()),
            Array::from(naive::compare(op, left, right)),
            "{:?} of {:?} and {:?}",
            op,
            left,
            right
        );
        if left.is_empty() {
            continue;
        }
        let first = |column: &Column| Constant::from_column(column.sliced(0, 1));
        let repeat = |column: &Column| {
            Column::from_scalars(column.data_type(), (0..column.len()).map(|_| column.get(0))).unwrap()
        };
        let (left_constant, right_constant) = (first(left), first(right));
        prop_assert_eq!(
            Array::from(compare(op, left.into(), (&right_constant).into()).unwrap()),
            Array::from(naive::compare(op, left, &repeat(right))),
            "{:?} of {:?} and constant {:?}",
            op,
            left,
            right_constant
        );
        prop_assert_eq!(
            Array::from(compare(op, (&left_constant).into(), right.into()).unwrap()),
            Array::from(naive::compare(op, &repeat(left), right)),
            "{:?} of constant {:?} and {:?}",
            op,
            left_constant,
            right
        );
        let both = compare(op, (&left_constant).into(), (&right_constant).into()).unwrap();
        prop_assert_eq!(
            Array::from(both),
            Array::from(naive::compare(op, left_constant.as_column(), right_constant.as_column()))
        );
    }
    Ok(())
}

fn pair(left: &DataType, right: &DataType, rows: usize) -> BoxedStrategy<(Column, Column)> {
    strategies::columns_of(&[left.clone(), right.clone()], 0..rows)
        .prop_map(|mut columns| {
            let right = columns.pop().expect("two columns");
            (columns.pop().expect("two columns"), right)
        })
        .boxed()
}

proptest! {
    #[test]
    fn equal_types_match_naive(
        (left, right) in strategies::one_of(strategies::all_types()).prop_flat_map(|t| pair(&t, &t, 150)),
    ) {
        check(&left, &right)?;
    }

    #[test]
    fn numbers_of_different_types_match_naive(
        (left, right) in {
            let mut types = strategies::numeric_types();
            types.extend([2, 10, 37].map(|scale| DataType::Decimal { precision: 38, scale }));
            (strategies::one_of(types.clone()), strategies::one_of(types))
                .prop_flat_map(|(left, right)| pair(&left, &right, 80))
        },
    ) {
        check(&left, &right)?;
    }

    #[test]
    fn text_of_different_types_matches_naive(
        (left, right) in {
            let types = || vec![DataType::String, DataType::Categorical, strategies::enum_type(), DataType::Null];
            (strategies::one_of(types()), strategies::one_of(types()))
                .prop_flat_map(|(left, right)| pair(&left, &right, 150))
        },
    ) {
        check(&left, &right)?;
    }

    #[test]
    fn a_shared_dictionary_compares_by_code(
        (column, rows) in strategies::column(&DataType::String, 2..100).prop_flat_map(|column| {
            let rows = prop::collection::vec(0..column.len() as u32, column.len());
            (Just(column), rows)
        }),
    ) {
        let texts: Vec<Scalar> = (0..column.len()).map(|row| column.get(row)).collect();
        let encoded: DictionaryArray = texts
            .iter()
            .map(|text| match text { Scalar::String(text) => Some(text.as_str()), _ => None })
            .collect();
        let left = Column::new(DataType::String, encoded);
        let right = crate::take_column(&left, &rows);
        check(&left, &right)?;
    }

    #[test]
    fn between_is_two_comparisons(columns in strategies::columns_of(&[DataType::Float64, DataType::Int64, DataType::Float64], 1..80)) {
        let [value, low, high] = columns.as_slice() else { unreachable!() };
        for (closed, above, below) in [
            (Closed::Both, CompareOp::GtEq, CompareOp::LtEq),
            (Closed::Left, CompareOp::GtEq, CompareOp::Lt),
            (Closed::Right, CompareOp::Gt, CompareOp::LtEq),
            (Closed::Neither, CompareOp::Gt, CompareOp::Lt),
        ] {
            let found = is_between(value.into(), low.into(), high.into(), closed).unwrap();
            let (above, below) = (naive::compare(above, value, low), naive::compare(below, value, high));
            prop_assert_eq!(Array::from(found), Array::from(naive::and(&above, &below)));
        }
        let one = Constant::from_column(value.sliced(0, 1));
        let bound = Constant::from_column(high.sliced(0, 1));
        let mixed = is_between((&one).into(), low.into(), (&bound).into(), Closed::Both).unwrap();
        let expected = is_between(
            (&one.to_column(low.len())).into(), low.into(), (&bound.to_column(low.len())).into(), Closed::Both,
        ).unwrap();
        prop_assert_eq!(Array::from(mixed), Array::from(expected));
    }
}

#[test]
fn an_enum_orders_by_its_list() {
    let column =
        Column::from_scalars(&strategies::enum_type(), ["low", "high", ""].map(Scalar::from)).unwrap();
    let high = Constant::try_new(&strategies::enum_type(), Scalar::from("high")).unwrap();
    let below = lt((&column).into(), (&high).into()).unwrap();
    assert_eq!(below.iter().collect::<Vec<_>>(), [Some(true), Some(false), Some(true)]);
    let text = Constant::from_scalar(&Scalar::from("high"));
    assert!(lt((&column).into(), (&text).into()).is_err(), "text has no place in the list");
    let same = eq((&column).into(), (&text).into()).unwrap();
    assert_eq!(same.iter().collect::<Vec<_>>(), [Some(false), Some(true), Some(false)]);
}

#[test]
fn types_that_do_not_go_together_are_refused() {
    let types = [
        (DataType::Int64, DataType::String),
        (DataType::Date, DataType::Int32),
        (DataType::Decimal { precision: 5, scale: 1 }, DataType::Float64),
        (DataType::Duration(TimeUnit::Milliseconds), DataType::Duration(TimeUnit::Nanoseconds)),
        (DataType::Boolean, DataType::UInt8),
    ];
    for (left, right) in types {
        assert!(!CompareOp::Eq.accepts(&left, &right), "{left} and {right}");
        let (l, r) = (Column::new_null(left.clone(), 1), Column::new_null(right.clone(), 1));
        let error = eq((&l).into(), (&r).into()).unwrap_err();
        assert_eq!(error, KernelError::unsupported("==", [&left, &right]));
    }
}

#[test]
fn lengths_must_agree() {
    let (two, three) = (strategies::ints(&[None; 2]), strategies::ints(&[None; 3]));
    let error = lt((&two).into(), (&three).into()).unwrap_err();
    assert_eq!(error, KernelError::LengthMismatch { operation: "<", left: 2, right: 3 });
}
