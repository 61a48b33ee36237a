//! Groups and aggregates.

use lazuli::prelude::*;

use crate::inputs::Inputs;

queries![
    group_sum_mean,
    group_two_keys,
    group_by_float,
    group_by_boolean,
    group_by_date,
    group_by_expression,
    group_by_two_strings,
    group_filter_after,
    group_counts,
    group_extremes_of_floats,
    group_extremes_of_strings,
    group_extremes_of_times,
    group_middle,
    group_spread_of_integers,
    group_spread_of_floats,
    group_spread_with_nan,
    group_ratio_of_aggregates,
    group_aggregate_of_conditions,
    group_no_rows,
    group_twice,
    group_keys_only,
    group_len,
    group_top_and_bottom,
    group_top_texts,
    group_lists_back_to_rows,
    group_correlations,
    correlations_of_floats,
    total_row,
    total_of_nothing,
    total_of_nulls,
    sums_of_narrow_types,
    sums_of_booleans,
    quantiles,
    quantile_counts_nan_as_the_largest,
    aggregates_of_aggregated_expressions,
    mean_of_dates,
    distinct_values,
    first_and_last_values,
    extremes_of_text,
];

fn group_sum_mean(inputs: &Inputs) -> LazyFrame {
    let groups = inputs.rows().group_by("k");
    groups.agg([col("n").sum().alias("sum"), col("n").mean().alias("mean"), len().alias("rows")])
}

fn group_two_keys(inputs: &Inputs) -> LazyFrame {
    inputs.rows().group_by(["g", "k"]).agg([len().alias("rows"), col("id").max().alias("last_id")])
}

fn group_by_float(inputs: &Inputs) -> LazyFrame {
    inputs.rows().group_by("x").agg([len().alias("rows"), col("id").first()])
}

fn group_by_boolean(inputs: &Inputs) -> LazyFrame {
    inputs.rows().group_by("p").agg([col("x").sum(), col("y").sum()])
}

fn group_by_date(inputs: &Inputs) -> LazyFrame {
    inputs.rows().group_by("day").agg([col("id").min().alias("first"), col("id").count().alias("rows")])
}

fn group_by_expression(inputs: &Inputs) -> LazyFrame {
    let groups = inputs.rows().group_by((col("n") % 2).alias("odd"));
    groups.agg([col("id").first().alias("first"), col("id").last().alias("last")])
}

fn group_by_two_strings(inputs: &Inputs) -> LazyFrame {
    inputs.sales().group_by(["shop", "item"]).agg([col("price").max().alias("top"), len().alias("rows")])
}

fn group_filter_after(inputs: &Inputs) -> LazyFrame {
    let groups = inputs.rows().group_by("k").agg([len().alias("rows"), col("d").sum()]);
    groups.filter(col("rows").gt(1)).sort("d")
}

fn group_counts(inputs: &Inputs) -> LazyFrame {
    inputs.rows().group_by("g").agg([
        col("k").count().alias("count"),
        col("k").len().alias("len"),
        col("k").null_count().alias("null_count"),
        col("k").n_unique().alias("n_unique"),
    ])
}

fn group_extremes_of_floats(inputs: &Inputs) -> LazyFrame {
    let groups = inputs.rows().group_by("g");
    groups.agg([col("x").min().alias("min"), col("x").max().alias("max"), col("x").sum().alias("sum")])
}

fn group_extremes_of_strings(inputs: &Inputs) -> LazyFrame {
    inputs.rows().group_by("g").agg([
        col("k").min().alias("min"),
        col("k").max().alias("max"),
        col("k").first().alias("first"),
        col("k").last().alias("last"),
    ])
}

fn group_extremes_of_times(inputs: &Inputs) -> LazyFrame {
    inputs.rows().group_by("g").agg([
        col("day").min().alias("first_day"),
        col("day").max().alias("last_day"),
        col("at").max().alias("last_at"),
        col("p").max().alias("any"),
    ])
}

fn group_middle(inputs: &Inputs) -> LazyFrame {
    inputs.rows().group_by("g").agg([
        col("n").median().alias("median"),
        col("n").quantile(0.25).alias("low"),
        col("x").quantile(0.75).alias("high"),
    ])
}

/// Standard deviation and variance of a column in groups of another.
fn spread(frame: LazyFrame, key: &str, column: &str) -> LazyFrame {
    frame.group_by(key).agg([col(column).std().alias("std"), col(column).var().alias("var")])
}

fn group_spread_of_integers(inputs: &Inputs) -> LazyFrame {
    spread(inputs.rows(), "g", "n")
}

fn group_spread_of_floats(inputs: &Inputs) -> LazyFrame {
    spread(inputs.rows(), "k", "y")
}

fn group_spread_with_nan(inputs: &Inputs) -> LazyFrame {
    spread(inputs.rows(), "g", "x")
}

fn group_ratio_of_aggregates(inputs: &Inputs) -> LazyFrame {
    inputs.sales().group_by("shop").agg([
        (col("amount").sum() / col("amount").count()).alias("mean"),
        (col("price").max() - col("price").min()).alias("range"),
        (col("amount") * 2).sum().alias("twice"),
    ])
}

fn group_aggregate_of_conditions(inputs: &Inputs) -> LazyFrame {
    inputs.rows().group_by("g").agg([
        col("n").gt(0).sum().alias("positive"),
        when(col("d").gt(0)).then(col("d")).end().sum().alias("d"),
    ])
}

fn group_no_rows(inputs: &Inputs) -> LazyFrame {
    inputs.rows().filter(lit(false)).group_by("k").agg([col("n").sum().alias("sum"), len().alias("rows")])
}

fn group_twice(inputs: &Inputs) -> LazyFrame {
    let inner = inputs.rows().group_by(["k", "g"]).agg([col("d").sum()]);
    inner.group_by("g").agg([col("d").mean().alias("mean"), col("k").last()])
}

fn group_keys_only(inputs: &Inputs) -> LazyFrame {
    inputs.lookup().group_by("g").agg(Vec::<Expr>::new())
}

fn group_len(inputs: &Inputs) -> LazyFrame {
    inputs.lookup().groupby("k").len()
}

fn total_row(inputs: &Inputs) -> LazyFrame {
    inputs.rows().select([
        col("n").sum().alias("sum"),
        col("n").mean().alias("mean"),
        col("k").min(),
        len().alias("rows"),
        col("day").max(),
    ])
}

fn total_of_nothing(inputs: &Inputs) -> LazyFrame {
    inputs.rows().filter(lit(false)).select([
        col("n").sum().alias("sum"),
        col("x").sum(),
        col("n").count().alias("count"),
        col("n").mean().alias("mean"),
        col("n").median().alias("median"),
        col("n").quantile(0.5).alias("half"),
        col("n").std().alias("std"),
        col("k").max().alias("max"),
        col("k").first().alias("first"),
        col("k").n_unique().alias("kinds"),
        col("p").sum().alias("true"),
    ])
}

fn total_of_nulls(inputs: &Inputs) -> LazyFrame {
    inputs.rows().filter(col("n").is_null()).select([
        col("n").sum().alias("sum"),
        col("n").min().alias("min"),
        col("n").mean().alias("mean"),
        col("n").var().alias("var"),
        col("n").n_unique().alias("kinds"),
        col("n").null_count().alias("nulls"),
        col("n").last().alias("last"),
    ])
}

fn sums_of_narrow_types(inputs: &Inputs) -> LazyFrame {
    inputs.small().select(["i8", "u8", "i16", "u32", "i64", "f32"].map(|name| col(name).sum()))
}

fn sums_of_booleans(inputs: &Inputs) -> LazyFrame {
    inputs.rows().select([col("p").sum().alias("true"), col("p").mean().alias("share")])
}

fn quantiles(inputs: &Inputs) -> LazyFrame {
    let shares = [0.0, 0.1, 0.25, 0.5, 0.9, 1.0];
    inputs.rows().select(shares.map(|q| col("n").quantile(q).alias(format!("q{q:?}"))))
}

fn quantile_counts_nan_as_the_largest(inputs: &Inputs) -> LazyFrame {
    inputs.rows().select([
        col("x").quantile(0.5).alias("half"),
        col("x").median().alias("median"),
        col("x").quantile(1.0).alias("top"),
    ])
}

fn aggregates_of_aggregated_expressions(inputs: &Inputs) -> LazyFrame {
    inputs.rows().select([
        (col("n").sum() + col("d").sum()).alias("both"),
        (col("n").max() * 2 - col("n").min()).alias("span"),
        (col("y") * col("y")).sum().alias("squares"),
        col("k").n_unique().eq(len()).alias("distinct"),
    ])
}

fn mean_of_dates(inputs: &Inputs) -> LazyFrame {
    inputs.rows().select([col("day").mean(), col("day").median().alias("middle")])
}

fn distinct_values(inputs: &Inputs) -> LazyFrame {
    inputs.rows().select(["id", "k", "g", "x", "y", "p", "day", "at"].map(|name| col(name).n_unique()))
}

fn first_and_last_values(inputs: &Inputs) -> LazyFrame {
    let rows = inputs.rows().tail(11).head(9);
    rows.select([col("k").first(), col("x").first(), col("n").last(), col("p").last()])
}

fn extremes_of_text(inputs: &Inputs) -> LazyFrame {
    inputs.texts().select([col("t").min().alias("min"), col("t").max().alias("max"), col("iso").min()])
}

/// The largest and the least of each group, one a row.
fn group_top_and_bottom(inputs: &Inputs) -> LazyFrame {
    let ends = inputs.rows().group_by("g").agg([
        col("n").top_k(3).alias("top"),
        col("n").bottom_k(3).alias("bottom"),
        col("id").len().alias("rows"),
    ]);
    ends.explode(["top", "bottom"])
}

fn group_top_texts(inputs: &Inputs) -> LazyFrame {
    inputs.rows().drop_nulls(["k"]).group_by("p").agg(col("k").top_k(2).alias("last")).explode(["last"])
}

fn group_lists_back_to_rows(inputs: &Inputs) -> LazyFrame {
    inputs
        .rows()
        .group_by("g")
        .agg([col("id").implode(), col("k").implode(), col("x").implode()])
        .explode(["id", "k", "x"])
}

fn group_correlations(inputs: &Inputs) -> LazyFrame {
    inputs.rows().group_by("g").agg([corr("n", "id").alias("corr"), cov("n", "id", 1).alias("cov")])
}

fn correlations_of_floats(inputs: &Inputs) -> LazyFrame {
    inputs.rows().select([
        corr("y", "n").alias("corr"),
        corr("x", "y").alias("with_nan"),
        cov("y", "y", 0).alias("cov"),
        corr("id", "id").alias("itself"),
        corr("id", lit(1)).alias("constant"),
    ])
}
