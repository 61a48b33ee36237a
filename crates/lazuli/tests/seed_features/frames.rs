//! Rows P1 to P53: frames made, read, looked at and chosen from.

use lazuli::prelude::*;
use lazuli_sql::parse_expr;

use super::{Tested, TextFile, close, eval, fails_with, out, value};

/// Three people.
fn people() -> lazuli::Result<DataFrame> {
    Ok(df! {
        "name" => ["Alice", "Bob", "Carol"], "age" => [25i64, 30, 35], "salary" => [50_000i64, 60_000, 70_000],
    }?)
}

#[test]
fn p01_values_by_label() -> Tested {
    // No index: the labels are a column like any other.
    let series = df! { "key" => ["a", "b", "c", "d"], "value" => [10, 20, 30, 40] }?;
    assert_eq!(series.filter(col("key").eq("a"))?.item(0, "value")?, Scalar::Int32(10));
    let some = series.filter(col("key").is_in(["a", "c"]))?;
    assert_eq!(some.column("value")?, Series::from_iter("value", [10, 30]));
    Ok(())
}

#[test]
fn p02_a_frame_from_columns() -> Tested {
    let frame = people()?;
    assert_eq!(frame.shape(), (3, 3));
    let series = vec![Series::from_iter("a", [1, 2]), Series::from_iter("b", ["x", "y"])];
    assert_eq!(DataFrame::try_new(series)?, df! { "a" => [1, 2], "b" => ["x", "y"] }?);
    Ok(())
}

const CSV: &str = "id,name,status,amount\n1,Ann,paid,10.5\n2,Ben,open,\n3,Cyd,paid,7\n";

#[test]
fn p03_read_csv() -> Tested {
    let file = TextFile::new(CSV)?;
    let wanted = df! {
        "id" => [1i64, 2, 3], "name" => ["Ann", "Ben", "Cyd"], "status" => ["paid", "open", "paid"],
        "amount" => [Some(10.5), None, Some(7.0)],
    }?;
    assert_eq!(scan_csv(&file.0).collect()?, wanted);
    Ok(())
}

#[test]
fn p04_write_csv() -> Tested {
    let file = TextFile::new("")?;
    df! { "a" => [Some(1), None], "b" => ["x", "y,z"] }?.write_csv(&file.0)?;
    assert_eq!(std::fs::read_to_string(&file.0)?, "a,b\n1,x\n,\"y,z\"\n");
    Ok(())
}

#[test]
fn p13_categories_from_a_file() -> Tested {
    let file = TextFile::new(CSV)?;
    let options = CsvOptions {
        schema_overrides: vec![("status".into(), DataType::Categorical)],
        ..CsvOptions::default()
    };
    let frame = scan_csv_with(&file.0, options).collect()?;
    assert_eq!(*frame.column("status")?.data_type(), DataType::Categorical);
    assert_eq!(value(&frame, col("status").eq("paid").sum())?, Scalar::Int64(2));
    Ok(())
}

#[test]
fn p15_a_file_in_pieces() -> Tested {
    let file = TextFile::new(CSV)?;
    let mut heights = Vec::new();
    for batch in scan_csv(&file.0).collect_batches(2)? {
        heights.push(batch?.num_rows());
    }
    assert_eq!(heights, [2, 1]);
    Ok(())
}

#[test]
fn p16_some_columns_of_a_file() -> Tested {
    let file = TextFile::new(CSV)?;
    let query = scan_csv(&file.0).select(["id", "amount"]);
    assert_eq!(query.clone().collect()?.column_names(), ["id", "amount"]);
    // The other columns are not read at all.
    let plan = query.explain(true)?;
    assert!(plan.contains("id, amount") && !plan.contains("status"), "{plan}");
    Ok(())
}

#[test]
fn p17_head() -> Tested {
    let frame = df! { "a" => 0..7 }?;
    assert_eq!(frame.head(5)?, df! { "a" => [0, 1, 2, 3, 4] }?);
    Ok(())
}

#[test]
fn p18_tail() -> Tested {
    let frame = df! { "a" => 0..7 }?;
    assert_eq!(frame.tail(5)?, df! { "a" => [2, 3, 4, 5, 6] }?);
    Ok(())
}

#[test]
fn p19_shape() -> Tested {
    assert_eq!(people()?.shape(), (3, 3));
    Ok(())
}

#[test]
fn p20_info() -> Tested {
    let info = df! { "a" => [Some(1i64), None], "b" => ["x", "y"] }?.info();
    assert_eq!(info.column_names(), ["column", "type", "non_null", "bytes"]);
    assert_eq!(info.column("type")?, Series::from_iter("type", ["Int64", "String"]));
    assert_eq!(info.column("non_null")?, Series::from_iter("non_null", [1i64, 2]));
    Ok(())
}

#[test]
fn p21_describe() -> Tested {
    let summary = df! { "a" => [1, 2, 3, 4], "t" => ["x", "y", "x", "x"] }?.describe()?;
    let row =
        |name: &str| summary.filter(col("statistic").eq(name))?.item(0, "a").map_err(lazuli::Error::from);
    // Quartiles between values, as pandas has them.
    for (name, wanted) in
        [("count", 4.0), ("mean", 2.5), ("min", 1.0), ("25%", 1.75), ("50%", 2.5), ("75%", 3.25)]
    {
        close(row(name)?, wanted);
    }
    // Squares of deviations 2.25, 0.25, 0.25, 2.25 over 3.
    close(row("std")?, (5.0 / 3.0f64).sqrt());
    assert_eq!(summary.filter(col("statistic").eq("min"))?.item(0, "t")?, Scalar::from("x"));
    Ok(())
}

#[test]
fn p22_names_of_columns() -> Tested {
    assert_eq!(people()?.column_names(), ["name", "age", "salary"]);
    Ok(())
}

#[test]
fn p23_types_of_columns() -> Tested {
    assert_eq!(people()?.data_types(), [DataType::String, DataType::Int64, DataType::Int64]);
    // Of a query, without running it.
    let schema = people()?.lazy().select((col("age") / 2).alias("half")).collect_schema()?;
    assert_eq!(*schema.field(0).data_type(), DataType::Float64);
    Ok(())
}

#[test]
fn p24_distinct_values() -> Tested {
    let ages = df! { "age" => [Some(30), Some(25), None, Some(30)] }?;
    // In order of first appearance, null too.
    assert_eq!(eval(&ages, col("age").unique())?, out([Some(30), Some(25), None]));
    Ok(())
}

#[test]
fn p25_number_of_distinct_values() -> Tested {
    let ages = df! { "age" => [Some(30), Some(25), None, Some(30)] }?;
    // Null counts, as in Polars; without it, as in pandas.
    assert_eq!(value(&ages, col("age").n_unique())?, Scalar::Int64(3));
    assert_eq!(value(&ages, col("age").drop_nulls().n_unique())?, Scalar::Int64(2));
    Ok(())
}

#[test]
fn p26_value_counts() -> Tested {
    let ages = df! { "age" => [Some(25), Some(30), None, Some(30)] }?;
    let counts = ages.lazy().value_counts(["age"]).collect()?;
    assert_eq!(counts, df! { "age" => [Some(30), Some(25), None], "count" => [2i64, 1, 1] }?);
    let known = ages.lazy().drop_nulls("age").value_counts(["age"]).collect()?;
    assert_eq!(known, df! { "age" => [30, 25], "count" => [2i64, 1] }?);
    Ok(())
}

#[test]
fn p27_memory_of_each_column() -> Tested {
    let info =
        df! { "a" => 0..1_000i64, "b" => (0..1_000i32).map(|row| row % 2 == 0).collect::<Vec<_>>() }?.info();
    assert_eq!(info.column("bytes")?, Series::from_iter("bytes", [8_000i64, 125]));
    Ok(())
}

#[test]
fn p28_histogram() -> Tested {
    let ages = df! { "age" => [1.0, 2.0, 2.5, 9.0, 10.0] }?;
    // The counts of three bins of width 3 from 1 to 10; drawing them is another matter.
    let counts = ages.lazy().select(col("age").hist_evenly(3)).explode(["age"]).collect()?;
    assert_eq!(eval(&counts, col("age").cast(DataType::Int64))?, out([3i64, 0, 2]));
    Ok(())
}

#[test]
fn p29_a_column() -> Tested {
    assert_eq!(people()?.column("age")?, Series::from_iter("age", [25i64, 30, 35]));
    assert!(people()?.column("agee").is_err_and(|error| error.to_string().contains("age")));
    Ok(())
}

#[test]
fn p30_columns_by_name() -> Tested {
    let some = people()?.select(["name", "age"])?;
    assert_eq!(some, df! { "name" => ["Alice", "Bob", "Carol"], "age" => [25i64, 30, 35] }?);
    Ok(())
}

#[test]
fn p31_a_row_by_label() -> Tested {
    assert_eq!(people()?.row(0), Some(vec![Scalar::from("Alice"), Scalar::Int64(25), Scalar::Int64(50_000)]));
    assert_eq!(people()?.filter(col("name").eq("Bob"))?.item(0, "age")?, Scalar::Int64(30));
    assert_eq!(people()?.row(3), None);
    Ok(())
}

#[test]
fn p32_rows_up_to_a_label() -> Tested {
    // `.loc[0:2]` has its end.
    assert_eq!(people()?.slice(0, Some(3))?, people()?);
    Ok(())
}

#[test]
fn p33_a_value_by_labels() -> Tested {
    assert_eq!(people()?.item(0, "name")?, Scalar::from("Alice"));
    Ok(())
}

#[test]
fn p34_columns_from_one_to_another() -> Tested {
    let frame = people()?;
    let place = |name| frame.get_column_index(name).map_or(0, |place| place as i64);
    let some = frame.select(cs::by_index(place("age")..=place("salary")))?;
    assert_eq!(some.column_names(), ["age", "salary"]);
    Ok(())
}

#[test]
fn p35_a_row_by_number() -> Tested {
    assert_eq!(people()?.row(2), Some(vec![Scalar::from("Carol"), Scalar::Int64(35), Scalar::Int64(70_000)]));
    Ok(())
}

#[test]
fn p36_rows_by_numbers() -> Tested {
    // `.iloc[0:2]` does not have its end.
    assert_eq!(people()?.slice(0, Some(2))?.column("name")?, Series::from_iter("name", ["Alice", "Bob"]));
    Ok(())
}

#[test]
fn p37_a_value_by_numbers() -> Tested {
    assert_eq!(people()?.get(0, 0), Scalar::from("Alice"));
    Ok(())
}

#[test]
fn p38_columns_by_numbers() -> Tested {
    assert_eq!(people()?.select(cs::by_index(0..2))?.column_names(), ["name", "age"]);
    Ok(())
}

#[test]
fn p39_rows_where() -> Tested {
    let older = people()?.filter(col("age").gt(25))?;
    assert_eq!(older.column("name")?, Series::from_iter("name", ["Bob", "Carol"]));
    Ok(())
}

#[test]
fn p40_rows_where_both() -> Tested {
    let some = people()?.filter(col("age").gt(25).and(col("salary").gt(65_000)))?;
    assert_eq!(some.column("name")?, Series::from_iter("name", ["Carol"]));
    Ok(())
}

#[test]
fn p41_rows_by_a_text() -> Tested {
    let some = people()?.filter(parse_expr("age > 25 and salary > 55000")?)?;
    assert_eq!(some.column("name")?, Series::from_iter("name", ["Bob", "Carol"]));
    Ok(())
}

#[test]
fn p42_columns_of_numbers() -> Tested {
    assert_eq!(people()?.select(cs::numeric())?.column_names(), ["age", "salary"]);
    Ok(())
}

#[test]
fn p43_columns_of_texts() -> Tested {
    assert_eq!(people()?.select(cs::string())?.column_names(), ["name"]);
    Ok(())
}

#[test]
fn p44_values_written_where() -> Tested {
    let raised = when(col("age").gt(25)).then(100_000).otherwise(col("salary")).alias("salary");
    let frame = people()?.with_columns(raised)?;
    assert_eq!(frame.column("salary")?, Series::from_iter("salary", [50_000i64, 100_000, 100_000]));
    Ok(())
}

#[test]
fn p45_no_write_is_lost() -> Tested {
    // What a filter gives is a frame of its own: a new column there leaves the first frame as it was, and says so by type.
    let frame = people()?;
    let raised = frame.filter(col("age").gt(25))?.with_columns(lit(100_000i64).alias("salary"))?;
    assert_eq!(raised.column("salary")?, Series::from_iter("salary", [100_000i64, 100_000]));
    assert_eq!(frame, people()?);
    Ok(())
}

#[test]
fn p46_a_part_with_a_new_column() -> Tested {
    let seniors = people()?.lazy().filter(col("age").gt(25)).with_columns(lit("senior").alias("status"));
    let wanted = df! { "name" => ["Bob", "Carol"], "status" => ["senior", "senior"] }?;
    assert_eq!(seniors.select(["name", "status"]).collect()?, wanted);
    Ok(())
}

#[test]
fn p47_a_new_column_where() -> Tested {
    let status = when(col("age").gt(25)).then("senior").otherwise(Scalar::Null);
    assert_eq!(eval(&people()?, status)?, out([None, Some("senior"), Some("senior")]));
    Ok(())
}

#[test]
fn p49_a_column_out_of_two() -> Tested {
    let frame = df! { "price" => [2.5, 4.0], "quantity" => [4, 3] }?;
    assert_eq!(eval(&frame, col("price") * col("quantity"))?, out([10.0, 12.0]));
    Ok(())
}

#[test]
fn p50_roots_of_a_column() -> Tested {
    assert_eq!(eval(&df! { "price" => [4.0, 6.25] }?, col("price").sqrt())?, out([2.0, 2.5]));
    Ok(())
}

#[test]
fn p51_rows_one_by_one() -> Tested {
    let names: Vec<String> = people()?.rows().map(|row| format!("{} {}", row[0], row[1])).collect();
    assert_eq!(names, ["Alice 25", "Bob 30", "Carol 35"]);
    Ok(())
}

#[test]
fn p52_a_column_dropped() -> Tested {
    assert_eq!(people()?.drop(["age"])?.column_names(), ["name", "salary"]);
    fails_with(people()?.drop(["agee"]), &["agee", "age"]);
    Ok(())
}

#[test]
fn p53_sorted_descending() -> Tested {
    let sorted = people()?.sort(col("salary").desc())?;
    assert_eq!(sorted.column("name")?, Series::from_iter("name", ["Carol", "Bob", "Alice"]));
    Ok(())
}
