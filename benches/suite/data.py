"""The tables, seeded: the same rows on every machine. Run in the suite's environment: `data.py FOLDER OPS_ROWS ROWS`.

Each is written as CSV, which Lazuli reads, and as an Arrow file, which the others do: loading is not on the clock, and all
have the same types. A file is written under another name and renamed when it is whole, and made only if it is missing.
"""

import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.ipc

SEED = 20_260_101
ROWS_AT_ONCE = 1_000_000


def write(folder: Path, name: str, columns: dict[str, pa.Array]) -> None:
    """One table as a CSV file and as an Arrow file."""
    table = pa.table(columns)
    part = folder / f"{name}.arrow.part"
    with pa.ipc.new_file(part, table.schema) as writer:
        writer.write_table(table.combine_chunks())
    part.rename(folder / f"{name}.arrow")
    part = folder / f"{name}.csv.part"
    options = pa.csv.WriteOptions(quoting_style="needed")
    with pa.csv.CSVWriter(part, table.schema, write_options=options) as writer:
        for start in range(0, table.num_rows, ROWS_AT_ONCE):
            writer.write_table(table.slice(start, ROWS_AT_ONCE))
    part.rename(folder / f"{name}.csv")
    print(f"  {name}.csv: {table.num_rows} rows, {(folder / f'{name}.csv').stat().st_size / 1e6:.0f} MB", flush=True)


def texts(values: list[str], codes: np.ndarray) -> pa.Array:
    """The text of each code."""
    return pa.array(values, pa.large_string()).take(pa.array(codes))


def formatted(pattern: str, numbers: np.ndarray) -> pa.Array:
    """Each number in a pattern. Equal numbers are formatted once."""
    distinct, codes = np.unique(numbers, return_inverse=True)
    return texts([pattern.format(number) for number in distinct.tolist()], codes)


def ops(rows: int) -> dict[str, pa.Array]:
    """Orders: few categories, many names, nulls in one column."""
    rng = np.random.default_rng(SEED)
    return {
        "id": pa.array(rng.permutation(rows)),
        "category": formatted("category_{:02}", rng.integers(0, 100, rows)),
        "status": texts(["active", "inactive", "pending"], rng.choice(3, rows, p=[0.7, 0.2, 0.1])),
        "amount": pa.array(np.round(rng.uniform(0.0, 1000.0, rows), 4)),
        "quantity": pa.array(rng.integers(1, 101, rows)),
        "price": pa.array(np.round(rng.lognormal(3.0, 0.7, rows), 2)),
        "flag": pa.array(rng.random(rows) < 0.5),
        "date": pa.array(rng.integers(18_262, 18_262 + 5 * 365, rows).astype(np.int32)).cast(pa.date32()),
        "name": formatted("customer_{:010}", rng.integers(0, rows, rows) * 2_654_435_761 % 2**32),
        "score": pa.array(np.round(rng.normal(50.0, 15.0, rows), 3), mask=rng.random(rows) < 0.05),
    }


def ops_dim(rows: int) -> dict[str, pa.Array]:
    """A tenth of the orders' ids, in random order."""
    rng = np.random.default_rng(SEED + 1)
    count = rows // 10
    return {
        "id": pa.array(rng.permutation(rows)[:count]),
        "region": formatted("region_{}", rng.integers(0, 10, count)),
        "tier": pa.array(rng.integers(1, 6, count)),
        "weight": pa.array(np.round(rng.random(count), 6)),
    }


def int32(values: np.ndarray) -> pa.Array:
    """As 32-bit integers."""
    return pa.array(values.astype(np.int32))


def groupby_table(rows: int) -> dict[str, pa.Array]:
    """db-benchmark's groupby table: 100 large groups, rows/100 small ones, no nulls, unsorted."""
    rng = np.random.default_rng(SEED + 2)
    few, many = 100, rows // 100
    return {
        "id1": formatted("id{:03}", rng.integers(1, few + 1, rows)),
        "id2": formatted("id{:03}", rng.integers(1, few + 1, rows)),
        "id3": formatted("id{:010}", rng.integers(1, many + 1, rows)),
        "id4": int32(rng.integers(1, few + 1, rows)),
        "id5": int32(rng.integers(1, few + 1, rows)),
        "id6": int32(rng.integers(1, many + 1, rows)),
        "v1": int32(rng.integers(1, 6, rows)),
        "v2": int32(rng.integers(1, 6, rows)),
        "v3": pa.array(np.round(rng.uniform(0.0, 100.0, rows), 4)),
    }


class Keys:
    """db-benchmark's join keys: nine tenths on both sides, a tenth on the left only, as many on the right only."""

    def __init__(self, rng: np.random.Generator, count: int) -> None:
        keys = rng.permutation(round(count * 1.1)) + 1
        common = round(count * 0.9)
        self.left, self.right = keys[:count], np.concatenate([keys[:common], keys[count:]])

    def sample(self, rng: np.random.Generator, keys: np.ndarray, rows: int) -> np.ndarray:
        """Every key once, then random ones, in random order."""
        out = np.concatenate([keys, rng.choice(keys, max(rows - len(keys), 0))])
        rng.shuffle(out)
        return out


def join_tables(rows: int) -> dict[str, dict[str, pa.Array]]:
    """db-benchmark's join tables: the left one, and right ones with a millionth, a thousandth and all of its rows."""
    rng = np.random.default_rng(SEED + 3)
    sizes = [max(rows // 1_000_000, 10), max(rows // 1_000, 10), rows]
    keys = [Keys(rng, size) for size in sizes]

    def table(count: int, key_columns: int, value: str) -> dict[str, pa.Array]:
        columns: dict[str, pa.Array] = {}
        for index, key in enumerate(keys[:key_columns], 1):
            values = key.sample(rng, key.left if value == "v1" else key.right, count)
            columns[f"id{index}"] = int32(values)
            columns[f"id{index + 3}"] = formatted("id{}", values)
        columns = dict(sorted(columns.items()))
        return {**columns, value: pa.array(np.round(rng.uniform(0.0, 100.0, count), 6))}

    return {
        "J1_1e7_NA_0_0": table(rows, 3, "v1"),
        "J1_1e7_1e1_0_0": table(sizes[0], 1, "v2"),
        "J1_1e7_1e4_0_0": table(sizes[1], 2, "v2"),
        "J1_1e7_1e7_0_0": table(sizes[2], 3, "v2"),
    }


def expressions(rows: int) -> dict[str, pa.Array]:
    """What single expressions read: numbers, texts that repeat and texts that hardly do, times, and lists as texts."""
    rng = np.random.default_rng(SEED + 4)
    days = rng.integers(14_610, 14_610 + 15 * 365, rows).astype(np.int32)
    times = 1_262_304_000_000_000 + rng.integers(0, 15 * 365 * 86_400, rows) * 1_000_000
    digits = rng.integers(0, 10, (100_000, 5))
    lists = [",".join(map(str, row[:count])) for row, count in zip(digits.tolist(), rng.integers(1, 6, len(digits)).tolist())]
    return {
        "i": pa.array(rng.integers(0, 1_000_000_000, rows)),
        "k": int32(rng.integers(0, 1_000, rows)),
        "f": pa.array(np.round(rng.normal(0.0, 100.0, rows), 3), mask=rng.random(rows) < 0.05),
        "g": pa.array(np.round(rng.uniform(0.0, 1000.0, rows), 4)),
        "b": pa.array(rng.random(rows) < 0.5),
        "s": formatted("user_{:06}@example.com", rng.integers(0, max(rows // 10, 1), rows)),
        "w": formatted("word_{:02}", rng.integers(0, 100, rows)),
        "n": pa.array(rng.integers(0, 1_000_000_000, rows)).cast(pa.large_string()),
        "d": pa.array(days).cast(pa.date32()),
        "ds": formatted("{}", days.astype("datetime64[D]").astype(str)),
        "t": pa.array(times).cast(pa.timestamp("us")),
        "digits": texts(lists, rng.integers(0, len(lists), rows)),
    }


def main() -> None:
    """Makes what is missing."""
    folder, ops_rows, rows = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    folder.mkdir(parents=True, exist_ok=True)

    def is_missing(*names: str) -> bool:
        return not all((folder / f"{name}.csv").exists() for name in names)

    if is_missing("ops_1m"):
        write(folder, "ops_1m", ops(ops_rows))
    if is_missing("ops_dim"):
        write(folder, "ops_dim", ops_dim(ops_rows))
    if is_missing("G1_1e7_1e2_0_0"):
        write(folder, "G1_1e7_1e2_0_0", groupby_table(rows))
    if is_missing("J1_1e7_NA_0_0", "J1_1e7_1e1_0_0", "J1_1e7_1e4_0_0", "J1_1e7_1e7_0_0"):
        for name, columns in join_tables(rows).items():
            write(folder, name, columns)


if __name__ == "__main__":
    main()
