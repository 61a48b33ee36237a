"""Expressions over rows: arithmetic, comparisons, logic, conditionals, casts, times."""

from datetime import date

import polars as pl
from polars import col, lit, when

from golden_inputs import ROWS, SMALL, TEXTS

QUERIES = []


def query(function):
    QUERIES.append(function)
    return function


@query
def arithmetic_of_integers():
    return ROWS.select(
        (col("n") + col("d")).alias("add"), (col("n") - col("d")).alias("sub"), (col("n") * col("d")).alias("mul"),
        (-col("n")).alias("neg"), col("n").abs().alias("abs"),
    )


@query
def division_of_integers():
    return ROWS.select("n", "d", (col("n") / col("d")).alias("div"))


@query
def floor_division_of_integers():
    return ROWS.select("n", "d", (col("n") // col("d")).alias("floor"), (col("n") % col("d")).alias("rest"))


@query
def floor_division_by_literals():
    return ROWS.select(
        "n", (col("n") // 3).alias("floor"), (col("n") % 3).alias("rest"), (col("n") // -3).alias("negative_floor"),
        (col("n") % -3).alias("negative_rest"), (col("n") // 0).alias("floor_0"), (col("n") % 0).alias("rest_0"),
        (col("n") / 0).alias("div_0"),
    )


@query
def arithmetic_of_floats():
    return ROWS.select(
        (col("x") + col("y")).alias("add"), (col("x") - col("y")).alias("sub"), (col("x") * col("y")).alias("mul"),
        (col("x") / col("y")).alias("div"),
    )


@query
def floor_division_of_floats():
    # Row 32: `%` has the sign of the divisor, a zero too, as Python's own; Polars gives 0.0 for 3.0 % -1.5.
    rest = pl.Series("negative_rest", [None if y is None else y % -1.5 for y in ROWS["y"]])
    frame = ROWS.select(
        "y", (col("y") // 1.5).alias("floor"), (col("y") % 1.5).alias("rest"), (col("y") // -1.5).alias("negative_floor"),
        (col("y") % -1.5).alias("negative_rest"), (col("y") % 0.0).alias("rest_0"),
    )
    assert frame["negative_rest"].equals(rest)
    return frame.with_columns(rest)


@query
def arithmetic_of_mixed_types():
    return SMALL.select(
        (col("i8").cast(pl.Int16) + col("u8")).alias("i8_u8"), (col("u32").cast(pl.Int64) - col("i16")).alias("u32_i16"),
        (col("i16") / col("i8")).alias("div"), (col("f32") + col("f64")).alias("floats"),
        (col("i8").cast(pl.Int64) * (col("i64").fill_null(1) % 1000)).alias("wide"),
    )


@query
def powers():
    return ROWS.select((col("n") ** 2).alias("square"), (col("n") ** 3).alias("cube"), (col("y") ** 2).alias("float"))


@query
def comparisons_with_null():
    return ROWS.select(
        (col("n") == 7).alias("eq"), (col("n") != 7).alias("ne"), (col("n") < col("d")).alias("lt"),
        (col("n") <= col("d")).alias("le"), (col("n") > col("d")).alias("gt"), (col("n") >= col("d")).alias("ge"),
    )


@query
def comparisons_where_null_is_a_value():
    return ROWS.select(
        col("p").eq_missing(col("q")).alias("same"), col("p").ne_missing(col("q")).alias("other"),
        col("x").eq_missing(col("y")).alias("floats"), col("k").eq_missing(lit("b")).alias("text"),
    )


@query
def comparisons_of_floats():
    return ROWS.select(
        "x", (col("x") == 0.0).alias("zero"), (col("x") > 10.0).alias("large"), (col("x") < 0.0).alias("negative"),
        (col("x") == float("nan")).alias("nan"), col("x").is_nan().alias("is_nan"),
    )


@query
def comparisons_of_strings():
    return ROWS.select(
        "k", (col("k") < "b").alias("lt"), (col("k") == "").alias("empty"), (col("k") > "z").alias("above_z")
    )


@query
def logic():
    return ROWS.select(
        "p", "q", (col("p") & col("q")).alias("and"), (col("p") | col("q")).alias("or"), (col("p") ^ col("q")).alias("xor"),
        (~col("p")).alias("not"),
    )


@query
def logic_with_literals():
    null = lit(None, dtype=pl.Boolean)
    return ROWS.select(
        (col("p") & False).alias("and_false"), (col("p") | True).alias("or_true"), (col("p") & null).alias("and_null"),
        (col("p") | null).alias("or_null"), (~(col("p") & ~col("q"))).alias("implies"),
    )


@query
def is_in_values():
    return ROWS.select(
        col("k").is_in(["b", "", "zz"]).alias("text"), col("n").is_in([7, -3, 99]).alias("number"),
        col("x").is_in([float("nan"), 0.0]).alias("float"), col("k").is_in(pl.Series([], dtype=pl.String)).alias("nothing"),
    )


@query
def is_between_ends():
    return ROWS.select(
        col("n").is_between(-3, 7).alias("number"), col("k").is_between(lit("a"), lit("b")).alias("text"),
        col("n").is_between(0, col("d")).alias("column"), col("x").is_between(0.0, float("inf")).alias("float"),
    )


@query
def null_tests():
    return ROWS.select(
        col("k").is_null().alias("k"), col("x").is_not_null().alias("x"), (col("n") + col("d")).is_null().alias("sum"),
        pl.coalesce("k", lit("none")).alias("coalesced"), pl.coalesce("x", "y", "n").alias("first"),
    )


@query
def when_then_otherwise():
    return ROWS.select(
        "n", when(col("n") > 5).then(lit("high")).when(col("n") < 0).then(lit("low")).otherwise(lit("middle")).alias("size")
    )


@query
def when_without_otherwise():
    return ROWS.select(when(col("p")).then(col("k")).alias("k"), when(~col("p")).then(col("n")).alias("n"))


@query
def when_types_widen():
    return ROWS.select(
        when(col("p")).then(col("n")).otherwise(col("y")).alias("number"),
        when(col("q")).then(None).otherwise(col("day")).alias("day"),
        when(col("n") > 0).then(lit(1)).otherwise(col("n")).alias("sign"),
    )


@query
def when_guards_a_division():
    return ROWS.select(when(col("d") != 0).then(col("n") // col("d")).otherwise(0).alias("quotient"))


@query
def cast_numbers():
    return SMALL.select(
        col("i8").cast(pl.Int64), col("u8").cast(pl.Float64), col("i16").cast(pl.String), col("u32").cast(pl.Int64),
        col("f32").cast(pl.Float64), (col("i8") != 0).alias("bool").cast(pl.Int32),
    )


@query
def cast_what_does_not_fit():
    return SMALL.select(
        col("i64").cast(pl.Int32, strict=False).alias("i64_i32"), col("i8").cast(pl.UInt8, strict=False).alias("i8_u8"),
        col("u32").cast(pl.Int16, strict=False).alias("u32_i16"), col("f32").cast(pl.Int64, strict=False).alias("f32_i64"),
        col("f64").cast(pl.Int32, strict=False).alias("f64_i32"),
    )


@query
def cast_texts():
    return TEXTS.select(
        "t", col("t").cast(pl.Int64, strict=False).alias("int"), col("t").cast(pl.Float64, strict=False).alias("float"),
        col("whole").cast(pl.Int64).alias("whole"), col("whole").cast(pl.UInt8, strict=False).alias("byte"),
    )


@query
def cast_texts_to_booleans():
    # Row 14: true and false in any case; anything else does not fit.
    words = {"true": True, "false": False}
    flags = [None if text is None else words[text.lower()] for text in TEXTS["flag"]]
    texts = [None if text is None else words.get(text.lower()) for text in TEXTS["t"]]
    return pl.DataFrame({"flag": flags, "t": texts})


@query
def cast_texts_to_dates():
    # Row 12: ISO 8601 is read, by the standard library here.
    days = [None if text is None else date.fromisoformat(text) for text in TEXTS["iso"]]
    texts = [date.fromisoformat(text) if text == "2024-02-29" else None for text in TEXTS["t"]]
    return pl.DataFrame({"iso": days, "t": texts}, schema={"iso": pl.Date, "t": pl.Date})


@query
def cast_to_texts():
    return ROWS.select(
        col("n").cast(pl.String), col("x").cast(pl.String), col("p").cast(pl.String), col("day").cast(pl.String)
    )


@query
def cast_times():
    return ROWS.select(
        col("at").cast(pl.Date).alias("date"), col("day").cast(pl.Datetime("us")).alias("midnight"),
        col("at").cast(pl.Datetime("ms")).alias("milliseconds"), col("at").cast(pl.Int64).alias("ticks"),
    )


@query
def filter_dates():
    frame = ROWS.filter((col("day") >= date(2024, 1, 1)) & (col("day") < date(2024, 3, 1)))
    return frame.select("id", "day")


@query
def filter_dates_between():
    return ROWS.filter(col("day").is_between(date(1969, 7, 20), date(2000, 1, 1))).select("id", "day")


@query
def date_differences():
    return ROWS.select((col("day") - date(2024, 1, 1)).alias("since"), (col("at") - col("day")).alias("of_day"))


@query
def date_and_duration():
    # Row 17: a Datetime, where Polars stays with Date.
    span = col("at") - lit(date(2024, 1, 1)).cast(pl.Datetime("us"))
    midnight = col("day").cast(pl.Datetime("us"))
    return ROWS.select((midnight + span).alias("later"), (midnight - span).alias("earlier"))


@query
def durations():
    span = (col("at") - col("day").cast(pl.Datetime("us"))).alias("span")
    frame = ROWS.select("id", span).filter(col("span") > pl.duration(seconds=0))
    return frame.with_columns((col("span") * 2).alias("twice"), (col("span") + col("span")).alias("sum"))


@query
def longest_span():
    return ROWS.select(
        (col("day").max() - col("day").min()).alias("days"), (col("at").max() - col("at").min()).alias("exact")
    )


@query
def texts_joined():
    return ROWS.select((col("k") + "-" + col("k")).alias("twice"), (lit("<") + col("k")).alias("open"))


@query
def shared_expressions():
    total = col("n") * 2 + col("d")
    return ROWS.select(total.alias("a"), (total + 1).alias("b"), (total > 0).alias("c"), (total * total).alias("d"))


@query
def folded_constants():
    return ROWS.filter(lit(1) + 1 == 2).select((col("n") * (lit(2) + 3)).alias("five"), (lit(7) / 2).alias("half")).head(3)
