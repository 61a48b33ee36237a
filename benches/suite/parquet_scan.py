"""A filter that keeps 1 % of a Parquet file's rows, and two of its columns: Lazuli beside others, answers compared.

    BENCH_DATA=<folder with G1_1e7_1e2_0_0.parquet> python parquet_scan.py <lazuli-bench> [repeats]

Each engine runs in a process of its own on the same two cores, over a file that is in the page cache.
"""

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

from fingerprint import agree, of_table

CASE, ENGINES = "scan_parquet_g1", ["polars", "polars-streaming", "duckdb", "datafusion"]
THREADS = 2
FILE = os.path.join(os.environ.get("BENCH_DATA", "bench-data"), "G1_1e7_1e2_0_0.parquet")
QUERY = "SELECT id3, v3 FROM {} WHERE id4 = 42"


def query(engine: str) -> tuple[Callable[[], Any], Callable[[Any], Any]]:
    """What is timed, and how its answer becomes an Arrow table."""
    if engine.startswith("polars"):
        import polars as pl

        mode = "streaming" if engine.endswith("streaming") else "in-memory"
        wanted = lambda: pl.scan_parquet(FILE).filter(pl.col("id4") == 42).select("id3", "v3")  # noqa: E731
        return lambda: wanted().collect(engine=mode), lambda answer: answer.to_arrow()
    if engine == "duckdb":
        import duckdb

        con = duckdb.connect(config={"threads": THREADS})
        text = QUERY.format(f"read_parquet('{FILE}')")
        return lambda: con.sql(text).to_arrow_table(), lambda answer: answer
    import pyarrow as pa
    from datafusion import SessionConfig, SessionContext

    context = SessionContext(SessionConfig().with_target_partitions(THREADS))
    context.register_parquet("g1", FILE)
    return lambda: context.sql(QUERY.format("g1")).collect(), pa.Table.from_batches


def work(engine: str, repeats: int) -> None:
    run, to_arrow = query(engine)
    times, answer = [], None
    for _ in range(repeats):
        answer = None
        start = time.perf_counter()
        answer = run()
        times.append(time.perf_counter() - start)
    print(json.dumps({"times_s": times, "fingerprint": of_table(to_arrow(answer))}))


def child(command: list[str]) -> dict[str, Any]:
    threads = str(THREADS)
    names = ["BENCH_THREADS", "POLARS_MAX_THREADS", "TOKIO_WORKER_THREADS", "OMP_NUM_THREADS"]
    cores = sorted(os.sched_getaffinity(0))[:THREADS]
    done = subprocess.run(
        command,
        env={**os.environ, **{name: threads for name in names}},
        stdout=subprocess.PIPE,
        check=True,
        preexec_fn=lambda: os.sched_setaffinity(0, cores),
    )
    return json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    program, repeats = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "15"
    with open(FILE, "rb") as file:
        while file.read(4 << 20):
            pass
    lines = {engine: child([sys.executable, __file__, "--work", engine, repeats]) for engine in ENGINES}
    ours = child([program, CASE, repeats])
    import pyarrow.ipc as ipc

    with ipc.open_file(ours["result"]) as answer:
        ours["fingerprint"] = of_table(answer.read_all())
    os.unlink(ours["result"])
    for engine, line in {"lazuli": ours, **lines}.items():
        median = statistics.median(line["times_s"])
        verdict = "same answer" if agree(line["fingerprint"], lines["polars"]["fingerprint"]) else "WRONG"
        least = min(line["times_s"])
        print(f"{engine:18} median {median * 1e3:7.1f} ms  least {least * 1e3:7.1f} ms  {verdict}")
    best = min(statistics.median(line["times_s"]) for line in lines.values())
    print(f"best other / lazuli: {best / statistics.median(ours['times_s']):.2f}")


if __name__ == "__main__":
    if sys.argv[1] == "--work":
        work(sys.argv[2], int(sys.argv[3]))
    else:
        main()
