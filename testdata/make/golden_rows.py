"""Rows: filter, sort, slice, unique, and which columns there are."""

import polars as pl
from polars import col, lit

from golden_inputs import INF, LOOKUP, ROWS, SALES, SMALL

QUERIES = []


def query(function):
    QUERIES.append(function)
    return function


def by(frame, keys, descending=False, nulls_last=True):
    """Rows 7 and 8: nulls last in both directions, always stable."""
    return frame.sort(keys, descending=descending, nulls_last=nulls_last, maintain_order=True)


def first_of_each(frame, subset=None, keep="first"):
    """Row 5: in the input's order."""
    return frame.unique(subset, keep=keep, maintain_order=True)


@query
def filter_greater():
    return ROWS.filter(col("n") > 2).select("id", "n")


@query
def filter_nan_is_the_largest():
    return ROWS.filter(col("x") > INF).select("id", "x")


@query
def filter_equal_nan():
    return ROWS.filter(col("x") == col("x")).select("id", "x")


@query
def filter_not_equal_drops_null():
    return ROWS.filter(col("k") != "b").select("id", "k")


@query
def filter_string_order():
    return ROWS.filter(col("k") >= "b").select("id", "k")


@query
def filter_several_conditions():
    frame = ROWS.filter(col("n").is_not_null()).filter((col("d") != 0) & ((col("n") > 0) | col("p")))
    return frame.select("id", "n", "d", "p")


@query
def filter_after_with_columns():
    frame = ROWS.with_columns(total=col("n") + col("d")).filter(col("total") > 1)
    return frame.filter(col("id") < 10).select("id", "total")


@query
def filter_on_an_aggregate():
    return ROWS.filter(col("y") > col("y").mean()).select("id", "y")


@query
def filter_nothing_left():
    return ROWS.filter(lit(False)).select("id", "k", "x", "p", "day")


@query
def filter_is_null():
    return ROWS.filter(col("k").is_null() | col("g").is_null()).select("id", "k", "g")


@query
def filter_integer_against_float():
    # Row 4: exactly, not through f64, where 2^53 + 1 equals 2^53.
    pairs = zip(SMALL["i64"], SMALL["f64"])
    greater = [i is not None and f is not None and f == f and int(i) > f for i, f in pairs]
    return SMALL.filter(pl.Series(greater)).select("i64", "f64")


@query
def drop_nulls_of_two():
    return ROWS.drop_nulls(["k", "x"]).select("id", "k", "x")


@query
def sort_numbers():
    return by(ROWS, "n").select("id", "n")


@query
def sort_descending():
    return by(ROWS, "n", descending=True).select("id", "n")


@query
def sort_nulls_first():
    return by(ROWS, "n", nulls_last=False).select("id", "n")


@query
def sort_descending_nulls_first():
    return by(ROWS, "n", descending=True, nulls_last=False).select("id", "n")


@query
def sort_floats():
    return by(ROWS, "x").select("id", "x")


@query
def sort_floats_descending():
    return by(ROWS, "x", descending=True).select("id", "x")


@query
def sort_strings():
    return by(ROWS, "k").select("id", "k")


@query
def sort_strings_descending():
    return by(ROWS, "k", descending=True).select("id", "k")


@query
def sort_booleans():
    return by(ROWS, "p").select("id", "p")


@query
def sort_dates():
    return by(ROWS, "day", descending=True).select("id", "day")


@query
def sort_several_keys():
    frame = by(ROWS, ["g", "k", "x"], descending=[True, False, True], nulls_last=[True, False, True])
    return frame.select("id", "g", "k", "x")


@query
def sort_by_expressions():
    keys = [(col("n") % 3), col("id") * -1]
    return by(ROWS, keys).select("id", "n")


@query
def sort_and_limit():
    return by(ROWS, ["p", "x"], descending=[False, True]).head(5).select("id", "p", "x")


@query
def sort_twice_is_stable():
    return by(by(ROWS, "y", descending=True), "g").select("id", "g", "y")


@query
def limit_rows():
    return ROWS.head(4).select("id", "k")


@query
def limit_beyond_the_end():
    return ROWS.head(100).select("id")


@query
def limit_none():
    return ROWS.head(0).select("id", "k")


@query
def tail_rows():
    return ROWS.tail(5).select("id", "k")


@query
def slice_from_the_middle():
    return ROWS.slice(3, 4).select("id", "k")


@query
def slice_to_the_end():
    return ROWS.slice(9).select("id")


@query
def slice_negative():
    return ROWS.slice(-5, 2).select("id", "k")


@query
def slice_negative_beyond_the_start():
    return ROWS.slice(-100, 90).select("id")


@query
def slice_after_filter():
    return ROWS.filter(col("d") > 0).slice(1, 3).select("id", "d")


@query
def filter_after_slice():
    return ROWS.slice(2, 8).filter(col("d") > 0).select("id", "d")


@query
def limit_after_tail():
    return ROWS.tail(6).head(2).select("id")


@query
def unique_rows():
    return first_of_each(ROWS.select("k", "g"))


@query
def unique_floats():
    return first_of_each(ROWS.select("x"))


@query
def unique_by_first():
    return first_of_each(ROWS.select("id", "k", "g"), ["k"])


@query
def unique_by_last():
    return first_of_each(ROWS.select("id", "k", "g"), ["k"], keep="last")


@query
def unique_by_any():
    # `any` is the first, by Keep::Any's own word.
    return first_of_each(ROWS.select("id", "k", "g"), ["g"])


@query
def unique_by_none():
    return first_of_each(ROWS.select("id", "k", "g"), ["k", "g"], keep="none")


@query
def unique_then_filter():
    return first_of_each(ROWS.select("id", "k", "g"), ["k"]).filter(col("id") > 2)


@query
def select_all_and_more():
    return LOOKUP.select(pl.all(), (col("g") * 2).alias("double"))


@query
def select_by_names():
    return ROWS.select(pl.col("day", "k", "id"))


@query
def rename_swaps():
    return LOOKUP.rename({"k": "label", "label": "k"})


@query
def drop_columns():
    return SALES.drop("price", "shop")


@query
def with_columns_sees_the_input():
    return SALES.with_columns(col("price").alias("amount"), col("amount").alias("price"))


@query
def with_columns_broadcasts():
    return SALES.select("shop", "amount").with_columns(
        lit("x").alias("text"),
        lit(None).alias("nothing"),
        col("amount").sum().alias("total"),
        (col("amount") - col("amount").min()).alias("above"),
    )


@query
def aggregates_beside_rows():
    return ROWS.select(
        "id",
        (col("y") - col("y").mean()).alias("off"),
        (col("n") == col("n").max()).alias("is_max"),
        (pl.len().cast(pl.Int64) - col("id")).alias("left"),  # Row 3: counts are Int64.
    )


@query
def select_literals():
    # No column is read: one row.
    return pl.select(lit(1, dtype=pl.Int32).alias("a"), lit("b").alias("b"), lit(2.5).alias("c"), lit(True).alias("d"))


@query
def fill_null_values():
    return ROWS.select(
        col("k").fill_null("?"),
        col("n").fill_null(col("d")),
        col("x").fill_null(0.0),
        # Row 15: the type widens to hold 0.5.
        col("g").cast(pl.Float64).fill_null(0.5).alias("g"),
        col("p").fill_null(False),
    )


@query
def fill_null_everywhere():
    return SMALL.select("i64", "f64").with_columns(col("i64").fill_null(9), col("f64").fill_null(9.0))
