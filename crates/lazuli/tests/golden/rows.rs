//! Rows: filter, sort, slice, unique, and which columns there are.

use lazuli::prelude::*;

use crate::inputs::Inputs;

queries![
    filter_greater,
    filter_nan_is_the_largest,
    filter_equal_nan,
    filter_not_equal_drops_null,
    filter_string_order,
    filter_several_conditions,
    filter_after_with_columns,
    filter_on_an_aggregate,
    filter_nothing_left,
    filter_is_null,
    filter_integer_against_float,
    drop_nulls_of_two,
    sort_numbers,
    sort_descending,
    sort_nulls_first,
    sort_descending_nulls_first,
    sort_floats,
    sort_floats_descending,
    sort_strings,
    sort_strings_descending,
    sort_booleans,
    sort_dates,
    sort_several_keys,
    sort_by_expressions,
    sort_and_limit,
    sort_twice_is_stable,
    limit_rows,
    limit_beyond_the_end,
    limit_none,
    tail_rows,
    slice_from_the_middle,
    slice_to_the_end,
    slice_negative,
    slice_negative_beyond_the_start,
    slice_after_filter,
    filter_after_slice,
    limit_after_tail,
    unique_rows,
    unique_floats,
    unique_by_first,
    unique_by_last,
    unique_by_any,
    unique_by_none,
    unique_then_filter,
    select_all_and_more,
    select_by_names,
    rename_swaps,
    drop_columns,
    with_columns_sees_the_input,
    with_columns_broadcasts,
    aggregates_beside_rows,
    select_literals,
    fill_null_values,
    fill_null_everywhere,
];

fn filter_greater(inputs: &Inputs) -> LazyFrame {
    inputs.rows().filter(col("n").gt(2)).select(["id", "n"])
}

fn filter_nan_is_the_largest(inputs: &Inputs) -> LazyFrame {
    inputs.rows().filter(col("x").gt(f64::INFINITY)).select(["id", "x"])
}

fn filter_equal_nan(inputs: &Inputs) -> LazyFrame {
    inputs.rows().filter(col("x").eq(col("x"))).select(["id", "x"])
}

fn filter_not_equal_drops_null(inputs: &Inputs) -> LazyFrame {
    inputs.rows().filter(col("k").neq("b")).select(["id", "k"])
}

fn filter_string_order(inputs: &Inputs) -> LazyFrame {
    inputs.rows().filter(col("k").gt_eq("b")).select(["id", "k"])
}

fn filter_several_conditions(inputs: &Inputs) -> LazyFrame {
    let rows = inputs.rows().filter(col("n").is_not_null());
    rows.filter(col("d").neq(0) & (col("n").gt(0) | col("p"))).select(["id", "n", "d", "p"])
}

fn filter_after_with_columns(inputs: &Inputs) -> LazyFrame {
    let rows = inputs.rows().with_columns((col("n") + col("d")).alias("total"));
    rows.filter(col("total").gt(1)).filter(col("id").lt(10)).select(["id", "total"])
}

fn filter_on_an_aggregate(inputs: &Inputs) -> LazyFrame {
    inputs.rows().filter(col("y").gt(col("y").mean())).select(["id", "y"])
}

fn filter_nothing_left(inputs: &Inputs) -> LazyFrame {
    inputs.rows().filter(lit(false)).select(["id", "k", "x", "p", "day"])
}

fn filter_is_null(inputs: &Inputs) -> LazyFrame {
    inputs.rows().filter(col("k").is_null().or(col("g").is_null())).select(["id", "k", "g"])
}

fn filter_integer_against_float(inputs: &Inputs) -> LazyFrame {
    // NaN is above every integer, so the row with NaN is not kept.
    inputs.small().filter(col("i64").gt(col("f64"))).select(["i64", "f64"])
}

fn drop_nulls_of_two(inputs: &Inputs) -> LazyFrame {
    inputs.rows().drop_nulls(["k", "x"]).select(["id", "k", "x"])
}

fn sort_numbers(inputs: &Inputs) -> LazyFrame {
    inputs.rows().sort("n").select(["id", "n"])
}

fn sort_descending(inputs: &Inputs) -> LazyFrame {
    inputs.rows().sort(col("n").desc()).select(["id", "n"])
}

fn sort_nulls_first(inputs: &Inputs) -> LazyFrame {
    inputs.rows().sort(col("n").asc().nulls_first()).select(["id", "n"])
}

fn sort_descending_nulls_first(inputs: &Inputs) -> LazyFrame {
    inputs.rows().sort(col("n").desc().nulls_first()).select(["id", "n"])
}

fn sort_floats(inputs: &Inputs) -> LazyFrame {
    inputs.rows().sort("x").select(["id", "x"])
}

fn sort_floats_descending(inputs: &Inputs) -> LazyFrame {
    inputs.rows().sort(col("x").desc()).select(["id", "x"])
}

fn sort_strings(inputs: &Inputs) -> LazyFrame {
    inputs.rows().sort("k").select(["id", "k"])
}

fn sort_strings_descending(inputs: &Inputs) -> LazyFrame {
    inputs.rows().sort(col("k").desc()).select(["id", "k"])
}

fn sort_booleans(inputs: &Inputs) -> LazyFrame {
    inputs.rows().sort("p").select(["id", "p"])
}

fn sort_dates(inputs: &Inputs) -> LazyFrame {
    inputs.rows().sort(col("day").desc()).select(["id", "day"])
}

fn sort_several_keys(inputs: &Inputs) -> LazyFrame {
    let keys = [col("g").desc(), col("k").asc().nulls_first(), col("x").desc()];
    inputs.rows().sort(keys).select(["id", "g", "k", "x"])
}

fn sort_by_expressions(inputs: &Inputs) -> LazyFrame {
    inputs.rows().sort([col("n") % 3, col("id") * -1]).select(["id", "n"])
}

fn sort_and_limit(inputs: &Inputs) -> LazyFrame {
    inputs.rows().sort([col("p").asc(), col("x").desc()]).limit(5).select(["id", "p", "x"])
}

fn sort_twice_is_stable(inputs: &Inputs) -> LazyFrame {
    inputs.rows().sort(col("y").desc()).sort("g").select(["id", "g", "y"])
}

fn limit_rows(inputs: &Inputs) -> LazyFrame {
    inputs.rows().limit(4).select(["id", "k"])
}

fn limit_beyond_the_end(inputs: &Inputs) -> LazyFrame {
    inputs.rows().head(100).select("id")
}

fn limit_none(inputs: &Inputs) -> LazyFrame {
    inputs.rows().limit(0).select(["id", "k"])
}

fn tail_rows(inputs: &Inputs) -> LazyFrame {
    inputs.rows().tail(5).select(["id", "k"])
}

fn slice_from_the_middle(inputs: &Inputs) -> LazyFrame {
    inputs.rows().slice(3, Some(4)).select(["id", "k"])
}

fn slice_to_the_end(inputs: &Inputs) -> LazyFrame {
    inputs.rows().slice(9, None).select("id")
}

fn slice_negative(inputs: &Inputs) -> LazyFrame {
    inputs.rows().slice(-5, Some(2)).select(["id", "k"])
}

fn slice_negative_beyond_the_start(inputs: &Inputs) -> LazyFrame {
    inputs.rows().slice(-100, Some(90)).select("id")
}

fn slice_after_filter(inputs: &Inputs) -> LazyFrame {
    inputs.rows().filter(col("d").gt(0)).slice(1, Some(3)).select(["id", "d"])
}

fn filter_after_slice(inputs: &Inputs) -> LazyFrame {
    inputs.rows().slice(2, Some(8)).filter(col("d").gt(0)).select(["id", "d"])
}

fn limit_after_tail(inputs: &Inputs) -> LazyFrame {
    inputs.rows().tail(6).limit(2).select("id")
}

fn unique_rows(inputs: &Inputs) -> LazyFrame {
    inputs.rows().select(["k", "g"]).unique()
}

fn unique_floats(inputs: &Inputs) -> LazyFrame {
    inputs.rows().select("x").unique()
}

fn unique_by_first(inputs: &Inputs) -> LazyFrame {
    inputs.rows().select(["id", "k", "g"]).unique_by("k", Keep::First)
}

fn unique_by_last(inputs: &Inputs) -> LazyFrame {
    inputs.rows().select(["id", "k", "g"]).unique_by("k", Keep::Last)
}

fn unique_by_any(inputs: &Inputs) -> LazyFrame {
    inputs.rows().select(["id", "k", "g"]).unique_by("g", Keep::Any)
}

fn unique_by_none(inputs: &Inputs) -> LazyFrame {
    inputs.rows().select(["id", "k", "g"]).unique_by(["k", "g"], Keep::None)
}

fn unique_then_filter(inputs: &Inputs) -> LazyFrame {
    inputs.rows().select(["id", "k", "g"]).unique_by("k", Keep::First).filter(col("id").gt(2))
}

fn select_all_and_more(inputs: &Inputs) -> LazyFrame {
    inputs.lookup().select([all(), (col("g") * 2).alias("double")])
}

fn select_by_names(inputs: &Inputs) -> LazyFrame {
    inputs.rows().select(cols(["day", "k", "id"]))
}

fn rename_swaps(inputs: &Inputs) -> LazyFrame {
    inputs.lookup().rename([("k", "label"), ("label", "k")])
}

fn drop_columns(inputs: &Inputs) -> LazyFrame {
    inputs.sales().drop(["price", "shop"])
}

fn with_columns_sees_the_input(inputs: &Inputs) -> LazyFrame {
    inputs.sales().with_columns([col("price").alias("amount"), col("amount").alias("price")])
}

fn with_columns_broadcasts(inputs: &Inputs) -> LazyFrame {
    inputs.sales().select(["shop", "amount"]).with_columns([
        lit("x").alias("text"),
        lit(Scalar::Null).alias("nothing"),
        col("amount").sum().alias("total"),
        (col("amount") - col("amount").min()).alias("above"),
    ])
}

fn aggregates_beside_rows(inputs: &Inputs) -> LazyFrame {
    inputs.rows().select([
        col("id"),
        (col("y") - col("y").mean()).alias("off"),
        col("n").eq(col("n").max()).alias("is_max"),
        (len() - col("id")).alias("left"),
    ])
}

fn select_literals(inputs: &Inputs) -> LazyFrame {
    inputs.rows().select([lit(1).alias("a"), lit("b").alias("b"), lit(2.5).alias("c"), lit(true).alias("d")])
}

fn fill_null_values(inputs: &Inputs) -> LazyFrame {
    inputs.rows().select([
        col("k").fill_null("?"),
        col("n").fill_null(col("d")),
        col("x").fill_null(0.0),
        col("g").fill_null(0.5),
        col("p").fill_null(false),
    ])
}

fn fill_null_everywhere(inputs: &Inputs) -> LazyFrame {
    inputs.small().select(["i64", "f64"]).fill_null(9)
}
