"""What is measured: each case a question, the tables it reads, and the engines that answer it.

How an engine answers is in `engines/`; how Lazuli does is in `lazuli-bench`, under the same names.
"""

from dataclasses import dataclass, field

LOOP, NUMPY, PANDAS = "Python loop", "NumPy", "pandas"
POLARS, STREAMING, DUCKDB, DATAFUSION = "Polars", "Polars streaming", "DuckDB", "DataFusion"
LAZULI = "Lazuli"

# Engine -> (module in engines/, mode). The last three are ways to hold a table, for the memory case only.
PEERS = {
    LOOP: ("loops", ""),
    NUMPY: ("numpy_arrays", ""),
    PANDAS: ("pandas_frames", ""),
    POLARS: ("polars_frames", "in-memory"),
    STREAMING: ("polars_frames", "streaming"),
    DUCKDB: ("duckdb_tables", ""),
    DATAFUSION: ("datafusion_batches", ""),
    "Python dicts": ("loops", ""),
    "pandas object": ("pandas_frames", "object"),
    "pandas optimised": ("pandas_frames", "optimised"),
    "NumPy float64": ("numpy_arrays", ""),
}

ALL = [LOOP, NUMPY, PANDAS, POLARS, STREAMING, DUCKDB, DATAFUSION, LAZULI]
DATABASES = [POLARS, STREAMING, DUCKDB, DATAFUSION, LAZULI]
SHAPERS = [PANDAS, POLARS, STREAMING, DUCKDB, LAZULI]
HOLDERS = ["Python dicts", "pandas object", "pandas optimised", POLARS, "NumPy float64", DUCKDB, LAZULI]

SPEED, MEMORY, GROUPBY, JOIN, RESHAPE = "speed", "memory", "group-by", "join", "reshape"


@dataclass(frozen=True)
class Case:
    """One question."""

    name: str
    group: str
    title: str
    engines: list[str]
    tables: list[str]
    repeats: int = 5
    ascending: str = ""  # the answer must be in order of this column


G1, J1 = "G1_1e7_1e2_0_0", "J1_1e7_NA_0_0"
SMALL, MEDIUM, BIG = "J1_1e7_1e1_0_0", "J1_1e7_1e4_0_0", "J1_1e7_1e7_0_0"

GROUPBY_TITLES = [
    "sum v1 by id1",
    "sum v1 by id1, id2",
    "sum v1, mean v3 by id3",
    "mean v1, v2, v3 by id4",
    "sum v1, v2, v3 by id6",
    "median v3, sd v3 by id4, id5",
    "max v1 - min v2 by id3",
    "largest two v3 by id6",
    "r2 of v1, v2 by id2, id4",
    "sum v3, count by id1..id6",
]
JOIN_TITLES = [
    ("small inner on int", SMALL),
    ("medium inner on int", MEDIUM),
    ("medium left outer on int", MEDIUM),
    ("medium inner on string", MEDIUM),
    ("big inner on int", BIG),
]

CASES = [
    Case("seed_sum", SPEED, "Sum column", ALL, ["ops_1m"], 15),
    Case("seed_filter", SPEED, "Filter rows", ALL, ["ops_1m"], 15),
    Case("seed_groupby", SPEED, "Group by", ALL, ["ops_1m"], 15),
    Case("seed_join", SPEED, "Join tables", ALL, ["ops_1m", "ops_dim"], 15),
    Case("seed_sort", SPEED, "Sort", ALL, ["ops_1m"], 9, ascending="amount"),
    Case("mem_ops_1m", MEMORY, "rows by 10 columns", HOLDERS, ["ops_1m"], 1),
    *[
        Case(f"h2o_groupby_q{q:02}", GROUPBY, f"q{q}: {title}", DATABASES, [G1], 5)
        for q, title in enumerate(GROUPBY_TITLES, 1)
    ],
    *[
        Case(f"h2o_join_q{q}", JOIN, f"q{q}: {title}", DATABASES, [J1, right], 3)
        for q, (title, right) in enumerate(JOIN_TITLES, 1)
    ],
    Case("pivot_ops", RESHAPE, "pivot: category by status, sum of amount", SHAPERS, ["ops_1m"], 9),
    Case("melt_ops", RESHAPE, "melt: id by amount, price, score", SHAPERS, ["ops_1m"], 9),
]


@dataclass(frozen=True)
class Verb:
    """A question to Lazuli over any number of generated rows."""

    case: str
    title: str


VERBS = [
    Verb("rows_sum", "sum"),
    Verb("rows_filter", "filter"),
    Verb("rows_groupby_100", "group-by, 100 groups"),
    Verb("rows_groupby_tenth", "group-by, n/10 groups"),
    Verb("rows_join", "join with n/10 rows"),
    Verb("rows_sort", "sort"),
]


@dataclass
class Sizes:
    """How much of everything."""

    ops: int = 1_000_000
    database: int = 10_000_000
    rows: list[int] = field(default_factory=lambda: [100_000, 1_000_000, 10_000_000, 100_000_000])
    threads_rows: int = 10_000_000
    repeats: int = 0  # 0: what the case says


QUICK = Sizes(ops=100_000, database=100_000, rows=[100_000, 1_000_000], threads_rows=1_000_000, repeats=3)
