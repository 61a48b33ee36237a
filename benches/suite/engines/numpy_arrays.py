"""NumPy: a dict of arrays. Texts are fixed-width, nulls NaN."""

from collections.abc import Callable

import numpy as np
import pyarrow as pa

from cases import Case
from tables import load

VERSION = np.__version__
Table = dict[str, np.ndarray]


def to_arrow(answer: Table) -> pa.Table:
    return pa.table({name: pa.array(values, from_pandas=True) for name, values in answer.items()})


def arrays(name: str) -> Table:
    table = load(name)
    columns = {column: table[column].to_numpy() for column in table.column_names}
    return {name: array.astype(str) if array.dtype == object else array for name, array in columns.items()}


def grouped(ops: Table) -> Table:
    keys, codes = np.unique(ops["category"], return_inverse=True)
    total = np.bincount(codes, weights=ops["amount"])
    return {"category": keys, "total": total, "avg": total / np.bincount(codes)}


def joined(ops: Table, dim: Table) -> Table:
    order = np.argsort(dim["id"])
    keys = dim["id"][order]
    at = np.searchsorted(keys, ops["id"])
    at[at == len(keys)] = 0
    hit = keys[at] == ops["id"]
    rows = order[at[hit]]
    left = {name: values[hit] for name, values in ops.items()}
    return left | {name: values[rows] for name, values in dim.items() if name != "id"}


def chosen(ops: Table, rows: np.ndarray) -> Table:
    return {name: values[rows] for name, values in ops.items()}


def prepare(case: Case, mode: str) -> Callable[[], Table]:
    tables = [arrays(name) for name in case.tables]
    work = {
        "seed_sum": lambda ops: {"amount": np.array([ops["amount"].sum()])},
        "seed_filter": lambda ops: chosen(ops, ops["amount"] > 500),
        "seed_groupby": grouped,
        "seed_join": joined,
        "seed_sort": lambda ops: chosen(ops, np.argsort(ops["amount"])),
    }[case.name]
    return lambda: work(*tables)


def held_bytes(mode: str) -> int:
    """Every column as float64; of a text the code of its value, and the values are not kept."""
    table = load("ops_1m")
    out = np.empty((table.num_columns, table.num_rows), np.float64)
    for index, column in enumerate(table.columns):
        if pa.types.is_large_string(column.type):
            out[index] = np.unique(column.to_numpy().astype(str), return_inverse=True)[1]
        else:
            numbers = column.cast(pa.int32()) if pa.types.is_date(column.type) else column
            out[index] = numbers.to_numpy()
    return out.nbytes
