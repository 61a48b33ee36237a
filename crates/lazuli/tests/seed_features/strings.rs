//! Rows P77 to P92: texts, functions of one's own, bins, dummies, parts of dates.

use lazuli::CutOptions;
use lazuli::prelude::*;

use super::{Tested, eval, fails_with, out, value};

fn names() -> lazuli::Result<DataFrame> {
    Ok(df! { "name" => [" Alice ", "BOB", "Alice Alice"] }?)
}

#[test]
fn p77_lower_case() -> Tested {
    assert_eq!(eval(&names()?, col("name").str().to_lowercase())?, out([" alice ", "bob", "alice alice"]));
    Ok(())
}

#[test]
fn p78_without_spaces_around() -> Tested {
    assert_eq!(eval(&names()?, col("name").str().trim())?, out(["Alice", "BOB", "Alice Alice"]));
    Ok(())
}

#[test]
fn p79_texts_that_contain() -> Tested {
    assert_eq!(eval(&names()?, col("name").str().contains("^A"))?, out([false, false, true]));
    assert_eq!(eval(&names()?, col("name").str().contains_literal("A"))?, out([true, false, true]));
    Ok(())
}

#[test]
fn p80_texts_replaced() -> Tested {
    let replaced = eval(&names()?, col("name").str().replace_all_literal("Alice", "Alicia"))?;
    assert_eq!(replaced, out([" Alicia ", "BOB", "Alicia Alicia"]));
    Ok(())
}

#[test]
fn p81_squares() -> Tested {
    assert_eq!(eval(&df! { "age" => [3i64, -4] }?, col("age").pow(2))?, out([9i64, 16]));
    Ok(())
}

#[test]
fn p82_a_function_of_a_value() -> Tested {
    let ages = df! { "age" => [25i64, 30, 41] }?;
    let age = when(col("age").lt(30)).then("young").otherwise("old");
    assert_eq!(eval(&ages, age)?, out(["young", "old", "old"]));
    // A closure where expressions do not do.
    let digits = |age: &Scalar| match age {
        Scalar::Int64(age) => Scalar::Int64(age / 10 + age % 10),
        _ => Scalar::Null,
    };
    assert_eq!(eval(&ages, col("age").map_elements(digits, DataType::Int64))?, out([7i64, 3, 5]));
    Ok(())
}

#[test]
fn p83_a_text_of_a_row() -> Tested {
    let people = df! { "name" => ["Alice", "Bob"], "age" => [25, 30] }?;
    assert_eq!(eval(&people, format_str("{}: {}", ["name", "age"]))?, out(["Alice: 25", "Bob: 30"]));
    Ok(())
}

#[test]
fn p84_values_by_a_table() -> Tested {
    let scores = df! { "score" => [90i64, 80, 70, 65] }?;
    let grade = col("score").replace_strict_or([90i64, 80, 70], ["A", "B", "C"], Scalar::Null);
    assert_eq!(eval(&scores, grade)?, out([Some("A"), Some("B"), Some("C"), None]));
    let strict = col("score").replace_strict([90i64, 80, 70], ["A", "B", "C"]);
    fails_with(eval(&scores, strict), &["65"]);
    Ok(())
}

#[test]
fn p85_a_risk_for_each_row() -> Tested {
    let frame = df! { "amount" => [20_000, 500], "category" => ["toys", "tools"] }?;
    let risk = when(col("amount").gt(10_000)).then(lit("HIGH:") + col("category"));
    assert_eq!(eval(&frame, risk.otherwise(lit("LOW:") + col("category")))?, out(["HIGH:toys", "LOW:tools"]));
    Ok(())
}

/// `pd.cut`: intervals between edges that hold their upper end; null for what lies outside.
fn bounded(column: Expr, edges: &[f64], labels: &[&str]) -> Expr {
    let (Some(first), Some(last)) = (edges.first(), edges.last()) else { return lit(Scalar::Null) };
    let labels = labels.iter().map(|label| label.to_string()).collect();
    let inner = edges[1..edges.len() - 1].iter().copied();
    let inside = column.clone().is_between_closed(*first, *last, Closed::Right);
    when(inside).then(column.cut(inner, CutOptions { labels, ..CutOptions::default() })).end()
}

#[test]
fn p86_bins_with_ends() -> Tested {
    let frame = df! { "age" => [Some(0.0), Some(25.0), Some(26.0), Some(100.0), Some(101.0), None] }?;
    let group = bounded(col("age"), &[0.0, 25.0, 35.0, 100.0], &["young", "mid", "senior"]);
    let wanted = [None, Some("young"), Some("mid"), Some("senior"), None, None];
    assert_eq!(eval(&frame, group.cast(DataType::String))?, out(wanted));
    Ok(())
}

#[test]
fn p87_age_groups() -> Tested {
    let frame = df! { "age" => [5.0, 18.0, 20.0, 55.0, 80.0] }?;
    let edges = [0.0, 18.0, 35.0, 55.0, 100.0];
    let group = bounded(col("age"), &edges, &["youth", "young_adult", "middle", "senior"]);
    let wanted = ["youth", "youth", "young_adult", "middle", "senior"];
    assert_eq!(eval(&frame, group.cast(DataType::String))?, out(wanted));
    Ok(())
}

#[test]
fn p88_dummies() -> Tested {
    let frame = df! { "category" => [Some("b"), Some("a"), None] }?;
    let own = frame.lazy().to_dummies(["category"]).collect()?;
    assert_eq!(own.column_names(), ["category_a", "category_b", "category_null"]);
    // As pandas has it: a row without a category has zeros only.
    let zeros =
        frame.lazy().to_dummies(DummiesArgs::new(["category"]).drop_nulls()).cast_all(DataType::Int64);
    assert_eq!(zeros.collect()?, df! { "category_a" => [0i64, 1, 0], "category_b" => [1i64, 0, 0] }?);
    Ok(())
}

/// A Friday, a Saturday, a Sunday and a Monday.
fn days() -> lazuli::Result<DataFrame> {
    let days = df! { "date" => ["2024-03-01", "2024-03-02", "2024-03-03", "2024-12-30"] }?;
    days.with_columns(col("date").str().to_date(None))
}

#[test]
fn p89_days_of_the_week() -> Tested {
    // Monday is 1; pandas counts from 0.
    assert_eq!(eval(&days()?, col("date").dt().weekday())?, out([5i8, 6, 7, 1]));
    Ok(())
}

#[test]
fn p90_months() -> Tested {
    assert_eq!(eval(&days()?, col("date").dt().month())?, out([3i8, 3, 3, 12]));
    Ok(())
}

#[test]
fn p91_weekends() -> Tested {
    let weekend = col("date").dt().weekday().is_in([6, 7]).cast(DataType::Int8);
    assert_eq!(eval(&days()?, weekend)?, out([0i8, 1, 1, 0]));
    Ok(())
}

#[test]
fn p92_texts_of_few_values_as_categories() -> Tested {
    let ids: Vec<String> = (0..30).map(|row| format!("id{row}")).collect();
    let frame = df! {
        "id" => ids.iter().map(String::as_str).collect::<Vec<_>>(),
        "status" => (0..30).map(|row| ["open", "paid"][row % 2]).collect::<Vec<_>>(),
        "n" => 0..30i64,
    }?;
    let typed = categorised(&frame, 20)?;
    assert_eq!(typed.data_types(), [DataType::String, DataType::Categorical, DataType::Int64]);
    assert_eq!(value(&typed, col("status").eq("paid").sum())?, Scalar::Int64(15));
    Ok(())
}

/// The frame with each column of texts that has less than so many values as categories.
pub(super) fn categorised(frame: &DataFrame, max_unique: i64) -> lazuli::Result<DataFrame> {
    let counts = frame.select(cs::string().expr().n_unique())?;
    let mut few = Vec::new();
    for column in counts.get_columns() {
        if matches!(column.get(0), Scalar::Int64(count) if count < max_unique) {
            few.push(col(column.name().clone()).cast(DataType::Categorical));
        }
    }
    frame.with_columns(few)
}
