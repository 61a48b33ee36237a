"""A short description of an answer that does not depend on the order of its rows, and its comparison.

Of each column: its nulls, and the sum and the sum of squares of its values (dates as days), or the number and the sum of
its bytes. Of the rows: for neighbouring columns in order of name, the sum of the products of their values (of a text its
length), which moves when values change rows. `fingerprint.py FILE` prints that of an Arrow file.
"""

import json
import math
import sys
from typing import Any

TOLERANCE = 1e-6


def _numbers(column: Any) -> Any:
    import pyarrow as pa

    if pa.types.is_boolean(column.type):
        column = column.cast(pa.int8())
    elif pa.types.is_date(column.type) or pa.types.is_timestamp(column.type):
        column = column.cast(pa.date32()).cast(pa.int32())
    return column.cast(pa.float64(), safe=False).fill_null(math.nan).to_numpy(zero_copy_only=False)


def _text(column: Any) -> tuple[dict[str, float], Any]:
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    column = column.cast(pa.large_string())
    filled = column.fill_null("")
    offsets = np.frombuffer(filled.buffers()[1], np.int64)[filled.offset : filled.offset + len(filled) + 1]
    raw = np.frombuffer(filled.buffers()[2] or b"", np.uint8)[offsets[0] : offsets[-1]]
    summary = {"nulls": column.null_count, "length": len(raw), "bytes": int(raw.sum(dtype=np.uint64))}
    return summary, pc.binary_length(filled).cast(pa.float64()).to_numpy(zero_copy_only=False)


def of_table(table: Any) -> dict[str, Any]:
    """The fingerprint of an Arrow table."""
    import numpy as np
    import pyarrow as pa

    columns, vectors = {}, []
    for name in sorted(table.column_names):
        column = pa.concat_arrays(table[name].chunks) if table.num_rows else pa.array([], pa.float64())
        if pa.types.is_dictionary(column.type):
            column = column.cast(column.type.value_type)
        if pa.types.is_string(column.type) or pa.types.is_large_string(column.type) or "view" in str(column.type):
            columns[name], vector = _text(column)
        else:
            vector = _numbers(column)
            nulls = int(np.isnan(vector).sum())
            vector = np.nan_to_num(vector, nan=0.0)
            columns[name] = {"nulls": nulls, "sum": float(vector.sum()), "squares": float(vector @ vector)}
        vectors.append(vector)
    pairs = [float(left @ right) for left, right in zip(vectors, vectors[1:])]
    return {"rows": table.num_rows, "columns": columns, "pairs": pairs}


def is_ascending(table: Any, name: str) -> bool:
    """Whether a column of numbers never falls."""
    values = _numbers(table[name].combine_chunks())
    return bool((values[1:] >= values[:-1]).all())


def agree(left: Any, right: Any) -> bool:
    """Whether two fingerprints are of the same answer, up to the rounding of sums."""
    if isinstance(left, dict):
        return left.keys() == right.keys() and all(agree(left[key], right[key]) for key in left)
    if isinstance(left, list):
        return len(left) == len(right) and all(map(agree, left, right))
    return math.isclose(left, right, rel_tol=TOLERANCE, abs_tol=TOLERANCE)


def main() -> None:
    """Prints the fingerprint of the file, and whether it is in order of the column that is named after it."""
    import pyarrow as pa

    with pa.memory_map(sys.argv[1]) as source:
        table = pa.ipc.open_file(source).read_all()
        column = sys.argv[2] if len(sys.argv) > 2 else ""
        in_order = is_ascending(table, column) if column else True
        print(json.dumps({"fingerprint": of_table(table), "in_order": in_order}))


if __name__ == "__main__":
    main()
