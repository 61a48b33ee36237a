//! The reference itself, by hand.

use lazuli_array::{DataFrame, Scalar, df};
use lazuli_expr::{Expr, col, len, lit, when};
use lazuli_plan::{Caller, LogicalPlan, Node, Project, Scan, Slice, resolve};

use super::*;
use crate::generate::MemorySource;

fn scan(frame: DataFrame) -> LogicalPlan {
    LogicalPlan::new(Node::Scan(Scan::new(MemorySource::new(frame).into())), Caller::Engine)
}

fn select(input: LogicalPlan, exprs: Vec<Expr>) -> LogicalPlan {
    LogicalPlan::new(Node::Project(Project { input, exprs, keep_input: false }), Caller::Engine)
}

fn answer(plan: &LogicalPlan, asking: Asking) -> Result<Vec<Vec<Scalar>>, Failure> {
    run(&resolve(plan).expect("a valid plan"), asking).map(|table| table.rows)
}

fn one(expr: Expr) -> Result<Scalar, Failure> {
    let frame = df! { "a" => [Some(1i64), None], "x" => [f64::NAN, 2.0] }.expect("a frame");
    answer(&select(scan(frame), vec![expr.alias("r")]), Asking::All).map(|rows| rows[0][0].clone())
}

#[test]
fn expressions_mean_what_the_documents_say() {
    let null = || lit(None::<bool>);
    let cases = [
        (null().and(false), Scalar::Boolean(false)),
        (null().or(false), Scalar::Null),
        (col("x").gt(1e300), Scalar::Boolean(true)),
        (col("x").eq(col("x")), Scalar::Boolean(true)),
        (lit(9_007_199_254_740_993i64).eq(lit(9_007_199_254_740_992f64)), Scalar::Boolean(false)),
        ((col("a") - 8).floor_div(2), Scalar::Int64(-4)),
        ((col("a") - 8) % 2, Scalar::Int64(1)),
        (col("a").floor_div(0), Scalar::Null),
        (col("a") / 0, Scalar::Float64(f64::INFINITY)),
        (lit(-7.0) % 2.0, Scalar::Float64(1.0)),
        (lit(false).and((lit(127i8) + lit(1i8)).gt(0)), Scalar::Boolean(false)),
        (
            when(col("a").eq(1)).then(7).otherwise(col("a").cast(lazuli_array::DataType::Int64)),
            Scalar::Int64(7),
        ),
        (col("a").sum(), Scalar::Int64(1)),
        (col("x").min(), Scalar::Float64(2.0)),
        (col("x").max(), Scalar::Float64(2.0)),
        (col("x").median(), Scalar::Float64(f64::NAN)),
        (col("a").n_unique(), Scalar::Int64(2)),
        (col("a").mean(), Scalar::Float64(1.0)),
        (col("a").std(), Scalar::Null),
        (len(), Scalar::Int64(2)),
    ];
    for (expr, expected) in cases {
        let text = expr.to_string();
        assert_eq!(one(expr), Ok(expected), "{text}");
    }
    assert_eq!(one(lit(127i8) + lit(1i8)), Err(Failure::Overflow));
    assert_eq!(one(col("a").pow(-1)), Err(Failure::NegativePower));
    assert_eq!(one(lit("x").cast(lazuli_array::DataType::Int64)), Err(Failure::Cast));
    assert_eq!(one(lit("x").try_cast(lazuli_array::DataType::Int64)), Ok(Scalar::Null));
}

#[test]
fn what_nobody_needs_does_not_fail() {
    let frame = df! { "a" => [1i8, 2, 127] }.expect("a frame");
    let plus = select(scan(frame), vec![col("a"), (col("a") + lit(1i8)).alias("b")]);
    let first_two = LogicalPlan::new(
        Node::Slice(Slice { input: plus.clone(), offset: 0, length: Some(2) }),
        Caller::Engine,
    );
    let only_a = select(plus.clone(), vec![col("a")]);
    for (plan, needed) in [(plus, Err(Failure::Overflow)), (first_two, Ok(2)), (only_a, Ok(3))] {
        assert_eq!(answer(&plan, Asking::All), Err(Failure::Overflow));
        assert_eq!(answer(&plan, Asking::Needed).map(|rows| rows.len()), needed);
    }
}
