"""Values made of the rows of a partition, in the order of the frame or another one."""

import polars as pl
from polars import col

from cases import Cases

CASES = Cases()
select = CASES.select

VALUES = ["n", "m", "x", "y", "t", "day", "p"]
for name in VALUES:
    for distance in [1, -1, 2, 0, 100]:
        select("groups", f"shift({name}, {distance})", col(name).shift(distance))
    select("groups", f"shift({name}, 1) over (partition by g)", col(name).shift(1).over("g"))
    select("groups", f"shift({name}, -2) over (partition by g order by o)", col(name).shift(-2).over("g", order_by="o"))
    # Row 3: counts are Int64.
    select("groups", f"cum_count({name})", col(name).cum_count().cast(pl.Int64))
    select("groups", f"cum_count({name}) over (partition by g, h)", col(name).cum_count().cast(pl.Int64).over("g", "h"))
    select("groups", f"first({name}) over (partition by g)", col(name).first().over("g"))
    select("groups", f"last({name}) over (partition by g order by o)", col(name).last().over("g", order_by="o"))
    select("groups", f"count({name}) over (partition by g)", col(name).count().cast(pl.Int64).over("g"))
    for method in ["min", "max", "dense", "ordinal"]:
        if name != "x":
            select("groups", f"rank({name}, '{method}')", col(name).rank(method).cast(pl.Int64))
select("groups", "shift(n)", col("n").shift())
select("groups", "shift(n, 1, 0)", col("n").shift(1, fill_value=0))
select("groups", "shift(t, -1, 'none') over (partition by g)", col("t").shift(-1, fill_value="none").over("g"))
for name in ["n", "m", "y", "day"]:
    select("groups", f"rank({name})", col(name).rank())
    select("groups", f"rank({name}, 'average', true)", col(name).rank(descending=True))
    select("groups", f"rank({name}) over (partition by g)", col(name).rank().over("g"))
    select("groups", f"rank({name}, 'dense') over (partition by g)", col(name).rank("dense").cast(pl.Int64).over("g"))
    select("groups", f"cum_min({name})", col(name).cum_min())
    select("groups", f"cum_max({name})", col(name).cum_max())
    select("groups", f"cum_min({name}) over (partition by g)", col(name).cum_min().over("g"))
    select("groups", f"cum_max({name}) over (partition by h order by o)", col(name).cum_max().over("h", order_by="o"))
    select("groups", f"max({name}) over (partition by g)", col(name).max().over("g"))
# Row 2: sums of integers are Int64.
for name in ["n", "m", "i8"]:
    select("groups", f"cum_sum({name})", col(name).cast(pl.Int64).cum_sum())
    select("groups", f"cum_sum({name}) over (partition by g)", col(name).cast(pl.Int64).cum_sum().over("g"))
    select("groups", f"cum_sum({name}) over (partition by g order by o)", col(name).cast(pl.Int64).cum_sum().over("g", order_by="o"))
    select("groups", f"sum({name}) over (partition by g)", col(name).cast(pl.Int64).sum().over("g"))
select("groups", "cum_sum(y)", col("y").cum_sum())
select("groups", "cum_sum(y) over (partition by f)", col("y").cum_sum().over("f"))
select("groups", "mean(y) over (partition by g, h)", col("y").mean().over("g", "h"), near=True)
select("groups", "y / sum(y) over (partition by g)", col("y") / col("y").sum().over("g"))
select("groups", "y - mean(y) over ()", col("y") - col("y").mean(), near=True)
select("groups", "count(*) over (partition by g)", pl.len().cast(pl.Int64).over("g"))
select("groups", "row_number() over (order by o)", col("o").rank("ordinal").cast(pl.Int64))
select("groups", "row_number() over (partition by g order by o)", col("o").rank("ordinal").cast(pl.Int64).over("g"))
for text in ["cum_sum(t)", "shift(n, m)", "rank(n, 'best')", "cum_sum(sum(n) over (partition by g)) over (partition by h)"]:
    select("groups", text, None, error="always")
