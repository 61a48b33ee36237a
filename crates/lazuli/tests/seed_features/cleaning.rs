//! Rows P54 to P76: what is missing, twice there, of another type or name.

use lazuli::prelude::*;
use lazuli_sql::parse_data_type;

use super::{Tested, close, eval, fails_with, out, value};

/// Ages with a gap, beside names and towns with one.
fn gaps() -> lazuli::Result<DataFrame> {
    Ok(df! {
        "name" => ["Ann", "Ben", "Cyd", "Dan"],
        "age" => [Some(20i64), None, Some(40), Some(60)],
        "town" => [Some("Rome"), Some("Oslo"), None, Some("Oslo")],
    }?)
}

#[test]
fn p54_a_mask_of_what_is_missing() -> Tested {
    let mask = df! {
        "name" => [false; 4], "age" => [false, true, false, false], "town" => [false, false, true, false],
    }?;
    assert_eq!(gaps()?.select(all().is_null())?, mask);
    Ok(())
}

#[test]
fn p55_nulls_of_each_column() -> Tested {
    let counts = df! { "name" => [0i64], "age" => [1i64], "town" => [1i64] }?;
    assert_eq!(gaps()?.select(all().null_count())?, counts);
    assert_eq!(gaps()?.lazy().null_count().collect()?, counts);
    Ok(())
}

#[test]
fn p56_nulls_in_all() -> Tested {
    let total = gaps()?.lazy().null_count().sum_horizontal().collect()?;
    assert_eq!(total.only_item()?, Scalar::Int64(2));
    Ok(())
}

#[test]
fn p57_nulls_with_their_share() -> Tested {
    let table = gaps()?.lazy().missing_table().with_columns(col("percent").round(1)).collect()?;
    let wanted = df! {
        "column" => ["name", "age", "town"], "null_count" => [0i64, 1, 1], "percent" => [0.0, 25.0, 25.0],
    }?;
    assert_eq!(table, wanted);
    Ok(())
}

#[test]
fn p58_rows_without_nulls() -> Tested {
    let whole = gaps()?.drop_nulls(all())?;
    assert_eq!(whole.column("name")?, Series::from_iter("name", ["Ann", "Dan"]));
    Ok(())
}

#[test]
fn p59_rows_without_nulls_in_a_column() -> Tested {
    let aged = gaps()?.drop_nulls("age")?;
    assert_eq!(aged.column("name")?, Series::from_iter("name", ["Ann", "Cyd", "Dan"]));
    Ok(())
}

#[test]
fn p60_nulls_as_zero() -> Tested {
    assert_eq!(eval(&gaps()?, col("age").fill_null(0))?, out([20i64, 0, 40, 60]));
    Ok(())
}

#[test]
fn p61_nulls_as_the_mean() -> Tested {
    let filled = gaps()?.with_columns(cs::numeric().expr().fill_null(cs::numeric().expr().mean()))?;
    assert_eq!(filled.column("age")?, Series::from_iter("age", [20.0, 40.0, 40.0, 60.0]));
    assert_eq!(filled.column("town")?, gaps()?.column("town")?);
    Ok(())
}

#[test]
fn p62_nulls_as_the_median() -> Tested {
    let frame = df! { "age" => [Some(20i64), None, Some(40), Some(90)], "k" => ["x", "y", "z", "x"] }?;
    let filled = frame.with_columns(cs::numeric().expr().fill_null(cs::numeric().expr().median()))?;
    assert_eq!(filled.column("age")?, Series::from_iter("age", [20.0, 40.0, 40.0, 90.0]));
    Ok(())
}

#[test]
fn p63_nulls_as_the_value_before() -> Tested {
    let frame = df! { "a" => [None, Some(1), None, None, Some(2)] }?;
    assert_eq!(eval(&frame, col("a").forward_fill(None))?, out([None, Some(1), Some(1), Some(1), Some(2)]));
    Ok(())
}

#[test]
fn p64_nulls_as_the_most_common_value() -> Tested {
    // The mode passes over nulls, however many there are.
    let frame = df! { "embarked" => [None, Some("S"), Some("C"), Some("S"), None, None] }?;
    let filled = eval(&frame, col("embarked").fill_null(col("embarked").mode().first()))?;
    assert_eq!(filled, out(["S", "S", "C", "S", "S", "S"]));
    Ok(())
}

#[test]
fn p65_nulls_as_a_new_category() -> Tested {
    let frame = df! { "deck" => [Some("A"), None, Some("B")] }?;
    let wanted = [Some("A"), Some("Unknown"), Some("B")];
    for to in [DataType::String, DataType::Categorical] {
        let filled = eval(&frame, col("deck").cast(to).fill_null("Unknown").cast(DataType::String))?;
        assert_eq!(filled, out(wanted));
    }
    // A fixed list of categories does not grow, and no value is lost without a word.
    let filled = eval(&frame, col("deck").cast(parse_data_type("Enum('A', 'B')")?).fill_null("Unknown"));
    match filled {
        Ok(filled) => assert_eq!(EagerSeries::cast(&filled, DataType::String)?, out(wanted)),
        Err(error) => assert!(error.to_string().contains("Unknown"), "{error}"),
    }
    Ok(())
}

/// Five rows, of which the third is the first once more, and the last has only its name.
fn copies() -> lazuli::Result<DataFrame> {
    Ok(df! { "name" => ["Ann", "Ben", "Ann", "Cyd", "Ben"], "age" => [1, 2, 1, 3, 9] }?)
}

#[test]
fn p66_which_rows_are_copies() -> Tested {
    // The first of them is none.
    let flags = eval(&copies()?, as_struct(["name", "age"]).is_first_distinct().not())?;
    assert_eq!(flags, out([false, false, true, false, false]));
    Ok(())
}

#[test]
fn p67_rows_without_copies() -> Tested {
    assert_eq!(copies()?.unique()?, df! { "name" => ["Ann", "Ben", "Cyd", "Ben"], "age" => [1, 2, 3, 9] }?);
    Ok(())
}

#[test]
fn p68_one_row_for_each_name() -> Tested {
    let first = copies()?.unique_by("name", Keep::First)?;
    assert_eq!(first, df! { "name" => ["Ann", "Ben", "Cyd"], "age" => [1, 2, 3] }?);
    Ok(())
}

#[test]
fn p69_texts_as_integers() -> Tested {
    let frame = df! { "a" => ["1", "22"], "b" => ["1", "x"] }?;
    assert_eq!(eval(&frame, col("a").cast(DataType::Int64))?, out([1i64, 22]));
    fails_with(eval(&frame, col("b").cast(DataType::Int64)), &["\"x\"", "Int64", "row 1"]);
    Ok(())
}

#[test]
fn p70_integers_as_texts() -> Tested {
    assert_eq!(eval(&df! { "a" => [1, 22] }?, col("a").cast(DataType::String))?, out(["1", "22"]));
    Ok(())
}

#[test]
fn p71_texts_as_dates() -> Tested {
    let frame = df! { "iso" => ["2024-01-15", "2024-02-29"], "other" => ["15/01/2024", "29/02/2024"] }?;
    let dates = eval(&frame, col("iso").str().to_date(None))?;
    assert_eq!(*dates.data_type(), DataType::Date);
    assert_eq!(eval(&frame, col("other").str().to_date(Some("%d/%m/%Y")))?, dates);
    // Without a format nothing is guessed.
    fails_with(eval(&frame, col("other").str().to_date(None)), &["15/01/2024"]);
    let times = df! { "t" => ["2024-01-15 13:45:00"] }?;
    let times = eval(&times, col("t").str().to_datetime(None))?;
    assert_eq!(times.get(0).to_string(), "2024-01-15 13:45:00");
    Ok(())
}

#[test]
fn p72_categories_take_less_memory() -> Tested {
    let status: Vec<String> = (0..10_000).map(|row| format!("status number {}", row % 4)).collect();
    let frame = df! { "s" => status.iter().map(String::as_str).collect::<Vec<_>>() }?;
    let plain = frame.column("s")?.memory_bytes();
    let coded = eval(&frame, col("s").cast(DataType::Categorical))?;
    // 15 bytes and an offset of 8 become a code of 4; the four texts are there once.
    assert!(plain >= 230_000 && coded.memory_bytes() < plain / 5, "{plain} {}", coded.memory_bytes());
    assert_eq!(EagerSeries::cast(&coded, DataType::String)?, out(status.iter().map(String::as_str)));
    Ok(())
}

#[test]
fn p73_what_is_no_number_becomes_null() -> Tested {
    let frame = df! { "price" => ["10.5", "N/A", "20.3", "unknown"] }?;
    let prices = col("price").try_cast(DataType::Float64);
    assert_eq!(eval(&frame, prices.clone())?, out([Some(10.5), None, Some(20.3), None]));
    close(value(&frame, prices.mean())?, 15.4);
    Ok(())
}

#[test]
fn p74_no_mean_of_texts() -> Tested {
    let frame = df! { "price" => ["10.5", "N/A"] }?;
    // Before anything runs.
    let query = frame.lazy().select(col("price").mean());
    fails_with(query.explain(true), &["mean", "price", "String"]);
    Ok(())
}

#[test]
fn p75_a_column_renamed() -> Tested {
    assert_eq!(gaps()?.rename([("name", "full_name")])?.column_names(), ["full_name", "age", "town"]);
    Ok(())
}

#[test]
fn p76_all_columns_renamed() -> Tested {
    let named = gaps()?.lazy().set_column_names(["Name", "Age", "Town"]).collect()?;
    assert_eq!(named.column_names(), ["Name", "Age", "Town"]);
    fails_with(gaps()?.lazy().set_column_names(["Name"]).collect(), &["1", "3"]);
    Ok(())
}
