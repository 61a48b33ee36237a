"""Reads Parquet files that Lazuli wrote with pyarrow, Polars and DuckDB, and compares each value.

    cargo run -p lazuli-io --features parquet --example rewrite_parquet -- FOLDER
    python testdata/make/parquet_readback.py FOLDER

The files hold the tables of `testdata/parquet/`, whose values are in the texts there: every type, nulls and nesting, in
every compression that Lazuli writes. Needs pyarrow, polars and duckdb.
"""

import re
import sys
from collections import Counter
from pathlib import Path

import duckdb
import polars as pl
import pyarrow.parquet as pq
from parquet import FOLDER, value_text

# What an engine has no type for, and shows as something else: told once a column, not compared.
LOSSES = Counter()


def lines(table):
    columns = [table.column(i).combine_chunks() for i in range(table.num_columns)]
    return ["\t".join(value_text(column[row]) for column in columns) for row in range(table.num_rows)]


def by_pyarrow(path):
    return pq.ParquetFile(path).read()


def by_polars(path):
    return pl.read_parquet(path).to_arrow()


def by_duckdb(path):
    return duckdb.connect().sql(f"SELECT * FROM read_parquet('{path}')").to_arrow_table()


def other_steps(found, expected):
    """Whether a value differs only in being a time or instant in other steps; digits are lost below microseconds only."""
    try:
        found, expected = int(found), int(expected)
    except ValueError:
        return False
    return found in (expected // 1000, expected // 1000 * 1000, expected * 1000)


def compare(engine, read, path):
    text = (FOLDER / f"{path.name.split('.')[0]}.txt").read_text(encoding="utf-8").splitlines()
    names, types, expected = text[0].split("\t"), text[1].split("\t"), text[2:]
    table = read(path)
    if table.column_names != names:
        return [f"columns {table.column_names}"]
    found, wrong = lines(table), []
    if len(found) != len(expected):
        return [f"{len(found)} rows of {len(expected)}"]
    for row, (left, right) in enumerate(zip(found, expected)):
        for name, type, a, b in zip(names, types, left.split("\t"), right.split("\t")):
            if a == b:
                continue
            if re.search(r"^(Time|Datetime\((ms|ns))", type) and other_steps(a, b):
                LOSSES[f"{engine}: {type}"] += 1
            else:
                wrong.append(f"row {row} of {name} ({type}): {a}, not {b}")
    return wrong


def main():
    files = sorted(Path(sys.argv[1]).glob("*.parquet"))
    engines = [("pyarrow", by_pyarrow), ("polars", by_polars), ("duckdb", by_duckdb)]
    failed = 0
    for engine, read in engines:
        bad = 0
        for path in files:
            try:
                wrong = compare(engine, read, path)
            except Exception as error:  # whatever an engine raises is what we want to know
                wrong = [f"{type(error).__name__}: {error}"]
            if wrong:
                bad += 1
                print(f"{engine}, {path.name}: {len(wrong)} differ; {wrong[0][:300]}")
        print(f"{engine}: {len(files) - bad} of {len(files)} files as they were written")
        failed += bad
    for loss, count in LOSSES.items():
        print(f"in other steps: {loss}, {count} values")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
