"""Operators, comparisons, logic, conditionals, casts, nulls: what every expression is made of."""

import polars as pl
from polars import col, lit, when

from cases import Cases

CASES = Cases()
select = CASES.select

# Arithmetic of columns and of columns with constants.
for left, right in [("n", "d"), ("n", "m"), ("x", "y"), ("y", "n"), ("s", "x")]:
    for operator, polars in [("+", pl.Expr.add), ("-", pl.Expr.sub), ("*", pl.Expr.mul), ("/", pl.Expr.truediv)]:
        select("numbers", f"{left} {operator} {right}", polars(col(left), col(right)))
for text, polars in [
    ("n // d", col("n") // col("d")),
    ("n % d", col("n") % col("d")),
    ("y // 1.5", col("y") // 1.5),
    ("y % 1.5", col("y") % 1.5),
    ("n + 1", col("n") + 1),
    ("i8 // 2", col("i8") // 2),
    ("i8 % 3", col("i8") % 3),
    ("i16 / 2", col("i16") / 2),
    ("10 - n", 10 - col("n")),
    ("n * 1.5", col("n") * 1.5),
    ("-n", -col("n")),
    ("-x", -col("x")),
    ("n ** 2", col("n") ** 2),
    ("power(n, 3)", col("n") ** 3),
    ("-m ** 2", -(col("m") ** 2)),
    ("y ** 2", col("y") ** 2),
    ("(n + 1) * (d - 2)", (col("n") + 1) * (col("d") - 2)),
    ("b + d", col("b") + col("d")),
    ("n + null", col("n") + lit(None, dtype=pl.Int64)),
    ("abs(n)", col("n").abs()),
    ("abs(x)", col("x").abs()),
    ("abs(s)", col("s").abs()),
    ("abs(m)", col("m").abs()),
    ("1 + 2", lit(3, dtype=pl.Int32)),
]:
    select("numbers", text, polars)
# Row 1: what does not fit is an error; Polars wraps.
for text, polars in [
    ("i64 + 1", col("i64") + 1), ("i8 * i8", col("i8") * col("i8")), ("u8 - 2", col("u8") - 2), ("-i16", -col("i16")),
    ("i32 * i32", col("i32") * col("i32")), ("u64 + u64", col("u64") + col("u64")),
]:
    select("numbers", text, polars, error=("all", "first") if text in ("u8 - 2", "i32 * i32") else "all")
select("numbers", "abs(i8)", col("i8").abs(), error="all")
for text in ["abs(b)", "t + 1", "-t", "n and b", "n < t"]:
    input = "texts" if "t" in text.replace("not", "") else "numbers"
    select(input, text, None, error="always")

# Comparisons.
COMPARISONS = [
    ("=", pl.Expr.eq), ("!=", pl.Expr.ne), ("<", pl.Expr.lt), ("<=", pl.Expr.le), (">", pl.Expr.gt), (">=", pl.Expr.ge),
]
for operator, polars in COMPARISONS:
    select("numbers", f"n {operator} d", polars(col("n"), col("d")))
    select("numbers", f"x {operator} y", polars(col("x"), col("y")))
    select("numbers", f"x {operator} 1.5", polars(col("x"), 1.5))
    select("numbers", f"f32 {operator} s", polars(col("f32"), col("s")))
    select("numbers", f"dec {operator} cast('2.50' as decimal(10, 2))", polars(col("dec"), lit("2.50").cast(pl.Decimal(10, 2))))
    select("numbers", f"b {operator} true", polars(col("b"), True))
    select("texts", f"t {operator} u", polars(col("t"), col("u")))
    select("texts", f"k {operator} 'b'", polars(col("k"), lit("b")))
    select("times", f"us {operator} step", polars(col("us"), col("step")))
    select("times", f"day {operator} month", polars(col("day"), col("month")))
    select("times", f"span {operator} cast(0 as Duration(us))", polars(col("span"), lit(0).cast(pl.Duration("us"))))
for text, polars in [
    ("n is distinct from d", col("n").ne_missing(col("d"))),
    ("n is not distinct from d", col("n").eq_missing(col("d"))),
    ("x is not distinct from y", col("x").eq_missing(col("y"))),
    ("n between 0 and 7", col("n").is_between(0, 7)),
    ("x not between 0 and d", ~col("x").is_between(0, col("d"))),
    ("n in (3, 7, -8)", col("n").is_in([3, 7, -8])),
    ("n not in (3, 7)", ~col("n").is_in([3, 7])),
    ("x in (1.5, 4.0)", col("x").is_in([1.5, 4.0])),
    ("n is null", col("n").is_null()),
    ("x is not null", col("x").is_not_null()),
    ("e is null", col("e").is_null()),
    ("is_nan(x)", col("x").is_nan()),
    ("is_nan(s)", col("s").is_nan()),
    ("coalesce(n, d)", pl.coalesce("n", "d")),
    ("coalesce(n, m, 0)", pl.coalesce("n", col("m").cast(pl.Int64), 0)),
    ("coalesce(x, 0.0)", pl.coalesce("x", 0.0)),
    ("coalesce(x, n)", pl.coalesce("x", col("n").cast(pl.Float64))),
    ("coalesce(e, n)", col("n")),
    ("b is true", col("b").eq_missing(True)),
    ("b is not false", col("b").ne_missing(False)),
]:
    select("numbers", text, polars)
for text, polars in [
    ("k in ('a', 'c')", col("k").is_in(["a", "c"])),
    ("coalesce(t, u, 'none')", pl.coalesce("t", "u", lit("none"))),
    ("t is null", col("t").is_null()),
    ("t = ''", col("t") == ""),
    ("t < 'a'", col("t") < "a"),
    ("c = 'low'", col("c") == "low"),
    ("e is not null", col("e").is_not_null()),
    ("b is null", col("b").is_null()),
]:
    select("texts", text, polars)
for name in ["ints", "texts", "nested", "pairs"]:
    select("lists", f"{name} is null", col(name).is_null())
    select("lists", f"{name} is not null", col(name).is_not_null())
    select("lists", name, col(name))
for name in ["s", "deep"]:
    select("structs", f"{name} is null", col(name).is_null())
    select("structs", name, col(name))

# Logic with null.
for text, polars in [
    ("b and n > 2", col("b") & (col("n") > 2)),
    ("b or n > 2", col("b") | (col("n") > 2)),
    ("not b", ~col("b")),
    ("b xor n > 2", col("b") ^ (col("n") > 2)),
    ("b and null", col("b") & lit(None, dtype=pl.Boolean)),
    ("b or null", col("b") | lit(None, dtype=pl.Boolean)),
    ("b and true", col("b") & True),
    ("b or false", col("b") | False),
    ("case when n > 2 then 'many' when n is null then 'none' else 'few' end",
     when(col("n") > 2).then(lit("many")).when(col("n").is_null()).then(lit("none")).otherwise(lit("few"))),
    ("case when b then n end", when(col("b")).then(col("n"))),
    ("case when b then n else x end", when(col("b")).then(col("n").cast(pl.Float64)).otherwise(col("x"))),
    ("case d when 2 then n when -2 then 0 else d end",
     when(col("d") == 2).then(col("n")).when(col("d") == -2).then(0).otherwise(col("d"))),
    ("case when d != 0 then n // d else 0 end", when(col("d") != 0).then(col("n") // col("d")).otherwise(0)),
]:
    select("numbers", text, polars)

# Casts.
NAMES = {
    "Int8": pl.Int8, "Int16": pl.Int16, "Int32": pl.Int32, "Int64": pl.Int64, "UInt8": pl.UInt8, "UInt64": pl.UInt64,
    "Float32": pl.Float32, "Float64": pl.Float64, "String": pl.String, "Boolean": pl.Boolean,
}
for name in ["Int8", "Int16", "Int32", "UInt8", "Float32", "Float64", "String"]:
    select("numbers", f"try_cast(n as {name})", col("n").cast(NAMES[name], strict=False))
    select("numbers", f"try_cast(i64 as {name})", col("i64").cast(NAMES[name], strict=False))
    select("numbers", f"cast(b as {name})", col("b").cast(NAMES[name]))
for name in ["Int8", "Int64", "UInt8", "UInt64", "Float32"]:
    select("numbers", f"try_cast(y as {name})", col("y").cast(NAMES[name], strict=False))
    select("numbers", f"try_cast(u64 as {name})", col("u64").cast(NAMES[name], strict=False))
select("numbers", "cast(n as Boolean)", col("n").cast(pl.Boolean))
select("numbers", "cast(y as String)", col("y").cast(pl.String))
select("numbers", "cast(dec as Float64)", col("dec").cast(pl.Float64))
select("numbers", "cast(dec as String)", col("dec").cast(pl.String))
select("numbers", "cast(n as Decimal(12, 3))", col("n").cast(pl.Decimal(12, 3)))
# Row 11: a strict cast that fails is an error, in Polars' Python too.
for text, polars in [
    ("cast(i64 as Int8)", col("i64").cast(pl.Int8)), ("cast(x as Int64)", col("x").cast(pl.Int64)),
    ("cast(n as UInt8)", col("n").cast(pl.UInt8)), ("cast(u64 as Int32)", col("u64").cast(pl.Int32)),
]:
    select("numbers", text, polars, error="polars")
for text, polars in [
    ("try_cast(num as Float64)", col("num").cast(pl.Float64, strict=False)),
    ("try_cast(iso as Date)", lambda frame: pl.Series([  # Row 13: ISO only, in full.
        "2024-02-29", "1969-12-31", None, None, None, None, None, "0001-01-01", "9999-12-31", None, None, "2000-01-01", None,
        None, "1900-03-01", "2024-12-25",
    ], dtype=pl.String).str.to_date("%Y-%m-%d")[: len(frame)]),
    ("cast(c as String)", col("c").cast(pl.String)),
    ("cast(e as String)", col("e").cast(pl.String)),
    ("cast(n as String)", col("n").cast(pl.String)),
]:
    select("texts", text, polars)
select("texts", "cast(num as Int64)", col("num").cast(pl.Int64), error="polars")
for text, polars in [
    ("cast(us as Date)", col("us").cast(pl.Date)),
    ("cast(day as Datetime(ms))", col("day").cast(pl.Datetime("ms"))),
    ("cast(us as Datetime(ms))", col("us").cast(pl.Datetime("ms"))),
    ("cast(us as Int64)", col("us").cast(pl.Int64)),
    ("cast(day as Int32)", col("day").cast(pl.Int32)),
    ("cast(span as Int64)", col("span").cast(pl.Int64)),
    ("cast(time as Int64)", col("time").cast(pl.Int64)),
    ("cast(day as String)", col("day").cast(pl.String)),
    ("us - step", col("us") - col("step")),
    ("month - day", col("month") - col("day")),
    ("step + span", col("step") + col("span")),
    ("span * 2", col("span") * 2),
    ("span + span_ms", col("span") + col("span_ms").cast(pl.Duration("us"))),
    ("-span", -col("span")),
]:
    select("times", text, polars)
for text in ["paris = utc", "us = utc", "day = time", "span = time"]:
    select("times", text, None, error="always")
for name in ["day", "us", "ms", "ns", "paris", "york", "utc", "span", "span_ms", "span_ns", "time"]:
    select("times", name, col(name))
select("lists", "cast(ints as List(Float64))", col("ints").cast(pl.List(pl.Float64)))
select("lists", "cast(small as List(String))", col("small").cast(pl.List(pl.String)))
select("structs", "cast(s as Struct(a: Float64, b: String))", col("s").cast(pl.Struct({"a": pl.Float64, "b": pl.String})))
