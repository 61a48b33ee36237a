"""Functions of strings: `str.*`, `concat_str`, `format`, and SQL's names for some of them."""

import polars as pl
from polars import col, lit

from cases import Cases

CASES = Cases()
by = CASES.by
T, U = col("t").str, col("u").str


def select(text, polars, input="texts", **options):
    CASES.select(input, text, polars, **options)


def int64(expr):
    """Row 3 of docs/semantics.md: lengths, places and counts are Int64."""
    return expr.cast(pl.Int64)


def null(data_type):
    return lit(None, dtype=data_type)


# Case, lengths.
for name in ["to_lowercase", "to_uppercase", "to_titlecase"]:
    for column in ["t", "u", "k", "iso"]:
        select(f"str.{name}({column})", getattr(col(column).str, name)())
for name in ["len_bytes", "len_chars"]:
    for column in ["t", "u", "num"]:
        select(f"str.{name}({column})", int64(getattr(col(column).str, name)()))
select("str.len_chars(str.to_uppercase(t))", int64(T.to_uppercase().str.len_chars()))
select("str.to_lowercase(n)", None, error="always")
select("str.len_chars(n)", None, error="always")
select("str.to_uppercase()", None, error="always")
select("str.to_uppercase(t, 'x')", None, error="always")
# Categories are texts; Polars has other functions for them.
select("str.to_uppercase(c)", col("c").cast(pl.String).str.to_uppercase())
select("str.len_bytes(e)", int64(col("e").cast(pl.String).str.len_bytes()))
select("upper(t)", T.to_uppercase())
select("lower(t)", T.to_lowercase())
select("length(t)", int64(T.len_chars()))

# Ends.
for name in ["starts_with", "ends_with"]:
    function = lambda column, argument: getattr(col(column).str, name)(argument)
    for text in ["a", "A", "", "Hello", "é", "日本語", "  ", "Hello World!!", "foo_bar-", "123", "World"]:
        select(f"str.{name}(t, '{text}')", function("t", text))
    for text in ["a", "20", "2024-02-", "2024-02-29", "2024-02-29 ", "29", "02-29", "-02-29 "]:
        select(f"str.{name}(iso, '{text}')", function("iso", text))
    select(f"str.{name}(t, u)", function("t", col("u")))
    select(f"str.{name}(t, t)", function("t", col("t")))
    select(f"str.{name}(t, null)", function("t", null(pl.String)))
    select(f"str.{name}(t, n)", None, error="always")
    select(f"str.{name}(t)", None, error="always")

# Whether a pattern is found, and where, and how often.
PATTERNS = [
    "a", "o W", "", "a+", "^a", "a$", "[0-9]+", r"\d{3}", r"\s", "(?i)ABC", r"\bbar\b", "é", "[À-ÿ]", r"^$", "a|b", ".", "a.b", r"\p{L}+",
    r"\w+-\w+", "(,)+", "(?m)e$", "x*", "^.{3}$", r"[^a-z ]", "Str(a|b)ße",
]
for pattern in PATTERNS:
    quoted = pattern.replace("'", "''")
    select(f"str.contains(t, '{quoted}')", T.contains(pattern))
    select(f"str.count_matches(t, '{quoted}')", int64(T.count_matches(pattern)))
    select(f"str.find(t, '{quoted}')", int64(T.find(pattern)))
    select(f"str.extract_all(t, '{quoted}')", T.extract_all(pattern))
    select(f"str.replace(t, '{quoted}', '<$0>')", T.replace(pattern, "<$0>"))
    select(f"str.replace_all(t, '{quoted}', '-')", T.replace_all(pattern, "-"))
LITERALS = ["a", "", ".", ",", "é", "(", "aa", "lo", "本語", "👍", "$", " "]
for text in LITERALS:
    select(f"str.contains(t, '{text}', true)", T.contains(text, literal=True))
    select(f"str.count_matches(t, '{text}', true)", int64(T.count_matches(text, literal=True)))
    select(f"str.find(t, '{text}', true)", int64(T.find(text, literal=True)))
    select(f"str.replace(t, '{text}', '$1', true)", T.replace(text, "$1", literal=True))
    select(f"str.replace_all(t, '{text}', '$0', true)", T.replace_all(text, "$0", literal=True))
select("str.contains(t, u, true)", T.contains(col("u"), literal=True))
select("str.find(t, u, true)", int64(T.find(col("u"), literal=True)))
select("str.count_matches(t, u, true)", int64(T.count_matches(col("u"), literal=True)))
select("str.contains(t, null)", T.contains(null(pl.String)))
select("str.find(t, null)", int64(T.find(null(pl.String))))
select("str.contains(t, '(')", None, error="always")
select("str.contains(t, '(', false, false)", T.contains("(", strict=False))
select("str.find(t, '(?=a)')", None, error="always")
# A pattern by row must be literal: whether each is a regular expression would only show as it runs.
select("str.contains(t, u)", None, error="always")
select("str.contains(t, 1)", None, error="always")

# Replacing. A group that there is not is an error; Polars puts in nothing.
select("str.replace(t, 'a', '$1')", None, error="always")
select("str.replace_all(t, '(a)(b)?', '[$1|$2]')", T.replace_all("(a)(b)?", "[$1|$2]"))
select("str.replace_all(t, '(?<x>[a-z])(?<y>[a-z])', '${y}${x}')", T.replace_all("(?<x>[a-z])(?<y>[a-z])", "${y}${x}"))
select("str.replace_all(t, 'a', '$$')", T.replace_all("a", "$$"))
select("str.replace_all(t, 'a', '$')", T.replace_all("a", "$"))
# Null where any of the three is, as everywhere; Polars leaves the text as it is, or fails.
select("str.replace(t, 'a', u)", lambda f: pl.Series(
    [None if t is None or u is None else t.replace("a", u, 1) for t, u in zip(f["t"], f["u"])], dtype=pl.String
))
select("str.replace(t, 'a', 'b', true, 2)", T.replace("a", "b", literal=True, n=2))
select("str.replace(t, 'a', 'b', true, -1)", T.replace("a", "b", literal=True, n=-1))
select("str.replace(t, 'a', 'b', true, 0)", T.replace("a", "b", literal=True, n=0))
select("str.replace_all(t, null, 'x')", lambda f: pl.Series([None] * f.height, dtype=pl.String))
select("str.replace(t, 'a', null)", lambda f: pl.Series([None] * f.height, dtype=pl.String))

# Groups of matches.
for pattern, group in [
    (r"(\w+)", 1), (r"(\w+)\s(\w+)", 2), ("a", 0), (r"(\d)|([a-z])", 1), (r"(\d)|([a-z])", 2), ("(é)", 1), ("(?<word>[A-Z]+)", 1), ("(x)?", 1),
]:
    select(f"str.extract(t, '{pattern}', {group})", T.extract(pattern, group))
select(r"str.extract(iso, '(\d+)-(\d+)-(\d+)')", col("iso").str.extract(r"(\d+)-(\d+)-(\d+)"))
select(r"str.extract_groups(iso, '(?<year>\d+)-(?<month>\d+)-(\d+)')", col("iso").str.extract_groups(r"(?<year>\d+)-(?<month>\d+)-(\d+)"))
select(r"str.extract_groups(t, '(a)(b)?')", T.extract_groups("(a)(b)?"))
# A group that there is not is an error; Polars gives null.
select("str.extract(t, 'a', 1)", None, error="always")
select("str.extract_groups(t, 'a')", None, error="always")

# Stripping.
for name in ["strip_chars", "strip_chars_start", "strip_chars_end"]:
    function = getattr(T, name)
    select(f"str.{name}(t)", function())
    for text in ["", " ", "aHx", "é,日 ", "\t\n"]:
        select(f"str.{name}(t, '{text}')", function(text))
    select(f"str.{name}(t, u)", function(col("u")))
    select(f"str.{name}(at)", getattr(col("at").str, name)())
for text in ["a", "Hello ", "", "  ", "日", "foo_bar-baz", "  spaces  "]:
    select(f"str.strip_prefix(t, '{text}')", T.strip_prefix(text))
    select(f"str.strip_suffix(t, '{text}')", T.strip_suffix(text))
select("str.strip_prefix(t, t)", T.strip_prefix(col("t")))
select("str.strip_suffix(t, u)", T.strip_suffix(col("u")))
select("str.strip_suffix(t, null)", T.strip_suffix(null(pl.String)))
select("trim(t)", T.strip_chars())
select("ltrim(t, 'H ')", T.strip_chars_start("H "))
select("trim(trailing 'd' from t)", T.strip_chars_end("d"))

# Parts by characters.
for offset, length in [(0, 3), (2, 4), (-3, 2), (-3, None), (1, None), (100, 1), (-100, 3), (-100, 200), (0, 0), (-7, 5)]:
    length_text = "" if length is None else f", {length}"
    select(f"str.slice(t, {offset}{length_text})", T.slice(offset, length))
for n in [0, 1, 3, -1, -3, 100, -100]:
    select(f"str.head(t, {n})", T.head(n))
    select(f"str.tail(t, {n})", T.tail(n))
select("str.head(t, n)", T.head(col("n")))
select("str.tail(t, n)", T.tail(col("n")))
select("str.slice(t, n)", T.slice(col("n")))
select("str.slice(t, n, 2)", T.slice(col("n"), 2))
select("str.slice(t, null, 2)", T.slice(null(pl.Int64), 2))
select("str.head(t, null)", T.head(null(pl.Int64)))
select("str.slice(t, 1, -1)", None, error="always")
select("str.slice(t, 'x')", None, error="always")
select("substr(t, 2, 3)", T.slice(1, 3))
select("left(t, 2)", T.head(2))
select("right(t, 2)", T.tail(2))

# Filling up.
for length, fill in [(0, " "), (6, "*"), (10, "é"), (3, "0")]:
    select(f"str.pad_start(t, {length}, '{fill}')", T.pad_start(length, fill))
    select(f"str.pad_end(t, {length}, '{fill}')", T.pad_end(length, fill))
select("str.pad_start(t, 12)", T.pad_start(12))
select("str.pad_end(t, 12)", T.pad_end(12))
select("str.pad_start(t, null)", T.pad_start(null(pl.Int64)))
for length in [0, 4, 9]:
    select(f"str.zfill(num, {length})", col("num").str.zfill(length))
    select(f"str.zfill(t, {length})", T.zfill(length))
select("str.pad_start(t, -1)", None, error="always")
select("str.pad_start(t, 5, 'ab')", None, error="always")
select("str.zfill(t, n)", T.zfill(col("n")), error="all")  # Polars fails too: a length of -1

# Splitting.
for text in [",", "", "a", " ", "o", "aa", "本"]:
    select(f"str.split(t, '{text}')", T.split(text))
    select(f"str.split(t, '{text}', true)", T.split(text, inclusive=True))
    for n in [1, 2]:
        select(f"str.split_exact(t, '{text}', {n})", T.split_exact(text, n))
        select(f"str.split_exact(t, '{text}', {n}, true)", T.split_exact(text, n, inclusive=True))
        select(f"str.splitn(t, '{text}', {n + 1})", T.splitn(text, n + 1))
for pattern in [r"\s+", "[,a]", "x*", r"\W", "a"]:
    select(f"str.split(t, '{pattern}', false, false)", T.split(pattern, literal=False))
# The empty text has no piece that a match ends, by a text or by an expression; Polars has one by an expression.
select("str.split(t, '[,a ]', true, false)", lambda f: pl.Series(
    [pieces if t != "" else [] for t, pieces in zip(f["t"], f["t"].str.split("[,a ]", literal=False, inclusive=True))],
    dtype=pl.List(pl.String),
))
select("str.split(t, u)", T.split(col("u")))
select("str.split(t, null)", T.split(null(pl.String)))
select("str.split_exact(t, ',', 0)", T.split_exact(",", 0))
select("str.splitn(t, ',', 1)", T.splitn(",", 1))
select("str.splitn(t, ',', 0)", None, error="always")  # a struct has fields
select("str.split(t, '(', false, false)", None, error="always")

# Numbers in texts.
NUM = col("num").str
for base in [2, 8, 10, 16, 36]:
    select(f"str.to_integer(num, {base}, false)", NUM.to_integer(base=base, strict=False))
    select(f"str.to_integer(hex, {base}, false)", col("hex").str.to_integer(base=base, strict=False))
select("str.to_integer(num, 10, false, cast(null as Int8))", NUM.to_integer(strict=False, dtype=pl.Int8))
select("str.to_integer(num, 10, false, cast(null as UInt64))", NUM.to_integer(strict=False, dtype=pl.UInt64))
select("str.to_integer(num)", NUM.to_integer(), error="polars")
select("str.to_integer(num, 1)", None, error="always")
select("str.to_integer(num, 10, true, 'x')", None, error="always")
for scale in [0, 2, 5, 20]:
    select(f"str.to_decimal(num, {scale})", NUM.to_decimal(scale=scale))
select("str.to_decimal(num, 39)", None, error="always")

# Several texts at once.
for texts, options in [
    (["a", "o"], {}), (["lo", "l", "World"], {}), (["HELLO", "ABC"], {"ascii_case_insensitive": True}), (["é", "本語"], {}), (["zzz"], {}),
    (["aa", "a"], {}),
]:
    words = ", ".join(f"'{text}'" for text in texts) + (", true" if options else "")
    select(f"str.contains_any(t, {words})", T.contains_any(texts, **options))
    select(f"str.find_many(t, {words})", T.find_many(texts, **options).cast(pl.List(pl.Int64)))
    select(f"str.extract_many(t, {words})", T.extract_many(texts, **options))
    pairs = ", ".join(f"'{text}', '<{index}>'" for index, text in enumerate(texts)) + (", true" if options else "")
    values = [f"<{index}>" for index in range(len(texts))]
    select(f"str.replace_many(t, {pairs})", T.replace_many(texts, values, **options))
select("str.find_many(t, 'lo', 'o', 'aa', false, true)", T.find_many(["lo", "o", "aa"], overlapping=True).cast(pl.List(pl.Int64)))
select("str.extract_many(t, 'a', 'ab', 'abc', true, false, true)", T.extract_many(["a", "ab", "abc"], ascii_case_insensitive=True, leftmost=True))
select("str.extract_many(t, 'aa', 'a', false, true)", T.extract_many(["aa", "a"], overlapping=True))
select("str.replace_many(t, 'a', 'b', 'b', 'a')", T.replace_many(["a", "b"], ["b", "a"]))
select("str.replace_many(t, 'bar', '1', 'foo_bar', '2', false, true)", T.replace_many(["bar", "foo_bar"], ["1", "2"], leftmost=True))
for text, polars in [
    ("str.contains_any(t, ['a', 'World'])", T.contains_any(["a", "World"])),
    ("str.contains_any(t, ['A', null], true)", T.contains_any(["A"], ascii_case_insensitive=True)),
    ("str.find_many(t, ['a', 'lo', 'o'], false, true)", T.find_many(["a", "lo", "o"], overlapping=True).cast(pl.List(pl.Int64))),
    ("str.extract_many(t, ['a', 'é'])", T.extract_many(["a", "é"])),
    ("str.replace_many(t, ['a', 'é'], ['1', '2'])", T.replace_many(["a", "é"], ["1", "2"])),
    ("str.replace_many(t, ['a', 'é'], '-')", T.replace_many(["a", "é"], ["-"])),
]:
    select(text, polars)
select("str.replace_many(t, ['a', 'b'], ['x'])", None, error="always")
select("str.contains_any(t, [1])", None, error="always")
select("str.replace_many(t, 'a')", None, error="always")
select("str.contains_any(t, u)", None, error="always")

# Encodings.
for encoding in ["hex", "base64"]:
    select(f"str.encode(t, '{encoding}')", T.encode(encoding))
    select(f"str.decode(hex, '{encoding}', false)", col("hex").str.decode(encoding, strict=False))
    select(f"str.decode(str.encode(t, '{encoding}'), '{encoding}')", T.encode(encoding).str.decode(encoding))
    select(f"str.decode(hex, '{encoding}')", col("hex").str.decode(encoding), error="polars")
select("str.encode(t, 'utf8')", None, error="always")
select("str.escape_regex(t)", T.escape_regex())
select("str.escape_regex(iso)", col("iso").str.escape_regex())

# JSON.
JSON = col("json").str
for path in ["$", "$.a", "$.b", "$[0]", "$[1]", "$[-1]", "$.a.c", "$.a.c[1].d", "$['a']", "$..d", "$.a.c[*]", "$.nothing"]:
    quoted = path.replace("'", "''")
    select(f"str.json_path_match(json, '{quoted}')", JSON.json_path_match(path), input="structs")
select("str.json_path_match(json, 'a')", None, input="structs", error="always")
select("str.json_path_match(json, null)", JSON.json_path_match(null(pl.String)), input="structs")
for text, data_type, values in [
    ("Int64", pl.Int64, ["1", None, "-7", "null", "9007199254740993"]),
    ("Float64", pl.Float64, ["1", None, "2.5", "null", "-1e3"]),
    ("String", pl.String, ['"a"', None, '"é\\n"', "null", '""']),
    ("Boolean", pl.Boolean, ["true", None, "false", "null", "true"]),
]:
    # The texts are made of `k`, which has five values.
    cases = " ".join(
        f"when k = '{key}' then '{value}'" for key, value in zip("abcd", [values[0], *values[2:]])
    )
    mapping = dict(zip("abcd", [values[0], *values[2:]]))
    select(
        f"str.json_decode(case {cases} end, cast(null as {text}))",
        col("k").replace_strict(mapping, default=None, return_dtype=pl.String).str.json_decode(data_type),
    )
# A value that the type does not hold is an error; Polars cuts 2.5 to 2 and reads true as 1.
for value in ["2.5", "true", '"1"', "{", "", "99999999999999999999"]:
    text = f"str.json_decode(case when k = 'a' then '{value}' end, cast(null as Int64))"
    select(text, lambda f: pl.Series([], dtype=pl.Int64), error=("all", "first"))

# Several columns as one text.
select("concat_str('-', false, t, u)", pl.concat_str("t", "u", separator="-"))
select("concat_str('-', true, t, u, k)", pl.concat_str("t", "u", "k", separator="-", ignore_nulls=True))
select("concat_str('', false, k, n)", pl.concat_str("k", "n"))
select("concat_str(', ', true, k, n, c)", pl.concat_str("k", "n", "c", separator=", ", ignore_nulls=True))
select("concat_str('|', true, n, x, b, dec)", pl.concat_str("n", "x", "b", "dec", separator="|", ignore_nulls=True), input="numbers")
select("concat_str(' ', false, day, n)", pl.concat_str("day", "n", separator=" "), input="times")
select("concat_str('-', false)", None, error="always")
select("concat_str(t, false, u)", None, error="always")
select("format('{}:{}', t, n)", pl.format("{}:{}", "t", "n"))
select("format('{{{}}}', k)", pl.concat_str(lit("{"), col("k"), lit("}")))
select("format('{} {}', t)", None, error="always")
select("format('{', t)", None, error="always")

# The texts of a group as one.
for text, polars in [
    ("str.join(t)", T.join()),
    ("str.join(t, '-')", T.join("-")),
    ("str.join(t, ', ', false)", T.join(", ", ignore_nulls=False)),
]:
    by("g", "groups", text, polars)
    by("h, p", "groups", text, polars)
    CASES.select("groups", text, polars)
    select(text, polars)
by("k", "texts", "str.join(str.to_uppercase(u), '+')", U.to_uppercase().str.join("+"))
select("str.join(n)", None, error="always")
select("str.join(t, u)", None, error="always")

# What needs Unicode's tables.
for column in ["t", "u", "at"]:
    select(f"str.reverse({column})", col(column).str.reverse())
    for form in ["NFC", "NFD", "NFKC", "NFKD"]:
        select(f"str.normalize({column}, '{form}')", col(column).str.normalize(form))
select("str.normalize(t)", T.normalize())
select("str.normalize(t, 'nfc')", None, error="always")
