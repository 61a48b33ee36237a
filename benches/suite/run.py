#!/usr/bin/env python3
"""The benchmark suite, whole: `python3 benches/suite/run.py` from a clone writes docs/benchmarks.md and its charts.

It makes a virtual environment with the other engines (pip), generates the data, builds `lazuli-bench`, runs every
measurement in a process of its own, and writes the report. Everything but the report goes to `target/suite`. Needs
Python 3.11, cargo, about 5 GB of disk and 14 GB of memory. `--quick` tries it with few rows and writes
its report to `target/suite` too.
"""

import argparse
import json
import os
import subprocess
import venv
from pathlib import Path

from cases import QUICK, Sizes
from machine import describe
from measure import Bench, compare, grow, spread
from report import write

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
WORKSHOP = ROOT / "target" / "suite"


def environment() -> Path:
    """The Python with the other engines."""
    folder = WORKSHOP / "venv"
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    wanted = (HERE / "requirements.txt").read_text()
    installed = folder / "requirements.txt"
    if not installed.exists() or installed.read_text() != wanted:
        print("environment", flush=True)
        venv.create(folder, with_pip=True, clear=True)
        subprocess.run([python, "-m", "pip", "install", "-q", "-r", HERE / "requirements.txt"], check=True)
        installed.write_text(wanted)
    return python


def lazuli() -> Path:
    """The binary, built as any user would build it."""
    command = ["cargo", "build", "--release", "--locked", "-p", "lazuli-bench", "--message-format", "json"]
    built = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    messages = [json.loads(line) for line in built.splitlines()]
    return Path(next(path for message in messages if (path := message.get("executable"))))


def generate(python: Path, folder: Path, sizes: Sizes) -> None:
    """The tables that are not there yet."""
    print("data", flush=True)
    command = [python, HERE / "data.py", folder, str(sizes.ops), str(sizes.database)]
    subprocess.run(command, check=True)


def main() -> None:
    """Everything, or what the arguments leave."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="few rows and repeats, to try the suite")
    parser.add_argument("--threads", type=int, default=2, help="threads for every engine")
    parser.add_argument("--only", default="", help="cases whose name holds this text; the others keep their results")
    parser.add_argument("--report", action="store_true", help="write the report again from the results there are")
    args = parser.parse_args()

    sizes, name = (QUICK, "quick") if args.quick else (Sizes(), "full")
    results_file = WORKSHOP / name / "results.json"
    results = json.loads(results_file.read_text()) if results_file.exists() and (args.only or args.report) else {}
    if not args.report:
        python, data = environment(), WORKSHOP / name / "data"
        generate(python, data, sizes)
        bench = Bench(python, lazuli(), data, sizes, args.threads)
        results |= {"machine": describe(ROOT), "threads": args.threads, "sizes": vars(sizes)}

        def keep(kind: str, case: str, found: dict) -> None:
            results.setdefault(kind, {})[case] = found
            results_file.write_text(json.dumps(results, indent=1))

        for case, found in compare(bench, args.only):
            keep("engines", case, found)
        for kind, verbs in (("rows", grow(bench, args.only)), ("threads_1_n", spread(bench, args.only))):
            for case, found in verbs.items():
                keep(kind, case, found)
    write(results, WORKSHOP / name if args.quick else ROOT / "docs")


if __name__ == "__main__":
    main()
