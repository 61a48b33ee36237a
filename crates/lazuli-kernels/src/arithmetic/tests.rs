//! Arithmetic against its naive twin, in every mix of columns and constants, and the edges by name.

use lazuli_array::{PrimitiveArray, TimeUnit};
use proptest::prelude::*;

use super::*;
use crate::datum::Constant;
use crate::{naive, strategies};

const ALL: [ArithmeticOp; 10] = [
    ArithmeticOp::Add,
    ArithmeticOp::Sub,
    ArithmeticOp::Mul,
    ArithmeticOp::Div,
    ArithmeticOp::FloorDiv,
    ArithmeticOp::Rem,
    ArithmeticOp::Pow,
    ArithmeticOp::WrappingAdd,
    ArithmeticOp::WrappingSub,
    ArithmeticOp::WrappingMul,
];

/// The kernel and the twin agree on every value, or on the first row that fails.
fn agree(
    op: ArithmeticOp,
    found: Result<Column>,
    left: &Column,
    right: &Column,
) -> std::result::Result<(), TestCaseError> {
    let expected = naive::arithmetic(op, left, right);
    match (found, expected) {
        (Ok(found), Ok(expected)) => {
            prop_assert_eq!(&found, &expected, "{:?} of {:?} and {:?}", op, left, right);
        }
        (Err(found), Err(row)) => {
            prop_assert_eq!(found.row(), Some(row), "{:?} of {:?} and {:?}: {}", op, left, right, found);
        }
        (found, expected) => {
            prop_assert!(false, "{op:?} of {left:?} and {right:?}: {found:?}, expected {expected:?}");
        }
    }
    Ok(())
}

fn check(left: &Column, right: &Column) -> std::result::Result<(), TestCaseError> {
    for op in ALL {
        if op.result_type(left.data_type(), right.data_type()).is_none() {
            let error = arithmetic(op, left.into(), right.into()).unwrap_err();
            prop_assert_eq!(
                error,
                KernelError::unsupported(op.symbol(), [left.data_type(), right.data_type()])
            );
            continue;
        }
        agree(op, arithmetic(op, left.into(), right.into()), left, right)?;
        if left.is_empty() {
            continue;
        }
        let first = |column: &Column| Constant::from_column(column.sliced(0, 1));
        let (left_one, right_one) = (first(left), first(right));
        let (left_all, right_all) = (left_one.to_column(left.len()), right_one.to_column(left.len()));
        agree(op, arithmetic(op, left.into(), (&right_one).into()), left, &right_all)?;
        agree(op, arithmetic(op, (&left_one).into(), right.into()), &left_all, right)?;
        let one = arithmetic(op, (&left_one).into(), (&right_one).into());
        agree(op, one, left_one.as_column(), right_one.as_column())?;
    }
    Ok(())
}

/// Two columns of one length.
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
    fn numbers_match_naive(
        (left, right) in strategies::one_of(strategies::numeric_types()).prop_flat_map(|t| pair(&t, &t, 6)),
    ) {
        check(&left, &right)?;
    }

    #[test]
    fn small_numbers_match_naive(
        pairs in prop::collection::vec((-5i8..6, -5i8..6, any::<bool>(), any::<bool>()), 0..150),
    ) {
        let column = |values: Vec<(i8, bool)>| {
            let validity = values.iter().map(|(_, valid)| *valid).collect();
            let values = values.iter().map(|(value, _)| i64::from(*value)).collect();
            Column::new(DataType::Int64, PrimitiveArray::new(values, Some(validity)))
        };
        let left = column(pairs.iter().map(|&(left, _, valid, _)| (left, valid)).collect());
        let right = column(pairs.iter().map(|&(_, right, _, valid)| (right, valid)).collect());
        check(&left, &right)?;
    }

    #[test]
    fn decimals_match_naive(
        (left, right) in {
            let types = || [(4, 2), (9, 0), (20, 7), (38, 3), (38, 37)]
                .map(|(precision, scale)| DataType::Decimal { precision, scale })
                .to_vec();
            (strategies::one_of(types()), strategies::one_of(types()))
                .prop_flat_map(|(left, right)| pair(&left, &right, 4))
        },
    ) {
        check(&left, &right)?;
    }

    #[test]
    fn dates_and_times_match_naive(
        (left, right) in {
            let types = || {
                let mut types: Vec<DataType> = [TimeUnit::Milliseconds, TimeUnit::Nanoseconds]
                    .into_iter()
                    .flat_map(|unit| {
                        let zone = Some("Europe/Paris".into());
                        [DataType::Datetime(unit, None), DataType::Datetime(unit, zone), DataType::Duration(unit)]
                    })
                    .collect();
                types.extend([DataType::Date, DataType::Time, DataType::Int64, DataType::Null]);
                types
            };
            (strategies::one_of(types()), strategies::one_of(types()))
                .prop_flat_map(|(left, right)| pair(&left, &right, 4))
        },
    ) {
        check(&left, &right)?;
    }

    #[test]
    fn signs_match_naive(
        column in strategies::one_of({
            let mut types = strategies::numeric_types();
            types.extend([DataType::Duration(TimeUnit::Milliseconds), DataType::Decimal { precision: 38, scale: 3 }]);
            types
        }).prop_flat_map(|t| strategies::column(&t, 0..6)),
    ) {
        for (found, expected) in [(neg(&column), naive::neg(&column)), (abs(&column), naive::abs(&column))] {
            match (found, expected) {
                (Ok(found), Ok(expected)) => prop_assert_eq!(found, expected),
                (found, expected) => prop_assert_eq!(found.err().and_then(|error| error.row()), expected.err()),
            }
        }
    }

    #[test]
    fn floats_divide_as_the_integers_they_stand_for(left in any::<i32>(), right in any::<i16>(), shift in 0i32..40) {
        use super::float::Float;
        prop_assume!(right != 0);
        // Both are exact, and so is their quotient rounded down.
        let unit = 2f64.powi(-shift);
        let (l, r) = (f64::from(left) * unit, f64::from(right) * unit);
        let (left, right) = (i64::from(left), i64::from(right));
        prop_assert_eq!(l.floor_quotient(r), left.floor_quotient(right).0 as f64);
        prop_assert_eq!(l.floor_remainder(r), left.floor_remainder(right) as f64 * unit);
    }

    #[test]
    fn floor_division_and_remainder_go_together(left in any::<f64>(), right in any::<f64>()) {
        use super::float::Float;
        let remainder = left.floor_remainder(right);
        if remainder.is_nan() || right == 0.0 {
            return Ok(());
        }
        prop_assert!(remainder == 0.0 || (remainder < 0.0) == (right < 0.0), "{remainder}");
        prop_assert!(remainder.abs() <= right.abs());
        let quotient = left.floor_quotient(right);
        prop_assert!(quotient.is_infinite() || quotient == quotient.floor());
    }
}

fn one(value: Scalar) -> Constant {
    Constant::from_scalar(&value)
}

#[test]
fn edges_by_name() {
    use ArithmeticOp::{Add, Div, FloorDiv, Mul, Pow, Rem, Sub};
    let int = Scalar::Int64;
    let float = Scalar::Float64;
    let cases = [
        (FloorDiv, int(-7), int(2), int(-4)),
        (Rem, int(-7), int(2), int(1)),
        (Rem, int(7), int(-2), int(-1)),
        (FloorDiv, int(7), int(0), Scalar::Null),
        (Rem, int(7), int(0), Scalar::Null),
        (Rem, int(i64::MIN), int(-1), int(0)),
        (Div, int(1), int(0), float(f64::INFINITY)),
        (Div, int(0), int(0), float(f64::NAN)),
        (Div, int(-7), int(2), float(-3.5)),
        (Pow, int(2), int(62), int(1 << 62)),
        (Pow, int(-1), int(i64::MAX), int(-1)),
        (Pow, int(0), int(0), int(1)),
        (Rem, float(7.0), float(0.0), float(f64::NAN)),
        (FloorDiv, float(7.0), float(0.0), float(f64::INFINITY)),
        (FloorDiv, float(-7.0), float(2.0), float(-4.0)),
        (FloorDiv, float(1.0), float(0.1), float(9.0)),
        (Rem, float(-1.0), float(3.0), float(2.0)),
        (FloorDiv, float(-1.0), float(f64::INFINITY), float(-1.0)),
        (Add, Scalar::UInt8(250), Scalar::UInt8(5), Scalar::UInt8(255)),
        (Sub, Scalar::Int8(-100), Scalar::Int8(28), Scalar::Int8(-128)),
        (Mul, Scalar::Int32(-65536), Scalar::Int32(32768), Scalar::Int32(i32::MIN)),
    ];
    for (op, left, right, expected) in cases {
        let found = arithmetic(op, (&one(left.clone())).into(), (&one(right.clone())).into()).unwrap();
        assert_eq!(found.get(0), expected, "{left:?} {} {right:?}", op.symbol());
    }
}

#[test]
fn overflow_names_row_and_operands_and_skips_nulls() {
    let huge = i64::MAX;
    let values = vec![huge, 1, huge, huge];
    let validity = [false, true, true, true].into_iter().collect();
    let column = Column::new(DataType::Int64, PrimitiveArray::new(values.into(), Some(validity)));
    let error = add((&column).into(), (&one(Scalar::Int64(1))).into()).unwrap_err();
    assert_eq!(
        error,
        KernelError::Overflow {
            operation: "+",
            row: 2,
            left: Scalar::Int64(huge),
            right: Scalar::Int64(1),
            data_type: DataType::Int64,
        }
    );
    let wrapped = wrapping_add((&column).into(), (&one(Scalar::Int64(1))).into()).unwrap();
    assert_eq!(wrapped.get(2), Scalar::Int64(i64::MIN));
    let error = pow((&column).into(), (&one(Scalar::Int64(-1))).into()).unwrap_err();
    assert!(matches!(error, KernelError::InvalidOperand { row: 1, .. }), "{error}");
}

#[test]
fn decimals_by_name() {
    let decimal = |value, precision, scale| Scalar::Decimal { value, precision, scale };
    let (left, right) = (one(decimal(1050, 6, 2)), one(decimal(4, 3, 0))); // 10.50 and 4
    let compute = |op| arithmetic(op, (&left).into(), (&right).into()).unwrap().get(0);
    assert_eq!(compute(ArithmeticOp::Add), decimal(1450, 7, 2));
    assert_eq!(compute(ArithmeticOp::Mul), decimal(4200, 9, 2));
    assert_eq!(compute(ArithmeticOp::Div), decimal(2_625_000, 10, 6));
    assert_eq!(compute(ArithmeticOp::FloorDiv), decimal(2, 5, 0));
    assert_eq!(compute(ArithmeticOp::Rem), decimal(250, 5, 2));
    let zero = one(decimal(0, 3, 0));
    let error = div((&left).into(), (&zero).into()).unwrap_err();
    assert!(matches!(error, KernelError::DivisionByZero { row: 0, .. }), "{error}");
    let most = one(decimal(10i128.pow(38) - 1, 38, 0));
    assert!(matches!(mul((&most).into(), (&right).into()), Err(KernelError::Overflow { .. })));
}

#[test]
fn whole_days_keep_dates() {
    let date = one(Scalar::Date(10));
    let unit = TimeUnit::Milliseconds;
    let days = |days: i64| one(Scalar::Duration(days * 86_400_000, unit));
    let found = add_whole_days((&date).into(), (&days(-3)).into()).unwrap();
    assert_eq!(found.get(0), Scalar::Date(7));
    assert_eq!(sub_whole_days((&date).into(), (&days(-3)).into()).unwrap().get(0), Scalar::Date(13));
    let error = add_whole_days((&date).into(), (&one(Scalar::Duration(1, unit))).into()).unwrap_err();
    assert!(matches!(error, KernelError::InvalidOperand { row: 0, .. }), "{error}");
    let error = add_whole_days((&one(Scalar::Date(i32::MAX))).into(), (&days(1)).into()).unwrap_err();
    assert!(matches!(error, KernelError::Overflow { row: 0, .. }), "{error}");
    let later = add((&date).into(), (&one(Scalar::Duration(1, unit))).into()).unwrap();
    assert_eq!(later.get(0), Scalar::Datetime(864_000_001, unit, None));
}
