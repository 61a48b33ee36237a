"""Windows: aggregates over partitions, ranks, sums so far, neighbours."""

import polars as pl
from polars import col

from golden_groups import counted, one_zero
from golden_inputs import LOOKUP, ROWS, SALES, SMALL

QUERIES = []


def query(function):
    QUERIES.append(function)
    return function


def sorted_over(expr, keys, order, descending=False):
    """Row 7: nulls come last in both directions."""
    return expr.over(keys, order_by=order, descending=descending, nulls_last=True)


@query
def window_aggregates():
    amount = col("amount")
    return SALES.with_columns(
        amount.sum().over("shop").alias("sum"), amount.mean().over("shop").alias("mean"),
        counted(pl.len().over("shop")).alias("rows"), counted(amount.count().over("shop")).alias("count"),
        counted(amount.null_count().over("shop")).alias("nulls"), counted(amount.n_unique().over("shop")).alias("kinds"),
        amount.median().over("shop").alias("median"),
    )


@query
def window_extremes():
    return ROWS.select(
        "k", one_zero(col("x").min().over("k")).alias("x_min"), one_zero(col("x").max().over("k")).alias("x_max"),
        col("day").min().over("k").alias("first_day"), col("at").max().over("k").alias("last_at"),
        col("k").max().over("g").alias("text"), col("p").max().over("k").alias("any"),
    )


@query
def window_ends():
    return ROWS.select(
        "id", "g", col("y").first().over("g").alias("first"), col("y").last().over("g").alias("last"),
        sorted_over(col("y").first(), "g", "id", True).alias("first_by_id"),
        sorted_over(col("y").last(), "g", "id", True).alias("last_by_id"),
    )


@query
def window_two_keys():
    return SALES.select(
        "shop", "item", col("amount").sum().over("shop", "item").alias("sum"),
        counted(pl.len().over("item", "shop")).alias("rows"),
    )


@query
def window_float_keys():
    return ROWS.select("id", "x", counted(pl.len().over("x")).alias("rows"), col("id").min().over("x").alias("first"))


@query
def window_key_expression():
    return ROWS.select("id", (col("n") - col("n").mean().over(col("id") % 3)).alias("off"))


@query
def window_share():
    amount = col("amount")
    return SALES.select(
        "shop", (amount / amount.sum().over("shop")).alias("of_shop"), (amount / amount.sum()).alias("of_all"),
        ((amount - amount.mean()) / amount.count()).over("item").alias("scaled"),
    )


@query
def window_filter():
    return SALES.filter(pl.len().over("shop") > 2, col("amount") >= col("amount").mean().over("shop"))


@query
def window_filter_on_key():
    frame = SALES.with_columns(col("amount").cum_sum().over("shop").alias("so_far"))
    return frame.filter(col("shop") > "s1")


@query
def window_in_order():
    amount = col("amount")
    return SALES.with_columns(
        amount.cum_sum().alias("sum"), counted(amount.cum_count()).alias("count"), amount.cum_min().alias("min"),
        amount.cum_max().alias("max"), pl.int_range(1, pl.len() + 1).alias("row"),
    )


@query
def window_so_far():
    amount = col("amount")
    return SALES.select(
        "shop", amount.cum_sum().over("shop").alias("sum"), counted(amount.cum_count().over("shop")).alias("count"),
        amount.cum_min().over("shop").alias("min"), amount.cum_max().over("shop").alias("max"),
    )


@query
def window_so_far_sorted():
    day = lambda expr, descending=False: sorted_over(expr, "g", "id", descending)
    return ROWS.select(
        "id", "g", day(col("n").cum_sum(), True).alias("sum"), day(counted(col("n").cum_count()), True).alias("count"),
        day(col("y").cum_max(), True).alias("max"), day(col("n").shift(1), True).alias("after"),
        day(pl.int_range(1, pl.len() + 1), True).alias("row"),
    )


@query
def window_so_far_of_floats():
    return ROWS.select(
        "id", col("x").cum_sum().alias("sum"), col("x").cum_min().alias("min"), col("x").cum_max().alias("max"),
        col("y").cum_sum().over("p").alias("y_sum"),
    )


@query
def window_so_far_of_narrow_types():
    # Row 2: sums of signed integers are Int64, of unsigned ones UInt64, of Float32 Float64.
    return SMALL.select(
        col("i8").cast(pl.Int64).cum_sum().alias("i8"), col("u8").cast(pl.UInt64).cum_sum().alias("u8"),
        col("f32").cast(pl.Float64).cum_sum().alias("f32"), col("i16").cum_max().alias("i16"),
        col("u32").cum_min().alias("u32"),
    )


@query
def window_so_far_of_texts():
    return LOOKUP.select(
        "k", col("label").cum_max().over("g").alias("max"), col("label").cum_min().alias("min"),
        counted(col("k").cum_count()).alias("count"), (col("g") > 1).cast(pl.Int64).cum_sum().alias("many"),
    )


@query
def window_ranks():
    rank = lambda method: col("amount").rank(method)
    return SALES.select(
        "amount", rank("average").alias("average"), counted(rank("min")).alias("min"), counted(rank("max")).alias("max"),
        counted(rank("dense")).alias("dense"), counted(rank("ordinal")).alias("ordinal"),
    )


@query
def window_ranks_over():
    rank = lambda name, method, descending=False: col(name).rank(method, descending=descending).over("shop")
    return SALES.select(
        "shop", rank("amount", "average").alias("average"), counted(rank("amount", "min", True)).alias("from_top"),
        counted(rank("price", "dense")).alias("price"), counted(rank("item", "max")).alias("item"),
        counted(rank("item", "ordinal", True)).alias("items"),
    )


@query
def window_ranks_of_floats():
    return ROWS.select(
        "x", col("x").rank("average").alias("average"), counted(col("x").rank("min", descending=True)).alias("from_top"),
        counted(col("day").rank("dense")).alias("day"), counted(col("p").rank("max")).alias("p"),
    )


@query
def window_neighbours():
    return ROWS.select(
        "id", col("n").shift(1).alias("before"), col("n").shift(-2).alias("after"), col("k").shift(1).over("g").alias("k"),
        col("n").shift(1, fill_value=0).over("k").alias("filled"), col("day").shift(-1).over("p").alias("day"),
        col("n").shift(100).alias("far"),
    )


@query
def window_differences():
    return ROWS.select(
        "id", col("n").diff().alias("n"), col("n").diff(2).over("g").alias("n2"), col("day").diff().over("p").alias("day"),
        (col("y") / col("y").shift(1) - 1.0).alias("change"),
    )


@query
def window_rows_by_price():
    number = pl.int_range(1, pl.len() + 1)
    frame = SALES.with_row_index("place")
    return frame.select("shop", "price", sorted_over(number, "shop", ["price", "place"]).alias("row"))


@query
def window_then_group():
    frame = SALES.with_columns(col("amount").rank("ordinal").over("item").alias("rank")).filter(col("rank") <= 2)
    return frame.group_by("item", maintain_order=True).agg(col("amount").sum())


@query
def window_no_rows():
    none = SALES.filter(col("amount") > 1000)
    return none.select("shop", col("amount").sum().over("shop").alias("sum"), col("amount").cum_sum().alias("so_far"))


@query
def window_joined_lists():
    n, mapped = col("n"), {"mapping_strategy": "join"}
    return ROWS.select(
        "id", n.over("k", **mapped).alias("values"), n.rank("min").cast(pl.Int64).over("k", **mapped).alias("ranks"),
        n.over("k", order_by=-col("id"), **mapped).alias("backwards"),
        (n - n.min()).over("k", **mapped).alias("above"), n.sum().over("k", **mapped).alias("sum"),
        n.filter(n > 2).over("k", **mapped).alias("filtered"),
    )


@query
def window_one_after_the_other():
    mapped = {"mapping_strategy": "explode"}
    return ROWS.select(
        pl.all().over("k", **mapped),
        (col("n") - col("n").min()).over("k", **mapped).alias("above"),
        col("n").cum_max().over("k", **mapped).alias("so_far"),
        # With an order Polars goes by the row that is first then; here by the row that was.
        col("id").sort_by(-col("id")).over("k", **mapped).alias("backwards"),
        (col("n").sum() * 2).over("id", **mapped).alias("sum"),
    )


@query
def window_heads_one_after_the_other():
    first = pl.all().head(2)
    return SALES.select(first.over("shop", mapping_strategy="explode"))


@query
def window_sums_one_after_the_other():
    kept = SALES.filter(col("shop").is_not_null())
    return kept.select(
        col("shop").first().over("shop", mapping_strategy="explode"),
        col("amount").sum().over("shop", mapping_strategy="explode"), pl.lit(1).alias("one"),
    )


@query
def window_filtered_one_after_the_other():
    # A partition with nothing to give has a null.
    return SALES.select(col("amount").filter(col("amount") > 7).over("shop", mapping_strategy="explode"))
