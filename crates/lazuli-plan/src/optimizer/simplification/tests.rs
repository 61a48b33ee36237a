//! Simpler expressions, and that they have the same values.

use std::sync::Arc;

use insta::assert_snapshot;
use lazuli_array::{Batch, Column, Field, Name};
use lazuli_expr::evaluate::Evaluator;
use lazuli_expr::{col, lit, when};
use proptest::prelude::*;

use super::super::tests::with_rule;
use super::*;
use crate::test_plan::table;

fn t() -> LogicalPlan {
    table("t", "a i64, b i64, f f64, p bool, q bool, s i8")
}

fn simple(expr: Expr) -> String {
    let text = with_rule(RuleId::Simplification, &t().select(expr.alias("x")));
    text.lines().next().expect("the projection").to_string()
}

fn filtered(expr: Expr) -> String {
    with_rule(RuleId::Simplification, &t().filter(expr))
}

#[test]
fn logic() {
    assert_snapshot!(simple(col("p").and(true)), @"Project [p as x]");
    assert_snapshot!(simple(col("p").and(false)), @"Project [false as x]");
    assert_snapshot!(simple(col("p").or(true)), @"Project [true as x]");
    assert_snapshot!(simple(col("p").or(false)), @"Project [p as x]");
    assert_snapshot!(simple(col("p").or(col("p"))), @"Project [p as x]");
    assert_snapshot!(simple(!!col("p")), @"Project [p as x]");
    assert_snapshot!(simple(!(col("a").lt(1) & col("f").is_null())), @"Project [a >= 1 or is_not_null(f) as x]");
    assert_snapshot!(simple(!col("a").eq(1)), @"Project [a != 1 as x]");
    assert_snapshot!(simple(col("p").and(None::<bool>)), @"Project [p and null as x]");
}

#[test]
fn arithmetic() {
    assert_snapshot!(simple((col("a") + 0) * 1 - 0), @"Project [a as x]");
    assert_snapshot!(simple(lit(0) - col("a")), @"Project [0 - a as x]");
    assert_snapshot!(simple(col("f") + 0), @"Project [f + 0.0 as x]");
    // -0.0 + 0.0 is 0.0; that 0.0 - 0.0 and x + -0.0 keep every x is not made use of.
    assert_snapshot!(simple(col("f") + 0.0), @"Project [f + 0.0 as x]");
    assert_snapshot!(simple(lit(0.0) + col("f")), @"Project [0.0 + f as x]");
    assert_snapshot!(simple(col("f") - 0.0), @"Project [f - 0.0 as x]");
    assert_snapshot!(simple(col("f") + -0.0), @"Project [f + -0.0 as x]");
    assert_snapshot!(simple(col("a") + None::<i64>), @"Project [null as x]");
    assert_snapshot!(simple(col("a").gt(None::<i64>)), @"Project [null as x]");
    assert_snapshot!(simple(col("a").eq_missing(None::<i64>)), @"Project [a <=> null as x]");
    // The sum is an Int64, the column is not.
    assert_snapshot!(simple(col("s") + 0i64), @"Project [s as x]");
}

#[test]
fn casts() {
    assert_snapshot!(simple(col("a").cast(DataType::Int64)), @"Project [a as x]");
    assert_snapshot!(simple(col("s").cast(DataType::Int32).cast(DataType::Int64)), @"Project [cast(s as Int64) as x]");
    assert_snapshot!(simple(col("s").cast(DataType::Int32).cast(DataType::Int8)), @"Project [s as x]");
    // Some values of `a` do not pass the middle.
    assert_snapshot!(simple(col("a").cast(DataType::Int32).cast(DataType::Int64)), @"Project [cast(cast(a as Int32) as Int64) as x]");
    assert_snapshot!(simple(col("a").try_cast(DataType::Int8).cast(DataType::Int64)), @"Project [cast(try_cast(a as Int8) as Int64) as x]");
    assert_snapshot!(simple(col("a").cast(DataType::Float64).cast(DataType::Int64)), @"Project [cast(cast(a as Float64) as Int64) as x]");
    assert_snapshot!(simple(col("f").try_cast(DataType::Int64).cast(DataType::Float64)), @"Project [cast(try_cast(f as Int64) as Float64) as x]");
    // The text of 1 as a float is 1.0.
    assert_snapshot!(simple(col("s").cast(DataType::Float64).cast(DataType::String)), @"Project [cast(cast(s as Float64) as String) as x]");
}

#[test]
fn conditionals() {
    assert_snapshot!(simple(when(true).then(col("a")).otherwise(col("b"))), @"Project [a as x]");
    assert_snapshot!(simple(when(false).then(col("a")).otherwise(col("b"))), @"Project [b as x]");
    assert_snapshot!(simple(when(col("p")).then(1).when(true).then(2).when(col("q")).then(3).otherwise(4)), @"Project [when(p).then(1).otherwise(2) as x]");
    assert_snapshot!(simple(when(None::<bool>).then(col("a")).end()), @"Project [null as x]");
}

#[test]
fn filters() {
    assert_snapshot!(filtered(lit(true)), @"Scan t  columns: all 6");
    assert_snapshot!(filtered(col("p") & lit(false)), @r"
        Slice first 0
          Scan t  columns: all 6
    ");
    assert_snapshot!(filtered(lit(1).gt(None::<i32>)), @r"
        Slice first 0
          Scan t  columns: all 6
    ");
    assert_snapshot!(filtered(!(col("p") | col("a").gt(1))), @r"
        Filter [not p, a <= 1]
          Scan t  columns: all 6
    ");
    assert_snapshot!(filtered(col("p") & col("q") & col("p")), @r"
        Filter [p, q]
          Scan t  columns: all 6
    ");
}

fn columns() -> impl Strategy<Value = Batch> {
    let ints = || prop::option::of(prop_oneof![-2i64..3, Just(i64::MAX), Just(i64::MIN)]);
    let floats =
        prop::option::of(prop_oneof![Just(f64::NAN), Just(-0.0), Just(0.0), Just(1.5), Just(f64::INFINITY)]);
    let booleans = || prop::option::of(any::<bool>());
    let row = (ints(), ints(), floats, booleans(), booleans(), prop::option::of(any::<i8>()));
    prop::collection::vec(row, 1..12).prop_map(|rows| {
        let fields = [
            ("a", DataType::Int64),
            ("b", DataType::Int64),
            ("f", DataType::Float64),
            ("p", DataType::Boolean),
            ("q", DataType::Boolean),
            ("s", DataType::Int8),
        ];
        let column = |data_type: &DataType, value: &dyn Fn(usize) -> Scalar| {
            Column::from_scalars(data_type, (0..rows.len()).map(value)).expect("values of the type")
        };
        let columns = vec![
            column(&fields[0].1, &|row| rows[row].0.into()),
            column(&fields[1].1, &|row| rows[row].1.into()),
            column(&fields[2].1, &|row| rows[row].2.into()),
            column(&fields[3].1, &|row| rows[row].3.into()),
            column(&fields[4].1, &|row| rows[row].4.into()),
            column(&fields[5].1, &|row| rows[row].5.into()),
        ];
        let fields =
            fields.into_iter().map(|(name, data_type)| Field::new(Name::from(name), data_type)).collect();
        Batch::new(Arc::new(Schema::try_new(fields).expect("distinct names")), columns, rows.len())
    })
}

fn numbers() -> impl Strategy<Value = Expr> {
    let leaf = prop_oneof![
        Just(col("a")),
        Just(col("b")),
        Just(col("s")),
        (-1i64..3).prop_map(lit),
        Just(lit(None::<i64>)),
        Just(lit(1i8)),
    ];
    leaf.prop_recursive(2, 8, 2, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(left, right)| left + right),
            (inner.clone(), inner.clone()).prop_map(|(left, right)| left - right),
            (inner.clone(), inner.clone()).prop_map(|(left, right)| left * right),
            (inner.clone(), inner.clone()).prop_map(|(left, right)| left.floor_div(right)),
            inner.clone().prop_map(|expr| expr.cast(DataType::Int64)),
            inner.prop_map(|expr| expr.fill_null(0i64)),
        ]
    })
}

fn conditions() -> impl Strategy<Value = Expr> {
    let compared = (numbers(), numbers(), 0..4).prop_map(|(left, right, operator)| match operator {
        0 => left.lt(right),
        1 => left.eq(right),
        2 => left.eq_missing(right),
        _ => left.gt_eq(right),
    });
    let leaf = prop_oneof![
        Just(col("p")),
        Just(col("q")),
        any::<Option<bool>>().prop_map(|value| lit(value).cast(DataType::Boolean)),
        any::<bool>().prop_map(lit),
        Just((col("f") + 0.0).gt(col("f"))),
        Just(col("f").lt_eq(1.5)),
        Just(col("f").is_null()),
        compared,
    ];
    leaf.prop_recursive(4, 24, 3, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(left, right)| left & right),
            (inner.clone(), inner.clone()).prop_map(|(left, right)| left | right),
            (inner.clone(), inner.clone()).prop_map(|(left, right)| left ^ right),
            inner.clone().prop_map(|expr| !expr),
            inner.clone().prop_map(Expr::is_null),
            (inner.clone(), inner.clone(), inner)
                .prop_map(|(condition, value, other)| { when(condition).then(value).otherwise(other) }),
        ]
    })
}

fn values(expr: &Expr, batch: &Batch) -> Option<Column> {
    let value = Evaluator::new(expr, batch.schema()).evaluate(batch).ok()?;
    Some(value.into_column(batch.num_rows()))
}

fn check_values(expr: Expr, batch: &Batch) -> Result<(), TestCaseError> {
    let Ok(typed) = typing::resolve(&expr, batch.schema(), typing::Context::Aggregation) else {
        return Ok(());
    };
    let new = simplified(&typed.expr, batch.schema());
    prop_assert_eq!(typing::data_type(&new, batch.schema()), typed.data_type, "{} => {}", typed.expr, new);
    // Errors may go, values may not change.
    if let Some(expected) = values(&typed.expr, batch) {
        prop_assert_eq!(values(&new, batch), Some(expected), "{} => {}", typed.expr, new);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn simpler_conditions_have_the_same_values(expr in conditions(), batch in columns()) {
        check_values(expr, &batch)?;
    }

    #[test]
    fn simpler_numbers_have_the_same_values(expr in numbers(), batch in columns()) {
        check_values(expr, &batch)?;
    }
}
