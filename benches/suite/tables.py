"""The suite's tables as Arrow tables: what every engine loads before the clock starts."""

import os
from pathlib import Path

import pyarrow as pa
import pyarrow.csv

INT, LONG, REAL, TEXT = pa.int32(), pa.int64(), pa.float64(), pa.large_string()

TYPES = {
    "ops_1m": {
        "id": LONG,
        "category": TEXT,
        "status": TEXT,
        "amount": REAL,
        "quantity": LONG,
        "price": REAL,
        "flag": pa.bool_(),
        "date": pa.date32(),
        "name": TEXT,
        "score": REAL,
    },
    "ops_dim": {"id": LONG, "region": TEXT, "tier": LONG, "weight": REAL},
    "G1_1e7_1e2_0_0": {
        **dict.fromkeys(["id1", "id2", "id3"], TEXT),
        **dict.fromkeys(["id4", "id5", "id6", "v1", "v2"], INT),
        "v3": REAL,
    },
}
KEYS = {**dict.fromkeys(["id1", "id2", "id3"], INT), **dict.fromkeys(["id4", "id5", "id6"], TEXT)}
JOINED = {**KEYS, "v1": REAL, "v2": REAL}


def load(name: str) -> pa.Table:
    """The table, with the types that Lazuli loads it with too."""
    types = TYPES.get(name, JOINED)
    options = pa.csv.ConvertOptions(column_types=types, strings_can_be_null=False)
    return pa.csv.read_csv(Path(os.environ["BENCH_DATA"]) / f"{name}.csv", convert_options=options)
