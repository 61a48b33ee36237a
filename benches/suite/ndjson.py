"""Reading and writing a million rows by ten columns as JSON lines, CSV and Parquet: Lazuli and its peers, two threads each.

    python benches/suite/ndjson.py LAZULI_BENCH [REPEATS]

`BENCH_DATA` has ops_1m.parquet (see data.py); ops_1m.ndjson is made of it by Polars if it is not there. Every engine runs
in a process of its own, its answer in memory is reduced to the same few numbers, and these must agree.
"""

import json
import math
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

DATA = Path(os.environ["BENCH_DATA"])
NDJSON, PARQUET = DATA / "ops_1m.ndjson", DATA / "ops_1m.parquet"
THREADS = 2


def arrow_facts(table):
    """Rows, sums and a hash of texts: the same for the same table."""
    import pyarrow.compute as pc

    def total(name):
        # Correctly rounded, so that how a table is cut does not matter.
        return math.fsum(pc.fill_null(table[name], 0).to_numpy())

    def letters(name):
        column = table[name]
        column = column.cast("large_string") if str(column.type) != "large_string" else column
        return pc.sum(pc.binary_length(column)).as_py()

    numbers = ["id", "amount", "quantity", "price", "score"]
    return [table.num_rows, *map(total, numbers), pc.sum(table["flag"]).as_py(), letters("category"), letters("name")]


def read_polars(streaming):
    import polars as pl

    return lambda: pl.scan_ndjson(NDJSON).collect(engine="streaming" if streaming else "in-memory"), lambda f: f.to_arrow()


def read_polars_eager():
    import polars as pl

    return lambda: pl.read_ndjson(NDJSON), lambda frame: frame.to_arrow()


def read_duckdb():
    import duckdb

    connection = duckdb.connect()
    connection.execute(f"set threads={THREADS}")

    def run():
        connection.execute(f"create or replace table t as select * from read_json_auto('{NDJSON}')")
        return connection

    return run, lambda connection: connection.execute("select * from t").to_arrow_table()


def read_datafusion():
    import datafusion
    import pyarrow

    context = datafusion.SessionContext(datafusion.SessionConfig().with_target_partitions(THREADS))
    return lambda: context.read_json(str(NDJSON), file_extension=".ndjson").collect(), pyarrow.Table.from_batches


def read_pyarrow():
    import pyarrow.json

    pyarrow.set_cpu_count(THREADS)
    return lambda: pyarrow.json.read_json(NDJSON), lambda table: table


def write_polars(extension):
    import polars as pl

    frame = pl.read_parquet(PARQUET)
    path = f"{tempfile.gettempdir()}/peer-{os.getpid()}.{extension}"
    write = {
        "ndjson": frame.write_ndjson,
        "csv": frame.write_csv,
        "parquet": lambda path: frame.write_parquet(path, compression="snappy"),
    }[extension]
    return lambda: (write(path), path)[1], None


def write_duckdb(extension):
    import duckdb

    connection = duckdb.connect()
    connection.execute(f"set threads={THREADS}")
    connection.execute(f"create table t as select * from '{PARQUET}'")
    path = f"{tempfile.gettempdir()}/peer-{os.getpid()}.{extension}"
    form = {"ndjson": "json", "csv": "csv, header", "parquet": "parquet, compression snappy"}[extension]
    return lambda: (connection.execute(f"copy t to '{path}' (format {form})"), path)[1], None


def write_pyarrow(extension):
    import pyarrow
    import pyarrow.csv
    import pyarrow.parquet

    pyarrow.set_cpu_count(THREADS)
    table = pyarrow.parquet.read_table(PARQUET)
    path = f"{tempfile.gettempdir()}/peer-{os.getpid()}.{extension}"
    write = pyarrow.csv.write_csv if extension == "csv" else pyarrow.parquet.write_table
    return lambda: (write(table, path), path)[1], None


CASES = {
    "read_ndjson": {
        "Polars scan, streaming": lambda: read_polars(True),
        "Polars scan, in memory": lambda: read_polars(False),
        "Polars read_ndjson": read_polars_eager,
        "DuckDB read_json_auto": read_duckdb,
        "DataFusion": read_datafusion,
        "PyArrow": read_pyarrow,
    },
    "write_ndjson": {"Polars": lambda: write_polars("ndjson"), "DuckDB": lambda: write_duckdb("ndjson")},
    "write_csv": {
        "Polars": lambda: write_polars("csv"),
        "DuckDB": lambda: write_duckdb("csv"),
        "PyArrow": lambda: write_pyarrow("csv"),
    },
    # Writers choose encodings and the size of row groups: files of other sizes than ours are no wrong ones.
    "write_parquet": {
        "Polars": lambda: write_polars("parquet"),
        "DuckDB": lambda: write_duckdb("parquet"),
        "PyArrow": lambda: write_pyarrow("parquet"),
    },
}


def worker(case, engine, repeats):
    run, to_arrow = CASES[case][engine]()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        result = run()
        times.append(time.perf_counter() - start)
    if to_arrow is None:
        facts = [os.path.getsize(result)]
        os.remove(result)
    else:
        facts = arrow_facts(to_arrow(result))
    print(json.dumps({"times_s": times, "facts": facts}))


def lazuli(binary, case, repeats):
    environment = {**os.environ, "BENCH_DATA": str(DATA), "BENCH_THREADS": str(THREADS)}
    told = subprocess.run([binary, case, str(repeats)], env=environment, capture_output=True, text=True, check=True)
    line = json.loads(told.stdout.splitlines()[-1])
    facts = [line["bytes"]] if "bytes" in line else None
    if "result" in line:
        import pyarrow.ipc

        with pyarrow.OSFile(line["result"]) as file:
            facts = arrow_facts(pyarrow.ipc.open_file(file).read_all())
        os.remove(line["result"])
    return {"times_s": line["times_s"], "facts": facts}


def main():
    binary, repeats = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 5
    if not NDJSON.exists():
        import polars as pl

        pl.read_parquet(PARQUET).write_ndjson(NDJSON)
    for case, engines in CASES.items():
        found = {"Lazuli": lazuli(binary, case, repeats)}
        for engine in engines:
            environment = {**os.environ, "POLARS_MAX_THREADS": str(THREADS), "RAYON_NUM_THREADS": str(THREADS)}
            command = [sys.executable, __file__, "--worker", case, engine, str(repeats)]
            told = subprocess.run(command, env=environment, capture_output=True, text=True)
            if told.returncode != 0:
                print(f"{case:14} {engine:24} failed: {told.stderr.strip().splitlines()[-1]}")
                continue
            found[engine] = json.loads(told.stdout.splitlines()[-1])
        ours = min(found["Lazuli"]["times_s"])
        for engine, line in found.items():
            best = min(line["times_s"])
            agrees = "" if line["facts"] == found["Lazuli"]["facts"] else f"  differs: {line['facts']}"
            print(f"{case:14} {engine:24} {best:8.3f} s  {best / ours:6.2f}{agrees}", flush=True)
        print(f"{case:14} facts: {found['Lazuli']['facts']}")


if __name__ == "__main__":
    if len(sys.argv) > 1 and sys.argv[1] == "--worker":
        worker(sys.argv[2], sys.argv[3], int(sys.argv[4]))
    else:
        main()
