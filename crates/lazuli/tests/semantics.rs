//! The rows of `docs/semantics.md` that hold today, each by the smallest query that would tell Lazuli from Polars.
//!
//! A row that is marked "yes" or "part" there has a test here; the names begin with its number.

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use lazuli::prelude::*;
use lazuli::{DataType, Encoding, InferMode, OnMisfit, OnRagged, Series, WindowMapping, random_int};

type Tested = Result<(), Box<dyn std::error::Error>>;

/// One column of the result of one expression over `frame`.
fn eval(frame: &DataFrame, expr: Expr) -> lazuli::Result<Series> {
    Ok(frame.lazy().select([expr.alias("out")]).collect()?.column_at(0))
}

#[track_caller]
fn fails_with(result: lazuli::Result<impl std::fmt::Debug>, parts: &[&str]) {
    let text = result.expect_err("this must fail").to_string();
    for part in parts {
        assert!(text.contains(part), "{part:?} is not in: {text}");
    }
}

/// A CSV file that is removed at the end.
struct CsvFile(PathBuf);

impl CsvFile {
    fn new(text: &str) -> Self {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("lazuli-semantics-{}-{number}.csv", std::process::id()));
        std::fs::write(&path, text).expect("the folder for temporary files can be written");
        Self(path)
    }

    fn read(&self, options: CsvOptions) -> lazuli::Result<DataFrame> {
        scan_csv_with(&self.0, options).collect()
    }
}

impl Drop for CsvFile {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

fn read(text: &str) -> lazuli::Result<DataFrame> {
    CsvFile::new(text).read(CsvOptions::default())
}

#[test]
fn every_row_that_holds_has_a_test() {
    let (rows, tests) = (include_str!("../../../docs/semantics.md"), include_str!("semantics.rs"));
    let mut num_held = 0;
    for row in rows.lines().filter(|line| line.starts_with("| ") && line.split('|').count() == 7) {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let Ok(number) = cells[1].parse::<u32>() else { continue };
        let held = cells[5].starts_with("yes") || cells[5].starts_with("part");
        let is_tested =
            tests.lines().any(|line| line.starts_with("fn ") && line.contains(&format!("r{number:02}_")));
        assert_eq!(is_tested, held, "row {number} says {:?}", cells[5]);
        num_held += u32::from(held);
    }
    assert!(num_held > 20, "only {num_held} rows were understood");
}

#[test]
fn r01_integers_are_exact_or_an_error() -> Tested {
    let frame = df! { "a" => [1i64, i64::MAX], "b" => [1i64, 1], "small" => [100i8, 100] }?;
    fails_with(eval(&frame, col("a") + col("b")), &["overflow", "row 1", "9223372036854775807"]);
    fails_with(eval(&frame, col("a") * 2i64), &["overflow", "row 1"]);
    fails_with(eval(&frame, col("a").sum()), &["overflow", "sum"]);
    fails_with(eval(&frame, sum_horizontal(["a", "b"])), &["overflow in sum_horizontal at row 1"]);
    assert_eq!(eval(&frame, col("a").wrapping_add(col("b")))?.get(1), Scalar::Int64(i64::MIN));
    // By the result, not by the order: a partial sum may leave the range.
    assert_eq!(
        eval(&frame, sum_horizontal((col("a"), col("b"), lit(-1i64))))?.get(1),
        Scalar::Int64(i64::MAX)
    );
    let back = df! { "a" => [i64::MAX, 1, -1] }?;
    assert_eq!(eval(&back, col("a").sum())?.get(0), Scalar::Int64(i64::MAX));
    Ok(())
}

#[test]
fn r02_integer_sums_are_wide() -> Tested {
    let frame = df! { "i" => [i32::MAX, i32::MAX], "u" => [u8::MAX, 1], "s" => [i8::MIN, -1] }?;
    assert_eq!(eval(&frame, col("i").sum())?.get(0), Scalar::Int64(4_294_967_294));
    assert_eq!(eval(&frame, col("u").sum())?.get(0), Scalar::UInt64(256));
    assert_eq!(eval(&frame, col("s").sum())?.get(0), Scalar::Int64(-129));
    Ok(())
}

#[test]
fn r03_counts_are_signed() -> Tested {
    let frame = df! { "a" => [Some(1), None, Some(1)] }?;
    assert_eq!(eval(&frame, len() - 5i64)?.get(0), Scalar::Int64(-2));
    assert_eq!(eval(&frame, col("a").count() - 5i64)?.get(0), Scalar::Int64(-3));
    assert_eq!(eval(&frame, col("a").n_unique() - 5i64)?.get(0), Scalar::Int64(-3));
    Ok(())
}

#[test]
fn r04_integers_and_floats_compare_exactly() -> Tested {
    let frame = df! { "i" => [(1i64 << 53) + 1], "f" => [(1i64 << 53) as f64] }?;
    assert_eq!(eval(&frame, col("i").eq(col("f")))?.get(0), Scalar::Boolean(false));
    assert_eq!(eval(&frame, col("i").gt(col("f")))?.get(0), Scalar::Boolean(true));
    Ok(())
}

#[test]
fn r05_rows_come_in_the_order_of_the_data() -> Tested {
    let frame = df! { "k" => ["z", "a", "z", "m"], "v" => [1, 2, 3, 4] }?;
    let groups = frame.lazy().group_by("k").agg([col("v").sum()]).collect()?;
    assert_eq!(groups, df! { "k" => ["z", "a", "m"], "v" => [4i64, 2, 4] }?);
    assert_eq!(frame.lazy().select([col("k")]).unique().collect()?, df! { "k" => ["z", "a", "m"] }?);
    let right = df! { "k" => ["m", "z", "z"], "w" => [10, 20, 30] }?;
    let joined = frame.lazy().join(right.lazy(), "k", "k", JoinType::Inner).collect()?;
    assert_eq!(
        joined,
        df! { "k" => ["z", "z", "z", "z", "m"], "v" => [1, 1, 3, 3, 4], "w" => [20, 30, 20, 30, 10] }?
    );
    Ok(())
}

#[test]
fn r06_float_sums_do_not_depend_on_threads() -> Tested {
    // Plain sums of these differ with every split.
    let values: Vec<f64> = (0..200_000u32).map(|i| f64::from(i.wrapping_mul(2_654_435_761)) * 1e-7).collect();
    let plain = |chunk: usize| values.chunks(chunk).map(|part| part.iter().sum::<f64>()).sum::<f64>();
    assert_ne!(plain(1_000), plain(777), "this data would not show it");
    let frame = df! { "x" => values }?;
    let bits = |threads: usize, morsel_rows: usize| -> lazuli::Result<Vec<u64>> {
        let options = ExecOptions { threads: Some(threads), morsel_rows, ..ExecOptions::default() };
        let query = frame.lazy().with_options(options).select([col("x").sum(), col("x").mean().alias("m")]);
        let row = query.collect()?;
        let bits = |column: usize| match row.get(0, column) {
            Scalar::Float64(value) => value.to_bits(),
            other => panic!("not a float: {other}"),
        };
        Ok(vec![bits(0), bits(1)])
    };
    let expected = bits(1, 1_000_000)?;
    for (threads, morsel_rows) in [(1, 1_000), (2, 1_000), (4, 777), (3, 30_000)] {
        assert_eq!(bits(threads, morsel_rows)?, expected, "{threads} threads, morsels of {morsel_rows}");
    }
    Ok(())
}

#[test]
fn r07_r08_nulls_sort_last_and_equal_rows_stay() -> Tested {
    let frame = df! { "k" => [Some(2), None, Some(1), Some(2), None], "row" => [0, 1, 2, 3, 4] }?;
    let rows = |frame: DataFrame| frame.column("row")?.to_vec::<i32>();
    let some = |rows: [i32; 5]| rows.map(Some).to_vec();
    assert_eq!(rows(frame.lazy().sort("k").collect()?)?, some([2, 0, 3, 1, 4]));
    assert_eq!(rows(frame.lazy().sort(col("k").desc()).collect()?)?, some([0, 3, 2, 1, 4]));
    let first = frame.lazy().sort(col("k").desc().nulls_first()).collect()?;
    assert_eq!(rows(first)?, some([1, 4, 0, 3, 2]));
    Ok(())
}

#[test]
fn r09_half_way_is_the_median() -> Tested {
    let frame = df! { "a" => [1, 2] }?;
    assert_eq!(eval(&frame, col("a").quantile(0.5))?.get(0), Scalar::Float64(1.5));
    assert_eq!(eval(&frame, col("a").median())?.get(0), Scalar::Float64(1.5));
    let described = frame.lazy().describe().collect()?.to_string();
    assert!(described.contains("1.5"), "{described}");
    Ok(())
}

#[test]
fn r10_null_is_no_mode() -> Tested {
    let frame = df! { "a" => [None, Some(2), None, Some(1), Some(2)] }?;
    assert_eq!(eval(&frame, col("a").mode())?.to_vec::<i32>()?, [Some(2)]);
    assert_eq!(eval(&frame, col("a").mode_with_nulls())?.to_vec::<i32>()?, [None, Some(2)]);
    Ok(())
}

#[test]
fn r11_casts_fail_or_are_tried() -> Tested {
    let frame = df! { "a" => ["1", "x", "300"] }?;
    fails_with(eval(&frame, col("a").cast(DataType::Int64)), &["row 1", "x"]);
    let tried = eval(&frame, col("a").try_cast(DataType::UInt8))?;
    assert_eq!(tried.to_vec::<u8>()?, [Some(1), None, None]);
    Ok(())
}

#[test]
fn r12_r14_text_casts_to_iso_dates_and_booleans() -> Tested {
    let frame = df! { "d" => ["2024-02-29"], "european" => ["29/02/2024"], "b" => ["TRUE"] }?;
    assert_eq!(eval(&frame, col("d").cast(DataType::Date))?.get(0).to_string(), "2024-02-29");
    fails_with(eval(&frame, col("european").cast(DataType::Date)), &["29/02/2024"]);
    let form = col("european").str().to_date(Some("%d/%m/%Y"));
    assert_eq!(eval(&frame, form)?.get(0).to_string(), "2024-02-29");
    assert_eq!(eval(&frame, col("b").cast(DataType::Boolean))?.get(0), Scalar::Boolean(true));
    Ok(())
}

#[test]
fn r13_dates_are_never_guessed() -> Tested {
    let frame = read("iso,other\n2024-01-02,02/01/2024\n")?;
    assert_eq!(frame.schema().to_string(), "iso: Date, other: String");
    Ok(())
}

#[test]
fn r15_fill_null_widens() -> Tested {
    let frame = df! { "a" => [Some(1), None] }?;
    assert_eq!(eval(&frame, col("a").fill_null(2.5))?.to_vec::<f64>()?, [Some(1.0), Some(2.5)]);
    let filled = eval(&frame, col("a").fill_null(1i64 << 40))?;
    assert_eq!(filled.to_vec::<i64>()?, [Some(1), Some(1 << 40)]);
    Ok(())
}

#[test]
fn r17_a_date_and_hours_are_a_datetime() -> Tested {
    let text =
        df! { "d" => ["2024-01-01"], "from" => ["2024-01-01T00:00:00"], "to" => ["2024-01-01T05:00:00"] }?;
    let datetime = DataType::Datetime(TimeUnit::Microseconds, None);
    let span = col("to").cast(datetime.clone()) - col("from").cast(datetime);
    let moved = eval(&text, col("d").cast(DataType::Date) + span)?;
    assert_eq!(moved.get(0).to_string().replace(' ', "T"), "2024-01-01T05:00:00");
    Ok(())
}

#[test]
fn r18_mixed_types_lose_nothing() -> Tested {
    let numbers = df! { "x" => [1] }?;
    let dates = df! { "x" => ["2024-01-01"] }?.lazy().select([col("x").cast(DataType::Date)]);
    fails_with(concat([numbers.lazy(), dates.clone()]).collect(), &["x", "Int32", "Date"]);
    let mixed = dates.with_columns([lit(1).alias("n")]);
    fails_with(mixed.unpivot(["x", "n"], ["x"]).collect().map(|_| ()), &["x"]);
    Ok(())
}

#[test]
fn r19_an_empty_list_is_a_row() -> Tested {
    let none = df! { "id" => [1, 2], "n" => [Some(5), None] }?;
    let lists = none.lazy().group_by("id").agg(col("n").top_k(0));
    let filled = lists.clone().explode(["n"]).collect()?;
    assert_eq!(filled, df! { "id" => [1, 2], "n" => [None::<i32>, None] }?);
    assert_eq!(lists.explode_non_empty(["n"]).collect()?.height(), 0);
    Ok(())
}

#[test]
fn r20_r21_r22_pivots_name_order_and_fill() -> Tested {
    let frame = df! { "k" => ["a", "a", "b"], "on" => [10, 9, 9], "v" => [1, 2, 3], "w" => [4, 5, 6] }?;
    let pivot = |frame: &DataFrame| frame.lazy().pivot(["on"]).index(["k"]);
    let sums = pivot(&frame).values(["v"]).agg(element().sum()).collect()?;
    assert_eq!(sums, df! { "k" => ["a", "b"], "9" => [2i64, 3], "10" => [Some(1i64), None] }?);
    let counts = pivot(&frame).values(["v"]).agg(element().count()).collect()?;
    assert_eq!(counts, df! { "k" => ["a", "b"], "9" => [1i64, 1], "10" => [1i64, 0] }?);
    let filled = pivot(&frame).values(["v"]).fill(0i64).agg(element().sum()).collect()?;
    assert_eq!(filled, df! { "k" => ["a", "b"], "9" => [2i64, 3], "10" => [1i64, 0] }?);
    let both = pivot(&frame).values(["v", "w"]).agg(element().sum()).collect_schema_names()?;
    assert_eq!(both, ["k", "v_9", "v_10", "w_9", "w_10"]);
    Ok(())
}

/// Names of the columns of a query's result.
trait CollectSchemaNames {
    fn collect_schema_names(self) -> lazuli::Result<Vec<String>>;
}

impl CollectSchemaNames for LazyFrame {
    fn collect_schema_names(self) -> lazuli::Result<Vec<String>> {
        Ok(self.collect()?.schema().names().map(ToString::to_string).collect())
    }
}

#[test]
fn r22_dummies_come_by_value() -> Tested {
    let frame = df! { "n" => [Some(10), Some(9), None] }?;
    let out = frame.lazy().to_dummies(["n"]).collect()?;
    assert_eq!(out, df! { "n_9" => [0u8, 1, 0], "n_10" => [1u8, 0, 0], "n_null" => [0u8, 0, 1] }?);
    // Without the first is without the least, whatever stands in the first row.
    let out = frame.lazy().to_dummies(DummiesArgs::new(["n"]).drop_first().drop_nulls()).collect()?;
    assert_eq!(out, df! { "n_10" => [1u8, 0, 0] }?);
    Ok(())
}

#[test]
fn r28_claims_of_order_are_checked() -> Tested {
    let frame = df! { "a" => [Some(1), Some(3), Some(2), None] }?;
    fails_with(frame.lazy().set_sorted("a").collect(), &["rows are not sorted by a"]);
    let sorted = frame.lazy().sort("a");
    assert_eq!(sorted.clone().set_sorted("a").collect()?, sorted.clone().collect()?);
    fails_with(sorted.clone().set_sorted(col("a").asc().nulls_first()).collect(), &["not sorted"]);
    fails_with(sorted.clone().merge_sorted(frame.lazy(), "a").collect(), &["not sorted"]);
    let numbers = frame.lazy().drop_nulls("a");
    fails_with(numbers.group_by_dynamic("a", "2i").agg(len()).collect(), &["not sorted"]);
    fails_with(sorted.rolling("a", "2i").agg(len()).collect(), &["has a null"]);
    Ok(())
}

#[test]
fn r29_samples_stay_what_they_are() -> Tested {
    let frame = df! { "a" => (0..10).collect::<Vec<_>>() }?;
    // These numbers are for ever.
    let sample = frame.lazy().sample_n(4, SampleArgs::new(1).shuffled()).collect()?;
    assert_eq!(sample, df! { "a" => [7, 4, 8, 1] }?);
    let shuffled = frame.lazy().shuffle(1).collect()?;
    assert_eq!(shuffled.sliced(0, 4), sample);
    assert_eq!(shuffled.sort("a")?, frame);
    fails_with(frame.lazy().sample_n(11, 1).collect(), &["more rows than there are"]);
    fails_with(frame.lazy().clear().sample_n(1, 1).collect(), &["more rows than there are"]);
    Ok(())
}

#[test]
fn r37_every_window_that_holds_a_row() -> Tested {
    let frame = df! { "n" => [10, 11] }?;
    let out =
        frame.lazy().group_by_dynamic("n", DynamicArgs::every("2i").period("6i")).agg(len()).collect()?;
    assert_eq!(out.column("n")?, Series::from_iter("n", [6, 8, 10]));
    Ok(())
}

#[test]
fn r38_a_mean_in_place_of_null_is_exact() -> Tested {
    let frame = df! { "a" => [Some(1), None, Some(2)], "k" => [Some("x"), None, None] }?;
    let out = frame.lazy().fill_null_with(FillNull::Mean).collect()?;
    assert_eq!(out, df! { "a" => [1.0, 1.5, 2.0], "k" => [Some("x"), None, None] }?);
    Ok(())
}

#[test]
fn r39_what_a_column_has_not_is_null() -> Tested {
    let frame = df! { "g" => [1, 1], "k" => ["x", "y"], "n" => [1i64, 4] }?;
    assert_eq!(frame.lazy().mean().collect()?, df! { "g" => [1.0], "k" => [None::<&str>], "n" => [2.5] }?);
    fails_with(frame.lazy().group_by("g").sum().collect(), &["sum takes one column", "String"]);
    Ok(())
}

#[test]
fn r23_blank_lines_are_no_rows() -> Tested {
    assert_eq!(read("a,b\n1,2\n\n3,4\n")?, df! { "a" => [1i64, 3], "b" => [2i64, 4] }?);
    assert_eq!(read("a\n1\n\n3\n")?, df! { "a" => [Some(1i64), None, Some(3)] }?);
    Ok(())
}

#[test]
fn r24_types_come_from_the_whole_file() -> Tested {
    let mut text = String::from("a\n");
    (0..1_000).for_each(|i| text.push_str(&format!("{i}\n")));
    text.push_str("0.5\n");
    assert_eq!(read(&text)?.schema().to_string(), "a: Float64");
    let full = CsvOptions { infer: InferMode::Full, ..CsvOptions::default() };
    assert_eq!(CsvFile::new(&text).read(full)?.schema().to_string(), "a: Float64");
    Ok(())
}

#[test]
fn r25_a_misfit_fails_widens_is_set_aside_or_null() -> Tested {
    let file = CsvFile::new("a,b\n1,2\n3,x\n");
    let schema_overrides = vec![("b".into(), DataType::Int64)];
    let options = CsvOptions { schema_overrides, ..CsvOptions::default() };
    let name = file.0.file_name().and_then(|name| name.to_str()).expect("a name of ours").to_string();
    fails_with(file.read(options.clone()), &[&name, "line 3", "b", "x", "Int64"]);
    let null = CsvOptions { on_misfit: OnMisfit::Null, ..options.clone() };
    assert_eq!(file.read(null)?, df! { "a" => [1i64, 3], "b" => [Some(2i64), None] }?);
    let widen = CsvOptions { on_misfit: OnMisfit::Widen, ..options.clone() };
    assert_eq!(file.read(widen)?, df! { "a" => [1i64, 3], "b" => ["2", "x"] }?);
    let reject = CsvOptions { on_misfit: OnMisfit::Reject, ..options };
    let (rows, rejects) = scan_csv_with(&file.0, reject).collect_with_rejects()?;
    assert_eq!(rows, df! { "a" => [1i64], "b" => [2i64] }?);
    let told =
        rejects.lazy().select([col("line"), col("column"), col("raw_text"), col("reason")]).collect()?;
    let expected = df! {
        "line" => [3i64], "column" => ["b"], "raw_text" => ["3,x"],
        "reason" => ["\"x\" is no Int64: not an integer"],
    };
    assert_eq!(told, expected?);
    Ok(())
}

#[test]
fn r26_a_short_record_fails_is_padded_cut_or_set_aside() -> Tested {
    let file = CsvFile::new("a,b\n1,2\n3\n");
    fails_with(file.read(CsvOptions::default()), &["line 3", "1", "2"]);
    for on_ragged in [OnRagged::Pad, OnRagged::Truncate] {
        let options = CsvOptions { on_ragged, ..CsvOptions::default() };
        assert_eq!(file.read(options)?, df! { "a" => [1i64, 3], "b" => [Some(2i64), None] }?);
    }
    let reject = CsvOptions { on_ragged: OnRagged::Reject, ..CsvOptions::default() };
    let (rows, rejects) = scan_csv_with(&file.0, reject).collect_with_rejects()?;
    assert_eq!((rows.height(), rejects.height()), (1, 1));
    Ok(())
}

#[test]
fn r27_encodings_by_mark_or_by_name() -> Tested {
    let messy = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../testdata/messy");
    let marked = scan_csv(messy.join("test_utf16_little.csv")).collect()?;
    assert_eq!(marked.column("c")?.get(1).to_string(), "ʤ");
    let latin = messy.join("test_latin1.csv");
    fails_with(scan_csv(&latin).collect(), &["line 3", "UTF-8"]);
    let named = CsvOptions { encoding: Encoding::Latin1, ..CsvOptions::default() };
    assert_eq!(scan_csv_with(&latin, named).collect()?.column("c")?.get(1).to_string(), "©");
    let lossy = CsvOptions { encoding: Encoding::Utf8Lossy, ..CsvOptions::default() };
    assert_eq!(scan_csv_with(&latin, lossy).collect()?.column("c")?.get(1).to_string(), "\u{fffd}");
    Ok(())
}

#[test]
fn r30_division_is_the_same_for_integers_and_floats() -> Tested {
    let frame = df! { "a" => [-7, 1, 0], "b" => [2, 0, 0] }?;
    let quotients = eval(&frame, col("a") / col("b"))?.to_vec::<f64>()?;
    assert_eq!(quotients[..2], [Some(-3.5), Some(f64::INFINITY)]);
    assert!(quotients[2].is_some_and(f64::is_nan));
    assert_eq!(eval(&frame, col("a").floor_div(col("b")))?.to_vec::<i32>()?, [Some(-4), None, None]);
    assert_eq!(eval(&frame, col("a") % col("b"))?.to_vec::<i32>()?, [Some(1), None, None]);
    Ok(())
}

#[test]
fn r31_spread_is_of_a_sample() -> Tested {
    let frame = df! { "a" => [1.0, 3.0] }?;
    assert_eq!(eval(&frame, col("a").var())?.get(0), Scalar::Float64(2.0));
    let one = df! { "a" => [1.0] }?;
    assert_eq!(eval(&one, col("a").std())?.get(0), Scalar::Null);
    Ok(())
}

#[test]
fn r33_windows() -> Tested {
    let frame = df! { "k" => [Some("a"), None, Some("a"), None], "v" => [Some(3), Some(1), None, Some(2)] }?;
    let values = |expr: Expr| -> Result<Vec<Option<i64>>, Box<dyn std::error::Error>> {
        Ok(eval(&frame, expr)?.to_vec::<i64>()?)
    };
    // Null is a partition; each row gets its partition's sum, and stays where it is.
    assert_eq!(values(col("v").sum().over("k"))?, [Some(3), Some(3), Some(3), Some(3)]);
    assert_eq!(values(len().over(()))?, [Some(4); 4]);
    // Null is last in the order of a window too, so the number comes first.
    assert_eq!(values(row_number().over_sorted("k", col("v").desc()))?, [Some(1), Some(2), Some(2), Some(1)]);
    assert_eq!(values(col("v").rank("min"))?, [Some(3), Some(1), None, Some(2)]);
    assert_eq!(values(col("v").cum_sum().over("k"))?, [Some(3), Some(1), None, Some(3)]);
    assert_eq!(values(col("v").cum_count())?, [Some(1), Some(2), Some(2), Some(3)]);
    let large = df! { "a" => [i64::MAX, 1] }?;
    fails_with(eval(&large, col("a").cum_sum()), &["overflow in cum_sum at row 1"]);
    fails_with(eval(&frame, col("v").sum().over("k").rank("min")), &["a window inside a window"]);
    fails_with(eval(&frame, col("v").sum().over("kk")), &["column not found: kk; did you mean k?"]);
    // One partition after the other, by the row that came first, in whatever order each is.
    let one_by_one = col("v").over_sorted_mapped("k", col("v"), WindowMapping::Explode);
    assert_eq!(eval(&frame, one_by_one.clone())?.to_vec::<i32>()?, [Some(3), None, Some(1), Some(2)]);
    assert_eq!(values(col("v").sum().over_mapped("k", WindowMapping::Explode))?, [Some(3), Some(3)]);
    let lists = eval(&frame, (col("v") - col("v").min()).over_mapped("k", WindowMapping::Join))?;
    assert_eq!((lists.get(0).to_string(), lists.get(1).to_string()), ("[0, null]".into(), "[0, 1]".into()));
    for misplaced in [one_by_one.clone().sum(), one_by_one.clone().sort(false)] {
        fails_with(eval(&frame, misplaced), &["one after the other", "select or with_columns"]);
    }
    fails_with(frame.lazy().filter(one_by_one.gt(1)).collect(), &["one after the other"]);
    // In the aggregates of groups, a list for each; inside of an aggregate, over the group's rows.
    let grouped = frame.lazy().group_by("k").agg([col("v").cum_sum(), col("v").cum_sum().max().alias("max")]);
    let grouped = grouped.collect()?;
    assert_eq!(grouped.column("max")?.to_vec::<i64>()?, [Some(3), Some(3)]);
    assert_eq!(grouped.explode(["v"])?.column("v")?.to_vec::<i64>()?, [Some(3), None, Some(1), Some(3)]);
    Ok(())
}

#[test]
fn r16_replacing_widens_the_type() -> Tested {
    let frame = df! { "a" => [1i64, 2] }?;
    assert_eq!(eval(&frame, col("a").replace([1], [10.5]))?.to_vec::<f64>()?, [Some(10.5), Some(2.0)]);
    assert_eq!(eval(&frame, col("a").replace([1], [10]))?.to_vec::<i64>()?, [Some(10), Some(2)]);
    fails_with(eval(&frame, col("a").replace([1], ["x"])), &["replace_strict"]);
    fails_with(eval(&frame, col("a").replace_strict([1], ["x"])), &["replace_strict at row 1: 2"]);
    Ok(())
}

#[test]
fn r29_seeds_say_the_same_for_ever() -> Tested {
    let frame = DataFrame::try_new(vec![
        Series::from_iter("a", 0i64..6),
        Series::from_iter("k", [0i64, 1, 0, 1, 0, 1]),
    ])?;
    let numbers = random_int(0, 100, 42);
    assert_eq!(eval(&frame, numbers.clone())?.to_vec::<i64>()?, [61, 45, 20, 39, 74, 54].map(Some));
    // Each partition has numbers and an order of its own.
    let parted = eval(&frame, numbers.over("k"))?.to_vec::<i64>()?;
    assert_eq!([parted[0], parted[2], parted[4]], [61, 45, 20].map(Some));
    assert_ne!([parted[1], parted[3], parted[5]], [61, 45, 20].map(Some));
    let mut shuffled = eval(&frame, col("a").shuffle(1))?.to_vec::<i64>()?;
    assert_eq!(shuffled, eval(&frame, col("a").shuffle(1))?.to_vec::<i64>()?);
    shuffled.sort();
    assert_eq!(shuffled, [0, 1, 2, 3, 4, 5].map(Some));
    Ok(())
}

#[test]
fn r51_clipping_widens_the_type() -> Tested {
    let frame = df! { "a" => [Some(-1i64), None, Some(3)] }?;
    assert_eq!(eval(&frame, col("a").clip(0.5, 2.5))?.to_vec::<f64>()?, [Some(0.5), None, Some(2.5)]);
    assert_eq!(eval(&frame, col("a").clip(0, 2))?.to_vec::<i64>()?, [Some(0), None, Some(2)]);
    Ok(())
}

#[test]
fn r52_logic_of_integers_is_about_their_bits() -> Tested {
    let frame = df! { "a" => [6i64, -1], "b" => [true, false] }?;
    assert_eq!(eval(&frame, col("a") & 3)?.to_vec::<i64>()?, [Some(2), Some(3)]);
    assert_eq!(eval(&frame, !col("a"))?.to_vec::<i64>()?, [Some(-7), Some(0)]);
    fails_with(eval(&frame, col("a") & col("b")), &["Int64", "Boolean"]);
    Ok(())
}

#[test]
fn r53_horizontal_logic_asks_for_booleans() -> Tested {
    let frame = df! { "a" => [1i64, 0], "b" => [Some(true), None] }?;
    fails_with(eval(&frame, all_horizontal(["a", "b"])), &["columns of booleans"]);
    assert_eq!(eval(&frame, any_horizontal((col("a").neq(0), "b")))?.to_vec::<bool>()?, [Some(true), None]);
    Ok(())
}

#[test]
fn r54_bits_of_nothing_are_null() -> Tested {
    let frame = df! { "a" => [None::<i64>, None] }?;
    for expr in [col("a").bitwise_and(), col("a").bitwise_or(), col("a").bitwise_xor()] {
        assert_eq!(eval(&frame, expr)?.get(0), Scalar::Null);
    }
    Ok(())
}

#[test]
fn r55_casts_that_wrap_take_integers_and_constants_widen() -> Tested {
    let frame = df! { "a" => [Some(300i64), None, Some(-1)], "x" => [1.5, f64::NAN, 300.0] }?;
    let bytes = eval(&frame, col("a").wrapping_cast(DataType::UInt8))?;
    assert_eq!(bytes.to_vec::<u8>()?, [Some(44), None, Some(255)]);
    fails_with(eval(&frame, col("x").wrapping_cast(DataType::UInt8)), &["wrapping_cast", "Float64"]);
    let extended = eval(&frame, col("a").extend_constant(9.5, 1))?;
    assert_eq!(extended.to_vec::<f64>()?, [Some(300.0), None, Some(-1.0), Some(9.5)]);
    assert_eq!(*eval(&frame, col("a").extend_constant(9, 1))?.data_type(), DataType::Int64);
    fails_with(eval(&frame, col("a").extend_constant("x", 1)), &["extend_constant takes a column"]);
    Ok(())
}

#[test]
fn r40_the_day_of_an_instant_is_that_of_its_zone() -> Tested {
    let frame = df! { "at" => ["2023-12-31T23:30:00"] }?;
    let paris = col("at").cast(DataType::Datetime(TimeUnit::Microseconds, None));
    let paris = paris.dt().replace_time_zone(Some("UTC")).dt().convert_time_zone("Europe/Paris");
    let day = eval(&frame, paris.clone().cast(DataType::Date))?;
    assert_eq!(day.get(0).to_string(), "2024-01-01");
    assert_eq!(day, eval(&frame, paris.dt().date())?);
    Ok(())
}

#[test]
fn r34_joins_by_predicates() -> Tested {
    let left = df! { "a" => [Some(3), Some(1), None, Some(i32::MAX)] }?;
    let right = df! { "a" => [Some(5), Some(2), None, Some(4)], "b" => [1, 2, 3, 4] }?;
    let below = left.join_where(&right, col("a").lt(col("a_right")))?;
    let expected = df! { "a" => [3, 3, 1, 1, 1], "a_right" => [5, 4, 5, 2, 4], "b" => [1, 4, 1, 2, 4] }?;
    assert_eq!(below, expected);
    // The sum overflows only for a row that the first predicate leaves out.
    let guarded = [col("a").lt(col("a_right")), (col("a") + 1).lt(col("a_right"))];
    assert_eq!(left.join_where(&right, guarded)?.height(), 3);
    let asked = [(col("a") + 1).lt(col("a_right")), col("a").lt(col("a_right"))];
    fails_with(left.join_where(&right, asked), &["overflow"]);
    fails_with(left.join_where(&right, col("a").lt(col("a_rigth"))), &["did you mean a_right?"]);
    Ok(())
}

#[test]
fn r71_lists_and_categories() -> Tested {
    let frame = df! { "a" => [Some(2i64), None, Some(1)] }?.lazy().select([col("a").implode()]).collect()?;
    let list = |expr: Expr| -> lazuli::Result<Vec<Option<i64>>> {
        Ok(frame.lazy().select([expr.alias("out")]).explode(["out"]).collect()?.column_at(0).to_vec()?)
    };
    assert_eq!(list(col("a").list().head(-1))?, [Some(2), None]);
    assert_eq!(list(col("a").list().tail(-1))?, [None, Some(1)]);
    assert_eq!(list(col("a").list().sort(false))?, [Some(1), Some(2), None]);
    assert_eq!(list(col("a").list().sort(true))?, [Some(2), Some(1), None]);
    let sizes = df! { "n" => [0, 2, 1] }?
        .lazy()
        .select([col("n").cat().to(["S", "M", "L"]).alias("size")])
        .collect()?;
    assert_eq!(eval(&sizes, col("size").lt("L"))?.to_vec::<bool>()?, [Some(true), Some(false), Some(true)]);
    fails_with(eval(&sizes, col("size").lt("XL")), &["`<` has no meaning for Enum(3 categories) and String"]);
    assert_eq!(eval(&sizes, col("size").cat().physical())?.to_vec::<u32>()?, [Some(0), Some(2), Some(1)]);
    let texts = eval(&sizes, col("size").cast(DataType::Categorical))?;
    let texts = DataFrame::try_new(vec![texts])?;
    fails_with(eval(&texts, col("out").cat().physical()), &["depend on how rows came together"]);
    Ok(())
}

#[test]
fn r35_patterns_are_checked() -> Tested {
    let frame = df! { "t" => ["a1", "b2"], "p" => ["a", "2"] }?;
    let unknown = eval(&frame, col("t").str().replace("a(.)", "$2"));
    fails_with(unknown, &["there is no group 2 to put in; groups are 0 to 1"]);
    fails_with(eval(&frame, col("t").str().extract("a", 1)), &["the pattern has no group 1"]);
    fails_with(
        eval(&frame, col("t").str().contains(col("p"))),
        &["a pattern that differs by row must be literal"],
    );
    let found = eval(&frame, col("t").str().contains_literal(col("p")))?;
    assert_eq!(found.to_vec::<bool>()?, [Some(true); 2]);
    let replaced = eval(&frame, col("t").str().replace("[ab]", lit("$9") + col("p")))?;
    assert_eq!(replaced.get(0), Scalar::from("$9a1"));
    assert_eq!(eval(&frame, col("t").str().replace("a", None::<&str>))?.null_count(), 2);
    Ok(())
}

#[test]
fn r36_json_is_exact() -> Tested {
    let decode = |json: &str| -> lazuli::Result<Scalar> {
        let frame = df! { "j" => [json] }?;
        Ok(eval(&frame, col("j").str().json_decode(DataType::Int8))?.get(0))
    };
    assert_eq!(decode("-7")?, Scalar::Int8(-7));
    for json in ["2.5", "true", "300"] {
        fails_with(decode(json), &["cast from String to Int8 failed at row 0"]);
    }
    Ok(())
}

#[test]
fn r32_null_nan_and_keys() -> Tested {
    let frame = df! { "a" => [Some(1.0), None, Some(f64::NAN), Some(-0.0)], "t" => [Some(true), None, Some(false), None] }?;
    // Null compares to nothing, and only true is kept.
    let null = lit(1.0).eq(col("a")).or(lit(1.0).neq(col("a")));
    assert_eq!(frame.lazy().filter(null).collect()?.height(), 3);
    assert_eq!(eval(&frame, col("t").or(lit(true)))?.to_vec::<bool>()?, [Some(true); 4]);
    assert_eq!(
        eval(&frame, col("t").and(lit(true)))?.to_vec::<bool>()?,
        [Some(true), None, Some(false), None]
    );
    // NaN is a value: equal to itself, above all, poison to sums, ignored by extremes.
    assert_eq!(
        eval(&frame, col("a").eq(col("a")))?.to_vec::<bool>()?,
        [Some(true), None, Some(true), Some(true)]
    );
    assert_eq!(eval(&frame, col("a").max())?.get(0), Scalar::Float64(1.0));
    assert!(matches!(eval(&frame, col("a").sum())?.get(0), Scalar::Float64(sum) if sum.is_nan()));
    assert_eq!(
        eval(&frame, col("a").gt(f64::INFINITY))?.to_vec::<bool>()?,
        [Some(false), None, Some(true), Some(false)]
    );
    // One group for NaN, one for null, one for both zeros.
    let keys = df! { "k" => [Some(f64::NAN), None, Some(0.0), Some(f64::NAN), Some(-0.0), None] }?;
    let counts = keys.lazy().group_by("k").agg([len().alias("n")]).collect()?.column("n")?;
    assert_eq!(counts.to_vec::<i64>()?, [Some(2); 3]);
    // Null joins nothing, NaN joins NaN; an anti join keeps the null.
    let one = df! { "k" => [Some(f64::NAN), None] }?;
    let join = |how: JoinType| keys.lazy().join(one.lazy(), "k", "k", how).collect();
    assert_eq!(join(JoinType::Semi)?.height(), 2);
    assert_eq!(join(JoinType::Anti)?.height(), 4);
    // Nothing to aggregate.
    let none = frame.lazy().filter(lit(false));
    let row =
        none.select([col("a").sum(), col("a").mean().alias("m"), col("a").count().alias("c")]).collect()?;
    assert_eq!(row.rows().next(), Some(vec![Scalar::Float64(0.0), Scalar::Null, Scalar::Int64(0)]));
    Ok(())
}
