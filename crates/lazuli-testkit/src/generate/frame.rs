//! Random frames: any types, any number of batches, columns that are slices of longer ones, texts in both forms.

use std::sync::Arc;

use lazuli_array::{
    Array, Batch, Column, DataFrame, DataType, DictionaryArray, Field, Scalar, Schema, SchemaRef,
};

use super::value::{any_type, value_of};
use crate::split_mix::SplitMix64;

const MAX_ROWS: u64 = 40;
const NAMES: &[&str] = &["a", "b", "c", "d", "e", "f"];

/// A frame of any types.
pub(super) fn any(random: &mut SplitMix64) -> DataFrame {
    let width = 1 + random.index(NAMES.len());
    let fields = NAMES[..width].iter().map(|name| Field::new(*name, any_type(random))).collect();
    with_schema(&Arc::new(Schema::try_new(fields).expect("names differ")), random)
}

/// A frame of these types.
pub(super) fn with_schema(schema: &SchemaRef, random: &mut SplitMix64) -> DataFrame {
    let num_rows = match random.below(10) {
        0 => 0,
        1 => 1,
        2..=5 => random.below(12),
        _ => random.below(MAX_ROWS + 1),
    } as usize;
    let columns: Vec<Vec<Scalar>> =
        schema.fields().iter().map(|field| values(field.data_type(), num_rows, random)).collect();
    let num_batches = 1 + random.index(4);
    let mut batches = Vec::new();
    let mut start = 0;
    for number in 0..num_batches {
        let end =
            if number + 1 == num_batches { num_rows } else { start + random.index(num_rows - start + 1) };
        let parts = schema.fields().iter().zip(&columns);
        let parts: Vec<Column> =
            parts.map(|(field, values)| column(field.data_type(), &values[start..end], random)).collect();
        batches.push(Batch::new(schema.clone(), parts, end - start));
        start = end;
    }
    DataFrame::from_batches(schema.clone(), batches).expect("batches of the schema")
}

fn values(data_type: &DataType, num_rows: usize, random: &mut SplitMix64) -> Vec<Scalar> {
    // No nulls, some, many, or nothing else.
    let null_in = *random.pick(&[u64::MAX, u64::MAX, 8, 8, 2, 1]);
    let null_in = if null_in == 1 && !random.one_in(4) { 5 } else { null_in };
    let is_extreme = random.one_in(3);
    let value = |random: &mut SplitMix64| match random.one_in(null_in) {
        true => Scalar::Null,
        false => value_of(data_type, is_extreme, random),
    };
    let mut values: Vec<Scalar> = (0..num_rows).map(|_| value(random)).collect();
    // Sorted now and then, or all the same.
    if random.one_in(12) && num_rows > 0 {
        values = vec![values[0].clone(); num_rows];
    }
    values
}

/// A column of these values, maybe as a slice of a longer one, text plain or by codes.
fn column(data_type: &DataType, values: &[Scalar], random: &mut SplitMix64) -> Column {
    let (before, after) = if random.one_in(2) { (random.index(10), random.index(3)) } else { (0, 0) };
    let padding = |count: usize, random: &mut SplitMix64| -> Vec<Scalar> {
        (0..count).map(|_| value_of(data_type, true, random)).collect()
    };
    let longer = [padding(before, random), values.to_vec(), padding(after, random)].concat();
    let column = Column::from_scalars(data_type, longer).expect("values of the type");
    let column = if *data_type == DataType::String && random.one_in(2) { as_codes(&column) } else { column };
    let column = if random.one_in(2) { narrow(column) } else { column };
    column.sliced(before, values.len())
}

/// The same column with codes, if it has any, as narrow as they can be.
fn narrow(column: Column) -> Column {
    match column.array() {
        Array::Dictionary(array) => Column::new(column.data_type().clone(), array.narrowed()),
        _ => column,
    }
}

/// A text column by codes.
fn as_codes(column: &Column) -> Column {
    let Array::String(texts) = column.array() else { panic!("text columns are made plain") };
    Column::new(DataType::String, texts.iter().collect::<DictionaryArray>())
}
