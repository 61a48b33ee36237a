"""Window functions of more kinds: differences, fills, orders, rolling and fading ones."""

import polars as pl
from polars import col

from cases import Cases

CASES = Cases()
select = CASES.select


def windows(text, polars, **options):
    """Over all rows, by a key, and by a key in another order."""
    select("groups", text, polars, **options)
    if isinstance(polars, pl.Expr):
        select("groups", f"{text} over (partition by g)", polars.over("g"), **options)
        select("groups", f"{text} over (partition by g, h order by o)", polars.over("g", "h", order_by="o"), **options)


# Row 2: sums of integers are Int64; differences of unsigned integers as in Polars.
for name in ["n", "y", "day", "at", "u8", "s"]:
    for distance in [1, -1, 2, 0]:
        windows(f"diff({name}, {distance})", col(name).diff(distance))
windows("diff(m)", col("m").diff())
select("groups", "diff(u8)", col("u8").diff())
for name in ["n", "y"]:
    windows(f"pct_change({name})", col(name).pct_change(), near=True)
    windows(f"pct_change({name}, 2)", col(name).pct_change(2), near=True)
    windows(f"pct_change({name}, -1)", col(name).pct_change(-1), near=True)
# Row 3: counts are Int64.
for name in ["n", "m", "i8"]:
    windows(f"cum_sum({name}, true)", col(name).cast(pl.Int64).cum_sum(reverse=True))
for name in ["n", "y", "t", "day"]:
    windows(f"cum_count({name}, true)", col(name).cum_count(reverse=True).cast(pl.Int64))
for name in ["n", "y", "day"]:
    windows(f"cum_min({name}, true)", col(name).cum_min(reverse=True))
    windows(f"cum_max({name}, true)", col(name).cum_max(reverse=True))
windows("cum_sum(y, true)", col("y").cum_sum(reverse=True))
windows("cum_prod(h)", col("h").cast(pl.Int64).cum_prod())
windows("cum_prod(h, true)", col("h").cast(pl.Int64).cum_prod(reverse=True))
windows("cum_prod(y)", col("y").cum_prod() + 0.0, near=True)
windows("cum_prod(w, true)", col("w").cum_prod(reverse=True))
for name in ["n", "m", "x", "t", "c", "day", "p", "l"]:
    for limit in [None, 0, 1, 2]:
        more = "" if limit is None else f", {limit}"
        windows(f"forward_fill({name}{more})", col(name).forward_fill(limit))
        windows(f"backward_fill({name}{more})", col(name).backward_fill(limit))
for name in ["n", "m", "i8", "w"]:
    windows(f"interpolate({name})", col(name).cast(pl.Float64).interpolate(), near=True)
    windows(f"interpolate({name}, 'nearest')", col(name).interpolate("nearest"))
windows("interpolate(dec, 'linear')", col("dec").cast(pl.Float64).interpolate(), near=True)
for name in ["n", "m", "y", "t", "c", "day", "p", "dec"]:
    windows(f"is_first_distinct({name})", col(name).is_first_distinct())
    windows(f"is_last_distinct({name})", col(name).is_last_distinct())
    windows(f"is_duplicated({name})", col(name).is_duplicated())
    windows(f"is_unique({name})", col(name).is_unique())
    windows(f"rle_id({name})", col(name).rle_id().cast(pl.Int64))
    windows(f"reverse({name})", col(name).reverse())
for name in ["n", "m", "y", "t", "day", "p"]:
    # Row 7: nulls are last.
    for descending in [False, True]:
        more = ", true" if descending else ""
        windows(f"sort({name}{more})", col(name).sort(descending=descending, nulls_last=True))
        windows(f"sort({name}, {str(descending).lower()}, true)", col(name).sort(descending=descending, nulls_last=False))
        sorted_places = pl.int_range(pl.len()).sort_by(name, descending=descending, nulls_last=True, maintain_order=True)
        windows(f"arg_sort({name}{more})", sorted_places)
        windows(f"sort_by(t, {name}{more})", col("t").sort_by(name, descending=descending, nulls_last=True, maintain_order=True))
        windows(f"sort_by(n, {name}{more})", col("n").sort_by(name, descending=descending, nulls_last=True, maintain_order=True))


def peak(name, sign):
    """Ends have one neighbour: Polars compares them with 0 too."""
    value = col(name).cast(pl.Float64) * sign
    before, after = value.shift(1), value.shift(-1)
    first, last = pl.int_range(pl.len()) == 0, pl.int_range(pl.len()) == pl.len() - 1
    return (first | (value > before)) & (last | (value > after)) & pl.when(value.is_not_null()).then(True)


for name in ["n", "y", "m", "w"]:
    select("groups", f"peak_max({name})", peak(name, 1))
    select("groups", f"peak_min({name})", peak(name, -1))
select("groups", "peak_max(n) over (partition by g)", peak("n", 1).over("g"))
select("groups", "row_index()", pl.int_range(pl.len()))
select("groups", "row_index() over (partition by g)", pl.int_range(pl.len()).over("g"))
select("groups", "row_index() over (partition by g order by o)", pl.int_range(pl.len()).over("g", order_by="o"))

# Rows of a fixed number.
for name in ["n", "m", "y", "w"]:
    for size, least, center in [(1, None, False), (3, None, False), (3, 1, False), (4, 2, True), (5, 1, True), (20, 1, False)]:
        more = "".join([f", {size}", "" if least is None and not center else f", {'null' if least is None else least}", ", true" if center else ""])
        options = {"window_size": size, "min_samples": least, "center": center}
        number = col(name) if name in ["y", "w"] else col(name).cast(pl.Int64)
        windows(f"rolling_sum({name}{more})", number.rolling_sum(**options))
        windows(f"rolling_mean({name}{more})", number.rolling_mean(**options), near=True)
        windows(f"rolling_min({name}{more})", col(name).rolling_min(**options))
        windows(f"rolling_max({name}{more})", col(name).rolling_max(**options))
        windows(f"rolling_median({name}{more})", number.rolling_median(**options), near=True)
        windows(f"rolling_std({name}{more})", number.rolling_std(**options), near=True)
        windows(f"rolling_var({name}{more})", number.rolling_var(**options), near=True)
        # Row 9: linear.
        windows(f"rolling_quantile({name}, 0.3{more})", number.rolling_quantile(0.3, "linear", **options), near=True)
select("groups", "rolling_var(y, 3, 1, false, 0)", col("y").rolling_var(3, min_samples=1, ddof=0), near=True)
select("groups", "rolling_quantile(y, 0.3, 3, 1, false, 'higher')", col("y").rolling_quantile(0.3, "higher", 3, min_samples=1))
select("groups", "rolling_quantile(y, 0.3, 3, 1, false, 'nearest')", col("y").rolling_quantile(0.3, "nearest", 3, min_samples=1))

# Rows by a key; the key need not be sorted. Nulls of the key are in no window.
for key, length in [("o", "3i"), ("o", "5i"), ("n", "4i"), ("day", "40d"), ("day", "1w"), ("at", "90d"), ("at", "1h30m")]:
    for name in ["m", "y"]:
        number = col(name) if name == "y" else col(name).cast(pl.Int64)
        for closed in ["right", "both", "left", "none"]:
            def rolled(function, values=number):
                known = pl.Expr.is_not_null(col(key))
                counted = values.is_not_null().cast(pl.Int64).rolling_sum_by(key, length, closed=closed)
                found = getattr(values, f"rolling_{function}_by")(key, length, closed=closed)
                # A window without values gives null: Polars gives 0 for the sum of no rows, and null for that of nulls.
                return pl.when(known & (counted > 0)).then(found)

            if closed != "right" and (name, key) not in [("y", "o"), ("m", "at")]:
                continue
            more = f", {key}, '{length}', 1, '{closed}'" if closed != "right" else f", {key}, '{length}'"
            select("groups", f"rolling_sum_by({name}{more})", rolled("sum"))
            select("groups", f"rolling_mean_by({name}{more})", rolled("mean"), near=True)
            select("groups", f"rolling_min_by({name}{more})", rolled("min", col(name)))
            select("groups", f"rolling_max_by({name}{more})", rolled("max", col(name)))
            select("groups", f"rolling_median_by({name}{more})", rolled("median"), near=True)
            select("groups", f"rolling_std_by({name}{more})", rolled("std"), near=True)
            select("groups", f"rolling_var_by({name}{more})", rolled("var"), near=True)
select("groups", "rolling_sum_by(w, o, 3)", col("w").rolling_sum_by("o", "3i"))
select("groups", "rolling_mean_by(y, o, 3) over (partition by g)", col("y").rolling_mean_by("o", "3i").over("g"), near=True)
select("groups", "rolling_quantile_by(y, 0.5, o, 4)", None, error="always")
select("groups", "rolling_quantile_by(y, o, 0.5, 4)", col("y").rolling_quantile_by("o", "4i", quantile=0.5, interpolation="linear"), near=True)

for name in ["y", "w", "n", "m"]:
    windows(f"ewm_mean({name}, 0.5)", col(name).ewm_mean(alpha=0.5), near=True)
    windows(f"ewm_mean({name}, 0.25, false)", col(name).ewm_mean(alpha=0.25, adjust=False), near=True)
    windows(f"ewm_mean({name}, 'span', 4, true, 2, true)", col(name).ewm_mean(span=4, min_samples=2, ignore_nulls=True), near=True)
    windows(f"ewm_mean({name}, 'com', 1.5)", col(name).ewm_mean(com=1.5), near=True)
    windows(f"ewm_mean({name}, 'half_life', 2)", col(name).ewm_mean(half_life=2), near=True)
    select("groups", f"ewm_std({name}, 0.5)", col(name).ewm_std(alpha=0.5), near=True)
    select("groups", f"ewm_var({name}, 0.5)", col(name).ewm_var(alpha=0.5), near=True)
    select("groups", f"ewm_var({name}, 0.5, true, true)", col(name).ewm_var(alpha=0.5, bias=True), near=True)
    select("groups", f"ewm_var({name}, 0.5, false)", col(name).ewm_var(alpha=0.5, adjust=False), near=True)
    select("groups", f"ewm_std({name}, 0.5, true, false, 1, true)", col(name).ewm_std(alpha=0.5, ignore_nulls=True), near=True)

for name in ["y", "w", "n"]:
    windows(f"ewm_sum({name}, 0.5)", col(name).ewm_sum(alpha=0.5), near=True)
    windows(f"ewm_sum({name}, 'span', 3, 2, true)", col(name).ewm_sum(span=3, min_samples=2, ignore_nulls=True), near=True)
for name in ["y"]:
    select("groups", f"rolling_skew({name}, 6)", col(name).rolling_skew(6), near=True)
    select("groups", f"rolling_skew({name}, 5, 3, false, false)", col(name).rolling_skew(5, min_samples=3, bias=False), near=True)
    select("groups", f"rolling_kurtosis({name}, 5)", col(name).rolling_kurtosis(5), near=True)
    select("groups", f"rolling_kurtosis({name}, 6, 4, true, true, false)", col(name).rolling_kurtosis(6, min_samples=4, center=True, bias=False), near=True)

# Windows inside of aggregates are over all rows.
select("groups", "sum(abs(diff(n)))", col("n").diff().abs().sum())
select("groups", "max(cum_sum(n)) over (partition by g)", col("n").cum_sum().max().over("g"))
windows("cum_sum(diff(n))", col("n").diff().cum_sum())
windows("rolling_mean(shift(y, 1), 3)", col("y").shift(1).rolling_mean(3), near=True)
select("groups", "forward_fill(shift(cum_sum(n), 1)) - n", col("n").cum_sum().shift(1).forward_fill() - col("n"))
windows("rank(abs(diff(y)), 'ordinal')", col("y").diff().abs().rank("ordinal").cast(pl.Int64))
for text in [
    "diff(t)", "pct_change(day)", "cum_prod(t)", "forward_fill(n, -1)", "interpolate(n, 'cubic')", "interpolate(t)", "sort(n, 1)",
    "rolling_sum(n)", "rolling_sum(n, 0)", "rolling_sum(n, -1)", "rolling_sum(n, 2, 3)", "rolling_sum(t, 2)", "rolling_mean(day, 2)",
    "rolling_quantile(n, 2.0, 3)", "rolling_sum_by(n, t, '2d')", "rolling_sum_by(n, o, '2d')", "rolling_sum_by(n, day, '2i')",
    "rolling_sum_by(n, day, '2d', 1, 'up')", "ewm_mean(n)", "ewm_mean(n, 0)", "ewm_mean(n, 1.5)", "ewm_mean(t, 0.5)",
    "ewm_mean(n, 'span', 0.5)", "ewm_mean(n, 'age', 0.5)", "peak_max(t)", "is_unique(n, m)", "row_index(n)", "sort(n, m)",
]:
    select("groups", text, None, error="always")
