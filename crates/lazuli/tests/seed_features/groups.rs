//! Rows P93 to P100: groups, aggregated, transformed and filtered.

use lazuli::prelude::*;

use super::{Tested, close};

/// Five salaries in two departments and two levels.
fn staff() -> lazuli::Result<DataFrame> {
    Ok(df! {
        "name" => ["Ann", "Ben", "Cyd", "Dan", "Eve"],
        "department" => ["IT", "HR", "IT", "HR", "IT"],
        "level" => ["junior", "junior", "senior", "senior", "senior"],
        "salary" => [50.0, 40.0, 70.0, 60.0, 90.0],
        "age" => [25i64, 30, 35, 40, 45],
    }?)
}

#[test]
fn p93_mean_of_each_group() -> Tested {
    let means = staff()?.group_by("department").agg(col("salary").mean()).collect()?;
    // Groups come as they first appear.
    assert_eq!(means, df! { "department" => ["IT", "HR"], "salary" => [70.0, 50.0] }?);
    // A null key is a group.
    let keys = df! { "k" => [Some("x"), None, None], "v" => [1.0, 2.0, 4.0] }?;
    let means = keys.group_by("k").agg(col("v").mean()).collect()?;
    assert_eq!(means, df! { "k" => [Some("x"), None], "v" => [1.0, 3.0] }?);
    Ok(())
}

#[test]
fn p94_several_aggregates() -> Tested {
    let salary = || col("salary");
    let all = [salary().mean().alias("mean"), salary().min().alias("min"), salary().max().alias("max")];
    let stats = staff()?.group_by("department").agg(all).collect()?;
    let wanted = df! {
        "department" => ["IT", "HR"], "mean" => [70.0, 50.0], "min" => [50.0, 40.0], "max" => [90.0, 60.0],
    }?;
    assert_eq!(stats, wanted);
    Ok(())
}

#[test]
fn p95_two_keys() -> Tested {
    let means = staff()?.group_by(["department", "level"]).agg(col("salary").mean()).collect()?;
    let wanted = df! {
        "department" => ["IT", "HR", "IT", "HR"], "level" => ["junior", "junior", "senior", "senior"],
        "salary" => [50.0, 40.0, 80.0, 60.0],
    }?;
    assert_eq!(means, wanted);
    Ok(())
}

#[test]
fn p96_different_aggregates_of_different_columns() -> Tested {
    let stats = staff()?.group_by("department").agg((
        col("salary").mean().alias("salary_mean"),
        col("salary").median().alias("salary_median"),
        col("age").mean().alias("age_mean"),
        col("name").count().alias("name_count"),
    ));
    let wanted = df! {
        "department" => ["IT", "HR"], "salary_mean" => [70.0, 50.0], "salary_median" => [70.0, 50.0],
        "age_mean" => [35.0, 35.0], "name_count" => [3i64, 2],
    }?;
    assert_eq!(stats.collect()?, wanted);
    Ok(())
}

#[test]
fn p97_survivors_of_each_class() -> Tested {
    let titanic = df! {
        "pclass" => [1i64, 1, 1, 3, 3, 3], "sex" => ["f", "f", "f", "m", "m", "m"],
        "survived" => [1i64, 1, 0, 0, 1, 0],
    }?;
    let survived = || col("survived");
    let rates = titanic.group_by(["pclass", "sex"]).agg([
        survived().mean().round(3).alias("mean"),
        survived().sum().alias("sum"),
        survived().count().alias("count"),
    ]);
    let wanted = df! {
        "pclass" => [1i64, 3], "sex" => ["f", "m"], "mean" => [0.667, 0.333], "sum" => [2i64, 1], "count" => [3i64, 3],
    }?;
    assert_eq!(rates.collect()?, wanted);
    Ok(())
}

#[test]
fn p98_standardised_in_each_group() -> Tested {
    let frame = df! { "k" => ["x", "x", "y"], "v" => [1.0, 3.0, 7.0] }?;
    let scaled = ((col("v") - col("v").mean()) / col("v").std()).over("k").alias("z");
    let scaled = frame.select(scaled)?;
    // Deviations -1 and 1 over sqrt(2); a group of one row has no deviation.
    close(scaled.get(0, 0), -0.5f64.sqrt());
    close(scaled.get(1, 0), 0.5f64.sqrt());
    assert_eq!(scaled.get(2, 0), Scalar::Null);
    Ok(())
}

#[test]
fn p99_difference_from_the_mean_of_the_group() -> Tested {
    let difference = (col("salary") - col("salary").mean().over("department")).alias("difference");
    let difference = staff()?.select(difference)?;
    assert_eq!(difference, df! { "difference" => [-20.0, -10.0, 0.0, 10.0, 20.0] }?);
    Ok(())
}

#[test]
fn p100_groups_of_many_rows() -> Tested {
    let large = staff()?.filter(len().over("department").gt(2))?;
    assert_eq!(large.column("name")?, Series::from_iter("name", ["Ann", "Cyd", "Eve"]));
    let sums = staff()?.group_by("department").having(len().gt(2)).agg(col("salary").sum()).collect()?;
    assert_eq!(sums, df! { "department" => ["IT"], "salary" => [210.0] }?);
    Ok(())
}
