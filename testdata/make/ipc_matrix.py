"""Writes the Arrow IPC files and streams of `testdata/ipc/` with pyarrow, and what is in them as text.

`<table>.<variant>.arrow` (a file) or `<table>.<variant>.arrows` (a stream) holds the table `<table>`, whose values are in
`<table>.txt`: names, types as Lazuli calls them, then a line for each row, tab by tab, as `parquet.py` writes them.
"""

import random
import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.feather as feather

import parquet

FOLDER = Path(__file__).resolve().parent.parent / "ipc"
ROWS = parquet.ROWS


def type_text(t):
    if pa.types.is_timestamp(t):
        unit = "ms" if t.unit == "s" else t.unit
        return f"Datetime({unit}, {t.tz})" if t.tz else f"Datetime({unit})"
    if pa.types.is_duration(t):
        return f"Duration({'ms' if t.unit == 's' else t.unit})"
    if pa.types.is_date64(t):
        return "Datetime(ms)"
    if pa.types.is_dictionary(t):
        if not pa.types.is_string(t.value_type) and not pa.types.is_large_string(t.value_type):
            return type_text(t.value_type)
        return f"Enum({len(parquet.WORDS)} categories)" if t.ordered else "Categorical"
    if pa.types.is_string_view(t):
        return "String"
    if pa.types.is_large_binary(t) or pa.types.is_binary_view(t):
        return "Binary"
    if pa.types.is_list(t) or pa.types.is_large_list(t) or pa.types.is_fixed_size_list(t):
        return f"List({type_text(t.value_type)})"
    if pa.types.is_struct(t):
        return "Struct(" + ", ".join(f"{f.name}: {type_text(f.type)}" for f in t) + ")"
    return parquet.type_text(t)


def value_text(x):
    t = x.type
    if not x.is_valid:
        return "null"
    if pa.types.is_dictionary(t):
        value = x.dictionary[x.index.as_py()]
        return value_text(value)
    if pa.types.is_timestamp(t) or pa.types.is_duration(t):
        return str(x.value * (1000 if t.unit == "s" else 1))
    if pa.types.is_binary_view(t) or pa.types.is_large_binary(t):
        return "x" + x.as_py().hex()
    if pa.types.is_list(t) or pa.types.is_large_list(t) or pa.types.is_fixed_size_list(t):
        return "[" + ", ".join(value_text(item) for item in x.values) + "]"
    if pa.types.is_struct(t):
        return "{" + ", ".join(f"{name}: {value_text(value)}" for name, value in x.items()) + "}"
    return parquet.value_text(x)


def write_text(name, table):
    lines = ["\t".join(table.column_names), "\t".join(type_text(f.type) for f in table.schema)]
    columns = [table.column(i) for i in range(table.num_columns)]
    for row in range(table.num_rows):
        lines.append("\t".join(value_text(column[row]) for column in columns))
    (FOLDER / f"{name}.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


def write(name, variant, batches, schema, stream=False, **options):
    file = f"{name}.{variant}" if variant else name
    path = FOLDER / (file + (".arrows" if stream else ".arrow"))
    make = pa.ipc.new_stream if stream else pa.ipc.new_file
    with make(path, schema, options=pa.ipc.IpcWriteOptions(**options)) as writer:
        for batch in batches:
            writer.write_batch(batch)


def batches(table, rows):
    return table.combine_chunks().to_batches(max_chunksize=rows)


def types():
    """The columns of `parquet.py`, and those that only Arrow has."""
    table = parquet.types()
    names = [name for name in table.column_names if not name.endswith("_required")]
    columns = [table[name].combine_chunks() for name in names]
    rng = random.Random(11)
    for name, values, type in [
        ("at_s", parquet.integer(-10**10, 10**10), pa.timestamp("s", "+01:00")),
        ("date64", lambda rng: 86_400_000 * rng.randint(-9999, 9999), pa.date64()),
        ("time_s", parquet.integer(0, 86_399), pa.time32("s")),
        ("span_s", parquet.integer(-10**10, 10**10), pa.duration("s")),
        ("span_ms", parquet.integer(-10**14, 10**14), pa.duration("ms")),
        ("span_us", parquet.integer(-10**14, 10**14), pa.duration("us")),
        ("span_ns", parquet.integer(-10**14, 10**14), pa.duration("ns")),
        ("d9_32", parquet.digits(9, 3), pa.decimal32(9, 3)),
        ("d18_64", parquet.digits(18, 6), pa.decimal64(18, 6)),
        ("d38_256", parquet.digits(38, 2), pa.decimal256(38, 2)),
        ("large", parquet.many, pa.large_string()),
        ("large_bytes", lambda rng: rng.randbytes(rng.randint(0, 9)), pa.large_binary()),
        ("view", parquet.few, pa.string_view()),
        ("bytes_view", lambda rng: rng.randbytes(rng.randint(0, 30)), pa.binary_view()),
    ]:
        for suffix, nulls in [("", 0.25), ("_full", 0)]:
            made = [None if rng.random() < nulls else values(rng) for _ in range(ROWS)]
            columns.append(pa.array(made, type) if type != pa.date64() else pa.array(made, pa.int64()).cast(pa.date64()))
            names.append(name + suffix)
    return pa.table(columns, names)


def nested():
    table = parquet.nested()
    rng = random.Random(12)
    spans = [None if rng.random() < 0.2 else [rng.choice([None, rng.randint(0, 99)]) for _ in range(rng.randint(0, 3))] for _ in range(ROWS)]
    table = table.append_column("spans", pa.array(spans, pa.large_list(pa.duration("us"))))
    words = [None if rng.random() < 0.2 else [rng.choice([None, *parquet.WORDS]) for _ in range(rng.randint(0, 3))] for _ in range(ROWS)]
    flat = pa.array([word for row in words for word in row or []]).dictionary_encode()
    offsets, at = [], 0
    for row in words:
        offsets.append(None if row is None else at)
        at += len(row or [])
    coded = pa.ListArray.from_arrays(pa.array([*offsets, at], pa.int32()), flat)
    return table.append_column("coded", coded)


def coded(parts=1):
    """Columns of codes; with several parts a dictionary of its own for each."""
    made = []
    for part in range(parts):
        rng = random.Random(20 + part)
        rows = ROWS // parts
        words = [None if rng.random() < 0.2 else rng.choice(parquet.WORDS[part:]) for _ in range(rows)]
        full = [rng.choice(parquet.WORDS[part:]) for _ in range(rows)]
        numbers = [None if rng.random() < 0.2 else rng.choice([7, 8, 9 + part]) for _ in range(rows)]
        entries = pa.array(parquet.WORDS)
        ordered = pa.DictionaryArray.from_arrays(
            pa.array([None if word is None else parquet.WORDS.index(word) for word in words], pa.int8()), entries, ordered=True
        )
        # Entries that repeat, and one that is null.
        odd = pa.DictionaryArray.from_arrays(
            pa.array([rng.randint(0, 4) for _ in range(rows)], pa.uint16()), pa.array(["x", "y", None, "x", "Ω"])
        )
        made.append(pa.record_batch(
            [
                pa.array(words).dictionary_encode(), pa.array(full, pa.large_string()).dictionary_encode(), ordered, odd,
                pa.array(numbers, pa.int64()).dictionary_encode(), pa.array([bytes([n or 0] * 3) for n in numbers]).dictionary_encode(),
            ],
            names=["words", "full", "ordered", "odd", "numbers", "bytes"],
        ))
    return made


def growing():
    """Two batches of which the second's dictionary begins with that of the first."""
    first, second = parquet.WORDS[:3], parquet.WORDS[:6]
    rng = random.Random(30)
    return [
        pa.record_batch([pa.DictionaryArray.from_arrays(pa.array([rng.randrange(len(words)) for _ in range(20)], pa.int32()), pa.array(words))], ["words"])
        for words in [first, second]
    ]


def main():
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir()
    table = types()
    write_text("types", table)
    write("types", "", batches(table, ROWS), table.schema)
    write("types", "pieces", batches(table, 16), table.schema)
    write("types", "lz4", batches(table, 48), table.schema, compression="lz4")
    write("types", "zstd", batches(table, 48), table.schema, compression="zstd")
    write("types", "stream", batches(table, 33), table.schema, stream=True)
    write("types", "stream-lz4", batches(table, 33), table.schema, stream=True, compression="lz4")
    write("types", "version-4", batches(table, ROWS), table.schema, metadata_version=pa.ipc.MetadataVersion.V4)
    write("types", "old-format", batches(table, ROWS), table.schema, stream=True, use_legacy_format=True)
    table = nested()
    write_text("nested", table)
    write("nested", "", batches(table, ROWS), table.schema)
    write("nested", "pieces", batches(table, 16), table.schema)
    write("nested", "zstd", batches(table, 48), table.schema, compression="zstd")
    write("nested", "stream", batches(table, 16), table.schema, stream=True)
    parts = coded()
    write_text("coded", pa.Table.from_batches(parts))
    write("coded", "", parts, parts[0].schema)
    write("coded", "lz4", parts, parts[0].schema, compression="lz4")
    write("coded", "stream", parts, parts[0].schema, stream=True)
    parts = coded(2)
    write_text("replaced", pa.Table.from_batches(parts))
    write("replaced", "stream", parts, parts[0].schema, stream=True)
    parts = growing()
    write_text("growing", pa.Table.from_batches(parts))
    write("growing", "file", parts, parts[0].schema, emit_dictionary_deltas=True)
    write("growing", "stream", parts, parts[0].schema, stream=True, emit_dictionary_deltas=True)
    empty = types().slice(0, 0)
    write_text("empty", empty)
    write("empty", "", [], empty.schema)
    write("empty", "stream", [], empty.schema, stream=True)
    small = pa.table({"n": [1, 2, 3]})
    unread = {
        "interval": pa.array([pa.MonthDayNano([1, 2, 3])]),
        "union": pa.UnionArray.from_dense(pa.array([0], pa.int8()), pa.array([0], pa.int32()), [pa.array([5])]),
        "run-ends": pa.RunEndEncodedArray.from_arrays(pa.array([3], pa.int32()), pa.array([5])),
        "list-view": pa.array([[1]], pa.list_view(pa.int64())),
        "decimal256": pa.array([parquet.digits(60, 0)(random.Random(1))], pa.decimal256(60, 0)),
    }
    for name, array in unread.items():
        batch = pa.record_batch([array], ["x"])
        write("unread", name, [batch], batch.schema)
    feather.write_feather(small, FOLDER / "unread.feather-1.arrow", version=1)


if __name__ == "__main__":
    main()
