//! What operators did: the counts are right whatever the threads and morsels, the answer is the same.

use std::time::Duration;

use lazuli_array::{Column, DataFrame, FromValues, Scalar};
use lazuli_exec::{Engine, ExecOptions, OperatorKind, OperatorProfile, Profile, Profiler};
use lazuli_expr::col;
use lazuli_plan::optimizer::OptimizerOptions;
use lazuli_plan::{JoinType, Keep};

use crate::builder::{Query, column, frame, query, scattered, side_by_side, union};
use crate::configurations::{all, answer};

/// The profiles of a plan as it stands, of every number of threads with every size of morsels.
fn profiles(plan: &Query) -> Vec<(Profile, ExecOptions)> {
    let expected = answer(plan);
    let as_it_stands = all().into_iter().filter(|options| options.optimizer == OptimizerOptions::none());
    as_it_stands
        .map(|options| {
            let (found, profile) = Engine::global().execute_profiled(&plan.0, &options).expect("it runs");
            assert_eq!(found, expected, "{options:?}");
            (profile, options)
        })
        .collect()
}

/// Names, rows in and rows out.
fn flows(profile: &Profile) -> Vec<(&str, u64, u64)> {
    profile.operators.iter().map(|row| (row.operator.as_str(), row.rows_in, row.rows_out)).collect()
}

fn only<'a>(profile: &'a Profile, operator: &str) -> &'a OperatorProfile {
    let mut rows = profile.operators.iter().filter(|row| row.operator == operator);
    let row = rows.next().unwrap_or_else(|| panic!("no {operator} in\n{profile}"));
    assert!(rows.next().is_none(), "several {operator} in\n{profile}");
    row
}

fn numbers() -> DataFrame {
    frame(vec![("a", column(0..1000i64)), ("b", column((0..1000i64).map(|row| row % 10)))])
}

#[test]
fn rows_are_counted_at_each_operator() {
    let rows = query(&numbers());
    let names = frame(vec![("b", column(0..4i64)), ("name", column(["x", "y", "z", "w"]))]);
    let plan = rows
        .filter(col("a").lt(500))
        .join(query(&names), [col("b")], JoinType::Inner)
        .group_by([col("name")], [col("a").sum().alias("s")])
        .sort([col("s").desc()]);
    for (profile, options) in profiles(&plan) {
        let expected = [
            ("scan", 4, 4),
            ("select", 4, 4),
            ("join build", 4, 4),
            ("scan", 1000, 1000),
            ("filter", 1000, 500),
            ("join", 500, 200),
            ("group_by", 200, 4),
            ("read", 4, 4),
            ("sort", 4, 4),
            ("read", 4, 4),
            ("collect", 4, 4),
        ];
        assert_eq!(flows(&profile), expected, "{options:?}\n{profile}");
        let morsels = 1000u64.div_ceil(options.morsel_rows as u64);
        assert_eq!(profile.operators[3].batches, morsels);
        assert_eq!(profile.operators[3].bytes_out, 1000 * 16);
        assert_eq!(only(&profile, "filter").bytes_out, 500 * 16);
        assert_eq!(only(&profile, "join").inputs, [2, 4], "the table, then the rows");
        assert_eq!(profile.operators[7].inputs, [6], "the groups");
        let pipelines: Vec<usize> = profile.operators.iter().map(|row| row.pipeline).collect();
        assert_eq!(pipelines, [0, 0, 0, 1, 1, 1, 1, 2, 2, 3, 3]);
        assert_eq!(only(&profile, "sort").kind, OperatorKind::Sink);
        assert_eq!(profile.threads, options.threads.expect("given"));
    }
}

#[test]
fn an_operator_behind_several_inputs_is_one() {
    let plan =
        union(vec![query(&numbers()), query(&numbers())]).filter(col("b").eq(3)).unique(None, Keep::First);
    for (profile, _) in profiles(&plan) {
        let filter = only(&profile, "filter");
        assert_eq!((filter.rows_in, filter.rows_out), (2000, 200));
        assert_eq!(filter.inputs.len(), 2);
        assert_eq!((only(&profile, "unique").rows_in, only(&profile, "unique").rows_out), (200, 100));
    }
}

#[test]
fn rows_that_others_have_left_are_told_by_who_left_them() {
    let plan = query(&numbers()).sort([col("a").desc()]).slice(-7, None);
    let both =
        side_by_side(vec![plan.clone().select([col("a")]), plan.clone().select([col("b").alias("c")])]);
    for (profile, _) in profiles(&both) {
        let sides = only(&profile, "horizontal concat");
        assert_eq!((sides.inputs.len(), sides.rows_out), (2, 7));
        for &input in &sides.inputs {
            assert_eq!(profile.operators[input].operator, "collect");
        }
    }
    for (profile, _) in profiles(&plan.unpivot(&["a", "b"], &[])) {
        let unpivots = profile.operators.iter().filter(|row| row.operator == "unpivot");
        assert_eq!(
            unpivots.map(|row| (row.detail.as_str(), row.rows_out)).collect::<Vec<_>>(),
            [("a", 7), ("b", 7)]
        );
    }
}

#[test]
fn queries_that_find_columns_are_part_of_it() {
    let three = query(&numbers()).with_columns([(col("a") + 1).alias("c")]);
    let plan = three.pivot(&["b"], &["a"], &["c"], None);
    let (_, profile) = Engine::global().execute_profiled(&plan.0, &ExecOptions::default()).expect("it runs");
    assert!(profile.operators.iter().filter(|row| row.operator == "collect").count() >= 2, "{profile}");
    let pivot = only(&profile, "pivot");
    assert_eq!((pivot.rows_out, profile.operators[pivot.inputs[0]].rows_out), (1000, 1000));
}

#[test]
fn memory_is_that_of_the_operator_that_holds_it() {
    let input = frame(vec![("a", column(scattered(100_000, 1 << 40)))]);
    let plan = query(&input).filter(col("a").gt(0)).sort([col("a").asc()]);
    for threads in [1, 2, 4] {
        let options = ExecOptions { threads: Some(threads), ..ExecOptions::default() };
        let (_, profile) = Engine::global().execute_profiled(&plan.0, &options).expect("it runs");
        let sort = only(&profile, "sort");
        assert!(sort.peak_memory_bytes >= 2 * 800_000, "{profile}");
        assert_eq!(only(&profile, "filter").peak_memory_bytes, 0);
        assert!(only(&profile, "collect").peak_memory_bytes >= 800_000);
        assert!(profile.operators.iter().all(|row| row.peak_memory_bytes <= profile.peak_memory_bytes));
        assert_eq!((sort.spilled_bytes, sort.spilled_partitions), (0, 0));
    }
}

#[test]
fn time_is_told_by_thread_and_adds_up() {
    let input = frame(vec![("a", column(scattered(200_000, 1000)))]);
    let plan = query(&input).group_by([col("a")], [col("a").sum().alias("s")]).sort([col("s").asc()]);
    for threads in [1, 2, 4] {
        let options = ExecOptions { threads: Some(threads), morsel_rows: 1000, ..ExecOptions::default() };
        let (_, profile) = Engine::global().execute_profiled(&plan.0, &options).expect("it runs");
        let mut all = Duration::ZERO;
        for row in &profile.operators {
            assert!(row.time_per_thread.len() <= threads, "{profile}");
            assert_eq!(row.time, row.time_per_thread.iter().sum());
            assert_eq!(row.finish_time > Duration::ZERO, row.kind == OperatorKind::Sink);
            all += row.time;
        }
        assert!(only(&profile, "group_by").time > Duration::ZERO);
        // The clock is read once for the end of one stretch and the start of the next, so nothing counts twice.
        assert!(all <= profile.time * threads as u32, "{all:?} of {:?}", profile.time);
    }
}

#[test]
fn waiting_for_whoever_takes_the_answer_is_no_work() {
    let plan = query(&numbers());
    for threads in [1, 2] {
        let profiler = Profiler::default();
        let options = ExecOptions {
            threads: Some(threads),
            morsel_rows: 100,
            single_thread_rows: 0,
            profiler: Some(profiler.clone()),
            ..ExecOptions::default()
        };
        let mut rows = 0;
        for batch in Engine::global().execute_batches(&plan.0, &options, None).expect("it starts") {
            rows += batch.expect("it runs").num_rows();
            std::thread::sleep(Duration::from_millis(5));
        }
        let profile = profiler.profile();
        let end = only(&profile, "collect_batches");
        assert_eq!((rows, end.rows_in, end.batches), (1000, 1000, 10));
        assert!(end.wait > Duration::from_millis(5) && end.time < end.wait, "{profile}");
    }
}

#[test]
fn a_limit_stops_what_is_before_it() {
    let plan = query(&numbers()).slice(5, Some(20)).select([(col("a") + 1).alias("c")]);
    for (profile, options) in profiles(&plan) {
        let slice = only(&profile, "slice");
        assert_eq!(slice.rows_out, 20, "{profile}");
        assert_eq!(only(&profile, "select").rows_in, 20);
        let first = only(&profile, "scan");
        if options.threads == Some(1) {
            assert_eq!(first.rows_out, 1000.min(25u64.next_multiple_of(options.morsel_rows as u64)));
        }
        assert_eq!(first.rows_pruned, 0);
    }
}

#[test]
fn a_frame_has_a_row_for_each_operator() {
    let plan = query(&numbers()).filter(col("a").gt(10));
    let options =
        ExecOptions { threads: Some(2), morsel_rows: 10, single_thread_rows: 0, ..Default::default() };
    let (_, profile) = Engine::global().execute_profiled(&plan.0, &options).expect("it runs");
    let table = profile.to_frame();
    assert_eq!(table.height(), profile.operators.len());
    let at = |name: &str| table.get(1, table.schema().position(name).expect("a column"));
    assert_eq!(at("operator"), Scalar::from("filter"));
    assert_eq!(at("rows_out"), Scalar::Int64(989));
    assert_eq!(at("inputs"), Scalar::List(Box::new(Column::from_values([0i64].into_iter()))));
    let Scalar::List(times) = at("time_ms_per_thread") else { panic!("a list: {table}") };
    assert!((1..=2).contains(&times.len()));
    let text = profile.to_string();
    assert_eq!(text.lines().count(), profile.operators.len() + 2, "{text}");
    assert!(text.contains("(a > 10)") || text.contains("a > 10"), "{text}");
}

#[test]
fn a_handle_gives_the_profile() {
    let handle = Engine::global().start_profiled::<lazuli_exec::ExecError>(
        &query(&numbers()).filter(col("a").gt(10)).0,
        &ExecOptions::default(),
    );
    let (found, profile) = handle.expect("a thread").wait().expect("it runs");
    assert_eq!(found.height() as u64, only(&profile, "filter").rows_out);
}

#[test]
fn what_a_sort_writes_to_files_is_counted() {
    let rows = 20_000i64;
    let input = frame(vec![("a", column(scattered(rows as u64, 5000))), ("b", column(0..rows))]);
    let plan = query(&input).sort([col("a").asc()]).slice(-1, None);
    let profile = |memory_bytes| {
        let options = ExecOptions {
            memory_bytes: Some(memory_bytes),
            morsel_rows: 500,
            optimizer: OptimizerOptions::none(),
            ..ExecOptions::default()
        };
        Engine::global().execute_profiled(&plan.0, &options).expect("it runs").1
    };
    let (small, large) = (profile(200_000), profile(64 << 20));
    let (small, large) = (only(&small, "sort"), only(&large, "sort"));
    assert!(small.spilled_bytes >= rows as u64 * 16 && small.spilled_partitions > 3, "{small:?}");
    assert_eq!((large.spilled_bytes, large.spilled_partitions), (0, 0));
    assert_eq!((small.rows_in, small.rows_out), (rows as u64, rows as u64));
    assert!(small.peak_memory_bytes <= 200_000, "{small:?}");
}
