//! Which columns no two rows of a plan agree in, as far as the plan itself says so: groups are unique on their keys,
//! distinct rows on what makes them so, and most steps leave it at that.
//!
//! Equal is what groups call equal: null and null, NaN and NaN, 0.0 and -0.0. Keys of joins and of sorts tell no more
//! values apart than that.
//!
//! Not here: what data says. A source's column may well be unique; nothing here knows.

use lazuli_array::Name;
use lazuli_expr::{Expr, typing};

use crate::lossless::is_lossless;
use crate::{Join, JoinColumn, JoinSide, JoinType, LogicalPlan, Node};

/// How many steps are looked at for one answer. Plans can be deep, and both sides of a join are asked.
const MAX_STEPS: usize = 64;

/// Whether no two rows of a plan agree in all of these columns; of none: whether there is one row at most.
pub(crate) fn is_unique_on(plan: &LogicalPlan, names: &[Name]) -> bool {
    search(plan, names, &mut MAX_STEPS.clone())
}

/// Whether no two rows of a plan agree in all of these keys.
pub(crate) fn is_unique_by(plan: &LogicalPlan, keys: &[Expr]) -> bool {
    let names: Vec<Name> = keys.iter().filter_map(|key| told_by(key, plan)).collect();
    is_unique_on(plan, &names)
}

/// The column whose different values a key tells apart: the one that it is, maybe as a wider type.
fn told_by(key: &Expr, plan: &LogicalPlan) -> Option<Name> {
    match key.without_alias() {
        Expr::Column(name) => Some(name.clone()),
        Expr::Cast { input, to, .. } if is_lossless(&typing::data_type(input, plan.schema()), to) => {
            told_by(input, plan)
        }
        _ => None,
    }
}

fn search(plan: &LogicalPlan, names: &[Name], steps: &mut usize) -> bool {
    if *steps == 0 {
        return false;
    }
    *steps -= 1;
    let holds = |wanted: &Name| names.contains(wanted);
    match plan.node() {
        Node::Aggregate(node) => node.keys.iter().all(|key| holds(&key.output_name())),
        Node::Distinct(node) => {
            let is_key = match &node.subset {
                Some(subset) => subset.iter().all(|key| matches!(key, Expr::Column(name) if holds(name))),
                None => node.input.schema().names().all(holds),
            };
            is_key || search(&node.input, names, steps)
        }
        Node::Pivot(node) => node.index.iter().all(holds),
        Node::Slice(node) => {
            node.length.is_some_and(|length| length <= 1) || search(&node.input, names, steps)
        }
        // A sort's limit is a hint: more rows may come.
        Node::Sort(node) => search(&node.input, names, steps),
        Node::Filter(node) => search(&node.input, names, steps),
        // What windows add is not looked at: fewer columns must do.
        Node::Window(node) => search(&node.input, &of_input(names, &node.input), steps),
        Node::RowIndex(node) => holds(&node.name) || search(&node.input, names, steps),
        Node::Project(node) => {
            let passed: Vec<Name> = node
                .exprs
                .iter()
                .filter(|expr| holds(&expr.output_name()))
                .filter_map(|expr| match expr.without_alias() {
                    Expr::Column(name) => Some(name.clone()),
                    _ => None,
                })
                .collect();
            search(&node.input, &passed, steps)
        }
        Node::Join(node) => search_join(node, names, steps),
        Node::AsofJoin(node) => search(&node.left, &of_side(&node.output, names, true), steps),
        Node::JoinWhere(node) => {
            search(&node.left, &of_side(&node.output, names, true), steps)
                && search(&node.right, &of_side(&node.output, names, false), steps)
        }
        // One input's rows are told apart by its own columns.
        Node::HorizontalConcat(node) => {
            node.inputs.iter().any(|input| search(input, &of_input(names, input), steps))
        }
        Node::Scan(_) | Node::Union(_) | Node::Unpivot(_) | Node::Explode(_) => false,
        Node::Derived(_) | Node::Sink(_) => false,
    }
}

fn search_join(node: &Join, names: &[Name], steps: &mut usize) -> bool {
    let left = of_side(&node.output, names, true);
    let right = of_side(&node.output, names, false);
    let keys = |keys: &[Expr], plan| keys.iter().filter_map(|key| told_by(key, plan)).collect::<Vec<Name>>();
    match node.join_type {
        JoinType::Semi | JoinType::Anti => search(&node.left, &left, steps),
        JoinType::Inner | JoinType::Left | JoinType::Cross => {
            // Pairs are told apart by their left rows if each has one, and by both halves in any case. Rows without a
            // partner are told apart by their left half alone, and there are no others of that.
            search(&node.left, &left, steps)
                && (search(&node.right, &keys(&node.right_keys, &node.right), steps)
                    || search(&node.right, &right, steps))
                || node.join_type == JoinType::Inner
                    && search(&node.right, &right, steps)
                    && search(&node.left, &keys(&node.left_keys, &node.left), steps)
        }
        JoinType::Right | JoinType::Full => false,
    }
}

fn of_input(names: &[Name], input: &LogicalPlan) -> Vec<Name> {
    names.iter().filter(|name| input.schema().contains(name)).cloned().collect()
}

/// The names that columns of a join's result have on one side.
fn of_side(output: &[JoinColumn], names: &[Name], is_left: bool) -> Vec<Name> {
    output
        .iter()
        .filter(|column| names.contains(&column.name))
        .filter_map(|column| match &column.source {
            JoinSide::Left(name) if is_left => Some(name.clone()),
            JoinSide::Right(name) if !is_left => Some(name.clone()),
            _ => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use lazuli_array::DataType;
    use lazuli_expr::{col, len};

    use super::*;
    use crate::test_plan::{concat, table};
    use crate::{Keep, UnionMode, resolve};

    fn is_unique(plan: &LogicalPlan, names: &[&str]) -> bool {
        let names: Vec<Name> = names.iter().map(|name| (*name).into()).collect();
        is_unique_on(&resolve(plan).expect("no mistakes"), &names)
    }

    fn t() -> LogicalPlan {
        table("t", "a i64, b i64, c i64")
    }

    fn groups() -> LogicalPlan {
        table("u", "k i64, l i64, v i64").group_by(["k", "l"], len().alias("n"))
    }

    #[test]
    fn groups_and_distinct_rows_are_unique() {
        assert!(is_unique(&groups(), &["k", "l"]) && is_unique(&groups(), &["n", "l", "k"]));
        assert!(!is_unique(&groups(), &["k", "n"]));
        assert!(is_unique(&t().unique(&["a"], Keep::First), &["a"]));
        assert!(!is_unique(&t().unique(&["a"], Keep::First), &["b"]));
        assert!(is_unique(&t().unique(&[], Keep::None), &["a", "b", "c"]));
        assert!(!is_unique(&t(), &["a", "b", "c"]));
        assert!(is_unique(&t().row_index("row", 0), &["row"]));
    }

    #[test]
    fn one_row_is_unique_without_a_column() {
        assert!(is_unique(&t().select(col("a").sum()), &[]));
        assert!(is_unique(&t().slice(3, 1), &[]) && !is_unique(&t().slice(3, 2), &[]));
    }

    #[test]
    fn renamed_columns_are_followed_and_computed_ones_are_not() {
        let renamed = groups().select([col("l").alias("x"), col("k")]);
        assert!(is_unique(&renamed, &["x", "k"]) && !is_unique(&renamed, &["k"]));
        let computed = groups().select([(col("l") % 2).alias("l"), col("k")]);
        assert!(!is_unique(&computed, &["l", "k"]));
        let twice = concat([groups(), groups()], UnionMode::Vertical);
        assert!(!is_unique(&twice, &["k", "l"]));
        assert!(!is_unique(&groups().unpivot(&["n"], &["k", "l"]), &["k", "l"]));
    }

    #[test]
    fn joins_with_unique_rows_keep_what_is_unique() {
        let one = table("v", "x i64, y i64").unique(&["x"], Keep::Any);
        for join_type in [JoinType::Inner, JoinType::Left] {
            assert!(is_unique(&groups().join(&one, join_type, "k", "x"), &["k", "l"]));
            // Each row of `t` may have several groups.
            assert!(!is_unique(&t().join(&groups(), join_type, "a", "k"), &["a"]));
        }
        assert!(is_unique(&groups().join(&t(), JoinType::Semi, "k", "a"), &["k", "l"]));
        assert!(!is_unique(&groups().join(&t(), JoinType::Inner, "k", "a"), &["k", "l"]));
        assert!(!is_unique(&groups().join(&one, JoinType::Full, "k", "x"), &["k", "l"]));
        assert!(
            is_unique(&groups().cross(&one), &["k", "l", "x"]) && !is_unique(&groups().cross(&one), &["x"])
        );
    }

    #[test]
    fn keys_of_a_wider_type_tell_the_same_values_apart() {
        let groups = resolve(&table("u", "k i32, v i64").group_by("k", len())).expect("no mistakes");
        assert!(is_unique_by(&groups, &[col("k").cast(DataType::Int64)]));
        assert!(!is_unique_by(&groups, &[col("k").cast(DataType::Int8)]));
        assert!(!is_unique_by(&groups, &[col("k") % 2]));
    }
}
