//! Reading a file whole, and queries straight from one; the last two over one that is larger than some memories.

use std::path::Path;

use lazuli::prelude::*;

use super::{Case, Failure, Work};
use crate::input::files::{G1, OPS, path, warm};

pub static CASES: &[Case] = &[
    Case { name: "read_csv_ops", title: "read ops_1m.csv (87 MB)", prepare: |_| over(OPS.file, |scan| scan) },
    Case { name: "read_csv_g1", title: "read G1 csv (485 MB)", prepare: |_| over(G1.file, |scan| scan) },
    Case {
        name: "read_parquet_g1",
        title: "read G1 parquet (168 MB)",
        prepare: |_| {
            let file = "G1_1e7_1e2_0_0.parquet";
            warm(file)?;
            Work::query(move || scan_parquet(path(file)))
        },
    },
    Case {
        name: "read_ndjson",
        title: "read ops_1m.ndjson (179 MB)",
        prepare: |_| {
            let file = "ops_1m.ndjson";
            warm(file)?;
            Work::query(move || scan_ndjson(path(file)))
        },
    },
    Case {
        name: "scan_ndjson",
        title: "ops_1m.ndjson: filter, group by category",
        prepare: |_| {
            let file = "ops_1m.ndjson";
            warm(file)?;
            Work::query(move || {
                scan_ndjson(path(file))
                    .filter(col("quantity").gt_eq(25))
                    .group_by("category")
                    .agg([col("amount").sum(), len().alias("n")])
            })
        },
    },
    Case {
        name: "write_ndjson",
        title: "write ops_1m as NDJSON (179 MB)",
        prepare: |options| write(options, "ndjson", |query, path| query.sink_ndjson(path)),
    },
    Case {
        name: "write_csv",
        title: "write ops_1m as CSV (87 MB)",
        prepare: |options| write(options, "csv", |query, path| query.sink_csv(path)),
    },
    Case {
        name: "write_parquet",
        title: "write ops_1m as Parquet, Snappy",
        prepare: |options| write(options, "parquet", |query, path| query.sink_parquet(path)),
    },
    Case {
        name: "scan_parquet_g1",
        title: "G1 parquet: 1 % of the rows, two columns",
        prepare: |_| {
            let file = "G1_1e7_1e2_0_0.parquet";
            warm(file)?;
            Work::query(move || scan_parquet(path(file)).filter(col("id4").eq(42)).select(["id3", "v3"]))
        },
    },
    Case {
        name: "scan_csv_g1",
        title: "G1 csv: filter, group by id1",
        prepare: |_| {
            over(G1.file, |scan| {
                scan.filter(col("v1").gt_eq(3).and(col("id4").lt_eq(50))).group_by("id1").agg([
                    col("v2").sum(),
                    col("v3").mean(),
                    len().alias("n"),
                ])
            })
        },
    },
    Case {
        name: "scan_csv_q1",
        title: "lineitem csv (766 MB): TPC-H Q1",
        prepare: |_| over("tpch/lineitem.csv", pricing_summary),
    },
    Case {
        name: "scan_csv_q6",
        title: "lineitem csv (766 MB): TPC-H Q6",
        prepare: |_| over("tpch/lineitem.csv", forecast_revenue),
    },
    Case {
        name: "events_user",
        title: "4 GB csv: by user_id sum, n_unique",
        prepare: |_| {
            over("events.csv", |scan| {
                scan.group_by("user_id")
                    .agg([col("watch_time").sum(), col("title_id").n_unique().alias("titles")])
            })
        },
    },
    Case {
        name: "events_country",
        title: "4 GB csv: by country, device count, mean",
        prepare: |_| {
            over("events.csv", |scan| {
                scan.group_by(["country", "device"])
                    .agg([len().alias("n"), col("watch_time").mean().alias("avg")])
            })
        },
    },
];

/// Writes the table of operations, held in memory, to a file beside the answers.
fn write(
    options: &ExecOptions,
    extension: &str,
    write: fn(LazyFrame, &Path) -> Result<(), lazuli::Error>,
) -> Result<Work, Failure> {
    let table = scan_parquet(path("ops_1m.parquet")).with_options(options.clone()).collect()?;
    let path = std::env::temp_dir().join(format!("lazuli-bench-{}.{extension}", std::process::id()));
    Ok(Work::Write { table, path, write })
}

fn over(file: &'static str, query: fn(LazyFrame) -> LazyFrame) -> Result<Work, Failure> {
    warm(file)?;
    Work::query(move || query(scan_csv(path(file))))
}

fn pricing_summary(lineitem: LazyFrame) -> LazyFrame {
    let discounted = || col("l_extendedprice") * (lit(1) - col("l_discount"));
    lineitem
        .filter(col("l_shipdate").lt_eq(Scalar::Date(days(1998, 9, 2))))
        .group_by(["l_returnflag", "l_linestatus"])
        .agg([
            col("l_quantity").sum().alias("sum_qty"),
            col("l_extendedprice").sum().alias("sum_base_price"),
            discounted().sum().alias("sum_disc_price"),
            (discounted() * (lit(1) + col("l_tax"))).sum().alias("sum_charge"),
            col("l_quantity").mean().alias("avg_qty"),
            col("l_extendedprice").mean().alias("avg_price"),
            col("l_discount").mean().alias("avg_disc"),
            len().alias("count_order"),
        ])
        .sort(["l_returnflag", "l_linestatus"])
}

fn forecast_revenue(lineitem: LazyFrame) -> LazyFrame {
    lineitem
        .filter(
            col("l_shipdate")
                .gt_eq(Scalar::Date(days(1994, 1, 1)))
                .and(col("l_shipdate").lt(Scalar::Date(days(1995, 1, 1))))
                .and(col("l_discount").is_between(0.05, 0.07))
                .and(col("l_quantity").lt(24)),
        )
        .select((col("l_extendedprice") * col("l_discount")).sum().alias("revenue"))
}

/// Days since 1970-01-01.
fn days(year: i32, month: u32, day: u32) -> i32 {
    lazuli_array::calendar::days_from_civil(year, month, day).expect("a day of the calendar")
}
