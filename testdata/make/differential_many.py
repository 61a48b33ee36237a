"""Aggregates that give rows, and those that look at all rows of a group at once."""

from datetime import date

import polars as pl
from polars import col

from cases import Cases

CASES = Cases()
select = CASES.select


def everywhere(text, polars, **options):
    """Of all rows; by a key of text; by two keys; by a float key, in which NaN and both zeros are groups."""
    CASES.select("groups", text, polars, **options)
    CASES.by("g", "groups", text, polars, **options)
    CASES.by("g, h", "groups", text, polars, **options)
    CASES.by("f", "groups", text, polars, **options)


def positive_zero(polars):
    return pl.when(polars == 0).then(0).otherwise(polars)


ANY = ["n", "m", "y", "t", "c", "day", "p", "dec"]
ORDERED = ["n", "m", "y", "t", "day"]

# One value a group. Integers of products are Int64, as those of sums (row 2).
for name in ["h", "m"]:
    everywhere(f"product({name})", col(name).cast(pl.Int64).product())
everywhere("product(w)", col("w").product())
everywhere("product(y)", col("y").product() + 0.0, near=True)
everywhere("product(p)", col("p").product())
for name in ["n", "m", "y", "t", "day", "p", "w"]:
    # Row 3: places are Int64.
    everywhere(f"arg_min({name})", col(name).arg_min().cast(pl.Int64))
    everywhere(f"arg_max({name})", col(name).arg_max().cast(pl.Int64))
for name in ["n", "x", "y"]:
    # Row 32: -0.0 comes out as 0.0.
    everywhere(f"nan_min({name})", positive_zero(col(name).nan_min()))
    everywhere(f"nan_max({name})", positive_zero(col(name).nan_max()))
everywhere("any(p)", col("p").any())
everywhere("all(p)", col("p").all())
everywhere("any(p, false)", col("p").any(ignore_nulls=False))
everywhere("all(p, false)", col("p").all(ignore_nulls=False))
everywhere("any(n > 4)", (col("n") > 4).any())
for name in [*ANY, "l", "x"]:
    everywhere(f"has_nulls({name})", col(name).has_nulls())
    everywhere(f"first({name}, true)", col(name).drop_nulls().first())
    everywhere(f"last({name}, true)", col(name).drop_nulls().last())
for name in ["y", "w", "n", "m"]:
    for ddof in [0, 1, 2]:
        everywhere(f"std({name}, {ddof})", col(name).std(ddof), near=True)
        everywhere(f"var({name}, {ddof})", col(name).var(ddof), near=True)
    for method in ["nearest", "lower", "higher", "midpoint", "linear", "equiprobable"]:
        for share in [0.25, 0.5, 0.9]:
            select("groups", f"quantile({name}, {share}, '{method}')", col(name).quantile(share, method), near=True)
        CASES.by("g", "groups", f"quantile({name}, 0.4, '{method}')", col(name).quantile(0.4, method), near=True)


for name in ["y", "w", "n"]:
    select("groups", f"skew({name})", col(name).skew(), near=True)
    select("groups", f"skew({name}, false)", col(name).skew(bias=False), near=True)
    select("groups", f"kurtosis({name})", col(name).kurtosis(), near=True)
    select("groups", f"kurtosis({name}, false)", col(name).kurtosis(fisher=False), near=True)
    select("groups", f"kurtosis({name}, true, false)", col(name).kurtosis(bias=False), near=True)
CASES.by("g", "groups", "skew(y)", col("y").skew(), near=True)
CASES.by("g", "groups", "kurtosis(y)", col("y").kurtosis(), near=True)


def of_some(polars):
    """Null of nothing, where Polars has -0.0."""
    return pl.when(col("w").count() > 0).then(polars)


select("groups", "entropy(w)", of_some(col("w").entropy()), near=True)
select("groups", "entropy(w, 2)", of_some(col("w").entropy(2.0)), near=True)
CASES.by("g", "groups", "entropy(w)", col("w").entropy() + 0.0, near=True)
for name in ANY:
    for by in ["o", "y", "m", "t"]:
        everywhere(f"min_by({name}, {by})", col(name).min_by(by))
        everywhere(f"max_by({name}, {by})", col(name).max_by(by))
    everywhere(f"get({name}, 0, true)", col(name).get(0, null_on_oob=True))
    everywhere(f"get({name}, 1, true)", col(name).get(1, null_on_oob=True))
    everywhere(f"get({name}, -1, true)", col(name).get(-1, null_on_oob=True))
    everywhere(f"get({name}, -3, true)", col(name).get(-3, null_on_oob=True))
select("groups", "get(n, 0)", col("n").get(0), error="none")
select("groups", "get(n, 3)", col("n").get(3), error=("none", "first"))
CASES.by("g", "groups", "get(n, 1)", col("n").get(1), error=("all", "first"))
select("groups", "item(n)", col("n").item(), error=("all", "none"))
select("groups", "item(n, true)", col("n").item(allow_empty=True), error="all")


def index_of(value):
    def found(frame, name, wanted=value):
        places = [place for place, value in enumerate(frame[name].to_list()) if value == wanted]
        return pl.Series([places[0] if places else None], dtype=pl.Int64)

    return found


for name, value, text in [("n", 4, "4"), ("n", 99, "99"), ("n", None, "null"), ("m", 7, "7"), ("t", "pear", "'pear'"), ("t", "no", "'no'"), ("p", False, "false"), ("p", None, "null"), ("y", 3.0, "3"), ("y", 8.5, "8.5"), ("day", date(2024, 2, 29), "'2024-02-29'")]:
    found = index_of(value)
    select("groups", f"index_of({name}, {text})", lambda frame, found=found, name=name: found(frame, name))
for value in [0, 1, 4, 16, 17, 3.5]:
    for side in ["any", "left", "right"]:
        select("groups", f"search_sorted(sort(o), {value}, '{side}')", col("o").sort().cast(pl.Float64).search_sorted(float(value), side=side).cast(pl.Int64))
select("groups", "search_sorted(sort(o, true), 4, 'left', true)", col("o").sort(descending=True).search_sorted(4, side="left", descending=True).cast(pl.Int64))
for name in ["n", "o", "t", "y"]:
    select("groups", f"is_sorted({name})", lambda frame, name=name: pl.Series([frame[name].is_sorted(nulls_last=True)]))
    select("groups", f"is_sorted(sort({name}))", lambda frame: pl.Series([True]))
    select("groups", f"is_sorted(sort({name}, true), true)", lambda frame: pl.Series([True]))
    select("groups", f"is_sorted(sort({name}, false, true), false, true)", lambda frame: pl.Series([True]))

# Rows; lists for groups.
for name in [*ANY, "i8", "x"]:
    if name != "x":
        everywhere(f"unique({name})", col(name).unique(maintain_order=True))
        everywhere(f"arg_unique({name})", col(name).arg_unique().cast(pl.Int64))
        everywhere(f"unique_counts({name})", col(name).unique_counts().cast(pl.Int64))
        # Row 10: null is no mode.
        everywhere(f"mode({name})", col(name).drop_nulls().mode(maintain_order=True))
        everywhere(f"mode_with_nulls({name})", col(name).mode(maintain_order=True))
    everywhere(f"drop_nulls({name})", col(name).drop_nulls())
    everywhere(f"head({name})", col(name).head())
    everywhere(f"head({name}, 2)", col(name).head(2))
    everywhere(f"tail({name}, 2)", col(name).tail(2))
    everywhere(f"tail({name}, 0)", col(name).tail(0))
    everywhere(f"slice({name}, 1, 2)", col(name).slice(1, 2))
    everywhere(f"slice({name}, -2)", col(name).slice(-2))
    everywhere(f"slice({name}, -3, 2)", col(name).slice(-3, 2))
    everywhere(f"slice({name}, 100, 2)", col(name).slice(100, 2))
    everywhere(f"gather_every({name}, 2)", col(name).gather_every(2))
    everywhere(f"gather_every({name}, 3, 1)", col(name).gather_every(3, 1))
    everywhere(f"filter({name}, p)", col(name).filter(col("p")))
    everywhere(f"filter({name}, n > 3)", col(name).filter(col("n") > 3))
    # Aggregates of filtered rows.
    everywhere(f"first(filter({name}, p))", col(name).filter(col("p")).first())
    everywhere(f"last(filter({name}, n > 3))", col(name).filter(col("n") > 3).last())
    everywhere(f"len(filter({name}, p))", col(name).filter(col("p")).len().cast(pl.Int64))
    everywhere(f"count(filter({name}, p))", col(name).filter(col("p")).count().cast(pl.Int64))
    everywhere(f"implode(filter({name}, p))", col(name).filter(col("p")).implode())
everywhere("limit(n, 3)", col("n").limit(3))
everywhere("drop_nans(x)", col("x").drop_nans())
everywhere("drop_nans(n)", col("n"))
everywhere("arg_true(p)", col("p").arg_true().cast(pl.Int64))
everywhere("arg_true(n > 3)", (col("n") > 3).arg_true().cast(pl.Int64))
for name in ["n", "y", "m"]:
    everywhere(f"sum(filter({name}, p))", (col(name) if name == "y" else col(name).cast(pl.Int64)).filter(col("p")).sum())
    everywhere(f"mean(filter({name}, p))", col(name).filter(col("p")).mean(), near=True)
    everywhere(f"max(filter({name}, t > 'f'))", col(name).filter(col("t") > "f").max())
    everywhere(f"median(filter({name}, p))", col(name).filter(col("p")).median(), near=True)
    everywhere(f"std(filter({name}, o > 4))", col(name).filter(col("o") > 4).std(), near=True)
    everywhere(f"n_unique(filter({name}, p))", col(name).filter(col("p")).n_unique().cast(pl.Int64))
    everywhere(f"sum(filter({name}, p)) - sum(filter({name}, not p))", (col(name) if name == "y" else col(name).cast(pl.Int64)).filter(col("p")).sum() - (col(name) if name == "y" else col(name).cast(pl.Int64)).filter(~col("p")).sum())
everywhere("sum(filter(filter(n, p), o > 4))", col("n").filter(col("p") & (col("o") > 4)).sum())
for name in ["n", "t", "day", "p"]:
    counts = pl.struct(col(name).unique(maintain_order=True).alias("value"), col(name).unique_counts().cast(pl.Int64).alias("count"))
    select("groups", f"value_counts({name})", counts)
    runs = col(name).rle().struct.rename_fields(["len", "value"])
    select("groups", f"rle({name})", pl.struct(runs.struct.field("len").cast(pl.Int64), runs.struct.field("value")))


def sorted_counts(name, normalize):
    def counted(frame):
        counts = frame.group_by(name, maintain_order=True).len()
        counts = counts.sort("len", descending=True, maintain_order=True)
        share = (col("len") / frame.height).alias("proportion") if normalize else col("len").cast(pl.Int64).alias("count")
        return counts.select(pl.struct(col(name).alias("value"), share)).to_series()

    return counted


for name in ["n", "t", "day"]:
    select("groups", f"value_counts({name}, true)", sorted_counts(name, False))
    select("groups", f"value_counts({name}, true, true)", sorted_counts(name, True))
for name in ["n", "t", "y"]:
    for by in ["o", "w"]:
        for count in [0, 2, 100]:
            everywhere(f"top_k_by({name}, {by}, {count})", col(name).sort_by(by, descending=True, nulls_last=True, maintain_order=True).head(count))
            everywhere(f"bottom_k_by({name}, {by}, {count})", col(name).sort_by(by, nulls_last=True, maintain_order=True).head(count))
for name in ["n", "m", "y"]:
    everywhere(f"top_k({name}, 2)", col(name).sort(descending=True, nulls_last=True).head(2) + 0)
    everywhere(f"bottom_k({name}, 3)", col(name).sort(nulls_last=True).head(3) + 0)
select("groups", "gather(n, 0)", col("n").gather([0]), error="none")
select("groups", "gather(t, 2, 0, -1)", col("t").gather([2, 0, -1]), error=("none", "first"))
select("groups", "gather(t, null, -1)", col("t").gather(pl.Series([None, -1], dtype=pl.Int64)), error="none")
# Row 19: an empty list gives null.
select("groups", "explode(l)", col("l").explode(empty_as_null=True))
CASES.by("g", "groups", "explode(l)", lambda frame: frame.group_by("g", maintain_order=True).agg(col("l").explode(empty_as_null=True).alias("out")))

# Further steps over the rows.
for name in ["n", "t", "m", "day"]:
    everywhere(f"sort(unique({name}))", col(name).unique().sort(nulls_last=True))
    everywhere(f"sort(drop_nulls({name}), true)", col(name).drop_nulls().sort(descending=True))
    everywhere(f"first(sort({name}))", col(name).sort(nulls_last=True).first())
    everywhere(f"head(sort({name}, true), 2)", col(name).sort(descending=True, nulls_last=True).head(2))
    everywhere(f"first(sort_by({name}, o))", col(name).sort_by("o").first())
    everywhere(f"last(sort_by({name}, o, true))", col(name).sort_by("o", descending=True).last())
    everywhere(f"len(unique({name}))", col(name).n_unique().cast(pl.Int64))
    everywhere(f"first(mode({name}))", col(name).drop_nulls().mode(maintain_order=True).first())
    everywhere(f"reverse(head({name}, 3))", col(name).head(3).reverse())
    everywhere(f"get(drop_nulls({name}), 1, true)", col(name).drop_nulls().get(1, null_on_oob=True))
everywhere("sum(unique(n))", col("n").unique().sum())
everywhere("max(unique_counts(t))", col("t").unique_counts().max().cast(pl.Int64))
everywhere("cum_sum(drop_nulls(n))", col("n").drop_nulls().cum_sum())
everywhere("sum(abs(diff(n)))", col("n").diff().abs().sum())
everywhere("max(diff(y, 1))", col("y").diff().max())
everywhere("mean(rank(y))", col("y").rank().mean(), near=True)
everywhere("first(shift(n, -1))", col("n").shift(-1).first())
everywhere("filter(n, rank(o, 'ordinal') <= 2)", col("n").filter(col("o").rank("ordinal") <= 2))

# Functions of rows give lists for groups.
for text, polars in [
    ("cum_sum(n)", col("n").cum_sum()), ("sort(n)", col("n").sort(nulls_last=True)), ("reverse(t)", col("t").reverse()),
    ("rank(y)", col("y").rank()), ("diff(n)", col("n").diff()), ("forward_fill(t)", col("t").forward_fill()),
    ("rolling_sum(n, 2)", col("n").rolling_sum(2)), ("shift(t, 1)", col("t").shift(1)), ("is_unique(n)", col("n").is_unique()),
]:
    CASES.by("g", "groups", text, polars)
    CASES.by("g, h", "groups", text, polars)

# Rows beside rows, and beside one value.
select("groups", "unique(g) = 'a'", col("g").unique(maintain_order=True) == "a")
select("groups", "head(n, 3) + tail(n, 3)", lambda frame: frame["n"].head(3) + frame["n"].tail(3))
select("groups", "head(n, 3) - min(n)", lambda frame: frame["n"].head(3) - frame["n"].min())
select("groups", "head(n, 16) + n", lambda frame: frame["n"] * 2)
select("groups", "head(n, 2) + n", lambda frame: frame["n"] * 2, error="all")
select("groups", "len(filter(n, p)) over (partition by g)", col("n").filter(col("p")).len().cast(pl.Int64).over("g"))
select("groups", "sum(filter(n, p)) over (partition by g)", col("n").filter(col("p")).sum().over("g"))
select("groups", "len(unique(n)) over (partition by g)", col("n").n_unique().cast(pl.Int64).over("g"))

for text in [
    "product(t)", "product(day)", "any(n)", "all(t)", "skew(t)", "entropy(n, 1)", "arg_min(l)", "min_by(n)", "min_by(n, l)", "get(n)", "get(n, m)",
    "index_of(n)", "index_of(n, 'x')", "index_of(n, m)", "search_sorted(o, 1, 'up')", "is_sorted(n, 1)", "head(n, -1)", "head(n, m)",
    "slice(n)", "gather_every(n, 0)", "gather(n, m)", "filter(n, m)", "explode(n)", "drop_nans(t)", "arg_true(n)", "top_k_by(n, o)",
    "quantile(n, 0.5, 'cubic')", "std(n, -1)", "sum(unique(n) + 1)", "std(n, m)", "first(n, 1)", "value_counts(n, 1)",
]:
    select("groups", text, None, error="always")
    CASES.by("g", "groups", text, None, error="always")
