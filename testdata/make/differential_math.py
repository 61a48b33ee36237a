"""Numbers: roots, logarithms, angles, rounding, signs, bounds, bits, wrapping arithmetic, nearness."""

import polars as pl
from polars import col, lit

from cases import Cases

CASES = Cases()
select, by = CASES.select, CASES.by

# Functions of one float.
ROOTS = {"sqrt": "sqrt", "cbrt": "cbrt", "exp": "exp", "ln": "log", "log10": "log10", "log1p": "log1p"}
ANGLES = {
    name: name
    for name in [
        "sin", "cos", "tan", "cot", "sinh", "cosh", "tanh", "arcsin", "arccos", "arctan", "arcsinh", "arccosh", "arctanh",
        "degrees", "radians",
    ]
}
for name, method in {**ROOTS, **ANGLES}.items():
    # Of 1 and the shares of 1, so that angles have values; integers become floats.
    for column in ["x", "z", "n", "i8"]:
        select("numbers", f"{name}({column})", getattr(col(column), method)(), near=True)
for column in ["p", "u8", "i64", "y"]:
    for name in ["sqrt", "cbrt", "ln", "log10", "log1p"]:
        select("numbers", f"{name}({column})", getattr(col(column), ROOTS[name])(), near=True)
# Float32 stays; roots are exact.
select("numbers", "sqrt(s)", col("s").sqrt())
select("numbers", "sqrt(f32)", col("f32").sqrt())
select("numbers", "sqrt(dec)", col("dec").cast(pl.Float64).sqrt())
select("numbers", "sqrt(e)", lambda frame: pl.Series([None] * len(frame), dtype=pl.Float64))
select("numbers", "sqrt(9)", lit(9).sqrt())
select("numbers", "expm1(z)", col("z").map_batches(lambda s: pl.Series([None if v is None else __import__("math").expm1(v) for v in s], dtype=pl.Float64)), near=True)
select("numbers", "log2(p)", col("p").log(2), near=True)
select("numbers", "log(p)", col("p").log(), near=True)
select("numbers", "log(p, 3)", col("p").log(3), near=True)
select("numbers", "log(p, 10)", col("p").log10(), near=True)
select("numbers", "log(n, 2)", col("n").log(2), near=True)
for left, right in [("x", "y"), ("n", "d"), ("y", "n"), ("z", "p")]:
    select("numbers", f"arctan2({left}, {right})", pl.arctan2(left, right), near=True)
    select("numbers", f"hypot({left}, {right})", (col(left).cast(pl.Float64) ** 2 + col(right).cast(pl.Float64) ** 2).sqrt()
           if left != "z" else (col("z") ** 2 + col("p") ** 2).sqrt(), near=True) if (left, right) != ("z", "p") else None
select("numbers", "atan2(y, 2)", pl.arctan2(col("y"), lit(2.0)), near=True)
for text in ["sqrt(b)", "sin(t)", "exp(n, 2)", "ln()", "arctan2(x)", "log(x, 'a')"]:
    select("texts" if text == "sin(t)" else "numbers", text, None, error="always")

# Rounding.
NUMBERS = ["x", "y", "f64", "s", "f32", "n", "i8", "u64", "dec"]
for column in NUMBERS:
    select("numbers", f"floor({column})", col(column).floor())
    select("numbers", f"ceil({column})", col(column).ceil())
    select("numbers", f"sign({column})", col(column).sign())
    select("numbers", f"round({column})", col(column).round())
    select("numbers", f"round({column}, 1)", col(column).round(1))
    select("numbers", f"truncate({column}, 1)", col(column).truncate(1) if column != "dec" else col(column).truncate(1).cast(pl.Decimal(11, 2)))
for column in ["x", "y", "p", "z", "n", "d", "m", "dec"]:
    select("numbers", f"round_sig_figs({column}, 2)", col(column).round_sig_figs(2))
# Row 1: 255 would be 260, 32767 would be 33000.
select("numbers", "round_sig_figs(u8, 2)", col("u8").round_sig_figs(2), error="all")
select("numbers", "round_sig_figs(i16, 2)", col("i16").round_sig_figs(2), error="all")
# Beyond 15 digits Polars changes floats that have no further digits; Lazuli leaves them.
for digits in [0, 1, 2, 3, 8, 12]:
    select("numbers", f"round(p / 7, {digits})", (col("p") / 7).round(digits))
    select("numbers", f"round(y / 3, {digits})", (col("y") / 3).round(digits))
    select("numbers", f"truncate(y / 3, {digits})", (col("y") / 3).truncate(digits))
for mode in ["half_to_even", "half_away_from_zero", "to_zero"]:
    for column in ["y", "dec", "s"]:
        if mode != "to_zero":
            select("numbers", f"round({column}, 0, '{mode}')", col(column).round(0, mode=mode))
            select("numbers", f"round({column}, 1, '{mode}')", col(column).round(1, mode=mode))
# Before the point: Polars has no negative digits.
select("numbers", "round(n, -1)", lambda frame: pl.Series([0, 0, 0, None, 10, 10, -10, 10, 0, None, 20, -20, 0, 0], dtype=pl.Int64)[: len(frame)])
select("numbers", "round(i8, -2)", lambda frame: pl.Series([0, 100, -100, None, 0, 0, 0, 100, -100, 0, 0, None, 100, 0], dtype=pl.Int8)[: len(frame)])
select("numbers", "round(u8, -1)", lambda frame: pl.Series([0], dtype=pl.UInt8)[: len(frame)], error="all")
for text in ["floor(b)", "round(x, 0.5)", "round(x, 1, 'up')", "round_sig_figs(x, 0)", "round(x, n)", "sign(b)", "truncate(x, 1, 'to_zero')"]:
    select("numbers", text, None, error="always")

# Bounds.
for column in ["x", "n", "i8", "u64", "s", "f64", "dec"]:
    select("numbers", f"clip({column}, 0, 3)", col(column).clip(0, 3))
    select("numbers", f"clip({column}, 1)", col(column).clip(1))
    select("numbers", f"clip({column}, null, 2)", col(column).clip(None, 2))
select("numbers", "clip(n, d, 5)", col("n").clip(col("d"), 5))
select("numbers", "clip(n, null, d)", col("n").clip(None, col("d")))
select("numbers", "clip(x, y)", col("x").clip(col("y")))
select("numbers", "clip(n, 5, 2)", col("n").clip(5, 2))
# Row 15: the type widens; Polars cuts 0.5 to 0.
select("numbers", "clip(n, 0.5, 4.5)", col("n").cast(pl.Float64).clip(0.5, 4.5))
select("numbers", "clip(i8, 0, 300)", col("i8").cast(pl.Int16).clip(0, 300))
select("times", "clip(day, '2000-01-01', '2024-01-01')", col("day").clip(pl.date(2000, 1, 1), pl.date(2024, 1, 1)))
select("texts", "clip(t, 'a', 'b')", None, error="always")
select("numbers", "clip(b, false, true)", None, error="always")

# Bits.
for operator, polars in [("and", pl.Expr.__and__), ("or", pl.Expr.__or__), ("xor", pl.Expr.__xor__)]:
    select("numbers", f"bitwise_{operator}(n, d)", polars(col("n"), col("d")))
    select("numbers", f"bitwise_{operator}(i8, 5)", polars(col("i8"), lit(5, dtype=pl.Int8)))
    select("numbers", f"n {operator} 6", polars(col("n"), lit(6, dtype=pl.Int64)))
    select("numbers", f"u8 {operator} u8", polars(col("u8"), col("u8")))
select("numbers", "n & 3", col("n") & 3)
select("numbers", "n | 3", col("n") | 3)
select("numbers", "b & (n > 2)", col("b") & (col("n") > 2))
select("numbers", "bitwise_not(n)", ~col("n"))
select("numbers", "bitwise_not(u8)", ~col("u8"))
select("numbers", "not i16", ~col("i16"))
for name in ["count_ones", "count_zeros", "leading_ones", "leading_zeros", "trailing_ones", "trailing_zeros"]:
    for column in ["i8", "u16", "i64"]:
        # Row 3: counts are Int64.
        select("numbers", f"bitwise_{name}({column})", getattr(col(column), f"bitwise_{name}")().cast(pl.Int64))
for text in ["bitwise_and(x, n)", "bitwise_not(b)", "bitwise_count_ones(x)", "bitwise_or(u64, i8)", "n and b"]:
    select("numbers", text, None, error="always")
for operator in ["and", "or", "xor"]:
    for column in ["n", "i8", "u8", "p"]:
        # Of no values null: Polars says what changes nothing.
        combined = getattr(col(column), f"bitwise_{operator}")()
        by("g", "groups", f"bitwise_{operator}({column})", pl.when(col(column).count() > 0).then(combined))
        select("groups", f"bitwise_{operator}({column})", pl.when(col(column).count() > 0).then(combined))

# Row 1: wrapping only by name. Polars always wraps.
for name, polars in [("add", pl.Expr.__add__), ("sub", pl.Expr.__sub__), ("mul", pl.Expr.__mul__)]:
    for column in ["i8", "i32", "i64", "u8", "u64"]:
        select("numbers", f"wrapping_{name}({column}, {column})", polars(col(column), col(column)))
    select("numbers", f"wrapping_{name}(i16, 20000)", polars(col("i16"), lit(20000, dtype=pl.Int16)))
select("numbers", "wrapping_add(x, n)", None, error="always")
select("numbers", "negate(n)", -col("n"))
for left, right in [("n", "d"), ("n", "m"), ("i16", "d")]:
    select("numbers", f"truncdiv({left}, {right})", col(left).truncdiv(col(right)))
for left, right in [("y", "z"), ("x", "y")]:
    # What is cut to nothing is 0.0 here, and -0.0 in Polars if it was negative: one value in every comparison.
    quotient = col(left).truncdiv(col(right))
    cut = (quotient == 0) & (col(left) != 0)
    select("numbers", f"truncdiv({left}, {right})", pl.when(cut).then(0.0).otherwise(quotient))
select("numbers", "truncdiv(n, 4)", col("n").truncdiv(4))
select("numbers", "truncdiv(n, -4)", col("n").truncdiv(-4))

# Nearness.
for text, polars in [
    ("is_close(x, y)", col("x").is_close(col("y"))),
    ("is_close(x, 1.5)", col("x").is_close(1.5)),
    ("is_close(x, y, 2.0)", col("x").is_close(col("y"), abs_tol=2.0)),
    ("is_close(x, y, 0, 0.5)", col("x").is_close(col("y"), rel_tol=0.5)),
    ("is_close(x, x, 0, 0, true)", col("x").is_close(col("x"), rel_tol=0.0, nans_equal=True)),
    ("is_close(x, x, 0, 0)", col("x").is_close(col("x"), rel_tol=0.0)),
    ("is_close(n, d, 3)", col("n").is_close(col("d"), abs_tol=3.0)),
    ("is_close(s, x, 0.5)", col("s").is_close(col("x"), abs_tol=0.5)),
]:
    select("numbers", text, polars)
for text in ["is_close(x, y, -1)", "is_close(x, 'a')", "is_close(x, y, z)"]:
    select("numbers", text, None, error="always")

# Inner products: pairs with a null are left out. Types are those of sum (row 2).
for left, right in [("n", "m"), ("m", "m"), ("y", "y"), ("n", "y"), ("y", "w")]:
    polars = (col(left).cast(pl.Float64 if "y" in (left, right) else pl.Int64) * col(right)).sum()
    by("g", "groups", f"dot({left}, {right})", polars)
    select("groups", f"dot({left}, {right})", polars)
select("groups", "dot(i8, i8)", (col("i8").cast(pl.Int64) * col("i8").cast(pl.Int64)).sum())
select("groups", "dot(t, n)", None, error="always")
