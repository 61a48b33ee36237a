"""Frames as the text that expected answers are kept in, and as JSON that the differential tests read.

The text of a value is what Lazuli's `Display for Scalar` writes, with two exceptions: null is `\\N`, and tabs, line breaks
and backslashes in strings are escaped. Within lists and structs null is `null` and strings stand in quotes.
"""

import math
import struct

import polars as pl

TYPES = {
    pl.Null: "Null", pl.Boolean: "Boolean", pl.Int8: "Int8", pl.Int16: "Int16", pl.Int32: "Int32", pl.Int64: "Int64",
    pl.UInt8: "UInt8", pl.UInt16: "UInt16", pl.UInt32: "UInt32", pl.UInt64: "UInt64", pl.Float32: "Float32",
    pl.Float64: "Float64", pl.String: "String", pl.Binary: "Binary", pl.Date: "Date", pl.Time: "Time",
    pl.Categorical: "Categorical",
}
UNITS = {"ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}


def type_name(data_type):
    """The type as Lazuli's `Display for DataType` writes it."""
    if isinstance(data_type, pl.Datetime):
        zone = f", {data_type.time_zone}" if data_type.time_zone else ""
        return f"Datetime({data_type.time_unit}{zone})"
    if isinstance(data_type, pl.Duration):
        return f"Duration({data_type.time_unit})"
    if isinstance(data_type, pl.Decimal):
        return f"Decimal({data_type.precision}, {data_type.scale})"
    if isinstance(data_type, pl.Enum):
        return f"Enum({len(data_type.categories)} categories)"
    if isinstance(data_type, pl.List):
        return f"List({type_name(data_type.inner)})"
    if isinstance(data_type, pl.Struct):
        return "Struct(" + ", ".join(f"{field.name}: {type_name(field.dtype)}" for field in data_type.fields) + ")"
    return TYPES[type(data_type) if not isinstance(data_type, type) else data_type]


def readable_type_name(data_type):
    """The type as `parse_data_type` reads it: an Enum lists its categories."""
    if isinstance(data_type, pl.Enum):
        return "Enum(" + ", ".join(f"'{category}'" for category in data_type.categories) + ")"
    return type_name(data_type)


def float_text(value, single):
    """The shortest digits that read back, as Rust writes them: 1.0, 1e16, 1.5e-7, NaN, inf."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "inf" if value > 0 else "-inf"
    text = repr(float(value))
    if single and value != 0:
        for digits in range(9):
            text = f"{value:.{digits}e}"
            if struct.unpack("f", struct.pack("f", float(text)))[0] == value:
                break
        text = repr(float(text))
    if "e" in text:
        digits, exponent = text.split("e")
        text = f"{digits}e{int(exponent)}"
    return text


def date_text(days):
    """A date of the proleptic Gregorian calendar, of any year (Howard Hinnant, `civil_from_days`)."""
    days += 719_468
    era, day_of_era = divmod(days, 146_097)
    year_of_era = (day_of_era - day_of_era // 1_460 + day_of_era // 36_524 - day_of_era // 146_096) // 365
    day_of_year = day_of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    month_index = (5 * day_of_year + 2) // 153
    day = day_of_year - (153 * month_index + 2) // 5 + 1
    month = month_index + 3 if month_index < 10 else month_index - 9
    year = year_of_era + era * 400 + (month <= 2)
    if year < 0:
        return f"-{-year:04}-{month:02}-{day:02}"
    return f"{year:04}-{month:02}-{day:02}" if year < 10_000 else f"+{year}-{month:02}-{day:02}"


def time_text(nanos):
    """`12:00:00`, with 3, 6 or 9 digits of fraction where they are needed."""
    seconds, fraction = divmod(nanos, 10**9)
    text = f"{seconds // 3_600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    if fraction == 0:
        return text
    digits = f"{fraction:09}"
    while digits.endswith("000"):
        digits = digits[:-3]
    return f"{text}.{digits}"


def datetime_text(ticks, unit):
    days, rest = divmod(ticks, 86_400 * UNITS[unit])
    return f"{date_text(days)} {time_text(rest * (10**9 // UNITS[unit]))}"


def duration_text(ticks, unit):
    """`1d 2h 3m 4.5s`, `-1d`, `0s`."""
    if ticks == 0:
        return "0s"
    seconds, fraction = divmod(abs(ticks), UNITS[unit])
    parts = [(seconds // 86_400, "d"), (seconds // 3_600 % 24, "h"), (seconds // 60 % 60, "m")]
    texts = [f"{amount}{letter}" for amount, letter in parts if amount]
    if fraction:
        digits = str(fraction * (10**9 // UNITS[unit])).zfill(9).rstrip("0")
        texts.append(f"{seconds % 60}.{digits}s")
    elif seconds % 60:
        texts.append(f"{seconds % 60}s")
    return ("-" if ticks < 0 else "") + " ".join(texts)


def bytes_text(value):
    """As Rust's `escape_ascii` within `b"..."`."""
    named = {9: "\\t", 10: "\\n", 13: "\\r", 34: '\\"', 39: "\\'", 92: "\\\\"}
    return 'b"' + "".join(named.get(byte, chr(byte) if 32 <= byte < 127 else f"\\x{byte:02x}") for byte in value) + '"'


def escaped(text):
    return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")


def values_of(series):
    """The values as Python holds them, times as ticks, lists as lists of their own texts."""
    return (series.to_physical() if series.dtype.is_temporal() else series).to_list()


def texts(series, nested=False):
    """The text of every value."""
    data_type = series.dtype
    null = "null" if nested else "\\N"
    if isinstance(data_type, pl.List):
        return [null if item is None else "[" + ", ".join(texts(item, True)) + "]" for item in series]
    if isinstance(data_type, pl.Struct):
        names = [field.name for field in data_type.fields]
        columns = [texts(series.struct.field(name), True) for name in names]
        rows = []
        for row, is_null in enumerate(series.is_null()):
            fields = ", ".join(f"{name}: {column[row]}" for name, column in zip(names, columns))
            rows.append(null if is_null else "{" + fields + "}")
        return rows
    if isinstance(data_type, pl.Duration):
        one = lambda ticks: duration_text(ticks, data_type.time_unit)
    elif isinstance(data_type, pl.Datetime):
        zone = " UTC" if data_type.time_zone else ""
        one = lambda ticks: datetime_text(ticks, data_type.time_unit) + zone
    elif data_type == pl.Date:
        one = date_text
    elif data_type == pl.Time:
        one = time_text
    elif data_type == pl.Boolean:
        one = lambda value: "true" if value else "false"
    elif data_type.is_float():
        one = lambda value: float_text(value, data_type == pl.Float32)
    elif data_type.is_decimal():
        one = lambda value: f"{value:.{data_type.scale}f}"
    elif data_type == pl.Binary:
        one = bytes_text
    elif nested and data_type in (pl.String, pl.Categorical, pl.Enum):
        one = lambda value: '"' + escaped(value).replace('"', '\\"') + '"'
    else:
        one = lambda value: escaped(str(value))
    return [null if value is None else one(value) for value in values_of(series)]


def frame_text(frame):
    """The typed header, then one line for each row."""
    lines = ["\t".join(f"{name}:{type_name(data_type)}" for name, data_type in frame.schema.items())]
    lines.extend("\t".join(row) for row in zip(*(texts(series) for series in frame.get_columns())))
    return "\n".join(lines) + "\n"


def json_values(series):
    """Values for JSON: times as ticks, decimals as digits, bytes as hexadecimal text, floats JSON can't write as text."""
    data_type = series.dtype
    if isinstance(data_type, pl.List):
        return [None if item is None else json_values(item) for item in series]
    if isinstance(data_type, pl.Struct):
        columns = [json_values(series.struct.field(field.name)) for field in data_type.fields]
        rows = [[column[row] for column in columns] for row in range(len(series))]
        return [None if is_null else row for row, is_null in zip(rows, series.is_null())]
    values = values_of(series)
    if data_type.is_float():
        finite = lambda value: value is None or math.isfinite(value)
        return [value if finite(value) else float_text(value, False) for value in values]
    if data_type.is_decimal():
        return [None if value is None else f"{value:.{data_type.scale}f}" for value in values]
    if data_type == pl.Binary:
        return [None if value is None else value.hex() for value in values]
    return values


def frame_json(frame):
    """A frame for `inputs/<name>.json`."""
    columns = [
        {"name": series.name, "type": readable_type_name(series.dtype), "values": json_values(series)}
        for series in frame.get_columns()
    ]
    return {"columns": columns}
