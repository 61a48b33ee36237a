//! The frames of cases, read from `testdata/differential/inputs/`, in every form that may not matter.

use std::collections::HashMap;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use lazuli::prelude::*;
use lazuli::{Batch, Column, OptimizerOptions};
use lazuli_array::DictionaryArray;
use lazuli_sql::parse_data_type;
use serde_json::Value;

use crate::cases::Part;

/// The folder of cases.
pub fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../testdata/differential")
}

/// In which form a frame is given, and how the query is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Form {
    /// One batch, plain strings.
    Plain,
    /// One batch, strings as codes.
    Coded,
    /// Batches of three rows, plain and coded by turns, three rows at a time.
    Mixed,
    /// The middle of a larger batch.
    Sliced,
    /// As `Plain`, without the optimizer.
    Unoptimized,
}

impl Form {
    const ALL: [Self; 5] = [Self::Plain, Self::Coded, Self::Mixed, Self::Sliced, Self::Unoptimized];

    /// The forms in which a part of an input is tried: for none and one row, the few that differ.
    pub fn of_part(part: Part) -> &'static [Self] {
        match part {
            Part::All => &Self::ALL,
            Part::None | Part::First => &[Self::Coded, Self::Unoptimized],
        }
    }

    /// How queries over it run. Two threads, which take a millisecond to start, only where they may differ from one:
    /// `in_groups`, whose states are merged.
    pub fn options(self, in_groups: bool) -> ExecOptions {
        let options = ExecOptions { threads: Some(1), ..ExecOptions::default() };
        match self {
            Self::Mixed => ExecOptions {
                threads: Some(1 + usize::from(in_groups)),
                morsel_rows: 3,
                single_thread_rows: 0,
                ..options
            },
            Self::Unoptimized => ExecOptions { optimizer: OptimizerOptions::none(), ..options },
            Self::Plain | Self::Coded | Self::Sliced => options,
        }
    }

    /// The frame in this form.
    fn of(self, plain: &DataFrame) -> DataFrame {
        let Some(batch) = plain.batches().first() else { return plain.clone() };
        let batches = match self {
            Self::Plain | Self::Unoptimized => return plain.clone(),
            Self::Coded => vec![coded(batch)],
            Self::Mixed => {
                let cuts = (0..batch.num_rows()).step_by(3).enumerate();
                cuts.map(|(number, start)| {
                    let cut = batch.sliced(start, 3.min(batch.num_rows() - start));
                    if number % 2 == 0 { cut } else { coded(&cut) }
                })
                .collect()
            }
            Self::Sliced => vec![within_more(batch)],
        };
        DataFrame::from_batches(plain.schema().clone(), batches).expect("the same columns")
    }
}

/// The same rows with strings as codes.
fn coded(batch: &Batch) -> Batch {
    let columns = batch.columns().iter().map(|column| match column.data_type() {
        DataType::String => {
            let values: Vec<Scalar> = values(column);
            let texts = values.iter().map(|value| match value {
                Scalar::String(text) => Some(text.as_str()),
                _ => None,
            });
            Column::new(DataType::String, texts.collect::<DictionaryArray>())
        }
        _ => column.clone(),
    });
    Batch::try_new(batch.schema().clone(), columns.collect(), batch.num_rows()).expect("the same columns")
}

/// The same rows cut out of a batch that has its last rows before them and its first ones behind.
fn within_more(batch: &Batch) -> Batch {
    let num_rows = batch.num_rows();
    let columns = batch.columns().iter().map(|column| {
        let values = values(column);
        let around =
            values[num_rows.saturating_sub(3)..].iter().chain(&values).chain(&values[..num_rows.min(2)]);
        Column::from_scalars(column.data_type(), around.cloned()).expect("values of the column")
    });
    let before = num_rows.min(3);
    let more = Batch::try_new(batch.schema().clone(), columns.collect(), before + num_rows + num_rows.min(2));
    more.expect("the same columns").sliced(before, num_rows)
}

fn values(column: &Column) -> Vec<Scalar> {
    (0..column.len()).map(|row| column.get(row)).collect()
}

/// All inputs, in all forms.
pub struct Inputs {
    frames: HashMap<(String, Part, Form), DataFrame>,
}

impl Inputs {
    /// Reads the files.
    pub fn read() -> Self {
        let mut frames = HashMap::new();
        for entry in fs::read_dir(folder().join("inputs")).expect("the folder of inputs") {
            let path = entry.expect("an entry").path();
            let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
            let text = fs::read_to_string(&path).expect("an input");
            let whole = frame(&serde_json::from_str(&text).expect("JSON"));
            let batch = &whole.batches()[0];
            for part in Part::ALL {
                let plain = match part {
                    Part::All => whole.clone(),
                    Part::None => DataFrame::empty(whole.schema().clone()),
                    Part::First => DataFrame::from_batches(whole.schema().clone(), vec![batch.sliced(0, 1)])
                        .expect("the same columns"),
                };
                for form in Form::ALL {
                    frames.insert((name.clone(), part, form), form.of(&plain));
                }
            }
        }
        Self { frames }
    }

    /// An input in a form.
    pub fn frame(&self, name: &str, part: Part, form: Form) -> &DataFrame {
        self.frames.get(&(name.into(), part, form)).unwrap_or_else(|| panic!("there is no input {name}"))
    }
}

/// A frame of JSON.
fn frame(json: &Value) -> DataFrame {
    let columns = json["columns"].as_array().expect("columns").iter().map(|column| {
        let data_type = parse_data_type(column["type"].as_str().expect("a type")).expect("a type");
        let values = column["values"].as_array().expect("values");
        let scalars = values.iter().map(|value| scalar(&data_type, value));
        let name = column["name"].as_str().expect("a name");
        let column = Column::from_scalars(&data_type, scalars);
        (name.into(), column.unwrap_or_else(|error| panic!("{name}: {error}")))
    });
    DataFrame::from_columns(columns.collect()).expect("columns of one length")
}

/// A value of JSON: times are ticks, decimals digits, bytes hexadecimal text, odd floats text.
fn scalar(data_type: &DataType, value: &Value) -> Scalar {
    if value.is_null() {
        return Scalar::Null;
    }
    let integer = || value.as_i64().expect("an integer");
    let unsigned = || value.as_u64().expect("an integer without a sign");
    let text = || value.as_str().expect("a text");
    let float = || value.as_f64().unwrap_or_else(|| text().parse().expect("a float"));
    let fits = "a value of the type";
    match data_type {
        DataType::Null => Scalar::Null,
        DataType::Boolean => Scalar::Boolean(value.as_bool().expect("true or false")),
        DataType::Int8 => Scalar::Int8(integer().try_into().expect(fits)),
        DataType::Int16 => Scalar::Int16(integer().try_into().expect(fits)),
        DataType::Int32 => Scalar::Int32(integer().try_into().expect(fits)),
        DataType::Int64 => Scalar::Int64(integer()),
        DataType::UInt8 => Scalar::UInt8(unsigned().try_into().expect(fits)),
        DataType::UInt16 => Scalar::UInt16(unsigned().try_into().expect(fits)),
        DataType::UInt32 => Scalar::UInt32(unsigned().try_into().expect(fits)),
        DataType::UInt64 => Scalar::UInt64(unsigned()),
        DataType::Float32 => Scalar::Float32(float() as f32),
        DataType::Float64 => Scalar::Float64(float()),
        DataType::Decimal { precision, scale } => {
            let digits: String = text().chars().filter(|letter| *letter != '.').collect();
            Scalar::Decimal { value: digits.parse().expect("digits"), precision: *precision, scale: *scale }
        }
        DataType::String | DataType::Categorical | DataType::Enum(_) => Scalar::from(text()),
        DataType::Binary => {
            let digits = text();
            let bytes: Arc<[u8]> = (0..digits.len())
                .step_by(2)
                .map(|start| u8::from_str_radix(&digits[start..start + 2], 16).expect("hexadecimal digits"))
                .collect();
            Scalar::Binary(bytes)
        }
        DataType::Date => Scalar::Date(integer().try_into().expect(fits)),
        DataType::Datetime(unit, zone) => Scalar::Datetime(integer(), *unit, zone.clone()),
        DataType::Duration(unit) => Scalar::Duration(integer(), *unit),
        DataType::Time => Scalar::Time(integer()),
        DataType::List(item) => {
            let values = value.as_array().expect("a list").iter().map(|value| scalar(item, value));
            Scalar::List(Box::new(Column::from_scalars(item, values).expect("values of the item's type")))
        }
        DataType::Struct(fields) => {
            let values = value.as_array().expect("the fields' values");
            let named = fields
                .iter()
                .zip(values)
                .map(|(field, value)| (field.name().clone(), scalar(field.data_type(), value)));
            Scalar::Struct(named.collect())
        }
    }
}
