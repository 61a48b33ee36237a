"""DuckDB over its own tables in memory; answers are fetched as Arrow tables."""

import os
from collections.abc import Callable

import duckdb
import pyarrow as pa

from cases import Case
from engines import sql
from tables import load

VERSION = duckdb.__version__


def to_arrow(answer: pa.Table) -> pa.Table:
    return answer


def connection(names: dict[str, str]) -> duckdb.DuckDBPyConnection:
    """A database with these tables; the Arrow tables they come from are let go."""
    con = duckdb.connect(config={"threads": int(os.environ["BENCH_THREADS"])})
    con.execute("SET enable_progress_bar = false")
    for name, file in names.items():
        con.register("source", load(file))
        con.execute(f"CREATE TABLE {name} AS SELECT * FROM source")
        con.unregister("source")
    return con


def prepare(case: Case, mode: str) -> Callable[[], pa.Table]:
    con = connection(sql.names(case.tables))
    query = sql.DUCKDB.get(case.name) or sql.QUERIES[case.name]
    return lambda: con.sql(query).to_arrow_table()


def held_bytes(mode: str) -> int:
    con = connection({"ops_1m": "ops_1m"})
    (used,) = con.execute("SELECT sum(memory_usage_bytes) FROM duckdb_memory()").fetchone() or (0,)
    return int(used)
