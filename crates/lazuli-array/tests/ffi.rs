//! The C data interface against `arrow-array`: what we export it imports as the same values, and the reverse.
//!
//! Structs that break the rules are in `src/ffi/tests.rs`; here both sides keep them.
#![allow(unsafe_code, reason = "structs are handed over by pointer")]

use std::ffi::c_void;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use arrow_array::ffi::{FFI_ArrowArray, FFI_ArrowSchema, from_ffi, to_ffi};
use arrow_array::types::{Int8Type, Int64Type, UInt32Type};
use arrow_array::{
    Array as _, ArrayRef, BinaryArray, BooleanArray, Date32Array, Date64Array, Decimal128Array,
    DictionaryArray, DurationMillisecondArray, DurationNanosecondArray, DurationSecondArray, Float16Array,
    Float32Array, Float64Array, Int8Array, Int16Array, Int32Array, Int64Array, LargeBinaryArray,
    LargeListArray, LargeStringArray, ListArray, NullArray, StringArray, StringViewArray, StructArray,
    Time32MillisecondArray, Time32SecondArray, Time64MicrosecondArray, Time64NanosecondArray,
    TimestampMicrosecondArray, TimestampMillisecondArray, TimestampNanosecondArray, TimestampSecondArray,
    UInt8Array, UInt16Array, UInt32Array, UInt64Array, make_array,
};
use arrow_buffer::{NullBuffer, OffsetBuffer};
use arrow_data::ArrayData;
use arrow_schema::{DataType as ArrowType, Field as ArrowField, Fields};
use lazuli_array::ffi::{self, ArrowArray, ArrowSchema};
use lazuli_array::{ArrayError, Batch, Column, DataType, Dictionary, Field, Scalar, TimeUnit, df};
use proptest::prelude::*;

/// Our column as theirs.
fn exported(column: &Column) -> ArrayRef {
    let (mut array, mut schema) = ffi::export_column("c", column).expect("a name without NUL");
    // SAFETY: both structs are laid out as the specification says, so a pointer to ours is one to theirs. They are moved
    // out, and what is left is marked as released.
    let data = unsafe {
        let array = FFI_ArrowArray::from_raw((&raw mut array).cast());
        let schema = FFI_ArrowSchema::from_raw((&raw mut schema).cast());
        from_ffi(array, &schema)
    };
    let data = data.expect("they import what we export");
    data.validate_full().expect("what we export keeps their rules");
    make_array(data)
}

/// Their array as our struct.
fn their_struct(data: &ArrayData) -> (ArrowArray, ArrowSchema) {
    let (mut array, mut schema) = to_ffi(data).expect("they export");
    // SAFETY: as above, the other way round.
    unsafe { (ArrowArray::take((&raw mut array).cast()), ArrowSchema::take((&raw mut schema).cast())) }
}

/// Their array as our column.
fn imported(data: &ArrayData) -> lazuli_array::Result<Column> {
    let (array, schema) = their_struct(data);
    // SAFETY: both come from a producer that follows the specification.
    unsafe { ffi::import_column(array, &schema) }.map(|(field, column)| {
        assert_eq!(field.data_type(), column.data_type());
        column
    })
}

fn column(data_type: DataType, values: Vec<Scalar>) -> Column {
    Column::from_scalars(&data_type, values).expect("values of the type")
}

fn scalars<T: Into<Scalar>>(values: impl IntoIterator<Item = T>) -> Vec<Scalar> {
    values.into_iter().map(Into::into).collect()
}

fn item(data_type: ArrowType) -> Arc<ArrowField> {
    Arc::new(ArrowField::new("item", data_type, true))
}

fn nulls(valid: &[bool]) -> Option<NullBuffer> {
    Some(NullBuffer::from(valid.to_vec()))
}

fn text_dictionary(keys: Vec<Option<u32>>, values: Vec<&str>) -> ArrayRef {
    let values = Arc::new(LargeStringArray::from(values));
    Arc::new(DictionaryArray::<UInt32Type>::try_new(UInt32Array::from(keys), values).expect("a dictionary"))
}

/// Columns and arrays that are each other's image, of every type, with nulls.
fn pairs() -> Vec<(Column, ArrayRef)> {
    let mut pairs: Vec<(Column, ArrayRef)> = Vec::new();
    macro_rules! numbers {
        ($($data_type:ident: $array:ident of $type:ty = $values:expr;)*) => {$(
            let values: Vec<Option<$type>> = $values;
            pairs.push((column(DataType::$data_type, scalars(values.clone())), Arc::new($array::from(values))));
        )*};
    }
    numbers! {
        Boolean: BooleanArray of bool = (0..20).map(|row| (row % 3 != 0).then_some(row % 2 == 0)).collect();
        Int8: Int8Array of i8 = vec![Some(i8::MIN), None, Some(0), Some(i8::MAX)];
        Int16: Int16Array of i16 = vec![Some(i16::MIN), None, Some(0), Some(i16::MAX)];
        Int32: Int32Array of i32 = vec![Some(i32::MIN), None, Some(0), Some(i32::MAX)];
        Int64: Int64Array of i64 = (0..100).map(|row| (row % 7 != 0).then_some(row * row)).collect();
        UInt8: UInt8Array of u8 = vec![Some(1), None, Some(0), Some(u8::MAX)];
        UInt16: UInt16Array of u16 = vec![Some(1), None, Some(0), Some(u16::MAX)];
        UInt32: UInt32Array of u32 = vec![Some(1), None, Some(0), Some(u32::MAX)];
        UInt64: UInt64Array of u64 = vec![Some(1), None, Some(0), Some(u64::MAX)];
        Float32: Float32Array of f32 = vec![Some(1.5), None, Some(f32::INFINITY), Some(-0.25)];
        Float64: Float64Array of f64 = vec![Some(1.5), None, Some(f64::NEG_INFINITY), Some(1e300)];
        String: LargeStringArray of &str = vec![Some("a"), None, Some(""), Some("ünï"), Some("a")];
    }
    pairs.push((Column::new_null(DataType::Null, 5), Arc::new(NullArray::new(5))));
    let all_valid: Vec<i64> = (0..50).collect();
    pairs.push((column(DataType::Int64, scalars(all_valid.clone())), Arc::new(Int64Array::from(all_valid))));

    let bytes = [Some(b"\xFF\x00".as_slice()), None, Some(b"")];
    let ours = bytes.iter().map(|bytes| bytes.map_or(Scalar::Null, |bytes| Scalar::Binary(bytes.into())));
    pairs.push((
        column(DataType::Binary, ours.collect()),
        Arc::new(LargeBinaryArray::from_opt_vec(bytes.to_vec())),
    ));

    let digits = [Some(12_345i128), None, Some(-9_999_999_999)];
    let ours = digits
        .map(|value| value.map_or(Scalar::Null, |value| Scalar::Decimal { value, precision: 10, scale: 2 }));
    let theirs = Decimal128Array::from(digits.to_vec()).with_precision_and_scale(10, 2).expect("in range");
    pairs.push((column(DataType::Decimal { precision: 10, scale: 2 }, ours.to_vec()), Arc::new(theirs)));

    let days = vec![Some(-1), None, Some(18_262)];
    let ours = days.iter().map(|days| days.map_or(Scalar::Null, Scalar::Date)).collect();
    pairs.push((column(DataType::Date, ours), Arc::new(Date32Array::from(days))));

    let ticks = vec![Some(-1i64), None, Some(1 << 40)];
    let of = |wrap: &dyn Fn(i64) -> Scalar| -> Vec<Scalar> {
        ticks.iter().map(|ticks| ticks.map_or(Scalar::Null, wrap)).collect()
    };
    use TimeUnit::{Microseconds, Milliseconds, Nanoseconds};
    let times = vec![Some(0i64), None, Some(86_399_999_999_999)];
    let ours = times.iter().map(|time| time.map_or(Scalar::Null, Scalar::Time)).collect();
    pairs.push((column(DataType::Time, ours), Arc::new(Time64NanosecondArray::from(times))));
    let zone: Option<Arc<str>> = Some("Europe/Paris".into());
    for (unit, zone, theirs) in [
        (Milliseconds, None, Arc::new(TimestampMillisecondArray::from(ticks.clone())) as ArrayRef),
        (Microseconds, None, Arc::new(TimestampMicrosecondArray::from(ticks.clone()))),
        (Nanoseconds, None, Arc::new(TimestampNanosecondArray::from(ticks.clone()))),
        (
            Microseconds,
            zone,
            Arc::new(TimestampMicrosecondArray::from(ticks.clone()).with_timezone("Europe/Paris")),
        ),
    ] {
        let ours = of(&|ticks| Scalar::Datetime(ticks, unit, zone.clone()));
        pairs.push((column(DataType::Datetime(unit, zone.clone()), ours), theirs));
    }
    for (unit, theirs) in [
        (Milliseconds, Arc::new(DurationMillisecondArray::from(ticks.clone())) as ArrayRef),
        (Nanoseconds, Arc::new(DurationNanosecondArray::from(ticks.clone()))),
    ] {
        let ours = of(&|ticks| Scalar::Duration(ticks, unit));
        pairs.push((column(DataType::Duration(unit), ours), theirs));
    }

    pairs.push((
        column(DataType::Categorical, scalars([Some("b"), None, Some("a"), Some("b")])),
        text_dictionary(vec![Some(0), None, Some(1), Some(0)], vec!["b", "a"]),
    ));
    pairs.extend(nested_pairs());
    pairs
}

fn nested_pairs() -> Vec<(Column, ArrayRef)> {
    let list = |values: Vec<Option<&str>>| {
        Scalar::List(Box::new(column(DataType::String, values.into_iter().map(Scalar::from).collect())))
    };
    let lists = column(
        DataType::List(Box::new(DataType::String)),
        vec![list(vec![Some("a"), None]), Scalar::Null, list(vec![]), list(vec![Some("b")])],
    );
    let their_text = Arc::new(LargeStringArray::from(vec![Some("a"), None, Some("b")]));
    let their_lists: ArrayRef = Arc::new(LargeListArray::new(
        item(ArrowType::LargeUtf8),
        OffsetBuffer::new(vec![0i64, 2, 2, 2, 3].into()),
        their_text,
        nulls(&[true, false, true, true]),
    ));

    let fields = [Field::new("x", DataType::Int8), Field::new("l", lists.data_type().clone())];
    let rows = (0..4).map(|row| {
        if row == 3 {
            return Scalar::Null;
        }
        Scalar::Struct(vec![("x".into(), (row as i8).into()), ("l".into(), lists.get(row))])
    });
    let structs = column(DataType::Struct(fields.into()), rows.collect());
    let their_fields: Fields = vec![
        ArrowField::new("x", ArrowType::Int8, true),
        ArrowField::new("l", their_lists.data_type().clone(), true),
    ]
    .into();
    let their_numbers: ArrayRef = Arc::new(Int8Array::from(vec![0, 1, 2, 99]));
    let their_structs: ArrayRef = Arc::new(StructArray::new(
        their_fields,
        vec![their_numbers, their_lists.clone()],
        nulls(&[true, true, true, false]),
    ));

    let outer = column(
        DataType::List(Box::new(structs.data_type().clone())),
        vec![
            Scalar::List(Box::new(structs.sliced(0, 1))),
            Scalar::Null,
            Scalar::List(Box::new(structs.sliced(1, 3))),
        ],
    );
    let their_outer: ArrayRef = Arc::new(LargeListArray::new(
        item(their_structs.data_type().clone()),
        OffsetBuffer::new(vec![0i64, 1, 1, 4].into()),
        their_structs.clone(),
        nulls(&[true, false, true]),
    ));
    vec![(lists, their_lists), (structs, their_structs), (outer, their_outer)]
}

/// The whole, nothing, one row, and slices that start and end inside of bytes and words.
fn slices(length: usize) -> Vec<(usize, usize)> {
    let mut slices =
        vec![(0, length), (0, 0), (length, 0), (length - 1, 1), (1, length - 1), (1, length - 2)];
    slices.extend([(9, 5), (3, 64), (65, 30)].into_iter().filter(|(offset, count)| offset + count <= length));
    slices
}

#[test]
fn what_we_export_is_what_they_import() {
    for (ours, theirs) in pairs() {
        for (offset, length) in slices(ours.len()) {
            let exported = exported(&ours.sliced(offset, length));
            assert_eq!(&exported, &theirs.slice(offset, length), "{} {offset} {length}", ours.data_type());
        }
    }
}

#[test]
fn what_they_export_is_what_we_import() {
    for (ours, theirs) in pairs() {
        for (offset, length) in slices(ours.len()) {
            let expected = ours.sliced(offset, length);
            // `ArrayData::slice` keeps the buffers and sets an offset, `Array::slice` narrows the buffers.
            for data in [theirs.to_data().slice(offset, length), theirs.slice(offset, length).to_data()] {
                let imported = imported(&data).expect("we import what they export");
                assert_eq!(imported, expected, "{} {offset} {length}", ours.data_type());
                assert_eq!(imported.null_count(), expected.null_count());
            }
        }
    }
}

#[test]
fn a_column_survives_the_way_there_and_back() {
    for (ours, _) in pairs() {
        let back = imported(&exported(&ours).to_data()).expect("our own column");
        assert_eq!(back, ours);
    }
}

#[test]
fn narrow_offsets_and_other_units_are_converted() {
    use TimeUnit::Milliseconds;
    let structs = StructArray::from(vec![(
        Arc::new(ArrowField::new("a", ArrowType::Utf8, true)),
        Arc::new(StringArray::from(vec![Some("x"), None, Some("yz")])) as ArrayRef,
    )]);
    let list_of = |values: ArrayRef| -> ArrayRef {
        let offsets = OffsetBuffer::new(vec![0i32, 2, 2, 3].into());
        Arc::new(ListArray::new(
            item(values.data_type().clone()),
            offsets,
            values,
            nulls(&[true, false, true]),
        ))
    };
    let cases: Vec<(ArrayRef, &str, [&str; 3])> = vec![
        (Arc::new(StringArray::from(vec![Some("a"), None, Some("bc")])), "String", ["a", "null", "bc"]),
        (
            Arc::new(BinaryArray::from_opt_vec(vec![Some(b"a"), None, Some(b"")])),
            "Binary",
            ["b\"a\"", "null", "b\"\""],
        ),
        (list_of(Arc::new(Int64Array::from(vec![1, 2, 3]))), "List(Int64)", ["[1, 2]", "null", "[3]"]),
        (
            list_of(Arc::new(structs)),
            "List(Struct(a: String))",
            ["[{a: \"x\"}, {a: null}]", "null", "[{a: \"yz\"}]"],
        ),
        (
            Arc::new(Date64Array::from(vec![Some(0), None, Some(1)])),
            "Datetime(ms)",
            ["1970-01-01 00:00:00", "null", "1970-01-01 00:00:00.001"],
        ),
        (
            Arc::new(Time32SecondArray::from(vec![Some(1), None, Some(3_600)])),
            "Time",
            ["00:00:01", "null", "01:00:00"],
        ),
        (
            Arc::new(Time32MillisecondArray::from(vec![Some(1), None, Some(0)])),
            "Time",
            ["00:00:00.001", "null", "00:00:00"],
        ),
        (
            Arc::new(Time64MicrosecondArray::from(vec![Some(1), None, Some(0)])),
            "Time",
            ["00:00:00.000001", "null", "00:00:00"],
        ),
        (
            Arc::new(TimestampSecondArray::from(vec![Some(-1), None, Some(0)])),
            "Datetime(ms)",
            ["1969-12-31 23:59:59", "null", "1970-01-01 00:00:00"],
        ),
        (
            Arc::new(DurationSecondArray::from(vec![Some(61), None, Some(0)])),
            "Duration(ms)",
            ["1m 1s", "null", "0s"],
        ),
    ];
    for (theirs, data_type, rows) in cases {
        for offset in 0..3 {
            let ours = imported(&theirs.to_data().slice(offset, 3 - offset)).expect("a type we hold");
            assert_eq!(ours.data_type().to_string(), data_type);
            let shown: Vec<String> = (0..ours.len()).map(|row| ours.get(row).to_string()).collect();
            assert_eq!(shown, rows[offset..], "{data_type} from {offset}");
        }
    }
    let overflow = TimestampSecondArray::from(vec![i64::MAX]);
    assert!(matches!(imported(&overflow.to_data()), Err(ArrayError::ForeignData { .. })));
    let zoned = TimestampSecondArray::from(vec![1]).with_timezone("UTC");
    let expected = Scalar::Datetime(1_000, Milliseconds, Some("UTC".into()));
    assert_eq!(imported(&zoned.to_data()).expect("seconds").get(0), expected);
}

#[test]
fn dictionaries_of_any_kind_become_distinct() {
    let values = Arc::new(StringArray::from(vec![Some("b"), Some("a"), None, Some("b")]));
    let keys = Int8Array::from(vec![Some(3), Some(0), None, Some(2), Some(1)]);
    let theirs = DictionaryArray::<Int8Type>::try_new(keys, values.clone()).expect("keys in range");
    let ours = imported(&theirs.to_data()).expect("a dictionary of text");
    assert_eq!(ours, column(DataType::Categorical, scalars([Some("b"), Some("b"), None, None, Some("a")])));
    let lazuli_array::Array::Dictionary(array) = ours.array() else { panic!("categories are codes") };
    assert_eq!(array.dictionary().len(), 2);
    assert_eq!(array.codes().get(0), array.codes().get(1));

    let keys = Int64Array::from(vec![1, 0]);
    let sliced = DictionaryArray::<Int64Type>::try_new(keys, Arc::new(values.slice(1, 1))).map(|_| ());
    assert!(sliced.is_err(), "they check keys too");
    let keys = Int64Array::from(vec![0, 2]);
    let sliced = DictionaryArray::<Int64Type>::try_new(keys, Arc::new(values.slice(1, 3))).expect("in range");
    let ours = imported(&sliced.to_data()).expect("a dictionary of text");
    assert_eq!(ours, column(DataType::Categorical, scalars(["a", "b"])));

    let numbers =
        DictionaryArray::<Int8Type>::try_new(Int8Array::from(vec![0]), Arc::new(Int64Array::from(vec![7])));
    let error = imported(&numbers.expect("a dictionary").to_data());
    assert!(matches!(error, Err(ArrayError::Unsupported { .. })));
}

#[test]
fn an_enum_keeps_its_categories() {
    let categories =
        Arc::new(Dictionary::new([Some("low"), Some("mid"), Some("high")].into_iter().collect()));
    let ours = column(DataType::Enum(categories), scalars([Some("high"), None, Some("low")]));
    let (array, schema) = ffi::export_column("size", &ours).expect("a name without NUL");
    // SAFETY: both structs were just exported.
    let (field, back) = unsafe { ffi::import_column(array, &schema) }.expect("our own export");
    assert_eq!((field.name().as_str(), &back), ("size", &ours));
    assert_eq!(&exported(&ours), &text_dictionary(vec![Some(2), None, Some(0)], vec!["low", "mid", "high"]));
}

#[test]
fn types_that_we_lack_are_unsupported() {
    let halves = Float16Array::from(Vec::<Option<_>>::new());
    assert!(matches!(imported(&halves.to_data()), Err(ArrayError::Unsupported { .. })));
    let negative = Decimal128Array::from(vec![1]).with_precision_and_scale(5, -2).expect("they hold it");
    assert!(matches!(imported(&negative.to_data()), Err(ArrayError::Unsupported { .. })));
}

#[test]
fn views_are_put_together() {
    let values = vec![Some("a"), None, Some("a string that does not fit into a view")];
    let views = StringViewArray::from(values.clone());
    assert_eq!(imported(&views.to_data()).expect("text"), column(DataType::String, scalars(values)));
}

fn batch() -> Batch {
    let frame = df! {
        "n" => [Some(1i64), None, Some(3)],
        "s" => ["a", "b", "c"],
        "l" => [vec![1i32], vec![], vec![2, 3]],
    };
    frame.expect("three rows each").batches()[0].clone()
}

#[test]
fn a_batch_is_a_struct_both_ways() {
    for batch in [batch(), batch().sliced(1, 2), Batch::new_empty(batch().schema().clone())] {
        let (mut array, mut schema) = ffi::export_batch(&batch).expect("names without NUL");
        // SAFETY: laid out alike; what is left is marked as released.
        let data = unsafe {
            let array = FFI_ArrowArray::from_raw((&raw mut array).cast());
            from_ffi(array, &FFI_ArrowSchema::from_raw((&raw mut schema).cast()))
        };
        let theirs = StructArray::from(data.expect("they import what we export"));
        assert_eq!((theirs.len(), theirs.num_columns()), (batch.num_rows(), batch.num_columns()));
        let (array, schema) = their_struct(&theirs.to_data());
        // SAFETY: both come from a producer that follows the specification.
        let back = unsafe { ffi::import_batch(array, &schema) }.expect("our own batch");
        assert_eq!(back, batch);
    }
    let schema = ffi::export_schema(batch().schema()).expect("names without NUL");
    let (_, of_batch) = ffi::export_batch(&batch()).expect("names without NUL");
    // SAFETY: laid out alike, and only looked at while ours live.
    let (left, right) = unsafe {
        (&*(&raw const schema).cast::<FFI_ArrowSchema>(), &*(&raw const of_batch).cast::<FFI_ArrowSchema>())
    };
    assert_eq!(ArrowType::try_from(left).expect("a schema"), ArrowType::try_from(right).expect("a schema"));
}

#[test]
fn without_columns_a_batch_still_has_rows() {
    let batch = batch().project(&[]);
    let (array, schema) = ffi::export_batch(&batch).expect("no names");
    // SAFETY: both structs were just exported.
    let back = unsafe { ffi::import_batch(array, &schema) }.expect("our own batch");
    assert_eq!((back.num_rows(), back.num_columns()), (3, 0));
}

/// Their struct with a release callback that counts and passes on.
struct Counted {
    released: Arc<AtomicUsize>,
    release: unsafe extern "C" fn(*mut FFI_ArrowArray),
    private_data: *mut c_void,
}

/// # Safety
/// `array` must point to a struct that [`counted`] made and that has not been released.
unsafe extern "C" fn release_counted(array: *mut FFI_ArrowArray) {
    // SAFETY: `counted` put the private data there; the struct gets back what it had, then releases itself.
    unsafe {
        let counted = Box::from_raw((*array).private_data().cast::<Counted>());
        (*array).set_private_data(counted.private_data);
        (*array).set_release(Some(counted.release));
        counted.released.fetch_add(1, Ordering::SeqCst);
        (counted.release)(array);
    }
}

fn counted(data: &ArrayData) -> (ArrowArray, FFI_ArrowSchema, Arc<AtomicUsize>) {
    let (mut array, schema) = to_ffi(data).expect("they export");
    let released = Arc::new(AtomicUsize::new(0));
    let release = array.release().expect("not yet released");
    let counted = Counted { released: released.clone(), release, private_data: array.private_data() };
    // SAFETY: callback and data belong together; the struct is moved out, and what is left is marked as released.
    let array = unsafe {
        array.set_private_data(Box::into_raw(Box::new(counted)).cast());
        array.set_release(Some(release_counted));
        ArrowArray::take((&raw mut array).cast())
    };
    (array, schema, released)
}

#[test]
fn an_array_is_released_once_after_its_last_user() {
    for (_, theirs) in pairs() {
        let (array, mut schema, released) = counted(&theirs.to_data());
        // SAFETY: laid out alike; what is left is marked as released.
        let schema = unsafe { ArrowSchema::take((&raw mut schema).cast()) };
        drop(theirs);
        // SAFETY: both come from a producer that follows the specification.
        let (_, column) = unsafe { ffi::import_column(array, &schema) }.expect("a type we hold");
        drop(schema);
        let shown = |column: &Column| {
            (0..column.len()).map(|row| column.get(row).to_string()).collect::<Vec<_>>().join(" ")
        };
        let expected = shown(&column);
        // The column and its parts go in any order; what is left stays readable.
        let (half, clone) = (column.sliced(0, column.len() / 2), column.clone());
        let again = exported(&clone);
        drop(column);
        assert_eq!(shown(&clone), expected);
        drop(clone);
        assert!(expected.starts_with(&shown(&half)));
        drop(half);
        let back = imported(&again.to_data()).expect("our own export");
        drop(again);
        assert_eq!(shown(&back), expected);
        drop(back);
        assert_eq!(released.load(Ordering::SeqCst), 1);
    }
    // Never imported, or refused: released all the same.
    let (array, _, released) = counted(&Int64Array::from(vec![1]).to_data());
    drop(array);
    assert_eq!(released.load(Ordering::SeqCst), 1);
    let (array, mut schema, released) = counted(&Float16Array::from(Vec::<Option<_>>::new()).to_data());
    // SAFETY: both come from a producer that follows the specification.
    let refused = unsafe { ffi::import_column(array, &ArrowSchema::take((&raw mut schema).cast())) };
    assert!(refused.is_err());
    assert_eq!(released.load(Ordering::SeqCst), 1);
}

#[test]
fn a_shared_array_lives_as_long_as_its_values_are_used() {
    let (array, mut schema, released) = counted(&Int64Array::from(vec![1, 2, 3]).to_data());
    // SAFETY: both come from a producer that follows the specification.
    let (_, column) =
        unsafe { ffi::import_column(array, &ArrowSchema::take((&raw mut schema).cast())) }.expect("integers");
    let last = column.sliced(2, 1);
    drop(column);
    // In another thread, as a worker would.
    let seen = std::thread::spawn(move || (last.get(0), released.load(Ordering::SeqCst), last, released));
    let (value, before, last, released) = seen.join().expect("no panic");
    assert_eq!((value, before), (Scalar::Int64(3), 0));
    drop(last);
    assert_eq!(released.load(Ordering::SeqCst), 1);
}

proptest! {
    /// Rows of everything at once, cut anywhere, there and back.
    #[test]
    fn random_slices_go_there_and_back(
        rows in proptest::collection::vec(
            (any::<Option<i64>>(), any::<Option<bool>>(), any::<Option<String>>(), any::<Option<Vec<Option<i8>>>>()),
            0..70,
        ),
        start in 0usize..70,
        length in 0usize..70,
    ) {
        let start = start.min(rows.len());
        let length = length.min(rows.len() - start);
        let frame = df! {
            "i" => rows.iter().map(|row| row.0),
            "b" => rows.iter().map(|row| row.1),
            "s" => rows.iter().map(|row| row.2.clone()),
            "l" => rows.iter().map(|row| row.3.clone()),
        }
        .expect("equal lengths");
        let batch = match frame.batches() {
            [batch] => batch.sliced(start, length),
            _ => Batch::new_empty(frame.schema().clone()),
        };
        for column in batch.columns() {
            let theirs = exported(column);
            let back = imported(&theirs.to_data()).expect("our own export");
            prop_assert_eq!(&back, column);
            let tail = length / 2;
            let back = imported(&theirs.to_data().slice(tail, length - tail)).expect("a slice of it");
            prop_assert_eq!(back, column.sliced(tail, length - tail));
        }
    }
}

/// A stream of ours is read by them, and one of theirs by us: the same batches in the same order, errors with their text.
#[test]
fn streams_go_both_ways() {
    use arrow_array::ffi_stream::{FFI_ArrowArrayStream, RecordBatchStreamReader};
    use arrow_array::{RecordBatch, RecordBatchIterator};
    use arrow_schema::ArrowError;

    let frame = df! { "n" => [Some(1), None, Some(3)], "text" => ["a", "Ω", ""] }.expect("two columns");
    let whole = &frame.batches()[0];
    let batches = vec![whole.sliced(0, 2), whole.sliced(2, 1)];
    let mut stream = ffi::export_stream(
        frame.schema().clone(),
        batches.clone().into_iter().map(Ok).chain([Err("no more paper")]),
    );
    // SAFETY: both structs are laid out as the specification says; ours is moved out and marked as released.
    let theirs = unsafe { RecordBatchStreamReader::from_raw((&raw mut stream).cast()) };
    let mut theirs = theirs.expect("they import what we export");
    assert!(stream.is_released());
    let mut rows = Vec::new();
    for batch in theirs.by_ref().take(2) {
        rows.push(batch.expect("they read what we export"));
    }
    assert_eq!(rows.iter().map(RecordBatch::num_rows).collect::<Vec<_>>(), [2, 1]);
    let error = theirs.next().expect("an error").expect_err("there is no more paper");
    assert!(error.to_string().contains("no more paper"), "{error}");
    assert!(theirs.next().is_none());

    let schema = rows[0].schema();
    let failing: Vec<Result<RecordBatch, ArrowError>> =
        rows.into_iter().map(Ok).chain([Err(ArrowError::ComputeError("no more ink".into()))]).collect();
    let reader = RecordBatchIterator::new(failing.into_iter(), schema);
    let mut stream = FFI_ArrowArrayStream::new(Box::new(reader));
    // SAFETY: as above, the other way round; the producer follows the specification.
    let ours = unsafe {
        let stream = ffi::ArrowArrayStream::take((&raw mut stream).cast());
        ffi::ArrowStreamReader::import(stream)
    };
    let mut ours = ours.expect("we import what they export");
    assert_eq!(ours.schema(), frame.schema());
    for batch in batches {
        assert_eq!(ours.next().expect("a batch").expect("we read what they export"), batch);
    }
    let error = ours.next().expect("an error").expect_err("there is no more ink");
    assert!(error.to_string().contains("no more ink"), "{error}");
    assert!(ours.next().is_none());
}
