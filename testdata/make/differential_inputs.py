"""The frames that differential cases read: each is written to `testdata/differential/inputs/<name>.json`.

The first row has no null, for it is a frame of its own too. Floats are sums of few powers of two, so that their sums are
exact in any order; where they are not, the column says so. They only grow, by columns: a new row changes every
recorded answer.
"""

from datetime import date

import polars as pl

NAN, INF = float("nan"), float("inf")
UNITS = {"ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}


def days_of(text):
    """Days since 1970-01-01 of `2024-02-29`, of the years 1 to 9999."""
    return date.fromisoformat(text).toordinal() - 719_163


def nanos_of(text):
    """Nanoseconds since midnight of `12:34:56.000000001`."""
    clock, _, fraction = text.partition(".")
    hour, minute, second = (int(part) for part in clock.split(":"))
    return (hour * 3_600 + minute * 60 + second) * 10**9 + int(fraction.ljust(9, "0"))


def dates(values):
    return pl.Series([None if text is None else days_of(text) for text in values], dtype=pl.Int32).cast(pl.Date)


def clocks(values):
    return pl.Series([None if text is None else nanos_of(text) for text in values], dtype=pl.Int64).cast(pl.Time)


def instants(values, unit, zone=None):
    """Datetimes of texts such as `2024-02-29T12:00:00.5`; with a zone the texts are in UTC."""

    def ticks(text):
        day, clock = text.split("T")
        return days_of(day) * 86_400 * UNITS[unit] + nanos_of(clock) * UNITS[unit] // 10**9

    ticks = [None if text is None else ticks(text) for text in values]
    return pl.Series(ticks, dtype=pl.Int64).cast(pl.Datetime(unit, zone))


def spans(values, unit):
    return pl.Series(values, dtype=pl.Int64).cast(pl.Duration(unit))


def frame(**columns):
    """A frame of columns: a series, or a pair of type and values."""
    made = [
        (values if isinstance(values, pl.Series) else pl.Series(values[1], dtype=values[0])).alias(name)
        for name, values in columns.items()
    ]
    return pl.DataFrame(made)


I64_MAX, I64_MIN = 2**63 - 1, -(2**63)

NUMBERS = frame(
    # Extremes of every type.
    i8=(pl.Int8, [1, 127, -128, None, 0, -1, 5, 100, -100, 7, 2, None, 64, -7]),
    i16=(pl.Int16, [300, 32767, -32768, None, 0, -1, 5, 1000, -1000, 7, None, 2, 256, -7]),
    i32=(pl.Int32, [70000, 2**31 - 1, -(2**31), None, 0, -1, 5, 46341, -46341, 7, None, 2, 65536, -7]),
    i64=(pl.Int64, [2**40, I64_MAX, I64_MIN, None, 0, -1, 5, 2**53 + 1, -(2**53) - 1, 7, None, 2, 10**18, -7]),
    u8=(pl.UInt8, [1, 255, 0, None, 128, 2, 5, 100, 200, 7, None, 2, 64, 9]),
    u16=(pl.UInt16, [300, 65535, 0, None, 128, 2, 5, 1000, 40000, 7, None, 2, 256, 9]),
    u32=(pl.UInt32, [70000, 2**32 - 1, 0, None, 128, 2, 5, 100000, 3 * 10**9, 7, None, 2, 65536, 9]),
    u64=(pl.UInt64, [2**40, 2**64 - 1, 0, None, 128, 2, 5, 2**63, 2**53 + 1, 7, None, 2, 10**19, 9]),
    f32=(pl.Float32, [1.5, 3.4028234663852886e38, -0.0, None, NAN, INF, -INF, 0.1, -2.75, 1e-45, None, 16777216.0, 100.5, -7.0]),
    f64=(pl.Float64, [1.5, 1.7976931348623157e308, -0.0, None, NAN, INF, -INF, 0.1, -2.75, 5e-324, None, 2.0**53, 1e16, -7.0]),
    dec=(pl.Decimal(10, 2), ["1.50", "99999999.99", "-99999999.99", None, "0.00", "-0.01", "0.05", "12.34", "-2.75", "7.00", None, "2.50", "0.10", "-7.00"]),
    b=(pl.Boolean, [True, False, None, True, True, False, None, False, True, None, False, True, False, True]),
    # Ordinary values: small integers, a divisor, floats with NaN and infinity, floats without, shares of 1, positive ones.
    n=(pl.Int64, [3, -3, 0, None, 7, 7, -8, 12, 1, None, 20, -20, 3, 5]),
    m=(pl.Int32, [2, 5, None, 1, 0, -4, 9, 9, 3, None, -1, 6, 8, -2]),
    d=(pl.Int64, [2, -2, 3, 4, 0, None, 5, -5, 1, -1, 7, 0, None, 3]),
    x=(pl.Float64, [1.5, -2.25, 0.0, None, NAN, 4.0, INF, -0.0, 10.5, None, -7.75, -INF, 2.5, 1.5]),
    y=(pl.Float64, [0.5, 3.0, -1.25, 2.0, 1.0, None, 8.5, 0.25, None, -4.0, 0.0, -3.5, 100.0, 6.75]),
    z=(pl.Float64, [0.5, 0.0, -0.0, 1.0, -1.0, None, 0.25, -0.75, 0.125, NAN, 0.875, -0.5, None, 0.0625]),
    p=(pl.Float64, [1.0, 2.0, 0.5, 100.0, 1e-3, 10.0, None, 1e10, 3.0, 0.1, 1e300, 7.0, 4.0, None]),
    s=(pl.Float32, [0.5, -1.5, 2.25, None, NAN, 8.0, -0.0, 3.5, None, -4.0, 0.125, 1.0, 16.0, -2.5]),
    e=(pl.Null, [None] * 14),
)

TEXTS = frame(
    t=(pl.String, [
        "Hello World", "", None, "  spaces  ", "naïve café", "日本語テキスト", "a,b,,c", "ABC abc 123", "x", "👍🏽 ok",
        "tab\tline\n", "Straße", None, "foo_bar-baz", "aaa", "İstanbul ŞIŞ",
    ]),
    u=(pl.String, [
        "World", "", "x", "a", "é", "本", ",", "abc", None, "👍", "\n", "ß", "b", "-", "a", "I",
    ]),
    num=(pl.String, [
        "42", "-7", "3.5", None, "abc", "", " 12 ", "1e3", "0x1F", "NaN", "99999999999999999999", "+5", "007", "inf",
        "-0", "1_000",
    ]),
    iso=(pl.String, [
        "2024-02-29", "1969-12-31", "2023-02-29", None, "2024-2-9", "29/02/2024", "", "0001-01-01", "9999-12-31",
        "20240229", "2024-13-01", "2000-01-01", "2024-02-29 ", "abc", "1900-03-01", "2024-12-25",
    ]),
    at=(pl.String, [
        "2024-02-29 12:34:56", "2024-02-29T12:34:56.789", "1970-01-01 00:00:00", None, "2024-02-29", "2024-02-29 25:00:00",
        "2024-02-29 23:59:59.999999", "", "12:34:56", "2024-02-29 12:34", "2024-02-29T12:34:56Z", "2024-02-29 12:34:56+02:00",
        "1969-12-31 23:59:59", "abc", "2024-02-30 00:00:00", "2000-01-01 06:30:00",
    ]),
    c=(pl.Categorical, [
        "low", "high", None, "mid", "low", "low", "high", "mid", None, "high", "low", "", "mid", "é", "low", "mid",
    ]),
    e=(pl.Enum(["low", "mid", "high"]), [
        "low", "high", None, "mid", "low", "low", "high", "mid", None, "high", "low", "low", "mid", "mid", "high", "mid",
    ]),
    b=(pl.Binary, [
        b"Hello", b"", None, b"\x00\xff\xfe", "é".encode(), b"abc", b"\t\n\"'\\", b"123", b"Hello", b"\x80", b"a", b"b",
        None, b"abcd", b"aaa", b"zz",
    ]),
    k=(pl.String, [
        "a", "b", "a", None, "c", "b", "a", "a", None, "c", "b", "a", "d", "a", "b", "c",
    ]),
    n=(pl.Int64, [3, 0, 1, 2, -1, -3, None, 5, 100, -100, 1, 2, 0, None, 2, -2]),
    hex=(pl.String, [
        "48656c6c6f", "", None, "ff", "0G", "abc", "DEADBEEF", "SGVsbG8=", "YQ==", "8J+RjQ==", "====", "00", None, "aGk", "7a7A",
        "4a",
    ]),
)

TIMES = frame(
    day=dates([
        "2024-02-29", "1970-01-01", None, "1969-12-31", "2023-12-31", "2024-01-01", "2000-02-29", "1900-03-01", "2024-12-30",
        "0001-01-01", "9999-12-31", "2021-01-03", None, "2024-02-29",
    ]),
    us=instants([
        "2024-02-29T12:34:56.789012", "1970-01-01T00:00:00", None, "1969-12-31T23:59:59.999999", "2023-12-31T23:30:00",
        "2024-01-01T00:00:00.5", "2024-03-31T01:30:00", "1900-03-01T06:00:00", "2024-10-27T00:59:59", "0001-01-01T00:00:00",
        "9999-12-31T23:59:59.999999", "2021-01-03T12:00:00.001", None, "2024-02-29T12:34:56.789012",
    ], "us"),
    ms=instants([
        "2024-02-29T12:34:56.789", "1970-01-01T00:00:00", "1969-12-31T23:59:59.999", None, "2023-12-31T23:30:00",
        "2024-01-01T00:00:00.5", "2024-03-31T01:30:00", "1900-03-01T06:00:00", None, "0001-01-01T00:00:00",
        "9999-12-31T23:59:59.999", "2021-01-03T12:00:00.001", "2024-07-01T00:00:00", "2024-02-29T12:34:56.789",
    ], "ms"),
    ns=instants([
        "2024-02-29T12:34:56.789012345", "1970-01-01T00:00:00", "1969-12-31T23:59:59.999999999", None, "2023-12-31T23:30:00",
        "2024-01-01T00:00:00.5", "2024-03-31T01:30:00", "1900-03-01T06:00:00", None, "1678-01-01T00:00:00",
        "2261-12-31T23:59:59.999999999", "2021-01-03T12:00:00.000000001", "2024-07-01T00:00:00", "2024-02-29T12:34:56",
    ], "ns"),
    # In UTC; around the changes of clocks in Europe and America.
    paris=instants([
        "2024-02-29T12:34:56.789", "1970-01-01T00:00:00", "2024-03-31T00:59:59", "2024-03-31T01:00:00", None,
        "2024-10-27T00:30:00", "2024-10-27T01:30:00", "2023-12-31T23:30:00", "1900-03-01T06:00:00", "2024-06-30T22:00:00",
        "2000-02-29T23:00:00", None, "2024-12-31T23:00:00", "2021-01-03T12:00:00",
    ], "us", "Europe/Paris"),
    york=instants([
        "2024-02-29T12:34:56.789", "1970-01-01T00:00:00", "2024-03-10T06:59:59", "2024-03-10T07:00:00", "2024-11-03T05:30:00",
        None, "2024-11-03T06:30:00", "2024-01-01T04:30:00", "1950-07-01T06:00:00", "2024-06-30T22:00:00",
        "2000-03-01T03:00:00", "2024-01-01T05:00:00", None, "2021-01-03T12:00:00",
    ], "ms", "America/New_York"),
    utc=instants([
        "2024-02-29T12:34:56.789", "1970-01-01T00:00:00", "1969-12-31T23:59:59.999999", None, "2023-12-31T23:30:00",
        "2024-01-01T00:00:00.5", "2024-03-31T01:30:00", "1900-03-01T06:00:00", "2024-10-27T00:59:59", None,
        "2024-07-01T00:00:00", "2021-01-03T12:00:00.001", "2024-02-29T00:00:00", "2024-02-29T12:34:56.789",
    ], "us", "UTC"),
    span=spans([
        93_784_500_000, 0, None, -1, 86_400_000_000, 3_600_000_000, -93_784_500_000, 1, 60_000_000, 1_000_000, 999, None,
        604_800_000_000, -86_400_000_000,
    ], "us"),
    span_ms=spans([93_784_500, 0, -1, None, 86_400_000, 3_600_000, -93_784_500, 1, 60_000, 1_000, 999, None, 604_800_000, -500], "ms"),
    span_ns=spans([
        93_784_500_000_001, 0, -1, None, 86_400 * 10**9, 3_600 * 10**9, -93_784_500_000_000, 1, 60 * 10**9, 10**9, 999, None,
        604_800 * 10**9, -(10**9),
    ], "ns"),
    time=clocks([
        "12:34:56.789012345", "00:00:00.", "23:59:59.999999999", None, "06:30:00.", "12:00:00.5", "01:02:03.", "18:45:30.25",
        "00:00:01.", "12:34:56.789012345", "09:00:00.", None, "21:21:21.000001", "00:00:00.000000001",
    ]),
    # Far from the ends of every type, in order, without null: for truncation, offsets, ranges and windows in time.
    step=instants([
        "2024-01-29T22:15:00", "2024-01-30T00:00:00", "2024-01-31T12:30:45.5", "2024-02-01T00:00:00", "2024-02-28T23:59:59",
        "2024-02-29T06:00:00", "2024-03-01T00:00:01", "2024-03-31T02:30:00", "2024-05-15T10:10:10", "2024-06-30T23:00:00",
        "2024-10-27T02:30:00", "2024-12-29T00:00:00", "2024-12-31T23:59:59.999999", "2025-01-01T00:00:00",
    ], "us"),
    month=dates([
        "2024-01-31", "2024-02-29", "2024-03-31", "2024-04-30", "2024-05-31", "2023-02-28", "2023-12-31", "2024-01-01",
        "2024-06-15", "2024-07-01", "2024-08-31", "2024-10-31", "2024-12-01", "2025-01-31",
    ]),
    n=(pl.Int64, [1, 0, -1, None, 12, 30, -30, 2, 365, -5, 7, 3, None, 24]),
    k=(pl.String, ["a", "b", "a", None, "b", "a", "c", "a", None, "b", "c", "a", "b", "a"]),
)

LISTS = frame(
    ints=(pl.List(pl.Int64), [
        [3, 1, 2], [], None, [None], [5], [1, None, 1, 2], [-4, -4, 0], [7, 7, 7], [None, None], [2, 9, -1, 4, 0], [], None,
        [10, 20], [1],
    ]),
    floats=(pl.List(pl.Float64), [
        [1.5, -2.25], [], None, [NAN], [0.0, -0.0], [None, 4.0, NAN], [INF, -INF], [0.5, 0.5, 1.0], [None], [8.0], [2.5, None],
        [], None, [1.0, 2.0, 3.0],
    ]),
    texts=(pl.List(pl.String), [
        ["a", "b", "a"], [], None, [None], ["é", ""], ["x"], ["b", None, "a"], ["Hello", "World"], [None, None], ["日本", "x"], [],
        None, ["a"], ["c", "b", "a"],
    ]),
    flags=(pl.List(pl.Boolean), [
        [True, False], [], None, [None], [True], [False], [True, None], [False, None], [True, True], [False, False, None], [],
        None, [True, True, False], [False],
    ]),
    small=(pl.List(pl.Int32), [[1, 2], [3], [4, 5, 6], [], None, [7], [8, 9], [0], [None, 1], [2, 2], [3], [1], [9], [6, 5]]),
    nested=(pl.List(pl.List(pl.Int64)), [
        [[1, 2], [3]], [], None, [None], [[]], [[1], None, []], [[4, 4], [4]], [[5]], [[None]], [[6], [7, 8]], [], None, [[9, 0]],
        [[1]],
    ]),
    days=dates([
        "2024-02-29", None, "1970-01-01", "2024-01-01", "2000-01-01", "1999-12-31", "2024-02-29", None, "2023-05-05",
        "2024-12-25", "2024-02-28", "1969-07-20", "2024-06-01", "2024-01-15",
    ]).reshape((14, 1)).arr.to_list(),
    pairs=(pl.List(pl.Struct({"a": pl.Int64, "b": pl.String})), [
        [{"a": 1, "b": "x"}], [], None, [None], [{"a": None, "b": "y"}, {"a": 2, "b": None}], [{"a": 3, "b": "z"}], [],
        [{"a": 1, "b": "x"}, {"a": 1, "b": "x"}], None, [{"a": 5, "b": ""}], [{"a": -1, "b": "q"}], [{"a": 0, "b": "0"}], [],
        [{"a": 7, "b": "7"}],
    ]),
    n=(pl.Int64, [1, 0, None, 2, -1, 3, -2, 5, 0, -5, 1, 2, 1, 0]),
    x=(pl.Float64, [1.5, None, 0.0, 4.0, NAN, 0.5, 2.5, 1.0, -2.25, 8.0, 3.0, 0.25, 1.0, 2.0]),
    s=(pl.String, ["a", "b", None, "x", "", "x", "a", "World", "é", "x", "q", "a", "a", "d"]),
    sep=(pl.String, [",", "-", "", None, "; ", ",", "+", " ", "é", ",", ",", ",", "", "|"]),
    k=(pl.String, ["a", "b", "a", None, "b", "a", "c", "a", None, "b", "c", "a", "b", "a"]),
)

PAIR = pl.Struct({"a": pl.Int64, "b": pl.String})
DEEP = pl.Struct({"x": pl.Float64, "inner": pl.Struct({"p": pl.Boolean, "day": pl.Date}), "list": pl.List(pl.Int64)})

STRUCTS = frame(
    s=(PAIR, [
        {"a": 1, "b": "one"}, {"a": None, "b": "two"}, None, {"a": 3, "b": None}, {"a": None, "b": None}, {"a": 1, "b": "one"},
        {"a": -5, "b": ""}, {"a": 7, "b": "é"}, {"a": 3, "b": "x"}, None, {"a": 0, "b": "zero"}, {"a": 9, "b": "a\"b"},
    ]),
    deep=(DEEP, [
        {"x": 1.5, "inner": {"p": True, "day": date(2024, 2, 29)}, "list": [1, 2]}, {"x": NAN, "inner": None, "list": []}, None,
        {"x": None, "inner": {"p": False, "day": None}, "list": None}, {"x": -0.0, "inner": {"p": None, "day": None}, "list": [None]},
        {"x": 2.0, "inner": {"p": True, "day": date(1969, 7, 20)}, "list": [3]}, {"x": 1.5, "inner": {"p": True, "day": date(2024, 2, 29)}, "list": [1, 2]},
        {"x": INF, "inner": {"p": False, "day": None}, "list": [4, 5, 6]}, None, {"x": 8.0, "inner": None, "list": None},
        {"x": 0.25, "inner": {"p": True, "day": None}, "list": [7]}, {"x": 0.0, "inner": {"p": False, "day": None}, "list": [0]},
    ]),
    a=(pl.Int64, [1, 2, None, 4, 5, -6, 7, 8, 9, None, 11, 12]),
    b=(pl.String, ["x", None, "y", "", "é", "x", "z", "y", None, "w", "x", "v"]),
    x=(pl.Float64, [0.5, NAN, None, -0.0, 2.5, INF, 1.0, -3.25, 8.0, None, 4.0, 0.125]),
    p=(pl.Boolean, [True, None, False, True, False, True, None, False, True, True, False, None]),
    json=(pl.String, [
        '{"a": 1, "b": "x"}', '{"a": null}', None, '{}', '[1, 2]', '{"a": {"c": [1, {"d": 2}]}}', 'null', '"text"', '17', '{"b": "é"}',
        '{"a": 2.5, "b": ""}', '{"a": true}',
    ]),
    k=(pl.String, ["a", "b", "a", None, "b", "a", "c", "a", None, "b", "c", "a"]),
)

GROUPS = frame(
    # Keys: of groups of several sizes, one of nulls, one with NaN and both zeros.
    g=(pl.String, ["a", "b", "a", None, "c", "b", "a", "b", None, "d", "a", "c", "b", "a", "b", "e"]),
    h=(pl.Int32, [1, 2, 1, 1, 2, None, 2, 2, 1, 3, 1, None, 2, 1, 1, 3]),
    f=(pl.Float64, [0.5, NAN, 0.0, -0.0, NAN, 0.5, None, 0.0, 0.5, None, -0.0, 1.0, NAN, 0.5, 0.0, 1.0]),
    n=(pl.Int64, [5, 3, None, 8, 1, 4, 9, 4, None, 2, 5, None, -7, 5, 0, None]),
    m=(pl.Int32, [1, -1, 2, None, 7, 0, 2, 3, 5, 9, 2, 7, None, -4, 3, None]),
    i8=(pl.Int8, [100, 27, 100, None, -128, 100, 55, 3, 1, 127, -5, -1, 0, 7, None, -128]),
    u8=(pl.UInt8, [200, 27, 100, None, 0, 100, 255, 3, 1, 127, 5, 1, 0, 7, None, 255]),
    x=(pl.Float64, [1.5, NAN, -2.25, 0.5, 4.0, -0.0, 3.5, None, None, 8.0, 1.5, INF, 2.0, None, -7.75, NAN]),
    y=(pl.Float64, [2.0, 0.5, 1.25, 3.0, -1.5, 3.0, 8.5, 0.25, -4.0, 0.0, 1.0, 5.5, 2.25, 7.0, 0.75, 6.0]),
    s=(pl.Float32, [0.5, 1.5, None, 2.25, -4.0, 8.0, -0.0, 3.5, 1.0, NAN, 0.125, 16.0, None, -2.5, 0.5, None]),
    dec=(pl.Decimal(10, 2), ["1.50", "0.25", None, "-3.00", "12.34", "0.01", "1.50", "7.75", "100.00", "0.00", "-0.50", "2.00", None, "9.99", "0.25", None]),
    p=(pl.Boolean, [True, False, None, True, False, False, True, None, True, True, False, None, True, True, False, None]),
    t=(pl.String, ["pear", "apple", None, "fig", "", "apple", "pear", "kiwi", "fig", "é", "date", "Fig", None, "pear", "lime", None]),
    c=(pl.Categorical, ["lo", "hi", "lo", None, "mid", "hi", "lo", "hi", "mid", "lo", None, "mid", "hi", "hi", "lo", None]),
    day=dates([
        "2024-02-29", "2023-12-31", None, "2024-01-15", "2000-01-01", "2024-02-28", "2024-03-01", "1999-12-31", "2024-02-29",
        "2024-12-25", "2024-01-01", None, "2024-06-30", "2023-01-01", "2024-02-29", None,
    ]),
    at=instants([
        "2024-02-29T12:00:00", "2024-01-01T00:00:00.5", None, "1969-12-31T23:59:59.999999", "2024-03-01T00:00:00",
        "2024-01-15T08:00:00", "2000-01-01T06:30:00", "2024-02-29T12:00:01", "1999-12-31T23:59:59", "2024-02-28T18:45:30.25",
        "2024-12-25T00:00:00", None, "2024-06-30T01:02:03", "2024-02-29T12:00:00", "2023-05-05T05:05:05", None,
    ], "us"),
    span=spans([3_600_000_000, 0, None, -1, 60_000_000, 5, 3_600_000_000, 7, 1_000_000, 2, None, 9, -60_000_000, 4, 11, None], "us"),
    # An order without ties, and weights.
    o=(pl.Int64, [7, 3, 11, 1, 15, 9, 5, 13, 2, 8, 16, 4, 12, 6, 14, 10]),
    w=(pl.Float64, [1.0, 2.0, 0.5, 4.0, 1.0, 0.25, 2.0, 1.0, 3.0, 1.0, 0.5, 2.0, 1.0, 1.0, 4.0, 2.0]),
    l=(pl.List(pl.Int64), [[1], [2, 3], None, [], [4, None], [5], [1], [6, 7], [8], None, [9, 9], [], [0], [1, 2], [3], [None]]),
)

INPUTS = {
    "numbers": NUMBERS, "texts": TEXTS, "times": TIMES, "lists": LISTS, "structs": STRUCTS, "groups": GROUPS,
}
