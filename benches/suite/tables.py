"""The suite's tables as Arrow tables: what every engine loads before the clock starts."""

import os
from pathlib import Path

import pyarrow as pa
import pyarrow.ipc


def load(name: str) -> pa.Table:
    """The table, in memory of its own, with the types that Lazuli loads it with too."""
    with pa.OSFile(str(Path(os.environ["BENCH_DATA"]) / f"{name}.arrow")) as source:
        return pa.ipc.open_file(source).read_all()
