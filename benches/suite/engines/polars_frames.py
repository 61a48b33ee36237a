"""Polars, lazily. Modes: in-memory and streaming, its two engines."""

from collections.abc import Callable

import polars as pl
import pyarrow as pa
from polars import LazyFrame, col

from cases import Case
from tables import load

VERSION = pl.__version__

STATUS = ["active", "inactive", "pending"]


def to_arrow(answer: pl.DataFrame) -> pa.Table:
    return answer.to_arrow()


def largest_two(x: LazyFrame) -> LazyFrame:
    two = col("v3").top_k(2).alias("largest2_v3")
    return x.drop_nulls("v3").group_by("id6").agg(two).explode("largest2_v3")


def inner(key: str) -> Callable[[LazyFrame, LazyFrame], LazyFrame]:
    return lambda x, y: x.join(y, on=key)


WORK: dict[str, Callable[..., LazyFrame]] = {
    "seed_sum": lambda ops: ops.select(col("amount").sum()),
    "seed_filter": lambda ops: ops.filter(col("amount") > 500),
    "seed_groupby": lambda ops: ops.group_by("category").agg(
        col("amount").sum().alias("total"), col("amount").mean().alias("avg")
    ),
    "seed_join": lambda ops, dim: ops.join(dim, on="id"),
    "seed_sort": lambda ops: ops.sort("amount"),
    "h2o_groupby_q01": lambda x: x.group_by("id1").agg(col("v1").sum()),
    "h2o_groupby_q02": lambda x: x.group_by("id1", "id2").agg(col("v1").sum()),
    "h2o_groupby_q03": lambda x: x.group_by("id3").agg(col("v1").sum(), col("v3").mean()),
    "h2o_groupby_q04": lambda x: x.group_by("id4").agg(col("v1", "v2", "v3").mean()),
    "h2o_groupby_q05": lambda x: x.group_by("id6").agg(col("v1", "v2", "v3").sum()),
    "h2o_groupby_q06": lambda x: x.group_by("id4", "id5").agg(
        col("v3").median().alias("median_v3"), col("v3").std().alias("sd_v3")
    ),
    "h2o_groupby_q07": lambda x: x.group_by("id3").agg((col("v1").max() - col("v2").min()).alias("range_v1_v2")),
    "h2o_groupby_q08": largest_two,
    "h2o_groupby_q09": lambda x: x.group_by("id2", "id4").agg((pl.corr("v1", "v2") ** 2).alias("r2")),
    "h2o_groupby_q10": lambda x: x.group_by("id1", "id2", "id3", "id4", "id5", "id6").agg(
        col("v3").sum(), pl.len().alias("count")
    ),
    "h2o_join_q1": inner("id1"),
    "h2o_join_q2": inner("id2"),
    "h2o_join_q3": lambda x, y: x.join(y, on="id2", how="left"),
    "h2o_join_q4": inner("id5"),
    "h2o_join_q5": inner("id3"),
    "pivot_ops": lambda ops: ops.pivot(
        "status", STATUS, index="category", values="amount", aggregate_function="sum"
    ),
    "melt_ops": lambda ops: ops.unpivot(["amount", "price", "score"], index="id"),
}


def prepare(case: Case, mode: str) -> Callable[[], pl.DataFrame]:
    frames = [pl.DataFrame(load(name)).rechunk() for name in case.tables]
    work = WORK[case.name]
    return lambda: work(*(frame.lazy() for frame in frames)).collect(engine=mode)


def held_bytes(mode: str) -> int:
    return pl.DataFrame(load("ops_1m")).rechunk().estimated_size()
