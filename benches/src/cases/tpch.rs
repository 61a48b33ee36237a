//! TPC-H questions over its tables as Parquet files, with decimals as the specification has them.

use lazuli::prelude::*;

use super::{Case, Failure, Work};
use crate::input::files::{path, warm};

pub static CASES: &[Case] = &[
    Case { name: "tpch_q01", title: "Q1 over parquet", prepare: |_| over(&["lineitem"], pricing_summary) },
    Case {
        name: "tpch_q03",
        title: "Q3 over parquet",
        prepare: |_| over(&["customer", "orders", "lineitem"], shipping_priority),
    },
    Case { name: "tpch_q06", title: "Q6 over parquet", prepare: |_| over(&["lineitem"], forecast_revenue) },
    Case {
        name: "tpch_q12",
        title: "Q12 over parquet",
        prepare: |_| over(&["orders", "lineitem"], shipping_modes),
    },
];

fn over(tables: &[&str], query: fn() -> LazyFrame) -> Result<Work, Failure> {
    for table in tables {
        warm(&format!("tpch/{table}.parquet"))?;
    }
    Work::query(query)
}

fn scan(table: &str) -> LazyFrame {
    scan_parquet(path(&format!("tpch/{table}.parquet")))
}

fn day(year: i32, month: u32, day: u32) -> Scalar {
    Scalar::Date(lazuli_array::calendar::days_from_civil(year, month, day).expect("a day of the calendar"))
}

fn discounted() -> Expr {
    col("l_extendedprice") * (lit(1) - col("l_discount"))
}

fn pricing_summary() -> LazyFrame {
    scan("lineitem")
        .filter(col("l_shipdate").lt_eq(day(1998, 9, 2)))
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

fn shipping_priority() -> LazyFrame {
    let customers = scan("customer").filter(col("c_mktsegment").eq("BUILDING"));
    let orders = scan("orders").filter(col("o_orderdate").lt(day(1995, 3, 15)));
    let orders = orders.join(customers, "o_custkey", "c_custkey", JoinType::Semi);
    scan("lineitem")
        .filter(col("l_shipdate").gt(day(1995, 3, 15)))
        .join(orders, "l_orderkey", "o_orderkey", JoinType::Inner)
        .group_by(["l_orderkey", "o_orderdate", "o_shippriority"])
        .agg([discounted().sum().alias("revenue")])
        .sort([col("revenue").desc(), col("o_orderdate").asc()])
        .head(10)
        .select(["l_orderkey", "revenue", "o_orderdate", "o_shippriority"])
}

fn forecast_revenue() -> LazyFrame {
    scan("lineitem")
        .filter(
            col("l_shipdate")
                .gt_eq(day(1994, 1, 1))
                .and(col("l_shipdate").lt(day(1995, 1, 1)))
                .and(col("l_discount").is_between(0.05, 0.07))
                .and(col("l_quantity").lt(24)),
        )
        .select((col("l_extendedprice") * col("l_discount")).sum().alias("revenue"))
}

fn shipping_modes() -> LazyFrame {
    let is_urgent = || col("o_orderpriority").is_in(["1-URGENT", "2-HIGH"]);
    let one_if = |condition: Expr| when(condition).then(1).otherwise(0).sum();
    scan("lineitem")
        .filter(
            col("l_shipmode")
                .is_in(["MAIL", "SHIP"])
                .and(col("l_commitdate").lt(col("l_receiptdate")))
                .and(col("l_shipdate").lt(col("l_commitdate")))
                .and(col("l_receiptdate").gt_eq(day(1994, 1, 1)))
                .and(col("l_receiptdate").lt(day(1995, 1, 1))),
        )
        .join(scan("orders"), "l_orderkey", "o_orderkey", JoinType::Inner)
        .group_by("l_shipmode")
        .agg([one_if(is_urgent()).alias("high_line_count"), one_if(!is_urgent()).alias("low_line_count")])
        .sort("l_shipmode")
}
