"""One measurement of one engine in this process: `worker.py CASE ENGINE REPEATS` prints one line of JSON.

Loading the tables is not timed; a repeat ends with the whole answer in the engine's own form, and frees it off the clock.
"""

import gc
import importlib
import json
import sys
import time
from typing import Any

from cases import CASES, MEMORY, PEERS
from fingerprint import is_ascending, of_table

BUDGET_SECONDS = 60.0


def peak_mb() -> float:
    """The most memory this process has had, as Linux tells it; elsewhere 0."""
    try:
        with open("/proc/self/status") as status:
            for line in status:
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) / 1024
    except OSError:
        pass
    return 0.0


def repeat(run: Any, repeats: int) -> tuple[list[float], Any]:
    """The seconds of each repeat, and the last answer."""
    times: list[float] = []
    answer = None
    while len(times) < repeats and sum(times) < BUDGET_SECONDS:
        answer = None
        gc.collect()
        start = time.perf_counter()
        answer = run()
        times.append(time.perf_counter() - start)
    return times, answer


def main() -> None:
    """Measures and prints."""
    case = next(case for case in CASES if case.name == sys.argv[1])
    module, mode = PEERS[sys.argv[2]]
    engine = importlib.import_module(f"engines.{module}")
    line: dict[str, Any] = {"version": engine.VERSION, "status": "ok"}
    if case.group == MEMORY:
        line["bytes"] = engine.held_bytes(mode)
    else:
        run = engine.prepare(case, mode)
        times, answer = repeat(run, int(sys.argv[3]))
        line |= {"times_s": times, "hwm_mb": round(peak_mb(), 1)}
        table = engine.to_arrow(answer)
        line["fingerprint"] = of_table(table)
        line["in_order"] = is_ascending(table, case.ascending) if case.ascending else True
    print(json.dumps(line))


if __name__ == "__main__":
    main()
