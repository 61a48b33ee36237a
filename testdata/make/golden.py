"""Writes the expected answers of the golden queries, computed with Polars, to `testdata/golden/`.

See README.md beside this file. Each query is a function here and one of the same name in
`crates/lazuli/tests/golden/`. Where `docs/semantics.md` departs from Polars, the query here makes the departure by hand
and names the row.
"""

import importlib
import math
import sys

import polars as pl

from golden_inputs import TESTDATA

THEMES = ["rows", "groups", "joins", "reshapes", "values", "windows", "frames", "files"]

TYPES = {
    pl.Null: "Null", pl.Boolean: "Boolean", pl.Int8: "Int8", pl.Int16: "Int16", pl.Int32: "Int32", pl.Int64: "Int64",
    pl.UInt8: "UInt8", pl.UInt16: "UInt16", pl.UInt32: "UInt32", pl.UInt64: "UInt64", pl.Float32: "Float32",
    pl.Float64: "Float64", pl.String: "String", pl.Date: "Date",
}
UNITS = {"ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}


def type_name(data_type):
    if isinstance(data_type, pl.Datetime):
        return f"Datetime({data_type.time_unit})"
    if isinstance(data_type, pl.Duration):
        return f"Duration({data_type.time_unit})"
    return TYPES[type(data_type) if not isinstance(data_type, type) else data_type]


def float_text(value, single):
    """The shortest digits that read back, as Rust writes them: 1.0, 1e16, 1.5e-7, NaN, inf."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "inf" if value > 0 else "-inf"
    if single:  # Only values whose shortest text is the same in 32 and 64 bits are used.
        assert pl.Series([float(repr(value))], dtype=pl.Float32)[0] == value
    text = repr(float(value))
    if "e" in text:
        digits, exponent = text.split("e")
        text = f"{digits}e{int(exponent)}"
    return text


def duration_text(ticks, unit):
    """As Lazuli's Display of a duration: `1d 2h 3m 4.5s`, `-1d`, `0s`."""
    if ticks == 0:
        return "0s"
    seconds, fraction = divmod(abs(ticks), UNITS[unit])
    parts = [(seconds // 86_400, "d"), (seconds // 3_600 % 24, "h"), (seconds // 60 % 60, "m")]
    texts = [f"{amount}{letter}" for amount, letter in parts if amount]
    if fraction:
        digits = str(fraction * (10**9 // UNITS[unit])).zfill(9).rstrip("0")
        texts.append(f"{seconds % 60}.{digits}s")
    elif seconds % 60:
        texts.append(f"{seconds % 60}s")
    return ("-" if ticks < 0 else "") + " ".join(texts)


def value_text(value, data_type, ticks):
    if value is None:
        return "\\N"
    if data_type == pl.Boolean:
        return "true" if value else "false"
    if data_type.is_float():
        return float_text(value, data_type == pl.Float32)
    if isinstance(data_type, pl.Duration):
        return duration_text(ticks, data_type.time_unit)
    if isinstance(data_type, pl.Datetime):
        return instant_text(value)
    text = str(value)
    return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")


def instant_text(value):
    """A datetime without trailing zeros in threes: `12:00:00`, `12:00:00.500`, `12:00:00.000001`."""
    text = value.strftime("%Y-%m-%d %H:%M:%S")
    if value.microsecond == 0:
        return text
    digits = f"{value.microsecond:06}"
    return f"{text}.{digits[:3] if digits.endswith('000') else digits}"


def frame_text(frame):
    """The typed header, then one line for each row; null is `\\N`."""
    lines = ["\t".join(f"{name}:{type_name(data_type)}" for name, data_type in frame.schema.items())]
    columns = []
    for series in frame.get_columns():
        data_type = series.dtype
        is_span = isinstance(data_type, pl.Duration)
        ticks = series.to_physical().to_list() if is_span else [None] * len(series)
        columns.append([value_text(*pair) for pair in zip(series, [data_type] * len(series), ticks)])
    lines.extend("\t".join(row) for row in zip(*columns))
    return "\n".join(lines) + "\n"


def main():
    texts = {}
    for theme in THEMES:
        for query in importlib.import_module(f"golden_{theme}").QUERIES:
            assert query.__name__ not in texts, query.__name__
            texts[query.__name__] = frame_text(query())
    folder = TESTDATA / "golden"
    for file in folder.glob("*.txt"):
        if file.stem not in texts:
            file.unlink()
    for name, text in texts.items():
        (folder / f"{name}.txt").write_bytes(text.encode())
    print(f"{len(texts)} answers by Polars {pl.__version__}", file=sys.stderr)


if __name__ == "__main__":
    main()
