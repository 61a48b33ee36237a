//! What resolving makes of plans, and what it says of wrong ones.

use insta::assert_snapshot;
use lazuli_expr::{all, col, cols, len, lit, when};

use super::*;
use crate::test_plan::{concat, side_by_side, table};
use crate::{Caller, JoinType, Keep, UnionMode, explain};

fn sales() -> LogicalPlan {
    table("sales", "id i64, category str, amount f64, quantity i32, day date")
}

fn resolved(plan: &LogicalPlan) -> String {
    match resolve(plan) {
        Ok(plan) => {
            // Resolving what is resolved changes nothing.
            assert_eq!(explain(&resolve(&plan).expect("a resolved plan has no mistakes")), explain(&plan));
            assert!(check(&plan).is_ok());
            format!("{}=> {}", explain(&plan), plan.schema())
        }
        Err(errors) => format!("{errors}"),
    }
}

fn mistakes(plan: &LogicalPlan) -> String {
    match resolve(plan) {
        Ok(plan) => panic!("no mistake found in\n{}", explain(&plan)),
        Err(errors) => errors.to_string(),
    }
}

#[test]
fn the_main_job() {
    let plan = sales()
        .filter(col("amount").gt(1000))
        .group_by("category", [col("amount").sum().alias("total"), col("amount").mean().alias("avg")])
        .sort([col("total").desc()]);
    assert_snapshot!(resolved(&plan), @r"
        Sort [total desc]
          Aggregate [category] -> [sum(amount) as total, mean(amount) as avg]
            Filter [amount > 1000.0]
              Scan sales  columns: all 5
        => category: String, total: Float64, avg: Float64
    ");
}

#[test]
fn with_columns_replaces_in_place_and_adds_behind() {
    let plan = sales().with_columns([col("amount") * 2, (col("quantity") + 1).alias("more")]);
    assert_snapshot!(resolved(&plan), @r"
        Project [id, category, amount * 2.0 as amount, quantity, day, quantity + 1 as more]
          Scan sales  columns: all 5
        => id: Int64, category: String, amount: Float64, quantity: Int32, day: Date, more: Int32
    ");
}

#[test]
fn selectors_become_columns() {
    assert_snapshot!(resolved(&sales().select((cols(["day", "id"]), col("amount").alias("a")))), @r"
        Project [day, id, amount as a]
          Scan sales  columns: all 5
        => day: Date, id: Int64, a: Float64
    ");
    assert_snapshot!(resolved(&sales().group_by("category", all().n_unique())), @r"
        Aggregate [category] -> [n_unique(id) as id, n_unique(amount) as amount, n_unique(quantity) as quantity, n_unique(day) as day]
          Scan sales  columns: all 5
        => category: String, id: Int64, amount: Int64, quantity: Int64, day: Int64
    ");
}

#[test]
fn conjunctions_become_several_predicates() {
    let plan =
        sales().filter(col("amount").gt(1).and(col("quantity").lt(9).and(col("id").eq(3) | col("id").eq(4))));
    assert_snapshot!(resolved(&plan), @r"
        Filter [amount > 1.0, quantity < 9, id == 3 or id == 4]
          Scan sales  columns: all 5
        => id: Int64, category: String, amount: Float64, quantity: Int32, day: Date
    ");
}

#[test]
fn selected_aggregates_give_one_row() {
    assert_snapshot!(resolved(&sales().select([col("amount").sum(), len().alias("rows")])), @r"
        Aggregate -> [sum(amount) as amount, len() as rows]
          Scan sales  columns: all 5
        => amount: Float64, rows: Int64
    ");
    assert_snapshot!(resolved(&sales().select([(col("amount").sum() / len()).alias("mean"), lit(1).alias("one")])), @r"
        Project [_agg1 / cast(_agg2 as Float64) as mean, 1 as one]
          Aggregate -> [sum(amount) as _agg1, len() as _agg2]
            Scan sales  columns: all 5
        => mean: Float64, one: Int32
    ");
    assert_snapshot!(resolved(&sales().select(lit(1).alias("one"))), @r"
        Project [1 as one]
          Aggregate -> []
            Scan sales  columns: all 5
        => one: Int32
    ");
}

#[test]
fn aggregates_beside_rows_are_joined_to_each() {
    let plan = sales().select([col("id"), (col("amount") - col("amount").mean()).alias("off")]);
    assert_snapshot!(resolved(&plan), @r"
        Project [id, amount - _agg1 as off]
          Join cross -> [id, category, amount, quantity, day, _agg1]
            Scan sales  columns: all 5
            Aggregate -> [mean(amount) as _agg1]
              Scan sales  columns: all 5
        => id: Int64, off: Float64
    ");
    assert_snapshot!(resolved(&sales().select(["id", "amount"]).with_columns(col("amount").max().alias("top"))), @r"
        Project [id, amount, _agg1 as top]
          Join cross -> [id, amount, _agg1]
            Project [id, amount]
              Scan sales  columns: all 5
            Aggregate -> [max(amount) as _agg1]
              Project [id, amount]
                Scan sales  columns: all 5
        => id: Int64, amount: Float64, top: Float64
    ");
    assert_snapshot!(resolved(&sales().filter(col("amount").gt(col("amount").mean()))), @r"
        Project [id, category, amount, quantity, day]
          Filter [amount > _agg1]
            Join cross -> [id, category, amount, quantity, day, _agg1]
              Scan sales  columns: all 5
              Aggregate -> [mean(amount) as _agg1]
                Scan sales  columns: all 5
        => id: Int64, category: String, amount: Float64, quantity: Int32, day: Date
    ");
}

#[test]
fn aggregates_are_computed_once_and_put_together_above() {
    let plan = sales().group_by(
        ["category"],
        [
            (col("amount").sum() / col("quantity").sum()).alias("price"),
            col("amount").sum().alias("total"),
            (len() + 1).alias("rows"),
            lit("x").alias("constant"),
        ],
    );
    assert_snapshot!(resolved(&plan), @r"
        Project [category, total / cast(_agg1 as Float64) as price, total, _agg2 + 1 as rows, 'x' as constant]
          Aggregate [category] -> [sum(amount) as total, sum(quantity) as _agg1, len() as _agg2]
            Scan sales  columns: all 5
        => category: String, price: Float64, total: Float64, rows: Int64, constant: String
    ");
}

#[test]
fn keys_may_be_read_beside_aggregates() {
    let plan = sales()
        .group_by([(col("id") % 10).alias("last"), col("category")], [(col("id") % 10 + len()).alias("n")]);
    assert_snapshot!(resolved(&plan), @r"
        Project [last, category, last + _agg1 as n]
          Aggregate [id % 10 as last, category] -> [len() as _agg1]
            Scan sales  columns: all 5
        => last: Int64, category: String, n: Int64
    ");
}

#[test]
fn joins_spell_out_their_columns() {
    let left = table("l", "id i32, name str, x i64");
    let right = table("r", "key i64, name str, y i64");
    for join_type in
        [JoinType::Inner, JoinType::Left, JoinType::Right, JoinType::Full, JoinType::Semi, JoinType::Anti]
    {
        let plan = left.join(&right, join_type, "id", "key");
        assert!(resolve(&plan).is_ok(), "{}", mistakes(&plan));
    }
    assert_snapshot!(resolved(&left.join(&right, JoinType::Inner, "id", "key")), @r"
        Join inner on [cast(id as Int64) == key] -> [id, name, x, name_right, y]
          Scan l  columns: all 3
          Scan r  columns: all 3
        => id: Int32, name: String, x: Int64, name_right: String, y: Int64
    ");
    assert_snapshot!(resolved(&left.join(&right, JoinType::Right, "id", "key")), @r"
        Join right on [cast(id as Int64) == key] -> [name, x, key, name_right, y]
          Scan l  columns: all 3
          Scan r  columns: all 3
        => name: String, x: Int64, key: Int64, name_right: String, y: Int64
    ");
    assert_snapshot!(resolved(&left.join(&right, JoinType::Full, "id", "key")), @r"
        Join full on [cast(id as Int64) == key] -> [id, name, x, key, name_right, y]
          Scan l  columns: all 3
          Scan r  columns: all 3
        => id: Int32, name: String, x: Int64, key: Int64, name_right: String, y: Int64
    ");
    assert_snapshot!(resolved(&left.join(&right, JoinType::Anti, "id", "key")), @r"
        Join anti on [cast(id as Int64) == key] -> [id, name, x]
          Scan l  columns: all 3
          Scan r  columns: all 3
        => id: Int32, name: String, x: Int64
    ");
    assert_snapshot!(resolved(&left.cross(&right)), @r"
        Join cross -> [id, name, x, key, name_right, y]
          Scan l  columns: all 3
          Scan r  columns: all 3
        => id: Int32, name: String, x: Int64, key: Int64, name_right: String, y: Int64
    ");
    assert_snapshot!(resolved(&left.join(&right, JoinType::Inner, col("x") + 1, "key")), @r"
        Join inner on [x + 1 == key] -> [id, name, x, key, name_right, y]
          Scan l  columns: all 3
          Scan r  columns: all 3
        => id: Int32, name: String, x: Int64, key: Int64, name_right: String, y: Int64
    ");
    let wide = table("w", "id i64, z i64");
    assert_snapshot!(resolved(&left.full_join(&wide, "id")), @r"
        Join full on [_key1 == id] -> [id, name, x, z]
          Project [id, name, x, cast(id as Int64) as _key1]
            Scan l  columns: all 3
          Scan w  columns: all 2
        => id: Int64, name: String, x: Int64, z: Int64
    ");
    // A key over a column that becomes another type in the result reads it as it was.
    assert_snapshot!(resolved(&left.full_join(&wide, (col("id"), col("id") + 1))), @r"
        Join full on [_key1 == id, cast(id + 1 as Int64) == id + 1] -> [id, name, x, z]
          Project [id, name, x, cast(id as Int64) as _key1]
            Scan l  columns: all 3
          Scan w  columns: all 2
        => id: Int64, name: String, x: Int64, z: Int64
    ");
}

#[test]
fn unions_are_brought_to_common_columns() {
    let a = table("a", "k i32, v i64");
    let b = table("b", "k i64, w str");
    assert_snapshot!(resolved(&concat([a.clone(), a.clone()], UnionMode::Vertical)), @r"
        Union
          Scan a  columns: all 2
          Scan a  columns: all 2
        => k: Int32, v: Int64
    ");
    assert_snapshot!(resolved(&concat([a.clone(), b.select([col("k"), col("k").alias("v")])], UnionMode::VerticalRelaxed)), @r"
        Union
          Project [cast(k as Int64) as k, v]
            Scan a  columns: all 2
          Project [k, k as v]
            Scan b  columns: all 2
        => k: Int64, v: Int64
    ");
    assert_snapshot!(resolved(&concat([a.clone(), b], UnionMode::DiagonalRelaxed)), @r"
        Union
          Project [cast(k as Int64) as k, v, null as w]
            Scan a  columns: all 2
          Project [k, null as v, w]
            Scan b  columns: all 2
        => k: Int64, v: Int64, w: String
    ");
    assert_snapshot!(resolved(&side_by_side([a.clone(), table("c", "z i64")])), @r"
        HorizontalConcat
          Scan a  columns: all 2
          Scan c  columns: all 1
        => k: Int32, v: Int64, z: Int64
    ");
    assert_snapshot!(resolved(&concat([a], UnionMode::Vertical)), @r"
        Scan a  columns: all 2
        => k: Int32, v: Int64
    ");
}

#[test]
fn unpivot_brings_columns_to_one_type() {
    let plan = table("t", "id i64, a i32, b i64").unpivot(&[], &["id"]);
    assert_snapshot!(resolved(&plan), @r"
        Unpivot [a, b] -> [variable, value]  index: [id]
          Project [id, cast(a as Int64) as a, b]
            Scan t  columns: all 3
        => id: Int64, variable: String, value: Int64
    ");
}

fn with_pivot_columns(plan: &LogicalPlan, rows: &[&[&str]]) -> LogicalPlan {
    let search = PivotSearch::next(plan).expect("the columns are not known");
    let rows = rows.iter().map(|row| row.iter().map(|&text| lazuli_array::Scalar::from(text)).collect());
    let filled = search.fill_in(plan, rows);
    assert!(PivotSearch::next(&filled).is_none());
    filled
}

#[test]
fn pivots_search_their_columns_first() {
    let plan = sales().pivot(&["category"], &["day"], &["amount"], Some(col("element").sum())).select("day");
    assert!(check(&plan).is_ok());
    let search = PivotSearch::next(&plan).expect("the columns are not known");
    assert_snapshot!(resolved(&search.query()), @r"
        Sort [category]
          Distinct all columns  keep: first
            Project [category]
              Scan sales  columns: all 5
        => category: String
    ");
    assert_snapshot!(mistakes(&plan), @"invalid option: the columns that this pivot makes depend on the data; name them, or collect the frame (in pivot at the pivot)");
    assert_snapshot!(resolved(&with_pivot_columns(&plan, &[&["food"], &["toys"]])), @r"
        Project [day]
          Pivot [category] -> [amount]  index: [day]  columns: [food, toys]
            Aggregate [day, category] -> [sum(amount) as amount]
              Scan sales  columns: all 5
        => day: Date
    ");
}

#[test]
fn pivots_are_aggregated_below() {
    let plan = sales().pivot(&["category"], &["day"], &["amount", "quantity"], Some(col("element").max()));
    assert_snapshot!(resolved(&with_pivot_columns(&plan, &[&["food"], &["toys"]])), @r"
        Pivot [category] -> [amount, quantity]  index: [day]  columns: [amount_food, amount_toys, quantity_food, quantity_toys]
          Aggregate [day, category] -> [max(amount) as amount, max(quantity) as quantity]
            Scan sales  columns: all 5
        => day: Date, amount_food: Float64, amount_toys: Float64, quantity_food: Int32, quantity_toys: Int32
    ");
    let counted = sales().pivot(&["category"], &["day"], &["category"], Some(len()));
    assert_snapshot!(resolved(&with_pivot_columns(&counted, &[&["food"]])), @r"
        Pivot [_on1] -> [category]  index: [day]  columns: [food]  fill: 0
          Aggregate [day, category as _on1] -> [len() as category]
            Scan sales  columns: all 5
        => day: Date, food: Int64
    ");
    let plain = sales().select(["day", "category", "amount"]).pivot(&["category"], &[], &["amount"], None);
    assert_snapshot!(resolved(&with_pivot_columns(&plain, &[&["food"]])), @r"
        Pivot [category] -> [amount]  index: [day]  columns: [food]
          Project [day, category, amount]
            Scan sales  columns: all 5
        => day: Date, food: Float64
    ");
}

#[test]
fn sort_keys_and_distinct() {
    assert_snapshot!(resolved(&sales().sort([cols(["id", "day"]).desc()])), @r"
        Sort [id desc, day desc]
          Scan sales  columns: all 5
        => id: Int64, category: String, amount: Float64, quantity: Int32, day: Date
    ");
    assert_snapshot!(resolved(&sales().unique(&["id"], Keep::First).slice(-3, None)), @r"
        Slice last 3
          Distinct [id]  keep: first
            Scan sales  columns: all 5
        => id: Int64, category: String, amount: Float64, quantity: Int32, day: Date
    ");
}

#[test]
fn many_mistakes_at_once_without_echoes() {
    let plan = sales()
        .filter(col("amuont").gt(1))
        .with_columns([(col("missing") + 1).alias("new"), (col("category") - col("day")).alias("odd")])
        .filter(col("new").gt(1))
        .group_by("categroy", [col("new").sum(), (col("id") + col("odd")).alias("x")])
        .sort([col("new").desc(), col("absent").asc()])
        .filter(col("category").eq(1));
    assert_snapshot!(mistakes(&plan), @r"
        6 mistakes in the query:
          1. column not found: amuont; did you mean amount? The input has: id, category, amount, quantity, day (in filter at the filter)
          2. column not found: missing; the input has: id, category, amount, quantity, day (in with_columns at the with_columns)
          3. type mismatch: `-` has no meaning for String and Date, in: category - day (in with_columns at the with_columns)
          4. column not found: categroy; did you mean category? The input has: id, category, amount, quantity, day, new, odd (in group_by at the group_by)
          5. column not found: absent; the input has: category, new, x (in sort at the sort)
          6. type mismatch: `==` has no meaning for String and Int32, in: category == 1 (in filter at the filter)
    ");
}

#[test]
fn mistakes_below_are_reported_once_where_plans_are_shared() {
    let shared = sales().filter(col("nope").gt(1));
    let plan = shared.join(&shared, JoinType::Inner, "id", "id");
    assert_snapshot!(mistakes(&plan), @"column not found: nope; the input has: id, category, amount, quantity, day (in filter at the filter)");
}

#[test]
fn wrong_expressions() {
    assert_snapshot!(mistakes(&sales().filter(col("quantity") + 1)), @"type mismatch: a condition must be Boolean, found Int32, in: quantity + 1 (in filter at the filter)");
    assert_snapshot!(mistakes(&sales().select(["id", "id"])), @"duplicate column name: id is made a second time by: id; use alias() to rename one (in select at the select)");
    assert_snapshot!(mistakes(&sales().select(col("category").sum())), @"type mismatch: sum takes one column of numbers, booleans or durations, found String, in: sum(category) (in select at the select)");
    assert_snapshot!(mistakes(&sales().select(col("amount").sum().mean())), @"an aggregate inside an aggregate: sum(amount) (in select at the select)");
    assert_snapshot!(mistakes(&sales().sort(col("id").sum())), @"an aggregate can't stand in a sort key: sum(id) (in sort at the sort)");
    assert_snapshot!(mistakes(&sales().group_by(col("id").sum(), len())), @"an aggregate can't stand in a group key: sum(id) (in group_by at the group_by)");
    assert_snapshot!(mistakes(&sales().group_by("id", col("amount") + 1)), @"not an aggregate: amount + 1 gives one value a row, but each group needs one value; use first(), sum(), ... (in group_by at the group_by)");
    assert_snapshot!(mistakes(&sales().group_by("id", [len().alias("id"), len().alias("n"), len().alias("n")])), @r"
        2 mistakes in the query:
          1. duplicate column name: n is made a second time by: len() as n; use alias() to rename one (in group_by at the group_by)
          2. duplicate column name: id: a group key has this name too; use alias() to rename one (in group_by at the group_by)
    ");
    assert_snapshot!(mistakes(&sales().select(cols(["id", "dya"]))), @"column not found: dya; did you mean day? The input has: id, category, amount, quantity, day (in select at the select)");
    let typed = when(col("id")).then(1).otherwise("x");
    assert_snapshot!(mistakes(&sales().select(typed)), @"type mismatch: a condition must be Boolean, found Int64, in: id (in select at the select)");
}

#[test]
fn wrong_joins() {
    let left = table("l", "id i64, a str, f f64, d date");
    let right = table("r", "id i64, a str, d str");
    let suffixed = table("l", "id i64, a str, a_right str").join(&right, JoinType::Inner, "id", "id");
    assert_snapshot!(mistakes(&suffixed), @"duplicate column name: a_right: the left side has a and a_right already; use another suffix (in join at the join)");
    let inner = |keys: [&str; 2]| mistakes(&left.join(&right, JoinType::Inner, keys[0], keys[1]));
    assert_snapshot!(inner(["id", "a"]), @"type mismatch: join keys id (Int64) and a (String) can't be compared without loss; cast one (in join at the join)");
    assert_snapshot!(inner(["f", "id"]), @"type mismatch: join keys f (Float64) and id (Int64) can't be compared without loss; cast one (in join at the join)");
    assert_snapshot!(inner(["d", "d"]), @"type mismatch: join keys d (Date) and d (String) can't be compared without loss; cast one (in join at the join)");
    assert_snapshot!(mistakes(&left.join(&right, JoinType::Inner, ["id", "a"], "id")), @"a join needs as many left keys as right keys: 2 on the left, 1 on the right (in join at the join)");
    assert_snapshot!(mistakes(&left.join(&right, JoinType::Left, Vec::<lazuli_expr::Expr>::new(), Vec::<lazuli_expr::Expr>::new())), @"invalid option: a join needs at least one key; use a cross join to pair every row with every row (in join at the join)");
    assert_snapshot!(mistakes(&left.join(&right, JoinType::Cross, "id", "id")), @"invalid option: a cross join pairs every row with every row and takes no keys; use an inner join (in join at the join)");
    assert_snapshot!(mistakes(&left.join(&right, JoinType::Semi, "idd", "ida")), @r"
        2 mistakes in the query:
          1. column not found: idd; did you mean id? The input has: id, a, f, d (in join at the join)
          2. column not found: ida; did you mean id? The input has: id, a, d (in join at the join)
    ");
}

#[test]
fn joins_by_predicates_name_the_columns_of_pairs() {
    let left = table("l", "id i64, a str");
    let right = table("r", "id i64, b str");
    let where_ = |predicate: lazuli_expr::Expr| left.join_where(&right, predicate);
    assert_snapshot!(resolved(&where_(col("id").lt(col("id_right")) & col("a").eq(col("b")))), @r"
        JoinWhere [id < id_right, a == b] -> [id, a, id_right, b]
          Scan l  columns: all 2
          Project [id as id_right, b]
            Scan r  columns: all 2
        => id: Int64, a: String, id_right: Int64, b: String
    ");
    assert_snapshot!(mistakes(&where_(col("id").lt(col("id_rigth")))), @"column not found: id_rigth; did you mean id_right? The input has: id, a, id_right, b (in join_where at the join_where)");
    assert_snapshot!(mistakes(&where_(col("id") + col("id_right"))), @"type mismatch: a condition must be Boolean, found Int64, in: id + id_right (in join_where at the join_where)");
    assert_snapshot!(mistakes(&where_(col("id").lt(col("b")))), @"type mismatch: `<` has no meaning for Int64 and String, in: id < b (in join_where at the join_where)");
    assert_snapshot!(mistakes(&where_(col("id").sum().lt(col("id_right")))), @"an aggregate can't stand in a join predicate: sum(id) (in join_where at the join_where)");
    assert_snapshot!(mistakes(&left.join_where(&right, Vec::<lazuli_expr::Expr>::new())), @"invalid option: join_where needs at least one predicate; use a cross join to pair every row with every row (in join_where at the join_where)");
}

#[test]
fn wrong_concats() {
    let a = table("a", "k i32, v i64");
    let vertical = |other: &str| mistakes(&concat([a.clone(), table("b", other)], UnionMode::Vertical));
    assert_snapshot!(vertical("k i32"), @"input 1 of concat does not fit: column v is missing; a diagonal concat fills it with nulls (in concat at the concat)");
    assert_snapshot!(vertical("k i32, v i64, w i64"), @"input 1 of concat does not fit: column w is not in input 0; a diagonal concat fills it with nulls there (in concat at the concat)");
    assert_snapshot!(vertical("v i64, k i32"), @"input 1 of concat does not fit: column v stands where input 0 has k; select the same order (in concat at the concat)");
    assert_snapshot!(vertical("k i64, v i64"), @"input 1 of concat does not fit: column k is Int64 here and Int32 before; cast one, or use the relaxed form (in concat at the concat)");
    let relaxed = |other: &str| concat([a.clone(), table("b", other)], UnionMode::VerticalRelaxed);
    assert_snapshot!(mistakes(&relaxed("k date, v i64")), @"input 1 of concat does not fit: column k is Date here and Int32 before; no type holds both; cast one (in concat at the concat)");
    assert_snapshot!(resolved(&relaxed("k i32, v f64")), @r"
        Union
          Project [k, cast(v as Float64) as v]
            Scan a  columns: all 2
          Scan b  columns: all 2
        => k: Int32, v: Float64
    ");
    assert_snapshot!(mistakes(&side_by_side([a.clone(), a.clone()])), @r"
        2 mistakes in the query:
          1. duplicate column name: k: input 1 of concat has it, and one before it; rename one (in concat at the concat)
          2. duplicate column name: v: input 1 of concat has it, and one before it; rename one (in concat at the concat)
    ");
    assert_snapshot!(mistakes(&concat([], UnionMode::Vertical)), @"invalid option: concat needs at least one input (in concat at the concat)");
}

#[test]
fn wrong_reshapes() {
    let unpivoted = |on: &[&str], index: &[&str]| mistakes(&sales().unpivot(on, index));
    assert_snapshot!(unpivoted(&["quantity", "category"], &["id"]), @"invalid option: the values of column category (String) and of column quantity (Int32) fit into no common type without loss; cast one, or name the columns to unpivot (in unpivot at the unpivot)");
    assert_snapshot!(unpivoted(&["quantity", "quantity"], &["idd"]), @r"
        2 mistakes in the query:
          1. column not found: idd; did you mean id? The input has: id, category, amount, quantity, day (in unpivot at the unpivot)
          2. invalid option: column quantity is named twice (in unpivot at the unpivot)
    ");
    let taken = table("t", "variable i64, a i64");
    assert_snapshot!(mistakes(&taken.unpivot(&["a"], &["variable"])), @"duplicate column name: variable: unpivot makes it a second time; choose another variable_name or value_name (in unpivot at the unpivot)");
    let pivoted = |on: &[&str], index: &[&str], values: &[&str], aggregate| {
        check(&sales().pivot(on, index, values, aggregate))
            .map_or_else(|errors| errors.to_string(), |()| "fine".into())
    };
    assert_snapshot!(pivoted(&[], &["id"], &["amount"], None), @"invalid option: pivot needs a column whose values become columns (in pivot at the pivot)");
    assert_snapshot!(pivoted(&["category"], &[], &[], None), @"invalid option: pivot needs the columns that stay (index) or those that fill the cells (values) (in pivot at the pivot)");
    assert_snapshot!(pivoted(&["category"], &["amount"], &["amount"], None), @"invalid option: column amount can't both stay (index) and fill the cells (values) (in pivot at the pivot)");
    assert_snapshot!(pivoted(&["category"], &["day"], &["amount"], Some(col("amount").sum())), @"column not found: amount; the input has: element (in pivot at the pivot)");
    assert_snapshot!(pivoted(&["categories"], &["day"], &["amount"], None), @"column not found: categories; did you mean category? The input has: id, category, amount, quantity, day (in pivot at the pivot)");
    let twice = sales().pivot(&["category"], &["day"], &["amount"], Some(col("element").sum()));
    assert_snapshot!(mistakes(&with_pivot_columns(&twice, &[&["day"]])), @"duplicate column name: day: two columns of the pivot, or a column that stays, have it; rename or cast one (in pivot at the pivot)");
    assert_snapshot!(mistakes(&with_pivot_columns(&twice, &[&["a", "b"]])), @"invalid option: each new column of a pivot needs one value for each of its `on` columns, 1 of them (in pivot at the pivot)");
    let texts = sales().pivot(&["id"], &["day"], &["amount"], Some(col("element").sum()));
    assert_snapshot!(mistakes(&with_pivot_columns(&texts, &[&["seven"]])), @"invalid option: seven can't be a value of column id (Int64) (in pivot at the pivot)");
}

#[test]
fn sources_that_can_not_say_their_columns() {
    let plan = table("gone.csv", "").filter(col("anything").gt(1)).sort("other");
    assert_snapshot!(mistakes(&plan), @"can't read gone.csv: no such file (in scan at the scan)");
}

#[test]
fn callers_are_named() {
    let Node::Scan(scan) = sales().node().clone() else { unreachable!("a table is a scan") };
    assert_eq!(scan.source.name(), "sales");
    let plan = LogicalPlan::new(Node::Scan(scan), Caller::here()).filter(col("x").gt(1));
    assert!(mistakes(&plan).ends_with("(in filter at the filter)"), "{}", mistakes(&plan));
}

#[test]
fn deep_plans_are_refused_and_dropped_without_a_deep_stack() {
    let mut plan = sales();
    for _ in 0..100_000 {
        plan = plan.slice(0, 10);
    }
    assert_snapshot!(mistakes(&plan), @"invalid option: a plan of 100001 steps one over the other, more than 2000; collect in between (in slice at the slice)");
}

#[test]
fn explode_takes_lists() {
    let lists = table("t", "a i64, b i64").group_by("a", col("b").implode());
    let exploded = resolve(&lists.explode(&["b"], false)).expect("a column of lists");
    assert_eq!(
        exploded.schema().get("b").map(|field| field.data_type()),
        Some(&lazuli_array::DataType::Int64)
    );
    assert_snapshot!(mistakes(&lists.explode(&["a"], false)), @"type mismatch: explode takes lists, found Int64, in: a (in explode at the explode)");
    assert_snapshot!(mistakes(&lists.explode(&["c", "b", "b"], false)), @r"
        2 mistakes in the query:
          1. column not found: c; did you mean a? The input has: a, b (in explode at the explode)
          2. invalid option: column b is named twice (in explode at the explode)
    ");
    assert_snapshot!(mistakes(&lists.explode(&[], false)), @"invalid option: explode needs at least one column (in explode at the explode)");
}

#[test]
fn windows_become_columns_below() {
    let off = (col("amount") - col("amount").mean()).over("category");
    let plan = sales()
        .select([off.alias("off"), (col("quantity").cum_sum() / col("quantity").sum()).alias("share")]);
    assert_snapshot!(resolved(&plan), @r"
        Project [amount - _window1 as off, cast(_window2 as Float64) / cast(_agg1 as Float64) as share]
          Join cross -> [id, category, amount, quantity, day, _window1, _window2, _agg1]
            Window -> [mean(amount) over (partition by category) as _window1, cum_sum(cast(quantity as Int64)) over () as _window2]
              Scan sales  columns: all 5
            Aggregate -> [sum(quantity) as _agg1]
              Scan sales  columns: all 5
        => off: Float64, share: Float64
    ");
    assert_snapshot!(resolved(&sales().filter(len().over("category").gt(2))), @r"
        Project [id, category, amount, quantity, day]
          Filter [_window1 > 2]
            Window -> [len() over (partition by category) as _window1]
              Scan sales  columns: all 5
        => id: Int64, category: String, amount: Float64, quantity: Int32, day: Date
    ");
}

#[test]
fn windows_have_their_places() {
    let window = || col("amount").sum().over("category");
    for (plan, message) in [
        (sales().select(window().sum()), "a window inside a window or an aggregate: sum(amount) over"),
        (sales().select(window().over("id")), "a window inside a window or an aggregate: sum(amount) over"),
        (sales().select(window().cum_sum()), "a window inside a window or an aggregate: sum(amount) over"),
        (sales().group_by("category", window()), "a window can't stand in the aggregates of groups"),
        (sales().sort([window().desc()]), "a window can't stand in a sort key"),
        (
            sales().select(col("amount").sum().over(col("id").sum())),
            "an aggregate can't stand in the keys of a window",
        ),
        (sales().select(col("amount").sum().over("categry")), "did you mean category?"),
        (sales().select(col("amount").cum_sum().over_sorted("id", "dy")), "did you mean day?"),
        (sales().select(col("category").cum_sum()), "cum_sum takes one column of numbers"),
        (sales().select(col("id").rank("best")), "no method of rank is called best"),
    ] {
        let found = mistakes(&plan);
        assert!(found.contains(message), "{message}: {found}");
    }
}

/// The sums of all columns of numbers, as a verb that is written out when they are known.
struct Sums;

impl crate::DerivedVerb for Sums {
    fn name(&self) -> &'static str {
        "sums"
    }

    fn write_out(
        &self,
        inputs: &[LogicalPlan],
        _: &[lazuli_array::DataFrame],
    ) -> Result<LogicalPlan, PlanMistake> {
        let fields = inputs[0].schema().fields().iter().filter(|field| field.data_type().is_numeric());
        let sums: Vec<_> = fields.map(|field| col(field.name().clone()).sum()).collect();
        if sums.is_empty() {
            return Err(PlanMistake::InvalidOption { reason: "no column of numbers".into() });
        }
        Ok(inputs[0].select(sums))
    }
}

fn sums(input: &LogicalPlan) -> LogicalPlan {
    let node = crate::Derived::new(vec![input.clone()], std::sync::Arc::new(Sums));
    LogicalPlan::new(Node::Derived(node), crate::test_plan::at("the sums"))
}

#[test]
fn derived_verbs_are_written_out() {
    let plan = sums(&sales().filter(col("quantity").gt(1))).with_columns((col("amount") + 1).alias("more"));
    assert_snapshot!(resolved(&plan), @r"
        Project [id, amount, quantity, amount + 1.0 as more]
          Aggregate -> [sum(id) as id, sum(amount) as amount, sum(quantity) as quantity]
            Filter [quantity > 1]
              Scan sales  columns: all 5
        => id: Int64, amount: Float64, quantity: Int64, more: Float64
    ");
    // Written over one another: what was resolved is not resolved again, and callers are those of the verbs.
    assert_snapshot!(resolved(&sums(&sums(&sales()).filter(col("id").gt(0)))), @r"
        Aggregate -> [sum(id) as id, sum(amount) as amount, sum(quantity) as quantity]
          Filter [id > 0]
            Aggregate -> [sum(id) as id, sum(amount) as amount, sum(quantity) as quantity]
              Scan sales  columns: all 5
        => id: Int64, amount: Float64, quantity: Int64
    ");
    assert_snapshot!(mistakes(&sums(&sales().select("day"))), @"invalid option: no column of numbers (in sums at the sums)");
    assert_snapshot!(mistakes(&sums(&sales().select("dya"))), @"column not found: dya; did you mean day? The input has: id, category, amount, quantity, day (in select at the select)");
}

#[test]
fn derived_verbs_stay_within_the_depth_of_plans() {
    let deep = (0..1_990).fold(sales(), |plan, _| plan.filter(col("id").gt(1)));
    assert!(resolve(&sums(&deep)).is_ok());
    let deeper = (0..600).fold(sales(), |plan, _| sums(&plan));
    assert!(resolve(&deeper).is_ok());
}

#[test]
fn a_row_index_comes_first_under_a_new_name() {
    let plan = sales().row_index("row", 1).filter(col("row").gt(2)).select(["row", "day"]);
    assert_snapshot!(resolved(&plan), @r"
        Project [row, day]
          Filter [row > 2]
            RowIndex row  from: 1
              Scan sales  columns: all 5
        => row: Int64, day: Date
    ");
    assert_snapshot!(mistakes(&sales().row_index("day", 0)), @"duplicate column name: day: the input has a column of this name; give the index another (in with_row_index at the row index)");
}

#[test]
fn null_keys_are_equal_by_two_keys() {
    let left = table("left", "k str, day date");
    let right = table("right", "k str, size i64");
    let plan = left.join(&right, JoinType::Left, "k", "k");
    let Node::Join(join) = plan.node() else { panic!("a join") };
    let plan = plan.with_node(Node::Join(crate::Join { nulls_equal: true, ..join.clone() }));
    assert_snapshot!(resolved(&plan), @r"
        Join left on [is_null(k) == is_null(k), coalesce(k, '') == coalesce(k, '')] -> [k, day, size]
          Scan left  columns: all 2
          Scan right  columns: all 2
        => k: String, day: Date, size: Int64
    ");
}

#[test]
fn rows_of_aggregates_are_spread_out() {
    let plan = sales().select([col("category").unique(), col("amount").sum().alias("total")]);
    assert_snapshot!(resolved(&plan), @r"
        Project [_rows1 as category, _agg1 as total]
          Join cross -> [_rows1, _agg1]
            Explode [_rows1]  drop empty
              Aggregate -> [unique(category) as _rows1]
                Scan sales  columns: all 5
            Aggregate -> [sum(amount) as _agg1]
              Scan sales  columns: all 5
        => category: String, total: Float64
    ");
    // Steps around them take the lists.
    let plan = sales().select(col("category").unique().sort(false).first());
    assert_snapshot!(resolved(&plan), @r"
        Project [each.first(each.sort(_agg1, false)) as category]
          Aggregate -> [unique(category) as _agg1]
            Scan sales  columns: all 5
        => category: String
    ");
    // Beside rows of the input they must be as many.
    let plan = sales().with_columns(col("category").head(5).alias("first"));
    assert_snapshot!(resolved(&plan), @r"
        Project [id, category, amount, quantity, day, _rows1 as first]
          HorizontalConcat
            Scan sales  columns: all 5
            Explode [_rows1]  drop empty
              Aggregate -> [head(category, 5) as _rows1]
                Scan sales  columns: all 5
        => id: Int64, category: String, amount: Float64, quantity: Int32, day: Date, first: String
    ");
    // Groups get lists.
    let plan = sales().group_by("day", [col("id").head(2), col("amount").filter(col("id").gt(1)).sum()]);
    assert_snapshot!(resolved(&plan), @r"
        Aggregate [day] -> [head(id, 2) as id, sum(when(id > 1).then(amount)) as amount]
          Scan sales  columns: all 5
        => day: Date, id: List(Int64), amount: Float64
    ");
}

#[test]
fn windows_inside_of_aggregates_go_over_what_those_see() {
    let steps = || col("amount").diff(1).sum();
    assert_snapshot!(resolved(&sales().group_by("day", steps())), @r"
        Aggregate [day] -> [sum(_window1) as amount]
          Window -> [diff(amount, 1) over (partition by day) as _window1]
            Scan sales  columns: all 5
        => day: Date, amount: Float64
    ");
    assert_snapshot!(resolved(&sales().select(steps().over("category"))), @r"
        Project [_window2 as amount]
          Window -> [sum(_window1) over (partition by category) as _window2]
            Window -> [diff(amount, 1) over (partition by category) as _window1]
              Scan sales  columns: all 5
        => amount: Float64
    ");
    let nested = col("amount").shift(1).cum_sum().over("day");
    assert_snapshot!(resolved(&sales().select(nested)), @r"
        Project [_window2 as amount]
          Window -> [cum_sum(_window1) over (partition by day) as _window2]
            Window -> [shift(amount, 1) over (partition by day) as _window1]
              Scan sales  columns: all 5
        => amount: Float64
    ");
}
