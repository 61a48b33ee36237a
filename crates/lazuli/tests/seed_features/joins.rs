//! Rows P101 to P112: frames put together, and turned around.

use lazuli::prelude::*;

use super::{Tested, fails_with};

fn left() -> lazuli::Result<DataFrame> {
    Ok(df! { "id" => [Some(1i64), Some(2), None, Some(3)], "name" => ["Ann", "Ben", "Cyd", "Dan"] }?)
}

fn right() -> lazuli::Result<DataFrame> {
    Ok(df! { "id" => [Some(3i64), Some(1), None, Some(4)], "town" => ["Rome", "Oslo", "Bonn", "Kiel"] }?)
}

#[test]
fn p101_rows_of_both() -> Tested {
    let joined = left()?.join(&right()?, "id", "id", JoinType::Inner)?;
    assert_eq!(joined, df! { "id" => [1i64, 3], "name" => ["Ann", "Dan"], "town" => ["Oslo", "Rome"] }?);
    // Null matches nothing, unless asked to.
    let joined = left()?.join(&right()?, "id", "id", JoinArgs::new(JoinType::Inner).nulls_equal())?;
    assert_eq!(joined.column("town")?, Series::from_iter("town", ["Oslo", "Bonn", "Rome"]));
    Ok(())
}

#[test]
fn p102_rows_of_the_left() -> Tested {
    let joined = left()?.join(&right()?, "id", "id", JoinType::Left)?;
    assert_eq!(joined.column("name")?, left()?.column("name")?);
    assert_eq!(joined.column("town")?, Series::from_iter("town", [Some("Oslo"), None, None, Some("Rome")]));
    Ok(())
}

#[test]
fn p103_rows_of_either() -> Tested {
    let (a, b) = (df! { "id" => [1i64, 2], "x" => [10, 20] }?, df! { "id" => [2i64, 3], "y" => [200, 300] }?);
    let joined = a.join(&b, "id", "id", JoinArgs::new(JoinType::Full).coalesce())?;
    let wanted = df! {
        "id" => [1i64, 2, 3], "x" => [Some(10), Some(20), None], "y" => [None, Some(200), Some(300)],
    }?;
    assert_eq!(joined, wanted);
    Ok(())
}

#[test]
fn p104_keys_of_different_names() -> Tested {
    let orders = df! { "user_id" => [7i64, 8, 7], "amount" => [10, 20, 30] }?;
    let users = df! { "id" => [8i64, 7], "name" => ["Ben", "Ann"] }?;
    let joined = orders.join(&users, "user_id", "id", JoinType::Inner)?;
    let wanted =
        df! { "user_id" => [7i64, 8, 7], "amount" => [10, 20, 30], "name" => ["Ann", "Ben", "Ann"] }?;
    assert_eq!(joined, wanted);
    Ok(())
}

#[test]
fn p105_one_under_the_other() -> Tested {
    let (a, b) = (df! { "x" => [1, 2], "y" => ["a", "b"] }?, df! { "x" => [3], "z" => [true] }?);
    let both = concat([a.lazy(), a.lazy()]).collect()?;
    assert_eq!(both, df! { "x" => [1, 2, 1, 2], "y" => ["a", "b", "a", "b"] }?);
    // Columns of either, as pandas has it.
    let wanted = df! {
        "x" => [1, 2, 3], "y" => [Some("a"), Some("b"), None], "z" => [None, None, Some(true)],
    }?;
    assert_eq!(concat_diagonal([a.lazy(), b.lazy()]).collect()?, wanted);
    fails_with(concat([a.lazy(), b.lazy()]).collect(), &["y", "z"]);
    Ok(())
}

#[test]
fn p106_one_beside_the_other() -> Tested {
    let (a, b) = (df! { "x" => [1, 2, 3] }?, df! { "y" => ["a", "b"] }?);
    let both = concat_horizontal_extend([a.lazy(), b.lazy()]).collect()?;
    assert_eq!(both, df! { "x" => [1, 2, 3], "y" => [Some("a"), Some("b"), None] }?);
    Ok(())
}

#[test]
fn p107_joined_by_the_number_of_the_row() -> Tested {
    let (a, b) = (df! { "x" => [1, 2, 3] }?, df! { "y" => ["a", "b"] }?);
    let numbered = |frame: DataFrame| frame.lazy().with_row_index("row", 0);
    let joined = numbered(a).join(numbered(b), "row", "row", JoinType::Left).drop(["row"]).collect()?;
    assert_eq!(joined, df! { "x" => [1, 2, 3], "y" => [Some("a"), Some("b"), None] }?);
    Ok(())
}

/// Sales of two shops in two quarters; one of them twice, one never.
fn sales() -> lazuli::Result<DataFrame> {
    Ok(
        df! { "shop" => ["a", "a", "b", "a"], "quarter" => ["q2", "q1", "q1", "q1"], "amount" => [1i64, 2, 3, 4] }?,
    )
}

#[test]
fn p108_pivot_table() -> Tested {
    let table =
        sales()?.pivot(["quarter"]).index(["shop"]).values(["amount"]).agg(element().sum()).collect()?;
    assert_eq!(table, df! { "shop" => ["a", "b"], "q1" => [6i64, 3], "q2" => [Some(1i64), None] }?);
    Ok(())
}

/// Two rows of two numbers.
fn wide() -> lazuli::Result<DataFrame> {
    Ok(df! { "key" => ["r1", "r2"], "x" => [1i64, 2], "y" => [3i64, 4] }?)
}

#[test]
fn p109_melt() -> Tested {
    let wanted = df! {
        "key" => ["r1", "r2", "r1", "r2"], "variable" => ["x", "x", "y", "y"], "value" => [1i64, 2, 3, 4],
    }?;
    assert_eq!(wide()?.unpivot(["x", "y"], ["key"])?, wanted);
    assert_eq!(wide()?.melt(["x", "y"], ["key"])?, wanted);
    Ok(())
}

#[test]
fn p110_stack() -> Tested {
    // The values of a row stay together.
    let long = wide()?.lazy().with_row_index("row", 0).unpivot(["x", "y"], ["row", "key"]);
    let stacked = long.sort("row").drop(["row"]).collect()?;
    let wanted = df! {
        "key" => ["r1", "r1", "r2", "r2"], "variable" => ["x", "y", "x", "y"], "value" => [1i64, 3, 2, 4],
    }?;
    assert_eq!(stacked, wanted);
    Ok(())
}

#[test]
fn p111_unstack() -> Tested {
    let long = wide()?.lazy().unpivot(["x", "y"], ["key"]);
    let back = long.pivot(["variable"]).index(["key"]).values(["value"]).single().collect()?;
    assert_eq!(back, wide()?);
    Ok(())
}

#[test]
fn p112_resampled() -> Tested {
    let days = df! { "t" => ["2024-01-01", "2024-01-02", "2024-01-08"], "v" => [1i64, 2, 4] }?;
    let days = days.lazy().with_columns(col("t").str().to_date(None));
    // The first of January 2024 was a Monday.
    let weeks = days.group_by_dynamic("t", "1w").agg(col("v").sum());
    let wanted = df! { "t" => ["2024-01-01", "2024-01-08"], "v" => [3i64, 4] }?;
    assert_eq!(weeks.collect()?, wanted.with_columns(col("t").str().to_date(None))?);
    Ok(())
}
