"""Conditions that have to be true, and random numbers by place."""

import polars as pl
from polars import col, lit

from cases import Cases
from golden_frames import mixed, STEP, MASK

CASES = Cases()
select = CASES.select

select("groups", "check(o is not null, 'there is an order')", col("o").is_not_null())
select("groups", "check(true, 'always')", lit(True))
select("groups", "check(n is null or n is not null, 'one of both')", col("n").is_null() | col("n").is_not_null())
select("groups", "check(false, 'never')", None, error="always")
select("groups", "check(n > 1000000, 'large')", col("n") > 1000000, error=("all", "first"))
for text in ["check(n, 'a number')", "check(true)", "check(true, t)", "check(true, 1)"]:
    select("groups", text, None, error="always")


def random_number(name, seed):
    """The number of SplitMix64 at each place, from the mix of the seed."""
    start = mixed(seed & MASK)

    def compute(frame):
        numbers = [
            None if place is None else mixed((start + (place + 1) * STEP) & MASK) for place in frame[name].to_list()
        ]
        return pl.Series(numbers, dtype=pl.UInt64)

    return compute


for name in ["n", "m", "o", "i8"]:
    for seed in [0, 7, 2**40]:
        select("groups", f"split_mix({name}, {seed})", random_number(name, seed))
select("groups", "split_mix(o, -1)", random_number("o", -1))
for text in ["split_mix(y, 1)", "split_mix(t, 1)", "split_mix(n)", "split_mix(n, 0.5)", "split_mix(n, m)", "split_mix(n, null)"]:
    select("groups", text, None, error="always")
