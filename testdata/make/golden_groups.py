"""Groups and aggregates."""

import math
from fractions import Fraction

import polars as pl
import polars.testing
from polars import col

from golden_inputs import LOOKUP, ROWS, SALES, SMALL, TEXTS

QUERIES = []


def query(function):
    QUERIES.append(function)
    return function


def group(frame, *keys):
    """Row 5: groups in order of their first rows."""
    return frame.group_by(*keys, maintain_order=True)


def counted(expr):
    """Row 3: counts are Int64."""
    return expr.cast(pl.Int64)


def summed(expr):
    """Row 2: sums of signed integers and booleans are Int64."""
    return expr.cast(pl.Int64)


def linear(expr, q):
    """Row 9: quantiles are interpolated linearly."""
    return expr.quantile(q, interpolation="linear")


def one_zero(expr):
    """Row 32: -0.0 equals 0.0, so which of them is the least would be up to the order of rows; it is always 0.0."""
    return pl.when(expr == 0.0).then(0.0).otherwise(expr)


def exact_variance(values):
    """Row 6 in spirit: the variance to the last bit, which Polars' running means may miss."""
    values = [value for value in values if value is not None]
    if len(values) < 2:
        return None
    if any(math.isnan(value) for value in values):
        return math.nan
    values = [Fraction(value) for value in values]
    mean = sum(values) / len(values)
    return float(sum((value - mean) ** 2 for value in values) / (len(values) - 1))


def spread(frame, keys, column):
    """std and var of each group, exact to the last bit and checked against Polars' own."""
    near = group(frame, *keys).agg(col(column).std().alias("std"), col(column).var().alias("var"))
    lists = group(frame, *keys).agg(col(column).alias("values"))
    var = [exact_variance(values) for values in lists["values"].to_list()]
    exact = near.with_columns(
        pl.Series("std", [value if value is None else math.sqrt(value) for value in var], dtype=pl.Float64),
        pl.Series("var", var, dtype=pl.Float64),
    )
    pl.testing.assert_frame_equal(exact, near)
    return exact


@query
def group_sum_mean():
    return group(ROWS, "k").agg(
        summed(col("n").sum()).alias("sum"), col("n").mean().alias("mean"), counted(pl.len()).alias("rows")
    )


@query
def group_two_keys():
    return group(ROWS, "g", "k").agg(counted(pl.len()).alias("rows"), col("id").max().alias("last_id"))


@query
def group_by_float():
    return group(ROWS, "x").agg(counted(pl.len()).alias("rows"), col("id").first())


@query
def group_by_boolean():
    return group(ROWS, "p").agg(col("x").sum().alias("x"), col("y").sum().alias("y"))


@query
def group_by_date():
    return group(ROWS, "day").agg(col("id").min().alias("first"), counted(col("id").count()).alias("rows"))


@query
def group_by_expression():
    return group(ROWS, (col("n") % 2).alias("odd")).agg(col("id").first().alias("first"), col("id").last().alias("last"))


@query
def group_by_two_strings():
    return group(SALES, "shop", "item").agg(col("price").max().alias("top"), counted(pl.len()).alias("rows"))


@query
def group_filter_after():
    frame = group(ROWS, "k").agg(counted(pl.len()).alias("rows"), summed(col("d").sum()).alias("d"))
    return frame.filter(col("rows") > 1).sort("d", maintain_order=True, nulls_last=True)


@query
def group_counts():
    return group(ROWS, "g").agg(
        counted(col("k").count()).alias("count"),
        counted(col("k").len()).alias("len"),
        counted(col("k").null_count()).alias("null_count"),
        counted(col("k").n_unique()).alias("n_unique"),
    )


@query
def group_extremes_of_floats():
    return group(ROWS, "g").agg(
        one_zero(col("x").min()).alias("min"), one_zero(col("x").max()).alias("max"), col("x").sum().alias("sum")
    )


@query
def group_extremes_of_strings():
    return group(ROWS, "g").agg(
        col("k").min().alias("min"), col("k").max().alias("max"), col("k").first().alias("first"),
        col("k").last().alias("last"),
    )


@query
def group_extremes_of_times():
    return group(ROWS, "g").agg(
        col("day").min().alias("first_day"), col("day").max().alias("last_day"), col("at").max().alias("last_at"),
        col("p").max().alias("any"),
    )


@query
def group_middle():
    return group(ROWS, "g").agg(
        col("n").median().alias("median"), linear(col("n"), 0.25).alias("low"),
        one_zero(linear(col("x"), 0.75)).alias("high"),
    )


@query
def group_spread_of_integers():
    return spread(ROWS, ["g"], "n")


@query
def group_spread_of_floats():
    return spread(ROWS, ["k"], "y")


@query
def group_spread_with_nan():
    return spread(ROWS, ["g"], "x")


@query
def group_ratio_of_aggregates():
    return group(SALES, "shop").agg(
        (col("amount").sum() / col("amount").count()).alias("mean"),
        (col("price").max() - col("price").min()).alias("range"),
        (col("amount") * 2).sum().alias("twice"),
    )


@query
def group_aggregate_of_conditions():
    return group(ROWS, "g").agg(
        summed((col("n") > 0).sum()).alias("positive"), pl.when(col("d") > 0).then(col("d")).sum().alias("d")
    )


@query
def group_no_rows():
    frame = ROWS.filter(pl.lit(False))
    return group(frame, "k").agg(summed(col("n").sum()).alias("sum"), counted(pl.len()).alias("rows"))


@query
def group_twice():
    inner = group(ROWS, "k", "g").agg(summed(col("d").sum()).alias("d"))
    return group(inner, "g").agg(col("d").mean().alias("mean"), col("k").last().alias("k"))


@query
def group_keys_only():
    return group(LOOKUP, "g").agg()


@query
def group_len():
    return group(LOOKUP, "k").agg(counted(pl.len()).alias("len"))


@query
def total_row():
    return ROWS.select(
        summed(col("n").sum()).alias("sum"),
        col("n").mean().alias("mean"),
        col("k").min().alias("k"),
        counted(pl.len()).alias("rows"),
        col("day").max().alias("day"),
    )


@query
def total_of_nothing():
    frame = ROWS.filter(pl.lit(False))
    return frame.select(
        summed(col("n").sum()).alias("sum"),
        col("x").sum().alias("x"),
        counted(col("n").count()).alias("count"),
        col("n").mean().alias("mean"),
        col("n").median().alias("median"),
        linear(col("n"), 0.5).alias("half"),
        col("n").std().alias("std"),
        col("k").max().alias("max"),
        col("k").first().alias("first"),
        counted(col("k").n_unique()).alias("kinds"),
        summed(col("p").sum()).alias("true"),
    )


@query
def total_of_nulls():
    frame = ROWS.filter(col("n").is_null())
    return frame.select(
        summed(col("n").sum()).alias("sum"),
        col("n").min().alias("min"),
        col("n").mean().alias("mean"),
        col("n").var().alias("var"),
        counted(col("n").n_unique()).alias("kinds"),
        counted(col("n").null_count()).alias("nulls"),
        col("n").last().alias("last"),
    )


@query
def sums_of_narrow_types():
    # Row 2: signed integers sum to Int64, unsigned to UInt64, Float32 to Float64.
    return SMALL.select(
        col("i8").cast(pl.Int64).sum(),
        col("u8").cast(pl.UInt64).sum(),
        col("i16").cast(pl.Int64).sum(),
        col("u32").cast(pl.UInt64).sum(),
        col("i64").sum(),
        col("f32").cast(pl.Float64).sum(),
    )


@query
def sums_of_booleans():
    return ROWS.select(summed(col("p").sum()).alias("true"), col("p").mean().alias("share"))


@query
def quantiles():
    return ROWS.select(*[linear(col("n"), q).alias(f"q{q}") for q in [0.0, 0.1, 0.25, 0.5, 0.9, 1.0]])


@query
def quantile_counts_nan_as_the_largest():
    return ROWS.select(
        linear(col("x"), 0.5).alias("half"), col("x").median().alias("median"), linear(col("x"), 1.0).alias("top")
    )


@query
def aggregates_of_aggregated_expressions():
    return ROWS.select(
        (col("n").sum() + col("d").sum()).alias("both"),
        (col("n").max() * 2 - col("n").min()).alias("span"),
        (col("y") * col("y")).sum().alias("squares"),
        (counted(col("k").n_unique()) == counted(pl.len())).alias("distinct"),
    )


@query
def mean_of_dates():
    return ROWS.select(col("day").mean().alias("day"), col("day").median().alias("middle"))


@query
def distinct_values():
    names = ["id", "k", "g", "x", "y", "p", "day", "at"]
    return ROWS.select(*[counted(col(name).n_unique()).alias(name) for name in names])


@query
def first_and_last_values():
    return ROWS.tail(11).head(9).select(
        col("k").first().alias("k"), col("x").first().alias("x"), col("n").last().alias("n"), col("p").last().alias("p")
    )


@query
def extremes_of_text():
    return TEXTS.select(col("t").min().alias("min"), col("t").max().alias("max"), col("iso").min().alias("iso"))


def exact_pair(left, right, ddof=None):
    """Row 6 in spirit: covariance (or, without ddof, correlation) from sums that are not rounded."""
    pairs = [(x, y) for x, y in zip(left, right) if x is not None and y is not None]
    if any(math.isnan(value) for pair in pairs for value in pair):
        return math.nan
    pairs = [(Fraction(x), Fraction(y)) for x, y in pairs]

    def spread(of_x, of_y):
        n = len(pairs)
        sums = [sum(value(pair) for pair in pairs) for value in (of_x, of_y)]
        return n * sum(of_x(pair) * of_y(pair) for pair in pairs) - sums[0] * sums[1]

    x, y = (lambda pair: pair[0]), (lambda pair: pair[1])
    if ddof is None:
        squares = spread(x, x) * spread(y, y)
        return float(spread(x, y)) / math.sqrt(squares) if squares else math.nan
    divisor = len(pairs) - ddof
    return float(spread(x, y) / (len(pairs) * divisor)) if divisor > 0 else None


@query
def group_top_and_bottom():
    # Polars leaves the order of these lists open.
    ends = group(ROWS, "g").agg(
        col("n").top_k(3).sort(descending=True, nulls_last=True).alias("top"),
        col("n").bottom_k(3).sort(nulls_last=True).alias("bottom"),
        counted(col("id").len()).alias("rows"),
    )
    return ends.explode("top", "bottom")


@query
def group_top_texts():
    ends = group(ROWS.drop_nulls("k"), "p").agg(col("k").top_k(2).sort(descending=True).alias("last"))
    return ends.explode("last")


@query
def group_lists_back_to_rows():
    return group(ROWS, "g").agg(col("id").implode(), col("k").implode(), col("x").implode()).explode("id", "k", "x")


@query
def group_correlations():
    near = group(ROWS, "g").agg(pl.corr("n", "id").alias("corr"), pl.cov("n", "id").alias("cov"))
    lists = group(ROWS, "g").agg("n", "id")
    pairs = list(zip(lists["n"].to_list(), lists["id"].to_list()))
    exact = near.with_columns(
        pl.Series("corr", [exact_pair(*pair) for pair in pairs], dtype=pl.Float64),
        pl.Series("cov", [exact_pair(*pair, ddof=1) for pair in pairs], dtype=pl.Float64),
    )
    pl.testing.assert_frame_equal(exact, near)
    return exact


@query
def correlations_of_floats():
    near = ROWS.select(
        pl.corr("y", "n").alias("corr"),
        pl.corr("x", "y").alias("with_nan"),
        pl.cov("y", "y", ddof=0).alias("cov"),
        pl.corr("id", "id").alias("itself"),
        pl.corr("id", pl.lit(1)).alias("constant"),
    )
    exact = near.with_columns(
        pl.lit(exact_pair(ROWS["y"], ROWS["n"])).alias("corr"),
        pl.lit(exact_pair(ROWS["y"], ROWS["y"], ddof=0)).alias("cov"),
        pl.lit(1.0).alias("itself"),
    )
    pl.testing.assert_frame_equal(exact, near)
    return exact
