"""Queries that are killed, cancelled, or run out of disk, at random moments: what they leave behind, and how fast they stop.

    python benches/suite/interrupted.py LZ kill|cancel|full [TIMES] [FOLDER]

`LZ` is the command of a release build; `BENCH_DATA` has G1_1e7_1e2_0_0.parquet. `kill` sends SIGKILL: the output must be
the one that was there before or the whole new one, and no temporary file of the query may be left once the next query has
started. `cancel` sends SIGINT: the command has to end with 130, and leave nothing. `full` wants FOLDER on a disk of some
200 MB, for temporary files and for outputs: the error has to name it, the output before it has to stay, nothing else.
"""

import json
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

INPUT = Path(os.environ["BENCH_DATA"]) / "G1_1e7_1e2_0_0.parquet"
KEYS = ["id1", "id2", "id3", "id4", "id5", "id6"]
# Name, steps, memory.
QUERIES = {
    "sort": ([{"sort": ["id3", "v3"]}], "256MB"),
    "group_by": ([{"group_by": {"keys": KEYS, "agg": ["sum(v3) as s"]}}], "256MB"),
    "group and sort": ([{"group_by": {"keys": KEYS, "agg": ["sum(v3) as s"]}}, {"sort": ["s desc"]}], "256MB"),
    "sort in memory": ([{"sort": ["id3", "v3"]}], "16GB"),
    "group in memory": ([{"group_by": {"keys": KEYS, "agg": ["sum(v3) as s", "median(v1) as m"]}}], "16GB"),
    "join in memory": ([{"join": {"with": {"parquet": str(INPUT)}, "on": ["id3", "id6"], "how": "inner", "suffix": "_r"}},
                        {"group_by": {"keys": ["id1"], "agg": ["count(*) as n"]}}], "16GB"),
    "window in memory": ([{"with_columns": ["sum(v3) over (partition by id3 order by v3) as w"]}], "16GB"),
    "unique in memory": ([{"unique": {"by": ["id3", "id6"], "keep": "last"}}], "16GB"),
    "filter": ([{"filter": "v1 > 1"}], "16GB"),
}


def start(lz, folder, steps, memory, output, temporary=None):
    plan = folder / "plan.json"
    sink = {output.suffix[1:]: str(output)}
    plan.write_text(json.dumps({"source": {"parquet": str(INPUT)}, "steps": steps, "sink": sink}))
    arguments = [lz, "run", str(plan), "--threads=2", f"--memory-limit={memory}", f"--temp-dir={temporary or folder / 'temporary'}"]
    return subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


def whole_seconds(lz, folder, steps, memory, output):
    begin = time.monotonic()
    process = start(lz, folder, steps, memory, output)
    assert process.wait() == 0, process.stderr.read()
    return time.monotonic() - begin


def others(folder, output):
    """What is in the folders beside what should be."""
    found = [path for path in folder.rglob("*") if path.is_file() and path not in (output, folder / "plan.json")]
    return [f"{path.name} ({path.stat().st_size} bytes)" for path in found]


def kill(lz, folder, times):
    (folder / "temporary").mkdir()
    names = ["sort", "group_by", "group and sort", "filter"]
    lengths, news = {}, {}
    for name in names:
        for kind in ["parquet", "csv"]:
            output = folder / f"answer.{kind}"
            lengths[name, kind] = whole_seconds(lz, folder, *QUERIES[name], output)
            news[name, kind] = output.read_bytes()
            output.unlink()
    half, left_over, kept, done, swept = 0, [], 0, 0, 0
    for _ in range(times):
        name, kind = random.choice(list(lengths))
        output = folder / f"answer.{kind}"
        output.write_text("what was there before")
        process = start(lz, folder, *QUERIES[name], output)
        time.sleep(random.uniform(0, lengths[name, kind]))
        process.kill()
        process.wait()
        found = output.read_bytes()
        if found == b"what was there before":
            kept += 1
        elif found == news[name, kind]:
            done += 1
        else:
            half += 1
        before = others(folder, output)
        swept += len(before)
        whole_seconds(lz, folder, [{"filter": "v1 = 1"}, *QUERIES["sort"][0]], "64MB", folder / "other.csv")
        (folder / "other.csv").unlink()
        left_over += [entry for entry in others(folder, output)]
        for path in folder.glob("*"):
            if path.is_file() and path.name.startswith((".", "answer")):
                path.unlink()
    print(f"killed {times} times: output as before {kept}, whole {done}, half-written {half}; "
          f"files left by the killed {swept}, after the next query {len(left_over)} {left_over[:5]}")


def cancel(lz, folder, times):
    (folder / "temporary").mkdir()
    lengths = {}
    for name, (steps, memory) in QUERIES.items():
        output = folder / "answer.parquet"
        lengths[name] = whole_seconds(lz, folder, steps, memory, output)
        output.unlink()
    took, bad, ended = {name: [] for name in QUERIES}, [], 0
    for number in range(times):
        name = list(QUERIES)[number % len(QUERIES)]
        output = folder / "answer.parquet"
        output.write_text("what was there before")
        process = start(lz, folder, *QUERIES[name], output)
        time.sleep(random.uniform(0.02, lengths[name]))
        stat = Path(f"/proc/{process.pid}/stat")
        ticks = sum(map(int, stat.read_text().rsplit(")", 1)[1].split()[11:13]))
        begin = time.monotonic()
        os.kill(process.pid, signal.SIGINT)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.monotonic() - begin
        code = os.waitstatus_to_exitcode(status)
        if code == 0:
            ended += 1
            continue
        work = usage.ru_utime + usage.ru_stime - ticks / os.sysconf("SC_CLK_TCK")
        took[name].append((seconds * 1e3, work * 1e3))
        left = others(folder, output)
        if code != 130 or left or output.read_text() != "what was there before":
            bad.append((name, code, left, process.stderr.read()[-200:]))
    every = [pair for pairs in took.values() for pair in pairs]
    for name, pairs in took.items():
        if pairs:
            print(f"  {name:18} {len(pairs):3} times  median {statistics.median(p[0] for p in pairs):6.1f} ms  "
                  f"most {max(p[0] for p in pairs):6.1f} ms  of processors at most {max(p[1] for p in pairs):6.1f} ms")
    print(f"cancelled {len(every)} times ({ended} had ended): median {statistics.median(p[0] for p in every):.1f} ms, "
          f"most {max(p[0] for p in every):.1f} ms; not as it should be: {len(bad)} {bad[:5]}")


def full(lz, folder, disk):
    for name in ["sort", "group_by", "filter"]:
        for place in ["temporary files", "output"]:
            output = (disk if place == "output" else folder) / "answer.csv"
            output.write_text("what was there before")
            temporary = disk if place == "temporary files" else folder / "temporary"
            temporary.mkdir(exist_ok=True)
            process = start(lz, folder, *QUERIES[name], output, temporary)
            message = process.stderr.read().strip()
            code = process.wait()
            kept = output.read_text()[:40] if code else "whole"
            left = [path.name for path in disk.rglob("*") if path != output and path.is_file()]
            free = os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize // 10**6
            print(f"{name:9} full disk for {place:15} exit {code}; output: {kept}; left: {left}; free {free} MB\n    {message[-300:]}")
            output.unlink()


def main():
    lz, what = sys.argv[1:3]
    times = int(sys.argv[3]) if len(sys.argv) > 3 else 50
    random.seed(7)
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        if what == "full":
            full(lz, folder, Path(sys.argv[4]))
        else:
            {"kill": kill, "cancel": cancel}[what](lz, folder, times)


main()
