"""Reads Arrow files that `lz` writes with pyarrow and Polars, and compares every value with those of `testdata/ipc/`.

    python ipc_readback.py path/to/lz

Each table is written with every compression, in batches of several sizes. Nothing is kept.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import polars as pl
import pyarrow as pa

from ipc_matrix import FOLDER, value_text


def texts(table):
    return {name: [value_text(x) for x in table.column(name)] for name in table.column_names}


def main(lz):
    checked = 0
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out.arrow"
        for name in ["types.arrow", "types.stream.arrows", "nested.pieces.arrow", "coded.arrow", "replaced.stream.arrows", "growing.file.arrow", "empty.arrow"]:
            path = FOLDER / name
            source = (pa.ipc.open_stream if name.endswith(".arrows") else pa.ipc.open_file)(path.read_bytes())
            expected = texts(source.read_all())
            for compression in ["uncompressed", "lz4", "zstd"]:
                for rows in [1, 13, 100_000]:
                    sink = {"ipc": str(out), "compression": compression, "record_batch_size": rows}
                    pipeline = Path(folder) / "pipeline.json"
                    pipeline.write_text(json.dumps({"source": {"ipc": str(path)}, "steps": [], "sink": sink}))
                    subprocess.run([lz, "run", str(pipeline)], check=True)
                    file = pa.ipc.open_file(out.read_bytes())
                    table = file.read_all()
                    table.validate(full=True)
                    assert texts(table) == expected, (name, compression, rows)
                    # Polars knows no decimals of all precisions in nested types and so on: what it reads must be the same.
                    frame = pl.read_ipc(out)
                    assert frame.height == table.num_rows and frame.columns == table.column_names
                    again = frame.to_arrow()
                    for column in table.column_names:
                        found = [value_text(x) for x in again.column(column)]
                        assert found == expected[column], (name, compression, rows, column)
                    checked += 1
    print(f"{checked} files read back by pyarrow {pa.__version__} and Polars {pl.__version__}")


if __name__ == "__main__":
    main(sys.argv[1])
