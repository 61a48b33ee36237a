//! Window functions against obvious twins: for each row, look at all rows of its partition.

use lazuli_array::{Column, DataType, Field, FromValues, Scalar};
use proptest::prelude::*;

use super::*;
use crate::Literal;

/// One row: its partition, its place in the window's order, its value.
type Row = (u32, u8, Scalar);

fn rows_of(values: impl Strategy<Value = Scalar>) -> impl Strategy<Value = Vec<Row>> {
    prop::collection::vec((0u32..4, 0u8..5, values), 0..40)
}

fn integers() -> impl Strategy<Value = Scalar> {
    prop::option::weighted(0.8, -3i64..4).prop_map(Scalar::from)
}

fn floats() -> impl Strategy<Value = Scalar> {
    let values = vec![0.0, -0.0, 1.5, -2.0, f64::NAN, f64::INFINITY];
    prop::option::weighted(0.8, prop::sample::select(values)).prop_map(Scalar::from)
}

fn texts() -> impl Strategy<Value = Scalar> {
    let values = vec!["", "a", "ab", "b", "a long text that is not inline"];
    prop::option::weighted(0.8, prop::sample::select(values)).prop_map(|text| text.map(str::to_string).into())
}

/// The values of a function by the rows' partitions and places.
fn found(
    function: &WindowFunctionRef,
    constants: &[Scalar],
    data_type: &DataType,
    rows: &[Row],
) -> Result<Vec<Scalar>, KernelError> {
    let ids: Vec<u32> = rows.iter().map(|(id, ..)| *id).collect();
    let mut order: Vec<u32> = (0..rows.len() as u32).collect();
    order.sort_by_key(|&row| rows[row as usize].1);
    let partitions = Partitions::new(&ids, 4, Some(&order));
    let literals: Vec<Literal> = constants.iter().cloned().map(Literal::typed).collect();
    let mut arguments = vec![Argument { data_type, literal: None }];
    arguments.extend(
        literals.iter().map(|literal| Argument { data_type: &literal.data_type, literal: Some(literal) }),
    );
    let signature = function.signature(&arguments).expect("it takes such arguments");
    let column = Column::from_scalars(data_type, rows.iter().map(|(.., value)| value.clone()))
        .expect("values of the type");
    let result = function.evaluate(&[column], &arguments, &partitions)?;
    assert_eq!((result.data_type(), result.len()), (&signature.output, rows.len()));
    Ok((0..rows.len()).map(|row| result.get(row)).collect())
}

/// The rows of the partition of `row` in the window's order, and where `row` stands among them.
fn partition(rows: &[Row], row: usize) -> (Vec<usize>, usize) {
    let mut members: Vec<usize> = (0..rows.len()).filter(|&other| rows[other].0 == rows[row].0).collect();
    members.sort_by_key(|&member| rows[member].1);
    let place = members.iter().position(|&member| member == row).expect("it is one of them");
    (members, place)
}

/// For each row, what `of` makes of its partition's values and its place.
fn expected(rows: &[Row], of: impl Fn(&[&Scalar], usize) -> Scalar) -> Vec<Scalar> {
    (0..rows.len())
        .map(|row| {
            let (members, place) = partition(rows, row);
            let values: Vec<&Scalar> = members.iter().map(|&member| &rows[member].2).collect();
            of(&values, place)
        })
        .collect()
}

/// Equal to the bit, as text tells zeros apart.
fn same(found: &[Scalar], expected: &[Scalar]) -> bool {
    format!("{found:?}") == format!("{expected:?}")
}

/// Numbers and texts in order, NaN last, zeros alike.
fn key(value: &Scalar) -> (bool, i64, String) {
    match value {
        Scalar::Int64(value) => (false, *value, String::new()),
        Scalar::Float64(value) if value.is_nan() => (true, 0, String::new()),
        // The values of these tests stay apart when doubled and cut to whole numbers.
        Scalar::Float64(value) => (false, (value * 2.0) as i64, String::new()),
        Scalar::String(value) => (false, 0, value.to_string()),
        other => panic!("no such value in these tests: {other:?}"),
    }
}

fn is_nan(value: &Scalar) -> bool {
    matches!(value, Scalar::Float64(value) if value.is_nan())
}

fn rank_twin(method: &str, descending: bool, values: &[&Scalar], place: usize) -> Scalar {
    if values[place].is_null() {
        return Scalar::Null;
    }
    let own = key(values[place]);
    let keys: Vec<_> = values.iter().map(|value| (!value.is_null()).then(|| key(value))).collect();
    let is_before = |other: &(bool, i64, String)| if descending { *other > own } else { *other < own };
    let before = keys.iter().flatten().filter(|other| is_before(other)).count() as i64;
    let equal = keys.iter().flatten().filter(|other| **other == own).count() as i64;
    match method {
        "average" => Scalar::Float64(before as f64 + (1 + equal) as f64 / 2.0),
        "min" => Scalar::Int64(before + 1),
        "max" => Scalar::Int64(before + equal),
        "dense" => {
            let mut smaller: Vec<_> = keys.iter().flatten().filter(|other| is_before(other)).collect();
            smaller.sort();
            smaller.dedup();
            Scalar::Int64(smaller.len() as i64 + 1)
        }
        _ => {
            let earlier = keys[..place].iter().flatten().filter(|other| **other == own).count() as i64;
            Scalar::Int64(before + earlier + 1)
        }
    }
}

fn extreme_twin(greatest: bool, values: &[&Scalar], place: usize) -> Scalar {
    if values[place].is_null() {
        return Scalar::Null;
    }
    let so_far = || values[..=place].iter().filter(|value| !value.is_null());
    let numbers = so_far().filter(|value| !is_nan(value));
    // The first of equal ones.
    let best = numbers.reduce(|best, next| {
        let is_better = if greatest { key(next) > key(best) } else { key(next) < key(best) };
        if is_better { next } else { best }
    });
    (*best.or_else(|| so_far().next()).expect("the row itself has a value")).clone()
}

fn check_any_type(data_type: &DataType, rows: &[Row]) {
    for n in [0i64, 1, -1, 3, -100, i64::MIN] {
        let twin = expected(rows, |values, place| {
            let source = i64::try_from(place).ok().and_then(|place| place.checked_sub(n));
            let source = source.and_then(|source| usize::try_from(source).ok());
            source.and_then(|source| values.get(source)).map_or(Scalar::Null, |value| (*value).clone())
        });
        let shifted = found(&SHIFT, &[Scalar::Int64(n)], data_type, rows).expect("it does not fail");
        assert!(same(&shifted, &twin), "shift {n}: {rows:?}\n{shifted:?}\n{twin:?}");
    }
    for method in ["average", "min", "max", "dense", "ordinal"] {
        for descending in [false, true] {
            let constants = [Scalar::from(method), Scalar::Boolean(descending)];
            let ranks = found(&RANK, &constants, data_type, rows).expect("it does not fail");
            let twin = expected(rows, |values, place| rank_twin(method, descending, values, place));
            assert!(same(&ranks, &twin), "{method} {descending}: {rows:?}\n{ranks:?}\n{twin:?}");
        }
    }
    for (function, greatest) in [(CUM_MIN, false), (CUM_MAX, true)] {
        let extremes = found(&function, &[], data_type, rows).expect("it does not fail");
        let twin = expected(rows, |values, place| extreme_twin(greatest, values, place));
        assert!(same(&extremes, &twin), "{function:?}: {rows:?}\n{extremes:?}\n{twin:?}");
    }
    let counts = found(&CUM_COUNT, &[], data_type, rows).expect("it does not fail");
    let twin = expected(rows, |values, place| {
        Scalar::Int64(values[..=place].iter().filter(|value| !value.is_null()).count() as i64)
    });
    assert!(same(&counts, &twin), "cum_count: {rows:?}");
}

proptest! {
    #[test]
    fn functions_of_integers(rows in rows_of(integers())) {
        check_any_type(&DataType::Int64, &rows);
        let sums = found(&CUM_SUM, &[], &DataType::Int64, &rows).expect("small numbers");
        let twin = expected(&rows, |values, place| match values[place] {
            Scalar::Null => Scalar::Null,
            _ => Scalar::Int64(values[..=place].iter().map(|value| match value {
                Scalar::Int64(value) => *value,
                _ => 0,
            }).sum()),
        });
        prop_assert!(same(&sums, &twin), "{:?} {:?}", sums, twin);
    }

    #[test]
    fn functions_of_floats(rows in rows_of(floats())) {
        let finite: Vec<Row> = rows
            .iter()
            .filter(|(.., value)| !matches!(value, Scalar::Float64(value) if value.is_infinite()))
            .cloned()
            .collect();
        check_any_type(&DataType::Float64, &finite);
        let sums = found(&CUM_SUM, &[], &DataType::Float64, &rows).expect("floats do not overflow");
        let twin = expected(&rows, |values, place| match values[place] {
            Scalar::Null => Scalar::Null,
            // Halves: sums are exact.
            _ => Scalar::Float64(values[..=place].iter().fold(0.0, |sum, value| match value {
                Scalar::Float64(value) => sum + *value,
                _ => sum,
            })),
        });
        prop_assert!(same(&sums, &twin), "{:?} {:?}", sums, twin);
    }

    #[test]
    fn functions_of_texts(rows in rows_of(texts())) {
        check_any_type(&DataType::String, &rows);
    }
}

fn one_partition(function: &WindowFunctionRef, column: &Column) -> Result<Vec<Scalar>, KernelError> {
    let argument = Argument { data_type: column.data_type(), literal: None };
    let partitions = Partitions::one(column.len(), None);
    let result = function.evaluate(std::slice::from_ref(column), &[argument], &partitions)?;
    Ok((0..column.len()).map(|row| result.get(row)).collect())
}

#[test]
fn sums_carry_what_floats_lose() {
    let column =
        Column::from_scalars(&DataType::Float64, [1e20, 1.0, -1e20].map(Scalar::Float64)).expect("floats");
    let sums = one_partition(&CUM_SUM, &column).expect("floats do not overflow");
    assert_eq!(sums, [1e20, 1e20, 1.0].map(Scalar::Float64));
}

#[test]
fn a_sum_that_does_not_fit_is_an_error_with_its_row() {
    let column =
        Column::from_scalars(&DataType::Int64, [1, i64::MAX, -1].map(Scalar::Int64)).expect("integers");
    let error = one_partition(&CUM_SUM, &column).expect_err("it overflows");
    assert!(matches!(error, KernelError::Overflow { operation: "cum_sum", row: 1, .. }), "{error}");
    assert_eq!(
        error.to_string(),
        "overflow in cum_sum at row 1: the result does not fit Int64: 1 cum_sum 9223372036854775807"
    );
}

#[test]
fn arguments_are_checked() {
    let int = Argument { data_type: &DataType::Int64, literal: None };
    let text = Literal::typed(Scalar::from("olympic"));
    let method = Argument { data_type: &DataType::String, literal: Some(&text) };
    assert!(matches!(RANK.signature(&[int, method]), Err(SignatureError::InvalidArgument(_))));
    assert!(RANK.signature(&[int]).is_ok());
    assert!(matches!(SHIFT.signature(&[int, int]), Err(SignatureError::Expected(_))));
    assert!(matches!(ROW_NUMBER.signature(&[int]), Err(SignatureError::Expected(_))));
    let date = Argument { data_type: &DataType::Date, literal: None };
    assert!(matches!(CUM_SUM.signature(&[date]), Err(SignatureError::Expected(_))));
}

#[test]
fn a_fill_stands_where_there_is_no_row() {
    let column = Column::from_scalars(&DataType::Int64, [Scalar::Int64(5), Scalar::Null]).expect("integers");
    let (n, fill) = (Literal::typed(Scalar::Int64(1)), Literal::typed(Scalar::Int64(7)));
    let int = |literal| Argument { data_type: &DataType::Int64, literal };
    let arguments = [int(None), int(Some(&n)), int(Some(&fill))];
    let partitions = Partitions::new(&[0, 0], 1, None);
    let result = SHIFT.evaluate(&[column], &arguments, &partitions).expect("it does not fail");
    assert_eq!([result.get(0), result.get(1)], [Scalar::Int64(7), Scalar::Int64(5)]);
}

/// The results of a function of one partition, by constants.
fn results(
    function: &WindowFunctionRef,
    constants: &[Scalar],
    data_type: &DataType,
    values: &[Scalar],
) -> Vec<Scalar> {
    let rows: Vec<Row> = values.iter().map(|value| (0, 0, value.clone())).collect();
    found(function, constants, data_type, &rows).expect("it does not fail")
}

#[test]
fn values_and_their_equals() {
    let values = ["a", "b", "a", "", "b", "b"].map(Scalar::from);
    let nulls = [Scalar::Null, Scalar::Null];
    let yes_no = |bits: &[u8]| bits.iter().map(|&bit| Scalar::Boolean(bit == 1)).collect::<Vec<_>>();
    for (function, expected, of_nulls) in [
        (IS_FIRST_DISTINCT, yes_no(&[1, 1, 0, 1, 0, 0]), yes_no(&[1, 0])),
        (IS_LAST_DISTINCT, yes_no(&[0, 0, 1, 1, 0, 1]), yes_no(&[0, 1])),
        (IS_DUPLICATED, yes_no(&[1, 1, 1, 0, 1, 1]), yes_no(&[1, 1])),
        (IS_UNIQUE, yes_no(&[0, 0, 0, 1, 0, 0]), yes_no(&[0, 0])),
        (RLE_ID, [0, 1, 2, 3, 4, 4].map(Scalar::Int64).to_vec(), [0, 0].map(Scalar::Int64).to_vec()),
    ] {
        assert_eq!(results(&function, &[], &DataType::String, &values), expected, "{function:?}");
        assert_eq!(results(&function, &[], &DataType::String, &nulls), of_nulls, "{function:?}");
        assert_eq!(results(&function, &[], &DataType::String, &[]), [], "{function:?}");
    }
    let floats = [f64::NAN, -f64::NAN, 0.0, -0.0].map(Scalar::Float64);
    assert_eq!(results(&IS_FIRST_DISTINCT, &[], &DataType::Float64, &floats), yes_no(&[1, 0, 1, 0]));
}

#[test]
fn fills_stop_at_their_limit_and_at_partitions() {
    let some = |values: &[Option<i64>]| values.iter().map(|&value| Scalar::from(value)).collect::<Vec<_>>();
    let values = some(&[None, Some(1), None, None, Some(2), None]);
    let limit = [Scalar::Int64(1)];
    let int = &DataType::Int64;
    let forward = |limit: &[Scalar]| results(&FORWARD_FILL, limit, int, &values);
    assert_eq!(forward(&[]), some(&[None, Some(1), Some(1), Some(1), Some(2), Some(2)]));
    assert_eq!(forward(&limit), some(&[None, Some(1), Some(1), None, Some(2), Some(2)]));
    let backward = results(&BACKWARD_FILL, &limit, int, &values);
    assert_eq!(backward, some(&[Some(1), Some(1), None, Some(2), Some(2), None]));
    let rows: Vec<Row> =
        [(0, Some(1i64)), (1, None), (0, None)].map(|(id, value)| (id, 0, Scalar::from(value))).to_vec();
    assert_eq!(
        found(&FORWARD_FILL, &[], int, &rows).expect("it does not fail"),
        some(&[Some(1), None, Some(1)])
    );
}

#[test]
fn gaps_are_interpolated() {
    let some = |values: &[Option<i64>]| values.iter().map(|&value| Scalar::from(value)).collect::<Vec<_>>();
    let float = |values: &[Option<f64>]| values.iter().map(|&value| Scalar::from(value)).collect::<Vec<_>>();
    let values = some(&[None, Some(1), None, None, None, Some(3), None]);
    let nearest = results(&INTERPOLATE, &[Scalar::from("nearest")], &DataType::Int64, &values);
    assert_eq!(nearest, some(&[None, Some(1), Some(1), Some(3), Some(3), Some(3), None]));
    let floats = float(&[None, Some(1.0), None, None, None, Some(3.0), None]);
    let linear = results(&INTERPOLATE, &[], &DataType::Float64, &floats);
    assert_eq!(linear, float(&[None, Some(1.0), Some(1.5), Some(2.0), Some(2.5), Some(3.0), None]));
    let days = [Scalar::Date(-1), Scalar::Null, Scalar::Date(-4)];
    let linear = results(&INTERPOLATE, &[], &DataType::Date, &days);
    assert_eq!(linear, [-1, -3, -4].map(Scalar::Date));
}

#[test]
fn values_in_other_orders() {
    let some = |values: &[Option<i64>]| values.iter().map(|&value| Scalar::from(value)).collect::<Vec<_>>();
    let values = some(&[Some(2), None, Some(5), Some(1)]);
    let (yes, no) = (Scalar::Boolean(true), Scalar::Boolean(false));
    let int = &DataType::Int64;
    assert_eq!(results(&SORT, &[], int, &values), some(&[Some(1), Some(2), Some(5), None]));
    assert_eq!(
        results(&SORT, std::slice::from_ref(&yes), int, &values),
        some(&[Some(5), Some(2), Some(1), None])
    );
    assert_eq!(results(&SORT, &[no, yes], int, &values), some(&[None, Some(1), Some(2), Some(5)]));
    assert_eq!(results(&ARG_SORT, &[], int, &values), [3, 0, 2, 1].map(Scalar::Int64));
    assert_eq!(results(&REVERSE, &[], int, &values), some(&[Some(1), Some(5), None, Some(2)]));
    // Each partition by itself, in the window's order.
    let rows: Vec<Row> = [(0, 1, 7), (1, 0, 9), (0, 0, 3)]
        .map(|(id, place, value)| (id, place, Scalar::Int64(value)))
        .to_vec();
    assert_eq!(found(&SORT, &[], int, &rows).expect("it does not fail"), [7, 9, 3].map(Scalar::Int64));
    assert_eq!(found(&REVERSE, &[], int, &rows).expect("it does not fail"), [3, 9, 7].map(Scalar::Int64));
    assert_eq!(found(&ARG_SORT, &[], int, &rows).expect("it does not fail"), [1, 0, 0].map(Scalar::Int64));
}

proptest! {
    #[test]
    fn places_in_the_order_of_fields(
        rows in rows_of((texts(), integers()).prop_map(|(text, number)| {
            Scalar::Struct(vec![("t".into(), text), ("n".into(), number)])
        })),
        flags in any::<[bool; 4]>(),
    ) {
        let fields = [Field::new("t", DataType::String), Field::new("n", DataType::Int64)];
        let data_type = DataType::Struct(fields.into());
        let list = |flags: &[bool]| Scalar::List(Box::new(Column::from_values(flags.iter().copied())));
        let found = found(&ARG_SORT_BY, &[list(&flags[..2]), list(&flags[2..])], &data_type, &rows).unwrap();
        let compare = |left: usize, right: usize| {
            let field = |row: usize, key: usize| match &rows[row].2 {
                Scalar::Struct(fields) => fields[key].1.clone(),
                other => other.clone(),
            };
            (0..2).fold(std::cmp::Ordering::Equal, |order, key| {
                let (left, right) = (field(left, key), field(right, key));
                order.then_with(|| match (&left, &right) {
                    (Scalar::Null, Scalar::Null) => std::cmp::Ordering::Equal,
                    // A null is less than all values if it comes first.
                    (Scalar::Null, _) => if flags[2 + key] { std::cmp::Ordering::Less } else { std::cmp::Ordering::Greater },
                    (_, Scalar::Null) => if flags[2 + key] { std::cmp::Ordering::Greater } else { std::cmp::Ordering::Less },
                    (Scalar::Int64(left), Scalar::Int64(right)) if flags[key] => right.cmp(left),
                    (Scalar::Int64(left), Scalar::Int64(right)) => left.cmp(right),
                    (left, right) if flags[key] => right.to_string().cmp(&left.to_string()),
                    (left, right) => left.to_string().cmp(&right.to_string()),
                })
            })
        };
        for (row, found) in found.iter().enumerate() {
            let (members, place) = partition(&rows, row);
            let mut sorted = members.clone();
            sorted.sort_by(|&left, &right| compare(left, right));
            let from = members.iter().position(|&member| member == sorted[place]).unwrap();
            prop_assert_eq!(found, &Scalar::Int64(from as i64));
        }
    }
}

#[test]
fn differences_are_exact_or_errors() {
    let argument = Argument { data_type: &DataType::UInt8, literal: None };
    assert_eq!(DIFF.signature(&[argument]).expect("a number").output, DataType::Int16);
    let column = Column::from_scalars(&DataType::Int16, [5, 255, 0].map(Scalar::Int16)).expect("integers");
    assert_eq!(
        one_partition(&DIFF, &column).expect("they fit"),
        [Scalar::Null, Scalar::Int16(250), Scalar::Int16(-255)]
    );
    let column = Column::from_scalars(&DataType::Int8, [-128, 127].map(Scalar::Int8)).expect("integers");
    assert!(matches!(one_partition(&DIFF, &column), Err(KernelError::Overflow { row: 1, .. })));
}

#[test]
fn weights_fade() {
    let values = [Scalar::Float64(1.0), Scalar::Null, Scalar::Float64(3.0), Scalar::Float64(4.0)];
    let half = Scalar::Float64(0.5);
    let near = |function: &WindowFunctionRef, constants: &[Scalar], expected: [Option<f64>; 4]| {
        let found = results(function, constants, &DataType::Float64, &values);
        for (found, expected) in found.iter().zip(expected) {
            match (found, expected) {
                (Scalar::Float64(found), Some(expected)) => {
                    assert!((found - expected).abs() < 1e-12, "{found}")
                }
                (found, expected) => assert!(found.is_null() && expected.is_none(), "{found:?} {expected:?}"),
            }
        }
    };
    near(&EWM_MEAN, std::slice::from_ref(&half), [Some(1.0), None, Some(2.6), Some(3.461_538_461_538_461_7)]);
    near(
        &EWM_MEAN,
        &[half.clone(), Scalar::Boolean(false)],
        [Some(1.0), None, Some(2.333_333_333_333_333), Some(3.166_666_666_666_666_5)],
    );
    near(&EWM_STD, &[half], [None, None, Some(std::f64::consts::SQRT_2), Some(1.167_748_416_242_284_4)]);
}

#[test]
fn peaks_need_known_neighbours() {
    let some = |values: &[Option<i64>]| values.iter().map(|&value| Scalar::from(value)).collect::<Vec<_>>();
    let values = some(&[Some(1), Some(3), Some(3), Some(2), None, Some(5)]);
    let peaks = results(&PEAK_MAX, &[], &DataType::Int64, &values);
    let no = Scalar::Boolean(false);
    assert_eq!(peaks, [no.clone(), no.clone(), no.clone(), no, Scalar::Null, Scalar::Null]);
    assert_eq!(results(&PEAK_MIN, &[], &DataType::Int64, &some(&[Some(1)])), [Scalar::Boolean(true)]);
}

/// The results of parts of the rows, one after the other; `None` if the function does not give those.
fn by_ranges(
    function: &WindowFunctionRef,
    constants: &[Scalar],
    column: &Column,
    cuts: &[usize],
) -> Option<Column> {
    let literals: Vec<Literal> = constants.iter().cloned().map(Literal::typed).collect();
    let mut arguments = vec![Argument { data_type: column.data_type(), literal: None }];
    arguments.extend(
        literals.iter().map(|literal| Argument { data_type: &literal.data_type, literal: Some(literal) }),
    );
    let signature = function.signature(&arguments).expect("it takes such arguments");
    let cast = lazuli_kernels::cast::cast;
    let column = cast(column, &signature.inputs[0], lazuli_kernels::cast::CastMode::Strict).expect("numbers");
    arguments[0].data_type = &signature.inputs[0];
    if !function.is_by_range(&arguments) {
        return None;
    }
    let mut ends: Vec<usize> = cuts.iter().copied().filter(|&cut| cut < column.len()).collect();
    ends.sort_unstable();
    ends.push(column.len());
    let mut start = 0;
    let parts: Vec<Column> = ends
        .into_iter()
        .map(|end| {
            let part =
                function.evaluate_range(std::slice::from_ref(&column), &arguments, start..end).unwrap();
            assert_eq!((part.data_type(), part.len()), (&signature.output, end - start));
            start = end;
            part
        })
        .collect();
    Some(lazuli_kernels::concat_columns(&signature.output, &parts.iter().collect::<Vec<_>>()))
}

#[test]
fn functions_that_give_parts_of_the_rows_are_known() {
    let column = Column::new_null(DataType::Int64, 3);
    let size = [Scalar::Int64(2)];
    let gives_parts = |function: &&WindowFunctionRef| {
        let constants: &[Scalar] = match function.name() {
            "rolling_quantile" => &[Scalar::Float64(0.5), Scalar::Int64(2)],
            name if name.starts_with("rolling") => &size,
            _ => &[],
        };
        function.num_columns() == 1
            && matches!(
                function.name(),
                "shift"
                    | "diff"
                    | "pct_change"
                    | "reverse"
                    | "sort"
                    | "cum_max"
                    | "rolling_sum"
                    | "rolling_quantile"
            )
            && by_ranges(function, constants, &column, &[1]).is_some()
    };
    let names: Vec<&str> =
        WINDOW_FUNCTIONS.iter().filter(gives_parts).map(|function| function.name()).collect();
    assert_eq!(names, ["diff", "pct_change", "reverse", "rolling_quantile", "rolling_sum", "shift"]);
}

proptest! {
    #[test]
    fn parts_of_the_rows_are_those_of_the_whole(
        rows in prop::collection::vec(integers(), 0..50),
        of_floats in any::<bool>(),
        has_nulls in any::<bool>(),
        n in -60i64..60,
        size in 1i64..40,
        center in any::<bool>(),
        cuts in prop::collection::vec(0usize..50, 0..4),
    ) {
        let value = |value: &Scalar| match value {
            Scalar::Null if !has_nulls => Scalar::Int64(1),
            other => other.clone(),
        };
        let column = Column::from_scalars(&DataType::Int64, rows.iter().map(value)).unwrap();
        let strict = lazuli_kernels::cast::CastMode::Strict;
        let column = match of_floats {
            true => lazuli_kernels::cast::cast(&column, &DataType::Float64, strict).unwrap(),
            false => column,
        };
        let window = [Scalar::Int64(size), Scalar::Int64(1), Scalar::Boolean(center)];
        let mut quantile = vec![Scalar::Float64(0.25)];
        quantile.extend(window.clone());
        let cases: Vec<(WindowFunctionRef, Vec<Scalar>)> = vec![
            (SHIFT, vec![Scalar::Int64(n)]),
            (SHIFT, vec![Scalar::Int64(n), if of_floats { Scalar::Float64(7.0) } else { Scalar::Int64(7) }]),
            (DIFF, vec![Scalar::Int64(n)]),
            (PCT_CHANGE, vec![Scalar::Int64(n)]),
            (REVERSE, vec![]),
            (ROLLING_SUM, window.to_vec()),
            (ROLLING_MEAN, window.to_vec()),
            (ROLLING_MIN, window.to_vec()),
            (ROLLING_MAX, window.to_vec()),
            (ROLLING_MEDIAN, window.to_vec()),
            (ROLLING_STD, window.to_vec()),
            (ROLLING_VAR, window.to_vec()),
            (ROLLING_SKEW, window.to_vec()),
            (ROLLING_QUANTILE, quantile),
        ];
        let data_type = column.data_type().clone();
        let one_partition: Vec<Row> = (0..column.len()).map(|row| (0, 0, column.get(row))).collect();
        for (function, constants) in cases {
            let signature_type = [DataType::Float64, data_type.clone()];
            let parts = by_ranges(&function, &constants, &column, &cuts).expect("it gives parts");
            let to = if parts.data_type() == &DataType::Float64 { &signature_type[0] } else { &signature_type[1] };
            let cast = lazuli_kernels::cast::cast(&column, to, strict).unwrap();
            let rows: Vec<Row> = one_partition.iter().zip(0..).map(|(row, at)| (row.0, row.1, cast.get(at))).collect();
            let whole = found(&function, &constants, to, &rows).unwrap();
            for (row, expected) in whole.iter().enumerate() {
                // Small whole numbers have exact sums; variances are rounded in two ways.
                let is_close = match (parts.get(row), expected) {
                    (Scalar::Float64(found), Scalar::Float64(expected)) => {
                        found == *expected || (found - expected).abs() < 1e-12 || found.is_nan() && expected.is_nan()
                    }
                    (found, expected) => format!("{found:?}") == format!("{expected:?}"),
                };
                prop_assert!(is_close, "{} {constants:?} row {row}: {:?} {expected:?}", function.name(), parts.get(row));
            }
        }
    }
}
