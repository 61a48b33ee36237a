"""Verbs that other verbs make up: over all columns, over rows by number or by chance, tables about a frame."""

import polars as pl
import polars.testing
from polars import col, lit

from golden_groups import counted, group, linear, spread, summed
from golden_inputs import LOOKUP, ROWS, SALES, SMALL

QUERIES = []


def query(function):
    QUERIES.append(function)
    return function


def narrow():
    return ROWS.select("k", "g", "x", "y", "n", "p")


def numbered(frame, name="row", offset=0):
    """Row 3: row numbers are Int64."""
    return frame.with_row_index(name).with_columns(col(name).cast(pl.Int64) + offset)


def sort(frame, keys, descending=False):
    """Rows 7 and 8: nulls last, stable."""
    return frame.sort(keys, descending=descending, nulls_last=True, maintain_order=True)


@query
def row_index_before_filter():
    return numbered(ROWS).filter(col("n") > 2).select("row", "id", "n")


@query
def row_index_after_filter():
    return numbered(ROWS.filter(col("n") > 2), offset=10).select("row", "id")


@query
def row_index_of_groups():
    return numbered(group(ROWS, "k").agg(col("n").sum()), offset=-1)


@query
def row_index_and_slice():
    return numbered(numbered(ROWS.select("id")).slice(3, 5), "again").head(3)


@query
def row_index_unread():
    return ROWS.filter(col("g") == 1).select("k", "id")


@query
def row_index_of_a_union():
    keys = LOOKUP.select("k", "g")
    return numbered(pl.concat([keys, keys.filter(col("g") == 1), keys]))


@query
def rename_with_a_function():
    return SALES.rename(str.upper)


@query
def rename_what_is_there():
    return LOOKUP.rename({"k": "key", "nothing": "something"}, strict=False)


@query
def drop_what_is_there():
    return LOOKUP.drop("nothing", "x", "k", strict=False)


@query
def set_all_names():
    return LOOKUP.rename(dict(zip(LOOKUP.columns, ["x", "k", "label", "g"])))


@query
def top_k_rows():
    return sort(ROWS, "x", descending=True).head(4).select("id", "x")


@query
def top_k_by_two():
    return sort(ROWS, ["g", "n"], descending=True).head(6).select("id", "g", "n")


@query
def bottom_k_rows():
    return sort(ROWS, "n").head(11).select("id", "n")


@query
def first_row():
    return narrow().lazy().first().collect()


@query
def last_row():
    return narrow().lazy().last().collect()


@query
def remove_rows():
    return ROWS.remove(col("n") > 2).select("id", "n")


@query
def clear_rows():
    return ROWS.clear()


@query
def rows_with_copies():
    return ROWS.select("k", "g").is_duplicated().alias("is_duplicated").to_frame()


@query
def rows_without_copies():
    return ROWS.select("x").is_unique().alias("is_unique").to_frame()


@query
def number_of_different_rows():
    return pl.DataFrame({"n_unique": [ROWS.select("k", "x").n_unique()]}, schema={"n_unique": pl.Int64})


@query
def number_of_different_pairs():
    return pl.DataFrame({"n_unique": [ROWS.n_unique(["k", "g"])]}, schema={"n_unique": pl.Int64})


@query
def drop_nans_everywhere():
    return ROWS.select("id", "x", "y").drop_nans()


@query
def drop_nans_of_one():
    return SMALL.drop_nans("f32")


@query
def fill_nan_with_a_value():
    # Lazuli's literal gives way to the column, so Float32 stays.
    return SMALL.with_columns(col("f32").fill_nan(lit(0.5, dtype=pl.Float32)), col("f64").fill_nan(0.5))


@query
def fill_nan_with_null():
    return narrow().fill_nan(None)


@query
def fill_null_forward():
    return ROWS.fill_null(strategy="forward")


@query
def fill_null_backward():
    return ROWS.fill_null(strategy="backward")


@query
def fill_null_with_the_least():
    # Row 32: of -0.0 and 0.0, 0.0 is the least.
    return narrow().fill_null(strategy="min")


@query
def fill_null_with_the_greatest():
    return narrow().fill_null(strategy="max")


@query
def fill_null_with_the_mean():
    # Row 15: integers become floats, so that the mean is not cut off; texts have none and stay.
    numbers = ["amount", "quarter"]
    return SALES.select("shop", *numbers).with_columns(col(*numbers).cast(pl.Float64).fill_null(strategy="mean"))


@query
def fill_null_with_zero():
    return narrow().fill_null(strategy="zero")


@query
def fill_null_with_one():
    # Polars refuses texts, which have no one; they stay.
    return narrow().with_columns(pl.exclude("k").fill_null(strategy="one"))


@query
def sum_of_columns():
    # Row 2: Int32 and Boolean sum to Int64.
    return ROWS.select("k", "g", "y", "n", "p").sum().with_columns(col("g", "p").cast(pl.Int64))


@query
def mean_of_columns():
    return SALES.select("shop", "amount", "price").mean()


@query
def median_of_columns():
    return ROWS.select("k", "x", "n", "d").median()


@query
def min_of_columns():
    return ROWS.min()


@query
def max_of_columns():
    return ROWS.max()


@query
def spread_of_columns():
    # Exact to the last bit, checked against Polars' own; see `spread`.
    exact = spread(ROWS.select("d", one=lit(1)), ["one"], "d")
    near = pl.concat([ROWS.select("k", "d").std(), ROWS.select("k", "d").var()])
    pl.testing.assert_series_equal(near["d"], pl.Series("d", [exact["std"][0], exact["var"][0]]))
    return near.with_columns(pl.Series("d", [exact["std"][0], exact["var"][0]]))


@query
def count_of_columns():
    return ROWS.count().select(counted(pl.all()))


@query
def null_count_of_columns():
    return ROWS.null_count().select(counted(pl.all()))


@query
def quantile_of_columns():
    # Row 9: linear.
    return ROWS.select("k", "y", "d").quantile(0.25, interpolation="linear")


@query
def correlation_matrix():
    near = ROWS.drop_nulls("d").select("d", e=col("d") * -2).corr()
    exact = pl.DataFrame({"d": [1.0, -1.0], "e": [-1.0, 1.0]})
    pl.testing.assert_frame_equal(exact, near)
    # With the names of the columns, and over the rows where neither is null.
    return exact.select(column=pl.Series(["d", "e"]), d="d", e="e")


@query
def missing_values():
    counts = SALES.null_count().transpose(include_header=True, column_names=["null_count"])
    return counts.with_columns(counted(col("null_count")), percent=col("null_count") * 100 / SALES.height)


@query
def value_counts_of_one():
    # Row 5: equally frequent values by first appearance.
    counts = group(ROWS, "k").agg(count=counted(pl.len()))
    checked = ROWS["k"].value_counts().with_columns(counted(col("count")))
    assert sorted(map(str, counts.rows())) == sorted(map(str, checked.rows()))
    return sort(counts, "count", descending=True)


@query
def value_counts_of_two():
    return sort(group(ROWS, "p", "g").agg(count=counted(pl.len())), "count", descending=True)


@query
def gather_rows():
    return narrow()[[3, 11, 0, 3, 0]]


@query
def gather_every_third():
    return narrow().gather_every(3, offset=1)


@query
def reverse_rows():
    return narrow().reverse()


@query
def shift_all():
    return narrow().shift(-2)


@query
def shift_all_and_fill():
    return ROWS.select("n", "d").shift(1, fill_value=99)


@query
def cast_some():
    return SALES.cast({"quarter": pl.Int8, "amount": pl.String})


@query
def cast_everything():
    return SALES.select("quarter", "amount").cast(pl.Float64)


@query
def insert_a_column():
    twice = LOOKUP.clone().insert_column(1, (LOOKUP["g"] * 2).alias("twice"))
    return twice.insert_column(len(twice.columns) - 1, lit(7, dtype=pl.Int32).alias("seven"))


@query
def replace_a_column():
    twice = LOOKUP.clone().replace_column(0, (LOOKUP["g"] * 2).alias("twice"))
    return twice.replace_column(-1, pl.Series("end", ["x"] * LOOKUP.height))


@query
def match_a_schema():
    wanted = {"label": pl.String, "new": pl.Int64, "g": pl.Int64}
    found = LOOKUP.lazy().match_to_schema(
        wanted, missing_columns="insert", extra_columns="ignore", integer_cast="upcast"
    )
    return found.collect().select(*wanted)


@query
def sorted_rows_stay():
    return ROWS.select("g", "k", "x").sort(
        "g", "k", "x", descending=[True, False, False], nulls_last=[True, False, True], maintain_order=True
    )


@query
def merge_sorted_rows():
    left = sort(ROWS.select("id", "d"), "d").drop_nulls("d")
    right = sort(ROWS.select(id=col("id") * 100, d="n").drop_nulls("d"), "d")
    return left.merge_sorted(right, "d")


@query
def merge_sorted_with_nulls():
    # Row 7: nulls are last, where Polars' own merge does not look for them.
    left = ROWS.select("id", "k")
    right = LOOKUP.select(id=col("g").cast(pl.Int64), k="k")
    return sort(pl.concat([left, right]), "k", descending=True)


@query
def join_checked_many_to_one():
    labels = LOOKUP.unique("k", keep="first", maintain_order=True).select("k", "label")
    return ROWS.select("id", "k").join(labels, on="k", how="left", validate="m:1", maintain_order="left")


@query
def join_checked_one_to_many():
    labels = LOOKUP.filter(col("g") == 1).select("k", "label")
    labels = pl.concat([labels, labels.filter(col("k").is_null())])
    rows = ROWS.select("id", "k")
    return labels.join(rows, on="k", how="inner", validate="1:m", maintain_order="left_right").select("k", "label", "id")


def nulls_joined(how, order="left_right"):
    right = LOOKUP.select("k", "label")
    coalesce = None if how in ["semi", "anti"] else True
    options = {} if how in ["semi", "anti"] else {"maintain_order": order}
    return ROWS.select("id", "k").join(right, on="k", how=how, nulls_equal=True, coalesce=coalesce, **options)


@query
def join_nulls_inner():
    return nulls_joined("inner")


@query
def join_nulls_left():
    return nulls_joined("left")


@query
def join_nulls_full():
    return nulls_joined("full")


@query
def join_nulls_semi():
    return nulls_joined("semi")


@query
def join_nulls_anti():
    return nulls_joined("anti")


@query
def join_nulls_of_two_keys():
    right = LOOKUP.select("g", "x", "label")
    left = ROWS.select("id", "g", "x")
    return left.join(right, on=["g", "x"], how="left", nulls_equal=True, maintain_order="left_right")


def news():
    rows = SALES.select(id="quarter", n="amount", k="shop")
    return rows.unique("id", keep="first", maintain_order=True).drop_nulls("id")


def olds():
    return ROWS.select("id", "k", "n", "p").head(4)


@query
def update_left():
    return olds().update(news(), on="id")


@query
def update_inner():
    return olds().update(news(), on="id", how="inner", maintain_order="left")


@query
def update_full():
    return olds().update(news(), on="id", how="full", maintain_order="left_right")


@query
def update_with_nulls():
    other = ROWS.select(id=col("id") - 1, k="k", n="n")
    return olds().update(other, on="id", include_nulls=True)


@query
def update_by_row():
    return olds().update(news().select("k", "n").head(3))


@query
def concat_side_by_side_and_extend():
    parts = [LOOKUP.select("k", "g"), ROWS.select("id", "p"), SMALL.select("i8").filter(col("i8") > 0)]
    return pl.concat(parts, how="horizontal_extend")


def aligned(how):
    parts = [
        ROWS.select("k", "id").filter(col("id") > 4), LOOKUP.select("k", "label"), SALES.select(k="item", amount="amount").head(3),
    ]
    # Row 7: Polars sorts nulls first. Row 5: rows with equal keys in the left side's order.
    return by_left_order(parts, how)


def by_left_order(parts, how):
    """The joins that `align` stands for, with rows in order; checked against Polars' own but for that order."""
    names = list(dict.fromkeys(name for part in parts for name in part.columns))
    keys = [name for name in parts[0].columns if all(name in part.columns for part in parts)]
    out = parts[0]
    order = "right_left" if how == "right" else "left_right"
    for part in parts[1:]:
        out = out.join(part, on=keys, how=how, coalesce=True, maintain_order=order)
    out = sort(out, keys).select(names)
    checked = pl.concat(parts, how=f"align_{how}")
    assert sorted(map(str, checked.rows())) == sorted(map(str, out.rows())), (checked, out)
    return out


@query
def align_full():
    return aligned("full")


@query
def align_left():
    return aligned("left")


@query
def align_inner():
    return by_left_order([ROWS.select("k", "id"), LOOKUP.select("label", "k")], "inner")


@query
def align_right():
    return aligned("right")


@query
def align_other_columns():
    return by_left_order([ROWS.select("id", "n", "k").head(4), ROWS.select("id", "k", "d").slice(2, 4)], "full")


@query
def group_head_rows():
    return group(ROWS.select("id", "k", "g", "x"), "g").head(2)


@query
def group_tail_rows():
    return group(ROWS.select("id", "k", "x"), "k").tail(2)


@query
def group_first_values():
    groups = group(ROWS.select("id", "k", "g", "x"), "g")
    return pl.concat([groups.first(), groups.last()]).select("g", "id", "k", "x")


@query
def group_sums():
    # Row 2: Boolean sums to Int64.
    return group(ROWS.select("g", "n", "y", "p"), "g").sum().with_columns(summed(col("p")))


@query
def group_extremes():
    groups = group(ROWS.select("g", "n", "k", "day"), "g")
    return pl.concat([groups.min(), groups.max()])


@query
def group_counts_of_columns():
    groups = group(ROWS.select("g", "n", "k", "x"), "g")
    counts = groups.agg(pl.all().count())
    return pl.concat([counts, groups.n_unique()]).with_columns(counted(col("n", "k", "x")))


@query
def group_quantiles():
    groups = group(ROWS.select("g", "d", "y"), "g")
    return pl.concat([groups.median(), groups.quantile(0.25, interpolation="linear")])


@query
def group_having():
    groups = group(ROWS, "k").agg(col("n").sum(), size=pl.len())
    return groups.filter((col("size") > 1) & (col("n") > 0)).drop("size")


@query
def group_all_and_back():
    return group(ROWS.select("id", "k", "x"), "k").all().explode("id", "x")


@query
def transpose_numbers():
    return ROWS.select("n", "d").transpose()


@query
def transpose_named():
    frame = LOOKUP.select("label", "k").drop_nulls("label")
    return frame.transpose(include_header=True, header_name="what", column_names="label")


@query
def unstack_down():
    return ROWS.select("id", "k").unstack(step=5)


@query
def unstack_across():
    return ROWS.unstack(step=5, how="horizontal", columns=["k"])


@query
def unstack_short():
    return ROWS.head(2).unstack(step=3, columns=["id", "k"])


NAMES = {None: "null", True: "true", False: "false"}


def dummies(frame, columns, separator="_", drop_first=False, drop_nulls=False):
    """Row 22: new columns by value, null last; checked against Polars' own but for the order."""
    out = []
    for name in frame.columns:
        if name not in columns:
            out.append(col(name))
            continue
        values = sort(frame.select(name).unique(), name)[name].to_list()
        values = [value for value in values if not (drop_nulls and value is None)]
        for value in values[1 if drop_first else 0 :]:
            text = NAMES[value] if isinstance(value, bool) or value is None else str(value)
            out.append(col(name).eq_missing(lit(value)).cast(pl.UInt8).alias(f"{name}{separator}{text}"))
    found = frame.select(out)
    if not drop_first:
        checked = frame.to_dummies(columns, separator=separator, drop_nulls=drop_nulls)
        pl.testing.assert_frame_equal(found, checked, check_column_order=False)
    return found


@query
def dummies_of_two():
    return dummies(SALES.select("shop", "quarter", "amount"), ["shop", "quarter"])


@query
def dummies_without_first():
    return dummies(SALES.select("shop", "quarter"), ["quarter"], ":", drop_first=True, drop_nulls=True)


@query
def dummies_of_booleans():
    return dummies(ROWS.select("p", "q"), ["p", "q"])


# Row 29: the named generator, SplitMix64 from the mix of the seed; row i has its i-th number.
STEP = 0x9E3779B97F4A7C15
MASK = (1 << 64) - 1


def mixed(state):
    state = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    state = ((state ^ (state >> 27)) * 0x94D049BB133111EB) & MASK
    return state ^ (state >> 31)


def random_numbers(count, seed):
    start = mixed(seed)
    return [mixed((start + (place + 1) * STEP) & MASK) for place in range(count)]


def chosen(count, seed):
    """The rows of the least numbers, in the order of those."""
    numbers = random_numbers(ROWS.height, seed)
    return sorted(range(ROWS.height), key=lambda row: numbers[row])[:count]


@query
def sample_in_order():
    return ROWS.select("id", "k")[sorted(chosen(5, 42))]


@query
def sample_shuffled():
    return ROWS.select("id", "k")[chosen(5, 7)]


@query
def sample_a_fraction():
    return ROWS.select("id", "k")[sorted(chosen(int(ROWS.height * 0.3), 1))]


@query
def sample_with_replacement():
    return ROWS.select("id", "k")[[number // 2 % ROWS.height for number in random_numbers(20, 3)]]


@query
def shuffled_rows():
    return ROWS.select("id", "k")[chosen(ROWS.height, 0)]


def timed():
    return sort(ROWS.drop_nulls("at"), "at").select("at", "id", "n", "d", "g")


def totals():
    return [counted(pl.len()), col("d").sum(), col("id").first().alias("first")]


@query
def windows_of_months():
    return timed().group_by_dynamic("at", every="1mo").agg(totals())


@query
def windows_of_hours_closed_right():
    return timed().group_by_dynamic("at", every="12h", closed="right").agg(totals())


@query
def windows_closed_both():
    return with_earlier_windows("12h", "12h", closed="both")


@query
def windows_closed_neither():
    return timed().group_by_dynamic("at", every="12h", closed="none").agg(totals())


def with_earlier_windows(every, period, **options):
    """Also the windows that begin before the first row, which Polars leaves out, though not those that end after the last."""
    rows = timed()
    earlier = rows.head(1).with_columns(col("at").dt.offset_by("-10y"), *[lit(None, dtype=pl.Int64).alias(name) for name in ["id", "n", "d"]])
    windows = pl.concat([earlier, rows]).group_by_dynamic("at", every=every, period=period, **options)
    out = windows.agg(*totals(), known=col("id").drop_nulls().first())
    return out.filter(col("known").is_not_null()).drop("known")


@query
def windows_longer_than_their_distance():
    return with_earlier_windows("1mo", "3mo")


@query
def windows_shorter_than_their_distance():
    return timed().group_by_dynamic("at", every="1d", period="12h").agg(totals())


@query
def windows_moved():
    return timed().group_by_dynamic("at", every="1d", offset="-8h").agg(totals())


@query
def windows_labelled_right():
    return timed().group_by_dynamic("at", every="1d", label="right").agg(totals())


@query
def windows_labelled_by_datapoint():
    return timed().group_by_dynamic("at", every="1mo", label="datapoint").agg(totals())


@query
def windows_with_boundaries():
    return timed().group_by_dynamic("at", every="1d", closed="right", include_boundaries=True).agg(totals())


@query
def windows_from_the_first_datapoint():
    return timed().group_by_dynamic("at", every="7d", start_by="datapoint").agg(totals())


@query
def windows_from_wednesdays():
    return timed().group_by_dynamic("at", every="1w", start_by="wednesday").agg(totals())


def by_first(frame, rows, key):
    """Row 5: groups in order of their first rows."""
    order = rows.select(key).unique(maintain_order=True).with_row_index("order")
    joined = frame.join(order, on=key, how="left", nulls_equal=True, maintain_order="left")
    return joined.sort("order", maintain_order=True).drop("order")


@query
def windows_by_group():
    rows = timed()
    return by_first(rows.group_by_dynamic("at", every="1y", group_by="g").agg(totals()), rows, "g")


def dated():
    return sort(ROWS.drop_nulls("day"), "day").select("day", "id", "d", "k")


@query
def windows_of_weeks_of_dates():
    return dated().group_by_dynamic("day", every="1w").agg(totals())


@query
def windows_of_quarters_of_dates():
    return dated().group_by_dynamic("day", every="1q", label="right").agg(totals())


@query
def windows_of_integers():
    rows = ROWS.select("id", "d", i="id")
    return rows.group_by_dynamic("i", every="5i", include_boundaries=True).agg(totals())


@query
def windows_of_all_columns():
    rows = ROWS.select("id", "n", "d", "g")
    return by_first(rows.group_by_dynamic("id", every="4i", group_by="g").agg(col("n", "d").sum()), rows, "g")


def counted_rows():
    return sort(ROWS.select("d", "id", "g").drop_nulls("d"), "d").select(i="d", d="d", id="id", g="g")


@query
def rolling_integers():
    return counted_rows().rolling("i", period="3i").agg(totals())


@query
def rolling_dates():
    return dated().rolling("day", period="2mo").agg(totals())


@query
def rolling_closed_left():
    return counted_rows().rolling("i", period="3i", closed="left").agg(totals())


@query
def rolling_closed_both():
    return counted_rows().rolling("i", period="2i", closed="both").agg(totals())


@query
def rolling_closed_neither():
    return counted_rows().rolling("i", period="3i", closed="none").agg(totals())


@query
def rolling_ahead():
    return counted_rows().rolling("i", period="4i", offset="-1i").agg(totals())


@query
def rolling_by_group():
    rows = counted_rows()
    return by_first(rows.rolling("i", period="5i", group_by="g").agg(totals()), rows, "g")


@query
def rolling_times():
    return timed().rolling("at", period="36h").agg(totals())


@query
def upsample_integers():
    return ROWS.select("id", "k").filter(col("k").is_not_null()).upsample("id", every="1i")


@query
def upsample_dates_by_group():
    rows = sort(ROWS.select("id", "day", "p").drop_nulls("day").filter(col("day") > pl.date(2023, 12, 9)), "day")
    return by_first(rows.upsample("day", every="1d", group_by="p", maintain_order=True), rows, "p").select("id", "day", "p")


def with_ranks(frame, seed, *keys):
    """The place of each row among those of its group, in the order of random numbers; and the size of the group."""
    rows = frame.with_columns(random=pl.Series(random_numbers(frame.height, seed), dtype=pl.UInt64), one=lit(1))
    return rows.with_columns(
        rank=col("random").rank("ordinal").over("one", *keys), size=pl.len().over("one", *keys)
    ).drop("random", "one")


@query
def group_samples():
    rows = with_ranks(ROWS.select("id", "k", "g"), 5, "g").filter(col("rank") <= 2)
    return by_first(rows.sort("g", maintain_order=True), ROWS, "g").select("g", "id", "k")


def in_test(fraction):
    return col("rank") <= (col("size") * fraction + 0.5).floor()


@query
def rows_to_learn_from():
    return with_ranks(ROWS.select("id", "g"), 9, "g").filter(~in_test(0.3)).select("id", "g")


@query
def rows_to_test_with():
    return with_ranks(ROWS.select("id", "k"), 9).filter(in_test(0.25)).select("id", "k")


@query
def product_of_columns():
    rows = ROWS.select("k", "n").filter(col("n") != 0)
    return rows.select(lit(None, dtype=pl.String).alias("k"), col("n").product())


@query
def sums_and_means_of_rows():
    rows = ROWS.select("n", "d")
    return pl.DataFrame([rows.sum_horizontal().alias("sum"), rows.mean_horizontal().alias("mean")])


@query
def extremes_of_rows():
    rows = ROWS.select("n", "d")
    return pl.DataFrame([rows.min_horizontal().alias("min"), rows.max_horizontal().alias("max")])


@query
def interpolated_rows():
    # Polars makes null of what is no number; here it stays.
    return ROWS.select("k", col("y", "d").interpolate())
