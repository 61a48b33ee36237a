"""Joins."""

import polars as pl
from polars import col

from golden_inputs import LOOKUP, ROWS, SALES

QUERIES = []

LEFT = ROWS.select("id", "k", "g", "x")


def query(function):
    QUERIES.append(function)
    return function


def join(left, right, on=None, how="inner", **options):
    """Row 5: in the order of the left side (of the right one for a right join), matches in the other side's order."""
    if how in ("semi", "anti"):
        return left.join(right, on=on, how=how, maintain_order="left", **options)
    order = "right_left" if how == "right" else "left_right"
    return left.join(right, on=on, how=how, maintain_order=order, **options)


@query
def join_inner():
    return join(LEFT, LOOKUP, "k")


@query
def join_left():
    return join(LEFT, LOOKUP, "k", "left")


@query
def join_right():
    return join(LEFT, LOOKUP, "k", "right")


@query
def join_full():
    return join(LEFT, LOOKUP, "k", "full")


@query
def join_full_coalesced():
    return join(LEFT, LOOKUP, "k", "full", coalesce=True)


@query
def join_semi():
    return join(LEFT, LOOKUP, "k", "semi")


@query
def join_anti():
    return join(LEFT, LOOKUP, "k", "anti")


@query
def join_cross():
    left, right = LEFT.select("id").head(3), LOOKUP.select("k", "g").head(4)
    return join(left, right, how="cross")


@query
def join_cross_filtered():
    pairs = join(LEFT.select("id", "k"), LOOKUP.select("k", "label"), how="cross")
    return pairs.filter(col("k") == col("k_right"))


@query
def join_two_keys():
    return join(LEFT, LOOKUP, ["k", "g"])


@query
def join_two_keys_left():
    return join(LEFT, LOOKUP, ["k", "g"], "left")


@query
def join_two_keys_full():
    return join(LEFT, LOOKUP.select("k", "g", "label"), ["k", "g"], "full", coalesce=True)


@query
def join_two_keys_anti():
    return join(LEFT, LOOKUP, ["k", "g"], "anti")


@query
def join_floats():
    return join(LEFT.select("id", "x"), LOOKUP.select("x", "label"), "x")


@query
def join_floats_full():
    return join(LEFT.select("id", "x"), LOOKUP.select("x", "label"), "x", "full")


@query
def join_other_names():
    right = LOOKUP.select(col("k").alias("key"), "label")
    return join(LEFT, right, how="left", left_on="k", right_on="key")


@query
def join_other_names_right():
    right = LOOKUP.select(col("k").alias("key"), "label")
    return join(LEFT.select("id", "k"), right, how="right", left_on="k", right_on="key")


@query
def join_expression_keys():
    # Keys that are no column on the right keep both sides' columns.
    right = LOOKUP.select(col("g").alias("h"), "label").with_columns((col("h") * 2).alias("key"))
    pairs = join(LEFT.select("id", "g"), right, how="inner", left_on="g", right_on="key")
    return pairs.select("id", "g", "h", "label")


@query
def join_suffix():
    return join(LEFT, LOOKUP, "k", "left", suffix="_of_lookup")


@query
def join_wider_keys():
    # Int32 meets Int64 in Int64; the left key keeps its values.
    right = pl.DataFrame({"n": LOOKUP["g"].cast(pl.Int64), "label": LOOKUP["label"]})
    left = LEFT.select("id", "g")
    pairs = join(left.with_columns(col("g").cast(pl.Int64)), right, how="inner", left_on="g", right_on="n")
    return pairs.with_columns(col("g").cast(pl.Int32))


@query
def join_itself():
    return join(SALES, SALES, "shop").select("shop", "quarter", "quarter_right", "amount", "amount_right")


@query
def join_dates():
    left = ROWS.select("id", "day")
    right = ROWS.filter(col("id") > 5).select("day", col("id").alias("other"))
    return join(left, right, "day")


@query
def join_then_filter_left():
    pairs = join(LEFT, LOOKUP, "k", "left")
    return pairs.filter((col("label") != "second") & (col("id") > 1))


@query
def join_then_filter_full():
    pairs = join(LEFT, LOOKUP, "k", "full")
    return pairs.filter(col("g") == col("g_right"))


@query
def join_then_filter_right():
    pairs = join(LEFT, LOOKUP, "k", "right")
    return pairs.filter(col("id").is_null())


@query
def join_then_group():
    pairs = join(LEFT, LOOKUP, "k", "left")
    groups = pairs.group_by("label", maintain_order=True)
    return groups.agg(col("id").sum().alias("ids"), pl.len().cast(pl.Int64).alias("rows"))  # Row 3.


@query
def join_then_limit():
    return join(LEFT, LOOKUP, "k", "left").head(4)


@query
def join_with_nothing():
    return join(LEFT, LOOKUP.filter(pl.lit(False)), "k", "left")


@query
def join_three():
    names = SALES.select(col("shop").alias("label"), "price").unique(["label"], keep="first", maintain_order=True)
    names = names.with_columns(pl.Series("label", ["first", "second", None, "accent"]))
    return join(join(LEFT, LOOKUP.select("k", "label"), "k"), names, "label", "left")


def asof(strategy, left_by=(), **options):
    """Neither side need be sorted, and rows stay in order: sorted here, and put back by `id`. A null key finds nothing."""
    right = ROWS.select(col("d").alias("m"), "k", found="id").drop_nulls("m").sort("m", maintain_order=True)
    left = ROWS.select("id", "k", "n").sort("n", nulls_last=True, maintain_order=True)
    joined = left.join_asof(right, left_on="n", right_on="m", strategy=strategy, by=left_by or None, **options)
    return joined.sort("id")


@query
def join_asof_backward():
    return asof("backward")


@query
def join_asof_forward():
    return asof("forward")


@query
def join_asof_nearest():
    return asof("nearest")


@query
def join_asof_by():
    return asof("backward", ["k"])


@query
def join_asof_not_exact():
    return asof("nearest", allow_exact_matches=False)


@query
def join_asof_tolerance():
    return asof("nearest", tolerance=2)


@query
def join_asof_then_filter():
    joined = asof("forward").filter((col("id") > 3) & (col("found") < 9))
    return joined.select("found", "n").limit(4)


def where(left, right, *predicates, suffix="_right"):
    """Row 34: in the order of the left side, matches in the right side's order."""
    return join(left, right, how="cross", suffix=suffix).filter(*predicates)


PAIR_LEFT = ROWS.select("id", "k", "n", "x")
PAIR_RIGHT = ROWS.select("id", "k", "d", "y", "g")


@query
def join_where_one():
    return where(PAIR_LEFT, PAIR_RIGHT, col("n") < col("d"))


@query
def join_where_two():
    return where(PAIR_LEFT, PAIR_RIGHT, col("d") <= col("n"), col("k") > col("k_right"))


@query
def join_where_within():
    # Both ends of a run of the right side's values, computed on the left one.
    near = (col("d") >= col("n") - 2) & (col("d") < col("n") + 2)
    return where(PAIR_LEFT, PAIR_RIGHT, near).select("id", "n", "id_right", "d")


@query
def join_where_three():
    predicates = [col("n") > col("d"), col("x") < col("y"), col("id") != col("id_right")]
    return where(PAIR_LEFT, PAIR_RIGHT, *predicates)


@query
def join_where_floats():
    # NaN is not below NaN, and above all numbers; the zeros are equal.
    return where(ROWS.select("id", "x"), LOOKUP.select("x", "label"), col("x") <= col("x_right"))


@query
def join_where_int_and_float():
    return where(ROWS.select("id", "n"), LOOKUP.select("x", "label"), col("n") < col("x"))


@query
def join_where_equal():
    return where(PAIR_LEFT, PAIR_RIGHT, col("k") == col("k_right"), col("n") > col("d"))


@query
def join_where_equal_values():
    return where(PAIR_LEFT, PAIR_RIGHT, col("n") + 1 == col("d"), col("x") < col("y"))


@query
def join_where_anything():
    odd = ((col("n") + col("d")) % 3 == 0) | (col("k") == col("k_right"))
    return where(PAIR_LEFT, PAIR_RIGHT, odd).select("id", "n", "d", "k_right")


@query
def join_where_of_one_side():
    return where(PAIR_LEFT, PAIR_RIGHT, col("n") > 0, col("n") < col("d"), col("g") == 1)


@query
def join_where_dates():
    right = ROWS.select("id", col("at").dt.date().alias("date"))
    return where(ROWS.select("id", "day"), right, col("day") > col("date"))


@query
def join_where_then_filter():
    pairs = where(PAIR_LEFT, PAIR_RIGHT, col("n") > col("d"))
    return pairs.filter((col("id") > 3) & (col("x") > col("y"))).select("y", "id")


@query
def join_where_then_limit():
    return where(PAIR_LEFT, PAIR_RIGHT, col("n") > col("d")).slice(3, 8)


@query
def join_where_then_group():
    pairs = where(PAIR_LEFT, PAIR_RIGHT, col("n") > col("d"), col("x") < col("y"))
    groups = pairs.group_by("k", maintain_order=True)
    return groups.agg(col("id_right").sum().alias("ids"), pl.len().cast(pl.Int64).alias("rows"))  # Row 3.


@query
def join_where_of_nothing():
    return where(PAIR_LEFT, PAIR_RIGHT.filter(pl.lit(False)), col("n") > col("d"))


@query
def join_cross_compared():
    pairs = join(LEFT.select("id", "k"), LOOKUP.select("k", "label"), how="cross")
    return pairs.filter((col("k") < col("k_right")) & (col("label") != "last"))
