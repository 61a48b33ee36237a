//! Random plans over random rows: with rules and without them, the same answer.
//!
//! A plan is read off a tape of numbers, so that a shorter tape is a smaller plan and failures shrink. What does not
//! resolve is passed over; a plan that fails as written may give anything, but one that doesn't must give the same.

use lazuli_array::{DataType, Scalar};
use lazuli_expr::{Expr, col, len, lit, row_number, when};
use proptest::prelude::*;

use super::{OptimizerOptions, RuleId, optimize};
use crate::test_plan::{concat, side_by_side, table_of};
use crate::test_run::{Hints, batch, run};
use crate::{JoinType, Keep, LogicalPlan, PivotSearch, UnionMode, explain, resolve};

/// Numbers that choices are read from; zeros at the end.
struct Tape<'a>(std::slice::Iter<'a, u32>);

impl Tape<'_> {
    fn choose(&mut self, num_choices: usize) -> usize {
        self.0.next().map_or(0, |number| *number as usize % num_choices.max(1))
    }

    fn pick<T: Clone>(&mut self, choices: &[T]) -> T {
        choices[self.choose(choices.len())].clone()
    }
}

/// Columns of one type, or a constant if there are none.
fn column(tape: &mut Tape<'_>, plan: &LogicalPlan, data_type: &DataType, constant: Expr) -> Expr {
    let names: Vec<Expr> = plan
        .schema()
        .fields()
        .iter()
        .filter(|field| field.data_type() == data_type)
        .map(|field| col(field.name().clone()))
        .collect();
    if names.is_empty() { constant } else { tape.pick(&names) }
}

fn integer(tape: &mut Tape<'_>, plan: &LogicalPlan, depth: usize) -> Expr {
    let leaf = |tape: &mut Tape<'_>| column(tape, plan, &DataType::Int64, lit(1i64));
    match tape.choose(if depth == 0 { 4 } else { 10 }) {
        0 | 1 | 9 => leaf(tape),
        2 => tape.pick(&[lit(0i64), lit(1i64), lit(2), lit(-3i64), lit(None::<i64>)]),
        3 if depth > 0 => integer(tape, plan, depth - 1) + integer(tape, plan, depth - 1),
        3 => leaf(tape),
        4 => integer(tape, plan, depth - 1) * integer(tape, plan, depth - 1),
        5 => integer(tape, plan, depth - 1) - leaf(tape),
        6 => {
            let condition = condition(tape, plan, depth - 1);
            when(condition).then(integer(tape, plan, depth - 1)).otherwise(leaf(tape))
        }
        7 => integer(tape, plan, depth - 1).floor_div(leaf(tape)),
        _ => integer(tape, plan, depth - 1).fill_null(leaf(tape)),
    }
}

fn float(tape: &mut Tape<'_>, plan: &LogicalPlan, depth: usize) -> Expr {
    let leaf = |tape: &mut Tape<'_>| column(tape, plan, &DataType::Float64, lit(1.5));
    match tape.choose(if depth == 0 { 2 } else { 5 }) {
        0 => leaf(tape),
        1 => tape.pick(&[lit(0.0), lit(-0.0), lit(f64::NAN)]),
        2 => float(tape, plan, depth - 1) + leaf(tape),
        3 => integer(tape, plan, depth - 1) / leaf(tape),
        _ => leaf(tape) * integer(tape, plan, depth - 1),
    }
}

fn condition(tape: &mut Tape<'_>, plan: &LogicalPlan, depth: usize) -> Expr {
    match tape.choose(if depth == 0 { 8 } else { 14 }) {
        0 => {
            let (left, right) = (integer(tape, plan, depth), integer(tape, plan, 0));
            match tape.choose(4) {
                0 => left.gt(right),
                1 => left.lt(right),
                2 => left.gt_eq(right),
                _ => left.lt_eq(right),
            }
        }
        1 => integer(tape, plan, depth).eq(integer(tape, plan, 0)),
        2 => column(tape, plan, &DataType::String, lit("x")).eq(tape.pick(&["x", "y"])),
        3 => float(tape, plan, depth).lt_eq(float(tape, plan, 0)),
        4 => integer(tape, plan, depth).is_null(),
        5 => column(tape, plan, &DataType::Int64, lit(1i64)).is_in([1i64, 2]),
        6 => integer(tape, plan, depth).neq_missing(integer(tape, plan, 0)),
        // Tells 0.0 from -0.0.
        7 => (lit(1.0) / float(tape, plan, 0)).lt(0),
        8..=10 => condition(tape, plan, depth - 1) & condition(tape, plan, depth - 1),
        11 => condition(tape, plan, depth - 1) | condition(tape, plan, depth - 1),
        12 => !condition(tape, plan, depth - 1),
        _ => tape.pick(&[lit(true), lit(false), lit(1).gt(2), lit(None::<bool>)]),
    }
}

fn any_value(tape: &mut Tape<'_>, plan: &LogicalPlan) -> Expr {
    match tape.choose(4) {
        0 => float(tape, plan, 2),
        1 => column(tape, plan, &DataType::String, lit("x")),
        _ => integer(tape, plan, 2),
    }
}

fn aggregate(tape: &mut Tape<'_>, plan: &LogicalPlan) -> Expr {
    match tape.choose(7) {
        0 => integer(tape, plan, 1).sum(),
        1 => len(),
        2 => float(tape, plan, 1).mean(),
        3 => any_value(tape, plan).first(),
        4 => integer(tape, plan, 1).max() - integer(tape, plan, 0).min(),
        5 => any_value(tape, plan).n_unique() + len(),
        _ => any_value(tape, plan).count(),
    }
}

fn window(tape: &mut Tape<'_>, plan: &LogicalPlan) -> Expr {
    let keys = any_columns(tape, plan, 0);
    let call = match tape.choose(7) {
        0 => aggregate(tape, plan),
        1 => integer(tape, plan, 1).cum_sum(),
        2 => any_value(tape, plan).shift(tape.pick(&[1, -1, 2])),
        3 => any_value(tape, plan).rank(tape.pick(&["average", "min", "ordinal"])),
        4 => float(tape, plan, 1).cum_max(),
        5 => row_number(),
        _ => integer(tape, plan, 0) - integer(tape, plan, 0).max(),
    };
    match tape.choose(4) {
        0 => {
            let order: Vec<_> = any_columns(tape, plan, 1).into_iter().map(Expr::desc).collect();
            call.over_sorted(keys, order)
        }
        _ => call.over(keys),
    }
}

fn any_columns(tape: &mut Tape<'_>, plan: &LogicalPlan, at_least: usize) -> Vec<Expr> {
    let names: Vec<Expr> = plan.schema().names().map(|name| col(name.clone())).collect();
    let mut columns: Vec<Expr> = Vec::new();
    for _ in 0..at_least + tape.choose(3) {
        if !names.is_empty() {
            let column = tape.pick(&names);
            if !columns.contains(&column) {
                columns.push(column);
            }
        }
    }
    columns
}

/// One more verb over the plan, which is resolved so that its columns are known.
fn verb(tape: &mut Tape<'_>, plan: &LogicalPlan, tables: &[LogicalPlan]) -> LogicalPlan {
    let name = |tape: &mut Tape<'_>| tape.pick(&["a", "b", "n", "f", "s", "m"]);
    let texts = |columns: Vec<Expr>| -> Vec<String> {
        columns.iter().map(|column| column.output_name().to_string()).collect()
    };
    match tape.choose(32) {
        28 => plan.sort(any_columns(tape, plan, 1)).sort(any_columns(tape, plan, 1)),
        29 => {
            let sorted = plan.sort(any_columns(tape, plan, 1));
            sorted.select(vec![aggregate(tape, plan).alias("n"), integer(tape, plan, 0).sum().alias("m")])
        }
        30 => {
            let keys = any_columns(tape, plan, 1);
            let groups = plan
                .sort(any_columns(tape, plan, 1))
                .group_by(keys.clone(), aggregate(tape, plan).alias("n"));
            groups.sort(keys)
        }
        // Joins that read the same rows, some with right sides in which no key is there twice.
        31 => {
            let mut joined = plan.clone();
            for number in 0..2 + tape.choose(2) {
                let right = tape.pick(tables).select([col("a"), col("b").alias(format!("r{number}"))]);
                let right = if tape.choose(2) == 0 { right.unique(&["a"], Keep::Any) } else { right };
                let join_type = tape.pick(&[JoinType::Inner, JoinType::Left, JoinType::Semi, JoinType::Anti]);
                joined = joined.join(&right, join_type, column(tape, plan, &DataType::Int64, lit(1i64)), "a");
            }
            if tape.choose(3) == 0 {
                joined.select(vec![len().alias("n"), integer(tape, plan, 0).max().alias("m")])
            } else {
                joined
            }
        }
        27 => {
            let right = tape.pick(tables);
            let pairs = resolve(&plan.join_where(&right, lit(true))).unwrap_or_else(|_| plan.clone());
            let compared = integer(tape, &pairs, 1).lt(integer(tape, &pairs, 0));
            plan.join_where(&right, vec![condition(tape, &pairs, 1), compared])
        }
        22 | 23 => {
            plan.with_columns(vec![window(tape, plan).alias(name(tape)), window(tape, plan).alias("w")])
        }
        // A filter right above windows, on what may be a key of some.
        25 | 26 => {
            let windows = vec![window(tape, plan).alias("v"), window(tape, plan).alias("w")];
            let key = column(tape, plan, &DataType::Int64, lit(1i64));
            let value = tape.pick(&[lit(1i64), lit(0i64), lit(2i64)]);
            plan.with_columns(windows).filter(key.eq(value))
        }
        24 => plan.filter(window(tape, plan).eq_missing(integer(tape, plan, 0))),
        20 => {
            let index = texts(any_columns(tape, plan, 1));
            let index: Vec<&str> = index.iter().map(String::as_str).filter(|name| *name != "s").collect();
            let aggregate = tape.pick(&[Some(col("element").max()), Some(len()), None]);
            let pivot = plan.pivot(&["s"], &index, tape.pick(&[&["a"], &["b"], &["s"]]), aggregate);
            let search = PivotSearch::next(&pivot).expect("its columns are not known");
            search.fill_in(&pivot, [vec!["x".into()], vec![Scalar::Null]])
        }
        21 => {
            let other = tape.pick(tables).select([col("a").alias("h"), col("f").alias("g")]);
            side_by_side([plan.slice(0, 2), other.slice(0, 2)])
        }
        16 | 17 => plan.slice(tape.pick(&[0, 0, 1, 2]), Some(tape.pick(&[1, 2, 3, 5]))),
        0..=2 | 18 => plan.filter(condition(tape, plan, 3)),
        3 => {
            let value = any_value(tape, plan).alias(name(tape));
            plan.with_columns(vec![value, integer(tape, plan, 2).alias(name(tape))])
        }
        4 => {
            let mut exprs = any_columns(tape, plan, 1);
            exprs.push(any_value(tape, plan).alias(name(tape)));
            plan.select(exprs)
        }
        5 => {
            let mut keys = any_columns(tape, plan, 1);
            if tape.choose(3) == 0 {
                keys.push((integer(tape, plan, 1) % 2).alias("key"));
            }
            let (first, second) = (aggregate(tape, plan), aggregate(tape, plan));
            plan.group_by(keys, vec![first.alias("n"), second.alias("m")])
        }
        6 => plan.select(vec![aggregate(tape, plan).alias("n"), aggregate(tape, plan).alias("m")]),
        7 => {
            let value = (integer(tape, plan, 1) - integer(tape, plan, 0).max()).alias(name(tape));
            plan.with_columns(value)
        }
        8 | 9 => {
            let own = any_columns(tape, plan, 1);
            let grouped =
                || plan.group_by(own.clone(), [len().alias("a"), len().alias("b"), len().alias("z")]);
            let right = match tape.choose(4) {
                0 => grouped(),
                1 => grouped().join(&grouped(), JoinType::Inner, "a", "b").select(["a", "b"]),
                _ => tape.pick(tables),
            };
            let join_type = tape.pick(&[
                JoinType::Inner,
                JoinType::Left,
                JoinType::Right,
                JoinType::Full,
                JoinType::Semi,
                JoinType::Anti,
            ]);
            let key = column(tape, plan, &DataType::Int64, lit(1i64));
            let right_key = tape.pick(&[col("a"), col("b")]);
            if tape.choose(4) == 0 {
                plan.full_join(&right, "a")
            } else {
                plan.join(&right, join_type, key, right_key)
            }
        }
        10 => plan.cross(&tape.pick(tables)).filter(condition(tape, plan, 1)),
        11 => {
            let mut keys: Vec<_> = any_columns(tape, plan, 1).into_iter().map(Expr::asc).collect();
            if tape.choose(2) == 0 {
                keys.reverse();
                keys.extend(any_columns(tape, plan, 0).into_iter().map(|key| key.desc().nulls_first()));
            }
            plan.sort(keys)
        }
        12 => {
            let length = tape.pick(&[None, Some(0), Some(2), Some(3), Some(7)]);
            plan.slice(tape.pick(&[0, 0, 1, 2, -2, -5]), length)
        }
        13 => {
            let names = texts(any_columns(tape, plan, 0));
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            plan.unique(&names, tape.pick(&[Keep::First, Keep::Last, Keep::Any, Keep::None]))
        }
        14 => concat(
            [plan.clone(), tape.pick(tables)],
            tape.pick(&[UnionMode::DiagonalRelaxed, UnionMode::Diagonal, UnionMode::Vertical]),
        ),
        _ => {
            let on = texts(any_columns(tape, plan, 1));
            let index = texts(any_columns(tape, plan, 1));
            let (on, index): (Vec<&str>, Vec<&str>) =
                (on.iter().map(String::as_str).collect(), index.iter().map(String::as_str).collect());
            plan.unpivot(&on, &index)
        }
    }
}

/// The plan that a tape says, as written and resolved.
fn plan_of(tape: &[u32], tables: &[LogicalPlan]) -> LogicalPlan {
    let mut tape = Tape(tape.iter());
    let mut plan = tables[0].clone();
    let mut resolved = resolve(&plan).expect("a table is right");
    for _ in 0..2 + tape.choose(7) {
        let next = verb(&mut tape, &resolved, tables);
        // The verb reads the columns of the resolved plan, and goes over the plan as written.
        let inputs =
            next.inputs().into_iter().map(|input| if input.ptr_eq(&resolved) { &plan } else { input });
        let next = next.with_inputs(inputs.cloned().collect());
        let Ok(right) = resolve(&next) else { continue };
        // Plans without rows are all alike; a few will do.
        if run(&right, Hints::Strict).is_ok_and(|rows| rows.is_empty()) && tape.choose(8) != 1 {
            continue;
        }
        plan = next;
        resolved = right;
    }
    resolved
}

fn rows() -> impl Strategy<Value = Vec<Vec<Scalar>>> {
    let integer = || prop::option::weighted(0.8, prop_oneof![4 => -1i64..4, 1 => Just(i64::MAX)]);
    let float = prop::option::weighted(0.8, prop::sample::select(vec![0.0, -0.0, 1.5, -2.0, f64::NAN]));
    let text = prop::option::weighted(0.8, prop::sample::select(vec!["x", "y", "z"]));
    let row = (integer(), integer(), float, text)
        .prop_map(|(a, b, f, s)| vec![a.into(), b.into(), f.into(), s.map(str::to_string).into()]);
    prop::collection::vec(row, 0..8)
}

fn same(left: &[Vec<Scalar>], right: &[Vec<Scalar>]) -> bool {
    // Minus zero is another value than zero in a result, though they are equal.
    let text = |rows: &[Vec<Scalar>]| format!("{rows:?}");
    left == right && text(left) == text(right)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3_000, max_shrink_iters: 20_000, ..ProptestConfig::default() })]

    #[test]
    fn rules_keep_the_answer(
        tape in prop::collection::vec(0..1_000u32, 0..140),
        left in rows(),
        right in rows(),
    ) {
        let columns = [
            ("a", DataType::Int64), ("b", DataType::Int64), ("f", DataType::Float64), ("s", DataType::String),
        ];
        let tables = [
            table_of("left", batch(&columns, left), true),
            table_of("right", batch(&columns, right), false),
        ];
        let plan = plan_of(&tape, &tables);
        let answer = run(&plan, Hints::Strict);
        if let Ok(expected) = answer {
            let single = RuleId::ALL[tape.len() % RuleId::ALL.len()];
            for options in [
                OptimizerOptions::all(),
                OptimizerOptions::all().without(single),
                OptimizerOptions::none().with(single),
            ] {
                let optimized = optimize(&plan, &options);
                for hints in [Hints::Strict, Hints::Ignored] {
                    let found = run(&optimized, hints);
                    let is_same = found.as_ref().is_ok_and(|found| same(found, &expected));
                    prop_assert!(
                        is_same,
                        "{options:?}\n{}=>\n{}expected {expected:?}\nfound {found:?}",
                        explain(&plan), explain(&optimized),
                    );
                }
            }
        }
    }
}
