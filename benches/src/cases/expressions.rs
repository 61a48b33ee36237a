//! One expression a case, over ten million rows in memory: `expr_*`. `suite/expressions.py` has the same for Polars.

use lazuli::prelude::*;
use lazuli::{CutOptions, DataFrame, QcutOptions};

use super::{Case, Work};
use crate::input::files::{EXPRESSIONS, load_columns};

/// A case for each line: its name, the columns it reads, and the expression.
macro_rules! expressions {
    ($($name:literal, [$($column:literal),+], $expression:expr;)+) => {
        pub static CASES: &[Case] = &[$(Case {
            name: concat!("expr_", $name),
            title: stringify!($expression),
            prepare: |options| {
                let frame = prepared(load_columns(&EXPRESSIONS, &[$($column),+], options)?, options)?;
                Work::query(move || frame.clone().lazy().select([Expr::from($expression).alias("x")]))
            },
        }),+];
    };
}

/// Lists can't come out of a CSV file: a column `digits` of texts such as `3,1,2` becomes one.
fn prepared(frame: DataFrame, options: &ExecOptions) -> Result<DataFrame, super::Failure> {
    if !frame.schema().fields().iter().any(|field| field.name() == "digits") {
        return Ok(frame);
    }
    let digits = col("digits").str().split(",").list().eval(element().cast(DataType::Int64));
    Ok(frame.lazy().with_columns([digits]).with_options(options.clone()).collect()?.rechunk())
}

expressions! {
    // Arithmetic and comparisons.
    "add", ["i", "k"], col("i") + col("k");
    "polynomial", ["g"], col("g") * col("g") * 3.0 + col("g") * 2.0 + 1.0;
    "floor_div", ["i"], col("i").floor_div(7);
    "mod", ["i"], col("i") % 7;
    "pow", ["g"], col("g").pow(1.5);
    "sqrt", ["g"], col("g").sqrt();
    "exp", ["f"], (col("f") / 100.0).exp();
    "log", ["g"], (col("g") + 1.0).ln();
    "sin", ["g"], col("g").sin();
    "round", ["g"], col("g").round(2);
    "abs", ["f"], col("f").abs();
    "clip", ["g"], col("g").clip(100.0, 900.0);
    "is_between", ["g"], col("g").is_between(100.0, 900.0);
    "is_in", ["k"], col("k").is_in([3, 5, 7, 11, 13, 17, 19, 23]);
    "is_in_text", ["w"], col("w").is_in(["word_03", "word_05", "word_77"]);
    "when", ["g", "k"], when(col("g").gt(500.0)).then(col("k")).otherwise(0);
    "fill_null", ["f"], col("f").fill_null(0.0);
    "fill_forward", ["f"], col("f").forward_fill(None);
    "interpolate", ["f"], col("f").interpolate("linear");
    "max_horizontal", ["f", "g"], max_horizontal(["f", "g"]);
    "sum_horizontal", ["i", "k"], sum_horizontal(["i", "k"]);
    "hash_unique", ["i"], col("i").hash(0).n_unique();
    "is_duplicated", ["i"], col("i").is_duplicated();
    "is_first_distinct", ["k"], col("k").is_first_distinct();
    "replace_strict", ["k"], col("k").replace_strict((0..1000).collect::<Vec<i32>>(), (0..1000).map(|k| k * 2).collect::<Vec<i32>>());
    "cut", ["g"], col("g").cut([100.0, 250.0, 500.0, 900.0], CutOptions::default()).cast(DataType::String);
    "qcut", ["g"], col("g").qcut(&[0.25, 0.5, 0.75], QcutOptions::default()).cast(DataType::String);
    // Casts.
    "float_to_text", ["g"], col("g").cast(DataType::String);
    "int_to_text", ["i"], col("i").cast(DataType::String);
    "text_to_int", ["n"], col("n").cast(DataType::Int64);
    "text_to_float", ["n"], col("n").cast(DataType::Float64);
    "int_to_float", ["i"], col("i").cast(DataType::Float64);
    "float_to_int", ["g"], col("g").cast(DataType::Int64);
    "date_to_text", ["d"], col("d").cast(DataType::String);
    // Texts: `s` has a million distinct ones, `w` a hundred.
    "contains_literal", ["s"], col("s").str().contains_literal("77@");
    "contains_regex", ["s"], col("s").str().contains(r"7\d7@");
    "replace", ["s"], col("s").str().replace_literal("@", " at ");
    "replace_all_regex", ["s"], col("s").str().replace_all(r"\d+", "#");
    "extract", ["s"], col("s").str().extract(r"_(\d+)@", 1);
    "to_uppercase", ["s"], col("s").str().to_uppercase();
    "to_uppercase_few", ["w"], col("w").str().to_uppercase();
    "len_chars", ["s"], col("s").str().len_chars();
    "slice", ["s"], col("s").str().slice(2, 6);
    "split_first", ["s"], col("s").str().split("@").list().first();
    "split_exact", ["s"], col("s").str().split_exact("@", 1).struct_().field("field_0");
    "strip", ["s"], col("s").str().strip_chars("us");
    "starts_with", ["s"], col("s").str().starts_with("user_1");
    "concat_str", ["s", "w"], concat_str(["s", "w"], "-", false);
    "pad_start", ["n"], col("n").str().pad_start(16, '0');
    "count_matches", ["s"], col("s").str().count_matches_literal("0");
    "text_equals", ["s"], col("s").eq("user_000077@example.com");
    "reverse_text", ["s"], col("s").str().reverse();
    "text_max", ["s"], col("s").max();
    "text_n_unique", ["s"], col("s").n_unique();
    "text_sort", ["s"], col("s").sort(false);
    "text_rank", ["s"], col("s").rank("dense");
    "to_date", ["ds"], col("ds").str().to_date(Some("%Y-%m-%d"));
    "try_to_date", ["ds"], col("ds").str().try_to_date(Some("%d/%m/%Y")).is_null();
    // Times.
    "year", ["t"], col("t").dt().year();
    "month", ["t"], col("t").dt().month();
    "weekday", ["t"], col("t").dt().weekday();
    "hour", ["t"], col("t").dt().hour();
    "date_of", ["t"], col("t").dt().date();
    "truncate_hour", ["t"], col("t").dt().truncate("1h");
    "truncate_month", ["t"], col("t").dt().truncate("1mo");
    "offset_by_month", ["t"], col("t").dt().offset_by("1mo");
    "strftime", ["t"], col("t").dt().strftime("%Y-%m-%d %H:%M:%S");
    "time_zone", ["t"], col("t").dt().replace_time_zone(Some("UTC")).dt().convert_time_zone("America/New_York").dt().hour();
    "month_end", ["d"], col("d").dt().month_end();
    "date_diff", ["t", "d"], (col("t") - col("d").cast(DataType::Datetime(TimeUnit::Microseconds, None))).dt().total_days();
    // In order of rows.
    "cum_sum", ["i"], col("i").cum_sum();
    "shift", ["f"], col("f").shift(1);
    "diff", ["g"], col("g").diff(1);
    "pct_change", ["g"], col("g").pct_change(1);
    "cum_max", ["g"], col("g").cum_max();
    "rank", ["g"], col("g").rank("average");
    "rank_dense", ["k"], col("k").rank("dense");
    "rolling_mean", ["g"], col("g").rolling_mean(100);
    "rolling_std", ["g"], col("g").rolling_std(100);
    "rolling_max", ["g"], col("g").rolling_max(100);
    "rolling_median", ["g"], col("g").rolling_median(100);
    "rolling_quantile", ["g"], col("g").rolling_quantile(0.9, 50);
    "ewm_mean", ["g"], col("g").ewm_mean(Decay::Span(20.0));
    "reverse", ["g"], col("g").reverse();
    "sort", ["g"], col("g").sort(false);
    "arg_sort", ["g"], col("g").arg_sort(false);
    "sort_by", ["g", "i"], col("g").sort_by("i", false);
    "rle_id", ["k"], col("k").rle_id();
    // Over groups: `k` has a thousand.
    "over_sum", ["g", "k"], col("g").sum().over("k");
    "over_rank", ["g", "k"], col("g").rank("dense").over("k");
    "over_cum_sum", ["i", "k"], col("i").cum_sum().over("k");
    "over_shift", ["g", "k"], col("g").shift(1).over("k");
    "over_mean_diff", ["g", "k"], col("g") - col("g").mean().over("k");
    "over_text", ["g", "s"], col("g").max().over("s");
    // Of the whole column.
    "n_unique", ["i"], col("i").n_unique();
    "approx_n_unique_few", ["k"], col("k").approx_n_unique().cast(DataType::Float64) * 0.0;
    "median", ["g"], col("g").median();
    "quantile", ["f"], col("f").quantile(0.9);
    "std", ["f"], col("f").std();
    "skew", ["g"], col("g").skew();
    "kurtosis", ["g"], col("g").kurtosis();
    "mode", ["k"], col("k").mode().len();
    "unique", ["i"], col("i").unique().len();
    "unique_text", ["s"], col("s").unique().len();
    "value_counts", ["w"], col("w").value_counts().len();
    "top_k", ["g"], col("g").top_k(100);
    "arg_max", ["g"], col("g").arg_max();
    "corr", ["g", "k"], corr("g", "k");
    "product", ["k"], (col("k").cast(DataType::Float64) * 0.000001 + 1.0).product();
    "any", ["b"], col("b").any();
    // Lists of up to five numbers.
    "list_sum", ["digits"], col("digits").list().sum();
    "list_max", ["digits"], col("digits").list().max();
    "list_mean", ["digits"], col("digits").list().mean();
    "list_len", ["digits"], col("digits").list().len();
    "list_get", ["digits"], col("digits").list().get_or_null(1);
    "list_sort", ["digits"], col("digits").list().sort(false).list().first();
    "list_unique", ["digits"], col("digits").list().unique().list().len();
    "list_contains", ["digits"], col("digits").list().contains(7);
    "list_join", ["digits"], col("digits").list().eval(element().cast(DataType::String)).list().join("-");
    "list_explode", ["digits"], col("digits").explode();
}
