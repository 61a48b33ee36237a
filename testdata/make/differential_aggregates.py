"""Aggregates: of a whole frame, and group by group."""

import polars as pl
from polars import col

from cases import Cases

CASES = Cases()


def everywhere(text, polars, **options):
    """Of all rows; by a key of text; by two keys; by a float key, in which NaN and both zeros are groups."""
    CASES.select("groups", text, polars, **options)
    CASES.by("g", "groups", text, polars, **options)
    CASES.by("g, h", "groups", text, polars, **options)
    CASES.by("f", "groups", text, polars, **options)


EVERY = ["n", "m", "x", "y", "s", "dec", "p", "t", "c", "day", "at", "span"]
NUMBERS = ["n", "m", "x", "y", "s", "dec"]
# Row 3: counts are Int64.
everywhere("count(*)", pl.len().cast(pl.Int64))
for name in EVERY:
    everywhere(f"count({name})", col(name).count().cast(pl.Int64))
    everywhere(f"null_count({name})", col(name).null_count().cast(pl.Int64))
    if name != "x":
        everywhere(f"n_unique({name})", col(name).n_unique().cast(pl.Int64))
    everywhere(f"first({name})", col(name).first())
    everywhere(f"last({name})", col(name).last())
    everywhere(f"implode({name})", col(name).implode())


def positive_zero(polars):
    return pl.when(polars == 0).then(0.0).otherwise(polars)


# Row 32: -0.0 equals 0.0, and comes out as 0.0.
for name in ["n", "m", "y", "dec", "day", "at", "span"]:
    everywhere(f"min({name})", col(name).min())
    everywhere(f"max({name})", col(name).max())
for name in ["x", "s"]:
    everywhere(f"min({name})", positive_zero(col(name).min()))
    everywhere(f"max({name})", positive_zero(col(name).max()))
# Row 2: signed integers sum to Int64, unsigned ones to UInt64, Float32 to Float64.
for name in ["n", "m", "i8", "p"]:
    everywhere(f"sum({name})", col(name).cast(pl.Int64).sum())
everywhere("sum(u8)", col("u8").cast(pl.UInt64).sum())
for name in ["x", "y", "s"]:
    everywhere(f"sum({name})", positive_zero(col(name).cast(pl.Float64).sum()))
for name in ["n", "m", "y", "i8", "u8"]:
    everywhere(f"mean({name})", col(name).mean(), near=True)
    everywhere(f"median({name})", col(name).median())
    everywhere(f"std({name})", col(name).std(), near=True)
    everywhere(f"var({name})", col(name).var(), near=True)
    # Row 9: linear.
    everywhere(f"quantile({name}, 0.25)", col(name).quantile(0.25, "linear"), near=True)
    everywhere(f"quantile({name}, 1)", col(name).quantile(1.0, "linear"))
everywhere("cov(y, w)", pl.cov("y", "w"), near=True)
everywhere("sum(n) / count(n)", col("n").sum() / col("n").count(), near=True)
everywhere("sum(n * m)", (col("n") * col("m")).sum())
everywhere("max(n) - min(n)", col("n").max() - col("n").min())
everywhere("sum(case when p then n end)", pl.when("p").then("n").sum())
for text in ["sum(t)", "mean(t)", "std(t)", "median(t)", "sum(day)", "sum(l)"]:
    everywhere(text, None, error="always")
