//! What is measured: five operations over a million rows in memory, and a scan of a file.

use std::collections::HashMap;
use std::path::PathBuf;

use lazuli::prelude::*;

use crate::data;

type Failure = Box<dyn std::error::Error>;

/// One line of the table.
pub struct Case {
    pub name: &'static str,
    pub title: &'static str,
    pub prepare: fn() -> Result<Prepared, Failure>,
}

/// A query with its inputs loaded, and what its answer must be.
pub struct Prepared {
    pub query: LazyFrame,
    pub rows: usize,
    pub check: Box<dyn Fn(&DataFrame) -> Result<(), Failure>>,
}

pub static CASES: &[Case] = &[
    Case { name: "sum", title: "sum of one f64 column of 1 M rows", prepare: sum },
    Case { name: "filter", title: "half of 1 M rows, all columns", prepare: filter },
    Case { name: "group_by", title: "100 groups of 1 M rows, sum and mean", prepare: group_by },
    Case { name: "join", title: "inner join of 1 M with 100,000 rows on an integer", prepare: join },
    Case { name: "sort", title: "1 M rows by an f64 column, all columns", prepare: sort },
    Case {
        name: "scan_sales",
        title: "sales.csv of BENCH_DATA (or testdata): sum and mean by store",
        prepare: scan_sales,
    },
];

fn expect(what: &str, found: impl PartialEq<f64> + std::fmt::Debug, expected: f64) -> Result<(), Failure> {
    if found == expected {
        Ok(())
    } else {
        Err(format!("{what}: found {found:?}, expected {expected}").into())
    }
}

fn number(frame: &DataFrame, row: usize, column: &str) -> Result<f64, Failure> {
    match frame.column(column)?.get(row) {
        Scalar::Float64(value) => Ok(value),
        Scalar::Int64(value) => Ok(value as f64),
        other => Err(format!("{column}, row {row}: {other:?} is no number").into()),
    }
}

fn sum() -> Result<Prepared, Failure> {
    let orders = data::orders()?;
    // Amounts are whole cents, so that a sum of integers is the exact answer.
    let cents: i64 = orders.amount.iter().map(|amount| (amount * 100.0).round() as i64).sum();
    Ok(Prepared {
        query: orders.frame.lazy().select(col("amount").sum()),
        rows: data::ROWS,
        check: Box::new(move |frame| {
            expect("cents", (number(frame, 0, "amount")? * 100.0).round(), cents as f64)
        }),
    })
}

fn filter() -> Result<Prepared, Failure> {
    let orders = data::orders()?;
    let kept = orders.amount.iter().filter(|amount| **amount > 500.0).count();
    Ok(Prepared {
        query: orders.frame.lazy().filter(col("amount").gt(500)),
        rows: data::ROWS,
        check: Box::new(move |frame| expect("rows kept", frame.height() as f64, kept as f64)),
    })
}

fn group_by() -> Result<Prepared, Failure> {
    let orders = data::orders()?;
    let mut cents: HashMap<String, i64> = HashMap::new();
    for (category, amount) in orders.category.iter().zip(&orders.amount) {
        *cents.entry(category.clone()).or_default() += (amount * 100.0).round() as i64;
    }
    let first = orders.category[0].clone();
    Ok(Prepared {
        query: orders
            .frame
            .lazy()
            .group_by("category")
            .agg([col("amount").sum().alias("total"), col("amount").mean().alias("avg")]),
        rows: data::ROWS,
        check: Box::new(move |frame| {
            expect("groups", frame.height() as f64, cents.len() as f64)?;
            expect(
                "cents of the first group",
                (number(frame, 0, "total")? * 100.0).round(),
                cents[&first] as f64,
            )
        }),
    })
}

fn join() -> Result<Prepared, Failure> {
    let orders = data::orders()?;
    let matches = orders.id.iter().filter(|id| *id % 10 == 0).count();
    let regions = data::regions()?;
    Ok(Prepared {
        query: orders.frame.lazy().join(regions.lazy(), "id", "id", JoinType::Inner),
        rows: data::ROWS,
        check: Box::new(move |frame| expect("matches", frame.height() as f64, matches as f64)),
    })
}

fn sort() -> Result<Prepared, Failure> {
    let orders = data::orders()?;
    let least = orders.amount.iter().copied().fold(f64::INFINITY, f64::min);
    let greatest = orders.amount.iter().copied().fold(0.0, f64::max);
    Ok(Prepared {
        query: orders.frame.lazy().sort("amount"),
        rows: data::ROWS,
        check: Box::new(move |frame| {
            expect("the first amount", number(frame, 0, "amount")?, least)?;
            expect("the last amount", number(frame, frame.height() - 1, "amount")?, greatest)
        }),
    })
}

fn scan_sales() -> Result<Prepared, Failure> {
    let folder = std::env::var_os("BENCH_DATA").map(PathBuf::from);
    let testdata = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../testdata"));
    let path = folder.map(|folder| folder.join("sales.csv")).filter(|path| path.exists());
    let path = path.unwrap_or_else(|| testdata.join("sales.csv"));
    let rows = scan_csv(&path).select(len().alias("rows")).collect()?;
    let rows = number(&rows, 0, "rows")? as usize;
    Ok(Prepared {
        query: scan_csv(path).group_by("store").agg([
            len().alias("orders"),
            col("amount").sum().alias("total"),
            col("amount").mean().alias("avg"),
        ]),
        rows,
        check: Box::new(move |frame| {
            let orders: f64 =
                (0..frame.height()).map(|row| number(frame, row, "orders")).sum::<Result<f64, _>>()?;
            expect("stores", frame.height() as f64, 100.0)?;
            expect("orders of all stores", orders, rows as f64)
        }),
    })
}
