"""Values for others: membership, filling of null and NaN, rows of columns, bins, replacement, random numbers."""

import polars as pl
from polars import col, lit

from cases import Cases

CASES = Cases()
select, by = CASES.select, CASES.by

# Questions to floats.
for name in ["is_finite", "is_infinite", "is_not_nan", "is_nan"]:
    for column in ["x", "s", "n", "f64"]:
        select("numbers", f"{name}({column})", getattr(col(column), name)())
    select("numbers", f"{name}(b)", None, error="always")
select("texts", "is_finite(t)", None, error="always")

# Ranges and membership.
for closed in ["both", "left", "right", "none"]:
    select("numbers", f"is_between(n, 1, 7, '{closed}')", col("n").is_between(1, 7, closed=closed))
    select("numbers", f"is_between(x, y, 4.0, '{closed}')", col("x").is_between(col("y"), 4.0, closed=closed))
    select("texts", f"is_between(k, 'a', 'b', '{closed}')", col("k").is_between(lit("a"), lit("b"), closed=closed))
select("numbers", "is_between(n, 1, 7)", col("n").is_between(1, 7))
for text, polars in [
    ("is_in_missing(n, 3, null)", col("n").is_in([3, None], nulls_equal=True)),
    ("is_in_missing(n, 3)", col("n").is_in([3], nulls_equal=True)),
    ("is_in(n, 3, null)", col("n").is_in([3, None])),
    ("is_in_missing(x, 1.5, null)", col("x").is_in([1.5, None], nulls_equal=True)),
    ("is_in_missing(n, d)", col("n").eq_missing(col("d"))),
    ("is_in_missing(n, d, 12)", col("n").eq_missing(col("d")) | col("n").eq_missing(12)),
]:
    select("numbers", text, polars)
select("texts", "is_in_missing(k, 'a', null)", col("k").is_in(["a", None], nulls_equal=True))

# NaN and null.
for text, polars in [
    ("fill_nan(x, 0.0)", col("x").fill_nan(0.0)),
    ("fill_nan(x, 7)", col("x").fill_nan(7)),
    ("fill_nan(x, null)", col("x").fill_nan(None)),
    ("fill_nan(x, y)", col("x").fill_nan(col("y"))),
    ("fill_nan(s, 1.5)", col("s").fill_nan(1.5)),
    ("fill_nan(n, 0)", col("n")),
    ("nan_to_null(x)", col("x").fill_nan(None)),
    ("nan_to_null(s)", col("s").fill_nan(None)),
    ("fill_null(n, 0)", col("n").fill_null(0)),
    ("fill_null(n, d)", col("n").fill_null(col("d"))),
    # Row 15: the type widens.
    ("fill_null(n, 0.5)", col("n").cast(pl.Float64).fill_null(0.5)),
    ("fill_null(x, 1)", col("x").fill_null(1.0)),
]:
    select("numbers", text, polars)
for strategy in ["min", "max", "zero", "one"]:
    for column in ["n", "i8", "y", "dec"]:
        select("numbers", f"fill_null_with_strategy({column}, '{strategy}')", col(column).fill_null(strategy=strategy))
select("texts", "fill_null_with_strategy(t, 'min')", col("t").fill_null(strategy="min"))
select("texts", "fill_null_with_strategy(t, 'max')", col("t").fill_null(strategy="max"))
# Row 15: means are floats.
select("numbers", "fill_null_with_strategy(n, 'mean')", col("n").cast(pl.Float64).fill_null(col("n").mean()), near=True)
select("numbers", "fill_null_with_strategy(y, 'mean')", col("y").fill_null(strategy="mean"), near=True)
select("groups", "coalesce(n, max(n) over (partition by g))", pl.coalesce("n", col("n").max().over("g")))
for text in ["fill_nan(b, 0)", "fill_nan(x, 'a')", "nan_to_null(x, y)", "fill_null_with_strategy(n, 'often')"]:
    select("numbers", text, None, error="always")

# Rows of columns. Row 2: sums are Int64, UInt64, Float64.
for columns in [["n", "d"], ["n", "d", "m"], ["x", "y"], ["n", "y"], ["i8", "u8"], ["m"], ["b", "n"], ["i8", "i8"]]:
    names = ", ".join(columns)
    wide = pl.Float64 if {"x", "y"} & set(columns) else pl.Int64
    select("numbers", f"sum_horizontal({names})", pl.sum_horizontal(*(col(name).cast(wide) for name in columns)))
    select("numbers", f"mean_horizontal({names})", pl.mean_horizontal(*(col(name).cast(wide) for name in columns)))
    if "b" not in columns:
        select("numbers", f"min_horizontal({names})", pl.min_horizontal(*columns))
        select("numbers", f"max_horizontal({names})", pl.max_horizontal(*columns))
for columns, polars_type in [(["u8", "u16"], pl.UInt64), (["s", "y"], pl.Float64), (["s", "s"], pl.Float64), (["b", "b"], pl.Int64)]:
    names = ", ".join(columns)
    # A sum begins with 0.0, so that it is never -0.0, as that of a column.
    sums = pl.sum_horizontal(*(col(name).cast(polars_type) for name in columns))
    if polars_type == pl.Float64:
        sums = pl.when(sums == 0.0).then(0.0).otherwise(sums)
    select("numbers", f"sum_horizontal({names})", sums)
select("numbers", "sum_horizontal(dec, dec)", pl.sum_horizontal("dec", "dec").cast(pl.Decimal(38, 2)))
select("numbers", "sum_horizontal(n, 1)", col("n").fill_null(0) + 1)
select("numbers", "sum_horizontal(i64, 1)", lambda frame: frame["i64"] + 1, error="all")
select("times", "sum_horizontal(span, span)", pl.sum_horizontal("span", "span"))
for name in ["min", "max"]:
    horizontal = getattr(pl, f"{name}_horizontal")
    select("numbers", f"{name}_horizontal(n, null)", col("n"))
    select("numbers", f"{name}_horizontal(x, 1.0)", horizontal("x", 1.0))
    select("numbers", f"{name}_horizontal(dec, dec)", col("dec"))
    select("numbers", f"{name}_horizontal(b, n > 3)", horizontal(col("b"), col("n") > 3))
    select("texts", f"{name}_horizontal(t, u)", horizontal("t", "u"))
    select("texts", f"{name}_horizontal(t, k, 'b')", horizontal("t", "k", lit("b")))
    select("times", f"{name}_horizontal(day, month)", horizontal("day", "month"))
    select("times", f"{name}_horizontal(us, step)", horizontal("us", "step"))
    select("texts", f"{name}_horizontal(t, n)", None, error="always")
    select("lists", f"{name}_horizontal(ints, ints)", None, error="always")
select("numbers", "greatest(n, d)", pl.max_horizontal("n", "d"))
select("numbers", "least(n, d)", pl.min_horizontal("n", "d"))
for name in ["all", "any"]:
    horizontal = getattr(pl, f"{name}_horizontal")
    select("numbers", f"{name}_horizontal(b, n > 2)", horizontal(col("b"), col("n") > 2))
    select("numbers", f"{name}_horizontal(b, n > 2, x > 0)", horizontal(col("b"), col("n") > 2, col("x") > 0))
    select("numbers", f"{name}_horizontal(b)", horizontal("b"))
    select("numbers", f"{name}_horizontal(b, null)", horizontal(col("b"), lit(None, dtype=pl.Boolean)))
    # Numbers are no booleans here.
    select("numbers", f"{name}_horizontal(n, b)", None, error="always")
select("numbers", "count_horizontal(n, d, x)", pl.sum_horizontal(*(col(name).is_not_null().cast(pl.Int64) for name in "ndx")))
select("texts", "count_horizontal(t, u, k)", pl.sum_horizontal(*(col(name).is_not_null().cast(pl.Int64) for name in "tuk")))
for text in ["sum_horizontal(t)", "mean_horizontal(t, u)", "sum_horizontal()"]:
    select("texts", text, None, error="always")

# Bins.
for column in ["x", "y", "n", "s", "u8", "i64"]:
    select("numbers", f"cut({column}, [0, 1, 7.5])", col(column).cut([0, 1, 7.5]))
    select("numbers", f"cut({column}, [0, 3], null, true)", col(column).cut([0, 3], left_closed=True))
    select("numbers", f"cut({column}, [5, 0], ['low', 'mid', 'high'])", col(column).cut([0, 5], labels=["low", "mid", "high"]))
    # Row 3: numbers of bins are Int64.
    select("numbers", f"bin_intervals({column}, [0, 3])", col(column).bin_intervals([0, 3], labels=False).cast(pl.Int64))
    select("numbers", f"bin_intervals({column}, [0, 3], null, true)", col(column).bin_intervals([0, 3], labels=False, right_closed=True).cast(pl.Int64))
select("numbers", "cut(y, [0, 1], null, false, true)", col("y").cut([0, 1], include_breaks=True))
select("numbers", "cut(y, [0.5, 1e10, 1e20])", col("y").cut([0.5, 1e10, 1e20]))
select("numbers", "bin_intervals(y, [0.25, 0.5, 2], ['a', 'b', 'c', 'd'])", col("y").bin_intervals([0.25, 0.5, 2.0], labels=["a", "b", "c", "d"]))
select("times", "bin_intervals(day, ['2000-01-01', '2024-01-01'])", col("day").bin_intervals([pl.date(2000, 1, 1), pl.date(2024, 1, 1)], labels=False).cast(pl.Int64) if False else
       pl.when(col("day").is_not_null()).then((col("day") >= pl.date(2000, 1, 1)).cast(pl.Int64) + (col("day") >= pl.date(2024, 1, 1)).cast(pl.Int64)))
for text in [
    "cut(x, [1, 1])", "cut(x, [1], ['a'])", "cut(x, [1], ['a', 'a'])", "cut(x, ['a'])", "cut(x, n)", "cut(b, [1])", "cut(x, [null])",
    "bin_intervals(x, [2, 1])", "bin_intervals(x, [1], ['a'])", "bin_intervals(b, [1])",
]:
    select("numbers", text, None, error="always")
for column in ["x", "y", "n", "p"]:
    values = col(column).fill_nan(None) if column != "n" else col(column)
    select("numbers", f"qcut({column}, [0.25, 0.5])", values.qcut([0.25, 0.5]), error="first")
    select("numbers", f"qcut({column}, 4, null, true)", values.qcut(4, left_closed=True), error="first") if column != "x" else None
    # Labels make an Enum, as those of cut do.
    select("numbers", f"qcut({column}, 2, ['low', 'high'])", values.qcut(2, labels=["low", "high"]).cast(pl.String).cast(pl.Enum(["low", "high"])))
select("groups", "qcut(h, 4, null, false, true)", col("h").cast(pl.Float64).qcut(4, allow_duplicates=True))
select("numbers", "qcut(n, 'a')", None, error="always")

# Replacement.
for text, polars in [
    ("replace(n, [3, 7], [30, 70])", col("n").replace([3, 7], [30, 70])),
    ("replace(n, [3, 7], [0])", col("n").replace([3, 7], 0)),
    ("replace(n, [null, 3], [0, null])", col("n").replace([None, 3], [0, None])),
    # Row 16: the type widens.
    ("replace(n, [3], [10.5])", col("n").cast(pl.Float64).replace([3.0], [10.5])),
    ("replace(x, [1.5], [0])", col("x").replace([1.5], [0.0])),
    ("replace(i8, [1, 127], [2, 3])", col("i8").replace([1, 127], [2, 3])),
    ("replace(b, [true], [false])", col("b").replace([True], [False])),
    ("replace_strict(b, [true, false], ['yes', 'no'])", col("b").replace_strict([True, False], ["yes", "no"])),
    ("replace_strict(n, [3, 7], ['a', 'b'], 'z')", col("n").replace_strict([3, 7], ["a", "b"], default="z")),
    ("replace_strict(n, [3, 7], ['a', 'b'], null)", col("n").replace_strict([3, 7], ["a", "b"], default=None)),
    ("replace_strict(n, [3, 7], [1, 2], d)", col("n").replace_strict([3, 7], [1, 2], default=col("d"), return_dtype=pl.Int64)),
    ("replace_strict(n, [3, 7], [1.5, 2], x)", col("n").replace_strict([3, 7], [1.5, 2.0], default=col("x"))),
    ("replace_strict(n, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], [0])", None),
]:
    if polars is not None:
        select("numbers", text, polars)
for text, polars in [
    ("replace(k, ['a', 'b'], ['A', null])", col("k").replace(["a", "b"], ["A", None])),
    ("replace(k, [null], ['none'])", col("k").replace([None], ["none"])),
    ("replace(k, ['zz'], ['y'])", col("k").replace(["zz"], ["y"])),
    ("replace_strict(k, ['a', 'b', 'c'], [1, 2, 3], 0)", col("k").replace_strict(["a", "b", "c"], [1, 2, 3], default=0, return_dtype=pl.Int32)),
    ("replace(t, ['x'], ['long enough to be elsewhere'])", col("t").replace(["x"], ["long enough to be elsewhere"])),
]:
    select("texts", text, polars)
select("numbers", "replace_strict(n, [3], ['a'])", lambda frame: pl.Series(["a"] * len(frame), dtype=pl.String), error="all")
for text in [
    "replace(n, [1, 1], [2, 3])", "replace(n, [1, 2, 3], [1, 2])", "replace(n, [1], ['x'])", "replace(n, ['1'], [1])",
    "replace(i8, [300], [1])", "replace(n, 1, 2)", "replace_strict(n, [1], [2], 'x')",
]:
    select("numbers", text, None, error="always")

# Counts in bins, as lists of Int64 (row 3); of the first row and of none as well.
for column in ["n", "y", "x", "u8"]:
    for breaks in ["[0, 3, 7]", "[-10, 0.5, 100]"]:
        counts = col(column).hist([float(value) for value in eval(breaks)]).cast(pl.Int64).implode()
        select("numbers", f"hist({column}, {breaks})", counts)
for column in ["n", "y", "u8", "i8"]:
    select("numbers", f"hist({column}, 4)", col(column).hist(bin_count=4).cast(pl.Int64).implode())
for text in ["hist(n, [1])", "hist(n, [2, 1])", "hist(n, 0)", "hist(n, d)", "hist(b, 3)", "hist(n)"]:
    select("numbers", text, None, error="always")

# Bins of quantiles are cut where quantile cuts (row 9: linear), bins of equal width from the least to the greatest.
for column in ["n", "y"]:
    edges = [col(column).quantile(q, "linear") for q in (0.25, 0.5, 0.75)]
    below = sum((col(column) >= edge).cast(pl.Int64) for edge in edges)
    above = sum((col(column) > edge).cast(pl.Int64) for edge in edges)
    select("numbers", f"bin_quantiles({column}, 4)", below)
    select("numbers", f"bin_quantiles({column}, [0.25, 0.5, 0.75], true)", above)
    select("numbers", f"bin_evenly({column}, 3)", lambda frame, column=column: frame[column].to_frame().select(
        sum((col(column) >= col(column).min() + (col(column).max() - col(column).min()) * part / 3).cast(pl.Int64) for part in (1, 2))
    ).to_series())

for column in ["n", "y", "x", "i8"]:
    for bins in [1, 3, 4, 20]:
        select("numbers", f"bin_ranks({column}, {bins})", col(column).bin_ranks(bins, labels=False).cast(pl.Int64))

# Random numbers have no twin; what is known of them is.
select("numbers", "is_between(random_uniform(2.0, 3.0, 7), 2.0, 3.0, 'left')", lambda frame: pl.Series([True] * len(frame), dtype=pl.Boolean))
select("numbers", "is_between(random_int(-2, 3, 7), -2, 2)", lambda frame: pl.Series([True] * len(frame), dtype=pl.Boolean))
select("numbers", "is_finite(random_normal(0.0, 1.0, 7))", lambda frame: pl.Series([True] * len(frame), dtype=pl.Boolean))
select("numbers", "random_uniform(0.0, 1.0, 7) = random_uniform(0.0, 1.0, 7)", lambda frame: pl.Series([True] * len(frame), dtype=pl.Boolean))
select("numbers", "sum(n) = sum(shuffle(n, 3))", lambda frame: pl.Series([True], dtype=pl.Boolean))
for text in ["random_uniform(1.0, 0.0, 7)", "random_int(0, 0, 1)", "random_normal(0.0, -1.0, 1)", "random_int(0, 9)", "shuffle(n)", "random_sample(1.5, 1)"]:
    select("numbers", text, None, error="always")
select("texts", "hash(k) = hash(k)", lambda frame: pl.Series([True] * len(frame), dtype=pl.Boolean))
select("texts", "hash(k, 1) = hash(k, 2)", lambda frame: pl.Series([False] * len(frame), dtype=pl.Boolean))

# The place of each row.
select("numbers", "row_index()", pl.int_range(pl.len()))
for size in ["3", "0.5"]:
    # A share is rounded.
    count = (lambda rows: min(3, rows)) if size == "3" else (lambda rows: (rows + 1) // 2)
    chosen = lambda frame, count=count: pl.Series([count(len(frame))] * len(frame), dtype=pl.Int64)
    select("numbers", f"sum(cast(random_sample({size}, 1) as Int64)) over ()", chosen)
select("numbers", "random_sample(1.0, 1)", lambda frame: pl.Series([True] * len(frame), dtype=pl.Boolean))
select("numbers", "random_sample(0, 1)", lambda frame: pl.Series([False] * len(frame), dtype=pl.Boolean))
