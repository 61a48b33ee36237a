"""Plain Python: a list of dicts, one a row, and loops."""

import platform
import sys
from collections.abc import Callable
from typing import Any

import pyarrow as pa

from cases import Case
from tables import load

VERSION = platform.python_version()
Row = dict[str, Any]


def to_arrow(answer: list[Row]) -> pa.Table:
    return pa.Table.from_pylist(answer)


def total(rows: list[Row]) -> list[Row]:
    amount = 0.0
    for row in rows:
        amount += row["amount"]
    return [{"amount": amount}]


def kept(rows: list[Row]) -> list[Row]:
    out = []
    for row in rows:
        if row["amount"] > 500:
            out.append(row)
    return out


def grouped(rows: list[Row]) -> list[Row]:
    sums: dict[str, list[float]] = {}
    for row in rows:
        state = sums.setdefault(row["category"], [0.0, 0])
        state[0] += row["amount"]
        state[1] += 1
    return [{"category": key, "total": amount, "avg": amount / count} for key, (amount, count) in sums.items()]


def joined(rows: list[Row], dim: list[Row]) -> list[Row]:
    by_id = {row["id"]: row for row in dim}
    out = []
    for row in rows:
        match = by_id.get(row["id"])
        if match is not None:
            out.append({**row, **match})
    return out


def prepare(case: Case, mode: str) -> Callable[[], list[Row]]:
    rows = [load(name).to_pylist() for name in case.tables]
    work = {
        "seed_sum": total,
        "seed_filter": kept,
        "seed_groupby": grouped,
        "seed_join": joined,
        "seed_sort": lambda rows: sorted(rows, key=lambda row: row["amount"]),
    }[case.name]
    return lambda: work(*rows)


def held_bytes(mode: str) -> int:
    """Every object once, wherever it is referred to."""
    rows = load("ops_1m").to_pylist()
    seen: set[int] = set()
    size = sys.getsizeof(rows)
    for row in rows:
        size += sys.getsizeof(row)
        for value in row.values():
            if id(value) not in seen:
                seen.add(id(value))
                size += sys.getsizeof(value)
    return size
