"""Casts that wrap, correlation of ranks, constants as rows, rows put behind rows, places in the order of several columns,
values by a key, approximate quantiles."""

import polars as pl
from polars import col, lit

from cases import Cases

CASES = Cases()
select, by = CASES.select, CASES.by

INTEGERS = {
    "Int8": pl.Int8, "Int16": pl.Int16, "Int32": pl.Int32, "Int64": pl.Int64,
    "UInt8": pl.UInt8, "UInt16": pl.UInt16, "UInt32": pl.UInt32, "UInt64": pl.UInt64,
}

# Casts that wrap. Floats and texts are refused: Polars takes the nearest number that fits, and reads texts.
for column in ["i8", "i16", "i32", "i64", "u8", "u16", "u32", "u64", "b", "e"]:
    for name, to in INTEGERS.items():
        select("numbers", f"wrapping_cast({column}, cast(null as {name}))", col(column).cast(to, wrap_numerical=True))
by("k", "texts", "wrapping_cast(sum(n * 1000), cast(null as Int8))", (col("n") * 1000).sum().cast(pl.Int8, wrap_numerical=True))
select("numbers", "wrapping_cast(300, cast(null as UInt8))", lit(300).cast(pl.UInt8, wrap_numerical=True))
for text in [
    "wrapping_cast(x, cast(null as Int8))", "wrapping_cast(dec, cast(null as Int8))", "wrapping_cast(i8, cast(null as Float32))",
    "wrapping_cast(i8, 'Int16')", "wrapping_cast(i8)",
]:
    select("numbers", text, None, error="always")
select("texts", "wrapping_cast(num, cast(null as Int8))", None, error="always")

# Correlation of ranks.
PAIRS = [("n", "d"), ("x", "y"), ("y", "n"), ("z", "y"), ("i64", "u64"), ("dec", "n"), ("n", "n"), ("b", "n")]
for left, right in PAIRS:
    answer = pl.corr(col(left).cast(pl.Int8) if left == "b" else left, right, method="spearman")
    select("numbers", f"corr({left}, {right}, 'spearman')", answer, near=True)
for left, right in [("n", "m"), ("x", "y"), ("day", "n"), ("o", "w")]:
    # Polars ranks dates by themselves only.
    made = col(left).to_physical() if left == "day" else col(left)
    by("g", "groups", f"spearman_rank_corr({left}, {right})", pl.corr(made, right, method="spearman"), near=True)
select("numbers", "corr(n, d, 'pearson')", pl.corr("n", "d"), near=True)
select("groups", "spearman_rank_corr(o, t)", pl.corr("o", col("t").rank("dense"), method="spearman"), near=True)
for text in ["corr(n, d, 'kendall')", "spearman_rank_corr(n)", "corr(n, d, m)"]:
    select("numbers", text, None, error="always")

# Constants as rows.
select("numbers", "repeat(7, 3)", pl.repeat(7, 3))
select("numbers", "repeat('x', 2)", pl.repeat("x", 2))
select("numbers", "repeat(1.5, 0)", pl.repeat(1.5, 0))
select("numbers", "repeat(null, 2)", pl.repeat(None, 2))
select("numbers", "repeat(7, 3, cast(null as Int8))", pl.repeat(7, 3, dtype=pl.Int8))
select("numbers", "repeat(7, 3, cast(null as Float32))", pl.repeat(7, 3, dtype=pl.Float32))
select("numbers", "repeat(1, 2, cast(null as Boolean))", pl.ones(2, dtype=pl.Boolean))
select("numbers", "zeros(3)", pl.zeros(3))
select("numbers", "ones(2)", pl.ones(2))
select("numbers", "repeat(2, 4) * 3", pl.repeat(2, 4) * 3)
select("numbers", "sum(repeat(2, 4))", pl.repeat(2, 4).cast(pl.Int64).sum())
for text in ["repeat(7, -1)", "repeat(n, 2)", "repeat(300, 1, cast(null as Int8))", "repeat(7)", "repeat(7, 2.5)", "zeros(-1)"]:
    select("numbers", text, None, error="always")
select("groups", "repeat_by(n, h)", col("n").repeat_by("h"))
select("groups", "repeat_by(t, 2)", col("t").repeat_by(2))
select("groups", "repeat_by(l, h)", lambda frame: pl.Series([None if h is None else [l] * h for l, h in frame.select("l", "h").iter_rows()], dtype=pl.List(pl.List(pl.Int64))))
select("groups", "repeat_by(p, 0)", col("p").repeat_by(0))
by("g", "groups", "repeat_by(max(n), len())", col("n").max().repeat_by(pl.len()))
# Row 12 is -7, which is no number of items.
select("groups", "repeat_by(1, n)", lit(1).repeat_by("n"), error="all")
for text in ["repeat_by(n, x)", "repeat_by(n)", "repeat_by(n, 'a')"]:
    select("groups", text, None, error="always")

# Rows behind rows.
DEC = pl.Decimal(21, 2)
for left, right in [("n", "m"), ("m", "x"), ("t", "g"), ("day", "day"), ("l", "l"), ("n", "dec"), ("p", "p")]:
    answer = col(left).cast(DEC).append(col(right).cast(DEC)) if right == "dec" else col(left).append(right)
    select("groups", f"append({left}, {right})", answer)
    by("g", "groups", f"append({left}, {right})", answer)
select("groups", "append(n, n * 2)", col("n").append(col("n") * 2))
select("groups", "len(append(n, m))", col("n").append("m").len().cast(pl.Int64))
by("h", "groups", "sum(append(n, m))", col("n").append("m").sum())
select("groups", "sort(append(n, m))", col("n").append("m").sort(nulls_last=True))
for column, value, polars in [("n", "9", 9), ("n", "null", None), ("t", "'z'", "z"), ("x", "0.5", 0.5), ("p", "true", True), ("l", "null", None)]:
    select("groups", f"extend_constant({column}, {value}, 2)", col(column).extend_constant(polars, 2))
    by("g", "groups", f"extend_constant({column}, {value}, 1)", col(column).extend_constant(polars, 1))
# Polars cuts 9.5 to 9; here the type widens.
select("groups", "extend_constant(n, 9.5, 1)", col("n").cast(pl.Float64).extend_constant(9.5, 1))
select("groups", "extend_constant(n, 9, 0)", col("n"))
for text in ["append(n, t)", "append(n)", "extend_constant(n, 'a', 1)", "extend_constant(n, 1, -1)", "extend_constant(n, m, 1)"]:
    select("groups", text, None, error="always")

# Whether there is anything, and where.
select("groups", "is_empty(n)", col("n").is_empty())
select("groups", "is_empty(filter(n, n > 5))", col("n").filter(col("n") > 5).is_empty())
by("g", "groups", "is_empty(drop_nulls(n))", col("n").drop_nulls().is_empty())
select("groups", "arg_where(n > 4)", pl.arg_where(col("n") > 4).cast(pl.Int64))
select("groups", "arg_where(p)", pl.arg_where("p").cast(pl.Int64))
by("g", "groups", "arg_where(n > 4)", pl.arg_where(col("n") > 4).cast(pl.Int64))

# Places in the order of several columns; nulls are last, in both directions.
for keys, *directions in [
    (["g"], [False], [True]),
    (["g", "n"], [False, False], [True, True], [False, True]),
    (["h", "t", "o"], [False, False, False], [True, False, True]),
    (["p", "x"], [False, False], [True, False]),
    (["day", "f"], [False, True]),
]:
    for flags in directions:
        text = ", ".join("true" if flag else "false" for flag in flags)
        # Ties in the order of the rows.
        order = [*keys, pl.int_range(pl.len())]
        answer = pl.arg_sort_by(order, descending=[*flags, False], nulls_last=True).cast(pl.Int64)
        select("groups", f"arg_sort_by(as_struct({', '.join(keys)}), [{text}])", answer)
select("groups", "arg_sort_by(as_struct(g, n), [false, false], [true, false])",
       pl.arg_sort_by(["g", "n", pl.int_range(pl.len())], nulls_last=[False, True, True]).cast(pl.Int64))
for text in ["arg_sort_by(g)", "arg_sort_by(as_struct(g, n), [true])", "arg_sort_by(as_struct(g, n), true)"]:
    select("groups", text, None, error="always")

# The items of lists as rows; null for a list that is null or empty.
for column in ["ints", "texts", "nested", "pairs"]:
    select("lists", f"list.explode({column})", col(column).list.explode(empty_as_null=True))
by("k", "lists", "list.explode(ints)", col("ints").list.explode(empty_as_null=True))

# By a key: interpolated, and with weights that fade.
for value in ["n", "x", "s"]:
    select("groups", f"interpolate_by({value}, o)", col(value).cast(pl.Float64).interpolate_by("o"), near=True)
for value, key, half_life in [("n", "o", "3i"), ("y", "o", "1i")]:
    select("groups", f"ewm_mean_by({value}, {key}, '{half_life}')", col(value).ewm_mean_by(key, half_life=half_life), near=True)
    select("groups", f"ewm_sum_by({value}, {key}, '{half_life}')", col(value).ewm_sum_by(key, half_life=half_life), near=True)
select("groups", "ewm_mean_by(n, o, 3)", col("n").ewm_mean_by("o", half_life="3i"), near=True)
select("groups", "ewm_mean_by(y, o, '2i') over (partition by p)", col("y").ewm_mean_by("o", half_life="2i").over("p"), near=True)
select("times", "ewm_mean_by(n, step, '10d')", col("n").ewm_mean_by("step", half_life="10d"), near=True)
select("times", "ewm_mean_by(n, month, '4w')", col("n").ewm_mean_by("month", half_life="4w"), near=True)
select("times", "ewm_sum_by(n, step, '36h')", col("n").ewm_sum_by("step", half_life="36h"), near=True)
select("times", "interpolate_by(n, step)", col("n").interpolate_by("step"), near=True)
select("times", "interpolate_by(n, month)", col("n").interpolate_by("month"), near=True)
for text in ["interpolate_by(t, o)", "interpolate_by(n, t)", "interpolate_by(n)", "ewm_mean_by(n, o)", "ewm_mean_by(n, x, 1)", "ewm_mean_by(n, o, '1d')", "ewm_mean_by(n, day, '1mo')", "ewm_sum_by(n, o, 0)"]:
    select("groups", text, None, error="always")

# Quantiles to three digits: exact for small whole numbers.
for column in ["n", "m", "o", "p"]:
    for q in [0, 0.3, 0.5, 0.9, 1]:
        answer = col(column).cast(pl.Float64).quantile(q, "nearest")
        select("groups", f"approx_quantile({column}, {q})", answer)
        by("g", "groups", f"approx_quantile({column}, {q})", answer)
for text in ["approx_quantile(n)", "approx_quantile(n, 1.5)", "approx_quantile(t, 0.5)", "approx_quantile(n, m)"]:
    select("groups", text, None, error="always")

# Aggregates that give rows are lists in a window.
for text, polars in [
    ("head(n, 2)", col("n").head(2)), ("unique(h)", col("h").unique(maintain_order=True)), ("drop_nulls(n)", col("n").drop_nulls()),
    ("filter(n, p)", col("n").filter("p")),
]:
    select("groups", f"{text} over (partition by g)", polars.over("g", mapping_strategy="join"))
