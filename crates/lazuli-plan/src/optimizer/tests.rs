//! The driver: passes, switches, deep plans.

use insta::assert_snapshot;
use lazuli_expr::{col, len, lit};

use super::*;
use crate::test_plan::table;
use crate::{explain, resolve};

/// The plan as one rule leaves it.
pub(super) fn with_rule(rule: RuleId, plan: &LogicalPlan) -> String {
    with_options(OptimizerOptions::none().with(rule), plan)
}

/// The plan as all rules leave it.
pub(super) fn optimized(plan: &LogicalPlan) -> String {
    with_options(OptimizerOptions::all(), plan)
}

fn with_options(options: OptimizerOptions, plan: &LogicalPlan) -> String {
    let resolved = match resolve(plan) {
        Ok(resolved) => resolved,
        Err(errors) => panic!("{errors}"),
    };
    let new = optimize(&resolved, &options);
    assert_eq!(new.schema(), resolved.schema());
    // What is finished stays as it is, in memory too.
    let again = optimize(&new, &options.without(RuleId::CommonSubexpressions));
    assert!(again.ptr_eq(&new) || options.is_enabled(RuleId::CommonSubexpressions), "{}", explain(&again));
    explain(&new)
}

fn sales() -> LogicalPlan {
    table("csv sales.csv", "id i64, category str, amount f64, quantity i32, day date")
}

#[test]
fn the_main_job() {
    let plan = sales()
        .filter(col("amount").gt(1000))
        .group_by("category", [col("amount").sum().alias("total"), col("amount").mean().alias("avg")])
        .sort([col("total").desc()])
        .slice(0, 10);
    assert_snapshot!(optimized(&plan), @r"
        Slice first 10
          Sort [total desc]  limit: 10
            Aggregate [category] -> [sum(amount) as total, mean(amount) as avg]
              Scan csv sales.csv  columns: category, amount (2 of 5)  where: [amount > 1000.0]
    ");
    assert_snapshot!(with_options(OptimizerOptions::none(), &plan), @r"
        Slice first 10
          Sort [total desc]
            Aggregate [category] -> [sum(amount) as total, mean(amount) as avg]
              Filter [amount > 1000.0]
                Scan csv sales.csv  columns: all 5
    ");
}

#[test]
fn rules_work_together() {
    let shops = table("parquet shops", "shop i64, city str, size i32, open bool");
    let plan = sales()
        .with_columns([
            (col("amount") * col("quantity")).alias("total"),
            (col("day").cast(lazuli_array::DataType::String)).alias("unread"),
        ])
        .join(&shops, crate::JoinType::Left, "id", "shop")
        .filter(col("size").gt(10 * 10) & col("total").gt(5) & lit(true))
        .group_by(
            "city",
            [col("total").sum(), (col("total").sum() / len()).alias("each"), col("total").max().alias("top")],
        )
        .filter(col("city").neq("Rome"))
        .select(["city", "each", "top"])
        .slice(0, 3);
    assert_snapshot!(optimized(&plan), @r"
        Project [city, total / cast(_agg1 as Float64) as each, top]
          Slice first 3
            Aggregate [city] -> [sum(total) as total, max(total) as top, len() as _agg1]
              Join inner on [id == shop] -> [total, city]
                Project [id, amount * cast(quantity as Float64) as total]
                  Scan csv sales.csv  columns: id, amount, quantity (3 of 5)  where: [amount * cast(quantity as Float64) > 5.0]
                Scan parquet shops  columns: shop, city (2 of 4)  where: [size > 100, city != 'Rome']
    ");
}

#[test]
fn rules_can_be_switched_off_one_by_one() {
    let plan = sales().select(["id", "amount"]).filter(col("amount").gt(lit(1) + 1)).select("id").slice(0, 3);
    let resolved = resolve(&plan).expect("no mistakes");
    for rule in RuleId::ALL {
        let without = optimize(&resolved, &OptimizerOptions::all().without(rule));
        assert_eq!(without.schema(), resolved.schema(), "{rule}");
        assert_eq!(RuleId::named(rule.name()), Some(rule));
    }
    assert!(optimize(&resolved, &OptimizerOptions::none()).ptr_eq(&resolved));
}

#[test]
fn deep_plans_have_a_stack_of_their_own() {
    let mut plan = sales();
    for index in 0..1_000 {
        plan = if index % 2 == 0 { plan.filter(col("id").gt(index)) } else { plan.sort("day") };
    }
    let text = optimized(&plan);
    assert!(text.contains("where: [id > 0, id > 2, "), "{text}");
}

#[test]
fn shared_plans_do_not_multiply() {
    let mut plan = sales().select(["id", "amount"]);
    for _ in 0..24 {
        plan = plan.with_columns((col("amount") - col("amount").mean()).alias("amount"));
    }
    // Sixteen million scans as a tree.
    let resolved = resolve(&plan).expect("no mistakes");
    let optimized = optimize(&resolved, &OptimizerOptions::all());
    assert_eq!(optimized.schema(), resolved.schema());
}

/// The order of the pass: each pair that would be slower the other way round. The pass is repeated, so a wrong order only
/// costs passes; this pins the number of passes that plans need.
#[test]
fn two_passes_do_for_a_plan_that_all_rules_change() {
    let shops = table("shops", "shop i64, city str");
    let plan = sales()
        .with_columns((col("quantity") * 2).alias("twice"))
        .join(&shops, crate::JoinType::Left, "id", "shop")
        .filter(col("city").eq("Rome") & col("twice").gt(lit(1) + 2))
        .select(["day", "twice"])
        .sort("day")
        .slice(0, 5);
    let mut plan = resolve(&plan).expect("no mistakes");
    let mut passes = 0;
    loop {
        let next = run_rules(PASS, plan.clone(), &OptimizerOptions::all());
        if next.ptr_eq(&plan) {
            break;
        }
        plan = next;
        passes += 1;
    }
    assert_eq!(passes, 2, "{}", explain(&plan));
}

#[test]
fn a_row_index_numbers_the_rows_that_it_had() {
    let rows = sales().row_index("row", 0);
    // Filters stay above, limits from the first row go below, unread numbers are not made.
    assert_snapshot!(optimized(&rows.filter(col("id").gt(1)).select(["row", "day"])), @r"
        Project [row, day]
          Filter [id > 1]
            RowIndex row
              Scan csv sales.csv  columns: id, day (2 of 5)
    ");
    assert_snapshot!(optimized(&rows.slice(0, 3).select(["row", "day"])), @r"
        RowIndex row
          Slice first 3
            Scan csv sales.csv  columns: day (1 of 5)  limit: 3
    ");
    assert_snapshot!(optimized(&rows.slice(2, 3).select(["row", "day"])), @r"
        Slice 3 from 2
          RowIndex row
            Scan csv sales.csv  columns: day (1 of 5)
    ");
    assert_snapshot!(optimized(&rows.filter(col("id").gt(1)).select(["day"])), @"Scan csv sales.csv  columns: day (1 of 5)  where: [id > 1]");
}
