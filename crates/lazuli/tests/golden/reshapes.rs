//! Frames after one another and side by side, values to columns and back, summaries.

use lazuli::prelude::*;

use crate::inputs::Inputs;

queries![
    pivot_sum,
    pivot_count,
    pivot_mean_of_floats,
    pivot_first,
    pivot_several_values,
    pivot_several_on,
    pivot_two_index_columns,
    pivot_given_columns,
    pivot_filled,
    pivot_booleans,
    pivot_single,
    pivot_then_filter,
    unpivot_numbers,
    unpivot_to_a_common_type,
    unpivot_the_rest,
    unpivot_named,
    unpivot_then_group,
    concat_rows,
    concat_relaxed,
    concat_diagonal_fills,
    concat_diagonal_relaxed,
    concat_side_by_side,
    concat_then_filter,
    concat_then_limit,
    concat_then_group,
    describe_numbers,
    describe_others,
];

/// Amounts of shops by quarter, added up.
fn sums(inputs: &Inputs) -> lazuli::LazyPivot {
    inputs.sales().pivot(["quarter"]).index(["shop"]).values(["amount"])
}

fn pivot_sum(inputs: &Inputs) -> LazyFrame {
    sums(inputs).agg(element().sum())
}

fn pivot_count(inputs: &Inputs) -> LazyFrame {
    sums(inputs).agg(element().count())
}

fn pivot_mean_of_floats(inputs: &Inputs) -> LazyFrame {
    inputs.sales().pivot(["item"]).index(["shop"]).values(["price"]).agg(element().mean())
}

fn pivot_first(inputs: &Inputs) -> LazyFrame {
    inputs.sales().pivot(["item"]).index(["quarter"]).values(["shop"]).agg(element().first())
}

fn pivot_several_values(inputs: &Inputs) -> LazyFrame {
    inputs.sales().pivot(["item"]).index(["shop"]).values(["amount", "price"]).agg(element().max())
}

fn pivot_several_on(inputs: &Inputs) -> LazyFrame {
    inputs.sales().pivot(["item", "quarter"]).index(["shop"]).values(["amount"]).agg(element().sum())
}

fn pivot_two_index_columns(inputs: &Inputs) -> LazyFrame {
    inputs.sales().pivot(["item"]).index(["shop", "quarter"]).values(["amount"]).agg(element().sum())
}

fn pivot_given_columns(inputs: &Inputs) -> LazyFrame {
    sums(inputs).columns([10i64, 1, 4]).agg(element().sum())
}

fn pivot_filled(inputs: &Inputs) -> LazyFrame {
    sums(inputs).fill(-1i64).agg(element().sum())
}

fn pivot_booleans(inputs: &Inputs) -> LazyFrame {
    inputs.rows().pivot(["p"]).index(["g"]).values(["n"]).agg(element().min())
}

fn pivot_single(inputs: &Inputs) -> LazyFrame {
    let rows = inputs.sales().unique_by(["shop", "item"], Keep::First);
    rows.pivot(["item"]).index(["shop"]).values(["price"]).single()
}

fn pivot_then_filter(inputs: &Inputs) -> LazyFrame {
    let wide = inputs.sales().pivot(["item"]).index(["shop"]).values(["amount"]).columns(["ink", "pen"]);
    wide.agg(element().sum()).filter(col("pen").gt(3)).select(["pen", "shop"])
}

fn unpivot_numbers(inputs: &Inputs) -> LazyFrame {
    inputs.sales().unpivot(["amount", "quarter"], ["shop", "item"])
}

fn unpivot_to_a_common_type(inputs: &Inputs) -> LazyFrame {
    inputs.rows().melt(["g", "x"], ["id"])
}

fn unpivot_the_rest(inputs: &Inputs) -> LazyFrame {
    inputs.lookup().select(["g", "k", "label"]).unpivot(Vec::<String>::new(), ["g"])
}

fn unpivot_named(inputs: &Inputs) -> LazyFrame {
    let long = inputs.sales().unpivot_as(["amount"], ["shop"], "what", "how_much");
    long.filter(col("how_much").gt(3))
}

fn unpivot_then_group(inputs: &Inputs) -> LazyFrame {
    let long = inputs.sales().unpivot(["amount", "quarter"], ["shop"]);
    long.group_by("variable").agg([col("value").sum()])
}

fn concat_rows(inputs: &Inputs) -> LazyFrame {
    concat([inputs.lookup(), inputs.lookup().filter(col("g").eq(1))])
}

fn concat_relaxed(inputs: &Inputs) -> LazyFrame {
    let first = inputs.small().select([col("i8").alias("a"), col("f32").alias("b")]);
    let second = inputs.small().select([col("i64").alias("a"), col("f64").alias("b")]);
    lazuli::concat_with([first, second], UnionMode::VerticalRelaxed)
}

fn concat_diagonal_fills(inputs: &Inputs) -> LazyFrame {
    concat_diagonal([inputs.rows().select(["id", "k"]).head(3), inputs.lookup().select(["label", "k"])])
}

fn concat_diagonal_relaxed(inputs: &Inputs) -> LazyFrame {
    let first = inputs.small().select([col("u8").alias("v"), col("i8")]);
    let second = inputs.small().select([col("f64").alias("v"), col("u32")]);
    lazuli::concat_with([first, second], UnionMode::DiagonalRelaxed)
}

fn concat_side_by_side(inputs: &Inputs) -> LazyFrame {
    concat_horizontal([inputs.lookup().select(["k", "g"]), inputs.rows().select(["id", "p"]).head(7)])
}

fn concat_then_filter(inputs: &Inputs) -> LazyFrame {
    concat([inputs.rows().select(["k", "g"]), inputs.lookup().select(["k", "g"])]).filter(col("g").eq(1))
}

fn concat_then_limit(inputs: &Inputs) -> LazyFrame {
    concat([inputs.rows().select("id"), inputs.rows().select("id")]).slice(10, Some(4))
}

fn concat_then_group(inputs: &Inputs) -> LazyFrame {
    let rows = concat([inputs.rows().select(["k", "g"]), inputs.lookup().select(["k", "g"])]);
    rows.group_by("k").agg([col("g").sum()])
}

fn describe_numbers(inputs: &Inputs) -> LazyFrame {
    inputs.rows().select(["n", "y", "x"]).describe()
}

fn describe_others(inputs: &Inputs) -> LazyFrame {
    inputs.rows().select(["k", "p", "day"]).describe()
}
