//! Five verbs over a million rows by ten columns in memory, and the memory that the table takes.

use lazuli::prelude::*;

use super::{Case, Work};
use crate::input::files::{OPS, OPS_DIM, load};

pub static CASES: &[Case] = &[
    Case {
        name: "seed_sum",
        title: "sum(amount)",
        prepare: |options| {
            let ops = load(&OPS, options)?;
            Work::query(move || ops.clone().lazy().select(col("amount").sum()))
        },
    },
    Case {
        name: "seed_filter",
        title: "rows with amount > 500, all 10 columns",
        prepare: |options| {
            let ops = load(&OPS, options)?;
            Work::query(move || ops.clone().lazy().filter(col("amount").gt(500)))
        },
    },
    Case {
        name: "seed_groupby",
        title: "group by category: sum, mean of amount",
        prepare: |options| {
            let ops = load(&OPS, options)?;
            Work::query(move || {
                ops.clone()
                    .lazy()
                    .group_by("category")
                    .agg([col("amount").sum().alias("total"), col("amount").mean().alias("avg")])
            })
        },
    },
    Case {
        name: "seed_join",
        title: "inner join with 100,000 rows on id",
        prepare: |options| {
            let (ops, dim) = (load(&OPS, options)?, load(&OPS_DIM, options)?);
            Work::query(move || ops.clone().lazy().join(dim.clone().lazy(), "id", "id", JoinType::Inner))
        },
    },
    Case {
        name: "seed_sort",
        title: "sort all 10 columns by amount",
        prepare: |options| {
            let ops = load(&OPS, options)?;
            Work::query(move || ops.clone().lazy().sort("amount"))
        },
    },
    Case {
        name: "mem_ops_1m",
        title: "1 M rows by 10 columns held in memory",
        prepare: |options| Ok(Work::Hold(load(&OPS, options)?)),
    },
];
