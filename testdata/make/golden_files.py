"""CSV files."""

import io
import math
from datetime import date

import polars as pl
from polars import col

from golden_inputs import BIRDSTRIKES, ORDERS_CSV, SALES_CSV

QUERIES = []

STRIKES = pl.read_csv(BIRDSTRIKES, infer_schema_length=None, try_parse_dates=True)
SALES = pl.read_csv(SALES_CSV, infer_schema_length=None, try_parse_dates=True)
# Row 23: a blank line is no row.
ORDERS = pl.read_csv(
    io.StringIO(ORDERS_CSV.read_text().replace("\n\n", "\n")), infer_schema_length=None, try_parse_dates=True
)


def query(function):
    QUERIES.append(function)
    return function


def counted(expr):
    """Row 3: counts are Int64."""
    return expr.cast(pl.Int64)


def exact_sum(frame, keys, column):
    """Row 6: the sum of floats to the last bit; checked against Polars' own."""
    groups = frame.group_by(*keys, maintain_order=True)
    near = groups.agg(col(column).sum())
    sums = [math.fsum(value for value in values if value is not None) for values in groups.agg(column)[column].to_list()]
    for mine, theirs in zip(sums, near[column]):
        assert math.isclose(mine, theirs, rel_tol=1e-12)
    return near.with_columns(pl.Series(column, sums))


@query
def orders_all():
    return ORDERS


@query
def orders_filter():
    return ORDERS.filter((col("amount") > 1) & col("paid")).select("note", "order", "shipped")


@query
def orders_group():
    groups = ORDERS.group_by("customer", maintain_order=True)
    return groups.agg(col("amount").sum(), counted(pl.len()).alias("rows"), col("shipped").max().alias("last"))


@query
def orders_sort():
    return ORDERS.sort(
        ["shipped", "amount"], descending=[True, False], nulls_last=True, maintain_order=True  # Rows 7 and 8.
    )


@query
def orders_join_itself():
    pairs = ORDERS.join(ORDERS, on="customer", maintain_order="left_right")
    return pairs.filter(col("order") < col("order_right")).select("customer", "order", "order_right", "note_right")


@query
def orders_tail():
    return ORDERS.tail(3).select("order", "note")


@query
def strikes_by_phase():
    groups = STRIKES.group_by("Phase of flight", maintain_order=True)
    frame = groups.agg(
        counted(pl.len()).alias("strikes"),
        col("Cost Total $").sum().alias("cost"),
        col("Speed IAS in knots").mean().alias("speed"),
        col("Speed IAS in knots").median().alias("middle_speed"),
    )
    return frame.sort("strikes", descending=True, maintain_order=True, nulls_last=True)


@query
def strikes_filter():
    frame = STRIKES.filter((col("Cost Total $") > 500_000) & (col("Origin State") != "Texas"))
    return frame.select("Flight Date", "Airport Name", "Wildlife Species", "Cost Total $")


@query
def strikes_of_some_days():
    frame = STRIKES.filter(col("Flight Date").is_between(date(1999, 12, 24), date(1999, 12, 31)))
    return frame.select("Flight Date", "Aircraft Airline Operator", "Speed IAS in knots")


@query
def strikes_fastest():
    frame = STRIKES.sort(
        ["Speed IAS in knots", "Flight Date"], descending=[True, False], nulls_last=True, maintain_order=True
    )
    return frame.head(12).select("Speed IAS in knots", "Flight Date", "Aircraft Make Model")


@query
def strikes_species_of_states():
    groups = STRIKES.group_by("Origin State", maintain_order=True)
    frame = groups.agg(
        counted(col("Wildlife Species").n_unique()).alias("species"),
        col("Flight Date").min().alias("first"),
        col("Flight Date").max().alias("last"),
    )
    return frame.sort(["species", "Origin State"], descending=[True, False], maintain_order=True, nulls_last=True).head(15)


@query
def strikes_pivot():
    # Row 20: counts of nothing are 0; row 22: columns by value.
    groups = STRIKES.group_by("Phase of flight", "Time of day", maintain_order=True).agg(counted(pl.len()).alias("rows"))
    wide = groups.pivot(on="Time of day", index="Phase of flight", values="rows", maintain_order=True)
    names = sorted(name for name in wide.columns if name not in ("Phase of flight", "null"))
    names += ["null"] if "null" in wide.columns else []
    return wide.select("Phase of flight", *[col(name).fill_null(0) for name in names])


@query
def strikes_join_totals():
    totals = STRIKES.group_by("Origin State", maintain_order=True).agg(col("Cost Total $").sum().alias("total"))
    dear = STRIKES.filter(col("Cost Total $") > 1_000_000)
    frame = dear.join(totals, on="Origin State", how="left", maintain_order="left_right")
    return frame.select("Flight Date", "Origin State", "Cost Total $", "total")


@query
def strikes_airports():
    frame = STRIKES.select("Airport Name", "Origin State").unique(maintain_order=True)  # Row 5.
    return frame.filter(col("Origin State") == "Alaska")


@query
def sales_by_category():
    frame = exact_sum(SALES.filter(col("amount") > 100), ["category"], "amount")
    return frame.sort("amount", descending=True, maintain_order=True, nulls_last=True)


@query
def sales_by_region_and_status():
    groups = SALES.group_by("region", "status", maintain_order=True)
    return groups.agg(
        counted(pl.len()).alias("orders"), col("quantity").sum().alias("quantity"), col("amount").max().alias("largest"),
        counted(col("note").count()).alias("notes"),
    )


@query
def sales_largest():
    frame = SALES.sort("amount", descending=True, nulls_last=True, maintain_order=True).head(8)  # Rows 7 and 8.
    return frame.select("order_id", "date", "store", "amount", "customer", "note")


@query
def sales_with_notes():
    frame = SALES.filter(col("note").is_not_null() & (col("quantity") > 3) & (col("store") == "S42"))
    return frame.select("order_id", "quantity", "customer", "note").head(20)


@query
def sales_of_regions():
    regions = pl.DataFrame({"region": ["north", "west", None, "nowhere"], "manager": ["Ann", "Bob", "Cy", "Di"]})
    frame = SALES.filter(col("order_id") <= 2_000).join(regions, on="region", how="left", maintain_order="left_right")
    groups = frame.group_by("manager", maintain_order=True)
    return groups.agg(counted(pl.len()).alias("orders"), col("date").min().alias("first"), col("date").max().alias("last"))
