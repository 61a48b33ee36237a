"""Lists, structs, categories: their functions, casts, constructors, and choices of columns."""

from datetime import date

import polars as pl
import polars.selectors as cs
from polars import col, element, lit

from cases import Cases

CASES = Cases()
select, by = CASES.select, CASES.by

INT64 = pl.Int64


def each(function, dtype):
    """A Series made of each row by plain Python, for what Polars says otherwise or not at all."""
    return lambda frame: pl.Series([function(*row) for row in frame.rows()], dtype=dtype)


def nothing(dtype):
    """No rows: for what is an error as soon as there is one."""
    return lambda frame: pl.Series([], dtype=dtype)


# Aggregates of lists.
for column in ["ints", "floats", "small"]:
    L = col(column).list
    for text, polars in [("mean", L.mean()), ("median", L.median())]:
        select("lists", f"list.{text}({column})", polars)
    # -0.0 comes out of extremes as 0.0, since both are one value.
    for text, polars in [("min", L.min()), ("max", L.max())]:
        if column == "floats":
            polars = pl.when(polars == 0).then(lit(0.0)).otherwise(polars)
        select("lists", f"list.{text}({column})", polars)
    select("lists", f"list.std({column})", L.std(), near=True)
    select("lists", f"list.var({column})", L.var(), near=True)
    select("lists", f"list.first({column})", L.first())
    select("lists", f"list.last({column})", L.last())
# Row 2: integers sum to 64 bits.
select("lists", "list.sum(ints)", col("ints").list.sum())
select("lists", "list.sum(small)", col("small").list.sum().cast(INT64))
select("lists", "list.sum(floats)", col("floats").list.sum())
select("lists", "list.sum(flags)", col("flags").list.sum().cast(INT64))
# Row 3: counts and places are Int64.
for column in ["ints", "floats", "texts", "flags", "small", "nested", "pairs"]:
    L = col(column).list
    select("lists", f"list.len({column})", L.len().cast(INT64))
    select("lists", f"list.reverse({column})", L.reverse())
    select("lists", f"list.head({column}, 2)", L.head(2))
    select("lists", f"list.tail({column}, 1)", L.tail(1))
    select("lists", f"list.slice({column}, 1, 2)", L.slice(1, 2))
    select("lists", f"list.drop_nulls({column})", L.drop_nulls())
    if column not in ("ints", "floats", "small"):
        select("lists", f"list.first({column})", L.first())
    select("lists", f"list.get({column}, -1, true)", L.get(-1, null_on_oob=True))
for column in ["ints", "floats", "texts", "flags", "small"]:
    L = col(column).list
    select("lists", f"list.n_unique({column})", L.n_unique().cast(INT64))
    select("lists", f"list.unique({column})", L.unique(maintain_order=True))
    # Row 7: nulls are last.
    select("lists", f"list.sort({column})", L.sort(nulls_last=True))
    select("lists", f"list.sort({column}, true)", L.sort(descending=True, nulls_last=True))
    select("lists", f"list.sort({column}, false, false)", L.sort(nulls_last=False))
for column in ["ints", "small"]:
    select("lists", f"list.arg_min({column})", col(column).list.arg_min().cast(INT64))
    select("lists", f"list.arg_max({column})", col(column).list.arg_max().cast(INT64))
select("lists", "list.min(texts)", col("texts").list.min())
select("lists", "list.arg_max(texts)", each(
    lambda *row: None if row[2] is None or not any(t is not None for t in row[2])
    else row[2].index(max((t for t in row[2] if t is not None), key=str.encode)), INT64))
select("lists", "list.max(texts)", col("texts").list.max())
select("lists", "list.any(flags)", col("flags").list.any())
select("lists", "list.all(flags)", col("flags").list.all())
select("lists", "list.sum(texts)", None, error="always")
select("lists", "list.mean(n)", None, error="always")
select("lists", "list.any(ints)", None, error="always")

# Places.
select("lists", "list.get(ints, 0, true)", col("ints").list.get(0, null_on_oob=True))
select("lists", "list.get(ints, n, true)", col("ints").list.get(col("n"), null_on_oob=True))
select("lists", "list.get(ints, 0)", col("ints").list.get(0), error="polars")
select("lists", "list.get(ints, 100)", col("ints").list.get(100), error="polars")
select("lists", "list.get(nested, 0, true)", col("nested").list.get(0, null_on_oob=True))
select("lists", "list.get(ints, null)", col("ints").list.get(lit(None, dtype=INT64), null_on_oob=True))
select("lists", "list.head(ints, n)", each(
    # Negative numbers leave out the last ones; Polars gives all.
    lambda ints, *row: None if ints is None or row[-5] is None else ints[: row[-5]], pl.List(INT64)))
select("lists", "list.head(ints)", col("ints").list.head(5))
select("lists", "list.tail(ints, -1)", each(lambda ints, *_: None if ints is None else ints[1:], pl.List(INT64)))
select("lists", "list.slice(ints, n)", col("ints").list.slice(col("n")))
select("lists", "list.slice(ints, -2, 1)", col("ints").list.slice(-2, 1))
select("lists", "list.slice(texts, -10, 11)", col("texts").list.slice(-10, 11))
select("lists", "list.slice(ints, 0, -1)", nothing(pl.List(INT64)), error=("all", "first"))
select("lists", "list.gather(ints, small, true)", col("ints").list.gather(col("small"), null_on_oob=True))
select("lists", "list.gather(ints, concat_list(0, -1), true)",
       col("ints").list.gather(pl.concat_list(lit(0), lit(-1)), null_on_oob=True))
select("lists", "list.gather(ints, concat_list(0))", col("ints").list.gather(pl.concat_list(lit(0))), error="polars")
select("lists", "list.gather_every(ints, 2)", col("ints").list.gather_every(2))
select("lists", "list.gather_every(texts, 2, 1)", col("texts").list.gather_every(2, 1))
select("lists", "list.gather_every(ints, 0)", nothing(pl.List(INT64)), error=("all", "first"))
select("lists", "list.shift(ints)", col("ints").list.shift(1))
select("lists", "list.shift(ints, -2)", col("ints").list.shift(-2))
select("lists", "list.shift(texts, n)", col("texts").list.shift(col("n")))
select("lists", "list.shift(nested, 1)", col("nested").list.shift(1))
select("lists", "list.diff(ints)", col("ints").list.diff())
select("lists", "list.diff(floats)", col("floats").list.diff())
select("lists", "list.diff(ints, 2)", col("ints").list.diff(2))
select("lists", "list.item(list.head(days, 1))", col("days").list.first())
select("lists", "list.item(ints)", nothing(INT64), error=("all", "first"))
select("lists", "list.item(list.head(small, 1), true)", col("small").list.first())

# Values.
select("lists", "list.contains(ints, 1)", col("ints").list.contains(1))
select("lists", "list.contains(ints, n)", col("ints").list.contains(col("n")))
select("lists", "list.contains(ints, null)", col("ints").list.contains(lit(None, dtype=INT64)))
select("lists", "list.contains(ints, n, false)", col("ints").list.contains(col("n"), nulls_equal=False))
select("lists", "list.contains(floats, x)", col("floats").list.contains(col("x")))
select("lists", "list.contains(texts, s)", col("texts").list.contains(col("s")))
select("lists", "list.contains(texts, 'a')", col("texts").list.contains("a"))
select("lists", "list.contains(small, 2.5)", col("small").cast(pl.List(pl.Float64)).list.contains(2.5))
select("lists", "list.contains(days, date '2024-02-29')", col("days").list.contains(date(2024, 2, 29)))
select("lists", "list.contains(ints, 'a')", None, error="always")
select("lists", "list.count_matches(ints, 1)", col("ints").list.count_matches(1).cast(INT64))
select("lists", "list.count_matches(ints, n)", each(
    lambda ints, *row: None if ints is None else ints.count(row[-5]), INT64))
select("lists", "list.count_matches(texts, 'a')", col("texts").list.count_matches("a").cast(INT64))
select("lists", "list.count_matches(ints, null)", col("ints").list.count_matches(lit(None, dtype=INT64)).cast(INT64))

# Texts.
select("lists", "list.join(texts, '-')", col("texts").list.join("-"))
select("lists", "list.join(texts, '')", col("texts").list.join(""))
select("lists", "list.join(texts, sep)", col("texts").list.join(col("sep")))
select("lists", "list.join(texts, '+', false)", col("texts").list.join("+", ignore_nulls=False))
select("lists", "list.join(ints, ',')", None, error="always")


# Sets: items in the order of the left list, then of the right.
def sets(left, right, make):
    def of(frame):
        rows = zip(frame[left].to_list(), frame[right].to_list())
        made = [None if a is None or b is None else list(dict.fromkeys(make(a, b))) for a, b in rows]
        return pl.Series(made, dtype=pl.List(INT64 if left != "texts" else pl.String))
    return of


def sets_with(other, make):
    return lambda frame: sets("ints", "other", make)(frame.with_columns(other=lit(other, dtype=pl.List(INT64))))


OPERATIONS = [
    ("union", lambda a, b: [*a, *b]),
    ("intersection", lambda a, b: [item for item in a if item in b]),
    ("difference", lambda a, b: [item for item in a if item not in b]),
    ("symmetric_difference",
     lambda a, b: [*(item for item in a if item not in b), *(item for item in b if item not in a)]),
]
for name, make in OPERATIONS:
    select("lists", f"list.set_{name}(ints, small)", sets("ints", "small", make))
    select("lists", f"list.set_{name}(texts, concat_list('a', 'x'))",
           lambda frame, make=make: sets("texts", "other", make)(frame.with_columns(other=pl.concat_list(lit("a"), lit("x")))))
    polars = getattr(col("ints").list, f"set_{name}")(col("small").cast(pl.List(INT64)))
    select("lists", f"list.sort(list.set_{name}(ints, small))", polars.list.sort(nulls_last=True))
select("lists", "list.set_union(ints, texts)", None, error="always")

# Lists of columns.
select("lists", "list.concat(ints, small)", col("ints").list.concat(col("small").cast(pl.List(INT64))))
select("lists", "list.concat(texts, texts, s)", pl.concat_list("texts", "texts", "s"))
select("lists", "concat_list(n, n + 1)", pl.concat_list(col("n"), col("n") + 1))
select("lists", "concat_list(ints, 9)", pl.concat_list(col("ints"), lit(9, dtype=INT64)))
select("lists", "concat_list(n, x)", pl.concat_list(col("n").cast(pl.Float64), col("x")))
select("lists", "concat_list(s, null)", pl.concat_list(col("s"), lit(None, dtype=pl.String)))
select("lists", "concat_list(n, s)", None, error="always")
select("lists", "as_list(ints, small)", lambda frame: pl.Series(
    [list(row) for row in frame.select("ints", "small").rows()], dtype=pl.List(pl.List(INT64))))
select("lists", "[n, 1, null]", pl.concat_list(col("n"), lit(1, dtype=INT64), lit(None, dtype=INT64)))
select("lists", "list.set_difference(ints, [1, null])", sets_with([1, None], lambda a, b: [item for item in a if item not in b]))
select("structs", "{'u': a, 'v': b}", pl.struct(col("a").alias("u"), col("b").alias("v")))
select("lists", "as_list(n)", pl.concat_list("n"))
select("lists", "list.to_struct(ints, 'p', 'q')", col("ints").list.to_struct(fields=["p", "q"]))
select("lists", "list.to_struct(texts, 'only')", col("texts").list.to_struct(fields=["only"]))
select("lists", "list.to_struct(ints, 'p', 'p')", None, error="always")
select("lists", "list.to_array(days, 1)", col("days"))
select("lists", "list.to_array(ints, 3)", col("ints"), error="all")
select("lists", "arr.sum(list.to_array(days, 1))", None, error="always")
select("lists", "arr.max(list.to_array(days, 1))", col("days").list.max())
select("lists", "list.dot(floats, floats)", each(
    lambda ints, floats, *_: None if floats is None else sum((f * f for f in floats if f is not None), 0.0), pl.Float64))

# Expressions over items.
for text, polars in [
    ("element * 2", element() * 2),
    ("element + sum(element)", element() + element().sum()),
    ("element - min(element)", element() - element().min()),
    ("is_null(element)", element().is_null()),
    ("cast(element as String)", element().cast(pl.String)),
    ("when_positive", None),
]:
    if polars is None:
        text, polars = "case when element > 0 then element else 0 end", pl.when(element() > 0).then(element()).otherwise(0)
    select("lists", f"list.eval(ints, {text})", col("ints").list.eval(polars))
select("lists", "list.eval(ints, cum_sum(element))", col("ints").list.eval(element().cum_sum()))
select("lists", "list.eval(ints, rank(element))", col("ints").list.eval(element().rank()))
select("lists", "list.eval(texts, element + '!')", col("texts").list.eval(element() + "!"))
select("lists", "list.eval(nested, list.sum(element))", col("nested").list.eval(element().list.sum()))
select("lists", "list.eval(pairs, struct.field(element, 'a'))", col("pairs").list.eval(element().struct.field("a")))
select("lists", "list.eval(ints, sum(element))", col("ints").list.eval(element().sum()))
select("lists", "list.eval(nested, list.eval(element, element * 2))", col("nested").list.eval(element().list.eval(element() * 2)))
select("lists", "list.eval(nested, list.sort(element, true))", col("nested").list.eval(element().list.sort(descending=True, nulls_last=True)))
select("lists", "list.agg(ints, quantile(element, 0.5))", col("ints").list.agg(element().quantile(0.5, "linear")))
select("lists", "list.agg(texts, first(element))", col("texts").list.agg(element().first()))
select("lists", "list.eval(ints, n)", None, error="always")
select("lists", "list.eval(n, element)", None, error="always")
select("lists", "list.agg(ints, sum(element))", col("ints").list.agg(element().sum()))
select("lists", "list.agg(ints, max(element) - min(element))", col("ints").list.agg(element().max() - element().min()))
select("lists", "list.agg(texts, count(element))", col("texts").list.agg(element().count()).cast(INT64))
select("lists", "list.agg(ints, element)", None, error="always")
select("lists", "list.filter(ints, element > 1)", col("ints").list.filter(element() > 1))
select("lists", "list.filter(ints, element == max(element))", col("ints").list.filter(element() == element().max()))
select("lists", "list.filter(texts, element is null)", col("texts").list.filter(element().is_null()))
select("lists", "list.filter(floats, not is_nan(element))", col("floats").list.filter(~element().is_nan()))
select("lists", "list.filter(ints, element)", None, error="always")
by("k", "lists", "list.sum(implode(n))", lambda frame: frame.group_by("k", maintain_order=True).agg(out=col("n").sum()))
by("k", "lists", "list.len(implode(s))",
   lambda frame: frame.group_by("k", maintain_order=True).agg(out=pl.len().cast(INT64)))

# Casts of lists and structs.
select("lists", "cast(ints as List(Float64))", col("ints").cast(pl.List(pl.Float64)))
select("lists", "cast(ints as List(String))", col("ints").cast(pl.List(pl.String)))
select("lists", "cast(small as List(Int64))", col("small").cast(pl.List(INT64)))
select("lists", "try_cast(texts as List(Int64))", col("texts").cast(pl.List(INT64), strict=False))
select("lists", "cast(ints as List(UInt8))", col("ints").cast(pl.List(pl.UInt8)), error="polars")
select("lists", "cast(ints as Int64)", None, error="always")
select("structs", "cast(s as Struct(a: Float64, b: String))", col("s").cast(pl.Struct({"a": pl.Float64, "b": pl.String})))
select("structs", "cast(s as Struct(a: Int64, z: String))", None, error="always")

# Structs.
select("structs", "struct.field(s, 'a')", col("s").struct.field("a"))
select("structs", "struct.field(s, 'b')", col("s").struct.field("b"))
select("structs", "struct.field(deep, 'x')", col("deep").struct.field("x"))
select("structs", "struct.field(deep, 'inner')", col("deep").struct.field("inner"))
select("structs", "struct.field(struct.field(deep, 'inner'), 'day')", col("deep").struct.field("inner").struct.field("day"))
select("structs", "list.sum(struct.field(deep, 'list'))", col("deep").struct.field("list").list.sum())
select("structs", "struct.field(s, 'a') + a", col("s").struct.field("a") + col("a"))
select("structs", "struct.field(s, 'c')", None, error="always")
select("structs", "struct.field(a, 'a')", None, error="always")
select("structs", "struct.rename_fields(s, 'p', 'q')", col("s").struct.rename_fields(["p", "q"]))
select("structs", "struct.rename_fields(s, 'p')", None, error="always")
select("structs", "struct.with_fields(s, 'a', struct.field(s, 'a') * 2, 'c', p)",
       col("s").struct.with_fields((col("s").struct.field("a") * 2).alias("a"), col("p").alias("c")))
select("structs", "struct.with_fields(s, field('a') + 1)", col("s").struct.with_fields(pl.field("a") + 1))
select("structs", "struct.drop(s, 'a')", lambda frame: frame.select(
    pl.when(col("s").is_not_null()).then(pl.struct(col("s").struct.field("b")))).to_series())
select("structs", "struct.eval(s, field('a') * 2)", col("s").struct.field("a") * 2)
select("structs", "struct.json_encode(s)", col("s").struct.json_encode())
select("structs", "struct.json_encode(deep)", col("deep").struct.json_encode())
select("structs", "as_struct(a, b)", pl.struct("a", "b"))
select("structs", "as_struct(a + 1, x, 5)", pl.struct(col("a") + 1, col("x"), lit(5, dtype=pl.Int32)))
select("structs", "named_struct('u', a, 'v', b)", pl.struct(col("a").alias("u"), col("b").alias("v")))
select("structs", "as_struct(a, a)", None, error="always")
select("structs", "name.prefix_fields(s, 'p_')", col("s").name.prefix_fields("p_"))
select("structs", "name.suffix_fields(s, '_s')", col("s").name.suffix_fields("_s"))
select("structs", "is_null(s)", col("s").is_null())
by("k", "structs", "first(struct.field(s, 'b'))",
   lambda frame: frame.group_by("k", maintain_order=True).agg(out=col("s").struct.field("b").first()))

# Names and choices of columns, seen as the fields of a struct.
select("structs", "as_struct(name.suffix(a, '_x'), name.to_uppercase(b))", pl.struct(col("a").name.suffix("_x"), col("b").name.to_uppercase()))
select("structs", "as_struct(name.prefix(a + 1, 'n_'), name.keep(x))", pl.struct((col("a") + 1).name.prefix("n_"), col("x")))
select("structs", "as_struct(name.replace(json, '^(j)s', 'J$1'))", pl.struct(col("json").alias("Jjon")))
select("structs", "as_struct(name.replace(json, '(', ''))", None, error="always")
select("structs", "as_struct(cs.matches('('))", None, error="always")
select("structs", "as_struct(name.replace(json, 'js', 'J'), name.strip_suffix(json, 'on'))",
       pl.struct(col("json").alias("Jon"), col("json").alias("js")))
for text, polars in [
    ("cs.all()", pl.all()),
    ("cs.numeric()", cs.numeric()),
    ("cs.float()", cs.float()),
    ("cs.integer()", cs.integer()),
    ("cs.string()", cs.string()),
    ("cs.boolean()", cs.boolean()),
    ("cs.struct()", cs.struct()),
    ("cs.starts_with('a', 'j')", cs.starts_with("a", "j")),
    ("cs.ends_with('n')", cs.ends_with("n")),
    ("cs.contains('e')", cs.contains("e")),
    ("cs.by_index(1, -1)", cs.by_index(1, -1)),
    ("cs.first()", cs.first()),
    ("cs.last()", cs.last()),
    ("cs.numeric() | cs.string()", cs.numeric() | cs.string()),
    ("cs.all() - cs.struct()", cs.all() - cs.struct()),
    ("cs.string() & cs.contains('j')", cs.string() & cs.contains("j")),
    ("cs.numeric() ^ cs.by_name(a, b)", cs.numeric() ^ cs.by_name("a", "b")),
    ("~(cs.struct() | cs.string())", ~(cs.struct() | cs.string())),
    ("cs.by_dtype('Int64', 'Boolean')", cs.by_dtype(pl.Int64, pl.Boolean)),
    ("cs.exclude(s, deep)", pl.exclude("s", "deep")),
    ("cs.alpha()", cs.alpha()),
    ("cs.matches('^.$')", cs.matches("^.$")),
    ("cs.matches('e')", cs.matches("e")),
    ("cols(b, a)", pl.col("b", "a")),
]:
    select("structs", f"as_struct({text})", pl.struct(polars))
select("structs", "as_struct(name.suffix(cs.numeric() * 2, '_2'))", pl.struct((cs.numeric() * 2).name.suffix("_2")))
select("times", "as_struct(cs.temporal())", pl.struct(cs.temporal()))
select("times", "as_struct(cs.datetime() | cs.duration())", pl.struct(cs.datetime() | cs.duration()))
select("texts", "as_struct(cs.categorical(), cs.enum(), cs.binary())", pl.struct(cs.categorical(), cs.enum(), cs.binary()))
select("structs", "as_struct(cs.by_name(zz))", None, error="always")
select("structs", "struct.field(s, '*')", None, error="always")  # two columns of one name

# Categories and enums.
select("texts", "cat.len_bytes(c)", col("c").cat.len_bytes().cast(INT64))
select("texts", "cat.len_chars(c)", col("c").cat.len_chars().cast(INT64))
select("texts", "cat.starts_with(c, 'l')", col("c").cat.starts_with("l"))
select("texts", "cat.ends_with(e, 'd')", col("e").cast(pl.String).str.ends_with("d"))
select("texts", "cat.slice(c, 1, 2)", col("c").cat.slice(1, 2))
select("texts", "cat.slice(c, -2)", col("c").cat.slice(-2))
select("texts", "cat.physical(e)", col("e").cat.physical().cast(pl.UInt32))
select("texts", "cat.physical(c)", None, error="always")  # codes depend on how rows came together
select("texts", "cat.to(n % 3, 'x', 'y', 'z')",
       (col("n") % 3).replace_strict({0: "x", 1: "y", 2: "z"}, return_dtype=pl.Enum(["x", "y", "z"])))
select("texts", "cat.to(n, 'x', 'y')", nothing(pl.Enum(["x", "y"])), error=("all", "first"))
select("texts", "cat.len_bytes(t)", None, error="always")
ENUM = ["low", "mid", "high"]
for text, polars in [
    ("e = 'mid'", col("e") == "mid"),
    ("e != 'mid'", col("e") != "mid"),
    ("e < 'high'", col("e") < "high"),
    ("e >= 'mid'", col("e") >= "mid"),
    ("'mid' > e", col("e") < "mid"),
    ("e = 'none'", col("e") == "none"),
    ("c = 'low'", col("c") == "low"),
    ("c < 'm'", col("c") < "m"),
    ("c = k", col("c").cast(pl.String) == col("k")),
    ("e = c", col("e").cast(pl.String) == col("c").cast(pl.String)),
    ("e < cast('high' as Enum('low', 'mid', 'high'))", col("e") < lit("high", dtype=pl.Enum(ENUM))),
    ("cast(e as String)", col("e").cast(pl.String)),
    ("cast(c as String)", col("c").cast(pl.String)),
    ("cast(e as Categorical)", col("e").cast(pl.Categorical)),
    ("try_cast(c as Enum('low', 'mid', 'high'))", col("c").cast(pl.String).cast(pl.Enum(ENUM), strict=False)),
    ("cast(k as Categorical)", col("k").cast(pl.Categorical)),
    ("try_cast(k as Enum('a', 'c'))", col("k").cast(pl.Enum(["a", "c"]), strict=False)),
    ("coalesce(c, t)", pl.coalesce(col("c").cast(pl.String), col("t"))),
    ("max(e)", col("e").max()),
    ("min(c)", col("c").cast(pl.String).min().cast(pl.Categorical)),
]:
    select("texts", text, polars)
select("texts", "e < 'none'", None, error="always")
select("texts", "e < c", None, error="always")
select("texts", "cast(c as Enum('low'))", col("c").cast(pl.String).cast(pl.Enum(["low"])), error="polars")
by("k", "texts", "max(e)", lambda frame: frame.group_by("k", maintain_order=True).agg(out=col("e").max()))
by("k", "texts", "cat.get_categories(implode(e))", lambda frame: frame.group_by("k", maintain_order=True).agg(
    out=lit(pl.Series([ENUM]), dtype=pl.List(pl.String)).first()))

# Casts between times, spans and their texts.
select("times", "cast(cast(span_ms as String) as Duration(ms))", col("span_ms"))
select("times", "cast(cast(span_ns as String) as Duration(ns))", col("span_ns"))
select("times", "cast(time as Duration(ns))", col("time").cast(pl.Duration("ns")))
select("times", "cast(cast(time as Duration(ns)) as Time)", col("time"))
select("times", "try_cast(span as Time)", lambda frame: frame.select(
    pl.when(col("span").cast(INT64).is_between(0, 86_399_999_999)).then(col("span").cast(INT64) * 1000).cast(pl.Time)).to_series())
select("texts", "try_cast(num as Duration(ms))", lambda frame: pl.Series([None] * len(frame), dtype=pl.Duration("ms")))

# Numbers and times, by ticks.
for text, polars in [
    ("cast(span as Float64)", col("span").cast(pl.Float64)),
    ("cast(day as Float64)", col("day").cast(pl.Float64)),
    ("cast(n * 1.5 as Duration(ms))", (col("n") * 1.5).cast(pl.Duration("ms"))),
    ("cast(n * 0.75 as Date)", (col("n") * 0.75).cast(INT64).cast(pl.Int32).cast(pl.Date)),
    ("cast(n as Datetime(us))", col("n").cast(pl.Datetime("us"))),
]:
    select("times", text, polars)
