//! Kernels by themselves, in nanoseconds a row: `cargo bench -p lazuli-bench`.
//!
//! One thread. Kernels that the engine calls batch by batch get a batch of 2^16 rows, which fits the second cache;
//! grouping and sorting, whose cost is where memory ends, get 2^20 rows.
#![allow(missing_docs, reason = "criterion's macros make public functions")]

use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

use criterion::measurement::{Measurement, ValueFormatter, WallTime};
use criterion::{BenchmarkGroup, Criterion, Throughput};
use lazuli::{Column, DataType, FromValues, Scalar};
use lazuli_array::{Array, Bitmap, Dictionary, DictionaryArray, PrimitiveArray};
use lazuli_kernels::aggregate::{FloatSum, sum_groups};
use lazuli_kernels::double_double::sum_f64;
use lazuli_kernels::keys::GroupTable;
use lazuli_kernels::sort::{SortKey, sort_indices};
use lazuli_kernels::strings::{self, Part, Pattern, Replacement};
use lazuli_kernels::{Constant, Datum, compare, concat, filter, hash, parse, take};

const BATCH: usize = 1 << 16;
const MANY: usize = 1 << 20;

/// Wall time, told as nanoseconds a row.
struct PerRow(WallTime);

impl Measurement for PerRow {
    type Intermediate = <WallTime as Measurement>::Intermediate;
    type Value = Duration;

    fn start(&self) -> Self::Intermediate {
        self.0.start()
    }

    fn end(&self, start: Self::Intermediate) -> Duration {
        self.0.end(start)
    }

    fn add(&self, left: &Duration, right: &Duration) -> Duration {
        *left + *right
    }

    fn zero(&self) -> Duration {
        Duration::ZERO
    }

    fn to_f64(&self, value: &Duration) -> f64 {
        self.0.to_f64(value)
    }

    fn formatter(&self) -> &dyn ValueFormatter {
        &PerRowFormat
    }
}

struct PerRowFormat;

impl ValueFormatter for PerRowFormat {
    fn scale_values(&self, _: f64, nanos: &mut [f64]) -> &'static str {
        nanos.iter_mut().for_each(|value| *value /= 1e3);
        "µs"
    }

    fn scale_throughputs(&self, _: f64, throughput: &Throughput, nanos: &mut [f64]) -> &'static str {
        let rows = match throughput {
            Throughput::Elements(rows) => *rows as f64,
            other => unreachable!("{other:?} is not rows"),
        };
        nanos.iter_mut().for_each(|value| *value /= rows);
        "ns/row"
    }

    fn scale_for_machines(&self, _: &mut [f64]) -> &'static str {
        "ns"
    }
}

/// Sebastiano Vigna's splitmix64 (public domain).
fn random(seed: u64) -> impl Iterator<Item = u64> {
    (1_u64..).map(move |index| {
        let mut mixed = seed.wrapping_add(index.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    })
}

fn below(rows: usize, limit: u64) -> impl Iterator<Item = u64> {
    random(42).take(rows).map(move |value| value % limit)
}

/// From 0 to 1000, with four digits behind the point.
fn floats(rows: usize) -> Vec<f64> {
    below(rows, 10_000_000).map(|value| value as f64 / 1e4).collect()
}

fn words(distinct: u64) -> Vec<String> {
    (0..distinct).map(|code| format!("category_{code:04}")).collect()
}

fn texts(rows: usize, distinct: u64) -> Column {
    let words = words(distinct);
    Column::from_values(
        below(rows, distinct).map(|code| words[code as usize].as_str()).collect::<Vec<_>>().into_iter(),
    )
}

fn dictionary(rows: usize, distinct: u64) -> Column {
    let dictionary = Arc::new(Dictionary::new(words(distinct).iter().map(Some).collect()));
    let codes = below(rows, distinct);
    // As narrow as frames have them.
    let array = if distinct <= 1 << 8 {
        DictionaryArray::new(PrimitiveArray::from_vec(codes.map(|code| code as u8).collect()), dictionary)
    } else {
        DictionaryArray::new(PrimitiveArray::from_vec(codes.map(|code| code as u16).collect()), dictionary)
    };
    Column::new(DataType::String, array)
}

fn integers(rows: usize, limit: u64) -> Column {
    Column::from_values(below(rows, limit).map(|value| value as i64).collect::<Vec<_>>().into_iter())
}

fn float_column(rows: usize) -> Column {
    Column::from_values(floats(rows).into_iter())
}

fn mask(rows: usize, percent: u64) -> Bitmap {
    let bits: Vec<bool> = below(rows, 100).map(|value| value < percent).collect();
    Bitmap::from_fn(rows, |row| bits[row])
}

fn group<'c>(criterion: &'c mut Criterion<PerRow>, name: &str, rows: usize) -> BenchmarkGroup<'c, PerRow> {
    let mut group = criterion.benchmark_group(name);
    group.throughput(Throughput::Elements(rows as u64));
    group
}

fn comparing(criterion: &mut Criterion<PerRow>) {
    let mut group = group(criterion, "compare", BATCH);
    let (amount, other) = (float_column(BATCH), float_column(BATCH));
    let half = Constant::from_scalar(&Scalar::Float64(500.0));
    group.bench_function("f64 > constant", |bencher| {
        bencher.iter(|| {
            compare(lazuli_kernels::CompareOp::Gt, Datum::Column(black_box(&amount)), Datum::Constant(&half))
        });
    });
    group.bench_function("f64 > f64", |bencher| {
        bencher.iter(|| {
            compare(lazuli_kernels::CompareOp::Gt, Datum::Column(black_box(&amount)), Datum::Column(&other))
        });
    });
    let word = Constant::from_scalar(&Scalar::String("category_0042".into()));
    for (name, column) in [("plain text", texts(BATCH, 100)), ("dictionary text", dictionary(BATCH, 100))] {
        group.bench_function(format!("{name} = constant"), |bencher| {
            bencher.iter(|| {
                compare(
                    lazuli_kernels::CompareOp::Eq,
                    Datum::Column(black_box(&column)),
                    Datum::Constant(&word),
                )
            });
        });
    }
}

fn filtering(criterion: &mut Criterion<PerRow>) {
    let mut group = group(criterion, "filter", BATCH);
    let columns = [("f64", float_column(BATCH)), ("plain text", texts(BATCH, 100))];
    for percent in [1, 50, 99] {
        let mask = mask(BATCH, percent);
        for (name, column) in &columns {
            group.bench_function(format!("{name}, {percent} % kept"), |bencher| {
                bencher.iter(|| filter(black_box(column.array()), &mask));
            });
        }
    }
}

fn taking(criterion: &mut Criterion<PerRow>) {
    for (name, rows) in [("take, cached", BATCH), ("take, 2^20", MANY)] {
        let mut group = group(criterion, name, rows);
        let indices: Vec<u32> = below(rows, rows as u64).map(|row| row as u32).collect();
        for (name, column) in [("f64", float_column(rows)), ("plain text", texts(rows, 100))] {
            group.bench_function(name, |bencher| bencher.iter(|| take(black_box(column.array()), &indices)));
        }
    }
}

fn concatenating(criterion: &mut Criterion<PerRow>) {
    let mut group = group(criterion, "concat of 16 parts", MANY);
    for (name, column) in [("f64", float_column(MANY)), ("plain text", texts(MANY, 100))] {
        let part = MANY / 16;
        let parts: Vec<Array> = (0..16).map(|index| column.array().sliced(index * part, part)).collect();
        // Neighbouring slices would be joined without a copy.
        let parts: Vec<&Array> = parts.iter().rev().collect();
        group.bench_function(name, |bencher| bencher.iter(|| concat(black_box(&parts))));
    }
}

fn hashing(criterion: &mut Criterion<PerRow>) {
    let mut group = group(criterion, "hash", BATCH);
    for (name, column) in [("i64", integers(BATCH, u64::MAX >> 1)), ("plain text", texts(BATCH, 100))] {
        group.bench_function(name, |bencher| bencher.iter(|| hash::hash_column(black_box(&column))));
    }
}

fn grouping(criterion: &mut Criterion<PerRow>) {
    let mut group = group(criterion, "group ids", MANY);
    let columns = [
        ("dictionary text, 100 groups", dictionary(MANY, 100)),
        ("plain text, 100 groups", texts(MANY, 100)),
        ("i64, 100 groups", integers(MANY, 100)),
        ("i64, 100,000 groups", integers(MANY, 100_000)),
        ("i64, nearly all distinct", integers(MANY, u64::MAX >> 1)),
    ];
    for (name, column) in columns {
        let keys = [column];
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                let mut table = GroupTable::new(&[keys[0].data_type().clone()]);
                let mut ids = Vec::new();
                table.insert(black_box(&keys), MANY, &mut ids).map(|()| ids)
            });
        });
    }
}

fn summing(criterion: &mut Criterion<PerRow>) {
    let mut group = group(criterion, "sum", BATCH);
    let values = floats(BATCH);
    group.bench_function("f64", |bencher| bencher.iter(|| sum_f64(black_box(&values), None)));
    let valid = mask(BATCH, 95);
    group.bench_function("f64, 5 % null", |bencher| {
        bencher.iter(|| sum_f64(black_box(&values), Some(&valid)))
    });
    for groups in [10, 1_000, 100_000] {
        let ids: Vec<u32> = below(BATCH, groups).map(|id| id as u32).collect();
        let mut sums = vec![FloatSum::default(); groups as usize];
        group.bench_function(format!("f64 by {groups} groups"), |bencher| {
            bencher.iter(|| sum_groups(black_box(&values), None, Some(&ids), &mut sums));
        });
    }
}

fn sorting(criterion: &mut Criterion<PerRow>) {
    let mut group = group(criterion, "sort_indices", MANY);
    let columns = [
        ("f64", float_column(MANY)),
        ("i64, 100 values", integers(MANY, 100)),
        ("plain text", texts(MANY, 10_000)),
        ("dictionary text", dictionary(MANY, 10_000)),
    ];
    for (name, column) in columns {
        let key = SortKey { column: &column, descending: false, nulls_first: false };
        group.bench_function(name, |bencher| bencher.iter(|| sort_indices(black_box(&[key]), MANY)));
    }
}

fn parsing(criterion: &mut Criterion<PerRow>) {
    let mut group = group(criterion, "parse", BATCH);
    let floats: Vec<String> = floats(BATCH).iter().map(f64::to_string).collect();
    group.bench_function("f64", |bencher| {
        bencher.iter(|| floats.iter().filter_map(|text| parse::parse_f64(text.as_bytes()).ok()).sum::<f64>());
    });
    let integers: Vec<String> = below(BATCH, 100_000_000).map(|value| value.to_string()).collect();
    group.bench_function("i64", |bencher| {
        bencher
            .iter(|| integers.iter().filter_map(|text| parse::parse_i64(text.as_bytes()).ok()).sum::<i64>());
    });
    let dates: Vec<String> =
        below(BATCH, 336).map(|day| format!("2024-{:02}-{:02}", 1 + day / 28, 1 + day % 28)).collect();
    group.bench_function("date", |bencher| {
        bencher.iter(|| {
            let days = dates.iter().filter_map(|text| parse::parse_date(text.as_bytes()).ok());
            days.map(i64::from).sum::<i64>()
        });
    });
}

/// Texts of 13 bytes, each about one of ten thousand; what is looked for stands in one row of a hundred.
fn searching(criterion: &mut Criterion<PerRow>) {
    let mut group = group(criterion, "strings", BATCH);
    let column = texts(BATCH, 10_000);
    let Array::String(texts) = column.array() else { unreachable!("built plain above") };
    let literal = Pattern::literal("ory_01");
    let regular = Pattern::regular("ory_01[0-9]+$").expect("an expression");
    let value = Replacement::literal("-");
    group.bench_function("contains literal", |bencher| {
        bencher.iter(|| strings::contains(black_box(texts), &literal));
    });
    group.bench_function("contains expression", |bencher| {
        bencher.iter(|| strings::contains(black_box(texts), &regular));
    });
    group.bench_function("starts with", |bencher| {
        bencher.iter(|| strings::starts_with_bytes(black_box(texts.offsets()), texts.bytes(), b"catego"));
    });
    group.bench_function("replace literal", |bencher| {
        bencher.iter(|| strings::replace(black_box(texts), &literal, &value, None));
    });
    group.bench_function("replace expression", |bencher| {
        bencher.iter(|| strings::replace(black_box(texts), &regular, &value, None));
    });
    group.bench_function("upper case", |bencher| bencher.iter(|| strings::to_uppercase(black_box(texts))));
    group.bench_function("characters", |bencher| bencher.iter(|| strings::len_chars(black_box(texts))));
    group.bench_function("head", |bencher| {
        bencher.iter(|| strings::slice_text(black_box(texts), Part::Head(5)));
    });
    group.bench_function("split", |bencher| {
        let by = Pattern::literal("_");
        bencher.iter(|| strings::split(black_box(texts), &by, false));
    });
}

fn main() {
    let mut criterion = Criterion::default()
        .with_measurement(PerRow(WallTime))
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(1))
        .sample_size(20)
        .configure_from_args();
    for benchmarks in
        [comparing, filtering, taking, concatenating, hashing, grouping, summing, sorting, parsing, searching]
    {
        benchmarks(&mut criterion);
    }
    criterion.final_summary();
}
