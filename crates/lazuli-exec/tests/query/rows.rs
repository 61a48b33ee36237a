//! Filter, select, group_by.

use lazuli_array::{DataType, Scalar};
use lazuli_expr::{col, len, lit};

use crate::builder::{column, frame, query, scattered, texts, union};
use crate::configurations::answer;

#[test]
fn filters_and_projections_keep_the_order() {
    let numbers: Vec<i64> = scattered(1000, 100).collect();
    let input = frame(vec![("n", column(numbers.clone())), ("row", column(0..1000i64))]);
    let plan = query(&input)
        .filter(col("n").gt(lit(30)))
        .with_columns([(col("n") * 2).alias("double")])
        .filter(col("double").lt(lit(150)))
        .select([col("row"), col("double")]);
    let expected: Vec<String> = (0..1000usize)
        .filter(|&row| numbers[row] > 30 && numbers[row] * 2 < 150)
        .map(|row| format!("{row} {}", numbers[row] * 2))
        .collect();
    assert_eq!(texts(&answer(&plan)), expected);
}

#[test]
fn groups_come_in_order_of_first_appearance() {
    let keys: Vec<i64> = scattered(2000, 37).collect();
    let values: Vec<i64> = scattered(2000, 1000).collect();
    let input = frame(vec![("key", column(keys.clone())), ("value", column(values.clone()))]);
    let plan = query(&input).group_by(
        [col("key")],
        [
            col("value").sum().alias("sum"),
            col("value").min().alias("min"),
            col("value").first().alias("first"),
            col("value").last().alias("last"),
            len().alias("len"),
        ],
    );
    let mut order: Vec<i64> = Vec::new();
    for &key in &keys {
        if !order.contains(&key) {
            order.push(key);
        }
    }
    let of = |key: i64| -> Vec<i64> {
        keys.iter().zip(&values).filter(|(other, _)| **other == key).map(|(_, value)| *value).collect()
    };
    let expected: Vec<String> = order
        .into_iter()
        .map(|key| {
            let group = of(key);
            let (sum, min) = (group.iter().sum::<i64>(), group.iter().min().expect("not empty"));
            format!("{key} {sum} {min} {} {} {}", group[0], group[group.len() - 1], group.len())
        })
        .collect();
    assert_eq!(texts(&answer(&plan)), expected);
}

#[test]
fn float_sums_do_not_depend_on_who_added_what() {
    let values = scattered(5000, 1 << 40).map(|value| (value as f64) * 1e-7 - 3e4);
    let input = frame(vec![("key", column(scattered(5000, 3))), ("value", column(values))]);
    let statistics = || {
        [
            col("value").sum().alias("sum"),
            col("value").mean().alias("mean"),
            col("value").std().alias("std"),
            col("value").median().alias("median"),
        ]
    };
    // `answer` compares bits.
    assert_eq!(answer(&query(&input).group_by([col("key")], statistics())).height(), 3);
    assert_eq!(answer(&query(&input).group_by([], statistics())).height(), 1);
}

#[test]
fn many_groups_are_merged_side_by_side() {
    let rows = 120_000;
    let keys: Vec<i64> = scattered(rows, 60_000).collect();
    let input = frame(vec![("key", column(keys.clone())), ("row", column(0..rows as i64))]);
    let plan = query(&input).group_by([col("key")], [col("row").min().alias("first"), len().alias("len")]);
    let mut expected = Vec::new();
    let mut counts = std::collections::HashMap::new();
    for (row, key) in keys.iter().enumerate() {
        let count = counts.entry(key).or_insert(0);
        *count += 1;
        if *count == 1 {
            expected.push((*key, row as i64));
        }
    }
    let expected: Vec<String> =
        expected.iter().map(|(key, first)| format!("{key} {first} {}", counts[key])).collect();
    for (threads, morsel_rows) in [(1, 32_768), (2, 8192), (4, 1000)] {
        let options = lazuli_exec::ExecOptions {
            threads: Some(threads),
            morsel_rows,
            single_thread_rows: 0,
            ..Default::default()
        };
        let answer = lazuli_exec::Engine::global().execute(&plan.0, &options).expect("runs");
        assert!(texts(&answer) == expected, "{threads} threads, {morsel_rows} rows");
    }
}

#[test]
fn null_and_nan_are_keys() {
    let keys = column([Some(1.5), None, Some(f64::NAN), None, Some(-f64::NAN), Some(0.0), Some(-0.0)]);
    let input = frame(vec![("key", keys), ("value", column([1i64, 2, 3, 4, 5, 6, 7]))]);
    let plan = query(&input).group_by([col("key")], [col("value").sum().alias("sum")]);
    assert_eq!(texts(&answer(&plan)), ["1.5 1", "null 6", "NaN 8", "0.0 13"]);
}

#[test]
fn aggregates_of_nothing() {
    let input = frame(vec![("key", column([1i64])), ("value", column([1i64]))]);
    let nothing = || query(&input).filter(col("key").gt(lit(5)));
    let aggregates =
        || [col("value").sum().alias("sum"), col("value").min().alias("min"), len().alias("len")];
    assert_eq!(texts(&answer(&nothing().group_by([], aggregates()))), ["0 null 0"]);
    assert_eq!(answer(&nothing().group_by([col("key")], aggregates())).height(), 0);
}

#[test]
fn expressions_as_keys_and_arguments() {
    let input = frame(vec![("a", column(0..20i64)), ("b", column((0..20i64).map(|n| n * n)))]);
    let plan = query(&input).group_by(
        [(col("a") % 3).alias("rest")],
        [(col("b") + 1).sum().alias("sum"), col("b").max().alias("max"), (col("b") + 1).min().alias("min")],
    );
    assert_eq!(texts(&answer(&plan)), ["0 826 324 1", "1 959 361 2", "2 705 289 5"]);
}

#[test]
fn texts_are_keys_in_either_form() {
    let words = ["a", "b", "a", "c", "b", "a"];
    let plain = frame(vec![("word", column(words))]);
    let counted = |query: crate::builder::Query| query.group_by([col("word")], [len().alias("len")]);
    let expected = ["a 3", "b 2", "c 1"];
    assert_eq!(texts(&answer(&counted(query(&plain)))), expected);
    let single = frame(vec![("word", Scalar::from("d").to_column(4))]);
    let both = union(vec![query(&plain), query(&single), query(&plain)]);
    assert_eq!(texts(&answer(&counted(both))), ["a 6", "b 4", "c 2", "d 4"]);
}

#[test]
fn sums_of_small_integers_widen() {
    let input = frame(vec![("n", column(vec![100i8; 500]))]);
    let answer = answer(&query(&input).group_by([], [col("n").sum().alias("sum")]));
    assert_eq!(answer.schema().field(0).data_type(), &DataType::Int64);
    assert_eq!(texts(&answer), ["50000"]);
}

#[test]
fn a_frame_without_columns_has_rows() {
    let input = frame(vec![("a", column(0..500i64))]);
    assert_eq!(texts(&answer(&query(&input).group_by([], [len().alias("len")]))), ["500"]);
}

#[test]
fn a_plan_of_many_steps() {
    let input = frame(vec![("a", column(0..100i64))]);
    let mut plan = query(&input);
    for step in 0..900i64 {
        plan = plan.filter(col("a").neq(lit(step * 7 % 1000))).with_columns([(col("a") + 0).alias("a")]);
    }
    let kept = |a: i64| (0..900).all(|step| step * 7 % 1000 != a);
    let expected: Vec<String> = (0..100).filter(|&a| kept(a)).map(|a| a.to_string()).collect();
    for options in crate::configurations::all().into_iter().filter(|options| options.morsel_rows == 3) {
        let answer = lazuli_exec::Engine::global().execute(&plan.0, &options).expect("runs");
        assert_eq!(texts(&answer), expected);
    }
}
