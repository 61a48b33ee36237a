//! Rows M: from a file to two sets to learn from.

use lazuli::prelude::*;
use lazuli::train_test_split;

use super::strings::categorised;
use super::{Tested, TextFile, close, value};

const CSV: &str = "\
id,city,income,age,target
1,Rome,1000,20,0
2,Oslo,,30,1
3,Rome,3000,40,0
3,Rome,3000,40,0
,Bonn,500,50,1
5,Oslo,8000,60,1
";

fn data() -> Result<DataFrame, Box<dyn std::error::Error>> {
    let file = TextFile::new(CSV)?;
    Ok(scan_csv(&file.0).collect()?)
}

#[test]
fn m01_load() -> Tested {
    let data = data()?;
    assert_eq!(data.shape(), (6, 5));
    let number = DataType::Int64;
    assert_eq!(data.data_types(), [number.clone(), DataType::String, number.clone(), number.clone(), number]);
    Ok(())
}

#[test]
fn m02_explore() -> Tested {
    let data = data()?;
    assert_eq!(data.info().column("non_null")?, Series::from_iter("non_null", [5i64, 6, 5, 6, 6]));
    let summary = data.describe()?;
    close(summary.filter(col("statistic").eq("mean"))?.item(0, "age")?, 40.0);
    let missing = data.lazy().missing_table().select("null_count").collect()?;
    assert_eq!(missing, df! { "null_count" => [1i64, 0, 1, 0, 0] }?);
    Ok(())
}

#[test]
fn m04_rows_without_what_matters_are_dropped() -> Tested {
    assert_eq!(data()?.drop_nulls("id")?.height(), 5);
    Ok(())
}

#[test]
fn m05_gaps_are_filled_by_the_median() -> Tested {
    let numbers = || cs::numeric().expr();
    let filled = data()?.with_columns(numbers().fill_null(numbers().median()))?;
    // Of 500, 1000, 3000, 3000, 8000.
    assert_eq!(filled.item(1, "income")?, Scalar::Float64(3000.0));
    assert_eq!(value(&filled, col("income").null_count())?, Scalar::Int64(0));
    Ok(())
}

#[test]
fn m06_copies_are_dropped() -> Tested {
    assert_eq!(data()?.unique()?.height(), 5);
    Ok(())
}

#[test]
fn m07_a_skewed_column_is_bent() -> Tested {
    let bent = data()?.select(col("income").log1p())?;
    close(bent.get(0, 0), 1001f64.ln());
    assert_eq!(bent.get(1, 0), Scalar::Null);
    Ok(())
}

#[test]
fn m08_categories_become_columns() -> Tested {
    let dummies = data()?.lazy().select("city").to_dummies(["city"]).cast_all(DataType::Int64).collect()?;
    let wanted = df! {
        "city_Bonn" => [0i64, 0, 0, 0, 1, 0], "city_Oslo" => [0i64, 1, 0, 0, 0, 1], "city_Rome" => [1i64, 0, 1, 1, 0, 0],
    }?;
    assert_eq!(dummies, wanted);
    Ok(())
}

#[test]
fn m09_what_to_learn_from_and_what_to_learn() -> Tested {
    let x = data()?.drop(["target"])?;
    assert_eq!(x.column_names(), ["id", "city", "income", "age"]);
    assert_eq!(data()?.column("target")?, Series::from_iter("target", [0i64, 1, 0, 0, 1, 1]));
    Ok(())
}

#[test]
fn m10_two_sets() -> Tested {
    let frame = df! { "row" => 0..100i64, "k" => (0..100).map(|row| row % 4).collect::<Vec<i64>>() }?;
    for threads in [1, 3] {
        let query =
            frame.lazy().with_options(ExecOptions { threads: Some(threads), ..ExecOptions::default() });
        let (train, test) = train_test_split(query, 0.2, 42, ["k"]);
        let (train, test) = (train.collect()?, test.collect()?);
        assert_eq!((train.height(), test.height()), (80, 20));
        // Together all rows, each once.
        assert_eq!(train.vstack(&test)?.sort("row")?, frame);
        // Every value of `k` has its share.
        let shares = test.lazy().value_counts(["k"]).sort("k").collect()?;
        assert_eq!(shares.column("count")?, Series::from_iter("count", [5i64, 5, 5, 5]));
        // The same on any number of threads.
        let (_, again) = train_test_split(frame.lazy(), 0.2, 42, ["k"]);
        assert_eq!(again.collect()?, test);
    }
    Ok(())
}

#[test]
fn m13_a_frame_cleaned() -> Tested {
    let data = data()?;
    let missing = data.lazy().null_count().sum_horizontal().collect()?.only_item()?;
    assert_eq!((data.shape(), missing), ((6, 5), Scalar::Int64(2)));
    let numbers = || cs::numeric().expr();
    let cleaned = data.lazy().with_columns(numbers().fill_null(numbers().median())).unique().collect()?;
    let cleaned = categorised(&cleaned, 20)?;
    assert_eq!(cleaned.shape(), (5, 5));
    assert_eq!(cleaned.lazy().null_count().sum_horizontal().collect()?.only_item()?, Scalar::Int64(0));
    assert_eq!(*cleaned.column("city")?.data_type(), DataType::Categorical);
    Ok(())
}

#[test]
fn m14_new_columns_to_learn_from() -> Tested {
    let frame = df! {
        "date" => ["2024-03-01", "2024-03-02", "2024-03-03"], "category" => ["a", "b", "a"],
        "value" => [1.0, 5.0, 3.0], "age" => [15.0, 30.0, 70.0],
    }?;
    let date = || col("date").str().to_date(None).dt();
    let group =
        when(col("age").lt_eq(18)).then("youth").when(col("age").lt_eq(55)).then("adult").otherwise("senior");
    let features = frame.select((
        date().year().alias("year"),
        date().month().alias("month"),
        date().weekday().gt_eq(6).alias("is_weekend"),
        (col("value") - col("value").mean().over("category")).alias("from_mean"),
        group.alias("age_group"),
    ))?;
    let wanted = df! {
        "year" => [2024i32; 3], "month" => [3i8; 3], "is_weekend" => [false, true, true],
        "from_mean" => [-1.0, 0.0, 1.0], "age_group" => ["youth", "adult", "senior"],
    }?;
    assert_eq!(features, wanted);
    Ok(())
}
