"""Functions of bytes: `bin.*`."""

import polars as pl
from polars import col, lit

from cases import Cases

CASES = Cases()
B = col("b").bin


def select(text, polars, **options):
    CASES.select("texts", text, polars, **options)


select("bin.size(b)", B.size().cast(pl.Int64))  # row 3 of docs/semantics.md
for unit in ["kb", "mb"]:
    select(f"bin.size(b, '{unit}')", B.size(unit))
select("bin.size(b, 'pb')", None, error="always")
select("bin.size(t)", None, error="always")

for name in ["contains", "starts_with", "ends_with"]:
    for text in ["", "a", "Hello", "l", "é", "123", "bcd"]:
        select(f"bin.{name}(b, '{text}')", getattr(B, name)(text.encode()))
    select(f"bin.{name}(b, b)", getattr(B, name)(col("b")))
    select(f"bin.{name}(b, cast(u as Binary))", getattr(B, name)(col("u").cast(pl.Binary)))
    select(f"bin.{name}(b, null)", getattr(B, name)(lit(None, dtype=pl.Binary)))
    select(f"bin.{name}(b, n)", None, error="always")

for encoding in ["hex", "base64"]:
    select(f"bin.encode(b, '{encoding}')", B.encode(encoding))
    select(f"bin.decode(cast(bin.encode(b, '{encoding}') as Binary), '{encoding}')", col("b"))
    select(f"bin.decode(cast(hex as Binary), '{encoding}', false)", col("hex").cast(pl.Binary).bin.decode(encoding, strict=False))
    select(f"bin.decode(b, '{encoding}')", B.decode(encoding), error="polars")
select("bin.encode(b, 'utf8')", None, error="always")

for offset, length in [(0, 2), (1, None), (-2, 1), (-10, 8), (3, 100), (0, 0)]:
    length_text = "" if length is None else f", {length}"
    select(f"bin.slice(b, {offset}{length_text})", B.slice(offset, length))
for n in [0, 2, -2, 100, -100]:
    select(f"bin.head(b, {n})", B.head(n))
    select(f"bin.tail(b, {n})", B.tail(n))
select("bin.head(b)", B.head())
select("bin.tail(b)", B.tail())
select("bin.head(b, n)", B.head(col("n")))
for index in [0, 2, -1, -3, 100]:
    select(f"bin.get(b, {index}, true)", B.get(index, null_on_oob=True))
select("bin.get(b, 0)", B.get(0), error="polars")
select("bin.get(b, 'x')", None, error="always")
for data_type in ["Int8", "UInt8", "Int16", "UInt32", "Int32", "Float32", "Int64"]:
    for order in ["little", "big"]:
        select(
            f"bin.reinterpret(b, cast(null as {data_type}), '{order}')",
            B.reinterpret(dtype=getattr(pl, data_type), endianness=order),
        )
select("bin.reinterpret(b, cast(null as Int16))", B.reinterpret(dtype=pl.Int16))
select("bin.reinterpret(b, cast(null as String))", None, error="always")
