//! Every aggregate over every type it takes, against a naive twin that computes from scalars group by group; and in any
//! batches, on any workers, merged in any way and under any numbering of the groups: the same to the last bit.

mod twin; // results from scalars

use std::sync::Arc;

use lazuli_array::{
    Array, Column, DataType, Dictionary, DictionaryArray, Field, FromValues, Scalar, TimeUnit,
};
use lazuli_kernels::{KernelError, concat_columns, take_column};
use proptest::prelude::*;

use self::twin::{knows, naive};
use crate::aggregate::{
    AGGREGATES, APPROX_QUANTILE, AggregateRef, BOTTOM_K, FIRST, GATHER_EVERY, GET, HEAD, ITEM, LAST,
    QUANTILE, SLICE, STR_JOIN, TAIL, TOP_K,
};
use crate::function::Argument;
use crate::{Accumulator, Groups, Literal, RowOrder};

const MICROSECONDS: TimeUnit = TimeUnit::Microseconds;

/// The result of one group of all rows, twice: in one batch as one group, and in two batches that are merged as states.
/// For the tables beside each aggregate.
pub(super) fn result_of(
    aggregate: &AggregateRef,
    constants: &[Literal],
    column: &Column,
) -> Result<Scalar, KernelError> {
    let call = Call::new(aggregate, constants, column.data_type()).expect("the aggregate takes the type");
    let whole = call.cast(column);
    let inputs = |start: usize, end: usize| [whole.sliced(start, end - start)];
    let mut one = call.accumulator(1);
    let num_rows = column.len();
    let num_columns = aggregate.num_columns();
    one.update(&inputs(0, num_rows)[..num_columns], Groups::One { num_rows }, RowOrder(0))?;
    let result = one.finish(0..1)?;

    let (mut first, mut second) = (call.accumulator(2), call.accumulator(2));
    let middle = num_rows / 2;
    first.update(&inputs(0, middle)[..num_columns], Groups::Ids(&vec![1; middle]), RowOrder(0))?;
    second.update(
        &inputs(middle, num_rows)[..num_columns],
        Groups::Ids(&vec![1; num_rows - middle]),
        RowOrder(1 << 32),
    )?;
    second.merge(&first.state(1..2)?, Groups::Ids(&[1]))?;
    assert!(identical(&result, &second.finish(1..2)?), "the split must not show");
    assert_eq!(result.data_type(), &call.output);
    Ok(result.get(0))
}

/// [`result_of`] for each of these columns. NaN equals NaN, but -0.0 is not 0.0.
pub(super) fn check(aggregate: &AggregateRef, constants: &[Literal], cases: &[(Column, Scalar)]) {
    for (column, expected) in cases {
        let result = result_of(aggregate, constants, column).unwrap();
        assert_eq!(result, *expected, "{} of {:?}", aggregate.name(), column.array());
        if let Scalar::Float64(value) = result {
            assert!(value != 0.0 || value.is_sign_positive(), "{} gave -0.0", aggregate.name());
        }
    }
}

/// Whether the aggregate refuses a column of this type.
pub(super) fn refuses(aggregate: &AggregateRef, data_type: &DataType) -> bool {
    Call::new(aggregate, &[], data_type).is_none()
}

/// What a test column holds.
#[derive(Debug, Clone)]
struct Kind {
    data_type: DataType,
    /// Texts as codes, though the type does not ask for it.
    as_dictionary: bool,
    /// Floats whose sums are not exact, so that the naive twin of a sum does not say the last bit.
    rough: bool,
}

fn kinds() -> Vec<Kind> {
    let categories = Dictionary::new(["z", "", "longer than eight", "a"].map(Some).into_iter().collect());
    let types = [
        DataType::Null,
        DataType::Boolean,
        DataType::Int8,
        DataType::Int16,
        DataType::Int32,
        DataType::Int64,
        DataType::UInt8,
        DataType::UInt16,
        DataType::UInt32,
        DataType::UInt64,
        DataType::Float32,
        DataType::Float64,
        DataType::Decimal { precision: 38, scale: 2 },
        DataType::String,
        DataType::Binary,
        DataType::Date,
        DataType::Datetime(MICROSECONDS, Some("Europe/Paris".into())),
        DataType::Duration(MICROSECONDS),
        DataType::Time,
        DataType::Categorical,
        DataType::Enum(Arc::new(categories)),
        DataType::List(Box::new(DataType::Int64)),
        DataType::Struct([Field::new("a", DataType::Float64), Field::new("b", DataType::String)].into()),
    ];
    let plain = |data_type| Kind { data_type, as_dictionary: false, rough: false };
    let mut kinds = types.map(plain).to_vec();
    kinds.push(Kind { as_dictionary: true, ..plain(DataType::String) });
    kinds.push(Kind { rough: true, ..plain(DataType::Float64) });
    kinds
}

/// One of not many values of a type, edges among them.
fn value(kind: &Kind, seed: u32) -> Scalar {
    let pick = |values: &[i128]| values[seed as usize % values.len()];
    let signed = |min: i64, max: i64| pick(&[0, 1, -1, 7, 100, -100, min.into(), max.into()]);
    let tick = || signed(i64::MIN / 1000, i64::MAX / 1000) as i64;
    let texts = ["z", "", "longer than eight", "a"];
    let wide_texts = ["longer than eight!", "longer than", "b\u{e9}", "z", "", "longer than eight", "a"];
    match &kind.data_type {
        DataType::Null => Scalar::Null,
        DataType::Boolean => Scalar::Boolean(seed.is_multiple_of(2)),
        DataType::Int8 => Scalar::Int8(signed(i8::MIN.into(), i8::MAX.into()) as i8),
        DataType::Int16 => Scalar::Int16(signed(i16::MIN.into(), i16::MAX.into()) as i16),
        DataType::Int32 => Scalar::Int32(signed(i32::MIN.into(), i32::MAX.into()) as i32),
        DataType::Int64 => Scalar::Int64(signed(i64::MIN, i64::MAX) as i64),
        DataType::UInt8 => Scalar::UInt8(pick(&[0, 1, 2, 255]) as u8),
        DataType::UInt16 => Scalar::UInt16(pick(&[0, 1, 2, 65_535]) as u16),
        DataType::UInt32 => Scalar::UInt32(pick(&[0, 1, 2, u32::MAX.into()]) as u32),
        DataType::UInt64 => Scalar::UInt64(pick(&[0, 1, 2, 1 << 63, u64::MAX.into()]) as u64),
        DataType::Float32 => Scalar::Float32([0.0, -0.0, 1.5, -2.25, f32::NAN, 1024.0][seed as usize % 6]),
        DataType::Float64 if kind.rough => {
            Scalar::Float64(f64::from(seed) * 0.1 * if seed.is_multiple_of(2) { 1e6 } else { -0.7 })
        }
        DataType::Float64 => {
            Scalar::Float64([0.0, -0.0, 1.5, -2.25, f64::NAN, 1024.0, f64::INFINITY, -0.5][seed as usize % 8])
        }
        DataType::Decimal { precision, scale } => {
            let value = pick(&[0, 1, -1, 250, 10i128.pow(38) - 1, 1 - 10i128.pow(38)]);
            Scalar::Decimal { value, precision: *precision, scale: *scale }
        }
        DataType::String | DataType::Categorical => Scalar::from(wide_texts[seed as usize % 7]),
        DataType::Enum(_) => Scalar::from(texts[seed as usize % 4]),
        DataType::Binary => Scalar::Binary([&[0u8, 255][..], &[], &[0]][seed as usize % 3].into()),
        DataType::Date => Scalar::Date(pick(&[0, 1, -1, 20_000]) as i32),
        DataType::Datetime(unit, zone) => Scalar::Datetime(tick(), *unit, zone.clone()),
        DataType::Duration(unit) => Scalar::Duration(tick(), *unit),
        DataType::Time => Scalar::Time(pick(&[0, 1, 86_399_999_999_999]) as i64),
        DataType::List(_) => {
            let items = [vec![], vec![Some(1i64)], vec![None, Some(2)]][seed as usize % 3].clone();
            Scalar::List(Box::new(Column::from_values(items.into_iter())))
        }
        DataType::Struct(_) => Scalar::Struct(vec![
            ("a".into(), Scalar::Float64([0.0, f64::NAN][seed as usize % 2])),
            ("b".into(), if seed.is_multiple_of(3) { Scalar::Null } else { Scalar::from("x") }),
        ]),
    }
}

fn column(kind: &Kind, seeds: &[Option<u32>]) -> Column {
    let values = seeds.iter().map(|seed| seed.map_or(Scalar::Null, |seed| value(kind, seed)));
    let column = Column::from_scalars(&kind.data_type, values).unwrap();
    match column.array() {
        Array::String(array) if kind.as_dictionary => {
            Column::new(DataType::String, array.iter().collect::<DictionaryArray>())
        }
        _ => column,
    }
}

/// The aggregates of one column, with constants for those that take some.
fn calls() -> Vec<(AggregateRef, Vec<Literal>)> {
    let of_one =
        AGGREGATES.iter().filter(|aggregate| aggregate.num_columns() <= 1 && aggregate.name() != "hist");
    let mut calls: Vec<_> = of_one.map(|aggregate| (aggregate.clone(), Vec::new())).collect();
    let places = |places: &[i64]| places.iter().map(|&place| Literal::typed(Scalar::Int64(place))).collect();
    for aggregate in [HEAD, TAIL] {
        calls.extend([0, 2].map(|count| (aggregate.clone(), places(&[count]))));
    }
    calls.extend([[0, 2], [-3, 2], [1, 100]].map(|slice| (SLICE, places(&slice))));
    calls.extend([[1, 0], [3, 1]].map(|stride| (GATHER_EVERY, places(&stride))));
    let with_yes = |mut constants: Vec<Literal>| {
        constants.push(Literal::typed(Scalar::Boolean(true)));
        constants
    };
    calls.extend([0, 3, -2].map(|place| (GET, with_yes(places(&[place])))));
    calls.extend([FIRST, LAST, ITEM].map(|aggregate| (aggregate, with_yes(Vec::new()))));
    for k in [0, 1, 2, 3, 7, 16, 17, 40] {
        let k = Literal::typed(Scalar::UInt32(k));
        calls.extend([TOP_K, BOTTOM_K].map(|aggregate| (aggregate, vec![k.clone()])));
    }
    calls.extend([true, false].map(|ignore_nulls| {
        (STR_JOIN, vec![Literal::typed(Scalar::from("-")), Literal::typed(Scalar::Boolean(ignore_nulls))])
    }));
    for aggregate in [QUANTILE, APPROX_QUANTILE] {
        let at = |q: f64| (aggregate.clone(), vec![Literal::typed(Scalar::Float64(q))]);
        calls.extend([0.0, 0.3, 0.5, 1.0].map(at));
    }
    calls
}

/// One aggregate over one type.
struct Call {
    aggregate: AggregateRef,
    constants: Vec<Literal>,
    input: DataType,
    output: DataType,
}

impl Call {
    /// `None` if the aggregate doesn't take the type.
    fn new(aggregate: &AggregateRef, constants: &[Literal], input: &DataType) -> Option<Self> {
        let mut call = Self {
            aggregate: aggregate.clone(),
            constants: constants.to_vec(),
            input: input.clone(),
            output: DataType::Null,
        };
        let signature = aggregate.signature(&call.arguments()).ok()?;
        call.output = signature.output;
        call.input = signature.inputs[0].clone();
        Some(call)
    }

    fn arguments(&self) -> Vec<Argument<'_>> {
        let constants = self
            .constants
            .iter()
            .map(|literal| Argument { data_type: &literal.data_type, literal: Some(literal) });
        std::iter::once(Argument { data_type: &self.input, literal: None }).chain(constants).collect()
    }

    fn accumulator(&self, num_groups: usize) -> Box<dyn Accumulator> {
        let mut accumulator = self.aggregate.accumulator(&self.arguments());
        accumulator.resize(num_groups);
        accumulator
    }

    /// The column as the signature casts it: only untyped nulls change.
    fn cast(&self, column: &Column) -> Column {
        if column.data_type() == &self.input {
            column.clone()
        } else {
            Column::new_null(self.input.clone(), column.len())
        }
    }

    /// All rows in one batch.
    fn at_once(&self, column: &Column, ids: &[u32], num_groups: usize) -> Result<Column, KernelError> {
        let mut accumulator = self.accumulator(num_groups);
        let inputs = [self.cast(column)];
        accumulator.update(&inputs[..self.aggregate.num_columns()], Groups::Ids(ids), RowOrder(0))?;
        accumulator.finish(0..num_groups)
    }
}

/// How the rows are spread in a test: batches, who takes them, and how groups are numbered.
#[derive(Debug, Clone)]
struct Spread {
    /// Where batches start, and the worker of each.
    batches: Vec<(usize, usize)>,
    /// Each worker numbers groups on its own: id to id.
    numbering: Vec<Vec<u32>>,
    /// States are handed over in two runs, split here.
    split: usize,
    reversed: bool,
}

const MAX_GROUPS: usize = 4;
const NUM_WORKERS: usize = 3;

fn spreads() -> impl Strategy<Value = Spread> {
    let order = || Just((0..MAX_GROUPS as u32).collect::<Vec<_>>()).prop_shuffle();
    (
        proptest::collection::vec((0usize..60, 0..NUM_WORKERS), 0..6),
        proptest::collection::vec(order(), NUM_WORKERS + 1),
        0..=MAX_GROUPS,
        any::<bool>(),
    )
        .prop_map(|(batches, numbering, split, reversed)| Spread { batches, numbering, split, reversed })
}

/// The result of rows taken by workers as `spread` says, and their states merged.
fn spread_out(call: &Call, column: &Column, ids: &[u32], spread: &Spread) -> Result<Column, KernelError> {
    let num_rows = column.len();
    let mut batches: Vec<(usize, usize)> =
        spread.batches.iter().map(|&(start, worker)| (start.min(num_rows), worker)).collect();
    batches.push((0, 0));
    batches.sort();
    let ends: Vec<usize> = batches.iter().skip(1).map(|batch| batch.0).chain([num_rows]).collect();
    let mut workers: Vec<_> = (0..NUM_WORKERS).map(|_| call.accumulator(MAX_GROUPS)).collect();
    let mut parts: Vec<_> = batches.into_iter().zip(ends).enumerate().collect();
    if spread.reversed {
        parts.reverse();
    }
    let whole = call.cast(column);
    for (index, ((start, worker), end)) in parts {
        let renumbered: Vec<u32> =
            ids[start..end].iter().map(|&id| spread.numbering[worker][id as usize]).collect();
        let inputs = [whole.sliced(start, end - start)];
        let inputs = &inputs[..call.aggregate.num_columns()];
        workers[worker].update(inputs, Groups::Ids(&renumbered), RowOrder((index as u128) << 32))?;
    }
    let merged_numbering = &spread.numbering[NUM_WORKERS];
    let mut merged = call.accumulator(MAX_GROUPS);
    for (worker, numbering) in workers.iter().zip(&spread.numbering) {
        for groups in [0..spread.split, spread.split..MAX_GROUPS] {
            let targets: Vec<u32> = groups
                .clone()
                .map(|id| {
                    let group = numbering.iter().position(|&other| other as usize == id).unwrap();
                    merged_numbering[group]
                })
                .collect();
            // Through the columns and back, as a spill would.
            let state: Vec<Column> = worker
                .state(groups)?
                .into_iter()
                .map(|column| concat_columns(column.data_type(), &[&column.sliced(0, 0), &column]))
                .collect();
            merged.merge(&state, Groups::Ids(&targets))?;
        }
    }
    assert!(merged.memory_bytes() < 1 << 20);
    // A state that was merged is a state.
    let mut again = call.accumulator(MAX_GROUPS);
    let all: Vec<u32> = (0..MAX_GROUPS as u32).collect();
    again.merge(&merged.state(0..MAX_GROUPS)?, Groups::Ids(&all))?;
    Ok(take_column(&again.finish(0..MAX_GROUPS)?, merged_numbering))
}

/// Equal, or floats so near that only the way to them may differ.
fn near(left: &Scalar, right: &Scalar) -> bool {
    match (left, right) {
        (Scalar::Float64(left), Scalar::Float64(right)) if left.is_finite() && right.is_finite() => {
            (left - right).abs() <= 1e-9 * left.abs().max(right.abs()).max(1e-3)
        }
        (Scalar::Duration(left, _), Scalar::Duration(right, _)) => {
            (*left as f64 - *right as f64).abs() <= 1e-9 * (*left as f64).abs()
        }
        (left, right) => left == right,
    }
}

/// The same down to the sign of zero.
fn identical(left: &Column, right: &Column) -> bool {
    let bits = |value: &Scalar| match value {
        Scalar::Float64(value) if !value.is_nan() => value.to_bits(),
        Scalar::Float32(value) if !value.is_nan() => value.to_bits().into(),
        _ => 0,
    };
    left == right && (0..left.len()).all(|row| bits(&left.get(row)) == bits(&right.get(row)))
}

fn rows() -> impl Strategy<Value = Vec<(u32, Option<u32>)>> {
    let seed = prop_oneof![1 => Just(None), 4 => (0u32..40).prop_map(Some)];
    proptest::collection::vec((0..MAX_GROUPS as u32, seed), 0..60)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn twins_agree_and_spreading_changes_nothing(rows in rows(), spread in spreads()) {
        let (ids, seeds): (Vec<u32>, Vec<Option<u32>>) = rows.into_iter().unzip();
        for kind in kinds() {
            let column = column(&kind, &seeds);
            for (aggregate, constants) in calls() {
                let Some(call) = Call::new(&aggregate, &constants, &kind.data_type) else { continue };
                let what = format!("{} of {}", aggregate.name(), kind.data_type);
                let whole = call.at_once(&column, &ids, MAX_GROUPS);
                let spread = spread_out(&call, &column, &ids, &spread);
                let of_group = (0..MAX_GROUPS as u32).map(|group| {
                        let rows: Vec<Scalar> = (0..column.len())
                            .filter(|&row| ids[row] == group)
                            .map(|row| column.get(row))
                            .collect();
                        naive(&call, &rows)
                });
                let twins: Result<Vec<Scalar>, ()> = match &whole {
                    _ if knows(aggregate.name()) => of_group.collect(),
                    Ok(whole) => Ok((0..MAX_GROUPS).map(|group| whole.get(group)).collect()),
                    Err(_) => Err(()),
                };
                match (whole, spread, twins) {
                    (Ok(whole), Ok(spread), Ok(twins)) => {
                        prop_assert_eq!(whole.data_type(), &call.output, "{}", &what);
                        prop_assert!(identical(&whole, &spread), "{}: {:?} {:?}", what, whole, spread);
                        let exact = match aggregate.name() {
                            "var" | "std" => false,
                            "mean" | "median" | "quantile" => call.input.is_float() && !kind.rough,
                            _ => !kind.rough,
                        };
                        for (row, twin) in twins.iter().enumerate() {
                            let found = whole.get(row);
                            let agrees = if exact { found == *twin } else { near(&found, twin) };
                            prop_assert!(agrees, "{}: {:?}, the twin says {:?}", what, found, twin);
                        }
                    }
                    (whole, spread, twins) => {
                        prop_assert!(whole.is_err() && spread.is_err() && twins.is_err(), "{what}");
                    }
                }
            }
        }
    }

    #[test]
    fn one_group_is_as_group_0_of_many(rows in rows(), split in 0usize..60) {
        let (_, seeds): (Vec<u32>, Vec<Option<u32>>) = rows.into_iter().unzip();
        let split = split.min(seeds.len());
        for kind in kinds() {
            let column = column(&kind, &seeds);
            for (aggregate, constants) in calls() {
                let Some(call) = Call::new(&aggregate, &constants, &kind.data_type) else { continue };
                let whole = call.at_once(&column, &vec![0; seeds.len()], 1);
                let inputs = call.cast(&column);
                let one = |start: usize, end: usize| {
                    let mut accumulator = call.accumulator(1);
                    let inputs = [inputs.sliced(start, end - start)];
                    let groups = Groups::One { num_rows: end - start };
                    let inputs = &inputs[..aggregate.num_columns()];
                    accumulator.update(inputs, groups, RowOrder((start as u128) << 32)).unwrap();
                    accumulator
                };
                let mut merged = one(split, seeds.len());
                let state = one(0, split).state(0..1).unwrap();
                merged.merge(&state, Groups::One { num_rows: 1 }).unwrap();
                match (whole, merged.finish(0..1)) {
                    (Ok(whole), Ok(merged)) => {
                        prop_assert!(identical(&whole, &merged), "{}: {whole:?} {merged:?}", aggregate.name());
                    }
                    (whole, merged) => prop_assert!(whole.is_err() && merged.is_err()),
                }
            }
        }
    }
}

#[test]
fn memory_is_counted() {
    for kind in kinds().iter().filter(|kind| kind.data_type != DataType::Null) {
        let seeds: Vec<Option<u32>> = (0..4096).map(Some).collect();
        let column = column(kind, &seeds);
        let ids: Vec<u32> = (0..4096).collect();
        for (aggregate, constants) in calls() {
            let Some(call) = Call::new(&aggregate, &constants, &kind.data_type) else { continue };
            let mut accumulator = call.accumulator(4096);
            let inputs = [call.cast(&column)];
            accumulator.update(&inputs[..aggregate.num_columns()], Groups::Ids(&ids), RowOrder(0)).unwrap();
            let bytes = accumulator.memory_bytes();
            assert!(bytes >= 4096, "{} of {}: {bytes}", aggregate.name(), kind.data_type);
        }
    }
}

/// What two aggregates share, each gives by itself.
#[test]
fn shared_states_give_the_results_of_each() {
    let mut num_shared = 0;
    for kind in kinds() {
        let seeds: Vec<Option<u32>> = (0..50).map(|row| (row % 7 > 0).then_some(row)).collect();
        let column = column(&kind, &seeds);
        let ids: Vec<u32> = (0..50).map(|row| row % 3).collect();
        for (aggregate, constants) in calls() {
            let Some(call) = Call::new(&aggregate, &constants, &kind.data_type) else { continue };
            let mut owner = call.accumulator(4);
            owner
                .update(&[call.cast(&column)][..aggregate.num_columns()], Groups::Ids(&ids), RowOrder(0))
                .unwrap();
            for (other, constants) in calls() {
                let Some(other) = Call::new(&other, &constants, &kind.data_type) else { continue };
                let sharer = other.accumulator(0);
                if !sharer.shares_states_with(&*owner) {
                    continue;
                }
                num_shared += u32::from(aggregate != other.aggregate);
                match (sharer.finish_of(&*owner, 0..4), other.at_once(&column, &ids, 4)) {
                    (Ok(shared), Ok(own)) => {
                        assert!(identical(&shared, &own), "{aggregate:?} {:?}", other.aggregate);
                    }
                    (shared, own) => assert!(shared.is_err() && own.is_err()),
                }
            }
        }
    }
    assert!(num_shared > 10, "only {num_shared} pairs share states");
}
