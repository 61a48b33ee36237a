"""Runs every measurement in a process of its own and gathers what they say."""

import json
import os
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from cases import CASES, LAZULI, MEMORY, VERBS, Case, Sizes
from fingerprint import agree

HERE = Path(__file__).resolve().parent
TIMEOUT_SECONDS = 900
THREAD_SETTINGS = [
    "BENCH_THREADS",
    "POLARS_MAX_THREADS",
    "RAYON_NUM_THREADS",
    "TOKIO_WORKER_THREADS",
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
]

Result = dict[str, Any]


@dataclass
class Bench:
    """Where things are, and how much of them."""

    python: Path  # of the environment with the other engines
    lazuli: Path  # the binary lazuli-bench
    data: Path
    sizes: Sizes
    threads: int

    def run(self, command: list[str | Path], threads: int, **settings: str) -> Result:
        """The JSON in the last line of what a program says."""
        env = os.environ | dict.fromkeys(THREAD_SETTINGS, str(threads))
        env |= {"BENCH_DATA": str(self.data), "PYTHONDONTWRITEBYTECODE": "1"} | settings
        text = [str(part) for part in command]
        try:
            done = subprocess.run(text, env=env, capture_output=True, text=True, timeout=TIMEOUT_SECONDS,
                                  preexec_fn=lambda: pin(threads))
        except subprocess.TimeoutExpired:
            return {"status": f"more than {TIMEOUT_SECONDS} s"}
        lines = done.stdout.strip().splitlines()
        if done.returncode != 0 or not lines:
            print(f"  failed: {shlex.join(text)}\n{done.stderr[-2000:]}", file=sys.stderr, flush=True)
            return {"status": "failed"}
        result: Result = json.loads(lines[-1])
        if result.get("times_s"):
            result["median_s"] = median(result["times_s"])
        return result

    def answer(self, case: Case, engine: str) -> Result:
        """One engine's answer to one question."""
        repeats = str(self.sizes.repeats or case.repeats)
        if engine != LAZULI:
            return self.run([self.python, HERE / "worker.py", case.name, engine, repeats], self.threads)
        with tempfile.TemporaryDirectory() as folder:
            result = self.run([self.lazuli, case.name, repeats], self.threads, TMPDIR=folder)
            if answer := result.pop("result", None):
                result |= self.run([self.python, HERE / "fingerprint.py", answer, case.ascending], self.threads)
        return result


def pin(threads: int) -> None:
    """Keeps the process on as many cores as it may use, where the system can."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])


def refuse_wrong(case: Case, results: dict[str, Result]) -> None:
    """An answer that most of the others don't share does not count, however fast."""
    if case.group == MEMORY:
        return
    answered = {engine: result for engine, result in results.items() if result.get("fingerprint")}
    for engine, result in answered.items():
        votes = [agree(result["fingerprint"], other["fingerprint"]) for other in answered.values()]
        if 2 * sum(votes) <= len(votes) and len(votes) > 1 or not result.pop("in_order", True):
            result["status"] = "wrong"
            print(f"  {engine}: WRONG", flush=True)
    for result in results.values():
        result.pop("fingerprint", None)


def compare(bench: Bench, only: str) -> Iterator[tuple[str, dict[str, Result]]]:
    """Every question to every engine."""
    for case in CASES:
        if only not in case.name:
            continue
        results = {}
        print(f"{case.name}: {case.title}", flush=True)
        for engine in case.engines:
            results[engine] = bench.answer(case, engine)
            print(f"  {engine:18} {told(results[engine])}", flush=True)
        refuse_wrong(case, results)
        yield case.name, results


def told(result: Result) -> str:
    """One line for who watches."""
    if "bytes" in result:
        return f"{result['bytes'] / 1e6:.1f} MB"
    return f"{result['median_s'] * 1e3:.2f} ms" if "median_s" in result else result["status"]


def grow(bench: Bench, only: str) -> dict[str, dict[str, Result]]:
    """Lazuli's verbs over more and more rows."""
    out: dict[str, dict[str, Result]] = {}
    for verb in VERBS:
        if only not in verb.case:
            continue
        out[verb.case] = {}
        for rows in bench.sizes.rows:
            # As many for every size: the first one pays for memory that the process has not had before.
            result = bench.run([bench.lazuli, verb.case, "5"], bench.threads, BENCH_ROWS=str(rows))
            out[verb.case][str(rows)] = result
            print(f"{verb.case} {rows:>11} rows  {told(result)}", flush=True)
    return out


def spread(bench: Bench, only: str) -> dict[str, dict[str, Result]]:
    """Lazuli's verbs on one thread and on all."""
    out: dict[str, dict[str, Result]] = {}
    for verb in VERBS:
        if only not in verb.case:
            continue
        out[verb.case] = {}
        for threads in sorted({1, bench.threads}):
            rows = str(bench.sizes.threads_rows)
            result = bench.run([bench.lazuli, verb.case, "5"], threads, BENCH_ROWS=rows)
            out[verb.case][str(threads)] = result
            print(f"{verb.case} {threads} threads  {told(result)}", flush=True)
    return out
