"""The frames that the golden queries read; the same as in `crates/lazuli/tests/golden/inputs.rs`.

Floats are sums of few powers of two, so that their sums are exact in any order, unless a query says otherwise.
"""

from datetime import date, datetime
from pathlib import Path

import polars as pl

TESTDATA = Path(__file__).resolve().parent.parent
NAN, INF = float("nan"), float("inf")


def _dates(texts):
    return [None if text is None else date.fromisoformat(text) for text in texts]


def _instants(texts):
    return [None if text is None else datetime.fromisoformat(text) for text in texts]


ROWS = pl.DataFrame(
    {
        "id": [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
        "k": ["b", "a", None, "b", "c", "a", "", "b", None, "é", "a", "c"],
        "g": [1, 2, 1, None, 2, 1, 3, None, 2, 3, 1, 2],
        "x": [1.5, NAN, None, -2.25, 0.0, 4.0, -0.0, 1.5, NAN, None, 10.5, -7.75],
        "y": [2.0, 0.5, -1.25, None, 3.0, 3.0, 8.5, 0.25, None, -4.0, 0.0, 1.0],
        "n": [7, -7, 0, None, 3, -3, 5, 7, 12, -8, 1, None],
        "d": [2, 2, 0, 4, -2, -2, 0, 3, None, 3, -5, 1],
        "p": [True, False, None, True, False, None, True, True, False, None, False, True],
        "q": [True, None, None, False, False, True, None, True, True, False, None, False],
        "day": _dates([
            "2024-02-29", "2023-12-31", None, "1969-07-20", "2024-03-01", "2024-02-29", "2000-01-01", "2024-01-15",
            None, "1999-12-31", "2024-02-28", "2024-12-25",
        ]),
        "at": _instants([
            "2024-02-29T12:00:00", "2024-01-01T00:00:00.5", None, "1969-12-31T23:59:59.999999", "2024-03-01T00:00:00",
            None, "2000-01-01T06:30:00", "2024-01-15T08:00:00", "2024-02-29T12:00:01", "1999-12-31T23:59:59",
            "2024-02-28T18:45:30.25", "2024-12-25T00:00:00",
        ]),
    },
    schema={
        "id": pl.Int64, "k": pl.String, "g": pl.Int32, "x": pl.Float64, "y": pl.Float64, "n": pl.Int64, "d": pl.Int64,
        "p": pl.Boolean, "q": pl.Boolean, "day": pl.Date, "at": pl.Datetime("us"),
    },
)

LOOKUP = pl.DataFrame(
    {
        "k": ["a", "b", "b", None, "z", "é", "c"],
        "g": [1, 2, 1, 1, None, 3, 2],
        "x": [0.5, 1.5, NAN, -0.0, None, 2.0, -7.75],
        "label": ["first", "second", "third", "none", "last", "accent", None],
    },
    schema={"k": pl.String, "g": pl.Int32, "x": pl.Float64, "label": pl.String},
)

SALES = pl.DataFrame(
    {
        "shop": ["s2", "s1", "s2", "s1", "s3", "s2", None, "s1", "s2", "s3"],
        "quarter": [2, 1, 10, 1, 2, None, 1, 2, 2, 10],
        "item": ["pen", "pen", "ink", "ink", "pen", "ink", "pen", "pen", "ink", None],
        "amount": [5, 3, None, 8, 1, 4, 9, None, 2, 6],
        "price": [1.5, 2.0, 0.25, None, 4.0, 3.5, 0.75, 1.25, NAN, 8.0],
    },
    schema={"shop": pl.String, "quarter": pl.Int64, "item": pl.String, "amount": pl.Int64, "price": pl.Float64},
)

SMALL = pl.DataFrame(
    {
        "i8": [127, -128, None, 1, -1],
        "u8": [255, 0, 7, None, 1],
        "i16": [-32768, 32767, 5, 0, None],
        "u32": [4294967295, 1, None, 0, 10],
        "i64": [9007199254740993, -9007199254740993, 0, None, 42],
        "f32": [0.5, None, NAN, -1.25, 3.0],
        "f64": [9007199254740992.0, -9007199254740992.0, NAN, 1.5, None],
    },
    schema={
        "i8": pl.Int8, "u8": pl.UInt8, "i16": pl.Int16, "u32": pl.UInt32, "i64": pl.Int64, "f32": pl.Float32,
        "f64": pl.Float64,
    },
)

TEXTS = pl.DataFrame(
    {
        "t": ["1", "-20", "3.5", "x", None, "", "true", "2024-02-29", "1e3", "99999999999999999999"],
        "whole": ["1", "-20", "0", None, "7", "300", "-1", "12", "99", "5"],
        "flag": ["true", "false", "TRUE", None, "False", "true", "false", "tRuE", "true", "false"],
        "iso": [
            "2024-02-29", "1969-12-31", None, "2000-01-01", "2023-02-28", "1900-03-01", "9999-12-31", "0001-01-01",
            "2024-12-31", "1970-01-01",
        ],
    },
    schema={"t": pl.String, "whole": pl.String, "flag": pl.String, "iso": pl.String},
)

BIRDSTRIKES = TESTDATA / "birdstrikes.csv"
SALES_CSV = TESTDATA / "sales.csv"
ORDERS_CSV = TESTDATA / "golden" / "orders.csv"
