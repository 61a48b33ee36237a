//! Joins of every kind against nested loops.

use lazuli_array::DataFrame;
use lazuli_exec::{Engine, ExecOptions};
use lazuli_expr::{col, lit};
use lazuli_plan::JoinType;

use crate::builder::{column, frame, query, scattered, texts};
use crate::configurations::answer;

type Rows = Vec<(Option<i64>, i64)>;

/// Keys with nulls and repetitions, and the number of each row.
fn rows(count: u64, bound: u64, first: i64) -> Rows {
    scattered(count, bound)
        .enumerate()
        .map(|(row, key)| ((key % 5 != 4).then_some(key), first + row as i64))
        .collect()
}

fn to_frame(rows: &Rows, value: &str) -> DataFrame {
    frame(vec![
        ("key", column(rows.iter().map(|(key, _)| *key))),
        (value, column(rows.iter().map(|(_, value)| *value))),
    ])
}

fn text(key: Option<i64>, left: Option<i64>, right: Option<i64>) -> String {
    let text = |value: Option<i64>| value.map_or("null".into(), |value| value.to_string());
    format!("{} {} {}", text(key), text(left), text(right))
}

/// Nested loops. A null equals nothing.
fn expected(left: &Rows, right: &Rows, join_type: JoinType) -> Vec<String> {
    let is_match = |left: Option<i64>, right: Option<i64>| left.is_some() && left == right;
    let mut expected = Vec::new();
    match join_type {
        JoinType::Right => {
            for &(key, value) in right {
                let matches: Vec<_> = left.iter().filter(|(other, _)| is_match(*other, key)).collect();
                if matches.is_empty() {
                    expected.push(format!(
                        "null {key} {value}",
                        key = text(key, None, None).split(' ').next().expect("a key")
                    ));
                }
                for (_, other) in matches {
                    expected.push(format!("{other} {} {value}", key.expect("it matched")));
                }
            }
        }
        JoinType::Semi | JoinType::Anti => {
            for &(key, value) in left {
                let found = right.iter().any(|(other, _)| is_match(key, *other));
                if found == (join_type == JoinType::Semi) {
                    let full = text(key, Some(value), None);
                    expected.push(full.strip_suffix(" null").expect("no right value").into());
                }
            }
        }
        _ => {
            for &(key, value) in left {
                let matches: Vec<_> = right.iter().filter(|(other, _)| is_match(key, *other)).collect();
                if matches.is_empty() && join_type != JoinType::Inner {
                    expected.push(text(key, Some(value), None));
                }
                for (_, other) in matches {
                    expected.push(text(key, Some(value), Some(*other)));
                }
            }
            if join_type == JoinType::Full {
                for &(key, value) in right {
                    if !left.iter().any(|(other, _)| is_match(*other, key)) {
                        expected.push(text(key, None, Some(value)));
                    }
                }
            }
        }
    }
    expected
}

#[test]
fn joins_are_nested_loops() {
    let cases = [
        (rows(200, 40, 0), rows(150, 60, 1000)),
        (rows(100, 1000, 0), (0..1000).map(|key| (Some(key), key + 5000)).collect()),
        (rows(50, 3, 0), rows(70, 4, 1000)),
        (Vec::new(), rows(10, 4, 1000)),
        (rows(10, 4, 0), Vec::new()),
    ];
    for (left, right) in cases {
        for join_type in
            [JoinType::Inner, JoinType::Left, JoinType::Right, JoinType::Full, JoinType::Semi, JoinType::Anti]
        {
            let plan = query(&to_frame(&left, "left")).join(
                query(&to_frame(&right, "right")),
                [col("key")],
                join_type,
            );
            assert_eq!(texts(&answer(&plan)), expected(&left, &right, join_type), "{join_type:?}");
        }
    }
}

#[test]
fn every_pair() {
    let left = frame(vec![("a", column(0..70i64))]);
    let right = frame(vec![("b", column(0..9i64))]);
    let plan = query(&left).join(query(&right), [], JoinType::Cross);
    let expected: Vec<String> = (0..70).flat_map(|a| (0..9).map(move |b| format!("{a} {b}"))).collect();
    assert_eq!(texts(&answer(&plan)), expected);
    let none = query(&left).join(query(&right).filter(col("b").gt(lit(100))), [], JoinType::Cross);
    assert_eq!(answer(&none).height(), 0);
}

#[test]
fn several_keys_of_several_types() {
    let words = ["x", "y", "z"];
    let left = frame(vec![
        ("n", column(0..60i64)),
        ("word", column((0..60usize).map(|row| words[row % 3]))),
        ("left", column(0..60i64)),
    ]);
    let right = frame(vec![
        ("n", column((0..60i64).rev())),
        ("word", column((0..60usize).map(|row| words[row % 2]))),
        ("right", column(0..60i64)),
    ]);
    let plan = query(&left).join(query(&right), [col("n"), col("word")], JoinType::Inner);
    let expected: Vec<String> = (0..60usize)
        .filter(|&row| words[row % 3] == words[(59 - row) % 2])
        .map(|row| format!("{row} {} {row} {}", words[row % 3], 59 - row))
        .collect();
    assert!(!expected.is_empty());
    assert_eq!(texts(&answer(&plan)), expected);
}

#[test]
fn names_on_both_sides_get_a_suffix() {
    let left = frame(vec![("key", column([1i64, 2])), ("v", column([10i64, 20]))]);
    let right = frame(vec![("key", column([2i64, 3])), ("v", column([200i64, 300]))]);
    let join = |join_type| answer(&query(&left).join(query(&right), [col("key")], join_type));
    let full = join(JoinType::Full);
    assert_eq!(full.schema().names().collect::<Vec<_>>(), ["key", "v", "v_right"]);
    assert_eq!(texts(&full), ["1 10 null", "2 20 200", "3 null 300"]);
}

#[test]
fn computed_keys() {
    let left = frame(vec![("a", column(0..20i64))]);
    let right = frame(vec![("a", column([0i64, 2])), ("name", column(["even", "two"]))]);
    let plan = query(&left).join(query(&right), [col("a") % 3], JoinType::Left);
    let name = |a: i64| match a % 3 {
        0 => "even",
        2 => "two",
        _ => "null",
    };
    let answer = answer(&plan.select([col("a"), col("name")]));
    let expected: Vec<String> = (0..20).map(|a| format!("{a} {}", name(a))).collect();
    assert_eq!(texts(&answer), expected);
}

#[test]
fn a_join_below_a_join() {
    let numbers = |name: &'static str, count: i64| {
        query(&frame(vec![("key", column(0..count)), (name, column(0..count))]))
    };
    let plan = numbers("a", 100)
        .join(numbers("b", 50), [col("key")], JoinType::Left)
        .join(numbers("c", 30), [col("key")], JoinType::Inner)
        .group_by([], [col("b").sum().alias("b"), col("c").sum().alias("c")]);
    assert_eq!(texts(&answer(&plan)), ["435 435"]);
}

/// Facts with keys of two dimensions, and the dimensions: `b` has several rows a key, `c` is filtered to few.
fn star() -> (crate::builder::Query, crate::builder::Query, crate::builder::Query) {
    let facts = frame(vec![
        ("b", column((0..300i64).map(|row| (row % 7 > 0).then_some(row % 10)))),
        ("c", column((0..300i64).map(|row| (row % 11 > 0).then_some(row % 60)))),
        ("v", column(0..300i64)),
    ]);
    let b = frame(vec![("b", column((0..16i64).map(|row| row % 8))), ("bv", column(0..16i64))]);
    let c = frame(vec![("k", column(0..60i64)), ("cv", column((0..60i64).map(|row| row * 100)))]);
    (query(&facts), query(&b), query(&c).filter(col("cv").lt(lit(500))))
}

#[test]
fn rows_that_an_upper_join_will_not_keep_leave_early() {
    let (facts, b, c) = star();
    let c = c.select([col("k").alias("key"), col("cv")]);
    let lines: Vec<String> = (0..300i64)
        .filter(|row| row % 7 > 0 && row % 10 < 8 && row % 11 > 0 && row % 60 < 5)
        .flat_map(|row| [row % 10, row % 10 + 8].map(|bv| format!("{row} {bv} {}", row % 60 * 100)))
        .collect();
    assert!(!lines.is_empty());
    for join_type in [JoinType::Inner, JoinType::Left] {
        let below = facts.clone().join(b.clone(), [col("b")], join_type).filter(col("bv").is_not_null());
        let above = below.select([col("c").alias("key"), col("v"), col("bv")]);
        let plan = above.clone().join(c.clone(), [col("key")], JoinType::Inner);
        assert_eq!(texts(&answer(&plan.select([col("v"), col("bv"), col("cv")]))), lines, "{join_type:?}");
        let semi = above.clone().join(c.clone(), [col("key")], JoinType::Semi).select([col("v")]);
        assert_eq!(answer(&semi).height(), lines.len());
        let left = above.clone().join(c.clone(), [col("key")], JoinType::Left).select([col("v")]);
        assert_eq!(answer(&left).height(), answer(&above.select([col("v")])).height());
    }
    // Rows that stay would overflow a product; they are gone before it is computed.
    let narrow = col("c").cast(lazuli_array::DataType::Int8) * lit(25i8);
    let computed =
        facts.clone().join(b.clone(), [col("b")], JoinType::Inner).with_columns([narrow.alias("n")]);
    let plan = computed.select([col("c").alias("key"), col("n")]).join(c, [col("key")], JoinType::Inner);
    assert_eq!(answer(&plan).height(), lines.len());
}

#[test]
fn few_left_rows_filter_many_right_ones() {
    const RIGHT: i64 = 140_000;
    let left = frame(vec![
        ("key", column([Some(70_001i64), None, Some(5), Some(-3), Some(5), Some(139_999)])),
        ("left", column(0..6i64)),
    ]);
    // Two rows a key, far apart.
    let right = frame(vec![
        ("key", column((0..RIGHT).map(|row| (row % 9 > 0).then_some(row * 2 % RIGHT)))),
        ("right", column(0..RIGHT)),
    ]);
    let matches = |key: Option<i64>| -> Vec<i64> {
        let key = key.filter(|key| key % 2 == 0 && (0..RIGHT).contains(key));
        let rows = key.map_or(Vec::new(), |key| vec![key / 2, key / 2 + RIGHT / 2]);
        rows.into_iter().filter(|row| row % 9 > 0).collect()
    };
    let keys: [Option<i64>; 6] = [Some(70_002), None, Some(6), Some(-2), Some(6), Some(140_000)];
    for join_type in [JoinType::Inner, JoinType::Left, JoinType::Semi, JoinType::Anti] {
        let mut expected = Vec::new();
        for (left, &key) in keys.iter().enumerate() {
            let found = matches(key);
            match join_type {
                JoinType::Semi if found.is_empty() => {}
                JoinType::Anti if !found.is_empty() => {}
                JoinType::Semi | JoinType::Anti => expected.push(format!("{left}")),
                JoinType::Left if found.is_empty() => expected.push(format!("{left} null")),
                _ => expected.extend(found.iter().map(|right| format!("{left} {right}"))),
            }
        }
        assert!(!expected.is_empty());
        let plan = query(&left).with_columns([(col("key") + lit(1)).alias("key")]).join(
            query(&right).filter(col("right").gt(lit(-1))),
            [col("key")],
            join_type,
        );
        let columns: &[&str] = match join_type {
            JoinType::Semi | JoinType::Anti => &["left"],
            _ => &["left", "right"],
        };
        let plan = plan.select(columns.iter().map(|&name| col(name)).collect::<Vec<_>>());
        assert_eq!(texts(&answer(&plan)), expected, "{join_type:?}");
    }
}

#[test]
fn no_row_leaves_early_across_a_limit_or_a_full_join() {
    let (facts, b, c) = star();
    let below = facts.clone().join(b.clone(), [col("b")], JoinType::Inner);
    let first = below.slice(0, Some(40)).select([col("c").alias("k"), col("v")]);
    let joined = first.clone().join(c.clone(), [col("k")], JoinType::Inner);
    let kept: Vec<i64> = (0..300i64)
        .filter(|row| row % 7 > 0 && row % 10 < 8)
        .flat_map(|row| [row, row])
        .take(40)
        .filter(|row| row % 11 > 0 && row % 60 < 5)
        .collect();
    let expected: Vec<String> = kept.iter().map(|row| format!("{row}")).collect();
    assert_eq!(texts(&answer(&joined.select([col("v")]))), expected);
    // Facts that leave early would leave rows of `b` without a match, which a full join keeps.
    let full = facts.join(b, [col("b")], JoinType::Full);
    let joined = full.select([col("c").alias("k"), col("v"), col("bv")]).join(c, [col("k")], JoinType::Inner);
    let matches = |row: &i64| if row % 7 > 0 && row % 10 < 8 { 2 } else { 1 };
    let facts = (0..300i64).filter(|row| row % 11 > 0 && row % 60 < 5);
    assert_eq!(answer(&joined).height(), facts.map(|row| matches(&row)).sum::<usize>());
}

#[test]
fn a_large_built_side_is_taken_from_records() {
    const BUILT: i64 = 190_000;
    const PROBING: i64 = 100_000;
    // Multiplied modulo a prime, so no key comes twice, and the keys are in no order.
    let key = |row: i64| row * 7919 % 200_003;
    let word = |row: i64| format!("word {}", row * row % 977);
    let built = frame(vec![
        ("key", column((0..BUILT).map(key))),
        ("n", column(0..BUILT)),
        ("half", column((0..BUILT).map(|row| row as f64 / 2.0))),
        ("word", column((0..BUILT).map(word).collect::<Vec<_>>().iter().map(String::as_str))),
        ("maybe", column((0..BUILT).map(|row| (row % 3 > 0).then_some(row)))),
    ]);
    let probing = frame(vec![("key", column(0..PROBING)), ("m", column(0..PROBING))]);
    let mut row_of = vec![None; 200_003];
    (0..BUILT).for_each(|row| row_of[key(row) as usize] = Some(row));
    let line = |m: Option<i64>, row: Option<i64>| {
        let text = |value: Option<String>| value.unwrap_or("null".into());
        let maybe = row.filter(|row| row % 3 > 0);
        [
            text(row.map(key).or(m).map(|key| key.to_string())),
            text(m.map(|m| m.to_string())),
            text(row.map(|row| row.to_string())),
            text(row.map(|row| format!("{:?}", row as f64 / 2.0))),
            text(row.map(word)),
            text(maybe.map(|row| row.to_string())),
        ]
        .join(" ")
    };
    for join_type in [JoinType::Inner, JoinType::Left, JoinType::Full] {
        let plan = query(&probing).join(query(&built), [col("key")], join_type);
        let mut expected = Vec::new();
        for m in 0..PROBING {
            match row_of[m as usize] {
                None if join_type == JoinType::Inner => {}
                row => expected.push(line(Some(m), row)),
            }
        }
        if join_type == JoinType::Full {
            expected.extend((0..BUILT).filter(|&row| key(row) >= PROBING).map(|row| line(None, Some(row))));
        }
        for threads in [1, 2] {
            let options = ExecOptions { threads: Some(threads), morsel_rows: 5000, ..ExecOptions::default() };
            let answer = Engine::global().execute(&plan.0, &options).expect("memory enough");
            assert!(texts(&answer) == expected, "{join_type:?} on {threads} threads");
        }
    }
}
