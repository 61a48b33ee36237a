//! Foreign structs that lie: each lie is an error, each truth is read, and the release callback runs exactly once.
//!
//! The tests against another implementation of the interface are in `tests/ffi.rs`.

use std::ffi::{CStr, c_void};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use proptest::prelude::*;

use super::structs::{FLAG_DICTIONARY_ORDERED, FLAG_NULLABLE};
use super::*;
use crate::{ArrayError, Column, DataType, DictionaryArray, Field, Result, Scalar, Series, TimeUnit};

/// How often a foreign array has been released.
#[derive(Clone, Default)]
struct Released(Arc<AtomicUsize>);

impl Released {
    fn times(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

/// A foreign array, made by hand; its memory is filled with rubbish on release, so that a use after it shows.
struct Made {
    format: &'static CStr,
    length: i64,
    null_count: i64,
    offset: i64,
    buffers: Vec<Option<Vec<u8>>>,
    /// Bytes by which buffers are off their alignment.
    misaligned: usize,
    children: Vec<Made>,
    dictionary: Option<Box<Made>>,
    flags: i64,
}

impl Default for Made {
    fn default() -> Self {
        Self {
            format: c"l",
            length: 0,
            null_count: 0,
            offset: 0,
            buffers: vec![],
            misaligned: 0,
            children: vec![],
            dictionary: None,
            flags: FLAG_NULLABLE,
        }
    }
}

/// What a made array owns.
struct Memory {
    storage: Vec<Vec<u8>>,
    pointers: Vec<*const c_void>,
    children: Vec<*mut ArrowArray>,
    dictionary: *mut ArrowArray,
    released: Released,
}

unsafe extern "C" fn release_made(array: *mut ArrowArray) {
    // SAFETY: `Made::array` set this callback and the private data, and a released struct is not released again.
    let mut memory = unsafe {
        (*array).release = None;
        Box::from_raw((*array).private_data.cast::<Memory>())
    };
    memory.storage.iter_mut().for_each(|bytes| bytes.fill(0xEE));
    for &child in memory.children.iter().chain(Some(&memory.dictionary)).filter(|child| !child.is_null()) {
        // SAFETY: `Made::array` made the pointer with `Box::into_raw`.
        drop(unsafe { Box::from_raw(child) });
    }
    memory.released.0.fetch_add(1, Ordering::SeqCst);
}

impl Made {
    fn array(&self, released: &Released) -> ArrowArray {
        let mut storage = Vec::new();
        let pointers = self
            .buffers
            .iter()
            .map(|buffer| {
                let Some(bytes) = buffer else { return std::ptr::null() };
                let mut memory = vec![0u8; bytes.len() + 32];
                let start = memory.as_ptr().align_offset(16) + self.misaligned;
                memory[start..start + bytes.len()].copy_from_slice(bytes);
                let pointer: *const c_void = memory[start..].as_ptr().cast();
                storage.push(memory);
                pointer
            })
            .collect();
        let children = &self.children;
        let none = Released::default();
        let memory = Box::into_raw(Box::new(Memory {
            storage,
            pointers,
            children: children.iter().map(|child| Box::into_raw(Box::new(child.array(&none)))).collect(),
            dictionary: self
                .dictionary
                .as_ref()
                .map_or(std::ptr::null_mut(), |values| Box::into_raw(Box::new(values.array(&none)))),
            released: released.clone(),
        }));
        // SAFETY: the pointer comes from a box.
        let parts = unsafe { &mut *memory };
        ArrowArray {
            length: self.length,
            null_count: self.null_count,
            offset: self.offset,
            n_buffers: parts.pointers.len() as i64,
            n_children: parts.children.len() as i64,
            buffers: parts.pointers.as_mut_ptr(),
            children: parts.children.as_mut_ptr(),
            dictionary: parts.dictionary,
            release: Some(release_made),
            private_data: memory.cast(),
        }
    }

    fn schema(&self) -> SchemaBox {
        let mut children: Vec<SchemaBox> = self.children.iter().map(Made::schema).collect();
        let mut pointers: Vec<*mut ArrowSchema> =
            children.iter_mut().map(|child| &raw mut *child.schema).collect();
        let mut dictionary = self.dictionary.as_ref().map(|values| Box::new(values.schema()));
        let schema = Box::new(ArrowSchema {
            format: self.format.as_ptr(),
            name: c"made".as_ptr(),
            flags: self.flags,
            n_children: pointers.len() as i64,
            children: pointers.as_mut_ptr(),
            dictionary: dictionary.as_mut().map_or(std::ptr::null_mut(), |values| &raw mut *values.schema),
            release: Some(release_nothing),
            ..ArrowSchema::empty()
        });
        SchemaBox { schema, _children: children, _pointers: pointers, _dictionary: dictionary }
    }

    /// Imports it, looks at it, drops it, and checks that it was released once. What was copied may be released early.
    fn look<R>(&self, look: impl FnOnce(&Column) -> R) -> Result<R> {
        let released = Released::default();
        let array = self.array(&released);
        let schema = self.schema();
        // SAFETY: `array` and `schema` made pointers to memory of the sizes that the tests say.
        let result = unsafe { import_column(array, &schema.schema) };
        let result = result.map(|(field, column)| {
            assert_eq!(field.data_type(), column.data_type());
            // Slices share the owner, in any order of dropping.
            let start = column.len() / 2;
            let tail = column.sliced(start, column.len() - start);
            let seen = look(&column);
            let expected: Vec<Scalar> = (start..column.len()).map(|row| column.get(row)).collect();
            drop((column, field));
            assert_eq!((0..tail.len()).map(|row| tail.get(row)).collect::<Vec<_>>(), expected);
            seen
        });
        assert_eq!(released.times(), 1);
        result
    }

    /// Its rows and its type, which must not share its memory.
    fn import(&self) -> Result<(Vec<Scalar>, DataType)> {
        self.look(|column| {
            ((0..column.len()).map(|row| column.get(row)).collect(), column.data_type().clone())
        })
    }

    /// The reason for which it is refused.
    fn refused(&self) -> String {
        match self.import() {
            Err(error @ (ArrayError::ForeignData { .. } | ArrayError::Unsupported { .. })) => {
                error.to_string()
            }
            other => panic!("not refused: {other:?}"),
        }
    }
}

/// A schema whose children live beside it.
struct SchemaBox {
    schema: Box<ArrowSchema>,
    _children: Vec<SchemaBox>,
    _pointers: Vec<*mut ArrowSchema>,
    _dictionary: Option<Box<SchemaBox>>,
}

unsafe extern "C" fn release_nothing(_: *mut ArrowSchema) {}

fn bytes<T: crate::Native>(values: &[T]) -> Option<Vec<u8>> {
    // SAFETY: native values have no padding, so all of their bytes are initialised.
    Some(unsafe { std::slice::from_raw_parts(values.as_ptr().cast(), size_of_val(values)) }.to_vec())
}

fn ints(values: &[i64]) -> Made {
    Made { length: values.len() as i64, buffers: vec![None, bytes(values)], ..Made::default() }
}

fn text(offsets: &[i32], text: &[u8]) -> Made {
    Made {
        format: c"u",
        length: offsets.len() as i64 - 1,
        buffers: vec![None, bytes(offsets), Some(text.to_vec())],
        ..Made::default()
    }
}

fn scalars<T: Into<Scalar>>(values: impl IntoIterator<Item = T>) -> Vec<Scalar> {
    values.into_iter().map(Into::into).collect()
}

#[test]
fn every_number_in_the_struct_is_checked() {
    let good = || ints(&[1, 2, 3]);
    assert_eq!(good().import(), Ok((scalars([1i64, 2, 3]), DataType::Int64)));
    type Spoil = fn(&mut Made);
    let bad: [(&str, Spoil); 13] = [
        ("length -1", |made| made.length = -1),
        ("length 9223372036854775807", |made| made.length = i64::MAX),
        ("offset -1", |made| made.offset = -1),
        ("offset 9223372036854775807", |made| made.offset = i64::MAX),
        ("-2 nulls", |made| made.null_count = -2),
        ("4 nulls in 3 rows", |made| made.null_count = 4),
        ("no validity buffer", |made| made.null_count = 1),
        ("1 buffers", |made| made.buffers.truncate(1)),
        ("0 buffers", |made| made.buffers.clear()),
        ("3 buffers", |made| made.buffers.push(None)),
        ("buffer 1 is null", |made| made.buffers[1] = None),
        ("1 children", |made| {
            made.children.push(Made { format: c"n", ..Made::default() });
        }),
        ("no integers", |made| {
            made.format = c"g";
            made.dictionary = Some(Box::new(text(&[0], b"")));
        }),
    ];
    for (reason, spoil) in bad {
        let mut made = good();
        spoil(&mut made);
        let message = made.refused();
        assert!(message.contains(reason), "{message:?} does not say {reason:?}");
    }
}

#[test]
fn pointers_to_lists_are_checked() {
    let spoiled = |spoil: fn(&mut ArrowArray)| {
        let released = Released::default();
        let made = Made {
            format: c"+s",
            length: 1,
            buffers: vec![None],
            children: vec![ints(&[1])],
            ..Made::default()
        };
        let mut array = made.array(&released);
        spoil(&mut array);
        // SAFETY: the spoiled pointers are null or misaligned, which is what is tested; all others are sound.
        let error = unsafe { import_column(array, &made.schema().schema) }.expect_err("spoiled");
        assert_eq!(released.times(), 1);
        error.to_string()
    };
    assert!(spoiled(|array| array.buffers = std::ptr::null_mut()).contains("no list of buffers"));
    assert!(
        spoiled(|array| array.buffers = array.buffers.wrapping_byte_add(1)).contains("no list of buffers")
    );
    assert!(spoiled(|array| array.children = std::ptr::null_mut()).contains("no list of children"));
    assert!(
        spoiled(|array| array.children = array.children.wrapping_byte_add(1)).contains("no list of children")
    );
    assert!(spoiled(|array| array.n_children = -1).contains("-1 children"));
    assert!(spoiled(|array| array.n_buffers = -1).contains("-1 buffers"));
    assert!(spoiled(|array| array.dictionary = std::ptr::dangling_mut()).contains("dictionary"));
    assert!(spoiled(|array| array.length = 2).contains("child `made` has 1 rows, 2 are needed"));
    assert!(spoiled(|array| array.offset = 1).contains("child `made` has 1 rows, 2 are needed"));
}

#[test]
fn what_has_been_released_is_not_read() {
    let made = ints(&[1]);
    // SAFETY: released structs, which are valid as such.
    let (array, schema) = unsafe {
        (
            import_column(ArrowArray::empty(), &made.schema().schema),
            import_column(ArrowArray::empty(), &ArrowSchema::empty()),
        )
    };
    assert!(array.expect_err("released").to_string().contains("an array that has been released"));
    assert!(schema.expect_err("released").to_string().contains("a schema that has been released"));
}

#[test]
fn a_struct_moves_and_leaves_a_released_one() {
    let released = Released::default();
    let mut source = ints(&[1]).array(&released);
    // SAFETY: `source` is a sound struct.
    let mut taken = unsafe { ArrowArray::take(&mut source) };
    assert!(source.is_released() && !taken.is_released());
    let mut target = std::mem::MaybeUninit::<ArrowArray>::uninit();
    // SAFETY: `target` is aligned and valid for writes, and initialised by the call.
    let target = unsafe {
        ArrowArray::take(&mut taken).give(target.as_mut_ptr());
        target.assume_init()
    };
    drop((source, taken));
    assert_eq!(released.times(), 0);
    drop(target);
    assert_eq!(released.times(), 1);
}

#[test]
fn schemas_are_checked() {
    let refused = |spoil: fn(&mut ArrowSchema)| {
        let made = Made {
            format: c"+s",
            length: 1,
            buffers: vec![None],
            children: vec![ints(&[1])],
            ..Made::default()
        };
        let mut schema = made.schema();
        spoil(&mut schema.schema);
        let released = Released::default();
        // SAFETY: the spoiled pointers are null, misaligned or point to C strings, which is what is tested.
        let error = unsafe { import_column(made.array(&released), &schema.schema) }.expect_err("spoiled");
        assert_eq!(released.times(), 1);
        error.to_string()
    };
    assert!(refused(|schema| schema.format = std::ptr::null()).contains("without a format"));
    assert!(refused(|schema| schema.format = c"\xFF".as_ptr()).contains("not UTF-8"));
    assert!(refused(|schema| schema.name = c"\xC3".as_ptr()).contains("not UTF-8"));
    assert!(refused(|schema| schema.format = c"?".as_ptr()).contains("unknown format `?`"));
    assert!(refused(|schema| schema.format = c"+m".as_ptr()).contains("not supported"));
    assert!(refused(|schema| schema.format = c"l".as_ptr()).contains("has 1 children"));
    assert!(refused(|schema| schema.n_children = -1).contains("has -1 children"));
    assert!(refused(|schema| schema.n_children = i64::MAX).contains("more than"));
    assert!(refused(|schema| schema.children = std::ptr::null_mut()).contains("no list of children"));
    assert!(refused(|schema| schema.children = schema.children.wrapping_byte_add(1)).contains("no list"));
    assert!(refused(|schema| schema.dictionary = std::ptr::dangling_mut()).contains("no integers"));
}

/// A schema of a struct with these children.
fn struct_schema(children: &mut [*mut ArrowSchema]) -> ArrowSchema {
    ArrowSchema {
        format: c"+s".as_ptr(),
        n_children: children.len() as i64,
        children: children.as_mut_ptr(),
        release: Some(release_nothing),
        ..ArrowSchema::empty()
    }
}

#[test]
fn schemas_in_a_circle_are_refused() {
    for count in [1, 2] {
        let mut children = vec![std::ptr::null_mut(); count];
        let schema = Box::into_raw(Box::new(struct_schema(&mut children)));
        let released = Released::default();
        // SAFETY: all pointers are sound; that they lead in a circle is what is tested.
        let error = unsafe {
            for child in 0..count {
                *(*schema).children.add(child) = schema;
            }
            import_column(ints(&[]).array(&released), &*schema).expect_err("a circle")
        };
        assert!(error.to_string().contains("nested deeper than 64 levels"), "{error}");
        assert_eq!(released.times(), 1);
        // SAFETY: the pointer comes from a box.
        drop(unsafe { Box::from_raw(schema) });
    }
}

#[test]
#[cfg_attr(miri, ignore = "a million fields take an interpreter too long")]
fn schemas_with_too_many_fields_are_refused() {
    // Forty levels of structs, each with the level below as both of its children: 2^40 fields out of 40 structs.
    let (mut levels, mut lists): (Vec<*mut ArrowSchema>, Vec<Vec<*mut ArrowSchema>>) = (vec![], vec![]);
    for level in 0..40 {
        let mut children = if level == 0 { vec![] } else { vec![levels[level - 1]; 2] };
        levels.push(Box::into_raw(Box::new(struct_schema(&mut children))));
        lists.push(children);
    }
    let released = Released::default();
    // SAFETY: all pointers are sound; that there are too many ways through them is what is tested.
    let error = unsafe { import_column(ints(&[]).array(&released), &*levels[39]) }.expect_err("too many");
    assert!(error.to_string().contains("more than 1048576 fields"), "{error}");
    assert_eq!(released.times(), 1);
    for level in levels {
        // SAFETY: the pointers come from boxes.
        drop(unsafe { Box::from_raw(level) });
    }
}

#[test]
fn offsets_and_text_are_checked() {
    assert_eq!(text(&[0, 1, 3], "aé".as_bytes()).import(), Ok((scalars(["a", "é"]), DataType::String)));
    assert!(text(&[0, 2, 1], b"abc").refused().contains("invalid offsets: offset 2"));
    assert!(text(&[-1, 0, 1], b"abc").refused().contains("invalid offsets: offset 0"));
    assert!(text(&[0, 2], b"a\xFF").refused().contains("invalid UTF-8 in row 0"));
    assert!(text(&[0, 2, 3], "aé".as_bytes()).refused().contains("invalid UTF-8 in row 0"));
    assert!(
        Made { buffers: vec![None, None, None], ..text(&[0, 1], b"a") }
            .refused()
            .contains("buffer 1 is null")
    );
    assert!(
        Made { buffers: vec![None, bytes(&[0i32, 1]), None], ..text(&[0, 1], b"a") }
            .refused()
            .contains("buffer 2 is null")
    );

    // Rubbish under a null row is nobody's business.
    let made = Made {
        buffers: vec![Some(vec![0b101]), bytes(&[0i32, 1, 3, 4]), Some(b"a\xFF\xFEb".to_vec())],
        ..text(&[0; 4], b"")
    };
    assert_eq!(made.import(), Ok((scalars([Some("a"), None, Some("b")]), DataType::String)));
    // Nor is what lies outside of the slice.
    let made = Made { offset: 1, length: 1, ..text(&[0, 1, 2, 3], b"\xFFb\xFF") };
    assert_eq!(made.import(), Ok((scalars(["b"]), DataType::String)));
    // Nothing needs to be there when there are no rows.
    let made = Made { length: 0, buffers: vec![None; 3], ..text(&[0], b"") };
    assert_eq!(made.import(), Ok((vec![], DataType::String)));
    let made = Made { buffers: vec![None, bytes(&[0i32, 0]), None], ..text(&[0, 0], b"") };
    assert_eq!(made.import(), Ok((scalars([""]), DataType::String)));
}

#[test]
fn lists_stay_within_their_items() {
    let list = |offsets: &[i32], items: Made| Made {
        format: c"+l",
        length: offsets.len() as i64 - 1,
        buffers: vec![None, bytes(offsets)],
        children: vec![items],
        ..Made::default()
    };
    let rows = |column: &Column| format!("{}: {}, {}", column.data_type(), column.get(0), column.get(1));
    assert_eq!(list(&[1, 1, 3], ints(&[7, 8, 9])).look(rows), Ok("List(Int64): [], [8, 9]".into()));
    assert!(list(&[0, 4], ints(&[7, 8, 9])).refused().contains("has 3 rows, 4 are needed"));
    assert!(list(&[0, -1], ints(&[7])).refused().contains("invalid offsets"));
    assert!(list(&[0, i32::MAX], ints(&[7])).refused().contains("2147483647 are needed"));
    let message = list(&[0, 1], text(&[0, 1], b"\xFF")).refused();
    assert!(message.contains("column `made.made`: invalid UTF-8"), "{message}");
}

#[test]
fn units_that_we_lack_are_multiplied_exactly() {
    let second = TimeUnit::Milliseconds;
    let made = Made { format: c"tss:", ..ints(&[2, -3]) };
    let ticks = |ticks| Scalar::Datetime(ticks, second, None);
    assert_eq!(made.import(), Ok((vec![ticks(2_000), ticks(-3_000)], DataType::Datetime(second, None))));
    assert!(Made { format: c"tss:", ..ints(&[i64::MAX / 999]) }.refused().contains("beyond 64 bits"));
    assert!(Made { format: c"tDs", ..ints(&[i64::MIN]) }.refused().contains("row 0"));
    assert!(Made { format: c"ttu", ..ints(&[i64::MAX]) }.refused().contains("beyond 64 bits"));
    // Under a null row an overflow is none.
    let made = Made { format: c"tss:", buffers: vec![Some(vec![0]), bytes(&[i64::MAX])], ..ints(&[0]) };
    assert_eq!(made.import().map(|(rows, _)| rows), Ok(vec![Scalar::Null]));
    let made = Made { format: c"ttm", buffers: vec![None, bytes(&[1i32, 2])], ..ints(&[0, 0]) };
    assert_eq!(made.import(), Ok((vec![Scalar::Time(1_000_000), Scalar::Time(2_000_000)], DataType::Time)));
    let made = Made { format: c"tdm", ..ints(&[5]) };
    assert_eq!(made.import(), Ok((vec![ticks(5)], DataType::Datetime(second, None))));
}

#[test]
fn decimals_have_the_digits_they_say() {
    let decimals = |values: &[i128], validity| Made {
        format: c"d:3,1",
        length: values.len() as i64,
        null_count: -1,
        buffers: vec![validity, bytes(values)],
        ..Made::default()
    };
    let value = |value| Scalar::Decimal { value, precision: 3, scale: 1 };
    assert_eq!(
        decimals(&[999, -999], None).import(),
        Ok((vec![value(999), value(-999)], DataType::Decimal { precision: 3, scale: 1 }))
    );
    assert!(decimals(&[0, 1_000], None).refused().contains("row 1 has more than 3 digits"));
    assert!(decimals(&[i128::MIN], None).refused().contains("row 0 has more than 3 digits"));
    assert!(decimals(&[1_000, 1], Some(vec![0b10])).import().is_ok());
}

#[test]
fn batches_are_structs_without_nulls() {
    let batch = |made: &Made| {
        let released = Released::default();
        // SAFETY: `array` and `schema` made pointers to memory of the sizes that the tests say.
        let batch = unsafe { import_batch(made.array(&released), &made.schema().schema) };
        let batch = batch.map(|batch| batch.num_rows());
        assert_eq!(released.times(), 1);
        batch.map_err(|error| error.to_string())
    };
    let made = |validity, children: Vec<Made>| Made {
        format: c"+s",
        length: 2,
        null_count: -1,
        buffers: vec![validity],
        children,
        ..Made::default()
    };
    assert_eq!(batch(&made(None, vec![])), Ok(2));
    assert_eq!(batch(&made(Some(vec![0b11]), vec![ints(&[1, 2])])), Ok(2));
    assert!(
        batch(&made(Some(vec![0b01]), vec![ints(&[1, 2])])).is_err_and(|error| error.contains("null rows"))
    );
    assert!(
        batch(&made(None, vec![ints(&[1, 2]), ints(&[1, 2])]))
            .is_err_and(|error| error.contains("duplicate"))
    );
    assert!(batch(&made(None, vec![ints(&[1])])).is_err_and(|error| error.contains("2 are needed")));
    assert!(batch(&ints(&[1])).is_err_and(|error| error.contains("struct")));
}

#[test]
fn dictionaries_that_are_not_text_are_unsupported() {
    let made = Made { format: c"i", dictionary: Some(Box::new(ints(&[1]))), ..ints(&[0]) };
    assert!(made.refused().contains("other values than text"));
    let mut made = Made { format: c"i", buffers: vec![None, bytes(&[0i32])], ..ints(&[0]) };
    made.dictionary = Some(Box::new(text(&[0, 1], b"\xFF")));
    assert!(made.refused().contains("dictionary: invalid UTF-8"));
}

#[test]
fn an_ordered_dictionary_is_an_enum() {
    let mut made = Made { format: c"S", buffers: vec![None, bytes(&[1u16, 0])], ..ints(&[0, 0]) };
    made.dictionary = Some(Box::new(text(&[0, 3, 7], b"lowhigh")));
    made.flags |= FLAG_DICTIONARY_ORDERED;
    let seen = made.look(|column| {
        assert!(matches!(column.data_type(), DataType::Enum(entries) if entries.position("high") == Some(1)));
        (column.get(0), column.get(1))
    });
    assert_eq!(seen, Ok(("high".into(), "low".into())));
}

#[test]
fn memory_is_shared_both_ways() {
    let numbers: Vec<i64> = (0..100).collect();
    let column = Series::from_iter("n", numbers).chunks()[0].clone();
    let values = |column: &Column| column.array().as_primitive::<i64>().map(|array| array.values().as_ptr());
    let (array, schema) = export_column("n", &column).expect("a name without NUL");
    // SAFETY: both come from `export_column`.
    let (_, back) = unsafe { import_column(array, &schema) }.expect("our own export");
    assert_eq!(values(&back), values(&column));
    drop(column);
    assert_eq!(back.get(99), Scalar::Int64(99));
}

#[test]
fn what_c_can_not_spell_is_an_error() {
    let column = Scalar::Int64(1).to_column(1);
    assert!(matches!(export_column("a\0b", &column), Err(ArrayError::ForeignData { .. })));
    let data_type = DataType::Struct([Field::new("a\0b", DataType::Int8)].into());
    assert!(export_column("a", &Column::new_null(data_type, 1)).is_err());
}

#[test]
fn a_type_too_deep_is_an_error_on_the_way_out() {
    let mut data_type = DataType::Int8;
    for _ in 0..70 {
        data_type = DataType::List(Box::new(data_type));
    }
    assert!(matches!(
        export_column("deep", &Column::new_null(data_type, 0)),
        Err(ArrayError::Unsupported { .. })
    ));
}

#[test]
fn strings_go_out_plain_and_categories_as_codes() {
    let codes: DictionaryArray = [Some("a"), None, Some("a")].into_iter().collect();
    for (data_type, format) in [(DataType::String, c"U"), (DataType::Categorical, c"I")] {
        let column = Column::new(data_type.clone(), codes.clone());
        let (array, schema) = export_column("c", &column).expect("a name without NUL");
        // SAFETY: the schema comes from `export_column`, whose format ends in NUL.
        assert_eq!(unsafe { CStr::from_ptr(schema.format) }, format);
        // SAFETY: both come from `export_column`.
        let (_, back) = unsafe { import_column(array, &schema) }.expect("our own export");
        assert_eq!(back, column);
    }
}

proptest! {
    /// Values at any offset, aligned or not, with any validity: the naive twin reads them one by one.
    #[test]
    fn values_are_read_at_any_place(
        values in proptest::collection::vec(any::<i64>(), 0..40),
        validity in proptest::option::of(proptest::collection::vec(any::<u8>(), 5)),
        offset in 0usize..40,
        misaligned in 0usize..9,
        counted in any::<bool>(),
    ) {
        let offset = offset.min(values.len());
        let bit = |slot: usize| validity.as_ref().is_none_or(|bytes| bytes[slot / 8] >> (slot % 8) & 1 == 1);
        let expected: Vec<Option<i64>> =
            (offset..values.len()).map(|slot| bit(slot).then_some(values[slot])).collect();
        let nulls = expected.iter().filter(|value| value.is_none()).count() as i64;
        let made = Made {
            length: expected.len() as i64,
            null_count: if counted { nulls } else { -1 },
            offset: offset as i64,
            buffers: vec![validity.clone(), bytes(&values)],
            misaligned,
            ..Made::default()
        };
        prop_assert_eq!(made.import(), Ok((scalars(expected), DataType::Int64)));
    }

    /// Any offsets into any bytes: the naive twin takes each row apart by itself.
    #[test]
    fn text_is_read_or_refused(
        offsets in proptest::collection::vec(-1i32..9, 1..6),
        sorted in any::<bool>(),
        content in proptest::collection::vec(prop_oneof![Just(b'a'), Just(0xC3u8), Just(0xA9u8)], 9),
        validity in proptest::option::of(any::<u8>()),
        wide in any::<bool>(),
    ) {
        let mut offsets = offsets;
        if sorted {
            offsets.sort();
        }
        let ascending = offsets[0] >= 0 && offsets.windows(2).all(|pair| pair[0] <= pair[1]);
        let rows = offsets.len() - 1;
        let expected: Option<Vec<Option<String>>> = (ascending || rows == 0)
            .then(|| {
                (0..rows)
                    .map(|row| {
                        if validity.is_some_and(|bits| bits >> row & 1 == 0) {
                            return Some(None);
                        }
                        let range = offsets[row] as usize..offsets[row + 1] as usize;
                        String::from_utf8(content[range].to_vec()).ok().map(Some)
                    })
                    .collect()
            })
            .flatten();
        let wide_offsets: Vec<i64> = offsets.iter().map(|&offset| i64::from(offset)).collect();
        let made = Made {
            format: if wide { c"U" } else { c"u" },
            length: rows as i64,
            null_count: -1,
            buffers: vec![
                validity.map(|bits| vec![bits]),
                if wide { bytes(&wide_offsets) } else { bytes(&offsets) },
                Some(content),
            ],
            ..Made::default()
        };
        match expected {
            Some(rows) => prop_assert_eq!(made.import(), Ok((scalars(rows), DataType::String))),
            None => { made.refused(); }
        }
    }

    /// Any views of any buffers, at any offset: the naive twin takes each apart by itself.
    #[test]
    fn views_are_read_or_refused(
        views in proptest::collection::vec((0i32..20, -1i32..3, -1i32..12), 0..6),
        sizes in proptest::collection::vec(-1i64..30, 0..3),
        content in proptest::collection::vec(prop_oneof![8 => Just(b'a'), 1 => Just(0xC3u8), 1 => Just(0xA9u8)], 30),
        validity in proptest::option::of(any::<u8>()),
        offset in 0usize..3,
        misaligned in 0usize..9,
    ) {
        let offset = offset.min(views.len());
        let word = |&(length, buffer, start): &(i32, i32, i32)| -> [u8; 16] {
            let mut view = [0; 16];
            view[..4].copy_from_slice(&length.to_ne_bytes());
            match length {
                ..=12 => view[4..].copy_from_slice(&content[..12]),
                _ => {
                    view[8..12].copy_from_slice(&buffer.to_ne_bytes());
                    view[12..].copy_from_slice(&start.to_ne_bytes());
                }
            }
            view
        };
        let value = |&(length, buffer, start): &(i32, i32, i32)| {
            let bytes = match length {
                ..=12 => &content[..length as usize],
                _ => {
                    let size = usize::try_from(*sizes.get(usize::try_from(buffer).ok()?)?).ok()?;
                    let start = usize::try_from(start).ok()?;
                    content[..size].get(start..start + length as usize)?
                }
            };
            String::from_utf8(bytes.to_vec()).ok()
        };
        let rows: Option<Vec<Option<String>>> = views[offset..].iter().enumerate().map(|(row, view)| {
            match validity.is_some_and(|bits| bits >> (offset + row) & 1 == 0) {
                true => Some(None),
                false => value(view).map(Some),
            }
        }).collect();
        let mut buffers = vec![validity.map(|bits| vec![bits]), Some(views.iter().flat_map(word).collect())];
        buffers.extend(sizes.iter().map(|_| Some(content.clone())));
        buffers.push(bytes(&sizes));
        let made = Made {
            format: c"vu",
            length: (views.len() - offset) as i64,
            null_count: -1,
            offset: offset as i64,
            buffers,
            misaligned,
            ..Made::default()
        };
        match rows.filter(|_| sizes.iter().all(|&size| size >= 0)) {
            Some(rows) => prop_assert_eq!(made.import(), Ok((scalars(rows), DataType::String))),
            None => { made.refused(); }
        }
    }

    /// Any codes into any entries, with repetitions and nulls among them.
    #[test]
    fn codes_are_read_or_refused(
        codes in proptest::collection::vec(-1i8..5, 0..12),
        entries in proptest::collection::vec(proptest::option::of(0u8..3), 0..5),
        validity in proptest::option::of(any::<[u8; 2]>()),
        unsigned in any::<bool>(),
    ) {
        let valid = |row: usize| validity.is_none_or(|bits| bits[row / 8] >> (row % 8) & 1 == 1);
        let expected: Option<Vec<Option<String>>> = codes
            .iter()
            .enumerate()
            .map(|(row, &code)| match (valid(row), usize::try_from(code)) {
                (false, _) => Some(None),
                (true, Ok(code)) => entries.get(code).map(|entry| entry.map(|entry| format!("entry {entry}"))),
                (true, Err(_)) => None,
            })
            .collect();
        let (mut offsets, mut content, mut bits) = (vec![0i32], Vec::new(), 0u8);
        for (slot, entry) in entries.iter().enumerate() {
            if let Some(entry) = entry {
                content.extend_from_slice(format!("entry {entry}").as_bytes());
                bits |= 1 << slot;
            }
            offsets.push(content.len() as i32);
        }
        let mut dictionary = text(&offsets, &content);
        dictionary.buffers[0] = Some(vec![bits]);
        dictionary.null_count = -1;
        let wide: Vec<u32> = codes.iter().map(|&code| code as u32).collect();
        let made = Made {
            format: if unsigned { c"I" } else { c"c" },
            length: codes.len() as i64,
            null_count: -1,
            buffers: vec![validity.map(|bits| bits.to_vec()), if unsigned { bytes(&wide) } else { bytes(&codes) }],
            dictionary: Some(Box::new(dictionary)),
            ..Made::default()
        };
        match expected {
            Some(rows) => prop_assert_eq!(made.import(), Ok((scalars(rows), DataType::Categorical))),
            None => { made.refused(); }
        }
    }
}
