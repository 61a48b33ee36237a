"""Comparisons between every two types of numbers, of times, and of texts.

Row 4: numbers compare exactly, as Python's own do; Polars compares Int64 with Float64 through floats. NaN equals NaN and is
the largest (row 32).
"""

import operator

import polars as pl
from polars import col

from cases import Cases

CASES = Cases()
select = CASES.select

OPERATORS = {"=": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
NUMBERS = ["i8", "i16", "i32", "i64", "u8", "u16", "u32", "u64", "f32", "f64", "dec", "x", "n"]


def ordered(value):
    """A value that Python compares as Lazuli does: NaN behind all others."""
    return (1, 0) if value != value else (0, value)


def exactly(left, right, compare):
    """Row by row, by Python."""

    def computed(frame):
        pairs = zip(frame[left].to_list(), frame[right].to_list())
        values = [None if None in pair else compare(ordered(pair[0]), ordered(pair[1])) for pair in pairs]
        return pl.Series(values, dtype=pl.Boolean)

    return computed


for left in NUMBERS:
    for right in NUMBERS:
        for text, compare in OPERATORS.items():
            # Half of the operators for each pair: the other half is that of the pair turned around.
            if left != right and (NUMBERS.index(left) < NUMBERS.index(right)) == (text in ["=", "<", ">="]):
                select("numbers", f"{left} {text} {right}", exactly(left, right, compare))

COMPARISONS = {"=": pl.Expr.eq, "<": pl.Expr.lt, ">=": pl.Expr.ge}
NANOS = {"us": 1_000, "ms": 1_000_000, "ns": 1, "span": 1_000, "span_ms": 1_000_000, "span_ns": 1}


def nanos(name):
    return col(name).cast(pl.Int64).cast(pl.Int128) * NANOS[name]


for text, polars in COMPARISONS.items():
    for left, right in [("us", "ms"), ("span", "span_ms"), ("span_ns", "span")]:
        select("times", f"{left} {text} {right}", polars(nanos(left), nanos(right)))
    for left, right in [("ms", "ns"), ("ns", "us")]:
        # The finer unit is the common one; an instant that it can't hold is an error, where Polars rounds to the coarser.
        select("times", f"{left} {text} {right}", polars(nanos(left), nanos(right)), error="all")
    for left, right in [("day", "us"), ("us", "month"), ("step", "day"), ("month", "ms")]:
        instant = pl.Datetime("us")
        select("times", f"{left} {text} {right}", polars(col(left).cast(instant), col(right).cast(instant)))
    for left, right in [("t", "u"), ("u", "k"), ("num", "iso"), ("k", "t")]:
        select("texts", f"{left} {text} {right}", polars(col(left), col(right)))
