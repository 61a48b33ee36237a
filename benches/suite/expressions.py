#!/usr/bin/env python3
"""One expression at a time against Polars, over ten million rows: `python3 benches/suite/expressions.py [TEXT]`.

Runs the cases `expr_*` of `lazuli-bench` whose name holds the text, and the same expressions in Polars' in-memory engine, each
in a process of its own, in the suite's environment. Prints the medians and how many times as fast Lazuli is, slowest first,
and whether the two answers are the same.
"""

import argparse
import importlib
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

ROWS = 10_000_000


def measure_polars(name: str, repeats: int) -> None:
    """What the worker does for a case of the suite, for an expression: one line of JSON."""
    from fingerprint import of_table
    from worker import peak_mb, repeat

    run = importlib.import_module("engines.polars_expressions").prepare(name)
    times, answer = repeat(run, repeats)
    line = {"status": "ok", "times_s": times, "hwm_mb": round(peak_mb(), 1), "fingerprint": of_table(answer.to_arrow())}
    print(json.dumps(line))


def make_table(folder: Path) -> None:
    """The table, if it is missing."""
    import data

    if not (folder / "expressions.csv").exists():
        folder.mkdir(parents=True, exist_ok=True)
        data.write(folder, "expressions", data.expressions(ROWS))


def compare(only: str, repeats: int, lazuli: Path | None, folder: Path | None) -> None:
    """Both engines, case by case."""
    import subprocess

    from cases import Sizes
    from fingerprint import agree
    from measure import HERE, Bench
    from run import WORKSHOP, environment
    from run import lazuli as build

    python, folder = environment(), folder or WORKSHOP / "full" / "data"
    subprocess.run([python, __file__, "--make", folder], check=True)
    bench = Bench(python, lazuli or build(), folder, Sizes(), 2)
    listed = subprocess.run([bench.lazuli], check=True, capture_output=True, text=True).stdout
    names = [line.split()[0] for line in listed.splitlines() if line.startswith("expr_")]
    lines: list[tuple[float, str]] = []
    for name in names:
        if only not in name:
            continue
        with tempfile.TemporaryDirectory() as temporary:
            ours: dict[str, Any] = bench.run([bench.lazuli, name, str(repeats)], 2, TMPDIR=temporary)
            if answer := ours.pop("result", None):
                ours |= bench.run([python, HERE / "fingerprint.py", answer], 2)
        theirs = bench.run([python, __file__, "--polars", name, "--repeats", str(repeats)], 2)
        if "median_s" not in ours or "median_s" not in theirs:
            print(f"{name:28} Lazuli {ours['status']}, Polars {theirs['status']}", flush=True)
            continue
        ratio = theirs["median_s"] / ours["median_s"]
        note = "" if agree(ours["fingerprint"], theirs["fingerprint"]) else "  OTHER ANSWER"
        line = f"{name:28} {ours['median_s'] * 1e3:9.1f} ms {theirs['median_s'] * 1e3:9.1f} ms {ratio:7.2f}{note}"
        print(line, flush=True)
        lines.append((ratio, line))
    print(f"\n{'slowest first':28} {'Lazuli':>12} {'Polars':>12}   ratio")
    print("\n".join(line for _, line in sorted(lines)))


def main() -> None:
    """Compares; or one of the two steps that need the environment."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("only", nargs="?", default="", help="cases whose name holds this text")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--lazuli", type=Path, help="a lazuli-bench that is built already")
    parser.add_argument("--data", type=Path, help="where the table is or is to be")
    parser.add_argument("--make", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--polars", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.make:
        make_table(args.make)
    elif args.polars:
        measure_polars(args.polars, args.repeats)
    else:
        compare(args.only, args.repeats, args.lazuli, args.data)


if __name__ == "__main__":
    sys.dont_write_bytecode = True
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    main()
