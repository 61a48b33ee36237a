//! Windows: aggregates over partitions, ranks, sums so far, neighbours.

use lazuli::WindowMapping::{Explode, Join};
use lazuli::prelude::*;

use crate::inputs::Inputs;

queries![
    window_aggregates,
    window_extremes,
    window_ends,
    window_two_keys,
    window_float_keys,
    window_key_expression,
    window_share,
    window_filter,
    window_filter_on_key,
    window_in_order,
    window_so_far,
    window_so_far_sorted,
    window_so_far_of_floats,
    window_so_far_of_narrow_types,
    window_so_far_of_texts,
    window_ranks,
    window_ranks_over,
    window_ranks_of_floats,
    window_neighbours,
    window_differences,
    window_rows_by_price,
    window_then_group,
    window_no_rows,
    window_joined_lists,
    window_one_after_the_other,
    window_heads_one_after_the_other,
    window_sums_one_after_the_other,
    window_filtered_one_after_the_other,
];

fn amount() -> Expr {
    col("amount")
}

fn window_aggregates(inputs: &Inputs) -> LazyFrame {
    inputs.sales().with_columns([
        amount().sum().over("shop").alias("sum"),
        amount().mean().over("shop").alias("mean"),
        len().over("shop").alias("rows"),
        amount().count().over("shop").alias("count"),
        amount().null_count().over("shop").alias("nulls"),
        amount().n_unique().over("shop").alias("kinds"),
        amount().median().over("shop").alias("median"),
    ])
}

fn window_extremes(inputs: &Inputs) -> LazyFrame {
    inputs.rows().select(vec![
        col("k"),
        col("x").min().over("k").alias("x_min"),
        col("x").max().over("k").alias("x_max"),
        col("day").min().over("k").alias("first_day"),
        col("at").max().over("k").alias("last_at"),
        col("k").max().over("g").alias("text"),
        col("p").max().over("k").alias("any"),
    ])
}

fn window_ends(inputs: &Inputs) -> LazyFrame {
    inputs.rows().select([
        col("id"),
        col("g"),
        col("y").first().over("g").alias("first"),
        col("y").last().over("g").alias("last"),
        col("y").first().over_sorted("g", col("id").desc()).alias("first_by_id"),
        col("y").last().over_sorted("g", col("id").desc()).alias("last_by_id"),
    ])
}

fn window_two_keys(inputs: &Inputs) -> LazyFrame {
    inputs.sales().select([
        col("shop"),
        col("item"),
        amount().sum().over(["shop", "item"]).alias("sum"),
        len().over(["item", "shop"]).alias("rows"),
    ])
}

fn window_float_keys(inputs: &Inputs) -> LazyFrame {
    inputs.rows().select([
        col("id"),
        col("x"),
        len().over("x").alias("rows"),
        col("id").min().over("x").alias("first"),
    ])
}

fn window_key_expression(inputs: &Inputs) -> LazyFrame {
    let off = col("n") - col("n").mean().over(col("id") % 3);
    inputs.rows().select([col("id"), off.alias("off")])
}

fn window_share(inputs: &Inputs) -> LazyFrame {
    inputs.sales().select([
        col("shop"),
        (amount() / amount().sum().over("shop")).alias("of_shop"),
        (amount() / amount().sum()).alias("of_all"),
        ((amount() - amount().mean()) / amount().count()).over("item").alias("scaled"),
    ])
}

fn window_filter(inputs: &Inputs) -> LazyFrame {
    let in_large_shops = len().over("shop").gt(2);
    inputs.sales().filter(in_large_shops.and(amount().gt_eq(amount().mean().over("shop"))))
}

fn window_filter_on_key(inputs: &Inputs) -> LazyFrame {
    inputs.sales().with_columns(amount().cum_sum().over("shop").alias("so_far")).filter(col("shop").gt("s1"))
}

fn window_in_order(inputs: &Inputs) -> LazyFrame {
    inputs.sales().with_columns([
        amount().cum_sum().alias("sum"),
        amount().cum_count().alias("count"),
        amount().cum_min().alias("min"),
        amount().cum_max().alias("max"),
        row_number().alias("row"),
    ])
}

fn window_so_far(inputs: &Inputs) -> LazyFrame {
    inputs.sales().select([
        col("shop"),
        amount().cum_sum().over("shop").alias("sum"),
        amount().cum_count().over("shop").alias("count"),
        amount().cum_min().over("shop").alias("min"),
        amount().cum_max().over("shop").alias("max"),
    ])
}

fn window_so_far_sorted(inputs: &Inputs) -> LazyFrame {
    let by_id = |expr: Expr| expr.over_sorted("g", col("id").desc());
    inputs.rows().select(vec![
        col("id"),
        col("g"),
        by_id(col("n").cum_sum()).alias("sum"),
        by_id(col("n").cum_count()).alias("count"),
        by_id(col("y").cum_max()).alias("max"),
        by_id(col("n").shift(1)).alias("after"),
        by_id(row_number()).alias("row"),
    ])
}

fn window_so_far_of_floats(inputs: &Inputs) -> LazyFrame {
    inputs.rows().select([
        col("id"),
        col("x").cum_sum().alias("sum"),
        col("x").cum_min().alias("min"),
        col("x").cum_max().alias("max"),
        col("y").cum_sum().over("p").alias("y_sum"),
    ])
}

fn window_so_far_of_narrow_types(inputs: &Inputs) -> LazyFrame {
    inputs.small().select([
        col("i8").cum_sum(),
        col("u8").cum_sum(),
        col("f32").cum_sum(),
        col("i16").cum_max(),
        col("u32").cum_min(),
    ])
}

fn window_so_far_of_texts(inputs: &Inputs) -> LazyFrame {
    inputs.lookup().select([
        col("k"),
        col("label").cum_max().over("g").alias("max"),
        col("label").cum_min().alias("min"),
        col("k").cum_count().alias("count"),
        col("g").gt(1).cum_sum().alias("many"),
    ])
}

fn window_ranks(inputs: &Inputs) -> LazyFrame {
    let methods = ["average", "min", "max", "dense", "ordinal"];
    let ranks = methods.map(|method| amount().rank(method).alias(method));
    inputs.sales().select(std::iter::once(amount()).chain(ranks).collect::<Vec<_>>())
}

fn window_ranks_over(inputs: &Inputs) -> LazyFrame {
    inputs.sales().select([
        col("shop"),
        amount().rank("average").over("shop").alias("average"),
        amount().rank_descending("min").over("shop").alias("from_top"),
        col("price").rank("dense").over("shop"),
        col("item").rank("max").over("shop"),
        col("item").rank_descending("ordinal").over("shop").alias("items"),
    ])
}

fn window_ranks_of_floats(inputs: &Inputs) -> LazyFrame {
    inputs.rows().select([
        col("x"),
        col("x").rank("average").alias("average"),
        col("x").rank_descending("min").alias("from_top"),
        col("day").rank("dense"),
        col("p").rank("max"),
    ])
}

fn window_neighbours(inputs: &Inputs) -> LazyFrame {
    inputs.rows().select(vec![
        col("id"),
        col("n").shift(1).alias("before"),
        col("n").shift(-2).alias("after"),
        col("k").shift(1).over("g"),
        col("n").shift_and_fill(1, 0).over("k").alias("filled"),
        col("day").shift(-1).over("p"),
        col("n").shift(100).alias("far"),
    ])
}

fn window_differences(inputs: &Inputs) -> LazyFrame {
    inputs.rows().select([
        col("id"),
        col("n").diff(1),
        col("n").diff(2).over("g").alias("n2"),
        col("day").diff(1).over("p"),
        col("y").pct_change(1).alias("change"),
    ])
}

fn window_rows_by_price(inputs: &Inputs) -> LazyFrame {
    inputs.sales().select([col("shop"), col("price"), row_number().over_sorted("shop", "price").alias("row")])
}

fn window_then_group(inputs: &Inputs) -> LazyFrame {
    let ranked = inputs.sales().with_columns(amount().rank("ordinal").over("item").alias("rank"));
    ranked.filter(col("rank").lt_eq(2)).group_by("item").agg([amount().sum()])
}

fn window_no_rows(inputs: &Inputs) -> LazyFrame {
    let none = inputs.sales().filter(amount().gt(1000));
    none.select([col("shop"), amount().sum().over("shop").alias("sum"), amount().cum_sum().alias("so_far")])
}

fn window_joined_lists(inputs: &Inputs) -> LazyFrame {
    let n = || col("n");
    inputs.rows().select(vec![
        col("id"),
        n().over_mapped("k", Join).alias("values"),
        n().rank("min").over_mapped("k", Join).alias("ranks"),
        n().over_sorted_mapped("k", col("id").desc(), Join).alias("backwards"),
        (n() - n().min()).over_mapped("k", Join).alias("above"),
        n().sum().over_mapped("k", Join).alias("sum"),
        n().filter(n().gt(2)).over_mapped("k", Join).alias("filtered"),
    ])
}

fn window_one_after_the_other(inputs: &Inputs) -> LazyFrame {
    let n = || col("n");
    inputs.rows().select(vec![
        all().over_mapped("k", Explode),
        (n() - n().min()).over_mapped("k", Explode).alias("above"),
        n().cum_max().over_mapped("k", Explode).alias("so_far"),
        col("id").over_sorted_mapped("k", col("id").desc(), Explode).alias("backwards"),
        (n().sum() * 2).over_mapped("id", Explode).alias("sum"),
    ])
}

fn window_heads_one_after_the_other(inputs: &Inputs) -> LazyFrame {
    inputs.sales().select(all().head(2).over_mapped("shop", Explode))
}

fn window_sums_one_after_the_other(inputs: &Inputs) -> LazyFrame {
    let kept = inputs.sales().filter(col("shop").is_not_null());
    kept.select([
        col("shop").first().over_mapped("shop", Explode),
        amount().sum().over_mapped("shop", Explode),
        lit(1).alias("one"),
    ])
}

fn window_filtered_one_after_the_other(inputs: &Inputs) -> LazyFrame {
    inputs.sales().select(amount().filter(amount().gt(7)).over_mapped("shop", Explode))
}
