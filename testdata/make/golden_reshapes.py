"""Frames after one another and side by side, values to columns and back, summaries."""

import polars as pl
from polars import col

from golden_groups import counted, exact_variance, linear
from golden_inputs import LOOKUP, ROWS, SALES, SMALL

QUERIES = []

# Names of columns that a pivot makes of these values, as Polars has them.
NAMES = {None: "null", True: "true", False: "false"}


def query(function):
    QUERIES.append(function)
    return function


def pivot(frame, on, index, values, aggregate, fill=None, columns=None):
    """A pivot with Lazuli's cells, names and order of columns.

    Row 5: rows in order of first appearance. Row 20: a cell without a row is null, or `fill`. Row 21: several `on` give
    `x_Q`, the value column first when there are several. Row 22: columns by value, here with null last as in a sort.
    """
    groups = frame.group_by(*index, *on, maintain_order=True)
    cells = groups.agg(*[aggregate(col(name)).alias(name) for name in values])
    chosen = frame.select(on).unique().sort(on, nulls_last=True) if columns is None else pl.DataFrame(
        {on[0]: columns}, schema={on[0]: frame.schema[on[0]]}
    )
    out = frame.select(index).unique(maintain_order=True)
    for value in values:
        for kind in chosen.rows():
            parts = [NAMES.get(part, str(part)) if isinstance(part, bool) or part is None else str(part) for part in kind]
            name = "_".join(parts if len(values) == 1 else [value, *parts])
            same = cells.filter(*[col(key).eq_missing(part) for key, part in zip(on, kind)])
            same = same.select(*index, col(value).alias(name), pl.lit(True).alias("is_there"))
            out = out.join(same, on=index, how="left", nulls_equal=True, maintain_order="left")
            if fill is not None:
                out = out.with_columns(pl.when("is_there").then(name).otherwise(pl.lit(fill)).alias(name))
            out = out.drop("is_there")
    return out


@query
def pivot_sum():
    return pivot(SALES, ["quarter"], ["shop"], ["amount"], lambda cell: cell.sum())


@query
def pivot_count():
    return pivot(SALES, ["quarter"], ["shop"], ["amount"], lambda cell: counted(cell.count()), fill=0)


@query
def pivot_mean_of_floats():
    return pivot(SALES, ["item"], ["shop"], ["price"], lambda cell: cell.mean())


@query
def pivot_first():
    return pivot(SALES, ["item"], ["quarter"], ["shop"], lambda cell: cell.first())


@query
def pivot_several_values():
    return pivot(SALES, ["item"], ["shop"], ["amount", "price"], lambda cell: cell.max())


@query
def pivot_several_on():
    return pivot(SALES, ["item", "quarter"], ["shop"], ["amount"], lambda cell: cell.sum())


@query
def pivot_two_index_columns():
    return pivot(SALES, ["item"], ["shop", "quarter"], ["amount"], lambda cell: cell.sum())


@query
def pivot_given_columns():
    frame = SALES.filter(col("quarter").is_in([10, 1]))
    out = pivot(frame, ["quarter"], ["shop"], ["amount"], lambda cell: cell.sum(), columns=[10, 1, 4])
    # Shops without any of the columns stay, as in Polars with `on_columns`.
    shops = SALES.select("shop").unique(maintain_order=True)
    return shops.join(out, on="shop", how="left", nulls_equal=True, maintain_order="left")


@query
def pivot_filled():
    return pivot(SALES, ["quarter"], ["shop"], ["amount"], lambda cell: cell.sum(), fill=-1)


@query
def pivot_booleans():
    return pivot(ROWS, ["p"], ["g"], ["n"], lambda cell: cell.min())


@query
def pivot_single():
    frame = SALES.unique(["shop", "item"], keep="first", maintain_order=True)
    return pivot(frame, ["item"], ["shop"], ["price"], lambda cell: cell.first())


@query
def pivot_then_filter():
    out = pivot(SALES, ["item"], ["shop"], ["amount"], lambda cell: cell.sum())
    return out.filter(col("pen") > 3).select("pen", "shop")


@query
def unpivot_numbers():
    return SALES.unpivot(on=["amount", "quarter"], index=["shop", "item"])


@query
def unpivot_to_a_common_type():
    # Row 18: Int32 and Float64 meet in Float64, where nothing is lost; Int64 and Float64 are an error.
    return ROWS.with_columns(col("g").cast(pl.Float64)).unpivot(on=["g", "x"], index=["id"])


@query
def unpivot_the_rest():
    return LOOKUP.select("g", "k", "label").unpivot(index=["g"])


@query
def unpivot_named():
    frame = SALES.unpivot(on=["amount"], index=["shop"], variable_name="what", value_name="how_much")
    return frame.filter(col("how_much") > 3)


@query
def unpivot_then_group():
    long = SALES.unpivot(on=["amount", "quarter"], index=["shop"])
    return long.group_by("variable", maintain_order=True).agg(col("value").sum())


@query
def concat_rows():
    return pl.concat([LOOKUP, LOOKUP.filter(col("g") == 1)])


@query
def concat_relaxed():
    first = SMALL.select(col("i8").alias("a"), col("f32").alias("b"))
    second = SMALL.select(col("i64").alias("a"), col("f64").alias("b"))
    return pl.concat([first, second], how="vertical_relaxed")


@query
def concat_diagonal_fills():
    return pl.concat([ROWS.select("id", "k").head(3), LOOKUP.select("label", "k")], how="diagonal")


@query
def concat_diagonal_relaxed():
    frames = [SMALL.select(col("u8").alias("v"), "i8"), SMALL.select(col("f64").alias("v"), "u32")]
    return pl.concat(frames, how="diagonal_relaxed")


@query
def concat_side_by_side():
    return pl.concat([LOOKUP.select("k", "g"), ROWS.select("id", "p").head(7)], how="horizontal")


@query
def concat_then_filter():
    return pl.concat([ROWS.select("k", "g"), LOOKUP.select("k", "g")]).filter(col("g") == 1)


@query
def concat_then_limit():
    return pl.concat([ROWS.select("id"), ROWS.select("id")]).slice(10, 4)


@query
def concat_then_group():
    rows = pl.concat([ROWS.select("k", "g"), LOOKUP.select("k", "g")])
    return rows.group_by("k", maintain_order=True).agg(col("g").cast(pl.Int64).sum())  # Row 2.


def describe(frame):
    """Row 9: quartiles are interpolated linearly; std to the last bit; counts as the numbers they are."""
    near = frame.describe(interpolation="linear")
    return near.with_columns(
        pl.when(pl.col("statistic") == "std")
        .then(pl.lit((exact_variance(frame[name].to_list()) or 0.0) ** 0.5))
        .otherwise(col(name))
        .alias(name)
        for name, data_type in frame.schema.items()
        if data_type.is_numeric()
    )


@query
def describe_numbers():
    return describe(ROWS.select("n", "y", "x"))


@query
def describe_others():
    # Dates get no mean and no quartiles today: Polars gives them.
    frame = describe(ROWS.select("k", "p", "day"))
    between = col("statistic").is_in(["mean", "25%", "50%", "75%"])
    frame = frame.with_columns(pl.when(between).then(None).otherwise(col("day")).alias("day"))
    return frame
