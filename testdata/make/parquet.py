"""Writes the Parquet files of `testdata/parquet/` with pyarrow, and what is in them as text.

`<table>.<variant>.parquet` holds the table `<table>`, whose values are in `<table>.txt`: names, types as Lazuli calls
them, then a line for each row, tab by tab. Numbers are whole: floats are their bits, decimals their digits, dates, times
and spans their ticks. The same bytes come out every time with the same version of pyarrow.
"""

import decimal
import random
import shutil
import struct
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

FOLDER = Path(__file__).resolve().parent.parent / "parquet"
ROWS = 70


# Types and values as text

UNITS = {"ms": "ms", "us": "us", "ns": "ns"}


def type_text(t):
    names = {
        pa.bool_(): "Boolean", pa.int8(): "Int8", pa.int16(): "Int16", pa.int32(): "Int32", pa.int64(): "Int64",
        pa.uint8(): "UInt8", pa.uint16(): "UInt16", pa.uint32(): "UInt32", pa.uint64(): "UInt64",
        pa.float16(): "Float32", pa.float32(): "Float32", pa.float64(): "Float64", pa.string(): "String",
        pa.large_string(): "String", pa.binary(): "Binary", pa.date32(): "Date", pa.null(): "Null",
    }
    if t in names:
        return names[t]
    if pa.types.is_fixed_size_binary(t):
        return "Binary"
    if pa.types.is_decimal(t):
        return f"Decimal({t.precision}, {t.scale})"
    if pa.types.is_timestamp(t):
        return f"Datetime({t.unit}, UTC)" if t.tz else f"Datetime({t.unit})"
    if pa.types.is_time(t):
        return "Time"
    if pa.types.is_map(t):
        return f"List(Struct(key: {type_text(t.key_type)}, value: {type_text(t.item_type)}))"
    if pa.types.is_list(t) or pa.types.is_large_list(t) or pa.types.is_fixed_size_list(t):
        return f"List({type_text(t.value_type)})"
    if pa.types.is_struct(t):
        return "Struct(" + ", ".join(f"{f.name}: {type_text(f.type)}" for f in t) + ")"
    raise ValueError(t)


def value_text(x):
    if not x.is_valid:
        return "null"
    t = x.type
    if pa.types.is_boolean(t):
        return "true" if x.as_py() else "false"
    if pa.types.is_float16(t) or pa.types.is_float32(t):
        return "%08x" % struct.unpack("<I", struct.pack("<f", float(x.as_py())))[0]
    if pa.types.is_float64(t):
        return "%016x" % struct.unpack("<Q", struct.pack("<d", x.as_py()))[0]
    if pa.types.is_decimal(t):
        return str(int(x.as_py().scaleb(t.scale, decimal.Context(prec=60))))
    if pa.types.is_binary(t) or pa.types.is_large_binary(t) or pa.types.is_fixed_size_binary(t):
        return "x" + x.as_py().hex()
    if pa.types.is_time(t):
        return str(x.value * {"s": 10**9, "ms": 10**6, "us": 10**3, "ns": 1}[t.unit])
    if pa.types.is_temporal(t):
        return str(x.value)
    if pa.types.is_map(t):
        return "[" + ", ".join(
            "{key: %s, value: %s}" % (value_text(item["key"]), value_text(item["value"])) for item in x.values
        ) + "]"
    if pa.types.is_list(t) or pa.types.is_large_list(t) or pa.types.is_fixed_size_list(t):
        return "[" + ", ".join(value_text(item) for item in x.values) + "]"
    if pa.types.is_struct(t):
        return "{" + ", ".join(f"{name}: {value_text(value)}" for name, value in x.items()) + "}"
    return str(x.as_py())


def write_text(name, table):
    lines = ["\t".join(table.column_names), "\t".join(type_text(f.type) for f in table.schema)]
    columns = [table.column(i).combine_chunks() for i in range(table.num_columns)]
    for row in range(table.num_rows):
        lines.append("\t".join(value_text(column[row]) for column in columns))
    (FOLDER / f"{name}.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


def write(name, variant, table, **options):
    file = f"{name}.{variant}.parquet" if variant else f"{name}.parquet"
    pq.write_table(table, FOLDER / file, store_schema=False, **options)


# Tables

def column(rng, values, nulls, type):
    """Values at random; each is null with the probability `nulls`."""
    return pa.array([None if rng.random() < nulls else values(rng) for _ in range(ROWS)], type)


def integer(low, high):
    edge = [low, high, 0, 1]
    return lambda rng: rng.choice(edge) if rng.random() < 0.2 else rng.randint(low, high)


def floating(rng):
    special = [0.0, -0.0, float("inf"), float("-inf"), float("nan"), 0.1, 1e-300]
    return rng.choice(special) if rng.random() < 0.2 else rng.uniform(-1e6, 1e6)


WORDS = ["", "a", "Ω", "tools", "toys", "a somewhat longer text than sixteen bytes", "日本語"]


def few(rng):
    return rng.choice(WORDS)


def many(rng):
    return "".join(rng.choice("abcdeé") for _ in range(rng.randint(0, 12)))


def digits(precision, scale):
    def make(rng):
        value = rng.randint(-(10**precision) + 1, 10**precision - 1)
        return decimal.Decimal(value).scaleb(-scale, decimal.Context(prec=60))
    return make


def types():
    """Every type that has a place in Lazuli, with and without nulls."""
    rng = random.Random(1)
    half = lambda rng: pa.scalar(rng.randint(-2048, 2048) / 16, pa.float16()).as_py()
    kinds = [
        ("bool", lambda rng: rng.random() < 0.3, pa.bool_()),
        ("i8", integer(-128, 127), pa.int8()), ("i16", integer(-2**15, 2**15 - 1), pa.int16()),
        ("i32", integer(-2**31, 2**31 - 1), pa.int32()), ("i64", integer(-2**63, 2**63 - 1), pa.int64()),
        ("u8", integer(0, 255), pa.uint8()), ("u16", integer(0, 2**16 - 1), pa.uint16()),
        ("u32", integer(0, 2**32 - 1), pa.uint32()), ("u64", integer(0, 2**64 - 1), pa.uint64()),
        ("f16", half, pa.float16()), ("f32", floating, pa.float32()), ("f64", floating, pa.float64()),
        ("few", few, pa.string()), ("many", many, pa.string()),
        ("bytes", lambda rng: rng.randbytes(rng.randint(0, 9)), pa.binary()),
        ("fixed", lambda rng: rng.randbytes(5), pa.binary(5)),
        ("date", integer(-100_000, 100_000), pa.date32()),
        ("time_ms", integer(0, 86_399_999), pa.time32("ms")), ("time_us", integer(0, 86_399_999_999), pa.time64("us")),
        ("time_ns", integer(0, 86_399_999_999_999), pa.time64("ns")),
        ("at_ms", integer(-10**12, 10**13), pa.timestamp("ms")), ("at_us", integer(-10**15, 10**16), pa.timestamp("us", "UTC")),
        ("at_ns", integer(-10**18, 10**18), pa.timestamp("ns", "Europe/Paris")),
        ("d5", digits(5, 2), pa.decimal128(5, 2)), ("d18", digits(18, 0), pa.decimal128(18, 0)),
        ("d38", digits(38, 10), pa.decimal128(38, 10)),
    ]
    fields, columns = [], []
    for name, values, type in kinds:
        for suffix, nulls, nullable in [("", 0.25, True), ("_full", 0, True), ("_required", 0, False)]:
            fields.append(pa.field(name + suffix, type, nullable))
            columns.append(column(rng, values, nulls, type))
    fields.append(pa.field("all_null", pa.int64()))
    columns.append(pa.nulls(ROWS, pa.int64()))
    fields.append(pa.field("null", pa.null()))
    columns.append(pa.nulls(ROWS))
    return pa.table(columns, schema=pa.schema(fields))


def nested():
    """Lists, structs and maps in one another; each level may be null or empty."""
    rng = random.Random(2)

    def maybe(make, nulls=0.2):
        return lambda rng: None if rng.random() < nulls else make(rng)

    def listed(make):
        return lambda rng: [make(rng) for _ in range(rng.choice([0, 0, 1, 2, 3, 7]))]

    number = maybe(lambda rng: rng.randint(-9, 9))
    text = maybe(few)
    pair = lambda rng: {"a": number(rng), "b": text(rng)}
    deep = lambda rng: {"x": maybe(listed(maybe(pair)))(rng), "y": maybe(lambda rng: {"z": number(rng)})(rng)}
    i64, string = pa.int64(), pa.string()
    pairs = pa.struct([("a", i64), ("b", string)])
    kinds = [
        ("numbers", maybe(listed(number)), pa.list_(i64)),
        ("texts", maybe(listed(text)), pa.list_(string)),
        ("pair", maybe(pair), pairs),
        ("pairs", maybe(listed(maybe(pair))), pa.list_(pairs)),
        ("lists", maybe(listed(maybe(listed(number)))), pa.list_(pa.list_(i64))),
        ("deep", maybe(deep), pa.struct([("x", pa.list_(pairs)), ("y", pa.struct([("z", i64)]))])),
        ("threes", lambda rng: [number(rng) for _ in range(3)], pa.list_(i64, 3)),
        ("flags", maybe(listed(maybe(lambda rng: rng.random() < 0.5))), pa.list_(pa.bool_())),
    ]
    columns = [column(rng, values, 0, type) for _, values, type in kinds]
    names = [name for name, _, _ in kinds]
    entries = [None if rng.random() < 0.2 else [(key, number(rng)) for key in "abc"[: rng.randint(0, 3)]] for _ in range(ROWS)]
    columns.append(pa.array(entries, pa.map_(string, i64)))
    names.append("map")
    required = pa.struct([pa.field("n", pa.list_(pa.field("item", pa.int32(), False)), False)])
    columns.append(pa.array([{"n": [rng.randint(0, 5) for _ in range(rng.randint(0, 4))]} for _ in range(ROWS)], required))
    schema = pa.schema([*(pa.field(name, c.type) for name, c in zip(names, columns)), pa.field("required", required, False)])
    return pa.table(columns, schema=schema)


def plain_types(table):
    """The columns of a table that encodings other than that of dictionaries are for, by encoding."""
    delta = [f.name for f in table.schema if f.type in (pa.int32(), pa.int64(), pa.uint32(), pa.date32()) or pa.types.is_timestamp(f.type)]
    lengths = [f.name for f in table.schema if f.type in (pa.string(), pa.binary())]
    fixed = [f.name for f in table.schema if pa.types.is_fixed_size_binary(f.type) or pa.types.is_decimal(f.type)]
    split = [f.name for f in table.schema if f.type in (pa.float32(), pa.float64(), pa.float16())]
    return delta, lengths, fixed, split


def main():
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir()
    table = types()
    write_text("types", table)
    write("types", "", table, compression="snappy")
    for version in ["1.0", "2.0"]:
        v = "v" + version[0]
        # Several row groups, several pages in each.
        small = {"data_page_version": version, "row_group_size": 48, "data_page_size": 120, "write_batch_size": 16}
        write("types", f"{v}-dictionary", table, compression="none", **small)
        write("types", f"{v}-plain", table, use_dictionary=False, compression="none", **small)
        write("types", f"{v}-fallback", table, dictionary_pagesize_limit=60, compression="none", **small)
        delta, lengths, fixed, split = plain_types(table)
        encodings = {
            **{name: "DELTA_BINARY_PACKED" for name in delta},
            **{name: "DELTA_LENGTH_BYTE_ARRAY" for name in lengths},
            **{name: "BYTE_STREAM_SPLIT" for name in [*fixed, *split]},
        }
        write("types", f"{v}-delta", table, use_dictionary=False, column_encoding=encodings, compression="none", **small)
        encodings = {
            **{name: "DELTA_BYTE_ARRAY" for name in [*lengths, *fixed]},
            **{name: "BYTE_STREAM_SPLIT" for name in [*delta, *split]},
        }
        write("types", f"{v}-prefix", table, use_dictionary=False, column_encoding=encodings, compression="none", **small)
    narrow = table.select(["bool", "i32", "i64_full", "f64", "few", "many", "bytes", "d38"])
    write_text("narrow", narrow)
    for compression in ["none", "snappy", "gzip", "lz4", "zstd", "brotli"]:
        for version in ["1.0", "2.0"]:
            write("narrow", f"{compression}-v{version[0]}", narrow, compression=compression, data_page_version=version)
    ints = table.select(["d5", "d18", "d5_full"])
    write_text("decimals", ints)
    write("decimals", "integers", ints, store_decimal_as_integer=True, compression="none")
    old = pa.table({"at": table["at_ns"].cast(pa.timestamp("ns")), "at_full": table["at_ns_full"].cast(pa.timestamp("ns"))})
    write_text("int96", old)
    write("int96", "", old, use_deprecated_int96_timestamps=True, compression="none")
    legacy = table.select(["i8", "u16", "date", "few", "time_ms", "d5"])
    write_text("legacy", legacy)
    write("legacy", "version-1", legacy, version="1.0", compression="none")

    table = nested()
    write_text("nested", table)
    for version in ["1.0", "2.0"]:
        small = {"data_page_version": version, "row_group_size": 48, "data_page_size": 120, "write_batch_size": 16}
        write("nested", f"v{version[0]}", table, compression="snappy", **small)
    write("nested", "plain", table, use_dictionary=False, compression="none")
    write("nested", "two-levels", table, use_compliant_nested_type=False, compression="zstd")

    empty = narrow.slice(0, 0)
    write_text("empty", empty)
    write("empty", "", empty)
    rng = random.Random(3)
    wide = pa.table({"wide": pa.array([digits(60, 0)(rng) for _ in range(5)], pa.decimal256(60, 0)), "n": pa.array(range(5))})
    write("unread", "decimal256", wide)


if __name__ == "__main__":
    main()
