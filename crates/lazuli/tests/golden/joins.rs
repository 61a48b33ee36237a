//! Joins.

use lazuli::prelude::*;

use crate::inputs::Inputs;

queries![
    join_inner,
    join_left,
    join_right,
    join_full,
    join_full_coalesced,
    join_semi,
    join_anti,
    join_cross,
    join_cross_filtered,
    join_two_keys,
    join_two_keys_left,
    join_two_keys_full,
    join_two_keys_anti,
    join_floats,
    join_floats_full,
    join_other_names,
    join_other_names_right,
    join_expression_keys,
    join_suffix,
    join_wider_keys,
    join_itself,
    join_dates,
    join_then_filter_left,
    join_then_filter_full,
    join_then_filter_right,
    join_then_group,
    join_then_limit,
    join_with_nothing,
    join_three,
    join_asof_backward,
    join_asof_forward,
    join_asof_nearest,
    join_asof_by,
    join_asof_not_exact,
    join_asof_tolerance,
    join_asof_then_filter,
    join_where_one,
    join_where_two,
    join_where_within,
    join_where_three,
    join_where_floats,
    join_where_int_and_float,
    join_where_equal,
    join_where_equal_values,
    join_where_anything,
    join_where_of_one_side,
    join_where_dates,
    join_where_then_filter,
    join_where_then_limit,
    join_where_then_group,
    join_where_of_nothing,
    join_cross_compared,
];

fn left(inputs: &Inputs) -> LazyFrame {
    inputs.rows().select(["id", "k", "g", "x"])
}

/// The left rows and the lookup, by `k`.
fn by_k(inputs: &Inputs, args: impl Into<JoinArgs>) -> LazyFrame {
    left(inputs).join(inputs.lookup(), "k", "k", args)
}

fn by_k_and_g(inputs: &Inputs, join_type: JoinType) -> LazyFrame {
    left(inputs).join(inputs.lookup(), ["k", "g"], ["k", "g"], join_type)
}

fn join_inner(inputs: &Inputs) -> LazyFrame {
    by_k(inputs, JoinType::Inner)
}

fn join_left(inputs: &Inputs) -> LazyFrame {
    by_k(inputs, JoinType::Left)
}

fn join_right(inputs: &Inputs) -> LazyFrame {
    by_k(inputs, JoinType::Right)
}

fn join_full(inputs: &Inputs) -> LazyFrame {
    by_k(inputs, JoinType::Full)
}

fn join_full_coalesced(inputs: &Inputs) -> LazyFrame {
    by_k(inputs, JoinArgs::new(JoinType::Full).coalesce())
}

fn join_semi(inputs: &Inputs) -> LazyFrame {
    by_k(inputs, JoinType::Semi)
}

fn join_anti(inputs: &Inputs) -> LazyFrame {
    by_k(inputs, JoinType::Anti)
}

fn join_cross(inputs: &Inputs) -> LazyFrame {
    left(inputs).select("id").head(3).cross_join(inputs.lookup().select(["k", "g"]).head(4))
}

fn join_cross_filtered(inputs: &Inputs) -> LazyFrame {
    let pairs = left(inputs).select(["id", "k"]).cross_join(inputs.lookup().select(["k", "label"]));
    pairs.filter(col("k").eq(col("k_right")))
}

fn join_two_keys(inputs: &Inputs) -> LazyFrame {
    by_k_and_g(inputs, JoinType::Inner)
}

fn join_two_keys_left(inputs: &Inputs) -> LazyFrame {
    by_k_and_g(inputs, JoinType::Left)
}

fn join_two_keys_full(inputs: &Inputs) -> LazyFrame {
    let right = inputs.lookup().select(["k", "g", "label"]);
    left(inputs).join(right, ["k", "g"], ["k", "g"], JoinArgs::new(JoinType::Full).coalesce())
}

fn join_two_keys_anti(inputs: &Inputs) -> LazyFrame {
    by_k_and_g(inputs, JoinType::Anti)
}

/// Rows and labels by a float that is NaN, null or a zero in places.
fn by_x(inputs: &Inputs, join_type: JoinType) -> LazyFrame {
    left(inputs).select(["id", "x"]).join(inputs.lookup().select(["x", "label"]), "x", "x", join_type)
}

fn join_floats(inputs: &Inputs) -> LazyFrame {
    by_x(inputs, JoinType::Inner)
}

fn join_floats_full(inputs: &Inputs) -> LazyFrame {
    by_x(inputs, JoinType::Full)
}

fn join_other_names(inputs: &Inputs) -> LazyFrame {
    let right = inputs.lookup().select([col("k").alias("key"), col("label")]);
    left(inputs).join(right, "k", "key", JoinType::Left)
}

fn join_other_names_right(inputs: &Inputs) -> LazyFrame {
    let right = inputs.lookup().select([col("k").alias("key"), col("label")]);
    left(inputs).select(["id", "k"]).join(right, "k", "key", JoinType::Right)
}

fn join_expression_keys(inputs: &Inputs) -> LazyFrame {
    let right = inputs.lookup().select([col("g").alias("h"), col("label")]);
    let pairs = left(inputs).select(["id", "g"]).join(right, "g", col("h") * 2, JoinType::Inner);
    pairs.select(["id", "g", "h", "label"])
}

fn join_suffix(inputs: &Inputs) -> LazyFrame {
    by_k(inputs, JoinArgs::new(JoinType::Left).suffix("_of_lookup"))
}

fn join_wider_keys(inputs: &Inputs) -> LazyFrame {
    let right = inputs.lookup().select([col("g").cast(DataType::Int64).alias("n"), col("label")]);
    left(inputs).select(["id", "g"]).join(right, "g", "n", JoinType::Inner)
}

fn join_itself(inputs: &Inputs) -> LazyFrame {
    let pairs = inputs.sales().join(inputs.sales(), "shop", "shop", JoinType::Inner);
    pairs.select(["shop", "quarter", "quarter_right", "amount", "amount_right"])
}

fn join_dates(inputs: &Inputs) -> LazyFrame {
    let right = inputs.rows().filter(col("id").gt(5)).select([col("day"), col("id").alias("other")]);
    inputs.rows().select(["id", "day"]).join(right, "day", "day", JoinType::Inner)
}

fn join_then_filter_left(inputs: &Inputs) -> LazyFrame {
    by_k(inputs, JoinType::Left).filter(col("label").neq("second").and(col("id").gt(1)))
}

fn join_then_filter_full(inputs: &Inputs) -> LazyFrame {
    by_k(inputs, JoinType::Full).filter(col("g").eq(col("g_right")))
}

fn join_then_filter_right(inputs: &Inputs) -> LazyFrame {
    by_k(inputs, JoinType::Right).filter(col("id").is_null())
}

fn join_then_group(inputs: &Inputs) -> LazyFrame {
    let groups = by_k(inputs, JoinType::Left).group_by("label");
    groups.agg([col("id").sum().alias("ids"), len().alias("rows")])
}

fn join_then_limit(inputs: &Inputs) -> LazyFrame {
    by_k(inputs, JoinType::Left).limit(4)
}

fn join_with_nothing(inputs: &Inputs) -> LazyFrame {
    left(inputs).join(inputs.lookup().filter(lit(false)), "k", "k", JoinType::Left)
}

fn join_three(inputs: &Inputs) -> LazyFrame {
    let prices = df! {
        "label" => [Some("first"), Some("second"), None, Some("accent")], "price" => [1.5, 2.0, 4.0, 0.75],
    };
    let prices = inputs.frame(&prices.expect("four rows each"));
    let labelled = left(inputs).join(inputs.lookup().select(["k", "label"]), "k", "k", JoinType::Inner);
    labelled.join(prices, "label", "label", JoinType::Left)
}

/// Left rows by `n`, and right rows by `m`, both unsorted, with duplicates and nulls.
fn asof(inputs: &Inputs, args: impl Into<AsofArgs>) -> LazyFrame {
    let right = inputs.rows().select([col("d").alias("m"), col("k"), col("id").alias("found")]);
    inputs.rows().select(["id", "k", "n"]).join_asof(right, "n", "m", args)
}

fn join_asof_backward(inputs: &Inputs) -> LazyFrame {
    asof(inputs, AsofStrategy::Backward)
}

fn join_asof_forward(inputs: &Inputs) -> LazyFrame {
    asof(inputs, AsofStrategy::Forward)
}

fn join_asof_nearest(inputs: &Inputs) -> LazyFrame {
    asof(inputs, AsofStrategy::Nearest)
}

fn join_asof_by(inputs: &Inputs) -> LazyFrame {
    asof(inputs, AsofArgs::new(AsofStrategy::Backward).by("k"))
}

fn join_asof_not_exact(inputs: &Inputs) -> LazyFrame {
    asof(inputs, AsofArgs::new(AsofStrategy::Nearest).no_exact_matches())
}

fn join_asof_tolerance(inputs: &Inputs) -> LazyFrame {
    asof(inputs, AsofArgs::new(AsofStrategy::Nearest).tolerance(2))
}

fn join_asof_then_filter(inputs: &Inputs) -> LazyFrame {
    asof(inputs, AsofStrategy::Forward)
        .filter(col("id").gt(3) & col("found").lt(9))
        .select(["found", "n"])
        .limit(4)
}

fn pair_left(inputs: &Inputs) -> LazyFrame {
    inputs.rows().select(["id", "k", "n", "x"])
}

/// Pairs of rows by numbers, texts and floats, with nulls in each.
fn pairs(inputs: &Inputs, predicates: impl lazuli::IntoExprs) -> LazyFrame {
    pair_left(inputs).join_where(inputs.rows().select(["id", "k", "d", "y", "g"]), predicates)
}

fn join_where_one(inputs: &Inputs) -> LazyFrame {
    pairs(inputs, col("n").lt(col("d")))
}

fn join_where_two(inputs: &Inputs) -> LazyFrame {
    pairs(inputs, [col("d").lt_eq(col("n")), col("k").gt(col("k_right"))])
}

fn join_where_within(inputs: &Inputs) -> LazyFrame {
    let near = col("d").gt_eq(col("n") - 2) & col("d").lt(col("n") + 2);
    pairs(inputs, near).select(["id", "n", "id_right", "d"])
}

fn join_where_three(inputs: &Inputs) -> LazyFrame {
    pairs(inputs, [col("n").gt(col("d")), col("x").lt(col("y")), col("id").neq(col("id_right"))])
}

fn join_where_floats(inputs: &Inputs) -> LazyFrame {
    let lookup = inputs.lookup().select(["x", "label"]);
    inputs.rows().select(["id", "x"]).join_where(lookup, col("x").lt_eq(col("x_right")))
}

fn join_where_int_and_float(inputs: &Inputs) -> LazyFrame {
    let lookup = inputs.lookup().select(["x", "label"]);
    inputs.rows().select(["id", "n"]).join_where(lookup, col("n").lt(col("x")))
}

fn join_where_equal(inputs: &Inputs) -> LazyFrame {
    pairs(inputs, col("k").eq(col("k_right")) & col("n").gt(col("d")))
}

fn join_where_equal_values(inputs: &Inputs) -> LazyFrame {
    pairs(inputs, (col("n") + 1).eq(col("d")) & col("x").lt(col("y")))
}

fn join_where_anything(inputs: &Inputs) -> LazyFrame {
    let odd = ((col("n") + col("d")) % 3).eq(0) | col("k").eq(col("k_right"));
    pairs(inputs, odd).select(["id", "n", "d", "k_right"])
}

fn join_where_of_one_side(inputs: &Inputs) -> LazyFrame {
    pairs(inputs, [col("n").gt(0), col("n").lt(col("d")), col("g").eq(1)])
}

fn join_where_dates(inputs: &Inputs) -> LazyFrame {
    let right = inputs.rows().select([col("id"), col("at").cast(DataType::Date).alias("date")]);
    inputs.rows().select(["id", "day"]).join_where(right, col("day").gt(col("date")))
}

fn join_where_then_filter(inputs: &Inputs) -> LazyFrame {
    pairs(inputs, col("n").gt(col("d"))).filter(col("id").gt(3) & col("x").gt(col("y"))).select(["y", "id"])
}

fn join_where_then_limit(inputs: &Inputs) -> LazyFrame {
    pairs(inputs, col("n").gt(col("d"))).slice(3, Some(8))
}

fn join_where_then_group(inputs: &Inputs) -> LazyFrame {
    let groups = pairs(inputs, [col("n").gt(col("d")), col("x").lt(col("y"))]).group_by("k");
    groups.agg([col("id_right").sum().alias("ids"), len().alias("rows")])
}

fn join_where_of_nothing(inputs: &Inputs) -> LazyFrame {
    let right = inputs.rows().select(["id", "k", "d", "y", "g"]).filter(lit(false));
    pair_left(inputs).join_where(right, col("n").gt(col("d")))
}

fn join_cross_compared(inputs: &Inputs) -> LazyFrame {
    let pairs = left(inputs).select(["id", "k"]).cross_join(inputs.lookup().select(["k", "label"]));
    pairs.filter(col("k").lt(col("k_right")) & col("label").neq("last"))
}
