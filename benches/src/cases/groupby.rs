//! The ten questions of db-benchmark's groupby task, over 10^7 rows.

use lazuli::prelude::*;

use super::{Case, Failure, Work};
use crate::input::files::{G1, load};

pub static CASES: &[Case] = &[
    Case {
        name: "h2o_groupby_q01",
        title: "sum v1 by id1",
        prepare: |options| over(options, |x| x.group_by("id1").agg(col("v1").sum())),
    },
    Case {
        name: "h2o_groupby_q02",
        title: "sum v1 by id1, id2",
        prepare: |options| over(options, |x| x.group_by(["id1", "id2"]).agg(col("v1").sum())),
    },
    Case {
        name: "h2o_groupby_q03",
        title: "sum v1, mean v3 by id3",
        prepare: |options| over(options, |x| x.group_by("id3").agg([col("v1").sum(), col("v3").mean()])),
    },
    Case {
        name: "h2o_groupby_q04",
        title: "mean v1, v2, v3 by id4",
        prepare: |options| over(options, |x| x.group_by("id4").agg(cols(["v1", "v2", "v3"]).mean())),
    },
    Case {
        name: "h2o_groupby_q05",
        title: "sum v1, v2, v3 by id6",
        prepare: |options| over(options, |x| x.group_by("id6").agg(cols(["v1", "v2", "v3"]).sum())),
    },
    Case {
        name: "h2o_groupby_q06",
        title: "median v3, sd v3 by id4, id5",
        prepare: |options| {
            over(options, |x| {
                x.group_by(["id4", "id5"])
                    .agg([col("v3").median().alias("median_v3"), col("v3").std().alias("sd_v3")])
            })
        },
    },
    Case {
        name: "h2o_groupby_q07",
        title: "max v1 - min v2 by id3",
        prepare: |options| {
            over(options, |x| x.group_by("id3").agg((col("v1").max() - col("v2").min()).alias("range_v1_v2")))
        },
    },
    Case {
        name: "h2o_groupby_q08",
        title: "largest two v3 by id6",
        prepare: |options| {
            over(options, |x| {
                x.drop_nulls("v3")
                    .group_by("id6")
                    .agg(col("v3").top_k(2).alias("largest2_v3"))
                    .explode(["largest2_v3"])
            })
        },
    },
    Case {
        name: "h2o_groupby_q09",
        title: "r2 of v1, v2 by id2, id4",
        prepare: |options| {
            over(options, |x| x.group_by(["id2", "id4"]).agg(corr("v1", "v2").pow(2).alias("r2")))
        },
    },
    Case {
        name: "h2o_groupby_q10",
        title: "sum v3, count by id1..id6",
        prepare: |options| {
            over(options, |x| {
                x.group_by(["id1", "id2", "id3", "id4", "id5", "id6"])
                    .agg([col("v3").sum(), len().alias("count")])
            })
        },
    },
];

fn over(options: &ExecOptions, query: fn(LazyFrame) -> LazyFrame) -> Result<Work, Failure> {
    let x = load(&G1, options)?;
    Work::query(move || query(x.clone().lazy()))
}
