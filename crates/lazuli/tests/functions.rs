//! Functions in whole queries: closures of the user, selectors as arguments, aggregates beside rows, random numbers.

use lazuli::prelude::*;
use lazuli::{
    Column, QcutOptions, cum_sum_horizontal, functions as f, map_batches, random_sample, random_uniform,
};

type Tested = Result<(), Box<dyn std::error::Error>>;

/// One column of the result of one expression over `frame`.
fn eval(frame: &DataFrame, expr: Expr) -> lazuli::Result<lazuli::Series> {
    Ok(frame.lazy().select([expr.alias("out")]).collect()?.column_at(0))
}

#[test]
fn closures_run_over_columns_and_values() -> Tested {
    let frame = df! { "a" => [Some(1i64), None, Some(3)], "b" => [10i64, 20, 30], "t" => ["x", "y", "z"] }?;
    let sum = map_batches(
        ["a", "b"],
        |columns| -> Result<Column, String> {
            let values = (0..columns[0].len()).map(|row| match (columns[0].get(row), columns[1].get(row)) {
                (Scalar::Int64(left), Scalar::Int64(right)) => Scalar::Int64(left + right),
                _ => Scalar::Null,
            });
            Column::from_scalars(&DataType::Int64, values).map_err(|error| error.to_string())
        },
        DataType::Int64,
    );
    assert_eq!(eval(&frame, sum)?.to_vec::<i64>()?, [Some(11), None, Some(33)]);
    let shout = col("t").map_elements(
        |value| match value {
            Scalar::String(text) => Scalar::from(text.to_uppercase()),
            _ => Scalar::Null,
        },
        DataType::String,
    );
    assert_eq!(eval(&frame, shout)?.get(2), Scalar::from("Z"));
    let failing = col("a").map_batches(|_| Err::<Column, _>("no luck"), DataType::Int64);
    let error = eval(&frame, failing).expect_err("the closure fails").to_string();
    assert!(error.contains("map_batches failed: no luck"), "{error}");
    let panicking = col("a").map_elements(|_| panic!("at the closure's own fault"), DataType::Int64);
    assert!(eval(&frame, panicking).is_err(), "a panic is an error, not the end of the program");
    Ok(())
}

#[test]
fn selectors_among_the_arguments_are_all_their_columns() -> Tested {
    let frame = df! { "a" => [Some(1i64), None], "b" => [10i64, 20], "c" => [Some(0.5), None] }?;
    assert_eq!(eval(&frame, sum_horizontal(all()))?.to_vec::<f64>()?, [Some(11.5), Some(20.0)]);
    assert_eq!(eval(&frame, max_horizontal(cols(["a", "b"]) * 2))?.to_vec::<i64>()?, [Some(20), Some(40)]);
    assert_eq!(eval(&frame, coalesce(cols(["a", "b"])))?.to_vec::<i64>()?, [Some(1), Some(20)]);
    let sums = frame.lazy().select(cum_sum_horizontal(["a", "b"])).collect()?;
    assert_eq!(sums.column("b")?.to_vec::<i64>()?, [Some(11), None]);
    let product = fold(lit(1i64), |product, column| product * column, ["a", "b"]);
    assert_eq!(eval(&frame, product)?.to_vec::<i64>()?, [Some(10), None]);
    Ok(())
}

#[test]
fn bins_of_partitions_have_edges_of_their_own() -> Tested {
    let frame = df! { "k" => ["a", "a", "a", "b", "b", "b"], "v" => [1i64, 2, 3, 10, 20, 30] }?;
    let half = || QcutOptions::default();
    let whole = eval(&frame, col("v").qcut(&[0.5], half()))?;
    assert_eq!(whole.get(2), Scalar::from("(-inf, 6.5]"));
    assert_eq!(whole.get(3), Scalar::from("(6.5, inf]"));
    let parted = eval(&frame, col("v").qcut(&[0.5], half()).over("k"))?;
    assert_eq!(parted.get(2), Scalar::from("(2, inf]"));
    assert_eq!(parted.get(3), Scalar::from("(-inf, 20]"));
    let filled = col("v").fill_null_with_strategy(lazuli::FillStrategy::Mean).over("k");
    assert_eq!(eval(&frame, filled)?.to_vec::<f64>()?[0], Some(1.0));
    Ok(())
}

#[test]
fn random_numbers_do_not_depend_on_threads_or_morsels() -> Tested {
    let frame = DataFrame::try_new(vec![lazuli::Series::from_iter("a", 0i64..5000)])?;
    let numbers = |options: ExecOptions| {
        let query = frame.lazy().with_options(options).filter(col("a").gt(99));
        query.select([random_uniform(0.0, 1.0, 9).alias("r")]).collect()
    };
    let expected = numbers(ExecOptions::default())?;
    for options in [
        ExecOptions { threads: Some(1), ..ExecOptions::default() },
        ExecOptions { threads: Some(3), morsel_rows: 7, single_thread_rows: 0, ..ExecOptions::default() },
    ] {
        assert_eq!(numbers(options)?, expected);
    }
    let sample = frame.lazy().with_columns([random_sample(10, 4).alias("s")]).filter(col("s")).collect()?;
    assert_eq!(sample.height(), 10);
    Ok(())
}

#[test]
fn shorthands_are_the_methods() -> Tested {
    let frame = df! { "k" => ["a", "a", "b"], "v" => [1i64, 2, 3] }?;
    let sums = frame.lazy().group_by("k").agg([f::sum("v"), f::max("v").alias("m")]).collect()?;
    assert_eq!(sums.column("v")?.to_vec::<i64>()?, [Some(3), Some(3)]);
    assert_eq!(sums.column("m")?.to_vec::<i64>()?, [Some(2), Some(3)]);
    assert_eq!(eval(&frame, f::row_index())?.to_vec::<i64>()?, [Some(0), Some(1), Some(2)]);
    Ok(())
}
