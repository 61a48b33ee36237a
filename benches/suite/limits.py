"""Queries larger than their memory: Lazuli and its peers under the same limits, two threads each, answers compared.

    python benches/suite/limits.py LZ ROWS [CASE,...] [ENGINE,...] [LIMIT,...]

`LZ` is the command of a release build, `ROWS` how many rows the tables have (100000000 in the tables of docs/bench), made in
`BENCH_DATA/limits-ROWS` if they are not there: 3.2 GB of Parquet for 10^8. Each run is a process of its own that writes its
answer to a Parquet file. DuckDB then reads that file: all engines must have the same rows, and Lazuli the same rows in the
same order under each limit. Of a limit, Lazuli gets `--memory-limit` and DuckDB `memory_limit`. Polars has no such setting: where
the program can make control groups, it runs in one with that much memory, and is killed by the system if it takes more.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

THREADS = 2
GROUP = Path("/sys/fs/cgroup/memory/lazuli-limits")
CASES = {
    # As many groups as there are rows.
    "group": ([{"group_by": {"keys": ["id"], "agg": ["sum(i) as i", "count(*) as n"]}}],
              "select id, sum(i)::bigint as i, count(*)::bigint as n from l group by id"),
    # One key has half of the rows.
    "group_skewed": ([{"group_by": {"keys": ["h"], "agg": ["sum(i) as i", "count(*) as n"]}}],
                     "select h, sum(i)::bigint as i, count(*)::bigint as n from l group by h"),
    "sort": ([{"select": ["s", "i", "id"]}, {"sort": ["s", "i"]}], "select s, i, id from l order by s, i, id"),
    "join": ([{"select": ["id", "i"]}, {"join": {"with": {"parquet": "RIGHT"}, "on": ["id"], "how": "inner"}}],
             "select l.id, l.i, r.w from l join r on l.id = r.id"),
    # One key has half of the rows of the left side.
    "join_skewed": ([{"select": ["h", "i"]},
                     {"join": {"with": {"parquet": "RIGHT"}, "left_on": ["h"], "right_on": ["id"], "how": "inner"}}],
                    "select l.h, l.i, r.w from l join r on l.h = r.id"),
    "unique": ([{"select": ["id", "i"]}, {"unique": {"by": ["id"], "keep": "any"}}],
               "select id, any_value(i) as i from l group by id"),
    "window": ([{"select": ["s", "i", "id", "sum(i) over (partition by s) as total"]}],
               "select s, i, id, (sum(i) over (partition by s))::bigint as total from l"),
}
POLARS = {
    "group": "l.group_by('id').agg(pl.col('i').cast(pl.Int64).sum(), pl.len().cast(pl.Int64).alias('n'))",
    "group_skewed": "l.group_by('h').agg(pl.col('i').cast(pl.Int64).sum(), pl.len().cast(pl.Int64).alias('n'))",
    "sort": "l.select('s', 'i', 'id').sort('s', 'i')",
    "join": "l.select('id', 'i').join(r, on='id')",
    "join_skewed": "l.select('h', 'i').join(r, left_on='h', right_on='id')",
    "unique": "l.select('id', 'i').unique('id', keep='any')",
    "window": "l.select('s', 'i', 'id', pl.col('i').cast(pl.Int64).sum().over('s').alias('total'))",
}


def make(folder, rows):
    """Both tables: ids in an order of their own, texts, and a key that half of the rows have."""
    import duckdb

    folder.mkdir(parents=True, exist_ok=True)
    connection = duckdb.connect()
    connection.execute("set threads=1; set memory_limit='4GB'")
    columns = {
        "left": f"""((r*61803399)%{rows})::bigint as id, 'id' || lpad(((r*48271)%9999991)::varchar, 10, '0') as s,
            ((r*7919)%1000003)::int as i, (((r*104729)%1000003)/64.0)::double as v,
            (case when hash(r)%2 = 0 then 7 else (r*61803399)%{rows} end)::bigint as h""",
        "right": f"((r*27644437+11)%{rows})::bigint as id, ((r*15485863)%1000)::int as w",
    }
    for name, values in columns.items():
        path = folder / f"{name}.parquet"
        if not path.exists():
            connection.execute(f"copy (select {values} from range({rows}) t(r)) to '{path}.part' "
                               "(format parquet, compression snappy, row_group_size 500000)")
            Path(f"{path}.part").rename(path)


def command(engine, case, limit, paths, lz, folder):
    """What runs one case."""
    steps, sql = CASES[case]
    left, right, output = paths
    limit_mb = limit // 10**6
    if engine == "lazuli":
        steps = json.loads(json.dumps(steps).replace("RIGHT", str(right)))
        sink = {"parquet": str(output), "compression": "uncompressed"}
        plan = folder / "plan.json"
        plan.write_text(json.dumps({"source": {"parquet": str(left)}, "steps": steps, "sink": sink}))
        limits = [f"--memory-limit={limit_mb}MB"] if limit else []
        return [lz, "run", str(plan), f"--threads={THREADS}", f"--temp-dir={folder}", *limits]
    if engine == "duckdb":
        limits = f"set memory_limit='{limit_mb}MB';" if limit else ""
        program = f"""import duckdb
c = duckdb.connect()
c.execute("set threads={THREADS}; set temp_directory='{folder}/duck'; set preserve_insertion_order=false; {limits}")
c.execute("create view l as from '{left}'; create view r as from '{right}'")
c.execute({f"copy ({sql}) to '{output}' (format parquet, compression uncompressed)"!r})"""
    else:
        program = f"""import polars as pl
l, r = pl.scan_parquet('{left}'), pl.scan_parquet('{right}')
({POLARS[case]}).sink_parquet('{output}', compression='uncompressed', statistics=False)"""
    return [sys.executable, "-c", program]


def run(arguments, limit_bytes):
    """Seconds, seconds of processors, largest memory of the process, and how it ended."""
    def into_group():
        if limit_bytes:
            (GROUP / "cgroup.procs").write_text(str(os.getpid()))

    if limit_bytes:
        GROUP.mkdir(exist_ok=True)
        (GROUP / "memory.limit_in_bytes").write_text(str(limit_bytes))
    env = os.environ | {"POLARS_MAX_THREADS": str(THREADS)}
    with tempfile.TemporaryFile("w+") as errors:
        begin = time.monotonic()
        process = subprocess.Popen(arguments, env=env, stderr=errors, stdout=subprocess.DEVNULL, preexec_fn=into_group)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.monotonic() - begin
        errors.seek(0)
        lines = errors.read().strip().splitlines()
        message = [line for line in lines if "rror" in line][-1:] or lines[-1:] or [""]
    code = os.waitstatus_to_exitcode(status)
    ending = "" if code == 0 else f"killed by {-code}" if code < 0 else message[0][:160]
    return seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024 / 1e6, ending


def digests(output, ordered):
    """A number for the rows, and one for rows in their order."""
    import duckdb

    connection = duckdb.connect()
    connection.execute("set threads=2")
    # The hash of a number depends on its width.
    names = [(name, kind) for name, kind, *_ in connection.execute(f"describe from '{output}'").fetchall()]
    wide = ", ".join(f'"{name}"' if kind == "VARCHAR" else f'"{name}"::bigint' for name, kind in names)
    rows = f"select sum(hash(row({wide})))::varchar, count(*) from '{output}'"
    order = f"select sum(hash(row(file_row_number, {wide})))::varchar from read_parquet('{output}', file_row_number=true)"
    return connection.execute(rows).fetchone(), connection.execute(order).fetchone() if ordered else None


def main():
    lz, rows = sys.argv[1], int(sys.argv[2])
    chosen = [part.split(",") for part in sys.argv[3:]]
    cases = chosen[0] if chosen else list(CASES)
    engines = chosen[1] if len(chosen) > 1 else ["lazuli", "duckdb", "polars"]
    limits = chosen[2] if len(chosen) > 2 else ["none", "8000", "1000", "256"]
    data = Path(os.environ["BENCH_DATA"]) / f"limits-{rows}"
    make(data, rows)
    for case in cases:
        answers, orders = set(), set()
        for engine in engines:
            for text in limits:
                limit = 0 if text == "none" else int(text) * 10**6
                with tempfile.TemporaryDirectory(dir=data) as folder:
                    folder = Path(folder)
                    output = folder / "answer.parquet"
                    paths = (data / "left.parquet", data / "right.parquet", output)
                    arguments = command(engine, case, limit, paths, lz, folder)
                    seconds, cpu, peak, ending = run(arguments, limit if engine == "polars" else 0)
                    if not ending:
                        answer, order = digests(output, engine == "lazuli")
                        answers.add(answer)
                        orders.add(order)
                        ending = f"{answer[1]} rows {int(answer[0]) % 10**8:08}"
                    print(f"{case:12} {engine:8} {text:>5} MB  {seconds:7.1f} s  {cpu:7.1f} s of processors  {peak:7.0f} MB  {ending}",
                          flush=True)
        equal = len(answers) == 1 and len(orders - {None}) <= 1
        print(f"{case:12} answers {'agree' if equal else f'DIFFER: {answers} {orders}'}", flush=True)


main()
