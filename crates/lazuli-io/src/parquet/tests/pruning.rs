//! Filters that a file can tell something about before rows are read: pages by their bounds, row groups by Bloom filters,
//! rows by the entries of their dictionary. Whatever is left out, the rows that come are those that the filter keeps.

use super::round_trip::compose;
use super::{lines, read};
use crate::filter::{FilterError, GroupFacts, RowFilter};
use crate::parquet::{ParquetOptions, ParquetScan, ParquetScanOptions, ParquetTable, ParquetWriteOptions};
use lazuli_array::{Batch, Bitmap, Column, DataFrame, DataType, Scalar};
use lazuli_kernels::filter_batch;
use proptest::prelude::*;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

/// Rows of which an integer lies in a range; of several such conditions, those for which all hold.
#[derive(Clone)]
struct Between {
    columns: Vec<usize>,
    ranges: Vec<(i64, i64)>,
    keeps_null: bool,
    is_infallible: bool,
    steps: Vec<Arc<dyn RowFilter>>,
}

impl Between {
    fn new(ranges: &[(usize, i64, i64)], keeps_null: bool, is_infallible: bool) -> Self {
        let whole = Self {
            columns: ranges.iter().map(|range| range.0).collect(),
            ranges: ranges.iter().map(|range| (range.1, range.2)).collect(),
            keeps_null,
            is_infallible,
            steps: Vec::new(),
        };
        let step = |range| -> Arc<dyn RowFilter> { Arc::new(Self::new(&[range], keeps_null, is_infallible)) };
        let steps = if ranges.len() > 1 { ranges.iter().copied().map(step).collect() } else { Vec::new() };
        Self { steps, ..whole }
    }
}

impl RowFilter for Between {
    fn columns(&self) -> &[usize] {
        &self.columns
    }

    fn keep(&self, batch: &Batch) -> Result<Bitmap, FilterError> {
        Ok(Bitmap::from_fn(batch.num_rows(), |row| {
            self.ranges.iter().enumerate().all(|(column, (low, high))| match batch.column(column).get(row) {
                Scalar::Int64(value) => (*low..=*high).contains(&value),
                Scalar::Null => self.keeps_null,
                other => panic!("{other} is no integer"),
            })
        }))
    }

    fn is_infallible(&self) -> bool {
        self.is_infallible
    }

    fn steps(&self) -> &[Arc<dyn RowFilter>] {
        &self.steps
    }

    fn may_keep(&self, group: &dyn GroupFacts) -> bool {
        self.columns.iter().zip(&self.ranges).all(|(&column, (low, high))| {
            let facts = group.column(column);
            let may_be_null = facts.null_count != Some(0);
            let is_outside = matches!(facts.min, Scalar::Int64(min) if min > *high)
                || matches!(facts.max, Scalar::Int64(max) if max < *low)
                || facts.null_count == Some(group.num_rows())
                || low == high && !group.may_have(column, &Scalar::Int64(*low));
            !is_outside || self.keeps_null && may_be_null
        })
    }
}

/// Rows in groups, as a file; what a scan of it with a filter gives, and how many rows it did not look at.
fn scanned(file: &[u8], filter: Arc<dyn RowFilter>, projection: Option<Vec<usize>>) -> (DataFrame, u64) {
    let path: PathBuf = std::env::temp_dir().join(format!(
        "lazuli-pruning-{}-{:?}.parquet",
        std::process::id(),
        std::thread::current().id()
    ));
    std::fs::write(&path, file).expect("the temporary folder can be written");
    let options = || ParquetScanOptions {
        filter: Some(filter.clone()),
        projection: projection.clone(),
        batch_rows: 11,
        ..ParquetScanOptions::default()
    };
    let frame = read(&path, options()).expect("what we write we read");
    let table =
        Arc::new(ParquetTable::open(&path, &ParquetOptions::default()).expect("what we write we read"));
    let scan = ParquetScan::open(table, options());
    while scan.next().expect("what we write we read").is_some() {}
    std::fs::remove_file(&path).expect("it is ours");
    (frame, scan.rows_left_out())
}

fn integers(values: impl IntoIterator<Item = Option<i64>>) -> Column {
    let values = values.into_iter().map(|value| value.map_or(Scalar::Null, Scalar::Int64));
    Column::from_scalars(&DataType::Int64, values).expect("integers")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn what_is_left_out_was_not_wanted(
        rows in prop::collection::vec(
            (prop::option::weighted(0.9, -20i64..20), prop::option::weighted(0.8, 0i64..6), any::<i64>()),
            1..200,
        ),
        is_sorted in any::<bool>(),
        page_rows in 1usize..30,
        group_rows in 1usize..120,
        first in (-25i64..25, 0i64..30),
        second in (0i64..6, 0i64..2),
        (keeps_null, is_infallible) in any::<(bool, bool)>(),
        (has_blooms, statistics) in any::<(bool, bool)>(),
        projection in prop::sample::select(vec![None, Some(vec![2]), Some(vec![1, 0]), Some(vec![])]),
    ) {
        let mut rows = rows;
        if is_sorted {
            rows.sort();
        }
        let texts = rows.iter().map(|row| Scalar::from((row.2 % 7).to_string()));
        let batch = Batch::from_columns(vec![
            ("a".into(), integers(rows.iter().map(|row| row.0))),
            ("b".into(), integers(rows.iter().map(|row| row.1))),
            ("c".into(), Column::from_scalars(&DataType::String, texts).expect("texts")),
        ])
        .expect("columns of one length");
        let groups: Vec<Vec<Batch>> = (0..rows.len())
            .step_by(group_rows)
            .map(|start| vec![batch.sliced(start, group_rows.min(rows.len() - start))])
            .collect();
        let options = ParquetWriteOptions {
            statistics,
            page_rows,
            bloom_filter_columns: if has_blooms { vec!["a".into(), "b".into(), "c".into()] } else { vec![] },
            ..ParquetWriteOptions::default()
        };
        let file = compose(batch.schema(), &groups, options);
        let ranges = [(0, first.0, first.0 + first.1), (1, second.0, second.0 + second.1)];
        for ranges in [&ranges[..1], &ranges[1..], &ranges[..]] {
            let filter = Between::new(ranges, keeps_null, is_infallible);
            let looked_at = batch.project(&filter.columns);
            let kept = filter_batch(&batch, &filter.keep(&looked_at).expect("nothing fails"));
            let kept = match &projection {
                Some(columns) => kept.project(columns),
                None => kept,
            };
            let (frame, _) = scanned(&file, Arc::new(filter), projection.clone());
            let expected = DataFrame::from_batches(kept.schema().clone(), vec![kept]).expect("one batch");
            prop_assert_eq!(lines(&frame), lines(&expected));
        }
    }
}

#[test]
fn pages_are_left_out_by_their_bounds() {
    let batch = Batch::from_columns(vec![
        ("n".into(), integers((0..1000).map(Some))),
        ("m".into(), integers((0..1000).map(|row| Some(row % 10)))),
    ])
    .expect("columns of one length");
    let options = ParquetWriteOptions { page_rows: 100, ..ParquetWriteOptions::default() };
    let file = compose(batch.schema(), &[vec![batch.clone()]], options);
    let (frame, left_out) = scanned(&file, Arc::new(Between::new(&[(0, 250, 260)], false, true)), None);
    assert_eq!((frame.height(), left_out), (11, 900));
    let (frame, left_out) =
        scanned(&file, Arc::new(Between::new(&[(0, 250, 260), (1, 3, 3)], false, false)), None);
    assert_eq!((frame.height(), left_out), (1, 900));
}

#[test]
fn row_groups_are_left_out_by_bloom_filters() {
    // Even numbers in an order of which bounds say nothing.
    let of_group = |group: i64| {
        let numbers = (0..500).map(|row| Some(2 * (row * 211 % 500 + 500 * (row % 2) * group)));
        Batch::from_columns(vec![("n".into(), integers(numbers))]).expect("one column")
    };
    let groups: Vec<Vec<Batch>> = (1..4).map(|group| vec![of_group(group)]).collect();
    let schema = groups[0][0].schema().clone();
    for (columns, expected) in [(vec![], 0), (vec!["n".into()], 1500)] {
        let options = ParquetWriteOptions { bloom_filter_columns: columns, ..ParquetWriteOptions::default() };
        let file = compose(&schema, &groups, options);
        // Odd ones are not there.
        let (frame, left_out) = scanned(&file, Arc::new(Between::new(&[(0, 401, 401)], false, true)), None);
        assert_eq!((frame.height(), left_out), (0, expected));
    }
}

/// What is granted bounds what is held, but never keeps a scan from going on.
#[test]
fn fewer_row_groups_are_in_memory_when_told_so() {
    let batch = Batch::from_columns(vec![("n".into(), integers((0..4000).map(Some)))]).expect("one column");
    let groups: Vec<Vec<Batch>> = (0..40).map(|group| vec![batch.sliced(group * 100, 100)]).collect();
    let path = std::env::temp_dir().join(format!("lazuli-held-{}.parquet", std::process::id()));
    std::fs::write(&path, compose(batch.schema(), &groups, ParquetWriteOptions::default()))
        .expect("the temporary folder can be written");
    for limit in [0, 2000, usize::MAX] {
        let most = Arc::new(Mutex::new(0));
        let hold = {
            let most = most.clone();
            move |bytes: usize| {
                let mut most = most.lock().expect("nobody panics");
                *most = bytes.min(limit).max(*most);
                bytes <= limit
            }
        };
        let table = Arc::new(ParquetTable::open(&path, &ParquetOptions::default()).expect("it is there"));
        let options =
            ParquetScanOptions { threads: 3, hold: Some(Arc::new(hold)), ..ParquetScanOptions::default() };
        let scan = ParquetScan::open(table, options);
        let rows = Mutex::new(0);
        std::thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| {
                    while let Some((_, batch)) = scan.next().expect("what we write we read") {
                        *rows.lock().expect("nobody panics") += batch.num_rows();
                    }
                });
            }
        });
        assert_eq!(rows.into_inner().expect("nobody panics"), 4000);
        let most = *most.lock().expect("nobody panics");
        assert!(most <= limit && (limit == 0 || most > 800), "{most} of {limit}");
    }
    std::fs::remove_file(&path).expect("it is ours");
}
