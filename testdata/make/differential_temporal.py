"""Dates, times, durations: parts, windows, steps, zones, texts, numbers, ranges."""

from datetime import date, time

import polars as pl
from polars import col, lit

from cases import Cases

CASES = Cases()
select = CASES.select


def nothing(data_type):
    """No rows of a type, where an error is expected for some."""
    return lambda frame: pl.Series([], dtype=data_type)


DATETIMES = ["us", "ms", "ns", "paris", "york", "utc"]
DATE_PARTS = [
    "year", "iso_year", "century", "millennium", "quarter", "month", "week", "weekday", "day", "ordinal_day", "days_in_month",
    "is_leap_year",
]
TIME_PARTS = ["hour", "minute", "second", "millisecond", "microsecond", "nanosecond"]

# Parts, by the clock of the column's zone.
for part in DATE_PARTS:
    for name in ["day", *DATETIMES]:
        select("times", f"dt.{part}({name})", getattr(col(name).dt, part)())
for part in TIME_PARTS:
    for name in ["time", *DATETIMES]:
        select("times", f"dt.{part}({name})", getattr(col(name).dt, part)())
for name in ["time", "us", "ms", "ns", "paris"]:
    select("times", f"dt.second({name}, true)", col(name).dt.second(fractional=True), near=True)
for text in [
    "dt.year(span)", "dt.year(time)", "dt.hour(day)", "dt.year(k)", "dt.year(n)", "dt.year()", "dt.year(day, 1)", "dt.hour(span)",
    "dt.second(us, 1)", "dt.second(us, k)",
]:
    select("times", text, None, error="always")
select("times", "dt.year(null)", lit(None, dtype=pl.Int32))
select("times", "sum(dt.year(day))", col("day").dt.year().cast(pl.Int64).sum())
CASES.by("k", "times", "max(dt.month(us))", col("us").dt.month().max())

# Dates and times of datetimes, ends of months.
for name in ["day", *DATETIMES]:
    select("times", f"dt.date({name})", col(name).dt.date())
    select("times", f"dt.month_start({name})", col(name).dt.month_start())
    select("times", f"dt.month_end({name})", col(name).dt.month_end())
for name in ["time", *DATETIMES]:
    select("times", f"dt.time({name})", col(name).dt.time())
for unit in ["ns"]:
    select("times", f"dt.combine(step, time, '{unit}')", col("step").dt.combine(col("time"), unit))
    select("times", f"dt.combine(month, time, '{unit}')", col("month").dt.combine(col("time"), unit))
select("times", "dt.combine(month, dt.time(us))", col("month").dt.combine(col("us").dt.time(), "us"))
select("times", "dt.combine(month, '12:30:00')", col("month").dt.combine(time(12, 30), "us"))
select("times", "dt.combine(us, '12:30:00', 'ms')", col("us").dt.combine(time(12, 30), "ms"))
select("times", "dt.combine(time, time)", None, error="always")

# The day and the time of a zone.
for name in ["paris", "york", "utc", "ns"]:
    # Row 40: the day there, as `dt.date` gives it; Polars' cast gives the day in UTC.
    select("times", f"cast({name} as Date)", col(name).dt.date())
    select("times", f"cast({name} as Time)", col(name).dt.time())

# Windows.
INTERVALS = ["1y", "1q", "1mo", "5mo", "1w", "2w", "1d", "3d", "7d"]
SHORT = ["1h", "90m", "15m", "7s", "12h"]
for every in INTERVALS:
    for name in ["month", "step", "us", "paris", "york"]:
        select("times", f"dt.truncate({name}, '{every}')", col(name).dt.truncate(every))
for every in SHORT:
    for name in ["step", "us", "ms", "paris"]:
        select("times", f"dt.truncate({name}, '{every}')", col(name).dt.truncate(every))
for every in ["1y", "1q", "1mo", "1w", "1d", "3d"]:
    for name in ["month", "step", "us"]:
        select("times", f"dt.round({name}, '{every}')", col(name).dt.round(every))
for every in SHORT:
    select("times", f"dt.round(step, '{every}')", col("step").dt.round(every))
for every in ["1h", "15m", "1d", "1mo"]:
    select("times", f"dt.round(paris, '{every}')", col("paris").dt.round(every))
select("times", "dt.truncate(day, '24h')", col("day").dt.truncate("1d"))
select("times", "dt.truncate(ns, '1us')", col("ns").dt.truncate("1us"))
select("times", "dt.truncate(step, '1d12h')", col("step").dt.truncate("1d12h"))
select("times", "dt.truncate(span, '1h')", col("span").cast(pl.Int64).floordiv(3_600_000_000).mul(3_600_000_000).cast(pl.Duration("us")))
for text in [
    "dt.truncate(us, '0d')", "dt.truncate(us, '-1d')", "dt.truncate(us, '1mo1d')", "dt.truncate(us, '1 day')",
    "dt.truncate(us, '1x')", "dt.truncate(us, n)", "dt.truncate(k, '1d')", "dt.truncate(ms, '1us')", "dt.truncate(day, '25h')",
    "dt.truncate(paris, '1d12h')", "dt.truncate(us)", "dt.round(us, '')", "dt.truncate(time, '1h')", "dt.truncate(us, k)",
]:
    select("times", text, None, error="always")

# Steps.
for by in ["1mo", "-1mo", "1y", "-4y", "1q", "2w", "1d", "-1d", "1mo1d"]:
    for name in ["month", "step", "paris", "york", "utc"]:
        select("times", f"dt.offset_by({name}, '{by}')", col(name).dt.offset_by(by))
for by in ["1h", "24h", "-90m", "1d1h", "1mo2w3d4h5m6s", "1us"]:
    for name in ["step", "paris"]:
        select("times", f"dt.offset_by({name}, '{by}')", col(name).dt.offset_by(by))
# Hours of dates: Polars drops those that are no whole day.
select("times", "dt.offset_by(month, '48h')", col("month").dt.offset_by("48h"))
select("times", "dt.offset_by(month, '36h')", None, error="always")
select("times", "dt.offset_by(step, case when n > 5 then '1mo' when n < 0 then '-2d' end)",
       col("step").dt.offset_by(pl.when(col("n") > 5).then(lit("1mo")).when(col("n") < 0).then(lit("-2d"))))
select("times", "dt.offset_by(day, '9000000y')", nothing(pl.Date), error=("all", "first"))
select("times", "dt.offset_by(step, k)", nothing(pl.Datetime("us")), error=("all", "first"))
for text in ["dt.offset_by(us, 1)", "dt.offset_by(us, '1')", "dt.offset_by(time, '1h')", "dt.offset_by(ms, '1us')"]:
    select("times", text, None, error="always")

# Texts out of times.
for form in [
    "%Y-%m-%d", "%d.%m.%y", "%j %U %W %V %G %u %w", "%a %A %b %B %h", "%D %x %F %v", "%C|%g|%e|%q", "%-d/%-m/%Y %_d %0e", "%%%n%t",
    "Week %V of %G",
]:
    for name in ["day", "us", "paris"]:
        select("times", f"dt.strftime({name}, '{form}')", col(name).dt.strftime(form))
for form in ["%H:%M:%S", "%I:%M %p", "%k|%l|%P|%-H|%_M", "%S%.f", "%S%.3f|%.6f|%.9f", "%f|%3f|%6f|%9f", "%R %T %X %r"]:
    for name in ["time", "us", "ns", "york"]:
        select("times", f"dt.strftime({name}, '{form}')", col(name).dt.strftime(form))
for form in ["%Z", "%z", "%:z", "%F %T%:z", "%s", "%+"]:
    for name in ["paris", "york", "utc"]:
        select("times", f"dt.strftime({name}, '{form}')", col(name).dt.strftime(form))
for name in ["day", "time", *DATETIMES]:
    select("times", f"dt.to_string({name})", col(name).dt.to_string())
for name in ["day", "us", "ns", "paris"]:
    select("times", f"dt.to_string({name}, 'iso:strict')", col(name).dt.to_string("iso:strict"))
for name in ["span", "span_ms", "span_ns"]:
    select("times", f"dt.to_string({name})", col(name).dt.to_string())
    select("times", f"dt.to_string({name}, 'polars')", col(name).dt.to_string("polars"))
for text in [
    "dt.strftime(day, '%H')", "dt.strftime(time, '%Y')", "dt.strftime(us, '%Z')", "dt.strftime(us, '%Q')", "dt.strftime(us, '%')",
    "dt.strftime(us, k)", "dt.strftime(span, '%H')", "dt.strftime(us)", "dt.strftime(k, '%Y')",
]:
    select("times", text, None, error="always")

# Durations as numbers.
for unit in ["days", "hours", "minutes", "seconds", "milliseconds", "microseconds", "nanoseconds"]:
    for name in ["span", "span_ms", "span_ns"]:
        select("times", f"dt.total_{unit}({name})", getattr(col(name).dt, f"total_{unit}")())
        select("times", f"dt.total_{unit}({name}, true)", getattr(col(name).dt, f"total_{unit}")(fractional=True), near=True)
for text in ["dt.total_days(us)", "dt.total_days(n)", "dt.total_days(span, 1)"]:
    select("times", text, None, error="always")

# Numbers since 1970.
for name in ["us", "ms", "paris", "step", "month"]:
    for unit in ["us", "ms", "s", "d"]:
        select("times", f"dt.epoch({name}, '{unit}')", col(name).dt.epoch(unit))
    select("times", f"dt.epoch({name})", col(name).dt.epoch())
    select("times", f"dt.timestamp({name}, 'ms')", col(name).dt.timestamp("ms"))
select("times", "dt.epoch(step, 'ns')", col("step").dt.epoch("ns"))
for unit in ["ms", "us", "ns"]:
    select("times", f"dt.cast_time_unit(step, '{unit}')", col("step").dt.cast_time_unit(unit))
    select("times", f"dt.cast_time_unit(paris, '{unit}')", col("paris").dt.cast_time_unit(unit))
    select("times", f"dt.cast_time_unit(span, '{unit}')", col("span").dt.cast_time_unit(unit))
for unit in ["d", "s", "ms", "us", "ns"]:
    select("times", f"from_epoch(n, '{unit}')", pl.from_epoch("n", unit))
select("times", "from_epoch(n)", pl.from_epoch("n", "s"))
for text in ["dt.epoch(us, 'h')", "dt.timestamp(us, 's')", "dt.cast_time_unit(us, 's')", "dt.cast_time_unit(day, 'ms')", "from_epoch(k)"]:
    select("times", text, None, error="always")

# Zones.
for zone in ["Asia/Tokyo", "America/New_York", "Europe/Paris", "UTC", "Australia/Lord_Howe", "Asia/Kathmandu"]:
    for name in ["paris", "utc", "step"]:
        select("times", f"dt.convert_time_zone({name}, '{zone}')", col(name).dt.convert_time_zone(zone))
        select("times", f"dt.hour(dt.convert_time_zone({name}, '{zone}'))", col(name).dt.convert_time_zone(zone).dt.hour())
for name in ["paris", "york", "utc"]:
    select("times", f"dt.replace_time_zone({name}, null)", col(name).dt.replace_time_zone(None))
    select("times", f"dt.replace_time_zone({name}, 'Asia/Tokyo')", col(name).dt.replace_time_zone("Asia/Tokyo"))
    select("times", f"dt.base_utc_offset({name})", col(name).dt.base_utc_offset())
    select("times", f"dt.dst_offset({name})", col(name).dt.dst_offset())
for ambiguous in ["earliest", "latest", "null"]:
    select("times", f"dt.replace_time_zone(step, 'Europe/Paris', '{ambiguous}', 'null')",
           col("step").dt.replace_time_zone("Europe/Paris", ambiguous=ambiguous, non_existent="null"))
    select("times", f"dt.replace_time_zone(step, 'America/New_York', '{ambiguous}', 'null')",
           col("step").dt.replace_time_zone("America/New_York", ambiguous=ambiguous, non_existent="null"))
select("times", "dt.replace_time_zone(step, 'Europe/Paris')", col("step").dt.replace_time_zone("Europe/Paris"), error="polars")
select("times", "dt.replace_time_zone(step, 'Europe/Paris', 'earliest')",
       col("step").dt.replace_time_zone("Europe/Paris", ambiguous="earliest"), error="polars")
for text in [
    "dt.convert_time_zone(us, 'Europe/Pariss')", "dt.convert_time_zone(us, k)", "dt.convert_time_zone(day, 'UTC')",
    "dt.replace_time_zone(us, 'UTC', 'maybe')", "dt.base_utc_offset(us)", "dt.replace_time_zone(us)",
]:
    select("times", text, None, error="always")

# Other parts.
for text, polars in [
    ("dt.replace(month, 2020)", col("month").dt.replace(year=2020)),
    ("dt.replace(step, null, 3)", col("step").dt.replace(month=3)),
    ("dt.replace(step, null, null, 15, 23, 59, 58, 999999)",
     col("step").dt.replace(day=15, hour=23, minute=59, second=58, microsecond=999999)),
    ("dt.replace(us, 2024, 1, 1)", col("us").dt.replace(year=2024, month=1, day=1)),
    ("dt.replace(paris, null, null, null, 12)", col("paris").dt.replace(hour=12)),
    ("dt.replace(step, 2000 + n, 1)", col("step").dt.replace(year=2000 + col("n"), month=1)),
]:
    select("times", text, polars, error="polars")
select("times", "dt.replace(month, null, null, 31)", col("month").dt.replace(day=31), error="polars")
for text in ["dt.replace(time, 1)", "dt.replace(us, 'x')", "dt.replace(us, 1.5)"]:
    select("times", text, None, error="always")

# Business days.
for n in [0, 1, -1, 5, 23, -100]:
    for roll in ["forward", "backward"]:
        select("times", f"dt.add_business_days(month, {n}, '{roll}')", col("month").dt.add_business_days(n, roll=roll))
select("times", "dt.add_business_days(step, n, 'forward')", col("step").dt.add_business_days(pl.col("n"), roll="forward"))
select("times", "dt.add_business_days(month, 3, 'forward', '1111110', '2024-02-01', '2024-12-25')",
       col("month").dt.add_business_days(3, roll="forward", week_mask=[True] * 6 + [False], holidays=[date(2024, 2, 1), date(2024, 12, 25)]))
select("times", "dt.add_business_days(month, 1)", col("month").dt.add_business_days(1), error="polars")
for name in ["day", "us", "paris"]:
    select("times", f"dt.is_business_day({name})", col(name).dt.is_business_day())
select("times", "dt.is_business_day(month, '1111111', '2024-02-29')", col("month").dt.is_business_day(week_mask=[True] * 7, holidays=[date(2024, 2, 29)]))
# Row 3: counts are Int64.
select("times", "business_day_count(month, day)", pl.business_day_count("month", "day").cast(pl.Int64))
select("times", "business_day_count(day, date '2024-06-01')", pl.business_day_count("day", date(2024, 6, 1)).cast(pl.Int64))
select("times", "business_day_count(month, date '2024-06-01', '1010100', '2024-05-01')",
       pl.business_day_count("month", date(2024, 6, 1), week_mask=[True, False] * 3 + [False], holidays=[date(2024, 5, 1)]).cast(pl.Int64))
for text in ["dt.is_business_day(k)", "dt.is_business_day(day, '0000000')", "dt.is_business_day(day, '11')", "dt.add_business_days(day, 'x')"]:
    select("times", text, None, error="always")

# Made of numbers.
for text, polars in [
    ("date(2000 + n, 2, 29)", pl.date(2000 + col("n"), 2, 29)),
    ("date(2000 + n, 1 + n % 12, 1)", pl.date(2000 + col("n"), 1 + col("n") % 12, 1)),
    ("date(2024, 2, 29)", pl.date(2024, 2, 29)),
    ("datetime(2000 + n, 1, 31, n % 24)", pl.datetime(2000 + col("n"), 1, 31, col("n") % 24)),
    ("datetime(2024, 2, 29, 12, 30, 15, 123456)", pl.datetime(2024, 2, 29, 12, 30, 15, 123456)),
    # After 2100 Polars knows no summer time.
    ("datetime(2000 + n % 50, 6, 1, 12, 0, 0, 0, 'us', 'Europe/Paris')",
     pl.datetime(2000 + col("n") % 50, 6, 1, 12, time_unit="us", time_zone="Europe/Paris")),
    ("time(n % 24, 30)", pl.time(col("n") % 24, 30)),
    ("time(n, 0)", pl.time("n", 0)),
    ("duration(n)", pl.duration(weeks="n")),
    ("duration(0, n, n * 2, 0, 1, 0, 0, 0, 'ms')", pl.duration(days="n", hours=col("n") * 2, seconds=1, time_unit="ms")),
    ("duration(0, 0, 0, 0, 0, n, n, n, 'ns')", pl.duration(milliseconds="n", microseconds="n", nanoseconds="n", time_unit="ns")),
]:
    select("times", text, polars, error="polars")
for text in ["date(2023, 2)", "date('a', 1, 1)", "date(1.5, 1, 1)", "datetime(2024, 1, 1, 0, 0, 0, 0, 's')", "time()"]:
    select("times", text, None, error="always")
for text, data_type in [
    ("date(2023, 2, 29 + 0 * n)", pl.Date), ("time(24 + 0 * n)", pl.Time), ("datetime(2024, 13, 1 + 0 * n)", pl.Datetime("us")),
    ("datetime(2024, 1, 1, 0, 60 + 0 * n)", pl.Datetime("us")),
]:
    select("times", text, nothing(data_type), error=("all", "first"))

# Ranges.
for every in ["1d", "1w", "1mo", "1q"]:
    for closed in ["both", "left", "right", "none"]:
        select("times", f"date_ranges(month, dt.offset_by(month, '2mo'), '{every}', '{closed}')",
               pl.date_ranges(col("month"), col("month").dt.offset_by("2mo"), every, closed=closed))
select("times", "date_ranges(month, date '2024-03-31', '1mo')", pl.date_ranges(col("month"), date(2024, 3, 31), "1mo"))
for every in ["6h", "90m", "1d"]:
    for closed in ["both", "left", "right", "none"]:
        select("times", f"datetime_ranges(step, dt.offset_by(step, '1d'), '{every}', '{closed}')",
               pl.datetime_ranges(col("step"), col("step").dt.offset_by("1d"), every, closed=closed))
select("times", "datetime_ranges(paris, dt.offset_by(paris, '2d'), '1d')", pl.datetime_ranges(col("paris"), col("paris").dt.offset_by("2d"), "1d"))
select("times", "datetime_ranges(paris, dt.offset_by(paris, '2d'), '12h')", pl.datetime_ranges(col("paris"), col("paris").dt.offset_by("2d"), "12h"))
select("times", "time_ranges(time, time '23:59:59', '1h')", pl.time_ranges(col("time"), time(23, 59, 59), "1h"))
select("times", "time_ranges(time, time '12:00:00', '45m', 'left')", pl.time_ranges(col("time"), time(12), "45m", closed="left"))
select("times", "int_ranges(0, n)", pl.int_ranges(0, "n"))
select("times", "int_ranges(n)", pl.int_ranges(0, "n"))
select("times", "int_ranges(n, 10, 3)", pl.int_ranges("n", 10, 3))
select("times", "int_ranges(n, -10, -7)", pl.int_ranges("n", -10, -7))
for closed in ["both", "left", "right", "none"]:
    select("times", f"linear_spaces(n, 10, 4, '{closed}')", pl.linear_spaces("n", 10, 4, closed=closed), near=True)
select("times", "linear_spaces(0, 1, 1)", pl.linear_spaces(lit(0), lit(1), 1))
for text in ["date_ranges(month, day, '1h')", "date_ranges(month, day, '-1d')", "date_ranges(month, n)", "time_ranges(time, time, '1d')", "int_ranges(k)", "linear_spaces(n, 1)"]:
    select("times", text, None, error="always")
select("times", "int_ranges(n, 10, 0)", nothing(pl.List(pl.Int64)), error=("all", "first"))

# Times out of texts.
for form in ["%Y-%m-%d", "%d/%m/%Y", "%Y%m%d"]:
    select("texts", f"str.to_date(iso, '{form}')", col("iso").str.to_date(form), error=("all", "polars"))
select("texts", "str.to_date(u, '%Y')", nothing(pl.Date), error=("all", "first"))
for form in ["%Y-%m-%d %H:%M:%S", "%FT%T", "%Y-%m-%d %H:%M", "%FT%T%.f", "%F %T%.6f"]:
    select("texts", f"str.to_datetime(at, '{form}', null, null, false)", col("at").str.to_datetime(form, strict=False))
    select("texts", f"str.strptime(at, 'datetime', '{form}', false)", col("at").str.strptime(pl.Datetime, form, strict=False))
# A Z is an offset too.
for form in ["%FT%T%z", "%F %T%z"]:
    select("texts", f"str.to_datetime(at, '{form}', null, null, false)",
           col("at").str.replace("Z$", "+00:00").str.to_datetime(form, strict=False))
select("texts", "str.to_datetime(at, '%Y-%m-%d %H:%M:%S', 'ms', 'Europe/Paris', false)",
       col("at").str.to_datetime("%Y-%m-%d %H:%M:%S", time_unit="ms", time_zone="Europe/Paris", strict=False))
select("texts", "str.to_time(at, '%H:%M:%S', false)", col("at").str.to_time("%H:%M:%S", strict=False))
select("texts", "str.strptime(iso, 'date', '%Y-%m-%d', false)", col("iso").str.strptime(pl.Date, "%Y-%m-%d", strict=False))
for text in [
    "str.to_date(n)", "str.to_date(iso, '%Q')", "str.to_date(iso, '%H')", "str.to_time(at, '%Y-%m-%d')",
    "str.to_datetime(at, null, 's')", "str.strptime(at, 'day', '%F')", "str.to_date(iso, t)",
]:
    select("texts", text, None, error="always")

# There and back.
for text, polars in [
    ("str.to_date(dt.strftime(day, '%d %B %Y'), '%d %B %Y')", col("day")),
    ("str.to_datetime(dt.to_string(us), '%F %T%.f')", col("us")),
    ("str.to_time(dt.to_string(time))", col("time")),
    ("from_epoch(dt.epoch(us, 'us'), 'us')", col("us")),
    ("dt.combine(dt.date(us), dt.time(us))", col("us")),
    ("dt.replace_time_zone(dt.convert_time_zone(us, 'UTC'), null)", col("us")),
    ("date(dt.year(day), dt.month(day), dt.day(day))", col("day")),
]:
    select("times", text, polars)
