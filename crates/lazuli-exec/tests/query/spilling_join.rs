//! Joins whose built side does not fit the budget go on in files, and the answer and its order are the same.

use lazuli_array::{Column, DataFrame, DataType, DictionaryArray, FromValues};
use lazuli_exec::{Engine, ExecError, ExecOptions, Profiler};
use lazuli_expr::{Expr, col, len};
use lazuli_plan::{Join, JoinType, LogicalPlan, Node};

use crate::builder::{Query, column, frame, query, scattered, texts, union};
use crate::spilling::{Folder, options, streamed};

const ALL: [JoinType; 6] =
    [JoinType::Inner, JoinType::Left, JoinType::Right, JoinType::Full, JoinType::Semi, JoinType::Anti];

fn unlimited(query: &Query) -> Result<DataFrame, ExecError> {
    let options = ExecOptions { threads: Some(1), ..ExecOptions::default() };
    Engine::global().execute(&query.0, &options)
}

/// All ways to run it within these bytes agree with one that has enough, and have written what they could not keep.
fn check(folder: &Folder, name: &str, query: &Query, memory_bytes: usize) {
    let expected = texts(&unlimited(query).expect("enough memory"));
    for (threads, morsel_rows) in [(1, 300), (2, 70), (4, 150)] {
        let profiler = Profiler::default();
        let options = options(folder, memory_bytes, threads, morsel_rows);
        let options = ExecOptions { profiler: Some(profiler.clone()), ..options };
        let place = format!("{name}, {threads} threads, morsels of {morsel_rows}");
        let found = streamed(query, &options).unwrap_or_else(|error| panic!("{place}: {error}"));
        let found = texts(&found);
        let differs =
            found.iter().zip(&expected).enumerate().find(|(_, (found, expected))| found != expected);
        assert_eq!((differs, found.len()), (None, expected.len()), "{place}");
        let profile = profiler.profile();
        let is_join = |operator: &str| operator.contains("join");
        let of_joins = profile.operators.iter().filter(|row| is_join(&row.operator));
        let spilled: u64 = of_joins.map(|row| row.spilled_bytes).sum();
        assert!(spilled > 0, "{place}: {profile}");
        assert!(profile.peak_memory_bytes <= memory_bytes, "{place}: {profile}");
    }
}

/// Numbers and texts with nulls and repetitions, and the number of each row.
fn side(rows: u64, bound: u64, value: &'static str, is_coded: bool) -> DataFrame {
    let numbers: Vec<i64> = scattered(rows, bound).collect();
    let texts: Vec<Option<String>> =
        numbers.iter().map(|number| (number % 11 != 5).then(|| format!("text {}", number / 2))).collect();
    let text = match is_coded {
        true => {
            let codes: DictionaryArray = texts.iter().map(Option::as_deref).collect();
            Column::new(DataType::String, codes)
        }
        false => Column::from_values(texts.into_iter()),
    };
    frame(vec![
        ("n", column(numbers.iter().map(|number| (number % 7 != 3).then_some(number * 1_000_003)))),
        ("t", text),
        ("f", column(numbers.iter().map(|number| if number % 13 == 1 { f64::NAN } else { *number as f64 }))),
        (value, column(0..rows as i64)),
    ])
}

#[test]
fn keys_of_all_kinds() {
    let folder = Folder::new("join-keys");
    let (left, right) = (side(1200, 900, "left", false), side(2400, 1000, "right", true));
    let keys: [&[&str]; 4] = [&["n"], &["t"], &["f"], &["n", "t", "f"]];
    for keys in keys {
        let keys: Vec<Expr> = keys.iter().map(|key| col(*key)).collect();
        for join_type in ALL {
            let join = query(&left).join(query(&right), keys.clone(), join_type);
            // A key weighs at least 8 bytes a row, and a table of these rows three times as much.
            check(&folder, &format!("{join_type:?} join by {keys:?}"), &join, 48_000);
        }
    }
}

/// Keys of which one has so many of ten rows; the others have a few each.
fn skewed(rows: u64, of_ten: u64, value: &'static str) -> DataFrame {
    let key = |(row, key): (usize, i64)| if (row as u64) % 10 < of_ten { 7 } else { key * 1_000_003 };
    let keys = scattered(rows, rows / 2).enumerate().map(key);
    frame(vec![("key", column(keys)), (value, column(0..rows as i64))])
}

#[test]
fn a_key_of_half_the_rows_does_not_have_to_fit() {
    let folder = Folder::new("join-skew");
    let by = || [col("key")];
    // Half of the built rows, of the probing rows, of both. Where pairs are made, one side has few rows of the key.
    for (left, right) in [((3000, 5), (6000, 5)), ((6000, 9), (6000, 9))] {
        let (left, right) = (skewed(left.0, left.1, "left"), skewed(right.0, right.1, "right"));
        for join_type in [JoinType::Semi, JoinType::Anti] {
            let join = query(&left).join(query(&right), by(), join_type);
            check(&folder, &format!("{join_type:?} of skewed sides"), &join, 60_000);
        }
    }
    let few = |rows: u64, value: &'static str| {
        let keys = scattered(rows, 4 * rows).map(|key| key * 1_000_003);
        let keys = keys.enumerate().map(|(row, key)| if row == 40 || row == 200 { 7 } else { key });
        frame(vec![("key", column(keys)), (value, column(0..rows as i64))])
    };
    for join_type in [JoinType::Inner, JoinType::Left, JoinType::Right, JoinType::Full] {
        let join = |built: &DataFrame, probing: &DataFrame| match join_type {
            JoinType::Right => query(built).join(query(probing), by(), join_type),
            _ => query(probing).join(query(built), by(), join_type),
        };
        let built = join(&skewed(6000, 5, "built"), &few(400, "probing"));
        check(&folder, &format!("{join_type:?} with a skewed built side"), &built, 60_000);
        let probing = join(&few(3000, "built"), &skewed(3000, 5, "probing"));
        check(&folder, &format!("{join_type:?} with a skewed probing side"), &probing, 60_000);
    }
    let both = query(&skewed(1000, 5, "left")).join(query(&skewed(5000, 2, "right")), by(), JoinType::Inner);
    let total = both.group_by([], [len().alias("pairs"), (col("left") * col("right")).sum().alias("sum")]);
    check(&folder, "half a million pairs of one key", &total, 60_000);
}

#[test]
fn nulls_match_nothing_however_many_there_are() {
    let folder = Folder::new("join-nulls");
    let side = |rows: u64, value: &'static str| {
        let keys = scattered(rows, rows).map(|key| (key % 4 == 0).then_some(key * 1_000_003));
        frame(vec![("key", column(keys)), (value, column(0..rows as i64))])
    };
    let (left, right) = (side(2000, "left"), side(8000, "right"));
    for join_type in ALL {
        let join = query(&left).join(query(&right), [col("key")], join_type);
        // Three of four built rows need no room unless a full join wants them.
        check(&folder, &format!("{join_type:?}"), &join, 60_000);
    }
    // A null equals a null if that is asked for: three quarters of the rows have one key then.
    let few = side(12, "left");
    for join_type in ALL {
        let join = match join_type {
            JoinType::Right => query(&right).join(query(&few), [col("key")], join_type),
            _ => query(&few).join(query(&right), [col("key")], join_type),
        };
        let join = Query(equal_nulls(&join.0));
        check(&folder, &format!("{join_type:?} of equal nulls"), &join, 60_000);
    }
}

fn equal_nulls(plan: &LogicalPlan) -> LogicalPlan {
    let Node::Join(join) = plan.node() else { panic!("a join") };
    plan.with_node(Node::Join(Join { nulls_equal: true, coalesce: false, ..join.clone() }))
}

#[test]
fn sides_of_no_rows() {
    let folder = Folder::new("join-empty");
    let rows = side(4000, 3000, "row", false);
    let nothing = query(&side(10, 3000, "other", false)).filter(col("other").gt(100));
    for join_type in ALL {
        let join = match join_type {
            JoinType::Right => query(&rows).join(nothing.clone(), [col("n")], join_type),
            _ => nothing.clone().join(query(&rows), [col("n")], join_type),
        };
        check(&folder, &format!("{join_type:?}"), &join, 60_000);
    }
    // All rows of the built side have a null for a key, and so none is written.
    let nulls = query(&rows).with_columns([(col("n") + col("n")).alias("n")]).filter(col("n").is_null());
    for join_type in [JoinType::Left, JoinType::Anti] {
        let join = query(&side(300, 3000, "left", false)).join(nulls.clone(), [col("n")], join_type);
        let found = streamed(&join, &options(&folder, 20_000, 2, 70)).expect("files");
        assert_eq!(texts(&found), texts(&unlimited(&join).expect("enough memory")));
    }
}

#[test]
fn what_stands_around_a_join_in_files() {
    let folder = Folder::new("join-around");
    let left = || query(&side(1500, 1000, "left", false));
    let right = || query(&side(3000, 1000, "right", true));
    let third = || query(&side(2500, 800, "third", false)).select([col("n"), col("third")]);
    let by = || [col("n")];
    let cases: Vec<(&str, Query)> = vec![
        ("rows of a union", union(vec![left(), left()]).join(right(), by(), JoinType::Left)),
        (
            "a union of joins",
            union(vec![
                left().join(right(), by(), JoinType::Inner),
                left().join(right(), by(), JoinType::Left),
            ]),
        ),
        (
            "a join that probes with a join's rows",
            left().join(right(), by(), JoinType::Left).join(third(), by(), JoinType::Full),
        ),
        (
            "a join that is built of a join's rows",
            third().join(left().join(right(), by(), JoinType::Inner), by(), JoinType::Left),
        ),
        ("a limit", left().join(right(), by(), JoinType::Left).slice(700, Some(1200))),
        (
            "the number of each row",
            left()
                .join(right(), by(), JoinType::Inner)
                .with_columns([(col("left") * 3 - col("right")).alias("d")])
                .filter(col("d").gt(0)),
        ),
        (
            "a filter before",
            left().filter(col("left").gt(300)).join(
                right().filter(col("right").lt(2900)),
                by(),
                JoinType::Full,
            ),
        ),
        (
            "a sum",
            left()
                .join(right(), by(), JoinType::Inner)
                .group_by([], [col("left").sum(), col("right").last()]),
        ),
    ];
    for (name, query) in cases {
        check(&folder, name, &query, 120_000);
    }
}

#[test]
fn rows_that_an_upper_join_will_not_keep_are_the_same() {
    let folder = Folder::new("join-filters");
    let fact = || query(&side(3000, 2000, "left", false));
    let dimension = || {
        query(&side(2500, 2000, "right", false)).filter(col("right").gt(3)).select([col("n"), col("right")])
    };
    let small =
        || query(&frame(vec![("t", column(["text 3", "text 5", "text 70"])), ("small", column(0..3i64))]));
    for upper in [JoinType::Inner, JoinType::Semi] {
        let join = fact().join(small(), [col("t")], JoinType::Left).join(dimension(), [col("n")], upper);
        check(&folder, &format!("{upper:?}"), &join, 48_000);
        // Odd rows, which have no partner, would overflow a product if they stayed.
        let rows = frame(vec![
            ("k", column(0..3000i64)),
            ("v", column((0..3000i64).map(|row| row % 2))),
            ("t", column((0..3000i64).map(|row| if row % 3 == 0 { "text 3" } else { "text 5" }))),
        ]);
        let even = query(&frame(vec![("k", column((0..4000i64).map(|row| row * 2)))])).filter(col("k").gt(3));
        let below = query(&rows).join(small(), [col("t")], JoinType::Inner);
        let products = below.with_columns([((col("v") * i64::MAX) + col("v")).alias("product")]);
        let join = products.join(even, [col("k")], upper);
        check(&folder, &format!("{upper:?} of rows that do not fail"), &join, 48_000);
    }
}

#[test]
fn a_disk_that_is_full_is_an_error() {
    let folder = Folder::new("join-full-disk");
    let join = query(&side(3000, 2000, "left", false)).join(
        query(&side(5000, 2000, "right", false)),
        [col("n")],
        JoinType::Inner,
    );
    let full = ExecOptions { max_temp_bytes: Some(50_000), ..options(&folder, 60_000, 2, 200) };
    let error = streamed(&join, &full).expect_err("a limit");
    assert!(matches!(&error, ExecError::Spill { operator: "join", .. }), "{error}");
}
