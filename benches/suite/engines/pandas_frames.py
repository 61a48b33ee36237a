"""pandas. Modes of the memory case: object (one Python string a cell) and optimised (categories, small integers)."""

from collections.abc import Callable

import pandas as pd
import pyarrow as pa

from cases import Case
from tables import load

VERSION = pd.__version__


def to_arrow(answer: pd.DataFrame) -> pa.Table:
    return pa.Table.from_pandas(answer, preserve_index=False)


def grouped(ops: pd.DataFrame) -> pd.DataFrame:
    by = ops.groupby("category", as_index=False, sort=False)
    return by.agg(total=("amount", "sum"), avg=("amount", "mean"))


def pivoted(ops: pd.DataFrame) -> pd.DataFrame:
    return ops.pivot_table(index="category", columns="status", values="amount", aggfunc="sum").reset_index()


def prepare(case: Case, mode: str) -> Callable[[], pd.DataFrame]:
    frames = [load(name).to_pandas() for name in case.tables]
    work = {
        "seed_sum": lambda ops: pd.DataFrame({"amount": [ops["amount"].sum()]}),
        "seed_filter": lambda ops: ops[ops["amount"] > 500],
        "seed_groupby": grouped,
        "seed_join": lambda ops, dim: ops.merge(dim, on="id"),
        "seed_sort": lambda ops: ops.sort_values("amount"),
        "pivot_ops": pivoted,
        "melt_ops": lambda ops: ops.melt(id_vars="id", value_vars=["amount", "price", "score"]),
    }[case.name]
    return lambda: work(*frames)


def held_bytes(mode: str) -> int:
    ops = load("ops_1m").to_pandas()
    ops["date"] = pd.to_datetime(ops["date"])
    if mode == "object":
        for name in ("category", "status", "name"):
            # Slices are put together again so that every cell has a string of its own, as rows out of JSON do.
            ops[name] = pd.Series([text[:1] + text[1:] for text in ops[name].to_numpy(object)], dtype=object)
    else:
        for name in ("category", "status"):
            ops[name] = ops[name].astype("category")
        for name in ("id", "quantity"):
            ops[name] = pd.to_numeric(ops[name], downcast="integer")
    return int(ops.memory_usage(deep=True).sum())
